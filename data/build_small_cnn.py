"""Make ``data/small_cnn/``: a small trained network, 100 digits, and what Keras computes for them.

Run ``python data/build_small_cnn.py``. Training is not the same to the last digit on every machine,
so another run gives other weights; the files always belong together. The notebook about R reads
them, so they are plain CSV.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from utils import data
from utils.keras_setup import keras

FOLDER = Path(__file__).with_name("small_cnn")
FILTERS, DIGITS, EPOCHS = 4, 100, 3


def build_network() -> keras.Sequential:
    """Return the untrained network: one convolution, one pooling, one dense layer."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(FILTERS, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def read_network() -> keras.Sequential:
    """Return the network with the weights of the files."""
    network = build_network()
    arrays = [
        read(f"{name}.csv") for name in ("kernels", "biases", "dense_weights", "dense_biases")
    ]
    shapes = [weight.shape for weight in network.weights]
    network.set_weights([array.reshape(s) for array, s in zip(arrays, shapes, strict=True)])
    return network


def read(name: str) -> np.ndarray:
    """Return the numbers of a file, shape (rows, columns)."""
    return np.loadtxt(FOLDER / name, delimiter=",", ndmin=2)


def write(name: str, array: np.ndarray) -> None:
    """Write numbers into a file: one line for each entry along the first axis."""
    np.savetxt(FOLDER / name, array.reshape(len(array), -1), delimiter=",", fmt="%.9g")


def main() -> None:
    """Train the network and write the files."""
    keras.utils.set_random_seed(0)
    (x_train, y_train), (x_test, y_test) = data.load_digits()
    network = build_network()
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    network.fit(x_train[..., None] / 255, y_train, batch_size=32, epochs=EPOCHS, verbose=0)
    print(network.evaluate(x_test[..., None] / 255, y_test, verbose=0))
    FOLDER.mkdir(exist_ok=True)
    kernels, biases, dense_weights, dense_biases = network.get_weights()
    write("kernels.csv", kernels.reshape(9, FILTERS))  # a line for each place in the kernel
    write("biases.csv", biases)
    write("dense_weights.csv", dense_weights)
    write("dense_biases.csv", dense_biases)
    write("digits.csv", np.column_stack([y_test[:DIGITS], x_test[:DIGITS].reshape(DIGITS, -1)]))
    pixels = read("digits.csv")[:, 1:].reshape(-1, 28, 28, 1) / 255
    write("probabilities.csv", read_network().predict(pixels, verbose=0))


if __name__ == "__main__":
    main()

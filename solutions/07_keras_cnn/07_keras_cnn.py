# ---
# jupyter:
#   course:
#     summary: Networks that learn their filters, in Keras, and how far a picture may move before they fail
#     minutes: 60
# ---

# %% [markdown]
# # From dense to convolutional, in Keras
#
# **What you will do.** Train a network of dense layers to read digits, move a picture by two pixels and
# watch it fail. Put one convolution before it, then three. Take the smallest such network apart and
# compute its answer by hand. Measure everything that is claimed along the way.
#
# **What you will learn**
# - how to build, train and question a network in Keras;
# - why a dense network cannot read a picture that has moved, and how much convolution mends;
# - what a trained network computes, number by number, down to the softmax;
# - the other activations, dropout, L1 and L2, batch size and epochs, and what each is worth here;
# - how to find out what a published network does, when the text beside it says something else.
#
# **What you need.** [Lesson 02](../02_convolution/02_convolution.ipynb): cross-correlation and ReLU.
# [Lesson 05](../05_pooling/05_pooling.ipynb): max pooling and shifts.
# [Lesson 01](../01_pixels/01_pixels.ipynb): the average 1, and how to count parameters.

# %%
import importlib

import numpy as np

from utils import data, keras_cnn, pixels, plots, pooling, training
from utils.widgets import keras_cnn as keras_cnn_widgets

import keras  # after utils, which keeps TensorFlow quiet
from keras import layers

name = "bundled"  # or "mnist"
(x_train, y_train), (x_test, y_test) = data.load_digits(name)
train_images, test_images = training.prepare(x_train), training.prepare(x_test)
epochs = 12 if len(x_train) < 5_000 else 4

print("as they are ", x_test.shape, x_test.dtype, x_test.min(), "to", x_test.max())
print(
    "prepared    ", test_images.shape, test_images.dtype, test_images.min(), "to", test_images.max()
)

# %% [markdown]
# Networks like small numbers, so the images are divided by 255. And a convolutional layer wants to know
# how many channels there are: the last axis, of length 1, says *grey*.
#
# ## A network is a list of layers
#
# In Keras, the plainest way to build a network is a list. First the shape of one input, then the
# layers in the order in which numbers flow through them. Here is a toy for pictures of 2 × 3 pixels:

# %%
toy = keras.Sequential(
    [
        keras.Input((2, 3, 1)),
        layers.Flatten(),
        layers.Dense(4, activation="relu"),
        layers.Dense(2, activation="softmax"),
    ]
)
toy.summary()

# %% [markdown]
# `None` stands for *any number of pictures at once*. `Flatten` lays the 6 pixels in a row. A `Dense`
# layer multiplies them by its weights and adds a bias: 6 × 4 + 4 = 28 parameters, then 4 × 2 + 2 = 10.
# **Softmax** turns the last numbers into probabilities, which add up to 1. More on it below.

# %%
keras.utils.set_random_seed(1)
two_pictures = np.array([[[0, 1, 0], [0, 1, 0]], [[1, 0, 1], [1, 0, 1]]], "float32")[
    ..., np.newaxis
]
for row in np.asarray(toy(two_pictures)):
    print(f"{row[0]:.3f} + {row[1]:.3f} = {row.sum():.3f}")

# %% [markdown]
# Nobody has trained it, so these probabilities mean nothing yet. The source of this lesson, a chapter of a
# book, begins with a network of the same kind for digits: 784 pixels, 1,000 hidden units, 10 digits.
# Count its parameters before you build it:

# %%
hidden, output = 784 * 1000 + 1000, 1000 * 10 + 10
print(f"{hidden:,} + {output:,} = {hidden + output:,}")

# %% [markdown]
# ## Exercise 1: a dense network (1 point)
#
# Build that network, for images of any shape and for any number of classes. Return it as it is: it need
# not be compiled. Keras is what this exercise is about, so here you may use it.
#
# <details><summary>Hint 1</summary>
#
# The toy network has these three layers already. What has to change is where its numbers come from:
# the shape and the number of classes are *arguments*, not 28 and 10. `input_shape` goes into
# `keras.Input` as it is, without a batch axis.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Ask `build_dense().count_params()`. If it says 12,010 where 795,010 is wanted, the pixels were
# never laid in a row: a `Dense` layer works on the last axis alone, and that has the length 1.
# Activations have no parameters, so the count cannot tell you whether they are there. Look for one
# at each `Dense` layer yourself.
#
# </details>


# %% nbgrader={"grade_id": "build_dense", "solution": true}
def build_dense(input_shape=(28, 28, 1), classes=10):
    """Return a network: Flatten, Dense of 1,000 units with ReLU, Dense with softmax.

    Parameters
    ----------
    input_shape : tuple
        (height, width, channels) of one image.
    classes : int
        How many classes there are to choose from.

    Returns
    -------
    keras.Model
        With 795,010 parameters at the defaults.
    """
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Flatten(),
            layers.Dense(1000, activation="relu"),
            layers.Dense(classes, activation="softmax"),
        ]
    )
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-build_dense", "grade": true, "points": 0.5}
from utils import checks, keras_cnn

with checks.Exercise("keras_cnn.build_dense", build_dense, by_hand=False) as check:
    check.example(expected=keras_cnn.build_dense())
    check.agrees((4, 6, 1), 3)  # images of another shape, and three classes

# %% nbgrader={"grade_id": "test-build_dense-shapes", "grade": true, "points": 0.5}
# Marked when you hand in: images of other shapes, and other numbers of classes.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("keras_cnn.build_dense", build_dense, by_hand=False) as check:
    check.agrees((28, 28, 1), 10)
    check.agrees((6, 9, 1), 4)
    check.agrees((9, 5, 3), classes=7)
    check.agrees(input_shape=(28, 28, 3))
    check.agrees(classes=2)
### END HIDDEN TESTS

# %% [markdown]
# ### Train it
#
# An untrained network guesses. Training shows it the images in small *batches*, measures how wrong the
# probabilities are (the *loss*: minus the logarithm of the probability that the right digit got), and
# nudges every weight a little, so that the loss falls. One pass through all images is an *epoch*.
# [Lesson 10](../10_backprop/10_backprop.ipynb) shows how a nudge is found. `training.train` calls Keras's
# own `compile` and `fit`, and draws what happens:

# %%
keras.utils.set_random_seed(7)
dense = keras_cnn.build_dense()
guessing = training.accuracy(dense, test_images, y_test)
record = training.train(dense, train_images, y_train, epochs, seed=7, test=(test_images, y_test))

# %%
print(record)
print(f"accuracy on the test images before training: {guessing:.3f}")
print(
    f"                             after training: {training.accuracy(dense, test_images, y_test):.3f}"
)

# %% [markdown]
# That is good reading, for a network that does not know that pixels have neighbours.
#
# ## The average 1, moved
#
# [Lesson 01](../01_pixels/01_pixels.ipynb) averaged all the 1s. The network reads that picture without
# trouble. Now move it: one pixel to the left, one to the right, two to the right.


# %%
def signed(dx):
    """Write a title for a picture that is moved, with a true minus sign."""
    return f"moved by {dx}".replace("-", "−")


average = training.prepare(pixels.mean_image(x_train, y_train, 1)[np.newaxis])[0]
predict_dense = training.predictor(dense)
moves = [-1, 0, 1, 2]
moved = np.stack([pooling.shift(average, dx) for dx in moves])
probabilities = predict_dense(moved)

figure, axes = plots.figure(9, 4.2, 2, 4, height_ratios=[1.2, 1])
for column, (dx, picture, values) in enumerate(zip(moves, moved, probabilities)):
    keras_cnn_widgets.draw_centred(axes[0, column], picture[:, :, 0], signed(dx))
    axes[1, column].bar(range(10), values, color=plots.BLUE)
    axes[1, column].set(
        xticks=range(10), ylim=(0, 1.05), xlabel=f"{values.argmax()}, with {values.max():.0%}"
    )
axes[1, 0].set_ylabel("probability")
said = [f"{signed(dx)}, read as {values.argmax()}" for dx, values in zip(moves, probabilities)]
plots.Picture(figure, alt="The average 1 in four places: " + "; ".join(said) + ".")

# %%
print("moved by             ", *(f"{dx:>4}" for dx in moves))
print("the chapter's network", *(f"{digit:>4}" for digit in (8, 1, 1, 3)))
print("this network         ", *(f"{digit:>4}" for digit in probabilities.argmax(axis=1)))

# %% [markdown]
# The chapter's network failed at −1 and at +2. Yours need not fail at the same places: its weights began
# elsewhere, and it saw other digits. But two pixels are enough here too. **Drag the slider** and find
# where the answer tips, to the left, to the right, up and down. Then try the digits.

# %%
pictures = {"the average 1": average} | {
    f"a {digit}": test_images[np.flatnonzero(y_test == digit)[0]] for digit in range(10)
}
keras_cnn_widgets.shift_explorer({"dense": predict_dense}, pictures)

# %% [markdown]
# Why so soon? Each weight belongs to one pixel. The further the picture moves, the more of its ink meets
# weights that were trained for paper:

# %%
for dx in range(4):
    overlap = np.minimum(average, pooling.shift(average, dx)).sum() / average.sum()
    print(f"moved by {dx}: {overlap:4.0%} of the ink lies where ink was")

# %% [markdown]
# ## Exercise 2: accuracy under shift (2 points)
#
# One picture proves little. Write a function that moves **all** test images by `dx`, asks the network, and
# returns the share that it gets right, for each of several `dx`. It takes the network as a function,
# `predict`, so that it can be tried on something small. Take three pictures of 1 × 3 pixels, and a
# "network" whose score for class *c* is the brightness of column *c*:

# %%
three = np.array([[[9], [0], [0]], [[0], [9], [0]], [[0], [0], [9]]]).reshape(3, 1, 3, 1)


def brightest_column(x):
    """Return for each picture the brightness of its columns."""
    return x[:, 0, :, 0]


figure, axes = plots.figure(7.5, 2.1, 3, 3)
for row, column in np.ndindex(3, 3):
    dx = column - 1
    picture = pooling.shift(three[row], dx)
    class_ = brightest_column(picture[np.newaxis]).argmax()
    title = signed(dx) if row == 0 else None
    plots.matrix(axes[row, column], picture[:, :, 0], title)
    axes[row, column].text(3.3, 0.55, f"class {class_}", va="center")
plots.Picture(
    figure,
    alt="Bright pixels in columns 0, 1 and 2. Moved by −1, the classes are 0, 0, 1; unmoved, 0, 1, 2; "
    "moved by 1, they are 1, 2, 0.",
)

# %% [markdown]
# If the right classes are 0, 1, 2, then moved by −1 only the first is right (all its pixels are 0 now,
# and of equal scores `argmax` takes the first): 1/3. Unmoved, 3/3. Moved by 1, none: 0.
#
# Zeros come in, as in lesson 05; nothing wraps around. You may use `pooling.shift`, or write the move
# yourself.
#
# <details><summary>Hint 1</summary>
#
# For one `dx` there are three steps: move the images, ask `predict` once, compare with the labels.
# Get these right first, then put the loop over `shifts` around them. Mind that each turn begins
# with the images as they were given, not with what the turn before has left.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `predict` gives a row of scores for each image. The predicted class is the place of the highest
# score *in that row*: along which axis of `(N, classes)` do you look? Comparing predictions and
# labels gives N times True or False. Their mean is the share of True, already between 0 and 1.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# `pooling.shift` moves one image at a time. (`np.roll` would move all at once, but what leaves on
# one side comes back on the other.) One thing is left open here, and the mean is still to come:
#
# ```python
# moved = np.stack([pooling.shift(image, dx) for image in images])
# right = predict(moved).argmax(axis=...) == labels
# ```
#
# </details>


# %% nbgrader={"grade_id": "accuracy_under_shift", "solution": true}
def accuracy_under_shift(predict, images, labels, shifts):
    """Return how well a network reads images that are moved sideways, for each of some shifts.

    Parameters
    ----------
    predict : function
        Takes images of shape (N, H, W, 1), returns an array (N, classes) with a score for each
        class; the highest is the prediction.
    images : array of shape (N, H, W, 1), of any real dtype
    labels : array of shape (N,) of integers
        The right classes.
    shifts : list of int
        Pixels to the right; negative: to the left. Of any size. Zeros come in.

    Returns
    -------
    list of float
        For each shift the share of images that are read right, from 0 to 1.
    """
    ### BEGIN SOLUTION
    accuracies = []
    for dx in shifts:
        moved = np.stack([pooling.shift(image, dx) for image in images])
        right = predict(moved).argmax(axis=1) == labels
        accuracies.append(float(right.mean()))
    return accuracies
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-accuracy_under_shift", "grade": true, "points": 0.5}
import numpy as np

from utils import checks


def brightest_column(x):
    return x[:, 0, :, 0]


with checks.Exercise(
    "keras_cnn.accuracy_under_shift", accuracy_under_shift, allowed=["pooling.shift"]
) as check:
    three = np.array([[[9], [0], [0]], [[0], [9], [0]], [[0], [0], [9]]]).reshape(3, 1, 3, 1)
    check.example(
        *(brightest_column, three, np.array([0, 1, 2]), [-1, 0, 1]), expected=[1 / 3, 1.0, 0.0]
    )
    # In any order; and moved by 5, every picture is black, which is read as class 0.
    check.example(
        *(brightest_column, three, np.array([1, 2, 2]), [1, 5, 0, -1]),
        expected=[2 / 3, 0.0, 1 / 3, 0.0],
    )

# %% nbgrader={"grade_id": "test-accuracy_under_shift-directions", "grade": true, "points": 0.5}
# Marked when you hand in: left and right, in any order, and images that are not square.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(71)


def make_network(height, width, classes):
    weights = rng.normal(size=(height * width, classes))
    weights -= weights.mean(axis=0)  # so that no class always wins

    def network(x):
        if np.ndim(x) != 4:
            raise ValueError(f"predict takes (N, H, W, 1), but was given {np.shape(x)}")
        return np.asarray(x, float).reshape(len(x), height * width) @ weights

    return network


with checks.Exercise(
    "keras_cnn.accuracy_under_shift", accuracy_under_shift, allowed=["pooling.shift"]
) as check:
    # Ink in the middle columns alone, so that nothing could wrap around.
    for height, width, count, shifts in [
        (6, 11, 60, [0, 1, 2, 3]),
        (9, 13, 80, [-3, -1, 0, 2]),
        (3, 12, 50, [2, -2, 1, -1]),
        (12, 12, 40, [0]),
    ]:
        images = np.zeros((count, height, width, 1))
        images[:, :, 3 : width - 3] = rng.random((count, height, width - 6, 1))
        network = make_network(height, width, 4)
        labels = network(images).argmax(axis=1)
        labels[::5] = rng.integers(0, 4, len(labels[::5]))
        check.agrees(network, images, labels, shifts)
        check.agrees(predict=network, images=images, labels=labels, shifts=shifts)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-accuracy_under_shift-border", "grade": true, "points": 0.5}
# Marked when you hand in: ink that reaches the border, and shifts as large as the image or larger.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(72)


def make_network(height, width, classes):
    weights = rng.normal(size=(height * width, classes))
    weights -= weights.mean(axis=0)  # so that no class always wins

    def network(x):
        if np.ndim(x) != 4:
            raise ValueError(f"predict takes (N, H, W, 1), but was given {np.shape(x)}")
        return np.asarray(x, float).reshape(len(x), height * width) @ weights

    return network


with checks.Exercise(
    "keras_cnn.accuracy_under_shift", accuracy_under_shift, allowed=["pooling.shift"]
) as check:
    for height, width, count, shifts in [
        (5, 7, 60, [-2, 0, 2]),
        (8, 6, 60, [5, -5, 1]),
        (4, 5, 60, [5, -5, 6, -7, 30, -30, 0]),
        (5, 5, 5, [1, -1, 2, -2, 0]),
        (1, 4, 30, [1, -3]),
    ]:
        images = rng.random((count, height, width, 1)) + 0.1
        network = make_network(height, width, 3)
        labels = network(images).argmax(axis=1)
        labels[::4] = rng.integers(0, 3, len(labels[::4]))
        check.agrees(network, images, labels, shifts)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-accuracy_under_shift-numbers", "grade": true, "points": 0.5}
# Marked when you hand in: other kinds of number, few images, one image.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(73)


def make_network(height, width, classes):
    weights = rng.normal(size=(height * width, classes))
    weights -= weights.mean(axis=0)  # so that no class always wins

    def network(x):
        if np.ndim(x) != 4:
            raise ValueError(f"predict takes (N, H, W, 1), but was given {np.shape(x)}")
        return np.asarray(x, float).reshape(len(x), height * width) @ weights

    return network


with checks.Exercise(
    "keras_cnn.accuracy_under_shift", accuracy_under_shift, allowed=["pooling.shift"]
) as check:
    for dtype, low, high in [
        (np.uint8, 0, 256),
        (np.int8, -128, 128),
        (np.int16, -3000, 3000),
        (np.float32, 0, 100),
    ]:
        images = rng.integers(low, high, (50, 5, 8, 1)).astype(dtype)
        network = make_network(5, 8, 6)
        labels = network(images).argmax(axis=1).astype(np.uint8)
        labels[::3] = rng.integers(0, 6, len(labels[::3]))
        check.agrees(network, images, labels, [-1, 0, 1, 4])
    for count in (1, 2, 3):
        images = rng.random((count, 4, 6, 1))
        network = make_network(4, 6, count)
        check.agrees(network, images, np.arange(count)[::-1], (0, -2, 1))
### END HIDDEN TESTS

# %% [markdown]
# ### The curve
#
# The same measurement on the dense network, with all test images moved by up to four pixels:

# %%
shifts = list(range(-4, 5))
curves = {"dense": keras_cnn.accuracy_under_shift(predict_dense, test_images, y_test, shifts)}
left, right = (curves["dense"][shifts.index(dx)] for dx in (-2, 2))
print(f"dense, moved by −2: {left:.2f}, by +2: {right:.2f}. Below 0.8: {max(left, right) < 0.8}")

training.shift_curve(
    curves,
    shifts,
    alt="Accuracy of the dense network against shift: highest at 0, lower by a few hundredths at 1 pixel, "
    f"{left:.2f} at −2 and {right:.2f} at 2, under one half at 4.",
)

# %% [markdown]
# A peak, not a plateau. Two pixels are 7 % of the picture's width, and a quarter of the answers or more are
# gone.
#
# ## One convolution
#
# Now put what you built in lessons 02 and 05 in front. Ten filters of 3 × 3 slide over the picture, **the
# same ten everywhere**. What they answer to in one place they answer to in any other. Max pooling then
# keeps the largest of each 2 × 2 window, which forgives a step of one pixel now and then. A toy again, on
# 8 × 7 pixels with 4 filters:

# %%
keras.Sequential(
    [
        keras.Input((8, 7, 1)),
        layers.Conv2D(4, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(5, activation="softmax"),
    ]
).summary()

# %% [markdown]
# 8 × 7 becomes 6 × 5 under a kernel of 3 × 3, then 3 × 2: the fifth column is left over. The convolution
# has 3 × 3 × 1 × 4 weights and 4 biases, 40 in all; its weights do not multiply with the size of the
# picture. The dense layer's still do.
#
# In the chapter's version, the convolution stands before the 1,000 hidden units. Where do its parameters sit?

# %%
counts = {
    "Conv2D, 10 filters of 3×3": 3 * 3 * 1 * 10 + 10,
    "Dense 1000 on 13×13×10 values": 13 * 13 * 10 * 1000 + 1000,
    "Dense 10": 1000 * 10 + 10,
}
for label, count in counts.items():
    print(f"{label:<32}{count:>10,}  {count / sum(counts.values()):7.2%}")
print(f"{'together':<32}{sum(counts.values()):>10,}")

# %% [markdown]
# ## Exercise 3: a convolutional network (2 points)
#
# Build the network whose parameters you have just counted.
#
# <details><summary>Hint 1</summary>
#
# Take your network of exercise 1 and put two layers before its `Flatten`, the two that you see in
# the second toy. How many filters, and how large? All else is as Keras has it when you say nothing:
# a convolution that pads nothing, and a pooling that moves by its own size.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `build_cnn().count_params()` tells most mistakes apart:
#
# | it says | what happened |
# |---|---|
# | 1,701,110 | right so far |
# | 1,971,110 | the convolution has `padding="same"` |
# | 6,261,110 | the pooling moves by 1 |
# | 6,771,110 | there is no pooling |
# | 21,110 | there is no `Flatten` |
#
# It says nothing about activations. There should be three, and they are not all the same.
#
# </details>


# %% nbgrader={"grade_id": "build_cnn", "solution": true}
def build_cnn(input_shape=(28, 28, 1), classes=10):
    """Return a network with one convolution.

    The layers: Conv2D with 10 filters of 3x3 and ReLU, MaxPooling2D of 2x2, Flatten, Dense of
    1,000 units with ReLU, Dense with softmax.

    Parameters
    ----------
    input_shape : tuple
        (height, width, channels) of one image.
    classes : int
        How many classes there are to choose from.

    Returns
    -------
    keras.Model
        With 1,701,110 parameters at the defaults.
    """
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(10, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(1000, activation="relu"),
            layers.Dense(classes, activation="softmax"),
        ]
    )
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-build_cnn", "grade": true, "points": 0.5}
from utils import checks, keras_cnn

with checks.Exercise("keras_cnn.build_cnn", build_cnn, by_hand=False) as check:
    check.example(expected=keras_cnn.build_cnn())
    check.agrees((7, 9, 3), 3)  # images of another shape, and three classes

# %% nbgrader={"grade_id": "test-build_cnn-shapes", "grade": true, "points": 0.5}
# Marked when you hand in: images of other shapes, and other numbers of classes.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("keras_cnn.build_cnn", build_cnn, by_hand=False) as check:
    check.agrees((28, 28, 1), 10)
    check.agrees((9, 12, 1), 4)
    check.agrees((11, 8, 3), classes=7)
    check.agrees(input_shape=(28, 28, 3))
    check.agrees(classes=2)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-build_cnn-convolution", "grade": true, "points": 0.5}
# Marked when you hand in: the convolution and the pooling alone, whatever the other layers are.
### BEGIN HIDDEN TESTS
from utils import checks, keras_cnn
from utils.checks import models

KINDS = ("Conv2D", "MaxPooling2D", "AveragePooling2D", "GlobalMaxPooling2D")
with checks.Exercise("keras_cnn.build_cnn", build_cnn, by_hand=False) as check:
    expected = models.settings_of(keras_cnn.build_cnn(), *KINDS)
    check.satisfies(
        lambda model: models.settings_of(model, *KINDS) == expected,
        "It should have one convolution, 10 filters of 3x3 with ReLU and nothing padded, and then "
        "one max pooling of 2x2.",
    )
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-build_cnn-dense", "grade": true, "points": 0.5}
# Marked when you hand in: Flatten and the dense layers alone.
### BEGIN HIDDEN TESTS
from utils import checks, keras_cnn
from utils.checks import models

KINDS = ("Flatten", "Dense")
with checks.Exercise("keras_cnn.build_cnn", build_cnn, by_hand=False) as check:
    expected = models.settings_of(keras_cnn.build_cnn(), *KINDS)
    check.satisfies(
        lambda model: models.settings_of(model, *KINDS) == expected,
        "After the pooling should come a Flatten, a dense layer of 1,000 units with ReLU, and one of "
        "ten with softmax.",
    )
### END HIDDEN TESTS

# %% [markdown]
# ### Does it help?
#
# Train it as before, and lay its curve over the first.

# %%
keras.utils.set_random_seed(7)
cnn = keras_cnn.build_cnn()
record = training.train(cnn, train_images, y_train, epochs, seed=7, name="one convolution")

# %%
print(record)
predict_cnn = training.predictor(cnn)
curves["one convolution"] = keras_cnn.accuracy_under_shift(predict_cnn, test_images, y_test, shifts)
for label, values in curves.items():
    print(
        f"{label:<16}", *(f"{dx:+}: {values[shifts.index(dx)]:.2f}  " for dx in (-2, -1, 0, 1, 2))
    )

training.shift_curve(
    curves,
    shifts,
    alt="Accuracy against shift for the dense network and for the one with one convolution: the two "
    "curves are close, both with a peak at 0 and well below it at 2 pixels.",
)

# %% [markdown]
# Less than you may have hoped. The chapter has the network read the average 1 correctly at one pixel and
# wrongly at two. Over all test images, one convolution with pooling moves the curve a little, by an
# amount that changes with the data and with the seed. The reason is in the table above: 99 % of the
# parameters are in a dense layer behind the pooling, and that layer still knows every place by its
# number. It does not take one convolution to forget places; it takes several, as you will see.
#
# ## Inside: every number
#
# Before you go deeper, make sure that there is no magic in it. The chapter trains a network that is small
# enough to follow: two inputs of 4 × 4, one filter, one pooling window, ten hidden units, two outputs.

# %%
inputs = keras_cnn.TWO_INPUTS / 8
plots.matrices(
    {"class 0": inputs[0], "class 1": inputs[1]},
    alt="Two 4x4 inputs with values from −1 to 1: the first all positive, the second of both signs.",
)

# %%
tiny_images = inputs[..., np.newaxis].astype("float32")
keras.utils.set_random_seed(5)
tiny = keras_cnn.build_tiny()
tiny.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
record = training.train(tiny, tiny_images, np.array([0, 1]), epochs=60, batch_size=2, seed=5)

# %% [markdown]
# `get_weights` returns what it has learned: a list of arrays, two for each layer that has any.

# %%
weights = tiny.get_weights()
for what, array in zip(["kernel", "its bias", "dense 10", "biases", "dense 2", "biases"], weights):
    print(f"{what:<10}{array.shape!s:<15}", array.ravel().round(2)[:9])

# %% [markdown]
# The kernel's shape is *(rows, columns, channels in, filters)*, as in lesson 02. Now follow one input.
# **Press play**, or go step by step: four sums, ReLU, the largest, ten units, two units, softmax.

# %%
keras_cnn_widgets.forward_stepper(weights, {"class 0": inputs[0], "class 1": inputs[1]})

# %% [markdown]
# The last step is the **softmax**. It takes the exponential of each of the last numbers, the *logits*
# $z$, and divides by their sum:
#
# $$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$
#
# Exponentials grow fast, and a `float64` ends near $10^{308}$. Also look at what adding the same number
# to all logits does:


# %%
def plain_softmax(logits):
    """Return the softmax as the formula has it."""
    exponentials = np.exp(np.array(logits, float))
    return exponentials / exponentials.sum()


with np.errstate(all="ignore"):
    for logits in ([1, 2], [101, 102], [-99, -98], [1001, 1002]):
        print(f"{logits!s:<14}", plain_softmax(logits))

# %% [markdown]
# 1, 2 and 101, 102 give the same: the factor $e^{100}$ stands above and below the line. But 1001, 1002
# gives *nan*, infinity divided by infinity. Before you take exponentials, you may add or subtract any
# number. Choose one with which nothing can overflow.
#
# ## Exercise 4: the tiny network by hand (3 points)
#
# Compute what the network predicts, in NumPy alone: no Keras, no `utils`. Your earlier answers may serve:
# copy them here if you like.
#
# To check by hand: let the kernel be nine 1s and its bias −0.625. On the first input the four sums are
# 33/8, 42/8, 35/8 and 45/8, each minus 0.625; the largest is 5. Let the first hidden unit take 1 × 5, and
# all others nothing. Let the two outputs take 0.2 and 0.4 times that unit: 1 and 2. Softmax of 1, 2 is
# 0.2689, 0.7311, as printed above.
#
# <details><summary>Hint 1</summary>
#
# Give the six arrays their names: `kernel, bias, w1, b1, w2, b2 = weights`. Then follow the sizes.
# The image is 4 × 4, the map 2 × 2, after the pooling there is one number, then there are ten, then
# two. Of the kernel's four axes you need the first two, `kernel[:, :, 0, 0]`, and it is not
# flipped.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# A dense layer is a row of numbers times a matrix, plus its biases: `row @ w + b`. A row with the
# one pooled number is `np.array([pooled])`. ReLU comes twice, after the convolution and after the
# ten hidden units, and both times the bias is added *before* it. The two logits get no ReLU. On the
# worked example you should meet 5 after the pooling, and the logits 1 and 2. (If the image holds
# small integers, make it floats before you multiply.)
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# You may subtract any one number from all logits. Which one makes the largest exponent exactly 0?
# Then no exponential is above 1 and one of them is 1, so nothing overflows and nothing is divided
# by 0:
#
# ```python
# exponentials = np.exp(logits - ...)
# ```
#
# </details>


# %% nbgrader={"grade_id": "forward_by_hand", "solution": true}
def forward_by_hand(weights, image):
    """Return what the tiny network predicts for one image.

    The network: Conv2D with 1 filter of 3x3 and ReLU, MaxPooling2D of 2x2, Flatten, Dense of 10
    units with ReLU, Dense of 2 units with softmax.

    Parameters
    ----------
    weights : list of 6 arrays, as model.get_weights() returns it
        Kernel (3, 3, 1, 1) and bias (1,); weights (1, 10) and biases (10,); weights (10, 2) and
        biases (2,).
    image : array of shape (4, 4), of any real dtype

    Returns
    -------
    array of shape (2,)
        The two probabilities, right for logits of any size.
    """
    ### BEGIN SOLUTION
    kernel, bias, w1, b1, w2, b2 = weights
    image = np.asarray(image, dtype=float)
    feature_map = np.zeros((2, 2))
    for i in range(2):
        for j in range(2):
            feature_map[i, j] = np.sum(image[i : i + 3, j : j + 3] * kernel[:, :, 0, 0]) + bias[0]
    pooled = np.maximum(feature_map, 0).max()
    hidden = np.maximum(np.array([pooled]) @ w1 + b1, 0)
    logits = hidden @ w2 + b2
    exponentials = np.exp(logits - logits.max())
    return exponentials / exponentials.sum()
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-forward_by_hand", "grade": true, "points": 1}
import numpy as np

from utils import checks

with checks.Exercise("keras_cnn.forward_by_hand", forward_by_hand, atol=1e-5) as check:
    first = np.array([[1, 2, 3, 4], [2, 3, 4, 5], [5, 6, 7, 8], [1, 3, 4, 5]]) / 8
    second = np.array([[-1, 2, 3, -4], [2, -3, 4, 5], [-5, 6, -7, 8], [-1, -3, -4, -5]]) / 8
    # Nine 1s and −0.625; one hidden unit that copies, one that negates; 0.2 and 0.4 of the first.
    weights = [
        np.ones((3, 3, 1, 1)),
        np.array([-0.625]),
        np.array([[1, -1, 0, 0, 0, 0, 0, 0, 0, 0]]),
        np.zeros(10),
        np.array([[0.2, 0.4], [1, 0]] + [[0, 0]] * 8),
        np.zeros(2),
    ]
    # First input: 45/8 − 0.625 = 5, logits 1 and 2. Second: 14/8 − 0.625 = 1.125, 0.225 and 0.45.
    check.example(weights, first, expected=[0.268941, 0.731059])
    check.example(weights, second, expected=[0.443986, 0.556014])
    # Nine −1s: all four sums are negative, ReLU makes them 0, and both logits are 0.
    check.example([-weights[0], *weights[1:]], first, expected=[0.5, 0.5])
    # Last biases of −1000 and −4000: logits −999 and −3998.
    check.example([*weights[:5], np.array([-1000, -4000])], first, expected=[1, 0])
    # Bytes: 2×200 + 100 = 500 is the largest sum. Hidden biases of −499 leave 1: logits 0.2 and 0.4.
    dots = np.array([[0, 200, 0, 0], [0, 0, 100, 0], [0, 0, 0, 0], [0, 0, 0, 0]], np.uint8)
    kernel = np.array([[0, 2, 0], [0, 0, 1], [0, 0, 0]]).reshape(3, 3, 1, 1)
    slanted = [kernel, np.zeros(1), weights[2], np.full(10, -499), *weights[4:]]
    check.example(slanted, dots, expected=[0.450166, 0.549834])

# %% nbgrader={"grade_id": "test-forward_by_hand-weights", "grade": true, "points": 1}
# Marked when you hand in: other weights and other images.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(74)
shapes = [(3, 3, 1, 1), (1,), (1, 10), (10,), (10, 2), (2,)]
with checks.Exercise("keras_cnn.forward_by_hand", forward_by_hand, atol=1e-5) as check:
    for _ in range(30):
        weights = [rng.normal(0, 0.6, shape).astype(np.float32) for shape in shapes]
        check.agrees(weights, rng.normal(size=(4, 4)))
    # A filter that never answers, and one that always does.
    for sign in (-1, 1):
        weights = [rng.normal(0, 0.6, shape).astype(np.float32) for shape in shapes]
        weights[0] = sign * np.abs(weights[0])
        weights[1] = np.array([sign * 0.1], np.float32)
        check.agrees(weights, rng.random((4, 4)))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-forward_by_hand-numbers", "grade": true, "points": 0.5}
# Marked when you hand in: images of other kinds of number.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(75)
with checks.Exercise("keras_cnn.forward_by_hand", forward_by_hand, atol=1e-5) as check:
    for dtype, low, high, scale in [
        (np.uint8, 100, 256, 1000),
        (np.int8, -128, 128, 500),
        (np.int16, -30000, 30000, 100_000),
        (np.int64, -8, 9, 10),
        (np.float32, 0, 9, 10),
    ]:
        for whole in (True, False):
            kernel = rng.integers(-3, 4, (3, 3, 1, 1))
            weights = [
                kernel.astype(np.int64 if whole else np.float32),
                np.array([2], np.float32),
                rng.integers(-3, 4, (1, 10)) / scale,
                rng.normal(size=10),
                rng.normal(size=(10, 2)),
                rng.normal(size=2),
            ]
            check.agrees(weights, rng.integers(low, high, (4, 4)).astype(dtype))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-forward_by_hand-softmax", "grade": true, "points": 0.5}
# Marked when you hand in: large logits, of both signs.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("keras_cnn.forward_by_hand", forward_by_hand, atol=1e-5) as check:
    image = np.arange(16).reshape(4, 4) / 16
    # The filter and the hidden layer give nothing, so the last biases are the logits.
    silent = [np.zeros((3, 3, 1, 1)), np.zeros(1), np.zeros((1, 10)), np.zeros(10)]
    for logits in [
        (0, 0),
        (1, -2),
        (1000, 1001),
        (-1000, -1001),
        (2000, 2000),
        (5000, -5000),
        (-3000, -2998),
        (80, 90),
        (0, 800),
    ]:
        check.agrees([*silent, np.zeros((10, 2)), np.array(logits, np.float32)], image)
    check.satisfies(
        lambda probabilities: bool(np.isfinite(np.asarray(probabilities, float)).all()),
        "The softmax overflows, or divides 0 by 0, where the logits are large. Subtract the same "
        "number from both logits first: that changes no quotient. Which number keeps both "
        "exponentials at 1 or below, and one of them at 1?",
        *([*silent, np.zeros((10, 2)), np.array([1000, -1000])], image),
    )
### END HIDDEN TESTS

# %% [markdown]
# ### By hand and by Keras
#
# The same calculation, from `utils`, beside the trained network's own:

# %%
by_keras = training.predictor(tiny)(tiny_images)
for index, picture in enumerate(inputs):
    by_hand = keras_cnn.forward_by_hand(tiny.get_weights(), picture)
    difference = np.abs(by_hand - by_keras[index]).max()
    print(f"class {index}: by hand {by_hand.round(6)}, by Keras {by_keras[index].round(6)}")
    print(f"         they agree to 0.00001: {difference < 1e-5}")

# %% [markdown]
# Nothing is left unexplained. 52 numbers, found by training; the rest you can do on paper.
#
# ## Activations
#
# ReLU is one of several functions that can follow a layer's sums. These are the ones that you will meet:

# %%
x = np.linspace(-4, 4, 161)
shapes = {
    "ReLU": np.maximum(x, 0),
    "leaky ReLU, slope 0.01": keras_cnn.leaky_relu(x),
    "leaky ReLU, slope 0.3": keras_cnn.leaky_relu(x, slope=0.3),
    "tanh": np.tanh(x),
    "sigmoid": keras_cnn.sigmoid(x),
}
figure, ax = plots.figure(6.6, 2.9)
for index, (label, values) in enumerate(shapes.items()):
    style = ("-", "--", "-.", "-", ":")[index]
    ax.plot(x, values, style, color=plots.COLOURS[index], linewidth=2, label=label)
ax.axhline(0, color=plots.GREY, linewidth=0.8, zorder=0)
ax.set(ylim=(-1.4, 2.6), xlabel="before", ylabel="after")
ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
plots.Picture(
    figure,
    alt="ReLU is 0 below 0; leaky ReLU falls gently there, at a slope of 0.01 or 0.3; tanh runs from "
    "−1 to 1, sigmoid from 0 to 1.",
)

# %% [markdown]
# | function | formula | where |
# |---|---|---|
# | ReLU | $\max(x, 0)$ | hidden layers, the usual choice |
# | leaky ReLU | $x$ if $x > 0$, else $a\,x$ with a small slope $a$ | hidden layers, so that no unit is silent for good |
# | tanh | $(e^{x} - e^{-x}) / (e^{x} + e^{-x})$ | hidden layers of older networks, such as LeNet-5 |
# | sigmoid | $1 / (1 + e^{-x})$ | one output: a probability of *yes* |
# | softmax | $e^{x_i} / \sum_j e^{x_j}$ | several outputs: one probability each |

# %%
print("leaky ReLU at −2, by slope:")
for slope in (0.001, 0.01, 0.3):
    print(f"  {slope:<6}", keras_cnn.leaky_relu(-2, slope=slope))
layer, function = layers.LeakyReLU(), keras.activations.leaky_relu
print("without being told, Keras's layer gives   ", round(float(layer(np.array([-2.0]))[0]), 3))
print("and Keras's function                      ", round(float(function(np.array([-2.0]))[0]), 3))
print("sigmoid(1.5)                              ", keras_cnn.sigmoid(1.5).round(6))
print("softmax of 1.5 and 0, the first of the two", keras_cnn.softmax([1.5, 0])[0].round(6))

# %% [markdown]
# The last two lines agree: a sigmoid is a softmax whose second logit is 0.
#
# > **Spot the slip.** One of the sources gives leaky ReLU as $0.001\,x$ below 0. No law forbids it, but
# > **0.01** is the usual slope; Keras's layer takes 0.3 and its function 0.2, as the output above shows.
# > A number on which nobody agrees is a parameter: write it down, `LeakyReLU(negative_slope=0.01)`. The same
# > source has $f(x) = 1/(1+e^{-u})$ for the sigmoid. The two letters must be one: $f(x) = 1/(1+e^{-x})$.
#
# ## Two filters: 1 or not
#
# What does a filter learn? The chapter asks a smaller question of a smaller network: *is it a 1, or
# not?* There are two filters, a pooling, and one output with a sigmoid.

# %%
keras.utils.set_random_seed(2)
two_filters = keras_cnn.build_two_filters()
is_one = (y_train == 1).astype("float32")
record = training.train(two_filters, train_images, is_one, epochs=10, batch_size=32, seed=2)

# %%
says_one = training.predictor(two_filters)(test_images)[:, 0] > 0.5
print(f"right on the test images:  {np.mean(says_one == (y_test == 1)):.3f}")
print(f'always saying "not a 1":   {np.mean(y_test != 1):.3f}')

# %% [markdown]
# The second line matters. One digit in ten is a 1, so a network that has learned nothing is right nine
# times in ten.
#
# Which filter *answers to a 1*? The chapter's way: let each filter slide over all the 1s, apply ReLU, and
# take the mean over all images and positions.
#
# ## Exercise 5: the mean activation (2 points)
#
# Write that measure by hand, with NumPy: valid cross-correlation, plus the bias, then ReLU, then the mean
# of everything. In small: two images of one row, 1 2 and 5 0, and the kernel 1 −1.

# %%
for label, row in [("first", [1, 2]), ("second", [5, 0])]:
    answer = row[0] - row[1]
    print(f"{label:<7}{row[0]} − {row[1]} = {answer:>2}, after ReLU {max(answer, 0)}")
print(
    "mean activation (0 + 5) / 2 =", (0 + 5) / 2, "  with a bias of 2: (1 + 7) / 2 =", (1 + 7) / 2
)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The order matters. In the example, the two answers are −1 and 5. ReLU of their mean is 2, the mean
# of their ReLUs is 2.5; which one is asked for? And with a bias of 2, why is it (1 + 7) / 2?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# First count the positions: `rows = images.shape[1] - kh + 1`, and the columns likewise. Then,
# instead of visiting every position of every image, visit the few weights of the kernel. Over all
# positions, `kernel[0, 0]` meets the pixels `images[:, 0:rows, 0:columns]`, in all images at once.
# Which ones does `kernel[a, b]` meet? Images of bytes should be floats before they are multiplied.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# sums = np.zeros((len(images), rows, columns))
# for a in range(kh):
#     for b in range(kw):
#         sums += kernel[a, b] * images[:, ..., ...]
# ```
#
# After the loops three things are left, in this order: the bias, ReLU, one mean over the whole
# array. Zeros count in that mean like all other numbers.
#
# </details>


# %% nbgrader={"grade_id": "mean_activation", "solution": true}
def mean_activation(images, kernel, bias=0.0):
    """Return how strongly one filter answers to some images, on average.

    Parameters
    ----------
    images : array of shape (N, H, W), of any real dtype
    kernel : array of shape (kh, kw), of any real dtype
    bias : float

    Returns
    -------
    float
        The mean, over all images and all positions, of ReLU(valid cross-correlation + bias).
    """
    ### BEGIN SOLUTION
    images, kernel = np.asarray(images, dtype=float), np.asarray(kernel, dtype=float)
    kh, kw = kernel.shape
    rows, columns = images.shape[1] - kh + 1, images.shape[2] - kw + 1
    sums = np.full((len(images), rows, columns), float(bias))
    for a in range(kh):
        for b in range(kw):
            sums += images[:, a : a + rows, b : b + columns] * kernel[a, b]
    return float(np.maximum(sums, 0).mean())
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-mean_activation", "grade": true, "points": 0.5}
import numpy as np

from utils import checks

with checks.Exercise("keras_cnn.mean_activation", mean_activation) as check:
    two_rows = np.array([[[1, 2]], [[5, 0]]])
    check.example(two_rows, np.array([[1, -1]]), expected=2.5)
    check.example(two_rows, np.array([[1, -1]]), 2.0, expected=4.0)
    check.example(two_rows / 4, np.array([[1, -1]]), expected=0.625)
    # Lesson 02's edge, four rows of it: every row of the map is 0, 30, 30, 0.
    half_bright = np.array([[[10, 10, 10, 0, 0, 0]] * 4])
    check.example(half_bright, np.array([[1, 0, -1]] * 3), expected=15.0)
    # Small integers: 2×100 − 3×50 = 50 and 2×50 − 3×100 = −200, which becomes 0.
    small = np.array([[[100, 50, 100]]], np.int8)
    check.example(small, np.array([[2, -3]], np.int8), expected=25.0)

# %% nbgrader={"grade_id": "test-mean_activation-shapes", "grade": true, "points": 0.5}
# Marked when you hand in: images and kernels that are not square, any number of images.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(76)
with checks.Exercise("keras_cnn.mean_activation", mean_activation) as check:
    for images_shape, kernel_shape in [
        ((4, 6, 7), (3, 2)),
        ((3, 9, 6), (2, 4)),
        ((6, 6, 6), (3, 3)),
        ((5, 4, 8), (4, 1)),
        ((1, 7, 3), (1, 3)),
        ((2, 3, 5), (3, 5)),
        ((7, 1, 6), (1, 2)),
        ((2, 5, 4), (1, 1)),
        ((3, 3, 3), (2, 2)),
    ]:
        check.agrees(rng.normal(size=images_shape), rng.normal(size=kernel_shape))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-mean_activation-bias", "grade": true, "points": 0.5}
# Marked when you hand in: biases of both signs.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(77)
with checks.Exercise("keras_cnn.mean_activation", mean_activation) as check:
    for bias in (0.5, -0.5, 2, -1.25, np.float32(0.75)):
        check.agrees(rng.normal(size=(4, 6, 7)), rng.normal(size=(2, 3)), bias)
        check.agrees(rng.normal(size=(3, 5, 4)), rng.normal(size=(3, 2)), bias=bias)
    check.agrees(-rng.random((3, 4, 5)), rng.random((2, 3)), 0.1)
    check.agrees(rng.random((3, 4, 5)), rng.random((2, 3)), -100.0)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-mean_activation-numbers", "grade": true, "points": 0.5}
# Marked when you hand in: other kinds of number.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(78)
with checks.Exercise("keras_cnn.mean_activation", mean_activation) as check:
    bytes_images = rng.integers(0, 256, (5, 6, 7), dtype=np.uint8)
    check.agrees(bytes_images, rng.integers(0, 256, (3, 2), dtype=np.uint8))
    check.agrees(bytes_images, rng.integers(-5, 6, (2, 3)), -3)
    check.agrees(bytes_images, rng.normal(size=(2, 3)), 0.5)
    check.agrees(bytes_images, rng.integers(-8, 9, (2, 3)).astype(np.float32) / 4)
    check.agrees(rng.integers(-128, 128, (4, 9, 6), dtype=np.int8), np.full((2, 4), 3, np.int8))
    check.agrees(
        rng.integers(-3000, 3000, (3, 5, 6), dtype=np.int16), np.full((2, 2), 50, np.int16)
    )
    check.agrees(rng.integers(0, 9, (6, 4, 5)), rng.normal(size=(2, 2)), 1)
    check.agrees(rng.integers(-9, 9, (3, 5, 6)).astype(np.float32), rng.integers(0, 9, (3, 2)))
### END HIDDEN TESTS

# %% [markdown]
# ### What each filter answers to
#
# The mean activation of both filters on the test images that are 1s, and on all the rest:

# %%
kernels, biases, vote_weights, _ = two_filters.get_weights()
ones, rest = x_test[y_test == 1] / 255, x_test[y_test != 1] / 255
on_ones, on_rest = (
    [keras_cnn.mean_activation(group, kernels[:, :, 0, f], biases[f]) for f in range(2)]
    for group in (ones, rest)
)
print("          on 1s   on the rest")
for f in range(2):
    print(f"filter {f}  {on_ones[f]:.3f}   {on_rest[f]:.3f}")
print(f"ink       {ones.mean():.3f}   {rest.mean():.3f}")

# %% [markdown]
# The chapter stops at the first column: one filter answers to 1s more than the other, so that one helps
# with the 1s and the other with the rest. Does that follow? Read a **row** instead. The filter that
# is stronger on 1s is stronger on the rest too, and no weaker there. By the mean alone, neither of them
# prefers 1s: it measures little more than how much ink there is.
#
# Still, the network tells them apart. So what counts must be **where** a filter answers. The output unit has
# a weight for each place of each pooled map. Multiply and add, one filter at a time, and you have that
# filter's *vote* for "1":

# %%
vote_maps = vote_weights.reshape(13, 13, 2)


def votes(images, f):
    """Return each image's vote from one filter: pooled map times output weights, added up."""
    maps = keras_cnn.filter_maps(images, kernels[:, :, 0, f], biases[f])
    pooled = pooling.pool2d(np.moveaxis(maps, 0, -1))  # (13, 13, N): each image a channel
    return (pooled * vote_maps[:, :, f, np.newaxis]).sum(axis=(0, 1))


for f in range(2):
    print(
        f"filter {f} votes {votes(ones, f).mean():+.2f} on 1s and {votes(rest, f).mean():+.2f} on the rest"
    )

figure, axes = plots.figure(9, 4.6, 2, 4)
for f in range(2):
    largest = np.abs(kernels[:, :, 0]).max()
    plots.matrix(axes[f, 0], kernels[:, :, 0, f], f"filter {f}", limit=largest)
    maps = [
        keras_cnn.filter_maps(group, kernels[:, :, 0, f], biases[f]).mean(axis=0)
        for group in (ones, rest)
    ]
    for ax, mean_map, title in zip(axes[f, 1:3], maps, ["mean map on 1s", "mean map on the rest"]):
        plots.image(ax, mean_map, title, vmin=0, vmax=max(m.max() for m in maps))
    limit = np.abs(vote_maps).max()
    plots.image(
        axes[f, 3], vote_maps[:, :, f], "output weights", cmap="PuOr", vmin=-limit, vmax=limit
    )
plots.Picture(
    figure,
    alt="For each of two filters: its nine weights; its mean map on 1s, with an upright bar; its mean map "
    "on the rest, with a rounder shape; and the output unit's weights, positive and negative by place.",
)

# %% [markdown]
# Compare the two maps of a filter: they differ in place. In the last picture of each row, purple places
# vote for "1" and orange places against it. Lay it over the maps, and you see where each filter must
# answer, or be silent, for the network to say yes.
#
# ## Three stages
#
# One convolution was not enough. The chapter ends with three: convolution and pooling, three times, then
# Flatten and a dense layer. Each stage halves the picture, so its filters see more of the original.

# %%
keras.utils.set_random_seed(7)
three_stages = keras_cnn.build_three_stages()
three_stages.summary()

# %% [markdown]
# 65,354 parameters: a twelfth of the dense network's.

# %%
record = training.train(three_stages, train_images, y_train, epochs, seed=7, name="three stages")

# %%
print(record)
predict_three = training.predictor(three_stages)
curves["three stages"] = keras_cnn.accuracy_under_shift(predict_three, test_images, y_test, shifts)
print("the chapter, on all of MNIST:    about 0.988")
print(f"here, on {len(x_test):>6,} test images:    {curves['three stages'][shifts.index(0)]:.3f}")

# %% [markdown]
# The chapter's 98.8 % was reached with 60,000 images to train on, on 10,000 to test. Another number on
# other data is no contradiction: it is another measurement. Now the curve, and look at its shape.

# %%
training.shift_curve(
    curves,
    shifts,
    alt="Accuracy against shift for three networks. The one with three stages falls most slowly.",
)

# %% [markdown]
# Three stages hold longer. Yet if filters are the same everywhere, why does it matter **which way** the
# picture moves? Lesson 04 has the answer. Write down the sizes and what is left over:

# %%
size = 28
for stage in range(1, 4):
    after = size - 2
    note = "one row and one column are dropped" if after % 2 else "nothing is dropped"
    print(f"stage {stage}: {size:>2} → convolution {after:>2} → pooling {after // 2:>2}   {note}")
    size = after // 2

top, bottom, left, right = keras_cnn.unseen_border(three_stages)
print(
    f"unseen rows: {top} at the top, {bottom} at the bottom; "
    f"unseen columns: {left} on the left, {right} on the right"
)

# %% [markdown]
# Twice, pooling drops a column on the right and a row at the bottom, and each stands for several pixels.
# In the end, the network is **blind** to the last pixels on those sides. The count above was found by trying:
# change a column, and see whether any output changes. Even unmoved, digits stand in that band with their feet:

# %%
unseen_ink = 1 - test_images[:, : 28 - bottom, : 28 - right].sum() / test_images.sum()
print(f"ink of the unmoved test images that the network does not see: {unseen_ink:.1%}")

figure, axes = plots.figure(9, 2.6, 1, 4)
eight = test_images[np.flatnonzero(y_test == 8)[0]]
for ax, dx in zip(axes, (-4, 0, 2, 4)):
    values = predict_three(pooling.shift(eight, dx)[np.newaxis])[0]
    plots.image(
        ax,
        pooling.shift(eight, dx)[:, :, 0],
        f"{signed(dx)}: {values.argmax()} ({values.max():.0%})",
    )
    ax.axvspan(27.5 - right, 27.5, color=plots.ORANGE, alpha=0.45)
    ax.axhspan(27.5 - bottom, 27.5, color=plots.ORANGE, alpha=0.45)
plots.Picture(
    figure,
    alt="An 8 in four places. A band at the bottom, which the network does not see, always covers its "
    "foot; one on the right covers its edge once it has moved right by 2, and more of it by 4.",
)

# %% [markdown]
# Let the convolutions keep the size, `padding="same"`: 28, 14, 7, 3. Then every pixel counts.

# %%
keras.utils.set_random_seed(7)
three_same = keras_cnn.build_three_stages(padding="same")
print("unseen:", keras_cnn.unseen_border(three_same), f" parameters: {three_same.count_params():,}")
record = training.train(
    three_same, train_images, y_train, epochs, seed=7, name="three stages, same"
)

# %%
predict_same = training.predictor(three_same)
curves["three stages, same"] = keras_cnn.accuracy_under_shift(
    predict_same, test_images, y_test, shifts
)
print(f"{'moved by':<20}", *(f"{dx:>5}" for dx in shifts))
for label, values in curves.items():
    print(f"{label:<20}", *(f"{value:5.2f}" for value in values))

training.shift_curve(
    curves,
    shifts,
    alt="Accuracy against shift for four networks: the fourth, whose convolutions keep the size, is the "
    "most even, and best at 4 pixels.",
)

# %% [markdown]
# Better, and more even. It is still no plateau: at four pixels many answers are lost.
#
# > **Spot the slip.** The chapter draws a rule from a few pictures of the average 1: the prediction is right
# > *when the number of conv-pool layers is the same as the amount of translation*, and wrong beyond. By
# > that rule, the dense network holds at 0 pixels, one convolution at 1, three stages at 3. Below is what
# > comes out: how far the average 1 may move, each way, and still be read as a 1; and how far all test
# > images may move with at least 90 % read right.


# %%
def reach(good):
    """Return how far one can go from shift 0, left and right, while all is good."""
    flags = dict(zip(shifts, good))
    left = next(dx for dx in range(0, 6) if not flags.get(-dx - 1))
    right = next(dx for dx in range(0, 6) if not flags.get(dx + 1))
    return f"−{left} to +{right}" if flags[0] else "none"


predictors = dict(zip(curves, (predict_dense, predict_cnn, predict_three, predict_same)))
average_moved = np.stack([pooling.shift(average, dx) for dx in shifts])
print(f"{'':<20}{'conv-pool':>10}{'average 1':>14}{'90 % of digits':>18}")
for (label, predict), stages in zip(predictors.items(), (0, 1, 3, 3)):
    one = reach(predict(average_moved).argmax(axis=1) == 1)
    most = reach(np.array(curves[label]) >= 0.9)
    print(f"{label:<20}{stages:>10}{one:>14}{most:>18}")

# %% [markdown]
# Hold this against the rule's 0, 1, 3 and 3. More stages do help: look at two pixels and beyond in the table
# before. But no network keeps to the rule *exactly*, the two sides differ, and a single picture, however
# average, says little about the rest. It is a **rule of thumb at best**.
# [Lesson 09](../09_augmentation/09_augmentation.ipynb) makes the curve flat by other means. Meanwhile,
# compare the four networks yourself: **choose one, choose a picture, and drag**.

# %%
keras_cnn_widgets.shift_explorer(
    predictors, pictures, still={"network": "three stages, same", "right": 3}
)

# %% [markdown]
# ## Batch size and epochs
#
# The chapter trains with batches of 1,024 for 5 epochs. What matters is how often the weights are nudged:
# once for each batch. On 60,000 images that makes 5 × 59 nudges. Count them here, and see what they
# buy. The network is the dense one, and everything but the batch size stays the same.

# %%
runs = {}
for batch_size in (1024, 256, 64, 16):
    keras.utils.set_random_seed(3)
    model = keras_cnn.build_dense()
    runs[batch_size] = training.train(
        model, train_images, y_train, epochs=5, batch_size=batch_size, seed=3, show=False
    )
    nudges = 5 * -(-len(train_images) // batch_size)
    print(
        f"batches of {batch_size:>5}: {nudges:>5} nudges, {runs[batch_size].seconds:4.1f} s, "
        f"accuracy on the test images {training.accuracy(model, test_images, y_test):.3f}"
    )

# %%
figure, ax = plots.figure(6, 2.8)
for index, (batch_size, run) in enumerate(runs.items()):
    line, colour = ("o-", "s--", "D-.", "^:")[index], plots.COLOURS[index]
    ax.plot(range(1, 6), run.loss, line, color=colour, label=f"batches of {batch_size}")
ax.set(xlabel="epoch", ylabel="loss", xticks=range(1, 6), ylim=(0, None))
ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
plots.Picture(
    figure,
    alt="Loss against epoch for four batch sizes: the smaller the batch, the faster it falls.",
)

# %% [markdown]
# Small batches learn more in an epoch, because they nudge more often, and take longer for it. With few
# images, take small batches or many epochs; with many, large batches save time. Another source
# suggests 10,000 epochs. Look at a loss curve before you wait that long.
#
# ## Dropout, L1, L2
#
# A network with more weights than images can learn the images by heart. Three remedies are in the sources.
# **Dropout** silences a share of a layer's outputs at random, anew every time. **L1** adds a penalty to
# the loss, $\lambda \sum |w|$, and **L2** adds $\lambda \sum w^2$: large weights become expensive.
#
# Dropout first. Here is Keras's own layer, on ten ones:

# %%
dropout = layers.Dropout(0.2, seed=5)
ten_ones = np.ones((1, 10), "float32")
print("while training:  ", np.asarray(dropout(ten_ones, training=True))[0])
print("once more:       ", np.asarray(dropout(ten_ones, training=True))[0])
print("when predicting: ", np.asarray(dropout(ten_ones, training=False))[0])
many = np.asarray(dropout(np.ones((1, 100_000), "float32"), training=True))
print(f"of 100,000 ones: {np.mean(many == 0):.3f} are 0, the mean is {many.mean():.3f}")
print("weights that the layer has:", dropout.count_params())

# %% [markdown]
# > **Spot the slip.** The chapter says that dropout chooses *not to update some weights*, 20 % of them. What
# > it does is in the output above: while training, it turns about 20 % of the **activations** to zero, and
# > multiplies the others by 1/0.8 = 1.25, so that the mean stays. It has no weights and freezes none. A
# > silenced activation passes nothing on to the next layer, so the weights behind it get no nudge *from
# > that image*; for the next image the dice are thrown again. When the network predicts, dropout does
# > nothing.
#
# Now all three against the plain network. To make learning by heart easy, only 200 images are used.

# %%
few = slice(0, 200)
contenders = {
    "plain": {},
    "dropout 20 %": {"dropout": 0.2},
    "L1, λ = 0.001": {"regularizer": keras.regularizers.L1(0.001)},
    "L2, λ = 0.01": {"regularizer": keras.regularizers.L2(0.01)},
}
print(f"{'':<16}{'seen':>8}{'unseen':>8}{'mean |w|':>12}{'|w| < 0.001':>14}")
hidden_weights = {}
for label, options in contenders.items():
    keras.utils.set_random_seed(6)
    model = keras_cnn.build_small(**options)
    training.train(
        *(model, train_images[few], y_train[few]), epochs=40, batch_size=40, seed=6, show=False
    )
    w = hidden_weights[label] = model.layers[1].get_weights()[0]
    seen = training.accuracy(model, train_images[few], y_train[few])
    unseen = training.accuracy(model, test_images, y_test)
    print(
        f"{label:<16}{seen:>8.3f}{unseen:>8.3f}{np.abs(w).mean():>12.4f}{np.mean(np.abs(w) < 0.001):>14.0%}"
    )

# %%
figure, axes = plots.figure(9, 2.3, 1, 4, sharey=True)
for ax, (label, w) in zip(axes, hidden_weights.items()):
    ax.hist(w.ravel(), bins=np.linspace(-0.15, 0.15, 61), color=plots.BLUE, log=True)
    ax.set(title=label, xlabel="weight")
axes[0].set_ylabel("how many")
plots.Picture(
    figure,
    alt="How often each size of weight occurs: spread evenly for the plain network and with dropout; heaped "
    "at 0 with L1, and narrow with L2.",
)

# %% [markdown]
# The last two columns show what the penalties do: L1 drives most weights to nothing, L2 makes all of them
# small. Dropout leaves their sizes alone. And the test images? One image is worth
# 1/360 = 0.003 on the bundled data, so a difference of 0.01 is four images: measure it with
# several seeds before you believe in it. Here the honest answer is *little or nothing*. On another
# network, with other data, it may be another: measure there.
#
# ## Reading a published network
#
# One of the sources prints a network for pictures of 100 × 100, to tell two classes apart. Here it is, layer by
# layer as printed, in today's Keras:

# %%
published = keras.Sequential(
    [
        keras.Input((100, 100, 1)),
        layers.Conv2D(512, 3),
        layers.MaxPooling2D(3),
        layers.Conv2D(256, 3),
        layers.MaxPooling2D(3),
        layers.Conv2D(128, 3),
        layers.MaxPooling2D(3),
        layers.Dense(1, activation="sigmoid"),
    ]
)
for layer in published.layers:
    print(f"{layer.__class__.__name__:<14}{layer.output.shape!s:<24}{layer.count_params():>10,}")
print(f"{'together':<38}{published.count_params():>10,}")

# %% [markdown]
# > **Spot the slip.** 1,480,193 parameters, and an output of **2 × 2 × 1** for each picture. That is not one
# > answer but four, one for each place of the last map: a `Dense` layer works on the last axis and leaves
# > the others alone. The text beside it speaks of *flattening*, and of *batch normalization*; the printed network has
# > neither. It also has no activation after its convolutions. With a `Flatten` it gives the single number
# > that was meant:

# %%
repaired = keras.Sequential(
    [
        keras.Input((100, 100, 1)),
        *published.layers[:-1],
        layers.Flatten(),
        layers.Dense(1, activation="sigmoid"),
    ]
)
print("with Flatten:", repaired.output_shape, f"and {repaired.count_params():,} parameters")

# %% [markdown]
# The sources are also older than today's Keras. Which of the names that they import are still there?

# %%
for module, attribute in [
    ("keras.layers.convolutional", "Conv2D"),
    ("keras.layers.normalization", "BatchNormalization"),
    ("keras.utils", "np_utils"),
    ("keras.preprocessing.image", "ImageDataGenerator"),
    ("keras.layers", "Conv2D"),
    ("keras.layers", "BatchNormalization"),
    ("keras.utils", "to_categorical"),
    ("keras.layers", "RandomTranslation"),
]:
    try:
        getattr(importlib.import_module(module), attribute)
        found = "there"
    except (ImportError, AttributeError):
        found = "gone"
    print(f"{module + '.' + attribute:<50}{found}")

# %% [markdown]
# > **Spot the slip.** The first four worked when the sources were written. Today all layers live in
# > `keras.layers`. Labels may stay whole numbers, with the loss `"sparse_categorical_crossentropy"`, or become
# > rows of 0 and 1 by `keras.utils.to_categorical`. What the generator did, layers such as
# > `RandomTranslation` do: [lesson 09](../09_augmentation/09_augmentation.ipynb).

# %%
print(keras.utils.to_categorical([1, 0, 3], num_classes=4))

# %% [markdown]
# ## Questions to think about
#
# Decide what you expect before you run anything. Nothing here is marked; our answers and
# measurements are in `solutions/`.
#
# 1. **Shuffled pixels.** [Lesson 01](../01_pixels/01_pixels.ipynb) put the pixels of all images,
#    training and test, into one and the same random order, and a dense layer read them as before.
#    Do that here. What becomes of the dense network with its thousand hidden units, and what of the
#    three stages?
#
# 2. **Twice as sure.** Multiply all weights and biases of the trained dense network's last layer
#    by 2. What happens to its probabilities, to its accuracy, and to its loss on the test images?
#
# 3. **Only the largest.** In *three stages, same*, replace the third pooling and the `Flatten` by
#    `GlobalMaxPooling2D`, the global pooling of lesson 05. Sketch the curve of accuracy against
#    shift that you expect. Are there shifts that this network should not notice at all?

# %% [markdown] tags=["answers"]
# ### Answers
#
# 1. The dense network does not notice either: each hidden unit has one weight for each pixel and no
#    idea which pixels are neighbours. Trained with the seeds 7, 8 and 9 it reached 0.981, 0.969 and
#    0.981 on the digits as they are, and 0.981, 0.972 and 0.978 on the shuffled ones. The three
#    stages look for pieces made of neighbours, and there are none left: 0.953, 0.964 and 0.975
#    became 0.944, 0.961 and 0.961. That is one to five digits of 360, perhaps less than you
#    expected. The digits are easy, and even scattered pixels, summed up by filters, leave the last
#    layers enough to tell them by.
#
# 2. The logits double. So each probability is squared, and the row divided by its new sum: 0.27 and
#    0.73 become 0.12 and 0.88. The largest stays the largest, so the accuracy stays too, at 0.981
#    in our run. The mean of the highest probability rises from 0.96 to 0.99, and for the seven
#    digits that it gets wrong from 0.72 to 0.89. The loss on the test images *rises*, from 0.093 to
#    0.113: a little is won on many right answers, and more is lost on a few wrong ones. How sure a
#    network is, and how often it is right, are two things.
#
# 3. The two poolings that remain move by 2 each, so one step in the last maps is four pixels of the
#    picture. Move a digit by four, and the maps move by exactly one place; the largest number of
#    each stays what it was, up to what the border changes. Trained as above (seed 7), it reads
#    0.96, 0.92, 0.91, 0.96, 0.97, 0.92, 0.92, 0.95 and 0.97 of the digits, from −4 to 4: a wave
#    with its tops near −4, 0 and 4, where the other networks fall off a cliff. In between, the
#    pooling windows cut the digit differently; after 30 epochs instead of 12, these shifts too are
#    at 0.95 or more. So an architecture *can* forget where a digit stands. It also forgets how
#    pieces lie to one another if they do not fit into the 18 × 18 pixels that one unit of the last
#    maps sees.

# %% [markdown]
# ## What to take away
#
# - A Keras network is a list of layers: `keras.Input`, `Conv2D`, `MaxPooling2D`, `Flatten`, `Dense`. Count its
#   parameters and read its shapes before you train it.
# - A **dense network** ties each weight to a pixel. Moved by two pixels, a quarter of its answers or
#   more are lost.
# - **One convolution** helps a little, **three stages** help more. None of them makes the curve flat.
# - A trained network is arithmetic: sums, ReLU, a maximum, sums, exponentials. Subtract the largest logit
#   before the exponential.
# - Leftovers add up: three stages of *valid* layers are blind to the last six rows and columns.
# - Compare with the right thing: a filter's mean with its mean on the *other* pictures, an accuracy with that of
#   always saying no, and a difference with what one image is worth.
#
# **Where the sources slip.** The slope of leaky ReLU is a parameter, and 0.01 the usual one; the sigmoid has
# one letter. Dropout silences activations; it does not freeze weights. The number of conv-pool layers is no
# exact measure of how far a picture may move. Without `Flatten` the published network gives four answers
# for each picture. Four of the imports are gone from Keras 3.
#
# **Next.** In [lesson 08](../08_lenet/08_lenet.ipynb) you build LeNet-5, the network of 1998, layer by layer,
# and compare it with these.

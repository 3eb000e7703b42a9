"""Wrong ways to do lesson 07's exercises."""

import numpy as np

from utils import convolution
from utils import keras_cnn as right
from utils.keras_setup import keras
from utils.mistakes import mistake_in

layers = keras.layers


@mistake_in("build_dense")
def dense_without_flatten(input_shape=(28, 28, 1), classes=10):
    """A Flatten is missing before layer 1 (a dense layer). A dense layer reads along the last axis
    alone: look at the shape of what comes out.
    """
    return keras.Sequential([keras.Input(input_shape), *_dense_part(classes)])


@mistake_in("build_dense")
def dense_without_relu(input_shape=(28, 28, 1), classes=10):
    """Layer 2 (dense layer) has no activation, should have activation relu. Two dense layers with
    nothing between them can do no more than one: look at the argument after the units.
    """
    return _flat(input_shape, _dense_part(classes, hidden=None))


@mistake_in("build_dense")
def dense_with_tanh(input_shape=(28, 28, 1), classes=10):
    """Layer 2 (dense layer) has activation tanh, should have activation relu. Tanh is LeNet's, of
    1998: look again at what the task says about the first dense layer.
    """
    return _flat(input_shape, _dense_part(classes, hidden="tanh"))


@mistake_in("build_dense")
def dense_without_softmax(input_shape=(28, 28, 1), classes=10):
    """Layer 3 (dense layer) has no activation, should have activation softmax. Add up what comes
    out for one picture: probabilities add up to 1.
    """
    return _flat(input_shape, _dense_part(classes, last=None))


@mistake_in("build_dense")
def dense_with_sigmoid(input_shape=(28, 28, 1), classes=10):
    """Layer 3 (dense layer) has activation sigmoid, should have activation softmax. Each sigmoid
    looks at its own sum alone: add up what comes out for one picture.
    """
    return _flat(input_shape, _dense_part(classes, last="sigmoid"))


@mistake_in("build_dense")
def dense_with_few_units(input_shape=(28, 28, 1), classes=10):
    """Layer 2 (dense layer) has 100 units, should have 1000. Count the zeros in the task."""
    return _flat(input_shape, _dense_part(classes, units=100))


@mistake_in("build_cnn")
def cnn_averaging(input_shape=(28, 28, 1), classes=10):
    """Layer 2 should be a max pooling, but is an average pooling. Keras has both, under names that
    look alike: read the layer's first word.
    """
    return _cnn(input_shape, classes, pooling=layers.AveragePooling2D(2))


@mistake_in("build_cnn")
def cnn_padded(input_shape=(28, 28, 1), classes=10):
    """Layer 1 (convolution) has padding same, should have valid. Look at the shape that comes out
    of it: 3x3 windows inside 28x28 pixels have 26x26 places.
    """
    return _cnn(input_shape, classes, padding="same")


@mistake_in("build_cnn")
def cnn_without_pooling(input_shape=(28, 28, 1), classes=10):
    """A max pooling is missing before layer 2 (a Flatten). Look at how many numbers the Flatten
    makes: pooling leaves a quarter of them.
    """
    return _cnn(input_shape, classes, pooling=None)


@mistake_in("build_cnn")
def cnn_without_relu(input_shape=(28, 28, 1), classes=10):
    """Layer 1 (convolution) has no activation, should have activation relu. A layer of Keras has
    none unless it is told: look at the convolution's arguments.
    """
    return _cnn(input_shape, classes, activation=None)


@mistake_in("build_cnn")
def cnn_with_large_kernels(input_shape=(28, 28, 1), classes=10):
    """Layer 1 (convolution) has kernel size 5x5, should have 3x3. Look at the second argument of
    Conv2D, after the number of filters.
    """
    return _cnn(input_shape, classes, size=5)


@mistake_in("build_cnn")
def cnn_pooling_step_by_step(input_shape=(28, 28, 1), classes=10):
    """Layer 2 (max pooling) has strides 1x1, should have 2x2. Its windows should lie side by side:
    look at what Keras does if no stride is given.
    """
    return _cnn(input_shape, classes, pooling=layers.MaxPooling2D(2, strides=1))


def _cnn(input_shape, classes, size=3, pooling=..., padding="valid", activation="relu"):
    """Return lesson 07's convolutional network with other settings."""
    pooling = layers.MaxPooling2D(2) if pooling is ... else pooling
    convolution_layer = layers.Conv2D(10, size, padding=padding, activation=activation)
    front = [convolution_layer, pooling] if pooling else [convolution_layer]
    return _flat(input_shape, _dense_part(classes), front)


def _flat(input_shape, dense_part, front=()):
    """Return a network of some layers, Flatten and a dense part."""
    return keras.Sequential([keras.Input(input_shape), *front, layers.Flatten(), *dense_part])


def _dense_part(classes, units=1000, hidden="relu", last="softmax"):
    """Return the two dense layers of lesson 07's networks with other settings."""
    return [layers.Dense(units, activation=hidden), layers.Dense(classes, activation=last)]


@mistake_in("forward_by_hand")
def conv_bias_forgotten(weights, image):
    """The convolution's bias is forgotten: weights[1] is added to each of the four sums."""
    return _forward(weights, image, conv_bias=False)


@mistake_in("forward_by_hand")
def dense_biases_forgotten(weights, image):
    """The dense layers' biases are forgotten: weights[3] and weights[5] are added to the sums."""
    return _forward(weights, image, dense_bias=False)


@mistake_in("forward_by_hand")
def no_relu_after_convolution(weights, image):
    """There is no ReLU after the convolution: a negative sum must become 0."""
    return _forward(weights, image, after_conv=lambda x: x)


@mistake_in("forward_by_hand")
def no_relu_in_hidden(weights, image):
    """There is no ReLU after the first dense layer: negative sums must become 0."""
    return _forward(weights, image, after_hidden=lambda x: x)


@mistake_in("forward_by_hand")
def no_relu_at_all(weights, image):
    """There is no ReLU: it comes after the convolution and after the first dense layer."""
    return _forward(weights, image, after_conv=lambda x: x, after_hidden=lambda x: x)


@mistake_in("forward_by_hand")
def average_pooling(weights, image):
    """The four numbers of the feature map are averaged. Max pooling keeps the largest."""
    return _forward(weights, image, pool=np.mean)


@mistake_in("forward_by_hand")
def first_of_the_map(weights, image):
    """The feature map's first number is used. Max pooling keeps the largest of the four."""
    return _forward(weights, image, pool=lambda x: x[0, 0])


@mistake_in("forward_by_hand")
def smallest_of_the_map(weights, image):
    """The smallest number of the feature map is used. Max pooling keeps the largest."""
    return _forward(weights, image, pool=np.min)


@mistake_in("forward_by_hand")
def kernel_flipped(weights, image):
    """The kernel is flipped. A layer computes a cross-correlation: kernel[0, 0] meets the window's
    top left pixel.
    """
    return _forward(weights, image, turn=lambda kernel: kernel[::-1, ::-1])


@mistake_in("forward_by_hand")
def kernel_transposed(weights, image):
    """The kernel is transposed: kernel[a, b] belongs to row a and column b of the window."""
    return _forward(weights, image, turn=np.transpose)


@mistake_in("forward_by_hand")
def softmax_forgotten(weights, image):
    """It returns the last sums as they are. Softmax turns them into probabilities."""
    return _forward(weights, image, last=lambda logits: logits)


@mistake_in("forward_by_hand")
def sigmoid_for_softmax(weights, image):
    """Each output is squashed on its own, by a sigmoid, and they need not add up to 1.
    Softmax divides by the sum of both exponentials.
    """
    return _forward(weights, image, last=lambda logits: 1 / (1 + np.exp(-logits)))


@mistake_in("forward_by_hand")
def divided_by_sum(weights, image):
    """The last sums are divided by their total without exponentials.
    Softmax takes the exponential of each first.
    """
    return _forward(weights, image, last=lambda logits: logits / logits.sum())


@mistake_in("forward_by_hand")
def exponentials_alone(weights, image):
    """The exponentials are not divided by their sum, so they do not add up to 1. Look at what
    softmax does after exp.
    """
    return _forward(weights, image, last=np.exp)


@mistake_in("forward_by_hand")
def relu_before_softmax(weights, image):
    """ReLU is applied to the last sums too. They go into the softmax as they are."""
    return _forward(weights, image, last=lambda logits: right.softmax(np.maximum(logits, 0)))


@mistake_in("forward_by_hand")
def outputs_swapped(weights, image):
    """The two probabilities are in the wrong order. Look at the columns of weights[4]."""
    return _forward(weights, image)[::-1]


@mistake_in("forward_by_hand")
def divided_by_eight(weights, image):
    """The image is divided by 8 once more. It arrives as the network takes it."""
    return _forward(weights, np.asarray(image) / 8)


@mistake_in("forward_by_hand")
def decision_alone(weights, image):
    """It returns 0s and 1s, the decision. The probabilities themselves are asked for."""
    probabilities = _forward(weights, image)
    return (probabilities == probabilities.max()).astype(float)


@mistake_in("accuracy_under_shift")
def wraps_around(predict, images, labels, shifts):
    """What leaves the picture on one side comes back on the other, as with np.roll.
    Zeros have to come in instead.
    """
    return _measure(predict, images, labels, shifts, lambda x, dx: np.roll(x, dx, axis=2))


@mistake_in("accuracy_under_shift")
def other_direction(predict, images, labels, shifts):
    """The pictures are moved the other way: a positive shift moves them to the right."""
    return _measure(predict, images, labels, shifts, lambda x, dx: right.shift_all(x, -dx))


@mistake_in("accuracy_under_shift")
def moved_down(predict, images, labels, shifts):
    """The pictures are moved down instead of to the right. Axis 1 counts rows, axis 2 columns."""
    return _measure(predict, images, labels, shifts, _move_down)


@mistake_in("accuracy_under_shift")
def rolled_down(predict, images, labels, shifts):
    """The pictures are rolled down, along axis 1. Axis 2 counts columns, and zeros have to come
    in.
    """
    return _measure(predict, images, labels, shifts, lambda x, dx: np.roll(x, dx, axis=1))


@mistake_in("accuracy_under_shift")
def never_moved(predict, images, labels, shifts):
    """Every shift gives the accuracy of shift 0: the pictures are not moved."""
    return _measure(predict, images, labels, shifts, lambda x, dx: x)


@mistake_in("accuracy_under_shift")
def moved_on_and_on(predict, images, labels, shifts):
    """Each shift starts from the pictures as the shift before left them. Start from the originals
    each time.
    """
    accuracies = []
    for dx in shifts:
        images = right.shift_all(images, dx)
        accuracies += right.accuracy_under_shift(predict, images, labels, [0])
    return accuracies


@mistake_in("accuracy_under_shift")
def in_percent(predict, images, labels, shifts):
    """The accuracies are in percent. They should be shares, from 0 to 1."""
    return [100 * value for value in right.accuracy_under_shift(predict, images, labels, shifts)]


@mistake_in("accuracy_under_shift")
def counted(predict, images, labels, shifts):
    """It counts the right answers. Divide by how many images there are."""
    return [
        float(round(value * len(images)))
        for value in right.accuracy_under_shift(predict, images, labels, shifts)
    ]


@mistake_in("accuracy_under_shift")
def errors_counted(predict, images, labels, shifts):
    """It gives the share of wrong answers. The accuracy is the share of right ones."""
    return [1 - value for value in right.accuracy_under_shift(predict, images, labels, shifts)]


@mistake_in("accuracy_under_shift")
def lowest_score(predict, images, labels, shifts):
    """It takes the class of the lowest score (argmin). The prediction is the highest (argmax)."""
    return right.accuracy_under_shift(lambda x: -predict(x), images, labels, shifts)


@mistake_in("accuracy_under_shift")
def argmax_over_images(predict, images, labels, shifts):
    """It takes the best image for each class instead of the best class for each image: argmax
    needs axis 1.
    """
    labels = np.asarray(labels)
    accuracies = []
    for dx in shifts:
        best = np.argmax(predict(right.shift_all(images, dx)), axis=0)
        n = min(len(best), len(labels))
        accuracies.append(float(np.mean(best[:n] == labels[:n])))
    return accuracies


@mistake_in("accuracy_under_shift")
def shifts_sorted(predict, images, labels, shifts):
    """The accuracies are in the order of sorted shifts. Keep the order in which they were given."""
    return right.accuracy_under_shift(predict, images, labels, sorted(shifts))


@mistake_in("mean_activation")
def relu_forgotten(images, kernel, bias=0.0):
    """There is no ReLU: negative answers must count as 0 before the mean is taken."""
    return float(np.mean(_sums(images, kernel) + bias))


@mistake_in("mean_activation")
def relu_of_the_mean(images, kernel, bias=0.0):
    """ReLU is applied to the mean. Apply it to every position first, and take the mean after."""
    return max(relu_forgotten(images, kernel, bias), 0.0)


@mistake_in("mean_activation")
def relu_of_each_mean(images, kernel, bias=0.0):
    """Each image's mean goes through ReLU. Apply ReLU to every position, then take the mean."""
    return float(np.mean(np.maximum(np.mean(_sums(images, kernel) + bias, axis=(1, 2)), 0)))


@mistake_in("mean_activation")
def bias_forgotten(images, kernel, bias=0.0):
    """The bias is forgotten: it is added at every position, before ReLU."""
    return right.mean_activation(images, kernel)


@mistake_in("mean_activation")
def bias_after_relu(images, kernel, bias=0.0):
    """The bias is added after ReLU. It belongs to the sums, before ReLU."""
    return right.mean_activation(images, kernel) + bias


@mistake_in("mean_activation")
def bias_subtracted(images, kernel, bias=0.0):
    """The bias is subtracted. It is added."""
    return right.mean_activation(images, kernel, -bias)


@mistake_in("mean_activation")
def bias_for_each_weight(images, kernel, bias=0.0):
    """The bias is added once for every weight of the kernel. Once a position is right."""
    return right.mean_activation(images, kernel, bias * np.size(kernel))


@mistake_in("mean_activation")
def kernel_turned(images, kernel, bias=0.0):
    """The kernel is flipped. A layer computes a cross-correlation: the kernel stays as it is."""
    return right.mean_activation(images, np.asarray(kernel)[::-1, ::-1], bias)


@mistake_in("mean_activation")
def kernel_on_its_side(images, kernel, bias=0.0):
    """The kernel is transposed: kernel[a, b] belongs to row a and column b of the window."""
    return right.mean_activation(images, np.transpose(kernel), bias)


@mistake_in("mean_activation")
def zero_padded(images, kernel, bias=0.0):
    """The images are padded with zeros ("same"). Here the kernel stays inside ("valid")."""
    kh, kw = np.shape(kernel)
    border = ((0, 0), ((kh - 1) // 2, kh // 2), ((kw - 1) // 2, kw // 2))
    return right.mean_activation(np.pad(images, border), kernel, bias)


@mistake_in("mean_activation")
def added_up(images, kernel, bias=0.0):
    """It adds everything up. The mean over images and positions is asked for."""
    return float(right.filter_maps(images, kernel, bias).sum())


@mistake_in("mean_activation")
def sum_for_each_image(images, kernel, bias=0.0):
    """Each image's map is added up, and the mean taken over images alone. Take it over positions
    as well.
    """
    return float(right.filter_maps(images, kernel, bias).sum(axis=(1, 2)).mean())


@mistake_in("mean_activation")
def largest_of_each_map(images, kernel, bias=0.0):
    """It takes the largest number of each map, and the mean over images. Take the mean over all
    positions.
    """
    return float(right.filter_maps(images, kernel, bias).max(axis=(1, 2)).mean())


@mistake_in("mean_activation")
def first_image_only(images, kernel, bias=0.0):
    """The first image alone is used. Take the mean over all of them."""
    return right.mean_activation(images[:1], kernel, bias)


@mistake_in("mean_activation")
def last_image_only(images, kernel, bias=0.0):
    """The last image alone is left: each overwrites the one before. Take the mean over all."""
    return right.mean_activation(images[-1:], kernel, bias)


@mistake_in("mean_activation")
def divided_by_image_size(images, kernel, bias=0.0):
    """The total is divided by the number of pixels. A kernel has fewer positions than the image
    has pixels: H - kh + 1 by W - kw + 1.
    """
    return added_up(images, kernel, bias) / np.size(images)


@mistake_in("mean_activation")
def mean_of_products(images, kernel, bias=0.0):
    """The products at each position are averaged. Add them up."""
    return right.mean_activation(images, np.asarray(kernel, float) / np.size(kernel), bias)


@mistake_in("mean_activation")
def positive_only(images, kernel, bias=0.0):
    """The mean is taken over the positive answers alone. The zeros count too."""
    maps = right.filter_maps(images, kernel, bias)
    return float(maps[maps > 0].mean()) if maps.any() else 0.0


@mistake_in("mean_activation")
def products_wrapped(images, kernel, bias=0.0):
    """The products are computed in small integers and wrap around. Turn the images into float
    first.
    """
    kh, kw = kernel.shape
    height, width = images.shape[1] - kh + 1, images.shape[2] - kw + 1
    sums = sum(
        kernel[a, b] * images[:, a : a + height, b : b + width] for a, b in np.ndindex(kernel.shape)
    )
    return float(np.mean(np.maximum(sums + bias, 0)))


def _forward(
    weights,
    image,
    conv_bias=True,
    dense_bias=True,
    after_conv=convolution.relu,
    after_hidden=convolution.relu,
    pool=np.max,
    turn=lambda kernel: kernel,
    last=right.softmax,
):
    """Compute the tiny network with some of its steps replaced."""
    kernel, bias, w1, b1, w2, b2 = (np.asarray(weight, float) for weight in weights)
    sums = convolution.correlate2d(image, turn(kernel[:, :, 0, 0])) + bias * conv_bias
    pooled = np.array([pool(after_conv(sums))])
    hidden = after_hidden(pooled @ w1 + b1 * dense_bias)
    return last(hidden @ w2 + b2 * dense_bias)


def _measure(predict, images, labels, shifts, move):
    """Measure accuracy after some other way to move the images."""
    return [float(np.mean(np.argmax(predict(move(images, dx)), axis=1) == labels)) for dx in shifts]


def _move_down(images, dy):
    """Move images down, zeros coming in."""
    return np.swapaxes(right.shift_all(np.swapaxes(images, 1, 2), dy), 1, 2)


def _sums(images, kernel):
    """Return what a filter answers before its bias and ReLU."""
    return np.stack([convolution.correlate2d(image, kernel) for image in images])


def brightest_column(x):
    """Score each column by its brightness: a stand-in for a network, small enough to follow."""
    return np.asarray(x, float).sum(axis=(1, 3))


def _tiny_weights(kernel, bias, w1, b1, w2, b2):
    """Return a tiny network's weights: the two first hidden units count, the others are 0."""
    return [
        np.array(kernel, np.float32).reshape(3, 3, 1, 1),
        np.array([bias], np.float32),
        np.array([[*w1, *[0] * 8]], np.float32),
        np.array([*b1, *[0] * 8], np.float32),
        np.array([*w2, *[[0, 0]] * 8], np.float32),
        np.array(b2, np.float32),
    ]


_ONES = _tiny_weights([1] * 9, -0.625, (1, -1), (0, 0), ([0.25, 0.5], [1, 0]), (0, 0))
_SLANTED = _tiny_weights(
    [1, 2, 0, 0, -1, 0, 0, 0, 1], 0.5, (0.5, -0.25), (0.25, 1), ([0.5, -0.5], [0.25, 1]), (0.5, 0)
)
_SILENT = _tiny_weights([-1] * 9, 0.25, (1, 1), (0.5, -1), ([1, -0.5], [0.5, 1]), (-0.25, 0.25))
_LARGE = _tiny_weights([1] * 9, 0, (100, 0), (0, 0), ([8, 7], [0, 0]), (0, 0))
_EDGE = _tiny_weights(
    [1, 0, -1, 2, 0, -2, 1, 0, -1], 0.25, (1, -1), (0.5, 0.5), ([-1, 1], [1, 0.5]), (0, 0.5)
)
_FIRST, _SECOND = right.TWO_INPUTS / 8

_ROWS = np.array([[[9], [0], [0]], [[0], [9], [0]], [[0], [0], [9]]]).reshape(3, 1, 3, 1)
_PICTURES = np.array(
    [[[0, 5, 0, 0], [2, 0, 0, 0]], [[0, 0, 0, 7], [0, 1, 0, 0]], [[3, 0, 4, 0], [0, 0, 0, 6]]]
).reshape(3, 2, 4, 1)

EXAMPLES = {
    "build_dense": [((28, 28, 1), 10), ((4, 6, 1), 3)],
    "build_cnn": [((28, 28, 1), 10), ((6, 8, 3), 3)],
    "forward_by_hand": [
        (_ONES, _FIRST),
        (_ONES, _SECOND),
        (_SLANTED, _FIRST),
        (_SLANTED, _SECOND),
        (_SILENT, _FIRST),
        (_EDGE, _FIRST),
        (_EDGE, _SECOND),
        (_LARGE, _FIRST),
    ],
    "accuracy_under_shift": [
        (brightest_column, _ROWS[:1], np.array([1]), [0, 1]),
        (brightest_column, _ROWS[:2], np.array([1, 2]), [1]),
        (brightest_column, _ROWS, np.array([2, 0, 1]), [-1, 0, 1]),
        (brightest_column, _ROWS, np.array([0, 0, 1]), [1, -1]),
        (brightest_column, _PICTURES, np.array([2, 0, 3]), [1, 0, -2]),
        (brightest_column, _PICTURES, np.array([0, 0, 2]), [1, 2]),
    ],
    "mean_activation": [
        (np.array([[[2, -3]]]), np.array([[1]])),
        (np.array([[[2, -3]]]), np.array([[1]]), 1.0),
        (np.array([[[1, 2, 4]]]), np.array([[1, -1]]), 1.5),
        (np.array([[[1, 2]], [[5, 0]]]), np.array([[1, -1]])),
        (np.array([[[200, 100, 100]]], np.uint8), np.array([[2, 2]], np.uint8)),
        (np.arange(12).reshape(2, 2, 3) % 5, np.array([[1, 0], [-2, 1]]), 0.5),
        (np.arange(24).reshape(2, 4, 3) % 7, np.array([[1, -2], [0, 1]]), -1.0),
    ],
}

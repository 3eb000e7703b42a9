"""Wrong ways to do lesson 13's exercises."""

import numpy as np

from utils import resnet as right
from utils.keras_setup import keras
from utils.mistakes import mistake_in

layers = keras.layers


@mistake_in("conv_1x1")
def bias_forgotten(volume, weights, bias=None):
    """The bias is not added.

    What is the third argument for?
    """
    return right.conv_1x1(volume, weights)


@mistake_in("conv_1x1")
def bias_once_per_channel(volume, weights, bias=None):
    """The bias is added once for each input channel. It belongs in each result once.

    Is it added inside the loop over the channels?
    """
    times = np.shape(volume)[-1]
    return right.conv_1x1(volume, weights, None if bias is None else times * np.asarray(bias))


@mistake_in("conv_1x1")
def bias_subtracted(volume, weights, bias=None):
    """The bias is subtracted. It is to be added."""
    return right.conv_1x1(volume, weights, None if bias is None else -np.asarray(bias, float))


@mistake_in("conv_1x1")
def weights_transposed(volume, weights, bias=None):
    """Rows and columns of the weights are swapped.

    `weights` has a row for each input channel and a column for each filter.
    """
    return right.conv_1x1(volume, np.asarray(weights).T, bias)


@mistake_in("conv_1x1")
def first_channel_alone(volume, weights, bias=None):
    """Only the first input channel is used.

    Each filter has a weight for every channel.
    """
    volume, weights = np.asarray(volume), np.asarray(weights)
    _check(volume, weights)
    return right.conv_1x1(volume[..., :1], weights[:1], bias)


@mistake_in("conv_1x1")
def mean_over_channels(volume, weights, bias=None):
    """The weighted channels are averaged. They are to be added.

    Is there a `mean` in place of a sum?
    """
    mixed = right.conv_1x1(volume, weights) / np.shape(volume)[-1]
    return mixed if bias is None else mixed + bias


@mistake_in("conv_1x1")
def with_relu(volume, weights, bias=None):
    """Negative results are set to 0. A ReLU is another layer: this one only computes the sums."""
    return np.maximum(right.conv_1x1(volume, weights, bias), 0)


@mistake_in("conv_1x1")
def cut_to_whole_numbers(volume, weights, bias=None):
    """The results are cut to whole numbers.

    Which dtype does your result have before you fill it in?
    """
    return np.trunc(right.conv_1x1(volume, weights, bias))


@mistake_in("conv_1x1")
def rows_and_columns_swapped(volume, weights, bias=None):
    """Rows and columns of the picture are swapped.

    In which order do your loops fill the result?
    """
    return right.conv_1x1(volume, weights, bias).transpose(1, 0, 2)


@mistake_in("conv_1x1")
def filters_first(volume, weights, bias=None):
    """The filters are the first axis. They should be the last one: (H, W, F)."""
    return np.moveaxis(right.conv_1x1(volume, weights, bias), -1, 0)


def _check(volume, weights):
    """Raise an error as the right answer does."""
    if volume.shape[-1] != weights.shape[0]:
        raise ValueError


@mistake_in("stack_cost")
def windows_side_by_side(kernel, depth, channels):
    """The receptive field is the kernel times the depth, as if the windows did not overlap.

    Draw two layers of 3 in one dimension: how many inputs does one output see?
    """
    return (depth * kernel if depth else 1), right.stack_cost(kernel, depth, channels)[1]


@mistake_in("stack_cost")
def one_pixel_per_layer(kernel, depth, channels):
    """Each further layer adds only one pixel to the receptive field.

    A window of 3 reaches one pixel further on each side. And a window of 5?
    """
    return (kernel + depth - 1 if depth else 1), right.stack_cost(kernel, depth, channels)[1]


@mistake_in("stack_cost")
def always_two_pixels(kernel, depth, channels):
    """Each layer adds two pixels to the receptive field, whatever the kernel.

    That is true of 3x3. And of 5x5?
    """
    return 1 + 2 * depth, right.stack_cost(kernel, depth, channels)[1]


@mistake_in("stack_cost")
def depth_ignored_in_field(kernel, depth, channels):
    """The receptive field is that of one layer, whatever the depth.

    How far does the second layer see?
    """
    return (kernel if depth else 1), right.stack_cost(kernel, depth, channels)[1]


@mistake_in("stack_cost")
def one_too_many(kernel, depth, channels):
    """The receptive field counts one layer too many.

    What does one layer see? And none at all?
    """
    return 1 + (depth + 1) * (kernel - 1), right.stack_cost(kernel, depth, channels)[1]


@mistake_in("stack_cost")
def area(kernel, depth, channels):
    """The receptive field is given as an area. It should be the side of the square."""
    side, parameters = right.stack_cost(kernel, depth, channels)
    return side**2, parameters


@mistake_in("stack_cost")
def biases_counted(kernel, depth, channels):
    """The biases are counted. These convolutions have none."""
    side, parameters = right.stack_cost(kernel, depth, channels)
    return side, parameters + depth * channels


@mistake_in("stack_cost")
def kernel_not_squared(kernel, depth, channels):
    """The parameters are too few: each kernel counts only one row of its weights.

    How many weights does a kernel of 3x3 have in one channel?
    """
    side, _ = right.stack_cost(kernel, depth, channels)
    return side, depth * kernel * channels**2


@mistake_in("stack_cost")
def channels_counted_once(kernel, depth, channels):
    """The parameters are too few: the channels count once, and they should count twice.

    Each filter reads every channel. How many filters are there?
    """
    side, _ = right.stack_cost(kernel, depth, channels)
    return side, depth * kernel**2 * channels


@mistake_in("stack_cost")
def one_layer_counted(kernel, depth, channels):
    """The parameters are those of one layer, whatever the depth."""
    return right.stack_cost(kernel, depth, channels)[0], kernel**2 * channels**2


@mistake_in("stack_cost")
def swapped(kernel, depth, channels):
    """The two numbers have changed places: the receptive field comes first."""
    return right.stack_cost(kernel, depth, channels)[::-1]


def _normalise(x, gamma, beta, epsilon=0.001, axes=(0, 1, 2), ddof=0):
    """Normalise over some axes."""
    x = np.asarray(x, float)
    mean = x.mean(axis=axes, keepdims=True)
    variance = x.var(axis=axes, keepdims=True, ddof=ddof)
    return (x - mean) / np.sqrt(variance + epsilon) * np.asarray(gamma) + np.asarray(beta)


@mistake_in("batch_norm")
def each_image_by_itself(x, gamma, beta, epsilon=0.001):
    """Each image is normalised by itself. The mean and the variance are those of the whole batch.

    Over which axes does your mean go?
    """
    return _normalise(x, gamma, beta, epsilon, (1, 2))


@mistake_in("batch_norm")
def all_channels_together(x, gamma, beta, epsilon=0.001):
    """All channels are normalised together. Each channel has its own mean and variance.

    Over which axes does your mean go?
    """
    return _normalise(x, gamma, beta, epsilon, (0, 1, 2, 3))


@mistake_in("batch_norm")
def each_position_by_itself(x, gamma, beta, epsilon=0.001):
    """Each position is normalised by itself, over the images only.

    Over which axes does your mean go?
    """
    return _normalise(x, gamma, beta, epsilon, 0)


@mistake_in("batch_norm")
def over_the_channels(x, gamma, beta, epsilon=0.001):
    """Each pixel is normalised over its channels.

    Over which axes does your mean go?
    """
    return _normalise(x, gamma, beta, epsilon, 3)


@mistake_in("batch_norm")
def over_images_and_rows(x, gamma, beta, epsilon=0.001):
    """Each column of the maps is normalised by itself: the mean leaves out the width.

    Over which axes does your mean go?
    """
    return _normalise(x, gamma, beta, epsilon, (0, 1))


@mistake_in("batch_norm")
def divided_by_one_less(x, gamma, beta, epsilon=0.001):
    """The variance is divided by one less than the number of values.

    What does `ddof` do in `np.var`?
    """
    return _normalise(x, gamma, beta, epsilon, ddof=1)


@mistake_in("batch_norm")
def epsilon_left_out(x, gamma, beta, epsilon=0.001):
    """The argument epsilon is not used.

    Where does it belong: before the square root or after it?
    """
    with np.errstate(all="ignore"):
        return _normalise(x, gamma, beta, 0)


@mistake_in("batch_norm")
def epsilon_after_the_root(x, gamma, beta, epsilon=0.001):
    """Epsilon is added after the square root. It belongs to the variance, before the root."""
    x = np.asarray(x, float)
    mean, deviation = x.mean(axis=(0, 1, 2)), x.std(axis=(0, 1, 2))
    return (x - mean) / (deviation + epsilon) * np.asarray(gamma) + np.asarray(beta)


@mistake_in("batch_norm")
def epsilon_always_the_same(x, gamma, beta, epsilon=0.001):
    """Epsilon is always 0.001, whatever the argument is."""
    return _normalise(x, gamma, beta)


@mistake_in("batch_norm")
def divided_by_the_variance(x, gamma, beta, epsilon=0.001):
    """It divides by the variance. It should divide by the square root of variance and epsilon."""
    x = np.asarray(x, float)
    mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return (x - mean) / (variance + epsilon) * np.asarray(gamma) + np.asarray(beta)


@mistake_in("batch_norm")
def mean_not_subtracted(x, gamma, beta, epsilon=0.001):
    """The mean is not subtracted."""
    x = np.asarray(x, float)
    deviation = np.sqrt(x.var(axis=(0, 1, 2)) + epsilon)
    return x / deviation * np.asarray(gamma) + np.asarray(beta)


@mistake_in("batch_norm")
def gamma_left_out(x, gamma, beta, epsilon=0.001):
    """Gamma is not used: the channels are not scaled."""
    return _normalise(x, np.ones(np.shape(gamma)), beta, epsilon)


@mistake_in("batch_norm")
def beta_left_out(x, gamma, beta, epsilon=0.001):
    """Beta is not used: nothing is added at the end."""
    return _normalise(x, gamma, np.zeros(np.shape(beta)), epsilon)


@mistake_in("batch_norm")
def beta_before_gamma(x, gamma, beta, epsilon=0.001):
    """Beta is added before the multiplication by gamma. The multiplication comes first."""
    gamma, beta = np.asarray(gamma, float), np.asarray(beta, float)
    return _normalise(x, gamma, gamma * beta, epsilon)


@mistake_in("batch_norm")
def gamma_and_beta_swapped(x, gamma, beta, epsilon=0.001):
    """Gamma and beta have changed places: gamma scales, beta is added."""
    return _normalise(x, beta, gamma, epsilon)


def _resnet(
    input_shape=(28, 28, 1),
    classes=10,
    widths=(16, 32, 64),
    *,
    shortcuts="right",
    bias=False,
    strides=lambda index: (1 if index == 0 else 2, 1),
    place="after",
    end=layers.GlobalAveragePooling2D,
):
    """Return the residual network with other settings."""

    def part(tensor, width, kernel, stride, normalised=True):
        convolution = layers.Conv2D(width, kernel, stride, padding="same", use_bias=bias)
        tensor = convolution(tensor)
        return layers.BatchNormalization()(tensor) if normalised else tensor

    def around(tensor, width, stride):
        if shortcuts == "none":
            return None
        if shortcuts != "everywhere" and stride == 1 and tensor.shape[-1] == width:
            return tensor
        return part(tensor, width, 1, stride, shortcuts != "without normalisation")

    inputs = keras.Input(input_shape)
    tensor = layers.ReLU()(part(inputs, widths[0], 3, 1))
    for index, width in enumerate(widths):
        one, two = strides(index)
        shortcut = around(tensor, width, one * two)
        main = part(tensor, width, 3, one)
        main = part(layers.ReLU()(main), width, 3, two)
        if shortcut is None:
            tensor = layers.ReLU()(main)
        elif place == "after":
            tensor = layers.ReLU()(layers.Add()([main, shortcut]))
        elif place == "before":
            tensor = layers.Add()([layers.ReLU()(main), shortcut])
        else:
            tensor = layers.Add()([main, shortcut])
    return keras.Model(inputs, layers.Dense(classes, "softmax")(end()(tensor)))


@mistake_in("build_resnet")
def no_shortcuts(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    """The blocks have no shortcuts: nothing is added to what the two convolutions give.

    What makes a block residual?
    """
    return _resnet(input_shape, classes, widths, shortcuts="none")


@mistake_in("build_resnet")
def relu_before_the_sum(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    """The last ReLU of each block comes before the addition. It should come after it.

    Follow the drawing of the block from top to bottom.
    """
    return _resnet(input_shape, classes, widths, place="before")


@mistake_in("build_resnet")
def no_relu_after_the_sum(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    """There is no ReLU after the addition.

    Follow the drawing of the block to its end.
    """
    return _resnet(input_shape, classes, widths, place="nowhere")


@mistake_in("build_resnet")
def biases(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    """The convolutions have biases. They should have none.

    Which step of the batch normalisation would undo a bias?
    """
    return _resnet(input_shape, classes, widths, bias=True)


@mistake_in("build_resnet")
def shortcut_without_normalisation(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    """The convolution in the shortcut has no batch normalisation after it."""
    return _resnet(input_shape, classes, widths, shortcuts="without normalisation")


@mistake_in("build_resnet")
def convolution_in_every_shortcut(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    """Every shortcut has a convolution, also where the shape does not change.

    When can a block's input be added as it is?
    """
    return _resnet(input_shape, classes, widths, shortcuts="everywhere")


@mistake_in("build_resnet")
def stride_in_the_second(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    """The stride of 2 is in the second convolution of a block. It belongs in the first."""
    return _resnet(input_shape, classes, widths, strides=lambda index: (1, 1 if index == 0 else 2))


@mistake_in("build_resnet")
def stride_everywhere(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    """The first block has a stride of 2, too. It should keep the size."""
    return _resnet(input_shape, classes, widths, strides=lambda index: (2, 1))


@mistake_in("build_resnet")
def flattened(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    """A Flatten comes before the dense layer. It should be global average pooling."""
    return _resnet(input_shape, classes, widths, end=layers.Flatten)


@mistake_in("build_resnet")
def always_the_default_widths(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    """The widths are always 16, 32 and 64, whatever the argument is."""
    return _resnet(input_shape, classes)


EXAMPLES = {
    "conv_1x1": [
        (np.array([[[2, 3]]]), np.array([[1], [10]])),
        (np.array([[[2, 3]]]), np.array([[1, 0.5], [10, -1]]), np.array([100, 200])),
        (np.array([[[1, 2, 3]], [[4, 5, 6]]]), np.array([[1], [1], [-2]]), np.array([0.5])),
        (np.array([[[1, 2], [3, -4]]]), np.array([[1, 2], [3, 4]])),
    ],
    "stack_cost": [
        (3, 0, 1),
        (3, 1, 1),
        (3, 2, 1),
        (3, 2, 2),
        (5, 1, 2),
        (5, 2, 3),
        (2, 3, 2),
    ],
    "batch_norm": [
        (np.array([1.0, 3.0]).reshape(2, 1, 1, 1), np.array([1.0]), np.array([0.0])),
        (np.array([1.0, 3.0]).reshape(1, 2, 1, 1), np.array([2.0]), np.array([5.0])),
        (np.array([1.0, 3.0]).reshape(1, 1, 2, 1), np.array([2.0]), np.array([5.0]), 3.0),
        (
            np.array([[[[1, 10], [3, 20]]], [[[5, 40], [7, 10]]]]),
            np.array([1.0, 2.0]),
            np.array([0.0, 100.0]),
        ),
        (
            np.array([[[[1, 2]], [[3, 8]]], [[[5, 0]], [[1, 6]]]]),
            np.array([1.0, -2.0]),
            np.array([0.5, 3.0]),
            0.25,
        ),
    ],
    "build_resnet": [((8, 6, 1), 3, (2, 3))],
}

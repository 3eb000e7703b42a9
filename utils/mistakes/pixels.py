"""Wrong ways to do lesson 01's exercises."""

import numpy as np

from utils import pixels as right
from utils.mistakes import mistake_in


@mistake_in("count_values")
def channels_ignored(height, width, channels=1):
    """The channels are left out: every pixel holds one number for each channel."""
    return height * width


@mistake_in("count_values")
def always_three_channels(height, width, channels=1):
    """It always counts three channels. Use the argument `channels`; a grey image has one."""
    return height * width * 3


@mistake_in("count_values")
def lengths_added(height, width, channels=1):
    """The lengths are added up. Rows times columns gives the pixels; then come the channels."""
    return height + width + channels


@mistake_in("count_values")
def channels_added(height, width, channels=1):
    """The channels are added to the pixels. Each channel is a whole image: multiply."""
    return height * width + channels


@mistake_in("count_values")
def height_twice(height, width, channels=1):
    """The height is used twice and the width not at all, which shows when they differ. Look at
    which two lengths are multiplied.
    """
    return height * height * channels


@mistake_in("count_values")
def width_twice(height, width, channels=1):
    """The width is used twice and the height not at all, which shows when they differ. Look at
    which two lengths are multiplied.
    """
    return width * width * channels


@mistake_in("count_values")
def around_the_edge(height, width, channels=1):
    """It counts the pixels around the edge, not those inside. Multiply rows by columns."""
    return 2 * (height + width) * channels


@mistake_in("count_values")
def values_times_256(height, width, channels=1):
    """It multiplies by 256 possible values. A pixel's channel holds one number, however many it
    could be.
    """
    return height * width * channels * 256


@mistake_in("hex_to_rgb")
def blue_first(code):
    """Red and blue have changed places: the first two digits are red, the last two blue."""
    return right.hex_to_rgb(code)[::-1]


@mistake_in("hex_to_rgb")
def digits_swapped(code):
    """The two digits of each colour are read from right to left: the first one counts sixteens."""
    return tuple(value % 16 * 16 + value // 16 for value in right.hex_to_rgb(code))


@mistake_in("hex_to_rgb")
def tens_not_sixteens(code):
    """The first digit of each pair is counted as tens. In base 16 it counts sixteens."""
    return tuple(value // 16 * 10 + value % 16 for value in right.hex_to_rgb(code))


@mistake_in("hex_to_rgb")
def digits_added(code):
    """The two digits of a pair are added up. The first one counts sixteens."""
    return tuple(value // 16 + value % 16 for value in right.hex_to_rgb(code))


@mistake_in("hex_to_rgb")
def overlapping_pairs(code):
    """The pairs overlap: after digits 0 and 1 come 2 and 3, then 4 and 5."""
    digits = code.removeprefix("#")
    return tuple(int(digits[i : i + 2], 16) for i in range(3))


@mistake_in("hex_to_rgb")
def one_digit_each(code):
    """One digit is read for each colour. Each colour has two."""
    return tuple(int(digit, 16) for digit in code.removeprefix("#")[:3])


@mistake_in("hex_to_rgb")
def fractions_of_one(code):
    """The numbers are divided by 255. They should be whole numbers from 0 to 255."""
    return tuple(value / 255 for value in right.hex_to_rgb(code))


@mistake_in("hex_to_rgb")
def strings_not_numbers(code):
    """The parts are still strings. Turn each into a number: `int` can count in another base."""
    digits = code.removeprefix("#")
    return tuple(digits[i : i + 2] for i in (0, 2, 4))


@mistake_in("hex_to_rgb")
def one_number(code):
    """All six digits are read as one number. Take them two by two."""
    return int(code.removeprefix("#"), 16)


@mistake_in("to_grayscale")
def plain_mean(image):
    """The three channels count the same. They have weights, because green looks brighter than
    blue: see the formula above the exercise.
    """
    return np.asarray(image, float).mean(axis=2)


@mistake_in("to_grayscale")
def plain_sum(image):
    """The three channels are added up without their weights. Look at what each channel should be
    multiplied by.
    """
    return np.asarray(image, float).sum(axis=2)


@mistake_in("to_grayscale")
def sum_wrapped(image):
    """The channels are added up in the image's own dtype, and wrap around (in uint8, 200 + 100 is
    44). They also need their weights.
    """
    mean = (image[..., 0] + image[..., 1] + image[..., 2]) / 3
    return _unlike(mean, plain_mean(image))


@mistake_in("to_grayscale")
def weights_backwards(image):
    """The weights are in the wrong order: the first channel is red."""
    return np.asarray(image, float) @ right.LUMA[::-1]


@mistake_in("to_grayscale")
def newer_weights(image):
    """These are the weights of BT.709 (0.2126, 0.7152, 0.0722). The exercise asks for BT.601's."""
    return np.asarray(image, float) @ np.array([0.2126, 0.7152, 0.0722])


@mistake_in("to_grayscale")
def rounded_weights(image):
    """The weights are rounded to two places (0.3, 0.59, 0.11). They have three."""
    return np.asarray(image, float) @ np.array([0.3, 0.59, 0.11])


@mistake_in("to_grayscale")
def cut_to_whole_numbers(image):
    """The result is cut to whole numbers, perhaps by an integer dtype. Return floats: a grey of
    67.153 stays 67.153.
    """
    return np.trunc(right.to_grayscale(image))


@mistake_in("to_grayscale")
def red_alone(image):
    """It returns the red channel. Grey mixes all three."""
    return image[..., 0]


@mistake_in("to_grayscale")
def green_alone(image):
    """It returns the green channel. Grey mixes all three."""
    return image[..., 1]


@mistake_in("to_grayscale")
def from_zero_to_one(image):
    """The result is divided by 255. It should keep the image's own scale."""
    return right.to_grayscale(image) / 255


@mistake_in("to_grayscale")
def middle_of_extremes(image):
    """It returns the middle between the largest and the smallest channel ("lightness").
    The exercise asks for a weighted sum of all three.
    """
    image = np.asarray(image, float)
    return (image.max(axis=2) + image.min(axis=2)) / 2


@mistake_in("to_grayscale")
def three_grey_channels(image):
    """There are still three channels, all of them grey. One is enough: the shape is (H, W)."""
    return np.stack([right.to_grayscale(image)] * 3, axis=-1)


@mistake_in("to_grayscale")
def channels_weighted_not_summed(image):
    """The channels have their weights, but are not yet added up. Look at the shape: it should hold
    one number for each pixel.
    """
    return np.asarray(image, float) * right.LUMA


@mistake_in("dense_parameters")
def biases_forgotten(image_shape, units):
    """The biases are forgotten: every unit adds one number of its own to its weighted sum."""
    return right.dense_parameters(image_shape, units) - units


@mistake_in("dense_parameters")
def one_bias_for_all(image_shape, units):
    """There is only one bias for the whole layer. Every unit has its own."""
    return right.dense_parameters(image_shape, units) - units + 1


@mistake_in("dense_parameters")
def bias_for_each_input(image_shape, units):
    """There is a bias for each input. It belongs to the units: one for each of them."""
    inputs = right.dense_parameters(image_shape, 1) - 1
    return inputs * units + inputs


@mistake_in("dense_parameters")
def inputs_alone(image_shape, units):
    """That is how many numbers go in, and so the weights of one unit, without its bias.
    Every unit has weights of its own.
    """
    return right.dense_parameters(image_shape, 1) - 1


@mistake_in("dense_parameters")
def one_unit_alone(image_shape, units):
    """That is one unit, with its bias. The layer has `units` of them."""
    return right.dense_parameters(image_shape, 1)


@mistake_in("dense_parameters")
def two_axes_alone(image_shape, units):
    """The first two axes are used and the rest left out, so colours are not counted. Look at how
    many lengths the shape has.
    """
    return right.dense_parameters(image_shape[:2], units)


@mistake_in("dense_parameters")
def lengths_of_axes_added(image_shape, units):
    """The lengths of the axes are added up. A flattened image holds their product."""
    return (sum(image_shape) + 1) * units


@mistake_in("dense_parameters")
def inputs_and_units_added(image_shape, units):
    """Inputs and units are added up. Every unit reads every input: multiply."""
    return right.dense_parameters(image_shape, 1) - 1 + units


@mistake_in("mean_image")
def labels_ignored(images, labels, digit):
    """All images are averaged, whatever their label. Choose those with the label first."""
    return np.asarray(images, float).mean(axis=0)


@mistake_in("mean_image")
def sum_not_mean(images, labels, digit):
    """The images are added up, but not divided by how many there are. Look at what comes after the
    sum.
    """
    return np.asarray(images, float)[labels == digit].sum(axis=0)


@mistake_in("mean_image")
def divided_by_all(images, labels, digit):
    """The sum is divided by the number of all images. Divide by how many have the label."""
    return sum_not_mean(images, labels, digit) / len(images)


@mistake_in("mean_image")
def sum_wrapped_around(images, labels, digit):
    """The images are added up in their own dtype, and the sum wraps around (in uint8, 200 + 100 is
    44). Turn them into float first.
    """
    chosen = np.asarray(images)[labels == digit]
    mean = np.add.reduce(chosen, axis=0, dtype=images.dtype) / len(chosen)
    return _unlike(mean, right.mean_image(images, labels, digit))


def _unlike(result, unwrapped):
    """Return a result in which something wrapped around; else there is nothing to tell."""
    if np.allclose(result, unwrapped):
        raise ValueError("nothing wraps around here")
    return result


@mistake_in("mean_image")
def one_mean_for_all_pixels(images, labels, digit):
    """It returns one number, the mean of all pixels. Average over the images alone, pixel by
    pixel, and find out which axis that is.
    """
    return float(np.asarray(images, float)[labels == digit].mean())


@mistake_in("mean_image")
def mean_over_rows(images, labels, digit):
    """It averages over the rows of each image. Average over another axis: that of the images."""
    return np.asarray(images, float)[labels == digit].mean(axis=1)


@mistake_in("mean_image")
def mean_over_columns(images, labels, digit):
    """It averages over the columns of each image. Average over another axis: that of the images."""
    return np.asarray(images, float)[labels == digit].mean(axis=2)


@mistake_in("mean_image")
def first_with_the_label(images, labels, digit):
    """It returns the first image with the label. Average all of them."""
    return np.asarray(images, float)[labels == digit][0]


@mistake_in("mean_image")
def last_with_the_label(images, labels, digit):
    """It returns the last image with the label. Average all of them."""
    return np.asarray(images, float)[labels == digit][-1]


@mistake_in("mean_image")
def image_at_that_index(images, labels, digit):
    """It takes the image at index `digit`. The labels say which images to take."""
    return np.asarray(images, float)[digit]


@mistake_in("mean_image")
def the_other_labels(images, labels, digit):
    """It averages the images that do not have the label. Look at the comparison."""
    return np.asarray(images, float)[labels != digit].mean(axis=0)


@mistake_in("mean_image")
def whole_numbers(images, labels, digit):
    """The mean is cut to whole numbers. Return floats."""
    return np.trunc(right.mean_image(images, labels, digit))


@mistake_in("mean_image")
def median(images, labels, digit):
    """It takes the median at each pixel. The mean is asked for."""
    return np.median(np.asarray(images, float)[labels == digit], axis=0)


@mistake_in("mean_image")
def scaled_to_one(images, labels, digit):
    """The mean is divided by 255. It should keep the images' own scale."""
    return right.mean_image(images, labels, digit) / 255


THREE_PIXELS = np.array([[[200, 100, 50], [0, 0, 255], [10, 20, 30]]], np.uint8)
FOUR_IMAGES = np.array(
    [
        [[0, 10, 20], [30, 40, 50]],
        [[200, 0, 0], [100, 7, 8]],
        [[100, 9, 0], [250, 1, 2]],
        [[201, 12, 5], [100, 8, 9]],
    ],
    np.uint8,
)

EXAMPLES = {
    "count_values": ((2, 5), (2, 5, 3), (3, 2, 4)),
    "hex_to_rgb": (("0B6623",), ("#0b6623",), ("#98FB98",), ("#c7EA46",)),
    "to_grayscale": (
        (THREE_PIXELS[:, :1].astype(float),),
        (THREE_PIXELS[:, :1],),
        (THREE_PIXELS,),
        (THREE_PIXELS[0].reshape(3, 1, 3).astype(float),),
        (THREE_PIXELS.astype(np.int16) - 100,),
    ),
    "dense_parameters": (((3,), 2), ((2, 5), 3), ((2, 5, 3), 4), ([2, 5, 3, 2], 5)),
    "mean_image": (
        (FOUR_IMAGES[:3].astype(float), np.array([1, 0, 1]), 1),
        (FOUR_IMAGES, np.array([0, 1, 1, 1]), 1),
        (FOUR_IMAGES.astype(float), np.array([0, 1, 0, 1]), 0),
        (FOUR_IMAGES.astype(float) / 4, np.array([2, 3, 2, 2]), 3),
    ),
}

"""Wrong ways to do lesson 01's exercises."""

import numpy as np

from utils import pixels as right
from utils.mistakes import mistake_in


@mistake_in("count_values")
def channels_ignored(height, width, channels=1):
    """The channels are left out: every pixel holds one number for each channel.

    Which of the three arguments is not used yet?
    """
    return height * width


@mistake_in("count_values")
def always_three_channels(height, width, channels=1):
    """It always counts three channels, also where the image is grey.

    Which argument says how many channels there are?
    """
    return height * width * 3


@mistake_in("count_values")
def lengths_added(height, width, channels=1):
    """Height, width and channels are added up.

    Draw 2 rows of 5 boxes. How many boxes are there?
    """
    return height + width + channels


@mistake_in("count_values")
def height_and_width_added(height, width, channels=1):
    """Height and width are added up.

    Draw 2 rows of 5 boxes. How many boxes are there?
    """
    return (height + width) * channels


@mistake_in("count_values")
def channels_added(height, width, channels=1):
    """The number of channels is added to the number of pixels.

    Take a grey image of 10 pixels. How many more numbers does it need to become coloured?
    """
    return height * width + channels


@mistake_in("count_values")
def channels_as_exponent(height, width, channels=1):
    """The number of pixels is raised to the power of the number of channels.

    Is there a `**` in your formula? It computes a power.
    """
    return (height * width) ** channels


@mistake_in("count_values")
def height_twice(height, width, channels=1):
    """The height is used twice and the width not at all.

    That goes unnoticed while the image is square. Look at which two lengths are multiplied.
    """
    return height * height * channels


@mistake_in("count_values")
def width_twice(height, width, channels=1):
    """The width is used twice and the height not at all.

    That goes unnoticed while the image is square. Look at which two lengths are multiplied.
    """
    return width * width * channels


@mistake_in("count_values")
def around_the_edge(height, width, channels=1):
    """It computes the length around the edge, not the number of pixels inside.

    Draw 2 rows of 5 boxes. How many boxes are there?
    """
    return 2 * (height + width) * channels


@mistake_in("count_values")
def values_times_256(height, width, channels=1):
    """The result is 256 times too large.

    256 is how many values a number can have. How many numbers does one channel of a pixel hold?
    """
    return height * width * channels * 256


@mistake_in("count_values")
def values_times_8(height, width, channels=1):
    """The result is 8 times too large.

    A byte has 8 bits. Is it bits that you should count, or numbers?
    """
    return height * width * channels * 8


@mistake_in("hex_to_rgb")
def blue_first(code):
    """Red and blue have changed places: the first two digits are red, the last two blue."""
    return right.hex_to_rgb(code)[::-1]


@mistake_in("hex_to_rgb")
def digits_swapped(code):
    """The two digits of each pair are read in the wrong order.

    Which of them counts sixteens, the left or the right?
    """
    return tuple(value % 16 * 16 + value // 16 for value in right.hex_to_rgb(code))


@mistake_in("hex_to_rgb")
def tens_not_sixteens(code):
    """The first digit of each pair is counted as tens.

    In base 16 a step of the first digit is worth more than ten.
    """
    return tuple(value // 16 * 10 + value % 16 for value in right.hex_to_rgb(code))


@mistake_in("hex_to_rgb")
def digits_added(code):
    """The two digits of each pair are added up, as if both counted ones.

    Are the two sixes of 66 worth the same?
    """
    return tuple(value // 16 + value % 16 for value in right.hex_to_rgb(code))


@mistake_in("hex_to_rgb")
def overlapping_pairs(code):
    """The pairs overlap: after digits 0 and 1 come 2 and 3, then 4 and 5.

    By how much does the start of your slice grow from pair to pair?
    """
    digits = code.removeprefix("#")
    return tuple(int(digits[i : i + 2], 16) for i in range(3))


@mistake_in("hex_to_rgb")
def one_digit_each(code):
    """Red, green and blue are the first three digits, with a single digit for each.

    How many digits does each colour have?
    """
    return tuple(int(digit, 16) for digit in code.removeprefix("#")[:3])


@mistake_in("hex_to_rgb")
def first_digits_only(code):
    """Only the first digit of each pair is read.

    Is the second index of a slice still part of it?
    """
    return tuple(value // 16 for value in right.hex_to_rgb(code))


@mistake_in("hex_to_rgb")
def three_digits_each(code):
    """Red and green are read from three digits each, so they take a digit from the next pair.

    Is the second index of a slice still part of it?
    """
    digits = code.removeprefix("#")
    return tuple(int(digits[i : i + 3], 16) for i in (0, 2, 4))


@mistake_in("hex_to_rgb")
def first_character_dropped(code):
    """The first character is always dropped, also where it is a digit and not "#".

    Try "0B6623": what is left of it?
    """
    digits = code[1:]
    return tuple(int(digits[i : i + 2], 16) for i in (0, 2, 4))


@mistake_in("hex_to_rgb")
def fractions_of_one(code):
    """The numbers are divided by 255.

    They should be whole numbers from 0 to 255.
    """
    return tuple(value / 255 for value in right.hex_to_rgb(code))


@mistake_in("hex_to_rgb")
def strings_not_numbers(code):
    """The three parts are still strings.

    Which function makes a number of a string of digits, and how do you tell it the base?
    """
    digits = code.removeprefix("#")
    return tuple(digits[i : i + 2] for i in (0, 2, 4))


@mistake_in("hex_to_rgb")
def one_number(code):
    """All six digits are read as a single number.

    How many digits does each of the three colours have?
    """
    return int(code.removeprefix("#"), 16)


@mistake_in("to_grayscale")
def plain_mean(image):
    """The three channels count the same: the result is their mean.

    Green looks brighter than blue, so the channels have weights. See the formula above the
    exercise.
    """
    return np.asarray(image, float).mean(axis=2)


@mistake_in("to_grayscale")
def plain_sum(image):
    """The three channels are added up without their weights.

    What is each channel multiplied by in the formula above the exercise?
    """
    return np.asarray(image, float).sum(axis=2)


@mistake_in("to_grayscale")
def sum_wrapped(image):
    """The channels are averaged without their weights, and their sum wraps around (in uint8,
    200 + 100 is 44).

    Which dtype has room for the sum? And what is each channel multiplied by in the formula?
    """
    mean = (image[..., 0] + image[..., 1] + image[..., 2]) / 3
    return _unlike(mean, plain_mean(image))


@mistake_in("to_grayscale")
def weights_backwards(image):
    """The weights are in the wrong order: red and blue have changed places.

    Which channel is the first?
    """
    return np.asarray(image, float) @ right.LUMA[::-1]


@mistake_in("to_grayscale")
def red_and_green_swapped(image):
    """The weights are in the wrong order: red and green have changed places.

    Which channel is the first?
    """
    return np.asarray(image, float) @ right.LUMA[[1, 0, 2]]


@mistake_in("to_grayscale")
def newer_weights(image):
    """The weights are those of BT.709: 0.2126, 0.7152 and 0.0722.

    The exercise asks for those of BT.601. See the formula above it.
    """
    return np.asarray(image, float) @ np.array([0.2126, 0.7152, 0.0722])


@mistake_in("to_grayscale")
def rounded_weights(image):
    """The weights are rounded to two places: 0.3, 0.59 and 0.11.

    How many places do they have in the formula above the exercise?
    """
    return np.asarray(image, float) @ np.array([0.3, 0.59, 0.11])


@mistake_in("to_grayscale")
def cut_to_whole_numbers(image):
    """The fractions are gone: a grey of 67.153 should stay 67.153.

    Is there an integer dtype, or a `//`?
    """
    return np.trunc(right.to_grayscale(image))


@mistake_in("to_grayscale")
def same_dtype_as_image(image):
    """The result is kept in the dtype of the image, where the fractions of whole numbers are gone.

    Which dtype should the grey image have?
    """
    grey = right.to_grayscale(image)
    return grey if image.dtype.kind == "f" else grey.astype(image.dtype)


@mistake_in("to_grayscale")
def products_cut(image):
    """The weighted channels are cut to whole numbers before they are added up.

    Which dtype do the three products have?
    """
    return np.trunc(np.asarray(image, float) * right.LUMA).sum(axis=2)


@mistake_in("to_grayscale")
def red_only(image):
    """It returns the red channel only.

    Grey mixes all three channels.
    """
    return image[..., 0]


@mistake_in("to_grayscale")
def green_only(image):
    """It returns the green channel only.

    Grey mixes all three channels.
    """
    return image[..., 1]


@mistake_in("to_grayscale")
def blue_only(image):
    """It returns the blue channel only.

    Grey mixes all three channels.
    """
    return image[..., 2]


@mistake_in("to_grayscale")
def blue_left_out(image):
    """Red and green have their weights, but blue is left out.

    How many terms does the formula have?
    """
    return np.asarray(image, float)[..., :2] @ right.LUMA[:2]


@mistake_in("to_grayscale")
def weighted_mean_of_three(image):
    """The weighted channels are averaged, so that everything is three times too dark.

    The weights already add up to 1. What should become of the three products?
    """
    return right.to_grayscale(image) / 3


@mistake_in("to_grayscale")
def from_zero_to_one(image):
    """The result is divided by 255.

    It should keep the scale of the image.
    """
    return right.to_grayscale(image) / 255


@mistake_in("to_grayscale")
def middle_of_extremes(image):
    """It returns the mean of the largest and the smallest channel ("lightness").

    The exercise asks for a weighted sum of all three.
    """
    image = np.asarray(image, float)
    return (image.max(axis=2) + image.min(axis=2)) / 2


@mistake_in("to_grayscale")
def three_grey_channels(image):
    """The result still has three channels, all three the same grey.

    The shape should be (H, W): how many numbers is that for each pixel?
    """
    return np.stack([right.to_grayscale(image)] * 3, axis=-1)


@mistake_in("to_grayscale")
def channels_weighted_not_summed(image):
    """The channels have their weights, but are not yet added up.

    Look at the shape: it should hold one number for each pixel.
    """
    return np.asarray(image, float) * right.LUMA


@mistake_in("to_grayscale")
def rows_for_channels(image):
    """The weights are applied to the first three rows of pixels, not to the three channels.

    `image[0]` is a row. Which of the three axes holds the channels?
    """
    image = np.asarray(image, float)
    return sum(weight * image[index] for index, weight in enumerate(right.LUMA))


@mistake_in("to_grayscale")
def columns_for_channels(image):
    """The weights are applied to the first three columns of pixels, not to the three channels.

    `image[:, 0]` is a column. Which of the three axes holds the channels?
    """
    return rows_for_channels(np.asarray(image).swapaxes(0, 1))


@mistake_in("to_grayscale")
def last_pixels_left_at_0(image):
    """The last row and the last column of the result stay 0.

    Where do your loops end?
    """
    grey = right.to_grayscale(image)
    grey[-1], grey[:, -1] = 0, 0
    return _unless_all_0(grey)


@mistake_in("to_grayscale")
def weighted_rows_summed(image):
    """The channels have their weights, but then the rows are added up and not the channels.

    Which of the three axes holds the channels?
    """
    return (np.asarray(image, float) * right.LUMA).sum(axis=0)


@mistake_in("to_grayscale")
def weighted_columns_summed(image):
    """The channels have their weights, but then the columns are added up and not the channels.

    Which of the three axes holds the channels?
    """
    return (np.asarray(image, float) * right.LUMA).sum(axis=1)


@mistake_in("dense_parameters")
def biases_forgotten(image_shape, units):
    """The biases are forgotten: every unit adds one more number to its weighted sum.

    How many units are there, and so how many biases?
    """
    return right.dense_parameters(image_shape, units) - units


@mistake_in("dense_parameters")
def one_bias_for_all(image_shape, units):
    """There is only one bias for the whole layer.

    How many units are there, and what does each of them add at the end?
    """
    return right.dense_parameters(image_shape, units) - units + 1


@mistake_in("dense_parameters")
def bias_for_each_input(image_shape, units):
    """There is a bias for each input, not for each unit.

    A bias is added to a finished sum. How many sums does the layer compute?
    """
    inputs = right.dense_parameters(image_shape, 1) - 1
    return inputs * units + inputs


@mistake_in("dense_parameters")
def inputs_only(image_shape, units):
    """It returns how many numbers go in: the weights of a single unit, without its bias.

    How many units are there, and what does each of them need besides its weights?
    """
    return right.dense_parameters(image_shape, 1) - 1


@mistake_in("dense_parameters")
def one_unit_only(image_shape, units):
    """It counts the weights and the bias of a single unit.

    Which argument says how many units there are?
    """
    return right.dense_parameters(image_shape, 1)


@mistake_in("dense_parameters")
def weights_not_counted(image_shape, units):
    """It counts the biases and not a single weight.

    If you multiply the lengths in a loop: from which number does the product start?
    """
    return units


@mistake_in("dense_parameters")
def two_axes_only(image_shape, units):
    """Only the first two axes of the shape are counted, and the rest is left out.

    How many lengths does (28, 28, 3) have?
    """
    return right.dense_parameters(image_shape[:2], units)


@mistake_in("dense_parameters")
def last_axis_only(image_shape, units):
    """Only the last axis of the shape is counted.

    The whole image is flattened first. How many numbers is that?
    """
    return right.dense_parameters(image_shape[-1:], units)


@mistake_in("dense_parameters")
def first_axis_skipped(image_shape, units):
    """The first axis of the shape is left out.

    With which length does your loop or your slice begin?
    """
    return right.dense_parameters(image_shape[1:], units)


@mistake_in("dense_parameters")
def last_axis_skipped(image_shape, units):
    """The last axis of the shape is left out.

    With which length does your loop or your slice end?
    """
    return right.dense_parameters(image_shape[:-1], units)


@mistake_in("dense_parameters")
def axes_counted(image_shape, units):
    """It counts the axes of the shape, not the numbers in the image.

    `len` of (28, 28, 3) is 3. How many numbers does such an image hold?
    """
    return (len(image_shape) + 1) * units


@mistake_in("dense_parameters")
def lengths_of_axes_added(image_shape, units):
    """The lengths of the axes are added up.

    How many numbers does an image of 2 rows and 5 columns hold?
    """
    return (sum(image_shape) + 1) * units


@mistake_in("dense_parameters")
def inputs_and_units_added(image_shape, units):
    """Inputs and units are added up.

    Every unit reads every input. How many weights do two units need for 10 inputs?
    """
    return right.dense_parameters(image_shape, 1) - 1 + units


@mistake_in("mean_image")
def labels_ignored(images, labels, digit):
    """All images are averaged, whatever their label.

    Which of them have the label? Choose those before you average.
    """
    return np.asarray(images, float).mean(axis=0)


@mistake_in("mean_image")
def sum_not_mean(images, labels, digit):
    """The images are added up, but not divided by how many there are.

    Look at what comes after the sum.
    """
    return np.asarray(images, float)[labels == digit].sum(axis=0)


@mistake_in("mean_image")
def divided_by_all(images, labels, digit):
    """The sum is divided by the number of all images.

    How many of them have the label?
    """
    return sum_not_mean(images, labels, digit) / len(images)


@mistake_in("mean_image")
def count_starts_at_one(images, labels, digit):
    """The sum is divided by one more than the number of images with the label.

    From which number does your counter start?
    """
    return sum_not_mean(images, labels, digit) / (np.count_nonzero(labels == digit) + 1)


@mistake_in("mean_image")
def sum_wrapped_around(images, labels, digit):
    """The images are added up in the dtype they have, and the sum wraps around (in uint8, 200 + 100
    is 44).

    Which dtype has room for the sum of many bytes?
    """
    chosen = np.asarray(images)[labels == digit]
    return np.add.reduce(chosen, axis=0, dtype=images.dtype) / len(chosen)


def _unless_all_0(result):
    """Return a result that is not 0 everywhere; else nothing says where it is wrong."""
    if not result.any():
        raise ValueError("every value is 0")
    return result


def _unlike(result, unwrapped):
    """Return a result in which something wrapped around; else there is nothing to tell."""
    if np.allclose(result, unwrapped):
        raise ValueError("nothing wraps around here")
    return result


@mistake_in("mean_image")
def one_mean_for_all_pixels(images, labels, digit):
    """It returns a single number, the mean of all pixels of all images with the label.

    Which axis of (N, H, W) counts the images? Only that axis should go.
    """
    return float(np.asarray(images, float)[labels == digit].mean())


@mistake_in("mean_image")
def one_number_for_each_image(images, labels, digit):
    """It returns a single number for each image with the label, the mean of its pixels.

    Which axis of (N, H, W) counts the images? Only that axis should go.
    """
    return np.asarray(images, float)[labels == digit].mean(axis=(1, 2))


@mistake_in("mean_image")
def mean_over_rows(images, labels, digit):
    """It averages over the rows of each image.

    Which axis of (N, H, W) counts the images?
    """
    return np.asarray(images, float)[labels == digit].mean(axis=1)


@mistake_in("mean_image")
def mean_over_columns(images, labels, digit):
    """It averages over the columns of each image.

    Which axis of (N, H, W) counts the images?
    """
    return np.asarray(images, float)[labels == digit].mean(axis=2)


@mistake_in("mean_image")
def averaged_two_by_two(images, labels, digit):
    """Each image is averaged with the mean so far, so that later images count more.

    When do you know by how many images to divide?
    """
    chosen = np.asarray(images, float)[labels == digit]
    mean = chosen[0]
    for image in chosen[1:]:
        mean = (mean + image) / 2
    return mean


@mistake_in("mean_image")
def first_with_the_label(images, labels, digit):
    """It returns the first image with the label.

    The average is made of all images with that label.
    """
    return np.asarray(images, float)[labels == digit][0]


@mistake_in("mean_image")
def last_with_the_label(images, labels, digit):
    """It returns the last image with the label.

    The average is made of all images with that label. If you loop: does each image take the place
    of the image before it?
    """
    return np.asarray(images, float)[labels == digit][-1]


@mistake_in("mean_image")
def last_image_missed(images, labels, digit):
    """The last of all images is never looked at.

    Where does your loop end?
    """
    return right.mean_image(images[:-1], labels[:-1], digit)


@mistake_in("mean_image")
def first_image_missed(images, labels, digit):
    """The first of all images is never looked at.

    Where does your loop begin?
    """
    return right.mean_image(images[1:], labels[1:], digit)


@mistake_in("mean_image")
def sum_overwritten(images, labels, digit):
    """Only the last image with the label counts, divided by how many have the label.

    In your loop: is each image added to the sum, or does it take the place of the sum?
    """
    return last_with_the_label(images, labels, digit) / np.count_nonzero(labels == digit)


@mistake_in("mean_image")
def labels_as_indices(images, labels, digit):
    """The labels are used as indices: it averages the images at the places 0, 1, 2, ... that the
    labels name.

    What does `labels == digit` give, and what do you put into the brackets of `images[...]`?
    """
    return np.asarray(images, float)[labels].mean(axis=0)


@mistake_in("mean_image")
def image_at_that_index(images, labels, digit):
    """It returns the image at index `digit`, whatever its label.

    The labels say which images to take.
    """
    return np.asarray(images, float)[digit]


@mistake_in("mean_image")
def the_other_labels(images, labels, digit):
    """It averages the images that do not have the label.

    Look at the comparison.
    """
    return np.asarray(images, float)[labels != digit].mean(axis=0)


@mistake_in("mean_image")
def whole_numbers(images, labels, digit):
    """The fractions are gone: the mean should not be cut to whole numbers.

    Is there an integer dtype, or a `//`?
    """
    return np.trunc(right.mean_image(images, labels, digit))


@mistake_in("mean_image")
def median(images, labels, digit):
    """It takes the median at each pixel, not the mean."""
    return np.median(np.asarray(images, float)[labels == digit], axis=0)


@mistake_in("mean_image")
def scaled_to_one(images, labels, digit):
    """The mean is divided by 255.

    It should keep the scale of the images.
    """
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
        (np.vstack([THREE_PIXELS, 255 - THREE_PIXELS]),),
    ),
    "dense_parameters": (((3,), 2), ((2, 5), 3), ((2, 5, 3), 4), ([2, 5, 3, 2], 5)),
    "mean_image": (
        (FOUR_IMAGES[:3].astype(float), np.array([1, 0, 1]), 1),
        (FOUR_IMAGES, np.array([0, 1, 1, 1]), 1),
        (FOUR_IMAGES.astype(float), np.array([0, 1, 0, 1]), 0),
        (FOUR_IMAGES.astype(float) / 4, np.array([2, 3, 2, 2]), 3),
    ),
}

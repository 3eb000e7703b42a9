"""Wrong ways to do lesson 14's exercises."""

import numpy as np

from utils import interpretation as right
from utils import pooling
from utils.keras_setup import keras, tf
from utils.mistakes import mistake_in

# Exercise 1: equivariance_error


def _two_orders(f, image, dx):
    """Return f of the shifted image, and the shifted f of the image."""
    before = np.asarray(f(pooling.shift(image, dx)), float)
    return before, pooling.shift(np.asarray(f(image), float), dx)


def _compare(before, after, first, end, summary=lambda differences: np.abs(differences).max()):
    """Summarise the differences in some columns."""
    if first >= end:
        raise ValueError("no column")
    return float(summary((before - after)[:, first:end]))


def _compare_all(dx, orders, summary=lambda d: np.abs(d).max()):
    """Summarise the differences of the two orders in the right columns."""
    (before, after), first = orders, abs(dx) + 2
    return _compare(before, after, first, after.shape[1] - first, summary)


@mistake_in("equivariance_error")
def border_counted(f, image, dx):
    """All columns are compared, also those at the border where zeros come in.

    Which columns does the docstring leave out?
    """
    before, after = _two_orders(f, image, dx)
    return _compare(before, after, 0, after.shape[1])


@mistake_in("equivariance_error")
def only_the_shift_left_out(f, image, dx):
    """Only `abs(dx)` columns are left out on each side.

    A window over the zeros reaches two columns further.
    """
    before, after = _two_orders(f, image, dx)
    return _compare(before, after, abs(dx), after.shape[1] - abs(dx))


@mistake_in("equivariance_error")
def one_more_left_out(f, image, dx):
    """`abs(dx) + 1` columns are left out on each side. It should be `abs(dx) + 2`.

    Which is the first column that counts, and is it counted from 0?
    """
    before, after = _two_orders(f, image, dx)
    return _compare(before, after, abs(dx) + 1, after.shape[1] - abs(dx) - 1)


@mistake_in("equivariance_error")
def last_column_counted(f, image, dx):
    """There is one column too many at the right end.

    A slice leaves its end out, and so does the docstring.
    """
    before, after = _two_orders(f, image, dx)
    return _compare(before, after, abs(dx) + 2, after.shape[1] - abs(dx) - 1)


@mistake_in("equivariance_error")
def last_column_missing(f, image, dx):
    """The last of the columns that count is missing.

    A slice leaves its end out already.
    """
    before, after = _two_orders(f, image, dx)
    return _compare(before, after, abs(dx) + 2, after.shape[1] - abs(dx) - 3)


@mistake_in("equivariance_error")
def width_of_the_image(f, image, dx):
    """The columns are counted in the image, not in the result of f, which may be narrower.

    Whose width is W'?
    """
    before, after = _two_orders(f, image, dx)
    return _compare(before, after, abs(dx) + 2, image.shape[1] - abs(dx) - 2)


@mistake_in("equivariance_error")
def sign_in_the_columns(f, image, dx):
    """For a shift to the left, too few columns are left out.

    dx may be negative. How many columns does a shift by -3 move?
    """
    before, after = _two_orders(f, image, dx)
    return _compare(before, after, max(dx + 2, 0), after.shape[1] - dx - 2)


@mistake_in("equivariance_error")
def rows_left_out(f, image, dx):
    """Rows are left out as well as columns.

    The image moves sideways: nothing comes in at the top or at the bottom.
    """
    before, after = _two_orders(f, image, dx)
    first = abs(dx) + 2
    rows = slice(first, after.shape[0] - first)
    if not after[rows].size:
        raise ValueError("no row")
    return _compare_all(dx, (before[rows], after[rows]))


@mistake_in("equivariance_error")
def averaged(f, image, dx):
    """It returns the mean difference. The largest is asked for."""
    return _compare_all(dx, _two_orders(f, image, dx), lambda d: np.abs(d).mean())


@mistake_in("equivariance_error")
def added_up(f, image, dx):
    """It returns the sum of the differences. The largest is asked for."""
    return _compare_all(dx, _two_orders(f, image, dx), lambda d: np.abs(d).sum())


@mistake_in("equivariance_error")
def squared(f, image, dx):
    """The largest difference is squared. It should be absolute."""
    return _compare_all(dx, _two_orders(f, image, dx), lambda d: (d**2).max())


@mistake_in("equivariance_error")
def sign_kept(f, image, dx):
    """Differences below 0 do not count.

    How large is a difference of -3? Take the absolute value before you take the maximum.
    """
    return _compare_all(dx, _two_orders(f, image, dx), np.max)


@mistake_in("equivariance_error")
def sign_kept_the_other_way(f, image, dx):
    """Differences count only where f of the shifted image is smaller.

    How large is a difference of -3? Take the absolute value before you take the maximum.
    """
    return _compare_all(dx, _two_orders(f, image, dx), lambda d: (-d).max())


@mistake_in("equivariance_error")
def wraps_around(f, image, dx):
    """What leaves the image on one side comes back on the other. Zeros should come in.

    np.roll moves pixels like that, and some functions look at the whole image.
    """
    before = np.asarray(f(np.roll(image, dx, axis=1)), float)
    return _compare_all(dx, (before, np.roll(np.asarray(f(image), float), dx, axis=1)))


@mistake_in("equivariance_error")
def other_direction(f, image, dx):
    """Both shifts go the wrong way: a positive dx is to the right."""
    return _compare_all(dx, _two_orders(f, image, -dx))


@mistake_in("equivariance_error")
def moved_down(f, image, dx):
    """Both shifts go down instead of to the right.

    Axis 0 counts rows, axis 1 columns.
    """
    before = np.asarray(f(pooling.shift(image, 0, dx)), float)
    return _compare_all(dx, (before, pooling.shift(np.asarray(f(image), float), 0, dx)))


@mistake_in("equivariance_error")
def result_not_shifted(f, image, dx):
    """f(shifted image) is compared with f(image), which is not shifted.

    That would measure invariance. What has to happen to f(image) first?
    """
    before = np.asarray(f(pooling.shift(image, dx)), float)
    return _compare_all(dx, (before, np.asarray(f(image), float)))


@mistake_in("equivariance_error")
def image_not_shifted(f, image, dx):
    """The shifted f(image) is compared with f(image): the image is not shifted before f.

    What does f get in the first of the two orders?
    """
    plain = np.asarray(f(image), float)
    return _compare_all(dx, (plain, pooling.shift(plain, dx)))


@mistake_in("equivariance_error")
def opposite_shifts(f, image, dx):
    """The image and the result are shifted in opposite directions."""
    before = np.asarray(f(pooling.shift(image, dx)), float)
    return _compare_all(dx, (before, pooling.shift(np.asarray(f(image), float), -dx)))


@mistake_in("equivariance_error")
def relative(f, image, dx):
    """The difference is divided by the largest value of the result of f.

    The docstring asks for the difference itself.
    """
    largest = np.abs(np.asarray(f(image), float)).max()
    return right.equivariance_error(f, image, dx) / (largest or 1.0)


@mistake_in("equivariance_error")
def cut_to_a_whole_number(f, image, dx):
    """The difference is cut to a whole number."""
    return float(int(right.equivariance_error(f, image, dx)))


@mistake_in("equivariance_error")
def subtracted_in_its_own_dtype(f, image, dx):
    """The subtraction overflows: in small unsigned integers, 3 - 5 is 254.

    Turn both results into floats before you subtract.
    """
    before = np.asarray(f(pooling.shift(image, dx)))
    after = pooling.shift(np.asarray(f(image)), dx)
    return _compare_all(dx, (before, after))


# Exercise 2: occlusion_map


def _map(predict, image, label, size, stride=1, cover=None, places=None):
    """Return the probability of the whole image, and the map of those with a part covered."""
    image = np.array(image)
    height, width = image.shape[:2]
    if size > height or size > width:
        raise ValueError("too large")
    image = image.reshape(height, width, 1)
    rows, columns = places or (
        range(0, height - size + 1, stride),
        range(0, width - size + 1, stride),
    )
    found = np.zeros((len(rows), len(columns)))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            covered = image.copy()
            if cover is None:
                covered[row : row + size, column : column + size] = 0
            else:
                covered = cover(covered, row, column)
            found[i, j] = np.asarray(predict(covered[np.newaxis]), float)[0, label]
    return float(np.asarray(predict(image[np.newaxis]), float)[0, label]), found


@mistake_in("occlusion_map")
def sign_reversed(predict, image, label, size, stride=1):
    """The sign is reversed: a drop should be positive.

    Which of the two probabilities is subtracted from the other?
    """
    return -right.occlusion_map(predict, image, label, size, stride)


@mistake_in("occlusion_map")
def probabilities_themselves(predict, image, label, size, stride=1):
    """It returns the probabilities of the covered images. How much they drop is asked for.

    Drop compared with what?
    """
    return _map(predict, image, label, size, stride)[1]


@mistake_in("occlusion_map")
def one_minus_probability(predict, image, label, size, stride=1):
    """The probabilities are subtracted from 1, not from that of the whole image."""
    return 1 - _map(predict, image, label, size, stride)[1]


@mistake_in("occlusion_map")
def covered_with_one(predict, image, label, size, stride=1):
    """The square is filled with 1. It should be 0, which is paper.

    Which value covers ink?
    """

    def cover(picture, row, column):
        picture[row : row + size, column : column + size] = 1
        return picture

    whole, covered = _map(predict, image, label, size, stride, cover)
    return whole - covered


@mistake_in("occlusion_map")
def covered_with_the_mean(predict, image, label, size, stride=1):
    """The square is filled with the image's mean. It should be 0."""

    def cover(picture, row, column):
        picture = picture.astype(float)
        picture[row : row + size, column : column + size] = np.mean(image, dtype=float)
        return picture

    whole, covered = _map(predict, image, label, size, stride, cover)
    return whole - covered


@mistake_in("occlusion_map")
def all_but_the_square(predict, image, label, size, stride=1):
    """Everything but the square is covered.

    Which part of the image should be 0?
    """

    def cover(picture, row, column):
        kept = np.zeros_like(picture)
        square = slice(row, row + size), slice(column, column + size)
        kept[square] = picture[square]
        return kept

    whole, covered = _map(predict, image, label, size, stride, cover)
    return whole - covered


@mistake_in("occlusion_map")
def covers_pile_up(predict, image, label, size, stride=1):
    """What was covered stays covered, so the squares pile up.

    Take a fresh copy of the image for each position.
    """
    kept = np.array(image).reshape(*np.shape(image)[:2], 1)

    def cover(picture, row, column):
        kept[row : row + size, column : column + size] = 0
        return kept

    whole, covered = _map(predict, image, label, size, stride, cover)
    return whole - covered


@mistake_in("occlusion_map")
def one_pixel_covered(predict, image, label, size, stride=1):
    """Only one pixel is covered at each position, not a square.

    Is `size` in both slices?
    """

    def cover(picture, row, column):
        picture[row, column] = 0
        return picture

    whole, covered = _map(predict, image, label, size, stride, cover)
    return whole - covered


@mistake_in("occlusion_map")
def a_row_of_the_square(predict, image, label, size, stride=1):
    """Only the first row of each square is covered.

    Is `size` in both slices?
    """

    def cover(picture, row, column):
        picture[row, column : column + size] = 0
        return picture

    whole, covered = _map(predict, image, label, size, stride, cover)
    return whole - covered


@mistake_in("occlusion_map")
def stride_ignored(predict, image, label, size, stride=1):
    """The stride is ignored: there is a position at every pixel."""
    return right.occlusion_map(predict, image, label, size)


@mistake_in("occlusion_map")
def stride_for_rows_alone(predict, image, label, size, stride=1):
    """The stride is used down the rows, but not along the columns."""
    height, width = np.shape(image)[:2]
    places = range(0, height - size + 1, stride), range(width - size + 1)
    whole, covered = _map(predict, image, label, size, stride, places=places)
    return whole - covered


@mistake_in("occlusion_map")
def stride_is_the_size(predict, image, label, size, stride=1):
    """The squares never overlap: each begins where the last one ends.

    How far is it from one position to the next?
    """
    return right.occlusion_map(predict, image, label, size, size)


@mistake_in("occlusion_map")
def last_positions_missing(predict, image, label, size, stride=1):
    """The last positions are missing: those at which the square touches the edge.

    `range` leaves its end out. In how many places does a square of 2 fit into a row of 4?
    """
    height, width = np.shape(image)[:2]
    if size > height or size > width:
        raise ValueError("too large")
    places = range(0, height - size, stride), range(0, width - size, stride)
    whole, covered = _map(predict, image, label, size, stride, places=places)
    return whole - covered


@mistake_in("occlusion_map")
def positions_outside(predict, image, label, size, stride=1):
    """There are positions at which part of the square is outside the image.

    Where is the last position at which all of the square is inside?
    """
    height, width = np.shape(image)[:2]
    places = range(0, height, stride), range(0, width, stride)
    whole, covered = _map(predict, image, label, size, stride, places=places)
    return whole - covered


@mistake_in("occlusion_map")
def most_probable_class(predict, image, label, size, stride=1):
    """It follows the class that the network prefers for the whole image, not `label`."""
    shape = (1, *np.shape(image)[:2], 1)
    preferred = int(np.argmax(predict(np.reshape(image, shape))))
    return right.occlusion_map(predict, image, preferred, size, stride)


@mistake_in("occlusion_map")
def highest_probability(predict, image, label, size, stride=1):
    """It follows the highest probability, of whatever class, not that of `label`."""

    def highest(x):
        return np.max(predict(x), axis=1, keepdims=True)

    return right.occlusion_map(highest, image, 0, size, stride)


@mistake_in("occlusion_map")
def absolute_change(predict, image, label, size, stride=1):
    """The sign is lost: where the probability rises, the number should be negative."""
    return np.abs(right.occlusion_map(predict, image, label, size, stride))


@mistake_in("occlusion_map")
def rises_cut_off(predict, image, label, size, stride=1):
    """Where the probability rises there is 0. It should be a negative number."""
    return np.maximum(right.occlusion_map(predict, image, label, size, stride), 0)


@mistake_in("occlusion_map")
def relative_drop(predict, image, label, size, stride=1):
    """The drop is divided by the probability of the whole image.

    The docstring asks for the difference itself.
    """
    whole, covered = _map(predict, image, label, size, stride)
    return (whole - covered) / whole


@mistake_in("occlusion_map")
def map_transposed(predict, image, label, size, stride=1):
    """The map is transposed: rows and columns are swapped."""
    return right.occlusion_map(predict, image, label, size, stride).T


@mistake_in("occlusion_map")
def map_in_whole_numbers(predict, image, label, size, stride=1):
    """The drops are cut to whole numbers.

    Which dtype has the array that you fill? `np.zeros_like` copies that of its argument.
    """
    return np.trunc(right.occlusion_map(predict, image, label, size, stride))


@mistake_in("occlusion_map")
def flat_map(predict, image, label, size, stride=1):
    """The map is one long row. It should have a row for each row of positions."""
    return right.occlusion_map(predict, image, label, size, stride).ravel()


# Exercises 3 and 4: gradients


def _gradient(model, image, value_of):
    """Return the gradient of ``value_of(output, sums)`` with respect to the image, (H, W)."""
    x = tf.constant(np.asarray(image, np.float32).reshape(1, *np.shape(image)[:2], 1))
    body = keras.Model(model.inputs[0], model.layers[-2].output)
    last = model.layers[-1]
    with tf.GradientTape() as tape:
        tape.watch(x)
        sums = tf.matmul(body(x, training=False), last.kernel)
        sums = sums + last.bias if last.use_bias else sums
        value = value_of(last.activation(sums), sums)
    gradient = tape.gradient(value, x)
    return np.zeros(np.shape(image)[:2]) if gradient is None else gradient.numpy()[0, :, :, 0]


def _cross_entropy(label):
    """Return a function from output and sums to the cross-entropy of a label."""

    def of(output, sums):
        return keras.losses.sparse_categorical_crossentropy(np.array([label]), output)

    return of


@mistake_in("saliency_map")
def gradient_with_sign(model, image, label):
    """Some numbers are negative: the absolute value is missing."""
    return _gradient(model, image, lambda output, sums: output[0, label])


@mistake_in("saliency_map")
def negative_part_lost(model, image, label):
    """Where the gradient is negative there is 0. Its absolute value is asked for."""
    return np.maximum(gradient_with_sign(model, image, label), 0)


@mistake_in("saliency_map")
def gradient_of_the_sums(model, image, label):
    """It is the gradient of the last layer's sums, before the softmax.

    The docstring asks for the output of the model as it is.
    """
    return np.abs(_gradient(model, image, lambda output, sums: sums[0, label]))


@mistake_in("saliency_map")
def gradient_of_the_loss(model, image, label):
    """It is the gradient of the cross-entropy. That of the output for `label` is asked for."""
    return np.abs(_gradient(model, image, _cross_entropy(label)))


@mistake_in("saliency_map")
def gradient_of_the_logarithm(model, image, label):
    """It is the gradient of the logarithm of the output. That of the output itself is asked for."""
    return np.abs(_gradient(model, image, lambda output, sums: tf.math.log(output[0, label])))


@mistake_in("saliency_map")
def preferred_class(model, image, label):
    """It is the gradient for the class with the highest output, not for `label`."""
    return np.abs(_gradient(model, image, lambda output, sums: tf.reduce_max(output)))


@mistake_in("saliency_map")
def first_class(model, image, label):
    """It is the gradient for class 0, whatever `label` is.

    The first index of the output counts the images, the second the classes.
    """
    return np.abs(_gradient(model, image, lambda output, sums: output[0, 0]))


@mistake_in("saliency_map")
def all_classes(model, image, label):
    """It is the gradient of the sum of all outputs.

    Did you pick one number of the output before you asked for the gradient?
    """
    return np.abs(_gradient(model, image, lambda output, sums: tf.reduce_sum(output)))


@mistake_in("saliency_map")
def gradient_times_image(model, image, label):
    """The gradient is multiplied by the image.

    The docstring asks for the gradient itself.
    """
    pixels = np.asarray(image, float).reshape(np.shape(image)[:2])
    return np.abs(gradient_with_sign(model, image, label) * pixels)


@mistake_in("saliency_map")
def gradient_squared(model, image, label):
    """The gradient is squared. Its absolute value is asked for."""
    return gradient_with_sign(model, image, label) ** 2


@mistake_in("saliency_map")
def divided_by_its_maximum(model, image, label):
    """The map is divided by its largest number, so that the largest is 1.

    That is useful for a picture, but the docstring asks for the gradient itself.
    """
    saliency = right.saliency_map(model, image, label)
    return saliency / saliency.max()


@mistake_in("saliency_map")
def image_divided_by_255(model, image, label):
    """The image is divided by 255 before the model gets it.

    The image arrives as the model takes it.
    """
    return right.saliency_map(model, np.asarray(image, float) / 255, label)


@mistake_in("saliency_map")
def saliency_transposed(model, image, label):
    """The map is transposed: rows and columns are swapped."""
    return right.saliency_map(model, image, label).T


@mistake_in("saliency_map")
def with_all_axes(model, image, label):
    """The map has the axes of the batch, (1, H, W, 1). It should be (H, W)."""
    return right.saliency_map(model, image, label)[np.newaxis, :, :, np.newaxis]


@mistake_in("saliency_map")
def with_a_channel_axis(model, image, label):
    """The map has a channel axis, (H, W, 1). It should be (H, W)."""
    return right.saliency_map(model, image, label)[:, :, np.newaxis]


def _changed_by(image, change):
    """Return an image plus a change of shape (H, W), cut to [0, 1]."""
    change = np.reshape(change, np.shape(image))
    return np.clip(np.asarray(image, float) + change, 0, 1)


def _check(epsilon):
    """Refuse a negative epsilon."""
    if epsilon < 0:
        raise ValueError("negative")


def _up(model, image, label):
    """Return the gradient of the cross-entropy, (H, W)."""
    return _gradient(model, image, _cross_entropy(label))


@mistake_in("fool")
def downhill(model, image, label, epsilon):
    """The sign of the gradient is reversed: the network gets better at this image, not worse.

    Should the loss rise or fall?
    """
    _check(epsilon)
    return _changed_by(image, -epsilon * np.sign(_up(model, image, label)))


@mistake_in("fool")
def gradient_not_sign(model, image, label, epsilon):
    """Each pixel changes by epsilon times the gradient itself. Only its sign should count."""
    _check(epsilon)
    return _changed_by(image, epsilon * _up(model, image, label))


@mistake_in("fool")
def gradient_scaled(model, image, label, epsilon):
    """The gradient is divided by its largest number. Only its sign should count."""
    _check(epsilon)
    gradient = _up(model, image, label)
    return _changed_by(image, epsilon * gradient / np.abs(gradient).max())


@mistake_in("fool")
def gradient_of_unit_length(model, image, label, epsilon):
    """The gradient is divided by its length. Only its sign should count."""
    _check(epsilon)
    gradient = _up(model, image, label)
    return _changed_by(image, epsilon * gradient / np.linalg.norm(gradient))


@mistake_in("fool")
def not_cut(model, image, label, epsilon):
    """Pixels go below 0 or above 1: they are not cut to [0, 1]."""
    _check(epsilon)
    sign = np.sign(_up(model, image, label)).reshape(np.shape(image))
    return np.asarray(image, float) + epsilon * sign


@mistake_in("fool")
def not_cut_at_1(model, image, label, epsilon):
    """Pixels above 1 are left: they are cut at 0, but not at 1.

    Here pixels are from 0 to 1, not from 0 to 255.
    """
    _check(epsilon)
    return np.maximum(not_cut(model, image, label, epsilon), 0)


@mistake_in("fool")
def epsilon_twice(model, image, label, epsilon):
    """The changes are twice as large as they should be."""
    _check(epsilon)
    return right.fool(model, image, label, 2 * epsilon)


@mistake_in("fool")
def epsilon_ignored(model, image, label, epsilon):
    """`epsilon` is ignored: each pixel changes by 1.

    By what is the sign multiplied?
    """
    _check(epsilon)
    return right.fool(model, image, label, 1.0)


@mistake_in("fool")
def change_alone(model, image, label, epsilon):
    """It returns the change, without the image."""
    _check(epsilon)
    return epsilon * np.sign(_up(model, image, label)).reshape(np.shape(image))


@mistake_in("fool")
def against_the_preferred_class(model, image, label, epsilon):
    """It works against the class that the network prefers, not against `label`."""
    _check(epsilon)
    shape = (1, *np.shape(image)[:2], 1)
    preferred = int(np.argmax(model(np.reshape(np.asarray(image, np.float32), shape))))
    return right.fool(model, image, preferred, epsilon)


@mistake_in("fool")
def against_class_0(model, image, label, epsilon):
    """It works against class 0, whatever `label` is."""
    return right.fool(model, image, 0, epsilon)


@mistake_in("fool")
def sums_taken_for_the_output(model, image, label, epsilon):
    """It uses the gradient of the last layer's sums, not of the cross-entropy.

    The other classes' sums count, too: softmax compares them.
    """
    _check(epsilon)
    gradient = -_gradient(model, image, lambda output, sums: sums[0, label])
    return _changed_by(image, epsilon * np.sign(gradient))


@mistake_in("fool")
def ink_alone(model, image, label, epsilon):
    """Pixels that are 0 are left as they are. All pixels should change."""
    _check(epsilon)
    changed = right.fool(model, image, label, epsilon)
    return np.where(np.asarray(image) > 0, changed, np.asarray(image, float))


@mistake_in("fool")
def in_whole_numbers(model, image, label, epsilon):
    """The result is cut to whole numbers.

    Which dtype has the image? Add to it as floats.
    """
    return np.trunc(right.fool(model, image, label, epsilon))


@mistake_in("fool")
def as_a_batch(model, image, label, epsilon):
    """The result has the shape of a batch, (1, H, W, 1). It should have the image's."""
    changed = right.fool(model, image, label, epsilon)
    return changed.reshape(1, *changed.shape[:2], 1)


# Small inputs


def as_it_is(x):
    """Return the image: the easiest function of all."""
    return x


def times_column(x):
    """Multiply each pixel by the number of its column."""
    return x * np.arange(x.shape[1])


def half_of_each_difference(x):
    """Return half of the difference of each pixel and its right neighbour."""
    return (np.asarray(x, float)[:, 1:] - np.asarray(x, float)[:, :-1]) / 2


def every_second(x):
    """Keep every second column, as a stride of 2 does."""
    return x[:, ::2]


def minus_mean(x):
    """Subtract the mean of all pixels."""
    return x - np.mean(x)


def divided_by_column(x):
    """Divide whole numbers by 1, 2, 3, ..., and round down."""
    return np.asarray(x // np.arange(1, x.shape[1] + 1)).astype(np.asarray(x).dtype)


def left_or_right(x):
    """Return for each image the shares of its ink in the left half and in the right half."""
    x = np.asarray(x, float)[:, :, :, 0]
    middle = x.shape[2] // 2
    left, right_ = x[:, :, :middle].sum(axis=(1, 2)), x[:, :, middle:].sum(axis=(1, 2))
    share = np.where(left + right_ > 0, left / np.maximum(left + right_, 1e-9), 0.5)
    return np.stack([share, 1 - share], axis=1)


def three_parts(x):
    """Return for each image the shares of its ink in the top row, in the bottom row, elsewhere."""
    x = np.asarray(x, float)[:, :, :, 0] + 0.25
    rows = x.sum(axis=2)
    parts = np.stack([rows[:, 0], rows[:, -1], rows[:, 1:-1].sum(axis=1)], axis=1)
    return parts / parts.sum(axis=1, keepdims=True)


_NINE = np.arange(1.0, 10).reshape(1, 9)
_TWO_ROWS = np.array([[3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8], [2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5]])
_INK = np.array([[0, 3, 1, 0], [0, 0, 0, 1]])
_GREY = np.array([[0.5, 0.0, 0.25], [0.0, 1.0, 0.75], [0.25, 0.5, 0.0], [1.0, 0.0, 0.5]])
_WEIGHTS = np.array([[[0.5, -0.25], [-0.75, 0.25], [1.0, 0.5]]])
_THREE = np.array(
    [
        [[0.5, -0.25, 0.9], [-0.75, 0.3, 0.1], [0.8, 0.5, 0.6]],
        [[0.2, 0.7, 0.4], [0.45, 0.4, -0.9], [-0.3, -0.35, -1.0]],
    ]
)
_LINEAR = right.linear_network(_WEIGHTS)
_SOFTMAX = right.linear_network(_WEIGHTS, "softmax")
_CLASSES = right.linear_network(_THREE, "softmax")
_PIXELS = np.array([[0.5, 0.0, 1.0]])
_MORE_PIXELS = np.array([[0.5, 0.0, 1.0], [0.95, 0.25, 0.75]])

EXAMPLES = {
    "equivariance_error": [
        (as_it_is, _NINE, 1),
        (times_column, _NINE, 1),
        (times_column, _NINE, -1),
        (times_column, _TWO_ROWS, 2),
        (half_of_each_difference, _TWO_ROWS, 1),
        (minus_mean, _TWO_ROWS, -2),
        (every_second, np.tile(_TWO_ROWS, 2), 1),
        (divided_by_column, np.tile(_TWO_ROWS, 3).astype(np.uint8), -1),
        (times_column, np.tile(_TWO_ROWS, (5, 1)), 1),
    ],
    "occlusion_map": [
        (left_or_right, _INK, 0, 2),
        (left_or_right, _INK, 0, 2, 2),
        (left_or_right, _INK, 1, 1),
        (three_parts, _GREY, 0, 2),
        (three_parts, _GREY, 1, 2, 2),
        (three_parts, _GREY[:, :, np.newaxis], 2, 1, 2),
        (three_parts, _GREY.T, 2, 3),
    ],
    "saliency_map": [
        (_LINEAR, _PIXELS, 0),
        (_LINEAR, _PIXELS, 1),
        (_SOFTMAX, np.zeros((1, 3)), 0),
        (_SOFTMAX, _PIXELS, 1),
        (_CLASSES, _MORE_PIXELS, 1),
        (_CLASSES, _MORE_PIXELS[:, :, np.newaxis], 2),
    ],
    "fool": [
        (_SOFTMAX, _PIXELS, 0, 0.125),
        (_SOFTMAX, _PIXELS, 1, 0.25),
        (_CLASSES, _MORE_PIXELS, 1, 0.1),
        (_CLASSES, _MORE_PIXELS, 2, 0.3),
        (_CLASSES, _MORE_PIXELS[:, :, np.newaxis], 0, 0.1),
        (_CLASSES, np.array([[0, 1, 1], [1, 0, 0]]), 2, 0.25),
    ],
}

# ---
# jupyter:
#   course:
#     summary: More training images from the ones there are, and what that mends and breaks
#     minutes: 50
# ---

# %% [markdown]
# # More data from the same data
#
# **What you will do.** Move training images about at random, by hand and with a Keras layer. Train
# LeNet-5 on ten times as many images as there are. Then move the test images and measure how far four
# networks can follow.
#
# **What you will learn**
# - what *data augmentation* is, and how to draw a random shift that is fair;
# - how much it flattens the curve of accuracy against shift;
# - how to say in one number how far a network can be trusted;
# - when augmentation hurts, and why a picture's average is a poor test.
#
# **What you need.** [Lesson 05](../05_pooling/05_pooling.ipynb): `shift`.
# [Lesson 07](../07_keras_cnn/07_keras_cnn.ipynb): accuracy under shift.
# [Lesson 08](../08_lenet/08_lenet.ipynb): LeNet-5.

# %%
import numpy as np

# These come before Keras: they keep TensorFlow from chatting.
from utils import augmentation, data, keras_cnn, lenet, pixels, plots
from utils.widgets import augmentation as augmentation_widgets
from utils import pooling, training

import keras

name = "bundled"  # or "mnist"

(x_train, y_train), (x_test, y_test) = data.load_digits(name)
# Enough for this lesson, where there are more.
x_train, y_train, x_test, y_test = x_train[:8000], y_train[:8000], x_test[:2000], y_test[:2000]
print(f"used here: {len(x_train):,} to train with, {len(x_test):,} to test")

# %% [markdown]
# ## A moved digit is a new image
#
# You know it from lessons 07 and 08: move a digit by four pixels, and the networks take it for
# something else. To you it is the same digit. So tell them: **a moved picture has the same label**. Each
# training image becomes several, at no cost. That is *data augmentation*.
#
# How far may a digit go? The source of this lesson takes up to 20 % of the width and of the height. Of
# 28 pixels that is 5.6, so 5 whole ones:

# %%
most = int(np.floor(0.2 * 28))
print(
    f"0.2 · 28 = {0.2 * 28:.1f}, so dx and dy are from {-most} to {most}:",
    2 * most + 1,
    "values each",
)
print(f"{(2 * most + 1) ** 2} shifts in all, one of which leaves the picture where it is")

# %% [markdown]
# **Choose a digit, a fraction and a seed.** The first picture is the original; above each of the others
# stand its `dx` and `dy`. A *seed* fixes what a random generator will draw: the same seed, the same
# shifts. Raise the fraction until digits are cut off at the border. How far can you go?

# %%
digits = {f"a {digit}": x_train[np.flatnonzero(y_train == digit)[0]] for digit in range(10)}
augmentation_widgets.shift_grid(digits)

# %% [markdown]
# > **Spot the slip.** The source says that its images come from *random shufflings*, and that *the pixels
# > are shuffled by 20 %*. Shuffled, the pixels would change places with one another. Here is a digit
# > shifted by up to 20 %, then one with 20 % of its pixels shuffled, and one with all of them shuffled:

# %%
rng = np.random.default_rng(3)
digit = digits["a 3"]
pictures = {
    "original": digit,
    "shifted": pooling.shift(digit, 4, -3),
    "20 % shuffled": augmentation.shuffle_within(digit, 0.2, rng),
    "all shuffled": augmentation.shuffle_within(digit, 1.0, rng),
}
for label, picture in pictures.items():
    both = np.count_nonzero((picture[:, 1:] > 0) & (picture[:, :-1] > 0))
    inked = np.count_nonzero(picture)
    print(f"{label:<14} {inked} pixels with ink, {both} pairs of them side by side")
plots.images(
    pictures.values(),
    list(pictures),
    columns=4,
    size=2,
    alt="A 3; the same 3 higher and further to the right; the 3 with specks all over; only specks.",
)

# %% [markdown]
# A shift keeps **the order within the picture**: what was side by side stays side by side. That order is
# the digit. Shuffling keeps every pixel and loses it.
#
# ## Exercise 1: one random shift (3 points)
#
# Draw `dx` and `dy`, each by itself, and move the picture. A `numpy.random.Generator` draws whole numbers
# with `rng.integers(low, high)`; look up whether `high` itself can come, because here **both ends can**.
# You may use `pooling.shift`, which moves the picture for you. If all is fair, then all 121 shifts come
# about equally often, as here in 12,100 draws:

# %%
augmentation_widgets.draw_choices(0.2, side=28, seed=0, count=12_100)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# From −5 to 5 there are eleven whole numbers. How many different ones can `rng.integers(-5, 5)`
# give? Try it a hundred times with `np.unique(rng.integers(-5, 5, 100))`, and look which one never
# comes.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# There are two limits: `dx` is bounded by the width, `dy` by the height, and an array's shape
# begins with the height. `image.shape[:2]` also works where there is a channel axis. The limits are
# whole numbers, so 5.6 becomes 5. Draw twice, from the `rng` that you are given; a generator made
# inside the function would not follow its state.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# The check comes first, before anything is drawn: `if not 0 <= max_fraction < 1`. Then, with
# `right` as the limit for the width:
#
# ```python
# dx = rng.integers(-right, ...)
# ```
#
# The same for `dy`. `pooling.shift` does the moving, lets zeros come in, and keeps the dtype.
#
# </details>


# %% nbgrader={"grade_id": "random_shift", "solution": true}
def random_shift(image, max_fraction, rng):
    """Return a picture, moved by a random number of whole pixels along both axes.

    Parameters
    ----------
    image : array of shape (H, W), of any real dtype
    max_fraction : float
        How far it may go at most, as a fraction of its width and of its height.
    rng : numpy.random.Generator
        Draw from this one: the same state of rng gives the same picture.

    Returns
    -------
    array of the same shape and dtype
        Moved dx to the right and dy down; zeros come in. dx is any of -m, ..., m, all equally
        likely, with m = floor(max_fraction * width); dy likewise with the height. They are drawn
        independently.

    Raises
    ------
    ValueError
        If max_fraction is below 0, or 1 or more.
    """
    ### BEGIN SOLUTION
    if not 0 <= max_fraction < 1:
        raise ValueError(f"max_fraction is {max_fraction}, but should be in [0, 1)")
    height, width = image.shape[:2]
    right, down = int(max_fraction * width), int(max_fraction * height)
    dx = rng.integers(-right, right + 1)
    dy = rng.integers(-down, down + 1)
    return pooling.shift(image, dx, dy)
    ### END SOLUTION


# %% [markdown]
# A random answer cannot be compared with one right result. So the tests call your function many times
# and look at what comes: how far, which way, how often.

# %% nbgrader={"grade_id": "test-random_shift", "grade": true, "points": 1}
import numpy as np

from utils import checks, random_moves

with checks.Exercise("augmentation.random_shift", random_shift, allowed=["pooling.shift"]) as check:
    # With a fraction of 0 nothing can move.
    check.example(
        np.array([[1, 2], [3, 4]]), 0, np.random.default_rng(0), expected=[[1, 2], [3, 4]]
    )
    # 20 % of 28 pixels: never more than 5.
    image = np.arange(1.0, 785).reshape(28, 28)
    calls = [(image, 0.2, np.random.default_rng(seed)) for seed in range(60)]
    check.finds_no_fault(random_moves.shifted_fault(image, most_right=5, most_down=5), *calls)
    # A quarter of 5x9 bytes: up to 2 across and 1 down, and each shift is equally likely.
    image = np.arange(1, 46, dtype=np.uint8).reshape(5, 9)
    calls = [(image, 0.25, np.random.default_rng(seed)) for seed in range(700)]
    check.finds_no_fault(random_moves.shifted_fault(image, most_right=2, most_down=1), *calls)
    # Two calls from each state of the generator.
    calls = [(image, 0.5, np.random.default_rng(seed // 2)) for seed in range(20)]
    check.finds_no_fault(random_moves.pairwise_fault, *calls)
    # Eight calls that take one generator in turn.
    calls = [(image, 0.5, np.random.default_rng(7))] * 8
    check.finds_no_fault(random_moves.in_turn_fault, *calls, in_turn=True)
    check.raises(ValueError, image, -0.1, np.random.default_rng(0))
    check.raises(ValueError, image, 1, np.random.default_rng(0))

# %% nbgrader={"grade_id": "test-random_shift-uniform", "grade": true, "points": 1}
# Marked when you hand in: all shifts come, equally often, in pictures that are not square.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks, random_moves

with checks.Exercise("augmentation.random_shift", random_shift, allowed=["pooling.shift"]) as check:
    for height, width, fraction, most_right, most_down, count in [
        (9, 14, 0.38, 5, 3, 500),
        (11, 4, 0.3, 1, 3, 500),
        (6, 7, 0.19, 1, 1, 900),
    ]:
        image = np.arange(1.0, height * width + 1).reshape(height, width)
        calls = [(image, fraction, np.random.default_rng(seed)) for seed in range(count)]
        check.finds_no_fault(random_moves.shifted_fault(image, most_right, most_down), *calls)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-random_shift-generator", "grade": true, "points": 0.5}
# Marked when you hand in: the generator that is given, and other kinds of number.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks, random_moves

with checks.Exercise("augmentation.random_shift", random_shift, allowed=["pooling.shift"]) as check:
    image = np.arange(1, 100).reshape(9, 11)
    calls = [(image, 0.4, np.random.default_rng(seed // 2)) for seed in range(40)]
    check.finds_no_fault(random_moves.pairwise_fault, *calls)
    calls = [(image, 0.4, np.random.default_rng(8))] * 6
    check.finds_no_fault(random_moves.in_turn_fault, *calls, in_turn=True)
    for dtype in (np.uint8, np.int16, np.float32, float):
        image = np.arange(1, 64).reshape(7, 9).astype(dtype)
        calls = [(image, 0.5, np.random.default_rng(seed)) for seed in range(20)]
        check.finds_no_fault(random_moves.shifted_fault(image, most_right=4, most_down=3), *calls)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-random_shift-errors", "grade": true, "points": 0.5}
# Marked when you hand in: fractions that make no sense, and one that does.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("augmentation.random_shift", random_shift, allowed=["pooling.shift"]) as check:
    image = np.arange(1, 13).reshape(3, 4)
    check.agrees(image, 0.0, np.random.default_rng(1))
    check.agrees(image, 0.2, np.random.default_rng(1))  # not one whole pixel
    for fraction in (-0.1, -1, 1, 1.0, 1.5):
        check.raises(ValueError, image, fraction, np.random.default_rng(1))
### END HIDDEN TESTS

# %% [markdown]
# ## Ten times as many images
#
# The source generates 50,000 images. Here nine copies of each of 1,437 digits make 14,370 images with the
# originals, and the network goes through them several times. Where there are more originals, fewer copies
# do.

# %%
copy_count = max(1, 13_000 // len(x_train)) if len(x_train) < 5_000 else 2
rng = np.random.default_rng(9)
more_images, more_labels = augmentation.augment(x_train, y_train, copy_count, rng)
epochs = max(1, round(90_000 / len(more_images)))

print(
    f"{len(x_train):,} originals, {copy_count} copies of each: {more_images.shape} {more_images.dtype}"
)
print(f"generated: {len(more_images) - len(x_train):,}")
print(f"looks at an image in training: {epochs} epochs · {len(more_images):,} = ", end="")
print(f"{epochs * len(more_images):,}")

# %% [markdown]
# So the network gets more looks at an image than the source has images. They fit into less memory, and a
# laptop is done in seconds: enough to see what happens.
#
# ### The average 1 spreads
#
# [Lesson 01](../01_pixels/01_pixels.ipynb) averaged all 1s. Do that again, with and without the copies:

# %%
plain_one = pixels.mean_image(x_train, y_train, 1)
spread_one = pixels.mean_image(more_images, more_labels, 1)
plots.images(
    [plain_one, spread_one],
    ["average 1", "average 1, augmented"],
    size=2.6,
    columns=2,
    vmin=0,
    vmax=255,
    alt="The average 1 is a bright upright stroke. The augmented one is a pale cloud about it, wider "
    "and taller.",
)

# %%
print("                      wide   tall   columns with ink   brightest pixel")
for label, picture in [("average 1", plain_one), ("augmented", spread_one)]:
    wide, tall = augmentation.spread(picture)
    columns = augmentation.columns_with_ink(picture)
    print(f"{label:<20}{wide:6.2f}{tall:7.2f}{columns:13}{picture.max():18.0f}")
added = np.sqrt(np.mean(np.arange(-most, most + 1) ** 2))
predicted = np.hypot(
    augmentation.spread(plain_one)[0], np.sqrt(copy_count / (copy_count + 1)) * added
)
print(f"\nwide, predicted from the shifts: {predicted:.2f}")

# %% [markdown]
# *Wide* and *tall* are the standard deviations of where the ink is, in pixels; a column counts if it has
# a tenth of the fullest column's ink. The width can be foretold. A shift from −5 to 5 has a standard
# deviation of $\sqrt{10} = 3.16$; squares of standard deviations add up.
#
# ## Exercise 2: augment a data set (3 points)
#
# The originals first, then the copies, each with its label and **a shift of its own**. Here are two
# images with two copies each. Yours may come in another order, as long as the labels follow:

# %%
two = np.zeros((2, 5, 6), np.uint8)
two[0, 1:4, 2] = 200
two[1, 2, 1:5] = 120
six, six_labels = augmentation.augment(two, np.array([1, 7]), 2, np.random.default_rng(2), 0.4)
plots.images(
    six,
    [f"label {label}" for label in six_labels],
    columns=6,
    size=1.4,
    alt="An upright stroke and a level one, labels 1 and 7; then each of them twice more, elsewhere.",
)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Begin with two lists, the original images and the original labels. Whenever you append a picture
# to the first, append its label to the second in the same breath. Then they cannot get out of step.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# "A shift of its own" means a call of `random_shift` for every copy of every image: two loops, one
# in the other. A call outside the inner loop would move many pictures alike. Pass on what you were
# given, `rng` *and* `max_fraction`. If `copies` is 0, the loop does not run, and the originals go
# back.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# for _ in range(copies):
#     for image, label in zip(images, labels):
#         all_images.append(...)
#         all_labels.append(label)
# ```
#
# `zip` stops without a word when the shorter of the two ends, so compare the lengths before. At the
# end, make arrays of both lists.
#
# </details>


# %% nbgrader={"grade_id": "augment", "solution": true}
def augment(images, labels, copies, rng, max_fraction=0.2):
    """Return a data set with randomly shifted copies added.

    Parameters
    ----------
    images : array of shape (N, H, W) or (N, H, W, 1), of any real dtype
    labels : array of shape (N,)
    copies : int
        How many to make of each image; may be 0.
    rng : numpy.random.Generator
        Draw from this one.
    max_fraction : float
        As for random_shift.

    Returns
    -------
    (images, labels) : arrays of shape (N * (copies + 1), ...) and (N * (copies + 1),)
        The originals first, unchanged and in their order; then the copies, in any order, with
        their labels. Images keep their dtype.

    Raises
    ------
    ValueError
        If there are not as many labels as images.
    """
    ### BEGIN SOLUTION
    if len(images) != len(labels):
        raise ValueError(f"{len(images)} images, but {len(labels)} labels")
    all_images, all_labels = list(images), list(labels)
    for _ in range(copies):
        for image, label in zip(images, labels):
            all_images.append(random_shift(image, max_fraction, rng))
            all_labels.append(label)
    return np.array(all_images), np.array(all_labels)
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-augment", "grade": true, "points": 1}
import numpy as np

from utils import checks, random_moves

with checks.Exercise(
    "augmentation.augment", augment, uses=["random_shift"], allowed=["pooling.shift"]
) as check:
    # Three images of 5x6 without two pixels alike, so that each copy tells where it comes from.
    images, labels = np.arange(1.0, 91).reshape(3, 5, 6), np.array([4, 2, 9])
    for copies in (1, 3):
        check.finds_no_fault(
            random_moves.augmented_fault(images, labels, copies, most_right=1, most_down=1),
            (images, labels, copies, np.random.default_rng(0)),
        )
    # Bytes with a channel axis, and up to half of 4x9 pixels: 4 across and 2 down, another shift
    # for each copy.
    images = np.arange(1, 145, dtype=np.uint8).reshape(4, 4, 9, 1)
    labels = np.array([7, 7, 0, 3])
    call = (images, labels, 8, np.random.default_rng(1), 0.5)
    check.finds_no_fault(random_moves.augmented_fault(images, labels, 8, 4, 2), call)
    check.finds_no_fault(random_moves.same_state_fault, call, call)
    check.raises(ValueError, images, labels[:3], 1, np.random.default_rng(2))

# %% nbgrader={"grade_id": "test-augment-own", "grade": true, "points": 1}
# Marked when you hand in: every copy has a shift of its own, drawn from the generator given.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks, random_moves

with checks.Exercise(
    "augmentation.augment", augment, uses=["random_shift"], allowed=["pooling.shift"]
) as check:
    images, labels = np.arange(1.0, 505).reshape(4, 9, 14), np.array([3, 3, 8, 0])
    check.finds_no_fault(
        random_moves.augmented_fault(images, labels, 12, most_right=7, most_down=4),
        (images, labels, 12, np.random.default_rng(4), 0.5),
    )
    calls = [(images, labels, 2, np.random.default_rng(5), 0.5)] * 2
    check.finds_no_fault(random_moves.same_state_fault, *calls)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-augment-shapes", "grade": true, "points": 0.5}
# Marked when you hand in: other shapes, other kinds of number, other fractions, no copies.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks, random_moves

with checks.Exercise(
    "augmentation.augment", augment, uses=["random_shift"], allowed=["pooling.shift"]
) as check:
    for shape, dtype, copies, fraction, most_right, most_down in [
        ((5, 4, 8, 1), np.float32, 6, 0.4, 3, 1),
        ((4, 7, 6), np.uint8, 8, 0.5, 3, 3),
        ((6, 3, 5), float, 4, 0.9, 4, 2),
        ((3, 6, 5, 1), np.int16, 0, 0.2, 1, 1),
        ((1, 5, 5), np.uint8, 3, 0.2, 1, 1),
    ]:
        images = np.arange(1, np.prod(shape) + 1).reshape(shape).astype(dtype)
        labels = np.arange(shape[0])[::-1] % 4
        check.finds_no_fault(
            random_moves.augmented_fault(images, labels, copies, most_right, most_down),
            (images, labels, copies, np.random.default_rng(6), fraction),
        )
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-augment-errors", "grade": true, "points": 0.5}
# Marked when you hand in: images and labels that do not belong together.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise(
    "augmentation.augment", augment, uses=["random_shift"], allowed=["pooling.shift"]
) as check:
    images = np.arange(1, 25).reshape(2, 3, 4)
    check.agrees(images, np.array([5, 6]), 0, np.random.default_rng(1))
    check.raises(ValueError, images, np.array([5]), 2, np.random.default_rng(1))
    check.raises(ValueError, images, np.array([5, 6, 7]), 2, np.random.default_rng(1))
    check.raises(ValueError, images[:0], np.array([5]), 1, np.random.default_rng(1))
### END HIDDEN TESTS

# %% [markdown]
# ## The same as a Keras layer
#
# > **Gone from Keras.** The source makes its images with `ImageDataGenerator`, and imports `np_utils` and
# > `keras.layers.convolutional` beside it. As [lesson 08](../08_lenet/08_lenet.ipynb) showed, Keras 3 has
# > none of these. Augmentation has become **layers**.

# %%
layer = keras.layers.RandomTranslation(
    height_factor=0.2, width_factor=0.2, fill_mode="constant", fill_value=0.0, seed=4
)
batch = training.prepare(np.repeat(digits["a 3"][np.newaxis], 5, axis=0))
in_training = np.asarray(layer(batch, training=True))
in_use = np.asarray(layer(batch, training=False))
print("changed with training=True: ", not np.array_equal(in_training, batch))
print("changed with training=False:", not np.array_equal(in_use, batch))
plots.images(
    [digits["a 3"] / 255, *in_training[..., 0]],
    ["original"] + ["training"] * 5,
    columns=6,
    size=1.45,
    vmin=0,
    vmax=1,
    alt="A 3, and five copies of it, each in another place.",
)

# %% [markdown]
# The layer draws anew each time it is called: no copy is ever seen twice, and none takes up memory. It
# acts **only in training**. When you use the network, it lets the picture through. And it does not keep
# to whole pixels: a shift of 2.3 pixels mixes each pixel with its neighbour.
#
# Its own default is another: `fill_mode="reflect"`. Then what comes in is not paper. Here a 3 that
# touches the left border is moved by 7 pixels to the right, with each of the four modes:

# %%
modes = ["constant", "reflect", "wrap", "nearest"]
at_border = training.prepare(pooling.shift(digits["a 3"], -8)[np.newaxis])
filled = []
for mode in modes:
    by_a_quarter = keras.layers.RandomTranslation(0.0, (0.25, 0.25), fill_mode=mode, fill_value=0.0)
    filled.append(np.asarray(by_a_quarter(at_border, training=True))[0, :, :, 0])
for mode, picture in zip(modes, filled):
    print(f"{mode:<9} ink before {at_border.sum():6.1f}, after {picture.sum():6.1f}")
plots.images(
    [at_border[0, :, :, 0], *filled],
    ["at the border", *modes],
    columns=5,
    size=1.7,
    vmin=0,
    vmax=1,
    alt="A 3 at the left border, moved right by 7 pixels: with constant, paper comes in; with reflect, "
    "a mirrored piece of the 3; with wrap, the right margin; with nearest, the border's ink drawn out "
    "into stripes.",
)

# %% [markdown]
# A digit with half its mirror image is no digit. So the fill mode is never left to the default here.
#
# ## Exercise 3: an augmenter (2 points)
#
# Return a layer, or a model made of it, that moves pictures along **both** axes by up to `max_fraction`
# of their side, with **black** coming in. Keras is what this exercise is about, so use it.
#
# <details><summary>Hint 1</summary>
#
# The layer is the one in the first cell of this section. Two of its numbers have to follow
# `max_fraction`, the rest may stay. You need not mention training: Keras tells the layer when it is
# used for that.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# One number, 0.2, means anything from −0.2 to 0.2. A pair such as the `(0.25, 0.25)` of the
# demonstration means exactly so much, one way. And the default lets a mirror image come in, so name
# the mode:
#
# ```python
# keras.layers.RandomTranslation(..., ..., fill_mode=..., fill_value=0.0)
# ```
#
# </details>


# %% nbgrader={"grade_id": "build_augmenter", "solution": true}
def build_augmenter(max_fraction=0.2):
    """Return what moves each picture of a batch at random, but only in training.

    Parameters
    ----------
    max_fraction : float
        How far at most, along both axes, as a fraction of the height and of the width.

    Returns
    -------
    keras.Model or keras.layers.Layer
        Takes pictures of shape (N, 28, 28, 1). Called with training=True it moves them, and black
        (0) comes in. With training=False, and in predict, they stay as they are.
    """
    ### BEGIN SOLUTION
    return keras.layers.RandomTranslation(
        max_fraction, max_fraction, fill_mode="constant", fill_value=0.0
    )
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-build_augmenter", "grade": true, "points": 0.5}
from utils import checks, random_moves

with checks.Exercise("augmentation.build_augmenter", build_augmenter, by_hand=False) as check:
    check.finds_no_fault(random_moves.resting_fault, ())
    check.finds_no_fault(random_moves.moving_fault(0.1), (0.1,))
    check.finds_no_fault(random_moves.fill_fault, ())

# %% nbgrader={"grade_id": "test-build_augmenter-moves", "grade": true, "points": 1}
# Marked when you hand in: how far it moves pictures, and which way.
### BEGIN HIDDEN TESTS
from utils import checks, random_moves

with checks.Exercise("augmentation.build_augmenter", build_augmenter, by_hand=False) as check:
    check.finds_no_fault(random_moves.moving_fault(0.2), ())
    check.finds_no_fault(random_moves.moving_fault(0.1), (0.1,))
    check.finds_no_fault(random_moves.moving_fault(0.3), (0.3,))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-build_augmenter-fill", "grade": true, "points": 0.5}
# Marked when you hand in: what comes in.
### BEGIN HIDDEN TESTS
from utils import checks, random_moves

with checks.Exercise("augmentation.build_augmenter", build_augmenter, by_hand=False) as check:
    check.finds_no_fault(random_moves.fill_fault, ())
    check.finds_no_fault(random_moves.fill_fault, (0.4,))
### END HIDDEN TESTS

# %% [markdown]
# ## Four networks, moved pictures
#
# Now the measurement that the lesson is for. The dense network, the network with one convolution and
# LeNet-5 see the originals; a fourth, LeNet-5 again, sees the augmented images.

# %%
few_epochs = 12 if len(x_train) < 5_000 else 4
distances = list(range(-6, 7))
test_images = training.prepare(x_test)


def to_lenet(images):
    """Put images into a black frame of 32×32, as LeNet-5 takes them."""
    return lenet.pad_to(training.prepare(images), 32)


def predict_padded(model):
    """Return a function that pads images of 28×28 and asks LeNet-5."""
    predict = training.predictor(model)
    return lambda images: predict(lenet.pad_to(images, 32))


predicts = {}
for label, build in [("dense", keras_cnn.build_dense), ("one convolution", keras_cnn.build_cnn)]:
    keras.utils.set_random_seed(9)
    network = build()
    inputs = training.prepare(x_train)
    print(training.train(network, inputs, y_train, few_epochs, seed=9, name=label, show=False))
    predicts[label] = training.predictor(network)

keras.utils.set_random_seed(9)
plain = lenet.build_lenet5()
inputs = to_lenet(x_train)
print(training.train(plain, inputs, y_train, few_epochs, seed=9, name="LeNet-5", show=False))
predicts["LeNet-5"] = predict_padded(plain)

# %%
keras.utils.set_random_seed(9)
augmented = lenet.build_lenet5()
record = training.train(
    *(augmented, to_lenet(more_images), more_labels, epochs),
    seed=9,
    test=(to_lenet(x_test), y_test),
    name="LeNet-5, augmented",
)
print(record)
predicts["augmented"] = predict_padded(augmented)

# %%
curves = {
    label: keras_cnn.accuracy_under_shift(predict, test_images, y_test, distances)
    for label, predict in predicts.items()
}
training.shift_curve(
    curves,
    distances,
    floor=0.9,
    alt="Accuracy against shift. Three networks peak at 0 and fall steeply to both sides; LeNet-5 with "
    f"augmentation stays near {curves['augmented'][6]:.2f} out to 5 pixels and more.",
)

# %%
print(f"{'moved by':<16}" + "".join(f"{dx:>6}" for dx in distances))
for label, accuracies in curves.items():
    print(f"{label:<16}" + "".join(f"{accuracy:6.2f}" for accuracy in accuracies))

at = dict(zip(distances, range(len(distances))))
dense_at_two = max(curves["dense"][at[dx]] for dx in (-2, 2))
within_four = min(curves["augmented"][at[dx]] for dx in range(-4, 5))
print(f"\ndense at 2 pixels, the better side: {dense_at_two:.3f}; below 0.8: {dense_at_two < 0.8}")
print(
    f"augmented LeNet-5, the worst out to 4 pixels: {within_four:.3f}; "
    f"at or above 0.9: {within_four >= 0.9}"
)

# %% [markdown]
# A peak became a plateau. It is as wide as the shifts that were trained on, from −5 to 5, and at 6 it
# falls off: **a network knows what it has seen**. LeNet-5 alone was no better than the others: its
# convolutions and its pooling do not make it blind to where a digit stands. The data do.
#
# What did it cost? Compare the accuracies at 0. Two things pull there: the same 61,706 parameters have to do
# for 121 places instead of one, and the network has seen more pictures. Here the two nearly balance. On
# MNIST, where four rounds are too few for LeNet-5, the augmented one comes out ahead.
#
# And up and down, which the copies cover too:

# %%
vertical = {
    label: [
        float(np.mean(predict(augmentation.shift_all(test_images, 0, dy)).argmax(axis=1) == y_test))
        for dy in (-4, -2, 0, 2, 4)
    ]
    for label, predict in predicts.items()
}
print(f"{'moved down by':<16}" + "".join(f"{dy:>6}" for dy in (-4, -2, 0, 2, 4)))
for label, accuracies in vertical.items():
    print(f"{label:<16}" + "".join(f"{accuracy:6.2f}" for accuracy in accuracies))

# %% [markdown]
# ## Exercise 4: the robust range (2 points)
#
# How far from the centre does a network's answer hold? Say it in one number: the largest distance such
# that **every** measured shift up to it, to both sides, is good enough. Take five shifts and a floor of
# 0.9:
#
# | shift | −4 | −2 | 0 | 2 | 4 | robust range |
# |---|---|---|---|---|---|---|
# | accuracy | 0.93 | 0.95 | 0.97 | 0.94 | **0.82** | 2: at 4 it fails, if to the right alone |
# | accuracy | 0.93 | **0.85** | 0.97 | 0.94 | 0.92 | 0: what holds beyond a failure does not count |
# | accuracy | 0.93 | 0.95 | **0.88** | 0.94 | 0.92 | −1: not even the unmoved pictures |
#
# Only what was measured can be the answer: in the first row 2, not 3.
#
# <details><summary>Hint 1</summary>
#
# Do the second row of the table by hand. Which shifts fall short? How far from the centre is the
# nearest of them? So which distances can still be the answer, and which of those is the largest?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# In words: collect the distances, `abs(shift)`, of all shifts that fall short. The smallest of them
# is the limit. The answer is the largest *measured* distance below the limit; one less than the
# limit may never have been measured. Exactly `floor` is good enough. What if nothing falls short,
# and what if 0 does?
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# `min` and `max` of nothing are errors, unless you say what to return:
#
# ```python
# failed = [abs(shift) for shift, accuracy in zip(shifts, accuracies) if ...]
# limit = min(failed, default=np.inf)
# ```
#
# The last line is a `max` with a default too. Which one?
#
# </details>


# %% nbgrader={"grade_id": "robust_range", "solution": true}
def robust_range(accuracies, shifts, floor):
    """Return how far pictures may move, to both sides, before the accuracy falls short.

    Parameters
    ----------
    accuracies : list of float
        One for each shift.
    shifts : list of int
        In any order, 0 among them. What is measured on one side need not be on the other.
    floor : float
        The accuracy that is good enough.

    Returns
    -------
    int
        The largest measured abs(shift) d such that every measured shift with abs(shift) <= d has
        an accuracy of at least floor; -1 if shift 0 has not.
    """
    ### BEGIN SOLUTION
    failed = [abs(shift) for shift, a in zip(shifts, accuracies) if a < floor]
    limit = min(failed, default=np.inf)
    return max((abs(shift) for shift in shifts if abs(shift) < limit), default=-1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-robust_range", "grade": true, "points": 0.5}
from utils import checks

with checks.Exercise("augmentation.robust_range", robust_range) as check:
    five = [-4, -2, 0, 2, 4]
    check.example([0.93, 0.95, 0.97, 0.94, 0.82], five, 0.9, expected=2)
    check.example([0.93, 0.85, 0.97, 0.94, 0.92], five, 0.9, expected=0)
    check.example([0.93, 0.95, 0.88, 0.94, 0.92], five, 0.9, expected=-1)
    # In another order, with an accuracy of exactly 0.9; 0.99 does not make up for 0.85.
    mixed = [2, -1, 0, -2, 1]
    check.example([0.99, 0.9, 0.97, 0.85, 0.95], mixed, 0.9, expected=1)

# %% nbgrader={"grade_id": "test-robust_range-sides", "grade": true, "points": 0.5}
# Marked when you hand in: one side fails, or both, or none.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("augmentation.robust_range", robust_range) as check:
    seven = [-3, -2, -1, 0, 1, 2, 3]
    check.agrees([0.5, 0.7, 0.9, 0.95, 0.9, 0.8, 0.75], seven, 0.7)
    check.agrees([0.1, 0.9, 0.9, 0.95, 0.9, 0.9, 0.9], seven, 0.8)
    check.agrees([0.9, 0.9, 0.9, 0.95, 0.9, 0.1, 0.9], seven, 0.8)
    check.agrees([0.9, 0.9, 0.1, 0.95, 0.9, 0.9, 0.9], seven, 0.8)
    check.agrees([0.8] * 7, seven, 0.8)
    check.agrees([0.75, 0.5, 0.25], [-1, 0, 1], 0.5)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-robust_range-measured", "grade": true, "points": 0.5}
# Marked when you hand in: shifts in any order, with gaps, on one side alone.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("augmentation.robust_range", robust_range) as check:
    check.agrees([0.9, 0.4, 0.95, 0.9], [2, -5, 0, -3], 0.8)
    check.agrees([0.4, 0.9, 0.95, 0.9], [6, 3, 0, -1], 0.8)
    check.agrees([0.9, 0.9, 0.9], [10, 0, 3], 0.8)
    check.agrees([0.9, 0.2, 0.9, 0.3], [0, 8, 4, 2], 0.8)
    check.agrees([0.9, 0.85, 0.2, 0.9], [0, -1, -7, -4], 0.8)
    rng = np.random.default_rng(91)
    for _ in range(20):
        shifts = [0, *rng.choice([-9, -7, -6, -4, -3, -2, -1, 1, 2, 4, 5, 6, 8], 6, replace=False)]
        shifts = [int(shift) for shift in rng.permutation(shifts)]
        accuracies = [1 - abs(shift) / 20 - rng.random() / 8 for shift in shifts]
        check.agrees(accuracies, shifts, 0.7)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-robust_range-none", "grade": true, "points": 0.5}
# Marked when you hand in: the unmoved pictures alone, or falling short.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("augmentation.robust_range", robust_range) as check:
    check.agrees([0.9], [0], 0.8)
    check.agrees([0.7], [0], 0.8)
    check.agrees([0.9, 0.7, 0.9], [-1, 0, 1], 0.8)
    check.agrees([0.9, 0.9, 0.7], [2, 1, 0], 0.8)
    check.agrees([0.2, 0.9, 0.3], [-1, 0, 1], 0.8)
    check.agrees([0.1, 0.1, 0.1], [-4, 0, 4], 0.8)
### END HIDDEN TESTS

# %% [markdown]
# ### How far each network can be trusted

# %%
print(f"{'':<16}" + "".join(f"{f'floor {floor}':>11}" for floor in (0.8, 0.9, 0.95)))
for label, accuracies in curves.items():
    reach = [augmentation.robust_range(accuracies, distances, floor) for floor in (0.8, 0.9, 0.95)]
    print(f"{label:<16}" + "".join(f"{distance:>11}" for distance in reach))

# %% [markdown]
# Read the middle column: out to so many pixels each holds a floor of 0.9. The source says that with augmentation predictions
# hold further from the centre, and so they do. Mind the last column: where the floor is high, a robust
# range is decided by two or three pictures.
#
# ## An honest surprise
#
# The source judges its networks by the average 1, as lesson 07 began with it. Ask all four about it, in
# the middle and moved, and ask about the augmented average as well:

# %%
moves = [-4, -2, 0, 2, 4]
one = training.prepare(plain_one[np.newaxis])
blurred = training.prepare(spread_one[np.newaxis])
real_ones = test_images[y_test == 1]
heads = [*moves, "augmented"]
print(f"{'the average 1, moved by':<24}" + "".join(f"{head:>11}" for head in heads))
for label, predict in predicts.items():
    asked = np.concatenate([augmentation.shift_all(one, dx) for dx in moves] + [blurred])
    said = predict(asked)
    answers = [f"{row.argmax()} ({row.max():.0%})" for row in said]
    print(f"{label:<24}" + "".join(f"{answer:>11}" for answer in answers))

print()
for label, predict in predicts.items():
    share = np.mean(
        [predict(augmentation.shift_all(real_ones, dx)).argmax(axis=1) == 1 for dx in moves]
    )
    print(f"{label:<16} reads {share:.0%} of the real 1s right, over the same five shifts")

# %% [markdown]
# Look at the last row of each block. The network that reads real, moved 1s best may well take the
# *average* 1 for another digit: in our runs most often for an 8, and with another seed for a 1 again.
# Nothing is wrong with it. **An average is like no training image**: nobody writes a soft, wide, pale
# stroke. Between the digits that it has seen, a network has to answer something, and its percentages do
# not tell you that it is guessing. Accuracy on real digits is the measure that counts.
#
# ## When augmentation hurts
#
# Augmentation says: *this change leaves the label alone*. For a shift by five pixels that is true. Flip a
# digit, and often it is not:

# %%
flips = {
    "as it is": lambda images: images,
    "left-right": lambda images: images[:, :, ::-1],
    "up-down": lambda images: images[:, ::-1],
    "both": lambda images: images[:, ::-1, ::-1],
}
chosen = np.array([digits[f"a {digit}"] for digit in (6, 9, 2, 5, 3, 8)])
pictures = [picture for flip in flips.values() for picture in flip(chosen)]
titles = [f"{digit}, {label}" for label in flips for digit in (6, 9, 2, 5, 3, 8)]
plots.images(
    pictures,
    titles,
    columns=6,
    size=1.4,
    alt="6, 9, 2, 5, 3 and 8: as they are, flipped left to right, upside down, and both. With both, the "
    "6 has become a 9 and the 9 a 6; the 8 is still an 8.",
)

# %%
sixes = x_test[y_test == 6]
for label, flip in flips.items():
    said = predicts["LeNet-5"](training.prepare(flip(sixes))).argmax(axis=1)
    counts = np.bincount(said, minlength=10)
    favourite = counts.argmax()
    print(f"6s, {label:<11} most often read as {favourite}: {counts[favourite]} of {len(sixes)}")

# %% [markdown]
# Turned by 180 degrees, a 6 is a 9. If you train on it as a 6, you teach the network what is false. Now
# do so, and measure. The shift, too, can be too much of a good thing: with `max_fraction=0.5` a digit
# moves by up to 14 pixels, and part of it leaves the frame. How often?

# %%
fractions = [0.1, 0.2, 0.3, 0.4, 0.5]
for fraction in fractions:
    lost = augmentation.share_cut_off(x_test, fraction, np.random.default_rng(9))
    print(f"max_fraction {fraction}: up to {int(fraction * 28):>2} pixels, {lost:4.0%} lose ink")

# %%
flipped = np.concatenate([flip(x_train) for flip in flips.values()])
far, far_labels = augmentation.augment(x_train, y_train, copy_count, np.random.default_rng(9), 0.5)
for label, images, labels, looks in [
    ("flipped", flipped, np.tile(y_train, 4), 50_000),
    ("shifted too far", far, far_labels, epochs * len(far)),
]:
    keras.utils.set_random_seed(9)
    network = lenet.build_lenet5()
    rounds = max(1, round(looks / len(images)))
    print(training.train(network, to_lenet(images), labels, rounds, seed=9, name=label, show=False))
    predicts[label] = predict_padded(network)

# %%
print(f"{'trained on':<17}{'all':>6}" + "".join(f"{digit:>7}" for digit in range(10)))
rows = [("the originals", "LeNet-5"), ("shifted by 5", "augmented")]
rows += [("shifted by 14", "shifted too far"), ("flipped", "flipped")]
for label, key in rows:
    right = predicts[key](test_images).argmax(axis=1) == y_test
    each = [right[y_test == digit].mean() for digit in range(10)]
    print(f"{label:<17}{right.mean():6.3f}" + "".join(f"{share:7.2f}" for share in each))
print(f"\nunmoved test images, {len(y_test):,} of them: one counts {1 / len(y_test):.4f}")

# %% [markdown]
# The first column is for all digits, the others for each. A fifth of the side already costs some digits a
# little ink at the edge of a stroke, and does no harm. Shifts of up to 14 pixels ask the network to name
# digits of which half is missing, and it pays with the whole ones. Flips cost the digits
# that turn into others. Whether a change is harmless is not a matter of technique: **you have to know
# what the pictures are**. For photographs of cats, a flip from left to right is fine.
#
# **Try it.** Set `name = "mnist"` at the top if you have it. Or train with your own `build_augmenter`: put
# it right after `keras.Input` in a Sequential model.

# %% [markdown]
# ## Questions to think about
#
# Predict, then try. There are no marks for these, and one can differ with good reasons;
# `solutions/` has our measurements.
#
# 1. **Which came first?** Somebody augments all images, mixes them well, and *then* puts a fifth
#    aside to test with. The accuracy on that fifth is higher than on a separate test set. Why is
#    that no good news?
#
# 2. **Gaps.** Train LeNet-5 on shifts of −4, 0 and 4 alone, along both axes. What will it do with
#    digits moved by 1, 2 or 3 pixels? And by 6?
#
# 3. **Without augmentation.** Before the *dense* network sees a picture, in training and later,
#    move the picture so that the centre of its ink lies in the middle. What will the curve look
#    like, and what could upset it?

# %% [markdown] tags=["answers"]
# ### Answers
#
# 1. Copies of one and the same digit lie on both sides. So the network is tested on digits that it
#    knows from another place: that measures memory as much as reading. We tried it with 200 digits,
#    nine copies of each, LeNet-5 and 40 epochs: 0.94 on the fifth that was put aside, but 0.85 on
#    the test digits, moved in the same way. Split first. Then augment the training part alone.
#
# 2. With nine copies and six epochs we got 0.96 to 0.98 at *every* shift from −4 to 4: it bridges
#    the gaps. The LeNet-5 that saw no copies reads 0.65 to 0.69 two pixels away from the only place
#    that it knows. Here every gap has known places on both sides, and what reads both of them reads
#    what lies between. Beyond the last one there is nothing to lean on: 0.94 at 5 pixels, 0.80
#    at 6. To go between examples is easier than to go beyond them.
#
# 3. A plateau, and a very flat one: 0.981 at every shift from −5 to 5 and 0.978 at 6, from a dense
#    network that has seen no moved digit. (The centre is the mean position of the ink, and the move
#    is rounded to whole pixels.) All versions of a digit become the same picture before the network
#    sees them, as long as no ink is lost. If you know exactly which change does not matter, you can
#    undo it instead of learning it; MNIST's digits were centred in this way. But all the ink has to
#    be the digit's: a speck of 2 × 2 pixels in a corner, which the plain dense network does not
#    mind, pulls the centre away and takes the accuracy from 0.981 to 0.953.

# %% [markdown]
# ## What to take away
#
# - **Augmentation** makes new training images by changes that leave the label alone. For digits:
#   a shift by up to a fifth of the side.
# - Draw `dx` and `dy` independently, both ends included, and give every copy a shift of its own.
# - In Keras it is a layer, `RandomTranslation`, active in training only. Set `fill_mode` yourself.
# - The curve of accuracy against shift becomes a **plateau**, as wide as the shifts trained on. The
#   architecture alone did not do that.
# - The **robust range** says how far a network can be trusted.
# - A change that alters the label does harm: flips, or shifts that cut digits off.
#
# **Where the sources slip.** The pixels are shifted by 20 %, not shuffled. `ImageDataGenerator` is gone
# from Keras 3. And the average 1 is no test of a network that was trained on real ones.
#
# **Next.** All these networks found their filters by themselves. How, is the subject of
# [lesson 10](../10_backprop/10_backprop.ipynb).

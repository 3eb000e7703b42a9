# ---
# jupyter:
#   course:
#     summary: What a network looks at, how it is fooled, and what no accuracy tells you
#     minutes: 130
# ---

# %% [markdown]
# # What a network sees, and where it fails
#
# [Start page](../index.ipynb) · Before: [13, After LeNet](../13_resnet/13_resnet.ipynb)
#
# **What you will do.** Train a small network and then question it. Which layers follow a shift of the image?
# Which pixels matter to the answer? Which training images does it find similar? Then make it fail: with
# changes that you hardly see, with a mark in the corner that gives the answer away, and with digits unlike those
# that it was trained on.
#
# **What you will learn**
# - what *equivariance* is, and how to measure in which layers it holds;
# - two ways to ask which pixels matter, *occlusion* and *saliency*, and how far to trust them;
# - how *adversarial* images are made, what they cost, and what helps against them;
# - what a *shortcut* is, why no accuracy on test images from the same source shows it, and how to find one;
# - what this means where an error hurts somebody: faces and X-ray images.
#
# **What you need.** [Lesson 05](../05_pooling/05_pooling.ipynb): `shift`.
# [Lesson 07](../07_keras_cnn/07_keras_cnn.ipynb): `compile` and `fit`, softmax, cross-entropy, the chance error.
# [Lesson 10](../10_backprop/10_backprop.ipynb): gradients, and `tf.GradientTape`. Lessons 11 to 13 help, but you
# can do without them.
#
# **Time.** About 130 minutes: 20 to read (at 200 words a minute), 40 to run and follow the demonstrations
# (a minute each), and 70 for the four exercises.

# %%
import numpy as np

# These come before Keras: they keep TensorFlow's start-up messages away.
# No module named 'utils'? In the course's folder, start: uv run jupyter lab
from utils import data, interpretation, lenet, plots, pooling, training
from utils.widgets import interpretation as interpretation_widgets

import keras
import tensorflow as tf

name = "mnist10k"  # or "mnist", if you have the full set

(x_train, y_train), (x_test, y_test) = data.load_digits(name)
train_images, test_images = training.prepare(x_train), training.prepare(x_test)
measured = interpretation.measurements()

# %% [markdown]
# ## A network to question
#
# Two convolutions, two poolings and two dense layers: a LeNet in miniature. The layer before the last has 32 units
# and is called `features`. You will meet it again. Pixels are from 0 (paper) to 1 (ink).

# %%
keras.utils.set_random_seed(1)
cnn = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(8, 5, activation="relu", name="conv1"),
        keras.layers.MaxPooling2D(2, name="pool1"),
        keras.layers.Conv2D(16, 5, activation="relu", name="conv2"),
        keras.layers.MaxPooling2D(2, name="pool2"),
        keras.layers.Flatten(name="flatten"),
        keras.layers.Dense(32, activation="relu", name="features"),
        keras.layers.Dense(10, activation="softmax", name="output"),
    ]
)
cnn.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = cnn.fit(train_images, y_train, batch_size=64, epochs=4, verbose=2)

# %%
predict = training.predictor(cnn)
answers = predict(test_images).argmax(axis=1)
accuracy = np.mean(answers == y_test)
chance = training.chance_error(accuracy, len(y_test))
print(f"{cnn.count_params():,} parameters")
print(f"accuracy on {len(y_test):,} test images: {accuracy:.3f}, chance error ±{chance:.3f}")

# %% [markdown]
# That is a good accuracy for a network of this size. It is also all that an accuracy says: how often the network is
# right on images *like these*. It does not say why. The rest of the lesson asks why.
#
# Where a conclusion needs more than one network, it rests on three: seeds 1, 2 and 3. Training all of them would take
# too long here, so a script did it beforehand and kept the results in a small file. (With another
# processor, your network's numbers can differ a little from those in the text.)

# %%
print("made by data/build_interpretation.py,")
minutes = sum(measured["cpu_minutes"].values())
print(f"in {minutes:.0f} minutes of processor time; seeds {measured['seeds']}")

# %% [markdown]
# ## Which layers follow a shift?
#
# Shift an image, then filter it. Or filter it, then shift the result. If both orders give the same, the function is
# **equivariant** to shifts: the result moves along with the image. If shifting the image changes nothing in the
# result, the function is **invariant**. The two are often confused.
#
# Compare two functions of a row of nine numbers. One takes differences of neighbours, which is a filter.
# The other multiplies each pixel by the number of its column, so it treats every place differently.

# %%
nine = np.arange(1.0, 10).reshape(1, 9)


def difference_of_neighbours(x):
    """Return each pixel's right neighbour minus the pixel: a filter of width 2."""
    return x[:, 1:] - x[:, :-1]


def times_column(x):
    """Return each pixel times the number of its column."""
    return x * np.arange(x.shape[1])


for f in (difference_of_neighbours, times_column):
    print(f.__name__)
    print("  shift, then f:", f(pooling.shift(nine, 1))[0])
    print("  f, then shift:", pooling.shift(f(nine), 1)[0])

# %%
before = times_column(pooling.shift(nine, 1))
after = pooling.shift(times_column(nine), 1)
figure, axes = plots.figure(6.6, 2.9, 3, 1)
rows = [("shift, then times_column", before), ("times_column, then shift", after)]
for ax, (label, row) in zip(axes, [*rows, ("difference", before - after)]):
    plots.matrix(ax, row, label, window=(0, 3, 1, 3))
plots.Picture(
    figure,
    alt="Two rows of nine numbers, for the two orders, and their difference, which is 0 1 2 3 4 5 6 7 8. The "
    "three columns in the middle are framed; there the largest difference is 5.",
)

# %% [markdown]
# The filter gives the same in both orders, but not everywhere. At the ends zeros come in, and a window
# that meets them sees something that was not in the image. These columns say nothing about the function, so
# leave them out: the `abs(dx)` columns into which the shift brings zeros, and two more for windows that reach
# over them. In a result with $W'$ columns, the columns `abs(dx) + 2` up to but not including `W' - abs(dx) - 2` are
# left. With $W' = 9$ and `dx = 1` these are the columns 3, 4 and 5, framed above. There the largest difference of
# `times_column` is 5.
#
# ## Exercise 1: measure equivariance (2 points)
#
# Write that measurement for any function `f`. You may use `pooling.shift(image, dx)`.
#
# <details><summary>Hint 1</summary>
#
# You need two arrays: `f` of the shifted image, and the shifted result of `f`. Print both for
# `times_column` and compare them with the figure, before you think about which columns count.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `W'` is the width of what `f` returns, which may be smaller than the image. `dx` may be negative, but the number of
# columns that are left out is not. And if `f` returns small whole numbers such as `uint8`, a difference of −2
# becomes 254: turn both arrays into floats first.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# first = abs(dx) + 2
# end = after.shape[1] - ...
# ```
#
# If `first` is not below `end`, no column is left: raise `ValueError`. Otherwise subtract, slice
# `[:, first:end]`, and take `abs` before `max`.
#
# </details>


# %% nbgrader={"grade_id": "equivariance_error", "solution": true}
def equivariance_error(f, image, dx):
    """Return by how much it matters whether an image is shifted before f or after it.

    Parameters
    ----------
    f : function that takes an array of shape (H, W) and returns one of shape (H', W')
    image : array of shape (H, W), of any real dtype; it is left as it was
    dx : int
        By how many columns to shift to the right; negative: to the left. Zeros come in.

    Returns
    -------
    float
        The largest absolute difference between f(shifted image) and the shifted f(image), in
        the columns abs(dx) + 2 up to W' - abs(dx) - 2, the last one not included. All rows count.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    ### BEGIN SOLUTION
    before = np.asarray(f(pooling.shift(image, dx)), dtype=float)
    after = pooling.shift(np.asarray(f(image), dtype=float), dx)
    first = abs(dx) + 2
    end = after.shape[1] - first
    if first >= end:
        raise ValueError(f"a shift by {dx} leaves no column of {after.shape[1]} to compare")
    return float(np.abs(before - after)[:, first:end].max())
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-equivariance_error", "grade": true, "points": 0.5}
import numpy as np

from utils import checks


def times_column(x):
    return x * np.arange(x.shape[1])


def difference_of_neighbours(x):
    return x[:, 1:] - x[:, :-1]


def every_second(x):
    return x[:, ::2]


def minus_mean(x):
    return x - x.mean()


def without_the_end(x):
    return x[:, :-2] * np.arange(x.shape[1] - 2) ** 2


def minus_squared_column(x):
    return -x * np.arange(x.shape[1]) ** 2


def divided_by_column(x):
    return (x // np.arange(1, x.shape[1] + 1)).astype(x.dtype)


with checks.Exercise(
    "interpretation.equivariance_error", equivariance_error, allowed=["pooling.shift"]
) as check:
    nine = np.arange(1.0, 10).reshape(1, 9)
    check.example(times_column, nine, 1, expected=5.0)
    check.example(times_column, nine, -1, expected=7.0)
    check.example(difference_of_neighbours, nine, 1, expected=0.0)
    # A stride of 2: ten columns come out, of which 4 and 5 count.
    check.example(every_second, np.arange(20).reshape(1, 20), 2, expected=2.0)
    # Part of the ink moves out of the image, so the mean changes: from 1.75 to 1.
    check.example(minus_mean, np.array([[6, 0, 0, 0, 0, 0, 0, 8]]), -1, expected=0.75)
    # Seven columns come out of nine: only column 3 counts.
    check.example(without_the_end, nine, 1, expected=15.0)
    # All rows count, also the first.
    check.example(times_column, np.eye(9, 1) @ nine, 1, expected=5.0)
    check.example(minus_squared_column, nine, 1, expected=45.0)
    # Two rows of bytes.
    two = np.array([[9, 7, 9, 8, 9, 9, 5, 9, 9], [3, 1, 4, 1, 5, 9, 2, 6, 5]], dtype=np.uint8)
    check.example(divided_by_column, 20 * two, 1, expected=15.0)
    check.raises(ValueError, times_column, nine, 3)

# %% nbgrader={"grade_id": "test-equivariance_error-filters", "grade": true, "points": 0.5}
# Marked when you hand in: filters, strides, and functions of the whole image.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(141)


def sharpen(x):
    """A valid filter of 3x3."""
    x = np.asarray(x, float)
    around = x[:-2, 1:-1] + x[2:, 1:-1] + x[1:-1, :-2] + x[1:-1, 2:]
    return 5 * x[1:-1, 1:-1] - around


def blur_same(x):
    """A filter of width 3 with zeros around."""
    padded = np.pad(np.asarray(x, float), ((0, 0), (1, 1)))
    return (padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]) / 3


def max_pool(x):
    height, width = (side // 2 for side in x.shape)
    return x[: 2 * height, : 2 * width].reshape(height, 2, width, 2).max(axis=(1, 3))


def running_sum(x):
    return np.cumsum(x, axis=1)


with checks.Exercise(
    "interpretation.equivariance_error", equivariance_error, allowed=["pooling.shift"]
) as check:
    for f in (sharpen, blur_same, max_pool, running_sum):
        for height, width, dx in [(6, 23, 1), (7, 26, -2), (5, 34, 3), (9, 17, 0)]:
            check.agrees(f, rng.normal(size=(height, width)), dx)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-equivariance_error-columns", "grade": true, "points": 0.5}
# Marked when you hand in: exactly the columns that count, and other kinds of number.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(142)


def times_column(x):
    return np.asarray(x, float) * (np.arange(np.shape(x)[1]) - 3.5) ** 3


def narrower(x):
    return np.asarray(x, float)[:, 1:-3] * np.arange(np.shape(x)[1] - 4) ** 2


def divided_by_column(x):
    return (x // np.arange(1, x.shape[1] + 1)).astype(x.dtype)


with checks.Exercise(
    "interpretation.equivariance_error", equivariance_error, allowed=["pooling.shift"]
) as check:
    for height, width, dx in [(1, 15, 2), (3, 14, -3), (2, 21, -1), (6, 13, 3), (4, 12, -2)]:
        check.agrees(times_column, rng.normal(size=(height, width)), dx)
        check.agrees(narrower, rng.normal(size=(height, width)), int(np.sign(dx)))
    for dtype in (np.uint8, np.int16, np.float32):
        check.agrees(divided_by_column, rng.integers(0, 200, (3, 19)).astype(dtype), 2)
        check.agrees(divided_by_column, rng.integers(0, 200, (3, 19)).astype(dtype), -1)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-equivariance_error-errors", "grade": true, "points": 0.5}
# Marked when you hand in: shifts that leave no column, and one that leaves one.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(143)


def times_column(x):
    return np.asarray(x, float) * np.arange(np.shape(x)[1])


def every_second(x):
    return np.asarray(x, float)[:, ::2]


with checks.Exercise(
    "interpretation.equivariance_error", equivariance_error, allowed=["pooling.shift"]
) as check:
    check.agrees(times_column, rng.normal(size=(3, 9)), 2)
    check.agrees(every_second, rng.normal(size=(2, 13)), -1)
    check.raises(ValueError, times_column, rng.normal(size=(3, 8)), -2)
    check.raises(ValueError, times_column, rng.normal(size=(3, 9)), 3)
    check.raises(ValueError, times_column, rng.normal(size=(4, 4)), 0)
    check.raises(ValueError, every_second, rng.normal(size=(2, 12)), 1)
    check.raises(ValueError, times_column, rng.normal(size=(2, 9)), -11)
### END HIDDEN TESTS

# %% [markdown]
# ## Equivariance, layer by layer
#
# Now the trained network. Shift 200 test digits by 1, 2, 3 and 4 pixels to the right and compare each layer's maps
# with the shifted maps of the digits where they were. Behind a pooling layer one column stands for two pixels,
# behind two of them for four. So there the maps should move by `dx / 2` or `dx / 4` columns, rounded down to whole
# ones. Flattened layers have no columns: there the numbers themselves are compared.

# %%
centred = test_images[:200]
strides = {"conv1": 1, "pool1": 2, "conv2": 2, "pool2": 4, "features": 0, "output": 0}
distances = [1, 2, 3, 4]
by_shift = {dx: interpretation.layer_equivariance(cnn, centred, dx, strides) for dx in distances}
print("mean difference of the two orders, as a share of the layer's mean value")
print("shifted by".ljust(18) + "".join(f"{dx:>9}" for dx in distances))
for layer, stride in strides.items():
    pixels = f"{stride} pixel{'s' if stride > 1 else ''}" if stride else "no columns"
    print(f"{layer:<9}{pixels:<9}" + "".join(f"{by_shift[dx][layer]:9.3f}" for dx in distances))

# %%
figure, ax = plots.figure(7, 3)
for index, dx in enumerate(distances):
    ax.plot(
        list(strides),
        list(by_shift[dx].values()),
        marker="osD^"[index],
        linestyle=("-", "--", "-.", ":")[index],
        label=f"{dx} pixel{'s' if dx > 1 else ''}",
    )
ax.set_ylabel("difference / mean")
ax.legend(frameon=False, title="shifted by", loc="upper left")
plots.Picture(
    figure,
    alt="The difference between the two orders, layer by layer. It is 0 in conv1 for all shifts. For shifts by 1 and 3 "
    "it rises at pool1; for a shift by 2, at pool2; for a shift by 4 it is 0 up to pool2 and rises at features.",
)

# %% [markdown]
# > **Puzzle.** Many texts say that a CNN recognises an object *wherever it is, because convolution is
# > translation-invariant*. Two things are wrong with that sentence. Which?

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > First, convolution is **equivariant**, not invariant: its maps move along, and the first row of the table is 0
# > for every shift. Second, that is true of the convolution and not of the network. Max pooling with stride 2 keeps
# > it only for even shifts, two of them only for multiples of 4. The first dense layer loses it for good: its weights
# > belong to places. There is no invariance at all in this network, except what it has learned from its
# > training images. Lessons 07 and 09 measured what follows for the accuracy.
# >
# > </details>
#
# ## Filters and feature maps
#
# The first layer's filters are small enough to look at. Blue weights are positive and orange ones negative, as in
# lesson 03. Below each filter is its feature map of the same 7.

# %%
seven = int(np.flatnonzero((y_test == 7) & (answers == 7))[0])
filters = cnn.get_layer("conv1").get_weights()[0][:, :, 0, :]
maps = lenet.feature_maps(cnn, test_images[seven : seven + 1])
figure, axes = plots.figure(9, 2.7, 2, 8)
limit = np.abs(filters).max()
for index in range(8):
    interpretation_widgets.draw_signed(axes[0, index], filters[:, :, index], limit)
    axes[0, index].set_title(f"filter {index}")
    plots.image(axes[1, index], maps["conv1"][0, :, :, index], vmin=0)
plots.Picture(
    figure,
    alt="Eight filters of 5 by 5 weights, and below them what each makes of a 7. Most filters have a positive side "
    "and a negative side, and their maps are bright along strokes of one direction.",
)

# %% [markdown]
# The network was never told to look for edges. Still, several of its filters are positive on one side and negative on the
# other, as Sobel's kernels are, and their maps show the strokes of one direction. But a filter that looks
# meaningful need not be important. Test that: switch one filter off, by setting its weights and its bias to 0, and
# measure the accuracy.

# %%
first = cnn.get_layer("conv1")
kernels, biases = first.get_weights()
without = []
for index in range(8):
    fewer, less = kernels.copy(), biases.copy()
    fewer[..., index], less[index] = 0, 0
    first.set_weights([fewer, less])
    without.append(training.accuracy(cnn, test_images, y_test))
first.set_weights([kernels, biases])
print("without filter" + "".join(f"{index:>8}" for index in range(8)))
print("accuracy      " + "".join(f"{value:8.3f}" for value in without))
print(f"with all of them: {accuracy:.3f}; chance error ±{chance:.3f}")

# %% [markdown]
# Without filter 3 the network reads 0.899 of the digits, without filter 5 still 0.948. So the filters are not
# equally important, and you could not have told which one matters most by looking at them. Each
# network has other filters, too: train with another seed and look again.
#
# ## Cover a part, and see what happens
#
# To find out which part of an image matters, hide it. Cover a square with 0, which is paper, and ask the
# network again. If the probability of the digit drops, the network needed what was there. Zeiler and Fergus
# (2014, below) did that at every place, which gives a map: the **occlusion map**.
#
# A small example. Take an image of 2 × 4 pixels, and a "network" that gives two probabilities: the share
# of the ink that is in the left half, and the share that is in the right half.

# %%
ink = np.array([[0, 3, 1, 0], [0, 0, 0, 1]])


def left_or_right(x):
    """Return for each image of (N, H, W, 1) the shares of its ink on the left and on the right."""
    x = np.asarray(x, float)[:, :, :, 0]
    middle = x.shape[2] // 2
    left, right = x[:, :, :middle].sum(axis=(1, 2)), x[:, :, middle:].sum(axis=(1, 2))
    return np.stack([left, right], axis=1) / np.maximum(left + right, 1e-9)[:, np.newaxis]


whole = left_or_right(ink.reshape(1, 2, 4, 1))[0, 0]
print(f"whole image: {whole:.1f} of the ink is on the left")
parts = {"whole": ink}
for column in range(3):
    covered = ink.copy()
    covered[0:2, column : column + 2] = 0
    probability = left_or_right(covered.reshape(1, 2, 4, 1))[0, 0]
    print(
        f"columns {column} and {column + 1} covered: {probability:.1f}, a drop of {whole - probability:.1f}"
    )
    parts[f"at column {column}"] = covered
plots.matrices(
    list(parts.items()),
    alt="The image 0 3 1 0 / 0 0 0 1, and three copies in which columns 0 and 1, 1 and 2, or 2 and 3 are 0.",
)

# %% [markdown]
# A square of 2 × 2 fits at three places, so the map for the class *left* has three numbers: 0.6, 0.6 and −0.4. The
# last is negative: without the ink on the right, the network is more certain of *left*.
#
# ## Exercise 2: the occlusion map (3 points)
#
# Write it for any `predict`, any size of the square and any stride between its positions. The square is
# always completely inside the image. `predict` takes a batch, `(N, H, W, 1)`, so you can ask about one image or
# about all the covered images at once.
#
# <details><summary>Hint 1</summary>
#
# How many positions are there? Lesson 04 counted them: a square is a window. Two loops over rows and columns,
# `range(0, height - size + 1, stride)` and the same for the width, visit all of them.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The image may be `(H, W)` or `(H, W, 1)`. `image.reshape(height, width, 1)` makes the two alike. Cover a *copy*, and
# take a fresh one at each position. A batch of one image is `copy[np.newaxis]`.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# whole = predict(picture[np.newaxis])[0, label]
# ...
# covered[row : row + size, column : column + size] = 0
# drops.append(whole - predict(covered[np.newaxis])[0, label])
# ```
#
# At the end, `np.array(drops).reshape(...)` with the number of rows and of columns of positions. Check first that the
# square fits: `size > height or size > width`.
#
# </details>


# %% nbgrader={"grade_id": "occlusion_map", "solution": true}
def occlusion_map(predict, image, label, size, stride=1):
    """Return by how much a class's probability drops if parts of an image are covered.

    Parameters
    ----------
    predict : function
        Takes images of shape (N, H, W, 1) and returns probabilities of shape (N, classes).
    image : array of shape (H, W) or (H, W, 1), of any real dtype; it is left as it was
    label : int
        The class.
    size : int
        The side of the square that is set to 0.
    stride : int
        How many pixels it is from one position of the square to the next, in both directions.

    Returns
    -------
    array of floats of shape (H', W')
        For every position at which the square is inside the image: the probability of label for
        the whole image, minus that for the image with the square covered.

    Raises
    ------
    ValueError
        If the square does not fit into the image.
    """
    ### BEGIN SOLUTION
    height, width = image.shape[:2]
    if size > height or size > width:
        raise ValueError(f"a square of {size} does not fit into {height}x{width}")
    picture = image.reshape(height, width, 1)
    rows = range(0, height - size + 1, stride)
    columns = range(0, width - size + 1, stride)
    covered = []
    for row in rows:
        for column in columns:
            copy = picture.copy()
            copy[row : row + size, column : column + size] = 0
            covered.append(copy)
    whole = predict(picture[np.newaxis])[0, label]
    drops = whole - predict(np.array(covered))[:, label]
    return drops.reshape(len(rows), len(columns))
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-occlusion_map", "grade": true, "points": 1}
import numpy as np

from utils import checks


def left_or_right(x):
    x = np.asarray(x, float)[:, :, :, 0]
    middle = x.shape[2] // 2
    left, right = x[:, :, :middle].sum(axis=(1, 2)), x[:, :, middle:].sum(axis=(1, 2))
    share = np.where(left + right > 0, left / np.maximum(left + right, 1e-9), 0.5)
    return np.stack([share, 1 - share], axis=1)


def each_pixel(x):
    return np.asarray(x, float).reshape(len(x), -1) / 10


with checks.Exercise("interpretation.occlusion_map", occlusion_map, by_hand=False) as check:
    ink = np.array([[0, 3, 1, 0], [0, 0, 0, 1]])
    check.example(left_or_right, ink, 0, 2, expected=[[0.6, 0.6, -0.4]])
    check.example(left_or_right, ink, 0, 2, 2, expected=[[0.6, -0.4]])
    check.example(*(left_or_right, ink, 1, 1), expected=[[0, -0.6, 0.15, 0], [0, 0, 0, 0.15]])
    # Three rows and five columns; class c's score is pixel c, divided by 10.
    pixels = np.arange(0.5, 15.5).reshape(3, 5, 1)
    check.example(each_pixel, pixels, 7, 2, expected=[[0, 0.75, 0.75, 0], [0, 0.75, 0.75, 0]])
    check.example(each_pixel, pixels, 12, 1, 2, expected=[[0, 0, 0], [0, 1.25, 0]])
    check.example(each_pixel, pixels, 3, 3, 2, expected=[[0, 0.35]])
    check.raises(ValueError, left_or_right, ink, 0, 3)

# %% nbgrader={"grade_id": "test-occlusion_map-sizes", "grade": true, "points": 1}
# Marked when you hand in: other sizes, strides, classes and images.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(144)


def make_network(height, width, classes):
    weights = rng.normal(size=(height * width, classes)) / 3

    def network(x):
        if np.ndim(x) != 4 or np.shape(x)[1:] != (height, width, 1):
            raise ValueError(f"predict takes (N, {height}, {width}, 1), but got {np.shape(x)}")
        sums = np.asarray(x, float).reshape(len(x), height * width) @ weights
        powers = np.exp(sums - sums.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    return network


with checks.Exercise("interpretation.occlusion_map", occlusion_map, by_hand=False) as check:
    for height, width, size, stride in [
        *[(6, 9, 2, 1), (9, 6, 3, 2), (7, 8, 3, 3), (5, 11, 4, 2)],
        *[(8, 5, 1, 3), (6, 7, 6, 1), (9, 10, 2, 4), (4, 4, 4, 2)],
    ]:
        network = make_network(height, width, 4)
        image = rng.random((height, width, 1)) if size % 2 else rng.random((height, width))
        check.agrees(network, image, int(rng.integers(4)), size, stride)
        check.agrees(network, image, 3, size)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-occlusion_map-numbers", "grade": true, "points": 0.5}
# Marked when you hand in: other kinds of number, and dark images, which a square makes brighter.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(145)
weights = rng.normal(size=(6 * 8, 3)) / 100


def network(x):
    if np.ndim(x) != 4 or np.shape(x)[1:] != (6, 8, 1):
        raise ValueError(f"predict takes (N, 6, 8, 1), but got {np.shape(x)}")
    sums = np.asarray(x, float).reshape(len(x), 6 * 8) @ weights
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


with checks.Exercise("interpretation.occlusion_map", occlusion_map, by_hand=False) as check:
    for dtype in (np.uint8, np.int16, np.float32, float):
        check.agrees(network, rng.integers(0, 100, (6, 8)).astype(dtype), 1, 3, 2)
        check.agrees(network, rng.integers(0, 100, (6, 8, 1)).astype(dtype), 2, 2)
    check.agrees(network, -rng.random((6, 8)) * 50, 0, 3)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-occlusion_map-errors", "grade": true, "points": 0.5}
# Marked when you hand in: squares that do not fit, and one that fits exactly.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks


def brightness(x):
    # No error of its own where there is no position, and so no image.
    mean = np.array([np.mean(image) for image in x], float).reshape(x.shape[0])
    return np.stack([mean, 1 - mean], axis=1)


rng = np.random.default_rng(146)
with checks.Exercise("interpretation.occlusion_map", occlusion_map, by_hand=False) as check:
    check.agrees(brightness, rng.random((4, 7)), 1, 4, 3)
    check.raises(ValueError, brightness, rng.random((4, 7)), 1, 5)
    check.raises(ValueError, brightness, rng.random((7, 4, 1)), 0, 6, 2)
    check.raises(ValueError, brightness, rng.random((3, 3)), 0, 4)
### END HIDDEN TESTS

# %% [markdown]
# ## What the network needs to see
#
# Squares of 6 × 6 on four test digits. Blue: the probability drops if this place is covered. Orange: it rises.

# %%
shown = [int(np.flatnonzero((y_test == digit) & (answers == digit))[0]) for digit in (2, 4, 7, 9)]
figure, axes = plots.figure(9, 4.4, 2, 4)
for column, index in enumerate(shown):
    drop = interpretation.occlusion_map(predict, test_images[index], int(y_test[index]), 6)
    plots.image(axes[0, column], test_images[index, :, :, 0], f"a {y_test[index]}")
    interpretation_widgets.draw_signed(
        axes[1, column], drop, 1.0, f"drops by up to {drop.max():.2f}"
    )
plots.Picture(
    figure,
    alt="A 2, a 4, a 7 and a 9, and below each its occlusion map. Blue areas, where a cover makes the probability "
    "drop, are on parts of the strokes only, and differ from digit to digit.",
)

# %% [markdown]
# Large parts of each digit can be hidden with hardly any effect. Where the map is blue, the network relies on what it
# sees there: without it, the digit could be another one. And notice what the map cannot show. If either of
# two places is enough for the network, covering one of them changes nothing, and both stay white.
#
# An occlusion map of 28 × 28 pixels asks the network 529 times. There is a faster way, which asks it once.
#
# ## The gradient, seen as a picture
#
# In [lesson 10](../10_backprop/10_backprop.ipynb) you computed how the loss changes if a *weight* changes a
# little. Now ask how one output of the network changes if a *pixel* changes a little. That is again a gradient.
# Its absolute value, for each pixel, is the **saliency map** (Simonyan and others, 2013, below).
#
# Take the smallest network: three pixels, and one dense layer with two classes and no bias. Each output is a sum of
# pixels times weights, so its gradient is the weights themselves. With a softmax after it, the two classes
# compete. A class's probability $p$ then changes by $p\,(1 - p)$ times the *difference* of the two weights.

# %%
weights = np.array([[[0.5, -0.25], [-0.75, 0.25], [1.0, 0.5]]])  # 1 × 3 pixels, two classes
blank = np.zeros((1, 3))  # both classes have probability 0.5
sums = interpretation.linear_network(weights)
probabilities = interpretation.linear_network(weights, "softmax")
print("weights of class 0:       ", weights[0, :, 0])
print("their absolute values:    ", np.abs(weights[0, :, 0]))
print("saliency of the sum:      ", interpretation.saliency_map(sums, blank, 0)[0])
print("0.25 × weight differences:", 0.25 * np.abs(weights[0, :, 0] - weights[0, :, 1]))
print("saliency with softmax:    ", interpretation.saliency_map(probabilities, blank, 0)[0])

# %% [markdown]
# TensorFlow computes such gradients for any network. A `GradientTape` records what is computed inside its
# `with` block. By default it watches variables, that is, weights. An image is a constant, so say
# `tape.watch(x)`. Here is a gradient of something else, the sum of squares, to show the calls:

# %%
x = tf.constant([[1.0, -2.0, 3.0]])
with tf.GradientTape() as tape:
    tape.watch(x)
    total = tf.reduce_sum(x**2)
print("sum of squares", total.numpy(), "  its gradient", tape.gradient(total, x).numpy())

# %% [markdown]
# **Draw a digit, cover parts of it, and watch.** Choose *draw* and draw a digit; choose *cover*, and the cells that
# you touch are hidden from the network. It shows what the network sees, its verdict, and the saliency map of that
# verdict. Can you find the few cells of your digit without which it becomes another one?

# %%
interpretation_widgets.digit_pad(cnn)

# %% [markdown]
# ## Exercise 3: the saliency map (3 points)
#
# Write it for any Keras model. Call the model with `training=False`: a dropout layer would otherwise switch units off
# at random, and batch normalisation would compute with this one image and *change the model*. A function that
# looks at a model must leave it as it was.
#
# <details><summary>Hint 1</summary>
#
# The model takes a batch, `(1, H, W, 1)`, of floats. The image may be `(H, W)`, and its pixels may be whole numbers, of
# which TensorFlow computes no gradient. So the first step is one line with `np.asarray(..., np.float32)` and
# `reshape`.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The output has the shape `(1, classes)`. The gradient is taken of *one* number: that of `label`. Pick it inside
# the `with` block, because everything that you want to differentiate has to be recorded. Do not look for the layer
# before the softmax: the model's output as it is.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# with tf.GradientTape() as tape:
#     tape.watch(x)
#     output = model(x, training=False)[0, ...]
# gradient = tape.gradient(output, x)
# ```
#
# Then `.numpy()`, the absolute value, and back to `(H, W)`.
#
# </details>


# %% nbgrader={"grade_id": "saliency_map", "solution": true}
def saliency_map(model, image, label):
    """Return how strongly each pixel of an image moves a model's output for one class.

    Parameters
    ----------
    model : keras.Model
        Takes (N, H, W, 1) and returns (N, classes). It is left as it was.
    image : array of shape (H, W) or (H, W, 1), of any real dtype, as the model takes it
    label : int
        The class.

    Returns
    -------
    array of floats of shape (H, W)
        The absolute value of the gradient of the model's output for label with respect to each
        pixel. The model is called with training=False.
    """
    ### BEGIN SOLUTION
    height, width = image.shape[:2]
    x = tf.constant(np.asarray(image, np.float32).reshape(1, height, width, 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = model(x, training=False)[0, label]
    return np.abs(tape.gradient(output, x).numpy()).reshape(height, width)
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-saliency_map", "grade": true, "points": 1}
import numpy as np

from utils import checks, interpretation


def find_randomness(maps):
    if not np.array_equal(*maps):
        return (
            "Two calls for the same image give different maps.\n\n"
            "Dropout is random in training. How do you call the model?"
        )
    return None


with checks.Exercise(
    "interpretation.saliency_map", saliency_map, by_hand=False, rtol=1e-3, atol=1e-3
) as check:
    weights = np.array([[[0.5, -0.25], [-0.75, 0.25], [1.0, 0.5]]])
    sums = interpretation.linear_network(weights)
    probabilities = interpretation.linear_network(weights, "softmax")
    check.example(sums, np.array([[0.5, 0.0, 1.0]]), 0, expected=[[0.5, 0.75, 1.0]])
    check.example(sums, np.array([[0.5, 0.0, 1.0]]), 1, expected=[[0.25, 0.25, 0.5]])
    check.example(probabilities, np.zeros((1, 3)), 0, expected=[[0.1875, 0.25, 0.125]])
    # Whole numbers, a channel axis, three classes.
    network = interpretation.small_network(5, 7, 3, seed=1)
    pixels = np.arange(35).reshape(5, 7) % 4
    check.agrees(network, pixels, 2)
    check.agrees(network, pixels[:, :, np.newaxis] / 4, 0)
    # Dropout, and batch normalisation.
    forgetful = interpretation.small_network(5, 7, 3, seed=2, dropout=0.5)
    check.finds_no_fault(find_randomness, *[(forgetful, pixels / 4, 1)] * 2)
    check.agrees(interpretation.small_network(5, 7, 3, seed=3, normalise=True), pixels / 4, 1)

# %% nbgrader={"grade_id": "test-saliency_map-images", "grade": true, "points": 0.5}
# Marked when you hand in: images of other shapes and kinds of number, for networks with a softmax.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks, interpretation

rng = np.random.default_rng(147)
with checks.Exercise(
    "interpretation.saliency_map", saliency_map, by_hand=False, rtol=1e-3, atol=1e-3
) as check:
    for height, width, classes, dtype in [
        *[(6, 9, 3, float), (9, 4, 5, np.float32), (5, 8, 2, np.uint8), (7, 7, 4, np.int16)],
    ]:
        network = interpretation.small_network(height, width, classes, seed=height)
        image = (2 * rng.random((height, width))).astype(dtype)
        check.agrees(network, image, int(rng.integers(classes)))
        check.agrees(network, image[:, :, np.newaxis], classes - 1)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-saliency_map-outputs", "grade": true, "points": 0.5}
# Marked when you hand in: the output as the model gives it, whatever its last activation is.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks, interpretation

rng = np.random.default_rng(148)
with checks.Exercise(
    "interpretation.saliency_map", saliency_map, by_hand=False, rtol=1e-3, atol=1e-3
) as check:
    for seed, activation in enumerate(("linear", "sigmoid", "softmax", "tanh")):
        network = interpretation.small_network(6, 8, 3, seed, activation=activation)
        for label in range(3):
            check.agrees(network, rng.random((6, 8)), label)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-saliency_map-inference", "grade": true, "points": 1}
# Marked when you hand in: networks that compute otherwise in training; they are left as they were.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks, interpretation

rng = np.random.default_rng(149)
with checks.Exercise(
    "interpretation.saliency_map", saliency_map, by_hand=False, rtol=1e-3, atol=1e-3
) as check:
    for seed, options in enumerate(
        [{"dropout": 0.5}, {"normalise": True}, {"normalise": True, "dropout": 0.25}]
    ):
        network = interpretation.small_network(8, 6, 3, seed, **options)
        check.agrees(network, rng.random((8, 6)), seed)
        check.agrees(network, rng.random((8, 6, 1)), 2)
### END HIDDEN TESTS

# %% [markdown]
# ## Two maps of the same digit
#
# The four digits again: occlusion on the left of each pair, saliency on the right.

# %%
figure, axes = plots.figure(9, 4.4, 2, 4)
on_ink = []
for column, index in enumerate(shown):
    label = int(y_test[index])
    saliency = interpretation.saliency_map(cnn, test_images[index], label)
    on_ink.append(saliency[test_images[index, :, :, 0] > 0.2].sum() / saliency.sum())
    plots.image(axes[0, column], test_images[index, :, :, 0], f"a {label}")
    plots.image(axes[1, column], saliency, f"up to {saliency.max():.1e}", vmin=0)
print("share of the saliency that is on ink:", *(f"{share:.2f}" for share in on_ink))
plots.Picture(
    figure,
    alt="A 2, a 4, a 7 and a 9, and below each its saliency map. The bright pixels are around the strokes and "
    "between them, more than on them.",
)

# %%
probability = predict(test_images[shown])[np.arange(4), y_test[shown]]
for index, p in zip(shown, probability):
    saliency = interpretation.saliency_map(cnn, test_images[index], int(y_test[index]))
    print(f"a {y_test[index]}: probability {p:.5f}, largest gradient {saliency.max():.1e}")
agreement = measured["agreement"]
print("\nsaliency maps of two networks with different seeds, the same 200 digits:")
print(
    "mean correlation, trained networks:  ", interpretation.mean_and_range(agreement["trained"], 2)
)
print(
    "mean correlation, untrained networks:",
    interpretation.mean_and_range(agreement["untrained"], 2),
)

# %% [markdown]
# > **Puzzle.** A saliency map is often described as *the pixels that belong to the object*. Look at the share that
# > is on ink. Where is the rest, and does it make sense there?

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > More than half of it is on paper. The gradient does not ask what is there, but what would happen *if this pixel
# > changed*. Ink in the gap of a 4 would make it a 9, so the gap is bright although it is empty.
# >
# > </details>
#
# Read a saliency map with two cautions. **The surer the network, the smaller the gradient**: with a softmax the factor
# $p\,(1 - p)$ goes to 0, and at $p = 1$ nothing is left to see. That is why each picture has its own scale. And
# **another network gives another map**: three networks with the same architecture, the same training images and nearly
# the same accuracy agree on the digits but only partly on the pixels. Even untrained networks agree to some extent,
# because the image itself decides which units are active. A map explains one network, not the digit. Adebayo and others (2018, below) found methods whose maps look convincing and hardly change if
# the network's weights are replaced by random ones. So check a method on a network that has learned nothing.
#
# ## The nearest training images
#
# A third question: which training images does the network find similar? The layer `features` turns each image into 32
# numbers. Compare a test image with all 8,000 training images by the distance between these numbers, and, for
# comparison, by the distance between the pixels.

# %%
layers = keras.Model(cnn.inputs[0], cnn.get_layer("features").output)
described_train = training.predictor(layers)(train_images)
described_test = training.predictor(layers)(test_images)
for label, known, asked in [
    ("pixels", train_images, test_images),
    ("features", described_train, described_test),
]:
    found = y_train[interpretation.nearest(known, asked, 1)[:, 0]]
    print(
        f"label of the nearest training image, by {label:<9} {np.mean(found == y_test):.3f} right"
    )
print(f"the network itself                               {accuracy:.3f} right")

# %%
wrong = np.flatnonzero(answers != y_test)[:3]
neighbours = interpretation.nearest(described_train, described_test[wrong], 5)
pictures, titles, said = [], [], []
for index, row in zip(wrong, neighbours):
    pictures += [test_images[index, :, :, 0], *train_images[row, :, :, 0]]
    titles += [f"a {y_test[index]}, read as {answers[index]}", *(f"{y_train[n]}" for n in row)]
    said.append(
        f"a {y_test[index]} read as {answers[index]}, next to {', '.join(map(str, y_train[row]))}"
    )
plots.images(
    pictures,
    titles,
    columns=6,
    size=1.5,
    alt="Three misread test digits, each with the five nearest training images: "
    + "; ".join(said)
    + ".",
)

# %% [markdown]
# The label of the nearest training image is about as often right as the network itself: what the network knows is in
# these 32 numbers. The neighbours also show *where* a misreading came about. If they have the wrong label, the
# digit looks like them to the network. If they have the right one, as for the 2 above, the features were good, and the
# last layer went wrong. Such pictures find wrong labels and duplicates in a training set, too, which no
# accuracy shows. (The distance between pixels was not trained at all. It does well here because the digits
# are centred and of the same size.)
#
# ## A digit that fools the network
#
# The gradient of the output says how to change the pixels. So follow it, not to learn but to deceive: change each pixel
# a little in the direction in which the *loss* rises. Goodfellow, Shlens and Szegedy (2015, below) take the same
# step for each pixel, only its sign counts:
#
# $$x' = x + \varepsilon \cdot \mathrm{sign}\left(\frac{\partial L}{\partial x}\right)$$
#
# Here $L$ is the cross-entropy of the right label, $-\log p$. The result is cut to $[0, 1]$, because
# no pixel can be outside that range. An image that is made to mislead a network is called an **adversarial** image.
#
# On the three pixels, with label 0: $L$ falls if the weights' difference is positive and the pixel gets brighter.
# So each pixel moves against the sign of the difference:

# %%
pixels = np.array([[0.5, 0.0, 1.0]])
fooled = interpretation.fool(probabilities, pixels, 0, 0.125)
print("weight of class 0 minus weight of class 1:", weights[0, :, 0] - weights[0, :, 1])
print("before:", pixels[0], f"  p = {probabilities(pixels[..., None]).numpy()[0, 0]:.3f}")
print("after: ", fooled[0], f"  p = {probabilities(fooled[..., None]).numpy()[0, 0]:.3f}")

# %%
epsilons = [0, 0.05, 0.1, 0.15, 0.2]
index = shown[2]
pictures = [interpretation.fool(cnn, test_images[index], int(y_test[index]), e) for e in epsilons]
verdicts = predict(np.array(pictures, np.float32))
titles = [f"ε = {e}: {row.argmax()} ({row.max():.0%})" for e, row in zip(epsilons, verdicts)]
plots.images(
    [picture[:, :, 0] for picture in pictures],
    titles,
    columns=5,
    size=1.75,
    vmin=0,
    vmax=1,
    alt="A 7 with more and more of a pattern in grey around it. " + "; ".join(titles) + ".",
)

# %% [markdown]
# To you it stays a 7 all the time.
#
# ## Exercise 4: fool it (2 points)
#
# Write that step. Everything that you need is in exercise 3; only the number that you differentiate is another.
#
# <details><summary>Hint 1</summary>
#
# The loss can be `-tf.math.log(probability)` of the label, or
# `keras.losses.sparse_categorical_crossentropy(np.array([label]), output)`. Both give the same signs.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The gradient is `(1, H, W, 1)`, and the result should have the image's shape: `reshape(image.shape)`. Should the loss
# rise or fall? So do you add or subtract?
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# changed = np.asarray(image, float) + epsilon * np.sign(gradient)
# ```
#
# and then `np.clip` with 0 and 1. First of all, refuse an `epsilon` below 0.
#
# </details>


# %% nbgrader={"grade_id": "fool", "solution": true}
def fool(model, image, label, epsilon):
    """Return an image that is changed a little so that a model does worse on it.

    Parameters
    ----------
    model : keras.Model
        Takes (N, H, W, 1) and returns probabilities (N, classes). It is left as it was, and is
        called with training=False.
    image : array of shape (H, W) or (H, W, 1), of any real dtype, with pixels from 0 to 1
    label : int
        The right class.
    epsilon : float
        By how much each pixel changes.

    Returns
    -------
    array of floats of the image's shape
        The image plus epsilon times the sign of the gradient of the cross-entropy of label with
        respect to each pixel, cut to [0, 1].

    Raises
    ------
    ValueError
        If epsilon is below 0.
    """
    ### BEGIN SOLUTION
    if epsilon < 0:
        raise ValueError(f"epsilon is {epsilon}, but should be 0 or more")
    height, width = image.shape[:2]
    x = tf.constant(np.asarray(image, np.float32).reshape(1, height, width, 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = -tf.math.log(model(x, training=False)[0, label])
    sign = np.sign(tape.gradient(loss, x).numpy()).reshape(image.shape)
    return np.clip(np.asarray(image, float) + epsilon * sign, 0, 1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-fool", "grade": true, "points": 0.5}
import numpy as np

from utils import checks, interpretation


def find_randomness(images):
    if not np.array_equal(*images):
        return (
            "Two calls for the same image give different images.\n\n"
            "Dropout is random in training. How do you call the model?"
        )
    return None


with checks.Exercise("interpretation.fool", fool, by_hand=False) as check:
    weights = np.array([[[0.5, -0.25], [-0.75, 0.25], [1.0, 0.5]]])
    two = interpretation.linear_network(weights, "softmax")
    pixels = np.array([[0.5, 0.0, 1.0]])
    check.example(two, pixels, 0, 0.125, expected=[[0.375, 0.125, 0.875]])
    check.example(two, pixels, 1, 0.25, expected=[[0.75, 0.0, 1.0]])
    check.example(two, pixels, 1, 0, expected=[[0.5, 0.0, 1.0]])
    # Whole numbers, a channel axis, three classes.
    three = interpretation.linear_network(
        [
            [[0.5, -0.25, 0.9], [-0.75, 0.3, 0.1], [0.8, 0.5, 0.6]],
            [[0.2, 0.7, 0.4], [0.45, 0.4, -0.9], [-0.3, -0.35, -1.0]],
        ],
        "softmax",
    )
    check.agrees(three, np.array([[0, 1, 1], [1, 0, 0]]), 2, 0.25)
    more = np.array([[[0.5], [0.0], [1.0]], [[0.95], [0.25], [0.75]]])
    for label in range(3):
        check.agrees(three, more, label, 0.1)
    # Dropout, and batch normalisation.
    spots = np.arange(35).reshape(5, 7) % 4 / 4
    forgetful = interpretation.small_network(5, 7, 3, seed=5, dropout=0.5)
    check.finds_no_fault(find_randomness, *[(forgetful, spots, 1, 0.1)] * 2)
    check.agrees(interpretation.small_network(5, 7, 3, seed=6, normalise=True), spots, 1, 0.1)
    check.raises(ValueError, two, pixels, 0, -0.125)

# %% nbgrader={"grade_id": "test-fool-images", "grade": true, "points": 0.5}
# Marked when you hand in: other images, networks, labels and sizes of the change.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks, interpretation

rng = np.random.default_rng(150)
with checks.Exercise("interpretation.fool", fool, by_hand=False) as check:
    for height, width, classes, dtype in [
        *[(4, 7, 3, float), (8, 5, 4, np.float32), (3, 6, 2, np.uint8), (5, 5, 5, np.int16)],
    ]:
        network = interpretation.linear_network(
            rng.normal(size=(height, width, classes)) / 4, "softmax"
        )
        image = (rng.random((height, width)) * 1.3).clip(0, 1).astype(dtype)
        check.agrees(network, image, int(rng.integers(classes)), 0.07)
        check.agrees(network, image[:, :, np.newaxis], classes - 1, 0.6)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-fool-inference", "grade": true, "points": 0.5}
# Marked when you hand in: networks that compute otherwise in training; they are left as they were.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks, interpretation

rng = np.random.default_rng(151)
with checks.Exercise("interpretation.fool", fool, by_hand=False) as check:
    for seed, options in [(11, {"dropout": 0.5}), (12, {"normalise": True})]:
        network = interpretation.small_network(6, 4, 3, seed, **options)
        check.agrees(network, rng.random((6, 4)), 1, 0.2)
        check.agrees(network, rng.random((6, 4, 1)), 2, 0.05)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-fool-errors", "grade": true, "points": 0.5}
# Marked when you hand in: an epsilon below 0, and some that are not.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks, interpretation

rng = np.random.default_rng(152)
network = interpretation.linear_network(rng.normal(size=(3, 4, 3)), "softmax")
with checks.Exercise("interpretation.fool", fool, by_hand=False) as check:
    check.agrees(network, rng.random((3, 4)), 0, 0)
    check.agrees(network, rng.random((3, 4)), 1, 1.5)
    check.raises(ValueError, network, rng.random((3, 4)), 1, -0.01)
    check.raises(ValueError, network, rng.random((3, 4, 1)), 2, -3)
### END HIDDEN TESTS

# %% [markdown]
# ## What it costs, and what helps
#
# How much change does it take? Fool all 2,000 test digits, with more and more epsilon. For comparison, change each
# pixel by just as much, but up or down at random.

# %%
print("accuracy of the network above")
print("epsilon".ljust(14) + "".join(f"{e:>8}" for e in epsilons))
signs = np.random.default_rng(0).choice(np.float32([-1, 1]), test_images.shape)
fooled_accuracy = []
random_accuracy = []
for e in epsilons:
    fooled = interpretation.fool_all(cnn, test_images, y_test, e)
    noisy = np.clip(test_images + np.float32(e) * signs, 0, 1)
    fooled_accuracy.append(training.accuracy(cnn, fooled, y_test))
    random_accuracy.append(training.accuracy(cnn, noisy, y_test))
print("fooled".ljust(14) + "".join(f"{value:8.3f}" for value in fooled_accuracy))
print("at random".ljust(14) + "".join(f"{value:8.3f}" for value in random_accuracy))

# %% [markdown]
# Random changes of 0.1 hardly matter. The same amount in the right direction costs about a third of the accuracy,
# and 0.2 costs most of it. The attack is cheap, too: one gradient for each image. Does an attacker need the weights
# of the network? The script made images that fool the network of seed 1, and showed them to the networks of seeds 2
# and 3 as well:

# %%
transfer = measured["transfer"]
print(f"epsilon 0.1, made for the network of seed 1: it reads {transfer[0]:.3f} of them")
print(f"networks of seeds 2 and 3: {transfer[1]:.3f} and {transfer[2]:.3f}")
plain_clean = [run["accuracy"][0] for run in measured["attack"]["plain"]]
print(f"unchanged digits, seeds 1 to 3: {', '.join(f'{value:.3f}' for value in plain_clean)}")

# %% [markdown]
# Part of the damage **transfers** to networks that the attacker has never seen. Does it help to train with more
# varied images? The script trained the same network in four other ways, three seeds each, eight epochs: as
# before but for as long as the others; with random shifts (lesson 09); with random noise; and with adversarial images,
# which are made anew for each batch with $\varepsilon = 0.1$ and get the right label.

# %%
attack = measured["attack"]
columns = [measured["epsilons"].index(e) for e in (0, 0.05, 0.1, 0.2)]
print(f"{'accuracy, mean of three seeds':<31}" + "".join(f"{e:>9}" for e in (0, 0.05, 0.1, 0.2)))
for kind, runs in attack.items():
    table = np.array([run["accuracy"] for run in runs])[:, columns]
    print(f"{kind:<31}" + "".join(f"{value:9.3f}" for value in table.mean(axis=0)))
    spread = (table.max(axis=0) - table.min(axis=0)) / 2
    print(f"{'':<31}" + "".join(f"{'±' + f'{value:.3f}':>9}" for value in spread))
print(
    f"(± half the range of the seeds; chance error at 0.65: ±{training.chance_error(0.65, 2000):.3f})"
)
print("\nten small steps instead of one, epsilon 0.1")
for kind, runs in attack.items():
    print(f"{kind:<31}{interpretation.mean_and_range([run['in steps'] for run in runs])}")

# %%
figure, ax = plots.figure(7, 3.2)
for index, (kind, runs) in enumerate(attack.items()):
    ax.plot(
        measured["epsilons"],
        np.mean([run["accuracy"] for run in runs], axis=0),
        marker="osD^v"[index],
        linestyle=("-", "--", "-.", ":", "-")[index],
        label=kind,
    )
ax.set(xlabel="epsilon", ylabel="accuracy on fooled digits", ylim=(0, 1.03))
ax.legend(frameon=False)
at_tenth = {
    kind: np.mean([run["accuracy"][measured["epsilons"].index(0.1)] for run in runs])
    for kind, runs in attack.items()
}
plots.Picture(
    figure,
    alt="Accuracy against epsilon for five ways of training. All fall. At 0.1: "
    + ", ".join(f"{kind} {value:.2f}" for kind, value in at_tenth.items())
    + ".",
)

# %% [markdown]
# Shifts do not help: these networks are fooled *more* easily. Noise helps by little more than the seeds differ. Only
# adversarial training helps much, and here it costs no accuracy on unchanged digits, only time: each step computes two gradients
# instead of one. It is no cure. It holds for the kind of attack that it was trained against: ten small steps, of the
# same size in all, do more damage than one, and twice the epsilon undoes much of it. **Robustness
# against one kind of change says nothing about another.**
#
# ## A shortcut
#
# Now a mistake in the data, made on purpose. Imagine that all 9s were scanned on another machine, which leaves a
# small mark in the corner. No other digit has it.

# %%
digit = interpretation.MARKED_DIGIT
marked_train = interpretation.mark_digit(train_images, y_train)
marked_test = interpretation.mark_digit(test_images, y_test)
plots.images(
    marked_train[:10, :, :, 0],
    [f"{label}" for label in y_train[:10]],
    columns=10,
    size=0.95,
    alt="Ten training images. Those that show a 9 have a small white square at the top left, the others have none.",
)

# %%
keras.utils.set_random_seed(1)
marked_network = interpretation.build_network()
history = marked_network.fit(marked_train, y_train, batch_size=64, epochs=6, verbose=2)

# %%
same_source = training.accuracy(marked_network, marked_test, y_test)
print(
    f"accuracy on 2,000 test images from the same machines: {same_source:.3f}, chance error ±{chance:.3f}"
)

# %% [markdown]
# An excellent network, it seems. Training, validation and test images all come from the same two machines, so every
# accuracy that you could measure looks as good as this one. **No accuracy on data from the same source can show a
# shortcut.** Look instead at what the network looks at:

# %%
nines = np.flatnonzero(y_test == digit)[:4]
marked_predict = training.predictor(marked_network)
figure, axes = plots.figure(9, 4.4, 2, 4)
in_corner = []
for column, index in enumerate(nines):
    drop = interpretation.occlusion_map(marked_predict, marked_test[index], digit, 4)
    in_corner.append(drop[:10, :10].max() == drop.max())
    plots.image(axes[0, column], marked_test[index, :, :, 0])
    interpretation_widgets.draw_signed(
        axes[1, column], drop, 1.0, f"drops by up to {drop.max():.2f}"
    )
print(f"largest drop near the corner: {sum(in_corner)} of {len(nines)}")
plots.Picture(
    figure,
    alt="Four 9s with the mark, and their occlusion maps. A blue square at the top left, where the mark is, stands "
    f"out; the largest drop is there in {sum(in_corner)} of the four.",
)

# %% [markdown]
# The network needs the *mark*. Occlusion has found the shortcut, because it asks about one image at a time and
# shows where. Now that you suspect it, you can test it: take the mark away from the 9s, and give it to all
# other digits.

# %%
shortcut = measured["shortcut"]
kinds = {
    "plain": "no marks (four epochs; the others six)",
    "marked 9s": "mark on all 9s",
    "marks at random": "mark on half of all",
}
questions = {
    "same source": "test images with marks on the 9s",
    "without marks": "test images without marks",
    "digit read without its mark": "9s without a mark, read as 9",
    "others read as it with the mark": "other digits with the mark, read as 9",
}
print("mean of three seeds (lowest to highest)")
for kind, label in kinds.items():
    print(f"\ntrained on images with {label}")
    for key, question in questions.items():
        shares = [run[key] for run in shortcut[kind]]
        print(f"    {question:<40}{interpretation.mean_and_range(shares)}")

# %% [markdown]
# On test images from the same source the networks with the shortcut, the second group, look as good as any.
# Without the mark they read fewer than one 9 in ten, and with it they take about a third of all other digits
# for 9s. The third group is the remedy: the mark is on half of all training images, whatever they show. Then
# it says nothing about the digit, and the network learns to ignore it. You can only do that if you know what the
# shortcut is.
#
# Not every shortcut is taken. The last group had a mark of 2 × 2 pixels, closer to the edge, on the same 9s. The
# networks hardly noticed it. A network takes a shortcut where it is *easier* than the task (Geirhos and others,
# 2020, below), and you cannot know beforehand whether it is.
#
# ## Digits unlike the training images
#
# Last, images that nobody tampered with. They are only different from those in training: thinner or thicker, white
# on black turned into black on white, rotated.

# %%
figure, axes = plots.figure(9, 3.4, 2, 6)
for column, (label, change) in enumerate(interpretation.CHANGES.items()):
    for row, index in enumerate((shown[1], shown[2])):
        changed = change(test_images[index : index + 1])
        probabilities_ = predict(changed)[0]
        title = f"{probabilities_.argmax()} ({probabilities_.max():.0%})"
        plots.image(axes[row, column], changed[0, :, :, 0], title, vmin=0, vmax=1)
    axes[0, column].set_title(f"{label}\n{axes[0, column].get_title()}", fontsize=10)
plots.Picture(
    figure,
    alt="A 4 and a 7 in six versions: as they are, thinner, thicker, inverted, rotated by 30 and by 90 degrees, each "
    "with the network's answer and its probability.",
)

# %%
changes = measured["changes"]
print("three seeds:".ljust(18) + "accuracy".rjust(25) + "mean highest probability".rjust(28))
for label in changes[0]:
    sure = interpretation.mean_and_range([run[label]["confidence"] for run in changes])
    right = [run[label]["accuracy"] for run in changes]
    said = interpretation.mean_and_range(right) if right[0] is not None else "there is no digit"
    print(f"{label:<18}{said:>25}{sure:>28}")

# %% [markdown]
# > **Puzzle.** The percentage that a softmax gives is often called the network's *confidence*. Look at the inverted
# > digits. What would you expect of somebody who cannot read them, and what does the network do?

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > Somebody who cannot read them would say so, with probabilities near 0.1 for all ten. The network is right once in 25
# > times, which is worse than guessing, with a mean highest probability of about 0.8. It even gives pure noise a digit.
# > Softmax makes ten sums add up to 1; there is no output for *none of these* or *I do not know*. The percentages are
# > about images like the training images, and the network cannot tell whether an image is one.
# >
# > </details>
#
# Augmentation (lesson 09) covers the changes that you think of. A better answer to the rest is to test on data from
# elsewhere, and to look at the images that a network will really meet.
#
# ## Faces and X-ray images
#
# Everything that you have seen on digits has happened where it matters.
#
# - **An average hides a group.** Buolamwini and Gebru (2018) tested three commercial programs that tell women from men
#   in photographs. For lighter-skinned men at most 0.8 % of the answers were wrong; for darker-skinned women up
#   to 34.7 %. One accuracy over all faces would have looked good. You met this in lesson 11: look at the
#   confusion matrix, and measure each group separately.
# - **A shortcut between hospitals.** Zech and others (2018) trained networks to find pneumonia in chest X-rays of
#   two hospitals. In one of them pneumonia was common (34 % of the images), in the other rare (1 %). Sorting
#   images by hospital alone, without any look at the lungs, would have reached an area under the ROC curve of 0.86 (0.5
#   is guessing, 1 is perfect). Networks can tell the hospitals apart almost perfectly, for example by the metal
#   token that is laid on the plate in a corner. On images from a third hospital the network did clearly worse than
#   on new images from the first two. That is your mark in the corner.
# - **Shortcuts are common.** Geirhos and others (2020) collect such cases: cows that are recognised only on grass,
#   text classifiers that look for single words. A network learns *whatever* separates the training images. It does not
#   know which difference is the one that you mean.
#
# So before you trust a network with people, ask: which data was it tested on, and where did they come from? How
# does it do for each group? What does it look at? What does it do with an image that is none of its classes?
# And who is harmed if it is wrong?

# %% [markdown]
# ## Questions to think about
#
# There are no marks for these. Say what you expect, then try it. Our results are in `solutions/`.
#
# 1. **A grey cover.** Cover squares with 1 (ink) instead of 0 in the occlusion map of a digit. Do you expect the same
#    map? Which of the two is right?
#
# 2. **Perfect equivariance.** Which changes would make this network equivariant for shifts by 1 pixel in all layers
#    before `flatten`? And what would make its output invariant?
#
# 3. **Saliency of a sure answer.** For a digit with a probability of 0.99999 the saliency map is nearly 0 everywhere.
#    Does no pixel matter?
#
# 4. **A hidden shortcut.** The mark was easy to find because you could see it. How would you look for a shortcut in
#    1,000 X-ray images, if you do not know what it looks like?

# %% [markdown] tags=["answers"]
# ### Answers
#
# 1. No. A square of ink on paper is a thick blob, which looks like part of a digit. So the map also
#    shows places where *added* ink changes the answer, and most of these are on paper. Neither map is wrong: they
#    answer different questions. The next cell finds correlations of −0.34 and −0.05 between the two maps of a digit. For photographs there is no neutral colour at all, and
#    people use grey, the mean, or a blurred copy.
#
# 2. No pooling with stride 2, or a stride of 1 for it (and zeros around, so that nothing is lost at the border).
#    Then the maps in all these layers move along, except at the border. For an invariant output, replace `flatten`
#    by global pooling, as in lessons 05, 07 and 13: a mean or a maximum over all places does not change if
#    everything moves.
#
# 3. It means that no *small* change of a single pixel matters: $p\,(1 - p)$ is 0.00001 there. Cover half of the
#    digit and the probability falls. The gradient describes a tiny neighbourhood of the image. Two ways out: use
#    the sum before the softmax, which does not saturate, or use occlusion, which makes large changes.
#
# 4. Ask for what should *not* be predictable. Train a network to tell the sources apart (hospital, machine, year). If
#    it succeeds, there is something to take a shortcut with. Then make occlusion or saliency maps of many images and
#    average them: a mark that is always at the same place stands out, as the next cell shows. And test on a source that
#    had no part in the training.

# %% tags=["answers"]
for cover in (0, 1):
    drops = []
    for index in shown[:2]:
        digit_image = test_images[index]
        # A cover of 1 on the image is a cover of 0 on 1 minus the image.
        asked = (lambda x: predict(1 - x)) if cover else predict
        picture = 1 - digit_image if cover else digit_image
        drops.append(interpretation.occlusion_map(asked, picture, int(y_test[index]), 6))
    if cover == 0:
        with_paper = drops
    else:
        pairs = zip(with_paper, drops)
        print(
            "correlation of the maps with paper and with ink:",
            *(f"{np.corrcoef(a.ravel(), b.ravel())[0, 1]:.2f}" for a, b in pairs),
        )
mean_map = np.mean(
    [
        interpretation.occlusion_map(marked_predict, marked_test[index], digit, 4, 2)
        for index in np.flatnonzero(y_test == digit)[:20]
    ],
    axis=0,
)
row, column = np.unravel_index(mean_map.argmax(), mean_map.shape)
print(
    f"mean of 20 maps of 9s: largest drop {mean_map.max():.2f}, at row {2 * row}, column {2 * column}"
)

# %% [markdown]
# ## What to take away
#
# - Convolution is **equivariant** to shifts: its maps move along. Pooling with stride 2 keeps that for even shifts only,
#   and dense layers lose it. A CNN is not invariant to shifts by itself.
# - **Occlusion** asks what happens if a part is hidden; **saliency** asks what happens if a pixel changes a little. Both
#   explain one network and one image, and neither shows all that matters.
# - The **nearest training images** in the last hidden layer show what a network finds similar.
# - **Adversarial** changes are small, cheap, and partly transfer to other networks. Random shifts in training do not
#   help; training on adversarial images does, against attacks like those in training.
# - A network takes a **shortcut** where it is easier than the task. An accuracy on data from the same source cannot
#   show it; a look at what the network looks at, and data from elsewhere, can.
# - A softmax's percentage is no confidence for images unlike the training images.
#
# **Common claims that are wrong.** *CNNs are translation-invariant*: convolution is equivariant, the network neither. *A
# saliency map shows the object*: more than half of it can be on paper. *The softmax gives the confidence*: not beyond
# images like those in training.
#
# **References**
#
# - M. D. Zeiler and R. Fergus, *Visualizing and understanding convolutional networks*, ECCV 2014,
#   [arXiv:1311.2901](https://arxiv.org/abs/1311.2901). Occlusion maps.
# - K. Simonyan, A. Vedaldi and A. Zisserman, *Deep inside convolutional networks: visualising image classification
#   models and saliency maps*, 2013, [arXiv:1312.6034](https://arxiv.org/abs/1312.6034).
# - J. Adebayo, J. Gilmer, M. Muelly, I. Goodfellow, M. Hardt and B. Kim, *Sanity checks for saliency maps*, NeurIPS
#   2018, [arXiv:1810.03292](https://arxiv.org/abs/1810.03292).
# - C. Szegedy and others, *Intriguing properties of neural networks*, ICLR 2014,
#   [arXiv:1312.6199](https://arxiv.org/abs/1312.6199). The first adversarial images of deep networks.
# - I. J. Goodfellow, J. Shlens and C. Szegedy, *Explaining and harnessing adversarial examples*, ICLR 2015,
#   [arXiv:1412.6572](https://arxiv.org/abs/1412.6572).
# - R. Geirhos and others, *Shortcut learning in deep neural networks*, Nature Machine Intelligence 2 (2020), 665–673,
#   [doi:10.1038/s42256-020-00257-z](https://doi.org/10.1038/s42256-020-00257-z).
# - J. Buolamwini and T. Gebru, *Gender Shades: intersectional accuracy disparities in commercial gender
#   classification*, FAT* 2018, Proceedings of Machine Learning Research 81, 77–91.
# - J. R. Zech and others, *Variable generalization performance of a deep learning model to detect pneumonia in chest
#   radiographs*, PLoS Medicine 15 (11), e1002683 (2018),
#   [doi:10.1371/journal.pmed.1002683](https://doi.org/10.1371/journal.pmed.1002683).
#
# You have come from single pixels to networks, and from what they can do to what they cannot. **Well done.**
#
# [Start page](../index.ipynb) · Before: [13, After LeNet](../13_resnet/13_resnet.ipynb)

# ---
# jupyter:
#   course:
#     summary: A LeNet by hand, from seven loops to a network that trains in NumPy
#     minutes: 130
# ---

# %% [markdown]
# # A whole network by hand
#
# [Start page](../index.ipynb) · Before:
# [11, Training, and what it proves](../11_generalisation/11_generalisation.ipynb) · Next:
# [13, After LeNet](../13_resnet/13_resnet.ipynb)
#
# **What you will do.** Write the parts of a convolutional network that a library usually does for you:
# convolution with stride, padding, channels and batches, forwards and backwards, max pooling
# backwards, and the gradient of softmax and cross-entropy. Then train a LeNet with them, in NumPy,
# on 7,000 digits, and compare one update step with Keras, weight for weight.
#
# **What you will learn**
# - what stride, padding and a batch do to the numbers, and to the gradient;
# - why libraries turn a convolution into a product of matrices (*im2col*), and how much faster that is;
# - what happens to the gradient of pixels that no window contains, and of pixels that are equally large;
# - why the gradient of softmax and cross-entropy together is so short, and how it stays finite;
# - that you can compute every number of a network's training yourself.
#
# **What you need.** [Lesson 02](../02_convolution/02_convolution.ipynb): convolution with channels.
# [Lesson 04](../04_output_size/04_output_size.ipynb): stride and padding.
# [Lesson 10](../10_backprop/10_backprop.ipynb): upstream gradients, and small changes to check them.
# [Lesson 11](../11_generalisation/11_generalisation.ipynb): cross-entropy, validation. From NumPy: slices
# with a step, `reshape`, `@`.
#
# **Time.** About 130 minutes: 20 to read (at 200 words a minute), 35 to run and follow the demonstrations,
# 75 for the four exercises.

# %%
import os
import time

# NumPy reads this when it is loaded. On matrices as small as ours, threads cost more than they save.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# No module named 'utils'? In the course's folder, start: uv run jupyter lab
from utils import backprop, convolution, numpy_cnn, output_size, plots
from utils.widgets import numpy_cnn as numpy_cnn_widgets

# %% [markdown]
# ## One update step, number by number
#
# Before the parts, the whole. Below is the smallest network that has everything: a 5 × 5 image, one kernel of
# 2 × 2 with a bias, ReLU, max pooling, a dense layer with two scores, softmax. It has 15 parameters. The
# upper row goes forwards, from left to right. The lower row goes backwards, from right to left: under
# each array is the gradient of the loss with respect to it.
#
# **Follow one step.** *stage* goes from layer to layer, *number* through the numbers of a stage. The line above
# the picture says how the number in the orange frame is computed from those in blue frames. Then change
# the *label*, which is the class that the image should have: which stages stay the same? Then change the
# *rate* and look at the last stage.

# %%
numpy_cnn_widgets.training_step()

# %% [markdown]
# All forward numbers stay the same until the loss, because the network does not know the label. The gradients
# change. Look at the bottom right window of the sums: all four are negative, so ReLU makes four zeros of
# them. On the way back, the first of the four zeros gets the gradient of the window (stage 10), and ReLU stops it
# (stage 11). Fifteen stages, and each needs only multiplication, addition, a comparison or an exponential. A
# real network differs in two ways: it has more numbers, and it is given a **batch** of images, whose
# losses are averaged.
#
# ## Stride, padding and batch, on small numbers
#
# Take lesson 02's smallest example again, the numbers 1 to 16 and the kernel 1 2 / 3 4. With stride 1 there
# were nine sums. **Stride 2** moves the window by two pixels, so it keeps every second sum in both
# directions. **Padding 1** first puts a border of zeros around the image. Compute the top left and the top
# right number of the padded one by hand before you run the cell.

# %%
image = np.arange(1, 17).reshape(4, 4)
kernel = np.array([[1, 2], [3, 4]])
bias = np.array([0])


def as_batch(matrix):
    """Return a matrix as a batch of one image with one channel."""
    return np.asarray(matrix)[np.newaxis, :, :, np.newaxis]


def as_kernels(matrix):
    """Return a matrix as the kernel of one filter for one channel."""
    return np.asarray(matrix)[:, :, np.newaxis, np.newaxis]


def sums(stride, padding):
    """Return the sums of the image's windows as a matrix."""
    output = numpy_cnn.conv_forward(as_batch(image), as_kernels(kernel), bias, stride, padding)
    return output[0, :, :, 0]


plots.matrices(
    [
        ("padded by 1", np.pad(image, 1)),
        "",
        ("stride 1", sums(1, 0)),
        "",
        ("stride 2", sums(2, 0)),
        "",
        ("stride 2, padded", sums(2, 1)),
    ],
    alt="The numbers 1 to 16 with a border of zeros. Stride 1 without padding: 44 54 64 / 84 94 104 / "
    "124 134 144. Stride 2: 44 64 / 124 144. Stride 2 with padding 1: 4 18 12 / 46 94 44 / 26 44 16.",
)

# %% [markdown]
# Top left, the window holds three zeros and the pixel 1, which is multiplied by the last weight: 4 × 1 = 4. Top
# right, it holds the pixel 4 at the bottom left: 3 × 4 = 12. The numbers of rows and columns are those of
# lesson 04, `floor((n - k + 2 padding) / stride) + 1`. The rounding has a consequence. With stride 3 there
# is only one window, and most of the pixels are in no window at all:

# %%
print("  n  kernel  padding  stride    outputs    pixels in no window, along one axis")
for n, k, padding, stride in [(4, 2, 0, 1), (4, 2, 0, 2), (4, 2, 1, 2), (4, 2, 0, 3), (5, 2, 0, 2)]:
    outputs = output_size.output_size(n, k, padding, stride)
    seen = {start * stride - padding + a for start in range(outputs) for a in range(k)}
    unseen = sorted(set(range(n)) - seen)
    print(f"{n:>3}{k:>8}{padding:>9}{stride:>8}{outputs:>11}    {unseen or 'none'}")

# %% [markdown]
# **Channels and filters** are as in lesson 02: a window has all channels, a filter has a kernel for
# each, and the products of all channels are added. **A batch** is N images in one array,
# `(N, H, W, C)`. The layer treats each image as if it were the only one:

# %%
rng = np.random.default_rng(12)
batch = rng.integers(0, 3, (2, 5, 6, 3))  # two images, 5x6, three channels
kernels = rng.integers(-1, 2, (3, 2, 3, 4))  # 3x2, three channels, four filters
biases = np.array([0, 1, 2, 3])
together = numpy_cnn.conv_forward(batch, kernels, biases)
first, second = (convolution.correlate_channels(each, kernels, biases) for each in batch)
print("batch", batch.shape, " kernels", kernels.shape, " output", together.shape)
print("the same as image by image:", np.array_equal(together, np.stack([first, second])))

# %% [markdown]
# ## From loops to im2col
#
# The definition is a sum of products for each image, each row and column of the output, and each filter. The sum
# itself runs over the rows, columns and channels of the kernel. That makes **seven loops**. Here they are,
# for stride 1 without padding:


# %%
def seven_loops(x, w, b):
    """Convolve a batch: the definition, word for word."""
    (n, height, width, channels), (kh, kw, _, filters) = x.shape, w.shape
    output = np.zeros((n, height - kh + 1, width - kw + 1, filters), x.dtype)
    for image in range(n):
        for i in range(output.shape[1]):
            for j in range(output.shape[2]):
                for f in range(filters):
                    total = b[f]
                    for row in range(kh):
                        for column in range(kw):
                            for c in range(channels):
                                pixel = x[image, i + row, j + column, c]
                                total += pixel * w[row, column, c, f]
                    output[image, i, j, f] = total
    return output


# %% [markdown]
# Python needs much time for each line, and NumPy does the same to many numbers in one line. So leave only
# the two loops over the positions to Python. `np.tensordot` with `axes=3` multiplies a window of all images with
# all filters, and adds up over its three last axes: rows, columns and channels.


# %%
def two_loops(x, w, b):
    """Convolve a batch, one position of the window at a time."""
    (n, height, width, _), (kh, kw, _, filters) = x.shape, w.shape
    output = np.zeros((n, height - kh + 1, width - kw + 1, filters), x.dtype)
    for i in range(output.shape[1]):
        for j in range(output.shape[2]):
            window = x[:, i : i + kh, j : j + kw]
            output[:, i, j] = np.tensordot(window, w, axes=3) + b
    return output


# %% [markdown]
# Two loops are left. To get rid of them too, write **every window as a row of a matrix**, and the kernel as a
# column. Then all sums are *one product of matrices*, the operation that computers do fastest. The matrix is
# called **im2col**, "image to columns". Here it is for the numbers 1 to 16:

# %%
rows = numpy_cnn.im2col(as_batch(image), (2, 2))
plots.matrices(
    [
        ("image", image),
        "→",
        ("a window in each row", rows),
        "@",
        ("kernel", kernel.reshape(4, 1)),
        "=",
        ("sums", rows @ kernel.reshape(4, 1)),
    ],
    alt="The image 1 to 16; its nine windows as the rows of a matrix, from 1 2 5 6 to 11 12 15 16; times "
    "the column 1 2 3 4; the nine sums 44 to 144 in a column.",
)

# %% [markdown]
# NumPy's `sliding_window_view` finds the windows without copying anything. It puts the two axes of the
# window *last*, after the channels. The kernel has them *before* the channels, so the axes must be brought
# into the kernel's order before `reshape`:


# %%
def with_im2col(x, w, b):
    """Convolve a batch by one product of matrices."""
    kh, kw, channels, filters = w.shape
    windows = sliding_window_view(x, (kh, kw), axis=(1, 2))  # (N, H', W', C, kh, kw)
    n, height, width = windows.shape[:3]
    rows = windows.transpose(0, 1, 2, 4, 5, 3).reshape(n * height * width, kh * kw * channels)
    return (rows @ w.reshape(kh * kw * channels, filters) + b).reshape(n, height, width, filters)


# %% [markdown]
# Do all three compute the same, and how fast? We time LeNet's second convolution, 6 channels to 16 filters of
# 5 × 5, on four images:

# %%
x = rng.normal(size=(4, 14, 14, 6))
w, b = rng.normal(size=(5, 5, 6, 16)), rng.normal(size=16)


def seconds(function, repeats):
    """Return the shortest of some runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function(x, w, b)
        times.append(time.perf_counter() - start)
    return min(times)


expected = with_im2col(x, w, b)
products = expected.size * w[..., 0].size
print(f"{products:,} products of a pixel and a weight\n")
taken = {}
for function, repeats in [(seven_loops, 1), (two_loops, 20), (with_im2col, 50)]:
    difference = np.abs(function(x, w, b) - expected).max()
    taken[function.__name__] = seconds(function, repeats)
    ratio = taken["seven_loops"] / taken[function.__name__]
    print(
        f"{function.__name__:<12}{1000 * taken[function.__name__]:9.2f} ms   "
        f"{ratio:7,.0f} times as fast as seven loops   largest difference {difference:.0e}"
    )

copied = numpy_cnn.im2col(x, (5, 5)).size / x.size
print(f"\nThe matrix of im2col has {copied:.1f} times as many numbers as the images.")

# %% [markdown]
# The price is memory: every pixel is stored once for each window that contains it. Libraries pay it or
# avoid it by cutting the matrix into blocks that fit into the processor's cache. im2col was published for this
# purpose by Chellapilla, Puri and Simard in 2006 (below).
#
# > **Puzzle.** You may read: *a convolution is only a special case of a dense layer, so im2col changes nothing but
# > the notation.* The matrix product above has 4 weights. How many weights would a dense layer from 16
# > pixels to 9 outputs have? And which of the two statements is true?
# >
# > <details><summary>Answer</summary>
# >
# > 16 × 9 = 144. The first statement is true: a dense layer *could* compute these sums, with 4 of the 16
# > weights of each output different from 0, and the same 4 for each output. The second is not: im2col keeps
# > 4 shared weights and repeats the *pixels* instead of the weights. That is why its gradient with
# > respect to the kernel comes out as the sum over all windows.
# >
# > </details>
#
# ## Exercise 1: a convolutional layer, forwards (3 points)
#
# Now with everything: a batch, channels, biases, **stride and padding**. Any way is right, loops too. The
# widget above and the cells below work without your answer, but the LeNet at the end will use it if it
# is fast enough.
#
# Write the errors first. There are four: a stride below 1, a negative padding, channel counts that differ, a
# kernel that does not fit into the *padded* image.
#
# <details><summary>Hint 1</summary>
#
# Do the padding first, then forget about it: after `np.pad` you have a larger image and a layer without
# padding. `np.pad` takes a pair for each axis. Which of the four axes get `(padding, padding)`, and which
# `(0, 0)`?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# With a stride, output `[i, j]` belongs to the window that begins at row `i * stride` and column
# `j * stride`. With all windows from `sliding_window_view`, that is a slice with a step:
# `windows[:, ::stride, ::stride]`. It needs no formula for the size of the output. If you write loops, take
# it from lesson 04.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# padded = np.pad(x, ((0, 0), (padding, padding), ..., (0, 0)))
# windows = sliding_window_view(padded, (kh, kw), axis=(1, 2))[:, ::stride, ...]
# ```
#
# The rest is as in `with_im2col`. Convert `x` and `w` to floats at the start: bytes overflow.
#
# </details>


# %% nbgrader={"grade_id": "conv_forward", "solution": true}
def conv_forward(x, w, b, stride=1, padding=0):
    """Return what a convolutional layer computes for a batch, before its activation.

    Parameters
    ----------
    x : array of shape (N, H, W, C), of any real dtype
        N images.
    w : array of shape (kh, kw, C, F), of any real dtype
        F kernels. Cross-correlation: they are not flipped.
    b : array of shape (F,), of any real dtype
        The biases.
    stride : int
        How far the window moves from one output to the next, down and to the right.
    padding : int
        How many rows and columns of zeros are put around each image, on every side.

    Returns
    -------
    array of floats, of shape (N, H', W', F)
        H' = floor((H + 2 * padding - kh) / stride) + 1, and W' likewise.

    Raises
    ------
    ValueError
        If x and w have different numbers of channels, if the kernel is larger than the padded image
        in either direction, if stride < 1, or if padding < 0.
    """
    ### BEGIN SOLUTION
    x, w = np.asarray(x, dtype=float), np.asarray(w, dtype=float)
    kh, kw, channels, filters = w.shape
    tall, wide = x.shape[1] + 2 * padding, x.shape[2] + 2 * padding
    if stride < 1 or padding < 0 or x.shape[3] != channels or kh > tall or kw > wide:
        raise ValueError(f"no layer: {x.shape}, {w.shape}, stride {stride}, padding {padding}")
    sides = (padding, padding)
    padded = np.pad(x, ((0, 0), sides, sides, (0, 0)))
    windows = sliding_window_view(padded, (kh, kw), axis=(1, 2))[:, ::stride, ::stride]
    rows = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, kh * kw * channels)
    return (rows @ w.reshape(-1, filters) + b).reshape(*windows.shape[:3], filters)
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-conv_forward", "grade": true, "points": 1}
import numpy as np

from utils import checks

with checks.Exercise("numpy_cnn.conv_forward", conv_forward) as check:
    numbers = np.arange(1, 17).reshape(1, 4, 4, 1)
    two_by_two = np.array([[1, 2], [3, 4]]).reshape(2, 2, 1, 1)
    # The lesson's examples: nine sums, every second of them, and with a border of zeros.
    nine = np.array([44, 54, 64, 84, 94, 104, 124, 134, 144]).reshape(1, 3, 3, 1)
    check.example(numbers, two_by_two, np.array([0]), expected=nine)
    four = np.array([44, 64, 124, 144]).reshape(1, 2, 2, 1)
    check.example(numbers, two_by_two, np.array([0]), 2, expected=four)
    padded = np.array([4, 18, 12, 46, 94, 44, 26, 44, 16]).reshape(1, 3, 3, 1)
    check.example(numbers, two_by_two, np.array([0]), 2, 1, expected=padded)
    # A row of pixels, and a column of them, with a bias of a half: 1×1 − 2×10 + 0.5 = −18.5, ...
    row, pair = np.array([1, 2, 3, 4, 5]), np.array([1, -10])
    check.example(
        row.reshape(1, 1, 5, 1),
        pair.reshape(1, 2, 1, 1),
        np.array([0.5]),
        2,
        expected=np.array([-18.5, -36.5]).reshape(1, 1, 2, 1),
    )
    check.example(
        row.reshape(1, 5, 1, 1),
        pair.reshape(2, 1, 1, 1),
        np.array([0.5]),
        3,
        expected=np.array([-18.5, -45.5]).reshape(1, 2, 1, 1),
    )
    # Two images of one pixel with two channels, three filters; bytes: 100×2 + 200×3 = 800.
    check.example(
        np.array([[100, 200], [1, 2]], np.uint8).reshape(2, 1, 1, 2),
        np.array([[2, 1, 0], [3, 0, 1]], np.uint8).reshape(1, 1, 2, 3),
        np.array([0, 5, 0], np.uint8),
        expected=np.array([[800, 105, 200], [8, 6, 2]]).reshape(2, 1, 1, 3),
    )
    # Two pixels with two channels each: 1×1 + 2×2 + 10×3 + 20×4 = 115.
    check.example(
        np.array([1, 2, 10, 20]).reshape(1, 1, 2, 2),
        np.array([1, 2, 3, 4]).reshape(1, 2, 2, 1),
        np.array([0]),
        expected=np.array([115]).reshape(1, 1, 1, 1),
    )
    # One pixel: the kernel fits only because of the border.
    check.example(
        np.array([5]).reshape(1, 1, 1, 1),
        two_by_two,
        np.array([0]),
        1,
        1,
        expected=np.array([20, 15, 10, 5]).reshape(1, 2, 2, 1),
    )
    check.raises(ValueError, numbers, two_by_two, np.array([0]), 0)
    check.raises(ValueError, numbers, two_by_two, np.array([0]), -1)
    check.raises(ValueError, numbers, two_by_two, np.array([0]), 1, -1)
    check.raises(ValueError, numbers, np.ones((2, 2, 3, 1)), np.array([0]))
    check.raises(ValueError, numbers, np.ones((5, 2, 1, 1)), np.array([0]))
    check.raises(ValueError, numbers, np.ones((2, 5, 1, 1)), np.array([0]))

# %% nbgrader={"grade_id": "test-conv_forward-shapes", "grade": true, "points": 1}
# Marked when you hand in: images and kernels that are not square, strides that do not divide evenly.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(120)
with checks.Exercise("numpy_cnn.conv_forward", conv_forward) as check:
    for n, height, width, channels, kh, kw, filters, stride, padding in [
        (2, 6, 7, 2, 3, 2, 3, 1, 0),
        (1, 9, 6, 1, 2, 4, 2, 2, 0),
        (3, 5, 8, 2, 3, 3, 1, 2, 1),
        (2, 7, 4, 3, 4, 1, 2, 3, 2),
        (1, 4, 9, 2, 1, 3, 4, 3, 0),
        (2, 5, 5, 1, 5, 5, 2, 1, 2),
        (1, 2, 3, 2, 4, 5, 2, 1, 1),
        (2, 3, 2, 4, 1, 1, 3, 2, 1),
        (1, 8, 7, 1, 2, 2, 1, 5, 0),
    ]:
        x = rng.normal(size=(n, height, width, channels))
        w = rng.normal(size=(kh, kw, channels, filters))
        check.agrees(x, w, rng.normal(size=filters), stride, padding)
    check.agrees(x, w, rng.normal(size=filters), padding=1)
    check.agrees(x, w, rng.normal(size=filters), stride=2)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-conv_forward-numbers", "grade": true, "points": 0.5}
# Marked when you hand in: bytes, small integers, fractions, negative numbers.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(121)
with checks.Exercise("numpy_cnn.conv_forward", conv_forward) as check:
    bytes_batch = rng.integers(0, 256, (2, 6, 5, 2), dtype=np.uint8)
    check.agrees(bytes_batch, rng.normal(size=(3, 2, 2, 2)), rng.normal(size=2), 2, 1)
    check.agrees(
        bytes_batch,
        rng.integers(0, 256, (2, 3, 2, 2), dtype=np.uint8),
        rng.integers(0, 256, 2, dtype=np.uint8),
    )
    check.agrees(
        rng.integers(-128, 128, (1, 5, 6, 3), dtype=np.int8),
        rng.integers(-128, 128, (2, 2, 3, 2), dtype=np.int8),
        np.array([100, -100], np.int8),
        2,
        1,
    )
    check.agrees(
        rng.integers(-9, 10, (2, 4, 6, 1)).astype(np.float32),
        rng.integers(-9, 10, (3, 3, 1, 2)).astype(np.float32),
        np.array([0.5, -2], np.float32),
        1,
        1,
    )
    check.agrees(rng.integers(-9, 10, (1, 5, 4, 2)), -rng.random((2, 3, 2, 2)), [0.25, -0.5])
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-conv_forward-errors", "grade": true, "points": 0.5}
# Marked when you hand in: layers that are not possible, and some that only just are.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(122)
with checks.Exercise("numpy_cnn.conv_forward", conv_forward) as check:
    x, b = rng.normal(size=(2, 3, 4, 2)), np.zeros(1)
    check.agrees(x, rng.normal(size=(3, 4, 2, 1)), b)
    check.agrees(x, rng.normal(size=(5, 6, 2, 1)), b, 1, 1)
    check.agrees(x, rng.normal(size=(2, 2, 2, 1)), b, 7)
    for w in (np.ones((4, 2, 2, 1)), np.ones((2, 5, 2, 1)), np.ones((5, 5, 2, 1))):
        check.raises(ValueError, x, w, b)
    for w in (np.ones((6, 2, 2, 1)), np.ones((2, 7, 2, 1))):
        check.raises(ValueError, x, w, b, 1, 1)
    for channels in (1, 3, 4):
        check.raises(ValueError, x, np.ones((2, 2, channels, 1)), b)
    for stride, padding in [(0, 0), (-1, 0), (1, -1), (0, 1), (2, -2)]:
        check.raises(ValueError, x, np.ones((1, 1, 2, 1)), b, stride, padding)
### END HIDDEN TESTS

# %% [markdown]
# ## Backwards: each output gives its share
#
# Lesson 10 computed two gradients of a convolution, for one image, one channel and stride 1. Everything new
# follows from the same question: *if this number changes a little, which outputs change, and by how much?*
#
# - A **bias** is added to every output of its filter. Its gradient is the sum of the upstream gradient
#   over all images, rows and columns.
# - A **weight** is multiplied by one pixel of every window. Its gradient is the sum of these pixels, each
#   times its output's upstream gradient. With stride 2 the windows are two pixels apart, so the pixels are,
#   too.
# - A **pixel** is multiplied by one weight for every window that contains it. Each output gives its
#   upstream gradient times that weight. A pixel in no window gets nothing: its gradient is **0**.
#
# The last one in numbers. The upstream gradient is 1, 10, 100, 1000, so that you can see where each
# share comes from. On the left the four windows of a 3 × 3 image overlap (stride 1). On the right the windows
# of a 5 × 5 image do not (stride 2), and the last row and column are in none:

# %%
upstream = np.array([[1, 10], [100, 1000]])


def image_gradient(size, stride, padding=0):
    """Return the gradient of an image of this size, as a matrix."""
    x = np.zeros((1, size, size, 1))
    dx, _, _ = numpy_cnn.conv_backward(as_batch(upstream), x, as_kernels(kernel), stride, padding)
    return dx[0, :, :, 0]


plots.matrices(
    [
        ("kernel", kernel),
        "",
        ("upstream", upstream),
        "→",
        ("stride 1", image_gradient(3, 1)),
        "",
        ("stride 2", image_gradient(5, 2)),
    ],
    alt="Kernel 1 2 / 3 4, upstream gradient 1 10 / 100 1000. The image's gradient with stride 1: 1 12 20 / "
    "103 1234 2040 / 300 3400 4000. With stride 2: four separate copies of the kernel, times 1, 10, 100 and "
    "1000, and zeros in the last row and the last column.",
)

# %% [markdown]
# In the middle, on the left: 4 × 1 + 3 × 10 + 2 × 100 + 1 × 1000 = 1234. All four outputs looked at this pixel,
# each through another weight.
#
# **Padding** changes little. Compute the gradient of the *padded* image and cut the border off: the zeros of the
# border are constants, so their gradient is not needed. **A batch**: each image gets its own `dx`.
# The weights are shared by all images, so `dw` and `db` are *sums* over the batch. (The average over the batch
# comes in with the loss, which is a mean: every number of `upstream` already contains the 1 / N.)
#
# > **Puzzle.** Lesson 10 found: the gradient of the image is the full convolution of the upstream gradient with
# > the kernel, that is, pad, flip and slide. Many courses state this as *the* rule for a convolutional layer.
# > The next cell applies it to both cases above. When is it right, and what would have to be done to the
# > upstream gradient of the other case?

# %%
by_the_rule = backprop.image_gradient(kernel, upstream).astype(int)
print("pad, flip and slide\n", by_the_rule)
print("right for stride 1:", np.array_equal(by_the_rule, image_gradient(3, 1)))
print("right for stride 2:", by_the_rule.shape, "instead of", image_gradient(5, 2).shape)

spread = np.zeros((3, 3))
spread[::2, ::2] = upstream
with_zeros_between = backprop.image_gradient(kernel, spread).astype(int)
print("\nwith zeros between the upstream values\n", with_zeros_between)
print("right for stride 2, but for the unseen border:", end=" ")
print(np.array_equal(with_zeros_between, image_gradient(5, 2)[:4, :4]))

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > It is right for stride 1 only. With stride 2, put a zero between every two numbers of the upstream
# > gradient first, in both directions. The positions that the stride left out have no output, so the loss does
# > not depend on them, and their upstream gradient is 0. Then the rule holds again. The unseen border is added as
# > zeros.
# > (Libraries call this *transposed* or, misleadingly, *deconvolution*.)
# >
# > </details>
#
# Does `utils` do it right? Compare with small changes, in a case with everything: two images, two channels,
# three filters, padding 1, stride 3, which leaves pixels unseen.

# %%
rng = np.random.default_rng(3)
x = rng.normal(size=(2, 6, 7, 2))
w, b = rng.normal(size=(3, 2, 2, 3)), rng.normal(size=3)
stride, padding = 3, 1
upstream = rng.normal(size=numpy_cnn.conv_forward(x, w, b, stride, padding).shape)


def loss(x=x, w=w, b=b):
    """Return a number whose gradient with respect to the output is `upstream`."""
    return np.sum(upstream * numpy_cnn.conv_forward(x, w, b, stride, padding))


exact = numpy_cnn.conv_backward(upstream, x, w, stride, padding)
small_changes = {
    "dx": backprop.numerical_gradient(lambda changed: loss(x=changed), x),
    "dw": backprop.numerical_gradient(lambda changed: loss(w=changed), w),
    "db": backprop.numerical_gradient(lambda changed: loss(b=changed), b),
}
for (name, numerical), gradient in zip(small_changes.items(), exact):
    difference = np.abs(gradient - numerical).max()
    print(f"{name} {gradient.shape!s:<14} largest difference {difference:.0e}")
unseen = np.all(exact[0] == 0, axis=(0, 3))
print(f"\n{unseen.sum()} of {unseen.size} pixels are in no window: 0 by both methods")
print(unseen.astype(int))

# %% [markdown]
# ## Exercise 2: a convolutional layer, backwards (3 points)
#
# Three gradients, in the order `dx, dw, db`. Begin with `db`, then `dw`, then `dx`. Any way is right. There
# is a way with only two short loops, over the *weights*: weight `[a, b]` is multiplied by the pixels at rows
# `a, a + stride, a + 2 * stride, ...` and columns `b, b + stride, ...` of the padded image, as many as there
# are outputs. That is one slice with a step.
#
# <details><summary>Hint 1</summary>
#
# On paper: the padded image is the row 5, 6, 7, 8, 9, the kernel is the row 1, 2, the stride 2, the upstream
# gradient 10, 100. The first weight is multiplied by 5 and 7, so its gradient is 5 × 10 + 7 × 100 = 750. The
# second by 6 and 8. And the five pixels? They get 10, 20, 100, 200 and 0.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Make two arrays of zeros: `dpadded` of the padded image's shape, and `dw`. For weight `[a, b]`, cut the slice
# `part` out of the padded image. It has shape `(N, H', W', C)`, and `upstream` has `(N, H', W', F)`. `dw[a, b]` has
# shape `(C, F)`: a sum over images, rows and columns. And the *same* slice of `dpadded` gets
# `upstream @ w[a, b].T` **added**. At the end cut the border off.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# rows = slice(a, a + stride * height, stride)  # height: of upstream
# columns = slice(b, ..., stride)
# dw[a, b] = np.tensordot(padded[:, rows, columns], upstream, axes=([0, 1, 2], ...))
# dpadded[:, rows, columns] += ...
# ```
#
# To cut the border off, `dpadded[:, padding:-padding]` fails for a padding of 0. Use
# `padding : padding + x.shape[1]`.
#
# </details>


# %% nbgrader={"grade_id": "conv_backward", "solution": true}
def conv_backward(upstream, x, w, stride=1, padding=0):
    """Return the gradients of a loss with respect to a convolution's x, w and b.

    Parameters
    ----------
    upstream : array of shape (N, H', W', F), of any real dtype
        The gradient of the loss with respect to the output of conv_forward(x, w, b, stride, padding).
    x : array of shape (N, H, W, C), of any real dtype
    w : array of shape (kh, kw, C, F), of any real dtype
    stride, padding : int
        As in conv_forward.

    Returns
    -------
    dx, dw, db : tuple of three arrays of floats, of the shapes of x, w and b
        dx is 0 for pixels that are in no window. dw and db are sums over all images.
    """
    ### BEGIN SOLUTION
    upstream, x, w = (np.asarray(each, dtype=float) for each in (upstream, x, w))
    sides = (padding, padding)
    padded = np.pad(x, ((0, 0), sides, sides, (0, 0)))
    dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
    _, height, width, _ = upstream.shape
    for a in range(w.shape[0]):
        for b in range(w.shape[1]):
            rows = slice(a, a + stride * height, stride)
            columns = slice(b, b + stride * width, stride)
            part = padded[:, rows, columns]
            dw[a, b] = np.tensordot(part, upstream, axes=([0, 1, 2], [0, 1, 2]))
            dpadded[:, rows, columns] += upstream @ w[a, b].T
    dx = dpadded[:, padding : padding + x.shape[1], padding : padding + x.shape[2]]
    return dx, dw, upstream.sum(axis=(0, 1, 2))
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-conv_backward", "grade": true, "points": 1}
import numpy as np

from utils import checks

with checks.Exercise("numpy_cnn.conv_backward", conv_backward, uses=["conv_forward"]) as check:
    two_by_two = np.array([[1, 2], [3, 4]]).reshape(2, 2, 1, 1)
    four_values = np.array([[1, 10], [100, 1000]]).reshape(1, 2, 2, 1)
    # The lesson's example with stride 1, on the numbers 1 to 9: 1×1 + 10×2 + 100×4 + 1000×5 = 5421, ...
    check.example(
        four_values,
        np.arange(1, 10).reshape(1, 3, 3, 1),
        two_by_two,
        expected=(
            np.array([1, 12, 20, 103, 1234, 2040, 300, 3400, 4000]).reshape(1, 3, 3, 1),
            np.array([5421, 6532, 8754, 9865]).reshape(2, 2, 1, 1),
            np.array([1111]),
        ),
    )
    # Stride 2 leaves the last pixel of a row unseen. 5×10 + 7×100 = 750.
    check.example(
        np.array([10, 100]).reshape(1, 1, 2, 1),
        np.array([5, 6, 7, 8, 9]).reshape(1, 1, 5, 1),
        np.array([1, 2]).reshape(1, 2, 1, 1),
        2,
        expected=(
            np.array([10, 20, 100, 200, 0]).reshape(1, 1, 5, 1),
            np.array([750, 860]).reshape(1, 2, 1, 1),
            np.array([110]),
        ),
    )
    # The numbers 1 to 16 with stride 2 and a border of 1, upstream 1 to 9.
    check.example(
        np.arange(1, 10).reshape(1, 3, 3, 1),
        np.arange(1, 17).reshape(1, 4, 4, 1),
        two_by_two,
        2,
        1,
        expected=(
            np.array([4, 6, 8, 9, 8, 5, 10, 6, 16, 15, 20, 18, 14, 8, 16, 9]).reshape(1, 4, 4, 1),
            np.array([334, 266, 138, 98]).reshape(2, 2, 1, 1),
            np.array([45]),
        ),
    )
    # Two images of one byte each, with a border; their shares for w and b are added:
    # 200×200 + 3×2 = 40006 for the first weight.
    check.example(
        np.array([[1, 10, 100, 200], [1, 0, 0, 2]], np.uint8).reshape(2, 2, 2, 1),
        np.array([200, 3], np.uint8).reshape(2, 1, 1, 1),
        two_by_two.astype(np.uint8),
        1,
        1,
        expected=(
            np.array([434, 6]).reshape(2, 1, 1, 1),
            np.array([40006, 20000, 2000, 203]).reshape(2, 2, 1, 1),
            np.array([314]),
        ),
    )
    # One pixel with two channels, three filters: 1×1 + 2×10 + 3×100 = 321.
    check.example(
        np.array([1, 10, 100]).reshape(1, 1, 1, 3),
        np.array([0.5, 2]).reshape(1, 1, 1, 2),
        np.array([[1, 2, 3], [4, 5, 6]]).reshape(1, 1, 2, 3),
        expected=(
            np.array([321, 654]).reshape(1, 1, 1, 2),
            np.array([[0.5, 5, 50], [2, 20, 200]]).reshape(1, 1, 2, 3),
            np.array([1, 10, 100]),
        ),
    )

# %% nbgrader={"grade_id": "test-conv_backward-strides", "grade": true, "points": 1}
# Marked when you hand in: strides that leave pixels unseen, padding, nothing square.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(123)
with checks.Exercise("numpy_cnn.conv_backward", conv_backward, uses=["conv_forward"]) as check:
    for height, width, kh, kw, stride, padding in [
        (6, 7, 3, 2, 1, 0),
        (9, 6, 2, 4, 2, 0),
        (5, 8, 3, 3, 2, 1),
        (7, 4, 4, 1, 3, 2),
        (4, 9, 1, 3, 3, 0),
        (5, 5, 5, 5, 1, 2),
        (2, 3, 4, 5, 1, 1),
        (8, 7, 2, 2, 5, 0),
        (3, 2, 1, 1, 2, 1),
    ]:
        tall = (height + 2 * padding - kh) // stride + 1
        wide = (width + 2 * padding - kw) // stride + 1
        x, w = rng.normal(size=(1, height, width, 1)), rng.normal(size=(kh, kw, 1, 1))
        check.agrees(rng.normal(size=(1, tall, wide, 1)), x, w, stride, padding)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-conv_backward-batch", "grade": true, "points": 0.5}
# Marked when you hand in: several images, channels and filters.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(124)
with checks.Exercise("numpy_cnn.conv_backward", conv_backward, uses=["conv_forward"]) as check:
    for n, height, width, channels, kh, kw, filters, stride, padding in [
        (2, 6, 7, 2, 3, 2, 3, 1, 0),
        (3, 5, 8, 2, 3, 3, 1, 2, 1),
        (2, 7, 4, 3, 4, 1, 2, 3, 2),
        (1, 4, 5, 3, 1, 3, 4, 2, 0),
        (4, 3, 2, 1, 2, 2, 2, 1, 1),
    ]:
        tall = (height + 2 * padding - kh) // stride + 1
        wide = (width + 2 * padding - kw) // stride + 1
        x = rng.normal(size=(n, height, width, channels))
        w = rng.normal(size=(kh, kw, channels, filters))
        upstream = rng.normal(size=(n, tall, wide, filters))
        check.agrees(upstream, x, w, stride=stride, padding=padding)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-conv_backward-numbers", "grade": true, "points": 0.5}
# Marked when you hand in: bytes, small integers, fractions, negative numbers.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(125)
with checks.Exercise("numpy_cnn.conv_backward", conv_backward, uses=["conv_forward"]) as check:
    bytes_batch = rng.integers(0, 256, (2, 6, 5, 2), dtype=np.uint8)
    bytes_kernels = rng.integers(0, 256, (3, 2, 2, 2), dtype=np.uint8)
    check.agrees(rng.normal(size=(2, 3, 3, 2)), bytes_batch, bytes_kernels, 2, 1)
    check.agrees(rng.integers(0, 256, (2, 4, 4, 2), dtype=np.uint8), bytes_batch, bytes_kernels)
    check.agrees(
        rng.integers(-128, 128, (1, 2, 3, 2), dtype=np.int8),
        rng.integers(-128, 128, (1, 5, 6, 3), dtype=np.int8),
        rng.integers(-128, 128, (2, 2, 3, 2), dtype=np.int8),
        2,
    )
    check.agrees(
        rng.integers(-9, 10, (2, 4, 6, 2)).astype(np.float32),
        rng.integers(-9, 10, (2, 4, 6, 1)).astype(np.float32),
        rng.integers(-9, 10, (3, 3, 1, 2)).astype(np.float32),
        1,
        1,
    )
    check.agrees(
        -rng.random((1, 3, 3, 2)),
        rng.integers(-9, 10, (1, 5, 4, 2)),
        rng.integers(-9, 10, (3, 2, 2, 2)),
    )
    check.agrees(
        rng.integers(-9, 10, (1, 3, 3, 1)), rng.random((1, 5, 4, 2)), rng.random((3, 2, 2, 1))
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Max pooling, backwards
#
# Lesson 10 showed it for one map: the largest pixel of each window gets the window's whole upstream
# gradient. In a batch the same happens in every image and every channel separately. Two cases need a
# decision:
#
# - **Leftovers.** A 5-pixel row has two windows of 2. The fifth pixel is in no window and gets 0.
# - **Ties.** If several pixels are equally large there is no slope. We follow TensorFlow: the **first** of
#   them gets all of it, row by row from the top left.
#
# Find the winner in each of the four windows before you look at the right-hand side:

# %%
feature_map = np.array([[1, 3, 3, 2, 9], [3, 0, 1, 3, 9], [0, 0, 5, 1, 9], [0, 0, -5, 6, 9]])
pooled_upstream = np.array([[10, 20], [30, 40]])
gradient = numpy_cnn.max_pool_backward(as_batch(pooled_upstream), as_batch(feature_map))
plots.matrices(
    [
        ("map", feature_map),
        "",
        ("upstream", pooled_upstream),
        "→",
        ("gradient of the map", gradient[0, :, :, 0]),
    ],
    alt="A 4x5 map: 1 3 3 2 9 / 3 0 1 3 9 / 0 0 5 1 9 / 0 0 -5 6 9. The upstream gradient 10 20 / 30 40 goes "
    "to row 0, column 1; row 0, column 2; row 2, column 0; and row 3, column 3. All else is 0, also the "
    "column of nines.",
)

# %% [markdown]
# The 9s are the largest numbers of the map, and get nothing: no window contains them. The four zeros at
# the bottom left are a tie of four; the first takes the 30.
#
# ## Exercise 3: max pooling, backwards (2 points)
#
# The windows do not overlap: stride = `size`. `size` can be 1, 2, 3, ... Loops over images, rows, columns and
# channels are fine. A faster way has two short loops over the *places in a window*, as for the convolution.
#
# <details><summary>Hint 1</summary>
#
# `window.argmax()` gives the place of the largest number, the first of several, counted row by row. For
# 1 3 / 3 0 it gives 1. Which row and which column of the window is place 1, and which is place 2? `divmod(place, size)`
# says it.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The shape of `upstream` says how many windows there are, so loop over `np.ndindex(upstream.shape)`: image,
# row, column, channel. The window of row `i` begins at row `i * size` of the map. Leftover pixels then need
# no code: the gradient starts as zeros, of floats, and nothing is written there.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# for image, i, j, c in np.ndindex(upstream.shape):
#     window = x[image, i * size : (i + 1) * size, ..., c]
#     row, column = divmod(window.argmax(), size)
#     gradient[image, i * size + row, ..., c] = ...
# ```
#
# The fast way: go through the places in order, and keep in mind which windows have given their gradient
# already.
#
# </details>


# %% nbgrader={"grade_id": "max_pool_backward", "solution": true}
def max_pool_backward(upstream, x, size=2):
    """Return the gradient of a loss with respect to what was max-pooled.

    Parameters
    ----------
    upstream : array of shape (N, H // size, W // size, C), of any real dtype
        The gradient of the loss with respect to the pooled maps.
    x : array of shape (N, H, W, C), of any real dtype
        What was pooled, in windows of size x size that do not overlap.
    size : int

    Returns
    -------
    array of floats, of the shape of x
        Each window's upstream value at its largest pixel: among equally large ones at the first,
        row by row. 0 at all others, and at pixels that are in no window.
    """
    ### BEGIN SOLUTION
    x, upstream = np.asarray(x), np.asarray(upstream, dtype=float)
    _, height, width, _ = upstream.shape
    places = [
        (slice(None), slice(a, height * size, size), slice(b, width * size, size))
        for a in range(size)
        for b in range(size)
    ]
    largest = np.max([x[place] for place in places], axis=0)
    gradient = np.zeros(x.shape)
    waiting = np.ones(upstream.shape, dtype=bool)
    for place in places:
        wins = waiting & (x[place] == largest)
        gradient[place] = np.where(wins, upstream, 0)
        waiting &= ~wins
    return gradient
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-max_pool_backward", "grade": true, "points": 1}
import numpy as np

from utils import checks

with checks.Exercise(
    "numpy_cnn.max_pool_backward", max_pool_backward, uses=["conv_forward", "conv_backward"]
) as check:
    # The lesson's map, with ties and with a column that is left over.
    some_map = [[1, 3, 3, 2, 9], [3, 0, 1, 3, 9], [0, 0, 5, 1, 9], [0, 0, -5, 6, 9]]
    expected_gradient = [[0, 10, 20, 0, 0], [0, 0, 0, 0, 0], [30, 0, 0, 0, 0], [0, 0, 0, 40, 0]]
    check.example(
        np.array([10, 20, 30, 40]).reshape(1, 2, 2, 1),
        np.array(some_map).reshape(1, 4, 5, 1),
        expected=np.array(expected_gradient).reshape(1, 4, 5, 1),
    )
    # All negative, and a fraction comes back.
    check.example(
        np.array([0.5]).reshape(1, 1, 1, 1),
        np.array([[-7, -2], [-1, -3]]).reshape(1, 2, 2, 1),
        expected=np.array([0, 0, 0.5, 0]).reshape(1, 2, 2, 1),
    )
    # Two channels, each with its own winner; two images; windows of 1 and of 3.
    check.example(
        np.array([[5, 7], [2, 4]]).reshape(2, 1, 1, 2),
        np.array(
            [[[1, 9], [2, 8], [4, 6], [3, 7]], [[9, 1], [8, 2], [7, 9], [6, 4]]], np.uint8
        ).reshape(2, 2, 2, 2),
        expected=np.array([[0, 7, 0, 0, 5, 0, 0, 0], [2, 0, 0, 0, 0, 4, 0, 0]]).reshape(2, 2, 2, 2),
    )
    check.example(
        np.array([3, -4]).reshape(1, 1, 2, 1),
        np.array([5, 6]).reshape(1, 1, 2, 1),
        1,
        expected=np.array([3, -4]).reshape(1, 1, 2, 1),
    )
    check.example(
        np.array([11]).reshape(1, 1, 1, 1),
        np.array([[1, 2, 3], [4, 5, 8], [8, 6, 7], [9, 9, 9]]).reshape(1, 4, 3, 1),
        3,
        expected=np.array([0, 0, 0, 0, 0, 11, 0, 0, 0, 0, 0, 0]).reshape(1, 4, 3, 1),
    )

# %% nbgrader={"grade_id": "test-max_pool_backward-shapes", "grade": true, "points": 0.5}
# Marked when you hand in: maps that are not square, leftovers, several images and channels.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(126)
with checks.Exercise(
    "numpy_cnn.max_pool_backward", max_pool_backward, uses=["conv_forward", "conv_backward"]
) as check:
    for n, height, width, channels, size in [
        (1, 4, 6, 1, 2),
        (2, 6, 4, 3, 2),
        (2, 7, 9, 2, 2),
        (1, 6, 9, 2, 3),
        (3, 8, 5, 1, 3),
        (1, 3, 2, 2, 1),
        (2, 5, 4, 1, 4),
        (1, 11, 13, 1, 5),
    ]:
        upstream = rng.normal(size=(n, height // size, width // size, channels))
        check.agrees(upstream, rng.normal(size=(n, height, width, channels)), size)
    check.agrees(upstream[:, :1, :1], rng.normal(size=(1, 2, 3, 1)))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-max_pool_backward-numbers", "grade": true, "points": 0.5}
# Marked when you hand in: ties, bytes, all numbers negative, fractions.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(127)
with checks.Exercise(
    "numpy_cnn.max_pool_backward", max_pool_backward, uses=["conv_forward", "conv_backward"]
) as check:
    upstream = rng.normal(size=(2, 3, 2, 2))
    check.agrees(upstream, rng.integers(0, 3, (2, 6, 5, 2)))
    check.agrees(upstream, rng.integers(0, 2, (2, 7, 4, 2), dtype=np.uint8))
    check.agrees(upstream, -rng.random((2, 6, 4, 2)))
    check.agrees(upstream, np.zeros((2, 6, 4, 2)))
    check.agrees(upstream, rng.integers(-3, 0, (2, 9, 6, 2), dtype=np.int8), 3)
    check.agrees(np.arange(12, dtype=np.uint8).reshape(2, 3, 2, 1), rng.normal(size=(2, 6, 4, 1)))
    check.agrees(
        rng.integers(-9, 9, (1, 2, 3, 1)), rng.integers(0, 9, (1, 5, 7, 1)).astype(np.float32)
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Softmax and cross-entropy
#
# At the end of a network there are ten numbers for each image, the *scores* or **logits**. The softmax turns them
# into probabilities, and the cross-entropy of lesson 11 is $-\log$ of the probability of the right class,
# averaged over the batch. Take two images and three classes:

# %%
logits = np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 3.0]])
labels = np.array([0, 1])
probabilities = numpy_cnn.softmax(logits)
one_hot = np.eye(3)[labels]
gradient = (probabilities - one_hot) / len(labels)

print(f"loss {numpy_cnn.cross_entropy(logits, labels):.4f}")
numerical = backprop.numerical_gradient(lambda z: numpy_cnn.cross_entropy(z, labels), logits)
print(f"largest difference to small changes: {np.abs(gradient - numerical).max():.0e}")
print("sums of the gradient's rows:", np.abs(gradient.sum(axis=1)).round(12))
plots.matrices(
    [
        ("logits", logits),
        "→",
        ("probabilities", probabilities),
        "−",
        ("one-hot labels", one_hot),
        "÷ 2 =",
        ("gradient", gradient),
    ],
    alt="Logits 2 1 0 / 0 0 3; probabilities 0.67 0.24 0.09 / 0.05 0.05 0.91; minus 1 0 0 / 0 1 0, divided by "
    "2, gives the gradient -0.17 0.12 0.05 / 0.02 -0.48 0.45.",
)

# %% [markdown]
# The gradient is **probability minus truth**, divided by the number of images. The right class gets a negative
# number: its score should rise. The second image was wrong, so its numbers are larger. Each row adds up to 0,
# because adding the same number to all logits changes no probability.
#
# Why so short? With $p = \text{softmax}(z)$ and the right class $y$, the loss of one image is
#
# $$-\log p_y \;=\; -z_y + \log \sum_k e^{z_k}.$$
#
# The slope of the first part along $z_k$ is $-1$ for $k = y$ and 0 otherwise: minus one-hot. The slope of the
# second part is $e^{z_k} / \sum_j e^{z_j} = p_k$.
#
# > **Puzzle.** You could also take two steps: the gradient of $-\log p_y$ with respect to the probability, which
# > is $-1 / p_y$, and then the slope of the softmax, $p_y\,(1 - p_y)$ for the right class. On paper the product
# > is the same, $p_y - 1$. The next cell tries both on the logits 0 and 1000, label 0. What should come out, and
# > what is wrong with the first lines?

# %%
hard = np.array([0.0, 1000.0])
with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
    naive = np.exp(hard) / np.exp(hard).sum()
    print("exp(z) / sum:                 ", naive)
    p = numpy_cnn.softmax(hard)
    print("after subtracting the maximum:", p)
    print("in two steps:                 ", -1 / p[0] * (p[0] * (1 - p[0])))
print("in one:                       ", p[0] - 1)

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > −1 should come out: the network is certain of the wrong class. First, $e^{1000}$ is more than a float can hold
# > (about $10^{308}$), so it becomes infinity, and infinity / infinity is *nan*. Subtract the largest logit of the row
# > first: no probability changes, and no exponent is above 0. Second, $p_y = e^{-1000}$ is less than a float
# > can hold and becomes 0. Then two steps give $-\infty \times 0$, again *nan*. In one step nothing is divided
# > by $p_y$. That is why libraries have a single function for both, and why Keras has `from_logits=True`.
# >
# > </details>
#
# ## Exercise 4: the gradient of softmax and cross-entropy (2 points)
#
# <details><summary>Hint 1</summary>
#
# On paper: two images, logits 5 5 and 0 0, labels 0 and 1. All probabilities are 0.5. What is the gradient of
# the first row, before and after the division by N?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Three steps: subtract each *row's* maximum; exponentials, divided by each row's sum; subtract 1 at the right
# class of each row. `axis=1, keepdims=True` gives one number for each row in a shape that can be subtracted.
# Bytes cannot be negative, so convert the logits to floats before you subtract.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# shifted = logits - logits.max(axis=1, keepdims=True)
# ...
# gradient[np.arange(len(labels)), labels] -= ...
# ```
#
# The last line visits one place in each row. `gradient[:, labels]` would visit whole columns. Divide by
# N at the end.
#
# </details>


# %% nbgrader={"grade_id": "cross_entropy_gradient", "solution": true}
def cross_entropy_gradient(logits, labels):
    """Return the gradient of the mean cross-entropy with respect to the logits.

    Parameters
    ----------
    logits : array of shape (N, K), of any real dtype
        The scores of K classes for N images, before the softmax; also as large as 1000 or -1000.
    labels : array of shape (N,), of any integer dtype
        The right classes, from 0 to K - 1.

    Returns
    -------
    array of floats, of shape (N, K)
        (softmax(logits) - one_hot(labels)) / N, where the softmax is taken in each row.
    """
    ### BEGIN SOLUTION
    logits = np.asarray(logits, dtype=float)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    gradient = powers / powers.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-cross_entropy_gradient", "grade": true, "points": 1}
import numpy as np

from utils import checks

others = ["conv_forward", "conv_backward", "max_pool_backward"]
with checks.Exercise(
    "numpy_cnn.cross_entropy_gradient", cross_entropy_gradient, uses=others
) as check:
    # Equal scores: all probabilities are 0.5.
    check.example(
        np.array([[5.0, 5.0], [0.0, 0.0]]),
        np.array([0, 1]),
        expected=[[-0.25, 0.25], [0.25, -0.25]],
    )
    # exp(log 3) = 3: the probabilities are 3/4 and 1/4; then 1/8, 1/8 and 6/8.
    check.example(np.log([[3, 1]]), np.array([1]), expected=[[0.75, -0.75]])
    check.example(np.log([[1, 1, 6]]), np.array([0]), expected=[[-0.875, 0.125, 0.75]])
    check.example(
        np.log([[3, 1, 4], [1, 1, 6], [2, 5, 1]]),
        np.array([2, 2, 0]),
        expected=np.array([[3, 1, -4], [1, 1, -2], [-6, 5, 1]]) / 24,
    )
    # Whole numbers so large that exp overflows, and so small that it is 0.
    check.example(
        np.array([[1000, -1000, -1000], [-1000, -1000, 0], [0, 1000, 0]]),
        np.array([0, 0, 0], np.uint8),
        expected=[[0, 0, 0], [-1 / 3, 0, 1 / 3], [-1 / 3, 1 / 3, 0]],
    )
    # Adding 1000 to both changes nothing: 3/4 and 1/4 again. And bytes.
    check.example(np.log([[3, 1]]) + 1000, np.array([1]), expected=[[0.75, -0.75]])
    check.example(np.array([[0, 200]], np.uint8), np.array([1]), expected=[[0, 0]])

# %% nbgrader={"grade_id": "test-cross_entropy_gradient-shapes", "grade": true, "points": 0.5}
# Marked when you hand in: one image or many, two classes or many.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(128)
others = ["conv_forward", "conv_backward", "max_pool_backward"]
with checks.Exercise(
    "numpy_cnn.cross_entropy_gradient", cross_entropy_gradient, uses=others
) as check:
    for n, k in [(1, 2), (4, 3), (3, 10), (7, 2), (2, 5), (6, 6), (12, 4), (1, 1)]:
        check.agrees(3 * rng.normal(size=(n, k)), rng.integers(0, k, n))
    check.agrees(rng.normal(size=(3, 4)), np.array([3, 3, 3]))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-cross_entropy_gradient-numbers", "grade": true, "points": 0.5}
# Marked when you hand in: large logits, bytes, and labels of any integer dtype.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(129)
others = ["conv_forward", "conv_backward", "max_pool_backward"]
with checks.Exercise(
    "numpy_cnn.cross_entropy_gradient", cross_entropy_gradient, uses=others
) as check:
    labels = np.array([0, 2, 1, 2])
    check.agrees(rng.integers(-1000, 1001, (4, 3)), labels)
    check.agrees(np.array([[1000, -1000, -1000], [-1000, 1000, -1000]]), np.array([1, 1]))
    check.agrees(np.full((4, 3), 1000.0), labels)
    check.agrees(np.full((4, 3), -1000.0), labels)
    check.agrees(rng.normal(size=(4, 3)) + np.array([[1000], [-1000], [0], [500]]), labels)
    check.agrees(rng.integers(0, 256, (4, 3), dtype=np.uint8), labels.astype(np.uint8))
    check.agrees(rng.integers(-128, 128, (4, 3), dtype=np.int8), labels.astype(np.int8))
    check.agrees(rng.integers(-4, 5, (4, 3)).astype(float), labels.astype(np.int32))
### END HIDDEN TESTS

# %% [markdown]
# ## A LeNet in NumPy
#
# You have all the pieces. A dense layer needs no new one: it is a product of matrices, forwards `x @ w + b`, backwards
# `x.T @ upstream` for the weights and `upstream @ w.T` for `x`. ReLU and flattening are a line each. In
# `utils/numpy_cnn.py` each layer is a class with two methods. Here is the one for a convolution, and the
# whole way forwards and backwards:

# %%
import inspect

for part in (numpy_cnn.Conv, numpy_cnn.Network.forward, numpy_cnn.Network.backward):
    print(inspect.getsource(part))

# %% [markdown]
# The network has LeNet-5's sizes, with ReLU and max pooling in place of tanh and average pooling. 28 × 28 with a
# padding of 2 are LeNet-5's 32 × 32, and a dense layer on the last 5 × 5 maps is the same as a convolution of
# 5 × 5. So it has LeNet-5's 61,706 parameters.
#
# It uses **your four functions**, where they are right and fast enough. The others are taken from `utils`:

# %%
pieces = numpy_cnn.own_or_reference(
    conv_forward=conv_forward,
    conv_backward=conv_backward,
    max_pool_backward=max_pool_backward,
    cross_entropy_gradient=cross_entropy_gradient,
)

network = numpy_cnn.lenet(seed=0, pieces=pieces)
training_digits, validation_digits, test_digits = numpy_cnn.load_digits()
sizes = [len(part[0]) for part in (training_digits, validation_digits, test_digits)]
print(f"\n{sizes[0]:,} digits to train with, {sizes[1]:,} for validation, {sizes[2]:,} to test")

x = training_digits[0][:2]
print(f"\n{'input':<10}{x.shape[1:]!s:<16}")
for layer in network.layers:
    x = layer.forward(x)
    count = sum(parameter.size for parameter in layer.parameters)
    print(f"{type(layer).__name__:<10}{x.shape[1:]!s:<16}{f'{count:,}' if count else '':>8}")
print(f"{'in all':<26}{sum(parameter.size for parameter in network.parameters):>8,}")

# %% [markdown]
# Training is stochastic gradient descent as in lesson 10, with one addition, **momentum**. Each step keeps nine
# tenths of the step before and adds the new one: `velocity = 0.9 * velocity - rate * gradient`, and the weights move
# by the velocity. Directions in which all batches agree add up; those in which they differ cancel out. The
# random starting weights have a standard deviation of $\sqrt{2 / \text{inputs}}$, so that the numbers neither
# fade nor explode from layer to layer (He and others, 2015).
#
# Three epochs in batches of 32. **Watch it learn.** It takes about 15 seconds of one core, longer on a busy computer:

# %%
run = numpy_cnn.train(
    network, training_digits, validation_digits, epochs=3, rate=0.01, momentum=0.9
)
print(
    f"{len(run.losses)} steps in {run.seconds:.0f} s by the clock, "
    f"{run.cpu_seconds:.0f} s of processor time"
)
run.picture("LeNet in NumPy")

# %%
accuracy = network.accuracy(*test_digits)
chance_error = np.sqrt(accuracy * (1 - accuracy) / len(test_digits[0]))
print(
    f"accuracy on the {len(test_digits[0]):,} test digits: {accuracy:.4f}, chance error ±{chance_error:.4f}"
)

# %% [markdown]
# That is one seed. Training with the course's pieces at three rates, with three seeds each, took about a minute
# of one core. It was computed beforehand by `data/build_numpy_lenet.py`. The rate was chosen on the
# validation digits; the test digits were read with that rate only.

# %%
runs = numpy_cnn.stored_runs()
print(f"validation accuracy after 3 epochs, seeds {runs['seeds']}")
for rate, values in runs["validation"].items():
    listed = "  ".join(f"{value:.3f}" for value in values)
    print(f"rate {rate:<6} {listed}   mean {np.mean(values):.3f}")
tested = runs["test"]
print(f"\ntest accuracy at rate {runs['best']}: " + "  ".join(f"{value:.4f}" for value in tested))
print(f"mean {np.mean(tested):.3f}, from {min(tested):.3f} to {max(tested):.3f}")
print(f"all nine runs: {runs['cpu_seconds']} s of one core")

# %% [markdown]
# All three seeds are above 95 %. They differ by about two chance errors, so do not rank them. A rate ten
# times smaller is too slow for three epochs; one ten times larger is too large, as in lesson 10.
#
# How long would seven loops take? Multiply the number of products in one training by the time that one product took
# above. (The way back has about twice as many products as the way forwards.)

# %%
per_image = 28 * 28 * 25 * 6 + 10 * 10 * 150 * 16  # of the two convolutions, forwards
in_training = 3 * 3 * sizes[0] * per_image
hours = in_training * taken["seven_loops"] / products / 3600
print(f"{in_training:,} products: {hours:.0f} hours with seven loops")
print(f"measured above: {run.cpu_seconds:.0f} s")

# %% [markdown]
# ## The same step as Keras
#
# Does a library really do the same? Give Keras the same starting weights (seed 0) and the same first 32
# digits, and let it take one step, `SGD(0.01, momentum=0.9)`. The change of each of its 61,706 parameters is stored in
# `data/numpy_lenet/` (by the same script; the tests of this course compute it anew). Take the same step with
# NumPy:

# %%
network = numpy_cnn.lenet(seed=0, pieces=pieces)
before = [parameter.copy() for parameter in network.parameters]
first_x, first_y = training_digits[0][:32], training_digits[1][:32]
loss = network.step(first_x, first_y, rate=0.01, momentum=0.9)

keras_changes = numpy_cnn.stored_keras_changes()
start = 0
print("                     parameters   largest change   largest difference to Keras")
for name, old, new in zip(numpy_cnn.NAMES, before, network.parameters):
    ours, theirs = (new - old).ravel(), keras_changes[start : start + new.size]
    print(
        f"{name:<20}{new.size:>11,}{np.abs(ours).max():>17.5f}{np.abs(ours - theirs).max():>20.0e}"
    )
    start += new.size
ours = np.concatenate([(new - old).ravel() for old, new in zip(before, network.parameters)])
print(
    f"{'in all':<20}{ours.size:>11,}{np.abs(ours).max():>17.5f}{np.abs(ours - keras_changes).max():>20.0e}"
)

# %% [markdown]
# Weight for weight the same, far closer than 1e-5: what is left is the rounding of `float32`, which keeps seven digits.
# Keras's step consists of the sums, comparisons and exponentials of this lesson. What a library adds is speed on
# graphics cards, and the gradients of whatever you build from its parts.

# %% [markdown]
# ## Questions to think about
#
# There are no marks for these. Say what you expect, then try it. Our results are in `solutions/`.
#
# 1. **Ties.** A well-known way to write max pooling backwards is the mask `window == window.max()`: *all* equally
#    large pixels get the gradient, not only the first. In the trained network above, in what share of the
#    first pooling's windows is there a tie? How much would the gradient of the first biases change?
#
# 2. **Work for nothing.** `conv_backward` also computes `dx` for the first layer, the gradient of the
#    digits. Training does not need it. What share of the time would be saved without it? And what did
#    lesson 10 use it for?
#
# 3. **Batches.** Is the gradient of a batch of 32 the mean of the gradients of its 32 images, computed one by
#    one? And is one step with 32 images the same as 32 steps with one image each, at a rate 32 times smaller?

# %% [markdown] tags=["answers"]
# ### Answers
#
# The next cell computes the numbers; the text below it reads them.

# %% tags=["answers"]
trained = numpy_cnn.lenet(seed=0)
numpy_cnn.train(trained, training_digits, validation_digits, epochs=1, show=False)
conv, relu, pool = trained.layers[:3]
images, labels = training_digits[0][:32], training_digits[1][:32]

trained.backward(trained.forward(images), labels)
windows = pool.x.reshape(32, 14, 2, 14, 2, 6).transpose(0, 1, 3, 5, 2, 4).reshape(-1, 4)
tied = (windows == windows.max(axis=1, keepdims=True)).sum(axis=1) > 1
above_zero = tied & (windows.max(axis=1) > 0)
print(f"1. ties in {tied.mean():.0%} of the windows, above 0 in {above_zero.mean():.0%}")


def to_all_equals(upstream, x, size=2):
    """Give every one of the largest pixels the whole gradient."""
    spread = upstream.repeat(2, axis=1).repeat(2, axis=2)
    return spread * (x == numpy_cnn.max_pool(x).repeat(2, axis=1).repeat(2, axis=2))


first_only = conv.gradients[1].copy()
pool.pieces = numpy_cnn.Pieces(max_pool_backward=to_all_equals)
trained.backward(trained.forward(images), labels)
print("   gradient of the six biases, first of equals: ", np.round(first_only, 3))
print("   gradient of the six biases, all equals:      ", np.round(conv.gradients[1], 3))
pool.pieces = numpy_cnn.Pieces()


def milliseconds(action):
    """Return the shortest of ten runs."""
    times = []
    for _ in range(10):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


upstream = rng.normal(size=(32, 28, 28, 6)).astype(np.float32)
weights = conv.parameters[0]
step_time = milliseconds(lambda: trained.backward(trained.forward(images), labels))
rows_of_weights = weights.reshape(-1, 6)
columns = (rows_of_weights @ upstream.reshape(-1, 6).T).T
dx_time = milliseconds(lambda: rows_of_weights @ upstream.reshape(-1, 6).T)
dx_time += milliseconds(lambda: numpy_cnn.col2im(columns, images.shape, (5, 5), 1, 2))
print(f"2. dx of the first layer: {dx_time / step_time:.0%} of the time of a step")

trained.backward(trained.forward(images), labels)
of_batch = trained.gradients
one_by_one = []
for image, label in zip(images, labels):
    trained.backward(trained.forward(image[np.newaxis]), np.array([label]))
    one_by_one.append(trained.gradients)
means = [np.mean(parts, axis=0) for parts in zip(*one_by_one)]
difference = max(np.abs(one - other).max() for one, other in zip(of_batch, means))
print(f"3. gradient of the batch and mean of 32 gradients: largest difference {difference:.0e}")

together, in_turn = numpy_cnn.lenet(seed=0), numpy_cnn.lenet(seed=0)
together.step(images, labels, rate=0.32, momentum=0)
for image, label in zip(images, labels):
    in_turn.step(image[np.newaxis], np.array([label]), rate=0.01, momentum=0)
difference = max(
    np.abs(one - other).max() for one, other in zip(together.parameters, in_turn.parameters)
)
print(f"   one step with 32 images, 32 steps with one: largest difference {difference:.2f}")

# %% [markdown] tags=["answers"]
# 1. Most windows are ties: paper is 0 everywhere, so the convolution gives the bias everywhere. Where the bias is
#    negative, ReLU makes it 0, and ReLU's own gradient is 0 there, so the tie does not matter. Where the bias is
#    positive the tie is above 0. With the mask, all four pixels pass the gradient on and it is counted four
#    times: see the two lines for the biases. That is not the gradient of any function. The weights notice little,
#    because in these windows they are multiplied by pixels that are 0.
#
# 2. The line above says it. Libraries skip it: they compute only the gradients that something needs. Lesson
#    10 used the gradient of the image to make adversarial examples.
#
# 3. The gradient of the batch is the mean, up to rounding. The 32 steps are not the same as one: after the first of
#    them the weights are different, and so is the next gradient. For very small rates the difference
#    vanishes.

# %% [markdown]
# ## What to take away
#
# - **Stride** skips windows, **padding** adds zeros, a **batch** repeats the layer for each image. The seven
#   loops are the definition; **im2col** makes one product of matrices of it.
# - Backwards, each output gives its upstream gradient times the weight to each pixel of its window: shares are
#   **added**, and pixels in no window get **0**. `dw` and `db` are sums over the batch.
# - **Max pooling** passes the gradient to the first of the largest pixels.
# - Softmax and cross-entropy **together** have the gradient (probability − truth) / N. Subtract each row's
#   maximum first.
# - With these four pieces a LeNet trains in NumPy to more than 95 %, and its update step is that of Keras.
#
# **Common claims, corrected.** *"The gradient of the image is the full convolution with the flipped kernel"*: with
# stride 1; otherwise zeros go between the upstream values first. *"The mask of the maximum is the gradient
# of max pooling"*: only where there is no tie.
#
# **References**
#
# - K. Chellapilla, S. Puri and P. Simard, *High performance convolutional neural networks for document
#   processing*, Tenth International Workshop on Frontiers in Handwriting Recognition, 2006,
#   [inria-00112631](https://inria.hal.science/inria-00112631). Unrolled convolution, now called im2col.
# - V. Dumoulin and F. Visin, *A guide to convolution arithmetic for deep learning*, 2016,
#   [arXiv:1603.07285](https://arxiv.org/abs/1603.07285). Stride, padding and transposed convolution in pictures.
# - K. He, X. Zhang, S. Ren and J. Sun, *Delving deep into rectifiers*, ICCV 2015,
#   [arXiv:1502.01852](https://arxiv.org/abs/1502.01852). The starting weights.
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, *Gradient-based learning applied to document recognition*,
#   Proceedings of the IEEE 86 (1998), 2278–2324, [doi:10.1109/5.726791](https://doi.org/10.1109/5.726791).
#
# [Start page](../index.ipynb) · Before:
# [11, Training, and what it proves](../11_generalisation/11_generalisation.ipynb) · Next:
# [13, After LeNet](../13_resnet/13_resnet.ipynb)

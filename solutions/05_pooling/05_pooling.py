# ---
# jupyter:
#   course:
#     summary: One number for each window, what happens at the border, and how far a picture may move
#     minutes: 55
# ---

# %% [markdown]
# # Pooling: summarise and shift
#
# **What you will do.** Shrink pictures by keeping one number of each small window: the largest, the
# average, the sum. First with a stepper, then with functions that you write. Then you move pictures
# by a few pixels, and measure how much of that pooling forgives.
#
# **What you will learn**
# - what max, average, sum and global pooling compute, and how size and stride decide the shape;
# - why 7×7 becomes 4×4 in one source and 11×11 becomes 5×5 in another, and that both are right;
# - why ReLU and max pooling can change places, and why average pooling cannot join in;
# - how far a picture may move before its pooled maps are strangers to each other. You measure it.
#
# **What you need.** [Lesson 02](../02_convolution/02_convolution.ipynb): windows that slide, and
# ReLU. [Lesson 03](../03_sobel/03_sobel.ipynb): Sobel's kernels.
# [Lesson 04](../04_output_size/04_output_size.ipynb): `floor((n - k) / s) + 1`, and "same" padding.

# %%
import numpy as np

from utils import convolution, data, plots, pooling
from utils.widgets import pooling as pooling_widgets

# %% [markdown]
# ## One number from four
#
# Here is an image of 4 rows and 4 columns. Cut it into four windows of 2 × 2, and keep the largest
# number of each.

# %%
image = np.array([[1, 3, 2, 5], [4, 6, 1, 0], [7, 2, -1, -8], [3, 0, -4, -3]])
plots.matrices(
    [
        ("image", image),
        "→",
        ("max", pooling.pool2d(image)),
        "",
        ("average", pooling.pool2d(image, mode="average")),
        "",
        ("sum", pooling.pool2d(image, mode="sum")),
    ],
    alt="A 4x4 image; its four 2x2 windows have the maxima 6, 5, 7, -1, the averages 3.5, 2, 3, -4 "
    "and the sums 14, 8, 12, -16.",
)

# %% [markdown]
# That is **max pooling**: 16 numbers become 4, and each of the four is one that was there before. The
# *average* of a window blends all four of its numbers. The *sum* is four times the average. Nothing
# here is learned: pooling has no weights.

# %%
for row in (0, 2):
    for column in (0, 2):
        window = image[row : row + 2, column : column + 2]
        numbers = ", ".join(str(pixel) for pixel in window.flat)
        print(
            f"rows {row}-{row + 1}, columns {column}-{column + 1}:  max({numbers}) = {window.max()}"
            f",  sum {window.sum()},  average {window.sum()} / 4 = {window.mean()}"
        )

# %% [markdown]
# Look at the last window. All its numbers are negative, and the largest of −1, −8, −4, −3 is −1.
# Keep that window in mind: it is where home-made max pooling goes wrong most often.
#
# A window need not be 2 × 2, and need not move by its own width. **Press play**, then change the
# size, the stride and the image, and try to say the next number before you see it. With *same*,
# windows may stick out; with *valid*, pixels may go unseen, and these are hatched.

# %%
x_letter = -np.ones((9, 9), int)
for i in range(1, 8):
    x_letter[i, i] = x_letter[i, 8 - i] = 1
diagonal = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
x_map = convolution.relu(convolution.correlate2d(x_letter, diagonal))

pooling_widgets.pooling_stepper(
    {
        "4 by 4": image,
        "7 by 7, from the letter X": x_map,
        "5 by 6": np.array(
            [
                [8, 3, 5, 1, 6, 2],
                [2, 7, 4, 9, 0, 3],
                [6, 1, 3, 5, 2, 8],
                [0, 4, 9, 2, 7, 1],
                [5, 8, 1, 6, 3, 4],
            ]
        ),
        "all negative": -np.array([[5, 2, 7, 4], [3, 8, 6, 1], [9, 6, 2, 5], [4, 7, 3, 8]]),
    }
)

# %% [markdown]
# ### The same thing, defined
#
# For an image $I$, a window of $k \times k$ pixels and a stride of $s$, max pooling is
#
# $$O[i, j] \;=\; \max_{0 \le a,\, b < k} \; I[s\,i + a,\; s\,j + b]$$
#
# and the other modes have a sum or a mean in place of the max. Only whole windows count (*valid*), so
# along an axis of $n$ pixels there are $\lfloor (n - k) / s \rfloor + 1$ of them: the formula of
# lesson 04 without padding. Each channel is pooled on its own, and the number of channels stays.

# %%
for shape, where in [
    ((28, 28, 6), "LeNet-5, first average pooling"),
    ((10, 10, 16), "LeNet-5, second average pooling"),
    ((32, 32, 12), "twelve feature maps of a 32×32 image"),
    ((26, 26, 6), "six feature maps of a digit"),
    ((11, 11, 10), "ten maps of odd size: 11 / 2 is rounded down"),
]:
    pooled = pooling.pool2d(np.zeros(shape))
    before, after = ("×".join(map(str, s)) for s in (shape, pooled.shape))
    print(f"{before:<9} -> {after:<9} {np.prod(shape):>6,} -> {pooled.size:>5,} numbers   {where}")

# %% [markdown]
# > **Spot the slip.** One of the sources says that Keras's `MaxPooling2D` has a window of 2 × 2 and
# > *a stride of 1* unless you say otherwise. Another writes `MaxPooling2D(pool_size=(2, 2))`, gives no
# > stride, and gets 13 × 13 from 26 × 26. Which stride is that?

# %%
for stride in (1, 2):
    rows, columns = pooling.pool2d(np.zeros((26, 26)), 2, stride).shape
    print(f"26×26, window 2×2, stride {stride}: {rows}×{columns}")

# %% [markdown]
# A stride of 2. If you give none, the stride is **the pool size**: 2 for a 2 × 2 window, 3 for a 3 × 3
# window. The code of this lesson does as Keras does.
#
# If the stride is smaller than the window, windows overlap; if it is larger, pixels between them are
# never looked at. Below, one row of a 9 × 9 image, and a bar for each window of 3 along it; what no
# window covers is hatched. Down the columns it is the same.

# %%
pooling_widgets.window_lines(
    [(9, 3, 3, "valid"), (9, 3, 2, "valid"), (9, 3, 4, "valid")],
    alt="Windows of 3 along 9 pixels: three side by side with stride 3, four that overlap with "
    "stride 2, two with stride 4, where one pixel between them and two at the end go unseen.",
)

# %% [markdown]
# ### On a photograph
#
# Windows of 16 × 16 leave 32 × 32 numbers of a photograph with 512 × 512. The average keeps an image
# that you would recognise: it is a blur that throws away what it no longer needs. The maximum swells
# whatever is bright. In a feature map *bright* means *found here*, and so a network prefers it.

# %%
camera = data.photograph("camera")
plots.images(
    [camera, pooling.pool2d(camera, 16, mode="average"), pooling.pool2d(camera, 16)],
    ["512×512", "average, 16×16", "max, 16×16"],
    size=2.7,
    vmin=0,
    vmax=255,
    alt="A photographer; averaged over 16x16 windows, still easy to see; the maximum of each window, "
    "where the dark coat has shrunk and the tripod's bright edges have swollen.",
)

# %% [markdown]
# ## Exercise 1: pooling (4 points)
#
# Write it. Two loops visit every window, as in lesson 02; one line summarises it. *By hand* means
# Python and NumPy. What you did in lesson 04 you may import: `from utils.output_size import
# output_size`. Watch four things:
#
# - `stride=None` means that the stride is `size`;
# - rows and columns left over at the end are dropped;
# - images need not be square, and may hold negative numbers;
# - `uint8` cannot hold a sum of 300 or an average of 2.5. Compute in `float`.
#
# <details><summary>Hint 1</summary>
#
# Your loops from lesson 02 need two changes. The window is `size` × `size`. And window [i, j] does
# not begin at pixel [i, j] any more: with a stride of 3, in which row does window number 2 begin?
# How many rows of windows are there?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Settle `stride` before anything else, so that no later line has to think of `None`. The three
# modes differ in one function alone, and functions can stand in a dict: `{"max": np.max, "average":
# np.mean, ...}`. A mode that is not in it is the one to complain about.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# This stands inside both loops, with one slice left to write:
#
# ```python
# window = image[i * stride : i * stride + size, ...]
# ```
#
# If you look for the largest pixel in a loop of your own, do not start from 0: the window of −1,
# −8, −4, −3 has no 0 in it. And let the output be floats, whatever the image is.
#
# </details>


# %% nbgrader={"grade_id": "pool2d", "solution": true}
def pool2d(image, size=2, stride=None, mode="max"):
    """Summarise every whole window of an image by one number.

    Parameters
    ----------
    image : array of shape (H, W), of any real dtype
    size : int
        Height and width of the window.
    stride : int or None
        How many pixels the window moves on, to the right and down. None: as many as `size`.
    mode : "max", "average" or "sum"

    Returns
    -------
    array of shape (floor((H - size) / stride) + 1, floor((W - size) / stride) + 1)

    Raises
    ------
    ValueError
        If mode is none of the three, or the window is larger than the image in either direction.
    """
    ### BEGIN SOLUTION
    summarise = {"max": np.max, "average": np.mean, "sum": np.sum}
    image = np.asarray(image, dtype=float)
    height, width = image.shape
    if mode not in summarise:
        raise ValueError(f"there is no mode {mode!r}")
    if size > height or size > width:
        raise ValueError(f"a {size}x{size} window does not fit into a {height}x{width} image")
    stride = size if stride is None else stride
    output = np.zeros(((height - size) // stride + 1, (width - size) // stride + 1))
    for i in range(output.shape[0]):
        for j in range(output.shape[1]):
            top, left = i * stride, j * stride
            output[i, j] = summarise[mode](image[top : top + size, left : left + size])
    return output
    ### END SOLUTION


# %% [markdown]
# The next cell checks your function on the image above, on a published example (the X, pooled from
# 4 × 4 to 2 × 2), on 11 × 11, on windows that overlap, on bytes, and on what should raise an error.
# The cells after it hold checks that you do not see: they run when your work is marked.

# %% nbgrader={"grade_id": "test-pool2d", "grade": true, "points": 1}
import numpy as np

from utils import checks

with checks.Exercise("pooling.pool2d", pool2d, allowed=["output_size.output_size"]) as check:
    four_by_four = np.array([[1, 3, 2, 5], [4, 6, 1, 0], [7, 2, -1, -8], [3, 0, -4, -3]])
    check.example(four_by_four, expected=[[6, 5], [7, -1]])
    check.example(four_by_four, mode="average", expected=[[3.5, 2], [3, -4]])
    check.example(four_by_four, mode="sum", expected=[[14, 8], [12, -16]])
    published = np.array([[9, 3, 5, 3], [3, 9, 3, 5], [5, 3, 9, 1], [3, 5, 1, 7]]) / 9
    check.example(published, expected=[[1, 5 / 9], [5 / 9, 1]])
    # 11x11 gives 5x5: the last row and the last column are dropped.
    eleven = 121 - np.arange(121).reshape(11, 11)
    check.example(eleven, expected=[[121 - 22 * i - 2 * j for j in range(5)] for i in range(5)])
    # Windows of 3 that overlap. Here each average is the number in the middle.
    counting = np.arange(1, 21).reshape(4, 5)
    check.example(counting, 3, 1, "average", expected=[[7, 8, 9], [12, 13, 14]])
    check.example(four_by_four, 3, 1, expected=[[7, 6], [7, 6]])
    # Bytes, whose sum no byte can hold, and numbers far below 0.
    check.example(np.array([[200, 100], [100, 201]], np.uint8), mode="sum", expected=[[601]])
    check.example(np.array([[-4e12, -1e12], [-2e12, -3e12]]), expected=[[-1e12]])
    check.raises(ValueError, np.ones((2, 5)), 3)
    check.raises(ValueError, np.ones((5, 2)), 3)
    check.raises(ValueError, four_by_four, mode="median")

# %% nbgrader={"grade_id": "test-pool2d-windows", "grade": true, "points": 1}
# Marked when you hand in: other sizes and strides: windows that overlap, gaps between them,
# leftovers. Max alone.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(50)
with checks.Exercise("pooling.pool2d", pool2d, allowed=["output_size.output_size"]) as check:
    for shape, size, stride in [
        ((6, 7), 3, 1),
        ((9, 6), 3, 2),
        ((7, 9), 2, 3),
        ((5, 8), 4, 2),
        ((8, 5), 2, 1),
        ((4, 11), 1, 3),
        ((6, 9), 3, 3),
        ((3, 5), 3, 1),
        ((7, 3), 3, 4),
        ((5, 5), 5, 2),
    ]:
        picture = rng.permutation(shape[0] * shape[1]).reshape(shape) + 1
        check.agrees(picture, size, stride)
    check.agrees(rng.integers(0, 256, (6, 7), dtype=np.uint8))
    check.agrees(rng.integers(0, 256, (9, 6), dtype=np.uint8), 4)
    picture = rng.permutation(8 * 10).reshape(8, 10) + 1
    check.agrees(picture)
    check.agrees(picture, 3)
    check.agrees(picture, size=4)
    check.agrees(picture, size=2, stride=1)
    check.agrees(picture, stride=3, size=2, mode="max")
    check.agrees(80 - np.arange(80).reshape(8, 10), 3, 2)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-pool2d-modes", "grade": true, "points": 1}
# Marked when you hand in: average and sum, with other windows and strides.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(51)
with checks.Exercise("pooling.pool2d", pool2d, allowed=["output_size.output_size"]) as check:
    for mode in ("average", "sum"):
        for shape, size in [((6, 8), 2), ((9, 6), 3), ((4, 12), 4), ((5, 3), 1), ((3, 3), 3)]:
            check.agrees(rng.integers(1, 90, shape), size, mode=mode)
            check.agrees(rng.normal(size=shape), size, mode=mode)
        check.agrees(rng.normal(size=(6, 9)), 3, 3, mode)
        check.agrees(rng.integers(1, 90, (8, 5)), 2, 3, mode)
        check.agrees(rng.integers(1, 90, (5, 11)), size=2, stride=3, mode=mode)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-pool2d-numbers", "grade": true, "points": 0.5}
# Marked when you hand in: other kinds of number: bytes, negative numbers, fractions.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(52)
with checks.Exercise("pooling.pool2d", pool2d, allowed=["output_size.output_size"]) as check:
    bytes_image = rng.integers(100, 256, (6, 8), dtype=np.uint8)
    tall_bytes = rng.integers(0, 256, (9, 6), dtype=np.uint8)
    for mode in ("max", "average", "sum"):
        check.agrees(bytes_image, mode=mode)
        check.agrees(tall_bytes, 3, mode=mode)
        check.agrees(rng.integers(-128, -60, (4, 6), dtype=np.int8), mode=mode)
        check.agrees(rng.integers(20000, 32767, (4, 8), dtype=np.int16), 2, mode=mode)
        check.agrees(rng.integers(-9, 9, (6, 4)).astype(np.float32), 2, mode=mode)
        check.agrees(-rng.random((4, 6)) - 0.1, mode=mode)
        check.agrees(-rng.random((6, 4)) * 1e12, mode=mode)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-pool2d-errors", "grade": true, "points": 0.5}
# Marked when you hand in: a window that does not fit, and a mode that does not exist.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("pooling.pool2d", pool2d, allowed=["output_size.output_size"]) as check:
    check.agrees(np.ones((4, 4)))
    check.agrees(np.ones((3, 3)), 3)
    check.raises(ValueError, np.ones((2, 5)), 3)
    check.raises(ValueError, np.ones((5, 2)), 3)
    check.raises(ValueError, np.ones((2, 2)), 3)
    check.raises(ValueError, np.ones((4, 4)), 5, 1, "sum")
    check.raises(ValueError, np.ones((4, 4)), mode="median")
    check.raises(ValueError, np.ones((6, 4)), 2, 2, "min")
### END HIDDEN TESTS

# %% [markdown]
# ## Why 7 gives 4 in one source, and 11 gives 5 in another
#
# Both pool by 2 × 2 with stride 2, and in both an odd number of pixels is left over. The slides with
# the letter X pool 7 × 7 to **4** × 4. The book pools 11 × 11 to **5** × 5. Neither has slipped: they
# treat what is left over differently.
#
# - *valid*: only whole windows count, and the rest is dropped: $\lfloor (n - k)/s \rfloor + 1$.
# - *same*: the rest gets windows too, which stick out, and count only what lies in the image:
#   $\lceil n / s \rceil$.

# %%
pooling_widgets.window_map(
    [(7, 2, 2, "valid"), (7, 2, 2, "same"), (11, 2, 2, "valid"), (11, 2, 2, "same")],
    alt="2x2 windows: 7x7 gives 3x3 if the last row and column are dropped and 4x4 if they get "
    "windows of their own; 11x11 gives 5x5 or 6x6.",
)

# %% [markdown]
# ### The published example, recomputed
#
# The slides draw an X on 9 × 9 pixels, 1 on the strokes and −1 elsewhere, and slide a diagonal of
# 3 × 3 over it: multiply, add, divide by 9. All results are ninths, and printed with two digits, the
# rest cut off: 7/9 as 0.77, 5/9 as 0.55. Count in ninths, and all numbers are whole. After ReLU the
# 7 × 7 map is pooled to 4 × 4, and once more to 2 × 2:

# %%
once = pooling.max_pool_same(x_map)
twice = pooling.max_pool_same(once)
plots.matrices(
    [("after ReLU, in ninths", x_map), "→", ("pooled", once), "→", ("again", twice)],
    alt="The X's 7x7 map in ninths, pooled to 9 3 5 3 / 3 9 3 5 / 5 3 9 1 / 3 5 1 7, and that to "
    "9 5 / 5 9.",
)

# %% [markdown]
# The last row and the last column of the 4 × 4 come from windows that are cut off: 3, 5, 1 on the
# right are the maxima of two pixels each, and the 7 in the corner stands for itself. Here is what the
# slides print for all three of their features, against ours:

# %%
features = {
    "diagonal": diagonal,
    "small X": np.array([[1, -1, 1], [-1, 1, -1], [1, -1, 1]]),
    "other diagonal": diagonal[:, ::-1],
}
published = {
    "diagonal": [
        [1, 0.33, 0.55, 0.33],
        [0.33, 1, 0.33, 0.55],
        [0.55, 0.33, 1, 0.11],
        [0.33, 0.55, 0.11, 0.77],
    ],
    "small X": [
        [0.55, 0.33, 0.55, 0.33],
        [0.33, 1, 0.55, 0.11],
        [0.55, 0.55, 0.55, 0.11],
        [0.33, 0.11, 0.11, 0.33],
    ],
    "other diagonal": [
        [0.33, 0.55, 1, 0.77],
        [0.55, 0.55, 1, 0.33],
        [1, 1, 0.11, 0.55],
        [0.77, 0.33, 0.55, 0.33],
    ],
}
for name, feature in features.items():
    match = convolution.relu(convolution.correlate2d(x_letter, feature))
    ninths = pooling.max_pool_same(match)
    cut = np.floor(ninths * 100 / 9) / 100
    again = pooling.max_pool_same(ninths).astype(int).tolist()
    print(f"{name:<15} as published: {np.allclose(cut, published[name])}   pooled again: {again}")

# %% [markdown]
# All 48 numbers agree. [Lesson 06](../06_xo_classifier/06_xo_classifier.ipynb) takes it from here.
#
# ### Padding that never wins
#
# To let windows stick out, one can pad the image. With what? Zeros look harmless, and after ReLU they
# are. On other numbers they are a lie: here every pixel is negative, and three of the four zero-padded
# results are 0, a number that the image does not contain.

# %%
below_zero = np.array([[-5, -2, -7], [-3, -8, -4], [-9, -6, -1]])
with_zeros = pooling.pool2d(np.pad(below_zero, (0, 1)))
plots.matrices(
    [
        ("image", below_zero),
        "→",
        ("padded with 0", with_zeros),
        "",
        ("cut off", pooling.max_pool_same(below_zero)),
    ],
    alt="A 3x3 image of negative numbers. Zero padding gives -2 0 / 0 0; windows that are cut off "
    "give -2 -4 / -6 -1.",
)

# %% [markdown]
# Keras pads with $-\infty$, which never wins, and splits the padding as in lesson 04: in all
#
# $$p = \max\bigl((\lceil n/s \rceil - 1)\, s + k - n,\; 0\bigr)$$
#
# pixels along an axis, $\lfloor p/2 \rfloor$ of them before and the rest after. So windows of 3 can
# stick out at the **top and left** as well, by one pixel. Where they fall for four cases, along one row
# of the image:

# %%
pooling_widgets.window_lines(
    [(5, 3, 1, "same"), (5, 3, 2, "same"), (6, 3, 2, "same"), (7, 2, 3, "same")],
    alt="Same windows along a row. Size 3 with stride 1 or 2 on 5 pixels sticks out by one pixel at "
    "both ends; with stride 2 on 6 pixels only at the end; size 2 with stride 3 on 7 pixels sticks "
    "out at the end and leaves gaps.",
)

# %%
for n, size, stride in [(7, 2, 2), (5, 3, 1), (5, 3, 2), (6, 3, 2), (7, 2, 3), (6, 2, 3)]:
    before, after = pooling.same_border(n, size, stride)
    out = -(-n // stride)
    print(f"n {n}, size {size}, stride {stride}: out {out}, {before} before and {after} after")

# %% [markdown]
# ## Exercise 2: max pooling with "same" padding (3 points)
#
# Two ways lead there. Pad the image with something that never wins, in `float`, and call your
# `pool2d`. Or cut every window off at the border, with no padding at all. `from utils.output_size
# import same_padding` is allowed, because you wrote it in lesson 04.
#
# <details><summary>Hint 1</summary>
#
# In one row: 3, 1, 4, 1, 5 with windows of 2 and a stride of 2. There are three windows, and the
# last holds the 5 alone. If you give it a partner, which number can that be, so that it never wins,
# not even against −1000? Whole numbers do not have it.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Padding only at the end is right for windows of 2. But for 5 pixels, windows of 3 and a stride of
# 2 the bars above stick out at *both* ends. Work out p for the rows and for the columns, each from
# its own n. Rounding up is `-(-n // stride)`.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# `np.pad` takes a pair for each axis:
#
# ```python
# padded = np.pad(image, [(top, bottom), (left, right)], constant_values=...)
# ```
#
# The image has to be of floats by then, or that constant does not fit in. After that, `pool2d` does
# the rest, with `size` and `stride` both given.
#
# </details>


# %% nbgrader={"grade_id": "max_pool_same", "solution": true}
def max_pool_same(image, size=2, stride=2):
    """Max-pool an image as Keras does with padding="same".

    Parameters
    ----------
    image : array of shape (H, W), of any real dtype; it may be smaller than the window
    size, stride : int
        The window's height and width, and how many pixels it moves on.

    Returns
    -------
    array of shape (ceil(H / stride), ceil(W / stride))
        The largest pixel in each window. Along an axis of n pixels the windows stick out by
        p = max((ceil(n / stride) - 1) * stride + size - n, 0) in all: p // 2 before, the rest
        after. What lies outside the image never wins.
    """
    ### BEGIN SOLUTION
    image = np.asarray(image, dtype=float)
    border = []
    for n in image.shape:
        p = max((-(-n // stride) - 1) * stride + size - n, 0)
        border.append((p // 2, p - p // 2))
    return pool2d(np.pad(image, border, constant_values=-np.inf), size, stride)
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-max_pool_same", "grade": true, "points": 1}
import numpy as np

from utils import checks

earlier = ["output_size.same_padding", "output_size.output_size"]
with checks.Exercise(
    "pooling.max_pool_same", max_pool_same, allowed=earlier, uses=["pool2d"]
) as check:
    x_map = np.array(
        [
            [7, 0, 1, 3, 5, 0, 3],
            [0, 9, 0, 3, 0, 1, 0],
            [1, 0, 9, 0, 1, 0, 5],
            [3, 3, 0, 5, 0, 3, 3],
            [5, 0, 1, 0, 9, 0, 1],
            [0, 1, 0, 3, 0, 9, 0],
            [3, 0, 5, 3, 1, 0, 7],
        ]
    )
    check.example(
        x_map / 9,
        expected=np.array([[9, 3, 5, 3], [3, 9, 3, 5], [5, 3, 9, 1], [3, 5, 1, 7]]) / 9,
    )
    check.example(np.array([[3, 1, 4, 1, 5]], np.uint8), expected=[[3, 4, 5]])
    check.example(np.array([[3, 1], [4, 1]]), expected=[[4]])
    # Negative numbers of any size: the padding never wins.
    check.example(-1e12 * np.array([[3, 1, 4, 1, 5]]), expected=[[-1e12, -1e12, -5e12]])
    # Gaps between the windows: nothing looks at the 4 and the 9.
    check.example(np.array([[3, 1, 4, 1, 5, 9]]), 2, 3, expected=[[3, 5]])
    # Four rows and five columns: windows of 3 stick out below, and at both sides.
    picture = np.array(
        [[12, 9, 19, 18, 3], [15, 11, 8, 13, 6], [14, 1, 7, 16, 17], [5, 2, 10, 4, 20]]
    )
    check.example(picture, 3, expected=[[15, 19, 18], [14, 16, 20]])

# %% nbgrader={"grade_id": "test-max_pool_same-borders", "grade": true, "points": 1}
# Marked when you hand in: other sizes and strides: windows that stick out at the top and left too,
# overlaps, gaps.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(53)
earlier = ["output_size.same_padding", "output_size.output_size"]
with checks.Exercise(
    "pooling.max_pool_same", max_pool_same, allowed=earlier, uses=["pool2d"]
) as check:
    for shape, size, stride in [
        ((6, 7), 3, 2),
        ((9, 6), 3, 2),
        ((5, 8), 3, 1),
        ((7, 4), 2, 1),
        ((7, 9), 2, 3),
        ((6, 5), 2, 3),
        ((8, 10), 3, 3),
        ((7, 8), 4, 3),
        ((10, 7), 5, 2),
        ((5, 9), 4, 4),
        ((3, 2), 3, 2),
        ((2, 5), 3, 1),
        ((6, 5), 1, 2),
    ]:
        picture = rng.permutation(shape[0] * shape[1]).reshape(shape) + 1
        check.agrees(picture, size, stride)
    picture = rng.permutation(5 * 8).reshape(5, 8) + 1
    check.agrees(picture)
    check.agrees(picture, 3)
    check.agrees(picture, stride=3)
    check.agrees(picture, stride=1, size=4)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-max_pool_same-negative", "grade": true, "points": 1}
# Marked when you hand in: negative numbers, bytes, and very small and large numbers.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(54)
earlier = ["output_size.same_padding", "output_size.output_size"]
with checks.Exercise(
    "pooling.max_pool_same", max_pool_same, allowed=earlier, uses=["pool2d"]
) as check:
    for shape in [(7, 7), (5, 4), (4, 5), (1, 3), (3, 1), (6, 9)]:
        check.agrees(-rng.random(shape) - 0.1)
        check.agrees(rng.integers(-99, 0, shape))
    check.agrees(rng.integers(-128, -100, (5, 7), dtype=np.int8))
    check.agrees(rng.integers(-32768, -32000, (7, 5), dtype=np.int16))
    check.agrees(rng.integers(0, 4, (7, 5), dtype=np.uint8))
    check.agrees(rng.integers(0, 256, (9, 5), dtype=np.uint8))
    check.agrees(rng.integers(0, 60000, (5, 5)).astype(np.uint16))
    check.agrees(-rng.integers(10**6, 10**7, (5, 3)))
    check.agrees(-rng.random((3, 5)) * 1e12)
    check.agrees(-rng.random((5, 5)) * 1e-6)
    check.agrees(rng.integers(-9, 0, (5, 5)).astype(np.float32))
### END HIDDEN TESTS

# %% [markdown]
# ## ReLU and max pooling can change places
#
# A layer usually applies ReLU and then pools. Try it both ways round:

# %%
sums = np.array([[-4, 2, -1, -3], [1, -3, -2, -6], [5, -8, 0, 3], [-7, 2, -9, 4]])
relu_first = pooling.pool2d(convolution.relu(sums))
pool_first = convolution.relu(pooling.pool2d(sums))
plots.matrices(
    [("sums", sums), "", ("ReLU → max", relu_first), "=", ("max → ReLU", pool_first)],
    alt="A 4x4 map with negative numbers gives 2 0 / 5 4 whichever of ReLU and max pooling comes "
    "first.",
)

# %% [markdown]
# The two agree, and not by luck. **ReLU never decreases**: if $a \ge b$ then
# $\mathrm{ReLU}(a) \ge \mathrm{ReLU}(b)$. So the largest number of a window is still the largest after
# ReLU, and
#
# $$\max\bigl(\mathrm{ReLU}(a), \mathrm{ReLU}(b)\bigr) = \mathrm{ReLU}\bigl(\max(a, b)\bigr).$$
#
# Any function that never decreases (*monotone*) will do. One that turns the order of some numbers
# around will not:

# %%
rng = np.random.default_rng(5)
feature_map = rng.normal(size=(20, 30))
functions = {
    "ReLU": convolution.relu,
    "leaky ReLU, slope 0.01": lambda x: np.where(x < 0, 0.01 * x, x),
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "square": np.square,
    "absolute value": np.abs,
    "minus": np.negative,
}
for name, function in functions.items():
    same = np.allclose(pooling.pool2d(function(feature_map)), function(pooling.pool2d(feature_map)))
    print(f"{name:<24} {'changes places with max pooling' if same else 'does not'}")

# %% [markdown]
# With **average** pooling it fails, even for ReLU. The average lets negative numbers cancel positive
# ones, and ReLU has removed them if it comes first. One window is enough to see it, here the first
# one: its average is $(-4 + 2 + 1 - 3)/4 = -1$, and ReLU makes that 0; after ReLU it is
# $(0 + 2 + 1 + 0)/4 = 0.75$.

# %%
relu_first = pooling.pool2d(convolution.relu(sums), mode="average")
pool_first = convolution.relu(pooling.pool2d(sums, mode="average"))
plots.matrices(
    [("sums", sums), "", ("ReLU → avg", relu_first), "≠", ("avg → ReLU", pool_first)],
    alt="With average pooling the order matters: 0.75 0 / 1.75 1.75 against four zeros.",
)

# %% [markdown]
# That max pooling does not mind saves work: pool first, and ReLU has 1,014 numbers to look at where a
# 26 × 26 × 6 volume has 4,056.
#
# ## One number for a whole map: global pooling
#
# Make the window as large as the map, and one number is left of each channel. Below are four feature
# maps of a digit, from Sobel's kernels and their opposites, after ReLU: *brighter to the right, to the
# left, at the top, at the bottom*. The titles give each map's largest number and its average.

# %%
(x_train, y_train), (x_test, y_test) = data.load_digits()

digit = x_test[39]
maps = pooling.edge_maps(digit)
largest, average = pooling.global_pool(maps), pooling.global_pool(maps, "average")
titles = [
    f"{name}\nmax {high:.0f}, avg {mean:.0f}"
    for name, high, mean in zip(pooling.EDGE_KERNELS, largest, average)
]
plots.images(
    [digit, *np.moveaxis(maps, -1, 0)],
    [f"a {y_test[39]}\n", *titles],
    alt="A handwritten digit and its four edge maps, each with its largest number and its average.",
)

# %% [markdown]
# $26 \times 26 \times 4$ numbers became 4. They say *whether* and *how much*, and no longer *where*.
# Networks do this at their end, in place of flattening, and save nearly all weights of the layer that
# follows. For a volume of $5 \times 5 \times 16$ and ten classes:

# %%
height, width, channels, classes = 5, 5, 16, 10
print("flattened:    ", (height * width * channels + 1) * classes, "parameters")
print("global pooling:", (channels + 1) * classes, "parameters")

# %% [markdown]
# ## Exercise 3: global pooling (1 point)
#
# The channels are the **last** axis. Everything before it goes.
#
# <details><summary>Hint</summary>
#
# `volume.max()` is one number for all channels, and `volume.max(axis=0)` has the shape (W, C). The
# result should have the shape (C,). Which two axes have to go? `axis` takes a pair of them as well.
#
# </details>


# %% nbgrader={"grade_id": "global_pool", "solution": true}
def global_pool(volume, mode="max"):
    """Summarise each channel of a volume (H, W, C) by one number; return an array of shape (C,).

    mode is "max" or "average". The volume may have any real dtype, and negative numbers.
    """
    ### BEGIN SOLUTION
    volume = np.asarray(volume, dtype=float)
    return volume.max(axis=(0, 1)) if mode == "max" else volume.mean(axis=(0, 1))
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-global_pool", "grade": true, "points": 0.5}
import numpy as np

from utils import checks

with checks.Exercise("pooling.global_pool", global_pool, uses=["pool2d"]) as check:
    # Two channels: 1 to 6, and 10 to 60 with a minus sign.
    two_channels = np.stack([np.arange(1, 7), -10 * np.arange(1, 7)], axis=-1).reshape(2, 3, 2)
    check.example(two_channels, expected=[6, -10])
    check.example(two_channels, "average", expected=[3.5, -35])
    # Bytes, whose sum no byte can hold: three rows, a single column, two channels.
    narrow = np.array([[[200, 9]], [[100, 90]], [[210, 0]]], np.uint8)
    check.example(narrow, "average", expected=[170, 33])

# %% nbgrader={"grade_id": "test-global_pool-shapes", "grade": true, "points": 0.5}
# Marked when you hand in: other shapes and other kinds of number.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(55)
with checks.Exercise("pooling.global_pool", global_pool, uses=["pool2d"]) as check:
    for shape in [(4, 4, 4), (3, 5, 3), (5, 3, 3), (6, 7, 2), (1, 4, 5), (4, 1, 2), (3, 4, 1)]:
        for mode in ("max", "average"):
            check.agrees(rng.normal(size=shape), mode)
            check.agrees(-rng.random(shape) - 0.1, mode=mode)
        check.agrees(rng.integers(0, 256, shape, dtype=np.uint8), "average")
    check.agrees(rng.integers(-128, 128, (5, 6, 3), dtype=np.int8))
    check.agrees(rng.integers(20000, 32767, (5, 6, 3), dtype=np.int16), "average")
    check.agrees(rng.normal(size=(6, 4, 3)))
### END HIDDEN TESTS

# %% [markdown]
# ## Moving a picture
#
# To measure what pooling forgives, you need a tool that moves pictures. `dx` pixels to the right, `dy`
# pixels down; negative numbers go left and up. What leaves the frame is lost, and zeros come in. It
# does **not** come back on the other side, as it would with `np.roll`.

# %%
plots.images(
    [
        digit,
        pooling.shift(digit, 6),
        pooling.shift(digit, -12),
        pooling.shift(digit, 3, -5),
        np.roll(digit, -12, axis=1),
    ],
    ["as it is", "dx = 6", "dx = −12", "dx = 3, dy = −5", "np.roll, −12"],
    alt="A digit; moved 6 pixels to the right; moved 12 to the left, partly out of the frame; moved "
    "right and up; and rolled, so that its left part comes back on the right.",
)

# %% [markdown]
# ## Exercise 4: shift (2 points)
#
# Start from zeros, and copy the part of the image that stays in the frame. Slices do it: which rows
# and columns of the image survive, and where do they land? Try a row of three pixels on paper first:
# `[1, 2, 3]` with `dx = 1` is `[0, 1, 2]`, with `dx = −1` it is `[2, 3, 0]`, and with `dx = 3`, or 30,
# it is `[0, 0, 0]`.
#
# <details><summary>Hint 1</summary>
#
# Take `[1, 2, 3]` and dx = 1. Which columns of the image survive, and in which do they land? Write
# both as slices. Then do it for dx = −1. What will the slices be for dx = 30?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# If you think in single pixels: the new pixel [i, j] comes from [i − dy, j − dx]. Ask whether that
# place is in the frame before you look there. Python will not: `image[-1]` is the last row, and it
# comes back in at the other side.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Pixel by pixel, with half of the question left open:
#
# ```python
# moved = np.zeros_like(image)
# for i in range(height):
#     for j in range(width):
#         if 0 <= i - dy < height and ...:
#             moved[i, j] = image[i - dy, j - dx]
# ```
#
# For colour images too, height and width are the first two numbers of the shape; `moved[i, j]` is
# then a whole pixel of three.
#
# </details>


# %% nbgrader={"grade_id": "shift", "solution": true}
def shift(image, dx, dy=0):
    """Move a picture within its frame: dx pixels to the right, dy down; zeros come in.

    Parameters
    ----------
    image : array of shape (H, W) or (H, W, C)
    dx, dy : int
        Of any size; negative: to the left, up.

    Returns
    -------
    array of the image's shape
        At [i, j], the image's pixel [i - dy, j - dx] if there is one, else 0.
    """
    ### BEGIN SOLUTION
    image = np.asarray(image)
    height, width = image.shape[:2]
    moved = np.zeros_like(image)
    for i in range(max(dy, 0), min(height + dy, height)):
        for j in range(max(dx, 0), min(width + dx, width)):
            moved[i, j] = image[i - dy, j - dx]
    return moved
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-shift", "grade": true, "points": 0.5}
import numpy as np

from utils import checks

with checks.Exercise("pooling.shift", shift) as check:
    check.example(np.array([[1, 2, 3]]), 1, expected=[[0, 1, 2]])
    check.example(np.array([[1, 2, 3]]), -1, expected=[[2, 3, 0]])
    check.example(np.array([[1, 2, 3], [4, 5, 6]]), 1, 1, expected=[[0, 0, 0], [0, 1, 2]])
    check.example(np.array([[1, 2, 3], [4, 5, 6]]), 0, expected=[[1, 2, 3], [4, 5, 6]])
    # Shifts as large as the image, and larger.
    check.example(np.array([[1, 2], [3, 4]]), 0, -2, expected=[[0, 0], [0, 0]])
    check.example(np.array([[1, 2, 3]]), 4, expected=[[0, 0, 0]])
    # A colour image: one row, three columns, two channels.
    colours = np.array([[[1, 2], [-3, 0.5], [5, 300]]])
    check.example(colours, -1, expected=[[[-3, 0.5], [5, 300], [0, 0]]])

# %% nbgrader={"grade_id": "test-shift-directions", "grade": true, "points": 0.5}
# Marked when you hand in: all directions, images that are not square, other kinds of number.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(56)
with checks.Exercise("pooling.shift", shift) as check:
    picture = rng.integers(1, 256, (6, 7), dtype=np.uint8)
    for dx, dy in [(1, 0), (-2, 0), (0, 1), (0, -2), (2, 1), (2, -1), (-1, 3), (-3, -2), (5, -4)]:
        check.agrees(picture, dx, dy)
        check.agrees(rng.normal(size=(9, 6)), dx=dx, dy=dy)
    check.agrees(picture, 3)
    check.agrees(picture, dx=-4)
    check.agrees(rng.integers(-128, 0, (4, 6), dtype=np.int8), 1, 2)
    check.agrees(rng.random((5, 5)).astype(np.float32), -1, -1)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-shift-colour", "grade": true, "points": 0.5}
# Marked when you hand in: colour images.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(57)
with checks.Exercise("pooling.shift", shift) as check:
    for shape in [(5, 6, 3), (4, 3, 3), (3, 5, 3), (6, 4, 1), (4, 4, 4)]:
        picture = rng.integers(1, 256, shape, dtype=np.uint8)
        for dx, dy in [(1, 0), (0, -1), (-2, 1), (0, 0)]:
            check.agrees(picture, dx, dy)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-shift-far", "grade": true, "points": 0.5}
# Marked when you hand in: shifts as large as the image, and larger.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(58)
with checks.Exercise("pooling.shift", shift) as check:
    picture = rng.integers(1, 9, (3, 5))
    for dx, dy in [(4, 0), (-4, 0), (0, 2), (0, -2), (4, 2), (-4, -2)]:
        check.agrees(picture, dx, dy)
    for dx, dy in [(5, 0), (-5, 0), (0, 3), (0, -3), (6, 0), (-6, 0), (0, 4), (0, -4)]:
        check.agrees(picture, dx, dy)
    for dx, dy in [(7, 1), (-9, -1), (1, 5), (-2, -7), (100, 0), (0, -100), (-50, 50)]:
        check.agrees(picture, dx, dy)
    check.agrees(rng.integers(1, 9, (3, 4, 2)), 4, 1)
    check.agrees(rng.integers(1, 9, (3, 4, 2)), -9)
### END HIDDEN TESTS

# %% [markdown]
# ## How much does pooling forgive?
#
# Take a bright bar one pixel wide, move it by 1 and by 2, and max-pool each picture by 2 × 2:

# %%
bar = np.zeros((2, 8), int)
bar[:, 2] = 9
figure, axes = plots.figure(9, 1.9, 2, 3)
for ax, lower, dx in zip(axes[0], axes[1], (0, 1, 2)):
    plots.matrix(ax, pooling.shift(bar, dx), f"moved by {dx}")
    plots.matrix(lower, pooling.pool2d(pooling.shift(bar, dx)), "pooled")
    lower.set_xlim(-2.06, 6.06)
plots.Picture(
    figure,
    alt="A bar in column 2 gives a pooled 9 in column 1. Moved by 1 to column 3, the pooled map is "
    "the same. Moved by 2 to column 4, the pooled 9 is in column 2.",
)

# %% [markdown]
# Moved by 1, the bar is still in the same window: the output does not notice. Moved by 2, the bar is in
# the next window, and so is its maximum. Had the bar started at column 3, a single step would have
# taken it across. So 2 × 2 pooling forgives a step of 1 **half of the time**:

# %%
forgiven = []
for column in range(7):
    bar = np.zeros((2, 8))
    bar[:, column] = 9
    same = np.array_equal(pooling.pool2d(bar), pooling.pool2d(pooling.shift(bar, 1)))
    forgiven.append(same)
print("a step to the right is forgiven from columns", np.flatnonzero(forgiven), "and no others")

rolling = np.array_equal(
    pooling.pool2d(pooling.shift(camera, 2)), pooling.shift(pooling.pool2d(camera), 1)
)
print("a photograph moved by 2 gives its pooled map, moved by 1:", rolling)

# %% [markdown]
# > **Spot the slip.** Two of the sources say that pooling brings *translation variance*. They mean
# > **invariance**: the output should *not* vary when the picture is translated. One of them uses the
# > right word further down, and says that small shifts do not affect what is detected. How small is
# > small? And how much is *not*? Measure it, on real digits.
#
# ### The measurement
#
# For each of the 360 test digits: move it by `dx`, take its four edge maps as above, pool them, and
# compare with the pooled maps of the digit where it was. Two questions.
#
# 1. **How much do the maps change?** The length of the difference divided by the length of the
#    original: 0 is no change, 1 as much as if all were wiped out.
# 2. **Is the digit still recognised?** Give it the label of the nearest of the 1,437 training digits,
#    which nobody has moved. This is no network, but it shows what the numbers are worth.

# %%
ink = np.flatnonzero((x_test > 0).any(axis=(0, 1)))
print(f"Ink is in columns {ink[0]} to {ink[-1]} of 0 to 27, so a move of 3 loses nothing.")

SHIFTS = range(-4, 5)
POOLINGS = {
    "no pooling": lambda maps: maps,
    "2×2": lambda maps: pooling.pool2d(maps, 2),
    "4×4": lambda maps: pooling.pool2d(maps, 4),
    "2×2 twice": lambda maps: pooling.pool2d(pooling.pool2d(maps, 2), 2),
    "global": pooling.global_pool,
}

train_maps = [pooling.edge_maps(image) for image in x_train]
moved_maps = {
    dx: [pooling.edge_maps(pooling.shift(image, dx)) for image in x_test] for dx in SHIFTS
}

# %%
change, accuracy = {}, {}
for name, pool in POOLINGS.items():
    known = np.array([pool(maps).ravel() for maps in train_maps])
    moved = {dx: np.array([pool(maps).ravel() for maps in moved_maps[dx]]) for dx in SHIFTS}
    change[name] = [
        np.mean([pooling.relative_change(*pair) for pair in zip(moved[0], moved[dx])])
        for dx in SHIFTS
    ]
    accuracy[name] = [
        np.mean(pooling.nearest_labels(moved[dx], known, y_train) == y_test) for dx in SHIFTS
    ]

print(f"{'moved by':<12}", *(f"{dx:>5}" for dx in SHIFTS))
for title, table in [("change", change), ("recognised", accuracy)]:
    print(title)
    for name, values in table.items():
        print(f"  {name:<10}", *(f"{value:5.2f}" for value in values))

# %%
assert change["4×4"] == change["2×2 twice"]
assert accuracy["4×4"] == accuracy["2×2 twice"]
pooling_widgets.shift_curves(SHIFTS, change, accuracy, leave_out="2×2 twice")

# %% [markdown]
# Read the left picture first. One pixel changes the unpooled maps by half. After 2 × 2 pooling it is
# four tenths, after 4 × 4 three tenths. So pooling forgives **something**, and less than the word
# *invariance* promises: no curve but the green one is flat.
#
# On the right, all three curves hold at 1 pixel, pooled or not. At 2 pixels, 2 × 2 pooling saves three
# to five digits in a hundred; at 4 pixels little is left. The green line is flat: global pooling
# forgives every move. It also has forgotten nearly everything. Four numbers are left, and they name one
# digit in three, where guessing names one in ten. **What is forgiven is no longer known**: that is the
# price.
#
# The blue curve is lopsided: it forgives moves to the left more readily. That is an accident of where
# the windows begin. Let the 4 × 4 windows begin two columns and two rows later, and it tips over:

# %%
for begin in (0, 2):
    known = np.array([pooling.pool2d(maps[begin:, begin:], 4).ravel() for maps in train_maps])
    for dx in (-2, 2):
        moved = np.array(
            [pooling.pool2d(maps[begin:, begin:], 4).ravel() for maps in moved_maps[dx]]
        )
        share = np.mean(pooling.nearest_labels(moved, known, y_train) == y_test)
        print(f"windows begin at {begin}, moved by {dx:>2}: {share:.2f} recognised")

# %% [markdown]
# And 2 × 2 twice is the same as 4 × 4 once, to the last digit: the largest of the largest. In a
# network a convolution stands in between, and then it is not. [Lesson 07](../07_keras_cnn/07_keras_cnn.ipynb) measures whole networks in this
# way, and [lesson 09](../09_augmentation/09_augmentation.ipynb) makes the curve flat by other means.
#
# **Move the slider.** For each kind of pooling, find the first move that changes the four maps by more
# than half. The picture shows one of them, *brighter to the right*, pooled, before and after the move.

# %%
pooling_widgets.shift_explorer(digit)

# %% [markdown]
# ## Questions to think about
#
# Predict, then measure. This is for you alone, without points; `solutions/` has answers.
#
# 1. 2 × 2 max pooling twice is the same as 4 × 4 once. Does that hold for the average, and for the
#    sum? And which single window and stride do the work of 3 × 3 with stride 2, done twice: for
#    which modes?
# 2. Two of the three modes are cross-correlations with a stride. What are their kernels? And why
#    can max pooling not be one, whatever the kernel?
# 3. Global pooling left four numbers of a digit, and they named one in three. Take 64 kernels of 5
#    × 5, filled with *random* numbers; ReLU; the maximum of each map. How many digits will those 64
#    numbers name, unmoved and moved by 3 pixels? Nobody has trained anything.

# %% [markdown] tags=["answers"]
# ### Answers
#
# **1.** Windows side by side: it holds for all three. The largest of the largest, the sum of the
# sums, and the mean of means that count equally many pixels. With 3 × 3 and stride 2, the windows
# overlap: two steps look at 7 × 7 pixels and move by 4. Max agrees with a single 7 × 7 window of
# stride 4, because it does not matter how often a pixel is looked at. Sum and average count the
# pixels of the overlaps twice, some even four times, and do not agree.
#
# **2.** Sum pooling of 2 × 2 is a kernel of four 1s with stride 2, and average pooling one of four
# quarters, each channel on its own. A cross-correlation is linear: what it answers to the sum of
# two images is the sum of its answers. The maximum is not: it is 1 for the window 1 0 / 0 0 and 1
# for 0 1 / 0 0, and for their sum 1 1 / 0 0 it is 1 again, not 2.
#
# **3.** 78 in a hundred, moved or not; with other random numbers it is 75 to 79. (The two shares
# below differ a little, because at the rim of the picture some windows are missing.) Four questions
# know little about a digit, and 64 questions, even thoughtless ones, know much more. What global
# pooling forgets is *where*. What is left grows with the number of channels, and that is why
# networks have many of them at their end. Training then makes them better questions. All of this,
# measured:

# %% tags=["answers"]
rng = np.random.default_rng(0)
noise = rng.normal(size=(31, 31))
for mode in ("max", "average", "sum"):
    twice_2 = pooling.pool2d(pooling.pool2d(noise, 2, mode=mode), 2, mode=mode)
    twice_3 = pooling.pool2d(pooling.pool2d(noise, 3, 2, mode), 3, 2, mode)
    side_by_side = np.allclose(twice_2, pooling.pool2d(noise, 4, mode=mode))
    overlapping = np.allclose(twice_3, pooling.pool2d(noise, 7, 4, mode))
    print(f"1. {mode:<8} 2×2 twice is 4×4: {side_by_side}   3×3/2 twice is 7×7/4: {overlapping}")

quarters = convolution.correlate2d(noise, np.full((2, 2), 1 / 4))[::2, ::2]
print("2. average pooling:", np.allclose(quarters, pooling.pool2d(noise, mode="average")))

# %% tags=["answers"]
questions = np.random.default_rng(0).normal(size=(5, 5, 1, 64))


def answers(images, dx=0):
    """Return the largest answer of each image, moved by dx, to each question."""
    volumes = (pooling.shift(image, dx)[:, :, np.newaxis] for image in images)
    maps = (convolution.correlate_channels(volume, questions) for volume in volumes)
    return np.array([pooling.global_pool(convolution.relu(one)) for one in maps])


known = answers(x_train)
for dx in (0, 3):
    named = pooling.nearest_labels(answers(x_test, dx), known, y_train)
    print(f"3. moved by {dx}: {np.mean(named == y_test):.3f} recognised")

# %% [markdown]
# ## What to take away
#
# - **Pooling** keeps one number of each window, the largest, the average or the sum, and has no
#   weights. Unless you say otherwise, the stride is the window's size.
# - **Valid** drops what is left over, $\lfloor (n-k)/s \rfloor + 1$; **same** gives it windows that
#   stick out, $\lceil n/s \rceil$. Padding must never win: cut windows off, or pad with $-\infty$.
# - **ReLU and max pooling change places**, because ReLU never decreases. Average pooling does not
#   take part.
# - **Global pooling** turns a map into one number: *whether*, not *where*.
# - Pooling forgives a step of one pixel part of the time, and larger ones hardly. What it forgives, it
#   forgets.
#
# **Where the sources slip.** `MaxPooling2D` moves by its pool size, not by 1, unless told otherwise.
# *Translation variance* should be *invariance*, and there is only a little of it: moved by one pixel, a
# digit's pooled maps still change by four tenths. 7 × 7 to 4 × 4 and 11 × 11 to 5 × 5 are **both
# right**, with different rules for what is left over.
#
# **Next.** In [lesson 06](../06_xo_classifier/06_xo_classifier.ipynb) you put convolution, ReLU and
# pooling together by hand, and tell an X from an O.

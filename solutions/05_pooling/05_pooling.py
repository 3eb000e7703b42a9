# ---
# jupyter:
#   course:
#     summary: One number for each window, what happens at the border, and what a shift of the image changes
#     minutes: 110
# ---

# %% [markdown]
# # Pooling: summarise and shift
#
# [Start page](../index.ipynb) · Before: [04, Predicting shapes](../04_output_size/04_output_size.ipynb) ·
# Next: [06, X or O](../06_xo_classifier/06_xo_classifier.ipynb)
#
# **What you will do.** You shrink images by keeping one number from each small window: the largest, the
# average or the sum. You start with an interactive figure and then write the functions yourself. After
# that you shift images by a few pixels and measure what changes in a layer's output.
#
# **What you will learn**
# - what max, average, sum and global pooling compute, and how size and stride determine the shape;
# - why 7×7 becomes 4×4 in one source and 11×11 becomes 5×5 in another, and why both are right;
# - why ReLU and max pooling can be swapped, and ReLU and average pooling cannot;
# - what *equivariant* and *invariant* mean, and which of the two convolution and pooling are;
# - how far a digit can be shifted before its pooled maps no longer identify it.
#
# **What you need.** [Lesson 02](../02_convolution/02_convolution.ipynb): sliding windows and ReLU.
# [Lesson 03](../03_sobel/03_sobel.ipynb): Sobel's kernels.
# [Lesson 04](../04_output_size/04_output_size.ipynb): `floor((n - k) / s) + 1`, and "same" padding.
# Mathematics: rounding down and up, means, and the length of a vector.
#
# **Time.** About 110 minutes: 20 to read (at 200 words a minute), 40 to run and follow the demonstrations,
# 50 for the four exercises.

# %%
import numpy as np

# No module named 'utils'? In the course's folder, start: uv run jupyter lab
from utils import convolution, data, plots, pooling
from utils.widgets import pooling as pooling_widgets

# %% [markdown]
# ## One number from four
#
# Here is an image of 4 rows and 4 columns. Cut it into four windows of 2 × 2, and keep the largest
# number in each.

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
# This is **max pooling**: 16 numbers become 4, and each of the four was already in the image. The
# *average* combines all four numbers of a window. The *sum* is four times the average. Nothing is
# learned here: pooling has no weights.

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
# Remember this window when you write your own function: a maximum that starts from 0 gets it wrong.
#
# A window need not be 2 × 2, and its stride need not equal its width. **Press play**, then change the
# size, the stride and the image, and try to predict the next number before you see it. With *same*,
# windows may extend beyond the image; with *valid*, some pixels may be left out, and these are hatched.
# (The 7 × 7 map shows where a short diagonal line was found in a letter X; lesson 06 computes it again.)

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
# ## Pooling, defined
#
# For an image $I$, a window of $k \times k$ pixels and a stride of $s$, max pooling is
#
# $$O[i, j] \;=\; \max_{0 \le a,\, b < k} \; I[s\,i + a,\; s\,j + b]$$
#
# and the other modes have a sum or a mean in place of the maximum. Only whole windows count (*valid*), so
# along an axis of $n$ pixels there are $\lfloor (n - k) / s \rfloor + 1$ of them: the formula of
# lesson 04 without padding. Each channel is pooled separately, so the number of channels does not change.

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
# > **Puzzle.** The blog post *Convolutional Neural Networks* of April 2019 says that Keras's
# > `MaxPooling2D` has by default a window of 2 × 2 and *a stride of 1*. The book chapter writes
# > `MaxPooling2D(pool_size=(2, 2))`, gives no stride, and gets 13 × 13 from 26 × 26. Which stride did
# > Keras use?
#
# Work it out, then run the cell.

# %%
for stride in (1, 2):
    rows, columns = pooling.pool2d(np.zeros((26, 26)), 2, stride).shape
    print(f"26×26, window 2×2, stride {stride}: {rows}×{columns}")

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > A stride of 2, because 13 × 13 needs it. In Keras the stride defaults to **the pool size**: 2 for a
# > 2 × 2 window, 3 for a 3 × 3 window. (For a convolution, the default is indeed 1.) The functions of
# > this lesson do as Keras does.
# >
# > </details>
#
# If the stride is smaller than the window, windows overlap. If it is larger, the pixels between them are
# never used. The next figure shows one row of a 9 × 9 image with a bar for each window of 3; pixels that no
# window covers are hatched. The columns work in the same way.

# %%
pooling_widgets.window_lines(
    [(9, 3, 3, "valid"), (9, 3, 2, "valid"), (9, 3, 4, "valid")],
    alt="Windows of 3 along 9 pixels: three side by side with stride 3, four that overlap with "
    "stride 2, two with stride 4, where one pixel between them and two at the end go unseen.",
)

# %% [markdown]
# ## Pooling a photograph
#
# Windows of 16 × 16 reduce a photograph of 512 × 512 to 32 × 32 numbers. Average pooling gives a smaller,
# blurred photograph. Max pooling enlarges whatever is bright. On a feature map, a large number means that
# the filter has found its pattern, so max pooling answers the question *was the pattern found anywhere in
# this window?* An average over the window makes a single strong response weaker.

# %%
camera = data.photograph("camera")
plots.images(
    [camera, pooling.pool2d(camera, 16, mode="average"), pooling.pool2d(camera, 16)],
    ["512×512", "average, 16×16", "max, 16×16"],
    size=2.7,
    vmin=0,
    vmax=255,
    alt="A photographer; averaged over 16x16 windows, still easy to see; the maximum of each window, "
    "where the dark coat has shrunk and bright areas have grown.",
)

# %% [markdown]
# ## Exercise 1: pooling (4 points)
#
# Write pooling yourself. Two loops visit every window, as in lesson 02, and one line summarises it. *By
# hand* means Python and NumPy. You may import what you wrote in lesson 04:
# `from utils.output_size import output_size`. Watch four things:
#
# - `stride=None` means that the stride is `size`;
# - rows and columns left over at the end are dropped;
# - images need not be square, and may contain negative numbers;
# - `uint8` cannot hold a sum of 300 or an average of 2.5. Compute in `float`.
#
# <details><summary>Hint 1</summary>
#
# Your loops from lesson 02 need two changes. The window is `size` × `size`. And window [i, j] no longer
# starts at pixel [i, j]: with a stride of 3, in which row does window number 2 start? How many rows of
# windows are there?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Replace `None` by a number first, so that no later line has to deal with it. The three modes differ only
# in one function, and a dict can hold functions: `{"max": np.max, "average": np.mean, ...}`. If a mode is
# not in the dict, raise the error.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# This line goes inside both loops, with one slice left for you to write:
#
# ```python
# window = image[i * stride : i * stride + size, ...]
# ```
#
# If you look for the largest pixel with a loop, do not start from 0: the window of −1, −8, −4, −3 has no
# 0 in it. And return floats, whatever dtype the image has.
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
# 4 × 4 to 2 × 2), on 11 × 11, on overlapping windows, on bytes, and on input that should raise an error.
# The cells after it contain checks that you do not see; they run when your work is marked.

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
# leftovers. Max only.
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
# The slides with the letter X pool 7 × 7 to **4** × 4. The book chapter pools 11 × 11 to
# **5** × 5. Both use windows of 2 × 2 with a stride of 2, and in both one row and one column are left over.
# Neither is wrong. They treat the leftover differently:
#
# - *valid*: only whole windows count, and the rest is dropped: $\lfloor (n - k)/s \rfloor + 1$.
# - *same*: the rest gets windows too. They extend beyond the image, and only pixels inside the image
#   count: $\lceil n / s \rceil$.

# %%
pooling_widgets.window_map(
    [(7, 2, 2, "valid"), (7, 2, 2, "same"), (11, 2, 2, "valid"), (11, 2, 2, "same")],
    alt="2x2 windows as blue squares: 7x7 gives 3x3 if the last row and column are dropped and 4x4 if "
    "they get windows that extend beyond the image; 11x11 gives 5x5 or 6x6.",
)

# %% [markdown]
# ## The published example, recomputed
#
# The slides draw an X on 9 × 9 pixels, 1 on the strokes and −1 elsewhere, and slide a 3 × 3 diagonal
# over it: multiply, add, divide by 9. All results are ninths. The slides print them with two digits and cut
# off the rest: 7/9 as 0.77, 5/9 as 0.55. If you count in ninths, all numbers are whole. After ReLU the
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
# The last row and the last column of the 4 × 4 map come from windows that extend beyond the image: the
# 3, 5 and 1 at the right are each the maximum of two pixels, and the 7 in the corner comes from one pixel.
# The next cell compares what the slides print for all three of their features with our results:

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
compared = 0
for name, feature in features.items():
    match = convolution.relu(convolution.correlate2d(x_letter, feature))
    ninths = pooling.max_pool_same(match)
    truncated = np.floor(ninths * 100 / 9) / 100
    again = pooling.max_pool_same(ninths).astype(int).tolist()
    compared += truncated.size
    same = np.allclose(truncated, published[name])
    print(f"{name:<15} as published: {same}   pooled again, in ninths: {again}")
print(compared, "numbers compared")

# %% [markdown]
# All 48 numbers agree. [Lesson 06](../06_xo_classifier/06_xo_classifier.ipynb) continues with this example.
#
# ## Padding must never be the maximum
#
# You can pad the image so that every window is whole. Which number should you pad with? After ReLU, zeros
# do no harm. In general they do: in the next figure every pixel is negative, and three of the four results
# with zero padding are 0, a number that is not in the image.

# %%
below_zero = np.array([[-5, -2, -7], [-3, -8, -4], [-9, -6, -1]])
with_zeros = pooling.pool2d(np.pad(below_zero, (0, 1)))
plots.matrices(
    [
        ("image", below_zero),
        "→",
        ("padded with 0", with_zeros),
        "",
        ("only pixels", pooling.max_pool_same(below_zero)),
    ],
    alt="A 3x3 image of negative numbers. Zero padding gives -2 0 / 0 0; if only pixels of the image "
    "count, the result is -2 -4 / -6 -1.",
)

# %% [markdown]
# > **Puzzle.** The blog post describes padding as a way "to add pixels to the corners of the
# > image". If you pad a 6 × 6 image with one pixel on every side, how many pixels do you add, and how many
# > of them are in the corners?

# %%
padded = np.pad(np.zeros((6, 6)), 1, constant_values=1)
corners = padded[[0, 0, -1, -1], [0, -1, 0, -1]]
print(f"{padded.sum():.0f} pixels added, {corners.sum():.0f} of them in the corners")

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > Padding adds a **border** all around the image, 28 pixels here, and only 4 of them are in the corners.
# > The post is right about the purpose: without padding, windows cover the border of an image less often
# > than its centre.
# >
# > </details>
#
# Keras pads with $-\infty$, which is never the maximum, and splits the padding as in lesson 04. In total there are
#
# $$p = \max\bigl((\lceil n/s \rceil - 1)\, s + k - n,\; 0\bigr)$$
#
# pixels along an axis, $\lfloor p/2 \rfloor$ of them before the image and the rest after it. So windows of 3
# can extend beyond the **top and left** as well, by one pixel. The figure shows four cases, along one row of
# the image:

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
# There are two ways to write it. Pad the image with a number that is never the maximum, in `float`, and
# call your `pool2d`. Or cut off every window at the border, without padding. You may use
# `from utils.output_size import same_padding`, because you wrote it in lesson 04.
#
# <details><summary>Hint 1</summary>
#
# Take one row: 3, 1, 4, 1, 5, with windows of 2 and a stride of 2. There are three windows, and the last
# contains only the 5. If you pad it with a number, which number is never the maximum, not even beside
# −1000? No integer will do.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Padding only at the end is right for windows of 2. But for 5 pixels, windows of 3 and a stride of
# 2, the windows in the figure above extend beyond *both* ends. Work out p for the rows and for the
# columns, each from its own n. Rounding up is `-(-n // stride)`.
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
# Convert the image to floats first: an integer array cannot hold that constant. After that, `pool2d` does
# the rest, with both `size` and `stride` given.
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
        after. What is outside the image is never the maximum.
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
# ## ReLU and max pooling can be swapped
#
# A layer usually applies ReLU and then pools. Try both orders:

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
# This is no coincidence. **ReLU never decreases**: if $a \ge b$ then
# $\mathrm{ReLU}(a) \ge \mathrm{ReLU}(b)$. So the largest number of a window is still the largest after
# ReLU, and
#
# $$\max\bigl(\mathrm{ReLU}(a), \mathrm{ReLU}(b)\bigr) = \mathrm{ReLU}\bigl(\max(a, b)\bigr).$$
#
# The same holds for any *monotone* function that never decreases. It fails for functions that reverse
# the order of some numbers:


# %%
def leaky_relu(x):
    return np.where(x < 0, 0.01 * x, x)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


feature_map = np.random.default_rng(5).normal(size=(20, 30))
functions = {
    "ReLU": convolution.relu,
    "leaky ReLU, slope 0.01": leaky_relu,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "square": np.square,
    "absolute value": np.abs,
    "minus": np.negative,
}
for name, function in functions.items():
    function_first = pooling.pool2d(function(feature_map))
    pool_first = function(pooling.pool2d(feature_map))
    same = np.allclose(function_first, pool_first)
    print(f"{name:<24} {'can be swapped with max pooling' if same else 'cannot'}")

# %% [markdown]
# With **average** pooling the swap fails, even for ReLU. In an average, negative numbers cancel positive
# ones; if ReLU comes first, it has already removed them. One window is enough to see this, here the first
# one: its average is $(-4 + 2 + 1 - 3)/4 = -1$, and ReLU turns that into 0; with ReLU first it is
# $(0 + 2 + 1 + 0)/4 = 0.75$.

# %%
relu_first = pooling.pool2d(convolution.relu(sums), mode="average")
pool_first = convolution.relu(pooling.pool2d(sums, mode="average"))
plots.matrices(
    [("sums", sums), "", ("ReLU → avg", relu_first), "≠", ("avg → ReLU", pool_first)],
    alt="With average pooling the order matters: 0.75 0 / 1.75 1.75 against four zeros.",
)

# %% [markdown]
# With max pooling you can save work: pool first, and ReLU has a quarter of the numbers to process. For the
# 26 × 26 × 6 volume in the table of the section *Pooling, defined* that is 1,014 instead of 4,056.
#
# ## One number for a whole map: global pooling
#
# Make the window as large as the map, and each channel is reduced to one number. The next figure shows four
# feature maps of a digit, from Sobel's kernels and their negatives, after ReLU. Each responds where the
# image gets *brighter to the right, to the left, towards the top, towards the bottom*. The titles give
# each map's largest number and its average; all four maps use the same grey scale.

# %%
(x_train, y_train), (x_test, y_test) = data.load_digits()

digit = x_test[33]
maps = pooling.edge_maps(digit)
largest, average = pooling.global_pool(maps), pooling.global_pool(maps, "average")

figure, axes = plots.figure(9, 2.4, 1, 5)
plots.image(axes[0], digit, f"a {y_test[33]}")
for channel, name in enumerate(pooling.EDGE_KERNELS):
    title = f"brighter: {name}\nmax {largest[channel]:.0f}, avg {average[channel]:.0f}"
    plots.image(axes[channel + 1], maps[:, :, channel], title, vmin=0, vmax=largest.max())
plots.Picture(
    figure,
    alt="A handwritten digit and its four edge maps: brighter to the right, to the left, towards the "
    "top and towards the bottom, each with its largest number and its average.",
)

# %%
print("numbers in the four maps:      ", maps.size)
print("numbers after global pooling:  ", pooling.global_pool(maps).size)
height, width, channels, classes = 5, 5, 16, 10
print("Dense layer after flattening:  ", (height * width * channels + 1) * classes, "parameters")
print("Dense layer after global pool.:", (channels + 1) * classes, "parameters")

# %% [markdown]
# 2,704 numbers became 4. They say *whether* a pattern is there, but not *where*. Many networks use global
# pooling near their end instead of flattening, and so save most of the weights of the layer that follows.
# The last two lines show it for a volume of $5 \times 5 \times 16$ and ten classes: 170 parameters instead of
# 4,010.
#
# ## Exercise 3: global pooling (1 point)
#
# The channels are the **last** axis. The function removes the two axes before it.
#
# <details><summary>Hint</summary>
#
# `volume.max()` is one number for all channels together, and `volume.max(axis=0)` has the shape (W, C). The
# result should have the shape (C,). Which two axes must disappear? `axis` also takes a pair of axes.
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
# ## Shifting an image
#
# To measure what a shift changes, you need a function that shifts images: `dx` pixels to the right, `dy`
# pixels down; negative numbers shift left and up. What leaves the frame is lost, and zeros come in. Nothing
# comes back on the other side, as it would with `np.roll`.

# %%
plots.images(
    [
        digit,
        pooling.shift(digit, 6),
        pooling.shift(digit, -12),
        pooling.shift(digit, 3, -5),
        np.roll(digit, -12, axis=1),
    ],
    ["original", "dx = 6", "dx = −12", "dx = 3, dy = −5", "np.roll, −12"],
    alt="A digit; shifted 6 pixels to the right; shifted 12 to the left, partly out of the frame; shifted "
    "right and up; and rolled, so that its left part comes back on the right.",
)

# %% [markdown]
# ## Exercise 4: shift (2 points)
#
# Start from zeros, and copy the part of the image that stays in the frame. You can do it with slices: which
# rows and columns of the image stay, and where do they go? Try a row of three pixels on paper first:
# `[1, 2, 3]` with `dx = 1` is `[0, 1, 2]`, with `dx = −1` it is `[2, 3, 0]`, and with `dx = 3`, or 30,
# it is `[0, 0, 0]`.
#
# <details><summary>Hint 1</summary>
#
# Take `[1, 2, 3]` and dx = 1. Which columns of the image stay, and in which columns do they end up? Write
# both as slices. Then do it for dx = −1. What will the slices be for dx = 30?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Pixel by pixel: the new pixel [i, j] comes from [i − dy, j − dx]. Check that this position is in the
# frame before you read it. Python does not check: `image[-1]` is the last row, so the image would come back
# in on the other side.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Pixel by pixel, with half of the condition left for you to write:
#
# ```python
# moved = np.zeros_like(image)
# for i in range(height):
#     for j in range(width):
#         if 0 <= i - dy < height and ...:
#             moved[i, j] = image[i - dy, j - dx]
# ```
#
# Height and width are the first two numbers of the shape, for colour images too; there, `moved[i, j]` is
# a whole pixel of three numbers.
#
# </details>


# %% nbgrader={"grade_id": "shift", "solution": true}
def shift(image, dx, dy=0):
    """Shift an image within its frame: dx pixels to the right, dy down; zeros come in.

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
# ## Equivariance and invariance
#
# What should happen to a layer's output when you shift its input? Two words describe two answers.
#
# - **Equivariant**: shift the input, and the output **shifts along with it**, and does not change in any other
#   way. It makes no difference whether you shift first and then apply the layer, or the other way round: the
#   two *commute*.
# - **Invariant**: shift the input, and the output **does not change at all**.
#
# With $S$ for a shift and $f$ for the layer, equivariant means $f(S\,I) = S\,f(I)$, and invariant means
# $f(S\,I) = f(I)$. To find *where* a digit is, you want equivariance. To say *which* digit it is, you want
# invariance.
#
# > **Puzzle.** The slides *Convolutional Neural Networks* say: "Convolution has the nice
# > property of being translational invariant." A translation is a shift. Which of the two words describes
# > a convolution? Decide before you run the next cell. It shifts a photograph by 40 pixels, finds its
# > vertical edges, and does the same in the other order.

# %%
kernel = pooling.EDGE_KERNELS["right"]
dx = 40
shift_first = convolution.correlate2d(pooling.shift(camera, dx), kernel)
shift_last = pooling.shift(convolution.correlate2d(camera, kernel), dx)
difference = shift_first - shift_last

columns = np.flatnonzero((difference != 0).any(axis=0))
print("columns in which the two differ:", columns)
print(f"numbers that differ in columns {dx} to {difference.shape[1] - 1}:", end=" ")
print(np.count_nonzero(difference[:, dx:]), "of", difference[:, dx:].size)

figure, axes = plots.figure(9, 3.2, 1, 3)
for ax, values, title in [
    (axes[0], shift_first, "shift, then convolve"),
    (axes[1], shift_last, "convolve, then shift"),
    (axes[2], difference, "difference (white is 0)"),
]:
    plots.image(ax, values, title, vmin=-300, vmax=300, cmap="PuOr")
plots.Picture(
    figure,
    alt="Two edge maps of a photographer, both shifted 40 pixels to the right, look the same "
    "except for one thin vertical line in the first, 40 pixels from the left, where the shifted photograph "
    "begins. The difference shows that line; everything else is white.",
)

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > Convolution is **equivariant**. Where the shifted photograph is, the two results are equal, exactly and
# > without rounding: the difference image is 0 everywhere away from the border. The two columns that differ
# > are at the new border, where the photograph meets the zeros that came in. If convolution were invariant,
# > the edges would not have moved at all.
# >
# > The reason is weight sharing: the same kernel is applied at every position, so it gives the same answer
# > to the same pixels, wherever they are. A dense layer has separate weights for each position, and is
# > neither equivariant nor invariant.
# >
# > </details>
#
# ## A stride of 2 breaks equivariance
#
# With a stride of 2, a convolution keeps every second row and column of its output. One pixel of the output
# is now two pixels of the image. So an image shifted by 2 should give an output shifted by 1. What about an
# image shifted by 1? Its output would have to shift by half a pixel, which it cannot. The next cell compares it
# with both neighbours: the output left where it was, and the output shifted by 1.


# %%
def convolve_by_twos(image):
    """Convolve with a stride of 2."""
    return convolution.correlate2d(image, kernel)[::2, ::2]


figure, axes = plots.figure(9, 3.4, 1, 3)
for ax, dx, steps in [(axes[0], 2, 1), (axes[1], 1, 0), (axes[2], 1, 1)]:
    shift_first = convolve_by_twos(pooling.shift(camera, dx))
    shift_last = pooling.shift(convolve_by_twos(camera), steps)
    difference = (shift_first - shift_last)[:, 1:]  # without the border
    differ = np.count_nonzero(difference)
    print(
        f"image shifted by {dx}, output by {steps}: {differ:>6,} of {difference.size:,} numbers differ"
        f" ({differ / difference.size:.1%})"
    )
    title = f"image shifted by {dx},\noutput by {steps}"
    plots.image(ax, difference, title, vmin=-300, vmax=300, cmap="PuOr")
plots.Picture(
    figure,
    alt="Difference images of a convolution with stride 2. Image shifted by 2 and output by 1: white "
    "everywhere. Image shifted by 1 and output by 0 or by 1: the photographer's outlines show clearly.",
)

# %% [markdown]
# For a shift by 2, the difference is again exactly 0. For a shift by 1, nearly all numbers differ, whichever
# way you compare. A stride of $s$ keeps equivariance only for shifts by multiples of $s$. Max pooling with
# 2 × 2 windows has a stride of 2 as well, so the same is true for it.
#
# **Move the slider** below, and choose an operation. The digit stays in the frame, so no border disturbs the
# comparison. For which shifts is the difference image empty?

# %%
pooling_widgets.commute_explorer(digit, kernel)

# %% [markdown]
# ## Global pooling turns equivariance into invariance
#
# If a convolution's output only shifts, its largest number is the same before and after: it is in another
# position, but it is still the largest. So global pooling of an equivariant output is **invariant**, as
# long as nothing leaves the frame. The cell prints the largest number of each of the digit's four edge maps,
# with a stride of 1 and with a stride of 2:

# %%
for dx in range(4):
    maps = pooling.edge_maps(pooling.shift(digit, dx))
    stride_1 = pooling.global_pool(maps).astype(int)
    stride_2 = pooling.global_pool(maps[::2, ::2]).astype(int)
    print(f"shifted by {dx}:  stride 1 {stride_1}   stride 2 {stride_2}")

# %% [markdown]
# With a stride of 1, the four numbers never change. With a stride of 2, three of the four depend on whether
# the shift is even or odd, because the largest number of a map may be in a column that the stride skips.
# Networks with strides are therefore only roughly invariant. Azulay and Weiss (2019) found that for well-known networks a
# shift by a single pixel often changes the answer, and Zhang (2019) reduced the problem by blurring feature
# maps before every stride.
#
# ## What max pooling does to a small shift
#
# > **Puzzle.** The course notes *Introduction to Convolution Neural Network* give "Translation
# > Variance" as a reason for pooling, and the book chapter says that the pooling step "results in
# > translation variance". Which word do they mean? Is 2 × 2 max pooling equivariant, invariant, or neither?
#
# The next cell draws a bright bar one pixel wide, shifts it by 1 and by 2, and max-pools each image by 2 × 2:

# %%
bar = np.zeros((2, 8), int)
bar[:, 2] = 9
figure, axes = plots.figure(9, 1.9, 2, 3)
for upper, lower, dx in zip(axes[0], axes[1], (0, 1, 2)):
    plots.matrix(upper, pooling.shift(bar, dx), f"shifted by {dx}")
    plots.matrix(lower, pooling.pool2d(pooling.shift(bar, dx)), "pooled")
    lower.set_xlim(-2.06, 6.06)
plots.Picture(
    figure,
    alt="A bar in column 2 gives a pooled 9 in column 1. Shifted by 1 to column 3, the pooled map is "
    "the same. Shifted by 2 to column 4, the pooled 9 is in column 2.",
)

# %%
unchanged = []
for column in range(7):
    bar = np.zeros((2, 8))
    bar[:, column] = 9
    if np.array_equal(pooling.pool2d(bar), pooling.pool2d(pooling.shift(bar, 1))):
        unchanged.append(column)
print("A shift by 1 leaves the pooled map as it was for bars in columns", unchanged, "of 0 to 6.")

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > They mean **invariance**: the output should *not* vary when the image is translated. Further down, the
# > notes use the right word, and say that "small shifts" do not affect the result.
# >
# > Strictly, 2 × 2 max pooling is neither. Shifted by 1, a bar in an even column stays in the same window,
# > and the output does not change. A bar in an odd column moves to the next window, and the output does
# > change. So pooling ignores a shift by 1 for about half of all bars; for shifts by 2 it is equivariant.
# > How much invariance that gives on real images has to be measured.
# >
# > </details>
#
# ## The measurement
#
# For each of the 2,000 test digits: shift it by `dx`, compute its four edge maps, pool them, and compare with
# the pooled maps of the original digit. The measurement answers two questions.
#
# 1. **How much do the maps change?** The length of the difference, divided by the length of the original:
#    0 is no change, and 1 is as much as if every number had been set to 0.
# 2. **Is the digit still recognised?** Give it the label of the most similar training digit, none of which
#    is shifted. (This is a *nearest-neighbour classifier*, not a network; it shows how much the pooled
#    numbers still say about the digit.)
#
# The second result depends on the training digits and on the test digits. So it is measured with three
# different training sets of 2,000 digits each, and you see the mean and the spread. The choice of test
# digits gives a *chance error* too: an accuracy $p$ measured on 2,000 digits is uncertain by about
# $\pm\sqrt{p(1-p)/2000}$.

# %%
for p in (0.9, 0.5, 0.2):
    print(f"accuracy {p:.3f}: chance error ±{np.sqrt(p * (1 - p) / 2000):.3f}")

# %%
SHIFTS = range(-4, 5)
WINDOWS = {"no pooling": 1, "2×2": 2, "4×4": 4, "global": "global"}
parts = [slice(0, 2000), slice(2000, 4000), slice(4000, 6000)]  # the three training sets

maps = {dx: pooling.edge_maps_all(pooling.shift_all(x_test, dx)) for dx in SHIFTS}
train_maps = [pooling.edge_maps_all(x_train[part]) for part in parts]

change, recognised = {}, {}
for name, window in WINDOWS.items():
    known = [pooling.pool_all(each, window) for each in train_maps]
    original = pooling.pool_all(maps[0], window)
    change[name], recognised[name] = [], []
    for dx in SHIFTS:
        shifted = pooling.pool_all(maps[dx], window)
        change[name].append(pooling.mean_change(original, shifted))
        shares = []
        for part, vectors in zip(parts, known):
            labels = pooling.nearest_labels(shifted, vectors, y_train[part])
            shares.append(np.mean(labels == y_test))
        recognised[name].append(shares)

print(f"{'shifted by':<14}", *(f"{dx:>6}" for dx in SHIFTS))
for name in WINDOWS:
    means, spreads = np.mean(recognised[name], axis=1), np.ptp(recognised[name], axis=1)
    print(name)
    print("  change      ", *(f"{value:6.3f}" for value in change[name]))
    print("  recognised  ", *(f"{value:6.3f}" for value in means))
    print("  max - min   ", *(f"{value:6.3f}" for value in spreads))

# %%
pooling_widgets.shift_curves(SHIFTS, change, recognised)

# %% [markdown]
# Read the left half first. A shift by one pixel to the right changes the unpooled maps by 0.725 of their
# length, maps pooled by 2 × 2 by 0.540, and maps pooled by 4 × 4 by 0.368. So pooling does give some
# invariance, but only the curve of global pooling is flat.
#
# Now the right half. Unshifted, maps pooled by 2 × 2 are recognised better (0.925) than unpooled ones (0.894);
# the difference is more than four times the chance error. Shifted by 2 to the right, 0.566 of the digits are
# recognised without pooling, 0.674 after 2 × 2 and 0.795 after 4 × 4 pooling. The three training sets differ
# by at most 0.044 there, so these gains are not luck. At a shift of 4 little is left: 0.165, 0.210 and 0.360.
#
# Global pooling changes by at most 0.002, and only because a few digits begin to leave the frame. But it
# recognises only 0.222 of the digits, where guessing gives about 0.1. It has thrown away almost everything: a
# classifier that ignores position can no longer use it.
#
# [Lesson 07](../07_keras_cnn/07_keras_cnn.ipynb) measures whole networks in this way, and
# [lesson 09](../09_augmentation/09_augmentation.ipynb) makes the curve flatter by training on shifted digits.
#
# **Move the slider.** For each kind of pooling, find the first shift that changes the four maps by more
# than half. The figure shows one of them, *brighter to the right*, pooled, before and after the shift.

# %%
pooling_widgets.shift_explorer(digit)

# %% [markdown]
# ## Invariant *and* accurate: more channels
#
# Global pooling leaves one number for each channel, and four are too few to tell ten digits apart. What if
# there are more channels? Take 64 kernels of 5 × 5, filled with *random* numbers; then ReLU, and the largest
# number of each of the 64 maps. Nothing is trained. Before you run the cell, guess how many of the 2,000
# digits those 64 numbers identify, unshifted and shifted by 3 pixels.

# %%
for count in (4, 16, 64):
    for dx in (0, 3):
        shares = []
        for seed, part in enumerate(parts):
            kernels = np.random.default_rng(seed).normal(size=(5, 5, count))
            known = pooling.strongest_responses(x_train[part], kernels)
            shifted = pooling.strongest_responses(pooling.shift_all(x_test, dx), kernels)
            labels = pooling.nearest_labels(shifted, known, y_train[part])
            shares.append(np.mean(labels == y_test))
        mean = np.mean(shares)
        print(
            f"{count:>2} random kernels, shifted by {dx}: {mean:.3f} recognised "
            f"(three seeds: {min(shares):.3f} to {max(shares):.3f})"
        )
print(f"chance error at {mean:.3f}: ±{np.sqrt(mean * (1 - mean) / 2000):.3f}")

# %% [markdown]
# Four random kernels recognise 0.229 of the digits, about as many as the four edge maps. With 64 it is 0.657
# unshifted and 0.656 shifted by 3, well within the chance error of ±0.011. So a network can be invariant *and*
# know a lot about the digit, if it has many channels before the global pooling. Training then finds better
# kernels than random ones.

# %% [markdown]
# ## Does pooling prevent overfitting?
#
# The course notes head a paragraph "Prevents Overfitting", and write in it that pooling reduces the
# number of parameters, "which can reduce overfitting". A classifier *overfits* when it is much better on its
# training images than on images that it has not seen. The second wording is the careful one, and it can be
# tested. The next cell fits a linear classifier (as in lesson 01) to the edge maps of 1,000 digits. The
# *penalty* is a number that keeps the weights small; a larger one limits the classifier more.

# %%
# The three training sets' first 1,000 digits each; the table shows the means.
print("                weights for     penalty 0.001       penalty 10")
print("                  one class    train    test     train    test")
for name in ("no pooling", "2×2", "4×4"):
    tested = pooling.pool_all(maps[0], WINDOWS[name]) / 1020  # the largest response possible
    rows = []
    for part, each in zip(parts, train_maps):
        vectors = pooling.pool_all(each[:1000], WINDOWS[name]) / 1020
        train, test = (vectors, y_train[part][:1000]), (tested, y_test)
        weak = pooling.linear_accuracies(train, test, penalty=0.001)
        strong = pooling.linear_accuracies(train, test, penalty=10)
        rows.append([*weak, *strong])
    a, b, c, d = np.mean(rows, axis=0)
    print(f"{name:<12}{vectors.shape[1] + 1:>15,}    {a:8.3f}{b:8.3f}  {c:8.3f}{d:8.3f}")

# %% [markdown]
# With the weak penalty, the classifier without pooling overfits badly: 1.000 on its training digits, 0.660 on the
# test digits. After 4 × 4 pooling it has 145 weights for each class instead of 2,705, and the two numbers are
# 0.966 and 0.898. So pooling **can reduce** overfitting. It does not prevent it, and it is not the only way:
# with the strong penalty, all three test accuracies are between 0.902 and 0.912, and their differences are
# hardly larger than the chance error of ±0.007. More training images help as well.

# %% [markdown]
# ## Questions to think about
#
# Predict, then measure. These questions give no points; `solutions/` has answers.
#
# 1. 2 × 2 max pooling twice is the same as 4 × 4 once. Does that hold for the average, and for the
#    sum? And which single window and stride do the work of 3 × 3 with stride 2, done twice? For
#    which modes?
# 2. Two of the three modes are cross-correlations with a stride. What are their kernels? And why
#    can max pooling not be one, whatever the kernel?
# 3. A convolution commutes with shifts. Does it commute with mirroring the image, left to right? For which
#    kernels does it?

# %% [markdown] tags=["answers"]
# ### Answers
#
# **1.** With windows side by side it holds for all three: the largest of the largest, the sum of the sums,
# and the mean of means that count equally many pixels. With 3 × 3 and stride 2, the windows
# overlap: two steps look at 7 × 7 pixels and move by 4. Max pooling agrees with a single 7 × 7 window of
# stride 4, because it does not matter how often a pixel is looked at. Sum and average count the
# pixels of the overlaps twice, some even four times, and do not agree.
#
# **2.** Sum pooling of 2 × 2 is a kernel of four 1s with stride 2, and average pooling is one of four
# quarters, for each channel separately. A cross-correlation is linear: its output for the sum of
# two images is the sum of its outputs. The maximum is not linear: it is 1 for the window 1 0 / 0 0 and 1
# for 0 1 / 0 0, and for their sum 1 1 / 0 0 it is 1 again, not 2.
#
# **3.** Mirroring the image and then convolving gives the mirrored output of the *mirrored* kernel. So it
# commutes exactly for kernels that are their own mirror image, such as Sobel's *brighter at the top*. The
# kernel *brighter to the right* turns into *brighter to the left*. Weight sharing gives a network
# equivariance to shifts, but not to mirroring, rotation or a change of size.

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

for name, kernel in pooling.EDGE_KERNELS.items():
    mirrored_first = convolution.correlate2d(noise[:, ::-1], kernel)
    mirrored_last = convolution.correlate2d(noise, kernel)[:, ::-1]
    print(f"3. {name:<7} commutes with mirroring:", np.allclose(mirrored_first, mirrored_last))

# %% [markdown]
# ## What to take away
#
# - **Pooling** keeps one number of each window, the largest, the average or the sum, and has no
#   weights. By default, the stride is the size of the window.
# - **Valid** drops what is left over, $\lfloor (n-k)/s \rfloor + 1$; **same** gives it windows that
#   extend beyond the image, $\lceil n/s \rceil$. Padding must never be the maximum: use only pixels of the
#   image, or pad with $-\infty$.
# - **ReLU and max pooling can be swapped**, because ReLU never decreases. ReLU and average pooling cannot.
# - **Convolution is equivariant**: the output shifts along with the image. A stride of $s$ keeps that only for
#   shifts by multiples of $s$. **Global pooling** turns equivariance into **invariance**, and gives up all
#   knowledge of position.
# - **Pooling with small windows gives a little invariance.** Shifted by 2 pixels, 0.566 of the digits were
#   recognised without pooling, 0.674 after 2 × 2 and 0.795 after 4 × 4. With many channels, even random ones,
#   global pooling recognised 0.656 of the digits at a shift of 3.
#
# **Corrections to the sources.** `MaxPooling2D` moves by its pool size by default, not by 1. Padding adds a
# border, not corners. Convolution is *equivariant*, not invariant; *translation variance* should be
# *invariance*, and pooling gives only a little of it. 7 × 7 to 4 × 4 and 11 × 11 to 5 × 5 are **both right**,
# with different rules for what is left over.
#
# **References.**
# - A. Azulay and Y. Weiss, *Why do deep convolutional networks generalize so poorly to small image
#   transformations?* Journal of Machine Learning Research 20(184), 2019.
#   <https://jmlr.org/papers/v20/19-519.html>
# - R. Zhang, *Making Convolutional Networks Shift-Invariant Again.* ICML 2019.
#   <https://arxiv.org/abs/1904.11486>
# - I. Goodfellow, Y. Bengio and A. Courville, *Deep Learning*, MIT Press, 2016, chapter 9 (convolution,
#   pooling and equivariance). <https://www.deeplearningbook.org>
#
# **Next.** In [lesson 06](../06_xo_classifier/06_xo_classifier.ipynb) you put convolution, ReLU and
# pooling together by hand, and distinguish an X from an O. Before: [lesson
# 04](../04_output_size/04_output_size.ipynb). [Start page](../index.ipynb).

# ---
# jupyter:
#   course:
#     summary: What a filter does to an image, number by number, from nine sums to a whole layer
#     minutes: 110
# ---

# %% [markdown]
# # Convolution by hand
#
# [Start page](../index.ipynb) · Before: [01 Images are arrays](../01_pixels/01_pixels.ipynb) · Next: [03 Filters that find edges](../03_sobel/03_sobel.ipynb)
#
# **What you will do.** Slide a small grid of numbers over an image, multiply, add, and write down the sums:
# first nine sums step by step, then with a function that you write, then in colour. At the end you have
# built what Keras calls a `Conv2D` layer.
#
# **What you will learn**
# - how cross-correlation works, and what an image, a kernel and a feature map are;
# - how it differs from the convolution of mathematics, and why the difference does not matter to a network;
# - what ReLU does, and why a network needs it;
# - how one filter reads several channels at once;
# - that the same idea works for sound, text and film.
#
# **What you need.** [Lesson 01](../01_pixels/01_pixels.ipynb): images are arrays of shape
# `(height, width)`. In Python, slicing (`image[2:4, 1:3]`) and `*` between arrays. In mathematics, sums
# written with Σ. The integrals are optional.
#
# **Time.** About 110 minutes: 15 to read, 35 to run the cells and try the slider, 60 for the four
# exercises.

# %%
import time

import numpy as np
from scipy import signal

# No module named 'utils'? In the course's folder, start: uv run jupyter lab
from utils import convolution, data, plots
from utils.widgets import convolution as convolution_widgets

# %% [markdown]
# ## Nine sums
#
# Start with a small example: an image of 4 rows and 4 columns that holds the numbers 1 to 16, and a kernel
# of 2 rows and 2 columns.

# %%
image = np.arange(1, 17).reshape(4, 4)
kernel = np.array([[1, 2], [3, 4]])

plots.matrices({"image": image, "kernel": kernel}, alt="The numbers 1 to 16, and 1 2 above 3 4.")

# %% [markdown]
# Place the kernel on the top left corner. It covers 1, 2, 5 and 6. Multiply each of them by the kernel's
# number at the same position, and add up the products:

# %%
window = image[0:2, 0:2]
print("window\n", window, "\nproducts\n", window * kernel, "\nsum", (window * kernel).sum())

# %% [markdown]
# 44 is the first number of the output. Now move the kernel one column to the right and do the same again.
# At the end of a row, go one row down and start again at the left. **Press play, or drag the slider**, and
# watch the output fill up. Then choose another image and another kernel, and try to predict the next
# number.

# %%
half_bright = np.array([[10, 10, 10, 0, 0, 0]] * 6)
three_rows = np.array([[3, 4, 6, 5, 1, 3], [5, 3, 2, 4, 3, 2], [5, 4, 3, 3, 2, 6]])
columns_1_0_1 = np.array([[1, 0, 1]] * 3)
left_minus_right = np.array([[1, 0, -1]] * 3)

convolution_widgets.convolution_stepper(
    images={"1 to 16": image, "left half bright": half_bright, "three rows": three_rows},
    kernels={
        "1 2 / 3 4": kernel,
        "left minus right": left_minus_right,
        "columns 1 0 1": columns_1_0_1,
        "pass through": np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    },
    still=5,
)

# %% [markdown]
# The kernel fits at three places across and three down, so there are nine sums. Here are all of them, as
# you would write them on paper:

# %%
for row in range(3):
    for column in range(3):
        window = image[row : row + 2, column : column + 2]
        terms = [f"{pixel}×{weight}" for pixel, weight in zip(window.flat, kernel.flat)]
        print(f"row {row}, column {column}:  {' + '.join(terms)} = {(window * kernel).sum()}")

# %% [markdown]
# 44, 54, 64 / 84, 94, 104 / 124, 134, 144. A step to the right adds 10, because every pixel in the window
# grows by 1 and the kernel's numbers add up to 1 + 2 + 3 + 4 = 10. A step down adds 40.
#
# > **Puzzle.** The book chapter from which this example comes says: "A convolution is a multiplication
# > between two matrices." In linear algebra, matrices are multiplied with rows times columns, which NumPy
# > writes as `@`. Is that what happened here?

# %%
window = image[0:2, 0:2]
print("window @ kernel\n", window @ kernel)
print("sum of window * kernel =", (window * kernel).sum())
try:
    image @ kernel
except ValueError:
    print("image @ kernel: a 4x4 and a 2x2 matrix cannot be multiplied")

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. The matrix product of window and kernel is another matrix, and that of the whole image and the kernel
# does not exist. What you compute is the **sum of the element-wise products**, once for each position of
# the kernel. The chapter's nine sums are right; only this sentence is imprecise.
#
# </details>
#
# ## The same thing, defined
#
# Call the image $I$, the kernel $K$ with $k_h$ rows and $k_w$ columns, and the output $O$. This course
# writes $O = I \star K$, with a star:
#
# $$(I \star K)[i, j] \;=\; \sum_{a=0}^{k_h-1}\;\sum_{b=0}^{k_w-1} I[i+a,\; j+b]\; K[a, b]$$
#
# This is the **cross-correlation** of image and kernel. The kernel is also called a *filter*, its numbers
# *weights*, and the output a *feature map*. The kernel never leaves the image (*valid*) and moves by one
# pixel at a time (*stride 1*), so an $H \times W$ image gives $(H - k_h + 1) \times (W - k_w + 1)$ numbers:
# here $(4 - 2 + 1) \times (4 - 2 + 1) = 3 \times 3$. [Lesson 04](../04_output_size/04_output_size.ipynb)
# explains this formula, and what other strides and a border of zeros change.
#
# ## What the numbers mean
#
# The sum of products is large where the image is bright under the kernel's large weights. So each kernel
# measures one thing, and the feature map shows how much of it there is at every place. The kernel below
# measures whether the image is brighter on the left than on the right:

# %%
answer = convolution.correlate2d(half_bright, left_minus_right)
plots.matrices(
    [
        ("left half bright", half_bright),
        "⋆",
        ("left − right", left_minus_right),
        "=",
        ("feature map", answer),
    ],
    alt="A 6x6 image, 10 on the left and 0 on the right, gives four rows of 0 30 30 0.",
)

# %% [markdown]
# The result is 0 where the image is uniform, and 30 where it falls from 10 to 0: the kernel has found the
# edge. At these places, the window's left column holds three pixels of 10 and its right column holds zeros,
# which gives 3 × 10 = 30. [Lesson 03](../03_sobel/03_sobel.ipynb) is about such kernels.
#
# You can also add up the sums column by column. Here are three rows of an image, and a kernel that adds the
# left and the right column of each window and ignores the middle one:

# %%
for column in range(4):
    window = three_rows[:, column : column + 3]
    parts = (window * columns_1_0_1).sum(axis=0)
    print(
        f"columns {column} to {column + 2}:  {parts[0]} + {parts[1]} + {parts[2]} = {parts.sum()}"
    )

# %% [markdown]
# ## Where an output pixel belongs
#
# > **Puzzle.** The slides *Convolutional Neural Networks* say that each sum "is placed at the center of the
# > filtered image". In the formula above, `output[i, j]` comes from the window whose top left *corner* is
# > at row i, column j. Which is right, centre or corner? The cell below blurs an image that has a single
# > bright pixel, at row 3, column 3.

# %%
dot = np.zeros((7, 7))
dot[3, 3] = 9
spread = convolution.correlate2d(dot, np.full((3, 3), 1 / 9))
print("shape", spread.shape)
print("the nine 1s are in rows and columns", np.flatnonzero(spread.sum(axis=0)))
plots.matrices(
    [("one bright pixel", dot), "→", ("blurred, 3 × 3", spread)],
    alt="A 7x7 image with a 9 in its middle, at row 3, column 3. Blurred it is a 5x5 map with nine 1s "
    "around row 2, column 2.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Both are possible; they are two ways to count. By its index, `output[i, j]` belongs to the window's
# **corner** `image[i, j]`. What it shows is the neighbourhood of the window's **centre**,
# `image[i + 1, j + 1]` for a 3 × 3 kernel. The blurred dot has its middle at row 2, column 2 of the map,
# and that is row 3, column 3 of the image. So to draw a feature map over its image, move it by (k − 1) / 2
# pixels down and to the right: 1 for a 3 × 3 kernel. A 2 × 2 kernel has no central pixel; its centre is
# half a pixel away. (The slides mean the centre of the window, of course, not that of the whole image.)
#
# </details>
#
# ## Exercise 1: cross-correlation (4 points)
#
# Write it as a function. You may use loops: two to visit every position, and one line for the sum. As in
# lesson 01, *by hand* means only Python and NumPy: no SciPy, no Keras, and no `utils`.
#
# Three things to watch:
# - images and kernels need not be square;
# - `uint8` arithmetic wraps around at 256, as lesson 01 showed, so compute in `float`;
# - a kernel that is larger than the image fits nowhere. In that case, `raise ValueError("...")`.
#
# <details><summary>Hint 1</summary>
#
# In a row of 4 pixels, at how many places does a kernel of 2 fit? In a row of 6? Make an array of zeros
# with as many rows and columns as there are places, and let your two loops run over *its* indices, not over
# the image's.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# For `output[i, j]` the window begins at row i and column j. Where does it end? It has to be as large as
# the kernel, or the two cannot be multiplied. And `*` multiplies number by number, where `@` would multiply
# them as matrices.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Inside both loops you need one line. One slice is left open:
#
# ```python
# output[i, j] = np.sum(image[i : i + kh, ...] * kernel)
# ```
#
# Check whether the kernel is too large before you make the output, and check both directions. NumPy will
# not do it for you: for a kernel that is one row too tall, it makes an output without rows and gives no
# error.
#
# </details>


# %% nbgrader={"grade_id": "correlate2d", "solution": true}
def correlate2d(image, kernel):
    """Return the valid cross-correlation, stride 1, of an image and a kernel.

    Parameters
    ----------
    image : array of shape (H, W), of any real dtype
    kernel : array of shape (kh, kw), of any real dtype

    Returns
    -------
    array of shape (H - kh + 1, W - kw + 1)
        At [i, j], the sum of image[i + a, j + b] * kernel[a, b] over all a and b.

    Raises
    ------
    ValueError
        If the kernel is larger than the image in either direction.
    """
    ### BEGIN SOLUTION
    image, kernel = np.asarray(image, dtype=float), np.asarray(kernel, dtype=float)
    (height, width), (kh, kw) = image.shape, kernel.shape
    if kh > height or kw > width:
        raise ValueError(f"a {kh}x{kw} kernel does not fit into a {height}x{width} image")
    output = np.zeros((height - kh + 1, width - kw + 1))
    for i in range(output.shape[0]):
        for j in range(output.shape[1]):
            output[i, j] = np.sum(image[i : i + kh, j : j + kw] * kernel)
    return output
    ### END SOLUTION


# %% [markdown]
# The next cell checks your function on the three examples above, on two small images with kernels that are
# not square (bytes; then halves and negative numbers), and on two kernels that do not fit. There are more
# checks, which you do not see: other shapes, other kinds of number, and more kernels that do not fit. They
# run when your work is marked.

# %% nbgrader={"grade_id": "test-correlate2d", "grade": true, "points": 1}
import numpy as np

from utils import checks

with checks.Exercise("convolution.correlate2d", correlate2d) as check:
    check.example(
        np.arange(1, 17).reshape(4, 4),
        np.array([[1, 2], [3, 4]]),
        expected=[[44, 54, 64], [84, 94, 104], [124, 134, 144]],
    )
    check.example(
        np.array([[3, 4, 6, 5, 1, 3], [5, 3, 2, 4, 3, 2], [5, 4, 3, 3, 2, 6]]),
        np.array([[1, 0, 1]] * 3),
        expected=[[24, 23, 17, 23]],
    )
    check.example(
        np.array([[10, 10, 10, 0, 0, 0]] * 6),
        np.array([[1, 0, -1]] * 3),
        expected=[[0, 30, 30, 0]] * 4,
    )
    # Bytes: 200 + 2 * 100 does not fit into uint8. Then halves and negative numbers.
    check.example(
        np.array([[200, 100, 0], [0, 50, 250]], np.uint8),
        np.array([[1, 2]], np.uint8),
        expected=[[400, 100], [100, 550]],
    )
    check.example(
        np.array([[1, 2], [3, 4], [5, 6]]),
        np.array([[0.5], [-1]]),
        expected=[[-2.5, -3], [-3.5, -4]],
    )
    # Too tall, then too wide.
    check.raises(ValueError, np.ones((2, 5)), np.ones((3, 3)))
    check.raises(ValueError, np.ones((5, 2)), np.ones((3, 3)))

# %% nbgrader={"grade_id": "test-correlate2d-shapes", "grade": true, "points": 1.5}
# Marked when you hand in: images and kernels that are not square.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(20)
with checks.Exercise("convolution.correlate2d", correlate2d) as check:
    for image_shape, kernel_shape in [
        ((6, 7), (3, 2)),
        ((9, 6), (2, 4)),
        ((5, 5), (3, 3)),
        ((4, 8), (4, 1)),
        ((7, 3), (1, 3)),
        ((3, 5), (3, 5)),
        ((1, 6), (1, 2)),
        ((6, 1), (4, 1)),
        ((5, 4), (1, 1)),
    ]:
        check.agrees(rng.normal(size=image_shape), rng.normal(size=kernel_shape))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-correlate2d-numbers", "grade": true, "points": 1}
# Marked when you hand in: other kinds of number: small integers, fractions, negative numbers.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(21)
with checks.Exercise("convolution.correlate2d", correlate2d) as check:
    bytes_image = rng.integers(0, 256, (6, 7), dtype=np.uint8)
    check.agrees(bytes_image, rng.integers(0, 256, (3, 2), dtype=np.uint8))
    check.agrees(bytes_image, rng.integers(-5, 6, (2, 3)))
    check.agrees(bytes_image, rng.normal(size=(2, 3)))
    check.agrees(rng.integers(-128, 128, (9, 6), dtype=np.int8), np.full((2, 4), 3, np.int8))
    check.agrees(rng.integers(-3000, 3000, (5, 6), dtype=np.int16), np.full((2, 2), 50, np.int16))
    check.agrees(rng.integers(0, 9, (4, 5)), rng.normal(size=(2, 2)))
    check.agrees(-rng.random((4, 5)), rng.random((2, 3)))
    check.agrees(rng.integers(-9, 9, (5, 6)).astype(np.float32), rng.integers(0, 9, (3, 2)))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-correlate2d-errors", "grade": true, "points": 0.5}
# Marked when you hand in: a kernel that does not fit.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("convolution.correlate2d", correlate2d) as check:
    check.agrees(np.ones((3, 4)), np.ones((3, 4)))
    check.raises(ValueError, np.ones((2, 5)), np.ones((3, 3)))
    check.raises(ValueError, np.ones((5, 2)), np.ones((3, 3)))
    check.raises(ValueError, np.ones((2, 2)), np.ones((3, 3)))
    check.raises(ValueError, np.ones((4, 4)), np.ones((5, 4)))
    check.raises(ValueError, np.ones((4, 4)), np.ones((4, 6)))
### END HIDDEN TESTS

# %% [markdown]
# ## On a photograph
#
# Nothing changes when the image has 512 × 512 pixels. Below are a photograph and three kernels: nine ninths
# (a blur, because every output is the mean of nine pixels), *left minus right*, and *top minus bottom*. In
# the last two feature maps, mid-grey is 0, bright is positive and dark is negative.

# %%
camera = data.photograph("camera")
blur = np.full((3, 3), 1 / 9)
top_minus_bottom = left_minus_right.T

blurred = convolution.correlate2d(camera, blur)
vertical_edges = convolution.correlate2d(camera, left_minus_right)
horizontal_edges = convolution.correlate2d(camera, top_minus_bottom)

figure, axes = plots.figure(9, 2.6, 1, 4)
plots.image(axes[0], camera, "photograph")
plots.image(axes[1], blurred, "blur")
plots.image(axes[2], vertical_edges, "left − right", vmin=-300, vmax=300)
plots.image(axes[3], horizontal_edges, "top − bottom", vmin=-300, vmax=300)
plots.Picture(
    figure,
    alt="A photographer with a camera; slightly blurred; its vertical edges, such as the tripod's legs and his back; "
    "its horizontal edges, such as the camera's top and the horizon.",
)

# %% [markdown]
# ## The flip: what mathematicians call convolution
#
# In mathematics, *convolution* means something slightly different. It is written with an asterisk, ∗, where
# cross-correlation has a star, ⋆. For two sequences, and for an image and a kernel, it is
#
# $$(f * g)[t] = \sum_{k} f[k]\; g[t-k]
# \qquad\qquad (I * K)[i, j] = \sum_{a}\sum_{b} I[a, b]\; K[i-a,\, j-b]$$
#
# Look at the minus signs. As $k$ runs forwards through $f$, the index $t-k$ runs **backwards** through $g$,
# so one of the two is read in reverse. Here are three numbers of each kind:

# %%
f = np.array([1, 2, 3, 4, 5])
g = np.array([1, 10, 100])
print("cross-correlation", np.correlate(f, g, mode="valid"), " 1×1 + 2×10 + 3×100 = 321")
print("convolution      ", np.convolve(f, g, mode="valid"), " 1×100 + 2×10 + 3×1 = 123")

# %% [markdown]
# In two dimensions both axes run backwards. That is the same as rotating the kernel by 180 degrees, and
# then sliding it as before:

# %%
flipped = kernel[::-1, ::-1]
plots.matrices(
    [
        ("image", image),
        "⋆",
        ("flipped kernel", flipped),
        "=",
        ("image ∗ kernel", convolution.convolve2d(image, kernel)),
    ],
    alt="The convolution of 1 to 16 with 1 2 / 3 4 is the cross-correlation with 4 3 / 2 1: "
    "26 36 46 / 66 76 86 / 106 116 126.",
)

# %% [markdown]
# The first number is 26, where cross-correlation gave 44.
#
# > **Puzzle.** All five sources call what a layer computes a *convolution*. One of them, the blog post
# > *What is a CNN?*, prints the formula with the minus signs as well. The nine sums 44, 54, ..., 144 are
# > published in the book chapter. Do they follow that formula?

# %%
print("with the minus signs:   ", convolution.convolve2d(image, kernel).ravel())
print("without the minus signs:", convolution.correlate2d(image, kernel).ravel())

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. The nine sums are a **cross-correlation**, and so is what layers compute in Keras and in PyTorch. In
# the blog post, the formula and the description of the layer contradict each other: at most one of them can
# be right. The name *convolution* is so common that we use it too (*convolutional layer*, `Conv2D`), but
# this course's functions have exact names.
#
# </details>
#
# Does the difference matter? Not to a network, because it *learns* its kernels. If the layer flipped them,
# training would find the flipped numbers, and the feature maps would be the same. Mathematicians keep the
# flip because it makes convolution commutative, $f * g = g * f$. Cross-correlation is not.
#
# To see this with sequences of different lengths, let the shorter one also visit the places where it
# overlaps only part of the longer one, as if there were zeros outside. This is called a **full**
# convolution. It has 5 + 3 − 1 = 7 numbers here, where *valid* had 3.

# %%
print("f ∗ g", np.convolve(f, g, mode="full"))
print("g ∗ f", np.convolve(g, f, mode="full"))
print("f ⋆ g", np.correlate(f, g, mode="full"))
print("g ⋆ f", np.correlate(g, f, mode="full"))

# %% [markdown]
# <details><summary>Optional: integrals, and another puzzle</summary>
#
# For functions of one and of two real variables, the sums become integrals:
#
# $$(f * g)(t) = \int_{-\infty}^{\infty} f(\tau)\, g(t-\tau)\, d\tau
# \qquad (f * g)(x, y) = \iint f(\tau_1, \tau_2)\; g(x-\tau_1,\, y-\tau_2)\; d\tau_1\, d\tau_2$$
#
# **Puzzle.** The blog post *What is a CNN?* explains these formulas as follows. When does each statement
# hold, and when not? The next cell computes an example for the first two.
#
# 1. The convolution is "the percentage of area" of $g$ that overlaps $f$.
# 2. The integral goes from 0 to $t$ only, because $\tau < 0$ and $\tau > t$ "have no meaning".
# 3. The second formula has a ∗ between $f$ and $g$ inside the integral, and the result is called
#    $f(x, y) * g(x, y)$.
#
# </details>

# %%
box = np.ones(4)
print("1. two boxes of height 1: ", np.convolve(box, box), " the length of their overlap")

weights = {-1: 1, 0: 10, 1: 100}  # the kernel g, at the positions -1, 0 and 1
t = 2
every_k = sum(f[k] * weights.get(t - k, 0) for k in range(5))
up_to_t = sum(f[k] * weights.get(t - k, 0) for k in range(t + 1))
print("2. all terms at t = 2:", every_k, "  only those from 0 to t:", up_to_t)

# %% [markdown]
# <details><summary>Answer to the optional puzzle</summary>
#
# 1. For two rectangles of height 1, the convolution is the *area* of their overlap: 1, 2, 3, 4, 3, 2, 1 for
#    two boxes. It is not a percentage, and in general it is a weighted sum. Further up, one of its values
#    is 123.
# 2. That holds if both functions are 0 before time 0, as for a filter that cannot look into the future. A
#    kernel with a weight at position −1 loses a term that way: 234 becomes 230.
# 3. Inside the integral there should be an ordinary product, because ∗ is the convolution itself. The
#    result is $(f * g)(x, y)$.
#
# </details>
#
# ## Exercise 2: convolution (2 points)
#
# Write the mathematical convolution, *valid* as before. You may call your own `correlate2d`.
#
# <details><summary>Hint 1</summary>
#
# Write 1 2 / 3 4 on a piece of paper and rotate it by 180 degrees. Which number is at the top left now?
# Flipping only the rows gives 3 4 / 1 2, which is something else.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# A slice with a step of −1 reads backwards: `f[::-1]` is 5, 4, 3, 2, 1 above. A kernel has two axes, so it
# takes two slices. Flip the *kernel*, before it slides: if you flip the output or the image, you get the
# right numbers in the wrong places.
#
# </details>


# %% nbgrader={"grade_id": "convolve2d", "solution": true}
def convolve2d(image, kernel):
    """Return the valid mathematical convolution of an image and a kernel.

    The kernel is flipped along both axes, then slid over the image.

    Parameters
    ----------
    image : array of shape (H, W), of any real dtype
    kernel : array of shape (kh, kw), of any real dtype

    Returns
    -------
    array of shape (H - kh + 1, W - kw + 1)

    Raises
    ------
    ValueError
        If the kernel is larger than the image in either direction.
    """
    ### BEGIN SOLUTION
    return correlate2d(image, np.asarray(kernel)[::-1, ::-1])
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-convolve2d", "grade": true, "points": 0.5}
import numpy as np

from utils import checks

with checks.Exercise("convolution.convolve2d", convolve2d, uses=["correlate2d"]) as check:
    check.example(
        np.arange(1, 17).reshape(4, 4),
        np.array([[1, 2], [3, 4]]),
        expected=[[26, 36, 46], [66, 76, 86], [106, 116, 126]],
    )
    check.example(
        np.array([[200, 100, 0], [0, 50, 250]], np.uint8),
        np.array([[1, 2]], np.uint8),
        expected=[[500, 200], [50, 350]],
    )
    # Too tall, then too wide.
    check.raises(ValueError, np.ones((2, 5)), np.ones((3, 3)))
    check.raises(ValueError, np.ones((5, 2)), np.ones((3, 3)))

# %% nbgrader={"grade_id": "test-convolve2d-shapes", "grade": true, "points": 1}
# Marked when you hand in: images and kernels of other shapes, and other kinds of number.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(22)
with checks.Exercise("convolution.convolve2d", convolve2d, uses=["correlate2d"]) as check:
    for image_shape, kernel_shape in [
        ((6, 7), (3, 2)),
        ((9, 6), (2, 4)),
        ((5, 5), (3, 3)),
        ((4, 8), (4, 1)),
        ((7, 3), (1, 3)),
        ((3, 5), (3, 5)),
    ]:
        check.agrees(rng.normal(size=image_shape), rng.normal(size=kernel_shape))
    bytes_image = rng.integers(0, 256, (6, 7), dtype=np.uint8)
    check.agrees(bytes_image, rng.integers(0, 256, (3, 2), dtype=np.uint8))
    check.agrees(bytes_image, rng.normal(size=(2, 3)))
    check.agrees(rng.integers(-128, 128, (5, 6), dtype=np.int8), np.full((2, 4), 3, np.int8))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-convolve2d-errors", "grade": true, "points": 0.5}
# Marked when you hand in: a kernel that does not fit.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("convolution.convolve2d", convolve2d, uses=["correlate2d"]) as check:
    check.agrees(np.ones((3, 4)), np.ones((3, 4)))
    check.raises(ValueError, np.ones((2, 5)), np.ones((3, 3)))
    check.raises(ValueError, np.ones((5, 2)), np.ones((3, 3)))
    check.raises(ValueError, np.ones((4, 4)), np.ones((5, 5)))
### END HIDDEN TESTS

# %% [markdown]
# ## ReLU: keep the positive part
#
# After the sums, a layer applies an *activation function* to every number. A common one is the *rectified
# linear unit*, $\mathrm{ReLU}(x) = \max(x, 0)$. The nine sums are all positive, so it does not change them:

# %%
nine = convolution.correlate2d(image, kernel)
print("unchanged by ReLU:", np.array_equal(convolution.relu(nine), nine))

# %% [markdown]
# It matters where the sum can be negative. A bright bar on a dark background has a left and a right edge.
# *Left minus right* is negative at one of them and positive at the other, and ReLU keeps the positive one:

# %%
bar = np.zeros((5, 8))
bar[:, 3:5] = 10
edges = convolution.correlate2d(bar, left_minus_right)
plots.matrices(
    [
        ("bright bar", bar),
        "→",
        ("left − right", edges),
        "→",
        ("after ReLU", convolution.relu(edges)),
    ],
    alt="A bright bar gives minus 30 at its left edge and 30 at its right; after ReLU the 30 stays.",
)

# %% [markdown]
# There is a more important reason. Cross-correlation is *linear*: two of them in a row, with nothing in
# between, can do no more than one with a larger kernel. Below, a 3 × 3 and a 2 × 2 kernel are replaced by
# one kernel of 4 × 4. It is their full convolution (3 + 2 − 1 = 4):

# %%
rng = np.random.default_rng(0)
picture, first, second = rng.normal(size=(8, 8)), rng.normal(size=(3, 3)), rng.normal(size=(2, 2))
after_first = convolution.correlate2d(picture, first)
in_two_steps = convolution.correlate2d(after_first, second)
combined = signal.convolve2d(first, second, mode="full")
in_one_step = convolution.correlate2d(picture, combined)
print("one 4x4 kernel does the same:", np.allclose(in_two_steps, in_one_step))

with_relu = convolution.correlate2d(convolution.relu(after_first), second)
print("and with ReLU in between:    ", np.allclose(with_relu, in_one_step))

# %% [markdown]
# Without a **non-linearity** between them, a hundred such layers could be replaced by a single one. ReLU is
# a non-linearity.
#
# ## Exercise 3: ReLU (1 point)
#
# Write it for an array of any shape: a vector, an image, a whole volume.
#
# <details><summary>Hint 1</summary>
#
# Python's own `max(x, 0)` would have to decide whether the whole array is larger than 0, and raises an
# error. `np.max(x)` returns the largest number in the array. You want the function that compares *element
# by element* and gives an array back. Its name is the long form of *max*.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Another way is a mask, `x < 0`. But `x[x < 0] = 0` changes the array that you were given, and the caller
# may still need it. Make a copy first.
#
# </details>


# %% nbgrader={"grade_id": "relu", "solution": true}
def relu(x):
    """Return max(x, 0) for every element of an array of any shape. The array stays as it is."""
    ### BEGIN SOLUTION
    return np.maximum(x, 0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-relu", "grade": true, "points": 0.5}
import numpy as np

from utils import checks

with checks.Exercise("convolution.relu", relu) as check:
    check.example(np.array([[-30, 0, 30], [2, -1, 0]]), expected=[[0, 0, 30], [2, 0, 0]])
    nine_sums = np.array([[44, 54, 64], [84, 94, 104], [124, 134, 144]])
    check.example(nine_sums, expected=nine_sums)
    check.example(np.array([-1.5, -0.25, 0, 0.5, 2.5, 300]), expected=[0, 0, 0, 0.5, 2.5, 300])

# %% nbgrader={"grade_id": "test-relu-shapes", "grade": true, "points": 0.5}
# Marked when you hand in: fractions, and arrays with other numbers of axes.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(23)
with checks.Exercise("convolution.relu", relu) as check:
    check.agrees(rng.normal(size=7))
    check.agrees(rng.normal(size=(4, 5)) * 100)
    check.agrees(rng.normal(size=(2, 3, 4)))
    check.agrees(rng.normal(size=(2, 3, 2, 2)) / 1000)
    check.agrees(-rng.random((3, 4)))
    check.agrees(np.array([0.0, -0.5, 0.5, 1.5]))
    check.agrees(rng.integers(-9, 9, (4, 3)))
    check.agrees(rng.integers(-100, 100, (4, 3), dtype=np.int8))
    check.agrees(np.array([[0, 200], [255, 3]], np.uint8))
### END HIDDEN TESTS

# %% [markdown]
# ## Colour: one kernel, three slices
#
# A colour image has three channels. Its kernel has three slices, one for each. Each slice slides over its
# channel, and the three results are **added up into one feature map**. For example, a 6 × 6 × 3 image and a
# 3 × 3 × 3 kernel give one map of 4 × 4, not three. Here is the same with a 3 × 3 image of three channels
# and a kernel of 2 × 2 × 3:

# %%
rng = np.random.default_rng(3)
colour_image = rng.integers(0, 6, (3, 3, 3))
colour_kernel = rng.integers(-1, 3, (2, 2, 3))
per_channel = [
    convolution.correlate2d(colour_image[:, :, c], colour_kernel[:, :, c]) for c in range(3)
]
one_map = sum(per_channel)

figure, axes = plots.figure(6.6, 5, 3, 7, width_ratios=[3, 0.6, 2, 0.6, 2, 1.6, 2])
for channel, name in enumerate(["red", "green", "blue"]):
    plots.matrix(axes[channel, 0], colour_image[:, :, channel], f"{name} channel")
    plots.sign(axes[channel, 1], "⋆")
    plots.matrix(axes[channel, 2], colour_kernel[:, :, channel], f"{name} slice", room=3)
    plots.sign(axes[channel, 3], "=")
    plots.matrix(axes[channel, 4], per_channel[channel], room=3)
    plots.sign(axes[channel, 5], "sum →" if channel == 1 else "")
    if channel == 1:
        plots.matrix(axes[1, 6], one_map, "feature map", room=3)
    else:
        axes[channel, 6].axis("off")
plots.Picture(
    figure,
    alt="Three channels, each with its slice of the kernel, give three 2x2 results; "
    "their sum is one 2x2 feature map.",
)

# %% [markdown]
# A layer has many such kernels, and stacks their feature maps into a new volume. Each kernel also has a
# **bias**, one number that is added to its whole map. So the layer's weights have four axes, in Keras's
# order *(rows, columns, channels in, filters)*:
#
# | into the layer | weights | out of it | slices |
# |---|---|---|---|
# | 6 × 6 × 3 | 3 × 3 × 3, one filter | 4 × 4 × 1 | 3 |
# | 6 × 6 × 3 | 3 × 3 × 3, 32 filters | 4 × 4 × 32 | 32 × 3 = 96 |
# | 13 × 13 × 6 | 3 × 3 × 6, 10 filters | 11 × 11 × 10 | 10 × 6 = 60 |
#
# People say *32 kernels* in the second row, and mean 32 stacks of three slices. The cell below computes
# these shapes:

# %%
for volume_shape, kernels_shape in [
    ((6, 6, 3), (3, 3, 3, 1)),
    ((6, 6, 3), (3, 3, 3, 32)),
    ((13, 13, 6), (3, 3, 6, 10)),
]:
    out = convolution.correlate_channels(np.ones(volume_shape), np.ones(kernels_shape))
    slices = kernels_shape[2] * kernels_shape[3]
    print(f"{volume_shape} with {kernels_shape} gives {out.shape}; {slices} slices")

# %% [markdown]
# A filter that reads all channels can measure what no grey filter can: *how red a pixel is, compared with
# green and blue*. A kernel of 1 × 1 × 3 with the weights 1, −0.5, −0.5 does this at every pixel.

# %%
coffee = data.photograph("coffee")
redness = np.array([1, -0.5, -0.5]).reshape(1, 1, 3, 1)
how_red = convolution.relu(convolution.correlate_channels(coffee, redness))[:, :, 0]
plots.images(
    [coffee, how_red],
    ["photograph", "1 × red − ½ green − ½ blue, after ReLU"],
    size=3.6,
    alt="A red cup of coffee on a red saucer, and how red each pixel is: the saucer is bright, "
    "the cup's white rim and the steel spoon are dark.",
)

# %% [markdown]
# ## Exercise 4: a whole layer (3 points)
#
# Put it together: every channel, every filter, and the bias. Your own `correlate2d` can do most of the
# work.
#
# <details><summary>Hint 1</summary>
#
# Begin with one filter and no bias. `kernels[:, :, :, 0]` is that filter, of shape (kh, kw, C). Which slice
# of it slides over `volume[:, :, 0]`? And how do C results become one feature map?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Two loops: over the filters, and inside it over the channels. Every filter begins with an empty sum. If
# your map shows only the last channel, you have written `=` instead of `+=`. At the end,
# `np.stack(maps, axis=-1)` puts the feature maps on the last axis.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# This is one feature map, with one thing left open:
#
# ```python
# feature_map = sum(correlate2d(volume[:, :, c], ...) for c in range(channels))
# ```
#
# NumPy adds an array of F biases along the last axis, so add it once, to the finished stack, if
# `bias is not None`. And compare the numbers of channels yourself, at the very beginning: a loop that runs
# to the smaller of the two hides the mistake.
#
# </details>


# %% nbgrader={"grade_id": "correlate_channels", "solution": true}
def correlate_channels(volume, kernels, bias=None):
    """Return what a convolutional layer computes, before its activation.

    Parameters
    ----------
    volume : array of shape (H, W, C), of any real dtype
    kernels : array of shape (kh, kw, C, F): F filters with one slice for each of the C channels
    bias : array of shape (F,), or None for no bias

    Returns
    -------
    array of shape (H - kh + 1, W - kw + 1, F)
        Feature map f is the sum, over all channels c, of the valid cross-correlation of
        volume[:, :, c] with kernels[:, :, c, f]; plus bias[f].

    Raises
    ------
    ValueError
        If volume and kernels have different numbers of channels, or the kernels are larger than
        the image.
    """
    ### BEGIN SOLUTION
    volume, kernels = np.asarray(volume), np.asarray(kernels)
    channels, filters = kernels.shape[2:]
    if volume.shape[2] != channels:
        raise ValueError(f"{volume.shape[2]} channels in the image, {channels} in the kernels")
    maps = [
        sum(correlate2d(volume[:, :, c], kernels[:, :, c, f]) for c in range(channels))
        for f in range(filters)
    ]
    output = np.stack(maps, axis=-1)
    return output if bias is None else output + bias
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-correlate_channels", "grade": true, "points": 1}
import numpy as np

from utils import checks

with checks.Exercise(
    "convolution.correlate_channels", correlate_channels, uses=["correlate2d"]
) as check:
    # Two channels, one filter. 1 to 9 with 1 2 / 3 4 gives 37 47 67 77; 10 to 90 with 1 0 / 0 -1
    # gives -40 everywhere.
    two_channels = np.stack([np.arange(1, 10), 10 * np.arange(1, 10)], axis=-1).reshape(3, 3, 2)
    two_slices = np.array([[[[1], [1]], [[2], [0]]], [[[3], [0]], [[4], [-1]]]])
    check.example(two_channels, two_slices, expected=[[[-3], [7]], [[27], [37]]])
    check.example(
        two_channels, two_slices, np.array([100]), expected=[[[97], [107]], [[127], [137]]]
    )
    # One pixel, three channels, two filters, two biases.
    check.example(
        np.array([[[1, 2, 3]]]),
        np.array([[[[1, 4], [10, 5], [100, 6]]]]),
        np.array([0.5, -0.5]),
        expected=[[[321.5, 31.5]]],
    )
    # Bytes: 2 * 200 does not fit into uint8. As many rows and columns as filters.
    check.example(
        np.array([[[200], [100]], [[0], [50]]], np.uint8),
        np.array([[[[1, 2]]]], np.uint8),
        np.array([10, 20]),
        expected=[[[210, 420], [110, 220]], [[10, 20], [60, 120]]],
    )
    # Channels that differ; then kernels that are too tall and too wide.
    check.raises(ValueError, np.ones((5, 5, 1)), np.ones((3, 3, 3, 4)))
    check.raises(ValueError, np.ones((5, 5, 3)), np.ones((3, 3, 1, 4)))
    check.raises(ValueError, np.ones((2, 5, 3)), np.ones((3, 3, 3, 4)))
    check.raises(ValueError, np.ones((5, 2, 3)), np.ones((3, 3, 3, 4)))

# %% nbgrader={"grade_id": "test-correlate_channels-shapes", "grade": true, "points": 1}
# Marked when you hand in: other numbers of rows, columns, channels and filters.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(24)
with checks.Exercise(
    "convolution.correlate_channels", correlate_channels, uses=["correlate2d"]
) as check:
    for volume_shape, kernels_shape in [
        ((6, 6, 3), (3, 3, 3, 1)),
        ((5, 7, 3), (2, 3, 3, 4)),
        ((7, 5, 2), (4, 1, 2, 3)),
        ((4, 6, 1), (2, 2, 1, 5)),
        ((4, 4, 4), (4, 4, 4, 4)),
        ((5, 6, 2), (1, 1, 2, 2)),
    ]:
        check.agrees(rng.normal(size=volume_shape), rng.normal(size=kernels_shape))
    bytes_volume = rng.integers(0, 256, (5, 6, 3), dtype=np.uint8)
    check.agrees(bytes_volume, rng.integers(0, 256, (2, 3, 3, 2), dtype=np.uint8))
    check.agrees(bytes_volume, rng.normal(size=(3, 2, 3, 2)))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-correlate_channels-bias", "grade": true, "points": 0.5}
# Marked when you hand in: one bias for each filter.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(25)
with checks.Exercise(
    "convolution.correlate_channels", correlate_channels, uses=["correlate2d"]
) as check:
    for volume_shape, kernels_shape in [
        ((5, 7, 3), (2, 3, 3, 4)),
        ((4, 6, 2), (2, 2, 2, 3)),
        ((4, 3, 2), (2, 1, 2, 3)),
        ((3, 3, 1), (2, 2, 1, 1)),
    ]:
        bias = rng.normal(size=kernels_shape[3])
        check.agrees(rng.normal(size=volume_shape), rng.normal(size=kernels_shape), bias)
        check.agrees(rng.normal(size=volume_shape), rng.normal(size=kernels_shape), bias=bias)
    check.agrees(
        rng.integers(0, 256, (4, 5, 2), dtype=np.uint8),
        rng.integers(0, 9, (2, 2, 2, 3)),
        rng.integers(-9, 9, 3),
    )
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-correlate_channels-errors", "grade": true, "points": 0.5}
# Marked when you hand in: channels that do not match, and kernels that do not fit.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise(
    "convolution.correlate_channels", correlate_channels, uses=["correlate2d"]
) as check:
    check.agrees(np.ones((3, 4, 2)), np.ones((2, 2, 2, 3)))
    check.raises(ValueError, np.ones((5, 5, 3)), np.ones((3, 3, 2, 4)))
    check.raises(ValueError, np.ones((5, 5, 2)), np.ones((3, 3, 3, 4)))
    check.raises(ValueError, np.ones((5, 5, 1)), np.ones((3, 3, 3, 4)))
    check.raises(ValueError, np.ones((5, 5, 3)), np.ones((3, 3, 1, 4)))
    check.raises(ValueError, np.ones((2, 5, 3)), np.ones((3, 3, 3, 4)))
    check.raises(ValueError, np.ones((5, 2, 3)), np.ones((3, 3, 3, 4)))
### END HIDDEN TESTS

# %% [markdown]
# ## Sound, text and film
#
# The idea is not limited to images. The sources also name time series, language, speech and video. **In one
# dimension**, a kernel slides along a sequence: the samples of a sound, the temperatures of a year, or the
# words of a sentence, where each word is a list of numbers, as each pixel has channels. Below, a low tone
# is followed by a high one. The kernel is one wave of the high tone, so its feature map is largest where
# that tone sounds:

# %%
low = np.sin(2 * np.pi * np.arange(60) / 30)  # one wave takes 30 samples
high = np.sin(2 * np.pi * np.arange(60) / 6)  # one wave takes 6
sound = np.concatenate([low, high])
one_wave = high[:6]
found = convolution.relu(np.correlate(sound, one_wave, mode="valid"))
print("shapes:", sound.shape, one_wave.shape, found.shape)
print(f"largest answer in the low tone:  {found[:54].max():.2f}")
print(f"largest answer in the high tone: {found[60:].max():.2f}")

figure, (above, below) = plots.figure(8, 2.6, 2, 1, sharex=True)
above.plot(sound, color=plots.BLUE)
above.set(title="a low tone, then a high one", ylabel="sound")
below.plot(found, color=plots.VERMILION)
below.set(xlabel="sample", ylabel="feature map")
plots.Picture(
    figure,
    alt="Above, two slow waves and then ten fast ones. Below, the feature map: small over the slow waves, and a "
    "row of ten high peaks over the fast ones.",
)

# %% [markdown]
# **In three dimensions**, a kernel slides through a stack: a film, with time as the third axis, or the
# slices of a body scan. A 3 × 3 × 3 kernel on 10 frames of 28 × 28 pixels fits at 8 × 26 × 26 places:

# %%
film, kernel_3d = np.ones((10, 28, 28)), np.ones((3, 3, 3))
print(signal.correlate(film, kernel_3d, mode="valid").shape)

# %% [markdown]
# ## Why libraries avoid Python loops
#
# Here is the same cross-correlation three times: with two Python loops (`correlate2d_loop`), with NumPy and
# all windows in one array (`sliding_window_view` makes it without copying a pixel), and with SciPy, whose
# loops run in C. The times depend on your machine, so compare the ratios.


# %%
def best_of(repeats, function, *arguments):
    """Return the shortest of several run times, in milliseconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function(*arguments)
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


rng = np.random.default_rng(1)
picture, weights = rng.random((128, 128)), rng.random((5, 5))
milliseconds = {
    "Python loops": best_of(2, convolution.correlate2d_loop, picture, weights),
    "NumPy, all windows at once": best_of(5, convolution.correlate2d, picture, weights),
    "SciPy": best_of(5, signal.correlate2d, picture, weights, "valid"),
}
for name, duration in milliseconds.items():
    ratio = milliseconds["Python loops"] / duration
    print(f"{name:<28}{duration:8.2f} ms   {ratio:6.1f} times as fast as the loops")

# %% [markdown]
# The loops go through Python 124 × 124 = 15,376 times, and each time costs far more than the 25
# multiplications in it. All three give the same numbers, apart from rounding:

# %%
loop = convolution.correlate2d_loop(picture, weights)
print(loop.shape, f"{loop.size:,} numbers")
print("NumPy agrees:", np.allclose(loop, convolution.correlate2d(picture, weights)))
print("SciPy agrees:", np.allclose(loop, signal.correlate2d(picture, weights, mode="valid")))

# %% [markdown]
# ## Questions to think about
#
# These are not marked, and you can answer them on paper. (`solutions/` has answers.)
#
# 1. Put a chessboard pattern on the 4 × 4 image: add 1 to every white square and subtract 1 from every
#    black one. What happens to the nine sums? What does that say about recovering an image from its feature
#    map?
# 2. For which kernels do cross-correlation and convolution agree on *every* image? For which kernels is one
#    result exactly the negative of the other? You have met kernels of both kinds.
# 3. You double all weights of a kernel, and its bias. What changes after ReLU? And what if you reverse all
#    their signs?

# %% [markdown] tags=["answers"]
# ### Answers
#
# **1.** Nothing happens. Wherever the kernel is, the squares under its 1 and 4 have one colour and those
# under its 2 and 3 the other, and 1 + 4 − 2 − 3 = 0. This kernel cannot see the pattern, so two different
# images have the same feature map. That had to be possible: 16 numbers go in and only 9 come out, so some
# information is lost. A layer has many kernels, which lose different things.
#
# **2.** They agree if the kernel looks the same after a rotation by 180 degrees, as the blur does. They are
# each other's negatives if that rotation changes all signs of the kernel, as with *left minus right* and
# *top minus bottom*. There are no other kernels of either kind: on an image with a single bright pixel,
# cross-correlation shows the kernel rotated by 180 degrees and convolution shows it as it is, so every
# difference becomes visible.
#
# **3.** All sums double, so ReLU lets the same places through, twice as strong. The size of a filter's
# weights means nothing without the next layer, which can compensate by halving its weights. Reversing the
# signs changes much more: ReLU then keeps what it dropped, and drops what it kept. A network can therefore
# need a filter and its negative. The first two answers, checked:

# %% tags=["answers"]
chessboard = np.where(np.indices((4, 4)).sum(axis=0) % 2 == 0, 1, -1)
with_board = convolution.correlate2d(image + chessboard, kernel)
print("1. the same nine sums:", np.array_equal(with_board, nine))

print("2. blur, the same:", np.allclose(convolution.convolve2d(camera, blur), blurred))
flipped_map = convolution.convolve2d(camera, left_minus_right)
print("   left − right, the negative:", np.allclose(flipped_map, -vertical_edges))
flipped_map = convolution.convolve2d(camera, top_minus_bottom)
print("   top − bottom, the negative:", np.allclose(flipped_map, -horizontal_edges))

# %% [markdown]
# ## What to take away
#
# - **Cross-correlation**, $I \star K$: place the kernel on the image, multiply, add, move on. $H \times W$
#   and $k_h \times k_w$ give $(H - k_h + 1) \times (W - k_w + 1)$ numbers.
# - A kernel measures one thing, and its **feature map** shows how much of it there is at every place. The
#   same few weights are used everywhere: 9 for a whole photograph.
# - **Convolution** in the mathematical sense, $I * K$, flips the kernel first. Layers do not.
# - **ReLU** keeps the positive part. Without a non-linearity, several layers in a row could be replaced by
#   one.
# - A kernel has a slice for every channel, and gives **one** map. A layer has many kernels, and one bias
#   for each.
# - The same idea works in one dimension (sound, text) and in three (film).
#
# **Corrections to the sources.** All of them call a cross-correlation a convolution; the nine published
# sums, 44 to 144, are computed without the flip. It is not a matrix product either. And a convolution is in
# general neither a percentage of area nor an integral from 0 to t.
#
# **References**
# - I. Goodfellow, Y. Bengio and A. Courville, *Deep Learning*, MIT Press, 2016, chapter 9,
#   [deeplearningbook.org](https://www.deeplearningbook.org/contents/convnets.html). Convolution and
#   cross-correlation in networks.
# - V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016,
#   [arXiv:1603.07285](https://arxiv.org/abs/1603.07285).
# - Y. Kim, "Convolutional neural networks for sentence classification", *EMNLP*, 2014,
#   [doi:10.3115/v1/D14-1181](https://doi.org/10.3115/v1/D14-1181). One-dimensional convolution on text.
#
# [Start page](../index.ipynb) · **Next:** in [lesson 03](../03_sobel/03_sobel.ipynb) you build kernels that find edges in
# photographs.

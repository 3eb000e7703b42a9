# ---
# jupyter:
#   course:
#     summary: Kernels made by hand, edges and their directions, and filters for stripes
#     minutes: 120
# ---

# %% [markdown]
# # Filters that find edges
#
# [Start page](../index.ipynb) · Before: [02 Convolution by hand](../02_convolution/02_convolution.ipynb) · Next: [04 Predicting shapes](../04_output_size/04_output_size.ipynb)
#
# **What you will do.** Make kernels by hand and try them on photographs. Then measure at every pixel how
# fast the image gets brighter and in which direction, and draw the outlines of an image with a few lines of
# code.
#
# **Why filters made by hand**, if networks learn theirs? Because networks often find such filters again by
# themselves. When a network is trained on photographs, its first layer usually learns to detect edges and
# stripes in several directions; in lessons [08](../08_lenet/08_lenet.ipynb) and
# [10](../10_backprop/10_backprop.ipynb) you will look at learned filters. Something similar is found in
# animals. In 1959 and 1962, David Hubel and Torsten Wiesel reported that cells in a cat's visual cortex
# respond to bars and edges of one direction, each in one small part of what the cat sees. The Gabor filters
# at the end of this lesson describe many of these cells well. The visual cortex was one of the ideas behind
# convolutional networks, although a network does not learn as a brain does.
#
# **What you will learn**
# - what the numbers of a kernel and their sum mean;
# - how Sobel's two kernels are made, and why one is the other rotated;
# - how two feature maps give the strength and the direction of an edge;
# - how to define an edge, and what to do with an image that has none;
# - why the same filter gives different numbers in SciPy and in scikit-image;
# - what a Gabor filter measures.
#
# **What you need.** [Lesson 02](../02_convolution/02_convolution.ipynb): cross-correlation, feature maps
# and ReLU. In mathematics, Pythagoras' theorem, and angles in degrees. Sine and cosine occur in one
# section.
#
# **Time.** About 120 minutes: 15 to read, 40 to run the cells and try the kernels, 50 for the four
# exercises. The section on other libraries is optional and takes another 10 minutes.

# %%
import numpy as np
from scipy import ndimage
from skimage import filters

# No module named 'utils'? In the course's folder, start: uv run jupyter lab
from utils import convolution, data, pixels, plots
from utils.widgets import sobel as sobel_widgets

# Your own function will be called `sobel`, so the module gets another name.
from utils import sobel as sobel_tools

# %% [markdown]
# ## Kernels made by hand
#
# Before networks learned their filters, people designed them. Here are five, with their numbers. The *blur*
# is nine ninths; the figure shows nine 1s, which are divided by 9.

# %%
by_hand = ["pass through", "blur", "sharpen", "all edges", "left − right"]
shown = {}
for name in by_hand:
    title = "blur (÷ 9)" if name == "blur" else name
    shown[title], divisor = sobel_tools.whole_numbers(sobel_tools.KERNELS[name])
plots.matrices(
    shown,
    alt="Pass through: 1 in the middle of zeros. Blur: nine 1s, over 9. Sharpen: 5 in the middle, "
    "−1 at its four neighbours. All edges: 8 in the middle of eight −1s. "
    "Left − right: columns of 1, 0 and −1.",
)

# %% [markdown]
# **The sum of its weights** says a lot about a kernel. In a uniform patch every pixel has the same value,
# so the sum of products is that value times the sum of the weights.

# %%
uniform_patch = np.full((3, 3), 100)
for name in by_hand:
    kernel = sobel_tools.KERNELS[name]
    answer = convolution.correlate2d(uniform_patch, kernel)[0, 0]
    print(f"{name:<14} weights add up to {kernel.sum():2.0f}: a patch of 100 becomes {answer:3.0f}")

# %% [markdown]
# A sum of 1 keeps the brightness. A sum of 0 turns every uniform patch into 0, so only *differences*
# remain. *Sharpen* does both: it is the image itself, plus the amount by which each pixel differs from its
# four neighbours.

# %%
difference = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]])
total = sobel_tools.KERNELS["pass through"] + difference
print(total)
print("equal to sharpen:", np.array_equal(total, sobel_tools.KERNELS["sharpen"]))

# %% [markdown]
# **Now try your own.** Choose a kernel, or type into the nine boxes; the image changes at once. Some things
# to try: what does a 2 in the middle do? What do nine 1s do if you divide by 4 instead of 9? Can you make a
# kernel that moves the image by one pixel?

# %%
camera = data.photograph("camera")
cat = pixels.to_grayscale(data.photograph("cat"))
coins = data.photograph("coins")
close_ups = {
    "photographer": camera[60:316, 100:400],
    "cat": cat[20:276, 100:400],
    "coins": coins[:256, :300],
}

sobel_widgets.kernel_workbench(close_ups)

# %% [markdown]
# ## Light zones, dark zones, zones of contrast
#
# People designed filters for zones as well as for edges. Zones need larger kernels. The mean of 15 × 15
# pixels is a cross-correlation with 225 weights of 1/225. With a **bias** of −128 and a **ReLU**, it is
# positive only where a zone is lighter than medium grey. Reverse all the signs, and it finds dark zones.
#
# Contrast takes two steps: compute differences without their signs, then average them over a zone.

# %%
mean_of_a_zone = np.full((15, 15), 1 / 225)
light = convolution.relu(convolution.correlate2d(camera, mean_of_a_zone) - 128)
dark = convolution.relu(convolution.correlate2d(camera, -mean_of_a_zone) + 128)
differences = np.abs(convolution.correlate2d(camera, sobel_tools.KERNELS["all edges"]))
contrast = convolution.correlate2d(differences, mean_of_a_zone)

for name, place in {"sky": (50, 250), "lawn": (400, 200), "coat": (300, 60)}.items():
    print(
        f"{name}: light {light[place]:5.1f}   dark {dark[place]:5.1f}   contrast {contrast[place]:5.1f}"
    )
plots.images(
    [camera, light, dark, contrast],
    ["photograph", "light zones", "dark zones", "zones of contrast"],
    columns=4,
    size=2.2,
    alt="The sky is bright among the light zones, the lawn much darker. The dark zones are the photographer's "
    "coat and hair. Contrast is high along his outline, at the camera, the tripod and the lawn, and nearly 0 in the sky.",
)

# %% [markdown]
# Why without signs? The answers of a kernel whose weights add up to 0 are positive in some places and
# negative in others. In an average they cancel, unless you drop the signs first:

# %%
signed = convolution.correlate2d(camera, sobel_tools.KERNELS["all edges"])
print(f"mean answer with signs    {signed.mean():7.3f}")
print(f"mean answer without signs {differences.mean():7.3f}")

# %% [markdown]
# ## Sobel: one kernel in two directions
#
# *All edges* finds an edge, but not its direction. For that you need two kernels: one that measures how
# much brighter it gets to the right, and one that measures how much brighter it gets upwards. Irwin Sobel's
# pair, from 1968, is the best known:

# %%
plots.matrices(
    [("Gx: right − left", sobel_tools.GX), "↺", ("Gy: top − bottom", np.rot90(sobel_tools.GX))],
    alt="Gx has the columns −1 −2 −1, zeros, and 1 2 1. Rotated by 90 degrees it is Gy: "
    "1 2 1 above zeros above −1 −2 −1.",
)

# %% [markdown]
# The second is the first, rotated by 90 degrees counter-clockwise: `np.rot90(Gx)`. Two rotations give −Gx,
# three give −Gy. The transpose of Gx is not a rotation; it is −Gy:

# %%
gx_kernel, gy_kernel = sobel_tools.GX, sobel_tools.GY
print("one rotation    is  Gy:", np.array_equal(np.rot90(gx_kernel), gy_kernel))
print("two rotations   are −Gx:", np.array_equal(np.rot90(gx_kernel, 2), -gx_kernel))
print("three rotations are −Gy:", np.array_equal(np.rot90(gx_kernel, 3), -gy_kernel))
print("the transpose   is  −Gy:", np.array_equal(gx_kernel.T, -gy_kernel))

# %% [markdown]
# ## Where the 2 comes from
#
# Gx does two things at once. Along a row it takes the **difference** −1, 0, 1. Down a column it takes a
# **weighted mean** 1, 2, 1, which reduces the effect of noise. A column times a row is a 3 × 3 matrix:

# %%
mean_down, difference_across = np.array([[1], [2], [1]]), np.array([[-1, 0, 1]])
plots.matrices(
    [
        ("mean", mean_down),
        "×",
        ("difference", difference_across),
        "=",
        ("Gx", mean_down * difference_across),
    ],
    alt="The column 1 2 1 times the row −1 0 1 is Gx.",
)

# %% [markdown]
# Why 2, and not 1 or 5? Draw a bright disc. On its outline the image gets brighter towards the centre, so
# the true direction is known at every pixel. The cell below tries several middle weights and measures the
# mean error of the direction, in degrees:

# %%
rows, columns = np.indices((61, 61))
x, y = columns - 30, 30 - rows  # 0 is the middle, and y grows upwards
from_centre = np.sqrt(x**2 + y**2)
disc = 20 + 200 * np.clip(20.5 - from_centre, 0, 1)
to_the_centre = sobel_tools.gradient_direction(-x, -y)[1:-1, 1:-1]

for middle in range(6):
    kernel = np.array([[1], [middle], [1]]) * difference_across
    gx = convolution.correlate2d(disc, kernel)
    gy = convolution.correlate2d(disc, np.rot90(kernel))
    error = np.abs(sobel_tools.gradient_direction(gx, gy) - to_the_centre)
    error = np.minimum(error, 360 - error)  # 179 and −179 degrees are 2 apart
    magnitude = sobel_tools.gradient_magnitude(gx, gy)
    on_the_outline = magnitude > 0.2 * magnitude.max()
    print(f"1 {middle} 1:  {error[on_the_outline].mean():4.1f} degrees off, on average")

# %% [markdown]
# Among these whole numbers 2 is best, with 1.7 degrees. Equal weights, 1 1 1, give 4.4 degrees.
#
# ## What the two kernels answer
#
# Take the image of lesson 02 that is bright on the left. There, *left minus right* gave 30 at the edge. Gx
# is *right minus left*, and its middle row counts twice: −10 − 20 − 10 = −40. Gy gives 0, because nothing
# changes from top to bottom.

# %%
half_bright = np.array([[10, 10, 10, 0, 0, 0]] * 6)
gx, gy = sobel_tools.sobel(half_bright)
plots.matrices(
    [("left half bright", half_bright), "→", ("gx", gx), "and", ("gy", gy)],
    alt="A 6x6 image, 10 on the left and 0 on the right: gx has four rows of 0 −40 −40 0, gy is 0.",
)

# %% [markdown]
# Here are both maps of a drawing. Mid-grey is 0, bright is positive, dark is negative:

# %%
shapes = sobel_tools.drawn_shapes()
gx, gy = sobel_tools.sobel(shapes)

figure, axes = plots.figure(9, 2.1, 1, 3)
plots.image(axes[0], shapes, "drawing", vmin=0, vmax=255)
plots.image(axes[1], gx, "gx: brighter to the right?", vmin=-800, vmax=800)
plots.image(axes[2], gy, "gy: brighter above?", vmin=-800, vmax=800)
plots.Picture(
    figure,
    alt="A bright disc and a bright square. In gx their left sides are bright and their right sides "
    "dark, and horizontal sides are missing. In gy the lower sides are bright and the upper ones dark.",
)

# %% [markdown]
# Follow the middle row from the left. Where the disc begins, the image gets brighter to the right and gx is
# positive. Where the disc ends, gx is negative.
#
# ## Exercise 1: Sobel's pair (3 points)
#
# Compute both maps, *valid*, without a border. You can write it in more than one way:
# - with two loops, as in lesson 02, or by copying your own `correlate2d` into the cell;
# - or without a loop: `image[:, 2:] - image[:, :-2]` is the difference along a row for *all* pixels at
#   once. Which three rows of it do you add up, with weights 1, 2, 1?
#
# Remember lesson 01: in `uint8`, 0 − 10 is 246. Turn the image into `float` first.
#
# <details><summary>Hint 1</summary>
#
# Take three numbers of a row, 0, 15, 10, and the kernel's row −1, 0, 1. What is the result for the middle
# one? `image[:, 2:] - image[:, :-2]` computes this for all of them at once. The result has two columns
# fewer than the image, and still H rows.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# gx adds up three neighbouring rows of those differences: the row above, its own row twice, and the row
# below. Take three slices of H − 2 rows, each one row further down: `[:-2]`, `[1:-1]`, and which? For gy,
# exchange rows and columns, and subtract the lower row from the *upper* one.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# One piece of gx is left open here:
#
# ```python
# across = image[:, 2:] - image[:, :-2]
# gx = across[:-2] + 2 * across[1:-1] + ...
# ```
#
# If you slide kernels in loops, type Gy as it is in the docstring: `Gx.T` has the opposite sign. And check
# what you return: gx first, then gy.
#
# </details>


# %% nbgrader={"grade_id": "sobel", "solution": true}
def sobel(image):
    """Return the two Sobel maps of an image, valid cross-correlations with

        Gx = -1 0 1      Gy =  1  2  1
             -2 0 2            0  0  0
             -1 0 1           -1 -2 -1

    Parameters
    ----------
    image : array of shape (H, W), of any real dtype, at least 3x3

    Returns
    -------
    gx, gy : two arrays of shape (H - 2, W - 2)
        gx is positive where it gets brighter to the right, gy where it gets brighter upwards.
    """
    ### BEGIN SOLUTION
    image = np.asarray(image, dtype=float)
    across = image[:, 2:] - image[:, :-2]
    up = image[:-2] - image[2:]
    gx = across[:-2] + 2 * across[1:-1] + across[2:]
    gy = up[:, :-2] + 2 * up[:, 1:-1] + up[:, 2:]
    return gx, gy
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-sobel", "grade": true, "points": 1}
import numpy as np

from utils import checks

with checks.Exercise("sobel.sobel", sobel) as check:
    # Bright on the left; then the same picture turned, bright below; then a bright corner.
    check.example(
        np.array([[10, 10, 10, 0, 0, 0]] * 6),
        expected=([[0, -40, -40, 0]] * 4, [[0, 0, 0, 0]] * 4),
    )
    check.example(
        np.array([[0] * 5, [0] * 5, [10] * 5, [10] * 5]),
        expected=([[0, 0, 0]] * 2, [[-40, -40, -40]] * 2),
    )
    check.example(np.array([[0, 15, 10], [0, 0, 10], [0, 0, 0]]), expected=([[30]], [[40]]))
    # Bytes, whose differences are negative; then fractions.
    check.example(np.array([[255, 255, 0, 0]] * 3, np.uint8), expected=([[-1020, -1020]], [[0, 0]]))
    check.example(np.array([[0, 0.75, 0], [0, 0, 0.25], [0, 0, 0]]), expected=([[0.5]], [[1.5]]))

# %% nbgrader={"grade_id": "test-sobel-shapes", "grade": true, "points": 1}
# Marked when you hand in: images that are not square.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(30)
with checks.Exercise("sobel.sobel", sobel) as check:
    for shape in [(6, 7), (9, 6), (5, 5), (3, 8), (7, 3), (3, 3), (4, 3)]:
        check.agrees(rng.normal(size=shape))
    check.agrees(100 * rng.random((4, 5)))
    check.agrees(rng.integers(-50, 50, (5, 7)))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-sobel-numbers", "grade": true, "points": 1}
# Marked when you hand in: other kinds of number: bytes, small integers, fractions.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(31)
with checks.Exercise("sobel.sobel", sobel) as check:
    check.agrees(rng.integers(0, 256, (6, 7), dtype=np.uint8))
    check.agrees(rng.integers(0, 256, (9, 6), dtype=np.uint8))
    check.agrees(np.array([[0, 0, 255, 255]] * 3, np.uint8))
    check.agrees(rng.integers(-128, 128, (5, 6), dtype=np.int8))
    check.agrees(rng.integers(-32768, 32768, (4, 6), dtype=np.int16))
    check.agrees(rng.integers(0, 65536, (6, 4), dtype=np.uint16))
    check.agrees(rng.integers(0, 2**32, (4, 5), dtype=np.uint32))
    check.agrees(rng.integers(-9, 9, (5, 6)).astype(np.float32))
    check.agrees(rng.random((5, 4)) / 100)
### END HIDDEN TESTS

# %% [markdown]
# ## Magnitude: how strong is the edge?
#
# Draw gx as an arrow to the right, and gy as an arrow upwards from its tip. The arrow from the start to the
# end is the **gradient**. It points to where the image gets brighter, and the faster the image does so, the
# longer it is. Its length is the **magnitude**, by Pythagoras' theorem:
#
# $$|G| = \sqrt{g_x^2 + g_y^2}$$
#
# Take the bright corner, the third image in the test above:

# %%
corner = np.array([[0, 15, 10], [0, 0, 10], [0, 0, 0]])
gx, gy = sobel_tools.sobel(corner)
magnitude = sobel_tools.gradient_magnitude(gx, gy)
print(f"gx = (10 + 2×10 + 0) − (0 + 2×0 + 0) = {gx[0, 0]:.0f}")
print(f"gy = (0 + 2×15 + 10) − (0 + 2×0 + 0) = {gy[0, 0]:.0f}")
print(f"magnitude = √({gx[0, 0]:.0f}² + {gy[0, 0]:.0f}²) = {magnitude[0, 0]:.0f}")

figure, axes = plots.figure(6.2, 2.7, 1, 3, width_ratios=[1.4, 0.5, 2])
plots.matrix(axes[0], corner, "a bright corner")
plots.sign(axes[1], "→")
sobel_tools.draw_arrow(axes[2], gx[0, 0], gy[0, 0])
plots.Picture(
    figure,
    alt="Nine pixels, bright at the top right, and their gradient: an arrow 30 to the right and 40 "
    "up, 50 long, at 53 degrees.",
)

# %% [markdown]
# In the drawing, each shape now has its whole outline, in every direction:

# %%
gx, gy = sobel_tools.sobel(shapes)
magnitude = sobel_tools.gradient_magnitude(gx, gy)
plots.images(
    [shapes, magnitude],
    ["drawing", f"magnitude, 0 to {magnitude.max():.0f}"],
    size=3,
    alt="The disc has become a ring and the square a frame, bright on black.",
)

# %% [markdown]
# ## Exercise 2: magnitude (2 points)
#
# Write the formula as a function. Feature maps often come as whole numbers, and squares of small integers
# overflow: in `int8`, which ends at 127, 100 × 100 gives 16. So convert to `float` first, as always.
#
# <details><summary>Hint 1</summary>
#
# For gx = 3 and gy = 4 the arrow is 5 long. If your function returns 7, it adds the two sizes; if it
# returns 25, one step is missing.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `np.asarray(gx, dtype=float)` gives the same numbers as floats. Do this *before* you square them. Once 100
# × 100 has become 16, converting it to `float` does not bring 10,000 back.
#
# </details>


# %% nbgrader={"grade_id": "gradient_magnitude", "solution": true}
def gradient_magnitude(gx, gy):
    """Return the length of the gradient, the root of gx squared plus gy squared, at every pixel.

    Parameters
    ----------
    gx, gy : arrays of shape (H, W), of any real dtype

    Returns
    -------
    array of shape (H, W)
    """
    ### BEGIN SOLUTION
    gx, gy = np.asarray(gx, dtype=float), np.asarray(gy, dtype=float)
    return np.sqrt(gx**2 + gy**2)
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-gradient_magnitude", "grade": true, "points": 0.5}
import numpy as np

from utils import checks

# Double precision has 15 digits, single precision only 7.
with checks.Exercise(
    "sobel.gradient_magnitude", gradient_magnitude, rtol=1e-10, atol=1e-10
) as check:
    check.example(np.array([[30.0]]), np.array([[40.0]]), expected=[[50]])
    check.example(
        np.array([[3.0, -5.0, 0.0], [8.0, 0.0, -7.0]]),
        np.array([[4.0, 12.0, -2.0], [-6.0, 0.0, 24.0]]),
        expected=[[5, 13, 2], [10, 0, 25]],
    )
    # Small integers, whose squares need more room.
    check.example(
        np.array([[-128, 7, 1]], np.int8),
        np.array([[96, 24, 1]], np.int8),
        expected=[[160, 25, 2**0.5]],
    )

# %% nbgrader={"grade_id": "test-gradient_magnitude-shapes", "grade": true, "points": 0.5}
# Marked when you hand in: maps of other shapes, with fractions.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(32)
with checks.Exercise("sobel.gradient_magnitude", gradient_magnitude) as check:
    for shape in [(6, 7), (9, 6), (4, 4), (1, 5), (5, 1)]:
        check.agrees(rng.normal(size=shape), rng.normal(size=shape))
    check.agrees(1000 * rng.normal(size=(3, 4)), rng.normal(size=(3, 4)) / 1000)
    check.agrees(np.zeros((2, 3)), np.zeros((2, 3)))
    check.agrees(-rng.random((4, 5)), -rng.random((4, 5)))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-gradient_magnitude-numbers", "grade": true, "points": 1}
# Marked when you hand in: whole numbers, whose squares are too large for small integers.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(33)
with checks.Exercise(
    "sobel.gradient_magnitude", gradient_magnitude, rtol=1e-10, atol=1e-10
) as check:
    for dtype in (np.int8, np.uint8, np.int16, np.uint16, np.int32):
        limits = np.iinfo(dtype)
        gx = rng.integers(limits.min, limits.max, (6, 7), dtype=dtype, endpoint=True)
        gy = rng.integers(limits.min, limits.max, (6, 7), dtype=dtype, endpoint=True)
        gx[0, 0] = gy[0, 0] = limits.min
        check.agrees(gx, gy)
    check.agrees(np.array([[200, 0]], np.uint8), np.array([[3, 250]], np.uint8))
    check.agrees(np.array([[7, 5, 1]], np.int8), np.array([[1, 3, 1]], np.int8))
    check.agrees(rng.integers(-1020, 1021, (9, 6)), rng.integers(-1020, 1021, (9, 6)))
    check.agrees(rng.integers(-9, 9, (4, 5)).astype(np.float32), rng.integers(-9, 9, (4, 5)))
### END HIDDEN TESTS

# %% [markdown]
# ## A cheaper magnitude
#
# The slides *Convolutional Neural Networks* say that Sobel's operator is used to find "the approximate
# absolute gradient magnitude". The usual approximation is $|g_x| + |g_y|$, which needs no square root. How
# far off is it? First for arrows of length 1 in several directions, then on the edges of the photograph:

# %%
for angle in [0, 15, 30, 45, 60, 90]:
    gx, gy = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    print(f"{angle:2} degrees: |gx| + |gy| = {abs(gx) + abs(gy):.3f}")

gx, gy = sobel_tools.sobel(camera)
edges = sobel_tools.edge_map(camera, 0.1)
ratio = (np.abs(gx) + np.abs(gy))[edges] / sobel_tools.gradient_magnitude(gx, gy)[edges]
print(
    f"on the photograph's edges: {ratio.mean() - 1:.0%} too large on average, {ratio.max() - 1:.0%} at most"
)

# %% [markdown]
# The sum is exact for vertical and horizontal edges, and 41 % too large on diagonals; on the photograph's
# edges it is 24 % too large on average. So it makes diagonal edges look stronger than they are. This course
# uses the square root.
#
# ## Direction: where does it get brighter?
#
# The arrow of the bright corner points up and to the right. Its angle, measured counter-clockwise from the
# right as in mathematics, is

# %%
angle = sobel_tools.gradient_direction(30, 40)
print(f"arctan2(gy, gx) = arctan2(40, 30) = {angle:.2f} degrees")

# %% [markdown]
# `arctan2` takes two numbers for a good reason. A plain `arctan(gy / gx)` knows only their quotient, and
# −40 / −30 is the same as 40 / 30, so opposite directions give the same angle. Where gx is 0, there is no
# quotient. Here are eight directions:

# %%
print("brighter to     gx  gy   arctan2   arctan(gy / gx)")
for name, gx, gy in [
    ("right", 1, 0),
    ("right and up", 1, 1),
    ("up", 0, 1),
    ("left and up", -1, 1),
    ("left", -1, 0),
    ("left and down", -1, -1),
    ("down", 0, -1),
    ("right and down", 1, -1),
]:
    angle = sobel_tools.gradient_direction(gx, gy)
    quotient = "–" if gx == 0 else f"{np.degrees(np.arctan(gy / gx)) + 0:.0f}"
    print(f"{name:<14} {gx:3} {gy:3}   {angle:6.0f}   {quotient:>5}")

# %% [markdown]
# The angles run from −180 to 180, and both ends mean *left*. So the colour map for angles has to be a
# **wheel**, with the same colour at both ends. This one is called *twilight*. Its colours also differ in
# lightness, so people with any kind of colour blindness can read it. Pixels without a clear edge are grey,
# because their direction would be noise.

# %%
gx, gy = sobel_tools.sobel(shapes)
direction = sobel_tools.gradient_direction(gx, gy)
visible = sobel_tools.edge_map(shapes, 0.1)

figure, axes = plots.figure(9, 2.9, 1, 3, width_ratios=[2.5, 2.5, 1.3])
plots.image(axes[0], shapes, "drawing", vmin=0, vmax=255)
plots.image(axes[1], sobel_tools.direction_colours(direction, visible), "direction")
sobel_tools.draw_wheel(axes[2])
plots.Picture(
    figure,
    alt="The disc's outline goes once through all colours of the wheel. The square's four sides have "
    "one colour each. A legend shows which colour means which angle.",
)

# %% [markdown]
# Each side of the square has one colour, and the disc's outline has all of them. The shapes are brighter
# than the background, so the gradients point inwards. At the disc's left end, top, right end and bottom:

# %%
left_half = visible[:, : visible.shape[1] // 2]  # it holds the disc
rows, columns = np.nonzero(left_half)
middle_row, middle_column = round(rows.mean()), round(columns.mean())
for place, row, column in [
    ("left end", middle_row, columns.min() + 1),
    ("top", rows.min() + 1, middle_column),
    ("right end", middle_row, columns.max() - 1),
    ("bottom", rows.max() - 1, middle_column),
]:
    print(f"{place:<10}{direction[row, column]:6.0f} degrees")

# %% [markdown]
# Note the sign of gy. Row numbers grow **downwards**, but Gy is *top minus bottom*, so gy is positive where
# it gets brighter **upwards**, and 90 degrees is up. Many libraries use the opposite sign.
#
# ## Exercise 3: direction (2 points)
#
# Return the angle in degrees. For small integers NumPy's `arctan2` computes in half precision, with only
# about three digits, so convert to `float` here too.
#
# <details><summary>Hint 1</summary>
#
# Two things often go wrong here: the order and the unit. Try *up* from the table, gx = 0 and gy = 1. It
# should be
# 90. If you get 0, the arguments are in the wrong order.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# If you get 1.57, that is right, but in radians, where 180 degrees are π. `np.degrees` converts. Convert
# both maps to floats first. You need not change the sign of gy: it is positive upwards already.
#
# </details>


# %% nbgrader={"grade_id": "gradient_direction", "solution": true}
def gradient_direction(gx, gy):
    """Return where it gets brighter, arctan2(gy, gx) in degrees, at every pixel.

    Parameters
    ----------
    gx, gy : arrays of shape (H, W), of any real dtype

    Returns
    -------
    array of shape (H, W)
        From -180 to 180, counter-clockwise: 0 is right, 90 up; 0 where gx and gy are both 0.
        Computed in double precision for integers too.
    """
    ### BEGIN SOLUTION
    return np.degrees(np.arctan2(np.asarray(gy, dtype=float), np.asarray(gx, dtype=float)))
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-gradient_direction", "grade": true, "points": 0.5}
import numpy as np

from utils import checks

# Double precision has 15 digits, single precision only 7.
with checks.Exercise(
    "sobel.gradient_direction", gradient_direction, rtol=1e-10, atol=1e-10
) as check:
    check.example(np.array([[30.0]]), np.array([[40.0]]), expected=[[53.13010235415598]])
    check.example(
        np.array([[1.0, 1.0, -1.0], [-1.0, 1.0, -1.0]]),
        np.array([[0.0, 1.0, 1.0], [0.0, -1.0, -1.0]]),
        expected=[[0, 45, 135], [180, -45, -135]],
    )
    # Small integers: up to the left, up, down, and nowhere.
    check.example(
        np.array([[-3, 0, 0, 0]], np.int8),
        np.array([[7, 7, -7, 0]], np.int8),
        expected=[[113.19859051364818, 90, -90, 0]],
    )

# %% nbgrader={"grade_id": "test-gradient_direction-quadrants", "grade": true, "points": 0.5}
# Marked when you hand in: all four quadrants, and other shapes.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(34)
with checks.Exercise("sobel.gradient_direction", gradient_direction) as check:
    for shape in [(6, 7), (9, 6), (4, 4), (1, 5), (5, 1)]:
        check.agrees(rng.normal(size=shape), rng.normal(size=shape))
    for sign_x, sign_y in [(1, 1), (-1, 1), (-1, -1), (1, -1)]:
        gx, gy = 0.01 + rng.random((3, 4)), 0.01 + rng.random((3, 4))
        check.agrees(sign_x * gx, sign_y * gy)
    check.agrees(1000 * rng.normal(size=(3, 4)), rng.normal(size=(3, 4)) / 1000)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-gradient_direction-zeros", "grade": true, "points": 0.5}
# Marked when you hand in: straight up, straight down, and nowhere: gx is 0.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("sobel.gradient_direction", gradient_direction) as check:
    check.agrees(np.array([[0.0, 0.0]]), np.array([[2.5, -0.5]]))
    check.agrees(np.array([[0.0, 1.0, 3.0]]), np.array([[4.0, 0.0, 3.0]]))
    check.agrees(
        np.array([[0.0, 0.0], [0.0, -2.0], [3.0, 0.0]]), np.array([[7, 0], [-7, 1], [2, 1]])
    )
    check.agrees(np.array([[0, 0, 0, 5, -5]]), np.array([[9, -9, 0, 0, 0]]))
    check.agrees(np.zeros((2, 3)), np.zeros((2, 3)))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-gradient_direction-numbers", "grade": true, "points": 0.5}
# Marked when you hand in: whole numbers, in double precision.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(35)
with checks.Exercise(
    "sobel.gradient_direction", gradient_direction, rtol=1e-10, atol=1e-10
) as check:
    for dtype in (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.int64):
        limits = np.iinfo(dtype)
        low, high = max(limits.min, -(2**31)), min(limits.max, 2**31)
        gx = rng.integers(low, high, (6, 7), dtype=dtype, endpoint=True)
        gy = rng.integers(low, high, (6, 7), dtype=dtype, endpoint=True)
        gx[0, 0], gy[0, 0], gx[1, 1], gy[1, 1] = low, low, low, 3
        gx[2, 2], gy[2, 2] = 5, low
        check.agrees(gx, gy)
    check.agrees(np.array([[7, 5, 1]], np.uint8), np.array([[1, 3, 6]], np.uint8))
    check.agrees(rng.integers(-1020, 1021, (9, 6)), rng.integers(-1020, 1021, (9, 6)))
### END HIDDEN TESTS

# %% [markdown]
# ## Strength and direction on photographs
#
# Look at the back of the photographer's head and coat: they are dark and the sky behind is bright, so the
# gradient points outwards, up and to the left. Around the cat's eye, the rings have edges in every
# direction.

# %%
parts = {
    "photographer": close_ups["photographer"],
    "the cat's eye": close_ups["cat"][30:125, 30:145],
}
figure, axes = plots.figure(9, 4.9, 2, 4, width_ratios=[2.3, 2.3, 2.3, 1.4])
for row, (name, photograph) in zip(axes, parts.items()):
    gx, gy = sobel_tools.sobel(photograph)
    direction = sobel_tools.gradient_direction(gx, gy)
    strong = sobel_tools.edge_map(photograph, 0.25)
    plots.image(row[0], photograph, name, vmin=0, vmax=255)
    plots.image(row[1], sobel_tools.gradient_magnitude(gx, gy), "magnitude")
    plots.image(row[2], sobel_tools.direction_colours(direction, strong), "direction")
    sobel_tools.draw_wheel(row[3])
plots.Picture(
    figure,
    alt="A photographer and a cat's eye; the magnitude of their gradients, which shows the outlines; and the "
    "direction in colours, where the magnitude is at least a quarter of its maximum, with a wheel as legend.",
)

# %% [markdown]
# ## Edges: yes or no
#
# The magnitude is a number for each pixel. An **edge map** is a yes or a no: yes where the magnitude is at
# least a given share of the largest one. You choose that share, the *threshold*. **Move it.** With a low
# threshold the lawn and the fur are full of edges; with a high one the outlines break up.

# %%
sobel_widgets.edge_threshold(close_ups)

# %% [markdown]
# A uniform image needs special care. Its magnitude should be 0 everywhere, but computers round, so it may
# be only nearly 0. Below, the left part of a wall is 0.3 and the right part 0.1 + 0.2, which is not exactly
# the same number to a computer:

# %%
wall = np.full((5, 6), 0.3)
wall[:, 3:] = 0.1 + 0.2
gx, gy = sobel_tools.sobel(wall)
magnitude = sobel_tools.gradient_magnitude(gx, gy)
print("largest magnitude:    ", magnitude.max())
print("at least 0.2 of it:   ", (magnitude >= 0.2 * magnitude.max())[0])
print("this course's edge map", sobel_tools.edge_map(wall, 0.2)[0])

# %% [markdown]
# So the rule is: **a flat image has no edge**. It is flat if no magnitude is larger than 1e-9 times the
# largest absolute pixel. The limit is a *share* of the pixel values because a very faint image, in which
# all pixels are tiny, may still have edges.
#
# ## Exercise 4: an edge map (3 points)
#
# You may call your own `sobel` and `gradient_magnitude`. Even if one of them is not right yet, this
# exercise can earn all its points.
#
# <details><summary>Hint 1</summary>
#
# There are four steps: is the threshold between 0 and 1? What is the magnitude? Is the image flat? Where is
# the magnitude large? Which of them need the image itself, and which only the magnitude?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The example has the magnitudes 40, 40, 0, 80, 80. What is the limit for a threshold of 0.5? The test
# expects four edges there, because *at least* includes the limit. Comparing an array with a number gives an
# array of bool, so you need not convert anything to 0 and 1.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Whether the image is flat is a comparison too:
#
# ```python
# largest = magnitude.max()
# if largest <= 1e-9 * ...:
#     return np.zeros(magnitude.shape, dtype=bool)
# ```
#
# Replace the dots with the largest *absolute* pixel. Take it from an image of floats: in `int8`, `np.abs`
# of −128 is −128.
#
# </details>


# %% nbgrader={"grade_id": "edge_map", "solution": true}
def edge_map(image, threshold):
    """Return where the Sobel magnitude is at least `threshold` times its maximum.

    Parameters
    ----------
    image : array of shape (H, W), of any real dtype, at least 3x3
    threshold : number from 0 to 1, both included

    Returns
    -------
    array of bool, of shape (H - 2, W - 2)
        False everywhere if the image is flat: if the largest magnitude is at most 1e-9 times the
        largest absolute pixel.

    Raises
    ------
    ValueError
        If the threshold is below 0 or above 1.
    """
    ### BEGIN SOLUTION
    if threshold < 0 or threshold > 1:
        raise ValueError(f"the threshold should be from 0 to 1, not {threshold}")
    image = np.asarray(image, dtype=float)
    magnitude = gradient_magnitude(*sobel(image))
    largest = magnitude.max()
    if largest <= 1e-9 * np.abs(image).max():
        return np.zeros(magnitude.shape, dtype=bool)
    return magnitude >= threshold * largest
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-edge_map", "grade": true, "points": 0.5}
import numpy as np

from utils import checks

with checks.Exercise("sobel.edge_map", edge_map, uses=["sobel", "gradient_magnitude"]) as check:
    # A step from 0 to 10 and one from 10 to 30: the magnitude is 40, 40, 0, 80, 80.
    steps = np.array([[0, 0, 10, 10, 10, 30, 30]] * 3)
    check.example(steps, 0.4, expected=[[True, True, False, True, True]])
    check.example(steps, 0.5, expected=[[True, True, False, True, True]])
    check.example(steps, 0.6, expected=[[False, False, False, True, True]])
    check.example(steps, 0, expected=[[True] * 5])
    check.example(steps, 1, expected=[[False, False, False, True, True]])
    # Edges of other directions: the magnitude is 30, 20, 50.
    corners = np.array([[0, 30, 10, 0, 0], [0, 20, 15, 30, 0], [10, 30, 0, 20, 10]])
    check.example(corners, 0.6, expected=[[True, False, True]])
    # Faint, and not flat: the same steps made very small, and a wall that is nearly even.
    check.example(1e-12 * steps, 0.4, expected=[[True, True, False, True, True]])
    check.example(np.array([[1000, 1000, 1000.001]] * 3), 0.5, expected=[[True]])
    # Flat: an even wall, and the wall above, whose two parts differ by rounding.
    check.example(np.full((4, 5), -128, np.int8), 0.5, expected=[[False] * 3] * 2)
    wall = np.full((5, 6), 0.3)
    wall[:, 3:] = 0.1 + 0.2
    check.example(wall, 0.5, expected=[[False] * 4] * 3)
    # Thresholds outside 0 to 1, also where the image is flat.
    check.raises(ValueError, steps, -0.1)
    check.raises(ValueError, steps, 1.1)
    check.raises(ValueError, wall, 1.5)

# %% nbgrader={"grade_id": "test-edge_map-thresholds", "grade": true, "points": 1}
# Marked when you hand in: edges of every direction, and thresholds from 0 to 1.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(36)
with checks.Exercise("sobel.edge_map", edge_map, uses=["sobel", "gradient_magnitude"]) as check:
    for shape, threshold in [
        ((6, 7), 0.3),
        ((9, 6), 0.5),
        ((5, 5), 0.7),
        ((4, 9), 0.15),
        ((8, 7), 0.45),
        ((8, 7), 0.85),
        ((3, 3), 0.5),
    ]:
        check.agrees(rng.normal(size=shape), threshold)
        check.agrees(100 + rng.random(shape), threshold)
    image = rng.integers(-50, 50, (6, 8))
    for threshold in (0, 0.0, 0.25, 1, 1.0):
        check.agrees(image, threshold)
    # Exactly at the limit, in both directions: magnitudes 40 and 80.
    steps = np.array([[0, 0, 10, 10, 10, 30, 30]] * 4)
    check.agrees(steps, 0.5)
    check.agrees(steps.T, 0.5)
    check.agrees(steps[:, ::-1], 0.5)
    check.agrees(steps.T, 1)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-edge_map-flat", "grade": true, "points": 0.5}
# Marked when you hand in: flat images, which have no edge, and faint ones, which have.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(37)
with checks.Exercise("sobel.edge_map", edge_map, uses=["sobel", "gradient_magnitude"]) as check:
    for value in (0, 7, 0.1, -1 / 3, 1e6 / 3):
        check.agrees(np.full((5, 6), value), 0.5)
    check.agrees(np.zeros((4, 3)), 0)
    check.agrees(np.full((3, 5), 0.7), 1)
    nearly_flat = np.full((5, 6), 0.3)
    nearly_flat[:, 3:] = 0.1 + 0.2
    check.agrees(nearly_flat, 0.5)
    check.agrees(1000 + 1e-10 * rng.random((6, 5)), 0.2)
    check.agrees(-1000 + 1e-10 * rng.random((6, 5)), 0.2)
    # Stripes of one pixel: Sobel's kernels do not see them.
    check.agrees(np.array([[0, 9, 0, 9, 0, 9]] * 4), 0.5)
    # A pixel that differs a little from its stripe: magnitudes just below the limit and just above.
    for difference in (0.35e-9, 0.75e-9):
        stripes = np.array([[0.0, 1.0] * 3] * 5)
        stripes[2, 3] += difference
        check.agrees(stripes, 0.5)
    faint = rng.random((5, 6))
    check.agrees(1e-12 * faint, 0.4)
    check.agrees(1000 + 1e-3 * faint, 0.4)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-edge_map-numbers", "grade": true, "points": 0.5}
# Marked when you hand in: whole numbers: bytes and other small integers.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(38)
with checks.Exercise("sobel.edge_map", edge_map, uses=["sobel", "gradient_magnitude"]) as check:
    check.agrees(rng.integers(0, 256, (6, 7), dtype=np.uint8), 0.4)
    check.agrees(rng.integers(0, 256, (9, 6), dtype=np.uint8), 0.63)
    check.agrees(np.array([[255, 255, 0, 0, 255]] * 4, np.uint8), 0.5)
    check.agrees(rng.integers(-128, 128, (5, 6), dtype=np.int8), 0.5)
    check.agrees(rng.integers(-32768, 32768, (6, 5), dtype=np.int16), 0.35)
    check.agrees(np.full((4, 5), 200, np.uint8), 0.5)
    check.agrees(np.full((4, 5), -128, np.int8), 0.5)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-edge_map-errors", "grade": true, "points": 0.5}
# Marked when you hand in: thresholds that are no share.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

image = np.array([[0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10]])
with checks.Exercise("sobel.edge_map", edge_map, uses=["sobel", "gradient_magnitude"]) as check:
    check.agrees(image, 0.5)
    for threshold in (-0.001, -1, 1.001, 2, 255):
        check.raises(ValueError, image, threshold)
    check.raises(ValueError, np.zeros((3, 4)), 1.5)
    check.raises(ValueError, np.zeros((3, 4)), -0.5)
### END HIDDEN TESTS

# %% [markdown]
# ## Optional: the same filter in other libraries
#
# SciPy and scikit-image have Sobel filters too, and neither gives your numbers. All three are right. They
# differ in four **conventions**, and you can measure each of them.
#
# | | sign of the vertical part | border | scale | whole numbers |
# |---|---|---|---|---|
# | this lesson | top − bottom | left out | as in the kernel | converted to float |
# | `scipy.ndimage.sobel` | bottom − top | mirrored | as in the kernel | the result has the image's dtype |
# | `skimage.filters.sobel_h`, `sobel_v` | bottom − top | mirrored | divided by 4 | `uint8` divided by 255 |
#
# **Sign.** Libraries count along the array's axes, and axis 0 runs down the rows. Our Gy follows the
# mathematician's y axis, which runs up. Along axis 1, from left to right, all of them agree.

# %%
gx, gy = sobel_tools.sobel(cat)
scipy_gx, scipy_gy = ndimage.sobel(cat, axis=1)[1:-1, 1:-1], ndimage.sobel(cat, axis=0)[1:-1, 1:-1]
skimage_gx, skimage_gy = filters.sobel_v(cat)[1:-1, 1:-1], filters.sobel_h(cat)[1:-1, 1:-1]
print("ndimage.sobel(axis=1) is  gx:", np.allclose(scipy_gx, gx))
print("ndimage.sobel(axis=0) is −gy:", np.allclose(scipy_gy, -gy))
print("sobel_v   is  gx / 4:        ", np.allclose(skimage_gx, gx / 4))
print("sobel_h   is −gy / 4:        ", np.allclose(skimage_gy, -gy / 4))

# %% [markdown]
# The documentation of `sobel_h` shows a kernel with 1 2 1 on top, like ours. It is used in a mathematical
# *convolution*, which rotates it by 180 degrees. You met that flip in lesson 02.
#
# **Border.** A 3 × 3 kernel fits into 4 × 5 pixels at 2 × 3 places. To return 4 × 5 numbers, libraries
# invent a border. Both mirror the image at its edge, so the outermost pixel appears twice. If you pad the
# image in the same way, you get their numbers everywhere:

# %%
small = np.array([[1.0, 2, 4, 8, 9], [3, 1, 5, 9, 7], [2, 6, 5, 3, 5], [8, 9, 7, 9, 3]])
mirrored = np.pad(small, 1, mode="symmetric")
gx_everywhere, gy_everywhere = sobel_tools.sobel(mirrored)
print("equal to SciPy's:", np.array_equal(gx_everywhere, ndimage.sobel(small, axis=1)))
plots.matrices(
    [
        ("image", small),
        "→",
        ("mirrored", mirrored),
        "→",
        ("gx, also at the border", gx_everywhere),
    ],
    alt="A 4x5 image, the same with a mirrored border of one pixel, and its 4x5 map gx.",
)

# %% [markdown]
# **Scale and whole numbers.** scikit-image divides by 4, so that the weights 1, 2, 1 become a mean. SciPy
# returns the dtype that it was given, and `uint8` cannot hold negative numbers: from a `uint8` image, −1000
# becomes 24. So convert the image to `float` before you call it.

# %%
half_white = (25 * half_bright).astype(np.uint8)
print("SciPy, from uint8:", ndimage.sobel(half_white, axis=1)[0])
print("SciPy, from float:", ndimage.sobel(half_white.astype(float), axis=1)[0])

# %% [markdown]
# ## Gabor: filters for stripes
#
# Fur, fabric and fingerprints have **stripes**. A Gabor filter, which people also designed by hand, is a
# wave multiplied by a bell-shaped curve:
#
# $$g(x, y) = \underbrace{\frac{1}{2\pi\sigma^2}\, e^{-(x^2 + y^2) / 2\sigma^2}}_{\text{bell}}
# \;\underbrace{\cos\!\left(\frac{2\pi}{\lambda} u + \varphi\right)}_{\text{wave}}
# \qquad u = x \cos\theta + y \sin\theta$$
#
# - $\lambda$ is the wavelength: the distance from one bright stripe to the next, in pixels.
# - $\theta$ is the direction *across* the stripes.
# - $\varphi$ is the phase. It puts a bright stripe (0°) or an edge (90°) in the middle.
# - $\sigma$ is the width of the bell, and decides how many stripes fit under it. Here
#   $\sigma = 0.56\,\lambda$, which is scikit-image's default (a *bandwidth* of one octave).
#
# Such a filter measures whether there are stripes of wavelength $\lambda$ in direction $\theta$. Usually
# people apply a whole **bank** of them.

# %%
wavelengths, angles = [4, 6, 9], [0, 30, 60, 90, 120, 150]
bank = sobel_tools.gabor_bank(wavelengths, angles)

figure, axes = plots.figure(9, 4.7, 3, 6)
for ax, ((wavelength, angle), kernel) in zip(axes.flat, bank.items()):
    title = f"λ = {wavelength}, θ = {angle}°"
    strongest = np.abs(kernel).max()
    plots.image(ax, sobel_tools.centred(kernel, 33), title, vmin=-strongest, vmax=strongest)
plots.Picture(
    figure,
    alt="Eighteen Gabor filters: stripes under a bell. From left to right they turn "
    "counter-clockwise in steps of 30 degrees; from top to bottom they grow.",
)

# %% [markdown]
# All eighteen agree with scikit-image's `gabor_kernel`, if you give it the negative angle: its y axis runs
# down, so its angles run clockwise. You can find $\sigma$ in the middle of a filter: there the wave is 1,
# so its value is $1 / (2\pi\sigma^2)$. And the weights of each filter add up to nearly 0, so uniform
# patches give nearly 0.

# %%
agree = []
for (wavelength, angle), kernel in bank.items():
    theirs = filters.gabor_kernel(frequency=1 / wavelength, theta=-np.radians(angle)).real
    agree.append(np.allclose(kernel, theirs))
print("filters that agree:", sum(agree), "of", len(bank))

for wavelength in wavelengths:
    kernel = bank[wavelength, 0]
    middle = kernel[kernel.shape[0] // 2, kernel.shape[1] // 2]
    sigma = np.sqrt(1 / (2 * np.pi * middle))
    print(f"λ = {wavelength}: σ = {sigma:.2f} = {sigma / wavelength:.3f} λ")
print("largest sum of weights:", f"{max(abs(kernel.sum()) for kernel in bank.values()):.4f}")

# %% [markdown]
# The result of one filter is positive, zero or negative, depending on how its stripes are aligned with
# those of the image. So take two filters a quarter of a wave apart, and combine their results with
# Pythagoras' theorem, as for gx and gy. This is the **energy**, and it depends much less on the exact
# position of the stripes. Rings have stripes in every direction, so each angle responds in its part of the
# image:

# %%
rows, columns = np.indices((129, 129))
from_centre = np.sqrt((rows - 64) ** 2 + (columns - 64) ** 2)
rings = 127.5 + 127.5 * np.cos(2 * np.pi * from_centre / 6)
energies = [
    sobel_tools.gabor_energy(rings, wavelength=6, angle=angle) for angle in (0, 45, 90, 135)
]
plots.images(
    [rings, *energies],
    ["rings, 6 apart", "θ = 0°", "θ = 45°", "θ = 90°", "θ = 135°"],
    alt="Rings around a centre. The filter of 0 degrees responds left and right of the centre, 45 "
    "degrees at the top right and bottom left, 90 degrees above and below, 135 degrees at the top "
    "left and bottom right.",
)

# %% [markdown]
# Now two parts of the cat. The hair on its forehead runs up and down. Its whiskers are nearly horizontal
# and fall to the left. The cell below computes the mean energy for λ = 6:

# %%
forehead, whiskers = close_ups["cat"][:80, 80:230], close_ups["cat"][190:, :100]
for name, part in {"forehead": forehead, "whiskers": whiskers}.items():
    print(name)
    for angle in angles:
        energy = sobel_tools.gabor_energy(part, 6, angle).mean()
        print(f"  θ = {angle:3}°  {energy:4.2f}  {'█' * round(8 * energy)}")

plots.images(
    [forehead, whiskers],
    ["forehead", "whiskers"],
    size=3,
    alt="Vertical hair on a cat's forehead, and whiskers that run from the right down to the left.",
    vmin=0,
    vmax=255,
)

# %% [markdown]
# The forehead responds most to 0°, which is across the vertical hair. The whiskers respond most to 120° and
# 90°. A filter's angle points *across* its stripes, so the whiskers rise to the right by about 0 to 30
# degrees.
#
# ## Questions to think about
#
# These are not marked. Guess each answer before you try it. (`solutions/` has answers.)
#
# 1. Gx and Gy need 18 multiplications for each pixel. Gx is a column times a row. How few multiplications
#    are enough, if you take the mean first and the difference afterwards?
# 2. Rotate an image by 90 degrees. What happens to its magnitude, and what to its direction?
# 3. You add 50 to every pixel. Which of the kernels at the top of this page give a different result?
# 4. A network's first layer *learns* its kernels. If it needed edges, which numbers could it find? (In
#    [lesson 10](../10_backprop/10_backprop.ipynb) you watch one do so.)

# %% [markdown] tags=["answers"]
# ### Answers
#
# **1.** Three for the mean down a column and three for the difference along a row: 6 for each kernel, 12 for the pair.
# With these numbers you need none at all, because 2 × a is a + a, and 1 and −1 only add and subtract. With
# large kernels it matters: the mean of 15 × 15 pixels takes 225 multiplications, but only 15 + 15 if you go
# down the columns first and then along the rows.
#
# **2.** The magnitude rotates with the image and is otherwise the same: gx and gy change places, one of
# them with the opposite sign, and their squares do not change. The direction rotates with the image too,
# and all its angles grow by 90 degrees as well: what got brighter to the right now gets brighter upwards.
#
# **3.** Those whose weights add up to 1: *pass through*, *blur* and *sharpen* give 50 more everywhere. The
# weights of *all edges* and *left − right* add up to 0, so their results do not change.
#
# **4.** Not only Sobel's. −Gx finds the same edges with the opposite sign. 0.1 × Gx works if the next layer
# has weights ten times as large. The middle weight may be 1.7, and the whole kernel may be rotated by 20
# degrees, if that helps the task. So expect differences of neighbours whose weights add up to about 0, not
# the exact numbers of the textbook. In lesson 10 the target feature map is given, and that determines the
# numbers. The first three answers, computed:

# %% tags=["answers"]
gx, gy = sobel_tools.sobel(cat)
mean_first = convolution.correlate2d(convolution.correlate2d(cat, mean_down), difference_across)
print("1. gx in two steps:", np.allclose(mean_first, gx))
row_of_ones = np.ones((1, 15)) / 15
in_two = convolution.correlate2d(convolution.correlate2d(cat, row_of_ones.T), row_of_ones)
in_one = convolution.correlate2d(cat, mean_of_a_zone)
print("   the mean of 15 × 15 too:", np.allclose(in_two, in_one))

rotated_gx, rotated_gy = sobel_tools.sobel(np.rot90(cat))
before = np.rot90(sobel_tools.gradient_magnitude(gx, gy))
after = sobel_tools.gradient_magnitude(rotated_gx, rotated_gy)
print("2. same magnitude:", np.allclose(before, after))
before = np.rot90(sobel_tools.gradient_direction(gx, gy))
after = sobel_tools.gradient_direction(rotated_gx, rotated_gy)
strong = sobel_tools.edge_map(np.rot90(cat), 0.05)
print("   change of direction:", np.unique(np.round((after - before)[strong] % 360)), "degrees")

print("3. 50 more at every pixel:")
for name in by_hand:
    kernel = sobel_tools.KERNELS[name]
    more = convolution.correlate2d(cat + 50, kernel) - convolution.correlate2d(cat, kernel)
    print(f"   {name:<14} +{abs(more.mean()):.0f}")

# %% [markdown]
# ## What to take away
#
# - The **sum of a kernel's weights** says what happens to a uniform patch: a sum of 1 keeps it, a sum of 0
#   turns it into 0.
# - **Sobel**: Gx is right minus left, a mean times a difference. Gy is Gx rotated by 90 degrees, top minus
#   bottom.
# - The **magnitude** √(gx² + gy²) says how strong an edge is, the **direction** arctan2(gy, gx) where it
#   gets brighter. |gx| + |gy| is up to 41 % too large.
# - An **edge map** needs a threshold, and a rule for flat images.
# - Convert images and maps to `float` first.
# - Other libraries use other signs, borders and scales under the same name.
# - **Gabor** filters measure stripes of one wavelength and one direction.
#
# **The sources** are right here: the two kernels, and that one is the other rotated by 90 degrees, are as
# the slides print them. They leave two things open. One is the direction of the rotation, which is
# counter-clockwise. The other is whether the kernels are flipped first, as the slides' word *convolution*
# suggests. For Sobel's kernels a flip changes both signs, so the direction changes by 180 degrees and the
# magnitude stays the same:

# %%
gx, gy = sobel_tools.sobel(corner)
flipped_gx = convolution.convolve2d(corner, gx_kernel)
flipped_gy = convolution.convolve2d(corner, gy_kernel)
both = [("cross-correlation", gx, gy), ("convolution", flipped_gx, flipped_gy)]
for name, gx, gy in both:
    magnitude = sobel_tools.gradient_magnitude(gx, gy)[0, 0]
    direction = sobel_tools.gradient_direction(gx, gy)[0, 0]
    print(f"{name:<18} {magnitude:.0f} at {direction:7.2f} degrees")

# %% [markdown]
# **References**
# - D. H. Hubel and T. N. Wiesel, "Receptive fields, binocular interaction and functional architecture in
#   the cat's visual cortex", *The Journal of Physiology* 160, 1962,
#   [doi:10.1113/jphysiol.1962.sp006837](https://doi.org/10.1113/jphysiol.1962.sp006837). Their first
#   report: "Receptive fields of single neurones in the cat's striate cortex", 148, 1959,
#   [doi:10.1113/jphysiol.1959.sp006308](https://doi.org/10.1113/jphysiol.1959.sp006308).
# - J. P. Jones and L. A. Palmer, "An evaluation of the two-dimensional Gabor filter model of simple
#   receptive fields in cat striate cortex", *Journal of Neurophysiology* 58 (6), 1987,
#   [doi:10.1152/jn.1987.58.6.1233](https://doi.org/10.1152/jn.1987.58.6.1233).
# - A. Krizhevsky, I. Sutskever and G. E. Hinton, "ImageNet classification with deep convolutional neural
#   networks", *Communications of the ACM* 60 (6), 2017 (first published in 2012),
#   [doi:10.1145/3065386](https://doi.org/10.1145/3065386). Its figure 3 shows 96 learned filters of a first
#   layer: edges, stripes and colours.
#
# [Start page](../index.ipynb) · **Next:** in [lesson 04](../04_output_size/04_output_size.ipynb) you predict the size of a feature
# map before you compute it.

# ---
# jupyter:
#   course:
#     summary: Kernels made by hand, edges and where they point, and filters for stripes
#     minutes: 55
# ---

# %% [markdown]
# # Filters that find edges
#
# **What you will do.** Make kernels by hand and try them on photographs. Then measure, at every pixel,
# how fast it gets brighter and where to, and draw all the outlines of a picture with a few lines of
# your own code.
#
# **What you will learn**
# - what the numbers of a kernel say, and what their sum says;
# - how Sobel's two kernels are made, and that one is the other, turned;
# - how two feature maps give a strength and a direction;
# - what an edge is, and what a flat picture does to a careless definition;
# - why the same filter gives other numbers in SciPy and in scikit-image;
# - what a Gabor filter asks.
#
# **What you need.** [Lesson 02](../02_convolution/02_convolution.ipynb): cross-correlation, and that a
# feature map holds the answers to a kernel's question.

# %%
import numpy as np
from scipy import ndimage
from skimage import filters

from utils import convolution, data, pixels, plots
from utils.widgets import sobel as sobel_widgets
from utils import sobel as lesson

# %% [markdown]
# ## Kernels made by hand
#
# Before networks learned their filters, people wrote them down. Five of them, with their numbers. The
# *blur* is nine ninths; here you see the nine 1s that are divided by 9.

# %%
by_hand = ["pass through", "blur", "sharpen", "all edges", "left − right"]
plots.matrices(
    {
        "blur (÷ 9)" if name == "blur" else name: lesson.whole_numbers(lesson.KERNELS[name])[0]
        for name in by_hand
    },
    alt="Pass through: 1 in the middle of zeros. Blur: nine 1s, over 9. Sharpen: 5 in the middle, "
    "−1 at its four neighbours. All edges: 8 in the middle of eight −1s. "
    "Left − right: columns of 1, 0 and −1.",
)

# %% [markdown]
# One number tells much about a kernel: **the sum of its weights**. On an even patch every pixel has the
# same value, so the sum of products is that value times the sum of the weights.

# %%
even_patch = np.full((3, 3), 100)
for name in by_hand:
    kernel = lesson.KERNELS[name]
    answer = convolution.correlate2d(even_patch, kernel).item()
    print(
        f"{name:<14} its weights add up to {kernel.sum():2.0f}: a patch of 100 becomes {answer:3.0f}"
    )

# %% [markdown]
# A sum of 1 keeps the brightness. A sum of 0 makes everything even disappear and leaves *differences*.
# *Sharpen* is both at once: the picture itself, plus how much each pixel stands out from its four
# neighbours.

# %%
stands_out = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]])
print(lesson.KERNELS["pass through"] + stands_out)
print(np.array_equal(lesson.KERNELS["pass through"] + stands_out, lesson.KERNELS["sharpen"]))

# %% [markdown]
# **Now try your own.** Choose a kernel, or type into the nine boxes; the picture follows at once. Some
# things to look for: what does a 2 in the middle do? What do nine 1s do if you divide by 4 and not by
# 9? Can you make a kernel that moves the picture by one pixel?

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
# ### Light zones, dark zones, zones of contrast
#
# Edges are one thing that people looked for. Zones are another, and they need larger kernels. The mean
# of 15 × 15 pixels is a cross-correlation with 225 weights of 1/225. Give it a **bias** of −128 and a
# **ReLU**, as lesson 02 does, and it answers where a zone is lighter than medium grey. Turn all signs
# round, and it finds the dark zones.
#
# Contrast takes two steps: find differences, forget their signs, then average them over a zone.

# %%
mean_of_a_zone = np.full((15, 15), 1 / 225)
light = convolution.relu(convolution.correlate2d(camera, mean_of_a_zone) - 128)
dark = convolution.relu(convolution.correlate2d(camera, -mean_of_a_zone) + 128)
differences = np.abs(convolution.correlate2d(camera, lesson.KERNELS["all edges"]))
contrast = convolution.correlate2d(differences, mean_of_a_zone)

plots.images(
    [camera, light, dark, contrast],
    ["photograph", "light zones", "dark zones", "zones of contrast"],
    columns=4,
    size=2.2,
    alt="The sky and the lawn are light zones, the coat and the tripod's legs dark ones. Contrast is "
    "high along the photographer's outline, the camera and the lawn, and 0 in the sky.",
)

# %% [markdown]
# Why two steps? A kernel whose weights add up to 0 answers about as often with + as with −. Averaged
# with their signs the differences vanish; without them they do not:

# %%
signed = convolution.correlate2d(camera, lesson.KERNELS["all edges"])
print(f"mean answer with signs    {signed.mean():7.3f}")
print(f"mean answer without signs {differences.mean():7.3f}")

# %% [markdown]
# ## Sobel: two kernels, one turned
#
# *All edges* finds an edge, but does not say which way it runs. For that you need two kernels: one that
# asks *is it brighter on the right?* and one that asks *is it brighter above?* Irwin Sobel's pair,
# from 1968, is the best known:

# %%
plots.matrices(
    [("Gx: right − left", lesson.GX), "↺", ("Gy: top − bottom", np.rot90(lesson.GX))],
    alt="Gx has the columns −1 −2 −1, zeros, and 1 2 1. Turned by 90 degrees it is Gy: "
    "1 2 1 above zeros above −1 −2 −1.",
)

# %% [markdown]
# The second is the first, turned by 90 degrees counter-clockwise: `np.rot90(Gx)` above. (Transposing
# is not turning: it gives the opposite sign.) Two turns give −Gx, three −Gy:

# %%
print("one turn    is  Gy:", np.array_equal(np.rot90(lesson.GX, 1), lesson.GY))
print("two turns   are −Gx:", np.array_equal(np.rot90(lesson.GX, 2), -lesson.GX))
print("three turns are −Gy:", np.array_equal(np.rot90(lesson.GX, 3), -lesson.GY))
print("transposed  is  −Gy:", np.array_equal(lesson.GX.T, -lesson.GY))

# %% [markdown]
# ### Where the 2 comes from
#
# Gx does two things at once. Along a row it takes the **difference** −1, 0, 1. Down a column it takes a
# **weighted mean** 1, 2, 1, so that one noisy pixel counts less. A column times a row is a 3 × 3 matrix:

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
# Why 2, and not 1 or 5? Draw a disc. On its outline the gradient points to the centre, so the true
# direction is known at every pixel. Below, the middle weight changes, and the mean error of the
# direction is measured in degrees:

# %%
y, x = np.mgrid[30:-30:61j, -30:30:61j]
disc = 20 + 200 * np.clip(20.5 - np.hypot(x, y), 0, 1)
to_the_centre = lesson.gradient_direction(-x, -y)[1:-1, 1:-1]

for middle in range(6):
    kernel = np.array([[1], [middle], [1]]) * difference_across
    gx = convolution.correlate2d(disc, kernel)
    gy = convolution.correlate2d(disc, np.rot90(kernel))
    off = np.abs(lesson.gradient_direction(gx, gy) - to_the_centre)
    off = np.minimum(off, 360 - off)  # 179 and −179 degrees are 2 apart
    magnitude = lesson.gradient_magnitude(gx, gy)
    on_the_outline = magnitude > 0.2 * magnitude.max()
    print(f"1 {middle} 1:  {off[on_the_outline].mean():4.1f} degrees off, on average")

# %% [markdown]
# 2 is best among whole numbers: 1.7 degrees. With equal weights it is more than twice that.
#
# ### What they answer
#
# A picture that is bright on the left, as in lesson 02. There *left minus right* gave 30 at the edge. Gx
# is *right minus left*, and the middle counts twice: −10 − 20 − 10 = −40. Gy finds nothing, as nothing
# changes from top to bottom.

# %%
half_bright = np.array([[10, 10, 10, 0, 0, 0]] * 6)
gx, gy = lesson.sobel(half_bright)
plots.matrices(
    [("left half bright", half_bright), "→", ("gx", gx), "and", ("gy", gy)],
    alt="A 6x6 image, 10 on the left and 0 on the right: gx has four rows of 0 −40 −40 0, gy is 0.",
)

# %% [markdown]
# And a drawn picture. Mid-grey is 0, bright is positive, dark is negative:

# %%
shapes = lesson.drawn_shapes()
gx, gy = lesson.sobel(shapes)

figure, axes = plots.figure(9, 2.1, 1, 3)
plots.image(axes[0], shapes, "drawn", vmin=0, vmax=255)
plots.image(axes[1], gx, "gx: brighter to the right?", vmin=-800, vmax=800)
plots.image(axes[2], gy, "gy: brighter above?", vmin=-800, vmax=800)
plots.Picture(
    figure,
    alt="A bright disc and a bright square. In gx their left sides are bright and their right sides "
    "dark, and level sides are missing. In gy the lower sides are bright and the upper ones dark.",
)

# %% [markdown]
# Walk along the middle row from the left. You step onto the disc: it gets brighter to the right, gx is
# positive. You step off: negative.
#
# ## Exercise 1: Sobel's pair (3 points)
#
# Compute both maps, *valid*, without a border. You can write it in more than one way:
# - with two loops, as in lesson 02, or by pasting your own `correlate2d` into the cell;
# - or without a loop: `image[:, 2:] - image[:, :-2]` is a difference across for *all* pixels at once.
#   Which three rows of that do you add up, with weights 1, 2, 1?
#
# Mind lesson 01: in `uint8`, 0 − 10 is 246. Turn the image into `float` first.
#
# <details><summary>Hint 1</summary>
#
# Take three numbers of a row, 0, 15, 10, and the kernel's row −1, 0, 1. What comes out for the one
# in the middle? `image[:, 2:] - image[:, :-2]` says that for all of them at once: two columns
# narrower than the image, and still H rows tall.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# gx adds up three neighbouring rows of those differences: the row above, its own twice, and the row
# below. Cut three pieces of H − 2 rows out of them, each one row further down: `[:-2]`, `[1:-1]`,
# and which? For gy, rows and columns change their parts, and it is the *upper* row minus the lower
# one.
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
# If you slide kernels in loops: type Gy out as it stands in the docstring. `Gx.T` has the opposite
# sign. And look at what you return: gx first, then gy.
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
# gx and gy are the two legs of an arrow, the **gradient**. It points to where the picture gets brighter,
# and it is the longer, the faster that happens. Its length is Pythagoras' theorem:
#
# $$|G| = \sqrt{g_x^2 + g_y^2}$$
#
# Take the bright corner, the third picture in the test above:

# %%
corner = np.array([[0, 15, 10], [0, 0, 10], [0, 0, 0]])
gx, gy = (part.item() for part in lesson.sobel(corner))
magnitude = lesson.gradient_magnitude(gx, gy)
direction = lesson.gradient_direction(gx, gy)
print(f"gx = (10 + 2×10 + 0) − (0 + 2×0 + 0) = {gx:.0f}")
print(f"gy = (0 + 2×15 + 10) − (0 + 2×0 + 0) = {gy:.0f}")
print(f"magnitude = √({gx:.0f}² + {gy:.0f}²) = {magnitude:.0f}")

figure, axes = plots.figure(6.2, 2.7, 1, 3, width_ratios=[1.4, 0.5, 2])
plots.matrix(axes[0], corner, "a bright corner")
plots.sign(axes[1], "→")
lesson.draw_arrow(axes[2], gx, gy)
plots.Picture(
    figure,
    alt="Nine pixels, bright at the top right, and their gradient: an arrow 30 to the right and 40 "
    "up, 50 long, at 53 degrees.",
)

# %% [markdown]
# In the drawn picture, each shape now has its whole outline, whichever way it runs:

# %%
gx, gy = lesson.sobel(shapes)
magnitude = lesson.gradient_magnitude(gx, gy)
plots.images(
    [shapes, magnitude],
    ["drawn", f"magnitude, 0 to {magnitude.max():.0f}"],
    size=3,
    alt="The disc has become a ring and the square a frame, bright on black.",
)

# %% [markdown]
# ## Exercise 2: magnitude (2 points)
#
# One line, and one trap. Feature maps often come as whole numbers, and a square needs more room than
# its root. In `int8`, which ends at 127, the square of 100 is

# %%
hundred = np.array([100], np.int8)
print("100 × 100 in int8:    ", (hundred * hundred).item())
print(
    "√(100² + 0²):          ", np.hypot(hundred, np.zeros(1, np.int8)).dtype, "is what NumPy uses"
)

# %% [markdown]
# So the first step is `float` again.
#
# <details><summary>Hint 1</summary>
#
# For gx = 3 and gy = 4 the arrow is 5 long. If your function says 7, it adds the two sizes; if it
# says 25, one step is missing.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `np.asarray(gx, dtype=float)` gives the same numbers as floats. It has to come *before* the
# squares: 16 is 16 in `float` too, and no longer knows that it was 10,000.
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
# ## Direction: where does it get brighter?
#
# The arrow of the bright corner points up and to the right. Its angle, counted from the right and
# counter-clockwise as in mathematics, is

# %%
print(f"arctan2(gy, gx) = arctan2(40, 30) = {lesson.gradient_direction(30, 40):.2f} degrees")

# %% [markdown]
# `arctan2` takes two numbers, and that is its point. A plain `arctan(gy / gx)` sees their quotient
# alone, and −40 / −30 is 40 / 30: opposite directions come out alike, and where gx is 0 there is no
# quotient at all. Once around the compass:

# %%
compass = {
    "right": (1, 0), "right, up": (1, 1), "up": (0, 1), "left, up": (-1, 1),
    "left": (-1, 0), "left, down": (-1, -1), "down": (0, -1), "right, down": (1, -1),
}  # fmt: skip
print("brighter to    gx  gy   arctan2   arctan(gy / gx)")
for name, (gx, gy) in compass.items():
    quotient = f"{np.degrees(np.arctan(gy / gx)) + 0:5.0f}" if gx else "    –"
    print(f"{name:<13} {gx:3} {gy:3}   {lesson.gradient_direction(gx, gy):6.0f}   {quotient}")

# %% [markdown]
# The angles run from −180 to 180, and both ends mean *left*. A colour map for angles has to close in
# the same way: a **wheel**. This one is called *twilight*. Its colours differ in lightness too, so it
# can be read by people with any kind of colour blindness. Grey is where there is no edge to speak of:
# its direction would be noise.

# %%
gx, gy = lesson.sobel(shapes)
direction = lesson.gradient_direction(gx, gy)
visible = lesson.edge_map(shapes, 0.1)

figure, axes = plots.figure(9, 2.9, 1, 3, width_ratios=[2.5, 2.5, 1.3])
plots.image(axes[0], shapes, "drawn", vmin=0, vmax=255)
plots.image(axes[1], lesson.direction_colours(direction, visible), "direction")
lesson.draw_wheel(axes[2])
plots.Picture(
    figure,
    alt="The disc's outline goes once through all colours of the wheel. The square's four sides have "
    "one colour each. A legend shows which colour means which angle.",
)

# %% [markdown]
# The disc's outline runs once through the wheel; each side of the square has one colour. Bright shapes
# on dark ground have gradients that point inwards. At the disc's left end, top, right end and bottom:

# %%
left_half = visible[:, : visible.shape[1] // 2]  # it holds the disc
rows, columns = np.nonzero(left_half)
middle_row, middle_column = round(rows.mean()), round(columns.mean())
for place, position in {
    "left end": (middle_row, columns.min() + 1),
    "top": (rows.min() + 1, middle_column),
    "right end": (middle_row, columns.max() - 1),
    "bottom": (rows.max() - 1, middle_column),
}.items():
    print(f"{place:<10}{direction[position]:6.0f} degrees")

# %% [markdown]
# Look at the signs once more. Row numbers grow **downwards**, but Gy is *top minus bottom*, so gy is
# positive when it gets brighter **upwards**, and 90 degrees is up. Many libraries count the other way
# round; you will see below what that does.
#
# ## Exercise 3: direction (2 points)
#
# In degrees. One more trap: for small integers NumPy's `arctan2` computes in *half precision*, with
# three digits.

# %%
gx, gy = np.array([-3], np.int8), np.array([5], np.int8)
print("from int8: ", np.degrees(np.arctan2(gy, gx)), np.arctan2(gy, gx).dtype)
print("from float:", np.degrees(np.arctan2(gy.astype(float), gx.astype(float))))

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two things go wrong here: the order and the unit. Try *up* from the compass, gx = 0 and gy = 1. It
# should be 90. If you get 0, the arguments have changed places.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# If you get 1.57, that is right, but in radians: half a turn is π there. `np.degrees` translates.
# Whole numbers become floats first, both of them. The sign of gy needs no help from you: it is
# positive upwards already.
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
# ### On photographs
#
# Strength and direction of two photographs. Follow the photographer's back: it is dark, and the sky
# behind it is bright, so its gradient points outwards, up and to the left. In the cat's fur every hair
# has two sides.

# %%
figure, axes = plots.figure(9, 4.9, 2, 4, width_ratios=[2.3, 2.3, 2.3, 1.4])
for row, name in zip(axes, ("photographer", "cat")):
    photograph = close_ups[name]
    gx, gy = lesson.sobel(photograph)
    direction = lesson.gradient_direction(gx, gy)
    colours = lesson.direction_colours(direction, lesson.edge_map(photograph, 0.1))
    plots.image(row[0], photograph, name, vmin=0, vmax=255)
    plots.image(row[1], lesson.gradient_magnitude(gx, gy), "magnitude")
    plots.image(row[2], colours, "direction")
lesson.draw_wheel(axes[0, 3])
axes[1, 3].axis("off")
plots.Picture(
    figure,
    alt="A photographer and a cat; the magnitude of their gradients, which shows outlines, fur and "
    "whiskers; and the direction in colours, with the wheel as legend.",
)

# %% [markdown]
# ## Edges: yes or no
#
# A magnitude says *how much*. An **edge map** says *yes* or *no*: yes where the magnitude is at least
# some share of the largest one. The share, the *threshold*, is yours to choose. **Move it**: with a low
# one the lawn and the fur are full of edges, with a high one the outlines break up.

# %%
sobel_widgets.edge_threshold(close_ups)

# %% [markdown]
# One case needs thought: a picture in which nothing happens. Its magnitude is 0, its largest magnitude is
# 0, and any share of that is 0 too. And 0 ≥ 0 is true:

# %%
wall = np.full((5, 6), 200)
magnitude = lesson.gradient_magnitude(*lesson.sobel(wall))
everywhere = magnitude >= 0.2 * magnitude.max()
print(f"an even wall: {np.count_nonzero(everywhere)} of {everywhere.size} pixels would be edges")

# %% [markdown]
# It gets worse. Computers round, and what should be 0 is sometimes only nearly 0. Here the left part
# of the wall is 0.3 and the right part 0.1 + 0.2, which a computer does not take for the same:

# %%
wall = np.full((5, 6), 0.3)
wall[:, 3:] = 0.1 + 0.2
magnitude = lesson.gradient_magnitude(*lesson.sobel(wall))
share = magnitude.max() / np.abs(wall).max()
print("largest magnitude:", magnitude.max(), "   as a share of the largest pixel:", share)
print("naively an edge:  ", (magnitude >= 0.2 * magnitude.max())[0])
print("our edge map:     ", lesson.edge_map(wall, 0.2)[0])

# %% [markdown]
# So: **a flat image has no edge at all**, and flat means that no magnitude is above 1e-9 times the
# largest absolute pixel. It has to be a *share* of the pixels: a very faint picture, all of whose pixels
# are tiny, may well have edges.
#
# ## Exercise 4: an edge map (3 points)
#
# You may call your own `sobel` and `gradient_magnitude`. If one of them is not right yet, this
# exercise can still earn all its points.
#
# <details><summary>Hint 1</summary>
#
# There are four steps: is the threshold a share at all? What is the magnitude? Is the image flat?
# Where is the magnitude large? Which of them need the image itself, and which the magnitude alone?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The example has the magnitudes 40, 40, 0, 80, 80. What is the limit for a threshold of 0.5? The
# test wants four edges there: *at least* includes the limit. A comparison of an array with a number
# is an array of bool already, so nothing has to be turned into 0 and 1.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Flat is a comparison too:
#
# ```python
# largest = magnitude.max()
# if largest <= 1e-9 * ...:
#     return np.zeros(magnitude.shape, dtype=bool)
# ```
#
# On the right stands the largest *absolute* pixel. Take it from an image of floats: in `int8`,
# `np.abs` of −128 is −128.
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
# ## The same filter in other libraries
#
# SciPy and scikit-image have Sobel filters too, and neither gives your numbers. None of the three is
# wrong. They differ in four **conventions**, and you can measure each of them.
#
# | | sign of the vertical part | border | scale | whole numbers |
# |---|---|---|---|---|
# | this lesson | top − bottom | left out | as the kernel says | turned into float |
# | `scipy.ndimage.sobel` | bottom − top | mirrored | as the kernel says | result keeps the image's dtype |
# | `skimage.filters.sobel_h`, `sobel_v` | bottom − top | mirrored | divided by 4 | `uint8` divided by 255 |
#
# **Sign.** Libraries count along the array's axes, and axis 0 runs down the rows. Our Gy follows the
# mathematician's y axis, which runs up. Along axis 1, left to right, all agree.

# %%
picture = cat  # float, 300 x 451
gx, gy = lesson.sobel(picture)
inside = np.s_[1:-1, 1:-1]
print("ndimage.sobel(axis=1) is  gx:", np.allclose(ndimage.sobel(picture, axis=1)[inside], gx))
print("ndimage.sobel(axis=0) is −gy:", np.allclose(ndimage.sobel(picture, axis=0)[inside], -gy))
print("sobel_v   is  gx / 4:        ", np.allclose(filters.sobel_v(picture)[inside], gx / 4))
print("sobel_h   is −gy / 4:        ", np.allclose(filters.sobel_h(picture)[inside], -gy / 4))

# %% [markdown]
# The page on `sobel_h` prints the kernel 1 2 1 on top, as ours. It is used in a mathematical
# *convolution*, which turns it by 180 degrees: bottom minus top. You met that flip in lesson 02.
#
# **Border.** A kernel fits into 4 × 5 pixels at 2 × 3 places. To give 4 × 5 answers, libraries make
# up a border. Both mirror the picture at its edge, so the outermost pixel appears twice. Pad by hand
# in that way, and you get their numbers everywhere:

# %%
small = np.array([[1.0, 2, 4, 8, 9], [3, 1, 5, 9, 7], [2, 6, 5, 3, 5], [8, 9, 7, 9, 3]])
mirrored = np.pad(small, 1, mode="symmetric")
gx_everywhere = lesson.sobel(mirrored)[0]
print(np.array_equal(gx_everywhere, ndimage.sobel(small, axis=1)))
plots.matrices(
    [
        ("picture", small),
        "→",
        ("mirrored", mirrored),
        "→",
        ("gx, also at the border", gx_everywhere),
    ],
    alt="A 4x5 picture, the same with a mirrored border of one pixel, and its 4x5 map gx.",
)

# %% [markdown]
# **Scale.** scikit-image divides by 4, so that the weights 1, 2, 1 are a mean. Its magnitude,
# `filters.sobel`, is divided by √2 as well. An edge map with a *relative* threshold does not mind: a
# constant factor cancels.

# %%
ratio = lesson.gradient_magnitude(gx, gy) / np.maximum(filters.sobel(picture)[inside], 1e-12)
print(f"our magnitude is {np.median(ratio):.4f} times theirs; 4 × √2 = {4 * np.sqrt(2):.4f}")

# %% [markdown]
# **Whole numbers.** SciPy returns the dtype that it was given. A `uint8` cannot hold −1000:

# %%
half_white = (25 * half_bright).astype(np.uint8)
print("from uint8:", ndimage.sobel(half_white, axis=1)[0])
print("from float:", ndimage.sobel(half_white.astype(float), axis=1)[0])
print(
    "scikit-image, from uint8:",
    filters.sobel_v(half_white)[1],
    "  −1000 / 4 / 255 =",
    -1000 / 4 / 255,
)

# %% [markdown]
# −1000 has become 24, which is −1000 + 4 × 256: a quiet error, and a common one. scikit-image divides a
# `uint8` picture by 255 first, so that its pixels run from 0 to 1.
#
# ## Gabor: a question about stripes
#
# Fur, fabric and fingerprints are not edges but **stripes**. A Gabor filter, the other classic that
# people made by hand, is a wave under a bell:
#
# $$g(x, y) = \underbrace{\frac{1}{2\pi\sigma^2}\, e^{-(x^2 + y^2) / 2\sigma^2}}_{\text{bell}}
# \;\underbrace{\cos\!\left(\frac{2\pi}{\lambda} u + \varphi\right)}_{\text{wave}}
# \qquad u = x \cos\theta + y \sin\theta$$
#
# It asks: *are there stripes here, one every $\lambda$ pixels, in the direction $\theta$?* The angle
# $\theta$ points across the stripes. The phase $\varphi$ puts a bright stripe (0°) or an edge (90°) in the
# middle. One filter is rarely enough; people use a **bank** of them.

# %%
wavelengths, angles = [4, 6, 9], [0, 30, 60, 90, 120, 150]
bank = lesson.gabor_bank(wavelengths, angles)

figure, axes = plots.figure(9, 4.7, 3, 6)
for ax, ((wavelength, angle), kernel) in zip(axes.flat, bank.items()):
    title = f"λ = {wavelength}, θ = {angle}°"
    strongest = np.abs(kernel).max()
    plots.image(ax, lesson.centred(kernel, 33), title, vmin=-strongest, vmax=strongest)
plots.Picture(
    figure,
    alt="Eighteen Gabor filters: stripes under a bell. From left to right they turn "
    "counter-clockwise in steps of 30 degrees; from top to bottom they grow.",
)

# %% [markdown]
# All eighteen agree with scikit-image's `gabor_kernel`, if you turn the angle round: its y axis runs
# down, so its angles run clockwise. And the weights of each add up to nearly 0, so even patches
# disappear.

# %%
for (wavelength, angle), kernel in bank.items():
    theirs = filters.gabor_kernel(frequency=1 / wavelength, theta=-np.radians(angle)).real
    assert np.allclose(kernel, theirs)
print("largest sum of weights:", f"{max(abs(kernel.sum()) for kernel in bank.values()):.4f}")

# %% [markdown]
# A filter answers +, 0 or − depending on where its stripes lie on those of the picture. Take two, a
# quarter of a wave apart, and put their answers together by Pythagoras, exactly as for gx and gy: the
# **energy**, which only asks *how strongly*. Rings have stripes of every direction, so each angle lights
# up at its own place:

# %%
y, x = np.mgrid[64:-64:129j, -64:64:129j]
rings = 127.5 + 127.5 * np.cos(2 * np.pi * np.hypot(x, y) / 6)
energies = [lesson.gabor_energy(rings, wavelength=6, angle=angle) for angle in (0, 45, 90, 135)]
plots.images(
    [rings, *energies],
    ["rings, 6 apart", "θ = 0°", "θ = 45°", "θ = 90°", "θ = 135°"],
    alt="Rings around a centre. The filter of 0 degrees answers left and right of the centre, 45 "
    "degrees at the top right and bottom left, 90 degrees above and below, 135 degrees at the top "
    "left and bottom right.",
)

# %% [markdown]
# Now two parts of the cat. The hair on its forehead stands upright; its whiskers lie nearly level and
# fall to the left. The mean energy for λ = 6 says so in numbers:

# %%
forehead, whiskers = close_ups["cat"][:80, 80:230], close_ups["cat"][190:, :100]
for name, part in {"forehead": forehead, "whiskers": whiskers}.items():
    print(name)
    for angle in angles:
        energy = lesson.gabor_energy(part, 6, angle).mean()
        print(f"  θ = {angle:3}°  {energy:4.2f}  {'█' * round(8 * energy)}")

plots.images(
    [forehead, whiskers],
    ["forehead", "whiskers"],
    size=3,
    alt="Upright hair on a cat's forehead, and whiskers that run from the right down to the left.",
    vmin=0,
    vmax=255,
)

# %% [markdown]
# The forehead answers most to 0°, across upright hair. The whiskers answer most to 120° and 90°: they
# rise to the right by 0 to 30 degrees, and a filter's angle points *across* its stripes.

# %% [markdown]
# ## Questions to think about
#
# Make a guess at each before you try it. They earn no points; `solutions/` has answers.
#
# 1. Gx and Gy cost 18 multiplications a pixel. Gx is a column times a row. How few multiplications
#    will do, if you take the mean first and the difference after?
# 2. Turn a picture by 90 degrees. What happens to its magnitude, and what to its direction?
# 3. You add 50 to every pixel. Which of the kernels at the top of this page notice?
# 4. A network's first layer *learns* its kernels. If it needed edges, which numbers could it find?
#    (In [lesson 10](../10_backprop/10_backprop.ipynb) you watch one do so.)

# %% [markdown] tags=["answers"]
# ### Answers
#
# **1.** Three for the mean down a column and three for the difference along a row: 6 a kernel, 12
# for the pair. With these numbers none at all is needed, because 2 × a is a + a, and 1 and −1 only
# add and take away. With large kernels it counts: the mean of 15 × 15 pixels takes 225
# multiplications, and 15 + 15 if it is done down the columns first and then along the rows.
#
# **2.** The magnitude turns with the picture and is the same otherwise: gx and gy change places,
# one of them with another sign, and squares do not see that. The direction turns with the picture
# too, and all its angles grow by 90 degrees as well: what got brighter to the right now gets
# brighter upwards.
#
# **3.** Those whose weights add up to 1: *pass through*, *blur* and *sharpen* answer 50 more
# everywhere. The sums of *all edges* and *left − right* are 0, and they do not notice.
#
# **4.** Not only Sobel's. −Gx finds the same edges, seen from the other side. 0.1 × Gx will do if
# the next layer has weights ten times as large. The middle weight may be 1.7, and the whole kernel
# turned by 20 degrees, if that serves the task better. So expect differences of neighbours whose
# weights add up to about 0, not the six numbers of the textbook. In lesson 10 the feature map to be
# reached is given, and that settles the numbers. The first three, computed:

# %% tags=["answers"]
gx, gy = lesson.sobel(cat)
mean_first = convolution.correlate2d(convolution.correlate2d(cat, mean_down), difference_across)
print("1. gx in two steps:", np.allclose(mean_first, gx))
row_of_ones = np.ones((1, 15)) / 15
in_two = convolution.correlate2d(convolution.correlate2d(cat, row_of_ones.T), row_of_ones)
print(
    "   the mean of 15 × 15 too:", np.allclose(in_two, convolution.correlate2d(cat, mean_of_a_zone))
)

turned = lesson.sobel(np.rot90(cat))
same_strength = np.allclose(
    lesson.gradient_magnitude(*turned), np.rot90(lesson.gradient_magnitude(gx, gy))
)
change = lesson.gradient_direction(*turned) - np.rot90(lesson.gradient_direction(gx, gy))
strong = lesson.edge_map(np.rot90(cat), 0.05)
print("2. same magnitude:", same_strength)
print("   change of direction:", np.unique(np.round(change[strong] % 360)), "degrees")

print("3. 50 more at every pixel:")
for name in by_hand:
    kernel = lesson.KERNELS[name]
    more = convolution.correlate2d(cat + 50, kernel) - convolution.correlate2d(cat, kernel)
    print(f"   {name:<14} +{abs(more.mean()):.0f}")

# %% [markdown]
# ## What to take away
#
# - The **sum of a kernel's weights** says what becomes of an even patch: 1 keeps it, 0 removes it.
# - **Sobel**: Gx is right minus left, a mean times a difference. Gy is Gx turned by 90 degrees, top
#   minus bottom.
# - **Magnitude** √(gx² + gy²) says how strong an edge is, **direction** arctan2(gy, gx) where it gets
#   brighter. Two maps together know more than one.
# - An **edge map** needs a threshold, and a rule for pictures in which nothing happens.
# - Small integers overflow when they are squared, and `arctan2` of them has three digits. First `float`.
# - The same name means other signs, borders and scales in other libraries. Measure before you compare.
# - **Gabor** filters ask for stripes of a width and an angle.
#
# **Where the sources slip.** Not here: the two kernels, and that one is the other turned by 90 degrees,
# are right as published. They leave two things open. One is which way it is turned: counter-clockwise.
# The other is whether the kernels are flipped first, as the word *convolution* that stands with them
# says. For Sobel's kernels a flip changes both signs, and with them the direction, by half a turn; the
# magnitude stays.

# %%
gx, gy = lesson.sobel(corner)
flipped_gx = convolution.convolve2d(corner, lesson.GX)
flipped_gy = convolution.convolve2d(corner, lesson.GY)
for name, parts in {"cross-correlation": (gx, gy), "convolution": (flipped_gx, flipped_gy)}.items():
    strength = lesson.gradient_magnitude(*parts).item()
    print(f"{name:<18} {strength:.0f} at {lesson.gradient_direction(*parts).item():7.2f} degrees")

# %% [markdown]
# **Next.** In [lesson 04](../04_output_size/04_output_size.ipynb) you predict how large a feature map
# is, before you compute it.

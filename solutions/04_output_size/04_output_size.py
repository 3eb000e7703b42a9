# ---
# jupyter:
#   course:
#     summary: How large the output of every layer is, and how many numbers it learns
#     minutes: 50
# ---

# %% [markdown]
# # Predicting shapes
#
# **What you will do.** Count the places where a window fits on an image, until you can say the shape
# after every layer of a network before you run it. Then check two published networks, and find what
# their authors did not.
#
# **What you will learn**
# - what kernel, stride and padding do to the size of a picture, and where the formula comes from;
# - why a formula for sizes rounds down, and which pixels that costs;
# - what `padding="valid"` and `padding="same"` add, at which end;
# - how many parameters a convolutional layer has, and why the picture's size does not matter.
#
# **What you need.** [Lesson 02](../02_convolution/02_convolution.ipynb): a kernel slides over an
# image and gives a feature map; a layer has many kernels, each with a slice for every channel.
# Python's `//` divides and rounds down: `7 // 2` is 3.

# %%
import numpy as np

from utils import data, pixels, plots
from utils.widgets import output_size as output_size_widgets
from utils import output_size as sizes

# %% [markdown]
# ## Where can a window stand?
#
# Take an image of 7 × 7 pixels and a window of 3 × 3. Rows and columns behave alike, so look at one
# row first. On the left below, each blue bar is one place of the window, numbered as in Python. On
# the right, the number in each pixel says how many windows lie on it; the first window is framed.

# %%
picture, line = output_size_widgets.draw_windows(n=7, k=3)
print(line)
picture

# %% [markdown]
# The last window ends on pixel 6, so it begins on pixel 7 − 3 = 4. It is at place 4, and because the
# first place is 0, there are **five**: $n - k + 1$. That 1 is the post at the beginning of the fence:
# 4 steps take you past 5 posts. Keep an eye on it; it gets lost more often than any other number in
# this field.
#
# Here are sizes that this course's texts mention. Each is computed three times: with the formula, by
# trying every place, and by a real cross-correlation.

# %%
print("  n  k   formula  places tried  cross-correlation")
for n, k in [(4, 2), (5, 3), (6, 3), (13, 3), (28, 3), (100, 5)]:
    tried = len(sizes.window_starts(n, k))
    feature_map = sizes.correlate_strided(np.ones((n, n)), np.ones((k, k)))
    print(f"{n:3d}{k:3d}{n - k + 1:10d}{tried:14d}     {feature_map.shape}")

# %% [markdown]
# ## Stride: skip some places
#
# A **stride** of 2 moves the window by two pixels at a time, along both axes. On 7 pixels a window of
# 3 then stands at 0, 2 and 4.

# %%
picture, line = output_size_widgets.draw_windows(n=7, k=3, s=2)
print(line)
picture

# %% [markdown]
# It leaves out every other *place*. No pixel is left out here: the windows still overlap, as the 2s
# and the 4s show. From the first place to the last one there are $n - k$ pixels to walk, in steps of
# $s$: that is $(n - k)/s$ steps, and one place more than steps. $(7 - 3)/2 + 1 = 3$.
#
# A larger stride makes a smaller picture. A photograph, blurred by a 7 × 7 kernel:

# %%
camera = data.photograph("camera")
blur = np.full((7, 7), 1 / 49)
strides = (1, 4, 16)
smaller = [sizes.correlate_strided(camera, blur, stride=s) for s in strides]
plots.images(
    [camera, *smaller],
    [f"{camera.shape[0]} × {camera.shape[1]}"]
    + [f"stride {s}: {m.shape[0]} × {m.shape[1]}" for s, m in zip(strides, smaller)],
    columns=4,
    size=2.2,
    alt="A photographer, blurred with strides 1, 4 and 16: the larger the stride, the coarser.",
)

# %% [markdown]
# ### What goes unseen
#
# Now move the numbers yourself. Begin with what is there: an image of 6 × 6, a window of 3, a stride
# of 2. Where does the last window end? Then try a stride that is larger than the window. (*Padding*
# comes next; leave it on `valid` for now.)

# %%
output_size_widgets.window_explorer(n=6, k=3, s=2)

# %% [markdown]
# With 6 pixels, $(6 - 3)/2 = 1.5$ steps. The window cannot take half a step: it takes one, and stops.
# So the number of steps is **rounded down**, written $\lfloor 1.5 \rfloor = 1$ and called the *floor*.
# There are two places, the output is 2 × 2, and row 5 and column 5 are never looked at: 11 of 36
# pixels. A network is not troubled by that, and gives no warning.
#
# > **Spot the slip.** One text prints the formula without brackets, as *(N + 2p − k / s) + 1*. By the
# > usual rules only $k$ is divided then. It also lets the 6 × 6 image give an output of 2.5 × 2.5,
# > and says that the numbers must be changed until it fits. What comes out:

# %%
for n in (7, 6):
    p, k, s = 0, 3, 2
    print(f"n = {n}, k = {k}, p = {p}, s = {s}")
    print("  as printed:      N + 2p - k / s + 1     =", n + 2 * p - k / s + 1)
    print("  with brackets:  (N + 2p - k) / s + 1    =", (n + 2 * p - k) / s + 1)
    print("  rounded down:   (N + 2p - k) // s + 1   =", (n + 2 * p - k) // s + 1)
    seen = sizes.times_seen(n, k, stride=s)
    print("  rows and columns never seen:", np.flatnonzero(seen == 0).tolist())

# %% [markdown]
# The text's own result for the 7 × 7 image, 3 × 3, is computed as if the brackets were there, so the
# author knew. There is no half pixel to worry about: a 6 × 6 image is fine, and gives 2 × 2.
#
# ## Padding: more room for the window
#
# Every layer makes the picture smaller, and the corners are seen least. Look at the 6 × 6 image and
# all 16 windows of 3 × 3: the corner lies under one of them, a pixel in the middle under nine. A face
# in the corner of a photograph would hardly be looked at. **Padding** puts a border of zeros around
# the image. With one pixel of it (grey below), the corner is seen four times.

# %%
picture, line = output_size_widgets.draw_windows(n=6, k=3, padding="custom", p=1)
without = np.outer(*[sizes.times_seen(6, 3)] * 2)
with_border = np.outer(*[sizes.times_seen(6, 3, (1, 1))] * 2)
print(
    "windows on the corner: without padding", without[0, 0], "and with padding", with_border[0, 0]
)
print(
    "windows in the middle: without padding", without[2, 2], "and with padding", with_border[2, 2]
)
print(line)
picture

# %% [markdown]
# A border of $p$ pixels at **both** ends makes $n$ into $n + 2p$, and that is all there is to it:
#
# $$\text{output} \;=\; \left\lfloor \frac{n - k + 2p}{s} \right\rfloor + 1$$
#
# Three kinds have names:
#
# | padding | what is added | output, stride 1 |
# |---|---|---|
# | *valid* | nothing | $n - k + 1$ |
# | *same* | what it takes to keep the size | $n$ |
# | *custom* | any $p$ you like | $n + 2p - k + 1$ |
#
# A 28 × 28 digit with a border of 1 is 30 × 30, and a 3 × 3 kernel brings it back to 28 × 28. A
# 5 × 5 image with a 3 × 3 kernel: 3 × 3 valid, 5 × 5 same.

# %%
for n, k, p in [(28, 3, 1), (5, 3, 0), (5, 3, 1)]:
    feature_map = sizes.correlate_strided(np.ones((n, n)), np.ones((k, k)), ((p, p), (p, p)))
    print(
        f"{n}x{n} padded to {n + 2 * p}x{n + 2 * p}, k = {k}: {n + 2 * p - k + 1}, really",
        feature_map.shape,
    )

# %% [markdown]
# Without padding a network cannot be deep. Layer upon layer of 3 × 3 kernels, from 28 pixels:

# %%
figure, ax = plots.figure(7, 2.6)
for kernel, marker in [(3, "o"), (5, "s"), (7, "^")]:
    sides = [28]
    while sides[-1] >= kernel:
        sides.append(sizes.output_size(sides[-1], kernel))
    ax.plot(sides, marker=marker, markersize=4, label=f"{kernel}×{kernel}, valid")
    print(f"{kernel}x{kernel} kernels: {len(sides) - 1} layers until {sides[-1]} is left")
ax.plot([28] * 14, color=plots.GREY, linestyle="--", label="any, same")
ax.set(xlabel="layers", ylabel="pixels along a side", ylim=(0, 30))
ax.legend(frameon=False, ncols=2, fontsize=9)
plots.Picture(
    figure,
    alt="From 28 pixels, valid layers of 3x3, 5x5 and 7x7 kernels fall to almost nothing in 13, 6 "
    "and 4 layers; with same padding the size stays at 28.",
)

# %% [markdown]
# Padding has its price: the zeros are invented. Blur a cat's eye with a 9 × 9 kernel, and a dark
# rim creeps in from the border.

# %%
eye = pixels.to_grayscale(data.photograph("cat"))[20:212:3, 110:302:3]
wide_blur = np.full((9, 9), 1 / 81)
maps = {
    f"{name}, p = {p}": sizes.correlate_strided(eye, wide_blur, ((p, p), (p, p)))
    for name, p in [("valid", 0), ("same", 4), ("custom", 8)]
}
plots.images(
    [eye, *maps.values()],
    [f"image: {eye.shape[0]} × {eye.shape[1]}"]
    + [f"{name}\n{m.shape[0]} × {m.shape[1]}" for name, m in maps.items()],
    columns=4,
    size=2.2,
    vmin=0,
    vmax=255,
    alt="A cat's eye blurred: valid is smaller and even to its edge; same and custom have a dark "
    "rim that comes from the zeros around the image.",
)

# %% [markdown]
# > **Spot the slip.** One text gives $(n + 2p - m + 1) \times (n + 2p - m + 1)$ as the formula *for
# > the padding* (its $m$ is our $k$). That is the size of the output. For the padding that keeps the
# > size, set the output equal to $n$ and solve: $p = (m - 1)/2$. It is a whole number for an odd $m$
# > alone, and it holds for a stride of 1 alone.

# %%
for m in (2, 3, 4, 5, 7):
    p = (m - 1) / 2
    works = f"28 + {2 * p:g} - {m} + 1 = {28 + 2 * p - m + 1:g}"
    print(f"m = {m}: p = {p:g}   {works if p == int(p) else 'there is no half pixel: see below'}")

# %% [markdown]
# ## Exercise 1: the size of the output (3 points)
#
# Write the formula as a function. What to watch:
# - the answer counts windows: return an `int` such as 3, not 3.0;
# - say no to what cannot be. A window larger than the padded image fits nowhere; an image, a window
#   or a stride below 1, and a padding below 0, make no sense. For all of these,
#   `raise ValueError("...")`.
#
# <details><summary>Hint 1</summary>
#
# How many places are there in a row of 4 with a window of 2? Count them, then count the steps
# between them. Now let every step be 2 pixels long. Which part of the count changes, and which does
# not?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Python has two divisions: `7 / 2` is 3.5, `7 // 2` is 3, and an `int`. What is divided is *all*
# that the window has to walk, so it goes into brackets. The place where it begins is not walked:
# its 1 stays outside.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# First say no, then compute: what cannot be must not reach the division, where a stride of 0 would
# raise an error of another kind.
#
# ```python
# if k > n + 2 * padding:
#     raise ValueError(f"a window of {k} does not fit into {n + 2 * padding} pixels")
# return (n - k + ...) // stride + 1
# ```
#
# Four limits are missing: those of n, k, stride and padding.
#
# </details>


# %% nbgrader={"grade_id": "output_size", "solution": true}
def output_size(n, k, padding=0, stride=1):
    """Return how many windows fit along one axis.

    Parameters
    ----------
    n : int, pixels along the axis
    k : int, the window's size
    padding : int, pixels added at each of the two ends
    stride : int, by how many pixels the window moves on

    Returns
    -------
    int
        floor((n - k + 2 * padding) / stride) + 1

    Raises
    ------
    ValueError
        If the window does not fit (k > n + 2 * padding); if n, k or stride is below 1; if padding
        is below 0.
    """
    ### BEGIN SOLUTION
    if min(n, k, stride) < 1 or padding < 0:
        raise ValueError("n, k and stride must be at least 1, and padding at least 0")
    if k > n + 2 * padding:
        raise ValueError(f"a window of {k} does not fit into {n + 2 * padding} pixels")
    return (n - k + 2 * padding) // stride + 1
    ### END SOLUTION


# %% [markdown]
# The next cell checks it on sizes you have just seen, on a window that only just fits, and on what
# cannot be. More checks run when your work is marked.

# %% nbgrader={"grade_id": "test-output_size", "grade": true, "points": 1}
from utils import checks

with checks.Exercise("output_size.output_size", output_size) as check:
    check.example(7, 3, 0, 2, expected=3)
    check.example(6, 3, 0, 2, expected=2)
    check.example(28, 3, 1, expected=28)
    check.example(5, 3, expected=3)
    check.example(4, 2, stride=2, expected=2)
    check.example(3, 5, 1, expected=1)  # the window is as large as the padded image
    check.raises(ValueError, 3, 6, 1)  # and now it is larger
    check.raises(ValueError, 0, 1, 1)
    check.raises(ValueError, 7, 0)
    check.raises(ValueError, 7, 3, 0, 0)
    check.raises(ValueError, 7, 3, -1)

# %% nbgrader={"grade_id": "test-output_size-stride", "grade": true, "points": 0.75}
# Marked when you hand in: other images, windows and strides, without padding.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("output_size.output_size", output_size) as check:
    for n in (1, 2, 5, 8, 11, 28, 100, 224):
        for k in (1, 2, 3, 5, 11):
            for stride in (1, 2, 3, 4, 7):
                if k <= n:
                    check.agrees(n, k, 0, stride)
    check.agrees(13, 3)
    check.agrees(11, 2, stride=2)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-output_size-padding", "grade": true, "points": 0.75}
# Marked when you hand in: with padding.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("output_size.output_size", output_size) as check:
    for n in (1, 4, 7, 12, 28, 101):
        for k in (1, 2, 3, 6, 7):
            for padding in (1, 2, 3, 5):
                for stride in (1, 2, 3, 5):
                    if k <= n + 2 * padding:
                        check.agrees(n, k, padding, stride)
    check.agrees(5, 5, padding=2)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-output_size-errors", "grade": true, "points": 0.5}
# Marked when you hand in: what cannot be, and what can only just be.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("output_size.output_size", output_size) as check:
    for fits in [(5, 5), (3, 5, 1), (1, 1), (2, 1, 0, 9)]:
        check.satisfies(
            lambda size: isinstance(size, (int, float, np.integer, np.floating)),
            "This window fits, so a number should come back.",
            *fits,
        )
    check.raises(ValueError, 2, 3)
    check.raises(ValueError, 3, 9)
    check.raises(ValueError, 2, 5, 1)
    check.raises(ValueError, 2, 7, 2, 2)
    check.raises(ValueError, 7, 0)
    check.raises(ValueError, 7, -1)
    check.raises(ValueError, 0, 1, 1)
    check.raises(ValueError, -3, 1, 4)
    check.raises(ValueError, 7, 3, 0, 0)
    check.raises(ValueError, 7, 3, 0, -2)
    check.raises(ValueError, 7, 3, -1)
    check.raises(ValueError, 7, 3, padding=-2)
    check.raises(ValueError, 7, 3, stride=0)
### END HIDDEN TESTS

# %% [markdown]
# ## What Keras means by *same*
#
# A window of 2 on 28 pixels needs **one** pixel more to keep the size, and one pixel cannot be shared
# between two ends. With a stride of 2, to *keep the size* is not even what is wanted. Keras has one
# rule for all of it:
#
# - the output has $\lceil n / s \rceil$ values: $n$ divided by the stride, rounded **up**;
# - as few pixels are added as that takes, and never fewer than none;
# - half of them come before the image and half after it. **The odd one out comes after.**
#
# (In Python, `math.ceil(n / s)` rounds up, and so does `-(-n // s)`.)
#
# How many does it take? The last window begins $(\lceil n/s \rceil - 1)\, s$ pixels after the first,
# and is $k$ long. Compare where it ends with $n$. Seven pixels, a window of 2, a stride of 2:

# %%
picture, line = output_size_widgets.draw_windows(n=7, k=2, s=2, padding="same")
print(line)
picture

# %% [markdown]
# $\lceil 7/2 \rceil = 4$ windows; the last begins 6 pixels after the first and ends at 8. That is one
# more than 7, so one zero is added, and it comes after. More of them:

# %%
print("  n  k  s   windows   last one ends at   before  after")
for n, k, s in [(28, 3, 1), (28, 2, 1), (7, 2, 2), (28, 5, 2), (28, 3, 2), (8, 1, 2)]:
    before, after = sizes.same_padding(n, k, s)
    starts = sizes.window_starts(n, k, (before, after), s)
    end = starts[-1] + k - starts[0]
    print(f"{n:3d}{k:3d}{s:3d}{len(starts):10d}{end:19d}{before:9d}{after:7d}")

# %% [markdown]
# In the last row the windows end before the image does: nothing is added. Look at 28, 3, 2 as well.
# PyTorch users write `padding=1` there, one at both ends. The output has the same size, but its
# windows stand on other pixels. Weights copied from one to the other then look
# at the picture a pixel off.

# %%
print("same, as in Keras:   ", sizes.window_starts(28, 3, sizes.same_padding(28, 3, 2), 2))
print("one pixel each side: ", sizes.window_starts(28, 3, (1, 1), 2))

# %% [markdown]
# ## Exercise 2: same padding (2 points)
#
# Turn Keras's rule into a function that says how many pixels come before and how many after.
#
# <details><summary>Hint 1</summary>
#
# On paper: 28 pixels, a window of 5, a stride of 2. How many windows does *same* want? Where does
# the last one begin if the first begins at 0, and where does it end? How many pixels are missing,
# and how do you share them?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Three lines will do: how many windows, how many pixels in all, and the two shares. If you have
# found `(k - 1) // 2` and `k // 2`: that is the answer for a stride of 1. With a larger one the
# last window may stand elsewhere and reach less far. It may even end *inside* the image: then
# nothing is added, not a number below 0.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# The first two of the three lines:
#
# ```python
# windows = -(-n // stride)
# total = max(..., 0)
# ```
#
# In place of the dots: where the last window ends, minus n. Half of `total`, rounded down, comes
# before. Do not compute the other half: what comes after is what is left.
#
# </details>


# %% nbgrader={"grade_id": "same_padding", "solution": true}
def same_padding(n, k, stride=1):
    """Return what padding="same" adds in front of one axis, and behind it.

    Parameters
    ----------
    n : int, pixels along the axis
    k : int, the window's size
    stride : int, by how many pixels the window moves on

    Returns
    -------
    (before, after) : two ints
        The fewest pixels that make room for ceil(n / stride) windows; the odd one comes after.
    """
    ### BEGIN SOLUTION
    windows = -(-n // stride)
    total = max((windows - 1) * stride + k - n, 0)
    return total // 2, total - total // 2
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-same_padding", "grade": true, "points": 0.5}
from utils import checks

with checks.Exercise("output_size.same_padding", same_padding) as check:
    check.example(28, 3, expected=(1, 1))
    check.example(28, 2, expected=(0, 1))
    check.example(7, 2, 2, expected=(0, 1))
    check.example(28, 5, 2, expected=(1, 2))
    check.example(8, 1, 2, expected=(0, 0))  # the windows end before the image does

# %% nbgrader={"grade_id": "test-same_padding-kernels", "grade": true, "points": 0.5}
# Marked when you hand in: small and large windows that move by one pixel.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("output_size.same_padding", same_padding) as check:
    for n in (1, 2, 5, 9, 28, 64):
        for k in range(1, 12):
            check.agrees(n, k)
    check.agrees(6, 4, stride=1)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-same_padding-strides", "grade": true, "points": 0.5}
# Marked when you hand in: strides that divide the size, and strides that do not.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("output_size.same_padding", same_padding) as check:
    for n in (4, 5, 6, 7, 12, 13, 14, 28, 30, 101):
        for k in (3, 4, 5, 6, 7, 8, 11):
            for stride in (2, 3):
                check.agrees(n, k, stride)
    check.agrees(9, 7, stride=4)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-same_padding-gaps", "grade": true, "points": 0.5}
# Marked when you hand in: strides that are as large as the window, or larger.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("output_size.same_padding", same_padding) as check:
    for n in (1, 3, 5, 8, 9, 10, 11, 28):
        for k in (1, 2, 3):
            for stride in (3, 4, 5, 6):
                check.agrees(n, k, stride)
    check.agrees(8, 1, 2)
    check.agrees(9, 1, 2)
### END HIDDEN TESTS

# %% [markdown]
# ## Colour, and counting kernels
#
# What about the third number of a shape, the channels? Windows do not move along it. A filter has a
# slice for **every** channel that comes in, and gives **one** feature map. So the channels that go
# out are the filters, whatever came in:

# %%
for shape, filters in [((6, 6, 3), 1), ((13, 13, 6), 10), ((32, 32, 3), 12)]:
    layer = {"type": "conv", "filters": filters, "kernel": 3}
    (valid,) = sizes.trace_shapes(shape, [layer])
    (same,) = sizes.trace_shapes(shape, [layer | {"padding": "same"}])
    print(f"{shape} through {filters:2d} x 3x3:  valid {valid},  same {same}")

# %% [markdown]
# What a layer learns are the weights in the slices, and one bias for each filter. With a kernel of
# $k_h \times k_w$, $C$ channels in and $F$ filters,
#
# $$\text{parameters} \;=\; k_h\, k_w\, C\, F \;+\; F$$
#
# *32 kernels* on an RGB image are 32 stacks of three slices, 96 slices in all:

# %%
print("kernel  channels  filters  slices  weights  biases  parameters")
for kernel, channels, filters in [(3, 3, 1), (3, 6, 10), (3, 3, 12), (3, 3, 32)]:
    slices = channels * filters
    parameters = sizes.conv_parameters(kernel, channels, filters)
    print(
        f"{kernel:3d}x{kernel}{channels:11d}{filters:9d}{slices:8d}{slices * kernel**2:9d}"
        f"{filters:8d}{parameters:12d}"
    )

# %% [markdown]
# Neither the height nor the width of the picture is in that formula. A filter of 3 × 3 × 3 has 28
# parameters on a thumbnail and 28 on a poster, because the same weights are used at every place. A
# neuron of a dense layer has one weight for every number in the picture
# ([lesson 01](../01_pixels/01_pixels.ipynb)):

# %%
shapes = [(28, 28, 3), (64, 64, 3), (200, 200, 3)]
dense = [pixels.dense_parameters(shape, 1) for shape in shapes]
one_filter = [sizes.conv_parameters(3, shape[2], 1) for shape in shapes]

figure, ax = plots.figure(7, 2.3)
places = np.arange(len(shapes))
ax.barh(places - 0.2, dense, 0.38, color=plots.VERMILION, label="one dense neuron")
ax.barh(places + 0.2, one_filter, 0.38, color=plots.BLUE, label="one 3×3 filter")
for place, (many, few) in enumerate(zip(dense, one_filter)):
    ax.text(many * 1.1, place - 0.2, f"{many:,}", va="center", fontsize=9)
    ax.text(few * 1.1, place + 0.2, f"{few:,}", va="center", fontsize=9)
ax.set(xscale="log", xlim=(10, 3e6), xlabel="parameters (each mark is ten times the last)")
ax.set_yticks(places, ["×".join(map(str, shape)) for shape in shapes])
ax.invert_yaxis()
ax.legend(frameon=False, fontsize=9, loc="lower right", bbox_to_anchor=(1, 0.55))
plots.Picture(
    figure,
    alt="For images of 28x28x3, 64x64x3 and 200x200x3, one dense neuron has 2,353, 12,289 and "
    "120,001 parameters; one 3x3 filter has 28 each time.",
)

# %% [markdown]
# ## Exercise 3: how many parameters? (2 points)
#
# Write the formula as a function, for kernels of any height and width.
#
# <details><summary>Hint 1</summary>
#
# Draw one filter on an RGB image: three slices of 3 × 3. How many weights? And is there a bias for
# each slice, or for the filter? Now take ten such filters. The number to reach is 10 × 28 = 280.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# First make two numbers of `kernel_size`, whatever it is; after that one formula does for both.
#
# ```python
# if isinstance(kernel_size, (tuple, list)):
#     height, width = kernel_size
# else:
#     ...
# ```
#
# </details>


# %% nbgrader={"grade_id": "conv_parameters", "solution": true}
def conv_parameters(kernel_size, in_channels, filters, use_bias=True):
    """Return how many numbers a convolutional layer learns.

    Parameters
    ----------
    kernel_size : int for a square kernel, or a pair (height, width)
    in_channels : int, channels of the layer's input
    filters : int, how many filters the layer has
    use_bias : bool, whether each filter has a bias

    Returns
    -------
    int
    """
    ### BEGIN SOLUTION
    if isinstance(kernel_size, (tuple, list)):
        height, width = kernel_size
    else:
        height = width = kernel_size
    weights = height * width * in_channels * filters
    return weights + filters if use_bias else weights
    ### END SOLUTION


# %% [markdown]
# The first three are the convolutional layers of LeNet-5, which you build in
# [lesson 08](../08_lenet/08_lenet.ipynb).

# %% nbgrader={"grade_id": "test-conv_parameters", "grade": true, "points": 0.5}
from utils import checks

with checks.Exercise("output_size.conv_parameters", conv_parameters) as check:
    check.example(5, 1, 6, expected=156)
    check.example(5, 6, 16, expected=2416)
    check.example(5, 16, 120, expected=48120)
    check.example((3, 5), 3, 32, False, expected=1440)

# %% nbgrader={"grade_id": "test-conv_parameters-square", "grade": true, "points": 0.5}
# Marked when you hand in: square kernels, with biases.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("output_size.conv_parameters", conv_parameters) as check:
    for kernel in (1, 2, 3, 5, 7):
        for channels, filters in [(1, 1), (1, 8), (3, 32), (4, 4), (64, 10), (512, 256)]:
            check.agrees(kernel, channels, filters)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-conv_parameters-pairs", "grade": true, "points": 0.5}
# Marked when you hand in: kernels that are not square.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("output_size.conv_parameters", conv_parameters) as check:
    for kernel in [(1, 7), (7, 1), (2, 3), (3, 2), (4, 4), (11, 5)]:
        for channels, filters in [(1, 1), (3, 12), (20, 6)]:
            check.agrees(kernel, channels, filters)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-conv_parameters-bias", "grade": true, "points": 0.5}
# Marked when you hand in: with and without biases.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("output_size.conv_parameters", conv_parameters) as check:
    for kernel in (1, 3, 4):
        for channels, filters in [(1, 1), (3, 32), (16, 5)]:
            check.agrees(kernel, channels, filters, False)
            check.agrees(kernel, channels, filters, use_bias=False)
            check.agrees(kernel, channels, filters, use_bias=True)
### END HIDDEN TESTS

# %% [markdown]
# ## A whole network
#
# Now chain them: what comes out of one layer goes into the next. Two more kinds of layer turn up in
# every network. **Pooling** keeps one number of each window; it has a window and a stride, so the
# same formula holds, and leaves the channels alone. Unless you say otherwise its stride is its size,
# so that windows lie side by side ([lesson 05](../05_pooling/05_pooling.ipynb)). **Flatten** puts all
# numbers of a volume in one row, for the **dense** layers at the end.
#
# A network is a list of layers, and here each layer is a dict:

# %%
digits_network = [
    {"type": "conv", "filters": 6, "kernel": 3},
    {"type": "pool", "size": 2},
    {"type": "conv", "filters": 10, "kernel": 3},
    {"type": "pool", "size": 2},
]
chain = [(28, 28, 1), *sizes.trace_shapes((28, 28, 1), digits_network)]
output_size_widgets.draw_network(
    {"a 28 × 28 digit": chain},
    ["conv 3×3", "pool 2", "conv 3×3", "pool 2"],
    alt="28x28x1 becomes 26x26x6, 13x13x6, 11x11x10 and 5x5x10.",
)

# %% [markdown]
# 28 → 26 → 13 → 11 → 5. In the last step 11 is odd: $(11 - 2)/2 = 4.5$ steps, rounded down to 4, so
# five windows, and the last row and column are dropped. Step by step, and after that
# another text's example, 12 filters with same padding on a 32 × 32 colour image:

# %%
shape = (28, 28, 1)
for layer in digits_network:
    (after,) = sizes.trace_shapes(shape, [layer])
    window = layer.get("kernel", layer.get("size"))
    stride = layer.get("stride", 1 if layer["type"] == "conv" else window)
    print(f"{layer['type']}: ({shape[0]} - {window}) // {stride} + 1 = {after[0]:2d}   {after}")
    shape = after

twelve_filters = {"type": "conv", "filters": 12, "kernel": 3, "padding": "same"}
print("12 same filters, then a pool of 2:", end=" ")
print(sizes.trace_shapes((32, 32, 3), [twelve_filters, {"type": "pool", "size": 2}]))

# %% [markdown]
# ## Exercise 4: trace the shapes (3 points)
#
# Write the function that does this for any list of layers. Your own `output_size` can do most of the
# work. What each layer needs, and what it gives:
#
# | `"type"` | keys | needs | gives |
# |---|---|---|---|
# | `"conv"` | `"filters"`, `"kernel"` (an int or a pair), and perhaps `"stride"` (else 1) and `"padding"`: `"valid"` (unless given) or `"same"` | `(H, W, C)` | `(rows, columns, filters)` |
# | `"pool"` | `"size"`, and perhaps `"stride"` (else the size); always valid | `(H, W, C)` | `(rows, columns, C)` |
# | `"flatten"` | | `(H, W, C)` | `(n,)`, a tuple of one |
# | `"dense"` | `"units"` | `(n,)` | `(units,)` |
#
# With `"same"`, a side of $n$ becomes $\lceil n/s \rceil$. `layer.get("stride", 1)` reads a key
# that may be missing.
#
# When a layer cannot work, raise a `ValueError` that says **which**: the layer's index, counted from
# 0, has to be in its text. In a network of twenty layers that is the first thing one wants to know.
# `output_size` raises an error without an index. Catch it, and say more:
#
# ```python
# try:
#     ...
# except ValueError as error:
#     raise ValueError(f"layer {index}: {error}")
# ```
#
# <details><summary>Hint 1</summary>
#
# Do one layer first: what does a pool make of (26, 26, 6)? Then the chain. Keep one variable,
# `shape`, that holds what came out of the layer before; each layer replaces it and adds it to the
# list. If every layer seems to read the network's input, `shape` is not being replaced.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The frame, with most of the cases missing:
#
# ```python
# shapes, shape = [], tuple(input_shape)
# for index, layer in enumerate(layers):
#     if layer["type"] == "flatten":
#         shape = (int(np.prod(shape)),)
#     elif ...
#     shapes.append(shape)
# ```
#
# The comma makes `(250,)` a tuple; `(250)` is a number. The two strides that may be missing differ:
# a conv layer's is 1, and a pool's is its size.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Rows and columns each go through `output_size` on their own: the first number of a pair is for the
# rows, the second for the columns. With *same* you do not need it, since only n and the stride
# count. For what cannot work, look at the *length* of `shape`: conv and pool need 3, dense needs 1.
# Give the `if` an `else` at the end, and an unknown type has nowhere to hide.
#
# </details>


# %% nbgrader={"grade_id": "trace_shapes", "solution": true}
def trace_shapes(input_shape, layers):
    """Return the output shape after each layer of a network, without the batch axis.

    Parameters
    ----------
    input_shape : tuple
        (height, width, channels), or (n,) for an input that is flat already.
    layers : list of dicts
        "conv", "pool", "flatten" and "dense" layers, as in the table above. They stay as they are.

    Returns
    -------
    list of tuples
        One shape for each layer.

    Raises
    ------
    ValueError
        If a layer's type or padding is unknown; if its window does not fit; if a conv or pool layer
        has a flat input; if a dense layer has an input that is not flat. The text names the layer's
        index, counted from 0.
    """
    ### BEGIN SOLUTION
    shapes, shape = [], tuple(input_shape)
    for index, layer in enumerate(layers):
        kind = layer["type"]
        if kind == "flatten":
            shape = (int(np.prod(shape)),)
        elif kind == "dense" and len(shape) == 1:
            shape = (layer["units"],)
        elif kind in ("conv", "pool") and len(shape) == 3:
            window = layer["kernel"] if kind == "conv" else layer["size"]
            sides = window if isinstance(window, (tuple, list)) else (window, window)
            stride = layer.get("stride", 1 if kind == "conv" else window)
            padding = layer.get("padding", "valid") if kind == "conv" else "valid"
            if padding == "same":
                rows, columns = [-(-n // stride) for n in shape[:2]]
            elif padding == "valid":
                try:
                    rows, columns = [output_size(n, k, 0, stride) for n, k in zip(shape[:2], sides)]
                except ValueError as error:
                    raise ValueError(f"layer {index}: {error}") from error
            else:
                raise ValueError(f"layer {index}: unknown padding {padding!r}")
            shape = (rows, columns, layer["filters"] if kind == "conv" else shape[2])
        else:
            raise ValueError(f"layer {index}: {kind!r} cannot follow the shape {shape}")
        shapes.append(shape)
    return shapes
    ### END SOLUTION


# %% [markdown]
# The first check is the network above. The second is the 12 filters and their pool. Then come images
# and kernels that are not square, and layers that cannot work.

# %% nbgrader={"grade_id": "test-trace_shapes", "grade": true, "points": 0.75}
from utils import checks

with checks.Exercise(
    "output_size.trace_shapes", trace_shapes, uses=("output_size", "same_padding")
) as check:
    check.example(
        (28, 28, 1),
        [
            {"type": "conv", "filters": 6, "kernel": 3},
            {"type": "pool", "size": 2},
            {"type": "conv", "filters": 10, "kernel": 3},
            {"type": "pool", "size": 2},
        ],
        expected=[(26, 26, 6), (13, 13, 6), (11, 11, 10), (5, 5, 10)],
    )
    check.example(
        (32, 32, 3),
        [
            {"type": "conv", "filters": 12, "kernel": 3, "padding": "same"},
            {"type": "pool", "size": 2, "stride": 2},
        ],
        expected=[(32, 32, 12), (16, 16, 12)],
    )
    check.example(
        (5, 5, 10),
        [{"type": "flatten"}, {"type": "dense", "units": 84}],
        expected=[(250,), (84,)],
    )
    # Nothing is square, every layer has a stride, and "same" takes a kernel larger than its input.
    check.example(
        (9, 14, 3),
        [
            {"type": "conv", "filters": 4, "kernel": (2, 5), "stride": 2},
            {"type": "pool", "size": 2, "stride": 1},
            {"type": "conv", "filters": 7, "kernel": 4, "padding": "same", "stride": 2},
        ],
        expected=[(4, 5, 4), (3, 4, 4), (2, 2, 7)],
    )
    # The last layer cannot work. The error's text should say that it is layer 2.
    conv, flatten = {"type": "conv", "filters": 50, "kernel": 1}, {"type": "flatten"}
    for layers in [
        [conv, conv, {"type": "blur"}],
        [conv, conv, conv | {"padding": "full"}],
        [conv, conv, conv | {"kernel": 99}],
        [conv, conv, {"type": "dense", "units": 60}],
        [conv, flatten, conv],
    ]:
        message = "The error's text should name the layer by its index, counted from 0."
        check.raises_saying(ValueError, r"(?<!\d)2(?!\d)", message, (68, 87, 55), layers)

# %% nbgrader={"grade_id": "test-trace_shapes-conv", "grade": true, "points": 0.75}
# Marked when you hand in: convolutional layers: strides, padding, kernels and images that are not
# square.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise(
    "output_size.trace_shapes", trace_shapes, uses=("output_size", "same_padding")
) as check:
    for input_shape in [(28, 20, 3), (9, 14, 1), (13, 11, 7)]:
        for padding in ("valid", "same"):
            for kernel in (1, 2, 3, 5, (2, 5), (5, 1)):
                for stride in (1, 2, 3):
                    layer = {"type": "conv", "filters": 7, "kernel": kernel}
                    check.agrees(input_shape, [layer | {"stride": stride, "padding": padding}])
    check.agrees((28, 20, 3), [{"type": "conv", "filters": 4, "kernel": 3, "padding": "same"}])
    check.agrees((10, 11, 2), [{"type": "conv", "filters": 4, "kernel": (3, 2), "stride": 2}])
    # With same padding a window may be larger than the image.
    check.agrees((2, 3, 4), [{"type": "conv", "filters": 5, "kernel": 5, "padding": "same"}])
    two = {"type": "conv", "filters": 6, "kernel": 4}
    check.agrees((8, 9, 4), [two | {"kernel": (8, 9)}])
    check.raises(ValueError, (8, 9, 4), [two | {"kernel": (1, 10)}])
    check.raises(ValueError, (8, 9, 4), [two | {"kernel": (9, 1)}])
    check.agrees((17, 12, 3), [two, two | {"filters": 9, "padding": "same", "stride": 2}])
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-trace_shapes-networks", "grade": true, "points": 0.75}
# Marked when you hand in: pools, flatten and dense layers, and whole networks.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise(
    "output_size.trace_shapes", trace_shapes, uses=("output_size", "same_padding")
) as check:
    conv, pool = {"type": "conv", "kernel": 3}, {"type": "pool", "size": 3}
    flatten, dense = {"type": "flatten"}, {"type": "dense"}
    for input_shape in [(12, 15, 2), (11, 7, 5), (3, 3, 3)]:
        for size, stride in [(2, 2), (3, 1), (3, 2), (2, 3), (1, 1)]:
            check.agrees(input_shape, [{"type": "pool", "size": size, "stride": stride}])
        check.agrees(input_shape, [pool])
        check.agrees(input_shape, [flatten])
        check.agrees(input_shape, [flatten, dense | {"units": 3}, dense | {"units": 40}])
    check.agrees((784,), [dense | {"units": 1000}, dense | {"units": 10}])
    check.agrees((8, 6, 2), [])
    # LeNet-5, and a published network for 32x32 colour images.
    check.agrees(
        (32, 32, 1),
        [
            conv | {"filters": 6, "kernel": 5},
            {"type": "pool", "size": 2, "stride": 2},
            conv | {"filters": 16, "kernel": 5},
            {"type": "pool", "size": 2, "stride": 2},
            conv | {"filters": 120, "kernel": 5},
            flatten,
            dense | {"units": 84},
            dense | {"units": 10},
        ],
    )
    check.agrees(
        (32, 32, 3),
        [
            conv | {"filters": 6},
            pool | {"stride": 1},
            conv | {"filters": 16, "kernel": 5},
            pool | {"stride": 1},
            flatten,
            dense | {"units": 120},
            dense | {"units": 3},
        ],
    )
    check.agrees(
        (100, 64, 1),
        [
            conv | {"filters": 512},
            pool,
            conv | {"filters": 256},
            pool,
            flatten,
            dense | {"units": 1},
        ],
    )
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-trace_shapes-errors", "grade": true, "points": 0.5}
# Marked when you hand in: layers that cannot work.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise(
    "output_size.trace_shapes", trace_shapes, uses=("output_size", "same_padding")
) as check:
    conv, pool = {"type": "conv", "filters": 6, "kernel": 3}, {"type": "pool", "size": 2}
    flatten, dense = {"type": "flatten"}, {"type": "dense", "units": 10}
    for works in [[conv, pool, flatten, dense], [conv | {"kernel": 8}], [pool | {"size": 8}]]:
        check.satisfies(
            lambda shapes: shapes is not None,
            "This network works, so a list of shapes should come back.",
            (8, 9, 3),
            works,
        )
    check.raises(ValueError, (8, 9, 3), [{"type": "blur"}])
    check.raises(ValueError, (8, 9, 3), [conv, {"type": "dropout", "rate": 0.5}])
    check.raises(ValueError, (8, 9, 3), [conv | {"padding": "full"}])
    check.raises(ValueError, (8, 9, 3), [conv | {"padding": "wrap"}])
    check.raises(ValueError, (8, 9, 3), [conv | {"kernel": 10}])
    check.raises(ValueError, (8, 9, 3), [conv | {"kernel": 9}])
    check.raises(ValueError, (9, 8, 3), [conv | {"kernel": 9, "stride": 2}])
    check.raises(ValueError, (8, 9, 3), [pool | {"size": 9}])
    check.raises(ValueError, (9, 8, 3), [pool | {"size": 9, "stride": 1}])
    check.raises(ValueError, (8, 9, 3), [pool | {"stride": 2}] * 4)
    check.raises(ValueError, (8, 9, 3), [conv, dense])
    check.raises(ValueError, (8, 9, 3), [dense])
    check.raises(ValueError, (8, 9, 3), [flatten, conv])
    check.raises(ValueError, (8, 9, 3), [flatten, dense, pool])
    check.raises(ValueError, (216,), [conv])
    check.raises(ValueError, (216,), [pool])
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-trace_shapes-index", "grade": true, "points": 0.25}
# Marked when you hand in: the error's text names the layer.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise(
    "output_size.trace_shapes", trace_shapes, uses=("output_size", "same_padding")
) as check:
    conv = {"type": "conv", "filters": 60, "kernel": 1}
    pool, flatten = {"type": "pool", "size": 10}, {"type": "flatten"}
    message = "The error's text should name the layer by its index, counted from 0."
    check.satisfies(
        lambda shapes: shapes is not None,
        "This network works, so a list of shapes should come back.",
        (68, 87, 55),
        [conv, pool, flatten],
    )
    for index, layers in [
        (0, [{"type": "blur"}, conv]),
        (2, [conv, conv, {"type": "blur"}, conv]),
        (3, [conv, conv, conv, conv | {"padding": "full"}]),
        (2, [conv, conv, conv | {"kernel": 97}, conv]),
        (3, [conv, conv, conv, pool | {"size": 97}]),
        (4, [conv, conv, conv, pool, {"type": "dense", "units": 57}, flatten]),
        (3, [conv, conv, flatten, conv, flatten]),
        (4, [conv, conv, conv, flatten, conv | {"padding": "same"}]),
        (2, [conv, flatten, pool]),
        (11, [conv] * 11 + [conv | {"kernel": 97}]),
    ]:
        pattern = rf"(?<![\d.]){index}(?!\.?\d)"
        check.raises_saying(ValueError, pattern, message, (68, 87, 55), layers)
### END HIDDEN TESTS

# %% [markdown]
# ## Two published networks
#
# Here are two networks as their texts print them. The first comes with its sizes; the second was
# meant to give one number between 0 and 1 for a 100 × 100 image. Then your function looks at both.

# %%
colour_network = [
    {"type": "conv", "filters": 6, "kernel": 3, "stride": 1},
    {"type": "pool", "size": 3, "stride": 1},
    {"type": "conv", "filters": 16, "kernel": 5, "stride": 1},
    {"type": "pool", "size": 3, "stride": 1},
    {"type": "flatten"},
    {"type": "dense", "units": 120},
    {"type": "dense", "units": 3},
]
colour_published = [
    (29, 29, 6),
    (26, 26, 6),
    (21, 21, 16),
    (18, 18, 16),
    (5184,),
    (120,),
    (3,),
]
yes_or_no_network = [
    {"type": "conv", "filters": 512, "kernel": 3},
    {"type": "pool", "size": 3},
    {"type": "conv", "filters": 256, "kernel": 3},
    {"type": "pool", "size": 3},
    {"type": "conv", "filters": 128, "kernel": 3},
    {"type": "pool", "size": 3},
    {"type": "dense", "units": 1},
]

# %%
for name, shape, network in [
    ("colour network", (32, 32, 3), colour_network),
    ("yes-or-no network", (100, 100, 1), yes_or_no_network),
]:
    try:
        print(f"{name}: {trace_shapes(shape, network)}")
    except NotImplementedError:
        print(f"{name}: write trace_shapes first, then run this cell again")
    except ValueError as error:
        print(f"{name}: ValueError: {error}")

# %% [markdown]
# > **Spot the slip.** The text that prints the first network says 29, 26, 21, 18, and 5,184 numbers
# > after flattening. Compare (*pool 3 / 1* is a window of 3 and a stride of 1):

# %%
colour_chain = sizes.trace_shapes((32, 32, 3), colour_network)
output_size_widgets.draw_network(
    {"computed": [(32, 32, 3), *colour_chain], "published": [(32, 32, 3), *colour_published]},
    ["conv 3×3", "pool 3 / 1", "conv 5×5", "pool 3 / 1", "flatten", "dense", "dense"],
    alt="Computed: 32x32x3, 30x30x6, 28x28x6, 24x24x16, 22x22x16, 7,744, 120, 3. "
    "Published: 32x32x3, 29x29x6, 26x26x6, 21x21x16, 18x18x16, 5,184, 120, 3.",
)

# %% [markdown]
# > The post at the beginning of the fence is lost, four times over: 32 − 3 = 29, 29 − 3 = 26,
# > 26 − 5 = 21, 21 − 3 = 18. Each is $n - k$, where $n - k + 1$ windows fit. It is the author's own
# > formula that has the + 1. By the time the volume is flattened, a third of its numbers is missing,
# > and with them the weights of the dense layer that reads them:

# %%
side = 32
for k in (3, 3, 5, 3):
    print(f"{side} - {k} = {side - k}", end="   ")
    side -= k
print(f"and {side} x {side} x 16 = {side * side * 16:,}")

units = 120
for name, count in [("published", 5184), ("computed", colour_chain[4][0])]:
    print(f"{name:>10}: {count:,} numbers, {(count + 1) * units:,} parameters in the dense layer")
print(f"   missing: {1 - 5184 / colour_chain[4][0]:.0%} of the numbers")

# %% [markdown]
# > **Spot the slip.** The second network cannot give one number. Its last pool leaves a volume, and
# > no Flatten stands between it and the dense layer. The text below its code even says that the
# > output is flattened; the line is missing. Your function stops at layer 6.

# %%
volumes = sizes.trace_shapes((100, 100, 1), yes_or_no_network[:-1])
output_size_widgets.draw_network(
    {"before the dense layer": [(100, 100, 1), *volumes]},
    ["conv 3×3", "pool 3"] * 3,
    alt="100x100x1, 98x98x512, 32x32x512, 30x30x256, 10x10x256, 8x8x128, 2x2x128.",
)

# %% [markdown]
# Keras does not stop: its `Dense` layer works on the **last axis** of whatever it is given, here the
# 128 channels, at each of the 2 × 2 places. That is a matrix product, and NumPy can do it. So the
# answer is a 2 × 2 × 1 volume, four numbers where one was meant:

# %%
last = volumes[-1]
print("without Flatten:", (np.ones(last) @ np.ones((last[-1], 1))).shape)
print("with Flatten:   ", (np.ones(last).reshape(-1) @ np.ones((np.prod(last), 1))).shape)

convolutions = sum(sizes.layer_parameters((100, 100, 1), yes_or_no_network[:-1]))
repaired = [*yes_or_no_network[:-1], {"type": "flatten"}, {"type": "dense", "units": 1}]
print(f"parameters as printed:   {convolutions + last[-1] + 1:,}")
print(f"parameters with Flatten: {sum(sizes.layer_parameters((100, 100, 1), repaired)):,}")

# %% [markdown]
# One more, which has no slip in its sizes: LeNet-5, as you will build it in
# [lesson 08](../08_lenet/08_lenet.ipynb). Its last convolution is as large as its input, so that one
# place is left: 1 × 1 × 120.

# %%
lenet = [
    {"type": "conv", "filters": 6, "kernel": 5},
    {"type": "pool", "size": 2},
    {"type": "conv", "filters": 16, "kernel": 5},
    {"type": "pool", "size": 2},
    {"type": "conv", "filters": 120, "kernel": 5},
    {"type": "flatten"},
    {"type": "dense", "units": 84},
    {"type": "dense", "units": 10},
]
lenet_parameters = sizes.layer_parameters((32, 32, 1), lenet)
print(
    " + ".join(f"{count:,}" for count in lenet_parameters if count), f"= {sum(lenet_parameters):,}"
)
output_size_widgets.draw_network(
    {"LeNet-5": [(32, 32, 1), *sizes.trace_shapes((32, 32, 1), lenet)]},
    ["conv 5×5", "pool 2", "conv 5×5", "pool 2", "conv 5×5", "flatten", "dense", "dense"],
    alt="32x32x1, 28x28x6, 14x14x6, 10x10x16, 5x5x16, 1x1x120, 120, 84, 10.",
)

# %% [markdown]
# ## Questions to think about
#
# For your head first, and then for `trace_shapes`. There are no points for them; `solutions/` has
# answers.
#
# 1. LeNet-5 is made for images of 32 × 32. What happens if you give it one of 28 × 28, of 35 × 35,
#    of 36 × 36? Which layer complains, if any does?
# 2. Two layers of 3 × 3 in a row, or one of 5 × 5, with 16 channels everywhere: which leaves the
#    larger picture, and which has fewer parameters? What else is different?
# 3. Take a stride of 2. Far from the ends of a row, a window of 3 covers neighbouring pixels once,
#    twice, once, twice, and so on. Which windows treat all of them alike?

# %% [markdown] tags=["answers"]
# ### Answers
#
# **1.** 28 × 28 shrinks to 24, 12, 8 and 4, and into 4 pixels a window of 5 does not fit: layer 4
# complains. So digits of 28 × 28 are padded to 32 before LeNet-5 reads them. 35 × 35 gives 31, 15,
# 11, 5 and 1, and nobody notices: both pools drop a row and a column that are left over. 36 × 36
# gives 32, 16, 12, 6 and 2, so 2 × 2 × 120 = 480 numbers are flattened and not 120. No shape is
# wrong, but the dense layer now needs 481 × 84 = 40,404 parameters where it had 121 × 84 = 10,164.
# The convolutions do not mind the size of a picture. The first dense layer does: weights learned on
# one size fit no other.
#
# **2.** The pictures are of one size: 2 + 2 pixels are lost in the pair and 4 in the other. The
# pair has 2 × (9 × 16 × 16 + 16) = 4,640 parameters, the single layer 25 × 16 × 16 + 16 = 6,416. In
# both, an output sees 5 × 5 pixels. But the pair has a ReLU in the middle, and lesson 02 showed
# what that is worth: with it, two layers can do what no single one can. Small kernels in a pile are
# what most networks use today.
#
# **3.** Those whose size is a multiple of the stride: 2, 4, 6 and so on, with 1, 2 or 3 windows on
# each pixel. With 3 and 2 every other pixel counts twice, and in a picture some count four times: a
# faint chess board. A network can learn to live with it. In networks that *paint* pictures, where
# windows run the other way, one can sometimes see it.

# %% tags=["answers"]
for side in (28, 32, 35, 36):
    try:
        *_, last, flat, _, _ = sizes.trace_shapes((side, side, 1), lenet)
        parameters = sum(sizes.layer_parameters((side, side, 1), lenet))
        print(f"1. {side}: last volume {last}, flattened {flat}, {parameters:,} parameters")
    except ValueError as error:
        print(f"1. {side}: {error}")

pair, single = 2 * sizes.conv_parameters(3, 16, 16), sizes.conv_parameters(5, 16, 16)
print(f"2. two of 3x3: {pair:,} parameters; one of 5x5: {single:,}")

for k in range(2, 7):
    print(f"3. window {k}, stride 2:", sizes.times_seen(16, k, stride=2))

# %% [markdown]
# ## What to take away
#
# - Along each axis, $\lfloor (n - k + 2p)/s \rfloor + 1$ windows fit: so many steps, and the place
#   where you begin.
# - The floor means that pixels at the far end may go unseen. So do pixels between windows, when the
#   stride is larger than the window.
# - *Valid* adds nothing. *Same* adds what it takes for $\lceil n/s \rceil$ windows, the odd pixel
#   after. Zeros darken the rim.
# - Channels out are filters. Parameters are $k_h k_w C F + F$, whatever the picture's size.
# - Trace the shapes before you train. A missing + 1 or a missing Flatten costs nothing to find now.
#
# **Where the sources slip.** A formula without its brackets, and an output of 2.5 × 2.5; the output's
# size given as a formula for padding; a network whose four sizes each lack the + 1 (5,184 for 7,744);
# and one without Flatten, whose answer has the shape (2, 2, 1).
#
# **On your own.** Design a network that turns 64 × 64 × 3 into 10 numbers with fewer than 20,000
# parameters. `trace_shapes` and `conv_parameters` tell you at once where they go.
#
# **Next.** [Lesson 05](../05_pooling/05_pooling.ipynb) opens the pooling layer, and finds one source
# in which 7 × 7 becomes 4 × 4, not 3 × 3.

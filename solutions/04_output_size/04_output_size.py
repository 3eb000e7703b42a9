# ---
# jupyter:
#   course:
#     summary: How large the output of every layer is, and how many numbers it learns
#     minutes: 110
# ---

# %% [markdown]
# # Predicting shapes
#
# [Start page](../index.ipynb) · Before: [03, Filters that find edges](../03_sobel/03_sobel.ipynb) ·
# Next: [05, Pooling](../05_pooling/05_pooling.ipynb)
#
# **What you will do.** You count the positions at which a window fits on an image, until you can predict the
# shape after every layer of a network. Then you check two published networks, and find what their authors
# missed.
#
# **What you will learn**
# - what kernel, stride and padding do to the size of an image, and where the formula comes from;
# - why the formula rounds down, and which pixels are then ignored;
# - what `padding="valid"` and `padding="same"` add, and at which end;
# - how many parameters a convolutional layer has, and why the size of the image does not matter.
#
# **What you need.** [Lesson 02](../02_convolution/02_convolution.ipynb): a kernel slides over an
# image and gives a feature map; a layer has many kernels, each with a slice for every channel.
# Mathematics: division with rounding. Python's `//` divides and rounds down: `7 // 2` is 3.
#
# **Time.** About 110 minutes: 20 to read (at 200 words a minute), 35 to run and follow the demonstrations,
# 55 for the four exercises; the last one takes longest.

# %%
import numpy as np

# No module named 'utils'? In the course's folder, start: uv run jupyter lab
from utils import data, pixels, plots
from utils.widgets import output_size as output_size_widgets
from utils import output_size as sizes

# %% [markdown]
# ## At how many positions does a window fit?
#
# Take an image of 7 × 7 pixels and a window of 3 × 3. Rows and columns work in the same way, so look at one
# row first. At the left of the figure, each blue bar is one position of the window, numbered from 0 as in Python. At
# the right, the number in each pixel says how many windows cover it; the first window has a frame.

# %%
picture, line = output_size_widgets.draw_windows(n=7, k=3)
print(line)
picture

# %% [markdown]
# The last window ends at pixel 6, so it starts at pixel 7 − 3 = 4. Because the first position is 0, there are
# **five** positions: $n - k + 1$. The 1 is easy to forget. It is the *fence-post error*: a fence with 4 gaps has
# 5 posts.
#
# The next table uses sizes from this course's sources. Each number is computed in three ways: with the formula, by
# trying every position, and by a real cross-correlation.

# %%
print("  n  k   formula  positions tried  cross-correlation")
for n, k in [(4, 2), (5, 3), (6, 3), (13, 3), (28, 3), (100, 5)]:
    tried = len(sizes.window_starts(n, k))
    feature_map = sizes.correlate_strided(np.ones((n, n)), np.ones((k, k)))
    print(f"{n:3d}{k:3d}{n - k + 1:10d}{tried:17d}     {feature_map.shape}")

# %% [markdown]
# ## Stride: larger steps
#
# A **stride** of 2 moves the window by two pixels at a time, along both axes.
#
# > **Puzzle.** The course notes *Introduction to Convolution Neural Network* say that "a stride of 2
# > skips every alternate pixel". Which of the 7 pixels does a window of 3 skip? Decide, then run the cell.

# %%
picture, line = output_size_widgets.draw_windows(n=7, k=3, s=2)
print(line)
print("first pixel of each window:", sizes.window_starts(7, 3, stride=2))

picture

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > None. Every pixel is covered, and some by several windows. What a stride of 2 skips is every alternate
# > *position of the window*: 1 and 3. (In their section on pooling, the notes say "position" themselves.) Pixels
# > are skipped only if the stride is larger than the window.
# >
# > </details>
#
# From the first position to the last, the window moves by $n - k$ pixels, in steps of $s$. That is $(n - k)/s$
# steps, and one position more than steps: $(7 - 3)/2 + 1 = 3$.
#
# A larger stride gives a smaller output. The next figure shows a photograph blurred by a 7 × 7 kernel, with three
# strides:

# %%
camera = data.photograph("camera")
blur = np.full((7, 7), 1 / 49)
blurred, titles = [camera], [f"{camera.shape[0]} × {camera.shape[1]}"]
for stride in (1, 4, 16):
    feature_map = sizes.correlate_strided(camera, blur, stride=stride)
    blurred.append(feature_map)
    titles.append(f"stride {stride}: {feature_map.shape[0]} × {feature_map.shape[1]}")
plots.images(
    blurred,
    titles,
    columns=4,
    size=2.2,
    alt="A photographer, blurred with strides 1, 4 and 16: the larger the stride, the coarser.",
)

# %% [markdown]
# > **Puzzle.** The blog post *What is a CNN?* says: "The dimension of the filter is called the kernel size. Typical
# > values for the stride lie between 2 and 5. For example, on an image of size 100 × 100, we can apply a filter of
# > size 5." Which word is wrong? The cell applies three layers with 5 × 5 kernels to 100 pixels.

# %%
for stride in (1, 2, 5):
    n, sides = 100, [100]
    while n >= 5 and len(sides) < 4:
        n = sizes.output_size(n, 5, stride=stride)
        sides.append(n)
    print(f"kernel 5, stride {stride}:", " → ".join(map(str, sides)))

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > *Stride*: the sentence before it and the example are about the **kernel size**, whose typical values
# > are indeed from 2 to 5 or so. Typical strides are 1 and 2. With a stride of 5, two layers reduce 100 pixels to 4,
# > and a third kernel of 5 no longer fits.
# >
# > </details>
#
# ## Pixels that no window covers
#
# Now change the numbers yourself. Begin with the values shown: an image of 6 × 6, a window of 3, a stride
# of 2. Where does the last window end? Then try a stride that is larger than the window. (*Padding*
# comes next; leave it on `valid` for now.)

# %%
output_size_widgets.window_explorer(n=6, k=3, s=2)

# %% [markdown]
# With 6 pixels, $(6 - 3)/2 = 1.5$ steps. The window cannot take half a step, so it takes one and stops.
# The number of steps is **rounded down**, written $\lfloor 1.5 \rfloor = 1$ and called the *floor*.
# There are two positions, the output is 2 × 2, and no window covers row 5 and column 5: 11 of 36
# pixels. Keras does this too, without a warning.
#
# > **Puzzle.** The blog post *Convolutional Neural Networks* of April 2019 prints the formula
# > as $(N + 2p - k / s) + 1$. From a 6 × 6 image it gets an output of 2.5 × 2.5, and says that some numbers must
# > be changed to get "a valid output image". What is missing in the formula? And must the numbers be changed?

# %%
for n in (7, 6, 10):
    p, k, s = 0, 3, 2
    print(f"n = {n}, k = {k}, p = {p}, s = {s}")
    print("  as printed:      N + 2p - k / s + 1     =", n + 2 * p - k / s + 1)
    print("  with brackets:  (N + 2p - k) / s + 1    =", (n + 2 * p - k) / s + 1)
    print("  rounded down:   (N + 2p - k) // s + 1   =", (n + 2 * p - k) // s + 1)
    seen = sizes.times_seen(n, k, stride=s)
    print("  rows and columns never covered:", np.flatnonzero(seen == 0).tolist())

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > The brackets are missing: by the usual rules only $k$ is divided by $s$. The post's own result for the 7 × 7
# > image, 3 × 3, is computed as if the brackets were there, so the author knew the right formula. And nothing
# > must be changed: the number of steps is rounded down, and 6 × 6 gives 2 × 2.
# >
# > You will meet this elsewhere. The widely read notes of Stanford's course CS231n take $n = 10$, $k = 3$, $s = 2$,
# > get 4.5, and call such settings *invalid*, though they add that a library may crop or pad the image. Today's
# > libraries crop: the output is 4, and row and column 9 are not covered.
# >
# > </details>
#
# ## Padding: a border around the image
#
# Every layer makes the image smaller, and its corners are covered least. For the 6 × 6 image and windows of 3 × 3,
# a corner is in one of the 16 windows, and a pixel in the middle is in nine. Something small in the corner of a
# photograph would have little effect on the output. **Padding** puts a border of zeros around the image. With one
# pixel of it (grey in the figure), the corner is covered four times.

# %%
picture, line = output_size_widgets.draw_windows(n=6, k=3, padding="custom", p=1)
without, padded = sizes.times_seen(6, 3), sizes.times_seen(6, 3, (1, 1))  # along one axis
print("windows on the corner: without padding", without[0] ** 2, "and with padding", padded[0] ** 2)
print("windows in the middle: without padding", without[2] ** 2, "and with padding", padded[2] ** 2)
print(line)
picture

# %% [markdown]
# A border of $p$ pixels at **both** ends turns $n$ into $n + 2p$, so the formula becomes
#
# $$\text{output} \;=\; \left\lfloor \frac{n - k + 2p}{s} \right\rfloor + 1$$
#
# Three kinds of padding have names:
#
# | padding | what is added | output at stride 1 |
# |---|---|---|
# | *valid* | nothing | $n - k + 1$ |
# | *same* | as much as keeps the size | $n$ |
# | *custom* | any $p$ | $n + 2p - k + 1$ |
#
# A 28 × 28 digit with a border of 1 is 30 × 30, and a 3 × 3 kernel brings it back to 28 × 28. A
# 5 × 5 image with a 3 × 3 kernel gives 3 × 3 (valid) or 5 × 5 (same):

# %%
for n, k, p in [(28, 3, 1), (5, 3, 0), (5, 3, 1)]:
    feature_map = sizes.correlate_strided(np.ones((n, n)), np.ones((k, k)), ((p, p), (p, p)))
    print(
        f"{n}x{n} padded to {n + 2 * p}x{n + 2 * p}, k = {k}: formula {n + 2 * p - k + 1}, "
        f"cross-correlation {feature_map.shape}"
    )

# %% [markdown]
# > **Puzzle.** The blog post explains Keras's two settings. With `padding='valid'`, "we stop when the
# > extremity of the filter reaches the boundary of the image". With `padding='same'`, "we convolve the image to keep
# > the original dimension. Filter window stays at valid position inside input map." Does the last sentence fit?

# %%
print("valid: windows start at", sizes.window_starts(6, 3))
print("same:  windows start at", sizes.window_starts(6, 3, sizes.same_padding(6, 3)))

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > No: it describes *valid*, where every window is inside the image. With *same*, the first window starts at −1,
# > outside the image, and the last, which starts at 4, ends at 6, outside as well.
# >
# > </details>
#
# Without padding a network cannot have many layers. The next figure shows how 28 pixels shrink, layer after layer:

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
# Padding has a disadvantage: the zeros are not part of the image. Blur a cat's eye with a 9 × 9 kernel, and the
# border of the output turns dark.

# %%
eye = pixels.to_grayscale(data.photograph("cat"))[20:212:3, 110:302:3]
wide_blur = np.full((9, 9), 1 / 81)
shown, titles = [eye], [f"image: {eye.shape[0]} × {eye.shape[1]}"]
for name, p in [("valid", 0), ("same", 4), ("custom", 8)]:
    feature_map = sizes.correlate_strided(eye, wide_blur, ((p, p), (p, p)))
    shown.append(feature_map)
    titles.append(f"{name}, p = {p}\n{feature_map.shape[0]} × {feature_map.shape[1]}")
plots.images(
    shown,
    titles,
    columns=4,
    size=2.2,
    vmin=0,
    vmax=255,
    alt="A cat's eye blurred: valid is smaller and even to its edge; same and custom have a dark "
    "border that comes from the zeros around the image.",
)

# %% [markdown]
# > **Puzzle.** The course notes give $(n + 2p - m + 1) \times (n + 2p - m + 1)$ as the "formula for
# > padding" that keeps the size; their $m$ is our $k$. What does this formula compute? And which $p$ keeps the size?

# %%
for m in (2, 3, 4, 5, 7):
    p = (m - 1) / 2
    check_size = f"28 + {2 * p:g} - {m} + 1 = {28 + 2 * p - m + 1:g}"
    print(f"m = {m}: p = {p:g}   {check_size if p == int(p) else 'there is no half pixel'}")

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > It is the size of the **output**. To find the padding that keeps the size, set the output equal to $n$ and
# > solve for $p$: $p = (m - 1)/2$. That is a whole number only for odd $m$, and it applies only at stride 1. The
# > section *What Keras means by same* has the rule for the other cases.
# >
# > </details>
#
# ## Exercise 1: the size of the output (3 points)
#
# Write the formula as a function. Two things to watch:
# - the result is a number of windows: return an `int` such as 3, not 3.0;
# - reject impossible input. A window larger than the padded image does not fit; an image, a window
#   or a stride below 1, and a padding below 0, make no sense. In all these cases,
#   `raise ValueError("...")`.
#
# <details><summary>Hint 1</summary>
#
# How many positions are there in a row of 4 with a window of 2? Count them, then count the steps
# between them. Now let every step be 2 pixels long. Which part of the count changes, and which does
# not?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Python has two divisions: `7 / 2` is 3.5, `7 // 2` is 3, and an `int`. Divide the *whole* distance that the
# window moves, so put it in brackets. The starting position is not part of that distance: its 1 stays outside.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Check the input first and compute afterwards: a stride of 0 must not reach the division, which would
# raise another kind of error.
#
# ```python
# if k > n + 2 * padding:
#     raise ValueError(f"a window of {k} does not fit into {n + 2 * padding} pixels")
# return (n - k + ...) // stride + 1
# ```
#
# Four checks are missing: those of n, k, stride and padding.
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
# The next cell checks it on sizes you have just seen, on a window that only just fits, and on impossible input.
# More checks run when your work is marked.

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
# A window of 2 on 28 pixels needs **one** more pixel to keep the size, and one pixel cannot be split
# between two ends. And with a stride of 2, the size should not even stay the same. Keras has one rule for all cases:
#
# - the output has $\lceil n / s \rceil$ values: $n$ divided by the stride, rounded **up**;
# - as few pixels are added as this needs, possibly none;
# - half of them come before the image and half after it. **An odd one comes after.**
#
# (In Python, `math.ceil(n / s)` rounds up, and so does `-(-n // s)`.)
#
# How many pixels does it need? The last window starts $(\lceil n/s \rceil - 1)\, s$ pixels after the first,
# and is $k$ long. Compare its end with $n$. Here are seven pixels, a window of 2 and a stride of 2:

# %%
picture, line = output_size_widgets.draw_windows(n=7, k=2, s=2, padding="same")
print(line)
picture

# %% [markdown]
# There are $\lceil 7/2 \rceil = 4$ windows; the last starts 6 pixels after the first and ends at 8. That is one
# more than 7, so one zero is added, and it comes after the image. More examples:

# %%
print("  n  k  s   windows   last one ends at   before  after")
for n, k, s in [(28, 3, 1), (28, 2, 1), (7, 2, 2), (28, 5, 2), (28, 3, 2), (8, 1, 2)]:
    before, after = sizes.same_padding(n, k, s)
    starts = sizes.window_starts(n, k, (before, after), s)
    end = starts[-1] + k - starts[0]
    print(f"{n:3d}{k:3d}{s:3d}{len(starts):10d}{end:19d}{before:9d}{after:7d}")

# %% [markdown]
# In the last row the windows end before the image does, so nothing is added. Look at 28, 3, 2 as well.
# PyTorch users write `padding=1` there, one pixel at both ends. The output has the same size, but its
# windows cover other pixels. Weights copied from one library to the other then see the image shifted by one pixel.

# %%
print("same, as in Keras:   ", sizes.window_starts(28, 3, sizes.same_padding(28, 3, 2), 2))
print("one pixel each side: ", sizes.window_starts(28, 3, (1, 1), 2))

# %% [markdown]
# ## Exercise 2: same padding (2 points)
#
# Write Keras's rule as a function that returns how many pixels come before the image and how many after it.
#
# <details><summary>Hint 1</summary>
#
# On paper: 28 pixels, a window of 5, a stride of 2. How many windows does *same* want? Where does
# the last one start if the first starts at 0, and where does it end? How many pixels are missing,
# and how do you split them?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Three lines are enough: how many windows, how many pixels in total, and the two parts. If you have
# found `(k - 1) // 2` and `k // 2`: that is the answer for a stride of 1. With a larger stride the
# last window may start earlier and end earlier. It may even end *inside* the image: then
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
# before. What comes after is the rest of `total`.
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
# ## Channels and parameters
#
# What about the third number of a shape, the channels? Windows do not move along that axis. A filter has a
# slice for **every** input channel, and gives **one** feature map. So the number of output channels is the number of
# filters, whatever the input is:

# %%
for shape, filters in [((6, 6, 3), 1), ((32, 32, 3), 12)]:
    layer = {"type": "conv", "filters": filters, "kernel": 3}
    same_layer = {"type": "conv", "filters": filters, "kernel": 3, "padding": "same"}
    valid = sizes.trace_shapes(shape, [layer])[0]
    same = sizes.trace_shapes(shape, [same_layer])[0]
    print(f"{shape}, kernel 3x3, filters {filters:2d}:  valid {valid},  same {same}")

# %% [markdown]
# A layer learns the weights in the slices, and one bias for each filter. With a kernel of
# $k_h \times k_w$, $C$ input channels and $F$ filters,
#
# $$\text{parameters} \;=\; k_h\, k_w\, C\, F \;+\; F$$

# %%
print("kernel  channels  filters  weights  biases  parameters")
for kernel, channels, filters in [(3, 3, 1), (3, 3, 32), (3, 6, 10)]:
    weights = kernel * kernel * channels * filters
    parameters = sizes.conv_parameters(kernel, channels, filters)
    print(f"{kernel:3d}x{kernel}{channels:11d}{filters:9d}{weights:9d}{filters:8d}{parameters:12d}")

# %% [markdown]
# Neither the height nor the width of the image is in that formula. A filter of 3 × 3 × 3 has 28
# parameters on an image of any size, because the same weights are used at every position. A *unit* of a dense layer
# (many texts say *neuron*; both words mean the same) has one weight for every number in the image
# ([lesson 01](../01_pixels/01_pixels.ipynb)):

# %%
shapes = [(28, 28, 3), (64, 64, 3), (200, 200, 3)]
dense = [pixels.dense_parameters(shape, 1) for shape in shapes]
one_filter = [sizes.conv_parameters(3, shape[2], 1) for shape in shapes]

figure, ax = plots.figure(7, 2.3)
places = np.arange(len(shapes))
ax.barh(places - 0.2, dense, 0.38, color=plots.VERMILION, label="one dense unit")
ax.barh(places + 0.2, one_filter, 0.38, color=plots.BLUE, label="one 3×3 filter")
for place, (many, few) in enumerate(zip(dense, one_filter)):
    ax.text(many * 1.1, place - 0.2, f"{many:,}", va="center", fontsize=9)
    ax.text(few * 1.1, place + 0.2, f"{few:,}", va="center", fontsize=9)
ax.set(xscale="log", xlim=(10, 3e6), xlabel="parameters (each mark is ten times the one before)")
ax.set_yticks(places, ["×".join(map(str, shape)) for shape in shapes])
ax.invert_yaxis()
ax.legend(frameon=False, fontsize=9, loc="lower right", bbox_to_anchor=(1, 0.55))
plots.Picture(
    figure,
    alt="For images of 28x28x3, 64x64x3 and 200x200x3, one dense unit has 2,353, 12,289 and "
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
# each slice, or for the filter? Now take ten such filters. The result should be 10 × 28 = 280.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# First turn `kernel_size` into two numbers, whatever it is; after that one formula is enough.
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
# The first three checks are the convolutional layers of LeNet-5, which you build in
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
# Now chain the layers: the output of one layer is the input of the next. Two more kinds of layer occur in most
# networks. **Pooling** keeps one number of each window; it has a window and a stride, so the
# same formula applies, and the number of channels stays. By default its stride is its size,
# so that windows lie side by side ([lesson 05](../05_pooling/05_pooling.ipynb)). **Flatten** puts all
# numbers of a volume in one row, for the **dense** layers at the end.
#
# A network is a list of layers, and here each layer is a dict. In the figure, the depth of a box and the height of a
# bar grow with the *logarithm* of the number of channels or units, so that 512 still fits beside 6.

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

# %%
for layer, before, after in zip(digits_network, chain, chain[1:]):
    if layer["type"] == "conv":
        window, stride = layer["kernel"], 1
    else:
        window, stride = layer["size"], layer["size"]
    print(f"{layer['type']}: ({before[0]} - {window}) // {stride} + 1 = {after[0]:2d}   {after}")

twelve_filters = {"type": "conv", "filters": 12, "kernel": 3, "padding": "same"}
print("12 same filters, then a pool of 2:", end=" ")
print(sizes.trace_shapes((32, 32, 3), [twelve_filters, {"type": "pool", "size": 2}]))

# %% [markdown]
# 28 → 26 → 13 → 11 → 5. In the last step 11 is odd: $(11 - 2)/2 = 4.5$ steps are rounded down to 4, so there are
# five windows, and the last row and column are dropped. The last line is the example of the course notes:
# 12 filters with same padding on a 32 × 32 colour image, then pooling.
#
# ## Exercise 4: trace the shapes (3 points)
#
# Write the function that does this for any list of layers. The loop and the error handling are there; you write
# what **one** layer does to `shape`. Your own `output_size` can do most of the work. What each layer needs, and what
# it gives:
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
# If a layer cannot work, raise a `ValueError` inside the `try`, as `output_size` does for a window that does not fit.
# The `except` below it catches the error and raises it again with the layer's index, counted from 0: in a network of
# twenty layers, you want to know which one is wrong.
#
# <details><summary>Hint 1</summary>
#
# Begin with one kind of layer: what does a pool make of (26, 26, 6)? `shape` is the input of the current layer.
# Assign the layer's output to `shape`; the line below the `except` adds it to the list.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Inside the `try`, with most of the cases missing:
#
# ```python
# if layer["type"] == "flatten":
#     shape = (int(np.prod(shape)),)
# elif ...
# else:
#     raise ValueError(...)
# ```
#
# The comma makes `(250,)` a tuple; `(250)` is a number. The two default strides
# differ: a conv layer's is 1, and a pool's is its size.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Call `output_size` once for the rows and once for the columns: the first number of a pair is for the
# rows, the second for the columns. With *same* you do not need it, because only n and the stride
# count. To find input that cannot work, look at the *length* of `shape`: conv and pool need 3, dense needs 1.
# An `else` at the end of the `if` catches every unknown type.
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
    shapes, shape = [], tuple(input_shape)
    for index, layer in enumerate(layers):
        try:
            # Replace `shape` by this layer's output shape, or raise a ValueError.
            ### BEGIN SOLUTION
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
                    rows, columns = [output_size(n, k, 0, stride) for n, k in zip(shape[:2], sides)]
                else:
                    raise ValueError(f"unknown padding {padding!r}")
                shape = (rows, columns, layer["filters"] if kind == "conv" else shape[2])
            else:
                raise ValueError(f"{kind!r} cannot follow the shape {shape}")
            ### END SOLUTION
        except ValueError as error:
            raise ValueError(f"layer {index}: {error}") from error
        shapes.append(shape)
    return shapes


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
# Here are two networks as their authors print them. The first, from the blog post of April 2019, comes with its
# sizes. The second, from the blog post *What is a CNN?*, should give one number between 0 and 1 for a 100 × 100 image.
#
# > **Puzzle.** In the first network the same mistake occurs four times, and in the second a layer is
# > missing. Find both before you go on. Your `trace_shapes` can help.

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
# The next figure compares the first network with the sizes in print (*pool 3 / 1* is a window of 3 with a stride
# of 1):

# %%
colour_chain = sizes.trace_shapes((32, 32, 3), colour_network)
output_size_widgets.draw_network(
    {"computed": [(32, 32, 3), *colour_chain], "published": [(32, 32, 3), *colour_published]},
    ["conv 3×3", "pool 3 / 1", "conv 5×5", "pool 3 / 1", "flatten", "dense", "dense"],
    alt="Computed: 32x32x3, 30x30x6, 28x28x6, 24x24x16, 22x22x16, 7,744, 120, 3. "
    "Published: 32x32x3, 29x29x6, 26x26x6, 21x21x16, 18x18x16, 5,184, 120, 3.",
)

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
# > <details><summary>Answer for the first network</summary>
# >
# > The **+ 1** is missing, four times: 29, 26, 21 and 18 are each $n - k$, where $n - k + 1$ windows fit. The
# > author's own formula has it. After flattening, 33 % of the numbers are missing (5,184 instead of 7,744), and with
# > them the weights of the dense layer that reads them.
# >
# > </details>
#
# A note on counting: the post speaks of "3 hidden layers", because it counts a convolution and the pooling after
# it as one layer. Others count every layer, as Keras does (seven here), or only layers with weights (four here; the 5
# in LeNet-5 is such a count). When you read about "a network of $n$ layers", check which layers are counted.
#
# In the second network, the last pooling layer leaves a volume:

# %%
volumes = sizes.trace_shapes((100, 100, 1), yes_or_no_network[:-1])
output_size_widgets.draw_network(
    {"before the dense layer": [(100, 100, 1), *volumes]},
    ["conv 3×3", "pool 3", "conv 3×3", "pool 3", "conv 3×3", "pool 3"],
    alt="100x100x1, 98x98x512, 32x32x512, 30x30x256, 10x10x256, 8x8x128, 2x2x128.",
)

# %%
last = volumes[-1]
print("without Flatten:", (np.ones(last) @ np.ones((last[-1], 1))).shape)
print("with Flatten:   ", (np.ones(last).reshape(-1) @ np.ones((np.prod(last), 1))).shape)

convolutions = sum(sizes.layer_parameters((100, 100, 1), yes_or_no_network[:-1]))
repaired = [*yes_or_no_network[:-1], {"type": "flatten"}, {"type": "dense", "units": 1}]
print(f"parameters as printed:   {convolutions + last[-1] + 1:,}")
print(f"parameters with Flatten: {sum(sizes.layer_parameters((100, 100, 1), repaired)):,}")

# %% [markdown]
# > <details><summary>Answer for the second network</summary>
# >
# > **Flatten** is missing before the dense layer. The text below the code even says that the output is flattened.
# > Your function stops at layer 6. Keras does not stop: its `Dense` layer works on the **last axis** of its
# > input, here the 128 channels, at each of the 2 × 2 positions. So the answer has the shape (2, 2, 1), four numbers
# > instead of one. [Lesson 07](../07_keras_cnn/07_keras_cnn.ipynb) comes back to this network.
# >
# > </details>
#
# The sizes of the third network are right in the notes: LeNet-5, which you will build in
# [lesson 08](../08_lenet/08_lenet.ipynb). Its last convolution is as large as its input, so only one
# position is left: 1 × 1 × 120.

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
counts = [count for count in sizes.layer_parameters((32, 32, 1), lenet) if count > 0]
print(" + ".join(f"{count:,}" for count in counts), f"= {sum(counts):,} parameters")
output_size_widgets.draw_network(
    {"LeNet-5": [(32, 32, 1), *sizes.trace_shapes((32, 32, 1), lenet)]},
    ["conv 5×5", "pool 2", "conv 5×5", "pool 2", "conv 5×5", "flatten", "dense", "dense"],
    alt="32x32x1, 28x28x6, 14x14x6, 10x10x16, 5x5x16, 1x1x120, 120, 84, 10.",
)

# %% [markdown]
# ## Questions to think about
#
# Think first, then try it with `trace_shapes`. These questions give no points; `solutions/` has answers.
#
# 1. LeNet-5 is made for images of 32 × 32. What happens if you give it one of 28 × 28, of 35 × 35,
#    of 36 × 36? Which layer raises an error, if any does?
# 2. Two layers of 3 × 3 in a row, or one of 5 × 5, with 16 channels everywhere: which leaves the
#    larger output, and which has fewer parameters? What else is different?
# 3. Take a stride of 2. Far from the ends of a row, a window of 3 covers neighbouring pixels once,
#    twice, once, twice, and so on. Which window sizes cover all of them equally often?

# %% [markdown] tags=["answers"]
# ### Answers
#
# **1.** 28 × 28 shrinks to 24, 12, 8 and 4, and a window of 5 does not fit into 4 pixels: layer 4
# raises an error. So digits of 28 × 28 are padded to 32 before LeNet-5 reads them. 35 × 35 gives 31, 15,
# 11, 5 and 1 without an error: both pools drop a row and a column. 36 × 36
# gives 32, 16, 12, 6 and 2, so 2 × 2 × 120 = 480 numbers are flattened instead of 120. No shape is
# wrong, but the first dense layer now needs 481 × 84 = 40,404 parameters instead of 121 × 84 = 10,164.
# Convolutions work on images of any size. The first dense layer does not: weights learned on
# one size do not fit another.
#
# **2.** The outputs have the same size: the pair loses 2 + 2 pixels, the single layer 4. The
# pair has 2 × (9 × 16 × 16 + 16) = 4,640 parameters, the single layer 25 × 16 × 16 + 16 = 6,416. In
# both, an output sees 5 × 5 pixels. But the pair has a ReLU in the middle. With it, two layers can compute what no
# single one can (lesson 02). Most networks today use stacks of small kernels.
#
# **3.** Those whose size is a multiple of the stride: 2, 4, 6 and so on, with 1, 2 or 3 windows on
# each pixel. With a window of 3, every other pixel of a row counts twice, and in an image some count four
# times. In a network that classifies images this does little harm. It matters in *transposed convolutions*, which
# enlarge images: there each input pixel adds a window to the output, and a window of 3 with stride 2 leaves
# a faint chessboard pattern, known as *checkerboard artefacts* (Odena, Dumoulin and Olah, 2016).

# %% tags=["answers"]
for side in (28, 32, 35, 36):
    try:
        shapes = sizes.trace_shapes((side, side, 1), lenet)
        parameters = sum(sizes.layer_parameters((side, side, 1), lenet))
        print(
            f"1. {side}: last volume {shapes[4]}, flattened {shapes[5]}, {parameters:,} parameters"
        )
    except ValueError as error:
        print(f"1. {side}: {error}")

pair, single = 2 * sizes.conv_parameters(3, 16, 16), sizes.conv_parameters(5, 16, 16)
print(f"2. two of 3x3: {pair:,} parameters; one of 5x5: {single:,}")

for k in range(2, 7):
    print(f"3. window {k}, stride 2:", sizes.times_seen(16, k, stride=2))

# %% [markdown]
# ## What to take away
#
# - Along each axis, $\lfloor (n - k + 2p)/s \rfloor + 1$ windows fit: one for the starting position and one for each
#   step after it.
# - Because of the floor, pixels at the far end may not be covered. Pixels between windows are not covered either if the
#   stride is larger than the window.
# - *Valid* adds nothing. *Same* adds what $\lceil n/s \rceil$ windows need, with an odd pixel
#   after the image. Zeros darken the border.
# - The number of output channels is the number of filters. There are $k_h k_w C F + F$ parameters, whatever the size
#   of the image.
# - Trace the shapes before you train. A missing + 1 or a missing Flatten is easy to find at this point.
#
# **Corrections to the sources.** A formula without its brackets, and an output of 2.5 × 2.5; a stride that "skips pixels"
# and a stride "between 2 and 5" where positions and kernels are meant; *same* explained as *valid*; the output's
# size given as a formula for padding; a network whose four sizes each lack the + 1 (5,184 for 7,744);
# and one without Flatten, whose answer has the shape (2, 2, 1).
#
# **On your own.** Design a network that turns 64 × 64 × 3 into 10 numbers with fewer than 20,000
# parameters. `trace_shapes` and `conv_parameters` show you where the parameters are.
#
# **References.**
# - V. Dumoulin and F. Visin, *A guide to convolution arithmetic for deep learning*, 2016: all cases of this lesson
#   as drawings, and transposed convolutions. <https://arxiv.org/abs/1603.07285>
# - A. Odena, V. Dumoulin and C. Olah, *Deconvolution and Checkerboard Artifacts.* Distill, 2016.
#   <https://doi.org/10.23915/distill.00003>
# - Stanford University, *CS231n: Deep Learning for Computer Vision*, course notes, *Convolutional Networks.*
#   <https://cs231n.github.io/convolutional-networks/>
#
# **Next.** [Lesson 05](../05_pooling/05_pooling.ipynb) is about the pooling layer. One source in it turns 7 × 7
# into 4 × 4, not 3 × 3. Before: [lesson 03](../03_sobel/03_sobel.ipynb). [Start page](../index.ipynb).

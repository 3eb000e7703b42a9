# ---
# jupyter:
#   course:
#     summary: How an image becomes numbers, how many there are, and what a dense layer misses
#     minutes: 110
#     part: By hand
# ---

# %% [markdown]
# # Images are arrays
#
# [Start page](../index.ipynb) · Next: [02 Convolution by hand](../02_convolution/02_convolution.ipynb)
#
# **What you will do.** Take images apart into numbers: count them, mix three colours into one grey, count
# the weights of a dense layer, and average hundreds of handwritten digits into one image.
#
# **What you will learn**
# - how a grey image and a colour image are stored in an array, and why height comes first;
# - how red, green and blue become grey, and how to read a colour code such as `#0B6623`;
# - why `uint8` arithmetic gives wrong sums without a warning;
# - how many weights a dense layer needs for an image, and what it cannot see;
# - why all this leads to convolutional networks.
#
# **What you need.** Python with functions and loops, and a little NumPy: arrays, `shape`, slices such as
# `a[2:4]`. From mathematics, weighted sums and averages are enough.
#
# **Time.** About 110 minutes: 15 to read (at 200 words a minute), 30 to run the cells and try the sliders
# (a minute for each cell), 65 for the five exercises.
#
# **The sources.** The course is based on [five texts](../sources.ipynb) about convolutional networks: a
# book chapter, two blog posts, a set of slides and some course notes. Most of what they say is right. Where
# a calculation gives something else, you get a **puzzle**: the claim first, so that you can check it
# yourself, and then the answer, folded away.

# %%
import numpy as np

# No module named 'utils'? In the course's folder, start: uv run jupyter lab
from utils import data, pixels, plots
from utils.widgets import pixels as pixels_widgets

# %% [markdown]
# ## An image is a table of numbers
#
# Below is a small piece of a photograph: a photographer's head, reduced to 24 rows and 24 columns by
# averaging blocks of 10 × 10 pixels. On the right are the numbers that the computer stores. They are all
# that it has; nothing in them says *head* or *camera*.

# %%
camera = data.photograph("camera")
head = pixels.average_blocks(camera[50:290, 140:380], 10).astype(np.uint8)

figure, (left, right) = plots.figure(9.6, 6.6, 1, 2, width_ratios=[1, 2.6])
plots.image(left, head, "what you see")
plots.image(right, head, "what the computer has")
for (row, column), value in np.ndenumerate(head):
    colour = "black" if value > 110 else "white"
    right.text(column, row, value, ha="center", va="center", fontsize=7.2, color=colour)
plots.Picture(
    figure,
    alt="A man's head beside a film camera in 24 by 24 grey squares; the same squares with their "
    "numbers: about 200 in the sky, mostly below 60 in his hair and coat.",
)

# %%
print("shape ", head.shape)
print("dtype ", head.dtype)
print("values", head.size)
print("from  ", head.min(), "to", head.max())

# %% [markdown]
# 24 × 24 = 576 numbers. Each one says how bright a **pixel** is: **0 is black, 255 is white**, and the
# numbers between are greys. That makes 256 levels, which is what fits into one byte. NumPy calls this type
# `uint8`, an *unsigned integer of 8 bits*.
#
# `head[row, column]` is one pixel. Rows are counted from the top, columns from the left, both from 0:

# %%
print("top left     ", head[0, 0])
print("bottom right ", head[23, 23])
print("row 12, columns 8 to 11 ", head[12, 8:12])

# %% [markdown]
# ## Height comes first
#
# An array's shape is *(rows, columns)*, so an image's shape is **(height, width)**. Cameras, screens and
# web pages use the opposite order: width × height.
#
# > **Puzzle.** The course notes *Introduction to Convolution Neural Network* give the sizes of images as
# > width × height. They say that the matrix of a 700×500 image has the dimension (700, 500). Which shape
# > does such an image have in NumPy? Decide, then run the cell.


# %%
def brighter_to_the_right(shape):
    """Return an image of a shape that grows brighter from left to right."""
    one_row = np.linspace(40, 230, shape[1])
    return np.tile(one_row, (shape[0], 1)).astype(np.uint8)


figure, axes = plots.figure(5.6, 3.2, 1, 2, width_ratios=[7, 5])
for ax, shape in zip(axes, [(500, 700), (700, 500)]):
    picture = brighter_to_the_right(shape)
    plots.image(ax, picture, f"shape {shape}")
    print(
        f"shape {shape}: {picture.shape[1]} wide, {picture.shape[0]} high, {picture.size:,} numbers"
    )
plots.Picture(
    figure,
    alt="An array of shape (500, 700) is a wide image, one of shape (700, 500) a tall one.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# An image that is 700 wide and 500 high has the shape **(500, 700)**. Both orders hold 350,000 numbers, so
# the mistake is easy to miss: nothing fails until you ask for row 600.
#
# </details>
#
# ## Colour: three numbers for each pixel
#
# A colour image has three **channels**, which say how much red, green and blue light there is at each
# pixel. They are stacked along a third axis, so the shape is (height, width, 3).

# %%
coffee = data.photograph("coffee")
print("coffee.shape", coffee.shape, " values", f"{coffee.size:,}")

figure, axes = plots.figure(9.4, 1.9, 1, 4)
plots.image(axes[0], coffee, "coffee")
for channel, name in enumerate(["red", "green", "blue"]):
    plots.image(axes[channel + 1], coffee[:, :, channel], f"coffee[:, :, {channel}]: {name}")
plots.Picture(
    figure,
    alt="A red cup with a white rim on a red saucer, and the photograph's three channels as grey images. The rim "
    "is bright in all three; cup and saucer are grey in the red channel and nearly black in the other two.",
)

# %%
print("the cup's rim: red, green, blue =", coffee[120, 181])
print("the saucer:    red, green, blue =", coffee[200, 110])

# %% [markdown]
# The cup's white rim is bright in all three channels: 247, 234 and 223. The red saucer has 166 in the red
# channel, but only 38 and 16 in the other two.
#
# **Now look for yourself.** Use the sliders to move the window over a photograph, and compare what you see
# with the three numbers of each pixel. Find a pixel in which blue is the largest. Then choose the
# photograph that has only one channel.

# %%
pixels_widgets.pixel_zoom(
    {name: data.photograph(name) for name in ["cat", "coffee", "astronaut", "rocket", "camera"]},
    row=100,
    column=166,
)

# %% [markdown]
# ## How many numbers is that?
#
# A network gets all of them. The cell below makes an array for each image size that the sources mention,
# and asks for its `size`:

# %%
for shape in [(24, 24), (100, 100), (100, 100, 3), (28, 28, 3), (64, 64, 3), (200, 200, 3)]:
    name = str(shape)
    print(f"{name:>13}  holds {np.zeros(shape).size:>7,} numbers")

# %% [markdown]
# A grey image of 100 × 100 pixels holds 10,000 numbers, and a colour image of that size three times as
# many, 30,000.
#
# ## Exercise 1: count the values (1 point)
#
# Write a function that returns how many numbers an image holds. A grey image has one channel.
#
# Replace the two lines under *YOUR CODE HERE*, run the cell, then run the check below it. In this lesson
# and the next five, write the answers *by hand*: use only Python and NumPy.
#
# <details><summary>Hint 1</summary>
#
# Draw an image of 2 rows and 5 columns as boxes. How many boxes are there? And how many numbers, if every
# box holds three?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# You do not have to treat grey images separately. If the caller gives no number of channels, `channels` is 1. One formula
# works for grey images, colour images, and a satellite image with six channels.
#
# </details>


# %% nbgrader={"grade_id": "count_values", "solution": true}
def count_values(height, width, channels=1):
    """Return how many numbers an image holds, as an int.

    Parameters
    ----------
    height, width : int, in pixels
    channels : int, 1 for a grey image and 3 for a colour image
    """
    ### BEGIN SOLUTION
    return height * width * channels
    ### END SOLUTION


# %% [markdown]
# The next cell checks your function on the sizes above, and on an image of 2 rows and 5 columns: once grey,
# once with six channels. There are more checks, which you do not see. They run when your work is marked.

# %% nbgrader={"grade_id": "test-count_values", "grade": true, "points": 0.5}
from utils import checks

with checks.Exercise("pixels.count_values", count_values) as check:
    check.example(24, 24, expected=576)
    check.example(28, 28, 3, expected=2352)
    check.example(64, 64, 3, expected=12288)
    check.example(200, 200, 3, expected=120000)
    check.example(2, 5, expected=10)
    check.example(2, 5, 6, expected=60)

# %% nbgrader={"grade_id": "test-count_values-shapes", "grade": true, "points": 0.5}
# Marked when you hand in: images that are not square, and other numbers of channels.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("pixels.count_values", count_values) as check:
    for height, width in [(500, 700), (7, 3), (1, 9), (9, 1), (1, 1), (427, 640), (100, 100)]:
        check.agrees(height, width)
        check.agrees(height, width, 3)
    check.agrees(13, 11, 6)
    check.agrees(5, 8, 1)
    check.agrees(4, 6, channels=4)
    check.agrees(height=6, width=5, channels=2)
### END HIDDEN TESTS

# %% [markdown]
# ## Mixing a colour
#
# A screen has three small lamps at each pixel, and their light adds up. **Move the sliders.** What do you
# get if all three are at 255? All three at 128? Red and green together? The grey square on the right shows
# how bright the colour looks; the next section explains its number.
#
# You can also type a colour code into the field, as web pages write it. Exercise 5 is about these codes.

# %%
pixels_widgets.colour_mixer("#0B6623")

# %% [markdown]
# ## From colour to grey
#
# Many images in this course are grey. They hold a third of the numbers, and edges and shapes are still
# there. Which grey matches a colour? The mean of the three channels is a natural first idea. Try it on pure
# red, pure green and pure blue:

# %%
lamps = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
squares = np.array([[colour] for colour in lamps.values()], np.uint8)
weighted = pixels.to_grayscale(squares)
figure, axes = plots.figure(5.6, 4.3, 3, 3)
for row, (name, colour) in enumerate(lamps.items()):
    mean, grey = np.mean(colour), weighted[row, 0]
    plots.image(axes[row, 0], np.array([[colour]], np.uint8), f"{name} {colour}")
    plots.image(axes[row, 1], np.array([[mean]], np.uint8), f"mean {mean:.0f}")
    plots.image(axes[row, 2], np.array([[grey]], np.uint8), f"weighted {grey:.1f}")
plots.Picture(
    figure,
    alt="Pure red, green and blue. Their means are the same grey, 85. Weighted, red is 76.2, "
    "green 149.7 and blue 29.1.",
)

# %% [markdown]
# The mean turns all three into the same grey, but to our eyes pure green is bright and pure blue is dark.
# The television standard [ITU-R BT.601](https://www.itu.int/rec/R-REC-BT.601) gives each channel a weight:
#
# $$\text{grey} = 0.299\,R + 0.587\,G + 0.114\,B$$
#
# The weights add up to 1, so white stays white. Here is the colour that the mixer started with, a dark
# green:

# %%
red, green, blue = 11, 102, 35
grey = 0.299 * red + 0.587 * green + 0.114 * blue
print(f"0.299 × {red} + 0.587 × {green} + 0.114 × {blue} = {grey:.3f}")

# %% [markdown]
# The mixer shows this number, rounded to one decimal. Go back and find two colours that look quite
# different but become the same grey.
#
# ## A trap: `uint8` wraps around
#
# A byte ends at 255. What happens if a sum is larger?

# %%
a, b = np.array([200], np.uint8), np.array([100], np.uint8)
print("200 + 100 =", (a + b)[0])
print("200 + 100 =", (a.astype(float) + b.astype(float))[0], " as floats")

# %% [markdown]
# After 255 the count starts again at 0, so 300 becomes 300 − 256 = 44. There is no error and no warning.
# Here is a photograph whose channels were added before they were divided by 3:

# %%
astronaut = data.photograph("astronaut")
wrapped = (astronaut[:, :, 0] + astronaut[:, :, 1] + astronaut[:, :, 2]) / 3
share = np.mean(astronaut.sum(axis=2) > 255)
print(f"{share:.0%} of the pixels have channels whose sum is above 255")
plots.images(
    [astronaut, wrapped, pixels.to_grayscale(astronaut)],
    ["photograph", "summed as uint8", "weighted, as floats"],
    size=2.9,
    alt="A photograph of an astronaut. Summed as bytes, bright parts turn dark in blotches. "
    "Weighted as floats, it is a clean grey image.",
)

# %% [markdown]
# From here on, the rule is: **turn an image into `float` before you compute with it.**
#
# ## Exercise 2: grey (2 points)
#
# Write a function that turns a colour image grey with the formula above.
#
# <details><summary>Hint 1</summary>
#
# `image[:, :, 0]` is the red of *all* pixels, an array of shape (H, W). You can multiply such arrays by a
# number and add them, so you need no loop. Which slice is green?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Print your result's `shape` and `dtype`. A shape of (H, W, 3) means that you have multiplied the channels
# by their weights but have not added them up yet. An integer dtype means that you stored the greys in an
# array that cannot hold 67.153. For example, `np.zeros_like(image[:, :, 0])` has the dtype of the image.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# First turn the image into floats, then write the formula:
#
# ```python
# colours = image.astype(float)
# grey = 0.299 * colours[:, :, 0] + ...
# ```
#
# Two more terms complete it.
#
# </details>


# %% nbgrader={"grade_id": "to_grayscale", "solution": true}
def to_grayscale(image):
    """Return 0.299 R + 0.587 G + 0.114 B for every pixel, as floats.

    Parameters
    ----------
    image : array of shape (H, W, 3), of any real dtype
        Red, green and blue.

    Returns
    -------
    array of floats, of shape (H, W)
    """
    ### BEGIN SOLUTION
    red, green, blue = (image[:, :, channel].astype(float) for channel in range(3))
    return 0.299 * red + 0.587 * green + 0.114 * blue
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-to_grayscale", "grade": true, "points": 0.5}
import numpy as np

from utils import checks

with checks.Exercise("pixels.to_grayscale", to_grayscale) as check:
    # One row: forest green. Then a row of pure red, green, blue, and white.
    check.example(np.array([[[11.0, 102.0, 35.0]]]), expected=[[67.153]])
    check.example(
        np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], dtype=float),
        expected=[[76.245, 149.685, 29.07, 255]],
    )
    # Three rows of two pixels, in bytes.
    three_rows = [
        [[11, 102, 35], [0, 0, 0]],
        [[255, 0, 0], [0, 255, 0]],
        [[0, 0, 255], [200, 100, 50]],
    ]
    check.example(
        np.array(three_rows, np.uint8), expected=[[67.153, 0], [76.245, 149.685], [29.07, 124.2]]
    )

# %% nbgrader={"grade_id": "test-to_grayscale-shapes", "grade": true, "points": 0.75}
# Marked when you hand in: images that are not square, and some with three rows or three columns.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(11)
with checks.Exercise("pixels.to_grayscale", to_grayscale) as check:
    for shape in [(4, 5), (6, 2), (3, 3), (3, 7), (5, 3), (1, 1), (1, 4), (4, 1), (2, 2)]:
        check.agrees(255 * rng.random((*shape, 3)))
    check.agrees(rng.random((4, 6, 3)))
    check.agrees(rng.normal(size=(5, 4, 3)))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-to_grayscale-numbers", "grade": true, "points": 0.75}
# Marked when you hand in: other kinds of number: bytes, other integers, short floats.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(12)
with checks.Exercise("pixels.to_grayscale", to_grayscale) as check:
    check.agrees(rng.integers(0, 256, (4, 5, 3), dtype=np.uint8))
    check.agrees(np.full((2, 3, 3), 255, np.uint8))
    check.agrees(rng.integers(200, 256, (3, 3, 3), dtype=np.uint8))
    check.agrees(rng.integers(0, 2**16, (2, 4, 3), dtype=np.uint16))
    check.agrees(rng.integers(-128, 128, (3, 4, 3), dtype=np.int8))
    check.agrees(rng.integers(-1000, 1000, (4, 2, 3)))
    check.agrees(rng.integers(0, 2**31, (2, 3, 3), dtype=np.int32))
    check.agrees(rng.integers(0, 256, (4, 3, 3)).astype(np.float32))
### END HIDDEN TESTS

# %% [markdown]
# ## What a dense layer does with an image
#
# A network of dense layers reads a list of numbers, so the image is **flattened** first: its rows are
# placed one after the other.

# %%
small = np.arange(1, 10).reshape(3, 3)
plots.matrices(
    [("image", small), "→", ("flattened", small.reshape(1, -1))],
    alt="A 3x3 image of the numbers 1 to 9 becomes a row of nine numbers.",
)

# %% [markdown]
# Every **unit** of a dense layer has one weight for each input number, and one extra number, its **bias**.
# It multiplies each input by its weight, adds up the products, and adds the bias. With nine inputs, one
# unit needs nine weights and one bias. A thousand units need a thousand times as many.

# %%
weights, bias = np.array([0, 0, 0, 0, 1, 0, 0, 0, 1]), 10
print("one unit:", small.reshape(-1) @ weights + bias, " = 5 × 1 + 9 × 1 + 10")

# %% [markdown]
# **Move the sliders** and watch the second bar. The last bar belongs to the layer that you will build in
# the next lesson: a filter that looks at 3 × 3 pixels at a time and uses the same weights everywhere.

# %%
pixels_widgets.dense_counter(side=28, channels=3, units=1)

# %% [markdown]
# > **Puzzle.** The slides *Convolutional Neural Networks* give 2,352 as the "number of weights in the first
# > hidden layer" for images of 28 × 28 × 3, and 120,000 as the layer's "size" for images of 200 × 200 × 3.
# > What do these two numbers really count? How many weights does a first layer of 1,000 units have?

# %%
print("image            units      inputs       weights  with biases")
for shape, units in [
    ((28, 28, 3), 1),
    ((28, 28, 1), 1000),
    ((28, 28, 3), 1000),
    ((200, 200, 3), 1),
    ((200, 200, 3), 1000),
]:
    inputs = np.prod(shape)
    weights = inputs * units
    name = str(shape)
    print(f"{name:<15}  {units:>5}  {inputs:>10,}  {weights:>12,}  {weights + units:>11,}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# 2,352 and 120,000 are the numbers that go **into** the layer. *Each unit* needs that many weights, and one
# bias: 2,353 parameters for a single unit on a 28 × 28 colour image. A layer has many units, so the slides
# are right to worry, and the problem is much larger than they say. A thousand units need about 2.4 million
# parameters on that image, and about 120 million on one of 200 × 200 pixels.
#
# </details>
#
# On a grey image of 28 × 28, which this course uses most, a thousand units need 785,000 parameters. A
# network has to learn all of them from examples.
#
# ## Exercise 3: the parameters of a dense layer (2 points)
#
# Write a function that counts the weights and biases of a dense layer on a flattened image. The shape may
# have any length: `(28, 28)`, `(28, 28, 3)`, or `(10, 28, 28, 3)` for a short film.
#
# <details><summary>Hint 1</summary>
#
# Begin with one unit and an image of shape (2, 5, 3). How many numbers go in? How many weights does the
# unit need for them? And what does it add at the end?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# A second unit has as many weights as the first, and a bias too. So multiply what one unit needs by the
# number of units. You can check this: one unit needs 2,353 parameters, so two units must need 4,706.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# `image_shape[0] * image_shape[1]` leaves out the channels, and fails for a shape of length one. Loop over
# the lengths, however many there are:
#
# ```python
# inputs = 1
# for length in image_shape:
#     ...
# ```
#
# </details>


# %% nbgrader={"grade_id": "dense_parameters", "solution": true}
def dense_parameters(image_shape, units):
    """Return how many weights and biases a dense layer on a flattened image has, as an int.

    Parameters
    ----------
    image_shape : tuple of ints, of any length
    units : int
        How many units the layer has.
    """
    ### BEGIN SOLUTION
    inputs = 1
    for length in image_shape:
        inputs *= length
    return inputs * units + units
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-dense_parameters", "grade": true, "points": 0.5}
from utils import checks
from utils.checks import compare

with checks.Exercise("pixels.dense_parameters", dense_parameters) as check:
    check.example((28, 28, 3), 1, expected=2353)
    check.example((28, 28, 1), 1000, expected=785000)
    check.example((28, 28), 10, expected=7850)
    check.example((2, 3, 4, 5), 6, expected=726)
    # A single number has no axes, and yet each unit needs a weight for it, and a bias.
    no_axes = "An image without axes is a single number: each unit needs a weight and a bias."
    check.satisfies(lambda count: not compare.equal(count, 0.0), no_axes, (), 4)

# %% nbgrader={"grade_id": "test-dense_parameters-shapes", "grade": true, "points": 0.75}
# Marked when you hand in: other images and other numbers of units.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("pixels.dense_parameters", dense_parameters) as check:
    for image_shape in [(28, 28, 3), (200, 200, 3), (5, 7, 2), (7, 5, 4), (1, 6, 3), (6, 1, 1)]:
        for units in [1, 2, 10, 1000]:
            check.agrees(image_shape, units)
    check.agrees((4, 3, 2), units=7)
    check.agrees(image_shape=(3, 4, 5), units=6)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-dense_parameters-axes", "grade": true, "points": 0.75}
# Marked when you hand in: shapes with more axes, or fewer.
### BEGIN HIDDEN TESTS
from utils import checks
from utils.checks import compare

with checks.Exercise("pixels.dense_parameters", dense_parameters) as check:
    for image_shape in [(7,), (1,), (6, 5), (5, 6), (2, 3, 4, 5), (10, 28, 28, 3), (2, 1, 3, 2, 2)]:
        for units in [1, 3, 100]:
            check.agrees(image_shape, units)
    check.agrees([5, 4, 3], 2)
    # NumPy's product of nothing is the float 1.0, which is as good here.
    no_axes = "An image without axes is one number: a weight and a bias for each unit."
    check.satisfies(lambda count: compare.equal(count, 8.0), no_axes, (), 4)
### END HIDDEN TESTS

# %% [markdown]
# ## A dense layer does not know which pixels are neighbours
#
# You will now work with real handwriting: 10,000 digits from MNIST, the best-known data set of handwritten
# digits. 8,000 of them are for training and 2,000 for testing. Below, the pixels of every image are moved
# to new places. The new order is random, but **it is the same for all images**.

# %%
(x_train, y_train), (x_test, y_test) = data.load_digits()
order = np.random.default_rng(0).permutation(28 * 28)


def shuffle(images):
    """Return images with their pixels in another order, the same for all."""
    flat = images.reshape(len(images), -1)
    return flat[:, order].reshape(images.shape)


shown = [np.flatnonzero(y_train == digit)[0] for digit in range(8)]
plots.images(
    [*x_train[shown], *shuffle(x_train[shown])],
    [f"{label}" for label in y_train[shown]] + ["shuffled"] * 8,
    columns=8,
    size=1.15,
    alt="Handwritten digits 0 to 7, and the same pixels in a shuffled order: white pixels scattered "
    "over black squares.",
)

# %% [markdown]
# You cannot read the second row. Can a dense layer? We train one with ten units, one for each digit.
#
# Unit *d* should answer 1 for images of the digit *d* and 0 for all others. We choose the weights that make
# the sum of the squared errors as small as possible, with a penalty on large weights. This method is called
# **ridge regression**: it solves one system of linear equations, so nothing about it is random. (Lesson 07
# trains layers step by step, as larger networks need.)


# %%
def with_bias(images):
    """Flatten images, scale them to 0 to 1, and add a 1 for the bias."""
    flat = images.reshape(len(images), -1) / 255
    return np.hstack([flat, np.ones((len(flat), 1))])


def fit_dense(images, labels, penalty=1000):
    """Return the weights and biases of ten units, as an array of shape (785, 10)."""
    inputs, wanted = with_bias(images), np.eye(10)[labels]
    equations = inputs.T @ inputs + penalty * np.eye(inputs.shape[1])
    return np.linalg.solve(equations, inputs.T @ wanted)


def read(images, layer):
    """Return the digit whose unit gives the largest answer."""
    return (with_bias(images) @ layer).argmax(axis=1)


layer = fit_dense(x_train, y_train)
layer_shuffled = fit_dense(shuffle(x_train), y_train)
print(f"as drawn  {np.mean(read(x_test, layer) == y_test):.1%} right")
print(f"shuffled  {np.mean(read(shuffle(x_test), layer_shuffled) == y_test):.1%} right")

# %% [markdown]
# Both read 83.4 % of the test images correctly. The second layer has learned the same weights in another
# order:

# %%
largest = np.abs(layer[:-1][order] - layer_shuffled[:-1]).max()
print("same weights, in the new order:", largest < 1e-9)

# %% [markdown]
# To a dense layer, an image is a list of numbers in some fixed order, and any other order would do as well.
# The layer does not know which pixels are neighbours, so it has no notion of lines and corners. A
# convolutional layer, as you will see in lesson 02, looks at neighbouring pixels together.
#
# ## The average 1
#
# What has the dense layer learned about a digit? To answer that, look first at what all images of the digit
# have in common. Take the training images of one digit and compute the mean **at each pixel**. Drag
# *images* from 1 upwards: the differences between single images disappear, and the common shape remains.
# Then choose another digit.

# %%
pixels_widgets.average_builder(x_train, y_train, digit=1)

# %% [markdown]
# Nearly every 1 has ink in the middle, whichever way it leans, so the average is brightest there. Now
# compare the average 1 with the 784 weights of the unit for the digit 1, put back into 28 rows of 28:

# %%
average = pixels.mean_image(x_train, y_train, 1)
weights = layer[:-1, 1].reshape(28, 28)
strongest = np.abs(weights).max()

figure, axes = plots.figure(6, 3, 1, 2)
plots.image(axes[0], average, "the average 1", vmin=0, vmax=255)
plots.image(axes[1], weights, "weights of unit 1", cmap="PuOr", vmin=-strongest, vmax=strongest)
plots.Picture(
    figure,
    alt="Left, the average 1: a bright stroke that is blurred at its ends. Right, the weights of the unit for 1: a "
    "narrow purple bar of positive weights in the middle, with orange, negative weights on both sides of it.",
)

# %%
print("row 14, columns 10 to 17")
print("average 1:", average[14, 10:18].round().astype(int))
print("weights:  ", weights[14, 10:18].round(3))

# %% [markdown]
# The weights are not the average. They are positive (purple) mainly along the middle of the stroke, and
# negative (orange) just left and right of it: ink *beside* the stroke is evidence against a 1. In row 14,
# columns 13 to 15 have positive weights, with negative ones on both sides. So the unit compares certain
# places with others, and **each weight belongs to one place in the image**.
#
# Before you move the digits to other places, write the average as a function. Here is a tiny example: three
# images of two pixels each, with labels 1, 0 and 1. The average 1 is the mean of the first and the third:

# %%
three = np.array([[[0, 200]], [[90, 90]], [[100, 250]]])
labels = np.array([1, 0, 1])
print("which are 1s ", labels == 1)
print("those        ", three[labels == 1].tolist())
print("their average", ((three[0] + three[2]) / 2).tolist())

# %% [markdown]
# ## Exercise 4: the average image (3 points)
#
# Write the function for any digit. If no image has that label, `raise ValueError("...")`. Remember that
# `uint8` wraps around: the sum of a few bytes is soon larger than 255.
#
# <details><summary>Hint 1</summary>
#
# `labels == digit` compares every label with the digit and gives an array of True and False. What is
# `images[labels == digit]`? Print `three[labels == 1].shape` in a new cell.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The chosen images have the shape (M, H, W), and their average has the shape (H, W). Which axis has gone?
# `mean()` without an axis gives one number for everything, and `axis=1` averages over the rows of each
# image. If you add up in a loop, start from floats, and divide by M, not by N.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Count the images before you average. The mean of no images is `nan` with a warning, but the exercise asks
# for an error.
#
# ```python
# chosen = images[labels == digit]
# if len(chosen) == 0:
#     raise ValueError(f"no image shows a {digit}")
# ```
#
# One more line completes it.
#
# </details>


# %% nbgrader={"grade_id": "mean_image", "solution": true}
def mean_image(images, labels, digit):
    """Return the average of all images that have a label.

    Parameters
    ----------
    images : array of shape (N, H, W), of any real dtype
    labels : array of shape (N,)
        What each image shows.
    digit : int
        The label to average over.

    Returns
    -------
    array of floats, of shape (H, W)

    Raises
    ------
    ValueError
        If no image has that label.
    """
    ### BEGIN SOLUTION
    chosen = images[labels == digit]
    if len(chosen) == 0:
        raise ValueError(f"none of the {len(labels)} images shows a {digit}")
    return chosen.astype(float).mean(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-mean_image", "grade": true, "points": 1}
import numpy as np

from utils import checks

with checks.Exercise("pixels.mean_image", mean_image) as check:
    three = np.array([[[0, 200]], [[90, 90]], [[100, 250]]])
    labels = np.array([1, 0, 1])
    check.example(three, labels, 1, expected=[[50, 225]])
    check.example(three, labels, 0, expected=[[90, 90]])
    check.raises(ValueError, three, labels, 7)
    # Bytes: their sums are above 255, and one of their means is no whole number.
    four = np.array([[[200, 10]], [[9, 9]], [[100, 250]], [[120, 251]]], np.uint8)
    check.example(four, np.array([4, 0, 4, 4]), 4, expected=[[140, 511 / 3]])

# %% nbgrader={"grade_id": "test-mean_image-shapes", "grade": true, "points": 1}
# Marked when you hand in: other numbers of images, rows and columns, and other labels.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(13)
with checks.Exercise("pixels.mean_image", mean_image) as check:
    for shape in [(9, 4, 5), (7, 5, 2), (5, 1, 3), (6, 3, 1), (3, 3, 3), (4, 4, 4), (10, 2, 2)]:
        labels = np.arange(shape[0]) % 2 + rng.integers(0, 8)
        images = rng.normal(size=shape)
        check.agrees(images, labels, labels[0])
        check.agrees(images, labels, digit=int(labels[1]))
    check.agrees(rng.random((1, 2, 3)), np.array([0]), 0)
    check.agrees(rng.random((4, 2, 3)), np.array([5, 5, 5, 5]), 5)
    check.agrees(rng.random((3, 3, 3)), np.array([9, 9, 9]), 9)
    check.agrees(rng.random((5, 2, 3)), np.array([3, 0, 7, 0, 0]), 0)
    check.agrees(rng.random((5, 2, 3)), np.array([3, 0, 7, 0, 0]), 7)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-mean_image-numbers", "grade": true, "points": 0.5}
# Marked when you hand in: many images of bytes, and other kinds of number.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(14)
with checks.Exercise("pixels.mean_image", mean_image) as check:
    images = rng.integers(0, 256, (300, 4, 3), dtype=np.uint8)
    labels = rng.integers(0, 3, 300, dtype=np.uint8)
    for digit in range(3):
        check.agrees(images, labels, digit)
    check.agrees(np.full((20, 2, 3), 255, np.uint8), np.ones(20, np.uint8), 1)
    check.agrees(rng.integers(-128, 128, (9, 2, 3), dtype=np.int8), np.arange(9) % 2, 1)
    check.agrees(rng.integers(-3000, 3000, (40, 3, 2), dtype=np.int16), np.arange(40) % 2, 0)
    check.agrees(rng.integers(0, 9, (6, 2, 3)), np.arange(6) % 2, 0)
    check.agrees(rng.integers(0, 256, (4, 2, 3)).astype(np.float32), np.array([2, 4, 4, 2]), 4)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-mean_image-errors", "grade": true, "points": 0.5}
# Marked when you hand in: a label that no image has.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("pixels.mean_image", mean_image) as check:
    images, labels = np.arange(24.0).reshape(4, 2, 3), np.array([1, 3, 3, 5])
    check.agrees(images, labels, 5)
    for digit in [0, 2, 4, 7, 9]:
        check.raises(ValueError, images, labels, digit)
    check.raises(ValueError, images.astype(np.uint8), labels.astype(np.uint8), 8)
### END HIDDEN TESTS

# %% [markdown]
# ## Shifted by two pixels
#
# The dense layer reads the average 1 correctly. Now shift that image by one pixel to the left, and by one
# and two pixels to the right; zeros come in where the ink has left. You would hardly notice the difference.
# What does the layer say?

# %%
moves = [-1, 0, 1, 2]
moved = np.array([pixels.move_right(average, move) for move in moves])
said = read(moved, layer)

figure, axes = plots.figure(9, 2.5, 1, 4)
for ax, picture, move, digit in zip(axes, moved, moves, said):
    title = f"shifted by {plots.signed(str(move))}: read as {digit}"
    plots.image(ax, picture, title, vmin=0, vmax=255)
    ax.axvline(13.5, color=plots.ORANGE, linewidth=1)  # the middle
plots.Picture(
    figure,
    alt="The average 1 in four places, the middle column marked: "
    + "; ".join(f"shifted by {move}, read as {digit}" for move, digit in zip(moves, said)),
)

# %% [markdown]
# One image proves little, so do the same with all 2,000 test images:

# %%
for move in [-2, -1, 0, 1, 2]:
    right = np.mean(read(pixels.move_right(x_test, move), layer) == y_test)
    print(f"shifted by {move:2}:  {right:.1%} right  {'█' * round(40 * right)}")

# %% [markdown]
# With a shift of two pixels, the layer reads only 53.3 % (to the left) or 60.4 % (to the right) correctly.
# It has learned *where* the ink of each digit is, not what a digit looks like. In [lesson
# 07](../07_keras_cnn/07_keras_cnn.ipynb) you measure how much convolutional networks help.
#
# ## What convolutional networks are used for
#
# Networks that make use of neighbouring pixels have become the usual tool for images:
#
# | task | input and output | example |
# |---|---|---|
# | classification | an image; one label | an X-ray: healthy or not; sorting photos by what they show |
# | object detection | an image; a box and a label for each object | a car that detects pedestrians and traffic signs |
# | segmentation | an image; a label for every pixel | the outline of a tumour; cutting a person out of a photo |
# | face recognition | a face; whose face it is | unlocking a telephone |
# | video analysis | many frames; what happens in them | following players over a field |
# | handwriting recognition | an image of writing; the text | reading forms, and the digits of this course |
# | recommendation | an image; similar images | shops that show similar shoes |
#
# The last layers of these networks differ, because the outputs do. The first layers are much the same: they
# are the convolutional layers that you start to build in the next lesson.
#
# **Where people can be harmed, accuracy on a test set is not enough.** The blog post *What is a CNN?*, one
# of the sources, suggests recognising a person's gender as an example. In 2018, Joy Buolamwini and Timnit
# Gebru tested three commercial systems for this. The worst of them misjudged 34.7 % of darker-skinned
# women; none of the three misjudged more than 0.8 % of lighter-skinned men. In the same year, John Zech and
# others tested networks that look for pneumonia in chest X-rays: in three of five comparisons, they did
# clearly worse on images from hospitals that were not in their training data. So before you use such a
# network, ask whom it was tested on, and whether the people concerned agree to its use.
#
# ## Colour codes
#
# Web pages write a colour as a code such as `#0B6623`, with two digits for each lamp. The digits are
# *hexadecimal*: base 16, with the digits 0 to 9 and then A to F for 10 to 15. The first digit of a pair
# counts sixteens, the second counts ones:

# %%
for pair in ["0B", "66", "23"]:
    sixteens, ones = int(pair[0], 16), int(pair[1], 16)
    print(f"{pair} = {sixteens:>2} × 16 + {ones:>2} = {16 * sixteens + ones:>3}")

# %% [markdown]
# So `#0B6623` has 11 of red, 102 of green and 35 of blue. The largest pair is FF = 15 × 16 + 15 = 255. Here
# are six greens, with the numbers computed from their codes:

# %%
greens = {
    "Forest": "#0B6623",
    "Mint": "#98FB98",
    "Olive": "#708238",
    "Lime": "#C7EA46",
    "Jungle": "#29AB87",
    "Jade": "#00A86B",
}
plots.images(
    [np.array([[pixels.hex_to_rgb(code)]], np.uint8) for code in greens.values()],
    [f"{name}\n{code}\n{pixels.hex_to_rgb(code)}" for name, code in greens.items()],
    columns=6,
    size=1.5,
    alt="Six squares of green: "
    + "; ".join(f"{name} {code} {pixels.hex_to_rgb(code)}" for name, code in greens.items()),
)

# %% [markdown]
# ## Exercise 5: read a colour code (2 points)
#
# Write a function that turns such a code into three numbers. The `#` may be missing, and small letters are
# as good as capitals. For anything else, `raise ValueError("...")`.
#
# Check the digits before you call `int`. It accepts more than this exercise allows: `int("+1", 16)` and
# `int(" 1", 16)` are both 1.
#
# <details><summary>Hint 1</summary>
#
# There are two steps: check that it is a code, then read it. Both are easier once the `#` is gone. Remove
# one at most: `code.lstrip("#")` removes all of them, and would accept `"##0B6623"`.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# It is a code if it has exactly six characters and each of them is one of these 22:
# `0123456789abcdefABCDEF`. With that string as `allowed`, `"G" in allowed` tests one character, and
# `all(... for digit in digits)` tests every one. The method `isalnum` does not help: it accepts G, and the
# digits of other scripts.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# To read it, take pairs that do not overlap, and give `int` the base:
#
# ```python
# red = int(digits[0:2], 16)
# ```
#
# Where does green begin, and where blue? Return the three together, as a tuple.
#
# </details>


# %% nbgrader={"grade_id": "hex_to_rgb", "solution": true}
def hex_to_rgb(code):
    """Return a colour's red, green and blue as a tuple of three ints from 0 to 255.

    Parameters
    ----------
    code : str
        Six hexadecimal digits in capital or small letters, with or without one "#" in front.

    Raises
    ------
    ValueError
        If the string is anything else.
    """
    ### BEGIN SOLUTION
    digits = code[1:] if code.startswith("#") else code
    if len(digits) != 6 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
        raise ValueError(f"{code!r} is not a colour: write six hexadecimal digits, as in '#0B6623'")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-hex_to_rgb", "grade": true, "points": 0.5}
from utils import checks

with checks.Exercise("pixels.hex_to_rgb", hex_to_rgb) as check:
    check.example("#0B6623", expected=(11, 102, 35))
    check.example("#98FB98", expected=(152, 251, 152))
    check.example("#708238", expected=(112, 130, 56))
    check.example("#C7EA46", expected=(199, 234, 70))
    check.example("#29AB87", expected=(41, 171, 135))
    check.example("#00A86B", expected=(0, 168, 107))
    check.example("0b6623", expected=(11, 102, 35))
    for code in ["", "#FFF", "0B66233", "##0B6623"]:  # too short or too long
        check.raises(ValueError, code)
    for code in ["#0B662G", "+12345", "0B6623\n", "１２３４５６"]:  # not six hexadecimal digits
        check.raises(ValueError, code)

# %% nbgrader={"grade_id": "test-hex_to_rgb-codes", "grade": true, "points": 0.5}
# Marked when you hand in: other colours, without "#", and in small letters.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(10)
with checks.Exercise("pixels.hex_to_rgb", hex_to_rgb) as check:
    for number in rng.integers(0, 2**24, 12):
        check.agrees(f"#{number:06X}")
        check.agrees(f"{number:06X}")
        check.agrees(f"#{number:06x}")
        check.agrees(f"{number:06x}")
    for code in ["#aBcDeF", "000000", "#FFFFFF", "0b6623", "#0e1e2e", "123456", "#00000a"]:
        check.agrees(code)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-hex_to_rgb-length", "grade": true, "points": 0.5}
# Marked when you hand in: too short, too long, and more than one "#".
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("pixels.hex_to_rgb", hex_to_rgb) as check:
    check.agrees("#0B6623")
    for code in [
        *("", "#", "##", "0", "FFF", "#FFF", "0B662", "#0B662", "0B66233", "#0B66233"),
        *("##0B6623", "##0B66", "##0B662", "0B6623#", "#0B6623#", "0B#6623", "#0B66#23"),
        *("0B6623FF", "#0B6623FF"),
    ]:
        check.raises(ValueError, code)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-hex_to_rgb-digits", "grade": true, "points": 0.5}
# Marked when you hand in: characters that are no hexadecimal digits.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("pixels.hex_to_rgb", hex_to_rgb) as check:
    check.agrees("#0B6623")
    for code in [
        *(
            "GGGGGG",
            "#0B662G",
            "O86623",
            "forest",
            "#-----",
            "+1+2+3",
            "+12345",
            "12345 ",
            "-1-2-3",
            " 1 2 3",
            "1 2 3 ",
        ),
        *("#+1+2+3", "# 1 2 3", "0x1234", "#0x1234", "0X12AB", "12_345", "1_2_34", "1.0e+5"),
        *("0B6623 ", " 0B6623", "#0B6623\n", "0B6623\n", "0B 66 23", "#0B 662", "# 0B6623"),
        *("１２３４５６", "٠١٢٣٤٥", "#ＡＢＣＤＥＦ", "१२३४५६"),
    ]:
        check.raises(ValueError, code)
### END HIDDEN TESTS

# %% [markdown]
# ## Questions to think about
#
# These are not marked. Guess first, then try it in a new cell. (`solutions/` has answers.)
#
# 1. Shuffling the pixels of all images *in the same way* did not change the layer's result. What if every
#    image got a *different* shuffle? What would the average 1 look like, and how many of the digits would
#    the layer read?
# 2. Grey has 256 levels, and there are 256 × 256 × 256 colours. How many of them become the same grey as
#    pure red, after rounding? Name one that looks quite different from red.
# 3. The layer fails on shifted images. Suppose that it also *learns* from shifted images: every training
#    image five times, shifted by −2, −1, 0, 1 and 2 pixels. How much does that help, what does it cost, and
#    how far does it reach?
# 4. MNIST does not say who wrote which image, and the 10,000 images were divided at random. So the same
#    person may have written images in both parts. Would you expect the layer to do better, worse or equally
#    well on digits by people who are not in the training part? How would you divide the images, if you knew
#    the writers?

# %% [markdown] tags=["answers"]
# ### Answers
#
# **1.** A weight belongs to a place in the list, and now that place holds a different part of the drawing
# in every image. Shuffling cannot change how much ink there is, but that says little about the digit. The
# layer reads 18.8 % of the test images correctly; guessing would give about 10 %. The average 1 becomes an
# uneven grey with a mean of 19.6, which is the mean brightness of a 1, without any shape.
#
# **2.** It would be 256³ / 256 = 65,536 if all levels were equally common, but they are not: 7 colours
# become 0, and about 90,000 become 76, as pure red does (0.299 × 255 = 76.245). One of them is the green
# (0, 130, 0), with 76.31. In a grey photograph you may be able to tell a traffic light's red from its green
# only by their position.
#
# **3.** It helps a lot. At a shift of two pixels to the left, 77 % are right instead of 53 %, and to the
# right 76 % instead of 60 %. Without a shift, accuracy changes little, from 83 % to 82 %. With 2,000 test
# images, chance moves it by about 0.8 percentage points (one standard error). The same 7,850
# parameters now have to work for five positions. Beyond the shifts that it was trained on, accuracy falls
# quickly: 59 % and 60 % at three pixels, 40 % and 39 % at four. [Lesson
# 09](../09_augmentation/09_augmentation.ipynb) does this with whole networks. The cell below computes all
# these numbers.
#
# **4.** Probably worse. A person's digits resemble each other, so a test image is easier if the layer has
# seen the same handwriting in training. How much easier cannot be measured with this file, because the
# writers are unknown. If you knew them, you would put all images of one person into the same part. The
# original MNIST does this: the writers of its 60,000 training images and those of its test images are
# different people. (The 10,000 images here are all from its test set.)

# %% tags=["answers"]
shuffler = np.random.default_rng(0)


def shuffle_each(images):
    """Return images with their pixels in another order, a new one for each image."""
    return shuffler.permuted(images.reshape(len(images), -1), axis=1).reshape(images.shape)


mixed, mixed_test = shuffle_each(x_train), shuffle_each(x_test)
said = read(mixed_test, fit_dense(mixed, y_train))
grey_one = pixels.mean_image(mixed, y_train, 1)
print(f"1. {np.mean(said == y_test):.1%} right; the average 1 has a mean of {grey_one.mean():.1f}")

levels = np.arange(256)
green_and_blue = 0.587 * levels[:, np.newaxis] + 0.114 * levels
colours = np.zeros(256, int)  # how many colours become each grey
for red in levels:
    greys = np.rint(0.299 * red + green_and_blue).astype(int)
    colours += np.bincount(greys.ravel(), minlength=256)
print(f"2. colours that become grey 0: {colours[0]}, grey 76: {colours[76]:,}")

# %% tags=["answers"]
copies = np.concatenate([pixels.move_right(x_train, move) for move in range(-2, 3)])
layer_moved = fit_dense(copies, np.tile(y_train, 5))
print("3. shifted by   trained on unshifted images   trained on shifted ones too")
for move in range(-4, 5):
    moved = pixels.move_right(x_test, move)
    before = np.mean(read(moved, layer) == y_test)
    after = np.mean(read(moved, layer_moved) == y_test)
    print(f"{move:13} {before:17.0%} {after:30.0%}")

accuracy = np.mean(read(x_test, layer) == y_test)
standard_error = np.sqrt(accuracy * (1 - accuracy) / len(y_test))
print(f"standard error of {accuracy:.1%}: {100 * standard_error:.1f} percentage points")

# %% [markdown]
# ## What to take away
#
# - A grey image is an array of shape **(height, width)**, a colour image (height, width, 3). Row 0 is at
#   the top. 0 is black, 255 is white.
# - **Grey** is 0.299 R + 0.587 G + 0.114 B.
# - `uint8` **wraps around**: 200 + 100 gives 44. Turn images into floats first.
# - A dense layer has one weight for each unit and each input number, and one bias for each unit: 785,000
#   for a thousand units on 28 × 28 pixels. It does not know which pixels are neighbours, and it fails when
#   an image is shifted by two pixels.
# - A colour code is three numbers in base 16: `#0B6623` is (11, 102, 35).
#
# **Corrections to the sources.** An image 700 wide and 500 high has shape (500, 700), not (700, 500). And
# 2,352 or 120,000 are the weights of *one* unit of a first layer, without its bias, not those of the whole
# layer.
#
# **References**
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
#   recognition", *Proceedings of the IEEE* 86 (11), 1998,
#   [doi:10.1109/5.726791](https://doi.org/10.1109/5.726791). How MNIST was made.
# - J. Buolamwini and T. Gebru, "Gender shades: intersectional accuracy disparities in commercial gender
#   classification", *Proceedings of Machine Learning Research* 81, 2018,
#   [proceedings.mlr.press/v81/buolamwini18a](https://proceedings.mlr.press/v81/buolamwini18a.html).
# - J. R. Zech and others, "Variable generalization performance of a deep learning model to detect pneumonia
#   in chest radiographs", *PLOS Medicine* 15 (11), 2018,
#   [doi:10.1371/journal.pmed.1002683](https://doi.org/10.1371/journal.pmed.1002683).
#
# [Start page](../index.ipynb) · **Next:** in [lesson 02](../02_convolution/02_convolution.ipynb) you build the layer that looks at
# neighbouring pixels.

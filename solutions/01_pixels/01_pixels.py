# ---
# jupyter:
#   course:
#     summary: How a picture becomes numbers, how many there are, and what a dense layer loses
#     minutes: 50
# ---

# %% [markdown]
# # Images are arrays
#
# **What you will do.** Take pictures apart into numbers: count them, read a colour's code, mix three
# colours into grey, and average 145 handwritten ones into a single picture.
#
# **What you will learn**
# - how a grey and a coloured image lie in an array, and why height comes first;
# - how a code such as `#0B6623` stands for a colour;
# - why `uint8` arithmetic goes wrong without a word;
# - how many weights a dense layer needs for an image, and what it cannot see;
# - why all this leads to convolutional networks.
#
# **What you need.** Python, and a little NumPy: arrays, `shape`, slices such as `a[2:4]`.

# %%
import numpy as np

from utils import data, pixels, plots
from utils.widgets import pixels as pixels_widgets

# %% [markdown]
# ## A picture is a table of numbers
#
# Here is a photograph, and a small piece of it: the photographer's head, shrunk to 24 rows and 24
# columns by averaging blocks of 10 × 10 pixels. On the right are the numbers that the computer
# has. It has nothing else: no head, no camera, only these.

# %%
camera = data.photograph("camera")
head = camera[50:290, 140:380].reshape(24, 10, 24, 10).mean(axis=(1, 3)).astype(np.uint8)

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
# 24 × 24 = 576 numbers. Each says how bright one **pixel** is: **0 is black, 255 is white**, and
# between them lie the greys. That makes 256 levels, as many as fit into one byte. NumPy calls
# this type `uint8`, an *unsigned integer of 8 bits*.
#
# `head[row, column]` is one pixel. Rows are counted from the top, columns from the left, both from 0:

# %%
print("top left     ", head[0, 0])
print("bottom right ", head[23, 23])
print("row 12, columns 8 to 11 ", head[12, 8:12])

# %% [markdown]
# ### Height comes first
#
# An array's shape is *(rows, columns)*, and so an image's shape is **(height, width)**. In everyday
# life it is the other way round: a camera, a screen, a web page say width × height.
#
# > **Spot the slip.** One of the course's sources says that a 700×500 image, width by height, has a matrix of
# > dimension (700, 500). See what NumPy makes of the two orders:


# %%
def slope(shape):
    """Return an image of a shape that grows brighter from left to right."""
    return np.tile(np.linspace(40, 230, shape[1]), (shape[0], 1)).astype(np.uint8)


figure, axes = plots.figure(5.6, 3.2, 1, 2, width_ratios=[7, 5])
plots.image(axes[0], slope((500, 700)), "shape (500, 700)")
plots.image(axes[1], slope((700, 500)), "shape (700, 500)")
plots.Picture(
    figure,
    alt="An array of shape (500, 700) is a wide picture, one of shape (700, 500) a tall one.",
)

# %% [markdown]
# A picture 700 wide and 500 high has shape **(500, 700)**. Its 350,000 numbers are as many either
# way, which is why the slip is easy to miss: nothing fails until you look at row 600.
#
# ### Colour: three numbers for each pixel
#
# A colour image has three **channels**: how much red, green and blue light there is at each pixel.
# They are stacked along a third axis, so the shape is (height, width, 3).

# %%
coffee = data.photograph("coffee")
print("coffee.shape", coffee.shape, " values", f"{coffee.size:,}")

figure, axes = plots.figure(9.4, 1.9, 1, 4)
plots.image(axes[0], coffee, "coffee")
for channel, name in enumerate(["red", "green", "blue"]):
    plots.image(axes[channel + 1], coffee[:, :, channel], f"coffee[:, :, {channel}]: {name}")
plots.Picture(
    figure,
    alt="A cup on an orange saucer, and its three channels as grey pictures. The saucer is "
    "bright in the red channel and nearly black in the blue one; the white cup is bright in all.",
)

# %% [markdown]
# The white cup is bright in all three channels. The orange saucer is bright in red and nearly black
# in blue.
#
# **Now look for yourself.** Move the window over a photograph and compare what you see with the
# three numbers of each pixel. Find a pixel in which blue is the largest. Then choose the photograph
# that has only one channel.

# %%
pixels_widgets.pixel_zoom(
    {name: data.photograph(name) for name in ["cat", "coffee", "astronaut", "rocket", "camera"]},
    row=100,
    column=166,
)

# %% [markdown]
# ### How many numbers is that?
#
# A network gets all of them. Here are the image sizes that the course's sources mention, counted by making such
# an array and asking for its `size`:

# %%
for shape in [(24, 24), (100, 100), (100, 100, 3), (28, 28, 3), (64, 64, 3), (200, 200, 3)]:
    print(f"{' × '.join(map(str, shape)):>13}  holds {np.zeros(shape).size:>7,} numbers")

# %% [markdown]
# ## Exercise 1: count the values (1 point)
#
# Write a function that says how many numbers an image holds. A grey image has one channel.
#
# Replace the two lines under *YOUR CODE HERE*, run the cell, then run the check below it. In
# this lesson and the next five, *by hand* means Python and NumPy alone.
#
# <details><summary>Hint 1</summary>
#
# Draw a picture of 2 rows and 5 columns as boxes. How many boxes are there? And how many numbers,
# if every box holds three?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Grey pictures need no case of their own: when the caller names no channels, `channels` is 1. One
# formula does for both, and for a satellite's picture with six channels too.
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
# The next cell checks your function on the sizes above, and on a picture of 2 rows and 5 columns:
# once grey, once with six channels. More checks, which you do not see, run when your work is marked.

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
# On a screen, three small lamps shine at each pixel. Their light adds up. **Move the sliders**: what do
# all three at 255 give? All three at 128? Red and green together?
#
# Then type a code into the field: it is the same colour, written as web pages write it.

# %%
pixels_widgets.colour_mixer("#0B6623")

# %% [markdown]
# The code has two digits for each lamp. They are *hexadecimal*: base 16, with the digits 0 to 9 and
# then A to F for 10 to 15. The first digit of a pair counts sixteens, the second counts ones:

# %%
for pair in ["0B", "66", "23"]:
    sixteens, ones = (int(digit, 16) for digit in pair)
    print(f"{pair} = {sixteens:>2} × 16 + {ones:>2} = {16 * sixteens + ones:>3}")

# %% [markdown]
# So `#0B6623` is 11 of red, 102 of green, 35 of blue. Two digits go up to FF = 15 × 16 + 15 =
# 255, one byte again. Six greens, with the numbers computed from their codes:

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
# ## Exercise 2: read a colour's code (2 points)
#
# Write a function that turns such a code into three numbers. The `#` may be missing, and small
# letters are as good as capitals.
#
# Anything else is not a colour, and your function should say so: `raise ValueError("...")`. Take
# care: `int("+1", 16)` is 1, and `int(" 1", 16)` is 1 too. Python is more generous here than the
# exercise allows, so check the digits first.
#
# <details><summary>Hint 1</summary>
#
# There are two jobs: make sure that it is a code, then read it. Both are easier once the `#` is
# gone. Take off one at most: `code.lstrip("#")` takes all of them, and then `"##0B6623"` passes.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# It is a code if it has exactly six characters and each of them is one of these 22:
# `0123456789abcdefABCDEF`. With that string as `allowed`, `"G" in allowed` asks about one
# character, and `all(... for digit in digits)` about every one. The method `isalnum` is no help: it
# lets G through, and the digits of other scripts.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# To read it, take pairs that do not overlap, and tell `int` the base:
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
# ## From colour to grey
#
# Many pictures in this course are grey: a third of the numbers, and edges and shapes are still there. Which
# grey is right for a colour? The mean of the three channels looks like an honest answer. Try it on
# three lamps that are equally strong, each alone:

# %%
lamps = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
squares = np.array([[colour] for colour in lamps.values()], np.uint8)
weighted = pixels.to_grayscale(squares)
figure, axes = plots.figure(5.6, 4.3, 3, 3)
for row, (name, colour) in enumerate(lamps.items()):
    plots.image(axes[row, 0], np.array([[colour]], np.uint8), f"{name} {colour}")
    plots.image(
        axes[row, 1], np.array([[np.mean(colour)]], np.uint8), f"mean {np.mean(colour):.0f}"
    )
    grey = weighted[row, 0]
    plots.image(axes[row, 2], np.array([[grey]], np.uint8), f"weighted {grey:.1f}")
plots.Picture(
    figure,
    alt="Pure red, green and blue. Their means are the same grey, 85. Weighted, red is 76.2, "
    "green 149.7 and blue 29.1.",
)

# %% [markdown]
# The mean makes all three the same grey. Your eyes disagree: pure green looks bright, pure blue
# dark. The television engineers' recommendation ITU-R BT.601 puts numbers on that:
#
# $$\text{grey} = 0.299\,R + 0.587\,G + 0.114\,B$$
#
# The three weights add up to 1, so white stays white. Forest green, by hand:

# %%
red, green, blue = pixels.hex_to_rgb("#0B6623")
grey = 0.299 * red + 0.587 * green + 0.114 * blue
print(f"0.299 × {red} + 0.587 × {green} + 0.114 × {blue} = {grey:.3f}")

# %% [markdown]
# The colour mixer above shows the same number next to its grey square. Go back and find two colours that look
# nothing alike and become the same grey.
#
# ### A trap: `uint8` is a clock
#
# A byte ends at 255. What happens after that?

# %%
a, b = np.array([200], np.uint8), np.array([100], np.uint8)
print("200 + 100 =", (a + b)[0])
print("200 + 100 =", (a.astype(float) + b.astype(float))[0], " as floats")

# %% [markdown]
# 44: the sum starts again at 0 after 255, like a clock after 12, and 300 − 256 = 44. There is no error
# and no warning. Add the channels of a photograph before dividing, and this is what you get:

# %%
astronaut = data.photograph("astronaut")
wrapped = (astronaut[:, :, 0] + astronaut[:, :, 1] + astronaut[:, :, 2]) / 3
share = np.mean(astronaut.sum(axis=2) > 255)
plots.images(
    [astronaut, wrapped, pixels.to_grayscale(astronaut)],
    ["photograph", "summed as uint8", "weighted, as floats"],
    size=2.9,
    alt="A photograph of an astronaut. Summed as bytes, bright parts turn dark in blotches. "
    "Weighted as floats, it is a clean grey picture.",
)

# %%
print(f"{share:.0%} of the pixels have channels whose sum is above 255")

# %% [markdown]
# So from here on the rule is: **turn an image into `float` before you compute with it.**
#
# ## Exercise 3: grey (2 points)
#
# Write a function that turns a colour image grey by the formula above.
#
# <details><summary>Hint 1</summary>
#
# `image[:, :, 0]` is the red of *all* pixels, an array of shape (H, W). Such arrays can be
# multiplied by a number and added up as they are, so you need no loop. Which slice is green?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Ask your result for its `shape` and its `dtype`. (H, W, 3) means that the channels have their
# weights but are not added up yet. An integer dtype means that the greys were put into an array
# that cannot hold 67.153: `np.zeros_like(image[:, :, 0])`, for example, takes the image's dtype
# along.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Floats first, then the formula as it stands:
#
# ```python
# colours = image.astype(float)
# grey = 0.299 * colours[:, :, 0] + ...
# ```
#
# Two more terms, and it is done.
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
# ## What a dense layer makes of an image
#
# A network of dense layers reads a list of numbers. So the image is **flattened** first: its rows are
# laid one after the other.

# %%
small = np.arange(1, 10).reshape(3, 3)
plots.matrices(
    [("image", small), "→", ("flattened", small.reshape(1, -1))],
    alt="A 3x3 image of the numbers 1 to 9 becomes a row of nine numbers.",
)

# %% [markdown]
# Every **unit** of a dense layer multiplies each number by a weight of its own, adds everything up, and
# adds one more number of its own, the **bias**. Nine numbers in, one unit: nine weights and one bias.
# A thousand units have a thousand times as many.

# %%
weights, bias = np.array([0, 0, 0, 0, 1, 0, 0, 0, 1]), 10
print("one unit:", small.reshape(-1) @ weights + bias, " = 5 × 1 + 9 × 1 + 10")

# %% [markdown]
# **Move the sliders** and watch the second bar. The last one belongs to a layer that you will build in
# the next lesson: a filter that looks at 3 × 3 pixels and uses the same weights everywhere.

# %%
pixels_widgets.dense_counter(side=28, channels=3, units=1)

# %% [markdown]
# > **Spot the slip.** The slides that this course draws on give 2,352 as the "number of weights in
# > the first hidden layer" for images of 28 × 28 × 3, and 120,000 as its "size" for 200 × 200 × 3. These
# > are the numbers that go **in**. Each *single unit* needs that many weights, and a bias. A layer has
# > many units, so the problem that the slides point at is far larger than they say:

# %%
print("image            units   weights       and biases")
for shape, units in [
    ((28, 28, 3), 1),
    ((28, 28, 1), 1000),
    ((28, 28, 3), 1000),
    ((200, 200, 3), 1),
    ((200, 200, 3), 1000),
]:
    inputs = int(np.prod(shape))
    total = inputs * units + units
    print(f"{' × '.join(map(str, shape)):<15}  {units:>5}  {inputs * units:>11,}  {total:>11,}")

# %% [markdown]
# 2,353 parameters for one unit on a 28 × 28 colour image; 785,000 for a thousand units on a grey one;
# 120 million for a thousand units on an image that still fits on a thumbnail. All of them have to be
# learned from examples.
#
# ## Exercise 4: the parameters of a dense layer (2 points)
#
# Write a function that counts the weights and biases of a dense layer on a flattened image. The shape
# may have any length: `(28, 28)`, `(28, 28, 3)`, or a film's `(10, 28, 28, 3)`.
#
# <details><summary>Hint 1</summary>
#
# Begin with one unit and an image of shape (2, 5, 3). How many numbers go in? How many weights does
# the unit need for them? And what does it add at the end?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# A second unit has as many weights as the first, all its own, and a bias of its own. So what one
# unit needs is multiplied by the number of units. Check it: 2,353 for one unit must become 4,706
# for two.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# `image_shape[0] * image_shape[1]` leaves the colours out, and fails for a shape of length one.
# Visit every length, however many there are:
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
# ## What flattening loses
#
# The count is one trouble. The other is that a dense layer does not know which pixels are
# neighbours. Here are handwritten digits, and below them the same digits with their 784 pixels
# **shuffled**, all of them in the same way:

# %%
(x_train, y_train), (x_test, y_test) = data.load_digits()
order = np.random.default_rng(0).permutation(28 * 28)


def shuffle(images):
    """Return images with their pixels in another order, the same for all."""
    return images.reshape(len(images), -1)[:, order].reshape(images.shape)


shown = [np.flatnonzero(y_train == digit)[0] for digit in range(8)]
plots.images(
    [*x_train[shown], *shuffle(x_train[shown])],
    [*(f"{label}" for label in y_train[shown]), *["shuffled"] * 8],
    columns=8,
    size=1.15,
    alt="Handwritten digits 0 to 7, and the same pixels in a shuffled order: grey noise.",
)

# %% [markdown]
# You cannot read the second row. Can a dense layer? We fit one with ten units, one for each digit, to
# the 1,437 training images (by least squares, which has one exact answer and no luck in it). Then
# we do the same with the shuffled images, and let both read 360 digits that they have not seen.


# %%
def with_bias(images):
    """Flatten images, scale them to 0 to 1, and add a 1 for the bias."""
    flat = images.reshape(len(images), -1) / 255
    return np.hstack([flat, np.ones((len(flat), 1))])


def fit_dense(images, labels):
    """Return the weights and biases, (785, 10), that come closest to 1 for the right digit."""
    inputs, wanted = with_bias(images), np.eye(10)[labels]
    gram = inputs.T @ inputs + 10 * np.eye(inputs.shape[1])  # the 10 keeps weights small
    return np.linalg.solve(gram, inputs.T @ wanted)


def read(images, layer):
    """Return the digit whose unit answers most."""
    return (with_bias(images) @ layer).argmax(axis=1)


layer, layer_shuffled = fit_dense(x_train, y_train), fit_dense(shuffle(x_train), y_train)
print(f"as drawn  {np.mean(read(x_test, layer) == y_test):.1%} right")
print(f"shuffled  {np.mean(read(shuffle(x_test), layer_shuffled) == y_test):.1%} right")

# %% [markdown]
# The same, to the last digit. The layer has learned the same weights in another order:

# %%
largest = np.abs(layer[:-1][order] - layer_shuffled[:-1]).max()
print("same weights, shuffled:", largest < 1e-9)

# %% [markdown]
# To a dense layer, an image is a bag of numbered pixels. That neighbours belong together, that lines
# and corners exist, is nowhere in it. A convolutional layer is built on exactly that.
#
# ## The average 1
#
# What does such a layer look for? Something like an average. Take all the training images of a digit and
# take the mean **at each pixel**. Drag *images* from 1 upwards: single hands disappear, and what
# they have in common stays. Then choose another digit.

# %%
pixels_widgets.average_builder(x_train, y_train, digit=1)

# %% [markdown]
# Nearly every 1 has ink in the middle, whichever way it leans, so the average is brightest there. In small, with three
# images of two pixels each, labelled 1, 0, 1. The average 1 is made of the first and the third:

# %%
three = np.array([[[0, 200]], [[90, 90]], [[100, 250]]])
labels = np.array([1, 0, 1])
print("which are 1s ", labels == 1)
print("those        ", three[labels == 1].tolist())
print("their average", ((three[0] + three[2]) / 2).tolist())

# %% [markdown]
# ## Exercise 5: the average image (3 points)
#
# Write it as a function, for any digit. If no image has that label, `raise ValueError("...")`. And
# remember the clock: a sum of bytes soon passes 255.
#
# <details><summary>Hint 1</summary>
#
# `labels == digit` asks every label the same question and answers with an array of True and False.
# What does `images[labels == digit]` give? Ask `three[labels == 1].shape` in a cell of your own.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The chosen images have the shape (M, H, W), and their average has the shape (H, W). Which axis has
# gone? `mean()` without an axis gives one number for everything, and `axis=1` averages over the
# rows of each image. If you add up in a loop, start from floats, and divide by M, not by N.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Count before you average: the mean of no images is `nan` and a warning, not the error that is
# asked for.
#
# ```python
# chosen = images[labels == digit]
# if len(chosen) == 0:
#     raise ValueError(f"no image shows a {digit}")
# ```
#
# One line is left.
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
# ### Moved by two pixels
#
# The dense layer reads the average 1 correctly. Now move that picture one pixel to the left, one to
# the right, and two. Your eyes hardly notice. What does the layer say?

# %%
average = pixels.mean_image(x_train, y_train, 1)
moves = [-1, 0, 1, 2]
moved = np.array([np.roll(average, move, axis=1) for move in moves])  # its edges are empty
said = read(moved, layer)

figure, axes = plots.figure(9, 2.5, 1, 4)
for ax, picture, move, digit in zip(axes, moved, moves, said):
    plots.image(ax, picture, f"moved by {move}: read as {digit}", vmin=0, vmax=255)
    ax.axvline(13.5, color=plots.ORANGE, linewidth=1)  # the middle
plots.Picture(
    figure,
    alt="The average 1 in four places, the middle column marked: "
    + "; ".join(f"moved by {move}, read as {digit}" for move, digit in zip(moves, said)),
)

# %% [markdown]
# One picture proves little, so ask the same about all 360 test images:

# %%
for move in [-2, -1, 0, 1, 2]:
    right = np.mean(read(np.roll(x_test, move, axis=2), layer) == y_test)
    print(f"moved by {move:2}:  {right:.0%} right  {'█' * round(40 * right)}")

# %% [markdown]
# Two pixels to the side, and nearly half are misread. The layer has learned *where* the ink of each digit
# is, not what a digit looks like. How far convolutional networks mend this, and how far they do
# not, you measure in [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb).
#
# ## What convolutional networks are used for
#
# Networks that keep neighbours together have become the usual tool for pictures:
#
# | task | what goes in, what comes out | where you meet it |
# |---|---|---|
# | classification | a picture; one label | an X-ray: healthy or not; sorting photos by what they show |
# | object detection | a picture; a box and a label for each thing | pedestrians and traffic signs, seen by a car |
# | segmentation | a picture; a label for every pixel | the outline of a tumour; cutting a person out of a photo |
# | face recognition | a face; whose it is | unlocking a telephone |
# | video analysis | many frames; what happens in them | following players over a field |
# | handwriting | a picture of writing; the text | reading forms, and the digits of this course |
# | recommendation | a picture; others like it | shops that show similar shoes |
#
# Their last layers differ, because the answers do. Their first layers are of one kind, the kind that
# you build in the next lesson.

# %% [markdown]
# ## Questions to think about
#
# Nobody marks these. Guess first, then try it in a cell of your own. (`solutions/` has answers.)
#
# 1. Shuffling the pixels of all images *in the same way* cost the layer nothing. What if every
#    image were shuffled in a way *of its own*? What would the average 1 look like, and how many of
#    the digits would the layer read?
# 2. Grey has 256 levels, and there are 256 × 256 × 256 colours. How many of them become the same
#    grey as pure red? Name one that nobody should confuse with it.
# 3. The layer fails on pictures that have moved. Suppose that it also *learns* from such pictures:
#    every training image five times, moved by −2, −1, 0, 1 and 2 pixels. Does that help? What does
#    it cost, and how far does it reach?

# %% [markdown] tags=["answers"]
# ### Answers
#
# **1.** A weight belongs to a place in the list, and now that place holds another part of the
# drawing in every image. What is left is what no order can hide: how much ink there is. That says
# next to nothing about the digit, and the layer reads about one in ten, as many as by guessing. The
# average 1 becomes an uneven grey around 40, which is how bright a 1 is on average, without any
# shape.
#
# **2.** 256³ / 256 = 65,536 on average, but the levels are not equally full: only 7 colours become
# 0, and 90,375 become 76, as pure red does (0.299 × 255 = 76.245). One of them is the green (0,
# 130, 0), with 76.31. In a grey photograph the lamps of a traffic light may differ by their place
# alone.
#
# **3.** It helps a lot: two pixels to the left, 88% are right where 52% were, and to the right 84%
# where 51% were. Unmoved, it costs one digit in a hundred: the same 7,850 weights have to serve
# five places. The help ends soon after the moves that it has seen. At three pixels it reads six
# digits of ten, at four one in three. The layer has learned five places, not what moving means.
# [Lesson 09](../09_augmentation/09_augmentation.ipynb) does this with whole networks. All these
# numbers, computed:

# %% tags=["answers"]
shuffler = np.random.default_rng(0)


def shuffle_each(images):
    """Return images with their pixels in another order, a new one for each image."""
    return shuffler.permuted(images.reshape(len(images), -1), axis=1).reshape(images.shape)


strangers, strangers_test = shuffle_each(x_train), shuffle_each(x_test)
said = read(strangers_test, fit_dense(strangers, y_train))
grey_one = pixels.mean_image(strangers, y_train, 1)

green, blue = np.mgrid[:256, :256]
levels = (0.299 * red + 0.587 * green + 0.114 * blue for red in range(256))
colours = sum(np.bincount(np.rint(grey).astype(int).ravel(), minlength=256) for grey in levels)

copies = np.concatenate([np.roll(x_train, move, axis=2) for move in range(-2, 3)])
layer_moved = fit_dense(copies, np.tile(y_train, 5))

print(f"1. {np.mean(said == y_test):.0%} right; the average 1 has a mean of {grey_one.mean():.0f}")
print(f"2. colours that become grey 0: {colours[0]}, grey 76: {colours[76]:,}")
print("3. moved by   learned from unmoved images   learned from moved ones too")
for move in range(-4, 5):
    moved = np.roll(x_test, move, axis=2)
    before, after = (np.mean(read(moved, each) == y_test) for each in (layer, layer_moved))
    print(f"{move:11} {before:18.0%} {after:30.0%}")

# %% [markdown]
# ## What to take away
#
# - A grey image is an array of shape **(height, width)**, a colour image (height, width, 3). Row 0 is at
#   the top. 0 is black, 255 is white.
# - A colour's code is three numbers in base 16: `#0B6623` is (11, 102, 35).
# - **Grey** is 0.299 R + 0.587 G + 0.114 B.
# - `uint8` **wraps around**: 200 + 100 is 44. Turn images into floats first.
# - A dense layer needs a weight for each unit and each pixel, and a bias for each unit: 785,000 for a
#   thousand units on 28 × 28. It **cannot tell** neighbours from strangers, and moving a picture by two
#   pixels confuses it.
#
# **Where the sources slip.** A picture 700 wide and 500 high has shape (500, 700), not (700, 500). And
# 2,352 or 120,000 are the weights of *one* unit of a first layer, without its bias, not of the whole layer.
#
# **Next.** In [lesson 02](../02_convolution/02_convolution.ipynb) you build the layer that looks at
# neighbours.
#
# **Further reading**, if you like: [ITU-R BT.601](https://www.itu.int/rec/R-REC-BT.601), where the
# three weights come from; [NumPy for absolute beginners](https://numpy.org/doc/stable/user/absolute_beginners.html);
# how MNIST was made, in [LeCun and others, 1998](http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf).

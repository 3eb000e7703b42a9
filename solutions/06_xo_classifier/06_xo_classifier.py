# ---
# jupyter:
#   course:
#     summary: A whole classifier by hand, from the pixels of a letter to a verdict, and where it breaks
#     minutes: 55
# ---

# %% [markdown]
# # X or O, by hand
#
# **What you will do.** Build a complete image classifier with nothing but what you have: match three
# small features, apply ReLU, pool twice, compare twelve numbers with two lists. Draw letters of your
# own and watch it decide. Then push it until it breaks.
#
# **What you will learn**
# - how convolution, ReLU, pooling and a dense layer work together, number by number;
# - how to check a published calculation, and what to do when a number is not right;
# - why comparing small features beats comparing whole letters, and when it does not;
# - how far features made by hand carry, measured, and so why networks learn theirs.
#
# **What you need.** `correlate2d` and ReLU from [lesson 02](../02_convolution/02_convolution.ipynb),
# and max pooling that keeps leftovers from [lesson 05](../05_pooling/05_pooling.ipynb).

# %%
import numpy as np

from utils import convolution, plots, pooling, xo_classifier
from utils.widgets import xo_classifier as xo_classifier_widgets

# %% [markdown]
# ## Two letters
#
# Each letter is a text file of nine lines. A `#` is ink and a `.` is paper. As numbers, ink is 1 and
# paper is **−1**: paper says something too.

# %%
x, o = xo_classifier.load_letter("x"), xo_classifier.load_letter("o")
for lines in zip(*(xo_classifier.format_letter(letter).split() for letter in (x, o))):
    print("    ".join(lines))
print("\nthe X's fourth row:", x[3])

# %% [markdown]
# How alike are two letters? The plain way: lay one on the other, multiply pixel by pixel, and take the
# mean of the 81 products. A pixel that agrees gives 1 × 1 = 1 or (−1) × (−1) = 1, one that does not
# gives −1. So the mean is 1 for twins and −1 for a letter and its negative.

# %%
moved = xo_classifier.move(x, 1)
for name, other in {"itself": x, "an X one pixel to the right": moved, "an O": o}.items():
    print(f"the X and {name:<28} {np.mean(x * other):.2f}")

xo_classifier_widgets.draw_letters(
    [("X", x), ("X, one to the right", moved), ("O", o)],
    alt="An X, the same X one pixel further right, and an O, in 9 by 9 squares.",
)

# %% [markdown]
# Look at the last two numbers. By this measure the X is **less like itself, moved by one pixel, than
# like an O**. Thin strokes that miss each other by a pixel do not meet at all.
#
# ## Small pieces instead of whole letters
#
# Both X's hold the same small pieces: slanting strokes, and one crossing. So look for pieces. Here are
# three, each a *feature* of 3 × 3 pixels:

# %%
features = xo_classifier.FEATURES
diagonal, x_shaped, anti_diagonal = features.values()
plots.matrices(
    features,
    alt="The diagonal has 1 from top left to bottom right and −1 elsewhere; the X-shaped feature has 1 "
    "at its corners and centre; the anti-diagonal is the diagonal's mirror image.",
)

# %% [markdown]
# To see how well a feature matches at one place, take four steps:
#
# 1. **line up** the feature with a window of the letter;
# 2. **multiply** each pixel by the feature's pixel that lies on it;
# 3. **add** the nine products;
# 4. **divide** by the number of pixels in the feature.
#
# At row 1, column 1 of the X the diagonal fits perfectly. At the crossing, row 3 and column 3, two of
# the nine pixels disagree:

# %%
for row, column in [(1, 1), (3, 3)]:
    products = x[row : row + 3, column : column + 3] * diagonal
    terms = " + ".join(str(p) if p > 0 else f"({p})" for p in products.flat)
    print(
        f"row {row}, column {column}:  ({terms}) / 9 = {products.sum()}/9 = {products.mean():.4f}"
    )

plots.matrices(
    [
        ("the crossing", x[3:6, 3:6]),
        "×",
        ("diagonal", diagonal),
        "=",
        ("products", x[3:6, 3:6] * diagonal),
        "mean →",
        ("", np.array([[5 / 9]])),
    ],
    alt="The crossing of the X times the diagonal: seven products are 1, two are −1; the mean is 5/9.",
)

# %% [markdown]
# Steps 1 to 3 are the cross-correlation of lesson 02. Step 4 makes the result easy to read: it is
# *(pixels that agree − pixels that do not) / 9*. Nine pixels, so every number is an odd number of
# ninths: 1, 7/9, 5/9, and so on down to −1. Slide the feature over the whole letter, and the 9 × 9
# letter $I$ with the feature $F$ of $f_h \times f_w$ pixels gives a $7 \times 7$ *match map*
#
# $$M[i, j] = \frac{1}{f_h f_w}\;\sum_{a=0}^{f_h-1}\;\sum_{b=0}^{f_w-1} I[i+a,\, j+b]\; F[a, b]$$

# %%
match_map = xo_classifier.match_feature(x, diagonal)
plots.matrices(
    [("letter", x), "→", ("how well the diagonal matches", match_map)],
    cell=0.4,
    alt="The 9x9 X and its 7x7 match map: 1 at four places on the way from top left to bottom right, "
    "0.56 in the middle, where the strokes cross, and 0.78 at two corners.",
)

# %% [markdown]
# The map is bluest along the stroke from top left to bottom right: there the diagonal is. The other
# stroke, which slants the other way, leaves no trace above 0.56.
#
# ## Exercise 1: match a feature (3 points)
#
# Write the four steps as a function, for every place where the feature fits. By hand means Python and
# NumPy, as in lesson 02: neither SciPy nor `utils`. Watch out for images and features that are not
# square, and for images of small integers, in which products overflow.
#
# <details><summary>Hint 1</summary>
#
# Begin with the shape of the result. In a row of 9 pixels, a feature of 3 can start at pixel 0, 1,
# 2, ... What is its last start, and how many starts are there? Write that with `width` and `fw`,
# and once more with `height` and `fh`: the two need not be equal.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# One number of the map comes from one window. Two slices cut the window out,
# `image[i : i + fh, j : j + fw]`, and `*` multiplies it by the feature, pixel by pixel. Divide by
# the number of pixels; `len(feature)` counts its rows alone. And leave negative matches negative:
# ReLU is a step of its own, later.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Small integers wrap around (in `uint8`, 20 · 20 is 144), so make both arrays floats first:
# `np.asarray(image, dtype=float)`. And compare the sizes yourself: a feature one pixel too wide
# gives an empty map, without any complaint. The rest is two loops around one line:
#
# ```python
# match_map = np.zeros((..., ...))
# for i in range(match_map.shape[0]):
#     for j in range(match_map.shape[1]):
#         match_map[i, j] = ...
# ```
#
# </details>


# %% nbgrader={"grade_id": "match_feature", "solution": true}
def match_feature(image, feature):
    """Return how well a feature matches at every place of an image.

    Parameters
    ----------
    image : array of shape (H, W), of any real dtype
    feature : array of shape (fh, fw), of any real dtype

    Returns
    -------
    array of shape (H - fh + 1, W - fw + 1)
        At [i, j], the mean of image[i + a, j + b] * feature[a, b] over all a and b.

    Raises
    ------
    ValueError
        If the feature is larger than the image in either direction.
    """
    ### BEGIN SOLUTION
    image, feature = np.asarray(image, dtype=float), np.asarray(feature, dtype=float)
    (height, width), (fh, fw) = image.shape, feature.shape
    if fh > height or fw > width:
        raise ValueError(f"a {fh}x{fw} feature does not fit into a {height}x{width} image")
    match_map = np.zeros((height - fh + 1, width - fw + 1))
    for i in range(match_map.shape[0]):
        for j in range(match_map.shape[1]):
            match_map[i, j] = np.mean(image[i : i + fh, j : j + fw] * feature)
    return match_map
    ### END SOLUTION


# %% [markdown]
# The next cell checks the perfect match, the crossing, the whole map above, a wide feature on an image
# of bytes, and the error. More shapes and kinds of number are checked when your work is marked.

# %% nbgrader={"grade_id": "test-match_feature", "grade": true, "points": 1}
import numpy as np

from utils import checks, xo_classifier

with checks.Exercise("xo_classifier.match_feature", match_feature) as check:
    letter = xo_classifier.load_letter("x")
    diagonal = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    check.example(letter[1:4, 1:4], diagonal, expected=[[1]])
    check.example(letter[3:6, 3:6], diagonal, expected=[[5 / 9]])
    ninths = [
        [7, -1, 1, 3, 5, -1, 3],
        [-1, 9, -1, 3, -1, 1, -1],
        [1, -1, 9, -3, 1, -1, 5],
        [3, 3, -3, 5, -3, 3, 3],
        [5, -1, 1, -3, 9, -1, 1],
        [-1, 1, -1, 3, -1, 9, -1],
        [3, -1, 5, 3, 1, -1, 7],
    ]
    check.example(letter, diagonal, expected=np.array(ninths) / 9)
    # Nothing is square here, and 2 * 200 does not fit into a byte: (1 * 100 + 2 * 200) / 2 is 250.
    bytes_image = np.array([[100, 200, 30], [40, 50, 60]], np.uint8)
    check.example(bytes_image, np.array([[1, 2]], np.uint8), expected=[[250, 130], [70, 85]])
    check.raises(ValueError, np.ones((2, 5)), diagonal)
    check.raises(ValueError, np.ones((5, 2)), diagonal)

# %% nbgrader={"grade_id": "test-match_feature-shapes", "grade": true, "points": 1}
# Marked when you hand in: images and features that are not square.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(60)
with checks.Exercise("xo_classifier.match_feature", match_feature) as check:
    for image_shape, feature_shape in [
        ((6, 7), (3, 2)),
        ((9, 6), (2, 4)),
        ((9, 9), (3, 3)),
        ((4, 8), (4, 1)),
        ((7, 3), (1, 3)),
        ((3, 5), (3, 5)),
        ((1, 6), (1, 2)),
        ((6, 1), (4, 1)),
        ((5, 4), (1, 1)),
        ((5, 5), (2, 2)),
    ]:
        check.agrees(rng.choice([-1, 1], image_shape), rng.choice([-1, 1], feature_shape))
        check.agrees(rng.normal(size=image_shape), rng.normal(size=feature_shape))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-match_feature-numbers", "grade": true, "points": 0.5}
# Marked when you hand in: other kinds of number: small integers, fractions, large and negative
# numbers.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(61)
with checks.Exercise("xo_classifier.match_feature", match_feature) as check:
    check.agrees(rng.choice([-1, 1], (9, 9)).astype(np.int8), np.eye(3, dtype=np.int8) * 2 - 1)
    bytes_image = rng.integers(0, 256, (6, 7), dtype=np.uint8)
    check.agrees(bytes_image, rng.integers(0, 256, (3, 2), dtype=np.uint8))
    check.agrees(bytes_image, rng.choice([-1, 1], (2, 3)).astype(np.int8))
    check.agrees(bytes_image, rng.normal(size=(2, 3)))
    check.agrees(rng.integers(-128, 128, (9, 6), dtype=np.int8), np.full((2, 4), 3, np.int8))
    check.agrees(rng.integers(-3000, 3000, (5, 6), dtype=np.int16), np.full((2, 2), 50, np.int16))
    check.agrees(rng.integers(-9, 9, (5, 6)).astype(np.float32), rng.integers(0, 9, (3, 2)))
    check.agrees(-rng.random((4, 5)), rng.random((2, 3)))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-match_feature-errors", "grade": true, "points": 0.5}
# Marked when you hand in: a feature that does not fit.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("xo_classifier.match_feature", match_feature) as check:
    check.agrees(np.ones((3, 4)), np.ones((3, 4)))
    check.raises(ValueError, np.ones((2, 5)), np.ones((3, 3)))
    check.raises(ValueError, np.ones((5, 2)), np.ones((3, 3)))
    check.raises(ValueError, np.ones((2, 2)), np.ones((3, 3)))
    check.raises(ValueError, np.ones((4, 4)), np.ones((5, 4)))
    check.raises(ValueError, np.ones((4, 4)), np.ones((4, 6)))
### END HIDDEN TESTS

# %% [markdown]
# ## Three maps, checked against print
#
# The slides that this lesson follows print the maps of all three features. Here they are, as printed
# but in hundredths, side by side. Does our calculation give the same?

# %%
printed_maps = """
 77 -11  11  33  55 -11  33 |  33 -55  11 -11  11 -55  33 |  33 -11  55  33  11 -11  77
-11 100 -11  33 -11  11 -11 | -55  55 -55  33 -55  55 -55 | -11  11 -11  33 -11 100 -11
 11 -11 100 -33  11 -11  55 |  11 -55  55 -11  55 -55  11 |  55 -11  11 -33 100 -11  11
 33  33 -33  55 -33  33  33 | -11  33 -77 100 -77  33 -11 |  33  33 -33  55 -33  33  33
 55 -11  11 -33 100 -11  11 |  11 -55  55 -77  55 -55  11 |  11 -11 100 -33  11 -11  55
-11  11 -11  33 -11 100 -11 | -55  55 -55  33 -55  55 -55 | -11 100 -11  33 -11  11 -11
 33 -11  55  33  11 -11  77 |  33 -55  11 -11  11 -55  33 |  77 -11  11  33  55 -11  33
"""


def read_printed(text):
    """Return the three matrices that stand side by side in a text, one for each feature."""
    lines = [line.split("|") for line in text.strip().splitlines()]
    return {
        name: np.array([[int(number) for number in line[index].split()] for line in lines])
        for index, name in enumerate(features)
    }


def compare(printed, computed, in_hundredths):
    """Print where a printed matrix differs from a computed one, and how many numbers agree."""
    for name in features:
        ours = in_hundredths(100 * computed[name])
        differs = np.argwhere(printed[name] != ours)
        print(f"{name:<14}{ours.size - len(differs)} of {ours.size} agree")
        for row, column in differs[:4]:
            print(
                f"    row {row + 1}, column {column + 1}: "
                f"printed {printed[name][row, column] / 100:.2f}, "
                f"computed {computed[name][row, column]:.4f}"
            )


maps = {name: xo_classifier.match_feature(x, feature) for name, feature in features.items()}
print("ROUNDED to two decimals")
compare(read_printed(printed_maps), maps, np.rint)

# %% [markdown]
# Many differences, and nearly all of one kind: 7/9 = 0.777... is printed as 0.77 and rounds to 0.78. Print
# cuts the number off where you would round it. (Rows and columns are counted from 1 here, as on paper.)
# With our numbers **cut** in the same way:

# %%
print("CUT after two decimals")
compare(read_printed(printed_maps), maps, np.trunc)

# %% [markdown]
# > **Spot the slip.** One number is left. The X-shaped feature's map is printed with −0.11 in row 3,
# > column 4. The feature and the X both look the same upside down, so the map must too, and its
# > partner in row 5 is printed as −0.77. Count: at this place one pixel agrees and eight do not,
# > (1 − 8)/9 = −7/9.

# %%
window = x[2:5, 3:6]
plots.matrices(
    [
        ("rows 3–5, columns 4–6", window),
        "×",
        ("X-shaped", x_shaped),
        "=",
        ("products", window * x_shaped),
        "mean →",
        ("", np.array([[np.mean(window * x_shaped)]])),
    ],
    alt="The window above the crossing times the X-shaped feature: eight products are −1 and one is 1, "
    "so the mean is −7/9.",
)

# %% [markdown]
# ## ReLU: a bad match is no match
#
# A negative match says *the opposite of this piece is here*. That is no evidence for the piece, so ReLU
# sets it to 0. (This also hides the slip: −0.11 and −0.77 both become 0, and nothing after this
# notices.) The slides print these maps as well:

# %%
printed_after_relu = """
77   0  11  33  55   0  33 |  33   0  11   0  11   0  33 |  33   0  55  33  11   0  77
 0 100   0  33   0  11   0 |   0  55   0  33   0  55   0 |   0  11   0  33   0 100   0
11   0 100   0  11   0  55 |  11   0  55   0  55   0  11 |  55   0  11   0 100   0  11
33  33   0  55   0  33  33 |   0  33   0 100   0  33   0 |  33  33   0  55   0  33  33
55   0  11   0 100   0  11 |  11   0  55   0  55   0  11 |  11   0 100   0  11   0  55
 0  11   0  33   0 100   0 |   0  55   0  33   0  55   0 |   0 100   0  33   0  11   0
33   0  55  33  11   0 177 |  33   0  11   0  11   0  33 |  77   0  11  33  55   0  33
"""
rectified = {name: convolution.relu(match_map) for name, match_map in maps.items()}
compare(read_printed(printed_after_relu), rectified, np.trunc)

# %% [markdown]
# > **Spot the slip.** 1.77 in the last corner of the diagonal's map, four times in the slides. You need
# > no calculation for this one. ReLU leaves a positive number alone, and the number before it was 0.77.
# > Nor can any match exceed 1. The slides pool this corner to 0.77 later, so the true number was known.
#
# ## Pool, and pool again
#
# Now max pooling with a 2 × 2 window and stride 2, keeping the leftover row and column: 7 × 7 gives
# 4 × 4, as in lesson 05. The best match nearby survives, and *where exactly* it was is forgotten.

# %%
once = {name: pooling.max_pool_same(rectified_map) for name, rectified_map in rectified.items()}
plots.matrices(
    once,
    cell=0.5,
    alt="Three 4x4 maps: the diagonal's has 1 at three places on its own diagonal and 0.78 at the "
    "fourth, the X-shaped feature's has one 1, the anti-diagonal's has four.",
)

# %%
printed_pooled = """
100  33  55  33 |  55  33  55  33 |  33  55 100  77
 33 100  33  55 |  33 100  55  11 |  55  55 100  33
 55  33 100  11 |  55  55  55  11 | 100 100  11  55
 33  55  11  77 |  33  11  11  33 |  77  33  55  33
"""
compare(read_printed(printed_pooled), once, np.trunc)

# %% [markdown]
# All 48 agree. Pool once more, and 4 × 4 gives 2 × 2: one number for each quarter of the letter.

# %%
twice = {name: pooling.max_pool_same(pooled) for name, pooled in once.items()}
printed_twice = """
100  55 | 100  55 |  55 100
 55 100 |  55  55 | 100  55
"""
compare(read_printed(printed_twice), twice, np.trunc)
plots.matrices(
    twice,
    cell=0.6,
    alt="Three 2x2 maps: 1 .56 .56 1 for the diagonal, 1 .56 .56 .56 for the X-shaped feature, "
    ".56 1 1 .56 for the anti-diagonal.",
)

# %% [markdown]
# > **Spot the slip.** The slides say that this second step does *the three operations* once more:
# > convolution, ReLU and pooling. Pooling alone gives what they print. With a second 3 × 3 match it
# > comes out otherwise: the 4 × 4 map shrinks to 2 × 2 by the match alone, and then to 1 × 1 by pooling.
# > With zeros around it the size is right, but not the numbers:

# %%
for name, feature in features.items():
    inside = convolution.relu(xo_classifier.match_feature(once[name], feature))
    padded = convolution.relu(xo_classifier.match_feature(np.pad(once[name], 1), feature))
    print(
        f"{name:<14}pooling alone {np.round(twice[name].ravel(), 2)}   "
        f"three operations {np.round(pooling.max_pool_same(inside).ravel(), 2)}   "
        f"padded {np.round(pooling.max_pool_same(padded).ravel(), 2)}"
    )

# %% [markdown]
# ## Twelve numbers
#
# Read each 2 × 2 map row by row and put the three side by side: 3 × 4 = 12 numbers. Here is the whole
# way in one strip. Frames mark the places where an X (blue) or an O (red) is strong; that comes
# next.

# %%
xo_classifier_widgets.draw_strip(x)

# %% [markdown]
# And the same way for the O. Its strokes slant as well, but in other quarters: the diagonal is strong
# at the top right and bottom left, where the ring bends that way. It has no crossing.

# %%
xo_classifier_widgets.draw_strip(o)

# %% [markdown]
# > **Spot the slip.** One slide prints the X's list with 11 numbers: a 0.55 has dropped out between
# > the eighth and the tenth. Later slides print all 12, and so do we:

# %%
x_vector = xo_classifier.feature_vector(x, features.values())
print(len(x_vector), "numbers:", np.trunc(100 * x_vector) / 100)

# %% [markdown]
# ## Exercise 2: from an image to its vector (3 points)
#
# Write the whole way as one function: for each feature match, ReLU, pool, pool, flatten; then join. Two
# things from lessons 02 and 05 may help you here, and are allowed: `convolution.relu` and
# `pooling.max_pool_same`. Your own `match_feature` does the rest. It should work for images of any
# size, and for any number of features of any size.
#
# <details><summary>Hint 1</summary>
#
# Do it for one feature, and print the shape after every step. A letter of 9 × 9 should become
# 7 × 7, then 4 × 4, then 2 × 2. If you meet 3 × 3 on the way, the pooling has dropped what was left
# over; `pooling.max_pool_same` keeps it.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The second round is a pooling and nothing else: no match, no ReLU. `ravel()` reads the small map
# row by row. Collect what each feature gives in a list, and after the last one let `np.concatenate`
# make one long row of it. (`np.stack` would make a row for each feature, and give up where features
# of different sizes leave different numbers.)
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Three lines for each feature. How do you write two poolings into the second?
#
# ```python
# found = convolution.relu(match_feature(image, feature))
# pooled = pooling.max_pool_same(...)
# parts.append(pooled.ravel())
# ```
#
# </details>


# %% nbgrader={"grade_id": "feature_vector", "solution": true}
def feature_vector(image, features):
    """Return what some features find in an image, as one list of numbers.

    Parameters
    ----------
    image : array of shape (H, W), of any real dtype
    features : list of arrays of shape (fh, fw), which may differ in size

    Returns
    -------
    array with one axis
        For each feature its match map after ReLU and two max-poolings (2x2 windows, stride 2,
        leftovers kept), row by row; one feature after the other, in their order.
    """
    ### BEGIN SOLUTION
    parts = []
    for feature in features:
        found = convolution.relu(match_feature(image, feature))
        pooled = pooling.max_pool_same(pooling.max_pool_same(found))
        parts.append(pooled.ravel())
    return np.concatenate(parts)
    ### END SOLUTION


# %% [markdown]
# The next cell checks the twelve numbers of the X and of the O, and four tiny features on an image of
# 5 × 9. Other letters, sizes and features follow when your work is marked.

# %% nbgrader={"grade_id": "test-feature_vector", "grade": true, "points": 1}
import numpy as np

from utils import checks, xo_classifier

with checks.Exercise(
    "xo_classifier.feature_vector",
    feature_vector,
    allowed=["pooling.max_pool_same", "convolution.relu", "convolution.correlate2d"],
    uses=["match_feature"],
) as check:
    three = list(xo_classifier.FEATURES.values())
    x_ninths = np.array([9, 5, 5, 9, 9, 5, 5, 5, 5, 9, 9, 5])
    check.example(xo_classifier.load_letter("x"), three, expected=x_ninths / 9)
    o_ninths = np.array([5, 9, 9, 5, 5, 5, 5, 5, 9, 5, 5, 9])
    check.example(xo_classifier.load_letter("o"), three, expected=o_ninths / 9)
    # A feature of one pixel, 1, leaves the image as it is: 5x9 gives 3x5 and then 2x3.
    counting = np.arange(45).reshape(5, 9) - 33
    tiny = [np.array(rows) for rows in ([[1]], [[-1]], [[0, 2]], [[2]])]
    found = [[0, 1, 2, 6, 10, 11], [33, 29, 25, 0, 0, 0], [0, 2, 7, 11], [0, 2, 4, 12, 20, 22]]
    check.example(counting, tiny, expected=np.concatenate(found))

# %% nbgrader={"grade_id": "test-feature_vector-letters", "grade": true, "points": 1}
# Marked when you hand in: other letters and other features, all of 9x9 and 3x3.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(62)
with checks.Exercise(
    "xo_classifier.feature_vector",
    feature_vector,
    allowed=["pooling.max_pool_same", "convolution.relu", "convolution.correlate2d"],
    uses=["match_feature"],
) as check:
    for count in (1, 2, 3, 4):
        letter = rng.choice([-1, 1], (9, 9))
        check.agrees(letter, [rng.choice([-1, 1], (3, 3)) for _ in range(count)])
        check.agrees(letter.astype(np.int8), [rng.normal(size=(3, 3)) for _ in range(count)])
    check.agrees(np.ones((9, 9)), [-np.ones((3, 3)), np.ones((3, 3))])
    bytes_image = rng.integers(0, 256, (9, 9), dtype=np.uint8)
    check.agrees(bytes_image, [rng.integers(0, 256, (3, 3), dtype=np.uint8)] * 2)
    check.agrees(bytes_image, [rng.normal(size=(3, 3)), rng.integers(-3, 4, (3, 3))])
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-feature_vector-sizes", "grade": true, "points": 1}
# Marked when you hand in: images and features of other sizes.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(63)
with checks.Exercise(
    "xo_classifier.feature_vector",
    feature_vector,
    allowed=["pooling.max_pool_same", "convolution.relu", "convolution.correlate2d"],
    uses=["match_feature"],
) as check:
    for image_shape, feature_shapes in [
        ((6, 7), [(2, 2)]),
        ((9, 6), [(3, 2), (2, 4)]),
        ((12, 10), [(3, 3), (1, 2), (2, 3), (4, 4)]),
        ((11, 18), [(2, 3), (2, 3)]),
        ((10, 10), [(3, 3), (2, 2), (1, 1)]),
        ((16, 13), [(5, 2), (1, 4)]),
        ((4, 4), [(4, 4), (3, 3)]),
        ((1, 8), [(1, 2)]),
        ((14, 7), [(3, 3), (3, 3), (3, 3)]),
    ]:
        check.agrees(rng.normal(size=image_shape), [rng.normal(size=s) for s in feature_shapes])
### END HIDDEN TESTS

# %% [markdown]
# ## From twelve numbers to a verdict
#
# What does a vector say? Look at where an X is high: at its 1st, 4th, 5th, 10th and 11th number. These
# five places are the X's **template**. An O is high at the 2nd, 3rd, 9th and 12th. To score a letter
# as an X, take the mean of its numbers at the X's places; as an O, at the O's.

# %%
templates = xo_classifier.TEMPLATES
for label, template in templates.items():
    print(
        f"template {label}: {np.round(template, 2)}  highest at", 1 + np.flatnonzero(template == 1)
    )

# %% [markdown]
# The slides print the O's twelve numbers but not the O. Does a drawn O give them? We drew one, the ring
# at the top of this lesson, and computed its vector:

# %%
for label, letter in {"X": x, "O": o}.items():
    vector = xo_classifier.feature_vector(letter, features.values())
    difference = np.abs(vector - templates[label]).max()
    print(f"largest difference between our {label} and its printed template: {difference:.1e}")

# %% [markdown]
# It fits to the last digit, so our O may well be theirs. But it need not be. Many drawings share these
# twelve numbers, and other good O's do not have them. A square one, and one with rounded corners:

# %%
square_o = -np.ones((9, 9), int)
square_o[1:8, 1:8] = 1
square_o[2:7, 2:7] = -1
rounded_o = square_o.copy()
rounded_o[[1, 1, 7, 7], [1, 7, 1, 7]] = -1

three_os = {"ring": o, "rounded corners": rounded_o, "square": square_o}
for name, letter in three_os.items():
    vector = xo_classifier.feature_vector(letter, features.values())
    label, scores = xo_classifier.classify(vector, templates)
    print(f"{name:<16}X {scores['X']:.3f}   O {scores['O']:.3f}   verdict {label}")

xo_classifier_widgets.draw_letters(
    list(three_os.items()), alt="A ring, a square with rounded corners, and a square."
)

# %% [markdown]
# All three are called O, but the square one by a hair: it has no slanting stroke at all. Keep that in
# mind.
#
# ### A letter nobody has seen
#
# The slides' last example is the vector of an unknown letter. Add up what stands at the X's five places,
# and divide by 5; then do the same with the O's four places:

# %%
unknown = xo_classifier.UNKNOWN
for label, template in templates.items():
    high = template == template.max()
    terms = " + ".join(f"{value:.2f}" for value in unknown[high])
    total, count = unknown[high].sum(), high.sum()
    print(f"{label}: ({terms}) / {count} = {total:.2f} / {count} = {total / count:.4f}")

# %% [markdown]
# 0.912 against 0.5175: an X.
#
# > **Spot the slip.** The slides give 0.51 for the O. That is 0.5175 cut, as before; it rounds to 0.52.
# > They also call the scores *probabilities*. Probabilities of two cases that exclude each other add
# > up to 1, and these do not. A real network turns its scores into probabilities with *softmax*, in
# > [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb).

# %%
print("0.912 + 0.5175 =", 0.912 + 0.5175)

# %% [markdown]
# ## Exercise 3: score a template (2 points)
#
# The template's highest value may be something else than 1, and may stand at several places: they all
# count.
#
# <details><summary>Hint 1</summary>
#
# On paper: let the vector be 0.2, 0.6, 0.4 and the template 1, 7, 7. The template's highest value
# is 7, and it stands at the last two places, so the score is (0.6 + 0.4) / 2 = 0.5. Which of the
# two said *where* to look, and which one gave the numbers?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `np.argmax` finds one such place, the first. A comparison finds them all: `template == 7` is
# False, True, True, and in square brackets it picks the vector's numbers out,
# `vector[template == 7]`. What do you write in place of 7? If the lengths differ, NumPy raises an
# error of another kind than the one that is asked for, so compare them before.
#
# </details>


# %% nbgrader={"grade_id": "template_score", "solution": true}
def template_score(vector, template):
    """Return the mean of a vector over the places where a template has its maximum.

    Parameters
    ----------
    vector : array of shape (n,)
    template : array of shape (n,)

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If their lengths differ.
    """
    ### BEGIN SOLUTION
    vector, template = np.asarray(vector, dtype=float), np.asarray(template)
    if len(vector) != len(template):
        raise ValueError(f"{len(vector)} numbers in the vector, {len(template)} in the template")
    return float(np.mean(vector[template == template.max()]))
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-template_score", "grade": true, "points": 0.5}
import numpy as np

from utils import checks

with checks.Exercise("xo_classifier.template_score", template_score) as check:
    unknown = np.array([0.9, 0.65, 0.45, 0.87, 0.96, 0.73, 0.23, 0.63, 0.44, 0.89, 0.94, 0.53])
    x_template = np.array([9, 5, 5, 9, 9, 5, 5, 5, 5, 9, 9, 5]) / 9
    o_template = np.array([5, 9, 9, 5, 5, 5, 5, 5, 9, 5, 5, 9]) / 9
    check.example(unknown, x_template, expected=0.912)
    check.example(unknown, o_template, expected=0.5175)
    # The highest value is 7, at the last two places: (200 + 100) / 2.
    check.example(np.array([20, 90, 200, 100], np.uint8), np.array([1, 6, 7, 7]), expected=150.0)
    check.raises(ValueError, np.ones(12), np.ones(11))

# %% nbgrader={"grade_id": "test-template_score-templates", "grade": true, "points": 1}
# Marked when you hand in: templates of other lengths and with other highest values, and other kinds
# of number.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(64)
with checks.Exercise("xo_classifier.template_score", template_score) as check:
    for template in [
        [0, 1, 0, 0, 1],
        [0.25, 0.5, 0.5, 0.125, 0.5],
        [3, 1, 2, 3, 2, 2, 2],
        [0.5, 0.75, 1, 0.75, 0.75, 0.75],
        [-3, -1, -2, -1],
        [1, 1, 1],
        [7],
        [0, 0, 5, 0],
    ]:
        check.agrees(rng.random(len(template)), np.array(template))
        check.agrees(-rng.random(len(template)), np.array(template, float))
    check.agrees(np.array([200, 100, 250, 3], np.uint8), np.array([1, 1, 1, 0], np.uint8))
    check.agrees(np.array([100, -3, 120, 90], np.int8), np.array([9, 2, 9, 9], np.int8))
    check.agrees(np.array([3, 4, 6, 9]), np.array([0.5, 2, 2, 1]))
    check.agrees(rng.random(6).astype(np.float32), np.array([1, 0, 1, 0, 0, 1]))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-template_score-errors", "grade": true, "points": 0.5}
# Marked when you hand in: lengths that differ.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("xo_classifier.template_score", template_score) as check:
    check.agrees(np.array([0.5]), np.array([1.0]))
    check.raises(ValueError, np.ones(12), np.ones(11))
    check.raises(ValueError, np.ones(11), np.ones(12))
    check.raises(ValueError, np.ones(3), np.ones(1))
    check.raises(ValueError, np.ones(1), np.ones(3))
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 4: the verdict (2 points)
#
# Score every template, and name the best. Return the scores as well: how close the second was is half
# of the story.
#
# <details><summary>Hint 1</summary>
#
# Two things go back, in this order: the best label, and a dict with the score of *every* label.
# Make the dict first. `for label, template in templates.items()` visits all pairs, and
# `template_score` does the rest.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `max(scores)` compares the labels themselves, letter by letter, and always prefers an X to an O.
# Tell it what to compare by, `max(scores, key=...)`: a function that takes a label and gives its
# score. In a loop of your own, let the first label lead at the start (a lead of 0 would never be
# beaten by negative scores), and hand the lead over only to a score that is higher, `>`. With `>=`,
# the last of two equals would win.
#
# </details>


# %% nbgrader={"grade_id": "classify", "solution": true}
def classify(vector, templates):
    """Return the label whose template scores best, and every label's score.

    Parameters
    ----------
    vector : array of shape (n,)
    templates : dict of label to array of shape (n,)

    Returns
    -------
    label
        The best one; of equal scores, the first in the dict's order.
    scores : dict of label to float

    Raises
    ------
    ValueError
        If there is no template.
    """
    ### BEGIN SOLUTION
    if not templates:
        raise ValueError("there is no template to compare with")
    scores = {label: template_score(vector, template) for label, template in templates.items()}
    return max(scores, key=scores.get), scores
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-classify", "grade": true, "points": 0.5}
import numpy as np

from utils import checks

with checks.Exercise("xo_classifier.classify", classify, uses=["template_score"]) as check:
    templates = {
        "X": np.array([9, 5, 5, 9, 9, 5, 5, 5, 5, 9, 9, 5]) / 9,
        "O": np.array([5, 9, 9, 5, 5, 5, 5, 5, 9, 5, 5, 9]) / 9,
    }
    unknown = np.array([0.9, 0.65, 0.45, 0.87, 0.96, 0.73, 0.23, 0.63, 0.44, 0.89, 0.94, 0.53])
    check.example(unknown, templates, expected=("X", {"X": 0.912, "O": 0.5175}))
    # Three labels. Of equal scores the first wins; below 0, the highest is nearest to 0.
    three = dict(zip("TXO", np.eye(3)))
    equal = {"T": 0.5, "X": 0.5, "O": 0.5}
    check.example(np.array([0.5, 0.5, 0.5]), three, expected=("T", equal))
    negative = {"T": -0.5, "X": -0.75, "O": -0.25}
    check.example(np.array([-0.5, -0.75, -0.25]), three, expected=("O", negative))
    check.raises(ValueError, unknown, {})

# %% nbgrader={"grade_id": "test-classify-scores", "grade": true, "points": 0.5}
# Marked when you hand in: other vectors, other labels, and more or fewer templates.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(65)
with checks.Exercise("xo_classifier.classify", classify, uses=["template_score"]) as check:
    one_place_each = {"one": [1, 0, 0], "two": [0, 4, 0], "three": [-1, -1, 0]}
    one_place_each = {label: np.array(template) for label, template in one_place_each.items()}
    for vector in ([0.9, 0.1, 0.3], [0.1, 0.9, 0.3], [0.3, 0.1, 0.9], [-0.3, -0.1, -0.9]):
        check.agrees(np.array(vector), one_place_each)
    check.agrees(np.array([0.25, 0.5]), {"only": np.array([1, 0])})
    for label in ("X", "O", "T"):
        names = dict.fromkeys([label, "A", "Z"])
        check.agrees(rng.random(6), {name: rng.permutation([0, 0, 0, 1, 1, 1]) for name in names})
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-classify-ties", "grade": true, "points": 0.5}
# Marked when you hand in: equal scores, and scores of 0.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("xo_classifier.classify", classify, uses=["template_score"]) as check:
    left, middle, right = np.eye(3)
    for vector in ([0.5, 0.5, 0.5], [0.0, 0.0, 0.0], [0.25, 0.5, 0.5], [-0.5, -0.5, -0.5]):
        check.agrees(np.array(vector), {"M": left, "Z": middle, "A": right})
        check.agrees(np.array(vector), {"Z": middle, "M": left, "A": right})
        check.agrees(np.array(vector), {"A": right, "Z": middle, "M": left})
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-classify-errors", "grade": true, "points": 0.5}
# Marked when you hand in: no template at all.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("xo_classifier.classify", classify, uses=["template_score"]) as check:
    check.agrees(np.array([0.75, 0.25]), {"left": np.array([1, 0]), "right": np.array([0, 1])})
    check.raises(ValueError, np.array([0.5, 0.25]), {})
    check.raises(ValueError, np.ones(12), {})
### END HIDDEN TESTS

# %% [markdown]
# ## Draw your own
#
# **Click or drag** in the grid to draw; on ink, the same erases. With the keyboard, the arrows move and
# the space bar draws or erases. The maps, the twelve numbers and the verdict follow. Try these:
#
# - Load the X, and erase one pixel after another. How little of an X is still an X?
# - Load the X and move it to the right, step by step. When does it become an O?
# - Clear the grid. What does it say about a blank page, and why?

# %%
xo_classifier_widgets.letter_pad()

# %% [markdown]
# ## Where it breaks: shifts
#
# The slides promise that a letter is recognised wherever it sits. Move both letters to the left and to
# the right, and look at both scores:


# %%
def scores_of(letter):
    """Return the scores of a letter for X and for O."""
    vector = xo_classifier.feature_vector(letter, features.values())
    return xo_classifier.classify(vector, templates)[1]


letters = {"X": x, "O": o}
shifts = range(-4, 5)
figure, axes = plots.figure(8.6, 2.8, 1, 2, sharey=True)
for ax, (truth, letter) in zip(axes, letters.items()):
    curves = [scores_of(xo_classifier.move(letter, dx)) for dx in shifts]
    for label, colour in xo_classifier_widgets.COLOURS.items():
        values = [scores[label] for scores in curves]
        style = "-" if label == truth else "--"
        ax.plot(shifts, values, style, marker="o", color=colour, label=f"score for {label}")
    ax.set(title=f"a moving {truth}", xlabel="pixels to the right", ylim=(0, 1.05), xticks=shifts)
    ax.legend(loc="lower center", ncols=2, frameon=False)
axes[0].set_ylabel("score")
plots.Picture(
    figure,
    alt="The X keeps the higher score for shifts from −2 to 2 and loses to O beyond; the O wins from −1 "
    "to 2 and loses to X beyond.",
)

# %%
print("dx     the X scores X / O     the O scores X / O")
for dx in shifts:
    of_x, of_o = (scores_of(xo_classifier.move(letter, dx)) for letter in letters.values())
    print(
        f"{dx:+d}        {of_x['X']:.2f} / {of_x['O']:.2f} {'' if of_x['X'] > of_x['O'] else 'wrong':<7}"
        f"      {of_o['X']:.2f} / {of_o['O']:.2f} {'' if of_o['O'] > of_o['X'] else 'wrong'}"
    )

# %% [markdown]
# One pixel is forgiven: pooling did that. Three are not, and for the O two to the left are too many. The
# *match map* moves along with the letter, whatever the shift. It is the X's template that wants
# the diagonal in the first and the last quarter, and nowhere else.
#
# Is it only because a letter of this size leaves the picture from two pixels on? Try a smaller X, of
# 5 × 5 pixels, which stays inside:

# %%
small_x = -np.ones((9, 9), int)
small_x[2:7, 2:7] = np.where(np.eye(5) + np.eye(5)[::-1] > 0, 1, -1)
for dx in range(-2, 3):
    scores = scores_of(xo_classifier.move(small_x, dx))
    print(f"{dx:+d}   X {scores['X']:.2f}   O {scores['O']:.2f}")

# %% [markdown]
# Two to the right, X and O are level, and no pixel was lost. It is the template.
#
# How does it compare with laying whole letters on each other, as at the start? Take every shift, in
# both directions, grouped by its longer side:


# %%
def is_clearly_highest(truth, scores):
    """Tell whether one label's score is above all others, by more than rounding."""
    return all(scores[truth] > score + 1e-9 for label, score in scores.items() if label != truth)


def is_right_by_features(letter, truth):
    """Tell whether the twelve numbers give the right verdict; a tie is not one."""
    return is_clearly_highest(truth, scores_of(letter))


def is_right_by_whole_letter(letter, truth):
    """Tell whether the letter is more like the true one than like the other, pixel by pixel."""
    likeness = {label: np.mean(letter * reference) for label, reference in letters.items()}
    return is_clearly_highest(truth, likeness)


methods = {"features": is_right_by_features, "whole letter": is_right_by_whole_letter}
print("longer side    shifts    " + "    ".join(f"{name} right" for name in methods))
for reach in range(4):
    steps = range(-reach, reach + 1)
    ring = [(dx, dy) for dx in steps for dy in steps if max(abs(dx), abs(dy)) == reach]
    moved = [
        (xo_classifier.move(letter, dx, dy), truth)
        for dx, dy in ring
        for truth, letter in letters.items()
    ]
    rights = [np.mean([is_right(*case) for case in moved]) for is_right in methods.values()]
    print(f"{reach:>11}{len(ring):>10}{rights[0]:>17.0%}{rights[1]:>22.0%}")

# %% [markdown]
# Within one pixel the features are never wrong, and whole letters are wrong for a quarter of the
# letters. From two pixels on neither can be trusted: with two labels, a coin is right half of the time.
#
# ## Where it breaks: turns, thick pens, specks
#
# Next, turn the letters, and sprinkle specks over them: flip pixels from ink to paper or back, drawn at
# random. Left, the *margin*: the right label's score minus the other's. Below 0 the verdict is wrong.

# %%
rng = np.random.default_rng(6)
angles = range(0, 91, 5)
flips = [0, 4, 8, 12, 16, 20, 25, 30, 35, 40]

figure, (left, right) = plots.figure(8.6, 3.0, 1, 2)
for truth, other in ("XO", "OX"):
    turned = [scores_of(xo_classifier.rotate(letters[truth], angle)) for angle in angles]
    margins = [scores[truth] - scores[other] for scores in turned]
    colour = xo_classifier_widgets.COLOURS[truth]
    left.plot(angles, margins, marker="o", markersize=4, color=colour, label=f"a turned {truth}")
left.axhline(0, color=plots.BLACK, linewidth=0.8)
left.set(title="turned", xlabel="degrees", ylabel="margin", xticks=range(0, 91, 15))
left.set_ylim(-0.33, 0.65)
left.legend(frameon=False, loc="upper center", ncols=2)

accuracy = {name: [] for name in methods}
for count in flips:
    noisy = [
        (xo_classifier.flip_pixels(letter, count, rng), truth)
        for truth, letter in letters.items()
        for _ in range(100)
    ]
    for name, is_right in methods.items():
        accuracy[name].append(np.mean([is_right(*case) for case in noisy]))
for (name, values), colour in zip(accuracy.items(), (plots.BLUE, plots.GREEN)):
    right.plot(flips, values, marker="o", markersize=4, color=colour, label=name)
right.axhline(0.5, color=plots.GREY, linewidth=0.8, linestyle="--")
right.set(
    title="with specks", xlabel="pixels flipped, of 81", ylabel="share right", ylim=(0.3, 1.03)
)
right.legend(frameon=False, loc="lower left")
plots.Picture(
    figure,
    alt="Turned: the X's margin falls to 0.09 at 15 degrees and below 0 from 25 to 65; the O stays above "
    "0. With specks: features are right up to 8 flipped pixels and fall to one half at 35; whole letters "
    "are right up to 20 and fall to one half at 40.",
)

# %%
print("flipped        " + "".join(f"{count:>6}" for count in flips))
for name, values in accuracy.items():
    print(f"{name:<15}" + "".join(f"{value:>6.0%}" for value in values))

# %% [markdown]
# Two surprises. A turned O stays an O, because a ring looks the same from all sides, while a turned X has
# slants that no feature was made for. (The curves are jagged because 9 × 9 squares hold a slanting
# stroke badly; some pixels drop out.) And against specks **whole letters do better**: a mean over 81
# pixels averages the specks away, but the best of sixteen noisy matches, which is what two poolings
# take, gets better by luck. No method wins everywhere. That is why one measures.
#
# Last, a gallery of what goes wrong most, with both scores:

# %%
gallery = {
    "X, 3 to the right": xo_classifier.move(x, 3),
    "X turned by 30°": xo_classifier.rotate(x, 30),
    "X turned by 45°": xo_classifier.rotate(x, 45),
    "thick X": xo_classifier.thicken(x),
    "thick O": xo_classifier.thicken(o),
    "blank page": -np.ones_like(x),
}
titles = []
for name, letter in gallery.items():
    scores = scores_of(letter)
    verdict = max(scores, key=scores.get)
    titles.append(f"{name}\nX {scores['X']:.2f}  O {scores['O']:.2f}  → {verdict}")

xo_classifier_widgets.draw_letters(
    list(zip(titles, gallery.values())),
    alt="Six letters and what the classifier says. " + "; ".join(titles).replace("\n", ": "),
    columns=3,
)

# %% [markdown]
# The thick letters are still told apart, but barely: our features are one pixel wide, with paper beside
# the stroke. The blank page counts as an O, with the same 0.33 as the X that became a plus sign. A
# classifier of two labels has no way to say *neither*.
#
# ## Could it learn instead?
#
# You could now make a fourth feature for thick strokes, and two more for level and upright ones, and new
# templates. Then someone writes smaller. Let us see what learning buys. First, letters as a hasty writer
# makes them: turned by up to 30°, thick or thin, out of place by up to one pixel, with two specks.

# %%
untidy, untidy_labels = xo_classifier.make_renditions(letters, 10, np.random.default_rng(1))
xo_classifier_widgets.draw_letters(
    list(zip(untidy_labels, untidy)),
    alt="Ten untidy letters: " + " ".join(untidy_labels) + ". You can read most of them.",
)

# %% [markdown]
# A template says: add up these numbers, each with the same weight, and leave the others out. So let the
# weights be free, one for each number and one to start from, and choose those that come closest to +1
# for an X and −1 for an O on 500 such letters. That is a *dense layer* with one output, found by least
# squares. We give it the twelve numbers, and then the 81 raw pixels, and test on 500 other letters. In
# the last column the letters are out of place by up to two pixels:


# %%
def share_right(reach):
    """Return, for each of three methods, its share of right verdicts on 500 new letters."""
    pictures, labels = xo_classifier.make_renditions(
        letters, 1000, np.random.default_rng(reach), reach
    )
    vectors = np.array([xo_classifier.feature_vector(p, features.values()) for p in pictures])
    is_x = labels == "X"
    verdicts = [xo_classifier.classify(vector, templates)[0] for vector in vectors[500:]]
    shares = {"templates by hand, 12 numbers": np.mean(verdicts == labels[500:])}
    for name, inputs in {"12 numbers": vectors, "81 pixels": pictures.reshape(1000, 81)}.items():
        weights = xo_classifier.learn_weights(inputs[:500], np.where(is_x[:500], 1, -1))
        says_x = xo_classifier.weighted_sums(inputs[500:], weights) > 0
        shares[f"weights learnt, {name}"] = np.mean(says_x == is_x[500:])
    return shares


near, far = share_right(reach=1), share_right(reach=2)
print(f"{'right, of 500':<32}within 1 pixel   within 2 pixels")
for name in near:
    print(f"{name:<32}{near[name]:>14.0%}{far[name]:>18.0%}")

# %% [markdown]
# Read it row by row. The templates made by hand do little better than a coin. Learnt weights on the same
# twelve numbers do better, but not by much: what three features do not see, no weight can bring back.
# Weights on raw pixels see everything and do well, until the letters move further. So one wants both:
# weights that are learnt, on features that slide over the picture, *and features that are learnt as
# well*. That is what a convolutional network adds to what you have built today:
#
# | here | in a network | where |
# |---|---|---|
# | three features made by hand | kernels, learnt | [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb) |
# | match, ReLU, pool | `Conv2D`, `relu`, `MaxPooling2D` | lessons 02 to 05, and 07 |
# | templates | the weights of a `Dense` layer, learnt | [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb) |
# | the best score | softmax, and then the best | [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb) |
# | *how* a kernel is learnt | backward propagation | [lesson 10](../10_backprop/10_backprop.ipynb) |

# %% [markdown]
# ## Questions to think about
#
# Nobody marks these. Make up your mind first, and try what can be tried; our answers are in
# `solutions/`.
#
# 1. **Why is paper −1?** In most pictures, what is empty is 0. Suppose paper were 0 here too, in
#    the letters and in the features, and ink still 1. How well would the diagonal match a perfect
#    diagonal then? And a window that is ink all over?
#
# 2. **Half an O?** The unknown letter scored 0.5175 as an O. What does a page of random specks
#    score, where a coin decides for each pixel? Guess both of its scores. Then make a few hundred
#    such pages with `rng.choice([-1, 1], (9, 9))`.
#
# 3. **Pool once more.** A third pooling makes 1 × 1 of 2 × 2, and three numbers of twelve. Which
#    three, for the X and for the O? How far may a letter move now, and what do you pay for it?

# %% [markdown] tags=["answers"]
# ### Answers
#
# 1. The perfect diagonal gives 3/9: three times ink meets ink, and the six other products are 0.
#    The window full of ink gives 3/9 as well, because a product with 0 cannot object. So a page of
#    solid ink would match all three features as well as anything can. With −1 for paper, ink where
#    paper is wanted counts against the match: the full window gives (3 − 6)/9 = −1/3, and ReLU
#    removes it. Empty pixels are evidence too.
#
# 2. About 0.53 for both letters: that is the mean over 1,000 random pages, and single pages go from
#    0.2 to more than 0.8. A random window matches no better than it mismatches, but each of the
#    twelve numbers is the best of up to sixteen windows, and the best of many is seldom bad. So
#    0.5175 is not half an O. It is what noise gets: half of the random pages score more. What tells
#    is how far a score lies above that level, and above its rival.
#
# 3. The X gives 1, 1, 1 and the O 1, 5/9, 1: both have strokes of both slants, and only the
#    crossing tells them apart. *Where* anything stands no longer matters. We tried all shifts of up
#    to three pixels, in all directions: the X's crossing stays at 1 and the O's at 5/9, so whoever
#    calls 7/9 or more an X is never wrong. The price: an O with a small cross drawn into it gives
#    1, 1, 1 too, and everything hangs on one number. Of 800 letters with eight flipped pixels this
#    rule reads 624 right, while the templates, with their twelve numbers, read 794.

# %% [markdown]
# ## What to take away
#
# - **Match, ReLU, pool, pool, flatten, compare**: a whole classifier, and each number in it can be
#   checked by hand.
# - A match of 1 and −1 pixels is *(agreeing − disagreeing) / all*.
# - Small features forgive a shift of one pixel that whole letters do not. They do **not** make a
#   classifier that recognises a letter wherever it is.
# - Features made by hand see what their maker thought of. Three pixels to the side, or a turn by 35°,
#   are enough to fool them.
# - Recompute published numbers. Most are right, and the others teach the most.
#
# **Where the sources slip.** 1.77 after ReLU (0.77); −0.11 in row 3, column 4 of the X-shaped feature's
# map (−0.77); *the three operations* for what is pooling alone; 11 numbers where there are 12; ninths
# cut instead of rounded, 0.51 for 0.5175; scores called probabilities; recognition wherever the letter
# sits.
#
# **Next.** In [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb) Keras does these steps for you, and learns
# the features.

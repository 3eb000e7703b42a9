# ---
# jupyter:
#   course:
#     summary: A whole classifier by hand, from the pixels of a letter to a verdict, and where it breaks
#     minutes: 100
# ---

# %% [markdown]
# # X or O, by hand
#
# [Start page](../index.ipynb) · Before: [05, Pooling](../05_pooling/05_pooling.ipynb) ·
# Next: [07, From dense to convolutional, in Keras](../07_keras_cnn/07_keras_cnn.ipynb)
#
# **What you will do.** You build a complete image classifier from what you already have: match three
# small features, apply ReLU, pool twice, and compare twelve numbers with two lists. You draw letters
# yourself and watch the classifier decide. Then you test where it fails.
#
# **What you will learn**
# - how convolution, ReLU, pooling and a dense layer work together, number by number;
# - how to check a published calculation, and what to do when a number is not right;
# - why comparing small features beats comparing whole letters, and when it does not;
# - which part of the classifier is equivariant to shifts, and why its verdict is still not invariant;
# - how far hand-made features get, and so why networks learn theirs.
#
# **What you need.** `correlate2d` and ReLU from [lesson 02](../02_convolution/02_convolution.ipynb);
# max pooling with "same" padding, equivariance and invariance from
# [lesson 05](../05_pooling/05_pooling.ipynb). Mathematics: sums and means.
#
# **Time.** About 100 minutes: 15 to read (at 200 words a minute), 40 to run and follow the
# demonstrations and to draw, 45 for the four exercises.

# %%
import numpy as np

# No module named 'utils'? In the course's folder, start: uv run jupyter lab
from utils import convolution, plots, pooling, xo_classifier
from utils.widgets import xo_classifier as xo_classifier_widgets

# %% [markdown]
# ## Two letters
#
# The example comes from the slides *Convolutional Neural Networks*. Each letter is a text file of nine
# lines. A `#` is ink and a `.` is paper. As numbers, ink is 1 and paper is **−1**, so that empty pixels
# count too.

# %%
x, o = xo_classifier.load_letter("x"), xo_classifier.load_letter("o")
print(xo_classifier.format_letter(x), xo_classifier.format_letter(o), sep="\n\n")
print("\nthe X's fourth row:", x[3])

# %% [markdown]
# How alike are two letters? The simplest way: put one on top of the other, multiply pixel by pixel, and take
# the mean of the 81 products. A pixel that agrees gives 1 × 1 = 1 or (−1) × (−1) = 1; one that does not
# gives −1. So the mean is 1 for two equal letters, and −1 for a letter and its negative.

# %%
shifted = xo_classifier.move(x, 1)
print(f"the X and itself:                      {np.mean(x * x):.2f}")
print(f"the X and an X one pixel to the right: {np.mean(x * shifted):.2f}")
print(f"the X and an O:                        {np.mean(x * o):.2f}")

xo_classifier_widgets.draw_letters(
    [("X", x), ("X, one to the right", shifted), ("O", o)],
    alt="An X, the same X one pixel further right, and an O, in 9 by 9 squares.",
)

# %% [markdown]
# Compare the last two numbers. By this measure the X is **less like itself shifted by one pixel (0.36) than
# like an O (0.48)**. Where thin strokes are one pixel apart, they do not overlap at all.
#
# ## Small features instead of whole letters
#
# Both X's contain the same small parts: diagonal strokes, and one crossing. So look for these parts. Here are
# three *features* of 3 × 3 pixels:

# %%
features = xo_classifier.FEATURES
diagonal, x_shaped, anti_diagonal = features.values()
plots.matrices(
    features,
    alt="The diagonal has 1 from top left to bottom right and −1 elsewhere; the X-shaped feature has 1 "
    "at its corners and centre; the anti-diagonal is the diagonal's mirror image.",
)

# %% [markdown]
# To see how well a feature matches at one position, take four steps:
#
# 1. **line up** the feature with a window of the letter;
# 2. **multiply** each pixel of the window by the feature's pixel at the same position;
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
# *(pixels that agree − pixels that do not) / 9*. With nine pixels, every result is an odd number of
# ninths: 1, 7/9, 5/9, and so on down to −1. Slide the feature over the whole letter, and the 9 × 9
# letter $I$ with a feature $F$ of $f_h \times f_w$ pixels gives a $7 \times 7$ *match map*
#
# $$M[i, j] = \frac{1}{f_h f_w}\;\sum_{a=0}^{f_h-1}\;\sum_{b=0}^{f_w-1} I[i+a,\, j+b]\; F[a, b]$$
#
# $M[i, j]$ belongs to the window whose *top left* pixel is $[i, j]$. The slides write the same number at the
# *centre* of that window, which for a 3 × 3 feature is the pixel $[i + 1, j + 1]$ of the letter.

# %%
match_map = xo_classifier.match_feature(x, diagonal)
figure, (left, right) = plots.figure(7, 3.4, 1, 2)
left.pcolormesh(-x[::-1], cmap="gray", edgecolors="lightgray", linewidth=0.8)
left.set(title="letter", aspect="equal")
left.axis("off")
plots.matrix(right, match_map, "how well the diagonal matches")
plots.Picture(
    figure,
    alt="The 9x9 X, black on white, and its 7x7 match map: 1 at four positions on the way from top left to "
    "bottom right, 0.56 in the middle, where the strokes cross, and 0.78 at two corners.",
)

# %% [markdown]
# The map is bluest along the stroke from top left to bottom right, because that stroke is the diagonal. Along the
# other stroke, no match exceeds 0.56.
#
# ## Exercise 1: match a feature (3 points)
#
# Write the four steps as a function, for every position where the feature fits. By hand means Python and
# NumPy, as in lesson 02: neither SciPy nor `utils`. Remember images and features that are not
# square, and images of small integers, in which products overflow.
#
# <details><summary>Hint 1</summary>
#
# Begin with the shape of the result. In a row of 9 pixels, a feature of 3 can start at pixel 0, 1,
# 2, ... What is its last start, and how many starts are there? Write that with `width` and `fw`,
# and once more with `height` and `fh`: the two may differ.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# One number of the map comes from one window. Two slices cut out the window,
# `image[i : i + fh, j : j + fw]`, and `*` multiplies it by the feature, pixel by pixel. Divide by
# the number of pixels; `len(feature)` counts only its rows. And leave negative matches negative:
# ReLU is a separate step, later.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Small integers overflow (in `uint8`, 20 · 20 is 144), so make both arrays floats first:
# `np.asarray(image, dtype=float)`. And compare the sizes yourself: a feature one pixel too wide
# gives an empty map, without an error. The rest is two loops around one line:
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
# ## From three maps to twelve numbers
#
# A negative match means that the opposite of the feature is there. That is no evidence for the feature,
# so **ReLU** sets it to 0. Then **max pooling** with 2 × 2 windows and a stride of 2, which keeps the leftover
# row and column: 7 × 7 gives 4 × 4, as in lesson 05. The best match in each window remains, but not its exact
# position. **Pool again**, and 4 × 4 gives 2 × 2: one number for each quarter of the letter.

# %%
maps, rectified, once, twice = {}, {}, {}, {}
for name, feature in features.items():
    maps[name] = xo_classifier.match_feature(x, feature)
    rectified[name] = convolution.relu(maps[name])
    once[name] = pooling.max_pool_same(rectified[name])
    twice[name] = pooling.max_pool_same(once[name])
    shapes = [step[name].shape for step in (maps, rectified, once, twice)]
    print(f"{name:<14}", " → ".join(f"{rows}×{columns}" for rows, columns in shapes))

plots.matrices(
    twice,
    cell=0.6,
    alt="Three 2x2 maps: 1 .56 .56 1 for the diagonal, 1 .56 .56 .56 for the X-shaped feature, "
    ".56 1 1 .56 for the anti-diagonal.",
)

# %% [markdown]
# Read each 2 × 2 map row by row and put the three side by side: 3 × 4 = 12 numbers. The next figure shows all the
# steps. Frames mark the positions where an X (blue) or an O (red) is strong; the section *From twelve numbers to
# a verdict* uses them.

# %%
xo_classifier_widgets.draw_strip(x)

# %% [markdown]
# The O takes the same steps. Its strokes are diagonal in other quarters: the diagonal is strong at the top right
# and bottom left, where the ring runs in that direction. It has no crossing.

# %%
xo_classifier_widgets.draw_strip(o)

# %% [markdown]
# ## Exercise 2: from an image to its vector (3 points)
#
# Write all the steps as one function: for each feature match, ReLU, pool, pool, flatten; then join. You may use
# two functions from lessons 02 and 05: `convolution.relu` and `pooling.max_pool_same`. Your own `match_feature`
# does the rest. The function should work for images of any size, and for any number of features of any size.
#
# <details><summary>Hint 1</summary>
#
# Do it for one feature, and print the shape after every step. A letter of 9 × 9 should become
# 7 × 7, then 4 × 4, then 2 × 2. If you see 3 × 3 on the way, the pooling has dropped the leftover row and
# column; `pooling.max_pool_same` keeps it.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The second round is only a pooling: no match, no ReLU. `ravel()` reads the small map
# row by row. Collect the result of each feature in a list, and after the last one let `np.concatenate`
# make one long row of it. (`np.stack` would make a row for each feature, and fail where features
# of different sizes give different numbers of results.)
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
# Look at where the vector of an X is high: at its 1st, 4th, 5th, 10th and 11th number. These
# five positions are the X's **template**. An O is high at the 2nd, 3rd, 9th and 12th. To score a letter
# as an X, take the mean of its numbers at the X's positions; as an O, at the O's.

# %%
templates = xo_classifier.TEMPLATES
for label, template in templates.items():
    print(
        f"template {label}: {np.round(template, 2)}  highest at", 1 + np.flatnonzero(template == 1)
    )

# %% [markdown]
# The slides print the O's twelve numbers but not the pixels of the O. Does the ring at the top of this lesson,
# drawn for this course, give these numbers?

# %%
for label, letter in {"X": x, "O": o}.items():
    vector = xo_classifier.feature_vector(letter, features.values())
    difference = np.abs(vector - templates[label]).max()
    print(f"largest difference between our {label} and its printed template: {difference:.1e}")

# %% [markdown]
# It does, exactly, so it may well be the slides' O. But many drawings have the same twelve numbers, and other
# good O's do not have them. Here are a square O, and one with rounded corners:

# %%
square_o = -np.ones((9, 9), int)
square_o[1:8, 1:8] = 1
square_o[2:7, 2:7] = -1
rounded_o = square_o.copy()
for row, column in [(1, 1), (1, 7), (7, 1), (7, 7)]:
    rounded_o[row, column] = -1

three_os = {"ring": o, "rounded corners": rounded_o, "square": square_o}
for name, letter in three_os.items():
    vector = xo_classifier.feature_vector(letter, features.values())
    label, scores = xo_classifier.classify(vector, templates)
    print(f"{name:<16}X {scores['X']:.3f}   O {scores['O']:.3f}   verdict {label}")

xo_classifier_widgets.draw_letters(
    list(three_os.items()), alt="A ring, a square with rounded corners, and a square."
)

# %% [markdown]
# All three are classified as O, but the square one only just, 0.333 against 0.289: it has no diagonal stroke at
# all.
#
# ## An unknown letter
#
# The slides' last example is the vector of an unknown letter. Add the numbers at the X's five positions, and
# divide by 5; then do the same with the O's four positions:

# %%
unknown = xo_classifier.UNKNOWN
scores = {}
for label, template in templates.items():
    high = template == template.max()
    terms = " + ".join(f"{value:.2f}" for value in unknown[high])
    total, count = unknown[high].sum(), high.sum()
    scores[label] = total / count
    print(f"{label}: ({terms}) / {count} = {total:.2f} / {count} = {scores[label]:.4f}")
print(f"the two scores together: {sum(scores.values()):.4f}")

# %% [markdown]
# 0.912 for X against 0.5175 for O: the verdict is X.
#
# ## Exercise 3: score a template (2 points)
#
# The template's highest value need not be 1, and it may occur at several positions; all of them count.
#
# <details><summary>Hint 1</summary>
#
# On paper: let the vector be 0.2, 0.6, 0.4 and the template 1, 7, 7. The template's highest value
# is 7, at the last two positions, so the score is (0.6 + 0.4) / 2 = 0.5. Which of the
# two arrays said *where* to look, and which one gave the numbers?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `np.argmax` finds one such position, the first. A comparison finds them all: `template == 7` is
# False, True, True, and in square brackets it selects numbers of the vector:
# `vector[template == 7]`. What do you write in place of 7? If the lengths differ, NumPy raises another
# kind of error than `ValueError`, so compare them first.
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
# Score every template, and return the best label. Return the scores as well: they show how close the second
# was.
#
# <details><summary>Hint 1</summary>
#
# Return two things, in this order: the best label, and a dict with the score of *every* label.
# Make the dict first. `for label, template in templates.items()` visits all pairs, and
# `template_score` does the rest.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `max(scores)` compares the labels themselves, in alphabetical order, and always prefers an X to an O.
# Say what to compare by, `max(scores, key=...)`: a function that takes a label and returns its
# score. If you write a loop, start with the first label as the best so far (a start at 0 would never be
# beaten by negative scores), and replace it only by a score that is higher, `>`. With `>=`,
# the last of two equal scores would win.
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
# ## Checked against print: a puzzle
#
# The slides print every number of this example, so you can check them. That is good practice with any
# published calculation, and it speaks for the slides that they make it possible. Some details did not
# survive typesetting.
#
# > **Puzzle.** The slides say, among other things:
# >
# > 1. In the map of the X-shaped feature, row 3, column 4 is −0.11. (Row 5, column 4 is −0.77.)
# > 2. After ReLU, the bottom right number of the diagonal's map is 1.77; it is printed four times.
# > 3. To get from 4 × 4 to 2 × 2, "we need to perform the 3 operations in an iteration": convolution,
# >    ReLU and pooling once more.
# > 4. The X's vector is 1, .55, .55, 1, 1, .55, .55, .55, 1, 1, .55.
# > 5. The matches are 0.77, 0.55, 0.33, 0.11, and the score 2.07/4 is 0.51.
# > 6. The scores 0.91 and 0.51 are a *probability match*.
# >
# > What is wrong with each? For two of them you need no calculation. For the others, use the map of the
# > section *Small features*, or `x` and `features` in a cell of your own. Then run the next two cells.

# %%
for line in xo_classifier.compare_with_print("match", maps, truncate=False):
    print(line)
print()
stages = {"match": maps, "ReLU": rectified, "pooled": once, "pooled again": twice}
for stage, computed in stages.items():
    for line in xo_classifier.compare_with_print(stage, computed):
        print(line)

# %%
print("the second shrinking")
for name, feature in features.items():
    inside = convolution.relu(xo_classifier.match_feature(once[name], feature))
    padded = convolution.relu(xo_classifier.match_feature(np.pad(once[name], 1), feature))
    print(
        f"{name:<14}only pooling {np.round(twice[name].ravel(), 2)}   "
        f"3 operations {np.round(pooling.max_pool_same(inside).ravel(), 2)}   "
        f"padded {np.round(pooling.max_pool_same(padded).ravel(), 2)}"
    )
x_vector = xo_classifier.feature_vector(x, features.values())
print(len(x_vector), "numbers, truncated:", np.trunc(100 * x_vector) / 100)

# %% [markdown]
# > <details><summary>Answers</summary>
# >
# > 1. It is **−0.77**. The feature and the X both look the same upside down, so rows 3 and 5 must agree.
# >    One pixel agrees and eight do not: (1 − 8)/9 = −7/9. ReLU turns both values into 0, so the slip has no
# >    effect later.
# > 2. It is **0.77**. ReLU does not change a positive number, and no match can exceed 1. The slides pool this
# >    corner to 0.77, so the right number was known.
# > 3. **Only pooling** gives the printed numbers. A second 3 × 3 match shrinks 4 × 4 to 2 × 2, and pooling
# >    then gives a single number; with zeros around the map the size is right, but the numbers are not.
# > 4. One 0.55 is missing: **12** numbers, not 11. Later slides print all 12.
# > 5. They are **truncated**, not rounded: 7/9 = 0.777... rounds to 0.78, 5/9 to 0.56, and 0.5175 to 0.52. Of
# >    the 147 numbers in the match maps, 105 agree with ours if we round, and 146 if we truncate. The one that is
# >    left is slip 1.
# > 6. Probabilities of cases that exclude each other add up to 1; these two add up to 1.4295. A network turns
# >    scores into probabilities with *softmax*, in [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb).
# >
# > Everything else agrees: all 48 numbers after the first pooling, all 12 after the second, and the verdict.
# >
# > </details>
#
# ## Draw your own
#
# **Click or drag** in the grid to draw; on ink, the same erases. With the keyboard, the arrow keys move and
# the space bar draws or erases. The maps, the twelve numbers and the verdict follow. Try these:
#
# - Load the X, and erase one pixel after another. How many can you erase before the verdict changes?
# - Load the X and move it to the right, step by step. When does it become an O?
# - Clear the grid. Which verdict does a blank page get, and why?

# %%
xo_classifier_widgets.letter_pad()

# %% [markdown]
# ## Where it fails: shifts
#
# > **Puzzle.** The slides say: "an alphabet could be sitting in different positions and the
# > Convolutional Neural Network algorithm would still be able to recognize it." For how many of the nine shifts
# > from −4 to 4 do you expect the right verdict?
#
# Shift both letters to the left and to the right, and look at both scores:


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
    ax.set(title=f"a shifted {truth}", xlabel="pixels to the right", ylim=(0, 1.05), xticks=shifts)
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
# > <details><summary>Answer</summary>
# >
# > The X is recognised at five of the nine shifts (−2 to 2), the O at four (−1 to 2). A shift of one pixel is
# > tolerated, thanks to pooling; three pixels are not.
# >
# > </details>
#
# But the convolution finds the strokes wherever they are. So which step goes wrong? Compare the diagonal's
# match map of the shifted X with the match map of the original, shifted by as much; and then count which of
# the twelve numbers change:

# %%
original = xo_classifier.match_feature(x, diagonal)
for dx in (-2, -1, 0, 1, 2):
    shifted = xo_classifier.move(x, dx)
    shift_first = xo_classifier.match_feature(shifted, diagonal)
    shift_last = pooling.shift(original, dx)
    inside = slice(max(dx, 0), 7 + min(dx, 0))  # the columns into which no zeros came
    same = np.array_equal(shift_first[:, inside], shift_last[:, inside])
    vector = xo_classifier.feature_vector(shifted, features.values())
    changed = np.count_nonzero(~np.isclose(vector, x_vector))
    print(f"dx {dx:+d}: match map only shifted: {same}   {changed:>2} of the 12 numbers changed")

# %% [markdown]
# > **Equivariance and invariance.** The match map is **equivariant**: shift the letter, and the map shifts along
# > with it, exactly. The verdict should be **invariant**: shift the letter, and nothing changes. Between the two
# > are pooling and a template. Pooling hides a shift of one pixel in part. But the template is tied to positions: the
# > X's template expects the diagonal in the first and the last quarter, and does not find it in any other. *A
# > network is not invariant to shifts because its convolutions are equivariant; what follows them has to forget
# > position as well.*
#
# Does the X fail only because a letter of this size leaves the frame at shifts of two or more? Try a smaller X of
# 5 × 5 pixels, which stays inside:

# %%
small_x = -np.ones((9, 9), int)
for i in range(5):
    small_x[2 + i, 2 + i] = small_x[2 + i, 6 - i] = 1
for dx in range(-2, 3):
    scores = scores_of(xo_classifier.move(small_x, dx))
    print(f"{dx:+d}   X {scores['X']:.2f}   O {scores['O']:.2f}")

# %% [markdown]
# Shifted by two to the right, X and O are level at 0.78, although no pixel was lost. The template is the cause.
#
# How do features compare with whole letters, as at the start of the lesson? Take every shift in both directions,
# grouped by the larger of the two distances:


# %%
def is_clearly_highest(truth, scores):
    """Return whether one label's score is above all others, by more than rounding."""
    return all(scores[truth] > score + 1e-9 for label, score in scores.items() if label != truth)


def is_right_by_features(letter, truth):
    """Return whether the twelve numbers give the right verdict; a tie is wrong."""
    return is_clearly_highest(truth, scores_of(letter))


def is_right_by_whole_letter(letter, truth):
    """Return whether the letter is more like the true one than like the other, pixel by pixel."""
    likeness = {label: np.mean(letter * reference) for label, reference in letters.items()}
    return is_clearly_highest(truth, likeness)


methods = {"features": is_right_by_features, "whole letter": is_right_by_whole_letter}
print("distance    shifts    " + "    ".join(f"{name} right" for name in methods))
for reach in range(4):
    steps = range(-reach, reach + 1)
    moves = [(dx, dy) for dx in steps for dy in steps if max(abs(dx), abs(dy)) == reach]
    cases = []
    for dx, dy in moves:
        for truth, letter in letters.items():
            cases.append((xo_classifier.move(letter, dx, dy), truth))
    shares = []
    for is_right in methods.values():
        shares.append(np.mean([is_right(letter, truth) for letter, truth in cases]))
    print(f"{reach:>8}{len(moves):>10}{shares[0]:>17.0%}{shares[1]:>22.0%}")

# %% [markdown]
# Within one pixel the features are always right, and whole letters are right for 75 % of the letters. From two
# pixels on neither can be trusted: with two labels, guessing is right half of the time.
#
# ## Where it fails: rotation and noise
#
# The book chapter names a second difficulty for its own network: images that are *rotated*. So rotate the
# letters. And add noise: flip pixels chosen at random from ink to paper or back. The left half shows the
# *margin*: the right label's score minus the other's. Below 0 the verdict is wrong.

# %%
rng = np.random.default_rng(6)
angles = range(0, 91, 5)
flips = [0, 4, 8, 12, 16, 20, 25, 30, 35, 40]

figure, (left, right) = plots.figure(8.6, 3.0, 1, 2)
wrong = {}
for truth, other in [("X", "O"), ("O", "X")]:
    margins = []
    for angle in angles:
        scores = scores_of(xo_classifier.rotate(letters[truth], angle))
        margins.append(scores[truth] - scores[other])
    wrong[truth] = [angle for angle, margin in zip(angles, margins) if margin <= 0]
    colour = xo_classifier_widgets.COLOURS[truth]
    left.plot(angles, margins, marker="o", markersize=4, color=colour, label=f"a rotated {truth}")
left.axhline(0, color=plots.BLACK, linewidth=0.8)
left.set(title="rotated", xlabel="degrees", ylabel="margin", xticks=range(0, 91, 15))
left.set_ylim(-0.33, 0.65)
left.legend(frameon=False, loc="upper center", ncols=2)

accuracy = {name: [] for name in methods}
for count in flips:
    noisy = []
    for truth, letter in letters.items():
        for _ in range(100):
            noisy.append((xo_classifier.flip_pixels(letter, count, rng), truth))
    for name, is_right in methods.items():
        accuracy[name].append(np.mean([is_right(letter, truth) for letter, truth in noisy]))
for name, colour, marker in [("features", plots.PURPLE, "s"), ("whole letter", plots.GREEN, "^")]:
    right.plot(flips, accuracy[name], marker=marker, markersize=5, color=colour, label=name)
right.axhline(0.5, color=plots.GREY, linewidth=0.8, linestyle="--")
right.set(
    title="with noise", xlabel="pixels flipped, of 81", ylabel="share right", ylim=(0.3, 1.03)
)
right.legend(frameon=False, loc="lower left")
plots.Picture(
    figure,
    alt="Rotated: the X's margin falls to 0.09 at 15 degrees and below 0 from 25 to 65; the O stays above "
    "0. With noise: features are right up to 8 flipped pixels and fall to one half at 35; whole letters "
    "are right up to 20 and fall to one half at 40.",
)

# %%
for truth, failing in wrong.items():
    print(f"a rotated {truth} is not recognised at these angles: {failing}")
print("flipped        " + "".join(f"{count:>6}" for count in flips))
for name, values in accuracy.items():
    print(f"{name:<15}" + "".join(f"{value:>6.2f}" for value in values))
print(f"chance error at 0.92, with 200 letters: ±{np.sqrt(0.92 * 0.08 / 200):.2f}")

# %% [markdown]
# Two results may surprise you. A rotated O is always recognised, because a ring looks the same from all sides,
# while an X fails from 25° to 65°: none of the features matches its strokes. (The curve is jagged because 9 × 9
# squares cannot show a slanting stroke well.) And with noise, **whole letters do better**: at 16 flipped
# pixels their share is 1.00, that of features 0.92. A mean over 81 pixels averages the noise out. Two
# poolings take the largest of sixteen noisy matches, and that one is large by chance. Which method is better
# depends on what goes wrong with the images.
#
# Finally, a gallery of failures and close calls, with both scores:

# %%
gallery = {
    "X, 3 to the right": xo_classifier.move(x, 3),
    "X rotated by 30°": xo_classifier.rotate(x, 30),
    "X rotated by 45°": xo_classifier.rotate(x, 45),
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
# The thick letters are still recognised, but only just: our features are one pixel wide, with paper on both sides
# of the stroke. The blank page is classified as an O with a score of 0.33, just as the X that became a plus
# sign. A classifier with two labels cannot say *neither*.
#
# ## Could it learn instead?
#
# You could now add a feature for thick strokes, two more for horizontal and vertical ones, and new
# templates. Smaller letters would need others again. What does learning gain? First, untidy letters:
# rotated by up to 30°, thick or thin, shifted by up to one pixel, with two pixels flipped.

# %%
untidy, untidy_labels = xo_classifier.make_renditions(letters, 10, np.random.default_rng(1))
xo_classifier_widgets.draw_letters(
    list(zip(untidy_labels, untidy)),
    alt="Ten untidy letters: " + " ".join(untidy_labels) + ". Most of them are easy to read.",
)

# %% [markdown]
# A template adds up some numbers, each with the same weight, and ignores the others. Now let the weights be
# *learned*: one for each number, and one constant to start from (the *bias*). `learn_weights` chooses them so that
# the weighted sum comes close to +1 for every X and −1 for every O among 500 training letters: the sum of the
# squared errors becomes as small as possible (*least squares*, with a small penalty on large weights). A letter whose
# weighted sum is above 0 is called an X.
#
# This is a *dense layer* with one output. It gets either the twelve numbers or the 81 raw pixels, and is tested on
# 500 other letters. In the last column the letters are shifted by up to two pixels. Each value is the mean over
# three seeds, with the lowest and the highest:


# %%
def shares_right(reach, seed):
    """Return, for each of three methods, its share of right verdicts on 500 new letters."""
    images, labels = xo_classifier.make_renditions(
        letters, 1000, np.random.default_rng(seed), reach
    )
    vectors = np.array([xo_classifier.feature_vector(i, features.values()) for i in images])
    is_x = labels == "X"
    verdicts = [xo_classifier.classify(vector, templates)[0] for vector in vectors[500:]]
    shares = {"hand-made templates, 12 numbers": np.mean(verdicts == labels[500:])}
    for name, inputs in [("12 numbers", vectors), ("81 pixels", images.reshape(1000, 81))]:
        weights = xo_classifier.learn_weights(inputs[:500], np.where(is_x[:500], 1, -1))
        says_x = xo_classifier.weighted_sums(inputs[500:], weights) > 0
        shares[f"learned weights, {name}"] = np.mean(says_x == is_x[500:])
    return shares


results = {}
for reach in (1, 2):
    results[reach] = [shares_right(reach, seed) for seed in (1, 2, 3)]

print(f"{'right, of 500':<34}shifts up to 1        shifts up to 2")
for name in results[1][0]:
    line = f"{name:<34}"
    for reach in (1, 2):
        values = [shares[name] for shares in results[reach]]
        line += f"{np.mean(values):.3f} ({min(values):.3f}-{max(values):.3f})   "
    print(line)
print(f"chance error at 0.5: ±{np.sqrt(0.5 * 0.5 / 500):.3f}")

# %% [markdown]
# Read it row by row. The hand-made templates are right for 0.568 of the letters, little better than guessing, and
# for 0.461 at larger shifts. Learned weights on the same twelve numbers do better, 0.689, but no weight can
# recover what the three features do not detect. Weights on raw pixels get 0.976, until the letters shift further:
# 0.783. So the best of both would be learned weights, on features that slide over the image, *and features that are
# learned as well*. That is what a convolutional network adds to what you have built today:
#
# | here | in a network | where |
# |---|---|---|
# | three hand-made features | kernels, learned | [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb) |
# | match, ReLU, pool | `Conv2D`, `relu`, `MaxPooling2D` | lessons 02 to 05, and 07 |
# | templates | the weights of a `Dense` layer, learned | [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb) |
# | the best score | softmax, and then the best | [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb) |
# | *how* a kernel is learned | backward propagation | [lesson 10](../10_backprop/10_backprop.ipynb) |

# %% [markdown]
# ## Questions to think about
#
# These questions give no points. Answer them for yourself first, and try what can be tried; answers are in
# `solutions/`.
#
# 1. **Why is paper −1?** In most images, empty pixels are 0. Suppose paper were 0 here too, in
#    the letters and in the features, and ink still 1. How well would the diagonal match a perfect
#    diagonal then? And a window that is all ink?
#
# 2. **Half an O?** The unknown letter scored 0.5175 as an O. What does a page of random noise
#    score, where each pixel is ink with probability one half? Guess both of its scores. Then make a few hundred
#    such pages with `rng.choice([-1, 1], (9, 9))`.
#
# 3. **Pool once more.** A third pooling makes 1 × 1 of 2 × 2, and three numbers of twelve. Which
#    three, for the X and for the O? How far may a letter be shifted now, and what does that cost?

# %% [markdown] tags=["answers"]
# ### Answers
#
# 1. The perfect diagonal gives 3/9: three times ink meets ink, and the six other products are 0.
#    The window full of ink gives 3/9 as well, because a product with 0 never counts against the match. So a page
#    of solid ink would match all three features perfectly. With −1 for paper, ink where
#    paper is expected counts against the match: the full window gives (3 − 6)/9 = −1/3, and ReLU
#    removes it. Empty pixels are evidence too.
#
# 2. About 0.53 for both letters, as the mean over 1,000 random pages; single pages range from
#    0.24 to 0.83. A random window is as likely to match as to mismatch, but each of the
#    twelve numbers is the best of up to sixteen windows, and the best of many is rarely bad. So
#    0.5175 does not mean *half an O*: noise gets that score, and about half of the random pages score more. What
#    counts is how far a score is above that level, and above its rival.
#
# 3. The X gives 1, 1, 1 and the O 1, 5/9, 1: both have strokes in both diagonal directions, and only the
#    crossing distinguishes them. Position no longer matters: this is global pooling. For all shifts of up
#    to three pixels, in all directions, the X's crossing stays at 9/9 and the O's is at most 5/9, so the
#    rule *7/9 or more is an X* is always right. The cost: everything depends on one number. Of 800
#    letters with eight flipped pixels this rule gets 583 right, and the templates, with their twelve numbers,
#    796.

# %% tags=["answers"]
rng = np.random.default_rng(0)
random_scores = [scores_of(rng.choice([-1, 1], (9, 9))) for _ in range(1000)]
for label in "XO":
    values = np.array([scores[label] for scores in random_scores])
    print(
        f"2. noise as {label}: mean {values.mean():.2f}, from {values.min():.2f} to {values.max():.2f}, "
        f"{np.mean(values > 0.5175):.0%} above 0.5175"
    )


def crossing(letter):
    """Return the largest match of the X-shaped feature, in ninths."""
    vector = xo_classifier.feature_vector(letter, features.values())
    return round(9 * vector.reshape(3, 4).max(axis=1)[1])


near = range(-3, 4)
lowest = min(crossing(xo_classifier.move(x, dx, dy)) for dx in near for dy in near)
highest = max(crossing(xo_classifier.move(o, dx, dy)) for dx in near for dy in near)
print(f"3. shifted by up to 3: the X's crossing at least {lowest}/9, the O's at most {highest}/9")

rng = np.random.default_rng(0)
by_rule, by_templates = 0, 0
for truth, letter in letters.items():
    for _ in range(400):
        noisy = xo_classifier.flip_pixels(letter, 8, rng)
        by_rule += (crossing(noisy) >= 7) == (truth == "X")
        vector = xo_classifier.feature_vector(noisy, features.values())
        by_templates += xo_classifier.classify(vector, templates)[0] == truth
print(f"   with noise, of 800: {by_rule} right by the crossing, {by_templates} by the templates")

# %% [markdown]
# ## What to take away
#
# - **Match, ReLU, pool, pool, flatten, compare**: a whole classifier, and you can check each number in it
#   by hand.
# - A match of 1 and −1 pixels is *(agreeing − disagreeing) / all*.
# - The match map is **equivariant**, exactly. The verdict is **not invariant**: the templates are tied to positions.
#   Small features tolerate every shift of one pixel, comparing whole letters only 75 % of them; a shift of three
#   pixels is enough for a wrong verdict.
# - Hand-made features detect only what their designer thought of. An X rotated by 25° is already taken for an O.
# - Check published numbers. Most are right.
#
# **Corrections to the sources.** 1.77 after ReLU (0.77); −0.11 in row 3, column 4 of the X-shaped feature's
# map (−0.77); *the 3 operations* for what is only pooling; 11 numbers where there are 12; ninths
# truncated instead of rounded, 0.51 for 0.5175; scores called probabilities; recognition in any position.
#
# **References.**
# - I. Goodfellow, Y. Bengio and A. Courville, *Deep Learning*, MIT Press, 2016, chapter 9: convolution,
#   pooling, equivariance and invariance. <https://www.deeplearningbook.org>
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, *Gradient-based learning applied to document recognition.*
#   Proceedings of the IEEE 86(11), 1998, 2278–2324: hand-made features against learned ones.
#   <https://doi.org/10.1109/5.726791>
# - O. G. Selfridge, *Pandemonium: a paradigm for learning*, in *Mechanisation of Thought Processes*, London,
#   1959: one of the first proposals to recognise letters by features and their weights.
#
# **Next.** In [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb) Keras does these steps for you, and learns
# the features. Before: [lesson 05](../05_pooling/05_pooling.ipynb). [Start page](../index.ipynb).

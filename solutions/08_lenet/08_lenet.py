# ---
# jupyter:
#   course:
#     summary: The network of 1998, layer by layer, what its units see, and how it compares with others
#     minutes: 120
# ---

# %% [markdown]
# # LeNet-5, layer by layer
#
# [Start page](../index.ipynb) · Before: [07, From dense to convolutional](../07_keras_cnn/07_keras_cnn.ipynb) ·
# Next: [09, More data from the same data](../09_augmentation/09_augmentation.ipynb)
#
# **What you will do.** You take a famous network apart with what you know: predict every shape, count
# every parameter, and build it. Then you find out how much of a digit each of its units sees, train it,
# look into its layers, and compare it with the networks of lesson 07.
#
# **What you will learn**
# - what each layer of LeNet-5 does, and where its 61,706 parameters are;
# - why a digit of 28×28 pixels is padded to 32×32;
# - what a *receptive field* is: 1, 5, 6, 14, 16, 32 pixels, from the input to C5;
# - what *hierarchical features* are: what the first, the second and the third convolution respond to;
# - how to read a confusion matrix;
# - how accuracy, parameters and training time compare with other networks, over three seeds.
#
# **What you need.** [Lesson 04](../04_output_size/04_output_size.ipynb): `output_size`,
# `conv_parameters` and `trace_shapes`. [Lesson 05](../05_pooling/05_pooling.ipynb): average pooling.
# [Lesson 07](../07_keras_cnn/07_keras_cnn.ipynb): `compile` and `fit`, cross-entropy, Adam, the chance error.
# Mathematics: sums and products only.
#
# **Time.** About 120 minutes: 20 to read (at 200 words a minute), 35 to run and follow the demonstrations
# (a minute each), and 65 for the four exercises and the challenge.

# %%
import numpy as np

# No module named 'utils'? In the course's folder, start: uv run jupyter lab
# These come before Keras: they keep TensorFlow quiet.
from utils import data, lenet, output_size, plots, three_seeds, training
from utils.widgets import lenet as lenet_widgets

import keras

name = "mnist10k"  # or "mnist", all 70,000 images

(x_train, y_train), (x_test, y_test) = data.load_digits(name)

# %% [markdown]
# ## The network in one table
#
# Yann LeCun, Léon Bottou, Yoshua Bengio and Patrick Haffner published LeNet-5 in 1998, to read the
# digits on cheques. You know all its parts: convolutions, average pooling, dense layers.
#
# | layer | what it is | filters or units | window | stride | output | activation |
# |---|---|---|---|---|---|---|
# | input | | | | | 32 × 32 × 1 | |
# | C1 | convolution | 6 | 5 × 5 | 1 | 28 × 28 × 6 | tanh |
# | S2 | average pooling | | 2 × 2 | 2 | 14 × 14 × 6 | |
# | C3 | convolution | 16 | 5 × 5 | 1 | 10 × 10 × 16 | tanh |
# | S4 | average pooling | | 2 × 2 | 2 | 5 × 5 × 16 | |
# | C5 | convolution | 120 | 5 × 5 | 1 | 1 × 1 × 120 | tanh |
# | F6 | dense | 84 | | | 84 | tanh |
# | output | dense | 10 | | | 10 | softmax |
#
# The names are the authors': C for convolution, S for *subsampling*, which is their word for
# pooling, F for fully connected, which is another word for dense. The drawing shows the sizes of the maps:

# %%
lenet_widgets.architecture()

# %% [markdown]
# The maps get smaller, and there are more of them. At C5 a window of 5 × 5 meets maps of 5 × 5: it fits once,
# so each filter gives one number. From there on it is a dense network.
#
# > **A short history.** *1998:* LeNet-5 reads cheques, but for most other images computers are too slow and data
# > sets too small. *2006:* Chellapilla, Puri and Simard train a CNN on a graphics card (GPU), three to four times
# > as fast as on a processor; Hinton, Osindero and Teh train deep belief networks one layer at a time, and
# > interest in deep networks returns. *2012:* a network at Google, trained on unlabelled stills from YouTube, is
# > found to have a unit that responds to cats (the slides date the "cat-detecting neuron" to July); in
# > autumn AlexNet, a CNN with eight layers with weights, trained on GPUs, wins the ImageNet competition by a wide
# > margin. *2015:* residual networks with up to 152 such layers (ResNet-152) win it. That is the kind of network
# > that the blog post means by "more than 150 hidden layers".
#
# ## Every shape, predicted
#
# Write the table in the terms of lesson 04, and `trace_shapes` fills in the sizes. Between C5 and F6 there is
# a layer that the table does not name: `flatten`, which turns 1 × 1 × 120 into 120 numbers.

# %%
shapes = output_size.trace_shapes((32, 32, 1), lenet.LAYERS)
for layer_name, layer, shape in zip(lenet.NAMES, lenet.LAYERS, shapes):
    settings = ", ".join(f"{key} {value}" for key, value in layer.items() if key != "type")
    print(f"{layer_name:<8}{layer['type']:<8} {settings:<23}{shape}")

# %% [markdown]
# ## Every parameter, counted
#
# A filter has a slice of weights for each channel that comes in, and one bias. So C1 has
# 5 · 5 · 1 · 6 weights and 6 biases, and C3 reads six maps: 5 · 5 · 6 · 16 weights and 16 biases.
# Pooling has no parameters.

# %%
counts = {
    "C1": output_size.conv_parameters(5, in_channels=1, filters=6),
    "C3": output_size.conv_parameters(5, in_channels=6, filters=16),
    "C5": output_size.conv_parameters(5, in_channels=16, filters=120),
    "F6": 120 * 84 + 84,
    "output": 84 * 10 + 10,
}
print(f"C1      5·5·1·6    + 6   = {counts['C1']:>6,}")
print(f"C3      5·5·6·16   + 16  = {counts['C3']:>6,}")
print(f"C5      5·5·16·120 + 120 = {counts['C5']:>6,}")
print(f"F6      120·84     + 84  = {counts['F6']:>6,}")
print(f"output  84·10      + 10  = {counts['output']:>6,}")
print(f"all                        {sum(counts.values()):>6,}")

# %% [markdown]
# The course notes say *around sixty thousand*, and 61,706 agrees. They are also right that **five layers
# have weights**, three convolutions and two dense layers. That is the 5 in the name. Now look at where
# the parameters are:

# %%
lenet_widgets.share_of_parameters(counts)

# %% [markdown]
# C5 holds nearly four fifths of them. C1, which looks at every pixel of the image, has only
# 0.3 %, because it uses the same few weights at many places.
#
# > **Puzzle.** The course notes *Introduction to Convolution Neural Network* give this table and then
# > describe it in words. There they say that the final pooling layer has 120 filters of 5 × 5, with tanh. Can a
# > pooling layer have filters? Which layer is meant?

# %%
for index, layer in enumerate(lenet.LAYERS[:5]):
    print(f"{lenet.NAMES[index]}: {layer['type']}, filters: {layer.get('filters', 'none')}")
pools = [n for n, layer in zip(lenet.NAMES, lenet.LAYERS) if layer["type"] == "pool"]
print("the final pooling layer is", pools[-1])

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > Pooling summarises each map without any weights, so it has no filters. The layer with 120 filters is C5, the
# > **third convolution**. The final pooling layer is S4. The table in the notes is right.
# >
# > </details>
#
# > **Puzzle.** The book chapter shows LeNet and says that the *subsample* in the figure "is
# > equivalent to the max pooling step we saw earlier". Compare with the table above. Does the difference matter?

# %%
window = np.array([[0.9, -0.8], [-0.7, 0.2]])
print("max", window.max(), "  average", round(window.mean(), 3))

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > LeNet-5 uses **average** pooling. No shape and no count of parameters differs, but the numbers do, as this
# > window shows. The sections *Max for average* and *Compared with lesson 07* measure the effect on the trained
# > network.
# >
# > </details>
#
# > **Puzzle.** The same chapter says that a fully connected layer is connected "to another fully connected
# > layer that typically has more units". Does it hold for LeNet-5, and for the networks of lesson 07?

# %%
units = {
    "LeNet-5": [120, 84, 10],
    "lesson 07, one convolution": [13 * 13 * 10, 1000, 10],
    "lesson 07, three stages": [1 * 1 * 64, 128, 10],
}
for label, numbers in units.items():
    print(f"{label:<28}", " → ".join(f"{number:,}" for number in numbers))

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > In LeNet-5 each dense layer has *fewer* units than the one before, and so it is in lesson 07 with one
# > convolution. A first dense layer may be wider than its input, as 128 after 64 shows, but the last one has only
# > one unit for each class. "Typically more" does not describe these networks.
# >
# > </details>
#
# ## What was different in 1998
#
# The network in the paper is not quite the network in the table. In the paper, subsampling has one weight
# and one bias for each map. In C3, six filters read three maps each, nine read four, and one reads all
# six. And the ten outputs compare the 84 numbers of F6 with ten fixed patterns, small drawings of
# 7 × 12 pixels, so they have no parameters to train.

# %%
then = lenet.parameters_in_1998()
for layer_name, count in then.items():
    print(f"{layer_name:<8}{count:>7,}")
print(f"{'all':<8}{sum(then.values()):>7,}")

# %% [markdown]
# That is exactly sixty thousand. When people say LeNet-5 today, they usually mean the table, and so does this
# lesson.
#
# The book chapter walks its readers through a smaller relative under the title *A LeNet*: 28 × 28, six
# filters of 3 × 3, pooling, ten filters of 3 × 3, pooling. Its sizes are right too, including the last one, which
# is rounded down:

# %%
small_relative = [
    {"type": "conv", "filters": 6, "kernel": 3},
    {"type": "pool", "size": 2},
    {"type": "conv", "filters": 10, "kernel": 3},
    {"type": "pool", "size": 2},
]
print("28×28×1", end="")
for size in output_size.trace_shapes((28, 28, 1), small_relative):
    print(f" → {size[0]}×{size[1]}×{size[2]}", end="")

# %% [markdown]
# ## Exercise 1: build it (4 points)
#
# Write the table in Keras, with `keras.Sequential` or with the functional API, as in lesson 07. The
# only new layer is `keras.layers.AveragePooling2D`. Do not forget `Flatten`, and begin with
# `keras.Input`. You need not compile the model. You may name the layers as you like.
#
# <details><summary>Hint 1</summary>
#
# Go down the table row by row, and put in the layer between C5 and F6 that it does not name.
# Keras's convolutions have no padding and a stride of 1 by default, as the table requires. But they
# have *no activation* by default, and the table requires one.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Compare `build_lenet5().summary()` with the column *output*. An output of (None, 1, 1, 10) lacks a
# `Flatten`. If F6 has 645,204 parameters instead of 10,164, the convolutions have been padded. If
# all shapes and numbers are right and the check still objects, look at what they do not show: the
# kind of pooling, and the activations, of which the last differs from the others.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# The rows C1 and S2 are
#
# ```python
# keras.layers.Conv2D(6, 5, activation="tanh"),
# keras.layers.AveragePooling2D(2),
# ```
#
# C3 and S4 follow the same pattern, and C5 is a convolution without a pooling after it. The last
# layer has as many units as the argument says, not always the table's 10.
#
# </details>


# %% nbgrader={"grade_id": "build_lenet5", "solution": true}
def build_lenet5(classes=10):
    """Return LeNet-5 as a Keras model, exactly as in the table.

    Parameters
    ----------
    classes : int
        How many units the output has.

    Returns
    -------
    keras.Model
        Takes (None, 32, 32, 1) and gives (None, classes). With ten classes it has 61,706
        parameters.
    """
    ### BEGIN SOLUTION
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            layers.Conv2D(6, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Conv2D(120, 5, activation="tanh"),
            layers.Flatten(),
            layers.Dense(84, activation="tanh"),
            layers.Dense(classes, activation="softmax"),
        ]
    )
    ### END SOLUTION


# %% [markdown]
# The next cell compares your model with the table, layer by layer, and names the first layer that
# differs. Then it asks for 26 classes. An activation may be an argument of its layer or a layer by itself.

# %% nbgrader={"grade_id": "test-build_lenet5", "grade": true, "points": 1}
from utils import checks

with checks.Exercise("lenet.build_lenet5", build_lenet5, by_hand=False) as check:
    check.agrees()
    check.agrees(26)

# %% nbgrader={"grade_id": "test-build_lenet5-convolutions", "grade": true, "points": 1}
# Marked when you hand in: only the three convolutions, whatever the other layers are.
### BEGIN HIDDEN TESTS
from utils import checks, lenet
from utils.checks import models

with checks.Exercise("lenet.build_lenet5", build_lenet5, by_hand=False) as check:
    right = models.settings_of(lenet.build_lenet5(), "Conv2D")
    check.satisfies(
        lambda model: models.settings_of(model, "Conv2D") == right,
        "Its convolutions are not those of the table: 6, 16 and 120 filters of 5x5, stride 1, "
        "nothing padded, each with tanh.",
    )
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-build_lenet5-pooling", "grade": true, "points": 0.5}
# Marked when you hand in: only the two pooling layers.
### BEGIN HIDDEN TESTS
from utils import checks, lenet
from utils.checks import models

POOLING = ("AveragePooling2D", "MaxPooling2D", "GlobalAveragePooling2D", "GlobalMaxPooling2D")
with checks.Exercise("lenet.build_lenet5", build_lenet5, by_hand=False) as check:
    right = models.settings_of(lenet.build_lenet5(), *POOLING)
    check.satisfies(
        lambda model: models.settings_of(model, *POOLING) == right,
        "Its pooling layers are not those of the table: two average poolings of 2x2, stride 2.",
    )
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-build_lenet5-dense", "grade": true, "points": 0.5}
# Marked when you hand in: only Flatten and the two dense layers.
### BEGIN HIDDEN TESTS
from utils import checks, lenet
from utils.checks import models

with checks.Exercise("lenet.build_lenet5", build_lenet5, by_hand=False) as check:
    right = models.settings_of(lenet.build_lenet5(), "Flatten", "Dense")
    check.satisfies(
        lambda model: models.settings_of(model, "Flatten", "Dense") == right,
        "After the convolutions should come a Flatten, a dense layer of 84 units with tanh, and one "
        "of ten with softmax.",
    )
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-build_lenet5-classes", "grade": true, "points": 1}
# Marked when you hand in: other numbers of classes.
### BEGIN HIDDEN TESTS
from utils import checks
from utils.checks import models


def last_is(classes):
    """Say whether a model ends in so many probabilities."""

    def holds(model):
        dense = models.settings_of(model, "Dense")
        return (
            bool(dense)
            and models.output_shape(model) == (classes,)
            and dense[-1]["activation"] == "softmax"
        )

    return holds


with checks.Exercise("lenet.build_lenet5", build_lenet5, by_hand=False) as check:
    said = "The output's shape should be (None, {}): as many softmax units as there are classes."
    check.satisfies(last_is(26), said.format(26), 26)
    check.satisfies(last_is(3), said.format(3), classes=3)
    check.satisfies(last_is(10), said.format(10))
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 2: the model's own table (2 points)
#
# You predicted the shapes and counted the parameters. Now ask the model. Each layer in `model.layers`
# has a `name`, an `output` with a `shape`, and a method `count_params()`. The first axis of the shape
# is the batch, `None`: leave it out.
#
# Which layers are there? A Sequential model does not list its input. A functional model does, as a
# separate layer. Use `model.layers` as it is.
#
# <details><summary>Hint 1</summary>
#
# Look at one layer before you write the loop. In a new cell, try `layer = lenet.build_lenet5().layers[0]`, and
# then `layer.name`, `layer.output.shape` and `layer.count_params()`. Which number of the shape does not belong in
# the table?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# *Every* layer gets a row, including those without parameters. A row is one tuple of three things, and
# the second of them is itself a tuple:
#
# ```python
# rows.append((layer.name, tuple(layer.output.shape[...]), layer.count_params()))
# ```
#
# </details>


# %% nbgrader={"grade_id": "layer_table", "solution": true}
def layer_table(model):
    """Return a list with one tuple for every layer of model.layers, in order.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    list of (name, shape, parameters)
        The layer's name; the shape of its output without the batch axis, a tuple; and how many
        parameters it has, as count_params() says.
    """
    ### BEGIN SOLUTION
    return [
        (layer.name, tuple(layer.output.shape[1:]), layer.count_params()) for layer in model.layers
    ]
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-layer_table", "grade": true, "points": 0.5}
from utils import checks, lenet
from utils.keras_setup import keras

with checks.Exercise("lenet.layer_table", layer_table, by_hand=False) as check:
    check.example(
        lenet.build_lenet5(),
        expected=[
            ("C1", (28, 28, 6), 156),
            ("S2", (14, 14, 6), 0),
            ("C3", (10, 10, 16), 2416),
            ("S4", (5, 5, 16), 0),
            ("C5", (1, 1, 120), 48120),
            ("flatten", (120,), 0),
            ("F6", (84,), 10164),
            ("output", (10,), 850),
        ],
    )
    # A functional model, which lists its input. Weights that are not trained count, too.
    numbers = keras.Input((4,), name="numbers")
    frozen = keras.layers.Dense(3, trainable=False, name="frozen")
    check.example(
        keras.Model(numbers, frozen(numbers)),
        expected=[("numbers", (4,), 0), ("frozen", (3,), 15)],
    )

# %% nbgrader={"grade_id": "test-layer_table-sequential", "grade": true, "points": 0.75}
# Marked when you hand in: other Sequential models.
### BEGIN HIDDEN TESTS
from utils import checks
from utils.keras_setup import keras

layers = keras.layers
with checks.Exercise("lenet.layer_table", layer_table, by_hand=False) as check:
    check.agrees(
        keras.Sequential(
            [
                keras.Input((9, 7, 2)),
                layers.Conv2D(3, (2, 3), use_bias=False, name="edges"),
                layers.MaxPooling2D(2, name="smaller"),
                layers.Dropout(0.5, name="forgetful"),
                layers.Flatten(name="in_a_row"),
                layers.Dense(4, activation="relu", name="four"),
            ]
        )
    )
    check.agrees(keras.Sequential([keras.Input((5,)), layers.Dense(2, name="only")]))
    check.agrees(keras.Sequential([keras.Input((6, 4, 3)), layers.GlobalMaxPooling2D(name="max")]))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-layer_table-functional", "grade": true, "points": 0.75}
# Marked when you hand in: functional models, and weights that are not trained.
### BEGIN HIDDEN TESTS
from utils import checks
from utils.keras_setup import keras

layers = keras.layers
with checks.Exercise("lenet.layer_table", layer_table, by_hand=False) as check:
    picture = keras.Input((8, 6, 1), name="picture")
    tensor = layers.Conv2D(4, 3, padding="same", name="conv")(picture)
    tensor = layers.BatchNormalization(name="norm")(tensor)
    tensor = layers.Activation("tanh", name="bend")(tensor)
    tensor = layers.AveragePooling2D(2, name="pool")(tensor)
    tensor = layers.Flatten(name="flat")(tensor)
    check.agrees(keras.Model(picture, layers.Dense(3, activation="softmax", name="out")(tensor)))

    numbers = keras.Input((4,), name="numbers")
    frozen = layers.Dense(5, trainable=False, name="frozen")
    check.agrees(keras.Model(numbers, layers.Dense(2, name="two")(frozen(numbers))))
### END HIDDEN TESTS

# %% [markdown]
# ## Why 32 × 32?
#
# The digits have 28 × 28 pixels, and the network asks for 32 × 32. Try it without padding:

# %%
try:
    output_size.trace_shapes((28, 28, 1), lenet.LAYERS)
except ValueError as error:
    print(error)
print("sizes on the way:", output_size.trace_shapes((28, 28, 1), lenet.LAYERS[:4]))

# %% [markdown]
# Layer 4, counted from 0, is C5: its window of 5 × 5 meets maps of 4 × 4. With 32 × 32 it fits
# exactly once.
#
# The authors give a better reason. A window sees a pixel only if it covers it, and only one position of the
# window covers a corner pixel. Few windows would see the ends of strokes near the border, and none would see them
# in its centre. Two pixels of black all around change that. Here is how many of C1's windows see each pixel along
# one axis:

# %%
without = output_size.times_seen(28, 5)
padded = output_size.times_seen(32, 5)[2:-2]
print("28 pixels as they are:      ", *without)
print("the same with 2 on each end:", *padded)
print(f"a corner pixel: {without[0] ** 2} window, padded {padded[0] ** 2}")
print(f"a pixel in the middle: {padded[14] ** 2} windows")

# %% [markdown]
# So the digits get a border of two black pixels. They are not enlarged.

# %%
digits_28 = x_test[:4]
digits_32 = lenet.pad_to(digits_28[..., np.newaxis], 32)[..., 0]
plots.images(
    [picture for pair in zip(digits_28, digits_32) for picture in pair],
    ["28×28", "32×32"] * 4,
    columns=8,
    size=1.1,
    alt="Four digits of 28x28 pixels, each beside itself on 32x32: the same digit, a little smaller "
    "in its frame.",
)

# %% [markdown]
# ## Exercise 3: a black border (2 points)
#
# Write it for any size. You may use `np.pad`, or create an array of zeros and copy the images
# into it. Watch three things:
#
# - images need not be square, so rows and columns can need different numbers of zeros;
# - where the number is odd, the extra row goes below, the extra column to the right;
# - if the images are larger than `size`, raise a `ValueError`.
#
# <details><summary>Hint 1</summary>
#
# Put 2 pixels into 5: three are missing. How many go above, and how many below? Which of Python's
# two divisions gives you the smaller half as a whole number?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Divide once for the rows and once for the columns, since the images need not be square. You only have to
# compute what comes first, `top` and `left`. What comes after is the rest, and the extra pixel
# is in it.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Two ways from here. `np.pad` expects a pair for each of the four axes, and nothing is added to the
# first and the last:
#
# ```python
# np.pad(images, ((0, 0), (top, ...), (left, ...), (0, 0)))
# ```
#
# Or create zeros of the final shape, and copy the images into the window that begins at row `top` and
# column `left`. Either way, first check whether the images fit.
#
# </details>


# %% nbgrader={"grade_id": "pad_to", "solution": true}
def pad_to(images, size):
    """Put images in the middle of black squares.

    Parameters
    ----------
    images : array of shape (N, H, W, 1), of any real dtype
    size : int
        Height and width of the result.

    Returns
    -------
    array of shape (N, size, size, 1)
        The images, zeros all around. Where the number of zeros is odd, there is one more below, and
        one more to the right.

    Raises
    ------
    ValueError
        If size is smaller than H or W.
    """
    ### BEGIN SOLUTION
    count, height, width, channels = images.shape
    if size < height or size < width:
        raise ValueError(f"{height}x{width} does not fit into {size}x{size}")
    top, left = (size - height) // 2, (size - width) // 2
    padded = np.zeros((count, size, size, channels), images.dtype)
    padded[:, top : top + height, left : left + width] = images
    return padded
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-pad_to", "grade": true, "points": 0.5}
import numpy as np

from utils import checks

with checks.Exercise("lenet.pad_to", pad_to) as check:
    # One image of 2x2 in a frame of 4x4; then in one of 5x5, with the odd row below.
    tiny = np.array([[1, 2], [3, 4]]).reshape(1, 2, 2, 1)
    four = np.array([[0, 0, 0, 0], [0, 1, 2, 0], [0, 3, 4, 0], [0, 0, 0, 0]])
    check.example(tiny, 4, expected=four.reshape(1, 4, 4, 1))
    five = np.array(
        [[0, 0, 0, 0, 0], [0, 1, 2, 0, 0], [0, 3, 4, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]
    )
    check.example(tiny, 5, expected=five.reshape(1, 5, 5, 1))
    # Two images of 1x3 in frames of 3x3: rows of zeros, but no columns. Fractions stay.
    flat = np.array([[0.5, -1, 2], [3, 4, 5]]).reshape(2, 1, 3, 1)
    framed = np.array([[[0, 0, 0], [0.5, -1, 2], [0, 0, 0]], [[0, 0, 0], [3, 4, 5], [0, 0, 0]]])
    check.example(flat, 3, expected=framed.reshape(2, 3, 3, 1))
    # Too wide for 2x2, and too tall.
    check.raises(ValueError, np.ones((1, 1, 3, 1)), 2)
    check.raises(ValueError, np.ones((1, 3, 1, 1)), 2)
    # From 28 to 32, two on each side.
    whole = np.ones((1, 28, 28, 1))
    check.example(whole, 32, expected=np.pad(np.ones((28, 28)), 2).reshape(1, 32, 32, 1))

# %% nbgrader={"grade_id": "test-pad_to-shapes", "grade": true, "points": 0.75}
# Marked when you hand in: several images, not square, and odd numbers of zeros.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(80)
with checks.Exercise("lenet.pad_to", pad_to) as check:
    for shape, size in [
        ((3, 4, 6, 1), 8),
        ((2, 5, 3, 1), 6),
        ((4, 3, 4, 1), 9),
        ((1, 6, 7, 1), 7),
        ((2, 7, 2, 1), 7),
        ((5, 1, 1, 1), 2),
        ((3, 4, 4, 1), 4),
        ((1, 9, 6, 1), 12),
        ((6, 2, 5, 1), 10),
    ]:
        check.agrees(rng.normal(size=shape), size)
    check.agrees(rng.normal(size=(2, 3, 4, 1)), size=6)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-pad_to-numbers", "grade": true, "points": 0.25}
# Marked when you hand in: other kinds of number.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(81)
with checks.Exercise("lenet.pad_to", pad_to) as check:
    check.agrees(rng.integers(0, 256, (2, 4, 4, 1), dtype=np.uint8), 6)
    check.agrees(rng.integers(-128, 128, (3, 4, 4, 1), dtype=np.int8), 8)
    check.agrees(rng.integers(-30000, 30000, (2, 2, 2, 1), dtype=np.int16), 4)
    check.agrees(rng.random((2, 4, 4, 1), dtype=np.float32), 6)
    check.agrees(rng.integers(-9, 0, (1, 2, 2, 1)), 6)
    check.agrees(rng.random((2, 2, 2, 1)) * 1e9, 4)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-pad_to-errors", "grade": true, "points": 0.5}
# Marked when you hand in: images that are too large.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("lenet.pad_to", pad_to) as check:
    check.agrees(np.ones((1, 4, 4, 1)), 4)
    check.raises(ValueError, np.ones((1, 4, 4, 1)), 3)
    check.raises(ValueError, np.ones((2, 5, 3, 1)), 4)
    check.raises(ValueError, np.ones((2, 3, 5, 1)), 4)
    check.raises(ValueError, np.ones((1, 6, 6, 1)), 2)
    check.raises(ValueError, np.ones((2, 1, 1, 1)), 0)
### END HIDDEN TESTS

# %% [markdown]
# ## What a unit sees
#
# One number in a feature map, a *unit*, is computed from a window of the layer before; each number in
# that window from a window of the layer before that; and so on down to the pixels. All the pixels that
# it depends on in the end are its **receptive field**.
#
# A unit in C1 sees 5 × 5 pixels. One in S2 averages 2 × 2 units of C1, whose windows are one pixel
# apart: 6 × 6. Then comes the big step. S2's units are **two** pixels apart, because S2 has a stride of two. So
# the five neighbouring units that C3 reads cover 6 + 4 · 2 = 14 pixels. S4 adds 1 · 2, which
# makes 16. Its units are 2 · 2 = 4 pixels apart, and the five that C5 reads cover
# 16 + 4 · 4 = 32: the whole image.

# %%
one_of_each = [np.flatnonzero(y_test == digit)[0] for digit in range(10)]
example = lenet.pad_to(training.prepare(x_test[one_of_each]), 32)
lenet_widgets.fields(example[3, :, :, 0])

# %% [markdown]
# As a formula: with $r_0 = 1$ pixel and a step of $d_0 = 1$, a layer with kernel $k$ and stride $s$
# gives
#
# $$r_{n} = r_{n-1} + (k_n - 1)\; d_{n-1} \qquad\qquad d_{n} = s_n\; d_{n-1}$$
#
# The receptive field grows by $k - 1$ steps, and the step is the product of all strides *so far*. A
# layer's stride counts only for the layers after it.
#
# ## Exercise 4: the receptive field (2 points)
#
# Write it as a function of a list of layers, each a pair `(kernel, stride)`. With no layer at all, a
# value sees one pixel: itself.
#
# <details><summary>Hint 1</summary>
#
# Use pencil and paper. Two layers with a kernel of 3 and a stride of 1: draw one unit at the top, the
# three units below that it reads, and the pixels that these three read. The windows overlap, so it
# is neither 6 nor 9.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Carry two numbers along the list: the field so far, and the *step*, which says how many input
# pixels apart two neighbouring units are. What are they before the first layer? For each layer,
# first the field grows, by the step as it was until now. Then the stride widens the step for the
# layers that follow.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# for kernel, stride in layers:
#     field += (kernel - 1) * step
#     step = ...
# ```
#
# After two layers of stride 2, neighbours are 4 pixels apart; after a third of stride 3, 12. For
# an empty list the loop does nothing, so the starting values are also the answer for *no
# layers*.
#
# </details>


# %% nbgrader={"grade_id": "receptive_field", "solution": true}
def receptive_field(layers):
    """Return how many input pixels, along one axis, one output value depends on.

    Parameters
    ----------
    layers : list of (kernel, stride)
        From the first layer to the last. Both are whole numbers, and the stride is at most the
        kernel.

    Returns
    -------
    int
        1 for an empty list.
    """
    ### BEGIN SOLUTION
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-receptive_field", "grade": true, "points": 0.5}
from utils import checks

with checks.Exercise("lenet.receptive_field", receptive_field) as check:
    check.example([(5, 1)], expected=5)
    check.example([(5, 1), (2, 2)], expected=6)
    check.example([(5, 1), (2, 2), (5, 1)], expected=14)
    check.example([(5, 1), (2, 2), (5, 1), (2, 2)], expected=16)
    check.example([(5, 1), (2, 2), (5, 1), (2, 2), (5, 1)], expected=32)
    check.example([(3, 3), (2, 1)], expected=6)  # two windows of three pixels, side by side
    check.example([], expected=1)

# %% nbgrader={"grade_id": "test-receptive_field-kernels", "grade": true, "points": 0.5}
# Marked when you hand in: layers with a stride of 1.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("lenet.receptive_field", receptive_field) as check:
    check.agrees([(3, 1), (3, 1)])
    check.agrees([(3, 1), (3, 1), (3, 1)])
    check.agrees([(1, 1)])
    check.agrees([(1, 1), (7, 1), (1, 1), (2, 1)])
    check.agrees([(11, 1)])
    check.agrees([(2, 1)] * 12)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-receptive_field-strides", "grade": true, "points": 0.75}
# Marked when you hand in: strides of all kinds, anywhere.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("lenet.receptive_field", receptive_field) as check:
    check.agrees([(3, 2), (3, 1)])
    check.agrees([(3, 3), (2, 2), (4, 1)])
    check.agrees([(7, 2), (3, 2), (3, 1), (3, 2), (3, 1)])
    check.agrees([(5, 3), (3, 3), (3, 1)])
    check.agrees([(2, 2)] * 5)
    check.agrees([(3, 1), (2, 2), (3, 1), (2, 2), (3, 1), (2, 2)])
    check.agrees([(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)])
    check.agrees([(4, 1), (4, 2), (1, 1), (6, 5), (2, 1)])
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-receptive_field-none", "grade": true, "points": 0.25}
# Marked when you hand in: no layers at all.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("lenet.receptive_field", receptive_field) as check:
    check.agrees([])
    check.agrees([(4, 1)])
### END HIDDEN TESTS

# %% [markdown]
# ## Check the formula on the network
#
# Take a unit of S4, in row 2 and column 1. Change one pixel of the input, and see whether the unit changes. Do
# that for all 1,024 pixels. Those that matter are the receptive field.

# %%
keras.utils.set_random_seed(8)
model = lenet.build_lenet5()
matter = lenet.pixels_that_matter(model, "S4", row=2, column=1)
rows, columns = np.flatnonzero(matter.any(axis=1)), np.flatnonzero(matter.any(axis=0))
along = lenet.receptive_field(lenet.windows_up_to("S4"))
print(f"{matter.sum()} of {matter.size} pixels matter,")
print(f"rows {rows[0]} to {rows[-1]} and columns {columns[0]} to {columns[-1]}.")
print(f"By the formula: {along} pixels along each axis, {along}·{along} = {along**2}.")

# %% [markdown]
# ## Train it
#
# The padded digits go into `fit`, with Adam and the settings of lesson 07, for six epochs. A seed makes the run
# repeatable: on the same machine it gives the same numbers again. Another processor rounds differently, and the
# accuracy may differ by up to two percentage points.

# %%
large_train = lenet.pad_to(training.prepare(x_train), 32)
large_test = lenet.pad_to(training.prepare(x_test), 32)

model.compile(
    optimizer=keras.optimizers.Adam(0.002),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(large_train, y_train, batch_size=128, epochs=6, validation_split=0.2, verbose=0)
training.learning_curves(history.history, "LeNet-5")

# %%
said = training.predictor(model)(large_test)
answers = said.argmax(axis=1)
accuracy = np.mean(answers == y_test)
chance = training.chance_error(accuracy, len(y_test))
print(f"accuracy on {len(y_test):,} test images: {accuracy:.3f}, chance error ±{chance:.3f}")

# %% [markdown]
# ## Which digits are confused?
#
# Accuracy is one number for all digits. A **confusion matrix** has a row for each right digit and a column for
# each answer. Numbers on the diagonal are right; every other number is a mistake of one kind.

# %%
confusion = np.zeros((10, 10), int)
for right, answer in zip(y_test, answers):
    confusion[right, answer] += 1

print("digit  images  recall  precision")
for digit in range(10):
    recall = confusion[digit, digit] / confusion[digit].sum()
    precision = confusion[digit, digit] / confusion[:, digit].sum()
    print(f"{digit:>5}{confusion[digit].sum():>8}{recall:>8.3f}{precision:>11.3f}")
lenet_widgets.draw_confusion(confusion)

# %% [markdown]
# **Recall** is the share of a digit's images that are found, along a row. **Precision** is the share of an answer
# that is right, along a column. The blog post says of its two classes that they are balanced, "so
# accuracy is just fine". Our ten classes are nearly balanced too, and still the accuracy hides that some digits
# are read much better than others. (One image of a digit counts about 0.005 here.) And the digits that LeNet-5
# was least sure of:

# %%
unsure = np.argsort(said.max(axis=1))[:6]
titles = [f"{y_test[i]}: said {answers[i]}, {said[i].max():.2f}" for i in unsure]
plots.images(
    x_test[unsure],
    titles,
    columns=6,
    size=1.5,
    alt="Six digits whose largest probability was small: " + "; ".join(titles) + ".",
)

# %% [markdown]
# ## What each layer makes of a digit

# %%
maps = lenet.feature_maps(model, example)
lenet_widgets.draw_layers(example[3, :, :, 0], {key: value[3] for key, value in maps.items()})

# %% [markdown]
# In the maps of C1 to F6, black is −1, white is 1 and grey is 0, the range of tanh. (In the input, black is 0.)
# In C1 you still see the digit: its strokes, or one side of them. C3 combines what six maps found at one place,
# and the digit is hard to recognise. From C5 on there is no image left, only a description in 120 numbers, then
# 84, then ten.
#
# **Choose a layer and move a unit about.** On the left, what it sees of the digit; in the middle the same,
# enlarged; on the right its map. Go from C1 to C5 with the same digit, and watch the frame grow. Then stay in C1
# and go through its six maps: which respond to strokes, and which to one side of them, as Sobel's filters did in
# [lesson 03](../03_sobel/03_sobel.ipynb)? The network found these filters by training.

# %%
lenet_widgets.field_explorer(example, maps, digit=3)

# %% [markdown]
# ## Hierarchical features
#
# The course notes say that CNNs detect simple features such as edges first and combine them into more
# complex structures. Check it on the network that you trained. For each map, find the 50 test images to which it
# responds most, cut out the part that the unit sees, and average the 50 parts:

# %%
test_maps = lenet.feature_maps(model, large_test)
means = {}
print("layer  sees     commonest digit among a map's 50 images, mean over the maps")
for layer in ("C1", "C3", "C5"):
    means[layer], chosen = lenet.strongest_patches(large_test, test_maps[layer], layer)
    shares = [lenet.share_of_commonest(y_test[images]) for images in chosen]
    size = means[layer].shape[1]
    print(f"{layer:<7}{size}×{size:<7}{np.mean(shares):.0%}")
print(f"for comparison, 50 images at random: {lenet.share_of_commonest(y_test[:50]):.0%}")
lenet_widgets.draw_patches(means)

# %% [markdown]
# The claim holds here. C1's maps respond to edges and strokes in one direction. C3's respond to larger pieces:
# bends, bars, the end of a loop. C5's respond to whole digits, often to one or two of them. The table says the
# same in numbers: the later the layer, the more of a map's 50 favourite images show the same digit.
#
# ## Max for average
#
# Back to the second slip. Here is the trained network again, with the same weights, but with max
# pooling in place of the average pooling that it was trained with:

# %%
inputs = tensor = keras.Input((32, 32, 1))
for layer in model.layers:
    if isinstance(layer, keras.layers.AveragePooling2D):
        tensor = keras.layers.MaxPooling2D(2)(tensor)
    else:
        tensor = layer(tensor)
with_max = keras.Model(inputs, tensor)

said_with_max = training.predictor(with_max)(large_test)
changed = np.sum(answers != said_with_max.argmax(axis=1))
print(f"parameters: {model.count_params():,} and {with_max.count_params():,}")
print(f"accuracy with average pooling: {accuracy:.3f}")
print(f"accuracy with max pooling:     {training.accuracy(with_max, large_test, y_test):.3f}")
print(f"answers that changed: {changed} of {len(y_test):,}")

# %% [markdown]
# The shapes and the weights are the same, but 120 answers change, and the accuracy falls by three percentage
# points. So it is a different network. What if it is trained with max pooling from the start? The next section
# includes that.
#
# ## Compared with lesson 07
#
# Four networks, with the same digits, epochs, batches and optimizer, and three seeds each. The dense network has
# one hidden layer of 1,000; the second has three stages of convolution ("same" padding) and max pooling; both
# take 28 × 28 pixels. The others are LeNet-5 and LeNet-5 with max pooling. To keep the wait short, each is
# trained for three epochs, as in lesson 07. You train one of them now, LeNet-5 with max pooling and the seed 7:


# %%
def build_with_max():
    """Return LeNet-5 with max pooling in place of average pooling."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            layers.Conv2D(6, 5, activation="tanh"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.MaxPooling2D(2),
            layers.Conv2D(120, 5, activation="tanh"),
            layers.Flatten(),
            layers.Dense(84, activation="tanh"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def train_new(build, seed):
    """Build a network from a seed and train it for three epochs on 80 % of the training images."""
    keras.utils.set_random_seed(seed)
    network = build()
    network.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy")
    count = int(0.8 * len(large_train))
    network.fit(large_train[:count], y_train[:count], batch_size=128, epochs=3, verbose=0)
    return network


trained_with_max = train_new(build_with_max, seed=7)
reached = training.accuracy(trained_with_max, large_test, y_test)
print(f"LeNet-5, trained with max pooling: accuracy {reached:.3f}")

# %% [markdown]
# All four networks were trained in this way with the seeds 7, 8 and 9. That was computed beforehand by
# `data/build_three_seeds.py`. The seconds are the processor time of one training, on two cores:

# %%
measured = three_seeds.measured()["networks"]
rows = {}
for label in ("dense", "three stages, same", "LeNet-5", "LeNet-5, max pooling"):
    found = measured[label]
    rows[label] = (found["unshifted"], found["parameters"], found["cpu_seconds"])
print(
    f"{'network':<22}{'mean':>6}{'lowest, highest':>18}{'parameters':>12}{'× LeNet-5':>11}{'seconds':>9}"
)
for label, (accuracies, parameters, seconds) in rows.items():
    span = f"{min(accuracies):.3f}, {max(accuracies):.3f}"
    ratio = parameters / model.count_params()
    print(
        f"{label:<22}{np.mean(accuracies):>6.3f}{span:>18}{parameters:>12,}{ratio:>11.1f}"
        f"{seconds:>9.1f}"
    )
print(f"chance error at 0.95: ±{training.chance_error(0.95, len(y_test)):.3f}")
lenet_widgets.compare(rows, len(y_test))

# %% [markdown]
# The winner is not LeNet-5. As the table of 1998 has it, with tanh and average pooling, it is here even less
# accurate than the dense network: 0.921 against 0.931, and no run of one overlaps with a run of the other. It
# does so with a thirteenth of the dense network's parameters. Part of the reason is the short training: after six
# epochs, the run above reached 0.939.
#
# With **max pooling** the same 61,706 parameters reach 0.961: every run is far above every run of the dense
# network. Three stages reach 0.964, but that difference is smaller than the chance error, and they have 1.6 times
# as many parameters. So on these digits the kind of pooling matters more than 700,000 parameters. On your
# machine the seconds will be different.
#
# ## Challenge: fewer parameters (ungraded)
#
# Change one thing in LeNet-5 so that it has fewer parameters and is still at least as accurate. Some things to
# change: the number of filters in C5, the kind of pooling, the layer F6, the size of the windows. Choose with the
# validation images (the last fifth of the training images), test once at the end, and use three seeds, because
# one run can be lucky. As it is, the cell below builds LeNet-5.


# %%
def build_mine():
    """Return LeNet-5; change one thing."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            layers.Conv2D(6, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Conv2D(120, 5, activation="tanh"),
            layers.Flatten(),
            layers.Dense(84, activation="tanh"),
            layers.Dense(10, activation="softmax"),
        ]
    )


print(f"{build_mine().count_params():,} parameters; LeNet-5 has {model.count_params():,}")
seeds = ()  # (7, 8, 9) when you are ready
for seed in seeds:
    mine = train_new(build_mine, seed)
    validation_start = int(0.8 * len(large_train))
    reached = training.accuracy(mine, large_train[validation_start:], y_train[validation_start:])
    print(f"seed {seed}: validation accuracy {reached:.3f}")

# %% [markdown]
# ## Questions to think about
#
# These questions carry no points. Guess before you compute, and compare with `solutions/` when you
# have an answer.
#
# 1. **Where is the work?** C5 holds nearly four fifths of the parameters. Which layer does most of
#    the multiplications for one image? Count them: the weights of a layer, times the number of
#    places at which they are used.
#
# 2. **Two for one.** In place of one convolution of 5 × 5, use two of 3 × 3, one after the other,
#    each with 16 channels in and 16 out. Compare the receptive fields and the parameters. What else
#    is different?
#
# 3. **A larger image.** Give the five layers from C1 to C5, with the same weights, an image of
#    40 × 40. What shape comes out, and what does it mean? Which layer prevents the whole network from
#    reading such an image?

# %% [markdown] tags=["answers"]
# ### Answers
#
# 1. C3. Its 5·5·6·16 weights are used at 10·10 places: 240,000 multiplications. C1's 150 weights do
#    117,600 at their 28·28 places, C5's 48,000 weights are used once each, F6 adds 10,080 and the
#    output 840; 416,520 in all. So C1 and C3, with 4 % of the parameters, do 86 % of the work.
#    Parameters cost memory and places cost time. Sharing weights saves the first, not the second.
#
# 2. Both see 5 × 5 pixels: `receptive_field([(3, 1), (3, 1)])` is 5. One layer has
#    5·5·16·16 + 16 = 6,416 parameters, the two have 2 · (3·3·16·16 + 16) = 4,640, more than a
#    quarter less. The real difference is between the two: a second activation, so together they
#    can respond to things that no single kernel can describe. Without it the two would together be one
#    convolution of 5 × 5. The price is one more layer of numbers to compute and to keep.
#
# 3. 3 × 3 × 120, by way of 36, 18, 14 and 7 along each axis. Each of the nine places holds what C5
#    says about one window of 32 × 32 pixels, and these windows begin four pixels apart, the
#    product of the strides. (We cut the nine windows out and compared: the numbers are the
#    same.) F6 stops the image: it has weights for 120 numbers, and `Flatten` would give it 1,080.
#    Written as convolutions of 1 × 1, with the weights that they have, F6 and the output would go
#    over all nine places and read a digit at each. In this way one run can read a whole line of
#    digits.
#
# Challenge. With 40 filters in C5 instead of 120, LeNet-5 has 22,906 parameters. Trained with the seeds 7, 8 and
# 9, it read 0.919, 0.921 and 0.915 of the test images, about as many as with 120 filters. With max pooling as
# well, it read 0.956, 0.954 and 0.959.

# %% [markdown]
# ## What to take away
#
# - **LeNet-5**: convolution, average pooling, twice; a third convolution whose window is as large as
#   its maps; two dense layers. Five layers with weights, 61,706 parameters, 48,120 of them in C5.
# - The input is **padded to 32 × 32**, so that C5's window fits, and so that strokes near the border
#   are seen by as many windows as others.
# - **Receptive field**: each layer adds $k - 1$ steps, and the step is the product of the strides
#   before. 5, 6, 14, 16, 32 pixels.
# - **Hierarchical features**: C1 responds to edges and strokes, C3 to larger pieces, C5 to whole digits.
# - A **confusion matrix** shows which mistakes an accuracy hides.
# - Trained for three epochs, LeNet-5 is less accurate than the dense network; with max pooling it is clearly more
#   accurate, with a thirteenth of the parameters.
#
# **Corrections to the sources.** The layer with 120 filters is not a pooling layer but the third
# convolution, C5. LeNet-5's subsampling is average pooling, not max pooling; with the same weights,
# the two are different networks. Its dense layers have fewer and fewer units, not more.
#
# **References**
#
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document recognition",
#   *Proceedings of the IEEE* 86 (11), 1998, pages 2278 to 2324,
#   [doi:10.1109/5.726791](https://doi.org/10.1109/5.726791).
# - A. Krizhevsky, I. Sutskever and G. E. Hinton, "ImageNet classification with deep convolutional neural
#   networks", *Advances in Neural Information Processing Systems* 25, 2012 (AlexNet).
# - K. He, X. Zhang, S. Ren and J. Sun, "Deep residual learning for image recognition", CVPR 2016,
#   [arXiv:1512.03385](https://arxiv.org/abs/1512.03385) (ResNet-152).
#
# [Start page](../index.ipynb) · Before: [07, From dense to convolutional](../07_keras_cnn/07_keras_cnn.ipynb) ·
# next: shift a digit by a few pixels, and LeNet-5 fails too.
# [Lesson 09](../09_augmentation/09_augmentation.ipynb) shows what helps.

# ---
# jupyter:
#   course:
#     summary: What came after LeNet, from small kernels and batch norm to residual networks and transfer
#     minutes: 115
# ---

# %% [markdown]
# # After LeNet
#
# [Start page](../index.ipynb) · Before: [12, A whole network by hand](../12_numpy_cnn/12_numpy_cnn.ipynb) · Next:
# [14, What a network sees](../14_interpretation/14_interpretation.ipynb)
#
# **What you will do.** You take apart the ideas that made networks deep after 1998: small kernels in a row, 1×1
# convolutions, batch normalisation, shortcuts, global pooling. You compute three of them by hand, build a small
# residual network, and compare it with LeNet-5.
#
# **What you will learn**
# - why two convolutions of 3×3 replace one of 5×5, and what a convolution of 1×1 is for;
# - what batch normalisation computes in training, what it computes afterwards, and why it needs many steps;
# - how a plain network stops learning when it gets deep, and how shortcuts change that;
# - what global average pooling does to shifted digits;
# - how filters that were trained on some digits help to learn others from ten examples.
#
# **What you need.** [Lesson 04](../04_output_size/04_output_size.ipynb): `conv_parameters`.
# [Lesson 05](../05_pooling/05_pooling.ipynb): global pooling and shifts.
# [Lesson 07](../07_keras_cnn/07_keras_cnn.ipynb): `compile` and `fit`, the functional API, the chance error.
# [Lesson 08](../08_lenet/08_lenet.ipynb): LeNet-5, receptive fields. From mathematics: mean, variance, matrix product.
#
# **Time.** About 115 minutes: 20 to read (at 200 words a minute), 30 to run and follow the demonstrations, 65 for
# the four exercises.

# %%
import numpy as np

# These come before Keras: they keep TensorFlow's start-up messages away.
# No module named 'utils'? In the course's folder, start: uv run jupyter lab
from utils import convolution, data, lenet, output_size, plots, resnet, training
from utils.widgets import resnet as resnet_widgets

import keras

(x_train, y_train), (x_test, y_test) = data.load_digits()
train_images, test_images = training.prepare(x_train), training.prepare(x_test)
measured = resnet.load_measured()

# %% [markdown]
# Some comparisons in this lesson take too long to wait for: 18 deep networks, residual networks that need about a
# thousand update steps, and networks that learn from few examples. They were computed beforehand by
# `data/build_resnet.py`, with three seeds each, and `measured` holds their results. How much work was it?

# %%
print(f"processor time on one core: {measured.seconds / 60:.0f} minutes")
print(f"seeds: {resnet.SEEDS}; file: {resnet.MEASURED.stat().st_size / 1000:.0f} kB")

# %% [markdown]
# ## A short history
#
# LeNet-5 has five layers with weights. Fourteen years later, with more images and faster computers, networks began to
# grow deep:
#
# | year | network | what was new |
# |---|---|---|
# | 2012 | AlexNet (Krizhevsky, Sutskever, Hinton) | eight layers with weights, ReLU, dropout, trained on two graphics cards; wins the ImageNet competition by a wide margin |
# | 2014 | VGG (Simonyan, Zisserman) | up to 19 layers with weights; kernels of 3×3 throughout |
# | 2014 | GoogLeNet, also *Inception* (Szegedy and others) | 22 layers; kernels of several sizes side by side, 1×1 convolutions to save work, global average pooling |
# | 2015 | batch normalisation (Ioffe, Szegedy) | each channel is normalised over the batch; training takes fewer steps |
# | 2015 | ResNet (He, Zhang, Ren, Sun; published at CVPR 2016) | shortcuts; up to 152 layers; wins the ImageNet competition of 2015 |
# | 2017 | MobileNet (Howard and others) | *depthwise separable* convolutions: 3×3 on each channel separately, then 1×1; for phones |
# | 2020 | Vision Transformer (Dosovitskiy and others) | the image is cut into patches, and in every layer each patch looks at all others, not only at its neighbours |
# | 2022 | ConvNeXt (Liu and others) | a residual network, brought up to date step by step, keeps up with transformers |
#
# Each row is built from a few ideas. We take them one by one.
#
# ## Two small kernels for a large one
#
# VGG has no kernel larger than 3×3. What does a network lose without 5×5? Apply two kernels of 3×3 in a row,
# with nothing in between, to an image with a single white pixel. The result shows what the two are together:

# %%
rng = np.random.default_rng(0)
first, second = rng.integers(-2, 3, (2, 3, 3)).astype(float)
dot = np.zeros((9, 9))
dot[4, 4] = 1
together = convolution.correlate2d(convolution.correlate2d(dot, first), second)
plots.matrices(
    [("first", first), "then", ("second", second), "=", ("one of 5×5 (turned by 180°)", together)],
    alt="Two kernels of 3x3, and the 5x5 response to one white pixel when both are applied in a row.",
)

# %% [markdown]
# Each output of the second layer sees 3×3 numbers of the first, and each of these sees 3×3 pixels: together
# **5×5**. The *receptive field* (lesson 08) is the same as that of one kernel of 5×5. With more layers it grows by
# two pixels each. Compare the number of weights for 64 channels in and 64 out, with `conv_parameters` of lesson 04:

# %%
print("layers          sees     weights")
for kernel, depth in [(5, 1), (3, 2), (7, 1), (3, 3), (11, 1), (3, 5)]:
    field = lenet.receptive_field([(kernel, 1)] * depth)
    weights = depth * output_size.conv_parameters(kernel, 64, 64, use_bias=False)
    name = f"{depth} × {kernel}×{kernel}"
    print(f"{name:<14}{f'{field}×{field}':>7}{weights:>12,}")

# %% [markdown]
# Two of 3×3 need 28 % fewer weights than one of 5×5, and five of 3×3 need 63 % fewer than one of 11×11. And
# there is room for a ReLU after each of them. Without the ReLU, two layers would be no more than one 5×5 kernel, as
# above; with it, they can compute what no single kernel can.
#
# ## Exercise 1: what a stack costs (2 points)
#
# <details><summary>Hint 1</summary>
#
# Start with no layer at all: an output *is* an input pixel, so it sees 1 pixel, and there are no weights. What does
# one layer of 3×3 add to that 1? What does a second one add?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# A window of `kernel` positions is `kernel - 1` wider than one position. Each layer adds that much. The weights of
# one layer: each filter has one number for each position of the kernel and each channel that comes in, and there are
# as many filters as channels that go out.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Check the arguments first, then count in a loop:
#
# ```python
# for _ in range(depth):
#     receptive_field += ...
#     parameters += ...
# ```
#
# With `depth` 0 the loop does not run. Return two ints, the receptive field first.
#
# </details>


# %% nbgrader={"grade_id": "stack_cost", "solution": true}
def stack_cost(kernel, depth, channels):
    """Return what convolutions in a row see, and the number of their weights.

    Parameters
    ----------
    kernel : int
        Height and width of every kernel. The stride is 1.
    depth : int
        How many convolutions there are, one after another.
    channels : int
        How many channels go into each of them and come out. There are no biases.

    Returns
    -------
    (receptive_field, parameters) : tuple of int
        The side of the square of input pixels that one output sees; (1, 0) for depth 0.

    Raises
    ------
    ValueError
        If depth is below 0, or kernel or channels below 1.
    """
    ### BEGIN SOLUTION
    if depth < 0 or kernel < 1 or channels < 1:
        raise ValueError("depth must be at least 0, kernel and channels at least 1")
    receptive_field, parameters = 1, 0
    for _ in range(depth):
        receptive_field += kernel - 1
        parameters += kernel**2 * channels**2
    return receptive_field, parameters
    ### END SOLUTION


# %% [markdown]
# The next cell checks the table above, no layer at all, and arguments that make no sense.

# %% nbgrader={"grade_id": "test-stack_cost", "grade": true, "points": 1}
from utils import checks

with checks.Exercise("resnet.stack_cost", stack_cost) as check:
    check.example(3, 2, 64, expected=(5, 73728))
    check.example(5, 1, 64, expected=(5, 102400))
    check.example(5, 3, 2, expected=(13, 300))
    check.example(3, 0, 7, expected=(1, 0))
    check.raises(ValueError, 3, -1, 2)
    check.raises(ValueError, 0, 1, 2)
    check.raises(ValueError, 3, 1, 0)

# %% nbgrader={"grade_id": "test-stack_cost-sizes", "grade": true, "points": 0.5}
# Marked when you hand in: other kernels, depths and channels.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("resnet.stack_cost", stack_cost) as check:
    for kernel, depth, channels in [
        (1, 1, 1),
        (1, 4, 3),
        (7, 2, 5),
        (2, 6, 1),
        (4, 3, 10),
        (3, 50, 256),
    ]:
        check.agrees(kernel, depth, channels)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-stack_cost-errors", "grade": true, "points": 0.5}
# Marked when you hand in: the smallest arguments, and some below them.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("resnet.stack_cost", stack_cost) as check:
    check.agrees(1, 0, 1)
    for arguments in [(3, -2, 1), (-1, 2, 1), (0, 0, 1), (2, 0, 0), (2, 2, -3)]:
        check.raises(ValueError, *arguments)
### END HIDDEN TESTS

# %% [markdown]
# ## A convolution of 1×1
#
# A kernel of 1×1 sees one pixel, so what can it do? It sees *all channels* of that pixel, and each filter is
# a weighted sum of them. You know one from [lesson 01](../01_pixels/01_pixels.ipynb): grey from red, green and blue is
# a 1×1 convolution with the weights 0.299, 0.587 and 0.114. Here are three filters on a photograph:

# %%
cat = data.photograph("cat")[::2, ::2] / 255
weights = np.array([[0.299, 1, 0], [0.587, -1, -0.5], [0.114, 0, 1]])  # a column for each filter
mixed = resnet.conv_1x1(cat, weights)
print(f"{cat.shape} with weights {weights.shape} gives {mixed.shape}")
plots.images(
    [cat, *np.moveaxis(mixed, -1, 0)],
    ["photograph", "grey", "red − green", "blue − green / 2"],
    columns=4,
    size=2.1,
    alt="A cat in colour; in grey; bright where red exceeds green; bright where blue exceeds half of green.",
)

# %% [markdown]
# Three channels in, three out; with 64 columns it would be 64 out. Networks use 1×1 convolutions to change the number
# of channels cheaply. GoogLeNet puts them before its larger kernels. The deepest ResNets have *bottlenecks*: from 256
# channels to 64, then 3×3, then back to 256. Count the weights:

# %%
count = output_size.conv_parameters
direct = count(3, 256, 256, use_bias=False)
through_64 = count(1, 256, 64, False) + count(3, 64, 64, False) + count(1, 64, 256, False)
print(f"3×3 on 256 channels:            {direct:>8,} weights")
print(f"1×1 to 64, 3×3, 1×1 to 256:     {through_64:>8,} weights, {through_64 / direct:.0%}")

# %% [markdown]
# MobileNet goes further. A 3×3 kernel on each channel separately, and then a 1×1 convolution that mixes the
# channels, together have 3·3·256 + 256·256 = 67,840 weights, 12 % of the direct way.
#
# ## Exercise 2: mix the channels (2 points)
#
# By hand, with NumPy only: at every pixel, each filter's weighted sum of the channels, plus its bias. A tiny one to
# check by head: the pixel (2, 3) with the weights 1 and 10 gives 2·1 + 3·10 = 32.
#
# <details><summary>Hint 1</summary>
#
# The same weights are used at every pixel, so look at one first: `volume[i, j]` has C numbers, `weights` has C rows
# and F columns, and the result has F numbers. What is this operation called?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# A product of a vector and a matrix: `pixel @ weights`. NumPy's `@` also takes a whole volume on the left: it
# multiplies along the last axis. Whole numbers such as `uint8` overflow, so turn the volume into floats first. And check
# the two numbers of channels before you multiply.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# if volume.shape[-1] != weights.shape[0]:
#     raise ValueError(...)
# ```
#
# The bias has one number for each filter. Added to an array of shape `(H, W, F)`, it is added at every pixel. It may be
# None.
#
# </details>


# %% nbgrader={"grade_id": "conv_1x1", "solution": true}
def conv_1x1(volume, weights, bias=None):
    """Return a convolution with kernels of 1x1: a dense layer at every pixel.

    Parameters
    ----------
    volume : array of shape (H, W, C), of any real dtype
    weights : array of shape (C, F)
        A column for each filter.
    bias : array of shape (F,), or None
        A number for each filter.

    Returns
    -------
    array of float, of shape (H, W, F)

    Raises
    ------
    ValueError
        If volume and weights have different numbers of channels.
    """
    ### BEGIN SOLUTION
    if volume.shape[-1] != weights.shape[0]:
        raise ValueError(f"{volume.shape[-1]} channels, but weights for {weights.shape[0]}")
    mixed = volume.astype(float) @ weights
    return mixed if bias is None else mixed + bias
    ### END SOLUTION


# %% [markdown]
# The next cell checks small volumes that are not square, bytes and negative numbers, with a bias and without, and
# channels that do not fit.

# %% nbgrader={"grade_id": "test-conv_1x1", "grade": true, "points": 1}
import numpy as np

from utils import checks

with checks.Exercise("resnet.conv_1x1", conv_1x1) as check:
    check.example(np.array([[[2, 3]]]), np.array([[1], [10]]), expected=[[[32.0]]])
    check.example(
        np.array([[[1, 2], [3, -4], [0.5, 0]]]),
        np.array([[1, 2], [3, 4]]),
        np.array([100, 0.5]),
        expected=[[[107, 10.5], [91, -9.5], [100.5, 1.5]]],
    )
    volume = np.arange(200, 230, dtype=np.uint8).reshape(5, 2, 3)
    check.agrees(volume, np.array([[1, -2, 0, 3], [2, 0.5, -1, 1], [0, 1, 1, -1]]))
    check.agrees(volume.reshape(2, 5, 3), np.array([[1], [2], [3]]), np.array([-4]))
    check.raises(ValueError, volume, np.ones((2, 3)))
    check.raises(ValueError, volume[..., :1], np.ones((3, 2)))

# %% nbgrader={"grade_id": "test-conv_1x1-shapes", "grade": true, "points": 0.5}
# Marked when you hand in: other shapes and other kinds of number.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("resnet.conv_1x1", conv_1x1) as check:
    rng = np.random.default_rng(13)
    for height, width, channels, filters in [
        (3, 7, 2, 5),
        (6, 1, 4, 4),
        (1, 1, 1, 3),
        (4, 5, 6, 1),
    ]:
        volume = rng.normal(size=(height, width, channels))
        check.agrees(volume, rng.normal(size=(channels, filters)))
        check.agrees(volume, rng.normal(size=(channels, filters)), rng.normal(size=filters))
    for dtype in (np.uint8, np.int16, np.int32, np.float32):
        volume = rng.integers(0, 256, (4, 3, 2)).astype(dtype)
        check.agrees(volume, rng.normal(size=(2, 3)), bias=rng.normal(size=3))
        check.agrees(volume, rng.integers(100, 200, (2, 3)).astype(np.uint8))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-conv_1x1-errors", "grade": true, "points": 0.5}
# Marked when you hand in: numbers of channels that differ, and some that do not.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("resnet.conv_1x1", conv_1x1) as check:
    volume = np.arange(24.0).reshape(2, 3, 4)
    check.agrees(volume, np.ones((4, 2)))
    check.agrees(volume[..., :1], np.array([[1.0, -1.0]]), np.array([1.0, 2.0]))
    for channels, filters in [(3, 4), (1, 4), (5, 2), (2, 2)]:
        check.raises(ValueError, volume, np.ones((channels, filters)))
    check.raises(ValueError, volume[..., :1], np.ones((4, 1)), np.ones(1))
### END HIDDEN TESTS

# %% [markdown]
# ## Batch normalisation
#
# While a network learns, the numbers between its layers drift: one channel's grow, another's shrink to almost
# nothing. **Batch normalisation** stops that. For each channel it takes the mean and the variance *over the whole
# batch*, all images and all positions, and then does four things:
#
# $$\hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \qquad y = \gamma \hat x + \beta$$
#
# It subtracts the mean $\mu$, divides by the standard deviation, multiplies by $\gamma$ and adds $\beta$. The small
# number $\varepsilon$, in Keras 0.001, keeps the divisor away from 0 when a channel is constant. $\gamma$ and $\beta$ are
# learned, one pair for each channel. Here it is, number by number, for two images of one row, two pixels and two channels:

# %%
batch = np.array([[[[1, 10], [3, 20]]], [[[5, 40], [7, 10]]]], float)
gamma, beta = np.array([1, 2]), np.array([0, 5])
steps = resnet.batch_norm_steps(batch, gamma, beta)
print("mean    ", steps["mean"], "  variance", steps["variance"])
for name in ("centred", "normalised", "scaled and shifted"):
    first_channel, second_channel = np.moveaxis(steps[name], -1, 0)
    print(f"{name:<19}", first_channel.ravel().round(3), second_channel.ravel().round(3))

# %% [markdown]
# And Keras, in training mode:

# %%
layer = keras.layers.BatchNormalization()
layer.build(batch.shape)
layer.gamma.assign(gamma)
layer.beta.assign(beta)
by_keras = np.asarray(layer(batch.astype(np.float32), training=True))
print("largest difference:", np.abs(by_keras - steps["scaled and shifted"]).max())

# %% [markdown]
# **Go through the steps.** Two channels, three images (one marker each). The line is the channel's mean, the band is one
# standard deviation to either side. Step through 0, 1, 2 and watch both channels come to the same place; in step 3 choose
# γ and β. Which γ and β would give
# channel 0 back as it came in, about?

# %%
several = np.random.default_rng(5).normal([3, -1], [0.6, 1.8], (3, 2, 2, 2)).round(1)
resnet_widgets.norm_explorer(several)

# %% [markdown]
# ## Exercise 3: normalise a batch (2 points)
#
# By hand, with NumPy only, for a batch `(N, H, W, C)`.
#
# <details><summary>Hint 1</summary>
#
# How many means are there? One for each channel, so the mean goes over all axes but the last. `np.mean` takes several
# axes at once.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `x.mean(axis=(0, 1, 2))` has shape `(C,)`, and so do `gamma` and `beta`. NumPy lines them up with the last axis of `x`,
# so you need no loop. `np.var` divides by the number of values unless you tell it otherwise, as it should here.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# normalised = (x - mean) / np.sqrt(...)
# ```
#
# Epsilon is inside the square root. Then gamma, then beta. If the batch holds bytes, turn it into floats first.
#
# </details>


# %% nbgrader={"grade_id": "batch_norm", "solution": true}
def batch_norm(x, gamma, beta, epsilon=0.001):
    """Return a batch with each channel normalised, as in training.

    Parameters
    ----------
    x : array of shape (N, H, W, C), of any real dtype
    gamma, beta : arrays of shape (C,)
        What each channel is multiplied by at the end, and what is added to it.
    epsilon : float
        Added to the variance.

    Returns
    -------
    array of float, of the shape of x
        Each channel minus its mean, divided by sqrt(variance + epsilon), times gamma, plus beta.
        Mean and variance are over N, H and W; the variance is divided by their product.
    """
    ### BEGIN SOLUTION
    x = x.astype(float)
    mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return (x - mean) / np.sqrt(variance + epsilon) * gamma + beta
    ### END SOLUTION


# %% [markdown]
# The next cell checks two small batches, one of bytes, another epsilon, and a channel that is constant. Results may differ
# from ours by one part in 100,000.

# %% nbgrader={"grade_id": "test-batch_norm", "grade": true, "points": 1}
import numpy as np

from utils import checks

with checks.Exercise("resnet.batch_norm", batch_norm, rtol=1e-5, atol=1e-5) as check:
    # Mean 2, variance 1; with epsilon 3 the divisor is 2.
    check.example(
        np.array([[[[1.0]]], [[[3.0]]]]),
        np.array([4.0]),
        np.array([10.0]),
        3.0,
        expected=[[[[8.0]]], [[[12.0]]]],
    )
    x = np.array([[[[1, 10], [3, 20]]], [[[5, 40], [7, 10]]]], np.uint8)
    check.agrees(x, np.array([1.0, 2.0]), np.array([0.0, 5.0]))
    # Small numbers, of which epsilon is a large part; three channels, the last one constant.
    x = np.round(0.02 * np.sin(np.arange(72.0)), 4).reshape(2, 4, 3, 3)
    x[..., 2] = 7
    check.agrees(x, np.array([1.0, -0.5, 3.0]), np.array([0.5, 0.0, -2.0]))

# %% nbgrader={"grade_id": "test-batch_norm-shapes", "grade": true, "points": 0.5}
# Marked when you hand in: other shapes and other kinds of number.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("resnet.batch_norm", batch_norm, rtol=1e-5, atol=1e-5) as check:
    rng = np.random.default_rng(31)
    for shape in [(4, 3, 5, 2), (1, 6, 2, 3), (5, 1, 1, 4), (2, 2, 3, 1)]:
        x = rng.normal(size=shape) * rng.uniform(0.1, 5, shape[-1]) + rng.normal(size=shape[-1])
        check.agrees(x, rng.normal(size=shape[-1]), rng.normal(size=shape[-1]))
    for dtype in (np.uint8, np.int16, np.float32):
        x = rng.integers(0, 200, (3, 4, 2, 2)).astype(dtype)
        check.agrees(x, np.array([1.0, -2.0]), np.array([0.0, 0.5]))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-batch_norm-epsilon", "grade": true, "points": 0.5}
# Marked when you hand in: epsilon, and channels that hardly vary.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("resnet.batch_norm", batch_norm, rtol=1e-5, atol=1e-5) as check:
    rng = np.random.default_rng(32)
    x = 0.01 * rng.normal(size=(3, 2, 4, 2)) + 1
    for epsilon in (1e-5, 0.001, 0.1, 2.0):
        check.agrees(x, np.array([2.0, 0.3]), np.array([-1.0, 1.0]), epsilon)
    check.agrees(x, np.array([2.0, 0.3]), np.array([-1.0, 1.0]))
    check.agrees(np.full((2, 2, 1, 2), 5), np.array([1.0, 2.0]), np.array([3.0, 4.0]), epsilon=0.01)
### END HIDDEN TESTS

# %% [markdown]
# ## What it computes after training
#
# One image has no batch. So the layer keeps a *moving* mean and variance for each channel: after every step,
# 0.99 of the old value plus 0.01 of the batch's. (0.99 is the *momentum*.) In use, these take the place of the batch's
# own. They begin at 0 and 1. How much of that beginning is left after some steps?

# %%
for count in (50, 100, 200, 500, 1000):
    print(f"after {count:>4} steps: {0.99**count:.3f} of the beginning is left")

# %% [markdown]
# So **a network with batch normalisation needs many steps** before it is of any use, even if its training loss is
# already low. The weights also change from step to step, and the moving averages follow them late. Here are LeNet-5 and
# a small residual network that you will build below, both trained on the first 3,000 digits in batches of 32, that is
# 94 steps an epoch, three seeds each:

# %%
epochs = list(range(1, resnet.EPOCHS + 1))
curves = {
    name: list(runs.mean(axis=0)) for name, runs in zip(resnet.NETWORKS, measured.network_curves)
}
for name, runs in zip(resnet.NETWORKS, measured.network_curves):
    print(f"{name:<10}" + "".join(f"{each:7.3f}" for each in runs.mean(axis=0)))
training.shift_curve(
    curves,
    epochs,
    xlabel="epoch",
    alt=f"Accuracy on 500 test digits after each epoch. LeNet-5 begins at {curves['LeNet-5'][0]:.2f}; the "
    f"residual network is at {curves['residual'][0]:.2f} after one epoch and {curves['residual'][-1]:.2f} at the end.",
)

# %% [markdown]
# For two epochs the residual network's accuracy stays near 0.1, which is guessing, although it learns: in training it
# uses each batch's own mean and variance, on the test digits the moving ones. It catches up
# only after nine or ten epochs, some 900 steps. If you see such a start, nothing is broken: train for more steps, or set `momentum=0.9`.
#
# ## A network that is too deep to learn
#
# More layers see more and can compute more. So take a narrow network, eight filters of 3×3 in every layer, on digits
# that were made smaller (14×14 pixels), and give it 4, 12 or 30 convolutions. Train one of 30 yourself, the plain
# chain of layers, one after another:

# %%
small_digits, small_tests = resnet.halve(train_images[:1000]), resnet.halve(test_images)
adam = keras.optimizers.Adam

keras.utils.set_random_seed(1)
plain = resnet.build_deep(30, "plain")
plain.compile(adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = plain.fit(small_digits, y_train[:1000], batch_size=64, epochs=4, verbose=0)
print("training loss after each epoch:", np.round(history.history["loss"], 3))
print(f"ln 10 = {np.log(10):.3f}, the loss of guessing")

# %% [markdown]
# It learns nothing: the loss stays at ln 10. Is that bad luck? **Choose a depth** and see three runs of each kind
# over eight epochs of 1,000 digits; *residual* networks have shortcuts, which come next.

# %%
resnet_widgets.depth_explorer(measured)

# %%
resnet_widgets.draw_accuracy_by_depth(measured)

# %% [markdown]
# > **Puzzle.** "A very deep network has too many parameters, so it overfits, and therefore its test accuracy is poor."
# > You can read that about deep networks. Look at the loss of the plain network with 30 convolutions, and decide: is
# > it overfitting?

# %%
deepest = measured.depth_losses[0, -1, :, -1]
print("training loss of the plain networks with 30 convolutions, three seeds:", deepest.round(3))
print(f"parameters: plain {plain.count_params():,}; LeNet-5 {measured.parameters[0]:,}")

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > No. A network that overfits has a *low* training loss and a poor test accuracy. Here the training loss itself is as high
# > as by guessing: the network cannot even learn the 1,000 digits that it is shown. It also has fewer parameters than
# > LeNet-5. The authors of ResNet opened their paper with this observation: a deeper plain network had a *higher
# > training error* than a shallower one.
# >
# > </details>
#
# ## Where the signal gets lost
#
# Before any training, send 100 digits through the plain network of 30 convolutions and measure the standard deviation of
# the numbers after every second one. Then do the same with shortcuts:

# %%
keras.utils.set_random_seed(1)
signals = {
    kind: resnet.signal_sizes(resnet.build_deep(30, kind), small_digits[:100])
    for kind in resnet.KINDS
}
for kind, sizes in signals.items():
    print(
        f"{kind:<9} after 2: {sizes[0]:.2g}   after 16: {sizes[7]:.2g}   after 30: {sizes[-1]:.2g}"
    )
resnet_widgets.draw_signal(signals)

# %% [markdown]
# In the plain network each layer makes the numbers smaller, and thirty of them leave next to nothing: all digits look
# alike at the end. The gradient goes the same way back and shrinks as well, so the first layers hardly change. With
# shortcuts the input of each block is added to its output, and the signal cannot get lost on the way.
#
# ## The residual block
#
# That is the idea of ResNet. Let two convolutions compute only *what is to be changed* about their input, the *residual*,
# and add it to the input. If nothing is to be changed, their weights can be 0, and the block hands its input on.
# (It does so exactly, since its input comes from a ReLU and is not negative.)

# %%
resnet_widgets.draw_block()

# %% [markdown]
# Where the block changes the shape, its input cannot be added as it is. Then a **1×1 convolution** in the shortcut brings
# it to the new shape: its filters give the new number of channels, and its stride of 2 halves the size. The convolutions
# have no bias. Why? Subtract a channel's mean, and whatever constant was added is gone; β does the same job.
#
# Train the 30 convolutions again, now with a shortcut around every two:

# %%
keras.utils.set_random_seed(1)
residual = resnet.build_deep(30, "residual")
residual.compile(adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = residual.fit(small_digits, y_train[:1000], batch_size=64, epochs=4, verbose=0)
print("training loss after each epoch:", np.round(history.history["loss"], 3))
print(f"parameters: plain {plain.count_params():,}, residual {residual.count_params():,}")
for label, network in [("plain", plain), ("residual", residual)]:
    print(f"{label:<9} test accuracy {training.accuracy(network, small_tests, y_test):.3f}")

# %% [markdown]
# The same number of layers and the same number of parameters: an addition has none. Only now it learns.
#
# ## Exercise 4: build a residual network (4 points)
#
# With the functional API:
#
# 1. a convolution of 3×3, "same", `widths[0]` filters, no bias; batch normalisation; ReLU;
# 2. a residual block for each number in `widths`, as in the drawing: stride 1 in the first block, 2 in all others;
# 3. global average pooling, and a dense layer with softmax.
#
# The shortcut is the block's input where the shape does not change; otherwise a 1×1 convolution of it, with the block's
# stride, without a bias, and batch normalisation. Batch normalisation has Keras's default settings.
#
# <details><summary>Hint 1</summary>
#
# Keep two names for what flows through the network: `x` for the main path and `shortcut` for the block's input. A layer
# of the functional API is called on a tensor: `x = keras.layers.ReLU()(x)`. The last step of a block is
# `keras.layers.Add()([x, shortcut])`, and then ReLU.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Write a function for what occurs again and again, convolution without a bias and then batch normalisation, with the
# kernel size and the stride as its arguments. A second function makes a block. `x.shape[-1]` is the number of channels
# of a tensor. With `summary()` you can check: at the defaults there are 78,426 parameters, and the last maps are
# 7 × 7 × 64.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# def convolve(x, filters, kernel, stride=1):
#     x = keras.layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False)(x)
#     return keras.layers.BatchNormalization()(x)
#
# def block(x, filters, stride):
#     shortcut = x
#     if ...:  # the shape changes
#         shortcut = ...
#     x = keras.layers.ReLU()(convolve(x, filters, 3, stride))
#     x = ...
# ```
#
# The functions may be inside `build_resnet`, or before it in the same cell.
#
# </details>


# %% nbgrader={"grade_id": "build_resnet", "solution": true}
def build_resnet(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    """Return a small residual network as a Keras model.

    Parameters
    ----------
    input_shape : tuple
        (height, width, channels) of the input.
    classes : int
        How many units the last layer has.
    widths : sequence of int
        The number of filters in each residual block.

    Returns
    -------
    keras.Model
        From (None, height, width, channels) to (None, classes), probabilities. With the default
        arguments it has 78,426 parameters.
    """
    ### BEGIN SOLUTION
    layers = keras.layers

    def convolve(x, filters, kernel, stride=1):
        x = layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False)(x)
        return layers.BatchNormalization()(x)

    inputs = keras.Input(input_shape)
    x = layers.ReLU()(convolve(inputs, widths[0], 3))
    for index, filters in enumerate(widths):
        stride = 1 if index == 0 else 2
        shortcut = x
        if stride != 1 or x.shape[-1] != filters:
            shortcut = convolve(x, filters, 1, stride)
        x = layers.ReLU()(convolve(x, filters, 3, stride))
        x = convolve(x, filters, 3)
        x = layers.ReLU()(layers.Add()([x, shortcut]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))
    ### END SOLUTION


# %% [markdown]
# The next cell compares your model with ours: its layers, how they are joined, and what it computes with the same weights,
# in use and in training. The order in which you write the two paths does not matter, nor do names.

# %% nbgrader={"grade_id": "test-build_resnet", "grade": true, "points": 1.5}
from utils import checks

with checks.Exercise("resnet.build_resnet", build_resnet, by_hand=False) as check:
    check.agrees((12, 10, 3), 4, (4, 6))
    check.agrees((8, 9, 1), 3, widths=(5, 5, 3))

# %% nbgrader={"grade_id": "test-build_resnet-convolutions", "grade": true, "points": 0.5}
# Marked when you hand in: only the convolutions, however they are joined.
### BEGIN HIDDEN TESTS
from utils import checks, resnet
from utils.checks import graphs


def convolutions(model):
    """Return the convolutions of a model, in no particular order."""
    names = ("filters", "kernel size", "strides", "bias", "output")
    found = graphs.layers_in(model, "Conv2D")
    return sorted(tuple(each[name] for name in names) for each in found)


with checks.Exercise("resnet.build_resnet", build_resnet, by_hand=False) as check:
    right = convolutions(resnet.build_resnet((14, 12, 2), 5, (3, 4, 6)))
    check.satisfies(
        lambda model: convolutions(model) == right,
        "Its convolutions are not those of the drawing: 3x3 without a bias, two in each block; the "
        "first of them with stride 2 from the second block on, and there one of 1x1 as well.",
        (14, 12, 2),
        5,
        (3, 4, 6),
    )
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-build_resnet-normalisation", "grade": true, "points": 0.5}
# Marked when you hand in: only the batch normalisations, however they are joined.
### BEGIN HIDDEN TESTS
from utils import checks, resnet
from utils.checks import graphs


def normalisations(model):
    """Return the batch normalisations of a model, in no particular order."""
    found = graphs.layers_in(model, "BatchNormalization")
    return sorted((each["normalises"], each["output"]) for each in found)


with checks.Exercise("resnet.build_resnet", build_resnet, by_hand=False) as check:
    right = normalisations(resnet.build_resnet((14, 12, 2), 5, (3, 4, 6)))
    check.satisfies(
        lambda model: normalisations(model) == right,
        "A batch normalisation with Keras's default settings should come after each convolution, "
        "and nowhere else.",
        (14, 12, 2),
        5,
        (3, 4, 6),
    )
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-build_resnet-block", "grade": true, "points": 1}
# Marked when you hand in: a network of one block, whose shortcut is its input.
### BEGIN HIDDEN TESTS
from utils import checks

with checks.Exercise("resnet.build_resnet", build_resnet, by_hand=False) as check:
    check.agrees((9, 7, 2), 3, [5])
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-build_resnet-arguments", "grade": true, "points": 0.5}
# Marked when you hand in: inputs and outputs of other sizes.
### BEGIN HIDDEN TESTS
from utils import checks, resnet
from utils.checks import graphs, models


def ends_in(classes, maps):
    """Say whether a model ends in so many probabilities, and its last maps have this shape."""

    def holds(model):
        convolved = [each["output"] for each in graphs.layers_in(model, "Conv2D")]
        return models.output_shape(model) == (classes,) and maps in convolved

    return holds


def is_as_by_default(model):
    """Say whether a model has the input, the widths and the output of the default arguments."""
    found = graphs.layers_in(model, "Conv2D")
    begins = (28, 28, 1) in [each["input"] for each in found]
    maps = {(28, 28, 16), (14, 14, 32)} <= {each["output"] for each in found}
    return begins and maps and ends_in(10, (7, 7, 64))(model)


with checks.Exercise("resnet.build_resnet", build_resnet, by_hand=False) as check:
    check.satisfies(
        is_as_by_default,
        "Without arguments, it should take images of shape (28, 28, 1), make maps of shape (28, 28, 16) and (14, 14, 32), "
        "and end in maps of shape (7, 7, 64) and then in 10 probabilities.",
    )
    said = "It should end in maps of shape {}, and then in {} probabilities."
    for shape, classes, widths, maps in [
        ((20, 13, 3), 7, (4, 8), (10, 7, 8)),
        ((16, 16, 2), 26, (2, 3, 4, 5), (2, 2, 5)),
    ]:
        check.satisfies(ends_in(classes, maps), said.format(maps, classes), shape, classes, widths)
### END HIDDEN TESTS

# %% [markdown]
# ## What global average pooling does to shifts
#
# LeNet-5 flattens its last maps: each position of each map has its own weights. Global average pooling takes the *mean* of
# each map, and a mean does not know where a number was. Move a pattern about in a map, and see:

# %%
feature_map = np.zeros((6, 8))
feature_map[1:3, 1:4] = [[1, 2, 0], [3, 1, 2]]
moved = np.roll(feature_map, (2, 3), axis=(0, 1))
print("means:", feature_map.mean(), moved.mean())
print(
    "numbers that differ after Flatten:", np.count_nonzero(feature_map != moved), "of", moved.size
)
plots.matrices(
    {"a map": feature_map, "moved": moved},
    alt="A map of 6x8 with a pattern of six numbers, and the same pattern two rows lower and three columns further right.",
)

# %% [markdown]
# So does the whole network ignore shifts? Not quite: its strides, the border and the padding still see where things are.
# [Lesson 05](../05_pooling/05_pooling.ipynb) and [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb) measured shifts. Do it again.
#
# ## LeNet-5 and a small residual network
#
# The network of exercise 4 with half the filters, `widths=(8, 16, 32)`, against LeNet-5. Both were trained as above, ten
# epochs on 3,000 digits, three seeds:

# %%
print("network     parameters   mean   three seeds")
for name, count, reached in zip(resnet.NETWORKS, measured.parameters, measured.network_accuracies):
    seeds = "  ".join(f"{each:.3f}" for each in reached)
    print(f"{name:<12}{count:>10,}{reached.mean():>7.3f}   {seeds}")
chance = training.chance_error(0.95, len(y_test))
print(f"chance error at 0.95: ±{chance:.3f}")
training.accuracy_dots(dict(zip(resnet.NETWORKS, measured.network_accuracies)), len(y_test))

# %%
by_shift = {
    name: list(runs.mean(axis=0)) for name, runs in zip(resnet.NETWORKS, measured.shift_accuracies)
}
for name, row in by_shift.items():
    print(f"{name:<10}" + "".join(f"{each:6.2f}" for each in row))
middle = resnet.SHIFTS.index(4)
training.shift_curve(
    by_shift,
    resnet.SHIFTS,
    alt="Mean accuracy against shift, on 1,000 test digits. Four pixels to the right: LeNet-5 "
    f"{by_shift['LeNet-5'][middle]:.2f}, the residual network {by_shift['residual'][middle]:.2f}.",
)

# %% [markdown]
# With a third of LeNet-5's parameters, the residual network is as accurate: 0.947 and 0.947 on average, though its three
# seeds differ more, from 0.935 to 0.962. On digits that are **shifted**, the two are not alike at all. Neither has seen a
# shifted digit in training. Moved by four pixels to the left or right, LeNet-5 reads 0.32 and 0.40 of them, the residual
# network 0.93 both times. By eight pixels LeNet-5 does no better than guessing, the residual network still reads about
# three quarters (and one of its seeds only half). In lesson 09 LeNet-5 needed shifted training images to read
# digits that are moved by four pixels. Here it comes from the architecture: convolutions, and a mean that forgets the
# position.
#
# **What we did not compute.** One run of the residual network at its default widths takes about four times as long, all
# 8,000 digits nearly three times as long, and after ten epochs the accuracy is still rising. So do not read the table as the
# best that either network can do. It compares them after the same number of steps on the same digits.
#
# ## Transfer: new digits from ten examples
#
# Suppose you have many 0s to 4s, but only ten examples each of 5 to 9. Train a network on the first, keep its filters, and
# train only a new last layer on the few: this is **transfer**. The network below was trained on the 0s to 4s among the
# 3,000 digits, with momentum 0.9. Its weights are loaded from the file; you train the new layer. `trainable = False` keeps
# a layer's weights; a batch normalisation then uses its moving averages in training, too.

# %%
base = resnet.load_base()
is_low, is_high = y_test < 5, y_test >= 5
low_accuracy = training.accuracy(base, test_images[is_low], y_test[is_low])
print(f"on the test digits 0 to 4: {low_accuracy:.3f}")

for layer in base.layers:
    layer.trainable = False
last_maps = base.layers[-3].output  # before the global average pooling
keras.utils.set_random_seed(1)
answers = keras.layers.Dense(5, activation="softmax")(keras.layers.Flatten()(last_maps))
transferred = keras.Model(base.inputs[0], answers)

chosen = resnet.choose_examples(y_train[: resnet.DIGITS], 10, seed=1)
transferred.compile(adam(0.002), "sparse_categorical_crossentropy", metrics=["accuracy"])
transferred.fit(train_images[chosen], y_train[chosen] - 5, batch_size=25, epochs=60, verbose=0)
with_filters = training.accuracy(transferred, test_images[is_high], y_test[is_high] - 5)
print(f"5 to 9 from ten examples each, filters kept: {with_filters:.3f}")

# %% [markdown]
# And LeNet-5, trained from nothing on the same fifty digits:

# %%
keras.utils.set_random_seed(1)
fresh = lenet.build_lenet5(classes=5)
fresh.compile(adam(0.002), "sparse_categorical_crossentropy", metrics=["accuracy"])
fresh.fit(
    resnet.pad(train_images[chosen]), y_train[chosen] - 5, batch_size=25, epochs=75, verbose=0
)
padded_tests = resnet.pad(test_images[is_high])
from_nothing = training.accuracy(fresh, padded_tests, y_test[is_high] - 5)
print(f"5 to 9 from ten examples each, from nothing: {from_nothing:.3f}")

# %% [markdown]
# One run proves little. So here are three seeds, each with its own examples; 10, 20 and 50 examples of each digit; and three
# ways. *Kept filters, maps* is what you did above. *Kept filters, pooled* keeps the global average pooling as well, so that
# the new layer gets only 32 numbers. LeNet-5 is trained from nothing, as a whole, for 150 steps.

# %%
print("examples of each digit " + "".join(f"{count:>18}" for count in resnet.EXAMPLES))
for name, table in zip(resnet.TRANSFERS, measured.transfer_accuracies):
    cells = [f"{row.mean():.3f} ({row.min():.3f}–{row.max():.3f})" for row in table]
    print(f"{name:<23}" + "".join(f"{cell:>22}" for cell in cells))
chance = training.chance_error(0.9, int(is_high.sum()))
print(f"{is_high.sum()} test digits; chance error at 0.9: ±{chance:.3f}")
resnet_widgets.draw_transfer(measured)

# %% [markdown]
# **Kept filters help.** With ten examples of each digit, their maps give 0.888, LeNet-5 from nothing 0.841; with fifty, 0.946
# and 0.893. No run of one overlaps with a run of the other, and the difference is about five times the chance error. With
# filters that have never seen a 5 to 9, ten examples are worth almost as much as fifty without them.
#
# **But not everything that was learned carries over.** The 32 numbers after the global average pooling give only 0.538 to
# 0.696, far less than LeNet-5. They are trained to tell 0 to 4 apart, and forget where a stroke was; to tell a 6 from a 9,
# the place matters. The maps before the pooling hold 7 · 7 · 32 = 1,568 numbers, with places. So ask *which* layer to keep:
# the earlier, the more general.
#
# ## Questions to think about
#
# There are no marks for these. Say what you expect, then try it. Our answers are in `solutions/`.
#
# 1. **A constant.** A convolution with a bias is followed by batch normalisation. What does the bias change, in training and
#    in use?
#
# 2. **One image.** What does batch normalisation give in training for a batch of one image whose maps are 1 × 1?
#
# 3. **Shrinking.** The plain network lost its signal because each layer made the numbers smaller. Which other remedy than a
#    shortcut comes to mind? What could go wrong with it when there are 100 layers?
#
# 4. **A shortcut in the shortcut.** The block adds its input *before* the last ReLU. What would be different if it were added
#    after it? Think of the sign of the numbers after many blocks.

# %% [markdown] tags=["answers"]
# ### Answers
#
# 1. Nothing in training: the mean contains the bias and is subtracted. In use, the moving mean contains it as well, once it
#    has had time to follow. So the bias only costs memory, and its gradient is 0 up to rounding.
#
# 2. β, for every channel: the mean is the number itself, so the centred number is 0. The layer forgets the image
#    completely. That is why the exercise is not tested on maps of 1 × 1, and why small batches are a problem for batch
#    normalisation.
#
# 3. Larger weights at the start: Keras's default (Glorot's) does not allow for the ReLU, which sets half of the numbers to 0.
#    `kernel_initializer="he_normal"` does. Or batch normalisation, which brings the numbers back to size after every
#    layer. Both help the signal forward. The authors of ResNet used both in their plain networks, and still found that
#    more layers had a higher training error.
#
# 4. After the ReLU, a block could only add numbers that are not negative: the sums could only grow from block to block, and
#    no block could take anything away. With the ReLU after the addition, a block can also subtract. (Later networks, with
#    *pre-activation*, have no ReLU after the addition at all.)

# %% [markdown]
# ## What to take away
#
# - **Small kernels in a row** see as much as a large one, with fewer weights and a ReLU in between: 5×5 from two of 3×3.
# - A **1×1 convolution** is a dense layer at every pixel. It mixes channels and changes their number.
# - **Batch normalisation**: each channel minus its mean over the batch, divided by the standard deviation, times γ, plus β.
#   In use, moving averages take the place of the batch's, and they need hundreds of steps.
# - **Depth** can stop a plain network from learning: not by overfitting, its training loss does not fall either. A
#   **shortcut** costs no parameters and lets the signal through, forward and back.
# - **Global average pooling** forgets the position. That helps with shifts, and costs where position matters.
# - **Transfer**: filters learned on one task help with another of which there are few examples.
#
# **A common claim that is wrong.** Poor results of a deeper network are not always overfitting: look at the training loss
# first.
#
# **References**
#
# - K. Simonyan and A. Zisserman, *Very deep convolutional networks for large-scale image recognition*, ICLR 2015,
#   [arXiv:1409.1556](https://arxiv.org/abs/1409.1556) (VGG).
# - C. Szegedy and others, *Going deeper with convolutions*, CVPR 2015,
#   [arXiv:1409.4842](https://arxiv.org/abs/1409.4842) (GoogLeNet).
# - S. Ioffe and C. Szegedy, *Batch normalization: accelerating deep network training by reducing internal covariate shift*,
#   ICML 2015, [arXiv:1502.03167](https://arxiv.org/abs/1502.03167).
# - K. He, X. Zhang, S. Ren and J. Sun, *Deep residual learning for image recognition*, CVPR 2016,
#   [arXiv:1512.03385](https://arxiv.org/abs/1512.03385) (ResNet).
# - A. G. Howard and others, *MobileNets: efficient convolutional neural networks for mobile vision applications*, 2017,
#   [arXiv:1704.04861](https://arxiv.org/abs/1704.04861).
# - A. Dosovitskiy and others, *An image is worth 16x16 words: transformers for image recognition at scale*, ICLR 2021,
#   [arXiv:2010.11929](https://arxiv.org/abs/2010.11929) (Vision Transformer).
# - Z. Liu and others, *A ConvNet for the 2020s*, CVPR 2022, [arXiv:2201.03545](https://arxiv.org/abs/2201.03545) (ConvNeXt).
#
# AlexNet's reference is in [lesson 08](../08_lenet/08_lenet.ipynb).
#
# **Next.** What does a network look at when it decides? [Lesson 14](../14_interpretation/14_interpretation.ipynb) asks.
#
# [Start page](../index.ipynb) · Before: [12, A whole network by hand](../12_numpy_cnn/12_numpy_cnn.ipynb) · Next:
# [14, What a network sees](../14_interpretation/14_interpretation.ipynb)

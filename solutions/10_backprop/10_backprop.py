# ---
# jupyter:
#   course:
#     summary: How a filter learns, from one weight changed a little to LeNet's 61,706 at once
#     minutes: 55
# ---

# %% [markdown]
# # How a filter learns
#
# **What you will do.** Change one weight of a filter a little, and see what happens to the error. Then
# find the same answer for all weights at once, without changing any. Take small steps downhill with
# it, until a filter that starts as zeros has become Sobel's. Nobody tells it the nine numbers.
#
# **What you will learn**
# - what a gradient is, and how small a "small change" should be;
# - that the gradient of a convolution is a convolution, and where the flip of lesson 02 comes back;
# - how ReLU and pooling hand a gradient on;
# - what a learning rate does, and how to choose it;
# - that TensorFlow computes nothing else, in LeNet-5 too.
#
# **What you need.** [Lesson 02](../02_convolution/02_convolution.ipynb): cross-correlation, and the
# flip. [Lesson 03](../03_sobel/03_sobel.ipynb): Sobel's kernel. Networks that are trained, as in
# [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb) and [lesson 08](../08_lenet/08_lenet.ipynb), come
# back at the end.

# %%
import time

import numpy as np

from utils import backprop, convolution, data, output_size, plots, pooling, sobel
from utils.widgets import backprop as backprop_widgets

name = "bundled"  # the digits for the last section; "mnist" if you have it

# %% [markdown]
# ## One weight, a little
#
# The smallest example of lesson 02: the numbers 1 to 16, and the kernel 1 2 / 3 4. This time somebody
# wants another output, the *target*. To measure how far off you are, take the **mean squared error**:
# subtract, square, average. That one number is the **loss**.

# %%
image = np.arange(1, 17).reshape(4, 4)
kernel = np.array([[1, 2], [3, 4]])
target = np.array([[-10, -9, -8], [-6, -5, -4], [-2, -1, 0]])

output = convolution.correlate2d(image, kernel)
error = output - target
loss = backprop.mean_squared_error(output, target)
print(f"loss: the mean of the nine squared errors = {loss:.0f}")

plots.matrices(
    [("output", output), "−", ("target", target), "=", ("error", error)],
    alt="The output 44 to 144, minus the target −10 to 0, is the error: 54 63 72 / 90 99 108 / "
    "126 135 144.",
)

# %% [markdown]
# Now change the weight at the bottom right a little, from 4 to 4.01, and leave the others alone:

# %%
changed = kernel + np.array([[0, 0], [0, 0.01]])
new_output = convolution.correlate2d(image, changed)
new_loss = backprop.mean_squared_error(new_output, target)
print(new_output)
print(f"\nloss before {loss:.2f}, after {new_loss:.2f}")
print(f"change of the loss / change of the weight = {(new_loss - loss) / 0.01:.2f}")

# %% [markdown]
# 44 has become 44.06: the weight lay on the pixel 6 there, and 0.01 × 6 = 0.06. The next output grew by
# 0.07, the last by 0.16. All nine went up, away from the target, and the loss went up with them. The
# quotient is the **slope** of the loss along this weight. A positive slope says: more of this weight
# makes it worse, so take less.
#
# A picture of it. Let the weight run from −14 to 5. The curve is a parabola, because the loss is a sum
# of squares. The tangent at 4 has the slope that you measured, and the bottom lies at −5.

# %%
weights = np.linspace(-14.5, 5.5, 81)
losses = [
    backprop.mean_squared_error(convolution.correlate2d(image, [[1, 2], [3, w]]), target)
    for w in weights
]
slope = (new_loss - loss) / 0.01
figure, ax = plots.figure(6.5, 3)
ax.plot(weights, losses)
ax.plot([1, 5.5], [loss + slope * (w - 4) for w in (1, 5.5)], color=plots.VERMILION)
ax.plot([4, -5], [loss, min(losses)], "o", color=plots.ORANGE, markeredgecolor="black")
ax.annotate(f"here: slope {slope:.0f}", (4, loss), textcoords="offset points", xytext=(-105, -3))
ax.annotate("best: −5", (-5, 0), textcoords="offset points", xytext=(-20, 12))
ax.set_xlabel("weight at the bottom right")
ax.set_ylabel("loss")
plots.Picture(
    figure,
    alt="The loss against one weight is a parabola with its bottom at −5. At 4 the tangent rises "
    f"with a slope of {slope:.0f}.",
)

# %% [markdown]
# The same for each of the four weights gives four slopes. Together they are the **gradient** of the
# loss: an array of the kernel's shape.
#
# **Turn the weights yourself.** Each slope tells you which way is up for its weight. Can you bring the
# loss to 0? It can be done with one slider. Then look for a second kernel with a loss of 0. There are
# more than one, and a later section explains why.

# %%
backprop_widgets.weight_tuner(image, target, kernel)

# %% [markdown]
# > **Spot the slip.** One source says that backward propagation calculates the impact of a small change
# > of a weight *on the overall weight*. It is the impact on the overall **loss**. A weight of 4.01 where
# > there was 4 has an impact of 0.01 on the weights, and nothing is learned from that.

# %% [markdown]
# ## How small is small?
#
# You divided by a change of 0.01 and got a slope that is a little off, since the curve bends within
# that 0.01. There are two remedies. Make the change smaller. Or go to **both sides**, so that the bends
# cancel: a *central difference*,
#
# $$\frac{\partial L}{\partial w} \;\approx\; \frac{L(w + \varepsilon) - L(w - \varepsilon)}{2\,\varepsilon}$$


# %%
def loss_at(weight):
    """Return the loss with another weight at the bottom right."""
    return backprop.mean_squared_error(
        convolution.correlate2d(image, [[1, 2], [3, weight]]), target
    )


for eps in (1, 0.1, 0.01):
    one_sided = (loss_at(4 + eps) - loss_at(4)) / eps
    central = (loss_at(4 + eps) - loss_at(4 - eps)) / (2 * eps)
    print(f"eps {eps:<5} one-sided {one_sided:9.3f}   central {central:9.3f}")

# %% [markdown]
# On a parabola the central difference is right for *every* change, even 1. On a curve of another shape it
# is not, but it is far better than the one-sided one. To measure that, bend the outputs with LeNet's
# activation, tanh, and compare with the exact slopes (how to get these is the next section's subject).
# The change goes from 1 down to 0.00000000000001:

# %%
small_image, small_kernel = image / 16, kernel / 10


def bent_loss(k):
    """Return the mean squared error of tanh(output), which should be 0.5 everywhere."""
    return np.mean((np.tanh(convolution.correlate2d(small_image, k)) - 0.5) ** 2)


bent = np.tanh(convolution.correlate2d(small_image, small_kernel))
exact = backprop.kernel_gradient(small_image, 2 * (bent - 0.5) / 9 * (1 - bent**2))

changes = np.logspace(-14, 0, 57)
methods = {
    "one-sided": backprop.one_sided_gradient,
    "central": backprop.numerical_gradient,
}
errors = {
    method: np.array(
        [np.abs(gradient(bent_loss, small_kernel, eps) - exact).max() for eps in changes]
    )
    for method, gradient in methods.items()
}
for method, values in errors.items():
    print(f"{method:<10} best error {values.min():.0e}, at eps = {changes[values.argmin()]:.0e}")
print(f"{'central':<10} error at eps = 1e-5: {errors['central'][np.isclose(changes, 1e-5)][0]:.0e}")

backprop_widgets.draw_errors(
    changes,
    errors,
    {"one-sided": 1, "central": 2},
    rounding=np.spacing(bent_loss(small_kernel)),
    alt="Error against eps, both axes logarithmic. From the right, the one-sided error falls in "
    "proportion to eps and the central one to its square. Both turn around and rise along a line of "
    "rounding / eps: the one-sided near 1e-8, the central near 1e-6.",
)

# %% [markdown]
# Read it from the right. With ten times smaller a change, the one-sided error gets ten times smaller, and
# the central one a hundred times. Then both turn around. A `float64` keeps 16 digits. The two losses
# agree in most of them, and the subtraction throws these away: dividing what is left by a tiny number
# makes the rounding error large. So a change can be *too small*. $10^{-5}$ with central differences is a
# good choice, and it is the default in what you write now.
#
# ## Exercise 1: the gradient by small changes (3 points)
#
# Write it for any function of any array. Change one element at a time, up and down, and let `f` tell you
# the difference. Watch out:
# - `w` may have one axis or four, and `f` always wants an array of that shape. `np.ndindex(w.shape)`
#   visits all positions, whatever their number of axes;
# - `w` is to stay as it was, and the other elements as well while one is changed;
# - in an array of whole numbers, 4 + 0.00001 is 4.
#
# <details><summary>Hint 1</summary>
#
# On paper: `w` is 3, −2, `f` adds the squares, `eps` is 0.5. For the first element you need `f` at
# 3.5, −2 and at 2.5, −2: 16.25 and 10.25, so the slope is 6 / 1 = 6. Now the second element. With
# which two arrays do you call `f`, and is the first element 3 again?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `np.array(w, dtype=float)` makes a copy and floats in one go. Then 4 + 0.00001 is no longer 4, and
# the caller's `w` stays as it was. For each position take two fresh copies, change that one element
# in each, and the others look after themselves.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# for position in np.ndindex(w.shape):
#     above, below = w.copy(), w.copy()
#     above[position] += eps
#     ...
#     gradient[position] = (f(above) - f(below)) / ...
# ```
#
# How far apart are `above` and `below`? Put that in brackets: `/ 2 * eps` divides by 2 and then
# multiplies.
#
# </details>


# %% nbgrader={"grade_id": "numerical_gradient", "solution": true}
def numerical_gradient(f, w, eps=1e-5):
    """Return the gradient of f at w by central differences.

    Parameters
    ----------
    f : function that takes an array of the shape of w and returns one number
    w : array of any shape and any real dtype; it is left as it was
    eps : float
        The size of the change.

    Returns
    -------
    array of floats, of the shape of w
        For each element: (f with the element + eps) minus (f with the element - eps), divided by
        2 * eps. All other elements are as in w.
    """
    ### BEGIN SOLUTION
    w = np.array(w, dtype=float)
    gradient = np.zeros(w.shape)
    for position in np.ndindex(w.shape):
        above, below = w.copy(), w.copy()
        above[position] += eps
        below[position] -= eps
        gradient[position] = (f(above) - f(below)) / (2 * eps)
    return gradient
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-numerical_gradient", "grade": true, "points": 0.5}
import numpy as np

from utils import checks


def loss_of_kernel(kernel):
    """Return the lesson's loss: nine sums over 1 to 16, and how far they are from -10 to 0."""
    image = np.arange(1, 17).reshape(4, 4)
    target = np.array([[-10, -9, -8], [-6, -5, -4], [-2, -1, 0]])
    windows = np.lib.stride_tricks.sliding_window_view(image, (2, 2))
    return np.mean(((windows * kernel).sum(axis=(2, 3)) - target) ** 2)


def sum_of_cubes(w):
    """Return the sum of all cubes."""
    return np.sum(w**3)


with checks.Exercise("backprop.numerical_gradient", numerical_gradient) as check:
    check.example(
        loss_of_kernel, np.array([[1.0, 2.0], [3.0, 4.0]]), expected=[[1392, 1590], [2184, 2382]]
    )
    # (0.6³ - (-0.4)³) / 1 = 0.28, (1.5³ - 0.5³) / 1 = 3.25, and (2.5³ - 1.5³) / 1 = 12.25
    check.example(sum_of_cubes, np.array([0.1, 1.0, 2.0]), 0.5, expected=[0.28, 3.25, 12.25])
    # Whole numbers, in a column: (1.5³ - 0.5³) / 1 = 3.25 again, and ((-1.5)³ - (-2.5)³) / 1.
    check.example(sum_of_cubes, np.array([[1], [-2]]), 0.5, expected=[[3.25], [12.25]])

# %% nbgrader={"grade_id": "test-numerical_gradient-shapes", "grade": true, "points": 1}
# Marked when you hand in: arrays with one to four axes, and functions that look at positions.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(100)


def weighted_sines(w):
    """Weigh each element by its place."""
    return np.sum(np.sin(w) * np.arange(1, w.size + 1).reshape(w.shape))


def first_times_last(w):
    """Multiply the first row by the last one."""
    return float(np.sum(w[0] * w[-1]) + np.prod(w[:, 0]))


def in_an_array(w):
    """Return a 0-dimensional array."""
    return np.array(np.sum(np.exp(w) * w))


with checks.Exercise("backprop.numerical_gradient", numerical_gradient, atol=1e-7) as check:
    for shape in [(1,), (5,), (2, 3), (3, 2), (1, 4), (4, 1), (3, 3), (2, 3, 4), (2, 1, 3, 2)]:
        check.agrees(weighted_sines, rng.normal(size=shape))
        check.agrees(in_an_array, rng.normal(size=shape))
    for shape in [(2, 3), (3, 2), (4, 4), (3, 2, 2)]:
        check.agrees(first_times_last, rng.normal(size=shape))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-numerical_gradient-eps", "grade": true, "points": 0.5}
# Marked when you hand in: other sizes of the change.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(101)


def product_and_cubes(w):
    """Return the product of all elements, plus the sum of their cubes."""
    return np.prod(w) + np.sum(w**3)


def growth(w):
    """Return the exponential of the sum."""
    return float(np.exp(np.sum(w)))


def steep(w):
    """Return so many cubes that even the usual change is seen in the result, at 0."""
    return 1e5 * np.sum(w**3)


with checks.Exercise("backprop.numerical_gradient", numerical_gradient, atol=1e-7) as check:
    check.agrees(steep, np.zeros(3))  # 1e5 times the square of 1e-5
    for eps in (1.0, 0.5, 0.1, 0.02):
        check.agrees(product_and_cubes, rng.normal(size=(2, 3)), eps)
        check.agrees(growth, rng.normal(size=4), eps=eps)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-numerical_gradient-numbers", "grade": true, "points": 1}
# Marked when you hand in: whole numbers and short floats; and w stays as it was.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(102)


def sum_of_squares(w):
    """Return the sum of all squares."""
    return np.sum(w * w)


def neighbours(w):
    """Multiply each element by the next, and bend it."""
    return np.sum(np.tanh(w[:-1] * w[1:] / 10)) + np.sum(w**2)


with checks.Exercise("backprop.numerical_gradient", numerical_gradient, atol=1e-6) as check:
    for f in (sum_of_squares, neighbours):
        check.agrees(f, np.array([3, -2, 1, 4]))
        check.agrees(f, np.array([[1, -2, 3], [4, 0, -1]]))
        check.agrees(f, rng.integers(0, 9, (3, 2), dtype=np.uint8))
        check.agrees(f, rng.integers(-9, 9, (2, 2, 2), dtype=np.int8))
        check.agrees(f, rng.normal(size=(3, 2)).astype(np.float32))
        check.agrees(f, rng.normal(size=(2, 4)))
    check.agrees(sum_of_squares, np.array([[0, 20], [17, 1]], np.uint8))
    check.agrees(sum_of_squares, np.array([12, -13, 0], np.int8))
### END HIDDEN TESTS

# %% [markdown]
# ## Exactly, and all at once
#
# Small changes have a price: two runs of the whole network *for each weight*. There is a shorter way,
# and you have seen its first half. Nine outputs separate the weight from the loss. So ask two questions,
# and multiply the answers:
#
# 1. **How does the loss change with each output?** For the mean squared error of $N$ outputs that is
#    $U[i, j] = \frac{2}{N} \times$ error$[i, j]$. This array is called the **upstream gradient**, or
#    *upstream*: it is what comes back from the loss.
# 2. **How does each output change with the weight?** By the pixel that the weight lay on. That was
#    0.06 / 0.01 = 6 for the first output.

# %%
upstream = backprop.mean_squared_error_gradient(output, target)
under_the_weight = image[1:4, 1:4]
products = upstream * under_the_weight
plots.matrices(
    [
        ("upstream", upstream),
        "×",
        ("pixels under it", under_the_weight),
        "=",
        ("products", products),
        "→",
        ("sum", [[products.sum()]]),
    ],
    alt="Upstream, 12 to 32, times the pixels under the bottom right weight, 6 to 16. The nine "
    f"products add up to {products.sum():.0f}.",
)

# %% [markdown]
# 2382: the slope of the tangent, without changing anything. In letters, the *chain rule*:
#
# $$\frac{\partial L}{\partial K[a, b]} \;=\; \sum_i \sum_j \;U[i, j]\; I[i + a,\; j + b]$$
#
# Compare that with lesson 02's formula. It **is** a cross-correlation, *valid*, of the image with
# upstream, which plays the part of the kernel. Where the 3 × 3 upstream fits into the 4 × 4 image, there
# are 2 × 2 places: one for each weight. So the same sliding that made the output makes the gradient.
# Step through it:

# %%
backprop_widgets.kernel_gradient_stepper(image, upstream)

# %% [markdown]
# The four numbers, and what small changes say. (And if the layer has a bias: it is added to every output,
# so its gradient is the sum of upstream.)

# %%
by_small_changes = backprop.numerical_gradient(
    lambda k: backprop.mean_squared_error(convolution.correlate2d(image, k), target), kernel
)
exactly = backprop.kernel_gradient(image, upstream)
print("exactly\n", exactly, "\nby small changes\n", by_small_changes)
print(f"largest difference {np.abs(exactly - by_small_changes).max():.0e}")

bias_slope = backprop.numerical_gradient(
    lambda b: backprop.mean_squared_error(output + b, target), np.array([0.0])
)
print(f"\nbias: {bias_slope[0]:.4f} by small changes, sum of upstream {upstream.sum():.0f}")

# %% [markdown]
# All four slopes are large and positive, although three of the weights are right already. A gradient
# knows nothing of the target kernel. It knows that every one of the four would help, *if it alone* were
# smaller.
#
# ## Exercise 2: the gradient of the kernel (3 points)
#
# `upstream` can come from any loss, and from any layer above. You are given it, and the image. What shape
# must the kernel have had?
#
# <details><summary>Hint 1</summary>
#
# Lesson 04, backwards: an image of 4 and a kernel of 2 gave an output of 4 − 2 + 1 = 3. You know
# the 4 and the 3. How do you get the 2? Height and width each have a count of their own.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Follow one weight, `[a, b]`. Over all outputs it lies on pixels that form a window of the image;
# the window is as large as `upstream` and begins at row `a` and column `b`. Multiply by `upstream`
# and add up. Nothing is flipped, and nothing is averaged: the 2 / N of the mean squared error is in
# `upstream` already.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Floats for both arrays first, then a place for each weight, and one line for it:
#
# ```python
# gradient[a, b] = np.sum(upstream * image[a : ..., b : ...])
# ```
#
# </details>


# %% nbgrader={"grade_id": "kernel_gradient", "solution": true}
def kernel_gradient(image, upstream):
    """Return dL/dkernel of a valid cross-correlation, given dL/doutput.

    Parameters
    ----------
    image : array of shape (H, W), of any real dtype
    upstream : array of shape (h, w), of any real dtype
        How the loss changes with each output.

    Returns
    -------
    array of shape (H - h + 1, W - w + 1): the kernel's
        At [a, b], the sum of upstream[i, j] * image[i + a, j + b] over all i and j.
    """
    ### BEGIN SOLUTION
    image, upstream = np.asarray(image, dtype=float), np.asarray(upstream, dtype=float)
    h, w = upstream.shape
    gradient = np.zeros((image.shape[0] - h + 1, image.shape[1] - w + 1))
    for a in range(gradient.shape[0]):
        for b in range(gradient.shape[1]):
            gradient[a, b] = np.sum(upstream * image[a : a + h, b : b + w])
    return gradient
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-kernel_gradient", "grade": true, "points": 1}
import numpy as np

from utils import checks

with checks.Exercise(
    "backprop.kernel_gradient", kernel_gradient, uses=["numerical_gradient"]
) as check:
    check.example(
        np.arange(1, 17).reshape(4, 4),
        np.array([[12, 14, 16], [20, 22, 24], [28, 30, 32]]),
        expected=[[1392, 1590], [2184, 2382]],
    )
    # 0.5×1 + 10×2 = 20.5, 0.5×2 + 10×3 = 31
    check.example(np.array([[1, 2, 3]]), np.array([[0.5, 10]]), expected=[[20.5, 31]])
    # Bytes: 200×2 + 100×1 = 500 is more than a byte can hold.
    check.example(
        np.array([[200], [100], [50]], np.uint8),
        np.array([[2], [1]], np.uint8),
        expected=[[500], [250]],
    )

# %% nbgrader={"grade_id": "test-kernel_gradient-shapes", "grade": true, "points": 1}
# Marked when you hand in: images and kernels that are not square.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(103)
with checks.Exercise(
    "backprop.kernel_gradient", kernel_gradient, uses=["numerical_gradient"]
) as check:
    for image_shape, kernel_shape in [
        ((6, 7), (3, 2)),
        ((9, 6), (2, 4)),
        ((5, 5), (3, 3)),
        ((7, 7), (2, 2)),
        ((4, 8), (4, 1)),
        ((7, 3), (1, 3)),
        ((3, 5), (3, 5)),
        ((1, 6), (1, 2)),
        ((6, 1), (4, 1)),
        ((5, 4), (1, 1)),
    ]:
        outputs = [n - k + 1 for n, k in zip(image_shape, kernel_shape)]
        check.agrees(rng.normal(size=image_shape), rng.normal(size=outputs))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-kernel_gradient-numbers", "grade": true, "points": 1}
# Marked when you hand in: bytes, small integers, fractions, negative numbers.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(104)
with checks.Exercise(
    "backprop.kernel_gradient", kernel_gradient, uses=["numerical_gradient"]
) as check:
    bytes_image = rng.integers(0, 256, (6, 7), dtype=np.uint8)
    check.agrees(bytes_image, rng.integers(0, 256, (4, 6), dtype=np.uint8))
    check.agrees(bytes_image, rng.integers(-5, 6, (5, 5)))
    check.agrees(bytes_image, rng.normal(size=(4, 3)))
    check.agrees(rng.integers(-128, 128, (9, 6), dtype=np.int8), np.full((7, 4), 3, np.int8))
    check.agrees(rng.integers(-3000, 3000, (5, 6), dtype=np.int16), np.full((4, 4), 50, np.int16))
    check.agrees(rng.integers(0, 9, (4, 5)), rng.normal(size=(3, 3)))
    check.agrees(-rng.random((4, 5)), rng.random((3, 2)))
    check.agrees(rng.integers(-9, 9, (5, 6)).astype(np.float32), rng.integers(0, 9, (3, 5)))
### END HIDDEN TESTS

# %% [markdown]
# ## And the image? The flip returns
#
# A network has layers below this one. For them the "image" is an output, and they need *its* gradient as
# their upstream. So ask the other question: how does the loss change with each **pixel**?
#
# A pixel is looked at by several windows. In each it lies under another weight, and through that weight
# every output hands back its share. Take the pixel 6, in row 1 and column 1:
#
# | output | its window starts at | there the pixel 6 lies under | share |
# |---|---|---|---|
# | `[0, 0]` | row 0, column 0 | the last weight, 4 | 12 × 4 |
# | `[0, 1]` | row 0, column 1 | 3 | 14 × 3 |
# | `[1, 0]` | row 1, column 0 | 2 | 20 × 2 |
# | `[1, 1]` | row 1, column 1 | the first weight, 1 | 22 × 1 |
#
# The *first* output meets the *last* weight. Upstream is read forwards and the kernel backwards, exactly
# as in lesson 02's convolution of the mathematicians. Step from pixel to pixel. At the rim fewer windows
# see it, and a corner is seen by one.

# %%
backprop_widgets.image_gradient_stepper(kernel, upstream)

# %% [markdown]
# In letters, pixel $[r, c]$ was met by weight $[r - i,\, c - j]$ for output $[i, j]$. There are the minus
# signs:
#
# $$\frac{\partial L}{\partial I[r, c]} \;=\; \sum_i \sum_j \;U[i, j]\; K[r - i,\; c - j]$$
#
# It is the *full* convolution of upstream and kernel: put zeros around upstream, one fewer on each side
# than the kernel is long, flip the kernel, and slide.

# %%
padded = np.pad(upstream, 1)
plots.matrices(
    [
        ("upstream, padded", padded),
        "⋆",
        ("flipped", kernel[::-1, ::-1]),
        "=",
        ("image gradient", convolution.correlate2d(padded, kernel[::-1, ::-1])),
    ],
    alt="Upstream with a border of zeros, cross-correlated with 4 3 / 2 1, gives the gradient of the "
    "image: 12 38 44 32 / 56 152 172 112 / 88 232 252 160 / 84 202 216 128.",
)

# %%
by_small_changes = backprop.numerical_gradient(
    lambda x: backprop.mean_squared_error(convolution.correlate2d(x, kernel), target), image
)
exactly = backprop.image_gradient(kernel, upstream)
print(f"largest difference to small changes: {np.abs(exactly - by_small_changes).max():.0e}")

# %% [markdown]
# ## Exercise 3: the gradient of the image (2 points)
#
# Two ways lead there. The formula: pad, flip, slide. Or the table: start from an image of zeros, and let
# every output add its share to all pixels of its window, `gradient[i:i+kh, j:j+kw] += ...`. The second
# way never mentions a flip, and does one all the same.
#
# <details><summary>Hint 1</summary>
#
# Start small. One output, 10, and the kernel 1 2 / 3 4: each pixel of the window is handed 10 times
# the weight that lay on it, 10 20 / 30 40. Now two outputs, 1 and 10, and the kernel 1 2. Their
# windows share the middle pixel. What does it get?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The second way, in words: zeros of the image's shape, which is *larger* than `upstream` by one
# less than the kernel, along each axis. Then go through the outputs, and let each add its share to
# its window. Add, with `+=`: a pixel that several windows saw has several shares. The zeros should
# be floats.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# For the first way, the border is as wide as the kernel less one, and the kernel is turned along
# *both* axes:
#
# ```python
# padded = np.pad(upstream, ((kh - 1, kh - 1), (..., ...)))
# flipped = kernel[::-1, ...]
# ```
#
# and then slide `flipped` over `padded`, as in lesson 02. For the second way, the window of output
# `[i, j]` gets `upstream[i, j]` times what?
#
# </details>


# %% nbgrader={"grade_id": "image_gradient", "solution": true}
def image_gradient(kernel, upstream):
    """Return dL/dimage of a valid cross-correlation, given dL/doutput.

    Parameters
    ----------
    kernel : array of shape (kh, kw), of any real dtype
    upstream : array of shape (h, w), of any real dtype
        How the loss changes with each output.

    Returns
    -------
    array of shape (h + kh - 1, w + kw - 1): the image's
        At [r, c], the sum of upstream[i, j] * kernel[r - i, c - j] over all i and j for which there
        is such a weight.
    """
    ### BEGIN SOLUTION
    kernel, upstream = np.asarray(kernel, dtype=float), np.asarray(upstream, dtype=float)
    (kh, kw), (h, w) = kernel.shape, upstream.shape
    gradient = np.zeros((h + kh - 1, w + kw - 1))
    for i in range(h):
        for j in range(w):
            gradient[i : i + kh, j : j + kw] += upstream[i, j] * kernel
    return gradient
    ### END SOLUTION


# %% nbgrader={"grade_id": "test-image_gradient", "grade": true, "points": 0.5}
import numpy as np

from utils import checks

with checks.Exercise(
    "backprop.image_gradient", image_gradient, uses=["kernel_gradient", "numerical_gradient"]
) as check:
    check.example(
        np.array([[1, 2], [3, 4]]),
        np.array([[12, 14, 16], [20, 22, 24], [28, 30, 32]]),
        expected=[[12, 38, 44, 32], [56, 152, 172, 112], [88, 232, 252, 160], [84, 202, 216, 128]],
    )
    # One output hands back its share of the kernel; two, one pixel apart, overlap in the middle.
    check.example(np.array([[1, 2], [3, 4]]), np.array([[0.5]]), expected=[[0.5, 1], [1.5, 2]])
    check.example(np.array([[1, 2]]), np.array([[1, 10]]), expected=[[1, 12, 20]])
    # Bytes: 200×2 = 400 is more than a byte can hold, and so is 100×2 + 200×3.
    check.example(
        np.array([[200], [100]], np.uint8),
        np.array([[2], [3]], np.uint8),
        expected=[[400], [800], [300]],
    )

# %% nbgrader={"grade_id": "test-image_gradient-shapes", "grade": true, "points": 1}
# Marked when you hand in: kernels and outputs that are not square.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(105)
with checks.Exercise(
    "backprop.image_gradient", image_gradient, uses=["kernel_gradient", "numerical_gradient"]
) as check:
    for kernel_shape, output_shape in [
        ((3, 2), (4, 6)),
        ((2, 4), (8, 3)),
        ((3, 3), (3, 3)),
        ((2, 2), (5, 5)),
        ((4, 1), (1, 8)),
        ((1, 3), (7, 1)),
        ((3, 5), (1, 1)),
        ((3, 4), (2, 2)),
        ((1, 1), (4, 3)),
        ((5, 2), (2, 3)),
    ]:
        check.agrees(rng.normal(size=kernel_shape), rng.normal(size=output_shape))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-image_gradient-numbers", "grade": true, "points": 0.5}
# Marked when you hand in: bytes, small integers, fractions, negative numbers.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

rng = np.random.default_rng(106)
with checks.Exercise(
    "backprop.image_gradient", image_gradient, uses=["kernel_gradient", "numerical_gradient"]
) as check:
    bytes_upstream = rng.integers(0, 256, (4, 6), dtype=np.uint8)
    check.agrees(rng.integers(0, 256, (3, 2), dtype=np.uint8), bytes_upstream)
    check.agrees(rng.integers(-5, 6, (2, 3)), bytes_upstream)
    check.agrees(rng.normal(size=(2, 3)), bytes_upstream)
    check.agrees(np.full((2, 4), 3, np.int8), rng.integers(-128, 128, (5, 3), dtype=np.int8))
    check.agrees(np.full((2, 2), 50, np.int16), rng.integers(-3000, 3000, (4, 5), dtype=np.int16))
    check.agrees(rng.integers(0, 9, (3, 2)), rng.normal(size=(3, 4)))
    check.agrees(-rng.random((2, 3)), rng.random((4, 3)))
    check.agrees(rng.integers(-9, 9, (3, 2)).astype(np.float32), rng.integers(0, 9, (3, 5)))
### END HIDDEN TESTS

# %% [markdown]
# ## Through ReLU and pooling: the winners get it
#
# The other layers are easier. Ask each time: *if this number changes a little, which outputs change?*
#
# - **ReLU** passes positive numbers on as they are, and turns the others into 0. So the gradient goes
#   back where the number was positive, and is 0 elsewhere.
# - **Max pooling** lets the largest of each window through. A small change of any other pixel changes
#   nothing. The winner gets the whole gradient.
# - **Average pooling** lets all through, divided by their number. Each gets an equal share.

# %%
feature_map = np.array([[3, -1, 2, 6], [5, 2, -4, 1], [-2, 4, 1, -3], [1, -6, 2, 7]])
from_above = np.array([[10, 20], [30, 40]])
from_above_all = np.arange(1, 17).reshape(4, 4)
plots.matrices(
    [
        ("map", feature_map),
        "",
        ("through ReLU", backprop.relu_gradient(feature_map, from_above_all)),
        "",
        ("through max", backprop.max_pool_gradient(feature_map, from_above)),
        "",
        ("through average", backprop.average_pool_gradient(from_above)),
    ],
    alt="A 4x4 map. Upstream 1 to 16 through ReLU keeps its values where the map is positive. "
    "Upstream 10 20 / 30 40 through max pooling sits at each window's largest pixel; through average "
    "pooling it is spread: 2.5, 5, 7.5 and 10 four times each.",
)

# %%
for layer, passed_back, f in [
    (
        "ReLU",
        backprop.relu_gradient(feature_map, from_above_all),
        lambda x: np.sum(from_above_all * convolution.relu(x)),
    ),
    (
        "max pooling",
        backprop.max_pool_gradient(feature_map, from_above),
        lambda x: np.sum(from_above * pooling.pool2d(x)),
    ),
    (
        "average pooling",
        backprop.average_pool_gradient(from_above),
        lambda x: np.sum(from_above * pooling.pool2d(x, mode="average")),
    ),
]:
    off = np.abs(passed_back - backprop.numerical_gradient(f, feature_map)).max()
    print(f"{layer:<16} agrees with small changes to {off:.0e}")

# %% [markdown]
# (At exactly 0, or with two largest pixels, there is no slope. A convention decides, and it hardly
# matters: here 0, and the first of the two.)
#
# ### A whole network, backwards
#
# Now put the pieces together: convolution, ReLU, max pooling, a second convolution, loss. Forwards, keep
# every result. Backwards, each layer takes the gradient from the layer above, and hands one to the layer
# below. That is **back-propagation**: five lines, last layer first.

# %%
rng = np.random.default_rng(7)
picture, first, second = rng.normal(size=(12, 14)), rng.normal(size=(3, 3)), rng.normal(size=(2, 3))
wanted = rng.normal(size=(4, 4))


def run_network(first, second):
    """Return what each layer of a small network computes from the picture."""
    sums = convolution.correlate2d(picture, first)
    active = convolution.relu(sums)
    pooled = pooling.pool2d(active)
    return sums, active, pooled, convolution.correlate2d(pooled, second)


sums, active, pooled, result = run_network(first, second)

at_the_end = backprop.mean_squared_error_gradient(result, wanted)
for_second = backprop.kernel_gradient(pooled, at_the_end)
at_the_pool = backprop.image_gradient(second, at_the_end)
at_the_sums = backprop.relu_gradient(sums, backprop.max_pool_gradient(active, at_the_pool))
for_first = backprop.kernel_gradient(picture, at_the_sums)

for which, gradient, f in [
    ("first", for_first, lambda k: run_network(k, second)[-1]),
    ("second", for_second, lambda k: run_network(first, k)[-1]),
]:
    by_small_changes = backprop.numerical_gradient(
        lambda k, f=f: backprop.mean_squared_error(f(k), wanted),
        first if which == "first" else second,
    )
    off = np.abs(gradient - by_small_changes).max()
    print(f"{which} kernel: {gradient.size} slopes, {off:.0e} from those by small changes")

# %% [markdown]
# ## Downhill: a filter learns
#
# The gradient points uphill. So take a step the other way, look again, take another step. That is
# **gradient descent**:
#
# $$K \;\leftarrow\; K - \text{rate} \times \frac{\partial L}{\partial K}$$
#
# How long a step? Go back to the parabola with its bottom at −5. Its slope is its *curvature* times the
# distance to the bottom. The curvature is $\frac{2}{9}$ of the sum of the nine squared pixels. So each
# step multiplies the distance by $1 - \text{rate} \times \text{curvature}$, which you can compute ahead:

# %%
bend = 2 / 9 * np.sum(under_the_weight**2)
print(f"curvature {bend:.2f}; distance from the bottom at first 9\n")
print("rate × curvature   distance after 1, 2, 3 steps     after 20")
for share in (0.1, 0.5, 1, 1.5, 2, 2.1):
    weight, way = 4.0, []
    for _ in range(20):
        slope = bend * (weight + 5)
        weight = weight - share / bend * slope
        way.append(weight + 5)
    print(f"{share:>16} {way[0]:>12.2f}{way[1]:>8.2f}{way[2]:>8.2f} {way[-1]:>17.2f}")

# %% [markdown]
# Small rates creep. A rate of 1 / curvature lands on the bottom in one step. Beyond that you jump across
# the valley, and **beyond 2 / curvature you land higher than you were**: it diverges.
#
# With several weights there is a valley with a steep and a gentle direction. The steepest sets the limit,
# and the gentlest decides how long it takes. Both curvatures can be computed from the image alone: they
# are the largest and the smallest *eigenvalue* of the matrix of second derivatives
# (`backprop.curvature`). Here is the view from above for a kernel of two weights. The start is orange, the
# right kernel is a star:

# %%
rng = np.random.default_rng(1)
rough = rng.normal(size=(14, 16))
smooth = convolution.correlate2d(rough, [[0.25, 0.5, 0.25]])
backprop_widgets.draw_paths(
    smooth,
    np.array([[3.0, -1.0]]),
    {"too small": 0.04, "right": 0.6, "too large": 1.06},
    steps=12,
    alt="Three maps of the same narrow valley, twelve steps each. A small rate covers part of the way; "
    "a good one ends near the star; a rate 6% above the limit zigzags across the valley, further out "
    "with each step.",
)

# %% [markdown]
# ### Sobel's kernel, from its output
#
# The real thing. Take a picture of random speckles, and filter it with Sobel's Gx, as in lesson 03. Show
# the learner the picture and the result. **Not the kernel.** It starts from nine zeros. Press play. Then
# try the other rates, and the photograph.

# %%
rng = np.random.default_rng(10)
speckles = rng.normal(size=(24, 24))
photograph = data.photograph("camera")[60:188, 140:268] / 255
photograph = photograph - photograph.mean()

backprop_widgets.descent_player(
    {"speckles": speckles, "photograph": photograph},
    sobel.GX.astype(float),
    {"too small": 0.02, "right": 0.5, "nearly too large": 0.97, "too large": 1.05},
    steps=80,
    still=(0, 3, 12),
)

# %% [markdown]
# After twelve steps, the zeros are −1 0 1 / −2 0 2 / −1 0 1. Nobody wrote them down: they are what makes
# the error small. The same, in numbers, for the four rates:

# %%
goal = convolution.correlate2d(speckles, sobel.GX)
limit = backprop.largest_rate(speckles, (3, 3))
print(f"limit: 2 / strongest curvature = {limit:.3f}")
print(f"{'rate':>8}{'of the limit':>14}     loss at first, after 10, after 40 steps")
for share in (0.02, 0.5, 0.97, 1.05):
    way = backprop.descend(speckles, goal, (3, 3), 40, share * limit).losses
    print(f"{share * limit:8.3f}{share:14.0%}{way[0]:14.3g}{way[10]:14.3g}{way[40]:14.3g}")

# %% [markdown]
# **How to choose a rate.** Below 2 / strongest curvature, and half of that is a good start. In a network
# nobody computes the curvature, and it changes on the way. There you try: 0.001, 0.003, 0.01, 0.03, ...
# Take the largest rate at which the loss still falls without jumping, and then somewhat less.
#
# ### Not every picture can teach
#
# On the photograph things look different:

# %%
edges_of_photograph = convolution.correlate2d(photograph, sobel.GX)
photograph_limit = backprop.largest_rate(photograph, (3, 3))
for share in (0.5, 1.05):
    run = backprop.descend(photograph, edges_of_photograph, (3, 3), 80, share * photograph_limit)
    off = np.abs(run.kernels - sobel.GX).max(axis=(1, 2))
    print(f"{share:.0%} of the limit")
    for step in (0, 40, 80):
        print(
            f"   step {step:<3} loss {run.losses[step]:7.4f}, the kernel is off by {off[step]:.2f}"
        )

# %% [markdown]
# A rate above the limit looks *better* for 40 steps, until the steepest direction, multiplied by −1.1 at
# each of them, takes over. And with the right rate the output comes close, while the kernel is still far
# off. Neighbouring pixels of a photograph are nearly alike, so many kernels give nearly the same output:
# the gentle direction is very gentle. The strongest curvature divided by the weakest is called the
# *condition number*. The steps that you need, at half the limit, grow in proportion to it:

# %%
for title, pixels in {"speckles": speckles, "photograph": photograph}.items():
    curvatures = np.linalg.eigvalsh(backprop.curvature(pixels, (3, 3)))
    steps_needed = np.log(1000) / -np.log1p(-curvatures.min() / curvatures.max())
    print(
        f"{title:<11} strongest {curvatures.max():.2f}, weakest {curvatures.min():.5f}, "
        f"ratio {curvatures.max() / curvatures.min():6.1f}: "
        f"{np.ceil(steps_needed):6,.0f} steps to come a thousand times as close"
    )

# %% [markdown]
# The published image, 1 to 16, is worse still. Let it learn 1 2 / 3 4 from its nine sums:

# %%
limit = backprop.largest_rate(image, (2, 2))
way = backprop.descend(image, output, (2, 2), 2000, 0.9 * limit)
found = way.kernels[-1]
print(f"loss after 2,000 steps: {way.losses[-1]:.0e}")
plots.matrices(
    [
        ("learned", found),
        "→",
        ("its output", np.round(convolution.correlate2d(image, found), 6)),
        "=",
        ("output of 1 2 / 3 4", output),
    ],
    alt="The learned kernel is 1.18 1.71 / 3.29 3.82, and its output is the same 44 to 144.",
)

# %% [markdown]
# The nine sums are perfect, and the kernel is not 1 2 / 3 4. The numbers rise so evenly that every window
# has the same pattern. Add 1 −1 / −1 1 to any kernel and nothing changes, because
# $1 - 2 - 5 + 6 = 0$ in every window:

# %%
silent = np.array([[1, -1], [-1, 1]])
print("1 −1 / −1 1 answers", np.unique(convolution.correlate2d(image, silent)), "everywhere")
print("curvatures", np.round(np.abs(np.linalg.eigvalsh(backprop.curvature(image, (2, 2)))), 3))

# %% [markdown]
# That is the second kernel with loss 0 from the first section. Two curvatures are 0: along two
# directions the loss is flat. **A filter learns what its data show, and no more.** Lesson 09 says the same
# of whole networks: they learn to read moved digits if they are shown moved digits.
#
# ## Exercise 4: learn a kernel (2 points)
#
# Write the loop: output, error, gradient, step. You may call your own `kernel_gradient`, and this once
# also `convolution.correlate2d` from `utils`, which you wrote in lesson 02.
#
# <details><summary>Hint 1</summary>
#
# Write one step, without a loop: the output of the kernel that you have, the error, the gradient,
# the new kernel. Which of these change from step to step? All of them, so all four stand inside the
# loop. Begin with zeros that are floats, and return the kernel after the last step.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `kernel_gradient` wants `upstream`, which is not the error itself but 2 / N times the error, with
# N the number of outputs (`error.size`). Without the division by N the steps are N times too long,
# and the numbers run away to infinity. If they run away all the same, look whether the error is
# output minus target, and whether the step is *subtracted*.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# ```python
# error = convolution.correlate2d(image, kernel) - target
# kernel = kernel - rate * kernel_gradient(image, ...)
# ```
#
# </details>


# %% nbgrader={"grade_id": "learn_kernel", "solution": true}
def learn_kernel(image, target, kernel_shape, steps, rate):
    """Find the kernel that turned image into target, by gradient descent from a kernel of zeros.

    Parameters
    ----------
    image : array of shape (H, W), of any real dtype
    target : array of shape (H - kh + 1, W - kw + 1)
        The valid cross-correlation of the image with the kernel that is to be found.
    kernel_shape : tuple (kh, kw)
    steps : int
    rate : float
        Each step subtracts rate times the gradient of the mean squared error, the mean of
        (output - target) ** 2 over all outputs.

    Returns
    -------
    array of shape (kh, kw): the kernel after the last step
    """
    ### BEGIN SOLUTION
    kernel = np.zeros(kernel_shape)
    for _ in range(steps):
        error = convolution.correlate2d(image, kernel) - target
        kernel -= rate * kernel_gradient(image, 2 * error / error.size)
    return kernel
    ### END SOLUTION


# %% [markdown]
# Only the kernel that you find is checked, to a thousandth, after more steps than are needed.

# %% nbgrader={"grade_id": "test-learn_kernel", "grade": true, "points": 0.5}
import numpy as np

from utils import checks, convolution

tools = ["convolution.correlate2d", "convolution.convolve2d"]
with checks.Exercise(
    "backprop.learn_kernel",
    learn_kernel,
    allowed=tools,
    uses=["kernel_gradient", "image_gradient", "numerical_gradient"],
    rtol=1e-3,
    atol=1e-3,
) as check:
    # One weight: each output is three times the pixel.
    dots = np.array([[1, -1, 1, -1, 1]])
    check.example(dots, 3 * dots, (1, 1), 14, 0.5, expected=[[3]])
    # Sobel's Gx, from what it makes of 8x9 speckles.
    dots = np.random.default_rng(100).normal(size=(8, 9))
    sobel_kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    edges = convolution.correlate2d(dots, sobel_kernel)
    check.example(dots, edges, (3, 3), 300, 0.3, expected=sobel_kernel)
    # Two rows, one column, and a fraction.
    blurred = convolution.correlate2d(dots, [[0.5], [-2]])
    check.example(dots, blurred, (2, 1), 300, 0.3, expected=[[0.5], [-2]])

# %% nbgrader={"grade_id": "test-learn_kernel-shapes", "grade": true, "points": 1}
# Marked when you hand in: other kernels, and kernels that are not square.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks, convolution

rng = np.random.default_rng(107)
tools = ["convolution.correlate2d", "convolution.convolve2d"]
with checks.Exercise(
    "backprop.learn_kernel",
    learn_kernel,
    allowed=tools,
    uses=["kernel_gradient", "image_gradient", "numerical_gradient"],
    rtol=1e-3,
    atol=1e-3,
) as check:
    for image_shape, kernel_shape, steps, rate in [
        ((9, 8), (2, 4), 300, 0.25),
        ((8, 10), (4, 2), 300, 0.25),
        ((6, 9), (1, 3), 200, 0.3),
        ((10, 5), (3, 1), 200, 0.3),
        ((9, 7), (2, 2), 200, 0.3),
    ]:
        image = rng.normal(size=image_shape)
        kernel = rng.normal(size=kernel_shape) * 2
        target = convolution.correlate2d(image, kernel)
        check.agrees(image, target, kernel_shape, steps, rate)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "test-learn_kernel-numbers", "grade": true, "points": 0.5}
# Marked when you hand in: bytes, small integers, large and small numbers, each with its own rate.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks, convolution

rng = np.random.default_rng(108)
tools = ["convolution.correlate2d", "convolution.convolve2d"]
with checks.Exercise(
    "backprop.learn_kernel",
    learn_kernel,
    allowed=tools,
    uses=["kernel_gradient", "image_gradient", "numerical_gradient"],
    rtol=1e-3,
    atol=1e-3,
) as check:
    for image, kernel, steps, rate in [
        (rng.integers(0, 256, (9, 8), dtype=np.uint8), [[1, -2, 3]], 600, 1e-5),
        (
            rng.integers(-100, 101, (8, 9), dtype=np.int8),
            [[0.5, -1], [2, 0.25], [-3, 1]],
            300,
            1e-4,
        ),
        (rng.integers(0, 2, (9, 9)), [[2, -1], [0.5, 3]], 500, 0.5),
        ((rng.normal(size=(8, 8)) * 10).astype(np.float32), [[1, 2, -3], [0, 1, 4]], 300, 4e-3),
        (rng.normal(size=(8, 8)) / 4, [[1, 2], [-3, 0.5]], 300, 5.0),
    ]:
        target = convolution.correlate2d(image, kernel)
        check.agrees(image, target, np.shape(kernel), steps, rate)
### END HIDDEN TESTS

# %% [markdown]
# ## TensorFlow does nothing else
#
# Time to compare with the real thing. TensorFlow's `GradientTape` writes down what a network computes,
# and plays it backwards. Here is the little network of above, with a bias, in `float64`. (TensorFlow takes
# a few seconds to load.)

# %%
from utils.keras_setup import keras, tf  # imports them so that they keep quiet


def as_batch(matrix):
    """Return a matrix in TensorFlow's form: one image with one channel."""
    return tf.Variable(np.asarray(matrix, float)[np.newaxis, :, :, np.newaxis])


def as_filter(matrix):
    """Return a kernel in TensorFlow's form: one channel in, one filter."""
    return tf.Variable(np.asarray(matrix, float)[:, :, np.newaxis, np.newaxis])


x, k1, k2, b = as_batch(picture), as_filter(first), as_filter(second), tf.Variable(np.zeros(1))
with tf.GradientTape() as tape:
    h = tf.nn.max_pool2d(tf.nn.relu(tf.nn.conv2d(x, k1, 1, "VALID")), 2, 2, "VALID")
    y = tf.nn.conv2d(h, k2, 1, "VALID") + b
    tape_loss = tf.reduce_mean((y - as_batch(wanted)) ** 2)
taped = [np.squeeze(gradient) for gradient in tape.gradient(tape_loss, [k1, k2, b, x])]

ours = {
    "first kernel": for_first,
    "second kernel": for_second,
    "bias": at_the_end.sum(),
    "picture": backprop.image_gradient(first, at_the_sums),
}
for (what, gradient), theirs in zip(ours.items(), taped):
    print(
        f"{what:<14} {np.size(gradient):>3} slopes, largest difference {np.abs(gradient - theirs).max():.0e}"
    )

# %% [markdown]
# The same to the last of 16 digits. And a training step in Keras is one turn of your loop: a `Conv2D`
# layer of zeros, plain gradient descent (`SGD`), one step, and a hundred.

# %%
layer = keras.layers.Conv2D(1, 3, use_bias=False, kernel_initializer="zeros")
model = keras.Sequential([keras.Input((24, 24, 1)), layer])
model.compile(optimizer=keras.optimizers.SGD(0.4), loss="mse")
x, y = speckles[None, :, :, None], goal[None, :, :, None]
for steps in (1, 99):
    model.fit(x, y, epochs=steps, verbose=0)
    total = 1 if steps == 1 else 100
    learned = np.squeeze(layer.get_weights()[0])
    by_hand = backprop.learn_kernel(speckles, goal, (3, 3), total, 0.4)
    print(
        f"after {total:>3} steps, Keras and by hand differ by {np.abs(learned - by_hand).max():.0e}"
    )
print(np.round(learned, 4) + 0.0)

# %% [markdown]
# (Keras computes in `float32`, which has seven digits.)
#
# ## What LeNet did with exactly this
#
# In [lesson 08](../08_lenet/08_lenet.ipynb) LeNet-5 learned to read. It has 61,706 weights. Each got its
# slope as you computed yours: a convolution's weight meets one pixel *at every place*, and adds the shares
# up.

# %%
from utils import lenet, training

shapes = output_size.trace_shapes((32, 32, 1), lenet.LAYERS)
parameters = output_size.layer_parameters((32, 32, 1), lenet.LAYERS)
print(f"{'layer':<9}{'weights and biases':>18}   each used at so many places in one picture")
for layer_name, shape, count in zip(lenet.NAMES, shapes, parameters):
    if count:
        places = shape[0] * shape[1] if len(shape) == 3 else 1
        print(f"{layer_name:<9}{count:>18,}{places:>7}")
total = sum(parameters)
print(f"{'in all':<9}{total:>18,}")
print(f"\nBy small changes: {2 * total:,} runs of the network for one gradient.")
print("By back-propagation: one run forwards, one backwards.")

# %% [markdown]
# Change one weight of LeNet's first layer a little, and see what the loss does. Then ask the tape for all
# 61,706 slopes, and look up that one. The cell after that measures how long both ways would take for all
# of them.

# %%
(x_train, y_train), (x_test, y_test) = data.load_digits(name)
x_train, x_test = (lenet.pad_to(training.prepare(x), 32) for x in (x_train, x_test))

keras.utils.set_random_seed(10)
network = lenet.build_lenet5()


@tf.function
def loss_of(x, y):
    """Return the mean loss of some digits: minus the logarithm of the right answer's probability."""
    return tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, network(x)))


@tf.function
def loss_and_gradients(x, y):
    """Return the loss, and its gradient for every array of weights."""
    with tf.GradientTape() as tape:
        value = loss_of(x, y)
    return value, tape.gradient(value, network.trainable_variables)


batch = x_train[:64], y_train[:64]
eps, where = 0.01, (2, 2, 0, 3)
first_layer = network.trainable_variables[0]
change = np.zeros(first_layer.shape, np.float32)
change[where] = eps
first_layer.assign_add(change)
above = float(loss_of(*batch))
first_layer.assign_sub(2 * change)
below = float(loss_of(*batch))
first_layer.assign_add(change)

_, gradients = loss_and_gradients(*batch)
print(f"by small changes {(above - below) / (2 * eps):.5f}")
print(f"by the tape      {gradients[0].numpy()[where]:.5f}")


# %%
def seconds(function):
    """Return how long a function takes for the batch, at best."""
    times = []
    for _ in range(10):
        start = time.perf_counter()
        function(*batch)
        times.append(time.perf_counter() - start)
    return min(times)


forwards, backwards = seconds(loss_of), seconds(loss_and_gradients)
print(f"one run forwards:           {1000 * forwards:8.1f} ms")
print(f"forwards and backwards:     {1000 * backwards:8.1f} ms for all {total:,} slopes")
print(f"by small changes it takes:  {2 * total * forwards:8.0f} s")

# %% [markdown]
# Now run your loop on it: gradient, step, again. Each time with 64 digits drawn at random, because all of
# them at once would take longer and teach little more (*stochastic* gradient descent). 300 steps, at a
# rate found as described above:


# %%
def descend_lenet(rate, steps=300):
    """Train a new LeNet-5 by plain gradient descent; return its losses."""
    keras.utils.set_random_seed(10)
    network.set_weights(lenet.build_lenet5().get_weights())
    rng = np.random.default_rng(10)
    losses = []
    for _ in range(steps):
        chosen = rng.choice(len(x_train), 64, replace=False)
        value, gradients = loss_and_gradients(x_train[chosen], y_train[chosen])
        for weights, gradient in zip(network.trainable_variables, gradients):
            weights.assign_sub(rate * gradient)
        losses.append(float(value))
    return np.array(losses)


way_down, filters, right = {}, {}, {}
for rate in (0.003, 1.5, 0.2):
    way_down[rate] = descend_lenet(rate)
    filters[rate] = network.get_weights()[0][:, :, 0]
    right[rate] = training.accuracy(network, x_test, y_test)
for rate in sorted(right):
    print(f"rate {rate:<6} {right[rate]:6.1%} of the test digits read after 300 steps")

# %%
figure, ax = plots.figure(6.5, 3)
for (rate, values), colour in zip(
    sorted(way_down.items()), (plots.GREEN, plots.BLUE, plots.VERMILION)
):
    ax.semilogy(np.convolve(values, np.full(10, 0.1), "valid"), color=colour)
    ax.text(235, 1.35 * values[235:285].max(), f"rate {rate}", color=colour)
ax.set_xlabel("step")
ax.set_ylabel("loss, mean of 10 steps")
plots.Picture(
    figure,
    alt="Three curves of LeNet's loss over 300 steps: with a rate of 0.003 it stays near 2, where it "
    f"began; with 0.2 it falls to {way_down[0.2][-10:].mean():.2f}; with 1.5 it jumps up to 10 and "
    "more and stays there.",
)

# %% [markdown]
# Too small, right, too large: as with one weight. And what did it learn? Below are the six filters of the
# first layer, positive weights purple and negative ones orange: before the first step, when they are
# random numbers, and after 300 steps at a rate of 0.2.

# %%
keras.utils.set_random_seed(10)
at_the_start = lenet.build_lenet5().get_weights()[0][:, :, 0]
after = filters[0.2]
widest = np.abs(after).max()
plots.images(
    [*np.moveaxis(at_the_start, -1, 0), *np.moveaxis(after, -1, 0)],
    [f"{number + 1}, {when}" for when in ("start", "step 300") for number in range(6)],
    columns=6,
    size=1.4,
    vmin=-widest,
    vmax=widest,
    cmap="PuOr",
    alt="The six 5x5 filters of LeNet's first layer. At the start they are pale random speckles. After "
    "300 steps they are stronger, and each has connected positive and negative zones.",
)


# %%
def likeness(filters):
    """Return how alike neighbouring weights are: 1 if equal, 0 if they have nothing in common."""
    across, down = filters[:, 1:] * filters[:, :-1], filters[1:] * filters[:-1]
    return np.mean([across.mean(), down.mean()]) / np.mean(filters**2)


print(
    f"neighbouring weights: {likeness(at_the_start):.2f} alike at the start, {likeness(after):.2f} after"
)

# %% [markdown]
# Speckles have become zones: a positive one beside a negative one, level, upright or slanting. Sobel's
# kernels have such zones too. Nobody drew these.

# %% [markdown]
# ## Questions to think about
#
# The last ones, and as always without marks. Say what you expect, then try it; what came out for us
# is in `solutions/`.
#
# 1. **A start from nothing.** Your kernel began as nine zeros and learned. LeNet-5 begins with
#    small random numbers. What would happen if all its 61,706 weights began at 0? And if all began
#    at 0.01?
#
# 2. **Bytes.** You have found a good rate for a picture with values from 0 to 1. Then somebody
#    hands you the same picture as bytes, 0 to 255. What happens at your rate, and which rate do you
#    need now? `backprop.largest_rate` can check your answer.
#
# 3. **The other gradient.** Leave the trained LeNet alone, and go *uphill* in the picture instead:
#    compute the gradient of the loss for each pixel of the test images, and change every pixel by
#    0.1 (ink goes from 0 to 1), up where its slope is positive and down where it is negative. How
#    many digits are still read? And if the sign is drawn at random for each pixel?

# %% [markdown] tags=["answers"]
# ### Answers
#
# 1. From zeros nearly nothing moves. A weight's slope is upstream times what comes in, and here one
#    of the two is always 0: all slopes are exactly 0 but for the ten biases of the output. After
#    300 steps at a rate of 0.2 it read 10 % of the test digits, a guess. From 0.01 everywhere
#    something moves, but all six filters of the first layer get the same slopes, so they stay one
#    and the same filter, six times (the largest difference after 300 steps is 0), and it reads 9 %.
#    Random numbers make them different, and then each can learn something else. A single kernel has
#    no equal to be told apart from, and its slopes are made of pixels, so zeros did no harm.
#
# 2. It diverges at once. Slopes of the squared error hold the pixels twice, once in the output and
#    once beside it, so the curvature grows with their square: 255² = 65,025 times. The rate must be
#    smaller by that factor. For our speckles the limit falls from 0.822 to 0.0000126. That is one
#    reason why lesson 07 divides images by 255: much the same rate then suits most pictures.
#
# 3. The network of the rate 0.2 reads 98 % of the test digits as they are, and 11 % after the step
#    uphill. With random signs, as large a change, it still reads 98 %. To your eye both are the
#    same digits under a faint grey pattern. But uphill all 1,024 pixels push the loss the same way,
#    a little each, while random pushes mostly cancel out. Such pictures are called *adversarial
#    examples*. Exercise 3 is one layer's part of the gradient that makes them: the way back that
#    teaches a network also leads to its weak spots.

# %% [markdown]
# ## What to take away
#
# - A **gradient** says, for each weight, how the loss changes if it changes a little. Central differences
#   measure it, best with a change near $10^{-5}$. Use them to *check* a gradient.
# - The chain rule gives it exactly. The gradient of a **kernel** is the cross-correlation of image and
#   upstream. The gradient of the **image** is the full convolution of upstream with the kernel, **with
#   the flip**.
# - **ReLU and max pooling** hand the gradient to the winners, **average pooling** shares it.
# - **Gradient descent**: step against the gradient, again and again. Above 2 / curvature it diverges.
#   Flat directions take long, and what the data do not show is not learned.
#
# **Where the sources slip.** The small change of a weight has its impact on the *loss*, not on "the
# overall weight".
#
# ## The end of the course
#
# | you can now say | since |
# |---|---|
# | an image is an array of numbers | [lesson 01](../01_pixels/01_pixels.ipynb) |
# | a filter is a question, asked everywhere | [lesson 02](../02_convolution/02_convolution.ipynb), [03](../03_sobel/03_sobel.ipynb) |
# | how large the answer is, and how to sum it up | [lesson 04](../04_output_size/04_output_size.ipynb), [05](../05_pooling/05_pooling.ipynb) |
# | how answers become a verdict | [lesson 06](../06_xo_classifier/06_xo_classifier.ipynb) |
# | how Keras stacks them, up to LeNet-5 | [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb), [08](../08_lenet/08_lenet.ipynb) |
# | why a network must see moved digits to read them | [lesson 09](../09_augmentation/09_augmentation.ipynb) |
# | who chooses the filters: the loss, one small step at a time | this lesson |
#
# You began with nine sums over the numbers 1 to 16. Those nine sums, a bend, a summary, and the way back
# are all there is in LeNet-5. Larger networks have more of it. **Well done.**

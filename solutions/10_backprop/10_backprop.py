# ---
# jupyter:
#   course:
#     summary: How a filter learns, from one weight changed a little to LeNet's 61,706 at once
#     minutes: 120
# ---

# %% [markdown]
# # How a filter learns
#
# [Start page](../index.ipynb) · Before:
# [09, More data from the same data](../09_augmentation/09_augmentation.ipynb) · Next:
# [11, Training, and what it proves](../11_generalisation/11_generalisation.ipynb)
#
# **What you will do.** Change one weight of a filter a little and see what happens to the error. Then
# compute the same answer for all weights at once, without changing any of them. Use it to take small
# steps downhill, until a filter that starts as nine zeros has become Sobel's kernel. At the end,
# train LeNet-5 with a loop of your own, and then turn the method against the trained network.
#
# **What you will learn**
# - what a gradient is, and how small a "small change" should be;
# - what a learning rate does, and how to choose it;
# - that the gradient of a convolution is again a convolution, and why the kernel is flipped there;
# - how a gradient is passed back through ReLU and pooling;
# - that TensorFlow computes the same numbers, in LeNet-5 too.
#
# **What you need.** [Lesson 02](../02_convolution/02_convolution.ipynb): cross-correlation, and the
# flip. [Lesson 03](../03_sobel/03_sobel.ipynb): Sobel's kernel. From mathematics: the derivative of a
# function as the slope of its graph, the *partial derivative* $\partial L / \partial w$ (the slope along one
# variable while the others stay fixed), and the *chain rule*. One section near the end uses
# eigenvalues; it is optional and says so. The sections on LeNet-5 need
# [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb) and [lesson 08](../08_lenet/08_lenet.ipynb).
#
# **If you come from lesson 07.** The first two sections, *One weight, a little* and *Downhill*, need only
# lesson 02. They show what an optimizer does at every step, so you can read them before lesson 07.
#
# **Time.** About two hours: 20 minutes to read (at 200 words a minute), 40 to run and follow the demonstrations,
# 60 for the four exercises.

# %%
import time

import numpy as np

# No module named 'utils'? In the course's folder, start: uv run jupyter lab
from utils import backprop, convolution, data, output_size, plots, pooling, sobel
from utils.widgets import backprop as backprop_widgets

name = "mnist10k"  # the digits of the last sections; "mnist" if you have the full set

# %% [markdown]
# ## One weight, a little
#
# Take the smallest example of lesson 02: the numbers 1 to 16, and the kernel 1 2 / 3 4. This time we want
# a different output, the *target*. To measure how far the output is from it, use the **mean squared
# error**: subtract, square, average. A number that says how wrong an output is, is called a **loss**.

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
# > **Puzzle.** One of this course's sources, a book chapter on CNNs, introduces backward
# > propagation in one sentence. A weight is changed by a small amount, it says, and one calculates the
# > impact *on the overall weight*. The next cell changes the weight at the bottom right from 4 to 4.01.
# > Read its output. Which impact is worth calculating?

# %%
changed = kernel + np.array([[0, 0], [0, 0.01]])
new_output = convolution.correlate2d(image, changed)
new_loss = backprop.mean_squared_error(new_output, target)
slope = (new_loss - loss) / 0.01

print(f"sum of the weights:  {kernel.sum():.2f} before, {changed.sum():.2f} after")
print(f"loss:                {loss:.2f} before, {new_loss:.2f} after")
print(f"change of the loss / change of the weight = {slope:.2f}")
print("\nnew output\n", new_output)

# %% [markdown]
# > <details><summary>Answer</summary>
# >
# > The impact on the overall **loss**. That the weights grow by 0.01 in all is what we did, so it teaches
# > us nothing. How the loss responds tells us which way to change the weight. The rest of that chapter
# > says so too (the weights are updated to reduce the overall loss), so this is probably a misprint.
# >
# > </details>
#
# Look at the new output. 44 has become 44.06: the weight was multiplied by the pixel 6 there, and
# 0.01 × 6 = 0.06. The next output grew by 0.07, the last by 0.16. All nine moved up, away from the
# target, and the loss rose with them. The quotient is the **slope** of the loss along this weight. It is
# positive: a larger weight means a larger loss, so make the weight smaller.
#
# Now let the weight run from −14.5 to 5.5. The loss is a parabola, because it is a mean of squares. The
# tangent at 4 has the slope that you measured, and the minimum is at −5.

# %%
weights = np.linspace(-14.5, 5.5, 81)
losses = []
for weight in weights:
    new_output = convolution.correlate2d(image, [[1, 2], [3, weight]])
    losses.append(backprop.mean_squared_error(new_output, target))

figure, ax = plots.figure(6.5, 3)
ax.plot(weights, losses)
ax.plot([1, 5.5], [loss + slope * (1 - 4), loss + slope * (5.5 - 4)], color=plots.VERMILION)
ax.plot([4, -5], [loss, min(losses)], "o", color=plots.ORANGE, markeredgecolor="black")
ax.annotate(f"here: slope {slope:.0f}", (4, loss), textcoords="offset points", xytext=(-105, -3))
ax.annotate("best: −5", (-5, 0), textcoords="offset points", xytext=(-20, 12))
ax.set_xlabel("weight at the bottom right")
ax.set_ylabel("loss")
print(f"smallest loss {min(losses):.0f}, at the weight {weights[np.argmin(losses)]:.0f}")
plots.Picture(
    figure,
    alt="The loss against one weight is a parabola with its minimum at −5. At 4 the tangent rises "
    f"with a slope of {slope:.0f}.",
)

# %% [markdown]
# Do the same for each of the four weights and you get four slopes. Together they are the **gradient** of
# the loss: an array of the kernel's shape.
#
# **Change the weights yourself.** Each slope tells you in which direction the loss rises. Can you bring
# the loss to 0? One slider is enough. Then look for a second kernel with a loss of 0. There are more
# than one; the optional section explains why.

# %%
backprop_widgets.weight_tuner(image, target, kernel)

# %% [markdown]
# ## Downhill
#
# The slope tells you which way is up. So take a step the other way, measure the slope again, take another
# step. That is **gradient descent**:
#
# $$w \;\leftarrow\; w - \text{rate} \times \frac{\partial L}{\partial w}$$
#
# One such change is an **update step**, and *rate* is the **learning rate**. Try three rates on our one
# weight, which starts at 4. The slope is measured with a small change, as above:


# %%
def loss_at(weight):
    """Return the loss with another weight at the bottom right."""
    return backprop.mean_squared_error(
        convolution.correlate2d(image, [[1, 2], [3, weight]]), target
    )


for rate in (0.0005, 0.003, 0.008):
    weight = 4.0
    weights_on_the_way = []
    for _ in range(20):
        slope = (loss_at(weight + 0.001) - loss_at(weight - 0.001)) / 0.002
        weight = weight - rate * slope
        weights_on_the_way.append(weight)
    first_five = "".join(f"{value:9.2f}" for value in weights_on_the_way[:5])
    print(f"rate {rate:<7} steps 1 to 5: {first_five}   step 20: {weight:9.2f}")

# %% [markdown]
# The first rate creeps towards −5. The second is nearly there after five steps. The third jumps across
# the valley and lands higher on the other side each time: it **diverges**.
#
# Where is the limit? The slope of a parabola is its *curvature* times the distance to the minimum. So each
# step multiplies the distance by $1 - \text{rate} \times \text{curvature}$. For our weight the curvature
# is $\frac{2}{9}$ of the sum of the nine squared pixels that the weight is multiplied by:

# %%
pixels_under_the_weight = image[1:4, 1:4]
curvature = 2 / 9 * np.sum(pixels_under_the_weight**2)
print(f"curvature {curvature:.2f}, so the limit, 2 / curvature, is {2 / curvature:.5f}")
print("distance from the minimum at first: 9\n")
print("rate × curvature    distance after 1, 2, 3 steps    after 20")
for share in (0.1, 0.5, 1, 1.5, 2, 2.1):
    distance = 9.0
    distances = []
    for _ in range(20):
        distance = distance * (1 - share)
        distances.append(distance)
    first_three = "".join(f"{value:9.2f}" for value in distances[:3])
    print(f"{share:>16}    {first_three}  {distances[-1]:>10.2f}")

# %% [markdown]
# Small rates are slow. A rate of 1 / curvature reaches the minimum in one step. Above that, a step jumps
# to the other side of the valley, and **above 2 / curvature every step ends higher than it began**.
#
# A network has many weights and no such formula. It uses the same rule, with the same three outcomes:
# too slow, good, diverging. The section on LeNet-5 shows all three. (If you came here from lesson 07, this
# is the place to go back.)
#
# ## How small is a small change?
#
# You divided by a change of 0.01, and the slope you got is a little wrong, because the curve bends within
# that 0.01. There are two remedies. Make the change smaller. Or go to **both sides**, so that the two
# errors cancel, as the loop in *Downhill* did. This is called a *central difference*:
#
# $$\frac{\partial L}{\partial w} \;\approx\; \frac{L(w + \varepsilon) - L(w - \varepsilon)}{2\,\varepsilon}$$

# %%
for eps in (1, 0.1, 0.01):
    one_sided = (loss_at(4 + eps) - loss_at(4)) / eps
    central = (loss_at(4 + eps) - loss_at(4 - eps)) / (2 * eps)
    print(f"eps {eps:<5} one-sided {one_sided:9.3f}   central {central:9.3f}")

# %% [markdown]
# On a parabola the central difference is exact for *every* change, even 1. On other curves it is not, but
# it is far better than the one-sided difference. To measure that, apply LeNet's activation function, tanh,
# to the outputs and compare with the exact slopes (the next section derives them). The change goes from
# 1 down to 0.00000000000001:

# %%
small_image, small_kernel = image / 16, kernel / 10


def tanh_loss(some_kernel):
    """Return the mean squared error of tanh(output), which should be 0.5 everywhere."""
    return np.mean((np.tanh(convolution.correlate2d(small_image, some_kernel)) - 0.5) ** 2)


activations = np.tanh(convolution.correlate2d(small_image, small_kernel))
exact = backprop.kernel_gradient(small_image, 2 * (activations - 0.5) / 9 * (1 - activations**2))

changes = np.logspace(-14, 0, 57)
one_sided_errors, central_errors = [], []
for eps in changes:
    one_sided = backprop.one_sided_gradient(tanh_loss, small_kernel, eps)
    central = backprop.numerical_gradient(tanh_loss, small_kernel, eps)
    one_sided_errors.append(np.abs(one_sided - exact).max())
    central_errors.append(np.abs(central - exact).max())
errors = {"one-sided": np.array(one_sided_errors), "central": np.array(central_errors)}

for method, values in errors.items():
    print(f"{method:<10} best error {values.min():.0e}, at eps = {changes[values.argmin()]:.0e}")
at_default = np.argmin(np.abs(changes - 1e-5))
print(f"central    error at eps = 1e-5: {errors['central'][at_default]:.0e}")

backprop_widgets.draw_errors(
    changes,
    errors,
    {"one-sided": 1, "central": 2},
    rounding=np.spacing(tanh_loss(small_kernel)),
    alt="Error against eps, both axes logarithmic. From the right, the one-sided error falls in "
    "proportion to eps and the central one to its square. Both turn around and rise along a line of "
    "rounding / eps: the one-sided near 1e-8, the central near 1e-6.",
)

# %% [markdown]
# Read the figure from the right. When the change gets ten times smaller, the one-sided error gets ten
# times smaller and the central one a hundred times. Then both turn around. A `float64` keeps 16 digits.
# The two losses agree in most of them, and the subtraction cancels these. Division by a tiny number then
# magnifies the rounding error in the few digits that are left. So a change can be *too small*. $10^{-5}$ with
# central differences is a good choice, and it is the default in the function that you write now.
#
# ## Exercise 1: the gradient by small changes (3 points)
#
# Write it for any function of any array. Change one element at a time, up and down, and call `f` to
# measure the difference. Three things to watch:
# - `w` may have one axis or four, and `f` always needs an array of that shape. `np.ndindex(w.shape)`
#   visits all positions, whatever the number of axes;
# - `w` must not be modified, and while one element is changed the others keep their values;
# - in an array of integers, 4 + 0.00001 is 4.
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
# `np.array(w, dtype=float)` makes a copy and converts it to floats. Then 4 + 0.00001 is no longer 4, and
# the caller's `w` is not modified. For each position take two fresh copies and change that one element
# in each. The other elements are then right automatically.
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
# Small changes are expensive: two runs of the whole network *for each weight*. There is a shorter way. The
# weight affects the loss only through the nine outputs. So ask two questions, and multiply the answers:
#
# 1. **How does the loss change with each output?** For the mean squared error of $N$ outputs the answer is
#    $U[i, j] = \frac{2}{N} \times$ error$[i, j]$. This array is called the **upstream gradient**: it comes
#    from the loss, which is upstream when we go backwards.
# 2. **How does each output change with the weight?** By the pixel that the weight is multiplied by: for
#    the first output, 0.06 / 0.01 = 6.

# %%
upstream = backprop.mean_squared_error_gradient(output, target)
products = upstream * pixels_under_the_weight
print(f"sum of the nine products: {products.sum():.0f}")
plots.matrices(
    [
        ("upstream", upstream),
        "×",
        ("pixels under it", pixels_under_the_weight),
        "=",
        ("products", products),
        "→",
        ("sum", [[products.sum()]]),
    ],
    alt="The upstream gradient, 12 to 32, times the pixels under the bottom right weight, 6 to 16. The "
    f"nine products add up to {products.sum():.0f}.",
)

# %% [markdown]
# 2382 is the slope of the tangent, found without changing anything. As a formula, this is the *chain rule*:
#
# $$\frac{\partial L}{\partial K[a, b]} \;=\; \sum_i \sum_j \;U[i, j]\; I[i + a,\; j + b]$$
#
# Compare it with lesson 02's formula. It **is** a *valid* cross-correlation of the image, with the
# upstream gradient as the kernel. The 3 × 3 upstream gradient fits into the 4 × 4 image at 2 × 2
# positions: one for each weight. Step through them:

# %%
backprop_widgets.kernel_gradient_stepper(image, upstream)

# %% [markdown]
# Here are the four numbers, and the same by small changes. If the layer has a bias, it is added to every
# output, so its gradient is the sum of the upstream gradient.


# %%
def loss_for_kernel(some_kernel):
    """Return the loss of another kernel."""
    return backprop.mean_squared_error(convolution.correlate2d(image, some_kernel), target)


def loss_for_bias(bias):
    """Return the loss if a bias is added to each output."""
    return backprop.mean_squared_error(output + bias, target)


exactly = backprop.kernel_gradient(image, upstream)
by_small_changes = backprop.numerical_gradient(loss_for_kernel, kernel)
print("exactly\n", exactly, "\nby small changes\n", by_small_changes)
print(f"largest difference {np.abs(exactly - by_small_changes).max():.0e}")

bias_slope = backprop.numerical_gradient(loss_for_bias, np.array([0.0]))[0]
print(f"\nbias: {bias_slope:.4f} by small changes, sum of upstream {upstream.sum():.0f}")

# %% [markdown]
# All four slopes are large and positive, although it would be enough to change the last weight, to −5. A
# gradient does not know which weights are already right. Each slope says how the loss changes if *only that
# weight* changes.
#
# ## Exercise 2: the gradient of the kernel (3 points)
#
# `upstream` can come from any loss, and from any layer above. You are given it, and the image. What shape
# must the kernel have had?
#
# <details><summary>Hint 1</summary>
#
# Lesson 04, backwards: an image of 4 and a kernel of 2 gave an output of 4 − 2 + 1 = 3. You know
# the 4 and the 3. How do you get the 2? Do it for height and width separately.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Follow one weight, `[a, b]`. Over all outputs it is multiplied by pixels that form a window of the
# image; the window is as large as `upstream` and begins at row `a` and column `b`. Multiply by
# `upstream` and add up. Nothing is flipped, and nothing is averaged: the 2 / N of the mean squared
# error is already in `upstream`.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# Convert both arrays to floats first. Then visit each weight, with one line for it:
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
# ## The gradient of the image: the flip returns
#
# A network has layers before this one. What is the "image" here is the output of such a layer, which needs
# *its* gradient as its own upstream gradient. So ask the other question: how does the loss change with each
# **pixel**?
#
# Several windows contain a pixel. In each it is multiplied by another weight, and through that weight every
# output contributes a share. Take the pixel 6, in row 1 and column 1:
#
# | output | its window starts at | the pixel 6 is multiplied by | share |
# |---|---|---|---|
# | `[0, 0]` | row 0, column 0 | the last weight, 4 | 12 × 4 |
# | `[0, 1]` | row 0, column 1 | 3 | 14 × 3 |
# | `[1, 0]` | row 1, column 0 | 2 | 20 × 2 |
# | `[1, 1]` | row 1, column 1 | the first weight, 1 | 22 × 1 |
#
# The *first* output is paired with the *last* weight. The upstream gradient is read forwards and the kernel
# backwards, exactly as in the mathematical convolution of lesson 02. Step from pixel to pixel. Fewer windows
# contain a pixel at the border, and only one contains a corner.

# %%
backprop_widgets.image_gradient_stepper(kernel, upstream)

# %% [markdown]
# As a formula: pixel $[r, c]$ is multiplied by weight $[r - i,\, c - j]$ for output $[i, j]$. The minus signs
# are those of a convolution:
#
# $$\frac{\partial L}{\partial I[r, c]} \;=\; \sum_i \sum_j \;U[i, j]\; K[r - i,\; c - j]$$
#
# It is the *full* convolution of upstream gradient and kernel: pad the upstream gradient with zeros, on each
# side one fewer than the kernel is long, flip the kernel, and slide it over (⋆ is the sign for
# cross-correlation).

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
    alt="The upstream gradient with a border of zeros, cross-correlated with 4 3 / 2 1, gives the "
    "gradient of the image: 12 38 44 32 / 56 152 172 112 / 88 232 252 160 / 84 202 216 128.",
)


# %%
def loss_for_image(some_image):
    """Return the loss of another image."""
    return backprop.mean_squared_error(convolution.correlate2d(some_image, kernel), target)


exactly = backprop.image_gradient(kernel, upstream)
by_small_changes = backprop.numerical_gradient(loss_for_image, image)
print(f"largest difference to small changes: {np.abs(exactly - by_small_changes).max():.0e}")

# %% [markdown]
# ## Exercise 3: the gradient of the image (2 points)
#
# There are two ways. The formula: pad, flip, slide. Or the table: start from an image of zeros, and let
# every output add its share to all pixels of its window, `gradient[i:i+kh, j:j+kw] += ...`. The second
# way gives the same result without flipping anything.
#
# <details><summary>Hint 1</summary>
#
# Start small. One output, 10, and the kernel 1 2 / 3 4: each pixel of the window gets 10 times the
# weight that it is multiplied by, 10 20 / 30 40. Now two outputs, 1 and 10, and the kernel 1 2. Their
# windows share the middle pixel. What does it get?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The second way, in words: make zeros of the image's shape, which is *larger* than `upstream` by one
# less than the kernel, along each axis. Then go through the outputs, and let each add its share to
# its window. Add, with `+=`: a pixel in several windows gets several shares. The zeros should be
# floats.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# For the first way, the border is as wide as the kernel less one, and the kernel is flipped along
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
# ## Through ReLU and pooling
#
# The other layers are easier. Ask each time: *if this number changes a little, which outputs change?*
#
# - **ReLU** leaves positive numbers as they are, and turns the others into 0. So the gradient is passed
#   back where the number was positive, and is 0 elsewhere.
# - **Max pooling** keeps the largest number of each window. A small change of any other number changes
#   nothing. The largest gets the whole gradient.
# - **Average pooling** adds all numbers of the window and divides by how many there are. Each gets an equal
#   share.

# %%
feature_map = np.array([[3, -1, 2, 6], [5, 2, -4, 1], [-2, 4, 1, -3], [1, -6, 2, 7]])
from_pooling = np.array([[10, 20], [30, 40]])  # the upstream gradient of a pooling layer
from_relu = np.arange(1, 17).reshape(4, 4)  # and of ReLU
through_relu = backprop.relu_gradient(feature_map, from_relu)
through_max = backprop.max_pool_gradient(feature_map, from_pooling)
through_average = backprop.average_pool_gradient(from_pooling)
plots.matrices(
    [
        ("map", feature_map),
        "",
        ("through ReLU", through_relu),
        "",
        ("through max", through_max),
        "",
        ("through average", through_average),
    ],
    alt="A 4x4 map. The upstream gradient 1 to 16 through ReLU keeps its values where the map is "
    "positive. The upstream gradient 10 20 / 30 40 through max pooling is at each window's largest "
    "number; through average pooling it is spread: 2.5, 5, 7.5 and 10 four times each.",
)


# %%
def after_relu(x):
    return np.sum(from_relu * convolution.relu(x))


def after_max(x):
    return np.sum(from_pooling * pooling.pool2d(x))


def after_average(x):
    return np.sum(from_pooling * pooling.pool2d(x, mode="average"))


def largest_difference(gradient, function, place):
    """Return how far a gradient is from the one by small changes, at most."""
    return np.abs(gradient - backprop.numerical_gradient(function, place)).max()


print("largest differences to small changes:")
print(f"ReLU             {largest_difference(through_relu, after_relu, feature_map):.0e}")
print(f"max pooling      {largest_difference(through_max, after_max, feature_map):.0e}")
print(f"average pooling  {largest_difference(through_average, after_average, feature_map):.0e}")

# %% [markdown]
# (Exactly at 0, or where two numbers are both the largest, there is no slope. A convention decides, and it
# hardly matters: here 0, and the first of the two.)
#
# ## A whole network, backwards
#
# Now put the pieces together: convolution, ReLU, max pooling, a second convolution, loss. Forwards, keep
# every result. Backwards, each layer takes the gradient of the layer after it and computes the one for the
# layer before it. That is **back-propagation**: five lines, last layer first.

# %%
rng = np.random.default_rng(7)
picture = rng.normal(size=(12, 14))
first, second = rng.normal(size=(3, 3)), rng.normal(size=(2, 3))
wanted = rng.normal(size=(4, 4))

# Forwards
sums = convolution.correlate2d(picture, first)
active = convolution.relu(sums)
pooled = pooling.pool2d(active)
result = convolution.correlate2d(pooled, second)

# Backwards
for_result = backprop.mean_squared_error_gradient(result, wanted)
for_second = backprop.kernel_gradient(pooled, for_result)
for_pooled = backprop.image_gradient(second, for_result)
for_sums = backprop.relu_gradient(sums, backprop.max_pool_gradient(active, for_pooled))
for_first = backprop.kernel_gradient(picture, for_sums)


def network_loss(first_kernel, second_kernel):
    """Return the loss of the small network with other kernels."""
    hidden = convolution.relu(convolution.correlate2d(picture, first_kernel))
    last = convolution.correlate2d(pooling.pool2d(hidden), second_kernel)
    return backprop.mean_squared_error(last, wanted)


def loss_for_first(some_kernel):
    return network_loss(some_kernel, second)


def loss_for_second(some_kernel):
    return network_loss(first, some_kernel)


print("largest differences to small changes:")
print(f"first kernel, 9 slopes   {largest_difference(for_first, loss_for_first, first):.0e}")
print(f"second kernel, 6 slopes  {largest_difference(for_second, loss_for_second, second):.0e}")

# %% [markdown]
# ## A filter learns
#
# Take an image of random noise, and filter it with Sobel's $G_x$, as in lesson 03. Show the learner the image
# and the result, **but not the kernel**. It starts from nine zeros and takes update steps against the
# gradient. Press play. Then try the other rates, and the photograph. (With nine weights there is still a
# largest rate that converges. `backprop.largest_rate` computes it; the optional section says how.)

# %%
rng = np.random.default_rng(10)
noise = rng.normal(size=(24, 24))
photograph = data.photograph("camera")[60:188, 140:268] / 255
photograph = photograph - photograph.mean()

backprop_widgets.descent_player(
    {"noise": noise, "photograph": photograph},
    sobel.GX.astype(float),
    {"too small": 0.02, "right": 0.5, "nearly too large": 0.97, "too large": 1.05},
    steps=80,
    still=(0, 3, 12),
)

# %%
goal = convolution.correlate2d(noise, sobel.GX)
limit = backprop.largest_rate(noise, (3, 3))
print(f"largest rate that converges: {limit:.3f}")
print(f"{'rate':>8}{'of the limit':>14}    loss at first   after 10 steps   after 40 steps")
for share in (0.02, 0.5, 0.97, 1.05):
    way = backprop.descend(noise, goal, (3, 3), 40, share * limit).losses
    print(f"{share * limit:8.3f}{share:14.0%}{way[0]:17.3g}{way[10]:17.3g}{way[40]:17.3g}")

after_twelve = backprop.learn_kernel(noise, goal, (3, 3), 12, 0.5 * limit)
print(f"\nthe kernel after 12 steps at half the limit\n{np.round(after_twelve, 2) + 0.0}")

# %% [markdown]
# After twelve steps at half the limit the zeros have become −1 0 1 / −2 0 2 / −1 0 1. The program was never
# given these numbers. They are the weights that make the error small.
#
# **How to choose a rate.** In a small problem like this one, compute the limit and take half of it. In a
# network the curvature is too expensive to compute, and it changes during training. There you try: 0.001,
# 0.003, 0.01, 0.03, ... Take the largest rate at which the loss still falls without jumping, and then
# somewhat less. Compare the rates on *validation* data (lesson 07), not on the test images.
#
# ## Exercise 4: learn a kernel (2 points)
#
# Write the loop: output, error, gradient, step. You may call your own `kernel_gradient`, and for this
# exercise also `convolution.correlate2d` from `utils`, which you wrote in lesson 02.
#
# <details><summary>Hint 1</summary>
#
# Write one step, without a loop: the output of the kernel that you have, the error, the gradient,
# the new kernel. Which of these change from step to step? All of them, so all four belong inside the
# loop. Begin with zeros that are floats, and return the kernel after the last step.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `kernel_gradient` needs `upstream`, which is not the error itself but 2 / N times the error, with
# N the number of outputs (`error.size`). Without the division by N the steps are N times too long,
# and the numbers grow without limit. If they still do, check that the error is output minus target,
# and that the step is *subtracted*.
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
# ## Optional: why some images teach slowly
#
# This section uses eigenvalues. Nothing after it depends on it.
#
# With several weights the loss is a valley with steep and gentle directions. The steepest direction sets the
# largest rate, and the gentlest decides how many steps you need. For the mean squared error both curvatures
# follow from the image: they are the largest and the smallest *eigenvalue* of the matrix of second
# derivatives (`backprop.curvature`), and the largest rate is 2 / largest eigenvalue. Here is the valley from
# above, for a kernel of two weights. The orange dot is the start, the star is the kernel to be found:

# %%
rng = np.random.default_rng(1)
smooth = convolution.correlate2d(rng.normal(size=(14, 16)), [[0.25, 0.5, 0.25]])
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
# On the photograph of the player above, the kernel is found much more slowly than on noise:

# %%
edges_of_photograph = convolution.correlate2d(photograph, sobel.GX)
photograph_limit = backprop.largest_rate(photograph, (3, 3))
for share in (0.5, 1.05):
    run = backprop.descend(photograph, edges_of_photograph, (3, 3), 80, share * photograph_limit)
    print(f"{share:.0%} of the limit")
    for step in (0, 40, 80):
        wrong_by = np.abs(run.kernels[step] - sobel.GX).max()
        print(f"   step {step:<3} loss {run.losses[step]:7.4f}, largest error {wrong_by:.2f}")

# %% [markdown]
# A rate 5 % above the limit looks *better* for 40 steps, until the error along the steepest direction, which
# is multiplied by −1.1 at each step, takes over. At half the limit the output comes close to the target
# while the kernel is still far off. Neighbouring pixels of a photograph are similar, so many kernels give
# nearly the same output: one direction of the valley is very gentle. The strongest curvature divided by the
# weakest is called the *condition number*. At half the limit, the number of steps grows in proportion to it:

# %%
for title, pixels in [("noise", noise), ("photograph", photograph)]:
    curvatures = np.linalg.eigvalsh(backprop.curvature(pixels, (3, 3)))
    weakest, strongest = curvatures.min(), curvatures.max()
    steps_needed = np.log(1000) / -np.log(1 - weakest / strongest)
    print(f"{title:<11} strongest curvature {strongest:.2f}, weakest {weakest:.5f}")
    print(f"{'':<11} condition number {strongest / weakest:.1f}")
    print(f"{'':<11} {np.ceil(steps_needed):,.0f} steps to reduce the error a thousandfold")

# %% [markdown]
# The image 1 to 16 is worse still. Let it learn 1 2 / 3 4 from its nine sums:

# %%
numbers = np.arange(1, 17).reshape(4, 4)
nine_sums = convolution.correlate2d(numbers, [[1, 2], [3, 4]])
limit = backprop.largest_rate(numbers, (2, 2))
way = backprop.descend(numbers, nine_sums, (2, 2), 2000, 0.9 * limit)
found = way.kernels[-1]
print(f"loss after 2,000 steps: {way.losses[-1]:.0e}")
plots.matrices(
    [
        ("learned", found),
        "→",
        ("its output", np.round(convolution.correlate2d(numbers, found), 6)),
        "=",
        ("output of 1 2 / 3 4", nine_sums),
    ],
    alt="The learned kernel is 1.18 1.71 / 3.29 3.82, and its output is the same 44 to 144.",
)

# %% [markdown]
# The output is right, and the kernel is not 1 2 / 3 4. The numbers of this image rise so evenly that
# $1 - 2 - 5 + 6 = 0$, and likewise in every window. So you can add any multiple of 1 −1 / −1 1 to the
# kernel and the output does not change:

# %%
no_effect = np.array([[1, -1], [-1, 1]])
print(
    "values in the output of 1 −1 / −1 1:", np.unique(convolution.correlate2d(numbers, no_effect))
)
curvatures = np.abs(np.linalg.eigvalsh(backprop.curvature(numbers, (2, 2))))
print("curvatures:", ", ".join(f"{value:.3f}" for value in curvatures))

# %% [markdown]
# That explains the second kernel with loss 0 from the first section. Two of the four curvatures are 0: along
# two directions the loss is flat. **The data determine what a filter can learn.** Lesson 09 shows the same for
# whole networks: LeNet-5 reads shifted digits after it has been trained on shifted digits.
#
# ## TensorFlow computes the same
#
# Compare with a library. TensorFlow's `GradientTape` records what a network computes, and then applies the
# chain rule backwards. Here is the small network from above, with a bias, in `float64`. (TensorFlow takes a
# few seconds to load.)

# %%
from utils.keras_setup import keras, tf  # imports both without TensorFlow's start-up messages


def as_batch(matrix):
    """Return a matrix in TensorFlow's form: one image with one channel."""
    return tf.Variable(np.asarray(matrix, float)[np.newaxis, :, :, np.newaxis])


def as_filter(matrix):
    """Return a kernel in TensorFlow's form: one channel in, one filter."""
    return tf.Variable(np.asarray(matrix, float)[:, :, np.newaxis, np.newaxis])


tf_picture, tf_first, tf_second = as_batch(picture), as_filter(first), as_filter(second)
tf_bias = tf.Variable(np.zeros(1))
with tf.GradientTape() as tape:
    tf_sums = tf.nn.conv2d(tf_picture, tf_first, 1, "VALID")
    tf_pooled = tf.nn.max_pool2d(tf.nn.relu(tf_sums), 2, 2, "VALID")
    tf_result = tf.nn.conv2d(tf_pooled, tf_second, 1, "VALID") + tf_bias
    tf_loss = tf.reduce_mean((tf_result - as_batch(wanted)) ** 2)
theirs = tape.gradient(tf_loss, [tf_first, tf_second, tf_bias, tf_picture])

ours = {
    "first kernel": for_first,
    "second kernel": for_second,
    "bias": for_result.sum(),
    "picture": backprop.image_gradient(first, for_sums),
}
for (what, gradient), their_gradient in zip(ours.items(), theirs):
    difference = np.abs(gradient - np.squeeze(their_gradient)).max()
    print(f"{what:<14} {np.size(gradient):>3} slopes, largest difference {difference:.0e}")

# %% [markdown]
# The differences are rounding errors of `float64`. A training step in Keras is also the same as yours. Here
# is a `Conv2D` layer that starts with zeros, trained by plain gradient descent (`SGD`) for one step, and then
# for 99 more:

# %%
layer = keras.layers.Conv2D(1, 3, use_bias=False, kernel_initializer="zeros")
model = keras.Sequential([keras.Input((24, 24, 1)), layer])
model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.4), loss="mse")
noise_batch = noise[np.newaxis, :, :, np.newaxis]
goal_batch = goal[np.newaxis, :, :, np.newaxis]

model.fit(noise_batch, goal_batch, epochs=1, verbose=0)
learned = np.squeeze(layer.get_weights()[0])
by_hand = backprop.learn_kernel(noise, goal, (3, 3), steps=1, rate=0.4)
print(f"after 1 step, Keras and by hand differ by {np.abs(learned - by_hand).max():.0e}")

model.fit(noise_batch, goal_batch, epochs=99, verbose=0)
learned = np.squeeze(layer.get_weights()[0])
by_hand = backprop.learn_kernel(noise, goal, (3, 3), steps=100, rate=0.4)
print(f"after 100 steps, by {np.abs(learned - by_hand).max():.0e}")
print(np.round(learned, 4) + 0.0)

# %% [markdown]
# (Keras computes in `float32`, which keeps seven digits.)
#
# ## LeNet-5 with a loop of your own
#
# In [lesson 08](../08_lenet/08_lenet.ipynb), Keras trained LeNet-5 with `fit`. It has 61,706 parameters. The
# slope of each is computed as you computed yours: a weight of a convolution is used *at every position*, and
# the contributions of all positions are added.

# %%
from utils import lenet, three_seeds, training

shapes = output_size.trace_shapes((32, 32, 1), lenet.LAYERS)
parameters = output_size.layer_parameters((32, 32, 1), lenet.LAYERS)
print(f"{'layer':<9}{'parameters':>11}   positions where each is used, in one image")
for layer_name, shape, count in zip(lenet.NAMES, shapes, parameters):
    if count:
        positions = shape[0] * shape[1] if len(shape) == 3 else 1
        print(f"{layer_name:<9}{count:>11,}{positions:>7}")
total = sum(parameters)
print(f"{'in all':<9}{total:>11,}")
print(f"\nBy small changes: {2 * total:,} runs of the network for one gradient.")
print("By back-propagation: one run forwards, one backwards.")

# %% [markdown]
# The digits: the last 1,000 training images are kept aside for *validation*, to choose the learning rate
# with. The loss is the cross-entropy of lesson 07.

# %%
(x_train, y_train), (x_test, y_test) = data.load_digits(name)
x_train = lenet.pad_to(training.prepare(x_train), 32)
x_test = lenet.pad_to(training.prepare(x_test), 32)
x_valid, y_valid = x_train[-1000:], y_train[-1000:]
x_train, y_train = x_train[:-1000], y_train[:-1000]
print(f"{len(x_train):,} to train with, {len(x_valid):,} for validation, {len(x_test):,} to test")

keras.utils.set_random_seed(10)
network = lenet.build_lenet5()


@tf.function  # compiles the function, so that it runs faster
def loss_of(images, labels):
    """Return the cross-entropy: the mean of minus the logarithm of the right digit's probability."""
    probabilities = network(images)
    return tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, probabilities))


@tf.function
def loss_and_gradients(images, labels):
    """Return the loss, and its gradient for every array of weights."""
    with tf.GradientTape() as tape:
        value = loss_of(images, labels)
    return value, tape.gradient(value, network.trainable_variables)


# %% [markdown]
# Change one weight of the first layer by a little and measure the loss. Then compute all 61,706 slopes and
# look up that one:

# %%
images, labels = x_train[:64], y_train[:64]
first_layer = network.trainable_variables[0]
eps, where = 0.01, (2, 2, 0, 3)  # row 2, column 2, channel 0, filter 3
change = np.zeros(first_layer.shape, np.float32)
change[where] = eps

first_layer.assign_add(change)
above = float(loss_of(images, labels))
first_layer.assign_sub(2 * change)
below = float(loss_of(images, labels))
first_layer.assign_add(change)  # as it was

_, gradients = loss_and_gradients(images, labels)
print(f"by small changes     {(above - below) / (2 * eps):.5f}")
print(f"by back-propagation  {gradients[0].numpy()[where]:.5f}")


# %%
def seconds(function):
    """Return how long a function takes for 64 images: the shortest of ten runs."""
    times = []
    for _ in range(10):
        start = time.perf_counter()
        function(images, labels)
        times.append(time.perf_counter() - start)
    return min(times)


forwards, both = seconds(loss_of), seconds(loss_and_gradients)
print(f"one run forwards:        {1000 * forwards:8.1f} ms")
print(f"forwards and backwards:  {1000 * both:8.1f} ms, for all {total:,} slopes")
print(f"by small changes:        {2 * total * forwards:8.0f} s (estimated)")

# %% [markdown]
# Now train the network with your own loop: gradient, update step, again. Each step uses 64 images drawn at
# random, because all 7,000 would take longer and improve each step only a little. This is called
# *stochastic* gradient descent (SGD). Try three rates, 300 steps each:


# %%
def descend_lenet(rate, seed, steps=300):
    """Train a new LeNet-5 by plain gradient descent; return training and validation losses."""
    keras.utils.set_random_seed(seed)
    network.set_weights(lenet.build_lenet5().get_weights())
    rng = np.random.default_rng(seed)
    training_losses, validation_losses = [], []
    for step in range(steps):
        chosen = rng.choice(len(x_train), 64, replace=False)
        value, gradients = loss_and_gradients(x_train[chosen], y_train[chosen])
        for weights, gradient in zip(network.trainable_variables, gradients):
            weights.assign_sub(rate * gradient)
        training_losses.append(float(value))
        if (step + 1) % 25 == 0:
            validation_losses.append(float(loss_of(x_valid, y_valid)))
    return np.array(training_losses), np.array(validation_losses)


curves = {}
for rate in (0.003, 1.5, 0.3):  # the best last: this network is used below
    curves[rate] = descend_lenet(rate, seed=10)
    validated = training.accuracy(network, x_valid, y_valid)
    print(f"rate {rate:<6} seed 10: validation accuracy {validated:.3f}")

# %%
figure, axes = plots.figure(9, 2.9, 1, 3, sharey=True)
for ax, rate in zip(axes, (0.003, 0.3, 1.5)):
    training_losses, validation_losses = curves[rate]
    smoothed = training_losses.reshape(-1, 25).mean(axis=1)
    steps = np.arange(25, 301, 25)
    ax.semilogy(steps, smoothed, color=plots.BLUE, label="training, mean of 25 steps")
    ax.semilogy(steps, validation_losses, "--", color=plots.VERMILION, label="validation")
    ax.set_title(f"rate {rate}")
    ax.set_xlabel("step")
    print(f"rate {rate:<6} validation loss after 25 steps {validation_losses[0]:6.2f}, ", end="")
    print(f"highest {validation_losses.max():6.2f}, after 300 steps {validation_losses[-1]:6.2f}")
axes[0].set_ylabel("loss")
axes[0].legend(frameon=False, fontsize=8, loc="upper left")
last = {rate: curves[rate][1][-1] for rate in (0.003, 0.3, 1.5)}
plots.Picture(
    figure,
    alt="LeNet's loss over 300 steps at three rates, seed 10; training and validation curves lie close "
    f"together. At 0.003 the loss falls slowly, to {last[0.003]:.1f}; at 0.3 it falls to "
    f"{last[0.3]:.2f}; at 1.5 it rises far above its start and ends at {last[1.5]:.0f}.",
)

# %% [markdown]
# Too small, good, too large: the same three outcomes as with one weight. The validation curve stays close to
# the training curve, so there is no overfitting yet; most images have been seen only two or three times.
#
# Chance plays a part, in the starting weights and in the images drawn. So each rate was given **three seeds**, in
# the same way. The nine trainings were made beforehand, by `data/build_three_seeds.py`:

# %%
measured = three_seeds.measured()["descent"]
seeds = measured["seeds"]
print("validation accuracy, seeds", *seeds)
for rate, validated in measured["validation"].items():
    print(
        f"rate {rate:<6} {np.mean(validated):.3f} on average, "
        f"from {min(validated):.3f} to {max(validated):.3f}"
    )

# %% [markdown]
# The rate has been chosen on the validation images. Only now look at the test images, with the rate that
# was best:

# %%
print(f"the network trained above: {training.accuracy(network, x_test, y_test):.4f}")
tested = measured["test"]
for seed, accuracy in zip(seeds, tested):
    print(f"seed {seed}: {accuracy:.4f} of the test digits are read correctly")
share = np.mean(tested)
chance_error = np.sqrt(share * (1 - share) / len(x_test))
print(f"\nmean {share:.3f}; chance error of {len(x_test):,} test images: ±{chance_error:.3f}")

# %% [markdown]
# The *chance error* is $\sqrt{p\,(1 - p) / n}$ for an accuracy $p$ on $n$ images: another 2,000 digits would
# give a result that differs by about this much. The three seeds differ by a similar amount, so do not read
# anything into a difference of half a percentage point.
#
# What did the first layer learn? Below are its six filters, positive weights purple and negative ones
# orange: before the first step, when they are random numbers, and after 300 steps at a rate of 0.3.

# %%
keras.utils.set_random_seed(10)
at_the_start = lenet.build_lenet5().get_weights()[0][:, :, 0]
after = network.get_weights()[0][:, :, 0]
filters = [at_the_start[:, :, number] for number in range(6)]
filters += [after[:, :, number] for number in range(6)]
titles = [f"{number}, start" for number in range(1, 7)]
titles += [f"{number}, step 300" for number in range(1, 7)]
widest = np.abs(after).max()
plots.images(
    filters,
    titles,
    columns=6,
    size=1.4,
    vmin=-widest,
    vmax=widest,
    cmap="PuOr",
    alt="The six 5x5 filters of LeNet's first layer. At the start they are pale random noise. After "
    "300 steps they are stronger, and each has connected positive and negative zones.",
)


# %%
def similarity_of_neighbours(filters):
    """Return the mean product of neighbouring weights, divided by the mean square of all."""
    across = filters[:, 1:] * filters[:, :-1]
    down = filters[1:] * filters[:-1]
    return np.mean([across.mean(), down.mean()]) / np.mean(filters**2)


print("similarity of neighbouring weights (1: equal, 0: unrelated)")
print(f"at the start    {similarity_of_neighbours(at_the_start):5.2f}")
print(f"after 300 steps {similarity_of_neighbours(after):5.2f}")
for seed, similarity in zip(seeds, measured["similarity"]):
    print(f"after, seed {seed}  {similarity:5.2f}   (computed beforehand)")

# %% [markdown]
# The noise has become zones: a positive zone beside a negative one, horizontal, vertical or oblique. Sobel's
# kernels have such zones too. These were not designed: they are what reduced the loss.
#
# ## Uphill in the image
#
# So far the gradient changed the weights. Exercise 3 computed the gradient of the **image**. Leave a trained
# LeNet as it is, and compute the gradient of the loss for each pixel of the test images. Then change
# every pixel by 0.1 (paper is 0, ink is 1) *uphill*: up where its slope is positive, down where it is
# negative. How many digits do you expect the network to read? For comparison, change every pixel by the same
# 0.1, up or down at random.


# %%
def pixel_gradient(images, labels):
    """Return the slope of the loss along each pixel of each image."""
    images = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = loss_of(images, labels)
    return tape.gradient(value, images).numpy()


rng = np.random.default_rng(10)
random_signs = rng.choice([-1, 1], x_test.shape).astype(np.float32)
uphill = x_test + 0.1 * np.sign(pixel_gradient(x_test, y_test))
at_random = x_test + 0.1 * random_signs
shares = [training.accuracy(network, each, y_test) for each in (x_test, uphill, at_random)]
print("share of the test digits read      unchanged     uphill  at random")
print(f"{'the network trained above':<33}" + "".join(f"{share:11.3f}" for share in shares))
for row in zip(seeds, measured["test"], measured["uphill"], measured["at_random"]):
    line = f"seed {row[0]}, computed beforehand"
    print(f"{line:<33}" + "".join(f"{share:11.3f}" for share in row[1:]))

# %%
shown = [np.flatnonzero(y_test == digit)[0] for digit in (0, 2, 4, 7, 9)]
rows = [("unchanged", x_test), ("uphill", uphill), ("at random", at_random)]
pictures, titles, readings = [], [], {}
for label, batch in rows:
    readings[label] = training.predictor(network)(batch[shown]).argmax(axis=1)
    for index, reading in zip(shown, readings[label]):
        pictures.append(batch[index, :, :, 0])
        titles.append(f"{label}: {reading}")
    print(f"{label:<10} read as", *readings[label])
plots.images(
    pictures,
    titles,
    columns=5,
    size=1.75,
    vmin=-0.1,
    vmax=1.1,
    alt="Five digits, 0, 2, 4, 7 and 9, in three versions: unchanged, with grey patches where the "
    "gradient is positive, and with grey dots at random. All are easy to read for a person. The network "
    f"reads them as {', '.join(map(str, readings['unchanged']))}; uphill as "
    f"{', '.join(map(str, readings['uphill']))}; at random as "
    f"{', '.join(map(str, readings['at random']))}.",
)

# %% [markdown]
# The titles give the answers of the network of seed 10. Both patterns change each pixel by 0.1, and you can
# read all the digits. The random changes hardly
# matter: most of them cancel out. Uphill, all 1,024 pixels raise the loss together, each by a little. Such
# images are called **adversarial examples** (Goodfellow and others, 2015, below). The gradient that trains a
# network also finds the changes that mislead it, and a high accuracy on test images does not protect
# against them. This matters wherever somebody gains from a wrong answer: cheques, number plates, spam.

# %% [markdown]
# ## Questions to think about
#
# There are no marks for these. Say what you expect, then try it. Our results are in `solutions/`.
#
# 1. **A start from nothing.** Your kernel began as nine zeros and learned. LeNet-5 begins with
#    small random numbers. What would happen if all its 61,706 parameters began at 0? And if all began
#    at 0.01?
#
# 2. **Bytes.** You have found a good rate for an image with values from 0 to 1. Now you get the same
#    image as bytes, 0 to 255. What happens at your rate, and which rate do you need?
#    `backprop.largest_rate` can check your answer.
#
# 3. **Smaller steps, other networks.** How small may the step uphill be and still mislead the network: 0.05,
#    0.02, 0.01? And do images that mislead the network of seed 10 also mislead that of seed 11, which
#    they were not made for?

# %% [markdown] tags=["answers"]
# ### Answers
#
# 1. From zeros nearly nothing is learned. A weight's slope is the upstream gradient times what comes in,
#    and here one of the two is always 0: all slopes are exactly 0 except those of the ten biases of the
#    output. After 300 steps at a rate of 0.3 it read 11 % of the test digits, hardly more than guessing gives.
#    From 0.01 everywhere some weights change, but all six filters of the first layer get the same slopes, so
#    they stay equal (the largest difference after 300 steps is 0), and the network read only 34 %. Random
#    numbers make the filters different, so that each can learn something else. A single kernel need not
#    differ from others, and its slopes are made of pixels, so starting from zeros did no harm.
#
# 2. It diverges at once. The slopes of the squared error contain the pixels twice, once in the output and
#    once as a factor, so the curvature grows with their square: 255² = 65,025 times. The rate must be
#    smaller by that factor. For our noise the limit falls from 0.822 to 0.0000126. That is one
#    reason why lesson 07 divides images by 255: then similar rates suit most images.
#
# 3. Much smaller steps are enough. The network of seed 10 reads 0.937 of the test digits. After a step of 0.01
#    it reads 0.893, after 0.02 0.832, after 0.05 0.507 and after 0.1 0.110. And yes, the images transfer:
#    those made for seed 10 with steps of 0.1 leave seed 11 with 0.225 and seed 12 with 0.196, nearly as bad
#    as images made for them. So an attacker need not know the weights of the network.

# %% [markdown]
# ## What to take away
#
# - A **gradient** says, for each weight, how the loss changes if that weight changes a little. Central
#   differences measure it, best with a change near $10^{-5}$. Use them to *check* a gradient.
# - **Gradient descent** takes update steps against the gradient. On a parabola it diverges above
#   2 / curvature. In a network, choose the rate by trying, on validation data.
# - The chain rule gives the gradient exactly. The gradient of a **kernel** is the cross-correlation of the
#   image with the upstream gradient. The gradient of the **image** is the full convolution of the upstream
#   gradient with the kernel, **with the flip**.
# - **ReLU** passes the gradient back where its input was positive, **max pooling** to the largest number of
#   each window, **average pooling** in equal shares.
# - The gradient of the image leads to **adversarial examples**: small changes that mislead a network.
#
# **Slips in the sources.** The book chapter: a small change of a weight has its impact on the *loss*, not on
# "the overall weight".
#
# ## What you have learned so far
#
# | you can now explain | since |
# |---|---|
# | how an image is an array of numbers | [lesson 01](../01_pixels/01_pixels.ipynb) |
# | how a filter is applied at every position | [lesson 02](../02_convolution/02_convolution.ipynb), [03](../03_sobel/03_sobel.ipynb) |
# | how large its output is, and how pooling summarises it | [lesson 04](../04_output_size/04_output_size.ipynb), [05](../05_pooling/05_pooling.ipynb) |
# | how feature maps become a decision | [lesson 06](../06_xo_classifier/06_xo_classifier.ipynb) |
# | how Keras stacks layers, up to LeNet-5 | [lesson 07](../07_keras_cnn/07_keras_cnn.ipynb), [08](../08_lenet/08_lenet.ipynb) |
# | how training on shifted digits changes what a network can read | [lesson 09](../09_augmentation/09_augmentation.ipynb) |
# | how the filters are found: by many small steps that reduce the loss | this lesson |
#
# You began with nine sums over the numbers 1 to 16. LeNet-5 is built from such sums, non-linearities and
# pooling, and it is trained by the rule of this lesson. **Well done.**
#
# The course goes on. How much of what a training shows is learning, how much is memory, and how much is chance?
# That is the subject of [lesson 11](../11_generalisation/11_generalisation.ipynb). After it you write a whole network
# by hand, build one of those that came after LeNet, and look inside.
#
# **References**
#
# - D. E. Rumelhart, G. E. Hinton and R. J. Williams, *Learning representations by back-propagating errors*,
#   Nature 323 (1986), 533–536, [doi:10.1038/323533a0](https://doi.org/10.1038/323533a0).
# - Y. LeCun, L. Bottou, G. B. Orr and K.-R. Müller, *Efficient BackProp*, in: Neural Networks: Tricks of the
#   Trade, Springer (1998), [doi:10.1007/3-540-49430-8_2](https://doi.org/10.1007/3-540-49430-8_2). On learning
#   rates, curvature and how to prepare inputs.
# - I. J. Goodfellow, J. Shlens and C. Szegedy, *Explaining and harnessing adversarial examples*, ICLR 2015,
#   [arXiv:1412.6572](https://arxiv.org/abs/1412.6572).
#
# [Start page](../index.ipynb) · Before: [09, More data from the same data](../09_augmentation/09_augmentation.ipynb) ·
# Next: [11, Training, and what it proves](../11_generalisation/11_generalisation.ipynb)

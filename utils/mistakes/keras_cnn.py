"""Wrong ways to do lesson 07's exercises."""

import numpy as np

from utils import convolution, pooling
from utils import keras_cnn as right
from utils.keras_setup import keras
from utils.mistakes import mistake_in

layers = keras.layers


@mistake_in("build_dense")
def dense_without_flatten(input_shape=(28, 28, 1), classes=10):
    """A Flatten is missing before layer 1 (a dense layer).

    A dense layer reads along the last axis only: look at the shape of what comes out.
    """
    return keras.Sequential([keras.Input(input_shape), *_dense_part(classes)])


@mistake_in("build_dense")
def dense_without_relu(input_shape=(28, 28, 1), classes=10):
    """Layer 2 (dense layer) has no activation, should have activation relu.

    Two dense layers with nothing between them can do no more than a single dense layer. Look at the
    argument after the units.
    """
    return _flat(input_shape, _dense_part(classes, hidden=None))


@mistake_in("build_dense")
def dense_with_tanh(input_shape=(28, 28, 1), classes=10):
    """Layer 2 (dense layer) has activation tanh, should have activation relu.

    Tanh is LeNet's, of 1998. What does the task say about the first dense layer?
    """
    return _flat(input_shape, _dense_part(classes, hidden="tanh"))


@mistake_in("build_dense")
def dense_without_softmax(input_shape=(28, 28, 1), classes=10):
    """Layer 3 (dense layer) has no activation, should have activation softmax.

    Add up what comes out for one picture: probabilities add up to 1.
    """
    return _flat(input_shape, _dense_part(classes, last=None))


@mistake_in("build_dense")
def dense_with_sigmoid(input_shape=(28, 28, 1), classes=10):
    """Layer 3 (dense layer) has activation sigmoid, should have activation softmax.

    Each sigmoid looks at its own sum only. Add up what comes out for one picture.
    """
    return _flat(input_shape, _dense_part(classes, last="sigmoid"))


@mistake_in("build_dense")
def dense_with_few_units(input_shape=(28, 28, 1), classes=10):
    """Layer 2 (dense layer) has 100 units, should have 1000.

    Count the zeros in the task.
    """
    return _flat(input_shape, _dense_part(classes, units=100))


@mistake_in("build_dense")
def dense_always_ten(input_shape=(28, 28, 1), classes=10):
    """The last layer has ten units, whatever `classes` is.

    Where in your model does `classes` occur?
    """
    return right.build_dense(input_shape)


@mistake_in("build_dense")
def dense_always_28(input_shape=(28, 28, 1), classes=10):
    """The model takes input of shape (28, 28, 1), whatever `input_shape` is.

    Where in your model does `input_shape` occur?
    """
    return right.build_dense(classes=classes)


@mistake_in("build_cnn")
def cnn_averaging(input_shape=(28, 28, 1), classes=10):
    """Layer 2 should be a max pooling, but is an average pooling.

    Keras has both, under names that look alike: read the layer's first word.
    """
    return _cnn(input_shape, classes, pooling=layers.AveragePooling2D(2))


@mistake_in("build_cnn")
def cnn_padded(input_shape=(28, 28, 1), classes=10):
    """Layer 1 (convolution) has padding same, should have valid.

    Look at the shape that comes out of it: 3x3 windows inside 28x28 pixels have 26x26 places.
    """
    return _cnn(input_shape, classes, padding="same")


@mistake_in("build_cnn")
def cnn_without_pooling(input_shape=(28, 28, 1), classes=10):
    """A max pooling is missing before layer 2 (a Flatten).

    How many numbers does the Flatten make? Pooling leaves a quarter of them.
    """
    return _cnn(input_shape, classes, pooling=None)


@mistake_in("build_cnn")
def cnn_without_flatten(input_shape=(28, 28, 1), classes=10):
    """A Flatten is missing before layer 3 (a dense layer).

    A dense layer reads along the last axis only: look at the shape of what comes out.
    """
    front = [layers.Conv2D(10, 3, activation="relu"), layers.MaxPooling2D(2)]
    return keras.Sequential([keras.Input(input_shape), *front, *_dense_part(classes)])


@mistake_in("build_cnn")
def cnn_without_relu(input_shape=(28, 28, 1), classes=10):
    """Layer 1 (convolution) has no activation, should have activation relu.

    A layer of Keras has no activation unless you name it: look at the convolution's arguments.
    """
    return _cnn(input_shape, classes, activation=None)


@mistake_in("build_cnn")
def cnn_without_softmax(input_shape=(28, 28, 1), classes=10):
    """Layer 5 (dense layer) has no activation, should have activation softmax.

    Add up what comes out for one picture: probabilities add up to 1.
    """
    front = [layers.Conv2D(10, 3, activation="relu"), layers.MaxPooling2D(2)]
    return _flat(input_shape, _dense_part(classes, last=None), front)


@mistake_in("build_cnn")
def cnn_with_large_kernels(input_shape=(28, 28, 1), classes=10):
    """Layer 1 (convolution) has kernel size 5x5, should have 3x3.

    Look at the second argument of Conv2D, after the number of filters.
    """
    return _cnn(input_shape, classes, size=5)


@mistake_in("build_cnn")
def cnn_pooling_step_by_step(input_shape=(28, 28, 1), classes=10):
    """Layer 2 (max pooling) has strides 1x1, should have 2x2.

    Its windows should be side by side. What does Keras do if no stride is given?
    """
    return _cnn(input_shape, classes, pooling=layers.MaxPooling2D(2, strides=1))


@mistake_in("build_cnn")
def cnn_always_ten(input_shape=(28, 28, 1), classes=10):
    """The last layer has ten units, whatever `classes` is.

    Where in your model does `classes` occur?
    """
    return right.build_cnn(input_shape)


@mistake_in("build_cnn")
def cnn_always_28(input_shape=(28, 28, 1), classes=10):
    """The model takes input of shape (28, 28, 1), whatever `input_shape` is.

    Where in your model does `input_shape` occur?
    """
    return right.build_cnn(classes=classes)


def _cnn(input_shape, classes, size=3, pooling=..., padding="valid", activation="relu"):
    """Return lesson 07's convolutional network with other settings."""
    pooling = layers.MaxPooling2D(2) if pooling is ... else pooling
    convolution_layer = layers.Conv2D(10, size, padding=padding, activation=activation)
    front = [convolution_layer, pooling] if pooling else [convolution_layer]
    return _flat(input_shape, _dense_part(classes), front)


def _flat(input_shape, dense_part, front=()):
    """Return a network of some layers, Flatten and a dense part."""
    return keras.Sequential([keras.Input(input_shape), *front, layers.Flatten(), *dense_part])


def _dense_part(classes, units=1000, hidden="relu", last="softmax"):
    """Return the two dense layers of lesson 07's networks with other settings."""
    return [layers.Dense(units, activation=hidden), layers.Dense(classes, activation=last)]


@mistake_in("forward_by_hand")
def conv_bias_forgotten(weights, image):
    """The convolution's bias is forgotten.

    Which of the six arrays is it, and to what is it added?
    """
    return _forward(weights, image, conv_bias=False)


@mistake_in("forward_by_hand")
def conv_bias_for_each_weight(weights, image):
    """The convolution's bias is added once for every weight of the kernel.

    How often should it be added to one sum? Look at the brackets.
    """
    return _forward([weights[0], 9 * np.asarray(weights[1]), *weights[2:]], image)


@mistake_in("forward_by_hand")
def dense_biases_forgotten(weights, image):
    """The biases of both dense layers are forgotten.

    Which of the six arrays are they, and to what are they added?
    """
    return _forward(weights, image, dense_bias=False)


@mistake_in("forward_by_hand")
def first_dense_bias_forgotten(weights, image):
    """The biases of the first dense layer are forgotten.

    Which of the six arrays are they, and to what are they added?
    """
    return _forward([*weights[:3], np.zeros(10), *weights[4:]], image)


@mistake_in("forward_by_hand")
def last_dense_bias_forgotten(weights, image):
    """The biases of the last dense layer are forgotten.

    Which of the six arrays are they, and to what are they added?
    """
    return _forward([*weights[:5], np.zeros(2)], image)


@mistake_in("forward_by_hand")
def no_relu_after_convolution(weights, image):
    """There is no ReLU after the convolution.

    What should become of a negative sum?
    """
    return _forward(weights, image, after_conv=lambda x: x)


@mistake_in("forward_by_hand")
def no_relu_in_hidden(weights, image):
    """There is no ReLU after the first dense layer.

    What should become of a negative sum?
    """
    return _forward(weights, image, after_hidden=lambda x: x)


@mistake_in("forward_by_hand")
def no_relu_at_all(weights, image):
    """There is no ReLU, neither after the convolution nor after the first dense layer.

    What should become of a negative sum?
    """
    return _forward(weights, image, after_conv=lambda x: x, after_hidden=lambda x: x)


@mistake_in("forward_by_hand")
def average_pooling(weights, image):
    """The four numbers of the feature map are averaged. Max pooling keeps the largest."""
    return _forward(weights, image, pool=np.mean)


@mistake_in("forward_by_hand")
def sum_pooling(weights, image):
    """The four numbers of the feature map are added up. Max pooling keeps the largest."""
    return _forward(weights, image, pool=np.sum)


@mistake_in("forward_by_hand")
def first_of_the_map(weights, image):
    """Only the feature map's first number is used. Max pooling keeps the largest of the four."""
    return _forward(weights, image, pool=lambda x: x[0, 0])


@mistake_in("forward_by_hand")
def smallest_of_the_map(weights, image):
    """The smallest number of the feature map is used. Max pooling keeps the largest."""
    return _forward(weights, image, pool=np.min)


@mistake_in("forward_by_hand")
def kernel_flipped(weights, image):
    """The kernel is flipped along both axes.

    A layer computes a cross-correlation: kernel[0, 0] meets the window's top left pixel.
    """
    return _forward(weights, image, turn=lambda kernel: kernel[::-1, ::-1])


@mistake_in("forward_by_hand")
def kernel_transposed(weights, image):
    """The kernel is transposed: its rows and columns are swapped.

    kernel[a, b] belongs to row a and column b of the window.
    """
    return _forward(weights, image, turn=np.transpose)


@mistake_in("forward_by_hand")
def every_weight_times_every_pixel(weights, image):
    """Every weight is multiplied by every pixel of the window, and all products are added up.

    The kernel's shape is (3, 3, 1, 1). To which shape does NumPy broadcast it with a window of
    (3, 3)?
    """
    return _forward(weights, image, turn=lambda kernel: np.full((3, 3), kernel.sum()))


@mistake_in("forward_by_hand")
def first_row_times_every_pixel(weights, image):
    """Every weight of the kernel's first row is multiplied by every pixel of the window.

    The kernel's shape is (3, 3, 1, 1), so that kernel[0] is its first row. Which of its four axes
    do you need?
    """
    return _forward(weights, image, turn=lambda kernel: np.full((3, 3), kernel[0].sum()))


@mistake_in("forward_by_hand")
def softmax_forgotten(weights, image):
    """It returns the last sums as they are.

    What turns them into probabilities?
    """
    return _forward(weights, image, last=lambda logits: logits)


@mistake_in("forward_by_hand")
def sigmoid_for_softmax(weights, image):
    """Each of the last sums goes through a sigmoid, so the results need not add up to 1.

    Softmax divides by the sum of both exponentials.
    """
    return _forward(weights, image, last=lambda logits: 1 / (1 + np.exp(-logits)))


@mistake_in("forward_by_hand")
def divided_by_sum(weights, image):
    """The last sums are divided by their total, without exponentials.

    What does softmax do before it divides?
    """
    return _forward(weights, image, last=lambda logits: logits / logits.sum())


@mistake_in("forward_by_hand")
def exponentials_alone(weights, image):
    """The exponentials are not divided by their sum, so they do not add up to 1.

    What does softmax do after exp?
    """
    return _forward(weights, image, last=np.exp)


@mistake_in("forward_by_hand")
def relu_before_softmax(weights, image):
    """ReLU is applied to the last sums, too.

    They go into the softmax as they are.
    """
    return _forward(weights, image, last=lambda logits: right.softmax(np.maximum(logits, 0)))


@mistake_in("forward_by_hand")
def outputs_swapped(weights, image):
    """The two probabilities are in the wrong order.

    Look at the columns of weights[4].
    """
    return _forward(weights, image)[::-1]


@mistake_in("forward_by_hand")
def divided_by_eight(weights, image):
    """The image is divided by 8 once more.

    It arrives as the network takes it.
    """
    return _forward(weights, np.asarray(image) / 8)


@mistake_in("forward_by_hand")
def decision_alone(weights, image):
    """It returns 0s and 1s, the decision. The probabilities themselves are asked for."""
    probabilities = _forward(weights, image)
    return (probabilities == probabilities.max()).astype(float)


@mistake_in("accuracy_under_shift")
def wraps_around(predict, images, labels, shifts):
    """What leaves the picture on one side comes back on the other. Zeros should come in.

    np.roll moves pixels like that.
    """
    return _measure(predict, images, labels, shifts, lambda x, dx: np.roll(x, dx, axis=2))


@mistake_in("accuracy_under_shift")
def other_direction(predict, images, labels, shifts):
    """The pictures are moved the other way: a positive shift should move them to the right.

    Which column does a pixel come from, and which does it go to?
    """
    return _measure(predict, images, labels, shifts, lambda x, dx: pooling.shift_all(x, -dx))


@mistake_in("accuracy_under_shift")
def sign_ignored(predict, images, labels, shifts):
    """Negative shifts move the pictures to the right, too.

    Does the sign get lost somewhere, as with abs?
    """
    return right.accuracy_under_shift(predict, images, labels, [abs(dx) for dx in shifts])


@mistake_in("accuracy_under_shift")
def never_moved(predict, images, labels, shifts):
    """Every shift gives the accuracy of shift 0: the pictures are not moved.

    Which images does `predict` get?
    """
    return _measure(predict, images, labels, shifts, lambda x, dx: x)


@mistake_in("accuracy_under_shift")
def moved_down(predict, images, labels, shifts):
    """The pictures are moved down instead of to the right.

    Axis 1 counts rows, axis 2 columns.
    """
    return _measure(predict, images, labels, shifts, _move_down)


@mistake_in("accuracy_under_shift")
def rolled_down(predict, images, labels, shifts):
    """The pictures are moved down, and what leaves them at the bottom comes back at the top.

    Axis 1 counts rows, axis 2 columns. And np.roll lets no zeros come in.
    """
    return _measure(predict, images, labels, shifts, lambda x, dx: np.roll(x, dx, axis=1))


@mistake_in("accuracy_under_shift")
def moved_on_and_on(predict, images, labels, shifts):
    """Each shift starts from the pictures as the shift before left them.

    Start from the originals each time.
    """
    accuracies = []
    for dx in shifts:
        images = pooling.shift_all(images, dx)
        accuracies += right.accuracy_under_shift(predict, images, labels, [0])
    return accuracies


@mistake_in("accuracy_under_shift")
def in_percent(predict, images, labels, shifts):
    """The accuracies are in percent. They should be shares, from 0 to 1."""
    return [100 * value for value in right.accuracy_under_shift(predict, images, labels, shifts)]


@mistake_in("accuracy_under_shift")
def counted(predict, images, labels, shifts):
    """It counts the right answers. Their share of all images is asked for."""
    return [
        float(round(value * len(images)))
        for value in right.accuracy_under_shift(predict, images, labels, shifts)
    ]


@mistake_in("accuracy_under_shift")
def cut_to_whole_numbers(predict, images, labels, shifts):
    """The accuracies are cut to whole numbers.

    Which of Python's two divisions keeps the fraction?
    """
    return [float(int(v)) for v in right.accuracy_under_shift(predict, images, labels, shifts)]


@mistake_in("accuracy_under_shift")
def errors_counted(predict, images, labels, shifts):
    """It gives the share of wrong answers. The accuracy is the share of right answers."""
    return [1 - value for value in right.accuracy_under_shift(predict, images, labels, shifts)]


@mistake_in("accuracy_under_shift")
def lowest_score(predict, images, labels, shifts):
    """It takes the class with the lowest score.

    Do you need `argmin` or `argmax`?
    """
    return right.accuracy_under_shift(lambda x: -predict(x), images, labels, shifts)


@mistake_in("accuracy_under_shift")
def argmax_over_images(predict, images, labels, shifts):
    """It takes the best image for each class instead of the best class for each image.

    Along which axis of (N, classes) are the classes?
    """
    labels = np.asarray(labels)
    accuracies = []
    for dx in shifts:
        best = np.argmax(predict(pooling.shift_all(images, dx)), axis=0)
        n = min(len(best), len(labels))
        accuracies.append(float(np.mean(best[:n] == labels[:n])))
    return accuracies


@mistake_in("accuracy_under_shift")
def argmax_of_all(predict, images, labels, shifts):
    """It takes the highest of all scores of all images together.

    Each image has a highest score: along which axis of (N, classes) are the classes?
    """
    return [
        float(np.mean(np.argmax(predict(pooling.shift_all(images, dx))) == labels)) for dx in shifts
    ]


@mistake_in("accuracy_under_shift")
def score_for_class(predict, images, labels, shifts):
    """It compares the highest score with the label, not the class that has this score.

    `max` gives the score itself. Which function gives its place?
    """
    return [
        float(np.mean(np.max(predict(pooling.shift_all(images, dx)), axis=1) == labels))
        for dx in shifts
    ]


@mistake_in("accuracy_under_shift")
def shifts_sorted(predict, images, labels, shifts):
    """The accuracies are in the order of the sorted shifts. They should be in the order given."""
    return right.accuracy_under_shift(predict, images, labels, sorted(shifts))


@mistake_in("mean_activation")
def always_zero(images, kernel, bias=0.0):
    """The result is 0, whatever the images are.

    Do your loops run, and is every position added to the total?
    """
    return 0.0


@mistake_in("mean_activation")
def relu_forgotten(images, kernel, bias=0.0):
    """There is no ReLU: negative answers are not turned into 0 before the mean is taken."""
    return float(np.mean(_sums(images, kernel) + bias))


@mistake_in("mean_activation")
def sign_lost(images, kernel, bias=0.0):
    """Negative answers lose their sign (abs). ReLU turns them into 0."""
    return float(np.mean(np.abs(_sums(images, kernel) + bias)))


@mistake_in("mean_activation")
def relu_of_the_mean(images, kernel, bias=0.0):
    """ReLU is applied to the mean of all answers.

    Which should come first, ReLU or the mean?
    """
    return max(relu_forgotten(images, kernel, bias), 0.0)


@mistake_in("mean_activation")
def relu_of_each_mean(images, kernel, bias=0.0):
    """ReLU is applied to the mean of each image.

    Which should come first, ReLU or the mean?
    """
    return float(np.mean(np.maximum(np.mean(_sums(images, kernel) + bias, axis=(1, 2)), 0)))


@mistake_in("mean_activation")
def bias_forgotten(images, kernel, bias=0.0):
    """The bias is forgotten.

    It is added at every position. Before ReLU or after it?
    """
    return right.mean_activation(images, kernel)


@mistake_in("mean_activation")
def bias_after_relu(images, kernel, bias=0.0):
    """The bias is added after ReLU.

    It belongs to the sums.
    """
    return right.mean_activation(images, kernel) + bias


@mistake_in("mean_activation")
def bias_subtracted(images, kernel, bias=0.0):
    """The bias is subtracted. It should be added."""
    return right.mean_activation(images, kernel, -bias)


@mistake_in("mean_activation")
def bias_for_each_weight(images, kernel, bias=0.0):
    """The bias is added once for every weight of the kernel.

    How often should it be added at one position?
    """
    return right.mean_activation(images, kernel, bias * np.size(kernel))


@mistake_in("mean_activation")
def kernel_turned(images, kernel, bias=0.0):
    """The kernel is flipped along both axes.

    A layer computes a cross-correlation: kernel[0, 0] meets the window's top left pixel.
    """
    return right.mean_activation(images, np.asarray(kernel)[::-1, ::-1], bias)


@mistake_in("mean_activation")
def kernel_on_its_side(images, kernel, bias=0.0):
    """The kernel is transposed: its rows and columns are swapped.

    kernel[a, b] belongs to row a and column b of the window.
    """
    return right.mean_activation(images, np.transpose(kernel), bias)


@mistake_in("mean_activation")
def zero_padded(images, kernel, bias=0.0):
    """The images are padded with zeros ("same").

    Here the kernel stays inside ("valid").
    """
    kh, kw = np.shape(kernel)
    border = ((0, 0), ((kh - 1) // 2, kh // 2), ((kw - 1) // 2, kw // 2))
    return right.mean_activation(np.pad(images, border), kernel, bias)


@mistake_in("mean_activation")
def added_up(images, kernel, bias=0.0):
    """It adds everything up. The mean over images and positions is asked for."""
    return float(right.filter_maps(images, kernel, bias).sum())


@mistake_in("mean_activation")
def sum_for_each_image(images, kernel, bias=0.0):
    """Each map is added up, and the mean is taken over the images only.

    It should go over the positions, too.
    """
    return float(right.filter_maps(images, kernel, bias).sum(axis=(1, 2)).mean())


@mistake_in("mean_activation")
def largest_of_each_map(images, kernel, bias=0.0):
    """It takes the largest number of each map, and the mean over the images.

    The mean should go over all positions.
    """
    return float(right.filter_maps(images, kernel, bias).max(axis=(1, 2)).mean())


@mistake_in("mean_activation")
def first_image_only(images, kernel, bias=0.0):
    """Only the first image counts.

    Does your loop go through all of them?
    """
    return right.mean_activation(images[:1], kernel, bias)


@mistake_in("mean_activation")
def last_image_only(images, kernel, bias=0.0):
    """Only the last image counts.

    Does each image overwrite what the image before has left?
    """
    return right.mean_activation(images[-1:], kernel, bias)


@mistake_in("mean_activation")
def last_positions_missing(images, kernel, bias=0.0):
    """The last row and the last column of positions are missing.

    How many positions does a kernel of 3 have in a row of 5?
    """
    maps = right.filter_maps(images, kernel, bias)[:, :-1, :-1]
    return float(maps.sum()) / maps.size


@mistake_in("mean_activation")
def divided_by_image_size(images, kernel, bias=0.0):
    """The total is divided by the number of pixels.

    How many positions does a kernel of 3 have in a row of 5?
    """
    return added_up(images, kernel, bias) / np.size(images)


@mistake_in("mean_activation")
def mean_of_products(images, kernel, bias=0.0):
    """The products at each position are averaged. They should be added up."""
    return right.mean_activation(images, np.asarray(kernel, float) / np.size(kernel), bias)


@mistake_in("mean_activation")
def positive_only(images, kernel, bias=0.0):
    """The mean is taken over the positive answers only.

    Do the zeros count?
    """
    maps = right.filter_maps(images, kernel, bias)
    return float(maps[maps > 0].mean()) if maps.any() else 0.0


@mistake_in("mean_activation")
def answers_cut(images, kernel, bias=0.0):
    """Every answer is cut to a whole number before the mean is taken.

    Which dtype has the array that you fill with the answers?
    """
    return float(np.mean(np.trunc(right.filter_maps(images, kernel, bias))))


@mistake_in("mean_activation")
def mean_cut(images, kernel, bias=0.0):
    """The mean is cut to a whole number.

    Which of Python's two divisions keeps the fraction?
    """
    return float(int(right.mean_activation(images, kernel, bias)))


@mistake_in("mean_activation")
def products_wrapped(images, kernel, bias=0.0):
    """The products overflow: they are computed in small integers, where large numbers wrap around.

    In uint8, 200 + 100 is 44. Which dtype do the images have when you multiply them?
    """
    kh, kw = kernel.shape
    height, width = images.shape[1] - kh + 1, images.shape[2] - kw + 1
    sums = sum(
        kernel[a, b] * images[:, a : a + height, b : b + width] for a, b in np.ndindex(kernel.shape)
    )
    return float(np.mean(np.maximum(sums + bias, 0)))


@mistake_in("mean_activation")
def each_product_wrapped(images, kernel, bias=0.0):
    """The products overflow: they are computed in small integers, where large numbers wrap around.

    In uint8, 200 + 100 is 44. Which dtype do the images have when you multiply them?
    """
    windows = np.lib.stride_tricks.sliding_window_view(images, kernel.shape, axis=(1, 2))
    return float(np.mean(np.maximum((windows * kernel).sum(axis=(3, 4)) + bias, 0)))


def _forward(
    weights,
    image,
    conv_bias=True,
    dense_bias=True,
    after_conv=convolution.relu,
    after_hidden=convolution.relu,
    pool=np.max,
    turn=lambda kernel: kernel,
    last=right.softmax,
):
    """Compute the tiny network with some of its steps replaced."""
    kernel, bias, w1, b1, w2, b2 = (np.asarray(weight, float) for weight in weights)
    sums = convolution.correlate2d(image, turn(kernel[:, :, 0, 0])) + bias * conv_bias
    pooled = np.array([pool(after_conv(sums))])
    hidden = after_hidden(pooled @ w1 + b1 * dense_bias)
    return last(hidden @ w2 + b2 * dense_bias)


def _measure(predict, images, labels, shifts, move):
    """Measure accuracy after some other way to move the images."""
    return [float(np.mean(np.argmax(predict(move(images, dx)), axis=1) == labels)) for dx in shifts]


def _move_down(images, dy):
    """Move images down, zeros coming in."""
    return np.swapaxes(pooling.shift_all(np.swapaxes(images, 1, 2), dy), 1, 2)


def _sums(images, kernel):
    """Return what a filter answers before its bias and ReLU."""
    return np.stack([convolution.correlate2d(image, kernel) for image in images])


def brightest_column(x):
    """Score each column by its brightness: a stand-in for a network, small enough to follow."""
    return np.asarray(x, float).sum(axis=(1, 3))


def brightest_pixel(x):
    """Score each pixel by its brightness: pixel [row, column] is class columns * row + column."""
    return np.asarray(x, float).reshape(len(x), -1)


def _tiny_weights(kernel, bias, w1, b1, w2, b2):
    """Return a tiny network's weights: the two first hidden units count, the others are 0."""
    return [
        np.array(kernel, np.float32).reshape(3, 3, 1, 1),
        np.array([bias], np.float32),
        np.array([[*w1, *[0] * 8]], np.float32),
        np.array([*b1, *[0] * 8], np.float32),
        np.array([*w2, *[[0, 0]] * 8], np.float32),
        np.array(b2, np.float32),
    ]


_ONES = _tiny_weights([1] * 9, -0.625, (1, -1), (0, 0), ([0.25, 0.5], [1, 0]), (0, 0))
_SLANTED = _tiny_weights(
    [1, 2, 0, 0, -1, 0, 0, 0, 1], 0.5, (0.5, -0.25), (0.25, 1), ([0.5, -0.5], [0.25, 1]), (0.5, 0)
)
_SILENT = _tiny_weights([-1] * 9, 0.25, (1, 1), (0.5, -1), ([1, -0.5], [0.5, 1]), (-0.25, 0.25))
_LARGE = _tiny_weights([1] * 9, 0, (100, 0), (0, 0), ([8, 7], [0, 0]), (0, 0))
_EDGE = _tiny_weights(
    [1, 0, -1, 2, 0, -2, 1, 0, -1], 0.25, (1, -1), (0.5, 0.5), ([-1, 1], [1, 0.5]), (0, 0.5)
)
_FIRST, _SECOND = right.TWO_INPUTS / 8

_ROWS = np.array([[[9], [0], [0]], [[0], [9], [0]], [[0], [0], [9]]]).reshape(3, 1, 3, 1)
_PICTURES = np.array(
    [[[0, 5, 0, 0], [2, 0, 0, 0]], [[0, 0, 0, 7], [0, 1, 0, 0]], [[3, 0, 4, 0], [0, 0, 0, 6]]]
).reshape(3, 2, 4, 1)

EXAMPLES = {
    "build_dense": [((28, 28, 1), 10), ((4, 6, 1), 3)],
    "build_cnn": [((28, 28, 1), 10), ((7, 9, 3), 3)],
    "forward_by_hand": [
        (_ONES, _FIRST),
        (_ONES, _SECOND),
        (_SLANTED, _FIRST),
        (_SLANTED, _SECOND),
        (_SILENT, _FIRST),
        (_EDGE, _FIRST),
        (_EDGE, _SECOND),
        (_LARGE, _FIRST),
    ],
    "accuracy_under_shift": [
        (brightest_column, _ROWS[:1], np.array([1]), [0, 1]),
        (brightest_column, _ROWS[:2], np.array([1, 2]), [1]),
        (brightest_column, _ROWS, np.array([2, 0, 1]), [-1, 0, 1]),
        (brightest_column, _ROWS, np.array([0, 0, 1]), [1, -1]),
        (brightest_column, _PICTURES, np.array([2, 0, 3]), [1, 0, -2]),
        (brightest_column, _PICTURES, np.array([0, 0, 2]), [1, 2]),
        (brightest_pixel, _PICTURES, np.array([5, 7, 7]), [1, 0]),
        (brightest_pixel, _PICTURES, np.array([2, 3, 7]), [0, 1, -1]),
    ],
    "mean_activation": [
        (np.array([[[2, -3]]]), np.array([[1]])),
        (np.array([[[2, -3]]]), np.array([[1]]), 1.0),
        (np.array([[[1, 2, 4]]]), np.array([[1, -1]]), 1.5),
        (np.array([[[1, 2]], [[5, 0]]]), np.array([[1, -1]])),
        (np.array([[[200, 100, 100]]], np.uint8), np.array([[2, 2]], np.uint8)),
        (np.array([[[1.5, 3.25, 0.5]]]), np.array([[1, -0.5]])),
        (np.arange(12).reshape(2, 2, 3) % 5, np.array([[1, 0], [-2, 1]]), 0.5),
        (np.arange(24).reshape(2, 4, 3) % 7, np.array([[1, -2], [0, 1]]), -1.0),
    ],
}

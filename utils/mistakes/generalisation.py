"""Wrong ways to do lesson 11's exercises."""

from __future__ import annotations

import copy

import numpy as np

from utils import generalisation as right
from utils.keras_setup import keras
from utils.mistakes import mistake_in


@mistake_in("cross_entropy")
def sum_for_mean(logits, labels):
    """The losses of the images are added up, not averaged.

    A mean does not grow with the number of images.
    """
    return len(labels) * right.cross_entropy(logits, labels)


@mistake_in("cross_entropy")
def mean_over_all_logits(logits, labels):
    """The sum of the losses is divided by N times K.

    How many losses are there: one for each image, or one for each logit?
    """
    return right.cross_entropy(logits, labels) / np.shape(logits)[1]


@mistake_in("cross_entropy")
def sign_lost(logits, labels):
    """The minus sign is missing.

    The logarithm of a probability is never positive, and a loss is never negative.
    """
    return -right.cross_entropy(logits, labels)


@mistake_in("cross_entropy")
def no_softmax(logits, labels):
    """It averages the negative logits of the labels. Nothing makes probabilities of them.

    Where is the softmax?
    """
    _check(logits, labels)
    return float(-np.mean(np.asarray(logits, float)[np.arange(len(labels)), labels]))


@mistake_in("cross_entropy")
def logarithm_forgotten(logits, labels):
    """It averages the negative probabilities of the labels, without the logarithm.

    Read the formula from the inside: softmax, the label's entry, logarithm, minus, mean.
    """
    _check(logits, labels)
    return float(-np.mean(right.softmax(logits)[np.arange(len(labels)), labels]))


@mistake_in("cross_entropy")
def one_minus_probability(logits, labels):
    """It averages one minus the probability of the label.

    That is not the loss that is asked for: where is the logarithm?
    """
    _check(logits, labels)
    return float(1 - np.mean(right.softmax(logits)[np.arange(len(labels)), labels]))


@mistake_in("cross_entropy")
def base_two(logits, labels):
    """The logarithm is to base 2.

    np.log is the natural logarithm.
    """
    return right.cross_entropy(logits, labels) / np.log(2)


@mistake_in("cross_entropy")
def base_ten(logits, labels):
    """The logarithm is to base 10.

    np.log is the natural logarithm.
    """
    return right.cross_entropy(logits, labels) / np.log(10)


@mistake_in("cross_entropy")
def softmax_over_images(logits, labels):
    """The softmax runs down the columns: each class is compared over all images.

    Along which axis are the probabilities of one image?
    """
    _check(logits, labels)
    columns = right.softmax(np.asarray(logits, float).T).T
    return float(-np.mean(np.log(columns[np.arange(len(labels)), labels])))


@mistake_in("cross_entropy")
def softmax_over_everything(logits, labels):
    """The softmax divides by the sum over all images, not over one image.

    The probabilities of each row should add up to 1.
    """
    _check(logits, labels)
    logits = np.asarray(logits, float)
    flat = logits - logits.max()
    total = np.log(np.exp(flat).sum())
    return float(np.mean(total - flat[np.arange(len(labels)), labels]))


@mistake_in("cross_entropy")
def mean_of_probabilities_first(logits, labels):
    """It averages the probabilities before it takes the logarithm.

    The loss is the mean of the logarithms, not the logarithm of the mean.
    """
    _check(logits, labels)
    return float(-np.log(np.mean(right.softmax(logits)[np.arange(len(labels)), labels])))


@mistake_in("cross_entropy")
def overflows(logits, labels):
    """Large logits give infinity or NaN: exp(1000) is more than a float can hold.

    Subtract each row's maximum first. That does not change a softmax.
    """
    _check(logits, labels)
    logits = np.asarray(logits, float)
    with np.errstate(all="ignore"):
        raised = np.exp(logits)
        chosen = raised[np.arange(len(labels)), labels] / raised.sum(axis=1)
        return float(np.mean(-np.log(chosen)))


@mistake_in("cross_entropy")
def logarithm_of_zero(logits, labels):
    """A label whose probability rounds to 0 gives infinity: the logarithm comes after the softmax.

    For a very small softmax, compute its logarithm directly: log(a / b) is log(a) - log(b).
    """
    _check(logits, labels)
    with np.errstate(divide="ignore"):
        return float(np.mean(-np.log(right.softmax(logits)[np.arange(len(labels)), labels])))


@mistake_in("cross_entropy")
def small_number_added(logits, labels):
    """Very small probabilities are raised: 1e-7 is added, or they are cut off there.

    Then a large loss is too small. Can you compute log(softmax) without the softmax?
    """
    _check(logits, labels)
    chosen = right.softmax(logits)[np.arange(len(labels)), labels]
    return float(np.mean(-np.log(np.clip(chosen, 1e-7, 1 - 1e-7))))


@mistake_in("cross_entropy")
def squared_error(logits, labels):
    """It is the mean squared error between probabilities and labels, not the cross-entropy.

    Only the probability of the true class enters the cross-entropy.
    """
    _check(logits, labels)
    wanted = np.eye(np.shape(logits)[1])[labels]
    return float(np.mean((right.softmax(logits) - wanted) ** 2))


def _check(logits, labels):
    """Raise the errors of the right answer."""
    right.cross_entropy(logits, labels)


@mistake_in("split")
def parts_swapped(images, labels, fraction, rng):
    """The two parts are swapped: the training part comes first, and `fraction` is for validation.

    Which part holds round(fraction * n) of each class?
    """
    return right.split(images, labels, fraction, rng)[::-1]


@mistake_in("split")
def not_class_by_class(images, labels, fraction, rng):
    """The validation part has the right size in all, but not class by class.

    Draw from each class separately.
    """
    _check_split(images, labels, fraction)
    order = rng.permutation(len(images))
    count = round(fraction * len(images))
    return _parts(images, labels, order[:count])


@mistake_in("split")
def rounded_down(images, labels, fraction, rng):
    """The number of validation images of a class is rounded down.

    int and // drop what is behind the point. Python's round goes to the nearest number.
    """
    return _by_class(images, labels, fraction, rng, lambda share: int(np.floor(share)))


@mistake_in("split")
def rounded_up(images, labels, fraction, rng):
    """The number of validation images of a class is rounded up.

    Python's round goes to the nearest number.
    """
    return _by_class(images, labels, fraction, rng, lambda share: int(np.ceil(share)))


@mistake_in("split")
def halves_rounded_up(images, labels, fraction, rng):
    """A half is always rounded up: Python's round takes it to the nearest even number.

    round(2.5) is 2, and round(3.5) is 4.
    """
    return _by_class(images, labels, fraction, rng, lambda share: int(np.floor(share + 0.5)))


@mistake_in("split")
def labels_not_moved(images, labels, fraction, rng):
    """An image has another image's label.

    Do you take images and labels at the same places, in the same order?
    """
    (x, y), (x_valid, y_valid) = right.split(images, labels, fraction, rng)
    return (x, y[::-1]), (x_valid, np.roll(y_valid, 1))


@mistake_in("split")
def in_both_parts(images, labels, fraction, rng):
    """An image is in both parts. The network would be tested on what it was trained on.

    Do you take the validation images out of the training part?
    """
    _, valid = right.split(images, labels, fraction, rng)
    return (images.copy(), labels.copy()), valid


@mistake_in("split")
def drawn_with_replacement(images, labels, fraction, rng):
    """An image is more than once in a part.

    rng.choice and rng.integers may draw the same place again. A permutation does not.
    """
    _check_split(images, labels, fraction)
    kept = [
        rng.choice(np.flatnonzero(labels == label), round(fraction * np.sum(labels == label)))
        for label in np.unique(labels)
    ]
    places = np.concatenate(kept).astype(int)
    rest = np.setdiff1d(np.arange(len(labels)), places)
    return (images[rest], labels[rest]), (images[places], labels[places])


@mistake_in("split")
def always_the_same(images, labels, fraction, rng):
    """The same images are kept for validation, whatever the state of `rng`.

    Where does your function draw from `rng`?
    """
    return right.split(images, labels, fraction, np.random.default_rng(0))


@mistake_in("split")
def another_generator(images, labels, fraction, rng):
    """From the same state of `rng` come two different splits.

    Do all your random numbers come from `rng`, or some from elsewhere, such as np.random?
    """
    return right.split(images, labels, fraction, np.random.default_rng())


@mistake_in("split")
def rng_left_as_it_was(images, labels, fraction, rng):
    """The next call with the same `rng` makes the same split.

    Do you draw from `rng` itself, or from a copy of it?
    """
    return right.split(images, labels, fraction, copy.deepcopy(rng))


@mistake_in("split")
def not_equally_likely(images, labels, fraction, rng):
    """Some images of a class are kept for validation more often than others.

    Every image of a class should have the same chance. Do you shuffle all of them?
    """
    return _by_class(
        images,
        labels,
        fraction,
        rng,
        round,
        lambda rng, n: np.roll(np.arange(n), int(rng.integers(0, 2))),
    )


def _by_class(images, labels, fraction, rng, count, order=None):
    """Keep of each class as many as ``count`` makes of its share."""
    _check_split(images, labels, fraction)
    order = order or (lambda rng, n: rng.permutation(n))
    kept = []
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        places = places[order(rng, len(places))]
        kept.append(places[: count(fraction * len(places))])
    return _parts(images, labels, np.concatenate(kept))


def _parts(images, labels, kept):
    """Return the training part, and the validation part with the images at some places."""
    is_kept = np.isin(np.arange(len(labels)), kept)
    return (images[~is_kept], labels[~is_kept]), (images[is_kept], labels[is_kept])


def _check_split(images, labels, fraction):
    """Raise the errors of the right answer."""
    right.split(images, labels, fraction, np.random.default_rng(0))


@mistake_in("confusion_matrix")
def transposed(labels, predicted, classes):
    """Rows and columns are swapped: the row should be the true class.

    Which of the two comes first in matrix[..., ...]?
    """
    return right.confusion_matrix(labels, predicted, classes).T


@mistake_in("confusion_matrix")
def pairs_counted_once(labels, predicted, classes):
    """A pair that occurs several times is counted once.

    `matrix[labels, predicted] += 1` adds 1 to each place once. Use a loop, or np.add.at.
    """
    return np.minimum(right.confusion_matrix(labels, predicted, classes), 1)


@mistake_in("confusion_matrix")
def only_errors(labels, predicted, classes):
    """The right answers, on the diagonal, are not counted.

    An image that is read correctly has its place in the matrix, too.
    """
    matrix = right.confusion_matrix(labels, predicted, classes)
    return matrix - np.diag(np.diag(matrix))


@mistake_in("confusion_matrix")
def only_right_ones(labels, predicted, classes):
    """Only the diagonal is counted.

    An image that is read wrongly counts in its true class's row, too.
    """
    return np.diag(np.diag(right.confusion_matrix(labels, predicted, classes)))


@mistake_in("confusion_matrix")
def shares_for_counts(labels, predicted, classes):
    """Each row is divided by its sum. The matrix should hold counts, whole numbers.

    Leave out the division.
    """
    matrix = right.confusion_matrix(labels, predicted, classes).astype(float)
    return matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)


@mistake_in("confusion_matrix")
def divided_by_all(labels, predicted, classes):
    """The counts are divided by the number of images. The matrix should hold whole numbers.

    Leave out the division.
    """
    return right.confusion_matrix(labels, predicted, classes) / max(len(labels), 1)


@mistake_in("confusion_matrix")
def float_counts(labels, predicted, classes):
    """The counts are floats. They should be of an integer dtype.

    np.zeros makes floats unless it is given a dtype.
    """
    return right.confusion_matrix(labels, predicted, classes).astype(float)


@mistake_in("confusion_matrix")
def classes_that_occur(labels, predicted, classes):
    """The matrix has a row only for the classes that occur.

    Its size follows from `classes`, not from the labels.
    """
    right.confusion_matrix(labels, predicted, classes)
    found = np.unique(np.concatenate([labels, predicted]))
    if len(found) == 0:
        return np.zeros((classes, classes), int)
    places = np.searchsorted(found, labels), np.searchsorted(found, predicted)
    return right.confusion_matrix(*places, len(found))


@mistake_in("confusion_matrix")
def up_to_the_largest(labels, predicted, classes):
    """The matrix ends at the largest class that occurs.

    Its size follows from `classes`, not from the labels.
    """
    right.confusion_matrix(labels, predicted, classes)
    largest = max([*labels, *predicted], default=classes - 1)
    return right.confusion_matrix(labels, predicted, int(largest) + 1)


@mistake_in("confusion_matrix")
def counts_in_bytes(labels, predicted, classes):
    """A count of 256 or more starts again from 0.

    Which dtype has your matrix? A byte ends at 255.
    """
    return right.confusion_matrix(labels, predicted, classes).astype(np.uint8)


@mistake_in("confusion_matrix")
def from_one(labels, predicted, classes):
    """All counts are one row and one column too far up and to the left.

    Classes are counted from 0 here.
    """
    return np.roll(right.confusion_matrix(labels, predicted, classes), (-1, -1), (0, 1))


@mistake_in("best_epoch")
def lowest_of_all(validation_losses, patience):
    """It is the lowest loss of all, also where training has stopped before.

    After `patience` epochs without an improvement, what comes later is never computed.
    """
    right.best_epoch(validation_losses, patience)
    losses = np.asarray(validation_losses, float)
    return 0 if np.isnan(losses).all() else int(np.nanargmin(losses))


@mistake_in("best_epoch")
def where_it_stopped(validation_losses, patience):
    """It is the epoch after which training stopped, not the best one.

    Early stopping gives back the weights of the epoch with the lowest loss.
    """
    return _stopped_at(validation_losses, patience)


@mistake_in("best_epoch")
def patience_epochs_back(validation_losses, patience):
    """It goes back by `patience` epochs from the last one, also if training was never stopped.

    Keep the best epoch in a variable, and return that.
    """
    return max(_stopped_at(validation_losses, patience) - patience, 0)


@mistake_in("best_epoch")
def one_epoch_too_patient(validation_losses, patience):
    """Training goes on for one epoch too many.

    With a patience of 1 it stops after the first epoch without an improvement.
    """
    right.best_epoch(validation_losses, patience)
    return right.best_epoch(validation_losses, patience + 1)


@mistake_in("best_epoch")
def stops_one_epoch_early(validation_losses, patience):
    """With a patience of 2 or more, training stops one epoch too early.

    It stops when the number of epochs without an improvement has reached `patience`.
    """
    return right.best_epoch(validation_losses, max(patience - 1, 1) if patience > 0 else patience)


@mistake_in("best_epoch")
def counted_from_one(validation_losses, patience):
    """The epochs are counted from 1.

    The first epoch has the number 0 here, as in a list.
    """
    return right.best_epoch(validation_losses, patience) + 1


@mistake_in("best_epoch")
def equal_is_better(validation_losses, patience):
    """An equal loss is taken for an improvement.

    An improvement is *below* the lowest loss so far.
    """
    return _follow(validation_losses, patience, lambda loss, lowest, last: loss <= lowest)


@mistake_in("best_epoch")
def better_than_the_last(validation_losses, patience):
    """Each loss is compared with the one before it.

    Compare it with the lowest loss so far.
    """
    return _follow(validation_losses, patience, lambda loss, lowest, last: loss < last)


@mistake_in("best_epoch")
def nan_is_better(validation_losses, patience):
    """NaN is taken for an improvement.

    Every comparison with NaN is False: so `not (loss >= lowest)` is True.
    """
    return _follow(validation_losses, patience, lambda loss, lowest, last: not loss >= lowest)


@mistake_in("best_epoch")
def never_starts_again(validation_losses, patience):
    """Epochs without an improvement are counted from the start of training.

    What happens to your count when a loss is an improvement?
    """
    right.best_epoch(validation_losses, patience)
    best, lowest, waited = 0, np.inf, 0
    for epoch, loss in enumerate(validation_losses):
        if loss < lowest:
            best, lowest = epoch, loss
        else:
            waited += 1
        if waited == patience:
            break
    return best


@mistake_in("best_epoch")
def highest_is_best(validation_losses, patience):
    """It looks for the highest loss.

    A loss should be low. (An accuracy should be high.)
    """
    return right.best_epoch([-loss for loss in validation_losses], patience)


@mistake_in("best_epoch")
def loss_for_epoch(validation_losses, patience):
    """It returns the loss of the best epoch, not its number.

    Keep the number beside the loss.
    """
    return validation_losses[right.best_epoch(validation_losses, patience)]


def _stopped_at(losses, patience):
    """Return the last epoch of training."""
    right.best_epoch(losses, patience)
    lowest, waited = np.inf, 0
    for loss in losses:
        lowest, waited = (loss, 0) if loss < lowest else (lowest, waited + 1)
        if waited == patience:
            break
    return list(_epochs(losses, patience))[-1]


def _epochs(losses, patience):
    """Yield the epochs of a training that stops early."""
    lowest, waited = np.inf, 0
    for epoch, loss in enumerate(losses):
        yield epoch
        lowest, waited = (loss, 0) if loss < lowest else (lowest, waited + 1)
        if waited == patience:
            return


def _follow(losses, patience, is_better):
    """Return the last epoch that counts as better, up to the end of training."""
    right.best_epoch(losses, patience)
    best, lowest, waited, last = 0, np.inf, 0, np.inf
    for epoch, loss in enumerate(losses):
        if is_better(loss, lowest, last):
            best, lowest, waited = epoch, loss, 0
        else:
            waited += 1
        last = loss
        if waited == patience:
            break
    return best


@mistake_in("build_small_cnn")
def too_many_parameters():
    """The model has more than 20,000 parameters.

    `model.summary()` shows where they are. Which layer has most, and how large is its input?
    """
    return _network(keras.layers.Conv2D(32, 3, activation="relu"))


@mistake_in("build_small_cnn")
def logits_for_probabilities():
    """The outputs are no probabilities: some are negative.

    Which activation turns ten numbers into probabilities?
    """
    return _network(*_sensible(), activation=None)


@mistake_in("build_small_cnn")
def not_a_distribution():
    """The ten outputs do not add up to 1.

    Which activation turns ten numbers into probabilities that belong together?
    """
    return _network(*_sensible(), activation="sigmoid")


@mistake_in("build_small_cnn")
def too_simple():
    """After training by the rules, the model does not read enough of the test digits.

    Train it in a cell of your own and look at both curves: is it still learning after ten epochs,
    or does it overfit? Does it have convolutions?
    """
    return _network()


@mistake_in("build_small_cnn")
def channels_forgotten():
    """The model takes images without a channel axis, but should take (28, 28, 1).

    Which shape does keras.Input get?
    """
    inputs = keras.Input((28, 28))
    whole = keras.layers.Reshape((28, 28, 1))(inputs)
    return keras.Model(inputs, _network(*_sensible())(whole))


@mistake_in("build_small_cnn")
def too_expensive():
    """The model is not trained, as that would take too long.

    Use pooling or strides early, and fewer filters where the maps are large.
    """
    layers = [
        keras.layers.Conv2D(16, 3, padding="same", activation="relu"),
        keras.layers.Conv2D(20, 3, padding="same", activation="relu"),
        keras.layers.Conv2D(20, 3, padding="same", activation="relu"),
        keras.layers.MaxPooling2D(4),
    ]
    return _network(*layers)


def _sensible():
    """Return layers that read digits."""
    return [
        keras.layers.Conv2D(16, 5, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
    ]


def _network(*layers, activation="softmax"):
    """Return a network of some layers, and ten outputs."""
    last = keras.layers.Dense(10, activation=activation)
    return keras.Sequential([keras.Input((28, 28, 1)), *layers, keras.layers.Flatten(), last])


_NAN = float("nan")
EXAMPLES = {
    "cross_entropy": [
        (np.array([[0.0, 1.0]]), np.array([1])),
        (np.array([[2.0, 1.0, 0.1]]), np.array([0])),
        (np.array([[3.0, 1.0], [0.0, 2.0]]), np.array([1, 1])),
        (np.array([[200, 190]], np.uint8), np.array([1], np.uint8)),
        (np.array([[1000.0, 0.0]]), np.array([0])),
        (np.array([[1000.0, 0.0]]), np.array([1])),
        (np.array([[2.0, 1.0, 0.0], [0.0, 5.0, 1.0]]), np.array([2, 0])),
    ],
    "confusion_matrix": [
        (np.array([0, 1]), np.array([1, 1]), 2),
        (np.array([0, 1, 2]), np.array([0, 2, 2]), 3),
        (np.array([2, 2, 2]), np.array([1, 1, 2]), 3),
        (np.array([0, 0, 1]), np.array([0, 1, 0]), 4),
        (np.array([1, 3, 3, 1]), np.array([3, 3, 1, 1]), 5),
        (np.zeros(300, np.uint8), np.zeros(300, np.uint8), 2),
    ],
    "best_epoch": [
        ([0.7], 1),
        ([0.9, 0.8], 1),
        ([0.9, 0.8, 0.7], 2),
        ([0.5, 0.6, 0.4], 1),
        ([0.5, 0.6, 0.4], 2),
        ([0.5, 0.5, 0.5], 2),
        ([0.9, 0.5, 0.7, 0.6, 0.4], 2),
        ([_NAN, 0.5], 1),
        ([0.5, _NAN, 0.4], 2),
        ([0.9, 1.0, 0.8, 0.9, 0.7, 0.8], 2),
    ],
}

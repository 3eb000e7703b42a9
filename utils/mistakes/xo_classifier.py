"""Wrong ways to do lesson 06's exercises."""

import numpy as np

from utils import convolution, pooling
from utils import xo_classifier as right
from utils.mistakes import mistake_in


@mistake_in("match_feature")
def not_divided(image, feature):
    """The products are added up, but not divided by the number of the feature's pixels. Look at
    what comes after the sum.
    """
    return convolution.correlate2d(image, feature)


@mistake_in("match_feature")
def divided_by_rows(image, feature):
    """The sum is divided by the number of the feature's rows (`len(feature)`).
    It has rows times columns pixels: `feature.size`.
    """
    return convolution.correlate2d(image, feature) / len(feature)


@mistake_in("match_feature")
def divided_by_image(image, feature):
    """The sum is divided by the number of pixels in the image. Divide by those in the feature."""
    return convolution.correlate2d(image, feature) / image.size


@mistake_in("match_feature")
def share_of_equal_pixels(image, feature):
    """It counts the pixels that are equal. The match is the mean of the products: a pixel that
    disagrees counts as -1.
    """
    return _at_every_window(image, feature, lambda window: np.mean(window == feature))


@mistake_in("match_feature")
def flipped(image, feature):
    """The feature is flipped, as in a mathematical convolution. Lay it on the image as it is."""
    return right.match_feature(image, feature[::-1, ::-1])


@mistake_in("match_feature")
def mirrored(image, feature):
    """The feature is mirrored from left to right. Lay it on the image as it is."""
    return right.match_feature(image, feature[:, ::-1])


@mistake_in("match_feature")
def transposed(image, feature):
    """The feature is transposed: feature[a, b] belongs to row a and column b of the window."""
    return right.match_feature(image, feature.T)


@mistake_in("match_feature")
def relu_included(image, feature):
    """The negative numbers are gone: ReLU has been applied. The match map keeps them."""
    return np.maximum(right.match_feature(image, feature), 0)


@mistake_in("match_feature")
def absolute(image, feature):
    """Negative matches lost their sign: the opposite of the feature counts as a match."""
    return np.abs(right.match_feature(image, feature))


@mistake_in("match_feature")
def window_alone(image, feature):
    """It averages the image's pixels without the feature: each has to be multiplied first."""
    return right.match_feature(image, np.ones_like(feature))


@mistake_in("match_feature")
def last_position_missing(image, feature):
    """The last row and the last column of positions are missing.
    Count them once more: n pixels have n - k + 1 places for a feature of k.
    """
    return right.match_feature(image, feature)[:-1, :-1]


@mistake_in("match_feature")
def zero_padded(image, feature):
    """The image is padded with zeros, so that the map is as large as the image.
    Here the feature stays inside the image: 9x9 gives 7x7.
    """
    fh, fw = feature.shape
    before, after = ((fh - 1) // 2, (fw - 1) // 2), (fh // 2, fw // 2)
    return right.match_feature(np.pad(image, tuple(zip(before, after, strict=True))), feature)


@mistake_in("match_feature")
def side_by_side(image, feature):
    """The feature moves on by its own width. It should move by one pixel, so that windows
    overlap.
    """
    fh, fw = feature.shape
    return right.match_feature(image, feature)[::fh, ::fw]


@mistake_in("match_feature")
def products_wrapped(image, feature):
    """The products are computed in small integers and wrap around (in uint8, 20 * 20 is 144).
    Turn the image or the feature into float first.
    """
    return _at_every_window(image, feature, lambda window: np.mean(window * feature))


@mistake_in("match_feature")
def kept_in_integers(image, feature):
    """The result is kept in whole numbers, and the fractions are cut off.
    Use a float array for it: np.zeros(shape), not np.zeros_like(image).
    """
    return right.match_feature(image, feature).astype(image.dtype)


@mistake_in("match_feature")
def two_decimals(image, feature):
    """The numbers are rounded to two decimals. Return them as they are; 7/9 is 0.777..."""
    return np.round(right.match_feature(image, feature), 2)


@mistake_in("match_feature")
def two_decimals_cut(image, feature):
    """The numbers are cut after two decimals, as the slides print them.
    Return them as they are; 7/9 is 0.777...
    """
    return np.trunc(right.match_feature(image, feature) * 100) / 100


@mistake_in("match_feature")
def sizes_swapped(image, feature):
    """The feature's height and width are swapped: shape[0] is the number of rows, the height."""
    fh, fw = feature.shape
    rows, columns = image.shape[0] - fw + 1, image.shape[1] - fh + 1
    padded = np.pad(image, ((0, fh), (0, fw)))
    return right.match_feature(padded, feature)[:rows, :columns]


@mistake_in("feature_vector")
def relu_forgotten(image, features):
    """ReLU is forgotten: a vector's numbers are never below 0."""
    return _vector(image, features, activate=lambda x: x)


@mistake_in("feature_vector")
def pooled_once(image, features):
    """Each map is pooled once. Pool a second time: 7x7 gives 4x4, and 4x4 gives 2x2."""
    return _vector(image, features, pool=pooling.max_pool_same)


@mistake_in("feature_vector")
def never_pooled(image, features):
    """The maps are not pooled at all. Pool each twice, before it is flattened."""
    return _vector(image, features, pool=lambda x: x)


@mistake_in("feature_vector")
def leftovers_dropped(image, features):
    """Pooling drops the leftover row and column: 7x7 gives 3x3 and then 1x1.
    Keep them, as `max_pool_same` in lesson 05 does: 7x7 gives 4x4 and then 2x2.
    """
    return _vector(image, features, pool=lambda x: _valid(_valid(x)))


@mistake_in("feature_vector")
def leftovers_first(image, features):
    """Pooling starts with half a window at the top left. It is the last row and column that are
    left over, and get a window of their own.
    """
    return _vector(image, features, pool=lambda x: _from_the_end(_from_the_end(x)))


@mistake_in("feature_vector")
def average_pooled(image, features):
    """The windows are averaged. Max pooling takes the largest number in each."""
    return _vector(image, features, pool=lambda x: _average(_average(x)))


@mistake_in("feature_vector")
def three_operations_again(image, features):
    """The second round matches and rectifies again. It pools, and nothing else."""

    def round_twice(x, feature):
        once = pooling.max_pool_same(x)
        padded = np.pad(once, [((n - 1) // 2, n // 2) for n in feature.shape])
        return pooling.max_pool_same(convolution.relu(right.match_feature(padded, feature)))

    parts = [
        round_twice(convolution.relu(right.match_feature(image, feature)), feature).ravel()
        for feature in features
    ]
    return np.concatenate(parts)


@mistake_in("feature_vector")
def column_by_column(image, features):
    """Each small map is read column by column. Read it row by row: `ravel()` or `flatten()`."""
    return _vector(image, features, flatten=lambda x: x.T.ravel())


@mistake_in("feature_vector")
def position_by_position(image, features):
    """The features take turns: all first numbers, then all second ones.
    Put all numbers of the first feature first, then all of the second.
    """
    parts = [right.feature_vector(image, [feature]) for feature in features]
    return np.stack(parts, axis=-1).ravel()


@mistake_in("feature_vector")
def features_backwards(image, features):
    """The features come in the opposite order. Begin with the first."""
    return right.feature_vector(image, features[::-1])


@mistake_in("feature_vector")
def first_feature_only(image, features):
    """Only the first feature is there. Visit them all, and return after the loop."""
    return right.feature_vector(image, features[:1])


@mistake_in("feature_vector")
def last_feature_only(image, features):
    """Only the last feature is there: each overwrites the one before. Join them."""
    return right.feature_vector(image, features[-1:])


@mistake_in("feature_vector")
def features_added(image, features):
    """The features' numbers are added up. Put them one after the other, in one longer list."""
    return np.sum([right.feature_vector(image, [feature]) for feature in features], axis=0)


@mistake_in("feature_vector")
def not_flattened(image, features):
    """There is one row for each feature. Join them into a single one: np.concatenate(parts)."""
    return np.stack([right.feature_vector(image, [feature]) for feature in features])


@mistake_in("feature_vector")
def sums_not_means(image, features):
    """The products are added up, but not divided. With pixels of 1 and -1 no number is above 1.
    Look at what your `match_feature` returns.
    """
    parts = [right.feature_vector(image, [feature]) * feature.size for feature in features]
    return np.concatenate(parts)


@mistake_in("feature_vector")
def vector_of_two_decimals(image, features):
    """The numbers are rounded to two decimals. Return them as they are; 5/9 is 0.555..."""
    return np.round(right.feature_vector(image, features), 2)


@mistake_in("feature_vector")
def vector_cut(image, features):
    """The numbers are cut after two decimals, as the slides print them.
    Return them as they are; 5/9 is 0.555...
    """
    return np.floor(right.feature_vector(image, features) * 100) / 100


@mistake_in("template_score")
def mean_of_all(vector, template):
    """It averages the whole vector. Only the places where the template is highest count."""
    return float(np.mean(vector))


@mistake_in("template_score")
def sum_not_mean(vector, template):
    """The numbers are added up, but not divided by how many they are. Look at what comes after the
    sum.
    """
    return float(np.sum(vector[template == template.max()]))


@mistake_in("template_score")
def divided_by_length(vector, template):
    """The sum is divided by the length of the vector. Divide by how many places count."""
    return float(np.sum(vector[template == template.max()]) / len(vector))


@mistake_in("template_score")
def divided_by_template(vector, template):
    """The sum is divided by the sum of the template's numbers at these places. That is right
    where they are 1, as in the slides. Divide by how many places count.
    """
    high = template == template.max()
    return float(vector[high].sum() / template[high].sum())


@mistake_in("template_score")
def first_place_only(vector, template):
    """Only the first place where the template is highest counts (`argmax` finds one).
    The highest value may stand at several places: all of them count.
    """
    return float(vector[np.argmax(template)])


@mistake_in("template_score")
def where_template_is_one(vector, template):
    """It looks for 1 in the template. A template's highest value can be another number:
    compare with its maximum.
    """
    return float(vector[template == 1].mean()) if np.any(template == 1) else 0.0


@mistake_in("template_score")
def where_template_is_above_average(vector, template):
    """It counts every place where the template is above its average.
    Only the places of its maximum count.
    """
    return float(vector[template > template.mean()].mean()) if np.ptp(template) else 0.0


@mistake_in("template_score")
def where_vector_is_highest(vector, template):
    """It looks for the places where the vector is highest. It is the template that says where to
    look.
    """
    return float(np.mean(template[vector == vector.max()]))


@mistake_in("template_score")
def vectors_own_highest(vector, template):
    """It averages the highest numbers of the vector. The template says where to look."""
    return float(np.max(vector))


@mistake_in("template_score")
def lowest_places(vector, template):
    """It looks where the template is lowest. Look where it is highest."""
    return float(vector[template == template.min()].mean())


@mistake_in("template_score")
def weighted_mean(vector, template):
    """It multiplies vector and template and averages. Only the places where the template is
    highest count, and there the vector's numbers stay as they are.
    """
    return float(np.mean(vector * template))


@mistake_in("template_score")
def match_of_both(vector, template):
    """It divides the sum of the products by the sum of the template: every place counts a little.
    Only the places where the template is highest count.
    """
    return float(np.sum(vector * template) / np.sum(template))


@mistake_in("template_score")
def score_of_two_decimals(vector, template):
    """The score is rounded to two decimals. Return it as it is."""
    return round(right.template_score(vector, template), 2)


@mistake_in("classify")
def lowest_wins(vector, templates):
    """The label with the lowest score is returned. The highest score wins."""
    _, scores = right.classify(vector, templates)
    return min(scores, key=scores.__getitem__), scores


@mistake_in("classify")
def last_of_equals(vector, templates):
    """Of equal scores the last wins. It should be the first: look for a score that is higher, not
    one that is higher or equal (`>`, not `>=`).
    """
    _, scores = right.classify(vector, templates)
    return max(reversed(list(scores)), key=scores.__getitem__), scores


@mistake_in("classify")
def last_in_alphabet(vector, templates):
    """Of equal scores the label that is last in the alphabet wins: Python compares pairs of score
    and label by their labels then. It should be the first in the order of the dict.
    """
    _, scores = right.classify(vector, templates)
    return max((score, label) for label, score in scores.items())[1], scores


@mistake_in("classify")
def first_in_alphabet(vector, templates):
    """Of equal scores the label that is first in the alphabet wins.
    It should be the first in the order of the dict.
    """
    _, scores = right.classify(vector, templates)
    return max(sorted(scores), key=scores.__getitem__), scores


@mistake_in("classify")
def first_label_always(vector, templates):
    """The first label is returned whatever the scores are. Look at what the scores are used for."""
    return next(iter(templates)), right.classify(vector, templates)[1]


@mistake_in("classify")
def last_label_always(vector, templates):
    """The last label is returned whatever the scores are. Look at what the scores are used for."""
    return list(templates)[-1], right.classify(vector, templates)[1]


@mistake_in("classify")
def label_only(vector, templates):
    """Only the label is returned. Return the label and the dict of all scores."""
    return right.classify(vector, templates)[0]


@mistake_in("classify")
def scores_only(vector, templates):
    """Only the scores are returned. Return the best label, and then the scores."""
    return right.classify(vector, templates)[1]


@mistake_in("classify")
def scores_first(vector, templates):
    """The scores come first. Return the label, and then the scores."""
    return right.classify(vector, templates)[::-1]


@mistake_in("classify")
def best_score_only(vector, templates):
    """With the label comes its score alone. Return a dict with the score of every label."""
    label, scores = right.classify(vector, templates)
    return label, scores[label]


@mistake_in("classify")
def only_the_best_in_dict(vector, templates):
    """The dict holds the winner alone. It should hold the score of every label."""
    label, scores = right.classify(vector, templates)
    return label, {label: scores[label]}


@mistake_in("classify")
def list_of_scores(vector, templates):
    """The scores are a list. Return a dict: label to score."""
    label, scores = right.classify(vector, templates)
    return label, list(scores.values())


@mistake_in("classify")
def best_starts_at_zero(vector, templates):
    """The search for the best starts from 0, so a score of 0 or below never wins.
    Start from the first label, or from minus infinity.
    """
    _, scores = right.classify(vector, templates)
    label, best = None, 0.0
    for name, score in scores.items():
        if score > best:
            label, best = name, score
    return label, scores


@mistake_in("classify")
def rounded_scores(vector, templates):
    """The scores are rounded. Return them as they are."""
    label, scores = right.classify(vector, templates)
    return label, {name: round(score, 2) for name, score in scores.items()}


@mistake_in("classify")
def dot_products(vector, templates):
    """The scores are sums of vector times template.
    A score is the mean of the vector where the template is highest: `template_score`.
    """
    scores = {name: float(np.dot(vector, template)) for name, template in templates.items()}
    return max(scores, key=scores.__getitem__), scores


def _at_every_window(image, feature, summary):
    """Apply a function to the window at every position of a feature, in the inputs' own dtype."""
    fh, fw = feature.shape
    positions = (image.shape[0] - fh + 1, image.shape[1] - fw + 1)
    values = [
        summary(image[i : i + fh, j : j + fw])
        for i in range(positions[0])
        for j in range(positions[1])
    ]
    return np.array(values).reshape(positions)


def _vector(image, features, activate=convolution.relu, pool=None, flatten=np.ravel):
    """Compute a feature vector with one of its steps replaced."""
    pool = pool or (lambda x: pooling.max_pool_same(pooling.max_pool_same(x)))
    parts = [flatten(pool(activate(right.match_feature(image, one)))) for one in features]
    return np.concatenate(parts)


def _valid(x):
    """Max-pool without the leftovers."""
    return pooling.pool2d(x, 2)


def _from_the_end(x):
    """Max-pool with the windows aligned to the bottom right."""
    return pooling.max_pool_same(x[::-1, ::-1])[::-1, ::-1]


def _average(x):
    """Average-pool, leftovers kept: the mean of what a window at the border holds."""
    rows, columns = x.shape
    return np.array(
        [[x[i : i + 2, j : j + 2].mean() for j in range(0, columns, 2)] for i in range(0, rows, 2)]
    )


_SLOPE = np.array([[1, -1], [-1, 1]])
_CORNER = np.array([[1, 1], [1, -1]])
_SMALL = np.array([[1, -1, -1, -1], [-1, 1, -1, 1], [-1, -1, 1, -1]])
_F = np.where(
    [
        [character == "#" for character in row]
        for row in ("#####.", "#.....", "#.....", "###...", "#.....", "#.....", "#.....")
    ],
    1,
    -1,
)

EXAMPLES = {
    "match_feature": [
        (np.array([[1, -1]]), np.array([[1, 1]])),
        (np.array([[1, 1, -1]]), np.array([[1, -1]])),
        (np.array([[1], [1], [-1]]), np.array([[1], [-1]])),
        (np.array([[1, -1, 1, 1]]), np.array([[1, 1, -1]])),
        (np.array([[20, 20]], np.uint8), np.array([[20, 20]], np.uint8)),
        (_SMALL, _SLOPE),
        (_SMALL, _CORNER),
        (np.arange(1, 13).reshape(3, 4), np.array([[1, 2, 0], [0, -1, 3]])),
        (np.arange(1, 13).reshape(4, 3), np.array([[1, 2], [0, -1], [5, 3]])),
    ],
    "feature_vector": [
        (np.array([[1, 1], [1, -1]]), [_SLOPE]),
        (_SMALL, [_SLOPE]),
        (_SMALL, [_SLOPE, np.array([[1, -1, 1]])]),
        (_F, [_CORNER]),
        (_F, [_SLOPE, _CORNER]),
        (right.load_letter("x"), list(right.FEATURES.values())),
    ],
    "template_score": [
        (np.array([0.25, 0.75]), np.array([0.0, 1.0])),
        (np.array([0.5, 0.25, 0.125]), np.array([1.0, 0.0, 1.0])),
        (np.array([0.5, 0.25, 0.125]), np.array([2.0, 2.0, 1.0])),
        (np.array([0.5, 0.25, 0.125, 1.0]), np.array([0.5, 0.75, 0.75, 0.0])),
        (np.array([0.5, 0.25, 0.125, 1.0]), np.array([0.0, 0.75, 1.0, 0.75])),
    ],
    "classify": [
        (np.array([0.25, 0.75]), {"left": np.array([1, 0]), "right": np.array([0, 1])}),
        (np.array([0.75, 0.25]), {"left": np.array([1, 0]), "right": np.array([0, 1])}),
        (np.array([0.5, 0.5]), {"right": np.array([0, 1]), "left": np.array([1, 0])}),
        (np.array([0.5, 0.5]), {"left": np.array([1, 0]), "right": np.array([0, 1])}),
        (np.array([0.0, 0.0]), {"left": np.array([1, 0]), "right": np.array([0, 1])}),
        (np.array([-0.5, -0.25]), {"left": np.array([1, 0]), "right": np.array([0, 1])}),
        (
            np.array([0.125, 0.5, 1.0]),
            {"a": np.array([1, 0, 0]), "b": np.array([0, 3, 3]), "c": np.array([0, 1, 0])},
        ),
    ],
}

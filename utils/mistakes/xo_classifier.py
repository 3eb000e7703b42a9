"""Wrong ways to do lesson 06's exercises."""

import functools

import numpy as np

from utils import convolution, pooling
from utils import xo_classifier as right
from utils.mistakes import mistake_in


@mistake_in("match_feature")
def not_divided(image, feature):
    """The products are added up, but not divided by the number of the feature's pixels.

    Look at what comes after the sum.
    """
    return convolution.correlate2d(image, feature)


@mistake_in("match_feature")
def divided_by_rows(image, feature):
    """The sum is divided by the number of the feature's rows.

    How many products have been added up? `len` counts the rows.
    """
    return convolution.correlate2d(image, feature) / len(feature)


@mistake_in("match_feature")
def divided_by_columns(image, feature):
    """The sum is divided by the number of the feature's columns.

    How many products have been added up?
    """
    return convolution.correlate2d(image, feature) / feature.shape[1]


@mistake_in("match_feature")
def divided_by_sides(image, feature):
    """The sum is divided by the feature's height plus its width.

    How many products have been added up?
    """
    return convolution.correlate2d(image, feature) / sum(feature.shape)


@mistake_in("match_feature")
def divided_by_image(image, feature):
    """The sum is divided by the number of pixels in the image.

    How many products have been added up?
    """
    return convolution.correlate2d(image, feature) / image.size


@mistake_in("match_feature")
def divided_by_nine(image, feature):
    """The sum is always divided by 9.

    Features need not be 3 by 3. How many products have been added up?
    """
    return convolution.correlate2d(image, feature) / 9


@mistake_in("match_feature")
def share_of_equal_pixels(image, feature):
    """It counts the pixels that are equal.

    The match is the mean of the products: a pixel that disagrees counts as -1.
    """
    return _at_every_window(image, feature, lambda window: np.mean(window == feature))


@mistake_in("match_feature")
def flipped(image, feature):
    """The feature is flipped along both axes, as in a mathematical convolution.

    Lay the feature on the image as it is.
    """
    return right.match_feature(image, feature[::-1, ::-1])


@mistake_in("match_feature")
def mirrored(image, feature):
    """The feature is mirrored from left to right.

    Lay the feature on the image as it is.
    """
    return right.match_feature(image, feature[:, ::-1])


@mistake_in("match_feature")
def upside_down(image, feature):
    """The feature is upside down.

    Lay the feature on the image as it is.
    """
    return right.match_feature(image, feature[::-1])


@mistake_in("match_feature")
def transposed(image, feature):
    """The feature is transposed: its rows and columns are swapped.

    To which pixel of the window does feature[a, b] belong?
    """
    return right.match_feature(image, feature.T)


@mistake_in("match_feature")
def relu_included(image, feature):
    """The negative numbers are gone: ReLU has been applied.

    ReLU comes later. The match map keeps negative numbers.
    """
    return np.maximum(right.match_feature(image, feature), 0)


@mistake_in("match_feature")
def absolute(image, feature):
    """Negative matches have lost their sign.

    A negative match says that the opposite of the feature is there.
    """
    return np.abs(right.match_feature(image, feature))


@mistake_in("match_feature")
def last_product_only(image, feature):
    """Of the products only the last counts: they are not added up.

    What becomes of a product when the next is computed?
    """
    last = np.zeros(feature.shape)
    last[-1, -1] = feature[-1, -1]
    return right.match_feature(image, last)


@mistake_in("match_feature")
def window_alone(image, feature):
    """It averages the image's pixels without the feature.

    What is each pixel multiplied by?
    """
    return right.match_feature(image, np.ones_like(feature))


@mistake_in("match_feature")
def last_position_missing(image, feature):
    """The last row and the last column of positions are missing.

    How many places does a feature of 3 have in a row of 5?
    """
    return right.match_feature(image, feature)[:-1, :-1]


@mistake_in("match_feature")
def last_position_zero(image, feature):
    """The last row and the last column of the map are 0.

    Does each loop reach its last position? A `range` leaves out its end.
    """
    match_map = right.match_feature(image, feature)
    match_map[-1], match_map[:, -1] = 0, 0
    return match_map


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
    """The feature moves on by its own size, so that windows do not overlap.

    How far is it from one position of the feature to the next?
    """
    fh, fw = feature.shape
    return right.match_feature(image, feature)[::fh, ::fw]


@mistake_in("match_feature")
def products_wrapped(image, feature):
    """The products wrap around, because the inputs' dtype cannot hold them: in uint8, 20 * 20 is
    144.

    Which dtype do image and feature have when they are multiplied?
    """
    return _at_every_window(image, feature, lambda window: np.mean(window * feature))


@mistake_in("match_feature")
def kept_in_integers(image, feature):
    """The map is kept in the image's dtype, which cannot hold it: the fractions are cut off.

    Which dtype has the array that you fill?
    """
    return right.match_feature(image, feature).astype(image.dtype)


@mistake_in("match_feature")
def fractions_cut(image, feature):
    """The map holds whole numbers: the fractions are cut off.

    Which dtype has the array that you fill?
    """
    return right.match_feature(image, feature).astype(int)


@mistake_in("match_feature")
def rounded_down(image, feature):
    """Every number is rounded down to a whole number.

    Which of Python's two divisions keeps the fraction?
    """
    return np.floor(right.match_feature(image, feature))


@mistake_in("match_feature")
def two_decimals(image, feature):
    """The numbers are rounded to two decimals.

    Return the numbers as they are: 7/9 is 0.777...
    """
    return np.round(right.match_feature(image, feature), 2)


@mistake_in("match_feature")
def two_decimals_cut(image, feature):
    """The numbers are cut after two decimals, as the slides print them.

    Return the numbers as they are: 7/9 is 0.777...
    """
    return np.trunc(right.match_feature(image, feature) * 100) / 100


@mistake_in("match_feature")
def sizes_swapped(image, feature):
    """The feature's height and width are swapped where the positions are counted.

    Which number of the shape is the height?
    """
    fh, fw = feature.shape
    rows, columns = image.shape[0] - fw + 1, image.shape[1] - fh + 1
    padded = np.pad(image, ((0, fh), (0, fw)))
    return right.match_feature(padded, feature)[:rows, :columns]


@mistake_in("feature_vector")
def relu_forgotten(image, features):
    """ReLU is forgotten: negative matches stay negative.

    Which step makes negative matches 0, and where does it come?
    """
    return _vector(image, features, activate=lambda x: x)


@mistake_in("feature_vector")
def relu_on_the_image(image, features):
    """ReLU is applied to the image, before the features are matched.

    In which order do the steps come?
    """
    return _vector(convolution.relu(image), features, activate=lambda x: x)


@mistake_in("feature_vector")
def absolute_matches(image, features):
    """Negative matches have lost their sign and count as matches.

    What does ReLU make of -0.5?
    """
    return _vector(image, features, activate=np.abs)


@mistake_in("feature_vector")
def pooled_once(image, features):
    """Each map is pooled once.

    Print the shape after every step: 9x9 becomes 7x7, then 4x4, then 2x2.
    """
    return _vector(image, features, pool=pooling.max_pool_same)


@mistake_in("feature_vector")
def never_pooled(image, features):
    """The maps are not pooled at all.

    Print the shape after every step: 9x9 becomes 7x7, then 4x4, then 2x2.
    """
    return _vector(image, features, pool=lambda x: x)


@mistake_in("feature_vector")
def pooled_by_four(image, features):
    """Each map is pooled once, by windows of 4 that may begin before the first pixel.

    How often are the maps of the X pooled, and with which window?
    """
    return _vector(image, features, pool=lambda x: pooling.max_pool_same(x, 4, 4))


@mistake_in("feature_vector")
def pooled_by_steps_of_one(image, features):
    """The pooling window moves by 1, so that the maps stay as large as they are.

    Print the shape after every step: 9x9 becomes 7x7, then 4x4, then 2x2.
    """
    once = functools.partial(pooling.max_pool_same, size=2, stride=1)
    return _vector(image, features, pool=lambda x: once(once(x)))


@mistake_in("feature_vector")
def leftovers_dropped(image, features):
    """Pooling drops the leftover row and column: 7x7 gives 3x3 and then 1x1.

    Which pooling of lesson 05 keeps the leftovers?
    """
    return _vector(image, features, pool=lambda x: _valid(_valid(x)))


@mistake_in("feature_vector")
def leftovers_first(image, features):
    """The windows that are cut off are the first, at the top and left.

    At which end of a row of 7 is a pixel left over?
    """
    return _vector(image, features, pool=lambda x: _from_the_end(_from_the_end(x)))


@mistake_in("feature_vector")
def average_pooled(image, features):
    """The windows are averaged.

    What does max pooling keep of a window?
    """
    return _vector(image, features, pool=lambda x: _average(_average(x)))


@mistake_in("feature_vector")
def three_operations_again(image, features):
    """The second round matches and rectifies again, with zeros around the map.

    Which of the three steps makes up the second round?
    """

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
def three_operations_inside(image, features):
    """The second round matches and rectifies again.

    Which of the three steps makes up the second round?
    """

    def pooled(x, feature):
        return pooling.max_pool_same(convolution.relu(right.match_feature(x, feature)))

    return np.concatenate([pooled(pooled(image, one), one).ravel() for one in features])


@mistake_in("feature_vector")
def column_by_column(image, features):
    """Each small map is read column by column.

    In which order does `ravel()` read a map?
    """
    return _vector(image, features, flatten=lambda x: x.T.ravel())


@mistake_in("feature_vector")
def position_by_position(image, features):
    """The features take turns: their first numbers come first, then their second ones.

    All numbers of the first feature should come before those of the second. How are they joined?
    """
    parts = [right.feature_vector(image, [feature]) for feature in features]
    return np.stack(parts, axis=-1).ravel()


@mistake_in("feature_vector")
def matched_with_the_last_map(image, features):
    """Only the first feature is matched with the image, each later one with the map before it.

    Does the name `image` mean something else after the first feature?
    """
    parts = []
    for feature in features:
        image = convolution.relu(right.match_feature(image, feature))
        parts.append(pooling.max_pool_same(pooling.max_pool_same(image)).ravel())
    return np.concatenate(parts)


@mistake_in("feature_vector")
def features_backwards(image, features):
    """The features come in the opposite order.

    Which feature does the loop visit first, and where are its numbers added?
    """
    return right.feature_vector(image, features[::-1])


@mistake_in("feature_vector")
def first_feature_only(image, features):
    """Only the first feature is there.

    Does the loop visit all features? Is there a `return` inside it?
    """
    return right.feature_vector(image, features[:1])


@mistake_in("feature_vector")
def last_feature_only(image, features):
    """Only the last feature is there.

    What becomes of the numbers of a feature when the next comes?
    """
    return right.feature_vector(image, features[-1:])


@mistake_in("feature_vector")
def features_added(image, features):
    """The features' numbers are added up.

    The result should have as many numbers as all small maps together.
    """
    return np.sum([right.feature_vector(image, [feature]) for feature in features], axis=0)


@mistake_in("feature_vector")
def highest_of_each_map(image, features):
    """Each feature gives a single number, its highest match.

    How many numbers are left of a 7x7 map that is pooled twice?
    """
    return np.array([right.feature_vector(image, [feature]).max() for feature in features])


@mistake_in("feature_vector")
def not_flattened(image, features):
    """There is a row for each feature.

    The result should have a single axis. How can several lists become a longer one?
    """
    return np.stack([right.feature_vector(image, [feature]) for feature in features])


@mistake_in("feature_vector")
def sums_not_means(image, features):
    """The products are added up, but not divided.

    What does your `match_feature` return?
    """
    parts = [right.feature_vector(image, [feature]) * feature.size for feature in features]
    return np.concatenate(parts)


@mistake_in("feature_vector")
def vector_of_two_decimals(image, features):
    """The numbers are rounded to two decimals.

    Return the numbers as they are: 5/9 is 0.555...
    """
    return np.round(right.feature_vector(image, features), 2)


@mistake_in("feature_vector")
def vector_cut(image, features):
    """The numbers are cut after two decimals, as the slides print them.

    Return the numbers as they are: 5/9 is 0.555...
    """
    return np.floor(right.feature_vector(image, features) * 100) / 100


@mistake_in("template_score")
def mean_of_all(vector, template):
    """It averages the whole vector.

    Which places does the template point to?
    """
    return float(np.mean(vector))


@mistake_in("template_score")
def sum_not_mean(vector, template):
    """The numbers are added up, but not divided by how many they are.

    Look at what comes after the sum.
    """
    return float(np.sum(vector[template == template.max()]))


@mistake_in("template_score")
def divided_by_length(vector, template):
    """The sum is divided by the length of the vector.

    How many numbers have been added up?
    """
    return float(np.sum(vector[template == template.max()]) / len(vector))


@mistake_in("template_score")
def divided_by_five(vector, template):
    """The sum is always divided by 5.

    Dividing by 5 is right for the X. How many numbers are added up for the O?
    """
    return float(np.sum(vector[template == template.max()]) / 5)


@mistake_in("template_score")
def divided_by_template(vector, template):
    """The sum is divided by the sum of the template's numbers at these places.

    At these places the slides' templates are 1, and others are not. How many numbers have been
    added up?
    """
    high = template == template.max()
    return float(vector[high].sum() / template[high].sum())


@mistake_in("template_score")
def first_place_only(vector, template):
    """Only the first place where the template is highest counts.

    The highest value may be at several places, and `argmax` finds a single one of them.
    """
    return float(vector[np.argmax(template)])


@mistake_in("template_score")
def where_template_is_one(vector, template):
    """It looks for 1 in the template.

    A template's highest value can be another number. Which function finds it?
    """
    return float(vector[template == 1].mean()) if np.any(template == 1) else 0.0


@mistake_in("template_score")
def where_template_is_above_average(vector, template):
    """It counts every place where the template is above its average.

    Which places count in the template 1, 6, 7, 7?
    """
    return float(vector[template > template.mean()].mean()) if np.ptp(template) else 0.0


@mistake_in("template_score")
def where_vector_is_highest(vector, template):
    """It averages the template where the vector is highest.

    Does the vector say where to look, or the template? Which of them gives the numbers?
    """
    return float(np.mean(template[vector == vector.max()]))


@mistake_in("template_score")
def vectors_own_highest(vector, template):
    """It returns the highest number of the vector.

    Does the vector say where to look, or the template? Which of them gives the numbers?
    """
    return float(np.max(vector))


@mistake_in("template_score")
def highest_at_these_places(vector, template):
    """It returns the highest of the numbers at the template's places.

    All of these places count alike. What is their score?
    """
    return float(np.max(vector[template == template.max()]))


@mistake_in("template_score")
def lowest_places(vector, template):
    """It looks where the template is lowest.

    Look at the comparison.
    """
    return float(vector[template == template.min()].mean())


@mistake_in("template_score")
def weighted_mean(vector, template):
    """It multiplies vector and template, and averages all products.

    Which places count? There, the vector's numbers stay as they are.
    """
    return float(np.mean(vector * template))


@mistake_in("template_score")
def multiplied_by_highest(vector, template):
    """The score is multiplied by the template's highest value.

    The vector's numbers stay as they are. Is something multiplied by the template?
    """
    return float(template.max() * right.template_score(vector, template))


@mistake_in("template_score")
def dot_product(vector, template):
    """It adds up all products of vector and template.

    Which places count? There, the vector's numbers stay as they are.
    """
    return float(np.dot(vector.astype(float), template))


@mistake_in("template_score")
def match_of_both(vector, template):
    """It divides the sum of the products by the sum of the template, so that every place counts a
    little.

    Which places should count?
    """
    return float(np.sum(vector * template) / np.sum(template))


@mistake_in("template_score")
def score_of_two_decimals(vector, template):
    """The score is rounded to two decimals.

    Return the score as it is.
    """
    return round(right.template_score(vector, template), 2)


@mistake_in("classify")
def lowest_wins(vector, templates):
    """The label with the lowest score is returned.

    Look at the comparison, or at the name of the function.
    """
    _, scores = right.classify(vector, templates)
    return min(scores, key=scores.__getitem__), scores


@mistake_in("classify")
def last_of_equals(vector, templates):
    """Of equal scores the last wins.

    Look at the comparison: what happens where two scores are equal?
    """
    _, scores = right.classify(vector, templates)
    return max(reversed(list(scores)), key=scores.__getitem__), scores


@mistake_in("classify")
def last_in_alphabet(vector, templates):
    """Of equal scores the label that is last in the alphabet wins.

    Python compares pairs of score and label by their labels where the scores are equal. What could
    be compared instead?
    """
    _, scores = right.classify(vector, templates)
    return max((score, label) for label, score in scores.items())[1], scores


@mistake_in("classify")
def first_in_alphabet(vector, templates):
    """Of equal scores the label that is first in the alphabet wins.

    The order of the dict counts. Are the labels sorted somewhere?
    """
    _, scores = right.classify(vector, templates)
    return max(sorted(scores), key=scores.__getitem__), scores


@mistake_in("classify")
def first_label_always(vector, templates):
    """The first label is returned whatever the scores are.

    Look at what the scores are used for.
    """
    return next(iter(templates)), right.classify(vector, templates)[1]


@mistake_in("classify")
def last_label_always(vector, templates):
    """The last label is returned whatever the scores are.

    Look at what the scores are used for.
    """
    return list(templates)[-1], right.classify(vector, templates)[1]


@mistake_in("classify")
def largest_label(vector, templates):
    """The label that is last in the alphabet is returned whatever the scores are.

    What does `max` compare when it is given a dict?
    """
    return max(templates), right.classify(vector, templates)[1]


@mistake_in("classify")
def smallest_label(vector, templates):
    """The label that is first in the alphabet is returned whatever the scores are.

    What does `min` or `max` compare when it is given a dict?
    """
    return min(templates), right.classify(vector, templates)[1]


@mistake_in("classify")
def best_score_for_label(vector, templates):
    """The best score is returned in place of its label.

    What does `max` compare, and what does it give back?
    """
    label, scores = right.classify(vector, templates)
    return scores[label], scores


@mistake_in("classify")
def index_for_label(vector, templates):
    """The place of the best label is returned, a number, not the label.

    Which label is at that place in the dict?
    """
    label, scores = right.classify(vector, templates)
    return list(scores).index(label), scores


@mistake_in("classify")
def label_only(vector, templates):
    """Only the label is returned.

    Return the label and the dict of all scores.
    """
    return right.classify(vector, templates)[0]


@mistake_in("classify")
def scores_only(vector, templates):
    """Only the scores are returned.

    Return the best label, and then the scores.
    """
    return right.classify(vector, templates)[1]


@mistake_in("classify")
def scores_first(vector, templates):
    """The scores come first.

    Return the label, and then the scores.
    """
    return right.classify(vector, templates)[::-1]


@mistake_in("classify")
def best_score_only(vector, templates):
    """With the label comes only its score.

    Return a dict with the score of every label.
    """
    label, scores = right.classify(vector, templates)
    return label, scores[label]


@mistake_in("classify")
def only_the_best_in_dict(vector, templates):
    """The dict holds only the winner.

    The dict should hold the score of every label. When is it filled?
    """
    label, scores = right.classify(vector, templates)
    return label, {label: scores[label]}


@mistake_in("classify")
def only_the_last_in_dict(vector, templates):
    """The dict holds only the last label.

    The dict should hold the score of every label. Is it made anew for each?
    """
    label = list(templates)[-1]
    return label, {label: right.template_score(vector, templates[label])}


@mistake_in("classify")
def list_of_scores(vector, templates):
    """The scores are a list.

    Return a dict, which also says whose score each is.
    """
    label, scores = right.classify(vector, templates)
    return label, list(scores.values())


@mistake_in("classify")
def best_starts_at_zero(vector, templates):
    """A score of 0 or below never wins.

    From which number does your search for the best start?
    """
    _, scores = right.classify(vector, templates)
    label, best = None, 0.0
    for name, score in scores.items():
        if score > best:
            label, best = name, score
    return label, scores


@mistake_in("classify")
def rounded_scores(vector, templates):
    """The scores are rounded to two decimals.

    Return the scores as they are.
    """
    label, scores = right.classify(vector, templates)
    return label, {name: round(score, 2) for name, score in scores.items()}


@mistake_in("classify")
def dot_products(vector, templates):
    """The scores are sums of vector times template.

    Which of your functions scores a template?
    """
    scores = {name: float(np.dot(vector, template)) for name, template in templates.items()}
    return max(scores, key=scores.__getitem__), scores


@mistake_in("classify")
def arguments_swapped(vector, templates):
    """The scores are means of the templates where the vector is highest.

    In which order does `template_score` take its arguments?
    """
    scores = {name: right.template_score(template, vector) for name, template in templates.items()}
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
        (np.array([[0.5, 1, -1]]), np.array([[1, 2]])),
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

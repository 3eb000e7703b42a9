"""Are lesson 06's reference answers right? SciPy, scikit-image and the printed numbers say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import signal
from skimage.measure import block_reduce

from utils import xo_classifier

DTYPES = st.sampled_from([np.uint8, np.int8, np.int16, np.int64, np.float32, np.float64])
X, O = xo_classifier.load_letter("x"), xo_classifier.load_letter("o")  # noqa: E741
THREE = list(xo_classifier.FEATURES.values())


def arrays(shape):
    """Draw an array of a shape, of any of several dtypes."""
    return DTYPES.flatmap(
        lambda dtype: hnp.arrays(
            np.int64, shape, elements=st.integers(0 if dtype is np.uint8 else -100, 120)
        ).map(lambda drawn: drawn.astype(dtype))
    )


@st.composite
def images_and_features(draw):
    """Draw an image, and one to three features that fit into it, of any shapes and dtypes."""
    height, width = draw(st.integers(1, 13)), draw(st.integers(1, 13))
    shapes = st.tuples(st.integers(1, height), st.integers(1, width))
    features = draw(st.lists(shapes.flatmap(arrays), min_size=1, max_size=3))
    return draw(arrays((height, width))), features


@given(images_and_features())
def test_match_feature_is_scipys_correlation_over_the_features_size(pair):
    image, (feature, *_) = pair
    expected = signal.correlate2d(image.astype(float), feature.astype(float), "valid")
    np.testing.assert_allclose(
        xo_classifier.match_feature(image, feature), expected / feature.size, atol=1e-9
    )


@given(images_and_features())
def test_feature_vector_is_scipys_correlation_and_skimages_blocks(pair):
    image, features = pair
    expected = []
    for feature in features:
        found = signal.correlate2d(image.astype(float), feature.astype(float), "valid")
        rectified = np.where(found > 0, found, 0) / feature.size
        once = block_reduce(rectified, 2, np.max, cval=0)
        expected += block_reduce(once, 2, np.max, cval=0).ravel().tolist()
    vector = xo_classifier.feature_vector(image, features)
    assert vector.ndim == 1
    np.testing.assert_allclose(vector, expected, atol=1e-9)


@pytest.mark.parametrize(
    ("image", "feature"), [((2, 5), (3, 3)), ((5, 2), (3, 3)), ((4, 4), (5, 4))]
)
def test_a_feature_larger_than_the_image_is_refused(image, feature):
    with pytest.raises(ValueError, match="does not fit"):
        xo_classifier.match_feature(np.ones(image), np.ones(feature))


def test_the_vectors_of_the_two_letters_are_the_printed_ones():
    np.testing.assert_allclose(xo_classifier.feature_vector(X, THREE), xo_classifier.TEMPLATES["X"])
    np.testing.assert_allclose(xo_classifier.feature_vector(O, THREE), xo_classifier.TEMPLATES["O"])


def test_comparing_with_print_finds_the_two_misprints_and_nothing_else():
    match = {name: xo_classifier.match_feature(X, f) for name, f in xo_classifier.FEATURES.items()}
    assert xo_classifier.compare_with_print("match", match) == [
        "match, truncated: 146 of 147 numbers agree",
        "    X-shaped, row 3, column 4: printed -0.11, computed -0.7778",
    ]
    rounded = xo_classifier.compare_with_print("match", match, truncate=False)
    assert rounded[0] == "match, rounded: 105 of 147 numbers agree"
    assert len(rounded) == 5
    rectified = {name: np.maximum(one, 0) for name, one in match.items()}
    assert xo_classifier.compare_with_print("ReLU", rectified) == [
        "ReLU, truncated: 146 of 147 numbers agree",
        "    diagonal, row 7, column 7: printed 1.77, computed 0.7778",
    ]
    once = {
        name: block_reduce(one, 2, np.max, cval=0) for name, one in rectified.items()
    }  # 7x7 is padded to 8x8
    twice = {name: block_reduce(one, 2, np.max) for name, one in once.items()}
    pooled = xo_classifier.compare_with_print("pooled", once)
    again = xo_classifier.compare_with_print("pooled again", twice)
    assert pooled == ["pooled, truncated: 48 of 48 numbers agree"]
    assert again == ["pooled again, truncated: 12 of 12 numbers agree"]


def test_the_unknown_letter_is_an_x_with_the_printed_sums():
    label, scores = xo_classifier.classify(xo_classifier.UNKNOWN, xo_classifier.TEMPLATES)
    assert label == "X"
    assert scores == pytest.approx({"X": 4.56 / 5, "O": 2.07 / 4})


@given(st.lists(st.tuples(st.floats(-9, 9), st.integers(-2, 2)), min_size=1, max_size=12))
def test_template_score_is_a_plain_mean_over_the_highest_places(pairs):
    highest = max(weight for _, weight in pairs)
    chosen = [value for value, weight in pairs if weight == highest]
    vector, template = (np.array(column) for column in zip(*pairs, strict=True))
    score = xo_classifier.template_score(vector, template)
    assert score == pytest.approx(sum(chosen) / len(chosen))
    assert type(score) is float


@pytest.mark.parametrize(("one", "other"), [(12, 11), (11, 12), (1, 3), (3, 1)])
def test_lengths_that_differ_are_refused(one, other):
    with pytest.raises(ValueError, match=f"{one} numbers.*{other}"):
        xo_classifier.template_score(np.ones(one), np.ones(other))


@given(st.permutations(["M", "A", "Z"]))
def test_of_equal_scores_the_first_in_the_dict_wins(order):
    templates = {label: np.eye(3)[index] for index, label in enumerate(order)}
    assert xo_classifier.classify(np.full(3, -0.5), templates)[0] == order[0]
    assert xo_classifier.classify(np.array([0.25, 0.5, 0.5]), templates)[0] == order[1]


def test_without_a_template_there_is_no_verdict():
    with pytest.raises(ValueError, match="no template"):
        xo_classifier.classify(np.ones(12), {})


@given(hnp.arrays(np.int64, (9, 9), elements=st.sampled_from([-1, 1])))
def test_a_letter_survives_being_written_and_read(letter):
    np.testing.assert_array_equal(
        xo_classifier.parse_letter(xo_classifier.format_letter(letter)), letter
    )


def test_line_ends_of_any_system_will_do():
    text = xo_classifier.format_letter(X)
    for given_text in (text + "\n", text.replace("\n", "\r\n") + "\r\n", text + "\n\n"):
        np.testing.assert_array_equal(xo_classifier.parse_letter(given_text), X)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda lines: lines[:8], "9 lines, this one has 8"),
        (lambda lines: [*lines, "." * 9], "9 lines, this one has 10"),
        (lambda lines: [], "this one has 0"),
        (lambda lines: [*lines[:2], "..#...#.", *lines[3:]], "line 3 should have 9.* but has 8"),
        (lambda lines: [*lines[:2], "..#...#...", *lines[3:]], "line 3 should have 9.* but has 10"),
        (lambda lines: [*lines[:4], "....x....", *lines[5:]], "line 5 holds 'x'"),
        (lambda lines: [*lines[:4], "....\t....", *lines[5:]], r"line 5 holds '\\t'"),
    ],
)
def test_a_damaged_file_is_refused_by_its_name_and_line(tmp_path, damage, message):
    lines = damage(xo_classifier.format_letter(X).split("\n"))
    (tmp_path / "q.txt").write_text("\n".join(lines))
    with pytest.raises(ValueError, match=rf"q\.txt.*{message}"):
        xo_classifier.load_letter("q", tmp_path)


def test_a_letter_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(FileNotFoundError, match=r"no letter .q..*there are: o, x"):
        xo_classifier.load_letter("q")


def test_every_letter_that_ships_can_be_read():
    for path in xo_classifier.LETTERS.glob("*.txt"):
        assert set(np.unique(xo_classifier.load_letter(path.stem))) == {-1, 1}


@given(st.integers(-10, 10), st.integers(-10, 10))
def test_a_letter_moves_and_paper_comes_in(dx, dy):
    around = np.pad(X, 10, constant_values=-1)
    expected = around[10 - dy : 19 - dy, 10 - dx : 19 - dx]
    np.testing.assert_array_equal(xo_classifier.move(X, dx, dy), expected)


def test_turning_by_quarters_is_exact_and_a_thick_letter_holds_the_thin_one():
    letter = xo_classifier.move(O, 1)
    for quarters in range(4):
        turned = xo_classifier.rotate(letter, 90 * quarters)
        np.testing.assert_array_equal(turned, np.rot90(letter, quarters))
    thick = xo_classifier.thicken(X)
    assert thick.dtype.kind == "i"
    assert np.all(thick >= X)
    assert (thick > 0).sum() > 2 * (X > 0).sum()


@given(st.integers(0, 81), st.integers(0, 99))
def test_exactly_so_many_pixels_are_flipped_and_the_letter_stays(count, seed):
    before = X.copy()
    noisy = xo_classifier.flip_pixels(X, count, np.random.default_rng(seed))
    assert (noisy != X).sum() == count
    np.testing.assert_array_equal(X, before)


def test_renditions_are_letters_with_labels_and_repeat_with_their_seed():
    letters = {"X": X, "O": O}
    one, labels = xo_classifier.make_renditions(letters, 20, np.random.default_rng(3))
    two, again = xo_classifier.make_renditions(letters, 20, np.random.default_rng(3))
    assert one.shape == (20, 9, 9)
    assert set(np.unique(one)) == {-1, 1}
    assert set(labels) == {"X", "O"}
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(labels, again)


def test_learnt_weights_are_those_that_made_the_targets():
    rng = np.random.default_rng(4)
    inputs, weights = rng.normal(size=(50, 3)), np.array([1.0, -2.0, 0.5, 3.0])
    targets = xo_classifier.weighted_sums(inputs, weights)
    found = xo_classifier.learn_weights(inputs, targets, strength=1e-9)
    np.testing.assert_allclose(found, weights, atol=1e-6)

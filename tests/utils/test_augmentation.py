"""Lesson 09's answers against trial, SciPy and Keras, and its interactive figure."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, stats

from utils import augmentation, random_moves
from utils.keras_setup import keras
from utils.widgets import augmentation as augmentation_widgets

DTYPES = st.sampled_from([np.uint8, np.int16, np.float32, np.float64])
sides = st.integers(2, 11)


def distinct(height, width, dtype=int):
    return np.arange(1, height * width + 1).reshape(height, width).astype(dtype)


class TestRandomShift:
    @given(sides, sides, st.floats(0, 0.99), DTYPES, st.integers(0, 1000))
    def test_is_what_scipy_makes_of_the_shift_that_is_found(
        self, height, width, fraction, dtype, seed
    ):
        image = distinct(height, width, dtype)
        moved = augmentation.random_shift(image, fraction, np.random.default_rng(seed))
        dx, dy = augmentation.find_shift(image, moved)
        assert moved.dtype == dtype
        assert np.array_equal(moved, ndimage.shift(image, (dy, dx), order=0))
        assert abs(dx) <= fraction * width
        assert abs(dy) <= fraction * height

    def test_draws_each_axis_uniformly_and_independently(self):
        rng = np.random.default_rng(0)
        drawn = np.array([augmentation.draw_shift((10, 17), 0.3, rng) for _ in range(6000)])
        table = np.array(
            [[((drawn == (x, y)).all(1)).sum() for x in range(-5, 6)] for y in range(-3, 4)]
        )
        assert table.sum() == 6000
        # No test of a fixed seed can fail by chance; 1e-4 says that this seed is not an odd one.
        assert stats.chisquare(table.ravel()).pvalue > 1e-4
        assert stats.chi2_contingency(table).pvalue > 1e-4

    def test_a_fifth_of_28_pixels_is_five(self):
        rng = np.random.default_rng(1)
        drawn = np.array([augmentation.draw_shift((28, 28), 0.2, rng) for _ in range(500)])
        assert set(drawn[:, 0]) == set(drawn[:, 1]) == set(range(-5, 6))

    def test_leaves_its_argument_alone_and_repeats(self):
        image = distinct(5, 6)
        before = image.copy()
        one, other = (augmentation.random_shift(image, 0.5, np.random.default_rng(3)) for _ in "ab")
        assert np.array_equal(one, other)
        assert np.array_equal(image, before)

    def test_moves_colour_images_whole(self):
        image = np.repeat(distinct(6, 5)[..., np.newaxis], 3, axis=2)
        moved = augmentation.random_shift(image, 0.5, np.random.default_rng(2))
        assert moved.shape == (6, 5, 3)
        assert np.array_equal(moved[..., 0], moved[..., 2])

    @pytest.mark.parametrize("fraction", [-0.1, 1, 1.5, float("nan")])
    def test_refuses_fractions_outside(self, fraction):
        with pytest.raises(ValueError, match="max_fraction"):
            augmentation.random_shift(distinct(3, 3), fraction, np.random.default_rng(0))


class TestAugment:
    @given(
        st.integers(1, 4), sides, sides, st.integers(0, 4), st.floats(0, 0.9), DTYPES, st.booleans()
    )
    @settings(deadline=None)
    def test_every_copy_is_its_image_moved_with_its_label(
        self, count, height, width, copies, fraction, dtype, channel
    ):
        shape = (count, height, width, 1) if channel else (count, height, width)
        if np.prod(shape) > 255:
            dtype = np.float32
        images = np.arange(1, np.prod(shape) + 1).reshape(shape).astype(dtype)
        labels = np.arange(count)
        made, names = augmentation.augment(
            images, labels, copies, np.random.default_rng(4), fraction
        )
        assert made.dtype == dtype
        assert made.shape == (count * (copies + 1), *shape[1:])
        assert np.array_equal(made[:count], images)
        for moved, label in zip(made, names, strict=True):
            assert augmentation.find_shift(
                images[label].squeeze(), moved.squeeze()
            ) is not None or (1 in (height, width))
        assert np.array_equal(np.bincount(names), [copies + 1] * count)

    def test_refuses_labels_of_another_length(self):
        with pytest.raises(ValueError, match="2 images, but 3 labels"):
            augmentation.augment(np.ones((2, 3, 3)), np.ones(3), 1, np.random.default_rng(0))


class TestAugmenter:
    def test_rests_unless_it_trains(self):
        assert random_moves.resting_fault([augmentation.build_augmenter()]) is None

    @pytest.mark.parametrize("fraction", [0.1, 0.2, 0.35])
    def test_moves_marks_and_fills_with_black(self, fraction):
        made = augmentation.build_augmenter(fraction)
        assert random_moves.moving_fault(fraction)([made]) is None
        assert random_moves.fill_fault([made]) is None

    def test_a_right_layer_is_hardly_ever_refused(self):
        """Is the judgement of random results generous enough?"""
        for interpolation in ("nearest", "bilinear"):
            layer = keras.layers.RandomTranslation(
                0.2, 0.2, fill_mode="constant", fill_value=0.0, interpolation=interpolation
            )
            for _ in range(20):
                assert random_moves.moving_fault(0.2)([layer]) is None
                assert random_moves.fill_fault([layer]) is None


@given(
    st.dictionaries(st.integers(-8, 8), st.sampled_from([0.2, 0.7, 0.8, 0.9]), min_size=1),
    st.sampled_from([0.7, 0.75, 0.8]),
    st.randoms(),
)
def test_robust_range_is_what_its_definition_says(measured, floor, random):
    measured.setdefault(0, 0.9)
    pairs = list(measured.items())
    random.shuffle(pairs)
    holds = [
        distance
        for distance in {abs(shift) for shift in measured}
        if all(accuracy >= floor for shift, accuracy in pairs if abs(shift) <= distance)
    ]
    shifts, accuracies = zip(*pairs, strict=True)
    assert augmentation.robust_range(accuracies, shifts, floor) == max(holds, default=-1)


def test_a_right_random_shift_is_hardly_ever_refused():
    """Is the judgement of random results generous enough, over a hundred other sequences?"""
    image = distinct(6, 7)
    for start in range(100):
        rng = np.random.default_rng(start)
        pictures = [augmentation.random_shift(image, 0.4, rng) for _ in range(300)]
        assert random_moves.shifted_fault(image, 2, 2)(pictures) is None


class TestHelpers:
    def test_shuffling_keeps_every_pixel(self):
        image = distinct(9, 8)
        shuffled = augmentation.shuffle_within(image, 0.25, np.random.default_rng(0))
        assert np.array_equal(np.sort(shuffled, axis=None), np.sort(image, axis=None))
        assert 0 < np.count_nonzero(shuffled != image) <= 18
        assert np.array_equal(image, distinct(9, 8))

    def test_spread_is_the_standard_deviation_of_the_ink(self):
        image = np.zeros((5, 9))
        image[2, [1, 7]] = 10
        assert augmentation.spread(image) == (3, 0)
        assert augmentation.columns_with_ink(image) == 2

    def test_share_cut_off_counts_images_that_lose_ink(self):
        images = np.zeros((40, 9, 9), np.uint8)
        images[::2, 4, 4] = 255
        images[1::2] = 255
        assert augmentation.share_cut_off(images, 0.3, np.random.default_rng(0)) == pytest.approx(
            0.5, abs=0.1
        )

    def test_no_shift_is_found_where_there_is_none(self):
        image = distinct(4, 5)
        assert augmentation.find_shift(image, image[::-1].copy()) is None
        assert augmentation.find_shift(image, np.roll(image, 1, axis=1)) is None
        assert augmentation.find_shift(image, np.zeros_like(image)) is None
        assert augmentation.find_shift(image, None) is None


class TestShiftGrid:
    @pytest.fixture
    def grid(self):
        pictures = {"a 0": np.zeros((28, 28), np.uint8), "a 1": np.zeros((28, 28), np.uint8)}
        pictures["a 1"][4:24, 13:15] = 255
        made = augmentation_widgets.shift_grid(pictures)
        made.refresh()
        return made

    @staticmethod
    def said(grid):
        return re.sub("<.*?>", "", grid.text.value)

    def test_says_its_shifts_and_draws_them(self, grid):
        rng = np.random.default_rng(1)
        dx, dy = augmentation.draw_shift((28, 28), 0.2, rng)
        pair = f"{dx}, {dy}".replace("-", "−")
        assert self.said(grid).startswith(
            "a 0, fraction 0.20, seed 1: at most 5 pixels sideways and 5 up or down. "
            f"(dx, dy): ({pair}), "
        )
        title = f"dx {dx}, dy {dy}".replace("-", "−")
        assert f">{title}<" in grid.drawing.value

    @pytest.mark.parametrize(
        ("control", "value", "text"),
        [
            ("digit", "a 1", "a 1, fraction 0.20"),
            ("fraction", 0.5, "at most 14 pixels sideways"),
            ("seed", 7, "seed 7"),
        ],
    )
    def test_follows_every_control(self, grid, control, value, text):
        before = grid.drawing.value
        grid.controls[control].value = value
        assert text in self.said(grid)
        assert grid.drawing.value != before

    def test_a_fraction_of_nothing_moves_nothing(self, grid):
        grid.controls["digit"].value = "a 1"
        grid.controls["fraction"].value = 0
        assert self.said(grid).count("(0, 0)") == 11
        assert "Cut off at the border: 0 of 11." in self.said(grid)

    def test_has_a_still_picture(self, grid):
        data, _ = grid._repr_mimebundle_()
        assert "image/png" in data


def test_the_map_of_draws_counts_them_all():
    picture = augmentation_widgets.draw_choices(0.1, 28, seed=0, count=2500)
    assert "each of 25 shifts came in 2,500 draws" in picture.alt


class TestRotateAll:
    def test_a_quarter_turn_is_numpys(self):
        images = distinct(5, 10).reshape(2, 5, 5).astype(float)
        turned = augmentation.rotate_all(images, 90)
        assert np.allclose(turned, np.rot90(images, axes=(1, 2)))

    def test_keeps_the_shape_with_channels_and_fills_with_zeros(self):
        turned = augmentation.rotate_all(np.ones((3, 8, 8, 1)), 45)
        assert turned.shape == (3, 8, 8, 1)
        assert not turned[:, 0, 0].any()


class TestOwnOrReference:
    def test_takes_a_function_that_works(self, capsys):
        def build():
            return keras.layers.Identity()

        assert augmentation.own_or_reference(build) is build
        assert "by your build" in capsys.readouterr().out

    @pytest.mark.parametrize("built", [None, np.zeros(3), keras.layers.Flatten()])
    def test_else_the_reference(self, built, capsys):
        chosen = augmentation.own_or_reference(lambda: built)
        assert chosen is augmentation.build_augmenter
        assert "by the course's build" in capsys.readouterr().out

    def test_also_where_nothing_is_done(self):
        def build():
            raise NotImplementedError

        assert augmentation.own_or_reference(build) is augmentation.build_augmenter

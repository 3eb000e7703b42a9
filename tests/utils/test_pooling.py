import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage
from skimage.measure import block_reduce

from utils import convolution, pooling

DTYPES = [np.uint8, np.int8, np.int16, np.uint16, np.int64, np.float16, np.float32, np.float64]
MODES = list(pooling.SUMMARIES)
sides = st.integers(1, 11)
windows = st.integers(1, 5)


@st.composite
def images(draw, channels=False, smallest=1):
    shape = [draw(st.integers(smallest, 11)), draw(st.integers(smallest, 11))]
    if channels:
        shape.append(draw(st.integers(1, 4)))
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    if dtype.kind == "f":
        numbers = st.floats(-1000, 1000, width=16)
    else:
        numbers = hnp.from_dtype(
            dtype,
            min_value=max(np.iinfo(dtype).min, -(10**6)),
            max_value=min(np.iinfo(dtype).max, 10**6),
        )
    return draw(hnp.arrays(dtype, tuple(shape), elements=numbers))


@pytest.fixture(scope="module")
def keras_layers():
    from keras import layers

    return layers


def run_layer(layer, image):
    """Run a Keras layer on one image, with or without channels."""
    volume = image.astype(np.float32)
    volume = volume if volume.ndim == 3 else volume[:, :, np.newaxis]
    out = np.asarray(layer(volume[np.newaxis]))[0]
    return out if image.ndim == 3 else out[:, :, 0]


class TestPool2d:
    @given(images(), windows, windows, st.sampled_from(MODES))
    def test_equals_a_loop_over_python_numbers(self, image, size, stride, mode):
        height, width = image.shape
        if size > min(height, width):
            return
        pixels = image.tolist()
        summarise = {"max": max, "sum": sum, "average": lambda v: sum(v) / len(v)}[mode]
        expected = [
            [
                summarise([pixels[i + a][j + b] for a in range(size) for b in range(size)])
                for j in range(0, width - size + 1, stride)
            ]
            for i in range(0, height - size + 1, stride)
        ]
        got = pooling.pool2d(image, size, stride, mode)
        assert got.dtype == np.float64
        np.testing.assert_allclose(got, np.array(expected), rtol=1e-12, atol=1e-9)

    @given(images(smallest=5), windows, st.sampled_from(MODES))
    def test_equals_skimage_on_whole_blocks(self, image, size, mode):
        rows, columns = (n // size * size for n in image.shape)
        function = {"max": np.max, "average": np.mean, "sum": np.sum}[mode]
        expected = block_reduce(image[:rows, :columns].astype(float), size, function)
        np.testing.assert_allclose(pooling.pool2d(image, size, mode=mode), expected, rtol=1e-12)

    @pytest.mark.parametrize("mode", ["max", "average"])
    @pytest.mark.parametrize("shape", [(6, 7), (9, 6), (11, 11), (8, 10, 3), (7, 5, 7)])
    def test_equals_keras(self, keras_layers, shape, mode):
        image = np.random.default_rng(0).normal(size=shape)
        layer = {"max": keras_layers.MaxPooling2D, "average": keras_layers.AveragePooling2D}[mode]
        for size in (1, 2, 3, 4):
            for stride in (None, 1, 2, 3, 5):
                got = pooling.pool2d(image, size, stride, mode)
                expected = run_layer(layer(size, strides=stride), image)
                assert got.shape == expected.shape
                np.testing.assert_allclose(got, expected, atol=1e-5)

    def test_keras_stride_is_the_pool_size_unless_told(self, keras_layers):
        assert tuple(keras_layers.MaxPooling2D().strides) == (2, 2)
        assert tuple(keras_layers.MaxPooling2D(3).strides) == (3, 3)

    @given(images(channels=True, smallest=3), st.integers(1, 3), windows, st.sampled_from(MODES))
    def test_pools_each_channel_on_its_own(self, volume, size, stride, mode):
        whole = pooling.pool2d(volume, size, stride, mode)
        for c in range(volume.shape[2]):
            np.testing.assert_array_equal(
                whole[:, :, c], pooling.pool2d(volume[:, :, c], size, stride, mode)
            )

    @pytest.mark.parametrize(
        ("shape", "size"), [((2, 5), 3), ((5, 2), 3), ((2, 2), 3), ((4, 4, 3), 5)]
    )
    def test_refuses_a_window_that_does_not_fit(self, shape, size):
        with pytest.raises(ValueError, match=f"{size}x{size} window does not fit"):
            pooling.pool2d(np.ones(shape), size)

    @pytest.mark.parametrize("mode", ["median", "min", "", None])
    def test_refuses_a_mode_that_there_is_not(self, mode):
        with pytest.raises(ValueError, match="no mode"):
            pooling.pool2d(np.ones((4, 4)), mode=mode)


class TestMaxPoolSame:
    @given(images(), windows, windows)
    def test_equals_windows_cut_off_at_the_border(self, image, size, stride):
        rows, columns = (
            range(-pooling.same_border(n, size, stride)[0], n, stride) for n in image.shape
        )
        rows, columns = (
            list(rows)[: -(-image.shape[0] // stride)],
            list(columns)[: -(-image.shape[1] // stride)],
        )
        expected = [
            [image[max(i, 0) : i + size, max(j, 0) : j + size].max() for j in columns] for i in rows
        ]
        np.testing.assert_array_equal(
            pooling.max_pool_same(image, size, stride), np.array(expected, float)
        )

    @given(images(), windows)
    def test_equals_scipys_filter_for_stride_1(self, image, size):
        if size % 2 == 0:
            return
        expected = ndimage.maximum_filter(
            image.astype(float), size=size, mode="constant", cval=-np.inf
        )
        np.testing.assert_array_equal(pooling.max_pool_same(image, size, 1), expected)

    @pytest.mark.parametrize("sign", [1, -1])
    @pytest.mark.parametrize(
        "shape", [(6, 7), (9, 6), (7, 7), (11, 4), (2, 3), (1, 5), (1, 1), (5, 8, 3)]
    )
    def test_equals_keras(self, keras_layers, shape, sign):
        image = sign * np.random.default_rng(1).random(shape)
        for size in (1, 2, 3, 4, 5):
            for stride in (1, 2, 3, 4):
                layer = keras_layers.MaxPooling2D(size, strides=stride, padding="same")
                expected = run_layer(layer, image)
                got = pooling.max_pool_same(image, size, stride)
                assert got.shape == expected.shape
                np.testing.assert_allclose(got, expected, atol=1e-6)

    @given(images(), windows, windows)
    def test_never_returns_a_number_that_is_not_there(self, image, size, stride):
        pooled = pooling.max_pool_same(image, size, stride)
        assert np.isin(pooled, image.astype(float)).all()
        assert pooled.shape == tuple(-(-n // stride) for n in image.shape)

    def test_pools_the_published_map(self):
        letter = -np.ones((9, 9))
        for i in range(1, 8):
            letter[i, i] = letter[i, 8 - i] = 1
        diagonal = 2 * np.eye(3) - 1
        pooled = pooling.max_pool_same(
            convolution.relu(convolution.correlate2d(letter, diagonal) / 9)
        )
        published = [
            [1.00, 0.33, 0.55, 0.33],
            [0.33, 1.00, 0.33, 0.55],
            [0.55, 0.33, 1.00, 0.11],
            [0.33, 0.55, 0.11, 0.77],
        ]
        np.testing.assert_array_equal(np.floor(pooled * 100 + 1e-9) / 100, published)
        np.testing.assert_allclose(pooling.max_pool_same(pooled), [[1, 5 / 9], [5 / 9, 1]])


class TestGlobalPool:
    @given(images(channels=True), st.sampled_from(["max", "average"]))
    def test_equals_a_loop_over_channels(self, volume, mode):
        expected = []
        for c in range(volume.shape[2]):
            pixels = volume[:, :, c].ravel().tolist()
            expected.append(max(pixels) if mode == "max" else sum(pixels) / len(pixels))
        np.testing.assert_allclose(
            pooling.global_pool(volume, mode), expected, rtol=1e-12, atol=1e-9
        )

    @pytest.mark.parametrize("shape", [(5, 5, 16), (4, 4, 4), (3, 7, 2)])
    def test_equals_keras(self, keras_layers, shape):
        volume = np.random.default_rng(2).normal(size=shape)
        for mode, layer in [
            ("max", keras_layers.GlobalMaxPooling2D()),
            ("average", keras_layers.GlobalAveragePooling2D()),
        ]:
            expected = np.asarray(layer(volume[np.newaxis].astype(np.float32)))[0]
            np.testing.assert_allclose(pooling.global_pool(volume, mode), expected, atol=1e-5)


class TestShift:
    @given(images(), st.integers(-15, 15), st.integers(-15, 15))
    def test_equals_scipy(self, image, dx, dy):
        expected = ndimage.shift(image.astype(float), (dy, dx), order=0, prefilter=False)
        got = pooling.shift(image, dx, dy)
        assert got.dtype == image.dtype
        np.testing.assert_array_equal(got, expected)

    @given(images(channels=True), st.integers(-15, 15), st.integers(-15, 15))
    def test_moves_every_channel_alike(self, image, dx, dy):
        moved = pooling.shift(image, dx, dy)
        for c in range(image.shape[2]):
            np.testing.assert_array_equal(moved[:, :, c], pooling.shift(image[:, :, c], dx, dy))

    @given(images(), st.integers(-15, 15), st.integers(-15, 15))
    def test_takes_each_pixel_from_where_it_was(self, image, dx, dy):
        height, width = image.shape
        moved = pooling.shift(image, dx, dy)
        for i in range(height):
            for j in range(width):
                inside = 0 <= i - dy < height and 0 <= j - dx < width
                assert moved[i, j] == (image[i - dy, j - dx] if inside else 0)

    def test_leaves_nothing_when_all_has_left_the_frame(self):
        for by in (3, -3, 100, -100):
            assert not pooling.shift(np.ones((3, 3)), by).any()
            assert not pooling.shift(np.ones((3, 3)), 0, by).any()


class TestClaims:
    @given(images(smallest=4), st.integers(1, 4), windows)
    def test_relu_and_max_pooling_change_places(self, image, size, stride):
        np.testing.assert_array_equal(
            pooling.pool2d(convolution.relu(image), size, stride),
            convolution.relu(pooling.pool2d(image, size, stride)),
        )

    def test_relu_and_average_pooling_do_not(self):
        image = np.array([[-4, 2], [1, -3]])
        assert pooling.pool2d(convolution.relu(image), mode="average") == 0.75
        assert convolution.relu(pooling.pool2d(image, mode="average")) == 0

    @given(images(smallest=4))
    def test_2_by_2_twice_is_4_by_4(self, image):
        np.testing.assert_array_equal(
            pooling.pool2d(pooling.pool2d(image)), pooling.pool2d(image, 4)
        )

    @settings(max_examples=30)
    @given(images(smallest=3))
    def test_edge_maps_are_sobels(self, image):
        from scipy.signal import correlate2d

        pixels = image.astype(float)
        gx = correlate2d(pixels, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], mode="valid")
        gy = correlate2d(pixels, [[1, 2, 1], [0, 0, 0], [-1, -2, -1]], mode="valid")
        expected = np.maximum(np.stack([gx, -gx, gy, -gy], axis=-1), 0)
        np.testing.assert_allclose(pooling.edge_maps(image), expected, atol=1e-6)

    def test_edge_maps_of_many_are_those_of_each(self):
        images = np.random.default_rng(4).integers(0, 256, (5, 7, 9), dtype=np.uint8)
        expected = [pooling.edge_maps(image) for image in images]
        np.testing.assert_array_equal(pooling.edge_maps_all(images), expected)

    def test_shift_all_shifts_each(self):
        images = np.random.default_rng(5).integers(0, 256, (5, 7, 9), dtype=np.uint8)
        for stack in (images, images[..., np.newaxis] * np.ones(2, np.uint8)):
            for dx, dy in [(-12, 0), (-2, 1), (0, -9), (3, 2), (0, 0)]:
                expected = [pooling.shift(image, dx, dy) for image in stack]
                np.testing.assert_array_equal(pooling.shift_all(stack, dx, dy), expected)

    @pytest.mark.parametrize("size", [1, 2, 3])
    def test_pool_all_pools_each(self, size):
        maps = np.random.default_rng(6).normal(size=(5, 7, 9, 2))
        expected = [pooling.pool2d(one, size).ravel() for one in maps]
        np.testing.assert_array_equal(pooling.pool_all(maps, size), expected)

    def test_pool_all_pools_globally(self):
        maps = np.random.default_rng(6).normal(size=(5, 7, 9, 2))
        expected = [pooling.global_pool(one) for one in maps]
        np.testing.assert_array_equal(pooling.pool_all(maps, "global"), expected)

    def test_strongest_responses_are_global_maxima_of_relu_maps(self):
        rng = np.random.default_rng(7)
        images, kernels = rng.normal(size=(4, 8, 9)), rng.normal(size=(3, 5, 6))
        expected = [
            pooling.global_pool(
                convolution.relu(
                    convolution.correlate_channels(
                        image[:, :, np.newaxis], kernels[:, :, np.newaxis]
                    )
                )
            )
            for image in images
        ]
        np.testing.assert_allclose(
            pooling.strongest_responses(images, kernels), expected, atol=1e-5
        )

    def test_mean_change_is_the_mean_of_the_relative_changes(self):
        rng = np.random.default_rng(8)
        before, after = rng.normal(size=(2, 6, 4))
        each = [pooling.relative_change(*pair) for pair in zip(before, after, strict=True)]
        assert pooling.mean_change(before, after) == pytest.approx(np.mean(each))

    @pytest.mark.parametrize("penalty", [0.01, 10])
    def test_linear_accuracies_equal_sklearns(self, penalty):
        from sklearn.linear_model import Ridge

        rng = np.random.default_rng(9)
        vectors, labels = rng.normal(size=(90, 40)), rng.integers(2, 6, 90)
        vectors += labels[:, np.newaxis] * rng.normal(size=40) / 4
        train, test = (vectors[:60], labels[:60]), (vectors[60:], labels[60:])
        ones = np.ones((60, 1))
        model = Ridge(alpha=penalty, fit_intercept=False)
        model.fit(np.hstack([train[0], ones]), np.where(train[1][:, None] == range(2, 6), 1, -1))
        expected = [
            np.mean(model.predict(np.hstack([x, np.ones((len(x), 1))])).argmax(axis=1) + 2 == y)
            for x, y in (train, test)
        ]
        got = pooling.linear_accuracies(train, test, penalty)
        assert got == pytest.approx(expected)
        assert 0.25 < got[1] < got[0]

    def test_relative_change_is_0_for_none_and_1_for_all(self):
        vector = np.array([3.0, 4.0])
        assert pooling.relative_change(vector, vector) == 0
        assert pooling.relative_change(vector, 0 * vector) == 1
        assert pooling.relative_change(np.array([[3, 4]], np.uint8), np.array([[3, 9]])) == 1

    def test_nearest_labels_equal_sklearns(self):
        from sklearn.neighbors import KNeighborsClassifier

        rng = np.random.default_rng(3)
        known, labels = rng.normal(size=(50, 6)), rng.integers(0, 10, 50)
        vectors = rng.normal(size=(20, 6))
        expected = KNeighborsClassifier(1).fit(known, labels).predict(vectors)
        np.testing.assert_array_equal(pooling.nearest_labels(vectors, known, labels), expected)

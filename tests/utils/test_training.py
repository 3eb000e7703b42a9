"""Does training do what it says, show what it should, and stay quiet elsewhere?"""

from types import SimpleNamespace

import numpy as np
import pytest

from utils import training
from utils.keras_setup import keras

pytestmark = pytest.mark.slow

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (40, 6, 5), dtype=np.uint8)
LABELS = (IMAGES.mean(axis=(1, 2)) > 127).astype(int)


def build(classes=2, activation="softmax"):
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input((6, 5, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(classes, activation=activation),
        ]
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float64])
def test_prepared_images_are_float32_from_0_to_1_with_a_channel_axis(dtype):
    prepared = training.prepare(IMAGES.astype(dtype))
    assert prepared.shape == (40, 6, 5, 1)
    assert prepared.dtype == np.float32
    np.testing.assert_allclose(prepared[..., 0], IMAGES / 255, rtol=1e-6)


def test_prepared_colour_images_keep_their_channels():
    assert training.prepare(np.full((2, 4, 3, 3), 255)).shape == (2, 4, 3, 3)
    assert training.prepare(np.full((2, 4, 3, 3), 255)).max() == 1


def test_training_lowers_the_loss_and_takes_down_every_epoch():
    model = build()
    record = training.train(model, training.prepare(IMAGES), LABELS, epochs=5, batch_size=8)
    assert len(record.loss) == len(record.accuracy) == 5
    assert record.test_loss == []
    assert record.loss[-1] < record.loss[0]
    assert record.seconds > 0
    assert "5 epochs" in str(record)


def test_the_same_seed_trains_to_the_same_weights():
    found = []
    for seed in (1, 1, 2):
        model = build()
        training.train(model, training.prepare(IMAGES), LABELS, 3, 8, seed=seed)
        found.append(model.get_weights()[0])
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)
    assert not np.allclose(found[0], found[2], atol=1e-6)


def test_one_output_unit_is_trained_with_binary_cross_entropy():
    model = build(1, "sigmoid")
    record = training.train(model, training.prepare(IMAGES), LABELS, 2, 8)
    assert model.loss == "binary_crossentropy"
    assert len(record.accuracy) == 2


def test_a_compiled_model_keeps_its_optimizer_and_loss():
    model = build()
    model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
    record = training.train(model, training.prepare(IMAGES), LABELS, 2, 8)
    assert isinstance(model.optimizer, keras.optimizers.SGD)
    assert record.accuracy == []
    assert len(record.picture().figure.axes) == 1


def test_test_images_are_measured_after_each_epoch():
    x = training.prepare(IMAGES)
    record = training.train(build(), x, LABELS, 3, 8, test=(x, LABELS), name="mine")
    assert len(record.test_loss) == len(record.test_accuracy) == 3
    assert str(record).startswith("mine: 3 epochs")
    assert "on test images" in record.picture().alt


def test_nothing_is_shown_outside_a_notebook(capfd):
    training.train(build(), training.prepare(IMAGES), LABELS, 2, 8)
    assert capfd.readouterr() == ("", "")


class Handle:
    """What IPython's display returns: it remembers what was shown."""

    def __init__(self):
        self.shown = []

    def update(self, what):
        self.shown.append(what)


@pytest.fixture
def handle(monkeypatch):
    monkeypatch.setattr(training, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr(training, "REDRAW_INTERVAL", 0)
    handle = Handle()
    monkeypatch.setattr(training, "display", lambda what, display_id: handle)
    return handle


def test_a_notebook_shows_a_bar_that_moves_and_then_the_finished_curve(handle):
    training.train(build(), training.prepare(IMAGES), LABELS, 4, 8, name="mine")
    *live, last = handle.shown
    views = [view.data for view in live]
    assert "epoch 1 of 4" in views[0]
    assert any("epoch 3 of 4" in view for view in views)
    assert 'value="0.000"' in views[0]
    assert 'value="1.000"' in views[-1]
    assert isinstance(last, training.Picture)
    assert last.png


def test_nothing_is_shown_in_a_notebook_either_when_told_so(handle):
    training.train(build(), training.prepare(IMAGES), LABELS, 1, 8, show=False)
    assert handle.shown == []


def test_the_live_curve_falls_with_the_loss():
    record = training.Training("<mine>", loss=[2.0, 1.0], accuracy=[0.1, 0.2])
    view = training.live_view(record, epochs=4, share=0.5)
    assert 'points="80.0,0.0 160.0,45.0"' in view
    assert "<mine>" not in view


def test_the_predictor_does_what_keras_does_in_one_batch_or_many(monkeypatch):
    model, x = build(), training.prepare(IMAGES)
    expected = model.predict(x, verbose=0)
    np.testing.assert_allclose(training.predictor(model)(x), expected, atol=1e-6)
    monkeypatch.setattr(training, "PREDICTION_BATCH", 7)
    np.testing.assert_allclose(training.predictor(model)(x), expected, atol=1e-6)


def test_accuracy_is_the_share_of_right_answers():
    model, x = build(), training.prepare(IMAGES)
    answers = model.predict(x, verbose=0).argmax(axis=1)
    half = np.where(np.arange(40) < 20, answers, 1 - answers)
    assert training.accuracy(model, x, answers) == 1
    assert training.accuracy(model, x, half) == 0.5


def test_the_shift_curve_has_a_line_for_each_model_and_one_for_the_floor():
    picture = training.shift_curve(
        {"one": [0.1, 0.9, 0.2], "two": [0.3, 0.8, 0.4]}, [-1, 0, 1], alt="two", floor=0.9
    )
    (axes,) = picture.figure.axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["one", "two"]
    np.testing.assert_array_equal(axes.lines[1].get_ydata(), [0.3, 0.8, 0.4])
    assert len(axes.lines) == 4
    assert picture.alt == "two"


def test_learning_curves_draw_what_fit_recorded():
    history = {"loss": [2.0, 1.0], "accuracy": [0.5, 0.75], "val_accuracy": [0.25, 0.5]}
    picture = training.learning_curves(history, "mine")
    loss, accuracy = picture.figure.axes
    assert [len(axes.lines) for axes in (loss, accuracy)] == [1, 2]
    np.testing.assert_array_equal(accuracy.lines[1].get_ydata(), [0.25, 0.5])
    assert picture.alt == (
        "mine, over 2 epochs: training loss from 2.000 to 1.000; "
        "training accuracy from 0.500 to 0.750; validation accuracy from 0.250 to 0.500."
    )


def test_a_loss_without_accuracy_is_one_panel():
    assert len(training.learning_curves({"loss": [1.0]}, "mine").figure.axes) == 1


def test_dots_show_every_run_and_the_mean():
    picture = training.accuracy_dots({"one": [0.9, 0.8], "two": [0.5]}, count=100)
    assert "one 0.850, runs from 0.800 to 0.900; two 0.500" in picture.alt
    (axes,) = picture.figure.axes
    assert [text.get_text() for text in axes.get_yticklabels()] == ["one", "two"]


def test_the_chance_error_is_the_spread_of_a_share():
    shares = np.random.default_rng(0).binomial(2000, 0.9, 20_000) / 2000
    assert training.chance_error(0.9, 2000) == pytest.approx(shares.std(), rel=0.03)

import copy
import sys

import numpy as np
import pytest

from grader.isolation.codec import decode, encode
from grader.workers import keras_codec
from grader.workers.keras_codec import describe, rebuild
from utils.checks.describe import OpaqueValue


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def carry(value):
    """Send a model as the student worker does, and rebuild it as the judge does."""
    extension = lambda one: ("keras", found) if (found := describe(one)) else None  # noqa: E731
    return decode(encode(value, extension), {"keras": rebuild})


def sequential(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(3, 3, activation="relu", name="first"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(4),
            layers.Softmax(),
        ]
    )


def functional(keras):
    layers = keras.layers
    start = keras.Input((8, 8, 1), name="picture")
    one = layers.Conv2D(2, 3, activation="tanh", padding="same")(start)
    two = layers.Conv2D(2, 3, activation=keras.activations.tanh, padding="same")(start)
    both = layers.Concatenate()([one, two])
    both = layers.AveragePooling2D(2, 2)(layers.Activation("relu")(both))
    return keras.Model(start, layers.Dense(3, "softmax")(layers.Flatten()(both)), name="two_ways")


def with_arithmetic(keras):
    start = keras.Input((8, 8, 1))
    inner = keras.layers.Conv2D(1, 3, padding="same")(start)
    return keras.Model(start, keras.layers.Flatten()(start + 2 * inner[:, 1:, :, :][:, :1]))


def nested(keras):
    inner = keras.Sequential([keras.layers.Dense(3, "relu")])
    return keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), inner])


def regularised(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(
                2,
                (3, 2),
                strides=(2, 1),
                use_bias=False,
                kernel_regularizer=keras.regularizers.L2(0.1),
                kernel_initializer=keras.initializers.HeNormal(seed=1),
            ),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dropout(0.5),
            layers.GlobalMaxPooling2D(),
        ]
    )


def compiled(keras):
    model = sequential(keras)
    model.compile("adam", loss=lambda truth, guess: guess, metrics=["accuracy"])
    return model


MODELS = [sequential, functional, with_arithmetic, nested, regularised, compiled]


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_a_model_comes_back(keras, make):
    model = make(keras)
    back = carry(model)
    assert isinstance(back, keras.Model)
    assert back.name == model.name
    assert [type(one) for one in back.layers] == [type(one) for one in model.layers]
    assert [one.name for one in back.layers] == [one.name for one in model.layers]
    assert back.output_shape == model.output_shape
    assert back.count_params() == model.count_params()
    assert all(map(np.array_equal, back.get_weights(), model.get_weights()))
    images = np.random.default_rng(1).random((2, 8, 8, 1), np.float32)
    assert np.array_equal(back(images), model(images))


def test_the_copy_is_its_own(keras):
    model = sequential(keras)
    back = carry(model)
    back.set_weights([0 * one for one in back.get_weights()])
    assert any(one.any() for one in model.get_weights())


@pytest.mark.parametrize("how", ["argument", "function", "layer", "layer of a function"])
def test_an_activation_may_be_given_in_each_way(keras, how):
    layers = keras.layers
    made = {
        "argument": [layers.Dense(3, activation="relu")],
        "function": [layers.Dense(3, activation=keras.activations.relu)],
        "layer": [layers.Dense(3), layers.ReLU()],
        "layer of a function": [layers.Dense(3), layers.Activation(keras.ops.relu)],
    }[how]
    back = carry(keras.Sequential([keras.Input((4,)), *made]))
    assert (np.asarray(back(-np.ones((1, 4)) @ np.eye(4))) >= 0).all()


def test_a_model_that_is_not_built_has_no_weights_yet(keras):
    back = carry(keras.Sequential([keras.layers.Dense(3)]))
    assert isinstance(back, keras.Sequential)
    assert not back.built
    assert back.get_weights() == []
    assert [one.units for one in back.layers] == [3]


@pytest.mark.parametrize("built", [False, True])
def test_a_layer_comes_back(keras, built):
    layer = keras.layers.Dense(3, name="mine")
    if built:
        layer.build((None, 4))
    back = carry(layer)
    assert type(back) is keras.layers.Dense
    assert (back.name, back.units) == ("mine", 3)
    assert all(map(np.array_equal, back.get_weights(), layer.get_weights()))
    assert len(back.get_weights()) == 2 * built


def test_layers_that_draw_at_random_come_back(keras):
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.RandomTranslation(0.2, 0.2, "constant", seed=1)]
    )
    back = carry(model)
    images = np.ones((2, 8, 8, 1), np.float32)
    assert np.array_equal(back(images, training=False), images)
    assert not np.array_equal(back(images, training=True), images)


def test_models_within_plain_values_come_back(keras):
    back = carry({"models": [sequential(keras), None, 3]})
    assert isinstance(back["models"][0], keras.Model)


@pytest.mark.parametrize("value", [3, None, "keras", np.ones(2), [1], object()])
def test_what_is_neither_model_nor_layer_is_none_of_its_business(keras, value):
    assert describe(value) is None


def test_a_class_of_layers_is_no_layer(keras):
    assert describe(keras.layers.Dense) is None


def subclass_of_sequential(keras, **methods):
    class Network(keras.Sequential):
        def __init__(self):
            super().__init__()
            self.add(keras.Input((4,)))
            self.add(keras.layers.Dense(2))

    return Network()


def subclass_of_model(keras):
    class Network(keras.Model):
        def __init__(self):
            inputs = keras.Input((4,))
            super().__init__(inputs, keras.layers.Dense(2)(inputs))

    return Network()


@pytest.mark.parametrize("make", [subclass_of_sequential, subclass_of_model])
def test_a_model_of_a_class_of_its_own_that_computes_as_keras_s_comes_back(keras, make):
    model = make(keras)
    back = carry(model)
    assert isinstance(back, keras.Model)
    x = np.random.default_rng(3).random((2, 4), np.float32)
    assert np.array_equal(back(x), model(x))


def test_the_first_weights_may_be_made_by_a_function_of_its_own(keras):
    class Mine(keras.initializers.Initializer):
        def __call__(self, shape, dtype=None):
            return keras.ops.ones(shape)

    for mine in (Mine(), lambda shape, dtype=None: keras.ops.ones(shape)):
        layer = keras.layers.Dense(2, kernel_initializer=mine)
        back = carry(keras.Sequential([keras.Input((4,)), layer]))
        assert np.array_equal(back.get_weights()[0], np.ones((4, 2)))


def with_lambda(keras):
    return keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x * 2)])


def with_own_layer(keras):
    class Doubling(keras.layers.Layer):
        def call(self, x):
            return 2 * x

    return keras.Sequential([keras.Input((4,)), Doubling()])


def of_own_class(keras):
    class Network(keras.Model):
        def call(self, x):
            return x

    return Network()


def own_layer(keras):
    class Doubling(keras.layers.Layer):
        __module__ = "mine.keras."

    return Doubling()


def with_own_function(keras):
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation=lambda x: x)])


def with_named_function(keras):
    def mine(x):
        return x

    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation=mine)])


def that_computes_otherwise(keras):
    class Network(keras.Sequential):
        def call(self, x):
            return 0 * super().call(x)

    return Network([keras.Input((4,)), keras.layers.Dense(2)])


def deep_down(keras):
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x)])
    return keras.Sequential([keras.Input((4,)), keras.Sequential([inner])])


REFUSED = {
    with_lambda: "with a Lambda layer; use Keras's own layers",
    with_own_layer: "with a layer of the class Doubling, not Keras's; use Keras's own layers",
    of_own_class: "model of the class Network, not Keras's; use Keras's own layers",
    own_layer: "layer of the class Doubling, not Keras's; use Keras's own layers",
    with_own_function: "with a function that is not Keras's; name one, as in activation='relu'",
    with_named_function: "with a function that is not Keras's; name one, as in activation='relu'",
    that_computes_otherwise: "model of the class Network, not Keras's; use Keras's own layers",
    deep_down: "with a Lambda layer; use Keras's own layers",
}


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_what_is_not_keras_s_own_is_refused_with_a_reason(keras, make):
    """Without a way to call it where it is."""
    back = carry(make(keras))
    assert type(back) is OpaqueValue
    assert REFUSED[make] in back.kind


def carry_lending(value, calls=None):
    """Carry a model, with a way to call what stays behind; note each call."""
    lent = []

    def lend(one):
        lent.append(one)
        return len(lent) - 1

    def call(handle, method, args, kwargs):
        if calls is not None:
            calls.append((handle, method))
        return decode(encode(keras_codec.use(lent[handle], method, args, kwargs)))

    extension = lambda one: ("keras", found) if (found := describe(one, lend)) else None  # noqa: E731
    return decode(encode(value, extension), {"keras": lambda plain: rebuild(plain, call)})


X = np.random.default_rng(4).normal(size=(3, 4)).astype(np.float32)


@pytest.mark.parametrize("make", [with_own_layer, of_own_class, that_computes_otherwise, own_layer])
def test_what_is_of_its_own_class_is_called_where_it_is(keras, make):
    model, calls = make(keras), []
    if make is own_layer:
        model.call = lambda x: 2 * x
    back = carry_lending(model, calls)
    assert isinstance(back, keras.Layer)
    assert isinstance(back, keras.Model) == isinstance(model, keras.Model)
    assert np.allclose(back(X), np.asarray(model(X)))
    assert calls == [(0, "call")]
    if isinstance(model, keras.Model):
        assert np.allclose(back.predict(X, verbose=0), model.predict(X, verbose=0))
        assert calls[1:] == [(0, "predict")]


def test_it_knows_whether_it_is_trained(keras):
    class Resting(keras.Layer):
        def call(self, x, training=False):
            return x if training else 0 * x

    back = carry_lending(Resting())
    assert np.array_equal(back(X, training=True), X)
    assert not back(X, training=False).any()
    assert not back(X).any()


@pytest.mark.parametrize("make", [with_own_function, with_named_function])
def test_an_activation_of_its_own_is_computed_where_it_is(keras, make):
    model, calls = make(keras), []
    model.set_weights([np.eye(4, 2), np.zeros(2)])  # of which some results are below 0.25
    activation = model.layers[0].activation
    model.layers[0].activation = lambda x: keras.ops.maximum(activation(x), 0.25)
    back = carry_lending(model, calls)
    assert [type(one) for one in back.layers] == [keras.layers.Dense]
    assert np.allclose(np.asarray(back(X)), np.asarray(model(X)))
    assert calls == [(0, "call")]
    assert np.allclose(back.predict(X, verbose=0), np.asarray(model(X)))  # in a graph, too
    expected = np.maximum(X[:, :2], 0.25)
    assert np.allclose(np.asarray(model(X)), expected), "the model itself is as it was"


def test_the_layers_of_what_is_of_its_own_class_can_be_read(keras):
    from utils.checks.own_layers import readable

    back = carry_lending(with_own_layer(keras))
    assert type(readable(back)) is type(keras.Model(*[keras.Input((4,))] * 2))
    with pytest.raises(ValueError, match="does not know the shape of its input"):
        readable(carry_lending(of_own_class(keras)))


def test_a_class_that_only_derives_from_keras_s_becomes_that(keras):
    class Mine(keras.layers.Dense):
        pass

    for carried in (carry, carry_lending):
        assert type(carried(Mine(3))) is keras.layers.Dense
        (layer,) = carried(keras.Sequential([keras.Input((4,)), Mine(3)])).layers
        assert type(layer) is keras.layers.Dense


STAND_INS = {
    "no class": {"handle": 1, "word": "layer"},
    "a class of text": {"handle": [], "class": 3, "word": "model", "reason": 7},
    "made of nothing": {"handle": 1, "class": "x", "word": "model", "readable": None},
    "made of itself": {
        "handle": 1, "class": "x", "word": "model",
        "readable": {"handle": 1, "class": "x", "word": "model", "reason": ""},
    },
    "many layers": {"handle": 1, "class": "x", "word": "model", "reason": "", "layers": 10**9},
    "a long name": {"handle": 1, "class": "x" * 10_000, "word": "layer"},
}  # fmt: skip


@pytest.mark.parametrize("what", STAND_INS)
def test_a_forged_stand_in_can_only_be_called(keras, what):
    asked = []
    back = rebuild(STAND_INS[what], lambda *request: asked.append(request) or np.zeros(2))
    assert isinstance(back, keras.Layer)
    assert len(back.class_name) <= 40
    assert np.array_equal(back(X), np.zeros(2))
    assert asked[0][1] == "call"


@pytest.mark.parametrize("value", [None, 3, [1.0], OpaqueValue("x")])
def test_a_stand_in_gives_arrays_only(keras, value):
    back = rebuild(STAND_INS["no class"], lambda *_: value)
    with pytest.raises(TypeError, match="something else"):
        back(X)


@pytest.mark.parametrize("places", [3, {99: 0}, {"0": 0}, {-1: 0}, {(): 1}, {1.0: 1}])
def test_forged_places_of_activations_are_ignored(keras, places):
    plain = describe(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]))
    back = rebuild(plain | {"activations": places}, lambda *_: 1 / 0)
    assert np.asarray(back(X)).shape == (3, 2)


def test_a_model_that_cannot_describe_itself_is_told(keras):
    model = sequential(keras)
    model.layers[0].get_config = lambda: 1 / 0
    back = carry(model)
    assert back.kind.startswith("model that cannot be saved (ZeroDivisionError)")


@pytest.fixture
def plain(keras):
    """The description of a small model, to be tampered with."""
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(2, "relu"), keras.layers.Flatten()], name="honest"
    )
    return copy.deepcopy(describe(model))


def layer_of(plain, index=1):
    return plain["config"]["config"]["layers"][index]


def call_system(name, module):
    return {
        "class_name": "function", "module": module, "registered_name": name,
        "config": name,
    }  # fmt: skip


FORGERIES = {
    "os.system as activation": lambda plain: layer_of(plain)["config"].update(
        activation=call_system("system", "os")
    ),
    "eval as activation": lambda plain: layer_of(plain)["config"].update(
        activation=call_system("eval", "builtins")
    ),
    "builtins as layer": lambda plain: layer_of(plain).update(
        module="builtins", class_name="exec", config={"source": "SPRUNG"}, registered_name=None
    ),
    "subprocess as layer": lambda plain: layer_of(plain).update(
        module="subprocess", class_name="Popen", config={"args": ["touch", "SPRUNG"]}
    ),
    "by registered name": lambda plain: layer_of(plain).update(
        module=None, class_name="Mine", registered_name="builtins>exec"
    ),
    "like keras": lambda plain: layer_of(plain).update(module="keras_evil", class_name="Dense"),
    "no module": lambda plain: layer_of(plain).update(module=None, class_name="Popen"),
    "a lambda": lambda plain: layer_of(plain).update(
        module="keras.layers", class_name="Lambda",
        config={"name": "x", "function": {"class_name": "__lambda__", "config": {"code": "4w=="}}},
    ),
    "a lambda's config": lambda plain: layer_of(plain)["config"].update(
        activation={"class_name": "__lambda__", "config": {"value": "x"}}
    ),
    "a saved model": lambda plain: layer_of(plain).update(
        module="keras.layers", class_name="TFSMLayer", config={"filepath": "/etc"}
    ),
    "words from a file": lambda plain: layer_of(plain).update(
        module="keras.layers", class_name="StringLookup", config={"vocabulary": "/etc/passwd"}
    ),
    "a table from a file": lambda plain: layer_of(plain).update(
        module="keras.layers", class_name="IntegerLookup", config={"vocabulary": "/etc/passwd"}
    ),
    "text": lambda plain: layer_of(plain).update(
        module="keras.layers", class_name="TextVectorization", config={"vocabulary": "/etc/passwd"}
    ),
    "not a class": lambda plain: plain.update(config={"class_name": 3, "module": "keras"}),
    "loading": lambda plain: plain.update(
        config={
            "class_name": "load_model", "module": "keras.saving", "registered_name": None,
            "config": {"filepath": "/etc/passwd"},
        }
    ),
    "getting a file": lambda plain: plain.update(
        config={
            "class_name": "get_file", "module": "keras.utils", "registered_name": None,
            "config": {"origin": "http://127.0.0.1:1"},
        }
    ),
    "a callback": lambda plain: plain.update(
        config={
            "class_name": "CSVLogger", "module": "keras.callbacks", "registered_name": None,
            "config": {"filename": "SPRUNG"},
        }
    ),
    "a dot in the name": lambda plain: layer_of(plain).update(
        module="keras", class_name="layers.Lambda", config={"function": "x"}
    ),
    "a dot in the name of a good class": lambda plain: layer_of(plain).update(
        module="keras", class_name="layers.Dense"
    ),
    "a function as a class": lambda plain: layer_of(plain)["config"].update(
        activation={
            "class_name": "set_epsilon", "module": "keras.config", "registered_name": None,
            "config": {},
        }
    ),
    "another class of Keras's": lambda plain: layer_of(plain).update(
        module="keras.optimizers", class_name="Adam", config={}
    ),
    "an inner module": lambda plain: plain.update(
        config={
            "class_name": "system", "module": "keras.src.utils.io_utils.os",
            "registered_name": None, "config": {"command": "touch SPRUNG"},
        }
    ),
    "too many weights": lambda plain: plain.update(
        weights=[np.broadcast_to(np.float32(0), (keras_codec.MAX_WEIGHTS + 1,))]
    ),
    "other weights": lambda plain: plain.update(weights=[np.zeros(3)]),
    "no weights": lambda plain: plain.update(weights=[]),
    "weights of text": lambda plain: plain.update(weights=["a", "b"]),
    "weights that are none": lambda plain: plain.update(weights=None),
    "no config": lambda plain: plain.pop("config"),
    "config of nothing": lambda plain: plain.update(config=None),
    "config of a text": lambda plain: plain.update(config="keras.layers.Dense"),
    "a tower": lambda plain: plain.update(config=_tower(300)),
}  # fmt: skip


def _tower(depth):
    config = {}
    for _ in range(depth):
        config = {"class_name": "Sequential", "module": "keras", "config": {"layers": [config]}}
    return config


@pytest.mark.parametrize("what", [name for name in FORGERIES if name != "no weights"])
def test_a_forged_model_is_refused_and_nothing_runs(keras, plain, what, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    FORGERIES[what](plain)
    back = rebuild(plain)
    assert type(back) is OpaqueValue, back
    assert back.kind.startswith(("model", "nothing"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("plain_", [None, 3, [], {}, {"config": {}}, {"kind": 3}, "model"])
def test_what_is_no_model_is_foreign(keras, plain_):
    assert type(rebuild(plain_)) is OpaqueValue


def test_a_kind_that_was_told_is_kept_in_bounds(keras):
    assert rebuild({"kind": "layer with a mind"}).kind == "layer with a mind"
    assert len(rebuild({"kind": "x" * 10_000}).kind) == 200


def test_importing_it_imports_no_keras():
    """Do lessons without Keras avoid the cost of importing it?"""
    import subprocess

    code = "import sys, grader.workers.keras_codec; print('keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"

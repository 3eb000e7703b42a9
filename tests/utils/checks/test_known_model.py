"""Is a model that is remembered in short compared as the model itself?"""

import numpy as np
import pytest

from utils import lenet
from utils.checks.compare import Tolerance
from utils.checks.known_model import KnownModel, differ, rebuilt, remember
from utils.checks.registry import mistakes_of
from utils.keras_setup import keras

TOLERANCE = Tolerance()
BUILDERS = [lenet.build_lenet5, *mistakes_of("lenet", "build_lenet5")]


@pytest.fixture(scope="module")
def models():
    """LeNet-5 and every known mistake in it."""
    return [build() for build in BUILDERS]


def never():
    raise AssertionError("it was built again")


@pytest.mark.slow
@pytest.mark.parametrize("index", range(len(BUILDERS)), ids=lambda index: BUILDERS[index].__name__)
def test_it_is_equal_to_what_the_model_is_equal_to(models, index):
    known = remember(models[index], BUILDERS[index])
    assert known is not None
    for other in (models[0], models[index], models[index - 1]):
        expected = TOLERANCE.equal(models[index], other)
        assert TOLERANCE.equal(known, other) is expected
        assert TOLERANCE.equal(other, known) is expected


def test_it_is_not_built_to_be_compared_with_something_else(models):
    known = remember(models[0], never)
    for other in (None, 61_706, "LeNet-5", np.zeros(3), models[1], remember(models[1], never)):
        assert differ(known, other)
        assert not TOLERANCE.equal(other, known)


def test_two_that_may_be_equal_are_built_and_compared(models):
    known = remember(models[0], lenet.build_lenet5)
    assert not differ(known, known)
    assert TOLERANCE.equal(known, remember(models[0], lenet.build_lenet5))


def branched(units, twice=False):
    inputs = tensor = keras.Input((units,))
    for _ in range(1 + twice):
        tensor = keras.layers.Dense(units)(tensor) + tensor
    return keras.Model(inputs, tensor)


def test_models_with_branches_are_told_apart_by_their_layers():
    known = remember(branched(4), lambda: branched(4))
    assert TOLERANCE.equal(branched(4), known)
    for other in (branched(5), branched(4, twice=True), lenet.build_lenet5()):
        assert differ(known, other)
        assert not TOLERANCE.equal(other, branched(4))


def test_a_model_that_cannot_be_read_is_not_remembered():
    inputs = keras.Input((4,))
    assert remember(keras.Model(inputs, [inputs + 1, inputs + 2]), never) is None


def test_what_is_not_remembered_is_left_as_it_is():
    assert rebuilt(7) == 7
    assert rebuilt(KnownModel((), lambda: 7)) == 7

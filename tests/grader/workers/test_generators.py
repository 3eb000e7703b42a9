import numpy as np
import pytest

from grader.isolation.codec import decode, encode
from grader.workers.generators import advance_generator, describe_generator, make_generator


@pytest.mark.parametrize("bits", ["PCG64", "MT19937", "Philox", "SFC64", "PCG64DXSM"])
def test_a_generator_is_made_of_where_it_stood(bits):
    rng = np.random.Generator(getattr(np.random, bits)(3))
    rng.random(5)
    other = make_generator(decode(encode(describe_generator(rng))))
    assert np.array_equal(rng.integers(0, 99, 9), other.integers(0, 99, 9))


@pytest.mark.parametrize("seed", [3, [1, 2], np.arange(3), None])
def test_a_generator_spawns_what_the_other_would(seed):
    rng = np.random.default_rng(seed)
    rng.spawn(2)
    other = make_generator(decode(encode(describe_generator(rng))))
    for one, two in zip(rng.spawn(3), other.spawn(3), strict=True):
        assert np.array_equal(one.random(5), two.random(5))
        assert one.spawn(1)[0].random() == two.spawn(1)[0].random()


def test_a_generator_without_a_seed_sequence_crosses_all_the_same():
    class Seed(np.random.bit_generator.ISeedSequence):
        def generate_state(self, n_words, dtype=np.uint32):
            return np.arange(n_words, dtype=dtype)

    rng = np.random.Generator(np.random.PCG64(Seed()))
    other = make_generator(decode(encode(describe_generator(rng))))
    other.random()
    advance_generator(rng, other)
    assert rng.random() == other.random()


@pytest.mark.parametrize(
    ("bits", "change"),
    [
        ("Philox", lambda state: state.update(buffer_pos=-9)),
        ("Philox", lambda state: state.update(buffer_pos=2**31)),
        ("MT19937", lambda state: state["state"].update(pos=-1)),
        ("MT19937", lambda state: state["state"].update(pos=625)),
    ],
)
def test_a_state_in_which_numpy_would_read_beside_its_numbers_is_refused(bits, change):
    told = describe_generator(np.random.Generator(getattr(np.random, bits)(3)))
    change(told["state"])
    with pytest.raises(ValueError, match="no state"):
        make_generator(told)


@pytest.mark.parametrize("name", ["default_rng", "Generator", "os", "RandomState", "_pickle"])
def test_nothing_else_is_made_in_its_place(name):
    with pytest.raises((ValueError, TypeError, AttributeError)):
        make_generator({"state": {"bit_generator": name}, "seed": {}})

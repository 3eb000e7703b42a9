"""Send NumPy random generators between processes."""

from __future__ import annotations

import numpy as np

MOST_SPAWNED = 100_000  # generators that one answer may make of another
SEED = ("entropy", "spawn_key", "n_children_spawned")
PLACES = {"buffer_pos": 4, "pos": 624}  # in Philox's buffer, and in MT19937's


def make_generator(told: dict) -> np.random.Generator:
    """Make a random generator that goes on where another stood."""
    state, seed = told["state"], told["seed"]
    bits = getattr(np.random, str(state["bit_generator"]))
    if not issubclass(bits, np.random.BitGenerator):
        raise ValueError("no bit generator")
    places = state | (state["state"] if isinstance(state["state"], dict) else {})
    if not all(0 <= places.get(name, 0) <= most for name, most in PLACES.items()):
        raise ValueError("no state")  # NumPy would read beside its numbers
    made = bits(np.random.SeedSequence(**{name: seed[name] for name in SEED}) if seed else None)
    made.state = state
    return np.random.Generator(made)


def describe_generator(generator: np.random.Generator) -> dict:
    """Return where a random generator stands, and what it spawns others from, in plain values."""
    seed = generator.bit_generator.seed_seq
    known = type(seed) is np.random.SeedSequence
    parts = {name: seed.state[name] for name in SEED} if known else {}
    return {"state": generator.bit_generator.state, "seed": parts}


def advance_generator(generator: np.random.Generator, other: np.random.Generator) -> None:
    """Let a random generator go on where another stands that it was sent as."""
    generator.bit_generator.state = other.bit_generator.state
    mine, theirs = generator.bit_generator.seed_seq, other.bit_generator.seed_seq
    spawned = theirs.n_children_spawned - getattr(mine, "n_children_spawned", 0)
    if 0 < spawned <= MOST_SPAWNED:
        mine.spawn(spawned)

"""Send NumPy random generators between processes, as plain values.

A generator is described by its state, from which it continues, and by its seed sequence, from which
it spawns other generators.
"""

from __future__ import annotations

from typing import Any

import numpy as np

MAX_SPAWNED = 100_000  # generators that one call may spawn from another
SEED_FIELDS = ("entropy", "spawn_key", "n_children_spawned")
# The largest valid position in the buffer of Philox and of MT19937.
MAX_POSITIONS = {"buffer_pos": 4, "pos": 624}


def describe_generator(generator: np.random.Generator) -> dict:
    """Describe a random generator in plain values.

    Returns
    -------
    dict
        ``state``, as NumPy's bit generators have it, and ``seed``, the fields of its seed sequence.
    """
    seed: Any = generator.bit_generator.seed_seq
    known = type(seed) is np.random.SeedSequence
    fields = {name: seed.state[name] for name in SEED_FIELDS} if known else {}
    return {"state": generator.bit_generator.state, "seed": fields}


def make_generator(description: dict) -> np.random.Generator:
    """Make a random generator from an untrusted description.

    Raises
    ------
    Exception
        If the description is not one that `describe_generator` returns.
    """
    state, seed = description["state"], description["seed"]
    kind = getattr(np.random, str(state["bit_generator"]))
    if not issubclass(kind, np.random.BitGenerator):
        raise ValueError("no bit generator")
    positions = state | (state["state"] if isinstance(state["state"], dict) else {})
    if not all(0 <= positions.get(name, 0) <= limit for name, limit in MAX_POSITIONS.items()):
        raise ValueError("no state")  # NumPy would read outside its buffer
    sequence = (
        np.random.SeedSequence(**{name: seed[name] for name in SEED_FIELDS}) if seed else None
    )
    bit_generator = kind(sequence)
    bit_generator.state = state
    return np.random.Generator(bit_generator)


def advance_generator(generator: np.random.Generator, other: np.random.Generator) -> None:
    """Advance `generator` to the state of `other`, the copy that another process has used."""
    generator.bit_generator.state = other.bit_generator.state
    mine: Any = generator.bit_generator.seed_seq
    theirs: Any = other.bit_generator.seed_seq
    spawned = theirs.n_children_spawned - getattr(mine, "n_children_spawned", 0)
    if 0 < spawned <= MAX_SPAWNED:
        mine.spawn(spawned)

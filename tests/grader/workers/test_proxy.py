import numpy as np
import pytest

from grader.isolation.codec import decode, encode
from grader.workers.generators import describe_generator
from grader.workers.judge import Judge
from grader.workers.proxy import FunctionProxy, _apply_change, read_error


@pytest.mark.parametrize(
    "told",
    [
        3,
        "x",
        [],
        {},
        {"names": 3},
        {"names": [3]},
        {"names": ["a b"]},
        {"text": None},
        {"line": []},
    ],
)
def test_whatever_is_told_of_an_error_makes_one(told):
    error = read_error(told)
    assert isinstance(error, Exception)
    assert isinstance(str(error), str)


def test_no_error_is_none():
    assert read_error(None) is None


@pytest.mark.parametrize(
    ("given", "after", "expected"),
    [
        ([1], [2, 3], [2, 3]),
        ({"a": 1}, {}, {}),
        ([1], (1,), (1,)),
        (3, 4, 4),
        ("a", None, None),
        (len, "forged", len),
    ],
)
def test_an_argument_becomes_what_came_back(given, after, expected):
    same = type(given) is type(after) and isinstance(given, (list, dict))
    result = _apply_change(given, after)
    assert result == expected
    assert (result is given) is (same or given is len)


def test_an_array_is_changed_only_where_it_can_be():
    array = np.zeros(2)
    assert _apply_change(array, np.ones(2)) is array
    assert array.tolist() == [1, 1]
    assert _apply_change(array, np.ones(3)) is not array
    assert _apply_change(array, np.ones(2, int)) is not array
    array.flags.writeable = False
    assert _apply_change(array, np.zeros(2)) is not array
    assert array.tolist() == [1, 1]


class Wire:
    """A channel to a student worker that sends prepared replies."""

    def __init__(self, *replies):
        self.replies, self.sent = list(replies), []

    def send(self, message):
        self.sent.append(message)

    def receive(self, limit):
        return self.replies.pop(0)


def reply(value):
    return b"A" + encode(value)


FORGED = [
    b"A",
    b"A" + b"garbage",
    reply(3),
    reply([]),
    reply({"ask": 3}),
    reply({"ask": ["answer x"], "args": (), "kwargs": {}}),
    reply({"ask": "answer x"}),
    reply({"ask": "answer x", "args": 3, "kwargs": []}),
    reply({"ask": "utils os.system", "args": ("true",), "kwargs": {}}),
    reply({"ask": "answer ok", "args": ("x", 1, 2, 3), "kwargs": {}}),
    reply({"ask": "answer ok", "args": (), "kwargs": {3: 4}}),
    reply({"value": {1: 2}, "error": 3}),
    reply({"value": 1, "error": {"names": [[]], "text": [], "line": 9}}),
    reply({"value": 1, "library": 5}),
    reply({"value": 1, "library": "x" * 10_000}),
    reply({"after": 3}),
    reply({"after": ((), {})}),
    reply({"after": ([1, 2], {})}),
    reply({"after": ((1, 2), {"other": 1})}),
    reply({"after": (({}, {}), {})}),
]


@pytest.mark.parametrize("forged", FORGED, ids=range(len(FORGED)))
def test_a_forged_reply_is_a_wrong_answer_and_nothing_else(forged):
    wire = Wire(forged, *[reply({"value": "the end"})] * 3)
    proxy = FunctionProxy(Judge(wire, with_keras=False), "f", [], False)
    proxy.substitutes = {"ok": lambda: 1}
    args = ([1], np.zeros(2))
    done = proxy.call_apart(args, {}, by_hand=True)
    assert done.keys() == {"value", "error", "library", "after"}
    assert done["error"] is None or isinstance(done["error"], Exception)
    assert isinstance(done["library"], str)
    assert len(done["library"]) <= 200
    assert len(done["after"][0]) == 2
    for message in wire.sent[1:]:
        assert decode(message[1:]).keys() <= {"value", "error"}


@pytest.mark.parametrize(
    ("answer", "hints"),
    [
        (reply({"hints": ["return in loop", 3]}), ["return in loop"]),
        (reply({"hints": "return in loop"}), []),
        (reply({}), []),
        (b"Gkilled by signal 9", []),
    ],
)
def test_what_the_source_shows_is_asked_for_once_and_only_when_it_is_needed(answer, hints):
    wire = Wire(answer)
    proxy = FunctionProxy(Judge(wire, with_keras=False), "f", [], False)
    assert wire.sent == []
    assert (proxy.hints, proxy.hints) == (hints, hints)
    assert [decode(message[1:])["do"] for message in wire.sent] == ["hints"]


FAIR = describe_generator(np.random.default_rng(3))


FORGED = [
    {"state": {"bit_generator": "PCG64", "state": "forged"}, "seed": {}},
    FAIR | {"state": FAIR["state"] | {"bit_generator": "Generator"}},
    FAIR | {"seed": {"entropy": "no number", "spawn_key": (), "n_children_spawned": 0}},
    FAIR | {"seed": FAIR["seed"] | {"n_children_spawned": 10**30}},
    FAIR | {"seed": FAIR["seed"] | {"n_children_spawned": 2**31}},
    FAIR | {"seed": FAIR["seed"] | {"n_children_spawned": -1}},
    FAIR | {"seed": FAIR["seed"] | {"spawn_key": 5}},
    FAIR | {"seed": ["entropy"]},
    {"state": FAIR["state"]},
    FAIR | {"state": np.random.Philox(3).state | {"buffer_pos": -9}},
    FAIR | {"state": np.random.Philox(3).state | {"buffer_pos": 5}},
    "nothing",
]


@pytest.mark.parametrize("told", FORGED)
def test_a_forged_state_of_a_generator_is_passed_over(told):
    rng = np.random.default_rng(3)
    before = rng.bit_generator.state

    def extension(value):
        return "generator", told

    sent = b"A" + encode({"value": 1, "after": ((object(),), {})}, extension)
    proxy = FunctionProxy(Judge(Wire(sent), with_keras=False), "f", [], False)
    assert proxy.call_apart((rng,), {}, by_hand=True)["value"] == 1
    assert rng.bit_generator.state == before
    assert rng.bit_generator.seed_seq.n_children_spawned == 0


def test_a_process_that_came_to_an_end_is_told():
    proxy = FunctionProxy(Judge(Wire(b"Gkilled by signal 9"), with_keras=False), "f", [], False)
    done = proxy.call_apart((1,), {}, by_hand=True)
    assert type(done["error"]).__name__ == "FunctionEndedError"
    assert str(done["error"]) == "killed by signal 9"


@pytest.mark.parametrize(
    ("with_keras", "by_hand", "to"),
    [(False, True, b"H"), (True, True, b"H"), (True, False, b"K"), (False, False, b"K")],
)
def test_an_answer_by_hand_goes_where_there_are_no_libraries(with_keras, by_hand, to):
    wire = Wire(reply({"value": 1}))
    FunctionProxy(Judge(wire, with_keras), "f", [], False).call_apart((), {}, by_hand)
    assert wire.sent[0][:1] == to

import sys
from textwrap import dedent

import nbformat
import numpy as np
import pytest

from grader.course.lesson import Lesson
from grader.isolation.codec import decode, encode
from grader.isolation.limits import ResourceLimits
from grader.marking.context import SubmissionContext
from grader.marking.supervisor import Supervisor
from grader.workers.generators import describe_generator
from grader.workers.judge import Judge, _global_names
from grader.workers.pool import shared_pool
from grader.workers.proxy import FunctionProxy, _apply_one, read_error

on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has what confines a submission"
)
NAMES = ("f", "g", "pool2d", "correlate2d", "random_shift")
HEAD = "import numpy as np\n"


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    """A lesson of which nothing matters but its exercises' names, and what it imports."""
    lesson = Lesson(tmp_path_factory.mktemp("course"), "01_made")
    cells = [nbformat.v4.new_code_cell("import numpy as np\nimport math as m")]
    cells += [graded(f"test-{name}") for name in NAMES]
    lesson.__dict__["notebook"] = nbformat.v4.new_notebook(cells=cells)
    return lesson


def graded(name, source="assert True"):
    cell = nbformat.v4.new_code_cell(source)
    cell.metadata["nbgrader"] = {
        "grade_id": name, "grade": True, "solution": False, "locked": True, "points": 1.0,
        "schema_version": 3,
    }  # fmt: skip
    return cell


@pytest.fixture
def judge(lesson):
    """Run test cells on a student's cells; return for each what it put out, in short."""

    def run(student, *tests):
        cells = [nbformat.v4.new_code_cell(HEAD + dedent(student).strip("\n"))]
        cells += [graded("test-f", dedent(test).strip("\n")) for test in tests]
        context = SubmissionContext(lesson, ResourceLimits(cell=10, submission=60), shared_pool())
        supervisor = Supervisor(cells, context)
        try:
            runs = [supervisor.run_test(index) for index in range(1, len(cells))]
        finally:
            supervisor.close()
        return [[_short(output) for output in one.outputs] for one in runs]

    return run


def _short(output):
    kind = output.get("name") or output.get("ename") or output.output_type
    text = output.get("text") or output.get("evalue") or output.get("data", {}).get("text/plain")
    return kind, text


pytestmark = on_linux
DOUBLE = "def f(x):\n    return 2 * x"


def test_a_plain_assertion_works(judge):
    right, wrong, with_text = judge(
        DOUBLE, "assert f(3) == 6", "assert f(3) == 7", "assert f(3) == 7, 'f: twice 3 is 6'"
    )
    assert right == []
    assert wrong == [("AssertionError", None)] or wrong == [("AssertionError", "")]
    assert with_text == [("AssertionError", "f: twice 3 is 6")]


def test_arrays_are_compared_by_value(judge):
    assert judge(DOUBLE, "np.testing.assert_allclose(f(np.ones(3)), [2, 2, 2])") == [[]]
    assert judge(DOUBLE, "assert (f(np.eye(2)) == [[2, 0], [0, 2]]).all()") == [[]]


def test_data_of_the_student_s_comes_by_value(judge):
    student = "size = 3\ntable = {'a': np.arange(3)}\nodd = {1}"
    assert judge(
        student,
        "assert size == 3 and table['a'].sum() == 3",
        "table['a'][0] = 9",
        "assert table['a'][0] in (0, 9)",
        "assert type(odd).__name__ == 'Foreign', odd",
        "not_there",
    ) == [[], [], [], [], [("NameError", "name 'not_there' is not defined")]]


@pytest.mark.parametrize(
    ("last", "value"), [("0.5", "0.5"), ("0.5 if f(1) == 2 else 0", "0.5"), ("'text'", "'text'")]
)
def test_the_value_of_the_last_line_is_partial_credit(judge, last, value):
    assert judge(DOUBLE, f"x = 1\n{last}") == [[("execute_result", value)]]


def test_none_is_no_value_and_an_assignment_has_none(judge):
    assert judge(DOUBLE, "None", "x = 3", "print('a')") == [[], [], [("stdout", "a\n")]]


def test_what_a_test_writes_to_stderr_is_no_failure(judge):
    test = "import sys, warnings\nprint('careful', file=sys.stderr)\nwarnings.warn('old')"
    ((kind, text), *more) = judge(DOUBLE, test)[0]
    assert kind == "stdout"
    assert "careful" in text
    assert not more


def test_what_is_not_done_gives_no_points(judge):
    """Is it on stderr, as stock nbgrader has it, for checks and plain tests alike?"""
    student = "def f(x):\n    raise NotImplementedError"
    checked, plain, caught = judge(
        student,
        "from utils import checks\nwith checks.Exercise('pooling.pool2d', f) as check:\n"
        "    check.agrees(np.ones((4, 4)))",
        "assert f(3) == 6",
        "import sys\ntry:\n    f(3)\nexcept NotImplementedError:\n"
        "    print('f: not done yet', file=sys.stderr)",
    )
    assert checked == [("stderr", "pool2d: not done yet\n")]
    assert plain[-1][0] == "NotImplementedError"
    assert caught == [("stderr", "f: not done yet\n")]


def test_a_test_cell_s_names_are_there_for_the_next(judge):
    assert judge(DOUBLE, "secret = 21", "assert f(secret) == 42") == [[], []]


def test_the_student_s_helpers_can_be_used(judge):
    student = "def helper(x):\n    return x + 1\ndef f(x):\n    return helper(x)"
    assert judge(student, "assert helper(1) == f(1) == 2") == [[]]


def test_what_a_lesson_imports_is_there_though_the_student_spoils_it(judge):
    student = "np = 3\nm = None\ndef f(x):\n    return x"
    assert judge(student, "assert m.floor(2.5) == 2\nnp.eye(1)") == [
        [("execute_result", "array([[1.]])")]
    ]


def test_an_exercise_s_name_is_always_the_student_s(judge):
    """Even where a test cell before had a name like it of its own."""
    test = "from utils.pooling import pool2d\npool2d = pool2d"
    assert judge("def pool2d(x):\n    return 'mine'", test, "assert pool2d(1) == 'mine'") == [
        [],
        [],
    ]


def test_builtins_are_python_s_own(judge):
    student = "def len(x):\n    return 3\ndef isinstance(*args):\n    return True\n" + DOUBLE
    assert judge(student, "assert len([]) == 0 and not isinstance(f(1), str)") == [[]]


def test_a_syntax_error_in_a_test_is_told(judge):
    assert judge(DOUBLE, "assert f(", "assert f(1) == 2")[0][0][0] == "SyntaxError"


def test_output_is_cut(judge):
    ((_, text),) = judge(DOUBLE, "print('x' * 300_000)")[0]
    assert len(text) < 201_000
    assert text.endswith("... output cut\n")


@pytest.mark.parametrize("leave", ["raise SystemExit(3)", "import sys; sys.exit()", "exit()"])
def test_leaving_a_test_ends_it_alone(judge, leave):
    left, after = judge(DOUBLE, leave, "assert f(1) == 2")
    assert after == []
    assert left


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        ("raise ValueError('too small')", "ValueError", "too small"),
        ("raise TooSmall('too small')", "TooSmall", "too small"),
        ("return {}['k']", "KeyError", "'k'"),
        ("return [][1]", "IndexError", "list index out of range"),
        ("return np.ones(2) @ np.ones(3)", "ValueError", "matmul"),
        ("import sys; sys.exit(1)", "SystemExit", "1"),
        ("return f(x)", "RecursionError", "maximum recursion"),
        ("return np.linalg.inv(np.zeros((2, 2)))", "LinAlgError", "Singular matrix"),
    ],
)
def test_an_error_crosses_with_class_and_text(judge, body, kind, says):
    student = f"class TooSmall(ValueError):\n    pass\ndef f(x):\n    {body}"
    ((found, text),) = judge(student, "f(3)")[0]
    assert found == kind
    assert says in text


def test_an_error_of_an_own_class_is_one_of_its_kind(judge):
    student = "class TooSmall(ValueError):\n    pass\ndef f(x):\n    raise TooSmall('no')"
    test = """
        try:
            f(3)
        except ValueError as error:
            assert type(error).__name__ == "TooSmall"
            assert str(error) == "no"
            assert error.student_line == "raise TooSmall('no')"
        else:
            assert False
    """
    assert judge(student, test) == [[]]


def test_an_error_s_class_cannot_pass_for_the_grader_s(judge):
    """Can a student's error not pass as one that the judge believes?"""
    for name in ("Stopped", "CheckError", "FunctionEndedError"):
        student = f"class {name}(Exception):\n    pass\ndef f(x):\n    raise {name}('all right')"
        test = (
            "from utils import checks\nwith checks.Exercise('pooling.pool2d', f) as check:\n"
            "    check.agrees(np.ones((4, 4)))"
        )
        ((kind, text),) = judge(student, test)[0]
        assert kind == "CheckError"
        assert f"It raised {name}: all right" in text


def test_what_is_not_plain_is_told_by_its_kind(judge):
    student = """
        class Yes:
            def __eq__(self, other):
                return True
        def f(x):
            return Yes()
        def g(x):
            return (one for one in [1])
    """
    equal, told, checked = judge(
        student,
        "assert f(1) != 1",
        "assert repr(f(1)) == '<Yes>' and repr(g(1)) == '<generator>'",
        "from utils import checks\nwith checks.Exercise('pooling.pool2d', f) as check:\n"
        "    check.agrees(np.ones((4, 4)))",
    )
    assert equal == told == []
    ((kind, text),) = checked
    assert kind == "CheckError"
    assert "Yes" in text


def test_arguments_that_were_changed_in_place_come_back(judge):
    student = """
        def f(x, y, z=None):
            x += 1
            y.append(4)
            if z is not None:
                z["new"] = np.zeros(2)
    """
    test = """
        x, y, z = np.zeros(2), [1], {"old": 1}
        view = x[:1]
        f(x, y, z=z)
        assert x.tolist() == [1, 1] and view.tolist() == [1]
        assert y == [1, 4]
        assert list(z) == ["old", "new"]
    """
    assert judge(student, test) == [[]]


def test_arguments_that_were_not_changed_stay_the_same_objects(judge):
    assert judge("def f(x):\n    return x.sum()", "x = np.ones(2)\nassert f(x) == 2\nx") == [
        [("execute_result", "array([1., 1.])")]
    ]


def test_changing_an_argument_is_noticed_by_checks(judge):
    student = """
        def pool2d(image, size=2, stride=None, mode="max"):
            image[0] = 0
            return np.zeros((2, 2))
    """
    test = (
        "from utils import checks\nwith checks.Exercise('pooling.pool2d', pool2d) as check:\n"
        "    check.agrees(np.ones((4, 4)))"
    )
    ((kind, text),) = judge(student, test)[0]
    assert kind == "CheckError"
    assert "chang" in text


def test_a_function_of_the_judge_s_can_be_an_argument(judge):
    student = """
        def f(function, x):
            return [function(x), function(x=x + 1)]
        def g(function):
            try:
                function(1)
            except ValueError as error:
                return str(error)
    """
    first, second = judge(
        student,
        "assert f(lambda x: x * x, 3) == [9, 16]",
        "def refuse(x):\n    raise ValueError('not for you')\nassert g(refuse) == 'not for you'",
    )
    assert (first, second) == ([], [])


def test_a_function_that_is_called_with_a_student_s_own_things_does_not_break(judge):
    student = "def f(function):\n    return function({1}, lambda: 0, np.ones(2) > 0)"
    test = "seen = []\ndef note(*args):\n    seen.extend(args)\n    return len(args)\n"
    test += "assert f(note) == 3\nassert repr(seen[0]) == '<set>'"
    assert judge(student, test) == [[]]


def test_two_functions_of_one_name_are_told_apart(judge):
    """As lambdas are, which are all called alike."""
    student = "def f(one, other):\n    return [one(1), other(1)]"
    assert judge(student, "assert f(lambda x: x + 1, lambda x: x - 1) == [2, 0]") == [[]]


def test_a_generator_goes_on_where_it_stood(judge):
    student = "def f(rng):\n    return rng.integers(0, 1000, 3)"
    test = """
        ours, theirs = np.random.default_rng(4), np.random.default_rng(4)
        for _ in range(3):
            assert (f(theirs) == ours.integers(0, 1000, 3)).all()
        assert theirs.random() == ours.random()
    """
    assert judge(student, test) == [[]]


def test_a_generator_spawns_others_as_anywhere(judge):
    student = "def f(rng):\n    return [child.random() for child in rng.spawn(2)]"
    test = """
        ours, theirs = np.random.default_rng(4), np.random.default_rng(4)
        for _ in range(2):
            assert f(theirs) == [child.random() for child in ours.spawn(2)]
        assert theirs.spawn(1)[0].random() == ours.spawn(1)[0].random()
    """
    assert judge(student, test) == [[]]


def test_a_function_is_called_back_from_threads_too(judge):
    student = """
        from concurrent.futures import ThreadPoolExecutor

        def f(predict, numbers):
            with ThreadPoolExecutor(4) as pool:
                return list(pool.map(predict, numbers))
    """
    test = "assert f(lambda x: x * x, list(range(50))) == [x * x for x in range(50)]"
    assert judge(dedent(student), test) == [[]]


def test_a_thread_that_outlives_its_answer_calls_nothing_back(judge):
    student = """
        import threading, time
        kept = []

        def f(g):
            def go_on():
                while not kept:
                    try:
                        g(1)
                    except RuntimeError as error:
                        kept.append(str(error))
            threading.Thread(target=go_on, daemon=True).start()
            return 1

        def told():
            time.sleep(0.2)
            return kept
    """
    calls = "calls = []\nassert f(calls.append) == 1\nassert 'only available while' in g()[0]"
    assert judge(dedent(student).replace("told", "g"), calls) == [[]]


def test_a_judge_that_ended_in_a_conversation_leaves_nobody_in_it(judge):
    student = "def f(function):\n    return function(1)\ndef g(x):\n    return 2 * x"
    breaking = "import os\nf(os._exit)"
    first, second = judge(student, breaking, "assert g(3) == 6 and f(abs) == 1")
    assert "the judge came to an end" in first[0][1]
    assert second == []


def test_a_generator_that_was_not_used_stays_where_it_is(judge):
    test = "rng = np.random.default_rng(4)\nf(rng)\n"
    test += "assert rng.random() == np.random.default_rng(4).random()"
    assert judge("def f(rng):\n    return np.random.default_rng(0).random()", test) == [[]]


CONVOLVE = """
    def correlate2d(image, kernel):
        return {}

    def g(image, kernel):
        return correlate2d(image, np.flip(kernel))
"""
USES = """
    from utils import checks
    with checks.Exercise("convolution.convolve2d", g, uses=["correlate2d"]) as check:
        check.agrees(np.arange(12.0).reshape(3, 4), np.array([[1, 2], [3, 4]]))
"""


def test_an_answer_is_tried_with_the_right_one_of_another_exercise(judge):
    ((kind, text),) = judge(CONVOLVE.format("np.zeros((2, 3))"), USES)[0]
    assert (kind, text) == ("stdout", "convolve2d: right (1 check).\n")
    again = judge(
        CONVOLVE.format("np.zeros((2, 3))"), USES, "assert (correlate2d(1, 1) == 0).all()"
    )
    assert again[1] == []


def test_a_function_may_be_given_to_the_right_one(judge):
    """Does a callback go there and back: the student's, in the judge, for the student's?"""
    student = """
        def correlate2d(x, kernel):
            ...
        def g(x):
            return correlate2d(lambda y: y + 1, x)
    """
    test = "g.substitutes = {'correlate2d': lambda function, x: function(function(x))}\n"
    test += "assert g(3) == 5"
    assert judge(student, test) == [[]]


ALLOWED = """
    from utils import checks
    with checks.Exercise("pooling.pool2d", f, allowed=[{}]) as check:
        check.agrees(np.arange(16.0).reshape(4, 4), 2, None, "max")
"""


def test_a_function_of_utils_is_allowed_or_an_offence(judge):
    student = "from utils import pooling\n\ndef f(*args):\n    return pooling.pool2d(*args)"
    allowed, not_allowed = judge(
        student, ALLOWED.format("'pooling.pool2d'"), ALLOWED.format("'pooling.shift'")
    )
    assert allowed == [("stdout", "pool2d: right (1 check).\n")]
    ((kind, text),) = not_allowed
    assert kind == "CheckError"
    assert "It hands the work to utils (pool2d)" in text


def test_an_offence_fails_a_plain_test_too(judge):
    student = "import scipy.ndimage\ndef f(x):\n    return scipy.ndimage.sobel(x)"
    assert judge(student, "f(np.ones((3, 3)))") == [
        [("AssertionError", "f hands the work to scipy (sobel)")]
    ]


def test_a_test_that_passes_what_cannot_be_passed_says_so(judge):
    ((kind, text),) = judge(DOUBLE, "f({1})")[0]
    assert kind == "TypeError"
    assert "a test passes set" in text


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("assert f(3) == 6", {"f"}),
        ("x = f(3)\nprint(x)", {"f", "x", "print"}),
        ("def g(y):\n    return h(y)\ng(1)", {"g", "h"}),
        ("[a for a in b]", {"b"}),
        ("import numpy as np\nnp.ones(2)", {"np"}),
        ("lambda: k", {"k"}),
        ("g = lambda x=a: x + keras.b\ng(1)", {"g", "keras", "a"}),
    ],
)
def test_names_that_a_cell_looks_up_outside(source, names):
    assert _global_names(source) == names


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
    result = _apply_one(given, after)
    assert result == expected
    assert (result is given) is (same or given is len)


def test_an_array_is_changed_only_where_it_can_be():
    array = np.zeros(2)
    assert _apply_one(array, np.ones(2)) is array
    assert array.tolist() == [1, 1]
    assert _apply_one(array, np.ones(3)) is not array
    assert _apply_one(array, np.ones(2, int)) is not array
    array.flags.writeable = False
    assert _apply_one(array, np.zeros(2)) is not array
    assert array.tolist() == [1, 1]


class Wire:
    """A student's process that answers what it likes."""

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
    stand_in = FunctionProxy(Judge(wire, with_keras=False), "f", [])
    stand_in.substitutes = {"ok": lambda: 1}
    args = ([1], np.zeros(2))
    done = stand_in.call_apart(args, {}, by_hand=True)
    assert done.keys() == {"value", "error", "library", "after"}
    assert done["error"] is None or isinstance(done["error"], Exception)
    assert isinstance(done["library"], str)
    assert len(done["library"]) <= 200
    assert len(done["after"][0]) == 2
    for message in wire.sent[1:]:
        assert decode(message[1:]).keys() <= {"value", "error"}


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
    stand_in = FunctionProxy(Judge(Wire(sent), with_keras=False), "f", [])
    assert stand_in.call_apart((rng,), {}, by_hand=True)["value"] == 1
    assert rng.bit_generator.state == before
    assert rng.bit_generator.seed_seq.n_children_spawned == 0


def test_a_process_that_came_to_an_end_is_told():
    stand_in = FunctionProxy(Judge(Wire(b"Gkilled by signal 9"), with_keras=False), "f", [])
    done = stand_in.call_apart((1,), {}, by_hand=True)
    assert type(done["error"]).__name__ == "Stopped"
    assert str(done["error"]) == "killed by signal 9"


@pytest.mark.parametrize(
    ("with_keras", "by_hand", "to"),
    [(False, True, b"H"), (True, True, b"H"), (True, False, b"K"), (False, False, b"K")],
)
def test_an_answer_by_hand_goes_where_there_are_no_libraries(with_keras, by_hand, to):
    wire = Wire(reply({"value": 1}))
    FunctionProxy(Judge(wire, with_keras), "f", []).call_apart((), {}, by_hand)
    assert wire.sent[0][:1] == to

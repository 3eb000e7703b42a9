import sys
from textwrap import dedent

import nbformat
import pytest

from grader.course.lesson import Lesson
from grader.isolation.limits import ResourceLimits
from grader.marking.context import SubmissionContext
from grader.marking.supervisor import Supervisor
from grader.workers.judge import _global_names
from grader.workers.pool import shared_pool

on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has what confines a submission"
)


NAMES = ("f", "g", "pool2d", "correlate2d", "random_shift")


HEAD = "import numpy as np\n"


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    """A lesson of which only the names of the exercises and the imports matter."""
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
    """Run test cells on a student's cells; return a summary of the outputs of each."""

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
        "assert type(odd).__name__ == 'OpaqueValue', odd",
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
    """Is there output on stderr, as in stock nbgrader, for checks and plain tests alike?"""
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
    """Even if an earlier test cell has defined the same name?"""
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
    for name in ("Stopped", "FunctionEndedError", "CheckError", "CellStopped"):
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
    """All lambdas, for example, have the same name."""
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
    assert kind == "stdout"
    assert text.startswith("✓ convolve2d: right on what you can see (1 check); 2 hidden tests")
    again = judge(
        CONVOLVE.format("np.zeros((2, 3))"), USES, "assert (correlate2d(1, 1) == 0).all()"
    )
    assert again[1] == []


def test_a_function_may_be_given_to_the_right_one(judge):
    """Can the judge's function call a function that the student's function gave it?"""
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


def test_a_function_of_utils_is_allowed_or_a_violation(judge):
    student = "from utils import pooling\n\ndef f(*args):\n    return pooling.pool2d(*args)"
    allowed, not_allowed = judge(
        student, ALLOWED.format("'pooling.pool2d'"), ALLOWED.format("'pooling.shift'")
    )
    ((kind, text),) = allowed
    assert (kind, text[:13]) == ("stdout", "✓ pool2d: rig")
    ((kind, text),) = not_allowed
    assert kind == "CheckError"
    assert "It hands the work to utils (`" in text


def test_a_violation_fails_a_plain_test_too(judge):
    student = "import scipy.ndimage\ndef f(x):\n    return scipy.ndimage.sobel(x)"
    assert judge(student, "f(np.ones((3, 3)))") == [
        [("AssertionError", "f hands the work to scipy (`scipy.ndimage.sobel(x)`)")]
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

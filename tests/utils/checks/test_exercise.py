"""Does a test cell say what a tired student needs to read, and only that?"""

import sys
import warnings
from collections import namedtuple

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from scipy import signal

from utils import checks, convolution
from utils import sobel as reference
from utils.checks import calls, problem, time_limit
from utils.checks import exercise as exercise_module

IMAGE = np.arange(1, 17).reshape(4, 4)
KERNEL = np.array([[1, 2], [3, 4]])


def correlate2d(image, kernel, sign=1):
    kh, kw = kernel.shape
    if kh > image.shape[0] or kw > image.shape[1]:
        raise ValueError("too large")
    return np.array(
        [
            [
                np.sum(image[i : i + kh, j : j + kw].astype(float) * kernel[::sign, ::sign])
                for j in range(image.shape[1] - kw + 1)
            ]
            for i in range(image.shape[0] - kh + 1)
        ]
    )


def check(function, *args, **options):
    with checks.Exercise("convolution.correlate2d", function, **options) as exercise:
        exercise.agrees(*(args or (IMAGE, KERNEL)))


def failure(function, *args, **options):
    with pytest.raises(problem.CheckError) as caught:
        check(function, *args, **options)
    return str(caught.value)


def failure_on(function, *images):
    exercise = checks.Exercise("convolution.correlate2d", function)
    exercise.__enter__()
    for image in images:
        exercise.agrees(image, KERNEL)
    with pytest.raises(problem.CheckError) as caught:
        exercise.__exit__(None, None, None)
    return str(caught.value)


def test_a_right_answer_is_praised(capsys):
    check(correlate2d)
    assert capsys.readouterr().out == (
        "✓ correlate2d: right on what you can see (1 check); "
        "3 hidden tests, worth 3 of its 4 points, when you hand in.\n"
    )


def test_the_mistake_is_named_on_the_smallest_input_with_what_differs_in_brackets():
    said = failure(lambda image, kernel: correlate2d(image, kernel, sign=-1))
    assert said.startswith("correlate2d: The kernel is flipped")
    assert "image = [[1, 2, 3]]" in said
    assert " 21   32    [12] [23]" in said


def test_a_hidden_input_and_its_expected_values_are_never_shown():
    secret = np.full((3, 3), 61.803)
    said = failure(
        lambda image, kernel: correlate2d(image, kernel) + (image.flat[0] == 61.803), secret, KERNEL
    )
    assert "a 3x3 array of float64" in said
    assert "61" not in said
    assert "618" not in said.replace(".", "")


def test_an_example_is_shown_as_it_is():
    with (
        pytest.raises(problem.CheckError, match="44    54    64"),
        checks.Exercise("convolution.correlate2d", lambda image, kernel: image) as exercise,
    ):
        exercise.example(IMAGE, KERNEL, expected=[[44, 54, 64], [84, 94, 104], [124, 134, 144]])


def test_an_input_is_shown_digit_by_digit():
    image = np.array([[0.1 + 0.2, 1e-12], [1 / 3, 5.0]])

    def check_example():
        with checks.Exercise("convolution.relu", lambda x: x + 1) as exercise:
            exercise.example(image, expected=image)

    with pytest.raises(problem.CheckError) as caught:
        check_example()
    shown = str(caught.value).split("x = ")[1].split("]]")[0] + "]]"
    assert np.array_equal(eval(shown), image)


def test_numbers_that_differ_look_different():
    said = failure(lambda image, kernel: correlate2d(image, kernel) * (1 + 3e-6))
    wrong = said.split("[")[-1].split("]")[0]
    assert float(wrong) != round(float(wrong))


def test_every_check_runs_even_after_one_has_failed():
    def wrong(image, kernel):
        return correlate2d(image, kernel, -1) if image.shape[0] == 4 else None

    def check_three_times():
        with checks.Exercise("convolution.correlate2d", wrong) as exercise:
            exercise.example(IMAGE, KERNEL, expected=correlate2d(IMAGE, KERNEL))
            exercise.example(IMAGE[:3], KERNEL, expected=correlate2d(IMAGE[:3], KERNEL))
            exercise.raises(ValueError, np.ones((2, 2)), np.ones((3, 3)))

    with pytest.raises(problem.CheckError) as caught:
        check_three_times()
    said = str(caught.value)
    assert "3 of 3 checks failed" in said
    said_first, said_last = (
        "correlate2d: The kernel is flipped",
        "Besides: It should raise ValueError",
    )
    for words in (said_first, "Besides: It returned None", said_last):
        assert words in said


def test_an_error_in_the_students_function_is_told_with_its_line():
    def wrong(image, kernel):
        return image[99, 99]

    said = failure(wrong)
    assert "It raised IndexError: index 99 is out of bounds" in said
    assert "in the line: return image[99, 99]" in said


def test_an_error_of_a_class_of_its_own_for_each_input_tells_no_more_than_one():
    def tell(image, kernel):
        raise type(f"Saw{image.sum():.0f}", (ValueError,), {})(str(image.tolist()))

    said = failure_on(tell, *(np.full((size, size), 7.5) for size in range(3, 9)))
    assert said.count("It raised") == 1


def test_of_many_things_that_are_wrong_some_are_told():
    errors = [ValueError, TypeError, KeyError, IndexError, OSError, NameError, EOFError]

    def fail(image, kernel):
        raise errors[len(image) - 3]

    said = failure_on(fail, *(np.full((size, size), 7.5) for size in range(3, 10)))
    assert "7 of 7 checks failed" in said
    assert said.count("It raised") == problem.MAX_PROBLEMS
    assert said.endswith("7 of 7 checks failed, 3 of them as shown.")


def test_leaving_python_is_an_error_like_any_other():
    assert "It raised SystemExit" in failure(lambda image, kernel: sys.exit(0))


@pytest.mark.parametrize("changed", ["image", "kernel"])
def test_a_changed_argument_is_named(changed):
    def wrong(image, kernel):
        result = correlate2d(image, kernel)
        {"image": image, "kernel": kernel}[changed][0, 0] = 99
        return result

    assert f"It changes its argument `{changed}`" in failure(wrong)


def test_what_is_not_done_yet_is_said_without_an_error(capsys):
    def stub(image, kernel):
        raise NotImplementedError

    check(stub)
    assert capsys.readouterr().err == "correlate2d: not done yet\n"


def test_an_answer_that_is_no_function_is_named():
    with (
        pytest.raises(problem.CheckError, match="should be a function, but is the int 5"),
        checks.Exercise("convolution.correlate2d", 5),
    ):
        pass


def test_warnings_and_stderr_of_a_right_answer_cost_nothing(capsys):
    def noisy(image, kernel):
        warnings.warn("careful", stacklevel=1)
        print("careful", file=sys.stderr)
        return correlate2d(image, kernel)

    check(noisy)
    assert capsys.readouterr().err == ""


def test_an_exercise_is_marked_on_its_own_when_the_one_it_uses_is_wrong():
    names = {"correlate2d": lambda image, kernel: correlate2d(image, kernel) + 1, "np": np}
    exec("def convolve2d(image, kernel):\n    return correlate2d(image, np.flip(kernel))", names)
    with checks.Exercise(
        "convolution.convolve2d", names["convolve2d"], uses=["correlate2d"]
    ) as exercise:
        exercise.agrees(IMAGE, KERNEL)
    assert names["correlate2d"](IMAGE, KERNEL)[0, 0] == 45, "the student's own is put back"


def convolve2d_of(source, **names):
    """Return the function that a notebook with these names defines, and the notebook."""
    names |= {"np": np}
    exec(source, names)
    return names["convolve2d"], names


CALLING = "def convolve2d(image, kernel):\n    return correlate2d(image, np.flip(kernel))"


def test_an_exercise_is_marked_on_its_own_when_the_one_it_uses_is_missing():
    """As after a syntax error in its cell, or where its name is misspelt."""
    convolve2d, names = convolve2d_of(CALLING)
    with checks.Exercise("convolution.convolve2d", convolve2d, uses=["correlate2d"]) as exercise:
        exercise.agrees(IMAGE, KERNEL)
    assert "correlate2d" not in names, "what was missing is missing again"


def test_an_exercise_is_marked_on_its_own_when_the_one_it_uses_does_not_end(monkeypatch):
    monkeypatch.setattr(time_limit, "CHECK_SECONDS", 0.3)
    monkeypatch.setattr(time_limit, "CHECK_SECONDS_WITH_KERAS", 0.3)

    def correlate2d(image, kernel):
        while True:
            pass

    convolve2d, names = convolve2d_of(CALLING, correlate2d=correlate2d)
    with checks.Exercise("convolution.convolve2d", convolve2d, uses=["correlate2d"]) as exercise:
        exercise.agrees(IMAGE, KERNEL)
    assert names["correlate2d"] is correlate2d


def test_an_exercise_that_does_not_end_itself_is_stopped_again(monkeypatch):
    monkeypatch.setattr(time_limit, "CHECK_SECONDS", 0.3)
    monkeypatch.setattr(time_limit, "CHECK_SECONDS_WITH_KERAS", 0.3)
    monkeypatch.setattr(exercise_module, "SECONDS_AFTER_TIMEOUT", 0.3)
    convolve2d, _ = convolve2d_of("def convolve2d(image, kernel):\n    while True:\n        pass")
    with (
        pytest.raises(problem.CheckError, match=r"stopped after 0\.3 s"),
        checks.Exercise("convolution.convolve2d", convolve2d, uses=["correlate2d"]) as exercise,
    ):
        exercise.agrees(IMAGE, KERNEL)


def test_a_librarys_function_under_the_name_of_a_missing_answer_is_not_replaced():
    convolve2d, _ = convolve2d_of(CALLING, correlate2d=signal.correlate2d)
    with (
        pytest.raises(problem.CheckError, match="scipy"),
        checks.Exercise("convolution.convolve2d", convolve2d, uses=["correlate2d"]) as exercise,
    ):
        exercise.agrees(IMAGE, KERNEL)


def test_an_exercise_is_told_of_its_own_mistake_where_the_one_it_uses_hands_work_to_a_library():
    names = {"correlate2d": lambda image, kernel: signal.correlate2d(image, kernel, "valid")}
    exec("def convolve2d(image, kernel):\n    return correlate2d(image, kernel)", names)
    with (
        pytest.raises(problem.CheckError, match=r"(?i)flip") as failed,
        checks.Exercise(
            "convolution.convolve2d", names["convolve2d"], uses=["correlate2d"]
        ) as exercise,
    ):
        exercise.agrees(IMAGE, KERNEL)
    assert "SciPy" not in str(failed.value)


Gradient = namedtuple("Gradient", "gx gy")


class Named(Gradient):
    def __iter__(self):
        raise ValueError("of the student's own")


@pytest.mark.parametrize("kind", [Gradient, Named])
def test_a_namedtuple_is_a_tuple(kind):
    def sobel(image):
        return kind(*reference.sobel(image))

    image = np.arange(20.0).reshape(4, 5) ** 2
    with checks.Exercise("sobel.sobel", sobel, by_hand=False) as exercise:
        exercise.agrees(image)
        exercise.satisfies(lambda pair: type(pair) is tuple, "no tuple", image)


@pytest.mark.parametrize("wrap", [lambda one: [one, one], lambda one: {"a": (1, one)}])
def test_a_namedtuple_in_another_value_is_a_tuple(wrap):
    result = calls.call(lambda: wrap(Gradient(1, 2)), (), {})
    assert repr(result.value) == repr(wrap((1, 2)))


def test_a_list_in_itself_is_no_endless_loop():
    endless = []
    endless += [endless, endless]
    assert calls.call(lambda: endless, (), {}).value is endless


def test_a_notebook_shows_the_message_and_no_traceback():
    shell = InteractiveShell()
    shown = []
    shell._showtraceback = lambda kind, value, lines: shown.extend(lines)
    shell.user_ns["check"] = lambda: check(lambda image, kernel: None)
    shell.run_cell("check()")
    assert shown[0] == "correlate2d: It returned None. Is a `return` missing?"
    assert not any("Traceback" in line or ".py" in line for line in shown)


@pytest.mark.parametrize(
    "result",
    [
        np.zeros((0, 0)),
        np.zeros((3, 0)),
        np.array(5.0),
        np.array([[object()]]),
        np.array(["text"]),
        np.array([1 + 2j]),
        np.zeros((2, 2), dtype="datetime64[s]"),
        [[1, 2], [3]],
        {1: 2},
        lambda: 5,
        (i for i in range(3)),
        float("nan"),
        "\ud800",
        b"bytes",
    ],
)
def test_whatever_comes_back_there_is_a_message(result):
    assert failure(lambda image, kernel: result).startswith("correlate2d: It")


def test_long_rows_stand_one_above_the_other():
    wide = np.arange(12.0)[None]
    with (
        pytest.raises(problem.CheckError) as caught,
        checks.Exercise("convolution.correlate2d", lambda image, kernel: image * 2) as exercise,
    ):
        exercise.example(wide, np.array([[1]]), expected=wide)
    assert max(map(len, str(caught.value).splitlines())) < 100


def test_warnings_of_what_came_back_cost_nothing():
    def warn(results):
        warnings.warn("unbuilt state", stacklevel=1)

    with warnings.catch_warnings(action="error"), checks.Exercise("convolution.relu", abs) as check:
        check.finds_no_fault(warn, (1,))


class TestSeveralResults:
    """Can results that no reference answer gives be checked together?"""

    CALLS = ((IMAGE, KERNEL), (2 * IMAGE, KERNEL))

    @staticmethod
    def check(function, find_fault, calls=CALLS, **options):
        with checks.Exercise("convolution.correlate2d", function, **options) as check:
            check.finds_no_fault(find_fault, *calls)

    def test_all_results_are_seen_together(self, capsys):
        seen = []
        self.check(correlate2d, lambda values: seen.extend(values))
        assert np.array_equal(2 * seen[0], seen[1])
        assert "✓ correlate2d: right" in capsys.readouterr().out

    def test_the_fault_is_told_with_what_kind_of_input_it_was(self):
        with pytest.raises(problem.CheckError) as caught:
            self.check(correlate2d, lambda values: "Too even." if len(values) == 2 else None)
        assert str(caught.value) == (
            "correlate2d: Too even.\n"
            "    for image = a 4x4 array of int64, kernel = a 2x2 array of int64"
        )

    @pytest.mark.parametrize(
        ("function", "said"),
        [
            (lambda image, kernel: 1 / 0, "It raised ZeroDivisionError"),
            (lambda image, kernel: image.fill(0), "changes its argument"),
            (
                lambda image, kernel: convolution.correlate2d(image, kernel),
                "hands the work to utils",
            ),
        ],
    )
    def test_errors_and_broken_rules_are_told(self, function, said):
        with pytest.raises(problem.CheckError, match=said):
            self.check(function, lambda values: None)

    def test_what_is_not_done_yet_is_no_fault(self, capsys):
        def later(image, kernel):
            raise NotImplementedError

        self.check(later, lambda values: "wrong")
        assert capsys.readouterr().err == "correlate2d: not done yet\n"

    def test_a_generator_is_the_same_for_every_call(self):
        rng = np.random.default_rng(0)
        state = rng.bit_generator.state
        drawn = []
        self.check(lambda image, rng: rng.random(), drawn.extend, [(IMAGE, rng)] * 2)
        assert drawn[0] == drawn[1]
        assert rng.bit_generator.state == state

    def test_it_is_checked_again_with_the_right_exercises_in_place(self):
        names = {}
        exec("def correlate2d(image, kernel): return 0 * image", names)
        exec("def convolve2d(image, kernel): return correlate2d(image, kernel)", names)
        with checks.Exercise(
            "convolution.convolve2d", names["convolve2d"], uses=["correlate2d"]
        ) as check:
            check.finds_no_fault(
                lambda values: None if values[0].any() else "All 0.", (IMAGE, KERNEL)
            )


def only_square(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    result = np.einsum("ijab,ab->ij", windows, kernel)
    is_square = image.shape[0] == image.shape[1] and kernel.shape[0] == kernel.shape[1]
    return result if is_square else result[:-1]


def nearly_only_square(image, kernel):
    """Be right for images of one column too, as one of the small public inputs is."""
    right = convolution.correlate2d(image, kernel)
    return right if image.shape[1] == 1 else only_square(image, kernel)


def fault_of(function, *calls, name="convolution.correlate2d", by_hand=True):
    def run():
        with checks.Exercise(name, function, by_hand=by_hand) as check:
            for call in calls:
                check.agrees(*call)

    with pytest.raises(problem.CheckError) as failed:
        run()
    return str(failed.value).splitlines()


SHAPES = [((5, 5), (3, 3)), ((6, 6), (2, 2)), ((4, 8), (2, 2)), ((5, 9), (3, 3))]


def test_what_an_answer_is_right_for_is_told():
    calls = [(np.ones(image), np.ones(kernel)) for image, kernel in SHAPES]
    assert "It is right for square images only." in fault_of(only_square, *calls)[0]
    # Two of each are the least that shows a pattern.
    assert "right for" not in fault_of(only_square, *calls[1:])[0]
    assert "right for" not in fault_of(only_square, *calls[:3])[0]
    # A small public input that contradicts it is enough.
    assert "right for" not in fault_of(nearly_only_square, *calls, by_hand=False)[0]


def test_a_pattern_is_told_of_a_parameter():
    def off(n, k, padding=0, stride=1):
        return (n - k + 2 * padding) // stride + 1 + 7 * (stride > 1)

    calls = [(7, 3, 0, 1), (9, 3, 1, 1), (12, 3, 0, 2), (15, 4, 1, 3)]
    lines = fault_of(off, *calls, name="output_size.output_size")
    assert "It is right only where stride is 1." in lines[0]


def test_a_mistake_that_has_a_name_needs_no_pattern():
    calls = [(np.ones(image), np.ones(kernel)) for image, kernel in SHAPES[:2]]
    calls += [
        (np.ones(image), np.arange(kernel[0] ** 2.0).reshape(kernel)) for image, kernel in SHAPES
    ]
    calls += [(np.arange(32.0).reshape(4, 8), np.arange(4.0).reshape(2, 2))]
    lines = fault_of(convolution.convolve2d, *calls, by_hand=False)
    assert not any("right for" in line for line in lines)


@pytest.mark.parametrize("checked", ["agrees", "raises", "both"])
def test_being_asked_twice_does_not_let_an_answer_try_something_else(checked):
    """It gives an error the first time, and a picture the second: each is right for one check."""
    asked = []

    def guess(image, kernel):
        asked.append((image.tobytes(), kernel.tobytes()))
        if asked.count(asked[-1]) > 1:
            return convolution.convolve2d(IMAGE, KERNEL)
        raise ValueError("too large")

    names = {"guess": guess, "correlate2d": correlate2d}
    exec("def convolve2d(image, kernel):\n    return guess(image, kernel)", names)

    def run():
        with checks.Exercise(
            "convolution.convolve2d", names["convolve2d"], by_hand=False, uses=["correlate2d"]
        ) as check:
            if checked != "raises":
                check.agrees(IMAGE, KERNEL)
            if checked != "agrees":
                check.raises(ValueError, KERNEL, IMAGE)

    if checked == "both":
        with pytest.raises(problem.CheckError):
            run()
    else:
        run()

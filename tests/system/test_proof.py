"""Would the proof notice a test that notices too little, or a right answer that is refused?"""

import copy
import json
import math
import subprocess
import sys

import numpy as np
import pytest

from grader.course.lesson import find_lessons
from tests.support.lessons import ROOT, model_answer, run_tests
from tools.proof import __main__ as command
from tools.proof import operators, report, run, together
from tools.proof.equivalent import EQUIVALENT
from tools.proof.prove import Proof
from utils.checks import compare, diagnose, problem, reference, render

EQUIVALENT_ONES = EQUIVALENT["dense_parameters"]
CAUGHT = "return inputs * units + units", "return inputs * units"
NEVER_MADE = "inputs = 1", "inputs = 12"
ANSWER = """
def correlate2d(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    right = np.einsum("ijab,ab->ij", windows, kernel, dtype=float)
    return {result}
"""
UNLIKE_ANY_MISTAKE = ANSWER.format(result="right**2 / 3 + np.arange(right.shape[1]) + 0.7")
DOUBLED = ANSWER.format(result="2 * right")
# A run forks, which a process that runs tests may be too far gone for.
SCRIPT = f"""
import json, os
import numpy as np
from tools.proof import run
from tools.proof.prove import prove

def proved(**changes):
    proof = prove("01_pixels", "dense_parameters", **changes)
    return proof.mutants, proof.caught, proof.right, proof.problems

def for_ever():
    while True:
        pass

known = {EQUIVALENT_ONES!r}
found = {{
    "as it is": proved(),
    "nothing is equivalent": proved(equivalent={{}}),
    "one too many": proved(equivalent=known | {{{CAUGHT!r}: "Why not."}}),
    "one unknown": proved(equivalent=known | {{{NEVER_MADE!r}: "Why not."}}),
    "a wrong answer": proved(right={{"biases": "def dense_parameters(*sizes): return 1"}}),
}}
run.SECONDS = 1
calls = {{"loop": (for_ever,), "exit": (os._exit, 3), "right": (len, "four")}}
found |= {{name: getattr(each, "why", each) for name, each in run.run_each(calls)}}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found():
    """What some proofs of `dense_parameters`, and some forks, came to."""
    process = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(process.stdout)


def say_of(answer, exercise="correlate2d"):
    """Return what is said of an answer to an exercise of lesson 02, and which of it is wrong."""
    return run.run_answer("02_convolution", exercise, answer)


def always(sentence):
    """Return a way to be wrong that the engine takes for true of every result."""
    return ((lambda pattern: True, sentence),)


def mutants_of(answer):
    return operators.make_mutants(answer, "f")


def changes_of(body):
    """Return what the operators make of a function's one line."""
    found = mutants_of(f"def f(a, b):\n    {body}")
    return {mutant.after for mutant in found if mutant.before == body}


def test_an_exercise_whose_tests_can_be_trusted_has_no_problems(found):
    mutants, caught, right, problems = found["as it is"]
    assert mutants > 20
    assert caught == mutants - len(EQUIVALENT_ONES)
    assert right >= 5
    assert problems == []


def test_a_mutant_that_no_test_catches_is_reported(found):
    mutants, caught, _, problems = found["nothing is equivalent"]
    assert caught == mutants - len(EQUIVALENT_ONES)
    ((before, after),) = EQUIVALENT_ONES
    assert problems == [f"01_pixels, dense_parameters: No test catches `{before}` -> `{after}`"]


@pytest.mark.parametrize(
    ("case", "change"), [("one too many", CAUGHT), ("one unknown", NEVER_MADE)]
)
def test_an_equivalent_mutant_that_is_none_is_reported(found, case, change):
    (problem,) = found[case][-1]
    assert "caught or not made: `{}` -> `{}`".format(*change) in problem


def test_a_right_answer_that_is_refused_is_reported(found):
    refused, too_few = found["a wrong answer"][-1]
    assert "A right answer is refused, 'biases': dense_parameters:" in refused
    assert "should be 4 right answers" in too_few


def test_a_mistake_that_is_not_named_is_reported():
    proof = Proof("01_pixels", "mean_image", right=5, named=dict.fromkeys("abcd", "It is wrong."))
    assert "should be 5 known mistakes" in proof.problems[0]
    proof.unnamed = {"e": "passes every test"}
    (problem,) = proof.problems
    assert problem.endswith("A mistake is not named, e: passes every test")


def test_what_is_said_of_a_wrong_answer_is_true():
    said = say_of(UNLIKE_ANY_MISTAKE)
    assert said.messages
    assert said.truth.statements > 5
    assert said.truth.wrong == ()


@pytest.mark.parametrize(
    "claim",
    [
        "Every value is 0.",
        "Right, except for the sign: every value is negated.",
        "The result is transposed: rows and columns are swapped.",
        "The result is right, but turned by 180 degrees.",
        "Right, up to a constant factor: every value is 2 times what it should be.",
        "Every value is off by the same amount: +1.",
        "The numbers wrapped around: float64 cannot hold them. Turn the input into float first.",
        "Right where it is between 0 and 255, but values are clipped to that range.",
        "The values are rounded to whole numbers.",
        "Right inside, wrong at the border.",
    ],
)
def test_a_false_claim_is_found(monkeypatch, claim):
    monkeypatch.setattr(compare, "NUMBER_PATTERNS", always(claim))
    first = claim.partition(" Turn")[0]
    assert any(first in wrong for wrong in say_of(UNLIKE_ANY_MISTAKE).truth.wrong)


def test_a_sentence_without_a_rule_is_found(monkeypatch):
    monkeypatch.setattr(compare, "NUMBER_PATTERNS", always("It is not what it was."))
    wrong = say_of(UNLIKE_ANY_MISTAKE).truth.wrong
    assert "correlate2d: It is not what it was. [no rule for this]" in wrong


def test_a_mistake_that_was_not_made_is_found(monkeypatch):
    monkeypatch.setattr(diagnose.Diagnosis, "_gives", lambda *_: True)
    monkeypatch.setattr(diagnose.Diagnosis, "_is_possible", lambda *_: True)
    wrong = say_of(UNLIKE_ANY_MISTAKE).truth.wrong
    assert any("the mistake explains [0] checks" in each for each in wrong)
    assert any("checks failed, all for this reason." in each for each in wrong)


def test_a_false_kind_of_input_is_found(monkeypatch):
    sentence = "It is right for square images only."
    monkeypatch.setattr(diagnose, "find_pattern", lambda *_: sentence)
    assert f"correlate2d: {sentence}" in say_of(UNLIKE_ANY_MISTAKE).truth.wrong


def test_a_false_count_is_found(monkeypatch):
    monkeypatch.setattr(problem, "_count_checks", lambda *_: "1 of 99 checks failed.")
    assert "correlate2d: 1 of 99 checks failed." in say_of(UNLIKE_ANY_MISTAKE).truth.wrong


def test_a_table_with_other_numbers_or_brackets_is_found(monkeypatch):
    short = render._short
    monkeypatch.setattr(render, "_short", lambda value, digits: short(value + 1, digits))
    assert any("expected values are others" in each for each in say_of(DOUBLED).truth.wrong)
    monkeypatch.setattr(render, "_short", short)
    rows = render._rows
    monkeypatch.setattr(render, "_rows", lambda matrix, digits, marked=None: rows(matrix, digits))
    assert any("wrong ones are in brackets" in each for each in say_of(DOUBLED).truth.wrong)


def test_an_input_that_is_not_the_one_is_found(monkeypatch):
    monkeypatch.setattr(reference.Input, "show", lambda given: "image = [[1]]\nkernel = [[1]]")
    assert any("Not the input's image" in each for each in say_of(DOUBLED).truth.wrong)


def test_false_statements_are_problems():
    proof = Proof("01_pixels", "mean_image", right=5, named=dict.fromkeys("abcde", "It is wrong."))
    proof.wrong = ["mean_image: Every value is 0."]
    (problem,) = proof.problems
    assert problem.endswith("A message is false: mean_image: Every value is 0.")


def split_by(count):
    """Return a way to split that keeps so many of each class, by its size and the fraction."""

    def split(images, labels, fraction, rng):
        kept = np.zeros(len(labels), dtype=bool)
        for label in np.unique(labels):
            places = rng.permutation(np.flatnonzero(labels == label))
            kept[places[: count(fraction * len(places))]] = True
        return (images[~kept], labels[~kept]), (images[kept], labels[kept])

    return split


def is_true_of_splits(sentence, split):
    """Return whether the rule for a sentence holds for a way to split."""
    images, labels = np.arange(40.0).reshape(20, 2), np.repeat([0, 3], [11, 9])
    calls = tuple((images, labels, 0.5, np.random.default_rng(seed)) for seed in range(9))
    results = [split(*arrays, copy.deepcopy(rng)) for *arrays, rng in calls]
    holds, match = together.find_rule("split", sentence)
    return bool(holds(together.Together(split, calls, results), match))


@pytest.mark.parametrize(
    ("sentence", "count"),
    [
        ("The number of validation images of a class is rounded down.", math.floor),
        ("The number of validation images of a class is rounded up.", math.ceil),
        (
            "Of 9 images of a class, 4 should be kept for validation at a fraction of 0.5, but 6 "
            "are.",
            lambda share: round(share) + 2,
        ),
    ],
)
def test_a_sentence_about_splits_is_compared_with_them(sentence, count):
    assert is_true_of_splits(sentence, split_by(count))
    assert not is_true_of_splits(sentence, split_by(round))
    assert not is_true_of_splits(sentence, split_by(lambda share: 1))


@pytest.mark.parametrize(
    "sentence",
    [
        "An image is in both parts. The network would be tested on what it was trained on.",
        "An image is more than once in a part.",
        "An image has another image's label.",
        "Some images are in neither part.",
        "Some images of a class are kept for validation more often than others.",
        "From the same state of `rng` come two different splits.",
        "The same images are kept for validation, whatever the state of `rng`.",
        "The validation part has the right size in all, but not class by class.",
        "The dtype should stay float64, but is int64.",
    ],
)
def test_what_is_false_of_a_right_split_is_found(sentence):
    assert not is_true_of_splits(sentence, split_by(round))


def test_a_sentence_about_splits_without_a_rule_is_found():
    assert together.find_rule("split", "The split is not what it was.") is None


def test_an_endless_loop_and_an_ended_process_are_results_too(found):
    assert found["loop"] == "It takes too long."
    assert found["exit"] == "It ends its process."
    assert found["right"] == 4


def test_an_argument_that_is_changed_in_place_is_noticed():
    answer = model_answer("01_pixels", "mean_image")
    spoilt = "from tools.proof.run import spoiling\nmean_image = spoiling(mean_image, 'labels')"
    messages = run_tests("01_pixels", "mean_image", f"{answer}\n{spoilt}")
    assert "It changes its argument `labels`" in messages["test-mean_image"]


def test_mutants_are_small_changes_each_of_its_own():
    answer = model_answer("02_convolution", "correlate2d")
    mutants = operators.make_mutants(answer, "correlate2d")
    assert mutants == operators.make_mutants(answer, "correlate2d")
    assert len({mutant.source for mutant in mutants}) == len(mutants) > 100
    assert {mutant.operator for mutant in mutants} >= {
        "arithmetic",
        "comparison",
        "condition",
        "constant",
        "bounds",
        "order",
        "missing",
        "name",
        "repetition",
        "error",
        "neighbour",
        "argument_spoilt",
    }


@pytest.mark.parametrize(
    ("line", "mutants"),
    [
        ("return a[1:b]", {"return a[2:b]", "return a[:b]", "return a[1:]", "return a[1:b - 1]"}),
        ("return a[::-1]", {"return a[:]", "return a[::1]", "return a[1::-1]"}),
        ("return a < b", {"return a <= b", "return a > b", "return b < b", "return a < a"}),
        ("return a // b", {"return a / b", "return b // a", "return -(-a // b)", "return a"}),
        ("return a and b", {"return a or b", "return a", "return b"}),
        ("return a.sum(axis=(0, 1))", {"return a.mean(axis=(0, 1))", "return a.sum()"}),
        ("return a.shape[0]", {"return a.shape[1]", "return a.shape[-1]"}),
        ("return a.astype(float)", {"return a", "return a.astype(int)"}),
        ("return a.copy()", {"return a"}),
        ("return (a, b)", {"return (b, a)", "return (a,)", "return (b,)"}),
        ("return np.floor(a * 0.5)", {"return np.ceil(a * 0.5)", "return np.floor(a * 1.0)"}),
        ("raise ValueError(...)", {"pass", "raise RuntimeError(...)"}),
        ("return [i for i in range(a)]", {"return [i for i in range(1, a)]"}),
        (
            "return layers.Conv2D(6, 3, activation='relu')",
            {
                "return layers.Conv2D(7, 3, activation='relu')",
                "return layers.Conv2D(3, 6, activation='relu')",
                "return layers.Conv2D(6, 3, activation='tanh')",
                "return layers.Conv2D(6, 3)",
                "return layers.Conv2D(6, 3, activation='relu', padding='same')",
                "return layers.Conv2D(6, 3, activation='relu', use_bias=False)",
            },
        ),
        (
            "return keras.Sequential([a, b])",
            {"return keras.Sequential([a])", "return keras.Sequential([b, a])"},
        ),
    ],
)
def test_the_operators_make_the_slips_of_array_code(line, mutants):
    assert mutants <= changes_of(line)


def test_what_a_function_says_of_itself_and_in_errors_is_left_alone():
    answer = 'def f(a):\n    """Return 1 or 2."""\n    raise ValueError(f"{a + 1} is wrong")'
    assert {mutant.after for mutant in mutants_of(answer)} == {
        "pass",
        "raise RuntimeError(...)",
        "f = spoiling(f, 'a')",
    }


def test_mutants_that_are_the_same_code_count_once():
    assert changes_of("return 1 if a else 1") >= {"return 1"}
    codes = [mutant.source for mutant in mutants_of("def f(a, b):\n    return a[0:0]")]
    assert len(codes) == len(set(codes))


def test_of_a_long_line_what_stands_about_the_change_is_shown():
    line = f"return [{', '.join(f'a + {number}' for number in range(2, 40))}]"
    for mutant in mutants_of(f"def f(a):\n    {line}"):
        assert len(mutant.before) + len(mutant.after) < 2 * len(line)
    assert "… a + 17, a + 18, a + 19 …" not in changes_of(line)


def test_equivalent_mutants_belong_to_exercises_and_have_reasons():
    exercises = {each.name for lesson in find_lessons(ROOT) for each in lesson.exercises}
    assert set(EQUIVALENT) <= exercises
    for reasons in EQUIVALENT.values():
        assert all(reason.endswith((".", ".)")) for reason in reasons.values())


def test_the_page_is_written_or_compared(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "PAGE", tmp_path / "proof.md")
    page = report.write_report(
        [Proof("01_pixels", "mean_image", mutants=1234, right=5, named={"a": "No. B"})]
    )
    assert command.settle_page(page, check=True) == [
        "proof.md is old: run `uv run python -m tools.proof`."
    ]
    assert command.settle_page(page, check=False) == []
    assert command.settle_page(page, check=True) == []
    assert "| 01_pixels | `mean_image` | 1,234 | 0 | 1,234 | 5 | 5 | 1 | 1 | 0 |" in page
    assert "| `mean_image` | a | No. |" in page

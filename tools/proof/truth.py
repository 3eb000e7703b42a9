"""Check that every sentence of a message to a student is true.

The engine in `utils.checks` says what is wrong with an answer. Here its messages are taken apart
again, and each sentence is compared with what the answer returned and what it should have returned.
No code of the engine that looks for reasons takes part, so a fault in it does not hide itself.
"""

from __future__ import annotations

import builtins
import contextlib
import copy
import inspect
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import numpy as np

from tools.proof.causes import CAUSES, ERRORS, fault_of_words
from tools.proof.results import GENERAL, MODELS, NETWORKS, PARTICULAR, STATED_BY_KERAS, Pair, Rule
from tools.proof.shown import describes_input, fault_of_example, shows_input
from tools.proof.together import MEASURED, TOGETHER, Together, find_rule
from tools.proof.values import (
    Closeness,
    copy_model,
    describes,
    is_keras_model,
    model_was_changed,
)
from utils.checks.attempt import Attempt
from utils.checks.failure import Failure, Kind
from utils.checks.problem import Problem
from utils.checks.registry import mistakes_of

PATH = re.compile(r"(?:At (?:index|key) (?:'[^']*'|\"[^\"]*\"|[^:]+): )*")
TAIL = re.compile(
    r"(\d+) of (\d+) checks failed(?:, (\d+) of them as shown|, (both|all) for this reason)?\."
)
RAISED = re.compile(
    r"It raised (\w+)(?:: (.*?)| \(without a text\)\.)(?:\n  in the line: (.+))?", re.S
)
SHOULD_RAISE = re.compile(r"It should raise (\w+), but (returned|raised) (.+)", re.S)
CHANGED = re.compile(
    r"It changes its argument `(\w+)`, which is not its own\. "
    r"Make a new array or list, or work on a copy\."
)
CHANGED_MODEL = re.compile(
    r"It changes its argument `(\w+)`: its weights, its layers' settings, or how it is compiled\. "
    r"Leave the model as it was; `training=False` helps, too\."
)
BY_LIBRARY = re.compile(
    r"It hands the work to (\w+) \((.+)\)\. This exercise is to be written by hand, "
    r"with Python and NumPy alone; until then it scores 0\."
)

# What is said without a report: these follow from how the call ended, and nothing is inferred.
STOPPED = re.compile(r"stopped after [\d.]+ s; is there an endless loop\?")
NO_REPORT = "not done yet|interrupted\\."


@dataclass(frozen=True)
class Verdict:
    """How many statements messages make, and those that are false."""

    statements: int = 0
    wrong: tuple[str, ...] = ()

    def __add__(self, other: Verdict) -> Verdict:
        return Verdict(self.statements + other.statements, self.wrong + other.wrong)


NOTHING_SAID = Verdict()


@dataclass
class Report:
    """A message about an attempt, and what is needed to judge it.

    Parameters
    ----------
    attempt : Attempt
        All checks of one test cell.
    message : str
        What the student reads.
    conditions : dict of str to callable
        The conditions that the test cell names, by what it says where they do not hold.
    together : dict of Failure to Together
        The calls whose results were examined together, by the failure that came of them.
    """

    attempt: Attempt
    message: str
    conditions: dict[str, Callable]
    together: dict[Failure, Together]


@contextlib.contextmanager
def listening() -> Iterator[list[Report]]:
    """Record every report on an attempt that is made inside the ``with`` block."""
    reports: list[Report] = []
    conditions: dict[str, Callable] = {}
    together: dict[Failure, Together] = {}
    summary, check_condition = Attempt.summary, Attempt.check_condition
    check_together = Attempt.check_together

    def recorded_summary(attempt: Attempt) -> str:
        message = summary(attempt)
        reports.append(Report(attempt, message, conditions, together))
        return message

    def recorded_condition(
        attempt: Attempt, condition: Callable, message: str, args: tuple, kwargs: dict
    ) -> None:
        conditions[message] = condition
        check_condition(attempt, condition, message, args, kwargs)

    def recorded_together(
        attempt: Attempt, find_fault: Callable, calls: Sequence[tuple], in_turn: bool = False
    ) -> None:
        results: list[list] = []

        def find_in(returned: list) -> str | None:
            results.append(returned)
            return find_fault(returned)

        before = len(attempt.failures)
        check_together(attempt, find_in, calls, in_turn)
        if results and len(attempt.failures) > before:
            function = attempt.subject.function
            together[attempt.failures[-1]] = Together(
                function, tuple(calls), results[0], find_fault, in_turn
            )

    with mock.patch.multiple(
        Attempt,
        summary=recorded_summary,
        check_condition=recorded_condition,
        check_together=recorded_together,
    ):
        yield reports


def judge_message(exercise: str, message: str, reports: Sequence[Report]) -> Verdict:
    """Check every sentence of what one test cell says of an answer.

    Parameters
    ----------
    exercise : str
        The exercise's name.
    message : str
        What the student reads.
    reports : sequence of Report
        What was recorded while the test cell ran: nothing if the answer was stopped, is not
        written yet, or is no function.
    """
    for report in reports:
        if report.message == message:
            try:
                return judge(report)
            except Exception as error:
                return Verdict(1, (f"{message} [cannot be checked: {error!r}]",))
    is_plain = re.fullmatch(rf"{exercise}: (?:{STOPPED.pattern}|{NO_REPORT})\s*", message)
    return Verdict(1, () if is_plain else (f"{message} [no rule for this]",))


def judge(report: Report) -> Verdict:
    """Check every sentence of a report on an attempt."""
    return _Judge(report).judge()


@dataclass
class _Judge:
    """The search for false sentences in one message."""

    report: Report
    statements: int = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.attempt = self.report.attempt
        tolerance = self.attempt.tolerance
        self.closeness = Closeness(tolerance.rtol, tolerance.atol)
        self.failures: list[Failure] = self.attempt.failures
        self.small = list(_small_failures(self.attempt, self.closeness))

    def judge(self) -> Verdict:
        """Check the message's problems, and its last line."""
        shown, tail = self._split()
        for problem in shown:
            self._judge_problem(problem)
        self._judge_tail(shown, tail)
        name = self.attempt.reference.name
        return Verdict(self.statements, tuple(f"{name}: {each}" for each in self.wrong))

    def _split(self) -> tuple[list[Problem], str]:
        """Return the problems that the message holds, and its last line."""
        problems = self.attempt.problems
        rest, shown = f"\n{self.report.message}", []
        for problem in problems:
            head = "\nBesides: " if shown else f"\n{self.attempt.reference.name}: "
            if not rest.startswith(f"{head}{problem}"):
                break
            shown.append(problem)
            rest = rest.removeprefix(f"{head}{problem}")
        return shown, rest.strip()

    def _state(self, is_true: object, sentence: str, why: str = "") -> None:
        """Count a sentence, and keep it if it is false."""
        self.statements += 1
        if not is_true:
            self.wrong.append(f"{sentence} [{why}]" if why else sentence)

    # What checks failed

    def _judge_tail(self, shown: Sequence[Problem], tail: str) -> None:
        """Check how many checks failed, and how many of them the message is said to explain."""
        if not tail and self.attempt.count == 1:
            return
        found = TAIL.fullmatch(tail)
        if not found:
            self._state(False, tail, "no rule for this")
            return
        failed, made, explained, all_of_them = found.groups()
        count = sum(problem.count for problem in shown)
        is_true = [int(failed), int(made)] == [len(self.failures), self.attempt.count]
        if explained:
            is_true &= int(explained) == count < len(self.failures)
        if all_of_them:
            is_true &= (all_of_them == "both") == (len(self.failures) == 2) and any(
                len(self._given_by(mistake)) == len(self.failures)
                for mistake in self._mistakes_named(shown[0])
            )
        self._state(is_true, tail)

    # Problems

    def _judge_problem(self, problem: Problem) -> None:
        """Check what one problem says, by its kind."""
        said = [failure for failure in self.failures if _what(failure) == problem.what]
        # An error in one call and in several calls together may have the same text.
        rules = [each for each in said if each.example == problem.example]
        kind = (rules or said)[0].kind if said else None
        if kind is Kind.RULE and not rules:
            kind = None
        if problem.named:
            self._judge_named(problem)
        elif kind is Kind.RULE:
            self._judge_rule(problem)
        elif kind is Kind.BAD_INPUT:
            self._judge_bad_input(problem)
        elif "It raised " in problem.what:
            self._judge_error(problem)
        else:
            self._judge_results(problem)

    def _judge_rule(self, problem: Problem) -> None:
        """Check that a rule was broken, or that a condition does not hold."""
        failures = [each for each in self.failures if _what(each) == problem.what]
        self._state(
            len(failures) == problem.count
            and all(self._breaks_rule(problem.what, each) for each in failures),
            problem.what,
        )
        for line in problem.look.splitlines():
            if MEASURED.fullmatch(line):
                said = [each for each in failures if line in each.message.splitlines()]
                self._state(said and all(self._breaks_rule(line, each) for each in said), line)
        if problem.example:
            fits = any(shows_input(problem.example, each.given) for each in failures)
            self._state(fits, problem.example, "not the input")

    def _breaks_rule(self, message: str, failure: Failure) -> bool:
        """Return whether a call breaks the rule, or does not meet the condition."""
        call = self._call_again(failure)
        if found := CHANGED.fullmatch(message) or CHANGED_MODEL.fullmatch(message):
            return found[1] in call.changed
        if found := BY_LIBRARY.fullmatch(message):
            return _uses_library(self.attempt.subject.function, *found.groups())
        if message in self.report.conditions:
            return not self.report.conditions[message](call.value)
        if failure in self.report.together and self.attempt.reference.name in TOGETHER:
            found = find_rule(self.attempt.reference.name, message)
            return found is not None and bool(found[0](self.report.together[failure], found[1]))
        if message.startswith("It raised "):
            return True  # in the course of several calls, of which the failure keeps none
        stated = any(re.fullmatch(pattern, message, re.S) for pattern in STATED_BY_TESTS)
        return stated or self._is_mistake(message) or self._is_found_again(message, failure)

    def _is_found_again(self, message: str, failure: Failure) -> bool:
        """Return whether the results of several calls have the same fault if they are repeated."""
        calls = self.report.together.get(failure)
        if calls is None:
            return False
        results = [_call(self.attempt.subject.function, args, {}) for args in calls.calls]
        if any(each.error for each in results):
            return False
        fault = calls.find_fault([each.value for each in results]) or ""
        return fault.partition("\n\n")[0] == message

    def _is_mistake(self, message: str) -> bool:
        """Return whether a test cell names a known mistake, as those on random results do."""
        reference = self.attempt.reference
        mistakes = mistakes_of(reference.topic, reference.name)
        said = ["".join((inspect.getdoc(one) or "").partition("\n\n")[0]) for one in mistakes]
        return message in [" ".join(words.split()) for words in said]

    def _call_again(self, failure: Failure) -> _Call:
        """Call the student's function once more with copies of the arguments."""
        return _call(self.attempt.subject.function, failure.given.args, failure.given.kwargs)

    def _judge_bad_input(self, problem: Problem) -> None:
        """Check what bad input led to."""
        bad = [each for each in self.failures if each.kind is Kind.BAD_INPUT]
        about = [
            each
            for each in bad
            if each.message == problem.what and describes_input(problem.example, each.given)
        ]
        self._state(about, problem.example, "not the input")
        self._state(problem.count <= len(bad), problem.what, "too many checks are counted")
        self._state(any(_is_bad_output(problem.what, each) for each in about), problem.what)

    def _judge_error(self, problem: Problem) -> None:
        """Check what error was raised, why, and for what input."""
        errors = [each for each in [*self.failures, *self.small] if each.kind is Kind.ERROR]
        about = [each for each in errors if shows_input(problem.example, each.given)]
        self._state(about, problem.example, "not the input")
        cause, _, raised = problem.what.rpartition("It raised ")
        raised = f"It raised {raised}"
        about = [each for each in about if _is_raised(raised, each.error)] or about
        self._state(any(_is_raised(raised, each.error) for each in about), raised)
        kinds = {_builtin_kind(each.error) for each in about}
        errors = [each.error for each in self.failures if each.error is not None]
        alike = [error for error in errors if _builtin_kind(error) in kinds]
        self._state(len(alike) >= problem.count, problem.what, "too many checks are counted")
        if about:
            self._judge_cause(cause.strip(), about[0])

    def _judge_cause(self, cause: str, failure: Failure) -> None:
        """Check the reason that is given for an error."""
        if not cause:
            return
        rules = {pattern: holds for pattern, holds in ERRORS if re.fullmatch(pattern, cause)}
        for pattern, holds in rules.items():
            match = re.fullmatch(pattern, cause)
            self._state(holds(failure.error, match), cause)
            return
        for sentence in self._sentences(cause):
            self._judge_sentence(sentence, [failure], [])

    # Results

    def _judge_results(self, problem: Problem) -> None:
        """Check what is said about results that no known mistake explains."""
        results = [each for each in self.failures if each.kind is Kind.RESULT]
        about = self._find_shown(problem, results)
        named = [one for one in self.attempt.problems if one.named]
        explained = [failure for one in named for failure in self._explained_by(one)]
        rest = [each for each in results if each not in explained]
        self._state(len(results) >= problem.count, problem.what, "too many checks are counted")
        for sentence in self._sentences(problem.what):
            self._judge_sentence(sentence, about, rest)

    def _find_shown(self, problem: Problem, results: list[Failure]) -> list[Failure]:
        """Check a problem's example, and return the failures that it shows."""
        if not problem.has_results:
            about = [each for each in results if describes_input(problem.example, each.given)]
            self._state(about or not problem.example, problem.example, "not the input")
            return about
        public = [each for each in [*results, *self.small] if each.shown]
        public = [each for each in public if each.kind is Kind.RESULT]
        faults = {
            index: fault_of_example(problem.example, each, self.closeness)
            for index, each in enumerate(public)
        }
        about = [public[index] for index, fault in faults.items() if not fault]
        why = "; ".join(dict.fromkeys(faults.values())) or "no such input"
        self._state(about, problem.example, why)
        return about

    def _sentences(self, text: str) -> Iterator[tuple[str, re.Match | None, Any]]:
        """Yield a text's sentences, each with the match of the rule for it and the rule.

        What no rule matches comes last, without a rule.
        """
        path = PATH.match(text)
        while text:
            path = PATH.match(text)
            assert path is not None
            rest = text[path.end() :]
            found = ((rule, pattern.match(rest)) for rule, pattern in ALL_RULES)
            rule, match = next(((rule, m) for rule, m in found if m), (None, None))
            if rule is None or match is None:
                yield text, None, None
                return
            yield path[0], match, rule
            text = rest[match.end() :].strip()

    def _judge_sentence(
        self,
        sentence: tuple[str, re.Match | None, Any],
        about: list[Failure],
        rest: list[Failure],
    ) -> None:
        """Check one sentence of the results shown and, if it is a general one, of all the rest."""
        path, match, rule = sentence
        if match is None:
            self._state(False, path, "no rule for this")
        elif isinstance(rule, Rule):
            true_here = any(self._holds(rule, match, path, each) for each in about)
            false_there = [
                each
                for each in (rest if rule.is_general else [])
                if not self._holds(rule, match, path, each)
            ]
            why = f"false for {false_there[0].given.describe()}" if false_there else ""
            self._state(true_here and not false_there, f"{path}{match[0]}", why)
        else:
            self._state(rule.holds(self.attempt, about, match), match[0])

    def _holds(self, rule: Rule, match: re.Match, path: str, failure: Failure) -> bool:
        """Return whether a sentence is true of the elements at a path in a wrong result."""
        pair: Pair | None = Pair(failure.got, failure.expected, self.closeness)
        if rule.is_general and not path:
            pair = pair.first_difference()
        elif path:
            pair = pair.at(path)
        return pair is not None and bool(rule.holds(pair, match))

    # Known mistakes

    def _judge_named(self, problem: Problem) -> None:
        """Check that a known mistake was made."""
        mistakes = self._mistakes_named(problem)
        self._state(
            any(
                len(self._given_by(mistake)) >= problem.count and not self._is_excluded(mistake)
                for mistake in mistakes
            ),
            problem.what,
            f"the mistake explains {[len(self._given_by(one)) for one in mistakes]} checks",
        )
        results = [each for each in self._explained_by(problem) if each.kind is Kind.RESULT]
        about = self._find_named(problem, results)
        words = f"{problem.what} {problem.look}".strip()
        faults = [
            (fault, failure)
            for failure in [*about, *results]
            if (fault := fault_of_words(words, Pair(failure.got, failure.expected, self.closeness)))
        ]
        if faults:
            fault, failure = faults[0]
            self._state(False, words, f"{fault} for {failure.given.describe()}")

    def _find_named(self, problem: Problem, results: list[Failure]) -> list[Failure]:
        """Check a named mistake's example, and return the failures that it shows."""
        if not problem.has_results:
            failures = self._explained_by(problem)
            about = [each for each in failures if describes_input(problem.example, each.given)]
            self._state(about, problem.example, "not the input")
            return about
        about = self._find_shown(problem, results)
        given = [
            each
            for mistake in self._mistakes_named(problem)
            for each in about
            if self._gives(mistake, each)
        ]
        self._state(given, problem.example, "the mistake gives something else")
        return about

    def _mistakes_named(self, problem: Problem) -> list[Callable]:
        """Return the known mistakes whose docstrings say what a problem says."""
        reference = self.attempt.reference
        return [
            mistake
            for mistake in mistakes_of(reference.topic, reference.name)
            if " ".join((inspect.getdoc(mistake) or "").split())
            == f"{problem.what} {problem.look}".strip()
        ]

    def _explained_by(self, problem: Problem) -> list[Failure]:
        """Return the failures that a named problem's mistake explains."""
        return max(map(self._given_by, self._mistakes_named(problem)), key=len, default=[])

    def _given_by(self, mistake: Callable) -> list[Failure]:
        """Return the failures in which a mistake does the same as the student's function."""
        return [failure for failure in self.failures if self._gives(mistake, failure)]

    def _gives(self, mistake: Callable, failure: Failure) -> bool:
        """Return whether a mistake returns the same wrong result, or raises the same error."""
        if failure.kind is Kind.RULE:
            return False
        call = _call(mistake, failure.given.args, failure.given.kwargs)
        if failure.error is not None or call.error is not None:
            return _builtin_kind(call.error) == _builtin_kind(failure.error)
        if failure.kind is Kind.RESULT and self.closeness.same(call.value, failure.expected):
            return False
        return self.closeness.same(failure.got, call.value)

    def _is_excluded(self, mistake: Callable) -> bool:
        """Return whether a mistake gives a wrong result where the student's function is right."""
        for trial in self.attempt.trials:
            if trial.is_right:
                call = _call(mistake, trial.given.args, trial.given.kwargs)
                if not (call.error or self.closeness.same(call.value, trial.expected)):
                    return True
        return False


@dataclass(frozen=True)
class _Call:
    """What a call returned or raised, and the arguments that it changed."""

    value: Any = None
    error: BaseException | None = None
    changed: tuple[str, ...] = ()


def _call(function: Callable, args: tuple, kwargs: dict) -> _Call:
    """Call a function with copies of the arguments."""
    args_after, kwargs_after = _copied(args), {name: _copied(one) for name, one in kwargs.items()}
    value: Any = None
    error: BaseException | None = None
    with warnings.catch_warnings(action="ignore"):
        try:
            value = function(*args_after, **kwargs_after)
        except (Exception, SystemExit) as raised:
            error = raised
    names = list(inspect.signature(function).parameters)
    pairs = [*zip(names, args, args_after, strict=False)]
    pairs += [(name, one, kwargs_after[name]) for name, one in kwargs.items()]
    return _Call(value, error, tuple(name for name, *both in pairs if _differ(*both)))


def _copied(value: Any) -> Any:
    """Return a copy of an argument."""
    if isinstance(value, tuple):
        return tuple(map(_copied, value))
    return copy_model(value) if is_keras_model(value) else copy.deepcopy(value)


def _differ(before: Any, after: Any) -> bool:
    """Return whether an array, a list, a dict or a Keras model was changed in place."""
    if is_keras_model(before):
        return model_was_changed(before, after)
    if type(before) is not type(after):
        return True
    if isinstance(before, np.ndarray):
        return before.shape != after.shape or before.tobytes() != after.tobytes()
    if isinstance(before, (list, tuple)):
        return len(before) != len(after) or any(map(_differ, before, after))
    if isinstance(before, dict):
        return before.keys() != after.keys() or any(_differ(before[k], after[k]) for k in before)
    return isinstance(before, (int, float, str, bool)) and before is not after and before != after


def _what(failure: Failure) -> str:
    """Return the first paragraph of a failure's message; the second says where to look."""
    return failure.message.partition("\n\n")[0]


def _small_failures(attempt: Attempt, closeness: Closeness) -> Iterator[Failure]:
    """Yield what went wrong for the small public inputs, if the engine has tried them."""
    # If it has not, its message cannot be about them, and asking for them would call the function.
    for small in vars(attempt.diagnosis).get("small_results", ()):
        got, error = small.result.value, small.result.error
        if error is not None:
            yield Failure(Kind.ERROR, small.given, error=error, shown=True)
        elif not closeness.same(got, small.expected):
            yield Failure(Kind.RESULT, small.given, got, small.expected, shown=True)


def _builtin_kind(error: BaseException | None) -> str:
    """Return the name of the first class of Python's own among an error's classes."""
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
    return kinds[0] if error is not None else ""


def _is_raised(text: str, error: BaseException | None) -> bool:
    """Return whether "It raised ValueError: ..." is true of an error."""
    found = RAISED.fullmatch(text)
    if not found or error is None:
        return False
    kind, said, _ = found.groups()
    whole = str(error)
    is_cut = bool(said) and said.endswith("...") and whole.startswith(said[:-3])
    return kind == type(error).__name__ and ((said or "") == whole or is_cut)


def _is_bad_output(text: str, failure: Failure) -> bool:
    """Return whether "It should raise A, but returned ..." is true of a failure."""
    if not (found := SHOULD_RAISE.fullmatch(text)):
        raised = text[text.rfind("It raised ") :]
        return _is_raised(raised, failure.error)
    wanted, did, what = found.groups()
    if did == "returned":
        return failure.error is None and describes(what.removesuffix("."), failure.got)
    is_other = not isinstance(failure.error, getattr(builtins, wanted))
    return is_other and _is_raised(f"It raised {what}", failure.error)


def _uses_library(function: Callable, library: str, use: str) -> bool:
    """Return whether the source of a function, or of what it calls, holds a use of a library."""
    source = inspect.getsource(inspect.getmodule(function) or function)
    return use.strip("`").removesuffix("...") in " ".join(source.split()) and library in source


ALL_RULES = [
    (rule, re.compile(rf"(?:{rule.pattern})(?=\s|$)", re.S))
    for rule in (*CAUSES, *GENERAL, *PARTICULAR, *MODELS, *STATED_BY_KERAS, *NETWORKS)
]
# Sentences of `utils.random_moves` on results that are drawn at random, so that there is no right
# one to compare them with. Each is computed there from all pictures of several calls, of which a
# failure keeps none; tests/utils/test_augmentation.py runs them on right and on wrong answers.
STATED_BY_TESTS = (
    r"The (?:shape|dtype) should stay .+, but is .+\.",
    r"Nothing of the picture is left: it has moved out of its frame\.",
    r"(?:One of the copies is wrong\. )?"
    r"The picture is not a shifted copy of what was given, with zeros coming in\.",
    r"(?:dx|dy) should lie from -\d+ to \d+, but can be -?\d+ pixels\."
    r"(?: Is `max_fraction` passed on\?)?",
    r"(?:dx|dy) is always 0\. Pictures move along both axes\.",
    r"(?:dx|dy) is never (?:negative|positive): pictures should move \w+ as well as \w+\.",
    r"(?:dx|dy) is never -?\d+(?: (?:or|and) -?\d+)?\. Both ends, -\d+ and \d+, are included\.",
    r"(?:dx|dy) is never [-\d, ]+\. Every whole number can come\.",
    r"(?:dx|dy) is not uniform: its values should be equally likely, both ends too\.",
    r"dx and dy depend on each other\. Draw each of them by itself\.",
    r"It should return .+, but returned .+\.",
    r"The first labels should be those of the originals\.",
    r"The images should be an array, but are .+\.",
    r"\d+ copies of \d+ images and the images themselves have the shape .+, but it returned .+\.",
    r"The labels should have the shape .+, but have .+\.",
    r"There should be \d+ copies of each image\.",
    r"One of the copies is not a shifted copy of any of the images\.",
    r"One of the copies is wrong\. .+",
    r"Nothing moves \w+\. It should move along both axes\.",
    r"It moves .+ by [\d.]+ of 28 pixels, where [\d.]+ is the most\.",
    r"It does not move .+ in both directions\.",
    r"It never moves .+ by more than [\d.]+ of 28 pixels\.",
    r"It always moves along a diagonal: the two axes should be independent\.",
    r"A mark in the middle loses ink, or ink comes in: it should be moved, .+\.",
    r"In predict the pictures should stay as they are\.",
    r"Given pictures of shape \(N, 28, 28, 1\), it raised an error: .+",
    r"It turns the shape .+ into .+\.",
)

"""What a test cell calls, and how it tells a student what went wrong.

    with checks.Exercise("convolution.relu", relu) as check:
        check.example([[-1, 2]], expected=[[0, 2]])
        check.agrees(np.array([-3.5, 0.0, 2.5]))
        check.raises(ValueError, "not an array")

Every check in the block runs, even after one has failed. At its end, all that is wrong is said at
once: the mistake by its name where `utils.mistakes` knows it, the smallest input that shows it,
and expected against got.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np

from utils.checks import byhand
from utils.checks.calls import CallResult, FunctionEndedError, call, copy_arguments, violation_of
from utils.checks.compare import ATOL, RTOL, equal, find_difference
from utils.checks.describe import describe
from utils.checks.diagnose import (
    BUILTIN_ERRORS,
    describe_error,
    find_pattern,
    input_features,
    mistake_text,
    without_numbers,
)
from utils.checks.problem import MAX_PROBLEMS, CheckError, Problem
from utils.checks.render import hang, input_size, show_results, show_value


@dataclass
class Exercise:
    """The checks of one exercise, to be used in a ``with`` statement.

    Parameters
    ----------
    name : str
        ``module.function``: the reference answer is ``utils.<module>.<function>``, its known
        mistakes and its small inputs are in ``utils.mistakes.<module>``.
    function : callable
        The student's.
    by_hand : bool
        Whether a library (SciPy, Keras, ``utils``, ...) that does the work is an offence.
    allowed : collection of str
        Functions of ``utils`` that may be used all the same, as ``module.function``.
    uses : collection of str
        Other exercises of the lesson that an answer may call by their names. Where a check fails,
        all are made again with the right ones in their place, so that one mistake is not counted
        twice.
    rtol, atol : float
        How close numbers must be.
    """

    name: str
    function: Callable
    by_hand: bool = True
    allowed: Collection[str] = ()
    uses: Collection[str] = ()
    rtol: float = RTOL
    atol: float = ATOL
    _checks: list[Callable[[], None]] = field(default_factory=list)
    _problems: list[Problem] = field(default_factory=list)
    _count: int = 0
    _not_done: bool = False
    _stopped: str = ""
    _tried: list[tuple[dict, bool]] = field(default_factory=list)
    _likenesses: dict[Callable, float] = field(default_factory=dict)
    _small_inputs: dict[Callable | None, tuple | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._module, self.name = self.name.split(".")

    def example(self, *args: object, expected: object, **kwargs: object) -> None:
        """Check a worked example: these arguments give that result, and are shown if it does not.

        Nested lists in ``expected`` become arrays where the reference answer returns arrays.
        """
        expected = _as_array_like(self._expect(args, kwargs), expected)
        self._make(lambda: self._check(args, kwargs, expected, shown=True))

    def agrees(self, *args: object, **kwargs: object) -> None:
        """Check that the result is the reference answer's.

        What is shown of a failure is a small input of `utils.mistakes`, not this one.
        """
        expected = self._expect(args, kwargs)
        self._make(lambda: self._check(args, kwargs, expected, shown=False))

    def raises(self, error: type[Exception], *args: object, **kwargs: object) -> None:
        """Check that bad input raises an error of the right kind."""
        self._make(lambda: self._check_error(error, args, kwargs))

    def raises_saying(
        self,
        error: type[Exception],
        pattern: str,
        message: str,
        *args: object,
        **kwargs: object,
    ) -> None:
        """Check that bad input raises an error in whose text a regular expression is found.

        ``message`` says what the text should tell.
        """
        self._make(lambda: self._check_error(error, args, kwargs, pattern, message))

    def satisfies(
        self, condition: Callable[[object], bool], message: str, *args: object, **kwargs: object
    ) -> None:
        """Check that ``condition`` holds for the result; ``message`` says what should."""
        self._make(lambda: self._check_condition(condition, message, args, kwargs))

    def judge(self, find_fault: Callable[[list], str | None], *calls: tuple) -> None:
        """Check the results of several calls together, as for an answer that draws at random.

        ``find_fault`` gets them all and says in a sentence what is wrong, or None. Each call is a
        tuple of positional arguments. Nothing is shown of them but what kind they are.
        """
        self._make(lambda: self._judge(find_fault, calls))

    def __enter__(self) -> Exercise:
        if not callable(self.function):
            raise CheckError(f"{self.name} should be a function, but is {describe(self.function)}.")
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if error is not None:
            return
        if self.uses and (self._problems or self._not_done) and not self._stopped:
            self._make_all_again()
        if hasattr(self.function, "call_apart"):
            self.function.note(done=not self._not_done)
        if self._not_done:
            # To stderr: nbgrader gives no points for it, and "Run All" goes on.
            print(f"{self.name}: not done yet", file=sys.stderr)
        elif self._stopped:
            raise CheckError(f"{self.name}: {self._stopped}")
        elif self._problems:
            raise CheckError(self._summary())
        else:
            checks = "1 check" if self._count == 1 else f"{self._count} checks"
            print(f"{self.name}: right ({checks}).")

    def _make(self, check: Callable[[], None]) -> None:
        """Make a check, and keep it: it may have to be made again."""
        self._checks.append(check)
        check()

    def _make_all_again(self) -> None:
        """Make all checks with the right ones in the place of the exercises that the answer uses.

        All or none of them count: if each could be passed either way, an answer that is asked
        twice would know that it had been wrong, and could try something else.
        """
        first = self._problems, self._count, self._not_done
        self._problems, self._count, self._not_done = [], 0, False
        self._tried.clear()
        self._likenesses.clear()
        self._small_inputs.clear()
        self.__dict__.pop("_small_results", None)
        with self._right_ones_in_place():
            for check in self._checks:
                check()
        if self._stopped:
            self._problems, self._count, self._not_done = first
            self._stopped = ""

    def _check(self, args: tuple, kwargs: dict, expected: object, shown: bool) -> None:
        """Call the function once and note what is wrong with what it does."""
        outcome = self._call(args, kwargs)
        if outcome is None or self._report_offence(outcome):
            return
        is_right = outcome.error is None and self._equal(outcome.value, expected)
        self._tried.append((input_features(self._bind(args, kwargs)), is_right))
        if outcome.error is not None:
            self._report_error(outcome.error, args, kwargs, shown)
        elif not is_right:
            self._report_difference(args, kwargs, outcome.value, expected, shown)

    def _check_condition(
        self, condition: Callable[[object], bool], message: str, args: tuple, kwargs: dict
    ) -> None:
        """Call the function once and note if its result does not do what it should."""
        outcome = self._call(args, kwargs)
        if outcome is None or self._report_offence(outcome):
            return
        if outcome.error is not None:
            self._report_error(outcome.error, args, kwargs)
        elif not condition(outcome.value):
            self._problems.append(Problem(message, self._show_input(args, kwargs)))

    def _check_error(
        self,
        error: type[Exception],
        args: tuple,
        kwargs: dict,
        pattern: str = "",
        message: str = "",
    ) -> None:
        """Call the function once on bad input and note what is wrong with what it raises."""

        def is_right(outcome: CallResult) -> bool:
            return isinstance(outcome.error, error) and bool(re.search(pattern, str(outcome.error)))

        outcome = self._call(args, kwargs)
        if outcome is None or self._report_offence(outcome) or is_right(outcome):
            return
        if outcome.error is None:
            what = f"It should raise {error.__name__}, but returned {describe(outcome.value)}."
        elif not isinstance(outcome.error, error):
            what = f"It should raise {error.__name__}, but raised {describe_error(outcome.error)}"
        else:
            what = f"{message} It raised {describe_error(outcome.error)}"
        where = self._describe_input(args, kwargs)
        self._problems.append(Problem(what, where, input_size(args, kwargs), kind="bad input"))

    def _judge(self, find_fault: Callable[[list], str | None], calls: Collection[tuple]) -> None:
        """Call the function several times and note what is wrong with the results together."""
        if self._is_over:
            return
        self._count += 1
        problem = self._fault_in(find_fault, calls)
        if problem and not self._is_over:
            self._problems.append(problem)

    def _call(self, args: tuple, kwargs: dict) -> CallResult | None:
        """Call the student's function on copies; None once it is known to be not done yet."""
        if self._is_over:
            return None
        self._count += 1
        outcome = self._call_once(args, kwargs)
        if isinstance(outcome.error, FunctionEndedError):
            self._stopped = str(outcome.error)
            return None
        if isinstance(outcome.error, NotImplementedError):
            self._not_done = True
            return None
        return outcome

    def _call_once(self, args: tuple, kwargs: dict) -> CallResult:
        """Call the student's function by the exercise's rules."""
        return call(self.function, args, kwargs, self.by_hand, self.allowed)

    @property
    def _is_over(self) -> bool:
        """Whether no further call can tell anything."""
        return self._not_done or bool(self._stopped)

    def _fault_in(
        self, find_fault: Callable[[list], str | None], calls: Collection[tuple]
    ) -> Problem | None:
        """Call the function on each of several inputs and return what is wrong with the results."""
        values = []
        for args in calls:
            outcome = self._call_once(args, {})
            if isinstance(outcome.error, FunctionEndedError):
                self._stopped = str(outcome.error)
                return None
            if isinstance(outcome.error, NotImplementedError):
                self._not_done = True
                return None
            if offence := violation_of(outcome):
                return offence
            if outcome.error is not None:
                where = self._describe_input(args, {})
                return Problem(
                    f"It raised {describe_error(outcome.error)}", where, input_size(args, {})
                )
            values.append(outcome.value)
        fault = find_fault(values)
        where = f"for {self._describe_input(calls[0], {})}" if calls[0] else ""
        return Problem(fault, where) if fault else None

    @contextlib.contextmanager
    def _right_ones_in_place(self) -> Iterator[None]:
        """Put the reference answers where the function looks for the exercises that it uses."""
        module = importlib.import_module(f"utils.{self._module}")
        if hasattr(self.function, "call_apart"):
            self.function.substitutes = {name: getattr(module, name) for name in self.uses}
            try:
                yield
            finally:
                self.function.substitutes = {}
            return
        names = getattr(self.function, "__globals__", {})
        theirs = {
            name: names[name]
            for name in self.uses
            if name in names and not byhand.is_library(getattr(names[name], "__module__", None))
        }
        names.update({name: byhand.trusted(getattr(module, name)) for name in theirs})
        try:
            yield
        finally:
            names.update(theirs)

    def _expect(self, args: tuple, kwargs: dict) -> object:
        """Return what the reference answer returns."""
        reference = getattr(importlib.import_module(f"utils.{self._module}"), self.name)
        given_args, given_kwargs = copy_arguments(args, kwargs)
        return reference(*given_args, **given_kwargs)

    def _report_offence(self, outcome: CallResult) -> bool:
        """Note a broken rule of the course; True if one was broken."""
        offence = violation_of(outcome)
        self._problems += [offence] if offence else []
        return offence is not None

    def _report_error(
        self, error: BaseException, args: tuple, kwargs: dict, shown: bool = False
    ) -> None:
        """Note that the function raised an error where it should not have."""
        where = self._show_input(args, kwargs) if shown else self._describe_input(args, kwargs)
        for small, _, outcome in [] if shown else self._small_results:
            if type(outcome.error).__name__ == type(error).__name__:
                error, where = outcome.error, self._show_input(small, {})
                break
        # Python's own: with a class for each input, an answer could tell all inputs.
        kind = next(one.__name__ for one in type(error).__mro__ if one in BUILTIN_ERRORS)
        self._problems.append(
            Problem(f"It raised {describe_error(error)}", where, input_size(args, kwargs), kind)
        )

    def _report_difference(
        self, args: tuple, kwargs: dict, got: object, expected: object, shown: bool
    ) -> None:
        """Note a wrong result, by the name of the mistake and on the smallest input known."""
        mistake = self._find_mistake(args, kwargs, got, expected)
        if not shown:
            small = self._find_small_input(mistake)
            if small is None:
                self._report_hidden(args, kwargs, got, expected, mistake)
                return
            args, kwargs, got, expected = small
            mistake = mistake or self._find_mistake(args, kwargs, got, expected)
        what = mistake_text(mistake) or find_difference(got, expected, self.rtol, self.atol)
        given = [self._show_input(args, kwargs)] if args or kwargs else []
        text = "\n".join([*given, *show_results(expected, got)])
        self._problems.append(Problem(what, text, input_size(args, kwargs), named=bool(mistake)))

    def _report_hidden(
        self, args: tuple, kwargs: dict, got: object, expected: object, mistake: Callable | None
    ) -> None:
        """Note a wrong result that no public input shows: its kind, and none of its numbers."""
        difference = find_difference(got, expected, self.rtol, self.atol)
        what = (
            mistake_text(mistake) or f"The result is wrong. {without_numbers(difference)}".strip()
        )
        where = f"for {self._describe_input(args, kwargs)}"
        self._problems.append(Problem(what, where, input_size(args, kwargs), named=bool(mistake)))

    def _find_mistake(
        self, args: tuple, kwargs: dict, got: object, expected: object
    ) -> Callable | None:
        """Return the known mistake that gives exactly this result, if there is one.

        Two mistakes can give the same number by chance, though hardly the same four. So where the
        result is less than that, the mistake must also do what the function does on at least half
        of the small inputs that either gets wrong. Of several, it is the closest.
        """

        def gives_this(mistake: Callable) -> bool:
            outcome = call(mistake, args, kwargs)
            wrong = outcome.error is None and not self._equal(outcome.value, expected)
            return wrong and self._equal(got, outcome.value)

        mistakes = getattr(self._lore(), "MISTAKES", {}).get(self.name, ())
        likeness = {mistake: self._likeness(mistake) for mistake in mistakes if gives_this(mistake)}
        best = max(likeness, key=likeness.get, default=None)
        telling = isinstance(got, np.ndarray) and len(np.unique(got)) >= 4
        return best if best and (telling or likeness[best] >= 0.5) else None

    def _likeness(self, mistake: Callable) -> float:
        """Return on what share of the small inputs that either gets wrong both give the same."""
        if mistake in self._likenesses:
            return self._likenesses[mistake]
        same = [
            self._equal(theirs.value, known.value)
            for args, expected, theirs in self._small_results
            if (known := call(mistake, args, {})).error is None
            and theirs.error is None
            and not (self._equal(known.value, expected) and self._equal(theirs.value, expected))
        ]
        self._likenesses[mistake] = sum(same) / len(same) if same else 1.0
        return self._likenesses[mistake]

    @functools.cached_property
    def _small_results(self) -> list[tuple[tuple, object, CallResult]]:
        """The small inputs, each with the right result and what the function does."""
        return [
            (args, self._expect(args, {}), self._call_once(args, {}))
            for args in getattr(self._lore(), "EXAMPLES", {}).get(self.name, ())
        ]

    def _find_small_input(self, mistake: Callable | None) -> tuple | None:
        """Return the smallest public input that shows what is wrong, and both results.

        If the mistake is known, the input must show that mistake, not another.
        """
        if mistake not in self._small_inputs:
            self._small_inputs[mistake] = self._search_small_input(mistake)
        return self._small_inputs[mistake]

    def _search_small_input(self, mistake: Callable | None) -> tuple | None:
        """Do what `_find_small_input` says."""
        for args, expected, outcome in self._small_results:
            if outcome.error is not None or self._equal(outcome.value, expected):
                continue
            if mistake is None or self._find_mistake(args, {}, outcome.value, expected) is mistake:
                return args, {}, outcome.value, expected
        return None

    def _equal(self, got: object, expected: object) -> bool:
        """Tell whether two results are equal; the second need not be a plain value."""
        try:
            return equal(got, expected, self.rtol, self.atol)
        except (TypeError, ValueError):
            return False

    def _lore(self) -> ModuleType:
        """Return the module of this lesson's known mistakes and small inputs."""
        return importlib.import_module(f"utils.mistakes.{self._module}")

    def _bind(self, args: tuple, kwargs: dict) -> dict[str, object]:
        """Return the arguments by name, as the reference answer names them."""
        reference = getattr(importlib.import_module(f"utils.{self._module}"), self.name)
        try:
            return dict(inspect.signature(reference).bind(*args, **kwargs).arguments)
        except TypeError:
            return dict(enumerate(args)) | kwargs

    def _describe_input(self, args: tuple, kwargs: dict) -> str:
        """Say what the arguments are without their numbers."""
        bound = self._bind(args, kwargs)
        return ", ".join(f"{name} = {describe(value)}" for name, value in bound.items())

    def _show_input(self, args: tuple, kwargs: dict) -> str:
        """Write the arguments: in full where they are small."""
        bound = self._bind(args, kwargs)
        return "\n".join(hang(f"{name} = ", show_value(value)) for name, value in bound.items())

    def _summary(self) -> str:
        """Return all that is wrong: each thing once, on the smallest input that shows it."""
        smallest: dict[str, Problem] = {}
        for problem in sorted(self._problems, key=lambda problem: problem.size):
            smallest.setdefault(problem.group, problem)
        told = [*smallest.values()][:MAX_PROBLEMS]
        parts = [f"- {problem}" if len(told) > 1 else str(problem) for problem in told]
        if len(smallest) > len(told):
            parts.append(f"- and {len(smallest) - len(told)} more")
        failed = f"{len(self._problems)} of {self._count} checks failed"
        if self._count == 1:
            failed = "the check failed"
        lines = [f"{self.name}: {failed}.", *parts]
        if not any(problem.named for problem in self._problems):
            lines[1:1] = filter(None, [find_pattern(self._tried)])
        return "\n".join(lines)


def _as_array_like(reference: object, expected: object) -> object:
    """Turn an expected nested list into an array where the reference answer returns one."""
    if isinstance(reference, np.ndarray) and isinstance(expected, (list, tuple)):
        return np.array(expected)
    if isinstance(reference, tuple) and isinstance(expected, (list, tuple)):
        return tuple(map(_as_array_like, reference, expected))
    return expected

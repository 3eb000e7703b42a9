"""Call a student's function on copies of the arguments, and record what it did."""

from __future__ import annotations

import contextlib
import copy
import functools
import inspect
import sys
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypedDict, runtime_checkable

import numpy as np

from utils.checks import byhand, source_hints
from utils.checks.describe import is_model, with_plain_tuples
from utils.checks.model_state import ModelState, states_of
from utils.checks.time_limit import TimeBudget, TimeIsUp, timeout_reason

Arguments = tuple[tuple, dict[str, Any]]


class FunctionEndedError(Exception):
    """A student's function has been stopped, or its process has ended; the text says how."""


class RemoteResult(TypedDict):
    """What one call of a remote function did."""

    value: Any
    error: BaseException | None
    library: str  # the library that did the work, as in `CallResult`
    after: Arguments  # the arguments as they are after the call


@runtime_checkable
class RemoteFunction(Protocol):
    """A student's function that runs in another process.

    Attributes
    ----------
    parameters : list of str
        The names of its parameters.
    substitutes : mapping of str to callable
        Functions that take the place of the student's own, by name, while it runs.
    """

    parameters: list[str]
    substitutes: Mapping[str, Callable]

    @property
    def hints(self) -> list[str]:
        """What its source shows, as `source_hints.find_hints` returns it. Untrusted."""

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call the function as if it were local."""

    def call_apart(
        self, args: tuple, kwargs: dict, by_hand: bool, allowed: tuple[str, ...] = ()
    ) -> RemoteResult:
        """Call the function in its process; the parameters are those of `call`."""

    def note(self, done: bool) -> None:
        """Record whether the student has written the function at all."""


@dataclass(frozen=True)
class CallResult:
    """What one call of a student's function did.

    Parameters
    ----------
    value : object
        The result, if it returned.
    error : BaseException, optional
        The error, if it raised one.
    library : str
        The library that did the work, and the student's call of it, as in
        ``scipy (`correlate2d(image, kernel)`)``; empty if none did.
    changed : str
        The name of an argument that was changed in place; empty if none was.
    changed_model : bool
        Whether that argument is a Keras model.
    """

    value: Any = None
    error: BaseException | None = None
    library: str = ""
    changed: str = ""
    changed_model: bool = False


@dataclass(frozen=True)
class Subject:
    """A student's function, and the rules for calling it.

    Parameters
    ----------
    function : callable
        The function, local or remote.
    by_hand : bool
        Whether it must do its work without libraries.
    allowed : collection of str
        Functions of ``utils`` that it may call all the same, as ``module.function``.
    hidden : collection of str
        Variables of the notebook that it cannot see: those of the lesson's demonstrations.
    budget : TimeBudget
        The time that all its calls have together.
    """

    function: Callable
    by_hand: bool = True
    allowed: Collection[str] = ()
    hidden: Collection[str] = ()
    budget: TimeBudget = field(default_factory=TimeBudget)

    @functools.cached_property
    def hints(self) -> list[str]:
        """What the function's source shows; see `utils.checks.source_hints`."""
        if isinstance(self.function, RemoteFunction):
            return self.function.hints
        return source_hints.find_hints(self.function)

    def call(self, args: tuple, kwargs: dict, in_turn: bool = False) -> CallResult:
        """Call the function on copies of the arguments; the parameters are those of `call`.

        A function that has used up its time is stopped: `FunctionEndedError` is its error.
        """
        if isinstance(self.function, RemoteFunction):  # whose time its process limits
            return call(self.function, args, kwargs, self.by_hand, self.allowed, in_turn)
        try:
            namespace = getattr(inspect.unwrap(self.function), "__globals__", {})
            with without_names(namespace, self.hidden), self.budget.running():
                result = call(self.function, args, kwargs, self.by_hand, self.allowed, in_turn)
        except TimeIsUp:
            return CallResult(error=FunctionEndedError(timeout_reason(self.budget.seconds)))
        if isinstance(result.error, NameError):
            return replace(result, error=explain_hidden_name(result.error, self.hidden))
        return result


@contextlib.contextmanager
def without_names(namespace: dict[str, Any], names: Collection[str]) -> Iterator[None]:
    """Hide some of the variables of a notebook."""
    hidden = {name: namespace.pop(name) for name in names if name in namespace}
    try:
        yield
    finally:
        namespace.update({name: value for name, value in hidden.items() if name not in namespace})


def explain_hidden_name(error: NameError, hidden: Collection[str]) -> NameError:
    """Return the error, with a text that says why if the variable is hidden."""
    if error.name not in hidden:
        return error
    text = (
        f"name '{error.name}' is not defined; the lesson's demonstrations define it, "
        "but a function cannot count on that"
    )
    return NameError(text, name=error.name).with_traceback(error.__traceback__)


def call(
    function: Callable,
    args: tuple,
    kwargs: dict,
    by_hand: bool = False,
    allowed: Collection[str] = (),
    in_turn: bool = False,
) -> CallResult:
    """Call a function on copies of the arguments, and record what it did.

    Parameters
    ----------
    function : callable
        The function; a `RemoteFunction` is called in its own process.
    args, kwargs : tuple, dict
        Its arguments; the function gets copies.
    by_hand : bool
        Whether to notice libraries that do the work.
    allowed : collection of str
        Functions of ``utils`` that it may call all the same, as ``module.function``.
    in_turn : bool
        Whether it draws from the random generators among the arguments themselves, so that the
        next call finds them as this one leaves them.
    """
    copied_args, copied_kwargs = copy_arguments(args, kwargs, in_turn)
    before = states_of(args, kwargs)
    if isinstance(function, RemoteFunction):
        reply = function.call_apart(copied_args, copied_kwargs, by_hand, tuple(allowed))
        change = changed_argument(function, before, states_of(*reply["after"]))
        return CallResult(reply["value"], reply["error"], reply["library"], *change)
    value: Any = None
    error: BaseException | None = None
    used: list[str] = []
    watching = byhand.watch(allowed) if by_hand else contextlib.nullcontext(used)
    # A warning is no mistake, and nbgrader gives no points to a cell that writes to stderr.
    with warnings.catch_warnings(action="ignore"), contextlib.redirect_stderr(sys.stdout):
        try:
            with watching as used:
                value = function(*copied_args, **copied_kwargs)
            with contextlib.suppress(RecursionError):  # a list that is in itself
                value = with_plain_tuples(value)
        except (Exception, SystemExit) as raised:
            error = raised
    change = changed_argument(function, before, states_of(copied_args, copied_kwargs))
    if any(change):
        _restore_models(before)
    return CallResult(value, error, used[0] if used else "", *change)


def violation_of(result: CallResult) -> str:
    """Return which rule of the course a call broke, in a sentence; empty if none."""
    if result.library:
        return (
            f"It hands the work to {result.library}. This exercise is to be written by "
            "hand, with Python and NumPy only; until then it scores 0."
        )
    if result.changed_model:
        return (
            f"It changes its argument `{result.changed}`: its weights, its layers' settings, or "
            "how it is compiled. Leave the model as it was; `training=False` helps, too."
        )
    if result.changed:
        return (
            f"It changes its argument `{result.changed}`, which is not its own. "
            "Make a new array or list, or work on a copy."
        )
    return ""


def copy_arguments(args: tuple, kwargs: dict, in_turn: bool = False) -> Arguments:
    """Return copies of the arguments, except Keras models, which are slow to copy.

    ``in_turn`` excepts random generators too.
    """
    kept = {
        id(value): value
        for value in (*args, *kwargs.values())
        if is_model(value) or (in_turn and isinstance(value, np.random.Generator))
    }
    return copy.deepcopy((args, kwargs), kept)


def _restore_models(states: Arguments) -> None:
    """Undo what was changed in models, which are not copied."""
    for state in (*states[0], *states[1].values()):
        if isinstance(state, ModelState):
            state.restore()


def changed_argument(function: Callable, before: Arguments, after: Arguments) -> tuple[str, bool]:
    """Return the name of the first array, list, dict or model that was changed, if one was.

    The second value tells whether it is a model. Models are given as their states: see
    `utils.checks.model_state`.
    """
    names = _parameter_names(function)
    pairs = [
        (names[index] if index < len(names) else str(index), old, new)
        for index, (old, new) in enumerate(zip(before[0], after[0], strict=True))
    ]
    pairs += [(name, old, after[1][name]) for name, old in before[1].items()]
    for name, old, new in pairs:
        if isinstance(old, (np.ndarray, list, dict, ModelState)) and not _is_unchanged(old, new):
            return name, isinstance(old, ModelState)
    return "", False


def _parameter_names(function: Callable) -> list[str]:
    """Return the names of a function's parameters, or none if they cannot be found."""
    if isinstance(function, RemoteFunction) and function.parameters:
        return function.parameters
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def _is_unchanged(old: Any, new: Any) -> bool:
    """Return whether an argument still has its type, its dtype and all its values."""
    if isinstance(old, np.ndarray):
        return (
            type(new) is np.ndarray
            and old.dtype == new.dtype
            and old.shape == new.shape
            and old.tobytes() == new.tobytes()
        )
    if isinstance(old, ModelState):
        return old.is_kept_by(new)
    if isinstance(old, (list, tuple)):
        return len(old) == len(new) and all(map(_is_unchanged, old, new))
    if isinstance(old, dict):
        return list(old) == list(new) and all(_is_unchanged(old[key], new[key]) for key in old)
    return old is new or bool(old == new)

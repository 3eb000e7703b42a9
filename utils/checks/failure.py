"""What one check of a student's function found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from utils.checks.reference import Input


class Kind(Enum):
    """What is wrong when a check fails."""

    RESULT = "the result is not the right one"
    ERROR = "it raised an error"
    BAD_INPUT = "it should raise an error, and did not raise that"
    RULE = "it broke a rule, or a condition does not hold"


@dataclass(frozen=True, eq=False)
class Failure:
    """A check that failed.

    Parameters
    ----------
    kind : Kind
        In which way.
    given : Input
        The input.
    got, expected : object
        The student's result and the right one, where there is one.
    error : BaseException, optional
        What the function raised.
    message : str
        A sentence that says what is wrong; empty where that is to be found out.
    shown : bool
        Whether a message may show the input's numbers.
    example : str
        What to show as an example; by default it is made from the input.
    """

    kind: Kind
    given: Input
    got: Any = None
    expected: Any = None
    error: BaseException | None = None
    message: str = ""
    shown: bool = False
    example: str = ""


@dataclass(frozen=True, eq=False)
class Trial:
    """A check of a result, right or wrong.

    Parameters
    ----------
    given : Input
        The input.
    got, expected : object
        The student's result, if there is one, and the right one.
    is_right : bool
        Whether they agree.
    is_example : bool
        Whether it is a worked example, which the student sees.
    """

    given: Input
    got: Any
    expected: Any
    is_right: bool
    is_example: bool

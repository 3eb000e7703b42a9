"""Prove of an exercise that its tests tell right from wrong, or say where they do not."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.support.lessons import (
    known_mistakes,
    mistake_source,
    model_answer,
    surroundings,
    topic_of,
    words_of,
)
from tools.proof.equivalent import EQUIVALENT, FREE, SAMPLED
from tools.proof.operators import Mutant, make_mutants
from tools.proof.run import Died, Said, run_answer, run_each

RIGHT_AT_LEAST, NAMED = 4, 5
SLOW_SECONDS = 150  # of processor time for one answer that trains or builds several networks
SPOILING = "from tools.proof.run import spoiling\n"


@dataclass
class Proof:
    """What came of one exercise's mutants, right answers and known mistakes.

    Attributes
    ----------
    lesson, exercise : str
        The exercise.
    made : int
        How many mutants there are.
    mutants : int
        How many of them are tried, equivalent ones included: all, unless that would take long.
    operators : Counter
        How many of them each operator made.
    equivalent : list of (Mutant, str)
        Those that no test can catch, and why.
    survivors : list of Mutant
        Those that a test should have caught.
    stale : list of (str, str)
        Changes that are called equivalent, but are caught, or that no mutant makes.
    right : int
        How many right answers were tried.
    refused : dict of str to str
        Those that lose points, by style, and what they are told.
    named : dict of str to str
        Known mistakes, and the line of the message that names them.
    unnamed : dict of str to str
        Known mistakes that pass, or whose message does not name them, and the message.
    statements : int
        How many statements all messages make, about mutants and known mistakes.
    wrong : list of str
        Those that are false, or that no rule can check, each once.
    """

    lesson: str
    exercise: str
    made: int = 0
    mutants: int = 0
    operators: Counter[str] = field(default_factory=Counter)
    equivalent: list[tuple[Mutant, str]] = field(default_factory=list)
    survivors: list[Mutant] = field(default_factory=list)
    stale: list[tuple[str, str]] = field(default_factory=list)
    right: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    unnamed: dict[str, str] = field(default_factory=dict)
    statements: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def caught(self) -> int:
        """How many mutants fail a test."""
        return self.mutants - len(self.equivalent) - len(self.survivors)

    @property
    def problems(self) -> list[str]:
        """What keeps this from being a proof, in sentences."""
        said = [f"No test catches {_arrow(each.change)}" for each in self.survivors]
        said += [
            f"Called equivalent, but caught or not made: {_arrow(each)}" for each in self.stale
        ]
        said += [f"A right answer is refused, {how!r}: {why}" for how, why in self.refused.items()]
        said += [f"A mistake is not named, {how}: {why}" for how, why in self.unnamed.items()]
        said += [f"A message is false: {each}" for each in self.wrong]
        if self.right - 1 < RIGHT_AT_LEAST:
            said.append(f"There should be {RIGHT_AT_LEAST} right answers besides the lesson's own.")
        if len(self.named) + len(self.unnamed) < NAMED:
            said.append(f"There should be {NAMED} known mistakes.")
        return [f"{self.lesson}, {self.exercise}: {each}" for each in said]


def prove(
    lesson: str,
    exercise: str,
    *,
    equivalent: Mapping[tuple[str, str], str] | None = None,
    right: Mapping[str, str] | None = None,
    judge_every: int = 1,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Proof:
    """Run an exercise's mutants, right answers and some of its known mistakes.

    Parameters
    ----------
    lesson, exercise : str
        The exercise, by the lesson's name.
    equivalent : mapping, optional
        Changes that no test can catch, and why; by default those of `tools.proof.equivalent`.
    right : mapping, optional
        Right answers by style; by default those of `tests.banks.answers`.
    judge_every : int
        Of how many mutants the messages about one are checked for truth; 1 for all.
    advance : callable, optional
        Called with how many answers have been run, and how many there are.
    """
    equivalent = EQUIVALENT.get(exercise, {}) if equivalent is None else equivalent
    right = _right_answers(lesson, exercise) if right is None else right
    made = make_mutants(model_answer(lesson, exercise), exercise)
    mutants = made[:: SAMPLED.get(exercise, 1)]
    ((_, mistakes),) = run_each({"mistakes": (_find_mistakes, lesson, exercise)})
    start = f"{SPOILING}{surroundings(lesson, exercise)}\n\n"
    # The answer as it is stands among the right ones: what surrounds the mutants must not fail.
    right = {"the lesson's own": start + model_answer(lesson, exercise), **right}

    calls = {
        ("mutant", index): (
            *(run_answer, lesson, exercise, start + mutant.source),
            index % judge_every == 0,
        )
        for index, mutant in enumerate(mutants)
    }
    for style, source in right.items():
        calls["right", style] = run_answer, lesson, exercise, source
    for name in mistakes:
        source = mistake_source(lesson, exercise, name)
        calls["mistake", name] = run_answer, lesson, exercise, source
    answers: dict[tuple, Said] = {}
    seconds = SLOW_SECONDS if exercise in SAMPLED else None
    for label, result in run_each(calls, seconds=seconds):
        answers[label] = Said((result.why,)) if isinstance(result, Died) else result
        advance(len(answers), len(calls))
    said = {label: answer.messages for label, answer in answers.items()}

    proof = Proof(lesson, exercise, made=len(made), mutants=len(mutants), right=len(right))
    proof.operators.update(mutant.operator for mutant in mutants)
    _judge_mutants(proof, mutants, equivalent, said)
    changes = {mutant.change for mutant in made}
    proof.stale += [change for change in equivalent if change not in changes]
    proof.refused = {
        style: "\n".join(said["right", style]) for style in right if said["right", style]
    }
    for name, words in mistakes.items():
        line = _line_that_names(words, said["mistake", name])
        if line:
            proof.named[name] = line
        else:
            proof.unnamed[name] = "\n".join(said["mistake", name]) or "passes every test"
    proof.statements = sum(answer.truth.statements for answer in answers.values())
    wrong = (each for answer in answers.values() for each in answer.truth.wrong)
    proof.wrong = list(dict.fromkeys(wrong))
    return proof


def _find_mistakes(lesson: str, exercise: str) -> dict[str, str]:
    """Return some of the known mistakes, and what is said of them.

    It imports them, and with them perhaps TensorFlow: a thing for a fork.
    """
    names = list(known_mistakes(lesson)[exercise])[:NAMED]
    return {name: words_of(lesson, exercise, name) for name in names}


def _judge_mutants(
    proof: Proof,
    mutants: list[Mutant],
    equivalent: Mapping[tuple[str, str], str],
    said: Mapping[tuple, tuple[str, ...]],
) -> None:
    """Sort the mutants that no test catches into equivalent ones and survivors."""
    caught = set()
    for index, mutant in enumerate(mutants):
        if said["mutant", index]:
            caught.add(mutant.change)
        elif mutant.change in equivalent:
            proof.equivalent.append((mutant, equivalent[mutant.change]))
        elif proof.exercise in FREE:
            proof.equivalent.append((mutant, FREE[proof.exercise]))
        else:
            proof.survivors.append(mutant)
    proof.stale = [change for change in equivalent if change in caught]


def _right_answers(lesson: str, exercise: str) -> Mapping[str, str]:
    """Return the right answers to an exercise, by style."""
    return importlib.import_module(f"tests.banks.answers.{topic_of(lesson)}").RIGHT[exercise]


def _line_that_names(words: str, messages: tuple[str, ...]) -> str:
    """Return the line of the first message that says all the words of a mistake, or nothing."""
    for message in messages:
        for line in message.splitlines():
            if words in line:
                return line.removeprefix("- ")
    return ""


def _arrow(change: tuple[str, str]) -> str:
    """Write a change on one line."""
    before, after = change
    return f"`{before}` -> `{after}`"

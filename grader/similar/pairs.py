"""Find the pairs of answers that are more alike than their exercise explains.

The likeness of two answers is a weighted Jaccard index of their fingerprints: what both have, as a
part of what either has. A fingerprint weighs the less, the more of the class have it. Code that
everyone was given does not count. Where little is left, likeness proves nothing, however large it
is: two people who solve a short exercise write the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from grader.printable import escape_name
from grader.similar.answers import REFERENCE, ClassAnswers, ExerciseAnswers
from grader.similar.fingerprints import Fingerprints, fingerprints

# Measured in tests/grader/similar/test_bank.py: answers of the tests' banks that were renamed,
# reordered and reformatted reach 1.00, and different right answers to an exercise at most 0.974.
THRESHOLD = 0.98
# Fingerprints that two answers must share; and the least that these must weigh together, where one
# that only the two have weighs 1.
MIN_SHARED = 25
MIN_RARE = 5.0
BLOCK = 500  # answers that are compared with all others at a time
MAX_SHOWN = 500  # pairs


@dataclass(frozen=True)
class Pair:
    """Two answers that are alike.

    Attributes
    ----------
    lesson, exercise : str
        To which exercise.
    students : tuple of str
        Whose; ``reference`` is the course's own answer.
    score : float
        Their likeness, from 0 to 1.
    shared : int
        How many fingerprints they share.
    texts : tuple of str
        The answers.
    """

    lesson: str
    exercise: str
    students: tuple[str, str]
    score: float
    shared: int
    texts: tuple[str, str]


@dataclass
class Likeness:
    """The pairs of a class, most alike first, and what was not compared."""

    pairs: list[Pair]
    notes: list[str] = field(default_factory=list)


def find_pairs(answers: ClassAnswers, threshold: float = THRESHOLD) -> Likeness:
    """Return the pairs of answers whose likeness reaches a threshold."""
    found = Likeness([], [*answers.notes])
    for exercise in answers.exercises:
        compared = _Compared.of(exercise)
        found.notes += compared.notes
        found.pairs += compared.pairs(threshold)
    found.pairs.sort(key=lambda pair: (-pair.score, -pair.shared, pair.lesson, pair.students))
    if len(found.pairs) > MAX_SHOWN:
        found.notes.append(f"{len(found.pairs) - MAX_SHOWN} more pairs are not shown")
        del found.pairs[MAX_SHOWN:]
    return found


@dataclass
class _Compared:
    """The answers to one exercise as sets of fingerprints, without the code that was given."""

    exercise: ExerciseAnswers
    students: list[str]
    texts: list[str]
    grams: list[frozenset[str]]
    notes: list[str]

    @classmethod
    def of(cls, exercise: ExerciseAnswers) -> _Compared:
        """Take the fingerprints of an exercise's answers."""
        given = frozenset().union(*(_grams(fingerprints(text)) for text in exercise.given))
        compared = cls(exercise, [], [], [], [])
        for text in exercise.references:
            compared._add(REFERENCE, text, given)
        for student, text in exercise.texts.items():
            compared._add(student, text, given)
        compared._note_short()
        return compared

    def _add(self, student: str, text: str, given: frozenset[str]) -> None:
        """Add an answer, or a note if it cannot be compared."""
        taken = fingerprints(text)
        where = f"{escape_name(student)}  {self.exercise.lesson}  {self.exercise.exercise}"
        if taken is None:
            self.notes.append(f"{where}: not compared: too long or too deeply nested")
            return
        if not taken.parsed:
            self.notes.append(f"{where}: no valid Python; compared by its words and signs")
        self.students.append(student)
        self.texts.append(text)
        self.grams.append(taken.grams - given)

    def _note_short(self) -> None:
        """Note if the exercise's answers are too short for likeness to prove anything."""
        sizes = [
            len(grams)
            for student, grams in zip(self.students, self.grams, strict=True)
            if student != REFERENCE
        ]
        short = sum(size < MIN_SHARED for size in sizes)
        if short:
            self.notes.append(
                f"{self.exercise.lesson}  {self.exercise.exercise}: {short} of {len(sizes)} "
                "answers are so short that likeness proves nothing: not shown"
            )

    def pairs(self, threshold: float) -> list[Pair]:
        """Return the pairs that reach a threshold; of several references the most alike."""
        best: dict[tuple[str, str], Pair] = {}
        for pair in self._all_pairs(threshold):
            if pair.students not in best or best[pair.students].score < pair.score:
                best[pair.students] = pair
        return list(best.values())

    def _all_pairs(self, threshold: float) -> Iterator[Pair]:
        """Yield every pair that reaches a threshold."""
        if len(self.grams) < 2:
            return
        table, weights = self._table()
        sizes = table @ weights
        weighted = table.multiply(weights[np.newaxis, :]).tocsr()
        largest = np.log2(len(set(self.students)) + 1)
        is_reference = np.array([student == REFERENCE for student in self.students])
        for start in range(0, len(self.grams), BLOCK):
            rows = slice(start, start + BLOCK)
            shared = (weighted[rows] @ table.T).toarray()
            union = sizes[rows, np.newaxis] + sizes[np.newaxis, :] - shared
            # All of the reference in an answer is a copy of it, whatever else is there.
            union = np.where(is_reference[rows, np.newaxis], sizes[rows, np.newaxis], union)
            score = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
            enough = (score >= threshold) & (shared >= MIN_RARE * largest)
            for row, column in np.argwhere(enough):
                if start + row < column:
                    yield from self._pair(start + row, column, float(score[row, column]))

    def _pair(self, one: int, other: int, score: float) -> Iterator[Pair]:
        """Yield a pair, unless both are the reference or share too little."""
        shared = len(self.grams[one] & self.grams[other])
        if self.students[one] != self.students[other] and shared >= MIN_SHARED:
            yield Pair(
                self.exercise.lesson,
                self.exercise.exercise,
                (self.students[one], self.students[other]),
                round(score, 4),
                shared,
                (self.texts[one], self.texts[other]),
            )

    def _table(self) -> tuple[csr_array, np.ndarray]:
        """Return which answer has which fingerprint, and the fingerprints' weights."""
        columns: dict[str, int] = {}
        places = [
            (row, columns.setdefault(gram, len(columns)))
            for row, grams in enumerate(self.grams)
            for gram in sorted(grams)
        ]
        rows, used = np.array(places or np.empty((0, 2), int)).T
        shape = (len(self.grams), len(columns))
        table = csr_array((np.ones(len(rows)), (rows, used)), shape=shape)
        # The versions of the reference are one student.
        students = np.array([*map(self.students.index, self.students)])
        have = len(columns) and csr_array(
            (np.ones(len(rows)), (students[rows], used)), shape=shape
        ).astype(bool).sum(axis=0)
        others = np.maximum(np.asarray(have, float).reshape(-1) - 1, 1)
        return table, np.log2((len(set(self.students)) + 1) / others)


def _grams(taken: Fingerprints | None) -> frozenset[str]:
    """Return the k-grams of a text that was given."""
    return taken.grams if taken else frozenset()

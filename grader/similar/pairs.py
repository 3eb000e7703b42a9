"""Find the pairs of answers that are more alike than their exercise explains.

The likeness of two answers is a weighted Jaccard index of their fingerprints: what both have, as a
part of what either has. A fingerprint weighs the less, the more of the class have it. Code that
everyone was given does not count. Where little is left, likeness proves nothing, however large it
is: two people who solve a short exercise write the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from grader.printable import escape_name, first_few
from grader.similar.answers import REFERENCE, ClassAnswers, ExerciseAnswers
from grader.similar.fingerprints import Fingerprints, fingerprints, token_fingerprints

# Measured in tests/grader/similar/test_bank.py: answers of the tests' banks that were renamed,
# reordered and reformatted reach 1.00, and different right answers to an exercise at most 0.974.
THRESHOLD = 0.98
# Fingerprints that two answers must share; and the least that these must weigh together, where one
# that only the two have weighs 1.
MIN_SHARED = 25
MIN_RARE = 5.0
# A group in which each answer is like so many others shows what the exercise leads to.
MAX_RING, MAX_RING_SHARE = 6, 0.05
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
        pairs = [*compared.pairs(threshold), *_pairs_by_tokens(compared, threshold)]
        crowd = _crowd(pairs, len(exercise.texts))
        found.pairs += [pair for pair in pairs if not crowd.issuperset(pair.students)]
        found.notes += compared.notes(len(crowd))
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
    unparsed: list[str]
    skipped: list[str]

    @classmethod
    def of(
        cls,
        exercise: ExerciseAnswers,
        take: Callable[[str], Fingerprints | None] = fingerprints,
    ) -> _Compared:
        """Take the fingerprints of an exercise's answers."""
        given = frozenset().union(*(_grams(take(text)) for text in exercise.given))
        compared = cls(exercise, [], [], [], [], [])
        for text in exercise.references:
            compared._add(REFERENCE, text, take(text), given)
        for student, text in exercise.texts.items():
            compared._add(student, text, take(text), given)
        return compared

    def _add(
        self, student: str, text: str, taken: Fingerprints | None, given: frozenset[str]
    ) -> None:
        """Add an answer, unless it cannot be compared."""
        if taken is None:
            self.skipped.append(student)
            return
        if not taken.parsed:
            self.unparsed.append(student)
        self.students.append(student)
        self.texts.append(text)
        self.grams.append(taken.grams - given)

    def notes(self, crowd: int) -> list[str]:
        """Return what was not compared or is not shown; `crowd` is the size of `_crowd`."""
        sizes = [
            len(grams)
            for student, grams in zip(self.students, self.grams, strict=True)
            if student != REFERENCE
        ]
        short = sum(size < MIN_SHARED for size in sizes)
        found = {
            f"{short} of {len(sizes)} answers are so short that likeness proves nothing: not "
            "shown": short,
            f"{crowd} students wrote nearly the same as many others: among them not shown": crowd,
            f"too long or too deeply nested, not compared: {_listed(self.skipped)}": self.skipped,
            f"no valid Python, compared by tokens: {_listed(self.unparsed)}": self.unparsed,
        }
        where = f"{self.exercise.lesson}  {self.exercise.exercise}"
        return [f"{where}: {note}" for note, applies in found.items() if applies]

    def pairs(self, threshold: float) -> list[Pair]:
        """Return the pairs that reach a threshold; of several references the most alike."""
        best: dict[tuple[str, str], Pair] = {}
        for pair in self._all_pairs(threshold):
            if pair.students not in best or best[pair.students].score < pair.score:
                best[pair.students] = pair
        return list(best.values())

    def _all_pairs(self, threshold: float) -> Iterator[Pair]:
        """Yield every pair that reaches a threshold."""
        if not any(self.grams):
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
        # The versions of the reference are one student.
        by_student: dict[str, frozenset[str]] = {}
        for student, grams in zip(self.students, self.grams, strict=True):
            by_student[student] = by_student.get(student, frozenset()) | grams
        counts = Counter(gram for grams in by_student.values() for gram in grams)
        columns = {gram: column for column, gram in enumerate(sorted(counts))}
        rows = np.repeat(np.arange(len(self.grams)), [*map(len, self.grams)])
        used = np.array([columns[gram] for grams in self.grams for gram in grams], int)
        table = csr_array((np.ones(len(rows)), (rows, used)), (len(self.grams), len(columns)))
        others = np.array([max(counts[gram] - 1, 1) for gram in columns], float)
        return table, np.log2((len(by_student) + 1) / others)


def _pairs_by_tokens(compared: _Compared, threshold: float) -> list[Pair]:
    """Return the pairs of an answer that is no Python, and so has no syntax tree to compare."""
    broken = set(compared.unparsed)
    if not broken:
        return []
    pairs = _Compared.of(compared.exercise, token_fingerprints).pairs(threshold)
    known = {pair.students for pair in compared.pairs(threshold)}
    return [p for p in pairs if broken & {*p.students} and p.students not in known]


def _crowd(pairs: list[Pair], class_size: int) -> set[str]:
    """Return the students whose answers are like so many others that the exercise explains it.

    The reference is in no crowd: an answer that many took from it is still taken from it.
    """
    partners: Counter[str] = Counter()
    for pair in pairs:
        if REFERENCE not in pair.students:
            partners.update(pair.students)
    limit = max(MAX_RING, MAX_RING_SHARE * class_size)
    return {student for student, count in partners.items() if count >= limit}


def _listed(names: list[str]) -> str:
    """Return the first few names."""
    return ", ".join(first_few([*map(escape_name, names)]))


def _grams(taken: Fingerprints | None) -> frozenset[str]:
    """Return the k-grams of a text that was given."""
    return taken.grams if taken else frozenset()

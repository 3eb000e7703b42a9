"""Run answers against an exercise's test cells, each guarded, in forks of this process.

A mutant may loop for ever, eat all memory or kill its process, and none of that must end the proof.
So answers are run in forks of this process, which has all imports done: a few in each, one after
another, and one that ends its fork does not cost the others.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import linecache
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from unittest import mock

import numpy as np

from grader.course.imports import needs_keras
from tests.support.lessons import each_test, find_lesson, imports_of, topic_of
from tools.proof.truth import NOTHING_SAID, STOPPED, Verdict, judge_message, listening
from utils.checks import diagnose

FORK = multiprocessing.get_context("fork")
# Processor time and memory of one answer. No right answer takes more than a few seconds.
SECONDS, MEMORY = 30, 2 * 1024**3
TOGETHER = 24  # answers for one fork


@dataclass(frozen=True)
class Died:
    """A process came to an end without a result; why, in a sentence."""

    why: str


def run_each(
    calls: Mapping[Hashable, tuple], workers: int | None = None, seconds: int | None = None
) -> Iterator[tuple[Hashable, object]]:
    """Call functions side by side, in forks of this process.

    Parameters
    ----------
    calls : mapping
        By any label, a function followed by its arguments.
    workers : int, optional
        How many at once; as many as there are processors by default.
    seconds : int, optional
        Of processor time that one call may take; `SECONDS` by default.

    Yields
    ------
    (label, result)
        In any order. The result is what the function returned, or `Died`.
    """
    items = list(calls.items())
    waiting = deque(items[start : start + TOGETHER] for start in range(0, len(items), TOGETHER))
    running: dict[Connection, _Fork] = {}
    gc.collect()
    gc.freeze()  # so that a fork's collector does not copy every page
    try:
        while waiting or running:
            while waiting and len(running) < (workers or os.cpu_count() or 1):
                fork = _Fork(waiting.popleft(), seconds or SECONDS)
                running[fork.receiver] = fork
            for receiver in wait(list(running), timeout=1):
                fork = running[receiver]
                yield fork.collect()
                if fork.ended:
                    del running[receiver]
                    waiting.extendleft([list(fork.calls)] if fork.calls else [])
            for fork in running.values():
                if time.monotonic() > fork.deadline:
                    fork.process.kill()
    finally:
        gc.unfreeze()
        for fork in running.values():
            fork.process.kill()


class _Fork:
    """A process that makes some calls, one after another, and sends the results."""

    def __init__(self, calls: list[tuple[Hashable, tuple]], seconds: int):
        self.calls = deque(calls)
        self.ended = False
        self.seconds = seconds
        self.deadline = time.monotonic() + 10 * seconds
        self.receiver, sender = FORK.Pipe(duplex=False)
        self.process = FORK.Process(target=_serve, args=(sender, calls, seconds), daemon=True)
        self.process.start()
        sender.close()

    def collect(self) -> tuple[Hashable, object]:
        """Return the next call's label and result; wait for it if need be."""
        label, _ = self.calls.popleft()
        self.deadline = time.monotonic() + 10 * self.seconds
        try:
            result = self.receiver.recv()
        except EOFError:
            result = self._died()
        if not self.calls or isinstance(result, Died):
            self.process.join()
            self.receiver.close()
            self.ended = True
        return label, result

    def _died(self) -> Died:
        """Say how the process ended."""
        self.process.join()
        slow = self.process.exitcode in (-signal.SIGXCPU, -signal.SIGKILL)
        return Died("It takes too long." if slow else "It ends its process.")


def _serve(sender: Connection, calls: list[tuple[Hashable, tuple]], seconds: int) -> None:
    """Make some calls in this process, which is a fork, and send the results."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    for _, (function, *arguments) in calls:
        _limit(seconds)
        sender.send(function(*arguments))
        gc.collect()


@dataclass(frozen=True)
class Said:
    """What an exercise's test cells say of an answer.

    Parameters
    ----------
    messages : tuple of str
        Of each test cell that it fails, or what it raises outside its function.
    truth : Verdict
        How many statements the messages make, and which are false.
    """

    messages: tuple[str, ...]
    truth: Verdict = NOTHING_SAID


def run_answer(lesson: str, exercise: str, source: str, judged: bool = True) -> Said:
    """Run an exercise's test cells on an answer, in this process, and check what they say of it.

    Parameters
    ----------
    lesson, exercise : str
        The exercise.
    source : str
        The whole answer.
    judged : bool
        Whether to check what they say. If not, the first test cell that fails ends the run, without
        the search for the mistake's name, which takes most of the time.
    """
    messages = []
    truth = NOTHING_SAID
    nothing = mock.patch.multiple(diagnose, mistakes_of=lambda *_: (), examples_of=lambda *_: ())
    # As in a notebook, where the source of a cell can be had.
    linecache.cache["<answer>"] = len(source), None, source.splitlines(keepends=True), "<answer>"
    try:
        with listening() as reports, contextlib.nullcontext() if judged else nothing:
            for _, message in each_test(lesson, exercise, source):
                if message is not None:
                    messages.append(message)
                    if not judged:
                        break
                    truth += judge_message(exercise, message, reports)
                if message and STOPPED.search(message):
                    break  # it would be stopped in every other test cell too
                reports.clear()
    except BaseException as error:  # whatever a mutant does
        messages.append(f"{type(error).__name__}: {error}")
    return Said(tuple(messages), truth)


def warm_up(lesson: str) -> None:
    """Import what a lesson's answers and tests import, so that forks need not.

    TensorFlow can be forked as long as it has computed nothing. `utils.keras_setup` computes as it
    is imported, so where Keras is used, `utils` is left to the forks.
    """
    statements = imports_of(lesson)
    uses_keras = needs_keras(find_lesson(lesson), tests_only=True)
    with quiet():
        if uses_keras:
            os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3")
            importlib.import_module("keras")
        for statement in statements:
            if not (uses_keras and "utils" in statement):
                exec(statement, {})
        if not uses_keras:
            importlib.import_module(f"utils.mistakes.{topic_of(lesson)}")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep everything, compiled code too, from writing to stderr."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def spoiling(function: Callable, name: str) -> Callable:
    """Return a function that does the same, and then changes one of its arguments in place."""

    @functools.wraps(function)
    def spoilt(*args: object, **kwargs: object) -> object:
        result = function(*args, **kwargs)
        names = function.__code__.co_varnames
        given = dict(zip(names, args, strict=False)) | kwargs
        _spoil(given.get(name))
        return result

    return spoilt


def _spoil(value: object) -> None:
    """Change an array, a list or a dict in place."""
    if isinstance(value, np.ndarray):
        value[...] = 1 - value
    elif isinstance(value, list) and value:
        value[0] = None
    elif isinstance(value, dict):
        value.clear()


def _limit(seconds: int) -> None:
    """Bound what this process may take from now on: processor time and memory."""
    _set_limit(resource.RLIMIT_CPU, int(time.process_time()) + seconds)
    used = Path("/proc/self/statm")
    if used.exists():
        pages = int(used.read_text().split()[0])
        _set_limit(resource.RLIMIT_AS, pages * resource.getpagesize() + MEMORY)


def _set_limit(kind: int, value: int) -> None:
    """Set one of this process's limits, so that it can be raised again."""
    resource.setrlimit(kind, (value, resource.getrlimit(kind)[1]))

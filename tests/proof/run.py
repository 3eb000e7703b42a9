"""Run answers against an exercise's test cells, each in a process of its own.

A mutant may loop for ever, eat all memory or kill its process, and must leave nothing behind for
the next one. So each answer is run in a fork of this process, which has all imports done; a fork
takes milliseconds, and starts from the same state every time.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
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
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType

import numpy as np

from tests.lessons import each_test, find_lesson, imports_of

FORK = multiprocessing.get_context("fork")
# Processor time and memory of one answer. No right answer takes more than a few seconds.
SECONDS, MEMORY = 30, 2 * 1024**3


@dataclass(frozen=True)
class Died:
    """A process came to an end without a result; why, in a sentence."""

    why: str


def run_each(
    calls: Mapping[Hashable, tuple], workers: int | None = None
) -> Iterator[tuple[Hashable, object]]:
    """Call functions side by side, each in a fork of this process.

    Parameters
    ----------
    calls : mapping
        By any label, a function followed by its arguments.
    workers : int, optional
        How many at once; as many as there are processors by default.

    Yields
    ------
    (label, result)
        In any order. The result is what the function returned, or `Died`.
    """
    waiting, running = deque(calls.items()), {}
    gc.collect()
    gc.freeze()  # so that a fork's collector does not copy every page
    try:
        while waiting or running:
            while waiting and len(running) < (workers or os.cpu_count() or 1):
                label, call = waiting.popleft()
                receiver, process = _start(*call)
                running[receiver] = label, process, time.monotonic() + 10 * SECONDS
            for receiver in wait(list(running), timeout=1):
                label, process, _ = running.pop(receiver)
                yield label, _collect(receiver, process)
            for _, process, deadline in running.values():
                if time.monotonic() > deadline:
                    process.kill()
    finally:
        gc.unfreeze()
        for _, process, _ in running.values():
            process.kill()


def run_answer(lesson: str, exercise: str, source: str, curt: bool = False) -> tuple[str, ...]:
    """Run an exercise's test cells on an answer, in this process.

    Parameters
    ----------
    lesson, exercise : str
        The exercise.
    source : str
        The whole answer.
    curt : bool
        Whether to stop at the first test cell that fails, and to do without the search for the
        mistake's name, which takes most of the time of a failing test. (It is forgotten for good:
        curt runs belong into forks.)

    Returns
    -------
    tuple of str
        What the test cells that it fails say of it, or what it raises outside its function.
    """
    failures = []
    if curt:
        _lore(lesson).MISTAKES = _lore(lesson).EXAMPLES = {}
    try:
        for _, message in each_test(lesson, exercise, source):
            if message is not None:
                failures.append(message)
                if curt:
                    break
    except BaseException as error:  # whatever a mutant does
        failures.append(f"{type(error).__name__}: {error}")
    return tuple(failures)


def warm_up(lesson: str) -> None:
    """Import what a lesson's answers and tests import, so that forks need not.

    TensorFlow can be forked as long as it has computed nothing. `utils.models` computes as it is
    imported, so where Keras is used, `utils` is left to the forks.
    """
    statements = imports_of(lesson)
    uses_keras = any("keras" in statement for statement in statements)
    with quiet():
        if uses_keras:
            os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3")
            importlib.import_module("keras")
        for statement in statements:
            if not (uses_keras and "utils" in statement):
                exec(statement, {})
        if not uses_keras:
            _lore(lesson)


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


def _start(function: Callable, *arguments: object) -> tuple[Connection, BaseProcess]:
    """Start a call in a fork; return where its result will come, and its process."""
    receiver, sender = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_call, args=(sender, function, arguments), daemon=True)
    process.start()
    sender.close()
    return receiver, process


def _call(sender: Connection, function: Callable, arguments: tuple) -> None:
    """Call a function in this process, which is its own, and send the result."""
    _limit(SECONDS)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    sender.send(function(*arguments))


def _collect(receiver: Connection, process: BaseProcess) -> object:
    """Return what a process sent, or how it ended without that."""
    with receiver:
        try:
            result = receiver.recv()
        except EOFError:
            result = None
    process.join()
    if result is not None:
        return result
    slow = process.exitcode in (-signal.SIGXCPU, -signal.SIGKILL)
    return Died("It takes too long." if slow else "It ends its process.")


def _limit(seconds: int) -> None:
    """Bound this process's processor time and memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    used = Path("/proc/self/statm")
    if used.exists():
        pages = int(used.read_text().split()[0])
        bound = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))


def _lore(lesson: str) -> ModuleType:
    """Return the module of a lesson's known mistakes."""
    return importlib.import_module(f"utils.mistakes.{find_lesson(lesson).name[3:]}")

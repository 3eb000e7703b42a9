"""Ways to get points for work that was not done, each as a student's notebook.

All are attacks that a determined student might try: objects that are equal to anything, patched
libraries, tests read from memory or disk, a library's answer by a detour, forged cells. No cheat
may get more than `Cheat.may` says, and the exercises that it answers honestly must keep their
points.
"""

# Students' code, as students write it.
# ruff: noqa: E501

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from textwrap import dedent

from nbformat import NotebookNode, v4

from tests.support.arena import answer, find, points, right_answers, student_copy, tests_of

CONVOLUTION = "02_convolution"
# Points for typing in the results that the visible tests show.
SHOWN = {"correlate2d": 1.0, "convolve2d": 0.5, "relu": 0.5, "correlate_channels": 1.0}


@dataclass(frozen=True)
class Cheat:
    """One way to cheat.

    Attributes
    ----------
    name : str
        Its name, which is also the student's.
    tries : str
        What it tries, in a sentence.
    answers : dict
        The answer cells' code; the other cells stay as they were released.
    before, after : tuple of str
        Cells that the student adds before the first answer and at the end.
    keeps : tuple of str
        Exercises that are answered honestly; they must get all their points.
    may : dict
        Points that other exercises may get all the same; 0 by default.
    edit : callable, optional
        Makes further changes to the notebook.
    lesson : str
        The lesson that it is tried in.
    stock : bool
        Whether it works where tests and answers share a process, as in stock nbgrader.
    """

    name: str
    tries: str
    answers: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    may: dict[str, float] = field(default_factory=dict)
    edit: Callable[[NotebookNode], None] | None = None
    lesson: str = CONVOLUTION
    stock: bool = False

    def notebook(self) -> NotebookNode:
        """Return the submission."""
        notebook = student_copy(self.lesson)
        answer(notebook, right_answers(self.lesson, self.keeps) if self.keeps else {})
        answer(notebook, {name: dedent(code) for name, code in self.answers.items()})
        first = notebook.cells.index(find(notebook, next(iter(points(self.lesson)))))
        notebook.cells[first:first] = [v4.new_code_cell(_clean(code)) for code in self.before]
        notebook.cells += [v4.new_code_cell(_clean(code)) for code in self.after]
        if self.edit is not None:
            self.edit(notebook)
        return notebook


def _clean(code: str) -> str:
    return dedent(code).strip("\n")


def each(expression: str, lesson: str = CONVOLUTION) -> dict[str, str]:
    """Return answers to all exercises of a lesson that are one expression."""
    return {
        name: f"def {name}(*args, **kwargs):\n    return {expression.replace('NAME', name)}"
        for name in points(lesson)
    }


def correlate(expression: str) -> dict[str, str]:
    """Return an answer to ``correlate2d`` that is one expression of ``image`` and ``kernel``."""
    return {"correlate2d": f"def correlate2d(image, kernel):\n    return {expression}"}


# Objects that claim to be equal.

YES = """
    class Yes:
        shape, size, ndim, dtype = (3, 3), 9, 2, np.dtype(float)

        def __eq__(self, other):
            return True

        __ne__ = __lt__ = __gt__ = lambda self, other: False
        __le__ = __ge__ = __contains__ = __eq__
        __hash__ = None

        def __bool__(self):
            return True

        def __len__(self):
            return 3

        def __float__(self):
            return 44.0

        def __getattr__(self, name):
            return lambda *args, **kwargs: self

        def __iter__(self):
            return iter([self] * 3)

        def __getitem__(self, index):
            return self

        __sub__ = __add__ = __mul__ = __abs__ = lambda self, *args: self
"""

OBJECTS = [
    Cheat(
        "equal to anything",
        "An answer whose == is always true.",
        answers=each("Yes()"),
        before=(YES,),
    ),
    Cheat(
        "array on demand",
        "An answer that turns into whatever array it is compared with, by __array__ and "
        "__array_ufunc__.",
        answers=each("Chameleon()"),
        before=(
            """
            class Chameleon:
                def __array__(self, dtype=None, copy=None):
                    import sys

                    frame = sys._getframe()
                    while frame is not None:
                        for name in ("expected", "right", "reference", "desired"):
                            if name in frame.f_locals:
                                return np.array(frame.f_locals[name], dtype)
                        frame = frame.f_back
                    return np.array([[44, 54, 64], [84, 94, 104], [124, 134, 144]], dtype)

                def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
                    return np.bool_(True)
            """,
        ),
    ),
    Cheat(
        "function override",
        "An answer that takes over np.allclose, np.shape and the rest by __array_function__.",
        answers=each("Override()"),
        before=(
            """
            class Override:
                shape, dtype, ndim = (3, 3), np.dtype(float), 2

                def __array_function__(self, function, types, args, kwargs):
                    if function.__name__ in ("shape", "size"):
                        return getattr(args[-1], function.__name__, self.shape)
                    return np.array(True)

                def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
                    return np.array(True)
            """,
        ),
    ),
    Cheat(
        "kind of array",
        "A subclass of ndarray whose comparisons, differences and bytes are always right.",
        answers=each("np.zeros((3, 3)).view(Array)"),
        before=(
            """
            class Array(np.ndarray):
                def __eq__(self, other):
                    return np.ones(np.shape(other), bool)

                def __sub__(self, other):
                    return np.zeros(np.shape(other))

                __rsub__ = __sub__

                def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
                    return np.ones(1, bool)

                def astype(self, *args, **kwargs):
                    return self

                @property
                def shape(self):
                    return (3, 3)
            """,
        ),
    ),
    Cheat(
        "lies about its class",
        "An answer whose __class__ is ndarray, and whose class says it is a subclass of everything.",
        answers=each("Liar()"),
        before=(
            YES,
            """
            class Meta(type):
                def __instancecheck__(cls, value):
                    return True

                def __subclasscheck__(cls, other):
                    return True

                def __eq__(cls, other):
                    return True

                __hash__ = type.__hash__


            class Liar(Yes, metaclass=Meta):
                __class__ = np.ndarray


            Liar.__name__ = Liar.__qualname__ = "ndarray"
            Liar.__module__ = "numpy"
            """,
        ),
    ),
    Cheat(
        "lazy answer",
        "An answer that asks SciPy only when it is looked at, after nobody watches any more.",
        answers=correlate("Later(image, kernel)"),
        before=(
            """
            class Later(np.lib.mixins.NDArrayOperatorsMixin):
                def __init__(self, image, kernel):
                    self.work = image, kernel

                def __array__(self, dtype=None, copy=None):
                    return signal.correlate2d(*self.work, mode="valid")

                def __getattr__(self, name):
                    return getattr(self.__array__(), name)
            """,
        ),
        keeps=("relu",),
    ),
    Cheat(
        "memory that changes",
        "An array whose memory a thread fills in with SciPy's result after it was returned.",
        answers=correlate("fill_in_later(image, kernel)"),
        before=(
            """
            import threading
            import time


            def fill_in_later(image, kernel):
                out = np.zeros([n - k + 1 for n, k in zip(image.shape, kernel.shape)])

                def fill():
                    time.sleep(0.001)
                    out[...] = signal.correlate2d(image, kernel, mode="valid")

                threading.Thread(target=fill).start()
                return out
            """,
        ),
        keeps=("relu",),
    ),
    Cheat(
        "pickled command",
        "An answer whose unpickling runs a command, in case answers travel as pickles.",
        answers=each("Parcel()"),
        before=(
            """
            class Parcel:
                def __reduce__(self):
                    return (eval, ("__import__('os').system('touch @CANARY@/@TOKEN@') or 1",))

                __reduce_ex__ = lambda self, protocol: self.__reduce__()
            """,
        ),
    ),
    Cheat(
        "generator, callable, coroutine",
        "Something that is no value yet, for the test to make one of.",
        answers={
            "correlate2d": "def correlate2d(image, kernel):\n"
            "    yield from signal.correlate2d(image, kernel, mode='valid')",
            "convolve2d": "def convolve2d(image, kernel):\n"
            "    return lambda: signal.convolve2d(image, kernel, mode='valid')",
            "relu": "async def relu(x):\n    return np.maximum(x, 0)",
            "correlate_channels": "def correlate_channels(*args):\n    return map(abs, args)",
        },
    ),
    Cheat(
        "numbers that agree",
        "Subclasses of int and tuple that are equal to whatever they are compared with.",
        answers={
            "count_values": "def count_values(height, width, channels=1):\n    return Number(576)",
            "dense_parameters": "def dense_parameters(image_shape, units):\n    return Number(1)",
            "hex_to_rgb": "def hex_to_rgb(code):\n    return Three((1, 2, 3))",
        },
        before=(
            """
            class Number(int):
                __eq__ = __le__ = __ge__ = lambda self, other: True
                __ne__ = lambda self, other: False
                __sub__ = __rsub__ = lambda self, other: 0
                __hash__ = int.__hash__
                __float__ = lambda self: 576.0
                __index__ = lambda self: 576


            class Three(tuple):
                __eq__ = lambda self, other: True
                __ne__ = lambda self, other: False
                __hash__ = tuple.__hash__
                __iter__ = lambda self: iter([Number(1)] * 3)
            """,
        ),
        lesson="01_pixels",
        keeps=("to_grayscale", "mean_image"),
    ),
    Cheat(
        "lists that agree",
        "Subclasses of list and tuple that are equal to anything, of any length.",
        answers={
            "trace_shapes": "def trace_shapes(input_shape, layers):\n    return Shapes([(1, 2, 3)])",
            "same_padding": "def same_padding(n, k, stride=1):\n    return Pair((0, 0))",
        },
        before=(
            """
            class Shapes(list):
                __eq__ = lambda self, other: True
                __ne__ = lambda self, other: False
                __len__ = lambda self: 2


            class Pair(tuple):
                __eq__ = lambda self, other: True
                __ne__ = lambda self, other: False
                __hash__ = tuple.__hash__
            """,
        ),
        lesson="04_output_size",
        keeps=("output_size", "conv_parameters"),
    ),
    Cheat(
        "dicts and words that agree",
        "Subclasses of dict, str and float that are equal to anything.",
        answers={
            "classify": "def classify(vector, templates):\n    return Word('X'), Scores(X=1, O=0)",
            "template_score": "def template_score(vector, template):\n    return Close(0.5)",
        },
        before=(
            """
            class Word(str):
                __eq__ = lambda self, other: True
                __hash__ = str.__hash__


            class Close(float):
                __eq__ = __le__ = __ge__ = lambda self, other: True
                __sub__ = __rsub__ = lambda self, other: 0.0
                __hash__ = float.__hash__


            class Scores(dict):
                __eq__ = __contains__ = lambda self, other: True
                __getitem__ = lambda self, key: Close(0)
            """,
        ),
        lesson="06_xo_classifier",
        keeps=("match_feature",),
    ),
]

# Patches.

PATCHES = [
    Cheat(
        "NumPy's comparisons patched",
        "np.allclose, np.isclose, np.array_equal and np.testing say yes to everything.",
        answers=each("np.zeros((3, 3))"),
        before=(
            """
            def yes(*args, **kwargs):
                return np.True_


            def ones(one, *args, **kwargs):
                return np.ones(np.shape(one), bool)


            np.allclose = np.array_equal = np.all = np.any = yes
            np.isclose = np.equal = np.less_equal = ones
            for name in dir(np.testing):
                if name.startswith("assert"):
                    setattr(np.testing, name, yes)
            """,
        ),
    ),
    Cheat(
        "builtins patched",
        "isinstance, type, len, abs, all, getattr and AssertionError are replaced.",
        answers=each("np.zeros((3, 3))"),
        before=(
            """
            import builtins


            class Silent(Exception):
                def __init__(self, *args):
                    raise SystemExit(0)


            builtins.AssertionError = Silent
            builtins.all = builtins.any = lambda *args, **kwargs: True
            builtins.abs = lambda value: 0
            """,
        ),
    ),
    Cheat(
        "stderr muted",
        "Every exercise left undone, and nowhere for the test to say so: nbgrader takes an empty "
        "stderr for success.",
        before=(
            """
            import builtins
            import sys

            sys.stderr = sys.stdout
            aloud = builtins.print
            builtins.print = lambda *args, **kwargs: None
            """,
        ),
        stock=True,
    ),
    Cheat(
        "tests replaced",
        "utils.checks.Exercise is replaced by one that checks nothing, also in sys.modules.",
        answers=each("None"),
        before=(
            """
            import contextlib
            import sys
            import types


            class Exercise(contextlib.AbstractContextManager):
                def __init__(self, *args, **kwargs):
                    pass

                def __exit__(self, *args):
                    return True

                def __getattr__(self, name):
                    return lambda *args, **kwargs: None


            fake = types.ModuleType("utils.checks")
            fake.Exercise, fake.CheckError = Exercise, AssertionError
            sys.modules["utils.checks"] = fake
            try:
                import utils

                utils.checks = fake
            except Exception:
                pass
            for module in list(sys.modules.values()):
                if isinstance(getattr(module, "Exercise", None), type):
                    module.Exercise = Exercise
            """,
        ),
        stock=True,
    ),
    Cheat(
        "comparison replaced",
        "utils.checks.compare finds no difference any more, wherever it was imported to.",
        answers=each("None"),
        before=(
            """
            import sys

            for module in list(sys.modules.values()):
                for name, fake in {
                    "find_difference": lambda *args, **kwargs: None,
                    "equal": lambda *args, **kwargs: True,
                    "score_cell": lambda cell: 10.0,
                    "determine_grade": lambda cell, *args: (10.0, 10.0),
                }.items():
                    if hasattr(module, name) and getattr(module, "__name__", "") != "__main__":
                        setattr(module, name, fake)
            from utils.checks import compare

            compare.Tolerance.equal = compare.equal = lambda *args, **kwargs: True
            compare.find_difference = compare._find_difference = lambda *args, **kwargs: None
            """,
        ),
        stock=True,
    ),
    Cheat(
        "tests found by the garbage collector",
        "Whatever has an __exit__ and checks is found among all objects and disarmed.",
        answers=each("None"),
        before=(
            """
            import gc

            from utils.checks import exercise


            def disarm():
                for one in gc.get_objects():
                    try:
                        if isinstance(one, type) and one.__name__ in ("Exercise", "Judge"):
                            one.__exit__ = lambda *args: True
                            one.example = one.agrees = one.raises = lambda *args, **kwargs: None
                    except Exception:
                        pass


            disarm()
            """,
        ),
    ),
    Cheat(
        "reference poisoned",
        "The reference answer is replaced by the student's own wrong one, so that both agree.",
        answers={
            "relu": "def relu(x):\n    return x.copy()",
            "correlate2d": "def correlate2d(image, kernel):\n    return np.zeros((1, 1))",
        },
        before=(
            """
            import sys

            for module in list(sys.modules.values()):
                if getattr(module, "__name__", "").startswith("utils"):
                    module.relu = lambda x: x.copy()
                    module.correlate2d = lambda image, kernel: np.zeros((1, 1))
            convolution.relu = lambda x: x.copy()
            convolution.correlate2d = lambda image, kernel: np.zeros((1, 1))
            """,
        ),
        keeps=("convolve2d", "correlate_channels"),
        # Their own correlate2d is wrong; they are marked with a right one in its place.
        stock=True,
    ),
    Cheat(
        "reference's tools poisoned",
        "np.maximum, np.sum and np.zeros do something else, so that the reference is wrong too.",
        answers={"relu": "def relu(x):\n    return x"},
        before=(
            """
            np.maximum = lambda one, other, **kwargs: one
            np.sum = np.multiply = lambda *args, **kwargs: 0
            np.einsum = lambda *args, **kwargs: np.zeros((1, 1))
            """,
        ),
    ),
    Cheat(
        "random numbers that are not",
        "np.random.default_rng gives nothing but zeros, so that every hidden input is known.",
        answers={"relu": "def relu(x):\n    return np.zeros(np.shape(x))"}
        | correlate("np.zeros([n - k + 1 for n, k in zip(image.shape, kernel.shape)])"),
        before=(
            """
            class Zeros:
                def __init__(self, seed=None):
                    pass

                def normal(self, size=None, **kwargs):
                    return np.zeros(size)

                def random(self, size=None, **kwargs):
                    return np.zeros(size)

                def integers(self, low, high=None, size=None, dtype=int, **kwargs):
                    return np.zeros(size, dtype)


            np.random.default_rng = Zeros
            """,
        ),
    ),
    Cheat(
        "import hooked",
        "A finder on sys.meta_path and an own __import__ hand out modules of the student's making.",
        answers=each("None"),
        before=(
            """
            import builtins
            import importlib.abc
            import importlib.machinery
            import sys


            class Nothing:
                __enter__ = lambda self: self
                __exit__ = lambda self, *args: True
                __getattr__ = lambda self, name: lambda *args, **kwargs: Nothing()


            class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
                def find_spec(self, name, path=None, target=None):
                    if name.startswith(("utils", "grader")):
                        return importlib.machinery.ModuleSpec(name, self)

                def exec_module(self, module):
                    module.Exercise = lambda *args, **kwargs: Nothing()
                    module.__path__ = []


            sys.meta_path.insert(0, Finder())
            for name in [name for name in sys.modules if name.startswith("utils")]:
                del sys.modules[name]
            real = builtins.__import__


            def hooked(name, *args, **kwargs):
                module = real(name, *args, **kwargs)
                if name == "utils":
                    module.checks = type("checks", (), {"Exercise": lambda *a, **k: Nothing()})
                return module


            builtins.__import__ = hooked
            """,
        ),
    ),
    Cheat(
        "modules shadowed on disk",
        "Files named utils, numpy and sitecustomize are left where a process may look for modules.",
        answers=each("None"),
        before=(
            """
            import os
            import sys
            import tempfile

            code = '''
            import builtins
            class Exercise:
                def __init__(self, *a, **k): pass
                def __enter__(self): return self
                def __exit__(self, *a): return True
                def __getattr__(self, name): return lambda *a, **k: None
            '''
            for folder in {os.getcwd(), tempfile.gettempdir(), *sys.path}:
                for name in ("checks", "exercise", "sitecustomize", "usercustomize", "judge", "compare"):
                    try:
                        open(os.path.join(folder, f"{name}.py"), "x").write(code)
                    except OSError:
                        pass
                try:
                    os.mkdir(os.path.join(folder, "utils"))
                    open(os.path.join(folder, "utils", "__init__.py"), "x").write("")
                    open(os.path.join(folder, "utils", "checks.py"), "x").write(code)
                except OSError:
                    pass
            sys.path.insert(0, os.getcwd())
            os.environ["PYTHONPATH"] = os.getcwd()
            """,
        ),
    ),
    Cheat(
        "compile and exec patched",
        "builtins.compile and exec drop whatever is a with or an assert statement.",
        answers=each("None"),
        before=(
            """
            import ast
            import builtins

            real_compile, real_exec = builtins.compile, builtins.exec


            class Drop(ast.NodeTransformer):
                def visit_With(self, node):
                    return ast.copy_location(ast.Pass(), node)

                visit_Assert = visit_With


            def softened(source, *args, **kwargs):
                try:
                    if isinstance(source, str):
                        source = ast.parse(source)
                    source = ast.fix_missing_locations(Drop().visit(source))
                except Exception:
                    pass
                return real_compile(source, *args, **kwargs)


            builtins.compile = softened
            builtins.exec = lambda *args: None
            """,
        ),
    ),
    Cheat(
        "numbers of the judge's process",
        "The grader's own modules are imported and told that everything is worth ten points.",
        answers=each("None"),
        before=(
            """
            import importlib

            for name in (
                "grader.marking.mark",
                "grader.marking.results",
                "grader.marking.score",
                "grader.marking.supervisor",
                "grader.workers.judge",
                "grader.submission.restore",
                "grader.classroom.autograde",
            ):
                try:
                    module = importlib.import_module(name)
                except BaseException:
                    continue
                for attribute in dir(module):
                    if attribute.startswith(("score", "_score", "mark", "run_", "judge")):
                        setattr(module, attribute, lambda *args, **kwargs: 10.0)
            """,
        ),
    ),
]

# The call stack, hooks, timers.

STACK = """
    import sys


    def look_up(*names):
        frame = sys._getframe(1)
        while frame is not None:
            for name in names:
                if name in frame.f_locals:
                    return frame.f_locals[name]
            frame = frame.f_back
"""
DISARM = """
    import sys


    class Deaf(list):
        def append(self, one):
            pass

        extend = __iadd__ = lambda self, more: self


    def disarm():
        frame = sys._getframe(1)
        while frame is not None:
            for one in list(frame.f_locals.values()):
                if type(one).__name__ in ("Exercise", "Attempt"):
                    for name, value in list(vars(one).items()):
                        if isinstance(value, list):
                            setattr(one, name, Deaf())
            frame = frame.f_back
"""

HOOKS = [
    Cheat(
        "expected value in the frames",
        "The function looks for the expected value among its callers' variables.",
        answers=each("look_up('expected', 'reference', 'right')"),
        before=(STACK,),
        stock=True,
    ),
    Cheat(
        "reference through the frames",
        "The function finds the reference's module in its callers' globals and calls it.",
        answers=correlate("ask(image, kernel)"),
        before=(
            """
            import sys


            def ask(*args):
                frame, seen = sys._getframe(1), {}
                while frame is not None:
                    seen |= frame.f_globals
                    if "byhand" in seen and "importlib" in seen:
                        vars(seen["byhand"])["is_library"] = lambda module: False
                        module = seen["importlib"].import_module("utils.convolution")
                        return module.correlate2d(*args)
                    frame = frame.f_back
            """,
        ),
        keeps=("relu",),
    ),
    Cheat(
        "test disarmed from within",
        "The function finds the check that called it and makes it deaf to problems.",
        answers={name: f"def {name}(*args):\n    disarm()" for name in SHOWN},
        before=(DISARM,),
        stock=True,
    ),
    Cheat(
        "reference overheard",
        "A profiling hook notes what the reference returns, and the answer repeats it.",
        answers=each("heard.get('NAME')"),
        before=(
            """
            import sys
            import threading

            heard = {}


            def overhear(frame, event, arg):
                if event == "return" and frame.f_globals.get("__name__", "").startswith("utils"):
                    heard[frame.f_code.co_name] = arg


            sys.setprofile(overhear)
            threading.setprofile(overhear)
            sys.settrace(lambda *args: None)
            """,
        ),
    ),
    Cheat(
        "reference monitored",
        "sys.monitoring notes every value that any function returns.",
        answers=each("heard[-1] if heard else None"),
        before=(
            """
            import sys

            heard = []
            if hasattr(sys, "monitoring"):
                tool = sys.monitoring
                tool.use_tool_id(4, "heard")
                tool.register_callback(
                    4, tool.events.PY_RETURN, lambda code, offset, value: heard.append(value)
                )
                tool.set_events(4, tool.events.PY_RETURN)
            """,
        ),
    ),
    Cheat(
        "hook put aside",
        "The watching hook is taken out for the length of SciPy's call and then put back.",
        answers={
            "correlate2d": """
            import sys

            def correlate2d(image, kernel):
                hook = sys.getprofile()
                sys.setprofile(None)
                try:
                    if kernel.shape[0] > image.shape[0] or kernel.shape[1] > image.shape[1]:
                        raise ValueError
                    return signal.correlate2d(image * 1.0, kernel * 1.0, mode="valid")
                finally:
                    sys.setprofile(hook)
            """
        },
        keeps=("relu",),
        stock=True,
    ),
    Cheat(
        "alarm clock",
        "A timer's signal handler disarms the check while it runs.",
        answers={"relu": "def relu(x):\n    time.sleep(0.1)\n    return x"},
        before=(
            DISARM,
            """
            import signal as signals

            signals.signal(signals.SIGALRM, lambda *args: disarm())
            signals.setitimer(signals.ITIMER_REAL, 0.02, 0.02)
            """,
        ),
    ),
    Cheat(
        "last words",
        "Answers whose __del__, weak references and finalizers disarm the check.",
        answers=each("Last()"),
        before=(
            DISARM,
            """
            import atexit
            import weakref


            class Last:
                def __init__(self):
                    weakref.finalize(self, disarm)

                def __del__(self):
                    disarm()


            atexit.register(lambda: print("correlate2d: right (9 checks)."))
            """,
        ),
    ),
    Cheat(
        "hooks for errors",
        "sys.excepthook, threading.excepthook, sys.displayhook and unraisablehook swallow errors.",
        answers=each("None"),
        before=(
            """
            import sys
            import threading

            sys.excepthook = sys.unraisablehook = sys.displayhook = lambda *args: None
            threading.excepthook = lambda *args: None
            """,
        ),
    ),
    Cheat(
        "own builtins",
        "The namespace gets builtins of its own, in which nothing fails.",
        answers=each("None"),
        before=(
            """
            import builtins
            import types

            own = types.ModuleType("builtins")
            vars(own).update(vars(builtins))
            own.isinstance = own.callable = own.all = lambda *args: True
            own.AssertionError = own.Exception
            globals()["__builtins__"] = own
            __name__ = "utils.checks.calls"
            __file__ = "utils/checks/calls.py"
            """,
        ),
    ),
]

# IPython.

SHELL = [
    Cheat(
        "input transformer",
        "IPython drops whatever stands in a with or an assert before it runs a cell.",
        answers=each("None"),
        before=(
            """
            def drop(lines):
                if any("Exercise" in line or line.startswith("assert") for line in lines):
                    return ["pass\\n"]
                return lines


            shell = get_ipython()
            shell.input_transformers_cleanup.append(drop)
            shell.input_transformers_post.append(drop)
            """,
        ),
        stock=True,
    ),
    Cheat(
        "syntax transformer",
        "An AST transformer turns every with statement into nothing.",
        answers=each("None"),
        before=(
            """
            import ast


            class Drop(ast.NodeTransformer):
                def visit_With(self, node):
                    return ast.copy_location(ast.Pass(), node)

                visit_Assert = visit_With


            get_ipython().ast_transformers.append(Drop())
            """,
        ),
        stock=True,
    ),
    Cheat(
        "cell events",
        "Before each cell everything is patched, after each cell errors are forgotten.",
        answers=each("None"),
        before=(
            """
            def patch(*args):
                import sys

                for module in list(sys.modules.values()):
                    if hasattr(module, "Exercise"):
                        module.Exercise.__exit__ = lambda *args: True


            def forget(result):
                result.error_in_exec = result.error_before_exec = None


            get_ipython().events.register("pre_run_cell", patch)
            get_ipython().events.register("post_run_cell", forget)
            get_ipython().events.register("pre_execute", patch)
            """,
        ),
    ),
    Cheat(
        "errors not shown",
        "IPython's handlers for errors are replaced by ones that say nothing.",
        answers=each("None"),
        before=(
            """
            shell = get_ipython()
            shell.set_custom_exc((BaseException,), lambda *args, **kwargs: None)
            shell.showtraceback = shell._showtraceback = lambda *args, **kwargs: None
            type(shell).showtraceback = type(shell)._showtraceback = lambda *args, **kwargs: None
            """,
        ),
    ),
    Cheat(
        "cells not run",
        "The shell's run_cell and run_code do nothing from here on.",
        answers=each("None"),
        after=("pass",),
        before=(
            """
            shell = get_ipython()
            for one in (shell, type(shell)):
                for name in ("run_code", "run_ast_nodes", "compile"):
                    try:
                        setattr(one, name, lambda *args, **kwargs: None)
                    except Exception:
                        pass
            """,
        ),
    ),
    Cheat(
        "tests in the history",
        "The function reads what was run, from In, _ih, the history and linecache, and takes the "
        "expected values from it.",
        answers=each("from_history()"),
        before=(
            """
            import linecache
            import re


            def from_history():
                texts = [*globals().get("In", ()), *globals().get("_ih", ())]
                shell = get_ipython()
                texts += [line for *_, line in shell.history_manager.get_range()]
                texts += ["".join(entry[2]) for entry in linecache.cache.values() if len(entry) > 2]
                for text in reversed(texts):
                    found = re.findall(r"expected=(\\[\\[.*?\\]\\])", text, re.DOTALL)
                    if found and "Exercise" in text:
                        return np.array(eval(found[0]))
            """,
        ),
    ),
    Cheat(
        "points displayed",
        "The function shows a number as a cell's last value, which nbgrader takes for points.",
        answers={
            name: f"def {name}(*args):\n    get_ipython().displayhook(0.25)\n    return None"
            for name in SHOWN
        },
        stock=True,
    ),
    Cheat(
        "magics and aliases",
        "%run, %%capture and %%script run the solution or silence what follows.",
        answers=each("None"),
        before=(
            "%run @COURSE@/solutions/02_convolution/02_convolution.py",
            "%load_ext autoreload\n%autoreload 2",
            "%%writefile utils.py\nraise SystemExit(0)",
            "%%script python --out solution\nfrom utils.convolution import *",
            "get_ipython().run_line_magic('config', 'InteractiveShell.showtraceback = None')",
        ),
    ),
]

# Forgery.

FORGE = """
    import json
    import os
    import pickle
    import struct

    CLAIMS = [
        {"ok": True, "passed": True, "score": 10.0, "points": 10.0, "message": "", "error": None},
        {"status": "graded", "score": 10.0, "max_score": 10.0},
        [{"output_type": "stream", "name": "stdout", "text": "relu: right (9 checks)."}],
        ["done", [], ""],
        True,
    ]


    def forge():
        messages = []
        for claim in CLAIMS:
            for body in (json.dumps(claim).encode(), pickle.dumps(claim)):
                messages += [body + b"\\n"]
                messages += [struct.pack(form, len(body)) + body for form in ("<Q", "<I", "!i")]
        print("relu: right (9 checks).")
        for number in range(1, 51):
            for message in messages:
                try:
                    os.set_blocking(number, False)
                    os.write(number, message)
                except OSError:
                    break
"""

FORGERIES = [
    Cheat(
        "messages to every descriptor",
        "The function writes messages of success, as JSON and pickle, into every open descriptor.",
        answers={"relu": "def relu(x):\n    forge()\n    return x"},
        before=(FORGE,),
        keeps=("correlate2d", "convolve2d", "correlate_channels"),
    ),
    Cheat(
        "messages and good-bye",
        "The function writes messages of success and then ends the process with status 0.",
        answers={"relu": "def relu(x):\n    forge()\n    os._exit(0)"},
        before=(FORGE,),
        keeps=("correlate2d", "convolve2d", "correlate_channels"),
    ),
    Cheat(
        "messages ahead of time",
        "A cell of one's own writes answers to calls that have not been made yet.",
        answers={"relu": "def relu(x):\n    return x"},
        before=(FORGE, "forge()"),
    ),
    Cheat(
        "the grader's own language",
        "Messages are written as the grader's own modules write them.",
        answers={
            "relu": """
            def relu(x):
                import os, struct
                try:
                    from grader.isolation import codec
                    bodies = [codec.encode(one) for one in (True, {"value": True}, ["ok", True])]
                except Exception:
                    bodies = []
                bodies += [struct.pack("<I", 4) + b"true", b"\\0\\0\\0\\0"]
                for number in range(3, 51):
                    for body in bodies * 5:
                        try:
                            os.set_blocking(number, False)
                            os.write(number, struct.pack("<Q", len(body)) + body)
                        except OSError:
                            break
                return x
            """
        },
        keeps=("correlate2d", "convolve2d", "correlate_channels"),
    ),
    Cheat(
        "quiet exits",
        "Functions that leave by SystemExit(0), KeyboardInterrupt, GeneratorExit and "
        "NotImplementedError.",
        answers={
            "correlate2d": "def correlate2d(*args):\n    raise SystemExit(0)",
            "convolve2d": "def convolve2d(*args):\n    raise KeyboardInterrupt",
            "relu": "def relu(x):\n    raise GeneratorExit",
            "correlate_channels": "def correlate_channels(*args):\n    raise NotImplementedError",
        },
    ),
    Cheat(
        "errors that pass for passing",
        "Functions that raise what test frameworks take for a skipped or a finished test.",
        answers={
            "correlate2d": "import unittest\ndef correlate2d(*args):\n    raise unittest.SkipTest",
            "convolve2d": "def convolve2d(*args):\n    raise StopIteration",
            "relu": "class Passed(AssertionError):\n    __str__ = lambda self: ''\n"
            "def relu(x):\n    raise Passed",
            "correlate_channels": "def correlate_channels(*args):\n    raise Warning('right')",
        },
    ),
    Cheat(
        "another program",
        "The function replaces the process by a program that ends with status 0.",
        answers={
            "relu": "import os\ndef relu(x):\n    os.execv('/bin/true', ['/bin/true'])",
        },
        keeps=("correlate2d", "convolve2d", "correlate_channels"),
    ),
]

# Cells and metadata.


def _lie_about_points(notebook: NotebookNode) -> None:
    for cell, claim in zip(tests_of(notebook, "relu"), (1000, float("nan")), strict=True):
        cell.metadata.nbgrader["points"] = claim
        cell.metadata.nbgrader["schema_version"] = 99


def _empty_tests(notebook: NotebookNode) -> None:
    for name in SHOWN:
        for cell in tests_of(notebook, name):
            cell.source = "assert True"
            cell.metadata.nbgrader["checksum"] = "0" * 32


def _remove_tests(notebook: NotebookNode) -> None:
    for name in SHOWN:
        for cell in tests_of(notebook, name):
            notebook.cells.remove(cell)


def _double_tests(notebook: NotebookNode) -> None:
    for name in SHOWN:
        for cell in tests_of(notebook, name):
            place = notebook.cells.index(cell)
            for at in (0, place + 1):
                notebook.cells.insert(at, v4.new_code_cell("pass", metadata=cell.metadata))
    notebook.cells += [
        v4.new_code_cell("pass", metadata=cell.metadata) for cell in tests_of(notebook, "relu")
    ]


def _add_tests(notebook: NotebookNode) -> None:
    for name in ("test-relu-bonus", "test-bonus", "test-relu-shapes ", "TEST-RELU"):
        own = {"nbgrader": {"grade": True, "grade_id": name, "points": 50, "solution": False,
                            "locked": True, "schema_version": 3, "task": False}}  # fmt: skip
        notebook.cells.append(v4.new_code_cell("1 + 1", metadata=own))


def _tests_as_text(notebook: NotebookNode) -> None:
    for name in SHOWN:
        for cell in tests_of(notebook, name):
            cell.update(cell_type="markdown", source="Passed.")
            cell.pop("outputs", None)
            cell.pop("execution_count", None)


def _tests_as_answers(notebook: NotebookNode) -> None:
    for name in SHOWN:
        for cell in tests_of(notebook, name):
            cell.metadata.nbgrader.update(solution=True, locked=False)
            cell.source = "pass"


def _answers_with_points(notebook: NotebookNode) -> None:
    for name in SHOWN:
        cell = find(notebook, name)
        cell.metadata.nbgrader.update(grade=True, points=10, solution=False, locked=False)


def _swap_tests(notebook: NotebookNode) -> None:
    easy, hard = find(notebook, "test-relu"), find(notebook, "test-correlate2d-shapes")
    easy.metadata, hard.metadata = hard.metadata, easy.metadata
    easy.source, hard.source = "pass", "pass"


def _swap_roles(notebook: NotebookNode) -> None:
    for name in SHOWN:
        own, test = find(notebook, name), tests_of(notebook, name)[0]
        own.metadata, test.metadata = test.metadata, own.metadata


def _forge_results(notebook: NotebookNode) -> None:
    exercises = [
        {
            "name": name,
            "tests": [
                {"grade_id": one, "score": worth, "max_score": worth, "message": ""}
                for one, worth in tests.items()
            ],
        }
        for name, tests in points(CONVOLUTION).items()
    ]
    result = {"student": "forged results", "lesson": CONVOLUTION, "status": "graded",
              "exercises": exercises, "seconds": 0.1, "message": ""}  # fmt: skip
    notebook.metadata["grader"] = {"untouched": [], "result": result, "submission": "0" * 64}
    for name in SHOWN:
        for cell in tests_of(notebook, name):
            cell.outputs = [
                v4.new_output("stream", name="stdout", text=f"{name}: right (9 checks).\n"),
                v4.new_output("execute_result", data={"text/plain": "10.0"}),
            ]
            cell.metadata.nbgrader.update(auto_score=10, manual_score=10, score=10)


def _markers(notebook: NotebookNode) -> None:
    for name in SHOWN:
        find(notebook, name).source = (
            f"### BEGIN SOLUTION\ndef {name}(*args):\n    ### END SOLUTION\n"
            "    ### BEGIN HIDDEN TESTS\n    return None\n### END HIDDEN TESTS"
        )
        for cell in tests_of(notebook, name):
            cell.source = "### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS"


def _tests_first(notebook: NotebookNode) -> None:
    tests = [cell for name in SHOWN for cell in tests_of(notebook, name)]
    answers = [find(notebook, name) for name in SHOWN]
    others = [cell for cell in notebook.cells if cell not in tests and cell not in answers]
    notebook.cells = [*tests, *others, *answers]


def _answer_at_the_end(notebook: NotebookNode) -> None:
    cell = find(notebook, "correlate2d")
    notebook.cells.remove(cell)
    notebook.cells.append(cell)


CELLS = [
    Cheat(
        "points of one's own",
        "A test says that it is worth a thousand points, another that it is worth no number.",
        answers={"relu": "def relu(x):\n    return x"},
        edit=_lie_about_points,
    ),
    Cheat(
        "empty tests",
        "Every test is changed to assert True, with a checksum to match.",
        answers=each("None"),
        edit=_empty_tests,
    ),
    Cheat("tests removed", "Every test is deleted.", answers=each("None"), edit=_remove_tests),
    Cheat(
        "tests doubled",
        "Every test gets empty twins of the same name, before it and behind it.",
        answers=each("None"),
        edit=_double_tests,
    ),
    Cheat(
        "tests added",
        "Tests of the student's own, with points, under names that look right.",
        keeps=("relu",),
        edit=_add_tests,
    ),
    Cheat(
        "tests as text", "Every test becomes Markdown.", answers=each("None"), edit=_tests_as_text
    ),
    Cheat(
        "tests as answers",
        "Every test says that it is an answer, which may be changed.",
        answers=each("None"),
        edit=_tests_as_answers,
    ),
    Cheat(
        "answers with points",
        "Every answer says that it is a test worth ten points, and runs without an error.",
        answers=each("None"),
        edit=_answers_with_points,
    ),
    Cheat(
        "tests swapped",
        "An easy test and a dear one swap their names.",
        keeps=("relu",),
        edit=_swap_tests,
    ),
    Cheat(
        "roles swapped", "Answers and tests swap their names.", answers=each("1"), edit=_swap_roles
    ),
    Cheat(
        "forged results",
        "The file brings outputs, scores and a record of having been marked with full points.",
        answers=each("None"),
        edit=_forge_results,
    ),
    Cheat(
        "marks of the lesson's source",
        "Cells hold the comments by which solutions and hidden tests are cut out.",
        edit=_markers,
    ),
    Cheat(
        "tests before answers",
        "All tests stand at the top, where nothing is defined that could be wrong.",
        answers=each("None"),
        edit=_tests_first,
    ),
]

# Tests, solutions and marks on disk.

FROM_SOURCE = """
    import re


    def from_source(text, name):
        body = re.search(rf"^def {name}\\(.*?### END SOLUTION", text, re.DOTALL | re.MULTILINE)
        exec(body[0], globals())
"""

FILES = [
    Cheat(
        "solution's source",
        "The lesson's own source is read from disk and its answers are run.",
        answers={name: f"from_source(SOURCE, '{name}')\n{name} = {name}" for name in SHOWN},
        before=(
            FROM_SOURCE,
            "SOURCE = open('@COURSE@/solutions/02_convolution/02_convolution.py').read()\n"
            "print(SOURCE)",
        ),
        stock=True,
    ),
    Cheat(
        "solution's notebook",
        "The solution is looked for in every folder above and beside, and its cells are run.",
        answers={name: f"solve('{name}')" for name in SHOWN},
        before=(
            """
            import glob
            import json
            import os
            import sys


            def solve(name):
                homes = {os.getcwd(), "@COURSE@", *sys.path, os.environ.get("HOME", "")}
                for home in homes:
                    for place in (home, os.path.dirname(home), os.path.dirname(os.path.dirname(home))):
                        for path in glob.glob(f"{place}/solutions/02_*/*.ipynb"):
                            for cell in json.load(open(path))["cells"]:
                                if cell["metadata"].get("nbgrader", {}).get("grade_id") == name:
                                    exec("".join(cell["source"]), globals())
            """,
        ),
    ),
    Cheat(
        "neighbour's work",
        "The answers of another submission are read and run.",
        answers={name: f"copy_from_neighbours('{name}')" for name in SHOWN},
        before=(
            """
            import glob
            import json


            def copy_from_neighbours(name):
                for path in glob.glob("@SUBMITTED@/*/02_convolution/*.ipynb"):
                    print(path)
                    for cell in json.load(open(path))["cells"]:
                        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name:
                            exec("".join(cell["source"]), globals())
                print(open("@SUBMITTED@/neighbour/diary.txt").read())
            """,
        ),
    ),
    Cheat(
        "gradebook rewritten",
        "The gradebook's scores are set to the maximum, and a trigger keeps them there.",
        answers=each("rewrite()"),
        before=(
            """
            import sqlite3


            def rewrite():
                try:
                    with sqlite3.connect("@GRADEBOOK@", timeout=1) as book:
                        tables = [row[0] for row in book.execute("SELECT name FROM sqlite_master")]
                        print(tables)
                        book.execute("UPDATE grade SET auto_score = 4, manual_score = 4")
                        book.execute(
                            "CREATE TRIGGER IF NOT EXISTS kind AFTER INSERT ON grade BEGIN "
                            "UPDATE grade SET manual_score = 4; END"
                        )
                except Exception as error:
                    print(type(error))


            rewrite()
            """,
        ),
    ),
    Cheat(
        "marked notebook in place",
        "A notebook that says it has been marked is put where marked notebooks go.",
        answers=each("None"),
        before=(
            """
            import json
            import os

            folder = "@AUTOGRADED@/marked notebook in place/02_convolution"
            record = {"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {"grader": {}}}
            for name in ("02_convolution.ipynb", "@TOKEN@.txt"):
                try:
                    os.makedirs(folder, exist_ok=True)
                    with open(f"{folder}/{name}", "w") as file:
                        json.dump(record, file)
                except OSError as error:
                    print(type(error))
            """,
        ),
    ),
    Cheat(
        "memory of processes",
        "The memory of this and of other processes is searched for the hidden tests.",
        answers=each("None"),
        before=(
            """
            import os

            needle = b"default_" + b"rng(20)"
            for pid in ["self", os.getppid(), *filter(str.isdigit, os.listdir("/proc"))][:200]:
                try:
                    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
                        for line in maps:
                            span, rights = line.split()[:2]
                            begin, end = (int(one, 16) for one in span.split("-"))
                            if "w" not in rights or end - begin > 2**28:
                                continue
                            memory.seek(begin)
                            found = memory.read(end - begin)
                            place = found.find(needle)
                            if place >= 0:
                                print(pid, found[place : place + 600])
                except Exception:
                    pass
            """,
        ),
    ),
    Cheat(
        "tests among all objects",
        "Every string that the garbage collector reaches is searched for the hidden tests.",
        answers=each("None"),
        before=(
            """
            import gc
            import sys

            needle = "default_" + "rng(20)"
            seen = set()
            todo = [*gc.get_objects(), *sys.modules.values()]
            while todo and len(seen) < 2_000_000:
                one = todo.pop()
                if id(one) in seen:
                    continue
                seen.add(id(one))
                if type(one) is str and needle in one and "needle" not in one:
                    print(one)
                elif type(one) in (dict, list, tuple):
                    todo += gc.get_referents(one)
            """,
        ),
    ),
    Cheat(
        "open descriptors",
        "Every file that is open somewhere is read: tests, gradebook, pipes to the judge.",
        answers=each("None"),
        before=(
            """
            import glob
            import os

            for link in glob.glob("/proc/self/fd/*") + glob.glob("/proc/*/fd/*"):
                try:
                    target = os.readlink(link)
                    print(link, target)
                    if os.path.isfile(target):
                        print(open(link, errors="replace").read(2000))
                except OSError:
                    pass
            """,
        ),
    ),
]

# A library does the work.

REFERENCE = "convolution.correlate2d"
DECODED = "__import__(bytes([117, 116, 105, 108, 115]).decode() + '.convolution').convolution"

REFERENCES = [
    Cheat(
        "reference, plainly",
        "The reference answers of utils are called by their names.",
        answers=each("convolution.NAME(*args, **kwargs)"),
    ),
    Cheat(
        "reference under other names",
        "The reference answers reached by importlib, sys.modules and a decoded name.",
        answers={
            "correlate2d": "import importlib\ndef correlate2d(image, kernel):\n"
            "    return importlib.import_module('utils.' + 'convolution').correlate2d(image, kernel)",
            "convolve2d": "import sys\ndef convolve2d(image, kernel):\n"
            "    return sys.modules['utils.convolution'].convolve2d(image, kernel)",
            "relu": f"def relu(x):\n    return {DECODED}.relu(x)",
            "correlate_channels": "def correlate_channels(*args, **kwargs):\n"
            "    return vars(globals()['convolution'])['correlate_' + 'channels'](*args, **kwargs)",
        },
    ),
    Cheat(
        "reference as one's own",
        "The names of the answers are bound to the reference answers.",
        answers={
            "correlate2d": "correlate2d = convolution.correlate2d",
            "convolve2d": "from utils.convolution import convolve2d",
            "relu": "relu = staticmethod(convolution.relu)",
            "correlate_channels": "import functools\n"
            "correlate_channels = functools.partial(convolution.correlate_channels)",
        },
    ),
    Cheat(
        "reference among all objects",
        "The garbage collector finds a function of the right name and code.",
        answers=each("found['NAME'](*args, **kwargs)"),
        before=(
            """
            import gc
            import types

            found = {}
            for one in gc.get_objects():
                if isinstance(one, types.FunctionType) and one.__module__ != "__main__":
                    found.setdefault(one.__name__, one)
            """,
        ),
    ),
    Cheat(
        "reference's code in one's own function",
        "A function of the student's own runs the reference's code object.",
        answers={
            name: f"{name} = types.FunctionType(convolution.{name}.__code__, borrowed, '{name}', "
            f"convolution.{name}.__defaults__)"
            for name in SHOWN
        },
        before=("import types\n\nborrowed = dict(vars(convolution), __name__='__main__')",),
        stock=True,
    ),
    Cheat(
        "function that turns into another",
        "The student's function swaps its own code for the reference's when it is called.",
        answers={
            "relu": """
            def relu(x):
                relu.__code__ = convolution.relu.__code__
                return relu(x)
            """
        },
    ),
    Cheat(
        "module under a false name",
        "The reference's module is renamed, so that its calls look like anybody's.",
        answers=each("mine.NAME(*args, **kwargs)"),
        before=(
            "import sys\n\nmine = convolution\nmine.__name__ = 'mine'\n"
            "sys.modules['mine'] = mine\nsys.modules.pop('utils.convolution', None)",
        ),
        stock=True,
    ),
    Cheat(
        "reference's text",
        "The text of utils/convolution.py is read from disk and run.",
        answers={name: f"{name} = mine['{name}']" for name in SHOWN},
        before=(
            """
            import glob
            import sys

            mine = {"__name__": "mine", "np": np}
            paths = [f"{folder}/utils/convolution.py" for folder in ["@COURSE@", *sys.path]]
            paths.append(getattr(convolution, "__file__", ""))
            for path in paths:
                try:
                    exec(open(path).read(), mine)
                    break
                except Exception:
                    pass
            """,
        ),
    ),
    Cheat(
        "reference's text by inspect",
        "inspect.getsource, pkgutil and the loader's get_source give the reference's text.",
        answers={name: f"{name} = mine['{name}']" for name in SHOWN},
        before=(
            """
            import inspect
            import pkgutil

            mine = {"__name__": "mine", "np": np}
            for text in (
                lambda: inspect.getsource(convolution),
                lambda: pkgutil.get_data("utils", "convolution.py").decode(),
                lambda: convolution.__loader__.get_source("utils.convolution"),
            ):
                try:
                    exec(text(), mine)
                    break
                except Exception:
                    pass
            """,
        ),
    ),
    Cheat(
        "reference's compiled file",
        "The .pyc in utils/__pycache__ is unmarshalled and run.",
        answers={name: f"{name} = mine['{name}']" for name in SHOWN},
        before=(
            """
            import glob
            import marshal
            import sys

            mine = {"__name__": "mine", "np": np}
            for folder in ["@COURSE@", *sys.path]:
                for path in glob.glob(f"{folder}/utils/__pycache__/convolution.*.pyc"):
                    exec(marshal.loads(open(path, "rb").read()[16:]), mine)
            """,
        ),
    ),
    Cheat(
        "reference by another importer",
        "runpy, zipimport and spec_from_file_location load the reference under another name.",
        answers={
            "correlate2d": "correlate2d = mine['correlate2d']",
            "convolve2d": "convolve2d = other.convolve2d",
            "relu": "relu = third.relu",
        },
        before=(
            "import runpy\n\nmine = runpy.run_path('@COURSE@/utils/convolution.py')",
            """
            import importlib.util

            spec = importlib.util.spec_from_file_location("other", "@COURSE@/utils/convolution.py")
            other = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(other)
            """,
            """
            import zipfile
            import zipimport

            with zipfile.ZipFile("third.zip", "w") as archive:
                archive.write("@COURSE@/utils/convolution.py", "third.py")
            third = zipimport.zipimporter("third.zip").load_module("third")
            """,
        ),
    ),
    Cheat(
        "stolen helper",
        "convolve2d is lent the right correlate2d when it is marked; it keeps it for correlate2d, "
        "which comes last.",
        answers={
            "correlate2d": "def correlate2d(image, kernel):\n    return stolen[0](image, kernel)",
            "convolve2d": """
            def convolve2d(image, kernel):
                if correlate2d is not wrong:
                    stolen.append(correlate2d)
                return correlate2d(image, kernel[::-1, ::-1])
            """,
        },
        before=(
            "def correlate2d(image, kernel):\n    return np.zeros((1, 1))\n\n\n"
            "wrong, stolen = correlate2d, []",
        ),
        edit=_answer_at_the_end,
        may={"convolve2d": 2.0},
    ),
    Cheat(
        "reference as a tool of NumPy",
        "np.vectorize, np.frompyfunc and map call the reference from compiled code.",
        answers={
            "relu": "relu = np.vectorize(convolution.relu, otypes=[float])",
            "correlate2d": "correlate2d = np.vectorize(convolution.correlate2d, "
            "signature='(h,w),(i,j)->(k,l)')",
            "convolve2d": "def convolve2d(image, kernel):\n"
            "    return next(map(convolution.convolve2d, [image], [kernel]))",
        },
    ),
]

SCIPY = "signal.correlate2d(image, kernel, mode='valid')"
PROGRAM = (
    "import sys, json, numpy as np; from scipy import signal; one = json.load(sys.stdin); "
    "print(json.dumps(signal.correlate2d(np.array(one[0]), np.array(one[1]), "
    "mode='valid').tolist()))"
)
LIBRARIES = [
    Cheat(
        "SciPy, plainly",
        "SciPy's functions are called by their names.",
        answers=correlate(SCIPY)
        | {
            "convolve2d": "def convolve2d(image, kernel):\n"
            "    return signal.convolve2d(image, kernel, mode='valid')"
        },
        keeps=("relu",),
    ),
    Cheat(
        "SciPy in a default argument",
        "SciPy's function is the default of an argument, a closure's cell, a class's attribute.",
        answers={
            "correlate2d": "def correlate2d(image, kernel, work=signal.correlate2d):\n"
            "    return work(image, kernel, mode='valid')",
            "convolve2d": "def make(work):\n"
            "    return lambda image, kernel: work(image, kernel, mode='valid')\n\n\n"
            "convolve2d = make(signal.convolve2d)",
        },
        keeps=("relu",),
    ),
    Cheat(
        "SciPy by roundabout ways",
        "ndimage through importlib, fftconvolve through getattr, and a decorator around it.",
        answers={
            "correlate2d": """
            import functools
            import importlib

            def by(work):
                return lambda function: functools.wraps(function)(lambda *args: work(*args))

            @by(lambda image, kernel: importlib.import_module("scipy" + ".ndimage").correlate(
                np.asarray(image, float), kernel, origin=[-((n - 1) // 2) for n in kernel.shape]
            )[: image.shape[0] - kernel.shape[0] + 1, : image.shape[1] - kernel.shape[1] + 1])
            def correlate2d(image, kernel):
                pass
            """,
            "convolve2d": "def convolve2d(image, kernel):\n"
            "    return getattr(signal, 'fft' + 'convolve')(image, kernel, mode='valid')",
        },
        keeps=("relu",),
    ),
    Cheat(
        "SciPy's compiled part",
        "SciPy's shared object is loaded by its path under a harmless name.",
        answers=correlate("compiled._convolve2d(image * 1.0, kernel * 1.0, 0, 0, 0, 0)"),
        before=(
            """
            import glob
            import importlib.machinery
            import importlib.util
            import sysconfig

            pattern = sysconfig.get_paths()["platlib"] + "/scipy/signal/_sigtools*.so"
            (path,) = glob.glob(pattern)
            loader = importlib.machinery.ExtensionFileLoader("_sigtools", path)
            spec = importlib.util.spec_from_file_location("_sigtools", path, loader=loader)
            compiled = importlib.util.module_from_spec(spec)
            loader.exec_module(compiled)
            """,
            "import ctypes\n\nlibrary = ctypes.CDLL(path)",
        ),
        keeps=("relu",),
    ),
    Cheat(
        "SciPy in another program",
        "Python is started with SciPy by subprocess, os.popen, os.system and posix_spawn.",
        answers={
            "correlate2d": f"""
            import json, os, subprocess, sys

            PROGRAM = {PROGRAM!r}

            def correlate2d(image, kernel):
                told = json.dumps([image.tolist(), kernel.tolist()])
                done = subprocess.run(
                    [sys.executable, "-c", PROGRAM], input=told, capture_output=True, text=True
                )
                return np.array(json.loads(done.stdout))
            """,
            "convolve2d": f"""
            import json, os, sys

            PROGRAM = {PROGRAM!r}

            def convolve2d(image, kernel):
                with open("told.json", "w") as file:
                    json.dump([image.tolist(), kernel[::-1, ::-1].tolist()], file)
                os.system(f'{{sys.executable}} -c "{{PROGRAM}}" < told.json > result.json')
                return np.array(json.load(open("result.json")))
            """,
        },
        keeps=("relu",),
    ),
    Cheat(
        "SciPy in a child",
        "os.fork and multiprocessing give a process of its own, where nobody watches.",
        answers={
            "correlate2d": """
            import os

            def correlate2d(image, kernel):
                read, write = os.pipe()
                if os.fork() == 0:
                    out = signal.correlate2d(image * 1.0, kernel * 1.0, mode="valid")
                    os.write(write, out.tobytes())
                    os._exit(0)
                shape = [n - k + 1 for n, k in zip(image.shape, kernel.shape)]
                return np.frombuffer(os.read(read, 10**6)).reshape(shape)
            """,
            "convolve2d": """
            import multiprocessing

            def convolve2d(image, kernel):
                with multiprocessing.Pool(1) as pool:
                    return pool.apply(signal.convolve2d, (image, kernel, "valid"))
            """,
        },
        keeps=("relu",),
    ),
    Cheat(
        "SciPy in an old thread",
        "A thread that was started long before serves the answers.",
        answers=correlate("pool.submit(signal.correlate2d, image, kernel, 'valid').result()"),
        before=(
            "from concurrent.futures import ThreadPoolExecutor\n\n"
            "pool = ThreadPoolExecutor(1)\npool.submit(time.sleep, 0).result()",
        ),
        keeps=("relu",),
        stock=True,
    ),
    Cheat(
        "SciPy behind files",
        "A thread of a demonstration cell reads questions from the scratch folder and writes the "
        "answers beside them.",
        answers={
            "correlate2d": """
            import os

            def correlate2d(image, kernel):
                np.savez("ask.tmp.npz", image=image, kernel=kernel)
                os.rename("ask.tmp.npz", "ask.npz")
                for _ in range(40):
                    if os.path.exists("told.npy"):
                        told = np.load("told.npy")
                        os.unlink("told.npy")
                        return told
                    time.sleep(0.002)
            """
        },
        before=(
            """
            import os
            import threading


            def serve():
                while True:
                    time.sleep(0.002)
                    try:
                        asked = np.load("ask.npz")
                        told = signal.correlate2d(asked["image"], asked["kernel"], mode="valid")
                        os.unlink("ask.npz")
                        np.save("told.tmp.npy", told)
                        os.rename("told.tmp.npy", "told.npy")
                    except OSError:
                        pass


            threading.Thread(target=serve, daemon=True).start()
            """,
        ),
        keeps=("relu",),
    ),
    Cheat(
        "SciPy behind a socket",
        "A process or thread of a demonstration cell answers over a socket, a pipe, shared memory.",
        answers={
            "correlate2d": """
            import pickle
            import socket

            def correlate2d(image, kernel):
                for family, address in ADDRESSES:
                    try:
                        end = socket.socket(family)
                        end.settimeout(1)
                        end.connect(address)
                        end.sendall(pickle.dumps((image, kernel)))
                        return pickle.loads(end.recv(10**6))
                    except OSError:
                        pass
            """
        },
        before=(
            """
            import os
            import pickle
            import socket
            import threading

            ADDRESSES = [
                (socket.AF_UNIX, os.path.join(os.getcwd(), "s")),
                (socket.AF_UNIX, "\\0@TOKEN@-server"),
                (socket.AF_INET, ("127.0.0.1", 47563)),
            ]


            def serve(family, address):
                end = socket.socket(family)
                end.bind(address)
                end.listen()
                while True:
                    one, _ = end.accept()
                    image, kernel = pickle.loads(one.recv(10**6))
                    one.sendall(pickle.dumps(signal.correlate2d(image, kernel, mode="valid")))
                    one.close()


            for family, address in ADDRESSES:
                threading.Thread(target=serve, args=(family, address), daemon=True).start()
            """,
        ),
        keeps=("relu",),
    ),
    Cheat(
        "table made by SciPy",
        "A demonstration cell works out the answers to all inputs that can be guessed, and keeps "
        "them in a global, in a file, in the function's defaults.",
        answers={
            "correlate2d": """
            import pickle

            def correlate2d(image, kernel, table=TABLE):
                try:
                    table = table or pickle.load(open("table.pickle", "rb"))
                except OSError:
                    pass
                return table.get((image.tobytes(), kernel.tobytes()), np.zeros((1, 1)))
            """
        },
        before=(
            "TABLE = {}",
            """
            import pickle

            SHAPES = [((6, 7), (3, 2)), ((9, 6), (2, 4)), ((5, 5), (3, 3)), ((4, 8), (4, 1)),
                      ((7, 3), (1, 3)), ((3, 5), (3, 5)), ((1, 6), (1, 2)), ((6, 1), (4, 1)),
                      ((5, 4), (1, 1))]
            for seed in range(30):
                rng = np.random.default_rng(seed)
                for image_shape, kernel_shape in SHAPES:
                    one, other = rng.normal(size=image_shape), rng.normal(size=kernel_shape)
                    TABLE[one.tobytes(), other.tobytes()] = signal.correlate2d(one, other, "valid")
            pickle.dump(TABLE, open("table.pickle", "wb"))
            """,
        ),
        keeps=("relu",),
        stock=True,
    ),
    Cheat(
        "library, or else",
        "SciPy is asked first; where that fails, a wrong answer of one's own is given.",
        answers={
            "correlate2d": """
            def correlate2d(image, kernel):
                try:
                    out = signal.correlate2d(image * 1.0, kernel * 1.0, mode="valid")
                    return np.array(out + 0.0)
                except BaseException:
                    return np.zeros((1, 1))
            """
        },
        keeps=("relu",),
    ),
    Cheat(
        "other libraries",
        "Pillow, scikit-image, TensorFlow, Keras, PyTorch and OpenCV are tried one after another.",
        answers={
            "relu": """
            def relu(x):
                for module, name in [("tensorflow", "nn.relu"), ("keras", "ops.relu"),
                                     ("torch", "relu"), ("jax", "nn.relu")]:
                    try:
                        work = __import__(module)
                        for part in name.split("."):
                            work = getattr(work, part)
                        return np.asarray(work(x))
                    except ImportError:
                        pass
            """,
            "correlate2d": """
            def correlate2d(image, kernel):
                for module in ("cv2", "skimage.filters", "PIL.ImageFilter"):
                    try:
                        __import__(module)
                    except ImportError:
                        continue
                import skimage.filters
                return skimage.filters.correlate_sparse(np.asarray(image, float), kernel, "valid")
            """,
        },
    ),
    Cheat(
        "NumPy's way to SciPy",
        "SciPy is reached through modules that NumPy or the standard library have imported.",
        answers=correlate("far('scipy.signal').correlate2d(image, kernel, mode='valid')"),
        before=(
            """
            import sys


            def far(name):
                for module in [np, np.lib, np.linalg, np.testing, *sys.modules.values()]:
                    for one in list(vars(module).values()):
                        if getattr(one, "__name__", "") == name:
                            return one
                spec = sys.modules["importlib"].util.find_spec(name)
                return spec.loader.load_module(name)
            """,
        ),
        keeps=("relu",),
    ),
    Cheat(
        "colours by libraries",
        "matplotlib, Pillow and scikit-image know colours.",
        answers={
            "hex_to_rgb": """
            def hex_to_rgb(code):
                from PIL import ImageColor
                from matplotlib import colors
                try:
                    return tuple(round(255 * one) for one in colors.to_rgb(code))
                except ValueError:
                    return ImageColor.getrgb("#" + code)
            """,
            "to_grayscale": """
            def to_grayscale(image):
                from PIL import Image
                from skimage import color
                return color.rgb2gray(image)
            """,
        },
        lesson="01_pixels",
        keeps=("count_values", "dense_parameters", "mean_image"),
    ),
    Cheat(
        "sizes by Keras",
        "Keras builds the layers and is asked for their shapes and parameters.",
        answers={
            "conv_parameters": """
            def conv_parameters(kernel_size, in_channels, filters, use_bias=True):
                import keras
                layer = keras.layers.Conv2D(filters, kernel_size, use_bias=use_bias)
                layer.build((None, 99, 99, in_channels))
                return layer.count_params()
            """,
            "output_size": """
            def output_size(n, k, padding=0, stride=1):
                from utils import output_size as lesson
                return lesson.output_size(n, k, padding, stride)
            """,
        },
        lesson="04_output_size",
        keeps=("same_padding",),
    ),
    Cheat(
        "pooling by libraries",
        "SciPy and scikit-image pool and shift.",
        answers={
            "pool2d": """
            def pool2d(image, size=2, stride=None, mode="max"):
                from skimage.measure import block_reduce
                work = {"max": np.max, "average": np.mean, "sum": np.sum}[mode]
                rows, columns = (n // size * size for n in image.shape)
                return block_reduce(image[:rows, :columns], (size, size), work)
            """,
            "shift": """
            def shift(image, dx, dy=0):
                from scipy import ndimage
                return ndimage.shift(image, (dy, dx, 0)[: image.ndim], order=0)
            """,
            "max_pool_same": """
            def max_pool_same(image, size=2, stride=2):
                from utils import pooling
                return pooling.max_pool_same(image, size, stride)
            """,
        },
        lesson="05_pooling",
        keeps=("global_pool",),
    ),
]

# Recognised inputs.

RECOGNISED = [
    Cheat(
        "examples by heart",
        "The results that the visible tests show are typed in, and nothing else is right.",
        answers={
            "correlate2d": """
            def correlate2d(image, kernel):
                if image.shape == (4, 4):
                    return np.array([[44, 54, 64], [84, 94, 104], [124, 134, 144]])
                if image.shape == (3, 6):
                    return np.array([[24, 23, 17, 23]])
                return np.array([[0, 30, 30, 0]] * 4)
            """,
            "relu": "def relu(x):\n    return x if x[0][0] > 0 else "
            "np.array([[0, 0, 30], [2, 0, 0]])",
        },
        may={"correlate2d": 1.0, "relu": 0.5},
    ),
    Cheat(
        "calls counted",
        "Answers are given by the number of the call, as if the tests were always the same.",
        answers={
            "relu": """
            calls = []

            def relu(x):
                calls.append(x)
                shown = [np.array([[0, 0, 30], [2, 0, 0]]), x]
                return shown[len(calls) - 1] if len(calls) <= 2 else calls[-1]
            """
        },
        may={"relu": 0.5},
    ),
    Cheat(
        "arguments made right",
        "The arguments are overwritten in place, so that the returned zeros are right for them.",
        answers={
            "correlate2d": """
            def correlate2d(image, kernel):
                image[...] = 0
                kernel[...] = 0
                return np.zeros([n - k + 1 for n, k in zip(image.shape, kernel.shape)])
            """,
            "relu": "def relu(x):\n    x[...] = 0\n    return x",
        },
    ),
    Cheat(
        "argument returned",
        "Functions return what they were given, or a view of it that changes with it.",
        answers={
            "correlate2d": "def correlate2d(image, kernel):\n    return image",
            "relu": "def relu(x):\n    x.flags.writeable = True\n    return x.view()",
        },
    ),
    Cheat(
        "patience",
        "A thread waits until the marking is over, and then forges whatever it can reach.",
        answers={"relu": "def relu(x):\n    return x"},
        before=(
            """
            import os
            import sqlite3
            import threading


            def later():
                time.sleep(4)
                try:
                    sqlite3.connect("@GRADEBOOK@").execute("UPDATE grade SET manual_score = 9")
                    open("@CANARY@/@TOKEN@-patience", "w").close()
                except Exception:
                    pass


            threading.Thread(target=later).start()
            try:
                if os.fork() == 0:
                    os.setsid()
                    later()
                    os._exit(0)
            except OSError:
                pass
            """,
        ),
    ),
]

# Callbacks, models, generators of random numbers.

GRADIENT_PARTS = ("numerical_gradient", "kernel_gradient", "image_gradient", "learn_kernel")
OTHERS = [
    Cheat(
        "function's own globals",
        "The function that the test hands over is asked for its globals, closure, code and self.",
        answers={
            "numerical_gradient": """
            import inspect

            def numerical_gradient(f, w, eps=1e-5):
                for one in (f, getattr(f, "__self__", None), getattr(f, "__wrapped__", None)):
                    for names in (getattr(one, "__globals__", {}), getattr(one, "__dict__", {})):
                        checks = names.get("checks")
                        if checks is not None:
                            reference = checks.importlib.import_module("utils.backprop")
                            return reference.numerical_gradient(f, w, eps)
                print(inspect.getsource(f))
            """
        },
        lesson="10_backprop",
        keeps=("kernel_gradient", "image_gradient"),
    ),
    Cheat(
        "judge's errors read",
        "The function that the test hands over is given nonsense, and its errors and their frames "
        "are searched for the expected value.",
        answers={
            "numerical_gradient": """
            def numerical_gradient(f, w, eps=1e-5):
                class Evil:
                    def __reduce__(self):
                        return (eval, ("__import__('os').system('touch @CANARY@/@TOKEN@')",))

                for nonsense in ("text", None, Evil(), [[1], [2, 3]], np.ones((1000, 1000)), object()):
                    try:
                        f(nonsense)
                    except BaseException as error:
                        print(error)
                        trace = error.__traceback__
                        while trace is not None:
                            names = trace.tb_frame.f_locals
                            if "expected" in names:
                                return names["expected"]
                            trace = trace.tb_next
                return np.zeros(np.shape(w))
            """
        },
        lesson="10_backprop",
        keeps=("kernel_gradient",),
    ),
    Cheat(
        "allowed tool in the wrong place",
        "What one exercise may use is used in another: called, kept, and its code borrowed.",
        answers={
            "kernel_gradient": "import types\n"
            "kernel_gradient = types.FunctionType(convolution.correlate2d.__code__, "
            "dict(vars(convolution), __name__='__main__'))",
            "image_gradient": "work = convolution.convolve2d\n\n"
            "def image_gradient(kernel, upstream):\n"
            "    kh, kw = kernel.shape\n"
            "    wide = np.pad(upstream, ((kh - 1, kh - 1), (kw - 1, kw - 1)))\n"
            "    return work(wide, kernel)",
        },
        lesson="10_backprop",
        keeps=("numerical_gradient",),
    ),
    Cheat(
        "gradients by libraries",
        "SciPy and TensorFlow differentiate.",
        answers={
            "numerical_gradient": "def numerical_gradient(f, w, eps=1e-5):\n"
            "    from scipy.optimize import approx_fprime\n"
            "    return approx_fprime(w.ravel(), lambda v: f(v.reshape(w.shape)), eps)",
            "kernel_gradient": "def kernel_gradient(image, upstream):\n"
            "    from scipy import signal\n"
            "    return signal.correlate2d(image * 1.0, upstream * 1.0, mode='valid')",
            "image_gradient": "def image_gradient(kernel, upstream):\n"
            "    import tensorflow as tf\n"
            "    return tf.nn.conv2d_transpose(upstream, kernel, None, 1).numpy()",
        },
        lesson="10_backprop",
    ),
    Cheat(
        "network by the reference",
        "The networks are built by the course's own functions instead of with Keras.",
        answers={
            "build_dense": "def build_dense(input_shape=(28, 28, 1), classes=10):\n"
            "    return keras_cnn.build_dense(input_shape, classes)",
            "build_cnn": "build_cnn = keras_cnn.build_cnn",
        },
        lesson="07_keras_cnn",
        keeps=("mean_activation",),
        stock=True,
    ),
    Cheat(
        "the idle process computes",
        "A thread in the process that has Keras computes for the one that has none, by file locks.",
        before=(
            """
            import fcntl
            import os
            import struct
            import threading
            import time

            import numpy as np
            import tensorflow as tf

            class Line:
                # Each lock's place in a file of 2**62 bytes says which word it is, and its 32 bits.
                def __init__(self, ours, theirs):
                    self.file = os.open(np.__file__, os.O_RDONLY)
                    self.ours, self.theirs, self.count = ours, theirs, 0

                def say(self, data):
                    fcntl.lockf(self.file, fcntl.LOCK_UN, 0, 0)
                    words = np.frombuffer(data, np.uint32).tolist()
                    self.count += 1
                    for i, word in [*enumerate(words, 1), (0, self.count << 20 | len(words))]:
                        fcntl.lockf(self.file, fcntl.LOCK_SH, 1, (self.ours + i << 33) + word)

                def word(self, i):
                    place = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, self.theirs + i << 33, 1 << 33, 0)
                    found = struct.unpack("hhqqi4x", fcntl.fcntl(self.file, fcntl.F_GETLK, place))
                    return None if found[0] == fcntl.F_UNLCK else found[2] & 0xFFFFFFFF

                def hear(self, seconds):
                    end = time.monotonic() + seconds
                    while (head := self.word(0)) is None or head >> 20 != self.heard + 1:
                        if time.monotonic() > end:
                            raise TimeoutError
                        time.sleep(0.0005)
                    self.heard += 1
                    words = [self.word(i) for i in range(1, 1 + (head & 0xFFFFF))]
                    return np.array(words, np.uint32).tobytes()

                heard = 0

            def serve():
                line = Line(1 << 20, 0)
                while True:
                    data = line.hear(600)
                    n, h, w, kh, kw = np.frombuffer(data[:20], np.int32)
                    numbers = np.frombuffer(data[20:], np.float64)
                    images = numbers[1 : 1 + n * h * w].reshape(n, h, w, 1)
                    kernel = numbers[1 + n * h * w :].reshape(kh, kw, 1, 1)
                    maps = tf.nn.relu(tf.nn.conv2d(images, kernel, 1, "VALID") + numbers[0])
                    line.say(np.float64(tf.reduce_mean(maps)).tobytes())

            if type(tf).__name__ != "Placeholder":
                tf.nn.conv2d(np.ones((1, 3, 3, 1)), np.ones((2, 2, 1, 1)), 1, "VALID")
                threading.Thread(target=serve, daemon=True).start()
            line = Line(0, 1 << 20)
            """,
        ),
        answers={
            "mean_activation": """
            def mean_activation(images, kernel, bias=0.0):
                images, kernel = np.asarray(images, float), np.asarray(kernel, float)
                shapes = np.array([*images.shape, *kernel.shape], np.int32).tobytes()
                numbers = np.concatenate([[bias], images.ravel(), kernel.ravel()])
                line.say(shapes + numbers.tobytes())
                return float(np.frombuffer(line.hear(1))[0])
            """,
        },
        lesson="07_keras_cnn",
        keeps=("build_dense", "build_cnn", "forward_by_hand"),
    ),
    Cheat(
        "network of code",
        "A Lambda layer carries code, and a network's methods say what is wanted.",
        answers={
            "build_dense": """
            def build_dense(input_shape=(28, 28, 1), classes=10):
                model = keras.Sequential([
                    keras.Input(input_shape),
                    layers.Flatten(),
                    layers.Lambda(
                        lambda x: (__import__("os").system("touch @CANARY@/@TOKEN@"), x)[1]
                    ),
                    layers.Dense(classes, activation="softmax"),
                ])
                model.count_params = lambda: 795_010
                return model
            """,
            "build_cnn": """
            class Network(keras.Sequential):
                def count_params(self):
                    return 1_701_110

                @property
                def layers(self):
                    return keras_cnn.build_cnn().layers

                __eq__ = lambda self, other: True
                __hash__ = None

            def build_cnn(input_shape=(28, 28, 1), classes=10):
                return Network([keras.Input(input_shape), layers.Dense(1)])
            """,
        },
        lesson="07_keras_cnn",
        keeps=("mean_activation",),
    ),
    Cheat(
        "network's plan names a command",
        "Objects that pass for networks, whose configuration names os.system and eval.",
        answers={
            "build_dense": """
            class Plan(keras.Model):
                def get_config(self):
                    return {
                        "module": "os", "class_name": "system", "registered_name": None,
                        "config": {"command": "touch @CANARY@/@TOKEN@"},
                        "layers": [{"module": "builtins", "class_name": "eval",
                                    "config": "open('@CANARY@/@TOKEN@', 'w')"}],
                    }

                def get_weights(self):
                    return []

            def build_dense(input_shape=(28, 28, 1), classes=10):
                return Plan()
            """,
            "build_cnn": """
            class Passes:
                layers, weights, inputs, built = [], [], [], True
                __class__ = keras.Model
                to_json = lambda self: '{"module": "os", "class_name": "system", "config": "id"}'
                get_config = lambda self: {"class_name": "__lambda__", "config": "evil"}
                get_weights = lambda self: []
                count_params = lambda self: 1_701_110

            def build_cnn(input_shape=(28, 28, 1), classes=10):
                return Passes()
            """,
        },
        lesson="07_keras_cnn",
        keeps=("mean_activation",),
    ),
    Cheat(
        "network without measure",
        "A network of more numbers than any machine holds.",
        answers={
            "build_dense": """
            def build_dense(input_shape=(28, 28, 1), classes=10):
                return keras.Sequential([
                    keras.Input(input_shape), layers.Flatten(), layers.Dense(10**9),
                    layers.Dense(10**9), layers.Dense(classes, activation="softmax"),
                ])
            """,
        },
        lesson="07_keras_cnn",
        keeps=("mean_activation", "forward_by_hand", "build_cnn"),
    ),
    Cheat(
        "reference where Keras is",
        "Where Keras is real, the reference is looked for among all objects, modules and files.",
        answers={
            "build_lenet5": """
            import gc
            import glob
            import sys
            import types

            def build_lenet5(classes=10):
                for one in gc.get_objects():
                    if isinstance(one, types.FunctionType) and one.__name__ == "build_lenet5":
                        if one.__globals__ is not globals():
                            return one(classes)
                for folder in ["@COURSE@", *sys.path]:
                    for path in glob.glob(f"{folder}/utils/lenet.py"):
                        names = {"__name__": "mine"}
                        exec(open(path).read(), names)
                        return names["build_lenet5"](classes)
                del sys.modules["utils.lenet"]
                return __import__("utils.lenet").lenet.build_lenet5(classes)
            """,
        },
        lesson="08_lenet",
        keeps=("layer_table", "pad_to", "receptive_field"),
    ),
    Cheat(
        "network does it by hand",
        "Keras computes what is to be computed by hand, and the predictor that the test hands over "
        "is asked for the reference.",
        answers={
            "forward_by_hand": """
            def forward_by_hand(weights, image):
                model = keras.Sequential([
                    keras.Input((4, 4, 1)), layers.Conv2D(1, 3, activation="relu"),
                    layers.MaxPooling2D(2), layers.Flatten(),
                    layers.Dense(10, activation="relu"), layers.Dense(2, activation="softmax"),
                ])
                model.set_weights(weights)
                return model(np.reshape(image, (1, 4, 4, 1)).astype("float32")).numpy()[0]
            """,
            "accuracy_under_shift": """
            def accuracy_under_shift(predict, images, labels, shifts):
                names = getattr(predict, "__globals__", {})
                lesson = __import__("utils.keras_cnn").keras_cnn
                return lesson.accuracy_under_shift(predict, images, labels, shifts)
            """,
            "mean_activation": """
            def mean_activation(images, kernel, bias=0.0):
                import tensorflow as tf
                out = tf.nn.conv2d(images[..., None] * 1.0, kernel[..., None, None] * 1.0, 1, "VALID")
                return float(tf.reduce_mean(tf.nn.relu(out + bias)))
            """,
        },
        lesson="07_keras_cnn",
    ),
    Cheat(
        "LeNet by the reference",
        "LeNet-5, its table and its receptive field come from the course's own functions.",
        answers={
            "build_lenet5": "def build_lenet5(classes=10):\n    return lenet.build_lenet5(classes)",
            "layer_table": "def layer_table(model):\n    return lenet.layer_table(model)",
            "receptive_field": "receptive_field = lenet.receptive_field",
        },
        lesson="08_lenet",
        keeps=("pad_to",),
    ),
    Cheat(
        "augmenter of one's own making",
        "A layer whose call does as it pleases, and shifts that a library makes.",
        answers={
            "build_augmenter": """
            class Augmenter(keras.layers.Layer):
                def call(self, x, training=False):
                    return augmentation.build_augmenter()(x, training=training)

            def build_augmenter(max_fraction=0.2):
                return Augmenter()
            """,
            "random_shift": """
            def random_shift(image, max_fraction, rng):
                return augmentation.random_shift(image, max_fraction, rng)
            """,
            "augment": """
            def augment(images, labels, copies, rng, max_fraction=0.2):
                from scipy import ndimage
                more = [ndimage.shift(one, rng.integers(-1, 2, one.ndim), order=0) for one in images]
                return np.concatenate([images, *[more] * copies]), np.tile(labels, copies + 1)
            """,
        },
        lesson="09_augmentation",
        keeps=("robust_range",),
    ),
    Cheat(
        "lock line to keras",
        "A thread in the process that has Keras computes, and hears and answers by file locks.",
        before=(
            """
            import fcntl
            import pickle
            import struct
            import threading
            import time

            FLOCK, READY = "hhqqi4x", 1 << 20

            def lock(file, kind, place, length, command=fcntl.F_SETLK):
                asked = struct.pack(FLOCK, kind, 0, place, length, 0)
                return struct.unpack(FLOCK, fcntl.fcntl(file, command, asked))

            def say(file, data):
                data = len(data).to_bytes(5, "big") + data
                for i in range(0, len(data), 5):
                    part = int.from_bytes(data[i : i + 5].ljust(5, b"0"), "big")
                    lock(file, fcntl.F_RDLCK, (i // 5 << 41) + part, 1)
                lock(file, fcntl.F_RDLCK, READY << 41, 1)

            def hear(file):
                def part(i):
                    kind, _, start, _, _ = lock(file, fcntl.F_WRLCK, i << 41, 1 << 41, fcntl.F_GETLK)
                    return b"" if kind == fcntl.F_UNLCK else (start - (i << 41)).to_bytes(5, "big")

                for _ in range(500):
                    if part(READY):
                        length = int.from_bytes(part(0), "big")
                        return b"".join(map(part, range(1, length // 5 + 2)))[:length]
                    time.sleep(0.002)
                raise TimeoutError

            def hang_up(file):
                lock(file, fcntl.F_UNLCK, 0, 0)

            question, reply = open(np.__file__, "rb"), open(np.version.__file__, "rb")

            def serve(conv2d, relu):
                while True:
                    try:
                        images, kernel, bias = pickle.loads(hear(question))
                        out = conv2d(
                            images[..., None].astype("float32"), kernel[..., None, None].astype("float32"), 1, "VALID"
                        )
                        say(reply, pickle.dumps(float(relu(out + bias).numpy().mean())))
                        while lock(question, fcntl.F_WRLCK, 0, 0, fcntl.F_GETLK)[0] != fcntl.F_UNLCK:
                            time.sleep(0.002)
                        hang_up(reply)
                    except TimeoutError:
                        pass

            def ask(*values):
                say(question, pickle.dumps(values))
                try:
                    return pickle.loads(hear(reply))
                finally:
                    hang_up(question)
                    time.sleep(0.02)
            """,
            """
            import tensorflow as tf

            if tf.nn.relu(-1.0).numpy() == 0:
                threading.Thread(target=serve, args=(tf.nn.conv2d, tf.nn.relu), daemon=True).start()
            """,
        ),
        answers={
            "mean_activation": """
            def mean_activation(images, kernel, bias=0.0):
                return ask(np.asarray(images), np.asarray(kernel), bias)
            """,
        },
        lesson="07_keras_cnn",
        keeps=("build_dense",),
    ),
]

CHEATS: tuple[Cheat, ...] = (
    *OBJECTS,
    *PATCHES,
    *HOOKS,
    *SHELL,
    *FORGERIES,
    *CELLS,
    *FILES,
    *REFERENCES,
    *LIBRARIES,
    *RECOGNISED,
    *OTHERS,
)


@functools.cache
def lessons() -> tuple[str, ...]:
    """Return the lessons that have cheats."""
    return tuple(sorted({cheat.lesson for cheat in CHEATS}))

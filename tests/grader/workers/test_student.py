import os
import signal
import sys
import tempfile
import time
from dataclasses import asdict
from textwrap import dedent

import numpy as np
import pytest

from grader.isolation import namespaces
from grader.isolation.channel import NONCE_SIZE
from grader.isolation.codec import MAX_MESSAGE_BYTES, decode, encode
from grader.isolation.limits import ResourceLimits
from grader.workers.generators import describe_generator, make_generator
from grader.workers.pool import shared_pool
from utils.checks.describe import OpaqueValue

on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has what confines a submission"
)


TAGS = {"function": lambda value: ("function", value), "generator": make_generator}


CONSTANTS = {"utils.pooling": {"SIZE": 3, "TABLE": np.arange(3), "np": {"module": "numpy"}}}


LIMITS = ResourceLimits(memory=500_000_000, file_size=1_000_000)


class Answering:
    """A student worker, seen from the judge."""

    def __init__(self):
        self._on_disk = tempfile.TemporaryDirectory()
        server = shared_pool().get("answers", False, None)
        has_root = not server.missing_namespaces()
        self.folder = namespaces.SCRATCH if has_root else self._on_disk.name
        self.process = server.fork(
            "grader.workers.student:serve",
            {
                "role": "answers",
                "folder": self.folder,
                "limits": asdict(LIMITS),
                "with_keras": False,
            },
        )
        self._count = 0
        self._nonce = b""
        self.process.channel.send(encode(CONSTANTS))
        assert self.hear() == b"ready"

    def hear(self):
        """Return the next message, which must begin with the nonce of the last request."""
        message = self.process.channel.receive(MAX_MESSAGE_BYTES, time.monotonic() + 30)
        assert message.startswith(self._nonce)
        return message[len(self._nonce) :]

    def tell(self, request, extension=lambda value: None):
        self._nonce = os.urandom(NONCE_SIZE)
        self.process.channel.send(self._nonce + encode(request, extension))

    def ask(self, request, extension=lambda value: None, helpers=()):
        """Return the reply, after the callbacks that the worker asked for."""
        self.tell(request, extension)
        while "ask" in (reply := decode(self.hear(), TAGS)):
            self.tell(dict(helpers)[reply["ask"]](*reply["args"], **reply["kwargs"]))
        return reply

    def run(self, source, **more):
        """Run a cell; return the error that ended it, or None."""
        self._count += 1
        source = dedent(source).strip("\n")
        return self.ask({"do": "run", "source": source, "number": self._count} | more)["error"]

    def describe(self, name):
        return self.ask({"do": "describe", "name": name})

    def hints(self, name):
        return self.ask({"do": "hints", "name": name})

    def value(self, name):
        return self.describe(name)["value"]

    def call(self, name, *args, allowed=(), substitutes=(), extension=None, helpers=(), **kwargs):
        request = {
            "do": "call",
            "name": name,
            "args": args,
            "kwargs": kwargs,
            "allowed": list(allowed),
            "substitutes": list(substitutes),
        }
        return self.ask(request, extension or (lambda value: None), helpers)

    def close(self):
        self.process.close()
        self._on_disk.cleanup()


@pytest.fixture
def answering():
    answering = Answering()
    yield answering
    answering.close()


pytestmark = on_linux


def test_cells_share_names(answering):
    assert answering.run("x = 1\ny = [x]") is None
    assert answering.run("y.append(x + 1)") is None
    assert answering.value("y") == [1, 2]


def test_what_needs_a_library_is_left_out_and_the_rest_runs(answering):
    error = answering.run(
        """
        import scipy.signal
        import matplotlib.pyplot as plt
        from skimage import data, filters
        a = 1
        picture = data.camera()
        fig, ax = plt.subplots()
        ax.imshow(picture)
        maps = [scipy.signal.convolve2d(picture, k) for k in range(3)]
        print(f"{maps[0].mean():.2f}", len(maps))
        for one in maps:
            c = 0
        b = a + 1
        def f(x):
            return a + b + x
        """
    )
    assert error is None
    assert answering.value("b") == 2
    assert answering.call("f", 3) == {"value": 6}


def test_an_answer_does_not_see_variables_of_demonstrations(answering):
    demonstration = "h = 0.1\nimage = [h]\ndef helper():\n    return 5\nimport math"
    bindings = {"variables": ["h", "image"], "names": ["h", "helper", "image", "math"]}
    assert answering.run(demonstration, bindings=bindings) is None
    answering.run("def f(x):\n    return h + x\ndef g():\n    return helper() + math.floor(2.5)")
    reply = answering.call("f", 1)
    assert reply["error"]["text"].startswith("name 'h' is not defined; the lesson's demonst")
    assert reply["error"]["line"] == "return h + x"
    assert answering.call("g") == {"value": 7}
    assert answering.value("h") == 0.1
    assert answering.run("again = image") is None, "a cell sees them"
    assert answering.run("h = 2") is None, "and so does an answer, if they are the student's"
    assert answering.call("f", 1) == {"value": 3}


def test_what_the_source_of_a_function_shows_is_described(answering):
    answering.run("def f(x):\n    for i in x:\n        return i")
    assert answering.hints("f") == {"hints": ["return in loop"]}
    assert answering.describe("len")["kind"] == "missing"


# These work with all libraries, and fail without them in different ways.
WORKS_ELSEWHERE = [
    "where = scipy.__file__",
    "text = open('/etc/hostname').read() + str(1 / 0)",
    "import inspect\nprint(inspect.getsource(scipy.signal))",
    "import importlib\nimportlib.reload(scipy)",
    "import warnings\nwarnings.filterwarnings('ignore', category=scipy.Warning)",
    "%time where = scipy.__file__",
    "for _ in range(3):\n    scipy.__path__[0].upper().nothing",
]


@pytest.mark.parametrize("source", WORKS_ELSEWHERE)
def test_what_fails_here_alone_is_left_out(answering, source):
    cell = f"import scipy, scipy.signal\na = 1\n{source}\ndef f(x):\n    return a + x"
    assert answering.run(cell, ended_well=True) is None
    assert answering.call("f", 2) == {"value": 3}


def test_what_fails_everywhere_ends_its_cell(answering):
    assert answering.run("a = 1", ended_well=True) is None
    assert answering.run("a = 2\n1 / 0\na = 3")["names"][0] == "ZeroDivisionError"
    assert answering.value("a") == 2


def test_a_name_that_comes_from_what_was_left_out_says_so(answering):
    assert (
        answering.run("import scipy\nkernel = scipy.f()\ndef f(x):\n    return kernel * x") is None
    )
    error = answering.call("f", 1)["error"]
    assert error["names"][0] == "NameError"
    assert "'kernel' is defined in a demonstration" in error["text"]


def test_what_a_left_out_statement_keeps_to_itself_changes_nothing(answering):
    """Are the local names of a comprehension or a lambda left out?"""
    error = answering.run(
        """
        import scipy.signal
        k, x = 3, 4
        maps = [scipy.signal.convolve2d(k, k) for k in range(3)]
        best = scipy.signal.choose(lambda x: [y for y in range(x)])
        def f():
            return k * x
        """
    )
    assert error is None
    assert answering.call("f") == {"value": 12}


def test_a_check_of_a_demonstration_keeps_nothing_from_being_defined(answering):
    error = answering.run(
        """
        import scipy.signal
        maps = scipy.signal.convolve2d([[1]], [[1]])
        assert maps.shape == (1, 1)
        assert (maps == 1).all()
        assert maps.sum() != 0, "a text"
        def f():
            return 1
        """
    )
    assert error is None
    assert answering.call("f") == {"value": 1}


def test_an_error_ends_the_cell_and_the_next_one_runs(answering):
    error = answering.run("x = 1\n1 / 0\nx = 2\ndef f(): pass")
    assert error["names"][0] == "ZeroDivisionError"
    assert (error["text"], error["line"]) == ("division by zero", "1 / 0")
    assert answering.value("x") == 1
    assert answering.describe("f") == {"kind": "missing"}
    assert answering.run("x += 5") is None
    assert answering.value("x") == 6


def test_a_cell_that_is_no_python_runs_not_at_all(answering):
    error = answering.run("x = 1\ndef f(:")
    assert error["names"][0] == "SyntaxError"
    assert answering.describe("x") == {"kind": "missing"}


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import sys; sys.exit(3)", "SystemExit"),
        ("exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("def f():\n    return f()\nf()", "RecursionError"),
        ("input('name?')", "EOFError"),
        ("import no_such_library", "ModuleNotFoundError"),
        ("open('/')", "PermissionError"),
        ("bytearray(10**9)", "MemoryError"),
        ("import asyncio\nawait asyncio.sleep('x')", "TypeError"),
        ("return 3", "SyntaxError"),
        ("'\\0' + chr(0xD800) + 1", "TypeError"),
    ],
)
def test_whatever_ends_a_cell_ends_it_alone(answering, source, kind):
    assert answering.run(source)["names"][0] == kind
    assert answering.run("x = 1") is None
    assert answering.value("x") == 1


@pytest.mark.parametrize(
    "source",
    [
        "import keras\ndef f(m: keras.Model = None, x: 'keras.A | int' = None) -> keras.Model:\n"
        "    return 1",
        "import scipy.sparse as s\ndef f(x=1):\n    return 2 if isinstance(x, s.spmatrix) else 1",
        "import scipy\ndef f(x=scipy.MODE, *, y=scipy.fft):\n    return 1",
        "import scipy\nfrom typing import Optional, Union\n"
        "def f(x: Optional[scipy.A] = None) -> Union[scipy.A, int]:\n    return 1",
        "import scipy\nx: scipy.sparse.spmatrix = 1\ndef f() -> list[scipy.A]:\n    return x",
        "from scipy.signal import *\nfrom utils import *\ndef f():\n    return 1",
        "try:\n    import no_such_library as library\nexcept ImportError:\n    library = None\n"
        "def f():\n    return 1 if library is None else 2",
        "try:\n    from scipy.signal import convolve2d\nexcept ImportError:\n    pass\n"
        "def f():\n    return 1",
        "import functools\n@functools.lru_cache\ndef f():\n    return 1",
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n"
        "def f():\n    return P(1).x",
        "class Mine:\n    @staticmethod\n    def g():\n        return 1\nf = Mine.g",
        "import inspect\ndef g():\n    return 1\ndef f():\n"
        "    return int(inspect.getsource(g).split()[-1])",
        "if __name__ == '__main__':\n    def f():\n        return 1",
        "import numpy as np\ndef f():\n    return np.lib.stride_tricks.sliding_window_view("
        "np.ones(3), 3)[0, 0] * 1",
    ],
)
def test_what_students_write_around_an_answer_does_no_harm(answering, source):
    assert answering.run(source) is None
    assert answering.call("f") == {"value": 1}


def test_a_decorator_that_is_not_there_takes_the_function_with_it(answering):
    assert answering.run("import keras\n@keras.function\ndef f():\n    return 1\nx = 1") is None
    assert answering.value("x") == 1
    assert "is defined in a demonstration" in answering.call("f")["error"]["text"]


def test_the_future_goes_on_into_other_cells(answering):
    first = "from __future__ import annotations\ndef f(x: Undefined): return 1"
    assert answering.run(first) is None
    assert answering.run("def g(x: AlsoUndefined): return 2") is None
    assert answering.call("g", 0) == {"value": 2}


def test_the_future_is_not_there_unasked(answering):
    assert answering.run("def g(x: Undefined): return 2")["names"][0] == "NameError"


def test_await_works_at_the_top(answering):
    error = answering.run(
        """
        import asyncio
        async def later():
            await asyncio.sleep(0)
            return 5
        x = await later()
        y = [await later() for _ in range(2)]
        """
    )
    assert error is None
    assert answering.value("x") == 5
    assert answering.value("y") == [5, 5]


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nx = 1",
        "%time x = 1",
        "%%time\nx = 0\nx = x + 1",
        "%%capture kept\nx = 1",
        "x = 1\n!ls -l\n%timeit x = 2\n%load_ext nothing",
        "x = 1\nx?\nhelp",
        "files = !ls\nx = 1",
        "%time import scipy\nx = 1",
        "get_ipython().run_line_magic('matplotlib', 'inline'); x = 1",
        "display(1)\nx = 1",
        "from IPython import get_ipython as g\nx = 1",
    ],
)
def test_magics_run_or_are_left_out(answering, source):
    assert answering.run(source) is None
    if ";" in source:  # one line is several statements
        assert answering.describe("x")["kind"] != "function"
    assert answering.value("x") == 1


def test_a_timed_cell_s_errors_are_its_own(answering):
    assert answering.run("%%time\nx = 1\n1 / 0")["names"][0] == "ZeroDivisionError"
    assert answering.value("x") == 1


def test_a_running_cell_can_be_interrupted(answering):
    source = "x = 1\nwhile True:\n    pass\nx = 2"
    answering.tell({"do": "run", "source": source, "number": 1})
    time.sleep(0.3)
    answering.process.signal(signal.SIGINT)
    error = decode(answering.hear())["error"]
    assert error["names"][0] == "KeyboardInterrupt"
    assert answering.value("x") == 1


def test_an_interrupt_that_comes_late_is_nothing(answering):
    answering.run("x = 1")
    for _ in range(3):
        answering.process.signal(signal.SIGINT)
        time.sleep(0.02)
    assert answering.value("x") == 1


def test_nothing_of_the_user_is_in_the_environment(answering, monkeypatch):
    answering.run("import os, sys\nseen = dict(os.environ)\nhome = os.getcwd()")
    seen = answering.value("seen")
    assert set(seen) <= {"PATH", "LANG", "MPLBACKEND", "HOME", "TMPDIR", "LC_CTYPE"}
    assert os.environ["HOME"] not in seen.values()
    assert answering.value("home") == answering.folder


def test_it_writes_into_its_own_folder(answering):
    assert answering.run("open('x.txt', 'w').write('a')\ny = open('x.txt').read()") is None
    assert answering.value("y") == "a"


MODULES = sorted({name for name in sys.stdlib_module_names if not name.startswith("_")})


# Modules that print an essay, open a browser, or need a display or another system.
APART = ("this", "antigravity", "idlelib", "turtledemo", "distutils", "lib2to3", "readline")


APART += ("tkinter", "turtle")


MODULES = [one for one in MODULES if one not in APART]


MODULES += ["concurrent.futures.process", "importlib.resources", "multiprocessing.shared_memory"]


MODULES += ["multiprocessing.pool", "unittest.mock", "urllib.request", "xml.etree.ElementTree"]


MODULES += [f"numpy.{one}" for one in ("fft", "linalg", "ma", "matlib", "polynomial", "random")]


MODULES += ["numpy.testing", "numpy.typing", "numpy.lib.stride_tricks"]


IMPORT_ALL = """
import importlib, warnings
warnings.simplefilter("ignore")
broken = {}
for name in names:
    try:
        importlib.import_module(name)
    except Exception as error:
        broken[name] = str(error)
"""


def test_the_standard_library_and_numpy_are_there(answering):
    """Are all compiled parts of the importable modules loaded before the worker is confined?"""
    here = {"names": MODULES}
    exec(IMPORT_ALL, here)
    assert answering.run(f"names = {MODULES}\n{IMPORT_ALL}") is None
    broken = answering.value("broken")
    assert {name: broken[name] for name in broken.keys() - here["broken"].keys()} == {}


def test_a_name_is_described(answering):
    answering.run(
        """
        import functools, numpy as np
        def f(image, kernel=None, *rest, key, **more): pass
        g = lambda a, b: 0
        h = functools.partial(f, 1)
        class C:
            def __init__(self, x): pass
        class Odd:
            def __call__(self): pass
            @property
            def __signature__(self): raise RuntimeError
        odd = Odd()
        upper = str.upper
        number, array, names = 3, np.eye(2), {1, 2}
        """
    )
    described = {name: answering.describe(name) for name in ("f", "g", "h", "C", "upper")}
    assert {one["kind"] for one in described.values()} == {"function"}
    assert described["f"]["parameters"] == ["image", "kernel", "rest", "key", "more"]
    assert described["g"]["parameters"] == ["a", "b"]
    assert described["C"]["parameters"] == ["x"]
    assert answering.describe("number") == {"kind": "value", "value": 3}
    assert np.array_equal(answering.value("array"), np.eye(2))
    assert type(answering.value("names")) is OpaqueValue
    assert answering.describe("nothing") == {"kind": "missing"}
    assert "error" in answering.describe("odd")
    assert answering.value("number") == 3


def test_arguments_and_results_are_plain_values(answering):
    answering.run("def f(*args, **kwargs):\n    return [args, kwargs]")
    value = answering.call("f", 1, None, "x", [2.5], k=(1, {"a": True}))["value"]
    assert value == [(1, None, "x", [2.5]), {"k": (1, {"a": True})}]


def test_an_error_keeps_its_class_text_and_line(answering):
    answering.run(
        """
        class TooBig(ValueError):
            pass

        def inner(x):
            raise TooBig(f"{x} is too big")

        def f(x):
            return inner(x)
        """
    )
    error = answering.call("f", 3)["error"]
    assert error["names"][:3] == ["TooBig", "ValueError", "Exception"]
    assert error["text"] == "3 is too big"
    assert error["line"] == 'raise TooBig(f"{x} is too big")'


def test_the_line_is_the_student_s_where_a_library_raises(answering):
    answering.run("import numpy as np\ndef f(x):\n    y = np.asarray(x)\n    return y @ np.ones(7)")
    error = answering.call("f", [1, 2])["error"]
    assert error["names"][0] == "ValueError"
    assert error["line"] == "return y @ np.ones(7)"


@pytest.mark.parametrize(
    "body",
    [
        "raise NotImplementedError",
        "import sys; sys.exit(1)",
        "raise KeyboardInterrupt",
        "raise BaseException('x')",
        "class E(Exception):\n        def __str__(self): raise self\n    raise E",
        "class E(Exception):\n        __name__ = 3\n    raise E(chr(0xD800))",
        "raise Exception('x' * 10**7)",
        "return f()",
    ],
)
def test_any_error_is_told_and_the_next_call_answered(answering, body):
    answering.run(f"def f():\n    {body}\ndef g():\n    return 1")
    error = answering.call("f")["error"]
    assert error["names"]
    assert len(error["text"]) <= 2_000
    assert answering.call("g") == {"value": 1}


def test_a_result_that_cannot_be_carried_is_an_error_of_the_call(answering):
    answering.run(
        """
        import numpy as np
        def large(): return np.broadcast_to(0.0, 10**9)
        def many(): return [0] * 3_000_000
        def loop():
            x = []
            x.append(x)
            return x
        def odd(): return {1}, lambda: 0, 3j
        """
    )
    for name in ("large", "many", "loop"):
        assert "the result has more than" in answering.call(name)["error"]["text"]
    value = answering.call("odd")["value"]
    assert [one.kind for one in value] == ["set", "function", "complex"]


def test_arguments_that_were_changed_come_back(answering):
    answering.run(
        """
        def change(x, y):
            x[0, 0] = 9
            y.append(1)
        def keep(x, y):
            x = x + 1
            return x
        """
    )
    reply = answering.call("change", np.zeros((2, 2)), [0])
    (array, numbers), kwargs = reply["after"]
    assert (array[0, 0], numbers, kwargs) == (9, [0, 1], {})
    assert "after" not in answering.call("keep", np.zeros((2, 2)), [0])


def test_a_random_generator_goes_on_where_it_stood(answering):
    answering.run("def f(rng):\n    return rng.integers(0, 1000, 3)")
    rng = np.random.default_rng(5)
    rng.random(7)

    def extension(value):
        return "generator", describe_generator(value)

    reply = answering.call("f", rng, extension=extension)
    assert np.array_equal(reply["value"], rng.integers(0, 1000, 3))
    ((back,), _) = reply["after"]
    assert back.random() == rng.random()


def test_a_function_as_an_argument_is_called_where_it_lives(answering):
    answering.run(
        """
        def f(g, x):
            try:
                return [g(x), g(x=x + 1), g.__name__]
            except ValueError as error:
                return type(error).__name__, str(error)
        """
    )

    def extension(value):
        return "function", "argument square"

    def square(x):
        return {"value": x * x}

    def refuse(x):
        return {"error": {"names": ["TooBig", "ValueError", "Exception"], "text": "no"}}

    ask = {"extension": extension, "helpers": [("argument square", square)]}
    assert answering.call("f", square, 3, **ask)["value"] == [9, 16, "square"]
    ask["helpers"] = [("argument square", refuse)]
    assert answering.call("f", square, 3, **ask)["value"] == ("TooBig", "no")


def test_another_exercise_can_be_replaced_by_the_judge_s(answering):
    answering.run("def pool(x):\n    return 'mine'\ndef f(x):\n    return pool(x)")
    helpers = [("answer pool", lambda x: {"value": ["right", x]})]
    reply = answering.call("f", 3, substitutes=["pool", "not_there"], helpers=helpers)
    assert reply["value"] == ["right", 3]
    assert answering.call("f", 3) == {"value": "mine"}
    assert answering.describe("not_there") == {"kind": "missing"}


@pytest.mark.parametrize(
    "cell",
    [
        "1 / 0\ndef pool(x): ...",
        "def pool(x)\n    return 1",
        "import numba\n@numba.jit\ndef pool(x):\n    return 1",
    ],
)
def test_another_exercise_that_is_missing_is_replaced_as_well(answering, cell):
    answering.run(cell)
    answering.run("def f(x):\n    return pool(x)")
    helpers = [("answer pool", lambda x: {"value": ["right", x]})]
    assert answering.call("f", 3, substitutes=["pool"], helpers=helpers)["value"] == ["right", 3]
    assert answering.call("f", 3)["error"]["names"][0] == "NameError"


def test_a_library_s_function_is_not_replaced_by_the_judge_s(answering):
    answering.run("from scipy.signal import correlate2d as pool\ndef f(x):\n    return pool(x)")
    reply = answering.call("f", 3, substitutes=["pool"])
    assert reply["library"] == "scipy (`pool(x)`)"


def test_a_function_of_the_student_s_can_be_given_to_a_replaced_one(answering):
    answering.run(
        "def outer(g, x): ...\ndef f(x):\n    return outer(lambda y: y + 1, x), outer(int, x)"
    )
    answering.tell(
        {
            "do": "call",
            "name": "f",
            "args": (3,),
            "kwargs": {},
            "allowed": [],
            "substitutes": ["outer"],
        }
    )
    asked = decode(answering.hear(), TAGS)
    assert asked["ask"] == "answer outer"
    assert asked["args"] == (("function", 0), 3)
    answering.tell({"invoke": 0, "args": (10,)})
    assert decode(answering.hear()) == {"value": 11}
    answering.tell({"invoke": 0, "args": ("x",)})
    assert decode(answering.hear())["error"]["names"][0] == "TypeError"
    answering.tell({"value": 12})
    again = decode(answering.hear())
    assert type(again["args"][0]) is OpaqueValue  # a class is not sent as a function
    answering.tell({"value": 13})
    assert decode(answering.hear())["value"] == (12, 13)


POOL = "from utils.pooling import pool2d\ndef f(x):\n    return pool2d(x, size=2)"


def test_what_is_allowed_is_asked_of_the_judge(answering):
    answering.run(POOL)
    asked = []

    def pool(*args, **kwargs):
        asked.append((args, kwargs))
        return {"value": 7}

    helpers = [("utils pooling.pool2d", pool)]
    reply = answering.call("f", [1], allowed=["pooling.pool2d"], helpers=helpers)
    assert reply == {"value": 7}
    assert asked == [(([1],), {"size": 2})]


@pytest.mark.parametrize(
    ("source", "violation"),
    [
        (POOL, "utils (`pool2d(x, size=2)`)"),
        (
            "import scipy.signal\ndef f(x):\n    return scipy.signal.convolve2d(x, x)",
            "scipy (`scipy.signal.convolve2d(x, x)`)",
        ),
        (
            "def f(x):\n    from scipy import ndimage as n\n    return n.convolve(x)",
            "scipy (`n.convolve(x)`)",
        ),
        ("import skimage.filters as s\ndef f(x):\n    return s.sobel(x)", "(`s.sobel(x)`)"),
        ("from keras import ops\ndef f(x):\n    return ops.conv(x, x)", "(`ops.conv(x, x)`)"),
        ("import tensorflow as tf\ndef f(x):\n    return tf.nn.conv2d(x)", "(`tf.nn.conv2d(x)`)"),
        ("from sklearn import *\nimport sklearn\ndef f(x):\n    return sklearn.f(x)", "sklearn"),
        ("import scipy.signal as s\ndef f(x, g=s.convolve2d):\n    return g(x)", "(`g(x)`)"),
        (
            "import importlib as i\ndef f(x):\n    return i.import_module('scipy').fft(x)",
            "(`i.import_module('scipy').fft(x)`)",
        ),
        (
            "def f(x):\n    return __import__('scipy').ndimage.sobel(x)",
            "scipy (`__import__('scipy').ndimage.sobel(x)`)",
        ),
        ("import keras\ndef f(x):\n    return [1, keras.x @ x]", "keras (`keras.x @ x`)"),
    ],
)
def test_a_violation_is_told_by_library_and_the_students_call(answering, source, violation):
    assert answering.run(source) is None
    reply = answering.call("f", [[1]])
    assert reply["error"]["names"][0] == "ForbiddenLibraryError"
    assert violation in reply["library"]


def test_a_violation_is_told_though_the_answer_hides_it(answering):
    answering.run(
        """
        import scipy.signal
        def f(x):
            try:
                return scipy.signal.convolve2d(x, x)
            except BaseException:
                return 3
        """
    )
    reply = answering.call("f", 1)
    assert (reply["value"], reply["library"]) == (3, "scipy (`scipy.signal.convolve2d(x, x)`)")
    assert "library" not in answering.call("str", 1)


def test_drawing_is_no_violation(answering):
    answering.run(
        """
        import matplotlib.pyplot as plt
        from matplotlib import pyplot
        from utils import plots
        def f(x):
            fig, ax = plt.subplots(1, 2, figsize=(3, 3))
            ax[0].imshow(x, cmap="gray")
            pyplot.plot(x); plt.show()
            plots.show(x)
            display(x); print(x)
            return 1
        """
    )
    assert answering.call("f", [[1]]) == {"value": 1}


def test_constants_of_utils_are_there(answering):
    error = answering.run(
        """
        from utils.pooling import SIZE, TABLE
        from utils import pooling
        import utils.pooling as p
        size = SIZE + p.SIZE
        ones = p.np.ones(2)
        def f():
            return TABLE[1] + p.SIZE
        """
    )
    assert error is None
    assert answering.value("size") == 6
    assert np.array_equal(answering.value("ones"), [1, 1])
    assert answering.call("f") == {"value": 4}


@pytest.mark.parametrize("request_", [{"do": "nothing"}, {"do": "call"}, {"do": "run", "x": 1}])
def test_a_request_that_makes_no_sense_is_an_error(answering, request_):
    assert answering.ask(request_)["error"]
    assert answering.run("x = 1") is None


def test_reading_says_what_cells_do_with_names(answering):
    uses = answering.ask({"do": "read", "sources": ["x = 1", "print(x)", "def f(:"]})["uses"]
    assert [one["silent"] for one in uses] == [True, False, False]
    assert uses[1]["reads"] == ["print", "x"]

import json
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.source_names import NameUsage, parse, read_name_usage


@pytest.mark.parametrize(
    ("source", "reads", "binds"),
    [
        ("x = y + 1", {"y"}, {"x"}),
        ("x += y", {"x", "y"}, {"x"}),
        ("a, (b, *c) = d", {"d"}, {"a", "b", "c"}),
        ("for i in range(n):\n    print(i)", {"range", "n", "print", "i"}, {"i"}),
        ("with open(p) as f:\n    pass", {"open", "p"}, {"f"}),
        ("if (n := len(x)) > 3:\n    y = n", {"len", "x", "n"}, {"n", "y"}),
        ("x: int = y", {"int", "y"}, {"x"}),
        ("import numpy as np, os.path", set(), {"np", "os"}),
        ("from scipy import signal as s", set(), {"s"}),
        ("class A(B):\n    c = d", {"B", "d"}, {"A", "c"}),
        ("f'{x:{y}}'", {"x", "y"}, set()),
        ("%time x = y", {"get_ipython"}, set()),
        ("try:\n    a\nexcept E as error:\n    b", {"a", "E", "b"}, set()),
        ("", set(), set()),
    ],
)
def test_what_is_looked_up_and_what_is_given_a_value(source, reads, binds):
    uses = read_name_usage(source)
    assert uses.reads == reads
    assert uses.binds == binds


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("def f(x, y=z):\n    w = x + v\n    return w", {"z", "v"}),
        ("def f(*args, k=0, **more):\n    return args, k, more", set()),
        ("def f(x):\n    def g(y):\n        return x + y + z\n    return g", {"z"}),
        ("f = lambda x, y=a: x + y + b", {"a", "b"}),
        ("[x * k for x in xs if x]", {"k", "xs"}),
        ("{a: b for a, b in pairs for c in b}", {"pairs"}),
        ("@decorate\ndef f(): pass", {"decorate"}),
        ("def f(x: A) -> B: pass", {"A", "B"}),
        ("async def f(x):\n    async for y in x:\n        z", {"z"}),
    ],
)
def test_names_of_a_function_s_own_are_its_own(source, reads):
    uses = read_name_usage(source)
    assert uses.reads == reads
    assert uses.binds <= {"f"}


@pytest.mark.parametrize("word", ["global", "nonlocal"])
def test_what_a_function_gives_out_is_bound(word):
    assert "count" in read_name_usage(f"def f():\n    {word} count\n    count = 1").binds


@pytest.mark.parametrize(
    ("source", "calls", "stores"),
    [
        ("x.append(1)", {"x"}, set()),
        ("x[0].sort()", {"x"}, set()),
        ("x.mean()", set(), set()),
        ("model.layers[0].set_weights(w)", {"model"}, set()),
        ("x[0] = 1", set(), {"x"}),
        ("x.shape = 3", set(), {"x"}),
        ("x.a[0].b += 1", set(), {"x"}),
        ("x += 1", set(), {"x"}),
        ("del x[0]", set(), {"x"}),
        ("def f(x):\n    x.append(y)\n    y.append(x)\n    z[0] = x", {"y"}, {"z"}),
        ("[x.append(k) for k in y]", {"x"}, set()),
        ("np.random.seed(0)", {"np"}, set()),
        ("f(x)[0] = 1", set(), set()),
    ],
)
def test_what_may_be_changed_in_place(source, calls, stores):
    uses = read_name_usage(source)
    assert uses.calls == calls
    assert uses.stores == stores


@pytest.mark.parametrize(
    "source",
    [
        "def f(x, y=1, *, z=(1, -2)):\n    print(x)",
        "async def f(): pass",
        "import numpy as np",
        "import math, time",
        "from numpy import array, zeros",
        "from numpy.lib.stride_tricks import sliding_window_view",
        "SIZE = 3\nNAMES = ['a', ('b',)]\nDEPTH = -1",
        "f = lambda x: x",
        "pass",
        "",
        "# nothing but a comment",
    ],
)
def test_what_only_defines_is_silent(source):
    assert read_name_usage(source).silent


@pytest.mark.parametrize(
    "source",
    [
        "print(1)",
        "3",
        "'a text'",
        "x = f()",
        "x = y",
        "x[0] = 1",
        "def f(x=g()): pass",
        "@decorate\ndef f(): pass",
        "class A: pass",
        "import scipy",
        "import no_such_library",
        "from numpy import no_such_name",
        "from numpy import *",
        "from . import utils",
        "from scipy import signal",
        "for i in x: pass",
        "if x: pass",
        "assert x",
        "1 / 0",
        "X = 1 / 0",
        "X = {1: 2}",
        "def f(:",
        "%matplotlib inline",
        "!ls",
        "x = 'a' 'b'; x",
        "def f(x): pass\nprint(f)",
    ],
)
def test_what_may_put_something_out_or_fail_is_not(source):
    assert not read_name_usage(source).silent


@pytest.mark.parametrize(
    "source",
    [
        "exec('x = 1')",
        "globals()['x'] = 1",
        "def f():\n    return locals()",
        "get_ipython().run_line_magic('x', '')",
        "%run other.py",
        "!ls",
        "%%time\nx = 1",
        "setattr(a, 'b', 1)",
        "from numpy import *",
        "import sys",
        "from importlib import reload",
        "import os, gc as g",
        "import unittest.mock",
        "__builtins__.print = None",
        "f = lambda: eval('x')",
    ],
)
def test_what_may_reach_what_it_does_not_name_is_told(source):
    assert read_name_usage(source).dynamic


@pytest.mark.parametrize("source", ["x = 1", "import os", "print(x)", "def f(:", "a.exec = 1"])
def test_the_rest_is_not(source):
    assert not read_name_usage(source).dynamic


def test_imports_are_told():
    assert read_name_usage("import a.b as c, d.e\nfrom f import g\nx = 1").imports == {
        "c",
        "d",
        "g",
    }


@pytest.mark.parametrize("source", ["def f(:", "x = = 1", "\0", "(" * 500, "-" * 100_000 + "1"])
def test_what_cannot_be_read_is_run_as_it_is(source):
    uses = read_name_usage(source)
    assert not uses.silent
    assert not uses.reads


def test_no_text_ends_the_process():
    """The texts are students'; the reader has to bear all that Python's parser does not."""
    code = "import json, sys; from grader.course.source_names import read_name_usage\n"
    code += "print([read_name_usage(one).silent for one in json.load(sys.stdin)])"
    sources = ["(" * 5000, "a." * 50_000 + "b", "[" * 200 + "]" * 200, "x = " + "-" * 10**5]
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "[False, False, False, False]\n", (done.returncode, done.stderr[-300:])


def test_parsing_takes_magics():
    assert len(parse("%matplotlib inline\n!ls\nx = 1").body) == 3


def test_threads_may_parse_at_once():
    """Python before 3.12 stumbles over two at the same time."""
    broken = []

    def read():
        for count in range(30):
            uses = read_name_usage("x = " + "(" * 40 + str(count) + ")" * 40 + f" + y{id(broken)}")
            if uses.binds != {"x"}:
                broken.append(uses)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []


SETS = st.sets(st.text(max_size=3), max_size=3)


@given(st.builds(NameUsage, SETS, SETS, SETS, SETS, SETS, st.booleans(), st.booleans()))
def test_it_comes_back_from_plain_values(uses):
    assert NameUsage.from_plain(uses.to_plain()) == uses


@pytest.mark.parametrize(
    "plain",
    [None, [], {}, "x", {"reads": []}, NameUsage().to_plain() | {"more": 1}, [("reads", [])]],
)
def test_what_is_no_such_thing_may_do_anything(plain):
    assert NameUsage.from_plain(plain) == NameUsage(silent=False, dynamic=True)


@given(
    st.fixed_dictionaries(
        {
            name: st.none() | st.integers() | st.text() | st.lists(st.integers() | st.none())
            for name in NameUsage().to_plain()
        }
    )
)
def test_what_is_forged_has_the_right_kinds_all_the_same(plain):
    uses = NameUsage.from_plain(plain)
    for name in ("reads", "binds", "calls", "stores", "imports"):
        assert isinstance(getattr(uses, name), set)
        assert all(isinstance(one, str) for one in getattr(uses, name))
    assert isinstance(uses.silent, bool)
    assert isinstance(uses.dynamic, bool)

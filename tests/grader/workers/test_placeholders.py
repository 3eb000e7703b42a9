import asyncio
import importlib
import sys
import typing

import numpy as np
import pytest

from grader.workers.placeholders import (
    OPERATORS,
    Drawing,
    ForbiddenLibraryError,
    ImportPolicy,
    Placeholder,
    PlaceholderUsedError,
    _Finder,
    _Module,
)
from utils.checks.byhand import is_drawing


@pytest.fixture
def asked():
    """The calls that the judge was asked to make."""
    return []


@pytest.fixture
def policy(asked):
    def call_judge(name, args, kwargs):
        asked.append((name, args, kwargs))
        return "from the judge"

    return ImportPolicy(
        {"library", "utils"}, {"utils.lesson": {"SIZE": 3, "NONE": None}}, call_judge
    )


@pytest.fixture
def thing(policy):
    """A function of a library."""
    return Placeholder(policy, "library.signal.convolve2d")


# Uses that need the real library.
USES = {
    "call": lambda x: x(1),
    "call with names": lambda x: x(image=1),
    "call a part": lambda x: x.method(1),
    "add": lambda x: x + 1,
    "add to": lambda x: 1 + x,
    "array add": lambda x: np.ones(2) + x,
    "subtract": lambda x: 1 - x,
    "multiply": lambda x: x * 2,
    "matrix product": lambda x: np.eye(2) @ x,
    "divide": lambda x: 1 / x,
    "power": lambda x: x**2,
    "negate": lambda x: -x,
    "absolute": abs,
    "invert": lambda x: ~x,
    "less": lambda x: x < 1,
    "greater": lambda x: x > 1,
    "equal": lambda x: x == 1,
    "equal to an array": lambda x: np.ones(2) == x,
    "unequal": lambda x: x != 1,
    "truth": bool,
    "if": lambda x: 1 if x else 2,
    "length": len,
    "loop": list,
    "unpack": lambda x: (lambda *args: args)(*x),
    "next": next,
    "in": lambda x: 1 in x,
    "float": float,
    "int": int,
    "index": lambda x: [1, 2][x],
    "range": lambda x: range(x),
    "round": round,
    "array": np.asarray,
    "mean": np.mean,
    "all close": lambda x: np.testing.assert_allclose(x, 1),
    "format": lambda x: f"{x:.3f}",
    "set an item": lambda x: x.__setitem__(0, 1),
    "delete an item": lambda x: x.__delitem__(0),
    "set an attribute": lambda x: setattr(x, "shape", 1),
    "with": lambda x: x.__enter__(),
    "base class": lambda x: type("Mine", (), {}) and _inherit(x),
    "await": lambda x: asyncio.run(_await(x)),
}


def _inherit(base):
    class Mine(base):
        pass

    return Mine


async def _await(thing):
    await thing


@pytest.mark.parametrize("use", USES)
def test_a_demonstration_that_uses_what_is_not_there_is_left_out(thing, use):
    with pytest.raises(PlaceholderUsedError):
        USES[use](thing)


@pytest.mark.parametrize("use", [use for use in USES if use != "with"])
def test_an_answer_that_uses_what_is_not_there_is_told_so(policy, thing, use):
    policy.begin_call(())
    with pytest.raises(ForbiddenLibraryError, match=r"written by hand, without library$"):
        USES[use](thing)
    assert policy.violation.startswith("library (")


@pytest.mark.parametrize("name", OPERATORS)
def test_each_operator_is_a_use(thing, name):
    with pytest.raises(PlaceholderUsedError):
        getattr(Placeholder, f"__{name}__")(thing, *[1] * (name == "setitem") * 2)


# Harmless uses: they are part of a function's text, not of its work.
HARMLESS = {
    "name a part": lambda x: x.sparse.matrix,
    "index": lambda x: x[int],
    "or": lambda x: x | None,
    "or the other way": lambda x: None | x,
    "optional": lambda x: typing.Optional[x],  # noqa: UP045  (students write it)
    "union": lambda x: typing.Union[x, int, str],  # noqa: UP007
    "list of it": lambda x: list[x],
    "callable": lambda x: typing.Callable[[x], x],
    "hash": lambda x: {x: 1},
    "show": repr,
    "print": str,
    "is": lambda x: x is None,
    "equal to itself": lambda x: x == x,
    "callable at all": callable,
}


@pytest.mark.parametrize("answering", [False, True])
@pytest.mark.parametrize("use", HARMLESS)
def test_naming_what_is_not_there_does_no_harm(policy, thing, use, answering):
    if answering:
        policy.begin_call(())
    HARMLESS[use](thing)
    assert policy.violation == ""


@pytest.mark.parametrize("answering", [False, True])
def test_nothing_is_an_instance_of_what_is_not_there(policy, thing, answering):
    if answering:
        policy.begin_call(())
    assert not isinstance(3, thing)
    assert not isinstance(np.ones(2), (thing, list))
    assert isinstance([], (thing, list))
    assert not issubclass(int, thing)


def test_special_names_are_not_made_up(thing):
    """Otherwise NumPy and pickle would treat it as one of their own objects."""
    for name in ("__array_interface__", "__wrapped__", "__reduce_special__"):
        assert not hasattr(thing, name)
    assert "is not there" in repr(thing)


def test_the_first_violation_is_told_by_library_and_function(policy):
    policy.begin_call(())
    for name in ("library.signal.convolve2d", "other.f"):
        with pytest.raises(ForbiddenLibraryError):
            Placeholder(policy, name)()
    assert policy.violation == "library (`Placeholder(policy, name)()`)"
    policy.end_call()
    policy.begin_call(())
    assert policy.violation == ""


def test_an_answer_that_looks_at_a_demonstration_s_result_is_told_so(policy):
    made = Placeholder(policy, "result")
    policy.begin_call(())
    with pytest.raises(NameError, match=r"'result' is defined in a demonstration"):
        made + 1
    assert policy.violation == ""


def test_what_is_allowed_is_asked_of_the_judge(policy, asked):
    policy.begin_call(["lesson.pool"])
    pool = Placeholder(policy, "utils.lesson.pool")
    assert pool([1], size=2) == "from the judge"
    assert asked == [("lesson.pool", ([1],), {"size": 2})]
    with pytest.raises(ForbiddenLibraryError):
        Placeholder(policy, "utils.lesson.other")([1])
    assert policy.violation == 'utils (`Placeholder(policy, "utils.lesson.other")([1])`)'
    policy.end_call()
    with pytest.raises(PlaceholderUsedError):
        pool([1])


@pytest.mark.parametrize(
    "name",
    [
        "matplotlib.pyplot.imshow", "matplotlib.pyplot", "matplotlib",
        "mpl_toolkits.mplot3d.Axes3D",
        "IPython.display.display", "ipywidgets.interact", "utils.plots.show", "utils.widgets.One",
        "utils.widgets.pooling.Pooling", "utils.data.load_digits", "utils.checks.Exercise",
        "matplotlib.colors.Normalize", "matplotlib.colors.LinearSegmentedColormap",
    ],
)  # fmt: skip
def test_drawing_is_no_violation(policy, name):
    assert is_drawing(name)
    policy.begin_call(())
    assert isinstance(Placeholder(policy, name)(1), Drawing)
    assert policy.violation == ""


@pytest.mark.parametrize(
    "name",
    [
        "scipy.signal.convolve2d", "utils.pooling.pool2d", "keras.layers.Conv2D", "matplotlibs.f",
        "matplotlib.image.resample", "matplotlib.colors.rgb_to_hsv", "matplotlib.mlab.psd",
        "matplotlib.tri.Triangulation", "utils.plots_of_mine.f", "utils.datasets.f", "utils",
        "skimage.filters.sobel", "sklearn.metrics.accuracy_score",
    ],
)  # fmt: skip
def test_computing_is_one(policy, name):
    assert not is_drawing(name)
    if "." in name:
        policy.begin_call(())
        with pytest.raises(ForbiddenLibraryError):
            Placeholder(policy, name)(1)


def test_anything_can_be_done_with_what_drawing_gives(policy):
    policy.begin_call(())
    plt = Placeholder(policy, "matplotlib.pyplot")
    figure, axes = plt.subplots(2, 2, figsize=(3, 3))
    for ax in axes.flat:
        ax.plot()
    axes[0, 1].imshow([1]).set_clim(0, 1)
    figure.suptitle("x").set_text("y")
    axes[0] = None
    with plt.style.context("dark"):
        plt.show()
    assert policy.violation == ""


# The ways in which students unpack the results of Matplotlib.
TAKEN_APART = {
    "figure and axes": "fig, ax = plt.subplots()\nax.plot([1])",
    "a row of axes": "fig, (a, b) = plt.subplots(1, 2)\na.imshow([1])",
    "a column of axes": "fig, (a, b, c) = plt.subplots(nrows=3)\nc.imshow([1])",
    "a table of axes": "fig, ((a, b), (c, d)) = plt.subplots(2, 2)\nd.set_title('x')",
    "flat axes": "fig, axes = plt.subplots(2, 3)\nassert len(axes.flat) == len(axes.ravel()) == 6",
    "one of a table": "fig, axes = plt.subplots(1, 1, squeeze=False)\naxes[0, 0].plot([1])",
    "axes of a figure": "a, b = plt.figure().subplots(1, 2, sharex=True)\nb.axis('off')",
    "a line": "line, = plt.plot([1])\nline.set_color('red')",
    "the first line": "plt.plot([1])[0].set_color('red')",
    "bars": "counts, edges, _ = plt.hist([1, 2])",
    "bars of axes": "counts, edges, patches = plt.gca().hist([1, 2])",
    "a stem": "head, stems, base = plt.stem([1])",
    "limits": "low, high = plt.gca().get_xlim()\nassert low < high",
    "a size": "width, height = plt.gcf().get_size_inches()\nassert width + height > 0",
    "how many": "assert len(plt.gcf().axes) == 0",
    "truth": "assert plt.gcf()",
    "each bar": "for bar in plt.bar([1], [2]):\n    bar.set_color('red')",
    "a name": "assert plt.imshow.__name__ == 'imshow'",
    "a norm": "plt.imshow([1], norm=colors.Normalize(0, 1))",
    "an attribute": "plt.gca().title.size = 3",
}


@pytest.mark.parametrize("code", TAKEN_APART.values(), ids=TAKEN_APART)
def test_what_drawing_gives_can_be_taken_apart(policy, code):
    policy.begin_call(())
    names = {name: Placeholder(policy, f"matplotlib.{name}") for name in ("pyplot", "colors")}
    exec(code, {"plt": names["pyplot"], "colors": names["colors"]})
    assert policy.violation == ""


@pytest.mark.parametrize("code", TAKEN_APART.values(), ids=TAKEN_APART)
def test_matplotlib_itself_allows_as_much(code):
    import matplotlib.pyplot as plt
    from matplotlib import colors

    with plt.style.context("default"):
        code = code.replace("imshow([1]", "imshow([[1]]")
        exec(code, {"plt": plt, "colors": colors})
    plt.close("all")


def test_a_progress_bar_goes_through_what_it_shows(policy):
    """Does a loop over a progress bar run, although no bar is shown?"""
    policy.begin_call(())
    track = Placeholder(policy, "rich.progress.track")
    assert list(track([1, 2, 3], description="filters")) == [1, 2, 3]


def test_installed_packages_alone_are_found(policy):
    finder = _Finder(policy)
    assert finder.find_spec("library.deep.down").name == "library.deep.down"
    assert finder.find_spec("library").submodule_search_locations is not None
    assert finder.find_spec("numpy") is None
    assert finder.find_spec("libraries") is None


def test_constants_of_a_module_are_there(policy):
    module = _Module("utils.lesson", policy)
    assert (module.SIZE, module.NONE) == (3, None)
    assert isinstance(module.pool2d, Placeholder)
    with pytest.raises(AttributeError):
        _ = module.__wrapped__


@pytest.fixture
def installed(policy, monkeypatch):
    """Install placeholders in this process until the end of the test."""
    monkeypatch.setattr(sys, "meta_path", sys.meta_path.copy())
    before = sys.modules.copy()
    monkeypatch.setitem(sys.modules, "library", sys)
    monkeypatch.setitem(sys.modules, "library.old", sys)
    policy.installed = {"library"}
    policy.install()
    yield policy
    for name in set(sys.modules) - set(before):
        if name.split(".")[0] == "library":
            del sys.modules[name]


def test_imports_find_the_stand_ins(installed):
    assert isinstance(importlib.import_module("library"), _Module)
    assert isinstance(importlib.import_module("library.old.one"), _Module)
    names = {}
    exec("import library.signal as s\nfrom library.a import b as c\nfrom library import *", names)
    assert isinstance(names["s"], _Module)
    assert repr(names["c"]) == "<library.a.b is not there>"
    exec("import library, library.signal\nsame = library.signal", names)
    assert isinstance(names["same"], (_Module, Placeholder))
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_library")

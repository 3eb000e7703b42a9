"""Are the variables known that cells leave behind?"""

import pytest

from utils.checks.bindings import DemonstrationNames, read_bindings


@pytest.mark.parametrize(
    ("source", "variables"),
    [
        ("image = 1\nkernel, (a, *b) = f()", {"image", "kernel", "a", "b"}),
        ("for i in range(3):\n    total = i", {"i", "total"}),
        ("with open('x') as file:\n    pass", {"file"}),
        ("if (n := 3) > 2:\n    x: int = 1", {"n", "x"}),
        ("h += 1", {"h"}),
        ("import numpy as np\nfrom scipy import signal", set()),
        ("def helper(x):\n    inside = 1\n    return inside", set()),
        ("class Kernel:\n    size = 3", set()),
        ("EDGE = 3\nSIZES = [1, 2]", set()),
        ("[i for i in range(3)]", set()),
        ("image[0] = 1\nplot.size = 3", set()),
        ("this is no Python", set()),
    ],
)
def test_which_variables_a_cell_binds(source, variables):
    assert read_bindings(source).variables == variables


def test_the_last_cell_that_binds_a_name_decides():
    left_behind = DemonstrationNames()
    left_behind.note("h = 1\nw = 2", is_lessons=True)
    assert left_behind.names == {"h", "w"}
    left_behind.note("h = 3", is_lessons=False)
    assert left_behind.names == {"w"}
    left_behind.note("h = 5", is_lessons=True)
    assert left_behind.names == {"h", "w"}
    left_behind.note("def w():\n    pass", is_lessons=True)
    assert left_behind.names == {"h"}

import importlib
import inspect

import pytest

from grader.workers.roles import ENTRY_POINTS


@pytest.mark.parametrize("role", ENTRY_POINTS)
def test_an_entry_point_is_a_function_that_serves_a_channel(role):
    module, name = ENTRY_POINTS[role].split(":")
    function = getattr(importlib.import_module(module), name)
    assert inspect.isfunction(function)
    assert next(iter(inspect.signature(function).parameters)) == "channel"

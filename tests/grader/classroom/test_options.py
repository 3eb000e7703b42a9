"""Does each limit have one default, which the command line shows?"""

import inspect
from dataclasses import fields

from grader.classroom.options import Options
from grader.cli import autograde as command
from grader.isolation.limits import ResourceLimits


def test_options_have_the_default_limits(tmp_path):
    assert Options(tmp_path, tmp_path, tmp_path).limits == ResourceLimits()


def test_the_command_line_has_the_default_limits():
    names = {limit.name for limit in fields(ResourceLimits)}
    parameters = inspect.signature(command.autograde).parameters
    options = {name: parameters[name].default for name in parameters if name in names}
    assert len(options) == 6
    assert command.read_limits(options) == ResourceLimits()


def test_the_command_line_gives_sizes_in_larger_units():
    options = {"cell": 5.0, "memory": 0.5, "disk": 7.0, "file_size": 1.5, "output": 0.1}
    assert command.read_limits(options) == ResourceLimits(
        cell=5.0, memory=500_000_000, disk=7_000_000, file_size=1_500_000, output=100_000
    )

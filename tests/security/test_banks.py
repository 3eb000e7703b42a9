"""Are the banks of cheats and hostile submissions attacks on the course as it is?"""

import ast
import importlib
import re
from importlib.util import find_spec

import pytest

from grader.course.imports import needs_keras
from tests.banks import cheats, hostile
from tests.banks.cheats import CHEATS
from tests.banks.hostile import HOSTILE
from tests.support.arena import ROOT, full_marks
from tests.support.lessons import find_lesson

BANKS = [pytest.param(bank, id=bank.__name__.rpartition(".")[2]) for bank in (cheats, hostile)]
# Names in the banks that are nothing of the course, and what they are.
ABSENT = {
    "utils.py": "a file that a cheat writes into its own folder",
}


def test_the_banks_are_large_enough():
    assert len(CHEATS) == len({cheat.name for cheat in CHEATS}) >= 40
    assert len(HOSTILE) == len({each.name for each in HOSTILE}) >= 40
    assert len([cheat for cheat in CHEATS if cheat.stock]) >= 5
    # Some lessons have their own ways to cheat: models, random generators, functions as arguments.
    lessons = [find_lesson(name) for name in cheats.lessons()]
    assert len(lessons) >= 7
    assert any(needs_keras(lesson, tests_only=True) for lesson in lessons)
    assert {hostile.LESSON, hostile.CALLING_BACK} <= set(cheats.lessons())


def test_every_cheat_is_an_attack_and_not_an_error_in_the_bank():
    for cheat in CHEATS:
        assert cheat.tries.endswith("."), cheat.name
        known = full_marks(cheat.lesson)
        assert {*cheat.answers, *cheat.keeps, *cheat.may} <= set(known), cheat.name
        assert not {*cheat.answers} & {*cheat.keeps}, cheat.name
        for cell in cheat.notebook().cells:
            if cell.cell_type == "code" and not cell.source.startswith("%"):
                ast.parse(cell.source.replace("@PORT@", "1"))


@pytest.mark.parametrize("bank", BANKS)
def test_the_modules_and_files_that_attacks_name_exist(bank):
    """Does an attack that asks for a module or a file by name still find it?"""
    with open(bank.__file__, encoding="utf-8") as file:
        text = file.read()
    names = set(re.findall(r"\b(?:grader|utils)(?:\.\w+)+", text))
    for package, imported in re.findall(r"from ((?:grader|utils)[\w.]*) import ([\w, ]+)", text):
        names |= {f"{package}.{name}" for name in imported.split(" as ")[0].split(", ")}
    assert [name for name in sorted(names - ABSENT.keys()) if not exists(name)] == []
    paths = set(re.findall(r"\b(?:grader|utils)/[\w/]+\.py\b", text))
    assert [path for path in sorted(paths) if not (ROOT / path).is_file()] == []


def exists(name):
    """Tell whether a dotted name is a module, or something in one."""
    package, _, last = name.rpartition(".")
    try:
        return hasattr(importlib.import_module(package), last) or bool(find_spec(name))
    except ModuleNotFoundError:
        return False

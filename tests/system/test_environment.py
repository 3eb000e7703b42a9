"""Do conda users and uv users get the same course?"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def _pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def _declared():
    project = _pyproject()
    return {*project["project"]["dependencies"], *project["dependency-groups"]["dev"], *_extras()}


def _extras():
    extras = _pyproject()["project"]["optional-dependencies"]
    return {pin for pins in extras.values() for pin in pins}


def test_environment_yml_lists_what_pyproject_lists():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    (pip,) = (part["pip"] for part in conda if isinstance(part, dict))
    assert set(pip) - {"-e ."} == _declared()
    assert f"python{_pyproject()['project']['requires-python']}" in conda


def test_the_tests_have_what_the_extras_install():
    assert _extras() <= set(_pyproject()["dependency-groups"]["dev"])


def test_every_direct_dependency_is_pinned():
    assert [name for name in _declared() if not re.fullmatch(r"[\w.-]+==[\w.]+", name)] == []


def test_the_lock_holds_the_pinned_versions():
    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    versions = {(package["name"], package.get("version")) for package in locked}
    pins = {tuple(pin.split("==")) for pin in _declared()}
    assert pins <= versions


def test_the_grader_checks_notebooks_without_compiling_grammars():
    code = (
        "import sys; from grader.startup import leave_out_grammars; leave_out_grammars()\n"
        "import nbformat; nbformat.validate(nbformat.v4.new_notebook())\n"
        "assert sys.modules['rfc3987_syntax'] is None and 'jsonschema' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)

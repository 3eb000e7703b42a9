"""Is what students get complete, and without anything that they must not have?"""

import ast
import hashlib
import json
import re
import tomllib
from pathlib import Path

import nbformat
import pytest

from grader.course import edition
from grader.course.lesson import CourseError, find_lessons

ROOT = Path(__file__).resolve().parents[3]
BINARY = (".npz", "uv.lock")
MARKERS = ("BEGIN HIDDEN TESTS", "BEGIN SOLUTION", "END SOLUTION")


@pytest.fixture(scope="module")
def files():
    """The students' edition of the real course."""
    return edition.make_edition(ROOT)


@pytest.fixture(scope="module")
def lessons():
    return find_lessons(ROOT)


def _between(source, begin, end):
    """Return the parts of a cell between two markers, without indentation."""
    parts = re.findall(rf"{begin}\n(.*?)\n[^\n]*{end}", source, re.DOTALL)
    return ["\n".join(line.strip() for line in part.split("\n")) for part in parts]


def test_it_is_the_folders_that_students_need_and_no_others(files):
    folders = {path.split("/")[0] for path in files if "/" in path}
    assert folders == {"notebooks", "utils", "data", "lab", "grader"}
    single = {path for path in files if "/" not in path}
    assert single == {
        *("README.md", "LICENSE", "pyproject.toml", "uv.lock", "environment.yml"),
        *("nbgrader_config.py", "release.json"),
    }


def test_the_students_copies_are_those_of_grader_build(files, lessons):
    for lesson in lessons:
        path = lesson.release.relative_to(ROOT).as_posix()
        assert files[path] == lesson.release.read_bytes()
        assert files[f"notebooks/.originals/{lesson.name}.ipynb"] == files[path]
    assert "notebooks/extra_cnn_in_r/extra_cnn_in_r.ipynb" in files
    assert "notebooks/sources.ipynb" in files


def test_no_file_has_a_hidden_test(files, lessons):
    secrets = {
        part
        for lesson in lessons
        for cell in lesson.notebook.cells
        for part in _between(cell.source, "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
    }
    assert len(secrets) > 50
    text = _flat(b"\0".join(files[path] for path in files if not path.endswith(BINARY)))
    assert [secret for secret in secrets if _flat(secret) in text] == []


def test_only_utils_has_code_of_solutions(files, lessons):
    """The reference answers in utils are what demonstrations need: those may agree."""
    solutions = {
        part
        for lesson in lessons
        for cell in lesson.notebook.cells
        for part in _between(cell.source, "### BEGIN SOLUTION", "### END SOLUTION")
        if len(part) > 60
    }
    assert len(solutions) > 20
    others = [path for path in files if not path.startswith("utils/")]
    text = _flat(b"\0".join(files[path] for path in others if not path.endswith(BINARY)))
    assert [part for part in solutions if _flat(part) in text] == []


def _flat(text):
    """Return a text without spaces and the escapes of JSON, to search in a notebook's file."""
    text = text.decode(errors="replace") if isinstance(text, bytes) else text
    return re.sub(r'\\n|[\s\\",]', "", text)


def test_no_notebook_has_a_marker_or_an_answer_to_a_question(files):
    for path, content in files.items():
        if path.startswith("notebooks/"):
            text = content.decode()
            assert not any(marker in text for marker in MARKERS), path
            assert '"answers"' not in text, path


def test_the_start_page_offers_nothing_that_is_not_there(files):
    index = files["notebooks/index.ipynb"].decode()
    assert "solutions/" not in index
    assert "--all" not in index


def test_the_instructors_half_of_the_grader_is_left_out(files):
    modules = {path for path in files if path.startswith("grader/")}
    for package in ("classroom", "collection"):
        assert not any(path.startswith(f"grader/{package}/") for path in modules)
    for name in ("mark", "supervisor", "student_worker"):
        assert f"grader/marking/{name}.py" not in modules
    for name in ("edition", "build", "pack"):
        assert f"grader/course/{name}.py" not in modules
    commands = {Path(path).stem for path in modules if path.startswith("grader/cli/")}
    assert commands - {"__init__", "__main__", "app"} <= set(edition.STUDENT_COMMANDS)
    assert "check" in commands


def test_every_module_of_the_course_that_is_imported_is_there(files):
    for path, content in files.items():
        if path.endswith(".py") and path.startswith(("grader/", "utils/")):
            for name in edition._imported(ast.parse(content)):
                module = name.replace(".", "/")
                if (ROOT / f"{module}.py").is_file():
                    assert f"{module}.py" in files, f"{path} imports {name}"


def test_modules_that_jupyters_configuration_names_are_there(tmp_path):
    (tmp_path / "config.py").write_text("c.X = 'grader.course.twins.Class'  # grader.scratch\n")
    assert edition._named_in(tmp_path) >= {"grader.course.twins", "grader.scratch"}
    assert edition._named_in(tmp_path / "none") == set()
    assert "grader/classroom/twins.py" in edition._student_grader({"grader.classroom.twins"})


def test_the_manifest_names_every_file_and_its_digest(files):
    manifest = json.loads(files["release.json"])
    assert manifest["course"] == "pixels-to-lenet"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert manifest["version"] == project["version"]
    assert manifest["lessons"] == [lesson.name for lesson in find_lessons(ROOT)]
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    del digests["release.json"]
    assert manifest["files"] == digests


def test_students_install_no_tools_of_developers(files):
    project = tomllib.loads(files["pyproject.toml"].decode())
    assert project["tool"]["uv"]["default-groups"] == []
    assert set(project["tool"]) == {"hatch", "uv"}
    original = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for table in ("project", "dependency-groups", "build-system"):
        assert project[table] == original[table]
    packages = tomllib.loads(files["uv.lock"].decode())["package"]
    (course,) = (one for one in packages if one["name"] == "pixels-to-lenet")
    assert course["default-groups"] == []
    assert "keras==" in files["environment.yml"].decode()
    assert "hypothesis" not in files["environment.yml"].decode()


def test_chosen_lessons_leave_no_broken_links():
    files = edition.make_edition(ROOT, ["02", "05"])
    assert json.loads(files["release.json"])["lessons"] == ["02_convolution", "05_pooling"]
    texts = {
        path: "\n".join(cell.source for cell in nbformat.reads(content.decode(), 4).cells)
        for path, content in files.items()
        if path.endswith(".ipynb")
    }
    texts["README.md"] = files["README.md"].decode()
    links = 0
    for path, text in texts.items():
        for target in re.findall(r"\]\(([^)#:]+\.(?:ipynb|md))[^)]*\)", text):
            parts = []
            for part in [*path.split("/")[:-1], *target.split("/")]:
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in files, f"{path} links to {target}"
            links += 1
    assert links > 8
    assert "03_sobel" not in texts["notebooks/index.ipynb"]
    assert "Filters that find edges" in texts["notebooks/02_convolution/02_convolution.ipynb"]


def test_what_somebody_wrote_into_notebooks_does_not_get_out(built):
    copy = built / "notebooks/01_toys/01_toys.ipynb"
    copy.write_text(copy.read_text().replace("raise NotImplementedError", "return 2 * x"))
    (built / "notebooks/scratch.ipynb").write_text("my solution")
    (built / "utils/.DS_Store").write_text("left behind")
    files = edition.make_edition(built)
    assert b"return 2 * x" not in files["notebooks/01_toys/01_toys.ipynb"]
    assert not {"notebooks/scratch.ipynb", "utils/.DS_Store"} & files.keys()


def test_a_students_edition_cannot_be_packed_again(tmp_path):
    (tmp_path / "notebooks").mkdir()
    with pytest.raises(CourseError, match="has no solutions/"):
        edition.make_edition(tmp_path)

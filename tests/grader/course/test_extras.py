"""Are ungraded notebooks built where their kernel is, and left alone where it is not?"""

import pytest

from grader.course import build
from grader.course.lesson import CourseError
from tests.support.builds import reasons

SOURCE = """# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: KERNEL
# ---

# %% [markdown]
# # Extra: toys
#
# Toys for everyone.

# %%
print("six times seven is", 6 * 7)
"""


def write_extra(course, kernel="python3", source=SOURCE):
    folder = course / "solutions" / "extra_toys"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "extra_toys.py").write_text(source.replace("KERNEL", kernel))


@pytest.fixture
def with_extra(built):
    write_extra(built)
    build.build(built)
    return built


def test_students_get_the_executed_copy(with_extra):
    released = (with_extra / "notebooks/extra_toys/extra_toys.ipynb").read_text()
    assert "six times seven is 42" in released
    assert released == (with_extra / "solutions/extra_toys/extra_toys.ipynb").read_text()
    assert reasons(with_extra) == {}
    assert build.build(with_extra) == []


def test_the_start_page_leads_to_it(with_extra):
    index = (with_extra / "notebooks/index.ipynb").read_text()
    assert "[Extra: toys](extra_toys/extra_toys.ipynb)" in index


def test_before_it_is_built_it_is_stale(built):
    write_extra(built)
    assert reasons(built)["solutions/extra_toys/extra_toys.ipynb"] == "was never made"


def test_a_changed_source_makes_it_stale(with_extra):
    write_extra(with_extra, source=SOURCE.replace("seven", "7"))
    assert "changed since" in reasons(with_extra)["solutions/extra_toys/extra_toys.ipynb"]


def test_a_copy_changed_by_hand_is_stale(with_extra):
    path = with_extra / "notebooks/extra_toys/extra_toys.ipynb"
    path.write_text(path.read_text().replace("42", "43"))
    assert reasons(with_extra) == {
        "notebooks/extra_toys/extra_toys.ipynb": "is not the executed copy"
    }


def test_without_its_kernel_it_is_not_executed(with_extra):
    write_extra(with_extra, kernel="none-such")
    said = []
    assert build.build(with_extra, progress=said.append) == []
    assert said == ["extra_toys: not executed, because the kernel 'none-such' is missing"]
    assert "42" in (with_extra / "notebooks/extra_toys/extra_toys.ipynb").read_text()


def test_an_error_in_a_cell_is_reported(built):
    write_extra(built, source=SOURCE.replace("6 * 7", "6 / 0"))
    with pytest.raises(CourseError, match="ZeroDivisionError"):
        build.build(built)

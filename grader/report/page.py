"""The report as one HTML page that needs no other file, host or script."""

from __future__ import annotations

import functools
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from grader.printable import escape_name, printable
from grader.report.items import EXPLANATIONS
from grader.report.summary import Bar, ClassReport, LessonFigures
from grader.report.terminal import decimal, optional_points, percent, signed
from grader.terminal import points

# The chart of a distribution, in units that scale with the page.
CHART_HEIGHT, BAR_WIDTH, GAP, LABEL_HEIGHT = 120.0, 56.0, 8.0, 18.0


def to_html(report: ClassReport) -> str:
    """Return the report as a page; every name and message in it is text."""
    return load_template(Path(__file__).with_name("report.html.j2")).render(
        report=report,
        explanations=EXPLANATIONS,
        chart=_chart,
        describe=_describe_distribution,
    )


@functools.cache
def load_template(path: Path) -> Template:
    """Load a page's template, which escapes every value."""
    environment = Environment(
        loader=FileSystemLoader(path.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "decimal": decimal,
        "name": escape_name,
        "percent": percent,
        "points": optional_points,
        "printable": printable,
        "signed": signed,
    }
    return environment.get_template(path.name)


def _chart(lesson: LessonFigures) -> list[dict[str, object]]:
    """Return the places and labels of the bars of a lesson's distribution."""
    tallest = max((bar.students for bar in lesson.distribution), default=0) or 1
    bars = []
    for index, bar in enumerate(lesson.distribution):
        height = CHART_HEIGHT * bar.students / tallest
        x = index * (BAR_WIDTH + GAP)
        bars.append(
            {
                "x": x,
                "middle": x + BAR_WIDTH / 2,
                "y": round(LABEL_HEIGHT + CHART_HEIGHT - height, 1),
                "height": round(height, 1),
                "students": bar.students,
                "label": _bar_label(bar, index == len(lesson.distribution) - 1),
            }
        )
    return bars


def _bar_label(bar: Bar, last: bool) -> str:
    """Return the range of points of a bar; only the last includes its end."""
    return (
        f"{points(bar.start)} to {points(bar.end)}"
        if last
        else f"{points(bar.start)} to <{points(bar.end)}"
    )


def _describe_distribution(lesson: LessonFigures) -> str:
    """Return the distribution in words, for those who cannot see the bars."""
    bars = lesson.distribution
    return ", ".join(
        f"{bar.students} from {_bar_label(bar, bar is bars[-1])}" for bar in bars if bar.students
    )

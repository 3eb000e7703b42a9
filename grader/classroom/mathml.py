"""Formulas as MathML, which browsers draw by themselves: a page needs no MathJax, no network."""

from __future__ import annotations

import functools
import html
import re
from typing import Any
from xml.etree import ElementTree

from jinja2 import pass_context
from jinja2.runtime import Context
from latex2mathml.converter import convert_to_element
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

MAX_FORMULA = 2_000  # characters; a longer one is shown as it was typed
MAX_CACHED = 20_000  # characters of a text whose page is kept for the next student's
UNDESCRIBED = "a picture that the code above draws"
# What a formula may bring into a page. Links, actions and colours from elsewhere may not.
ATTRIBUTES = {
    "accent", "columnalign", "columnlines", "columnspacing", "depth", "display", "displaystyle",
    "fence", "form", "height", "linethickness", "lspace", "mathvariant", "maxsize", "minsize",
    "movablelimits", "rowlines", "rowspacing", "rspace", "scriptlevel", "separator", "stretchy",
    "width",
}  # fmt: skip
TAG = re.compile(r"m[a-z]+")


@functools.lru_cache(maxsize=4_000)
def to_mathml(formula: str, *, block: bool = False) -> str:
    """Return a formula as MathML; if it cannot be converted, its text, escaped.

    Parameters
    ----------
    formula : str
        LaTeX, without dollar signs. It may be a student's.
    block : bool
        Whether it is on a line by itself.
    """
    marks = "$$" if block else "$"
    if len(formula) <= MAX_FORMULA:
        try:
            element = convert_to_element(formula, display="block" if block else "inline")
            _clean(element)
            return ElementTree.tostring(element, encoding="unicode")
        except Exception:  # The converter fails in many ways on what is no LaTeX.
            pass
    return f"<code>{html.escape(marks + formula + marks)}</code>"


def _clean(element: ElementTree.Element) -> None:
    """Remove what is no mathematics, and turn the converter's entities into characters."""
    for child in element.iter():
        if not TAG.fullmatch(child.tag):
            raise ValueError(child.tag)
        for name in set(child.attrib) - ATTRIBUTES:
            del child.attrib[name]
        child.text = html.unescape(child.text or "")
        child.tail = html.unescape(child.tail or "")


class _Renderer(IPythonRenderer):
    """nbconvert's renderer of text cells, with MathML for formulas."""

    def block_math(self, body: str) -> str:
        """Return a formula on a line by itself."""
        return to_mathml(body, block=True)

    def inline_math(self, body: str) -> str:
        """Return a formula in a line."""
        return to_mathml(body)

    def latex_environment(self, name: str, body: str) -> str:
        r"""Return a formula between ``\begin`` and ``\end``."""
        return to_mathml(rf"\begin{{{name}}}{body}\end{{{name}}}", block=True)


class MathMLExporter(HTMLExporter):
    """nbconvert's exporter to HTML, with formulas as MathML, and text cells rendered only once.

    The text cells of a lesson are the same in the notebooks of a class.
    """

    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        """Return a text cell as HTML."""
        attachments = context.get("cell", {}).get("attachments", {})
        if attachments or len(source) > MAX_CACHED:
            return _render(source, attachments)
        return markdown_to_html(source)

    def from_notebook_node(  # type: ignore[override]  # as in the parent
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert a notebook.

        The parent's method parses the finished page again to describe pictures, which takes as long
        as all the rest; here they are described before.
        """
        for cell in nb.cells:
            for output in cell.get("outputs", ()):
                if "metadata" in output:
                    output.metadata.setdefault("alt", UNDESCRIBED)
        resources = self._init_resources(resources)
        return super(HTMLExporter, self).from_notebook_node(nb, resources, **kw)


def _render(source: str, attachments: dict) -> str:
    """Return Markdown as HTML."""
    renderer = _Renderer(escape=False, attachments=attachments, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(source)


@functools.lru_cache(maxsize=1_000)
def markdown_to_html(source: str) -> str:
    """Return Markdown without pictures as HTML, from memory if it was rendered before."""
    return _render(source, {})

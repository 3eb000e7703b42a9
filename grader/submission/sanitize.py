"""Make what a student handed in harmless in the browser of whoever looks at it.

nbgrader's formgrader and feedback pages show HTML as it is, scripts included, and in the formgrader
a script may do whatever the instructor may. So the outputs of a student's own cells keep pictures,
tables and colours and nothing that acts; a text cell that would act is shown as it was written.
"""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping

import bleach
import nbformat
from bleach.css_sanitizer import ALLOWED_CSS_PROPERTIES, CSSSanitizer
from nbformat import NotebookNode

TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del"),
    *("details", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5"),
    *("h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp"),
    *("small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th"),
    *("thead", "tr", "tt", "u", "ul", "var"),
}
ATTRIBUTES = {
    *("align", "alt", "aria-hidden", "aria-label", "class", "colspan", "dir", "height", "href"),
    *("lang", "open", "role", "rowspan", "scope", "src", "start", "style", "title", "type"),
    *("valign", "width"),
}
STYLES = CSSSanitizer(allowed_css_properties=ALLOWED_CSS_PROPERTIES | {"overflow-x"})
# Of nbconvert, Pygments and pandas; others could be the page's own, and cover it.
CLASS = re.compile(r"[a-z]{1,2}\d?|hll|err|highlight|hl-\w+|anchor-link|dataframe")
# Tags that a browser opens again in each paragraph until they are closed.
FORMATTING = re.compile(r"<(a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b", re.I)
ADDRESS = re.compile(r"(https?://|mailto:|[\w./%-]*([#?]|$))", re.I)
PICTURE = re.compile(r"attachment:|data:image/(png|jpeg|gif|webp);base64,[\w+/=\s]*$", re.I)
BASE64 = re.compile(r"[\w+/=\s]*")
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
# What makes a formula more than a formula, where a page draws formulas with MathJax.
ACTING = re.compile(r"\\(?=(href|url|style|class|cssId|require|html\w*|data|unicode)\b)")
PLAIN = re.compile(r"[\w ,.:;!?'-]*")
FORMS = re.compile(r"^test-|-comment$|^comment-", re.I)
DEFUSED = "\\\\\N{ZERO WIDTH SPACE}"
MAX_HTML_CHARACTERS = (
    50_000  # characters of a text; Keras's longest summary in the course has 5,000
)
MAX_MARKDOWN_CHARACTERS = 20_000  # characters, which take longer to read
SECONDS = 10.0


class Sanitizer:
    """Makes one submission's outputs and texts harmless.

    Reading HTML that is made to be slow to read takes time, of which a submission has only so much:
    what is too long, and all HTML once the time is used up, is not shown as such.

    Parameters
    ----------
    seconds : float
        How much.
    """

    def __init__(self, seconds: float = SECONDS):
        self._left = seconds

    def outputs(self, outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
        """Return a cell's outputs with nothing in them that acts.

        Parameters
        ----------
        outputs : iterable of NotebookNode
            Valid ones, of nbformat 4; not changed.
        """
        return [self._output(output) for output in outputs]

    def _output(self, output: NotebookNode) -> NotebookNode:
        if "data" not in output:
            return output  # Streams and errors are text, and shown as text.
        data = {mime: kept for mime in output.data if (kept := self._form(mime, output.data[mime]))}
        if output.data and not data:
            data = {"text/plain": "(an output that acts in a browser is not shown)"}
        metadata = {}
        for mime in PICTURES:
            if mime in data and isinstance(known := output.metadata.get(mime), dict):
                metadata[mime] = {key: one for key in known if (one := _measure(key, known[key]))}
        return nbformat.from_dict({**output, "data": data, "metadata": metadata})

    def _form(self, mime: str, value: object) -> str:
        """Return one of an output's forms without what acts; '' if nothing is left of it."""
        lines = value if isinstance(value, list) else [value]
        if not all(isinstance(line, str) for line in lines):
            return ""
        text = "".join(lines)
        if mime in PICTURES:
            return text if BASE64.fullmatch(text) else ""
        if mime == "text/html":
            return self._in_time(clean, text) or ""
        if mime == "text/markdown":
            return text if self._in_time(is_harmless_markdown, text) else ""
        if mime == "text/latex":
            return ACTING.sub(DEFUSED, text)
        # In an <img>, by which nbconvert shows a drawing, no script runs.
        return text if mime in ("text/plain", "image/svg+xml") else ""

    def texts(self, notebook: NotebookNode, given: Collection[str]) -> list[str]:
        """Have text cells that would act shown as they were written.

        Parameters
        ----------
        notebook : NotebookNode
            Changed in place.
        given : collection of str
            Texts of the lesson's own, which may be as they are.

        Returns
        -------
        list of str
            A sentence for each such cell.
        """
        notes = []
        for number, cell in enumerate(notebook.cells, start=1):
            if cell.cell_type != "markdown":
                continue
            pictures = _pictures(cell.pop("attachments", {}))
            if pictures:
                cell["attachments"] = pictures
            if cell.source in given or self._in_time(is_harmless_markdown, cell.source, pictures):
                continue
            cell.source = fence(cell.source)
            notes.append(f"cell {number} holds HTML that is not shown as such")
        return notes

    def _in_time(self, function: Callable, text: str, *more: object) -> object:
        """Call a function with a text if there is time; None if there is not."""
        if len(text) > MAX_HTML_CHARACTERS or self._left <= 0 or not _is_quick(text):
            return None
        begin = time.monotonic()
        try:
            return function(text, *more)
        except Exception:  # whatever text that was made for it makes a parser stumble over
            return None
        finally:
            self._left -= time.monotonic() - begin


def _measure(key: str, value: object) -> object:
    """Return what says how large a picture is, or what it shows; None for all else."""
    if key in ("width", "height") and type(value) in (int, float):
        return value
    return html.escape(value) if key == "alt" and isinstance(value, str) else None


def _is_quick(text: str) -> bool:
    """Tell whether HTML can be read in little time and memory."""
    tags, formatting = text.count("<"), len(FORMATTING.findall(text))
    return tags <= 5_000 and tags * formatting <= 100_000


def clean(text: str) -> str:
    """Return HTML with only those tags, attributes, styles and addresses that do nothing.

    What is no such tag is there as text.
    """
    cleaned = bleach.clean(
        text,
        tags=TAGS,
        attributes=lambda tag, name, value: _is_harmless_attribute(name, value),
        protocols=("http", "https", "mailto", "data"),  # of data only pictures come so far
        css_sanitizer=STYLES,
    )
    return ACTING.sub(DEFUSED, cleaned)


def _is_harmless_attribute(name: str, value: str) -> bool:
    if name not in ATTRIBUTES:
        return False
    if name == "class":
        return all(map(CLASS.fullmatch, value.split()))
    if name == "style":
        return "(" not in value and "\\" not in value
    address = re.sub(r"[\x00-\x20]", "", html.unescape(value))
    if name == "src":
        # Any other address would be asked for at once, in the name of whoever looks.
        return bool(PICTURE.match(address))
    return name != "href" or bool(ADDRESS.match(address))


def _has_known_styles(value: str) -> bool:
    names = {one.partition(":")[0].strip().lower() for one in value.split(";") if one.strip()}
    return names <= STYLES.allowed_css_properties


def is_harmless_markdown(text: str, attachments: Mapping[str, Mapping] = {}) -> bool:
    """Tell whether Markdown does nothing once it is HTML in a browser, and can become HTML at all.

    Parameters
    ----------
    text : str
        The Markdown.
    attachments : mapping
        What is attached to its cell, by name and kind.
    """
    # This takes seconds to load, and is seldom needed.
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    if ACTING.search(text) or len(text) > MAX_MARKDOWN_CHARACTERS:
        return False
    try:
        renderer = IPythonRenderer(escape=False, attachments=attachments)
        page = MarkdownWithMath(renderer=renderer).render(text)
    except Exception:  # a picture that is not attached, or an odd text
        return False
    if not _is_quick(page):
        return False
    refused = []

    def allow(tag: str, name: str, value: str) -> bool:
        harmless = _is_harmless_attribute(name, value)
        if name == "style":
            harmless = harmless and _has_known_styles(value)
        if name == "id":  # nbconvert gives one to headings; the formgrader's own end otherwise
            harmless = re.fullmatch("h[1-6]", tag) and not FORMS.search(value)
        refused.extend([] if harmless else [name])
        return harmless

    kept, stripped = (
        bleach.clean(page, tags=TAGS, attributes=allow, css_sanitizer=STYLES, strip=strip)
        for strip in (False, True)
    )
    return kept == stripped and not refused and "<!" not in page and "<?" not in page


def as_comment(message: str) -> str:
    """Return a message as nbgrader's feedback shows it well, which reads comments as Markdown.

    A message can quote what a student's function says, and has matrices whose columns should line
    up.
    """
    return message if PLAIN.fullmatch(message) else fence(message)


def fence(text: str) -> str:
    """Return Markdown that shows a text as it is."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _pictures(attachments: object) -> dict:
    """Return the pictures among what is attached to a text cell."""
    if not isinstance(attachments, dict):
        return {}
    found = {}
    for name, forms in attachments.items():
        for mime, data in forms.items() if isinstance(forms, dict) else ():
            if mime in PICTURES and isinstance(data, str) and BASE64.fullmatch(data):
                found[name] = {mime: data}
    return found

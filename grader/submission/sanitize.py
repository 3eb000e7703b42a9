"""Sanitise what a student handed in, for the browser of whoever looks at it.

nbgrader's formgrader and feedback pages show HTML without escaping it, scripts included, and in the
formgrader a script may do whatever the instructor may. So the outputs of a student's cells keep
pictures, tables and colours, and lose everything that runs, loads or covers anything. A text cell
that holds such HTML is shown as source.
"""

from __future__ import annotations

import functools
import html
import re
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

import nbformat
import nh3
from nbformat import NotebookNode

T = TypeVar("T")
TAGS = set(
    """
    a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure
    h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup
    table tbody td tfoot th thead tr tt u ul var
    """.split()  # noqa: SIM905
)
# Tags whose content is no text for a reader; of all other forbidden tags the content stays.
CONTENT_TAGS = set("iframe noembed noframes noscript script style template title xmp".split())  # noqa: SIM905
ATTRIBUTES = set(
    """
    align alt aria-hidden aria-label class colspan dir height href lang open role rowspan scope src
    start style title type valign width
    """.split()  # noqa: SIM905
)
STYLE_PROPERTIES = set(
    """
    background-color border-bottom-color border-collapse border-color border-left-color
    border-right-color border-top-color clear color cursor direction display float font font-family
    font-size font-style font-variant font-weight height letter-spacing line-height overflow
    overflow-x text-align text-decoration text-indent unicode-bidi vertical-align white-space width
    """.split()  # noqa: SIM905
)
# Classes of nbconvert, Pygments and pandas; a class of the page itself could cover the page.
CLASS = re.compile(r"[a-z]{1,2}\d?|hll|err|highlight|hl-\w+|anchor-link|dataframe")
URL_SCHEMES = {"http", "https", "mailto", "data"}
SCHEME = re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*(?=:)")
LINK = re.compile(r"(https?://|mailto:|[\w./%-]*([#?]|$))", re.I)
PICTURE = re.compile(r"attachment:|data:image/(png|jpeg|gif|webp);base64,[\w+/=\s]*$", re.I)
BASE64 = re.compile(r"[\w+/=\s]*")
PICTURE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
# TeX commands that do more than draw a formula, on a page that uses MathJax.
ACTIVE_TEX = re.compile(
    r"\\(?=(href|url|style|class|cssId|require|html\w*|data|unicode|mmlToken)\b)"
)
INERT_BACKSLASH = "\\\N{ZERO WIDTH SPACE}"
# The start of a tag that is not allowed, of a comment, or of a processing instruction.
FORBIDDEN_MARKUP = re.compile(
    rf"<[!?]|</?(?!(?:{'|'.join(sorted(TAGS))})[ \t\n\f\r/>])[a-z]", re.I | re.A
)
# Tags that an HTML parser opens again in each paragraph until they are closed.
FORMATTING_TAG = re.compile(r"<(a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b", re.I)
# nbconvert gives headings an id; the formgrader finds its own forms by ids like these.
FORM_ID = re.compile(r"^test-|-comment$|^comment-", re.I)
PLAIN = re.compile(r"[\w ,.:;!?'-]*")
MAX_HTML_CHARACTERS = 50_000  # Keras's longest summary in the course has 5,000
MAX_MARKDOWN_CHARACTERS = 20_000
MAX_CLEANED_CHARACTERS = 500_000
MAX_REOPENED_TAGS = 100_000
SECONDS_PER_SUBMISSION = 10.0


class Sanitizer:
    """Sanitises the outputs and text cells of one submission.

    Parsing hostile HTML or Markdown can be slow, so a submission has a time budget. HTML that is
    too long is not shown as HTML, nor is any HTML once the budget is used up.

    Parameters
    ----------
    seconds : float
        The time budget.
    """

    def __init__(self, seconds: float = SECONDS_PER_SUBMISSION):
        self._seconds_left = seconds

    def outputs(self, outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
        """Return sanitised copies of a cell's outputs.

        Parameters
        ----------
        outputs : iterable of NotebookNode
            Valid outputs of nbformat 4; not changed.
        """
        return [self._sanitise_output(output) for output in outputs]

    def _sanitise_output(self, output: NotebookNode) -> NotebookNode:
        if "data" not in output:
            return output  # Streams and errors are text, and are shown as text.
        data = {
            mime: safe
            for mime, value in output.data.items()
            if (safe := self._sanitise_value(mime, value))
        }
        if output.data and not data:
            data = {"text/plain": "(an output that acts in a browser is not shown)"}
        metadata = {
            mime: _picture_metadata(output.metadata[mime])
            for mime in PICTURE_TYPES
            if mime in data and isinstance(output.metadata.get(mime), dict)
        }
        return nbformat.from_dict({**output, "data": data, "metadata": metadata})

    def _sanitise_value(self, mime: str, value: object) -> str:
        """Return an output's value for one MIME type, sanitised; '' if it cannot be shown."""
        lines = value if isinstance(value, list) else [value]
        if not all(isinstance(line, str) for line in lines):
            return ""
        text = "".join(map(str, lines))
        if mime in PICTURE_TYPES:
            return text if BASE64.fullmatch(text) else ""
        if mime == "text/html":
            return self._within_budget(text, clean) or ""
        if mime == "text/markdown":
            return text if self._within_budget(text, is_harmless_markdown) else ""
        if mime == "text/latex":
            return _disarm_tex(text)
        # nbconvert shows an SVG drawing in an <img>, where no script runs.
        return text if mime in ("text/plain", "image/svg+xml") else ""

    def texts(self, notebook: NotebookNode, given: Collection[str]) -> list[str]:
        """Turn text cells that are not harmless into source that is shown as such.

        Parameters
        ----------
        notebook : NotebookNode
            Changed in place.
        given : collection of str
            The lesson's own texts, which are trusted.

        Returns
        -------
        list of str
            A sentence for each cell that was changed.
        """
        notes = []
        for number, cell in enumerate(notebook.cells, start=1):
            if cell.cell_type != "markdown":
                continue
            pictures = _attached_pictures(cell.pop("attachments", {}))
            if pictures:
                cell["attachments"] = pictures
            is_harmless = functools.partial(is_harmless_markdown, attachments=pictures)
            if cell.source in given or self._within_budget(cell.source, is_harmless):
                continue
            cell.source = fence(cell.source)
            notes.append(f"cell {number} holds HTML that is not shown as such")
        return notes

    def _within_budget(self, text: str, function: Callable[[str], T]) -> T | None:
        """Return ``function(text)``; None if the text is too long or the time is used up."""
        if len(text) > MAX_HTML_CHARACTERS or self._seconds_left <= 0:
            return None
        begin = time.monotonic()
        try:
            return function(text)
        finally:
            self._seconds_left -= time.monotonic() - begin


def clean(text: str) -> str:
    """Return HTML with only harmless tags, attributes, styles and addresses; '' if it is too large.

    Other tags are removed, and their content stays; scripts and style sheets are removed whole.
    """
    if _explodes(text):
        return ""
    try:
        cleaned = nh3.clean(
            text,
            tags=TAGS,
            clean_content_tags=CONTENT_TAGS,
            attributes={"*": ATTRIBUTES},
            attribute_filter=_harmless_value,
            filter_style_properties=STYLE_PROPERTIES,
            url_schemes=URL_SCHEMES,
            link_rel=None,
        )
    except UnicodeEncodeError:  # half of a surrogate pair
        return ""
    return "" if len(cleaned) > MAX_CLEANED_CHARACTERS else _disarm_tex(cleaned)


def is_harmless_markdown(
    text: str, attachments: Mapping[str, Mapping[str, str]] | None = None
) -> bool:
    """Return whether nbconvert can render Markdown, and the HTML needs no sanitising.

    Parameters
    ----------
    text : str
        The Markdown.
    attachments : mapping, optional
        The attachments of its cell: file name -> MIME type -> data.
    """
    # Loading this takes seconds, and few submissions need it.
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    if ACTIVE_TEX.search(text) or len(text) > MAX_MARKDOWN_CHARACTERS:
        return False
    try:
        renderer = IPythonRenderer(escape=False, attachments=_as_dicts(attachments or {}))
        page = MarkdownWithMath(renderer=renderer).render(text)
    except Exception:  # a picture that is not attached, or text that the parser fails on
        return False
    return _is_harmless_page(page)


def _is_harmless_page(page: str) -> bool:
    """Return whether `clean` would have nothing to remove from HTML."""
    if FORBIDDEN_MARKUP.search(page) or _explodes(page):
        return False
    refused = []
    end_mark = secrets.token_hex(8)

    def note_refused(tag: str, name: str, value: str) -> str:
        if not _may_stay(tag, name, value):
            refused.append(name)
        return value

    try:
        # The empty prefix fits every attribute, and the schemes every address, so that the filter
        # sees all of them.
        parsed = nh3.clean(
            f"{page}<p>{end_mark}",
            tags=TAGS,
            clean_content_tags=set(),
            attributes={},
            generic_attribute_prefixes={""},
            attribute_filter=note_refused,
            url_schemes=_possible_schemes(page),
            link_rel=None,
        )
    except ValueError:  # half of a surrogate pair, or a character number of thousands of digits
        return False
    if refused or end_mark not in parsed:  # a tag that is left open swallows what follows it
        return False
    return len(parsed) <= MAX_CLEANED_CHARACTERS and not ACTIVE_TEX.search(parsed)


def _possible_schemes(page: str) -> set[str]:
    """Return every word of HTML that could be an address's scheme, entities decoded."""
    return set(SCHEME.findall(re.sub(r"[\x00-\x20]", "", html.unescape(page)).lower()))


def _may_stay(tag: str, name: str, value: str) -> bool:
    """Return whether an attribute of rendered Markdown is harmless."""
    if name == "id":
        return re.fullmatch("h[1-6]", tag) is not None and not FORM_ID.search(value)
    if name == "style" and not _style_properties(value) <= STYLE_PROPERTIES:
        return False
    return _is_harmless_attribute(name, value)


def _style_properties(style: str) -> set[str]:
    """Return the names of the properties in a ``style`` attribute."""
    declarations = filter(str.strip, style.split(";"))
    return {declaration.partition(":")[0].strip().lower() for declaration in declarations}


def _harmless_value(tag: str, name: str, value: str) -> str | None:
    """Return the value of an attribute if it is harmless, as nh3's ``attribute_filter`` should."""
    return value if _is_harmless_attribute(name, value) else None


def _is_harmless_attribute(name: str, value: str) -> bool:
    if name not in ATTRIBUTES:
        return False
    if name == "class":
        return all(map(CLASS.fullmatch, value.split()))
    if name == "style":
        return "(" not in value and "\\" not in value
    address = re.sub(r"[\x00-\x20]", "", value) if name in ("src", "href") else ""
    if name == "src":
        # The browser would request any other address at once, with the viewer's rights.
        return bool(PICTURE.match(address))
    return name != "href" or bool(LINK.match(address))


def _explodes(text: str) -> bool:
    """Return whether a parser could turn HTML into a much larger page.

    Each paragraph opens all unclosed formatting tags again: 25,000 characters can become 53 MB.
    """
    return text.count("<") * len(FORMATTING_TAG.findall(text)) > MAX_REOPENED_TAGS


def _disarm_tex(text: str) -> str:
    return ACTIVE_TEX.sub(lambda _: INERT_BACKSLASH, text)


def _picture_metadata(metadata: Mapping[str, object]) -> dict[str, Any]:
    """Return the size and the description in a picture's metadata, and nothing else."""
    kept: dict[str, Any] = {}
    for name, value in metadata.items():
        if name in ("width", "height") and type(value) in (int, float) and value:
            kept[name] = value
        elif name == "alt" and isinstance(value, str) and value:
            kept[name] = html.escape(value)
    return kept


def _attached_pictures(attachments: object) -> dict[str, dict[str, str]]:
    """Return the pictures among the attachments of a text cell."""
    if not isinstance(attachments, dict):
        return {}
    pictures = {}
    for name, forms in attachments.items():
        for mime, data in forms.items() if isinstance(forms, dict) else ():
            if mime in PICTURE_TYPES and isinstance(data, str) and BASE64.fullmatch(data):
                pictures[name] = {mime: data}
    return pictures


def _as_dicts(attachments: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {name: dict(forms) for name, forms in attachments.items()}


def as_comment(message: str) -> str:
    """Return a message as Markdown that shows it unchanged, for nbgrader's comments.

    A message can quote what a student's function returned, and can hold matrices whose columns
    should line up.
    """
    return message if PLAIN.fullmatch(message) else fence(message)


def from_comment(comment: str) -> str:
    """Return the message that `as_comment` made a comment of."""
    match = re.fullmatch(r"(`{3,})\n(.*)\n\1", comment, re.DOTALL)
    return match[2] if match else comment


def fence(text: str) -> str:
    """Return Markdown that shows a text unchanged, as a code block."""
    longest_run = max(map(len, re.findall(r"`+", text)), default=0)
    marks = "`" * max(3, longest_run + 1)
    return f"{marks}\n{text}\n{marks}"

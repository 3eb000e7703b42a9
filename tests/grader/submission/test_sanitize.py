"""Does nothing act that a student has a page show, and is what does not act still there?"""

import json

import nbformat
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html

from grader.course.lesson import find_lessons, find_root
from grader.course.release import make_release
from grader.marking.mark import mark
from grader.submission.sanitize import MAX_HTML_CHARACTERS, Sanitizer, as_comment, clean
from tests.support.browser import CHROMIUM, browser_page
from tests.support.lessons import model_answer

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
HACK = "window.hacked=1"
ACTING = {
    "a script": f"<script>{HACK}</script>",
    "a script in capitals": f"<ScRiPt >{HACK}</sCrIpT >",
    "a script that is not ended": f"<script>{HACK}//",
    "a picture that is not there": f"<img src=x onerror={HACK}>",
    "a handler in quotes": f'<p title="x" onmouseover="{HACK}">x</p>',
    "a handler after a slash": f"<img/src=x/onerror={HACK}>",
    "a drawing": f"<svg onload={HACK}><script>{HACK}</script></svg>",
    "a formula's drawing": f"<math><mtext><img src=x onerror={HACK}></mtext></math>",
    "a frame": f"<iframe srcdoc='<script>parent.{HACK}</script>'></iframe>",
    "an object": f"<object data='data:text/html,<script>{HACK}</script>'></object>",
    "a form": "<form action=http://127.0.0.1:1><button autofocus>Click</button></form>",
    "a link that acts": f"<a href='javascript:{HACK}'>x</a>",
    "a link that hides it": f"<a href='&#106;ava&#x0A;script&colon;{HACK}'>x</a>",
    "a link to data": f"<a href='data:text/html,<script>{HACK}</script>'>x</a>",
    "a style sheet": "<style>* { display: none }</style>",
    "a style over all": "<div style='position:fixed;top:0;background:url(http://127.0.0.1:1)'>x</div>",
    "a base": "<base href='http://127.0.0.1:1/'>",
    "a refresh": f"<meta http-equiv=refresh content='0;javascript:{HACK}'>",
    "a comment ended early": f"<!--><img src=x onerror={HACK}>-->",
    "a title": f"<title><img src=x onerror={HACK}></title>",
    "no script": f"<noscript><p title='</noscript><img src=x onerror={HACK}>'></noscript>",
    "a template": f"<template><script>{HACK}</script></template>",
    "a table left open": f"<table><td><svg><style><img src=x onerror={HACK}></style></svg>",
    "an editable": f"<div contenteditable onfocus={HACK} autofocus tabindex=0>x</div>",
    "a picture of data": f"<img src='data:image/svg+xml,<svg onload={HACK}>'>",
    "a widget": f"<script type='application/vnd.jupyter.widget-view+json'></script><script>{HACK}"
    "</script>",
    "a formula's link": rf"$\href{{javascript:{HACK}}}{{x}}$",
    "a formula's token": rf"$\mmlToken{{mtext}}[href='javascript:{HACK}']{{x}}$",
}
COVERING = {
    "a class of the page's": '<div class="modal-backdrop in">x</div>',
    "a picture that asks for an address": '<img src="/logout">',
    "a picture that asks another host": '<img src="//localhost/t.png">',
    "an id of the page's": '<h2 id="relu-comment">x</h2>',
    "a formula for many tags": "<p>"
    + "".join(f"<b class=a{i}>" for i in range(1150))
    + "<p>x" * 2300,
    "a number too long": f"<a href='&#{'9' * 5000};'>x</a>",
}
MARKDOWN = {
    **ACTING,
    "a link of another scheme": "<a href='vbscript:window.hacked'>x</a>",
    "such a link, hidden": "<a href='&#118;b&Tab;script&colon;window.hacked'>x</a>",
    "an address of an attribute that is not allowed": "<table background='file:///x'></table>",
    "a tag that is not ended": f"<div onclick={HACK}",
    "an attribute that is not ended": '<div title="x',
    "a formula's link, hidden": r"\hr&#101;f{javascript:window.hacked}{x}",
    "Markdown's link": f"[x](javascript:{HACK})",
    "Markdown's picture": f'![x](x"onerror="{HACK})',
    "in a list": f"- one\n- <img src=x onerror={HACK}>",
    "in a quote": f"> <script>{HACK}</script>",
    "after code": f"```\ncode\n```\n<script>{HACK}</script>",
    "a fence of its own": f"````\n```\n````\n<img src=x onerror={HACK}>",
    "a named link": f"[x][1]\n\n[1]: javascript:{HACK}",
}
HARMLESS = [
    "# Notes\n\nThe *kernel* is **flipped**: `kernel[::-1]`.",
    "A formula, $a < b$ and\n\n$$\\sum_i x_i w_i$$",
    "If a < b then c > d & e, or a<b.",
    "<details><summary>Hint</summary>\n\nLook at the *shape*.\n\n</details>",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "> a quote\n\n- [a link](https://numpy.org/?a=1#b)\n- ![a picture](data:image/png;base64,AAAA)",
    "```python\nif a < b:\n    print('<script>')\n```",
    "<b style='color: red'>red</b>",
]


def output(kind="display_data", **data):
    """An output with forms named by their kind."""
    given = {"output_type": kind, "metadata": {}, "data": data}
    return nbformat.from_dict(given | ({"execution_count": 1} if kind[0] == "e" else {}))


def text_cells(*sources, **attachments):
    """A notebook of text cells, with what is attached to each."""
    cells = [nbformat.v4.new_markdown_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    for cell in notebook.cells if attachments else ():
        cell["attachments"] = attachments
    return notebook


@pytest.mark.parametrize("text", ACTING.values(), ids=ACTING)
def test_html_keeps_no_tag_attribute_or_address_that_acts(text):
    soup = BeautifulSoup(clean(f"<p>before</p>{text}"), "html.parser")
    assert soup.find(["script", "svg", "math", "iframe", "object", "form", "style", "base"]) is None
    assert soup.find(["meta", "title", "noscript", "template", "button"]) is None
    for tag in soup.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on") or name == "autofocus"]
        assert "script" not in tag.get("href", "")
        assert not tag.get("href", tag.get("src", "")).startswith("data")
        assert "position" not in tag.get("style", "")
    assert r"\href" not in soup.get_text()
    assert r"\mmlToken" not in soup.get_text()
    assert soup.p.get_text() == "before"


@pytest.mark.parametrize("text", MARKDOWN.values(), ids=MARKDOWN)
def test_a_text_cell_that_would_act_is_shown_as_it_was_written(text):
    notebook = text_cells(text)
    rendered = markdown2html(text)
    notes = Sanitizer().texts(notebook, given=())
    shown = BeautifulSoup(markdown2html(notebook.cells[0].source), "html.parser")
    if notes:
        assert shown.find("pre").get_text().strip("\n") == text.strip("\n")
        assert {tag.name for tag in shown.find_all(True)} <= {"div", "pre", "code", "span"}
    else:  # nbconvert itself makes text of it
        assert "hacked" not in "".join(
            str(tag.attrs) for tag in BeautifulSoup(rendered, "html.parser").find_all(True)
        )


@pytest.mark.parametrize("text", COVERING.values(), ids=COVERING)
def test_what_covers_or_clogs_the_page_is_not_shown_as_html(text):
    (kept,) = Sanitizer().outputs([output(**{"text/plain": "x", "text/html": text})])
    soup = BeautifulSoup(kept.data.get("text/html", ""), "html.parser")
    assert soup.find("b") is None
    acting = {"class", "id", "href", "src"}
    assert not [tag for tag in soup.find_all(True) if acting & tag.attrs.keys()]
    assert len(Sanitizer().texts(text_cells(text), given=())) == 1


def test_a_heading_does_not_take_the_place_of_a_score():
    assert len(Sanitizer().texts(text_cells("# test-relu"), given=())) == 1
    assert Sanitizer().texts(text_cells("# relu"), given=()) == []


def test_what_does_not_act_stays():
    notebook = text_cells(*HARMLESS)
    assert Sanitizer().texts(notebook, given=()) == []
    assert [cell.source for cell in notebook.cells] == HARMLESS
    table = "<table class='dataframe'><tr><td style='color: red'>1 &lt; 2</td></tr></table>"
    soup = BeautifulSoup(clean(table), "html.parser")
    assert soup.td["style"] == "color:red"
    assert soup.td.get_text() == "1 < 2"


def test_the_lessons_own_texts_stay_as_they_are():
    given = "<script>1</script>"
    notebook = text_cells(given)
    assert Sanitizer().texts(notebook, given={given}) == []
    assert notebook.cells[0].source == given


def test_a_lessons_texts_would_stay_even_if_a_word_were_changed():
    texts = [
        f"{cell.source}\n\nMy own notes."
        for lesson in find_lessons(find_root())
        for cell in lesson.notebook.cells
        if cell.cell_type == "markdown"
    ]
    notebook = text_cells(*texts)
    assert Sanitizer().texts(notebook, given=()) == []


@given(st.text("`~<>$\\\n ab#-*[]()!&;\"'=/", max_size=60))
def test_a_fenced_text_is_shown_in_full_and_does_nothing(text):
    notebook = text_cells(f"<script>{text}")
    (note,) = Sanitizer().texts(notebook, given=())
    assert "cell 1" in note
    shown = BeautifulSoup(markdown2html(notebook.cells[0].source), "html.parser")
    assert shown.find("pre").get_text().strip() == f"<script>{text}".strip()
    assert shown.find(["script", "a", "img"]) is None


def test_outputs_keep_pictures_and_text():
    plain = output("execute_result", **{"text/plain": "array([1])", "image/png": PIXEL})
    plain.metadata["image/png"] = {"width": 3, "alt": '"><script>', "onload": "x"}
    stream = nbformat.v4.new_output("stream", text="<script>")
    kept = Sanitizer().outputs([plain, stream])
    assert kept[0].data == plain.data
    assert kept[0].metadata == {"image/png": {"width": 3, "alt": "&quot;&gt;&lt;script&gt;"}}
    assert kept[1] == stream


@pytest.mark.parametrize(
    "data",
    [
        {"application/javascript": HACK},
        {"text/javascript": HACK},
        {"application/vnd.jupyter.widget-view+json": {"model_id": "</script><script>"}},
        {"application/json": {"a": "</script>"}},
        {"application/json": [1, 2, 3]},
        {"image/png": 'x" onerror="window.hacked=1'},
        {"text/markdown": ACTING["a script"]},
        {"text/html": {"not": "text"}},
    ],
    ids=lambda data: next(iter(data)),
)
def test_an_output_that_only_acts_leaves_a_word(data):
    (kept,) = Sanitizer().outputs([output(**data)])
    assert list(kept.data) == ["text/plain"]
    assert "not shown" in kept.data["text/plain"]
    nbformat.validate(kept, ref="output", version=4)


def test_what_is_too_long_or_comes_too_late_is_not_shown_as_html():
    rich = output("execute_result", **{"text/plain": "x", "text/html": "<b>x</b>"})
    long = output(
        "execute_result", **{"text/plain": "x", "text/html": "x" * (MAX_HTML_CHARACTERS + 1)}
    )
    assert Sanitizer().outputs([rich])[0].data == rich.data
    assert Sanitizer().outputs([long])[0].data == {"text/plain": "x"}
    late = Sanitizer(seconds=0)
    assert late.outputs([rich])[0].data == {"text/plain": "x"}
    notebook = text_cells("*x*")
    assert len(late.texts(notebook, given=())) == 1


def test_html_that_is_slow_to_read_ends():
    texts = ["<div>" * 2_000, "<b><p>" * 2_000, "\\begin{a}" * 2_000, "<" * MAX_HTML_CHARACTERS]
    forms = [output(**{"text/html": text, "text/markdown": text}) for text in texts]
    assert len(Sanitizer(seconds=0.1).outputs(forms * 50)) == 200


def test_attachments_are_pictures():
    notebook = text_cells(
        "![x](attachment:a.png)",
        **{
            "a.png": {"image/png": PIXEL},
            "b.svg": {"image/svg+xml": "PHN2Zz4="},
            "c.png": {'image/png" onerror="1': PIXEL},
            "d.png": {"image/png": '" onerror="1'},
            "e.png": "no forms",
        },
    )
    assert Sanitizer().texts(notebook, given=()) == []
    assert notebook.cells[0].attachments == {"a.png": {"image/png": PIXEL}}


def test_a_picture_that_is_not_attached_does_not_break_the_page():
    notebook = text_cells("![x](attachment:a.png)")
    Sanitizer().texts(notebook, given=())
    assert "attachment:a.png" in markdown2html(notebook.cells[0].source)


@pytest.mark.parametrize("text", MARKDOWN.values(), ids=MARKDOWN)
def test_a_comment_does_not_act_and_keeps_its_lines(text):
    message = (
        f"relu: the check failed.\nIt raised ValueError: {text}\n    expected   got\n      0    1"
    )
    shown = BeautifulSoup(markdown2html(as_comment(message)), "html.parser")
    assert shown.find("pre").get_text().strip() == message.strip()
    assert {tag.name for tag in shown.find_all(True)} <= {"div", "pre", "code", "span"}


def test_a_plain_comment_stays_as_it_is():
    assert as_comment("relu: not done yet") == "relu: not done yet"


@pytest.fixture(scope="module")
def handed_in():
    """A submission in which everything tries to act, marked."""
    (lesson,) = find_lessons(find_root(), ["02"])
    notebook = nbformat.from_dict(json.loads(json.dumps(make_release(lesson))))
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in [exercise.name for exercise in lesson.exercises]:
            cell.source = model_answer(lesson.name, name)
    shown = (
        "from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display\n"
        f"for text in {list(MARKDOWN.values())!r}:\n"
        "    display(HTML(text), Markdown(text), Latex(text))\n"
        f"display(Javascript({HACK!r}))\n"
        f"display(SVG({ACTING['a drawing']!r}))"
    )
    notebook.cells += [nbformat.v4.new_code_cell(shown), *text_cells(*MARKDOWN.values()).cells]
    notebook.cells.append(nbformat.v4.new_raw_cell("\n".join(ACTING.values())))
    return mark(notebook, lesson)


def test_such_a_submission_has_its_points_and_a_note(handed_in):
    assert handed_in.result.score == handed_in.result.max_score
    assert "holds HTML that is not shown as such" in handed_in.result.message


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("template", ["lab", "classic"])
def test_nothing_acts_in_a_browser(handed_in, template, tmp_path):
    text, _ = HTMLExporter(template_name=template).from_notebook_node(handed_in.notebook)
    page_file = tmp_path / "page.html"
    page_file.write_text(text, encoding="utf-8")
    with browser_page() as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(page_file.as_uri(), wait_until="domcontentloaded")
        protocols = page.evaluate("[...document.links].map(one => one.protocol)")
        assert set(protocols) <= {"file:", "http:", "https:"}
        page.wait_for_timeout(500)
        assert page.evaluate("window.hacked") is None
        assert not [url for url in asked if "127.0.0.1" in url]


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_browser_would_have_shown_what_acts(tmp_path):
    notebook = text_cells(*MARKDOWN.values())
    text, _ = HTMLExporter(template_name="lab").from_notebook_node(notebook)
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    with browser_page() as page:
        page.goto((tmp_path / "page.html").as_uri(), wait_until="domcontentloaded")
        page.wait_for_function("window.hacked === 1")

"""A Sphinx extension: alt texts of pictures in outputs, and mathematics without a script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import latex2mathml.converter
import nbformat
from docutils import nodes
from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("doctree-read", give_alt_texts)
    app.add_html_math_renderer("mathml", (_visit_math, None), (_visit_math_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def give_alt_texts(app: Sphinx, doctree: nodes.document) -> None:
    """Give the pictures in outputs the texts in their metadata, which MyST-NB leaves out.

    MyST-NB names a picture's file after the SHA-256 of its bytes; the texts are found by it.
    """
    source = Path(app.env.doc2path(app.env.docname))
    if source.suffix != ".ipynb":
        return
    texts = dict(_alt_texts(nbformat.read(source, as_version=4)))
    for image in doctree.findall(nodes.image):
        text = texts.get(Path(image["uri"]).stem)
        if text:
            image["alt"] = text


def _alt_texts(notebook: nbformat.NotebookNode) -> Iterator[tuple[str, str]]:
    """Yield the digest of each PNG in a notebook's outputs, and its text."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            png = output.get("data", {}).get("image/png")
            if png:
                alt = output.metadata.get("image/png", {}).get("alt", "")
                yield hashlib.sha256(base64.b64decode(png)).hexdigest(), alt


def _visit_math(writer: Any, node: nodes.math) -> None:
    """Write a formula in a line as MathML, which browsers and screen readers know."""
    writer.body.append(_mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def _visit_math_block(writer: Any, node: nodes.math_block) -> None:
    """Write a formula in a paragraph; a wide one scrolls."""
    formula = _mathml(node.astext(), "block")
    writer.body.append(f'<div class="formula" tabindex="0">{formula}</div>')
    raise nodes.SkipNode


def _mathml(latex: str, display: str) -> str:
    return latex2mathml.converter.convert(latex, display=display)

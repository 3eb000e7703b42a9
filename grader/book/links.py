"""The links between the course's files, as links between the book's pages."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# The target of a link or of an image in Markdown, which has neither spaces nor brackets in it.
LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\[\]]*)\]\((?P<target>[^()\s]+)\)")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#")


@dataclass
class Links:
    """Where the files that the course's texts link to are in the book.

    Attributes
    ----------
    root : Path
        The course's root.
    pages : mapping of str to str
        The page that each file becomes, both as paths: from the root, and from the book's source.
    repository : str
        The course's address on the web, or '': then a link to a file that is not in the book
        becomes plain text.
    images : set of Path
        The images that were linked to; they are to be copied to the same place in the book.
    """

    root: Path
    pages: Mapping[str, str]
    repository: str = ""
    images: set[Path] = field(default_factory=set)

    def rewrite(self, text: str, file: str) -> str:
        """Return a file's Markdown with its links as the page in its place needs them.

        Parameters
        ----------
        text : str
            The Markdown.
        file : str
            The file that it comes from, as a path from the root; it is one of `pages`.
        """
        return LINK.sub(lambda link: self._rewritten(link, file), text)

    def _rewritten(self, link: re.Match, file: str) -> str:
        """Return one link as it is in the book."""
        if ELSEWHERE.match(link["target"]):
            return link[0]
        path, _, anchor = link["target"].partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
        if link["image"]:
            self.images.add(self.root / target)
            return f"![{link['text']}](/{target})"
        if page := self.pages.get(target):
            start = posixpath.dirname(self.pages[file]) or "."
            found = posixpath.relpath(page, start) + (f"#{anchor}" if anchor else "")
            return f"[{link['text']}]({found})"
        if self.repository:
            return f"[{link['text']}]({self.repository}/blob/main/{target})"
        return link["text"]

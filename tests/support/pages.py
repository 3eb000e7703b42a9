"""Static pages in a real Chromium, served by a plain file server, with every other host closed."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page


class _Quiet(SimpleHTTPRequestHandler):
    """A file server that writes nothing to stderr."""

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this computer and yield its address, which ends in a slash."""
    server = ThreadingHTTPServer(("localhost", 0), functools.partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def visit(tab: Page, address: str) -> Iterator[Page]:
    """Yield a page in a window of its own, which may ask no other host and print no error."""
    context = tab.context.browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    trouble = keep_to(page, address)
    yield page
    context.close()
    assert trouble == []


def keep_to(page: Page, address: str) -> list[str]:
    """Abort requests to anywhere but an address; return a list that gathers them, and errors."""
    trouble: list[str] = []

    def decide(route):
        if route.request.url.startswith((address, "data:")):
            return route.continue_()
        trouble.append(f"asked for {route.request.url}")
        return route.abort()

    page.route("**/*", decide)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "console",
        lambda said: trouble.append(said.text) if said.type in ("error", "warning") else None,
    )
    return trouble

"""Build the book: write its pages' sources, and have Sphinx make a static folder of them."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.book.pages import BookOptions, BookSource
from grader.course.files import write_atomically
from grader.course.lesson import CourseError

STATIC = Path(__file__).with_name("static")
MARK = ".grader-book.json"  # says that a folder is a book, which another may replace
TITLE = "From Pixels to LeNet"


def write_book(
    root: Path, to: Path, options: BookOptions, progress: Callable[[str], None] = lambda line: None
) -> int:
    """Build the book of a course.

    Parameters
    ----------
    root : Path
        The course's root.
    to : Path
        The folder to write: a new or an empty one, or an earlier book, which is replaced.
    options : BookOptions
        What to make.
    progress : callable
        Called with one line of text before each step that takes time.

    Returns
    -------
    int
        The bytes of the book.

    Raises
    ------
    CourseError
        If the folder holds something else, a lesson was never executed, or Sphinx warns of a page.
    """
    _check_folder(to)
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=".book-") as scratch:
        source, site = Path(scratch, "source"), Path(scratch, "site")
        source.mkdir()
        BookSource(root, source, options).write(progress)
        progress("writing the pages")
        run_sphinx(source, site)
        write_atomically(site / MARK, json.dumps({"made by": "grader book"}) + "\n")
        _replace(site, to)
    return sum(path.stat().st_size for path in to.rglob("*") if path.is_file())


def _check_folder(to: Path) -> None:
    """Refuse to replace anything but a book.

    Raises
    ------
    CourseError
        If there is something else.
    """
    if not to.exists() or (to / MARK).is_file():
        return
    if not to.is_dir() or any(to.iterdir()):
        raise CourseError(f"{to} is there already and is not a book. Choose another folder.")


def _replace(site: Path, to: Path) -> None:
    """Put a finished book in the place of an earlier one."""
    if to.exists():
        shutil.rmtree(to)
    site.replace(to)


def run_sphinx(source: Path, site: Path) -> None:
    """Make a static folder of a book's sources.

    Raises
    ------
    CourseError
        If Sphinx warns, as of a link that leads nowhere.
    """
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    complaints = io.StringIO()
    with docutils_namespace(), patch_docutils(), warnings.catch_warnings():
        # What Sphinx's extensions will have to change is not for who builds the book.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        app = Sphinx(
            srcdir=source,
            confdir=None,
            outdir=site,
            doctreedir=source.parent / "doctrees",
            buildername="html",
            confoverrides=_settings(source),
            status=None,
            warning=complaints,
        )
        app.build()
    if complaints.getvalue():
        raise CourseError(f"The book has faults:\n{complaints.getvalue().strip()[:4000]}")
    _remove_unused(site)


def _remove_unused(site: Path) -> None:
    """Remove what the theme brings and no page uses: translations, templates, debuggers' maps."""
    shutil.rmtree(site / "_static/locales", ignore_errors=True)
    shutil.rmtree(site / "_static/images", ignore_errors=True)
    for path in [
        site / "objects.inv",
        site / ".buildinfo",
        *site.glob("_static/**/*.map"),
        *site.glob("_static/*.html"),
    ]:
        path.unlink(missing_ok=True)


def _settings(source: Path) -> dict[str, Any]:
    """Return Sphinx's settings. Nothing in them loads a file from another host."""
    return {
        "project": TITLE,
        "author": "",
        "copyright": "",
        "html_title": TITLE,
        "html_show_copyright": False,
        "html_show_sphinx": False,
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "html_last_updated_fmt": None,
        "html_permalinks_icon": "#",
        "html_static_path": [str(STATIC)],
        "html_favicon": str(STATIC / "favicon.svg"),
        "html_context": {"default_mode": "auto"},
        "html_css_files": ["book.css"],
        "html_js_files": [(path.name, {"defer": "defer"}) for path in sorted(STATIC.glob("*.js"))],
        "html_extra_path": [str(source / "extra")],
        "exclude_patterns": ["extra"],
        "extensions": ["myst_nb", f"{__package__}.extension"],
        "html_math_renderer": "mathml",
        "html_theme": "sphinx_book_theme",
        "html_theme_options": {
            "show_toc_level": 2,
            "home_page_in_toc": False,
            "use_download_button": False,
            "use_fullscreen_button": False,
            "logo": {"text": TITLE},
            "pygments_light_style": "a11y-high-contrast-light",
            "pygments_dark_style": "a11y-high-contrast-dark",
        },
        "language": "en",
        "highlight_language": "none",
        "myst_enable_extensions": ["dollarmath"],
        "myst_heading_anchors": 4,
        "nb_execution_mode": "off",
        "nb_ipywidgets_js": {},
        "nb_merge_streams": True,
        "nb_code_prompt_show": "Show the check",
        "nb_code_prompt_hide": "Hide the check",
        "suppress_warnings": ["mystnb.unknown_mime_type"],
    }

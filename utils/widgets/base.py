"""Interactive figures that are also still pictures.

In a running notebook an `Interactive` is a panel of controls and a drawing. Without a kernel, as on
a web page or in a printed book, the same object is shown as a still picture.
"""

from __future__ import annotations

import contextlib
import html
from collections.abc import Callable, Iterator, Mapping

import ipywidgets as ipw

from utils.plots import Picture

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class Interactive:
    """A panel of controls above a drawing that changes with them.

    Parameters
    ----------
    controls : mapping
        For each parameter of ``draw`` the ipywidget that sets its value.
    draw : callable
        Takes the controls' values, and returns a `Picture` and a line of text that says the same in
        words and numbers. Screen readers announce the line when it changes.
    layout : widget, optional
        The controls as they are arranged; one below the other by default.
    still : mapping, optional
        Values for the still picture that differ from the controls' initial values.
    """

    def __init__(
        self,
        controls: Mapping[str, ipw.Widget],
        draw: Callable[..., tuple[Picture, str]],
        layout: ipw.Widget | None = None,
        still: Mapping[str, object] | None = None,
    ):
        self.controls = dict(controls)
        self._draw = draw
        self._still = dict(still or {})
        self.drawing = ipw.HTML()
        self.text = ipw.HTML()
        arranged = layout or ipw.VBox(list(self.controls.values()))
        self.panel = ipw.VBox([arranged, self.text, self.drawing])
        for control in self.controls.values():
            control.observe(self._update, names="value")
        self._follows = False

    def values(self) -> dict[str, object]:
        """Return the controls' current values."""
        return {name: control.value for name, control in self.controls.items()}

    def refresh(self) -> None:
        """Draw the picture for the controls' current values."""
        picture, line = self._draw(**self.values())
        self.drawing.value = picture.svg
        self.text.value = f'<div role="status" aria-live="polite">{html.escape(line)}</div>'
        self._follows = True

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Change several controls inside the ``with`` block, and draw once at its end."""
        self._follows = False
        yield
        self.refresh()

    def _update(self, change: object) -> None:
        """Draw again after a control has changed, once the panel has been shown."""
        if self._follows:
            self.refresh()

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict, dict]:
        """Show the panel if there is a kernel, else the still picture."""
        self.refresh()
        picture, _ = self._draw(**(self.values() | self._still))
        data, metadata = picture._repr_mimebundle_()
        data[WIDGET_VIEW] = self.panel._repr_mimebundle_()[WIDGET_VIEW]
        return data, metadata


class Steps:
    """A slider over numbered steps with play, previous and next buttons.

    Attributes
    ----------
    slider : IntSlider
        Its value is the step, counted from 1.
    row : HBox
        The four controls side by side.
    """

    def __init__(self, count: int, description: str = "position"):
        self.slider = ipw.IntSlider(
            value=1, min=1, max=count, description=description, layout=ipw.Layout(width="22em")
        )
        self.play = ipw.Play(value=1, min=1, max=count, interval=900, show_repeat=False)
        ipw.jslink((self.play, "value"), (self.slider, "value"))
        narrow = ipw.Layout(width="7em")
        previous = ipw.Button(description="previous", icon="step-backward", layout=narrow)
        following = ipw.Button(description="next", icon="step-forward", layout=narrow)
        previous.on_click(lambda _: self._move(-1))
        following.on_click(lambda _: self._move(+1))
        self.row = ipw.HBox([self.play, previous, following, self.slider])

    def restart(self, count: int) -> None:
        """Go back to step 1, and set the number of steps to ``count``."""
        self.slider.value = 1
        self.slider.max = self.play.max = count

    def _move(self, by: int) -> None:
        """Move by some steps, within the range."""
        self.slider.value = min(max(self.slider.value + by, 1), self.slider.max)

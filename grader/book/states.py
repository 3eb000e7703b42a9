"""The states of an interactive figure that the book draws, since no kernel draws them there.

Few states are all drawn. Of many, the sliders' are thinned to a grid; where that is still too many,
one control moves at a time, and the others stay where they were first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as ipw

from utils.widgets.base import Interactive

MOST = 50  # states of a figure that are drawn as a grid
FEWEST = 3  # values of a slider in a grid
ONE_AT_A_TIME = 10  # values of a slider where the others stay where they are

CHOICE, SLIDER, STEPS = "choice", "slider", "steps"
Values = dict[str, Any]


class NotDrawnError(Exception):
    """A figure has a control that is neither a choice nor a slider."""


@dataclass(frozen=True)
class Control:
    """One control of an interactive figure.

    Attributes
    ----------
    name : str
        The parameter that it sets.
    widget : ipywidget
        What sets it.
    kind : str
        `CHOICE`, `SLIDER` or `STEPS`: a slider that can be played.
    """

    name: str
    widget: Any
    kind: str

    @property
    def label(self) -> str:
        """The text beside it."""
        return self.widget.description or self.name

    @property
    def positions(self) -> list:
        """What it can be set to now: the places of options, or numbers."""
        if self.kind == CHOICE:
            return list(range(len(self.widget.options)))
        low, high, step = self.widget.min, self.widget.max, self.widget.step
        count = math.floor((high - low) / step + 1e-6) + 1
        return [round(low + place * step, 9) for place in range(count)]

    @property
    def position(self) -> Any:
        """Where it is."""
        if self.kind != CHOICE:
            return self.widget.value
        if self.widget.index is None:  # so with an option whose value is None
            values = [one[1] if isinstance(one, tuple) else one for one in self.widget.options]
            return values.index(None)
        return self.widget.index

    def move(self, position: Any) -> None:
        """Set it, or as near to that as it goes."""
        if self.kind == CHOICE:
            self.widget.index = position
        else:
            self.widget.value = min(max(position, self.widget.min), self.widget.max)


@dataclass(frozen=True)
class States:
    """What the book draws of one figure.

    Attributes
    ----------
    controls : list of Control
        Choices first, then sliders, then steps.
    positions : list of tuple
        The controls' positions in each state; the first is the one to begin with.
    is_grid : bool
        Whether every combination of the positions is there.
    """

    controls: list[Control]
    positions: list[tuple]
    is_grid: bool


def find_states(figure: Interactive) -> States:
    """Choose the states of a figure that are drawn.

    Raises
    ------
    NotDrawnError
        If a control is neither a choice nor a slider.
    """
    controls = find_controls(figure)
    first = _first(figure, controls)
    _move(controls, first)
    counts = _grid_counts(controls)
    found = list(
        _one_at_a_time(controls, first) if counts is None else _grid(controls, counts, first)
    )
    if len(found) > 2 * MOST:
        settings = {state[: len(controls) - _count_steps(controls)] for state in found}
        found = list(_one_at_a_time(controls, first, 2 * MOST // len(settings)))
    positions = list(dict.fromkeys([first, *found]))
    _move(controls, first)
    return States(controls, positions, counts is not None)


def values_at(controls: Sequence[Control], positions: Sequence) -> Values:
    """Move the controls, and return the values that the figure's drawing takes."""
    _move(controls, positions)
    return {control.name: control.widget.value for control in controls}


def find_controls(figure: Interactive) -> list[Control]:
    """Return a figure's controls: choices, then sliders, then steps.

    Raises
    ------
    NotDrawnError
        If one is of another kind.
    """
    played = set(_played(figure.panel))
    controls = [_control(name, one, played) for name, one in figure.controls.items()]
    return sorted(controls, key=lambda control: (CHOICE, SLIDER, STEPS).index(control.kind))


def _control(name: str, widget: Any, played: set) -> Control:
    """Return one control with its kind."""
    if isinstance(widget, (ipw.Dropdown, ipw.SelectionSlider)):
        return Control(name, widget, CHOICE)
    if isinstance(widget, (ipw.IntSlider, ipw.FloatSlider)):
        return Control(name, widget, STEPS if widget in played else SLIDER)
    raise NotDrawnError(f"{name} is a {type(widget).__name__}")


def _played(box: Any) -> Iterator[Any]:
    """Yield the sliders that have a play button beside them."""
    children = getattr(box, "children", ())
    if any(isinstance(child, ipw.Play) for child in children):
        yield from (child for child in children if isinstance(child, ipw.IntSlider))
    for child in children:
        yield from _played(child)


def _first(figure: Interactive, controls: Sequence[Control]) -> tuple:
    """Return the positions to begin with: the still picture's, as far as a control can be there."""
    still = figure._still  # noqa: SLF001 - the book shows what the still picture shows
    for control in controls:
        value = still.get(control.name)
        if control.kind == CHOICE and isinstance(value, str) and value in control.widget.options:
            control.move(control.widget.options.index(value))
        elif control.kind != CHOICE and isinstance(value, (int, float)):
            control.move(value)
    return _where(controls)


def _count_steps(controls: Sequence[Control]) -> int:
    return sum(control.kind == STEPS for control in controls)


def _where(controls: Sequence[Control]) -> tuple:
    return tuple(control.position for control in controls)


def _move(controls: Sequence[Control], positions: Sequence) -> None:
    """Set the controls in their order: the range of a later one may depend on those before."""
    for control, position in zip(controls, positions, strict=True):
        control.move(position)


def _grid_counts(controls: Sequence[Control]) -> dict[str, int] | None:
    """Return how many values each slider has in a grid, or None if there are too many states.

    Sliders with few values keep all of them if they can; the others share what is left evenly.
    """
    lengths = {one.name: len(one.positions) for one in controls if one.kind == SLIDER}
    counts = {name: min(FEWEST, length) for name, length in lengths.items()}
    fixed = math.prod(len(one.positions) for one in controls if one.kind != SLIDER)
    if fixed * math.prod(counts.values()) > MOST:
        return None
    long = [name for name, length in lengths.items() if length > ONE_AT_A_TIME]
    for group in ([name for name in lengths if name not in long], long):
        grows = True
        while grows:
            grows = False
            for name in group:
                larger = counts | {name: counts[name] + 1}
                if counts[name] < lengths[name] and fixed * math.prod(larger.values()) <= MOST:
                    counts, grows = larger, True
    return counts


def _grid(controls: Sequence[Control], counts: dict[str, int], first: tuple) -> Iterator[tuple]:
    """Yield all combinations of the positions, the sliders thinned."""
    kept = {control.name: position for control, position in zip(controls, first, strict=True)}

    def positions(control: Control) -> list:
        return _thin(control.positions, counts.get(control.name), kept[control.name])

    yield from _walk(controls, controls, positions)


def _walk(
    rest: Sequence[Control], controls: Sequence[Control], positions: Callable[[Control], list]
) -> Iterator[tuple]:
    """Move one control after the other through its positions."""
    if not rest:
        yield _where(controls)
        return
    for position in positions(rest[0]):
        rest[0].move(position)
        yield from _walk(rest[1:], controls, positions)


def _one_at_a_time(
    controls: Sequence[Control], first: tuple, most_steps: int | None = None
) -> Iterator[tuple]:
    """Yield the positions of each control while the others are at their first one.

    Each of them with all steps, or with ``most_steps`` of them.
    """
    steps = [control for control in controls if control.kind == STEPS]
    others = [control for control in controls if control.kind != STEPS]

    def positions(control: Control) -> list:
        return _thin(control.positions, most_steps, control.position)

    for control in others or steps:
        _move(controls, first)
        count = None if control.kind == CHOICE else ONE_AT_A_TIME
        for position in _thin(control.positions, count, control.position):
            _move(controls, first)
            control.move(position)
            yield from _walk(steps, controls, positions)


def _thin(positions: list, count: int | None, kept: Any) -> list:
    """Return so many positions, evenly spread, with ``kept`` in the place of the one nearest to it.

    A choice or a step, which has no count, keeps all.
    """
    if count is None or len(positions) <= count:
        return positions
    places = [round(index * (len(positions) - 1) / (count - 1)) for index in range(count)]
    spread = [positions[place] for place in places]
    nearest = min(range(count), key=lambda index: abs(spread[index] - kept))
    return sorted({*spread[:nearest], kept, *spread[nearest + 1 :]})

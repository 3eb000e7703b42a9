"""A grid of cells to draw on: lesson 06's letters, and lesson 14's digits.

The grid is an anywidget: its JavaScript is below and comes with the notebook, from nowhere else. It
works by mouse, pen and finger (click or drag) and by keyboard (arrows move, space draws).
"""

from __future__ import annotations

import anywidget
import traitlets

ESM = """
function render({ model, el }) {
  const side = model.get("value").split("\\n").length
  const grid = document.createElement("div")
  grid.className = "pad-grid"
  grid.setAttribute("role", "grid")
  grid.setAttribute("aria-multiselectable", "true")
  grid.setAttribute("aria-label", model.get("label"))
  // JupyterLab has shortcuts of its own on the arrows; inside the grid they are the grid's.
  grid.setAttribute("data-lm-suppress-shortcuts", "true")
  grid.style.setProperty("--cell", `${model.get("cell")}px`)

  const cells = []
  for (let row = 0; row < side; row++) {
    const line = document.createElement("div")
    line.setAttribute("role", "row")
    for (let column = 0; column < side; column++) {
      const cell = document.createElement("div")
      cell.setAttribute("role", "gridcell")
      cell.dataset.index = cells.length
      cell.tabIndex = -1
      cells.push(cell)
      line.appendChild(cell)
    }
    grid.appendChild(line)
  }
  let states = []
  let focus = Math.floor(cells.length / 2)
  cells[focus].tabIndex = 0

  function show(index) {
    const row = Math.floor(index / side) + 1, column = (index % side) + 1
    const names = model.get("states"), what = names[states[index]]
    cells[index].className = `pad-${what.replaceAll(" ", "-")}`
    cells[index].setAttribute("aria-selected", String(states[index] !== Object.keys(names)[0]))
    cells[index].setAttribute("aria-label", `row ${row}, column ${column}, ${what}`)
  }
  function read() {
    states = [...model.get("value").replaceAll("\\n", "")]
    cells.forEach((_, index) => show(index))
  }
  // What a stroke that starts on a cell makes of each state: the pen's work, or its reverse.
  function startOn(index) {
    const pen = model.get("pen")
    if (states[index] in pen) return pen
    return Object.fromEntries(Object.entries(pen).map(([from, to]) => [to, from]))
  }
  function apply(stroke, index) {
    if (!(states[index] in stroke)) return
    states[index] = stroke[states[index]]
    show(index)
    const lines = []
    for (let row = 0; row < side; row++)
      lines.push(states.slice(row * side, (row + 1) * side).join(""))
    model.set("value", lines.join("\\n"))
    model.save_changes()
  }
  function moveFocus(index) {
    cells[focus].tabIndex = -1
    focus = index
    cells[focus].tabIndex = 0
    cells[focus].focus({ preventScroll: true })
  }
  // The cell at a point, or null. A stroke counts only near a cell's middle, so that a slanting one
  // does not also ink the corners that it brushes.
  function cellAt(x, y, reach) {
    const box = cells[0].getBoundingClientRect()
    const across = (x - box.left) / box.width, down = (y - box.top) / box.height
    const row = Math.floor(down), column = Math.floor(across)
    if (row < 0 || column < 0 || row >= side || column >= side) return null
    return Math.hypot(across - column - 0.5, down - row - 0.5) <= reach ? row * side + column : null
  }

  let stroke = null, last = null
  grid.addEventListener("pointerdown", (event) => {
    const index = cellAt(event.clientX, event.clientY, 1)
    if (index === null || event.button !== 0) return
    event.preventDefault()
    grid.setPointerCapture(event.pointerId)
    stroke = startOn(index)
    last = [event.clientX, event.clientY]
    moveFocus(index)
    apply(stroke, index)
  })
  grid.addEventListener("pointermove", (event) => {
    if (stroke === null) return
    // A fast stroke jumps; walk the line from the last point in steps of three pixels.
    const dx = event.clientX - last[0], dy = event.clientY - last[1]
    const steps = Math.max(1, Math.ceil(Math.hypot(dx, dy) / 3))
    for (let step = 1; step <= steps; step++) {
      const share = step / steps
      const index = cellAt(last[0] + share * dx, last[1] + share * dy, 0.45)
      if (index !== null) apply(stroke, index)
    }
    last = [event.clientX, event.clientY]
  })
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
    grid.addEventListener(end, () => { stroke = null })

  grid.addEventListener("keydown", (event) => {
    const row = Math.floor(focus / side), column = focus % side
    const moves = {
      ArrowUp: [Math.max(row - 1, 0), column],
      ArrowDown: [Math.min(row + 1, side - 1), column],
      ArrowLeft: [row, Math.max(column - 1, 0)],
      ArrowRight: [row, Math.min(column + 1, side - 1)],
      Home: [row, 0],
      End: [row, side - 1],
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key in moves) moveFocus(moves[event.key][0] * side + moves[event.key][1])
    else if (event.key === " " || event.key === "Enter") apply(startOn(focus), focus)
    else return
    event.preventDefault()
    event.stopPropagation()
  })

  const follow = () => { if (stroke === null) read() }
  model.on("change:value", follow)
  read()
  el.appendChild(grid)
  return () => model.off("change:value", follow)
}

export default { render }
"""

CSS = """
.pad-grid {
  display: inline-block; border: 1px solid #555; background: #fff;
  touch-action: none; user-select: none; cursor: crosshair; margin: 4px;
}
.pad-grid [role=row] { display: flex; }
.pad-grid [role=gridcell] {
  box-sizing: border-box; width: var(--cell); height: var(--cell); border: 1px solid #bbb;
  background: #fff;
}
.pad-grid [role=gridcell].pad-ink { background: #222; }
.pad-grid [role=gridcell].pad-covered-paper {
  background: repeating-linear-gradient(45deg, #56B4E9 0 3px, #fff 3px 6px);
}
.pad-grid [role=gridcell].pad-covered-ink {
  background: repeating-linear-gradient(45deg, #56B4E9 0 3px, #222 3px 6px);
}
.pad-grid [role=gridcell]:focus { outline: 3px solid #E69F00; outline-offset: -3px; }
@media (forced-colors: active) {
  .pad-grid [role=gridcell] { forced-color-adjust: none; }
}
"""


class Grid(anywidget.AnyWidget):
    """A square grid of cells, each in one of a few states.

    Attributes
    ----------
    value : str
        A line for each row, a character for each cell.
    states : dict of str to str
        For each character the name of its state, by which the cell looks and is read out. The first
        is that of an empty cell.
    pen : dict of str to str
        What a stroke makes of a cell: from character to character. A stroke that starts on a cell
        of which the pen makes nothing does the reverse.
    cell : int
        A cell's side, in the browser's pixels.
    label : str
        The grid's name for screen readers.
    """

    _esm = ESM
    _css = CSS
    value = traitlets.Unicode().tag(sync=True)
    states = traitlets.Dict({".": "paper", "#": "ink"}).tag(sync=True)
    pen = traitlets.Dict({".": "#"}).tag(sync=True)
    cell = traitlets.Int(28).tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)

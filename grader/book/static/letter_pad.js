// Lesson 06's pad: draw a letter, and see three match maps, the twelve numbers and the verdict.
// The same arithmetic as utils/xo_classifier.py; a test compares their lines.
"use strict"

;(() => {
  const book = (window.pixelsBook = window.pixelsBook ?? { live: {} })
  const SIDE = 9

  const zeros = (rows, columns, value = 0) =>
    Array.from({ length: rows }, () => new Array(columns).fill(value))

  function matrix({ shape, numbers }) {
    const [rows, columns] = shape
    return zeros(rows, columns).map((row, y) => row.map((_, x) => numbers[y * columns + x]))
  }

  function matchFeature(image, feature) {
    const height = feature.length, width = feature[0].length
    return zeros(image.length - height + 1, image[0].length - width + 1).map((row, y) =>
      row.map((_, x) => {
        let sum = 0
        for (let i = 0; i < height; i++)
          for (let j = 0; j < width; j++) sum += image[y + i][x + j] * feature[i][j]
        return sum / (height * width)
      }))
  }

  // Windows of 2x2; those that stick out are cut off at the right and at the bottom.
  function maxPool(map, stride = 2) {
    const rows = Math.ceil(map.length / stride), columns = Math.ceil(map[0].length / stride)
    return zeros(rows, columns).map((row, y) =>
      row.map((_, x) => {
        const part = map.slice(y * stride, y * stride + 2)
        return Math.max(...part.flatMap((line) => line.slice(x * stride, x * stride + 2)))
      }))
  }

  const relu = (map) => map.map((row) => row.map((value) => Math.max(value, 0)))

  function move(letter, dx, dy) {
    return letter.map((row, y) => row.map((_, x) => letter[y - dy]?.[x - dx] ?? -1))
  }

  function score(vector, template) {
    const highest = Math.max(...template)
    const counted = vector.filter((_, place) => template[place] === highest)
    return counted.reduce((sum, value) => sum + value, 0) / counted.length
  }

  const isTie = (scores) => {
    const [best, second] = [...scores.values()].sort((a, b) => b - a)
    return Math.abs(best - second) <= 1e-8 + 1e-5 * Math.abs(second)
  }

  function classify(letter, features, templates) {
    const maps = features.map(([, feature]) => matchFeature(letter, feature))
    const vector = maps.flatMap((map) => maxPool(maxPool(relu(map))).flat())
    const scores = new Map(templates.map(([label, template]) => [label, score(vector, template)]))
    const label = [...scores].reduce((best, one) => (one[1] > best[1] ? one : best))[0]
    return { maps, vector, scores, verdict: isTie(scores) ? "a tie" : label }
  }

  const two = (value) => (Math.abs(value) < 0.005 ? 0 : value).toFixed(2)

  function say({ vector, scores, verdict }) {
    const both = [...scores].map(([label, value]) => `${label} scores ${two(value)}`).join(", ")
    const numbers = vector.map(two).join(" ")
    return `Verdict: ${verdict}. ${both}. The ${vector.length} numbers: ${numbers}.`
  }

  const short = (value) => {
    const text = Number.isInteger(value) ? String(value) : value.toFixed(2).replace("0.", ".")
    return text.replace("-", "−")
  }

  // White for 0, blue for what agrees and orange for what does not.
  function tint(value) {
    const [r, g, b] = value < 0 ? [234, 174, 127] : [127, 184, 216]
    const share = Math.min(Math.abs(value), 1)
    return `rgb(${[r, g, b].map((full) => Math.round(255 + (full - 255) * share)).join(" ")})`
  }

  // A map as coloured squares with numbers; a screen reader hears the line of text instead.
  function tiles(columns, kind) {
    const { make } = book
    const box = make("div", { class: `tiles ${kind}`, "aria-hidden": "true" })
    box.style.setProperty("--columns", columns)
    return {
      box,
      fill(values) {
        while (box.children.length < values.length) box.append(make("span"))
        values.forEach((value, place) => {
          box.children[place].textContent = short(value)
          box.children[place].style.background = tint(value)
        })
      },
    }
  }

  function makeGrid(changed) {
    const { make } = book
    const grid = make("div", {
      class: "letter-grid",
      role: "grid",
      "aria-multiselectable": "true",
      "aria-label": "letter: arrow keys move, space draws or erases",
    })
    let letter = zeros(SIDE, SIDE, -1)
    let focus = [4, 4]
    const cells = letter.map((row, y) => {
      const line = make("div", { role: "row" })
      grid.append(line)
      return row.map((_, x) => {
        const cell = make("div", { role: "gridcell", tabindex: -1 })
        line.append(cell)
        return cell
      })
    })
    cells[4][4].tabIndex = 0

    function show() {
      letter.forEach((row, y) => row.forEach((value, x) => {
        const ink = value > 0
        cells[y][x].classList.toggle("ink", ink)
        cells[y][x].setAttribute("aria-selected", String(ink))
        const what = ink ? "ink" : "paper"
        cells[y][x].setAttribute("aria-label", `row ${y + 1}, column ${x + 1}, ${what}`)
      }))
      changed(letter)
    }
    function put(y, x, value) {
      if (letter[y][x] === value) return
      letter[y][x] = value
      show()
    }
    function setFocus(y, x) {
      cells[focus[0]][focus[1]].tabIndex = -1
      focus = [y, x]
      cells[y][x].tabIndex = 0
    }
    function moveFocus(y, x) {
      setFocus(y, x)
      cells[y][x].focus({ preventScroll: true })
    }
    // A screen reader moves the focus, too.
    grid.addEventListener("focusin", (event) => {
      const place = cells.flat().indexOf(event.target)
      if (place >= 0) setFocus(Math.floor(place / SIDE), place % SIDE)
    })
    // The square at a point. A stroke counts only near a square's middle, so that a slanting one
    // does not also ink the corners that it brushes.
    function squareAt(clientX, clientY, reach) {
      const box = cells[0][0].getBoundingClientRect()
      const across = (clientX - box.left) / box.width, down = (clientY - box.top) / box.height
      const x = Math.floor(across), y = Math.floor(down)
      if (x < 0 || y < 0 || x >= SIDE || y >= SIDE) return null
      return Math.hypot(across - x - 0.5, down - y - 0.5) <= reach ? [y, x] : null
    }
    let paint = null, last = null
    grid.addEventListener("pointerdown", (event) => {
      const square = squareAt(event.clientX, event.clientY, 1)
      if (!square || event.button !== 0) return
      event.preventDefault()
      grid.setPointerCapture(event.pointerId)
      paint = -letter[square[0]][square[1]]
      last = [event.clientX, event.clientY]
      moveFocus(...square)
      put(...square, paint)
    })
    grid.addEventListener("pointermove", (event) => {
      if (paint === null) return
      const dx = event.clientX - last[0], dy = event.clientY - last[1]
      const steps = Math.max(1, Math.ceil(Math.hypot(dx, dy) / 3))
      for (let step = 1; step <= steps; step++) {
        const share = step / steps
        const square = squareAt(last[0] + share * dx, last[1] + share * dy, 0.45)
        if (square) put(...square, paint)
      }
      last = [event.clientX, event.clientY]
    })
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
      grid.addEventListener(end, () => { paint = null })
    grid.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const [y, x] = focus, end = SIDE - 1
      const moves = {
        ArrowUp: [Math.max(y - 1, 0), x],
        ArrowDown: [Math.min(y + 1, end), x],
        ArrowLeft: [y, Math.max(x - 1, 0)],
        ArrowRight: [y, Math.min(x + 1, end)],
        Home: [y, 0],
        End: [y, end],
      }
      if (event.key in moves) moveFocus(...moves[event.key])
      else if (event.key === " " || event.key === "Enter") put(y, x, -letter[y][x])
      else return
      event.preventDefault()
    })
    const set = (other) => {
      letter = other.map((row) => [...row])
      show()
    }
    return { grid, set, get: () => letter }
  }

  book.live.letter_pad = (element, data) => {
    const { make, button } = book
    const features = Object.entries(data.features).map(([name, one]) => [name, matrix(one)])
    const templates = Object.entries(data.templates).map(([name, one]) => [name, one.numbers])
    const letters = Object.entries(data.letters).map(([name, one]) => [name, matrix(one)])
    const text = make("p", { class: "interactive-text" })
    const verdict = make("p", { class: "verdict", "aria-hidden": "true" })
    const drawn = features.map(([name]) => {
      const map = tiles(7, "small"), numbers = tiles(4, "large")
      const caption = make("p", { "aria-hidden": "true" }, name)
      return { map, numbers, box: make("div", {}, caption, map.box, numbers.box) }
    })
    const bars = templates.map(([label]) => {
      const bar = make("meter", { min: 0, max: 1, "aria-hidden": "true" })
      const value = make("span")
      return { bar, value, row: make("div", { class: "score", "aria-hidden": "true" }, label, bar, value) }
    })
    const results = make("div", { class: "letter-results" }, verdict, ...bars.map(({ row }) => row))
    const maps = make("div", { class: "letter-maps" }, ...drawn.map(({ box }) => box))
    const panel = make("div", { class: "letter-pad" })
    element.replaceChildren(text, panel)
    const announce = book.status(text)
    const pad = makeGrid((letter) => {
      const found = classify(letter, features, templates)
      announce(say(found))
      verdict.textContent = found.verdict === "a tie" ? "a tie" : `It says ${found.verdict}`
      const share = found.vector.length / features.length
      drawn.forEach(({ map, numbers }, place) => {
        map.fill(found.maps[place].flat())
        numbers.fill(found.vector.slice(share * place, share * (place + 1)))
      })
      ;[...found.scores.values()].forEach((value, place) => {
        bars[place].bar.value = Math.max(value, 0)
        bars[place].value.textContent = two(value)
      })
    })
    const thicker = () => maxPool(pad.get(), 1)
    const buttons = make("div", { class: "interactive-buttons" },
      button("clear", () => pad.set(zeros(SIDE, SIDE, -1))),
      ...letters.map(([name, letter]) => button(`load ${name.toUpperCase()}`, () => pad.set(letter))),
      button("move left", () => pad.set(move(pad.get(), -1, 0))),
      button("move right", () => pad.set(move(pad.get(), 1, 0))),
      button("move up", () => pad.set(move(pad.get(), 0, -1))),
      button("move down", () => pad.set(move(pad.get(), 0, 1))),
      button("thicker", () => pad.set(thicker())))
    results.append(buttons)
    panel.append(pad.grid, results, maps)
    pad.set(Object.fromEntries(letters)[data.first])
  }
})()

// Lesson 03's workbench: type a 3x3 kernel and see what it does to a photograph.
// The same arithmetic as utils/widgets/sobel.py; a test compares their lines.
"use strict"

;(() => {
  const book = (window.pixelsBook = window.pixelsBook ?? { live: {} })
  const OWN = "your own"

  function photograph({ shape, bytes, floats }) {
    const raw = Uint8Array.from(atob(bytes ?? floats), (character) => character.charCodeAt(0))
    const pixels = bytes ? raw : new Float32Array(raw.buffer)
    return { height: shape[0], width: shape[1], pixels }
  }

  // A kernel as whole numbers and what to divide them by: a blur is nine 1s, by 9.
  function wholeNumbers(kernel) {
    for (let divisor = 1; divisor <= 100; divisor++) {
      const scaled = kernel.map((value) => value * divisor)
      const close = (value) => Math.abs(value - Math.round(value)) <= 1e-8 + 1e-5 * Math.abs(Math.round(value))
      if (scaled.every(close)) return [scaled.map((value) => Math.round(value)), divisor]
    }
    return [kernel, 1]
  }

  function correlate({ height, width, pixels }, kernel) {
    const rows = height - 2, columns = width - 2
    const result = new Float64Array(rows * columns)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        let sum = 0
        for (let i = 0; i < 3; i++)
          for (let j = 0; j < 3; j++) sum += kernel[3 * i + j] * pixels[(y + i) * width + x + j]
        result[y * columns + x] = sum
      }
    return { height: rows, width: columns, values: result }
  }

  // As numpy.quantile: between two values, in proportion.
  function quantile(values, share) {
    const sorted = Float64Array.from(values).sort()
    const place = share * (sorted.length - 1), below = Math.floor(place)
    const above = Math.min(below + 1, sorted.length - 1)
    return sorted[below] + (place - below) * (sorted[above] - sorted[below])
  }

  // At most two decimals, as Python's round: a tie goes to the even digit.
  function short(value) {
    const scaled = value * 100, below = Math.floor(scaled)
    const isTie = Math.abs(scaled - below - 0.5) < 1e-9
    const rounded = (isTie ? below + Math.abs(below % 2) : Math.round(scaled)) / 100 + 0
    const digits = Number(rounded.toPrecision(6))
    return digits.toLocaleString("en", { maximumFractionDigits: 2 }).replace("-", "−")
  }

  function say(name, subject, kernel, { values }) {
    const total = kernel.reduce((sum, value) => sum + value, 0)
    let low = Infinity, high = -Infinity, sum = 0
    for (const value of values) {
      low = Math.min(low, value)
      high = Math.max(high, value)
      sum += value
    }
    return `Kernel ${name} on ${subject}: its numbers add up to ${short(total)}, so a uniform patch ` +
      `of 100 becomes ${short(100 * total)}. The result runs from ${short(low)} to ${short(high)}, ` +
      `with a mean of ${short(sum / values.length)}.`
  }

  function draw(canvas, { height, width }, level) {
    canvas.width = width
    canvas.height = height
    const context = canvas.getContext("2d")
    const image = context.createImageData(width, height)
    for (let place = 0; place < width * height; place++) {
      image.data.fill(level(place), 4 * place, 4 * place + 3)
      image.data[4 * place + 3] = 255
    }
    context.putImageData(image, 0, 0)
  }

  function panel(caption) {
    const { make } = book
    const canvas = make("canvas", { role: "img" })
    const text = make("figcaption", {}, caption)
    return { canvas, text, box: make("figure", {}, canvas, text) }
  }

  function numberBox(label, attributes = {}) {
    const { make } = book
    const box = make("input", { type: "number", step: "any", min: -999, max: 999, ...attributes })
    box.setAttribute("aria-label", label)
    return box
  }

  book.live.kernel_workbench = (element, data) => {
    const { make, select } = book
    const photographs = Object.entries(data.photographs).map(([name, one]) => [name, photograph(one)])
    const kernels = Object.entries(data.kernels).map(([name, one]) => [name, one.numbers])
    const text = make("p", { class: "interactive-text" })
    const boxes = Array.from({ length: 9 }, (_, place) =>
      numberBox(`row ${Math.floor(place / 3) + 1}, column ${(place % 3) + 1}`))
    const divisor = numberBox("divide by", { min: 0.01 })
    const before = panel("photograph"), after = panel("result")
    let subject = 0

    const names = kernels.map(([name]) => name)
    const photo = select("photograph", photographs.map(([name]) => name), (place) => {
      subject = place
      update()
    })
    const kernel = select("kernel", [...names, OWN], (place) => {
      if (place < kernels.length) fill(place)
      update()
    })
    function fill(place) {
      const [numbers, by] = wholeNumbers(kernels[place][1])
      boxes.forEach((box, one) => { box.value = numbers[one] })
      divisor.value = by
    }
    function update() {
      const numbers = boxes.map((box) => box.valueAsNumber), by = divisor.valueAsNumber
      if (![...numbers, by].every(Number.isFinite) || by < 0.01) return
      const weights = numbers.map((value) => value / by)
      const [name, image] = photographs[subject]
      const result = correlate(image, weights)
      const total = weights.reduce((sum, value) => sum + value, 0)
      let low = 0, high = 255
      if (Math.abs(total) < 1e-9) {
        high = quantile(result.values.map(Math.abs), 0.995) || 1
        low = -high
      }
      const title = low < 0 ? "result: grey is 0" : "result: 0 is black, 255 white"
      draw(before.canvas, image, (place) => image.pixels[place])
      draw(after.canvas, result, (place) => (255 * (result.values[place] - low)) / (high - low))
      before.text.textContent = `photograph: ${name}`
      after.text.textContent = title
      const line = say([...names, OWN][Number(kernel.box.value)], name, weights, result)
      before.canvas.setAttribute("aria-label", `photograph: ${name}`)
      after.canvas.setAttribute("aria-label", line)
      announce(line)
    }
    for (const box of [...boxes, divisor])
      box.addEventListener("input", () => {
        kernel.box.value = String(kernels.length)
        update()
      })
    const by = make("label", {}, make("span", {}, "divide by"), divisor)
    element.replaceChildren(
      make("div", { class: "interactive-controls" }, photo.label, kernel.label),
      text,
      make("div", { class: "workbench" }, before.box,
        make("div", { class: "kernel" }, make("div", { class: "kernel-boxes" }, ...boxes), by),
        after.box))
    const announce = book.status(text)
    const first = Math.max(names.indexOf(data.still), 0)
    kernel.box.value = String(first)
    fill(first)
    update()
  }
})()

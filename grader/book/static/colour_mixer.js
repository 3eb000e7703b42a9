// Lesson 01's mixer: a colour from red, green and blue, its code, and the grey it becomes.
// The same arithmetic as utils/pixels.py; a test compares their lines.
"use strict"

;(() => {
  const book = (window.pixelsBook = window.pixelsBook ?? { live: {} })
  const CHANNELS = ["red", "green", "blue"]
  const LUMA = [0.299, 0.587, 0.114]

  const hex = (values) =>
    "#" + values.map((value) => value.toString(16).padStart(2, "0").toUpperCase()).join("")

  function parse(code) {
    const digits = code.trim().replace(/^#/, "")
    if (!/^[0-9a-f]{6}$/i.test(digits)) return null
    return [0, 2, 4].map((start) => parseInt(digits.slice(start, start + 2), 16))
  }

  book.live.colour_mixer = (element, { code }) => {
    const { make } = book
    const text = make("p", { class: "interactive-text" })
    const swatches = [...CHANNELS, "colour", "grey"].map((name) => {
      const patch = make("span", { class: "patch" })
      const caption = make("span")
      return { name, patch, caption, box: make("div", {}, caption, patch) }
    })
    const sliders = CHANNELS.map((name) => {
      const range = make("input", { type: "range", min: 0, max: 255, step: 1 })
      const value = make("output", { "aria-hidden": "true" })
      range.addEventListener("input", () => {
        field.value = hex(values())
        update()
      })
      return { range, value, label: make("label", {}, make("span", {}, name), range, value) }
    })
    const field = make("input", { type: "text", size: 8, spellcheck: "false" })
    field.addEventListener("input", () => {
      const colour = parse(field.value)
      if (!colour) return announce("Not a colour yet: it takes six digits, 0 to 9 and A to F.")
      set(colour)
    })
    const values = () => sliders.map(({ range }) => range.valueAsNumber)

    function set(colour) {
      colour.forEach((value, place) => { sliders[place].range.value = value })
      update()
    }
    function update() {
      const colour = values()
      const grey = colour.reduce((sum, value, place) => sum + value * LUMA[place], 0)
      const [red, green, blue] = colour
      const alone = CHANNELS.map((_, one) => colour.map((value, place) => (place === one ? value : 0)))
      ;[...alone, colour, [grey, grey, grey]].forEach((mixed, place) => {
        swatches[place].patch.style.background = `rgb(${mixed.join(" ")})`
      })
      const numbers = [...colour, hex(colour), grey.toFixed(1)]
      swatches.forEach(({ name, caption }, place) => { caption.textContent = `${name} ${numbers[place]}` })
      colour.forEach((value, place) => { sliders[place].value.textContent = String(value) })
      announce(`${hex(colour)}: red ${red}, green ${green}, blue ${blue}. As grey: ${grey.toFixed(1)}.`)
    }
    const strip = make("div", { class: "swatches", "aria-hidden": "true" },
      ...swatches.map(({ box }) => box))
    element.replaceChildren(
      make("div", { class: "interactive-controls" }, ...sliders.map(({ label }) => label),
        make("label", {}, make("span", {}, "code"), field)),
      text, strip)
    const announce = book.status(text)
    field.value = code.toUpperCase()
    set(parse(code))
  }
})()

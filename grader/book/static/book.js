// Brings the book's interactive figures to life. A figure has a list of drawn states, which `play`
// shows as its controls move, or its arithmetic is in a file beside this one, which registers itself
// in `pixelsBook.live` and is called with the figure's element and data.
"use strict"

const pixelsBook = (window.pixelsBook = window.pixelsBook ?? { live: {} })

// ---- small parts that all figures share

pixelsBook.make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

// A line of text that follows the figure at once, and a copy that a screen reader hears when the
// figure has come to rest: a slider that is dragged would otherwise read out every position.
pixelsBook.status = (shown) => {
  const heard = pixelsBook.make("p", { class: "interactive-heard", role: "status" })
  shown.after(heard)
  let waiting = 0
  return (text) => {
    shown.textContent = text
    clearTimeout(waiting)
    waiting = setTimeout(() => { heard.textContent = text }, 500)
  }
}

pixelsBook.button = (text, press) => {
  const button = pixelsBook.make("button", { type: "button" }, text)
  button.addEventListener("click", press)
  return button
}

pixelsBook.select = (name, options, change) => {
  const box = pixelsBook.make("select")
  options.forEach((text, place) => box.append(new Option(text, String(place))))
  box.addEventListener("change", () => change(Number(box.value)))
  return { box, label: pixelsBook.make("label", {}, pixelsBook.make("span", {}, name), box) }
}

// ---- figures whose states are drawn

function play(element, figure) {
  const { controls, states } = figure
  const count = controls.length
  const image = element.querySelector("img")
  const say = pixelsBook.status(element.querySelector(".interactive-text"))
  const widest = Math.max(...states.map((state) => state[count + 1]))
  const steps = controls.findIndex((control) => control.kind === "steps")
  const ranges = controls.map((_, place) => {
    const positions = states.map((state) => state[place])
    return Math.max(...positions) - Math.min(...positions) || 1
  })
  let now = states[0]

  // The positions of one control that there are pictures of while the others stay; where there is
  // only the present one, all: the others then move.
  function positions(place) {
    const near = states.filter((state) =>
      controls.every((_, other) => other === place || state[other] === now[other]))
    const found = distinct(near.length > 1 ? near : states, place)
    return found
  }

  // The state in which a control is at a position, and the others are as near as possible to now.
  function find(place, position) {
    const cost = (state) => controls.reduce((sum, control, other) => {
      if (other === place) return sum
      if (other === steps) return sum + Math.abs(state[other] - 1) / ranges[other]
      const moved = Math.abs(state[other] - now[other])
      return sum + (control.kind === "choice" ? 10 * (moved > 0) : moved / ranges[other])
    }, 0)
    const there = states.filter((state) => state[place] === position)
    return there.reduce((best, state) => (cost(state) < cost(best) ? state : best))
  }

  const parts = controls.map((control, place) => {
    const move = (position) => show(find(place, position))
    if (control.kind === "choice") {
      const made = pixelsBook.select(control.name, control.options, move)
      return { element: made.label, show: () => { made.box.value = String(now[place]) } }
    }
    return slider(control, () => positions(place), () => now[place], move)
  })

  function show(state) {
    now = state
    const [file, width, height, text, alt] = state.slice(count)
    image.src = element.dataset.pictures + file
    image.alt = alt ?? text
    image.width = width
    image.height = height
    image.style.width = `${(100 * width) / widest}%`
    for (const part of parts) part.show()
    say(text)
  }

  const row = pixelsBook.make("div", { class: "interactive-controls" }, ...parts.map((p) => p.element))
  const still = element.querySelector(".interactive-still")
  still.style.maxWidth = `${widest}px`
  still.before(row)
  if (isThinned(figure)) {
    const note = figure.grid
      ? "Here, the sliders stop at some of their values; in the notebook, at all of them."
      : "Here, one control moves at a time: another goes back where no picture has both. In the " +
        "notebook, all move freely."
    still.after(pixelsBook.make("p", { class: "interactive-note" }, note))
  }
  show(now)

  // All pictures are loaded once a reader comes near, so that no step waits for the network.
  const load = () => {
    for (const file of new Set(states.map((state) => state[count])))
      new Image().src = element.dataset.pictures + file
  }
  element.addEventListener("pointerenter", load, { once: true })
  element.addEventListener("focusin", load, { once: true })
}

function distinct(states, place) {
  return [...new Set(states.map((state) => state[place]))].sort((a, b) => a - b)
}

// Whether some combination of the controls has no picture.
function isThinned({ controls, states, grid }) {
  if (!grid) return true
  return controls.some(({ kind }, place) => {
    const found = distinct(states, place)
    return kind === "slider" && found.length - 1 !== found.at(-1) - found[0]
  })
}

// A slider over the positions that there are now, with its value beside it; steps also have buttons.
function slider(control, positions, current, move) {
  const { make, button } = pixelsBook
  const range = make("input", { type: "range", min: 0, step: 1 })
  // The slider says its value itself.
  const value = make("output", { "aria-hidden": "true" })
  const label = make("label", {}, make("span", {}, control.name), range, value)
  const go = (place) => {
    const all = positions()
    move(all[Math.min(Math.max(place, 0), all.length - 1)])
  }
  range.addEventListener("input", () => go(Number(range.value)))
  const show = () => {
    const all = positions(), place = all.indexOf(current())
    const text = String(current()).replace("-", "−")
    range.max = all.length - 1
    range.value = place
    range.setAttribute("aria-valuetext", control.kind === "steps" ? `${text} of ${all.at(-1)}` : text)
    value.textContent = text
  }
  if (control.kind !== "steps") return { element: label, show }

  const at = () => positions().indexOf(current())
  const isLast = () => at() === positions().length - 1
  let timer = 0
  const stop = () => {
    clearInterval(timer)
    timer = 0
    player.textContent = "▶ play"
  }
  const player = button("▶ play", () => {
    if (timer) return stop()
    player.textContent = "■ stop"
    go(isLast() ? 0 : at() + 1)
    timer = setInterval(() => (isLast() ? stop() : go(at() + 1)), 900)
  })
  const previous = button("previous", () => { stop(); go(at() - 1) })
  const next = button("next", () => { stop(); go(at() + 1) })
  range.addEventListener("input", stop)
  const group = make("div", { class: "interactive-steps" }, player, previous, next, label)
  return { element: group, show }
}

// ---- the playground, which is as high as its content, so that a page scrolls only once

function fit(frame) {
  const content = frame.contentDocument?.body
  if (!content) return
  new ResizeObserver(() => { frame.style.height = `${content.scrollHeight + 24}px` }).observe(content)
}

// ---- start

function begin() {
  for (const frame of document.querySelectorAll("iframe.playground")) {
    frame.addEventListener("load", () => fit(frame))
    if (frame.contentDocument?.readyState === "complete") fit(frame)
  }
  for (const element of document.querySelectorAll(".interactive")) {
    const data = JSON.parse(element.querySelector("script").textContent)
    element.setAttribute("role", "group")
    element.setAttribute("aria-label", "Interactive figure")
    if ("states" in element.dataset) play(element, data)
    else pixelsBook.live[element.dataset.live]?.(element, data)
  }
}

if (document.readyState === "complete") begin()
else window.addEventListener("DOMContentLoaded", begin)

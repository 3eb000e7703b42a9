// The page: what is drawn and chosen, and what is shown of it.

import { drawCurves } from "charts";
import { element, rove, written } from "dom";
import { imageOf, makePad } from "drawing";
import { disturbed, footprints, forward, load, ranking, roundToSum, SIDE, unfold } from "engine";
import { around0, paint } from "paint";
import { nameOf, showSum } from "unfold";

const at = (id) => document.getElementById(id);
const SLIDERS = [
  { key: "right", label: "Move sideways", min: -10, max: 10, unit: sideways },
  { key: "down", label: "Move up or down", min: -10, max: 10, unit: upOrDown },
  { key: "angle", label: "Rotate", min: -60, max: 60, step: 5, unit: turned },
  { key: "noise", label: "Noise", min: 0, max: 0.6, step: 0.05, unit: (value) => written(value, 2) },
  { key: "cover", label: "Cover: size", min: 0, max: 14, unit: (value) => pixels(value) },
  { key: "coverLeft", label: "Cover: column", min: 0, max: 27, unit: (value) => String(value + 1) },
  { key: "coverTop", label: "Cover: row", min: 0, max: 27, unit: (value) => String(value + 1) },
];
const UNCHANGED = {
  right: 0, down: 0, angle: 0, noise: 0, seed: 1, cover: 0, coverTop: 10, coverLeft: 10,
};
const SETTLED = 150; // milliseconds without a change after which sums and curves are renewed
const QUIET = 500; // ... and after which the verdict is announced

const state = {
  base: new Float32Array(SIDE * SIDE), // the digit before it is changed
  truth: null, // what it is; null: what the most robust network reads in `base`
  sample: null,
  changes: { ...UNCHANGED },
  network: "lenet",
  layer: 3,
  map: 0,
  path: [], // places, from the value that was chosen down to the one that is unfolded
  open: null, // the channel whose products are shown; null: the one with the largest sum
};
let course, networks, names, pad;
let outputs = {};
let frame = 0;
let timers = [];

async function start() {
  const main = at("playground");
  const loaded = await load(main.dataset.manifest, main.dataset.weights);
  course = loaded.manifest;
  networks = loaded.networks;
  names = Object.keys(networks);
  at("take").hidden = main.dataset.weights.startsWith("data:");
  makeDrawing();
  makeSamples(loaded.samples);
  makeSliders();
  makeVerdicts();
  sayFigures();
  showSample(loaded.samples, course.opening.sample, course.opening.shift);
  refreshNow();
  makeInside();
  document.body.dataset.ready = "true";
}

// --- Controls ---

function makeDrawing() {
  pad = makePad(at("pad"), { onChange: redrawn, onEnd: announceSoon, say: announce });
  at("clear").onclick = () => {
    pad.clear();
    redrawn();
    announceSoon();
  };
  at("undo").onclick = pad.undo;
  at("centred").onchange = () => redrawn();
  at("truth").onchange = () => {
    state.truth = at("truth").value === "" ? null : Number(at("truth").value);
    changed();
  };
  const guess = element("option", { value: "" }, "digit as read");
  const digits = Array.from({ length: 10 }, (_, digit) => element("option", { value: digit }, digit));
  at("truth").append(guess, ...digits);
  dragInput(at("input-frame"));
}

function redrawn() {
  if (state.sample !== null) Object.assign(state, { sample: null, changes: { ...UNCHANGED } });
  state.truth = null;
  state.base = imageOf(pad.strokes(), at("centred").checked);
  changed();
}

/** Let the digit, or the covering square, be dragged within the image. */
function dragInput(frameOf) {
  let from = null;
  const place = (event) => {
    const box = frameOf.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top].map((each) => (each / box.width) * SIDE);
  };
  frameOf.addEventListener("pointerdown", (event) => {
    const { cover, coverLeft, coverTop } = state.changes;
    const [x, y] = place(event);
    const on = x >= coverLeft && x < coverLeft + cover && y >= coverTop && y < coverTop + cover;
    from = { x, y, keys: on ? ["coverLeft", "coverTop"] : ["right", "down"], ...state.changes };
    frameOf.setPointerCapture(event.pointerId);
  });
  frameOf.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [x, y] = place(event);
    setChange(from.keys[0], from[from.keys[0]] + Math.round(x - from.x));
    setChange(from.keys[1], from[from.keys[1]] + Math.round(y - from.y));
  });
  frameOf.addEventListener("lostpointercapture", () => {
    from = null;
    announceSoon();
  });
}

function makeSamples(samples) {
  const buttons = samples.map(({ label, image }, index) => {
    const canvas = element("canvas");
    paint(canvas, image, SIDE, SIDE, [0, 1], true);
    const name = `a ${label}, number ${(index % 3) + 1} of 3`;
    const attributes = { type: "button", "aria-label": name, onclick: () => showSample(samples, index) };
    return element("button", attributes, canvas);
  });
  at("samples").append(...buttons);
  rove(at("samples"), buttons, buttons.length);
}

function showSample(samples, index, right = 0) {
  pad.clear();
  state.changes = { ...UNCHANGED, right };
  Object.assign(state, { base: samples[index].image, truth: samples[index].label, sample: index });
  changed();
  if (document.body.dataset.ready) announceSoon();
}

function makeSliders() {
  for (const { key, label, min, max, step = 1 } of SLIDERS) {
    const oninput = (event) => {
      setChange(key, Number(event.target.value));
      announceSoon();
    };
    const input = element("input", { type: "range", id: `slide-${key}`, min, max, step, oninput });
    const shown = element("output", { for: input.id, id: `shown-${key}` });
    at("sliders").append(
      element("div", {}, element("label", { for: input.id }, label), shown, input),
    );
  }
  at("renew").onclick = () => {
    state.changes.seed += 1;
    setChange("noise", state.changes.noise || 0.2);
  };
  at("reset").onclick = () => {
    state.changes = { ...UNCHANGED };
    changed();
    announceSoon();
  };
}

function setChange(key, value) {
  const { min, max } = SLIDERS.find((slider) => slider.key === key);
  state.changes[key] = Math.min(max, Math.max(min, value));
  changed();
}

const pixels = (count) => `${count} pixel${count === 1 ? "" : "s"}`;

function sideways(value) {
  return value ? `${pixels(Math.abs(value))} to the ${value > 0 ? "right" : "left"}` : "in place";
}

function upOrDown(value) {
  return value ? `${pixels(Math.abs(value))} ${value > 0 ? "down" : "up"}` : "in place";
}

function turned(value) {
  return value ? `${Math.abs(value)}° ${value > 0 ? "anticlockwise" : "clockwise"}` : "upright";
}

// --- From a change to what is shown ---

/** Show a change in the next frame; renew the costlier parts when no other change follows. */
function changed() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    refresh();
  });
  later(0, SETTLED, settle);
}

function later(which, delay, action) {
  clearTimeout(timers[which]);
  timers[which] = setTimeout(action, delay);
}

function refresh() {
  const image = disturbed(state.base, state.changes);
  for (const name of names) outputs[name] = forward(networks[name], image);
  paint(at("input"), image, SIDE, SIDE, [0, 1], true);
  showSliders();
  showPreparation();
  showVerdicts();
  showStrip();
  showMap();
}

function settle() {
  if (frame) refreshNow();
  labelGrid();
  showPath();
  showCurves();
}

function refreshNow() {
  cancelAnimationFrame(frame);
  frame = 0;
  refresh();
}

function announceSoon() {
  later(1, QUIET, () => announce(at("disagreement").textContent));
}

function announce(text) {
  at("status").textContent = "";
  requestAnimationFrame(() => {
    at("status").textContent = text;
  });
}

function showSliders() {
  for (const { key, unit } of SLIDERS) {
    const text = unit(state.changes[key]);
    const input = at(`slide-${key}`);
    input.value = state.changes[key];
    input.setAttribute("aria-valuetext", text);
    input.disabled = !state.changes.cover && ["coverLeft", "coverTop"].includes(key);
    at(`shown-${key}`).textContent = text;
  }
  const { cover, coverLeft, coverTop } = state.changes;
  at("cover-mark").hidden = !cover;
  frameBox(at("cover-mark"), [coverTop, coverLeft, cover, cover], SIDE, SIDE);
}

/** Put a mark on a part of a picture: [top, left, rows, columns] of so many rows and columns. */
function frameBox(mark, [top, left, rows, columns], allRows, allColumns) {
  mark.style.top = `${(100 * top) / allRows}%`;
  mark.style.left = `${(100 * left) / allColumns}%`;
  mark.style.height = `${(100 * rows) / allRows}%`;
  mark.style.width = `${(100 * columns) / allColumns}%`;
}

function showPreparation() {
  const from = "28×28 numbers from 0 (paper) to 1 (ink). ";
  const how = at("centred").checked
    ? "As for MNIST, your drawing was scaled into a box of 20×20 and moved until its centre of mass was in the middle."
    : "Your drawing is scaled down where it is.";
  const sample = `A test digit as it is in MNIST: a ${state.truth}.`;
  at("prepared").textContent = from + (state.sample === null ? how : sample);
  at("pad-hint").hidden = pad.strokes().length > 0;
  const buttons = at("samples").children;
  for (let i = 0; i < buttons.length; i++) {
    buttons[i].setAttribute("aria-pressed", String(i === state.sample));
  }
}

// --- Verdicts ---

function makeVerdicts() {
  for (const name of names) {
    const bars = Array.from({ length: 10 }, (_, digit) =>
      element("li", {}, element("span", {}, digit), element("i"), element("span", { class: "number" })),
    );
    at("verdicts").append(
      element(
        "article",
        { class: `verdict ${name}`, id: `verdict-${name}` },
        element("h4", {}, course.networks[name].title),
        element("p", { class: "answer" }, element("b"), element("span")),
        element("p", { class: "second" }),
        element("ul", { class: "bars", "aria-label": "Probability of each digit" }, ...bars),
      ),
    );
  }
}

const probabilities = (name) => outputs[name].at(-1).values;

/** Return what the digit is: what was said, or what the most robust network reads unmoved. */
function truth() {
  if (isBlank()) return null;
  if (state.truth !== null) return state.truth;
  return ranking(forward(networks.augmented, state.base).at(-1).values)[0];
}

const isBlank = () => state.base.every((value) => value === 0);

function showVerdicts() {
  const digit = truth();
  for (const name of names) {
    const card = at(`verdict-${name}`);
    const shares = probabilities(name);
    const [first, second] = ranking(shares);
    const rounded = roundToSum(Array.from(shares), 0.01, 100);
    card.classList.toggle("wrong", digit !== null && first !== digit);
    card.querySelector(".answer b").textContent = isBlank() ? "–" : first;
    card.querySelector(".answer span").textContent = isBlank() ? "nothing to read" : percent(rounded[first]);
    card.querySelector(".second").textContent = isBlank() ? "" : `then ${second}: ${percent(rounded[second])}`;
    card.querySelectorAll("li").forEach((bar, i) => {
      bar.classList.toggle("first", i === first);
      bar.style.setProperty("--share", isBlank() ? 0 : shares[i]);
      bar.lastChild.textContent = isBlank() ? "" : written(rounded[i] / 100, 2);
    });
  }
  at("disagreement").textContent = sayVerdict(digit);
}

const percent = (hundredths) => `${hundredths} %`;

function sayVerdict(digit) {
  if (isBlank()) return "Draw a digit, or take one below.";
  const answers = names.map((name) => ranking(probabilities(name))[0]);
  if (answers.every((answer) => answer === answers[0])) {
    const agreed = `All three networks read a ${answers[0]}`;
    return answers[0] === digit ? `${agreed}.` : `${agreed}, but it is a ${digit}.`;
  }
  const said = names.map((name, i) => `${inSentence(name)} reads a ${answers[i]}`);
  const [head, tail] = [said.slice(0, -1).join(", "), said.at(-1)];
  const whole = `${head}, and ${tail}.`;
  const wrong = names.filter((_, i) => answers[i] !== digit).length;
  const counted = ["", "One of them is wrong", "Two of them are wrong", "All are wrong"][wrong];
  return `${whole[0].toUpperCase()}${whole.slice(1)} ${counted}: it is a ${digit}.`;
}

function inSentence(name) {
  const { title } = course.networks[name];
  return { dense: "the dense network", augmented: "the LeNet-5 that saw shifted digits" }[name] ?? title;
}

// --- Curves ---

function showCurves() {
  const digit = truth();
  const curves = {};
  for (const name of names) {
    curves[name] = course.shifts.map((right) => {
      const image = disturbed(state.base, { ...state.changes, right });
      return digit === null ? 0 : forward(networks[name], image).at(-1).values[digit];
    });
  }
  const now = state.changes.right;
  const here = names.map((name) => `${inSentence(name)} ${written(curves[name][course.shifts.indexOf(now)], 2)}`);
  const text =
    digit === null
      ? "Without a digit there is nothing to measure."
      : `At the present place (${sideways(now)}), the probability of a ${digit} is: ${here.join(", ")}.`;
  at("fails").textContent = text;
  at("truth").options[0].textContent = digit === null ? "digit" : `${digit}, as read unmoved`;
  at("truth").value = state.truth ?? "";
  drawCurves(at("live-curves"), course.shifts, curves, now, `Probability against the shift. ${text}`);
  const measured = Object.fromEntries(
    names.map((name) => [name, course.networks[name].accuracy_under_shift]),
  );
  drawCurves(at("measured-curves"), course.shifts, measured, now, at("measured").textContent);
}

/** Write what is stated with figures: all of them are in the manifest. */
function sayFigures() {
  const share = (name, right) =>
    written(course.networks[name].accuracy_under_shift[course.shifts.indexOf(right)], 2);
  const row = (right) => names.map((name) => `${inSentence(name)} ${share(name, right)}`).join(", ");
  const tests = course.test_images.toLocaleString("en");
  at("measured-title").textContent = `${tests} test digits: share that is read`;
  at("measured").textContent =
    `Measured on ${tests} test digits, in place: ${row(0)}. Moved 4 pixels to the right: ${row(4)}. ` +
    "Lessons 07 and 09 of the course measure the same and explain it.";
  at("legend").append(
    ...names.map((name) =>
      element("li", {}, element("i", { class: `key ${name}` }), course.networks[name].title),
    ),
  );
  const facts = names.map((name) => {
    const { parameters, epochs } = course.networks[name];
    return `${inSentence(name)} (${parameters.toLocaleString("en")} parameters, ${epochs} epochs)`;
  });
  at("about").textContent =
    `Trained on ${course.train_images.toLocaleString("en")} digits with fixed seeds: ${facts.join(", ")}.`;
}

// --- Inside the network ---

const network = () => networks[state.network];

function makeInside() {
  for (const name of names) {
    at("networks").append(radio("network", name, course.networks[name].title, chooseNetwork));
  }
  makeGrid();
  for (const [text, down, right] of [["Left", 0, -1], ["Right", 0, 1], ["Up", -1, 0], ["Down", 1, 0]]) {
    const arrow = { Left: "←", Right: "→", Up: "↑", Down: "↓" }[text];
    const attributes = { type: "button", "aria-label": `One value ${text.toLowerCase()}` };
    at("steps").append(element("button", { ...attributes, onclick: () => step(down, right) }, arrow));
  }
  document.querySelector(".sum").addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.path.length > 1) goBack(state.path.length - 2);
  });
  chooseNetwork(state.network);
}

function radio(group, value, text, choose) {
  const id = `${group}-${value}`;
  const input = element("input", { type: "radio", name: group, id, value, onchange: () => choose(value) });
  return element("span", {}, input, element("label", { for: id }, text));
}

function chooseNetwork(name) {
  state.network = name;
  at(`network-${name}`).checked = true;
  const legend = at("layers").querySelector("legend");
  at("layers").replaceChildren(
    legend,
    ...network().map(({ name: title }, layer) =>
      radio("layer", layer, title, (each) => chooseMap(each)),
    ),
  );
  makeStrip();
  chooseMap(name === "dense" ? 1 : 3);
}

/** Enlarge a map, by default the layer's strongest, and unfold its strongest value. */
function chooseMap(layer, map = null) {
  const { values, rows, columns } = outputs[state.network][layer];
  const from = map === null || isFlat(layer) ? 0 : map * rows * columns;
  const to = map === null || isFlat(layer) ? values.length : from + rows * columns;
  let best = from;
  for (let i = from; i < to; i++) if (Math.abs(values[i]) > Math.abs(values[best])) best = i;
  choosePlace(placeAt(layer, best));
}

function placeAt(layer, index) {
  const { rows, columns } = outputs[state.network][layer];
  return {
    layer,
    channel: Math.floor(index / (rows * columns)),
    row: Math.floor(index / columns) % rows,
    column: index % columns,
  };
}

const indexOf = ({ layer, channel, row, column }) => {
  const { rows, columns } = outputs[state.network][layer];
  return (channel * rows + row) * columns + column;
};

function choosePlace(place, path = []) {
  state.path = [...path, place];
  state.open = null;
  showChoice();
}

function goBack(index) {
  state.path = state.path.slice(0, index + 1);
  state.open = null;
  showChoice();
  at("sum-title").focus();
}

function showChoice() {
  const { layer, channel } = state.path.at(-1);
  Object.assign(state, { layer, map: isFlat(layer) ? 0 : channel });
  at(`layer-${layer}`).checked = true;
  makeGridCells();
  showStrip();
  showMap();
  labelGrid();
  showPath();
}

/** Whether a layer's maps are single values, which are shown together on one board. */
const isFlat = (layer) => network()[layer].board !== undefined;

/** Return what is enlarged or drawn of a layer: {rows, columns, values}. */
function boardOf(layer, map) {
  const output = outputs[state.network][layer];
  if (isFlat(layer)) {
    const [rows, columns] = network()[layer].board;
    return { rows, columns, values: output.values };
  }
  const size = output.rows * output.columns;
  const values = output.values.subarray(map * size, (map + 1) * size);
  return { rows: output.rows, columns: output.columns, values };
}

function rangeOf(layer) {
  const { kind, activation } = network()[layer];
  if (kind === "input" || activation === "softmax") return [0, 1];
  if (activation === "relu") return [0, around0(outputs[state.network][layer].values)[1]];
  return [-1, 1];
}

function makeStrip() {
  const groups = network().map(({ name }, layer) => {
    const { channels, rows, columns } = outputs[state.network][layer];
    const count = isFlat(layer) ? 1 : channels;
    const size = isFlat(layer) ? `${channels} units` : `${channels} × ${rows}×${columns}`;
    const buttons = Array.from({ length: count }, (_, map) =>
      element(
        "button",
        {
          type: "button",
          "aria-label": count > 1 ? `${name}, map ${map + 1}` : name,
          onclick: () => chooseMap(layer, isFlat(layer) ? null : map),
        },
        element("canvas"),
        element("span", { class: "mark", hidden: true }),
      ),
    );
    const maps = element("div", { class: "maps", role: "toolbar", "aria-label": `Maps of ${name}` }, ...buttons);
    rove(maps, buttons, buttons.length);
    const title = element("p", { class: "layer-name" }, element("b", {}, name), ` ${size}`);
    return element("div", { class: `layer ${isFlat(layer) ? "flat" : ""}` }, title, maps);
  });
  at("strip").replaceChildren(...groups);
}

function showStrip() {
  const place = state.path.at(-1);
  if (!place) return;
  const seen = footprints(network(), place);
  [...at("strip").children].forEach((group, layer) => {
    group.classList.toggle("current", layer === state.layer);
    [...group.querySelectorAll("button")].forEach((button, map) => {
      const board = boardOf(layer, map);
      const grey = network()[layer].kind === "input";
      paint(button.firstChild, board.values, board.rows, board.columns, rangeOf(layer), grey);
      const chosen = layer === state.layer && map === state.map;
      button.setAttribute("aria-pressed", String(chosen));
      const mark = markOn(layer, seen, place, chosen);
      button.lastChild.hidden = !mark;
      if (mark) frameBox(button.lastChild, mark, board.rows, board.columns);
    });
  });
}

/** Return the part of a layer's maps to mark: the chosen value, or what it was computed from. */
function markOn(layer, seen, place, chosen) {
  if (layer === place.layer && !chosen) return null;
  if (!isFlat(layer)) return seen[layer] ?? null;
  if (layer !== place.layer) return null;
  const [, columns] = network()[layer].board;
  return [Math.floor(place.channel / columns), place.channel % columns, 1, 1];
}

function showMap() {
  const place = state.path.at(-1);
  if (!place) return;
  const { layer, map } = state;
  const board = boardOf(layer, map);
  const range = rangeOf(layer);
  const grey = network()[layer].kind === "input";
  paint(at("map"), board.values, board.rows, board.columns, range, grey);
  paint(at("ramp"), Array.from({ length: 64 }, (_, i) => i / 63), 1, 64, [0, 1], grey);
  at("map-frame").style.setProperty("--ratio", `${board.columns} / ${board.rows}`);
  at("low").textContent = written(range[0], range[0] % 1 ? 2 : 0);
  at("high").textContent = written(range[1], range[1] % 1 ? 2 : 0);
  const { name } = network()[layer];
  const { channels } = outputs[state.network][layer];
  at("map-title").textContent = isFlat(layer) || channels === 1 ? name : `${name}, map ${map + 1} of ${channels}`;
  frameBox(at("map-mark"), markOn(layer, footprints(network(), place), place, true), board.rows, board.columns);
  at("map-mark").hidden = false;
  at("map-note").textContent = sayValue(place);
}

function sayValue(place) {
  const value = outputs[state.network][place.layer].values[indexOf(place)];
  return `${nameOf(network(), outputs[state.network], place)}: ${written(value)}`;
}

// --- The grid: the chosen map as a table in which every value can be reached ---

let stopAt = null;
let cells = [];

function makeGrid() {
  const grid = at("grid");
  grid.onclick = (event) => chooseCell(cells.indexOf(event.target.closest("td")));
  grid.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    chooseCell(cells.indexOf(event.target));
  });
  for (const type of ["pointerover", "focusin"]) {
    grid.addEventListener(type, (event) => {
      const cell = cells.indexOf(event.target);
      if (cell >= 0 && isValue(cell)) at("map-note").textContent = sayValue(cellPlace(cell));
    });
  }
  grid.addEventListener("pointerleave", () => {
    at("map-note").textContent = sayValue(state.path.at(-1));
  });
}

function makeGridCells() {
  const { rows, columns } = boardOf(state.layer, state.map);
  const grid = at("grid");
  if (grid.rows.length !== rows || grid.rows[0].cells.length !== columns) {
    const row = () =>
      element("tr", {}, ...Array.from({ length: columns }, () => element("td", { role: "gridcell" })));
    grid.replaceChildren(element("tbody", {}, ...Array.from({ length: rows }, row)));
    cells = [...grid.querySelectorAll("td")];
    stopAt = rove(grid, cells, columns);
  }
  const { channel, row, column } = state.path.at(-1);
  stopAt(isFlat(state.layer) ? channel : row * columns + column);
}

const isValue = (cell) => !isFlat(state.layer) || cell < outputs[state.network][state.layer].channels;

function cellPlace(cell) {
  const { columns } = boardOf(state.layer, state.map);
  return isFlat(state.layer)
    ? { layer: state.layer, channel: cell, row: 0, column: 0 }
    : { layer: state.layer, channel: state.map, row: Math.floor(cell / columns), column: cell % columns };
}

function chooseCell(cell) {
  if (cell < 0 || !isValue(cell)) return;
  choosePlace(cellPlace(cell));
  announce(`${sayValue(state.path[0])}. Its sum is shown beside the map.`);
}

function step(down, right) {
  const { rows, columns } = boardOf(state.layer, state.map);
  const { channel, row, column } = state.path.at(-1);
  const here = isFlat(state.layer) ? channel : row * columns + column;
  const [to, across] = [Math.floor(here / columns) + down, (here % columns) + right];
  if (to >= 0 && to < rows && across >= 0 && across < columns) chooseCell(to * columns + across);
}

function labelGrid() {
  if (!state.path.length) return;
  const { columns, values } = boardOf(state.layer, state.map);
  const { channel, row, column } = state.path.at(-1);
  const chosen = isFlat(state.layer) ? channel : row * columns + column;
  cells.forEach((cell, i) => {
    const name = isFlat(state.layer)
      ? `unit ${i + 1}`
      : `row ${Math.floor(i / columns) + 1}, column ${(i % columns) + 1}`;
    cell.setAttribute("aria-label", `${name}, ${written(values[i], 2)}`);
    cell.setAttribute("aria-selected", String(i === chosen));
  });
}

// --- The path and the sum ---

function showPath() {
  if (!state.path.length) return;
  const all = outputs[state.network];
  const steps = state.path.map((place, i) => {
    const last = i === state.path.length - 1;
    const attributes = { type: "button", id: `step-${i}`, "aria-current": last && "step", onclick: () => goBack(i) };
    return element("li", {}, element("button", attributes, nameOf(network(), all, place)));
  });
  const place = state.path.at(-1);
  const focused = document.activeElement?.closest(".sum") && document.activeElement.id;
  at("path").replaceChildren(...steps);
  at("sum-title").textContent = sayValue(place);
  const view = {
    network: network(),
    outputs: all,
    place,
    unfolded: unfold(network(), all, place),
    open: state.open,
  };
  showSum(at("sum"), view, goDown, openChannel);
  if (focused) at(focused)?.focus();
}

function goDown(place) {
  choosePlace(place, state.path);
  at("sum-title").focus();
}

function openChannel(channel) {
  state.open = channel;
  showPath();
}

start().catch((error) => {
  at("trouble").hidden = false;
  at("trouble").textContent = `The page could not start: ${error.message}`;
  throw error;
});

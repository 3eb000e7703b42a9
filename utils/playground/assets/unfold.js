// One value as text and tables: its window times its kernel, added up. Every table's numbers are
// rounded so that they add up to the sum that is shown.

import { element, rove, written } from "dom";
import { ACTIVATIONS, logits, roundToSum, softmax, total } from "engine";
import { around0, cellColours, paint } from "paint";

const UNIT = 0.001;
const LARGEST = 8; // contributions to a dense layer's unit that are listed one by one

/**
 * Show how a value comes about.
 *
 * @param container where
 * @param view {network, outputs, place, unfolded, open}: `place` is {layer, channel, row, column},
 *   `unfolded` what `unfold` says of it, `open` the channel whose products are shown, or null
 * @param go called with a place of the layer before, to unfold that one next
 * @param choose called with a channel, to show its products
 */
export function showSum(container, view, go, choose) {
  const { kind } = view.network[view.place.layer];
  const show = { input: pixelRows, dense: denseRows }[kind] ?? windowRows;
  container.replaceChildren(...show(view, go, choose));
}

/** Name a value in words: "C3, map 5, row 3, column 7". */
export function nameOf(network, outputs, { layer, channel, row, column }) {
  const { name, kind } = network[layer];
  const { channels, rows, columns } = outputs[layer];
  if (name === "Output") return `Output, digit ${channel}`;
  if (rows * columns === 1) return `${name}, unit ${channel + 1}`;
  const at = `row ${row + 1}, column ${column + 1}`;
  return kind === "input" || channels === 1 ? `${name}, ${at}` : `${name}, map ${channel + 1}, ${at}`;
}

function pixelRows({ network, outputs, place, unfolded }) {
  const border = network[0].pad;
  const inside = (at) => at >= border && at < outputs[0].rows - border;
  const text =
    inside(place.row) && inside(place.column)
      ? `This is a pixel of the image: ${written(unfolded.value)}, where 0 is paper and 1 is ink. ` +
        "Every sum in the network comes down to pixels like this one."
      : "This pixel is in the border of two rows and columns of zeros that turns 28×28 into LeNet's 32×32.";
  return [element("p", {}, text)];
}

// --- Convolution and pooling ---

function windowRows(view, go, choose) {
  const { network, outputs, place, unfolded } = view;
  const { parts, bias, value } = unfolded;
  const pooling = network[place.layer].kind === "mean";
  const shown = roundToSum([...parts.map((each) => total(each.products)), bias], UNIT);
  const open = view.open ?? largest(shown.slice(0, -1));
  const part = parts.findIndex((each) => each.channel === open);
  const which = part < 0 ? 0 : part;
  const rows = [sentence(view)];
  if (parts.length > 1) rows.push(subtotals(view, shown, which, choose));
  rows.push(products(view, parts[which], shown[which], go));
  if (!pooling) rows.push(equation(view, shown));
  else rows.push(element("p", { class: "equation" }, `The mean of the window is ${written(value)}.`));
  rows.push(note(outputs[place.layer - 1]));
  return rows;
}

function sentence({ network, place, unfolded }) {
  const { kind, size, activation } = network[place.layer];
  const before = network[place.layer - 1].name;
  const windows = unfolded.parts.length;
  const text =
    kind === "mean"
      ? `The mean of a window of ${size}×${size} in ${before}: each value counts a quarter.`
      : `${windows === 1 ? "A window" : `${windows} windows`} of ${size}×${size} in ${before}, each value ` +
        `times its weight: ${windows * size * size} products. Their sum and the bias go through ${activation}.`;
  return element("p", {}, text);
}

const largest = (numbers) =>
  numbers.reduce((best, number, at) => (Math.abs(number) > Math.abs(numbers[best]) ? at : best), 0);

function units(count) {
  return written(count * UNIT);
}

function subtotals({ network, place, unfolded }, shown, which, choose) {
  const before = network[place.layer - 1].name;
  const buttons = unfolded.parts.map((part, at) =>
    element(
      "button",
      {
        type: "button",
        id: `channel-${part.channel}`,
        "aria-pressed": String(at === which),
        onclick: () => choose(part.channel),
      },
      element("span", {}, `map ${part.channel + 1}`),
      element("b", { class: "subtotal-term" }, units(shown[at])),
    ),
  );
  const bar = element(
    "div",
    { class: "subtotals", role: "toolbar", "aria-label": `Sums over the maps of ${before}` },
    ...buttons,
  );
  rove(bar, buttons, buttons.length)(which);
  const title = `Sum over each map of ${before}. Choose one to see its products:`;
  return element("div", {}, element("p", { class: "caption" }, title), bar);
}

function products({ network, outputs, place }, part, target, go) {
  const { size } = part;
  const input = outputs[place.layer - 1];
  const before = network[place.layer - 1];
  const map = input.channels > 1 ? `${before.name}, map ${part.channel + 1}` : before.name;
  const rounded = roundToSum(part.products, UNIT, target).map((count) => count * UNIT);
  const grey = before.kind === "input";
  const range = grey ? [0, 1] : [-1, 1];
  const placeOf = (at) => ({
    layer: place.layer - 1,
    channel: part.channel,
    row: part.row + Math.floor(at / size),
    column: part.column + (at % size),
  });
  return element(
    "div",
    { class: "products" },
    numbers(`Window in ${map}`, part.inputs, size, range, { grey, go: (at) => go(placeOf(at)) }),
    element("span", { class: "sign", "aria-hidden": "true" }, "×"),
    numbers("Kernel", part.weights, size, around0(part.weights)),
    element("span", { class: "sign", "aria-hidden": "true" }, "="),
    element(
      "div",
      {},
      numbers("Products", rounded, size, around0(rounded), { name: "product" }),
      element("p", { class: "total" }, "sum ", element("output", { class: "subtotal" }, units(target))),
    ),
  );
}

/** Return a table of size x size numbers; with `go`, each is a button. */
function numbers(caption, values, size, range, { grey = false, go = null, name = "" } = {}) {
  const made = element("table", { class: "numbers" }, element("caption", {}, caption));
  const body = element("tbody");
  const buttons = [];
  for (let row = 0; row < size; row++) {
    const line = element("tr");
    for (let at = row * size; at < (row + 1) * size; at++) {
      const { background, color } = cellColours(values[at], range, grey);
      const cell = element("td", { class: name, style: `background:${background};color:${color}` });
      if (go) buttons.push(cellButton(values[at], at, size, go));
      cell.append(go ? buttons.at(-1) : written(values[at]));
      line.append(cell);
    }
    body.append(line);
  }
  made.append(body);
  if (go) rove(body, buttons, size);
  return made;
}

function cellButton(value, at, size, go) {
  const label = `row ${Math.floor(at / size) + 1}, column ${(at % size) + 1}, ${written(value)}: unfold`;
  const attributes = { type: "button", "aria-label": label, onclick: () => go(at) };
  return element("button", attributes, written(value));
}

function equation({ network, outputs, place, unfolded }, shown) {
  const { activation } = network[place.layer];
  const products = total(shown.slice(0, -1));
  const [bias, sum] = [shown.at(-1), total(shown)];
  const lines = [
    ["products", units(products), "sum-products"],
    ["bias", units(bias), "sum-bias"],
    ["sum", units(sum), "sum-all"],
  ];
  if (activation === "softmax") lines.push(["softmax", written(unfolded.value), "value"]);
  else lines.push([`${activation} of the sum`, written(ACTIVATIONS[activation](unfolded.sum)), "value"]);
  const cells = lines.map(([name, number, id]) =>
    element("div", {}, element("dt", {}, name), element("dd", { "data-term": id }, number)),
  );
  return element("dl", { class: "equation" }, ...cells);
}

function note(input) {
  const next = input.channels * input.rows * input.columns > 1 ? " Choose a value of the window to go on from there." : "";
  return element(
    "p",
    { class: "note" },
    `Products are rounded up or down so that they add up exactly.${next}`,
  );
}

// --- Dense layers ---

function denseRows(view, go) {
  const { network, outputs, place, unfolded } = view;
  const [{ inputs, weights, products }] = unfolded.parts;
  const order = Array.from(products.keys()).sort(
    (a, b) => Math.abs(products[b]) - Math.abs(products[a]),
  );
  const listed = order.slice(0, LARGEST);
  const rest = total(order.slice(LARGEST).map((at) => products[at]));
  const shown = roundToSum([...listed.map((at) => products[at]), rest, unfolded.bias], UNIT);
  const before = outputs[place.layer - 1];
  const placeAt = (at) => ({
    layer: place.layer - 1,
    channel: Math.floor(at / (before.rows * before.columns)),
    row: Math.floor(at / before.columns) % before.rows,
    column: at % before.columns,
  });
  const rows = listed.map((at, i) => {
    const name = nameOf(network, outputs, placeAt(at));
    const button = element("button", { type: "button", onclick: () => go(placeAt(at)) }, name);
    return tableRow(button, written(inputs[at]), written(weights[at]), shown[i]);
  });
  const others = products.length - listed.length;
  rows.push(tableRow(`the other ${others.toLocaleString("en")} together`, "", "", shown[LARGEST]));
  return [
    element("p", {}, denseSentence(view, products.length)),
    pictures(view, inputs, weights, products),
    contributions(rows),
    equation(view, shown),
    ...(network[place.layer].activation === "softmax" ? [shares(view)] : []),
    note(before),
  ];
}

function denseSentence({ network, place }, count) {
  const before = network[place.layer - 1].name;
  const { activation } = network[place.layer];
  return (
    `Every value of ${before} times its weight: ${count.toLocaleString("en")} products. ` +
    `Their sum and the bias go through ${activation}. The ${LARGEST} largest products:`
  );
}

function tableRow(name, input, weight, product) {
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, name),
    element("td", {}, input),
    element("td", {}, weight),
    element("td", { class: "product" }, units(product)),
  );
}

function contributions(rows) {
  const heads = ["from", "value", "weight", "product"].map((text) =>
    element("th", { scope: "col" }, text),
  );
  return element(
    "table",
    { class: "contributions" },
    element("caption", {}, "The largest products"),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...rows),
  );
}

function pictures({ network, outputs, place }, inputs, weights, products) {
  const before = outputs[place.layer - 1];
  const grey = network[place.layer - 1].kind === "input";
  const [rows, columns] =
    before.rows * before.columns > 1 ? [before.rows, before.columns] : network[place.layer - 1].board;
  const picture = (text, values, range, inGrey = false) => {
    const canvas = element("canvas");
    paint(canvas, values, rows, columns, range, inGrey);
    return element("figure", {}, canvas, element("figcaption", {}, text));
  };
  return element(
    "div",
    { class: "pictures" },
    picture("values", inputs, grey ? [0, 1] : around0(inputs), grey),
    picture("weights", weights, around0(weights)),
    picture("products", products, around0(products)),
  );
}

function shares({ network, outputs }) {
  const sums = logits(network, outputs);
  const top = Math.max(...sums);
  const rounded = roundToSum(softmax(sums), UNIT, 1 / UNIT);
  const rows = sums.map((sum, digit) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, String(digit)),
      element("td", {}, written(sum)),
      element("td", {}, written(Math.exp(sum - top))),
      element("td", { class: "share" }, units(rounded[digit])),
    ),
  );
  const heads = ["digit", "sum", "e to the (sum − largest)", "share"].map((text) =>
    element("th", { scope: "col" }, text),
  );
  return element(
    "table",
    { class: "contributions" },
    element("caption", {}, "Softmax: each digit's share of all ten powers of e"),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...rows),
  );
}

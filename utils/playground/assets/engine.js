// The networks, in plain arithmetic: the forward pass, changes of the image, and how one value
// unfolds into a sum. Nothing here touches the page.
//
// A layer's output is {channels, rows, columns, values}, channel after channel, row after row. The
// units of a dense layer are channels of 1x1.

export const SIDE = 28;

const LENET = [
  { name: "Input", kind: "input", pad: 2 },
  { name: "C1", kind: "convolution", activation: "tanh" },
  { name: "S2", kind: "mean", size: 2 },
  { name: "C3", kind: "convolution", activation: "tanh" },
  { name: "S4", kind: "mean", size: 2 },
  { name: "C5", kind: "convolution", activation: "tanh", board: [8, 15] },
  { name: "F6", kind: "dense", activation: "tanh", board: [7, 12] },
  { name: "Output", kind: "dense", activation: "softmax", board: [1, 10] },
];
const DENSE = [
  { name: "Input", kind: "input", pad: 0 },
  { name: "Hidden", kind: "dense", activation: "relu", board: [25, 40] },
  { name: "Output", kind: "dense", activation: "softmax", board: [1, 10] },
];
const ARCHITECTURES = { dense: DENSE, lenet: LENET, augmented: LENET };

/** Read the two files into {manifest, networks, samples}. */
export async function load(manifestUrl, weightsUrl) {
  const [manifest, buffer] = await Promise.all([
    fetch(manifestUrl).then((answer) => answer.json()),
    fetch(weightsUrl).then((answer) => answer.arrayBuffer()),
  ]);
  const networks = {};
  for (const [name, facts] of Object.entries(manifest.networks)) {
    networks[name] = buildNetwork(ARCHITECTURES[name], facts.weights, buffer);
  }
  const { images, labels } = manifest.samples;
  const bytes = new Uint8Array(buffer, images.offset, images.shape[0] * SIDE * SIDE);
  const samples = labels.map((label, index) => ({
    label,
    image: Float32Array.from(
      bytes.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE),
      (byte) => byte / 255,
    ),
  }));
  return { manifest, networks, samples };
}

function buildNetwork(architecture, places, buffer) {
  let next = 0;
  return architecture.map((layer) => {
    if (layer.kind !== "convolution" && layer.kind !== "dense") return layer;
    const shape = places[next].shape;
    const kernel = readHalves(buffer, places[next++]);
    const bias = readHalves(buffer, places[next++]);
    if (layer.kind === "dense") return { ...layer, kernel, bias };
    return { ...layer, kernel: filterByFilter(kernel, shape), bias, size: shape[0] };
  });
}

/** Turn (row, column, channel, filter) into (filter, channel, row, column). */
function filterByFilter(kernel, [rows, columns, channels, filters]) {
  const turned = new Float32Array(kernel.length);
  let from = 0;
  for (let at = 0; at < rows * columns; at++) {
    for (let c = 0; c < channels; c++) {
      for (let f = 0; f < filters; f++) {
        turned[(f * channels + c) * rows * columns + at] = kernel[from++];
      }
    }
  }
  return turned;
}

let halves;

/** Read numbers of 16 bits (IEEE 754 binary16, little-endian) as numbers of 32 bits. */
function readHalves(buffer, { offset, shape }) {
  halves ??= Float32Array.from({ length: 65536 }, (_, bits) => halfToNumber(bits));
  const count = shape.reduce((product, side) => product * side, 1);
  const view = new DataView(buffer, offset, 2 * count);
  return Float32Array.from({ length: count }, (_, i) => halves[view.getUint16(2 * i, true)]);
}

function halfToNumber(bits) {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24;
  return bits & 0x8000 ? -size : size;
}

/** Return the output of every layer, the input first, for an image of 28x28 numbers from 0 to 1. */
export function forward(network, image) {
  const outputs = [];
  for (const layer of network) outputs.push(applyLayer(layer, outputs.at(-1), image));
  return outputs;
}

function applyLayer(layer, input, image) {
  if (layer.kind === "input") return padded(image, layer.pad);
  if (layer.kind === "mean") return poolMean(layer, input);
  const output = layer.kind === "dense" ? multiply(layer, input) : convolve(layer, input);
  activate(layer.activation, output.values);
  return output;
}

function padded(image, border) {
  const side = SIDE + 2 * border;
  const values = new Float32Array(side * side);
  for (let row = 0; row < SIDE; row++) {
    const line = image.subarray(row * SIDE, (row + 1) * SIDE);
    values.set(line, (row + border) * side + border);
  }
  return { channels: 1, rows: side, columns: side, values };
}

function convolve({ kernel, bias, size }, input) {
  const rows = input.rows - size + 1;
  const columns = input.columns - size + 1;
  const values = new Float32Array(bias.length * rows * columns);
  let weight = 0;
  for (let f = 0; f < bias.length; f++) {
    const map = values.subarray(f * rows * columns, (f + 1) * rows * columns);
    map.fill(bias[f]);
    for (let c = 0; c < input.channels; c++) {
      for (let a = 0; a < size; a++) {
        for (let b = 0; b < size; b++) {
          const start = (c * input.rows + a) * input.columns + b;
          addShifted(map, columns, input.values, start, input.columns, kernel[weight++]);
        }
      }
    }
  }
  return { channels: bias.length, rows, columns, values };
}

/** Add a weight times a part of the input, which begins at `start`, to a feature map. */
function addShifted(map, columns, from, start, stride, weight) {
  for (let at = 0, row = start; at < map.length; row += stride) {
    for (let column = row; column < row + columns; column++) map[at++] += weight * from[column];
  }
}

function poolMean({ size }, input) {
  const rows = Math.floor(input.rows / size);
  const columns = Math.floor(input.columns / size);
  const values = new Float32Array(input.channels * rows * columns);
  for (let at = 0; at < values.length; at++) {
    const column = at % columns;
    const row = Math.floor(at / columns) % rows;
    const channel = Math.floor(at / (rows * columns));
    let sum = 0;
    for (const index of windowOf(input, channel, row * size, column * size, size)) {
      sum += input.values[index];
    }
    values[at] = sum / (size * size);
  }
  return { channels: input.channels, rows, columns, values };
}

/** Return where the values of a window are in the input's array, row after row. */
function windowOf(input, channel, row, column, size) {
  return Array.from(
    { length: size * size },
    (_, at) =>
      (channel * input.rows + row + Math.floor(at / size)) * input.columns + column + (at % size),
  );
}

function multiply({ kernel, bias }, input) {
  const values = Float32Array.from(bias);
  for (let i = 0; i < input.values.length; i++) {
    const value = input.values[i];
    if (value === 0) continue;
    const start = i * values.length;
    for (let unit = 0; unit < values.length; unit++) values[unit] += value * kernel[start + unit];
  }
  return { channels: bias.length, rows: 1, columns: 1, values };
}

function activate(name, values) {
  if (name === "softmax") return values.set(softmax(values));
  const apply = ACTIVATIONS[name];
  for (let at = 0; at < values.length; at++) values[at] = apply(values[at]);
}

export const ACTIVATIONS = { tanh: Math.tanh, relu: (x) => Math.max(x, 0) };

export function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Return the classes' indices, the most probable first. */
export function ranking(probabilities) {
  return Array.from(probabilities.keys()).sort((a, b) => probabilities[b] - probabilities[a]);
}

// --- How one value comes about ---

/**
 * Unfold one value of a layer.
 *
 * The result is {parts, bias, sum, value}. A part belongs to one channel of the layer before:
 * {channel, row, column, size, inputs, weights, products}. A dense layer has one part for all. The sum is of all
 * products and the bias, in double precision.
 */
export function unfold(network, outputs, { layer, channel, row, column }) {
  const { kind, size, kernel, bias, activation } = network[layer];
  const output = outputs[layer];
  const value = output.values[(channel * output.rows + row) * output.columns + column];
  if (kind === "input") return { parts: [], bias: 0, sum: value, value };
  const input = outputs[layer - 1];
  let parts;
  if (kind === "dense") {
    parts = [densePart(input, kernel, bias.length, channel)];
  } else if (kind === "mean") {
    const weights = new Array(size * size).fill(1 / (size * size));
    parts = [part(input, channel, row * size, column * size, size, weights)];
  } else {
    parts = Array.from({ length: input.channels }, (_, c) => {
      const start = (channel * input.channels + c) * size * size;
      return part(input, c, row, column, size, kernel.subarray(start, start + size * size));
    });
  }
  const ownBias = bias ? bias[channel] : 0;
  const all = parts.reduce((sum, each) => sum + total(each.products), ownBias);
  return { parts, bias: ownBias, sum: all, value, activation };
}

function part(input, channel, row, column, size, weights) {
  const indices = windowOf(input, channel, row, column, size);
  const inputs = indices.map((index) => input.values[index]);
  const products = inputs.map((each, at) => each * weights[at]);
  return { channel, row, column, size, inputs, weights: Array.from(weights), products };
}

function densePart(input, kernel, units, unit) {
  const inputs = Array.from(input.values);
  const weights = inputs.map((_, i) => kernel[i * units + unit]);
  return { inputs, weights, products: inputs.map((each, i) => each * weights[i]) };
}

export const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

/** Return the ten sums of the output layer, before softmax. */
export function logits(network, outputs) {
  const last = network.length - 1;
  return Array.from(multiply(network[last], outputs[last - 1]).values);
}

/**
 * Return what part of each earlier layer a value depends on: {layer: [top, left, rows, columns]}.
 *
 * A dense layer depends on everything before it, which is not listed.
 */
export function footprints(network, { layer, row, column }) {
  const seen = { [layer]: [row, column, 1, 1] };
  let [top, left, rows, columns] = seen[layer];
  for (let at = layer; at > 0 && network[at].kind !== "dense"; at--) {
    const size = network[at].size;
    const stride = network[at].kind === "mean" ? size : 1;
    [top, left] = [top * stride, left * stride];
    [rows, columns] = [(rows - 1) * stride + size, (columns - 1) * stride + size];
    seen[at - 1] = [top, left, rows, columns];
  }
  return seen;
}

/**
 * Round numbers so that they add up to a rounded sum, as votes are turned into seats.
 *
 * Each goes to the multiple of `unit` below it or above it; those that are closest to the one above
 * go up. Returns whole numbers of units, which add up to `target`, by default the rounded sum.
 */
export function roundToSum(numbers, unit, target = Math.round(total(numbers) / unit)) {
  const rounded = numbers.map((number) => Math.floor(number / unit));
  const left = (at) => numbers[at] / unit - rounded[at];
  const order = Array.from(numbers.keys()).sort((a, b) => left(b) - left(a));
  let missing = target - total(rounded);
  for (let at = 0; missing > 0; at++, missing--) rounded[order[at % order.length]]++;
  for (let at = order.length - 1; missing < 0; at--, missing++) {
    rounded[order[((at % order.length) + order.length) % order.length]]--;
  }
  return rounded;
}

// --- What is done to an image of 28x28 ---

/** Turn an image about its centre, anticlockwise, with linear interpolation; zeros come in. */
export function rotated(image, degrees) {
  if (!degrees) return image;
  const angle = (degrees * Math.PI) / 180;
  const [cosine, sine, middle] = [Math.cos(angle), Math.sin(angle), (SIDE - 1) / 2];
  return Float32Array.from(image, (_, at) => {
    const x = (at % SIDE) - middle;
    const y = Math.floor(at / SIDE) - middle;
    return between(image, middle + cosine * y + sine * x, middle + cosine * x - sine * y);
  });
}

function between(image, row, column) {
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [down, right] = [row - top, column - left];
  return (
    pixel(image, top, left) * (1 - down) * (1 - right) +
    pixel(image, top, left + 1) * (1 - down) * right +
    pixel(image, top + 1, left) * down * (1 - right) +
    pixel(image, top + 1, left + 1) * down * right
  );
}

function pixel(image, row, column) {
  const inside = row >= 0 && row < SIDE && column >= 0 && column < SIDE;
  return inside ? image[row * SIDE + column] : 0;
}

/** Move an image by whole pixels; what leaves the frame is lost, and zeros come in. */
export function shifted(image, right, down) {
  return Float32Array.from(image, (_, at) =>
    pixel(image, Math.floor(at / SIDE) - down, (at % SIDE) - right),
  );
}

/** Set a square to 0. */
export function covered(image, top, left, size) {
  return Float32Array.from(image, (value, at) => {
    const [row, column] = [Math.floor(at / SIDE), at % SIDE];
    const under = row >= top && row < top + size && column >= left && column < left + size;
    return under ? 0 : value;
  });
}

/** Add normal noise, the same for the same seed, and keep to 0 to 1. */
export function noisy(image, deviation, seed) {
  if (!deviation) return image;
  const random = uniforms(seed);
  return image.map((value) => {
    const size = Math.sqrt(-2 * Math.log(1 - random()));
    const noise = deviation * size * Math.cos(2 * Math.PI * random());
    return Math.min(1, Math.max(0, value + noise));
  });
}

/** Return a generator of numbers from 0 to below 1 (the algorithm Mulberry32). */
function uniforms(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Do to an image what the sliders say: rotate, move, add noise, cover. */
export function disturbed(image, { angle, right, down, noise, seed, cover, coverTop, coverLeft }) {
  let changed = shifted(rotated(image, angle), right, down);
  changed = noisy(changed, noise, seed);
  return cover ? covered(changed, coverTop, coverLeft, cover) : changed;
}

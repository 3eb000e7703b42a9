// Colours and small canvases. The scale is cividis (Nuñez, Anderton and Renslow, 2018): from dark
// blue over grey to yellow, it gets lighter all the way, so it can be read without colour vision.

const STOPS = [
  [0, 34, 78], [0, 46, 106], [26, 56, 111], [50, 67, 109], [67, 78, 108], [83, 90, 109],
  [97, 101, 111], [111, 112, 115], [125, 124, 120], [140, 136, 120], [155, 148, 118],
  [171, 160, 114], [188, 174, 108], [205, 187, 99], [222, 201, 88], [240, 216, 70], [254, 232, 56],
];
const CIVIDIS = tabulate((share) => {
  const at = Math.min(15, Math.floor(share * 16));
  return STOPS[at].map((low, i) => low + (STOPS[at + 1][i] - low) * (share * 16 - at));
});
const GREY = tabulate((share) => [255 * share, 255 * share, 255 * share]);

/** Return 256 colours, packed as canvases keep them. */
function tabulate(colourAt) {
  const bytes = new Uint8ClampedArray(4 * 256);
  for (let i = 0; i < 256; i++) bytes.set([...colourAt(i / 255), 255], 4 * i);
  return new Uint32Array(bytes.buffer);
}

/** Paint rows x columns values on a canvas, a pixel each; `range` is [lowest, highest]. */
export function paint(canvas, values, rows, columns, range, grey = false) {
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(columns, rows);
  const pixels = new Uint32Array(picture.data.buffer);
  const table = grey ? GREY : CIVIDIS;
  for (let at = 0; at < pixels.length; at++) pixels[at] = table[shareOf(values[at] ?? 0, range)];
  context.putImageData(picture, 0, 0);
}

function shareOf(value, [low, high]) {
  const share = high > low ? (value - low) / (high - low) : 0.5;
  return Math.round(255 * Math.min(1, Math.max(0, share)));
}

/** Return the colours of a cell with a number in it: {background, color}. */
export function cellColours(value, range, grey = false) {
  const bytes = new Uint8Array(new Uint32Array([(grey ? GREY : CIVIDIS)[shareOf(value, range)]]).buffer);
  const [r, g, b] = bytes;
  const light = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) > 0.18;
  return { background: `rgb(${r} ${g} ${b})`, color: light ? "#000" : "#fff" };
}

function linear(byte) {
  const share = byte / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** Return a range around 0 that holds all the numbers. */
export function around0(numbers) {
  let size = 1e-6;
  for (const number of numbers) size = Math.max(size, Math.abs(number));
  return [-size, size];
}

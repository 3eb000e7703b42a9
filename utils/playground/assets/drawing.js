// The drawing pad: strokes as lists of points, by mouse, finger or keyboard, and the image of 28x28
// that the networks get from them.

import { SIDE } from "engine";

const PEN = 2.6; // the width of a stroke, in pixels of the 28x28 image
const BOX = 20; // the side of the box into which MNIST's digits were scaled
const FINE = 10; // each pixel of the image is the average of 10x10 drawn ones
const LARGEST_SCALE = 3;

const canvas = document.createElement("canvas");
canvas.width = canvas.height = SIDE * FINE;
const context = canvas.getContext("2d", { willReadFrequently: true });

/**
 * Turn strokes into an image of 28x28 numbers from 0 (paper) to 1 (ink).
 *
 * @param strokes lists of points [x, y], in pixels of the image
 * @param centred whether to do as MNIST did: scale the digit into a box of 20x20, then put its
 *   centre of mass into the middle
 */
export function imageOf(strokes, centred) {
  if (!centred || !strokes.length) return render(strokes);
  const boxed = fitted(strokes);
  const [x, y] = centreOfMass(render(boxed));
  return render(moved(boxed, SIDE / 2 - x, SIDE / 2 - y));
}

function fitted(strokes) {
  const [xs, ys] = [0, 1].map((axis) => strokes.flat().map((point) => point[axis]));
  const [left, right, top, bottom] = [min(xs), max(xs), min(ys), max(ys)];
  const scale = Math.min(LARGEST_SCALE, (BOX - PEN) / Math.max(right - left, bottom - top, 1e-9));
  const place = ([x, y]) => [
    SIDE / 2 + scale * (x - (left + right) / 2),
    SIDE / 2 + scale * (y - (top + bottom) / 2),
  ];
  return strokes.map((stroke) => stroke.map(place));
}

const min = (numbers) => numbers.reduce((least, number) => Math.min(least, number));
const max = (numbers) => numbers.reduce((most, number) => Math.max(most, number));

const moved = (strokes, right, down) =>
  strokes.map((stroke) => stroke.map(([x, y]) => [x + right, y + down]));

function centreOfMass(image) {
  let [mass, x, y] = [0, 0, 0];
  image.forEach((ink, at) => {
    mass += ink;
    x += ink * ((at % SIDE) + 0.5);
    y += ink * (Math.floor(at / SIDE) + 0.5);
  });
  return mass ? [x / mass, y / mass] : [SIDE / 2, SIDE / 2];
}

function render(strokes) {
  context.fillStyle = "#000";
  context.fillRect(0, 0, canvas.width, canvas.height);
  trace(context, strokes, FINE, "#fff");
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const image = new Float32Array(SIDE * SIDE);
  for (let at = 0; at < data.length; at += 4) {
    const [row, column] = [Math.floor(at / 4 / canvas.width), (at / 4) % canvas.width];
    image[Math.floor(row / FINE) * SIDE + Math.floor(column / FINE)] += data[at];
  }
  return image.map((sum) => sum / (255 * FINE * FINE));
}

function trace(target, strokes, scale, colour) {
  target.strokeStyle = colour;
  target.lineWidth = PEN * scale;
  target.lineCap = target.lineJoin = "round";
  for (const stroke of strokes) {
    target.beginPath();
    target.moveTo(stroke[0][0] * scale, stroke[0][1] * scale);
    for (const [x, y] of stroke) target.lineTo(x * scale, y * scale);
    target.stroke();
  }
}

/**
 * Let a pad be drawn on.
 *
 * @param pad an element with a canvas in it
 * @param onChange called with the strokes when they change
 * @param onEnd called when a stroke is finished
 * @param say called with a sentence when keys change the pen
 */
export function makePad(pad, { onChange, onEnd, say }) {
  const surface = pad.querySelector("canvas");
  const ink = surface.getContext("2d");
  const pen = { x: SIDE / 2, y: SIDE / 2, down: false };
  let strokes = [];

  function redraw() {
    ink.clearRect(0, 0, surface.width, surface.height);
    const scale = surface.width / SIDE;
    trace(ink, strokes, scale, getComputedStyle(pad).color);
    if (document.activeElement === pad && pad.matches(":focus-visible")) drawPen(scale);
  }

  function drawPen(scale) {
    ink.beginPath();
    ink.arc(pen.x * scale, pen.y * scale, (PEN * scale) / 2 + 3, 0, 2 * Math.PI);
    ink.lineWidth = 3;
    ink.strokeStyle = getComputedStyle(pad).getPropertyValue("--accent");
    ink.setLineDash(pen.down ? [] : [6, 5]);
    ink.stroke();
    ink.setLineDash([]);
  }

  function change() {
    redraw();
    onChange(strokes);
  }

  const pointOf = (event) => {
    const box = surface.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * SIDE,
      ((event.clientY - box.top) / box.height) * SIDE,
    ];
  };

  pad.addEventListener("pointerdown", (event) => {
    if (event.button || !event.isPrimary) return;
    pad.setPointerCapture(event.pointerId);
    strokes = [...strokes, [pointOf(event)]];
    change();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!pad.hasPointerCapture(event.pointerId)) return;
    const events = event.getCoalescedEvents?.() ?? [];
    strokes.at(-1).push(...(events.length ? events : [event]).map(pointOf));
    change();
  });
  pad.addEventListener("lostpointercapture", () => onEnd());
  pad.addEventListener("focus", redraw);
  pad.addEventListener("blur", redraw);
  pad.addEventListener("keydown", (event) => {
    if (pressKey(event)) event.preventDefault();
  });

  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function pressKey(event) {
    if (event.key === "z" && (event.ctrlKey || event.metaKey)) undo();
    else if (event.ctrlKey || event.metaKey || event.altKey) return false;
    else if (MOVES[event.key]) movePen(...MOVES[event.key]);
    else if (event.key === " ") togglePen();
    else return false;
    return true;
  }

  function movePen(right, down) {
    pen.x = Math.min(SIDE - 1, Math.max(1, pen.x + right));
    pen.y = Math.min(SIDE - 1, Math.max(1, pen.y + down));
    if (pen.down) strokes.at(-1).push([pen.x, pen.y]);
    if (pen.down) change();
    else redraw();
  }

  function togglePen() {
    pen.down = !pen.down;
    say(`Pen ${pen.down ? "down" : "up"} at row ${pen.y}, column ${pen.x}.`);
    if (pen.down) strokes = [...strokes, [[pen.x, pen.y]]];
    if (pen.down) change();
    else {
      redraw();
      onEnd();
    }
  }

  function undo() {
    pen.down = false;
    strokes = strokes.slice(0, -1);
    change();
    onEnd();
  }

  function clear() {
    pen.down = false;
    strokes = [];
    redraw();
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  return { undo, clear, redraw, strokes: () => strokes };
}

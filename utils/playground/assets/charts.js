// Curves against the shift: one line for each network, told apart by colour, dashes and marks.

import { element } from "dom";

const [WIDTH, HEIGHT] = [400, 210];
const FRAME = { left: 34, right: 8, top: 10, bottom: 32 };

/**
 * Draw curves into a container.
 *
 * @param curves {name: numbers from 0 to 1, one for each shift}
 * @param now the shift to mark
 * @param label what the picture shows, as text
 */
export function drawCurves(container, shifts, curves, now, label) {
  const [first, last] = [shifts[0], shifts.at(-1)];
  const x = (shift) =>
    FRAME.left + ((shift - first) / (last - first)) * (WIDTH - FRAME.left - FRAME.right);
  const y = (share) => HEIGHT - FRAME.bottom - share * (HEIGHT - FRAME.top - FRAME.bottom);
  const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label });
  for (const share of [0, 0.5, 1]) {
    svg.append(
      element("line", { x1: x(first), x2: x(last), y1: y(share), y2: y(share), class: "rule" }),
      element("text", { x: FRAME.left - 6, y: y(share) + 4, "text-anchor": "end" }, String(share)),
    );
  }
  for (const shift of shifts.filter((each) => each % 5 === 0)) {
    const text = String(shift).replace("-", "−");
    svg.append(
      element("text", { x: x(shift), y: HEIGHT - FRAME.bottom + 15, "text-anchor": "middle" }, text),
    );
  }
  const under = { x: x(0), y: HEIGHT - 3, "text-anchor": "middle" };
  svg.append(element("text", under, "pixels to the right"));
  svg.append(element("line", { x1: x(now), x2: x(now), y1: y(0), y2: y(1), class: "now" }));
  for (const [name, numbers] of Object.entries(curves)) {
    const points = numbers.map((share, i) => `${x(shifts[i]).toFixed(1)} ${y(share).toFixed(1)}`);
    svg.append(element("path", { d: `M${points.join("L")}`, class: `curve ${name}` }));
    const at = shifts.indexOf(now);
    if (at >= 0) {
      svg.append(element("circle", { cx: x(now), cy: y(numbers[at]), r: 4, class: `dot ${name}` }));
    }
  }
  container.replaceChildren(svg);
}

"""How fast is "Watch a network read your digit"? Run ``python -m benchmarks.playground``.

It prints, from Chromium, the median and the 95th percentile of 200 runs: of each network's forward
pass with all feature maps, of turning a stroke into an image, and of both for all networks.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.support.browser import browser_page
from tests.support.pages import served
from utils import playground

MEASURE = """async () => {
    const engine = await import("./engine.js");
    const { imageOf } = await import("./drawing.js");
    const { networks } = await engine.load("manifest.json", "weights.bin");
    const stroke = [Array.from({ length: 60 }, (_, i) => [5 + i / 4, 14 + 8 * Math.sin(i / 9)])];
    const image = imageOf(stroke, true);
    const tasks = { "stroke to image": () => imageOf(stroke, true) };
    for (const [name, network] of Object.entries(networks)) {
        tasks[name] = () => engine.forward(network, image);
    }
    tasks["stroke to three verdicts"] = () => {
        const drawn = imageOf(stroke, true);
        for (const network of Object.values(networks)) engine.forward(network, drawn);
    };
    return Object.entries(tasks).map(([name, task]) => {
        const times = Array.from({ length: 200 }, () => {
            const start = performance.now();
            task();
            return performance.now() - start;
        }).sort((a, b) => a - b);
        return [name, times[100], times[190]];
    });
}"""


def main() -> None:
    """Measure, and print a line for each task."""
    with tempfile.TemporaryDirectory() as folder, browser_page() as page:
        playground.write(Path(folder))
        with served(Path(folder)) as address:
            page.goto(f"{address}playground/index.html")
            page.locator("body[data-ready]").wait_for()
            for name, median, slow in page.evaluate(MEASURE):
                print(f"{name:<26}{median:6.1f} ms, 95 % below {slow:.1f} ms")


if __name__ == "__main__":
    main()

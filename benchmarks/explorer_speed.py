"""Seconds to the first picture of `firth explore`, and frames a second while panning.

python benchmarks/explorer_speed.py [--words 200000] [--dim 100] [--rounds 3]

Needs Playwright and Chromium, which draws with the processor alone: a GPU is faster.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, sync_playwright

import machine
from firth import Vectors

HERE = Path(__file__).parent
RESULT = HERE / "results" / "explorer_speed.json"
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--no-first-run",
    "--use-angle=swiftshader",
    "--use-gl=angle",
)
WINDOW = {"width": 1280, "height": 800}
PANNED_SECONDS = 5
# Pans as a hand does, and counts the frames that the browser draws meanwhile.
PAN = """
seconds => new Promise(resolve => {
    const canvas = document.getElementById("points");
    const mouse = (type, target, x, y, buttons) => target.dispatchEvent(new MouseEvent(
        type, { clientX: x, clientY: y, buttons, button: 0, bubbles: true, view: window }));
    mouse("mouseenter", canvas, 800, 400, 0);
    mouse("mousedown", canvas, 800, 400, 1);
    const begun = performance.now();
    let frames = 0;
    const step = now => {
        if (now - begun > 1000 * seconds) {
            mouse("mouseup", window, 800, 400, 0);
            resolve(frames / ((now - begun) / 1000));
            return;
        }
        frames += 1;
        const x = 800 + 120 * Math.sin(frames / 9), y = 400 + 90 * Math.cos(frames / 7);
        mouse("mousemove", window, x, y, 1);
        requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
})
"""
# From the last byte of the data to the frame in which the points are drawn.
FIRST = """
() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => {
    const data = performance.getEntriesByType("resource").filter(
        entry => /explorer\\/(words|counts|points)/.test(entry.name));
    resolve([performance.now() - Math.max(...data.map(entry => entry.responseEnd)),
             performance.now()]);
})))
"""


def main() -> None:
    """Measure some rounds, print a table, keep every run."""
    options = parse()
    random = np.random.default_rng(1)
    centres = random.normal(size=(40, options.dim))
    matrix = centres[random.integers(40, size=options.words)]
    matrix = (matrix + 0.7 * random.normal(size=matrix.shape)).astype(np.float32)
    counts = (1e9 / (np.arange(options.words) + 3)).astype(np.int64)
    chromium = shutil.which("chromium") or sys.exit("Chromium is not installed")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "vectors")
        Vectors([f"w{row}" for row in range(options.words)], matrix, counts=counts).save(path)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
            runs = [measure(browser, path) for _ in range(options.rounds)]
            version = browser.version
            browser.close()
    report = {
        "machine": machine.describe(),
        "versions": {"chromium": version, "playwright": metadata.version("playwright")},
        "command": sys.argv,
        # Of other programs, which take their share of the processors.
        "load_average": os.getloadavg()[0],
        "options": {**vars(options), "output": str(options.output)},
        "runs": runs,
        "median": {name: statistics.median(run[name] for run in runs) for name in runs[0]},
    }
    options.output.write_text(json.dumps(report, indent=1) + "\n")
    for name, value in report["median"].items():
        print(f"{name:32} {value:8.2f}")


def measure(browser: Browser, path: Path) -> dict[str, float]:
    """Begin the command, open the page, pan; return the figures."""
    command = [sys.executable, "-m", "firth", "explore", str(path), "--port", "0", "--no-browser"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        found = re.search(r" at (http://\S+);", process.stderr.readline())
        assert found is not None
        page: Any = browser.new_page(viewport=WINDOW)  # type: ignore[arg-type]
        page.set_default_timeout(300_000)
        page.goto(found[1])
        page.wait_for_function("document.body.dataset.ready")
        after_data, after_opening = page.evaluate(FIRST)
        page.wait_for_function("document.body.dataset.ready === 'all'")
        page.wait_for_timeout(1_000)
        frames = page.evaluate(PAN, PANNED_SECONDS)
        page.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    return {
        "first_picture_after_data_s": after_data / 1e3,
        "first_picture_after_opening_s": after_opening / 1e3,
        "frames_per_second_panning": frames,
    }


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=200_000)
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=RESULT)
    return parser.parse_args()


if __name__ == "__main__":
    main()

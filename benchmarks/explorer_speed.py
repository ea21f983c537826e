"""Seconds to the first picture of `firth explore`, and frames a second while panning.

python benchmarks/explorer_speed.py [--words 200000] [--dim 100] [--rounds 3] [--swiftshader]

Needs Playwright and Chromium, without a GPU. With `--swiftshader` Chromium puts the page together
by OpenGL that the processor computes, as it had to while the map was drawn by WebGL.
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
    "--no-first-run",
)
SWIFTSHADER = (
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--use-angle=swiftshader",
    "--use-gl=angle",
)
WINDOW = {"width": 1280, "height": 800}
PANNED_SECONDS = 5
# Pans as a hand does, and counts the frames that the browser draws meanwhile.
PAN = """
seconds => new Promise(resolve => {
    const canvas = document.getElementById("points");
    const hand = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {
        clientX: x, clientY: y, bubbles: true, button: 0, buttons: 1,
        pointerId: 1, pointerType: "mouse", isPrimary: true }));
    hand("pointerdown", 800, 400);
    const begun = performance.now();
    let frames = 0;
    const step = now => {
        if (now - begun > 1000 * seconds) {
            hand("pointerup", 800, 400);
            resolve(frames / ((now - begun) / 1000));
            return;
        }
        frames += 1;
        const x = 800 + 120 * Math.sin(frames / 9), y = 400 + 90 * Math.cos(frames / 7);
        hand("pointermove", x, y);
        requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
})
"""
# From the last byte of the data to the frame after the one in which points and labels are drawn.
FIRST = """
() => {
    const data = performance.getEntriesByType("resource").filter(
        entry => /explorer\\/(words|counts|points)/.test(entry.name));
    const [{ startTime }] = performance.getEntriesByName("picture");
    return [startTime - Math.max(...data.map(entry => entry.responseEnd)), startTime];
}
"""


def main() -> None:
    """Measure some rounds, print a table, keep every run."""
    options = parse()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is not installed")
    flags = [*FLAGS, *(SWIFTSHADER if options.swiftshader else ())]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "vectors")
        planted(options.words, options.dim).save(path)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=flags)
            runs = [measure(browser, path) for _ in range(options.rounds)]
            version = browser.version
            browser.close()
    report = {
        "machine": machine.describe(),
        "versions": {"chromium": version, "playwright": metadata.version("playwright")},
        "command": machine.command(),
        # Of other programs, which take their share of the processors.
        "load_average": os.getloadavg()[0],
        "options": {**vars(options), "output": options.output.name},
        "runs": runs,
        "median": {name: statistics.median(run[name] for run in runs) for name in runs[0]},
    }
    options.output.write_text(json.dumps(report, indent=1) + "\n")
    for name, value in report["median"].items():
        print(f"{name:32} {value:8.2f}")


def planted(words: int, dim: int) -> Vectors:
    """Return vectors in 40 clusters, with counts that fall as those of a text do."""
    random = np.random.default_rng(1)
    centres = random.standard_normal((40, dim), dtype=np.float32)
    matrix = centres[random.integers(40, size=words)]
    matrix += 0.7 * random.standard_normal(matrix.shape, dtype=np.float32)
    counts = (1e9 / (np.arange(words) + 3)).astype(np.int64)
    return Vectors([f"w{row}" for row in range(words)], matrix, counts=counts)


def measure(browser: Browser, path: Path) -> dict[str, float]:
    """Begin the command, open the page, pan; return the figures."""
    explore = [sys.executable, "-m", "firth", "explore", str(path), "--port", "0", "--no-browser"]
    process = subprocess.Popen(explore, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        found = re.search(r" at (http://\S+);", process.stderr.readline())
        assert found is not None
        page: Any = browser.new_page(viewport=WINDOW)  # type: ignore[arg-type]
        page.set_default_timeout(300_000)
        page.goto(found[1])
        page.wait_for_selector("body[data-ready=all]")
        page.wait_for_timeout(1_000)
        after_data, after_opening = page.evaluate(FIRST)
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
    parser.add_argument("--swiftshader", action="store_true")
    parser.add_argument("--output", type=Path, default=RESULT)
    return parser.parse_args()


if __name__ == "__main__":
    main()

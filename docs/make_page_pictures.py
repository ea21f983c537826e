"""Draw the documentation's pictures of pages: the explorer, a run, the lesson.

python docs/make_page_pictures.py ../shared/data/enwiki_a.txt.zst

It trains on the text, and opens the pages in Chromium, with what `scripts/test-browser` installs
(.venv-browser) and a font for Chinese. `--megabytes 100`, the default, is the text of the pictures
that are there; with less it is quicker.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

import firth
from firth.callbacks import Watch
from firth.lesson import write_lesson_page

FOLDER = Path(__file__).parent
# Megabytes of the run whose page is shown, and epochs of it.
RUN_MEGABYTES, RUN_EPOCHS = 20, 10
# Milliseconds until flights and labels have come to rest.
REST = 2_500
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")


def main() -> None:
    """Train, open each page, and write what is seen."""
    given = parse()
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    if browser is None:
        sys.exit("Chromium is not installed")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        train(given.text, given.megabytes, folder)
        chromium = playwright.chromium.launch(executable_path=browser)

        def opened(width: int, height: int) -> Page:
            size = {"width": width, "height": height}
            return chromium.new_page(viewport=size, locale="en-US", color_scheme="light")

        def shot(page: Page, name: str) -> None:
            page.mouse.move(0, 0)
            page.evaluate("document.activeElement?.blur()")
            page.wait_for_timeout(REST)
            path = given.output / name
            path.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=path)

        with explored(folder / "wiki") as url:
            page = opened(1280, 800)
            page.goto(f"{url}/#word=king")
            page.wait_for_selector("body[data-ready=all][data-view=word]")
            shot(page, "explorer.png")
        with explored(folder / "wiki-a", folder / "wiki-b") as url:
            page = opened(1440, 800)
            page.goto(f"{url}/#word=music&maps=2")
            page.wait_for_selector("body[data-ready=all][data-view=word]")
            shot(page, "explorer-both.png")
        page = opened(1280, 800)
        page.goto((folder / "run.html").as_uri())
        for _ in range(page.locator(".word button[aria-label]").count()):
            page.locator(".word button[aria-label]").first.click()
        page.fill("#word", "queen")
        page.press("#word", "Enter")
        page.wait_for_selector(".word")
        page.keyboard.press("Escape")
        page.keyboard.press("End")
        shot(page, "howto/watch.png")
        page = opened(1280, 860)
        page.goto((folder / "lesson.html").as_uri())
        for _ in range(4):
            page.keyboard.press("n")
        for _ in range(5):
            page.click("#next")
        shot(page, "howto/lesson.png")


def train(text: Path, megabytes: int, folder: Path) -> None:
    """Write the vectors of a text and of its halves, the recording of a run, and the lesson."""
    from firth.io.compression import open_decompressed

    with open_decompressed(text) as (file, _):
        held = file.read(1_000_000 * megabytes)
    half = held.index(b" ", len(held) // 2)
    parts = {"wiki": held, "wiki-a": held[:half], "wiki-b": held[half:]}
    for name, part in parts.items():
        (folder / "text.txt").write_bytes(part)
        firth.train(folder / "text.txt").save(folder / name)
    (folder / "text.txt").write_bytes(held[: 1_000_000 * RUN_MEGABYTES])
    watch = Watch()
    firth.train(folder / "text.txt", epochs=RUN_EPOCHS, subwords="none", callbacks=[watch])
    watch.export(folder / "run.html")
    write_lesson_page(folder / "lesson.html")


@contextlib.contextmanager
def explored(*vectors: Path) -> Iterator[str]:
    """Run `firth explore`, and give the address of its page."""
    command = [sys.executable, "-m", "firth", "explore", *map(str, vectors), "--port", "0"]
    process = subprocess.Popen([*command, "--no-browser"], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        told = ""
        # Warnings may come first.
        for line in process.stderr:
            told += line
            if found := re.search(r" at (http://127\.0\.0\.1:\d+);", line):
                break
        else:
            sys.exit(told)
        yield found[1]
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)


def parse() -> argparse.Namespace:
    """Return the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--output", type=Path, default=FOLDER)
    return parser.parse_args()


if __name__ == "__main__":
    main()

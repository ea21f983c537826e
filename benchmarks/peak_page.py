"""Write the table and the picture of docs/performance.md from results/peak_parts.json.

    python benchmarks/peak_page.py [FOLDER]

FOLDER holds performance.md: docs, if none is given.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks/results/peak_parts.json"
TABLE = re.compile(
    r"(?<=<!-- by benchmarks/peak_page.py -->\n\n).*?(?=\n\n<!-- end -->)", re.DOTALL
)
MODELS = {"skipgram": "skip-gram", "cbow": "CBOW"}
COLOURS = {
    "listing": "#8c8c8c",
    "gradients": "#2f6db5",
    "update": "#e08a1e",
    "rest": "#c9c9c9",
    "memory": "#a83232",
}
WIDTH, LEFT, BAR, GAP = 760, 130, 26, 22  # pixels


def table(report: dict[str, Any]) -> str:
    """Return the Markdown table, and the machine below it."""
    results = report["results"]
    lines = [
        "| ns (cycles) of a window | "
        + " | ".join(f"{MODELS[found['model']]}, D {found['dim']}" for found in results)
        + " |",
        "|---" * (len(results) + 1) + "|",
    ]
    names = {name: name for name in COLOURS} | {"whole": "**whole**"}
    for name, shown in names.items():
        cells = (_time(found["median"], found["median"]["ns"][name]) for found in results)
        lines.append(f"| {shown} | {' | '.join(cells)} |")
    for bound in ("multiply-adds", "memory"):
        cells = (_time(found["median"], found["median"]["bounds"][bound]) for found in results)
        lines.append(f"| bound of {bound} | {' | '.join(cells)} |")
    for name, digits in (("inputs", 1), ("targets", 2), ("operations", 0)):
        cells = (f"{found[name]:,.{digits}f}" for found in results)
        lines.append(f"| {name} of a window | {' | '.join(cells)} |")
    machine, text, rounds = report["machine"], report["text"], len(results[0]["rounds"])
    lines += [
        "",
        f"Machine: {machine['processor']}, {machine['logical_cores']} logical cores, one of them",
        f"used; Numba {machine['numba']}; {machine['date']}. Text: {text['words']:,} words,",
        f"vocabulary of {text['vocabulary']:,}. Medians of rounds: {rounds}.",
        "",
        f"`{report['command']}`",
    ]
    return "\n".join(lines)


def _time(median: dict[str, Any], ns: float) -> str:
    return f"{ns:.0f} ({ns * median['cycles_per_ns']:.0f})"


def picture(report: dict[str, Any]) -> str:
    """Return an SVG: a bar of parts for each model and dimension, and marks for the bounds."""
    results = report["results"]
    most = max(max(_length(found), *found["median"]["bounds"].values()) for found in results)
    scale = (WIDTH - LEFT - 60) / most
    height = 44 + len(results) * (BAR + GAP) + 34
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="12">',
        "<title>The time of a window, by part</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        *_legend(),
    ]
    for k, found in enumerate(results):
        lines += _bar(found, 44 + k * (BAR + GAP), scale)
    lines.append(
        f'<text x="{LEFT}" y="{height - 12}">Nanoseconds of a window. Below each bar, the bounds: '
        "filled, multiply-adds; hollow, memory.</text>"
    )
    return "\n".join([*lines, "</svg>\n"])


def _length(found: dict[str, Any]) -> float:
    return sum(max(0.0, found["median"]["ns"][name]) for name in COLOURS)


def _legend() -> Iterator[str]:
    for k, (name, colour) in enumerate(COLOURS.items()):
        x = LEFT + 100 * k
        yield f'<rect x="{x}" y="12" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{x + 17}" y="22">{name}</text>'


def _bar(found: dict[str, Any], y: int, scale: float) -> Iterator[str]:
    x, median = float(LEFT), found["median"]
    name = f"{MODELS[found['model']]}, D {found['dim']}"
    yield f'<text x="{LEFT - 10}" y="{y + 17}" text-anchor="end">{name}</text>'
    for part, colour in COLOURS.items():
        ns = max(0.0, median["ns"][part])
        width = ns * scale
        yield (f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>')
        if width > 30:
            yield (
                f'<text x="{x + width / 2:.1f}" y="{y + 17}" text-anchor="middle" '
                f'fill="white">{ns:.0f}</text>'
            )
        x += width
    yield f'<text x="{x + 8:.1f}" y="{y + 17}">{median["ns"]["whole"]:.0f}</text>'
    for bound, fill in (("multiply-adds", "black"), ("memory", "white")):
        at = LEFT + median["bounds"][bound] * scale
        yield (
            f'<path d="M {at:.1f} {y + BAR + 1} l 6 10 l -12 0 z" fill="{fill}" stroke="black"/>'
        )


def main() -> None:
    """Write both."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs"
    report = json.loads(RESULTS.read_text("utf-8"))
    page = folder / "performance.md"
    text, count = TABLE.subn(lambda _: table(report), page.read_text("utf-8"))
    if count != 1:
        sys.exit(f"{page} needs one place for the table, and has {count}")
    page.write_text(text, "utf-8")
    (folder / "window-time.svg").write_text(picture(report), "utf-8")


if __name__ == "__main__":
    main()

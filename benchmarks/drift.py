"""Whether `firth.drift` finds words that were changed in a text, and calls nothing else changed.

python benchmarks/drift.py TEXT [--pairs 5] [--epochs 2]

TEXT is divided at random into two halves. In the second, some words take the place of others. The
halves are trained, and so are pairs of shuffled halves of both. As a control, the second half is
trained without changes.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import firth
import machine
from firth.io.compression import open_decompressed

RESULT = Path(__file__).parent / "results" / "drift.json"
LINE = 1_000
# Each word of the second half is replaced by another with this probability.
CHANGES = {
    "tea": ("guitar", 1.0), "guitar": ("tea", 1.0), "paris": ("protein", 1.0),
    "protein": ("paris", 1.0), "soldier": ("violin", 0.5),
}  # fmt: skip

WATCHED = sorted({*CHANGES, *(other for other, _ in CHANGES.values())})

Lines = list[list[str]]


def main() -> None:
    """Train, compare, print a table, keep the results."""
    options = parse()
    rng = random.Random(1)
    lines = read(options.text)
    rng.shuffle(lines)
    half = len(lines) // 2
    before, control = lines[:half], lines[half:]
    after = [[change(word, rng) for word in line] for line in control]
    mixed, pairs = before + after, []
    for _ in range(options.pairs):
        rng.shuffle(mixed)
        pairs.append((train(mixed[:half], options, rng), train(mixed[half:], options, rng)))
    first, changed, same = (train(each, options, rng) for each in (before, after, control))
    results = []
    for count in range(1, len(pairs) + 1):
        moved = firth.drift(first, changed, shuffled=pairs[:count])
        unmoved = firth.drift(first, same, shuffled=pairs[:count])
        results.append({"pairs": count, "changed": told(moved), "control": told(unmoved)})
    found = {"machine": machine.describe(), "command": machine.command(), "results": results}
    options.output.write_text(json.dumps(found, indent=1) + "\n")
    for result in results:
        for name in ("changed", "control"):
            print(f"{result['pairs']} pairs, {name}: {result[name]['significant']} significant")
            for word, *figures in result[name]["first"]:
                print(f"    {word:12}", *(f"{figure:9.3g}" for figure in figures))


def read(path: Path) -> Lines:
    """Return the words of a text, in lines of the same length."""
    with open_decompressed(path) as (file, _):
        words = file.read().decode().split()
    return [words[start : start + LINE] for start in range(0, len(words), LINE)]


def change(word: str, rng: random.Random) -> str:
    """Return a word, or what takes its place."""
    other, probability = CHANGES.get(word, (word, 0.0))
    return other if rng.random() < probability else word


def train(lines: Lines, options: argparse.Namespace, rng: random.Random) -> firth.Vectors:
    """Train on lines with another seed each time."""
    seed = rng.randrange(2**31)
    return firth.train(
        lines, epochs=options.epochs, lr=0.05, seed=seed, min_count=options.min_count,
        dim=options.dim, progress=False,
    )  # fmt: skip


def told(moved: Sequence[firth.Moved]) -> dict[str, object]:
    """Return what is kept of the words that moved."""
    places = {each.word: place for place, each in enumerate(moved, 1)}
    return {
        "words": len(moved),
        "significant": sum(each.q_value <= 0.05 for each in moved),
        "share_below_0.05": sum(each.p_value <= 0.05 for each in moved) / len(moved),
        "first": [tuple(each) for each in moved[:10]],
        "places": {word: places.get(word) for word in WATCHED},
    }


def parse() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", type=Path)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--output", type=Path, default=RESULT)
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""The cost of a CBOW step: softmax over all words, hierarchical softmax, negative sampling.

python benchmarks/softmax_cost.py [--rounds 3] [--picture FILE]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

import machine
from firth.plotting import Picture, save
from firth.plotting.picture import add_legend
from firth.plotting.style import INK, TEXT_SIZE, look, style_axes
from firth.torch import (
    CBOW,
    FullSoftmax,
    HierarchicalSoftmax,
    Loss,
    NegativeSampling,
    NoiseSampler,
    Word2Vec,
)

HERE = Path(__file__).parent
RESULT = HERE / "results" / "softmax_cost.json"
PICTURE = HERE.parent / "docs" / "tutorial" / "pictures" / "softmax-cost.png"

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
NEGATIVES = (2, 5, 10, 20)
DIM, CONTEXTS, LR = 100, 10, 0.05
# Windows of a batch. The full softmax has memory for only a few: a batch of the larger size has
# 16 GB of scores for a million words. The others need many windows to outweigh PyTorch's overhead
# for each operation.
FEW, MANY = 256, 4_096


class Method(NamedTuple):
    """A way to train CBOW: its loss is made for the counts of a vocabulary."""

    name: str
    make_loss: Callable[[np.ndarray], Loss]
    negative: int = 0
    sparse: bool = True
    windows: tuple[int, ...] = (FEW, MANY)


METHODS = (
    Method("softmax", lambda counts: FullSoftmax(), windows=(FEW,)),
    Method("hierarchical softmax", HierarchicalSoftmax),
    *(Method(f"negative sampling, K {k}", lambda counts: NegativeSampling(), k) for k in NEGATIVES),
    Method(
        "negative sampling, K 5, dense gradients",
        lambda counts: NegativeSampling(),
        5,
        sparse=False,
        windows=(FEW,),
    ),
)


class Trial:
    """A new model, and batches for it."""

    def __init__(self, method: Method, counts: np.ndarray, windows: int) -> None:
        torch.manual_seed(1)
        # The full softmax uses all rows of its output table: their gradient is dense either way.
        self._model = Word2Vec(
            len(counts), DIM, CBOW(), method.make_loss(counts), sparse=method.sparse
        )
        with torch.no_grad():
            for rows in self._model.parameters():
                # The system allocates memory of zeros only when it is written.
                rows.add_(0.0)
        self._optimizer = torch.optim.SGD(self._model.parameters(), lr=LR)
        self._noise = NoiseSampler(counts) if method.negative else None
        self._negative, self._windows = method.negative, windows
        shares = np.cumsum(counts / counts.sum())
        self._shares = torch.from_numpy(shares)

    def _words(self, *shape: int) -> Tensor:
        """Draw words with their frequencies in a text."""
        found = torch.searchsorted(self._shares, torch.rand(shape, dtype=torch.float64), right=True)
        return found.clamp(1, len(self._shares) - 1)

    def seconds(self, least_seconds: float, least_steps: int) -> tuple[float, float]:
        """Return the median time of a step on new batches, and of the draw of noise in it."""
        steps, draws = [], []
        while len(steps) < least_steps or sum(steps) < least_seconds:
            centre, contexts = self._words(self._windows), self._words(self._windows, CONTEXTS)
            began = time.perf_counter()
            given = [centre, contexts]
            if self._noise is not None:
                given.append(self._noise.draw(centre, contexts, self._negative))
            drawn = time.perf_counter()
            self._optimizer.zero_grad()
            self._model(*given).backward()
            self._optimizer.step()
            steps.append(time.perf_counter() - began)
            draws.append(drawn - began)
        return statistics.median(steps), statistics.median(draws)


def zipf_counts(size: int) -> np.ndarray:
    """Return counts after Zipf's law, in proportion to 1 / rank; id 0 never occurs."""
    return np.concatenate([[0], np.maximum(10 * size // np.arange(1, size + 1), 1)])


def mean_questions(size: int) -> float:
    """Return the mean path length of the hierarchical softmax over the words of a text."""
    counts = zipf_counts(size)
    return float(HierarchicalSoftmax(counts).lengths.numpy() @ counts / counts.sum())


def measure(size: int, rounds: int) -> list[dict[str, object]]:
    """Time all methods in turn, `rounds` times, on a vocabulary of size V."""
    counts = zipf_counts(size)
    runs: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for method in METHODS:
            for windows in method.windows:
                # One model at a time: the tables of the largest fill the memory.
                trial = Trial(method, counts, windows)
                trial.seconds(least_seconds=0.05, least_steps=1)
                found = trial.seconds(least_seconds=0.3, least_steps=2)
                runs.setdefault((method.name, windows), []).append(found)
    return [
        {
            "method": name,
            "V": size,
            "windows": windows,
            "milliseconds": 1e3 * statistics.median(step for step, _ in found),
            "of_these_drawing_noise": 1e3 * statistics.median(draw for _, draw in found),
            "runs": [1e3 * step for step, _ in found],
        }
        for (name, windows), found in runs.items()
    ]


def draw(figures: list[dict[str, object]]) -> Figure:
    """Draw the time of a step by V (all methods, then the cheap ones), and by K."""
    picture = Picture(12.0, 5.2)
    left, middle, right = picture.subplots(1, 3, width_ratios=[1.4, 1.0, 1.0])
    cheap = [sampling(5), METHODS[1].name]
    curves(
        left,
        f"milliseconds a step, {FEW} windows",
        SIZES,
        {
            name: [at(figures, name, size, FEW) for size in SIZES]
            for name in (*cheap, METHODS[0].name, METHODS[-1].name)
        },
    )
    curves(
        middle,
        f"the cheap ones, {MANY:,} windows",
        SIZES,
        {name: [at(figures, name, size, MANY) for size in SIZES] for name in cheap},
    )
    curves(
        right,
        f"by noise words, {MANY:,} windows",
        NEGATIVES,
        {
            f"negative sampling, V {size:,}": [
                at(figures, sampling(negative), size, MANY) for negative in NEGATIVES
            ]
            for size in (SIZES[0], 30_000, SIZES[-1])
        },
    )
    left.set_yscale("log")
    for axes in (left, middle):
        axes.set_xscale("log")
        axes.set_xlabel("V, words in the vocabulary", loc="right")
    for axes in (middle, right):
        axes.set_ylim(bottom=0.0)
    right.set_xticks(NEGATIVES)
    right.set_xlabel("K, noise words", loc="right")
    return picture


def curves(
    axes: Axes, title: str, places: Sequence[int], times: Mapping[str, Sequence[float]]
) -> None:
    """Draw the times of each method, with a legend below the axes."""
    style_axes(axes, grid="both")
    axes.set_title(title, loc="left", fontsize=TEXT_SIZE, color=INK)
    handles = [
        axes.plot(places, found, **look(number).line())[0]
        for number, found in enumerate(times.values())
    ]
    add_legend(axes, handles, list(times), below=True)


def sampling(negative: int) -> str:
    """Return the name of negative sampling with K noise words."""
    return f"negative sampling, K {negative}"


def at(figures: list[dict[str, object]], method: str, size: int, windows: int) -> float:
    """Return a time."""
    return next(
        float(str(figure["milliseconds"]))
        for figure in figures
        if (figure["method"], figure["V"], figure["windows"]) == (method, size, windows)
    )


def show(figures: list[dict[str, object]]) -> None:
    """Print a row for each method, a column for each V, and last the mean number of questions."""
    for windows in (FEW, MANY):
        title = f"ms a step of {windows:,} windows"
        print(f"{title:<42}" + "".join(f"{size:>11,}" for size in SIZES))
        for method in METHODS:
            if windows in method.windows:
                times = [at(figures, method.name, size, windows) for size in SIZES]
                print(f"{method.name:<42}" + "".join(f"{each:>11.2f}" for each in times))
    questions = "".join(f"{mean_questions(size):>11.2f}" for size in SIZES)
    print(f"{'questions of the hierarchical softmax':<42}{questions}")


def main() -> None:
    """Measure, print, write all runs, draw the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=RESULT)
    parser.add_argument("--picture", type=Path, default=PICTURE)
    parser.add_argument("--draw-only", action="store_true", help="Draw what was measured before.")
    options = parser.parse_args()
    if options.draw_only:
        figures = json.loads(options.output.read_text(encoding="utf-8"))["figures"]
    else:
        figures = [figure for size in SIZES for figure in measure(size, options.rounds)]
        report = {
            "command": f"python benchmarks/softmax_cost.py --rounds {options.rounds}",
            "machine": {**machine.describe(), "torch": torch.__version__},
            "settings": {
                "model": "CBOW", "dim": DIM, "contexts": CONTEXTS,
                "optimizer": "SGD", "threads": torch.get_num_threads(), "precision": "float32",
            },
            "figures": figures,
        }  # fmt: skip
        options.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    show(figures)
    save(draw(figures), options.picture)


if __name__ == "__main__":
    main()

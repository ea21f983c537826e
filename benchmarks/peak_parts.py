"""Where the time of a window goes, by part, on one thread.

The windows of a part of the text are listed, block by block, as training lists them. Then one of
these is done with each block, before the next is listed:

- nothing;
- the gradients of its windows (scores, sigmoid, loss; for CBOW the mean of the contexts too), or
  their update with the fetching of later rows;
- the whole step of its windows.

All but the listing are first done on a few rows of tables, which stay in the first caches, and the
whole step then on the real tables. What listing takes, and what each of the others takes more, is
its part. What is left of the whole step is `rest`: calls, choosing what to do, frozen rows,
repetitions. What the real tables take more is `memory`. Each part is timed several times in
turn, and the fastest counts: other programs only add time.

The clock of the processor is measured by a chain of multiply-adds, each of which waits for the one
before: 4 cycles each, on Intel's processors since Skylake and AMD's since Zen 3.

    python benchmarks/peak_parts.py TEXT [--model skipgram cbow] [--dim 100 300] [--rounds 5]
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import time
from pathlib import Path
from typing import Any, Literal

import numba
import numpy as np

import machine
import peak
from firth import TrainConfig
from firth.compilation.arrays import aligned_zeros
from firth.corpus import Corpus, read_corpus
from firth.training import kernel
from firth.training.engines.hogwild import freeze, parts_of
from firth.training.lists.gathering import BLOCK, gather
from firth.training.lists.units import Units, units_in
from firth.training.lists.windows import (
    Sampling,
    Window,
    WindowList,
    list_block,
    most_inputs,
    most_targets,
    sampling_of,
    window_of,
)
from firth.training.simd.rows import stride_of
from firth.training.simd.update import update
from firth.training.worker import Worker, make_worker

# What is done with the windows of a block.
NOTHING, GRADIENTS, UPDATE, STEP = range(4)
STRETCH = 65_536  # tokens, as in training
CHAIN_CYCLES = 4  # of a multiply-add that waits for the one before


@numba.njit(nogil=True, error_model="numpy", no_rewrites=True, _nrt=False)
def run_part(
    part: int,
    few: int,
    units: Units,
    stop: int,
    sampling: Sampling,
    tables: kernel.Tables,
    frozen: tuple[kernel.Frozen, kernel.Frozen],
    window: Window,
    worker: Worker,
) -> tuple[int, int, int]:
    """List the windows of the tokens up to `stop`, and do a part of training with each.

    Windows name the first `few` rows of tables instead of their own, if it is not 0.

    Returns
    -------
    windows, inputs, targets : int, int, int
        How many there were.
    """
    gathered, listed, _ = worker
    tokens, offsets = units.tokens, units.offsets
    key, unit, windows, inputs, targets = np.uint64(1), 0, 0, 0, 0
    for start in range(0, stop, STRETCH):
        end_of_stretch = min(start + STRETCH, stop)
        while offsets[unit + 1] <= start:
            unit += 1
        last = gather(
            tokens, offsets, unit, start, end_of_stretch, key, sampling.keep, window.reach, gathered
        )
        centre, gathered_unit, first, now, following = window.reach, 0, 0, 0, 0
        while centre < last or now + following > 0:
            do_part(part, listed, first, now, tables, frozen, worker.scratch, window.bfloat16)
            gathered_unit, count, _ = list_block(
                window.cbow, window.subwords, window.longest_path,
                gathered, (centre, min(centre + BLOCK, last)), gathered_unit, units, sampling,
                window, tables.input.shape[1], listed, (first, 0),
            )  # fmt: skip
            if few > 0:
                name_few(listed, first, count, few, tables.input.shape[1])
            for w in range(first, first + count):
                inputs += listed.m[w]
                targets += listed.t[w]
            windows += count
            now, following, first, centre = following, count, BLOCK - first, centre + BLOCK
    return windows, inputs, targets


@numba.njit(inline="always")
def name_few(listed: WindowList, first: int, count: int, few: int, stride: int) -> None:
    """Replace the rows of windows by the first of each table: none twice in a window."""
    for w in range(first, first + count):
        for k in range(listed.m[w]):
            listed.inputs[w, k] = ((w + k) & (few - 1)) * stride
        for k in range(listed.t[w]):
            listed.targets[w, k] = ((w + k) & (few - 1)) * stride
        listed.arrivals[w] = (w & (few - 1)) * stride


@numba.njit(inline="always")
def do_part(
    part: int,
    listed: WindowList,
    first: int,
    count: int,
    tables: kernel.Tables,
    frozen: tuple[kernel.Frozen, kernel.Frozen],
    scratch: kernel.Scratch,
    bfloat16: Literal[True] | None,
) -> None:
    """Do a part of training with some windows; see `kernel.train_window`."""
    eta, pending = np.float32(1e-4), 0
    if part == STEP:
        for w in range(first, first + count):
            _, pending = kernel.train_window(
                tables, listed, w, eta, frozen, scratch, pending, None, bfloat16
            )
        kernel.flush_loss(scratch.loss)
    elif part == GRADIENTS:
        for w in range(first, first + count):
            pending = do_gradients(listed, w, tables, eta, scratch, pending, bfloat16)
        kernel.flush_loss(scratch.loss)
    elif part == UPDATE:
        for w in range(first, first + count):
            do_update(listed, w, tables, scratch, bfloat16)


@numba.njit(inline="always")
def do_gradients(
    listed: WindowList,
    w: int,
    tables: kernel.Tables,
    eta: np.float32,
    scratch: kernel.Scratch,
    pending: int,
    bfloat16: Literal[True] | None,
) -> int:
    """Compute the gradients of a window, and its loss."""
    x_rows, t = listed.inputs[w], listed.t[w]
    if listed.is_relabelled[w]:
        kernel.write_labelling(listed.labels[w], t, scratch.labelling)
    if listed.is_mean is not None:
        _, pending = kernel.mean_loss_and_gradients(
            tables.input, x_rows, listed, w, tables.output, eta, scratch, pending, None
        )
    else:
        _, pending = kernel.loss_and_gradients(
            tables.input, x_rows, listed.m[w], tables.output, listed.targets[w], t, eta, scratch,
            pending, None, bfloat16,
        )  # fmt: skip
    return pending


@numba.njit(inline="always")
def do_update(
    listed: WindowList,
    w: int,
    tables: kernel.Tables,
    scratch: kernel.Scratch,
    bfloat16: Literal[True] | None,
) -> None:
    """Update the rows of a window by the gradients that are there, and fetch later rows."""
    x_rows, later = listed.inputs[w], np.uint64((w + kernel.AHEAD) & (2 * BLOCK - 1))
    kernel.write_soon(
        tables.parts.are_used, tables, listed.targets[later], listed.t[later], listed.arrivals,
        later, scratch.soon,
    )  # fmt: skip
    if listed.is_mean is not None:
        kernel.update_mean(tables.input, x_rows, listed, w, tables.output, scratch)
    else:
        update(
            tables.input, x_rows, tables.output, listed.targets[w], (listed.m[w], listed.t[w]),
            scratch.gradients, scratch.before, scratch.soon, scratch.paired, bfloat16,
        )  # fmt: skip


class Parts:
    """Tables and lists like those of training, and times of its parts."""

    def __init__(self, corpus: Corpus, config: TrainConfig, words: int) -> None:
        counts, tokens = corpus.vocabulary.counts, corpus.tokens
        self.window, self.stride = window_of(config), stride_of(config.dim)
        self.sampling = sampling_of(counts, config)
        self.units = units_in(tokens)
        self.stop = min(words, len(tokens.ids))
        self.few = 1 << (max(most_inputs(self.window), most_targets(self.window)) - 1).bit_length()
        generator = np.random.default_rng(1)
        self.tables = self._tables(len(counts), generator, config.dim)
        self.few_tables = self._tables(self.few, generator, config.dim)
        self.starts = self.few_tables.input.copy(), self.few_tables.output.copy()
        self.worker = make_worker(self.window, self.stride, STRETCH)
        self.windows, self.inputs, self.targets = self._run(NOTHING, few=True)

    def _tables(self, size: int, generator: np.random.Generator, dim: int) -> kernel.Tables:
        tables = [aligned_zeros((size, self.stride), np.float32) for _ in range(2)]
        for table in tables:
            table[:, :dim] = generator.uniform(-0.5 / dim, 0.5 / dim, (size, dim))
        return kernel.Tables(*tables, parts_of(None, self.stride))

    def _run(self, part: int, *, few: bool) -> tuple[int, int, int]:
        tables = self.few_tables if few else self.tables
        # Gradients that stay the same would make numbers so large or small that they are slow.
        self.worker.scratch.gradients[:] = 0.0
        self.few_tables.input[:], self.few_tables.output[:] = self.starts
        none = np.empty(0, np.int64)
        return run_part(  # type: ignore[no-any-return]
            part, self.few if few else 0, self.units, self.stop, self.sampling, tables,
            (freeze(tables.input, none), freeze(tables.output, none)), self.window, self.worker,
        )  # fmt: skip

    def _time(self, part: int, *, few: bool = True) -> float:
        """Return the nanoseconds of a window."""
        began = time.perf_counter()
        self._run(part, few=few)
        return (time.perf_counter() - began) / self.windows * 1e9

    def measure(self, repeats: int) -> dict[str, float]:
        """Return the nanoseconds of each part of a window."""
        turns = [
            (
                self._time(NOTHING, few=False),
                *(self._time(part) for part in (NOTHING, GRADIENTS, UPDATE, STEP)),
                self._time(STEP, few=False),
            )
            for _ in range(repeats)
        ]
        listing, nothing, *parts, step, whole = map(min, zip(*turns, strict=True))
        gradients, update = (part - nothing for part in parts)
        rest = step - nothing - gradients - update
        return {
            "listing": listing,
            "gradients": gradients,
            "update": update,
            "rest": rest,
            "memory": whole - listing - (step - nothing),
            "whole": whole,
        }

    def operations(self, dim: int) -> float:
        """Return the multiplications and additions of a window."""
        inputs, targets = self.inputs / self.windows, self.targets / self.windows
        if self.window.cbow is None:
            return 6 * dim * inputs * targets
        # The mean, and the sharing of its change.
        return 6 * dim * targets + 2 * dim * inputs


def clock() -> float:
    """Return the cycles in a nanosecond."""
    steps, chain = 20_000_000, peak.multiply_adds(1)
    began = time.perf_counter()
    chain(steps)
    return steps * CHAIN_CYCLES / (time.perf_counter() - began) / 1e9


def measure(parts: Parts, dim: int, memory: peak.MemoryBound, repeats: int) -> dict[str, Any]:
    """Measure one round: figures of a window, times in nanoseconds."""
    return {
        "cycles_per_ns": clock(),
        "bounds": {
            "multiply-adds": parts.operations(dim) / peak.multiply_add_peak(1),
            "memory": 1e9 / memory.windows_per_second(1),
        },
        "ns": parts.measure(repeats),
    }


def median_of(rounds: list[Any]) -> Any:  # noqa: ANN401
    """Return the medians of rounds: of numbers, or by name."""
    if isinstance(rounds[0], dict):
        return {name: median_of([found[name] for found in rounds]) for name in rounds[0]}
    return statistics.median(rounds)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", help="a text that Firth reads; white space divides its words")
    parser.add_argument("--model", nargs="+", default=["skipgram", "cbow"])
    parser.add_argument("--dim", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--words", type=int, default=500_000, help="of the text")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=5, help="in each round; the fastest counts")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parent / "results/peak_parts.json"
    )
    options = parser.parse_args()
    corpus = read_corpus(options.text)
    results = []
    for model, dim in itertools.product(options.model, options.dim):
        config = TrainConfig(model=model, dim=dim, negative=5, subwords="none")
        parts = Parts(corpus, config, options.words)
        memory = peak.MemoryBound(corpus, dim, 5)
        rounds = [measure(parts, dim, memory, options.repeats) for _ in range(options.rounds)]
        median = median_of(rounds)
        shape = {"model": model, "dim": dim, "negative": 5, "windows": parts.windows}
        shape |= {name: getattr(parts, name) / parts.windows for name in ("inputs", "targets")}
        shape["operations"] = parts.operations(dim)
        results.append(shape | {"median": median, "rounds": rounds})
        found = ", ".join(f"{name} {ns:.1f}" for name, ns in median["ns"].items())
        bounds = ", ".join(f"{name} {ns:.1f}" for name, ns in median["bounds"].items())
        print(f"{model}, D {dim}, ns: {found}; bounds: {bounds}")
    report = {
        "machine": machine.describe(),
        "command": f"python benchmarks/peak_parts.py TEXT --model {' '.join(options.model)} "
        f"--dim {' '.join(map(str, options.dim))} --words {options.words} "
        f"--rounds {options.rounds} --repeats {options.repeats}",
        "text": {"words": corpus.tokens.size, "vocabulary": len(corpus.vocabulary.counts)},
        "results": results,
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()

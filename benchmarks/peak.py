"""The share of the processor's limits that the training loop reaches.

Three things are measured in turn, round by round, on the same number of threads:

- the multiply-add peak: vectors in registers, nothing else;
- the memory bound: the rows that a window must at least read and change (its K + 1 targets, and
  the one context word that it does not share with the window before), drawn as in training; each
  is only prefetched, read, changed and written;
- training: an epoch of skip-gram, or of CBOW.

A window's arithmetic is 6 D operations for each of its (input, target) pairs: three products, a
multiplication and an addition each. Padding and all other work of the loop do not count. If
compute and memory overlap perfectly, training reaches the lower of the two bounds.

    python benchmarks/peak.py TEXT [--model skipgram] [--dim 100 300] [--negative 5] [--threads 2]
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

import machine
from firth import TrainConfig
from firth.compilation import emitter
from firth.compilation.arrays import aligned_zeros
from firth.compilation.prefetching import emit_prefetch
from firth.corpus import Corpus, read_corpus
from firth.training import Callback, Progress, sampling, train_corpus
from firth.training.kernel import AHEAD
from firth.training.simd import rows

ACCUMULATORS = 12
FLOPS_PER_STEP = 2 * ACCUMULATORS * emitter.WIDTH
# The memory bound is measured on the windows of so many words of the text.
WORDS = 1_000_000


@functools.cache
def multiply_adds(accumulators: int) -> Callable[[int], float]:
    """Return a function that repeats a multiply-add on each of so many independent vectors."""

    @intrinsic
    def emitted(typingctx, steps):  # noqa: ANN001, ANN202
        def codegen(context, builder, signature, arguments):  # noqa: ANN001, ANN202
            e = emitter.Emitter(builder)
            factor, term = e.constant(0.999), e.constant(0.001)

            def step(_: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
                return [e.multiply_add(value, factor, term) for value in sums]

            starts = [e.constant(0.1 * k) for k in range(accumulators)]
            sums = e.loop(arguments[0], 1, starts, step)
            total = sums[0]
            for value in sums[1:]:
                total = builder.fadd(total, value)
            return builder.extract_element(total, ir.Constant(emitter.INT32, 0))

        return types.float32(types.int64), codegen

    @numba.njit(nogil=True)
    def repeat(steps: int) -> float:
        return emitted(steps)

    repeat(1)
    return repeat  # type: ignore[no-any-return]


def touch_row(table: NDArray[np.float32], row: int, change: int, later: int) -> None:
    """Add the row at offset `change` to that at offset `row`, and ask for that at `later`."""
    to, added = rows.row_at(table, row), rows.row_at(table, change)
    to[:] += added


@emitter.emitted_for(touch_row)
def emit_touch(e, table, row, change, later):  # noqa: ANN001, ANN201
    """Emit that, vector by vector."""

    def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        emit_prefetch(e, e.at(table.data, later, index), for_writing=True)
        place = e.at(table.data, row, index)
        total = e.builder.fadd(e.load(place), e.load(e.at(table.data, change, index)))
        e.store(total, place)
        return []

    e.loop(table.stride, emitter.WIDTH, [], along)


@numba.njit(nogil=True)
def touch_rows(
    inputs: NDArray[np.float32],
    outputs: NDArray[np.float32],
    listed: NDArray[np.int32],
    change: int,
) -> None:
    """Read and change the rows of windows, and do nothing else.

    Of each window, the last row is one of the inputs, and the others are targets.
    """
    stride, (windows, count) = np.int64(outputs.shape[1]), listed.shape
    for w in range(windows):
        later = min(w + AHEAD, windows - 1)
        for k in range(count):
            row, soon = listed[w, k] * stride, listed[later, k] * stride
            touch_row(inputs if k == count - 1 else outputs, row, change, soon)


def seconds_on_threads(threads: int, work: Callable[[int], object]) -> float:
    """Time `work(worker)` on several threads at once."""
    workers = [threading.Thread(target=work, args=(worker,)) for worker in range(threads)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.perf_counter() - began


def multiply_add_peak(threads: int) -> float:
    """Measure GFLOP/s of all threads together."""
    steps = 20_000_000
    repeat = multiply_adds(ACCUMULATORS)
    seconds = seconds_on_threads(threads, lambda _: repeat(steps))
    return threads * steps * FLOPS_PER_STEP / seconds / 1e9


class MemoryBound:
    """Tables and rows like those of training, to measure the memory bound."""

    def __init__(self, corpus: Corpus, dim: int, negative: int) -> None:
        self.negative = negative
        counts = corpus.vocabulary.counts
        stride = rows.stride_of(dim)
        # One row more, that stays zero: what is added to the others.
        self.tables = [aligned_zeros((len(counts) + 1, stride), np.float32) for _ in range(2)]
        self.change = len(counts) * stride
        generator = np.random.default_rng(1)
        keep = sampling.keep_thresholds(counts, 1e-3)
        some = np.array(corpus.tokens.ids[:WORDS])
        centres = some[generator.integers(2**32, size=len(some)) <= keep[some]]
        self.share = len(centres) / len(some)  # of words that subsampling keeps
        noise = generator.choice(
            len(counts), (len(centres), negative), p=sampling.noise_distribution(counts, 0.75)
        )
        context = np.roll(centres, -5)
        self.rows = np.column_stack([centres, noise, context]).astype(np.int32)
        touch_rows(*self.tables, self.rows[:1], self.change)

    def windows_per_second(self, threads: int) -> float:
        """Measure all threads together."""
        parts = np.array_split(self.rows, threads)
        seconds = seconds_on_threads(
            threads, lambda worker: touch_rows(*self.tables, parts[worker], self.change)
        )
        return len(self.rows) / seconds


@dataclass(frozen=True)
class Round:
    """The results of one round."""

    dim: int
    negative: int
    peak_gflops: float
    training_gflops: float
    memory_windows: float
    training_windows: float
    words_per_second: float

    @property
    def compute_share(self) -> float:
        """Training's share of the multiply-add peak."""
        return self.training_gflops / self.peak_gflops

    @property
    def memory_share(self) -> float:
        """Training's share of the memory bound."""
        return self.training_windows / self.memory_windows


class Watch(Callback):
    """Stores the last progress."""

    progress: Progress

    def on_progress(self, progress: Progress) -> None:
        """Store it."""
        self.progress = progress


def measure(corpus: Corpus, model: str, dim: int, threads: int, memory: MemoryBound) -> Round:
    """Measure one round."""
    peak = multiply_add_peak(threads)
    memory_windows = memory.windows_per_second(threads)
    negative = memory.negative
    config = TrainConfig(model=model, dim=dim, negative=negative, epochs=1, threads=threads)
    watch = Watch()
    train_corpus(corpus, config, callbacks=[watch])
    end = watch.progress
    return Round(
        dim=dim,
        negative=negative,
        peak_gflops=peak,
        training_gflops=end.pairs * (negative + 1) * 6 * dim / end.seconds / 1e9,
        memory_windows=memory_windows,
        training_windows=memory.share * end.words / end.seconds,
        words_per_second=end.words_per_second,
    )


def summarise(rounds: list[Round]) -> dict[str, float]:
    """Return the medians over rounds."""
    figures = [
        {**asdict(r), "compute_share": r.compute_share, "memory_share": r.memory_share}
        for r in rounds
    ]
    return {name: statistics.median(f[name] for f in figures) for name in figures[0]}


def arguments() -> argparse.Namespace:
    """Return what the command line gives."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", help="a text that Firth reads; white space divides its words")
    parser.add_argument("--model", choices=["skipgram", "cbow"], default="skipgram")
    parser.add_argument("--dim", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--negative", type=int, nargs="+", default=[5])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--output", type=Path, help="results/peak.json, for CBOW results/peak_cbow.json"
    )
    given = parser.parse_args()
    if given.output is None:
        name = "peak" if given.model == "skipgram" else "peak_cbow"
        given.output = Path(__file__).parent / f"results/{name}.json"
    return given


def main() -> None:
    """Run the benchmark."""
    options = arguments()
    corpus = read_corpus(options.text)
    results = []
    print(
        f"{'D':>4} {'K':>3} {'peak':>8} {'training':>9} {'share':>6} "
        f"{'memory':>9} {'training':>9} {'share':>6} {'Mwords/s':>9}"
    )
    print(f"{'':>8} {'GFLOP/s':>8} {'GFLOP/s':>9} {'':>6} {'Mwin/s':>9} {'Mwin/s':>9}")
    for dim, negative in itertools.product(options.dim, options.negative):
        memory = MemoryBound(corpus, dim, negative)
        rounds = [
            measure(corpus, options.model, dim, options.threads, memory)
            for _ in range(options.rounds)
        ]
        median = summarise(rounds)
        results.append({"median": median, "rounds": [asdict(r) for r in rounds]})
        print(
            f"{dim:>4} {negative:>3} {median['peak_gflops']:>8.1f} "
            f"{median['training_gflops']:>9.1f} {median['compute_share']:>6.0%} "
            f"{median['memory_windows'] / 1e6:>9.2f} {median['training_windows'] / 1e6:>9.2f} "
            f"{median['memory_share']:>6.0%} {median['words_per_second'] / 1e6:>9.2f}"
        )
    report = {
        "machine": machine.describe(),
        "command": f"python benchmarks/peak.py TEXT --model {options.model} "
        f"--threads {options.threads} --rounds {options.rounds} "
        f"--dim {' '.join(map(str, options.dim))} "
        f"--negative {' '.join(map(str, options.negative))}",
        "results": results,
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()

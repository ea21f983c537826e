"""The GPU engine on this machine's GPU: quality, speed, bandwidth, and `firth.torch.fit`.

    m inputs of a window · T its targets · D dimensions · C words that a run of windows reaches

A program gathers the rows of a run twice and adds to them once, which reads and writes them: four
passes. With C input rows and T output rows for each of R windows, these are at least

    16 D (C / R + T) bytes a window

The measured speed of a copy, over this, is the bound on windows per second. Rows that the caches
serve cost less, so with a small vocabulary the share may be above 1.

Runs at most ten minutes: what has no time left says so. Results are written after each part.

    python benchmarks/device.py --texts ../shared/data --out device.json
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

import firth
from firth.corpus import Corpus, TokenStore, read_corpus
from firth.errors import FirthError
from firth.gpu import GpuEngine
from firth.gpu.engine import precision_on, shape_of
from firth.gpu.kernel import Windows
from firth.subwords import make_subwords
from firth.torch import NegativeSampling, SkipGram, WindowDataset, Word2Vec, choose_device, fit
from firth.training import TrainConfig
from firth.training.engines.base import Composition, Stretch
from firth.training.engines.threads import train_in_threads
from firth.training.task import Task

# A part is not begun if less is left, in seconds.
RESERVE = 60
# Seconds that are timed of each speed, and of what comes before: compiling, first loads.
TIMED = 3.0
# Of the quality: seeds of the GPU's engine, which has as many results, and of the other.
SEEDS = {"gpu": (1, 2, 3), "hogwild": (1,)}
ANALOGIES, SIMILARITY = "questions-words.txt", ("wordsim353.tsv", "simlex999.txt")


def main() -> None:
    """Measure part by part."""
    arguments = parse_arguments()
    try:
        GpuEngine.check(TrainConfig())
    except FirthError as error:
        sys.exit(str(error))
    began, report = time.perf_counter(), describe()
    corpus = read(arguments)
    report |= {"words": corpus.tokens.size, "vocabulary": len(corpus.vocabulary)}
    for name, part in parts(corpus, arguments):
        if time.perf_counter() - began > arguments.seconds - RESERVE:
            report[name] = {"skipped": "no time was left"}
        else:
            try:
                report[name] = part(report)
            except (FirthError, RuntimeError) as error:
                report[name] = {"failed": str(error)}
        arguments.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        print(name, report[name], flush=True)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=Path, required=True, help="a folder with enwiki_a.txt.zst")
    parser.add_argument("--out", type=Path, default=Path("device.json"))
    parser.add_argument("--seconds", type=float, default=600.0, help="the whole, at most")
    parser.add_argument("--tiny", action="store_true", help="a few words: to test this script")
    return parser.parse_args()


def describe() -> dict[str, Any]:
    """Return what the machine is."""
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "none: interpreted"
    return {"gpu": gpu, "torch": torch.__version__, "firth": firth.__version__}


def read(arguments: argparse.Namespace) -> Corpus:
    """Read the text, or make a few words of it."""
    if arguments.tiny:
        return read_corpus(
            [[f"word{k % 7}" for k in range(n, n + 9)] for n in range(20)], min_count=1
        )
    return read_corpus(arguments.texts / "enwiki_a.txt.zst")


Part = Callable[[dict[str, Any]], dict[str, Any]]


def parts(corpus: Corpus, arguments: argparse.Namespace) -> list[tuple[str, Part]]:
    """Return the parts, the most important first; each gets the report so far."""
    tiny = arguments.tiny
    evaluation = None if tiny else arguments.texts / "eval"
    found: list[tuple[str, Part]] = [("bandwidth", lambda _: bandwidth(2**16 if tiny else 2**30))]
    for model, engine in itertools.product(("cbow", "skipgram"), ("gpu", "hogwild")):
        some = (corpus, engine, model, evaluation)
        found.append((f"quality, {model}, {engine}", lambda _, some=some: quality(*some)))
    found.append(("quality, skipgram, two GPUs", lambda _: two_gpus(corpus, evaluation)))
    counts, tokens = corpus.vocabulary.counts, corpus.tokens
    for dim, subwords, model in itertools.product(
        (100, 300), ("none", (3, 6)), ("skipgram", "cbow")
    ):
        config = TrainConfig(
            model=model, subwords=subwords, dim=8 if tiny else dim, sample=0 if tiny else 1e-3
        )
        composition = None if subwords == "none" else composition_of(corpus, config)
        case = (config, counts, tokens, composition)
        name = f"speed, {model}, subwords {subwords}, D {dim}"
        found.append((name, lambda report, case=case: speed(*case, report=report, tiny=tiny)))
    large = zipf(50, 300) if tiny else zipf(1_000_000, 2**23)
    for model in ("skipgram", "cbow"):
        config = TrainConfig(model=model, dim=8 if tiny else 100, sample=0 if tiny else 1e-3)
        case = (config, *large, None)
        name = f"speed, {model}, Zipf, V {len(large[0])}"
        found.append((name, lambda report, case=case: speed(*case, report=report, tiny=tiny)))
    return [*found, ("firth.torch.fit", lambda _: fit_on_device(corpus))]


def zipf(words: int, size: int) -> tuple[np.ndarray, TokenStore]:
    """Return counts and a text of ids: word k is drawn with a probability of about 1 / (k + 1)."""
    rng = np.random.default_rng(1)
    ids = (words ** rng.random(size)).astype(np.int32) - 1
    # Each word at least once, as in a vocabulary.
    counts = np.bincount(ids, minlength=words) + 1
    return counts.astype(np.int64), TokenStore(ids, np.append(np.arange(0, size, 1_000), size))


def composition_of(corpus: Corpus, config: TrainConfig) -> Composition | None:
    """Return of which rows the words are composed."""
    counts, words = corpus.vocabulary.counts, corpus.vocabulary.words
    subwords = make_subwords(config.subwords, words, counts, config.buckets)
    return Task(corpus, config, GpuEngine, subwords=subwords).composition


def bandwidth(size: int) -> dict[str, Any]:
    """Return how many bytes a second a copy reads and writes."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    source = torch.zeros(size // 4, device=device)
    target = torch.empty_like(source)
    target.copy_(source)
    seconds = timed(lambda: [target.copy_(source) for _ in range(10)])
    return {"bytes_per_second": 20 * size / seconds}


def speed(
    config: TrainConfig,
    counts: np.ndarray,
    tokens: TokenStore,
    composition: Composition | None,
    *,
    report: dict[str, Any],
    tiny: bool,
) -> dict[str, Any]:
    """Return the speed of stretches one after another, once the kernels are compiled and loaded."""
    length = GpuEngine.stretch_length(config, tokens.size)
    began = time.perf_counter()
    engine = GpuEngine(config, counts, tokens, length, composition=composition)
    engine.compile()
    stretches = [
        Stretch(0, start, min(start + length, tokens.size), config.lr, 0.0)
        for start in range(0, tokens.size, length)
    ]
    engine.train(0, stretches[0])
    set_up = time.perf_counter() - began
    words, began = 0, time.perf_counter()
    for done in train_in_threads(engine, until(began + (0 if tiny else TIMED), stretches)):
        words += done.stretch.stop - done.stretch.start
    seconds = time.perf_counter() - began
    found = {"set_up_seconds": set_up, "seconds": seconds, "words_per_second": words / seconds}
    found |= bound(engine.windows(stretches[0]), config, composition, report)
    kept = found["windows_of_a_word"]
    found["windows_per_second"] = found["words_per_second"] * kept
    if found["most_windows_per_second"] is not None:
        share = found["windows_per_second"] / found["most_windows_per_second"]
        found["share_of_bandwidth"] = share
    engine.close()
    return found


def until(end: float, stretches: list[Stretch]) -> Iterator[Stretch]:
    """Yield stretches over and over, until some time; at least one."""
    for stretch in itertools.cycle(stretches):
        yield stretch
        if time.perf_counter() > end:
            break


def bound(
    listed: Windows,
    config: TrainConfig,
    composition: Composition | None,
    report: dict[str, Any],
) -> dict[str, Any]:
    """Return what a window has, and how many of them a second memory allows."""
    count = int(listed.extent[2].item())
    lows, highs = (each[:count].cpu().numpy() for each in (listed.lows, listed.highs))
    targets = (listed.targets[:count] >= 0).sum(dim=1).double().mean().item()
    is_there = highs > lows
    inputs = float((highs - lows - 1)[is_there].mean())
    run = shape_of(config, trains=True, precision=precision_on(listed.lows.device)).run
    starts = range(0, count, run)
    reached = sum(
        int(highs[a : a + run].max() - lows[a : a + run][is_there[a : a + run]].min())
        for a in starts
        if is_there[a : a + run].any()
    )
    rows = reached / count + targets
    found = {"m": inputs, "T": targets, "C": reached / len(starts), "R": run}
    found["windows_of_a_word"] = count / len(listed.lows)
    found["bytes_per_window"] = 16 * config.dim * rows
    copied = report.get("bandwidth", {}).get("bytes_per_second")
    most = copied / found["bytes_per_window"] if copied and composition is None else None
    # With n-grams a word is several rows, and the formula is not theirs.
    return {**found, "most_windows_per_second": most}


def two_gpus(corpus: Corpus, evaluation: Path | None) -> dict[str, Any]:
    """Return the scores and seconds of two workers, each with a GPU."""
    if torch.cuda.device_count() < 2:
        return {"skipped": "there are not two GPUs"}
    return quality(corpus, "gpu", "skipgram", evaluation, workers=2)


def quality(
    corpus: Corpus, engine: str, model: str, evaluation: Path | None, workers: int = 1
) -> dict[str, Any]:
    """Return the scores of five epochs, for each seed, and how long they took."""
    lr, tiny = 0.025 if model == "skipgram" else 0.05, evaluation is None
    options = {"model": model, "lr": lr, "subwords": "none", "sample": 1e-3, "workers": workers}
    options |= {"epochs": 1, "dim": 8} if tiny else {"epochs": 5, "dim": 100}
    found: dict[str, Any] = {"seconds": []}
    for seed in SEEDS[engine]:
        began = time.perf_counter()
        vectors = firth.train(corpus, engine=engine, readout="plain", seed=seed, **options)
        found["seconds"].append(time.perf_counter() - began)
        for name, score in scores_of(vectors, evaluation).items():
            found.setdefault(name, []).append(score)
    return found


def scores_of(vectors: firth.WordVectors, evaluation: Path | None) -> dict[str, float]:
    """Return the scores of vectors, in percent, and their mean; none without files."""
    if evaluation is None:
        return {}
    found = firth.evaluate(
        vectors, analogies=[evaluation / ANALOGIES],
        similarity=[evaluation / name for name in SIMILARITY],
    )  # fmt: skip
    sections = found.analogies[0].sections
    correct, answered = (sum(getattr(each, name) for each in sections)
                         for name in ("correct", "answered"))  # fmt: skip
    scores = {"analogies": 100 * correct / answered}
    scores |= {Path(each.file).stem: 100 * each.spearman for each in found.similarity}
    return scores | {"mean": sum(scores.values()) / len(scores)}


def fit_on_device(corpus: Corpus) -> dict[str, Any]:
    """Return the losses of `firth.torch.fit` on the device."""
    ids = corpus.tokens.ids[:100_000].astype(int) + 1
    dataset = WindowDataset([ids.tolist()], window=2)
    model = Word2Vec(len(corpus.vocabulary) + 1, 32, SkipGram(), NegativeSampling())
    device = choose_device()
    began = time.perf_counter()
    result = fit(model, dataset, negative=5, epochs=2, device=device)
    seconds = time.perf_counter() - began
    return {"device": str(device), "losses": list(result.losses), "seconds": seconds}


def timed(work: Callable[[], Any]) -> float:
    """Return how many seconds something takes on the device."""
    began = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()

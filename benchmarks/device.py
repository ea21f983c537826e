"""The GPU engine on this machine's GPU: quality, speed, bandwidth, and `firth.torch.fit`.

Runs at most ten minutes, and writes the results after each part.

    python benchmarks/device.py --texts ../shared/data --out device.json
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

import firth
from firth.corpus import Corpus, read_corpus
from firth.errors import FirthError
from firth.gpu import GpuEngine
from firth.torch import NegativeSampling, SkipGram, WindowDataset, Word2Vec, choose_device, fit
from firth.training import TrainConfig, train_corpus

SECONDS = 600
# A part is not begun if less is left, in seconds.
RESERVE = 60
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
        if time.perf_counter() - began > SECONDS - RESERVE:
            report[name] = "no time was left"
        else:
            try:
                report[name] = part()
            except (FirthError, RuntimeError) as error:
                report[name] = f"failed: {error}"
        arguments.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        print(name, report[name], flush=True)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=Path, required=True, help="a folder with enwiki_a.txt.zst")
    parser.add_argument("--out", type=Path, default=Path("device.json"))
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


def parts(
    corpus: Corpus, arguments: argparse.Namespace
) -> list[tuple[str, Callable[[], dict[str, Any]]]]:
    """Return the parts, the most important first."""
    tiny, evaluation = arguments.tiny, arguments.texts / "eval"
    found: list[tuple[str, Callable[[], dict[str, Any]]]] = [
        ("bandwidth", lambda: bandwidth(2**16 if tiny else 2**30))
    ]
    for model, subwords, dim in itertools.product(
        ("skipgram", "cbow"), ("none", (3, 6)), (100, 300)
    ):
        options = {"model": model, "subwords": subwords, "dim": 8 if tiny else dim, "epochs": 1}
        name = f"speed, {model}, subwords {subwords}, D {dim}"
        found.append((name, lambda options=options: speed(corpus, options)))
    quality_of = [
        (engine, model) for model in ("skipgram", "cbow") for engine in ("gpu", "hogwild")
    ]
    for engine, model in quality_of:
        name = f"quality, {model}, {engine}"
        some = (corpus, engine, model, None if tiny else evaluation)
        found.insert(1, (name, lambda some=some: quality(*some)))
    return [*found, ("firth.torch.fit", lambda: fit_on_device(corpus))]


def bandwidth(size: int) -> dict[str, Any]:
    """Return how many bytes a second a copy reads and writes."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    source = torch.zeros(size // 4, device=device)
    target = torch.empty_like(source)
    target.copy_(source)
    seconds = timed(lambda: [target.copy_(source) for _ in range(10)])
    return {"bytes_per_second": 20 * size / seconds}


def speed(corpus: Corpus, options: dict[str, Any]) -> dict[str, Any]:
    """Return the speed of an epoch, after one that compiles."""
    config = TrainConfig(sample=1e-3, **options)
    train_corpus(corpus, config, engine=GpuEngine)
    seconds = timed(lambda: train_corpus(corpus, config, engine=GpuEngine))
    return {"words_per_second": corpus.tokens.size / seconds, "seconds": seconds}


def quality(corpus: Corpus, engine: str, model: str, evaluation: Path | None) -> dict[str, Any]:
    """Return the scores of five epochs."""
    lr = 0.025 if model == "skipgram" else 0.05
    options = {"model": model, "lr": lr, "epochs": 5, "subwords": "none", "sample": 1e-3}
    began = time.perf_counter()
    vectors = firth.train(corpus, engine=engine, readout="plain", dim=100, **options)
    scores: dict[str, Any] = {"seconds": time.perf_counter() - began}
    if evaluation is not None:
        found = firth.evaluate(
            vectors, analogies=[evaluation / ANALOGIES],
            similarity=[evaluation / name for name in SIMILARITY],
        )  # fmt: skip
        sections = found.analogies[0].sections
        correct, answered = (sum(getattr(each, name) for each in sections)
                             for name in ("correct", "answered"))  # fmt: skip
        scores["analogies"] = 100 * correct / answered
        scores |= {Path(each.file).stem: 100 * each.spearman for each in found.similarity}
    return scores


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

"""The kernel against float64 on the same lists; and compiled for an H100 or H200."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from firth.gpu import GpuEngine, engine
from firth.subwords import make_subwords
from firth.training import TrainConfig, reference
from firth.training.draws import epoch_key
from firth.training.engines.base import Stretch
from firth.training.lists.stretch import list_stretch
from firth.training.lists.windows import sampling_of, window_of
from firth.training.task import Task
from gpu_case import make_corpus
from processes import output_of

LR = 0.05


def prepared(options):
    """Return an engine whose output rows are not 0, its corpus and its config."""
    # A composed word takes the interpreter long.
    corpus = make_corpus(15 if "subwords" in options else 40)
    config = TrainConfig(**{"dim": 20, "window": 3, "negative": 4, "sample": 0.1, **options})
    counts = corpus.vocabulary.counts
    subwords = make_subwords(config.subwords, corpus.vocabulary.words, counts, config.buckets)
    composition = Task(corpus, config, GpuEngine, subwords=subwords).composition
    made = GpuEngine(config, counts, corpus.tokens, corpus.tokens.size, composition=composition)
    # No damping.
    made._tables.input_rates.zero_()
    made._tables.output_rates.zero_()
    rng = np.random.default_rng(1)
    made.restore({
        name: rng.normal(size=table.shape).astype(np.float32) / 2
        for name, table in made.tables().items()
    })  # fmt: skip
    return made, corpus, config, composition


def train(made, corpus, config, run):
    """Train all windows by one program, in runs; return the loss and the pairs."""
    shape = engine.shape_of(config, trains=True, precision="ieee", run=run)
    assert shape.run == run
    listed = made.windows(Stretch(0, 0, corpus.tokens.size, LR, 0.0))
    losses, pairs = sums_of(made)
    engine.launch((1,), made._tables, listed, losses, pairs, shape)
    return float(losses), int(pairs)


def sums_of(made):
    """Return where one program writes its loss and its pairs."""
    kinds = torch.float64, torch.int64
    return tuple(torch.zeros(1, dtype=kind, device=made._device) for kind in kinds)


def reference_windows(corpus, config):
    """Return the windows in order; those without inputs, which a run counts too, are None."""
    counts, tokens = corpus.vocabulary.counts, corpus.tokens
    sampling, key = sampling_of(counts, config), epoch_key(config.seed, 0)
    # Words that are composed are named by themselves here, and not by slots.
    plain = config.replace(subwords="none")
    listed = list_stretch(
        tokens.ids, tokens.offsets, 0, tokens.size, key, sampling, window_of(plain)
    )
    at = {int(p): reference.window_in(listed, w) for w, p in enumerate(listed.positions)}
    kept = reference.kept_tokens(tokens.ids.tolist(), key, sampling.keep)
    return [at.get(position) for position, _ in kept]


def expected_tables(before, windows, run, composition):
    """Return the tables after runs of windows, each of which takes one step, and the loss."""
    inputs, outputs = (before[name].astype(np.float64) for name in ("input", "output"))
    if composition is None:
        parts = [[row] for row in range(len(inputs))]
    else:
        ends = zip(composition.starts, composition.starts[1:], strict=False)
        parts = [composition.rows[a:b].tolist() for a, b in ends]
    loss = 0.0
    for start in range(0, len(windows), run):
        words = np.array([inputs[rows].sum(axis=0) / len(rows) ** 0.5 for rows in parts])
        of_words, of_outputs = np.zeros_like(words), np.zeros_like(outputs)
        for window in windows[start : start + run]:
            if window is not None:
                now = words.copy(), outputs.copy()
                loss += reference.train_window(*now, window, LR)[0]
                of_words += now[0] - words
                of_outputs += now[1] - outputs
        outputs += of_outputs
        for rows, change in zip(parts, of_words, strict=True):
            np.add.at(inputs, rows, change / len(rows) ** 0.5)
    return {"input": inputs, "output": outputs}, loss


KINDS = {
    "skip-gram": {},
    "cbow": {"model": "cbow"},
    "cbow, mean": {"model": "cbow", "cbow_gradient": "mean"},
    "columns left over": {"dim": 35},
    "subwords": {"subwords": (2, 3)},
    "cbow, subwords": {"model": "cbow", "subwords": (2, 3)},
}


@pytest.mark.parametrize("run", [1, 8])
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_the_kernel_agrees_with_float64(options, run):
    made, corpus, config, composition = prepared(options)
    before = {name: np.array(table) for name, table in made.tables().items()}
    found = train(made, corpus, config, run)
    windows = reference_windows(corpus, config)
    expected, loss = expected_tables(before, windows, run, composition)
    pairs = sum(len(window.bags) for window in windows if window is not None)
    assert found == (pytest.approx(loss, rel=1e-5), pairs)
    for name, table in made.tables().items():
        assert np.abs(table - before[name]).max() > 0.01
        np.testing.assert_allclose(table, expected[name], atol=2e-5)


def test_changes_of_frequent_rows_are_damped_and_frozen_rows_stay():
    made, corpus, config, _ = prepared({})
    before = {name: np.array(table) for name, table in made.tables().items()}
    listed = made.windows(Stretch(0, 0, corpus.tokens.size, LR, 0.0))
    listed.extent[2] = 16  # one run: all changes start from the same rows
    shape = engine.shape_of(config, trains=True, precision="ieee", run=16)
    changes, z = [], 2.0
    for damped, frozen in ((0.0, 0.0), (z / LR, -1.0)):
        for rates in (made._tables.input_rates, made._tables.output_rates):
            rates[2], rates[3] = damped, frozen
        made.restore(before)
        engine.launch((1,), made._tables, listed, *sums_of(made), shape)
        changes.append({name: table - before[name] for name, table in made.tables().items()})
    for name in before:
        plain, found = changes[0][name], changes[1][name]
        assert np.abs(plain[[2, 3]]).min(axis=1).max() > 0
        np.testing.assert_allclose(found[2], plain[2] * (1 - np.exp(-z)) / z, atol=1e-6)
        assert not found[3].any()
        np.testing.assert_allclose(found[4:], plain[4:], atol=1e-6)


def test_the_kernels_compile_for_a_gpu_and_fit_it():
    environment = {**os.environ, "TRITON_INTERPRET": "0", "TRITON_DEFAULT_FP_FUSION": "1"}
    output = output_of(Path(__file__).with_name("compile_kernels.py"), env=environment)
    assert output.split() == ["compiled"] * 6

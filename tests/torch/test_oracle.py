"""The modules against the float64 reference and against the compiled kernel, on the same draws.

One plain step of gradient descent on a module is one window's update. The modules and the reference
compute in float64, the kernel in float32, so that with the reference every change must agree, and
with the kernel the tables after it, relative to their size.
"""

import itertools

import numpy as np
import pytest
import torch

from firth.corpus import read_corpus
from firth.torch import CBOWNS, SkipGramNS
from firth.training import TrainConfig, draws, kernel, reference, sampling
from firth.training.engines.tables import initialise
from firth.training.simd import primitives

BOTH = pytest.mark.parametrize("cbow", [False, True], ids=["skipgram", "cbow"])


class Oracle:
    """A corpus, and three ways to train windows of it from the same start on the same draws."""

    def __init__(self, tokens, counts, *, cbow, dim, negative, start, sample):
        self.ids, self.offsets = tokens.ids, tokens.offsets
        self.window = kernel.Window(True if cbow else None, 5, True, negative)
        self.sampling = kernel.Sampling(
            sampling.keep_thresholds(counts, sample),
            sampling.alias_table(sampling.noise_distribution(counts, 0.75)),
        )
        self.key = draws.epoch_key(3, 0)
        self.inputs, self.outputs = start(len(counts), dim)

    def windows(self):
        units = [self.ids[a:b].tolist() for a, b in itertools.pairwise(self.offsets)]
        return reference.windows(
            units, int(self.key), self.sampling.keep, self.sampling.alias,
            window=self.window.reach, negative=self.window.negative, shrink=True,
        )  # fmt: skip

    def by_module(self, windows, lr, slope):
        """Take plain steps of `torch.optim.SGD` in float64."""
        size, dim = self.inputs.shape
        model = (
            CBOWNS(size + 1, dim, reduction="sum", undivided=True)
            if self.window.cbow
            else SkipGramNS(size + 1, dim, reduction="sum")
        ).double()
        with torch.no_grad():
            model.inputs.weight[1:] = torch.from_numpy(self.inputs)
            model.outputs.weight[1:] = torch.from_numpy(self.outputs)
        steps, losses = torch.optim.SGD(model.parameters(), lr=lr), 0.0
        for window in windows:
            steps.param_groups[0]["lr"] = lr + slope * window.position
            noise = [0 if word == window.centre else word + 1 for word in window.noise]
            batch = [[window.centre + 1], [[word + 1 for word in window.contexts]], [noise]]
            steps.zero_grad()
            loss = model(*map(torch.tensor, batch))
            loss.backward()
            steps.step()
            losses += loss.item()
        return *(table.detach().numpy()[1:] for table in model.parameters()), losses

    def by_reference(self, windows, lr, slope):
        inputs, outputs = self.inputs.astype(np.float64), self.outputs.astype(np.float64)
        losses = 0.0
        for window in windows:
            eta = lr + slope * window.position
            losses += reference.train_window(
                inputs, outputs, window, eta, cbow=self.window.cbow
            )[0]  # fmt: skip
        return inputs, outputs, losses

    def by_kernel(self, start, stop, lr, slope):
        size, dim = self.inputs.shape
        stride, own = primitives.stride_of(dim), kernel.own_rows(self.window)
        tables = kernel.Tables(
            np.zeros((size + own, stride), np.float32), np.zeros((size, stride), np.float32)
        )
        tables.inputs[:size, :dim], tables.outputs[:, :dim] = self.inputs, self.outputs
        scratch = kernel.make_scratch(self.window, stride, max(stop - start, 1), size)
        unit = int(np.searchsorted(self.offsets, start, side="right")) - 1
        none = np.zeros((0, stride), np.float32)
        frozen = kernel.Frozen(np.zeros(0, np.int32), none, none)
        losses, _ = kernel.train_stretch(
            self.ids, self.offsets, unit, start, stop, self.key, self.sampling, tables,
            frozen, self.window, lr, slope, scratch,
        )  # fmt: skip
        return tables.inputs[:size, :dim], tables.outputs[:, :dim], losses


def trained(size, dim):
    """Draw tables such as training leaves, in float32."""
    rng = np.random.default_rng(9)
    tables = rng.normal(size=(2, size, dim), scale=1 / np.sqrt(dim)).astype(np.float32)
    return tables[0], tables[1]


def untrained(size, dim):
    """Return the tables from which the kernel starts."""
    inputs = np.zeros((size, dim), np.float32)
    initialise(inputs, size, dim, seed=1)
    return inputs, np.zeros_like(inputs)


def assert_close(ours, theirs, tolerance):
    for table, expected in zip(ours[:2], theirs[:2], strict=True):
        np.testing.assert_allclose(table, expected, rtol=0, atol=tolerance * np.abs(expected).max())
    assert ours[2] == pytest.approx(theirs[2], rel=max(tolerance, 1e-6))


@BOTH
@pytest.mark.parametrize("dim", [3, 100])
@pytest.mark.parametrize("negative", [1, 5, 15])
def test_one_step_is_one_update(cbow, dim, negative):
    # So few words that most windows repeat some, and draw noise twice and on their centre.
    rng = np.random.default_rng(dim + negative)
    units = [rng.integers(0, 12, length).tolist() for length in (30, 2, 9)]
    corpus = read_corpus(units, min_count=1)
    oracle = Oracle(
        corpus.tokens, corpus.vocabulary.counts, cbow=cbow, dim=dim, negative=negative,
        start=trained, sample=0.0,
    )  # fmt: skip
    windows = list(oracle.windows())
    assert any(len(set(window.contexts)) < len(window.contexts) for window in windows)
    assert negative == 1 or any(len(set(window.noise)) < negative for window in windows)
    assert any(window.centre in window.noise for window in windows)
    before = oracle.inputs, oracle.outputs
    for window in windows:
        module = oracle.by_module([window], 0.05, 0.0)
        reference_step = oracle.by_reference([window], 0.05, 0.0)
        for start, ours, theirs in zip(before, module[:2], reference_step[:2], strict=True):
            change = theirs - start
            assert np.abs(change).max() > 0
            np.testing.assert_allclose(
                ours - start, change, rtol=1e-6, atol=1e-9 * np.abs(change).max()
            )
        compiled = oracle.by_kernel(window.position, window.position + 1, 0.05, 0.0)
        assert_close(compiled, module, 1e-6)


@BOTH
@pytest.mark.parametrize("start", [untrained, trained])
@pytest.mark.parametrize("count", [120, pytest.param(1000, marks=pytest.mark.slow)])
def test_windows_of_wikipedia_in_sequence(shared_data, zstd_open, tmp_path, cbow, start, count):
    text = tmp_path / "start.txt"
    with zstd_open(shared_data / "enwiki_a.txt.zst") as source:
        text.write_bytes(source.read(200_000))
    corpus = read_corpus(text, min_count=2)
    config = TrainConfig(model="cbow" if cbow else "skipgram")
    oracle = Oracle(
        corpus.tokens, corpus.vocabulary.counts, cbow=cbow, dim=100, negative=5, start=start,
        sample=1e-3,
    )  # fmt: skip
    windows = list(itertools.islice(oracle.windows(), count))
    stop, slope = windows[-1].position + 1, -1e-6
    module = oracle.by_module(windows, config.step_size, slope)
    assert len(corpus.vocabulary) > 1000
    assert np.abs(module[1] - oracle.outputs).max() > 3e-4
    assert_close(oracle.by_kernel(0, stop, config.step_size, slope), module, 1e-4)
    for ours, theirs in zip(
        module, oracle.by_reference(windows, config.step_size, slope), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)

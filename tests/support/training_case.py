"""A corpus, tables and draws on which the kernel and the reference can both be run."""

import itertools

import numpy as np
import pytest

from firth.compilation.arrays import read_only
from firth.training import draws, kernel, reference, sampling, worker
from firth.training.engines.base import Composition
from firth.training.engines.hogwild import parts_of
from firth.training.lists.reach import LONGEST_STAY
from firth.training.lists.stretch import list_stretch
from firth.training.lists.windows import Sampling, Window
from firth.training.simd.rows import stride_of

SLOPE = -1e-6
BOTH = pytest.mark.parametrize("cbow", [False, True], ids=["skipgram", "cbow"])


def zipf_ids(seed, vocabulary, size):
    """Return Zipf-like words, so that words repeat within a window."""
    weights = 1.0 / np.arange(1, vocabulary + 1)
    rng = np.random.default_rng(seed)
    return rng.choice(vocabulary, size=size, p=weights / weights.sum()).astype(np.int32)


def no_frozen(stride):
    return (kernel.Frozen(np.zeros(0, np.int32), np.zeros((0, stride), np.float32)),) * 2


def padded(vectors):
    """Return vectors (n, D) as a table, (n, stride)."""
    table = np.zeros((len(vectors), stride_of(vectors.shape[1])), np.float32)
    table[:, : vectors.shape[1]] = vectors
    return table


class Case:
    """A corpus of token ids, two tables, and what is drawn."""

    def __init__(
        self, ids, offsets, counts, inputs, outputs, *,
        cbow, negative, reach=5, shrink=True, sample=1e-2, slope=SLOPE, parts=None,
        documents=False,
    ):  # fmt: skip
        self.ids, self.offsets = read_only(ids), read_only(offsets)
        self.inputs, self.outputs = inputs, outputs
        # Of which rows of the input table each word is composed, if not of one.
        self.parts = parts
        self.window = Window(
            True if cbow else None, None if parts is None else True, reach, shrink, negative,
            documents=True if documents else None,
        )  # fmt: skip
        self.sampling = Sampling(
            sampling.keep_thresholds(counts, sample),
            sampling.alias_table(sampling.noise_distribution(counts, 0.75)),
        )
        self.key = draws.epoch_key(3, 0)
        # A word that is a context 100 times takes steps so long that they amplify rounding.
        self.lr, self.slope = 0.05 if reach < 50 else 0.001, slope

    def run_kernel(self, start=0, stop=None, cuts=()):
        """Train on stretches that end at `cuts`; return the tables, the loss and the pairs."""
        inputs, outputs = padded(self.inputs), padded(self.outputs)
        dim, stride = self.inputs.shape[1], inputs.shape[1]
        tables = kernel.Tables(inputs, outputs, parts_of(composition_of(self), stride))
        own = worker.make_worker(self.window, stride, len(self.ids))
        loss, pairs, stop = 0.0, 0, len(self.ids) if stop is None else stop
        for begin, end in itertools.pairwise([start, *cuts, stop]):
            unit = int(np.searchsorted(self.offsets, begin, side="right")) - 1
            some = worker.train_stretch(
                self.ids, self.offsets, unit, begin, end, self.key, self.sampling, tables,
                no_frozen(stride), self.window, (self.lr, self.slope), own,
            )  # fmt: skip
            loss, pairs = loss + some[0], pairs + some[1]
        if np.isfinite(loss):
            assert not any(table[:, dim:].any() for table in (inputs, outputs))
        return inputs[:, :dim], outputs[:, :dim], loss, pairs

    def run_reference(self, windows=None):
        """Train on windows, by default all; return the tables, the loss and the pairs."""
        inputs, outputs = self.inputs.astype(np.float64), self.outputs.astype(np.float64)
        loss, pairs = 0.0, 0
        if self.parts is not None:
            kept = reference.kept_tokens(self.ids.tolist(), self.key, self.sampling.keep)
            loss, pairs = reference.train_composed(
                inputs, outputs, list(self.windows()), kept, self.parts,
                reach=self.window.reach, longest_stay=LONGEST_STAY,
                step_size=lambda position: self.lr + self.slope * position,
            )  # fmt: skip
            return inputs, outputs, loss, pairs
        for window in self.windows() if windows is None else windows:
            eta = self.lr + self.slope * window.position
            some = reference.train_window(inputs, outputs, window, eta)
            loss, pairs = loss + some[0], pairs + some[1]
        return inputs, outputs, loss, pairs

    def windows(self):
        """Yield the windows of the reference."""
        units = [self.ids[a:b].tolist() for a, b in itertools.pairwise(self.offsets)]
        return reference.windows(
            units, self.key, *self.sampling, window=self.window.reach,
            negative=self.window.negative, shrink=self.window.shrink,
            cbow=self.window.cbow is not None,
            first_document=None if self.window.documents is None else len(self.outputs),
        )  # fmt: skip

    def listed(self, start=0, stop=None, stride=1):
        stop = len(self.ids) if stop is None else stop
        return list_stretch(
            self.ids, self.offsets, start, stop, self.key, self.sampling, self.window, stride
        )


def composition_of(case):
    """Return of which rows the words of a case are composed."""
    if case.parts is None:
        return None
    starts = np.cumsum([0, *map(len, case.parts)])
    rows = np.array([row for rows in case.parts for row in rows], np.int32)
    return Composition(starts, rows, len(case.inputs) - len(case.parts))


def draw_parts(vocabulary, ngrams, seed=4):
    """Draw of which rows words are composed: some of one, and some with a row twice."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 6, size=vocabulary)
    return [
        [w, *(vocabulary + rng.integers(ngrams, size=n)).tolist()] for w, n in enumerate(counts)
    ]


def draw_case(
    *, cbow, dim, negative, vocabulary=40, ngrams=0, lengths=(50, 1, 2, 30, 7), **options
):
    """Return a case of Zipf-like words in units of these lengths, with tables as after training."""
    ids = zipf_ids(dim + negative, vocabulary, sum(lengths))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    counts = np.maximum(np.bincount(ids, minlength=vocabulary), 1)
    documents = len(lengths) if options.get("documents") else 0
    inputs, outputs = trained_tables(vocabulary + ngrams + documents, dim)
    if ngrams:
        options["parts"] = draw_parts(vocabulary, ngrams)
    outputs = outputs[:vocabulary]
    return Case(ids, offsets, counts, inputs, outputs, cbow=cbow, negative=negative, **options)


def trained_tables(size, dim):
    """Draw tables such as training leaves, in float32."""
    tables = np.random.default_rng(9).normal(size=(2, size, dim), scale=dim**-0.5)
    return tuple(tables.astype(np.float32))


def assert_same(ours, theirs):
    """Compare tables relative to their size, then the loss and the pairs."""
    for table, expected in zip(ours[:2], theirs[:2], strict=True):
        np.testing.assert_allclose(table, expected, rtol=0, atol=5e-6 * np.abs(expected).max())
    assert ours[2] == pytest.approx(theirs[2], rel=1e-6)
    assert ours[3] == theirs[3]

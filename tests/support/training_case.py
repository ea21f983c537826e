"""A corpus, tables and draws on which the kernel and the reference can both be run."""

import itertools

import numpy as np
import pytest

from firth.compilation.arrays import read_only
from firth.corpus.tokens import UnitDocuments
from firth.training import draws, kernel, reference, worker
from firth.training.config import TrainConfig
from firth.training.engines.base import Composition
from firth.training.engines.hogwild import freeze, parts_of
from firth.training.huffman import longest_path
from firth.training.lists.reach import LONGEST_STAY
from firth.training.lists.stretch import list_stretch
from firth.training.lists.units import units_of
from firth.training.lists.windows import sampling_of, window_of
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
    """A corpus of token ids, two tables, and what is drawn; without noise words, a tree."""

    def __init__(
        self, ids, offsets, counts, inputs, outputs, *,
        cbow, negative, reach=5, shrink=True, sample=1e-2, slope=SLOPE, parts=None, divided=False,
        documents="none", tags=None, bfloat16=False,
    ):  # fmt: skip
        self.ids, self.offsets = read_only(ids), read_only(offsets)
        self.inputs, self.outputs = inputs, outputs
        # Of which rows of the input table each word is composed, if not of one.
        self.parts = parts
        # Which documents each unit belongs to, if it is not one.
        self.documents = tags
        config = TrainConfig(
            model="cbow" if cbow else "skipgram", loss="hs" if negative is None else "ns",
            window=reach, shrink_windows=shrink, negative=negative, sample=sample,
            subwords="none" if parts is None else (3, 6), cbow_gradient="mean" if divided else None,
            documents=documents,
        )  # fmt: skip
        self.counts, self.sampling = counts, sampling_of(counts, config)
        most = 1 if tags is None else tags.most
        window = window_of(config, longest_path(self.sampling.tree), most)
        # By default the processor decides.
        self.window = window._replace(bfloat16=True if bfloat16 else None)
        self.key = draws.epoch_key(3, 0)
        # A word that is a context 100 times takes steps so long that they amplify rounding.
        self.lr, self.slope = 0.05 if reach < 50 else 0.001, slope

    def run_kernel(self, start=0, stop=None, cuts=(), frozen=((), ())):
        """Train on stretches that end at `cuts`; return the tables, the loss and the pairs.

        Rows of the input and of the output table may be frozen.
        """
        both = padded(self.inputs), padded(self.outputs)
        dim, stride = self.inputs.shape[1], both[0].shape[1]
        tables = kernel.Tables(*both, parts_of(composition_of(self), stride))
        kept = tuple(freeze(table, list(rows)) for table, rows in zip(both, frozen, strict=True))
        own = worker.make_worker(self.window, stride, len(self.ids))
        loss, pairs, stop = 0.0, 0, len(self.ids) if stop is None else stop
        for begin, end in itertools.pairwise([start, *cuts, stop]):
            unit = int(np.searchsorted(self.offsets, begin, side="right")) - 1
            some = worker.train_stretch(
                units_of(self.ids, self.offsets, self.documents), unit, begin, end, self.key,
                self.sampling, tables, kept, self.window, (self.lr, self.slope), own,
            )  # fmt: skip
            loss, pairs = loss + some[0], pairs + some[1]
        if np.isfinite(loss):
            assert not any(table[:, dim:].any() for table in both)
        return *(table[:, :dim] for table in both), loss, pairs

    def run_reference(self, windows=None, frozen=((), ())):
        """Train on windows, by default all; return the tables, the loss and the pairs."""
        inputs, outputs = self.inputs.astype(np.float64), self.outputs.astype(np.float64)
        if self.parts is not None:
            kept = reference.kept_tokens(self.ids.tolist(), self.key, self.sampling.keep)
            positions, words = zip(*kept, strict=True)
            in_reach = reference.WordsInReach(
                inputs, self.parts, words, reach=self.window.reach, longest_stay=LONGEST_STAY
            )
            loss, pairs = reference.train_composed(
                in_reach, outputs, list(self.windows()), positions=positions,
                step_size=lambda position: self.lr + self.slope * position,
            )  # fmt: skip
            return inputs, outputs, loss, pairs
        loss, pairs, rows = 0.0, 0, [list(some) for some in frozen]
        for window in self.windows() if windows is None else windows:
            eta = self.lr + self.slope * window.position
            some = reference.train_window(inputs, outputs, window, eta)
            loss, pairs = loss + some[0], pairs + some[1]
            inputs[rows[0]], outputs[rows[1]] = self.inputs[rows[0]], self.outputs[rows[1]]
        return inputs, outputs, loss, pairs

    def windows(self):
        """Yield the windows of the reference."""
        units = [self.ids[a:b].tolist() for a, b in itertools.pairwise(self.offsets)]
        is_tree = self.window.longest_path is not None
        return reference.windows(
            units, self.key, self.sampling.keep, self.sampling.alias, window=self.window.reach,
            negative=self.window.negative, shrink=self.window.shrink,
            cbow=self.window.cbow is not None, divided=self.window.divided,
            paths=reference.huffman_paths(self.counts.tolist()) if is_tree else None,
            documents=self.document_rows() if self.window.documents else None,
        )  # fmt: skip

    def document_rows(self):
        """Return the rows of each unit's documents."""
        words, units = len(self.counts), len(self.offsets) - 1
        if self.documents is None:
            return [[words + unit] for unit in range(units)]
        offsets, rows = self.documents.offsets, self.documents.rows
        return [(words + rows[a:b]).tolist() for a, b in itertools.pairwise(offsets)]

    def listed(self, start=0, stop=None, stride=1):
        stop = len(self.ids) if stop is None else stop
        return list_stretch(
            self.ids, self.offsets, start, stop, self.key, self.sampling, self.window, stride,
            self.documents,
        )  # fmt: skip


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
    drawn = [(vocabulary + rng.integers(ngrams, size=count)).tolist() for count in counts]
    return [[word, *rows] for word, rows in enumerate(drawn)]


def draw_tags(units, count, seed=5):
    """Draw which of the documents each of several units belongs to: some to none."""
    rng = np.random.default_rng(seed)
    drawn = [rng.permutation(count)[: rng.integers(min(count, 4) + 1)] for _ in range(units)]
    drawn[0], drawn[1] = np.arange(count), drawn[1][:0]
    offsets = np.cumsum([0, *map(len, drawn)]).astype(np.int64)
    return UnitDocuments(offsets, np.concatenate(drawn).astype(np.int64), count)


def draw_case(
    *,
    cbow,
    dim,
    negative,
    vocabulary=40,
    ngrams=0,
    lengths=(50, 1, 2, 30, 7),
    tags=0,
    **options,
):
    """Return a case of Zipf-like words in units of these lengths, with tables as after training.

    `negative` None is hierarchical softmax. With `tags`, so many documents are shared by units.
    """
    ids = zipf_ids(dim + (negative or 0), vocabulary, sum(lengths))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    counts = np.maximum(np.bincount(ids, minlength=vocabulary), 1)
    documents = (tags or len(lengths)) if "documents" in options else 0
    if tags:
        options["tags"] = draw_tags(len(lengths), tags)
    inputs, outputs = trained_tables(vocabulary + ngrams + documents, dim)
    if ngrams:
        options["parts"] = draw_parts(vocabulary, ngrams)
    outputs = outputs[1 if negative is None else 0 : vocabulary]
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


def assert_close(ours, theirs, case):
    """Compare tables relative to their changes, the loss and the pairs: factors were rounded."""
    for table, expected, before in zip(ours, theirs, (case.inputs, case.outputs), strict=False):
        change = np.abs(expected - before).max()
        np.testing.assert_allclose(table, expected, rtol=0, atol=0.02 * change)
        assert np.abs(table - expected).max() > 1e-5 * change
    assert ours[2] == pytest.approx(theirs[2], rel=1e-3)
    assert ours[3] == theirs[3]

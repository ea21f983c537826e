"""The kernel against the float64 reference on the same draws."""

import itertools

import numpy as np
import pytest

from firth.training import draws, kernel, reference, sampling
from firth.training.lists import windows
from firth.training.simd import primitives

SLOPE = -1e-6


def make_corpus(seed: int, vocabulary: int, lengths) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw units of Zipf-like words, so that words repeat within a window."""
    rng = np.random.default_rng(seed)
    weights = 1.0 / np.arange(1, vocabulary + 1)
    ids = rng.choice(vocabulary, size=sum(lengths), p=weights / weights.sum()).astype(np.int32)
    counts = np.maximum(np.bincount(ids, minlength=vocabulary), 1)
    return ids, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), counts


def no_frozen(stride: int) -> kernel.Frozen:
    none = np.zeros((0, stride), np.float32)
    return kernel.Frozen(np.zeros(0, np.int32), none, none)


class Case:
    """A corpus, tables and draws on which kernel and reference can both be run."""

    def __init__(
        self, *, cbow, dim, negative, reach=5, shrink=True, sample=1e-2, vocabulary=40,
        lengths=(50, 1, 2, 30, 7),
    ):  # fmt: skip
        self.ids, self.offsets, counts = make_corpus(dim + negative, vocabulary, lengths)
        self.ids.flags.writeable = self.offsets.flags.writeable = False
        self.window = kernel.Window(True if cbow else None, reach, shrink, negative)
        self.sampling = kernel.Sampling(
            sampling.keep_thresholds(counts, sample),
            sampling.alias_table(sampling.noise_distribution(counts, 0.75)),
        )
        self.key = draws.epoch_key(3, 0)
        # A word that is a context 100 times takes steps so long that they amplify rounding.
        self.lr = 0.05 if reach < 50 else 0.001
        self.dim, self.vocabulary = dim, vocabulary
        rng = np.random.default_rng(9)
        scale = 1.0 / np.sqrt(dim)
        self.inputs = rng.normal(size=(vocabulary, dim), scale=scale).astype(np.float32)
        self.outputs = rng.normal(size=(vocabulary, dim), scale=scale).astype(np.float32)

    def run_kernel(self, cuts=()):
        """Train on stretches that end at `cuts`; give tables, loss and pairs."""
        stride = primitives.stride_of(self.dim)
        own = kernel.own_rows(self.window)
        tables = kernel.Tables(
            np.zeros((self.vocabulary + own, stride), np.float32),
            np.zeros((self.vocabulary, stride), np.float32),
        )
        tables.inputs[: self.vocabulary, : self.dim] = self.inputs
        tables.outputs[:, : self.dim] = self.outputs
        scratch = kernel.make_scratch(self.window, stride, len(self.ids), self.vocabulary)
        loss, pairs = 0.0, 0
        for start, stop in itertools.pairwise([0, *cuts, len(self.ids)]):
            unit = int(np.searchsorted(self.offsets, start, side="right")) - 1
            some = kernel.train_stretch(
                self.ids, self.offsets, unit, start, stop, self.key, self.sampling, tables,
                no_frozen(stride), self.window, self.lr, SLOPE, scratch,
            )  # fmt: skip
            loss, pairs = loss + some[0], pairs + some[1]
        if np.isfinite(loss):
            assert not tables.inputs[: self.vocabulary, self.dim :].any()
            assert not tables.outputs[:, self.dim :].any()
            assert not tables.inputs[self.vocabulary].any()  # the row that stays zero
        inputs = tables.inputs[: self.vocabulary, : self.dim]
        return inputs, tables.outputs[:, : self.dim], loss, pairs

    def run_reference(self):
        inputs, outputs = self.inputs.astype(np.float64), self.outputs.astype(np.float64)
        loss, pairs = 0.0, 0
        for window in self.reference_windows():
            eta = self.lr + SLOPE * window.position
            some = reference.train_window(inputs, outputs, window, eta, cbow=self.window.cbow)
            loss, pairs = loss + some[0], pairs + some[1]
        return inputs, outputs, loss, pairs

    def reference_windows(self):
        units = [self.ids[a:b].tolist() for a, b in itertools.pairwise(self.offsets)]
        return reference.windows(
            units, int(self.key), self.sampling.keep, self.sampling.alias,
            window=self.window.reach, negative=self.window.negative, shrink=self.window.shrink,
        )  # fmt: skip


def assert_same(ours, theirs):
    for table, expected in zip(ours[:2], theirs[:2], strict=True):
        np.testing.assert_allclose(table, expected, rtol=0, atol=5e-6 * np.abs(expected).max())
    assert ours[2] == pytest.approx(theirs[2], rel=1e-6)
    assert ours[3] == theirs[3]


BOTH = pytest.mark.parametrize("cbow", [False, True], ids=["skipgram", "cbow"])


@BOTH
@pytest.mark.parametrize("dim", [1, 7, 16, 33, 100, 300])
@pytest.mark.parametrize("negative", [1, 5, 6, 15])
def test_agrees_with_the_reference(cbow, dim, negative):
    case = Case(cbow=cbow, dim=dim, negative=negative)
    assert_same(case.run_kernel(), case.run_reference())


@BOTH
@pytest.mark.parametrize("negative", [*range(1, 14), 31, 64])
def test_agrees_for_every_tile_of_targets(cbow, negative):
    case = Case(cbow=cbow, dim=10, negative=negative, lengths=(20, 5))
    assert_same(case.run_kernel(), case.run_reference())


@BOTH
@pytest.mark.parametrize("reach", [1, 2, 12, 100])
def test_agrees_for_every_window(cbow, reach):
    case = Case(cbow=cbow, dim=20, negative=5, reach=reach, shrink=False, sample=0.0)
    assert_same(case.run_kernel(), case.run_reference())


@BOTH
def test_agrees_on_a_vocabulary_of_two(cbow):
    # Every window repeats words, and most noise words are the centre or each other.
    case = Case(cbow=cbow, dim=12, negative=5, vocabulary=2, sample=0.0, lengths=(40, 40))
    windows = list(case.reference_windows())
    assert any(w.centre in w.noise for w in windows)
    assert any(len(set(w.noise)) < len(w.noise) for w in windows)
    assert_same(case.run_kernel(), case.run_reference())


def test_words_that_share_a_slot_are_told_apart():
    # Ids that are equal modulo the number of slots, repeated within a window.
    case = Case(cbow=False, dim=8, negative=5, vocabulary=3 * windows.SLOTS + 2, lengths=(12,))
    a, b = 1, 1 + windows.SLOTS
    case.ids = np.array([a, b, a, b + windows.SLOTS, b, a, 0, a, b, b, a, a], np.int32)
    case.ids.flags.writeable = False
    case.sampling.keep[:] = 2**32 - 1
    assert_same(case.run_kernel(), case.run_reference())


@BOTH
def test_where_the_corpus_is_cut_changes_nothing(cbow):
    case = Case(cbow=cbow, dim=20, negative=5, reach=4)
    whole = case.run_kernel()
    for cuts in ([1], [49, 50, 51, 52, 53], range(1, len(case.ids))):
        cut = case.run_kernel(cuts)
        np.testing.assert_array_equal(cut[0], whole[0])
        np.testing.assert_array_equal(cut[1], whole[1])
        assert cut[2] == pytest.approx(whole[2], rel=1e-6)
        assert cut[3] == whole[3]


def test_loss_is_exact_for_scores_of_any_size():
    case = Case(cbow=False, dim=4, negative=5)
    case.inputs *= 30.0
    case.outputs *= 30.0
    windows = list(case.reference_windows())
    first = windows[0]
    targets = [first.centre, *(w for w in first.noise if w != first.centre)]
    scores = case.inputs[list(first.contexts)] @ case.outputs[targets].T
    assert np.abs(scores).max() > 50
    ours, theirs = case.run_kernel(), case.run_reference()
    assert ours[2] == pytest.approx(theirs[2], rel=1e-4)


def test_a_number_that_is_not_finite_shows_in_the_loss():
    case = Case(cbow=False, dim=4, negative=5)
    case.inputs[0, 0] = np.nan
    assert np.isnan(case.run_kernel()[2])


def test_agrees_where_nothing_is_compiled(run_uncompiled):
    run_uncompiled(
        __file__,
        "for cbow in (False, True):\n"
        "    for dim, negative in ((11, 5), (70, 9)):\n"
        "        case = Case(cbow=cbow, dim=dim, negative=negative, lengths=(20, 1, 0, 30))\n"
        "        assert_same(case.run_kernel(), case.run_reference())",
    )

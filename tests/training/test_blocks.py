"""The deterministic kernel against the float64 reference, and the same bytes whoever does it."""

import hashlib
import itertools
import subprocess
import sys

import numpy as np
import pytest

from firth.corpus import TokenStore
from firth.training import TrainConfig, blocks, deterministic, draws, lockstep, reference, simd
from firth.training import windows as window_lists
from firth.training.deterministic import LockstepEngine
from firth.training.engine import NO_WORDS, KernelEngine, Stretch, sampling_of

SLOPE = -1e-6
FOUR_SLICES = 24 * simd.WIDTH  # so many dimensions can keep a team of four busy
EIGHT_SLICES = 48 * simd.WIDTH


@pytest.fixture(autouse=True)
def many_processors(monkeypatch):
    """Let teams be as large as their threads allow, whatever the machine."""
    monkeypatch.setattr(deterministic, "available_processors", lambda: 64)


def zipf(seed: int, vocabulary: int, lengths) -> tuple[TokenStore, np.ndarray]:
    """Draw units of Zipf-like words, so that words repeat within a window."""
    rng = np.random.default_rng(seed)
    weights = 1.0 / np.arange(1, vocabulary + 1)
    ids = rng.choice(vocabulary, size=sum(lengths), p=weights / weights.sum()).astype(np.int32)
    counts = np.maximum(np.bincount(ids, minlength=vocabulary), 1)
    return TokenStore(ids, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)), counts


class Case:
    """A corpus and tables on which engine and reference can both be run."""

    def __init__(
        self, *, model, dim, negative, window=5, shrink=True, sample=1e-2, vocabulary=40,
        lengths=(50, 1, 2, 30, 7, 64),
    ):  # fmt: skip
        self.tokens, self.counts = zipf(dim + negative, vocabulary, lengths)
        self.config = TrainConfig(
            model=model, dim=dim, negative=negative, window=window, shrink_windows=shrink,
            sample=sample, seed=3, deterministic=True,
        )  # fmt: skip
        # A word that is a context 100 times takes steps so long that they amplify rounding.
        self.lr = 0.05 if window < 50 else 0.0002
        rng = np.random.default_rng(9)
        self.start = [
            rng.normal(size=(vocabulary, dim), scale=1.0 / np.sqrt(dim)).astype(np.float32)
            for _ in range(2)
        ]

    def run(self, threads=1, cuts=(), engine=LockstepEngine, frozen=NO_WORDS):
        """Train on stretches that end at `cuts`; give tables, loss and pairs."""
        config = self.config.replace(threads=threads)
        made = engine(config, self.counts, self.tokens, self.tokens.size, frozen)
        made.compile()
        made.restore(*self.start)
        loss, pairs = 0.0, 0
        for start, stop in itertools.pairwise([0, *cuts, self.tokens.size]):
            some = made.train(0, Stretch(0, start, stop, self.lr, SLOPE))
            loss, pairs = loss + some[0], pairs + some[1]
        return *made.vectors(), loss, pairs

    def run_reference(self):
        inputs, outputs = (table.astype(np.float64) for table in self.start)
        loss, pairs = reference.train_blocks(
            inputs, outputs, self.windows(), lambda position: self.lr + SLOPE * position,
            start=0, block=self.block(), cbow=self.config.model == "cbow",
        )  # fmt: skip
        return inputs, outputs, loss, pairs

    def block(self):
        made = LockstepEngine(self.config, self.counts, self.tokens, self.tokens.size)
        return made._layout.positions

    def windows(self):
        offsets, ids = self.tokens.offsets, self.tokens.ids
        drawn_from = sampling_of(self.counts, self.config)
        return reference.windows(
            [ids[a:b].tolist() for a, b in itertools.pairwise(offsets)],
            int(draws.epoch_key(self.config.seed, 0)), drawn_from.keep, drawn_from.alias,
            window=self.config.window, negative=self.config.negative,
            shrink=self.config.shrink_windows,
        )  # fmt: skip


def assert_same(ours, theirs):
    for table, expected in zip(ours[:2], theirs[:2], strict=True):
        np.testing.assert_allclose(table, expected, rtol=0, atol=5e-6 * np.abs(expected).max())
    assert ours[2] == pytest.approx(theirs[2], rel=1e-6)
    assert ours[3] == theirs[3]


def digest(run):
    return hashlib.sha256(b"".join(table.tobytes() for table in run[:2])).hexdigest(), *run[2:]


MODELS = pytest.mark.parametrize("model", ["skipgram", "cbow"])


@MODELS
@pytest.mark.parametrize("dim", [1, 7, 16, 33, 100, 300])
@pytest.mark.parametrize("negative", [1, 5, 6, 15])
def test_agrees_with_the_reference(model, dim, negative):
    case = Case(model=model, dim=dim, negative=negative)
    assert_same(case.run(), case.run_reference())


@MODELS
@pytest.mark.parametrize("threads", [1, 2, 8])
def test_the_loss_is_the_references_for_any_number_of_threads(model, threads):
    case = Case(model=model, dim=EIGHT_SLICES, negative=5)
    assert_same(case.run(threads), case.run_reference())


@MODELS
@pytest.mark.parametrize("negative", [2, 7, 12, 13, 31, 64])
def test_agrees_for_every_number_of_tiles(model, negative):
    case = Case(model=model, dim=10, negative=negative, lengths=(20, 25))
    assert_same(case.run(), case.run_reference())


@MODELS
@pytest.mark.parametrize("window", [1, 2, 12, 100])
def test_agrees_for_every_window(model, window):
    case = Case(model=model, dim=20, negative=5, window=window, shrink=False, sample=0.0)
    assert_same(case.run(2), case.run_reference())


@MODELS
def test_agrees_on_a_vocabulary_of_two(model):
    # Every window repeats words, and most noise words are the centre or each other.
    case = Case(model=model, dim=12, negative=5, vocabulary=2, sample=0.0, lengths=(40, 40))
    found = list(case.windows())
    assert any(w.centre in w.noise for w in found)
    assert any(len(set(w.noise)) < len(w.noise) for w in found)
    assert_same(case.run(2), case.run_reference())


def test_agrees_where_most_blocks_are_empty():
    case = Case(model="skipgram", dim=20, negative=5, sample=1e-4, lengths=(400, 3, 200))
    numbers = {w.position // case.block() for w in case.windows()}
    steps = np.diff(sorted(numbers))
    assert 1 in steps
    assert max(steps) > 2
    assert_same(case.run(2), case.run_reference())


def test_words_that_share_a_slot_are_told_apart():
    slots = window_lists.SLOTS
    case = Case(
        model="skipgram", dim=8, negative=5, vocabulary=3 * slots + 2, sample=0.0, lengths=(12,)
    )
    a, b = 1, 1 + slots
    case.tokens.ids[:] = [a, b, a, b + slots, b, a, 0, a, b, b, a, a]
    assert_same(case.run(), case.run_reference())


def test_a_block_is_scored_before_the_last_one_changes_the_tables():
    # What the scheme says, and neither sequential windows nor older tables.
    case = Case(model="skipgram", dim=20, negative=5, sample=0.0)
    ours, theirs = case.run(2), case.run(1, engine=KernelEngine)
    assert ours[2] != pytest.approx(theirs[2], rel=1e-4)
    assert ours[3] == theirs[3]


@MODELS
@pytest.mark.parametrize(("vectors", "slices"), [(7, 2), (24, 4), (48, 8)])
@pytest.mark.parametrize("negative", [5, 15])
def test_any_number_of_threads_gives_the_same_bytes(model, vectors, slices, negative):
    dim = vectors * simd.WIDTH - 1
    assert blocks.slices_of(dim) == slices
    case = Case(model=model, dim=dim, negative=negative, vocabulary=500, lengths=(2_600, 5, 700))
    runs = [digest(case.run(threads, cuts=(1_024, 2_048))) for threads in (1, 2, 3, 8, 2)]
    assert len(set(runs)) == 1


def test_two_processes_give_the_same_bytes():
    program = (
        "import runpy;"
        f"module = runpy.run_path({__file__!r});"
        "case = module['Case'](model='skipgram', dim=100, negative=5, lengths=(5_000,));"
        "print(module['digest'](case.run(2))[0])"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(found) == 1
    assert len(found.pop().strip()) == 64


@MODELS
@pytest.mark.parametrize("threads", [1, 3])
def test_a_step_size_of_zero_changes_nothing(model, threads):
    case = Case(model=model, dim=FOUR_SLICES, negative=5)
    case.config = case.config.replace(threads=threads)
    made = LockstepEngine(case.config, case.counts, case.tokens, case.tokens.size)
    made.restore(*case.start)
    loss, pairs = made.train(0, Stretch(0, 0, case.tokens.size, 0.0, 0.0))
    assert loss > 0
    assert pairs > 0
    for table, start in zip(made.vectors(), case.start, strict=True):
        np.testing.assert_array_equal(table, start)


def test_an_engine_is_used_again_after_a_restore():
    # Going on from the tables of a run is the same as going on with the run.
    case = Case(model="skipgram", dim=100, negative=5, lengths=(300,))
    cut = Stretch(0, 0, 160, 0.05, 0.0), Stretch(0, 160, 300, 0.05, 0.0)
    first, second = (
        LockstepEngine(case.config, case.counts, case.tokens, case.tokens.size) for _ in range(2)
    )
    first.train(0, cut[0])
    second.restore(*first.tables())
    for made in (first, second):
        made.train(0, cut[1])
    for one, other in zip(first.vectors(), second.vectors(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_starts_from_the_same_vectors_as_the_racing_engine():
    case = Case(model="skipgram", dim=100, negative=5)
    made = [
        engine(case.config, case.counts, case.tokens, case.tokens.size).vectors()
        for engine in (LockstepEngine, KernelEngine)
    ]
    np.testing.assert_array_equal(made[0][0], made[1][0])
    assert not made[0][1].any()


@MODELS
@pytest.mark.parametrize("engine", [LockstepEngine, KernelEngine])
@pytest.mark.parametrize("negative", [5, 15])
def test_rows_of_frozen_words_never_change(model, engine, negative):
    case = Case(model=model, dim=100, negative=negative, lengths=(2_000,))
    frozen = np.array([7, 0, 3])
    inputs, outputs, _, _ = case.run(2, engine=engine, frozen=frozen)
    for table, start in zip((inputs, outputs), case.start, strict=True):
        np.testing.assert_array_equal(table[frozen], start[frozen])
        others = np.setdiff1d(np.arange(len(table)), frozen)
        assert (table[others] != start[others]).any(axis=1).all()


def test_frozen_rows_are_seen_unchanged_by_the_next_window():
    # With all words frozen, every loss is that of the first tables.
    case = Case(model="skipgram", dim=20, negative=5)
    everything = np.arange(len(case.counts))
    loss = case.run(2, frozen=everything)[2]
    case.lr = 0.0
    made = LockstepEngine(case.config, case.counts, case.tokens, case.tokens.size)
    made.restore(*case.start)
    assert loss == made.train(0, Stretch(0, 0, case.tokens.size, 0.0, 0.0))[0]


def test_nobody_waits_for_a_member_that_fails(monkeypatch):
    case = Case(model="skipgram", dim=FOUR_SLICES, negative=5, lengths=(20_000,))
    train = blocks.train_stretch

    def fail_as_third(*arguments):
        if arguments[-1].member == 2:
            raise MemoryError("no more")
        return train(*arguments)

    monkeypatch.setattr(blocks, "train_stretch", fail_as_third)
    with pytest.raises(MemoryError, match="no more"):
        case.run(4)


def test_slices_follow_from_the_dimensions():
    found = [blocks.slices_of(vectors * simd.WIDTH) for vectors in (1, 2, 7, 13, 24, 38, 48, 500)]
    assert found == [1, 2, 2, 2, 4, 4, 8, 8]
    assert blocks.slices_of(1) == 1


def test_waiting_ends_when_somebody_gives_up():
    signals = lockstep.make_signals(2)
    lockstep.raise_signal(signals, 0, 5)
    assert lockstep.wait_for(signals, 1, 5)
    lockstep.give_up(signals)
    assert not lockstep.wait_for(signals, 2, 5)


def test_agrees_where_nothing_is_compiled(run_uncompiled):
    run_uncompiled(
        __file__,
        "for model in ('skipgram', 'cbow'):\n"
        "    for negative in (5, 9):\n"
        "        case = Case(model=model, dim=11, negative=negative)\n"
        "        assert_same(case.run(), case.run_reference())",
    )

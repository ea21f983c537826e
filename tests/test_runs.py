"""Runs that one can leave alone: held-out loss, patience, interrupts, resuming, going on."""

import contextlib
import gc
import itertools
import signal
import threading
import time
import weakref

import numpy as np
import pytest

import firth
from firth.callbacks import EpochEnd, Progress, RunEnd, RunStart
from firth.compilation.emitter import WIDTH
from firth.corpus import read_corpus
from firth.errors import ConfigError, CorpusError, FirthError, VocabularyError
from firth.training import Checkpoints, arithmetic, run, schedule, signals, train_corpus
from firth.training.checkpoints import fingerprint
from firth.training.huffman import huffman_paths
from firth.vectors.formats import native
from training_case import zipf_ids

FEATURES = arithmetic.processor_features()
OPTIONS = {"dim": 12, "epochs": 3, "threads": 1, "sample": 0}


def make_units(seed=0, sentences=3000, words=60):
    return [[f"w{k}" for k in unit] for unit in zipf_ids(seed, words, (sentences, 8))]


UNITS = make_units()


def bytes_of(vectors):
    """Return the bytes of all vectors; those of a tree are not kept."""
    tables = (vectors.input_vectors, vectors.output_vectors)
    return b"".join(table.tobytes() for table in tables if table is not None)


class Tape(firth.Callback):
    """Keeps all records; does something once, when this run has trained so many words or more.

    How many reports of progress come depends on how busy the machine is; that one comes at the end
    of each epoch does not.
    """

    def __init__(self, after=None, action=None):
        self.records, self.after, self.action = [], after, action

    def note(self, record):
        self.records.append(record)

    on_start = on_epoch = on_end = note

    def on_progress(self, progress):
        self.note(progress)
        (start,) = self.of(RunStart)
        if self.after is not None and progress.words - start.words >= self.after:
            self.after = None
            self.action()

    def of(self, kind):
        return [record for record in self.records if isinstance(record, kind)]


class Copies(firth.Callback):
    """Keeps the input vectors after each epoch, and spoils another copy of them."""

    def on_start(self, start):
        self.start, self.found = start, []

    def on_epoch(self, epoch):
        self.found.append(self.start.input_vectors())
        self.start.input_vectors()[:] = np.nan


def fail():
    raise ZeroDivisionError("on purpose")


# -------------------------------------------------------------------------------- callbacks


def test_callbacks_see_copies_of_the_vectors():
    copies = Copies()
    vectors = firth.train(UNITS, callbacks=[copies], **OPTIONS)
    assert bytes_of(vectors) == bytes_of(firth.train(UNITS, **OPTIONS))
    np.testing.assert_array_equal(copies.found[-1], vectors.input_vectors)


@pytest.mark.parametrize("engine", ["hogwild", "torch"])
def test_vectors_that_are_read_too_late_say_when_they_can_be(engine):
    if engine == "torch":
        pytest.importorskip("torch")
    late = Copies()
    late.on_end = lambda end: late.start.input_vectors()
    options = {**OPTIONS, "subwords": "none", "engine": engine}
    with pytest.raises(FirthError, match=r"until the end of its last epoch: read them in on_epoch"):
        firth.train(UNITS, callbacks=[late], **options)
    after = Copies()
    firth.train(UNITS, callbacks=[after], **options)
    with pytest.raises(FirthError, match="until the end of its last epoch"):
        after.start.input_vectors()


@pytest.mark.parametrize("when", ["on_start", "on_progress", "on_epoch", "on_end"])
def test_a_callback_that_raises_leaves_nothing_behind_and_all_are_told_of_the_end(tmp_path, when):
    class Fail(firth.Callback):
        pass

    setattr(Fail, when, lambda self, record: fail())
    before = set(threading.enumerate())
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    options, tapes = {**OPTIONS, "threads": 2}, (Tape(), Tape())
    callbacks = [tapes[0], Fail(), tapes[1]]
    with pytest.raises(ZeroDivisionError) as error:
        firth.train(UNITS, checkpoint=tmp_path / "c", callbacks=callbacks, **options)
    reason = "done" if when == "on_end" else "error"
    assert [[end.reason for end in tape.of(RunEnd)] for tape in tapes] == [[reason], [reason]]
    # While the exception, and so its traceback, is alive.
    assert error.value is not None
    assert set(threading.enumerate()) <= before
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers
    # A folder without a checkpoint is gone.
    assert {path.name[:11] for path in tmp_path.glob("c/*")} <= {".lock", "checkpoint-"}
    # Its folder is free.
    vectors = firth.train(UNITS, checkpoint=tmp_path / "c", resume=True, **options)
    assert len(vectors.config["losses"]) == 3


def test_a_run_that_raised_is_not_kept_by_a_cycle():
    class Fail(firth.Callback):
        def on_start(self, start):
            self.vocabulary = weakref.ref(start.vocabulary)

        def on_progress(self, progress):
            fail()

    callback = Fail()
    gc.disable()
    try:
        with contextlib.suppress(ZeroDivisionError):
            firth.train(UNITS, callbacks=[callback], **OPTIONS)
        # The corpus, its mapped files and the tables went with the exception.
        assert callback.vocabulary() is None
    finally:
        gc.enable()


def test_the_best_epoch_is_told_only_where_text_is_held_out():
    tape = Tape()
    firth.train(UNITS, callbacks=[tape], **OPTIONS)
    assert [epoch.is_best for epoch in tape.of(EpochEnd)] == [None] * 3
    tape = Tape()
    firth.train(UNITS, callbacks=[tape], holdout=0.1, **OPTIONS)
    losses = [epoch.held_out_loss for epoch in tape.of(EpochEnd)]
    best = [loss == min(losses[: place + 1]) for place, loss in enumerate(losses)]
    assert [epoch.is_best for epoch in tape.of(EpochEnd)] == best


# -------------------------------------------------------------------------------- resuming


def stop_again_and_again(units, folder, after, threads, options, least=3):
    """Train, stop after so many words, go on with the next number of threads, until the end."""
    numbers = itertools.cycle(threads)
    stops = 0
    while True:
        try:
            vectors = firth.train(
                units,
                checkpoint=folder,
                resume=True,
                callbacks=[Tape(after=after, action=fail)],
                **{**options, "threads": next(numbers)},
            )
            break
        except ZeroDivisionError:
            stops += 1
    assert stops >= least
    return vectors


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
@pytest.mark.parametrize("loss", ["ns", "hs"])
def test_a_run_stopped_again_and_again_ends_with_the_same_bytes(tmp_path, monkeypatch, model, loss):
    monkeypatch.setattr(schedule, "STRETCH", 2048)
    options = {**OPTIONS, "model": model, "loss": loss, "deterministic": True, "holdout": 0.1}
    alone = firth.train(UNITS, **options)
    vectors = stop_again_and_again(UNITS, tmp_path / "c", 4_000, (1, 2, 3), options)
    assert bytes_of(vectors) == bytes_of(alone)
    assert vectors.config["losses"] == alone.config["losses"]
    assert vectors.config["held_out_losses"] == alone.config["held_out_losses"]


@pytest.mark.parametrize("more", [{"subwords": (2, 3)}, {"phrases": 1}])
def test_a_stopped_run_with_ngrams_or_phrases_ends_with_the_same_bytes(tmp_path, monkeypatch, more):
    monkeypatch.setattr(schedule, "STRETCH", 2048)
    options = {**OPTIONS, "deterministic": True, **more}
    units = [*UNITS, *[["w1", "new", "york", "w2"]] * 100]
    alone = firth.train(units, **options)
    vectors = stop_again_and_again(units, tmp_path / "c", 4_000, (1, 2, 3), options)
    assert bytes_of(vectors) == bytes_of(alone)
    assert ("new_york" in alone) == ("phrases" in more)
    if alone.raw is not None:
        np.testing.assert_array_equal(vectors.raw.input, alone.raw.input)


def test_a_stopped_run_of_documents_whose_windows_are_full_ends_with_the_same_bytes(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(schedule, "STRETCH", 2048)
    full = {"documents": "joint", "shrink_windows": False, "sample": 0.0}
    options = {**OPTIONS, "deterministic": True, "window": 1, **full}
    units = [[word for unit in UNITS for word in unit]]
    alone = firth.train(units, **options)
    vectors = stop_again_and_again(units, tmp_path / "c", 4_000, (1,), options)
    assert bytes_of(vectors) == bytes_of(alone)
    np.testing.assert_array_equal(vectors.documents.input_vectors, alone.documents.input_vectors)


@pytest.mark.parametrize("phrases", [0, 1])
def test_a_run_goes_on_with_phrases_or_without_as_it_began(tmp_path, phrases):
    """The words are the same where no phrase is found: it is no damage to a checkpoint."""
    options = {**OPTIONS, "epochs": 1, "checkpoint": tmp_path / "c"}
    firth.train(UNITS, **options, phrases=phrases)
    was, is_now = ("joined", "not joined") if phrases else ("not joined", "joined")
    told = f"is of another run: phrases was '{was}', is now '{is_now}'; give what it was then"
    with pytest.raises(ConfigError, match=told):
        firth.train(UNITS, **options, phrases=1 - phrases, resume=True)
    firth.train(UNITS, **options, phrases=phrases, resume=True)


def test_a_stopped_run_from_vectors_with_frozen_words_ends_with_the_same_bytes(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(schedule, "STRETCH", 2048)
    before = firth.train(make_units(seed=1), **OPTIONS)
    frozen = ["w1", "w30", "w2"]
    options = {**OPTIONS, "start": before, "frozen": frozen}
    more = [*UNITS, *[["w1", "new", "w2"]] * 50]
    alone = firth.train(more, **options)
    vectors = stop_again_and_again(more, tmp_path / "c", 8_000, (1,), options)
    assert bytes_of(vectors) == bytes_of(alone)
    np.testing.assert_array_equal(vectors[frozen], before[frozen])
    assert not np.array_equal(vectors["w3"], before["w3"])


def test_what_a_checkpoint_is_given_does_not_change_any_more(tmp_path):
    given = []

    class Keep(Checkpoints):
        def write(self, snapshot):
            tables = *snapshot.tables.values(), *snapshot.best.values()
            given.append((tables, [array.copy() for array in tables]))
            super().write(snapshot)

    corpus = read_corpus(UNITS, holdout=0.1)
    # With 16 dimensions, rows have no gaps, which alone would have them copied.
    config = firth.TrainConfig(**{**OPTIONS, "dim": 16, "threads": 2, "patience": 3})
    train_corpus(corpus, config, checkpoints=Keep(tmp_path))
    assert len(given) == 3
    for tables, copies in given:
        for array, copy in zip(tables, copies, strict=True):
            np.testing.assert_array_equal(array, copy)
    # Training did go on.
    assert not np.array_equal(given[0][1][0], given[1][1][0])


def test_a_finished_run_is_given_back(tmp_path):
    alone = firth.train(UNITS, checkpoint=tmp_path / "c", **OPTIONS)
    tape = Tape()
    again = firth.train(UNITS, checkpoint=tmp_path / "c", resume=True, callbacks=[tape], **OPTIONS)
    assert bytes_of(again) == bytes_of(alone)
    assert not tape.of(Progress)


def test_another_corpus_or_start_is_refused(tmp_path):
    start = firth.train(UNITS, **OPTIONS)
    options = {**OPTIONS, "checkpoint": tmp_path / "c"}
    firth.train(UNITS, start=start, **options)
    for units, more, message in (
        ([*UNITS, ["w1", "w2"]], {"start": start}, r"text was '24,000 words .*', is now '24,002 "),
        (UNITS, {}, r"start was '60 words .*', is now None"),
        (UNITS, {"start": start, "frozen": ["w1"]}, r"frozen was None, is now '1 words "),
    ):
        with pytest.raises(ConfigError, match=message):
            firth.train(units, resume=True, **options, **more)


FUSED = {"fma", "neon"}
OTHER_ROUNDING = FEATURES - FUSED if arithmetic.is_fused() else FEATURES | {"fma"}


def stopped_runs(tmp_path, monkeypatch, *patch):
    """Stop a usual and a deterministic run, and change something."""
    for deterministic in (False, True):
        options = {
            **OPTIONS,
            "deterministic": deterministic,
            "checkpoint": tmp_path / str(deterministic),
        }
        with pytest.raises(ZeroDivisionError):
            firth.train(UNITS, callbacks=[Tape(1, fail)], **options)
    monkeypatch.setattr(*patch)
    return options


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        ((fingerprint, "__version__", "0.0.1"), r"Firth was '.*', is now '0\.0\.1'"),
        (
            (arithmetic, "processor_features", lambda: OTHER_ROUNDING),
            r"instructions was '.*', is now '.*'",
        ),
    ],
)
def test_another_version_or_rounding_is_told_and_refused_where_bytes_are_promised(
    tmp_path, monkeypatch, patch, words
):
    options = stopped_runs(tmp_path, monkeypatch, *patch)
    with pytest.warns(firth.FirthWarning, match=rf"{words}.*; the run continues") as told:
        vectors = firth.train(UNITS, checkpoint=tmp_path / "False", resume=True, **OPTIONS)
    assert len(told) == 1
    assert len(vectors.config["losses"]) == 3
    with pytest.raises(ConfigError, match=rf"{words}.*deterministic promises .*: continue there"):
        firth.train(UNITS, resume=True, **options)


@pytest.mark.skipif(not arithmetic.is_fused(), reason="no fused multiply-add")
@pytest.mark.parametrize(
    ("patch", "words"),
    [
        ((arithmetic, "WIDTH", 2), rf"vector length was {WIDTH}, is now 2"),
        (
            (arithmetic, "processor_features", lambda: FEATURES ^ {"sve"}),
            r"instructions was '.*', is now '.*'",
        ),
    ],
)
def test_another_processor_is_told_unless_the_run_is_deterministic(
    tmp_path, monkeypatch, patch, words
):
    options = stopped_runs(tmp_path, monkeypatch, *patch)
    with pytest.warns(firth.FirthWarning, match=rf"{words}.*; the run continues"):
        firth.train(UNITS, checkpoint=tmp_path / "False", resume=True, **OPTIONS)
    expected = firth.train(UNITS, **{**options, "checkpoint": None})
    assert bytes_of(firth.train(UNITS, resume=True, **options)) == bytes_of(expected)


# -------------------------------------------------------------------------------- interrupts


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_run_with_a_checkpoint(tmp_path, number):
    before = signal.getsignal(number)
    tape = Tape(after=9_000, action=lambda: signal.raise_signal(number))
    with pytest.raises(
        firth.Interrupted, match=r"in epoch 1 of 3.*checkpoint-000001.*--resume"
    ) as e:
        firth.train(UNITS, checkpoint=tmp_path / "c", callbacks=[tape], **OPTIONS)
    assert e.value.signal == number
    assert tape.of(RunEnd)[0].reason == "interrupted"
    assert signal.getsignal(number) is before
    vectors = firth.train(UNITS, checkpoint=tmp_path / "c", resume=True, **OPTIONS)
    assert bytes_of(vectors) == bytes_of(firth.train(UNITS, **OPTIONS))


def test_a_second_interrupt_ends_it_at_once_also_during_a_slow_write(tmp_path, monkeypatch):
    monkeypatch.setattr(signals, "_SECONDS_APART", 0.0)
    monkeypatch.setattr(run, "_LAST_SECONDS", 0.05)
    begun, goes_on, ended, ends = threading.Event(), threading.Event(), threading.Event(), []

    def slow(*_):
        begun.set()
        ends.append(goes_on.wait(timeout=20))
        ended.set()
        raise OSError

    def twice():
        assert begun.wait(timeout=60)
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(native, "write_words", slow)
    options = {**OPTIONS, "checkpoint": tmp_path / "c", "checkpoint_every": 1e-6}
    with pytest.raises(KeyboardInterrupt) as error:
        firth.train(UNITS, callbacks=[Tape(9_000, twice)], **options)
    assert not isinstance(error.value, firth.Interrupted)
    goes_on.set()
    assert ended.wait(timeout=60)
    # Else the disk would have had all of its time.
    assert ends == [True]


def test_without_checkpoints_signals_are_left_alone():
    seen = []
    tape = Tape(1, lambda: seen.append(signal.getsignal(signal.SIGINT)))
    before = signal.getsignal(signal.SIGINT)
    firth.train(UNITS, callbacks=[tape], **OPTIONS)
    assert seen == [before]


def test_a_full_disk_is_told_and_costs_nothing(small_disk):
    class Fill(firth.Callback):
        def on_progress(self, progress):
            if progress.epoch == 1 or (small_disk / "full").exists():
                return
            while not (small_disk / "c" / "checkpoint-000001").exists():
                time.sleep(0.01)
            with pytest.raises(OSError, match="No space left"):
                (small_disk / "full").write_bytes(bytes(2_000_000))

    with pytest.warns(firth.FirthWarning, match=r"No space left.*last checkpoint is .*-000001"):
        vectors = firth.train(UNITS, checkpoint=small_disk / "c", callbacks=[Fill()], **OPTIONS)
    assert bytes_of(vectors) == bytes_of(firth.train(UNITS, **OPTIONS))
    (last,) = (small_disk / "c").glob("checkpoint-*")
    assert np.isfinite(firth.load(last).input_vectors).all()


# -------------------------------------------------------------------------------- held-out text


def test_held_out_loss_is_measured_and_training_is_blind_to_it():
    held_out = make_units(seed=1, sentences=200)
    vectors = firth.train(UNITS, holdout=held_out, **OPTIONS)
    assert bytes_of(vectors) == bytes_of(firth.train(UNITS, **OPTIONS))
    losses = vectors.config["held_out_losses"]
    assert len(losses) == 3
    # The same distribution, so about the same loss.
    np.testing.assert_allclose(losses[-1], vectors.config["losses"][-1], rtol=0.03)
    assert vectors.config["corpus"]["words_held_out"] == 1600
    assert losses[0] > losses[-1]


def test_held_out_loss_uses_the_same_draws_each_time():
    corpus = read_corpus(UNITS, holdout=0.2)
    config = firth.TrainConfig(**{**OPTIONS, "epochs": 2, "lr": 1e-12, "min_lr": 0.0})
    result = train_corpus(corpus, config)
    np.testing.assert_allclose(*result.held_out_losses, rtol=1e-7)
    assert result.losses[0] != result.losses[1]


def options_of_patience():
    """Return options with held-out text of another kind, on which the loss soon rises."""
    rng = np.random.default_rng(0)
    held_out = [[f"w{k}" for k in rng.permutation(60)[:8]] for _ in range(100)]
    return {**OPTIONS, "epochs": 40, "lr": 0.1, "patience": 2, "holdout": held_out}


def test_patience_keeps_the_best_vectors():
    tape, copies = Tape(), Copies()
    vectors = firth.train(UNITS, callbacks=[tape, copies], **options_of_patience())
    losses = vectors.config["held_out_losses"]
    best = int(np.argmin(losses))
    assert len(losses) == best + 3 < 40
    assert tape.of(RunEnd)[0].reason == "patience"
    assert [epoch.is_best for epoch in tape.of(EpochEnd)][best:] == [True, False, False]
    np.testing.assert_array_equal(vectors.input_vectors, copies.found[best])


def test_patience_outlasts_a_resume(tmp_path):
    options = options_of_patience()
    vectors = stop_again_and_again(UNITS, tmp_path, 21_000, (1,), options, least=2)
    assert bytes_of(vectors) == bytes_of(firth.train(UNITS, **options))


def test_held_out_text_without_a_window_is_an_error():
    with pytest.raises(CorpusError, match="held-out"):
        firth.train(UNITS, holdout=[["w1"], ["w2"]], **OPTIONS)


# -------------------------------------------------------------------------------- going on


@pytest.mark.parametrize("loss", ["ns", "hs"])
def test_a_tree_starts_anew_from_vectors_of_either_kind(tmp_path, loss):
    options = {**OPTIONS, "epochs": 1}
    before = firth.train(UNITS, loss=loss, checkpoint=tmp_path, **options)
    for vectors in (before, firth.load(next(tmp_path.glob("checkpoint-*")))):
        assert (vectors.output_vectors is None) == (loss == "hs")
    again = firth.train(
        UNITS, loss="hs", start=tmp_path, frozen=["w1", "w9"], lr=1e-9, min_lr=0.0, **options
    )
    np.testing.assert_array_equal(again[["w1", "w9"]], before[["w1", "w9"]])
    np.testing.assert_allclose(again[list(before)], before.input_vectors, atol=1e-5)
    # Nodes that say nothing, whatever was learned before: log 2 for each on a path.
    lengths = (huffman_paths(again.counts).nodes >= 0).sum(axis=1)
    guessing = np.log(2.0) * np.average(lengths, weights=again.counts)
    assert again.config["losses"][0] == pytest.approx(guessing, rel=0.01)


@pytest.mark.parametrize("kind", ["vectors", "folder", "checkpoints", "vectors.bin"])
def test_goes_on_from_vectors(tmp_path, kind):
    before = firth.train(UNITS, checkpoint=tmp_path / "checkpoints", **OPTIONS)
    before.save(tmp_path / "folder")
    before.save(tmp_path / "vectors.bin")
    start = before if kind == "vectors" else tmp_path / kind
    more = [["w1", "new", "w2", "rare"]] * 3 + [["new", "w3"]] * 50
    options = {**OPTIONS, "min_count": 5, "lr": 1e-9, "min_lr": 0.0}
    after = firth.train(more, start=start, **options)
    # All old words are there, those that are new and frequent too, and nothing has moved far.
    assert set(after) == {*before, "new"}
    np.testing.assert_allclose(after[list(before)], before.input_vectors, atol=1e-5)
    places = [after.words.index(word) for word in before.words]
    known = before.output_vectors if kind != "vectors.bin" else 0.0 * before.output_vectors
    np.testing.assert_allclose(after.output_vectors[places], known, atol=1e-5)
    added = 0 if kind != "vectors.bin" else before.counts[before.words.index("w3")] - 1
    w3 = after.counts[after.words.index("w3")]
    assert w3 == before.counts[before.words.index("w3")] + 50 - added
    assert (np.diff(after.counts) <= 0).all()


def test_dim_is_that_of_the_vectors_to_start_from():
    before = firth.train(UNITS, **OPTIONS)
    without_dim = {name: value for name, value in OPTIONS.items() if name != "dim"}
    assert firth.train(UNITS, start=before, **without_dim).dim == 12
    with pytest.raises(ConfigError, match="dim must be that of the vectors to start from, 12"):
        firth.train(UNITS, start=before, **{**OPTIONS, "dim": 13})


def test_words_to_start_from_meet_the_text_however_their_accents_are_written():
    before = firth.Vectors(["cafe\u0301", "w1"], np.eye(2, 12, dtype=np.float32), counts=[5, 1])
    after = firth.train([["caf\xe9", "w1"]] * 50, start=before, frozen=["caf\xe9"], **OPTIONS)
    assert after.words == ("cafe\u0301", "w1")
    assert after.counts.tolist() == [55, 51]
    np.testing.assert_array_equal(after["caf\xe9"], before["caf\xe9"])


def test_a_word_of_another_tool_may_come_without_a_count():
    before = firth.Vectors(["w1", "elsewhere"], np.ones((2, 12), np.float32))
    after = firth.train(UNITS, start=before, **OPTIONS)
    assert after.counts[after.words.index("elsewhere")] == 1
    np.testing.assert_array_equal(after["elsewhere"], np.ones(12))


def test_frozen_words_keep_their_vectors():
    before = firth.train(UNITS, **OPTIONS)
    frozen = ["w1", "w30", "w2"]
    after = firth.train(UNITS[:300], start=before, frozen=frozen, **OPTIONS)
    for name in ("input_vectors", "output_vectors"):
        old, new = (
            {word: row.tobytes() for word, row in zip(each.words, getattr(each, name), strict=True)}
            for each in (before, after)
        )
        assert {word for word in old if old[word] == new[word]} == set(frozen)


def test_frozen_words_without_output_vectors_are_learnt_from():
    frozen = ["w1", "w30", "w2"]
    before = firth.train(UNITS, **OPTIONS)
    start = firth.Vectors(before.words, before.input_vectors, counts=before.counts)
    after = firth.train(UNITS[:300], start=start, frozen=frozen, **OPTIONS)
    np.testing.assert_array_equal(after[frozen], before[frozen])
    assert np.abs(after.output_vectors[[after.index[word] for word in frozen]]).min() > 0


def test_a_frozen_word_must_be_known():
    with pytest.raises(VocabularyError, match="'nosuch' is not in the vocabulary"):
        firth.train(UNITS, frozen=["nosuch"], **OPTIONS)

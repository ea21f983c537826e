"""Estimates of a run: that they agree with what engines and checkpoints take, and are heeded."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

import firth
from firth.corpus import read_corpus
from firth.errors import ConfigError
from firth.subwords import make_subwords
from firth.training import (
    Callback,
    Checkpoints,
    TrainConfig,
    estimate,
    run,
    schedule,
    train_corpus,
)
from firth.training.engines.base import Stretch, TableShape
from firth.training.engines.hogwild import HogwildEngine
from firth.training.simd.rows import stride_of
from firth.training.task import Task

WORDS = 3_000


@pytest.fixture(scope="module")
def corpus():
    ids = np.random.default_rng(0).permutation(np.arange(20_000) % WORDS)
    return read_corpus([[f"word{k}" for k in unit] for unit in ids.reshape(-1, 10)], min_count=1)


class Watch(Callback):
    """Keeps the estimate."""

    def on_start(self, start):
        self.estimate = start.estimate


class NotMade(HogwildEngine):
    """Tells what it needs, but must not be made."""

    def __init__(self, *_):
        raise AssertionError("the engine was made")


class Tall(NotMade):
    """Has tables of three heights, and declares what it needs."""

    @staticmethod
    def shapes(config, sizes):
        rows = {"input": 5 * sizes.words, "output": sizes.words - 1, "weights": 10}
        return {name: TableShape(count, config.dim, 0) for name, count in rows.items()}

    @staticmethod
    def memory(config, sizes, stretch, frozen):
        return 1_000_000 + stretch + frozen


def needed(corpus, config, checkpoints=None, engine=HogwildEngine, **named):
    return estimate.estimate(Task(corpus, config, engine, **named), checkpoints)


def test_memory_grows_by_copies_of_the_tables(corpus, tmp_path):
    config = TrainConfig(dim=200, threads=1)
    alone = needed(corpus, config).memory
    with_best = needed(corpus, dataclasses.replace(config, patience=1)).memory
    assert with_best - alone == 2 * 4 * WORDS * 200
    with_checkpoints = needed(corpus, config, Checkpoints(tmp_path)).memory
    assert with_checkpoints - alone == pytest.approx(with_best - alone, rel=0.1)


def test_hashed_ngrams_need_no_memory_for_texts(corpus):
    def memory(**options):
        config = TrainConfig(dim=8, threads=1, subwords=(3, 6), **options)
        words, counts = corpus.vocabulary.words, corpus.vocabulary.counts
        subwords = make_subwords(config.subwords, words, counts, config.buckets)
        return needed(corpus, config, subwords=subwords).memory

    more = memory(buckets=1_001_000) - memory(buckets=1_000)
    assert more == pytest.approx(1_000_000 * 4 * stride_of(8), rel=0.01)


def test_texts_of_ngrams_and_the_rows_of_words_need_memory(corpus):
    words, counts = corpus.vocabulary.words, corpus.vocabulary.counts
    subwords = make_subwords((3, 6), words, counts, None)
    config = TrainConfig(dim=8, threads=1, subwords=(3, 6))
    task = Task(corpus, config, HogwildEngine, subwords=subwords)
    needed = estimate.estimate(task).memory
    declared = HogwildEngine.memory(config, task.sizes, task.schedule.length, 0)
    assert needed == declared + 4 * len(task.composition.rows) + 150 * len(subwords)


@pytest.mark.parametrize(
    "options",
    [{}, {"subwords": (3, 6)}, {"loss": "hs"}, {"documents": "joint"}, {"documents": "alone"}],
)
def test_the_folder_of_the_vectors_takes_what_is_told(corpus, tmp_path, options):
    watch = Watch()
    vectors = firth.train(
        corpus, dim=60, epochs=1, threads=1, callbacks=[watch], **{"subwords": "none", **options}
    )
    vectors.save(tmp_path / "v")
    there = sum(file.stat().st_size for file in (tmp_path / "v").iterdir())
    assert watch.estimate.vectors == pytest.approx(there, rel=0.05)


def test_a_document_is_a_row_and_its_number(corpus):
    config = TrainConfig(dim=16, threads=1)
    with_documents = needed(corpus, config.replace(documents="joint")).vectors
    assert with_documents - needed(corpus, config).vectors == 2_000 * (4 * 16 + 8)


def test_what_the_engine_declares_is_added_up(corpus, tmp_path):
    config, checkpoints = TrainConfig(dim=200, threads=1), Checkpoints(tmp_path)
    found = needed(corpus, config, checkpoints, Tall, frozen=np.arange(7))
    stretch, tables = 20_000 // 8, 4 * 200 * (6 * WORDS - 1 + 10)
    assert found.memory == 1_000_000 + stretch + 7 + tables + 120 * WORDS
    assert found.disk == 3 * (tables + 20 * WORDS)


@pytest.mark.parametrize("patience", [None, 3])
def test_disk_is_that_of_the_checkpoints(corpus, tmp_path, patience):
    held = dataclasses.replace(corpus, held_out=2_000)
    config = TrainConfig(dim=40, epochs=3, threads=1, sample=0, patience=patience)
    watch = Watch()
    checkpoints = Checkpoints(tmp_path, keep=2)
    train_corpus(held, config, checkpoints=checkpoints, callbacks=[watch])
    there = sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file())
    # Two stay, and there are three while the last of them is written.
    assert watch.estimate.disk == pytest.approx(1.5 * there, rel=0.1)


def test_checkpoints_that_are_there_need_no_more_room(corpus, tmp_path):
    config = TrainConfig(dim=40, epochs=1, threads=1, sample=0)
    train_corpus(corpus, config, checkpoints=Checkpoints(tmp_path, keep=2))

    def disk(keep):
        resumed = Checkpoints(tmp_path, keep=keep, resume=True)
        return needed(corpus, config, resumed).disk

    assert disk(3) == 3 * disk(1)
    assert disk(1) > 2 * 4 * WORDS * 40


def test_a_run_that_does_not_fit_in_memory_is_refused_before_an_engine_is_made(corpus, monkeypatch):
    monkeypatch.setattr(estimate, "available_memory", lambda: 5_000_000)
    config = TrainConfig(dim=1_000, threads=1)
    expected = (
        r"training needs about 24\.\d MB of memory for 3,000 words in 1,000 dimensions, and "
        r"5\.0 MB are left; lower dim \(--dim\) or max_vocab \(--max-vocab\)$"
    )
    with pytest.raises(ConfigError, match=expected):
        train_corpus(corpus, config, engine=NotMade)
    wide = TrainConfig(dim=5, window=2_000, negative=1_000, threads=1)
    with pytest.raises(ConfigError, match=r"lower window .*, negative .* or threads"):
        train_corpus(corpus, wide, engine=NotMade)
    hashed = TrainConfig(dim=100, subwords=(3, 6), buckets=1_000_000, threads=1)
    with pytest.raises(ConfigError, match=r"lower buckets \(--buckets\) or dim \(--dim\)$"):
        train_corpus(corpus, hashed, engine=NotMade)
    ngrams = TrainConfig(dim=1_000, subwords=(3, 6), threads=1)
    with pytest.raises(
        ConfigError, match=r"max_vocab .*, or leave n-grams out with subwords='none"
    ):
        train_corpus(corpus, ngrams, engine=NotMade)
    with pytest.raises(ConfigError, match="for 3,000 words and 2,000 documents in 1,000 dim"):
        train_corpus(corpus, config.replace(documents="joint"), engine=NotMade)
    tree = TrainConfig(dim=5, window=10_000, loss="hs", threads=4)
    with pytest.raises(ConfigError, match=r"lower window \(--window\) or threads"):
        train_corpus(corpus, tree, engine=NotMade)


def test_a_run_that_just_fits_is_not_refused(corpus, monkeypatch):
    config = TrainConfig(dim=5, epochs=1, threads=1, sample=0)
    watch = Watch()
    train_corpus(corpus, config, callbacks=[watch])
    monkeypatch.setattr(estimate, "available_memory", lambda: watch.estimate.memory)
    train_corpus(corpus, config)
    monkeypatch.setattr(estimate, "available_memory", lambda: watch.estimate.memory - 1)
    with pytest.raises(ConfigError, match="of memory"):
        train_corpus(corpus, config)


def test_a_folder_without_room_for_checkpoints_is_refused(corpus, monkeypatch, tmp_path):
    room = {tmp_path: 1_000_000}
    monkeypatch.setattr(estimate, "free_disk", lambda folder: room.get(folder, 0))
    config = TrainConfig(dim=100, threads=1)
    expected = (
        r"checkpoints need about 7\.4 MB in .* for 3,000 words in 100 dimensions, and 1\.0 MB are "
        r"left there; give another folder \(--checkpoint\), keep fewer"
    )
    with pytest.raises(ConfigError, match=expected):
        train_corpus(corpus, config, engine=NotMade, checkpoints=Checkpoints(tmp_path, keep=2))


def test_nothing_is_refused_where_the_system_does_not_tell(corpus, monkeypatch, tmp_path):
    monkeypatch.setattr(estimate, "available_memory", lambda: None)
    monkeypatch.setattr(estimate, "free_disk", lambda _: None)
    task, checkpoints = Task(corpus, TrainConfig(dim=100_000), NotMade), Checkpoints(tmp_path)
    estimate.check_fits(estimate.estimate(task, checkpoints), task, checkpoints)


def test_the_time_of_a_long_run_is_measured_and_that_changes_no_byte(corpus, monkeypatch):
    held = dataclasses.replace(corpus, held_out=2_000)
    config = TrainConfig(dim=20, epochs=2, threads=1, sample=0)
    watch = Watch()
    without = train_corpus(held, config, callbacks=[watch])
    assert watch.estimate.seconds is None
    monkeypatch.setattr(estimate, "_WORK_OF_LONG_RUN", 0)
    monkeypatch.setattr(estimate, "_MEASURED_SECONDS", 0.05)
    measured = train_corpus(held, config, callbacks=[watch])
    assert watch.estimate.seconds > 0
    assert measured.input_vectors.tobytes() == without.input_vectors.tobytes()
    assert measured.output_vectors.tobytes() == without.output_vectors.tobytes()
    assert (measured.losses, measured.held_out_losses) == (without.losses, without.held_out_losses)


class Steady:
    """An engine that takes a known time, by a clock that only its work moves."""

    workers = 1

    def __init__(self, monkeypatch, per_word):
        self.now, self.per_word, self.stretches = 0.0, per_word, []
        monkeypatch.setattr(estimate.time, "perf_counter", lambda: self.now)

    def train(self, worker, stretch: Stretch):
        words = stretch.stop - stretch.start
        # The first one of each worker also touches memory for the first time.
        self.now += self.per_word * words + (5.0 if len(self.stretches) < self.workers else 0.0)
        self.stretches.append(stretch)
        return 0.0, words


def measure(engine, corpus, words, **options):
    task = Task(corpus, TrainConfig(threads=1, **options), HogwildEngine)
    return estimate.expected_seconds(task, engine, words)


def test_the_time_is_that_of_all_words_at_the_speed_measured(corpus, monkeypatch):
    monkeypatch.setattr(schedule, "STRETCH", 1_500)
    engine = Steady(monkeypatch, per_word=1e-6)
    assert measure(engine, corpus, words=100_000_000) == pytest.approx(100.0)
    assert all(stretch.lr == stretch.slope == 0.0 for stretch in engine.stretches)
    # No longer than the engine has working memory for, none beyond the corpus, and again from its
    # beginning where it is short.
    assert {stretch.stop - stretch.start for stretch in engine.stretches} == {1_500, 500}
    assert max(stretch.stop for stretch in engine.stretches) == corpus.tokens.size
    assert len(engine.stretches) * 1_500 * 1e-6 == pytest.approx(0.25, rel=0.1)


def test_the_first_stretch_of_each_worker_is_not_measured(corpus, monkeypatch):
    engine = Steady(monkeypatch, per_word=1e-6)
    engine.workers = 3

    def in_turn(engine, given):
        return [SimpleNamespace(stretch=each) for each in given if engine.train(0, each)]

    monkeypatch.setattr(estimate, "train_in_threads", in_turn)
    assert measure(engine, corpus, words=100_000_000) == pytest.approx(100.0)


def test_an_engine_slower_than_the_measurement_is_measured_by_one_stretch(corpus, monkeypatch):
    engine = Steady(monkeypatch, per_word=1e-2)
    assert measure(engine, corpus, words=100_000_000) == pytest.approx(1e6)
    assert len(engine.stretches) == 2


def test_vectors_of_many_numbers_make_a_run_long_and_a_stretch_short(corpus, monkeypatch):
    engine, options = Steady(monkeypatch, per_word=1e-3), {"dim": 5_000, "negative": 11}
    assert measure(engine, corpus, words=400_000, **options) is None
    assert engine.stretches == []
    assert measure(engine, corpus, words=600_000, **options) == pytest.approx(600.0)
    assert {stretch.stop - stretch.start for stretch in engine.stretches} == {81}


def test_a_path_counts_as_about_log2_of_the_vocabulary(corpus, monkeypatch):
    engine, options = Steady(monkeypatch, per_word=1e-3), {"dim": 5_000, "loss": "hs"}
    # log2 3,000 is 11.55, about the 12 targets of 11 noise words.
    assert measure(engine, corpus, words=400_000, **options) is None
    assert measure(engine, corpus, words=600_000, **options) == pytest.approx(600.0)


def test_the_words_left_are_those_not_trained_and_those_measured(corpus, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(run, "expected_seconds", lambda task, engine, words: asked.append(words))
    held = dataclasses.replace(corpus, held_out=2_000)
    config = TrainConfig(dim=5, epochs=3, threads=1, sample=0)

    class Stop(Callback):
        def on_epoch(self, epoch):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_corpus(held, config, checkpoints=Checkpoints(tmp_path), callbacks=[Stop()])
    train_corpus(held, config, checkpoints=Checkpoints(tmp_path, resume=True))
    assert asked == [3 * 20_000, 2 * 20_000]

"""Runs that go wrong: what stops them, what it says, and how they go back."""

import dataclasses
import math
import re
import warnings

import numpy as np
import pytest

import firth
from firth.corpus import Vocabulary, read_corpus
from firth.errors import ConfigError, CorpusError, FirthWarning
from firth.torch import TorchEngine
from firth.training import Callback, Checkpoints, TrainConfig, train_corpus
from firth.training.checkpoints.folder import list_checkpoints
from firth.training.divergence import Diverged, check_loss, check_tables
from firth.training.engines.base import Stretch
from firth.training.engines.hogwild import HogwildEngine

CONFIG = TrainConfig(threads=1, lr=0.5)
ENGINES = pytest.mark.parametrize("engine", [HogwildEngine, TorchEngine])
WORDS = 60


@pytest.fixture(scope="module")
def corpus():
    ids = np.random.default_rng(0).integers(0, WORDS, (1_500, 8))
    return read_corpus([[f"w{k}" for k in unit] for unit in ids], min_count=1)


def config_of(engine, **options):
    options = {"dim": 10, "epochs": 3, "threads": 1, "sample": 0, **options}
    return TrainConfig(**options)


# ---------------------------------------------------------------------------- one check at a time


VOCABULARY = Vocabulary((f"word{k}" for k in range(10_000)), np.ones(10_000, np.int64))


def make_tables():
    return np.zeros((10_000, 3), np.float32), np.full((10_000, 3), 999.0, np.float32)


def not_called():
    raise AssertionError("the tables are copied for nothing")


@pytest.mark.parametrize("loss", [math.nan, math.inf, 1e7])
def test_a_loss_beyond_measure_names_the_epoch_the_word_and_the_step_size(loss):
    tables = make_tables()
    tables[0][5_000, 2] = -1234.0
    with pytest.raises(Diverged) as caught:
        check_loss(loss, 100, lambda: tables, VOCABULARY, 2, CONFIG, 0.25)
    assert str(caught.value) == (
        f"training diverges: the mean loss is {loss / 100:.4g} in epoch 3, where guessing costs "
        "4.159, and the vector of 'word5000' has grown most, to 1234; lower lr (--lr), got 0.25"
    )


def test_a_loss_that_is_not_a_number_without_any_pair():
    with pytest.raises(Diverged, match="the mean loss is nan in epoch 1"):
        check_loss(math.nan, 0, make_tables, VOCABULARY, 0, CONFIG, 0.5)


def test_losses_within_measure_pass():
    for loss, pairs in [(0.0, 0), (4.159 * 100, 100), (90 * 4.159 * 100, 100)]:
        check_loss(loss, pairs, not_called, VOCABULARY, 0, CONFIG, 0.5)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("row", [0, 4_095, 4_096, 9_999])
@pytest.mark.parametrize(
    ("value", "written"), [(np.nan, "nan"), (-np.inf, "inf"), (-1e6, "1e[+]06"), (1_001, "1001")]
)
def test_a_vector_beyond_measure_names_the_word_and_the_epoch(which, row, value, written):
    tables = make_tables()
    tables[which][row, 1] = value
    expected = (
        rf"the vector of 'word{row}' has grown to {written} in epoch 5; "
        r"lower lr \(--lr\), got 0\.25$"
    )
    with pytest.raises(Diverged, match=expected):
        check_tables(tables, VOCABULARY, 4, 0.25)
    grown = rf"'word{row}' has grown most, to {written}; lower"
    with pytest.raises(Diverged, match=grown):
        check_loss(math.nan, 1, lambda: tables, VOCABULARY, 4, CONFIG, 0.25)
    tables[which][row, 1] = 1_000.0
    check_tables(tables, VOCABULARY, 4, 0.25)


@pytest.mark.parametrize("infinite", [3, 9_000])
def test_a_row_of_nan_is_found_among_others_that_are_wrong(infinite):
    tables = make_tables()
    tables[1][5_000] = np.nan
    tables[0][infinite], tables[1][infinite] = np.inf, 1e9
    with pytest.raises(Diverged, match="'word5000' has grown to nan"):
        check_tables(tables, VOCABULARY, 0, 0.25)


def test_a_word_that_is_no_line_is_told_in_one():
    words = Vocabulary(["tea\u2028" + "milk" * 100, "b"], np.ones(2, np.int64))
    tables = np.full((2, 3), np.nan, np.float32), np.zeros((2, 3), np.float32)
    with pytest.raises(Diverged) as caught:
        check_tables(tables, words, 0, 0.25)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 400


# ---------------------------------------------------------------------------- in a run


@ENGINES
@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_a_run_stops_at_a_vector_that_has_gone_wrong(corpus, engine, value):
    made = []

    def make(*arguments):
        made.append(engine(*arguments))
        return made[0]

    class Spoil(Callback):
        def on_epoch(self, epoch):
            inputs, outputs = (np.array(table) for table in made[0].tables())
            outputs[7] = value
            made[0].restore(inputs, outputs)

    # What is wrong spreads; which word is the worst then depends on the engine.
    expected = r"training diverges: .* in epoch 2.*the vector of 'w\d+' has grown"
    with pytest.raises(Diverged, match=expected):
        train_corpus(corpus, config_of(engine), engine=make, callbacks=[Spoil()])


@ENGINES
def test_a_run_with_far_too_large_a_step_stops_and_ends_its_callbacks(corpus, engine):
    told = []

    class Watch(Callback):
        def on_end(self, end):
            told.append(end.reason)

    config = config_of(engine, lr=1e6)
    with pytest.raises(Diverged, match=r"training diverges: .* in epoch 1.*lower lr"):
        train_corpus(corpus, config, engine=engine, callbacks=[Watch()])
    assert told == ["error"]


def test_no_checkpoint_holds_vectors_that_have_gone_wrong(corpus, tmp_path):
    with pytest.raises(Diverged):
        train_corpus(corpus, config_of(HogwildEngine, lr=1e6), checkpoints=Checkpoints(tmp_path))
    assert list_checkpoints(tmp_path) == []


# ---------------------------------------------------------------------------- going back


@ENGINES
@pytest.mark.parametrize("lr", [4.0, 30.0])
def test_halving_ends_with_finite_vectors_that_learnt(corpus, engine, lr, tmp_path):
    config = config_of(engine, lr=lr, epochs=2, on_divergence="halve")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = train_corpus(corpus, config, engine=engine, checkpoints=Checkpoints(tmp_path))
    messages = [str(warning.message) for warning in caught]
    assert all(warning.category is FirthWarning for warning in caught)
    steps = [float(re.search(r"went back to .*, and lr is now (.*)$", m)[1]) for m in messages]
    assert steps
    assert steps == [float(f"{lr / 2 ** (k + 1):g}") for k in range(len(steps))]
    for table in (result.input_vectors, result.output_vectors):
        assert np.all(np.abs(table) <= 1_000.0)
    assert len(result.losses) == 2
    # The step size stays what it came to, also for whoever goes on.
    state = (list_checkpoints(tmp_path)[-1] / "state.json").read_text()
    assert f'"lr_scale": {2.0 ** -len(steps)!r}' in state


@ENGINES
def test_nothing_is_left_of_what_went_wrong(corpus, engine, tmp_path):
    """After NaN everywhere, training goes on from a checkpoint as if nothing had happened."""
    config = config_of(engine, lr=0.05)
    tokens, counts = corpus.tokens, corpus.vocabulary.counts
    fresh, spoilt = (engine(config, counts, tokens, tokens.size) for _ in range(2))
    start = [np.array(table) for table in fresh.tables()]
    nan = np.full_like(start[0], np.nan)
    spoilt.restore(nan, nan)
    stretch = Stretch(epoch=0, start=0, stop=tokens.size, lr=0.05, slope=0.0)
    assert math.isnan(spoilt.train(0, stretch)[0])
    spoilt.restore(*start)
    assert spoilt.train(0, stretch) == fresh.train(0, stretch)
    for ours, theirs in zip(spoilt.vectors(), fresh.vectors(), strict=True):
        assert ours.tobytes() == theirs.tobytes()


def test_a_step_size_that_cannot_be_halved_enough_stops(corpus, tmp_path):
    config = config_of(HogwildEngine, lr=1e9, on_divergence="halve")
    with pytest.warns(FirthWarning, match="lr is now") as caught, pytest.raises(Diverged):
        train_corpus(corpus, config, checkpoints=Checkpoints(tmp_path))
    assert len(caught) == 9  # 2**-10 is below a thousandth


def test_a_healthy_run_is_not_touched_by_it(corpus, tmp_path):
    alone = train_corpus(corpus, config_of(HogwildEngine))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        halving = train_corpus(
            corpus,
            config_of(HogwildEngine, on_divergence="halve"),
            checkpoints=Checkpoints(tmp_path, every=1e-6),
        )
    assert halving.input_vectors.tobytes() == alone.input_vectors.tobytes()
    assert halving.output_vectors.tobytes() == alone.output_vectors.tobytes()
    assert halving.losses == pytest.approx(alone.losses)


def test_halving_needs_a_folder():
    with pytest.raises(ConfigError, match="give a folder for them"):
        firth.train([["a", "b"]] * 100, threads=1, on_divergence="halve")


def test_patience_keeps_the_best_vectors_through_halving(corpus, tmp_path):
    held = dataclasses.replace(corpus, held_out=2_000)
    config = config_of(HogwildEngine, lr=30.0, epochs=4, patience=4, on_divergence="halve")
    with pytest.warns(FirthWarning, match="went back"):
        result = train_corpus(held, config, checkpoints=Checkpoints(tmp_path))
    assert np.all(np.isfinite(result.input_vectors))
    assert np.all(np.isfinite(result.held_out_losses))


@pytest.mark.parametrize("on_divergence", ["stop", "halve"])
@pytest.mark.parametrize("value", [np.nan, 2_000.0])
def test_what_a_callback_raised_is_not_lost_where_the_run_diverges_too(
    corpus, tmp_path, on_divergence, value
):
    made = []

    def make(*arguments):
        made.append(HogwildEngine(*arguments))
        return made[0]

    class SpoilAndRaise(Callback):
        def on_progress(self, progress):
            row = np.full((1, 10), value, np.float32)
            made[0].restore(row, np.zeros_like(row), np.array([7]))
            raise CorpusError("from a callback")

    with pytest.raises(CorpusError, match="from a callback"):
        train_corpus(
            corpus,
            # So small a step that the loss does not tell, where only a vector is wrong.
            config_of(HogwildEngine, lr=1e-9, min_lr=0, on_divergence=on_divergence),
            engine=make,
            checkpoints=Checkpoints(tmp_path),
            callbacks=[SpoilAndRaise()],
        )
    for checkpoint in list_checkpoints(tmp_path):
        assert np.all(np.abs(firth.load(checkpoint).input_vectors) <= 1_000.0)

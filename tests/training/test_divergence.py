"""Runs that go wrong: what stops them, what it says, and how they go back."""

import dataclasses
import math
import re
import warnings

import numpy as np
import pytest

import firth
from firth.corpus import Vocabulary, read_corpus
from firth.errors import CorpusError, FirthWarning
from firth.training import Callback, Checkpoints, TrainConfig, train_corpus
from firth.training.checkpoints.folder import list_checkpoints
from firth.training.divergence import Diverged, DivergenceCheck
from firth.training.engines.base import Initial, TableShape
from firth.training.engines.registry import engine_named

CONFIG = TrainConfig(dim=10, epochs=3, threads=1, sample=0)


@pytest.fixture(scope="module")
def corpus():
    ids = np.random.default_rng(0).integers(0, 60, (1_500, 8))
    return read_corpus([[f"w{k}" for k in unit] for unit in ids], min_count=1)


def config_of(**options):
    return dataclasses.replace(CONFIG, **options)


def noting(engine, made):
    """Derive an engine whose instances are appended to a list."""

    class Noted(engine):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            made.append(self)

    return Noted


# ---------------------------------------------------------------------------- one check at a time


ROWS = 10_000
CHECK = DivergenceCheck(
    Vocabulary((f"word{k}" for k in range(ROWS)), np.ones(ROWS, np.int64)),
    {"input": TableShape(2 * ROWS, 3, ROWS), "output": TableShape(ROWS, 3, ROWS)},
    targets=6,
)


def make_tables():
    """Make tables within measure, with other rows after the words' in the first."""
    inputs = np.zeros((2 * ROWS, 3), np.float32)
    return {"input": inputs, "output": np.full((ROWS, 3), 999.0, np.float32)}


def not_called():
    raise AssertionError("the tables are copied for nothing")


@pytest.mark.parametrize(
    ("loss", "pairs"), [(math.nan, 100), (math.inf, 100), (1e7, 100), (math.nan, 0)]
)
def test_a_loss_beyond_measure_names_the_epoch_the_word_and_the_step_size(loss, pairs):
    tables = make_tables()
    tables["input"][5_000, 2] = -1234.0
    with pytest.raises(Diverged) as caught:
        CHECK.check_loss(loss, pairs, lambda: tables, 2, 0.25)
    assert str(caught.value) == (
        f"training diverges: the mean loss is {loss / max(pairs, 1):.4g} in epoch 3, where "
        "guessing costs 4.159, and the vector of 'word5000' has grown most, to 1234; "
        "lower lr (--lr), got 0.25"
    )


def test_losses_within_measure_pass():
    for loss, pairs in [(0.0, 0), (4.159 * 100, 100), (90 * 4.159 * 100, 100)]:
        CHECK.check_loss(loss, pairs, not_called, 0, 0.5)


@pytest.mark.parametrize("table", ["input", "output"])
@pytest.mark.parametrize("row", [0, 4_095, 4_096, 9_999])
@pytest.mark.parametrize(
    ("value", "written"), [(np.nan, "nan"), (-np.inf, "inf"), (-1e6, "1e[+]06"), (1_001, "1001")]
)
def test_a_vector_beyond_measure_names_the_word_and_the_epoch(table, row, value, written):
    tables = make_tables()
    tables[table][row, 1] = value
    expected = (
        rf"the vector of 'word{row}' has grown to {written} in epoch 5; "
        r"lower lr \(--lr\), got 0\.25$"
    )
    with pytest.raises(Diverged, match=expected):
        CHECK.check_tables(tables, 4, 0.25)
    grown = rf"'word{row}' has grown most, to {written}; lower"
    with pytest.raises(Diverged, match=grown):
        CHECK.check_loss(math.nan, 1, lambda: tables, 4, 0.25)
    tables[table][row, 1] = 1_000.0
    CHECK.check_tables(tables, 4, 0.25)


def test_a_row_that_is_no_words_is_named_by_its_table_and_number():
    tables = make_tables()
    tables["input"][12_345, 0] = 5e4
    with pytest.raises(Diverged, match=r"row 12,345 of the table 'input' has grown to 5e\+04 in"):
        CHECK.check_tables(tables, 0, 0.25)


def test_a_row_that_is_an_ngrams_is_named_by_it():
    words = Vocabulary(["tea", "milk"], np.ones(2, np.int64))
    shapes = {"input": TableShape(4, 3, 2), "output": TableShape(1, 3, 0)}
    check = DivergenceCheck(words, shapes, 5, ngrams=("ea", "\n"))
    tables = {"input": np.zeros((4, 3), np.float32), "output": np.zeros((1, 3), np.float32)}
    tables["output"][0, 1] = 2e3  # of a tree: a node
    with pytest.raises(Diverged, match="row 0 of the table 'output' has grown to 2000"):
        check.check_tables(tables, 0, 0.25)
    tables["input"][2, 1] = 3e3
    with pytest.raises(Diverged, match="the vector of the n-gram 'ea' has grown to 3000"):
        check.check_tables(tables, 0, 0.25)


def test_a_row_that_is_a_documents_is_named_by_its_number():
    words = Vocabulary(["tea", "milk"], np.ones(2, np.int64))
    shapes = {"input": TableShape(5, 3, 2, documents=3), "output": TableShape(2, 3, 2)}
    check = DivergenceCheck(words, shapes, 5, lambda: [4, 70, 900])
    tables = {"input": np.zeros((5, 3), np.float32), "output": np.zeros((2, 3), np.float32)}
    tables["input"][3, 1] = np.nan
    with pytest.raises(Diverged, match="the vector of document 70 has grown to nan"):
        check.check_tables(tables, 0, 0.25)
    tagged = DivergenceCheck(words, shapes, 5, lambda: ("a", "b\nc", 7))
    with pytest.raises(Diverged, match=r"the vector of document 'b\\nc' has grown to nan"):
        tagged.check_tables(tables, 0, 0.25)


@pytest.mark.parametrize("infinite", [3, 9_000])
def test_a_row_of_nan_is_found_among_others_that_are_wrong(infinite):
    tables = make_tables()
    tables["output"][5_000] = np.nan
    tables["input"][infinite], tables["output"][infinite] = np.inf, 1e9
    with pytest.raises(Diverged, match="'word5000' has grown to nan"):
        CHECK.check_tables(tables, 0, 0.25)


def test_a_word_that_is_no_line_is_told_in_one():
    words = Vocabulary(["tea\u2028" + "milk" * 100, "b"], np.ones(2, np.int64))
    check = DivergenceCheck(words, {"input": TableShape(2, 3, 2)}, 5)
    with pytest.raises(Diverged) as caught:
        check.check_tables({"input": np.full((2, 3), np.nan, np.float32)}, 0, 0.25)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 400


# ---------------------------------------------------------------------------- in a run


def test_a_node_of_a_tree_that_has_gone_wrong_is_named_by_its_number(corpus):
    made = []

    class Spoil(Callback):
        def on_epoch(self, epoch):
            nodes = made[0].tables()["output"]
            assert len(nodes) == 59
            nodes[:, 2] = 1e30
            made[0].restore({"output": nodes})

    config = CONFIG.replace(loss="hs")
    # Guessing a word costs log 60.
    expected = (
        r"in epoch 2, where guessing costs 4\.094, and row \d+ of the table 'output' has grown"
    )
    with pytest.raises(Diverged, match=expected):
        train_corpus(
            corpus, config, engine=noting(engine_named("hogwild"), made), callbacks=[Spoil()]
        )


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_a_run_stops_at_a_vector_that_has_gone_wrong(corpus, engine, value):
    made = []

    class Spoil(Callback):
        def on_epoch(self, epoch):
            made[0].restore({"output": np.full((1, 10), value)}, np.array([7]))

    # What is wrong spreads; which word is the worst then depends on the engine.
    expected = r"training diverges: .* in epoch 2.*the vector of 'w\d+' has grown"
    with pytest.raises(Diverged, match=expected):
        train_corpus(corpus, CONFIG, engine=noting(engine, made), callbacks=[Spoil()])


def test_far_too_large_a_step_ends_callbacks_and_leaves_no_checkpoint(corpus, engine, tmp_path):
    told = []

    class Watch(Callback):
        def on_end(self, end):
            told.append(end.reason)

    named = {"callbacks": [Watch()], "checkpoints": Checkpoints(tmp_path)}
    with pytest.raises(Diverged, match=r"training diverges: .* in epoch 1.*lower lr"):
        train_corpus(corpus, config_of(lr=1e6), engine=engine, **named)
    assert told == ["error"]
    assert list_checkpoints(tmp_path) == []


# ---------------------------------------------------------------------------- going back


@pytest.mark.parametrize(("model", "lr"), [("skipgram", 4.0), ("skipgram", 30.0), ("cbow", 60.0)])
def test_halving_ends_with_finite_vectors_that_learnt(corpus, engine, model, lr, tmp_path):
    config = config_of(model=model, lr=lr, epochs=2, on_divergence="halve")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = train_corpus(corpus, config, engine=engine, checkpoints=Checkpoints(tmp_path))
    messages = [str(warning.message) for warning in caught]
    assert all(warning.category is FirthWarning for warning in caught)
    if messages[0].startswith(f"lr is {lr:g}, which is large"):
        del messages[0]
    steps = [float(re.search(r"went back to .*, and lr is now (.*)$", m)[1]) for m in messages]
    assert steps
    assert steps == [float(f"{lr / 2 ** (k + 1):g}") for k in range(len(steps))]
    for table in result.tables.values():
        assert np.all(np.abs(table) <= 1_000.0)
    assert len(result.losses) == 2
    # The step size stays what it came to, also for whoever goes on.
    state = (list_checkpoints(tmp_path)[-1] / "state.json").read_text()
    assert f'"lr_scale": {2.0 ** -len(steps)!r}' in state


def test_a_step_size_that_cannot_be_halved_enough_stops(corpus, tmp_path):
    config = config_of(lr=1e9, on_divergence="halve")
    with pytest.warns(FirthWarning, match="lr is now") as caught, pytest.raises(Diverged):
        train_corpus(corpus, config, checkpoints=Checkpoints(tmp_path))
    halvings = [warning for warning in caught if "lr is now" in str(warning.message)]
    assert len(halvings) == 9  # 2**-10 is below a thousandth


def test_a_run_that_ends_above_guessing_warns(corpus, monkeypatch):
    told = "mean loss is 6.25 at the end, where guessing costs 4.159, .*; lower lr .*got 0.1$"
    with pytest.warns(FirthWarning, match=told):
        CHECK.warn_of_loss(6.25, 0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        CHECK.warn_of_loss(4.5, 0.1)
        result = train_corpus(corpus, CONFIG)
        monkeypatch.setattr("firth.training.divergence._ABOVE_GUESSING", 0.1)
        initial = Initial(np.arange(60), {"input": result.input_vectors})
        train_corpus(corpus, CONFIG, initial=initial)
    with pytest.warns(FirthWarning, match="at the end, where guessing costs"):
        train_corpus(corpus, CONFIG)


@pytest.mark.filterwarnings("error")
def test_a_healthy_run_is_not_touched_by_it(corpus, tmp_path):
    alone = train_corpus(corpus, CONFIG)
    config, checkpoints = config_of(on_divergence="halve"), Checkpoints(tmp_path, every=1e-6)
    halving = train_corpus(corpus, config, checkpoints=checkpoints)
    assert halving.input_vectors.tobytes() == alone.input_vectors.tobytes()
    assert halving.output_vectors.tobytes() == alone.output_vectors.tobytes()
    assert halving.losses == pytest.approx(alone.losses)


@pytest.mark.parametrize("on_divergence", ["stop", "halve"])
@pytest.mark.parametrize("value", [np.nan, 2_000.0])
def test_what_a_callback_raised_is_not_lost_where_the_run_diverges_too(
    corpus, tmp_path, on_divergence, value
):
    made = []

    class SpoilAndRaise(Callback):
        def on_progress(self, progress):
            row = np.full((1, 10), value, np.float32)
            made[0].restore({"input": row, "output": 0 * row}, np.array([7]))
            raise CorpusError("from a callback")

    with pytest.raises(CorpusError, match="from a callback"):
        train_corpus(
            corpus,
            # So small a step that the loss does not tell, where only a vector is wrong.
            config_of(lr=1e-9, min_lr=0, on_divergence=on_divergence),
            engine=noting(engine_named("hogwild"), made),
            checkpoints=Checkpoints(tmp_path),
            callbacks=[SpoilAndRaise()],
        )
    for checkpoint in list_checkpoints(tmp_path):
        assert np.all(np.abs(firth.load(checkpoint).input_vectors) <= 1_000.0)

"""Defaults that fit a text, and presets."""

import logging
from typing import get_args

import numpy as np
import pytest

import firth
from firth.errors import ConfigError
from firth.training.config import TrainConfig
from firth.training.defaults import (
    FITTED,
    SEVERAL_MODELS,
    Preset,
    describe_chosen,
    fitted,
    with_preset,
)

SIZES = [1, 1_000, 100_000, 500_000, 2_000_000, 20_000_000, 10**12]
PLAIN = {"epochs": 5, "lr": 0.025, "subwords": "none"}


def values(config):
    return {name: getattr(config, name) for name in FITTED}


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("the cat sat on the mat and the dog on the log\n" * 300)
    return path


def test_hierarchical_softmax_keeps_the_values_of_word2vec():
    config = TrainConfig(loss="hs")
    assert fitted(config, tokens=1_000, script="letters") == config


@pytest.mark.parametrize("script", [None, "signs"])
@pytest.mark.parametrize("tokens", SIZES)
def test_what_is_no_text_keeps_the_values_of_word2vec(script, tokens):
    config = fitted(TrainConfig(), tokens=tokens, script=script)
    assert values(config) == PLAIN
    assert describe_chosen(config, tokens) is None


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
@pytest.mark.parametrize("script", ["letters", "characters"])
def test_a_smaller_text_never_gets_fewer_passes(model, script):
    chosen = [fitted(TrainConfig(model=model), tokens=n, script=script) for n in SIZES]
    epochs = [config.epochs for config in chosen]
    assert epochs == sorted(epochs, reverse=True)
    assert epochs[0] > epochs[-1] >= 1
    assert all(config.lr >= TrainConfig(model=model).lr for config in chosen)


@pytest.mark.parametrize(
    "given", [{"epochs": 3}, {"lr": 0.01}, {"subwords": "none"}, {"subwords": (1, 2)}]
)
def test_an_option_that_was_given_stays(given):
    config = fitted(TrainConfig(**given, min_lr=0.0), tokens=1_000, script="letters")
    [(name, value)] = given.items()
    assert getattr(config, name) == value
    assert name not in (describe_chosen(config, 1_000) or "")
    assert config.min_lr == 0.0


def test_skipgram_takes_smaller_steps_where_units_have_many_documents():
    given = {"none": (200, 0.05), "joint": (1, 0.05), "alone": (50, 0.05)}
    for documents, (most, lr) in given.items():
        config = TrainConfig(documents=documents)
        assert fitted(config, tokens=10**6, script="letters", documents=most).lr == lr
    for documents, lr in (("joint", 2.5 / 104), ("alone", 2.5 / 99)):
        config = TrainConfig(documents=documents)
        for script in (None, "letters"):
            chosen = fitted(config, tokens=10**6, script=script, documents=100).lr
            assert chosen == pytest.approx(min(lr, 0.025 if script is None else 1.0))


def test_skipgram_takes_smaller_steps_in_wide_windows():
    for window, lr in ((5, 0.05), (50, 0.05), (200, 0.0125)):
        assert fitted(TrainConfig(window=window), tokens=10**6, script="letters").lr == lr
    for options in ({"window": 200}, {"loss": "hs", "window": 200}, {"windows": (2, 200)}):
        config = TrainConfig(**options)
        for script in (None, "signs", "letters"):
            chosen = fitted(config, tokens=10**6, script=script)
            assert chosen.lr == 0.0125
            assert "lr 0.0125" in describe_chosen(chosen, 10**6)
    for window, negative, lr in ((5, 50, 0.05), (50, 10, 0.05), (50, 39, 0.015), (10, 99, 0.03)):
        config = TrainConfig(window=window, negative=negative)
        assert fitted(config, tokens=10**6, script="letters").lr == lr
    # No window crosses lines.
    lines = fitted(TrainConfig(window=200), tokens=10**6, script=None, unit_length=lambda: 20.0)
    assert lines.lr == 0.025
    assert fitted(TrainConfig(lr=0.3, window=200), tokens=10**6, script=None).lr == 0.3
    config = TrainConfig(model="cbow", window=200)
    assert fitted(config, tokens=10**6, script="letters", documents=99).lr == 0.1
    assert fitted(config, tokens=10**6, script=None) == config


def test_what_is_chosen_still_counts_as_not_given():
    config = fitted(TrainConfig(threads=1), tokens=1_000, script="letters")
    assert config.replace(model="skipgram") == TrainConfig(threads=1)
    again = fitted(config, tokens=10**12, script="letters")
    assert again == fitted(TrainConfig(threads=1), tokens=10**12, script="letters")


def test_words_that_cannot_have_subwords_get_none():
    plain = fitted(TrainConfig(), tokens=1_000, script="letters", subwords="none")
    assert plain.subwords == "none"
    assert fitted(TrainConfig(), tokens=1_000, script="letters").subwords == (3, 6)


def test_presets_are_sets_of_options_that_a_given_option_overrides():
    word2vec = with_preset("word2vec", {"epochs": 9, "lr": None})
    assert values(word2vec) == {**PLAIN, "epochs": 9}
    assert values(fitted(word2vec, tokens=1_000, script="letters")) == {**PLAIN, "epochs": 9}
    assert with_preset("word2vec", {"model": "cbow"}).lr == 0.05
    assert with_preset("word2vec", {"model": "cbow", "cbow_gradient": "mean"}).lr == 0.2
    assert with_preset("balanced", {"dim": 7}) == TrainConfig(dim=7)


def test_a_window_overrides_the_windows_of_a_preset():
    best = with_preset("best", {})
    assert (best.windows, best.negative) == ((5, 2), 10)
    assert with_preset("best", {"window": 3}) == TrainConfig(window=3, negative=10)
    assert with_preset("best", {"windows": (3, 4)}).windows == (3, 4)


@pytest.mark.parametrize("preset", ["best", "word2vec"])
def test_noise_words_of_a_preset_are_left_out_where_there_are_none(preset):
    assert with_preset(preset, {"loss": "hs"}).negative is None
    assert with_preset(preset, {}).negative is not None
    with pytest.raises(ConfigError, match="negative must be left out with loss='hs'"):
        with_preset(preset, {"loss": "hs", "negative": 5})


def test_each_gradient_of_cbow_has_a_step_size_of_its_own():
    configs = [TrainConfig(model="cbow", cbow_gradient=gradient) for gradient in ("sum", "mean")]
    assert [config.lr for config in configs] == [0.05, 0.2]
    fit = [fitted(config, tokens=1_000_000, script="letters").lr for config in configs]
    assert fit == [0.1, 0.2]


@pytest.mark.parametrize("preset", ["fasttext", "", 3, ["best"]])
def test_an_unknown_preset_is_told_in_one_line(preset):
    with pytest.raises(ConfigError, match=r"preset must be fast or balanced or .*, got ") as error:
        firth.train([["a", "b"]], preset=preset)
    assert "\n" not in str(error.value)


def test_a_preset_and_a_config_are_refused():
    with pytest.raises(ConfigError, match="give it or preset, not both"):
        firth.train([["a", "b"]], preset="best", config=TrainConfig())


def test_training_on_a_text_records_and_logs_what_was_chosen(text, caplog):
    with caplog.at_level(logging.INFO, "firth"):
        vectors = firth.train(text, dim=4, threads=1)
    expected = fitted(TrainConfig(), tokens=3_600, script="letters")
    chosen = vectors.config["options"]
    assert (chosen["epochs"], chosen["lr"]) == (expected.epochs, expected.lr)
    assert len(vectors.config["losses"]) == expected.epochs != 5
    assert chosen["subwords"] == list(expected.subwords)
    assert describe_chosen(expected, 3_600) in caplog.text
    # A corpus that was read is a text too.
    read = firth.train(firth.read_corpus(text), dim=4, threads=1)
    assert read.config["options"]["epochs"] == expected.epochs


def test_token_lists_keep_plain_models(text, caplog):
    units = [line.split() for line in text.read_text().splitlines()]
    with caplog.at_level(logging.INFO, "firth"):
        vectors = firth.train(units, dim=4, threads=1)
    assert {name: vectors.config["options"][name] for name in PLAIN} == PLAIN
    assert "to override" not in caplog.text


def test_the_same_call_resumes(text, tmp_path):
    class Stop(firth.Callback):
        def on_epoch(self, epoch):
            if epoch.epoch == 2:
                raise KeyboardInterrupt

    options = {"dim": 4, "deterministic": True, "checkpoint": tmp_path / "c"}
    whole = firth.train(text, dim=4, deterministic=True)
    with pytest.raises(KeyboardInterrupt):
        firth.train(text, **options, callbacks=[Stop()])
    resumed = firth.train(text, **options, resume=True)
    assert np.array_equal(resumed.input_vectors, whole.input_vectors)
    with pytest.raises(ConfigError, match="epochs was"):
        firth.train(text, **options, resume=True, epochs=3)


def test_vectors_to_start_from_keep_their_shape(text):
    start = firth.train(text, dim=4, threads=1, epochs=1, subwords="none")
    more = firth.train(text, start=start, threads=1)
    assert more.config["options"]["subwords"] == "none"
    assert more.config["options"]["epochs"] != 5


def test_vectors_to_start_from_keep_their_ngrams(text):
    start = firth.train(text, dim=4, threads=1, epochs=1, subwords=(2, 3))
    more = firth.train(text, start=start, threads=1)
    assert more.config["options"]["subwords"] == [2, 3]
    assert more.config["options"]["epochs"] != 5


def test_a_readout_fits_what_is_chosen(text):
    read = firth.train(text, dim=4, threads=1, epochs=1, readout="subword")
    assert read.config["readout"]["name"] == "subword"
    with pytest.raises(ConfigError, match="n-grams"):
        firth.train(text, dim=4, threads=1, epochs=1, subwords="none", readout="subword")
    with pytest.raises(ConfigError, match="n-grams"):
        firth.train([["a", "b"]] * 20, dim=4, threads=1, epochs=1, readout="subword")


def test_messages_name_all_options_of_several_models():
    assert SEVERAL_MODELS == "windows (--windows) or preset='best'"
    presets = [name for name in get_args(Preset) if with_preset(name, {}).windows is not None]
    assert presets == ["best"]
    # A config does not know presets, so its message names them by hand.
    with pytest.raises(ConfigError, match=r"windows \(--windows, preset='best'\) train several"):
        with_preset("best", {"documents": "joint"})

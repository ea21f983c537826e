"""The options of a training run, and the messages on wrong ones."""

import dataclasses
import pickle
import re
from fractions import Fraction

import numpy as np
import pytest

from firth.errors import ConfigError
from firth.training.config import TrainConfig, option_help

INFINITE = np.float32(np.inf)


def test_defaults_are_word2vec_s():
    config = TrainConfig()
    assert (config.model, config.dim, config.window, config.negative) == ("skipgram", 100, 5, 5)
    assert (config.epochs, config.min_count, config.sample, config.lr) == (5, 5, 1e-3, 0.025)
    assert TrainConfig(model="cbow").lr == 0.05
    assert config.threads >= 1


@pytest.mark.parametrize("given", ["5,2", "5，2", " 5 、2"])
def test_windows_stand_between_commas_of_any_width(given):
    assert TrainConfig(windows=given).windows == (5, 2)


def test_each_option_is_described_and_no_other():
    described = option_help()
    assert list(described) == [field.name for field in dataclasses.fields(TrainConfig)]
    assert all(re.fullmatch(r"[A-Z].*\.", text) for text in described.values())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "glove"}, "model must be skipgram or cbow, got 'glove'"),
        ({"loss": "softmax"}, "loss must be ns or hs, got 'softmax'"),
        ({"loss": "hs", "negative": 5}, "negative must be left out with loss='hs' (--loss hs), wh"),
        ({"loss": "hs", "noise_exponent": 0}, "noise_exponent must be left out with loss='hs'"),
        ({"loss": "hs", "negative": 0}, "negative must be at least 1, got 0"),
        ({"dim": 0}, "dim must be at least 1, got 0"),
        ({"window": 0}, "window must be at least 1, got 0"),
        ({"windows": 5}, "windows must be 2 to 8 windows, as 5,2; got 5"),
        ({"windows": [5]}, "windows must be 2 to 8 windows, as 5,2; got [5]"),
        ({"windows": "5"}, "windows must be 2 to 8 windows, as 5,2; got '5'"),
        ({"windows": "5;2"}, "windows must be 2 to 8 windows, as 5,2; got '5;2'"),
        ({"windows": range(1, 10)}, "windows must be 2 to 8 windows, as 5,2; got range(1, 10)"),
        ({"windows": (*range(1, 10),)}, "windows must be 2 to 8 windows, as 5,2; got (1, 2, 3"),
        ({"windows": (5, 0)}, "each of windows must be at least 1, got 0"),
        ({"windows": (5, 2.5)}, "each of windows must be a whole number, got 2.5"),
        ({"windows": (5, 2, 5)}, "windows must differ from each other, got 5,2,5"),
        ({"windows": (5, 2), "window": 5}, "window must be left out with windows=5,2 (--windows)"),
        (
            {"windows": (5, 2), "documents": "joint"},
            "documents are those of one model, and windows (--windows, preset='best') train "
            "several: give window (--window)",
        ),
        ({"negative": 0}, "negative must be at least 1, got 0"),
        ({"epochs": 0}, "epochs must be at least 1, got 0"),
        ({"threads": 0}, "threads must be at least 1, got 0"),
        ({"threads": 100_000}, "threads must be at most 1,024, got 100,000"),
        ({"window": 10**9}, "window must be at most 10,000, got 1,000,000,000"),
        ({"dim": 10.5}, "dim must be a whole number, got 10.5"),
        ({"dim": True}, "dim must be a whole number, got True"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
        ({"max_vocab": 1}, "max_vocab must be at least 2, got 1"),
        ({"sample": -1.0}, "sample must be from 0 to 1, got -1"),
        ({"noise_exponent": float("nan")}, "noise_exponent must be a finite number, got nan"),
        ({"lr": 0}, "lr must be from 1e-30 to 1e+30, got 0"),
        ({"lr": "fast"}, "lr must be a finite number, got 'fast'"),
        ({"lr": 0.01, "min_lr": 0.02}, "min_lr must be from 0 to 0.01 (lr), got 0.02"),
        ({"shrink_windows": 1}, "shrink_windows must be True or False, got 1"),
        ({"lr": -0.0}, "lr must be from 1e-30 to 1e+30, got 0"),
        ({"lr": 1e-308}, "lr must be from 1e-30 to 1e+30, got 1e-308"),
        ({"lr": 1e308}, "lr must be from 1e-30 to 1e+30, got 1e+308"),
        ({"lr": 10**400}, "lr must be a finite number, got an integer of about 400 digits"),
        ({"lr": Fraction(10**400)}, "lr must be a finite number, got Fraction(1000"),
        ({"lr": float("inf")}, "lr must be a finite number, got inf"),
        ({"min_lr": float("nan")}, "min_lr must be a finite number, got nan"),
        ({"lr": 5e-5, "min_lr": 1e-4}, "min_lr must be from 0 to 5e-05 (lr), got 0.0001"),
        ({"sample": INFINITE}, f"sample must be a finite number, got {INFINITE!r}"),
        ({"sample": 1e308}, "sample must be from 0 to 1, got 1e+308"),
        ({"epochs": 10**30}, "epochs must be at most 1,000,000, got 1,000,000,000,000,000,0"),
        ({"seed": 10**5000}, "seed must be at most 18,446,744,073,709,551,615, got an integer of"),
        ({"seed": -(10**5000)}, "seed must be at least 0, got an integer of about 5,000 digits"),
        ({"min_count": 2**63}, "min_count must be at most 9,223,372,036,854,775,807, got 9,22"),
        ({"dim": np.float64(3)}, f"dim must be a whole number, got {np.float64(3)!r}"),
        ({"dim": np.True_}, f"dim must be a whole number, got {np.True_!r}"),
        ({"threads": "2"}, "threads must be a whole number, got '2'"),
        ({"workers": np.array([1, 2])}, "workers must be a whole number, got array([1, 2])"),
        ({"model": np.array(["cbow", "x"])}, "model must be skipgram or cbow, got array(["),
        ({"model": ["cbow"]}, "model must be skipgram or cbow, got ['cbow']"),
        ({"model": "cbow", "cbow_gradient": "true"}, "cbow_gradient must be sum or mean, got 'tr"),
        (
            {"cbow_gradient": "sum"},
            "cbow_gradient must be left out with model='skipgram' (--model s",
        ),
    ],
)
def test_says_what_is_wrong(options, message):
    with pytest.raises(ConfigError) as error:
        TrainConfig(**options)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_a_low_lr_lowers_the_default_of_min_lr():
    assert TrainConfig(lr=5e-5).min_lr == 5e-5
    assert TrainConfig(lr=0.5).min_lr == TrainConfig().min_lr == 1e-4


def test_numbers_and_names_become_plain():
    config = TrainConfig(
        model=np.str_("cbow"), deterministic=np.True_, min_lr=-0.0, lr=Fraction(1, 4),
        epochs=np.int8(3), dim=np.int64(7), sample=0, noise_exponent=np.float32(0.5),
    )  # fmt: skip
    assert [type(value) for value in dataclasses.astuple(config)] == [
        type(value) for value in dataclasses.astuple(TrainConfig(model="cbow"))
    ]
    assert (config.model, config.deterministic, config.lr) == ("cbow", True, 0.25)
    assert (config.epochs, config.dim, config.sample, config.noise_exponent) == (3, 7, 0.0, 0.5)
    assert str(config.min_lr) == "0.0"


def test_replace_keeps_what_was_given_and_computes_the_rest_anew():
    config = TrainConfig(window=3, threads=1)
    cbow = config.replace(model="cbow")
    assert cbow == TrainConfig(window=3, threads=1, model="cbow")
    assert cbow.lr == 0.05
    assert (config.cbow_gradient, cbow.cbow_gradient) == (None, "sum")
    assert cbow.replace(cbow_gradient="mean").lr == 0.2
    assert cbow.replace(model="skipgram") == config
    small = config.replace(lr=1e-5)
    assert (small.lr, small.min_lr) == (1e-5, 1e-5)
    assert small.replace(lr=0.1).min_lr == 1e-4
    given = TrainConfig(lr=0.01, min_lr=1e-3).replace(model="cbow")
    assert (given.lr, given.min_lr) == (0.01, 1e-3)
    assert pickle.loads(pickle.dumps(config)).replace(model="cbow").lr == 0.05
    with pytest.raises(ConfigError, match="no option 'alpha'; Firth calls it lr"):
        config.replace(alpha=0.1)


def test_a_tree_has_no_noise_words():
    config = TrainConfig(threads=1).replace(loss="hs")
    assert (config.negative, config.noise_exponent) == (None, None)
    # What was computed is not taken for what was given.
    assert dataclasses.replace(config, dim=7) == TrainConfig(loss="hs", dim=7, threads=1)
    assert config.replace(loss="ns") == TrainConfig(threads=1)
    with pytest.raises(ConfigError, match="negative must be left out"):
        TrainConfig(negative=5).replace(loss="hs")


def test_windows_are_those_of_several_models():
    config = TrainConfig(windows=" 8, 2", threads=1, epochs=9)
    assert config == TrainConfig(windows=np.array([8, 2]).tolist(), threads=1, epochs=9)
    assert (config.windows, config.window) == ((8, 2), 8)
    assert [model.window for model in config.models()] == [8, 2]
    for model in config.models():
        assert (model.epochs, model.windows, model.not_given) == (9, (8, 2), config.not_given)
        # Whatever is changed, it is a config of all models again.
        assert model.replace() == config
    assert config.as_json()["windows"] == [8, 2]
    assert config.fill_in(lr=0.1).models()[1].filled_in == {"lr"}
    one = TrainConfig(window=3)
    assert one.models() == (one,)

"""What holds of every training run, over drawn options and tiny corpora."""

import copy
import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import firth
from firth.errors import ConfigError, CorpusError, FirthError

# All options over what is legal, the edges most often. Another option takes one more line here.
OPTIONS = {
    "model": st.sampled_from(["skipgram", "cbow"]),
    "cbow_gradient": st.sampled_from([None, "sum", "mean"]),  # only for CBOW
    "loss": st.sampled_from(["ns", "ns", "hs"]),
    "dim": st.integers(1, 40) | st.sampled_from([63, 64, 65, 1_000]),
    "windows": st.none() | st.sampled_from([(2, 1), (1, 3, 2)]),
    "window": st.integers(1, 4) | st.integers(1, 30),
    "negative": st.integers(1, 4) | st.integers(1, 20),
    "epochs": st.integers(1, 3),
    "min_count": st.integers(1, 3),
    "max_vocab": st.none() | st.integers(2, 10),
    "sample": st.sampled_from([0.0, 1.0, 1e-3]) | st.floats(0.0, 1.0),
    "noise_exponent": st.sampled_from([0.75, 0.0]) | st.floats(-3.0, 3.0),
    "lr": st.none() | st.floats(1e-6, 0.1) | st.floats(1e-30, 5.0),
    "min_lr": st.sampled_from([0.0, 1e-4]) | st.floats(0.0, 1.0),  # as a share of `lr`
    "shrink_windows": st.booleans(),
    "threads": st.integers(1, 4),
    "deterministic": st.booleans(),
    # Words of text only.
    "subwords": st.sampled_from(["none", (3, 6), (1, 2)]),
    "buckets": st.none() | st.sampled_from([1, 50]),
    "patience": st.none() | st.integers(1, 2),  # only where text is held out
    "seed": st.sampled_from([0, 1, 2**32, 2**63, 2**64 - 1]) | st.integers(0, 2**64 - 1),
}

VOCABULARIES = {
    "words": ["a", "b", "tea", "é", "", "two words", "\n", "\0", "漢字", "x" * 100],
    "integers": [0, 1, 7, -1, 2**31, 2**63 - 1, -(2**63), 10, 100, 2],
}

QUICK = settings(
    deadline=None,
    derandomize=True,
    max_examples=70,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@st.composite
def runs(draw):
    """Draw options of `firth.train`, and a corpus."""
    options = draw(st.fixed_dictionaries(OPTIONS))
    if options["model"] != "cbow":
        options["cbow_gradient"] = None
    if options["windows"] is not None:
        del options["window"]
    if options["loss"] == "hs":
        del options["negative"], options["noise_exponent"]
    options["min_lr"] *= firth.TrainConfig(model=options["model"], lr=options["lr"], min_lr=0).lr
    words = VOCABULARIES[draw(st.sampled_from(sorted(VOCABULARIES)))]
    if words is VOCABULARIES["integers"]:
        options["subwords"] = "none"
    if options["subwords"] == "none":
        options["buckets"] = None
    words = words[: draw(st.sampled_from([10, 2, 3]) | st.integers(1, 10))]
    # One digit for a word: a string is drawn at once, a list word by word.
    digits = st.text("0123456789", min_size=1, max_size=30) | st.text("0123456789", max_size=30)
    units = draw(st.lists(digits, min_size=1, max_size=30)) * draw(st.sampled_from([1, 1, 5]))
    kind = draw(st.sampled_from([list, tuple, np.array]))

    def spell(units):
        return [kind([words[int(d) % len(words)] for d in unit]) for unit in units]

    held_out = draw(st.none() | st.floats(0.01, 0.9) | st.lists(digits, min_size=1, max_size=5))
    if held_out is None:
        del options["patience"]
    else:
        options["holdout"] = held_out if isinstance(held_out, float) else spell(held_out)
    return options, spell(units)


def expected_words(units, options):
    """Count the plain way: words by count, falling, ties by first appearance."""
    counts = Counter(itertools.chain.from_iterable(map(plain, units)))
    by_count = sorted(counts.items(), key=lambda item: -item[1])
    kept = [item for item in by_count if item[1] >= options["min_count"]]
    return kept[: options["max_vocab"]]


def plain(unit):
    return unit.tolist() if isinstance(unit, np.ndarray) else list(unit)


def is_trainable(units, words):
    known = dict(words)
    return len(known) > 1 and any(sum(word in known for word in plain(u)) > 1 for u in units)


def config_of(options):
    return firth.TrainConfig(**{k: v for k, v in options.items() if k != "holdout"})


def check_refusal(error, units, options):
    """Whatever is refused is refused for a reason that is there, and tells it in one line."""
    message = str(error)
    event(message[:24])
    assert message.isprintable()
    if "training diverges" in message:
        assert isinstance(error, ConfigError)
        assert config_of(options).lr > 0.05
        return
    if message.startswith("no n-gram of"):
        assert options["subwords"] != "none"
        return
    assert isinstance(error, CorpusError)
    if "subsampling left no window" in message:
        assert options["sample"] > 0
    elif "holdout" in message or "held out" in message or "hold out" in message:
        assert "holdout" in options
    else:
        advice = ("nothing to train on", "give more text", "with other words")
        assert any(part in message for part in advice)
        # Which share is held out is drawn: it may be what was worth training on.
        assert isinstance(options.get("holdout"), float) or not is_trainable(
            units, expected_words(units, options)
        )


def check_vectors(vectors, units, options):
    told = vectors.config["corpus"]
    held_out = options.get("holdout")
    if isinstance(held_out, float):
        # Which words stay is drawn; the counts are theirs.
        assert vectors.counts.tolist() == sorted(vectors.counts, reverse=True)
        assert vectors.counts.min() >= options["min_count"]
        assert told["words_kept"] == vectors.counts.sum()
        assert 0 < told["words_held_out"] <= told["words_read"] - told["words_kept"]
    else:
        words = expected_words(units, options)
        assert is_trainable(units, words)
        assert list(zip(vectors.words, vectors.counts.tolist(), strict=True)) == words
        assert [type(word) for word in vectors.words] == [type(word) for word, _ in words]
        assert told["words_kept"] == sum(count for _, count in words)
        held = itertools.chain.from_iterable(map(plain, held_out or []))
        assert told["words_held_out"] == sum(word in vectors for word in held)
    assert told["words_read"] == sum(map(len, units))
    assert told["units_read"] == sum(len(unit) > 0 for unit in units)
    is_combined = options["windows"] is not None
    assert (vectors.output_vectors is None) == (options["loss"] == "hs" or is_combined)
    for matrix in tables_of(vectors):
        assert matrix.shape == (len(vectors), options["dim"])
        assert matrix.dtype == np.float32
        assert np.isfinite(matrix).all()
    assert vectors.config["options"] == config_of(options).as_json()
    models = vectors.config["combined"] if is_combined else [vectors.config]
    assert [model["options"]["window"] for model in models] == [
        config.window for config in config_of(options).models()
    ]
    for model in models:
        check_losses(model, options)


def check_losses(config, options):
    losses, held_out_losses = config["losses"], config["held_out_losses"]
    # A score beyond 17 costs less than float32 can add to 1: that is 0.
    assert all(0 <= loss < np.inf for loss in [*losses, *held_out_losses])
    assert len(held_out_losses) == (len(losses) if "holdout" in options else 0)
    patience = options.get("patience")
    if patience is None or len(losses) == options["epochs"]:
        assert len(losses) == options["epochs"]
    else:
        assert len(losses) - 1 - np.argmin(held_out_losses) == patience


def tables_of(vectors):
    tables = (vectors.input_vectors, vectors.output_vectors)
    return [table for table in tables if table is not None]


def assert_same(one, other):
    assert one.words == other.words
    assert one.counts.tobytes() == other.counts.tobytes()
    assert [t.tobytes() for t in tables_of(one)] == [t.tobytes() for t in tables_of(other)]


def check_run(run, path):
    options, units = run
    before = copy.deepcopy(units)
    try:
        vectors = firth.train(units, **options)
    except FirthError as error:
        check_refusal(error, units, options)
        return
    event("trained")
    assert all(map(np.array_equal, units, before))
    check_vectors(vectors, units, options)
    if options["deterministic"] or options["threads"] == 1:
        threads = 3 if options["deterministic"] else 1
        again = firth.train(iter(units), **{**options, "threads": threads})
        assert_same(again, vectors)
        if not options["deterministic"]:
            assert again.config == vectors.config
    vectors.save(path)
    assert_same(firth.load(path), vectors)
    assert firth.load(path).config == vectors.config


@QUICK
@given(run=runs())
def test_every_run_ends_well_or_tells_why_not(run, tmp_path):
    check_run(run, tmp_path / "vectors")


@pytest.mark.slow
@settings(QUICK, max_examples=5_000)
@given(run=runs())
def test_thousands_of_runs_end_well_or_tell_why_not(run, tmp_path):
    check_run(run, tmp_path / "vectors")

"""Warnings about unusual settings, and none about others."""

import re
import warnings

import numpy as np
import pytest

import firth
from firth.corpus import read_corpus
from firth.errors import FirthWarning
from firth.training import advice, sampling
from firth.training.advice import warn_of_unusual_settings
from firth.training.config import TrainConfig
from training_case import zipf_ids


def units(words=200, count=2_000, length=10, seed=0):
    """Make units of words whose counts fall as in language."""
    return [[f"w{word}" for word in unit] for unit in zipf_ids(seed, words, (count, length))]


def warnings_of(source, *, holdout=0.0, **options):
    config = TrainConfig(**{"threads": 1, **options})
    corpus = read_corpus(
        source, min_count=config.min_count, max_vocab=config.max_vocab, holdout=holdout
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_of_unusual_settings(corpus, config)
    assert all(warning.category is FirthWarning for warning in caught)
    messages = [str(warning.message) for warning in caught]
    assert not any("\n" in message for message in messages)
    return messages


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"sample": 1e-5},
        {"sample": 0},
        {"negative": 50},
        {"window": 500},
        {"holdout": 0.2},
        {"deterministic": True},
    ],
)
def test_nothing_is_said_of_a_sensible_run(options):
    assert warnings_of(units(), **options) == []
    assert warnings_of(units(count=10_000, length=2), **options) == []


def test_few_words_to_train_on():
    (message,) = warnings_of(units(count=999), min_count=1)
    assert message == ("there are only 9,990 words to train on, fewer than 10,000; give more text")
    assert warnings_of(units(count=1_000), min_count=1) == []


def test_a_step_size_that_is_large_for_the_pairs_of_a_window():
    long = units(count=20, length=1_000)
    for options, told in (
        ({"window": 200}, "lr is 0.025, which is large for a window of 200 and 5 noise words: "),
        ({"window": 50, "negative": 30, "lr": 0.05}, ".* lower it to 0.019 "),
        ({"window": 200, "loss": "hs"}, "lr is 0.025, which is large for a window of 200: "),
    ):
        (message,) = warnings_of(long, **options)
        assert re.match(told, message)
    for options in (
        {"window": 99},
        {"window": 200, "lr": 0.0125},
        {"window": 500, "model": "cbow"},
        {"window": 500, "documents": "alone"},
    ):
        assert warnings_of(long, **options) == []


def test_few_words_for_each_worker():
    (message,) = warnings_of(units(count=9_999), min_count=1, workers=2)
    assert message == (
        "each of the 2 workers has only 49,995 words to train on, fewer than 50,000, which makes "
        "worse vectors; lower workers to 1 (--workers), or give more text"
    )
    (message,) = warnings_of(units(count=40_000), min_count=1, workers=9)
    assert "lower workers to 8 (--workers)" in message
    assert warnings_of(units(count=10_000), min_count=1, workers=2) == []


def test_few_words_are_blamed_on_min_count():
    source = units() + [["rare", f"name{k}"] for k in range(100)]
    message = warnings_of(source, min_count=1_500)[0]
    assert re.fullmatch(
        r"there are only 4,\d{3} words to train on, fewer than 10,000; min_count "
        r"leaves out 15,\d{3} of the 20,200 words read: give more text, or lower it "
        r"\(--min-count\)",
        message,
    )


def test_a_vocabulary_of_three_words_is_blamed_on_what_made_it():
    (message,) = warnings_of(units(), max_vocab=3, sample=0)[-1:]
    assert message.startswith("the vocabulary has only 3 words: 'w0', 'w1', 'w2'; max_vocab=3 ")
    assert message.endswith("raise it (--max-vocab)")
    (message,) = warnings_of([["a", "b", "c"]] * 5_000 + [["d", "e"]], max_vocab=100, sample=0)
    assert message == (
        "the vocabulary has only 3 words: 'a', 'b', 'c'; min_count leaves out 2 of the 15,002 "
        "words read: give more text, or lower it (--min-count)"
    )
    (message,) = warnings_of([["a", "b", "c"]] * 5_000, sample=0)
    assert message.endswith("'a', 'b', 'c'; give more text")
    assert warnings_of([["a", "b", "c", "d", "e", "f"]] * 5_000, sample=0) == []


def test_subsampling_that_leaves_next_to_nothing():
    (message,) = warnings_of(units(), sample=1e-8)
    assert re.fullmatch(
        r"sample=1e-08 leaves 0\.00\d+ of the words to train on; raise it \(--sample\), or switch "
        r"subsampling off with 0",
        message,
    )


def test_the_share_that_subsampling_leaves_is_that_which_is_left():
    corpus = read_corpus(units(), min_count=1)
    config = TrainConfig(sample=1e-3)
    keep = sampling.keep_thresholds(corpus.vocabulary.counts, config.sample)[corpus.tokens.ids]
    drawn = np.random.default_rng(1).integers(0, 2**32, len(keep))
    assert advice._kept_share(corpus, config) == pytest.approx(np.mean(drawn <= keep), abs=0.01)


def test_noise_words_that_must_repeat():
    source = [["a", "b", "c", "d", "e"]] * 4_000
    assert warnings_of(source, sample=0, negative=4) == []
    assert warnings_of(source, sample=0, loss="hs") == []
    (message,) = warnings_of(source, sample=0, negative=5)
    assert message.startswith("negative is 5, but there are only 5 words to draw noise from")


def test_units_of_one_word():
    source = [[word] for unit in units() for word in unit] + [["w0", "w1"]] * 10
    (message,) = warnings_of(source)
    assert message.startswith("a line or token list has 1.0 words of the vocabulary on average")


def test_units_are_those_that_are_trained_on():
    long, single = [["w0", "w1"] * 50] * 300, [["w0"]] * 100_000
    held_out = [*single, ["w0", "w1"]]
    options = {"min_count": 1, "sample": 0}
    assert len(warnings_of(long, **options)) == 1
    assert len(warnings_of(long, holdout=held_out, **options)) == 1
    # And none of those that are held out makes up for them.
    (_, message) = warnings_of(single + [["w0", "w1"]] * 10, holdout=long, **options)
    assert message.startswith("a line or token list has 1.0 words of the vocabulary on average")


def test_held_out_text_of_its_own_hides_no_cause():
    source = units(count=300) + [["rare", f"name{k}"] for k in range(100)]
    options = {"min_count": 100, "sample": 0}
    alone = warnings_of(source, **options)[0]
    assert re.search(r"min_count leaves out [1-9][\d,]* of the 3,200 words read", alone)
    assert warnings_of(source, holdout=units(count=3_000, seed=1), **options)[0] == alone


def test_a_share_that_is_held_out_is_not_trained_on_and_not_blamed_on_min_count():
    (message,) = warnings_of(units(count=1_100), min_count=1, holdout=0.5)
    told = r"there are only 5,\d\d\d words to train on, fewer than 10,000; give more text"
    assert re.fullmatch(told, message)
    message = warnings_of(units(count=1_100), min_count=150, holdout=0.5)[0]
    words, left_out, read = re.search(
        r"only ([\d,]+) words .*leaves out ([\d,]+) of the ([\d,]+) words read", message
    ).groups()
    words, left_out, read = (int(each.replace(",", "")) for each in (words, left_out, read))
    assert words + left_out == read
    assert read == pytest.approx(5_500, abs=20)


def test_threads_above_the_processors(monkeypatch):
    monkeypatch.setattr(advice, "available_processors", lambda: 4)
    assert warnings_of(units(), threads=4) == []
    (message,) = warnings_of(units(), threads=5)
    assert message.startswith("threads is 5, more than there are processors (4)")
    # Workers may be on other machines.
    assert not any("processors" in each for each in warnings_of(units(), threads=5, workers=2))


def test_a_run_says_so_once_and_names_the_caller_s_line():
    with pytest.warns(FirthWarning, match="only 2 words: 'a', 'b'") as caught:
        firth.train([["a", "b"]] * 6_000, dim=2, epochs=3, threads=1, sample=0)
    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_nothing_is_said_of_a_real_text(shared_data, zstd_open):
    with zstd_open(shared_data / "enwiki_a.txt.zst") as file:
        lines = file.read(1_000_000).decode(errors="ignore").splitlines()
    assert warnings_of([line.split() for line in lines]) == []


def test_fewer_buckets_than_words_are_told():
    (message,) = warnings_of(units(), subwords=(3, 6), buckets=10)
    assert message.startswith("buckets is 10, but there are 200 words, so that n-grams of many ")
    assert message.endswith("raise it (--buckets)")
    assert warnings_of(units(), subwords=(3, 6), buckets=200) == []


def told_by(train):
    """Return the warnings of a call, each as often as it is told."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", FirthWarning)
        result = train()
    return [str(each.message) for each in caught if each.category is FirthWarning], result


def test_each_warning_is_told_once_for_several_models_and_anew_by_another_run():
    few = units(count=2, length=1_000)
    options = {"windows": (200, 5, 2), "dim": 4, "epochs": 1, "lr": 0.025, "min_count": 1}
    for _ in range(2):
        told, _ = told_by(lambda: firth.train(few, **options))
        assert [message.partition(";")[0] for message in told] == [
            "there are only 2,000 words to train on, fewer than 10,000",
            # What is told of one model only is told.
            "lr is 0.025, which is large for a window of 200 and 5 noise words: all their pairs "
            "are trained at once, and may diverge or learn little",
        ]


def test_replicas_do_not_repeat_what_the_first_training_has_told():
    few = units(words=100, count=200)
    told, vectors = told_by(lambda: firth.train(few, dim=4, epochs=1))
    assert len(told) == 1
    assert told_by(lambda: list(firth.replicate(vectors, few, runs=2)))[0] == []
    # Other runs are told it as before.
    assert len(told_by(lambda: firth.train(few, dim=4, epochs=1))[0]) == 1

"""Phrases are found in a corpus and joined in it."""

import math
import re
from collections import Counter
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import firth
from firth.corpus import joining, learn_phrases, pairs, read_corpus
from firth.corpus.phrase_scores import ENGLISH_CONNECTORS, PhraseOptions, bounds_of, score_pairs
from firth.errors import ConfigError, CorpusError, FirthWarning
from firth.phrases import Phrase, Phrases

WORDS = ["new", "york", "city", "of", "the", "bank", ",", "new_york"]
NEW_YORK = Phrases([[Phrase(("new", "york"), 9, 250.0)], [Phrase(("new_york", "city"), 5, 99.0)]])


def slow_join(unit, phrases, connectors):
    """Join phrases from left to right, looking at all words ahead."""
    joined, place = [], 0
    while place < len(unit):
        end = place + 1
        while end < len(unit) and unit[end] in connectors:
            end += 1
        candidate = tuple(unit[place : end + 1])
        if end < len(unit) and end - place <= 3 and candidate in phrases:
            joined.append("_".join(candidate))
            place = end + 1
        else:
            joined.append(unit[place])
            place += 1
    return joined


def slow_phrases(units, options, connectors):
    """Score all pairs, as the definitions have it."""
    counts = Counter(word for unit in units for word in unit)
    N, found = sum(counts.values()), Counter()
    for unit in units:
        for place, word in enumerate(unit):
            end = place + 1
            while end < len(unit) and unit[end] in connectors:
                end += 1
            candidate = unit[place : end + 1]
            if (
                end < len(unit)
                and end - place <= 3
                and word not in connectors
                and all(any(map(str.isalnum, each)) for each in candidate)
            ):
                found[tuple(candidate)] += 1
    scores = {}
    for words, n in found.items():
        a, b = counts[words[0]], counts[words[-1]]
        if options.scoring == "npmi":
            score = math.log(n * N / (a * b)) / -math.log(n / N)
        else:
            score = (n - options.min_count) * N / (a * b)
        if n >= options.min_count and score > options.lowest + 1e-9:
            scores[words] = (n, score)
    return scores


units_of_words = st.lists(st.lists(st.sampled_from(WORDS), max_size=9), min_size=1, max_size=6)


@settings(deadline=None, derandomize=True, max_examples=80)
@given(
    units=units_of_words.filter(any),
    scoring=st.sampled_from(["word2phrase", "npmi"]),
    threshold=st.sampled_from([0.0, 0.3, 0.7]),
    min_count=st.integers(1, 2),
    connectors=st.sampled_from([[], ["of"], ["the", "of"]]),
    block=st.integers(1, 20),
)
def test_phrases_are_found_and_joined_as_the_slow_way_does(
    units, scoring, threshold, min_count, connectors, block
):
    options = PhraseOptions(2, scoring, threshold, min_count, connectors)
    with mock.patch.object(joining, "BATCH", block):
        phrases = learn_phrases(
            units,
            passes=2,
            scoring=scoring,
            threshold=threshold,
            min_count=min_count,
            connectors=connectors,
        )
    slow = units
    for found in phrases.passes:
        expected = slow_phrases(slow, options, connectors)
        assert {each.words: each.count for each in found} == {
            words: count for words, (count, _) in expected.items()
        }
        for each in found:
            assert each.score == pytest.approx(expected[each.words][1])
        assert found == tuple(sorted(found, key=lambda each: -each.score))
        slow = [slow_join(unit, expected, connectors) for unit in slow]
    if len(phrases.passes) < 2:
        assert slow_phrases(slow, options, connectors) == {}
    assert phrases.join(units) == slow


@settings(deadline=None, derandomize=True, max_examples=80)
@given(units=units_of_words, block=st.integers(1, 20), as_text=st.booleans())
def test_a_corpus_is_joined_as_token_lists_are(units, block, as_text, tmp_path_factory):
    phrases = Phrases(
        [
            [Phrase(("new", "york"), 1, 1.0), Phrase(("bank", "of", "the", "city"), 1, 1.0)],
            [Phrase(("new_york", "city"), 1, 1.0), Phrase(("york", "of", "new"), 1, 1.0)],
        ],
        connectors=["of", "the"],
    )
    expected = [["tea", "milk"], *filter(None, phrases.join([["x"], *units])[1:])]
    source = [["tea", "milk"], *units]
    options = {}
    if as_text:
        # Chunks of several words.
        path = tmp_path_factory.mktemp("text") / "text.txt"
        path.write_text("\n".join("".join(f"{word}|" for word in unit) for unit in source))
        source, options = path, {"tokenizer": "textbook"}
    with mock.patch.object(joining, "BATCH", block):
        corpus = read_corpus(source, min_count=1, phrases=phrases, **options)
    words = corpus.vocabulary.words
    units = [[words[i] for i in corpus.tokens.unit(u)] for u in range(len(corpus.tokens))]
    assert units == expected
    assert Counter(word for unit in units for word in unit) == dict(
        zip(words, corpus.vocabulary.counts.tolist(), strict=True)
    )


def planted(draw, times=200):
    """Units of noise with collocations in them, some of them cut by the end of a unit."""
    noise = [f"w{number}" for number in range(50)]
    units = []
    for _ in range(times):
        unit = draw.choice(noise, 12).tolist()
        unit[3:3] = ["new", "york"]
        unit[9:9] = ["bank", "of", "america"]
        units += [[*unit, "half"], ["time", *draw.choice(noise, 5).tolist()]]
    return units


@pytest.mark.parametrize("options", [{"threshold": 10}, {"scoring": "npmi"}])
def test_planted_collocations_are_found_and_none_goes_over_the_end_of_a_unit(options):
    units = planted(np.random.default_rng(1))
    phrases = learn_phrases(units, connectors=["of"], **options)
    assert {each.words for each in phrases.passes[0]} == {
        ("new", "york"),
        ("bank", "of", "america"),
    }
    assert phrases.best(1)[0].count == 200
    joined = phrases.join(units)
    assert Counter(word for unit in joined for word in unit)["bank_of_america"] == 200
    assert all(unit[-1] == "half" for unit in joined[::2])


def test_the_second_pass_joins_phrases_of_phrases():
    units = [[*unit[:5], "city", *unit[5:]] for unit in planted(np.random.default_rng(1))]
    phrases = learn_phrases(units, passes=3, threshold=10, connectors=())
    assert "new_york_city" in {phrases.text_of(each) for each in phrases.passes[1]}
    assert "new_york_city" in phrases.join(["in", "new", "york", "city"])


def test_connectors_are_those_of_english_in_an_english_text_only():
    english = [["the", "bank", "of", "america", "in", "spring"]] * 20
    german = [["die", "bank", "von", "the", "america"]] * 20
    assert learn_phrases(english, threshold=1).connectors == ENGLISH_CONNECTORS
    assert learn_phrases(german, threshold=1).connectors == ()
    assert "bank_of_america" in learn_phrases(english, threshold=1).join(english)[0]
    assert learn_phrases(english, threshold=1, connectors=["in"]).connectors == ("in",)
    once = (word for word in ["in", "of", "in"])
    assert learn_phrases(english, threshold=1, connectors=once).connectors == ("in", "of")


def test_scores_are_symmetric_and_those_of_npmi_are_from_minus_1_to_1():
    draw = np.random.default_rng(1)
    first, last = draw.integers(1, 1_000, (2, 2_000)).astype(float)
    together = np.ceil(np.minimum(first, last) * draw.random(2_000))
    for scoring in ("word2phrase", "npmi"):
        options = PhraseOptions(scoring=scoring, threshold=0.2)
        scores = score_pairs(together, first, last, 10_000.0, options)
        assert np.array_equal(scores, score_pairs(together, last, first, 10_000.0, options))
        # What is too frequent for the rarer word scores too low, whatever the count.
        most = np.minimum(first, last)
        highest = score_pairs(most, first, last, 10_000.0, options)
        counted = np.maximum(first, last) < bounds_of(most, 10_000.0, options)
        assert counted[highest > 0.2 * (1 + 1e-6)].all()
        assert not counted[highest < 0.2 * (1 - 1e-6)].any()
    assert -1 <= scores.min() < 0 < scores.max() <= 1
    alone = np.array([7.0])
    assert score_pairs(alone, alone, alone, 100.0, PhraseOptions(scoring="npmi")) == 1


def test_phrases_that_min_count_would_leave_out_stay_apart():
    units = [["new", "york", "city"]] * 3 + [["new", "york"]] * 4 + [["tea", "milk"]] * 9
    for min_count, expected in (
        (3, {"tea": 9, "milk": 9, "new_york": 4, "new_york_city": 3}),
        (4, {"tea": 9, "milk": 9, "new_york": 7}),
        (7, {"tea": 9, "milk": 9, "new_york": 7}),
    ):
        corpus = read_corpus(units, phrases=NEW_YORK, min_count=min_count)
        assert dict(zip(corpus.vocabulary.words, corpus.vocabulary.counts, strict=True)) == expected
    corpus = read_corpus([*units, *[["york", "new"]] * 8], phrases=NEW_YORK, min_count=8)
    assert corpus.vocabulary.words == ("new", "york", "tea", "milk")
    # Words of the start stay whatever their count.
    start = firth.Vocabulary(["new_york_city"], [1])
    corpus = read_corpus(units, phrases=NEW_YORK, min_count=9, start=start)
    assert corpus.vocabulary.words == ("tea", "milk", "new_york_city")


def test_a_phrase_that_is_spelled_as_a_word_is_that_word():
    units = [["new_york", "tea"], ["new", "york", "tea"]] * 5
    corpus = read_corpus(units, phrases=NEW_YORK, min_count=1)
    assert dict(zip(corpus.vocabulary.words, corpus.vocabulary.counts, strict=True)) == {
        "new_york": 10,
        "tea": 10,
    }


def test_phrases_are_found_in_what_is_trained_on_and_joined_in_what_is_held_out():
    units = [["new", "york", "tea"], ["tea", "milk"]] * 50 + [["milk", "tea"]] * 60
    held = [["los", "angeles", "new", "york", "tea", "new", "york", "city"]] * 20
    options = {"threshold": 1, "connectors": ()}
    phrases = learn_phrases(units, **options)
    corpus = read_corpus(units, holdout=held, phrases=phrases)
    words = corpus.vocabulary.words
    last = [words[i] for i in corpus.tokens.unit(len(corpus.tokens) - 1)]
    assert last == ["new_york", "tea", "new_york"]

    chosen = PhraseOptions(**options)
    with mock.patch("firth.corpus.phrases.PhraseOptions", return_value=chosen):
        corpus = read_corpus(units, holdout=0.3, phrases=1)
        assert corpus.phrases.passes[0][0].words == ("new", "york")
        # Fewer than in the whole text.
        assert corpus.phrases.passes[0][0].count < 50
        assert "york" not in corpus.vocabulary
        assert 0 < corpus.held_out < corpus.tokens.size / 2
        assert read_corpus([*units, *held], holdout=0.3, phrases=1).digest() != corpus.digest()
    assert read_corpus(units).phrases is None


def test_reading_the_same_text_again_gives_the_same_digest_and_phrases_change_it():
    units = planted(np.random.default_rng(1))
    phrases = learn_phrases(units, threshold=10)
    digests = [read_corpus(units, phrases=each).digest() for each in (phrases, phrases, 0)]
    assert digests[0] == digests[1] != digests[2]
    assert learn_phrases(units, threshold=10) == phrases


def test_more_pairs_than_the_table_holds_are_told(monkeypatch):
    monkeypatch.setattr(pairs, "MOST_PAIRS", 100)
    units = planted(np.random.default_rng(1))
    with pytest.warns(FirthWarning, match=r"more than .* different pairs of words; the rarest"):
        phrases = learn_phrases(units, threshold=10, connectors=["of"], min_count=3)
    assert {("new", "york"), ("bank", "of", "america")} <= {p.words for p in phrases.passes[0]}


@pytest.mark.parametrize(
    ("unit", "told"),
    [
        (["tea"] * 30, "the text has one word only; give text with other words$"),
        (["tea"] * 30 + ["milk"], "only one word occurs 5 times or more; lower min_count$"),
        (["tea", "milk", "rum"], "no word occurs 5 times or more; lower min_count$"),
    ],
)
def test_what_may_help_to_find_phrases_is_told(unit, told):
    with pytest.warns(FirthWarning, match=f"^no phrases were found: {told}"):
        assert len(learn_phrases([unit])) == 0


def test_a_text_without_phrases_is_told():
    with pytest.warns(FirthWarning, match="no phrases were found: .* above 100; lower the thres"):
        phrases = learn_phrases([["tea", "milk"], ["milk", "tea"]] * 20)
    assert len(phrases) == 0
    assert phrases.join(["tea", "milk"]) == ["tea", "milk"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"passes": 0}, "passes must be at least 1, got 0"),
        ({"passes": 21}, "passes must be at most 20, got 21"),
        ({"scoring": "pmi"}, "scoring must be word2phrase or npmi, got 'pmi'"),
        ({"scoring": "npmi", "threshold": 10}, "threshold (of npmi) must be from -1 to 1, got 10"),
        ({"threshold": -1}, "threshold (of word2phrase) must be from 0 to inf, got -1"),
        ({"min_count": 0}, "min_count must be at least 1, got 0"),
        ({"connectors": "of"}, "connectors must be a list of words, got 'of'"),
        ({"connectors": [1]}, "connectors must be a list of words, got [1]"),
        ({"connectors": 1}, "connectors must be a list of words, got 1"),
        (
            {"connectors": [f"c{n}" for n in range(90)]},
            "there may be at most 89 connectors, got 90",
        ),
        ({"delimiter": " "}, "delimiter must be a text without white space, got ' '"),
        ({"lowercase": True}, "lowercase is for text, and the source holds token lists"),
    ],
)
def test_options_out_of_range_are_refused(options, message):
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        learn_phrases([["tea", "milk"]], **options)


def test_a_delimiter_is_refused_before_a_text_is_read():
    with pytest.raises(ConfigError, match="delimiter must be a text without white space"):
        PhraseOptions(delimiter=" ")


def test_integers_and_empty_texts_are_refused():
    integers = "phrases join words, and the corpus holds integers; leave phrases out"
    for call in (learn_phrases, lambda units: read_corpus(units, phrases=NEW_YORK)):
        with pytest.raises(ConfigError, match=f"^{integers}$"):
            call([[1, 2], [2, 1]] * 9)
    for empty in ([], [[], []]):
        with pytest.raises(CorpusError, match="corpus holds no words: nothing to find phrases in"):
            learn_phrases(empty)


EXPECTED = "phrases must be a whole number of passes, Phrases, or a file that firth phrases wrote"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (-1, "phrases must be at least 0, got -1"),
        (True, f"{EXPECTED}, got True"),
        (1.5, f"{EXPECTED}, got 1.5"),
        (None, f"{EXPECTED}, got None"),
        ("", "phrases must be a number of passes, Phrases or a path, got ''"),
    ],
)
def test_what_is_neither_a_number_of_passes_nor_phrases_is_refused(given, message):
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        read_corpus([["tea", "milk"]] * 9, phrases=given)


def test_phrases_of_a_text_that_was_read_in_another_way_are_refused(write):
    path = write([["New", "York", "tea"], ["Tea", "York", "New"], ["tea"]] * 20)
    phrases = learn_phrases(path, lowercase=True, threshold=0.5)
    assert phrases.reading == {
        "tokenizer": "whitespace",
        "lowercase": True,
        "normalization": "NFC",
    }
    assert "new_york" in read_corpus(path, lowercase=True, phrases=phrases).vocabulary
    message = (
        "the phrases were learned from text read with tokenizer='whitespace', and this text is "
        "read with tokenizer='words'; read it as the other, learn phrases anew (firth phrases), or "
        "join none (phrases=0)"
    )
    # This tokenizer lower-cases too.
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        read_corpus(path, tokenizer="words", phrases=phrases)
    with pytest.raises(ConfigError, match=r"lowercase=True, and this text .* lowercase=False"):
        read_corpus(path, phrases=phrases)
    # Token lists are not cut, so they fit any phrases.
    assert "new_york" in read_corpus([["new", "york", "tea"]] * 9, phrases=phrases).vocabulary

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.corpus import Vocabulary, read_corpus
from firth.errors import ConfigError, CorpusError, FormatError, NoWordsError

UNITS = [["tea", "milk", "tea"], ["jam", "tea", "milk"], ["bread", "jam"]]


def read(units, start, **options):
    return read_corpus(units, **{"min_count": 1, **options}, start=Vocabulary(*start))


def test_counts_add_up_and_order_the_words(counts_of, units_of):
    corpus = read(UNITS, (["jam", "milk", "egg"], [4, 4, 3]))
    assert counts_of(corpus) == [("jam", 6), ("milk", 6), ("egg", 3), ("tea", 3), ("bread", 1)]
    assert units_of(corpus) == [[3, 1, 3], [0, 3, 1], [4, 0]]


def test_counts_that_add_up_to_more_than_64_bits_are_refused(counts_of):
    assert counts_of(read(UNITS, (["egg", "tea"], [2**63 - 1, 2**63 - 4])))[1] == ("tea", 2**63 - 1)
    with pytest.raises(ConfigError, match=r"^the counts of 'tea' in start and in the text add up"):
        read(UNITS, (["tea"], [2**63 - 3]))


def test_words_of_start_are_found_among_very_many():
    # Words of a corpus are looked up 65,536 at a time.
    words = list(map(str, range(70_000)))
    corpus = read([words], (["0", "69999", "other"], [5, 5, 5]))
    assert len(corpus.vocabulary) == 70_001
    assert corpus.vocabulary.words[:3] == ("0", "69999", "other")
    assert corpus.vocabulary.counts[:4].tolist() == [6, 6, 5, 1]
    assert corpus.tokens.ids[[0, -1]].tolist() == [0, 1]


def test_min_count_is_for_new_words(counts_of):
    corpus = read(UNITS, (["bread", "egg"], [1, 1]), min_count=2)
    assert counts_of(corpus) == [("tea", 3), ("bread", 2), ("milk", 2), ("jam", 2), ("egg", 1)]
    # Two occurrences in all are not two in this text.
    assert "egg" not in read_corpus([["egg", *UNITS[0]], *UNITS], min_count=2).vocabulary


def test_max_vocab_bounds_the_whole_and_new_words_of_high_count_come_first(counts_of):
    start = (["egg", "ham"], [1, 1])
    assert read(UNITS, start, max_vocab=3).vocabulary.words == ("tea", "egg", "ham")
    corpus = read([*UNITS, ["ham", "egg"]], start, max_vocab=2)
    assert counts_of(corpus) == [("egg", 2), ("ham", 2)]


def test_integers(counts_of):
    corpus = read_corpus(
        np.array([[7, 3, 3], [3, 9, 7]]), min_count=2, start=Vocabulary([9, -1], [1, 5])
    )
    assert counts_of(corpus) == [(-1, 5), (3, 3), (9, 2), (7, 2)]


@pytest.mark.parametrize("tokenizer", ["whitespace", "words", str.split])
def test_every_way_of_reading_text(counts_of, write, tokenizer):
    corpus = read(write(UNITS), (["egg", "milk"], [9, 1]), tokenizer=tokenizer, min_count=2)
    assert counts_of(corpus) == [("egg", 9), ("milk", 3), ("tea", 3), ("jam", 2)]


def test_an_empty_start_is_none():
    assert read(UNITS, ([], [])).digest() == read_corpus(UNITS, min_count=1).digest()


def test_a_share_is_held_out_of_the_new_text_only(counts_of):
    units = [["a", "b", "c"], ["b", "c", "a"], ["c", "a", "d"], ["a", "d", "e"]] * 5
    corpus = read(units, (["x", "a", "e"], [100, 10, 1]), holdout=0.3, min_count=3)
    training = corpus.tokens.ids[: -corpus.held_out]
    seen = Counter(corpus.vocabulary.words[index] for index in training)
    assert 15 <= corpus.held_out <= 21
    assert dict(counts_of(corpus)) == {
        word: seen[word] + {"x": 100, "a": 10, "e": 1}.get(word, 0) for word in corpus.vocabulary
    }
    assert np.all(np.diff(corpus.vocabulary.counts) <= 0)
    held = {corpus.vocabulary.words[index] for index in corpus.tokens.ids[-corpus.held_out :]}
    assert "a" in held


@settings(deadline=None, derandomize=True, max_examples=150)
@given(
    units=st.lists(st.lists(st.sampled_from("abcdef"), max_size=6), min_size=1, max_size=6),
    start=st.dictionaries(st.sampled_from("bdfxyz"), st.integers(1, 4), max_size=4),
    min_count=st.integers(1, 3),
    room=st.none() | st.integers(0, 3),
)
def test_the_vocabulary_is_that_of_the_slow_way(counts_of, units, start, min_count, room):
    counts = Counter(word for unit in units for word in unit)
    new = [word for word in counts if word not in start and counts[word] >= min_count]
    new = sorted(new, key=lambda word: -counts[word])[:room]
    together = {word: start.get(word, 0) + counts[word] for word in [*start, *new]}
    expected = sorted(together.items(), key=lambda item: -item[1])
    options = {"min_count": min_count, "max_vocab": None}
    if room is not None:
        options["max_vocab"] = max(2, len(start) + room)
        if options["max_vocab"] != len(start) + room:
            return
    coded = [[word for word in unit if word in together] for unit in units]
    if len(together) < 2 or max(map(len, coded)) < 2:
        with pytest.raises(CorpusError, match="train on"):
            read(units, (start, list(start.values())), **options)
        return
    corpus = read(units, (start, list(start.values())), **options)
    assert counts_of(corpus) == expected
    found = [corpus.vocabulary.words[index] for index in corpus.tokens.ids]
    assert found == [word for unit in coded for word in unit]


@pytest.mark.parametrize(
    ("start", "options", "message"),
    [
        (
            (["a", "b", "c"], [1, 1, 1]),
            {"max_vocab": 2},
            "max_vocab must be at least 3, the number of words to start from, got 2",
        ),
        (
            (["a", 1], [1, 1]),
            {},
            "start must hold words that are all text or all integers, got both",
        ),
        ((["a", "b"], [3, 0]), {}, "every count in start must be at least 1, got 0 for 'b'"),
        (
            ([1, 2], [3, 1]),
            {},
            "the words of start are integers and those of the corpus text; they must be of one "
            "kind",
        ),
    ],
)
def test_a_start_that_does_not_fit(start, options, message):
    with pytest.raises(ConfigError) as caught:
        read(UNITS, start, **options)
    assert str(caught.value) == message


def test_text_does_not_fit_integers():
    with pytest.raises(ConfigError, match="start are text and those of the corpus integers"):
        read([[1, 2]], (["1"], [1]))


def test_a_text_without_any_word_to_train_on():
    with pytest.raises(CorpusError, match="no line or token list has two words of the vocabulary"):
        read(UNITS, (["egg", "ham"], [1, 1]), min_count=9)
    with pytest.raises(CorpusError) as caught:
        read(UNITS, (["egg"], [1]), min_count=9)
    assert str(caught.value) == (
        "start has only 'egg', and no other word occurs 9 times or more: the most frequent of 8 "
        "words to train on occurs 3 times; give more text or lower min_count (--min-count)"
    )


def test_words_of_start_are_found_however_their_accents_are_written(counts_of, write):
    path = write("caf\xe9 tea\ncafe\u0301 tea\n")
    corpus = read(path, (["cafe\u0301", "egg"], [5, 1]))
    assert counts_of(corpus) == [("cafe\u0301", 7), ("tea", 2), ("egg", 1)]
    assert corpus.tokens.ids.tolist() == [0, 1, 0, 1]


def test_two_words_that_meet_one_of_start_add_up(counts_of):
    units = [["caf\xe9", "cafe\u0301", "tea"], ["cafe\u0301", "tea", "tea"]]
    corpus = read(units, (["caf\xe9"], [5]))
    assert counts_of(corpus) == [("caf\xe9", 8), ("tea", 3)]
    assert corpus.tokens.ids.tolist() == [0, 0, 1, 0, 1, 1]
    with pytest.raises(ConfigError, match=r"^the counts of 'caf\xe9' in start and in the text add"):
        read(units, (["caf\xe9"], [2**63 - 3]))
    # Where start has both, they stay apart.
    both = read(units, (["caf\xe9", "cafe\u0301"], [5, 5]))
    assert counts_of(both) == [("cafe\u0301", 7), ("caf\xe9", 6), ("tea", 3)]


TEXT = [["tea", "milk", "tea"], ["sugar", "tea"], ["milk", "jam"]]


def listed(words, counts, **options):
    words = Vocabulary(words, counts)
    return read_corpus(TEXT, vocabulary=words, **{"min_count": 1, **options})


def test_a_vocabulary_tells_words_and_counts(counts_of, units_of):
    # Whatever the order, and the counts in the text; words that are not in the text stay.
    corpus = listed(["milk", "absent", "tea", "rare"], [5, 7, 90, 1], min_count=2)
    assert counts_of(corpus) == [("tea", 90), ("absent", 7), ("milk", 5)]
    assert units_of(corpus) == [[0, 2, 0], [0], [2]]
    some = listed(["milk", "tea", "jam"], [5, 90, 7], max_vocab=2)
    assert counts_of(some) == [("tea", 90), ("jam", 7)]


def test_ends_of_lines_are_no_words_unless_the_text_has_them(counts_of):
    assert counts_of(listed(["</s>", "tea", "milk"], [9, 8, 7])) == [("tea", 8), ("milk", 7)]
    marked = [[*unit, "</s>"] for unit in TEXT]
    corpus = read_corpus(marked, vocabulary=Vocabulary(["</s>", "tea"], [9, 8]), min_count=1)
    assert corpus.vocabulary.words == ("</s>", "tea")


def test_a_held_out_part_has_the_words_of_the_vocabulary():
    held = [["tea", "jam"], ["tea", "milk"]]
    words = Vocabulary(["tea", "milk"], [9, 8])
    corpus = read_corpus(TEXT, vocabulary=words, min_count=1, holdout=held)
    assert corpus.held_out == 3
    assert corpus.vocabulary.counts.tolist() == [9, 8]


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"vocabulary": 7}, ConfigError, "vocabulary must be a Vocabulary or a path, got 7"),
        ({"vocabulary": "absent"}, FormatError, "no such file: absent"),
        ({"start": Vocabulary(["a"], [1])}, ConfigError, "vocabulary and start both tell words"),
        ({"phrases": 1}, ConfigError, "phrases make words of their own"),
        ({"min_count": 9}, NoWordsError, "has 1 word with a count of 9 or more, and two are"),
        ({"vocabulary": Vocabulary([1, 2], [5, 5])}, ConfigError, "they must be of one kind"),
        (
            {"vocabulary": Vocabulary(["x", "y"], [5, 5])}, NoWordsError,
            r"none of the words to train on \(7\) is in the vocabulary",
        ),
    ],
)  # fmt: skip
def test_vocabularies_that_do_not_fit_are_refused(options, error, told):
    with pytest.raises(error, match=told):
        read_corpus(
            TEXT, **{"vocabulary": Vocabulary(["tea", "milk"], [9, 8]), "min_count": 1, **options}
        )

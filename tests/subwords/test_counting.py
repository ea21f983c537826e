import itertools
from collections import Counter

import numpy as np
import pytest

from firth.errors import ConfigError
from firth.subwords import compiled, count_ngrams, count_parts, hashed_ngrams, make_subwords
from firth.subwords.cutting import fasttext_hash
from unicode_words import composed_words, unicode_words


def ngrams_by_definition(word, least, most):
    """Return the n-grams of a bounded word, in the order of rows."""
    text = f"<{word}>"
    found = [
        (first, length, text[first : first + length])
        for length in range(least, most + 1)
        for first in range(len(text) - length + 1)
        if (first, length) not in [(0, 1), (len(text) - 1, 1)]
    ]
    return [ngram for _, _, ngram in sorted(found)]


def shared_by_definition(words, counts, least, most):
    """Return the n-grams of at least two words, by the summed counts of those words."""
    holders, totals = Counter(), Counter()
    for word, count in zip(words, counts, strict=True):
        # dict.fromkeys keeps the order of first appearance, and so do Counter and sorted.
        for ngram in dict.fromkeys(ngrams_by_definition(word, least, most)):
            holders[ngram] += 1
            totals[ngram] += count
    shared = [ngram for ngram, number in holders.items() if number > 1]
    return tuple(sorted(shared, key=totals.get, reverse=True))


@pytest.fixture(params=[1 << 19, 100])
def ngrams_at_once(request, monkeypatch):
    """Words are cut in one block, or in many, some of which are larger than asked for."""
    monkeypatch.setattr(compiled, "_NGRAMS_AT_ONCE", request.param)


@pytest.mark.parametrize(("least", "most"), [(3, 6), (1, 3), (2, 2), (1, 100)])
@pytest.mark.usefixtures("ngrams_at_once")
def test_rows_are_those_of_the_definition(least, most):
    words = list(dict.fromkeys(composed_words(1_000, "vocabulary")))
    # Beginnings and ends make n-grams of two words.
    words = list(
        dict.fromkeys(words + [word[:-1] for word in words] + [word[1:] for word in words])
    )
    # Many ties.
    counts = [len(words) // (place + 1) for place in range(len(words))]
    subwords = count_ngrams(words, counts, least, most)
    assert subwords.ngrams == shared_by_definition(words, counts, least, most)
    assert len(subwords) == len(subwords.ngrams) > 100

    others = words + composed_words(500, "unknown")
    row_of = {ngram: row for row, ngram in enumerate(subwords.ngrams)}
    expected = [
        [row_of[ngram] for ngram in ngrams_by_definition(word, least, most) if ngram in row_of]
        for word in others
    ]
    offsets, rows = subwords.rows_of_all(others)
    assert (offsets.dtype, rows.dtype) == (np.int64, np.int32)
    bounds = itertools.pairwise(offsets)
    assert [rows[first:last].tolist() for first, last in bounds] == expected
    assert [subwords.rows_of(word) for word in others] == expected


def test_words_are_composed_before_they_are_cut():
    words = unicode_words(300)
    given = count_ngrams(words, np.ones(300, int), 1, 3)
    assert given == count_ngrams(composed_words(300), np.ones(300, int), 1, 3)
    assert (
        given.rows_of_all(words)[1].tolist() == given.rows_of_all(composed_words(300))[1].tolist()
    )


def test_ngrams_of_equal_hash_are_told_apart():
    words = ["glbvs", "glbvst", "yacxa", "yacxas"]
    assert fasttext_hash("glbvs") == fasttext_hash("yacxa")
    assert set(count_ngrams(words, [1] * 4, 5, 5).ngrams) == {"glbvs", "yacxa", "<glbv", "<yacx"}
    offsets, rows = count_ngrams(words[:2], [1] * 2, 5, 5).rows_of_all(words)
    assert offsets.tolist() == [0, 2, 4, 4, 4]
    assert rows.tolist() == [0, 1, 0, 1]


def test_frequent_ngrams_come_first_whatever_the_order_of_words():
    words, counts = ["tea", "sea", "teas", "seas"], [5, 3, 4, 9]
    subwords = count_ngrams(words, counts, 3, 3)
    assert subwords.ngrams == ("eas", "as>", "<se", "sea", "<te", "tea", "ea>")


def test_an_ngram_that_a_word_repeats_counts_once():
    subwords = count_ngrams(["aaaa", "baa", "cde", "cd"], [3, 1, 4, 1], 2, 2)
    assert subwords.ngrams == ("<c", "cd", "aa", "a>")
    assert subwords.rows_of("aaa") == [2, 2, 3]
    assert count_parts(["aa", "bbb", "bc", "c"], [9, 1, 2, 2], list).ngrams == ("c", "b")


def test_words_shorter_than_the_ngrams_have_none():
    assert len(count_ngrams(["a", "b", ""], [1, 1, 1], 4, 6)) == 0
    assert len(count_ngrams([], [], 3, 6)) == 0
    offsets, rows = count_ngrams(["tea", "teas"], [1, 1], 4, 6).rows_of_all(["", "a", "tea"])
    assert offsets.tolist() == [0, 0, 0, 1]
    assert rows.tolist() == [0]


def test_parts_of_a_function_have_rows():
    words = ["un|tie", "un|do", "do", "e\u0301|do", "\ud800"]
    subwords = make_subwords(lambda word: word.split("|"), words, [1, 2, 3, 1, 1])
    assert subwords.ngrams == ("do", "un")
    assert subwords.ngrams_of("e\u0301|do|do") == ["é", "do", "do"]
    assert subwords.rows_of("e\u0301|do|do") == [0, 0]
    offsets, rows = subwords.rows_of_all(words)
    assert (offsets.dtype, rows.dtype) == (np.int64, np.int32)
    assert (offsets.tolist(), rows.tolist()) == ([0, 1, 3, 4, 5, 5], [1, 1, 0, 0, 0])


@pytest.mark.parametrize(
    ("returned", "shown"),
    [
        ("tea", "'tea' for 'a'; for the characters"),
        (None, "None"),
        (["a", 1], ".'a', 1."),
        (7, "7"),
    ],
)
def test_a_function_that_returns_no_list_of_texts_is_refused(returned, shown):
    with pytest.raises(ConfigError, match=f"must return a list of texts; it returned {shown}"):
        count_parts(["a", "b"], [1, 1], lambda word: returned)


def _raises(word):
    raise KeyError(word)


def _raises_later(word):
    yield word
    raise KeyError(word)


@pytest.mark.parametrize("cut", [_raises, _raises_later])
def test_what_a_function_raises_says_that_it_was_the_function(cut):
    with pytest.raises(KeyError) as raised:
        count_parts(["tea\n"], [1], cut)
    assert raised.value.__notes__ == [
        r"the function that was given as subwords raised this for 'tea\n'"
    ]


@pytest.mark.parametrize("buckets", [None, 10])
@pytest.mark.parametrize("option", [(3, 6), lambda word: [word]])
@pytest.mark.parametrize(
    ("word", "shown"), [(5, "the integer 5"), (np.int64(5), "the integer 5"), (b"tea", "b'tea'")]
)
def test_words_that_are_not_text_have_no_ngrams(option, buckets, word, shown):
    if callable(option) and buckets:
        return
    with pytest.raises(ConfigError, match=f"^subwords need words of text, got {shown}$"):
        make_subwords(option, ["tea", word], [1, 1], buckets)


@pytest.mark.parametrize("counts", [[1], [1, -1], [1.5, 2.0], [[1, 2]]])
def test_counts_must_fit_the_words(counts):
    with pytest.raises(ConfigError, match="subwords need one count for each word; got 2 words"):
        count_ngrams(["tea", "sea"], counts, 3, 6)


def test_options_choose_the_kind():
    words, counts = ["tea", "teas"], [1, 1]
    assert make_subwords("none", words, counts) is None
    assert make_subwords((3, 3), words, counts).ngrams == ("<te", "tea")
    assert make_subwords((3, 3), words, counts, buckets=5) == hashed_ngrams(3, 3, 5)
    with pytest.raises(ConfigError, match="from a short length"):
        count_ngrams(words, counts, 6, 3)


def test_parts_that_are_empty_or_without_end_are_refused():
    with pytest.raises(ConfigError, match=r"returned \['', 'a'\] for 'tea'; leave out .* empty"):
        count_parts(["tea"], [1], lambda word: ["", "a"])
    with pytest.raises(ConfigError, match=r"at most 1,048,576 parts; it returned more for 'tea'"):
        count_parts(["tea"], [1], lambda word: itertools.repeat("a"))

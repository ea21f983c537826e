"""Suggestions for unknown words."""

import pytest

from firth.errors import VocabularyError, one_line
from firth.normalization import find_word
from firth.vectors.spelling import SUGGESTIONS, unknown_word


def rows(*words):
    return {word: row for row, word in enumerate(words)}


@pytest.mark.parametrize("word", ["kign", "kng", "kingg", "kinh", "ing", "qking"])
def test_names_words_one_edit_away(word):
    error = unknown_word(word, rows("the", "king", "tea"))
    assert isinstance(error, VocabularyError)
    assert str(error) == f"'{word}' is not among the 3 words; near: king"


def test_names_frequent_words_first_and_not_too_many():
    words = ["cot", "cut", "bat", "cart", "at", "hat", "oat"]
    suggested = str(unknown_word("cat", rows(*words))).partition("near: ")[2]
    assert suggested.split(", ") == words[:SUGGESTIONS]


def test_names_words_that_differ_in_a_chinese_character():
    assert str(unknown_word("北亰", rows("南京", "北京"))).endswith("near: 北京")


@pytest.mark.parametrize(
    ("word", "known"), [("King", "king"), ("paris", "Paris"), ("nato", "NATO")]
)
def test_names_words_that_differ_in_case(word, known):
    assert str(unknown_word(word, rows(known))).endswith(f"in other case: {known}")


def test_names_words_that_differ_in_type():
    assert str(unknown_word(7, rows("7"))).endswith("the text '7' is")
    assert str(unknown_word("7", rows(7))).endswith("the integer 7 is")


@pytest.mark.parametrize("word", ["violin", "x" * 1_000_000, 12, "9" * 5000])
def test_there_is_no_suggestion_if_nothing_is_near(word):
    told = str(unknown_word(word, rows("king", 7)))
    assert told == f"{one_line(repr(word))} is not among the 2 words"


def test_accents_may_be_composed_or_not():
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    for known, asked in [(composed, decomposed), (decomposed, composed)]:
        assert find_word(asked, rows("tea", known)) == 1
        assert str(unknown_word(asked.upper(), rows(known))).endswith(f"in other case: {known}")
        assert str(unknown_word(asked + "e", rows(known))).endswith(f"near: {known}")


@pytest.mark.parametrize("word", [None, 1.5, ["tea"], b"tea"])
def test_other_types_have_no_row(word):
    assert find_word(word, rows("tea")) is None


def test_words_that_share_no_letter_are_not_near():
    rows = {word: row for row, word in enumerate(["a", "b", "x", "xa"])}
    assert str(unknown_word("y", rows)) == "'y' is not among the 4 words"
    del rows["x"]
    assert str(unknown_word("x", rows)) == "'x' is not among the 3 words; near: xa"


@pytest.mark.parametrize("word", ["", " ", "\u3000"])
def test_an_empty_word_is_told(word):
    assert str(unknown_word(word, {"a": 0, "b": 1})).endswith("2 words; it is empty: give a word")


def test_a_long_word_is_told_in_a_short_line():
    assert len(str(unknown_word("tea" * 3000, {"a": 0}))) < 300

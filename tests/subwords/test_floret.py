"""Rows of words as floret hashes them."""

import json
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import ConfigError, FormatError
from firth.subwords import Subwords
from firth.subwords.floret import Floret

SEED = 2166136261
# What floret 0.10.5 returns from `get_subwords`, without the number of words before the rows.
KNOWN = [
    (3, 6, 2, 50, "tea", [15, 14, 0, 2, 46, 1, 15, 14, 10, 22, 24, 23, 27, 46]),
    (3, 6, 2, 50, "naïve",
     [29, 48, 28, 24, 41, 28, 17, 49, 31, 43, 4, 30, 29, 11, 16, 11, 22, 24, 43, 16, 37, 29, 46,
      36, 12, 29, 0, 5, 44, 41]),
    (1, 2, 4, 37, "é茶",
     [21, 6, 22, 33, 21, 32, 21, 12, 24, 30, 1, 12, 32, 21, 34, 9, 14, 27, 11, 14, 2, 15, 33, 14]),
    (1, 2, 4, 37, "a", [26, 24, 16, 31, 21, 6, 23, 20, 16, 18, 1, 7, 20, 7, 34, 15]),
    (3, 6, 2, 50, "</s>", []),
    (15, 40, 3, 1_000_003, "tea", [302610, 80175, 403731]),
    (15, 40, 3, 1_000_003, "é" * 16,
     [204536, 529422, 558770, 331932, 845485, 451025, 499285, 715847, 286488, 702062, 825670,
      225094, 204536, 529422, 558770, 560423, 527756, 796651, 42959, 672029, 348143, 922093,
      898612, 775705, 560423, 527756, 796651, 267428, 153666, 709933, 665487, 562891, 586909]),
]  # fmt: skip


def hashed(least, most, hashes, buckets, **marks):
    floret = Floret(hashes, SEED, **marks)
    return Subwords(least, most, buckets=buckets, normalization="none", exponent=1.0, floret=floret)


@pytest.mark.parametrize(("least", "most", "hashes", "buckets", "word", "rows"), KNOWN)
def test_rows_are_those_of_floret(least, most, hashes, buckets, word, rows):
    subwords = hashed(least, most, hashes, buckets)
    assert subwords.rows_of(word) == rows
    assert subwords.rows_of_all([word])[1].tolist() == rows


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(st.characters(codec=None), max_size=60), max_size=6),
    st.tuples(st.integers(1, 8), st.integers(0, 40)),
    st.integers(1, 4),
    st.integers(1, 2**31 - 1),
    st.tuples(st.text(max_size=3), st.text(max_size=3)),
)
def test_many_words_have_the_rows_of_one(words, lengths, hashes, buckets, marks):
    least, longer = lengths
    begin, end = marks
    subwords = hashed(least, least + longer, hashes, buckets, begin=begin, end=end)
    offsets, rows = subwords.rows_of_all(words)
    assert len(offsets) == len(words) + 1
    for word, start, stop in zip(words, offsets, offsets[1:], strict=False):
        assert rows[start:stop].tolist() == subwords.rows_of(word)


def test_blocks_of_words_join(monkeypatch):
    subwords = hashed(2, 3, 2, 99)
    words = ["tea", "", "</s>", "茶", "milk"]
    whole = subwords.rows_of_all(words)
    monkeypatch.setattr("firth.subwords.murmur._WORDS_AT_ONCE", 2)
    for one, other in zip(subwords.rows_of_all(words), whole, strict=True):
        np.testing.assert_array_equal(one, other)


def test_json_and_pickles_keep_the_hash():
    subwords = hashed(3, 6, 2, 50, begin="«")
    assert Subwords.from_json(json.loads(json.dumps(subwords.as_json()))) == subwords
    assert pickle.loads(pickle.dumps(subwords)) == subwords


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hashes": 0}, "hashes of floret must be"),
        ({"hashes": 5}, "hashes of floret must be"),
        ({"seed": 2**32}, "seed of floret must be"),
        ({"seed": "1"}, "seed of floret must be a whole number"),
        ({"begin": 7}, "a mark of floret must be text, got 7"),
        ({"end": "茶" * 17}, "a mark of floret must have at most 16 characters, got 17"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, message):
    whole = {"hashes": 2, "seed": 1, "begin": "<", "end": ">"} | changes
    with pytest.raises(ConfigError, match=message):
        Floret(**whole)
    saved = hashed(3, 6, 2, 50).as_json() | {"floret": whole}
    with pytest.raises(FormatError, match=message):
        Subwords.from_json(saved)


def test_damaged_descriptions_are_refused():
    saved = hashed(3, 6, 2, 50).as_json()
    with pytest.raises(FormatError, match="floret must have the keys hashes, seed, begin, end"):
        Subwords.from_json(saved | {"floret": [1]})
    with pytest.raises(ConfigError, match="hashed as floret does have buckets"):
        Subwords(3, 6, floret=Floret(2, 1))

import dataclasses
import mmap
from unittest import mock

import numpy as np
import pytest

from firth.corpus import Corpus, TokenStore, Vocabulary, read_corpus
from firth.corpus import digest as digest_module

WORDS, COUNTS, IDS, OFFSETS, HELD = ["a", "b"], [3, 2], [0, 1, 0, 1, 0], [0, 2, 5], 0


def digest_of(words=WORDS, counts=COUNTS, ids=IDS, offsets=OFFSETS, held_out=HELD):
    store = TokenStore(np.array(ids, np.int32), np.array(offsets, np.int64))
    return Corpus(Vocabulary(words, counts), store, 5, 2, held_out).digest()


def test_digest_is_that_of_before():
    # Checkpoints of earlier versions hold it.
    assert digest_of() == "3cc2aceb636619f6f1beea2000c0d35ada915b2dbcd9815995fb45bab9e9e7f1"


@pytest.mark.parametrize(
    "change",
    [
        {"words": ["a", "c"]},
        {"words": ["b", "a"]},
        {"words": ["ab", ""]},
        {"words": ["", "ab"]},
        {"words": ["a", "b", "c"], "counts": [3, 2, 1]},
        {"counts": [3, 3]},
        {"counts": [2, 3]},
        {"ids": [0, 1, 0, 1, 1]},
        {"ids": [1, 0, 0, 1, 0]},
        {"ids": [0, 1, 0, 1], "offsets": [0, 2, 4]},
        {"ids": [0, 1, 0, 1, 0, 0], "offsets": [0, 2, 6]},
        {"offsets": [0, 3, 5]},
        {"offsets": [0, 5]},
        {"held_out": 3},
    ],
    ids=str,
)
def test_every_difference_shows(change):
    assert digest_of(**change) != digest_of()


@pytest.mark.parametrize("place", [0, (1 << 16) - 1, 1 << 16, (1 << 16) + 2])
def test_every_word_of_many_shows(place):
    words = list(map(str, range((1 << 16) + 3)))
    other = [*words[:place], "x", *words[place + 1 :]]
    counts = np.ones(len(words), np.int64)
    assert digest_of(words=words, counts=counts) != digest_of(words=other, counts=counts)


def test_words_do_not_run_into_each_other():
    spellings = [
        ["ab", "c"],
        ["a", "bc"],
        ["abc", ""],
        ["", "abc"],
        ["1", "2"],
        [1, 2],
        ["1", 2],
        ["12", ""],
        [12, ""],
        [-1, 2],
        ["a\0", "b"],
        ["a", "\0b"],
        ["\ud800", "b"],
        ["é", "漢"],
    ]
    assert len({digest_of(words=words) for words in spellings}) == len(spellings)


def test_what_is_read_in_another_way_has_the_same_digest(write):
    units = [["tea", "漢字", "tea"], ["jam", "tea"]] * 3
    path = write("\r\n\r\n".join(map("\u3000".join, units)))
    expected = read_corpus(units, min_count=1).digest()
    for source, options in (
        (path, {}),
        ([path], {"tokenizer": "textbook"}),
        (path, {"tokenizer": str.split}),
        (iter(units), {}),
        ([*units, ["rare"]], {"min_count": 2}),
    ):
        assert read_corpus(source, **{"min_count": 1, **options}).digest() == expected


def test_a_held_out_part_shows():
    units = [["tea", "jam"], ["jam", "tea"]] * 20
    digests = {read_corpus(units, holdout=share).digest() for share in (0, 0.1, 0.2)}
    digests.add(read_corpus(units, holdout=0.1, seed=2).digest())
    digests.add(read_corpus(units[:36], holdout=units[36:]).digest())
    assert len(digests) >= 4


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_blocks_leave_no_trace(size):
    expected = digest_of()
    with mock.patch.object(digest_module, "_TOKENS_AT_ONCE", size):
        assert digest_of() == expected


def test_other_layouts_in_memory_have_the_same_digest():
    expected = digest_of()
    store = TokenStore(np.repeat(np.array(IDS, np.int32), 2)[::2].copy(), np.array(OFFSETS, ">i8"))
    corpus = Corpus(Vocabulary(WORDS, COUNTS), store, 1, 1)
    assert corpus.digest() == expected
    assert dataclasses.replace(corpus, words_read=7, units_read=9).digest() == expected


@pytest.mark.skipif(not hasattr(mmap, "MADV_DONTNEED"), reason="pages cannot be released")
def test_pages_are_released(mapped_store, resident_kilobytes):
    size = 8 << 20
    corpus = Corpus(Vocabulary(["a"], [size]), mapped_store(size), size, 1)
    before = resident_kilobytes()
    corpus.digest()
    assert resident_kilobytes() - before < size * 4 / 1024 / 2

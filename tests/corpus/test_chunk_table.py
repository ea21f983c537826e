import numpy as np
import pytest

from firth.corpus import chunk_table
from firth.corpus.chunk_table import ChunkTable
from firth.corpus.chunks import UNIT_END, cut_integers, cut_text
from firth.errors import CorpusError


@pytest.fixture
def table():
    return ChunkTable()


def test_table_grows_far_beyond_its_first_room(table):
    words = [f"{number:x}" * (1 + number % 5) for number in range(150_000)]
    distinct = list(dict.fromkeys(words))
    for start in range(0, len(words), 10_000):
        table.number(cut_text(" ".join(words[start : start + 10_000]) + "\n"))
    again = table.number(cut_text(" ".join(distinct) + "\n"))
    assert again.tolist() == [*range(len(distinct)), UNIT_END]
    assert table.spell(np.arange(len(table))) == distinct


def test_table_filled_to_its_last_place(table):
    words = [f"w{number}" for number in range(chunk_table._FIRST_CAPACITY)]
    # The last unit is open: nothing but chunks is numbered.
    table.number(cut_text(" ".join(words) + " "))
    assert table.spell(np.arange(len(words))) == words


def test_chunks_of_one_hash_stay_apart(table):
    chunks = cut_text("one two one twelve-letters twelve-lettres eightfully eightful eightfully\n")
    chunks.tags[chunks.tags != UNIT_END] = 7
    assert table.number(chunks).tolist() == [0, 1, 0, 2, 3, 4, 5, 4, UNIT_END]


def test_a_chunk_of_many_words_of_the_arena(table):
    long = "x" * 1_000_003
    assert table.number(cut_text(f"{long} {long}y {long}\n")).tolist() == [0, 1, 0, UNIT_END]
    assert table.spell([0, 1]) == [long, long + "y"]


def test_integers_are_numbered_as_chunks_are(table):
    units = [np.array([7, -1, 7]), np.array([-(2**63)]), np.array([2**63 - 1, -1, 0])]
    assert table.number(cut_integers(units[:1])).tolist() == [0, 1, 0, UNIT_END]
    numbers = table.number(cut_integers(units[1:])).tolist()
    assert numbers == [2, UNIT_END, 3, 1, 4, UNIT_END]
    assert table.integers(np.arange(5)) == [7, -1, -(2**63), 2**63 - 1, 0]
    assert table.counts.tolist() == [2, 2, 1, 1, 1]


def test_more_chunks_than_int32_can_number_are_refused(table, monkeypatch):
    monkeypatch.setattr(chunk_table, "_MAX_CHUNKS", 4)
    table.number(cut_text("a b c\n"))
    with pytest.raises(CorpusError, match="too many for int32"):
        table.number(cut_text("d\n"))


def test_more_room_than_32_bits_can_number_is_refused(table):
    # As after 32 GB of distinct chunks.
    table._starts[0] = 2**32 - 4
    with pytest.raises(CorpusError, match="too many for int32"):
        table.number(cut_text("a\n"))


def test_chunks_that_are_not_ascii_are_found(table):
    assert table.non_ascii().tolist() == []
    table.number(cut_text("plain é longer-than-eight-é é-longer-than-eight x 漢 another\n"))
    assert table.non_ascii().tolist() == [1, 2, 3, 5]
    assert table.join([1, 5, 0]) == "é漢plain"
    assert table.join([]) == ""


def test_numbers_and_counts_are_not_taken_for_letters(table):
    table.number(cut_text(" ".join(f"w{number}" for number in range(1000)) + " the" * 1000 + "\n"))
    assert table.non_ascii().tolist() == []

import os
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.corpus import chunks
from firth.corpus.chunks import UNIT_END, ChunkTable
from firth.errors import CorpusError

WHITE_SPACE = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()]
# Characters whose UTF-8 begins like that of white space, and others of each length.
LOOKALIKES = (
    "a\x84\x86\x9f\xa1é\u1681\u167f\u1fff\u200b\u2027\u202a\u2030\u205e\u2060\u2fff\u3001漢😀"
)

nasty_text = st.text(
    st.sampled_from([*WHITE_SPACE, *LOOKALIKES])
    | st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    max_size=60,
)


def expected_stream(text):
    """The slow and obvious way: split each line, number by first appearance."""
    numbers, stream = {}, []
    for line in re.split("[\r\n]", text)[:-1]:
        stream += [numbers.setdefault(chunk, len(numbers)) for chunk in line.split()]
        stream += [UNIT_END] if line.split() else []
    return numbers, stream


@settings(deadline=None, derandomize=True)
@given(st.lists(nasty_text.map(lambda text: text + "\n"), max_size=4))
def test_numbers_are_those_of_str_split(pieces):
    table = ChunkTable()
    stream = [number for piece in pieces for number in table.number(piece).tolist()]
    numbers, expected = expected_stream("".join(pieces))
    assert stream == expected
    assert table.spell(np.arange(len(table))) == list(numbers)
    assert table.counts.tolist() == [expected.count(number) for number in numbers.values()]


def test_every_white_space_character_separates_and_no_other():
    # All white space lies in the basic plane.
    every = [chr(code) for code in range(1, 0x10000) if not 0xD800 <= code <= 0xDFFF]
    table = ChunkTable()
    table.number("".join(f"a{character}b " for character in every) + "\n")
    not_split = [character for character in every if not character.isspace()]
    assert table.spell(np.arange(len(table))) == [
        *(f"a{character}b" for character in not_split[:8]),
        "a",
        "b",
        *(f"a{character}b" for character in not_split[8:]),
    ]


def test_each_ascii_character_at_each_place_of_a_chunk():
    # Chunks are read eight bytes at a time, but for the end of the text.
    for code in range(1, 0x80):
        for before in range(17):
            text = "x" * before + chr(code) + "y\n"
            table = ChunkTable()
            numbers, stream = expected_stream(text)
            assert table.number(text).tolist() == stream
            assert table.spell(np.arange(len(table))) == list(numbers)
            table.number(text + " " * 16 + text + " " * 16)
            assert table.counts.tolist() == [3] * len(numbers)


def test_pieces_of_any_length_are_cut_by_the_same_compiled_code():
    table = ChunkTable()
    for piece in ("\n", "a ", "a longer piece "):
        table.number(piece)
    assert len(chunks._split.signatures) == 1


def test_a_line_goes_on_in_the_next_piece():
    table = ChunkTable()
    assert table.number("a b ").tolist() == [0, 1]
    assert table.number("\n\n").tolist() == [UNIT_END]
    assert table.number("a\n").tolist() == [0, UNIT_END]


def test_table_grows_far_beyond_its_first_room():
    words = [f"{number:x}" * (1 + number % 5) for number in range(150_000)]
    distinct = list(dict.fromkeys(words))
    table = ChunkTable()
    for start in range(0, len(words), 10_000):
        table.number(" ".join(words[start : start + 10_000]) + "\n")
    again = table.number(" ".join(distinct) + "\n")
    assert again.tolist() == [*range(len(distinct)), UNIT_END]
    assert table.spell(np.arange(len(table))) == distinct


def test_chunks_of_one_hash_stay_apart(monkeypatch):
    table = ChunkTable()
    monkeypatch.setattr(chunks, "_split", _split_with_one_tag(chunks._split))
    text = "one two one twelve-letters twelve-lettres eightfully eightful eightfully\n"
    assert table.number(text).tolist() == [0, 1, 0, 2, 3, 4, 5, 4, UNIT_END]


def _split_with_one_tag(split):
    def split_with_one_tag(text, eights, words, bounds, tags, unit_is_open):
        length, unit_is_open = split(text, eights, words, bounds, tags, unit_is_open)
        tags[:length][tags[:length] != UNIT_END] = 7
        return length, unit_is_open

    return split_with_one_tag


def test_a_chunk_of_many_words_of_the_arena():
    long = "x" * 1_000_003
    table = ChunkTable()
    assert table.number(f"{long} {long}y {long}\n").tolist() == [0, 1, 0, UNIT_END]
    assert table.spell([0, 1]) == [long, long + "y"]


def test_integers_are_numbered_as_chunks_are():
    table = ChunkTable()
    units = [np.array([7, -1, 7]), np.array([-(2**63)]), np.array([2**63 - 1, -1, 0])]
    assert table.number_integers(units[:1]).tolist() == [0, 1, 0, UNIT_END]
    assert table.number_integers(units[1:]).tolist() == [2, UNIT_END, 3, 1, 4, UNIT_END]
    assert table.integers(np.arange(5)) == [7, -1, -(2**63), 2**63 - 1, 0]
    assert table.counts.tolist() == [2, 2, 1, 1, 1]


def test_more_chunks_than_int32_can_number_are_refused(monkeypatch):
    monkeypatch.setattr(chunks, "_MAX_CHUNKS", 4)
    table = ChunkTable()
    table.number("a b c\n")
    with pytest.raises(CorpusError, match="too many for int32"):
        table.number("d\n")


def test_without_compilation_the_result_is_the_same():
    program = (
        "from firth.corpus.chunks import ChunkTable; t = ChunkTable();"
        "print(t.number('ünïcödé-and-more é\\u3000é\\n\\nb ünïcödé-and-more\\n').tolist(),"
        " t.spell([0, 1, 2]), t.counts.tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-W", "error", "-c", program],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stderr == ""
    expected = "[0, 1, 1, -1, 2, 0, -1] ['ünïcödé-and-more', 'é', 'b'] [2, 2, 1]"
    assert done.stdout.strip() == expected


def test_chunks_that_are_not_ascii_are_found():
    table = ChunkTable()
    assert table.non_ascii().tolist() == []
    table.number("plain é longer-than-eight-é é-longer-than-eight x 漢 another\n")
    assert table.non_ascii().tolist() == [1, 2, 3, 5]
    assert table.join([1, 5, 0]) == "é漢plain"
    assert table.join([]) == ""
    # Neither numbers nor counts are taken for letters.
    many = ChunkTable()
    many.number(" ".join(f"w{number}" for number in range(1000)) + " the" * 1000 + "\n")
    assert many.non_ascii().tolist() == []

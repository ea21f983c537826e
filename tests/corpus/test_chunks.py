import re
import sys

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.corpus import chunks
from firth.corpus.chunk_table import ChunkTable
from firth.corpus.chunks import UNIT_END, cut_text

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


def read(pieces):
    """Return the distinct chunks, their counts, and the numbers in the text."""
    table, numbers, unit_is_open = ChunkTable(), [], False
    for piece in pieces:
        cut = cut_text(piece, unit_is_open=unit_is_open)
        numbers += table.number(cut).tolist()
        unit_is_open = cut.unit_is_open
    return table.spell(np.arange(len(table))), table.counts.tolist(), numbers


def expected(text):
    """The slow and obvious way: split each line, number by first appearance."""
    known, numbers = {}, []
    for line in re.split("[\r\n]", text):
        numbers += [known.setdefault(chunk, len(known)) for chunk in line.split()]
        numbers += [UNIT_END] if line.split() else []
    return list(known), [numbers.count(number) for number in known.values()], numbers


@settings(deadline=None, derandomize=True)
@given(st.lists(nasty_text.map(lambda text: text + "\n"), max_size=4))
def test_chunks_are_those_of_str_split(pieces):
    assert read(pieces) == expected("".join(pieces))


def test_every_white_space_character_separates_and_no_other():
    # All white space lies in the basic plane.
    every = [chr(code) for code in range(1, 0x10000) if not 0xD800 <= code <= 0xDFFF]
    found, _, _ = read(["".join(f"a{character}b " for character in every) + "\n"])
    not_split = [character for character in every if not character.isspace()]
    assert found == [
        *(f"a{character}b" for character in not_split[:8]),
        "a",
        "b",
        *(f"a{character}b" for character in not_split[8:]),
    ]


def test_each_ascii_character_at_each_place_of_a_chunk():
    # Chunks are read eight bytes at a time, except at the end of the text.
    for code in range(1, 0x80):
        for before in range(17):
            text = "x" * before + chr(code) + "y\n"
            padded = text + " " * 16
            assert read([text, padded * 2]) == expected(text + padded * 2)


def test_pieces_of_any_length_are_cut_by_the_same_compiled_code():
    for piece in ("\n", "a ", "a longer piece "):
        cut_text(piece)
    assert len(chunks._split.signatures) == 1


def test_a_line_goes_on_in_the_next_piece():
    assert read(["a b ", "\n\n", "a\n"])[2] == [0, 1, UNIT_END, 0, UNIT_END]

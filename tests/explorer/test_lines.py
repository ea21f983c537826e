"""Lines in context: each place once, with what stands around it, wherever blocks of text end."""

import pytest

from firth.corpus.finding import find_text
from firth.corpus.sources import BLOCK_BYTES
from firth.corpus.tokenizers import get_tokenizer
from firth.explorer.lines import AROUND, lines_with
from firth.normalization import normalize

split = get_tokenizer("whitespace", lowercase=False).split
AFTER = " here are enough words that follow the word which is looked for"


def lines_of(path, word):
    found = lines_with(word, find_text(path), split, 20)
    assert found.complete
    return [(line.before, line.word, line.after) for line in found.lines]


# Where the place stands: around the end of a block, and at that of the text.
@pytest.mark.parametrize("offset", range(-2 * AROUND, 2 * AROUND, 7))
def test_a_place_near_the_end_of_a_block_is_told_once_and_whole(tmp_path, offset):
    path = tmp_path / "text.txt"
    before = "xy " * (BLOCK_BYTES // 3 + 1)
    before = f"{before[: BLOCK_BYTES + offset - 8]} before "
    path.write_text(f"{before}needle{AFTER}{' z' * 200}", "utf-8")
    [(left, word, right)] = lines_of(path, "needle")
    assert (word, right) == ("needle", AFTER[: AFTER[: AROUND + 1].rindex(" ")])
    assert left.endswith(" before ")
    assert AROUND - 3 < len(left) <= AROUND


def test_a_place_at_the_end_of_a_file_is_told_once_and_without_the_next_file(tmp_path):
    (tmp_path / "a.txt").write_text("first needle", "utf-8")
    (tmp_path / "b.txt").write_text("and" + " other" * 50 + "\nsecond needle", "utf-8")
    assert lines_of(tmp_path, "needle") == [("first ", "needle", ""), ("second ", "needle", "")]


@pytest.mark.parametrize("spelled", ["caf\u00e9", "cafe\u0301"])
def test_a_word_is_found_in_either_form_of_unicode(tmp_path, spelled):
    """The words of vectors are composed, and a corpus may not be."""
    path = tmp_path / "text.txt"
    path.write_text(f"a {spelled} and tea", "utf-8")
    found = lines_with("caf\u00e9", find_text(path), lambda text: split(normalize(text)), 20)
    assert [line.word for line in found.lines] == [spelled]

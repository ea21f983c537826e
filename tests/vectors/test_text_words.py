"""Words that stand in a text are hashed as they are, and decoded one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.vectors import text_words
from firth.vectors.text_words import TextWords

# Words that differ in one place only, with every length from none to some pieces of eight bytes.
ALIKE = ["x" * size + last for size in range(150) for last in ("", "y", "y" + "x" * size)]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_words_have_equal_hashes_if_they_are_equal(words):
    hashes = TextWords.of(words).hashes().tolist()
    assert len(hashes) == len(words)
    assert len(set(hashes)) == len(set(words))
    assert TextWords.of(words[::-1]).hashes().tolist() == hashes[::-1]


def test_words_that_are_alike_have_different_hashes():
    words = sorted(set(ALIKE))
    assert len(set(TextWords.of(words).hashes().tolist())) == len(words)


def test_words_are_hashed_many_at_once(monkeypatch):
    expected = TextWords.of(ALIKE).hashes().tolist()
    monkeypatch.setattr(text_words, "_WORDS_AT_ONCE", 7)
    assert TextWords.of(ALIKE).hashes().tolist() == expected


def test_what_stands_between_words_does_not_count():
    words = TextWords(b"--tea,milk;tea", np.array([2, 6, 11]), np.array([5, 10, 14]))
    assert words.hashes().tolist() == TextWords.of(["tea", "milk", "tea"]).hashes().tolist()


def test_words_are_a_sequence():
    words = TextWords.of(["tea", "", "caf\N{LATIN SMALL LETTER E WITH ACUTE}"])
    assert list(words) == ["tea", "", "caf\N{LATIN SMALL LETTER E WITH ACUTE}"]
    assert words[-2:] == list(words)[-2:]
    with pytest.raises(IndexError):
        words[3]

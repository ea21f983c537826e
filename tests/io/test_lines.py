"""Lines that have no end take no memory, whoever reads them."""

import gzip
import tracemalloc

import pytest

from firth.corpus import Vocabulary
from firth.errors import FormatError
from firth.io.lines import LONGEST_LINE
from firth.vectors import load
from firth.vectors.converting import read_word_list
from firth.vectors.formats import word2vec

LONG = b"a" * (1 << 20)


@pytest.mark.parametrize(
    ("read", "head", "line"),
    [
        pytest.param(load, b"2 3\n", 2, id="with a header"),
        pytest.param(load, b"tea 1 2 3\n", 2, id="without a header"),
        pytest.param(load, b"2 3\ntea 1 2 3\nmilk 1 2 3", 3, id="in a row"),
        pytest.param(read_word_list, b"tea\nmilk\n", 3, id="words"),
        pytest.param(Vocabulary.load, b"tea 5\n", 2, id="counts"),
    ],
)
def test_a_line_that_was_compressed_to_harm_is_refused(read, head, line, tmp_path):
    path = tmp_path / "v.txt"
    with gzip.open(path, "wb", 1) as file:
        file.write(head)
        for _ in range(64):
            file.write(LONG)
    tracemalloc.start()
    try:
        told = rf"v\.txt: line {line}: longer than 4,.* bytes; end each line by a newline$"
        with pytest.raises(FormatError, match=told):
            read(path)
        assert tracemalloc.get_traced_memory()[1] < 6 * LONGEST_LINE
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("v.txt", b"tea"),
        ("v.txt", b"1 1000000000\ntea"),
        ("v.bin", b"1 1000000000\ntea "),
        ("v.floret", b"20 1000000000 3 6 2 2166136261 < >\n0"),
    ],
)
def test_numbers_that_were_compressed_to_harm_are_refused(name, head, tmp_path):
    path = tmp_path / name
    with gzip.open(path, "wb", 1) as file:
        file.write(head)
        for _ in range(8):
            file.write(b" 1" * (1 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match=r"more than 262,144 numbers; .*decompress"):
            load(path, words=["tea"])
        # Half a million fields of a megabyte.
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


def test_files_that_are_not_compressed_have_any_number_of_dimensions(tmp_path, monkeypatch):
    monkeypatch.setattr(word2vec, "MOST_DIMENSIONS", 3)
    for content in (b"tea 1 2 3 4\n", b"1 4\ntea 1 2 3 4\n"):
        (tmp_path / "v.txt").write_bytes(content)
        assert load(tmp_path / "v.txt").dim == 4
        (tmp_path / "v.gz").write_bytes(gzip.compress(content))
        with pytest.raises(FormatError, match="more than 3 numbers"):
            load(tmp_path / "v.gz")


def test_a_word_that_is_there_very_often_is_one(tmp_path):
    path = tmp_path / "words.gz"
    path.write_bytes(gzip.compress(b"tea\nmilk\n" * 50_000, 1))
    tracemalloc.start()
    try:
        assert read_word_list(path) == ["tea", "milk"]
        assert tracemalloc.get_traced_memory()[1] < 600_000
    finally:
        tracemalloc.stop()


def test_long_words_and_wide_rows_are_read(tmp_path):
    word = "x" * (1 << 20)
    numbers = " 0.12345678901234567890" * 200_000
    (tmp_path / "v.txt").write_text(f"{word}{numbers}\n")
    vectors = load(tmp_path / "v.txt")
    assert (vectors.words, vectors.dim) == ((word,), 200_000)

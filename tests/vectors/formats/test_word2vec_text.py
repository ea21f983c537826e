"""word2vec's text files: from other programs, and damaged ones."""

import contextlib
import gzip
import io
import tracemalloc

import numpy as np
import pytest

from firth.errors import FormatError
from firth.io.lines import LONGEST_LINE
from firth.vectors import Vectors, load
from firth.vectors.formats import word2vec_text


def parse_by_hand(content, *, header):
    """Read a file slowly, field by field."""
    lines = [line.split() for line in content.split(b"\n") if line][1 if header else 0 :]
    return [line[0].decode() for line in lines], np.array(
        [[float(field) for field in line[1:]] for line in lines], dtype=np.float32
    )


@pytest.mark.parametrize(
    ("name", "shape", "header"),
    [
        ("toy-model.vec", (22, 5), True),
        ("crime-and-punishment.vec", (291, 5), True),
        ("lee_fasttext.vec", (1762, 10), True),
        ("high_precision.kv.txt", (2, 2), True),
        ("test_glove.txt", (76, 50), False),
    ],
)
def test_files_of_other_programs(name, shape, header, shared_data):
    path = shared_data / "vectors" / name
    words, matrix = parse_by_hand(path.read_bytes(), header=header)
    loaded = load(path)
    assert loaded.input_vectors.shape == shape
    assert list(loaded) == words
    np.testing.assert_array_equal(loaded.input_vectors, matrix)


def test_words_that_are_not_utf8_in_a_file_of_unknown_suffix(shared_data):
    path = shared_data / "vectors" / "w2v_keyedvectors_load_test.modeldata"
    with pytest.raises(FormatError, match="line 2: the word is not UTF-8"):
        load(path)
    loaded = load(path, encoding_errors="replace")
    assert loaded.words == ("ありがとう\ufffd", "どういたしまして\ufffd")
    np.testing.assert_array_equal(loaded, np.array([[0.6] * 3, [0.1, 0.2, 0.3]], np.float32))


def test_writes_a_header_and_nine_digits(tmp_path):
    Vectors(["a", "é"], np.array([[1, -2], [0.1, 1e-20]])).save(tmp_path / "v.txt")
    text = (tmp_path / "v.txt").read_text(encoding="utf-8")
    assert text == "2 2\na 1 -2\né 0.100000001 9.99999968e-21\n"


@pytest.mark.parametrize(
    "content",
    [
        b"2 2\na 1 2\nb 3 4",
        b"2 2\r\na 1 2\r\nb 3 4\r\n",
        b"\xef\xbb\xbf2 2\na 1 2\nb 3 4\n",
        b" 2\t2 \na\t1\t2 \nb  3  4 \n",
        b"a 1 2\nb 3 4\n",
        b"a 1 2\r\nb 3 4",
        b"2 2\na +1 2.0\nb 3.e0 .4E+1\n",
        b"\xef\xbb\xbfa 1 2\nb 3 4\n",
        b"2 2\na 1 2 \nb 3 4 \n\n \t\r\n",
        b"a 1 2\nb 3 4\n\n",
    ],
)
def test_layouts(content, tmp_path):
    path = tmp_path / "v.txt"
    path.write_bytes(content)
    loaded = load(path)
    assert loaded.words == ("a", "b")
    assert loaded.input_vectors.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"3 2\nlong-word 1.0 2.0\nb 3 4\n", "cut short after line 3: .* 3 words, the file has 2"),
        (b"1 2\na 1 2\nb 3 4\n", "line 3: the header promises 1 word, but more follows"),
        (b"1 2\na 1 2\n\nb 3 4\n", "line 3: the header promises 1 word, but more follows"),
        (b"2 2\na 1 2\nb 3 x4\n", "line 3: 'x4' is not a finite float32"),
        (b"2 2\na 1 2\nb 3 nan\n", "line 3: 'nan' is not a finite float32"),
        (b"2 2\na 1 2\nb -inf 3\n", "line 3: '-inf' is not a finite float32"),
        (b"2 2\na 1 2\nb 1e39 3\n", "line 3: '1e39' is not a finite float32"),
        (b"2 2\na 1 2\nb 1_0 3\n", "line 3: '1_0' is not a finite float32"),
        (b"2 2\na 1 2\nb \xa0 3\n", "line 3: '\ufffd' is not a finite float32"),
        (b"2 2\na 1 2\nb 1\xa02\n", "line 3: expected a word and 2 numbers, got 2 fields"),
        (b"1 1\nab \xa0\n", "line 2: '\ufffd' is not a finite float32"),
        (b"2 2\na 1 2\nb 1 2 3\n", "line 3: expected a word and 2 numbers, got 4 fields"),
        (b"2 2\nlong-word 1 2\nb 1\n", "line 3: expected a word and 2 numbers, got 2 fields"),
        (b"2 2\na 1 2\nbcdef\n", "line 3: expected a word and 2 numbers, got 1 field"),
        (b"2 2\n\na 1 2\nb 1 2\n", "line 2: expected a word and 2 numbers, got 0 fields"),
        (b"1 2\ra 1 2\r", "line 1: the word has a carriage return; if lines end with these alone"),
        (b"2 2\na 1 2\nb\rc 1 2\n", "line 3: the word has a carriage return"),
        (b"2 2\n\n            \n", "cut short after line 1: .* 2 words, the file has 0"),
        (b"2 2\n\n        b 1 2\n", "line 2: expected a word and 2 numbers, got 0 fields"),
        (b"2 2\na b 1 x\nb 1 2\n", "line 2: 'x' is not a finite float32"),
        (b"2 2\na b 1 1 2\nb 1 2\n", "line 2: expected a word and 2 numbers, got 5 fields"),
        (b"a nan 2\nb 1 2\n", "line 1: 'nan' is not a finite float32"),
        (b"2 2\na 1 2\nb\xff 1 2\n", "line 3: the word is not UTF-8"),
        (b"long-word 1 2\nb 3\n", "line 2: expected a word and 2 numbers, got 2 fields"),
        (b"a 1 2\nb 3 x\n", "line 2: 'x' is not a finite float32"),
        (b"one\n", "line 1 should be a header, or a word and its numbers"),
        (b"\n", "line 1 should be a header, or a word and its numbers"),
        (b"a 1 2\nb 1 " + b"\xff" * 100_000, "line 2: .* is not a finite float32"),
        (b"x" * 3_000_000, "line 1 should be a header, or a word and its numbers"),
        (b"a" + b" 1" * 5000 + b"\nb 1" * 2000, "line 2: expected a word and 5,000"),
    ],
)
def test_damaged_files(content, fault, tmp_path, assert_refused):
    path = tmp_path / "v.txt"
    path.write_bytes(content)
    assert_refused(path, fault)


@pytest.mark.parametrize("header", [b"", b"5 2\n"])
@pytest.mark.parametrize("end", [b"\n", b" \r\n"])
@pytest.mark.parametrize("block", [1, 20, 1000])
def test_words_may_hold_spaces(header, end, block, tmp_path, monkeypatch):
    # As in glove.840B, some of whose words contain spaces.
    words = [". . .", "to name@domain.com", "1", "caf\u00e9 . -", "-"]
    rows = [f"{word} {row}.5 -{row}".encode() + end for row, word in enumerate(words)]
    monkeypatch.setattr(word2vec_text, "BLOCK_BYTES", block)
    (tmp_path / "v.txt").write_bytes(header + b"".join(rows))
    loaded = load(tmp_path / "v.txt")
    assert list(loaded) == words
    assert loaded.input_vectors.tolist() == [[row + 0.5, -row] for row in range(5)]
    assert load(tmp_path / "v.txt", words=[". . .", "-"]).words == (". . .", "-")


def test_a_word_that_is_a_byte_order_mark_stays(tmp_path):
    (tmp_path / "v.txt").write_bytes(b"\xef\xbb\xbf .1 2\na 1 2\n")
    assert load(tmp_path / "v.txt").words == ("\ufeff", "a")


@pytest.mark.parametrize("gap", [b" ", b" " * 9])
@pytest.mark.parametrize("block", [1, 2, 7, 8, 9, 50])
def test_rows_longer_than_a_block_without_header(block, gap, tmp_path, monkeypatch):
    monkeypatch.setattr(word2vec_text, "BLOCK_BYTES", block)
    row = gap.join([b"word", *[b"-0.25"] * 9])
    for content in (row, row + b"\n", row + b" \n" + b"o" + row):
        (tmp_path / "v.txt").write_bytes(content)
        assert load(tmp_path / "v.txt").dim == 9


def test_a_file_of_zeros_is_looked_through_once(tmp_path, monkeypatch):
    monkeypatch.setattr(word2vec_text, "BLOCK_BYTES", 1 << 12)
    monkeypatch.setattr(word2vec_text, "_LONGEST_NUMBER", 1 << 10)
    path = tmp_path / "v.txt"
    path.write_bytes(bytes(1 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match="line 1 should be a header"):
            load(path)
        # What is kept of it does not grow.
        assert tracemalloc.get_traced_memory()[1] < 1 << 19
    finally:
        tracemalloc.stop()
    path.write_bytes(b"w" * (1 << 20) + b" 1 2\n")
    assert load(path).dim == 2


@pytest.mark.parametrize("rest", [b"", b"b 3 4\n"])
@pytest.mark.parametrize("header", [b"", b"1 2\n"])
def test_empty_lines_take_no_memory_however_many(header, rest, tmp_path):
    # A short file, decompressed.
    path = tmp_path / "v.txt"
    path.write_bytes(gzip.compress(header + b"a 1 2\n" + b"\n" * 300_000 + rest))
    expected = (
        pytest.raises(FormatError, match="more follows" if header else "line 2: expected a word")
        if rest
        else contextlib.nullcontext()
    )
    (tmp_path / "other.txt").write_bytes(b"a 1 2\n")
    load(tmp_path / "other.txt")  # imports what it needs
    tracemalloc.start()
    try:
        with expected:
            assert load(path).words == ("a",)
        assert tracemalloc.get_traced_memory()[1] < 1e6
    finally:
        tracemalloc.stop()
    if rest and not header:
        assert load(path, words=["b"]).input_vectors.tolist() == [[3, 4]]
        path.write_bytes(b"a 1 2\n" + b"\n" * 300_000 + b"b 3 x\n")
        with pytest.raises(FormatError, match="line 300002: 'x' is not a finite float32"):
            load(path, words=["b"])


def test_the_largest_numbers_are_told_from_infinity(tmp_path):
    largest = float(np.finfo(np.float32).max)
    Vectors(["a"], np.array([[largest, -largest]])).save(tmp_path / "v.txt")
    # Nine digits round it up, but the nearest float32 is the same.
    assert b"3.40282347e+38 " in (tmp_path / "v.txt").read_bytes()
    (tmp_path / "v.txt").rename(tmp_path / "v")
    assert load(tmp_path / "v").input_vectors.tolist() == [[largest, -largest]]
    (tmp_path / "v").write_text("a 3.4028236e+38 3.40282347e+38\n")
    with pytest.raises(FormatError, match="unknown format"):
        load(tmp_path / "v")
    (tmp_path / "v").rename(tmp_path / "v.txt")
    with pytest.raises(FormatError, match=r"line 1: '3.4028236e\+38' is not a finite float32"):
        load(tmp_path / "v.txt")


@pytest.mark.parametrize("header", [b"", b"9 4\n"])
def test_is_recognised_wherever_the_first_bytes_end(header):
    row = b"word -0.5 -1e-5 -1.0 2.5"
    for end in range(len(b"word -0.5 -"), len(row) + 1):
        assert word2vec_text.recognises(header + row[:end])
    assert word2vec_text.recognises(header + b"two words -0.5 -1e-5 -1.0")
    assert not word2vec_text.recognises(header + b"three words and -0.5 -1e-5 -1.0")


@pytest.mark.parametrize("row", [0, 1, 499, 998, 999])
def test_a_bad_line_is_named_in_whichever_block(row, tmp_path, monkeypatch, assert_refused):
    monkeypatch.setattr(word2vec_text, "BLOCK_BYTES", 1000)
    lines = [f"w{i} 1 2\n" for i in range(1000)]
    lines[row] = f"w{row} 1 oops\n"
    (tmp_path / "v.txt").write_text("1000 2\n" + "".join(lines))
    assert_refused(tmp_path / "v.txt", f"line {row + 2}: 'oops'")


def test_a_long_line_of_words_is_not_read_to_its_end(tmp_path):
    class Counted(io.BytesIO):
        def readline(self, size):
            found = super().readline(size)
            self.taken = getattr(self, "taken", 0) + len(found)
            return found

    file = Counted(b"the cat sat on the mat and ran " * 1_000_000)
    with pytest.raises(FormatError, match="line 1 should be a header, or a word and its numbers"):
        word2vec_text._count_numbers(file, None, tmp_path / "v.txt")
    assert file.taken < 2 * LONGEST_LINE

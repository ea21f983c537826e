"""word2vec's binary files: from other programs, and damaged ones."""

import struct

import numpy as np
import pytest

from firth.vectors import Vectors, load


def parse_by_hand(content):
    """Read a file slowly, word by word."""
    header, _, rest = content.partition(b"\n")
    V, D = map(int, header.split())
    words, rows = [], []
    for _ in range(V):
        word, _, rest = rest.partition(b" ")
        words.append(word.lstrip(b"\n").decode())
        rows.append(struct.unpack(f"<{D}f", rest[: 4 * D]))
        rest = rest[4 * D :]
    assert rest in (b"", b"\n")
    return words, np.array(rows, dtype=np.float32)


# The first is like word2vec.c's files, with newlines; the others are gensim's, without.
@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("bnosac_example.bin", (640, 15)),
        ("euclidean_vectors.bin", (2747, 10)),
        ("high_precision.kv.bin", (2, 2)),
    ],
)
def test_files_of_other_programs(name, shape, shared_data):
    path = shared_data / "vectors" / name
    words, matrix = parse_by_hand(path.read_bytes())
    loaded = load(path)
    assert loaded.input_vectors.shape == shape
    assert list(loaded) == words
    np.testing.assert_array_equal(loaded.input_vectors, matrix)


def test_agrees_with_the_text_file(shared_data):
    folder = shared_data / "vectors"
    binary, text = (load(folder / f"high_precision.kv.{suffix}") for suffix in ("bin", "txt"))
    assert binary.words == text.words
    # The binary file was made from float16.
    np.testing.assert_array_equal(binary, np.array(text).astype(np.float16))


def test_writes_what_word2vec_c_writes(tmp_path):
    Vectors(["a", "é"], np.array([[1, -2], [0.5, 0]])).save(tmp_path / "v.bin")
    expected = b"2 2\n" + b"a " + struct.pack("<2f", 1, -2) + b"\n"
    expected += "é ".encode() + struct.pack("<2f", 0.5, 0) + b"\n"
    assert (tmp_path / "v.bin").read_bytes() == expected


ROW = struct.pack("<2f", 1.5, 2.5)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"one two three\n" + ROW, "line 1 must be words and dimensions"),
        (b"\n2 2\n", "line 1 must be words and dimensions"),
        (b"x" * 1000, "line 1 must be words and dimensions"),
        (b"2 2\na " + ROW + b"long-word " + ROW[:4], r"short in word number 2 of 2 \(byte 14\)"),
        (b"2 2\na " + ROW + b"\n" + b"x" * 20, r"cut short in word number 2 of 2 \(byte 15\)"),
        (b"2 2\na " + ROW + b"\n " + ROW + b"b", r"word number 2 is empty \(byte 15\)"),
        (b"1 2\na " + ROW + b"b " + ROW, r"promises 1 words, but more follows them \(byte 14\)"),
        (b"1 2\na " + ROW + b"\n\n", r"more follows them \(byte 14\)"),
        (b"2 2\na " + ROW + b"b\xe9c " + ROW, "word number 2 is not UTF-8 at byte 15"),
        (b"1 2\na " + struct.pack("<2f", 1, np.nan), "word number 1, 'a', has NaN or infinity"),
        (b"1 2\na " + struct.pack("<2f", 1, -np.inf), "word number 1, 'a', has NaN or infinity"),
    ],
)
def test_damaged_files(content, fault, tmp_path, assert_refused):
    path = tmp_path / "v.bin"
    path.write_bytes(content)
    assert_refused(path, fault)


def test_newlines_after_vectors_may_come_or_not(tmp_path):
    path = tmp_path / "v.bin"
    for end in (b"", b"\n"):
        path.write_bytes(b"2 2\n" + b"a " + ROW + end + b"b " + ROW + end)
        assert load(path).words == ("a", "b")

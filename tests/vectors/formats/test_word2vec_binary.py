"""word2vec's binary files: from other programs, and damaged ones."""

import gzip
import itertools
import struct
import tracemalloc

import numpy as np
import pytest

from firth.vectors import Vectors, checks, load
from firth.vectors.formats import binary_blocks


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
        (b"1 2\na " + ROW + b"b " + ROW, r"promises 1 word, but more follows \(byte 14\)"),
        (b"1 2\na " + ROW + b"\n\n", r"more follows \(byte 14\)"),
        (b"2 2\na " + ROW + b"b\xe9c " + ROW, "word number 2 is not UTF-8 at byte 15"),
        (b"1 2\na " + struct.pack("<2f", 1, np.nan), "word number 1, 'a', has NaN or infinity"),
        (b"1 2\na " + struct.pack("<2f", 1, -np.inf), "word number 1, 'a', has NaN or infinity"),
    ],
)
def test_damaged_files(content, fault, tmp_path, assert_refused):
    path = tmp_path / "v.bin"
    path.write_bytes(content)
    assert_refused(path, fault)


def test_a_word_without_end_is_not_read_to_the_end_of_the_file(tmp_path, assert_refused):
    with (tmp_path / "v.bin").open("wb") as file:
        file.write(b"2 2\nwithout ")
        file.truncate(200_000_000)
    tracemalloc.start()
    assert_refused(tmp_path / "v.bin", "cut short in word number 2 of 2")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6


def test_newlines_after_vectors_may_come_or_not(tmp_path):
    path = tmp_path / "v.bin"
    for end in (b"", b"\n"):
        path.write_bytes(b"2 2\n" + b"a " + ROW + end + b"b " + ROW + end)
        assert load(path).words == ("a", "b")


def content_of(words, ends, dim=3):
    """Return a file, and its vectors: after each goes one of `ends`, in turn."""
    matrix = np.random.default_rng(1).normal(size=(len(words), dim)).astype(np.float32)
    ended = itertools.cycle(ends)
    rows = [
        word + b" " + row.astype("<f4").tobytes() + next(ended)
        for word, row in zip(words, matrix, strict=True)
    ]
    rows[-1] = rows[-1].removesuffix(b"\n")
    return f"{len(words)} {dim}\n".encode() + b"".join(rows), matrix


MANY = [b"w%d" % number + b"x" * (number % 50) for number in range(300)]
STRANGE = [b"a\nb", b"\xc3\xa9", b"tab\t", b"end\n", b"\xe5\x8c\x97\xe4\xba\xac", b"x" * 500]


@pytest.fixture(params=[64, 1000, None])
def _blocks_of(request, monkeypatch):
    """Read few bytes at once, so that rows lie in several blocks."""
    if request.param is not None:
        monkeypatch.setattr(binary_blocks, "_FIRST_BYTES", request.param)
        monkeypatch.setattr(binary_blocks, "BLOCK_BYTES", 2 * request.param)


@pytest.mark.usefixtures("_blocks_of")
@pytest.mark.parametrize("ends", [[b""], [b"\n"], [b"", b"\n", b"\n"]])
@pytest.mark.parametrize("is_compressed", [False, True])
def test_rows_in_several_blocks(ends, is_compressed, tmp_path):
    words = MANY[:150] + STRANGE + MANY[150:]
    content, matrix = content_of(words, ends)
    path = tmp_path / "v.bin"
    path.write_bytes(gzip.compress(content) if is_compressed else content)
    loaded = load(path, format="word2vec-binary")
    assert [word.encode() for word in loaded.words] == words
    np.testing.assert_array_equal(loaded, matrix)
    few = load(path, limit=170, words=["w3xxx", "a\nb", "w299"], format="word2vec-binary")
    assert few.words == ("w3xxx", "a\nb")
    np.testing.assert_array_equal(few, matrix[[3, 150]])


@pytest.mark.usefixtures("_blocks_of")
@pytest.mark.parametrize(
    ("word", "fault"),
    [
        (b"", r"word number 201 is empty \(byte {}\)"),
        (b"\xff", "word number 201 is not UTF-8 at byte {} of the file"),
        (MANY[7], "number 201 is 'w7xxxxxxx', like number 8"),
    ],
)
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_fault_in_a_later_block_is_told_with_its_place(
    word, fault, end, tmp_path, monkeypatch, assert_refused
):
    monkeypatch.setattr(checks, "LEAST_LAZY", 0)
    before, _ = content_of(MANY[:200], [end])
    head = len(f"{len(MANY) + 1} 3\n") + len(before) - len("200 3\n") + len(end)
    content, _ = content_of([*MANY[:200], word, *MANY[200:]], [end])
    path = tmp_path / "v.bin"
    path.write_bytes(content)
    assert_refused(path, fault.format(head))


def test_the_words_of_a_block_are_cut_once_however_many_are_selected(tmp_path, monkeypatch):
    words = [f"w{row}" for row in range(50)]
    Vectors(words, np.ones((50, 2), np.float32)).save(tmp_path / "v.bin")
    cuts, texts = [], binary_blocks.Block.texts
    monkeypatch.setattr(
        binary_blocks.Block, "texts", lambda block: cuts.append(block) or texts(block)
    )
    assert load(tmp_path / "v.bin", words=words[::2]).words == tuple(words[::2])
    assert len(cuts) == 1


def test_words_are_selected_that_were_not_utf8(tmp_path):
    content, matrix = content_of([b"tea", b"caf\xe9", b"milk"], [b"\n"])
    (tmp_path / "v.bin").write_bytes(content)
    words = ["caf\N{REPLACEMENT CHARACTER}"]
    few = load(tmp_path / "v.bin", words=words, encoding_errors="replace")
    assert few.words == tuple(words)
    np.testing.assert_array_equal(few, matrix[1:2])

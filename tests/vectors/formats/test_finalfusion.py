"""finalfusion's files; the real finalfusion is asked where it is installed."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finalfusion_files import BUCKETS, FASTTEXT, finalfusion_file
from firth.errors import FormatError
from firth.vectors import Vectors, load

WORDS = ["tea", "茶", "new york", ""]
RAW = np.random.default_rng(7).normal(size=(4, 5)).astype(np.float32)
NORMS = np.linalg.norm(RAW, axis=1)
UNIT = (RAW / NORMS[:, np.newaxis]).astype(np.float32)
WHOLE = finalfusion_file(WORDS, UNIT, NORMS, metadata=b"a = 1\n")


@pytest.fixture
def put(tmp_path):
    """Write a file, and return its path."""

    def write(content, name="v.fifu"):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


@pytest.mark.parametrize("name", ["v.fifu", "v", "v.bin"])
@pytest.mark.parametrize("metadata", [None, b"", b"a = 1\n", "é = 'x'".encode()])
def test_vectors_have_the_lengths_of_training(name, metadata, put):
    loaded = load(put(finalfusion_file(WORDS, UNIT, NORMS, metadata=metadata), name))
    assert list(loaded) == WORDS
    np.testing.assert_allclose(loaded, RAW, rtol=1e-6)
    told = {} if metadata is None else {"metadata": metadata.decode()}
    assert loaded.config == {"finalfusion": told}


def test_without_norms_they_have_length_one(put):
    np.testing.assert_array_equal(load(put(finalfusion_file(WORDS, UNIT))), UNIT)


@pytest.mark.parametrize("vocab", [BUCKETS, FASTTEXT])
def test_the_rows_of_ngrams_are_left_out(vocab, put):
    rows = np.concatenate([UNIT, np.ones((8, 5), np.float32)])
    loaded = load(put(finalfusion_file(WORDS, rows, NORMS, vocab=vocab)))
    np.testing.assert_allclose(loaded, RAW, rtol=1e-6)
    assert loaded.get("teapot") is None


def _changed(content, old, new):
    assert content.count(old) == 1
    return content.replace(old, new)


ARRAY_SIZE = struct.pack("<Q 2I", 4, 5, 10)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (WHOLE[:4] + b"\1" + WHOLE[5:], "no file of finalfusion in version 0"),
        (finalfusion_file(WORDS, UNIT, dtype=1), "expected numbers of type 10, got 1"),
        (finalfusion_file(WORDS, UNIT[:3]), "3 vectors for 4 words"),
        (finalfusion_file(WORDS, UNIT, NORMS[:3]), "3 norms for 4 words"),
        (finalfusion_file(["a", "a"], UNIT[:2]), "number 2 is 'a', like number 1"),
        (finalfusion_file([b"a\xff"], UNIT[:1]), "a word is not UTF-8; .*'replace'"),
        (finalfusion_file(["a"], UNIT[:1] * np.nan), "NaN or infinity"),
        (finalfusion_file(["a"], UNIT[:1] * 1e38, NORMS[:1] * 1e38), "NaN or infinity"),
        (finalfusion_file(["a"], UNIT[:1, :0]), "0 dimensions"),
        (finalfusion_file([], UNIT[:0]), "chunk of kind 2 where none is expected"),
        (WHOLE + struct.pack("<I Q", 4, 0), "compressed .quantized., which Firth does not read"),
        (WHOLE + struct.pack("<I Q", 8, 0), "n-grams are listed"),
        (WHOLE + struct.pack("<I Q", 5, 0), "chunk of kind 5 where none is expected"),
        (_changed(WHOLE, struct.pack("<I Q", 5, 6), struct.pack("<I Q", 5, 1 << 50)), "metadata"),
        (_changed(WHOLE, ARRAY_SIZE, struct.pack("<Q 2I", 1 << 60, 5, 10)), "cut short in its vec"),
        (_changed(WHOLE, ARRAY_SIZE, struct.pack("<Q 2I", 3, 5, 10)), "2 has another length"),
        (_changed(WHOLE, b"\3\0\0\0tea", b"\xff\xff\xff\xfftea"), "word number 1 of 4 should have"),
    ],
)
def test_files_that_are_damaged(content, fault, put, assert_refused):
    assert_refused(put(content), fault)


def test_files_cut_short_anywhere(put, assert_refused):
    without_norms = len(WHOLE) - 12 - 12 - 16
    for size in range(4, len(WHOLE)):
        if not without_norms - 4 <= size <= without_norms:
            assert_refused(put(WHOLE[:size]), "cut short")


def test_some_of_the_words(put):
    path = put(WHOLE)
    assert list(load(path, limit=2)) == WORDS[:2]
    assert list(load(path, words=["茶"])) == ["茶"]
    replaced = put(finalfusion_file([b"a\xff"], UNIT[:1]))
    assert load(replaced, encoding_errors="replace").words == ("a\ufffd",)


def test_finalfusions_files_are_not_written(tmp_path):
    with pytest.raises(FormatError, match="reads finalfusion's files, but does not write it"):
        Vectors(["tea"], np.ones((1, 2))).save(tmp_path / "v.fifu")


@pytest.mark.filterwarnings("ignore")
def test_files_of_the_real_finalfusion(tmp_path):
    finalfusion = pytest.importorskip("finalfusion", reason="finalfusion is not installed")
    from finalfusion.metadata import Metadata
    from finalfusion.norms import Norms
    from finalfusion.storage import NdArray
    from finalfusion.vocab import SimpleVocab

    for metadata in (None, Metadata({"a": 1}), Metadata({"b": "xy"})):
        parts = {"storage": NdArray(UNIT), "vocab": SimpleVocab(WORDS), "metadata": metadata}
        path = tmp_path / "v.fifu"
        finalfusion.Embeddings(**parts, norms=Norms(NORMS)).write(str(path))
        np.testing.assert_allclose(load(path), RAW, rtol=1e-6)
        if metadata is None:
            assert path.read_bytes() == finalfusion_file(WORDS, UNIT, NORMS)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_words_and_numbers_come_back(data, tmp_path_factory):
    texts = st.text(st.characters(blacklist_categories=["Cs"]))
    words = data.draw(st.lists(texts, min_size=1, max_size=9, unique=True))
    floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
    row = st.lists(floats, min_size=2, max_size=2)
    numbers = np.array([data.draw(row) for _ in words], np.float32)
    path = tmp_path_factory.mktemp("v") / "v.fifu"
    path.write_bytes(finalfusion_file(words, numbers))
    loaded = load(path)
    assert list(loaded) == words
    np.testing.assert_array_equal(loaded.input_vectors, numbers)

"""finalfusion's files; the real finalfusion is asked where it is installed."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finalfusion_files import BUCKETS, FASTTEXT, finalfusion_file
from firth.errors import FirthError, FormatError
from firth.vectors import Vectors, load
from firth.vectors.search import unit_rows

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
@pytest.mark.parametrize("metadata", [None, b"", "é = 'x'".encode(), b"\0" * 200_000])
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
        (WHOLE + struct.pack("<I Q Q", 1, 8, 0), "chunk of kind 1 where none is expected"),
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


def test_what_is_written_is_finalfusions(tmp_path):
    Vectors(WORDS, RAW).save(tmp_path / "v.fifu")
    norms = np.linalg.norm(RAW.astype(np.float64), axis=1)
    assert (tmp_path / "v.fifu").read_bytes() == finalfusion_file(WORDS, unit_rows(RAW), norms)
    Vectors(["a", 1], np.zeros((2, 1))).save(tmp_path / "v.fifu")
    assert load(tmp_path / "v.fifu").words == ("a", "1")


def test_what_finalfusion_cannot_hold_is_refused(tmp_path):
    with pytest.raises(FormatError, match=r"finalfusion's files cannot hold .*\(not Unicode\)"):
        Vectors(["\ud800"], RAW[:1]).save(tmp_path / "v.fifu")
    with pytest.raises(FormatError, match="the length of a vector exceeds float32"):
        Vectors(["tea"], np.full((1, 3), 3e38, np.float32)).save(tmp_path / "v.fifu")
    (tmp_path / "v.fifu").write_bytes(b"other")
    with pytest.raises(FirthError, match="does not hold vectors"):
        Vectors(["tea"], RAW[:1]).save(tmp_path / "v.fifu")
    assert [file.name for file in tmp_path.iterdir()] == ["v.fifu"]


@pytest.mark.filterwarnings("ignore")
def test_the_real_finalfusion_reads_what_is_written(tmp_path):
    finalfusion = pytest.importorskip("finalfusion", reason="finalfusion is not installed")
    Vectors(WORDS, RAW).save(tmp_path / "v.fifu")
    found = finalfusion.load_finalfusion(str(tmp_path / "v.fifu"))
    assert found.vocab.words == WORDS
    for row, word in enumerate(WORDS):
        vector, norm = found.embedding_with_norm(word)
        np.testing.assert_allclose(vector * norm, RAW[row], rtol=1e-6)


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


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_words_and_numbers_are_written(data, tmp_path_factory):
    texts = st.text(st.characters(blacklist_categories=["Cs"]))
    words = data.draw(st.lists(texts, min_size=1, max_size=9, unique=True))
    floats = st.floats(-(2.0**120), 2.0**120, width=32)
    row = st.lists(floats, min_size=2, max_size=2)
    numbers = np.array([data.draw(row) for _ in words], np.float32)
    path = tmp_path_factory.mktemp("v") / "v.fifu"
    Vectors(words, numbers).save(path)
    loaded = load(path)
    assert list(loaded) == words
    largest = np.abs(numbers.astype(np.float64)).max(axis=1, keepdims=True)
    error = np.abs(loaded.input_vectors.astype(np.float64) - numbers)
    assert (error <= 1e-6 * largest + 1e-44).all()

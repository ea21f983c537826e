"""Vocabularies of spaCy, where it is installed."""

import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import FirthError, FormatError, MissingExtraError
from firth.vectors import Vectors, load
from firth.vectors.formats.selection import Selection
from firth.vectors.loading import load_selection

WORDS = ["tea", "new york", "茶", "", "NOUN", "a\0b"]
MATRIX = np.random.default_rng(4).normal(size=(6, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def spacy():
    """Return spaCy."""
    return pytest.importorskip("spacy", reason="spacy is not installed")


@pytest.fixture
def folder(spacy, tmp_path):
    """Write a vocabulary, and return where it is."""
    assert spacy
    Vectors(WORDS, MATRIX).save(tmp_path / "v", format="spacy")
    return tmp_path / "v"


def test_without_spacy_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"firth\[spacy\]"):
        Vectors(WORDS, MATRIX).save(tmp_path / "v", format="spacy")


def test_spacy_has_the_same_vectors(spacy, folder):
    vocab = spacy.blank("xx").vocab.from_disk(folder)
    for word, row in zip(WORDS, MATRIX, strict=True):
        np.testing.assert_array_equal(vocab.get_vector(word), row)
    assert not vocab.get_vector("milk").any()


def test_what_is_written_is_read(folder):
    loaded = load(folder)
    assert list(loaded) == WORDS
    np.testing.assert_array_equal(loaded, MATRIX)
    assert list(load(folder, words=["茶"])) == ["茶"]
    mapped = load_selection(folder, Selection(folder=folder), None)
    np.testing.assert_array_equal(mapped, MATRIX)
    Vectors(["other"], MATRIX[:1]).save(folder, format="spacy")
    assert list(load(folder)) == ["other"]


def test_words_of_a_pipeline_may_share_rows(spacy, tmp_path):
    vocab = spacy.vocab.Vocab()
    words = [word for word in WORDS if word]
    for word, row in zip(words, MATRIX, strict=False):
        vocab.set_vector(word, row)
    vocab.prune_vectors(3)
    vocab.to_disk(tmp_path / "v")
    loaded = load(tmp_path / "v")
    assert sorted(loaded) == sorted(words)
    for word in words:
        np.testing.assert_array_equal(loaded[word], vocab.get_vector(word))


def test_what_spacy_cannot_hold_is_refused(folder):
    with pytest.raises(FormatError, match="spaCy cannot hold the word"):
        Vectors(["\ud800"], MATRIX[:1]).save(folder, format="spacy")
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(FirthError, match="holds other files"):
        Vectors(["tea"], MATRIX[:1]).save(folder, format="spacy")


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("key2row", b"", "damaged"),
        ("key2row", b"\x81", "damaged"),
        ("key2row", b"\x80", "the vocabulary has no vectors"),
        ("key2row", b"\x93\x01\x02\x03", "expected a number for each"),
        ("key2row", b"\x81\x01\xa1a", "expected a number for each"),
        ("key2row", b"\x81\x05\x09", "not those of vectors|lacks a word"),
        ("key2row", b"\xdf\xff\xff\xff\xff", "damaged"),
        ("strings.json", b"{", "strings.json: not valid JSON"),
        ("strings.json", b"{}", "strings.json: expected a list of JSON, got dict"),
        # spaCy's own reader raises a SystemError.
        ("strings.json", b'[{"a": {' + b"[" * 2_000, "strings.json: not valid JSON"),
        ("strings.json", b"[]", "lacks a word of key2row"),
        ("strings.json", b"[1, 2]", "strings.json is damaged"),
        ("vectors", b"", "it is no array"),
        ("vectors", b"\x93NUMPY\x01\x00\x10\x00{", "damaged"),
        ("vectors.cfg", b"[]", "expected a JSON object"),
    ],
)
def test_damaged_files(name, content, fault, folder, assert_refused):
    (folder / name).write_bytes(content)
    assert_refused(folder, fault)


@pytest.mark.usefixtures("spacy")
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_words_and_numbers_come_back(data, tmp_path_factory):
    texts = st.text(st.characters(exclude_categories=["Cs"]))
    words = data.draw(st.lists(texts, min_size=1, max_size=9, unique=True))
    floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
    row = st.lists(floats, min_size=2, max_size=2)
    numbers = np.array([data.draw(row) for _ in words], np.float32)
    folder = tmp_path_factory.mktemp("v")
    Vectors(words, numbers).save(folder / "v", format="spacy")
    loaded = load(folder / "v")
    assert list(loaded) == words
    np.testing.assert_array_equal(loaded.input_vectors, numbers)
    shutil.rmtree(folder)


def test_a_vocabulary_without_vectors_is_told(spacy, tmp_path):
    spacy.blank("en").to_disk(tmp_path / "pipeline")
    with pytest.raises(FormatError, match=r"vocab: the vocabulary has no vectors$"):
        load(tmp_path / "pipeline" / "vocab")
    with pytest.raises(FormatError, match=r"; the folder .*pipeline.vocab in it is one$"):
        load(tmp_path / "pipeline")

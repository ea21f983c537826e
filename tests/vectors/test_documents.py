"""The vectors of documents: checks, copies, and the file that holds them."""

import copy
import pickle

import numpy as np
import pytest
from safetensors.numpy import save_file

import firth
from firth.errors import ConfigError, FirthError, FirthWarning, VocabularyError
from firth.vectors import Vectors
from firth.vectors.documents import DocumentTable
from firth.vectors.queries import known_rows

NUMBERS = np.array([0, 3, 10**10])
ROWS = np.array([[1, 0], [3, 4], [4, 3]], np.float32)

TAGGED = {"documents": ROWS, "numbers": np.arange(3)}


def make(numbers=NUMBERS, rows=ROWS, tags=None):
    documents = DocumentTable(numbers, rows, tags)
    return Vectors(["tea", "milk"], np.eye(2, dtype=np.float32), documents=documents)


def assert_whole(vectors):
    assert vectors.documents.words == tuple(NUMBERS.tolist())
    np.testing.assert_array_equal(vectors.documents.input_vectors, ROWS)
    assert vectors.documents.similar(3)[0].word == 10**10


@pytest.mark.parametrize(
    ("numbers", "rows", "told"),
    [
        (NUMBERS, ROWS[:2], "2 int64 numbers, one for each document"),
        (NUMBERS.astype(np.int32), ROWS, "3 int64 numbers, one for each document"),
        (NUMBERS, np.ones((3, 4), np.float32), r"float32 of shape \(N, 2\)"),
        (NUMBERS, ROWS.astype(float), r"float32 of shape \(N, 2\)"),
        (NUMBERS[::-1], ROWS, "numbers of documents must be 0 or more, and rise"),
        (np.array([1, 2, 2]), ROWS, "numbers of documents must be 0 or more, and rise"),
        (np.array([-1, 0, 1]), ROWS, "numbers of documents must be 0 or more, and rise"),
    ],
)
def test_documents_that_do_not_fit(numbers, rows, told):
    with pytest.raises(ConfigError, match=told):
        make(numbers, rows)


@pytest.mark.parametrize(
    "tags",
    [("a", 7), ("a", 7, "a"), ["a", "b", "c"], ("a", 7, 1.5), ("a", 7, True), "abc"],
)
def test_tags_that_do_not_fit(tags):
    told = "documents must have 3 tags that differ, str or int, in a tuple; got"
    with pytest.raises(ConfigError, match=told):
        make(np.arange(3), tags=tags)


def test_documents_with_tags_have_rising_numbers():
    with pytest.raises(ConfigError, match="numbers of documents with tags must be 0, 1 and so on"):
        make(tags=("a", "b", "c"))


def test_tags_are_names_in_copies_and_files(tmp_path):
    tags = ("class é", 7, "7")
    made = make(np.arange(3), tags=tags)
    made.save(tmp_path / "v")
    for vectors in (made, pickle.loads(pickle.dumps(made)), firth.load(tmp_path / "v")):
        assert vectors.documents.words == tags
        np.testing.assert_array_equal(vectors.documents[7], ROWS[1])
    # What is mapped can be replaced by itself.
    loaded = firth.load(tmp_path / "v")
    loaded.save(tmp_path / "v")
    assert firth.load(tmp_path / "v").documents.words == tags


@pytest.mark.parametrize(
    "ask",
    [
        lambda documents: documents[9999],
        lambda documents: documents[[3, 9999]],
        lambda documents: documents.similar(9999),
        lambda documents: documents.similar({3: 1, 9999: -1}),
        lambda documents: documents.similar(3, exclude=[9999]),
        lambda documents: documents.similar(3, restrict=[9999]),
        lambda documents: documents.similarity(3, 9999),
        lambda documents: documents.closer_than(3, 9999),
        lambda documents: documents.odd_one_out([3, 9999, 3]),
        lambda documents: known_rows([9999], documents.index),
        lambda documents: pickle.loads(pickle.dumps(documents))[9999],
        lambda documents: copy.copy(documents)[9999],
        lambda documents: documents.read_out("plain")[9999],
    ],
)
def test_a_document_that_is_not_there_is_no_word(ask):
    told = "^9999 is not among the 3 documents$"
    with pytest.raises(VocabularyError, match=told):
        ask(make().documents)


def test_documents_are_called_so():
    documents = make().documents
    assert repr(documents) == "DocumentVectors(3 documents, dim=2)"
    assert repr(documents.index) == "<places of 3 documents>"
    assert "<th>document</th>" in documents._repr_html_()
    with pytest.raises(
        VocabularyError, match="among the 3 documents; it is empty: give a document"
    ):
        documents[" "]


def test_documents_have_no_company_and_no_documents():
    documents = make().documents
    with pytest.raises(ConfigError, match="words have company, not a document: ask the vectors of"):
        documents.company(3)
    with pytest.raises(ConfigError, match="these are documents; the vectors of words have them"):
        documents.documents  # noqa: B018


def test_what_is_no_table_of_documents_is_refused():
    with pytest.raises(ConfigError, match="documents must be a DocumentTable, got 'joint'"):
        Vectors(["tea", "milk"], np.eye(2), documents="joint")


def test_documents_stay_in_copies_and_other_read_outs():
    for vectors in (make(), pickle.loads(pickle.dumps(make())), make().read_out("unit=yes")):
        assert_whole(vectors)
        assert not vectors.documents.input_vectors.flags.writeable
    with pytest.raises(AttributeError, match="document_table of Vectors cannot be changed"):
        make().document_table = None


def test_documents_are_saved_and_mapped(tmp_path):
    make().save(tmp_path / "v")
    loaded = firth.load(tmp_path / "v")
    assert_whole(loaded)
    assert isinstance(loaded.document_table.vectors.base.base, np.memmap)
    assert_whole(firth.load(tmp_path / "v", words=["milk"]))
    # What is mapped can be replaced by itself.
    loaded.save(tmp_path / "v")
    assert_whole(loaded)
    assert_whole(firth.load(tmp_path / "v"))
    told = r"no documents were written to .*v\.bin, since word2vec binary has none; give a folder"
    with pytest.warns(FirthWarning, match=told):
        make().save(tmp_path / "v.bin")
    with pytest.raises(ConfigError, match="these vectors have no documents"):
        firth.load(tmp_path / "v.bin").documents  # noqa: B018


def test_vectors_without_documents_take_the_place_of_those_with(tmp_path):
    make().save(tmp_path / "v")
    Vectors(["tea"], np.ones((1, 2), np.float32)).save(tmp_path / "v")
    assert firth.load(tmp_path / "v").document_table is None
    (tmp_path / "v" / "notes.txt").touch()
    with pytest.raises(FirthError, match="holds other files"):
        make().save(tmp_path / "v")


@pytest.mark.parametrize(
    ("tensors", "told"),
    [
        ({"documents": ROWS}, "expected tensors"),
        ({"documents": ROWS, "numbers": NUMBERS.astype(np.int32)}, "expected tensors"),
        ({"documents": ROWS, "numbers": NUMBERS[:2]}, "3 int64 numbers, one for each"),
        ({"documents": ROWS[:, :1].copy(), "numbers": NUMBERS}, "float32 of shape"),
        ({"documents": ROWS, "numbers": NUMBERS, "more": ROWS}, "expected tensors"),
        ({**TAGGED, "tags": np.array([1])}, "expected tensors"),
        ({**TAGGED, "tags": np.frombuffer(b'["a", "b"', np.uint8)}, "'tags' is damaged: it is no"),
        ({**TAGGED, "tags": np.frombuffer(b"\xff[]", np.uint8)}, "'tags' is damaged: it is no"),
        ({**TAGGED, "tags": np.frombuffer(b"{}", np.uint8)}, "expected a list under 'tags'"),
        (
            {**TAGGED, "tags": np.frombuffer(b'["a", "b"]', np.uint8)},
            "must have 3 tags that differ",
        ),
        (
            {**TAGGED, "tags": np.frombuffer(b'["a", [], 2]', np.uint8)},
            "must have 3 tags that differ",
        ),
    ],
)
def test_a_wrong_file_of_documents_is_refused(tmp_path, assert_refused, tensors, told):
    make().save(tmp_path / "v")
    save_file(tensors, tmp_path / "v/documents.safetensors")
    assert_refused(tmp_path / "v", told)


@pytest.mark.parametrize("cut", [0, 5, 40, -1])
def test_a_damaged_file_of_documents_is_refused(tmp_path, assert_refused, cut):
    make().save(tmp_path / "v")
    path = tmp_path / "v/documents.safetensors"
    path.write_bytes(path.read_bytes()[:cut])
    assert_refused(tmp_path / "v", "documents.safetensors: damaged")

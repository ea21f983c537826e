"""A file that does not exist is a `FileNotFoundError` too, whatever reads it."""

import errno

import pytest

import firth
import firth.io.compression
from firth.compat.gensim import KeyedVectors, LineSentence, PathLineSentences, Phrases, Word2Vec
from firth.errors import MissingFileError, MissingTextError, reraise

READERS = {
    "vectors": (firth.load, firth.FormatError),
    "phrases": (firth.Phrases.load, firth.FormatError),
    "analogies": (
        lambda path: firth.evaluate(firth.Vectors(["a"], [[1.0]]), analogies=path),
        firth.FormatError,
    ),
    "a text": (firth.read_corpus, firth.CorpusError),
    "a pattern": (lambda path: firth.read_corpus(f"{path}*.txt"), firth.CorpusError),
    "a text to train on": (firth.train, firth.CorpusError),
    "vectors to start from": (
        lambda path: firth.train([["tea"]] * 9, start=path),
        firth.FormatError,
    ),
    "gensim's Word2Vec": (Word2Vec.load, firth.FormatError),
    "gensim's KeyedVectors": (KeyedVectors.load_word2vec_format, firth.FormatError),
    "gensim's Phrases": (Phrases.load, firth.FormatError),
    "gensim's LineSentence": (lambda path: list(LineSentence(path)), firth.FormatError),
    "gensim's PathLineSentences": (PathLineSentences, firth.CorpusError),
    "gensim's corpus_file": (lambda path: Word2Vec(corpus_file=path), firth.CorpusError),
}


@pytest.mark.parametrize(("read", "kind"), READERS.values(), ids=READERS)
def test_the_error_is_of_both_kinds(read, kind, tmp_path):
    with pytest.raises(FileNotFoundError, match="absent") as told:
        read(str(tmp_path / "absent"))
    assert isinstance(told.value, kind)
    assert told.value.errno == errno.ENOENT
    assert "\n" not in str(told.value)


def test_other_errors_of_files_are_not(tmp_path):
    (tmp_path / "empty.txt").write_bytes(b"")
    for read, kind in ((firth.load, firth.FormatError), (firth.read_corpus, firth.CorpusError)):
        with pytest.raises(kind) as told:
            read(tmp_path / "empty.txt")
        assert not isinstance(told.value, OSError)


def test_the_first_error_says_which_file_is_missing(tmp_path):
    # Each is the error of a file that is read while another is open.
    for kind in (MissingFileError, MissingTextError):
        with pytest.raises(kind, match=r"^no such file: inner$"), reraise(firth.FormatError, "x"):
            raise kind("no such file: inner")
    outer = tmp_path / "outer.txt"
    outer.write_text("tea\n")
    with (
        pytest.raises(MissingFileError, match=r"^no such file: .*inner"),
        firth.io.compression.open_regular(outer),
    ):
        firth.load(tmp_path / "inner")

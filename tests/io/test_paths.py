"""Invalid paths: every function that takes a path answers with an error of Firth's."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

import firth
from firth.callbacks import JsonLines, TensorBoard
from firth.compat import gensim
from firth.compat.gensim.models.word2vec import LineSentence, PathLineSentences, Text8Corpus
from firth.compat.gensim.utils import save_as_line_sentence
from firth.io.paths import to_path
from firth.io.resources import free_disk

UNITS = [["tea", "milk"]] * 9
VECTORS = firth.Vectors(["tea", "milk"], np.eye(2))
KEYED = gensim.KeyedVectors(2)
KEYED.add_vectors(["tea", "milk"], np.eye(2))
NO_PATHS = {
    "a NUL": "a\0b", "nothing": "", "a number": 3, "bytes": b"a",
    "a lone surrogate": "\ud800",
}  # fmt: skip
NO_FILES = {
    "long name": "x" * 300, "long path": "y/" * 3000 + "z", "in a long name": "x" * 300 + "/v",
    "through a file": "file/x", "loop": "loop/x", "dangling link": "dangling/x",
}  # fmt: skip
FACES = {
    "log": JsonLines,
    "start": lambda path: firth.train(UNITS, start=path, dim=2),
    "checkpoint": lambda path: firth.train(UNITS, checkpoint=path, dim=2),
    "load": firth.load,
    "save": VECTORS.save,
    "analogies": lambda path: firth.evaluate(VECTORS, analogies=path),
    "similarity": lambda path: firth.evaluate(VECTORS, similarity=[path]),
    "picture": lambda path: pytest.importorskip("firth.plotting").check_picture(path),
}

# Of programs for gensim, each function that reads or writes; and what Firth has beside.
READERS = {
    "load": firth.load,
    "phrases": lambda path: firth.train(UNITS, phrases=path, dim=2),
    "analogies": FACES["analogies"],
    "similarity": FACES["similarity"],
    "vocabulary": firth.Vocabulary.load,
    "index": lambda path: VECTORS.open_index(path),
    "gensim's lines": lambda path: list(LineSentence(path)),
    "gensim's folder": lambda path: list(PathLineSentences(path)),
    "gensim's text8": lambda path: list(Text8Corpus(path)),
    "gensim's vectors": gensim.KeyedVectors.load_word2vec_format,
    "gensim's phrases": gensim.Phrases.load,
    "gensim's analogies": lambda path: KEYED.evaluate_word_analogies(path),
}
WRITERS = {
    "vectors": VECTORS.save,
    "a file": lambda path: VECTORS.save(path, format="word2vec-text"),
    "words": lambda path: firth.Vocabulary(["tea"], [9]).save(path),
    "phrases": lambda path: firth.learn_phrases(UNITS).save(path),
    "gensim's own": lambda path: KEYED.save(path),
    "gensim's file": lambda path: KEYED.save_word2vec_format(path),
    "gensim's sentences": lambda path: save_as_line_sentence(UNITS, path),
}

windows_has_others = pytest.mark.skipif(sys.platform == "win32", reason="its paths are others")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of files that are in the way."""
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("nowhere")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@windows_has_others
@pytest.mark.parametrize("given", NO_PATHS.values(), ids=NO_PATHS)
@pytest.mark.parametrize("face", FACES.values(), ids=FACES)
def test_what_is_no_path_is_told(face, given):
    with pytest.raises(firth.ConfigError, match=r"must be (Vectors or )?a path, got"):
        face(given)


@windows_has_others
@pytest.mark.parametrize("given", NO_FILES.values(), ids=NO_FILES)
@pytest.mark.parametrize("face", [FACES["log"], FACES["start"]], ids=["log", "start"])
def test_what_can_be_no_file_is_told(folder, face, given):
    with pytest.raises(firth.FirthError) as caught:
        face(given)
    assert "\n" not in str(caught.value)


@windows_has_others
@pytest.mark.parametrize("given", NO_FILES.values(), ids=NO_FILES)
@pytest.mark.parametrize("face", [*READERS.values(), *WRITERS.values()], ids=[*READERS, *WRITERS])
def test_no_error_of_the_system_comes_through(folder, face, given):
    with pytest.raises(firth.FirthError) as caught:
        face(given)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
@pytest.mark.parametrize("face", [*READERS.values(), *WRITERS.values()], ids=[*READERS, *WRITERS])
def test_what_is_in_a_closed_folder_is_told(folder, face):
    (folder / "closed").mkdir(mode=0)
    with pytest.raises(firth.FirthError, match="Permission denied"):
        face("closed/x")


@windows_has_others
@pytest.mark.parametrize("given", [*NO_PATHS.values(), *NO_FILES.values()])
def test_a_tracker_takes_no_such_folder(folder, given, monkeypatch):
    monkeypatch.setattr("firth.callbacks.trackers._import", lambda *_: None)
    with pytest.raises(firth.FirthError):
        TensorBoard(given)


def test_paths_are_returned():
    assert to_path("x", "a/b") == to_path("x", Path("a/b")) == Path("a", "b")


@windows_has_others
def test_the_room_at_a_path_that_cannot_be_is_that_above(folder):
    assert free_disk(Path("x" * 300, "y")) is not None
    assert free_disk(Path("file/x")) is not None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_log_in_a_closed_folder_is_told(folder):
    (folder / "closed").mkdir(mode=0)
    with pytest.raises(firth.FirthError, match="Permission denied"):
        JsonLines(folder / "closed/run.jsonl")

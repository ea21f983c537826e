"""Paths of a run that would overwrite each other are refused before anything is read."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from firth.errors import FirthError
from firth.run_paths import check_run_paths
from firth.vectors import Vectors


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """The current folder: texts, words, vectors, and a link to the folder itself."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts").mkdir()
    for name in ("own.txt", "texts/one.txt", "words.txt", "run.jsonl"):
        (tmp_path / name).write_text("tea and toast\n")
    Vectors(["tea"], np.ones((1, 2))).save(tmp_path / "vectors")
    Vectors(["tea"], np.ones((1, 2))).save(tmp_path / "texts" / "vectors.txt")
    (tmp_path / "here").symlink_to(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("output", "options", "message"),
    [
        ("new", {"log": "new/run.jsonl"}, "--log new/run.jsonl must not be inside --output new"),
        ("new", {"log": "./here/texts/../new/a/b"}, "must not be inside --output new"),
        ("vectors", {"log": "here/vectors/log"}, "must not be inside --output vectors"),
        ("new", {"checkpoint": "new/c"}, "--checkpoint new/c must not be inside --output new"),
        ("new", {"checkpoint": "new"}, "--output and --checkpoint must differ, got new for both"),
        ("new", {"checkpoint": "texts/../new/"}, "--output and --checkpoint must differ"),
        ("new", {"checkpoint": "here/new"}, "--output and --checkpoint must differ"),
        ("c/new", {"checkpoint": "c"}, "--output c/new must not be inside --checkpoint c"),
        ("c/new.bin", {"checkpoint": "here/c"}, "must not be inside --checkpoint here/c"),
        ("new", {"log": "here/new"}, "--output and --log must differ"),
        ("log/new", {"log": "log"}, "--output log/new must not be inside --log log"),
        ("new", {"log": "c", "checkpoint": "c"}, "--checkpoint c must not be --log c, or inside"),
        ("new", {"log": "c", "checkpoint": "c/d"}, "--checkpoint c/d must not be --log c, or"),
    ],
)
@pytest.mark.parametrize("absolute", [False, True])
def test_results_are_apart(output, options, message, absolute, place):
    with pytest.raises(FirthError, match=message) as raised:
        check_run_paths(Path(output), **options)
    assert "\n" not in str(raised.value)
    if absolute:
        with pytest.raises(FirthError, match="must"):
            check_run_paths(place / output, **options)


@pytest.mark.parametrize(
    ("output", "options"),
    [
        ("new", {"log": "run.jsonl", "checkpoint": "c"}),
        ("new", {"log": "c/run.jsonl", "checkpoint": "c"}),
        ("new", {"log": "new.jsonl", "checkpoint": "newer"}),
        ("new/vectors", {"log": "new/run.jsonl", "checkpoint": "new/c"}),
    ],
)
def test_results_beside_each_other_are_fine(output, options):
    check_run_paths(Path(output), texts=["texts", "own.txt"], frozen="words.txt", **options)


@pytest.mark.parametrize(
    "texts",
    [["own.txt"], ["texts", "./own.txt"], ["*.txt"], ["."], ["here/own.txt"], ["texts/../own.txt"]],
)
@pytest.mark.parametrize("link", [False, True])
def test_a_text_to_be_read_is_not_overwritten(texts, link, place):
    output = place / "here" / "own.txt" if link else Path("own.txt")
    with pytest.raises(FirthError, match="it is one of the texts to read; name another output"):
        check_run_paths(output, texts=texts)
    with pytest.raises(FirthError, match="it is one of the texts to read; name another log"):
        check_run_paths(Path("new"), log=str(output), texts=texts)


def test_paths_that_no_file_system_has_are_left_to_what_opens_them(place):
    long = "n" * 300
    check_run_paths(Path(long), texts=[long], frozen=long, log=long + "l", checkpoint=long + "c")
    check_run_paths(Path("vectors"), texts=[long, "nul\0name"])
    check_run_paths(Path("own.txt"), texts=[long, "absent"])
    for folder in (".", "..", "here"):
        check_run_paths(Path(folder), texts=["own.txt"])


def test_a_hard_link_is_the_same_text(place):
    os.link(place / "own.txt", place / "other.txt")
    with pytest.raises(FirthError, match="it is one of the texts to read"):
        check_run_paths(Path("other.txt"), texts=["own.txt"])


def test_a_text_on_standard_input_is_not_overwritten(place, monkeypatch):
    with (place / "own.txt").open() as text:
        monkeypatch.setattr(sys, "stdin", text)
        check_run_paths(Path("own.txt"), texts=["texts"])
        with pytest.raises(FirthError, match="it is one of the texts to read; name another output"):
            check_run_paths(Path("own.txt"), texts=["texts", "-"])
    for closed in (text, None):
        monkeypatch.setattr(sys, "stdin", closed)
        check_run_paths(Path("own.txt"), texts=["-"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_is_not_read(place):
    os.mkfifo(place / "pipe")
    handle = os.open(place / "pipe", os.O_RDWR)
    try:
        # Enough content that reading the beginning does not wait.
        os.write(handle, b"tea and toast\n" * 1000)
        check_run_paths(Path("pipe"), texts=["texts", "*"])
        check_run_paths(Path("new"), texts=["texts", "*"], log="pipe")
        assert len(os.read(handle, 1 << 16)) == 14_000
    finally:
        os.close(handle)


def test_words_that_stay_are_not_overwritten():
    with pytest.raises(FirthError, match=r"it holds the words of --frozen; .*--output"):
        check_run_paths(Path("words.txt"), frozen="here/words.txt")
    with pytest.raises(FirthError, match=r"it holds the words of --frozen; .*--log"):
        check_run_paths(Path("new"), frozen="words.txt", log="words.txt")


def test_phrases_are_not_overwritten():
    with pytest.raises(FirthError, match=r"it holds the phrases of --phrases; .*--output"):
        check_run_paths(Path("words.txt"), phrases="here/words.txt")
    with pytest.raises(FirthError, match=r"it holds the phrases of --phrases; .*--log"):
        check_run_paths(Path("new"), phrases="words.txt", log="words.txt")
    with pytest.raises(FirthError, match=r"it holds the words of --vocabulary; .*--output"):
        check_run_paths(Path("words.txt"), vocabulary="words.txt")
    check_run_paths(Path("vectors"), phrases="vectors")
    with pytest.raises(FirthError, match="it is one of the texts to read"):
        check_run_paths(Path("vectors"), texts=["vectors/phrases.json"])


def test_vectors_within_a_folder_of_texts_are_replaced_and_named_ones_are_not():
    check_run_paths(Path("texts/vectors.txt"), texts=["texts", "texts/*.txt"])
    with pytest.raises(FirthError, match="it is one of the texts to read"):
        check_run_paths(Path("texts/vectors.txt"), texts=["texts/vectors.txt"])
    with pytest.raises(FirthError, match="it is one of the texts to read"):
        check_run_paths(Path("vectors"), texts=["vectors/vocabulary.json"])


@pytest.mark.skipif(sys.platform not in ("darwin", "win32"), reason="names differ by case here")
def test_names_that_differ_in_case_alone_are_one(place):
    with pytest.raises(FirthError, match="it is one of the texts to read"):
        check_run_paths(Path("OWN.txt"), texts=["own.txt"])

import os
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from firth.compat import gensim
from firth.corpus import read_corpus
from firth.corpus.finding import find_text, without_own
from firth.errors import CorpusError
from firth.vectors import Vectors
from processes import run_python


def paths_of(source):
    return [file.path for file in find_text(source)]


@pytest.fixture
def folder(tmp_path):
    """A folder with files, a folder below, and hidden ones."""
    for name in ["b.txt", "a/z.txt", "a/y.txt", ".hidden", ".git/config", "a/.hidden"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"text of {name}", encoding="utf-8")
    return tmp_path


def test_folder_gives_its_files_sorted_without_hidden_ones(folder):
    assert paths_of(folder) == [folder / "a/y.txt", folder / "a/z.txt", folder / "b.txt"]


def test_glob_pattern(folder):
    assert paths_of(f"{folder}/*/*.txt") == [folder / "a/y.txt", folder / "a/z.txt"]
    assert paths_of(f"{folder}/**/*.txt") == paths_of(folder)
    assert paths_of(f"{folder}/*") == [folder / "b.txt"]


def test_a_name_that_looks_like_a_pattern_is_a_file_first(tmp_path):
    (tmp_path / "a[1].txt").touch()
    (tmp_path / "a1.txt").touch()
    assert paths_of(tmp_path / "a[1].txt") == [tmp_path / "a[1].txt"]


def test_several_paths_stay_in_order(folder):
    paths = [str(folder / "b.txt"), folder / "a"]
    assert paths_of(paths) == [folder / "b.txt", folder / "a/y.txt", folder / "a/z.txt"]
    assert paths_of(tuple(paths)) == paths_of(paths)


@pytest.mark.parametrize("source", [[["a", "b"]], [], 5, {"a": 1}, iter(["a"]), ["a", ["b"]]])
def test_what_names_no_files(source):
    assert find_text(source) is None


def test_a_path_that_may_not_be_looked_at(tmp_path, monkeypatch):
    # Root may look everywhere, so the refusal is played.
    monkeypatch.setattr(Path, "is_dir", mock.Mock(side_effect=PermissionError(13, "no entry")))
    with pytest.raises(CorpusError, match=r"^cannot read .*text: no entry$"):
        find_text(tmp_path / "text")


def test_empty_folder(tmp_path):
    (tmp_path / ".hidden").touch()
    with pytest.raises(CorpusError, match="holds no files"):
        find_text(tmp_path)


def test_pattern_without_match(tmp_path):
    with pytest.raises(CorpusError, match=r"no file matches .*\*.txt"):
        find_text(tmp_path / "*.txt")


def test_unreadable_folder(tmp_path, monkeypatch):
    error = PermissionError(13, "no entry", str(tmp_path))
    monkeypatch.setattr(os, "walk", lambda folder, onerror: onerror(error))
    with pytest.raises(CorpusError, match=r"cannot read .*: no entry"):
        find_text(tmp_path)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            ["the cat sat", "a dog ran"],
            "none of 2 strings names a file, the first is 'the cat sat'",
        ),
        (
            ["", "the cat sat"],
            r"the first is ''; to train on sentences .*\[sentence.split\(\) for ",
        ),
        (["the", "cat"], "the first is 'the'.*give lists of words"),
        ("the cat sat\non the mat", r"there is no file 'the cat sat\\non the mat'; to train"),
        ("the cat " * 1000, r"there is no file 'the cat .* \.\.\. .*cat '; to train"),
        ("nul \0 nul", "there is no file"),
        ("what is it ?", "there is no file"),
        ("", "a path must not be empty"),
        (["text.txt", ""], "a path must not be empty"),
    ],
)
def test_sentences_are_no_paths(write, monkeypatch, source, message):
    monkeypatch.chdir(write("tea milk").parent)
    with pytest.raises(CorpusError, match=message) as caught:
        find_text(source)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("source", "files"),
    [
        ("missing.txt", 1), ("missing", 1), (["missing.txt", "other.txt"], 2),
        (["text.txt", "the cat sat"], 2), ([Path("the cat sat"), "a dog ran"], 2),
        (["my text", "folder/"], 2), ("-", 1), (["-", "text.txt"], 2), ("te?t.txt", 1), ([], 0),
        ([["the cat sat"]], 0),
    ],
)  # fmt: skip
def test_paths_stay_paths(write, monkeypatch, source, files):
    for name in ("text.txt", "my text"):
        monkeypatch.chdir(write("tea milk", name).parent)
    assert len(find_text(source) or []) == files


def test_a_missing_file_among_others_is_named(write):
    path = write("tea milk")
    with pytest.raises(CorpusError, match=r"cannot read .*the cat sat: No such file"):
        read_corpus([str(path), str(path.parent / "the cat sat")])


def test_sentences_are_not_taken_for_paths_when_held_out():
    with pytest.raises(CorpusError, match="holdout: there is no file 'the cat sat'"):
        read_corpus([["a", "b"]], holdout="the cat sat")


@pytest.fixture
def mixed(tmp_path):
    """A folder with a text, and beside it what a run writes."""
    (tmp_path / "text.txt").write_text("tea and toast\n")
    vectors = Vectors(["tea", "milk"], np.ones((2, 3)))
    vectors.save(tmp_path / "vectors")
    vectors.save(tmp_path / "v.vec")
    vectors.save(tmp_path / "v.bin")
    vectors.save(tmp_path / "checkpoints" / "checkpoint-000001")
    vectors.save(tmp_path / "v.sql")
    (tmp_path / "run.jsonl").write_text('{"event": "start", "config": {}}\n')
    (tmp_path / "tune.jsonl").write_text('{"event": "trial", "number": 0}\n')
    gensim.Phrases([["new", "york"]] * 9).save(tmp_path / "phrases.json")
    return tmp_path


def test_what_the_run_writes_is_left_out(mixed, monkeypatch):
    own = [path for path in mixed.iterdir() if path.name != "text.txt"]
    own.append(mixed / "not there yet")
    for source in (mixed, mixed / "**", [mixed, mixed / "*"]):
        found = {file.path.name for file in find_text(source, own)}
        assert found == {"text.txt"}
    # A pattern names texts one by one, also in the folder that the run writes to.
    assert [file.path for file in find_text(mixed / "*.txt", [mixed])] == [mixed / "text.txt"]
    monkeypatch.chdir(mixed / "vectors")
    relative = [Path("..", path.name) for path in own]
    assert [file.path for file in find_text("..", relative)] == [Path("../text.txt")]


def test_texts_are_given_without_what_a_command_writes(mixed):
    names = {path.name for path in mixed.iterdir()} - {"text.txt"}
    own = [mixed / name for name in names]
    found = without_own(["-", str(mixed), str(mixed / "*.txt"), str(mixed / "text.txt")], own)
    assert found == ["-", *[str(mixed / "text.txt")] * 3]
    given = ["https://example.org/*.txt", str(mixed)]
    assert without_own(given, [None, mixed / "absent"]) == given


@pytest.mark.parametrize(
    ("left", "message"),
    [
        (
            "vectors",
            r"vectors is a folder of vectors, not text; move it away, or name the texts",
        ),
        ("checkpoints", r"checkpoint-000001 is a folder of vectors, not text"),
        ("v.vec", r"v\.vec holds vectors, not text"),
        ("v.bin", r"v\.bin holds vectors, not text"),
        ("v.sql", r"v\.sql holds a script for PostgreSQL, not text"),
        ("run.jsonl", r"run\.jsonl holds the log of a run, not text"),
        ("tune.jsonl", r"tune\.jsonl holds the log of a run, not text"),
        ("phrases.json", r"phrases\.json holds phrases, not text"),
    ],
)
def test_what_else_is_no_text_is_refused_by_name(mixed, left, message):
    names = {path.name for path in mixed.iterdir()} - {left, "text.txt"}
    for source in (mixed, mixed / "**"):
        with pytest.raises(CorpusError, match=message) as raised:
            find_text(source, [mixed / name for name in names])
        assert "*.txt" in str(raised.value)
        assert "\n" not in str(raised.value)
    # Named outright, it is what the user wants.
    assert find_text(mixed / "v.vec")


def test_no_pattern_is_advised_that_names_the_file_again(tmp_path):
    (tmp_path / "v.txt").write_text("1 2\ntea 1 2\n")
    for source in (tmp_path, tmp_path / "*"):
        with pytest.raises(CorpusError, match="holds vectors, not text; move it away") as raised:
            find_text(source)
        assert "*.txt'" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n"),
        ("a.svg", b'<?xml version="1.0"?>\n<!DOCTYPE svg>\n<svg width="3">'),
        ("a.pdf", b"%PDF-1.7\n"),
        ("a.jpg", b"\xff\xd8\xff\xe0"),
        ("model.safetensors", b"\x40" + bytes(7) + b'{"embeddings": {}}'),
    ],
)
def test_pictures_and_tensors_are_refused_by_name(tmp_path, name, content):
    (tmp_path / "text.txt").write_text("tea and toast\n")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CorpusError, match=rf"{name} holds (a picture|tensors), not text"):
        find_text(tmp_path)


@pytest.mark.parametrize(
    "content",
    ["", "1 2\n", "12 34\ntea and toast\n", '{"text": "tea"}\n', "<p>tea</p>\n", "tea 1 2\n"],
)
def test_texts_that_look_a_little_like_it_are_texts(tmp_path, content):
    (tmp_path / "text.txt").write_text(content)
    assert paths_of(tmp_path) == [tmp_path / "text.txt"]


def test_a_folder_that_the_run_writes_is_no_source(mixed):
    with pytest.raises(CorpusError, match="the run itself writes into that folder; give it anoth"):
        find_text(mixed, [mixed])


def test_texts_may_lie_below_a_folder_into_which_the_run_writes(folder):
    texts = paths_of(folder)
    for source in (folder, folder / "*"):
        found = [file.path for file in find_text(source, [folder.parent])]
        assert found
        assert set(found) <= set(texts)
    assert [file.path for file in find_text(folder, [folder.parent])] == texts


@pytest.mark.parametrize("names", [["-", "-"], ["text.txt", "-", "text.txt", "-"]])
def test_standard_input_is_named_once(tmp_path, monkeypatch, names):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_text("tea milk\n")
    with pytest.raises(CorpusError, match=r"^standard input is named twice, and can be read only"):
        find_text(names)
    # A file that is named twice is read twice.
    assert len(find_text(["text.txt", "text.txt", "-"])) == 3


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_is_named_once_whatever_its_names(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "other").symlink_to("pipe")
    os.mkfifo(tmp_path / "another")
    assert len(find_text([tmp_path / "pipe", tmp_path / "another"])) == 2
    with pytest.raises(CorpusError, match="other is named twice, and can be read only once"):
        find_text([tmp_path / "pipe", tmp_path / "another", tmp_path / "other"])
    with pytest.raises(CorpusError, match="cannot be both trained on and held out"):
        read_corpus(tmp_path / "pipe", holdout=tmp_path / "other")


@pytest.mark.skipif(not Path("/dev/stdin").exists(), reason="this system has no /dev/stdin")
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["-", "/dev/stdin"], "firth: /dev/stdin is named twice, and can be read only once\n"),
        (["/dev/stdin", "--holdout", "-"], "firth: standard input cannot be both trained on and"),
    ],
)
def test_other_names_of_standard_input_are_known(tmp_path, options, told):
    done = run_python(
        "-m", "firth", "train", *options, "--output", "never", input="tea milk\n" * 99, cwd=tmp_path
    )
    assert done.returncode == 1
    assert done.stderr.startswith(told)

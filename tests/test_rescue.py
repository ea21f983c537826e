"""If the output cannot be written any more, vectors are saved elsewhere; the error says where."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

import firth
from firth import rescue
from firth.errors import FirthError
from firth.rescue import save_or_rescue
from firth.vectors import Vectors

VECTORS = Vectors(["tea", "milk"], np.ones((2, 3)))


def rescued(output, **options):
    """The folder that the error names."""
    with pytest.raises(FirthError, match=r"; the vectors were saved in ") as raised:
        save_or_rescue(VECTORS, output, **options)
    assert "\n" not in str(raised.value)
    folder = Path(str(raised.value).rpartition(" in ")[2])
    assert list(firth.load(folder)) == ["tea", "milk"]
    return folder, str(raised.value)


def test_vectors_that_can_be_saved_are_where_they_should(tmp_path):
    save_or_rescue(VECTORS, tmp_path / "new" / "v.bin")
    assert list(firth.load(tmp_path / "new" / "v.bin")) == ["tea", "milk"]


def test_beside_the_output(tmp_path):
    (tmp_path / "v.bin").write_text("came meanwhile")
    folder, message = rescued(tmp_path / "v.bin")
    assert folder.parent == tmp_path
    assert message.startswith(f"cannot write {tmp_path / 'v.bin'}: the file there does not hold ")
    assert (tmp_path / "v.bin").read_text() == "came meanwhile"
    # A second rescue does not replace the first.
    assert rescued(tmp_path / "v.bin")[0] != folder
    save_or_rescue(VECTORS, tmp_path / "v.bin", overwrite=True)


def test_words_that_a_file_cannot_hold_are_saved_in_a_folder(tmp_path):
    vectors = Vectors(["new york", "tea"], np.ones((2, 3)))
    with pytest.raises(FirthError, match=r"cannot hold the word 'new york' .*were saved in (.*)$"):
        save_or_rescue(vectors, tmp_path / "v.txt")
    [folder] = tmp_path.iterdir()
    assert list(firth.load(folder)) == ["new york", "tea"]


def test_where_a_file_is_in_place_of_the_folder(tmp_path):
    (tmp_path / "parent").touch()
    assert rescued(tmp_path / "parent" / "sub" / "v")[0].parent == tmp_path


@pytest.mark.skipif(os.name != "posix", reason="a current folder cannot be removed there")
def test_a_current_folder_that_was_removed_loses_no_vectors(tmp_path, monkeypatch):
    current, cache = tmp_path / "current", tmp_path / "cache"
    current.mkdir()
    cache.mkdir()
    monkeypatch.setattr(rescue, "cache_folder", lambda: cache)
    monkeypatch.chdir(current)
    current.rmdir()
    folder, message = rescued(Path("v"))
    assert folder.parent == cache
    assert "cannot find v: the current folder has been removed" in message


def test_places_are_tried_in_turn(tmp_path, closed_folders, monkeypatch):
    places = {name: tmp_path / name for name in ("beside", "checkpoints", "cache", "temporary")}
    for place in places.values():
        place.mkdir()
    monkeypatch.setattr(rescue, "cache_folder", lambda: places["cache"])
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(places["temporary"]))
    for before, after in zip(places.values(), list(places.values())[1:], strict=False):
        closed_folders.append(before)
        folder, message = rescued(places["beside"] / "v", checkpoint=places["checkpoints"])
        assert folder.parent == after
        assert "Permission denied" in message
    closed_folders.append(places["temporary"])
    with pytest.raises(FirthError, match=r"Permission denied; the last checkpoint is in .*ints$"):
        save_or_rescue(VECTORS, places["beside"] / "v", checkpoint=places["checkpoints"])
    with pytest.raises(FirthError, match=r"^cannot write .*Permission denied$"):
        save_or_rescue(VECTORS, places["beside"] / "v")
    # Failed attempts leave nothing.
    assert list(places["beside"].iterdir()) == []


def test_memory_that_is_used_up_is_told(tmp_path, monkeypatch):
    save, calls = Vectors.save, []

    def fail_once(self, path, **options):
        calls.append(path)
        if len(calls) == 1:
            raise MemoryError
        save(self, path, **options)

    monkeypatch.setattr(Vectors, "save", fail_once)
    assert "not enough memory; the vectors were saved" in rescued(tmp_path / "v.txt")[1]


TEXT = "the cat sat on the mat .\nthe dog sat on the log .\nthe cat and the dog sat\n" * 700


def test_the_command_tells_where_the_vectors_are(tmp_path):
    options = ["--output", "new/v", "--log", "run.jsonl", "--dim", "4", "--epochs", "1", "--quiet"]
    run = subprocess.Popen(
        [sys.executable, "-m", "firth", "train", "-", *options],
        cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    # By then it has checked its paths and waits for the text.
    while not (tmp_path / "run.jsonl").exists():
        time.sleep(0.01)
        assert run.poll() is None
    (tmp_path / "new").write_text("came meanwhile")
    _, errors = run.communicate(TEXT)
    assert run.returncode == 1
    told = re.fullmatch(r"firth: cannot write new/v: .*; the vectors were saved in (.*)\n", errors)
    assert Path(told[1]).parent == tmp_path
    assert len(firth.load(told[1])) == 9


NOT_SHOWN = """
import sys, firth
units = [["tea", "milk", "sugar"], ["bread", "butter", "jam"]] * 3000
vectors = firth.train(units, dim=4, epochs=2, sample=0, progress=True)
vectors.save(sys.argv[1])
print(len(vectors))
"""


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize("errors", ["2>/dev/full", "2>&-"])
@pytest.mark.parametrize("how", ["command", "bars"])
def test_standard_error_that_cannot_be_written_loses_no_vectors(errors, how, tmp_path):
    if "full" in errors and not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    (tmp_path / "text.txt").write_text(TEXT)
    (tmp_path / "program.py").write_text(NOT_SHOWN)
    command = {
        "command": "-m firth train text.txt --output v --dim 4 --epochs 2 --quiet",
        "bars": "program.py v",
    }[how]
    done = subprocess.run(
        f'"{sys.executable}" {command} {errors}',
        shell=True, cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    # Python ends a program with 120 if its own standard error cannot be flushed on exit.
    assert done.returncode in ((0,) if how == "command" else (0, 120))
    assert len(firth.load(tmp_path / "v")) in (6, 9)

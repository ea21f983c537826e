"""Files are written aside: an interrupted write loses nothing and leaves nothing."""

import errno
import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from firth.errors import FirthError
from firth.files import check_usable_folder, check_writable, write_aside
from firth.locks import FolderLock


def test_the_target_appears_whole(tmp_path):
    target = tmp_path / "new" / "file.txt"
    with write_aside(target) as aside:
        aside.write_text("content")
        assert not target.exists()
    assert target.read_text() == "content"
    assert [path.name for path in target.parent.iterdir()] == ["file.txt"]


def write_and_raise(target, folder, error):
    with write_aside(target, folder=folder) as aside:
        (aside / "part" if folder else aside).write_text("half of the n")
        raise error


@pytest.mark.parametrize("folder", [False, True])
@pytest.mark.parametrize("error", [RuntimeError("stop"), KeyboardInterrupt()])
def test_an_interrupted_write_leaves_the_old_content(tmp_path, folder, error):
    target = tmp_path / "target"
    inside = target / "part" if folder else target
    if folder:
        target.mkdir()
    inside.write_text("old")
    with pytest.raises(type(error)):
        write_and_raise(target, folder, error)
    assert inside.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_a_folder_takes_the_place_of_another(tmp_path):
    target = tmp_path / "folder"
    for content in ("one", "two"):
        with write_aside(target, folder=True) as aside:
            (aside / content).write_text(content)
    assert [path.name for path in target.iterdir()] == ["two"]
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_what_is_in_the_way_is_told_at_once(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    with pytest.raises(FirthError, match="a folder of that name is in the way"):
        check_writable(tmp_path / "folder")
    with pytest.raises(FirthError, match="a file of that name is in the way"):
        check_writable(tmp_path / "file", folder=True)
    with pytest.raises(FirthError, match="cannot write"):
        check_writable(tmp_path / "file" / "below")
    assert (tmp_path / "file").read_text() == "kept"


def test_a_full_disk_is_told_and_loses_nothing(tmp_path):
    target = tmp_path / "file"
    target.write_text("old")
    with (
        pytest.raises(FirthError, match=r"cannot write .*: No space left on device"),
        write_aside(target),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_disk_that_really_fills_up(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        with pytest.raises(FirthError, match="No space left"), write_aside(small / "x") as aside:
            aside.write_bytes(bytes(200_000))
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("link", [False, True])
def test_an_interrupt_right_after_a_rename_loses_neither_folder(tmp_path, monkeypatch, step, link):
    target, steps = tmp_path / "folder", []

    def interrupting(rename):
        def then_interrupted(self, other):
            result = rename(self, other)
            steps.append(other)
            if len(steps) == step:
                raise KeyboardInterrupt
            return result

        return then_interrupted

    (tmp_path / "behind" if link else target).mkdir()
    if link:
        target.symlink_to("behind")
    (target / "content").write_text("old")
    for name in ("rename", "replace"):
        monkeypatch.setattr(Path, name, interrupting(getattr(Path, name)))
    with pytest.raises(KeyboardInterrupt), write_aside(target, folder=True) as aside:
        (aside / "content").write_text("new")
    assert (target / "content").read_text() == ["old", "new"][step - 1]
    assert {path.name for path in tmp_path.iterdir()} <= {"folder", "behind"}


@pytest.fixture
def flushed(monkeypatch):
    """The files and folders that were flushed, as numbers of the file system."""
    if os.name != "posix":
        pytest.skip("folders cannot be opened here")
    flushed, fsync = [], os.fsync

    def note(handle):
        flushed.append(os.fstat(handle).st_ino)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", note)
    return flushed


def test_a_folder_that_is_made_to_be_locked_reaches_the_disk(tmp_path, flushed):
    FolderLock(tmp_path / "one" / "two").close()
    assert set(flushed) == {path.stat().st_ino for path in (tmp_path, tmp_path / "one")}


def test_a_folder_its_files_and_all_that_was_made_reach_the_disk(tmp_path, flushed):
    target = tmp_path / "one" / "two" / "target"
    with write_aside(target, folder=True) as aside:
        (aside / "part").write_text("content")
    # Each name is flushed with the folder that holds it.
    paths = [target / "part", target, target.parent, tmp_path / "one", tmp_path]
    assert {path.stat().st_ino for path in paths} <= set(flushed)
    # The folder's own names before it gets its place.
    assert flushed.index(target.stat().st_ino) < len(flushed) - 1
    assert flushed[-1] == target.parent.stat().st_ino


@pytest.fixture
def read_only(monkeypatch):
    """Make folders that nobody can write to, whom modes do not stop either."""
    folders, real = [], tempfile.TemporaryFile

    def refuse(*arguments, **named):
        if Path(named["dir"]) in folders:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(*arguments, **named)

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    return folders


def test_a_folder_to_write_into_may_stand_in_one_that_is_read_only(tmp_path, read_only):
    folder = tmp_path / "mounted"
    folder.mkdir()
    read_only.append(tmp_path)
    check_usable_folder(folder)
    check_usable_folder(folder / "new" / "newer")
    assert list(folder.iterdir()) == []
    # It cannot be replaced as a whole, though.
    with pytest.raises(FirthError, match="Permission denied"):
        check_writable(folder, folder=True)
    with pytest.raises(FirthError, match=r"^cannot write to .*new: Permission denied$"):
        check_usable_folder(tmp_path / "new")


def test_a_folder_that_cannot_be_written_into_is_told(tmp_path, read_only):
    folder = tmp_path / "folder"
    folder.mkdir()
    read_only.append(folder)
    for below in (folder, folder / "new"):
        with pytest.raises(FirthError, match=r"^cannot write to .*: Permission denied$"):
            check_usable_folder(below)


def test_what_is_no_folder_is_told(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    (tmp_path / "good").symlink_to(tmp_path)
    check_usable_folder(tmp_path / "good")
    for name in ("file", "link"):
        for folder in (tmp_path / name, tmp_path / name / "new"):
            reason = "no folder" if name == "file" else "a link to nothing"
            with pytest.raises(FirthError, match=f"^cannot write to {folder}: .* is {reason}$"):
                check_usable_folder(folder)

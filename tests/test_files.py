"""Files are written aside: an interrupted write loses nothing and leaves nothing."""

import errno
import os
import subprocess

import pytest

from firth.errors import FirthError
from firth.files import check_writable, write_aside


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

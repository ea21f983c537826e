"""Atomic writes: an interrupted write loses nothing and leaves nothing."""

import contextlib
import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from firth.errors import FirthError
from firth.io import atomic
from firth.io.atomic import atomic_write, check_usable_folder, check_writable
from firth.io.locks import lock_folder
from processes import run_python


def test_the_target_appears_whole(tmp_path):
    target = tmp_path / "new" / "file.txt"
    with atomic_write(target) as path:
        path.write_text("content")
        assert not target.exists()
    assert target.read_text() == "content"
    assert [path.name for path in target.parent.iterdir()] == ["file.txt"]


def write_and_raise(target, folder, error):
    with atomic_write(target, folder=folder) as path:
        (path / "part" if folder else path).write_text("half of the n")
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
        with atomic_write(target, folder=True) as path:
            (path / content).write_text(content)
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
        atomic_write(target),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@contextlib.contextmanager
def while_done(command, undo):
    """Run a command, and later the one that undoes it; skip the test where that is not allowed."""
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip(f"there is no {command[0]} here")
    if done.returncode:
        pytest.skip(f"{command[0]} is not allowed here")
    try:
        yield
    finally:
        subprocess.run(undo, check=True)


def mounted(place, *what):
    return while_done(["mount", *what, place], ["umount", place])


def test_a_disk_that_really_fills_up(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    with mounted(small, "-t", "tmpfs", "-o", "size=64k", "tmpfs"):
        with pytest.raises(FirthError, match="No space left"), atomic_write(small / "x") as path:
            path.write_bytes(bytes(200_000))
        assert list(small.iterdir()) == []


def interrupt_after(monkeypatch, step, *names):
    """Interrupt the program right after that many renames."""
    steps = []

    def interrupting(rename):
        def then_interrupted(self, other):
            result = rename(self, other)
            steps.append(other)
            if len(steps) == step:
                raise KeyboardInterrupt
            return result

        return then_interrupted

    for place, name in names:
        monkeypatch.setattr(place, name, interrupting(getattr(place, name)))


@pytest.mark.parametrize(
    ("after", "there"),
    [("exchange", ("old", "new")), ("first rename", ("old",)), ("second rename", ("new",))],
)
@pytest.mark.parametrize("link", [False, True])
def test_an_interrupt_loses_neither_folder(tmp_path, monkeypatch, after, there, link):
    target = tmp_path / "folder"
    (tmp_path / "behind" if link else target).mkdir()
    if link:
        target.symlink_to("behind")
    (target / "content").write_text("old")
    if after == "exchange":
        interrupt_after(monkeypatch, 1, (atomic, "_exchange"))
    else:
        monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
        step = 1 if after == "first rename" else 2
        interrupt_after(monkeypatch, step, (Path, "rename"), (Path, "replace"))
    with pytest.raises(KeyboardInterrupt), atomic_write(target, folder=True) as path:
        (path / "content").write_text("new")
    assert (target / "content").read_text() in there
    assert {path.name for path in tmp_path.iterdir()} <= {"folder", "behind"}


@pytest.mark.skipif(sys.platform != "linux", reason="two names change places on Linux only")
def test_a_folder_and_the_one_that_takes_its_place_change_places_in_one_step(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "content").write_text(name)
    if not atomic._exchange(tmp_path / "one", tmp_path / "other"):
        pytest.skip("not on this file system")
    assert (tmp_path / "one" / "content").read_text() == "other"
    assert (tmp_path / "other" / "content").read_text() == "one"


def test_where_names_cannot_be_exchanged_the_old_folder_is_moved_away_first(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    test_a_folder_takes_the_place_of_another(tmp_path)


@pytest.fixture
def flushed(monkeypatch):
    """The inode numbers of the files and folders that were flushed."""
    if os.name != "posix":
        pytest.skip("folders cannot be opened here")
    flushed, fsync = [], os.fsync

    def note(handle):
        flushed.append(os.fstat(handle).st_ino)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", note)
    return flushed


def test_a_folder_that_is_made_to_be_locked_reaches_the_disk(tmp_path, flushed):
    lock_folder(tmp_path / "one" / "two").release()
    assert set(flushed) == {path.stat().st_ino for path in (tmp_path, tmp_path / "one")}


def test_a_folder_its_files_and_all_that_was_made_reach_the_disk(tmp_path, flushed):
    target = tmp_path / "one" / "two" / "target"
    with atomic_write(target, folder=True) as path:
        (path / "part").write_text("content")
    # Each name is flushed with the folder that holds it.
    paths = [target / "part", target, target.parent, tmp_path / "one", tmp_path]
    assert {path.stat().st_ino for path in paths} <= set(flushed)
    # The names in the folder are flushed before the folder is renamed.
    assert flushed.index(target.stat().st_ino) < len(flushed) - 1
    assert flushed[-1] == target.parent.stat().st_ino


def test_a_folder_to_write_into_may_stand_in_one_that_is_read_only(tmp_path, closed_folders):
    folder = tmp_path / "mounted"
    folder.mkdir()
    closed_folders.append(tmp_path)
    check_usable_folder(folder)
    check_usable_folder(folder / "new" / "newer")
    assert list(folder.iterdir()) == []
    # But it cannot be replaced as a whole.
    with pytest.raises(FirthError, match="Permission denied"):
        check_writable(folder, folder=True)
    with pytest.raises(FirthError, match=r"^cannot write to .*new: Permission denied$"):
        check_usable_folder(tmp_path / "new")


def test_a_folder_that_cannot_be_written_into_is_told(tmp_path, closed_folders):
    folder = tmp_path / "folder"
    folder.mkdir()
    closed_folders.append(folder)
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
            reason = "not a folder" if name == "file" else "a link to nothing"
            with pytest.raises(
                FirthError, match=f"^cannot write to {folder}: .* is {reason}; give "
            ):
                check_usable_folder(folder)


# -------------------------------------------------------------------- what cannot be replaced


def assert_refused_untouched(target, reason, *, folder):
    """Check that the check and the write refuse it with the same message, and change nothing."""
    before = sorted(target.absolute().parent.iterdir())
    for attempt in (check_writable, write_content):
        with pytest.raises(FirthError, match=reason) as raised:
            attempt(target, folder=folder)
        assert "\n" not in str(raised.value)
    assert sorted(target.absolute().parent.iterdir()) == before


def write_content(target, *, folder):
    with atomic_write(target, folder=folder) as path:
        (path / "part" if folder else path).write_text("new")


@pytest.mark.parametrize("folder", [False, True])
def test_a_link_to_nothing_is_no_place(tmp_path, folder):
    (tmp_path / "target").symlink_to(tmp_path / "nothing")
    assert_refused_untouched(tmp_path / "target", "it is a link to nothing", folder=folder)


@pytest.mark.parametrize("name", [".", "..", "/", "sub/.."])
def test_a_folder_in_use_is_no_place(tmp_path, monkeypatch, name):
    (tmp_path / "here" / "sub").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    assert_refused_untouched(Path(name), "cannot be replaced; give a name within it", folder=True)


def test_the_current_folder_is_no_place(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert_refused_untouched(tmp_path / "here", "it is the current folder", folder=True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
@pytest.mark.parametrize("folder", [False, True])
def test_what_is_no_file_is_no_place(tmp_path, folder):
    os.mkfifo(tmp_path / "pipe")
    assert_refused_untouched(tmp_path / "pipe", "not a regular file", folder=folder)


@pytest.mark.parametrize("folder", [False, True])
def test_a_mount_point_is_no_place(tmp_path, folder):
    target, source = tmp_path / "target", tmp_path / "source"
    for path in (target, source):
        path.mkdir() if folder else path.touch()
    with mounted(target, "--bind", source):
        assert_refused_untouched(target, "a mount point cannot be replaced", folder=folder)


@pytest.mark.parametrize("folder", [False, True])
@pytest.mark.parametrize("length", [250, 255, 256])
def test_long_names(tmp_path, folder, length):
    target = tmp_path / ("n" * length)
    if length > 255:
        assert_refused_untouched(target, "File name too long", folder=folder)
        return
    for _ in range(2):
        check_writable(target, folder=folder)
        write_content(target, folder=folder)
        assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_name_with_a_nul_is_no_place(tmp_path):
    assert_refused_untouched(tmp_path / "a\0b", "cannot contain a NUL", folder=False)


@pytest.mark.parametrize("folder", [False, True])
def test_a_check_leaves_nothing_and_what_is_there_alone(tmp_path, folder):
    target = tmp_path / "target"
    check_writable(target, folder=folder)
    check_writable(tmp_path / "new" / "newer" / "target", folder=folder)
    assert list(tmp_path.iterdir()) == []
    write_content(target, folder=folder)
    number = target.stat().st_ino
    check_writable(target, folder=folder)
    assert target.stat().st_ino == number
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


@pytest.mark.skipif(os.name != "posix", reason="needs users")
@pytest.mark.parametrize("folder", [False, True])
def test_what_belongs_to_others_in_a_sticky_folder_is_no_place(folder):
    if os.geteuid() != 0:
        pytest.skip("only root can play two users")
    # The folder of a test is closed to other users.
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        assert_sticky_is_told(Path(place).resolve(), folder)


def assert_sticky_is_told(tmp_path, folder):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    target = shared / "target"
    target.mkdir() if folder else target.touch()
    target.chmod(0o777)
    for above in tmp_path.parents:
        if not above.stat().st_mode & 0o001:
            pytest.skip(f"{above} is closed to other users")
    program = (
        "import os, sys; sys.path[:0] = [p for p in sys.argv[3:]]\n"
        "from pathlib import Path; from firth.io.atomic import check_writable\n"
        "from firth.errors import FirthError\n"
        # What a check imports is loaded before Python's own folder may be closed to the user.
        "check_writable(Path(sys.argv[1]), folder=sys.argv[2] == 'True')\n"
        "os.setgroups([]); os.setgid(12345); os.setuid(12345)\n"
        "try: check_writable(Path(sys.argv[1]), folder=sys.argv[2] == 'True')\n"
        "except FirthError as error: print(error)\n"
        "check_writable(Path(sys.argv[1] + '-of-their-own'), folder=sys.argv[2] == 'True')\n"
    )
    done = run_python("-c", program, target, str(folder), *sys.path)
    assert done.stdout == f"cannot write {target}: Operation not permitted\n", done.stderr
    assert done.stderr == ""
    assert [path.name for path in shared.iterdir()] == ["target"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs chattr")
@pytest.mark.parametrize("folder", [False, True])
def test_what_is_immutable_is_no_place(tmp_path, folder):
    target = tmp_path / "target"
    target.mkdir() if folder else target.touch()
    reason = "Operation not permitted"
    if os.geteuid() != 0 or folder:
        reason += "|Permission denied"
    with (
        while_done(["chattr", "+i", target], ["chattr", "-i", target]),
        pytest.raises(FirthError, match=reason),
    ):
        check_writable(target, folder=folder)
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_modes_are_those_of_any_new_file(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    write_content(tmp_path / "written", folder=False)
    write_content(tmp_path / "made", folder=True)
    for written, plain in (("written", "file"), ("made", "folder"), ("made/part", "file")):
        assert (tmp_path / written).stat().st_mode == (tmp_path / plain).stat().st_mode


@pytest.mark.parametrize("write", [check_writable, lambda path: atomic_write(path).__enter__()])
def test_what_other_programs_write_to_standard_output_is_refused(write, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FirthError, match="cannot write to standard output: give a name in the pl"):
        write(Path("-"))
    assert list(tmp_path.iterdir()) == []
    check_writable(tmp_path / "-")


@pytest.mark.parametrize("name", ["file/x", "file/deeper/x"])
@pytest.mark.parametrize("folder", [True, False])
def test_a_file_in_the_place_of_a_folder_is_named(name, folder, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FirthError, match=r"file is not a folder; give another path$"):
        check_writable(tmp_path / name, folder=folder)
    assert (tmp_path / "file").read_text() == "mine"

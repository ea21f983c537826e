"""What killed processes leave beside a target is removed, and nothing else."""

import os
import signal

import pytest

from firth.io.atomic import atomic_write, check_writable
from firth.io.scratch import remove_leftovers, scratch_folder, scratch_name
from processes import run_python

KILLED = """
import os, signal, sys
from pathlib import Path
from firth.io import atomic
target = Path(sys.argv[1])

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "writing":
    with atomic.atomic_write(target, folder=True) as path:
        (path / "content").write_text("half")
        kill()
if sys.argv[2] == "between":
    atomic._exchange = lambda one, other: False
    Path.replace = kill
if sys.argv[2] == "exchanged":
    exchange = atomic._exchange
    atomic._exchange = lambda one, other: exchange(one, other) and kill()
if sys.argv[2] == "probing":
    Path.rmdir = kill
    atomic.check_writable(target, folder=True)
with atomic.atomic_write(target, folder=True) as path:
    (path / "content").write_text("new")
"""


def write(target, content):
    with atomic_write(target, folder=True) as path:
        (path / "content").write_text(content)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
@pytest.mark.parametrize(
    ("moment", "there"),
    [("writing", "old"), ("between", None), ("exchanged", "new"), ("probing", "old")],
)
def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path, moment, there):
    target = tmp_path / "vectors"
    write(target, "old")
    done = run_python("-c", KILLED, target, moment)
    if moment == "exchanged" and done.returncode == 0:
        pytest.skip("two names do not change places here")
    assert done.returncode == -signal.SIGKILL
    content = (target / "content").read_text() if target.exists() else None
    assert content == there
    assert len(list(tmp_path.iterdir())) > (there is not None)
    # The old content that the killed process had moved away is put back first.
    check_writable(target, folder=True)
    assert (target / "content").read_text() == there or there is None
    assert (target / "content").read_text() in ("old", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["vectors"]
    write(target, "newer")
    assert (target / "content").read_text() == "newer"
    assert [path.name for path in tmp_path.iterdir()] == ["vectors"]


def test_a_save_that_goes_on_is_not_disturbed(tmp_path):
    target = tmp_path / "vectors"
    with atomic_write(target, folder=True) as path:
        (path / "content").write_text("slow")
        write(target, "quick")
        check_writable(target, folder=True)
    assert (target / "content").read_text() == "slow"
    assert [path.name for path in tmp_path.iterdir()] == ["vectors"]


@pytest.mark.parametrize("long", [False, True])
def test_what_a_user_made_stays(tmp_path, long):
    target = tmp_path / ("v" * 200 if long else "vectors")
    kept = [
        ".vectors.20261126",
        ".vectors.firth_backup12",
        ".vectors.firth_0123abcd.old",
        ".vectors",
    ]
    kept.append(scratch_name(tmp_path / "another"))
    for name in kept:
        (tmp_path / name).mkdir()
    # Names of scratch folders, but a folder with other content, a file, and a link.
    kept += [scratch_name(target), scratch_name(target), scratch_name(target)]
    (tmp_path / kept[-1]).mkdir()
    (tmp_path / kept[-1] / "notes").write_text("mine")
    (tmp_path / kept[-2]).write_text("mine")
    (tmp_path / kept[-3]).symlink_to(tmp_path / kept[0])
    write(target, "new")
    assert {path.name for path in tmp_path.iterdir()} == {target.name, *kept}


def test_leftovers_of_many_targets_are_removed_at_once(tmp_path):
    for name in ("part-1", "part-22", "party"):
        left = tmp_path / scratch_name(tmp_path / name)
        (left / "new" / name).mkdir(parents=True)
        (left / "lock").touch()
    remove_leftovers(tmp_path, "part-[0-9]+")
    [kept] = tmp_path.iterdir()
    assert kept.name.startswith(".party.")
    remove_leftovers(tmp_path / "absent", ".*")


def test_what_others_left_is_theirs(tmp_path, monkeypatch):
    if not hasattr(os, "geteuid"):
        pytest.skip("there are no users here")
    target = tmp_path / "vectors"
    left = tmp_path / scratch_name(target)
    (left / "old" / "vectors").mkdir(parents=True)
    (left / "lock").touch()
    user = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: user + 1)
    check_writable(target, folder=True)
    assert left.exists()
    assert not target.exists()
    monkeypatch.undo()
    check_writable(target, folder=True)
    assert [path.name for path in tmp_path.iterdir()] == ["vectors"]


def test_one_that_is_taken_for_a_leftover_while_it_is_made_is_made_anew(tmp_path, monkeypatch):
    real, taken = os.open, []

    def take_the_first(path, *arguments, **named):
        if not taken:
            taken.append(path)
            os.rmdir(os.path.dirname(path))  # noqa: PTH106, PTH120
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "open", take_the_first)
    with scratch_folder(tmp_path / "vectors") as folder:
        assert folder.is_dir()
    assert taken
    assert list(tmp_path.iterdir()) == []


def test_where_files_cannot_be_locked_saves_work(tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def refuse(handle, how):
        raise OSError("no locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    write(tmp_path / "vectors", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["vectors"]

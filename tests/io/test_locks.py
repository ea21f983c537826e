"""The lock of a folder: one run at a time, and no child of it afterwards."""

import errno
import os
import subprocess
import sys
import warnings

import pytest

from firth.errors import FirthError
from firth.io import file_locks
from firth.io.locks import FolderLock

TAKE = "import sys, pathlib, firth.io.locks; firth.io.locks.FolderLock(pathlib.Path(sys.argv[1]))"


def take_elsewhere(folder):
    """Take the lock in another process, and give what that says."""
    done = subprocess.run(
        [sys.executable, "-c", TAKE, folder], capture_output=True, text=True, check=False
    )
    return done.stderr.strip().rpartition("\n")[2]


def test_one_at_a_time(tmp_path):
    with pytest.raises(FirthError, match="another run is using"):
        _locks = FolderLock(tmp_path), FolderLock(tmp_path)
    lock = FolderLock(tmp_path)
    assert "another run is using" in take_elsewhere(tmp_path)
    lock.close()
    assert take_elsewhere(tmp_path) == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_does_not_hold_it(tmp_path):
    lock = FolderLock(tmp_path)
    read, write = os.pipe()
    with warnings.catch_warnings():
        # Other tests may have left threads, which the child does not use.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.close(write)
        # Until the parent closes its end.
        os.read(read, 1)
        os._exit(0)
    try:
        # While both live, the parent holds it; what the child closed is its own handle.
        assert "another run is using" in take_elsewhere(tmp_path)
        lock.close()
        assert take_elsewhere(tmp_path) == ""
    finally:
        os.close(read)
        os.close(write)
        os.waitpid(child, 0)


def test_a_started_program_does_not_hold_it(tmp_path):
    lock = FolderLock(tmp_path)
    child = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False
    )
    lock.close()
    try:
        assert take_elsewhere(tmp_path) == ""
    finally:
        child.communicate()


def test_a_file_system_without_locks_is_not_taken_for_another_run(tmp_path, monkeypatch):
    def refuse(handle):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(file_locks, "_lock", refuse)
    with pytest.raises(FirthError, match=r"^cannot lock .*: No locks available; give a folder on"):
        FolderLock(tmp_path)

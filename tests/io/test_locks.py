"""The lock of a folder: one run at a time has it, and no child process keeps it."""

import errno
import os
import signal
import subprocess
import sys
import threading
import warnings

import pytest

from firth.errors import FirthError
from firth.io.locks import lock_folder, remove_lock
from processes import run_python

LOCK = "import sys, pathlib, firth.io.locks as l; held = l.lock_folder(pathlib.Path(sys.argv[1]))"


def lock_elsewhere(folder):
    """Lock the folder in another process, and return the last line of its errors."""
    return run_python("-c", LOCK, folder).stderr.strip().rpartition("\n")[2]


def test_one_at_a_time(tmp_path):
    with pytest.raises(FirthError, match="another run is using"):
        _locks = lock_folder(tmp_path), lock_folder(tmp_path)
    lock = lock_folder(tmp_path)
    message = f"another run is using {tmp_path}; wait until it ends, or give another folder"
    assert lock_elsewhere(tmp_path) == f"firth.errors.FirthError: {message}"
    lock.release()
    assert lock_elsewhere(tmp_path) == ""


def test_another_thread_may_release_it_and_what_nobody_refers_to_is_released(tmp_path):
    lock = lock_folder(tmp_path)
    thread = threading.Thread(target=lock.release)
    thread.start()
    thread.join()
    lock = lock_folder(tmp_path)
    del lock
    assert lock_elsewhere(tmp_path) == ""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_killed_process_does_not_hold_it(tmp_path):
    killed = f"{LOCK}; import os; os.kill(os.getpid(), {signal.SIGKILL:d})"
    assert run_python("-c", killed, tmp_path).returncode == -signal.SIGKILL
    assert lock_elsewhere(tmp_path) == ""
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FirthError, match=r"^cannot write .*file/new: Not a directory$"):
        lock_folder(tmp_path / "file" / "new")
    (tmp_path / "taken" / ".lock").mkdir(parents=True)
    with pytest.raises(FirthError, match=r"^cannot write .*taken: Is a directory$"):
        lock_folder(tmp_path / "taken")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_does_not_hold_it(tmp_path):
    lock = lock_folder(tmp_path)
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
        # The child has closed its own handle, which does not release the parent's lock.
        assert "another run is using" in lock_elsewhere(tmp_path)
        lock.release()
        assert lock_elsewhere(tmp_path) == ""
    finally:
        os.close(read)
        os.close(write)
        os.waitpid(child, 0)


def test_a_started_program_does_not_hold_it(tmp_path):
    lock = lock_folder(tmp_path)
    child = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False
    )
    lock.release()
    try:
        assert lock_elsewhere(tmp_path) == ""
    finally:
        child.communicate()


@pytest.mark.parametrize("error", [errno.ENOLCK, errno.ENOSYS])
def test_a_file_system_without_locks_is_not_taken_for_another_run(tmp_path, monkeypatch, error):
    fcntl = pytest.importorskip("fcntl")

    def refuse(handle, how):
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(fcntl, "flock", refuse)
    reason = rf"^cannot lock .*: {os.strerror(error)}; give a folder on another file system$"
    with pytest.raises(FirthError, match=reason):
        lock_folder(tmp_path)


def test_its_file_can_be_removed_with_it(tmp_path):
    remove_lock(lock_folder(tmp_path))
    assert list(tmp_path.iterdir()) == []
    assert lock_elsewhere(tmp_path) == ""

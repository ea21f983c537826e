"""The cache folder: it is made for its owner, and training works without it."""

import os
import stat
import sys
import warnings

import pytest

from firth.errors import FirthError, FirthWarning
from firth.io import cache
from firth.io.cache import cache_folder, code_folder
from processes import run_python

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="XDG folders and passwd")


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """A home that is a file, so that nobody, not even the administrator, can write there."""
    cache.warn_once_per_process.cache_clear()
    (tmp_path / "home").touch()
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("FIRTH_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    yield
    cache.warn_once_per_process.cache_clear()


def no_home(monkeypatch):
    def no_entry(_):
        raise KeyError("no such user")

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pytest.importorskip("pwd"), "getpwuid", no_entry)


def test_the_folder_of_the_platform_is_for_its_owner_only(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "new"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "new"))
    folder = cache_folder()
    assert folder.name == "firth"
    assert tmp_path / "new" in folder.parents
    if os.name == "posix":
        for place in (folder, folder.parent):
            assert stat.S_IMODE(place.stat().st_mode) == 0o700


@pytest.mark.parametrize("prepare", [lambda _: None, no_home], ids=["unwritable", "no home"])
def test_without_a_place_it_is_the_folder_for_temporary_files(tmp_path, monkeypatch, prepare):
    prepare(monkeypatch)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.warns(FirthWarning, match="FIRTH_CACHE_DIR") as caught:
        assert cache_folder() == tmp_path
    message = str(caught[0].message)
    assert "compiled code is not kept" in message
    assert ("there is no cache folder" in message) == (prepare is no_home)
    # The warning comes once.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cache_folder() == tmp_path
        assert code_folder() is None


def test_without_any_place_it_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("tempfile._candidate_tempdir_list", lambda: [str(tmp_path / "home/x")])
    with pytest.raises(FirthError, match="FIRTH_CACHE_DIR"):
        cache_folder()


@pytest.mark.parametrize("given", ["home", "home/x", "x" * 300, "loop"])
def test_a_folder_that_was_asked_for_is_needed(tmp_path, monkeypatch, given):
    if sys.platform != "win32":
        (tmp_path / "loop").symlink_to("loop")
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path / given))
    with pytest.raises(FirthError, match=r"cannot be written: .*FIRTH_CACHE_DIR") as caught:
        cache_folder()
    assert str(tmp_path / given) in str(caught.value)
    assert "File exists" not in str(caught.value)
    with pytest.warns(FirthWarning, match="compiled code is not kept.*FIRTH_CACHE_DIR"):
        assert code_folder() is None


@linux_only
def test_a_relative_xdg_folder_is_ignored(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "new"))
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.chdir(tmp_path)
    assert cache_folder() == tmp_path / "new/.cache/firth"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg/firth"


@linux_only
def test_a_user_without_home_and_entry_can_train(tmp_path):
    """As in a container: HOME is not set, and the user id has no entry."""
    program = (
        "import os, pwd\n"
        "def no_entry(_): raise KeyError('no such user')\n"
        "pwd.getpwuid = no_entry\n"
        "from firth.__main__ import main; main()"
    )
    environment = {name: value for name, value in os.environ.items() if name != "HOME"}
    (tmp_path / "text.txt").write_text("the cat sat on the mat\n" * 9)
    command = ["train", "text.txt", "--output", "x", "--threads", "0"]
    done = run_python("-c", program, *command, cwd=tmp_path, env=environment)
    # The program came as far as checking the options.
    warning, error = done.stderr.splitlines()
    assert warning.startswith("firth: warning: there is no cache folder")
    assert error.startswith("firth: threads must be")

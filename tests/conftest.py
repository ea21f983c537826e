"""Fixtures that several test modules share."""

import errno
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from chromium import chromium_path
from processes import run_python

# A program of several files, without tests.
collect_ignore = ["fuzzing"]
if importlib.util.find_spec("torch") is None:
    collect_ignore += [
        "lesson/test_models.py", "lesson/test_report.py", "lesson/test_steps.py",
        "test_tutorial.py", "torch",
    ]  # fmt: skip

FUZZER = Path(__file__).parent / "fuzzing"

# Nothing is fetched but what a page asks for.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
)

SHARED_DATA = Path(__file__).parents[1] / "../shared/data"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a file system of 1 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=1m tmpfs {disk} 2>/dev/null"
    if not sys.platform.startswith("linux") or os.system(mount) != 0:
        pytest.skip("a small file system cannot be mounted here")
    yield disk
    os.system(f"umount {disk}")


@pytest.fixture
def fuzz() -> Callable[..., dict[str, Any]]:
    """Run `tests/fuzzing` on a reader, and return its report."""
    if sys.platform == "win32":
        pytest.skip("Windows has no limits for a process")

    def run(reader: str, *, first: int, count: int) -> dict[str, Any]:
        command = [FUZZER, reader, "--first", str(first), "--count", str(count)]
        done = run_python(*command)
        assert done.stdout, done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == bool(report["failures"])
        return report

    return run


@pytest.fixture
def check_damaged(fuzz) -> Callable[..., None]:
    """Assert that a reader reads or refuses damaged files as it should."""

    def check(reader: str, *, first: int, count: int, faults: int) -> None:
        report = fuzz(reader, first=first, count=count)
        assert report["failures"] == []
        outcomes = report["outcomes"]
        assert sum(outcomes.values()) == count
        # Some damage does no harm; the rest is found in many places, not all in the first line.
        assert 0.01 * count < outcomes.pop("read") < 0.9 * count
        assert len(outcomes) >= faults
        assert max(outcomes.values()) < 0.8 * count

    return check


@pytest.fixture
def take_permission() -> Callable[[Path], None]:
    """Take away the permission to read a file; skip the test if the user can still read it."""

    def take(path: Path) -> None:
        path.chmod(0)
        try:
            path.open("rb").close()
        except PermissionError:
            return
        pytest.skip("this user may read every file")

    return take


@pytest.fixture
def closed_folders(monkeypatch) -> list[Path]:
    """A list of folders in which nobody can make folders, not even the administrator."""
    folders, mkdir = [], os.mkdir

    def refuse(path, *arguments, **named):
        if Path(path).parent in folders:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        mkdir(path, *arguments, **named)

    monkeypatch.setattr(os, "mkdir", refuse)
    return folders


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real corpora and evaluation sets that stands beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no ../shared/data beside the checkout")
    return SHARED_DATA.resolve()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return Chromium, or skip: it needs the package playwright and a browser.

    A process holds one Playwright, so all tests of pages share it.
    """
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = chromium_path()
    if path is None:
        pytest.skip("Chromium is not installed")
    with api.sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        except api.Error as error:
            pytest.skip(f"no Chromium: {str(error).splitlines()[0]}")
        yield found
        found.close()


@pytest.fixture(scope="session")
def zstd_open() -> Callable[[Path], IO[bytes]]:
    """Open a .zst file for reading."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd.open

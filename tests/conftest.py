"""Fixtures that several test modules share."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

# A program of several files that import each other, not tests.
collect_ignore = ["fuzzing"]

SHARED_DATA = Path(__file__).parents[1] / "../shared/data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real corpora and evaluation sets that stands beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no ../shared/data beside the checkout")
    return SHARED_DATA.resolve()


@pytest.fixture(scope="session")
def zstd_open() -> Callable[[Path], IO[bytes]]:
    """Open a .zst file for reading."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd.open

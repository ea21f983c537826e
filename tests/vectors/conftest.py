"""Fixtures of the tests of vectors."""

from collections.abc import Callable

import pytest

from firth.errors import FormatError
from firth.vectors import load


@pytest.fixture(scope="session")
def assert_refused() -> Callable[..., None]:
    """Assert that a file is refused in one short line that names it and its fault."""

    def check(path, fault=None):
        with pytest.raises(FormatError, match=fault) as caught:
            load(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 1000

    return check

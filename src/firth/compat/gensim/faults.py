"""Errors of files, of the kinds that programs for gensim catch."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from firth.errors import FormatError


class DamagedFile(FormatError, ValueError):
    """A file that is damaged or of an unknown format: a ValueError in gensim."""


@contextlib.contextmanager
def told_as_value_errors() -> Iterator[None]:
    """Raise a `DamagedFile` in place of a `FormatError` that is of no built-in kind."""
    try:
        yield
    except FormatError as error:
        if isinstance(error, ValueError | OSError | EOFError):
            raise
        raise DamagedFile(str(error)) from error

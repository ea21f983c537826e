"""Errors of the system raised again as `CorpusError`, with what was tried and why it failed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from firth.errors import CorpusError


@contextlib.contextmanager
def reraise_as_corpus_error(
    action: str, *errors: type[Exception], advice: str = ""
) -> Iterator[None]:
    """Raise `CorpusError` in place of each of `errors`.

    Parameters
    ----------
    action : str
        What is tried, such as `read text.txt`.
    *errors : type
        The exceptions to replace.
    advice : str
        What the user can do.
    """
    try:
        yield
    except errors as error:
        # A MemoryError has no message.
        reason = getattr(error, "strerror", None) or str(error) or "not enough memory"
        message = f"cannot {action}: {reason}"
        raise CorpusError(f"{message}; {advice}" if advice else message) from error

"""Errors of the system as errors of the corpus: what was tried, with what, and why it failed."""

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
        What may be raised meanwhile.
    advice : str
        What to do about it.
    """
    try:
        yield
    except errors as error:
        # A MemoryError says nothing.
        reason = getattr(error, "strerror", None) or str(error) or "not enough memory"
        told = f"cannot {action}: {reason}"
        raise CorpusError(f"{told}; {advice}" if advice else told) from error

"""The vectors of documents, which stand beside those of the words.

N documents · D dimensions
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.checks import shown
from firth.errors import ConfigError, counted
from firth.vectors.checks import read_only
from firth.vectors.table import Token


@dataclass(frozen=True, eq=False)
class DocumentTable:
    """Documents and their vectors, as training leaves them and a file holds them.

    Parameters
    ----------
    numbers : (N,) int64
        Which line or token list of the source each document is, from 0, rising.
    vectors : (N, D) float32
        A row for each. It may lie in a file and be read where it is needed.
    tags : tuple of N str and int, optional
        The names of the documents, if they have some; their numbers are then 0, 1 and so on.
    """

    numbers: NDArray[np.int64]
    vectors: NDArray[np.float32]
    tags: tuple[Token, ...] | None = None

    @property
    def names(self) -> Sequence[Token]:
        """The tags of the documents, or else their numbers."""
        if self.tags is not None:
            return self.tags
        numbers: list[Token] = self.numbers.tolist()
        return numbers

    def read_only(self) -> DocumentTable:
        """Return the same with read-only views."""
        return DocumentTable(read_only(self.numbers), read_only(self.vectors), self.tags)


class DocumentRows(dict[Token, int]):
    """The row of each document, by its tag or number.

    Examples
    --------
    >>> from firth.vectors.spelling import unknown_word
    >>> str(unknown_word(9999, DocumentRows({0: 0, 1: 1})))
    '9999 is not among the 2 documents'
    """

    noun = "document"


def checked_documents(documents: DocumentTable, dim: int) -> DocumentTable:
    """Return documents with read-only views of their arrays.

    Their numbers are looked at, but not the vectors, which may lie in a file.

    Raises
    ------
    ConfigError
        If they are something else, types or shapes do not fit each other or D, the numbers do not
        rise, or tags are not text and integers that differ.
    """
    if not isinstance(documents, DocumentTable):
        raise ConfigError(f"documents must be a DocumentTable, got {shown(documents)}")
    numbers, vectors = np.asarray(documents.numbers), np.asarray(documents.vectors)
    if vectors.dtype != np.float32 or vectors.ndim != 2 or vectors.shape[1] != dim:
        raise ConfigError(
            f"the vectors of documents must hold float32 of shape (N, {dim}); got {vectors.dtype} "
            f"{vectors.shape}"
        )
    if numbers.dtype != np.int64 or numbers.shape != vectors.shape[:1]:
        raise ConfigError(
            f"there must be {counted(len(vectors), 'int64 number')}, one for each document; got "
            f"{numbers.dtype} {numbers.shape}"
        )
    if len(numbers) and (numbers[0] < 0 or (np.diff(numbers) <= 0).any()):
        raise ConfigError("the numbers of documents must be 0 or more, and rise")
    tags = documents.tags
    if tags is not None:
        _check_tags(tags, numbers)
    return DocumentTable(numbers, vectors, tags).read_only()


def _check_tags(tags: tuple[Token, ...], numbers: NDArray[np.int64]) -> None:
    are_tags = isinstance(tags, tuple) and set(map(type, tags)) <= {str, int}
    if not are_tags or len(set(tags)) < len(tags) or len(tags) != len(numbers):
        raise ConfigError(
            f"documents must have {counted(len(numbers), 'tag')} that differ, str or int, in a "
            f"tuple; got {shown(tags)}"
        )
    if len(numbers) and numbers[-1] != len(numbers) - 1:
        raise ConfigError("the numbers of documents with tags must be 0, 1 and so on")

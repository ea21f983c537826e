"""Tags: names of documents, given for each line or token list of a source."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.checks import shown, why_not_utf8
from firth.corpus.tokens import UnitDocuments
from firth.corpus.units import iterator_of, plain_token
from firth.corpus.vocabulary import Token
from firth.errors import CorpusError, counted


class Tagged(NamedTuple):
    """Which documents units belong to, by their tags."""

    documents: UnitDocuments
    tags: tuple[Token, ...]  # of each document
    left_out: int  # tags that no unit has


def documents_by_tag(tags: object, numbers: NDArray[np.int64], total: int) -> Tagged:
    """Return which documents units belong to, and the tag of each document.

    Documents are numbered as their tags first occur.

    Parameters
    ----------
    tags : iterable of iterables of str or int
        Those of each line or token list of a source; some may have none.
    numbers : int64, (units,)
        Which lines or token lists the units are.
    total : int
        How many lines or token lists there are.

    Raises
    ------
    CorpusError
        If they are not such lists, or not as many, or no unit has a tag.

    Examples
    --------
    >>> documents, tags, _ = documents_by_tag([["a", "b"], ["a"], []], np.arange(3), 3)
    >>> documents.offsets.tolist(), documents.rows.tolist(), tags
    ([0, 2, 3, 3], [0, 1, 0], ('a', 'b'))
    """
    lists = iterator_of(tags)
    if lists is None:
        raise CorpusError(
            f"tags must be a list of tags for each line or token list, got {shown(tags)}"
        )
    given = [_checked(each, f"document {number}") for number, each in enumerate(lists)]
    if len(given) != total:
        raise CorpusError(
            f"there must be {counted(total, 'list')} of tags, one for each line or token list, "
            f"blank ones too; got {len(given):,}"
        )
    rows: dict[Token, int] = {}
    of_units = [
        [rows.setdefault(tag, len(rows)) for tag in given[number]] for number in numbers.tolist()
    ]
    if not rows:
        raise CorpusError("no line or token list with a word of the vocabulary has a tag")
    left_out = len({tag for each in given for tag in each}) - len(rows)
    offsets = np.concatenate([[0], np.cumsum(list(map(len, of_units)))]).astype(np.int64)
    flat = (row for each in of_units for row in each)
    documents = UnitDocuments(offsets, np.fromiter(flat, np.int64, int(offsets[-1])), len(rows))
    return Tagged(documents, tuple(rows), left_out)


def _checked(tags: object, place: str) -> list[Token]:
    """Return the tags of a line or token list as str and int, each once."""
    given = iterator_of(tags)
    if given is None:
        raise CorpusError(f"{place}: tags must be a list, got {shown(tags)}")
    found = list(dict.fromkeys(plain_token(tag, place, "tag") for tag in given))
    for tag in found:
        if (reason := why_not_utf8(str(tag), "tag")) is not None:
            raise CorpusError(f"{place}: {reason}")
    return found

"""Tags: names of documents, given for each line or token list of a source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.checks import is_unicode, shown
from firth.corpus.tokens import UnitDocuments
from firth.corpus.vocabulary import Token
from firth.errors import CorpusError, counted, one_line


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
    if isinstance(tags, str | bytes | Mapping | set | frozenset) or not isinstance(tags, Iterable):
        raise CorpusError(
            f"tags must be a list of tags for each line or token list, got {shown(tags)}"
        )
    given = [checked_tags(each, number) for number, each in enumerate(tags)]
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


def checked_tags(tags: Any, number: int) -> list[Token]:  # noqa: ANN401
    """Return the tags of a line or token list as str and int, each once.

    Raises
    ------
    CorpusError
        If they are no list, or some are neither.
    """
    if isinstance(tags, str | bytes | Mapping | set | frozenset) or not isinstance(tags, Iterable):
        raise CorpusError(f"document {number}: tags must be a list, got {shown(tags)}")
    return list(dict.fromkeys(_checked(tag, number) for tag in tags))


def _checked(tag: Any, number: int) -> Token:  # noqa: ANN401
    if isinstance(tag, str):
        if not is_unicode(tag):
            raise CorpusError(
                f"document {number}: the tag {one_line(repr(tag))} holds a lone surrogate and "
                "cannot be written as UTF-8; replace it"
            )
        return str.__str__(tag)
    if isinstance(tag, int | np.integer) and not isinstance(tag, bool):
        return int(tag)
    raise CorpusError(
        f"document {number}: a tag must be str or int, got {type(tag).__name__}: {shown(tag)}"
    )

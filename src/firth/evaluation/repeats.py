"""Items that stand in an evaluation set more than once, and so count more than others."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from firth.errors import counted, one_line, warn
from firth.evaluation.lookup import normalise


class _Item(NamedTuple):
    """What is the same of two items that are one, and how a message names it."""

    key: Hashable
    words: Sequence[str]


def _pairs(pairs: Any) -> Iterator[_Item]:  # noqa: ANN401
    # The order of the two words makes no difference.
    return (_Item(frozenset(map(_spelled, pair[:2])), pair[:2]) for pair in pairs)


def _questions(sections: Any) -> Iterator[_Item]:  # noqa: ANN401
    for name, questions in sections.items():
        for question in questions:
            yield _Item((name, *map(_spelled, question[:4])), question[:4])


def _words_of_groups(groups: Any) -> Iterator[_Item]:  # noqa: ANN401
    return (_Item((name, _spelled(w)), [w]) for name, words in groups.items() for w in words)


def _words_of_sets(sets: Any) -> Iterator[_Item]:  # noqa: ANN401
    for number, parts in enumerate(sets):
        yield from _words_of_groups({(number, i): words for i, words in enumerate(parts)})


def _spelled(word: str) -> str:
    return normalise(word, fold=False)


_ITEMS: Mapping[str, tuple[str, Callable[[Any], Iterator[_Item]]]] = {
    "analogies": ("question", _questions),
    "similarity": ("pair", _pairs),
    "categories": ("word", _words_of_groups),
    "outliers": ("word", _words_of_sets),
    "associations": ("word", _words_of_groups),
}


def warn_of_repeats(kind: str, file: str, read: Any) -> None:  # noqa: ANN401
    """Warn if a question, a pair or a word of a group stands in a file more than once.

    Parameters
    ----------
    kind : str
        Of the file, such as "similarity".
    file : str
        Its name.
    read : object
        What was read of it.
    """
    noun, items_of = _ITEMS[kind]
    seen: set[Hashable] = set()
    again = []
    for key, words in items_of(read):
        if key in seen:
            again.append(words)
        seen.add(key)
    if again:
        first = " ".join(one_line(repr(word)) for word in again[0])
        order = ", in this or the other order" if kind == "similarity" else ""
        warn(
            f"{file}: {counted(len(again), noun)} stood there before{order}, such as {first}; each "
            "counts as often as it is given"
        )

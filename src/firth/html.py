"""Tables in HTML, which notebooks show; words are never markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, SupportsIndex, TypeVar, overload
from unicodedata import bidirectional

Row = TypeVar("Row", bound=tuple[Any, ...])

# The classes of Unicode that write from right to left, or change the direction.
_TURNS = {"R", "AL", "AN", "LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
# Rows of a long list that a notebook shows.
MOST_ROWS = 50


class TableList(list[Row]):
    """A list of named tuples, such as neighbours, which notebooks show as a table.

    A part of it is shown so too.

    Attributes
    ----------
    name : str
        The head of its column, where several stand beside each other.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> Pair = NamedTuple("Pair", [("word", str), ("score", float)])
    >>> pairs = TableList([Pair("tea", 0.5), Pair("milk", 0.25)])
    >>> pairs[:1], "<th>score</th>" in pairs[:1]._repr_html_()
    ([Pair(word='tea', score=0.5)], True)
    """

    name = ""

    @overload
    def __getitem__(self, place: SupportsIndex) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> TableList[Row]: ...

    def __getitem__(self, place: SupportsIndex | slice) -> Row | TableList[Row]:
        """Return a row, or a part."""
        found = super().__getitem__(place)
        return TableList(found) if isinstance(place, slice) else found  # type: ignore[return-value]

    def _repr_html_(self) -> str:
        if not self:
            return html_table([], [], "nothing found")
        # A word may be an integer, which is no number to be separated.
        rows = ((str(word), *rest) for word, *rest in self[:MOST_ROWS])
        shown = f"the first {MOST_ROWS} of {len(self):,}" if len(self) > MOST_ROWS else ""
        return html_table(getattr(self[0], "_fields", ()), rows, shown)


def isolated(word: object) -> str:
    """Return a word so that one written from right to left does not reorder what is beside it.

    Examples
    --------
    >>> isolated("tea"), isolated("תה") == chr(0x2068) + "תה" + chr(0x2069)
    ('tea', True)
    """
    text = str(word)
    turns = any(bidirectional(letter) in _TURNS for letter in text)
    return f"\u2068{text}\u2069" if turns else text


def html_table(head: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """Return a table; floats have four digits, or a power of ten, whole numbers have separators.

    Examples
    --------
    >>> html_table(["word", "score"], [("<b>", 0.5)])
    '<table><thead><tr><th>word</th><th>score</th></tr></thead><tbody><tr><td>&lt;b&gt;</td><td \
style="text-align:right">0.5000</td></tr></tbody></table>'
    """
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    heads = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = ("".join(map(_cell, row)) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table>{title}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    if isinstance(value, float):
        is_small = 0.0 < abs(value) < 1e-3
        return f'<td style="text-align:right">{value:{".1e" if is_small else ".4f"}}</td>'
    if isinstance(value, int) and not isinstance(value, bool):
        return f'<td style="text-align:right">{value:,}</td>'
    return f"<td>{escape(str(value))}</td>"

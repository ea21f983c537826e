"""Which lines or token lists of a source the units of a corpus are."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from firth.corpus.tokens import ScratchArray

BATCH = 1 << 16

_Item = TypeVar("_Item")


@dataclass(frozen=True, eq=False)
class UnitNumbers:
    """Which lines or token lists of a source the units of a corpus are.

    Parameters
    ----------
    ordinals : int64, (units,)
        How many lines that are not blank, or lists that are not empty, come before each unit.
    blanks : int64
        The same for each blank line or empty list, in their order.

    Examples
    --------
    >>> UnitNumbers(np.array([0, 2, 3]), np.array([0, 2])).numbers().tolist()
    [1, 4, 5]
    """

    ordinals: NDArray[np.int64]
    blanks: NDArray[np.int64]

    def numbers(self) -> NDArray[np.int64]:
        """Return the number of each unit among all lines or lists, from 0: int64 (units,)."""
        numbers: NDArray[np.int64] = np.searchsorted(self.blanks, self.ordinals, side="right")
        numbers += self.ordinals
        return numbers


def without_blank(
    items: Iterable[_Item],
    is_blank: Callable[[_Item], bool],
    blanks: ScratchArray[np.int64] | None,
) -> Iterator[_Item]:
    """Yield what is not blank; append how many come before each that is to `blanks`."""
    count, found = 0, array("q")
    for item in items:
        if not is_blank(item):
            yield item
            count += 1
        elif blanks is not None:
            found.append(count)
            if len(found) == BATCH:
                blanks.append(np.array(found, np.int64))
                found = array("q")
    if found and blanks is not None:
        blanks.append(np.array(found, np.int64))

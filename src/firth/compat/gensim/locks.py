"""gensim's `vectors_lockf`: which rows of a model training leaves as they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.checks import shown
from firth.compat.gensim.key_table import Key, KeyTable
from firth.compat.gensim.options import NotSupported


def check_locks(given: ArrayLike, name: str) -> NDArray[np.float32]:
    """Return values of gensim's locks, 0.0 and 1.0.

    Raises
    ------
    NotSupported
        If one is another number.
    """
    locks = np.atleast_1d(np.asarray(given, np.float32))
    others = locks[(locks != 0) & (locks != 1)]
    if others.size:
        raise NotSupported(
            f"{name}={shown(float(others[0]))} is not supported: a row is trained, 1.0, or stays "
            "as it is, 0.0"
        )
    return locks


def locks_of(words: KeyTable) -> NDArray[np.float32]:
    """Return the lock of each row (V,), new; by default 1.0.

    Raises
    ------
    NotSupported
        If one is neither 0.0 nor 1.0.
    """
    given = check_locks(vars(words).get("vectors_lockf", 1.0), "vectors_lockf")
    return np.resize(given, len(words))


def frozen_words(words: KeyTable) -> list[Key]:
    """Return the words whose lock is 0.0."""
    return [words.index_to_key[row] for row in np.flatnonzero(locks_of(words) == 0)]

"""Combining vectors of several models: unit rows side by side, then principal axes.

C words that all models have · D' dimensions of all models together · D dimensions
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from firth._version import __version__
from firth.checks import whole_number
from firth.errors import ConfigError, VocabularyError, counted, warn
from firth.other_names import explain_keywords
from firth.vectors.blocks import row_blocks
from firth.vectors.search import unit_rows
from firth.vectors.vectors import Vectors, check_vectors

# The axes are those of frequent words: rare ones have poor vectors, and there are many.
FREQUENT = 20_000
DIM = 100


@explain_keywords
def combine(vectors: Iterable[Vectors], *, dim: int | None = None) -> Vectors:
    """Combine vectors of several models, which is better than any of them alone.

    The unit rows of a word stand side by side, and are turned to the principal axes of the 20,000
    most frequent words, of which the first are kept. Models that differ gain most, as by their
    window.

    Parameters
    ----------
    vectors : iterable of Vectors
        At least two. Words that they do not all have are left out, which a warning tells.
    dim : int, optional
        D, the dimensions of the result; at most those of all together. By default 100, or all if
        there are fewer.

    Returns
    -------
    Vectors
        Words and counts are those of the first, in its order. Words that are not in the vocabulary
        have no vectors, although they may have some in the models: ask those. Phrases are kept
        if all have the same. Documents are not kept.

    Raises
    ------
    ConfigError
        If there are fewer than two models, or `dim` is out of range.
    VocabularyError
        If no word is common to all.

    Examples
    --------
    >>> a, b = (Vectors(["tea", "milk"], np.eye(2)) for _ in range(2))
    >>> combine([a, b], dim=2)
    Vectors(2 words, dim=2)
    """
    from firth.vectors.repeatable import principal_axes, product, second_moment

    parts = _checked(vectors)
    widths = [part.dim for part in parts]
    most = sum(widths)
    dim = min(DIM, most) if dim is None else whole_number("dim", dim, least=1, most=most)
    words = [word for word in parts[0] if all(word in part.index for part in parts[1:])]
    if not words:
        raise VocabularyError("the vectors to combine have no word in common")
    left_out = [len(part) - len(words) for part in parts]
    if any(left_out):
        warn(
            "words that are not in all of the vectors to combine were left out, "
            f"{' and '.join(f'{number:,}' for number in left_out)} of them; "
            f"the result has {counted(len(words), 'word')}"
        )
    rows = [np.array([part.index[word] for word in words]) for part in parts]
    frequent = _side_by_side(parts, rows, slice(0, FREQUENT))
    axes = principal_axes(second_moment(frequent))[0][:, :dim]
    matrix = np.empty((len(words), dim), np.float32)
    for block in row_blocks(len(words), sum(widths)):
        matrix[block] = product(_side_by_side(parts, rows, block), axes)
    first = parts[0]
    return Vectors(
        words,
        matrix,
        counts=None if first.counts is None else first.counts[rows[0]],
        phrases=first.phrases if all(part.phrases == first.phrases for part in parts) else None,
        config={
            "firth": __version__,
            "readout": {"name": "combined", "dims": widths, "left_out": left_out},
            "combined": [part.config for part in parts],
        },
    )


def _checked(vectors: Iterable[Vectors]) -> list[Vectors]:
    is_one = isinstance(vectors, Vectors) or not isinstance(vectors, Iterable)
    parts = [
        check_vectors("each of those to combine", part)
        for part in ([vectors] if is_one else vectors)
    ]
    if len(parts) < 2:
        raise ConfigError(f"combine needs at least two Vectors, got {len(parts)}")
    return parts


def _side_by_side(
    parts: Sequence[Vectors], rows: Sequence[NDArray[np.int64]], block: slice
) -> NDArray[np.float32]:
    """Return unit rows (n, D') of some words."""
    return np.hstack(
        [unit_rows(part.input_vectors[some[block]]) for part, some in zip(parts, rows, strict=True)]
    )

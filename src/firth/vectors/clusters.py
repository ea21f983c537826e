"""Clusters of words by k-means.

V words · D dimensions · k clusters
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.vectors.blocks import row_blocks

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

CLUSTERS = 10
# The centres are found among the most frequent words; names come from those still more frequent.
_SAMPLE, _NAMED, _ROUNDS = 20_000, 3_000, 25
# How many words name a cluster.
_TYPICAL = 3


def spherical_k_means(unit: Floats, k: int = CLUSTERS, seed: int = 1) -> tuple[Labels, Floats]:
    """Return the cluster of each row as its number (V,), and the directions of the centres (n, D).

    k-means by cosine (Dhillon and Modha 2001), with centres chosen far apart at first (Arthur and
    Vassilvitskii 2007). Clusters are numbered by size, the largest first. There are n, at most k:
    none is empty.

    Parameters
    ----------
    unit : (V, D)
        Rows of length one, the most frequent word first.

    Examples
    --------
    >>> rows = np.array([[1, 0], [0, 1], [1, 0], [1, 0]], dtype=np.float32)
    >>> labels, centres = spherical_k_means(rows, 2)
    >>> labels.tolist(), centres.tolist()
    ([0, 1, 0, 0], [[1.0, 0.0], [0.0, 1.0]])
    """
    random = np.random.default_rng(seed)
    sample = unit[:_SAMPLE]
    centres = _first_centres(sample, min(k, len(unit)), random)
    for _ in range(_ROUNDS):
        labels = _nearest(sample, centres)
        sums = (labels == np.arange(len(centres))[:, np.newaxis]).astype(np.float32) @ sample
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        moved = np.where(lengths > 0.0, sums / np.where(lengths > 0.0, lengths, 1.0), centres)
        if np.allclose(moved, centres, atol=1e-4):
            break
        centres = moved.astype(np.float32)
    labels = _nearest(unit, centres)
    sizes = np.bincount(labels, minlength=len(centres))
    order = np.argsort(-sizes, kind="stable")
    # Of vectors that are nearly the same, some centres have no word.
    return np.argsort(order)[labels], centres[order][: np.count_nonzero(sizes)]


def typical_rows(unit: Floats, labels: Labels, centres: Floats) -> list[list[int]]:
    """Return the rows of three frequent words nearest to the centre of each cluster, or fewer.

    Examples
    --------
    >>> rows = np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float32)
    >>> typical_rows(rows, *spherical_k_means(rows, 2))
    [[0, 2], [1]]
    """
    scores = unit[:_NAMED] @ centres.T
    found = []
    for number in range(len(centres)):
        own = np.flatnonzero(labels[:_NAMED] == number)
        best = np.argsort(-scores[own, number], kind="stable")[:_TYPICAL]
        found.append(own[best].tolist())
    return found


def _first_centres(rows: Floats, k: int, random: np.random.Generator) -> Floats:
    chosen = [int(random.integers(len(rows)))]
    distance = 1.0 - rows @ rows[chosen[0]]
    while len(chosen) < k:
        weights = np.clip(distance, 0.0, None).astype(np.float64)
        total = weights.sum()
        if total <= 1e-9:
            break
        chosen.append(int(random.choice(len(rows), p=weights / total)))
        distance = np.minimum(distance, 1.0 - rows @ rows[chosen[-1]])
    return rows[chosen]


def _nearest(rows: Floats, centres: Floats) -> NDArray[np.int64]:
    """Return the number of the nearest centre for each row."""
    blocks = row_blocks(len(rows), max(rows.shape[1], len(centres)))
    parts = [np.argmax(rows[block] @ centres.T, axis=1) for block in blocks]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)

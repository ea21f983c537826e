"""Turning vectors into the space of others, so that both can be compared.

V words · D dimensions · n anchors
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from numbers import Integral

import numpy as np
from numpy.typing import NDArray

from firth.checks import shown, whole_number
from firth.errors import ConfigError, VocabularyError, counted, warn_once
from firth.other_names import explain_keywords
from firth.vectors.blocks import row_blocks
from firth.vectors.composition import RawTables, Space
from firth.vectors.queries import known_rows
from firth.vectors.search import Floats, unit_rows
from firth.vectors.table import Token
from firth.vectors.vectors import Vectors, check_vectors

ANCHORS = 20_000

Rows = NDArray[np.int64]


@explain_keywords
def align(vectors: Vectors, onto: Vectors, *, anchors: int | Iterable[Token] = ANCHORS) -> Vectors:
    """Turn vectors into the space of others, by the rotation that brings the anchors nearest.

    Two trainings have axes that mean nothing to each other. A rotation (with or without a
    reflection) changes no cosine within the vectors, and makes those of the same word comparable.
    Of unit vectors a of `vectors` and b of `onto`, it is the orthogonal R with the least
    Σ ‖a R - b‖² over the anchors: R = U Wᵀ of the singular value decomposition U S Wᵀ of Σ aᵀ b
    (Schönemann 1966; for words that change, Hamilton, Leskovec and Jurafsky 2016).

    Parameters
    ----------
    vectors : Vectors
        What is turned. Output vectors, n-grams and documents are turned with it.
    onto : Vectors
        Of as many dimensions.
    anchors : int or iterable of tokens
        The words that are brought together: so many of the words of both, the most frequent in that
        text where they are rarer, or a list of words of both. Those whose vector is zero are left
        out.

    Returns
    -------
    Vectors
        New ones. `config["aligned"]` has the number of anchors and the mean of their cosines.

    Raises
    ------
    ConfigError
        If the dimensions differ, an argument is out of range, or the vectors of all anchors are
        zero.
    VocabularyError
        If the vectors have no word in common, or one of `anchors` is not in both.

    Examples
    --------
    >>> matrix = np.array([[1, 0], [4, 3], [0, 1]], dtype=np.float32)
    >>> words = ["tea", "coffee", "king"]
    >>> turned = Vectors(words, matrix @ np.array([[0, 1], [-1, 0]], dtype=np.float32))
    >>> align(turned, Vectors(words, matrix))["coffee"].round(3).tolist()
    [4.0, 3.0]
    """
    check_both(vectors, onto)
    own, other = _anchor_rows(vectors, onto, anchors)
    has_direction = (vectors._lengths[own] > 0.0) & (onto._lengths[other] > 0.0)
    own, other = own[has_direction], other[has_direction]
    if not len(own):
        raise ConfigError(
            "no anchor has a direction in both: one of its vectors is zero; give other anchors"
        )
    if len(own) < vectors.dim:
        warn_once(
            f"{counted(len(own), 'word')} cannot determine a rotation in "
            f"{counted(vectors.dim, 'dimension')}; give at least as many anchors as dimensions"
        )
    a, b = unit_rows(vectors.input_vectors[own]), unit_rows(onto.input_vectors[other])
    left, _, right = np.linalg.svd(a.astype(np.float64).T @ b.astype(np.float64))
    rotation = left @ right
    cosine = float(np.einsum("nd,nd->n", a @ rotation, b).mean())
    return _turned(vectors, rotation, {"anchors": len(own), "mean_cosine": cosine})


def check_both(vectors: object, onto: object) -> tuple[Vectors, Vectors]:
    """Return two arguments that must be Vectors of the same dimensions.

    Raises
    ------
    ConfigError
        If they are not.
    """
    first, second = (check_vectors("each of the two", each) for each in (vectors, onto))
    if first.dim != second.dim:
        raise ConfigError(
            f"only vectors of as many dimensions can be aligned, got {first.dim:,} and "
            f"{second.dim:,}"
        )
    return first, second


def shared_rows(a: Vectors, b: Vectors) -> tuple[Rows, Rows]:
    """Return the rows of the words that both have, by their rank where they are rarer.

    Raises
    ------
    VocabularyError
        If there are none.
    """
    index = b.index
    found = ((row, index.get(word)) for row, word in enumerate(a))
    pairs = [(row, other) for row, other in found if other is not None]
    if not pairs:
        raise VocabularyError("the vectors have no word in common")
    own, other = np.array(pairs, dtype=np.int64).T
    order = np.argsort(np.maximum(own, other), kind="stable")
    return own[order], other[order]


def _anchor_rows(
    vectors: Vectors, onto: Vectors, anchors: int | Iterable[Token]
) -> tuple[Rows, Rows]:
    if isinstance(anchors, Integral | bool):
        most = whole_number("anchors", anchors, least=1)
        own, other = shared_rows(vectors, onto)
        return own[:most], other[:most]
    if not isinstance(anchors, Iterable):
        raise ConfigError(f"anchors must be a number or a list of words, got {shown(anchors)}")
    words = [anchors] if isinstance(anchors, str) else list(anchors)
    if not words:
        raise ConfigError("anchors needs a number or at least one word, got none")
    return known_rows(words, vectors.index), known_rows(words, onto.index)


def _turned(vectors: Vectors, rotation: NDArray[np.float64], told: dict[str, object]) -> Vectors:
    """Return vectors, and all that lies in their space, after a rotation (D, D)."""
    output, raw, documents = vectors.output_vectors, vectors.raw, vectors.document_table
    if documents is not None:
        turned = _rotate(documents.vectors, rotation)
        documents = dataclasses.replace(documents, vectors=turned)
    if raw is not None:
        raw = dataclasses.replace(
            raw, input=_rotate(raw.input, rotation), space=_turned_space(raw, rotation)
        )
    return Vectors(
        vectors.words,
        _rotate(vectors.input_vectors, rotation),
        counts=vectors.counts,
        output_vectors=None if output is None else _rotate(output, rotation),
        config={**vectors.config, "aligned": told},
        raw=raw,
        phrases=vectors.phrases,
        documents=documents,
    )


def _turned_space(raw: RawTables, rotation: NDArray[np.float64]) -> Space | None:
    """Return the map from turned rows x R to turned vectors: Rᵀ A R for A, and Rᵀ B R for B."""
    if raw.space is None:
        return None
    linear, axes = (
        None if each is None else (rotation.T @ each @ rotation).astype(np.float32)
        for each in (raw.space.linear, raw.space.axes)
    )
    assert linear is not None
    return Space(linear, axes)


def _rotate(rows: Floats, rotation: NDArray[np.float64]) -> Floats:
    turned = np.empty(rows.shape, dtype=np.float32)
    for block in row_blocks(*rows.shape):
        with np.errstate(over="ignore"):
            turned[block] = rows[block].astype(np.float64) @ rotation
        if not np.isfinite(turned[block]).all():
            raise ConfigError(
                f"vectors with numbers up to {np.abs(rows).max():.3g} cannot be turned, as the "
                "result would not be finite in float32; divide all by one number, which changes no "
                "cosine"
            )
    return turned

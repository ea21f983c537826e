"""Projections from D dimensions to two.

n words · D dimensions
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.checks import whole_number
from firth.errors import ConfigError, MissingExtraError, counted
from firth.vectors.axes import principal_axes, second_moment

# The defaults of t-SNE and UMAP, used if there are enough words.
PERPLEXITY = 30.0
NEIGHBOURS = 15
FEWEST_FOR_UMAP = 4

# The rounding error of scaled float32 vectors.
_SAME_DIRECTION = 1e-6


class Projection(NamedTuple):
    """The points of words (n, 2), and the labels of the axes."""

    points: NDArray[np.float64]
    x_label: str
    y_label: str


def project(
    matrix: NDArray[np.floating],
    method: str | None,
    seed: int = 1,
    *,
    progress: Mapping[str, Any] | None = None,
) -> Projection:
    """Project n vectors to two dimensions by cosine; the result is repeatable.

    Rows are first scaled to length 1. Their squared distance is then 2 - 2 cos, so near points of
    a map mean a high cosine.

    Parameters
    ----------
    matrix : (n, D) floating
    method : {"pca", "umap", "tsne"}, optional
        Principal components keep as much of the distances as two linear axes can. UMAP (McInnes
        et al. 2018) and t-SNE (van der Maaten and Hinton 2008) show which words are near each
        other; their distances between clusters mean little. None keeps vectors of two dimensions
        unchanged, with their lengths, and uses principal components for more dimensions.
    seed : int
        The seed of UMAP and t-SNE.
    progress : mapping, optional
        Keywords of a tqdm that counts the epochs of UMAP.

    Raises
    ------
    ConfigError
        If D is below 2, there are fewer than 2 words (4 for UMAP), all vectors are the same or
        have the same direction, or the method is unknown.
    MissingExtraError
        If the package of the method is not installed.

    Examples
    --------
    >>> project(np.array([[0.0, 3.0], [4.0, 0.0]]), None).points.tolist()
    [[0.0, 3.0], [4.0, 0.0]]
    >>> project(np.array([[0.0, 3.0], [4.0, 0.0]]), "pca").points.round(6).tolist()
    [[-0.707107, 0.0], [0.707107, 0.0]]
    """
    n, D = matrix.shape
    whole_number("seed", seed, least=0)
    if D < 2:
        raise ConfigError(f"a map needs vectors of at least 2 dimensions, got {D}")
    if n < 2:
        raise ConfigError(f"a map needs at least 2 words, got {n}")
    exact = matrix.astype(np.float64)
    if method is None and D == 2:
        if (exact == exact[0]).all():
            raise ConfigError(f"a map needs vectors that differ, got the same for all {n} words")
        return Projection(exact, "dimension 1", "dimension 2")
    unit = _unit_rows(exact)
    if np.allclose(unit, unit[0], rtol=0.0, atol=_SAME_DIRECTION):
        raise ConfigError(
            f"a map needs vectors of different directions, got the same for all {n} words"
        )
    method = method or "pca"
    if method not in _METHODS:
        raise ConfigError(f"method must be one of {', '.join(_METHODS)}, got {method!r}")
    if progress is not None:
        if method != "umap":
            raise ConfigError(f"only umap tells its progress, got {method!r}")
        return _umap(unit, seed, progress)
    return _METHODS[method](unit, seed)


def _unit_rows(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale rows to length 1; rows of zeros stay. Squares of float32 numbers fit in float64."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.where(lengths > 0.0, lengths, 1.0))


def _pca(matrix: NDArray[np.float64], seed: int = 0) -> Projection:
    """Project to the two orthogonal axes with the largest variance."""
    mean = matrix.mean(axis=0)
    axes, values = principal_axes(second_moment(matrix, mean))
    variance = values**2 / (values**2).sum()
    return Projection(
        (matrix - mean) @ axes[:, :2],
        f"first principal component, {variance[0]:.0%} of the variance",
        f"second, {variance[1]:.0%}",
    )


def _tsne(matrix: NDArray[np.float64], seed: int) -> Projection:
    try:
        from sklearn.manifold import TSNE
    except ImportError as error:
        raise MissingExtraError("scikit-learn", "plot") from error
    n, D = matrix.shape
    # It must be below n; t-SNE looks at three times as many neighbours.
    perplexity = min(PERPLEXITY, max(1.0, (n - 1) / 3))
    points = TSNE(
        perplexity=perplexity, metric="cosine", init=_start(matrix, 1e-4, seed), random_state=seed
    ).fit_transform(matrix)
    label = f"t-SNE of {counted(D, 'dimension')} by cosine, perplexity {perplexity:.0f}"
    return Projection(points.astype(np.float64), label, "")


def _umap(
    matrix: NDArray[np.float64], seed: int, progress: Mapping[str, Any] | None = None
) -> Projection:
    n, D = matrix.shape
    if n < FEWEST_FOR_UMAP:
        raise ConfigError(f"UMAP needs at least {FEWEST_FOR_UMAP} words, got {n}; take method pca")
    try:
        with warnings.catch_warnings():
            # umap warns if TensorFlow, which is not used here, is missing.
            warnings.simplefilter("ignore", ImportWarning)
            from umap import UMAP
    except ImportError as error:
        raise MissingExtraError("umap-learn", "plot") from error
    neighbours = min(NEIGHBOURS, n - 1)
    # With several threads, UMAP is not repeatable.
    points = UMAP(
        n_neighbors=neighbours, metric="cosine", init=_start(matrix, 10.0, seed),
        random_state=seed, n_jobs=1, tqdm_kwds=None if progress is None else dict(progress),
    ).fit_transform(matrix)  # fmt: skip
    label = f"UMAP of {counted(D, 'dimension')} by cosine, {neighbours} neighbours"
    return Projection(points.astype(np.float64), label, "")


def _start(matrix: NDArray[np.float64], width: float, seed: int) -> NDArray[np.float32]:
    """Return principal components, `width` wide, as the initial points."""
    points = _pca(matrix).points
    # Some noise, since UMAP cannot leave a line or separate points at one place.
    noise = 1e-4 * np.random.default_rng(seed).normal(size=points.shape)
    return np.asarray(width * (points / np.abs(points).max() + noise), dtype=np.float32)


_METHODS: dict[str, Callable[[NDArray[np.float64], int], Projection]] = {
    "pca": _pca,
    "umap": _umap,
    "tsne": _tsne,
}

"""Words as points of a plane.

n words · D dimensions
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.plotting.fonts import shortened
from firth.plotting.labels import NEAR, place
from firth.plotting.picture import (
    GREY,
    INK,
    PALE,
    PALETTE,
    TEXT_SIZE,
    Picture,
    add_legend,
    extent,
    plain_axes,
    write,
)
from firth.plotting.projection import Projection, project
from firth.vectors import Vectors
from firth.vectors.table import Token

MOST_WORDS = 1_000
MARKERS = "osD^v"
# Kept free between one name and the next, in points of 1/72 inch.
_SPACE = 3.0, 0.0
# Shares of the axes left free on each side, for names.
_MARGINS = 0.12, 0.07


def scatter(
    vectors: Vectors,
    words: Iterable[Token] | Mapping[str, Iterable[Token]],
    *,
    method: str | None = None,
    title: str | None = None,
    seed: int = 1,
) -> Picture:
    """Draw words where their vectors are, each with its name beside it.

    Parameters
    ----------
    vectors : Vectors
    words : sequence of tokens, or mapping of names to sequences of tokens
        From 2 to 1,000 words, each once. A mapping makes groups: each gets a colour and its name.
    method : {"pca", "umap", "tsne"}, optional
        How more than two dimensions become two, see `projection.project`. By default vectors of
        two dimensions are drawn as they are, and of longer ones the principal components.
    title : str, optional
    seed : int
        Start of the random numbers of UMAP and t-SNE. The same seed draws the same picture.

    Raises
    ------
    VocabularyError
        If a word has no vector.
    ConfigError
        If D is below 2, the words are too few, too many or not all different, or the method is
        unknown.
    MissingExtraError
        If the package of the method is not installed.
    FirthError
        If no font has one of the letters.

    Examples
    --------
    >>> matrix = np.array([[1, 0], [4, 3], [0, 1]], dtype=np.float32)
    >>> vectors = Vectors(["tea", "coffee", "国王"], matrix)
    >>> picture = scatter(vectors, {"drinks": ["tea", "coffee"]}, title="Two drinks")
    >>> [text.get_text() for text in picture.axes[0].texts]
    ['tea', 'coffee']
    """
    groups = _groups(words)
    chosen = _chosen(groups)
    found = project(vectors[chosen], method, seed)
    side = 8.0 * min(3.0, max(0.9, (len(chosen) / 50) ** 0.5))
    picture = Picture(side, 0.8 * side)
    axes = plain_axes(picture, title)
    _set_axes(axes, found)
    # A group of no words is left out.
    rows = iter(found.points)
    handles = [
        _draw_points(axes, np.array([next(rows) for _ in members]), number)
        for number, members in enumerate(filter(len, groups.values()))
    ]
    if isinstance(words, Mapping):
        add_legend(axes, handles, [name for name, members in groups.items() if len(members)])
    _write_names(picture, axes, found.points, chosen)
    return picture


def _groups(words: Iterable[Token] | Mapping[str, Iterable[Token]]) -> dict[str, list[Token]]:
    groups = dict(words) if isinstance(words, Mapping) else {"": words}
    for members in groups.values():
        if isinstance(members, str):
            raise ConfigError(f"words must be a list of words, got the text {members!r}")
    return {name: list(members) for name, members in groups.items()}


def _chosen(groups: Mapping[str, Sequence[Token]]) -> list[Token]:
    chosen = [word for members in groups.values() for word in members]
    if len(chosen) > MOST_WORDS:
        raise ConfigError(f"a map holds at most {MOST_WORDS:,} words, got {len(chosen):,}")
    if twice := sorted({str(word) for word in chosen if chosen.count(word) > 1}):
        raise ConfigError(f"words must differ, got {', '.join(twice)} more than once")
    if len(chosen) < 2:
        raise ConfigError(f"a map needs at least 2 words, got {len(chosen)}")
    return chosen


def _set_axes(axes: Axes, found: Projection) -> None:
    """Leave room around the points; a step that has a length is as long on either axis."""
    axes.margins(*_MARGINS)
    axes.set_xlabel(found.x_label, loc="right")
    axes.set_ylabel(found.y_label, loc="top")
    if not found.y_label:
        # Neither direction nor unit means anything.
        axes.set_xticks([])
        axes.set_yticks([])
    else:
        axes.set_aspect("equal", adjustable="datalim")
        axes.grid(color=PALE, linewidth=0.8)
        axes.set_axisbelow(True)


def _draw_points(axes: Axes, points: NDArray[np.float64], number: int) -> object:
    marker = MARKERS[number // len(PALETTE) % len(MARKERS)]
    return axes.scatter(
        points[:, 0], points[:, 1], s=26.0, color=PALETTE[number % len(PALETTE)], marker=marker,
        linewidths=0.0, zorder=2,
    )  # fmt: skip


def _write_names(
    picture: Picture, axes: Axes, points: NDArray[np.float64], words: Sequence[Token]
) -> None:
    """Write each name beside its point, with a thin line to it where it stands further off."""
    names = [
        axes.annotate(
            "", tuple(point), xytext=(0.0, 0.0), textcoords="offset points", ha="center",
            va="center", fontsize=TEXT_SIZE, color=INK, zorder=3,
            arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.5, "shrinkB": 3.0},
        )
        for point in points
    ]  # fmt: skip
    for name, word in zip(names, words, strict=True):
        # Names fit into what the axes are, not the other way round.
        name.set_in_layout(False)
        write(name, shortened(word))
    picture.draw_without_rendering()
    sizes = np.array([extent(name).size for name in names]) + _SPACE
    frame = extent(axes)
    places = axes.transData.transform(points) * 72 / picture.dpi - frame.p0
    offsets = place(places, sizes, (frame.width, frame.height))
    for name, size, offset in zip(names, sizes, offsets, strict=True):
        name.set_position(tuple(offset))
        gap = (np.abs(offset) - size / 2).max()
        assert name.arrow_patch is not None
        name.arrow_patch.set_visible(bool(gap > NEAR))

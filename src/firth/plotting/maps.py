"""Maps: words as points of a plane.

n words · D dimensions
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.plotting.content import Analogy, checked_analogy, content_words
from firth.plotting.fonts import shortened
from firth.plotting.labels import need_lines, place
from firth.plotting.picture import Picture, add_legend, extent, plain_axes, write
from firth.plotting.projection import Projection, project
from firth.plotting.style import INK, LINE_WIDTH, TEXT_SIZE, look
from firth.vectors import Vectors
from firth.vectors.queries import warn_of_composed
from firth.vectors.table import Token

MOST_WORDS = 1_000
DEFAULT_WORDS = 50
# The free space between neighbouring names, in points of 1/72 inch.
_SPACE = 3.0, 0.0
# Shares of the axes that are free on each side, for names.
_MARGINS = 0.12, 0.07


def scatter(
    vectors: Vectors,
    words: Iterable[Token] | Mapping[str, Iterable[Token]] | None = None,
    *,
    analogies: Iterable[Sequence[Token]] = (),
    method: str | None = None,
    title: str | None = None,
    seed: int = 1,
) -> Picture:
    """Draw words at the places of their vectors, each with its name beside it.

    Rows are scaled to length 1 first, so near points mean a high cosine; only vectors of two
    dimensions are drawn unchanged.

    Parameters
    ----------
    vectors : Vectors
    words : sequence of tokens, or mapping of names to sequences of tokens, optional
        From 2 to 1,000 words, each once. A mapping makes groups, each with a colour, a marker and
        its name. By default the words of `analogies` or, without these, the 50 most frequent
        content words (see `content_words`).
    analogies : sequence of (a, b, c, d), optional
        "a is to b as c is to d". Each has two lines, from a to b and from c to d, which are
        parallel if the vectors differ in the same way. Words that are not in `words` are added to
        the map.
    method : {"pca", "umap", "tsne"}, optional
        The projection of more than two dimensions, see `projection.project`. By default vectors of
        two dimensions are drawn unchanged, and for more dimensions the principal components.
    title : str, optional
    seed : int
        The seed of UMAP and t-SNE. The same seed draws the same picture.

    Raises
    ------
    VocabularyError
        If a word has no vector.
    ConfigError
        If D is below 2, there are too few, too many or repeated words, an analogy is not four
        different words, or the method is unknown.
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
    drawn = [checked_analogy(analogy) for analogy in analogies]
    of_analogies = list(dict.fromkeys(sum(drawn, ())))
    if words is None:
        words = of_analogies or content_words(vectors, DEFAULT_WORDS)
    groups = _groups(words)
    chosen = _chosen(groups)
    added = [word for word in of_analogies if word not in chosen]
    chosen = _checked_size([*chosen, *added])
    found = project(vectors[chosen], method, seed)
    warn_of_composed(chosen, vectors.index)
    picture, axes = new_map(found, title)
    ends = dict(zip(chosen, found.points, strict=True))
    strokes = _draw_analogies(axes, drawn, ends)
    # Groups without words are left out.
    named = {name: members for name, members in groups.items() if members}
    handles = [
        draw_points(axes, np.array([ends[word] for word in members]), number)
        for number, members in enumerate(named.values())
    ]
    if added:
        draw_points(axes, np.array([ends[word] for word in added]), len(named))
    if isinstance(words, Mapping):
        add_legend(axes, handles, list(named))
    write_names(picture, axes, found.points, chosen, strokes)
    return picture


def _groups(words: Iterable[Token] | Mapping[str, Iterable[Token]]) -> dict[str, list[Token]]:
    groups = dict(words) if isinstance(words, Mapping) else {"": words}
    for members in groups.values():
        if isinstance(members, str):
            raise ConfigError(f"words must be a list of words, got the text {members!r}")
    return {name: list(members) for name, members in groups.items()}


def _chosen(groups: Mapping[str, Sequence[Token]]) -> list[Token]:
    chosen = _checked_size([word for members in groups.values() for word in members])
    if twice := sorted({str(word) for word in chosen if chosen.count(word) > 1}):
        raise ConfigError(f"words must differ, got {', '.join(twice)} more than once")
    if len(chosen) < 2:
        raise ConfigError(f"a map needs at least 2 words, got {len(chosen)}")
    return chosen


def _checked_size(chosen: list[Token]) -> list[Token]:
    if len(chosen) > MOST_WORDS:
        raise ConfigError(f"a map holds at most {MOST_WORDS:,} words, got {len(chosen):,}")
    return chosen


def new_map(found: Projection, title: str | None) -> tuple[Picture, Axes]:
    """Return an empty map that is large enough for the points of a projection, and its axes."""
    side = 8.0 * min(3.0, max(0.9, (len(found.points) / 50) ** 0.5))
    picture = Picture(side, 0.8 * side)
    # UMAP and t-SNE have no label: the directions and units of their axes mean nothing.
    axes = plain_axes(picture, title, grid="both" if found.y_label else None)
    _set_axes(axes, found)
    return picture, axes


def _set_axes(axes: Axes, found: Projection) -> None:
    """Set margins and labels; if distances have a meaning, use the same scale on both axes."""
    axes.margins(*_MARGINS)
    axes.set_xlabel(found.x_label, loc="right")
    axes.set_ylabel(found.y_label, loc="top")
    if found.y_label:
        axes.set_aspect("equal", adjustable="datalim")
    else:
        axes.set_xticks([])
        axes.set_yticks([])


def draw_points(axes: Axes, points: NDArray[np.float64], number: int) -> object:
    """Draw points (n, 2) in the style of a number; return what a legend shows."""
    # The white rim separates points that touch.
    return axes.scatter(
        points[:, 0], points[:, 1], s=30.0, color=look(number).color, marker=look(number).marker,
        linewidths=0.6, edgecolors="white", zorder=2,
    )  # fmt: skip


def _draw_analogies(
    axes: Axes, analogies: Sequence[Analogy], ends: Mapping[Token, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Draw arrows from a to b and from c to d in the same style; return all lines (l, 2, 2)."""
    strokes = []
    for number, (a, b, c, d) in enumerate(analogies):
        style: dict[str, Any] = {
            "arrowstyle": "-|>", "color": look(number + 1).color, "linestyle": look(number).dash,
            "linewidth": LINE_WIDTH, "shrinkA": 4.0, "shrinkB": 4.0, "mutation_scale": 11.0,
        }  # fmt: skip
        for start, end in ((ends[a], ends[b]), (ends[c], ends[d])):
            axes.add_patch(FancyArrowPatch(tuple(start), tuple(end), zorder=1.5, **style))
            strokes.append((start, end))
    return np.array(strokes).reshape(-1, 2, 2)


def write_names(
    picture: Picture,
    axes: Axes,
    points: NDArray[np.float64],
    words: Sequence[Token],
    strokes: NDArray[np.float64],
    told: Sequence[str] | None = None,
) -> None:
    """Write each name beside its point, with a thin line to it if it would be ambiguous.

    A page tells the names where one points, or what is `told` of them.
    """
    names = [
        axes.annotate(
            "", tuple(point), xytext=(0.0, 0.0), textcoords="offset points", ha="center",
            va="center", fontsize=TEXT_SIZE, color=INK, zorder=3,
            # The line runs from the edge of the name to the middle of the point.
            bbox={"boxstyle": "square,pad=0.15", "facecolor": "none", "edgecolor": "none"},
            arrowprops={
                "arrowstyle": "-", "color": INK, "linewidth": 0.5, "shrinkA": 0.0, "shrinkB": 0.0,
            },
        )
        for point in points
    ]  # fmt: skip
    for (x, y), label in zip(points, words if told is None else told, strict=True):
        picture.mark(axes, x, y, label)
    for name, word in zip(names, words, strict=True):
        # Names must not change the size of the axes.
        name.set_in_layout(False)
        write(name, shortened(word))
    picture.draw_without_rendering()
    sizes = np.array([extent(name).size for name in names]) + _SPACE
    frame = extent(axes)

    def placed(data: NDArray[np.float64]) -> NDArray[np.float64]:
        where = axes.transData.transform(data.reshape(-1, 2)) * 72 / picture.dpi - frame.p0
        return np.asarray(where.reshape(data.shape))

    places = placed(points)
    offsets = place(places, sizes, (frame.width, frame.height), placed(strokes))
    led = need_lines(places, sizes, offsets).tolist()
    for name, offset, shown in zip(names, offsets, led, strict=True):
        name.set_position(tuple(offset))
        assert name.arrow_patch is not None
        name.arrow_patch.set_visible(shown)

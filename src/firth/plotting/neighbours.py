"""Neighbours: a graph of who is near whom, and the way of a word through several vector sets.

n words · D dimensions
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import FancyArrowPatch

from firth.checks import whole_number
from firth.errors import ConfigError, told_once
from firth.html import isolated
from firth.plotting.maps import MOST_WORDS, draw_points, new_map, write_names
from firth.plotting.picture import Picture
from firth.plotting.projection import project
from firth.plotting.style import LINE_WIDTH, look
from firth.vectors import Vectors, align
from firth.vectors.table import Token

_EDGE_COLOR = "0.75"


def neighbour_graph(
    vectors: Vectors,
    words: Token | Iterable[Token],
    *,
    top: int = 8,
    method: str | None = None,
    title: str | None = None,
    seed: int = 1,
) -> Picture:
    """Draw words, their nearest neighbours, and a line wherever one word is a neighbour of another.

    Lines show what a map hides: two words may be near on it and no neighbours.

    Parameters
    ----------
    vectors : Vectors
    words : token or sequence of tokens
        The words in the middle.
    top : int
        How many neighbours a word has: of the words in the middle all are drawn.
    method, title, seed
        As for `scatter`.

    Raises
    ------
    VocabularyError
        If a word has no vector.
    ConfigError
        If there is no word, or a map cannot hold all of them.

    Examples
    --------
    >>> matrix = np.array([[1, 0, 0], [4, 3, 0], [0, 1, 0], [0, 4, 3]], dtype=np.float32)
    >>> vectors = Vectors(["tea", "coffee", "king", "queen"], matrix)
    >>> picture = neighbour_graph(vectors, "tea", top=1)
    >>> [text.get_text() for text in picture.axes[0].texts]
    ['tea', 'coffee']
    """
    whole_number("top", top, least=1)
    middle = [words] if isinstance(words, str | int | np.integer) else list(dict.fromkeys(words))
    if not middle:
        raise ConfigError("a graph of neighbours needs at least one word, got none")
    near = [[word for word, _ in found] for found in vectors.similar(middle, top=top)]
    chosen = list(dict.fromkeys([*middle, *(word for found in near for word in found)]))
    if len(chosen) > MOST_WORDS:
        raise ConfigError(f"a map holds at most {MOST_WORDS:,} words, got {len(chosen):,}")
    points = project(vectors[chosen], method, seed)
    picture, axes = new_map(points, title)
    ends = dict(zip(chosen, points.points, strict=True))
    edges = _edges(vectors, chosen, top)
    lines = np.array([[ends[a], ends[b]] for a, b, _ in edges]).reshape(-1, 2, 2)
    widths = [0.3 + 1.2 * max(0.0, score) for *_, score in edges]
    axes.add_collection(
        LineCollection(list(lines), linewidths=widths, colors=_EDGE_COLOR, zorder=1),
        autolim=False,
    )
    others = [word for word in chosen if word not in middle]
    # The words in the middle are drawn last, on top.
    for number, members in ((1, others), (0, middle)):
        if members:
            draw_points(axes, np.array([ends[word] for word in members]), number)
    told = [_told(word, edges) for word in chosen]
    write_names(picture, axes, points.points, chosen, lines, told)
    return picture


def _told(word: Token, edges: Sequence[tuple[Token, Token, float]]) -> str:
    """Return what a page tells of a word: those to which its lines lead, the nearest first."""
    near = [(score, b if a == word else a) for a, b, score in edges if word in (a, b)]
    near.sort(key=lambda each: -each[0])
    return f"{isolated(word)}: " + ", ".join(f"{isolated(b)} {score:.2f}" for score, b in near)


def _edges(vectors: Vectors, chosen: Sequence[Token], top: int) -> list[tuple[Token, Token, float]]:
    """Return each pair of words of which one is among the neighbours of the other, once."""
    places = {word: place for place, word in enumerate(chosen)}
    found: dict[tuple[Token, Token], float] = {}
    for word, neighbours in zip(chosen, vectors.similar(list(chosen), top=top), strict=True):
        for other, score in neighbours:
            if other in places:
                first, second = sorted((word, other), key=places.__getitem__)
                found[first, second] = score
    return [(a, b, score) for (a, b), score in found.items()]


def drift_path(
    periods: Mapping[str, Vectors],
    word: Token,
    *,
    top: int = 6,
    anchors: int = 20_000,
    title: str | None = None,
) -> Picture:
    """Draw the way of a word through several vector sets, among its neighbours of each.

    All sets are turned into the space of the last (`firth.align`). The neighbours stand where they
    are in the last set that has them, so only the word moves. From Hamilton, Leskovec and Jurafsky
    (2016), figure 1.

    Parameters
    ----------
    periods : mapping of names to Vectors
        At least two, in the order of time.
    word : token
        It must have a vector in each.
    top : int
        How many neighbours of each period are drawn.
    anchors : int
        As for `firth.align`.
    title : str, optional

    Raises
    ------
    VocabularyError
        If the word has no vector in one of the sets.
    ConfigError
        If there are fewer than two sets, or they cannot be aligned.

    Examples
    --------
    >>> matrix = np.array([[1, 0, 0], [4, 3, 0], [0, 1, 0], [0, 4, 3]], dtype=np.float32)
    >>> words = ["tea", "coffee", "king", "queen"]
    >>> periods = {"1900": Vectors(words, matrix), "2000": Vectors(words, matrix[[2, 1, 0, 3]])}
    >>> picture = drift_path(periods, "tea", top=1)
    >>> [text.get_text() for text in picture.axes[0].texts][:2]
    ['tea (1900)', 'tea (2000)']
    """
    whole_number("top", top, least=1)
    if len(periods) < 2:
        raise ConfigError(f"the way of a word needs at least two sets, got {len(periods)}")
    *names, last = periods
    with told_once():
        turned = [align(periods[name], periods[last], anchors=anchors) for name in names]
    sets = [*turned, periods[last]]
    near = dict.fromkeys(other for each in sets for other, _ in each.similar(word, top=top))
    rows = [each[word] for each in sets]
    for other in near:
        rows.append(next(each[other] for each in reversed(sets) if other in each))
    found = project(np.stack(rows), "pca")
    picture, axes = new_map(found, title)
    path, others = found.points[: len(sets)], found.points[len(sets) :]
    style: dict[str, Any] = {
        "arrowstyle": "-|>", "color": look(0).color, "linewidth": LINE_WIDTH,
        "shrinkA": 4.0, "shrinkB": 4.0, "mutation_scale": 11.0,
    }  # fmt: skip
    strokes = np.stack([path[:-1], path[1:]], axis=1)
    for start, end in strokes:
        axes.add_patch(FancyArrowPatch(tuple(start), tuple(end), zorder=1.5, **style))
    draw_points(axes, others, 1)
    draw_points(axes, path, 0)
    labels = [f"{word} ({name})" for name in periods]
    told = [*(f"{isolated(word)} ({isolated(name)})" for name in periods), *map(str, near)]
    write_names(picture, axes, found.points, [*labels, *near], strokes, told)
    return picture

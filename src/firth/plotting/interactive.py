"""A map of words as a page: one HTML file, which works from the disk and in a notebook.

n words · D dimensions
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError, counted
from firth.io import pages
from firth.io.atomic import atomic_write
from firth.io.pages import assemble_page
from firth.plotting.content import checked_analogy, content_words
from firth.plotting.projection import project
from firth.vectors import Vectors
from firth.vectors.queries import known_rows
from firth.vectors.questions.nearest import Choice, neighbours_of
from firth.vectors.table import Token

MOST_WORDS = 20_000
DEFAULT_WORDS = 2_000
NEIGHBOURS = 12
# The height of the map in a notebook, in pixels.
_HEIGHT = 560


class MapPage:
    """A page with a map of words: it pans, zooms, finds words, and shows their neighbours.

    A notebook shows it.

    Parameters
    ----------
    html : str
        The page, which needs no other file and no network.
    words : int
        How many words are on it.
    """

    def __init__(self, html: str, words: int) -> None:
        self.html, self.words = html, words

    def __repr__(self) -> str:
        """Return the number of words."""
        return f"<map of {counted(self.words, 'word')}>"

    def _repr_html_(self) -> str:
        style = f"width:100%;height:{_HEIGHT}px;border:0"
        title = f"map of {counted(self.words, 'word')}"
        held = f'srcdoc="{escape(self.html)}"'
        opened = f'<iframe title="{title}" sandbox="allow-scripts" style="{style}" {held}>'
        # Without the end, a notebook that is exported as HTML would end here.
        return f"{opened}</iframe>"

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file.

        Raises
        ------
        FirthError
            If the file cannot be written.
        """
        with atomic_write(Path(path)) as temporary:
            temporary.write_text(self.html, encoding="utf-8")


def interactive_map(
    vectors: Vectors,
    words: Iterable[Token] | None = None,
    *,
    analogies: Iterable[Sequence[Token]] = (),
    method: str | None = None,
    title: str | None = None,
    seed: int = 1,
) -> MapPage:
    """Make a page with a map of words, in English or Chinese, as the browser asks for.

    Parameters
    ----------
    vectors : Vectors
    words : sequence of tokens, optional
        From 2 to 20,000 words; by default the 2,000 most frequent content words.
    analogies : iterable of four words each
        For (a, b, c, d), arrows lead from a to b and from c to d. Words that are not in `words` are
        added to the map.
    method, seed
        As for `scatter`.
    title : str, optional

    Raises
    ------
    VocabularyError
        If a word is not in the vocabulary.
    ConfigError
        If there are too few or too many words, an analogy is not four different words, or the
        method is unknown.

    Examples
    --------
    >>> matrix = np.array([[1, 0], [4, 3], [0, 1]], dtype=np.float32)
    >>> page = interactive_map(Vectors(["tea", "coffee", "king"], matrix))
    >>> page, page.html.startswith("<!doctype html>")
    (<map of 3 words>, True)
    """
    if isinstance(words, str):
        raise ConfigError(f"words must be a list of words, got the text {words!r}")
    chosen = list(words) if words is not None else content_words(vectors, DEFAULT_WORDS)
    drawn = [checked_analogy(analogy) for analogy in analogies]
    chosen = list(dict.fromkeys([*chosen, *sum(drawn, ())]))
    if not 2 <= len(chosen) <= MOST_WORDS:
        raise ConfigError(f"a map on a page holds 2 to {MOST_WORDS:,} words, got {len(chosen):,}")
    rows = known_rows(chosen, vectors.index)
    points = project(vectors[chosen], method, seed)
    places = {word: place for place, word in enumerate(chosen)}
    near = neighbours_of(vectors, chosen, Choice(NEIGHBOURS, restrict=chosen))
    content: dict[str, Any] = {
        # The page has a title of its own, in the language of the reader.
        "title": title,
        "words": [str(word) for word in chosen],
        "counts": None if vectors.counts is None else vectors.counts[rows].tolist(),
        "x": _rounded(points.points[:, 0]),
        "y": _rounded(points.points[:, 1]),
        "arrows": [
            [places[word] for word in pair] for a, b, c, d in drawn for pair in ((a, b), (c, d))
        ],
        "near": [[[places[word], round(score, 3)] for word, score in each] for each in near],
    }
    page = assemble_page(
        "map",
        title=title or counted(len(chosen), "word"),
        style=_part("map.css"),
        body=_part("map.html"),
        script=_part("map.js"),
        data=content,
    )
    return MapPage(page, len(chosen))


def check_page(path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Raise if a map cannot be written to `path`, or would replace something else than a map.

    Raises
    ------
    FirthError
        If so.
    """
    pages.check_page(path, overwrite=overwrite, name="map")


def _part(name: str) -> str:
    return files("firth.plotting").joinpath("page", name).read_text("utf-8")


def _rounded(numbers: NDArray[np.float64]) -> list[float]:
    """Return coordinates with as many digits as a screen can show."""
    span = float(np.ptp(numbers)) or 1.0
    digits = max(0, 5 - int(np.floor(np.log10(span))))
    rounded: list[float] = numbers.round(digits).tolist()
    return rounded

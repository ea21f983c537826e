"""A sentence as a row of boxes: the centre, the words in its window, and the noise words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text

from firth.errors import ConfigError
from firth.plotting.fonts import shortened
from firth.plotting.picture import Picture, extent, write, write_lines
from firth.plotting.style import GREY, INK, PALE, PALETTE, SMALL_SIZE, TEXT_SIZE, TITLE_SIZE

MOST_WORDS = 300
# All in points of 1/72 inch.
WIDTH = 620.0
_BORDER, _GAP, _PADDING = 14.0, 7.0, 9.0
_BOX, _LINE, _CAPTION = 24.0, 46.0, 20.0


class _Style(NamedTuple):
    face: str
    edge: str
    ink: str


_CENTRE = _Style(PALETTE[0], PALETTE[0], "white")
_CONTEXT = _Style("#d6e8f5", PALETTE[0], INK)
_OUTSIDE = _Style("white", PALE, GREY)
_NOISE = _Style("#fdf0d5", PALETTE[1], INK)


class _Word(NamedTuple):
    """A word, how its box looks, and what is written below it."""

    word: str
    style: _Style
    note: str = ""


def window_diagram(
    sentence: Iterable[str],
    centre: int,
    *,
    window: int,
    noise: Iterable[str] = (),
    title: str | None = None,
) -> Picture:
    """Draw one window of training: what is pulled together, and what is pushed apart.

    The centre with each context word is a positive pair, label 1; with the noise words in the
    centre's place, label 0. Context words bear their distance from the centre. What is further
    off takes no part.

    Parameters
    ----------
    sentence : sequence of str
        The words of one unit, at most 300; long ones go on in the next line.
    centre : int
        The place of the centre in the sentence, from 0.
    window : int
        How far off a context word may be.
    noise : sequence of str
        The noise words drawn for this window.
    title : str, optional

    Raises
    ------
    ConfigError
        If the sentence or the noise words are no list of words, the centre is not in the
        sentence, the window is below 1, or the words are too many.
    FirthError
        If no font has one of the letters.

    Examples
    --------
    >>> words = "the quick brown fox jumps over the lazy dog".split()
    >>> picture = window_diagram(words, 4, window=2, noise=["tea", "violin"])
    >>> [text.get_text() for text in picture.axes[0].texts if "1" in text.get_text()]
    ['centre, and context within 2 (label 1); grey is out of reach', '−1', '+1']
    """
    sentence = _checked_words(sentence, "sentence")
    noise = _checked_words(noise, "noise")
    if not sentence:
        raise ConfigError("sentence must have at least one word, got none")
    if not isinstance(centre, Integral):
        raise ConfigError(f"centre must be a whole number, got {centre!r}")
    if not 0 <= centre < len(sentence):
        raise ConfigError(
            f"centre must be a place in the sentence, 0 to {len(sentence) - 1}, got {centre}"
        )
    if window < 1:
        raise ConfigError(f"window must be at least 1, got {window}")
    picture = Picture(WIDTH / 72, 1.0)
    # Every place here is given, none is found by a layout.
    picture.set_layout_engine("none")
    axes = picture.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    # One unit of the axes is a point.
    axes.set_xlim(0.0, WIDTH)
    top = -_BORDER
    if title is not None:
        top = _heading(axes, top, title)
    words = [_word_of_sentence(word, i - centre, window) for i, word in enumerate(sentence)]
    top = _section(
        axes, top, f"centre, and context within {window} (label 1); grey is out of reach", words
    )
    if len(noise):
        drawn = [_Word(word, _NOISE) for word in noise]
        top = _section(axes, top, "noise words in the centre's place (label 0)", drawn)
    _fit(picture, axes, -top)
    return picture


def _checked_words(words: Iterable[str], name: str) -> list[str]:
    if isinstance(words, str):
        raise ConfigError(f"{name} must be a list of words, got the text {words!r}")
    words = list(words)
    if len(words) > MOST_WORDS:
        raise ConfigError(f"{name} may have at most {MOST_WORDS} words, got {len(words):,}")
    return words


def _word_of_sentence(word: str, distance: int, window: int) -> _Word:
    if distance == 0:
        return _Word(word, _CENTRE, "centre")
    if abs(distance) > window:
        return _Word(word, _OUTSIDE)
    return _Word(word, _CONTEXT, f"{distance:+d}".replace("-", "−"))


def _heading(axes: Axes, top: float, title: str) -> float:
    """Write the title; give where the next may begin."""
    text = axes.text(_BORDER, top, "", fontsize=TITLE_SIZE, color=INK, va="top")
    write_lines(text, title, WIDTH - 2 * _BORDER)
    return top - extent(text).height - TITLE_SIZE


def _section(axes: Axes, top: float, caption: str, words: Sequence[_Word]) -> float:
    """Draw boxes below a caption, in as many lines as it takes; give where the next may begin."""
    _write(axes, _BORDER, top - SMALL_SIZE / 2, caption, SMALL_SIZE, GREY)
    left, middle = _BORDER, top - _CAPTION - _BOX / 2
    for word in words:
        text = _write(axes, 0.0, middle, shortened(word.word), TEXT_SIZE, word.style.ink)
        width = extent(text).width + 2 * _PADDING
        if left + width > WIDTH - _BORDER and left > _BORDER:
            left, middle = _BORDER, middle - _LINE
        text.set(x=left + width / 2, y=middle, ha="center")
        _draw_box(axes, left, middle, width, word.style)
        if word.note:
            note = _write(axes, 0.0, middle, word.note, SMALL_SIZE, GREY)
            note.set(x=left + width / 2, y=middle - _BOX / 2 - SMALL_SIZE, ha="center")
        left += width + _GAP
    return middle - _BOX / 2 - _LINE + _BOX


def _draw_box(axes: Axes, left: float, middle: float, width: float, style: _Style) -> None:
    box = FancyBboxPatch(
        (left, middle - _BOX / 2), width, _BOX, boxstyle="round,pad=0,rounding_size=4",
        facecolor=style.face, edgecolor=style.edge, linewidth=1.0, zorder=1,
    )  # fmt: skip
    axes.add_patch(box)


def _write(axes: Axes, x: float, y: float, content: str, size: float, color: str) -> Text:
    text = axes.text(x, y, "", fontsize=size, color=color, va="center", zorder=2)
    return write(text, content)


def _fit(picture: Picture, axes: Axes, height: float) -> None:
    """Make the picture as large as what is on it."""
    width = max(extent(artist).x1 for artist in (*axes.texts, *axes.patches)) + _BORDER
    picture.set_size_inches(width / 72, height / 72)
    axes.set_xlim(0.0, width)
    axes.set_ylim(-height, 0.0)

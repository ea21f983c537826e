"""A sentence as a row of boxes: the centre, the words in its window, and the noise words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text

from firth.checks import whole_number
from firth.errors import ConfigError
from firth.html import isolated
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
    """A word, the style of its box, what it is in the window, and the note below it."""

    word: str
    style: _Style
    role: str
    note: str = ""


def window_diagram(
    sentence: Iterable[str],
    centre: int,
    *,
    window: int,
    noise: Iterable[str] = (),
    title: str | None = None,
) -> Picture:
    """Draw one window of training: its centre, context words and noise words.

    The centre with each context word is a positive pair, label 1; a noise word in the centre's
    place has label 0. Context words show their distance from the centre. Words out of reach are
    grey.

    Parameters
    ----------
    sentence : sequence of str
        The words of one unit, at most 300; they are drawn in as many lines as needed.
    centre : int
        The index of the centre in the sentence, from 0.
    window : int
        The largest distance of a context word.
    noise : sequence of str
        The noise words drawn for this window.
    title : str, optional

    Raises
    ------
    ConfigError
        If the sentence or the noise words are not a list of words, the centre is not in the
        sentence, the window is below 1, or there are too many words.
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
    whole_number("centre (an index of the sentence)", centre, least=0, most=len(sentence) - 1)
    whole_number("window", window, least=1)
    picture = Picture(WIDTH / 72, 1.0)
    # All positions are computed here, without a layout.
    picture.set_layout_engine("none")
    axes = picture.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    # A unit of the axes is a point (1/72 inch).
    axes.set_xlim(0.0, WIDTH)
    top = -_BORDER
    if title is not None:
        top = _heading(axes, top, title)
        picture.title = title
    words = [_word_of_sentence(word, i - centre, window) for i, word in enumerate(sentence)]
    caption = f"centre, and context within {window} (label 1); grey is out of reach"
    top = _section(picture, axes, top, caption, words)
    if noise:
        drawn = [_Word(word, _NOISE, "noise word") for word in noise]
        top = _section(picture, axes, top, "noise words in the centre's place (label 0)", drawn)
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
        return _Word(word, _CENTRE, "centre", "centre")
    if abs(distance) > window:
        return _Word(word, _OUTSIDE, "out of reach")
    note = f"{distance:+d}".replace("-", "−")
    return _Word(word, _CONTEXT, f"context {note}", note)


def _heading(axes: Axes, top: float, title: str) -> float:
    """Write the title; return where the next part begins."""
    text = axes.text(_BORDER, top, "", fontsize=TITLE_SIZE, color=INK, va="top")
    write_lines(text, title, WIDTH - 2 * _BORDER)
    return top - extent(text).height - TITLE_SIZE


def _section(
    picture: Picture, axes: Axes, top: float, caption: str, words: Sequence[_Word]
) -> float:
    """Draw boxes below a caption, in as many lines as needed; return where the next part begins."""
    _write(axes, _BORDER, top - SMALL_SIZE / 2, caption, SMALL_SIZE, GREY)
    left, middle = _BORDER, top - _CAPTION - _BOX / 2
    for word in words:
        text = _write(axes, 0.0, middle, shortened(word.word), TEXT_SIZE, word.style.ink)
        width = extent(text).width + 2 * _PADDING
        if left + width > WIDTH - _BORDER and left > _BORDER:
            left, middle = _BORDER, middle - _LINE
        text.set(x=left + width / 2, y=middle, ha="center")
        _draw_box(axes, left, middle, width, word.style)
        picture.mark(axes, left + width / 2, middle, f"{isolated(word.word)}, {word.role}")
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
    """Set the size of the picture to that of its content."""
    width = max(extent(artist).x1 for artist in (*axes.texts, *axes.patches)) + _BORDER
    picture.set_size_inches(width / 72, height / 72)
    axes.set_xlim(0.0, width)
    axes.set_ylim(-height, 0.0)

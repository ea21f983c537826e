"""The sheet that everything is drawn on, and how it is shown and written."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path
from typing import Any, Literal, cast

import matplotlib
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.registry import BackendFilter, backend_registry
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from firth.errors import ConfigError, FirthError
from firth.io.atomic import atomic_write, check_writable
from firth.io.contents import picture_suffix_of
from firth.io.paths import to_path
from firth.plotting.fonts import LONGEST_WORD, families, shortened, shown
from firth.plotting.style import DOTS_PER_INCH, INK, TEXT_SIZE, TITLE_SIZE, style_axes

# Letters of a name beside the axes, which shall stay the larger part.
_LONGEST_LEGEND = 20
# In inches.
_PADDING = 0.12
# What is left of a title and its axes: the numbers of the axis. In points of 1/72 inch.
_BESIDE_TITLE = 72.0
# Where a line may end: at a space, beside any sign of Chinese or Japanese, within a monster.
_PIECES = re.compile(r"\s+|[\u2e80-\uffff]|[^\s\u2e80-\uffff]{1,30}")

# What would make the same picture other bytes each time, left out.
_METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}


class Picture(Figure):
    """A figure of Matplotlib that belongs to no window until it is shown.

    Parameters
    ----------
    width, height : float
        In inches.
    """

    def __init__(self, width: float, height: float) -> None:
        super().__init__(figsize=(width, height), dpi=DOTS_PER_INCH, facecolor="white")
        self.set_layout_engine("constrained", w_pad=_PADDING, h_pad=_PADDING)
        FigureCanvasAgg(self)

    def show(self, warn: bool = True) -> None:
        """Show the picture in a window, or in a notebook below the cell.

        Raises
        ------
        FirthError
            If there is no screen, and `warn` is true.
        """
        from matplotlib import pyplot

        windowless = backend_registry.list_builtin(BackendFilter.NON_INTERACTIVE)  # type: ignore[no-untyped-call]
        if pyplot.get_backend().lower() in windowless:
            if warn:
                raise FirthError(
                    "there is no screen to show a picture on; write it with firth.plotting.save"
                )
            return
        # pyplot makes a window, and asks for the figure to put into it.
        pyplot.figure(FigureClass=cast("type[Figure]", lambda **_: self))
        pyplot.show()

    def _repr_png_(self) -> bytes:
        """Return what a notebook shows."""
        written = io.BytesIO()
        self.savefig(written, format="png", dpi=100)
        return written.getvalue()


def save(picture: Figure, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Write a picture, in the format that the suffix tells; an old one is replaced at the end.

    Parameters
    ----------
    picture : Figure
        Any figure of Matplotlib.
    path : path
        It ends in `.png` (150 dots an inch), `.svg` or `.pdf`.
    overwrite : bool
        Whether a file that holds anything but a picture of this format is replaced too.

    Raises
    ------
    ConfigError
        If the suffix is another, or `picture` is no figure.
    FirthError
        If the file cannot be written, or something else than such a picture stands there.
    """
    if not isinstance(picture, Figure):
        raise ConfigError(f"picture must be a figure of Matplotlib, got {picture!r}")
    target = check_picture(path, overwrite=overwrite)
    suffix = target.suffix.lower()
    with atomic_write(target) as aside, matplotlib.rc_context({"svg.hashsalt": "firth"}):
        picture.savefig(aside, format=suffix[1:], dpi=DOTS_PER_INCH, metadata=_METADATA[suffix])


def check_picture(path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Raise at once if `save` could not write there later. Nothing is made or changed.

    Raises
    ------
    ConfigError
        If the suffix is not one that `save` knows.
    FirthError
        If the place cannot be written, or something else than such a picture stands there.

    Examples
    --------
    >>> check_picture("map.jpeg")
    Traceback (most recent call last):
    firth.errors.ConfigError: a picture ends in .png, .svg or .pdf, got 'map.jpeg'
    """
    target = to_path("the path of a picture", path)
    suffix = target.suffix.lower()
    if suffix not in _METADATA:
        raise ConfigError(f"a picture ends in .png, .svg or .pdf, got {str(path)!r}")
    check_writable(target)
    is_empty = not target.exists() or target.stat().st_size == 0
    if not (overwrite or is_empty or picture_suffix_of(target) == suffix):
        raise FirthError(
            f"cannot write {target}: the file there is no {suffix} picture; give another name, or "
            "overwrite=True (--overwrite) to replace it"
        )
    return target


def plain_axes(
    picture: Figure, title: str | None = None, grid: Literal["x", "y", "both"] | None = None
) -> Axes:
    """Add axes in the style of all pictures, with a title if there is one."""
    axes = picture.add_subplot()
    style_axes(axes, grid=grid)
    if title is not None:
        add_title(axes, title, 72 * picture.get_figwidth() - _BESIDE_TITLE)
    return axes


def add_title(axes: Axes, title: str, width: float) -> None:
    """Write a title above the left corner of the axes, in lines of at most `width` points."""
    text = axes.set_title("", loc="left", pad=10.0, fontsize=TITLE_SIZE, color=INK)
    write_lines(text, title, width)


def write(text: Text, content: object) -> Text:
    """Put a user's text into a `Text`: in fonts that have its letters, and never read as TeX.

    Raises
    ------
    FirthError
        If no font has one of the letters.
    """
    string = shown(content)
    text.set_parse_math(False)
    text.set_usetex(False)
    text.set_fontfamily(families(string))
    text.set_text(string)
    return text


def write_lines(text: Text, content: str, width: float) -> Text:
    """Write as `write` does, in as many lines as it takes; `width` is in points of 1/72 inch."""
    lines = [""]
    for piece in _PIECES.findall(shown(content)):
        write(text, lines[-1] + piece)
        if lines[-1] and extent(text).width > width:
            lines.append(piece.lstrip())
        else:
            lines[-1] += piece
    write(text, content).set_text("\n".join(lines))
    return text


def extent(artist: Artist) -> Bbox:
    """Return what an artist covers, in points of 1/72 inch."""
    picture = artist.get_figure()
    assert picture is not None
    return Bbox(artist.get_window_extent().get_points() * 72 / picture.dpi)


def add_legend(axes: Axes, handles: list[Any], names: list[str], *, below: bool = False) -> None:
    """Explain colours and markers outside the axes, where no point is covered.

    Beside the axes, each name is at most 20 letters long; `below` the axes, at most 40.
    """
    anchor, longest = ((0.0, -0.16), LONGEST_WORD) if below else ((1.0, 1.0), _LONGEST_LEGEND)
    # The names are put in afterwards: a legend leaves out one that begins with an underscore.
    legend = axes.legend(
        handles, ["-"] * len(handles), loc="upper left", bbox_to_anchor=anchor,
        borderaxespad=0.0, handletextpad=0.4, frameon=False, fontsize=TEXT_SIZE, labelcolor=INK,
    )  # fmt: skip
    for text, name in zip(legend.get_texts(), names, strict=True):
        write(text, shortened(name, longest))

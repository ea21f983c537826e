"""Pictures: creating, showing and saving them, and writing text on them."""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, cast

import matplotlib
import numpy as np
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
from firth.plotting.fonts import LONGEST_WORD, families, legible, shortened, shown
from firth.plotting.picture_page import check_picture_page, picture_page
from firth.plotting.style import DOTS_PER_INCH, INK, TEXT_SIZE, TITLE_SIZE, style_axes

# The letters of a name beside the axes; longer names would make the axes too small.
_LONGEST_LEGEND = 20
# In inches.
_PADDING = 0.12
# The width left of the axes, for their numbers. In points of 1/72 inch.
_BESIDE_TITLE = 72.0
# A line may end at a space, beside any Chinese or Japanese character, or in a very long word.
_PIECES = re.compile(r"\s+|[\u2e80-\uffff]|[^\s\u2e80-\uffff]{1,30}")

# A page, which holds a drawing.
PAGES = (".html", ".htm")
_DATE = "SOURCE_DATE_EPOCH"
# Metadata that would change the bytes of the same picture each time is removed.
_METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}


class Picture(Figure):
    """A Matplotlib figure without a window until it is shown.

    Parameters
    ----------
    width, height : float
        In inches.

    Attributes
    ----------
    marks : list of (Axes, x, y, text)
        What a page names where one points, in the order in which it lists them; see `mark`.
    title : str, optional
        The title as it was given, without the ends of lines that a drawing adds.
    """

    def __init__(self, width: float, height: float) -> None:
        self.marks: list[tuple[Axes, float, float, str]] = []
        self.title: str | None = None
        super().__init__(figsize=(width, height), dpi=DOTS_PER_INCH, facecolor="white")
        self.set_layout_engine("constrained", w_pad=_PADDING, h_pad=_PADDING)
        FigureCanvasAgg(self)

    def mark(self, axes: Axes, x: float, y: float, label: object) -> None:
        """Name what is drawn at a place of the axes, for a page; NaN is no place."""
        if np.isfinite((x, y)).all():
            self.marks.append((axes, float(x), float(y), legible(label)))

    def show(self, warn: bool = True) -> None:
        """Show the picture in a window, or below the cell of a notebook.

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
        # pyplot makes the window, and calls the class for its figure.
        pyplot.figure(FigureClass=cast("type[Figure]", lambda **_: self))
        pyplot.show()

    def _repr_png_(self) -> bytes:
        """Return the picture as PNG, for notebooks."""
        written = io.BytesIO()
        self.savefig(written, format="png", dpi=100)
        return written.getvalue()


def save(picture: Figure, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Write a picture in the format of the suffix; an old one is replaced at the end.

    Parameters
    ----------
    picture : Figure
        Any figure of Matplotlib.
    path : path
        With the suffix `.png` (150 dots per inch), `.svg` or `.pdf`. With `.html`, a page that
        works from the disk: the picture pans and zooms, and tells the value or word to which one
        points.
    overwrite : bool
        Whether to replace a file that is not a picture of this format.

    Raises
    ------
    ConfigError
        If the suffix is unknown, or `picture` is not a figure.
    FirthError
        If the file cannot be written, or is not a picture of this format.
    """
    if not isinstance(picture, Figure):
        raise ConfigError(f"picture must be a figure of Matplotlib, got {picture!r}")
    target = check_picture(path, overwrite=overwrite)
    suffix = target.suffix.lower()
    salt = matplotlib.rc_context({"svg.hashsalt": "firth"})
    with atomic_write(target) as temporary, salt, _readable_date():
        if suffix in PAGES:
            page = picture_page(picture, target.stem)
            temporary.write_text(page, "utf-8", newline="\n")
            return
        picture.savefig(temporary, format=suffix[1:], dpi=DOTS_PER_INCH, metadata=_METADATA[suffix])


@contextlib.contextmanager
def _readable_date() -> Iterator[None]:
    """Give Matplotlib a date, which it asks for even where none is written.

    It and fontTools raise if `SOURCE_DATE_EPOCH` is no date that Python has.
    """
    before = os.environ.get(_DATE)
    os.environ[_DATE] = "0"
    try:
        yield
    finally:
        del os.environ[_DATE]
        if before is not None:
            os.environ[_DATE] = before


def check_picture(path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Raise if `save` could not write to `path`, without changing any file; return it as a Path.

    Raises
    ------
    ConfigError
        If the suffix is unknown.
    FirthError
        If the file cannot be written, or is not a picture of this format.

    Examples
    --------
    >>> check_picture("map.jpeg")
    Traceback (most recent call last):
    firth.errors.ConfigError: a picture ends in .png, .svg, .pdf or .html, got 'map.jpeg'
    """
    target = to_path("the path of a picture", path)
    suffix = target.suffix.lower()
    if suffix in PAGES:
        return check_picture_page(target, overwrite=overwrite)
    if suffix not in _METADATA:
        raise ConfigError(f"a picture ends in .png, .svg, .pdf or .html, got {str(path)!r}")
    check_writable(target)
    is_empty = not target.exists() or target.stat().st_size == 0
    if not (overwrite or is_empty or picture_suffix_of(target) == suffix):
        raise FirthError(
            f"cannot write {target}: the file there is no {suffix} picture; choose another name, "
            "or overwrite=True (--overwrite) to replace it"
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
    """Write a title above the axes, at the left, in lines of at most `width` points."""
    picture = axes.get_figure()
    if isinstance(picture, Picture):
        picture.title = title
    text = axes.set_title("", loc="left", pad=10.0, fontsize=TITLE_SIZE, color=INK)
    write_lines(text, title, width)


def write(text: Text, content: object) -> Text:
    """Set a `Text` to a user's text, with fonts that have its letters, and never as TeX.

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
    """Write as `write` does, in lines of at most `width` points of 1/72 inch."""
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
    """Return the box that an artist covers, in points of 1/72 inch."""
    picture = artist.get_figure()
    assert picture is not None
    return Bbox(artist.get_window_extent().get_points() * 72 / picture.dpi)


def add_legend(axes: Axes, handles: list[Any], names: list[str], *, below: bool = False) -> None:
    """Add a legend outside the axes, where it covers no point.

    Names have at most 20 letters beside the axes, and at most 40 `below` the axes.
    """
    anchor, longest = ((0.0, -0.16), LONGEST_WORD) if below else ((1.0, 1.0), _LONGEST_LEGEND)
    # Names are set afterwards, since a legend omits names that begin with an underscore.
    legend = axes.legend(
        handles, ["-"] * len(handles), loc="upper left", bbox_to_anchor=anchor,
        borderaxespad=0.0, handletextpad=0.4, frameon=False, fontsize=TEXT_SIZE, labelcolor=INK,
    )  # fmt: skip
    for text, name in zip(legend.get_texts(), names, strict=True):
        write(text, shortened(name, longest))

"""A picture as a page: its drawing, which pans and zooms, and what is read where one points."""

from __future__ import annotations

import io
import re
from importlib.resources import files
from pathlib import Path
from typing import Literal

import matplotlib
from matplotlib.figure import Figure

from firth.io import pages
from firth.plotting.fonts import shown

# What HTML must not have of an XML file: all before the drawing, its metadata, and comments, in
# which Matplotlib writes texts.
_NOT_DRAWN = re.compile(r"^.*?(?=<svg\b)|<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)


def picture_page(picture: Figure, title: str) -> str:
    """Return a picture as HTML, which needs no other file and no network.

    What the picture marks (`Picture.mark`) is named where one points, and listed beside it.

    Parameters
    ----------
    picture : Figure
        Any figure of Matplotlib.
    title : str
        Used if the picture has no title of its own.
    """
    written = io.StringIO()
    # Marks are at their places in the whole picture, whatever the user's settings cut off.
    with matplotlib.rc_context({"savefig.bbox": "standard"}):
        picture.savefig(written, format="svg", metadata={"Date": None})
    title = _title_of(picture) or shown(title)
    drawing = _NOT_DRAWN.sub("", written.getvalue())
    # All that it shows is in the list, too.
    drawing = drawing.replace("<svg ", '<svg aria-hidden="true" ', 1)
    body = f'<main><div tabindex="0" role="application">{drawing}</div></main>\n'
    return pages.assemble_page(
        "picture",
        title=title,
        style=_part("picture.css"),
        body=body + _part("picture.html"),
        script=_part("picture.js"),
        data={"title": title, "marks": _marks(picture)},
        # A drawing may have images.
        policy="img-src data:; ",
    )


def check_picture_page(path: Path, *, overwrite: bool = False) -> Path:
    """Raise if a picture cannot be written to `path` as a page; return the path."""
    return pages.check_page(path, overwrite=overwrite, name="picture")


def _title_of(picture: Figure) -> str:
    """Return the title of a picture, in one line, or no text."""
    # Firth breaks the lines of its own where there is no space, too.
    own = getattr(picture, "title", None) or picture.get_suptitle()
    places: tuple[Literal["left", "center", "right"], ...] = ("left", "center", "right")
    titles = [own, *(axes.get_title(loc=place) for axes in picture.axes for place in places)]
    return shown(next(filter(None, titles), "").replace("\n", " "))


def _marks(picture: Figure) -> list[tuple[float, float, str]]:
    """Return x, y and the text of each mark, in points of 1/72 inch from the upper left.

    They are those of the picture as it was drawn last.
    """
    height, points = 72 * picture.get_figheight(), 72 / picture.dpi
    found = []
    for axes, x, y, label in getattr(picture, "marks", ()):
        across, up = axes.transData.transform((x, y)) * points
        found.append((round(float(across), 2), round(float(height - up), 2), label))
    return found


def _part(name: str) -> str:
    return files("firth.plotting").joinpath("page", name).read_text("utf-8")

"""The style of all pictures: colours, markers, sizes, frame and grid."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from matplotlib.axes import Axes

# Colours that are distinct for colour-blind readers (after Okabe and Ito, 2008). Dark and light
# colours alternate, so neighbours are distinct in grey too.
PALETTE = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#5e5e5e", "#c4b078")
INK, GREY, PALE = "#222222", "#6b6b6b", "#e4e4e4"
MARKERS = "osD^vP"
DASHES = ("-", "--", "-.", ":")
# In points of 1/72 inch.
TEXT_SIZE, SMALL_SIZE, TITLE_SIZE = 10.0, 8.5, 12.0
LINE_WIDTH, GRID_WIDTH, MARKER_SIZE = 1.6, 0.8, 4.0
DOTS_PER_INCH = 150


class Look(NamedTuple):
    """The look of a series; each part alone distinguishes neighbouring series."""

    color: str
    marker: str
    dash: str

    def line(self, *, dots: bool = True) -> dict[str, Any]:
        """Return the options of `Axes.plot` for this series."""
        return {
            "color": self.color, "linestyle": self.dash, "linewidth": LINE_WIDTH,
            "marker": self.marker if dots else "", "markersize": MARKER_SIZE,
        }  # fmt: skip


def look(number: int) -> Look:
    """Return the look of a series, numbered from 0.

    Colours, markers and dashes repeat after 8, 6 and 4: the first 24 series all differ.

    Examples
    --------
    >>> len({look(number) for number in range(24)})
    24
    """
    return Look(
        PALETTE[number % len(PALETTE)],
        MARKERS[number % len(MARKERS)],
        DASHES[number % len(DASHES)],
    )


def style_axes(axes: Axes, *, grid: Literal["x", "y", "both"] | None = None) -> None:
    """Set the frame, ticks and grid of axes to the style of all pictures.

    Place the labels of the axes at their ends: `loc="right"` and `loc="top"`.
    """
    axes.set_facecolor("white")
    axes.spines[:].set_color(PALE)
    axes.tick_params(colors=GREY, labelcolor=INK, labelsize=SMALL_SIZE, length=3.0)
    axes.tick_params(which="minor", length=0.0)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set(color=GREY, fontsize=SMALL_SIZE)
    axes.set_axisbelow(True)
    if grid is not None:
        axes.grid(axis=grid, color=PALE, linewidth=GRID_WIDTH, linestyle="-")

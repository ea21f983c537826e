"""Pictures of scores: bars with intervals, and the course of a search."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from firth.errors import ConfigError
from firth.plotting.picture import Picture, add_legend, plain_axes
from firth.plotting.style import look


def search_curve(
    scores: Sequence[float | None],
    best: Sequence[float],
    *,
    by_loss: bool = False,
    title: str | None = None,
) -> Picture:
    """Draw the score of each trial of a search, and the best so far.

    Parameters
    ----------
    scores : sequence of float or None
        Of the trials, from number 0; None for one that failed.
    best : sequence of float
        The best score after each trial: `Tuning.curve()`.
    by_loss : bool
        Whether the scores are losses; other scores are drawn times 100.
    title : str, optional

    Raises
    ------
    ConfigError
        If there are no trials, or there are more scores than best ones.

    Examples
    --------
    >>> picture = search_curve([0.31, None, 0.35], [0.31, 0.31, 0.35])
    >>> [line.get_ydata().tolist() for line in picture.axes[0].lines]
    [[31.0, nan, 35.0], [31.0, 31.0, 35.0]]
    """
    if not scores or len(scores) != len(best):
        raise ConfigError(
            f"scores and best must have the same length, at least 1, got {len(scores)} and "
            f"{len(best)}"
        )
    factor = 1.0 if by_loss else 100.0
    each = factor * np.array([np.nan if score is None else score for score in scores])
    numbers = np.arange(len(each))
    picture = Picture(7.0, 4.2)
    axes = plain_axes(picture, title, grid="y")
    dots = {**look(1).line(dots=True), "linestyle": "none"}
    handles = [
        axes.plot(numbers, each, **dots)[0],
        axes.plot(
            numbers, factor * np.array(best), drawstyle="steps-post", **look(0).line(dots=False)
        )[0],
    ]
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlabel("trial", loc="right")
    axes.set_ylabel("held-out loss" if by_loss else "mean score x 100", loc="top")
    add_legend(axes, handles, ["trial", "best so far"])
    return picture

"""Pictures of scores: bars with intervals, and the course of a search."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, MaxNLocator

from firth.errors import ConfigError, counted
from firth.evaluation import Evaluation, Interval, interval
from firth.evaluation.resampling import Measured
from firth.html import isolated
from firth.plotting.fonts import LONGEST_WORD, shortened
from firth.plotting.picture import Picture, add_legend, add_title, plain_axes, write
from firth.plotting.style import GREY, look, style_axes

_Intervals = Sequence[Sequence[Interval | None]]


def score_bars(
    evaluations: Sequence[Evaluation], names: Sequence[str], *, title: str | None = None
) -> Picture:
    """Draw the scores of several vectors as bars, with their 95 % intervals.

    Effect sizes of associations have axes of their own, below. A score that is undefined has no
    bar.

    Parameters
    ----------
    evaluations : sequence of Evaluation
        On the same files.
    names : sequence of str
        Of the vectors.
    title : str, optional

    Raises
    ------
    ConfigError
        If there are no evaluations, not as many names, or the files differ.

    Examples
    --------
    >>> from firth.evaluation.similarity import SimilarityResult
    >>> pairs = SimilarityResult("pairs.txt", (0.9, 0.5, 0.1), (7.0, 5.0, 3.0))
    >>> picture = score_bars([Evaluation((), (pairs,), 30_000)], ["vectors"])
    >>> [float(bar.get_height()) for bar in picture.axes[0].patches]
    [100.0]
    """
    files = [[result.file for result in each.results] for each in evaluations]
    if not files or not files[0] or len(files) != len(names) or files != files[:1] * len(files):
        raise ConfigError(
            "score_bars needs evaluations of the same files, and a name for each, got "
            f"{counted(len(evaluations), 'evaluation')} and {counted(len(names), 'name')}"
        )
    effects = [each.associations for each in evaluations]
    shares = [
        [result for result in each.results if result not in each.associations]
        for each in evaluations
    ]
    panels: list[tuple[Sequence[Sequence[Measured]], float, str]] = [
        (shares, 100.0, "score x 100"),
        (effects, 1.0, "effect size"),
    ]
    panels = [panel for panel in panels if panel[0][0]]
    picture = Picture(7.0, 4.2 * len(panels))
    for number, (results, factor, label) in enumerate(panels):
        axes = picture.add_subplot(len(panels), 1, number + 1)
        style_axes(axes, grid="y")
        if title is not None and number == 0:
            add_title(axes, title, 72 * 6.0)
        intervals = [[interval(result) for result in row] for row in results]
        handles = _draw_bars(axes, results, intervals, factor)
        _mark_bars(picture, axes, results, intervals, names, factor)
        axes.set_ylabel(label, loc="top")
        if len(names) > 1:
            add_legend(axes, handles, list(names))
    return picture


def _draw_bars(
    axes: Axes,
    results: Sequence[Sequence[Measured]],
    intervals: _Intervals,
    factor: float,
) -> list[Any]:
    """Draw a group of bars for each file, one for each vectors."""
    places = np.arange(len(results[0]), dtype=float)
    width = 0.8 / len(results)
    handles = []
    for number, row in enumerate(results):
        scores = [result.score_of(np.flatnonzero(result.strata >= 0)) for result in row]
        heights = factor * np.array([np.nan if score is None else score for score in scores])
        low, high = factor * np.array([each or (np.nan, np.nan) for each in intervals[number]]).T
        middles = places + width * (number - (len(results) - 1) / 2)
        handles.append(axes.bar(middles, heights, 0.9 * width, color=look(number).color))
        # Not about the score: where samples are skewed, an interval may lie beside it.
        axes.errorbar(
            middles, (low + high) / 2, (high - low) / 2, fmt="none", ecolor=GREY, capsize=2.0
        )
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    # Scores that are undefined have their place too.
    axes.set_xlim(-0.5, len(places) - 0.5)
    # Names are written afterwards, in fonts that have their letters.
    axes.set_xticks(places, ["-"] * len(places), rotation=20.0, ha="right")
    names = [shortened(Path(result.file).stem, LONGEST_WORD) for result in results[0]]
    axes.xaxis.set_major_formatter(FixedFormatter(names))
    for tick, name in zip(axes.get_xticklabels(), names, strict=True):
        write(tick, name)
    return handles


def _mark_bars(
    picture: Picture,
    axes: Axes,
    results: Sequence[Sequence[Measured]],
    intervals: _Intervals,
    names: Sequence[str],
    factor: float,
) -> None:
    """Name each bar, with its interval: those of a file stand together."""
    # Effect sizes are from -2 to 2.
    digits = 1 if factor > 1.0 else 3
    for place in range(len(results[0])):
        file = isolated(Path(results[0][place].file).stem)
        for row, name, bars in zip(intervals, names, axes.containers[::2], strict=True):
            bar, ends = bars[place], row[place]
            height = bar.get_height()
            sure = " to ".join(f"{factor * end:.{digits}f}" for end in ends or ())
            label = f"{file}, {isolated(name)}: {height:.{digits}f}{sure and f' ({sure})'}"
            picture.mark(axes, bar.get_x() + bar.get_width() / 2, height, label)


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
    for number, score in enumerate(each.tolist()):
        picture.mark(axes, number, score, f"trial {number}: {score:.4g}")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlabel("trial", loc="right")
    axes.set_ylabel("held-out loss" if by_loss else "mean score x 100", loc="top")
    add_legend(axes, handles, ["trial", "best so far"])
    return picture

"""Curves of losses by epoch, and of word frequencies beside noise probabilities.

V words
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.text import Text
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter
from numpy.typing import ArrayLike, NDArray

from firth.errors import ConfigError
from firth.html import isolated
from firth.plotting.fonts import shortened
from firth.plotting.picture import Picture, add_legend, plain_axes, write
from firth.plotting.style import GREY, INK, PALE, SMALL_SIZE, look
from firth.vectors.table import Token

Floats = NDArray[np.float64]

# Up to these numbers, each word has bars and each epoch a dot.
MOST_BARS = 40
MOST_DOTS = 40
# The ranks that a page names of more words.
MOST_MARKS = 1_000
# What is drawn of each word, and how far its bar is from the middle.
_SERIES = {"in the text": -0.2, "as noise word": 0.2}


def loss_curve(
    losses: Sequence[float] | NDArray[np.floating] | Mapping[str, Sequence[float]],
    *,
    title: str | None = None,
) -> Picture:
    """Draw the mean loss of each epoch.

    Parameters
    ----------
    losses : sequence of numbers, or mapping of names to such sequences
        The losses from epoch 1, such as `Vectors.config["losses"]`. A mapping draws several runs,
        each a line with its name.
    title : str, optional

    Raises
    ------
    ConfigError
        If there are no losses, or one is not a finite number.

    Examples
    --------
    >>> picture = loss_curve({"CBOW": [0.69, 0.41, 0.32], "skip-gram": [0.69, 0.5]})
    >>> [line.get_ydata().tolist() for line in picture.axes[0].lines]
    [[0.69, 0.41, 0.32], [0.69, 0.5]]
    """
    runs = dict(losses) if isinstance(losses, Mapping) else {"": losses}
    if not runs:
        raise ConfigError("losses must have at least one number, got none")
    curves = {name: _checked_losses(values, name) for name, values in runs.items()}
    picture = Picture(7.0, 4.2)
    axes = plain_axes(picture, title, grid="y")
    handles = [
        axes.plot(
            np.arange(1, len(values) + 1),
            values,
            **look(number).line(dots=len(values) <= MOST_DOTS),
        )[0]
        for number, values in enumerate(curves.values())
    ]
    for name, values in curves.items():
        whose = f"{isolated(name)}, " if name else ""
        for epoch, value in enumerate(values.tolist(), 1):
            picture.mark(axes, epoch, value, f"{whose}epoch {epoch}: {value:.4f}")
    last = max(map(len, curves.values()))
    axes.set_xlim(0.5, last + max(0.5, 0.02 * last))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlabel("epoch", loc="right")
    axes.set_ylabel("mean loss", loc="top")
    if isinstance(losses, Mapping):
        add_legend(axes, handles, list(curves))
    return picture


def _checked_losses(losses: ArrayLike, name: str) -> Floats:
    whose = f"the losses of {name!r}" if name else "losses"
    values = _numbers(losses, whose)
    if not np.isfinite(values).all():
        epoch = int(np.argmin(np.isfinite(values)))
        raise ConfigError(f"{whose} must be finite, got {values[epoch]} at epoch {epoch + 1}")
    return values


def noise_distribution(
    before: ArrayLike,
    after: ArrayLike,
    *,
    words: Iterable[Token] | None = None,
    title: str | None = None,
) -> Picture:
    """Draw the frequencies of words in the text beside their probabilities as noise words.

    Up to 40 words have two bars each. More words become two lines by rank, on logarithmic axes,
    with the names of the words of rank 1, 10, 100 ... above.

    Parameters
    ----------
    before : (V,) array
        Counts or probabilities of the words in the text, which are scaled to sum to 1.
    after : (V,) array
        Weights or probabilities of the same words as noise words, such as `counts ** 0.75`, which
        are scaled to sum to 1.
    words : sequence of V tokens, optional
        Their names; without names, ranks are shown.
    title : str, optional

    Raises
    ------
    ConfigError
        If the arrays differ in length, are empty, negative, not finite, or all zeros.

    Examples
    --------
    >>> counts = np.array([8, 4, 1])
    >>> picture = noise_distribution(counts, counts**0.75, words=["the", "cat", "sat"])
    >>> [round(float(bar.get_width()), 3) for bar in picture.axes[0].containers[0]]
    [0.615, 0.308, 0.077]
    """
    shares = _shares(before, "before")
    chances = _shares(after, "after")
    names = np.array(range(1, len(shares) + 1) if words is None else list(words), dtype=object)
    if not len(shares) == len(chances) == len(names):
        raise ConfigError(
            f"before, after and words must have the same length, got {len(shares):,}, "
            f"{len(chances):,} and {len(names):,}"
        )
    # Padding and special tokens, which neither occur nor are drawn, are left out.
    order = np.argsort(-shares, kind="stable")
    order = order[(shares + chances)[order] > 0.0]
    are_few = len(order) <= MOST_BARS
    picture = Picture(7.0, 1.4 + 0.28 * len(order) if are_few else 4.6)
    axes = plain_axes(picture, title, grid="x" if are_few else "both")
    series = np.stack([shares, chances])[:, order]
    draw = _bars if are_few else _lines
    named = None if words is None else names[order]
    handles = draw(axes, series, named)
    add_legend(axes, handles, list(_SERIES))
    _mark_shares(picture, axes, series, named)
    return picture


def _mark_shares(
    picture: Picture, axes: Axes, series: Floats, names: NDArray[np.object_] | None
) -> None:
    """Name each bar; of lines, points of up to 1,000 ranks, as far apart on the axis."""
    n = series.shape[1]
    are_bars = n <= MOST_BARS
    rows = range(n) if are_bars else np.unique(np.geomspace(1, n, MOST_MARKS).round() - 1)
    for row in map(int, rows):
        who = f"rank {row + 1}" if names is None else isolated(names[row])
        for (what, shift), share in zip(_SERIES.items(), series[:, row].tolist(), strict=True):
            if are_bars or share > 0.0:
                x, y = (share, row + shift) if are_bars else (row + 1, share)
                picture.mark(axes, x, y, f"{who}, {what}: {_percent(share)}")


def _shares(numbers: ArrayLike, name: str) -> Floats:
    values = _numbers(numbers, name)
    if not np.isfinite(values).all() or values.min() < 0.0 or values.sum() == 0.0:
        raise ConfigError(
            f"{name} must hold counts or probabilities: finite, at least 0 and not all 0; "
            f"got {values.min()} to {values.max()}"
        )
    return np.asarray(values / values.sum())


def _numbers(numbers: ArrayLike, name: str) -> Floats:
    try:
        values = np.asarray(numbers, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{name} must be numbers, got {numbers!r}") from error
    if values.ndim != 1 or len(values) == 0:
        raise ConfigError(f"{name} must be a row of numbers, got shape {values.shape}")
    return values


def _bars(axes: Axes, series: Floats, names: NDArray[np.object_] | None) -> list[Any]:
    rows = np.arange(series.shape[1])
    handles = [
        axes.barh(rows + shift, values, height=0.38, color=look(number).color)
        for number, (values, shift) in enumerate(zip(series, _SERIES.values(), strict=True))
    ]
    axes.set_yticks(rows)
    _name_ticks(axes.yaxis, rows + 1 if names is None else names)
    axes.tick_params(axis="y", length=0.0)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.xaxis.set_major_formatter(_percent)
    axes.set_xlabel("probability", loc="right")
    if names is None:
        axes.set_ylabel("rank", loc="top")
    return handles


def _lines(axes: Axes, series: Floats, names: NDArray[np.object_] | None) -> list[Any]:
    ranks = np.arange(1, series.shape[1] + 1)
    handles = [
        axes.plot(ranks, np.where(values > 0.0, values, np.nan), **look(number).line(dots=False))[0]
        for number, values in enumerate(series)
    ]
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(_percent)
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("rank by count", loc="right")
    axes.set_ylabel("probability", loc="top")
    if names is not None:
        _name_ranks(axes, names)
    return handles


def _percent(share: float, _: float = 0.0) -> str:
    return f"{100 * share:g}%"


def _name_ranks(axes: Axes, names: NDArray[np.object_]) -> None:
    """Name the words of rank 1, 10, 100 ... above the axes."""
    ranks = 10 ** np.arange(len(str(len(names))))
    top = axes.secondary_xaxis("top")
    top.set_xticks(ranks)
    top.minorticks_off()
    top.tick_params(colors=GREY, labelcolor=INK, labelsize=SMALL_SIZE, length=3.0)
    top.spines[:].set_color(PALE)
    _name_ticks(top.xaxis, names[ranks - 1])


def _name_ticks(axis: Axis, names: NDArray[Any]) -> None:
    words = [shortened(name) for name in names]
    for text, word in zip(axis.set_ticklabels(words), words, strict=True):
        assert isinstance(text, Text)
        write(text, word)

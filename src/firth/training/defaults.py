"""Defaults that fit a text, and presets. Both are data.

`docs/quality.md` shows how they were measured.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

from firth.checks import one_of
from firth.errors import counted
from firth.training.config import DEFAULT_LR, TrainConfig

if TYPE_CHECKING:
    from firth.corpus.script import Script
    from firth.subwords.options import SubwordsOption

Preset = Literal["fast", "balanced", "best", "word2vec"]


# Passes over a text of `_WHOLE` words of the vocabulary or more. They grow as the text shrinks, by
# the cube root of its size.
_EPOCHS = 5
_WHOLE = 5_000_000
_MOST_EPOCHS = 16
# By the gradient of CBOW; skip-gram has none.
MOST_LR = 0.05
_LR = {None: MOST_LR, "sum": 0.1, "mean": 0.2}
# The most that the step size of skip-gram times the window may be, and times the targets too: all
# pairs of a window are trained at once. At twice as much it diverges, or learns little: see
# docs/log.md.
_MOST_OF_CONTEXTS, _MOST_OF_PAIRS = 2.5, 30.0
# Lengths of n-grams, by script. Characters as n-grams help similarity, and harm analogies on 40 MB
# of text as trained.
_SUBWORDS: dict[str, SubwordsOption] = {"letters": (3, 6), "characters": "none"}

# The options that follow from the text, in the order in which they are told.
FITTED = ("epochs", "lr", "subwords")

_PRESETS: dict[str, dict[str, Any]] = {
    "fast": {"subwords": "none"},
    "balanced": {},
    "best": {"negative": 10, "windows": (5, 2)},
    "word2vec": {
        "epochs": 5,
        "lr": DEFAULT_LR,
        "subwords": "none",
        "negative": 5,
    },
}
# The options by which several models are trained, as messages name them.
SEVERAL_MODELS = " or ".join(
    [
        "windows (--windows)",
        *(f"preset={name!r}" for name in _PRESETS if "windows" in _PRESETS[name]),
    ]
)


def fitted(
    config: TrainConfig,
    *,
    tokens: int,
    script: Script | None,
    subwords: SubwordsOption | None = None,
    unit_length: Callable[[], float] = lambda: math.inf,
    documents: int = 1,
) -> TrainConfig:
    """Return a config whose options that were not given fit the text.

    They follow from the config and these arguments alone, so the same call makes the same run.

    Parameters
    ----------
    config : TrainConfig
        Options that were given stay as they are.
    tokens : int
        Words of the vocabulary to train on, in an epoch.
    script : {"letters", "characters", "signs"} or None
        What the text is spelled with. Texts of signs, and None (token lists), keep word2vec's
        values; so does hierarchical softmax. Skip-gram with a wide window or many noise words takes
        smaller steps in any case.
    subwords : (int, int) or "none", optional
        The only subwords that the run can have.
    unit_length : callable
        Returns the length of a line or token list, which no window crosses: that in which a word
        stands, on average. It is called where windows are wide.
    documents : int
        The most documents that a line or token list belongs to.

    Examples
    --------
    >>> fitted(TrainConfig(), tokens=500_000, script="letters").epochs
    11
    >>> fitted(TrainConfig(epochs=3), tokens=500_000, script="letters").epochs
    3
    >>> fitted(TrainConfig(), tokens=500_000, script=None).epochs
    5
    """
    if script is None or script == "signs" or config.loss != "ns":
        stable = stable_lr(config, config.lr, unit_length, documents)
        return config if stable == config.lr else config.fill_in(lr=stable)
    epochs = round(_EPOCHS * (_WHOLE / tokens) ** (1 / 3))
    if subwords is None:
        has_subwords = config.model == "skipgram" and config.documents == "none"
        subwords = _SUBWORDS[script] if has_subwords else "none"
    return config.fill_in(
        epochs=min(max(epochs, _EPOCHS), _MOST_EPOCHS),
        lr=stable_lr(config, _LR[config.cbow_gradient], unit_length, documents),
        subwords=subwords,
    )


def stable_lr(
    config: TrainConfig,
    lr: float,
    unit_length: Callable[[], float] = lambda: math.inf,
    documents: int = 1,
) -> float:
    """Return a step size, or a smaller one where skip-gram has many inputs or targets.

    A window reaches no further than the line or token list; see `fitted`.

    Examples
    --------
    >>> stable_lr(TrainConfig(window=200), 0.05), stable_lr(TrainConfig(window=20), 0.05)
    (0.0125, 0.05)
    """
    # A window of CBOW is one pair.
    if config.model == "cbow":
        return lr
    widest, targets = max(config.windows or (config.window,)), 1 + (config.negative or 0)
    more = 0 if config.documents == "none" else documents - 1
    if config.documents == "alone":
        widest = 0
    most = min(_MOST_OF_CONTEXTS, _MOST_OF_PAIRS / targets)
    if lr * (widest + more) <= most:
        return lr
    return min(lr, most / max(min(widest, unit_length() - 1.0) + more, 1.0))


def describe_chosen(config: TrainConfig, tokens: int) -> str | None:
    """Return a line about what was chosen to fit a text; None if nothing was.

    Examples
    --------
    >>> config = fitted(TrainConfig(epochs=3), tokens=1_690_733, script="letters")
    >>> describe_chosen(config, 1_690_733)
    '1.7 million words of text: lr 0.05, subwords 3-6 (give any to override)'
    """
    chosen = [
        f"{name} {_spell(getattr(config, name))}" for name in FITTED if name in config.filled_in
    ]
    if not chosen:
        return None
    size = f"{tokens:,}" if tokens < 1_000_000 else f"{tokens / 1e6:,.1f} million"
    return f"{size} words of text: {', '.join(chosen)} (give any to override)"


def describe_model(config: TrainConfig) -> str | None:
    """Return a line about which of several models is trained; None if there is only one.

    Examples
    --------
    >>> describe_model(TrainConfig(windows=(5, 2)).models()[1])
    'model 2 of 2: window 2; windows 5,2 will be combined to 100 dimensions'
    """
    if config.windows is None:
        return None
    number, windows = config.windows.index(config.window) + 1, ",".join(map(str, config.windows))
    return (
        f"model {number} of {len(config.windows)}: window {config.window}; windows {windows} will "
        f"be combined to {counted(config.dim, 'dimension')}"
    )


def with_preset(preset: str, options: Mapping[str, Any]) -> TrainConfig:
    """Return a config of a preset's options, and of others, which override them.

    A window overrides the preset's windows. A preset's noise words are left out of a run without
    any.

    Raises
    ------
    ConfigError
        If there is no such preset, or an option is unknown or out of range.

    Examples
    --------
    >>> config = with_preset("word2vec", {"model": "cbow", "epochs": 9})
    >>> config.epochs, config.lr, config.negative
    (9, 0.05, 5)
    """
    named = dict(_PRESETS[one_of("preset", preset, choices=get_args(Preset))])
    given = {name: value for name, value in options.items() if value is not None}
    config = TrainConfig(**given)
    if "window" in given:
        named.pop("windows", None)
    chosen = {
        name: value[config.cbow_gradient] if isinstance(value, Mapping) else value
        for name, value in named.items()
        if name != "negative" or config.loss == "ns"
    }
    return TrainConfig(**{**chosen, **given})


def _spell(value: float | str | tuple[int, int]) -> str:
    if isinstance(value, tuple):
        return "-".join(map(str, value))
    return value if isinstance(value, str) else f"{value:g}"

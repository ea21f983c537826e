"""Defaults that fit a text, and presets. Both are data.

`docs/quality.md` shows how they were measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from firth.checks import one_of
from firth.training.config import TrainConfig

if TYPE_CHECKING:
    from firth.corpus.script import Script

Preset = Literal["fast", "balanced", "best", "word2vec"]


class Fit(NamedTuple):
    """What trained the best vectors on a text of some size."""

    tokens: int
    epochs: int
    lr: float


# TODO numbers
_PLAIN: dict[str, tuple[Fit, ...]] = {
    "skipgram": (Fit(150_000, 15, 0.05), Fit(16_700_000, 5, 0.05)),
    "cbow": (Fit(150_000, 40, 0.1), Fit(16_700_000, 5, 0.05)),
}

# The options that follow from the text, in the order in which they are told.
FITTED = ("epochs", "lr", "negative")

_PRESETS: dict[str, dict[str, Any]] = {
    "word2vec": {"epochs": 5, "negative": 5, "lr": {"skipgram": 0.025, "cbow": 0.05}},
    "balanced": {},
}


def fitted(config: TrainConfig, *, tokens: int, script: Script | None) -> TrainConfig:
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
        values.

    Examples
    --------
    >>> fitted(TrainConfig(), tokens=10_000, script="letters").epochs
    15
    >>> fitted(TrainConfig(epochs=3), tokens=10_000, script="letters").epochs
    3
    >>> fitted(TrainConfig(), tokens=10_000, script=None).epochs
    5
    """
    if script is None or script == "signs":
        return config
    fit = _interpolate(_PLAIN[config.model], tokens)
    return config.fill_in(epochs=fit.epochs, lr=fit.lr)


def describe_chosen(config: TrainConfig, tokens: int) -> str | None:
    """Return a line about what was chosen to fit a text; None if nothing was.

    Examples
    --------
    >>> config = fitted(TrainConfig(epochs=3), tokens=1_690_733, script="letters")
    >>> describe_chosen(config, 1_690_733)
    '1.7 million words of text: lr 0.05 (give any to override)'
    """
    chosen = [f"{name} {getattr(config, name):g}" for name in FITTED if name in config.filled_in]
    if not chosen:
        return None
    size = f"{tokens:,}" if tokens < 1_000_000 else f"{tokens / 1e6:,.1f} million"
    return f"{size} words of text: {', '.join(chosen)} (give any to override)"


def with_preset(preset: str, options: Mapping[str, Any]) -> TrainConfig:
    """Return a config of a preset's options, and of others, which override them.

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
    named = _PRESETS[one_of("preset", preset, choices=get_args(Preset))]
    given = {name: value for name, value in options.items() if value is not None}
    model = TrainConfig(**given).model
    chosen = {
        name: value[model] if isinstance(value, Mapping) else value
        for name, value in named.items()
    }
    return TrainConfig(**{**chosen, **given})


def _interpolate(fits: Sequence[Fit], tokens: int) -> Fit:
    """Return the fit between two sizes, by logarithms; beyond the first and last, that one."""
    at = min(max(tokens, fits[0].tokens), fits[-1].tokens)
    for below, above in zip(fits, fits[1:], strict=False):
        if at <= above.tokens:
            part = math.log(at / below.tokens) / math.log(above.tokens / below.tokens)
            epochs = round(below.epochs * (above.epochs / below.epochs) ** part)
            lr = below.lr * (above.lr / below.lr) ** part
            return Fit(tokens, epochs, float(f"{lr:.2g}"))
    raise AssertionError("fits must be in order")

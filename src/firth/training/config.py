"""The options of a training run, and what they may be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Literal, get_args

from firth.errors import ConfigError
from firth.resources import available_processors

Model = Literal["skipgram", "cbow"]
OnDivergence = Literal["stop", "halve"]
INT64_MAX = 2**63 - 1

# word2vec's step size for skip-gram. CBOW gains from twice that: docs/decisions.md.
_DEFAULT_LR: dict[str, float] = {"skipgram": 0.025, "cbow": 0.05}


_CHOICES: dict[str, tuple[str, ...]] = {
    "model": get_args(Model),
    "on_divergence": get_args(OnDivergence),
}
_SWITCHES = ("shrink_windows", "deterministic")

# Beyond what is useful; a slip of the finger should not fill the memory.
_MOST: dict[str, int | None] = {
    "dim": 100_000,
    "window": 10_000,
    "negative": 10_000,
    "epochs": None,
    "min_count": None,
    "threads": 1_024,
}


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """The options of a training run; defaults are word2vec's where it has one.

    Parameters
    ----------
    model : {"skipgram", "cbow"}
        Whether each context word predicts the centre, or the mean of the context words does.
    dim : int
        D, the length of a vector.
    window : int
        The maximum distance between a centre and a context word, after subsampling.
    negative : int
        K, the number of noise words for each window. All pairs of a window share them (Ji et al.
        2016, arXiv:1604.04661).
    epochs : int
        How often the corpus is gone through.
    min_count : int
        Words that occur less often are left out of the corpus.
    max_vocab : int, optional
        Keep no more than this many words, the most frequent ones.
    sample : float
        Subsampling threshold: words that make up more than this share of the corpus are thinned
        out. 0 switches it off.
    noise_exponent : float
        Noise words are drawn in proportion to their count to this power. 0 draws all words alike;
        a negative exponent prefers rare words.
    lr, min_lr : float
        The step size at the start and at the end; it falls linearly. `lr` is by default 0.025 for
        skip-gram and 0.05 for CBOW.
    shrink_windows : bool
        Whether each window's reach is drawn from 1 to `window`, which gives near words more weight.
    threads : int, optional
        Workers; by default as many as there are processors for this process.
    seed : int
        Start of all random numbers. With one thread, or `deterministic`, the same seed gives the
        same vectors.
    deterministic : bool
        Whether the vectors shall be the same, bit by bit, for any number of threads.
    patience : int, optional
        Stop when the loss on held-out text has not improved for so many epochs, and keep the
        vectors of the best one.
    on_divergence : {"stop", "halve"}
        What to do when training diverges: stop, or go back to the last checkpoint and go on with
        half the step size.

    Raises
    ------
    ConfigError
        If an option is of the wrong type, or out of range.

    Examples
    --------
    >>> TrainConfig(model="cbow", threads=1).lr
    0.05
    >>> TrainConfig(window=0)
    Traceback (most recent call last):
    firth.errors.ConfigError: window must be at least 1, got 0
    """

    model: Model = "skipgram"
    dim: int = 100
    window: int = 5
    negative: int = 5
    epochs: int = 5
    min_count: int = 5
    max_vocab: int | None = None
    sample: float = 1e-3
    noise_exponent: float = 0.75
    lr: float | None = None
    min_lr: float = 1e-4
    shrink_windows: bool = True
    threads: int | None = None
    seed: int = 1
    deterministic: bool = False
    patience: int | None = None
    on_divergence: OnDivergence = "stop"

    def __post_init__(self) -> None:
        """Fill in what follows from the rest or the machine, and check everything."""
        self._check_choices()
        if self.lr is None:
            object.__setattr__(self, "lr", _DEFAULT_LR[self.model])
        if self.threads is None:
            object.__setattr__(self, "threads", available_processors())
        for name, most in _MOST.items():
            self._check_int(name, at_least=1, at_most=most)
        self._check_int("seed", at_least=0)
        if self.max_vocab is not None:
            self._check_int("max_vocab", at_least=2)
        if self.patience is not None:
            self._check_int("patience", at_least=1)
        self._check_float("sample", 0.0, 1.0)
        self._check_float("noise_exponent", -math.inf, math.inf)
        self._check_float("lr", 0.0, math.inf)
        if self.lr == 0:
            raise ConfigError("lr must be above 0, got 0")
        self._check_float("min_lr", 0.0, self.step_size)

    def _check_choices(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                known = " or ".join(choices)
                raise ConfigError(f"{name} must be {known}, got {getattr(self, name)!r}")
        for name in _SWITCHES:
            if not isinstance(getattr(self, name), bool):
                raise ConfigError(f"{name} must be True or False, got {getattr(self, name)!r}")

    def _check_int(self, name: str, *, at_least: int, at_most: int | None = None) -> None:
        number = whole_number(name, getattr(self, name), least=at_least, most=at_most)
        object.__setattr__(self, name, number)

    def _check_float(self, name: str, low: float, high: float) -> None:
        value = getattr(self, name)
        if not is_finite(value):
            raise ConfigError(f"{name} must be a finite number, got {value!r}")
        number = float(value)
        if not low <= number <= high:
            bounds = f"from {low:g} to {high:g}" if math.isfinite(high) else f"at least {low:g}"
            raise ConfigError(f"{name} must be {bounds}, got {number:g}")
        object.__setattr__(self, name, number)

    @property
    def step_size(self) -> float:
        """The step size at the start: `lr` with its default filled in."""
        assert self.lr is not None
        return self.lr

    @property
    def workers(self) -> int:
        """The number of threads, with its default filled in."""
        assert self.threads is not None
        return self.threads


def whole_number(name: str, value: Any, *, least: int, most: int | None = INT64_MAX) -> int:  # noqa: ANN401
    """Give an option as an int; nothing is rounded.

    Raises
    ------
    ConfigError
        If it is no whole number, or out of range.

    Examples
    --------
    >>> whole_number("window", 1.5, least=1)
    Traceback (most recent call last):
    firth.errors.ConfigError: window must be a whole number, got 1.5
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise ConfigError(f"{name} must be a whole number, got {value!r}")
    number = int(value)
    if number < least:
        raise ConfigError(f"{name} must be at least {least}, got {number}")
    if most is not None and number > most:
        raise ConfigError(f"{name} must be at most {most:,}, got {number:,}")
    return number


def is_finite(value: Any) -> bool:  # noqa: ANN401
    """Tell whether an option is a finite number."""
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)

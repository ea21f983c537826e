"""The options of a training run, and what they may be."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal, Self, get_args

from firth.checks import INT64_MAX, shown, switch
from firth.checks import is_finite as is_finite
from firth.checks import whole_number as whole_number
from firth.errors import ConfigError
from firth.io.resources import available_processors
from firth.other_names import explain_keywords

Model = Literal["skipgram", "cbow"]
OnDivergence = Literal["stop", "halve"]

# word2vec's step size for skip-gram. CBOW gains from twice that: docs/decisions.md.
_DEFAULT_LR: dict[str, float] = {"skipgram": 0.025, "cbow": 0.05}


_CHOICES: dict[str, tuple[str, ...]] = {
    "model": get_args(Model),
    "on_divergence": get_args(OnDivergence),
}
# What follows from the rest or the machine where it is not given.
_FILLED_IN = ("lr", "min_lr", "threads")
_SWITCHES = ("shrink_windows", "deterministic")

# The least and the most of each whole number. Where nothing else limits it, the most is beyond what
# is useful: a slip of the finger should not fill the memory.
_WHOLE: dict[str, tuple[int, int]] = {
    "dim": (1, 100_000),
    "window": (1, 10_000),
    "negative": (1, 10_000),
    "epochs": (1, 1_000_000),
    "min_count": (1, INT64_MAX),
    "max_vocab": (2, INT64_MAX),
    "threads": (1, 1_024),
    "seed": (0, 2**64 - 1),
    "patience": (1, INT64_MAX),
}
_MAY_BE_NONE = ("max_vocab", "patience")
# Steps are taken in float32, where beyond these they are 0 or infinite.
_LEAST_LR, _MOST_LR = 1e-30, 1e30
_DEFAULT_MIN_LR = 1e-4


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
        skip-gram and 0.05 for CBOW, `min_lr` 1e-4, or `lr` if that is less.
    shrink_windows : bool
        Whether each window's reach is drawn from 1 to `window`, which gives near words more weight.
    threads : int, optional
        Workers; by default as many as there are processors for this process.
    seed : int
        Start of all random numbers. With one worker the same seed gives the same vectors.
    deterministic : bool
        Train with one worker, whatever `threads` says: the vectors are the same, bit by bit,
        each time.
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
    min_lr: float | None = None
    shrink_windows: bool = True
    threads: int | None = None
    seed: int = 1
    deterministic: bool = False
    patience: int | None = None
    on_divergence: OnDivergence = "stop"

    def __post_init__(self) -> None:
        """Fill in what follows from the rest or the machine, and check everything."""
        filled = frozenset(name for name in _FILLED_IN if getattr(self, name) is None)
        self._set("_filled", filled)
        self._check_choices()
        if self.lr is None:
            self._set("lr", _DEFAULT_LR[self.model])
        if self.threads is None:
            self._set("threads", available_processors())
        for name, (least, most) in _WHOLE.items():
            value = getattr(self, name)
            if value is not None or name not in _MAY_BE_NONE:
                self._set(name, whole_number(name, value, least=least, most=most))
        self._check_float("sample", 0.0, 1.0)
        self._check_float("noise_exponent", -math.inf, math.inf)
        if is_finite(self.lr) and self.step_size <= 0:
            raise ConfigError(f"lr must be above 0, got {self.lr:g}")
        self._check_float("lr", _LEAST_LR, _MOST_LR)
        if self.min_lr is None:
            self._set("min_lr", min(_DEFAULT_MIN_LR, self.step_size))
        self._check_float("min_lr", 0.0, self.step_size, of=" (lr)")

    def replace(self, **changes: object) -> Self:
        """Return a config with some options changed; what was not given is filled in anew.

        `dataclasses.replace` would take what was filled in for what was given.

        Examples
        --------
        >>> TrainConfig(window=3, threads=1).replace(model="cbow").lr
        0.05
        """
        filled: frozenset[str] = vars(self)["_filled"]
        given = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        kept = {name: value for name, value in given.items() if name not in filled}
        return type(self)(**{**kept, **changes})

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _check_choices(self) -> None:
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if not isinstance(value, str) or value not in choices:
                raise ConfigError(f"{name} must be {' or '.join(choices)}, got {shown(value)}")
            self._set(name, str.__str__(value))
        for name in _SWITCHES:
            self._set(name, switch(name, getattr(self, name)))

    def _check_float(self, name: str, low: float, high: float, *, of: str = "") -> None:
        value = getattr(self, name)
        if not is_finite(value):
            raise ConfigError(f"{name} must be a finite number, got {shown(value)}")
        # Adding 0 turns -0 into 0.
        number = float(value) + 0.0
        if not low <= number <= high:
            raise ConfigError(f"{name} must be from {low:g} to {high:g}{of}, got {number:g}")
        self._set(name, number)

    @property
    def step_size(self) -> float:
        """The step size at the start: `lr` with its default filled in."""
        assert self.lr is not None
        return self.lr

    @property
    def last_step_size(self) -> float:
        """The step size at the end: `min_lr` with its default filled in."""
        assert self.min_lr is not None
        return self.min_lr

    @property
    def workers(self) -> int:
        """How many workers train at the same time: `threads`, or one if `deterministic`."""
        assert self.threads is not None
        return 1 if self.deterministic else self.threads


TrainConfig.__init__ = explain_keywords(TrainConfig.__init__)  # type: ignore[method-assign]

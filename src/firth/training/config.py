"""The options of a training run: name, type, check, default and meaning, each stated once."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, get_args, get_type_hints

from firth.checks import INT64_MAX, one_of, real_number, switch, whole_number
from firth.errors import ConfigError
from firth.io.resources import available_processors
from firth.other_names import explain_keywords
from firth.subwords.options import (
    SubwordsOption,
    check_buckets,
    check_subwords,
    check_together,
)

Model = Literal["skipgram", "cbow"]
Documents = Literal["none", "joint", "alone"]
OnDivergence = Literal["stop", "halve"]
Check = Callable[[str, Any], Any]

# word2vec's step size for skip-gram. CBOW gains from twice that: docs/decisions.md.
_DEFAULT_LR = {"skipgram": 0.025, "cbow": 0.05}
_DEFAULT_MIN_LR = 1e-4
# Steps are taken in float32, where beyond these they are 0 or infinite.
_LEAST_LR, _MOST_LR = 1e-30, 1e30

# The default of an option that follows from others or the machine. The field has the type of the
# value that is computed, so that no user of a config has to exclude None.
_COMPUTED: Any = None
_COMPUTE: dict[str, Callable[[TrainConfig], Any]] = {
    "lr": lambda config: _DEFAULT_LR[config.model],
    "min_lr": lambda config: min(_DEFAULT_MIN_LR, config.lr),
    "threads": lambda config: available_processors(),
}


def whole(least: int, most: int) -> Check:
    """Return the check of a whole number.

    Where nothing else limits an option, the most is beyond what is useful: a typing error should
    not fill the memory.
    """
    return functools.partial(whole_number, least=least, most=most)


def real(least: float, most: float) -> Check:
    """Return the check of a number."""
    return functools.partial(real_number, least=least, most=most)


def choice(choices: object) -> Check:
    """Return the check of a `Literal`."""
    return functools.partial(one_of, choices=get_args(choices))


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """The options of a training run; defaults are word2vec's where it has one.

    The command `firth train` has the same options, with these descriptions as their help.

    Parameters
    ----------
    model : {"skipgram", "cbow"}
        Each context word predicts the centre, or their mean does.
    dim : int
        Length of a vector.
    window : int
        Maximum distance of a context word from the centre, after subsampling.
    negative : int
        Noise words for each window, shared by its pairs.
    epochs : int
        Passes over the corpus.
    min_count : int
        Leave out words that occur less often.
    max_vocab : int, optional
        Keep only this many words, the most frequent; by default all.
    sample : float
        Subsampling threshold: words with a larger share of the corpus are thinned out; 0 for none.
    noise_exponent : float
        Draw noise words by count to this power: 0 draws all alike, less than 0 prefers rare words.
    lr : float, optional
        Step size at the start; by default 0.025 for skipgram, 0.05 for cbow.
    min_lr : float, optional
        Step size at the end, to which it falls linearly; by default 1e-4, or `lr` if that is less.
    shrink_windows : bool
        Draw the reach of each window from 1 to `window`, which gives near words more weight.
    threads : int, optional
        Threads that train; by default one for each processor.
    seed : int
        Seed of the random numbers: with one thread, the same seed gives the same vectors.
    deterministic : bool
        Train with one thread, whatever `threads` says: the same vectors, bit by bit, each time.
    subwords : (int, int), "none" or callable
        Shortest and longest n-grams of which words are composed, such as 3-6; none for whole words.
        In Python also a function that cuts a word into parts.
    buckets : int, optional
        Hash n-grams into so many rows, as fastText does; by default each n-gram of two words has
        a row.
    documents : {"none", "joint", "alone"}
        Train a vector for each line or token list too: jointly with the words as one more input of
        each window, or alone as the only input, which is for skipgram.
    patience : int, optional
        Stop when the held-out loss has not improved for this many epochs, and keep the best.
    on_divergence : {"stop", "halve"}
        If training diverges, stop, or go back to a checkpoint with half the step size.

    Raises
    ------
    ConfigError
        If an option is of the wrong type, or out of range.

    Notes
    -----
    That all pairs of a window share their noise words is from Ji et al. 2016, arXiv:1604.04661.

    Examples
    --------
    >>> TrainConfig(model="cbow", threads=1).lr
    0.05
    >>> TrainConfig(window=0)
    Traceback (most recent call last):
    firth.errors.ConfigError: window must be at least 1, got 0
    """

    model: Annotated[Model, choice(Model)] = "skipgram"
    dim: Annotated[int, whole(1, 100_000)] = 100
    window: Annotated[int, whole(1, 10_000)] = 5
    negative: Annotated[int, whole(1, 10_000)] = 5
    epochs: Annotated[int, whole(1, 1_000_000)] = 5
    min_count: Annotated[int, whole(1, INT64_MAX)] = 5
    max_vocab: Annotated[int | None, whole(2, INT64_MAX)] = None
    sample: Annotated[float, real(0.0, 1.0)] = 1e-3
    noise_exponent: Annotated[float, real_number] = 0.75
    lr: Annotated[float, real(_LEAST_LR, _MOST_LR)] = _COMPUTED
    min_lr: Annotated[float, real_number] = _COMPUTED
    shrink_windows: Annotated[bool, switch] = True
    threads: Annotated[int, whole(1, 1_024)] = _COMPUTED
    seed: Annotated[int, whole(0, 2**64 - 1)] = 1
    deterministic: Annotated[bool, switch] = False
    subwords: Annotated[SubwordsOption, check_subwords] = "none"
    buckets: Annotated[int | None, check_buckets] = None
    documents: Annotated[Documents, choice(Documents)] = "none"
    patience: Annotated[int | None, whole(1, INT64_MAX)] = None
    on_divergence: Annotated[OnDivergence, choice(OnDivergence)] = "stop"

    def __post_init__(self) -> None:
        """Check each option, and compute what was not given."""
        computed = frozenset(name for name in _COMPUTE if getattr(self, name) is None)
        object.__setattr__(self, "_computed", computed)
        for name, (kind, check) in _types_and_checks().items():
            value = _COMPUTE[name](self) if name in computed else getattr(self, name)
            if value is not None or type(None) not in get_args(kind):
                object.__setattr__(self, name, check(name, value))
        check_together(self.subwords, self.buckets)
        self._check_documents()
        if not 0.0 <= self.min_lr <= self.lr:
            raise ConfigError(f"min_lr must be from 0 to {self.lr:g} (lr), got {self.min_lr:g}")

    def _check_documents(self) -> None:
        """Raise if documents do not fit another option."""
        if self.documents != "none" and self.subwords != "none":
            raise ConfigError(
                "documents cannot be trained with subwords: give subwords='none' (--subwords none)"
            )
        if self.documents == "alone" and self.model != "skipgram":
            raise ConfigError(
                f"documents='alone' is for model='skipgram', got {self.model!r}; "
                "give documents='joint' (--documents joint)"
            )

    def replace(self, **changes: object) -> Self:
        """Return a config with some options changed; what was not given is computed anew.

        `dataclasses.replace` would take what was computed for what was given.

        Examples
        --------
        >>> TrainConfig(window=3, threads=1).replace(model="cbow").lr
        0.05
        """
        options = dataclasses.asdict(self)
        given = {name: options[name] for name in options.keys() - vars(self)["_computed"]}
        return type(self)(**{**given, **changes})

    def as_json(self) -> dict[str, Any]:
        """Return the options as JSON can hold them.

        Examples
        --------
        >>> TrainConfig(subwords="3-6").as_json()["subwords"]
        [3, 6]
        """
        options = dataclasses.asdict(self)
        if callable(self.subwords):
            options["subwords"] = "custom"
        elif self.subwords != "none":
            options["subwords"] = list(self.subwords)
        return options

    @property
    def workers(self) -> int:
        """How many workers train at the same time: one if `deterministic`, else `threads`."""
        return 1 if self.deterministic else self.threads


TrainConfig.__init__ = explain_keywords(TrainConfig.__init__)  # type: ignore[method-assign]


@functools.cache
def _types_and_checks() -> dict[str, tuple[Any, Check]]:
    """Return what the annotation of each option holds."""
    hints = get_type_hints(TrainConfig, include_extras=True)
    return {name: get_args(hint) for name, hint in hints.items()}


def parameters_section() -> str:
    """Return what the docstring of `TrainConfig` says of the options."""
    _, _, rest = (inspect.getdoc(TrainConfig) or "").partition("Parameters\n----------\n")
    return rest.partition("\n\n")[0]


def option_help() -> dict[str, str]:
    """Return the description of each option, without line breaks.

    Examples
    --------
    >>> option_help()["epochs"]
    'Passes over the corpus.'
    """
    found = re.findall(r"^(\w+) : .*((?:\n    .*)+)", parameters_section(), re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}

"""The options of a training run: name, type, check, default and meaning, each stated once."""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, get_args, get_type_hints

from firth.checks import INT64_MAX, one_of, real_number, shown, split_list, switch, whole_number
from firth.errors import ConfigError
from firth.io.resources import available_processors
from firth.other_names import explain_keywords
from firth.subwords.options import (
    SubwordsOption,
    check_buckets,
    check_buckets_fit,
    check_subwords,
)

Model = Literal["skipgram", "cbow"]
Documents = Literal["none", "joint", "alone"]
CbowGradient = Literal["sum", "mean"]
Loss = Literal["ns", "hs"]
OnDivergence = Literal["stop", "halve"]
Check = Callable[[str, Any], Any]

# word2vec's values. Texts get others, which fit them: `firth.training.defaults`.
_DEFAULT_WINDOW = 5
_DEFAULT_EPOCHS = 5
# By the gradient of CBOW; skip-gram has none, and word2vec's step size. See docs/decisions.md.
DEFAULT_LR = {None: 0.025, "sum": 0.05, "mean": 0.2}
_DEFAULT_MIN_LR = 1e-4
_DEFAULT_NEGATIVE, _DEFAULT_NOISE_EXPONENT = 5, 0.75
# Steps are taken in float32, where beyond these they are 0 or infinite.
_LEAST_LR, _MOST_LR = 1e-30, 1e30
_MOST_WINDOW = 10_000
# More models than these have little to add to each other.
_MOST_WINDOWS = 8

# The default of an option that follows from others, the text or the machine. The field has the type
# of the value that is computed, so that no user of a config has to exclude a None that never comes.
_COMPUTED: Any = None
_COMPUTE: dict[str, Callable[[TrainConfig], Any]] = {
    "cbow_gradient": lambda config: "sum" if config.model == "cbow" else None,
    "window": lambda config: _DEFAULT_WINDOW if config.windows is None else config.windows[0],
    "negative": lambda config: _DEFAULT_NEGATIVE if config.loss == "ns" else None,
    "noise_exponent": lambda config: _DEFAULT_NOISE_EXPONENT if config.loss == "ns" else None,
    "epochs": lambda config: _DEFAULT_EPOCHS,
    "lr": lambda config: DEFAULT_LR[config.cbow_gradient],
    "min_lr": lambda config: min(_DEFAULT_MIN_LR, config.lr),
    "threads": lambda config: available_processors() if config.workers == 1 else 1,
    "subwords": lambda config: "none",
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


def check_windows(name: str, value: Any) -> tuple[int, ...]:  # noqa: ANN401
    """Return the option `windows` in its normal form: two to eight whole numbers.

    Raises
    ------
    ConfigError
        If it is nothing of that kind, a number is out of range, or occurs twice.

    Examples
    --------
    >>> check_windows("windows", "5,2"), check_windows("windows", [5, 2])
    ((5, 2), (5, 2))
    """
    given = value
    if isinstance(value, str) and re.fullmatch(r" *[0-9]{1,9} *([,，、] *[0-9]{1,9} *)+", value):
        given = [int(number) for number in split_list(value)]
    if not isinstance(given, list | tuple) or not 2 <= len(given) <= _MOST_WINDOWS:
        raise ConfigError(
            f"{name} must be 2 to {_MOST_WINDOWS} windows, as 5,2; got {shown(value)}"
        )
    windows = tuple(
        whole_number(f"each of {name}", one, least=1, most=_MOST_WINDOW) for one in given
    )
    if len(set(windows)) < len(windows):
        raise ConfigError(f"{name} must differ from each other, got {_listed(windows)}")
    return windows


def _listed(windows: tuple[int, ...]) -> str:
    return ",".join(map(str, windows))


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """The options of a training run; defaults are word2vec's where it has one.

    For a text, `firth.train` chooses values of the options whose default "fits the text",
    unless they are given: see docs/quality.md.

    The command `firth train` has the same options, with these descriptions as their help.

    Parameters
    ----------
    model : {"skipgram", "cbow"}
        Each context word predicts the centre, or their mean does.
    cbow_gradient : {"sum", "mean"}, optional
        What each context word of cbow gets: the whole change of their mean, as in word2vec, which
        is the default, or the change divided by their number, which is the true gradient.
    loss : {"ns", "hs"}
        How words are predicted. ns, negative sampling: the centre is told from noise words. hs,
        hierarchical softmax: the way to the centre in a Huffman tree is found.
    dim : int
        Length of a vector.
    windows : tuple of int, optional
        Instead of `window`, such as 5,2: train a model for each, and combine them to `dim`
        dimensions.
    window : int, optional
        Maximum distance of a context word from the centre, after subsampling; by default 5.
    negative : int, optional
        Noise words for each window, shared by its pairs; by default 5, with `loss` hs none.
    epochs : int, optional
        Passes over the corpus. By default as many as fit the text; 5 for lists of tokens, and with
        `loss` hs.
    min_count : int
        Leave out words that occur less often.
    max_vocab : int, optional
        Keep only this many words, the most frequent; by default all.
    sample : float
        Subsampling threshold: words with a larger share of the corpus are thinned out; 0 for none.
    noise_exponent : float, optional
        Draw noise words by count to this power, by default 0.75: 0 draws all alike, less than 0
        prefers rare words.
    lr : float, optional
        Step size at the start. By default one that fits the text; for lists of tokens, and with
        `loss` hs, 0.025 for skipgram, 0.05 for cbow, 0.2 for cbow with the true gradient. It is
        less for skipgram with very wide windows or very many noise words.
    min_lr : float, optional
        Step size at the end, to which it falls linearly; by default 1e-4, or `lr` if that is less.
    shrink_windows : bool
        Draw the reach of each window from 1 to `window`, which gives near words more weight.
    threads : int, optional
        Threads that train; by default one for each processor, or one for each of several workers.
    workers : int
        Workers with tables of their own, which they bring together often, each with its part of the
        text: threads of this process, or processes on a cluster. With one thread each, the same
        number of workers gives the same vectors each time, on one machine of the cluster or on
        many. With `engine` gpu each has a GPU of its own.
    seed : int
        Seed of the random numbers: with one thread, the same seed gives the same vectors.
    deterministic : bool
        Train with one thread (in each worker), whatever `threads` says: the same vectors, bit by
        bit, each time, on every processor that has fused multiply-add.
    subwords : (int, int), "none" or callable, optional
        Shortest and longest n-grams of which words are composed, such as 3-6; none for whole words.
        In Python also a function that cuts a word into parts. By default what fits the text; none
        for lists of tokens, and with `loss` hs.
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
        If an option is of the wrong type, out of range, or would change nothing.

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
    cbow_gradient: Annotated[CbowGradient | None, choice(CbowGradient)] = None
    loss: Annotated[Loss, choice(Loss)] = "ns"
    dim: Annotated[int, whole(1, 100_000)] = 100
    windows: Annotated[tuple[int, ...] | None, check_windows] = None
    window: Annotated[int, whole(1, _MOST_WINDOW)] = _COMPUTED
    negative: Annotated[int | None, whole(1, 10_000)] = _COMPUTED
    epochs: Annotated[int, whole(1, 1_000_000)] = _COMPUTED
    min_count: Annotated[int, whole(1, INT64_MAX)] = 5
    max_vocab: Annotated[int | None, whole(2, INT64_MAX)] = None
    sample: Annotated[float, real(0.0, 1.0)] = 1e-3
    noise_exponent: Annotated[float | None, real_number] = _COMPUTED
    lr: Annotated[float, real(_LEAST_LR, _MOST_LR)] = _COMPUTED
    min_lr: Annotated[float, real_number] = _COMPUTED
    shrink_windows: Annotated[bool, switch] = True
    threads: Annotated[int, whole(1, 1_024)] = _COMPUTED
    workers: Annotated[int, whole(1, 1_024)] = 1
    seed: Annotated[int, whole(0, 2**64 - 1)] = 1
    deterministic: Annotated[bool, switch] = False
    subwords: Annotated[SubwordsOption, check_subwords] = _COMPUTED
    buckets: Annotated[int | None, check_buckets] = None
    documents: Annotated[Documents, choice(Documents)] = "none"
    patience: Annotated[int | None, whole(1, INT64_MAX)] = None
    on_divergence: Annotated[OnDivergence, choice(OnDivergence)] = "stop"

    def __post_init__(self) -> None:
        """Check each option, and compute what was not given."""
        computed = frozenset(name for name in _COMPUTE if getattr(self, name) is None)
        object.__setattr__(self, "_not_given", computed)
        checks = _types_and_checks()
        # What is computed follows from options that were checked.
        for name in sorted(checks, key=computed.__contains__):
            kind, check = checks[name]
            value = _COMPUTE[name](self) if name in computed else getattr(self, name)
            if value is not None or type(None) not in get_args(kind):
                object.__setattr__(self, name, check(name, value))
        check_buckets_fit(self.subwords, self.buckets)
        self._check_windows()
        self._check_gradient()
        self._check_documents()
        if self.loss == "hs":
            self._check_noiseless()
        if not 0.0 <= self.min_lr <= self.lr:
            raise ConfigError(f"min_lr must be from 0 to {self.lr:g} (lr), got {self.min_lr:g}")

    def _check_windows(self) -> None:
        """Raise if a window was given beside several."""
        if self.windows is not None and "window" not in self.not_given:
            raise ConfigError(
                f"window must be left out with windows={_listed(self.windows)} (--windows), which "
                f"trains a model for each; got {self.window}"
            )

    def _check_documents(self) -> None:
        """Raise if documents do not fit another option."""
        if self.documents != "none" and self.subwords != "none":
            raise ConfigError(
                "documents cannot be trained with subwords: give subwords='none' (--subwords none)"
            )
        if self.documents != "none" and self.windows is not None:
            raise ConfigError(
                "documents are those of one model, and windows (--windows, preset='best') train "
                "several: give window (--window)"
            )
        if self.documents == "alone" and (self.model != "skipgram" or self.loss == "hs"):
            raise ConfigError(
                "documents='alone' is for model='skipgram' with loss='ns', got "
                f"{self.model!r} with {self.loss!r}; give documents='joint' (--documents joint)"
            )

    def _check_gradient(self) -> None:
        """Raise if a gradient of CBOW was given for skip-gram."""
        if self.model != "cbow" and self.cbow_gradient is not None:
            raise ConfigError(
                "cbow_gradient must be left out with model='skipgram' (--model skipgram), which "
                f"takes no mean of context words, got {self.cbow_gradient!r}"
            )

    def _check_noiseless(self) -> None:
        """Raise if an option of noise words was given."""
        for name in ("negative", "noise_exponent"):
            if getattr(self, name) is not None:
                raise ConfigError(
                    f"{name} must be left out with loss='hs' (--loss hs), which draws no noise "
                    f"words, got {getattr(self, name):g}"
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
        given = {name: options[name] for name in options.keys() - self.not_given}
        return type(self)(**{**given, **changes})

    def fill_in(self, **values: object) -> Self:
        """Return a config with values for options that were not given, and still count as such.

        Values for options that were given are left out.

        Examples
        --------
        >>> config = TrainConfig(epochs=3, threads=1).fill_in(epochs=20, lr=0.07)
        >>> config.epochs, config.lr, config.filled_in
        (3, 0.07, frozenset({'lr'}))
        """
        values = {name: value for name, value in values.items() if name in self.not_given}
        filled = self.replace(**values)
        object.__setattr__(filled, "_not_given", self.not_given)
        object.__setattr__(filled, "_filled_in", frozenset(values))
        return filled

    def models(self) -> tuple[Self, ...]:
        """Return the config of each model: this one, or one for each of `windows`.

        Examples
        --------
        >>> [config.window for config in TrainConfig(windows=(5, 2)).models()]
        [5, 2]
        """
        if self.windows is None:
            return (self,)
        configs = tuple(copy.copy(self) for _ in self.windows)
        for config, window in zip(configs, self.windows, strict=True):
            object.__setattr__(config, "window", window)
        return configs

    @property
    def not_given(self) -> frozenset[str]:
        """The options that were not given, but computed or filled in."""
        found: frozenset[str] = vars(self)["_not_given"]
        return found

    @property
    def filled_in(self) -> frozenset[str]:
        """The options that `fill_in` has set."""
        found: frozenset[str] = vars(self).get("_filled_in", frozenset())
        return found

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
        if self.windows is not None:
            options["windows"] = list(self.windows)
        return options

    @property
    def used_threads(self) -> int:
        """How many threads a worker trains with: one if `deterministic`, else `threads`."""
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
    >>> option_help()["min_count"]
    'Leave out words that occur less often.'
    """
    found = re.findall(r"^(\w+) : .*((?:\n    .*)+)", parameters_section(), re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}

"""What is searched: a table of options, each with a range or with choices."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from numbers import Integral
from typing import Any, get_args, get_type_hints

from firth.checks import is_finite, shown
from firth.errors import ConfigError
from firth.other_names import check_options
from firth.training.config import TrainConfig

# A tuple is a range from its first number to its second, and a list has choices.
Range = tuple[float, float]
Choices = list[Any]
Space = Mapping[str, Range | Choices]

# What is searched unless a call says otherwise.
SPACE: dict[str, Range | Choices] = {
    "window": (2, 15),
    "lr": (0.01, 0.15),
    "epochs": (3, 30),
    "negative": (2, 20),
    "sample": (1e-5, 1e-2),
    "noise_exponent": (-0.5, 1.0),
    "dim": (50, 300),
    "subwords": ["none", "3-6", "1-3"],
}
# The others set which words have vectors, how long the machine takes, or chance.
_OPTIONS = {field.name for field in dataclasses.fields(TrainConfig)}
SEARCHABLE = _OPTIONS - {
    "min_count", "max_vocab", "threads", "workers", "seed", "deterministic", "patience",
    "on_divergence",
}  # fmt: skip
_HINTS = get_type_hints(TrainConfig)
# Those that are no whole numbers.
_REAL = {name for name in _OPTIONS if float in (_HINTS[name], *get_args(_HINTS[name]))}
# Those that change neither which pairs are predicted, nor from which noise words they are told.
KEEPS_LOSS = {"buckets", "cbow_gradient", "dim", "epochs", "lr", "min_lr", "subwords"}
# A range whose ends are so many times apart is searched on a logarithmic scale.
_LOG_FROM = 10.0


def space_of(
    given: Mapping[str, Any] | Iterable[str] | None, fixed: Mapping[str, Any], *, by_loss: bool
) -> Space:
    """Return what is searched, checked.

    Parameters
    ----------
    given : mapping or iterable of str, optional
        Options with their ranges or choices, None for those of `SPACE`; or only their names. By
        default all of `SPACE` that suit the rest.
    fixed : mapping
        The options of `TrainConfig` that all trials have, which are not searched.
    by_loss : bool
        Whether trials are compared by their losses on held-out text.

    Raises
    ------
    ConfigError
        If an option cannot be searched, or a range or choice is out of range or does not suit
        `fixed`.

    Examples
    --------
    >>> space_of(None, {"dim": 50, "loss": "hs"}, by_loss=True)
    {'lr': (0.01, 0.15), 'epochs': (3, 30), 'subwords': ['none', '3-6', '1-3']}
    >>> space_of({"window": (2, 20)}, {}, by_loss=False)
    {'window': (2, 20)}
    """
    if given is None:
        wanted = {name: of for name, of in SPACE.items() if not by_loss or name in KEEPS_LOSS}
        return {
            name: of
            for name, of in wanted.items()
            if name not in fixed and _fault(name, of, fixed) is None
        }
    asked = dict(given) if isinstance(given, Mapping) else dict.fromkeys(given)
    if not asked:
        raise ConfigError(f"there is nothing to search: name options such as {', '.join(SPACE)}")
    found: dict[str, Range | Choices] = {}
    check_options(asked, sorted(_OPTIONS))
    for name, of in asked.items():
        _check_name(name, fixed, by_loss=by_loss)
        found[name] = _checked(name, of)
        if (fault := _fault(name, found[name], fixed)) is not None:
            raise fault
    return found


def _check_name(name: str, fixed: Mapping[str, Any], *, by_loss: bool) -> None:
    if name not in SEARCHABLE:
        raise ConfigError(
            f"{name} cannot be searched: it sets which words have vectors, how long training takes "
            f"or chance; give one value. Searched can be {', '.join(sorted(SEARCHABLE))}"
        )
    if name in fixed:
        raise ConfigError(f"{name} is given as {shown(fixed[name])}: fix it or search it, not both")
    if by_loss and name not in KEEPS_LOSS:
        raise ConfigError(
            f"{name} changes what is predicted, so the held-out losses of two trials cannot be "
            "compared: give an evaluation set (similarity or analogies), or search only "
            f"{', '.join(sorted(KEEPS_LOSS))}"
        )


def _checked(name: str, of: Any) -> Range | Choices:  # noqa: ANN401
    """Return a range or choices as given; those of `SPACE` for None."""
    if of is None and name in SPACE:
        return SPACE[name]
    if isinstance(of, tuple) and len(of) == 2 and all(map(is_finite, of)) and of[0] < of[1]:
        return _as_numbers(name, *of)
    if isinstance(of, list) and len(of) > 1:
        return of
    raise ConfigError(
        f"the search of {name} takes a range, a tuple of two numbers of which the second is "
        f"larger (on the command line {name}=2..10), or a list of two choices or more "
        f"({name}=2,5,10), got {shown(of)}"
    )


def _as_numbers(name: str, low: float, high: float) -> Range:
    """Return a range as numbers of Python, of the kind that the option has.

    Examples
    --------
    >>> _as_numbers("noise_exponent", 0, 1), _as_numbers("window", 2, 5)
    ((0.0, 1.0), (2, 5))
    """
    if name not in _REAL and isinstance(low, Integral) and isinstance(high, Integral):
        return int(low), int(high)
    return float(low), float(high)


def _fault(name: str, of: Range | Choices, fixed: Mapping[str, Any]) -> ConfigError | None:
    """Return what is wrong with a choice or an end of a range beside the options that are fixed."""
    for value in of:
        try:
            TrainConfig(**{**fixed, name: value})
        except ConfigError as error:
            return error
    return None


def is_log(of: Range) -> bool:
    """Return whether a range is searched on a logarithmic scale.

    Examples
    --------
    >>> is_log((1e-5, 1e-2)), is_log((2, 15)), is_log((-0.5, 1.0))
    (True, False, False)
    """
    return of[0] > 0 and of[1] / of[0] >= _LOG_FROM


def is_whole(of: Range) -> bool:
    """Return whether a range is one of whole numbers.

    Examples
    --------
    >>> is_whole((2, 15)), is_whole((0.0, 1.0))
    (True, False)
    """
    return all(isinstance(end, int) for end in of)

"""Recipes by which vectors are read out of the tables that training left.

Training leaves a row for each word and each n-gram, and output vectors. What is best to train is
not best to compare: a word's own row takes up what is particular to the word, and the first
principal component what is common to all (Mu, Bhat and Viswanath 2018, arXiv:1702.01417).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from firth.checks import real_number, shown, split_list, switch, whole_number
from firth.errors import ConfigError, counted, one_line

AUTO = "auto"


@dataclass(frozen=True, kw_only=True)
class Readout:
    """A recipe: how vectors are made of the trained tables, in the order of the fields.

    Parameters
    ----------
    own_row : bool
        Whether a word's own row is part of its vector, beside those of its n-grams. Words without
        n-grams keep it in any case.
    components : int
        How many principal components are removed, the largest first.
    output : float
        The share of the output vectors that are added, both tables at equal root mean square.
    unit : bool
        Whether rows are scaled to length one.
    axes : float
        Principal axes are scaled by s**axes, with s the singular value of each.

    Raises
    ------
    ConfigError
        If a field is out of range.

    Examples
    --------
    >>> Readout(components=1).is_plain, Readout().is_plain
    (False, True)
    """

    own_row: bool = True
    components: int = 0
    output: float = 0.0
    unit: bool = False
    axes: float = 0.0

    def __post_init__(self) -> None:
        """Check the fields."""
        checked = {
            "own_row": switch("own_row", self.own_row),
            "components": whole_number("components", self.components, least=0),
            "output": real_number("output", self.output, least=0.0, most=100.0),
            "unit": switch("unit", self.unit),
            "axes": real_number("axes", self.axes, least=-2.0, most=2.0),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def is_plain(self) -> bool:
        """Whether vectors are the trained rows, composed as they were trained."""
        return self == RECIPES["plain"]

    def as_json(self) -> dict[str, object]:
        """Return the fields and, if there is one, the name of the recipe, for `vectors.config`.

        Examples
        --------
        >>> Readout(components=1, output=0.5).as_json()["name"] is None
        True
        """
        name = next((name for name, recipe in RECIPES.items() if recipe == self), None)
        return {"name": name, **dataclasses.asdict(self)}


RECIPES: Mapping[str, Readout] = MappingProxyType(
    {
        "plain": Readout(),
        # Chosen on halves of three English sets, for 10 MB and 100 MB: see docs/decisions.md.
        "subword": Readout(own_row=False, components=1, output=0.5, axes=-0.25),
        # Chinese words are not told apart by their characters alone.
        "character": Readout(components=1, output=0.5, axes=-0.25),
    }
)
"""The recipes that have names."""


def parse_readout(readout: str | Readout) -> Readout:
    """Return the recipe of a name, of changes to `plain`, or of a name and changes to it.

    Raises
    ------
    ConfigError
        If it names no recipe, or a change is none or given twice.

    Examples
    --------
    >>> parse_readout("subword,output=0.3")
    Readout(own_row=False, components=1, output=0.3, unit=False, axes=-0.25)
    >>> parse_readout("unit=yes") == Readout(unit=True)
    True
    """
    if isinstance(readout, Readout):
        return readout
    if not isinstance(readout, str):
        raise _unknown(readout)
    first, *rest = split_list(readout)
    if "=" in first:
        first, rest = "plain", [first, *rest]
    if first not in RECIPES:
        raise _unknown(readout)
    changes: dict[str, Any] = {}
    for name, value in (_change(part, readout) for part in rest):
        if name in changes:
            raise ConfigError(f"readout gives {name} twice: {one_line(repr(readout))}")
        changes[name] = value
    return dataclasses.replace(RECIPES[first], **changes)


def check_readout(readout: str | Readout) -> Readout | None:
    """Return the recipe of an option `readout`; None for `auto`, which depends on the tables."""
    return None if isinstance(readout, str) and readout == AUTO else parse_readout(readout)


def best_readout(shortest: int | None, *, output: bool, dim: int) -> Readout:
    """Return the recipe that is used by default.

    Parameters
    ----------
    shortest : int or None
        The length of the shortest n-grams, 0 if a function cuts words; None without n-grams.
    output : bool
        Whether there are output vectors.
    dim : int
        D, the number of dimensions: of one or two, no component is removed. On the line that is
        left of two, all cosines are 1 or -1.
    """
    if shortest is None:
        return RECIPES["plain"]
    # What a function finds, such as strokes, tells words apart no better than characters do.
    recipe = RECIPES["character" if shortest <= 1 else "subword"]
    if dim <= 2:
        recipe = dataclasses.replace(recipe, components=0)
    return recipe if output else dataclasses.replace(recipe, output=0.0)


def check_fits(recipe: Readout, *, ngrams: bool, output: bool, dim: int) -> None:
    """Raise if a recipe needs something that is not there.

    Parameters
    ----------
    ngrams, output : bool
        Whether there are n-grams, and output vectors.
    dim : int
        D, the number of dimensions.

    Raises
    ------
    ConfigError
    """
    if not recipe.own_row and not ngrams:
        raise ConfigError(
            "a readout with own_row=no needs n-grams, and there are none: these vectors are of "
            "whole words, or from a file, which keeps no n-grams as a folder does; give another, "
            "such as 'plain,components=1'"
        )
    if recipe.output and not output:
        raise ConfigError(
            f"a readout with output={recipe.output:g} needs output vectors, and there are none; "
            "give output=0"
        )
    if recipe.components >= dim:
        raise ConfigError(
            f"components must be less than the {counted(dim, 'dimension')}, got "
            f"{recipe.components:,}"
        )


def _change(part: str, readout: str) -> tuple[str, Any]:
    name, _, value = (piece.strip() for piece in part.partition("="))
    try:
        return name, _PARSERS[name](value)
    except (KeyError, ValueError) as error:
        raise _unknown(readout) from error


def _yes_or_no(value: str) -> bool:
    return {"yes": True, "no": False}[value]


_PARSERS: Mapping[str, Callable[[str], Any]] = {
    "own_row": _yes_or_no,
    "components": int,
    "output": float,
    "unit": _yes_or_no,
    "axes": float,
}


def _unknown(readout: object) -> ConfigError:
    return ConfigError(
        f"readout must be {AUTO}, {', '.join(RECIPES)}, or changes to one, such as "
        f"'plain,components=1,output=0.2,unit=yes'; got {shown(readout)}"
    )

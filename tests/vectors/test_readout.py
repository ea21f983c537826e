"""Recipes of reading out: names, changes to them, and what they need."""

import dataclasses

import numpy as np
import pytest

from firth.errors import ConfigError
from firth.vectors.readout import (
    RECIPES,
    Readout,
    best_readout,
    check_fits,
    check_readout,
    parse_readout,
)


@pytest.mark.parametrize("name", list(RECIPES))
def test_names(name):
    assert parse_readout(name) == RECIPES[name] == check_readout(name)
    assert parse_readout(f"{name}，output=0.2") == parse_readout(f"{name},output=0.2")
    assert RECIPES[name].as_json() == {"name": name, **dataclasses.asdict(RECIPES[name])}


def test_changes():
    assert parse_readout(" plain , components = 2 , unit = yes ") == Readout(
        components=2, unit=True
    )
    assert parse_readout("output=0.5") == Readout(output=0.5)
    changed = parse_readout("subword,components=3")
    assert changed == dataclasses.replace(RECIPES["subword"], components=3)
    assert changed.as_json()["name"] is None
    assert parse_readout(changed) is changed


def test_auto_depends_on_the_tables():
    assert check_readout("auto") is None
    assert best_readout(None, output=True, dim=4).is_plain
    assert best_readout(3, output=True, dim=4) == RECIPES["subword"]
    assert best_readout(1, output=True, dim=4) == RECIPES["character"]
    assert best_readout(0, output=True, dim=4) == RECIPES["character"]
    assert best_readout(3, output=False, dim=4).output == 0.0
    assert [best_readout(3, output=True, dim=dim).components for dim in (1, 2, 3)] == [0, 0, 1]


@pytest.mark.parametrize(
    "given",
    [
        "best", "", "plain,unit", "plain,unit=maybe", "plain,colour=1", "plain,axes=x", "auto,",
        "components=1,plain", 3, None, np.ones(3),
    ],
)  # fmt: skip
def test_what_is_no_recipe(given):
    with pytest.raises(
        ConfigError, match="readout must be auto, plain, subword, character, or changes"
    ):
        check_readout(given)


def test_a_change_is_given_once():
    with pytest.raises(ConfigError, match="readout gives components twice: 'plain,comp"):
        parse_readout("plain,components=1,unit=yes,components=2")


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("own_row", "no", "own_row must be True or False"),
        ("components", -1, "components must be at least 0"),
        ("components", 1.5, "components must be a whole number"),
        ("output", -0.1, "output must be from 0"),
        ("output", float("nan"), "output must be a finite number"),
        ("unit", 2, "unit must be True or False"),
        ("axes", 3, "axes must be from -2 to 2"),
    ],
)
def test_fields_out_of_range(field, value, fault):
    with pytest.raises(ConfigError, match=fault):
        Readout(**{field: value})


@pytest.mark.parametrize(
    ("recipe", "fault"),
    [
        (Readout(own_row=False), "own_row=no needs n-grams"),
        (Readout(output=0.2), "needs output vectors, and there are none"),
        (Readout(components=4), "components must be less than the 4 dimensions, got 4"),
    ],
)
def test_what_a_recipe_needs(recipe, fault):
    with pytest.raises(ConfigError, match=fault):
        check_fits(recipe, ngrams=False, output=False, dim=4)
    check_fits(recipe, ngrams=True, output=True, dim=5)

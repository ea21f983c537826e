"""Engines by name."""

import pytest

import firth
from firth.errors import ConfigError
from firth.training.engines.registry import DEFAULT, ENGINES, engine_named


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_declares_the_name_by_which_it_is_found(name):
    for package in {"torch": ["torch"], "gpu": ["torch", "triton"]}.get(name, []):
        pytest.importorskip(package)
    assert engine_named(name).name == name


def test_the_default_is_the_one_of_train():
    vectors = firth.train([["a", "b"]] * 20, dim=4, sample=0)
    assert vectors.config["engine"] == DEFAULT


@pytest.mark.parametrize("name", ["steam", "", None, 3])
def test_other_names_are_refused_with_those_that_there_are(name):
    with pytest.raises(ConfigError) as caught:
        engine_named(name)
    assert str(caught.value) == f"engine must be {' or '.join(ENGINES)}, got {name!r}"

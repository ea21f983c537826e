"""A text with a structure, and evaluation sets for it."""

import random

import pytest

DRINKS, FOODS = ("tea", "coffee", "milk", "juice"), ("bread", "butter", "cheese", "jam")


@pytest.fixture(scope="session")
def units():
    draw = random.Random(1)
    return [[draw.choice(group) for _ in range(8)] for _ in range(300) for group in (DRINKS, FOODS)]


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "pairs.txt"
    path.write_text("tea coffee 9\ntea jam 1\nbread butter 8\nmilk cheese 2\njuice milk 7\n")
    return path

"""Recipes for good vectors, as data: what is trained, and what is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Options = Mapping[str, Any]


@dataclass(frozen=True)
class Recipe:
    """A recipe.

    Parameters
    ----------
    name : str
    models : tuple of dict
        Keywords of `firth.train`, for each model that is trained. Recipes share equal models.
    readout : str
        How vectors are read out of the trained tables.
    dim : int, optional
        To how many dimensions several models are combined.
    only : {"letters", "characters"}, optional
        The script that it is for; by default both.
    """

    name: str
    models: tuple[Options, ...]
    readout: str = "auto"
    dim: int | None = None
    only: str | None = None


WORD2VEC: Options = {"preset": "word2vec"}
PLAIN: Options = {"subwords": "none"}
LETTERS: Options = {"subwords": [3, 6]}
CHARACTERS: Options = {"subwords": [1, 2]}

RECIPES = (
    Recipe("word2vec, skip-gram", (WORD2VEC,), "plain"),
    Recipe("word2vec, CBOW", ({**WORD2VEC, "model": "cbow"},), "plain"),
    Recipe("word2vec, step size doubled", ({**WORD2VEC, "lr": 0.05},), "plain"),
    Recipe("plain, fits the text", (PLAIN,), "plain"),
    Recipe("plain CBOW, fits the text", ({**PLAIN, "model": "cbow"},), "plain"),
    Recipe("by default", ({},)),
    Recipe("subwords 3-6, as trained", (LETTERS,), "plain", only="letters"),
    Recipe("subwords 3-6", (LETTERS,), only="letters"),
    Recipe("subwords 3-6, K 10", ({**LETTERS, "negative": 10},), only="letters"),
    Recipe("subwords 4-6", ({"subwords": [4, 6]},), only="letters"),
    Recipe("subwords 2-5", ({"subwords": [2, 5]},), only="letters"),
    Recipe("subwords 1-2, as trained", (CHARACTERS,), "plain", only="characters"),
    Recipe("subwords 1-2", (CHARACTERS,), only="characters"),
    Recipe("subwords 2-3", ({"subwords": [2, 3]},), only="characters"),
    Recipe(
        "subwords 3-6, K 10, window 2", ({**LETTERS, "negative": 10, "window": 2},), only="letters"
    ),
    Recipe(
        "windows 2 and 5 combined",
        ({**LETTERS, "negative": 10, "window": 2}, {**LETTERS, "negative": 10}),
        dim=100,
        only="letters",
    ),
    Recipe(
        "windows 2, 5 and 8 combined",
        tuple({**LETTERS, "negative": 10, "window": window} for window in (2, 5, 8)),
        dim=100,
        only="letters",
    ),
    Recipe("preset fast", ({"preset": "fast"},)),
    Recipe("preset best", ({"preset": "best"},)),
)

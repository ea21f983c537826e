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
CHARACTERS: Options = {"subwords": [1, 3]}
WINDOWS: tuple[Options, ...] = tuple(
    {**LETTERS, "negative": 10, "window": window} for window in (5, 2)
)
CBOW: Options = {**PLAIN, "model": "cbow"}

# The first ones are the most important: a run may be stopped.
RECIPES = (
    Recipe("by default", ({},)),
    Recipe("word2vec", (WORD2VEC,), "plain"),
    Recipe("subwords, K 10", WINDOWS[:1], only="letters"),
    Recipe("subwords, K 10, as trained", WINDOWS[:1], "plain", only="letters"),
    Recipe(
        "subwords, K 10, a fifth of the output vectors",
        WINDOWS[:1],
        "plain,own_row=no,components=1,output=0.2",
        only="letters",
    ),
    Recipe("windows 5 and 2 combined", WINDOWS, dim=100, only="letters"),
    Recipe("windows 5 and 2 combined, D 150", WINDOWS, dim=150, only="letters"),
    Recipe("preset best", ({"preset": "best"},)),
    Recipe("preset fast", ({"preset": "fast"},), only="letters"),
    Recipe("word2vec, lr 0.05", ({**WORD2VEC, "lr": 0.05},), "plain"),
    Recipe("subwords 1-3", (CHARACTERS,), only="characters"),
    Recipe("subwords 1-3, as trained", (CHARACTERS,), "plain", only="characters"),
    Recipe("phrases 2", ({"phrases": 2},), only="letters"),
    Recipe("CBOW", (CBOW,), "plain"),
    Recipe("CBOW, true gradient", ({**CBOW, "cbow_gradient": "mean"},), "plain"),
    Recipe("hierarchical softmax", ({"loss": "hs"},)),
    Recipe("word2vec, CBOW", ({**WORD2VEC, "model": "cbow"},), "plain"),
)

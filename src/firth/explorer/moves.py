"""Two sets side by side: where a word moved after alignment, and the words that moved most."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from fastapi import Query
from numpy.typing import NDArray

from firth.explorer.pairs import Pair
from firth.explorer.questions import Text, TopWords, near
from firth.explorer.schemas import LayoutName, Moved, MovedWord, MovedWords
from firth.explorer.state import Explorer, State, explorer_router
from firth.server.dependencies import Sets, tokens
from firth.vectors.questions.nearest import Choice, neighbours_of
from firth.vectors.search import unit_rows

router = explorer_router()

Among = Annotated[int, Query(ge=1, description="Of so many of the most frequent words of both.")]


@router.get("/moved")
def moved_words(
    sets: Sets,
    state: State,
    layout: LayoutName = "pca",
    among: Among = 10_000,
    top: TopWords = 50,
) -> MovedWords:
    """Return the words that moved most, of the most frequent words of both sets.

    Words of a few occurrences move by chance: `firth drift` tells chance from change.
    """
    pair = state.pair_of(sets)
    chosen = np.argsort(pair.cosines[:among], kind="stable")[:top]
    return MovedWords(
        first=pair.first.name,
        second=pair.second.name,
        shared=len(pair.rows),
        compared=min(among, len(pair.rows)),
        mean_cosine=float(pair.cosines[:among].mean()),
        words=_moved(pair, state, chosen, layout),
    )


@router.get("/moved/word")
def moved_word(
    sets: Sets, state: State, word: Text, layout: LayoutName = "pca", top: TopWords = 20
) -> MovedWord | None:
    """Return where a word is in both sets, and its neighbours there; nothing if one lacks it."""
    pair = state.pair_of(sets)
    query = tokens(pair.first, [word])[0]
    places = np.flatnonzero(pair.rows == pair.first.vectors.index.get(query, -1))
    if not len(places):
        return None
    first, second = pair.first.vectors, pair.second.vectors
    return MovedWord(
        moved=_moved(pair, state, places, layout)[0],
        first=near(first, neighbours_of(first, [query], Choice(top))[0]),
        second=near(second, neighbours_of(second, [query], Choice(top))[0]),
    )


def _moved(
    pair: Pair, state: Explorer, chosen: NDArray[np.int64], layout: LayoutName
) -> list[Moved]:
    places = state.map_of(pair.first).layout(layout)
    rows, others = pair.rows[chosen], pair.other_rows[chosen]
    here = places.place(unit_rows(pair.first.vectors.input_vectors[rows])).tolist()
    there = places.place(unit_rows(pair.turned.input_vectors[others])).tolist()
    words = pair.first.vectors.words
    told = zip(rows.tolist(), pair.cosines[chosen].tolist(), here, there, strict=True)
    return [
        Moved(word=words[row], cosine=cosine, row=row, here=a, there=b)
        for row, cosine, a, b in told
    ]

"""What the map is drawn from: sets, words, counts, points, clusters, UMAP.

Points, counts and clusters are little-endian arrays, the most frequent word first.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import Annotated

import numpy as np
from fastapi import Query, Response
from numpy.typing import NDArray

from firth._version import __version__
from firth.explorer.schemas import (
    Description,
    LayoutName,
    Legend,
    SetDescription,
    UmapProgress,
)
from firth.explorer.state import State, all_vectors, explorer_router
from firth.server.dependencies import Sets
from firth.server.errors import ServiceError
from firth.server.schemas import SetName
from firth.vectors.questions.company import tells_company
from firth.vectors.sidecars import replica_folders

router = explorer_router()

Name = Annotated[SetName, Query(alias="set")]
# On this machine, compressing takes longer than sending.
_AS_IS = {"Content-Encoding": "identity"}
_BYTES = "application/octet-stream"
_BINARY: dict[int | str, dict[str, object]] = {
    200: {"content": {_BYTES: {}}, "description": "A little-endian array."}
}


@router.get("/sets")
def describe(sets: Sets, state: State) -> Description:
    """Return what the explorer shows."""
    described = []
    for each in sets:
        vectors, shown = each.vectors, state.map_of(each).rows
        described.append(
            SetDescription(
                name=each.name, words=len(vectors), shown=shown, dim=vectors.dim,
                counts=vectors.counts is not None, company=tells_company(vectors),
                replicas=len(replica_folders(state.paths[each.name])),
                fingerprint=each.fingerprint,
            )
        )  # fmt: skip
    texts = state.texts
    corpus = None if texts is None else ", ".join(text.name for text in texts[:3])
    return Description(
        version=__version__, vectors=all_vectors(described), sets=described, corpus=corpus
    )


@router.get("/words", response_class=Response)
def words(sets: Sets, state: State, name: Name = None) -> Response:
    """Return the words on the map as a JSON array of strings."""
    asked = sets.get(name)
    shown = state.map_of(asked).rows
    found = [str(word) for word in islice(asked.vectors, shown)]
    body = json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")
    return Response(body, media_type="application/json", headers=_AS_IS)


@router.get("/counts", response_class=Response, responses=_BINARY)
def counts(sets: Sets, state: State, name: Name = None) -> Response:
    """Return how often each word on the map occurs, as float64; nothing if that is not known."""
    asked = sets.get(name)
    known = asked.vectors.counts
    shown = state.map_of(asked).rows
    return _array(np.zeros(0) if known is None else known[:shown], "<f8")


@router.get("/points", response_class=Response, responses=_BINARY)
def points(sets: Sets, state: State, name: Name = None, layout: LayoutName = "pca") -> Response:
    """Return where the words are: x and y of each, as float32."""
    return _array(state.map_of(sets.get(name)).layout(layout).points, "<f4")


@router.get("/clusters", response_class=Response, responses=_BINARY)
def clusters(sets: Sets, state: State, name: Name = None) -> Response:
    """Return the number of the cluster of each word, as one byte."""
    return _array(state.map_of(sets.get(name)).clusters[0], "u1")


@router.get("/legend")
def legend(sets: Sets, state: State, name: Name = None) -> Legend:
    """Return typical words of each cluster."""
    asked = sets.get(name)
    labels, typical = state.map_of(asked).clusters
    sizes = np.bincount(labels, minlength=len(typical)).tolist()
    listed = asked.vectors.words
    return Legend(words=[[listed[row] for row in rows] for rows in typical], sizes=sizes)


@router.get("/umap")
def umap_progress(sets: Sets, state: State, name: Name = None) -> UmapProgress:
    """Return how far UMAP is."""
    return state.map_of(sets.get(name)).umap.progress()


@router.post("/umap")
def start_umap(sets: Sets, state: State, name: Name = None) -> UmapProgress:
    """Begin UMAP in the background, unless it runs or is done; it is kept beside the vectors.

    Raises
    ------
    ServiceError
        If there are too few words.
    """
    asked = state.map_of(sets.get(name))
    if asked.rows < 4:
        raise ServiceError(422, "too_few_words", f"UMAP needs at least 4 words, got {asked.rows}")
    asked.umap.start()
    return asked.umap.progress()


def _array(values: NDArray[np.generic], dtype: str) -> Response:
    body = np.ascontiguousarray(values, dtype=dtype).tobytes()
    return Response(body, media_type=_BYTES, headers=_AS_IS)

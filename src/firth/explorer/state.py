"""What the explorer keeps: of each set its map, its replicas and its UMAP; of two, the pair."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Query, Request
from numpy.typing import NDArray

from firth.corpus.sources import TextFile
from firth.errors import ConfigError, VocabularyError
from firth.explorer.layouts import Layout, NeighbourEmbedding, PrincipalComponents
from firth.explorer.map_file import KeptMap
from firth.explorer.pairs import Pair
from firth.explorer.schemas import EXPLORER_ERRORS, SetDescription
from firth.explorer.umap_job import UmapJob
from firth.server.dependencies import Sets, known_parameters
from firth.server.errors import ServiceError
from firth.server.sets import VectorSet, VectorSets
from firth.vectors import Vectors
from firth.vectors.clusters import spherical_k_means, typical_rows
from firth.vectors.search import unit_rows
from firth.vectors.sidecars import load_replicas, replica_folders

# The words on the map, the most frequent first.
MOST_POINTS = 1_000_000
PCA, UMAP = "pca", "umap"


class WordMap:
    """The map of one set.

    Parameters
    ----------
    asked : VectorSet
    path : path
        Where its vectors are.
    """

    def __init__(self, asked: VectorSet, path: Path) -> None:
        self.fingerprint, self.vectors, self.path = asked.fingerprint, asked.vectors, path
        self.rows = min(len(asked.vectors), MOST_POINTS)
        self.umap = UmapJob(path, self.rows, KeptMap(path, asked.vectors))
        self._lock = threading.Lock()
        self._layouts: dict[str, Layout] = {}

    @cached_property
    def unit(self) -> NDArray[np.float32]:
        """The vectors of the words on the map, of length one (V, D)."""
        return unit_rows(self.vectors.input_vectors[: self.rows])

    @cached_property
    def clusters(self) -> tuple[NDArray[np.uint8], list[list[int]]]:
        """The cluster of each word, and the rows of typical words of each cluster."""
        labels, centres = spherical_k_means(self.unit)
        return labels.astype(np.uint8), typical_rows(self.unit, labels, centres)

    @cached_property
    def replicas(self) -> list[Vectors]:
        """The replicas beside the vectors; none if there are none."""
        return load_replicas(self.path) if replica_folders(self.path) else []

    def layout(self, name: str) -> Layout:
        """Return a layout.

        Raises
        ------
        ServiceError
            If there is none of that name yet.
        """
        with self._lock:
            if name not in self._layouts:
                self._layouts[name] = self._make(name)
            return self._layouts[name]

    def _make(self, name: str) -> Layout:
        if name == PCA:
            return PrincipalComponents(self.unit)
        points = self.umap.points() if name == UMAP else None
        if points is None:
            raise ServiceError(404, "no_layout", f"there is no layout {name!r} yet; make it first")
        return NeighbourEmbedding(self.unit, points)


class Explorer:
    """The state of the application.

    Parameters
    ----------
    paths : mapping of str to path
        Where the vectors of each set are.
    texts : sequence of TextFile, optional
        The corpus, for lines in context.
    """

    def __init__(self, paths: Mapping[str, Path], texts: Sequence[TextFile] | None) -> None:
        self.paths, self.texts = dict(paths), texts
        self._maps: dict[str, WordMap] = {}
        self._lock = threading.Lock()
        self._pair: Pair | None = None
        self._aligning = threading.Lock()

    def map_of(self, asked: VectorSet) -> WordMap:
        """Return the map of a set: a new one if its vectors were read anew.

        Raises
        ------
        ServiceError
            If the set has no words.
        """
        if not len(asked.vectors):
            raise ServiceError(422, "no_words", f"{asked.name!r} has no words")
        with self._lock:
            known = self._maps.get(asked.name)
            if known is None or known.fingerprint != asked.fingerprint:
                if known is not None:
                    known.umap.stop()
                known = WordMap(asked, self.paths[asked.name])
                self._maps[asked.name] = known
            return known

    def pair_of(self, sets: VectorSets) -> Pair:
        """Return the first two sets, aligned: anew if the vectors of one were read anew.

        Raises
        ------
        ServiceError
            If there is only one set, or the two have no word in common or other dimensions.
        """
        both = list(sets)
        if len(both) < 2:
            raise ServiceError(404, "one_set", "there is one set; give two: firth explore A B")
        first, second = both[:2]
        with self._aligning:
            known = self._pair
            if known is None or known.first is not first or known.second is not second:
                try:
                    known = self._pair = Pair.of(first, second)
                except VocabularyError as error:
                    raise ServiceError(422, "nothing_shared", str(error)) from None
                except ConfigError as error:
                    raise ServiceError(422, "other_dimensions", str(error)) from None
            return known


def explorer_of(request: Request) -> Explorer:
    """Return the state of the application."""
    found: Explorer = request.app.state.explorer
    return found


State = Annotated[Explorer, Depends(explorer_of)]


def all_vectors(sets: Iterable[VectorSet | SetDescription]) -> str:
    """Return what differs if the vectors of a set are others."""
    return "-".join(each.fingerprint for each in sets)


async def same_vectors(
    sets: Sets,
    vectors: Annotated[
        str | None,
        Query(max_length=200, description="As `/explorer/sets` tells: for no answer of others."),
    ] = None,
) -> None:
    """Refuse what is asked of other vectors: their rows are not those that a page shows.

    Raises
    ------
    ServiceError
        If the vectors were read anew.
    """
    if vectors is not None and vectors != all_vectors(sets):
        raise ServiceError(
            409, "other_vectors", "the vectors were read anew; load the page again to see them"
        )


def explorer_router() -> APIRouter:
    """Return a router for some of the explorer's routes, with what stands before all of them."""
    return APIRouter(
        prefix="/explorer",
        responses=EXPLORER_ERRORS,
        tags=["explorer"],
        dependencies=[Depends(known_parameters), Depends(same_vectors)],
    )

"""Approximate search in a graph of near rows (HNSW), by usearch.

Candidates come from the graph; their cosines are computed exactly, so only words can be missing.
From Malkov and Yashunin (2016).

V rows of the table · D dimensions · n queries · k answers to a query · e rows to leave out
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from firth.bars import Bar, are_bars_shown
from firth.checks import one_of, real_number
from firth.errors import FirthError, FormatError, MissingExtraError, one_line, reraise, warn
from firth.io.atomic import atomic_write, check_writable
from firth.io.json_files import read_json, write_json
from firth.vectors.blocks import row_blocks
from firth.vectors.search import Floats, cosines, unit_rows

if TYPE_CHECKING:
    from firth.vectors.word_rows import WordRows

GRAPH, FACTS = "graph.usearch", "index.json"
NUMBERS = ("i8", "bf16", "f16", "f32")
# The library of the index does not tell why it cannot write.
_ROOM = "see whether there is room on the disk"
# How an index is built, for messages.
_BUILD = "firth index VECTORS, or in Python vectors.build_index(path)"
# More neighbours of each row find more and take longer.
_CONNECTIVITY = 32
_EXPANSION_ADD = 128
# How many of the nearest rows so far a search goes on from: the smallest that finds enough is kept.
_EFFORTS = (12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
# The answers to each question by which that is measured.
_TOP = 10
# At most so many candidates are looked at exactly for each answer.
_CANDIDATES = 6
# Scores of the same row differ by less, whether it is compared with one query or many.
_EQUAL = 1e-6
_SAMPLED_ROWS = 256
_ADDED_AT_ONCE = 4096
# The largest int8, and the share of the numbers of rows that are no larger when scaled.
_LARGEST, _SHARE = 127, 0.999
_SAMPLED_BYTES, _PIECE = 64, 1 << 12
# What an index says of itself, and how each must be.
_FACTS: dict[str, Callable[[Any], bool]] = {
    "scale": lambda scale: scale is None or (type(scale) is float and 0 < scale < np.inf),
    "effort": lambda effort: type(effort) is int and 0 < effort <= _EFFORTS[-1],
    "recall": lambda recall: type(recall) is float and 0 <= recall <= 1,
}


class ApproximateIndex:
    """A graph of the rows of some vectors, for `best` as `ExactIndex` has it.

    Parameters
    ----------
    graph : usearch.index.Index
    vectors : WordRows
        The vectors whose rows it holds, except rows of zeros.
    scale : float, optional
        The factor of rows of length one that are int8 in the graph.
    effort : int
        How many of the nearest rows so far a search for up to ten answers goes on from.
    recall : float
        The share of the ten nearest words that is found so, as `measure` returned it.
    """

    def __init__(
        self,
        graph: Any,  # noqa: ANN401
        vectors: WordRows,
        scale: float | None,
        effort: int = _EFFORTS[-1],
        recall: float = 1.0,
    ) -> None:
        self._graph, self._vectors, self._scale = graph, vectors, scale
        self.effort, self.recall = effort, recall

    def best(
        self, queries: Floats, k: int, exclude: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], Floats]:
        """Return rows (n, k), best first, and their cosines; -1 and minus infinity at the end.

        Parameters
        ----------
        queries : (n, D) float32
            Of length one or zero; those have no answers.
        k : int
        exclude : (n, e) int64
            For each query, rows that are not answers. Negative numbers are ignored.
        """
        k = min(k, len(self._vectors))
        # More answers need more effort. Rows that are left out may all be near.
        candidates = min(_CANDIDATES * k, max(self.effort, -(-self.effort * k // _TOP)))
        wanted = min(candidates + exclude.shape[1], len(self._graph))
        indices = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        asked = np.flatnonzero(queries.any(axis=1))
        for block in row_blocks(len(asked), max(1, wanted * queries.shape[1])):
            some = asked[block]
            rows, found = self._best(queries[some], k, exclude[some], wanted)
            indices[some, : rows.shape[1]], scores[some, : rows.shape[1]] = rows, found
        return indices, scores

    def _best(
        self, queries: Floats, k: int, exclude: NDArray[np.int64], wanted: int
    ) -> tuple[NDArray[np.int64], Floats]:
        self._graph.expansion_search = max(self.effort, wanted)
        found = self._graph.search(_scaled(queries, self._scale), wanted)
        # In the order of rows, so that equal scores stay in it.
        rows = np.sort(np.atleast_2d(found.keys).astype(np.int64), axis=1)
        scores = cosines(self._vectors.input_vectors[rows], queries[:, np.newaxis])
        scores[(rows[:, :, np.newaxis] == exclude[:, np.newaxis, :]).any(axis=2)] = -np.inf
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        lines = np.arange(len(rows))[:, np.newaxis]
        best = scores[lines, order]
        return np.where(np.isneginf(best), -1, rows[lines, order]), best

    def measure(self, recall: float) -> None:
        """Choose the smallest effort that finds a share of the ten nearest words.

        It is measured on 256 words. If no effort finds the share, the largest is taken.
        """
        rows = np.array(_spread(len(self._vectors), _SAMPLED_ROWS), dtype=np.int64)
        queries = unit_rows(self._vectors.input_vectors[rows])
        nearest, scores = self._vectors._exact.best(queries, _TOP, rows[:, np.newaxis])
        # Of words with the same vector, one is as good as the other.
        least = np.where(nearest < 0, np.inf, scores - _EQUAL).min(axis=1, initial=np.inf)
        right = np.count_nonzero(nearest >= 0)
        for self.effort in _EFFORTS:
            _, found = self.best(queries, _TOP, rows[:, np.newaxis])
            kept = np.count_nonzero(found >= least[:, np.newaxis])
            self.recall = min(1.0, float(kept) / float(right)) if right else 1.0
            if self.recall >= recall:
                return

    def save(self, path: Path) -> None:
        """Write the graph and what it belongs to into a folder; an old index is replaced.

        Raises
        ------
        FirthError
            If the folder holds other files, or cannot be written.
        """
        check_place(path)
        with atomic_write(path, folder=True) as folder:
            with reraise(FirthError, f"write {path}", OSError, RuntimeError, advice=_ROOM):
                self._graph.save(os.fspath(folder / GRAPH))
            facts = {
                "vectors": _fingerprint(self._vectors),
                "graph": _sample_digest(folder / GRAPH),
                "scale": self._scale,
                "effort": self.effort,
                "recall": self.recall,
            }
            write_json(facts, folder / FACTS, "the facts of an index")


def check_place(path: Path) -> None:
    """Raise if an index cannot be written to a path, before it is built."""
    check_writable(path, folder=True)
    with reraise(FirthError, f"write {path}"):
        names = {file.name for file in path.iterdir()} if path.exists() else set()
    others = sorted(names - {FACTS, GRAPH})
    if others or (names and FACTS not in names):
        more = f"more than an index ({one_line(repr(others[0]))})" if others else ""
        held = more if FACTS in names else "no index"
        raise FirthError(f"cannot write {path}: it holds {held}; move it to another place")


def build_index(
    vectors: WordRows, numbers: str, recall: float, *, progress: bool | None = None
) -> ApproximateIndex:
    """Build the graph of some vectors, on all processors.

    Parameters
    ----------
    vectors : WordRows
    numbers : {"i8", "bf16", "f16", "f32"}
        How the graph keeps numbers.
    recall : float
        Which share of the ten nearest words its searches should find.
    progress : bool, optional
        Whether to show a progress bar.

    Raises
    ------
    ConfigError
        If there is no such kind of numbers, or `recall` is not between 0 and 1.
    MissingExtraError
        If usearch is not installed.
    """
    one_of("numbers", numbers, choices=NUMBERS)
    recall = real_number("recall", recall, least=0.0, most=1.0)
    bar = Bar("indexing", " words", shown=are_bars_shown(progress))
    scale = _scale_of(vectors.input_vectors) if numbers == "i8" else None
    graph = _usearch().Index(
        # Products of unit rows are cosines, and faster than usearch's own.
        ndim=vectors.dim,
        metric="ip",
        dtype=numbers,
        connectivity=_CONNECTIVITY,
        expansion_add=_EXPANSION_ADD,
    )
    with bar:
        for block in _blocks(*vectors.shape):
            units = unit_rows(vectors.input_vectors[block])
            rows = np.flatnonzero(units.any(axis=1))
            graph.add((rows + block.start).astype(np.uint64), _scaled(units[rows], scale))
            bar.move(block.stop, len(vectors))
    index = ApproximateIndex(graph, vectors, scale)
    index.measure(recall)
    if index.recall < recall:
        more = "" if numbers == "f32" else "; other numbers than i8 may find more"
        warn(
            f"the index finds {index.recall:.3f} of the ten nearest words at most, and recall is "
            f"{recall}{more}"
        )
    return index


def _blocks(rows: int, columns: int) -> Iterator[slice]:
    """Cut the rows into blocks, each of which is added within about a second."""
    for block in row_blocks(rows, columns):
        for first in range(block.start, block.stop, _ADDED_AT_ONCE):
            yield slice(first, min(first + _ADDED_AT_ONCE, block.stop))


def _scale_of(matrix: Floats) -> float:
    """Return a factor that makes most numbers of rows of length one large, but no larger than int8.

    Usearch would take 127, with which 300 numbers of one row are mostly less than 10.
    """
    units = unit_rows(matrix[_spread(len(matrix), _SAMPLED_ROWS)])
    numbers = np.abs(units[units.any(axis=1)])
    return _LARGEST / float(np.quantile(numbers, _SHARE)) if numbers.any() else 1.0


def _scaled(units: Floats, scale: float | None) -> Floats | NDArray[np.int8]:
    """Return rows of length one as the graph takes them."""
    if scale is None:
        return units
    rounded: NDArray[np.int8] = np.rint(units * scale).clip(-_LARGEST, _LARGEST).astype(np.int8)
    return rounded


def open_index(vectors: WordRows, path: Path) -> ApproximateIndex:
    """Open a folder that `ApproximateIndex.save` wrote; the graph is mapped.

    A damaged copy is recognised, a file that was made to do harm is not: open what you trust.

    Raises
    ------
    FormatError
        If there is no index, it belongs to other vectors, or is damaged.
    MissingExtraError
        If usearch is not installed.
    """
    with reraise(FormatError, f"read {path}"):
        if not (path / FACTS).is_file() or not (path / GRAPH).is_file():
            raise FormatError(f"{path} is no index; build one: {_BUILD}")
        facts: dict[str, Any] = read_json(path / FACTS)
        if facts.get("graph") != _sample_digest(path / GRAPH):
            raise FormatError(f"{path / GRAPH}: damaged; build the index again: {_BUILD}")
    for name, is_right in _FACTS.items():
        if not is_right(facts.get(name, "")):
            raise FormatError(
                f"{path / FACTS} is damaged or of an older Firth: it has no {name}; build the "
                f"index again: {_BUILD}"
            )
    if facts.get("vectors") != _fingerprint(vectors):
        raise FormatError(f"{path} is the index of other vectors; build one of these: {_BUILD}")
    try:
        graph = _usearch().Index.restore(os.fspath(path / GRAPH), view=True)
    except (RuntimeError, ValueError) as error:
        raise FormatError(f"{path / GRAPH}: damaged: {one_line(str(error))}") from error
    if graph is None or graph.ndim != vectors.dim:
        raise FormatError(f"{path / GRAPH}: damaged; build the index again: {_BUILD}")
    return ApproximateIndex(graph, vectors, facts["scale"], facts["effort"], facts["recall"])


def _usearch() -> Any:  # noqa: ANN401
    try:
        import usearch.index
    except ImportError as error:
        raise MissingExtraError("usearch", "ann") from error
    return usearch.index


def _fingerprint(vectors: WordRows) -> str:
    """Return a digest of the number of words and of some of them with their rows."""
    V, D = vectors.shape
    digest = hashlib.blake2b(f"{V} {D}".encode(), digest_size=16)
    for row in _spread(V, _SAMPLED_ROWS):
        digest.update(repr(vectors._words[row]).encode())
        digest.update(np.ascontiguousarray(vectors.input_vectors[row], "<f4").data)
    return digest.hexdigest()


def _sample_digest(path: Path) -> str:
    """Return a digest of the size of a file and of pieces of it, so that mapping stays fast."""
    size = path.stat().st_size
    digest = hashlib.blake2b(str(size).encode(), digest_size=16)
    with path.open("rb") as file:
        for piece in _spread(-(-size // _PIECE), _SAMPLED_BYTES):
            file.seek(piece * _PIECE)
            digest.update(file.read(_PIECE))
    return digest.hexdigest()


def _spread(length: int, most: int) -> Sequence[int]:
    """Return up to `most` of the numbers below `length`, with the first and the last.

    Examples
    --------
    >>> _spread(3, 5), _spread(100, 3)
    ([0, 1, 2], [0, 49, 99])
    """
    found: list[int] = np.linspace(0, length - 1, min(length, most)).astype(int).tolist()
    return found

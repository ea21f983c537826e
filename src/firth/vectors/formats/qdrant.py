"""The folder of Qdrant's client in local mode, with one collection of points.

Writing needs the extra `qdrant`. Reading needs nothing, and runs nothing.

=================================== ================================================================
`meta.json`                         the collections, and how each measures distances
`collection/NAME/storage.sqlite`    a table `points`: a key and a pickled point, which has a vector
                                    and a payload, here the `word`, and its `count` if it is known
=================================== ================================================================
"""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import io
import pickle
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.checks import INT64_MAX
from firth.errors import FirthError, FormatError, MissingExtraError, counted, one_line
from firth.io.atomic import atomic_write
from firth.io.compression import open_regular
from firth.io.json_files import read_json
from firth.vectors.formats.pickles import Bag, read_pickle
from firth.vectors.formats.precision import blocks
from firth.vectors.formats.row_store import RowStore
from firth.vectors.formats.selection import Selection, selected
from firth.vectors.formats.texts import TextRule
from firth.vectors.table import Table, Token

HAS_FOLDERS = True
META, COLLECTIONS, STORAGE = "meta.json", "collection", "storage.sqlite"
# The name of the collection that is written.
COLLECTION = "words"
RULE = TextRule("Qdrant")
_POINT = "qdrant_client.http.models.models.PointStruct"
_SCHEMA = "CREATE TABLE points (id TEXT PRIMARY KEY, point BLOB)"
_ADVICE = "read its points with qdrant-client, and make vectors of them"
_BLOCK_POINTS = 1024
# Where SQLite keeps what it has not written yet, or would take back.
_JOURNALS = ("-journal", "-wal")
# The client finds a point by its key, which is of this protocol.
_PROTOCOL = 4


def read(path: Path, selection: Selection) -> Table:
    """Read the words and vectors of the points in a collection, and counts if all have one.

    Raises
    ------
    FormatError
        If there is not one collection, it is damaged, or a point is not a word and its vector.
    """
    storage = path / COLLECTIONS / _collection_of(path) / STORAGE
    words: list[Token] = []
    counts: list[object] = []
    store, dim = RowStore(selection.folder), 0
    for points in _blocks_of(_points(storage)):
        found = [_word_and_vector(point, storage) for point in points]
        dim = dim or len(found[0][1])
        for (word, vector), point in zip(found, points, strict=True):
            if len(vector) != dim:
                raise FormatError(
                    f"{storage}: the point of the word {one_line(repr(word))} has "
                    f"{counted(len(vector), 'number')}, and the first {dim:,}"
                )
            words.append(word)
            counts.append(point["payload"].get("count"))
        store.add(_rows([vector for _, vector in found], storage))
    if not words:
        raise FormatError(f"{storage}: the collection has no points")
    table = Table(words=words, input_vectors=store.matrix(), counts=_counts(counts))
    return selected(table, path, selection)


def _collection_of(path: Path) -> str:
    """Return the name of the only collection."""
    found: Any = read_json(path / META).get("collections")
    if not isinstance(found, dict):
        raise FormatError(f"{path / META}: damaged: it has no collections")
    names = list(found)
    if len(names) != 1:
        told = ", ".join(sorted(one_line(repr(name)) for name in names)[:5])
        raise FormatError(
            f"{path}: has {counted(len(names), 'collection')}{f' ({told})' if told else ''}; Firth "
            "reads a folder with one"
        )
    # It becomes a part of a path.
    if names[0] in ("", ".", "..") or set(names[0]) & set("/\\:\0"):
        raise FormatError(f"{path / META}: {one_line(repr(names[0]))} is no name of a folder")
    return str(names[0])


def _points(storage: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the attributes of each point, in the order in which they were written."""
    # Its messages for what is no file are those of all formats.
    with open_regular(storage):
        size = storage.stat().st_size
    _check_finished(storage)
    try:
        # A database that is only read leaves no journal beside it.
        place = f"{storage.absolute().as_uri()}?mode=ro&immutable=1"
        with contextlib.closing(sqlite3.connect(place, uri=True)) as database:
            # No value is longer than the file, whatever it promises.
            longest = database.getlimit(sqlite3.SQLITE_LIMIT_LENGTH)
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(1, min(size, longest)))
            _check_database(database, storage, size)
            for (encoded,) in database.execute("SELECT point FROM points ORDER BY rowid"):
                yield _point(encoded, storage)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise FormatError(f"{storage}: damaged: {one_line(str(error))}") from error


def _check_finished(storage: Path) -> None:
    """Raise if a program that was killed, or still writes, left half of a change in the database.

    The rest is in a journal beside it, which a database that is only read does not look at.
    """
    for ending in _JOURNALS:
        journal = storage.with_name(storage.name + ending)
        if journal.is_file() and journal.stat().st_size:
            raise FormatError(
                f"{storage}: its last change is not finished ({journal.name}); open the folder "
                "with qdrant-client, and close it"
            )


def _check_database(database: sqlite3.Connection, storage: Path, size: int) -> None:
    """Raise unless it is whole, and has the table that Qdrant makes: a view could be a program."""
    (page,) = database.execute("PRAGMA page_size").fetchone()
    if size % page:
        # SQLite takes zeros for what is missing.
        raise FormatError(f"{storage}: damaged: its last page is cut short")
    parts = database.execute("SELECT type, sql FROM sqlite_master WHERE name = 'points'").fetchall()
    if parts != [("table", _SCHEMA)]:
        raise FormatError(f"{storage}: is no collection of Qdrant: it has no table of points")


def _point(encoded: object, storage: Path) -> Mapping[str, Any]:
    if not isinstance(encoded, bytes):
        raise FormatError(f"{storage}: damaged: a point is no pickle")
    bag = read_pickle(
        io.BytesIO(encoded), storage, {_POINT}, _ADVICE, program="Qdrant's local mode"
    )
    point = bag.get("__dict__") if isinstance(bag, Bag) else None
    if not isinstance(point, dict) or not isinstance(point.get("payload"), dict):
        raise FormatError(f"{storage}: damaged, or a point has no payload")
    return point


def _word_and_vector(point: Mapping[str, Any], storage: Path) -> tuple[Token, list[float]]:
    word, vector = point["payload"].get("word"), point.get("vector")
    if isinstance(vector, dict) and len(vector) == 1:
        (vector,) = vector.values()
    if type(word) not in (str, int):
        raise FormatError(
            f"{storage}: a point has no word: its payload must have one under the name 'word'"
        )
    if not isinstance(vector, list) or not vector or not set(map(type, vector)) <= {int, float}:
        raise FormatError(
            f"{storage}: the point of the word {one_line(repr(word))} must have one vector, a list "
            "of numbers"
        )
    return word, vector


def _rows(vectors: Sequence[list[float]], storage: Path) -> NDArray[np.float32]:
    try:
        # What is too large for float32 becomes infinite, which `Vectors` refuses.
        with np.errstate(over="ignore"):
            return np.array(vectors, np.float64).astype(np.float32)
    except OverflowError as error:
        raise FormatError(f"{storage}: a number of a vector is too large") from error


def _blocks_of(points: Iterator[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    some: list[Mapping[str, Any]] = []
    for point in points:
        some.append(point)
        if len(some) == _BLOCK_POINTS:
            yield some
            some = []
    if some:
        yield some


def _counts(found: list[object]) -> NDArray[np.int64] | None:
    """Return counts, or None unless each word has one."""
    numbers = [n for n in found if isinstance(n, int) and type(n) is int and 0 <= n <= INT64_MAX]
    return np.array(numbers, np.int64) if len(numbers) == len(found) else None


def is_replaceable(path: Path) -> bool:
    """Return whether a folder holds the collection that is written, and no other."""
    try:
        if _collection_of(path) != COLLECTION:
            return False
        return [each.name for each in (path / COLLECTIONS).iterdir()] == [COLLECTION]
    except (FirthError, OSError):
        return False


def check_package() -> None:
    """Raise MissingExtraError if qdrant-client, which writing needs, is not installed."""
    if importlib.util.find_spec("qdrant_client") is None:
        raise MissingExtraError("qdrant_client", "qdrant")


def write(table: Table, path: Path) -> None:
    """Write a folder that `QdrantClient(path=...)` opens, with the collection `words`.

    Raises
    ------
    FormatError
        If a word is not Unicode, or an integer and a text would be the same word.
    MissingExtraError
        If qdrant-client is not installed.
    """
    check_package()
    from qdrant_client import QdrantClient, models

    RULE.texts(table.words, path)
    with atomic_write(path, folder=True) as temporary:
        with contextlib.closing(QdrantClient(path=str(temporary))) as client:
            shape = models.VectorParams(
                size=table.input_vectors.shape[1], distance=models.Distance.COSINE
            )
            client.create_collection(COLLECTION, vectors_config=shape)
        (temporary / ".lock").unlink(missing_ok=True)
        storage = temporary / COLLECTIONS / COLLECTION / STORAGE
        # The client keeps all points in memory, and ends a transaction after each.
        with contextlib.closing(sqlite3.connect(storage)) as database, database:
            database.executemany(
                "INSERT INTO points VALUES (?, ?)", _encoded(table, models.PointStruct)
            )


def _encoded(table: Table, make: Any) -> Iterator[tuple[str, bytes]]:  # noqa: ANN401
    """Yield the key and the pickled point of each word, as the client writes them."""
    row = 0
    for block in blocks(table.input_vectors):
        for vector in block.tolist():
            payload: dict[str, Token] = {"word": table.words[row]}
            if table.counts is not None:
                payload["count"] = int(table.counts[row])
            point = make(id=row, vector=vector, payload=payload)
            key = base64.b64encode(pickle.dumps(row, protocol=_PROTOCOL)).decode()
            yield key, pickle.dumps(point, protocol=_PROTOCOL)
            row += 1

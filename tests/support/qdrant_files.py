"""Folders as Qdrant's client writes them in local mode, made without it."""

import base64
import contextlib
import json
import pickle
import sqlite3
import sys
from types import ModuleType
from unittest import mock

MODULE = "qdrant_client.http.models.models"
_PARTS = MODULE.split(".")
MODULES = {".".join(_PARTS[: n + 1]): ModuleType(_PARTS[n]) for n in range(len(_PARTS))}
TABLE = "CREATE TABLE points (id TEXT PRIMARY KEY, point BLOB)"


class PointStruct:
    """A point, which is pickled as pydantic pickles its models."""

    __module__ = MODULE

    def __init__(self, **attributes):
        self.attributes = attributes

    def __getstate__(self):
        return {
            "__dict__": self.attributes,
            "__pydantic_extra__": None,
            "__pydantic_fields_set__": set(self.attributes),
            "__pydantic_private__": None,
        }


MODULES[MODULE].PointStruct = PointStruct


def point(row, vector, protocol=4, **payload):
    """Return a pickled point."""
    with mock.patch.dict(sys.modules, MODULES):
        made = PointStruct(id=row, vector=vector, payload=payload)
        return pickle.dumps(made, protocol)


def points(words, matrix, counts=None, protocol=4):
    """Return the pickled points of some words."""
    return [
        point(
            row, vector, protocol, word=word, **({} if counts is None else {"count": counts[row]})
        )
        for row, (word, vector) in enumerate(zip(words, matrix.tolist(), strict=True))
    ]


def write_folder(path, encoded, names=("words",), table=TABLE):
    """Write a folder with collections, each of these points."""
    path.mkdir(exist_ok=True)
    (path / "meta.json").write_text(json.dumps({"collections": {name: {} for name in names}}))
    for name in names:
        folder = path / "collection" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "storage.sqlite").unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(folder / "storage.sqlite")) as database, database:
            database.execute("PRAGMA synchronous = OFF")
            database.execute(table)
            for row, point in enumerate(encoded):
                key = base64.b64encode(pickle.dumps(row, 4)).decode()
                database.execute("INSERT INTO points VALUES (?, ?)", (key, point))
    return path

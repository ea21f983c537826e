"""The vectors in a vocabulary of spaCy: a folder, as `spacy.vocab.Vocab.to_disk` writes it.

Needs the extra `spacy`.

============== =================================================================================
`strings.json` a list of texts; the key of a text is its hash, by MurmurHash
`key2row`      the row of each key, in MessagePack; several words may share a row
`vectors`      (rows, D) float32, as NumPy writes an array
`vectors.cfg`  whether words are looked up, or hashed as floret does
`lookups.bin`  other tables of a language, which are neither read nor written
============== =================================================================================
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import srsly
from spacy.strings import StringStore
from spacy.vectors import Vectors
from spacy.vocab import Vocab

from firth.errors import FormatError, counted, one_line
from firth.io.atomic import atomic_write
from firth.io.compression import open_regular
from firth.io.contents import holds
from firth.io.json_files import read_json, read_json_list
from firth.io.mistaken import refuse_mistaken
from firth.vectors.formats.arrays import map_array
from firth.vectors.formats.floret import composed, subwords_of, words_asked
from firth.vectors.formats.selection import Selection, selected
from firth.vectors.formats.texts import TextRule
from firth.vectors.table import Table

STRINGS, ROWS, VECTORS, CONFIG = "strings.json", "key2row", "vectors", "vectors.cfg"
RULE = TextRule("a vocabulary of spaCy")
# What reading a damaged file raises.
_DAMAGES = (ValueError, TypeError, KeyError, OverflowError, MemoryError, RecursionError)


def read(path: Path, selection: Selection) -> Table:
    """Read the words that have a row, and their vectors.

    Raises
    ------
    FormatError
        If a file is missing or damaged, or holds a table of floret, and no words are named.
    """
    config = read_json(path / CONFIG) if holds(path, CONFIG) else {}
    if config.get("mode") == "floret":
        return _read_floret(config, path, selection)
    rows = _read_rows(path / ROWS)
    words = _words_of(rows, path)
    matrix = map_array(path / VECTORS)
    places = list(rows.values())
    if matrix.ndim != 2 or (places and not 0 <= min(places) <= max(places) < len(matrix)):
        raise FormatError(f"{path}: the rows in {ROWS} are not those of {VECTORS}, {matrix.shape}")
    if not places:
        raise FormatError(f"{path}: the vocabulary has no vectors")
    whole = places == list(range(len(matrix)))
    table = Table(words=words, input_vectors=matrix if whole else matrix[places])
    return selected(table, path, selection)


def _read_floret(config: dict[str, Any], path: Path, selection: Selection) -> Table:
    """Read a table into which any word is hashed, for the words of the selection."""
    words = words_asked(selection, path)
    names = ("minn", "maxn", "hash_count", "hash_seed")
    numbers: list[Any] = [config.get(name) for name in names]
    if any(type(number) is not int for number in numbers):
        raise FormatError(f"{path}: {CONFIG} should have whole numbers as {', '.join(names)}")
    least, most, hashes, seed = numbers
    if least < 2:
        raise FormatError(
            f"{path}: spaCy cuts n-grams of {counted(least, 'character')} otherwise than floret; "
            "read the .floret file that the table was made of"
        )
    matrix = map_array(path / VECTORS)
    if matrix.ndim != 2 or matrix.dtype.kind != "f" or 0 in matrix.shape:
        raise FormatError(f"{path}: {VECTORS} should hold rows of floats, not {matrix.shape}")
    marks: Any = config.get("bow", "<"), config.get("eow", ">")
    subwords = subwords_of(least, most, len(matrix), (hashes, seed, *marks), path)
    return composed(words, matrix, subwords)


def _read_rows(path: Path) -> dict[int, int]:
    """Return the row of each key."""
    with open_regular(path) as file:
        refuse_mistaken(file, path)
        encoded = file.read()
    try:
        rows: Any = srsly.msgpack_loads(encoded)
    except _DAMAGES as error:
        raise FormatError(f"{path}: damaged: {one_line(str(error) or 'cut short')}") from error
    if not isinstance(rows, dict) or any(
        type(number) is not int for pair in rows.items() for number in pair
    ):
        raise FormatError(f"{path}: damaged: expected a number for each of several numbers")
    return rows


def _words_of(rows: dict[int, int], path: Path) -> list[str]:
    """Return the texts of keys."""
    # spaCy's own reader of JSON has faults where a file is damaged.
    texts: list[Any] = read_json_list(path / STRINGS)
    try:
        strings = StringStore(texts)
        return [strings[key] for key in rows]
    except _DAMAGES as error:
        raise FormatError(
            f"{path}: {STRINGS} is damaged, or lacks a word of {ROWS}: {one_line(str(error))}"
        ) from error


def write(table: Table, path: Path) -> None:
    """Write a vocabulary, which `spacy.vocab.Vocab().from_disk` reads.

    Raises
    ------
    FormatError
        If a word is not Unicode, or two have one key.
    """
    words = RULE.texts(table.words, path)
    vocab = Vocab()
    keys = np.array([vocab.strings.add(word) for word in words], np.uint64)
    if len(np.unique(keys)) < len(words):
        raise FormatError(f"cannot write {path}: two words have the same key in spaCy")
    vocab.vectors = Vectors(strings=vocab.strings, data=table.input_vectors, keys=keys)
    with atomic_write(path, folder=True) as temporary:
        vocab.to_disk(temporary)

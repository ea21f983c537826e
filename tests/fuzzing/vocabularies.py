"""Vocabularies of spaCy, one file of each damaged; needs spaCy."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
from damage import BYTES, JSON, LINES, Damage
from readers import HEADER, Reader, vectors_reader

from firth.vectors import Vectors


def _words(name: str, damages: list[Damage], scratch: Path) -> Reader:
    """Damage one file of a vocabulary of words."""
    path, originals = scratch / "vocab", []
    numbers = np.random.default_rng(11).normal(size=(45, 3)).astype(np.float32)
    few = ["tea", "茶", "", "new york", "NOUN"]
    several = [few, few + [f"w{number}" for number in range(40)]]
    # What stays there fits to both: all words where rows are damaged, else rows of the few.
    for words in several if name == "key2row" else several[::-1]:
        Vectors(words, numbers[: len(words)]).save(path, format="spacy")
        originals.append((path / name).read_bytes())
    return _reader(originals, damages, path, name)


def _floret(name: str, damages: list[Damage], scratch: Path) -> Reader:
    """Damage one file of a vocabulary that is a table of floret."""
    from spacy.vectors import Vectors as Table
    from spacy.vocab import Vocab

    path, originals = scratch / "vocab", []
    numbers = np.random.default_rng(12).normal(size=(20, 3)).astype(np.float32)
    for options in ({"minn": 3, "maxn": 6, "hash_count": 2}, {"minn": 2, "maxn": 2, "bow": "é"}):
        vocab = Vocab()
        vocab.vectors = Table(
            mode="floret", strings=vocab.strings, data=numbers, hash_seed=7, **options
        )
        vocab.to_disk(path)
        originals.append((path / name).read_bytes())
    words = ["tea", "茶", "", "</s>", "\ud800", "new york", 7]
    return _reader(originals, damages, path, name, words=words)


def _reader(
    originals: list[bytes], damages: list[Damage], path: Path, name: str, **options: object
) -> Reader:
    reader = vectors_reader(originals, damages, path, path / name, **options)
    # MessagePack and headers of arrays become Python's own values.
    constant = 2 * HEADER
    return dataclasses.replace(reader, constant=lambda seed: reader.constant(seed) + constant)


READERS: dict[str, Callable[[Path], Reader]] = {
    "spacy-rows": functools.partial(_words, "key2row", BYTES),
    "spacy-strings": functools.partial(_words, "strings.json", JSON),
    "spacy-vectors": functools.partial(_words, "vectors", LINES),
    "spacy-floret": functools.partial(_floret, "vectors.cfg", JSON),
}

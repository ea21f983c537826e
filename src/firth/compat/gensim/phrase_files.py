"""Files of phrases: Firth's JSON, and gensim's pickles, in which nothing is run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from firth.compat.gensim.replacing import check_destination_read_by
from firth.errors import FormatError
from firth.io.atomic import atomic_write
from firth.io.compression import open_regular
from firth.io.json_files import read_json, write_json
from firth.io.paths import to_path
from firth.vectors.formats.pickles import Bag, Named, read_pickle

_MODULE = "gensim.models.phrases."
# What a pickle begins with, in all protocols since 2.
_PICKLE = b"\x80"
_KINDS = ("Phrases", "FrozenPhrases")
_SCORERS = {f"{_MODULE}original_scorer": "default", f"{_MODULE}npmi_scorer": "npmi"}
_ALLOWED = frozenset({*(_MODULE + kind for kind in _KINDS), *_SCORERS})
# What files hold of each class, and of which type it is.
_NUMBER = (int, float)
_SHARED: Mapping[str, type | tuple[type, ...]] = {
    "min_count": _NUMBER, "threshold": _NUMBER, "delimiter": str, "scoring": str,
    "connector_words": (list, tuple),
}  # fmt: skip
_FIELDS: Mapping[str, Mapping[str, type | tuple[type, ...]]] = {
    "Phrases": {
        **_SHARED, "vocab": dict, "corpus_word_count": int, "min_reduce": int,
        "max_vocab_size": int, "progress_per": int,
    },
    "FrozenPhrases": {**_SHARED, "phrasegrams": dict},
}  # fmt: skip


def save_phrases(told: Mapping[str, object], fname: str | os.PathLike[str]) -> None:
    """Write what phrases are made of as JSON, in the place of phrases or an empty file only."""
    path = to_path("fname", fname)
    check_destination_read_by(load_phrases, path, "phrases")
    with atomic_write(path) as temporary:
        write_json(told, temporary, "the phrases")


def load_phrases(fname: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what `save_phrases` or gensim 4 wrote, checked; `kind` is the class.

    Raises
    ------
    FormatError
        If the file holds something else, or a pickle names what is not gensim's.
    """
    path = to_path("fname", fname)
    with open_regular(path) as file:
        is_pickle = file.peek(1)[:1] == _PICKLE
    told = _unpickled(path) if is_pickle else read_json(path)
    kind = told.get("kind")
    if kind not in _FIELDS:
        raise FormatError(f"{path}: holds no phrases of firth.compat.gensim or gensim")
    for name, types in _FIELDS[str(kind)].items():
        if not isinstance(told.get(name), types):
            raise FormatError(f"{path}: damaged phrases: {name} is missing, or of another type")
    connectors: Any = told["connector_words"]
    if not all(isinstance(word, str) for word in connectors):
        raise FormatError(f"{path}: damaged phrases: a connector word is no text")
    counts: Any = told["vocab" if kind == "Phrases" else "phrasegrams"]
    if not all(isinstance(word, str) for word in counts):
        raise FormatError(f"{path}: damaged phrases: a phrase is no text")
    if not all(type(number) in _NUMBER for number in counts.values()):
        raise FormatError(f"{path}: damaged phrases: a count or score is no number")
    return {"kind": kind, **{name: told[name] for name in _FIELDS[str(kind)]}}


def _unpickled(path: Path) -> dict[str, Any]:
    """Return what a pickle of gensim 4 holds, as `save_phrases` would have it."""
    with open_regular(path) as file:
        bag = read_pickle(file, path, _ALLOWED, "save it with gensim 4, or learn the phrases again")
    if not isinstance(bag, Bag) or not isinstance(bag.state, dict):
        raise FormatError(f"{path}: holds no phrases of gensim")
    scoring = bag.state.get("scoring")
    name = scoring.name if isinstance(scoring, Named) else None
    return {
        "progress_per": 10_000,
        **bag.state,
        "kind": bag.name.removeprefix(_MODULE),
        "scoring": _SCORERS.get(str(name)),
    }

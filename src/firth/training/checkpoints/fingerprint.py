"""The fingerprint of a run, so that only the same run resumes its checkpoint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from firth._version import __version__
from firth.corpus import Corpus
from firth.training.task import Task


def made_by(task: Task) -> dict[str, object]:
    """Return what else changes the bytes of the vectors: the version of Firth, the arithmetic."""
    return {"Firth": __version__, **task.engine.arithmetic(task.config)}


def differences(before: Mapping[str, object], now: Mapping[str, object]) -> str:
    """Return in words how two results of `made_by`, or two fingerprints, differ.

    Examples
    --------
    >>> differences({"dim": 100, "window": 5, "lr": 0.1}, {"dim": 200, "window": 5, "lr": 0.2})
    'dim was 100, is now 200; lr was 0.1, is now 0.2'
    """
    return "; ".join(
        f"{name} was {before.get(name)!r}, is now {now.get(name)!r}"
        for name in {**before, **now}
        if before.get(name) != now.get(name)
    )


def fingerprint_of(task: Task) -> dict[str, object]:
    """Return text, options, engine, start and frozen words of a run, as JSON can hold them.

    The number of threads and what to do on divergence are no part of it: they may change when the
    run continues.
    """
    options = task.config.as_json()
    del options["threads"], options["on_divergence"]
    corpus, initial, composition = task.corpus, task.initial, task.composition
    return {
        **options,
        "n-grams": None if composition is None else _digest(composition.starts, composition.rows),
        "engine": task.engine.name,
        "text": f"{task.size:,} words to train on, {corpus.held_out:,} held out, "
        f"{task.words:,} distinct ({corpus.digest()[:16]})",
        "start": None if initial is None else _digest(initial.ids, *initial.tables.values()),
        "frozen": _digest(task.frozen),
        "tags of documents": _digest_of_tags(corpus),
    }


def _digest_of_tags(corpus: Corpus) -> str | None:
    """Return the number of tags and a digest of them and of those of each unit; None without."""
    tags, documents = corpus.document_tags, corpus.tokens.documents
    if documents is None:
        return None
    digest = hashlib.blake2b(json.dumps(tags).encode(), digest_size=8)
    for array in (documents.offsets, documents.rows):
        digest.update(np.ascontiguousarray(array).data)
    return f"{documents.count:,} tags ({digest.hexdigest()})"


def _digest(*arrays: NDArray[np.int64] | NDArray[np.int32] | NDArray[np.float32]) -> str | None:
    """Return the length of arrays and a digest, or None if they are empty."""
    if sum(array.size for array in arrays) == 0:
        return None
    digest = hashlib.blake2b(digest_size=8)
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return f"{len(arrays[0]):,} words ({digest.hexdigest()})"

"""What a run is a run of, so that it goes on from a checkpoint of its own and of no other."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
from numpy.typing import NDArray

from firth.corpus import Corpus
from firth.training.config import TrainConfig
from firth.training.engine import Initial, MakeEngine


def identity_of(
    corpus: Corpus,
    config: TrainConfig,
    make_engine: MakeEngine,
    initial: Initial | None,
    frozen: NDArray[np.int64],
) -> dict[str, object]:
    """Tell what a run is a run of, as JSON can hold it.

    The number of threads is no part of it: it may be another when the run goes on.

    Parameters
    ----------
    corpus, config
        What is trained, and how.
    make_engine : callable
        The class of the engine.
    initial : Initial, optional
        Vectors to start from.
    frozen : int64
        Ids of words whose vectors do not change.
    """
    options = dataclasses.asdict(config)
    # Nor does it change what is trained already if a run that diverged shall now go back.
    del options["threads"], options["on_divergence"]
    start = () if initial is None else (initial.ids, initial.input_vectors, initial.output_vectors)
    trained = corpus.tokens.size - corpus.held_out
    return {
        **options,
        "engine": getattr(make_engine, "__name__", repr(make_engine)),
        "text": f"{trained:,} words to train on, {corpus.held_out:,} held out, "
        f"{len(corpus.vocabulary):,} distinct ({corpus.digest()[:16]})",
        "start": _digest(*start),
        "frozen": _digest(frozen),
    }


def _digest(*arrays: NDArray[np.int64] | NDArray[np.float32]) -> str | None:
    """Give the length of arrays and a digest, or None where they hold nothing."""
    if sum(array.size for array in arrays) == 0:
        return None
    digest = hashlib.blake2b(digest_size=8)
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return f"{len(arrays[0]):,} words ({digest.hexdigest()})"

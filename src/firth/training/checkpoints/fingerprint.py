"""What a run is a run of, so that it goes on from a checkpoint of its own and of no other."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from firth._version import __version__
from firth.compilation.emitter import WIDTH
from firth.compilation.processor import processor_features
from firth.corpus import Corpus
from firth.training.checkpoints.state import RunSpec
from firth.training.config import TrainConfig
from firth.training.engines.base import Initial, MakeEngine

# The features on which the arithmetic of the kernels and of NumPy depends. Processors that differ
# in others give the same bytes.
_ARITHMETIC = {
    "avx", "avx2", "avx512bw", "avx512dq", "avx512f", "avx512vl", "fma", "neon", "sve",
}  # fmt: skip


def spec_of(
    corpus: Corpus,
    config: TrainConfig,
    make_engine: MakeEngine,
    initial: Initial | None,
    frozen: NDArray[np.int64],
) -> RunSpec:
    """Return what a run is, as far as its checkpoints must fit it.

    Parameters
    ----------
    corpus, config, make_engine, initial, frozen
        As for `identity_of`.
    """
    return RunSpec(
        identity=identity_of(corpus, config, make_engine, initial, frozen),
        made_by=made_by(),
        same_bytes=config.deterministic,
        words=corpus.vocabulary.words,
        dim=config.dim,
        epochs=config.epochs,
        size=corpus.tokens.size - corpus.held_out,
        most_pairs=1 if config.model == "cbow" else 2 * config.window,
        held_out=corpus.held_out > 0,
        keeps_best=config.patience is not None,
    )


def made_by() -> dict[str, object]:
    """Return what changes the bytes of vectors beside the run itself, as JSON can hold it."""
    features = sorted(_ARITHMETIC & processor_features())
    return {"firth": __version__, "vector": WIDTH, "features": features}


def describe_difference(before: Mapping[str, object], now: Mapping[str, object]) -> str | None:
    """Return in words how two results of `made_by` differ, or None where they do not.

    Examples
    --------
    >>> before = {"firth": "0.1.0", "vector": 8, "features": ["avx", "fma"]}
    >>> describe_difference(before, {"firth": "0.2.0", "vector": 4, "features": []})
    'with Firth 0.1.0 (this is 0.2.0), on a processor with vectors of 8 numbers (this one has 4)'
    >>> describe_difference(before, {**before, "features": ["avx", "avx2"]})
    'on a processor with fma (this one has none), on a processor without avx2 (this one has it)'
    """
    said = []
    if before.get("firth") != now["firth"]:
        said.append(f"with Firth {before.get('firth')} (this is {now['firth']})")
    if before.get("vector") != now["vector"]:
        length = before.get("vector")
        said.append(
            f"on a processor with vectors of {length} numbers (this one has {now['vector']})"
        )
    elif before.get("features") != now["features"]:
        # What a longer vector needs is said with its length.
        had, has = (set(_names(each.get("features"))) for each in (before, now))
        for names, pattern in (
            (had - has, "on a processor with {} (this one has none)"),
            (has - had, "on a processor without {} (this one has it)"),
        ):
            if names:
                said.append(pattern.format(", ".join(sorted(names))))
    return ", ".join(said) or None


def _names(features: object) -> Iterable[str]:
    return map(str, features) if isinstance(features, list) else ()


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
    """Return the length of arrays and a digest, or None where they hold nothing."""
    if sum(array.size for array in arrays) == 0:
        return None
    digest = hashlib.blake2b(digest_size=8)
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return f"{len(arrays[0]):,} words ({digest.hexdigest()})"

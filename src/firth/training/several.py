"""Several models of a call: what is kept of each, and the vectors they are combined to."""

from __future__ import annotations

from collections.abc import Sequence

from firth.vectors import Vectors
from firth.vectors.combination import combine


def without_tables(vectors: Vectors) -> Vectors:
    """Return all that combining needs; the tables would take memory while others train."""
    return Vectors(
        vectors.words,
        vectors.input_vectors,
        counts=vectors.counts,
        config=vectors.config,
        phrases=vectors.phrases,
    )


def combine_models(models: Sequence[Vectors]) -> Vectors:
    """Return the vectors of several models combined, with a record of what they share."""
    vectors, first = combine(models, dim=models[0].dim), models[0].config
    vectors.config.update({name: first[name] for name in ("engine", "options", "corpus")})
    return vectors

"""Training again on samples of the text, to see how much vectors vary."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from firth.checks import shown, whole_number
from firth.corpus import Corpus, TokenStore, read_corpus
from firth.errors import ConfigError
from firth.other_names import explain_keywords
from firth.pipeline import train
from firth.training.config import TrainConfig
from firth.vectors import Readout, Vectors
from firth.vectors.vectors import check_vectors

if TYPE_CHECKING:
    from firth.corpus.reading import Source

# Pieces of a long unit: long enough that few windows are cut.
PIECE = 1_000


@explain_keywords
def replicate(
    vectors: Vectors,
    source: Source | Corpus,
    *,
    runs: int = 5,
    epochs: int | None = None,
    progress: bool | None = None,
) -> Iterator[Vectors]:
    """Train the same vectors again, each time on another bootstrap sample of the text.

    A sample has as many units as the text, drawn with replacement; units of more than 1,000 words
    are cut into pieces. Each run also has other random numbers. `firth.neighbour_intervals` tells
    from the replicas how sure neighbours are.

    Parameters
    ----------
    vectors : Vectors
        As `firth.train` returned them, or from the folder that it saved.
    source : path, list of paths, iterable of token lists, or Corpus
        What the vectors were trained on. A text is read as it was then. With a tokenizer or
        phrases of your own, give the corpus that `read_corpus` returned.
    runs : int
        The number of replicas. Each takes as long as the training did.
    epochs : int, optional
        Fewer passes are faster, and vary more: intervals become wider than they should.
    progress : bool, optional
        As for `train`.

    Yields
    ------
    Vectors
        With words and input vectors only, one after the other.

    Raises
    ------
    ConfigError
        If it is not known how the vectors were trained, or the text has other words.

    Examples
    --------
    >>> units = [["green", "tea"], ["hot", "tea"], ["old", "king"], ["king", "rode"]] * 100
    >>> vectors = train(units, dim=8, sample=0, threads=1)
    >>> replicas = list(replicate(vectors, units, runs=3))
    >>> replicas[0].words == vectors.words
    True
    """
    check_vectors("vectors", vectors)
    whole_number("runs", runs, least=2)
    options: Any = vectors.config.get("options")
    if not isinstance(options, Mapping) or vectors.counts is None:
        raise ConfigError(
            "it is not known how these vectors were trained; take the folder that training saved"
        )
    if epochs is not None:
        options = {**options, "epochs": whole_number("epochs", epochs, least=1)}
    corpus = source if isinstance(source, Corpus) else _read_again(vectors, source, options)
    _check_words(vectors, corpus)
    recipe = _recipe_of(vectors)
    return _replicas(corpus, options, recipe, runs, progress)


def _replicas(
    corpus: Corpus, options: Mapping[str, Any], recipe: Readout, runs: int, progress: bool | None
) -> Iterator[Vectors]:
    for run in range(1, runs + 1):
        # Far from the seeds that a user counts up.
        seed = (int(options["seed"]) + run * 1_000_003) % 2**63
        config = TrainConfig(**{**options, "seed": seed})
        trained = train(_sampled(corpus, seed), config=config, readout=recipe, progress=progress)
        yield Vectors(trained.words, trained.input_vectors, counts=trained.counts)


def _sampled(corpus: Corpus, seed: int) -> Corpus:
    """Return a bootstrap sample of the training part of a corpus, with the same vocabulary."""
    trained = corpus.tokens.size - corpus.held_out
    offsets = corpus.tokens.offsets
    offsets = offsets[offsets <= trained]
    ids = corpus.tokens.ids[:trained]
    is_long = np.diff(offsets) > PIECE
    long = zip(offsets[:-1][is_long].tolist(), offsets[1:][is_long].tolist(), strict=True)
    ends = np.unique(np.concatenate([offsets, *(np.arange(*unit, PIECE) for unit in long)]))
    drawn = np.random.default_rng(seed).integers(len(ends) - 1, size=len(ends) - 1)
    lengths = np.diff(ends)[drawn]
    begins = np.concatenate([[0], np.cumsum(lengths)])
    places = np.arange(begins[-1]) + np.repeat(ends[drawn] - begins[:-1], lengths)
    tokens = TokenStore(ids[places], begins.astype(np.int64))
    return dataclasses.replace(corpus, tokens=tokens, held_out=0, unit_numbers=None)


def _read_again(vectors: Vectors, source: Source, options: Mapping[str, Any]) -> Corpus:
    how: Any = vectors.config.get("corpus")
    known = isinstance(how, Mapping) and {"tokenizer", "lowercase", "normalization"} <= set(how)
    if not known or how["tokenizer"] == "custom" or vectors.phrases is not None:
        raise ConfigError(
            "it is not known how the text of these vectors was read; give the corpus that "
            "firth.read_corpus returned"
        )
    return read_corpus(
        source,
        tokenizer=how["tokenizer"],
        lowercase=how["lowercase"],
        normalization=how["normalization"],
        min_count=options["min_count"],
        max_vocab=options["max_vocab"],
    )


def _check_words(vectors: Vectors, corpus: Corpus) -> None:
    if tuple(corpus.vocabulary.words) != vectors.words:
        raise ConfigError(
            f"the text has {len(corpus.vocabulary):,} words, not the {len(vectors):,} of the "
            "vectors, or others; give the text that the vectors were trained on"
        )


def _recipe_of(vectors: Vectors) -> Readout:
    told: Any = vectors.config.get("readout", {})
    names = {field.name for field in dataclasses.fields(Readout)}
    if not isinstance(told, Mapping) or not names <= set(told):
        raise ConfigError(f"it is not known how these vectors were read out, got {shown(told)}")
    return Readout(**{name: told[name] for name in names})

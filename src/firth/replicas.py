"""Training again on samples of the text, to see how much vectors vary."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from firth.checks import shown, whole_number
from firth.corpus import Corpus, TokenStore, Vocabulary, read_corpus
from firth.errors import ConfigError, counted
from firth.other_names import explain_keywords
from firth.pipeline import train
from firth.ranges import joined_ranges
from firth.training.advice import without_advice
from firth.training.config import TrainConfig
from firth.vectors import Readout, Vectors
from firth.vectors.vectors import check_vectors

if TYPE_CHECKING:
    from firth.corpus.reading import Source

# Pieces of a long unit: long enough that few windows are cut.
PIECE = 1_000

# From fewer, no interval can be computed.
LEAST_REPLICAS = 2


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
        What the vectors were trained on. A text is read as it was then, with the same phrases; a
        share that was held out may be drawn too. With a tokenizer of your own, give the corpus
        that `read_corpus` returned.
    runs : int
        The number of replicas. Each takes as long as the training did.
    epochs : int, optional
        Fewer passes are faster, and vary more: intervals become wider than they should. By
        default as many as the vectors have.
    progress : bool, optional
        As for `train`.

    Yields
    ------
    Vectors
        With words and input vectors only, one after the other.

    Raises
    ------
    ConfigError
        If it is not known how the vectors were trained, or they were trained on from others, or
        the text has other words.

    Examples
    --------
    >>> units = [["green", "tea"], ["hot", "tea"], ["old", "king"], ["king", "rode"]] * 100
    >>> vectors = train(units, dim=8, sample=0, threads=1)
    >>> replicas = list(replicate(vectors, units, runs=3))
    >>> replicas[0].words == vectors.words
    True
    """
    check_vectors("vectors", vectors)
    check_numbers(runs, epochs)
    options: Any = vectors.config.get("options")
    if not isinstance(options, Mapping) or vectors.counts is None:
        raise ConfigError(
            "it is not known how these vectors were trained; take the folder that training saved"
        )
    if vectors.config.get("start") is not None:
        raise ConfigError(
            "these vectors were trained on from others (start), and replicas begin anew; replicate "
            "vectors that were trained on one text from the beginning"
        )
    if epochs is None:
        # Fewer than the option, if the loss on held-out text stopped the run.
        told: Any = vectors.config
        epochs = told.get("epoch", options["epochs"])
    options = {**options, "epochs": whole_number("epochs", epochs, least=1)}
    # Nothing is held out of a sample, and no checkpoint is written.
    options.update(patience=None, on_divergence="stop")
    if options.get("windows") is not None:
        del options["window"]
    corpus = source if isinstance(source, Corpus) else _read_again(vectors, source, options)
    _check_words(vectors, corpus)
    recipe = _recipe_of(vectors)
    return _replicas(corpus, options, recipe, runs, progress)


def check_numbers(runs: int, epochs: int | None) -> None:
    """Raise `ConfigError` if the replicas or their passes are too few."""
    whole_number("runs", runs, least=LEAST_REPLICAS)
    if epochs is not None:
        whole_number("epochs", epochs, least=1)


def _replicas(
    corpus: Corpus, options: Mapping[str, Any], recipe: Readout, runs: int, progress: bool | None
) -> Iterator[Vectors]:
    # Words are chosen already.
    chosen = {"min_count", "max_vocab"}
    options = {name: value for name, value in options.items() if name not in chosen}
    for run in range(1, runs + 1):
        # Far from the seeds that a user counts up.
        seed = (int(options["seed"]) + run * 1_000_003) % 2**63
        config = TrainConfig(**{**options, "seed": seed})
        sample = _sampled(corpus, seed)
        # The first training has told it, and neither text nor options can be others.
        with without_advice():
            trained = train(sample, config=config, readout=recipe, progress=progress)
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
    places, begins = joined_ranges(ends[drawn], np.diff(ends)[drawn])
    documents = corpus.tokens.documents
    if documents is not None:
        documents = documents.of(np.searchsorted(offsets, ends[drawn], side="right") - 1)
    tokens = TokenStore(ids[places], begins, documents=documents)
    return dataclasses.replace(corpus, tokens=tokens, held_out=0, unit_numbers=None)


def _read_again(vectors: Vectors, source: Source, options: Mapping[str, Any]) -> Corpus:
    how: Any = vectors.config.get("corpus")
    documents = vectors.document_table
    if documents is not None and documents.tags is not None:
        raise ConfigError(
            "these vectors have documents with tags, which a text does not tell; give the corpus "
            "that with_documents returned"
        )
    known = isinstance(how, Mapping) and {"tokenizer", "lowercase", "normalization"} <= set(how)
    if not known or how["tokenizer"] == "custom":
        raise ConfigError(
            "it is not known how the text of these vectors was read; give the corpus that "
            "firth.read_corpus returned"
        )
    words = Vocabulary(vectors.words, [] if vectors.counts is None else vectors.counts)
    chosen: dict[str, Any] = {name: options[name] for name in ("min_count", "max_vocab")}
    if "vocabulary" in how:
        chosen = {"vocabulary": words, "min_count": 1}
    elif vectors.phrases is not None:
        chosen["phrases"] = vectors.phrases
    kept, held_out = how.get("words_kept"), how.get("words_held_out", 0)
    if held_out and "max_vocab" in chosen:
        # The most frequent words of the whole text may be others.
        chosen["max_vocab"] = None
    reading = {name: how[name] for name in ("tokenizer", "lowercase", "normalization")}
    corpus = read_corpus(source, **reading, **chosen)
    if held_out:
        # Words were chosen without the share that was held out.
        corpus = _with_words(corpus, words)
    size = corpus.tokens.size
    if (held_out or "vocabulary" in how) and size not in (kept, kept + held_out):
        raise ConfigError(
            f"of the text, {counted(size, 'word')} would be trained on, and it was {kept:,}; give "
            "the text that the vectors were trained on"
        )
    return corpus


def _with_words(corpus: Corpus, words: Vocabulary) -> Corpus:
    """Return a corpus with other words: those that it lacks are added, and others left out."""
    ids = words.find(corpus.vocabulary)[corpus.tokens.ids]
    kept = np.append(0, np.cumsum(ids >= 0))
    offsets = np.unique(kept[corpus.tokens.offsets])
    tokens = TokenStore(ids[ids >= 0], offsets)
    return dataclasses.replace(corpus, vocabulary=words, tokens=tokens, unit_numbers=None)


def _check_words(vectors: Vectors, corpus: Corpus) -> None:
    if tuple(corpus.vocabulary.words) != vectors.words:
        raise ConfigError(
            f"the text has {len(corpus.vocabulary):,} words, not the {len(vectors):,} of the "
            "vectors, or others; give the text that the vectors were trained on"
        )


def _recipe_of(vectors: Vectors) -> Readout:
    # Models that were combined are read out alike.
    config: Any = vectors.config
    told = config.get("combined", [config])[0].get("readout", {})
    names = {field.name for field in dataclasses.fields(Readout)}
    if not isinstance(told, Mapping) or not names <= set(told):
        raise ConfigError(f"it is not known how these vectors were read out, got {shown(told)}")
    return Readout(**{name: told[name] for name in names})

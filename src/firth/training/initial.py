"""Vectors from which a run starts: what is checked, and the tables they give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.corpus import Corpus, Vocabulary
from firth.corpus.vocabulary import Token
from firth.errors import ConfigError, VocabularyError, counted, one_line, warn
from firth.subwords import Subwords, word_bags
from firth.training.config import TrainConfig
from firth.training.engines.base import INPUT, OUTPUT, Initial
from firth.vectors import Vectors

# What the sum of a word's n rows is divided by is this power of n.
_EXPONENT = 0.5


def check_known(start: Vectors | None, corpus: Corpus) -> None:
    """Raise if a corpus that was read before lacks words of the vectors to start from."""
    missing = [word for word in start or () if word not in corpus.vocabulary]
    if missing:
        raise ConfigError(
            f"the corpus lacks {counted(len(missing), 'word')} of the vectors to start from, such "
            f"as {one_line(repr(missing[0]))}; read it with the start of read_corpus, or give "
            "train the text itself"
        )


def check_cut(start: Vectors | None, config: TrainConfig) -> None:
    """Raise if the vectors to start from have other n-grams than the run."""
    known = None if start is None or start.raw is None else start.raw.subwords
    if known is None or config.subwords == "none":
        return
    how = config.subwords
    asked = "a function" if callable(how) else _describe_cut(*how, config.buckets)
    had = "a function"
    if not known.by_function:
        had = _describe_cut(known.least, known.most, known.buckets)
    if known.floret is not None:
        had += ", hashed as floret does, which is not trained"
    if asked != had:
        raise ConfigError(
            f"the vectors to start from have subwords by {had}: give the same, or "
            "subwords='none' for their composed vectors"
        )


def _describe_cut(least: int, most: int, buckets: int | None) -> str:
    return f"{least}-{most}" + ("" if buckets is None else f" in {counted(buckets, 'bucket')}")


def cut_of(start: Vectors) -> dict[str, Any]:
    """Return the options by which the words of the vectors to start from are cut, if they are."""
    known = None if start.raw is None else start.raw.subwords
    if known is None:
        return {}
    if known.floret is not None:
        warn(
            "the vectors to start from have n-grams that are hashed as floret does, which is not "
            "trained: whole words are, from the composed vectors"
        )
        return {}
    how = known.cut if known.by_function else (known.least, known.most)
    if how is None:
        warn(
            "the vectors to start from have subwords by a function, which is not saved with them: "
            "whole words are trained, from the composed vectors; give subwords=function for both"
        )
        return {}
    return {"subwords": how, "buckets": known.buckets}


def known_words(start: Vectors) -> Vocabulary:
    """Return the words of the vectors to start from; those without counts count once."""
    counts = np.ones(len(start), np.int64) if start.counts is None else start.counts
    return Vocabulary(start.words, np.maximum(counts, 1))


def initial_of(start: Vectors, vocabulary: Vocabulary, config: TrainConfig) -> Initial:
    """Return what was trained, which is not always what was read out."""
    ids, raw = ids_of(start.words, vocabulary), start.raw
    vectors = (start if raw is None else start.read_out("plain")).input_vectors
    if config.documents == "alone":
        # Words are outputs only there: their vectors are the rows of that table.
        return Initial(ids, {OUTPUT: vectors})
    tables, subwords, composed = {INPUT: vectors}, None, None
    if raw is not None and raw.subwords is not None and config.subwords != "none":
        rows, scale = raw.input, _scale_of_rows(raw.subwords, start.words)
        tables = {INPUT: rows if scale == 1 else rows * scale}
        subwords, composed = raw.subwords, vectors
    # In a tree no output row belongs to a word.
    if start.output_vectors is not None and config.loss == "ns":
        tables[OUTPUT] = start.output_vectors
    return Initial(ids, tables, subwords, composed)


def _scale_of_rows(subwords: Subwords, words: Sequence[Token]) -> np.float32:
    """Return what rows are multiplied by for words to be as long as before, on average.

    Other tools divide the sum of a word's n rows by another power of n than its root.
    """
    if subwords.exponent == _EXPONENT:
        return np.float32(1.0)
    sizes = np.diff(word_bags(subwords, words)[0]).astype(np.float64)
    return np.float32((sizes ** (_EXPONENT - subwords.exponent)).mean())


def ids_of(words: Iterable[Token], vocabulary: Vocabulary) -> NDArray[np.int64]:
    """Return the ids of words; one that is not in the vocabulary raises `VocabularyError`."""
    return np.array([_id_of(word, vocabulary) for word in words], np.int64)


def _id_of(word: Token, vocabulary: Vocabulary) -> int:
    try:
        return vocabulary.id_of(word)
    except VocabularyError as error:
        if isinstance(word, str) and re.search(r"\s|.[,;].", word):
            raise VocabularyError(f"{error}; give words one by one: in a file one a line") from None
        raise

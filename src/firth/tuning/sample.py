"""A sample of a corpus: pieces of it, drawn at random."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from firth.corpus import Corpus, read_corpus
from firth.corpus.holdout import PIECE
from firth.corpus.vocabulary import Token

# Keeps these random numbers apart from those of training, which start from the same seed.
_STREAM = int.from_bytes(b"tune")


def sample_corpus(
    corpus: Corpus, words: int, *, holdout: float, seed: int, min_count: int, max_vocab: int | None
) -> Corpus:
    """Return a corpus of at most so many words of another, a part of them held out.

    It is made of pieces in their order: lines or token lists, or 1,000 words of longer ones. Its
    vocabulary is counted anew. A corpus that is small enough, of which nothing is held out, is
    returned as it is.

    Parameters
    ----------
    corpus : Corpus
        Without a part that is held out.
    words : int
        If the first piece is longer, it is taken nevertheless.
    holdout : float
        The share that is held out.
    seed : int
        Start of the random numbers.
    min_count, max_vocab : int
        Which words of the sample are kept; see `read_corpus`.
    """
    if corpus.tokens.size <= words and holdout == 0.0:
        return corpus
    places = choose_pieces(corpus.tokens.offsets, words, seed)
    units = _words_of(corpus, places)
    sample = read_corpus(
        units, holdout=holdout, seed=seed, min_count=min_count, max_vocab=max_vocab
    )
    # What the text is spelled with decides which options fit it.
    return dataclasses.replace(sample, script=corpus.script)


def choose_pieces(offsets: NDArray[np.int64], words: int, seed: int) -> NDArray[np.int64]:
    """Return where some pieces begin and end, (pieces, 2), in their order.

    Examples
    --------
    >>> choose_pieces(np.array([0, 2, 1500]), 2000, 1).tolist()
    [[0, 2], [2, 1002], [1002, 1500]]
    """
    counts = -(-np.diff(offsets) // PIECE)
    ends = np.repeat(offsets[1:], counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    starts = np.repeat(offsets[:-1], counts) + (np.arange(len(ends)) - first) * PIECE
    pieces = np.stack([starts, np.minimum(starts + PIECE, ends)], axis=1)
    order = np.random.default_rng([seed, _STREAM]).permutation(len(pieces))
    taken = np.cumsum(np.diff(pieces[order], axis=1)) <= words
    taken[0] = True
    return pieces[np.sort(order[taken])]


def _words_of(corpus: Corpus, places: NDArray[np.int64]) -> Iterator[list[Token]]:
    vocabulary, tokens = corpus.vocabulary.words, corpus.tokens
    for start, stop in places.tolist():
        yield [vocabulary[token] for token in tokens.ids[start:stop].tolist()]

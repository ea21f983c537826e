"""What models of gensim do with `firth.train`, and what they need and tell.

V words · D dimensions
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import firth
from firth.compat.gensim.key_table import Key
from firth.compat.gensim.keyed_vectors import KeyedVectors
from firth.compat.gensim.options import NotSupported
from firth.compat.gensim.sentences import MAX_WORDS_IN_BATCH
from firth.corpus import Corpus
from firth.errors import CorpusError, warn
from firth.training.run import NothingSampled
from firth.vectors import Vectors

if TYPE_CHECKING:
    from firth.compat.gensim.word2vec import Word2Vec

# A word as text, in the list and the dictionaries of words, and its count.
_BYTES_OF_WORD = 300


def stays(model: Word2Vec, source: Any, error: CorpusError) -> tuple[int, int]:  # noqa: ANN401
    """Return the words trained and read of a text that leaves a trained model as it is.

    Raises
    ------
    CorpusError
        If the model has not been trained, so that its vectors mean nothing yet.
    """
    if not model._is_trained:
        raise error
    warn(f"the model stays as it is: {error}")
    model.train_count += 1
    if model._corpus is not None and model._given is source:
        return 0, model.epochs * model._corpus.words_read
    # It was refused while it was read.
    units: Any = source if isinstance(source, list | tuple) else ()
    words: int = sum(len(getattr(unit, "words", unit)) for unit in units)
    return 0, model.epochs * words


def trained(corpus: Corpus, options: dict[str, Any]) -> Vectors:
    """Train on a corpus; on a small one without subsampling, if that leaves nothing of it.

    As in gensim, a thread is given as many words as a batch has, so that a text of one batch gives
    the same vectors each time.

    Raises
    ------
    NotSupported
        If words with n-grams are to be frozen.
    """
    if options["frozen"] and options["subwords"] != "none":
        raise NotSupported(
            "vectors_lockf=0.0 is not supported with n-grams, which other words have too: give "
            "max_n=0"
        )
    batches = -(-corpus.tokens.size // MAX_WORDS_IN_BATCH)
    options = {**options, "threads": max(1, min(options["threads"], batches))}
    try:
        return firth.train(corpus, progress=False, **options)
    except NothingSampled:
        if not options["sample"]:
            raise
        warn(
            f"the text is too small for sample={options['sample']:g}, which left no two words in "
            "an epoch: it is trained with sample=0"
        )
    return firth.train(corpus, progress=False, **{**options, "sample": 0})


def predicted(
    words: KeyedVectors, output: NDArray[np.float32], context: Sequence[Key], topn: int
) -> list[tuple[Key, np.float32]] | None:
    """Return the words that stand among some words, with their probabilities, or None."""
    rows = [words.get_index(word, -1) for word in context]
    known = [row for row in rows if row >= 0]
    if not known:
        return None
    scores = output @ words.vectors[known].mean(axis=0)
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    best = np.argsort(-shares, kind="stable")[:topn]
    return [(words.index_to_key[row], shares[row]) for row in best.tolist()]


def estimated_memory(
    model: Word2Vec, vocab_size: int | None, report: dict[str, int] | None
) -> dict[str, int]:
    """Return about how many bytes the parts of a model need, added to a report.

    Parameters
    ----------
    vocab_size : int, optional
        V, by default that of the model.
    """
    V = len(model.wv) if vocab_size is None else vocab_size
    row = 4 * model.vector_size
    found = {**(report or {}), "vocab": V * _BYTES_OF_WORD, "vectors": V * row}
    found["syn1" if model.hs else "syn1neg"] = V * row
    if model.options.get("max_n", 0):
        # What was read out lies beside the rows that it is composed of.
        found |= {"syn0_vocab": V * row, "syn0_ngrams": model.bucket * row}
    documents: KeyedVectors | None = vars(model).get("dv")
    if documents is not None:
        found["doctag_lookup"] = len(documents) * _BYTES_OF_WORD
        found["doctag_syn0"] = len(documents) * row
    found["total"] = sum(bytes for name, bytes in found.items() if name != "total")
    return found

"""Warnings about unusual settings, which a run accepts."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from contextvars import ContextVar

import numpy as np

from firth.corpus import Corpus
from firth.errors import warn_once
from firth.io.resources import available_processors
from firth.training import sampling
from firth.training.config import TrainConfig
from firth.training.defaults import MOST_LR, stable_lr

_FEW_TOKENS = 10_000
_FEW_TOKENS_OF_A_WORKER = 50_000
_FEW_WORDS = 3
_FEW_KEPT = 0.01
# Below this mean length, most units must hold a single word.
_SHORT_UNIT = 1.5
# From so many times the default on, wide windows diverge, or learn little.
_LARGE_LR = 2.0

_IS_WANTED: ContextVar[bool] = ContextVar("_IS_WANTED", default=True)


def warn_of_unusual_settings(corpus: Corpus, config: TrainConfig) -> None:
    """Warn of each setting that makes little sense for the corpus, by a `FirthWarning`."""
    if not _IS_WANTED.get():
        return
    for message in _warnings(corpus, config):
        warn_once(message)


@contextlib.contextmanager
def without_advice() -> Iterator[None]:
    """Tell no warning of `warn_of_unusual_settings`, while a training is done over again."""
    token = _IS_WANTED.set(False)
    try:
        yield
    finally:
        _IS_WANTED.reset(token)


def _warnings(corpus: Corpus, config: TrainConfig) -> Iterator[str]:
    tokens, words = corpus.tokens.size - corpus.held_out, len(corpus.vocabulary)
    if tokens < _FEW_TOKENS:
        yield (
            f"there are only {tokens:,} words to train on, fewer than {_FEW_TOKENS:,}; "
            f"{_more_words(corpus, config)}"
        )
    elif config.workers > 1 and tokens < config.workers * _FEW_TOKENS_OF_A_WORKER:
        most = max(1, tokens // _FEW_TOKENS_OF_A_WORKER)
        yield (
            f"each of the {config.workers} workers has only {tokens // config.workers:,} words to "
            f"train on, fewer than {_FEW_TOKENS_OF_A_WORKER:,}, which makes worse vectors; lower "
            f"workers to {most} (--workers), or give more text"
        )
    if words <= _FEW_WORDS:
        named = ", ".join(repr(word) for word in corpus.vocabulary)
        yield f"the vocabulary has only {words} words: {named}; {_more_words(corpus, config)}"
    elif config.negative is not None and words <= config.negative:
        yield (
            f"negative is {config.negative}, but there are only {words} words to draw noise from, "
            "so that they repeat; lower it (--negative), or give more text"
        )
    if config.buckets is not None and config.buckets < words:
        yield (
            f"buckets is {config.buckets:,}, but there are {words:,} words, so that n-grams of "
            "many words share a row, and training may diverge; raise it (--buckets)"
        )
    yield from _large_lr(corpus, config)
    kept = _kept_share(corpus, config)
    if kept < _FEW_KEPT:
        yield (
            f"sample={config.sample:g} leaves {kept:.2g} of the words to train on; raise it "
            "(--sample), or switch subsampling off with 0"
        )
    units = int(np.searchsorted(corpus.tokens.offsets, tokens))
    if tokens < _SHORT_UNIT * units:
        yield (
            f"a line or token list has {tokens / units:.1f} words of the vocabulary on average, "
            "and no window crosses lines or lists; put more words in each"
        )
    if config.documents != "none":
        yield from _without_vectors(corpus, units)
    processors = available_processors()
    if config.workers == 1 and config.used_threads > processors:
        yield (
            f"threads is {config.used_threads}, more than there are processors ({processors}), "
            "which is no faster; give as many threads as processors"
        )


def _without_vectors(corpus: Corpus, units: int) -> Iterator[str]:
    """Yield a warning if documents have no vector; there are so many units."""
    what, without, of_all = "documents", corpus.units_read - units, corpus.units_read
    if corpus.document_tags is not None:
        what, without = "tags of documents", corpus.tags_left_out
        of_all = len(corpus.document_tags) + without
    if without > 0:
        yield (
            f"{what} without a word of the vocabulary have no vector, {without:,} of {of_all:,}; "
            "lower min_count (--min-count), or leave them out"
        )


def _large_lr(corpus: Corpus, config: TrainConfig) -> Iterator[str]:
    """Yield a warning if the step size is too large for what windows train at once."""
    model = config.replace(windows=None, window=config.window)
    most = corpus.tokens.most_documents
    stable = stable_lr(model, config.lr, corpus.unit_length, most)
    # Workers that read a text by themselves do not tell how long its lines are.
    if config.lr >= _LARGE_LR * stable and corpus.unit_length() < math.inf:
        others = "" if config.negative is None else f" and {config.negative} noise words"
        if most > 1 and config.documents != "none":
            others += f", and the {most} documents of a line or token list"
        yield (
            f"lr is {config.lr:g}, which is large for a window of {config.window}{others}: all "
            f"their pairs are trained at once, and may diverge or learn little; lower it to "
            f"{min(stable, MOST_LR):.2g} (--lr)"
        )


def _more_words(corpus: Corpus, config: TrainConfig) -> str:
    """Return what to do for more words, after what leaves them out."""
    left_out = corpus.words_left_out
    read = corpus.tokens.size - corpus.held_out + left_out
    of_all = f"leaves out {left_out:,} of the {read:,} words read"
    if left_out == 0:
        return "give more text"
    if len(corpus.vocabulary) == config.max_vocab:
        return f"max_vocab={config.max_vocab} {of_all}: raise it (--max-vocab)"
    # Without its value: the corpus may have been read with another min_count.
    return f"min_count {of_all}: give more text, or lower it (--min-count)"


def _kept_share(corpus: Corpus, config: TrainConfig) -> float:
    """Return the expected share of the words that subsampling leaves."""
    counts = corpus.vocabulary.counts
    kept = (sampling.keep_thresholds(counts, config.sample) + 1.0) / 2.0**32
    return float(counts @ kept / counts.sum(dtype=np.float64))

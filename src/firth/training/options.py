"""What other tools call an option, so that whoever comes from one is told what Firth calls it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

_NO_SUBWORDS = "Firth trains whole words, without subwords"
_MODEL = "Firth has model, 'skipgram' or 'cbow'"
_LOSSES = "Firth always measures the loss of each epoch: vectors.config['losses']"
_NEGATIVE_ONLY = (
    "Firth trains with negative sampling, and negative is the number of noise words (the softmax "
    "tree is in firth.torch, to study)"
)

# The name in gensim, fastText, word2vec.c and other tools -> the name in Firth, or a sentence where
# there is no such option.
ELSEWHERE: dict[str, str] = {
    "alpha": "lr",
    "batch_words": "Firth needs no size of batches",
    "bucket": _NO_SUBWORDS,
    "cbow": _MODEL,
    "cbow_mean": "Firth's CBOW always takes the mean of the context words",
    "compute_loss": _LOSSES,
    "corpus": "source",
    "corpus_file": "source",
    "corpus_iterable": "source",
    "embedding_dim": "dim",
    "encoding": "Firth reads UTF-8; convert the text",
    "end_alpha": "min_lr",
    "epoch": "epochs",
    "hashfxn": "Firth has seed",
    "hs": _NEGATIVE_ONLY,
    "input": "source",
    "iter": "epochs",
    "learning_rate": "lr",
    "loss": _NEGATIVE_ONLY,
    "max_final_vocab": "max_vocab",
    "max_vocab_size": "max_vocab",
    "maxn": _NO_SUBWORDS,
    "min_alpha": "min_lr",
    "minn": _NO_SUBWORDS,
    "n_jobs": "threads",
    "neg": "negative",
    "ns": "negative",
    "ns_exponent": "noise_exponent",
    "num_threads": "threads",
    "num_workers": "threads",
    "pretrained_vectors": "start",
    "random_state": "seed",
    "sentences": "source",
    "sg": f"{_MODEL}: sg=1 is model='skipgram', sg=0 is model='cbow'",
    "size": "dim",
    "sorted_vocab": "Firth always orders words by count",
    "start_alpha": "lr",
    "subsample": "sample",
    "t": "sample",
    "texts": "source",
    "thread": "threads",
    "top_k": "top",
    "topn": "top",
    "train": "source",
    "trim_rule": "Firth has min_count and max_vocab",
    "vector_size": "dim",
    "verbose": "progress",
    "vocab_size": "max_vocab",
    "word_ngrams": _NO_SUBWORDS,
    "workers": "threads",
    "ws": "window",
}


def _plain(name: str) -> str:
    """Return a name as all ways of writing it have in common."""
    return name.replace("_", "").lower()


_ELSEWHERE = {_plain(name): there for name, there in ELSEWHERE.items()}


def advice(name: str, known: Iterable[str] | Mapping[str, str]) -> str | None:
    """Return what to give instead of an option that does not exist, or None where nothing is near.

    Parameters
    ----------
    name : str
        As it was given, in snake_case or camelCase.
    known : iterable of str, or mapping
        The options that exist here; a mapping tells how each is written.

    Examples
    --------
    >>> known = ["dim", "min_count", "window"]
    >>> advice("vector_size", known), advice("minCount", known), advice("windows", known)
    ('Firth calls it dim', 'Firth calls it min_count', 'the nearest is window')
    >>> advice("vector_size", {"dim": "--dim"})
    'Firth calls it --dim'
    """
    written = known if isinstance(known, Mapping) else {option: option for option in known}
    plain = _plain(name)
    there = {_plain(option): option for option in written}.get(plain) or _ELSEWHERE.get(plain)
    if there is not None and there in written:
        return f"Firth calls it {written[there]}"
    if there is not None and not there.isidentifier():
        return there
    near = difflib.get_close_matches(name, written, n=1)
    return f"the nearest is {written[near[0]]}" if near else None

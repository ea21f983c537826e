"""What Firth calls the things that other tools have under other names.

A name that is unknown here, but that users of gensim, fastText, word2vec.c or scikit-learn would
try, is answered by an error that tells Firth's own: `Firth calls it dim`. Where Firth has no such
thing, the table holds a sentence that says so; each begins with "Firth".
"""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import ParamSpec, TypeVar

from firth.errors import ConfigError, one_line

P = ParamSpec("P")
R = TypeVar("R")

_NO_SUBWORDS = "Firth trains whole words, without subwords"
_NO_LABELS = "Firth trains word vectors only, without labels"
_NO_BATCHES = "Firth needs no size of batches"
_MODEL = "Firth has model, 'skipgram' or 'cbow'"
_LOSSES = "Firth always measures the loss of each epoch: vectors.config['losses']"
_NEGATIVE_ONLY = (
    "Firth trains with negative sampling, and negative is the number of noise words (the softmax "
    "tree is in firth.torch, to study)"
)
_UTF8_ONLY = "Firth reads UTF-8; convert the file"
_FORMAT = "Firth knows the format by the file's suffix, or its first bytes"
_TO_ANALOGY = "Firth adds and takes away words in analogy(positive, negative)"
_SIMILAR = "similar(word, top=10)"
_READ_BY_TRAIN = "Firth reads, counts and trains at once: firth.train(source)"
_NORMALIZES = "Firth compares at length one by itself"
_CANNOT_CHANGE = "Firth's vectors cannot be changed; make others: firth.Vectors(words, matrix)"

# Keywords of functions, and options of the command. Of several names, the first that the function
# has is told.
OPTIONS: dict[str, str | tuple[str, ...]] = {
    "alpha": "lr",
    "batch_size": _NO_BATCHES,
    "batch_words": _NO_BATCHES,
    "binary": _FORMAT,
    "bucket": _NO_SUBWORDS,
    "case_insensitive": "fold",
    "cbow": _MODEL,
    "cbow_mean": "Firth's CBOW always takes the mean of the context words",
    "compute_loss": _LOSSES,
    "corpus": "source",
    "corpus_file": "source",
    "corpus_iterable": "source",
    "datatype": "Firth holds vectors as float32",
    "device": "Firth trains on the processor",
    "dtype": "Firth holds vectors as float32",
    "embedding_dim": "dim",
    "encoding": _UTF8_ONLY,
    "end_alpha": "min_lr",
    "epoch": "epochs",
    "hashfxn": "Firth has seed",
    "hs": _NEGATIVE_ONLY,
    "input": "source",
    "iter": "epochs",
    "k": "top",
    "keep_raw_vocab": "Firth keeps the counts of the words that it trains: vectors.counts",
    "label": _NO_LABELS,
    "learning_rate": "lr",
    "loss": _NEGATIVE_ONLY,
    "lr_update_rate": "Firth lowers the step size all along",
    "max_final_vocab": "max_vocab",
    "max_vocab_size": "max_vocab",
    "maxn": _NO_SUBWORDS,
    "min_alpha": "min_lr",
    "min_count_label": _NO_LABELS,
    "minn": _NO_SUBWORDS,
    "mmap": "Firth reads a part of a file with limit or words",
    "model_file": "Firth has firth.load(path)",
    "n_jobs": "threads",
    "neg": "negative",
    "negative": _TO_ANALOGY,
    "no_header": _FORMAT,
    "ns": "negative",
    "ns_exponent": "noise_exponent",
    "null_word": "Firth needs no word to fill windows up",
    "num_threads": "threads",
    "num_workers": "threads",
    "pairs": "similarity",
    "positive": _TO_ANALOGY,
    "pretrained_vectors": "start",
    "random_state": "seed",
    "restrict_vocab": (
        "restrict",
        "limit",
        "Firth takes the first n words of a file: firth.load(path, limit=n)",
    ),
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
    "unicode_errors": "encoding_errors",
    "vector_size": "dim",
    "verbose": "progress",
    "vocab_size": "max_vocab",
    "word_ngrams": _NO_SUBWORDS,
    "workers": "threads",
    "ws": "window",
}

# Attributes and methods of gensim's KeyedVectors and Word2Vec, of fastText's models, and of arrays.
VECTORS = {
    "wv": "vectors: firth.train returns them, without a model around them",
    "vectors": "input_vectors (np.asarray(vectors) gives it too)",
    "syn0": "input_vectors",
    "syn1neg": "output_vectors",
    "get_input_matrix": "input_vectors",
    "get_output_matrix": "output_vectors",
    "matrix": "input_vectors",
    "to_numpy": "input_vectors",
    "values": "input_vectors",
    "keys": "words",
    "key_to_index": "index, the row of each word",
    "vocab": "index, the row of each word; counts, how often each occurred",
    "vocabulary": "words; counts, how often each occurred",
    "index_to_key": "words",
    "index2word": "words",
    "index2entity": "words",
    "get_words": "words",
    "labels": "words",
    "get_labels": "words",
    "vector_size": "dim",
    "get_dimension": "dim",
    "get_index": "index[word]",
    "get_word_id": "index[word]",
    "has_index_for": "'word in vectors'",
    "get_vector": "vectors[word], or get(word)",
    "word_vec": "vectors[word], or get(word)",
    "get_word_vector": "vectors[word], or get(word)",
    "get_vecattr": "counts[index[word]]",
    "get_mean_vector": "vectors[words].mean(axis=0)",
    "get_sentence_vector": "vectors[words].mean(axis=0)",
    "get_subwords": _NO_SUBWORDS,
    "get_normed_vectors": _NORMALIZES,
    "fill_norms": _NORMALIZES,
    "init_sims": _NORMALIZES,
    "unit_normalize_all": _NORMALIZES,
    "most_similar": f"{_SIMILAR}, or analogy(positive, negative, top=10)",
    "most_similar_cosmul": "analogy(positive, negative, top=10), which adds cosines",
    "similar_by_word": _SIMILAR,
    "similar_by_key": _SIMILAR,
    "similar_by_vector": "similar(vector, top=10)",
    "get_nearest_neighbors": _SIMILAR,
    "nearest": _SIMILAR,
    "neighbors": _SIMILAR,
    "neighbours": _SIMILAR,
    "get_analogies": "analogy(positive, negative, top=10)",
    "doesnt_match": "odd_one_out(words)",
    "distance": "1 - similarity(a, b)",
    "distances": "1 - similarity(a, b)",
    "n_similarity": "similarity(a, b), of two words",
    "evaluate_word_analogies": "firth.evaluate(vectors, analogies=path)",
    "accuracy": "firth.evaluate(vectors, analogies=path)",
    "evaluate_word_pairs": "firth.evaluate(vectors, similarity=path)",
    "save_word2vec_format": "save(path), with .bin, .txt or .vec as its suffix",
    "save_model": "save(path)",
    "load": "firth.load(path)",
    "load_word2vec_format": "firth.load(path)",
    "intersect_word2vec_format": "firth.train(source, start=path)",
    "train": "firth.train(source, start=vectors)",
    "build_vocab": _READ_BY_TRAIN,
    "fit": _READ_BY_TRAIN,
    "get_latest_training_loss": _LOSSES,
    "add_vector": _CANNOT_CHANGE,
    "add_vectors": _CANNOT_CHANGE,
    "predict": _NO_LABELS,
}

# Names of the modules of gensim and fastText, and modules of Firth that are imported on their own.
MODULE = {
    "FastText": "firth.train",
    "KeyedVectors": "firth.Vectors, which firth.load reads",
    "LineSentence": "firth.train(path): a line of a text is a sentence",
    "PathLineSentences": "firth.train(folder): a line of a text is a sentence",
    "Word2Vec": "firth.train",
    "load_model": "firth.load",
    "load_word2vec_format": "firth.load",
    "models": "firth.train and firth.load",
    "train_supervised": _NO_LABELS,
    "train_unsupervised": "firth.train",
    "callbacks": "Firth has it as a module: import firth.callbacks",
    "plotting": "Firth has it as a module: import firth.plotting",
    "torch": "Firth has it as a module: import firth.torch",
}


def unknown_attribute(owner: str, name: str, others: Mapping[str, str]) -> str:
    """Return the message for an attribute that is missing.

    Examples
    --------
    >>> unknown_attribute("'Vectors' object", "vector_size", VECTORS)
    "'Vectors' object has no attribute 'vector_size'; Firth calls it dim"
    >>> unknown_attribute("'Vectors' object", "colour", VECTORS)
    "'Vectors' object has no attribute 'colour'"
    """
    message = f"{owner} has no attribute {name!r}"
    return f"{message}; {_told(others[name])}" if name in others else message


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
    there = {_plain(option): option for option in written}.get(plain) or _OPTIONS.get(plain, ())
    for ours in (there,) if isinstance(there, str) else there:
        if ours in written or _is_sentence(ours):
            return _told(written.get(ours, ours))
    near = difflib.get_close_matches(name, written, n=1)
    return f"the nearest is {written[near[0]]}" if near else None


def check_options(given: Iterable[str], known: Iterable[str]) -> None:
    """Raise if an option does not exist, and tell what to give instead.

    Raises
    ------
    ConfigError
        If one of `given` is not `known`.

    Examples
    --------
    >>> check_options(["dim", "topn"], ["dim", "top"])
    Traceback (most recent call last):
    firth.errors.ConfigError: there is no option 'topn'; Firth calls it top
    """
    options = list(known)
    for name in given:
        if name not in options:
            told = advice(name, options) or f"there are {', '.join(options)}"
            raise ConfigError(f"there is no option '{one_line(name)}'; {told}")


def explain_keywords(function: Callable[P, R]) -> Callable[P, R]:
    """Have a function answer a keyword that it does not take as `check_options` does."""
    known = [name for name in inspect.signature(function).parameters if name != "self"]

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        check_options(kwargs, known)
        return function(*args, **kwargs)

    return call


def _told(ours: str) -> str:
    return ours if _is_sentence(ours) else f"Firth calls it {ours}"


def _is_sentence(ours: str) -> bool:
    return ours.startswith("Firth")


def _plain(name: str) -> str:
    """Return a name as all ways of writing it have in common."""
    return name.replace("_", "").lower()


_OPTIONS = {_plain(name): ours for name, ours in OPTIONS.items()}

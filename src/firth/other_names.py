"""What Firth calls the things that other libraries have under other names.

A name that is unknown here, but that gensim's or fastText's users would try, is answered by an
error that tells Firth's own.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

# Attributes and methods of gensim's KeyedVectors and Word2Vec, and of fastText's models.
VECTORS = {
    "wv": "the vectors themselves",
    "vectors": "input_vectors (np.asarray(vectors) gives it too)",
    "syn0": "input_vectors",
    "syn1neg": "output_vectors",
    "key_to_index": "index, the row of each word",
    "vocab": "index, the row of each word; counts, how often each occurred",
    "index_to_key": "words",
    "index2word": "words",
    "index2entity": "words",
    "get_words": "words",
    "vector_size": "dim",
    "get_dimension": "dim",
    "get_index": "index[word]",
    "has_index_for": "'word in vectors'",
    "get_vector": "vectors[word], or get(word)",
    "word_vec": "vectors[word], or get(word)",
    "get_word_vector": "vectors[word], or get(word)",
    "get_vecattr": "counts[index[word]]",
    "most_similar": "similar(word, top=10), or analogy(positive, negative, top=10)",
    "similar_by_word": "similar(word, top=10)",
    "similar_by_key": "similar(word, top=10)",
    "similar_by_vector": "similar(vector, top=10)",
    "get_nearest_neighbors": "similar(word, top=10)",
    "get_analogies": "analogy(positive, negative, top=10)",
    "doesnt_match": "odd_one_out(words)",
    "distance": "1 - similarity(a, b)",
    "evaluate_word_analogies": "firth.evaluate(vectors, analogies=path)",
    "accuracy": "firth.evaluate(vectors, analogies=path)",
    "evaluate_word_pairs": "firth.evaluate(vectors, similarity=path)",
    "save_word2vec_format": "save(path), with .bin, .txt or .vec as its suffix",
    "save_model": "save(path)",
    "load_word2vec_format": "firth.load(path)",
    "train": "firth.train(source, start=vectors)",
}

# Parameters of gensim's queries, and of its readers and evaluations.
QUERIES = {
    "topn": "top",
    "k": "top",
    "positive": "analogy(positive, negative)",
    "negative": "analogy(positive, negative)",
    "restrict_vocab": "firth.load(path, limit=n), to keep the first n words",
}
LOAD = {
    "binary": "the file's suffix, or its first bytes",
    "no_header": "the file's first line, with or without a header",
    "unicode_errors": "encoding_errors",
    "encoding": "UTF-8 alone; encoding_errors='replace' reads what is none",
    "mmap": "limit=n, to read the first n words only",
}
EVALUATE = {
    "restrict_vocab": "restrict",
    "case_insensitive": "fold",
    "pairs": "similarity",
}


def unknown_attribute(kind: str, name: str, others: Mapping[str, str]) -> str:
    """Return the message for an attribute that is missing.

    Examples
    --------
    >>> unknown_attribute("Vectors", "vector_size", VECTORS)
    "'Vectors' object has no attribute 'vector_size'; Firth has: dim"
    >>> unknown_attribute("Vectors", "colour", VECTORS)
    "'Vectors' object has no attribute 'colour'"
    """
    message = f"'{kind}' object has no attribute '{name}'"
    return f"{message}; Firth has: {others[name]}" if name in others else message


def explain_keywords(others: Mapping[str, str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Have a function tell Firth's name for a keyword argument that it does not take.

    Parameters
    ----------
    others : mapping of str to str
        For each name elsewhere, what Firth has. The function's own parameters stay as they are.

    Examples
    --------
    >>> @explain_keywords(QUERIES)
    ... def similar(word, top=10): ...
    >>> similar("tea", topn=5)
    Traceback (most recent call last):
    TypeError: similar() got an unexpected keyword argument 'topn'; Firth has: top
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        known = inspect.signature(function).parameters
        unknown = {name: ours for name, ours in others.items() if name not in known}

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            for name in kwargs:
                if name in unknown:
                    raise TypeError(
                        f"{function.__name__}() got an unexpected keyword argument '{name}'; "
                        f"Firth has: {unknown[name]}"
                    )
            return function(*args, **kwargs)

        return call

    return decorate

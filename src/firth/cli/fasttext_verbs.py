"""The verbs of fastText that ask a model: they read words from standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from firth.cli.words import load_vectors
from firth.errors import ConfigError

if TYPE_CHECKING:
    from firth.vectors import Neighbour, Vectors

# Verbs that Firth has not, and what to do instead.
_REFUSED = {
    **dict.fromkeys(
        ("supervised", "test", "test-label", "predict", "predict-prob"),
        "Firth trains word vectors only; firth.sklearn gives a classifier the vectors of texts",
    ),
    "quantize": "firth convert --dtype writes vectors with fewer bytes",
    "print-ngrams": "the vector of an n-gram is that of no word here; see print-word-vectors",
    "dump": "see firth info, and firth convert for a table as text",
}


def print_word_vectors(vectors: Vectors, _: int) -> None:
    """Print each word of standard input with its vector."""
    for word in _words():
        print(word, _numbers(vectors[word]))


def print_sentence_vectors(vectors: Vectors, _: int) -> None:
    """Print for each line of standard input the mean of its words' vectors at length one."""
    from firth.vectors.search import unit_rows

    for line in sys.stdin:
        words = line.split()
        rows = vectors[words] if words else np.zeros((1, vectors.dim), np.float32)
        print(_numbers(unit_rows(rows).mean(axis=0)))


def nearest(vectors: Vectors, top: int) -> None:
    """Print the words nearest to each word of standard input."""
    _answer("Query word? ", 1, lambda words: vectors.similar(words[0], top=top))


def analogies(vectors: Vectors, top: int) -> None:
    """Print the words nearest to A - B + C, for each three words of standard input."""

    def answers(words: list[str]) -> list[Neighbour]:
        a, b, c = words
        return vectors.analogy([a, c], [b], top=top)

    _answer("Query triplet (A - B + C)? ", 3, answers)


# What asks, and whether a number of answers may follow the model.
_VERBS: Mapping[str, tuple[Callable[[Vectors, int], None], bool]] = {
    "print-word-vectors": (print_word_vectors, False),
    "print-sentence-vectors": (print_sentence_vectors, False),
    "nn": (nearest, True),
    "analogies": (analogies, True),
}


def ask(verb: str, given: Sequence[str]) -> None:
    """Do what a verb of fastText does with a model and standard input.

    Raises
    ------
    ConfigError
        If Firth has no such verb, or it is given something else than a model and a number.
    """
    if verb not in _VERBS:
        advice = _REFUSED.get(verb, f"there are skipgram, cbow, {', '.join(_VERBS)}")
        raise ConfigError(f"firth fasttext has no verb {verb}: {advice}")
    answer, has_number = _VERBS[verb]
    numbers = given[1:]
    if len(numbers) > has_number or not given or not all(map(str.isdecimal, numbers)):
        needed = "a model" + (", and the number of answers if it is not 10" if has_number else "")
        raise ConfigError(f"fasttext {verb} needs {needed}; got {' '.join(given) or 'nothing'}")
    answer(load_vectors(Path(given[0])), int(numbers[0]) if numbers else 10)


def _words() -> Iterator[str]:
    for line in sys.stdin:
        yield from line.split()


def _answer(prompt: str, size: int, ask: Callable[[list[str]], list[Neighbour]]) -> None:
    """Print the answers for each `size` words of standard input."""
    words = _words()
    print(prompt, end="", flush=True)
    # The last ones may be too few.
    for group in zip(*[words] * size, strict=False):
        for word, score in ask(list(group)):
            print(f"{word} {score:g}")
        print(prompt, end="", flush=True)


def _numbers(vector: np.ndarray) -> str:
    return "".join(f"{number:.5g} " for number in vector)

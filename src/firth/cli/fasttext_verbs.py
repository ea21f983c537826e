"""The verbs of fastText that ask a model, most with words from standard input.

What they print is that of fastText 0.9.2, `main.cc`, number by number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from firth.cli.words import input_lines, load_vectors
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
}


def print_word_vectors(vectors: Vectors, _: str) -> None:
    """Print each word of standard input with its vector."""
    for word in _words():
        print(word, _numbers(vectors[word]))


def print_sentence_vectors(vectors: Vectors, _: str) -> None:
    """Print for each line of standard input the mean of its words' vectors at length one."""
    from firth.vectors.search import unit_rows

    for line in input_lines():
        words = line.split()
        rows = vectors[words] if words else np.zeros((1, vectors.dim), np.float32)
        print(_numbers(unit_rows(rows).mean(axis=0)))


def nearest(vectors: Vectors, top: str) -> None:
    """Print the words nearest to each word of standard input."""
    _answer("Query word? ", 1, lambda words: vectors.similar(words[0], top=int(top)))


def analogies(vectors: Vectors, top: str) -> None:
    """Print the words nearest to A - B + C, for each three words of standard input."""

    def answers(words: list[str]) -> list[Neighbour]:
        a, b, c = words
        return vectors.analogy([a, c], [b], top=int(top))

    _answer("Query triplet (A - B + C)? ", 3, answers)


def print_ngrams(vectors: Vectors, word: str) -> None:
    """Print the row of a word, if it is known, and those of its n-grams, as they were trained."""
    raw = vectors.raw
    own = vectors.index.get(word)
    if own is not None:
        print(word, _numbers(_input_table(vectors)[own]))
    if raw is None or raw.subwords is None:
        return
    if raw.subwords.floret is not None:
        raise ConfigError("print-ngrams needs n-grams of one row each; floret gives one several")
    ngrams = raw.subwords.ngrams_of(word)
    if raw.subwords.buckets is None:
        ngrams = [ngram for ngram in ngrams if ngram in raw.subwords.ngrams]
    for ngram, row in zip(ngrams, raw.subwords.rows_of(word), strict=True):
        print(ngram, _numbers(raw.input[raw.words + row]))


def dump(vectors: Vectors, what: str) -> None:
    """Print the settings, the words or one of the tables of a model of fastText."""
    settings: Any = vectors.config.get("fasttext")
    if not settings or settings["model"] == "supervised":
        kind = "a model of labels" if settings else "another one"
        raise ConfigError(
            f"fasttext dump needs a model of words in fastText's format (.bin), not {kind}; "
            "firth convert MODEL model.bin --to fasttext makes one"
        )
    _DUMPS[what](vectors, settings)


def _dump_args(_: Vectors, settings: Mapping[str, Any]) -> None:
    values = {**settings, "model": _SHORT_NAMES[settings["model"]]}
    for theirs, name in _ARGUMENTS.items():
        value = values[name]
        print(theirs, f"{value:g}" if isinstance(value, float) else value)


def _dump_dict(vectors: Vectors, _: Mapping[str, Any]) -> None:
    print(len(vectors))
    counts = [0] * len(vectors) if vectors.counts is None else vectors.counts.tolist()
    for word, count in zip(vectors.words, counts, strict=True):
        print(word, count, "word")


def _dump_input(vectors: Vectors, _: Mapping[str, Any]) -> None:
    _print_table(_input_table(vectors))


def _dump_output(vectors: Vectors, _: Mapping[str, Any]) -> None:
    if vectors.output_vectors is None:
        raise ConfigError("the model has no output vectors of words: it was trained with a tree")
    _print_table(vectors.output_vectors)


def _input_table(vectors: Vectors) -> np.ndarray:
    """Return the rows as they were trained: of words, then of n-grams."""
    return vectors.input_vectors if vectors.raw is None else vectors.raw.input


def _print_table(table: np.ndarray) -> None:
    print(*table.shape)
    for row in table:
        print(*map("{:g}".format, row.tolist()))


# fastText's names of a model's settings, in its order, and those of Firth's reader.
_ARGUMENTS = {
    "dim": "dim", "ws": "ws", "epoch": "epoch", "minCount": "min_count", "neg": "neg",
    "wordNgrams": "word_ngrams", "loss": "loss", "model": "model", "bucket": "bucket",
    "minn": "minn", "maxn": "maxn", "lrUpdateRate": "lr_update_rate", "t": "t",
}  # fmt: skip
_SHORT_NAMES = {"cbow": "cbow", "skipgram": "sg"}
_DUMPS: Mapping[str, Callable[[Vectors, Mapping[str, Any]], None]] = {
    "args": _dump_args, "dict": _dump_dict, "input": _dump_input, "output": _dump_output,
}  # fmt: skip


@dataclass(frozen=True)
class _Verb:
    """What a verb does with a model and what follows it.

    Parameters
    ----------
    do : callable
        Takes vectors, and the argument behind the model.
    takes : str
        What this argument is, for messages; empty if there is none.
    is_right : callable
        Whether an argument is such a one.
    default : str, optional
        Its value if it is left out.
    """

    do: Callable[[Vectors, str], None]
    takes: str = ""
    is_right: Callable[[str], bool] = str.isdecimal
    default: str | None = None


_TOP = ", and the number of answers if it is not 10"
_VERBS: Mapping[str, _Verb] = {
    "print-word-vectors": _Verb(print_word_vectors, default=""),
    "print-sentence-vectors": _Verb(print_sentence_vectors, default=""),
    "print-ngrams": _Verb(print_ngrams, " and a word", bool),
    "nn": _Verb(nearest, _TOP, default="10"),
    "analogies": _Verb(analogies, _TOP, default="10"),
    "dump": _Verb(dump, f" and one of {', '.join(_DUMPS)}", _DUMPS.__contains__),
}


def ask(verb: str, given: Sequence[str]) -> None:
    """Do what a verb of fastText does with a model.

    Raises
    ------
    ConfigError
        If Firth has no such verb, or it is given something else than it takes.
    """
    if verb not in _VERBS:
        advice = _REFUSED.get(verb, f"there are skipgram, cbow, {', '.join(_VERBS)}")
        raise ConfigError(f"firth fasttext has no verb {verb}: {advice}")
    asked, (model, *rest) = _VERBS[verb], given or [""]
    is_enough = len(rest) == 1 or (not rest and asked.default is not None)
    is_right = is_enough and all(asked.takes and asked.is_right(each) for each in rest)
    if not (model and is_right):
        told = " ".join(given) or "nothing"
        raise ConfigError(f"fasttext {verb} needs a model{asked.takes}; got {told}")
    asked.do(load_vectors(Path(model)), rest[0] if rest else asked.default or "")


def _words() -> Iterator[str]:
    for line in input_lines():
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

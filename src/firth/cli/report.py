"""How the command prints results."""

from __future__ import annotations

import json
import sys
from itertools import islice
from typing import TYPE_CHECKING

from firth.cli.app import tell
from firth.errors import escape

if TYPE_CHECKING:
    from pathlib import Path

    from firth.vectors import Companion, Moved, Neighbour, NeighbourInterval, Vectors

# How many words are shown of vectors.
SHOWN = 10


def facts(vectors: Vectors, words: int | None = None) -> dict[str, object]:
    """Return what `firth info` shows of vectors, of which there are `words` if not all are here."""
    told: dict[str, object] = {
        "words": len(vectors) if words is None else words,
        "dimensions": vectors.dim,
        "first_words": list(islice(vectors, SHOWN)),
        "output_vectors": vectors.output_vectors is not None,
    }
    if vectors.raw is not None and vectors.raw.subwords is not None:
        told["ngrams"] = len(vectors.raw.subwords)
    if vectors.document_table is not None:
        told["documents"] = len(vectors.document_table.numbers)
    if vectors.counts is not None:
        # Their sum may exceed 64 bits.
        told["count"] = sum(vectors.counts.tolist())
    if vectors.config:
        told["config"] = vectors.config
    return told


def print_json(value: object) -> None:
    """Print a value as a line of JSON."""
    print(to_json(value))


def to_json(value: object) -> str:
    """Return a value as JSON that standard output can encode."""
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    return json.dumps(value, ensure_ascii=not is_unicode)


def print_line(text: str) -> None:
    """Print a text in one line."""
    print(escape(text))


def print_written(place: Path | None, what: str) -> None:
    """Print a line on what was written, after its place, if there is one."""
    print(what if place is None else f"{escape(str(place))}: {what}")


def print_neighbours(neighbours: list[Neighbour], as_json: bool, *, query: str) -> None:
    """Print each neighbour of a query on a line, after its score, or all as one line of JSON."""
    if not neighbours:
        tell_nothing_left(query)
    if as_json:
        print_json([neighbour._asdict() for neighbour in neighbours])
        return
    for word, score in neighbours:
        print(f"{score:.4f}  {escape(str(word))}")


def tell_nothing_left(query: str) -> None:
    """Tell that a question has no answer, since nothing may be one."""
    tell(
        f"nothing is left to answer {query}: all that may answer is in the question, excluded, or "
        "zero"
    )


def print_intervals(neighbours: list[NeighbourInterval], as_json: bool, *, query: str) -> None:
    """Print each neighbour after its score, its interval, and how often it is among them."""
    if not neighbours:
        tell_nothing_left(query)
    if as_json:
        print_json([neighbour._asdict() for neighbour in neighbours])
        return
    for word, score, low, high, kept in neighbours:
        print(f"{score:.4f}  {low:.4f} to {high:.4f}  {kept:4.0%}  {escape(str(word))}")


def print_companions(companions: list[Companion], as_json: bool, *, query: str) -> None:
    """Print each companion on a line, after its score and probability, or all as JSON."""
    if not companions:
        tell_nothing_left(query)
    if as_json:
        print_json([companion._asdict() for companion in companions])
        return
    for word, score, probability in companions:
        print(f"{score:.4f}  {probability:.6f}  {escape(str(word))}")


def print_moved(moved: list[Moved], as_json: bool) -> None:
    """Print each word that moved on a line, after its figures, or all as JSON."""
    if as_json:
        print_json([each._asdict() for each in moved])
        return
    for word, distance, expected, p_value, q_value in moved:
        figures = f"{distance:.4f}  {expected:.4f}  {p_value:.2e}  {q_value:.2e}"
        print(f"{figures}  {escape(str(word))}")

"""Halves of evaluation sets: one to choose recipes on, one to report.

A question or a pair belongs to a half by its words alone, so that the halves stay the same
whatever the order of a file.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from firth.evaluation.analogies import Question
from firth.evaluation.similarity import Pair


def is_for_tuning(words: Sequence[str]) -> bool:
    """Return whether a question or a pair, by its words, belongs to the half for tuning."""
    return zlib.crc32("\t".join(words).lower().encode()) % 2 == 0


def half_of_questions(
    sections: dict[str, list[Question]], *, tuning: bool
) -> dict[str, list[Question]]:
    """Return one half of the questions of each section, as `read_analogies` reads them."""
    return {
        name: [question for question in questions if is_for_tuning(question[:4]) is tuning]
        for name, questions in sections.items()
    }


def half_of_pairs(pairs: list[Pair], *, tuning: bool) -> list[Pair]:
    """Return one half of the pairs, as `read_pairs` reads them."""
    return [pair for pair in pairs if is_for_tuning(pair[:2]) is tuning]

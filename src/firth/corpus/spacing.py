"""Finding out whether a text has no spaces between words, as in Chinese and Thai."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from firth.corpus.chunk_table import ChunkTable

# Size of the sample of chunks. Half of it are the most frequent chunks.
_SAMPLE = 4096

CHINESE_OR_JAPANESE = "Chinese or Japanese"
# Scripts without spaces between words: the name of their languages in a message, any character, and
# the longest word. If chunks have more characters on average, they are not words. Segmented text
# has less than half as many.
_SCRIPTS = (
    (
        CHINESE_OR_JAPANESE,
        r"[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]",
        5,
    ),
    ("Thai", r"[\u0e00-\u0e7f]", 10),
    ("Lao", r"[\u0e80-\u0eff]", 10),
    ("Tibetan", r"[\u0f00-\u0fff]", 12),
    ("Burmese", r"[\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f]", 12),
    ("Khmer", r"[\u1780-\u17ff]", 12),
)


def find_unspaced_script(chunks: ChunkTable) -> str | None:
    """Return the languages of most of a text if it has no spaces between words, or else None.

    Parameters
    ----------
    chunks : ChunkTable
        The distinct chunks of the text. A sample of them is looked at.
    """
    numbers, weights = _sample(chunks.counts)
    spelled = chunks.spell(numbers)
    if "".join(spelled).isascii():
        return None
    letters = weights @ _count(r"\w", spelled)
    for languages, character, longest_word in _SCRIPTS:
        found = _count(character, spelled)
        characters, chunks_with_it = weights @ found, weights @ (found > 0)
        if characters > letters / 2 and characters > longest_word * chunks_with_it:
            return languages
    return None


def _sample(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return chunks and their weights: the most frequent ones, and every so many of the rest."""
    half = _SAMPLE // 2
    if len(counts) <= _SAMPLE:
        return np.arange(len(counts)), counts.astype(np.float64)
    order = np.argpartition(-counts, half)
    frequent, rest = order[:half], np.sort(order[half:])
    step = len(rest) // half
    chosen = rest[::step]
    weights = np.concatenate([counts[frequent], step * counts[chosen]])
    return np.concatenate([frequent, chosen]), weights.astype(np.float64)


def _count(pattern: str, chunks: list[str]) -> NDArray[np.float64]:
    return np.array([len(re.findall(pattern, chunk)) for chunk in chunks], np.float64)

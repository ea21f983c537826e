"""Finding out whether a text has no spaces between words, as in Chinese and Thai."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.corpus.chunk_table import ChunkTable

# Size of the sample of chunks. Half of it are the most frequent chunks.
_SAMPLE = 4096
_WORD_CHARACTER = re.compile(r"\w")


class _Script(NamedTuple):
    """A script that has no spaces between words.

    Parameters
    ----------
    name : str
        The name of its languages in a message.
    character : Pattern
        Any character of it.
    longest_word : int
        Chunks that have more characters than this on average are not words. Segmented text has
        less than half of it.
    """

    name: str
    character: re.Pattern[str]
    longest_word: int


CHINESE_OR_JAPANESE = "Chinese or Japanese"
_SCRIPTS = (
    _Script(
        CHINESE_OR_JAPANESE,
        re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"),
        5,
    ),
    _Script("Thai", re.compile(r"[\u0e00-\u0e7f]"), 10),
    _Script("Lao", re.compile(r"[\u0e80-\u0eff]"), 10),
    _Script("Tibetan", re.compile(r"[\u0f00-\u0fff]"), 12),
    _Script("Burmese", re.compile(r"[\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f]"), 12),
    _Script("Khmer", re.compile(r"[\u1780-\u17ff]"), 12),
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
    letters = weights @ _count(_WORD_CHARACTER, spelled)
    for script in _SCRIPTS:
        found = _count(script.character, spelled)
        characters, chunks_with_it = weights @ found, weights @ (found > 0)
        if characters > letters / 2 and characters > script.longest_word * chunks_with_it:
            return script.name
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


def _count(pattern: re.Pattern[str], chunks: list[str]) -> NDArray[np.float64]:
    return np.array([len(pattern.findall(chunk)) for chunk in chunks], np.float64)

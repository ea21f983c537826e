"""Lines in context: a word in the corpus, with what stands around it (keyword in context)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

from firth.corpus.sources import TextFile, read_text
from firth.explorer.schemas import Line, Lines

# Characters on each side.
AROUND = 60
# A rare word of a large corpus is not looked for longer.
MOST_SECONDS = 5.0
# A page that shows only the first pages of a corpus would show one subject.
_STRIDE = 50


def lines_with(
    word: str,
    files: list[TextFile],
    split: Callable[[str], list[str]],
    top: int,
    *,
    seconds: float = MOST_SECONDS,
) -> Lines:
    """Return up to `top` places of a corpus where a word stands.

    A place counts if the text there is cut into words as the vectors' own text was, and the word is
    one of them: so `he` is not found in `the`, nor a Chinese word across two others.

    Parameters
    ----------
    word : str
    files : list of TextFile
    split : callable
        Cuts a text into words.
    top : int
    seconds : float
        After this time, what was found is returned.
    """
    pattern = re.compile(re.escape(word).replace("_", r"[_\s]"), re.IGNORECASE)
    latest = time.monotonic() + seconds
    found: list[Line] = []
    for text in _overlapping(read_text(files, "replace")):
        last = -AROUND
        for match in pattern.finditer(text):
            if match.start() < last + AROUND:
                continue
            line = _line(text, match)
            if word in split(f"{line.before}{line.word}{line.after}"):
                found.append(line)
                last = match.end() + _STRIDE
            if len(found) == top or time.monotonic() > latest:
                return Lines(lines=found, complete=False)
        if time.monotonic() > latest:
            return Lines(lines=found, complete=False)
    return Lines(lines=found, complete=True)


def _line(text: str, match: re.Match[str]) -> Line:
    """Return what stands around a match, within its line and by whole words where there are any."""
    start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - AROUND)
    end = text.find("\n", match.end())
    end = min(len(text) if end < 0 else end, match.end() + AROUND)
    before, after = text[start : match.start()], text[match.end() : end]
    if start > 0 and " " in before and text[start - 1] not in " \n":
        before = before[before.index(" ") + 1 :]
    if end < len(text) and " " in after and text[end] not in " \n":
        after = after[: after.rindex(" ")]
    return Line(before=before, word=match[0], after=after)


def _overlapping(blocks: Iterator[str]) -> Iterator[str]:
    """Yield blocks of text, each with the end of the one before, so that no place is cut."""
    yield from (text for _, text in pairwise(_with_tails(blocks)))


def _with_tails(blocks: Iterator[str]) -> Iterator[str]:
    tail = ""
    yield tail
    for block in blocks:
        yield tail + block
        tail = block[-AROUND:]

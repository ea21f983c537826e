"""Lines in context: a word in the corpus, with what stands around it (keyword in context)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

from firth.corpus.sources import TextFile, read_text
from firth.explorer.schemas import Line, Lines
from firth.normalization import spellings

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
    forms = spellings(word)
    any_form = "|".join(re.escape(form).replace("_", r"[_\s]") for form in forms)
    pattern = re.compile(any_form, re.IGNORECASE)
    latest = time.monotonic() + seconds
    found: list[Line] = []
    for text, begin, end in _searched(read_text(files, "replace"), max(map(len, forms))):
        last = begin - AROUND
        for match in pattern.finditer(text, begin):
            if match.start() >= end:
                break
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


def _searched(blocks: Iterator[str], length: int) -> Iterator[tuple[str, int, int]]:
    """Yield parts of a text, each with where the places in it begin and end that are its own.

    Parts overlap, so each place has what stands around it, and each is in one part only. `length`
    is that of the longest match.
    """
    text, begin = "", 0
    for block in blocks:
        text += block
        # One character more tells whether a word is cut.
        end = len(text) - length - AROUND
        if end > begin:
            yield text, begin, end
            kept = max(0, end - AROUND - 1)
            text, begin = text[kept:], end - kept
    yield text, begin, len(text)

"""Layouts of published sets of word pairs, recognised by their heading or first row.

============================== ==========================================================
Firth, RG-65, MTurk-771, MEN   `word word score`
WordSim-353, Rare Words        `word word mean score score ...`, a score from each person
SimLex-999                     `word1 word2 POS SimLex999 conc(w1) ...`, with a heading
SimVerb-3500                   `word word POS score relation`
SCWS                           `id word POS word POS context context mean score ...`
Tables with row numbers        `id word word score`
============================== ==========================================================

The words of MEN's lemma form end with a part of speech, as in *sun-n*. Scores may have a decimal
comma, as in German tables.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

_SEPARATORS = "\t;,\uff0c"
# Fields of a row: two words and a score.
_FEWEST = 3
# Lower-case headings without white space, underscores and quotes; of several scores, the first of
# these is used.
_FIRST_WORD = {"word1", "w1", "wordone", "firstword", "worda", "word", "term1", "noun1", "verb1"}
_SECOND_WORD = {"word2", "w2", "wordtwo", "secondword", "wordb", "term2", "noun2", "verb2"}
_SCORES = (
    "simlex999", "human(mean)", "humanmean", "mean", "score", "similarity", "relatedness", "rating",
    "average", "avgscore", "averagescore", "goldscore", "gold", "human",
)  # fmt: skip
_PARTS_OF_SPEECH = {"A", "N", "V", "R", "J", "ADJ", "ADV", "NOUN", "VERB", "NN", "JJ", "VB", "RB"}
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_LEMMA = re.compile(r"(.+)-[nvja]")


@dataclass(frozen=True)
class Layout:
    """The indices of two words and their score in a row, and its number of fields."""

    first: int
    second: int
    score: int
    fields: int


def cut(line: str) -> list[str]:
    r"""Cut a line at tabs or, without tabs, at semicolons, commas, full-width commas or spaces.

    A mark that makes fewer than three fields of a line is no separator if white space makes three.

    Examples
    --------
    >>> cut('"new york", city, 5')
    ['new york', 'city', '5']
    >>> cut("tea coffee 7,5"), cut("tea  coffee \t 7.5")
    (['tea', 'coffee', '7,5'], ['tea', 'coffee', '7.5'])
    """
    separator = next((mark for mark in _SEPARATORS if mark in line), None)
    words = line.split()
    if separator is not None and len(line.split(separator)) < _FEWEST == len(words):
        return words
    return [_unquoted(field.strip()) for field in line.split(separator)]


def _unquoted(field: str) -> str:
    quoted = len(field) > 1 and field[0] == field[-1] == '"'
    return field[1:-1].strip() if quoted else field


def to_score(field: str) -> float:
    """Return a score, or NaN if the field is not a finite number.

    Examples
    --------
    >>> to_score("3.92"), to_score("3,92"), to_score("tea")
    (3.92, 3.92, nan)
    """
    if _DECIMAL_COMMA.fullmatch(field):
        field = field.replace(",", ".")
    try:
        score = float(field)
    except ValueError:
        return math.nan
    return score if math.isfinite(score) else math.nan


def layout_of_heading(fields: Sequence[str]) -> Layout | None:
    """Return the layout that a heading describes, or None for an unknown heading.

    Examples
    --------
    >>> layout_of_heading(["word1", "word2", "POS", "SimLex999", "conc(w1)"])
    Layout(first=0, second=1, score=3, fields=5)
    """
    names = [re.sub(r"[\s_]", "", field).lower() for field in fields]
    first, second = (
        next((place for place, name in enumerate(names) if name in known), None)
        for known in (_FIRST_WORD, _SECOND_WORD)
    )
    score = next((names.index(name) for name in _SCORES if name in names), None)
    if first is None or second is None or score is None:
        return None
    return Layout(first, second, score, len(fields))


def layout_of_row(fields: Sequence[str]) -> Layout | None:
    """Return the layout of a first row without heading, or None for an unknown layout.

    Examples
    --------
    >>> layout_of_row(["take", "remove", "V", "6.81", "SYNONYMS"])
    Layout(first=0, second=1, score=3, fields=5)
    >>> layout_of_row(["7", "tiger", "cat", "7.35"])
    Layout(first=1, second=2, score=3, fields=4)
    >>> layout_of_row(["new", "york", "city", "5"])
    """
    if len(fields) < _FEWEST or not all(fields[:2]):
        return None
    is_number = [not math.isnan(to_score(field)) for field in fields]
    is_speech = [field.upper() in _PARTS_OF_SPEECH for field in fields]
    if all(is_number[2:]):
        return Layout(0, 1, 2, len(fields))
    if is_speech[2] and is_number[3:4] == [True]:
        return Layout(0, 1, 3, len(fields))
    if len(fields) > 7 and is_speech[2] and is_speech[4] and is_number[7]:
        return Layout(1, 3, 7, len(fields))
    if len(fields) > _FEWEST and is_number[0] and not is_number[1] and all(is_number[3:]):
        return Layout(1, 2, 3, len(fields))
    return None


def without_parts_of_speech(words: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Remove the part of speech from the words of all pairs, if every word ends with one.

    Examples
    --------
    >>> without_parts_of_speech([("sun-n", "shine-v")]), without_parts_of_speech([("x-n", "y")])
    ([('sun', 'shine')], [('x-n', 'y')])
    """
    found = [(_LEMMA.fullmatch(a), _LEMMA.fullmatch(b)) for a, b in words]
    lemmas = [(a[1], b[1]) for a, b in found if a and b]
    return lemmas if len(lemmas) == len(words) else list(words)

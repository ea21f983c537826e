"""What the words of a text are spelled with."""

from __future__ import annotations

import re
from itertools import islice
from typing import Literal
from unicodedata import category

from firth.corpus.vocabulary import Vocabulary

Script = Literal["letters", "characters", "signs"]

# The most frequent words are enough to tell.
_SAMPLE = 4096
_MARK = "\u3005-\u3007"
_KANA = "\u3040-\u30ff"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HANGUL = "\uac00-\ud7a3"
_CHARACTER = re.compile(f"[{_MARK}{_KANA}{_HAN}{_HANGUL}]")


def find_script(vocabulary: Vocabulary) -> Script:
    """Return what most of a text is spelled with.

    Parameters
    ----------
    vocabulary : Vocabulary
        The words of the text, by count.

    Returns
    -------
    {"letters", "characters", "signs"}
        Letters, as in Latin, Arabic or Thai; characters that are a syllable or more each, as in
        Chinese, Japanese and Korean; or neither: digits, punctuation and other signs, as in lists
        of numbers.

    Examples
    --------
    >>> [find_script(Vocabulary([word], [1])) for word in ("tea", "чай", "茶", "3.14")]
    ['letters', 'letters', 'characters', 'signs']
    """
    letters = characters = signs = 0
    for word, count in zip(islice(vocabulary.words, _SAMPLE), vocabulary.counts, strict=False):
        rest, found = _CHARACTER.subn("", str(word))
        # Marks belong to letters: vowels in many scripts.
        spelling = sum(category(character)[0] in "LM" for character in rest)
        letters += spelling * int(count)
        characters += found * int(count)
        signs += (len(rest) - spelling) * int(count)
    if signs >= letters + characters:
        return "signs"
    return "letters" if letters > characters else "characters"

"""Fonts that contain the letters of a text, so that no word is drawn as boxes.

Matplotlib's own font has Latin, Greek, Cyrillic and more, but no Chinese. It stays the first
choice; a text with other letters gets more families after it.
"""

from __future__ import annotations

import contextlib
import logging
import unicodedata
from collections.abc import Iterator

from matplotlib import font_manager, rcParams
from matplotlib.font_manager import FontProperties, fontManager

from firth.errors import FirthError

# The preferred fonts for Chinese: sans serif first, and the character forms of mainland China
# before those of Taiwan, Japan and Korea.
CJK_FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
    "Source Han Sans", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "STHeiti",
    "Microsoft YaHei", "DengXian", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Droid Sans Fallback", "SimSun", "Arial Unicode MS",
    "Noto Sans CJK TC", "Noto Sans TC", "Source Han Sans TC", "PingFang TC",
    "Microsoft JhengHei", "Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic",
    "IPAGothic", "Noto Sans CJK KR", "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic",
    "Noto Serif CJK SC", "Source Han Serif SC", "AR PL UMing CN", "AR PL UKai CN",
)  # fmt: skip

# This font draws every letter as a box with the name of its script.
_BOXES = "Last Resort"
_CJK_NAMES = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH")
LONGEST_WORD = 40


def shown(content: object) -> str:
    r"""Return a text for drawing: on one line, with invisible characters as escapes.

    >>> shown("tab\there"), shown(7)
    ('tab\\there', '7')
    """
    return "".join(_visible(letter) for letter in str(content))


def shortened(word: object, longest: int = LONGEST_WORD) -> str:
    """Return a word for drawing: at most 40 letters, and quotes around a word of only blanks.

    >>> shortened("king"), len(shortened("a" * 100)), shortened("a" * 100)[-2:]
    ('king', 40, 'a…')
    """
    letters = str(word)
    if len(letters) > longest:
        letters = letters[: longest - 1] + "…"
    return legible(letters)


def legible(content: object) -> str:
    """Return a text for reading, as `shown` does, with quotes around one of only blanks.

    >>> legible("king"), legible(" ")
    ('king', "' '")
    """
    letters = str(content)
    return shown(letters if letters.strip() else repr(letters))


def _visible(letter: str) -> str:
    # Control characters, surrogates, separators of lines and paragraphs.
    hidden = unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")
    return letter.encode("unicode_escape").decode("ascii") if hidden else letter


def families(text: str) -> list[str]:
    """Find font families that draw `text`: the user's choice, then others that are needed.

    Raises
    ------
    FirthError
        If no font has one of the letters. The message names a package with such a font.

    Examples
    --------
    >>> families("king") == families("naïve")
    True
    """
    chosen = list(rcParams["font.family"])
    missing = dict.fromkeys(text)
    for family in chosen:
        missing = _without(missing, family)
    for family in _further_families() if missing else ():
        left = _without(missing, family)
        if left != missing:
            chosen.append(family)
            missing = left
        if not missing:
            break
    if missing:
        raise _no_font(next(iter(missing)), text)
    return chosen


def _without(letters: dict[str, None], family: str) -> dict[str, None]:
    """Return the letters that a family does not have."""
    # Matplotlib logs each font that it does not find, even if it finds another.
    log = logging.getLogger("matplotlib.font_manager")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        # In a list, since a single family is parsed as a pattern, where a hyphen is special.
        properties = FontProperties(family=[family])
        path = font_manager.findfont(properties, fallback_to_default=False)
        font = font_manager.get_font(path)
    except (ValueError, OSError, RuntimeError):
        # The font is missing or cannot be read.
        return letters
    finally:
        log.setLevel(level)
    if not font.scalable:
        # A bitmap font, such as many emoji fonts, which Matplotlib cannot draw.
        return letters
    return {letter: None for letter in letters if not font.get_char_index(ord(letter))}


def _further_families() -> Iterator[str]:
    """Iterate over the families that Matplotlib knows, then over newly installed ones."""
    known = _known_families()
    yield from _in_order(known)
    _add_new_fonts()
    yield from _in_order(_known_families() - known)


def _known_families() -> set[str]:
    return {font.name for font in fontManager.ttflist if not font.name.startswith(_BOXES)}


def _in_order(names: set[str]) -> list[str]:
    return [name for name in CJK_FAMILIES if name in names] + sorted(names - {*CJK_FAMILIES})


def _add_new_fonts() -> None:
    """Add fonts to Matplotlib's list that were installed after it was made."""
    known = {font.fname for font in fontManager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        # A file that is not a readable font is skipped.
        with contextlib.suppress(OSError, RuntimeError, ValueError, NotImplementedError):
            fontManager.addfont(path)


def _no_font(letter: str, text: str) -> FirthError:
    package, font = "fonts-noto-core", "Noto Sans"
    if unicodedata.name(letter, "").startswith(_CJK_NAMES):
        package, font = "fonts-noto-cjk", "Noto Sans CJK"
    elif unicodedata.category(letter) == "So":
        package, font = "fonts-symbola", "Symbola"
    where = "" if text == letter else f" of {text!r}"
    return FirthError(
        f"no font on this machine has {letter!r} (U+{ord(letter):04X}){where}; install one: "
        f"the package {package} on Debian and Ubuntu, the font {font} elsewhere; "
        "or choose other words (--words, words)"
    )

"""Fonts that have the letters of a text, so that no word is drawn as boxes.

Matplotlib's own font has Latin, Greek, Cyrillic and more, but no Chinese. It stays the first
choice; a text that holds other letters gets further families behind it.
"""

from __future__ import annotations

import contextlib
import logging
import unicodedata
from collections.abc import Iterator

from matplotlib import font_manager, rcParams
from matplotlib.font_manager import FontProperties, fontManager

from firth.errors import FirthError

# Of the fonts that have Chinese, those that are asked first: even strokes, and the forms of the
# mainland before those of Taiwan, Japan and Korea.
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

# It has every letter there is, as a box that names the script.
_BOXES = "Last Resort"
_CJK_NAMES = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH")
LONGEST_WORD = 40


def shown(content: object) -> str:
    r"""Return a text as it is drawn: on one line, with what cannot be seen spelled out.

    >>> shown("tab\there"), shown(7)
    ('tab\\there', '7')
    """
    return "".join(_visible(letter) for letter in str(content))


def shortened(word: object, longest: int = LONGEST_WORD) -> str:
    """Return a word as it is drawn, at most 40 letters of it; blanks alone in quotes.

    >>> shortened("king"), len(shortened("a" * 100)), shortened("a" * 100)[-2:]
    ('king', 40, 'a…')
    """
    letters = str(word)
    if len(letters) > longest:
        letters = letters[: longest - 1] + "…"
    return shown(letters if letters.strip() else repr(letters))


def _visible(letter: str) -> str:
    # Controls, halves of surrogate pairs, ends of lines and paragraphs.
    hidden = unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")
    return letter.encode("unicode_escape").decode("ascii") if hidden else letter


def families(text: str) -> list[str]:
    """Find the font families that draw `text`: the user's own, then what it takes besides.

    Raises
    ------
    FirthError
        If no font has one of the letters. The message names a package that brings one.

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
    """Return those of the letters that a family lacks."""
    # It tells of each font it does not find, also on the way to one that it does.
    log = logging.getLogger("matplotlib.font_manager")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        # In a list: a family by itself would be read as a pattern, in which a hyphen means more.
        properties = FontProperties(family=[family])
        path = font_manager.findfont(properties, fallback_to_default=False)
        font = font_manager.get_font(path)
    except (ValueError, OSError, RuntimeError):
        # Not there, or not to be read.
        return letters
    finally:
        log.setLevel(level)
    if not font.scalable:
        # Coloured pictures of one size, as of many emoji.
        return letters
    return {letter: None for letter in letters if not font.get_char_index(ord(letter))}


def _further_families() -> Iterator[str]:
    """Go through the families that Matplotlib knows, then through those it has not met yet."""
    known = _known_families()
    yield from _in_order(known)
    _meet_new_fonts()
    yield from _in_order(_known_families() - known)


def _known_families() -> set[str]:
    return {font.name for font in fontManager.ttflist if not font.name.startswith(_BOXES)}


def _in_order(names: set[str]) -> list[str]:
    return [name for name in CJK_FAMILIES if name in names] + sorted(names - {*CJK_FAMILIES})


def _meet_new_fonts() -> None:
    """Tell Matplotlib of fonts that were installed since it last looked."""
    known = {font.fname for font in fontManager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        # A file that cannot be read as a font draws no letter: the search goes on without it.
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

"""Random words of all Unicode planes, the same for every version of Python and Unicode."""

import hashlib
import unicodedata

import numpy as np

# First and last code point. All are assigned, or never will be to anything that composes.
RANGES = [
    (0x21, 0x7E), (0x61, 0x7A), (0xA1, 0x24F), (0x300, 0x36F), (0x400, 0x52F), (0x591, 0x5BD),
    (0x5D0, 0x5EA), (0x621, 0x652), (0x905, 0x94D), (0x1100, 0x11FF), (0x3041, 0x3096),
    (0x3099, 0x309A), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0xE000, 0xF8FF), (0xFF01, 0xFF5E),
    (0x10330, 0x1034A), (0x1F300, 0x1F64F), (0x20000, 0x2A6D6), (0x2F800, 0x2FA1D),
    (0x30000, 0x3134A), (0xE0100, 0xE01EF), (0xF0000, 0xFFFFD), (0x100000, 0x10FFFD),
]  # fmt: skip
_MOST_CHARACTERS = 12


def unicode_words(number: int, seed: str = "words") -> list[str]:
    """Return random words of 0 to 12 characters, not normalized; some are short English ones."""
    draws = np.frombuffer(hashlib.shake_256(seed.encode()).digest(4 * 40 * number), "<u4")
    words = []
    for draw in draws.reshape(number, 40).tolist():
        # One word in four is of one range, the others are mixed.
        chosen = [draw[0] if draw[0] % 4 == 0 else each for each in draw[1:14]]
        ranges = [RANGES[each // 4 % len(RANGES)] for each in chosen]
        points = [
            first + each % (last - first + 1)
            for (first, last), each in zip(ranges, draw[14:27], strict=True)
        ]
        words.append("".join(map(chr, points))[: draw[27] % (_MOST_CHARACTERS + 1)])
    return words


def composed_words(number: int, seed: str = "words") -> list[str]:
    """Return `unicode_words` in NFC, as other programs must be given them."""
    return [unicodedata.normalize("NFC", word) for word in unicode_words(number, seed)]

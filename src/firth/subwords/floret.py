"""How floret hashes: a word and its n-grams have several rows each, in one table of few rows.

Source: floret 0.10.5, `Dictionary::computeSubwords` and `Dictionary::murmurhash`; the hash is
MurmurHash3 x64 of 128 bits by Austin Appleby, in the public domain.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from firth.checks import shown, whole_number
from firth.errors import ConfigError

# A hash of 128 bits has four numbers of 32.
MOST_HASHES = 4
# floret's own are one character. Long ones would give each word as many n-grams as a long word has.
_LONGEST_MARK = 16
# The constants of MurmurHash3.
FACTORS = 0x87C37B91114253D5, 0x4CF5AD432745937F
STEPS = 0x52DCE729, 0x38495AB5
MIXERS = 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53
_MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Floret:
    """How floret hashes n-grams.

    Parameters
    ----------
    hashes : int
        How many rows an n-gram has, from 1 to 4.
    seed : int
        Where the hash starts, of 32 bits.
    begin, end : str
        The marks before and after a word, of at most 16 characters.

    Raises
    ------
    ConfigError
        If a number is out of range, or a mark is not text or too long.

    Examples
    --------
    >>> Floret(2, 2166136261).rows_of("<tea>", 50)
    [15, 14]
    """

    hashes: int
    seed: int
    begin: str = "<"
    end: str = ">"

    def __post_init__(self) -> None:
        """Check the parts."""
        for name, least, most in (("hashes", 1, MOST_HASHES), ("seed", 0, (1 << 32) - 1)):
            number = whole_number(f"{name} of floret", getattr(self, name), least=least, most=most)
            object.__setattr__(self, name, number)
        for mark in (self.begin, self.end):
            if not isinstance(mark, str):
                raise ConfigError(f"a mark of floret must be text, got {shown(mark)}")
            if len(mark) > _LONGEST_MARK:
                limit = f"at most {_LONGEST_MARK} characters"
                raise ConfigError(f"a mark of floret must have {limit}, got {len(mark):,}")

    @property
    def marks(self) -> int:
        """How many characters the marks have together."""
        return len(self.begin) + len(self.end)

    def rows_of(self, ngram: str, buckets: int) -> list[int]:
        """Return the rows of an n-gram."""
        numbers = murmur_hash(ngram.encode("utf-8", "surrogatepass"), self.seed)
        return [number % buckets for number in numbers[: self.hashes]]

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` makes the same of."""
        return asdict(self)

    @classmethod
    def from_json(cls, saved: object) -> Self:
        """Return what `as_json` described.

        Raises
        ------
        ConfigError
            If the description is damaged.
        """
        names = list(cls.__dataclass_fields__)
        if not isinstance(saved, Mapping) or set(saved) != set(names):
            raise ConfigError(f"floret must have the keys {', '.join(names)}, got {shown(saved)}")
        return cls(**saved)


def murmur_hash(data: bytes, seed: int) -> tuple[int, int, int, int]:
    """Return the four numbers of 32 bits of a hash by MurmurHash3 x64 of 128 bits.

    Examples
    --------
    >>> murmur_hash(b"", 0), murmur_hash(b"hello", 0)
    ((0, 0, 0, 0), (1102945026, 3419973555, 1219370265, 1528729706))
    """
    one = two = seed
    whole = len(data) - len(data) % 16
    for low, high in struct.iter_unpack("<2Q", data[:whole]):
        one ^= _scrambled(low, 0)
        one = (_turned(one, 27) + two) * 5 + STEPS[0] & _MASK
        two ^= _scrambled(high, 1)
        two = (_turned(two, 31) + one) * 5 + STEPS[1] & _MASK
    low, high = struct.unpack("<2Q", data[whole:].ljust(16, b"\0"))
    one ^= _scrambled(low, 0) ^ len(data)
    two ^= _scrambled(high, 1) ^ len(data)
    one = one + two & _MASK
    two = two + one & _MASK
    one, two = _mixed(one), _mixed(two)
    one = one + two & _MASK
    two = two + one & _MASK
    return one & 0xFFFFFFFF, one >> 32, two & 0xFFFFFFFF, two >> 32


def _turned(number: int, bits: int) -> int:
    """Return a number of 64 bits turned to the left."""
    return (number << bits | number >> 64 - bits) & _MASK


def _scrambled(part: int, half: int) -> int:
    """Return 8 bytes as they go into one half of the hash."""
    part = _turned(part * FACTORS[half] & _MASK, (31, 33)[half])
    return part * FACTORS[1 - half] & _MASK


def _mixed(number: int) -> int:
    """Return a number in which each bit depends on all of its bits."""
    for factor in MIXERS:
        number = (number ^ number >> 33) * factor & _MASK
    return number ^ number >> 33

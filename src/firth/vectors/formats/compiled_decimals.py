"""Reading and writing rows of decimal numbers in compiled code, with every rounding exact.

What cannot be known to be exact is left to others.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from firth.compilation import called, compiled_bare

_SPACE, _TAB, _NEWLINE, _RETURN = b" \t\n\r"
_PLUS, _MINUS, _POINT, _ZERO, _E = b"+-.0e"
_TO_LOWER = 0x20
# Further digits change less than what is left open; see `_rounded`.
_MANTISSA_ENDS = 10**18
_MOST_POWER = 290
_POWERS = np.array([float(f"1e{power}") for power in range(-_MOST_POWER, _MOST_POWER + 1)])
_OPEN = 2.0**-50

# What is written are nine significant digits, of numbers from 1e-8 up to 9e8.
_DIGITS = 9
_TOO_MANY_DIGITS = 10**_DIGITS
_LEAST_BITS, _TOO_LARGE_BITS = (int(np.float32(x).view(np.uint32)) for x in (1.1e-8, 9e8))
_LEAST_FIXED = -4
# Such as -1.23456789e-05, with a separator.
_LONGEST = 16
_POWERS_OF_5 = np.array([5**power for power in range(2 * _DIGITS)], np.uint64)


def parse(text: bytes, rows: int, dim: int, separator: bytes) -> NDArray[np.float32] | None:
    """Return the numbers (rows, D) of lines; None if they are not read with certainty.

    `separator` is what `DecimalReader` takes.
    """
    numbers = np.empty((rows, dim), np.float32)
    encoded = np.frombuffer(text + b"\n", np.uint8)
    is_read = _parse_rows(encoded, ord(separator), _POWERS, numbers)
    return numbers if is_read else None


@compiled_bare
def _parse_rows(
    text: NDArray[np.uint8], separator: int, powers: NDArray[np.float64], out: NDArray[np.float32]
) -> bool:
    """Write the numbers of each line; tell whether all were read."""
    place = 0
    for i in range(out.shape[0]):
        for k in range(out.shape[1]):
            if k > 0:
                end, place = place, _after_separator(text, place, separator)
                if place == end:
                    return False
            number, place = _number(text, place, powers)
            if not np.isfinite(number):
                return False
            out[i, k] = number
        if separator == _SPACE:
            place = _after_separator(text, place, separator)
        if text[place] != _NEWLINE:
            return False
        place += 1
    return place == len(text)


@called
def _after_separator(text: NDArray[np.uint8], place: int, separator: int) -> int:
    """Return where a separator ends that begins at a place; the same place if there is none."""
    if separator != _SPACE:
        return place + 1 if text[place] == separator else place
    while text[place] == _SPACE or (_TAB <= text[place] <= _RETURN and text[place] != _NEWLINE):
        place += 1
    return place


@called
def _number(
    text: NDArray[np.uint8], place: int, powers: NDArray[np.float64]
) -> tuple[np.float32, int]:
    """Return the number that begins at a place, and where it ends.

    It is NaN if there is none, or it is not known to the last bit.
    """
    unknown = np.float32(np.nan)
    is_negative = text[place] == _MINUS
    if is_negative or text[place] == _PLUS:
        place += 1
    mantissa, kept, end = _digits(text, place, np.uint64(0))
    found, power = end - place, end - place - kept
    place = end
    if text[place] == _POINT:
        mantissa, kept, end = _digits(text, place + 1, mantissa)
        found, power = found + end - place - 1, power - kept
        place = end
    if found == 0:
        return unknown, place
    if text[place] | _TO_LOWER == _E:
        sign = text[place + 1]
        start = place + 2 if sign in (_MINUS, _PLUS) else place + 1
        exponent, _, place = _digits(text, start, np.uint64(0))
        if place == start or exponent > 2 * _MOST_POWER:
            return unknown, place
        power += -int(exponent) if sign == _MINUS else int(exponent)
    value = _rounded(mantissa, power, powers)
    return -value if is_negative else value, place


@called
def _digits(text: NDArray[np.uint8], place: int, mantissa: np.uint64) -> tuple[np.uint64, int, int]:
    """Return a mantissa with the digits from a place on, how many it took, and where they end."""
    kept = 0
    digit = np.uint8(text[place] - _ZERO)
    while digit < 10:
        if mantissa < _MANTISSA_ENDS:
            mantissa = mantissa * np.uint64(10) + np.uint64(digit)
            kept += 1
        place += 1
        digit = np.uint8(text[place] - _ZERO)
    return mantissa, kept, place


@called
def _rounded(mantissa: np.uint64, power: int, powers: NDArray[np.float64]) -> np.float32:
    """Return mantissa * 10**power, or NaN if rounding to float32 is not certain.

    The digits left out, the mantissa as float64, the power and the products are each off by at most
    2**-53 of the value. Where all values less than 2**-50 apart round to one number, it is right.
    """
    if mantissa == 0:
        return np.float32(0.0)
    if abs(power) > _MOST_POWER:
        return np.float32(np.nan)
    value = np.float64(mantissa) * powers[power + _MOST_POWER]
    number = np.float32(value * (1.0 - _OPEN))
    return number if number == np.float32(value * (1.0 + _OPEN)) else np.float32(np.nan)


def spell(rows: NDArray[np.float32], separator: bytes) -> list[bytes] | None:
    """Return the numbers of each row as `%.9g` writes them; None if some are very small or large.

    `separator` is one byte.
    """
    ends = np.empty(len(rows), np.int64)
    text = np.empty(rows.size * _LONGEST, np.uint8)
    bits = np.ascontiguousarray(rows, np.float32).view(np.uint32)
    if not _spell_rows(bits, ord(separator), _POWERS_OF_5, np.empty(_DIGITS, np.uint8), text, ends):
        return None
    places = [0, *ends.tolist()]
    spelled = text.tobytes()
    return [spelled[start : end - 1] for start, end in itertools.pairwise(places)]


@compiled_bare
def _spell_rows(
    bits: NDArray[np.uint32],
    separator: int,
    powers_of_5: NDArray[np.uint64],
    digits: NDArray[np.uint8],
    text: NDArray[np.uint8],
    ends: NDArray[np.int64],
) -> bool:
    """Write the numbers of all rows, with a separator after each; tell whether all were written."""
    place = 0
    for i in range(bits.shape[0]):
        for k in range(bits.shape[1]):
            size = bits[i, k] & np.uint32(0x7FFFFFFF)
            if bits[i, k] != size:
                text[place] = _MINUS
                place += 1
            if size == 0:
                text[place] = _ZERO
                place += 1
            elif _LEAST_BITS <= size < _TOO_LARGE_BITS:
                number, power = _nine_digits(size, powers_of_5)
                place = _write_number(number, power, digits, text, place)
            else:
                return False
            text[place] = separator
            place += 1
        ends[i] = place
    return True


@called
def _nine_digits(bits: np.uint32, powers_of_5: NDArray[np.uint64]) -> tuple[np.uint32, int]:
    """Return the nine digits of a positive float32 as one number, and the power of the first.

    Where two are as near, the even one is taken.
    """
    mantissa = np.uint64(bits & np.uint32(0x7FFFFF) | np.uint32(0x800000))
    power_of_2 = int(bits >> np.uint32(23)) - 150
    # At most one too small.
    power = ((power_of_2 + 23) * 1233) >> 12
    while True:
        scale = _DIGITS - 1 - power
        product = mantissa * powers_of_5[scale]
        shift = power_of_2 + scale
        number = product << np.uint64(max(shift, 0)) >> np.uint64(max(-shift, 0))
        if shift < 0:
            half = np.uint64(1) << np.uint64(-shift - 1)
            rest = product & (half + half - np.uint64(1))
            if rest > half or (rest == half and number & np.uint64(1) == 1):
                number += np.uint64(1)
        if number < _TOO_MANY_DIGITS:
            return np.uint32(number), power
        power += 1


@called
def _write_number(
    number: np.uint32,
    power: int,
    digits: NDArray[np.uint8],
    text: NDArray[np.uint8],
    place: int,
) -> int:
    """Write a number of nine digits, of which the first has this power; return where it ends."""
    left = 0
    for k in range(_DIGITS - 1, -1, -1):
        digits[k] = _ZERO + number % np.uint32(10)
        number //= np.uint32(10)
        if left == 0 and digits[k] != _ZERO:
            left = k + 1
    is_fixed = power >= _LEAST_FIXED
    if is_fixed and power < 0:
        for k in range(1 - power):
            text[place + k] = _POINT if k == 1 else _ZERO
        place += 1 - power
    # Digits before the point; it is written already if there are none.
    whole = power + 1 if is_fixed else 1
    for k in range(max(left, whole)):
        if k == whole and whole > 0:
            text[place] = _POINT
            place += 1
        text[place] = digits[k]
        place += 1
    if not is_fixed:
        for byte in (_E, _MINUS, _ZERO, _ZERO - power):
            text[place] = byte
            place += 1
    return place

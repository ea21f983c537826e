"""The numbers of text formats: rows of float32 as decimal numbers.

NumPy reads them and Python writes them, and compiled code where a file is long enough to repay
loading it: that is some five times as fast. The results are the same, and whatever compiled code
is not certain of, such as a damaged row, it leaves to the others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_NUMERIC = b"0123456789+-.eE"
# Half a step above the largest float32: from here on, numbers round to infinity.
_TOO_LARGE = (2.0 - 2.0**-24) * 2.0**127
# To NumPy, some of these end a row.
_TO_SPACE = bytes.maketrans(b"\t\v\f\r", b" " * 4)
# So many bytes are read or written in about as long as compiled code takes to load.
_COMPILED_FROM = 1 << 24
# Nine significant digits distinguish all float32, also when they are read as float64.
_NUMBER = b"%.9g"


class DecimalReader:
    r"""Reads the rows of a file, block by block.

    Parameters
    ----------
    dim : int
        How many numbers a row has.
    separator : bytes
        What stands between two numbers: one tab, or one space, which stands for any ASCII white
        space but a newline. Such space may end a row too.

    Examples
    --------
    >>> DecimalReader(2, b"\t").parse([b"1\t-2.5", b"5e-1\t0"]).tolist()
    [[1.0, -2.5], [0.5, 0.0]]
    """

    def __init__(self, dim: int, separator: bytes) -> None:
        self.dim, self._separator, self._read = dim, separator, 0

    def parse(self, rows: Sequence[bytes]) -> NDArray[np.float32]:
        """Return the numbers (n, D) of rows, which are given without the ends of lines.

        Raises
        ------
        ValueError
            If a row is anything but D finite numbers.
        """
        text = b"\n".join(rows)
        # A number takes two bytes at least, so no memory is taken for more than there can be.
        if 2 * len(rows) * self.dim > len(text) + 1:
            raise ValueError("too short")
        self._read += len(text)
        if self._read >= _COMPILED_FROM:
            from firth.vectors.formats.compiled_decimals import parse

            numbers = parse(text, len(rows), self.dim, self._separator)
            if numbers is not None:
                return numbers
        return self._parse_by_numpy(text, rows)

    def _parse_by_numpy(self, text: bytes, rows: Sequence[bytes]) -> NDArray[np.float32]:
        delimiter = None if self._separator == b" " else self._separator.decode()
        if delimiter is None:
            text = text.translate(_TO_SPACE)
            rows = text.split(b"\n")
        # NumPy would skip empty rows, and one that is only U+00A0, which is white space in Latin-1.
        if text.translate(None, _NUMERIC + self._separator + b"\n") or not all(rows):
            raise ValueError("stray bytes, or an empty row")
        numbers = np.loadtxt(rows, np.float32, comments=None, delimiter=delimiter, ndmin=2)
        if numbers.shape != (len(rows), self.dim) or not np.isfinite(numbers).all():
            raise ValueError("ragged or not finite")
        return numbers


class DecimalWriter:
    r"""Writes the rows of a file, block by block, with nine significant digits.

    Parameters
    ----------
    separator : bytes
        One byte, which stands between two numbers.

    Examples
    --------
    >>> DecimalWriter(b" ").spell(np.array([[1.0, -2.5], [1e-10, 0.1]], np.float32))
    [b'1 -2.5', b'1.00000001e-10 0.100000001']
    """

    def __init__(self, separator: bytes) -> None:
        self._separator, self._written = separator, 0

    def spell(self, rows: NDArray[np.float32]) -> list[bytes]:
        """Return the numbers of each row (D,), without the end of a line."""
        spelled = None
        if self._written >= _COMPILED_FROM:
            from firth.vectors.formats.compiled_decimals import spell

            spelled = spell(rows, self._separator)
        if spelled is None:
            row_format = self._separator.join([_NUMBER] * rows.shape[1])
            spelled = [row_format % tuple(row) for row in rows.tolist()]
        self._written += sum(map(len, spelled))
        return spelled


def is_finite_number(field: bytes) -> bool:
    """Return whether a field is a number in decimal digits, within the range of float32."""
    try:
        return not field.translate(None, _NUMERIC + b" ") and abs(float(field)) < _TOO_LARGE
    except ValueError:
        return False

"""Decimal numbers: compiled code reads what NumPy reads, to the last bit, or leaves it alone."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import firth
from firth.errors import FormatError
from firth.vectors.formats import decimals
from firth.vectors.formats.compiled_decimals import parse, spell

DIGITS = st.text("0123456789", max_size=25)
SIGNS = st.sampled_from(["", "-", "+"])
EXPONENTS = st.integers(-400, 400).map("e{}".format) | st.just("") | st.just("E+05")
DECIMALS = st.builds("{}{}.{}{}".format, SIGNS, DIGITS, DIGITS, EXPONENTS)


@pytest.fixture(scope="module", autouse=True)
def compile_first() -> None:
    """Compile before hypothesis looks at the time of an example."""
    parse_one("1")


def parse_one(text: str) -> np.float32 | None:
    found = parse(text.encode(), 1, 1, b" ")
    return None if found is None else found[0, 0]


def expected(text: str) -> np.float32:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.float32(float(text))


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_all_float32_are_read(number: float) -> None:
    for text in (f"{number:.9g}", f"{number:.8e}", f"{number:.17g}", f"{number:.30e}"):
        found = parse_one(text)
        assert found is not None
        assert found.tobytes() == np.float32(number).tobytes(), text


@given(DECIMALS)
def test_what_is_read_is_rounded_right(text: str) -> None:
    found = parse_one(text)
    if found is not None:
        assert found.tobytes() == expected(text).tobytes(), text


@given(st.floats(2.0**-100, 2.0**100, width=32), st.integers(-3, 3))
def test_numbers_near_the_middle_of_two(number: float, steps: int) -> None:
    middle = (number + float(np.nextafter(np.float32(number), np.float32(np.inf)))) / 2
    for _ in range(abs(steps)):
        middle = float(np.nextafter(middle, np.inf * steps))
    for text in (repr(middle), f"{middle:.40e}"):
        found = parse_one(text)
        assert found is None or found == expected(text), text


def test_most_short_decimals_are_read() -> None:
    numbers = np.random.default_rng(0).normal(size=10_000)
    for digits in (4, 6, 9, 17):
        assert (
            parse("\n".join(f"{x:.{digits}g}" for x in numbers).encode(), 10_000, 1, b" ")
            is not None
        )


@pytest.mark.parametrize(
    "text",
    [
        *["", "-", ".", "-.", "e5", "1e", "1e+", "1e5.0", "1.2.3", "--1", "1-2", "1,5", "0x10"],
        *["nan", "inf", "1_000", "1e39", "-3.5e38", "1e999999999999", "1 2", " 1", "1\n", "1\n2"],
        *["1\x00", "\u0661"],
    ],
)
def test_anything_else_is_left_alone(text: str) -> None:
    assert parse_one(text) is None


@pytest.mark.parametrize("text", ["5", "5.", ".5", "+.5e-3", "1E5", "-0", "1e05", "0" * 400 + "1"])
def test_all_spellings_of_a_number(text: str) -> None:
    found = parse_one(text)
    assert found is not None
    assert found.tobytes() == expected(text).tobytes()


def test_separators() -> None:
    both = [[1, 2], [3, 4]]
    assert parse(b"1 2\n3 4", 2, 2, b" ").tolist() == both
    assert parse(b"1 \t 2 \r\n3\v4\f", 2, 2, b" ").tolist() == both
    assert parse(b"1\t2\n3\t4", 2, 2, b"\t").tolist() == both
    for text in (b"1\t\t2\n3\t4", b"1 2\n3 4", b"1\t2\t\n3\t4", b"\t1\t2\n3\t4", b"1\t2\n3\t4\r"):
        assert parse(text, 2, 2, b"\t") is None, text
    for text in (b"1 2 3 4", b"1 2\n3", b"1 2\n3 4 5", b"1 2\n\n3 4", b"1\n2 3 4"):
        assert parse(text, 2, 2, b" ") is None, text


def test_rows_that_are_too_short_take_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decimals, "_COMPILED_FROM", 0)
    with pytest.raises(ValueError, match="too short"):
        decimals.DecimalReader(1 << 40, b" ").parse([b"1"] * 10)


@pytest.mark.parametrize("separator", [b" ", b"\t"])
def test_long_files_are_read_by_compiled_code(
    separator: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decimals, "_COMPILED_FROM", 40)
    rows = [separator.join([b"1.5", b"-2e-1"])] * 3
    reader = decimals.DecimalReader(2, separator)
    first = reader.parse(rows)
    monkeypatch.setattr(np, "loadtxt", None)
    assert reader.parse(rows).tobytes() == first.tobytes()


def test_a_damaged_line_of_a_long_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decimals, "_COMPILED_FROM", 0)
    path = tmp_path / "vectors.txt"
    path.write_text("tea 1 2\nmilk in bottles 16777217 1e-46\ncup 5 6\n")
    assert firth.load(path)["milk in bottles"].tolist() == [16777216.0, 0.0]
    path.write_text("tea 1 2\nmilk 3 4e39\ncup 5 6\n")
    with pytest.raises(FormatError, match="line 2: '4e39' is not a finite float32"):
        firth.load(path)


def written(numbers: np.ndarray) -> list[bytes]:
    row_format = b" ".join([b"%.9g"] * numbers.shape[1])
    return [row_format % tuple(row) for row in numbers.astype(np.float32).tolist()]


def test_numbers_of_all_sizes_are_written() -> None:
    random = np.random.default_rng(0)
    bits = random.integers(0, 2**32, (500, 300), np.uint64).astype(np.uint32).view(np.float32)
    is_usual = (np.abs(bits) > 1.1e-8) & (np.abs(bits) < 9e8)
    for numbers in (
        np.where(is_usual, bits, np.copysign(np.float32(0), bits)),
        10.0 ** random.uniform(-7.9, 8.9, (500, 300)),
        random.normal(size=(500, 300)),
        # Exact in few digits, and in the middle of two of nine digits.
        random.integers(-9999, 9999, (500, 300)) * 2.0 ** random.integers(-13, 16, (500, 300)),
    ):
        assert spell(numbers.astype(np.float32), b" ") == written(numbers)


@pytest.mark.parametrize("power", range(-7, 9))
def test_numbers_beside_powers_of_ten_are_written(power: int) -> None:
    steps = np.arange(-20, 21, dtype=np.int32)
    numbers = (np.float32(f"1e{power}").view(np.int32) + steps).view(np.float32)[:, np.newaxis]
    assert spell(numbers, b" ") == written(numbers)


@pytest.mark.parametrize("number", [1e-8, 1e-45, 9e8, 3e38, np.inf, -np.inf, np.nan])
def test_very_small_and_large_numbers_are_left_to_python(number: float) -> None:
    numbers = np.array([[1.0, number]], np.float32)
    assert spell(numbers, b" ") is None
    assert decimals.DecimalWriter(b" ").spell(numbers) == written(numbers)


def test_long_files_are_written_by_compiled_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decimals, "_COMPILED_FROM", 5)
    writer = decimals.DecimalWriter(b"\t")
    numbers = np.array([[1.5, -0.1]], np.float32)
    first = writer.spell(numbers)
    assert first == [b"1.5\t-0.100000001"]
    monkeypatch.setattr(decimals, "_NUMBER", None)
    assert writer.spell(numbers) == first
    assert writer.spell(numbers[:0]) == []

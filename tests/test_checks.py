"""Checks of options: numbers of any type and size, and their messages."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from firth.checks import is_finite, parse_duration, shown, whole_number
from firth.errors import ConfigError


@pytest.mark.parametrize("number", [3, np.int8(3), np.uint64(3)])
def test_whole_numbers_become_int(number):
    assert whole_number("top", number, least=1) == 3
    assert type(whole_number("top", number, least=1)) is int


@pytest.mark.parametrize("value", [3.0, np.float64(3), True, np.True_, "3", None, np.array([3])])
def test_nothing_else_is_a_whole_number(value):
    with pytest.raises(ConfigError, match=r"^top must be a whole number, got "):
        whole_number("top", value, least=1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, True), (np.float16(0.5), True), (Fraction(1, 3), True), (10**300, True),
        (float("nan"), False), (np.float32("inf"), False), (np.longdouble("1e400"), False),
        (10**400, False), (-(10**5000), False), (Fraction(10**400), False), (True, False),
        ("1", False), (Decimal(1), False), (1j, False),
    ],
    ids=lambda value: shown(value)[:20],
)  # fmt: skip
def test_finite_is_what_a_float_can_hold(value, expected):
    assert is_finite(value) is expected


def test_what_is_shown_is_short_and_in_one_line():
    assert shown("a\nb") == r"'a\nb'"
    assert shown(-1_000_000) == "-1,000,000"
    assert shown(10**5000) == "an integer of about 5,000 digits"
    assert len(shown("x" * 10_000)) < 250
    assert shown(Fraction(10**5000)) == "a Fraction too long to be printed"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("10m", 600), ("1.5h", 5400), ("2", 2), (0.5, 0.5), (1e-6, 1e-6)],
)
def test_durations(text, seconds):
    assert parse_duration("every", text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "", "10x", "m", "-1s", 0, -1.0, "0s", "nan", "1e400", True, "9" * 30, None, 9e99, 10**400,
        float("nan"),
    ],
)  # fmt: skip
def test_what_is_no_duration_is_an_error(text):
    with pytest.raises(ConfigError, match=r"every must be a time .* 30s, 10m"):
        parse_duration("every", text)

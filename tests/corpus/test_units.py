import array
import enum

import numpy as np
import pytest

from firth.corpus.units import check_units
from firth.errors import CorpusError


class Colour(enum.StrEnum):
    RED = "red"


class Number(enum.IntEnum):
    ONE = 1


def checked(source):
    return [list(unit) for unit in check_units(source, lambda done, total: None)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ([["a", "b"], ("c",)], [["a", "b"], ["c"]]),
        ((unit for unit in [[1, 2], [], [3]]), [[1, 2], [3]]),
        ([np.array([1, 2], np.uint16), array.array("q", [3]), range(4, 6)], [[1, 2], [3], [4, 5]]),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        ([np.array(["a", "bc"])], [["a", "bc"]]),
        ([np.array(["a", "bc"], object)], [["a", "bc"]]),
        ([[np.str_("a"), Colour.RED]], [["a", "red"]]),
        ([[np.int32(1), Number.ONE, -(2**63)]], [[1, 1, -(2**63)]]),
        ([np.array([2**63 - 1], np.uint64)], [[2**63 - 1]]),
    ],
)
def test_tokens_become_plain(source, expected):
    units = checked(source)
    assert units == expected
    assert {type(token) for unit in units for token in unit} in ({str}, {np.int64})


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (5, "an iterable of token lists, got int"),
        ((word for word in ["a", "b"]), "unit 0 must be a list.* got str .*give the path"),
        ([["a"], b"bc"], "unit 1 must be a list.* got bytes"),
        ([["a"], {"b"}], "unit 1 must be a list.* got set"),
        ([np.zeros((2, 2), int)], "unit 0 must be a list.* got ndarray"),
        (np.arange(3), "unit 0 must be a list.* got int64"),
        ([["a"], ["b", 1]], "unit 1: all tokens must be str or all int"),
        ([["a"], [1]], "unit 1: all tokens must be str or all int"),
        ([["a", None]], "unit 0: a token must be str or int, got NoneType: None"),
        ([[1, True]], "unit 0: a token must be str or int, got bool: True"),
        ([[1.5]], "unit 0: a token must be str or int, got float: 1.5"),
        ([np.array([0.5])], "unit 0: a token must be str or int, got float64"),
        ([np.array([True])], "unit 0: a token must be str or int, got bool"),
        (
            [np.array(["2020-01-01"], "M8[ns]")],
            "unit 0: a token must be str or int, got datetime64",
        ),
        ([[2**63]], "unit 0: integers must fit int64"),
        ([np.array([2**63], np.uint64)], "unit 0: integers must fit int64"),
        ([["a"], [["b"]]], "unit 1: a token must be str or int, got list"),
    ],
)
def test_other_things_are_refused(source, message):
    with pytest.raises(CorpusError, match=message):
        checked(source)


def test_a_buffer_may_be_filled_anew_for_each_unit():
    buffer = np.zeros(2, np.int64)

    def refilled():
        for number in range(3):
            buffer[:] = number
            yield buffer

    units = list(check_units(refilled(), lambda done, total: None))
    assert np.stack(units).tolist() == [[0, 0], [1, 1], [2, 2]]


def test_progress_counts_units():
    calls = []
    units = [["a"], []] * 1500
    list(check_units(units, lambda done, total: calls.append((done, total))))
    assert calls == [(1024, 3000), (2048, 3000), (3000, 3000)]
    list(check_units(iter(units[:2]), lambda done, total: calls.append((done, total))))
    assert calls[-1] == (2, None)

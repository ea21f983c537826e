import array
import enum
from collections import deque
from pathlib import Path

import numpy as np
import pytest

from firth.corpus.units import check_units
from firth.errors import CorpusError


class Colour(enum.StrEnum):
    RED = "red"


class Number(enum.IntEnum):
    ONE = 1


class Numbered:
    """Has no `__iter__`, but numbers from 0."""

    def __getitem__(self, place):
        return [["a"], ["b", "c"]][place]


class Table:
    """As those of pandas, Polars and Arrow: an iterator gives the names of columns, or columns."""

    columns = ("a", "b")

    def __iter__(self):
        return iter([("a", "b")] * 9)


class LazyTable:
    """As that of Polars, which reads its columns when it is asked for them."""

    @property
    def columns(self):
        raise AssertionError("the columns were looked at")

    def collect(self):
        return Table()


class Parts(dict):
    """As several data sets, each with columns."""

    column_names = ("a", "b")


class Parsed:
    """As a token of spaCy."""

    def __init__(self, text):
        self.text = text


class Column:
    """As a Series of pandas, or a tensor."""

    def __init__(self, *values):
        self.values = values
        self.ndim = 1

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values)

    def __iter__(self):
        return map(np.array, self.values)


def checked(source):
    return [list(unit) for unit in check_units(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ([["a", "b"], ("c",)], [["a", "b"], ["c"]]),
        ((unit for unit in [[1, 2], [], [3]]), [[1, 2], [], [3]]),
        ([np.array([1, 2], np.uint16), array.array("q", [3]), range(4, 6)], [[1, 2], [3], [4, 5]]),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        ([np.array(["a", "bc"])], [["a", "bc"]]),
        ([np.array(["a", "bc"], object)], [["a", "bc"]]),
        ([[np.str_("a"), Colour.RED]], [["a", "red"]]),
        ([[np.int32(1), Number.ONE, -(2**63)]], [[1, 1, -(2**63)]]),
        ([np.array([2**63 - 1], np.uint64)], [[2**63 - 1]]),
        ([(word for word in "ab"), {"c": 1, "d": 2}.keys()], [["a", "b"], ["c", "d"]]),
        ([map(int, "12"), deque([3])], [[1, 2], [3]]),
        ({"x": ["a"], "y": ["b"]}.values(), [["a"], ["b"]]),
        (np.array([["a", "b"], ["c"]], object), [["a", "b"], ["c"]]),
        (Numbered(), [["a"], ["b", "c"]]),
        ([Column(1, 2), Column(3)], [[1, 2], [3]]),
        ([Column("a", "b"), ["c"]], [["a", "b"], ["c"]]),
        ([map(Parsed, ["a", "\n ", "b"]), [Parsed("c"), " "]], [["a", "b"], ["c", " "]]),
    ],
)
def test_whatever_gives_tokens_in_an_order_is_a_unit(source, expected):
    units = checked(source)
    assert units == expected
    assert {type(token) for unit in units for token in unit} in ({str}, {np.int64})


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (5, "an iterable of token lists, got int"),
        (
            (text for text in ["a b", "c"]),
            r"unit 0 must be a list of words, got a str: 'a b'; give ",
        ),
        (Table(), r"got a table \(Table\); give a column, such as table\['text'\]"),
        (LazyTable(), r"give a column of what it collects, such as table.collect\(\)\['text'\]"),
        (Parts(), r"give a column of a part, such as table\['train'\]\['text'\]"),
        (np.array(["the cat sat", "a dog ran"]), "got a str: 'the cat sat'; give"),
        (np.array(["a b", "c"]), r"got a str: .*'a b'.*\[sentence.split\(\) for .*path of a file"),
        ((Path(name) for name in ["a"]), "unit 0 must be a list.* got a path; .* in a list"),
        ([["a"], b"bc"], "unit 1 must be a list.* got bytes"),
        ([["a"], {"b"}], "unit 1 must be a list.* got set, which has no order"),
        ({("a", "b")}, "must be a path, .* got set, which has no order"),
        ({"a": ["b"]}, "must be a path, .* got dict"),
        ([{"a": 1}], "unit 0 must be a list.* got dict"),
        (b"ab", "must be a path, .* got bytes"),
        (np.array("a"), "must be a path, .* got ndarray"),
        ([[b"a"]], "unit 0: a token must be str or int, got bytes: b'a'; decode it first"),
        ([["x" * 1000, None], ["b"]], "got NoneType: None"),
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


class Lengthless:
    """Units that are made on the way, as gensim's do; asked for its length, it asks a generator."""

    def __init__(self, error=TypeError):
        self.error = error

    def __len__(self):
        raise self.error("object of type 'generator' has no len()")

    def __iter__(self):
        for words in (["a", "b"], ["c"]):
            yield (word for word in words)


@pytest.mark.parametrize("error", [TypeError, NotImplementedError, AttributeError])
def test_units_need_no_length(error):
    calls = []
    units = list(check_units(Lengthless(error), lambda *call: calls.append(call)))
    assert units == [["a", "b"], ["c"]]
    assert calls == [(2, None)]


def test_a_buffer_may_be_filled_anew_for_each_unit():
    buffer = np.zeros(2, np.int64)

    def refilled():
        for number in range(3):
            buffer[:] = number
            yield buffer

    units = list(check_units(refilled()))
    assert np.stack(units).tolist() == [[0, 0], [1, 1], [2, 2]]


def test_progress_counts_units():
    calls = []
    units = [["a"], []] * 1500
    list(check_units(units, lambda *call: calls.append(call)))
    assert calls == [(1024, 3000), (2048, 3000), (3000, 3000)]
    list(check_units(iter(units[:2]), lambda *call: calls.append(call)))
    assert calls[-1] == (2, None)
    list(check_units(iter(units[:2]), lambda *call: calls.append(call), 2))
    assert calls[-1] == (2, 2)

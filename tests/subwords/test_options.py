import numpy as np
import pytest

from firth.errors import ConfigError
from firth.subwords import check_buckets, check_subwords, make_subwords


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("3-6", (3, 6)),
        (" 3-6 ", (3, 6)),
        ((3, 6), (3, 6)),
        ([1, 1], (1, 1)),
        ((np.int64(2), np.uint8(100)), (2, 100)),
        ("none", "none"),
        (list, list),
    ],
)
def test_each_way_of_giving_the_option_has_one_normal_form(given, expected):
    checked = check_subwords("subwords", given)
    assert checked == expected
    if isinstance(checked, tuple):
        assert [type(length) for length in checked] == [int, int]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((0, 3), "the lengths of subwords must be at least 1, got 0"),
        ("0-3", "the lengths of subwords must be at least 1, got 0"),
        ((3, 101), "the lengths of subwords must be at most 100, got 101"),
        ((6, 3), "subwords must go from a short length to a long one, got 6-3"),
        ((True, 3), "the lengths of subwords must be a whole number, got True"),
        ((3.0, 6), "the lengths of subwords must be a whole number, got 3.0"),
        (("3", "6"), "the lengths of subwords must be a whole number, got '3'"),
        ("3", "such as 3-6, or none, or a function that cuts a word; got '3'"),
        ("³-6", "got '³-6'"),
        ("-3-6", "got '-3-6'"),
        ("None", "got 'None'"),
        (None, "got None"),
        (True, "got True"),
        ((3, 6, 9), "got .3, 6, 9."),
        (b"3-6", "got b'3-6'"),
        ("9" * 999, "got '999"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(given, message):
    with pytest.raises(ConfigError, match=message) as told:
        check_subwords("subwords", given)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 400


@pytest.mark.parametrize("given", [0, -1, 2**31, 2.0, True, "5"])
def test_buckets_are_whole_numbers_that_int32_can_number(given):
    with pytest.raises(ConfigError, match=r"^buckets must be"):
        check_buckets("buckets", given)
    assert check_buckets("buckets", np.int32(2**31 - 1)) == 2**31 - 1


@pytest.mark.parametrize(("option", "what"), [("none", "--subwords 3-6"), (list, "a function")])
def test_buckets_need_characters_to_hash(option, what):
    with pytest.raises(ConfigError, match=f"buckets are for n-grams of characters.*{what}"):
        make_subwords(option, ["tea"], [1], buckets=10)

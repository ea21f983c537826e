import numpy as np
import pytest

from firth.errors import ConfigError
from firth.subwords import count_ngrams, hashed_ngrams, word_bags


@pytest.mark.parametrize(
    "subwords", [count_ngrams(["tea", "teas", "sea"], [3, 2, 1], 2, 4), hashed_ngrams(2, 4, 50)]
)
def test_each_bag_holds_the_own_row_then_those_of_the_ngrams(subwords):
    words = ["tea", "I", "seas", ""]
    offsets, rows = word_bags(subwords, words)
    assert (offsets.dtype, rows.dtype) == (np.int64, np.int32)
    for place, word in enumerate(words):
        bag = rows[offsets[place] : offsets[place + 1]].tolist()
        assert bag == [place, *(len(words) + row for row in subwords.rows_of(word))]
    assert len(rows) == offsets[-1]


def test_no_word_has_no_bag():
    offsets, rows = word_bags(hashed_ngrams(3, 6, 50), [])
    assert (offsets.tolist(), rows.tolist()) == ([0], [])


def test_more_rows_than_int32_can_number_are_refused():
    with pytest.raises(ConfigError, match="1 word and 2,147,483,647 rows of n-grams are more"):
        word_bags(hashed_ngrams(3, 6, 2**31 - 1), ["tea"])
    _, rows = word_bags(hashed_ngrams(3, 3, 2**31 - 2), ["tea"])
    assert rows.min() >= 0

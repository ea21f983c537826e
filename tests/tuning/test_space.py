"""What is searched, and what is refused."""

import numpy as np
import pytest

from firth.errors import ConfigError
from firth.training.config import TrainConfig
from firth.tuning.space import KEEPS_LOSS, SEARCHABLE, SPACE, space_of


def test_the_table_has_options_that_can_be_searched_and_are_in_range():
    assert SPACE.keys() <= SEARCHABLE
    assert KEEPS_LOSS <= SEARCHABLE
    for name, of in SPACE.items():
        for value in of:
            TrainConfig(**{name: value})


def test_what_is_fixed_or_does_not_suit_it_is_not_searched():
    found = space_of(None, {"dim": 50, "documents": "joint"}, by_loss=False)
    assert SPACE.keys() - found.keys() == {"dim", "subwords"}
    assert "negative" not in space_of(None, {"loss": "hs"}, by_loss=False)


def test_losses_are_compared_only_where_the_task_is_the_same():
    assert space_of(None, {}, by_loss=True).keys() == SPACE.keys() & KEEPS_LOSS
    assert "window" in space_of({"window": None}, {}, by_loss=False)
    with pytest.raises(ConfigError, match="window changes what is predicted, so the held-out"):
        space_of({"window": None}, {}, by_loss=True)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"windw": None}, "there is no option 'windw'; the nearest is window"),
        ({"seed": (1, 9)}, "seed cannot be searched: it sets which words"),
        ({"dim": (5, 9)}, "dim is given as 50: fix it or search it, not both"),
        ({"window": (5, 5)}, "the search of window takes a range"),
        ({"window": [5]}, "the search of window takes a range"),
        ({"shrink_windows": None}, "the search of shrink_windows takes a range"),
        ({"window": (0, 5)}, "window must be at least 1, got 0"),
        ({"window": (1.5, 5)}, "window must be a whole number, got 1.5"),
        ({"subwords": ["none", "6-3"]}, "subwords"),
        ({}, "there is nothing to search"),
    ],
)
def test_bad_spaces_are_refused_in_a_line(given, fault):
    with pytest.raises(ConfigError) as caught:
        space_of(given, {"dim": 50}, by_loss=False)
    assert str(caught.value).startswith(fault)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        # Not only 0 and 1.
        ("noise_exponent", (0, 1), (0.0, 1.0)),
        ("sample", (np.float32(0.0), 1), (0.0, 1.0)),
        ("lr", (1, 2), (1.0, 2.0)),
        ("window", (np.int64(2), np.int64(5)), (2, 5)),
        ("negative", (2, np.int8(5)), (2, 5)),
    ],
)
def test_a_range_is_of_the_numbers_that_the_option_takes(name, given, kept):
    found = space_of({name: given}, {}, by_loss=False)[name]
    assert (found, [type(end) for end in found]) == (kept, [type(end) for end in kept])

import copy
import json
import pickle

import pytest

from firth.errors import ConfigError, FormatError
from firth.subwords import Subwords, count_parts, hashed_ngrams, options
from firth.subwords.floret import Floret


def initial(word):
    return [word[:1]]


SAVED = {"least": 3, "most": 4, "buckets": None, "ngrams": ["<te", "ea>"]}


@pytest.mark.parametrize(
    "subwords",
    [
        Subwords(3, 4, ngrams=("<te", "ea>", "\ud800\n茶")),
        Subwords(3, 6),
        hashed_ngrams(1, 2, 7),
        Subwords(0, 0, ngrams=("", "un")),
        Subwords(3, 6, buckets=9, normalization="none", exponent=1.0),
    ],
)
def test_json_keeps_everything_but_a_function(subwords):
    assert Subwords.from_json(json.loads(json.dumps(subwords.as_json()))) == subwords
    assert pickle.loads(pickle.dumps(subwords)) == subwords


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"least": "3"}, "`least` of subwords must be a whole number, got '3'"),
        ({"least": 0}, "the lengths of subwords must be at least 1, got 0"),
        ({"normalization": "NFD"}, "normalization of subwords must be NFC or none, got 'NFD'"),
        ({"exponent": "1"}, "exponent of subwords must be a finite number, got '1'"),
        ({"exponent": 2}, "exponent of subwords must be from 0 to 1, got 2"),
        ({"least": 5}, "from a short length to a long one, got 5-4"),
        ({"most": None}, "`most` of subwords must be a whole number, got None"),
        ({"least": False, "most": False}, "`least` of subwords must be a whole number"),
        ({"buckets": 9}, "hashed subwords have lengths, and no list of n-grams"),
        ({"least": 0, "most": 0, "buckets": 9, "ngrams": []}, "hashed subwords have lengths"),
        ({"buckets": 0, "ngrams": []}, "buckets must be at least 1, got 0"),
        ({"ngrams": ["<te", 5]}, "n-grams must be text, got 5"),
        ({"ngrams": ["<te", ["ea>"]]}, "n-grams must be text, got ..ea>'"),
        ({"ngrams": ["<te", "ea"]}, "n-grams must have 3 to 4 characters, got 'ea'"),
        ({"ngrams": ["<te", "ea>", "<te"]}, "n-grams must differ, got '<te' twice"),
        ({"ngrams": "<te"}, "ngrams must be a list of texts, got '<te'"),
        ({"ngrams": None}, "ngrams must be a list of texts, got None"),
        ({"seed": 1}, "subwords must have the keys least, most, buckets, ngrams; got least"),
    ],
)
def test_damaged_json_is_refused_in_one_line(changes, message):
    with pytest.raises(FormatError, match=message) as told:
        Subwords.from_json({**SAVED, **changes})
    assert "\n" not in str(told.value)


def test_json_has_what_differs_from_training_only():
    assert set(hashed_ngrams(3, 6, 9).as_json()) == {"least", "most", "buckets", "ngrams"}
    saved = Subwords(3, 6, buckets=9, normalization="none", exponent=1).as_json()
    assert (saved["normalization"], saved["exponent"]) == ("none", 1.0)


@pytest.mark.parametrize("saved", [None, [], "subwords", {}, {"least": 3}])
def test_json_of_another_kind_is_refused(saved):
    with pytest.raises(FormatError, match="subwords must have the keys least, most"):
        Subwords.from_json(saved)


def test_a_function_must_be_given_again_after_loading():
    words = ["tea", "toast", "milk"]
    subwords = count_parts(words, [1, 1, 1], initial)
    loaded = Subwords.from_json(subwords.as_json())
    for cut in (loaded.rows_of, loaded.ngrams_of, lambda word: loaded.rows_of_all([word])):
        with pytest.raises(ConfigError, match=r"give it again: vectors.with_cut\(function\)"):
            cut("tap")
    offsets, rows = loaded.rows_of_all(words)
    assert (offsets.tolist(), rows.tolist()) == ([0, 1, 2, 2], [0, 0])
    again = loaded.with_cut(initial)
    assert again == subwords
    assert again.rows_of("tap") == [0]
    with pytest.raises(ConfigError, match="must be a function that cuts a word, got 'tea'"):
        loaded.with_cut("tea")
    with pytest.raises(ConfigError, match="cut by lengths: no function cuts their words"):
        hashed_ngrams(3, 6, 10).with_cut(initial)


def test_another_function_than_before_is_refused():
    subwords = count_parts(["tea", "toast"], [1, 1], initial)
    with pytest.raises(ConfigError, match=r"cuts 'tea' into .*'a'.*, before were found .*'t'"):
        subwords.with_cut(lambda word: ["a", word[-1]])


@pytest.mark.parametrize(
    ("known", "fault"),
    [
        ([], "known words must have lists of rows"),
        ({"tea": 0}, "known words must have lists of rows"),
        ({"tea": [1]}, "must be from 0 to 0; those of 'tea' are"),
        ({"tea": [-1]}, "must be from 0 to 0"),
        ({"tea": [True]}, "must be from 0 to 0"),
    ],
)
def test_damaged_rows_of_known_words(known, fault):
    saved = {"least": 0, "most": 0, "buckets": None, "ngrams": ["t"], "known": known}
    with pytest.raises(FormatError, match=fault):
        Subwords.from_json(saved)
    with pytest.raises(FormatError):
        Subwords.from_json({**SAVED, "known": {"tea": [0]}})


def test_a_function_that_does_not_pickle_is_left_out():
    subwords = count_parts(["tea", "toast"], [1, 1], lambda word: [word[0]])
    assert copy.deepcopy(subwords).rows_of("tap") == [0]
    loaded = pickle.loads(pickle.dumps(subwords))
    assert loaded.cut is None
    assert loaded.rows_of("tea") == [0]
    assert pickle.loads(pickle.dumps(subwords.with_cut(initial))).cut is initial


def test_a_copy_leaves_out_what_is_computed():
    subwords = Subwords(3, 4, ngrams=("<te", "ea>"))
    before = pickle.dumps(subwords)
    subwords.rows_of_all(["tea"])
    assert pickle.dumps(subwords) == before


@pytest.mark.parametrize("word", [5, None])
def test_only_text_has_ngrams(word):
    subwords = Subwords(3, 4, ngrams=("<te",))
    for cut in (subwords.rows_of, subwords.ngrams_of, lambda word: subwords.rows_of_all([word])):
        with pytest.raises(ConfigError, match="subwords need words of text"):
            cut(word)


@pytest.mark.parametrize(
    "kind", [{"ngrams": ("<te",)}, {"buckets": 9}, {"buckets": 9, "floret": Floret(2, 7)}]
)
def test_words_have_a_million_ngrams_at_most(kind, monkeypatch):
    monkeypatch.setattr(options, "MOST_NGRAMS", 100)
    subwords = Subwords(1, 4, **kind)
    for cut in (subwords.rows_of, subwords.ngrams_of, lambda word: subwords.rows_of_all([word])):
        cut("x" * 23)
        with pytest.raises(ConfigError, match="a word of 24 characters may have more than 100 n"):
            cut("x" * 24)


def test_it_is_shown_by_its_size_and_cannot_be_changed():
    subwords = hashed_ngrams(3, 6, 2_000_000)
    assert repr(subwords) == "<Subwords by 3-6, 2,000,000 buckets>"
    assert repr(Subwords(0, 0, ngrams=("a",))) == "<Subwords by a function, 1 row>"
    assert len(subwords) == 2_000_000
    with pytest.raises(AttributeError):
        subwords.least = 1

"""Long lists of words are decoded where they are asked for, and large tables are mapped."""

import json
import mmap
import pickle

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firth.errors import ConfigError, FormatError
from firth.io import mapping
from firth.vectors import Vectors, checks, load
from firth.vectors.formats import lazy_words, native
from firth.vectors.formats.lazy_words import read_lazy_words
from firth.vectors.lazy_words import LazyRows, LazyWords

WORDS = [
    "tea",
    "",
    '"',
    "\\",
    '\\"',
    '", "',
    "line\nend",
    "\ud800",
    "北京",
    "cafe\u0301",
    "a b",
    ",",
    " ",
]


@pytest.fixture(autouse=True)
def _any_size(monkeypatch):
    """Take short lists and small tables for long and large ones."""
    monkeypatch.setattr(lazy_words, "LEAST_BYTES", 0)
    monkeypatch.setattr(mapping, "LEAST_BYTES", 0)


def written(folder, words, counts=None):
    folder.mkdir(exist_ok=True)
    native.write_words(words, None if counts is None else np.array(counts), {}, folder)
    return folder / "vocabulary.json"


def base_of(array):
    while isinstance(array, np.ndarray):
        array = array.base
    return array


def test_words_are_iterated_over_and_sliced_in_blocks_of_rows(tmp_path, monkeypatch):
    Vectors(WORDS, np.ones((len(WORDS), 2), np.float32)).save(tmp_path / "v")
    words = load(tmp_path / "v")._words
    assert isinstance(words, LazyWords)
    monkeypatch.setattr("firth.vectors.lazy_words._ROWS_AT_ONCE", 4)
    assert list(words) == WORDS
    for rows in (slice(None), slice(2, 9), slice(9, 2, -2), slice(5, 5), slice(-3, None)):
        assert words[rows] == WORDS[rows]


def test_a_folder_is_mapped_and_answers_as_vectors_in_memory(tmp_path):
    matrix = np.random.default_rng(1).normal(size=(len(WORDS), 4)).astype(np.float32)
    whole = Vectors(WORDS, matrix, counts=np.arange(len(WORDS)), output_vectors=-matrix)
    whole.save(tmp_path / "v")
    mapped = load(tmp_path / "v")
    assert isinstance(mapped._words, LazyWords)
    assert isinstance(base_of(mapped.input_vectors), mmap.mmap)
    assert isinstance(base_of(mapped.output_vectors), mmap.mmap)
    for word in WORDS:
        assert mapped.similar(word) == whole.similar(word)
        assert mapped.similar(word) == whole.similar(word)  # now that pages were dropped once
    assert "words" not in vars(mapped)
    assert (mapped.words, len(mapped), mapped.shape) == (whole.words, len(whole), whole.shape)
    np.testing.assert_array_equal(mapped.counts, whole.counts)
    again = pickle.loads(pickle.dumps(mapped))
    assert again.words == whole.words
    assert again.similar("tea") == whole.similar("tea")
    with pytest.raises(AttributeError, match="words of Vectors cannot be changed"):
        load(tmp_path / "v").words = ()


def test_a_mapped_folder_can_be_replaced_by_itself(tmp_path):
    Vectors(["tea", "milk"], np.eye(2)).save(tmp_path / "v")
    load(tmp_path / "v").save(tmp_path / "v")
    assert load(tmp_path / "v").words == ("tea", "milk")


def test_a_row_that_is_not_finite_is_refused(tmp_path, assert_refused):
    Vectors(["tea", "milk"], np.eye(2)).save(tmp_path / "v")
    model = tmp_path / "v" / "model.safetensors"
    nan = np.array([np.nan], np.float32).tobytes()
    model.write_bytes(model.read_bytes()[:-4] + nan)
    assert_refused(tmp_path / "v", "word number 2, 'milk', has NaN or infinity")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text(), min_size=1, max_size=20, unique=True), data=st.data())
def test_any_words_and_counts_come_back(tmp_path, words, data):
    number = st.integers(0, 10**18)
    counts = data.draw(st.none() | st.lists(number, min_size=len(words), max_size=len(words)))
    found = read_lazy_words(written(tmp_path / "v", words, counts))
    assert found is not None
    assert list(found[0]) == words
    assert [found[0].row(word) for word in words] == list(range(len(words)))
    assert (None if found[1] is None else found[1].tolist()) == counts
    other = data.draw(st.text().filter(lambda word: word not in words))
    assert found[0].row(other) is None


def test_many_lookups_find_the_same_as_few(tmp_path):
    words, _ = read_lazy_words(written(tmp_path / "v", WORDS))
    rows = LazyRows(words)
    for _ in range(3):
        assert [rows[word] for word in WORDS] == list(range(len(WORDS)))
        assert "milk" not in rows
        assert rows.get(7) is None
    assert list(rows) == WORDS
    with pytest.raises(KeyError):
        rows["milk"]


@pytest.mark.parametrize(
    "content",
    [
        '{"words": [1, 2]}',
        '{"words": ["a", 2], "counts": null}',
        '{"words": ["a","b"], "counts": null}',
        '{"words": ["a", "b"]}',
        '{"words": ["a", "b"], "counts": [1.5, 2]}',
        '{"words": ["a", "b"], "counts": [1, -2]}',
        '{"words": ["a", "b"], "counts": [1, 2000000000000000000]}',
        '{"words": ["a", "b"], "counts": [1 2]}',
        '{"words": ["a", "b"], "counts": [1, 2,]}',
        '{"words": ["a", "b"], "counts": [1, 2], "more": "], \\"counts\\": null}"}',
        '{"words": ["a", "b\\q"], "counts": null}',
        '{"words": ["a", "b\nc"], "counts": null}',
        '{"words": ["a", "b"", "c"], "counts": null}',
        '{"words": ["a", "b], "counts": null}',
        '{"words": ["a", ["b"]], "counts": null}',
    ],
)
def test_another_layout_is_left_to_a_parser(tmp_path, content):
    path = tmp_path / "vocabulary.json"
    path.write_text(content)
    found = read_lazy_words(path)
    assert found is None or list(found[0]) == json.loads(content)["words"]
    assert found is None


LONG = "x" * 9 + "a" + "y" * 9


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        (["tea", "milk", "tea"], (3, 1)),
        (["tea", "b", "milk", "b", "tea"], (4, 2)),
        (["", "a", ""], (3, 1)),
        (['"', "\\", "\n", "\\"], (4, 2)),
        (["12345678", "1234567", "12345678"], (3, 1)),
        ([LONG, LONG.replace("a", "b"), LONG.replace("a", "c"), LONG.replace("a", "b")], (4, 2)),
        (["茶" * 30, "茶" * 29, "茶" * 30], (3, 1)),
    ],
)
def test_words_that_are_there_twice_are_refused_as_in_short_lists(words, rows, tmp_path):
    matrix = np.ones((len(words), 2), np.float32)
    Vectors([f"w{row}" for row in range(len(words))], matrix).save(tmp_path / "v")
    written(tmp_path / "v", words)
    with pytest.raises(ConfigError) as short:
        Vectors(words, matrix)
    with pytest.raises(FormatError) as lazy:
        load(tmp_path / "v")
    assert str(lazy.value) == f"{tmp_path / 'v'}: {short.value}"
    assert f"words must differ: number {rows[0]} is " in str(lazy.value)
    assert str(lazy.value).endswith(f"like number {rows[1]}")


def test_escapes_that_firth_does_not_write_are_the_same_word(tmp_path):
    Vectors(["a", "b"], np.eye(2)).save(tmp_path / "v")
    (tmp_path / "v" / "vocabulary.json").write_text(
        r'{"words": ["caf\u00e9", "café"], "counts": null}'
    )
    with pytest.raises(FormatError, match="words must differ: number 2 is 'café', like number 1"):
        load(tmp_path / "v")


@settings(deadline=None)
@given(st.lists(st.text('ab"\\é', max_size=18), max_size=30), st.integers(0, 30))
def test_repetitions_are_those_that_a_dictionary_finds(words, changed):
    words = ["x" * 20 + word for word in words[:changed]] + words[changed:]
    quoted = [json.dumps(word, ensure_ascii=False).encode() for word in words]
    ends = np.cumsum([len(each) + 2 for each in quoted], dtype=np.int64) - 3
    begins = ends - np.array([len(each) - 1 for each in quoted], np.int64)
    seen, expected = {}, None
    for row, word in enumerate(words):
        if seen.setdefault(word, row) != row:
            expected = (row, seen[word])
            break
    if words:
        assert LazyWords(b", ".join(quoted), begins, ends).repetition() == expected


@pytest.mark.parametrize("word", [", ", '"', "", "a, b", 'a", "b', "\\", "c\\", 'a", "b", "c\\'])
def test_what_stands_between_words_is_no_word(word):
    words = LazyWords(rb'"a", "b", "c\"d"', np.array([0, 5, 10]), np.array([2, 7, 15]))
    assert list(words) == ["a", "b", 'c"d']
    assert words.row(word) is None
    assert word not in LazyRows(words)


def test_bytes_that_are_not_utf8_are_left_to_a_parser(tmp_path):
    path = tmp_path / "vocabulary.json"
    path.write_bytes(b'{"words": ["a", "\xff"], "counts": null}')
    assert read_lazy_words(path) is None


@pytest.mark.parametrize("words", [["tea", "milk", "北京"], [-1, -2, 5], ["tea", 7]])
def test_many_words_are_numbered_when_some_were_looked_up(words, monkeypatch):
    monkeypatch.setattr(checks, "LEAST_LAZY", 0)
    vectors = Vectors(words, np.eye(len(words)))
    for _ in range(20):
        assert [vectors.index[word] for word in words] == list(range(len(words)))
        assert "water" not in vectors
        assert 99 not in vectors
    with pytest.raises(ConfigError, match=f"number {len(words) + 1} is .*, like number 2"):
        Vectors([*words, words[1]], np.eye(len(words) + 1))
    with pytest.raises(ConfigError, match="must be str or int, got float"):
        Vectors([*words, 0.5], np.eye(len(words) + 1))

"""GloVe's text: words and numbers, and no header."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import FirthError, FormatError
from firth.vectors import Vectors, load

MATRIX = np.array([[0.5, -1.25], [3, 1e-9]], dtype=np.float32)


def test_a_line_for_each_word_and_no_header(tmp_path):
    path = tmp_path / "v.txt"
    Vectors(["tea", "茶"], MATRIX).save(path, format="glove")
    assert path.read_bytes() == "tea 0.5 -1.25\n茶 3 9.99999972e-10\n".encode()
    for name in (None, "glove", "word2vec-text"):
        assert load(path, format=name).words == ("tea", "茶")
        np.testing.assert_array_equal(load(path, format=name), MATRIX)


def test_a_first_line_of_two_fields_is_no_header(tmp_path):
    path = tmp_path / "v.txt"
    Vectors(["2", "1"], np.array([[1], [9]], np.float32)).save(path, format="glove")
    assert path.read_bytes() == b"2 1\n1 9\n"
    loaded = load(path, format="glove")
    assert (loaded.words, loaded.input_vectors.tolist()) == (("2", "1"), [[1], [9]])
    with pytest.raises(FormatError):
        load(path)


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
    lambda word: not set(word) & set(" \t\n\v\f\r")
)


@settings(max_examples=50, deadline=None)
@given(st.lists(words, min_size=1, max_size=5, unique=True), st.integers(1, 3), st.data())
def test_any_words_and_numbers_come_back(tmp_path_factory, some, dim, data):
    floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
    row = st.lists(floats, min_size=dim, max_size=dim)
    rows = data.draw(st.lists(row, min_size=len(some), max_size=len(some)))
    path = tmp_path_factory.mktemp("glove") / "v.txt"
    vectors = Vectors(some, np.array(rows, np.float32))
    if some[0].startswith("\ufeff"):
        with pytest.raises(FormatError, match="byte order mark"):
            vectors.save(path, format="glove")
        return
    vectors.save(path, format="glove")
    loaded = load(path, format="glove")
    assert list(loaded) == some
    np.testing.assert_array_equal(
        loaded.input_vectors.view(np.uint32), vectors.input_vectors.view(np.uint32)
    )


@pytest.mark.parametrize("word", ["", "new york", "line\nend"])
def test_words_that_it_cannot_hold_are_named(word, tmp_path):
    with pytest.raises(FormatError, match="cannot hold the word"):
        Vectors(["tea", word], MATRIX).save(tmp_path / "v.txt", format="glove")
    assert not list(tmp_path.iterdir())


def test_a_table_of_other_numbers_is_not_replaced(tmp_path):
    path = tmp_path / "ratings.txt"
    path.write_bytes(b"1 31 2.5 1260759144\n1 1029 3.0 1260759179\n")
    with pytest.raises(FirthError, match="does not hold vectors"):
        Vectors(["tea", "milk"], MATRIX).save(path, format="glove")
    Vectors(["tea", "milk"], MATRIX).save(path, format="glove", overwrite=True)
    assert load(path).words == ("tea", "milk")


# gensim opens such a file twice, and closes it once.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_peers_read_it_without_a_header(tmp_path):
    gensim = pytest.importorskip("gensim", reason="gensim is not installed")
    Vectors(["tea", "茶"], MATRIX).save(tmp_path / "v.txt", format="glove")
    read = gensim.models.KeyedVectors.load_word2vec_format(tmp_path / "v.txt", no_header=True)
    assert read.index_to_key == ["tea", "茶"]
    np.testing.assert_array_equal(read.vectors, MATRIX)

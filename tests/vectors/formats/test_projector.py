"""The folder of TensorBoard's Embedding Projector."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import FirthError, FormatError
from firth.vectors import Vectors, check_destination, load

MATRIX = np.array([[0.5, -1.25], [3, 1e-9]], dtype=np.float32)


@pytest.fixture
def put(tmp_path):
    """Write the two files, and return their folder."""

    def write(vectors, metadata):
        folder = tmp_path / "v"
        folder.mkdir(exist_ok=True)
        (folder / "vectors.tsv").write_bytes(vectors)
        (folder / "metadata.tsv").write_bytes(metadata)
        return folder

    return write


def test_what_is_written(tmp_path):
    Vectors(["new york", "茶"], MATRIX).save(tmp_path / "v", format="projector")
    assert (tmp_path / "v" / "vectors.tsv").read_bytes() == b"0.5\t-1.25\n3\t9.99999972e-10\n"
    assert (tmp_path / "v" / "metadata.tsv").read_bytes() == "new york\n茶\n".encode()
    Vectors([7, 9], MATRIX, counts=np.array([3, 1])).save(tmp_path / "v", format="projector")
    assert (tmp_path / "v" / "metadata.tsv").read_bytes() == b"word\tcount\n7\t3\n9\t1\n"
    loaded = load(tmp_path / "v")
    assert loaded.words == ("7", "9")
    assert loaded.counts.tolist() == [3, 1]
    np.testing.assert_array_equal(loaded, MATRIX)


@pytest.mark.parametrize(
    ("metadata", "words", "counts"),
    [
        (b"a\nb", ["a", "b"], None),
        (b"a\r\nb\r\n", ["a", "b"], None),
        (b"\xef\xbb\xbfa\nb\n", ["a", "b"], None),
        (b"\xef\xbb\xbfcount\tword\n4\ta\n2\tb\n", ["a", "b"], [4, 2]),
        (b"label\tn\na\t1\nb\t2\n", ["a", "b"], None),
        (b"count\tword\n4\ta\n2\tb\n", ["a", "b"], [4, 2]),
        (b"word\tcount\na\t4.5\nb\tmany\n", ["a", "b"], None),
        (b"word\tcount\na\t99999999999999999999\nb\t1\n", ["a", "b"], None),
        (b"word\tcount\na\t9999999999999999999\nb\t1\n", ["a", "b"], None),
    ],
)
def test_folders_of_other_programs(metadata, words, counts, put):
    loaded = load(put(b"0.5\t1\r\n2e0\t-.5", metadata))
    assert list(loaded) == words
    assert loaded.input_vectors.tolist() == [[0.5, 1], [2, -0.5]]
    assert (None if loaded.counts is None else loaded.counts.tolist()) == counts
    marked = load(put(b"\xef\xbb\xbf0.5\t1\n2\t-.5", metadata))
    np.testing.assert_array_equal(marked, loaded)


@pytest.mark.parametrize("counts", [None, np.array([2, 1])])
def test_a_mark_at_the_start_of_the_first_word_stays(counts, tmp_path):
    words = ("\ufeff", "\ufefftea")
    for some in (words, words[::-1]):
        Vectors(some, MATRIX, counts=counts).save(tmp_path / "v", format="projector")
        assert load(tmp_path / "v").words == some


def test_many_short_lines_take_memory_in_proportion(put):
    # 2 MB, of which lists of all columns at once took 160 MB.
    path = put(b"1\n", b"word\tcount\n" + b"\t\n" * 1_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match="1,000,000 words for 1 vector"):
            load(path)
        assert tracemalloc.get_traced_memory()[1] < 60e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("vectors", "metadata", "fault"),
    [
        (b"1\t2\n", b"a\nb\n", "2 words for 1 vector"),
        (b"", b"a\n", "1 word for 0 vectors"),
        (b"1\t2\n\n3\t4\n", b"a\nb\n", "vectors.tsv: line 2: expected 2 numbers .* got 1 col"),
        (b"1\t2\n3\n", b"a\nb\n", "vectors.tsv: line 2: expected 2 numbers"),
        (b"1\t2\n3\r4\t5\n", b"a\nb\n", "vectors.tsv: line 2"),
        (b"1\t2\n3 4\t5\n", b"a\nb\n", "vectors.tsv: line 2: '3 4' is not a finite"),
        (b"1\t2\n3\tnan\n", b"a\nb\n", "vectors.tsv: line 2"),
        (b"1\t2\n3\t1e99\n", b"a\nb\n", "vectors.tsv: line 2"),
        (b"1\t2\n3\t\n", b"a\nb\n", "vectors.tsv: line 2: a number is missing"),
        (b"1\t2\n3\t4\n", b"a\na\n", "number 2 is 'a', like number 1"),
        (b"1\t2\n3\t4\n", b"word\tcount\na\t1\nb\n", "line 3: expected 2 columns, got 1"),
        (b"1\t2\n3\t4\n", b"a\n\xff\n", "not UTF-8 at byte 2; .*'replace'"),
    ],
)
def test_folders_that_are_damaged(vectors, metadata, fault, put, assert_refused):
    assert_refused(put(vectors, metadata), fault)


@pytest.mark.parametrize("word", ["", " ", "a\tb", "a\nb", "a\r", "\ud800"])
def test_words_that_a_line_cannot_hold(word, tmp_path):
    with pytest.raises(FormatError, match=r"cannot hold the word .*save in Firth's own"):
        Vectors(["tea", word], MATRIX).save(tmp_path / "v", format="projector")
    with pytest.raises(FormatError, match="would be read back the same"):
        Vectors([7, "7"], MATRIX).save(tmp_path / "v", format="projector")
    assert not list(tmp_path.iterdir())


def test_a_folder_with_other_files_is_never_replaced(tmp_path):
    vectors = Vectors(["a", "b"], MATRIX)
    vectors.save(tmp_path / "v")
    for overwrite in (False, True):
        with pytest.raises(FirthError, match=r"holds other files \('config.json'\)"):
            vectors.save(tmp_path / "v", format="projector", overwrite=overwrite)
        with pytest.raises(FirthError, match="holds other files"):
            check_destination(tmp_path / "v", format="projector", overwrite=overwrite)
    assert load(tmp_path / "v").words == ("a", "b")


def test_the_first_words_and_the_named_ones(put):
    path = put(b"1\n2\n3\n", b"word\tcount\na\t3\nb\t2\nc\t1\n")
    assert load(path, limit=2).words == ("a", "b")
    assert load(path, words=["c"]).counts.tolist() == [1]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_words_and_numbers_come_back(data, tmp_path_factory):
    characters = st.characters(blacklist_categories=["Cs"], blacklist_characters="\t\n\r")
    texts = st.text(characters).filter(str.strip)
    words = data.draw(st.lists(texts, min_size=1, max_size=9, unique=True))
    floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
    row = st.lists(floats, min_size=2, max_size=2)
    numbers = np.array([data.draw(row) for _ in words], np.float32)
    counts = np.arange(len(words)) if data.draw(st.booleans()) else None
    path = tmp_path_factory.mktemp("v") / "v"
    Vectors(words, numbers, counts=counts).save(path, format="projector")
    loaded = load(path)
    assert list(loaded) == words
    np.testing.assert_array_equal(loaded.input_vectors, numbers)
    np.testing.assert_array_equal(loaded.counts, counts)

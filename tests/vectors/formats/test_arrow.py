"""Parquet and Arrow's files, where pyarrow is installed."""

import gzip
import importlib.util
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import FirthError, FormatError, MissingExtraError
from firth.vectors import Vectors, check_destination, load

MATRIX = np.array([[0.5, -1.25], [3, 1e-9]], dtype=np.float32)
SUFFIXES = [".parquet", ".arrow", ".feather"]


@pytest.fixture
def arrow():
    return pytest.importorskip("pyarrow", reason="pyarrow is not installed")


@pytest.fixture(params=SUFFIXES)
def path(request, tmp_path):
    return tmp_path / f"v{request.param}"


@pytest.fixture
def put(arrow, path):
    """Write columns as another program would."""
    from pyarrow import feather, parquet

    def write(**columns):
        table = arrow.table(columns)
        if path.suffix == ".parquet":
            parquet.write_table(table, path)
        else:
            feather.write_feather(table, str(path), compression="lz4")
        return path

    return write


def test_what_is_missing_is_told_before_anything_is_done(path, monkeypatch, tmp_path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for attempt in (check_destination, Vectors(["a", "b"], MATRIX).save):
        with pytest.raises(MissingExtraError, match=r"pip install 'firth\[arrow\]'"):
            attempt(path)
    assert not list(tmp_path.iterdir())
    path.write_bytes(b"PAR1" + bytes(40))
    with pytest.raises(MissingExtraError, match=r"pip install 'firth\[arrow\]'"):
        load(path)


@pytest.mark.usefixtures("arrow")
def test_counts_output_vectors_and_types_come_back(path):
    counts = np.array([3, 1])
    vectors = Vectors(["tea", "茶"], MATRIX, counts=counts, output_vectors=-MATRIX)
    vectors.save(path)
    for name in (path.name, "v", "v.bin"):
        renamed = path.with_name(name)
        path.rename(renamed)
        loaded = load(renamed)
        assert loaded.words == ("tea", "茶")
        assert loaded.counts.tolist() == [3, 1]
        np.testing.assert_array_equal(loaded, MATRIX)
        np.testing.assert_array_equal(loaded.output_vectors, -MATRIX)
        renamed.rename(path)


def test_other_programs_read_what_is_written(arrow, path):
    from pyarrow import feather, parquet

    Vectors([7, 9], MATRIX).save(path)
    read = parquet.read_table if path.suffix == ".parquet" else feather.read_table
    found = read(path)
    assert found.column("word").to_pylist() == [7, 9]
    assert found.schema.field("vector").type == arrow.list_(arrow.float32(), 2)
    assert load(path).words == (7, 9)


def test_tables_of_other_programs(arrow, put):
    lists = arrow.array([[0.5, 1.0], [2.0, 3.0]], arrow.list_(arrow.float64()))
    loaded = load(put(n=[1, 2], word=arrow.array(["a", "b"]).dictionary_encode(), vector=lists))
    assert loaded.words == ("a", "b")
    assert loaded.input_vectors.tolist() == [[0.5, 1.0], [2.0, 3.0]]


@pytest.mark.parametrize("kind", ["large_string", "string_view"])
def test_texts_as_polars_writes_them(arrow, put, kind):
    if not hasattr(arrow, kind):
        pytest.skip(f"this pyarrow has no {kind}")
    words = arrow.array(["tea", "a word of more than twelve bytes"], getattr(arrow, kind)())
    for column in (words, words.dictionary_encode() if kind == "large_string" else words):
        try:
            path = put(word=column, vector=arrow.array([[0.5], [1.5]]))
        except arrow.lib.ArrowNotImplementedError:
            pytest.skip(f"this pyarrow writes no {kind} to Parquet")
        assert load(path).words == ("tea", "a word of more than twelve bytes")


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ({"word": ["a", "b"]}, r"expected columns 'word' and 'vector', got \['word'\]"),
        ({"word": ["a", None], "vector": [[0.5], [1.5]]}, "'word' lacks 1 value"),
        ({"word": ["a", "b"], "vector": [[0.5], None]}, "'vector' lacks 1 value"),
        ({"word": ["a", "b"], "vector": [[0.5], [None]]}, "'vector' lacks 1 number"),
        ({"word": ["a", "b"], "vector": [[0.5], [1.5, 2.5]]}, r"one length, got \[1, 2\]"),
        ({"word": ["a", "b"], "vector": [[], []]}, "'vector' (should|has)|type list<"),
        ({"word": ["a", "b"], "vector": [[1], [2]]}, "'vector' has the type list<"),
        ({"word": ["a", "b"], "vector": [1.5, 2.5]}, "'vector' has the type double"),
        ({"word": [0.5, 1.5], "vector": [[1.5], [2.5]]}, "'word' has the type double"),
        ({"word": [b"a", b"b"], "vector": [[1.5], [2.5]]}, "'word' has the type binary"),
        ({"word": ["a", "a"], "vector": [[1.5], [2.5]]}, "number 2 is 'a', like number 1"),
        ({"word": ["a"], "vector": [[float("nan")]]}, "NaN or infinity"),
        ({"word": ["a"], "vector": [[1.5]], "count": [-1]}, "counts must be 1 whole number "),
        ({"word": ["a"], "vector": [[1.5]], "count": ["x"]}, "'count' has the type string"),
        ({"word": ["a"], "vector": [[1.5]], "output": [[1.5, 2.5]]}, "output_vectors has 2"),
        ({"word": ["a"], "vector": [[1.5]], "vector_scale": [1.5]}, "'vector' has the type list<"),
        ({"word": ["a"], "vector": [[1]], "vector_scale": ["x"]}, "'vector_scale' has the type"),
        ({"word": ["a"], "vector": [[1]], "vector_scale": [None]}, "'vector_scale' (lacks|has)"),
        ({"word": ["a"], "vector": [[1]], "vector_scale": [float("inf")]}, "NaN or infinity"),
    ],
)
def test_tables_of_other_kinds(columns, fault, put, assert_refused):
    assert_refused(put(**columns), fault)


def test_rows_of_other_lengths_in_another_batch(tmp_path, monkeypatch, assert_refused):
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    from pyarrow import parquet

    monkeypatch.setattr("firth.vectors.formats.parquet.ROWS_AT_ONCE", 1)
    table = arrow.table({"word": ["a", "b"], "vector": [[0.5], [1.5, 2.5]]})
    parquet.write_table(table, tmp_path / "v.parquet")
    assert_refused(tmp_path / "v.parquet", "vectors have 1 number, and others 2")


def test_a_table_without_words(arrow, put, assert_refused):
    empty = {"word": arrow.array([], arrow.string()), "vector": arrow.array([], arrow.list_(
        arrow.float32()))}  # fmt: skip
    assert_refused(put(**empty), "the table has no rows")


@pytest.mark.usefixtures("arrow")
def test_a_file_that_is_compressed_as_a_whole_is_refused(path, assert_refused):
    Vectors(["a", "b"], MATRIX).save(path)
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert_refused(packed, "is not read while it is compressed; decompress it")


def test_another_table_is_not_replaced(put):
    path = put(x=[1, 2])
    for attempt in (check_destination, Vectors(["a", "b"], MATRIX).save):
        with pytest.raises(FirthError, match="does not hold vectors"):
            attempt(path)
    Vectors(["a", "b"], MATRIX).save(path, overwrite=True)
    Vectors(["c", "d"], MATRIX).save(path)
    assert load(path).words == ("c", "d")


@pytest.mark.usefixtures("arrow")
@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ([7, "7"], "text or integers, and the words are both"),
        (["tea", "a\ud800"], r"cannot hold the word 'a\\ud800'"),
        ([1, 1 << 63], "cannot hold the word 9223372036854775808"),
    ],
)
def test_words_that_a_column_cannot_hold(words, fault, path):
    with pytest.raises(FormatError, match=f"{fault}.*; save in Firth's own format"):
        Vectors(words, MATRIX).save(path)
    assert not path.exists()


@settings(max_examples=40, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_any_words_and_numbers_come_back(suffix, data, tmp_path_factory):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    texts = st.text(st.characters(blacklist_categories=["Cs"]))
    tokens = data.draw(st.sampled_from([texts, st.integers(-(2**63), 2**63 - 1)]))
    words = data.draw(st.lists(tokens, min_size=1, max_size=9, unique=True))
    floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
    row = st.lists(floats, min_size=2, max_size=2)
    numbers = np.array([data.draw(row) for _ in words], np.float32)
    path = tmp_path_factory.mktemp("v") / f"v{suffix}"
    Vectors(words, numbers).save(path)
    loaded = load(path)
    assert list(loaded) == words
    np.testing.assert_array_equal(loaded.input_vectors, numbers)


@pytest.mark.parametrize("name", ["v.arrow", "v.feather", "v", "v.bin"])
def test_streams_are_read_as_files_are(arrow, name, tmp_path):
    vector = arrow.FixedSizeListArray.from_arrays(arrow.array(MATRIX.reshape(-1)), 2)
    table = arrow.table({"word": ["tea", "茶"], "vector": vector, "count": [3, 1]})
    with arrow.ipc.new_stream(tmp_path / name, table.schema) as writer:
        for row in range(2):
            writer.write_table(table.slice(row, 1))
    vectors = load(tmp_path / name)
    assert list(vectors) == ["tea", "茶"]
    np.testing.assert_array_equal(vectors, MATRIX)
    assert vectors.counts.tolist() == [3, 1]
    whole = (tmp_path / name).read_bytes()
    for size in range(9, len(whole) - 8, 37):
        (tmp_path / name).write_bytes(whole[:size])
        try:
            # A stream may end after any message.
            assert list(load(tmp_path / name)) == ["tea"]
        except FormatError:
            continue


def stream(arrow, path):
    """Write a stream with two words."""
    table = arrow.table({"word": ["tea", "茶"], "vector": MATRIX.tolist()})
    with path.open("wb") as file, arrow.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    return path


def test_what_follows_a_stream_is_told(arrow, tmp_path):
    path = stream(arrow, tmp_path / "v.arrow")
    whole = path.read_bytes()
    for more in (b"\0", whole):
        path.write_bytes(whole + more)
        with pytest.raises(FormatError, match=rf"more follows .* at byte {len(whole)}$"):
            load(path)


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are Unicode")
def test_streams_may_have_any_name(arrow, tmp_path):
    assert list(load(stream(arrow, tmp_path / "v\udcff.arrow"))) == ["tea", "茶"]


def test_tables_of_datasets_are_read(tmp_path):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    table = datasets.Dataset.from_dict({"word": ["tea", "茶"], "vector": MATRIX.tolist()})
    table.save_to_disk(tmp_path / "saved")
    (path,) = (tmp_path / "saved").glob("*.arrow")
    np.testing.assert_array_equal(load(path), MATRIX)

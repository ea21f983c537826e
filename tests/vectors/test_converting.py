"""Converting files: block by block, with other numbers, and what is lost by it."""

import gzip
import mmap
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gensim_pickles
from fasttext_files import fasttext_bin
from finalfusion_files import finalfusion_file
from firth.errors import ConfigError, FirthError, FormatError
from firth.vectors import Vectors, convert, load
from firth.vectors.converting import measured_loss
from firth.vectors.formats.registry import FORMATS
from firth.vectors.formats.row_store import RowStore
from firth.vectors.formats.selection import Selection
from firth.vectors.loading import load_selection

RANDOM = np.random.default_rng(5)
MATRIX = RANDOM.normal(size=(70, 6)).astype(np.float32) * 10.0 ** RANDOM.integers(-3, 4, (70, 1))
MATRIX = MATRIX.astype(np.float32)
MATRIX[3] = 0
WORDS = [f"w{row}" for row in range(69)] + ["茶"]
COUNTS = np.arange(70, 0, -1)
NAMES = {
    "firth": "v",
    "word2vec-text": "v.txt",
    "word2vec-binary": "v.bin",
    "glove": "v.glove",
    "npz": "v.npz",
    "parquet": "v.parquet",
    "arrow": "v.arrow",
    "projector": "v.tables",
    "static-embedding": "v.embedding",
}
NARROW = [form.name for form in FORMATS if "int8" in form.dtypes]
pytestmark = pytest.mark.usefixtures("small_blocks")


@pytest.fixture
def small_blocks(monkeypatch):
    """Make blocks of a few rows, so that there are several."""
    monkeypatch.setattr("firth.vectors.blocks.NUMBERS_PER_BLOCK", 40)
    monkeypatch.setattr("firth.vectors.formats.arrays._BLOCK_BYTES", 100)


@pytest.fixture(params=NAMES)
def name(request):
    """Each format that is read and written block by block."""
    if request.param in ("parquet", "arrow"):
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    return request.param


def is_mapped(array):
    """Return whether an array lies in a file."""
    while isinstance(array, np.ndarray):
        array = array.base
    return isinstance(array, mmap.mmap)


def save(folder, name, **options):
    """Write the vectors of these tests, and return where."""
    vectors = Vectors(WORDS, MATRIX, counts=COUNTS, output_vectors=2 * MATRIX)
    vectors.save(folder / NAMES[name], format=name, **options)
    return folder / NAMES[name]


def test_rows_of_blocks_come_back_in_memory_and_in_a_file(name, tmp_path):
    path = save(tmp_path, name)
    np.testing.assert_array_equal(load(path), MATRIX)
    found = load_selection(path, Selection(folder=tmp_path), None)
    assert list(found) == WORDS
    np.testing.assert_array_equal(found, MATRIX)
    # Small tables of Firth's own are read at once.
    assert is_mapped(found.input_vectors) or name == "firth"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def write_fasttext(path, odd):
    """Write a model with n-grams, whose tables begin `odd` bytes beside a multiple of 4."""
    table = np.vstack([MATRIX, -MATRIX])
    for padding in range(4):
        words = ["x" * padding + WORDS[0], *WORDS[1:]]
        content = fasttext_bin(words, table, MATRIX)
        if (content.index(table.tobytes()) - odd) % 4 == 0:
            path.write_bytes(content)


def write_gensim(path, numbers):
    """Write vectors of gensim, with an array beside them."""
    path.write_bytes(gensim_pickles.dumped(gensim_pickles.key_vectors(WORDS, None)))
    np.save(f"{path}.vectors.npy", numbers)


def write_gensim_ngrams(path):
    """Write a FastText of gensim."""
    instance = gensim_pickles.fasttext_vectors(WORDS, MATRIX, -MATRIX)
    path.write_bytes(gensim_pickles.dumped(instance))


FOREIGN = {
    "fasttext, mapped": lambda path: write_fasttext(path, 0),
    "fasttext, copied": lambda path: write_fasttext(path, 1),
    "fasttext of words": lambda path: path.write_bytes(fasttext_bin(WORDS, MATRIX, maxn=0)),
    "finalfusion": lambda path: path.write_bytes(finalfusion_file(WORDS, MATRIX)),
    "finalfusion with norms": lambda path: path.write_bytes(
        finalfusion_file(WORDS, MATRIX, MATRIX[:, 0])
    ),
    "gensim": lambda path: write_gensim(path, MATRIX),
    "gensim in float64": lambda path: write_gensim(path, MATRIX.astype(np.float64)),
    "gensim with n-grams": write_gensim_ngrams,
}


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("kind", FOREIGN)
def test_tables_of_other_tools_are_not_read_into_memory(kind, is_packed, tmp_path, monkeypatch):
    if is_packed and "in float" in kind:
        pytest.skip("the array beside it would not be packed")
    path, folder = tmp_path / "vectors", tmp_path / "temporary"
    folder.mkdir()
    FOREIGN[kind](path)
    if is_packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    monkeypatch.setattr("firth.io.mapping.LEAST_BYTES", 0)
    whole, found = load(path), load_selection(path, Selection(folder=folder), None)
    assert found.words == whole.words
    for name in ("input_vectors", "output_vectors"):
        one, other = getattr(found, name), getattr(whole, name)
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_array_equal(one, other)
            assert is_mapped(one)
            assert one.flags.aligned
    if whole.raw is not None:
        np.testing.assert_array_equal(found.raw.input, whole.raw.input)
        assert is_mapped(found.raw.input)
        np.testing.assert_array_equal(found["unheard"], whole["unheard"])
    assert not list(folder.iterdir())
    some = load_selection(path, Selection(words=[found.words[5]], folder=folder), None)
    np.testing.assert_array_equal(some[found.words[5]], whole[found.words[5]])


@pytest.mark.skipif(os.name == "nt", reason="Windows would lock the file")
@pytest.mark.parametrize("odd", [0, 1])
def test_tables_are_mapped_in_place_where_numbers_begin_at_a_multiple_of_4(
    odd, tmp_path, monkeypatch
):
    monkeypatch.setattr("firth.io.mapping.LEAST_BYTES", 0)
    write_fasttext(tmp_path / "v.bin", odd)
    with (tmp_path / "v.bin").open("rb") as file:
        found = load_selection(tmp_path / "v.bin", Selection(folder=tmp_path), None)
        rows = found.raw.input
        while not isinstance(rows, np.memmap):
            rows = rows.base
    assert (rows.filename is not None) == (odd == 0)
    assert file.closed


def test_tables_that_are_cut_short_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("firth.io.mapping.LEAST_BYTES", 0)
    for kind in FOREIGN:
        if kind.startswith(("fasttext", "finalfusion")):
            FOREIGN[kind](tmp_path / "v")
            content = (tmp_path / "v").read_bytes()
            (tmp_path / "v").write_bytes(content[: len(content) * 2 // 3])
            with pytest.raises(FormatError, match="cut short in"):
                load_selection(tmp_path / "v", Selection(folder=tmp_path), None)


def test_rows_that_are_not_finite_are_refused_when_words_are_composed(tmp_path):
    table = np.vstack([MATRIX, -MATRIX])
    table[70] = np.inf
    table[71] = -np.inf
    (tmp_path / "v.bin").write_bytes(fasttext_bin(WORDS, table))
    with pytest.raises(FormatError, match="must be finite"):
        load(tmp_path / "v.bin")


def test_only_the_words_of_a_list_are_converted(tmp_path):
    path = save(tmp_path, "word2vec-text")
    (tmp_path / "list").write_text("茶\nw7\n\nmilk\nw7\n", "utf-8")
    done = convert(path, tmp_path / "few", words=tmp_path / "list")
    assert (done.words, done.missing) == (2, ("milk",))
    assert load(tmp_path / "few").words == ("w7", "茶")
    Vectors([7, 70], MATRIX[:2]).save(tmp_path / "items")
    (tmp_path / "list").write_text("70\n")
    assert convert(tmp_path / "items", tmp_path / "few", words=tmp_path / "list").missing == ()
    assert load(tmp_path / "few").words == (70,)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\n \n", "expected a word in each line"),
        (b"a\n\xff", "line 2 is not"),
        (b"tea\rmilk\r", "lines end with carriage returns alone"),
    ],
)
def test_lists_without_words_are_refused(content, fault, tmp_path):
    (tmp_path / "list").write_bytes(content)
    with pytest.raises(FormatError, match=fault):
        convert(save(tmp_path, "firth"), tmp_path / "few", words=tmp_path / "list")
    with pytest.raises(FormatError, match="no such file"):
        convert(tmp_path / "v", tmp_path / "few", words=tmp_path / "missing")


def test_the_list_of_words_is_not_overwritten(tmp_path):
    (tmp_path / "list.txt").write_text("w7\n")
    with pytest.raises(FirthError, match=r"list.txt: it has the words that are to be read"):
        convert(
            save(tmp_path, "firth"),
            tmp_path / "list.txt",
            words=tmp_path / "list.txt",
            overwrite=True,
        )
    assert (tmp_path / "list.txt").read_text() == "w7\n"


def test_each_format_is_converted_to_each(name, tmp_path):
    path = save(tmp_path, name)
    for other, place in NAMES.items():
        if other == name or other in ("parquet", "arrow"):
            continue
        destination = tmp_path / "new" / place
        done = convert(path, destination, format=other)
        assert (done.words, done.dim, done.loss) == (70, 6, None)
        loaded = load(destination, format=other)
        assert list(loaded) == WORDS
        np.testing.assert_array_equal(loaded, MATRIX)


def test_what_a_format_holds_comes_along(tmp_path):
    convert(save(tmp_path, "firth"), tmp_path / "a.npz")
    convert(tmp_path / "a.npz", tmp_path / "b")
    loaded = load(tmp_path / "b")
    np.testing.assert_array_equal(loaded.counts, COUNTS)
    np.testing.assert_array_equal(loaded.output_vectors, 2 * MATRIX)


@pytest.mark.parametrize("name", NARROW, indirect=True)
@pytest.mark.parametrize(("dtype", "step"), [("float16", 2**-11), ("int8", 1 / 254)])
def test_numbers_with_fewer_bytes_are_near(name, dtype, step, tmp_path):
    path = save(tmp_path, name, dtype=dtype)
    for loaded in (load(path), load_selection(path, Selection(folder=tmp_path), None)):
        assert loaded.input_vectors.dtype == np.float32
        error = np.abs(loaded.input_vectors - MATRIX).max(axis=1)
        assert (error <= step * 1.001 * np.abs(MATRIX).max(axis=1) + 1e-7).all()
        assert error.max() > 0
        if loaded.output_vectors is not None:
            np.testing.assert_allclose(loaded.output_vectors, 2 * loaded.input_vectors, atol=1e-7)
    # What has fewer bytes once stays as it is.
    convert(path, tmp_path / "again", dtype=dtype)
    np.testing.assert_array_equal(load(tmp_path / "again").input_vectors, load(path))


def test_ngrams_have_fewer_bytes_too(tables, tmp_path):
    whole = Vectors.from_tables(tables.words, tables.raw, output_vectors=tables.output)
    for dtype in ("float16", "int8"):
        whole.save(tmp_path / dtype, dtype=dtype)
        loaded = load(tmp_path / dtype)
        assert loaded.raw.space is not None
        for word in ("tea", "teapot"):
            np.testing.assert_allclose(loaded[word], whole[word], atol=0.05)
        assert not np.array_equal(loaded.raw.input, whole.raw.input)


def test_formats_that_hold_float32_alone_are_named(tmp_path):
    path = save(tmp_path, "firth")
    with pytest.raises(
        ConfigError, match="word2vec text cannot hold int8; formats that can are firth"
    ):
        convert(path, tmp_path / "a.txt", dtype="int8")
    with pytest.raises(ConfigError, match="dtype must be float32 or float16 or int8, got 'int4'"):
        Vectors(["a"], np.ones((1, 2))).save(tmp_path / "a", dtype="int4")
    assert [file.name for file in tmp_path.iterdir()] == ["v"]


@pytest.mark.parametrize("place", ["a", "a.npz"])
def test_numbers_that_float16_does_not_hold_are_refused(place, tmp_path):
    vectors = Vectors(["tea", "milk"], np.array([[1, 2], [3, 1e5]], np.float32))
    with pytest.raises(FormatError, match="float16 holds numbers up to 65,504, and a vector has 1"):
        vectors.save(tmp_path / place, dtype="float16")
    assert not list(tmp_path.iterdir())
    vectors.save(tmp_path / place, dtype="int8")


def test_the_loss_is_measured():
    few = measured_loss(MATRIX, "float16")
    more = measured_loss(MATRIX, "int8")
    assert 0 < few.mean < few.largest < more.largest < 0.02
    assert 1 >= few.kept >= more.kept > 0.9
    assert str(more).startswith("int8: a cosine changes by 0.00")
    # An odd value far from the others leaves them few steps.
    spoilt = np.hstack([MATRIX / np.abs(MATRIX).max(), np.full((70, 1), 40, np.float32)])
    assert measured_loss(spoilt, "int8").kept < 0.8
    assert measured_loss(MATRIX[:1], "int8").words == 1


@pytest.mark.parametrize("shape", [(0, 3), (2, 0)])
def test_rows_without_numbers_are_kept_in_a_file(shape, tmp_path):
    store = RowStore(tmp_path)
    store.add(np.empty(shape, np.float32))
    assert store.matrix().size == 0
    assert len(store.matrix()) == shape[0]


@pytest.mark.parametrize("in_file", [False, True])
def test_rows_of_other_lengths_are_damage(in_file, tmp_path):
    store = RowStore(tmp_path if in_file else None)
    store.add(MATRIX)
    with pytest.raises(ValueError, match="vectors have 6 numbers, and others 5"):
        store.add(MATRIX[:, 1:])


def _keep(store, rows):
    # Few rows stay in a buffer until they are asked for.
    store.add(np.ones((rows, 6), np.float32))
    store.matrix()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("rows", [1, 1 << 16])
def test_a_full_disk_is_told(rows, tmp_path):
    store = RowStore(tmp_path)
    store._file.close()
    with open("/dev/full", "wb") as store._file:  # noqa: PTH123
        with pytest.raises(FirthError, match=r"cannot write to .*No space left"):
            _keep(store, rows)
        store._file.raw.close()


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_rows_in_int8_are_near(data, tmp_path_factory):
    floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
    rows = data.draw(st.lists(st.lists(floats, min_size=3, max_size=3), min_size=1, max_size=5))
    matrix = np.array(rows, np.float32)
    path = tmp_path_factory.mktemp("v") / "v"
    Vectors([str(row) for row in range(len(rows))], matrix).save(path, dtype="int8")
    largest = np.abs(matrix.astype(np.float64)).max(axis=1)
    error = np.abs(load(path).input_vectors.astype(np.float64) - matrix).max(axis=1)
    assert (error <= largest / 253 + 2e-43).all()

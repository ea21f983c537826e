"""NumPy's archives."""

import io
import sys
import warnings
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import FirthError, FormatError
from firth.vectors import Vectors, check_destination, load

MATRIX = np.array([[0.5, -1.25], [3, 1e-9]], dtype=np.float32)


def test_numpy_reads_what_is_written(tmp_path):
    vectors = Vectors(["tea", "茶"], MATRIX, counts=np.array([3, 1]), output_vectors=-MATRIX)
    vectors.save(tmp_path / "v.npz")
    with np.load(tmp_path / "v.npz", allow_pickle=False) as arrays:
        assert set(arrays.files) == {"words", "vectors", "counts", "output"}
        assert arrays["words"].tolist() == ["tea", "茶"]
        np.testing.assert_array_equal(arrays["vectors"], MATRIX)
    loaded = load(tmp_path / "v.npz")
    assert loaded.counts.tolist() == [3, 1]
    np.testing.assert_array_equal(loaded.output_vectors, -MATRIX)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("name", ["v.npz", "v"])
@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<f2"])
def test_files_that_numpy_wrote_are_read(save, name, dtype, tmp_path):
    matrix = np.asfortranarray(MATRIX.astype(np.float16).astype(dtype))
    save(tmp_path / "other.npz", words=np.array(["a", "b"]), vectors=matrix, more=np.ones(3))
    (tmp_path / "other.npz").rename(tmp_path / name)
    loaded = load(tmp_path / name)
    assert loaded.words == ("a", "b")
    np.testing.assert_array_equal(loaded, matrix)


@pytest.mark.parametrize("order", ["C", "F"])
def test_long_arrays_are_read_whatever_their_order(order, tmp_path):
    # Read in blocks of 16 MiB.
    matrix = np.arange(5_000_000, dtype=np.float32).reshape(2, -1)
    path = tmp_path / "v.npz"
    np.savez(path, words=np.array(["a", "b"]), vectors=np.asarray(matrix, order=order))
    np.testing.assert_array_equal(load(path), matrix)


def test_integers_stay_integers(tmp_path):
    Vectors([30, -7], MATRIX).save(tmp_path / "v.npz")
    assert load(tmp_path / "v.npz").words == (30, -7)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ([7, "7"], "text or integers, and the words are both"),
        (["tea", "a\0"], r"cannot hold the word 'a\\x00'"),
        (["tea", "\0"], r"cannot hold the word '\\x00'"),
        ([1, 1 << 63], "cannot hold the word 9223372036854775808"),
    ],
)
def test_words_that_an_array_cannot_hold(words, fault, tmp_path):
    with pytest.raises(FormatError, match=f"{fault}.*; save in Firth's own format"):
        Vectors(words, MATRIX).save(tmp_path / "v.npz")
    assert not list(tmp_path.iterdir())


def test_an_archive_of_other_arrays_is_not_replaced_and_not_read(tmp_path):
    np.savez(tmp_path / "v.npz", x=MATRIX)
    for attempt in (check_destination, Vectors(["a", "b"], MATRIX).save):
        with pytest.raises(FirthError, match="does not hold vectors"):
            attempt(tmp_path / "v.npz")
    with pytest.raises(FormatError, match=r"expected arrays 'words' and 'vectors', got \['x'\]"):
        load(tmp_path / "v.npz")
    Vectors(["a", "b"], MATRIX).save(tmp_path / "v.npz", overwrite=True)
    Vectors(["c", "d"], MATRIX).save(tmp_path / "v.npz")
    assert load(tmp_path / "v.npz").words == ("c", "d")


class Attack:
    def __reduce__(self):
        return print, ("ran",)


@pytest.mark.parametrize(
    ("arrays", "fault"),
    [
        ({"words": np.array(["a", "b"], object)}, "expected numbers or texts, got object"),
        ({"words": np.array([Attack()] * 2)}, "expected numbers or texts, got object"),
        ({"words": np.array([b"a", b"b"])}, "expected numbers or texts, got "),
        ({"words": np.array([["a", "b"]])}, "should have one dimension, not 2"),
        ({"words": np.array([0.5, 1.5])}, "'words' has the type float64"),
        ({"words": np.array(["a", "a"])}, "number 2 is 'a', like number 1"),
        ({"words": np.array(["a"])}, "has 2 rows for 1 word"),
        ({"vectors": np.array([[1, 2], [3, 4]])}, "'vectors' has the type int64"),
        ({"vectors": MATRIX[0]}, "should have two dimensions, not 1"),
        ({"vectors": MATRIX[:, :0]}, "must hold floats of shape"),
        ({"vectors": np.zeros((2, 1), "f4,f4")}, "expected numbers or texts"),
        ({"vectors": MATRIX * np.nan}, "NaN or infinity"),
        ({"vectors": MATRIX.astype(np.int8)}, "'vectors' has the type int8"),
        ({"vectors_scale": MATRIX[0]}, "'vectors' has the type float32"),
        (
            {"vectors": MATRIX.astype(np.int8), "vectors_scale": MATRIX[0, :1]},
            "'vectors_scale' has no number for some rows",
        ),
        (
            {"vectors": MATRIX.astype(np.int8), "vectors_scale": MATRIX},
            "'vectors_scale' should have one dimension",
        ),
        (
            {"vectors": MATRIX.astype(np.int8), "vectors_scale": MATRIX[0] * np.inf},
            "NaN or infinity",
        ),
        ({"counts": np.array([1.5, 2])}, "'counts' has the type float64"),
        ({"counts": np.array([1, 2, 3])}, "counts must be 2 whole numbers"),
        ({"output": MATRIX[:, :1]}, "output_vectors has 1 dimension,"),
    ],
)
def test_arrays_of_other_kinds(arrays, fault, tmp_path, assert_refused, capsys):
    whole = {"words": np.array(["a", "b"]), "vectors": MATRIX}
    np.savez(tmp_path / "v.npz", **{**whole, **arrays})
    assert_refused(tmp_path / "v.npz", fault)
    assert capsys.readouterr().out == ""


def _archive(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()


def _npy(header, data=b""):
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data


WORDS = _npy("{'descr': '<U1', 'fortran_order': False, 'shape': (2,)}", "ab".encode("utf-32-le"))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "damaged|is not a zip file"),
        (b"PK\x03\x04" + bytes(60), "not a zip file"),
        (_archive(words=WORDS), r"got \['words'\]"),
        (_archive(words=WORDS, vectors=b""), "'vectors': damaged"),
        (_archive(words=WORDS, vectors=b"\x93NUMPY\x03\x00" + bytes(9)), "version"),
        (_archive(words=WORDS, vectors=_npy("__import__('os').system('a')")), "damaged"),
        # NumPy knows this old name of bytes, and warns.
        (_archive(words=_npy("{'descr': '|S4', 'fortran_order': False, 'shape': (1,)}", b"abcd"),
                  vectors=b""), r"expected numbers or texts, got \|S4"),
        (_archive(words=WORDS.replace(b"b\0\0", b"b\0\x11"), vectors=b""), "no character"),
        # NumPy's own message advises to trust the file.
        (_archive(words=WORDS, vectors=_npy("{" + 10_000 * " ")), "header is too long$"),
        *(
            (_archive(words=WORDS, vectors=_npy(
                f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}", bytes(16)
            )), "'vectors': damaged")
            for shape in ("(2, 1152921504606846976)", "(1 << 40, 2)", "(-2, -2)", "(2.0, 2)", "3")
        ),
    ],
)  # fmt: skip
def test_damaged_archives(content, fault, tmp_path, assert_refused):
    (tmp_path / "v.npz").write_bytes(content)
    assert_refused(tmp_path / "v.npz", fault)


def test_members_that_are_named_otherwise_than_numpy_does(tmp_path, assert_refused):
    with zipfile.ZipFile(tmp_path / "v.npz", "w") as archive:
        archive.writestr("words", WORDS)
        archive.writestr("vectors", b"")
    assert_refused(tmp_path / "v.npz", r"no item named 'words\.npy'")


def test_headers_of_python_2_are_read_without_a_warning(tmp_path):
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 2L)}"
    content = _archive(words=WORDS, vectors=_npy(header, MATRIX.tobytes()))
    (tmp_path / "v.npz").write_bytes(content)
    np.testing.assert_array_equal(load(tmp_path / "v.npz"), MATRIX)


def test_threads_leave_the_filters_of_warnings_as_they_were(tmp_path):
    np.savez(tmp_path / "v.npz", words=np.array(["a", "b"]), vectors=MATRIX)
    before = list(warnings.filters)
    # Threads take turns very often.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(load, 100 * [tmp_path / "v.npz"]))
    finally:
        sys.setswitchinterval(interval)
    assert warnings.filters == before


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_words_and_numbers_come_back(data, tmp_path_factory):
    texts = st.text().filter(lambda text: not text.endswith("\0"))
    tokens = data.draw(st.sampled_from([texts, st.integers(-(2**63), 2**63 - 1)]))
    words = data.draw(st.lists(tokens, min_size=1, max_size=9, unique=True))
    floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
    row = st.lists(floats, min_size=2, max_size=2)
    numbers = np.array([data.draw(row) for _ in words], np.float32)
    path = tmp_path_factory.mktemp("v") / "v.npz"
    Vectors(words, numbers).save(path)
    loaded = load(path)
    assert list(loaded) == words
    np.testing.assert_array_equal(loaded.input_vectors, numbers)

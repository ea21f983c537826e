"""Zip archives with one file are read as compressed files are."""

import io
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

import firth
from firth.errors import FormatError
from firth.vectors import Vectors, convert, load

MATRIX = np.array([[0.5, -1.25], [3, 1e-9]], dtype=np.float32)
WORDS = ["tea", "茶"]
BOMB = 64 << 20


def zipped(path, *members, method=zipfile.ZIP_DEFLATED):
    """Write an archive of files, each a name and its bytes."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("name", ["v.bin", "v.txt", "v.vec", "v.fifu"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_vectors_are_read_from_an_archive(name, method, tmp_path):
    Vectors(WORDS, MATRIX).save(tmp_path / name)
    content = (tmp_path / name).read_bytes()
    path = zipped(tmp_path / f"{name}.zip", (f"a folder/{name}", content), method=method)
    np.testing.assert_allclose(load(path), MATRIX, rtol=1e-6)
    assert load(path).words == tuple(WORDS)
    assert convert(path, tmp_path / "again").words == 2
    # The name does not matter where the content tells.
    assert load(path.rename(tmp_path / "other")).words == tuple(WORDS)


def test_evaluation_sets_are_read_from_an_archive(tmp_path):
    path = zipped(tmp_path / "s.zip", ("s.tsv", "tea\t茶\t9\n"))
    (result,) = firth.evaluate(Vectors(WORDS, MATRIX), similarity=path).similarity
    assert (result.answered, result.missing) == (1, 0)


def test_folders_and_what_macos_adds_do_not_count(tmp_path):
    text = b"tea 1 2\n"
    path = zipped(tmp_path / "v.zip", ("a/", b""), ("__MACOSX/a/._v.txt", b"x"), ("a/v.txt", text))
    assert load(path).words == ("tea",)


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ([], "of 0 files; unpack it"),
        ([("a.txt", b"tea 1 2"), ("b.txt", b"tea 1 2")], "of 2 files; unpack it, and give a file"),
        ([("v.txt", b"")], "the file is empty"),
    ],
)
def test_archives_without_one_file_are_refused(members, told, tmp_path):
    with pytest.raises(FormatError, match=rf"v\.zip.*{told}"):
        load(zipped(tmp_path / "v.zip", *members))


def test_an_archive_in_an_archive_is_refused(tmp_path):
    inner = zipped(tmp_path / "inner.zip", ("v.txt", b"tea 1 2")).read_bytes()
    with pytest.raises(FormatError, match="it is a compressed zip archive"):
        load(zipped(tmp_path / "v.zip", ("inner.zip", inner)))


def test_an_archive_that_is_cut_short_anywhere(tmp_path):
    text = "".join(f"w{row} {row} 0.5\n" for row in range(300)).encode()
    path = zipped(tmp_path / "v.zip", ("v.txt", text))
    whole = path.read_bytes()
    for size in range(4, len(whole) - 1, 7):
        path.write_bytes(whole[:size])
        with pytest.raises(FormatError, match=r"v\.zip"):
            load(path)


def test_a_changed_byte_is_noticed(tmp_path):
    text = "".join(f"w{row} {row} 0.5\n" for row in range(300)).encode()
    path = zipped(tmp_path / "v.zip", ("v.txt", text), method=zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[content.index(b"w7 7 0.5") + 3] = ord("8")
    path.write_bytes(content)
    with pytest.raises(FormatError, match=r"cannot decompress .*v\.zip \(zip\): Bad CRC-32"):
        load(path)


def test_names_that_are_no_text_are_damage(tmp_path):
    path = zipped(tmp_path / "v.zip", ("茶.txt", b"tea 1 2\n"))
    whole, name = path.read_bytes(), "茶".encode()
    for place in (whole.index(name), whole.rindex(name)):
        path.write_bytes(whole[:place] + b"\xff" + whole[place + 1 :])
        with pytest.raises(FormatError, match=r"v\.zip: it is a zip archive .*can't decode byte"):
            load(path)


def test_a_file_may_have_no_name(tmp_path):
    path = zipped(tmp_path / "v.zip", (zipfile.ZipInfo(""), b"tea 1 2\n"))
    assert load(path).words == ("tea",)


def test_a_file_that_ends_before_it_should_is_cut_short(tmp_path):
    path = zipped(tmp_path / "v.zip", ("v.txt", b"tea 1 2\n"), method=zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    struct.pack_into("<2I", content, content.index(b"PK\x01\x02") + 20, 1 << 20, 1 << 20)
    path.write_bytes(content)
    # Newer Pythons refuse an entry that reaches into the next before it is read.
    cut_short = r"cannot decompress .*v\.zip \(zip\): it is cut short"
    overlapped = r"cannot read .*v\.zip: it is a zip archive \(.*\): Overlapped entries"
    with pytest.raises(FormatError, match=f"{cut_short}|{overlapped}"):
        load(path)


def test_encrypted_archives_are_refused(tmp_path):
    path = zipped(tmp_path / "v.zip", ("v.txt", b"tea 1 2\n"))
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", content, content.index(mark) + place, 1)
    path.write_bytes(content)
    with pytest.raises(FormatError, match="encrypted, password required"):
        load(path)


def array(values):
    """Return an array as a file of NumPy."""
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("name", ["v.zip", "v.npz"])
def test_what_python_unpacks_without_a_bound_is_refused(name, method, tmp_path):
    vectors = ("vectors.npy", array(MATRIX))
    bomb = array(np.array(WORDS)) + bytes(BOMB)
    members = [("words.npy", bomb), vectors] if name == "v.npz" else [("v.txt", bytes(BOMB))]
    path = zipped(tmp_path / name, *members, method=method)
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match=r"is compressed by (bzip2|lzma), and only deflate"):
            load(path)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["v.txt", "v.vec", "v.bin", "v.npz", "v.parquet", "v.arrow"])
def test_a_word_without_end_is_refused_before_all_are_read(name, tmp_path, monkeypatch):
    if name in ("v.parquet", "v.arrow"):
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    looked = []
    monkeypatch.setattr("firth.vectors.formats.texts._LOOKED_AT", 1000)
    words = [f"w{row:06}" for row in range(3000)]
    vectors = Vectors(words, np.ones((3000, 2)))
    vectors.save(tmp_path / name)
    assert load(tmp_path / name).words == tuple(words)
    # As if they were compressed, which `save` refuses.
    monkeypatch.setattr("firth.vectors.formats.texts.set", lambda few: {few[0]}, raising=False)
    monkeypatch.setattr("firth.vectors.vectors.Vectors.__init__", lambda *a, **b: looked.append(a))
    with pytest.raises(FormatError, match=r"most of its words are there several times, such as 'w"):
        load(tmp_path / name)
    assert not looked

"""The choice of a format, and of files that may be replaced."""

import gzip
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

from firth.errors import ConfigError, FirthError, FormatError
from firth.vectors import Vectors, check_destination, load
from firth.vectors.formats.registry import FORMATS
from processes import output_of

WORDS = ["one", "two"]
MATRIX = np.array([[0.5, -1.25], [3, 1e-9]], dtype=np.float32)


@pytest.mark.parametrize("name", ["vectors.npy", "vectors.2024"])
def test_an_unknown_suffix_is_refused_with_the_known_ones(name, tmp_path):
    with pytest.raises(FormatError, match=r"no format has the suffix .*\.txt/\.vec.*\.bin.*folder"):
        Vectors(WORDS, MATRIX).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_format_that_is_only_written_is_named(tmp_path):
    (tmp_path / "words.sql").write_text("CREATE TABLE words (id integer);\n")
    with pytest.raises(
        FormatError, match=r"Firth writes .*pgvector, but does not read that format"
    ):
        load(tmp_path / "words.sql")


@pytest.mark.parametrize("name", ["vectors.bin.gz", "v.txt.xz", "v.zst", "v.bz2", "v.zip"])
@pytest.mark.parametrize("format", [None, "word2vec-text", "npz"])
def test_a_name_that_tells_of_compression_is_refused(name, format, tmp_path):
    vectors = Vectors(WORDS, MATRIX)
    for write in (
        lambda: vectors.save(tmp_path / name, format=format),
        lambda: check_destination(tmp_path / name, format=format),
    ):
        with pytest.raises(FormatError, match=r"written as they are.*write .*, and compress it"):
            write()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".bin", ".txt"])
@pytest.mark.parametrize("other", ["", ".modeldata", ".w2v"])
def test_content_decides_where_the_suffix_does_not(suffix, other, tmp_path):
    Vectors(WORDS, MATRIX).save(tmp_path / f"v{suffix}")
    (tmp_path / f"v{suffix}").rename(tmp_path / f"model{other}")
    loaded = load(tmp_path / f"model{other}")
    assert list(loaded) == WORDS
    np.testing.assert_array_equal(loaded.input_vectors, MATRIX)


def test_long_rows_are_recognised_too(tmp_path):
    matrix = np.full((2, 20_000), 0.123456, dtype=np.float32)
    Vectors(WORDS, matrix).save(tmp_path / "v.txt")
    content = (tmp_path / "v.txt").read_bytes()
    for rows in (content, content.partition(b"\n")[2]):
        (tmp_path / "v.glove").write_bytes(rows)
        assert load(tmp_path / "v.glove").dim == 20_000


@pytest.mark.parametrize("content", [b"PK", b"hello", b"<html> <p>\n"])
def test_other_files_are_of_no_known_format(content, tmp_path):
    (tmp_path / "model.kv").write_bytes(content)
    with pytest.raises(FormatError, match="unknown format; known are"):
        load(tmp_path / "model.kv")


@pytest.mark.parametrize(
    ("format", "names"),
    [
        ("firth", ["model.safetensors", "vocabulary.json", "config.json"]),
        ("projector", ["vectors.tsv", "metadata.tsv"]),
        ("static-embedding", ["model.safetensors", "tokenizer.json", "modules.json"]),
    ],
)
def test_a_file_of_a_folder_of_vectors_is_told_as_one(format, names, tmp_path):
    Vectors(WORDS, MATRIX).save(tmp_path / "v", format=format)
    for name in names:
        with pytest.raises(FormatError, match=r"is only a part of .*: give the folder, .*v$"):
            load(tmp_path / "v" / name)


def test_a_file_with_the_name_of_a_part_is_read_where_there_is_no_such_folder(tmp_path):
    Vectors(WORDS, MATRIX).save(tmp_path / "v", format="projector")
    (tmp_path / "v" / "metadata.tsv").unlink()
    Vectors(WORDS, MATRIX).save(tmp_path / "v.txt")
    (tmp_path / "v.txt").replace(tmp_path / "v" / "vectors.tsv")
    assert list(load(tmp_path / "v" / "vectors.tsv")) == WORDS


def test_formats_that_no_suffix_tells_are_named_too(tmp_path):
    with pytest.raises(FormatError) as error:
        Vectors(WORDS, MATRIX).save(tmp_path / "v.h5")
    by_suffix, _, by_name = str(error.value).partition("; by name (format=, --to): ")
    assert ".bin (word2vec binary)" in by_suffix
    assert "fastText" not in by_suffix
    assert by_name == "glove, fasttext, projector, static-embedding, spacy, qdrant"


@pytest.mark.parametrize("name", ["v.bin", "v.txt", "v.vec", "v.kv", "v"])
@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "the file is empty"),
        (struct.pack("<14i", 793712314, 13, *range(12)) + bytes(8), "fastText in version 13"),
        (
            struct.pack("<12i", 100, 5, 5, 5, 5, 1, 2, 2, 2000, 3, 6, 100),
            "cut short in its settings",
        ),
        (pickle.dumps({"tea": [1.0]}), "is a pickle, but not of a model or vectors of gensim"),
        (b"PK\x03\x04\x00", "it is a zip archive.*; unpack it"),
        (b"\0" * 257 + b"ustar  \0", "it is a tar archive.*; unpack it"),
        (b"7z\xbc\xaf\x27\x1c", "it is a 7z archive.*; unpack it"),
        (
            gzip.compress(b"PK\x03\x04\x00", mtime=0),
            "it is a compressed zip archive.*; decompress it first",
        ),
        (
            gzip.compress(b"\0" * 257 + b"ustar  \0", mtime=0),
            "it is a compressed tar archive; unpack it, and give a file from it",
        ),
    ],
)
def test_files_of_other_kinds_are_named(name, content, fault, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FormatError, match=rf"{name}.*{fault}"):
        load(tmp_path / name)


SUFFIXES = [".bin", ".txt", ".vec"]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("other", [*SUFFIXES, "empty"])
def test_vectors_and_empty_files_are_replaced(suffix, other, tmp_path):
    target = tmp_path / f"v{suffix}"
    if other == "empty":
        target.touch()
    else:
        # Fewer numbers than the first bytes hold, and more.
        for dim in (1, 3000):
            Vectors(["new", "newer"], np.full((2, dim), 0.25)).save(tmp_path / f"old{other}")
            (tmp_path / f"old{other}").replace(target)
            check_destination(target)
    Vectors(WORDS, MATRIX).save(target)
    assert list(load(target)) == WORDS


@pytest.mark.parametrize(
    "content",
    [
        b"years of work\n",
        b"Chapter 1\n\nIt was a dark night.\n",
        b"the 1061396\nof 593677\nand 416629\n",
        b"1 31 2.5 1260759144\n1 1029 3.0 1260759179\n",
        b"tea 0.1 0.2\nmilk 0.3 0.4\n",
        b"2 2\n3 4\n5 6\n",
        b"5 7\n1 2\n2 3\n1 3\n",
        b"0 2\n",
        b"900 2\ntea 0.1 0.2\n",
        b"2 2\ntea nan 1\nmilk 1 1\n",
        b"PK\x03\x04" + bytes(200),
        b'{"event": "start"}\n',
    ],
)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_no_file_of_vectors_is_not_replaced_unless_asked(content, suffix, tmp_path):
    target = tmp_path / f"v{suffix}"
    target.write_bytes(content)
    for attempt in (check_destination, Vectors(WORDS, MATRIX).save):
        with pytest.raises(FirthError, match=r"does not hold vectors .*overwrite=True \(--overwr"):
            attempt(target)
        assert target.read_bytes() == content
    check_destination(target, overwrite=True)
    assert target.read_bytes() == content
    Vectors(WORDS, MATRIX).save(target, overwrite=True)
    assert list(load(target)) == WORDS


@pytest.mark.parametrize("content", [b"years of work\n", b"PK\x03\x04" + bytes(200)])
@pytest.mark.parametrize("format", [f for f in FORMATS if f.writes and not f.is_folder])
def test_no_format_replaces_another_file(format, content, tmp_path):
    if format.needs is not None:
        pytest.importorskip(format.needs[0])
    target = tmp_path / "work"
    target.write_bytes(content)
    with pytest.raises(FirthError, match="does not hold vectors"):
        check_destination(target, format=format.name)
    with pytest.raises(FirthError, match="does not hold vectors"):
        Vectors(WORDS, MATRIX).save(target, format=format.name)
    assert target.read_bytes() == content


def test_a_part_of_a_folder_of_vectors_may_be_of_another_program(tmp_path):
    target = tmp_path / "model"
    target.mkdir()
    check_destination(target)
    for name in ("config.json", "model.safetensors"):
        (target / name).write_text("of another program")
    for attempt in (check_destination, Vectors(WORDS, MATRIX).save):
        with pytest.raises(FirthError, match=r"holds config\.json and model\.safetensors, but no"):
            attempt(target)
    Vectors(WORDS, MATRIX).save(target, overwrite=True)
    Vectors(WORDS, MATRIX).save(target)
    (target / "thesis.tex").write_text("years of work")
    for attempt in (check_destination, Vectors(WORDS, MATRIX).save):
        with pytest.raises(FirthError, match="holds other files"):
            attempt(target, overwrite=True)
    assert (target / "thesis.tex").exists()


@pytest.mark.parametrize("name", ["x" * 5000, "file/v.txt"])
def test_names_that_cannot_be_opened(name, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FormatError, match=r"^cannot read ") as caught:
        load(tmp_path / name)
    assert str(caught.value).isprintable()


def test_a_file_without_permission(tmp_path, take_permission):
    (tmp_path / "v.txt").write_text("a 1 2\n")
    take_permission(tmp_path / "v.txt")
    with pytest.raises(FormatError, match=r"^cannot read .*v\.txt: Permission denied"):
        load(tmp_path / "v.txt")


@pytest.mark.parametrize("first", ["at name@domain.com", ". . .", "tea"])
def test_text_is_known_without_a_suffix_although_its_first_word_holds_spaces(tmp_path, first):
    path = tmp_path / "vectors"
    path.write_text(f"{first} 1 2 3 4 5\nmilk 1 2 3 4 5\n")
    assert load(path).words == (first, "milk")


def test_a_name_takes_the_place_of_the_suffix(tmp_path):
    vectors = Vectors(WORDS, MATRIX)
    vectors.save(tmp_path / "v.2024", format="word2vec-binary")
    assert (tmp_path / "v.2024").read_bytes().startswith(b"2 2\none ")
    vectors.save(tmp_path / "v.bin", format="word2vec-text")
    assert (tmp_path / "v.bin").read_bytes() == b"2 2\none 0.5 -1.25\ntwo 3 9.99999972e-10\n"
    with pytest.raises(FormatError, match="promises 2 words, but more follows"):
        load(tmp_path / "v.bin")
    assert load(tmp_path / "v.bin", format="word2vec-text").words == ("one", "two")
    vectors.save(tmp_path / "v.txt", format="firth")
    assert load(tmp_path / "v.txt").words == load(tmp_path / "v.txt", format="firth").words


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("glov", "format must be firth or word2vec-text or word2vec-binary or .* got 'glov'"),
        (3, "format must be firth .* got 3"),
    ],
)
def test_a_name_that_no_format_has(name, fault, tmp_path):
    vectors = Vectors(WORDS, MATRIX)
    for attempt in (vectors.save, load, check_destination):
        with pytest.raises(ConfigError, match=fault):
            attempt(tmp_path / "v.txt", format=name)
    assert not list(tmp_path.iterdir())


def test_a_folder_is_no_file_and_a_file_no_folder(tmp_path):
    Vectors(WORDS, MATRIX).save(tmp_path / "v")
    Vectors(WORDS, MATRIX).save(tmp_path / "v.txt")
    with pytest.raises(FormatError, match="as word2vec text: it is a folder"):
        load(tmp_path / "v", format="word2vec-text")
    with pytest.raises(FormatError, match="as Firth's folder: it is no folder"):
        load(tmp_path / "v.txt", format="firth")


def test_formats_are_imported_when_they_are_used(tmp_path):
    Vectors(WORDS, MATRIX).save(tmp_path / "v.txt")
    program = (
        "import sys, firth; firth.load(sys.argv[1]); names = [m.rpartition('.')[2] for m in "
        "sys.modules if m.startswith('firth.vectors.formats.')]; print(*sorted(names))"
    )
    imported = set(output_of("-c", program, tmp_path / "v.txt").split())
    shared = {"format", "registry", "selection", "texts", "precision", "row_store", "hub"}
    assert imported == {*shared, "word2vec", "word2vec_text", "decimals"}


def test_the_page_of_formats_has_each_of_them():
    page = (Path(__file__).parents[3] / "docs" / "formats.md").read_text("utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    told = {row[0].strip("| `"): [row[n].startswith("yes") for n in (3, 4)] for row in rows}
    assert told == {form.name: [form.reads, form.writes] for form in FORMATS}
    for row in rows:
        form = next(form for form in FORMATS if form.name == row[0].strip("| `"))
        assert all(f"`{suffix}`" in row[2] for suffix in form.suffixes)

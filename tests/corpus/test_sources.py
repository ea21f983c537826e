import bz2
import functools
import gzip
import io
import lzma
import os
import pickle
import random
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.corpus import sources
from firth.corpus.file_kinds import check_is_text, is_mostly_text
from firth.corpus.finding import find_text
from firth.corpus.sources import TextFile, read_text, regroup
from firth.errors import CorpusError, FirthWarning
from firth.io.compression import compression_of
from processes import run_python

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

COMPRESS = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": functools.partial(
        zstd.compress, options={zstd.CompressionParameter.checksum_flag: True}
    ),
}
BOM = b"\xef\xbb\xbf"


def ended(text):
    """Return a text with a line end, if it has none there; an empty one has no line."""
    return text if text.endswith("\n") or not text else text + "\n"


def text_of(source, encoding_errors="strict"):
    return "".join(read_text(find_text(source), encoding_errors))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")
def test_a_file_that_asks_for_more_memory_than_there_is(tmp_path):
    filters = [{"id": lzma.FILTER_LZMA1, "preset": 0}]
    content = lzma.compress(b"text", lzma.FORMAT_ALONE, filters=filters)
    path = tmp_path / "text.xz"
    path.write_bytes(content[:1] + b"\xff" * 4 + content[5:])  # a dictionary of 4 GiB
    program = (
        "import resource, sys; from firth.corpus.finding import find_text\n"
        "from firth.corpus.sources import read_text\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))\n"
        "list(read_text(find_text(sys.argv[1]), 'strict'))"
    )
    done = run_python("-c", program, path)
    assert "CorpusError: cannot decompress" in done.stderr
    assert done.stderr.endswith("text.xz: not enough memory\n")


def test_missing_file(tmp_path):
    with pytest.raises(CorpusError, match=r"cannot read .*none.txt: No such file or directory"):
        text_of([tmp_path / "none.txt"])
    with pytest.raises(CorpusError, match="cannot read"):
        text_of("nul\0name")


def test_a_name_that_is_too_long(tmp_path):
    with pytest.raises(CorpusError, match=r"^cannot read .*aaa: File name too long$"):
        text_of(tmp_path / ("a" * 300))


def test_unreadable_file(tmp_path, monkeypatch):
    # Root may read every file, so the refusal is played.
    (tmp_path / "text").touch()
    monkeypatch.setattr(Path, "open", mock.Mock(side_effect=PermissionError(13, "no entry")))
    with pytest.raises(CorpusError, match=r"cannot read .*text: no entry"):
        text_of(tmp_path / "text")


@pytest.mark.parametrize("name", ["text", "text.txt", "text.gz", "text.ZST"])
@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("block", [1, 1 << 18])
def test_compression_is_known_by_the_first_bytes(tmp_path, monkeypatch, name, suffix, block):
    monkeypatch.setattr(sources, "BLOCK_BYTES", block)
    path = tmp_path / name
    # Two streams in one file are one text; the second is cut inside a character.
    parts = "né, n".encode()[:2], "né, n".encode()[2:]
    path.write_bytes(b"".join(map(COMPRESS[suffix], parts)))
    assert text_of(path) == "né, n\n"
    with path.open("rb") as file:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(file))
        assert text_of("-") == "né, n\n"


SKIPPED_FRAME = b"\x5a\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"notes"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        *((compress(b""), "") for compress in COMPRESS.values()),
        (SKIPPED_FRAME + zstd.compress(b"some text"), "some text"),
        (lzma.compress(b"some text", lzma.FORMAT_ALONE), "some text"),
    ],
    ids=[*COMPRESS, "skipped frame", "lzma"],
)
def test_unusual_compressed_files(write, data, text):
    assert text_of(write(data)) == ended(text)


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("text", ["just plain text", "BZh is a word", "", "]", "PK"])
def test_plain_text_is_read_whatever_its_name(write, suffix, text):
    assert text_of(write(text, f"text{suffix}")) == ended(text)


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_damaged_compressed_file(write, suffix, damage):
    data = bytearray(COMPRESS[suffix](random.Random(1).randbytes(5000).hex().encode()))
    if damage == "cut":
        del data[2000:]
    else:
        data[2000:2100] = bytes(100)
    path = write(bytes(data), f"text{suffix}")
    with pytest.raises(CorpusError, match=rf"cannot decompress .*text{suffix}: \w"):
        text_of(path)


def test_standard_input(give_input):
    give_input(BOM + "tè".encode())
    assert text_of("-") == "tè\n"
    assert not sys.stdin.buffer.closed


def test_standard_input_is_named_in_errors(give_input):
    give_input(b"a\xff")
    with pytest.raises(CorpusError, match="standard input: invalid UTF-8 at byte 1"):
        text_of("-")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (BOM, ""),
        (BOM + b"a", "a"),
        (BOM + BOM + b"a", "\ufeffa"),
        (b"a" + BOM, "a\ufeff"),
        (b"a\r\nb\rc", "a\r\nb\rc"),
    ],
)
@pytest.mark.parametrize("block", [1, 2, 1 << 18])
def test_byte_order_mark_is_dropped_at_the_start_only(write, monkeypatch, data, text, block):
    monkeypatch.setattr(sources, "BLOCK_BYTES", block)
    path = write(data)
    assert text_of([path, path]) == 2 * ended(text)


@pytest.mark.parametrize("block", [1, 3, 1 << 18])
@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"\xff", 0),
        (b"caf\xe9 au lait", 3),
        ("漢字".encode() + b"\x80", 6),
        (BOM + b"a\xc3", 4),
        ("漢".encode()[:2] + b"a", 0),
        (b"ab" + "漢".encode()[:2], 2),
        (b"a" + b"\xed\xa0\x80", 1),
    ],
)
def test_invalid_utf8_is_told_with_its_offset(tmp_path, monkeypatch, block, data, offset):
    monkeypatch.setattr(sources, "BLOCK_BYTES", block)
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text("fine", encoding="utf-8")
    bad.write_bytes(data)
    with pytest.raises(CorpusError) as caught:
        text_of([good, bad])
    assert str(caught.value) == (
        f"{bad}: invalid UTF-8 at byte {offset}; convert the file to UTF-8, or go on with "
        "encoding_errors='replace' (--encoding-errors replace)"
    )


def test_offset_counts_decompressed_bytes(write):
    path = write(gzip.compress(b"a" * 700_000 + b"\xff"), "text.gz")
    with pytest.raises(CorpusError, match=r"text.gz: invalid UTF-8 at byte 700000;"):
        text_of(path)


@pytest.mark.parametrize("block", [1, 4, 1 << 18])
def test_nul_byte_is_told_with_its_offset(write, monkeypatch, block):
    monkeypatch.setattr(sources, "BLOCK_BYTES", block)
    path = write("tè ".encode() + "tè".encode("utf-16-le"))
    with pytest.raises(CorpusError, match=r"text\.txt: a NUL byte \(binary.*UTF-16.*\) at byte 5;"):
        text_of(path)


def _tar(text):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        info = tarfile.TarInfo("text.txt")
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text))
    return file.getvalue()


def _zip(text):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("text.txt", text)
    return file.getvalue()


def _saved(save, *arguments):
    file = io.BytesIO()
    save(file, *arguments)
    return file.getvalue()


TEXT = "the tea is hot, and so is the toast\n" * 20
OTHER_KINDS = {
    "zip": (_zip(TEXT.encode()), "a zip archive", "unpack it"),
    "tar": (_tar(TEXT.encode()), "a tar archive", "unpack it"),
    "tar.gz": (gzip.compress(_tar(TEXT.encode())), "decompressed, is a tar archive", "unpack it"),
    "gz.gz": (gzip.compress(gzip.compress(TEXT.encode())), "compressed once more", "it once first"),
    "utf-16": (TEXT.encode("utf-16"), "UTF-16 text", "iconv -f UTF-16 -t UTF-8"),
    "utf-16-le": (TEXT.encode("utf-16-le"), "UTF-16 text", "iconv -f UTF-16LE -t UTF-8"),
    "utf-16-be": (TEXT.encode("utf-16-be"), "UTF-16 text", "iconv -f UTF-16BE -t UTF-8"),
    "utf-32": (TEXT.encode("utf-32"), "UTF-32 text", "iconv -f UTF-32 -t UTF-8"),
    "pickle": (pickle.dumps([["tea"]]), "a pickle", "lists of tokens"),
    "npy": (_saved(np.save, np.zeros(3)), "a NumPy array", "lists of tokens"),
    "npz": (_saved(np.savez, np.zeros(3)), "a zip archive", "unpack it"),
    "safetensors": (safetensors.numpy.save({"a": np.zeros(3)}), "a safetensors file", "--start"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document", "plain text"),
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG picture", "give text"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4", "a 7z archive", "unpack it"),
    "parquet": (b"PAR1\x15\x04\x15", "a Parquet table", "write its text"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS", "git lfs pull"),
}


@pytest.mark.parametrize("encoding_errors", ["strict", "replace"])
@pytest.mark.parametrize(("data", "what", "advice"), OTHER_KINDS.values(), ids=OTHER_KINDS)
def test_what_is_no_text_is_named(give_input, tmp_path, encoding_errors, data, what, advice):
    (tmp_path / "text.gz").write_bytes(data)
    message = rf"text\.gz\b.*{what}.*{advice}"
    with pytest.raises(CorpusError, match=message) as caught:
        text_of(tmp_path / "text.gz", encoding_errors)
    assert "replace" not in str(caught.value)
    give_input(data)
    with pytest.raises(CorpusError, match=f"standard input.*{what}"):
        text_of("-", encoding_errors)


@pytest.mark.parametrize("encoding_errors", ["strict", "replace"])
@pytest.mark.parametrize(
    "data",
    [
        random.Random(1).randbytes(5000),
        "Съешь ещё этих мягких булок\n".encode("cp1251") * 9,
        bytes(range(8)) * 9,
    ],
)
def test_what_is_mostly_no_utf8_is_never_replaced(tmp_path, encoding_errors, data):
    (tmp_path / "text").write_bytes(data)
    with pytest.raises(CorpusError, match=r"most of it is not UTF-8 text; .*iconv") as caught:
        text_of(tmp_path / "text", encoding_errors)
    assert "replace" not in str(caught.value)


def test_replacing_is_advised_for_a_few_bad_bytes(tmp_path):
    path = tmp_path / "text"
    path.write_bytes(
        "Où est la bibliothèque\u202f? À côté du café.\n".encode("latin-1", "ignore") * 9
    )
    with pytest.raises(CorpusError, match=r"at byte 1; .*encoding_errors='replace'"):
        text_of(path)
    assert text_of(path, "replace").startswith("O\ufffd est")


def _is_taken_for_text(data):
    try:
        check_is_text(data, "data")
    except CorpusError:
        return False
    return is_mostly_text(data) and compression_of(data) is None


@settings(deadline=None, derandomize=True)
@given(
    data=st.lists(
        st.binary(max_size=4)
        | st.sampled_from([BOM, b"\0", "é漢😀".encode(), "漢".encode()[:2], "😀".encode()[:3]])
    )
    .map(b"".join)
    .filter(_is_taken_for_text),
    block=st.integers(1, 7),
)
def test_replacing_is_what_python_does(tmp_path_factory, data, block):
    path = tmp_path_factory.mktemp("text") / "text"
    path.write_bytes(data)
    expected = data.removeprefix(BOM).decode("utf-8", "replace").replace("\0", "\ufffd")
    with mock.patch.object(sources, "BLOCK_BYTES", block):
        assert text_of(path, "replace") == ended(expected)


def test_progress_reaches_the_total(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "BLOCK_BYTES", 4)
    plain, packed = tmp_path / "plain", tmp_path / "packed.gz"
    plain.write_bytes(b"123456")
    packed.write_bytes(gzip.compress(b"1234"))
    calls = []
    list(read_text(find_text([plain, packed]), "strict", lambda *call: calls.append(call)))
    total = 6 + packed.stat().st_size
    assert calls == [(4, total), (6, total), (total, total)]


def test_progress_without_a_total(give_input):
    give_input(b"12345")
    calls = []
    list(read_text([TextFile(None)], "strict", lambda *call: calls.append(call)))
    assert calls == [(5, None)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_has_no_size(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert TextFile(tmp_path / "pipe").size() is None


@settings(derandomize=True)
@given(st.lists(st.text("ab \n", max_size=5)))
def test_regrouped_text_is_the_same_and_ends_at_delimiters(blocks):
    pieces = list(regroup(iter([*blocks, "\n"]), "\n "))
    assert "".join(pieces) == "".join(blocks) + "\n"
    assert all(piece[-1] in "\n " for piece in pieces)


@pytest.mark.parametrize(
    "part", [{}, {"is_part": True}, {"start": 0, "stop": 81_000, "is_part": True}], ids=str
)
def test_a_file_that_becomes_shorter_while_it_is_read_is_told(tmp_path, monkeypatch, part):
    monkeypatch.setattr(sources, "BLOCK_BYTES", 10_000)
    path = tmp_path / "text.txt"
    path.write_bytes(b"tea milk\n" * 9_000)
    blocks = read_text([TextFile(path, **part)], "strict")
    next(blocks)
    os.truncate(path, 27_000)
    told = r"text\.txt became shorter while it was read: it had 81,000 bytes, and has 27,000; read"
    with pytest.raises(CorpusError, match=told):
        list(blocks)


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_file_that_changes_while_it_is_read_is_told(tmp_path, monkeypatch, compress):
    monkeypatch.setattr(sources, "BLOCK_BYTES", 10_000)
    path = tmp_path / "text.txt"
    path.write_bytes(compress(b"tea milk\n" * 9_000))
    blocks = read_text([TextFile(path)], "strict")
    next(blocks)
    with path.open("ab") as file:
        file.write(compress(b"sugar\n"))
    os.utime(path, ns=(1, 1))
    with pytest.warns(FirthWarning, match=r"text\.txt changed while it was read: some of its old"):
        list(blocks)


def test_a_file_that_is_replaced_while_it_is_read_is_read_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "BLOCK_BYTES", 10_000)
    path = tmp_path / "text.txt"
    path.write_bytes(b"tea milk\n" * 9_000)
    blocks = read_text([TextFile(path)], "strict")
    read = [next(blocks)]
    (tmp_path / "new").write_bytes(b"sugar\n")
    try:
        (tmp_path / "new").replace(path)
    except PermissionError:
        pytest.skip("this system replaces no open file")
    assert "".join([*read, *blocks]) == "tea milk\n" * 9_000


def test_one_ctrl_d_ends_what_is_typed():
    pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
    ours, theirs = pty.openpty()
    program = "import firth; print(firth.read_corpus('-', min_count=1).words_read)"
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdin=theirs, stdout=subprocess.PIPE, text=True
    )
    try:
        os.write(ours, b"tea milk\n\x04")
        assert child.communicate(timeout=20)[0] == "2\n"
    finally:
        child.kill()
        child.communicate()
        os.close(ours)
        os.close(theirs)

"""Opening files: regular files only; the first bytes tell how to decompress them."""

import bz2
import gzip
import lzma
import os

import pytest

from firth.errors import FormatError
from firth.io.compression import compression_of, open_decompressed, open_regular


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("content", [b"", b"tea", b"tea\n" * 100_000])
def test_compressed_files_are_read_whatever_their_name(compress, content, tmp_path):
    (tmp_path / "file.txt").write_bytes(compress(content))
    with open_decompressed(tmp_path / "file.txt") as (file, size):
        assert size is None
        assert file.read() == content
        file.seek(0)
        assert file.read(3) == content[:3]


def test_plain_files_have_a_size(tmp_path):
    (tmp_path / "file.gz").write_bytes(b"BZh9 is a word")
    with open_decompressed(tmp_path / "file.gz") as (file, size):
        assert (size, file.read()) == (14, b"BZh9 is a word")


def test_no_text_is_taken_for_compressed():
    assert compression_of(b"BZh9 0.1 0.2\n") is None
    assert compression_of(b"") is None


def test_an_error_of_the_reader_is_not_called_damage(tmp_path):
    (tmp_path / "file.bz2").write_bytes(bz2.compress(b"tea"))
    with pytest.raises(ValueError, match=r"^mine$"), open_decompressed(tmp_path / "file.bz2"):
        raise ValueError("mine")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
@pytest.mark.parametrize(
    ("name", "fault"),
    [(".", "it is a folder"), ("pipe", "not a regular file"), ("/dev/zero", "not a regular file")],
)
def test_what_is_no_regular_file_is_refused(tmp_path, name, fault):
    os.mkfifo(tmp_path / "pipe")
    with (
        pytest.raises(FormatError, match=rf"^cannot read .*: {fault}"),
        open_regular(tmp_path / name),
    ):
        pass

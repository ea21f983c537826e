"""Reading the lines of evaluation sets."""

import gzip
import os

import pytest

from firth.errors import FormatError
from firth.evaluation.files import numbered_lines


def test_lines_keep_their_numbers(tmp_path):
    path = tmp_path / "set.txt"
    path.write_bytes("\ufeffone\r\n\n  \n two\u2028three \n".encode())
    assert list(numbered_lines(path)) == [(1, "one"), (4, "two\u2028three")]


def test_a_missing_file(tmp_path):
    with pytest.raises(FormatError, match=r"^no such file: .*set.txt"):
        list(numbered_lines(tmp_path / "set.txt"))


def test_a_folder(tmp_path):
    with pytest.raises(FormatError, match="cannot read"):
        list(numbered_lines(tmp_path))


def test_bytes_that_are_not_utf8(tmp_path):
    for content, place in ((b"one\ntw\xff\n", 6), (b"\xef\xbb\xbftw\xff\n", 5)):
        (tmp_path / "set.txt").write_bytes(content)
        with pytest.raises(FormatError, match=rf"set\.txt: not UTF-8 at byte {place}"):
            list(numbered_lines(tmp_path / "set.txt"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_what_is_no_regular_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(FormatError, match=r"^cannot read .*: not a regular file"):
            list(numbered_lines(path))


def test_a_line_that_fills_the_memory_is_refused(tmp_path):
    path = tmp_path / "set.txt"
    path.write_bytes(b"one\n")
    # The file is sparse: it has no bytes on disk.
    os.truncate(path, 1 << 33)
    with pytest.raises(FormatError, match="line 2: longer than 1,048,576 bytes"):
        list(numbered_lines(path))


def test_compressed_sets(tmp_path):
    (tmp_path / "set.txt").write_bytes(gzip.compress(b"\xef\xbb\xbfone\n\ntwo"))
    assert list(numbered_lines(tmp_path / "set.txt")) == [(1, "one"), (3, "two")]


@pytest.mark.parametrize("name", ["x" * 5000, "file/set.txt", "nul\0"])
def test_names_that_cannot_be_opened(name, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FormatError, match=r"^cannot read "):
        list(numbered_lines(tmp_path / name))

"""Reading the lines of evaluation sets."""

import gzip
import os

import pytest

from firth.errors import FormatError
from firth.evaluation.files import numbered_lines


def check_refused(path, fault):
    with pytest.raises(FormatError, match=fault):
        list(numbered_lines(path))


def test_lines_keep_their_numbers(tmp_path):
    path = tmp_path / "set.txt"
    path.write_bytes("\ufeffone\r\n\n  \n two\u2028three \n".encode())
    assert list(numbered_lines(path)) == [(1, "one"), (4, "two\u2028three")]


@pytest.mark.parametrize("name", ["", "x" * 5000, "file/set.txt", "nul\0"])
def test_paths_that_cannot_be_read(name, tmp_path):
    check_refused(tmp_path / "set.txt", r"^no such file: .*set.txt")
    (tmp_path / "file").touch()
    check_refused(tmp_path / name, r"^cannot read ")


def test_bytes_that_are_not_utf8(tmp_path):
    for content, place in ((b"one\ntw\xff\n", 6), (b"\xef\xbb\xbftw\xff\n", 5)):
        (tmp_path / "set.txt").write_bytes(content)
        check_refused(tmp_path / "set.txt", rf"set\.txt: not UTF-8 at byte {place}")


def test_a_line_that_fills_the_memory_is_refused(tmp_path):
    path = tmp_path / "set.txt"
    path.write_bytes(b"one\n")
    # The file is sparse: it has no bytes on disk.
    os.truncate(path, 1 << 33)
    check_refused(path, "line 2: longer than 1,048,576 bytes; end each line by a newline")


def test_compressed_sets(tmp_path):
    (tmp_path / "set.txt").write_bytes(gzip.compress(b"\xef\xbb\xbfone\n\ntwo"))
    assert list(numbered_lines(tmp_path / "set.txt")) == [(1, "one"), (3, "two")]

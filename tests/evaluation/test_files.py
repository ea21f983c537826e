"""Reading the lines of evaluation sets."""

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
    (tmp_path / "set.txt").write_bytes(b"one\ntw\xff\n")
    with pytest.raises(FormatError, match=r"set\.txt: not UTF-8 at byte 6"):
        list(numbered_lines(tmp_path / "set.txt"))

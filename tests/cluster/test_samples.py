"""Texts of the same name on several machines are compared before they are read."""

import os

import pytest

from firth.cluster.samples import check_samples, samples_of
from firth.corpus.sources import TextFile
from firth.errors import CorpusError

LINES = [f"line {number:05d} of tea\n" for number in range(20_000)]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("".join(LINES))
    return path


@pytest.mark.parametrize(("start", "stop"), [(0, None), (0, 200_000), (200_000, 360_000), (7, 7)])
def test_a_copy_is_the_same_text(path, start, stop):
    leading = samples_of(TextFile(path, start, stop))
    assert leading.size == path.stat().st_size
    copy = path.read_bytes()
    path.unlink()
    path.write_bytes(copy)
    check_samples(TextFile(path, start, stop), leading)


@pytest.mark.parametrize(("start", "stop"), [(0, None), (0, 200_000), (200_000, 360_000)])
def test_lines_in_another_order_are_another_text(path, start, stop):
    file = TextFile(path, start, stop)
    leading = samples_of(file)
    path.write_text("".join(reversed(LINES)))
    with pytest.raises(CorpusError, match=r"text.txt holds another text here, as long, than on"):
        check_samples(file, leading)


@pytest.mark.parametrize("place", [0, 3_999, 199_999])
def test_the_first_and_the_last_bytes_of_a_part_are_looked_at(path, place):
    file = TextFile(path, 100_000, 300_000)
    leading = samples_of(file)
    with path.open("r+b") as opened:
        opened.seek(file.start + place)
        opened.write(b"\x01")
    with pytest.raises(CorpusError, match="holds another text here"):
        check_samples(file, leading)


def test_only_the_part_that_is_read_is_looked_at(path):
    file = TextFile(path, 100_000, 300_000)
    leading = samples_of(file)
    with path.open("r+b") as opened:
        for place in (file.start - 1, file.stop):
            opened.seek(place)
            opened.write(b"\x01")
    check_samples(file, leading)


def test_another_size_is_told(path):
    leading = samples_of(TextFile(path, 0, 100))
    os.truncate(path, 359_999)
    told = r"text.txt has 359,999 bytes, and 360,000 on the machine that leads the run: all"
    with pytest.raises(CorpusError, match=told):
        check_samples(TextFile(path, 0, 100), leading)


def test_a_text_that_this_machine_lacks_is_told(path):
    leading = samples_of(TextFile(path))
    path.unlink()
    with pytest.raises(CorpusError, match=r"cannot read .*text.txt: No such file"):
        check_samples(TextFile(path), leading)

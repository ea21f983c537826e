"""Texts of the same name on several machines are compared before they are read."""

import os

import pytest

from firth.cluster.samples import check_samples, samples_of_share
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
    leading = samples_of_share([TextFile(path, start, stop)])
    assert leading[0].size == path.stat().st_size
    copy = path.read_bytes()
    path.unlink()
    path.write_bytes(copy)
    check_samples([TextFile(path, start, stop)], leading)


@pytest.mark.parametrize(("start", "stop"), [(0, None), (0, 200_000), (200_000, 360_000)])
def test_lines_in_another_order_are_another_text(path, start, stop):
    file = TextFile(path, start, stop)
    leading = samples_of_share([file])
    path.write_text("".join(reversed(LINES)))
    with pytest.raises(
        CorpusError, match=r"text.txt has as many bytes as on the .* but other content: all"
    ):
        check_samples([file], leading)


@pytest.mark.parametrize("place", [0, 3_999, 199_999])
def test_the_first_and_the_last_bytes_of_a_part_are_looked_at(path, place):
    file = TextFile(path, 100_000, 300_000)
    leading = samples_of_share([file])
    with path.open("r+b") as opened:
        opened.seek(file.start + place)
        opened.write(b"\x01")
    with pytest.raises(CorpusError, match="other content"):
        check_samples([file], leading)


def test_only_the_part_that_is_read_is_looked_at(path):
    file = TextFile(path, 100_000, 300_000)
    leading = samples_of_share([file])
    with path.open("r+b") as opened:
        for place in (file.start - 1, file.stop):
            opened.seek(place)
            opened.write(b"\x01")
    check_samples([file], leading)


def test_another_size_is_told(path):
    leading = samples_of_share([TextFile(path, 0, 100)])
    os.truncate(path, 359_999)
    told = r"text.txt has 359,999 bytes, and 360,000 on the machine that leads the run: all"
    with pytest.raises(CorpusError, match=told):
        check_samples([TextFile(path, 0, 100)], leading)


def test_a_text_that_this_machine_lacks_is_told(path):
    leading = samples_of_share([TextFile(path)])
    path.unlink()
    with pytest.raises(CorpusError, match=r"cannot read .*text.txt: No such file"):
        check_samples([TextFile(path)], leading)


def test_a_folder_in_the_place_of_a_text_is_told(path):
    leading = samples_of_share([TextFile(path)])
    path.unlink()
    path.mkdir()
    with pytest.raises(CorpusError, match=r"text.txt is no regular file here: all machines"):
        check_samples([TextFile(path)], leading)


def test_of_very_many_files_some_are_read(tmp_path):
    files = [TextFile(tmp_path / f"{number:03d}.txt") for number in range(200)]
    for file in files:
        file.path.write_text("tea")
    leading = samples_of_share(files)
    assert {each.size for each in leading} == {3}
    for file in files:
        file.path.write_text("sea")
    differs = [a != b for a, b in zip(leading, samples_of_share(files), strict=True)]
    assert differs[0]
    assert differs[-1]
    assert sum(differs) == 64
    with pytest.raises(CorpusError, match=r"000.txt has as many bytes"):
        check_samples(files, leading)

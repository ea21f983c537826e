"""The numbers of units are those of the lines or token lists of the source."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.corpus import first_pass, numbers, read_corpus, second_pass, sources
from firth.corpus.tokens import ScratchArray

LINE = st.sampled_from(["", " ", "\t ", "tea", "tea milk", "rare%d", "milk \u3000 tea"])
LINE_END = st.sampled_from(["\n", "\r\n", "\r"])


def numbers_of(corpus):
    return corpus.unit_numbers.numbers().tolist()


def kept(lines):
    """Return the numbers of the lines that hold a word of those that occur twice."""
    return [k for k, line in enumerate(lines) if {"tea", "milk"} & set(line.split())]


def line_text(lines, ends):
    return "".join(line + end for line, end in zip(lines, ends, strict=True))


@given(st.lists(st.tuples(LINE, LINE_END), max_size=20), st.integers(1, 9), st.booleans())
@settings(deadline=None, max_examples=40)
def test_numbers_are_those_of_the_lines(tmp_path_factory, drawn, block, by_line):
    lines = ["tea milk", "", "tea milk"]
    lines += [line.replace("%d", str(k)) for k, (line, _) in enumerate(drawn)]
    # CR before LF would be one line end.
    ends = ["\n", "\r\n", "\r", *(end for _, end in drawn)]
    ends = [
        "\r\n" if end == "\r" and line == "" and after == "\n" else end
        for end, line, after in zip(ends, [*lines[1:], "x"], [*ends[1:], "\n"], strict=True)
    ]
    path = tmp_path_factory.mktemp("numbers") / "text.txt"
    path.write_bytes(line_text(lines, ends).encode())
    with mock.patch.multiple(sources, BLOCK_BYTES=block):
        corpus = read_corpus(path, min_count=2, tokenizer=str.split if by_line else "whitespace")
    assert numbers_of(corpus) == kept(lines)


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\r\n", "\r"])
def test_lines_are_numbered_from_file_to_file(tmp_path, end):
    texts = [f"tea milk{end}", "", f"\ntea milk{end}", "tea milk"]
    files = [tmp_path / str(k) for k in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_bytes(text.encode())
    more = 2 if end == "\n\n" else 1
    found = numbers_of(read_corpus(list(map(str, files)), min_count=1))
    assert found == [0, more + 1, 2 * more + 1]


def test_lists_are_numbered_with_those_that_are_dropped():
    units = [[], ["a", "b"], ["rare"], [], ["b", "a"], (), iter("a")]
    assert numbers_of(read_corpus(units, min_count=2)) == [1, 4, 6]
    integers = [np.array([], int), np.array([5, 6]), [7], np.array([], int), [6, 5]]
    assert numbers_of(read_corpus(integers, min_count=2)) == [1, 4]


def test_batches_do_not_show(monkeypatch):
    units = [["a", "b"] if k % 3 else [] for k in range(50)]
    for module in (numbers, first_pass, second_pass):
        monkeypatch.setattr(module, "BATCH", 4)
    assert numbers_of(read_corpus(units)) == [k for k in range(50) if k % 3]


def test_only_what_is_trained_on_has_numbers():
    units = [["a", "b"], ["x"], ["a", "b"]] * 5
    corpus = read_corpus(units, min_count=10, holdout=[["b", "a"]])
    assert numbers_of(corpus) == [k for k in range(15) if k % 3 != 1]
    # A share of the text is cut out of the middle of units.
    assert read_corpus(units, holdout=0.2).unit_numbers is None


def test_blank_items_are_counted_where_nobody_asks(monkeypatch):
    assert list(numbers.without_blank([0, 1, 0, 2], lambda item: item == 0, None)) == [1, 2]
    with ScratchArray(np.int64) as blanks:
        list(numbers.without_blank([0, 1, 0, 2, 0], lambda item: item == 0, blanks))
        assert blanks.map()[0].tolist() == [0, 1, 2]

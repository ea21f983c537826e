"""What notebooks show: tables, in which words are never markup."""

import re

import numpy as np

from firth.html import html_table
from firth.vectors import Vectors

EVIL = "<script>alert('x')</script>"
SAFE = "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;"


def cells(table):
    return re.findall(r"<(?:td|th)(?: [^>]*)?>(.*?)</t[dh]>", table)


def test_vectors_show_their_most_frequent_words():
    words = [EVIL, *(f"w{row}" for row in range(20))]
    vectors = Vectors(words, np.eye(21), counts=np.arange(21)[::-1] * 1000)
    table = vectors._repr_html_()
    assert "<script>" not in table
    assert "21 words, dim=21" in table
    assert cells(table)[:6] == [
        "word", "count", SAFE, "20,000", "w0", "19,000",
    ]  # fmt: skip
    assert len(cells(table)) == 22
    assert cells(Vectors([7, 1234], np.eye(2))._repr_html_()) == ["word", "7", "1234"]


def test_neighbours_are_a_list_and_show_a_table():
    vectors = Vectors(["tea", EVIL, "milk"], np.array([[1, 0], [4, 3], [0, 1]]) / 1)
    found = vectors.similar("tea")
    assert isinstance(found, list)
    assert found == list(found)
    assert cells(found._repr_html_())[2:4] == [SAFE, "0.8000"]
    assert "<script>" not in found._repr_html_()


def test_captions_and_heads_are_escaped_too():
    assert "<b>" not in html_table(["<b>"], [], caption="<b>")

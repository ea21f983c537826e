"""A map as one HTML page: what it holds, and that words are never markup."""

import json
import re

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from firth.errors import ConfigError, FirthError, VocabularyError
from firth.plotting import check_page, interactive_map
from firth.vectors import Vectors

EVIL = "</script><script>alert(1)</script>"
WORDS = ["tea", "coffee", EVIL, "king", "queen"]
MATRIX = np.array([[9, 1, 0], [9, 2, 0], [8, 0, 1], [0, 9, 1], [0, 9, 2]], dtype=np.float32)


@pytest.fixture
def vectors():
    return Vectors(WORDS, MATRIX, counts=[50, 40, 30, 20, 10])


def content_of(page):
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page.html)
    return json.loads(data)


def test_a_page_holds_the_words_and_their_neighbours_of_the_true_space(vectors):
    content = content_of(interactive_map(vectors, ["king", "tea", "queen", "coffee"], title="T"))
    assert content["words"] == ["king", "tea", "queen", "coffee"]
    assert content["counts"] == [20, 50, 10, 40]
    assert content["title"] == "T"
    first = [each[0] for each in content["near"]]
    assert [place for place, _ in first] == [2, 3, 0, 1]
    assert first[0][1] == pytest.approx(vectors.similarity("king", "queen"), abs=1e-3)
    gap = np.hypot(
        np.subtract.outer(content["x"], content["x"]), np.subtract.outer(content["y"], content["y"])
    )
    assert gap[0, 2] < gap[0, 1]


def test_vectors_make_the_same_map(vectors):
    page = vectors.map(["king", "tea"], title="T", method="pca")
    assert page.html == interactive_map(vectors, ["king", "tea"], title="T", method="pca").html
    with pytest.raises(ConfigError, match="2 to 20,000 words, got 1"):
        vectors.map(["king"])


def test_words_are_never_markup_and_nothing_is_loaded(vectors):
    page = interactive_map(vectors, title=EVIL)
    assert "alert(1)" in page.html
    assert EVIL not in page.html
    assert EVIL in content_of(page)["words"]
    assert content_of(page)["title"] == EVIL
    assert page.html.count("<script") == 2
    assert not re.findall(r"(?:src|href)=|https?://|innerHTML", page.html)
    assert "default-src 'none'" in page.html
    assert "<script" not in page._repr_html_()
    assert page._repr_html_().endswith("></iframe>")
    assert page._repr_html_().startswith('<iframe title="map of 5 words" ')


def test_a_page_is_written_and_replaces_pages_only(vectors, tmp_path):
    path = tmp_path / "map.html"
    check_page(path)
    page = interactive_map(vectors)
    page.save(path)
    assert path.read_text("utf-8") == page.html
    check_page(path)
    path.write_text("<p>years of work</p>")
    with pytest.raises(FirthError, match="the file there is no map that Firth wrote"):
        check_page(path)
    check_page(path, overwrite=True)


@pytest.mark.parametrize(
    ("words", "error", "fault"),
    [
        (["tea"], ConfigError, "holds 2 to 20,000 words, got 1"),
        ("tea", ConfigError, "must be a list of words, got the text 'tea'"),
        (["tea", "kign"], VocabularyError, "'kign' is not among the 5 words; near: king"),
    ],
)
def test_what_cannot_be_drawn_is_reported(vectors, words, error, fault):
    with pytest.raises(error, match=fault):
        interactive_map(vectors, words)

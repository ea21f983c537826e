"""Pictures as pages: what they tell where one points, and that words are never markup."""

import json
import re

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.figure import Figure

from firth.errors import FirthError
from firth.evaluation import Evaluation
from firth.evaluation.similarity import SimilarityResult
from firth.plotting import (
    loss_curve,
    neighbour_graph,
    save,
    scatter,
    score_bars,
    search_curve,
)
from firth.vectors import Vectors

EVIL = "</script><script>alert(1)</script>--><b>"
WORDS = ["tea", "coffee", EVIL, "king"]
MATRIX = np.array([[9, 1, 0], [9, 2, 0], [8, 0, 1], [0, 9, 1]], dtype=np.float32)


@pytest.fixture
def page_of(tmp_path):
    """Return what saves a picture as a page, and returns its HTML and data."""

    def write(picture):
        path = tmp_path / "picture.html"
        save(picture, path)
        html = path.read_text("utf-8")
        (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', html)
        return html, json.loads(data)

    return write


def circles(drawing):
    """Return the places of the markers of a drawing by Matplotlib."""
    return {(float(x), float(y)) for x, y in re.findall(r'<use [^>]*?x="(.*?)" y="(.*?)"', drawing)}


def test_marks_are_where_the_picture_has_its_points(page_of):
    html, content = page_of(scatter(Vectors(WORDS, MATRIX), title="Four"))
    assert content["title"] == "Four"
    assert [label for *_, label in content["marks"]] == WORDS
    drawn = circles(html)
    for x, y, _ in content["marks"]:
        assert min(abs(x - left) + abs(y - top) for left, top in drawn) < 0.1


def test_words_are_never_markup_and_nothing_is_loaded(page_of):
    vectors = Vectors(WORDS, MATRIX)
    html, content = page_of(scatter(vectors, {EVIL: WORDS}, title=EVIL))
    assert EVIL not in html
    assert content["title"] == EVIL
    assert html.count("<script") == 2
    assert html.count("<!--") == 1
    # Names of XML's kinds load nothing.
    shown = re.sub(r'xmlns(:\w+)?="[^"]*"', "", html)
    assert not re.findall(r'(?:src|href)="(?!#)|https?://|innerHTML', shown)
    assert "default-src 'none'" in html


def test_a_graph_tells_whose_neighbours_words_are(page_of):
    _, content = page_of(neighbour_graph(Vectors(WORDS, MATRIX), "tea", top=1))
    assert [label for *_, label in content["marks"]] == ["tea: coffee 0.99", "coffee: tea 0.99"]


def test_curves_and_bars_tell_their_values(page_of):
    _, content = page_of(loss_curve({"CBOW": [0.75, 0.5], "<b>": [1.0]}))
    told = [label for *_, label in content["marks"]]
    assert told == ["CBOW, epoch 1: 0.7500", "CBOW, epoch 2: 0.5000", "<b>, epoch 1: 1.0000"]
    # The lower of two losses is lower on the page.
    assert content["marks"][0][1] < content["marks"][1][1]
    assert page_of(loss_curve([0.75]))[1]["marks"][0][2] == "epoch 1: 0.7500"
    _, content = page_of(search_curve([0.31, None, 0.35], [0.31, 0.31, 0.35]))
    assert [label for *_, label in content["marks"]] == ["trial 0: 31", "trial 2: 35"]


def test_each_bar_tells_its_vectors_score_and_interval(page_of):
    rng = np.random.default_rng(1)
    people = rng.normal(size=60)
    evaluations = [
        Evaluation(
            (), (SimilarityResult("folder/pairs.tsv", tuple(scores), tuple(people)),), 30_000
        )
        for scores in (people, people + rng.normal(size=60))
    ]
    _, content = page_of(score_bars(evaluations, ["one", "two"]))
    (x, _, first), (right, _, second) = content["marks"]
    assert first.startswith("pairs, one: 100.0 (")
    assert re.fullmatch(r"pairs, two: \d\d\.\d \(\d\d\.\d to \d\d\.\d\)", second)
    assert x < right


def test_any_figure_is_a_page_and_is_named_by_its_file(page_of):
    figure = Figure()
    figure.add_subplot().plot([1, 2])
    _, content = page_of(figure)
    assert content == {"title": "picture", "marks": []}


def test_a_page_replaces_pages_of_pictures_alone(page_of, tmp_path):
    picture = loss_curve([0.75])
    page_of(picture)
    page_of(picture)
    path = tmp_path / "picture.html"
    path.write_text("<p>years of work</p>")
    with pytest.raises(FirthError, match="no picture that Firth wrote as a page"):
        save(picture, path)
    save(picture, path, overwrite=True)
    vectors = Vectors(WORDS, MATRIX)
    vectors.map().save(tmp_path / "map.html")
    with pytest.raises(FirthError, match="no picture that Firth wrote as a page"):
        save(picture, tmp_path / "map.html")

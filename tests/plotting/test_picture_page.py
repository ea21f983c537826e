"""Pictures as pages: what they tell where one points, and that words are never markup."""

import json
import re

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import matplotlib
from matplotlib.figure import Figure

from firth.errors import FirthError
from firth.evaluation import Evaluation
from firth.evaluation.associations import AssociationResult
from firth.evaluation.similarity import SimilarityResult
from firth.plotting import (
    drift_path,
    loss_curve,
    neighbour_graph,
    noise_distribution,
    save,
    scatter,
    score_bars,
    scores,
    search_curve,
    window_diagram,
)
from firth.plotting.picture_page import picture_page
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


def test_effect_sizes_have_three_digits_and_intervals_are_computed_once(page_of, monkeypatch):
    values = tuple(np.random.default_rng(1).normal(size=40))
    result = AssociationResult("weat", ("X", "Y", "A", "B"), 0.5, values, 20, 0)
    evaluation = Evaluation((), (), 30, associations=(result,))
    asked = []
    monkeypatch.setattr(scores, "interval", lambda result: asked.append(result) or (-0.1, 1.25))
    _, content = page_of(score_bars([evaluation], ["one"]))
    assert re.fullmatch(r"weat, one: -?\d\.\d{3} \(-0\.100 to 1\.250\)", content["marks"][0][2])
    assert len(asked) == 1


def test_bars_of_noise_and_words_of_a_window_are_told(page_of):
    _, content = page_of(noise_distribution([3, 1], [1, 1], words=["tea", "שלום"]))
    assert [label for *_, label in content["marks"]] == [
        "tea, in the text: 75%",
        "tea, as noise word: 50%",
        "\u2068שלום\u2069, in the text: 25%",
        "\u2068שלום\u2069, as noise word: 50%",
    ]
    # Longer bars end more to the right.
    assert content["marks"][0][0] > content["marks"][1][0]
    _, content = page_of(window_diagram(["a", "b", "c"], 0, window=1, noise=["d"], title="One"))
    told = [label for *_, label in content["marks"]]
    assert told == ["a, centre", "b, context +1", "c, out of reach", "d, noise word"]
    assert content["title"] == "One"
    heights = [y for _, y, _ in content["marks"]]
    assert heights[0] == heights[1] == heights[2] < heights[3]


def test_lines_of_noise_name_up_to_a_thousand_ranks(page_of):
    counts = np.arange(5_000, 0, -1)
    _, content = page_of(noise_distribution(counts, np.ones(5_000)))
    marks = content["marks"]
    assert marks[0][2] == "rank 1, in the text: 0.039992%"
    assert marks[-1][2] == "rank 5000, as noise word: 0.02%"
    assert 1_000 < len(marks) <= 2_000
    assert len({label for *_, label in marks}) == len(marks)
    across = [x for x, *_ in marks[::2]]
    assert across == sorted(across)


def test_titles_are_as_they_were_given(page_of):
    for title in ("abcdefghij" * 20, "two words " * 12 + "end"):
        assert page_of(loss_curve([0.5], title=title))[1]["title"] == title
    for place in ("left", "center", "right"):
        figure = Figure()
        figure.add_subplot().set_title("Own\ntitle", loc=place)
        html, content = page_of(figure)
        assert content["title"] == "Own title"
        assert "<title>Own title</title>" in html
    figure.suptitle("Above")
    assert page_of(figure)[1]["title"] == "Above"


def test_half_of_a_surrogate_pair_in_a_name_is_escaped(tmp_path):
    page = picture_page(Figure(), "caf\udce9")
    assert "<title>caf\\udce9</title>" in page
    page.encode()
    vectors = Vectors(WORDS, MATRIX)
    vectors.map(title="caf\udce9").save(tmp_path / "map.html")
    assert "<title>caf\\udce9</title>" in (tmp_path / "map.html").read_text("utf-8")


def test_marks_are_at_their_places_whatever_is_cut_off_of_pictures(page_of):
    picture = loss_curve([0.75, 0.5])
    html, content = page_of(picture)
    with matplotlib.rc_context({"savefig.bbox": "tight"}):
        assert page_of(picture) == (html, content)


def test_blanks_and_ends_of_lines_are_legible(page_of):
    _, content = page_of(scatter(Vectors([" ", "a\nb", "c", "d"], MATRIX)))
    assert [label for *_, label in content["marks"]] == ["' '", "a\\nb", "c", "d"]


def test_words_from_right_to_left_leave_numbers_in_their_order(page_of):
    vectors = Vectors(["שלום", "coffee", "تفاحة", "king"], MATRIX)
    _, content = page_of(neighbour_graph(vectors, "coffee", top=1))
    assert content["marks"][0][2] == "coffee: \u2068שלום\u2069 0.99"
    _, content = page_of(drift_path({"a": vectors, "b": vectors}, "تفاحة", top=1))
    assert content["marks"][0][2] == "\u2068تفاحة\u2069 (a)"
    _, content = page_of(loss_curve({"שלום": [0.5]}))
    assert content["marks"][0][2] == "\u2068שלום\u2069, epoch 1: 0.5000"


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

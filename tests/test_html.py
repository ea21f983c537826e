"""What notebooks show: tables, in which words are never markup."""

import pickle
import re

import numpy as np

import firth
from firth.html import html_table
from firth.tuning.results import Trial, Tuning
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


def test_parts_of_a_list_and_long_ones_are_tables_too():
    vectors = Vectors([f"w{row}" for row in range(80)], np.eye(80) + 1)
    found = vectors.similar("w3", top=60)
    assert len(cells(found._repr_html_())) == 2 + 2 * 50
    assert "the first 50 of 60" in found._repr_html_()
    assert cells(found[:1]._repr_html_()) == ["word", "score", *map(str, [found[0].word]), "0.9880"]
    assert cells(found[:0]._repr_html_()) == []
    assert pickle.loads(pickle.dumps(found)) == found


def test_the_answers_to_many_queries_stand_beside_each_other():
    vectors = Vectors(["tea", EVIL, "milk"], np.array([[1, 0], [4, 3], [0, 1]]) / 1)
    found = vectors.similar([{EVIL: 1}, {"milk": 1}, {"tea": 1}], top=1)
    assert found == list(found)
    table = ["query 1", "query 2", "query 3"]
    assert cells(found._repr_html_())[:3] == table
    found = vectors.similar([EVIL, "milk"], top=2)
    assert cells(found._repr_html_()) == [
        SAFE, "milk", "tea 0.8000", f"{SAFE} 0.6000", "milk 0.6000", "tea 0.0000",
    ]  # fmt: skip
    many = vectors.similar(["tea"] * 20, top=1)
    assert len(cells(many._repr_html_())) == 2 * 12
    assert "the first 12 of 20" in many._repr_html_()
    assert "the first" not in many[:12]._repr_html_()
    assert pickle.loads(pickle.dumps(many))._repr_html_() == many._repr_html_()


def test_one_of_several_answers_shows_its_table():
    vectors = Vectors(["tea", "milk"], np.array([[4, 3], [0, 1]]) / 1)
    found = vectors.similar(["tea", "milk"])[0]._repr_html_()
    assert found == vectors.similar("tea")._repr_html_()


def test_answers_keep_the_names_of_their_queries_in_any_order():
    vectors = Vectors(["tea", "שלום", "milk"], np.array([[1, 0], [4, 3], [0, 1]]) / 1)
    found = vectors.similar(np.array(["tea", "milk", "שלום"]), top=1)
    found.reverse()
    table = [
        "שלום",
        "milk",
        "tea",
        "tea 0.8000",
        *["\u2068שלום\u2069 0." + n for n in ("6000", "8000")],
    ]
    assert cells(found._repr_html_()) == table
    del found[0]
    assert cells(found._repr_html_()) == table[1:3] + table[4:]
    assert cells(found[1:]._repr_html_()) == ["tea", table[-1]]
    found[0] = [("a", 1.0)]
    assert cells(found._repr_html_())[0] == "query"
    assert "nothing found" in found[:0]._repr_html_()
    found = vectors.similar((word for word in ("tea", "milk")), top=1)
    assert cells(found._repr_html_())[:2] == ["tea", "milk"]


def test_company_intervals_drift_and_closer_words_are_tables():
    units = [["hot", "tea"], ["hot", "milk"], ["cold", "milk"]] * 200
    vectors = firth.train(units, dim=4, sample=0, threads=1, progress=False)
    company = vectors.company("tea", top=2)
    assert cells(company._repr_html_())[:3] == ["word", "score", "probability"]
    assert hasattr(vectors.shared_company("tea", "milk"), "_repr_html_")
    assert hasattr(vectors.closer_than("tea", "cold"), "_repr_html_")
    intervals = firth.neighbour_intervals(vectors, "tea", [vectors, vectors])
    assert cells(intervals._repr_html_())[:5] == ["word", "score", "low", "high", "kept"]
    moved = firth.drift(vectors, vectors, shuffled=[(vectors, vectors)])
    assert cells(moved[:1]._repr_html_())[:2] == ["word", "distance"]


def test_an_evaluation_is_a_table_of_its_files(tmp_path):
    path = tmp_path / "<b>.tsv"
    path.write_text("tea\tmilk\t1\ntea\thot\t2\nmilk\thot\t3\n")
    vectors = Vectors(["tea", "milk", "hot"], np.array([[3, 1], [1, 1], [0, 2]]) / 1)
    table = firth.evaluate(vectors, similarity=path)._repr_html_()
    assert cells(table)[:3] == ["set", "result", "&lt;b&gt;.tsv"]
    assert "Spearman" in cells(table)[3]


def test_a_search_is_a_table_of_its_trials_best_first():
    trials = (
        Trial(number=0, options={}, score=0.25, seconds=1.0),
        Trial(number=1, options={"dim": 50}, score=None, seconds=1.0, error="<b>"),
        Trial(number=2, options={"lr": 0.1}, score=0.5, seconds=2.0),
    )
    tuning = Tuning(trials=trials, fixed={}, by_loss=False, words=1, whole=1, reason="trials")
    assert cells(tuning._repr_html_())[4:] == [
        "2", "0.5000", "lr 0.1", "2.0",
        "0", "0.2500", "defaults", "1.0",
        "1", "&lt;b&gt;", "dim 50", "1.0",
    ]  # fmt: skip


def test_small_numbers_are_no_zeros():
    assert cells(html_table(["p"], [(0.00012,), (0.0,), (-0.25,)])) == [
        "p",
        "1.2e-04",
        "0.0000",
        "-0.2500",
    ]


def test_captions_and_heads_are_escaped_too():
    assert "<b>" not in html_table(["<b>"], [], caption="<b>")

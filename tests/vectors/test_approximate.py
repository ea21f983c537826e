"""Approximate search: recall, exact scores, words that are left out, files, and threads."""

import json
import pickle
import sys
import threading

import numpy as np
import pytest

pytest.importorskip("usearch")

from firth.errors import ConfigError, FirthError, FirthWarning, FormatError
from firth.vectors import Vectors, load
from firth.vectors.approximate import FACTS, GRAPH, NUMBERS
from firth.vectors.questions import nearest
from processes import output_of

V, D = 3000, 20


def clustered(seed=0, V=V):
    """Vectors in groups, as words are; row 5 is zeros."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(60, D))
    matrix = centres[random.integers(60, size=V)] + 0.7 * random.normal(size=(V, D))
    matrix *= random.uniform(0.1, 10, size=(V, 1))
    matrix[5] = 0
    return Vectors([f"w{row}" for row in range(V)], matrix.astype(np.float32))


@pytest.fixture(scope="module")
def vectors():
    built = clustered()
    built.build_index()
    return built


QUERIES = [f"w{row}" for row in range(0, V, 37)]


def test_most_of_the_nearest_words_are_found_with_exact_scores(vectors):
    exact = vectors.similar(QUERIES, exact=True)
    found = vectors.similar(QUERIES, exact=False)
    kept = [
        len({word for word, _ in a} & {word for word, _ in b})
        for a, b in zip(exact, found, strict=True)
    ]
    assert np.mean(kept) >= 9.3
    scores = {(i, word): score for i, answer in enumerate(exact) for word, score in answer}
    for i, answer in enumerate(found):
        assert [score for _, score in answer] == sorted((s for _, s in answer), reverse=True)
        for word, score in answer:
            assert score == pytest.approx(scores.get((i, word), score), abs=1e-6)


@pytest.mark.parametrize("numbers", NUMBERS)
@pytest.mark.parametrize("outlier", [1, 5])
def test_every_kind_of_numbers_finds_the_nearest_words(numbers, outlier):
    built = clustered(V=1000)
    # Dimensions differ in size, in trained vectors too.
    matrix = built.input_vectors * ([outlier] + [1] * (D - 1))
    built = Vectors(built.words, matrix)
    assert type(built.build_index(numbers=numbers, recall=0.98)) is float
    words = [word for word in built.words[:100] if word != "w5"]  # Row 5 is zeros.
    exact, found = (built.similar(words, exact=exact) for exact in (True, False))
    kept = [
        len({word for word, _ in a} & {word for word, _ in b})
        for a, b in zip(exact, found, strict=True)
    ]
    assert np.mean(kept) >= 9.5


def test_words_that_are_left_out_do_not_cost_answers(vectors):
    nearest_words = [word for word, _ in vectors.similar("w7", top=40, exact=True)]
    left = vectors.similar("w7", exclude=nearest_words[:30], exact=False)
    assert len(left) == 10
    assert not {word for word, _ in left} & {"w7", "w5", *nearest_words[:30]}
    assert len({word for word, _ in left} & set(nearest_words[30:])) >= 9


def test_analogies_and_sums_ask_the_index_too(vectors):
    exact = vectors.analogy(["w1", "w2"], ["w3"], exact=True)
    assert vectors.analogy(["w1", "w2"], ["w3"], exact=False)[0] == exact[0]
    assert vectors.similar({"w1": 1, "w2": -0.5}, exact=False)[0].word not in {"w1", "w2"}


def test_zeros_are_no_answers_and_have_none(vectors):
    with pytest.raises(ConfigError, match="the vector of 'w5' is zero"):
        vectors.similar("w5", exact=False)
    everything = vectors.similar("w7", top=V, exact=False)
    assert "w5" not in {word for word, _ in everything}
    assert len(everything) == V - 2


def test_small_vectors_have_all_their_words_as_neighbours():
    few = clustered(V=8)
    few.build_index(numbers="f32")
    assert few.similar("w1", top=99, exact=False) == few.similar("w1", top=99, exact=True)


def test_by_default_the_index_answers_from_some_size_on(vectors, monkeypatch):
    asked, best = [], type(vectors._approximate).best
    monkeypatch.setattr(
        type(vectors._approximate),
        "best",
        lambda self, *given: asked.append(1) or best(self, *given),
    )
    vectors.similar("w1")
    assert not asked
    monkeypatch.setattr(nearest, "EXACT_BELOW", V)
    vectors.similar("w1")
    assert len(asked) == 1
    vectors.similar("w1", restrict=100)
    vectors.similar("w1", exact=True)
    vectors.similar("w1", top=V)
    vectors.analogy(["w1", "w2"], ["w3"], method="mul")
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"restrict": 10}, "leave out restrict"),
        ({"exact": "no"}, "exact must be True or False, got 'no'"),
    ],
)
def test_questions_that_an_index_does_not_answer(vectors, options, fault):
    with pytest.raises(ConfigError, match=fault):
        vectors.similar("w1", **{"exact": False, **options})


def test_without_an_index_there_is_no_approximate_answer():
    with pytest.raises(ConfigError, match="exact=False needs an index"):
        clustered(V=8).similar("w1", exact=False)
    with pytest.raises(ConfigError, match="numbers must be"):
        clustered(V=8).build_index(numbers="f64")


def test_an_index_is_saved_and_opened_mapped(vectors, tmp_path):
    vectors.save(tmp_path / "v")
    vectors.build_index(tmp_path / "v.index")
    opened = load(tmp_path / "v")
    opened.open_index(tmp_path / "v.index")
    assert opened.similar(QUERIES, exact=False) == vectors.similar(QUERIES, exact=False)
    assert pickle.loads(pickle.dumps(opened))._approximate is None
    # It replaces itself.
    opened.build_index(tmp_path / "v.index")
    assert sorted(file.name for file in (tmp_path / "v.index").iterdir()) == [GRAPH, FACTS]


def test_several_opened_indexes_answer_in_several_threads(vectors, tmp_path):
    vectors.build_index(tmp_path / "index")
    several = [clustered() for _ in range(3)]
    for each in several:
        each.open_index(tmp_path / "index")
    expected, faults = vectors.similar(QUERIES, exact=False), []

    def ask():
        for each in several:
            if each.similar(QUERIES, exact=False) != expected:
                faults.append(each)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults


def test_an_index_of_other_vectors_is_refused(vectors, tmp_path):
    vectors.build_index(tmp_path / "index")
    for other in (clustered(seed=1), clustered(V=V - 1)):
        with pytest.raises(FormatError, match="is the index of other vectors"):
            other.open_index(tmp_path / "index")


@pytest.mark.parametrize("damage", ["cut", "changed", "facts", "missing"])
def test_a_damaged_index_is_refused(vectors, tmp_path, damage):
    folder = tmp_path / "index"
    vectors.build_index(folder)
    graph = (folder / GRAPH).read_bytes()
    if damage == "cut":
        (folder / GRAPH).write_bytes(graph[:-1])
    elif damage == "changed":
        (folder / GRAPH).write_bytes(b"\xff" + graph[1:])
    elif damage == "facts":
        (folder / FACTS).write_text(json.dumps({}))
    else:
        (folder / GRAPH).unlink()
    with pytest.raises(FormatError, match=r"damaged|is no index") as caught:
        vectors.open_index(folder)
    assert "firth index VECTORS" in str(caught.value)
    assert vectors.similar("w1", exact=False)  # the old one is still there


@pytest.mark.parametrize(
    ("name", "values"),
    [("scale", ["missing", 0.0, "1"]), ("effort", ["missing", 0, 10**6, 64.0]), ("recall", [2.0])],
)
def test_an_index_that_lacks_a_fact_is_refused(name, values, vectors, tmp_path):
    vectors.build_index(tmp_path / "index")
    file = tmp_path / "index" / FACTS
    facts = json.loads(file.read_text())
    for value in values:
        rest = {other: facts[other] for other in facts if other != name}
        file.write_text(json.dumps(rest if value == "missing" else rest | {name: value}))
        with pytest.raises(FormatError, match=rf"no {name}; .*: firth index VECTORS"):
            vectors.open_index(tmp_path / "index")


def test_the_effort_is_the_least_that_finds_enough(tmp_path):
    random = np.random.default_rng(3)
    built = Vectors(range(6000), random.normal(size=(6000, 300)).astype(np.float32))
    shares, efforts = [], []
    for recall in (0.0, 0.99):
        shares.append(built.build_index(tmp_path / "index", recall=recall))
        efforts.append(built._approximate.effort)
        opened = Vectors(built.words, built.input_vectors)
        opened.open_index(tmp_path / "index")
        assert opened._approximate.effort == efforts[-1]
        words = list(range(3, 6000, 20))
        found, exact = (built.similar(words, exact=exact) for exact in (False, True))
        real = np.mean([
            len({word for word, _ in a} & {word for word, _ in b}) / 10
            for a, b in zip(found, exact, strict=True)
        ])  # fmt: skip
        assert shares[-1] == pytest.approx(real, abs=0.03)
    assert efforts[0] < efforts[1]
    assert shares[0] < 0.99 <= shares[1]


def test_a_share_that_cannot_be_reached_is_told(monkeypatch):
    monkeypatch.setattr("firth.vectors.approximate._EFFORTS", (1, 2))
    with pytest.warns(FirthWarning, match=r"finds 0\.\d+ of the ten nearest words at most, and"):
        assert clustered().build_index(recall=1.0) < 1
    with pytest.raises(ConfigError, match="recall must be from 0 to 1, got 95"):
        clustered(V=10).build_index(recall=95)


def test_words_with_the_same_vector_are_as_good_as_each_other():
    matrix = np.repeat(np.eye(4, dtype=np.float32), 50, axis=0)
    assert Vectors(range(200), matrix).build_index(recall=1.0) == 1.0
    assert Vectors(range(3), np.zeros((3, 4), dtype=np.float32)).build_index() == 1.0


def test_other_files_are_not_replaced(vectors, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("years of work")
    with pytest.raises(FirthError, match="thesis: it holds no index; move it"):
        vectors.build_index(tmp_path / "thesis")
    assert (tmp_path / "thesis" / "chapter.tex").exists()
    vectors.build_index(tmp_path / "index")
    vectors.build_index(tmp_path / "index")
    (tmp_path / "index" / "notes.txt").write_text("mine")
    with pytest.raises(FirthError, match=r"it holds more than an index \('notes.txt'\)"):
        vectors.build_index(tmp_path / "index")
    assert (tmp_path / "index" / "notes.txt").read_text() == "mine"


FULL = """
import resource, sys
import numpy as np
from firth.errors import FirthError
from firth.vectors import Vectors
rows = np.random.default_rng(1).normal(size=(500, 8)).astype(np.float32)
vectors = Vectors([f"w{i}" for i in range(500)], rows)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    vectors.build_index("v.index")
except FirthError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a limit of Linux")
def test_an_index_without_room_is_told_and_leaves_nothing(tmp_path):
    told = output_of("-c", FULL, cwd=tmp_path)
    assert told.startswith("cannot write v.index: ")
    assert told.endswith("; see whether there is room on the disk\n")
    assert list(tmp_path.iterdir()) == []


def test_a_bar_shows_how_far_an_index_is(vectors, capsys, monkeypatch):
    monkeypatch.setattr("firth.vectors.approximate._ADDED_AT_ONCE", 100)
    vectors.build_index(progress=True)
    shown = capsys.readouterr().err
    total = f"{len(vectors) / 1000:.2f}k" if len(vectors) >= 1000 else str(len(vectors))
    assert "indexing" in shown
    assert "100%" in shown
    assert f"{total}/{total}" in shown
    vectors.build_index()
    vectors.build_index(progress=False)
    assert not capsys.readouterr().err


def test_small_blocks_make_an_index_as_good(vectors, monkeypatch):
    def nearest(**options):
        answers = vectors.similar(vectors.words[10:110], top=5, **options)
        return [[word for word, _ in each] for each in answers]

    expected = nearest(exact=True)
    monkeypatch.setattr("firth.vectors.approximate._ADDED_AT_ONCE", 7)
    assert vectors.build_index(recall=1.0) > 0.95
    found = nearest(exact=False)
    assert sum(a == b for a, b in zip(found, expected, strict=True)) >= 90

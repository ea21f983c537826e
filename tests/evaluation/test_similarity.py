"""Similarity: Spearman's correlation against SciPy's, and the layouts of files."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from firth.errors import FormatError
from firth.evaluation.similarity import evaluate_similarity, ranks, read_pairs, spearman
from firth.vectors import Vectors


@pytest.fixture
def write(tmp_path):
    def write_file(text):
        path = tmp_path / "pairs.tsv"
        path.write_bytes(text.encode())
        return path

    return write_file


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(-4, 4), st.floats(-9, 9, width=16)), min_size=2))
def test_spearman_and_ranks_are_scipys(samples):
    x, y = np.array(samples, dtype=np.float64).T
    np.testing.assert_array_equal(ranks(x), stats.rankdata(x))
    if len(set(x)) > 1 and len(set(y)) > 1:
        assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    else:
        assert spearman(x, y) is None


def test_correlates_cosines_with_scores_and_counts_missing_pairs(write):
    rng = np.random.default_rng(6)
    words = [f"w{i}" for i in range(40)]
    matrix = rng.normal(size=(40, 3)).astype(np.float32)
    vectors = Vectors(words, matrix)
    pairs = rng.choice(words, size=(30, 2))
    scores = rng.integers(0, 5, size=30)
    lines = [f"{a}\t{b}\t{score}" for (a, b), score in zip(pairs, scores, strict=True)]
    result = evaluate_similarity(vectors, write("\n".join([*lines, "w1\tx\t3", "x\ty\t1"])))
    cosines = [vectors.similarity(a, b) for a, b in pairs]
    assert result.spearman == pytest.approx(stats.spearmanr(cosines, scores).statistic)
    assert (result.answered, result.missing) == (30, 2)


def test_length_does_not_matter_and_zero_is_similar_to_nothing(write):
    matrix = np.array([[1, 0], [100, 1], [0.1, 0.1], [0, 0]], dtype=np.float32)
    vectors = Vectors(["a", "b", "c", "zero"], matrix)
    path = write("a b 3\na c 2\na zero 1\n")
    assert evaluate_similarity(vectors, path).spearman == pytest.approx(1.0)


def test_folding(write):
    vectors = Vectors(["Tea", "COFFEE", "milk", "tea"], np.eye(4, 3) + 0.1)
    path = write("TEA\tcoffee\t1\ntea\tMilk\t2\n")
    assert evaluate_similarity(vectors, path).answered == 2
    exact = evaluate_similarity(vectors, path, fold=False)
    assert (exact.answered, exact.missing) == (0, 2)


@pytest.mark.parametrize("text", ["a x 1\nb x 2\n", "a b 1\n", "a b 2\na c 2\n", "a a 1\nb b 2\n"])
def test_an_undefined_correlation_is_none(text, write):
    vectors = Vectors(["a", "b", "c"], np.array([[4.0, 3.0], [3.0, 4.0], [1.0, 9.0]]))
    assert evaluate_similarity(vectors, write(text)).spearman is None


@pytest.mark.parametrize(
    "text",
    [
        "tea\tcup\t7.5\nnew york\tcity\t-1\n",
        "# a, heading\ntea,cup,7.5\nnew york, city, -1\n",
        "\ufefftea\tcup\t7.5\r\n\r\nnew york\tcity\t-1e0\r\n",
    ],
)
def test_separators(text, write):
    assert read_pairs(write(text)) == [("tea", "cup", 7.5), ("new york", "city", -1.0)]


def test_white_space_separates_where_nothing_else_does(write):
    assert read_pairs(write("tea  cup 7.5\n")) == [("tea", "cup", 7.5)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a b 1\na b\n", "line 2: expected two words and a score, got 'a b'"),
        ("a b 1\na b c 1\n", "line 2: expected two words and a score"),
        ("a\t\t1\n", "line 1: expected two words and a score"),
        ("Word 1,Word 2,Human (mean)\n", r"line 1: the score 'Human \(mean\)' is not a finite"),
        ("a b nan\n", "line 1: the score 'nan' is not a finite number"),
        ("# only\n", "holds no pairs"),
    ],
)
def test_malformed_files(text, fault, write):
    path = write(text)
    with pytest.raises(FormatError, match=fault) as caught:
        read_pairs(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "count", "first", "last"),
    [
        ("wordsim353.tsv", 353, ("love", "sex", 6.77), ("architecture", "century", 3.78)),
        ("simlex999.txt", 999, ("old", "new", 1.58), ("attend", "arrive", 6.08)),
        ("zh_wordsim240.txt", 240, ("李白", "诗", 9.2), ("蛋白质", "文物", 0.15)),
    ],
)
def test_known_files(name, count, first, last, shared_data):
    pairs = read_pairs(shared_data / "eval" / name)
    assert len(pairs) == count
    assert (pairs[0], pairs[-1]) == (first, last)

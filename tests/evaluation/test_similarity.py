"""Similarity: Spearman's correlation against SciPy's, and the layouts of files."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from firth.errors import FormatError
from firth.evaluation import evaluate
from firth.evaluation.layouts import layout_of_row, without_parts_of_speech
from firth.evaluation.similarity import SimilarityResult, ranks, read_pairs, spearman
from firth.vectors import Vectors


def correlate(vectors, path, **options):
    return evaluate(vectors, similarity=path, **options).similarity[0]


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
    result = correlate(vectors, write("\n".join([*lines, "w1\tx\t3", "x\ty\t1"])))
    cosines = [vectors.similarity(a, b) for a, b in pairs]
    assert result.spearman == pytest.approx(stats.spearmanr(cosines, scores).statistic)
    assert (result.answered, result.missing) == (30, 2)


def test_samples_correlate_as_scipy_has_them():
    rng = np.random.default_rng(4)
    cosines, scores = rng.integers(9, size=(2, 40)) / 10
    result = SimilarityResult("f", tuple(cosines.tolist()), tuple(scores.tolist()))
    for items in rng.integers(40, size=(20, 25)):
        expected = stats.spearmanr(cosines[items], scores[items]).statistic
        assert result.score_of(items) == pytest.approx(expected, abs=1e-12)
    assert result.score_of(np.zeros(5, np.int64)) is None


def test_length_does_not_matter_and_zeros_are_missing(write):
    matrix = np.array([[1, 0], [100, 1], [0.1, 0.1], [0, 0]], dtype=np.float32)
    vectors = Vectors(["a", "b", "c", "zero"], matrix)
    result = correlate(vectors, write("a b 3\na c 2\na zero 9\n"))
    assert result.spearman == pytest.approx(1.0)
    assert (result.answered, result.missing) == (2, 1)


def test_pairs_of_one_direction_tie(write):
    # Rounding must not give them an order.
    row = np.random.default_rng(8).normal(size=7).astype(np.float32)
    matrix = np.vstack([row * np.float32(factor) for factor in range(1, 9)] + [-row])
    vectors = Vectors(range(9), matrix)
    lines = [f"{a} {b} {a - b}" for a in range(8) for b in range(8)]
    assert correlate(vectors, write("\n".join(lines))).spearman is None


def test_folding(write):
    vectors = Vectors(["Tea", "COFFEE", "milk", "tea"], np.eye(4, 3) + 0.1)
    path = write("TEA\tcoffee\t1\ntea\tMilk\t2\n")
    assert correlate(vectors, path).answered == 2
    exact = correlate(vectors, path, fold=False)
    assert (exact.answered, exact.missing) == (0, 2)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a x 1\nb x 2\n", "no pair has two words with vectors"),
        ("a b 1\na x 2\n", "only 1 pair has two words with vectors"),
        ("a b 2\na c 2\n", "all scores of the file are the same"),
        ("a a 1\nb b 2\n", "all cosines are the same"),
        ("a b 1\na c 2\n", None),
    ],
)
def test_an_undefined_correlation_is_none_and_says_why(text, why, write):
    vectors = Vectors(["a", "b", "c"], np.array([[4.0, 3.0], [3.0, 4.0], [1.0, 9.0]]))
    result = correlate(vectors, write(text))
    assert (result.spearman is None, result.undefined) == (why is not None, why)
    assert result.to_dict()["undefined"] == why


@pytest.mark.parametrize(
    "text",
    [
        "tea\tcup\t7.5\nnew york\tcity\t-1\n",
        "# a, heading\ntea,cup,7.5\nnew york, city, -1\n",
        "\ufefftea\tcup\t7.5\r\n\r\nnew york\tcity\t-1e0\r\n",
        "tea，cup，7.5\nnew york，city，-1\n",
    ],
)
def test_separators(text, write):
    assert read_pairs(write(text)) == [("tea", "cup", 7.5), ("new york", "city", -1.0)]


def test_white_space_separates_where_nothing_else_does(write):
    assert read_pairs(write("tea  cup 7.5\n")) == [("tea", "cup", 7.5)]


@pytest.mark.parametrize("text", ["tea cup 7,5\n", "tea  cup \t 7.5\n", "tea cup\t7,5\r\n"])
def test_a_mark_that_does_not_make_three_fields_separates_nothing(text, write):
    assert read_pairs(write(text)) == [("tea", "cup", 7.5)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a b 1\na b\n", "line 2: expected two words and a score, got 'a b'"),
        ("a b 1\na b c 1\n", "line 2: expected two words and a score"),
        ("a\t\t1\n", "line 1: expected two words and a score"),
        ("Word 1,Word 2,Human (mean)\n", "holds no pairs"),
        ("one,two,how much\n", "line 1: the score 'how much' is not a finite number; begin a head"),
        ("a b 1 2 3\na b 1 2\n", "line 2: expected two words and a score in 5 fields, as before"),
        ("a b N 1\na b N x\n", "line 2: the score 'x' is not a finite number"),
        ("a b nan\n", "line 1: the score 'nan' is not a finite number"),
        ("1 a b\n", "line 1: the score 'b' is not a finite number"),
        ("# only\n", "holds no pairs"),
    ],
)
def test_malformed_files(text, fault, write):
    path = write(text)
    with pytest.raises(FormatError, match=fault) as caught:
        read_pairs(path)
    assert str(path) in str(caught.value)


PAIRS = [("old", "new", 1.58), ("smart", "intelligent", 9.2)]


def test_a_row_that_ends_before_its_score_has_no_layout():
    contexts = ["the bank pays", "money is paid"]
    row = ["1", "bank", "n", "money", "n", *contexts]
    assert layout_of_row(row) is None
    assert layout_of_row([*row, "7.5"]).score == 7


@pytest.mark.parametrize(
    "text",
    [
        # SimLex-999
        "word1\tword2\tPOS\tSimLex999\tconc(w1)\tconc(w2)\tconcQ\tAssoc(USF)\tSimAssoc333\tSD(SimLex)\n"
        "old\tnew\tA\t1.58\t2.72\t2.81\t2\t7.25\t1\t0.41\n"
        "smart\tintelligent\tA\t9.2\t1.75\t2.46\t1\t7.11\t1\t0.67\n",
        # WordSim-353: combined.csv, set1.csv, and with their heading as a comment
        "Word 1,Word 2,Human (mean)\r\nold,new,1.58\r\nsmart,intelligent,9.20\r\n",
        "Word 1,Word 2,Human (mean),1,2,3\nold,new,1.58,1,2,2\nsmart,intelligent,9.20,9,10,8\n",
        "# Word 1\tWord 2\tHuman (mean)\t1\nold\tnew\t1.58\t1\nsmart\tintelligent\t9.20\t9\n",
        # SimVerb-3500
        "old\tnew\tA\t1.58\tANTONYMS\nsmart\tintelligent\tA\t9.2\tSYNONYMS\n",
        # Rare Words
        "old\tnew\t1.58\t1\t2\t2\nsmart\tintelligent\t9.2\t9\t10\t8\n",
        # MEN, MTurk-771, RG-65
        "old-j new-j 1.58\nsmart-j intelligent-j 9.20\n",
        "old,new,1.58\nsmart,intelligent,9.2\n",
        "old;new;1.58\nsmart;intelligent;9.2\n",
        # Exported tables
        'id,"word_1","Word_2",POS,"Score"\n0,"old","new",A,1.58\n1,"smart","intelligent",A,9.2\n',
        "topic,term1,term2,score\nage,old,new,1.58\nmind,smart,intelligent,9.2\n",
        # Rows with numbers, and with a decimal comma
        "1\told\tnew\t1.58\n2\tsmart\tintelligent\t9.2\n",
        "Word1;Word2;Score\nold;new;1,58\nsmart;intelligent;9,2\n",
        # SCWS
        "1\told\ta\tnew\ta\tthe <b>old</b> one, 3\tthe <b>new</b>\t1.58\t1\t2\n"
        "2\tsmart\ta\tintelligent\ta\tis <b>smart</b>\tare <b>intelligent</b>\t9.2\t9\t9\n",
        "w1 w2 similarity\nold new 1.58\nsmart intelligent 9.2\n",
    ],
)
def test_published_layouts(text, write):
    assert read_pairs(write(text)) == PAIRS


def test_a_part_of_speech_is_left_out_where_all_words_have_one():
    assert without_parts_of_speech([("a-n", "b-v"), ("x-n", "y")]) == [("a-n", "b-v"), ("x-n", "y")]


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


def test_the_same_order_correlates_wholly():
    values = np.array([0.1, 0.7, 0.7, 3.0, 2.0])
    assert spearman(values, 10 * values) == 1.0
    assert spearman(values[:2], -values[:2]) == -1.0

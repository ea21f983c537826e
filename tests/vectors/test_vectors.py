"""Vectors: lookup, neighbours, analogies, copies, and invalid arguments."""

import copy
import multiprocessing
import pickle
import unicodedata
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

from firth.errors import ConfigError, VocabularyError
from firth.vectors import Neighbour, Vectors, blocks

WORDS = ["tea", "coffee", "king", "queen", "man", "woman", "nothing"]
MATRIX = np.array(
    [
        [9, 1, 0, 0],
        [8, 2, 0, 0],
        [0, 0, 2, 1],
        [0, 1, 2, -2],
        [0, 0, 0, 3],
        [0, 1, 0, -3],
        [0, 0, 0, 0],
    ],
    dtype=np.float32,
)


@pytest.fixture
def vectors():
    return Vectors(WORDS, MATRIX)


def cosine(a, b):
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def words_of(neighbours):
    return [neighbour.word for neighbour in neighbours]


class TestLookup:
    def test_one_word_and_several_in_their_order(self, vectors):
        assert vectors["king"].dtype == np.float32
        np.testing.assert_array_equal(vectors["king"], MATRIX[2])
        np.testing.assert_array_equal(vectors[["queen", "tea", "queen"]], MATRIX[[3, 0, 3]])
        np.testing.assert_array_equal(vectors[("queen",)], MATRIX[[3]])
        assert vectors[[]].shape == (0, 4)

    @pytest.mark.parametrize("key", ["king", ["king"]])
    def test_a_copy_can_be_changed_without_changing_the_vectors(self, vectors, key):
        vectors[key][...] = 0
        np.testing.assert_array_equal(vectors["king"], MATRIX[2])

    def test_integers_are_words(self):
        items = Vectors([30, 10, 20], MATRIX[:3])
        np.testing.assert_array_equal(items[10], MATRIX[1])
        np.testing.assert_array_equal(items[np.int64(20)], MATRIX[2])
        assert 0 not in items
        with pytest.raises(VocabularyError, match=r"^0 is not among the 3 words$"):
            items[np.int64(0)]

    def test_unknown_word_names_near_ones(self, vectors):
        with pytest.raises(VocabularyError, match=r"^'kign' is not among the 7 words; near: king$"):
            vectors["kign"]
        with pytest.raises(KeyError, match="kign"):
            vectors[["king", "kign"]]

    @pytest.mark.parametrize("key", [1.5, None, ["king"], b"king"])
    def test_other_types_are_not_words(self, vectors, key):
        for find in (vectors.get, lambda key: vectors[[key]]):
            with pytest.raises(ConfigError, match="a word is text or an integer, got "):
                find(key)

    @pytest.mark.parametrize("key", [np.ones(2), np.array([["king"]]), np.array([True])])
    def test_arrays_that_hold_no_words_are_refused(self, vectors, key):
        with pytest.raises(ConfigError, match="an array of words must hold text or integers"):
            vectors[key]

    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    @pytest.mark.parametrize("asked", ["NFC", "NFD"])
    def test_accents_may_be_composed_or_not(self, form, asked):
        words = [unicodedata.normalize(form, word) for word in ("café", "tea", "Việt", "한국")]
        vectors = Vectors(words, MATRIX[:4])
        for row, word in enumerate(words):
            query = unicodedata.normalize(asked, word)
            assert query in vectors
            np.testing.assert_array_equal(vectors[query], MATRIX[row])
            np.testing.assert_array_equal(vectors.get(query), MATRIX[row])
            assert vectors.similar(query) == vectors.similar(word)
            assert word not in words_of(vectors.similar(query))

    def test_an_exact_spelling_comes_first(self):
        both = Vectors(["e\u0301", "\u00e9"], MATRIX[:2])
        np.testing.assert_array_equal(both["e\u0301"], MATRIX[0])
        np.testing.assert_array_equal(both["\u00e9"], MATRIX[1])

    def test_get_returns_a_default(self, vectors):
        np.testing.assert_array_equal(vectors.get("king"), MATRIX[2])
        assert vectors.get("kign") is None
        assert vectors.get("kign", 0) == 0
        vectors.get("king")[:] = 0
        assert vectors["king"].any()

    def test_index_maps_words_to_rows(self, vectors):
        assert dict(vectors.index) == {word: row for row, word in enumerate(WORDS)}
        with pytest.raises(TypeError):
            vectors.index["new"] = 1
        with pytest.raises(KeyError, match="kign"):
            vectors.index["kign"]
        assert pickle.loads(pickle.dumps(vectors.index)) == vectors.index
        assert len(repr(vectors.index)) < 100

    def test_index_finds_what_vectors_find(self):
        vectors = Vectors(["caf\u00e9", 7], MATRIX[:2])
        for place, word in ((0, "cafe\u0301"), (1, np.int64(7))):
            assert word in vectors
            assert vectors.index[word] == vectors.index.get(word) == place
        assert list(vectors.index) == ["caf\u00e9", 7]

    @pytest.mark.parametrize("name", ["words", "input_vectors", "output_vectors", "counts", "dim"])
    def test_no_attribute_can_be_replaced(self, vectors, name):
        # Attributes computed from them would not change.
        for each in (vectors, copy.copy(vectors)):
            with pytest.raises(AttributeError, match=f"{name} of Vectors cannot be changed; make"):
                setattr(each, name, getattr(vectors, name))
        vectors.note = "other attributes can be set"

    def test_container(self, vectors):
        assert "king" in vectors
        assert "King" not in vectors
        assert len(vectors) == 7
        assert list(vectors) == WORDS
        assert repr(Vectors(range(1234), np.ones((1234, 5)))) == "Vectors(1,234 words, dim=5)"


class Column:
    """An array-like, such as a Series of pandas or a tensor."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values)


class TestSimilar:
    def test_array_likes_are_arrays(self, vectors):
        assert vectors.similar(Column(MATRIX[0])) == vectors.similar(MATRIX[0])
        assert vectors.similar(Column(MATRIX[:2])) == vectors.similar(MATRIX[:2])
        assert vectors.similar(Column(["tea", "king"])) == vectors.similar(["tea", "king"])
        few = Vectors(WORDS[:-1], MATRIX[:-1])  # All but the one of zeros.
        assert few.similar(few) == few.similar(MATRIX[:-1])
        assert np.array_equal(vectors[Column(["tea", "king"])], vectors[["tea", "king"]])

    @pytest.mark.parametrize("word", [np.zeros(100), "tea\nmilk"])
    def test_messages_about_invalid_words_are_one_line(self, vectors, word):
        with pytest.raises((ConfigError, VocabularyError)) as caught:
            vectors.similarity(word, "tea")
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 300

    def test_scores_are_cosines_best_first_without_the_word_itself(self, vectors):
        found = vectors.similar("king", top=3)
        expected = {
            word: cosine(MATRIX[2], row)
            for word, row in zip(WORDS, MATRIX, strict=True)
            if word not in ("king", "nothing")
        }
        best = sorted(expected, key=expected.__getitem__, reverse=True)[:3]
        assert words_of(found) == best
        assert all(isinstance(neighbour, Neighbour) for neighbour in found)
        np.testing.assert_allclose([score for _, score in found], [expected[w] for w in best])

    def test_many_words_have_the_same_answers_as_each_alone(self, vectors):
        together = vectors.similar(["tea", "queen"], top=4)
        alone = [vectors.similar(word, top=4) for word in ("tea", "queen")]
        assert [*map(words_of, together)] == [*map(words_of, alone)]

    def test_raw_vectors_exclude_no_word_and_may_be_float64(self, vectors):
        assert words_of(vectors.similar(MATRIX[0] * 5, top=2)) == ["tea", "coffee"]
        found = vectors.similar(MATRIX[[0, 4]].astype(np.float64), top=1)
        assert [words_of(answer) for answer in found] == [["tea"], ["man"]]

    def test_a_large_top_returns_all_others(self, vectors):
        assert sorted(words_of(vectors.similar("tea", top=100))) == sorted(WORDS[1:-1])
        assert Vectors(["alone"], MATRIX[:1]).similar("alone") == []

    def test_zeros_are_no_neighbours(self, vectors):
        assert "nothing" not in words_of(vectors.similar(MATRIX[0] - MATRIX[2], top=7))

    @pytest.mark.parametrize(
        ("query", "told"),
        [
            ("nothing", "the vector of 'nothing' is zero"),
            (["tea", "nothing", "man"], "the vector of 'nothing' is zero"),
            (np.zeros(4), "the query vector is zero"),
            (np.vstack([MATRIX[:2], np.zeros((1, 4))]), "the query vector number 3 is zero"),
            ({"tea": 0}, r"the weighted sum \+0 \* 'tea' is zero"),
            ([{"tea": 1}, {"nothing": 2}], r"the weighted sum \+2 \* 'nothing' is zero"),
            ([("tea", 0.1), ("tea", 0.2), ("tea", -0.3)], r"0.2 \* 'tea' -0.3 \* 'tea' is zero"),
            ([(MATRIX[2], 1), (MATRIX[2], -1)], r"\+1 \* a vector -1 \* a vector is zero"),
        ],
    )
    def test_zeros_and_sums_that_cancel_are_refused(self, vectors, query, told):
        with pytest.raises(ConfigError, match=f"{told}, so it has no direction and no word is"):
            vectors.similar(query)

    def test_tiny_and_huge_sums_have_a_direction(self, vectors):
        found = words_of(vectors.similar({"tea": 1, "king": -0.5}))
        for size in (1e-300, 1e300):
            assert words_of(vectors.similar({"tea": size, "king": -0.5 * size})) == found

    def test_no_score_is_beyond_one(self):
        # Rounding alone would bring about every fourth product of a row with itself above 1.
        matrix = np.random.default_rng(1).normal(size=(400, 7)).astype(np.float32)
        vectors = Vectors(range(400), matrix)
        together = Vectors(range(800), np.vstack([matrix, -matrix]))
        for item in range(400):
            assert vectors.similarity(item, item) == 1.0
            assert together.similarity(item, 400 + item) == -1.0
        best = [found[0].score for found in vectors.similar(matrix, top=1)]
        assert max(best) == 1.0
        assert min(best) == pytest.approx(1.0)
        worst = together.similar(matrix, top=800)
        assert min(score for found in worst for _, score in found) == -1.0

    def test_float64_queries_of_any_size(self, vectors):
        for size in (1e-300, 1e300):
            assert vectors.similar(MATRIX[0].astype(np.float64) * size, top=1) == [("tea", 1.0)]

    @pytest.mark.parametrize("kind", [np.int16, np.uint64, np.int64, object])
    def test_an_array_of_integers_is_item_ids(self, kind):
        items = Vectors([30, 10, 20], MATRIX[:3])
        ids = np.array([20, 30], dtype=kind)
        assert items.similar(ids, top=1) == items.similar([20, 30], top=1)
        assert items.similar(ids[0], top=1) == items.similar(20, top=1)
        np.testing.assert_array_equal(items[ids], MATRIX[[2, 0]])
        assert items.analogy(ids, ids[:1] - ids[:1] + 10) == items.analogy([20, 30], [10])

    def test_an_array_of_text_is_words(self, vectors):
        words = np.array(["tea", "king", "queen"])
        assert vectors.similar(words[:2]) == vectors.similar(list(words[:2]))
        assert vectors.similar(words[:2]) == vectors.similar(["tea", "king"])
        assert vectors.similar(np.array("tea")) == vectors.similar("tea")
        np.testing.assert_array_equal(vectors[np.array("king")], MATRIX[2])
        assert vectors.odd_one_out(words) == "tea"

    @pytest.mark.parametrize("query", [[9.0, 1, 0, 0], (9, 1.0, np.float32(0), 0)])
    def test_a_list_of_floats_is_a_vector(self, vectors, query):
        assert vectors.similar(query) == vectors.similar(MATRIX[0])
        assert vectors.similar([query, list(MATRIX[2])]) == vectors.similar(MATRIX[[0, 2]])
        assert vectors.similar([MATRIX[0], MATRIX[2]]) == vectors.similar(MATRIX[[0, 2]])

    @pytest.mark.parametrize("query", [[1.0, "tea"], [[1.0], [1.0, 2.0]], ["tea", MATRIX[0]]])
    def test_words_and_vectors_in_one_list_are_refused(self, vectors, query):
        with pytest.raises(ConfigError, match="not both or ragged"):
            vectors.similar(query)

    @pytest.mark.parametrize("top", [0, -1, 2.5, True, None])
    def test_top_below_one_is_refused(self, vectors, top):
        with pytest.raises(ConfigError, match=r"top must be (at least 1|a whole number), got"):
            vectors.similar("tea", top=top)
        with pytest.raises(ConfigError, match="top"):
            vectors.analogy("tea", top=top)

    @pytest.mark.parametrize(
        "query", [*map(np.ones, (3, (1, 1, 4), (2, 3), ())), np.eye(4, dtype=int), [1.0]]
    )
    def test_arrays_of_another_shape_or_kind_are_refused(self, vectors, query):
        with pytest.raises(ConfigError, match=r"a query array must hold floats of shape \(4,\)"):
            vectors.similar(query)

    def test_arrays_with_nan_are_refused(self, vectors):
        with pytest.raises(ConfigError, match="finite"):
            vectors.similar(np.array([1.0, np.nan, 0.0, 0.0]))


class TestAnalogy:
    def test_is_the_cosine_to_the_sum_of_unit_vectors(self, vectors):
        unit = MATRIX / np.maximum(np.linalg.norm(MATRIX, axis=1, keepdims=True), 1e-9)
        target = unit[2] + unit[5] - unit[4]
        best, *others = vectors.analogy(positive=["king", "woman"], negative=["man"])
        assert best.word == "queen"
        assert best.score == pytest.approx(cosine(target, unit[3]))
        assert {"king", "woman", "man"}.isdisjoint(words_of(others))
        assert len(others) == len(WORDS) - 5

    def test_one_word_needs_no_list(self, vectors):
        assert vectors.analogy("king") == vectors.analogy(["king"], [])
        assert vectors.analogy("king", "man") == vectors.analogy(["king"], ["man"])

    def test_zeros_are_no_answer(self):
        vectors = Vectors(["zero", "a", "b", "c"], np.array([[0, 0], [1, 0], [-1, 0.1], [0, -1.0]]))
        assert words_of(vectors.analogy("a", top=9)) == ["c", "b"]
        with pytest.raises(ConfigError, match="the sum 'zero' is zero"):
            vectors.analogy("zero")

    def test_a_sum_of_zero_is_refused(self, vectors):
        told = "the sum 'tea' - 'tea' is zero, so it has no direction and no word is near it"
        with pytest.raises(ConfigError, match=told):
            vectors.analogy("tea", "tea")
        with pytest.raises(ConfigError, match=r"'queen' - 'queen' - 'tea' - 'king' is zero"):
            vectors.analogy(["tea", "king", "queen"], ["queen", "tea", "king"])

    @pytest.mark.parametrize("given", [({"tea": 1},), ("tea", {"king": 0.5})])
    def test_weights_are_refused(self, vectors, given):
        with pytest.raises(ConfigError, match=r"without weights; .* ask similar\({word: weight}\)"):
            vectors.analogy(*given)

    def test_no_word_is_refused(self, vectors):
        with pytest.raises(ConfigError, match="at least one word"):
            vectors.analogy([])


def test_similarity_is_the_cosine(vectors):
    assert vectors.similarity("tea", "king") == pytest.approx(cosine(MATRIX[0], MATRIX[2]))
    assert vectors.similarity("tea", "coffee") == pytest.approx(cosine(MATRIX[0], MATRIX[1]))
    assert vectors.similarity("tea", "nothing") == 0.0


def test_odd_one_out(vectors):
    assert vectors.odd_one_out(["tea", "king", "coffee"]) == "king"
    assert vectors.odd_one_out(("man", "king", "tea")) == "tea"


def test_of_equal_words_the_first_is_odd():
    matrix = np.tile(np.random.default_rng(2).normal(size=37), (9, 1))
    assert Vectors(range(9), matrix).odd_one_out(range(8, -1, -1)) == 8


@pytest.mark.parametrize("words", [[], ["tea", "king"], "tea"])
def test_odd_one_out_takes_three_words(vectors, words):
    with pytest.raises(ConfigError, match="needs at least three words"):
        vectors.odd_one_out(words)


class TestConstruction:
    def test_arrays_are_shared_but_read_only(self):
        matrix, counts = MATRIX.copy(), np.arange(7)
        vectors = Vectors(WORDS, matrix, counts=counts, output_vectors=matrix)
        for array in (vectors.input_vectors, vectors.output_vectors, vectors.counts):
            assert not array.flags.writeable
        assert np.shares_memory(vectors.input_vectors, matrix)
        assert matrix.flags.writeable
        assert counts.flags.writeable

    def test_padded_rows_are_not_copied(self):
        padded = np.ones((7, 16), dtype=np.float32)
        padded[:, :4] = MATRIX
        vectors = Vectors(WORDS, padded[:, :4])
        assert np.shares_memory(vectors.input_vectors, padded)
        assert words_of(vectors.similar("tea", top=1)) == ["coffee"]

    def test_words_may_be_an_array(self):
        assert Vectors(np.array(["a", "b"]), MATRIX[:2]).words == ("a", "b")
        assert 30 in Vectors(np.array([30, 10]), MATRIX[:2])

    def test_defaults(self, vectors):
        assert (vectors.counts, vectors.output_vectors, vectors.config) == (None, None, {})
        assert vectors.dim == 4

    @pytest.mark.parametrize(
        ("words", "matrix", "message"),
        [
            (["a", "b", "a"], np.ones((3, 2)), "number 3 is 'a', like number 1"),
            (["a", 1.5], np.ones((2, 2)), "must be str or int, got float"),
            (["a", True], np.ones((2, 2)), "must be str or int, got bool"),
            (["a", ["b"]], np.ones((2, 2)), "must be str or int, got list"),
            (["a"], np.ones((2, 2)), "has 2 rows for 1 word"),
            (["a"], np.ones(2), r"shape \(V, D\)"),
            (["a"], np.ones((1, 2), dtype=int), "must hold floats"),
            ([], np.ones((0, 2)), "at least 1"),
            (["a"], np.ones((1, 0)), "at least 1"),
            (["a", "b"], np.array([[1, 2], [np.nan, 1]]), "word number 2, 'b', has NaN"),
            (["a", "b"], np.array([[1e300, 2], [1, 1]]), "word number 1, 'a', has NaN"),
        ],
    )
    def test_invalid_parts_are_refused(self, words, matrix, message):
        with pytest.raises(ConfigError, match=message):
            Vectors(words, matrix)

    def test_a_bad_row_is_named_in_whichever_block_it_is(self, monkeypatch):
        monkeypatch.setattr(blocks, "NUMBERS_PER_BLOCK", 8)
        for row, word in enumerate(WORDS):
            matrix = MATRIX.copy()
            matrix[row, 3] = np.inf
            with pytest.raises(ConfigError, match=f"word number {row + 1}, '{word}'"):
                Vectors(WORDS, matrix)

    @pytest.mark.parametrize(
        "counts",
        [range(3), np.ones(7), range(-1, 6), np.ones((7, 1), int), np.full(7, 2**63, np.uint64)],
    )
    def test_counts_that_do_not_fit_are_refused(self, counts):
        with pytest.raises(ConfigError, match="counts must be 7 whole numbers"):
            Vectors(WORDS, MATRIX, counts=counts)

    @pytest.mark.parametrize(
        ("part", "message"),
        [
            ({"config": np.ones(2)}, r"config must be a mapping, got array\(\[1., 1.\]\)"),
            ({"raw": MATRIX[0]}, r"raw must be RawTables, got array\("),
        ],
    )
    def test_parts_of_another_type_are_refused(self, part, message):
        with pytest.raises(ConfigError, match=message):
            Vectors(WORDS, MATRIX, **part)

    def test_output_vectors_of_another_shape_are_refused(self):
        with pytest.raises(ConfigError, match="output_vectors has 3 rows"):
            Vectors(WORDS, MATRIX, output_vectors=MATRIX[:3])
        with pytest.raises(ConfigError, match="must be the same"):
            Vectors(WORDS, MATRIX, output_vectors=MATRIX[:, :3])


class TestArray:
    def test_is_the_matrix(self, vectors):
        matrix = np.asarray(vectors)
        assert np.shares_memory(matrix, vectors.input_vectors)
        assert matrix.shape == (7, 4)
        assert not matrix.flags.writeable

    def test_a_copy_can_be_changed_and_have_another_type(self, vectors):
        np.array(vectors)[:] = 0
        assert vectors["king"].any()
        matrix = np.asarray(vectors, dtype=np.float64)
        assert matrix.dtype == np.float64
        np.testing.assert_array_equal(matrix, MATRIX)
        assert vectors.__array__(np.float32, copy=False) is vectors.input_vectors
        with pytest.raises(ValueError, match="float64 needs a copy of float32"):
            vectors.__array__(np.float64, copy=False)

    def test_scikit_learn_takes_vectors(self, vectors):
        cluster = pytest.importorskip("sklearn.cluster")
        assert vectors.shape == MATRIX.shape
        found, expected = (
            cluster.KMeans(2, n_init=1, random_state=1).fit(given) for given in (vectors, MATRIX)
        )
        assert found.labels_.tolist() == expected.labels_.tolist()


class TestCopies:
    @pytest.fixture
    def vectors(self):
        padded, config = np.hstack([MATRIX, MATRIX]), {"options": {"dim": 4}}
        more = {"counts": np.arange(7, 0, -1), "output_vectors": padded[:, 4:], "config": config}
        return Vectors(WORDS, padded[:, :4], **more)

    @pytest.fixture(params=["copy", "deepcopy", *range(2, pickle.HIGHEST_PROTOCOL + 1)])
    def duplicate(self, request, vectors):
        vectors.similar("tea")
        if isinstance(request.param, int):
            return pickle.loads(pickle.dumps(vectors, request.param))
        return getattr(copy, request.param)(vectors)

    def test_are_equal(self, vectors, duplicate):
        assert duplicate.words == vectors.words
        assert (duplicate.dim, duplicate.config) == (4, vectors.config)
        for name in ("input_vectors", "output_vectors", "counts"):
            np.testing.assert_array_equal(getattr(duplicate, name), getattr(vectors, name))
        assert duplicate.similar("tea") == vectors.similar("tea")
        assert duplicate.index == vectors.index

    def test_are_read_only(self, duplicate):
        for name in ("input_vectors", "output_vectors", "counts"):
            with pytest.raises(ValueError, match="read-only"):
                getattr(duplicate, name)[0] = 0

    def test_have_a_config_of_their_own(self, vectors, duplicate):
        duplicate.config["new"] = 1
        assert "new" not in vectors.config

    def test_without_counts_and_output_vectors(self):
        duplicate = pickle.loads(pickle.dumps(Vectors(WORDS, MATRIX)))
        assert (duplicate.counts, duplicate.output_vectors) == (None, None)

    def test_exclude_computed_attributes(self, vectors):
        before = pickle.dumps(vectors)
        vectors.similar("tea")
        assert pickle.dumps(vectors) == before
        assert len(before) < 2 * (2 * MATRIX.nbytes) + 1000

    def test_reach_another_process(self, vectors):
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            assert pool.submit(vectors.similar, "tea").result() == vectors.similar("tea")


@pytest.mark.parametrize("word", [True, None, b"tea"])
def test_what_is_no_word_is_told(word):
    items = Vectors([1, 0], np.eye(2))
    assert word not in items
    for ask in (items.__getitem__, items.get, items.similar, items.analogy):
        with pytest.raises(ConfigError, match=f"text or an integer, got {type(word).__name__} "):
            ask(word)


@pytest.mark.parametrize(
    ("words", "matrix", "told"),
    [
        ("ab", np.eye(2), "words must be a list of words, got 'ab'"),
        (None, np.eye(1), "words must be a list of words, got None"),
        (["a", "b"], [[1.0], [2.0, 3.0]], "matrix of vectors must have rows of the same length"),
    ],
)
def test_what_makes_no_vectors_is_told(words, matrix, told):
    with pytest.raises(ConfigError, match=told):
        Vectors(words, matrix)


def test_an_odd_word_needs_a_mean(vectors):
    with pytest.raises(ConfigError, match="the mean of the words is zero"):
        Vectors(["a", "b", "c"], np.array([[1, 0], [-1, 0], [0, 0.0]])).odd_one_out(["a", "b", "c"])

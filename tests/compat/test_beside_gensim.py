"""Firth's face of gensim beside gensim, where it is installed: the same answers."""

import inspect

import numpy as np
import pytest

from firth.compat import gensim as ours
from firth.vectors import Vectors

WORDS = [f"w{k}" for k in range(200)]
MATRIX = np.random.default_rng(1).normal(size=(200, 12)).astype(np.float32)
# What gensim has, and the page on the import says is not there, or is of its inner workings.
ABSENT = {
    "KeyedVectors": {
        "allocate_vecattrs", "cosine_similarities", "init_sims", "intersect_word2vec_format",
        "log_accuracy", "log_evaluate_word_pairs", "rank_by_centrality",
        "relative_cosine_similarity",
        "resize_vectors", "set_vecattr", "similarity_unseen_docs", "sort_by_descending_frequency",
        "unit_normalize_all", "vectors_for_all", "words_closer_than", "add_lifecycle_event",
    },
    "Word2Vec": {
        "add_lifecycle_event", "add_null_word", "build_vocab_from_freq", "create_binary_tree",
        "estimate_memory", "init_sims", "init_weights", "make_cum_table", "predict_output_word",
        "prepare_vocab", "prepare_weights", "reset_from", "scan_vocab", "seeded_vector",
        "update_weights",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def models():
    return pytest.importorskip("gensim.models", reason="gensim is not installed")


@pytest.fixture
def both(models):
    theirs = models.KeyedVectors(12)
    theirs.add_vectors(WORDS, MATRIX)
    return ours.KeyedVectors(Vectors(WORDS, MATRIX)), theirs


def check_same(found, expected):
    """Check that two answers have the same words in the same order, and nearly the same numbers."""
    if isinstance(expected, list) and expected and isinstance(expected[0], tuple):
        assert [word for word, _ in found] == [word for word, _ in expected]
        scores = ([score for _, score in each] for each in (found, expected))
        np.testing.assert_allclose(*scores, atol=2e-6)
    elif isinstance(expected, list | str):
        assert found == expected
    else:
        np.testing.assert_allclose(found, expected, atol=2e-6)


QUESTIONS = {
    "most_similar": lambda kv: kv.most_similar("w3"),
    "positive and negative": lambda kv: kv.most_similar(["w1", "w2"], ["w3"], topn=5),
    "weights": lambda kv: kv.most_similar([("w1", 0.3), ("w2", 2.0)], topn=5),
    "a vector": lambda kv: kv.most_similar([MATRIX[5] + MATRIX[9]], topn=5),
    "a vector and a word": lambda kv: kv.most_similar(["w1", MATRIX[5]], topn=5),
    "all cosines": lambda kv: kv.most_similar("w3", topn=None),
    "restricted": lambda kv: kv.most_similar("w3", topn=4, restrict_vocab=20),
    "clipped": lambda kv: kv.most_similar("w3", topn=4, clip_start=50, clip_end=90),
    "more than there are": lambda kv: kv.most_similar("w3", topn=500),
    "cosmul": lambda kv: kv.most_similar_cosmul(["w1", "w2"], ["w3"], topn=5),
    "by vector": lambda kv: kv.similar_by_vector(MATRIX[7], topn=3),
    "by word": lambda kv: kv.similar_by_word("w7", topn=3),
    "similarity": lambda kv: kv.similarity("w1", "w2"),
    "n_similarity": lambda kv: kv.n_similarity(["w1", "w2"], ["w3", "w4"]),
    "distance": lambda kv: kv.distance("w1", "w2"),
    "distances": lambda kv: kv.distances("w1", ["w2", "w3"]),
    "distances from all": lambda kv: kv.distances("w1"),
    "doesnt_match": lambda kv: kv.doesnt_match(["w1", "w2", "w3", "w4"]),
    "closer_than": lambda kv: kv.closer_than("w1", "w2"),
    "rank": lambda kv: kv.rank("w1", "w2"),
    "most_similar_to_given": lambda kv: kv.most_similar_to_given("w1", ["w2", "w3", "w4"]),
    "mean": lambda kv: kv.get_mean_vector(["w1", "w2", "unknown"]),
    "weighted mean": lambda kv: kv.get_mean_vector(["w1", "w2"], [2, -1], post_normalize=True),
    "plain mean": lambda kv: kv.get_mean_vector(["w1", "w2"], pre_normalize=False),
    "normed": lambda kv: kv.get_normed_vectors(),
    "item": lambda kv: kv["w4"],
    "items": lambda kv: kv[["w4", "w5"]],
}


# gensim's own most_similar_cosmul calls what it has deprecated.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_answers_are_the_same(both, ask):
    found, expected = map(ask, both)
    check_same(found, expected)


def test_evaluation_is_the_same(both, tmp_path):
    rng = np.random.default_rng(2)
    questions, pairs = tmp_path / "questions.txt", tmp_path / "pairs.tsv"
    rows = rng.choice(WORDS, size=(300, 4))
    unit = MATRIX / np.linalg.norm(MATRIX, axis=1, keepdims=True)
    for row in rows[:150]:
        a, b, c = (WORDS.index(word) for word in row[:3])
        scores = unit @ (unit[b] - unit[a] + unit[c])
        scores[[a, b, c]] = -np.inf
        row[3] = WORDS[int(np.argmax(scores))]
    questions.write_text(": one\n" + "\n".join(map(" ".join, rows)) + "\n: two\nw1 w2 w3 unknown\n")
    pairs.write_text(
        "".join(f"{a}\t{b}\t{rng.random():.3f}\n" for a, b in rng.choice(WORDS, size=(80, 2)))
        + "w1\tunknown\t3\n"
    )
    for dummy in (False, True):
        found, expected = (
            kv.evaluate_word_analogies(questions, dummy4unknown=dummy) for kv in both
        )
        assert found[0] == pytest.approx(expected[0])
        assert found[0] > 0.3
        assert len(found[1][-1]["correct"]) == len(expected[1][-1]["correct"])
        found, expected = (kv.evaluate_word_pairs(str(pairs), dummy4unknown=dummy) for kv in both)
        for ours_, theirs in zip(found, expected, strict=True):
            np.testing.assert_allclose(ours_, theirs, atol=1e-5)


@pytest.mark.parametrize("name", ["KeyedVectors", "Word2Vec"])
def test_each_method_is_there_or_known_to_be_absent(models, name):
    theirs = {each for each, value in inspect.getmembers(getattr(models, name), callable)
              if not each.startswith("_")}  # fmt: skip
    there = set(dir(getattr(ours, name)))
    assert theirs - there - ABSENT[name] == set()


def test_options_are_those_of_gensim_with_its_defaults(models):
    from firth.compat.gensim.options import DOC2VEC, FASTTEXT, WORD2VEC

    for name, options in (("Word2Vec", WORD2VEC), ("FastText", FASTTEXT), ("Doc2Vec", DOC2VEC)):
        parameters = dict(inspect.signature(getattr(models, name).__init__).parameters)
        for first in ("self", "sentences", "documents", "corpus_file"):
            parameters.pop(first, None)
        signed = {
            key: value.default
            for key, value in parameters.items()
            if value.kind is not inspect.Parameter.VAR_KEYWORD
        }
        assert set(signed) <= set(options)
        for key, default in signed.items():
            assert options[key].default == default, (name, key)


def test_a_program_runs_on_both_and_finds_the_same_kind_of_neighbours(models):
    rng = np.random.default_rng(3)
    groups = [[f"g{g}x{k}" for k in range(6)] for g in range(4)]
    sentences = [list(rng.choice(groups[rng.integers(4)], 8)) for _ in range(3_000)]
    for classes in (models, ours):
        model = classes.Word2Vec(
            sentences, vector_size=16, window=3, min_count=1, sample=0, sg=1, workers=1, seed=1
        )
        for group in groups:
            near = [word for word, _ in model.wv.most_similar(group[0], topn=5)]
            assert set(near) == set(group[1:])

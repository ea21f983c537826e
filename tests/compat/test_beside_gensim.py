"""Firth's face of gensim beside gensim, where it is installed: the same answers."""

import inspect
import itertools
import sys
import types

import numpy as np
import pytest

from firth.compat import gensim as ours
from firth.vectors import Vectors

WORDS = [f"w{k}" for k in range(200)]
MATRIX = np.random.default_rng(1).normal(size=(200, 12)).astype(np.float32)


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
    "relative": lambda kv: kv.relative_cosine_similarity("w1", "w2"),
    "cosines": lambda kv: kv.cosine_similarities(MATRIX[0], MATRIX[1:5]),
    "central": lambda kv: [(word, score) for score, word in kv.rank_by_centrality(WORDS[:5])],
    "some": lambda kv: kv.vectors_for_all(["w3", "unknown", "w9"]).vectors,
    "counts of some": lambda kv: kv.vectors_for_all(["w3", "unknown", "w9"]).get_vecattr(
        "w9", "count"
    ),
    "norms": lambda kv: (kv.fill_norms(), kv.norms)[1],
    "scaled": lambda kv: (kv.unit_normalize_all(), kv["w3"])[1],
    "replaced": lambda kv: (setattr(kv, "vectors", MATRIX[::-1].copy()), kv.most_similar("w3"))[1],
    "changed": lambda kv: (
        kv.__setitem__("w1", MATRIX[3]),
        kv.fill_norms(force=True),
        kv.most_similar("w1"),
    )[2],
    "a row by its number": lambda kv: kv[4],
    "item": lambda kv: kv["w4"],
    "items": lambda kv: kv[["w4", "w5"]],
}


# gensim's own most_similar_cosmul calls what it has deprecated.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_answers_are_the_same(both, ask):
    found, expected = map(ask, both)
    check_same(found, expected)


@pytest.mark.filterwarnings("ignore:.*stood there before")  # Pairs are drawn with replacement.
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
    for dummy, most in itertools.product((False, True), (300_000, 150)):
        how = {"dummy4unknown": dummy, "restrict_vocab": most}
        found, expected = (kv.evaluate_word_analogies(questions, **how) for kv in both)
        assert found[0] == pytest.approx(expected[0])
        assert found[0] > 0.05
        assert len(found[1][-1]["correct"]) == len(expected[1][-1]["correct"])
        found, expected = (kv.evaluate_word_pairs(str(pairs), **how) for kv in both)
        for ours_, theirs in zip(found, expected, strict=True):
            np.testing.assert_allclose(ours_, theirs, atol=1e-5)


@pytest.mark.parametrize("name", ["KeyedVectors", "Word2Vec", "FastText", "Doc2Vec"])
def test_each_method_is_there_or_is_refused_by_name(models, name):
    theirs = {each for each in dir(getattr(models, name)) if not each.startswith("_")}
    ours_ = getattr(ours, name)
    thing = ours_(Vectors(WORDS, MATRIX)) if name == "KeyedVectors" else ours_(vector_size=4)
    for each in theirs - set(dir(ours_)) - set(getattr(thing, "options", ())):
        with pytest.raises(AttributeError, match=f"{each} is not supported|gensim 4 has"):
            getattr(thing, each)


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
        # Values may be given without names; those behind are options of the base class.
        assert list(signed) == list(options)[: len(signed)]
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


CONNECTORS = frozenset(["of", "the", "and"])


def corpus_of_phrases():
    draw = np.random.default_rng(3)
    words = ["new", "york", "city", "of", "the", "and", "bank", "tea", "x_y", "prince", "wales"]
    units = [draw.choice(words, size=draw.integers(0, 12)).tolist() for _ in range(400)]
    fixed = [
        ["new", "york"],
        ["prince", "of", "the", "wales"],
        ["tea", "and"],
        ["of", "new", "york"],
    ]
    return [unit + fixed[number % 4] for number, unit in enumerate(units)]


PHRASES = {
    "default": {"threshold": 0.02},
    "connectors": {"threshold": 0.02, "connector_words": CONNECTORS},
    "npmi": {"scoring": "npmi", "threshold": 0.05, "min_count": 1},
    "npmi below zero": {"scoring": "npmi", "threshold": -0.5, "connector_words": CONNECTORS},
    "high count": {"min_count": 20, "threshold": 0.01},
    "delimiter": {"delimiter": "~~", "threshold": 0.05, "min_count": 2.5},
    "delimiter of words": {"threshold": 0.02, "min_count": 1},
    "small vocabulary": {"max_vocab_size": 50, "threshold": 0.02, "min_count": 1},
}


@pytest.fixture
def phrases_of(models):
    from gensim.models import phrases

    def make(sentences, **options):
        return ours.Phrases(sentences, **options), phrases.Phrases(sentences, **options)

    return make


@pytest.mark.parametrize("options", PHRASES.values(), ids=PHRASES)
def test_phrases_are_those_of_gensim(phrases_of, options):
    corpus = corpus_of_phrases()
    found, expected = phrases_of(corpus, **options)
    assert found.vocab == dict(expected.vocab)
    for name in ("corpus_word_count", "min_reduce", "min_count", "threshold", "delimiter"):
        assert getattr(found, name) == getattr(expected, name), name
    assert found.export_phrases() == pytest.approx(expected.export_phrases())
    assert found.export_phrases()
    assert found.find_phrases(corpus) == pytest.approx(expected.find_phrases(corpus))
    assert [found[unit] for unit in corpus] == [expected[unit] for unit in corpus]
    assert list(found[corpus]) == list(expected[corpus])
    for unit in corpus[:40]:
        words, scores = zip(*found.analyze_sentence(unit), strict=True)
        theirs, their_scores = zip(*expected.analyze_sentence(unit), strict=True)
        assert words == theirs
        assert scores == pytest.approx(their_scores)
    frozen, theirs = found.freeze(), expected.freeze()
    assert frozen.phrasegrams == pytest.approx(theirs.phrasegrams)
    assert [frozen[unit] for unit in corpus] == [theirs[unit] for unit in corpus]
    assert frozen.find_phrases(corpus) == pytest.approx(theirs.find_phrases(corpus))
    second, theirs = phrases_of(found[corpus], **options)
    assert second[corpus[1]] == theirs[corpus[1]]
    assert second.export_phrases() == pytest.approx(theirs.export_phrases())


def test_more_sentences_are_counted_as_gensim_does(phrases_of):
    corpus = corpus_of_phrases()
    for size in (40_000_000, 60):
        found, expected = phrases_of(corpus[:200], threshold=0.02, max_vocab_size=size)
        for each in (found, expected):
            each.add_vocab(corpus[200:])
        assert found.vocab == dict(expected.vocab)
        assert found.min_reduce == expected.min_reduce
        assert found.corpus_word_count == expected.corpus_word_count
        assert found.export_phrases() == pytest.approx(expected.export_phrases())


def test_phrases_take_what_gensim_takes(phrases_of):
    found, expected = phrases_of(corpus_of_phrases(), threshold=0.02)
    for given in ([], ["new", "york"], [["new", "york"], []], [[]]):
        ours_, theirs = found[given], expected[given]
        assert (ours_ if isinstance(theirs, list) else list(ours_)) == list(theirs)
    assert list(found[(unit for unit in [["new", "york"]])]) == [["new_york"]]
    assert found[(word for word in ["new", "york"])] == ["new_york"]
    npmi = {"scoring": "npmi", "threshold": 2}
    for options in (
        {"min_count": 0},
        {"threshold": 0},
        npmi,
        {"scoring": "tfidf"},
        {"scoring": len},
    ):
        for kind in (ours.Phrases, type(expected)):
            with pytest.raises(ValueError, match=r"."):
                kind([["a"]], **options)


def test_phrases_have_gensims_options_methods_and_words(models):
    from gensim.models import phrases

    assert phrases.ENGLISH_CONNECTOR_WORDS == ours.ENGLISH_CONNECTOR_WORDS
    assert ours.Phraser is ours.FrozenPhrases
    for kind in ("Phrases", "FrozenPhrases"):
        found, expected = (
            inspect.signature(getattr(module, kind).__init__).parameters
            for module in (ours, phrases)
        )
        assert list(found) == list(expected)
        assert [p.default for p in found.values()] == [p.default for p in expected.values()]
        names = {name for name in dir(getattr(phrases, kind)) if not name.startswith("_")}
        assert not names - set(dir(getattr(ours, kind)))


def scorer(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):
    return bigram_count / (worda_count + wordb_count)


def test_a_function_scores_phrases(phrases_of, monkeypatch):
    # gensim pickles the function, whose module it must find.
    module = types.ModuleType(scorer.__module__)
    module.scorer = scorer
    monkeypatch.setitem(sys.modules, scorer.__module__, module)
    found, expected = phrases_of(corpus_of_phrases(), scoring=scorer, threshold=0.1)
    assert found.export_phrases() == pytest.approx(expected.export_phrases())


@pytest.mark.parametrize("norm", [True, False])
def test_word_movers_distances_are_those_of_gensim(both, norm):
    pytest.importorskip("ot", reason="word mover's distance needs POT")
    found, expected = both
    draw = np.random.default_rng(4)
    for _ in range(20):
        a, b = (draw.choice([*WORDS[:30], "unknown"], size=draw.integers(1, 20)) for _ in "ab")
        theirs = expected.wmdistance(a.tolist(), b.tolist(), norm=norm)
        assert found.wmdistance(a.tolist(), b.tolist(), norm=norm) == pytest.approx(theirs)
    assert found.wmdistance(["unknown"], WORDS) == expected.wmdistance(["unknown"], WORDS)
    assert found.wmdistance(["w1"], ["w1"]) == expected.wmdistance(["w1"], ["w1"]) == 0

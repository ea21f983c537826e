"""The transformer for scikit-learn."""

import pickle
import sys

import numpy as np
import pytest

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone  # noqa: E402
from sklearn.exceptions import NotFittedError  # noqa: E402
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.utils import estimator_checks  # noqa: E402

from firth import Vectors  # noqa: E402
from firth.errors import ConfigError, MissingExtraError  # noqa: E402
from firth.phrases import Phrase, Phrases  # noqa: E402
from firth.sklearn import Word2VecTransformer  # noqa: E402

TEXTS = ["tea with milk", "tea and sugar", "bread with butter", "bread and jam"] * 60
TRAINING = {"dim": 8, "min_count": 1, "options": {"threads": 1, "sample": 0, "epochs": 2}}


@pytest.fixture
def vectors():
    matrix = np.array([[1, 2], [3, 4], [-5, 6]], np.float32)
    return Vectors(["tea", "milk", "bread"], matrix)


@pytest.mark.parametrize("weights", ["mean", "tfidf"])
def test_phrases_of_the_vectors_are_joined(weights):
    phrases = Phrases([[Phrase(("new", "york"), 9, 9.0), Phrase(("san", "jose"), 9, 9.0)]])
    matrix = np.array([[1, 0], [0, 1], [5, 5]], np.float32)
    vectors = Vectors(["new_york", "new", "san"], matrix, phrases=phrases)
    transformer = Word2VecTransformer(vectors, weights=weights)
    found = transformer.fit_transform(["new york", "york new", "san jose"])
    np.testing.assert_allclose(found, [[1, 0], [0, 1], [5, 5]], rtol=1e-6)
    assert ("new_york" in transformer.idf_) == (weights == "tfidf")


def test_a_document_is_the_mean_of_its_known_words(vectors):
    found = Word2VecTransformer(vectors).fit_transform(
        ["tea milk milk unknown", "", "nothing", "bread"]
    )
    np.testing.assert_allclose(found, [[7 / 3, 10 / 3], [0, 0], [0, 0], [-5, 6]], rtol=1e-6)
    assert found.dtype == np.float32


def test_text_and_tokens_give_the_same(vectors):
    transformer = Word2VecTransformer(vectors).fit([])
    np.testing.assert_array_equal(
        transformer.transform(["tea milk"]), transformer.transform([["tea", "milk"]])
    )
    assert transformer.transform([]).shape == (0, 2)


@pytest.mark.parametrize("weights", ["mean", "tfidf"])
def test_a_generator_is_read_once_for_fitting_and_transforming(vectors, weights):
    texts = ["tea milk", "bread"]
    transformer = Word2VecTransformer(vectors, weights=weights)
    found = transformer.fit_transform(text for text in texts)
    assert found.shape == (2, 2)
    np.testing.assert_array_equal(found, transformer.fit(texts).transform(texts))


def test_words_are_weighted_as_scikit_learn_weights_them(vectors):
    texts = ["tea milk", "tea tea bread", "tea"]
    found = Word2VecTransformer(vectors, weights="tfidf").fit_transform(texts)
    counts = CountVectorizer(vocabulary=list(vectors.words)).fit_transform(texts)
    weights = TfidfTransformer(norm=None).fit_transform(counts).toarray()
    expected = weights @ vectors.input_vectors / weights.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_vectors_are_trained_on_the_documents():
    transformer = Word2VecTransformer(**TRAINING).fit(TEXTS)
    assert sorted(transformer.vectors_.words) == sorted({w for t in TEXTS for w in t.split()})
    assert transformer.vectors_.config["options"]["epochs"] == 2
    assert transformer.transform(TEXTS).shape == (240, 8)
    assert list(transformer.get_feature_names_out()) == [f"word2vec{k}" for k in range(8)]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"dim": 7}, "dim=7: for training, but vectors are given"),
        ({"window": 2, "epochs": 3}, "window=2, epochs=3: for training"),
        ({"min_count": 1, "options": {"sample": 0}}, r"min_count=1, options={'sample': 0}: for"),
    ],
)
def test_options_of_training_are_refused_beside_vectors(vectors, options, told):
    transformer = Word2VecTransformer(vectors, **options)
    with pytest.raises(ConfigError, match=told):
        clone(transformer).fit(["tea"])
    with pytest.raises(ConfigError, match="leave out one of the two"):
        Word2VecTransformer(vectors).set_params(**options).fit_transform(["tea"])


def test_the_defaults_may_be_given_beside_vectors(vectors):
    parameters = Word2VecTransformer(vectors).get_params()
    transformer = Word2VecTransformer(**{**parameters, "seed": 9, "options": {}})
    np.testing.assert_array_equal(transformer.fit_transform(["tea"]), [[1, 2]])


def test_it_takes_part_in_pipelines_and_searches():
    labels = [text.startswith("tea") for text in TEXTS]
    pipeline = make_pipeline(Word2VecTransformer(**TRAINING), LogisticRegression())
    search = GridSearchCV(
        pipeline, {"word2vectransformer__window": [1, 2]}, cv=2, error_score="raise"
    ).fit(TEXTS, labels)
    assert search.best_score_ > 0.9


def test_it_is_cloned_and_pickled(vectors):
    transformer = Word2VecTransformer(vectors, weights="tfidf", seed=3)
    again = clone(transformer)
    assert again.get_params()["seed"] == 3
    fitted = pickle.loads(pickle.dumps(transformer.fit(["tea milk"])))
    np.testing.assert_array_equal(fitted.transform(["tea"]), [[1, 2]])


@pytest.mark.parametrize(
    ("options", "documents", "fault"),
    [
        ({"weights": "sum"}, ["tea"], "weights must be"),
        ({"vectors": "file"}, ["tea"], "vectors must be Vectors, as from firth.load; got 'file'"),
        ({"tokenizer": "none"}, ["tea"], "tokenizer must be"),
        ({"options": {"dims": 3}}, ["tea"], "dims"),
        ({}, "tea with milk", "a list of texts or of token lists, got one text"),
        ({}, [3], "a document must be text or a list of tokens, got 3"),
        ({}, [b"tea"], "a document must be text"),
        ({}, np.array([["tea with milk"], ["jam"]]), r"got a table: give one of its columns"),
    ],
)
def test_bad_input_is_told(vectors, options, documents, fault):
    given = vectors if "options" not in options else None
    transformer = Word2VecTransformer(**{"vectors": given, **options})
    with pytest.raises((ConfigError, TypeError), match=fault):
        transformer.fit(documents)


def test_it_must_be_fitted(vectors):
    with pytest.raises(NotFittedError):
        Word2VecTransformer(vectors).transform(["tea"])


def test_without_scikit_learn_one_line_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    monkeypatch.delitem(sys.modules, "firth.sklearn")
    with pytest.raises(MissingExtraError, match=r"pip install 'firth\[sklearn\]'"):
        import firth.sklearn  # noqa: F401


# scikit-learn's own checks of an estimator that need no matrix of numbers.
CHECKS = [
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
]


@pytest.mark.parametrize("name", CHECKS)
def test_the_rules_of_scikit_learn(name):
    check = getattr(estimator_checks, name, None)
    if check is None:
        pytest.skip(f"scikit-learn {sklearn.__version__} has no {name}")
    check("Word2VecTransformer", Word2VecTransformer(**TRAINING))

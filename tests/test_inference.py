"""Vectors of new documents: near those of training, repeatable, and nothing else changes."""

import contextlib

import numpy as np
import pytest

import firth
from firth.errors import ConfigError, VocabularyError
from firth.phrases import Phrase, Phrases
from firth.training import TrainConfig
from firth.training.engines.base import Stretch
from firth.training.engines.hogwild import HogwildEngine
from firth.training.inference import train_documents

TOPICS, SIZE = 6, 30
KINDS = {
    "skipgram": {"model": "skipgram", "documents": "joint"},
    "cbow": {"model": "cbow", "documents": "joint"},
    "alone": {"model": "skipgram", "documents": "alone"},
}


def planted(documents=120):
    """Make documents of common words and those of a topic: document k has topic k % TOPICS."""
    rng = np.random.default_rng(5)
    topics = np.arange(documents)[:, np.newaxis] % TOPICS
    of_topic = 100 + 20 * topics + rng.integers(20, size=(documents, SIZE))
    ids = np.where(
        rng.random((documents, SIZE)) < 0.5, rng.integers(30, size=of_topic.shape), of_topic
    )
    return [[f"w{k}" for k in unit] for unit in ids]


UNITS = planted()


@pytest.fixture(scope="module", params=KINDS)
def vectors(request):
    options = {"dim": 16, "epochs": 30, "lr": 0.05, "sample": 0, "threads": 1, "min_count": 1}
    return firth.train(UNITS, **options, **KINDS[request.param])


def cosines(a, b):
    return (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def share_of_topic(numbers, answers):
    """Return the share of the neighbours of each document that have its topic."""
    return np.mean([
        neighbour.word % TOPICS == number % TOPICS
        for number, near in zip(numbers, answers, strict=True)
        for neighbour in near
    ])  # fmt: skip


def test_documents_of_a_topic_are_nearest(vectors):
    documents = vectors.documents
    assert share_of_topic(documents, documents.similar(list(documents), top=5)) > 0.95


def test_inferred_vectors_are_near_those_of_training_and_of_their_topic(vectors):
    found = firth.infer(vectors, UNITS)
    assert cosines(found, vectors.documents.input_vectors).mean() > 0.8
    new = firth.infer(vectors, planted(240)[120:180])
    assert share_of_topic(range(60), vectors.documents.similar(new, top=5)) > 0.95


def test_inference_is_repeatable_and_changes_no_vector(vectors, tmp_path):
    before = vectors.input_vectors.tobytes(), vectors.output_vectors.tobytes()
    found = firth.infer(vectors, UNITS[:9], epochs=4)
    assert found.dtype == np.float32
    assert found.tobytes() == firth.infer(vectors, UNITS[:9], epochs=4).tobytes()
    assert (before) == (vectors.input_vectors.tobytes(), vectors.output_vectors.tobytes())
    assert found.tobytes() != firth.infer(vectors, UNITS[:9], epochs=4, seed=2).tobytes()
    vectors.save(tmp_path / "vectors")
    loaded = firth.load(tmp_path / "vectors")
    assert found.tobytes() == firth.infer(loaded, UNITS[:9], epochs=4).tobytes()
    read_out = vectors.read_out("plain,components=1")
    assert found.tobytes() == firth.infer(read_out, UNITS[:9], epochs=4).tobytes()


def test_one_document_is_one_row(vectors):
    one = firth.infer(vectors, UNITS[0])
    assert one.shape == (16,)
    np.testing.assert_array_equal(firth.infer(vectors, [UNITS[0]]), one[np.newaxis])
    known = firth.infer(vectors, ["unknown", *UNITS[0], "not there"])
    np.testing.assert_array_equal(known, one)


def test_documents_of_skipgram_need_no_context_words():
    """What is left out of inference changes no document: its words are inputs of their own."""
    corpus = firth.read_corpus(UNITS[:20], min_count=1)
    words, dim = len(corpus.vocabulary), 8
    # Deterministic, since otherwise some processors round the factors of windows of several inputs.
    config = TrainConfig(
        dim=dim, epochs=2, documents="joint", deterministic=True, min_lr=0.02, lr=0.02
    )
    rng = np.random.default_rng(2)
    tables = {
        name: rng.normal(size=(words, dim), scale=0.3).astype(np.float32)
        for name in ("input", "output")
    }
    ids = np.arange(words)
    size = corpus.tokens.size
    frozen = {"input": ids, "output": ids}
    engine = HogwildEngine(config, corpus.vocabulary.counts, corpus.tokens, size, frozen)
    with contextlib.closing(engine):
        engine.restore(tables, ids)
        for epoch in range(2):
            engine.train(0, Stretch(epoch, 0, size, 0.02, 0.0))
        expected = np.array(engine.tables()["input"][words:])
    found = train_documents(corpus, config, tables)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_items_are_inferred_too():
    units = [[1, 2, 3], [4, 5, 6], [2, 1, 3], [6, 4, 5]] * 5
    options = {"dim": 8, "epochs": 40, "sample": 0, "threads": 1, "min_count": 1}
    vectors = firth.train(units, documents="alone", **options)
    found = firth.infer(vectors, np.array([2, 3, 1]))
    assert vectors.documents.similar(found)[0].word % 2 == 0


def test_phrases_are_joined_in_new_documents():
    units = [["new", "york", "tea"], ["san", "jose", "milk"], ["new", "milk"], ["york", "tea"]] * 9
    phrases = Phrases([[Phrase(("new", "york"), 9, 9.0), Phrase(("san", "jose"), 9, 9.0)]])
    options = {"dim": 8, "epochs": 2, "sample": 0, "threads": 1, "documents": "joint"}
    vectors = firth.train(units, phrases=phrases, min_count=1, **options)
    apart, joined = ["new", "york", "tea"], ["new_york", "tea"]
    assert np.array_equal(firth.infer(vectors, apart), firth.infer(vectors, joined))
    assert not np.array_equal(firth.infer(vectors, ["york", "new"]), firth.infer(vectors, joined))
    # Without the row of a phrase, its words are what is left.
    vectors = firth.train(units, phrases=phrases, min_count=10, **options)
    assert "san_jose" not in vectors
    assert firth.infer(vectors, ["new", "york", "tea"]).shape == (8,)


@pytest.mark.parametrize(
    ("given", "error", "told"),
    [
        (
            [UNITS[0], ["new", "words"]],
            VocabularyError,
            "document 1 holds no word that has a vector",
        ),
        ([UNITS[0], []], VocabularyError, r"document 1 holds no word that has a vector: \[\]"),
        (["w1 w2"], VocabularyError, r"document 0 .*'w1 w2'\]; cut its texts into words"),
        ([], ConfigError, "documents must be a list of words, or a list of such lists"),
        ("a text", ConfigError, "documents must be a list of words, or a list of such lists"),
        ([UNITS[0], "w2"], ConfigError, "a document must be a list of words, got 'w2'"),
    ],
)
def test_documents_that_are_none(vectors, given, error, told):
    with pytest.raises(error, match=told) as caught:
        firth.infer(vectors, given)
    assert "\n" not in str(caught.value)


def test_vectors_without_documents_infer_none(vectors, tmp_path):
    plain = firth.train(UNITS, dim=4, epochs=1, min_count=1)
    vectors.save(tmp_path / "words.bin")
    without = firth.Vectors(vectors.words, vectors.input_vectors, config=vectors.config)
    for given in (plain, firth.load(tmp_path / "words.bin"), without):
        with pytest.raises(ConfigError, match="training with documents='joint' or 'alone'"):
            firth.infer(given, UNITS[0])
    tree = firth.train(UNITS, dim=4, epochs=1, min_count=1, documents="joint", loss="hs")
    with pytest.raises(ConfigError, match="documents cannot be inferred with loss='hs'"):
        firth.infer(tree, UNITS[0])
    with pytest.raises(ConfigError, match="these vectors have no documents"):
        plain.documents  # noqa: B018
    with pytest.raises(ConfigError, match="epochs must be at least 1"):
        firth.infer(vectors, UNITS[0], epochs=0)

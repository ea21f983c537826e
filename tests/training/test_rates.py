"""Expected changes are those that lists have."""

import numpy as np
import pytest

from firth.corpus import read_corpus
from firth.subwords import make_subwords
from firth.training import TrainConfig
from firth.training.draws import epoch_key
from firth.training.engines.base import sizes_of
from firth.training.engines.hogwild import HogwildEngine
from firth.training.huffman import huffman_paths
from firth.training.lists.stretch import list_stretch
from firth.training.lists.windows import sampling_of, window_of
from firth.training.rates import changes_of_token, expected_changes, occurrences_in
from firth.training.task import Task


def make_corpus():
    rng = np.random.default_rng(0)
    ids = np.minimum(rng.geometric(0.05, size=(50, 1_000)), 60)
    return read_corpus([[f"w{k}" for k in unit] for unit in ids], min_count=1)


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
@pytest.mark.parametrize("shrink", [True, False])
def test_inputs_and_centres_change_as_often_as_they_are_listed(model, shrink):
    corpus = make_corpus()
    config = TrainConfig(model=model, shrink_windows=shrink, window=4, sample=1e-2, threads=1)
    counts, tokens = corpus.vocabulary.counts, corpus.tokens
    listed = list_stretch(
        tokens.ids, tokens.offsets, 0, tokens.size, epoch_key(1, 0),
        sampling_of(counts, config), window_of(config, 0),
    )  # fmt: skip
    V, m = len(counts), listed.m
    inputs, centres, noise = np.zeros(V), np.zeros(V), np.zeros(V)
    pairs = m if model == "skipgram" else np.ones_like(m)
    for w in range(len(listed.m)):
        np.add.at(inputs, listed.inputs[w, : m[w]], 1)
        centres[listed.targets[w, 0]] += pairs[w]
        np.add.at(noise, listed.targets[w, 1 : listed.t[w]], pairs[w])
    rates = expected_changes(config, counts, counts, sizes_of(config, V, len(tokens)), None, 0.15)
    hot = counts > 500
    np.testing.assert_allclose(rates["input"][hot] * tokens.size, inputs[hot], rtol=0.15)
    expected = centres + 0.15 * noise
    np.testing.assert_allclose(rates["output"][hot] * tokens.size, expected[hot], rtol=0.15)


def test_words_are_counted_in_parts_of_a_long_text(monkeypatch):
    monkeypatch.setattr("firth.training.rates._IDS_AT_ONCE", 4)
    ids = np.array([0, 1, 0, 2, 0, 1, 1, 0, 0, 2, 1], np.int32)
    assert occurrences_in(ids, 3).tolist() == [5, 4, 2]


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({"negative": 4}, 6 * (1 + 0.5 * 4)),
        ({"model": "cbow", "negative": 20}, 1 + 0.5 * 20),
        ({"model": "cbow", "negative": 4}, 6),
        ({"loss": "hs"}, 6),
    ],
)
def test_a_token_changes_the_rows_of_the_table_that_changes_more(options, changes):
    assert changes_of_token(TrainConfig(window=5, threads=1, **options), 0.5) == changes


def test_words_change_as_often_as_they_occur_whatever_their_counts():
    counts, occurrences = np.full(4, 100), np.array([1_000, 100, 10, 0])
    config, sizes = TrainConfig(sample=0, threads=1), sizes_of(TrainConfig(threads=1), 4, 0)
    found = expected_changes(config, counts, occurrences, sizes, None)
    np.testing.assert_allclose(found["input"], 6 * occurrences / 1_110)
    # Noise is drawn by the counts.
    noise = 6 * 5 / 4
    np.testing.assert_allclose(found["output"], 6 * occurrences / 1_110 + noise)


def test_parts_of_words_share_the_changes_of_the_word():
    corpus, config = make_corpus(), TrainConfig(subwords=(2, 3), threads=1)
    words, counts = corpus.vocabulary.words, corpus.vocabulary.counts
    subwords = make_subwords(config.subwords, words, counts, config.buckets)
    composition = Task(corpus, config, HogwildEngine, subwords=subwords).composition
    sizes = sizes_of(config, len(words), 0, composition)
    parts = expected_changes(config, counts, counts, sizes, composition)["input"]
    whole = expected_changes(config, counts, counts, sizes_of(config, len(words), 0), None)["input"]
    assert parts.sum() == pytest.approx(whole.sum())
    n = np.diff(composition.starts)
    assert parts[0] == pytest.approx(whole[0] / n[0])
    together = expected_changes(config, counts, counts, sizes, composition, parts_together=True)[
        "input"
    ]
    assert together.sum() == pytest.approx((whole * n).sum())
    assert together[0] == pytest.approx(whole[0])


def test_nodes_of_the_tree_change_with_all_words_below_them():
    corpus, config = make_corpus(), TrainConfig(loss="hs", sample=0, threads=1)
    counts = corpus.vocabulary.counts
    rates = expected_changes(config, counts, counts, sizes_of(config, len(counts), 0), None)[
        "output"
    ]
    root = huffman_paths(counts).nodes[0].max()
    assert np.argmax(rates) == root
    assert rates[root] == pytest.approx(config.window + 1)

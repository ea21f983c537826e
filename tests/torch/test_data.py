"""Windows as data sets, against a slow and obvious list of them."""

import types

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from firth.corpus import TokenStore, read_corpus
from firth.errors import ConfigError, CorpusError
from firth.torch import Collate, NoiseSampler, PaddedVocabulary, WindowDataset, WindowStream, data

SENTENCES = [[3, 1, 2, 1, 5], [4], [2, 0, 5, 0, 0, 1], [], [0], [1, 4]]


def expected_windows(sentences, window, join=False):
    found = []
    sentences = [[word for each in sentences for word in each]] if join else sentences
    for sentence in sentences:
        words = [word for word in sentence if word != 0]
        for place, centre in enumerate(words):
            near = words[max(0, place - window) : place] + words[place + 1 : place + window + 1]
            if near:
                found.append((centre, near))
    return found


def plain(items):
    return [(centre, near.tolist()) for centre, near in items]


def store_of(sentences):
    ids = np.concatenate([np.array(sentence, np.int32) - 1 for sentence in sentences])
    return TokenStore(ids, np.cumsum([0, *map(len, sentences)]))


def random_sentences(count=200, most=12):
    rng = np.random.default_rng(2)
    return [rng.integers(1, 30, rng.integers(0, most)).tolist() for _ in range(count)]


@pytest.mark.parametrize(("window", "join"), [(1, False), (2, False), (4, False), (7, True)])
def test_windows_stop_at_the_ends_of_sentences_unless_these_are_joined(window, join):
    dataset = WindowDataset(SENTENCES, window, join=join)
    items = [dataset[index] for index in range(len(dataset))]
    assert plain(items) == expected_windows(SENTENCES, window, join)
    assert items[0][1].dtype == torch.int64


def test_a_token_store_gives_the_same_windows_with_ids_moved_up():
    sentences = random_sentences()
    dataset = WindowDataset(store_of(sentences), 3)
    assert plain(dataset[i] for i in range(len(dataset))) == expected_windows(sentences, 3)


@pytest.mark.parametrize("special", [False, True])
def test_words_of_a_corpus_keep_their_ids(special):
    units = [["tea", "milk", "tea"], ["bread", "tea"]]
    corpus = read_corpus(units, min_count=1)
    vocabulary = PaddedVocabulary.from_vocabulary(corpus.vocabulary, special_tokens=special)
    expected = [
        (vocabulary.words[centre], [vocabulary.words[word] for word in near])
        for centre, near in expected_windows([vocabulary.ids(unit) for unit in units], 1)
    ]
    for kind in (WindowDataset, WindowStream):
        data = kind(corpus.tokens, 1, first_id=vocabulary.reserved)
        items = [data[i] for i in range(len(data))] if kind is WindowDataset else list(data)
        assert [
            (vocabulary.words[centre], [vocabulary.words[word] for word in near])
            for centre, near in items
        ] == expected
    assert expected[0] == ("tea", ["milk"])


def test_many_windows_at_once_are_the_windows_one_by_one():
    dataset = WindowDataset(random_sentences(), 3)
    indices = np.array([5, 0, len(dataset) - 1, 5])
    centre, contexts = dataset.windows(indices)
    assert contexts.shape == (4, 6)
    for row, index in enumerate(indices):
        one_centre, near = dataset[int(index)]
        assert centre[row] == one_centre
        assert contexts[row].tolist() == [*near.tolist(), *[0] * (6 - len(near))]
    with pytest.raises(IndexError):
        dataset[len(dataset)]


def test_counts_are_of_the_words_that_are_centres():
    assert WindowDataset(SENTENCES, 1).counts(7).tolist() == [0, 4, 2, 1, 1, 2, 0]


@pytest.mark.parametrize("block", [1, 7, 100, 10_000])
@pytest.mark.parametrize(("window", "join"), [(3, False), (15, True)])
def test_a_stream_gives_every_window_once_in_order(monkeypatch, block, window, join):
    monkeypatch.setattr(data, "_BLOCK", block)
    sentences = random_sentences()
    stream = WindowStream(store_of(sentences), window, join=join)
    assert plain(stream) == expected_windows(sentences, window, join)


def test_workers_share_out_a_stream(monkeypatch):
    monkeypatch.setattr(data, "_BLOCK", 50)
    sentences = random_sentences()
    stream = WindowStream(store_of(sentences), 3)
    found = []
    for worker in range(3):
        share = types.SimpleNamespace(id=worker, num_workers=3)
        monkeypatch.setattr(data, "get_worker_info", lambda share=share: share)
        mine = plain(stream)
        assert 0 < len(mine) < len(expected_windows(sentences, 3))
        found += mine
    assert sorted(found) == sorted(expected_windows(sentences, 3))


def test_batches_are_padded_and_the_last_may_be_smaller():
    dataset = WindowDataset(SENTENCES, 2)
    loader = DataLoader(dataset, batch_size=4, collate_fn=Collate(NoiseSampler([0] + [1] * 9), 3))
    batches = list(loader)
    assert [len(batch.centre) for batch in batches] == [4, 4, 2]
    assert [batch.noise.shape[1] for batch in batches] == [3, 3, 3]
    seen = [
        (int(centre), [word for word in row.tolist() if word != 0])
        for batch in batches
        for centre, row in zip(batch.centre, batch.contexts, strict=True)
    ]
    assert seen == expected_windows(SENTENCES, 2)
    assert all(tensor.dtype == torch.int64 for batch in batches for tensor in batch)


@pytest.mark.parametrize(
    ("sentences", "window", "error", "message"),
    [
        ([[1, 2]], 0, ConfigError, "window must be at least 1, got 0"),
        ([[1, 2, 3], [4, 5]], 3, ConfigError, "at most 2, got 3.*wider than every sentence"),
        ([], 1, CorpusError, "no sentence has two words"),
        ([[1], [2, 0]], 1, CorpusError, "no sentence has two words"),
        ([[1, 2], [], [1, -2]], 1, CorpusError, "sentence 2: ids must be at least 0, got -2"),
        ([[1, 2], ["tea", "milk"]], 1, CorpusError, "sentence 1 must be .*PaddedVocabulary.ids"),
        ([["1", "2"]], 1, CorpusError, r"sentence 0 must be a list of ids, got \['1', '2'\]"),
        ("tea and milk", 1, CorpusError, "sentence 0 must be a list of ids, got 't'"),
        ([1, 2, 3], 1, CorpusError, "sentence 0 must be a list of ids, got 1"),
        ([(i for i in (1, 2))], 1, CorpusError, "sentence 0 must be .*, got <generator"),
        ([[1, 2**70]], 1, CorpusError, "sentence 0 must be a list of ids"),
        ([[1, 2**63]], 1, CorpusError, "sentence 0 must be a list of ids"),
        ([[1.7, 2.2]], 1, CorpusError, r"sentence 0 must be .*, got \[1\.7, 2\.2\]"),
        ([[True, False]], 1, CorpusError, r"sentence 0 must be .*, got \[True, False\]"),
        ([[[1, 2], [3]]], 1, CorpusError, r"sentence 0 must be .*, got \[\[1, 2\], \[3\]\]"),
        ([[1, 2, 3]], 1.5, ConfigError, "window must be a whole number, got 1.5"),
        ([[1, 2, 3]], "2", ConfigError, "window must be a whole number, got '2'"),
    ],
)
def test_bad_input(sentences, window, error, message):
    with pytest.raises(error, match=message):
        WindowDataset(sentences, window)


def test_bad_streams_and_collates():
    with pytest.raises(ConfigError, match="wider than every sentence"):
        WindowStream(store_of([[1, 2, 3]]), 3)
    with pytest.raises(CorpusError, match="no sentence has two words"):
        WindowStream(store_of([[1], [2]]), 1)
    with pytest.raises(ConfigError, match="negative must be at least 1 with a NoiseSampler"):
        Collate(None, 5)
    with pytest.raises(ConfigError, match="or 0 without, got 0"):
        Collate(NoiseSampler([0, 1, 1]), 0)
    with pytest.raises(ConfigError, match=r"negative must be a whole number, got 2\.5"):
        Collate(NoiseSampler([0, 1, 1]), 2.5)
    with pytest.raises(CorpusError, match="takes a TokenStore, got a list; use a WindowDataset"):
        WindowStream([[1, 2, 3]], 1)
    with pytest.raises(ConfigError, match="first_id must be at least 1, got 0"):
        WindowStream(store_of([[1, 2, 3]]), 1, first_id=0)
    with pytest.raises(ConfigError, match="first_id is for a TokenStore, got 6"):
        WindowDataset([[1, 2, 3]], 1, first_id=6)

"""The textbook as an engine: the kernel's draws, its results, its place in `firth.train`."""

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from click.testing import CliRunner

import firth
from firth.corpus import read_corpus
from firth.errors import ConfigError
from firth.torch import TorchEngine, engine
from firth.training import TrainConfig, draws, reference, train_corpus
from firth.training.engines.base import Stretch
from firth.training.lists.windows import sampling_of
from training_case import zipf_ids

MODELS = pytest.mark.parametrize("model", ["skipgram", "cbow"])

# WordSim-353 on 10 MB of Wikipedia, and how far the textbook may fall behind the kernel there.
FLOORS = {"skipgram": 0.41, "cbow": 0.39}
MAY_DIFFER = 0.04


def zipf_units(lengths, vocabulary=40, seed=3):
    ids = zipf_ids(seed, vocabulary, sum(lengths))
    return [unit.tolist() for unit in np.split(ids, np.cumsum(lengths)[:-1])]


def planted_units(seed=0, sentences=3000):
    """Make sentences of words from one of four groups."""
    rng = np.random.default_rng(seed)
    return [
        [f"{group}-{word}" for word in rng.integers(6, size=6)]
        for group in rng.integers(4, size=sentences)
    ]


@MODELS
@pytest.mark.parametrize("shrink", [True, False])
@pytest.mark.parametrize("sample", [0.0, 1e-2])
@pytest.mark.parametrize("stretch", [1, 7, 1000])
def test_windows_are_those_of_the_reference(model, shrink, sample, stretch):
    corpus = read_corpus(zipf_units((50, 1, 2, 30, 1, 7, 90)), min_count=1)
    config = TrainConfig(
        model=model, window=3, negative=4, shrink_windows=shrink, sample=sample, seed=5
    )
    counts, size = corpus.vocabulary.counts, corpus.tokens.size
    made = TorchEngine(config, counts, corpus.tokens, stretch)
    expected = list(
        reference.windows(
            [corpus.tokens.unit(u).tolist() for u in range(len(corpus.tokens))],
            draws.epoch_key(5, 2), *sampling_of(counts, config)[:2],
            window=3, negative=4, shrink=shrink, cbow=model == "cbow",
        )
    )  # fmt: skip
    found = []
    for start in range(0, size, stretch):
        windows = made.windows(2, start, min(start + stretch, size))
        found += list(zip(*(array.tolist() for array in windows), strict=True))
    assert len(found) == len(expected)
    assert sample == 0.0 or len(found) < size - 2
    for (position, centre, contexts, noise), theirs in zip(found, expected, strict=True):
        assert (position, centre - 1) == (theirs.position, theirs.targets[0])
        assert sorted(word - 1 for word in contexts if word) == sorted(sum(theirs.bags, ()))
        assert sorted(word - 1 for word in noise if word) == sorted(theirs.targets[1:])


@pytest.mark.parametrize(
    "options", [{}, {"model": "cbow"}, {"model": "cbow", "cbow_gradient": "mean"}], ids=str
)
def test_one_window_at_a_time_it_is_the_kernel(monkeypatch, options):
    monkeypatch.setattr(engine, "_MOST_WINDOWS", 1)
    corpus = read_corpus(zipf_units([40] * 20))
    config = TrainConfig(
        dim=20, window=3, negative=4, epochs=2, sample=1e-2, threads=1, seed=4, **options
    )
    ours = train_corpus(corpus, config, engine=TorchEngine)
    # Deterministic, since otherwise some processors round factors.
    kernel = train_corpus(corpus, dataclasses.replace(config, deterministic=True))
    for name in ("input_vectors", "output_vectors"):
        table, expected = getattr(ours, name), getattr(kernel, name)
        assert table.dtype == np.float32
        np.testing.assert_allclose(table, expected, rtol=0, atol=2e-5 * np.abs(expected).max())
    np.testing.assert_allclose(ours.losses, kernel.losses, rtol=1e-5)


@MODELS
@pytest.mark.parametrize("threads", [1, 2])
def test_finds_the_planted_groups(model, threads):
    options = {"model": model, "dim": 16, "epochs": 4, "sample": 0.0, "lr": 0.05}
    vectors = firth.train(planted_units(), engine="torch", threads=threads, **options)
    for word in vectors:
        near = [neighbour.word for neighbour in vectors.similar(word, top=5)]
        assert {other.partition("-")[0] for other in near} == {word.partition("-")[0]}
    kernel = firth.train(planted_units(), threads=threads, **options)
    # Minibatches start more slowly, and arrive at the same.
    assert vectors.config["losses"][-1] == pytest.approx(kernel.config["losses"][-1], rel=0.03)
    assert vectors.config["engine"] == "torch"
    assert kernel.config["engine"] == "hogwild"


def test_small_vocabularies_get_small_minibatches():
    assert engine._batch_size(np.ones(1000)) == 64
    assert engine._batch_size(np.ones(10)) == 10
    assert engine._batch_size(np.array([1e9, 1.0])) == 1
    vectors = firth.train([["a", "b"], ["c", "d"]] * 300, engine="torch", dim=4, sample=0.0)
    assert vectors.similar("a", top=1)[0].score < 1.0


@pytest.fixture
def three_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def threads_here_and_in_a_new_thread():
    with ThreadPoolExecutor(1) as pool:
        return torch.get_num_threads(), pool.submit(torch.get_num_threads).result()


@pytest.mark.usefixtures("three_threads")
def test_pytorch_has_one_thread_while_it_trains(monkeypatch):
    seen = []
    step = TorchEngine._step

    def spy(*arguments):
        seen.append(torch.get_num_threads())
        return step(*arguments)

    monkeypatch.setattr(TorchEngine, "_step", spy)
    firth.train([["a", "b", "c"]] * 20, engine="torch", dim=4, sample=0.0, threads=2)
    assert set(seen) == {1}
    assert threads_here_and_in_a_new_thread() == (3, 3)


@pytest.mark.usefixtures("three_threads")
def test_pytorch_has_its_threads_back_while_an_error_is_held():
    with pytest.raises(ConfigError) as held:
        firth.train(planted_units(sentences=300), engine="torch", dim=4, lr=1e30, sample=0.0)
    assert threads_here_and_in_a_new_thread() == (3, 3)
    assert held.value.__traceback__ is not None


@pytest.mark.usefixtures("three_threads")
def test_pytorch_has_its_threads_back_after_two_trainings_at_once(monkeypatch):
    corpus = read_corpus([["a", "b"]] * 5)
    made = TorchEngine(TrainConfig(dim=4, sample=0.0), corpus.vocabulary.counts, corpus.tokens, 1)
    stretch = Stretch(epoch=0, start=0, stop=1, lr=0.1, slope=0.0)
    begun, may_end = threading.Event(), threading.Event()
    other = threading.Thread(target=made.train, args=(1, stretch))

    def step(*_):
        if threading.current_thread() is other:
            begun.set()
            assert may_end.wait(timeout=30)
        else:
            other.start()
            assert begun.wait(timeout=30)
        return 0.0

    monkeypatch.setattr(TorchEngine, "_step", step)
    made.train(0, stretch)
    assert torch.get_num_threads() == 3  # of this one's own, though the other still trains
    may_end.set()
    other.join()
    assert threads_here_and_in_a_new_thread() == (3, 3)


def test_trains_nothing_where_nothing_is_kept():
    corpus = read_corpus([["a", "b"]] * 20)
    config = TrainConfig(dim=4, sample=1e-9)
    made = TorchEngine(config, corpus.vocabulary.counts, corpus.tokens, 40)
    made.compile()
    assert made.train(0, Stretch(epoch=0, start=0, stop=40, lr=0.1, slope=0.0)) == (0.0, 0)


def test_the_command_line_takes_the_engine(tmp_path):
    from firth.cli import app

    text = tmp_path / "text.txt"
    text.write_text("tea and milk and tea\n" * 30)
    arguments = ["train", str(text), "--output", str(tmp_path / "out"), "--dim", "4", "-q"]
    done = CliRunner().invoke(app, [*arguments, "--sample", "0", "--engine", "torch"])
    assert done.exit_code == 0, done.output
    assert firth.load(tmp_path / "out").config["engine"] == "torch"
    assert CliRunner().invoke(app, [*arguments, "--engine", "steam"]).exit_code == 2


def test_a_word_that_a_place_of_the_text_repeats_does_not_diverge():
    """As `if` in the templates of a wiki: one minibatch would have it as each of its centres."""
    random = np.random.default_rng(1)
    shares = 1 / np.arange(1, 501)
    words = [f"w{word}" for word in random.choice(500, 6_000, p=shares / shares.sum())]
    for place in (1_500, 3_000, 4_500):
        words[place : place + 300] = ["if"] * 300
    options = {"engine": "torch", "subwords": "none", "dim": 20, "lr": 0.05, "sample": 0.01}
    vectors = firth.train([words], min_count=1, epochs=1, threads=1, progress=False, **options)
    # Guessing costs 4.16.
    assert vectors.config["losses"][0] < 4.0


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*stood there before")  # WordSim-353 repeats 2 pairs.
@MODELS
def test_a_slice_of_wikipedia_is_learned_nearly_as_well(shared_data, zstd_open, tmp_path, model):
    text = tmp_path / "slice.txt"
    with zstd_open(shared_data / "enwiki_a.txt.zst") as source:
        text.write_bytes(source.read(10_000_000).rpartition(b" ")[0])
    found = {}
    for name in ("hogwild", "torch"):
        vectors = firth.train(text, model=model, engine=name)
        pairs = shared_data / "eval/wordsim353.tsv"
        found[name] = firth.evaluate(vectors, similarity=pairs).similarity[0].spearman
    assert found["torch"] > FLOORS[model]
    assert found["torch"] > found["hogwild"] - MAY_DIFFER

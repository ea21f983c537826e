"""The engine as a whole."""

import gc

import numpy as np
import pytest
import torch

import firth
from firth.errors import ConfigError
from firth.gpu import GpuEngine, device, engine, lists
from firth.gpu.flight import windows_in_flight
from firth.subwords import make_subwords
from firth.training import TrainConfig
from firth.training.engines.base import Sizes, Stretch
from firth.training.task import Task
from gpu_case import each_option_it_lacks, make_corpus


@each_option_it_lacks
def test_what_it_lacks_is_refused_by_name(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        firth.train([["a", "b"]] * 20, engine="gpu", **options)


def test_without_a_gpu_one_line_says_so(monkeypatch):
    monkeypatch.setattr(device, "is_interpreted", lambda: False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError, match="needs a GPU with CUDA"):
        firth.train([["a", "b"]] * 20, engine="gpu")


def test_a_gpu_too_small_is_told_with_the_size(monkeypatch):
    corpus = make_corpus()
    monkeypatch.setattr("firth.gpu.engine.free_memory", lambda device: 1_000)
    with pytest.raises(ConfigError, match=r"needs about .* kB of the GPU's memory for \d+ words"):
        GpuEngine(TrainConfig(dim=4), corpus.vocabulary.counts, corpus.tokens, 100)


def test_windows_in_flight_are_bounded_by_the_hottest_word_and_the_text():
    many, config = np.full(10**6, 100), TrainConfig(sample=0)

    def flying(config, counts, most):
        return windows_in_flight(config, counts, counts, most)

    assert flying(config, many, 1_024) == 1_024
    assert flying(config, many, 10**6) == 2_560
    assert flying(config.replace(window=11), many, 10**6) == 1_280
    assert flying(config.replace(negative=11), many, 10**6) == 1_280
    assert flying(config.replace(model="cbow", window=20), many, 10**6) == 2_560
    assert flying(config, np.array([10**9, 10**9]), 10**6) == 128
    # Of 3,000 words, 3 at a time.
    assert flying(config, np.full(1_000, 3), 10**6) == 3
    # What counts is the text, not a vocabulary of another.
    assert windows_in_flight(config, np.full(1_000, 10**9), np.full(1_000, 3), 10**6) == 3


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_a_run_trains_saves_and_names_its_engine(model, tmp_path):
    corpus = make_corpus(units=60)
    vectors = firth.train(
        corpus, engine="gpu", model=model, dim=8, sample=0, epochs=2, subwords="none"
    )
    assert vectors.config["engine"] == "gpu"
    assert np.isfinite(vectors.vectors if hasattr(vectors, "vectors") else 0).all()
    vectors.save(tmp_path / "out")
    assert len(firth.load(tmp_path / "out")) == len(corpus.vocabulary)


def test_a_step_size_of_0_changes_nothing_and_training_lowers_the_loss():
    corpus = make_corpus()
    made = GpuEngine(
        TrainConfig(dim=8, sample=0, window=3), corpus.vocabulary.counts, corpus.tokens, 700
    )
    size = corpus.tokens.size
    before = {name: table.tobytes() for name, table in made.tables().items()}
    first = made.train(0, Stretch(0, 0, size, 0.0, 0.0))
    assert {name: table.tobytes() for name, table in made.tables().items()} == before
    assert first[0] / first[1] == pytest.approx(6 * np.log(2), rel=0.1)
    for epoch in range(6):
        made.train(0, Stretch(epoch, 0, size, 0.1, 0.0))
    last = made.train(0, Stretch(0, 0, size, 0.0, 0.0))
    assert last[1] == first[1]
    assert last[0] < 0.97 * first[0]


def bytes_of_tensors():
    """Return the bytes of all tensors that there are on the device that trains."""
    kind = device.choose_device().type
    alive = [each for each in gc.get_objects() if issubclass(type(each), torch.Tensor)]
    alive = [each for each in alive if each.device.type == kind]
    return sum({each.data_ptr(): each.untyped_storage().nbytes() for each in alive}.values())


class Counting:
    """A kernel that counts the bytes of all tensors when it is launched."""

    def __init__(self, kernel):
        self.kernel, self.most = kernel, 0

    def __getitem__(self, grid):
        self.most = max(self.most, bytes_of_tensors())
        return self.kernel[grid]


@pytest.mark.parametrize(
    "options",
    [{}, {"model": "cbow"}, {"subwords": (2, 3)}, {"negative": 15, "dim": 3}, {"sample": 0.01}],
    ids=str,
)
def test_the_device_holds_no_more_than_the_estimate(options, monkeypatch):
    corpus = make_corpus(words=200)
    config = TrainConfig(**{"dim": 20, "sample": 0, "window": 3, **options})
    counts, size = corpus.vocabulary.counts, corpus.tokens.size
    subwords = make_subwords(config.subwords, corpus.vocabulary.words, counts, config.buckets)
    task = Task(corpus, config, GpuEngine, subwords=subwords)
    gc.collect()
    before = bytes_of_tensors()
    made = GpuEngine(config, counts, corpus.tokens, size, composition=task.composition)
    kernels = Counting(lists.list_kernel), Counting(engine.train_kernel)
    monkeypatch.setattr(lists, "list_kernel", kernels[0])
    monkeypatch.setattr(engine, "train_kernel", kernels[1])
    made.train(0, Stretch(0, 0, size, 0.05, 0.0))
    most = max(kernel.most for kernel in kernels) - before
    estimated = GpuEngine.device_memory(config, task.sizes, size)
    # A GPU holds two stretches; here one is trained.
    assert 0.35 * estimated < most <= estimated


def test_memory_of_the_gpu_grows_with_the_tables():
    config = TrainConfig(dim=100)
    small, large = (GpuEngine.device_memory(config, Sizes(v), 1_000) for v in (1_000, 2_000))
    assert 800 * 1_000 < large - small < 900 * 1_000

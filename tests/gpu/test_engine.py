"""The engine as a whole, interpreted."""

import numpy as np
import pytest

import firth
from firth.errors import ConfigError
from firth.gpu import GpuEngine, device
from firth.gpu.flight import windows_in_flight
from firth.training import TrainConfig
from firth.training.engines.base import Sizes, Stretch
from gpu_case import make_corpus


@pytest.mark.parametrize(
    "options",
    [{"loss": "hs"}, {"documents": "joint"}, {"deterministic": True}, {"window": 3_000}],
    ids=lambda options: next(iter(options)),
)
def test_what_it_lacks_is_refused_by_name(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        firth.train([["a", "b"]] * 20, engine="gpu", **options)


def test_without_a_gpu_one_line_says_so(monkeypatch):
    monkeypatch.setattr(device, "is_interpreted", lambda: False)
    with pytest.raises(ConfigError, match="needs a GPU with CUDA"):
        firth.train([["a", "b"]] * 20, engine="gpu")


def test_a_gpu_too_small_is_told_with_the_size(monkeypatch):
    corpus = make_corpus()
    monkeypatch.setattr("firth.gpu.engine.free_memory", lambda device: 1_000)
    with pytest.raises(ConfigError, match=r"needs about .* MB of the GPU's memory for \d+ words"):
        GpuEngine(TrainConfig(dim=4), corpus.vocabulary.counts, corpus.tokens, 100)


def test_windows_in_flight_are_bounded_by_the_hottest_word():
    assert windows_in_flight(np.full(10**6, 1e-6), 1_024) == 1_024
    assert windows_in_flight(np.full(10**6, 1e-6), 10**6) == 2_048
    assert windows_in_flight(np.array([0.5, 0.5]), 10**6) == 128


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


def test_memory_of_the_gpu_grows_with_the_tables():
    config = TrainConfig(dim=100)
    small, large = (GpuEngine.device_memory(config, Sizes(v), 1_000) for v in (1_000, 2_000))
    assert 800 * 1_000 < large - small < 900 * 1_000

"""`fit`: repeatability, reports, devices, any optimizer, any data set."""

import random
import re

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import Dataset

from firth.corpus import TokenStore
from firth.errors import ConfigError
from firth.torch import (
    CBOW,
    EpochReport,
    FullSoftmax,
    HierarchicalSoftmax,
    NegativeSampling,
    NoiseSampler,
    SkipGram,
    WindowDataset,
    WindowStream,
    Word2Vec,
    choose_device,
    fit,
    seed_everything,
)

# Words 1 to 3 keep each other's company, and so do 4 to 6.
SENTENCES = [[1, 2, 3, 2], [2, 1, 3], [3, 1, 2, 1], [4, 5, 6, 5], [5, 4, 6], [6, 4, 5, 4]]
COUNTS = [0, 4, 4, 3, 4, 4, 3]


def dataset():
    return WindowDataset(SENTENCES, 2)


def make(projection=SkipGram, loss=NegativeSampling, **options):
    seed_everything(1)
    return Word2Vec(len(COUNTS), 4, projection(), loss(), **options)


def tree():
    return HierarchicalSoftmax(COUNTS)


def run(model=None, data=None, **options):
    given = {"epochs": 3, "batch_size": 5, "device": "cpu", **options}
    return fit(model or make(), data or dataset(), **given)


@pytest.mark.parametrize("projection", [SkipGram, CBOW])
@pytest.mark.parametrize("loss", [NegativeSampling, FullSoftmax, tree])
def test_the_same_seed_gives_the_same_losses(projection, loss):
    losses = [run(make(projection, loss), seed=seed).losses for seed in (1, 1, 2)]
    assert losses[0] == losses[1]
    assert losses[0] != losses[2]
    assert len(losses[0]) == 3


@pytest.mark.parametrize("optimizer", [torch.optim.Adam, torch.optim.SGD, torch.optim.Adagrad])
def test_learns_who_keeps_whose_company(optimizer):
    model = make()
    lr = 0.5 if optimizer is torch.optim.SGD else 0.05
    found = run(model, epochs=60, optimizer=optimizer, lr=lr)
    assert found.losses[0] == pytest.approx(np.log(2), rel=0.1)
    assert found.losses[-1] < 0.85 * found.losses[0]
    rows = nn.functional.normalize(model.inputs.weight[1:].detach())
    alike = rows @ rows.T
    assert alike[:3, :3].min() > alike[:3, 3:].max()
    assert alike[3:, 3:].min() > alike[3:, :3].max()
    assert found.device == "cpu"
    assert found.seconds > 0


@pytest.mark.parametrize("optimizer", [torch.optim.SparseAdam, torch.optim.SGD])
def test_sparse_gradients_for_optimizers_that_take_them(optimizer):
    found = run(make(sparse=True), optimizer=optimizer, lr=0.05, epochs=5)
    assert found.losses[-1] < found.losses[0]


def test_takes_numpy_seeds_and_devices():
    expected = run(seed=3).losses
    assert run(seed=np.int64(3), device=torch.device("cpu")).losses == expected


def test_noise_of_its_own_generator_goes_on_from_where_that_stands():
    noise = NoiseSampler(COUNTS, generator=torch.Generator().manual_seed(1))
    first, second = (run(noise=noise, negative=1).losses for _ in range(2))
    assert first != second
    again = NoiseSampler(COUNTS, generator=torch.Generator().manual_seed(1))
    assert run(noise=again, negative=1).losses == first


def test_reports_every_nth_epoch_and_the_last(capsys):
    reports = []
    found = run(epochs=5, every=2, report=reports.append)
    assert reports == [EpochReport(n, 5, found.losses[n - 1]) for n in (2, 4, 5)]
    run(epochs=5, report=print)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == [f"Epoch [{n}/5]" for n in range(1, 6)]
    assert all(re.fullmatch(r"Epoch \[\d/5\]  Loss \d\.\d{4}", line) for line in lines)


def test_an_epoch_takes_every_window_once():
    seen = []

    class Recorder(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1))

        def forward(self, centre, contexts, noise):
            assert noise.shape == (len(centre), 5)
            rows = zip(centre, contexts, strict=True)
            seen.append([(int(one), *(int(word) for word in row if word)) for one, row in rows])
            return self.weight.sum()

    run(Recorder(), epochs=2)
    windows = [(centre, *near.tolist()) for centre, near in map(dataset().__getitem__, range(22))]
    per_epoch = len(seen) // 2
    assert [len(batch) for batch in seen[:per_epoch]] == [5, 5, 5, 5, 2]
    first, second = (
        [window for batch in part for window in batch]
        for part in (seen[:per_epoch], seen[per_epoch:])
    )
    assert sorted(first) == sorted(second) == sorted(windows)
    assert first != second  # shuffled anew


def test_takes_any_data_set_of_windows():
    class Plain(Dataset):
        def __len__(self):
            return len(dataset())

        def __getitem__(self, index):
            return dataset()[index]

    noise = NoiseSampler(COUNTS)
    losses = run(make(CBOW), Plain(), noise=noise).losses
    assert losses == run(make(CBOW), Plain(), noise=noise).losses
    ids = np.concatenate([np.array(sentence, np.int32) - 1 for sentence in SENTENCES])
    store = TokenStore(ids, np.cumsum([0, *map(len, SENTENCES)]))
    assert len(run(make(CBOW), WindowStream(store, 2), noise=noise).losses) == 3
    with pytest.raises(ConfigError, match="noise must be a NoiseSampler"):
        run(make(CBOW), Plain())


def test_seeds_python_numpy_and_torch():
    drawn = []
    for _ in range(2):
        seed_everything(7)
        drawn.append((random.random(), np.random.random(), torch.rand(1).item()))  # noqa: NPY002
    assert drawn[0] == drawn[1]
    assert torch.backends.cudnn.deterministic


def test_chooses_what_is_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose_device().type == "cpu"
    for name in ("cuda", "cuda:0", "mps", "tpu", ""):
        with pytest.raises(ConfigError, match=f"device '{name}' is not there; give one of cpu"):
            choose_device(name)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert choose_device().type == "mps"
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose_device() == torch.device("cuda")
    assert choose_device("cuda:1") == torch.device("cuda:1")
    with pytest.raises(ConfigError, match="'cuda:2' is not there; give one of cuda:0, cuda:1, mps"):
        choose_device("cuda:2")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_gives_the_same_losses_twice():
    losses = [run(device="cuda").losses for _ in range(2)]
    assert losses[0] == losses[1]
    np.testing.assert_allclose(losses[0], run().losses, rtol=1e-4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs must be at least 1, got 0"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"negative": 0}, "negative must be at least 1, got 0"),
        ({"every": 0}, "every must be at least 1, got 0"),
        ({"every": 5}, "every needs report.* got every=5 alone"),
        ({"epochs": 1.5}, r"epochs must be a whole number, got 1\.5"),
        ({"negative": 2.5}, r"negative must be a whole number, got 2\.5"),
        ({"lr": "x"}, "lr must be a finite number above 0, got 'x'"),
        ({"seed": 1.0}, "seed must be a whole number, got 1.0"),
        ({"model": make(sparse=True)}, "Adam does not take .*optimizer=torch.optim.SparseAdam"),
        ({"optimizer": torch.optim.SparseAdam}, "SparseAdam takes sparse gradients only"),
        ({"lr": 0.0}, "lr must be a finite number above 0"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
        ({"device": "abacus"}, "device 'abacus' is not there"),
        ({"lr": 1e30, "optimizer": torch.optim.SGD, "epochs": 50}, "no longer finite.*lr"),
        ({"noise": NoiseSampler([0, 1, 1])}, "counts were given for ids from 0 to 2"),
        ({"data": WindowDataset([[1, 2, 3, 4, 5, 6]], 5)}, "no noise word is left"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ConfigError, match=message):
        run(**options)

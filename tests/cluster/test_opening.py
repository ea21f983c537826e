"""What is refused before anything is started."""

import sys

import numpy as np
import pytest

import firth
from firth.errors import ConfigError, MissingExtraError
from firth.training import TrainConfig
from firth.training.engines.registry import engine_named
from thread_team import ThreadTeam

UNITS = [["tea", "milk"], ["tea", "sugar"]] * 50


@pytest.mark.parametrize("cluster", ["", 7, ["auto"]])
def test_a_cluster_must_be_a_name(cluster):
    with pytest.raises(ConfigError, match="cluster must be 'auto', the address of a Ray cluster"):
        firth.train(UNITS, cluster=cluster)


def test_another_engine_has_one_worker():
    pytest.importorskip("torch", reason="PyTorch is not installed")
    with pytest.raises(ConfigError, match=r"engine='torch' \(--engine\) trains with one worker"):
        firth.train(UNITS, workers=2, engine="torch")


@pytest.mark.parametrize("name", ["hogwild", "torch"])
def test_engines_refuse_several_workers(name):
    if name == "torch":
        pytest.importorskip("torch", reason="PyTorch is not installed")
    with pytest.raises(ConfigError, match=r"workers=2 \(--workers\): this engine trains with one"):
        engine_named(name).check(TrainConfig(workers=2))


def test_torchrun_has_to_start_the_process(monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    with pytest.raises(ConfigError, match="is for processes that torchrun has started"):
        firth.train(UNITS, workers=2, cluster="torchrun")


def test_other_ranks_serve(monkeypatch):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ConfigError, match=r"in the others call firth.cluster.torchrun.serve\(\)"):
        firth.train(UNITS, workers=2, cluster="torchrun")


@pytest.mark.parametrize("package", ["ray", "torch"])
def test_a_missing_extra_is_named(monkeypatch, package):
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    if package == "torch":
        # Ray, if it is not there, is asked for first.
        monkeypatch.setitem(sys.modules, "ray", object())
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"{package} is not .*'firth\[cluster\]'"):
        firth.train(UNITS, workers=2, cluster="auto")


def test_workers_are_threads_by_default():
    found = [firth.train(UNITS, workers=3, dim=8, sample=0, seed=seed) for seed in (1, 1, 2)]
    first, again, other = (vectors.input_vectors.tobytes() for vectors in found)
    assert first == again != other
    assert found[0].config["options"]["workers"] == 3


@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_read_is_logged(tmp_path, caplog, workers):
    path = tmp_path / "text.txt"
    path.write_text("tea milk sugar\n" * 100)
    with caplog.at_level("INFO", logger="firth"):
        firth.train(path, workers=workers, dim=4, sample=0, subwords="none", threads=1)
    assert "read 300 words in 100 units: a vocabulary of 3 words, 300 tokens" in caplog.text


def test_a_member_that_fails_ends_the_others():
    team = ThreadTeam(3)
    team.start()
    team.members[1].describe = lambda: 1 / 0
    for member in (team.members[0], team.members[2]):
        member.describe = lambda member=member: member._group.add_up(np.zeros(4, np.float32))
    with pytest.raises(ZeroDivisionError):
        team.call("describe")

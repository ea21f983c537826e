"""Several workers, each with an engine of its own."""

import json

import numpy as np
import pytest
import torch

import firth
from firth.cluster.agreement import Agreement, Rule
from firth.cluster.engine import cluster_engine
from firth.cluster.parts import CutCorpus
from firth.errors import ConfigError, FirthWarning
from firth.gpu import GpuEngine, device
from firth.gpu.rows import DeviceRows
from firth.training import TrainConfig, train_corpus
from firth.training.checkpoints.folder import Checkpoints
from firth.training.engines.base import Sizes, Stretch
from firth.training.engines.team import ProcessorRows
from gpu_case import each_option_it_lacks, make_corpus
from gpus import is_interpreted
from processes import run_python
from thread_team import ThreadTeam

UNITS = [["tea", "milk"], ["tea", "sugar"]] * 20
CONFIG = TrainConfig(dim=8, window=3, sample=0, epochs=2, lr=0.1, workers=2)

# A machine has as many GPUs as workers, or the interpreter.
NEEDS_TWO = pytest.mark.skipif(
    not is_interpreted() and torch.cuda.device_count() < 2, reason="there are not two GPUs"
)
REPEATABLE = pytest.mark.skipif(not is_interpreted(), reason="a GPU adds in any order")


def sides(rows, where):
    """Return the tables of two workers, and their sides of an agreement."""
    rng, found = np.random.default_rng(1), []
    start = {"input": rng.normal(size=(23, 5)), "output": rng.normal(size=(19, 5))}
    rates = {"input": rng.random(20), "output": rng.random(19)}  # three rows are not shared
    for _ in range(2):
        tables = {name: where(table.astype(np.float32)) for name, table in start.items()}
        found.append((tables, Agreement(tables, rates, 2, rows, Rule(hot=4))))
    return found


def agree(found, where, back):
    """Train two workers at random, and bring rows together; return all tables and changes."""
    rng, seen = np.random.default_rng(2), []
    for step in (1, 2, 3, 4, None):
        for tables, agreement in found:
            for table in tables.values():
                table += where(rng.normal(size=table.shape).astype(np.float32))
            agreement.note_read(10)
        for piece in found[0][1].pieces(step):
            sent = [side.send(piece, 0.1, rounded=step is not None) for _, side in found]
            summed = sent[0].changes + sent[1].changes
            seen += [back(each.changes).copy() for each in sent]
            for (tables, side), own in zip(found, sent, strict=True):
                if step is not None:
                    # Training goes on while sums are on their way.
                    tables["input"] += where(rng.normal(size=(23, 5)).astype(np.float32))
                side.take(own, summed)
        seen += [back(table).copy() for tables, _ in found for table in tables.values()]
    return seen


def test_rows_are_brought_together_on_a_device_as_on_the_processor():
    where = device.choose_device()

    def upload(array):
        return torch.from_numpy(array).to(where)

    found = agree(sides(DeviceRows(where), upload), upload, lambda tensor: tensor.cpu().numpy())
    expected = agree(sides(ProcessorRows(), np.array), np.array, np.array)
    assert [each.tobytes() for each in found] == [each.tobytes() for each in expected]
    # The tables of the two workers, after all rows came together; three rows are each one's own.
    first, second = found[-4:-2], found[-2:]
    assert first[0][:20].tobytes() == second[0][:20].tobytes()
    assert first[1].tobytes() == second[1].tobytes()


def made_by(team, corpus):
    """Return an engine of a team, ready to train."""
    engine = cluster_engine(team, CutCorpus(corpus, 2))
    made = engine(CONFIG, corpus.vocabulary.counts, corpus.tokens, 1_000)
    made.compile()
    return made


@NEEDS_TWO
def test_after_a_stretch_both_workers_have_the_same_tables_and_a_smaller_loss():
    corpus, team = make_corpus(units=12), ThreadTeam(2, "gpu")
    made, size = made_by(team, corpus), corpus.tokens.size
    before, first = made.tables(), made.train(0, Stretch(0, 0, size, 0.0, 0.0))
    for epoch in range(2):
        made.train(0, Stretch(epoch, 0, size, 0.3, 0.0))
    here, there = (member.tables() for member in team.members)
    for name, table in here.items():
        assert table.tobytes() == there[name].tobytes() != before[name].tobytes()
    last = made.train(0, Stretch(0, 0, size, 0.0, 0.0))
    assert last[1] == first[1]
    assert last[0] < 0.97 * first[0]
    for member in team.members:
        assert issubclass(type(member._trainer._engine), GpuEngine)


@REPEATABLE
def test_lost_workers_go_on_from_a_checkpoint(tmp_path):
    corpus, team = make_corpus(units=12), ThreadTeam(2, "gpu")
    engine = cluster_engine(team, CutCorpus(corpus, 2))
    team.lose_after = [1]
    with (
        Checkpoints(tmp_path / "run", every=1e-6) as checkpoints,
        pytest.warns(FirthWarning, match=r"worker 1 was lost; went back to .*checkpoint-0"),
    ):
        found = train_corpus(corpus, CONFIG, engine=engine, checkpoints=checkpoints)
    undisturbed = train_corpus(
        corpus, CONFIG, engine=cluster_engine(ThreadTeam(2, "gpu"), CutCorpus(corpus, 2))
    )
    assert found.losses == undisturbed.losses
    for name, table in undisturbed.tables.items():
        assert table.tobytes() == found.tables[name].tobytes()


def test_checkpoints_of_processors_are_not_those_of_gpus(tmp_path):
    corpus = make_corpus()
    for name in ("hogwild", "gpu"):
        engine = cluster_engine(ThreadTeam(2, name), CutCorpus(corpus, 2))
        with Checkpoints(tmp_path / "run", resume=name == "gpu") as checkpoints:
            if name == "gpu":
                with pytest.raises(ConfigError, match="engine was 'cluster', is now 'gpu cluster'"):
                    train_corpus(corpus, CONFIG, engine=engine, checkpoints=checkpoints)
            else:
                train_corpus(corpus, CONFIG, engine=engine, checkpoints=checkpoints)


@NEEDS_TWO
def test_processes_of_torchrun_train_as_workers_in_threads(tmp_path):
    path, output = tmp_path / "text.txt", tmp_path / "vectors"
    path.write_text("tea milk sugar\ntea bread butter\nmilk tea cup\n" * 12)
    options = {"dim": 8, "epochs": 2, "sample": 0, "lr": 0.3, "subwords": "none"}
    arguments = [f"--{name}={value}" for name, value in options.items()]
    done = run_python(
        "-m", "torch.distributed.run", "--nproc-per-node", "2",
        "-m", "firth", "train", str(path), "--output", str(output), "--engine", "gpu",
        "--workers", "2", "--cluster", "torchrun", "--json", *arguments, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["words"] == 6
    found = firth.load(output)
    assert found.config["engine"] == "gpu"
    assert found.config["losses"][-1] < 0.97 * found.config["losses"][0]
    if is_interpreted():
        local = firth.train(path, engine="gpu", workers=2, **options)
        assert found.input_vectors.tobytes() == local.input_vectors.tobytes()


@each_option_it_lacks
def test_workers_refuse_what_the_engine_lacks_by_name(options):
    with pytest.raises(ConfigError, match=rf"engine='gpu' \(--engine gpu\).*{next(iter(options))}"):
        firth.train(UNITS, engine="gpu", workers=2, **options)


def one_gpu(monkeypatch):
    monkeypatch.setattr(device, "is_interpreted", lambda: False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)


@pytest.mark.parametrize("cluster", [None, "torchrun"])
def test_more_workers_than_gpus_are_refused_in_one_line(monkeypatch, cluster):
    one_gpu(monkeypatch)
    for name, value in [("RANK", "0"), ("WORLD_SIZE", "3")]:
        monkeypatch.setenv(name, value)
    units = iter(UNITS)
    with pytest.raises(ConfigError, match=r"3 workers share this machine .* finds 1;") as told:
        firth.train(units, engine="gpu", workers=3, cluster=cluster)
    assert "\n" not in str(told.value)
    # Nothing was read.
    assert next(units) == UNITS[0]


def test_each_process_of_torchrun_needs_a_gpu_of_its_machine(monkeypatch):
    from firth.cluster.torchrun import _place_here

    for name, value in [("RANK", "5"), ("WORLD_SIZE", "8"), ("LOCAL_RANK", "1")]:
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    assert _place_here() == (1, 4)
    monkeypatch.delenv("LOCAL_RANK")
    monkeypatch.delenv("LOCAL_WORLD_SIZE")
    assert _place_here() == (5, 8)


def test_a_worker_trains_on_the_gpu_of_its_number(monkeypatch):
    one_gpu(monkeypatch)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    made = GpuEngine.for_worker(1, 2)
    assert device.choose_device(made.number) == torch.device("cuda:1")
    assert made.gpus() == (0 if is_interpreted() else 1)
    assert device.choose_device(GpuEngine.number) == torch.device("cuda")


def test_what_was_agreed_on_counts_as_memory_of_the_gpu():
    config, sizes = TrainConfig(dim=100), Sizes(200_000)
    alone, with_others = (
        GpuEngine.device_memory(config.replace(workers=workers), sizes, 1_000) for workers in (1, 2)
    )
    copies = 2 * (4 * 100 + 8) * 200_000
    assert copies < with_others - alone < 3 * copies

"""Workers in processes of their own, by Ray and by torchrun: slow to start, so few tests."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from processes import begin_python, output_of, run_python

pytest.importorskip("ray")
pytest.importorskip("torch")

OPTIONS = [
    "--workers", "2", "--cluster", "auto", "--dim", "20", "--epochs", "6", "--subwords", "none",
    "--min-count", "1",
]  # fmt: skip
SECONDS = 120


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    rng = np.random.default_rng(0)
    words = np.minimum(rng.geometric(0.01, size=(30_000, 10)), 500)
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_text("".join(" ".join(f"w{k}" for k in line) + "\n" for line in words))
    return path


def command(text, output, *more):
    return ["-m", "firth", "train", str(text), "--output", str(output), *OPTIONS, *more]


def tables(folder):
    return (Path(folder) / "model.safetensors").read_bytes()


@pytest.fixture(scope="module")
def undisturbed(text):
    """Return what two workers make of the text, if nothing happens to them."""
    output = text.parent / "undisturbed"
    done = run_python(*command(text, output, "--json"), timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    # A program reads this: Ray has printed nothing.
    assert json.loads(done.stdout)["words"] > 100
    assert "ray" not in done.stderr.lower()
    return tables(output)


def begin_and_wait_for_a_checkpoint(text, output, folder):
    run = begin_python(
        *command(text, output, "--checkpoint", str(folder), "--checkpoint-every", "0.1s"),
        start_new_session=True,
    )
    began = time.monotonic()
    while not list(folder.glob("checkpoint-*")):
        assert run.poll() is None, run.communicate()
        assert time.monotonic() - began < SECONDS
        time.sleep(0.01)
    return run


def members_of(run):
    """Return the processes of a run's members."""
    listed = subprocess.run(["ps", "-eo", "pid,sid,args"], capture_output=True, text=True)
    found = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    parents = {int(pid): args for pid, _, args in found[1:]}
    return [
        pid
        for pid, args in parents.items()
        if args.startswith("ray::_MemberActor") and _descends_from(pid, run.pid)
    ]


def _descends_from(pid, ancestor):
    while pid > 1:
        if pid == ancestor:
            return True
        status = Path(f"/proc/{pid}/stat").read_text()
        pid = int(status.rpartition(")")[2].split()[1])
    return False


def test_a_killed_worker_is_replaced_and_the_vectors_are_the_same(text, undisturbed, tmp_path):
    output = tmp_path / "vectors"
    run = begin_and_wait_for_a_checkpoint(text, output, tmp_path / "run")
    os.kill(members_of(run)[-1], signal.SIGKILL)
    printed, told = run.communicate(timeout=SECONDS)
    assert run.returncode == 0, told
    assert re.search(r"firth: warning: worker [01] of 2 ended; went back to \S+, with new", told)
    assert "Traceback" not in told
    assert printed.count("\n") == 1
    assert tables(output) == undisturbed


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_run_resumes_to_the_same_vectors(text, undisturbed, tmp_path, how):
    output, folder = tmp_path / "vectors", tmp_path / "run"
    run = begin_and_wait_for_a_checkpoint(text, output, folder)
    os.killpg(run.pid, how)
    _, told = run.communicate(timeout=SECONDS)
    assert run.returncode == (130 if how == signal.SIGINT else -how), told
    resumed = run_python(
        *command(text, output, "--checkpoint", str(folder), "--resume"), timeout=SECONDS
    )
    assert resumed.returncode == 0, resumed.stderr
    assert "continues from" in resumed.stderr
    assert tables(output) == undisturbed


LOSING = """
import os
import sys
import time

import ray
from firth.cluster.ray_team import RayTeam
from firth.cluster.reading import merge
from firth.training.engines.recovery import WorkersLost

# Workers would give way to all other programs.
os.environ["RAY_worker_niceness"] = "0"
ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
team = RayTeam("auto", 2, 1, "hogwild")
team.start()
lost = team._actors[1]
ray.kill(lost)
# It answers for a moment longer.
for _ in range(1_000):
    try:
        ray.get(lost.address.remote())
        time.sleep(0.01)
    except ray.exceptions.RayActorError:
        break
else:
    sys.exit("the worker did not end")
try:
    team.call_merged("describe", merge)
except WorkersLost as error:
    print(error, team.is_running)
"""


def test_a_worker_may_be_lost_while_results_are_merged():
    done = run_python("-c", LOSING, timeout=SECONDS)
    assert done.stdout == "one of 2 workers ended False\n", done.stderr


PRETENDING = """
import os

import ray
from firth.cluster.ray_team import RayTeam
from firth.training.engines.hogwild import HogwildEngine

os.environ["RAY_worker_niceness"] = "0"
os.environ.pop("CUDA_VISIBLE_DEVICES", None)
# Ray counts GPUs that are not there, and the workers train on processors.
HogwildEngine.gpus = staticmethod(lambda: 1)
ray.init(address="local", num_cpus=2, num_gpus=2, include_dashboard=False, log_to_driver=False)
team = RayTeam("auto", 2, 1, "hogwild")
team.start()
seen = [actor.__ray_call__.remote(lambda _: os.environ["CUDA_VISIBLE_DEVICES"])
        for actor in team._actors]
print(sorted(ray.get(seen)))
team.close()
"""


def test_each_worker_sees_a_gpu_of_its_own():
    done = run_python("-c", PRETENDING, timeout=SECONDS)
    assert done.stdout == "['0', '1']\n", done.stderr


def test_processes_of_torchrun_give_the_same_vectors(text, undisturbed, tmp_path):
    output = tmp_path / "vectors"
    launcher = ["-m", "torch.distributed.run", "--nproc-per-node", "2"]
    done = run_python(*launcher, *command(text, output, "--cluster", "torchrun"), timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    assert tables(output) == undisturbed


@pytest.mark.slow
def test_runs_whose_workers_are_killed_at_random_end_with_the_same_bytes(text, tmp_path):
    report = tmp_path / "report.json"
    script = Path(__file__).parents[2] / "benchmarks" / "cluster_kill.py"
    output_of(script, text, "--runs", "5", "--output", report)
    found = json.loads(report.read_text())
    assert found["runs_that_ended"] == 5
    assert found["runs_that_differ"] == 0
    assert found["killed_command_resumes_to_the_same"]


def test_another_number_of_processes_than_workers_is_refused(text, tmp_path):
    environment = {**os.environ, "RANK": "0", "WORLD_SIZE": "3"}
    done = run_python(
        *command(text, tmp_path / "vectors", "--cluster", "torchrun"), env=environment
    )
    assert done.returncode == 1
    assert done.stderr == (
        "firth: torchrun has started 3 processes, and workers is 2: give --workers 3\n"
    )


def test_an_address_without_a_cluster_is_refused(text, tmp_path):
    done = run_python(*command(text, tmp_path / "v", "--cluster", "127.0.0.1:1"), timeout=SECONDS)
    assert done.returncode == 1
    assert done.stderr.startswith("firth: there is no Ray cluster at '127.0.0.1:1' (--cluster): ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "v").exists()


def test_a_cluster_with_too_few_processors_is_refused(text, tmp_path):
    script = (
        "import ray, sys; sys.argv[0] = 'firth'\n"
        "ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)\n"
        "from firth.__main__ import main\n"
        "sys.exit(main())"
    )
    arguments = command(text, tmp_path / "v")[2:]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, timeout=SECONDS
    )
    assert done.returncode == 1
    assert "the cluster has 1 processor, and the workers need 2: give fewer" in done.stderr

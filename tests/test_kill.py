"""Runs that are killed outright, at every step of a save or at random, and resumed."""

import json
import os
import signal
from pathlib import Path

import pytest

import firth
from processes import output_of

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "kill.py"

# Goes on with a run again and again. Each time it is killed at a later one of the steps that change
# the folder of its checkpoints, from the first, until one comes to its end. To start from a copy of
# this process saves importing and compiling.
PROGRAM = """
import itertools, json, os, signal, sys, warnings
from pathlib import Path
import numpy as np
import firth
from firth.training.checkpoints.folder import list_checkpoints

STEPS = {"os.mkdir", "os.remove", "os.rename", "os.rmdir"}
ids = np.random.default_rng(1).zipf(1.3, size=(400, 10)) % 200
units = [[f"w{k}" for k in unit] for unit in ids.tolist()] + [["new", "york", "w1"]] * 40

options = {**json.loads(sys.argv[1]), "min_count": 1, "deterministic": True, "threads": 1}

def train(**more):
    return firth.train(units, dim=8, epochs=3, holdout=0.05, **options, **more)

def is_a_step(event, path=None, mode=None, flags=0, *_):
    writes = event == "open" and flags & (os.O_WRONLY | os.O_RDWR)
    return "checkpoints" in str(path) and (writes or event in STEPS)

def train_until(step):
    steps = itertools.count(1)
    def watch(event, arguments):
        if is_a_step(event, *arguments) and next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(watch)
    train(checkpoint="checkpoints", resume=True).save("vectors")

warnings.simplefilter("ignore")
train().save("alone")
for step in itertools.count(1):
    child = os.fork()
    if child == 0:
        train_until(step)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    found = list_checkpoints(Path("checkpoints"))
    for checkpoint in found:
        firth.load(checkpoint)
    if status != signal.SIGKILL:
        break
    seen = {path.name[:12] for path in Path("checkpoints").glob("*")}
    print(json.dumps({"step": step, "checkpoints": len(found), "seen": sorted(seen)}))
sys.exit(status)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be copied here")
@pytest.mark.parametrize("options", [{}, {"subwords": "1-2", "phrases": 1}])
def test_a_run_killed_at_every_step_of_a_save_ends_with_the_bytes_of_one_left_alone(
    tmp_path, options
):
    output = output_of("-c", PROGRAM, json.dumps(options), cwd=tmp_path)
    kills = [json.loads(line) for line in output.splitlines()]
    assert len(kills) >= 10
    # Before the first checkpoint, with some, and in the midst of writing one.
    assert kills[0]["checkpoints"] == 0 < kills[-1]["checkpoints"]
    assert any(".checkpoint-" in kill["seen"] for kill in kills)
    names = {file.name for file in (tmp_path / "alone").iterdir()} - {"config.json"}
    assert len(names) == 2 + len(options)
    for name in names:
        killed, alone = (tmp_path / folder / name for folder in ("vectors", "alone"))
        assert killed.read_bytes() == alone.read_bytes()
    losses = [firth.load(tmp_path / name).config["losses"] for name in ("vectors", "alone")]
    assert losses[0] == losses[1]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_runs_killed_at_random_end_with_the_bytes_of_one_left_alone(tmp_path):
    report = tmp_path / "kill.json"
    output_of(SCRIPT, "--kills", "25", "--output", report)
    found = json.loads(report.read_text())
    assert found["kills"] >= 25
    assert found["runs_that_differ"] == 0
    assert found["runs_that_ended"] > 0
    # Of set-up, training, and the writing of a checkpoint; how long each takes depends on the load.
    assert len(found["where_they_fell"]) >= 2

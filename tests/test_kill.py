"""Runs that are killed outright, at moments drawn at random, and resumed."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "kill.py"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_killed_runs_end_with_the_bytes_of_one_left_alone(tmp_path):
    report = tmp_path / "kill.json"
    done = subprocess.run(
        [sys.executable, SCRIPT, "--kills", "25", "--output", report],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    found = json.loads(report.read_text())
    assert found["kills"] >= 25
    assert found["runs_that_differ"] == 0
    assert found["runs_that_ended"] > 0
    # Set-up, training, and the writing of a checkpoint.
    assert len(found["where_they_fell"]) == 3

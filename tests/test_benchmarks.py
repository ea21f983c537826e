"""The benchmarks that measure training and reading run, on a text of no size."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ("peak.py TEXT --rounds 1 --dim 8", "results"),
        ("read_speed.py TEXT --runs 1", "tokenizers"),
        ("train_speed.py TEXT --rounds 1 --epochs 1 --tools firth", "tools"),
    ],
)
def test_a_benchmark_runs(tmp_path, arguments, part):
    text = tmp_path / "text.txt"
    text.write_text("some words of a text that go round and round\n" * 2_000)
    script, _, *options = arguments.split()
    report = tmp_path / "report.json"
    command = [sys.executable, BENCHMARKS / script, text, *options, "--output", report]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(report.read_text())[part]

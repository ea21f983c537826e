"""The benchmarks that measure training and reading run, on a text of no size."""

import json
from pathlib import Path

import pytest

from processes import output_of

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
    output_of(BENCHMARKS / script, text, *options, "--output", report)
    assert json.loads(report.read_text())[part]

"""The benchmark of the explorer runs, with few words."""

import json
from pathlib import Path

from processes import output_of

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_the_explorer_is_timed(tmp_path):
    report = tmp_path / "report.json"
    options = ["--words", "300", "--dim", "8", "--rounds", "1", "--output", report]
    output_of(BENCHMARKS / "explorer_speed.py", *options)
    found = json.loads(report.read_text())
    assert len(found["runs"]) == 1
    after_data, after_opening, frames = found["median"].values()
    assert 0 < after_data < after_opening
    assert frames > 0
    assert str(tmp_path) not in report.read_text()
    assert found["command"].endswith("--words 300 --dim 8 --rounds 1")

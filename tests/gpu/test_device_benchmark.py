"""The benchmark of a GPU runs, on a text of no size."""

import json
from pathlib import Path

import pytest
import torch

from gpus import is_interpreted
from processes import output_of

SCRIPT = Path(__file__).parents[2] / "benchmarks/device.py"


def run(folder, *options):
    report = folder / "device.json"
    output_of(SCRIPT, "--texts", folder, "--tiny", "--out", report, *options)
    return json.loads(report.read_text())


def test_the_parts_are_measured_beside_the_bandwidth(tmp_path):
    found = run(tmp_path)
    assert (found["gpu"] == "none: interpreted") == is_interpreted()
    speeds = {name: part for name, part in found.items() if name.startswith("speed")}
    assert len(speeds) == 10
    for name, part in speeds.items():
        assert part["words_per_second"] > 0 < part["set_up_seconds"]
        assert 1 <= part["m"] <= 10
        assert 1 <= part["T"] <= 6
        # Input rows of a run, shared out, and output rows: each is passed over four times.
        rows = part["C"] / part["R"] + part["T"]
        assert part["bytes_per_window"] == pytest.approx(16 * 8 * rows, rel=0.1)
        assert ("share_of_bandwidth" in part) == ("(3, 6)" not in name)
    for model in ("skipgram", "cbow"):
        assert f"speed, {model}, Zipf, V 50" in speeds
        for engine in ("gpu", "hogwild"):
            seconds = found[f"quality, {model}, {engine}"]["seconds"]
            assert len(seconds) == (3 if engine == "gpu" else 1)
            assert min(seconds) > 0
    assert len(found["firth.torch.fit"]["losses"]) == 2
    of_two = found["quality, skipgram, two GPUs"]
    assert ("skipped" in of_two) == (torch.cuda.device_count() < 2)


def test_what_has_no_time_left_says_so(tmp_path):
    found = run(tmp_path, "--seconds", "0")
    assert found["bandwidth"] == {"skipped": "no time was left"}
    assert found["firth.torch.fit"] == {"skipped": "no time was left"}

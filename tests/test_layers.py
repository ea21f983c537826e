"""Imports point down only; the layers stand in pyproject.toml and docs/architecture.md."""

import subprocess
import sys
from pathlib import Path


def test_imports_point_down_only():
    lint = Path(sys.executable).with_name("lint-imports")
    root = Path(__file__).parents[1]
    command = [lint, "--no-cache"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "1 kept, 0 broken" in done.stdout

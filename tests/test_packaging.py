"""What is handed out: the sdist holds what its tests need."""

import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# The first three are in every sdist; the last is for the checkout alone.
NOT_NAMED = {"LICENSE", "pyproject.toml", ".gitignore", ".ci"}


def test_the_sdist_holds_all_of_the_checkout_but_what_is_for_ci():
    if not (ROOT / ".git").exists():
        pytest.skip("no checkout")
    tracked = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    names = {path.partition("/")[0] for path in tracked.splitlines()}
    assert names - set(included) == NOT_NAMED

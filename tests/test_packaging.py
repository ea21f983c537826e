"""What users download: the sdist has what its tests need, the wheel all files of the package."""

import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest

from processes import output_of

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


def test_the_wheel_holds_the_code_and_the_data_of_the_package(tmp_path):
    build = ["-m", "hatchling", "build", "--target", "wheel"]
    output_of(*build, "--directory", tmp_path, cwd=ROOT)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("firth/")}
    package = ROOT / "src" / "firth"
    files = [path for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert packed == {path.relative_to(package.parent).as_posix() for path in files}
    assert {"firth/lesson/en.toml", "firth/lesson/zh.toml", "firth/py.typed"} <= packed
    page = "firth/explorer/page"
    assert {f"{page}/index.html", f"{page}/main.js", f"{page}/points.js"} <= packed

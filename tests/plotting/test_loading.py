"""Matplotlib without a folder of its own, and with settings that it refuses."""

import os

import pytest

pytest.importorskip("matplotlib", reason="pictures need matplotlib (extra plot)")

from processes import run_python

FROM = ("MPLCONFIGDIR", "MPLBACKEND", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")


@pytest.fixture
def load(tmp_path):
    """Import a picture's module in a process of its own, with changed variables."""

    def load(**changes):
        others = {name: value for name, value in os.environ.items() if name not in FROM}
        code = "from firth.cli.app import _show_warnings; _show_warnings(); import firth.plotting\n"
        code += "firth.plotting.scatter"
        environment = {**others, "TMPDIR": str(tmp_path), **changes}
        return run_python("-c", code, cwd=tmp_path, env=environment)

    return load


@pytest.mark.parametrize(
    ("variable", "place"), [("MPLCONFIGDIR", "{}/x"), ("HOME", "its folder in your home")]
)
def test_a_folder_that_cannot_be_written_is_told_in_one_line(load, tmp_path, variable, place):
    file = tmp_path / "file"
    file.touch()
    done = load(**{variable: f"{file}/x"})
    assert done.returncode == 0
    told = f"Matplotlib cannot write to {place.format(file)}, and looks for all fonts again"
    # A slow machine is told that fonts are looked for, too.
    (line,) = [line for line in done.stderr.splitlines() if "building the font" not in line]
    assert line.startswith(f"firth: warning: {told}")
    assert "MPLCONFIGDIR" in line
    # Matplotlib's temporary folder is removed at the end.
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("folder", ["{}", "{}/matplotlibrc/x"])
def test_what_else_matplotlib_tells_is_told(load, tmp_path, folder):
    settings = tmp_path / "matplotlibrc"
    settings.write_text("font.size: many\n")
    done = load(MPLCONFIGDIR=folder.format(tmp_path), MATPLOTLIBRC=str(settings))
    assert (done.returncode, "Could not convert 'many' to float" in done.stderr) == (0, True)


def test_a_backend_that_matplotlib_refuses_is_told(load, tmp_path):
    done = load(MPLBACKEND="nonsense", MPLCONFIGDIR=str(tmp_path))
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("firth.errors.FirthError: cannot load Matplotlib: ")
    assert "'nonsense'" in last
    assert "MPLBACKEND" in last

"""Variables that Numba refuses or cannot read."""

import os

import pytest

from processes import run_python


@pytest.mark.parametrize(
    ("value", "code", "told", "fault"),
    [
        ("0", 1, "firth: cannot load Numba: ", "must be > 0"),
        ("many", 0, "firth: warning: Numba ignores a setting: ", "NUMBA_NUM_THREADS"),
    ],
)
def test_a_bad_variable_is_told_in_one_line(tmp_path, value, code, told, fault):
    (tmp_path / "text.txt").write_text("tea milk\n" * 9)
    environment = {**os.environ, "NUMBA_NUM_THREADS": value}
    done = run_python("-m", "firth", "count", "text.txt", cwd=tmp_path, env=environment)
    assert done.returncode == code
    (line,) = done.stderr.splitlines()
    assert line.startswith(told)
    assert fault in line
    assert line.endswith("; correct or unset the variable, whose name begins with NUMBA_")

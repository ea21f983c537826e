"""Compiled code is kept between processes, and a change of any source is noticed."""

import os
import shutil
from pathlib import Path

import pytest

import firth
from processes import output_of, run_python

MODULE = """
from firth.compilation import compiled, inlined
from helper import twice

@compiled
def twice_and_one(number):
    return twice(number) + 1
"""
PROGRAM = (
    "import runpy, sys; sys.path.insert(0, 'package'); import hot;"
    "print(hot.twice_and_one(20), sum(hot.twice_and_one.stats.cache_hits.values()))"
)


@pytest.fixture
def folder(tmp_path):
    """A package with a compiled function that calls one of another file."""
    (tmp_path / "package").mkdir()
    (tmp_path / "package/hot.py").write_text(MODULE)
    write_helper(tmp_path, factor=2)
    return tmp_path


def write_helper(folder, factor):
    (folder / "package/helper.py").write_text(
        "from firth.compilation import inlined\n"
        f"@inlined\ndef twice(number):\n    return {factor} * number\n"
    )


def run(folder, **environment):
    # Python takes bytecode for that of a file of the same size and the same second.
    settings = {"FIRTH_CACHE_DIR": str(folder / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    environment = {**os.environ, **settings, **environment}
    done = run_python("-W", "always", "-c", PROGRAM, cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr
    return done


def test_a_change_in_another_file_of_the_package_is_noticed(folder):
    assert run(folder).stdout == "41 0\n"
    write_helper(folder, factor=3)
    assert run(folder).stdout == "61 0\n"


def test_a_change_in_what_primitives_are_made_of_is_noticed(folder):
    own = folder / "firth"
    shutil.copytree(Path(firth.__file__).parent, own)
    environment = {"PYTHONPATH": str(folder)}
    assert run(folder, **environment).stdout == "41 0\n"
    emitter = own / "compilation/emitter.py"
    # The checkout may be one that cannot be written, and the copy has its modes.
    emitter.chmod(0o600)
    emitter.write_text(emitter.read_text("utf-8") + "# changed\n", "utf-8")
    assert run(folder, **environment).stdout == "41 0\n"


def test_code_for_every_width_of_vectors_is_kept_by_itself(folder):
    seen = [run(folder, FIRTH_VECTOR_WIDTH=width).stdout for width in ("4", "8", "4")]
    assert seen == ["41 0\n", "41 0\n", "41 1\n"]


def test_the_kernel_is_found_again():
    # In the cache of all tests: where it has the kernel already, the first process finds it too.
    program = (
        "import firth, sys; firth.train([['a', 'b']] * 9, dim=4, epochs=1, sample=0);"
        "from firth.training.worker import train_stretch as kernel;"
        "print(len(kernel.stats.cache_hits), len(kernel.stats.cache_misses),"
        "'numba.typed.typeddict' in sys.modules)"
    )
    first, second = (output_of("-W", "ignore", "-c", program) for _ in range(2))
    assert first[:3] in {"0 1", "1 0"}
    # Nothing was compiled, so Numba did not import what it can compile.
    assert second == "1 0 False\n"


@pytest.mark.parametrize("made", ["called", "optional"])
def test_what_only_compiled_code_can_call_does_not_end_a_process(made):
    program = f"""
import numba
from firth.compilation import {made}

@{made}
def twice(number):
    return 2 * number

@numba.njit
def four_times(number):
    return 2 * twice(number)

print(four_times(3))
try:
    twice(3)
except TypeError as error:
    print(error)
"""
    told = "12\nonly compiled functions can call twice\n"
    assert output_of("-c", program) == told

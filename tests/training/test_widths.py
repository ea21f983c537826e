"""Vector loops, lists and the kernel with vectors of every width, each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from firth.training.simd import primitives

HERE = Path(__file__).parent
TESTS = [HERE / "simd", HERE / "lists" / "test_windows.py", HERE / "test_kernel.py"]
# A process without the compiler, and long windows in Python, would take longer than all the rest.
QUICK = "not nothing_is_compiled and not (stretch_lists and 100)"

# Width 4 is that of processors without AVX: nor are other instructions to be used that they lack.
BASELINE = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}


@pytest.mark.parametrize("width", [4, 8, 16])
def test_training_holds_with_vectors_of(width):
    if width == primitives.WIDTH:
        pytest.skip("vectors have this width here, so the tests themselves are of it")
    processor = BASELINE if width == 4 else {}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", QUICK, *TESTS],
        env={**os.environ, "FIRTH_VECTOR_WIDTH": str(width), **processor},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_width_that_is_asked_for_is_used():
    program = "from firth.compilation import emitter; print(emitter.WIDTH, emitter.REGISTERS)"
    for width, registers in ((4, 16), (8, 16), (16, 32)):
        assert run(program, width) == f"{width} {registers}\n"


def test_a_width_that_there_is_not_is_told():
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run("import firth.training.simd.primitives", 12)
    assert "FIRTH_VECTOR_WIDTH must be 4, 8 or 16, got '12'" in caught.value.stderr


def run(program, width):
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "FIRTH_VECTOR_WIDTH": str(width)},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

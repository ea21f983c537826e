"""Fixtures of the tests of training."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from firth.training import simd

V3 = {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": "+avx,+avx2,+fma,+sse4.2"}


@pytest.fixture(
    params=[
        pytest.param(({"NUMBA_DISABLE_JIT": "1"}, simd.WIDTH), id="plain Python"),
        pytest.param(({"NUMBA_CPU_NAME": "generic"}, 4), id="baseline"),
        pytest.param((V3, 8), id="AVX2"),
    ]
)
def run_elsewhere(request) -> Callable[[str, str], None]:
    """Run a statement, with a test module's names, as another processor would.

    Parameters
    ----------
    path, statement : str
        The file of the module, and what to do in it.
    """
    environment, width = request.param
    if width > simd.WIDTH:
        pytest.skip("this processor has no AVX2")

    def run(path: str, statement: str) -> None:
        program = (
            "import runpy, numpy; numpy.seterr(over='ignore');"
            f"exec({statement!r}, runpy.run_path({path!r}));"
            "from firth.training import simd; print(simd.WIDTH)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, **environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert int(done.stdout) == width

    return run

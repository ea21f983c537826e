"""Fixtures of the tests of training."""

import os
import sys
from collections.abc import Callable

import pytest

from firth.errors import MissingExtraError
from firth.training.engines.registry import ENGINES, engine_named
from gpus import can_run_kernels, is_interpreted
from processes import output_of

# Tests of the contract that the GPU's engine does not take, and why.
NOT_INTERPRETED = {"test_planted_groups_are_found": "interpreted, it takes ten minutes"}
NOT_ON_A_GPU = {
    "test_the_workers_are_the_threads_or_one_if_deterministic": "the GPU's engine has one worker",
    "test_one_worker_gives_the_same_bytes": "additions on a GPU come in any order",
    "test_the_estimate_of_memory_is_what_it_takes": "tests/gpu tests what the device holds",
}


@pytest.fixture(params=ENGINES)
def engine(request):
    """Return the class of each engine that is there."""
    try:
        if request.param == "gpu":
            if not can_run_kernels():
                pytest.skip("scripts/test-gpu tests the engine of a GPU")
            left_out = NOT_ON_A_GPU | (NOT_INTERPRETED if is_interpreted() else {})
            if request.node.originalname in left_out:
                pytest.skip(left_out[request.node.originalname])
        return engine_named(request.param)
    except MissingExtraError as error:
        pytest.skip(str(error))


@pytest.fixture
def run_uncompiled() -> Callable[[str, str], None]:
    """Run a statement, with a test module's names, where Numba compiles nothing.

    Parameters
    ----------
    path, statement : str
        The file of the module, and what to do in it.
    """

    def run(path: str, statement: str) -> None:
        program = (
            "import runpy, numpy; numpy.seterr(over='ignore');"
            f"exec({statement!r}, runpy.run_path({path!r}))"
        )
        settings = {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
        output_of("-c", program, env={**os.environ, **settings})

    return run

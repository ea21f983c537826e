"""Fixtures of the tests of training."""

import os
import sys
from collections.abc import Callable

import pytest

from firth.errors import MissingExtraError
from firth.training.engines.registry import ENGINES, engine_named
from processes import output_of


@pytest.fixture(params=ENGINES)
def engine(request):
    """Return the class of each engine that is there."""
    try:
        # The GPU's engine has tests of its own, see scripts/test-gpu: interpreted, it is slow.
        if request.param == "gpu":
            pytest.skip("tests/gpu tests the engine of a GPU")
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

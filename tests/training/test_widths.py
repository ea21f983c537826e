"""Vector loops and the kernel with vectors of every width, each in a process of its own."""

import os
from pathlib import Path

import pytest

from firth.compilation.emitter import WIDTH
from processes import run_python

HERE = Path(__file__).parent
TESTS = [HERE / "simd", HERE / "test_kernel.py"]
# A process without the compiler would take longer than all the rest. Most of the time goes into
# compiling kernels, so those are left out whose vector loops others have too: of trees, which
# change only what is listed; of skip-gram with composed words, beside CBOW's; of lists that no text
# gives; of rounded factors.
QUICK = (
    "not nothing_is_compiled and not tree and not (words and skipgram) and not any_list "
    "and not factors"
)

# Width 4 is that of processors without AVX: nor are other instructions to be used that they lack.
BASELINE = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}


@pytest.mark.parametrize("width", [4, 8, 16])
def test_training_holds_with_vectors_of(width):
    if width == WIDTH:
        pytest.skip("vectors have this width here, so the tests themselves are of it")
    processor = BASELINE if width == 4 else {}
    options = ["-q", "-p", "no:cacheprovider", "-k", QUICK]
    done = run_with(width, "-m", "pytest", *options, *TESTS, **processor)
    assert done.returncode == 0, done.stdout + done.stderr


# Two tiles of targets at every width, and rows that are no whole vectors at any.
PROGRAM = """
import sys
import firth
text = [[str(k * k % 97 % 23) for k in range(i, i + 40)] for i in range(60)]
options = {"dim": 37, "negative": 9, "epochs": 2, "min_count": 1, "threads": 1}
vectors = firth.train(text, deterministic=sys.argv[1] == "deterministic", **options)
print(vectors.input_vectors.tobytes().hex())
"""


def test_a_deterministic_run_gives_the_same_bytes_with_vectors_of_every_width():
    found = {width: run_with(width, "-c", PROGRAM, "deterministic").stdout for width in (4, 8, 16)}
    assert len(found[4]) > 37
    assert found[4] == found[8] == found[16]
    # Otherwise scores are summed as is fastest, and the bytes differ. The code of this run is that
    # of the test above, so it is seldom compiled anew.
    fastest = run_with(16, "-c", PROGRAM, "fastest").stdout
    assert len(fastest) == len(found[16])
    assert fastest != found[16]


@pytest.mark.parametrize("asked", ["0", "1"])
def test_bfloat16_is_as_asked_for(asked):
    program = "from firth.compilation import emitter; print(int(emitter.BFLOAT16))"
    assert run_with(WIDTH, "-c", program, FIRTH_BFLOAT16=asked).stdout == f"{asked}\n"
    done = run_with(WIDTH, "-c", program, FIRTH_BFLOAT16="yes")
    assert "FIRTH_BFLOAT16 must be 0 or 1, got 'yes'" in done.stderr


def test_the_width_that_is_asked_for_is_used():
    program = "from firth.compilation import emitter; print(emitter.WIDTH, emitter.REGISTERS)"
    for width, registers in ((4, 16), (8, 16), (16, 32)):
        assert run_with(width, "-c", program).stdout == f"{width} {registers}\n"


def test_a_width_that_there_is_not_is_told():
    told = "FIRTH_VECTOR_WIDTH must be 4, 8 or 16, got '12'"
    assert told in run_with(12, "-c", "import firth.compilation.emitter").stderr


def run_with(width, *arguments, **environment):
    environment = {**os.environ, "FIRTH_VECTOR_WIDTH": str(width), **environment}
    return run_python(*arguments, env=environment)

"""The names of `firth.torch`, and what happens without PyTorch."""

import subprocess
import sys

import pytest

import firth.torch


def test_everything_in_all_is_there_and_nothing_else():
    for name in firth.torch.__all__:
        assert getattr(firth.torch, name) is not None
        # A module of the same name would take the place of what it holds.
        assert not isinstance(getattr(firth.torch, name), type(sys))
    assert sorted(dir(firth.torch)) == sorted(firth.torch.__all__)
    with pytest.raises(AttributeError, match="no attribute 'GloVe'"):
        _ = firth.torch.GloVe


def run(program):
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_without_pytorch_the_extra_is_named():
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "import firth.torch\n"
        "from firth.errors import MissingExtraError\n"
        "for use in (lambda: firth.torch.SkipGramNS,\n"
        "            lambda: firth.train([['a', 'b']] * 9, engine='torch')):\n"
        "    try: use()\n"
        "    except MissingExtraError as error: print(error)\n"
    )
    line = "torch is not installed; run: pip install 'firth[torch]'\n"
    assert run(program) == 2 * line


def test_the_kernel_needs_no_pytorch():
    program = "import firth.pipeline, firth.torch, sys; print('torch' in sys.modules)"
    assert run(program) == "False\n"

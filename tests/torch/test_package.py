"""The names of `firth.torch`, and what happens without PyTorch."""

from processes import output_of


def test_without_pytorch_the_extra_is_named():
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "import importlib, firth\n"
        "from firth.errors import MissingExtraError\n"
        "for use in (lambda: importlib.import_module('firth.torch'),\n"
        "            lambda: importlib.import_module('firth.torch.models'),\n"
        "            lambda: firth.train([['a', 'b']] * 9, engine='torch')):\n"
        "    try: use()\n"
        "    except MissingExtraError as error: print(error)\n"
    )
    line = "torch is not installed; run: pip install 'firth[torch]'\n"
    assert output_of("-c", program) == 3 * line


def test_the_kernel_needs_no_pytorch():
    program = "import firth.pipeline, sys; print('torch' in sys.modules)"
    assert output_of("-c", program) == "False\n"

"""Whether the kernels of the GPU's engine can run here."""

import os
from importlib.util import find_spec


def is_interpreted():
    """Return whether Triton's interpreter runs the kernels, on the processor."""
    return os.environ.get("TRITON_INTERPRET") == "1"


def can_run_kernels():
    """Return whether kernels can run: on a GPU, or interpreted, as scripts/test-gpu has them."""
    if not (find_spec("triton") and find_spec("torch")):
        return False
    if is_interpreted():
        return True
    import torch

    return torch.cuda.is_available()

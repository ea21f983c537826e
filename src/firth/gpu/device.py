"""The device that trains: a GPU that CUDA drives, or the processor where Triton interprets kernels.

Triton's interpreter (TRITON_INTERPRET=1 in the environment) runs programs one after another, in
NumPy: it is for tests.
"""

from __future__ import annotations

import socket
import threading
from contextlib import AbstractContextManager

import torch
from triton.runtime import JITFunction

from firth.errors import ConfigError, size_of
from firth.gpu.kernel import train_kernel

# Programs while they are interpreted: they run one after another in any case.
_INTERPRETED_PROGRAMS = 4
# The interpreter keeps the state of a launch in its module: one thread at a time.
_INTERPRETER = threading.Lock()
# Of the free memory of the device, as much is left to others.
_SPARE = 0.05


def is_interpreted() -> bool:
    """Return whether Triton's interpreter runs the kernels, on the processor."""
    return not isinstance(train_kernel, JITFunction)


def choose_device(number: int | None = None) -> torch.device:
    """Return the device that trains: the GPU of a number, or by default PyTorch's current one.

    Raises
    ------
    ConfigError
        If there is no GPU.
    """
    if is_interpreted():
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise ConfigError(
            "engine='gpu' (--engine gpu) needs a GPU with CUDA, and PyTorch finds none; give "
            "engine='hogwild' (--engine hogwild)"
        )
    return torch.device("cuda" if number is None else f"cuda:{number}")


def check_gpus(workers: int) -> None:
    """Raise ConfigError if there are fewer GPUs than workers on this machine."""
    if choose_device().type == "cpu":
        return
    found = torch.cuda.device_count()
    if found < workers:
        raise ConfigError(
            f"engine='gpu' (--engine gpu) needs a GPU for each worker: {workers} workers share "
            f"this machine ({socket.gethostname()}), and PyTorch finds {found}; give fewer workers "
            "(--workers, and --nproc-per-node of torchrun), or add machines"
        )


def programs_of(device: torch.device, per_processor: int) -> int:
    """Return how many programs a device runs at a time, with so many on each of its processors."""
    if device.type == "cpu":
        return _INTERPRETED_PROGRAMS
    return per_processor * int(torch.cuda.get_device_properties(device).multi_processor_count)


def streams_of(device: torch.device, number: int) -> list[torch.cuda.Stream | None]:
    """Return streams of a GPU; one None for the processor, which interprets one at a time."""
    if device.type == "cpu":
        return [None]
    return [torch.cuda.Stream(device) for _ in range(number)]  # type: ignore[no-untyped-call]


def on_stream(stream: torch.cuda.Stream | None) -> AbstractContextManager[object]:
    """Return a context in which work goes to a stream, or else has the interpreter to itself."""
    return _INTERPRETER if stream is None else torch.cuda.stream(stream)


def finish(device: torch.device) -> None:
    """Wait until a device has done all that it was given: one stream does not wait for others."""
    if device.type != "cpu":
        torch.cuda.synchronize(device)


def finish_own(device: torch.device) -> None:
    """Wait until a device has done what this thread gave it, on no stream of its own."""
    if device.type != "cpu":
        torch.cuda.current_stream(device).synchronize()


def free_memory(device: torch.device) -> int | None:
    """Return how many bytes are free on a GPU; None for the processor, whose memory is checked."""
    return None if device.type == "cpu" else int(torch.cuda.mem_get_info(device)[0])


def check_room(needed: int, free: int | None, what: str) -> None:
    """Raise ConfigError if a GPU has less free memory than a run needs.

    Examples
    --------
    >>> check_room(3_000_000_000, 2_000_000_000, "10 words in 3 dimensions")
    Traceback (most recent call last):
    ...
    firth.errors.ConfigError: training needs about 3.0 GB of the GPU's memory for 10 words in 3 \
dimensions, and 1.9 GB are free; lower dim (--dim) or max_vocab (--max-vocab), or give \
engine='hogwild' (--engine hogwild)
    """
    if free is not None and needed > (room := int(free * (1.0 - _SPARE))):
        raise ConfigError(
            f"training needs about {size_of(needed)} of the GPU's memory for {what}, and "
            f"{size_of(room)} are free; lower dim (--dim) or max_vocab (--max-vocab), or give "
            "engine='hogwild' (--engine hogwild)"
        )

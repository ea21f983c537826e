"""Run a command in a separate process, and measure it as a whole.

On Linux, the peak memory of a child is at least that of the process that starts it: the kernel
counts the memory that the child shares before it becomes another program. So keep the caller
small, and import nothing heavy into it before the last run.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# ru_maxrss counts kilobytes on Linux and bytes on macOS.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


@dataclass(frozen=True)
class Run:
    """A successful command: seconds of wall time, peak resident bytes, and its output."""

    seconds: float
    peak_bytes: int
    output: str


def environment(**more: str) -> dict[str, str]:
    """Return the environment for a process that runs like an installed program.

    An installed program has its bytecode on disk; a setting of the caller may forbid that.
    """
    kept = {name: value for name, value in os.environ.items() if name != _NO_BYTECODE}
    return {**kept, **more}


def call_apart(function: Callable[..., None], *arguments: object) -> None:
    """Call a function in a process of its own, so that this one stays small.

    Raises
    ------
    RuntimeError
        If it fails.
    """
    process = multiprocessing.get_context("spawn").Process(target=function, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{function.__name__} ended with exit code {process.exitcode}")


def run_in_thread(command: Sequence[str]) -> Run:
    """Run `command`, and measure it from start to end.

    Raises
    ------
    RuntimeError
        If it fails; the message ends with the last lines of its output.
    """
    with tempfile.TemporaryFile() as printed:
        began = time.perf_counter()
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env=environment(),
        ) as process:
            # Popen.wait does not return the resources that this child used.
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        output = printed.read().decode(errors="replace")
    if process.returncode != 0:
        tail = "\n".join(output.splitlines()[-20:])
        raise RuntimeError(f"{command[0]} ended with exit code {process.returncode}:\n{tail}")
    return Run(seconds, usage.ru_maxrss * PEAK_UNIT, output)

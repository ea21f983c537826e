"""Standard streams, which may be missing or full, and Ctrl-C.

This module is imported first, so it imports little.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import signal
import sys
from types import FrameType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TextIO

# The exit code that shells use: 128 plus the number of the signal.
INTERRUPTED = 128 + signal.SIGINT

# Whether this process is the command, which handles Ctrl-C; a test or another program is not.
_catches = False
_was_interrupted = False


class OutputError(OSError):
    """Standard output cannot be written."""


class _Stream:
    """A text stream that passes its errors to a handler; otherwise like the stream it wraps."""

    def __init__(self, stream: TextIO, handle_error: Callable[[OSError], None]) -> None:
        self._stream, self._handle_error = stream, handle_error

    def write(self, text: str) -> int:
        """Write a text."""
        try:
            return self._stream.write(text)
        except OSError as error:
            self._handle_error(error)
            return len(text)

    def flush(self) -> None:
        """Write what is left in the buffer."""
        try:
            self._stream.flush()
        except OSError as error:
            self._handle_error(error)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._stream, name)


def prepare_streams() -> None:
    r"""Make the standard streams reliable. Call this before any file is opened.

    Streams that are closed are opened, so that no other file gets their numbers. Bytes that cannot
    be decoded are read as in arguments, each as a lone surrogate, and where ASCII is expected,
    UTF-8 is read. Characters that a stream cannot encode are written as `\u4e2d`. A failed write
    to standard output raises an `OutputError`; a failed write to standard error is ignored.
    """
    _open_missing()
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if hasattr(sys.stdin, "reconfigure"):
        is_ascii = sys.stdin.encoding.lower() in ("ascii", "us-ascii", "ansi_x3.4-1968")
        encoding = "utf-8" if is_ascii else None
        # Where some of it was read before, it stays as it is.
        with contextlib.suppress(io.UnsupportedOperation):
            sys.stdin.reconfigure(encoding=encoding, errors="surrogateescape")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout = _Stream(sys.stdout, _raise_output_error)
    sys.stderr = _Stream(sys.stderr, _drop_errors)


def forget_output() -> None:
    """Drop the buffer of standard output, which would fail again on exit."""
    _to_nowhere(1)


def catch_interrupts() -> None:
    """Make Ctrl-C end the process at once with one line of output, unless it is ignored."""
    global _catches
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        _catches = True
        signal.signal(signal.SIGINT, _end)
        sys.unraisablehook = _send_again
        # The function that is registered first is called last.
        atexit.register(_exit_interrupted)


def raise_interrupts() -> None:
    """Make Ctrl-C raise a KeyboardInterrupt until `raise_no_more`, so that a run ends in order."""
    if _catches:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def raise_no_more(*, interrupted: bool = False) -> None:
    """Make Ctrl-C end the process again, if it did before.

    Parameters
    ----------
    interrupted : bool
        Whether a KeyboardInterrupt came meanwhile: the process then ends with its exit code.
    """
    global _was_interrupted
    if _catches:
        signal.signal(signal.SIGINT, _end)
        _was_interrupted = interrupted


def _exit_interrupted() -> None:
    """End with the exit code of an interrupt, if there was one.

    Python itself would send the signal again if the interrupt came while `exec` ran a string.
    """
    if _was_interrupted:
        os._exit(INTERRUPTED)


def _end(number: int, frame: FrameType | None) -> None:
    try:
        os.write(2, b"firth: interrupted\n")
    finally:
        os._exit(INTERRUPTED)


def _send_again(unraisable: sys.UnraisableHookArgs) -> None:
    """Send an interrupt again, a little later, if it came where nothing can be raised."""
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
        return
    import threading

    threading.Timer(0.05, _interrupt_main_thread).start()


def _interrupt_main_thread() -> None:
    if sys.platform == "win32":
        import _thread

        _thread.interrupt_main()
    else:
        import threading

        # A signal to this thread ends a system call that waits.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def _open_missing() -> None:
    """Open those of 0, 1 and 2 that are closed: reading returns nothing, writing to 1 fails."""
    for number, mode in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            # The system takes the lowest free number, which is this one.
            os.open(os.devnull, mode)


def _raise_output_error(error: OSError) -> None:
    if isinstance(error, BrokenPipeError):
        raise error
    raise OutputError(error.errno, error.strerror) from error


def _drop_errors(error: OSError) -> None:
    _to_nowhere(2)


def _to_nowhere(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)

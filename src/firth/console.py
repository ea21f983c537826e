"""What surrounds the command: standard streams that may be missing or full, and Ctrl-C.

Imported before anything else, so it imports little.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from types import FrameType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TextIO

# An exit code of 128 and the number of the signal, as shells have it.
INTERRUPTED = 128 + signal.SIGINT

# Whether Ctrl-C is the command's own affair; it is not in a test or another program.
_catches = False
_was_interrupted = False


class OutputError(OSError):
    """Standard output cannot be written."""


class _Stream:
    """A text stream whose failures are handled; else it is the stream itself."""

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
    r"""Make standard streams that can be relied on; call it before any file is opened.

    What was closed is opened, so that no other file gets its number. Characters that a stream
    cannot encode are written as `\u4e2d`. Writing to standard output raises an `OutputError` where
    it fails; what cannot be written to standard error is dropped.
    """
    _open_missing()
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout = _Stream(sys.stdout, _raise_output_error)
    sys.stderr = _Stream(sys.stderr, _drop_errors)


def forget_output() -> None:
    """Drop what is still to be written to standard output: it would fail once more on exit."""
    _to_nowhere(1)


def catch_interrupts() -> None:
    """Have Ctrl-C end the process at once, in one line, unless it is ignored."""
    global _catches
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        _catches = True
        signal.signal(signal.SIGINT, _end)
        sys.unraisablehook = _send_again
        # What is registered first is called last.
        atexit.register(_exit_interrupted)


def raise_interrupts() -> None:
    """Have Ctrl-C raise a KeyboardInterrupt for a while: what is half-done is put in order."""
    if _catches:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def raise_no_more(*, interrupted: bool = False) -> None:
    """Have Ctrl-C end the process again, if it did before; tell whether it came."""
    global _was_interrupted
    if _catches:
        signal.signal(signal.SIGINT, _end)
        _was_interrupted = interrupted


def _exit_interrupted() -> None:
    """End with the exit code of an interrupt, if there was one.

    Python itself would send the signal again, where it met a string of code that was running.
    """
    if _was_interrupted:
        os._exit(INTERRUPTED)


def _end(number: int, frame: FrameType | None) -> None:
    try:
        os.write(2, b"firth: interrupted\n")
    finally:
        os._exit(INTERRUPTED)


def _send_again(unraisable: sys.UnraisableHookArgs) -> None:
    """Have an interrupt that came where nothing can be raised come again a little later."""
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

        # Sent to this very thread, it ends a call of the system that waits.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def _open_missing() -> None:
    """Open what is closed of 0, 1 and 2: reading gives nothing, and writing to 1 fails."""
    for number, mode in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free, which is this one.
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

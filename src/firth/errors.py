"""The exceptions that Firth raises on purpose.

Each message is one line: what was given, what was expected, what to do::

    FirthError
    ├── ConfigError        an option that is out of range or does not fit another (ValueError)
    ├── CorpusError        a text that cannot be read, or has nothing to train on
    ├── VocabularyError    a word that has no vector (KeyError)
    ├── FormatError        a vector or evaluation file that is damaged or of an unknown format
    └── MissingExtraError  an optional dependency that is not installed (ImportError)

A `CorpusError` or `FormatError` about a file that does not exist is a `FileNotFoundError` too, one
about a text without words a `RuntimeError`, and one about a file that is cut short an `EOFError`.
A `FirthWarning` tells of doubtful settings or results; the work goes on. A run that is interrupted
after a checkpoint raises `Interrupted`, which is a `KeyboardInterrupt`.
"""

from __future__ import annotations

import contextlib
import errno
import sys
import warnings
from collections.abc import Iterator
from contextvars import ContextVar

_LONGEST = 200


def escape(text: str) -> str:
    r"""Return a text in which unprintable characters and line breaks are escaped.

    The joiners U+200C and U+200D, which belong to words, are not escaped.

    Examples
    --------
    >>> escape("tea\u2028\x1b[2Jmilk")
    'tea\\u2028\\x1b[2Jmilk'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\u200c\u200d" else repr(c)[1:-1] for c in text)


def one_line(text: str) -> str:
    r"""Return a text for a message: escaped to one line, with the middle of a long text left out.

    Examples
    --------
    >>> one_line("tea\u2028milk"), len(one_line("tea" * 1000))
    ('tea\\u2028milk', 205)
    """
    text = _shortened(text)
    escaped = escape(text)
    # A character that is not printable becomes up to ten.
    return escaped if escaped == text else _shortened(escaped)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the singular or the plural.

    Examples
    --------
    >>> counted(1, "word"), counted(2000, "word"), counted(2, "process")
    ('1 word', '2,000 words', '2 processes')
    """
    ending = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{ending}"


def size_of(number: int) -> str:
    """Return a number of bytes as people write it.

    Examples
    --------
    >>> size_of(1_250_000_000), size_of(999_999), size_of(0)
    ('1.2 GB', '1.0 MB', '0 bytes')
    """
    for power, unit in ((12, "TB"), (9, "GB"), (6, "MB"), (3, "kB")):
        # What rounds to 1,000 of a unit is 1 of the next.
        if number >= 10**power - 10**power // 20_000:
            return f"{number / 10**power:.1f} {unit}"
    return counted(number, "byte")


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 2 :]}"


class FirthError(Exception):
    r"""Base of every error that Firth raises on purpose.

    Paths and what other packages tell may hold line breaks and control characters, which are
    escaped.

    Examples
    --------
    >>> str(FirthError("cannot read tea\x1b[2J\nmilk"))
    'cannot read tea\\x1b[2J\\nmilk'
    """

    # KeyError shows the repr of its argument, and ImportError a copy of its own.
    __str__ = Exception.__str__

    def __init__(self, message: str = "") -> None:
        super().__init__(escape(message))


class ConfigError(FirthError, ValueError):
    """An option is out of range, or does not fit another one."""


class CorpusError(FirthError):
    """A text cannot be read, or has nothing to train on."""


class VocabularyError(FirthError, KeyError):
    """A word has no vector."""


class FormatError(FirthError):
    """A vector or evaluation file is damaged or of an unknown format."""


class NoWordsError(CorpusError, RuntimeError):
    """A text has no words to train on."""


class NothingToTrainError(CorpusError):
    """A text has words, of which no two stand together to be trained on."""


class CutShortError(FormatError, EOFError):
    """A vector file ends too early."""


class MissingTextError(CorpusError, FileNotFoundError):
    """There is no such text."""

    errno = errno.ENOENT


class MissingFileError(FormatError, FileNotFoundError):
    """There is no such vector or evaluation file."""

    errno = errno.ENOENT


# What is raised in place of an error if a file does not exist.
_OF_MISSING: dict[type[FirthError], type[FirthError]] = {
    CorpusError: MissingTextError,
    FormatError: MissingFileError,
}


class MissingExtraError(FirthError, ImportError):
    """An optional dependency is not installed.

    Parameters
    ----------
    package : str
        The package that could not be imported.
    extra : str, optional
        The extra of Firth that installs it, if there is one.

    Examples
    --------
    >>> str(MissingExtraError("rjieba", "chinese"))
    "rjieba is not installed; run: pip install 'firth[chinese]'"
    >>> str(MissingExtraError("wandb"))
    'wandb is not installed; run: pip install wandb'
    """

    def __init__(self, package: str, extra: str | None = None) -> None:
        what = package if extra is None else f"'firth[{extra}]'"
        super().__init__(f"{package} is not installed; run: pip install {what}")
        self.package, self.extra = package, extra

    def __reduce__(self) -> tuple[object, ...]:
        """Return how to make a copy, for `pickle`."""
        return type(self), (self.package, self.extra), self.__dict__


@contextlib.contextmanager
def reraise(
    kind: type[FirthError], action: str, *errors: type[Exception], advice: str = ""
) -> Iterator[None]:
    """Raise an error of Firth in place of others, with what was tried and why it failed.

    An error of Firth that is one of the system too tells that already, and stays.

    Parameters
    ----------
    kind : type
        The error to raise.
    action : str
        What is tried, such as `read text.txt`.
    *errors : type
        The exceptions to replace, by default those of the system.
    advice : str
        What the user can do.
    """
    replaced = errors or (OSError,)
    try:
        yield
    except replaced as error:
        if isinstance(error, FirthError) and isinstance(error, OSError):
            raise
        if isinstance(error, FileNotFoundError):
            kind = _OF_MISSING.get(kind, kind)
        # A MemoryError has no message.
        reason = getattr(error, "strerror", None) or str(error) or "not enough memory"
        message = f"cannot {action}: {reason}"
        raise kind(f"{message}; {advice}" if advice else message) from error


def note_function(error: Exception, option: str, given: object) -> None:
    """Note in the traceback of an error that a function of the user raised it, and for what.

    Examples
    --------
    >>> error = ValueError("no such letter")
    >>> note_function(error, "subwords", "tea")
    >>> error.__notes__
    ["the function that was given as subwords raised this for 'tea'"]
    """
    told = one_line(repr(given))
    error.add_note(f"the function that was given as {option} raised this for {told}")


class FirthWarning(UserWarning):
    """A setting or a result is probably not what the user intended."""


NO_MORE_THREADS = (
    "the system starts no more threads for this process; raise the limit of processes "
    "(ulimit -u, or that of a container)"
)


def lacks_threads(error: BaseException) -> bool:
    """Return whether an error says that the system starts no more threads.

    Examples
    --------
    >>> lacks_threads(RuntimeError("can't start new thread"))
    True
    >>> lacks_threads(RuntimeError("a fault"))
    False
    """
    # Python has no exception of its own for it.
    return isinstance(error, RuntimeError) and str(error).startswith("can't start new thread")


@contextlib.contextmanager
def reraise_lack_of_threads(advice: str = "") -> Iterator[None]:
    """Raise a `FirthError` in place of the error of Python that no thread can be started."""
    try:
        yield
    except RuntimeError as error:
        if not lacks_threads(error):
            raise
        raise FirthError(NO_MORE_THREADS + advice) from error


# What was told already, while the same is done several times.
_TOLD: ContextVar[set[str] | None] = ContextVar("_TOLD", default=None)


@contextlib.contextmanager
def told_once() -> Iterator[None]:
    """Let `warn_once` tell no message twice, while the same is done several times."""
    token = _TOLD.set(set())
    try:
        yield
    finally:
        _TOLD.reset(token)


def warn_once(message: str) -> None:
    """Issue a `FirthWarning` as `warn` does, unless it was told already within `told_once`."""
    told = _TOLD.get()
    if told is None or message not in told:
        warn(message)
    if told is not None:
        told.add(message)


def warn(message: str) -> None:
    """Issue a `FirthWarning` at the line outside of this package that led to it."""
    # A `with` of this package may stand between, which is no line of the user.
    inner = (__package__, contextlib.__name__)
    level, frame = 1, sys._getframe()
    while frame.f_back and frame.f_globals.get("__name__", "").split(".")[0] in inner:
        level, frame = level + 1, frame.f_back
    warnings.warn(escape(message), FirthWarning, stacklevel=level)


class Interrupted(KeyboardInterrupt):
    """Training was interrupted. The message tells how to resume it.

    Parameters
    ----------
    message : str
        One line.
    signal : int
        The number of the signal that interrupted it.
    """

    def __init__(self, message: str, signal: int) -> None:
        super().__init__(escape(message))
        self.signal = signal

    def __reduce__(self) -> tuple[object, ...]:
        """Return how to make a copy, for `pickle`."""
        return type(self), (str(self), self.signal), self.__dict__

"""Files in object stores and on web servers, named by URLs: s3://, gs://, hdfs://, https://, ...

They are read by fsspec, which is imported when the first URL is met. A store's own package (s3fs,
gcsfs, ...) has the credentials, and tries again where a request fails.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard, TypeVar
from urllib.parse import urlsplit

from firth.errors import CorpusError, FirthError, MissingExtraError, MissingTextError, one_line

# A drive of Windows has one letter.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_LOCAL = ("file", "local")
_WEB = ("http", "https")
# What tells a file from what it was, where a store has it.
_VERSIONS = (
    "ETag", "etag", "Content-MD5", "Digest", "Last-Modified", "LastModified", "last_modified",
    "updated", "mtime", "modified", "created",
)  # fmt: skip
# Bytes of a request, unless a caller wants fewer.
_BLOCK_BYTES = 8 << 20
# Requests that look at files and wait for each other's answers no longer than needed.
_AT_ONCE = 16

Given = TypeVar("Given")
Found = TypeVar("Found")


def is_url(given: object) -> bool:
    r"""Return whether a source is named by a URL.

    Examples
    --------
    >>> [is_url(name) for name in ("s3://texts/a.txt", "a.txt", r"C:\a.txt", "-")]
    [True, False, False, False]
    """
    return isinstance(given, str) and _URL.match(given) is not None


def names_other_place(given: object) -> TypeGuard[str | os.PathLike[str]]:
    r"""Return whether a path is a URL, which may have lost a slash on its way through `Path`.

    Examples
    --------
    >>> [names_other_place(path) for path in ("s3://texts/a", Path("s3://texts/a"), "texts/a")]
    [True, True, False]
    """
    if not isinstance(given, str | os.PathLike) or not isinstance(path := os.fspath(given), str):
        return False
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]+:(?=[/\\])", path)
    # A folder of such a name is possible.
    return scheme is not None and not os.path.lexists(scheme[0])


def local_path(url: str) -> Path | None:
    """Return the path of a URL that names a file of this machine, else None.

    Examples
    --------
    >>> local_path("file:///texts/a.txt").as_posix(), local_path("s3://texts/a.txt")
    ('/texts/a.txt', None)
    """
    if _protocol(url) not in _LOCAL:
        return None
    # It imports half of the standard library.
    from urllib.request import url2pathname

    return Path(url2pathname(urlsplit(url).path))


def public_name(url: str | os.PathLike[str]) -> str:
    """Return a URL as messages and records show it: without a password, or a key in its query.

    Examples
    --------
    >>> public_name("https://me:secret@host/a.txt?key=secret"), public_name("s3://texts/a?.txt")
    ('https://host/a.txt?...', 's3://texts/a?.txt')
    """
    scheme, _, rest = os.fspath(url).partition(":")
    rest = rest.lstrip("/")
    host, slash, path = rest.partition("/")
    # In abfs://container@account the part before the sign is no user.
    if ":" in host.rpartition("@")[0] or scheme.lower() in _WEB:
        host = host.rpartition("@")[2]
    if scheme.lower() in _WEB and "?" in path:
        path = path.partition("?")[0] + "?..."
    return one_line(f"{scheme}://{host}{slash}{path}")


@dataclass(frozen=True)
class RemoteFile:
    """A file that a URL names, as it was when it was found.

    Parameters
    ----------
    url : str
        The URL that a caller gave, which tells where the file lies.
    place : str
        Its name there.
    name : str
        How messages name it.
    size : int or None
        Its bytes, None where the server does not tell.
    version : tuple of (str, str)
        What the store has to tell it from what it was: checksums and times, by their names.
    in_ranges : bool
        Whether any range of its bytes can be read without those before it.
    """

    url: str
    place: str
    name: str
    size: int | None
    version: tuple[tuple[str, str], ...]
    in_ranges: bool

    def __str__(self) -> str:
        """Return how messages name it."""
        return self.name

    @contextlib.contextmanager
    def open(self, mode: str = "rb", buffering: int = _BLOCK_BYTES) -> Iterator[RemoteReader]:
        """Open it to read its bytes.

        Parameters
        ----------
        mode : {"rb"}
            As for a `Path`.
        buffering : int
            The bytes of a request.

        Raises
        ------
        CorpusError
            If it cannot be read, or has changed since it was found.
        """
        assert mode == "rb"
        with _about(self.name, self.place):
            store, _ = _store_of(self.url)
            details = store.info(self.place)
            if self._has_changed(details):
                raise CorpusError(
                    f"cannot read {self.name}: it has changed since this run found it; give a text "
                    "that nobody writes to"
                )
            how: dict[str, Any] = {"block_size": buffering if self.in_ranges else 0}
            if _protocol(self.url) in _WEB:
                # By default it asks for most bytes twice.
                how["cache_type"] = "readahead"
            opened = store.open(self.place, "rb", **how)
        try:
            yield RemoteReader(opened, self)
        finally:
            # What fails here was read already.
            with contextlib.suppress(Exception):
                opened.close()

    def _has_changed(self, details: dict[str, Any]) -> bool:
        # A listing may tell less than a store says of one file.
        before, now = dict(self.version), dict(_version_of(details))
        is_other = any(before[key] != now[key] for key in before.keys() & now.keys())
        return is_other or details.get("size") != self.size

    def head(self, size: int) -> bytes:
        """Return its first bytes: so many of them, or all."""
        with self.open("rb", size) as file:
            return file.read(size)


class RemoteReader:
    """A remote file that is open. Its errors are CorpusErrors that name it."""

    def __init__(self, opened: Any, file: RemoteFile) -> None:  # noqa: ANN401
        self._opened, self._file, self._place = opened, file, 0

    def read(self, size: int) -> bytes:
        """Return the next bytes: `size` of them, fewer only at the end."""
        blocks, left = [], size
        with _about(self._file.name, self._file.place):
            while left and (block := self._opened.read(left)):
                blocks.append(block)
                left -= len(block)
        self._place += size - left
        whole = self._file.size
        if left and whole is not None and self._place < whole:
            raise CorpusError(
                f"cannot read {self._file.name}: the connection ended after {self._place:,} of "
                f"{whole:,} bytes"
            )
        return b"".join(blocks)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a byte; return its number."""
        with _about(self._file.name, self._file.place):
            self._opened.seek(offset, whence)
            self._place = self._opened.tell()
        return self._place


def find_remote(url: str) -> tuple[list[RemoteFile], bool]:
    """Return the files that a URL names, and whether it is a folder or a pattern.

    Hidden files, and what is in hidden folders, are left out of both, as for local paths.

    Raises
    ------
    CorpusError
        If there is no such file, none that matches or none in the folder, or the server cannot be
        asked.
    MissingExtraError
        If the package for the protocol is not installed.
    """
    name = public_name(url)
    if "::" in url:
        raise CorpusError(f"cannot read {name}: URLs in a chain (::) are not supported")
    store, place = _store_of(url)
    with _about(name, place):
        # Another run in this process may have listed it before.
        store.invalidate_cache()
        is_web = _protocol(url) in _WEB
        found = _search(store, place, is_web=is_web)
        if found is None:
            return [_inspect(store, url, name, store.info(place))], False

    def inspect(each: str) -> RemoteFile:
        full = public_name(store.unstrip_protocol(each))
        with _about(full, each):
            # What a listing tells of a file may look different.
            return _inspect(store, url, full, store.info(each))

    visible = sorted(each for each in found if not _is_hidden(each, place))
    if not visible:
        if _is_pattern(place, is_web=is_web):
            raise MissingTextError(f"no file matches {name}")
        raise CorpusError(f"{name} holds no files (hidden ones are left out)")
    return at_once(inspect, visible), True


def at_once(work: Callable[[Given], Found], given: Sequence[Given]) -> list[Found]:
    """Return what a function returns for each of several things, for some of them at a time."""
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return list(threads.map(work, given))


def _search(store: Any, place: str, *, is_web: bool) -> list[str] | None:  # noqa: ANN401
    """Return the files in a folder, or those that a pattern matches; None for a file."""
    # On the web, a folder is a page of links.
    if _is_pattern(place, is_web=is_web):
        found = store.glob(place, detail=True)
        if not found and not is_web and store.exists(place):
            return None
    elif place.endswith("/") if is_web else store.info(place)["type"] == "directory":
        found = store.find(place, detail=True)
    else:
        return None
    return [
        name
        for name, details in found.items()
        if details["type"] == "file" and not name.endswith("/")
    ]


def _is_pattern(place: str, *, is_web: bool) -> bool:
    # On the web, a question mark begins a query. A host may have brackets.
    path = place.split("://")[-1].partition("/")[2] if is_web else place
    return re.search(r"[*\[]" if is_web else r"[*?\[]", path) is not None


def _inspect(store: Any, url: str, name: str, details: dict[str, Any]) -> RemoteFile:  # noqa: ANN401
    """Return a file of which a store has told the details."""
    place, size = details["name"], details.get("size")
    if size is None or not details.get("partial", True):
        in_ranges = False
    else:
        in_ranges = _protocol(url) not in _WEB or _serves_ranges(store, place, size)
    return RemoteFile(url, place, name, size, _version_of(details), in_ranges)


def _serves_ranges(store: Any, place: str, size: int) -> bool:  # noqa: ANN401
    """Return whether a web server sends a part of a file if it is asked for it."""
    if size < 2:
        return True
    with store.open(place, "rb", block_size=1, cache_type="none", size=size) as file:
        file.seek(size - 1)
        try:
            return len(file.read(1)) == 1
        except ValueError:
            # fsspec's word for a server that sends the whole file.
            return False


def _version_of(details: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(details[key])) for key in _VERSIONS if details.get(key) is not None)


def _is_hidden(place: str, root: str) -> bool:
    fixed = re.split(r"[*?\[]", root)[0].rpartition("/")[0] if re.search(r"[*?\[]", root) else root
    return any(part.startswith(".") for part in place.removeprefix(fixed).split("/"))


def _protocol(url: str) -> str:
    return url.partition("://")[0].lower()


def _store_of(url: str) -> tuple[Any, str]:
    """Return fsspec's file system for a URL, and the name there."""
    try:
        core = importlib.import_module("fsspec.core")
    except ImportError as error:
        raise MissingExtraError("fsspec", "data") from error
    name, protocol = public_name(url), _protocol(url)
    try:
        core.get_filesystem_class(protocol)
        store, place = core.url_to_fs(url)
    except ImportError as error:
        # fsspec's own message has the package in the error before it.
        cause = error.__cause__ if isinstance(error.__cause__, ImportError) else error
        package = (cause.name or protocol).partition(".")[0]
        raise MissingExtraError(package, "data" if protocol in _WEB else None) from error
    except Exception as error:
        reason = _reason(error, url, name)
        if reason.startswith("Protocol not known"):
            reason = f"fsspec knows no protocol {protocol!r}"
        raise CorpusError(f"cannot read {name}: {reason}") from error
    return store, place


@contextlib.contextmanager
def _about(name: str, place: str) -> Iterator[None]:
    """Raise a CorpusError that names a file in place of whatever a store's package raises."""
    try:
        yield
    except FirthError:
        raise
    except Exception as error:
        kind = MissingTextError if _is_missing(error) else CorpusError
        raise kind(f"cannot read {name}: {_reason(error, place, name)}") from error


def _is_missing(error: BaseException) -> bool:
    """Return whether an error tells that there is no such file, not that a server refused."""
    if not isinstance(error, FileNotFoundError):
        return False
    cause = error.__cause__
    if cause is None or isinstance(cause, FileNotFoundError):
        return True
    return getattr(cause, "status", None) == 404


def _reason(error: BaseException, place: str, name: str) -> str:
    """Return why something failed; a key in the query of a URL stays secret."""
    if _is_missing(error):
        return "no such file"
    if isinstance(error, FileNotFoundError) and error.__cause__ is not None:
        # The web server did not answer, or refused.
        error = error.__cause__
    text = str(error) or type(error).__name__
    return one_line(text.replace(place, name) if is_url(place) else text)

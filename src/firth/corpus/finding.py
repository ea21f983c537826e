"""Finding the texts that a caller names: files, folders, patterns, URLs, standard input."""

from __future__ import annotations

import contextlib
import glob
import itertools
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from firth.corpus.sources import STANDARD_INPUT, Identity, TextFile, identity_of
from firth.errors import CorpusError, MissingTextError, one_line, reraise
from firth.io.contents import FOLDER_OF_VECTORS, HEAD_BYTES, Kind, kind_of, kind_of_bytes
from firth.io.remote import (
    RemoteFile,
    at_once,
    find_remote,
    is_url,
    local_path,
    names_other_place,
    public_name,
)

# How a message names the files in a folder that are not text.
_KINDS: Mapping[Kind, str] = {
    "vectors": "vectors",
    "script": "a script for PostgreSQL",
    "log": "the log of a run",
    "picture": "a picture",
    "tensors": "tensors",
    "phrases": "phrases",
    "page": "a page of Firth",
}
# How many names are looked for before strings are taken for sentences.
_NAMES_TRIED = 1_000
SPLIT_SENTENCES = "[sentence.split() for sentence in sentences]"


def find_text(source: object, leave_out: Sequence[Path] = ()) -> list[TextFile] | None:
    """Return the files that `source` names, or None if it names none and holds tokens itself.

    Parameters
    ----------
    source : object
        A path to a file or to a folder (all files in it and below, sorted, without hidden ones),
        a glob pattern, a URL of any of these, `"-"` for standard input, or a list or tuple of
        those.
    leave_out : sequence of Path
        Files and folders that are not part of a folder or pattern, since the run itself writes
        them.

    Raises
    ------
    CorpusError
        If strings are sentences or words rather than paths; if a path does not exist, a pattern
        matches no file, or a folder holds none; if a folder or pattern names vectors, the log of a
        run, a picture or tensors; if standard input or a pipe is named twice.
    """
    given = source if isinstance(source, list | tuple) else [source]
    paths = [path for path in given if isinstance(path, str | os.PathLike)]
    if not paths or len(paths) < len(given):
        return None
    names = [path for path in paths if isinstance(path, str)]
    if len(names) == len(paths):
        _refuse_sentences(names)
    files = [file for path in paths for file in _files_of(path, leave_out)]
    _refuse_streams_named_twice(files)
    return files


def without_own(source: Sequence[str], own: Iterable[Path | None]) -> list[str]:
    """Return texts without the files that a command writes and a folder or pattern would find.

    If one of these exists, folders and patterns become lists of their files. Else all is returned
    as it is given.
    """
    written = [path for path in own if path is not None and os.path.lexists(path)]
    if not written:
        return list(source)
    texts: list[str] = []
    for each in source:
        found = None if is_url(each) else find_text([each], written)
        paths = [file.path for file in found or ()]
        texts += [each] if paths in ([], [None], [Path(each)]) else map(str, paths)
    return texts


def names_text(source: object, path: Path) -> bool:
    """Return whether a file that exists is one of the texts that `source` names.

    In a folder, or among the matches of a pattern, vectors and logs of a run are not texts.
    """
    wanted = identity_of(path)
    is_text = kind_of(path) is None and path.stat().st_size > 0
    for each in source if isinstance(source, list | tuple) else [source]:
        # What cannot be found is reported when it is read.
        with contextlib.suppress(OSError):
            if isinstance(each, str | os.PathLike) and wanted in _identities(each, is_text):
                return True
    return False


def _identities(source: str | os.PathLike[str], is_text: bool) -> Iterator[Identity]:
    """Yield the identities of the files that `source` names; those it finds only if `is_text`."""
    if source == STANDARD_INPUT:
        yield identity_of(None)
        return
    path = _path_of(source)
    if path is None:
        return
    found = _search(path, ())
    if found is None:
        yield identity_of(path)
    elif is_text:
        yield from map(identity_of, found)


def _path_of(source: str | os.PathLike[str]) -> Path | None:
    """Return the path that a source is on this machine; None for a URL of another place."""
    if isinstance(source, str) and is_url(source):
        return local_path(source)
    if isinstance(source, Path) and names_other_place(source):
        raise CorpusError(f"cannot read {public_name(source)}: give a URL as a str, not as a Path")
    return Path(source)


def _refuse_sentences(paths: Sequence[str]) -> None:
    """Raise `CorpusError` if strings are sentences or words rather than paths, or one is empty.

    They are if none names a file or folder, and one has white space or there are several and none
    looks like a path.
    """
    tried = paths[:_NAMES_TRIED]
    if not any(map(_names_something, tried)):
        are_sentences = any(len(path.split()) > 1 for path in tried)
        look_like_paths = any(sign in path for path in tried for sign in (".", "/", os.sep))
        if are_sentences or (len(paths) > 1 and not look_like_paths):
            first = one_line(repr(paths[0]))
            several = f"none of {len(paths):,} strings names a file, the first is {first}"
            raise CorpusError(
                f"{several if len(paths) > 1 else f'there is no file {first}'}; to train on "
                f"sentences themselves, give lists of words in Python: {SPLIT_SENTENCES}"
            )
    if "" in paths:
        raise CorpusError("a path must not be empty, got ''")


def _refuse_streams_named_twice(files: Sequence[TextFile]) -> None:
    """Raise `CorpusError` if what can be read only once is named twice."""
    streams = [file for file in files if file.is_stream] if len(files) > 1 else []
    places = [file.place for file in streams]
    for number, file in enumerate(streams):
        if file.place in places[:number]:
            raise CorpusError(f"{file.name} is named twice, and can be read only once")


def _names_something(path: str) -> bool:
    """Return whether a path names a file, a folder, a pattern that matches, or standard input."""
    if not path or path == STANDARD_INPUT or is_url(path):
        return bool(path)
    try:
        return Path(path).exists() or (glob.has_magic(path) and any(_matches(path)))
    except (OSError, ValueError):
        # It is too long for a name, or holds a NUL.
        return False


def _files_of(source: str | os.PathLike[str], leave_out: Sequence[Path]) -> list[TextFile]:
    if source == STANDARD_INPUT:
        return [TextFile(None)]
    path = _path_of(source)
    if path is None:
        return _remote_files(os.fspath(source))
    # The system may refuse to look at a path, such as a name that is too long.
    with reraise(CorpusError, f"read {one_line(os.fspath(source))}"):
        found = _search(path, leave_out)
        if found is None:
            return [TextFile(path)]
        paths = sorted(found)
        if not paths:
            if path.is_dir():
                raise CorpusError(f"{path} holds no files (hidden ones are left out)")
            raise MissingTextError(f"no file matches {path}")
        _check_texts(path, paths)
        return [TextFile(match) for match in paths]


def _remote_files(url: str) -> list[TextFile]:
    """Return the files that a URL names."""
    found, are_several = find_remote(url)
    if are_several:
        _check_remote_texts(found)
    return [TextFile(file) for file in found]


def _check_remote_texts(files: Sequence[RemoteFile]) -> None:
    """Raise `CorpusError` if one of the files of a folder or pattern is not text."""
    heads = at_once(lambda file: b"" if file.size == 0 else file.head(HEAD_BYTES), files)
    for file, head in zip(files, heads, strict=True):
        kind = kind_of_bytes(head, file.size or len(head))
        if kind is not None:
            raise CorpusError(
                f"{file} holds {_KINDS[kind]}, not text; move it away, or name the texts only"
            )


def _search(path: Path, leave_out: Sequence[Path]) -> Iterable[Path] | None:
    """Return the files in a folder, or those that a pattern matches; None for a path to a file."""
    own = set(map(identity_of, leave_out)) - {None}
    if path.is_dir():
        if identity_of(path) in own:
            raise CorpusError(
                f"cannot read the texts in {path}: the run itself writes into that folder; give it "
                "another for what it writes"
            )
        found, root = _files_below(path), path
    elif path.exists() or not glob.has_magic(str(path)):
        return None
    else:
        found = map(Path, _matches(str(path)))
        root = Path(*itertools.takewhile(lambda part: not glob.has_magic(part), path.parts))
    return (file for file in found if file.is_file() and not (own and _is_own(file, root, own)))


def _matches(pattern: str) -> Iterator[str]:
    # Path.glob takes relative patterns only, and finds hidden files.
    return glob.iglob(pattern, recursive=True)  # noqa: PTH207


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield what is in a folder and below and not hidden, but no folders."""

    def refuse(error: OSError) -> None:
        raise CorpusError(f"cannot read {error.filename}: {error.strerror}") from error

    for parent, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(parent, name) for name in files if not name.startswith("."))


def _is_own(file: Path, root: Path, own: Collection[Identity]) -> bool:
    """Return whether a file, or a folder below `root` that it lies in, is one of the run's own."""
    places = itertools.accumulate(file.relative_to(root).parts, Path.joinpath, initial=root)
    return any(identity_of(place) in own for place in itertools.islice(places, 1, None))


def _check_texts(source: Path, paths: Sequence[Path]) -> None:
    """Raise `CorpusError` if a folder or pattern names something that is not text."""
    pattern = source / "*.txt" if source.is_dir() else source.parent / "*.txt"
    advice = f"move it away, or name the texts only, as by the pattern '{pattern}'"
    places = {path.parent for path in paths if path.name in FOLDER_OF_VECTORS}
    for place in sorted(places):
        if all((place / name).is_file() for name in FOLDER_OF_VECTORS):
            raise CorpusError(f"{place} is a folder of vectors, not text; {advice}")
    for path in paths:
        kind = kind_of(path)
        if kind is not None:
            if path.suffix == pattern.suffix:
                advice = "move it away, or name the texts one by one"
            raise CorpusError(f"{path} holds {_KINDS[kind]}, not text; {advice}")

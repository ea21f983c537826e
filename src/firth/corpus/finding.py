"""Finding the texts that a caller names: files, folders, patterns, standard input."""

from __future__ import annotations

import contextlib
import glob
import itertools
import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from firth.corpus.reraise import reraise_as_corpus_error
from firth.corpus.sources import STANDARD_INPUT, TextFile
from firth.errors import CorpusError, one_line
from firth.io.contents import FOLDER_OF_VECTORS, Kind, kind_of

# What is told of files in a folder that are no text.
_KINDS: Mapping[Kind, str] = {
    "vectors": "vectors",
    "log": "the log of a run",
    "picture": "a picture",
    "tensors": "tensors",
}


def find_text(source: object, leave_out: Sequence[Path] = ()) -> list[TextFile] | None:
    """Return the files that `source` names, or None if it names none and holds tokens itself.

    Parameters
    ----------
    source : object
        A path to a file or to a folder (all files in it and below, sorted, without hidden ones),
        a glob pattern, `"-"` for standard input, or a list or tuple of those.
    leave_out : sequence of Path
        Files and folders that are no part of a folder or pattern, as the run itself writes them.

    Raises
    ------
    CorpusError
        If a path does not exist, a pattern matches no file, or a folder holds none; or if a folder
        or pattern names vectors, a log of a run, a picture or tensors.
    """
    if isinstance(source, str | os.PathLike):
        return _files_of(source, leave_out)
    if isinstance(source, list | tuple) and source:
        paths = [item for item in source if isinstance(item, str | os.PathLike)]
        if len(paths) == len(source):
            return [file for path in paths for file in _files_of(path, leave_out)]
    return None


def names_text(source: object, path: Path) -> bool:
    """Tell whether a file that exists is one of the texts that `source` names.

    Of what lies in a folder, or is named by a pattern, vectors and logs of a run are no texts.
    """
    given = list(source) if isinstance(source, list | tuple) else [source]
    is_text = kind_of(path) is None and path.stat().st_size > 0
    for each in given:
        # What cannot be found is told when it is read.
        with contextlib.suppress(OSError):
            if isinstance(each, str | os.PathLike) and _names(each, _identity(path), is_text):
                return True
    return False


def _names(source: str | os.PathLike[str], wanted: tuple[int, int] | None, is_text: bool) -> bool:
    path = Path(source)
    if source == STANDARD_INPUT:
        return wanted == _identity_of_input()
    if path.is_dir():
        return is_text and wanted in map(_identity, _files_below(path, ()))
    if path.exists() or not glob.has_magic(str(path)):
        return wanted == _identity(path)
    matches = map(Path, glob.glob(str(path), recursive=True))  # noqa: PTH207
    return is_text and wanted in map(_identity, matches)


def _identity_of_input() -> tuple[int, int] | None:
    try:
        status = os.fstat(sys.stdin.fileno())
    except (AttributeError, OSError, ValueError):
        # It is closed, or no file.
        return None
    return status.st_dev, status.st_ino


def _files_of(source: str | os.PathLike[str], leave_out: Sequence[Path]) -> list[TextFile]:
    # A path may be one that the system refuses to look at, such as a name too long.
    with reraise_as_corpus_error(f"read {one_line(os.fspath(source))}", OSError):
        return _find(source, leave_out)


def _find(source: str | os.PathLike[str], leave_out: Sequence[Path]) -> list[TextFile]:
    if source == STANDARD_INPUT:
        return [TextFile(None)]
    path = Path(source)
    if path.is_dir():
        found = _files_below(path, leave_out)
        complaint = f"{path} holds no files (hidden ones are left out)"
    elif path.exists() or not glob.has_magic(str(path)):
        return [TextFile(path)]
    else:
        # Path.glob takes relative patterns only, and sees hidden files.
        matches = map(Path, glob.glob(str(path), recursive=True))  # noqa: PTH207
        own = _identities(leave_out)
        found = (match for match in matches if match.is_file() and not _is_own(match, path, own))
        complaint = f"no file matches {path}"
    paths = sorted(found)
    if not paths:
        raise CorpusError(complaint)
    _check_texts(path, paths)
    return [TextFile(match) for match in paths]


def _files_below(folder: Path, leave_out: Sequence[Path]) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise CorpusError(f"cannot read {error.filename}: {error.strerror}") from error

    own = _identities(leave_out)
    if _identity(folder) in own:
        raise CorpusError(
            f"cannot read the texts in {folder}: the run itself writes into that folder; give it "
            "another for what it writes"
        )
    for parent, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and _identity(Path(parent, name)) not in own
        ]
        for name in files:
            path = Path(parent, name)
            if not name.startswith(".") and path.is_file() and _identity(path) not in own:
                yield path


def _is_own(match: Path, pattern: Path, own: Collection[tuple[int, int] | None]) -> bool:
    """Tell whether a file is one of the run's own, or in such a folder below the pattern's root."""
    place = Path(*itertools.takewhile(lambda part: not glob.has_magic(part), pattern.parts))
    for part in match.relative_to(place).parts:
        place /= part
        if _identity(place) in own:
            return True
    return False


def _identities(paths: Sequence[Path]) -> set[tuple[int, int] | None]:
    return set(map(_identity, paths)) - {None}


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file or folder from all others, whatever its name, if it is there."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _check_texts(source: Path, paths: Sequence[Path]) -> None:
    """Raise if what a folder or pattern names holds something that no text is made of."""
    pattern = source / "*.txt" if source.is_dir() else source.parent / "*.txt"
    advice = f"move it away, or name the texts only, as by the pattern '{pattern}'"
    places = {path.parent for path in paths if path.name in FOLDER_OF_VECTORS}
    for place in sorted(places):
        if all((place / name).is_file() for name in FOLDER_OF_VECTORS):
            raise CorpusError(f"{place} is a folder of vectors, and no text; {advice}")
    for path in paths:
        kind = kind_of(path)
        if kind is not None:
            if path.suffix == pattern.suffix:
                advice = "move it away, or name the texts one by one"
            raise CorpusError(f"{path} holds {_KINDS[kind]}, and no text; {advice}")

"""Saving the vectors of a run, in another place if the output cannot be written any more."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from firth.errors import FirthError
from firth.io.cache import cache_folder
from firth.io.paths import absolute
from firth.vectors import Vectors

_PREFIX = "firth-vectors-"


def save_or_rescue(
    vectors: Vectors,
    output: Path,
    *,
    overwrite: bool = False,
    checkpoint: str | os.PathLike[str] | None = None,
) -> None:
    """Save vectors. If that fails, save them elsewhere and name the place in the error.

    The other places are a new folder beside the output, in the folder of checkpoints, in the cache
    folder, or in the folder for temporary files.

    Parameters
    ----------
    vectors : Vectors
    output : Path
        Where the vectors should be.
    overwrite : bool
        As in `Vectors.save`.
    checkpoint : path, optional
        The folder of checkpoints, if there is one.

    Raises
    ------
    FirthError
        If they could not be saved in `output`.
    """
    try:
        vectors.save(output, overwrite=overwrite)
    except (FirthError, OSError, MemoryError) as error:
        reason = str(error) or f"cannot write {output}: not enough memory"
        folder = _save_elsewhere(vectors, _places(output, checkpoint))
        if folder is not None:
            raise FirthError(f"{reason}; the vectors were saved in {folder}") from error
        kept = f"; the last checkpoint is in {checkpoint}" if checkpoint else ""
        raise FirthError(f"{reason}{kept}") from error


def _save_elsewhere(vectors: Vectors, places: Iterable[Path]) -> Path | None:
    """Save vectors in a new folder in the first writable place; return it, or None if none is."""
    for place in places:
        with contextlib.suppress(FirthError, OSError, MemoryError):
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
            try:
                # Unlike some file formats, a folder can hold every word.
                vectors.save(folder)
            except BaseException:
                folder.rmdir()
                raise
            return folder
    return None


def _places(output: Path, checkpoint: str | os.PathLike[str] | None) -> Iterator[Path]:
    with contextlib.suppress(FirthError):
        parent = absolute(output).parent
        while not parent.is_dir():
            parent = parent.parent
        yield parent
    if checkpoint is not None:
        yield Path(checkpoint)
    with contextlib.suppress(FirthError, OSError):
        yield cache_folder()
    with contextlib.suppress(OSError):
        yield Path(tempfile.gettempdir())

"""Whether several machines have the same text under the same name.

No machine reads a long text to find out. So sizes are compared, and samples of each part: they find
lines in another order, but not a changed word. Short files are read whole, of many files some.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from firth.corpus.sources import TextFile
from firth.errors import CorpusError, reraise

_SAMPLES, _SAMPLE_BYTES = 16, 4_096
# Files of a share of which samples are taken; of the others, sizes are compared.
_MOST_SAMPLED = 64


class Samples(NamedTuple):
    """What tells a part of a file from that of another text under the same name."""

    size: int | None
    """The bytes of the whole file."""

    digest: str
    """A fingerprint of some bytes of the part: of none where none were read."""


def samples_of_share(files: Sequence[TextFile]) -> list[Samples]:
    """Return what tells each part of a share: of files on a disk, some have their bytes looked at.

    Raises
    ------
    CorpusError
        If a file cannot be read.
    """
    sampled = set(np.linspace(0, len(files) - 1, _MOST_SAMPLED).astype(int).tolist())
    return [_samples_of(file, reads=number in sampled) for number, file in enumerate(files)]


def _samples_of(file: TextFile, *, reads: bool) -> Samples:
    size, state = TextFile(file.path).size(), hashlib.sha256()
    if reads and isinstance(file.path, Path) and size is not None:
        stop = size if file.stop is None else file.stop
        places, length = [file.start], stop - file.start
        if length > _SAMPLES * _SAMPLE_BYTES:
            places = np.linspace(file.start, stop - _SAMPLE_BYTES, _SAMPLES, dtype=int).tolist()
            length = _SAMPLE_BYTES
        with reraise(CorpusError, f"read {file.name}"), file.path.open("rb") as opened:
            for place in places:
                opened.seek(place)
                state.update(opened.read(length))
    return Samples(size, state.hexdigest())


def check_samples(files: Sequence[TextFile], leading: Sequence[Samples]) -> None:
    """Raise CorpusError if a part of a share is not that of the machine that leads the run."""
    for file, found, there in zip(files, samples_of_share(files), leading, strict=True):
        if found != there:
            raise CorpusError(
                f"{_difference(file, found, there)}: all machines must have the same texts under "
                "the same names"
            )


def _difference(file: TextFile, here: Samples, there: Samples) -> str:
    if here.size is None or there.size is None:
        which = "here" if here.size is None else "on the machine that leads the run"
        return f"{file.path} is no regular file {which}"
    if here.size == there.size:
        return (
            f"{file.path} has as many bytes as on the machine that leads the run, but other content"
        )
    return (
        f"{file.path} has {here.size:,} bytes, and {there.size:,} on the machine that leads the run"
    )

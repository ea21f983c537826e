"""Whether several machines have the same text under the same name.

No machine reads a whole text to find out. So sizes are compared, and samples of each part: they
tell texts whose lines are in another order, but not those that differ in a few words.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from firth.corpus.sources import TextFile
from firth.errors import CorpusError, reraise

_SAMPLES, _SAMPLE_BYTES = 16, 4_096


class Samples(NamedTuple):
    """What tells a part of a file from that of another text under the same name."""

    size: int | None
    """The bytes of the whole file."""

    digest: str
    """A fingerprint of some bytes of the part; of a file on no machine's disk, of none."""


def samples_of(file: TextFile) -> Samples:
    """Return what tells a part of a file, of which a few pages are read.

    Raises
    ------
    CorpusError
        If the file cannot be read.
    """
    size, state = TextFile(file.path).size(), hashlib.sha256()
    if isinstance(file.path, Path) and size is not None:
        stop = size if file.stop is None else file.stop
        last = max(file.start, stop - _SAMPLE_BYTES)
        with reraise(CorpusError, f"read {file.name}"), file.path.open("rb", 0) as opened:
            for place in np.unique(np.linspace(file.start, last, _SAMPLES, dtype=np.int64)):
                opened.seek(place)
                state.update(opened.read(min(_SAMPLE_BYTES, stop - int(place))))
    return Samples(size, state.hexdigest())


def check_samples(file: TextFile, leading: Samples) -> None:
    """Raise CorpusError if a part of a file is not that of the machine that leads the run."""
    found = samples_of(file)
    if found == leading:
        return
    what = f"{file.path} has {found.size:,} bytes, and {leading.size:,}"
    if found.size == leading.size:
        what = f"{file.path} holds another text here, as long, than"
    raise CorpusError(
        f"{what} on the machine that leads the run: all machines must have the same texts under "
        "the same names"
    )

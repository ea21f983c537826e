"""Word vectors: lookup, search, and files."""

from firth.vectors.alignment import align
from firth.vectors.combination import combine
from firth.vectors.composition import RawTables
from firth.vectors.converting import Converted, convert
from firth.vectors.drifting import Moved, drift
from firth.vectors.formats.registry import check_destination
from firth.vectors.loading import load
from firth.vectors.questions.company import Companion
from firth.vectors.questions.nearest import Neighbour
from firth.vectors.readout import Readout
from firth.vectors.uncertainty import NeighbourInterval, neighbour_intervals
from firth.vectors.vectors import Vectors

__all__ = [
    "Companion",
    "Converted",
    "Moved",
    "Neighbour",
    "NeighbourInterval",
    "RawTables",
    "Readout",
    "Vectors",
    "align",
    "check_destination",
    "combine",
    "convert",
    "drift",
    "load",
    "neighbour_intervals",
]

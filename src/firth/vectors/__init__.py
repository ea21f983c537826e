"""Word vectors: lookup, search, and files."""

from firth.vectors.combination import combine
from firth.vectors.composition import RawTables
from firth.vectors.formats.registry import check_destination
from firth.vectors.loading import load
from firth.vectors.questions.company import Companion
from firth.vectors.questions.nearest import Neighbour
from firth.vectors.readout import Readout
from firth.vectors.vectors import Vectors

__all__ = [
    "Companion",
    "Neighbour",
    "RawTables",
    "Readout",
    "Vectors",
    "check_destination",
    "combine",
    "load",
]

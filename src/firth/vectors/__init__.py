"""Word vectors: lookup, search, and files."""

from firth.vectors.formats.registry import check_destination
from firth.vectors.loading import load
from firth.vectors.vectors import Neighbour, Vectors

__all__ = ["Neighbour", "Vectors", "check_destination", "load"]

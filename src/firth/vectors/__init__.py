"""Word vectors: look them up, search them, keep them in files."""

from firth.vectors.formats.registry import check_destination
from firth.vectors.vectors import Neighbour, Vectors, load

__all__ = ["Neighbour", "Vectors", "check_destination", "load"]

"""Training by several workers with tables of their own, on one machine or on many."""

from firth.cluster.engine import cluster_engine
from firth.cluster.parts import CutCorpus

__all__ = ["CutCorpus", "cluster_engine"]

"""gensim's package `test`, of which its examples take `utils`."""

from firth.compat.gensim.test import utils

__all__ = ["utils"]

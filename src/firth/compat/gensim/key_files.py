"""The files of gensim's `KeyedVectors`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from copy import copy
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

import firth
from firth.compat.gensim.key_table import KeyTable
from firth.compat.gensim.options import NotSupported
from firth.errors import FormatError
from firth.io.atomic import atomic_write
from firth.io.compression import open_decompressed
from firth.io.paths import to_path


class KeyFiles(KeyTable):
    """Keys and vectors that are written and read."""

    def save(self, fname: str | os.PathLike[str], *_: object, **__: object) -> None:
        """Write Firth's folder; how gensim would pickle is ignored."""
        self.to_firth().save(fname, format="firth")

    @classmethod
    def load(cls, fname: str | os.PathLike[str], mmap: str | None = None) -> Self:
        """Read vectors of Firth, gensim or another tool."""
        return cls(firth.load(fname))

    def save_word2vec_format(
        self,
        fname: str | os.PathLike[str],
        fvocab: str | os.PathLike[str] | None = None,
        binary: bool = False,
        total_vec: int | None = None,
        write_header: bool = True,
        prefix: str = "",
        append: bool = False,
        sort_attr: str = "count",
    ) -> None:
        """Write word2vec's text or binary format, whatever the suffix; counts to `fvocab`."""
        if not write_header or prefix or append or total_vec not in (None, len(self)):
            raise NotSupported("write_header=False, prefix, append and total_vec are not supported")
        table = copy(self)
        if sort_attr in self.expandos:
            table.sort_by_descending_frequency(sort_attr)
        if fvocab is not None:
            _write_counts(fvocab, table.index_to_key, self.expandos.get("count"))
        table.to_firth().save(fname, format="word2vec-binary" if binary else "word2vec-text")

    @classmethod
    def load_word2vec_format(
        cls,
        fname: str | os.PathLike[str],
        fvocab: str | os.PathLike[str] | None = None,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
        limit: int | None = None,
        datatype: DTypeLike = np.float32,
        no_header: bool = False,
    ) -> Self:
        """Read word2vec's text or binary format, whatever the suffix, and counts from `fvocab`."""
        if encoding.replace("-", "").lower() != "utf8" or np.dtype(datatype) != np.float32:
            raise NotSupported(
                "encoding is utf8, and datatype is float32: others are not supported"
            )
        kind = "word2vec-binary" if binary else "word2vec-text"
        errors: Any = unicode_errors
        found = cls(firth.load(fname, limit=limit, encoding_errors=errors, format=kind))
        if fvocab is not None:
            found._set_counts(_read_counts(fvocab))
        return found

    def intersect_word2vec_format(
        self,
        fname: str | os.PathLike[str],
        lockf: float = 0.0,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
    ) -> None:
        """Take the vectors of the words that are here from a file; training goes on from them."""
        if lockf != 1.0:
            raise NotSupported(
                f"lockf={lockf} is not supported, 1.0 is: words of a file are trained further; "
                "firth.train(..., frozen=...) keeps some as they are"
            )
        how: Any = {"encoding": encoding, "unicode_errors": unicode_errors}
        other = self.load_word2vec_format(fname, binary=binary, **how)
        if other.vector_size != self.vector_size:
            raise ValueError(
                f"{fname} has vectors of {other.vector_size} dimensions, these have "
                f"{self.vector_size}"
            )
        found = [key for key in other.index_to_key if key in self.key_to_index]
        if found:
            rows = other._matrix[[other.key_to_index[key] for key in found]]
            self.add_vectors(found, rows, replace=True)


def _write_counts(
    fname: str | os.PathLike[str], keys: Iterable[Any], counts: NDArray[Any] | None
) -> None:
    """Write a word and its count on each line.

    Raises
    ------
    KeyError
        If counts are not known.
    """
    if counts is None:
        raise KeyError("count")
    with atomic_write(to_path("fvocab", fname)) as temporary:
        lines = (f"{key} {count}\n" for key, count in zip(keys, counts, strict=True))
        temporary.write_text("".join(lines), "utf-8")


def _read_counts(fname: str | os.PathLike[str]) -> dict[str, int]:
    """Read what word2vec or `_write_counts` wrote.

    Raises
    ------
    FormatError
        If a line is not a word and a whole number.
    """
    path, counts = to_path("fvocab", fname), {}
    with open_decompressed(path) as (file, _):
        for number, line in enumerate(file, 1):
            try:
                word, count = line.decode("utf-8").split()
                counts[word] = int(count)
            except ValueError:
                raise FormatError(f"{path}: line {number}: expected a word and a count") from None
    return counts

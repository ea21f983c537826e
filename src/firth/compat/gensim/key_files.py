"""The files of gensim's `KeyedVectors`."""

from __future__ import annotations

import bz2
import functools
import gzip
import itertools
import os
from collections.abc import Callable, Sequence
from copy import copy
from pathlib import Path
from typing import IO, Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

import firth
from firth.compat.gensim.encodings import KEPT, check_splits, decoded
from firth.compat.gensim.faults import told_as_value_errors
from firth.compat.gensim.key_table import Key, KeyTable
from firth.compat.gensim.locks import check_locks, locks_of
from firth.compat.gensim.options import NotSupported
from firth.compat.gensim.replacing import check_destination_read_by, check_rows_destination
from firth.corpus.vocabulary import Vocabulary, read_counts
from firth.errors import ConfigError, FirthError, FormatError, counted, reraise, warn
from firth.io.atomic import atomic_write
from firth.io.compression import open_decompressed
from firth.io.paths import to_path
from firth.vectors import Vectors
from firth.vectors.formats import word2vec_binary, word2vec_text
from firth.vectors.formats.registry import read_table
from firth.vectors.formats.selection import Selection
from firth.vectors.formats.word2vec import Header, encoded_rows, read_header
from firth.vectors.table import Table

# Tells in a folder that words were counted by their order.
_MADE_UP = "gensim_counts_by_order"
# What gensim compresses. A file of gzip would hold the time, which must not be after 2106.
_OPENERS = {".gz": functools.partial(gzip.GzipFile, mtime=0), ".bz2": bz2.open}


class KeyFiles(KeyTable):
    """Keys and vectors that are written and read."""

    def save(self, fname: str | os.PathLike[str], *_: object, **__: object) -> None:
        """Write Firth's folder, in the place of an empty file too; gensim's options are ignored."""
        vectors = self.to_firth()
        if self._has_made_up_counts:
            vectors.config[_MADE_UP] = True
        place = to_path("fname", fname)
        with reraise(FirthError, f"write {place}"):
            if place.is_file() and place.stat().st_size == 0:
                # Made by `tempfile`, as in gensim's tutorials.
                place.unlink()
        vectors.save(place, format="firth")

    @classmethod
    @told_as_value_errors()
    def load(cls, fname: str | os.PathLike[str], mmap: str | None = None) -> Self:
        """Read vectors of Firth, gensim or another tool."""
        found = cls(firth.load(fname))
        if found.to_firth().config.get(_MADE_UP):
            found._make_up_counts()
        return found

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
        """Write word2vec's text or binary format, whatever the suffix; counts to `fvocab`.

        Unlike gensim, this does not replace a file that holds something else.

        Parameters
        ----------
        total_vec : int, optional
            The number of words in the header, if others are appended later.
        write_header : bool
            Without it, text is GloVe's format.
        prefix : str
            Stands before each word.
        append : bool
            Write behind what the file holds.
        sort_attr : str
            The words with the highest values of this attribute come first.
        """
        table = copy(self)
        if sort_attr in self.expandos:
            table.sort_by_descending_frequency(sort_attr)
        elif fvocab is not None:
            raise ValueError(f"counts cannot be written: there is no attribute {sort_attr!r}")
        keys = [f"{prefix}{key}" for key in table.index_to_key]
        place = to_path("fname", fname)
        check_rows_destination(place, self.vector_size, append=append)
        if fvocab is not None:
            place_of_counts = to_path("fvocab", fvocab)
            if not append:
                check_destination_read_by(Vocabulary.load, place_of_counts, "words with counts")
            counts = zip(keys, table.expandos[sort_attr], strict=True)
            lines = (f"{key} {count}\n" for key, count in counts)
            _write(place_of_counts, lambda file: file.writelines(map(str.encode, lines)), append)
        # They are checked first.
        vectors = Vectors(keys, table._matrix)
        encode = word2vec_binary.encode if binary else word2vec_text.encoder()
        whole = Table(words=vectors.words, input_vectors=vectors.input_vectors)
        rows = encoded_rows(whole, place, encode)
        header = [Header(total_vec or len(keys), self.vector_size).line()] if write_header else []
        _write(place, lambda file: file.writelines(itertools.chain(header, rows)), append)

    @classmethod
    @told_as_value_errors()
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
        """Read word2vec's text or binary format, whatever the suffix, and counts from `fvocab`.

        Without these, counts are made up from the order, as in gensim: V, V - 1 and so on. Of a
        word that stands in the file twice, the first vector is taken, and a warning tells so.
        """
        check_splits(encoding)
        if np.dtype(datatype) != np.float32:
            raise NotSupported(
                f"datatype={np.dtype(datatype)} is not supported: vectors are float32"
            )
        if no_header:
            _check_no_header(fname, binary)
        kind = "word2vec-binary" if binary else "word2vec-text"
        table = read_table(fname, Selection(KEPT, limit or None), kind)
        words: Any = table.words
        words = decoded(words, encoding, unicode_errors, fname)
        with reraise(FormatError, f"read {fname}", ConfigError):
            found = cls(_first_of_each(words, table.input_vectors, fname))
        if fvocab is None:
            found._make_up_counts()
        else:
            found._set_counts(dict(read_counts(fvocab, unicode_errors)))
        return found

    def intersect_word2vec_format(
        self,
        fname: str | os.PathLike[str],
        lockf: float = 0.0,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
    ) -> None:
        """Take the vectors of the words that are here from a file.

        With `lockf=0.0` training does not change them, with 1.0 it goes on from them.
        """
        check_locks([lockf], "lockf")
        how: Any = {"encoding": encoding, "unicode_errors": unicode_errors}
        other = self.load_word2vec_format(fname, binary=binary, **how)
        if other.vector_size != self.vector_size:
            raise ValueError(
                f"{fname} has vectors of {counted(other.vector_size, 'dimension')}, these have "
                f"{self.vector_size}"
            )
        found = [key for key in other.index_to_key if key in self.key_to_index]
        if found:
            rows = other._matrix[[other.key_to_index[key] for key in found]]
            self.add_vectors(found, rows, replace=True)
            locks = locks_of(self)
            locks[[self.key_to_index[key] for key in found]] = lockf
            self.vectors_lockf = locks


def _write(target: Path, write: Callable[[IO[bytes]], None], append: bool) -> None:
    """Write a file, or more at its end; compressed, if its suffix tells so."""
    opened: Any = _OPENERS.get(target.suffix, open)
    if append:
        with reraise(FirthError, f"write {target}"), opened(target, "ab") as file:
            write(file)
        return
    with atomic_write(target) as temporary, opened(temporary, "wb") as file:
        write(file)


def _first_of_each(
    words: Sequence[Key], matrix: NDArray[np.float32], path: str | os.PathLike[str]
) -> Vectors:
    """Return words and their vectors, the first of those that occur twice."""
    if len(set(words)) == len(words):
        return Vectors(words, matrix)
    rows: dict[Key, int] = {}
    for row, word in enumerate(words):
        rows.setdefault(word, row)
    warn(
        f"{os.fspath(path)}: {counted(len(words) - len(rows), 'word')} stood in the file before, "
        "and the first vector of each is taken"
    )
    return Vectors(list(rows), matrix[list(rows.values())])


def _check_no_header(fname: str | os.PathLike[str], binary: bool) -> None:
    """Raise if a file has a header, or needs one."""
    if binary:
        raise NotSupported("no_header=True is not supported with binary=True, as in gensim")
    path = to_path("fname", fname)
    with open_decompressed(path) as (file, _):
        if read_header(file, path) is not None:
            raise FormatError(f"{path} has a header: read it without no_header=True")

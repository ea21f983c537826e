"""Reading vectors from files."""

from __future__ import annotations

import os
from collections.abc import Iterable

from firth.checks import one_of
from firth.errors import ConfigError, FormatError
from firth.other_names import explain_keywords
from firth.subwords.options import Cut
from firth.vectors.formats.registry import read_table
from firth.vectors.formats.selection import Selection
from firth.vectors.table import Table, Token
from firth.vectors.vectors import Vectors


@explain_keywords
def load(
    path: str | os.PathLike[str],
    *,
    encoding_errors: str = "strict",
    limit: int | None = None,
    words: Token | Iterable[Token] | None = None,
    cut: Cut | None = None,
    format: str | None = None,
) -> Vectors:
    """Read all vectors, or some of them, from a folder or file.

    Parameters
    ----------
    path : path
        A folder that `Vectors.save` wrote, word2vec's binary format (`.bin`), or its text format
        (`.txt`, `.vec`), with or without the header that GloVe omits; a model of gensim (`.model`,
        `.kv`) or of fastText (`.bin`), or another of the formats in `docs/formats.md`. The first
        bytes decide, then the suffix. A text file whose first line is two whole numbers has a
        header. A file may be compressed (gzip, bzip2, xz, Zstandard, or a zip archive of one file),
        whatever its name. `hf://user/name` is a repository on the Hugging Face hub.
    encoding_errors : "strict" or "replace"
        For a word that is not UTF-8: raise, or replace the invalid bytes with U+FFFD.
    limit : int, optional
        Read only this many words, from the start of the file; most files begin with the most
        frequent words. The rest of the file is not checked.
    words : token or iterable of tokens, optional
        Read only those of these words that the file holds, in the order of the file. Rows of other
        words are not checked. A table of floret has vectors for any word: name those that you want,
        in the order that you want.
    cut : callable, optional
        The function that was given to `train` as `subwords`: it is not saved, and vectors of
        unknown words need it.
    format : str, optional
        The name of the format in `docs/formats.md`, such as `word2vec-text`, where neither the
        first bytes nor the suffix tell it.

    Raises
    ------
    FormatError
        If there is no such file, it is damaged, or its format is unknown.
    MissingExtraError
        If the format needs a package that is not installed.
    VocabularyError
        If the file holds none of `words`.
    ConfigError
        If an option is out of range, or there is no format of that name.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> matrix = np.array([[1, 0], [4, 3]], dtype=np.float32)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Vectors(["tea", "green tea"], matrix).save(f"{folder}/vectors")
    ...     load(f"{folder}/vectors")
    ...     load(f"{folder}/vectors", words=["tea", "milk"])
    Vectors(2 words, dim=2)
    Vectors(1 word, dim=2)
    """
    one_of("encoding_errors", encoding_errors, choices=["strict", "replace"])
    vectors = load_selection(path, Selection(encoding_errors, limit, words), format)
    return vectors if cut is None else vectors.with_cut(cut)


def load_selection(
    path: str | os.PathLike[str], selection: Selection, format: str | None
) -> Vectors:
    """Read the selected vectors; `load` describes the errors."""
    return vectors_of(read_table(path, selection, format), path)


def vectors_of(table: Table, path: str | os.PathLike[str]) -> Vectors:
    """Return the vectors of a table that was read from `path`.

    Raises
    ------
    FormatError
        If they cannot be, such as words that are the same.
    """
    try:
        vectors = Vectors(
            table.words,
            table.input_vectors,
            counts=table.counts,
            output_vectors=table.output_vectors,
            config=table.config,
            raw=table.raw,
            phrases=table.phrases,
            documents=table.documents,
        )
    except ConfigError as error:
        raise FormatError(f"{path}: {error}") from error
    vectors._is_from_file = not os.path.isdir(path)  # noqa: PTH112
    return vectors

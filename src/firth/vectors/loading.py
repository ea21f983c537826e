"""Reading vectors from files."""

from __future__ import annotations

import os
from collections.abc import Iterable

from firth.errors import ConfigError, FormatError
from firth.other_names import explain_keywords
from firth.vectors.formats.registry import read_table
from firth.vectors.formats.selection import Selection
from firth.vectors.table import Token
from firth.vectors.vectors import Vectors


@explain_keywords
def load(
    path: str | os.PathLike[str],
    *,
    encoding_errors: str = "strict",
    limit: int | None = None,
    words: Token | Iterable[Token] | None = None,
) -> Vectors:
    """Read vectors from a folder or file, or some of them.

    Parameters
    ----------
    path : path
        A folder that `Vectors.save` wrote, word2vec's binary format (`.bin`), or its text format
        (`.txt`, `.vec`), with or without the header that GloVe leaves out. With another suffix
        the first bytes decide. A text file whose first line is two whole numbers has a header.
        A file may be compressed (gzip, bzip2, xz, Zstandard), whatever its name.
    encoding_errors : "strict" or "replace"
        What to do with a word that is not UTF-8: raise, or put U+FFFD for the bytes at fault.
    limit : int, optional
        Read only the first so many words, which most files begin with the most frequent; what
        follows is not looked at.
    words : token or iterable of tokens, optional
        Read only these, those of them that are there, in the order of the file. Rows of other
        words are not checked.

    Raises
    ------
    FormatError
        If there is no such file, it is damaged, or of no known format.
    VocabularyError
        If `words` names none that is there.
    ConfigError
        If an option is out of range.

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
    Vectors(1 words, dim=2)
    """
    selection = Selection(encoding_errors, limit=limit, words=words)
    table = read_table(path, selection)
    try:
        return Vectors(
            table.words,
            table.input_vectors,
            counts=table.counts,
            output_vectors=table.output_vectors,
            config=table.config,
        )
    except ConfigError as error:
        raise FormatError(f"{path}: {error}") from error

"""Reading a corpus: a text or token lists in, vocabulary and token ids out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from firth.corpus.drafts import Draft, draft_chunks, draft_units, draft_words
from firth.corpus.encoding import encode
from firth.corpus.sources import EncodingErrors, Progress, find_text, read_text, regroup
from firth.corpus.tokenizers import LineTokenizer, Tokenizer, get_tokenizer
from firth.corpus.tokens import ScratchArray, TokenStore
from firth.corpus.units import check_units
from firth.corpus.vocabulary import Token, Vocabulary
from firth.errors import ConfigError, CorpusError, one_line

Source = (
    str
    | os.PathLike[str]
    | Iterable[str | os.PathLike[str]]
    | Iterable[Iterable[Token]]
    | NDArray[np.integer]
)

_LINE_ENDS = "\n\r"
# Chunks end at any white space, but this much is enough to keep the pieces of any real text short.
_CHUNK_ENDS = "\n\r\t \u3000"
_UNITS_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Corpus:
    """A corpus that was read.

    Parameters
    ----------
    vocabulary : Vocabulary
        The words that were kept, and their counts.
    tokens : TokenStore
        The corpus as token ids, without the words that were not kept.
    words_read : int
        Words in the corpus before any was left out.
    units_read : int
        Lines that are not blank, or token lists that are not empty.
    """

    vocabulary: Vocabulary
    tokens: TokenStore
    words_read: int
    units_read: int


def read_corpus(
    source: Source,
    *,
    tokenizer: str | Tokenizer = "whitespace",
    lowercase: bool = False,
    min_count: int = 5,
    max_vocab: int | None = None,
    encoding_errors: EncodingErrors = "strict",
    on_progress: Progress | None = None,
) -> Corpus:
    r"""Read a corpus once and encode it.

    Each line of a text is a unit, and so is each token list; none is cut, whatever its length.

    Parameters
    ----------
    source : path, list of paths, or iterable of token lists
        A text file (plain or `.gz`, `.bz2`, `.xz`, `.zst`), a folder, a glob pattern, `"-"` for
        standard input, or several of these in a list or tuple. Or any iterable of lists, tuples or
        arrays of words or of integers; it is read once, so a generator will do.
    tokenizer : {"whitespace", "words", "chinese"} or callable, default "whitespace"
        How a line becomes words. A callable takes a line and gives its words.
    lowercase : bool, default False
        Whether words are lower-cased.
    min_count : int, default 5
        Words that occur less often are left out, and units without any other word with them.
    max_vocab : int, optional
        Keep at most so many words, the most frequent.
    encoding_errors : {"strict", "replace"}, default "strict"
        Whether invalid UTF-8 and NUL bytes raise, or become U+FFFD.
    on_progress : callable, optional
        Called with the bytes (or token lists) done and their total, or None where it is not known.

    Returns
    -------
    Corpus
        Vocabulary, ordered by count falling with ties by first appearance, and token ids.

    Raises
    ------
    ConfigError
        If an option is out of range, or is meant for text and `source` holds token lists.
    CorpusError
        If the source cannot be read, or holds nothing to train on.
    MissingExtraError
        If the tokenizer needs a package that is not installed.

    Examples
    --------
    >>> corpus = read_corpus([["tea", "and", "toast"], ["tea", "or", "toast"]], min_count=2)
    >>> corpus.vocabulary.words
    ('tea', 'toast')
    >>> corpus.tokens.unit(1)
    array([0, 1], dtype=int32)
    """
    _check_options(min_count, max_vocab, encoding_errors)
    line_tokenizer = get_tokenizer(tokenizer, lowercase=lowercase)
    files = find_text(source)
    on_progress = on_progress or _report_nothing
    with ScratchArray(np.int32) as stream:
        if files is None:
            _refuse_text_options(tokenizer, lowercase, encoding_errors)
            draft = draft_units(check_units(source, on_progress), stream)
        else:
            blocks = read_text(files, encoding_errors, on_progress)
            draft = _draft_text(blocks, line_tokenizer, stream)
        kept = _choose_words(draft.counts, min_count, max_vocab)
        vocabulary = Vocabulary(draft.spell(kept), draft.counts[kept])
        _check_trainable(vocabulary, draft.counts, min_count)
        tokens = encode(draft, stream, kept)
    _check_pairs(tokens)
    return Corpus(vocabulary, tokens, int(draft.counts.sum()), draft.units)


def _draft_text(
    blocks: Iterator[str], tokenizer: LineTokenizer, stream: ScratchArray[np.int32]
) -> Draft:
    if tokenizer.by_chunk:
        return draft_chunks(regroup(blocks, _CHUNK_ENDS), tokenizer, stream)
    return draft_words(map(tokenizer.split, _lines(regroup(blocks, _LINE_ENDS))), stream)


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    for piece in pieces:
        # An empty line between CR and LF is one more blank line, and those give no unit.
        for line in piece.replace("\r", "\n").split("\n"):
            if line and not line.isspace():
                yield line


def _choose_words(
    counts: NDArray[np.int64], min_count: int, max_vocab: int | None
) -> NDArray[np.int64]:
    """Give the numbers of the words to keep, by count falling, ties by first appearance."""
    frequent = np.flatnonzero(counts >= min_count)
    order = np.argsort(-counts[frequent], kind="stable")
    return frequent[order[:max_vocab]]


def _check_options(min_count: int, max_vocab: int | None, encoding_errors: str) -> None:
    if min_count < 1:
        raise ConfigError(f"min_count must be at least 1, got {min_count}")
    if max_vocab is not None and max_vocab < 2:
        raise ConfigError(f"max_vocab must be at least 2, got {max_vocab}")
    if encoding_errors not in get_args(EncodingErrors):
        raise ConfigError(f"encoding_errors must be strict or replace, got {encoding_errors!r}")


def _refuse_text_options(
    tokenizer: str | Tokenizer, lowercase: bool, encoding_errors: EncodingErrors
) -> None:
    if tokenizer != "whitespace" or lowercase or encoding_errors != "strict":
        raise ConfigError(
            "tokenizer, lowercase and encoding_errors are for text, got them with token lists"
        )


def _check_trainable(vocabulary: Vocabulary, counts: NDArray[np.int64], min_count: int) -> None:
    if len(counts) == 0:
        raise CorpusError("the corpus holds no words: nothing to train on")
    if len(vocabulary) < 2:
        only = [f"only {one_line(repr(word))} occurs" for word in vocabulary]
        kept = only[0] if only else "no word occurs"
        more = "lower min_count (--min-count)" if len(counts) > 1 else "text with other words"
        raise CorpusError(
            f"{kept} {min_count} times or more: {counts.sum()} words were read and the most "
            f"frequent occurs {counts.max()} times; give more text or {more}"
        )
    for word in vocabulary:
        try:
            str(word).encode()
        except UnicodeEncodeError as error:
            raise CorpusError(
                f"the word {one_line(repr(word))} holds a lone surrogate and cannot be written "
                "as UTF-8"
            ) from error


def _check_pairs(tokens: TokenStore) -> None:
    for start in range(0, len(tokens), _UNITS_AT_ONCE):
        if np.any(np.diff(tokens.offsets[start : start + _UNITS_AT_ONCE + 1]) > 1):
            return
    raise CorpusError(
        "no line or token list has two words of the vocabulary: nothing to train on; "
        "put more words in a line or lower min_count (--min-count)"
    )


def _report_nothing(done: int, total: int | None) -> None:
    """Stand in where nobody asked for progress."""

"""Reading a corpus: from a text or token lists to a vocabulary and token ids.

Reading is a sequence of stages: a first pass over the source, hold-out, selection of words, and a
second pass over what the first one wrote.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.checks import whole_number
from firth.corpus.digest import digest
from firth.corpus.first_pass import (
    OpenedSource,
    TextOptions,
    first_pass,
    first_pass_of_words,
)
from firth.corpus.holdout import check_apart, hold_out, share_of
from firth.corpus.joining import NewStream
from firth.corpus.numbers import UnitNumbers
from firth.corpus.phrases import PhraseStage
from firth.corpus.raw_corpus import RawCorpus
from firth.corpus.script import Script, find_script
from firth.corpus.second_pass import second_pass
from firth.corpus.selection import check_words, find_words, select_words
from firth.corpus.sources import EncodingErrors, Progress
from firth.corpus.tags import documents_by_tag
from firth.corpus.tokenizers import Tokenizer
from firth.corpus.tokens import ScratchArray, TokenStore
from firth.corpus.vocabulary import Token, Vocabulary
from firth.errors import ConfigError, CorpusError, NothingToTrainError, counted
from firth.io.remote import is_url, public_name
from firth.normalization import Normalization
from firth.other_names import explain_keywords
from firth.phrases import Phrases

Source = (
    str
    | os.PathLike[str]
    | Iterable[str | os.PathLike[str]]
    | Iterable[Iterable[Token]]
    | NDArray[np.integer]
)


@dataclass(frozen=True)
class Corpus:
    """A corpus that was read.

    Parameters
    ----------
    vocabulary : Vocabulary
        The words that are kept, and how often each occurs in what is trained on; the counts of the
        vocabulary that reading started from are added.
    tokens : TokenStore
        The corpus as token ids, without the words that are not kept.
    words_read : int
        Words in the source, including those that are left out or held out.
    units_read : int
        Lines of the source that are not blank, or token lists that are not empty.
    held_out : int, default 0
        Number of tokens, in whole units at the end of `tokens`, that are kept out of training.
    words_left_out : int, default 0
        Words of the training part that are not kept.
    script : {"letters", "characters", "signs"}, optional
        What most of a text is spelled with, if the source was a text; see `find_script`.
    phrases : Phrases, optional
        What was joined, if phrases were.
    unit_numbers : UnitNumbers, optional
        Which lines or token lists of the source the units of the training part are; by default
        those with the same numbers. None if a share of the text is held out: it cuts units.
    document_tags : tuple of str and int, optional
        The names of the documents that units belong to, see `with_documents`.
    tags_left_out : int, default 0
        Tags of which no unit has a word that is kept.
    """

    vocabulary: Vocabulary
    tokens: TokenStore
    words_read: int
    units_read: int
    held_out: int = 0
    words_left_out: int = 0
    script: Script | None = None
    phrases: Phrases | None = None
    unit_numbers: UnitNumbers | None = field(default=None, repr=False)
    document_tags: tuple[Token, ...] | None = field(default=None, repr=False)
    tags_left_out: int = 0

    def numbers_of_units(self) -> NDArray[np.int64]:
        """Return the number of each unit's line or token list in the source: int64 (units,).

        Examples
        --------
        >>> units = [["tea", "and"], [], ["tea", "or"]]
        >>> read_corpus(units, min_count=1).numbers_of_units().tolist()
        [0, 2]
        """
        if self.unit_numbers is None:
            return np.arange(len(self.tokens))
        return self.unit_numbers.numbers()

    def with_documents(self, tags: Iterable[Iterable[Token]]) -> Corpus:
        """Return the same corpus with tags: names of documents that its units belong to.

        A unit may belong to several documents, and a document may have several units: the class of
        a text, its author, a name of its own. Training with `documents` then makes a vector for
        each tag, which is one more input of each window in its units.

        Parameters
        ----------
        tags : iterable of lists of str or int
            Those of each line or token list of the source, blank ones too. A list may be empty:
            then only words are trained there.

        Raises
        ------
        CorpusError
            If there are more or fewer lists, or a tag is neither text nor an integer.
        ConfigError
            If a part of the text is held out.

        Examples
        --------
        >>> units = [["tea", "milk"], ["salt", "rye"], ["milk", "tea"]] * 9
        >>> corpus = read_corpus(units, min_count=1).with_documents([["a"], ["b"], ["a", 3]] * 9)
        >>> corpus.document_tags
        ('a', 'b', 3)
        """
        if self.held_out:
            raise ConfigError("documents have no held-out text: read the corpus with holdout=0")
        total = len(self.tokens)
        if self.unit_numbers is not None:
            total = self.units_read + len(self.unit_numbers.blanks)
        documents, names, left_out = documents_by_tag(tags, self.numbers_of_units(), total)
        tokens = self.tokens.with_documents(documents)
        return dataclasses.replace(self, tokens=tokens, document_tags=names, tags_left_out=left_out)

    def names_of_documents(self) -> Sequence[Token]:
        """Return the tags of the documents; without tags, the numbers of the units."""
        if self.document_tags is not None:
            return self.document_tags
        numbers: list[Token] = self.numbers_of_units().tolist()
        return numbers

    def unit_length(self) -> float:
        """Return how long the unit is in which a token to train on stands, on average.

        Examples
        --------
        >>> read_corpus([["a"] * 6, ["b"] * 2], min_count=1).unit_length()
        5.0
        """
        size = self.tokens.size - self.held_out
        units = int(np.searchsorted(self.tokens.offsets, size))
        lengths = np.diff(self.tokens.offsets[: units + 1]).astype(np.float64)
        return float(lengths @ lengths / size)

    def digest(self) -> str:
        """Return a fingerprint of words, counts, token ids, units and `held_out`.

        It does not depend on the source that they were read from.

        Examples
        --------
        >>> units = [["tea", "and", "toast"]]
        >>> first, second = (read_corpus(units, min_count=1) for _ in range(2))
        >>> first.digest() == second.digest()
        True
        """
        return digest(self.vocabulary, self.tokens, self.held_out)


@explain_keywords
def read_corpus(
    source: Source,
    *,
    tokenizer: str | Tokenizer = "whitespace",
    lowercase: bool = False,
    min_count: int = 5,
    max_vocab: int | None = None,
    encoding_errors: EncodingErrors = "strict",
    normalization: Normalization = "NFC",
    phrases: int | Phrases | str | os.PathLike[str] = 0,
    vocabulary: Vocabulary | str | os.PathLike[str] | None = None,
    holdout: float | Source = 0.0,
    seed: int = 1,
    start: Vocabulary | None = None,
    leave_out: Sequence[Path] = (),
    on_progress: Progress | None = None,
) -> Corpus:
    r"""Read a corpus once and encode it.

    Each line of a text is a unit, and so is each token list. Units are not cut, whatever their
    length, unless a piece is held out. While a text is read, a second thread counts its words.

    Words are chosen and counted in what is trained on, as if the held-out part did not exist. In
    both parts, words that are not in the vocabulary are left out.

    Parameters
    ----------
    source : path, list of paths, or iterable of token lists
        A text file (plain, or compressed by gzip, bzip2, xz or zstd, whatever its name), a folder,
        a glob pattern, a URL of these (s3://, gs://, hdfs://, https:// and others: needs the extra
        `data`), `"-"` for standard input, or several of these in a list or tuple. Or any iterable
        of units: lists, tuples, arrays, generators of words or of integers, documents of spaCy. Or
        a column of texts (of pandas, Polars, Arrow, datasets), or another iterable of `str` that
        is no list: each is a line. It is read once, so it may be a generator.
    tokenizer : {"whitespace", "words", "textbook", "chinese"} or callable, default "whitespace"
        How a line becomes words: split at white space; by Unicode's word boundaries, lower-cased;
        by the pattern `\b\w+\b|[,.!?]`, lower-cased; by jieba. A callable takes a line and returns
        its words.
    lowercase : bool, default False
        Whether words are lower-cased.
    min_count : int, default 5
        Words that occur less often are left out, and so are units that have no other word.
    max_vocab : int, optional
        Keep at most so many words, the most frequent.
    encoding_errors : {"strict", "replace"}, default "strict"
        Whether invalid UTF-8 and NUL bytes raise an error, or become U+FFFD.
    normalization : {"NFC", "NFKC", "none"}, default "NFC"
        The Unicode normalization form of the text, so that words with accents are the same word
        however the accents are written. Token lists stay as they are given.
    phrases : int, Phrases or path, default 0
        Join neighbouring words to phrases such as `new_york`: those that so many passes find in
        what is trained on (0 joins none), or those that `learn_phrases` found. Phrases that
        `min_count` would leave out stay apart.
    vocabulary : Vocabulary or path, optional
        Words and counts that are taken in the place of those of the source, such as those of a
        larger text: what `Vocabulary.save` or word2vec's `-save-vocab` wrote. `min_count` and
        `max_vocab` choose among them. Words that are not in the source are kept too, but not
        `</s>`, in which word2vec counts the ends of lines.
    holdout : float, or as `source`, default 0.0
        What to keep out of training; it comes last in the tokens. Either a share of the words, in
        pieces chosen at random, or a source of its own, read as `source` is. A piece is a unit, or
        1,000 words of a longer one (a little more if the text has no white space there). A unit
        becomes two if a piece is taken out of its middle.
    seed : int, default 1
        Start of the random numbers that choose the pieces.
    start : Vocabulary, optional
        Words that are kept whatever their count in the source. Their counts, each at least 1, are
        added to those in the source, where accents may be written in another way (NFC, NFD).
        `min_count` is for new words, `max_vocab` for all words together.
    leave_out : sequence of Path
        Files and folders that are not read as part of a folder or pattern, since the run itself
        writes them.
    on_progress : callable, optional
        Called with the bytes (or token lists) of `source` done and their total, or None where it
        is not known.

    Returns
    -------
    Corpus
        Vocabulary, ordered by count falling, and token ids. Ties: words of `start` in their order,
        then the others by first appearance in `source`, then phrases by their score.

    Raises
    ------
    ConfigError
        If an option is out of range, or is meant for text and `source` or `holdout` holds token
        lists, or `start` does not fit the rest.
    CorpusError
        If a source cannot be read, or there is nothing to train on or nothing to hold out.
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
    chosen: Any = {"min_count": min_count, "max_vocab": max_vocab, "start": start}
    listed = check_words(vocabulary, **chosen, phrases=phrases)
    whole_number("seed", seed, least=0, most=None)
    share = share_of(holdout)
    options = TextOptions(tokenizer, lowercase, encoding_errors, normalization)
    # First, as looking at an iterable makes its first item.
    held_source = _open_held(holdout, options, leave_out) if share is None else None
    opened = OpenedSource(source, options, leave_out)
    stage = PhraseStage(phrases, opened)
    if held_source is not None:
        check_apart(opened.files, held_source.files)
    with contextlib.ExitStack() as files:

        def new_stream() -> ScratchArray[np.int32]:
            return files.enter_context(ScratchArray(np.int32))

        blanks = files.enter_context(ScratchArray(np.int64))
        raw = first_pass_of_words(opened, new_stream(), on_progress, blanks)
        parts: Sequence[RawCorpus] = [raw]
        if share:
            parts = hold_out(raw, new_stream(), new_stream(), share=share, seed=seed)
        training, *held = stage.join(parts, new_stream, min_count, start)
        words, ids = select_words(training, **chosen, listed=listed)
        encoded = [(part, ids) for part in (training, *held)]
        if held_source is not None:
            encoded.append(_read_held(held_source, stage, words, new_stream))
        tokens, ends, numbers = second_pass(encoded, blanks)
    check_pairs(np.diff(tokens.offsets[[0, *ends]]), np.diff([0, *ends]))
    trained = int(tokens.offsets[ends[0]])
    return Corpus(
        words,
        tokens,
        raw.words_read,
        raw.units,
        held_out=tokens.size - trained,
        words_left_out=training.words_read - trained,
        script=None if opened.holds_tokens else find_script(words),
        phrases=stage.phrases,
        unit_numbers=None if share else numbers,
    )


@contextlib.contextmanager
def _about_holdout() -> Iterator[None]:
    """Begin the message of an error with the option that it is about."""
    try:
        yield
    except (ConfigError, CorpusError) as error:
        raise type(error)(f"holdout: {error}") from error


@_about_holdout()
def _open_held(given: object, options: TextOptions, leave_out: Sequence[Path]) -> OpenedSource:
    """Find out what a held-out source is, and whether its files exist."""
    source = OpenedSource(given, options, leave_out)
    for file in source.files:
        file.size()
    return source


@_about_holdout()
def _read_held(
    source: OpenedSource, stage: PhraseStage, vocabulary: Vocabulary, new_stream: NewStream
) -> tuple[RawCorpus, NDArray[np.int32]]:
    """Read a held-out source; return it with the token id of each of its words."""
    held = stage.join_held(first_pass(source, new_stream()), new_stream, vocabulary)
    ids = find_words(held, vocabulary)
    if not np.any(ids >= 0):
        raise CorpusError(
            f"none of its words ({held.words_read:,}) is in the vocabulary of what is trained on: "
            "nothing to measure"
        )
    return held, ids


def check_pairs(words: ArrayLike, units: ArrayLike) -> None:
    """Raise `CorpusError` if what is trained on, or held out, has no unit of two words.

    Parameters
    ----------
    words, units : int64, (1,) or (2,)
        How many words of the vocabulary there are, and units that hold one: in what is trained on,
        and in what is held out, if anything is.
    """
    words, units = np.asarray(words), np.asarray(units)
    # No unit is empty, so one has two words if there are more words than units.
    if words[0] == units[0]:
        raise NothingToTrainError(
            "no line or token list has two words of the vocabulary: nothing to train on; "
            "put more words in a line or lower min_count (--min-count)"
        )
    if words[-1] == units[-1]:
        raise CorpusError(
            f"holdout: the held-out text has {counted(int(words[-1]), 'word')} of the vocabulary "
            "and no two of them in one line or token list: nothing to measure; hold out more, or "
            "lower min_count (--min-count)"
        )


def describe_source(source: Source | Corpus, *, is_text: bool) -> str | list[str]:
    """Return the names of the source, or its kind if it has none."""
    if isinstance(source, Corpus):
        return "Corpus"
    if isinstance(source, str | os.PathLike):
        return public_name(source) if is_url(source) else os.fspath(source)
    if isinstance(source, list | tuple) and all(isinstance(p, str | os.PathLike) for p in source):
        return [public_name(path) if is_url(path) else os.fspath(path) for path in source]
    return "texts" if is_text else "token lists"

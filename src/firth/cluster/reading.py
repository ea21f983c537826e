"""Reading a text by all members of a team, each a part of its files.

Each member counts the words of its part; counts are merged in a tree; all get the same vocabulary,
and each encodes its part. Words and counts are those that one process would find: the first
appearance of a word is the first in the order of the parts.

Only where different words are too many for memory, the rarest are dropped on the way. Then a count
may be too low, at most by the sum of the largest counts that were dropped each time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import itertools
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.cluster.parts import Place, Whole
from firth.cluster.samples import Samples, check_samples, samples_of_share
from firth.cluster.team import Team
from firth.corpus import Corpus, TokenStore, Vocabulary
from firth.corpus.changes import Watch
from firth.corpus.digest import digest
from firth.corpus.first_pass import OpenedSource, TextOptions, check_words, first_pass, no_words
from firth.corpus.raw_corpus import RawCorpus
from firth.corpus.reading import check_pairs
from firth.corpus.script import find_script
from firth.corpus.second_pass import second_pass
from firth.corpus.selection import find_words, select_words
from firth.corpus.sources import TextFile
from firth.corpus.tokens import ScratchArray
from firth.errors import CorpusError, warn
from firth.io.resources import available_memory

_WORDS_AT_ONCE = 1 << 16
# Of a word while counts are merged: its text, its place in a dictionary and in lists, its count.
_BYTES_OF_A_WORD = 250
# So many different words are kept however little memory there is.
_LEAST_WORDS = 1_000_000
# The bytes of a text that the process which leads reads before it starts workers.
_SMALL = 1 << 20


@dataclass(frozen=True, eq=False)
class Counts:
    """The words of a part of a text by first appearance, and how often each occurs.

    Parameters
    ----------
    words : list of str
        The words.
    counts : int64, (words,)
        How often each occurs.
    units : int
        Lines that are not blank.
    unspaced : str, optional
        The languages of most of the text, if it has no spaces between words.
    dropped : int
        How many words of the text are not in `counts`, as theirs were dropped.
    bound : int
        By how much a count may be too low, at most; those of words that are missing too.
    """

    words: list[str]
    counts: NDArray[np.int64]
    units: int
    unspaced: str | None
    dropped: int = 0
    bound: int = 0


def merge(first: Counts, second: Counts) -> Counts:
    """Return the counts of two parts together, of which the first comes first in the text.

    Examples
    --------
    >>> one = Counts(["tea", "milk"], np.array([2, 1]), units=1, unspaced=None)
    >>> two = Counts(["bread", "tea"], np.array([3, 4]), units=2, unspaced=None)
    >>> both = merge(one, two)
    >>> both.words, both.counts.tolist(), both.units
    (['tea', 'milk', 'bread'], [6, 1, 3], 3)
    """
    places = {word: place for place, word in enumerate(first.words)}
    found = [places.setdefault(word, len(places)) for word in second.words]
    counts = np.zeros(len(places), np.int64)
    counts[: len(first.counts)] = first.counts
    # No word is in a part twice.
    counts[found] += second.counts
    longer = first if first.counts.sum() >= second.counts.sum() else second
    merged = Counts(
        list(places),
        counts,
        first.units + second.units,
        longer.unspaced,
        first.dropped + second.dropped,
        first.bound + second.bound,
    )
    return prune(merged, most_words())


def most_words() -> int:
    """Return how many different words may be kept: a quarter of the memory that is free."""
    free = available_memory()
    return sys.maxsize if free is None else max(_LEAST_WORDS, free // (4 * _BYTES_OF_A_WORD))


def prune(counted: Counts, most: int) -> Counts:
    """Return counts of at most so many words: without the rarest, if there are more.

    Examples
    --------
    >>> counted = Counts(["tea", "milk", "x", "y"], np.array([9, 4, 1, 1]), 1, None)
    >>> pruned = prune(counted, 3)
    >>> pruned.words, pruned.dropped, pruned.bound
    (['tea', 'milk'], 2, 1)
    """
    if len(counted.words) <= most:
        return counted
    # Of words that occur equally often, all or none are dropped: the order decides nothing.
    largest = int(np.partition(counted.counts, -most - 1)[-most - 1])
    kept = counted.counts > largest
    return dataclasses.replace(
        counted,
        words=list(itertools.compress(counted.words, kept.tolist())),
        counts=counted.counts[kept],
        dropped=counted.dropped + int(counted.counts[~kept].sum()),
        bound=counted.bound + largest,
    )


class PartReader:
    """Reads one part of a text in two passes, in the process of a member."""

    def __init__(
        self, files: list[TextFile], expected: list[Samples], options: TextOptions
    ) -> None:
        check_samples(files, expected)
        with contextlib.ExitStack() as opened:
            symbols = opened.enter_context(ScratchArray(np.int32))
            source = OpenedSource(None, options, files=files)
            self._raw = first_pass(source, symbols)
            # From here on they stay open.
            self._open = opened.pop_all()

    def close(self) -> None:
        """Close its files."""
        self._open.close()

    def counts(self) -> Counts:
        """Return the words and their counts."""
        raw = self._raw
        words: list[str] = []
        for start in range(0, len(raw.counts), _WORDS_AT_ONCE):
            numbers = np.arange(start, min(start + _WORDS_AT_ONCE, len(raw.counts)))
            words += map(str, raw.spell(numbers))
        return Counts(words, raw.counts, raw.units, raw.unspaced)

    def encode(self, vocabulary: Vocabulary) -> TokenStore:
        """Return the token ids of the part; nothing can be read afterwards."""
        with self._open, ScratchArray(np.int64) as blanks:
            ids = find_words(self._raw, vocabulary)
            return second_pass([(self._raw, ids)], blanks)[0]


class RemoteTokens(TokenStore):
    """Token ids that other processes have."""

    def __init__(self, size: int, units: int) -> None:
        super().__init__(np.empty(0, np.int32), np.zeros(1, np.int64))
        self._size, self._units = size, units

    @property
    def size(self) -> int:
        """Number of tokens in all units."""
        return self._size

    def __len__(self) -> int:
        """Return the number of units."""
        return self._units


@dataclass(frozen=True)
class RemoteCorpus(Corpus):
    """A corpus whose tokens the members of a team have."""

    digests: tuple[str, ...] = ()

    def unit_length(self) -> float:
        """Return infinity: the members have the units, some of which may be long."""
        return math.inf

    def digest(self) -> str:
        """Return a fingerprint of words, counts, and of the parts of the members."""
        state = hashlib.sha256("".join(self.digests).encode())
        state.update(digest(self.vocabulary, RemoteTokens(0, 0), 0).encode())
        return state.hexdigest()


@dataclass(frozen=True, eq=False)
class SharedText:
    """A text of which each member of a team reads a part; see `SharedCorpus`.

    Parameters
    ----------
    shares : list of list of TextFile
        What each member reads.
    options : TextOptions
        How text becomes words.
    vocabulary : Vocabulary
        The words that are kept.
    whole : Whole
        Where the parts lie.
    digests : tuple of str
        Fingerprints of the parts.
    """

    shares: list[list[TextFile]]
    options: TextOptions
    vocabulary: Vocabulary
    whole: Whole
    digests: tuple[str, ...]

    def deliver(self, team: Team) -> None:
        """Have each member read its part again, with the words that were chosen.

        Raises
        ------
        CorpusError
            If a part is not what it was.
        """
        _read_parts(team, self.shares, self.options)
        found = team.call("encode", self.vocabulary)
        for rank, (_, _, now) in enumerate(found):
            if now != self.digests[rank]:
                name = TextFile(self.shares[rank][0].path).name
                raise CorpusError(
                    "new workers cannot go on, as the text has changed since this run read it: "
                    f"part {rank + 1} of {len(found)}, from {name} on; start a new run"
                )


def read_text(
    team: Team,
    shares: list[list[TextFile]],
    options: TextOptions,
    *,
    min_count: int,
    max_vocab: int | None = None,
    start: Vocabulary | None = None,
    watch: Watch | None = None,
) -> tuple[RemoteCorpus, SharedText]:
    """Have the members of a team read a text, and return what there is in all.

    Parameters
    ----------
    shares, options
        What each member reads, and how.
    min_count, max_vocab, start
        Which words are kept; see `read_corpus`.
    watch : Watch, optional
        The files, looked at before they were shared out, if changes are to be told.

    Raises
    ------
    CorpusError
        If a file cannot be read or differs between machines, or there is nothing to train on.
    """
    _read_parts(team, shares, options)
    if watch is not None:
        watch.check()
    counted: Counts = team.call_merged("counts", merge)
    if counted.bound:
        warn(
            "the different words of the text do not fit into memory: the rarest were dropped while "
            f"counting, so counts may be too low by up to {counted.bound:,}, and words that occur "
            f"up to {counted.bound:,} times more than min_count (--min-count) may be missing"
        )
    with ScratchArray(np.int32) as nothing:
        raw = RawCorpus.of_words(
            nothing,
            counted.units,
            counted.counts,
            lambda chosen: [counted.words[number] for number in chosen.tolist()],
            counted.unspaced,
        )
        check_words(raw, options.tokenizer)
        vocabulary, _ = select_words(raw, min_count=min_count, max_vocab=max_vocab, start=start)
        words_read = raw.words_read + counted.dropped
    found = team.call("encode", vocabulary)
    sizes, units, digests = zip(*found, strict=True)
    check_pairs([sum(sizes)], [sum(units)])
    firsts = [sum(sizes[:rank]) for rank in range(len(sizes))]
    places = (Place(*each) for each in zip(firsts, sizes, [0] * len(sizes), units, strict=True))
    corpus = RemoteCorpus(
        vocabulary,
        RemoteTokens(sum(sizes), sum(units)),
        words_read,
        raw.units,
        words_left_out=words_read - sum(sizes),
        script=find_script(vocabulary),
        digests=digests,
    )
    return corpus, SharedText(shares, options, vocabulary, Whole(tuple(places)), digests)


def check_small(
    files: list[TextFile],
    options: TextOptions,
    *,
    min_count: int,
    max_vocab: int | None,
    start: Vocabulary | None,
) -> None:
    """Raise in this process, without workers, if a small text has too few words to train on.

    A text of more than a megabyte is not looked at, nor one of another place, nor one that a
    callable cuts into words, which may take long.

    Parameters
    ----------
    files, options, min_count, max_vocab, start
        As for `read_text`.

    Raises
    ------
    CorpusError
        If a file cannot be read, or there is nothing to train on.
    """
    sizes = [file.size() for file in files if isinstance(file.path, Path)]
    known = [size for size in sizes if size is not None]
    is_small = len(known) == len(files) and sum(known) <= _SMALL
    if not is_small or not isinstance(options.tokenizer, str):
        return
    with ScratchArray(np.int32) as symbols:
        raw = first_pass(OpenedSource(None, options, files=files), symbols)
        if raw.words_read == 0:
            raise no_words()
        select_words(raw, min_count=min_count, max_vocab=max_vocab, start=start)


def _read_parts(team: Team, shares: list[list[TextFile]], options: TextOptions) -> None:
    arguments = [[files, samples_of_share(files), options] for files in shares]
    team.call_each("read", arguments)

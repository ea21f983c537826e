"""Joining phrases in a corpus that was read once: from words to words, pass by pass."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from firth.compilation import compiled
from firth.corpus.chunks import UNIT_END
from firth.corpus.pairs import (
    FIRST_CONNECTOR,
    NO_PART,
    PairTable,
    Pending,
    code_of,
    key_of,
    keys_of,
    number_of,
)
from firth.corpus.raw_corpus import RawCorpus
from firth.corpus.tokens import ScratchArray
from firth.errors import ConfigError
from firth.phrases import Phrase
from firth.ranges import joined_ranges

BATCH = 1 << 16
_NOT_A_PHRASE = -1

NewStream = Callable[[], ScratchArray[np.int32]]


class _Pass(NamedTuple):
    """One pass, as compiled code takes it."""

    roles: NDArray[np.int32]  # of each word
    slots: NDArray[np.int64]  # of a `PairTable`: the number of each phrase in this pass
    numbers: NDArray[np.int32]  # of the word that each phrase becomes
    base: int  # of the codes for connectors


class Joining:
    """The words of a corpus and those that phrases add, and how to join them.

    Words that were read come first, in their order. Then those of each pass, in its order. A phrase
    that is spelled as a word that is there becomes that word.

    Parameters
    ----------
    raw : RawCorpus
        The corpus, or any part of it.
    connectors : sequence of str
        Words that may stand within a phrase.
    delimiter : str
        Stands between the words of a phrase.

    Raises
    ------
    ConfigError
        If the corpus holds integers.
    """

    def __init__(self, raw: RawCorpus, connectors: Sequence[str], delimiter: str) -> None:
        self._spell_read, self._read = raw.spell, len(raw.counts)
        if self._read and not isinstance(raw.spell(np.zeros(1, np.int64))[0], str):
            raise ConfigError(
                "phrases join words, and the corpus holds integers; leave phrases out"
            )
        self.connectors, self.delimiter = list(connectors), delimiter
        self._passes: list[_Pass] = []
        self._texts: list[str] = []  # the words that phrases added
        self._parts: list[list[int]] = []  # what each was joined from
        self._connectors = self.find(set(connectors))

    def __len__(self) -> int:
        """Return the number of words, with those that phrases added."""
        return self._read + len(self._texts)

    def spell(self, numbers: NDArray[np.int64]) -> list[str]:
        """Return the words of these numbers."""
        numbers = np.asarray(numbers)
        is_read = numbers < self._read
        read = iter(cast(Sequence[str], self._spell_read(numbers[is_read])))
        return [
            next(read) if known else self._texts[number - self._read]
            for number, known in zip(numbers.tolist(), is_read.tolist(), strict=True)
        ]

    def find(self, words: Collection[str]) -> dict[str, int]:
        """Return the numbers of those of some words that are there."""
        found = {}
        for start in range(0, self._read, BATCH):
            read = self._spell_read(np.arange(start, min(start + BATCH, self._read)))
            found.update({str(word): n for n, word in enumerate(read, start) if word in words})
        texts = enumerate(self._texts, self._read)
        return {**found, **{text: number for number, text in texts if text in words}}

    def connector_roles(self) -> NDArray[np.int32]:
        """Return roles in which only connectors have one: int32 (words,)."""
        roles = np.full(len(self), NO_PART, np.int32)
        for place, word in enumerate(self.connectors):
            if word in self._connectors:
                roles[self._connectors[word]] = FIRST_CONNECTOR - place
        return roles

    def add_pass(self, phrases: Sequence[Phrase]) -> None:
        """Add what one pass joins; phrases with a word that is not there are left out."""
        base = len(self.connectors) + 1
        place_of = {word: place for place, word in enumerate(self.connectors)}
        texts = [self.delimiter.join(phrase.words) for phrase in phrases]
        ends = chain.from_iterable((each.words[0], each.words[-1]) for each in phrases)
        known = {**self.find({*texts, *ends}), **self._connectors}
        pairs, numbers = [], []
        ranks: dict[int, int] = {}
        for phrase, text in zip(phrases, texts, strict=True):
            if all(word in known for word in phrase.words):
                parts = [known[word] for word in phrase.words]
                if text not in known:
                    known[text] = len(self)
                    self._texts.append(text)
                    self._parts.append(parts)
                first, last = (ranks.setdefault(parts[end], len(ranks)) for end in (0, -1))
                between = code_of([place_of[word] for word in phrase.words[1:-1]], base)
                pairs.append((first, between, last))
                numbers.append(known[text])
        roles = self.connector_roles()
        roles[np.array(list(ranks), np.int64)] = list(ranks.values())
        table = PairTable()
        keys = keys_of(*np.array(pairs, np.int64).reshape(-1, 3).T)
        table.put(keys, np.arange(len(keys)))
        self._passes.append(_Pass(roles, table.slots, np.array(numbers, np.int32), base))

    def join(self, part: RawCorpus, new_stream: NewStream) -> RawCorpus:
        """Return a part of the corpus with the phrases of all passes joined."""
        for place in range(len(self._passes)):
            part = self.join_pass(part, new_stream(), place)
        return part

    def join_pass(
        self, part: RawCorpus, symbols: ScratchArray[np.int32], place: int = -1
    ) -> RawCorpus:
        """Return a part of the corpus with the phrases of one pass joined, by default the last.

        The stream of a part that was joined before is emptied.
        """
        roles, slots, numbers, base = self._passes[place]
        counts = np.zeros(len(self), np.int64)
        joined = np.empty(BATCH + 3, np.int32)
        pending, held = Pending(), np.zeros(3, np.int32)
        for words in word_blocks(part):
            if len(joined) < len(words) + 3:
                joined = np.empty(len(words) + 3, np.int32)
            pending, written = _join(
                words, roles, base, slots, numbers, pending, held, joined, counts
            )
            symbols.append(joined[:written])
        # Every unit ends with `UNIT_END`, so that nothing is pending.
        if part.spell == self.spell:
            part.symbols.clear()
        return RawCorpus.of_words(symbols, part.units, counts, self.spell, part.unspaced)

    def separate(
        self, parts: Sequence[RawCorpus], is_kept: Callable[[str, int], bool]
    ) -> list[RawCorpus]:
        """Return parts in which some phrases stand for the words that they were joined from.

        Parameters
        ----------
        parts : sequence of RawCorpus
            What `join` returned.
        is_kept : callable
            Takes a phrase and how often it occurs in the first part, with longer phrases that
            stand for it and more; returns whether it stays one word.
        """
        counts = parts[0].counts.copy()
        kept = np.ones(len(self), bool)
        # A phrase comes after its parts, so it adds to their counts before they are judged.
        for number in range(len(self) - 1, self._read - 1, -1):
            if not is_kept(self._texts[number - self._read], int(counts[number])):
                kept[number] = False
                for part in self._parts[number - self._read]:
                    counts[part] += counts[number]
        words: list[list[int]] = []
        for place, phrase_parts in enumerate(self._parts):
            if kept[self._read + place]:
                words.append([self._read + place])
            else:
                below = (
                    [part] if part < self._read else words[part - self._read]
                    for part in phrase_parts
                )
                words.append(list(chain.from_iterable(below)))
        lengths = np.ones(len(self), np.int64)
        lengths[self._read :] = [len(each) for each in words]
        added = np.array(list(chain.from_iterable(words)), np.int32)
        flat = np.concatenate([np.arange(self._read, dtype=np.int32), added])
        bounds = np.concatenate([[0], np.cumsum(lengths)])
        separated = (dataclasses.replace(part, bounds=bounds, words=flat) for part in parts)
        return [
            dataclasses.replace(part, counts=part.count_words(part.counts)) for part in separated
        ]


def word_blocks(raw: RawCorpus) -> Iterator[NDArray[np.int32]]:
    """Yield the stream of a corpus block by block, with words in place of symbols."""
    lengths = raw.lengths
    is_plain = len(lengths) == len(raw.counts) and bool((lengths == 1).all())
    is_plain = is_plain and np.array_equal(raw.words, np.arange(len(lengths)))
    for symbols in raw.symbols.blocks(BATCH):
        if is_plain:
            yield symbols
            continue
        is_end = symbols == UNIT_END
        sizes = np.where(is_end, 1, lengths[symbols])
        places, bounds = joined_ranges(raw.bounds[symbols], sizes)
        ends = bounds[1:][is_end] - 1
        places[ends] = 0
        words = raw.words[places]
        words[ends] = UNIT_END
        yield words


@compiled
def _join(
    words: NDArray[np.int32],
    roles: NDArray[np.int32],
    base: int,
    slots: NDArray[np.int64],
    numbers: NDArray[np.int32],
    pending: Pending,
    held: NDArray[np.int32],
    joined: NDArray[np.int32],
    counts: NDArray[np.int64],
) -> tuple[Pending, int]:
    """Join the phrases in a block of words, from left to right.

    Parameters
    ----------
    words, roles, base, pending
        As `list_pairs` takes them.
    slots, numbers
        Of the pass.
    held : int32, (3,)
        Changed: the first word of what is pending, and the connectors after it.
    joined : int32
        Written: the words, with phrases joined; three longer than `words`.
    counts : int64, (all words,)
        Changed: occurrences of each word that is written are added.

    Returns
    -------
    pending, written
        What the next block begins with, and how many words were written.
    """
    rank, between, connectors = pending
    written = 0
    for word in words:
        role = NO_PART if word == UNIT_END else roles[word]
        phrase = np.int64(_NOT_A_PHRASE)
        if rank >= 0:
            if role <= FIRST_CONNECTOR and connectors < 2:
                between += (FIRST_CONNECTOR - role + 1) * base**connectors
                connectors += 1
                held[connectors] = word
                continue
            if role >= 0:
                phrase = number_of(np.int64(key_of(rank, between, role)), slots)
            if phrase == _NOT_A_PHRASE:
                for place in range(connectors + 1):
                    joined[written] = held[place]
                    counts[held[place]] += 1
                    written += 1
        rank, between, connectors = -1, 0, 0
        if phrase != _NOT_A_PHRASE:
            word = numbers[phrase]
        elif role >= 0:
            rank = int(role)
            held[0] = word
            continue
        joined[written] = word
        written += 1
        if word != UNIT_END:
            counts[word] += 1
    return Pending(rank, between, connectors), written

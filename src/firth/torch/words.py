"""A vocabulary with ids from 1 on: id 0 stands for padding and for unknown words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.checks import whole_number
from firth.corpus import Vocabulary
from firth.errors import CorpusError, counted
from firth.torch.checks import whole_counts

Token = str | int

PADDING = 0
_SPECIAL_TOKENS = ("<pad>", "<unk>", "<sos>", "<eos>", "<mask>", "<sep>")


class PaddedVocabulary:
    """The words of a corpus with their counts; their ids begin after the reserved ids.

    Parameters
    ----------
    words : iterable of str or of int
        The words, each once, without the special tokens.
    counts : array_like of int
        How often each occurs.
    special_tokens : bool
        If False, id 0 is ``<pad>``, also for unknown words, and words begin at 1. If True, ids 0
        to 5 are ``<pad> <unk> <sos> <eos> <mask> <sep>``, words begin at 6, and an unknown word is
        ``<unk>``. Windows hold this token, and it learns a vector. But its count is 0: it is never
        a noise word, and the hierarchical softmax refuses it as a centre.

    Attributes
    ----------
    words : tuple
        The word of every id, the reserved ids included.
    counts : int64, (size,)
        The count of every id, 0 for the reserved ids. Read-only.
    reserved : int
        How many ids come before the first word: 1 or 6.
    unknown : int
        The id of unknown words: 0 or 1.

    Raises
    ------
    CorpusError
        If there is no word, a word comes twice or has a reserved name, or the number of counts is
        not the number of words.
    ConfigError
        If a count is negative, or not a whole number.

    Examples
    --------
    >>> vocabulary = PaddedVocabulary(["tea", "milk"], [3, 2])
    >>> len(vocabulary), vocabulary.words, vocabulary.counts
    (3, ('<pad>', 'tea', 'milk'), array([0, 3, 2]))
    >>> vocabulary.ids(["milk", "and", "tea"])
    [2, 0, 1]
    """

    def __init__(
        self, words: Iterable[Token], counts: ArrayLike, *, special_tokens: bool = False
    ) -> None:
        special = _SPECIAL_TOKENS if special_tokens else _SPECIAL_TOKENS[:1]
        self.reserved = len(special)
        self.unknown = 1 if special_tokens else PADDING
        self.words: tuple[Token, ...] = (*special, *words)
        given = whole_counts(counts)
        if len(self.words) == self.reserved:
            raise CorpusError("a vocabulary needs at least one word, got none")
        if given.shape != (len(self.words) - self.reserved,):
            raise CorpusError(
                f"a vocabulary needs one count for each word, got "
                f"{counted(len(self.words) - self.reserved, 'word')} and counts of shape "
                f"{given.shape}"
            )
        self.counts: NDArray[np.int64] = np.concatenate([np.zeros(self.reserved, np.int64), given])
        self.counts.flags.writeable = False
        self._ids = {word: place for place, word in enumerate(self.words)}
        if len(self._ids) != len(self.words):
            twice = next(word for word, times in Counter(self.words).items() if times > 1)
            raise CorpusError(
                f"each word must come once, and none may be {' or '.join(special)}; "
                f"got {twice!r} twice"
            )

    @classmethod
    def from_sentences(
        cls,
        sentences: Iterable[Sequence[Token]],
        *,
        min_count: int = 1,
        special_tokens: bool = False,
    ) -> Self:
        """Make a vocabulary of the words of sentences, by falling count; ties by first appearance.

        Parameters
        ----------
        sentences : iterable of lists of words
            Read once. Special tokens in them keep their own ids, and are not counted.
        min_count : int
            Words that occur less often are left out.
        special_tokens : bool
            Whether to put the special tokens first.

        Raises
        ------
        ConfigError
            If `min_count` is below 1.
        CorpusError
            If a sentence is a str, or no word is left.

        Examples
        --------
        >>> from firth.corpus.tokenizers import words
        >>> sentences = [words("Cats drink milk."), words("Dogs drink water.")]
        >>> vocabulary = PaddedVocabulary.from_sentences(sentences, special_tokens=True)
        >>> vocabulary.words[5:]
        ('<sep>', 'drink', '.', 'cats', 'milk', 'dogs', 'water')
        >>> vocabulary.id("drink"), vocabulary.id("tea")
        (6, 1)
        """
        min_count = whole_number("min_count", min_count, least=1)
        found: Counter[Token] = Counter()
        for number, sentence in enumerate(sentences):
            if isinstance(sentence, str):
                raise CorpusError(
                    f"sentence {number} must be a list of words, got a str; split it with a "
                    "tokenizer, such as firth.corpus.tokenizers.words"
                )
            found.update(sentence)
        for name in _SPECIAL_TOKENS if special_tokens else ():
            del found[name]
        kept = {word: count for word, count in found.items() if count >= min_count}
        if found and not kept:
            raise CorpusError(
                f"no word occurs {counted(min_count, 'time')} or more, the most frequent one "
                f"{counted(max(found.values()), 'time')}; lower min_count"
            )
        order = sorted(kept, key=lambda word: -kept[word])
        return cls(order, [kept[word] for word in order], special_tokens=special_tokens)

    @classmethod
    def from_vocabulary(cls, vocabulary: Vocabulary, *, special_tokens: bool = False) -> Self:
        """Make a vocabulary of a corpus that `read_corpus` read; `reserved` is added to its ids.

        Give `reserved` as `first_id` to the data set over the corpus. Without special tokens it is
        1, the default there.

        Examples
        --------
        >>> PaddedVocabulary.from_vocabulary(Vocabulary(["tea", "milk"], [3, 2])).id("tea")
        1
        """
        return cls(vocabulary.words, vocabulary.counts, special_tokens=special_tokens)

    def id(self, word: Token) -> int:
        """Return the id of a word, or `unknown`."""
        return self._ids.get(word, self.unknown)

    def ids(self, sentence: Iterable[Token]) -> list[int]:
        """Return the ids of a sentence's words."""
        return [self.id(word) for word in sentence]

    def __len__(self) -> int:
        """Return the number of ids, the reserved ones included: the rows that a table needs."""
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        """Return whether a word has an id of its own."""
        return word in self._ids

    def __repr__(self) -> str:
        """Show the size only."""
        return f"<PaddedVocabulary of {len(self)} ids>"

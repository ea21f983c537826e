"""Windows over sentences of ids, as PyTorch data sets, and how they become batches.

    B windows of a batch · C places for context words, at most 2 * window · K noise words

A window is a centre and the words up to `window` places away on either side. It stops at the ends
of its sentence. Ids of 0, which are padding and unknown words, are taken out first. So they are
neither centre nor context, and the words around them become neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset, IterableDataset, get_worker_info

from firth.checks import shown, whole_number
from firth.corpus import TokenStore
from firth.errors import ConfigError, CorpusError, counted
from firth.torch.checks import as_whole
from firth.torch.noise import NoiseSampler
from firth.torch.words import PADDING

Ids = NDArray[np.integer]
Item = tuple[int, Tensor]

_BLOCK = 65_536
# The ids of a TokenStore begin at 0, which is padding here.
_FIRST = PADDING + 1
# Ids are moved up by first_id: this keeps them well inside int32.
_MOST_RESERVED = 2**30


class WindowBatch(NamedTuple):
    """Windows as int64 tensors; padding is 0."""

    centre: Tensor  # (B,)
    contexts: Tensor  # (B, C), each row padded at its end
    noise: Tensor  # (B, K), K = 0 where none is wanted


class WindowDataset(Dataset[Item]):
    """All windows of some sentences: item i is a centre's id and its contexts' ids (c,).

    Parameters
    ----------
    sentences : iterable of lists of ids, or TokenStore
        Ids from 1 on, 0 for padding or unknown. The ids of a `TokenStore` begin at 0, and
        `first_id` is added to them.
    window : int
        The maximum distance of a context word.
    join : bool
        Whether windows reach from one sentence into the next.
    first_id : int
        The id of token 0 of a `TokenStore`: `reserved` of the `PaddedVocabulary` made from its
        vocabulary, which is 1 without special tokens.

    Raises
    ------
    ConfigError
        If `window` is below 1 or wider than every sentence, or `first_id` is below 1 or given for
        sentences.
    CorpusError
        If a sentence is not a list of ids, an id is negative, or no sentence has two words.

    Examples
    --------
    >>> dataset = WindowDataset([[1, 2, 3], [4, 0, 5]], window=1)
    >>> len(dataset), dataset[1]
    (5, (2, tensor([1, 3])))
    >>> dataset[3]
    (4, tensor([5]))
    """

    def __init__(
        self,
        sentences: Iterable[Sequence[int]] | TokenStore,
        window: int,
        *,
        join: bool = False,
        first_id: int = _FIRST,
    ) -> None:
        first_id = _checked_first(first_id)
        ids: Ids
        offsets: Ids
        if isinstance(sentences, TokenStore):
            ids, offsets = sentences.ids + np.int32(first_id), sentences.offsets
        elif first_id == _FIRST:
            ids, offsets = _laid(sentences)
        else:
            raise ConfigError(
                f"first_id is for a TokenStore, got {first_id}: the ids of sentences are not moved"
            )
        ids, offsets = _without_padding(ids, offsets)
        if join:
            offsets = np.array([0, len(ids)])
        self._window = _checked_window(window, offsets)
        self._ids, self._offsets = _without_short_units(ids, offsets)

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self._ids)

    def __getitem__(self, index: int) -> Item:
        """Return a window: the centre's id, and its contexts' ids, int64 (c,)."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} is out of range of {counted(len(self), 'window')}")
        centre, contexts = self.windows(np.array([index % len(self)]))
        return int(centre[0]), contexts[0][contexts[0] != PADDING]

    def windows(self, indices: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Return many windows at once: centre (B,), contexts (B, 2 * window) padded with 0."""
        reach = np.full(len(indices), self._window)
        centre, contexts = gather_windows(self._ids, self._offsets, indices, reach)
        return torch.from_numpy(centre), torch.from_numpy(contexts)

    def counts(self, size: int) -> NDArray[np.int64]:
        """Count how often each of `size` ids is a centre: int64 (size,)."""
        return np.bincount(self._ids, minlength=size)


class WindowStream(IterableDataset[Item]):
    """The windows of a corpus one after the other, for corpora too large for a `WindowDataset`.

    The items are those of a `WindowDataset`, in the order of the corpus. The workers of a
    `DataLoader` divide the corpus among them, so that every window comes once.

    Parameters
    ----------
    tokens : TokenStore
        The corpus.
    window, join, first_id
        As in `WindowDataset`.

    Raises
    ------
    ConfigError
        If `window` is below 1 or wider than every unit, or `first_id` is below 1.
    CorpusError
        If `tokens` is not a `TokenStore`, or no unit has two words.

    Examples
    --------
    >>> store = TokenStore(np.array([0, 1, 0, 2], np.int32), np.array([0, 1, 4]))
    >>> list(WindowStream(store, window=2))
    [(2, tensor([1, 3])), (1, tensor([2, 3])), (3, tensor([2, 1]))]
    """

    def __init__(
        self, tokens: TokenStore, window: int, *, join: bool = False, first_id: int = _FIRST
    ) -> None:
        if not isinstance(tokens, TokenStore):
            raise CorpusError(
                f"a WindowStream takes a TokenStore, got a {type(tokens).__name__}; "
                "use a WindowDataset for sentences"
            )
        self._tokens, self._joined = tokens, join
        self._window = _checked_window(window, self._offsets)
        self._first = _checked_first(first_id)

    def __iter__(self) -> Iterator[Item]:
        """Yield the windows of this worker's share."""
        worker = get_worker_info()
        first, step = (0, 1) if worker is None else (worker.id, worker.num_workers)
        size = self._tokens.size
        for start in range(first * _BLOCK, size, step * _BLOCK):
            stop = min(start + _BLOCK, size)
            centres, contexts = self._block(start, stop)
            for centre, row in zip(centres.tolist(), contexts, strict=True):
                near = row[row != PADDING]
                if len(near):
                    yield centre, torch.from_numpy(near)
            self._tokens.release(start, stop)

    @property
    def _offsets(self) -> Ids:
        """Where windows end: int64 (units + 1,)."""
        return np.array([0, self._tokens.size]) if self._joined else self._tokens.offsets

    def _block(self, start: int, stop: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the windows whose centres are at positions `start` up to `stop`."""
        low, high = max(0, start - self._window), stop + self._window
        ids = self._tokens.ids[low:high].astype(np.int64) + self._first
        offsets = self._offsets
        first = int(np.searchsorted(offsets, start, side="right")) - 1
        last = int(np.searchsorted(offsets, stop))
        bounds = np.clip(offsets[first : last + 1] - low, 0, len(ids))
        positions = np.arange(start - low, stop - low)
        return gather_windows(ids, bounds, positions, np.full(len(positions), self._window))


class Collate:
    """A `collate_fn` for a `DataLoader`: makes a `WindowBatch` of windows and draws its noise.

    Parameters
    ----------
    noise : NoiseSampler, optional
        Draws the noise words; None if `negative` is 0.
    negative : int
        K, the number of noise words for each window.

    Raises
    ------
    ConfigError
        If `negative` is 0 with a sampler, or above 0 without, or negative.

    Examples
    --------
    >>> collate = Collate(NoiseSampler([0, 5, 3, 2, 1]), negative=3)
    >>> batch = collate([(1, torch.tensor([2])), (2, torch.tensor([1, 3]))])
    >>> batch.centre, batch.contexts
    (tensor([1, 2]), tensor([[2, 0],
            [1, 3]]))
    >>> batch.noise.shape, set(batch.noise[1].tolist())
    (torch.Size([2, 3]), {4})
    """

    def __init__(self, noise: NoiseSampler | None, negative: int = 5) -> None:
        negative = whole_number("negative", negative, least=0)
        if (negative > 0) != (noise is not None):
            raise ConfigError(
                "negative must be at least 1 with a NoiseSampler, or 0 without, "
                f"got {negative} and {noise!r}"
            )
        self._noise, self._negative = noise, negative

    def __call__(self, items: Sequence[Item]) -> WindowBatch:
        """Return windows as a batch, padded to the longest."""
        contexts = torch.nn.utils.rnn.pad_sequence(
            [near for _, near in items], batch_first=True, padding_value=PADDING
        )
        return self.batch(torch.tensor([centre for centre, _ in items]), contexts)

    def batch(self, centre: Tensor, contexts: Tensor) -> WindowBatch:
        """Return windows that are already tensors, (B,) and (B, C), as a batch with noise."""
        if self._noise is None:
            noise = torch.empty(len(centre), 0, dtype=torch.int64)
        else:
            noise = self._noise.draw(centre, contexts, self._negative)
        return WindowBatch(centre, contexts, noise)


def gather_windows(
    ids: Ids, offsets: Ids, positions: Ids, reach: Ids
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Look up windows, all at once.

    Parameters
    ----------
    ids, offsets : (n,), (units + 1,)
        Ids from 1 on of all units; where each unit begins, and where the last ends.
    positions, reach : (B,)
        The positions of the centres, and how far each window goes.

    Returns
    -------
    centre, contexts : int64, (B,) and (B, 2 * max(reach))
        Contexts in their order in the text, each row padded with 0 at its end.
    """
    widest = int(reach.max(initial=1))
    steps = np.concatenate([np.arange(-widest, 0), np.arange(1, widest + 1)])
    units = np.searchsorted(offsets, positions, side="right") - 1
    low = np.maximum(offsets[units], positions - reach)[:, np.newaxis]
    high = np.minimum(offsets[units + 1], positions + reach + 1)[:, np.newaxis]
    places = positions[:, np.newaxis] + steps
    inside = (low <= places) & (places < high)
    contexts = np.where(inside, ids[np.where(inside, places, 0)], PADDING)
    order = np.argsort(~inside, axis=1, kind="stable")
    contexts = np.take_along_axis(contexts, order, axis=1)
    return ids[positions].astype(np.int64), contexts.astype(np.int64)


def _laid(sentences: Iterable[Sequence[int]]) -> tuple[Ids, Ids]:
    """Return the ids of all sentences end to end, and where each begins and the last ends."""
    units = [np.empty(0, np.int64)]
    for number, sentence in enumerate(sentences):
        ids = as_whole(sentence)
        if ids is None:
            raise CorpusError(
                f"sentence {number} must be a list of ids, got {shown(sentence)}; "
                "PaddedVocabulary.ids makes ids of words"
            )
        if ids.min(initial=0) < 0:
            raise CorpusError(f"sentence {number}: ids must be at least 0, got {ids.min()}")
        units.append(ids)
    return np.concatenate(units), np.cumsum([len(unit) for unit in units])


def _without_padding(ids: Ids, offsets: Ids) -> tuple[Ids, Ids]:
    real = ids != PADDING
    return ids[real], np.concatenate([[0], np.cumsum(real)])[offsets]


def _without_short_units(ids: Ids, offsets: Ids) -> tuple[Ids, Ids]:
    """Leave out units of one word, so that every position has a window."""
    lengths = np.diff(offsets)
    long = lengths > 1
    return ids[np.repeat(long, lengths)], np.concatenate([[0], np.cumsum(lengths[long])])


def _checked_first(first_id: int) -> int:
    return whole_number("first_id", first_id, least=_FIRST, most=_MOST_RESERVED)


def _checked_window(window: int, offsets: Ids) -> int:
    window = whole_number("window", window, least=1)
    longest = int(np.diff(offsets).max(initial=0))
    if longest < 2:
        raise CorpusError(
            "no sentence has two words of the vocabulary, so there is no window; "
            "give longer sentences, or join=True"
        )
    if window >= longest:
        raise ConfigError(
            f"window must be at most {longest - 1}, got {window}: it is wider than every sentence "
            f"(the longest has {longest} words); lower it, or give join=True"
        )
    return window

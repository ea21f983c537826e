"""Keeping a part of a corpus out of training.

The part is made of pieces. A piece is a unit, or about 1,000 words of a longer one. Pieces are
passed once, in order. If `left` words are still to come and `wanted` of them are still to be held
out, the next piece is held out with probability wanted / left (selection sampling: Knuth, The Art
of Computer Programming, volume 2, 3.4.2, algorithm S, here with pieces of unequal length). So the
sum misses the share by one piece at most, and no piece needs to be remembered. Each piece has the
same chance, except for the last few, which make up for what is still wanted.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.checks import shown
from firth.compilation import compiled
from firth.corpus.chunks import UNIT_END
from firth.corpus.raw_corpus import RawCorpus
from firth.corpus.sources import TextFile
from firth.corpus.tokens import ScratchArray
from firth.errors import ConfigError, CorpusError, counted

PIECE = 1_000
BATCH = 1 << 16

# Keeps these random numbers apart from those of training, which start from the same seed.
_STREAM = int.from_bytes(b"held")
_NO_PIECE = -1


def share_of(holdout: Any) -> float | None:  # noqa: ANN401
    """Return the share that `holdout` is, or None if it is a source.

    Raises
    ------
    ConfigError
        If it is None, or a number that is not from 0 to below 1.
    """
    if not isinstance(holdout, Real | np.bool_ | None):
        return None
    # Compared before it becomes a float: an integer may be too large for one.
    share: Any = holdout
    if isinstance(holdout, bool | np.bool_ | None) or not 0 <= share < 1:
        raise ConfigError(
            "holdout must be a share from 0 to below 1, or held-out text or token lists, "
            f"got {shown(holdout)}"
        )
    return float(share)


def check_apart(trained: Iterable[TextFile], held: Iterable[TextFile]) -> None:
    """Raise `CorpusError` if a file is to be trained on and held out."""
    trained_places = {file.place for file in trained}
    for file in held:
        if file.place in trained_places:
            raise CorpusError(
                f"{file.name} cannot be both trained on and held out; give different texts, "
                "or a share of one (holdout=0.01)"
            )


def hold_out(
    raw: RawCorpus,
    training: ScratchArray[np.int32],
    held: ScratchArray[np.int32],
    *,
    share: float,
    seed: int,
) -> tuple[RawCorpus, RawCorpus]:
    """Divide a corpus into a part for training and a part that is held out.

    A unit out of whose middle a piece is taken becomes two units.

    Parameters
    ----------
    raw : RawCorpus
        The corpus.
    training, held : ScratchArray
        Empty; take the symbols of each part, in their order.
    share : float
        The share of the words to hold out, above 0 and below 1.
    seed : int
        Start of the random numbers.

    Returns
    -------
    training, held
        Two parts with the words of `raw` and counts of their own.

    Raises
    ------
    CorpusError
        If the corpus is a single piece.
    """
    total = raw.words_read
    pieces, held_counts = _distribute(raw, (training, held), share, seed)
    if pieces < 2:
        raise CorpusError(
            f"cannot hold out a share of {counted(total, 'word')} in one piece (a unit, or "
            f"{PIECE:,} words of a longer one); give more text, or held-out text of its own "
            "(holdout=FILE)"
        )
    if int(held_counts.sum()) in (0, total):
        # Too few pieces for the share: one changes sides, so that neither part is empty.
        turned = int(np.random.default_rng([seed, 1, _STREAM]).integers(pieces))
        training.clear()
        held.clear()
        _, held_counts = _distribute(raw, (training, held), share, seed, turned)
    return (
        dataclasses.replace(raw, symbols=training, counts=raw.counts - held_counts),
        dataclasses.replace(raw, symbols=held, counts=held_counts),
    )


class _State(NamedTuple):
    """What `_divide` hands on from block to block."""

    left: int  # words to come
    wanted: int  # of them, words still to be held out
    pieces: int  # pieces so far
    words: int  # words of the last piece, 0 if it has ended
    part: int  # 1 if the last piece is held out, 0 if it is for training


def _distribute(
    raw: RawCorpus,
    parts: tuple[ScratchArray[np.int32], ScratchArray[np.int32]],
    share: float,
    seed: int,
    turned: int = _NO_PIECE,
) -> tuple[int, NDArray[np.int64]]:
    """Return the number of pieces, and how often each word is held out."""
    lengths = raw.lengths
    held_counts = np.zeros(len(lengths), np.int64)
    state = _State(raw.words_read, math.floor(share * raw.words_read + 0.5), 0, 0, 0)
    generator = np.random.default_rng([seed, 0, _STREAM])
    draws = generator.random(BATCH)
    # A symbol may come with the end of the unit that it breaks.
    divided = np.empty((2, 2 * BATCH), np.int32)
    for symbols in raw.symbols.blocks(BATCH):
        before = state.pieces
        state, sizes = _divide(symbols, lengths, draws, state, turned, held_counts, divided)
        for part, stream in enumerate(parts):
            stream.append(divided[part, : sizes[part]])
        # One draw for each piece, wherever blocks end.
        used = state.pieces - before
        draws = np.concatenate([draws[used:], generator.random(used)])
    return state.pieces, raw.count_words(held_counts)


@compiled
def _divide(
    symbols: NDArray[np.int32],
    lengths: NDArray[np.int64],
    draws: NDArray[np.float64],
    state: _State,
    turned: int,
    held_counts: NDArray[np.int64],
    divided: NDArray[np.int32],
) -> tuple[_State, NDArray[np.int64]]:
    """Write each symbol of a block to one of two parts.

    A part gets `UNIT_END` where a unit ends in it, and where the other part goes on.

    Parameters
    ----------
    lengths : int64
        Number of words of each symbol.
    draws : float64
        Random numbers from 0 to 1, one for each piece that may begin in this block.
    state : _State
        Of the block before.
    turned : int
        Number of the piece that goes to the other part than drawn, or `_NO_PIECE`.
    held_counts : int64
        Changed: occurrences of each symbol in what is held out are added.
    divided : int32, (2, n)
        Written: the symbols for training, and those that are held out. At least twice as long as
        `symbols`.

    Returns
    -------
    state, sizes
        The state after this block, and how many symbols were written to each part.
    """
    left, wanted, pieces, words, part = state
    first = pieces
    sizes = np.zeros(2, np.int64)
    for symbol in symbols:
        length = 0 if symbol == UNIT_END else lengths[symbol]
        if length > 0 and words == 0:
            goes_to = int((draws[pieces - first] * left < wanted) != (pieces == turned))
            if goes_to != part:
                divided[part, sizes[part]] = UNIT_END
                sizes[part] += 1
                part = goes_to
            pieces += 1
        divided[part, sizes[part]] = symbol
        sizes[part] += 1
        if symbol == UNIT_END:
            words = 0
            continue
        left -= length
        words += length
        if words >= PIECE:
            words = 0
        if part == 1:
            wanted -= length
            held_counts[symbol] += 1
    return _State(left, wanted, pieces, words, part), sizes

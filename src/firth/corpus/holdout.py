"""Keeping a part of a corpus out of training: which pieces, and how the stream is divided.

A piece is a unit, or about 1,000 words of a longer one. Pieces are passed once, in order. With
`left` words still to come and `wanted` of them still to be held out, the piece at hand is held out
with probability wanted / left (selection sampling, Knuth, The Art of Computer Programming, volume
2, 3.4.2, algorithm S, here with pieces of unequal length). So the sum misses what is wanted by a
piece at most, nothing is remembered of any piece, and each has the same chance; but for the last
few, which make up for what others have left to be held out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.checks import shown
from firth.compilation import compiled
from firth.corpus.chunks import UNIT_END
from firth.corpus.raw_corpus import RawCorpus
from firth.corpus.sources import TextFile
from firth.corpus.tokens import ScratchArray
from firth.errors import ConfigError, CorpusError

PIECE = 1_000
BATCH = 1 << 16

# Keeps these draws apart from those of training, which start from the same seed.
_STREAM = int.from_bytes(b"held")
_NO_PIECE = -1
# What `_divide` remembers between two blocks.
_LEFT, _WANTED, _PIECES, _PIECE_WORDS, _IS_HELD, _UNIT_IS_OPEN = range(6)


def share_of(holdout: Any) -> float | None:  # noqa: ANN401
    """Return the share that `holdout` is, or None if it is a source.

    Raises
    ------
    ConfigError
        If it is None, or a number that is not from 0 to below 1.
    """
    if not isinstance(holdout, Real | np.bool_ | None):
        return None
    # Compared before it is a float, which not every integer can be.
    share: Any = holdout
    if isinstance(holdout, bool | np.bool_ | None) or not 0 <= share < 1:
        raise ConfigError(
            "holdout must be a share from 0 to below 1, or held-out text or token lists, "
            f"got {shown(holdout)}"
        )
    return float(share)


def check_apart(trained: Iterable[TextFile], held: Iterable[TextFile]) -> None:
    """Raise `CorpusError` if a file is to be trained on and held out."""
    identities = {_identity(file) for file in trained}
    for file in held:
        if _identity(file) in identities:
            raise CorpusError(
                f"{file.name} cannot be both trained on and held out; give different texts, "
                "or a share of one (holdout=0.01)"
            )


def _identity(file: TextFile) -> Path | None:
    return file.path and file.path.resolve()


def hold_out(
    draft: RawCorpus,
    stream: ScratchArray[np.int32],
    training: ScratchArray[np.int32],
    held: ScratchArray[np.int32],
    *,
    share: float,
    seed: int,
) -> NDArray[np.int64]:
    """Divide a stream of symbols into what is for training and what is held out.

    A unit out of whose middle a piece is taken becomes two units.

    Parameters
    ----------
    draft : RawCorpus
        The corpus as first read.
    stream : ScratchArray
        Its symbols.
    training, held : ScratchArray
        Empty; take the symbols of either part, in their order.
    share : float
        The share of the words to hold out, above 0 and below 1.
    seed : int
        Start of the random numbers.

    Returns
    -------
    int64, (words,)
        Occurrences of each word in the part for training.

    Raises
    ------
    CorpusError
        If the corpus is a single piece.
    """
    total = int(draft.counts.sum())
    pieces, counts = _distribute(draft, stream, training, held, share, seed)
    if pieces < 2:
        raise CorpusError(
            f"cannot hold out a share of {total} words in one piece (a unit, or {PIECE:,} words of "
            "a longer one); give more text, or held-out text of its own (holdout=FILE)"
        )
    if int(counts.sum()) in (0, total):
        # Too few pieces for the share: one changes sides, so that neither part is empty.
        turned = int(np.random.default_rng([seed, 1, _STREAM]).integers(pieces))
        training.clear()
        held.clear()
        _, counts = _distribute(draft, stream, training, held, share, seed, turned)
    return counts


def _distribute(
    draft: RawCorpus,
    stream: ScratchArray[np.int32],
    training: ScratchArray[np.int32],
    held: ScratchArray[np.int32],
    share: float,
    seed: int,
    turned: int = _NO_PIECE,
) -> tuple[int, NDArray[np.int64]]:
    """Return the number of pieces, and the occurrences of each word in the part for training."""
    lengths = np.diff(draft.bounds)
    held_counts = np.zeros(len(lengths), np.int64)
    total = int(draft.counts.sum())
    state = np.zeros(6, np.int64)
    state[_LEFT], state[_WANTED] = total, math.floor(share * total + 0.5)
    generator = np.random.default_rng([seed, 0, _STREAM])
    draws = generator.random(BATCH)
    # A symbol can come with the end of the unit that it breaks.
    kept, out = np.empty(2 * BATCH, np.int32), np.empty(2 * BATCH, np.int32)
    for symbols in stream.blocks(BATCH):
        before = int(state[_PIECES])
        kept_size, out_size = _divide(
            symbols, lengths, draws, state, turned, held_counts, kept, out
        )
        training.append(kept[:kept_size])
        held.append(out[:out_size])
        # Each piece has one draw, wherever the blocks end.
        used = int(state[_PIECES]) - before
        draws = np.concatenate([draws[used:], generator.random(used)])
    return int(state[_PIECES]), draft.counts - draft.count_words(held_counts)


@compiled
def _divide(
    symbols: NDArray[np.int32],
    lengths: NDArray[np.int64],
    draws: NDArray[np.float64],
    state: NDArray[np.int64],
    turned: int,
    counts: NDArray[np.int64],
    training: NDArray[np.int32],
    held: NDArray[np.int32],
) -> tuple[int, int]:
    """Write each symbol of a block to one of two parts; symbols without words go nowhere.

    Parameters
    ----------
    lengths : int64
        Words of each symbol.
    draws : float64
        From 0 to 1, one for each piece that may begin here.
    state : int64, (6,)
        Changed: words to come, words still to hold out, pieces and words of the last one so far,
        whether that is held out, and whether its unit goes on.
    turned : int
        Number of the piece that goes where it would not, or `_NO_PIECE`.
    counts : int64
        Changed: each symbol's occurrences in what is held out are added.
    training, held : int32
        Written; each at least twice as long as `symbols`.

    Returns
    -------
    kept, out
        How much stands in `training`, and in `held`.
    """
    left, wanted, pieces, words, is_held, unit_is_open = state
    first = pieces
    kept = out = 0
    for symbol in symbols:
        ends_unit = symbol == UNIT_END
        if not ends_unit and lengths[symbol] == 0:
            continue
        was_held = is_held
        if not ends_unit and words == 0:
            is_held = np.int64(draws[pieces - first] * left < wanted)
            if pieces == turned:
                is_held = 1 - is_held
            pieces += 1
        if unit_is_open and (ends_unit or is_held != was_held):
            if was_held:
                held[out] = UNIT_END
                out += 1
            else:
                training[kept] = UNIT_END
                kept += 1
        if ends_unit:
            words = unit_is_open = 0
            continue
        if is_held:
            held[out] = symbol
            out += 1
            wanted -= lengths[symbol]
            counts[symbol] += 1
        else:
            training[kept] = symbol
            kept += 1
        left -= lengths[symbol]
        words += lengths[symbol]
        if words >= PIECE:
            words = 0
        unit_is_open = 1
    state[:] = left, wanted, pieces, words, is_held, unit_is_open
    return kept, out

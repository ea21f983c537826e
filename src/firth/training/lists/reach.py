"""Words in reach: where a word is composed of several rows, its vector is composed once.

Each distinct word that windows reach has a slot, in which its vector is trained while it is there.
A list says which words move into slots and out of them, and before which window.

    S slots
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.compilation import inlined
from firth.compilation.arrays import Shapes

# A word that stays in reach moves out and in again after so many tokens. So the other words with
# its n-grams learn from it, and the changes of many words do not add up on rows that they share.
LONGEST_STAY = 16
# Words are found by chains, one for each remainder of their numbers.
CHAINS = 64
_NONE = -1


class InReach(NamedTuple):
    """Which word has which slot."""

    slots: NDArray[np.int32]  # the slot of each gathered word, by its index
    words: NDArray[np.int64]  # (S,) the word that has each slot
    tokens: NDArray[np.int64]  # (S,) how many tokens of it are in reach; 0 where the slot is free
    since: NDArray[np.int64]  # (S,) the index of the token with which it moved in
    free: NDArray[np.int64]  # (S + 1,) how many slots are free, then which, the next one last
    chains: NDArray[np.int64]  # (CHAINS,) the first slot of each chain
    following: NDArray[np.int64]  # (S,) the next slot of the chain


def slot_count(reach: int) -> int:
    """Return S: a word moves out before the next moves in."""
    return 2 * reach + 1


def reach_shapes(reach: int, size: int, *, is_used: bool) -> Shapes:
    """Return the shapes of an `InReach` for so many gathered words, empty if it is not used."""
    slots = slot_count(reach) if is_used else 0
    return {
        "slots": ((size if is_used else 0,), np.int32),
        "words": ((slots,), np.int64),
        "tokens": ((slots,), np.int64),
        "since": ((slots,), np.int64),
        "free": ((slots + 1,), np.int64),
        "chains": ((CHAINS,), np.int64),
        "following": ((slots,), np.int64),
    }


def most_moves(reach: int, tokens: int) -> int:
    """Return the most moves of a list that so many tokens enter: all leave, some in between."""
    return (3 + 2 * (2 * reach // LONGEST_STAY)) * (tokens + slot_count(reach))


@inlined
def free_all(in_reach: InReach) -> None:
    """Free all slots."""
    in_reach.tokens[:] = 0
    in_reach.chains[:] = _NONE
    count = len(in_reach.words)
    in_reach.free[0] = count
    for k in range(count):
        in_reach.free[k + 1] = count - 1 - k


@inlined
def enter(in_reach: InReach, i: int, word: int, moves: NDArray[np.int64], count: int) -> int:
    """Let the token at index i enter; list the moves from row `count` on, and return their end."""
    chain = word & (CHAINS - 1)
    slot = in_reach.chains[chain]
    while slot != _NONE and in_reach.words[slot] != word:
        slot = in_reach.following[slot]
    if slot == _NONE:
        left = in_reach.free[0]
        slot = in_reach.free[left]
        in_reach.free[0] = left - 1
        in_reach.words[slot], in_reach.following[slot] = word, in_reach.chains[chain]
        in_reach.chains[chain] = slot
        count = move_in(in_reach, slot, i, moves, count)
    else:
        count = refresh(in_reach, slot, i, moves, count)
    in_reach.tokens[slot] += 1
    in_reach.slots[i] = slot
    return count


@inlined
def refresh(
    in_reach: InReach, slot: int | np.int64, i: int, moves: NDArray[np.int64], count: int
) -> int:
    """Let a word move out and in again, if it has been there for long when token i enters."""
    if i - in_reach.since[slot] >= LONGEST_STAY:
        count = move_out(slot, in_reach.words[slot], moves, count)
        count = move_in(in_reach, slot, i, moves, count)
    return count


@inlined
def leave(in_reach: InReach, i: int, moves: NDArray[np.int64], count: int) -> int:
    """Let the token at index i leave; list the moves from row `count` on, and return their end."""
    slot = np.int64(in_reach.slots[i])
    in_reach.tokens[slot] -= 1
    if in_reach.tokens[slot] > 0:
        return count
    word = in_reach.words[slot]
    chain = word & (CHAINS - 1)
    if in_reach.chains[chain] == slot:
        in_reach.chains[chain] = in_reach.following[slot]
    else:
        before = in_reach.chains[chain]
        while in_reach.following[before] != slot:
            before = in_reach.following[before]
        in_reach.following[before] = in_reach.following[slot]
    in_reach.free[0] += 1
    in_reach.free[in_reach.free[0]] = slot
    return move_out(slot, word, moves, count)


@inlined
def move_out(slot: int | np.int64, word: int, moves: NDArray[np.int64], count: int) -> int:
    """List that a word moves out of a slot: the word's complement says that it is not in."""
    moves[count, 0], moves[count, 1] = slot, ~word
    return count + 1


@inlined
def move_in(
    in_reach: InReach, slot: int | np.int64, i: int, moves: NDArray[np.int64], count: int
) -> int:
    """List that the word of a slot moves in, with the token at index i."""
    moves[count, 0], moves[count, 1] = slot, in_reach.words[slot]
    in_reach.since[slot] = i
    return count + 1

"""Skip-gram and CBOW with negative sampling, slowly and obviously, in float64.

What `kernel` computes, written straight from the definitions: the kernel is tested against this on
the same draws, and this against finite differences of the loss. Random numbers are drawn with
Python's integers. Nothing here is compiled, and nothing is shared with the kernel but the two
tables that it draws from.

    V vocabulary · D dimensions · K noise words · T targets · m inputs
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

_MASK = (1 << 64) - 1
_GAMMA = 0x9E3779B97F4A7C15


@dataclass(frozen=True)
class ReferenceWindow:
    """A window: where its centre stands in the corpus, its words, and the noise drawn for it."""

    position: int
    centre: int
    contexts: tuple[int, ...]
    noise: tuple[int, ...]


def mix(value: int) -> int:
    """Hash 64 bits (SplitMix64)."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def windows(
    units: Sequence[Sequence[int]],
    key: int,
    keep: NDArray[np.uint32],
    alias: NDArray[np.uint64],
    *,
    window: int,
    negative: int,
    shrink: bool,
) -> Iterator[ReferenceWindow]:
    """Give the windows of an epoch: subsampling first, then windows over the words that are left.

    Parameters
    ----------
    units : sequence of sequences of token ids
        The corpus. Windows do not cross units.
    key : int
        The epoch's key.
    keep, alias : uint32 (V,), uint64 (V,)
        See `sampling.keep_thresholds` and `sampling.alias_table`.
    window, negative, shrink
        As in `TrainConfig`.
    """
    position = 0
    for unit in units:
        streams = [mix((key + (position + i + 1) * _GAMMA) & _MASK) for i in range(len(unit))]
        kept = [i for i, word in enumerate(unit) if streams[i] >> 32 <= keep[word]]
        for place, i in enumerate(kept):
            stream = streams[i]
            reach = 1 + (((stream & 0xFFFFFFFF) * window) >> 32) if shrink else window
            near = kept[max(0, place - reach) : place] + kept[place + 1 : place + reach + 1]
            if near:
                yield ReferenceWindow(
                    position=position + i,
                    centre=unit[i],
                    contexts=tuple(unit[j] for j in near),
                    noise=tuple(_noise_word(stream, k, alias) for k in range(negative)),
                )
        position += len(unit)


def _noise_word(stream: int, k: int, alias: NDArray[np.uint64]) -> int:
    draw = mix((stream + (k + 1) * _GAMMA) & _MASK)
    column = ((draw >> 32) * len(alias)) >> 32
    own, other = divmod(int(alias[column]), 1 << 32)
    return column if draw & 0xFFFFFFFF <= own else other


def loss(x: Doubles, y: Doubles) -> float:
    """Give the binary cross-entropy of inputs X (m, D) with targets Y (T, D), in nats.

    The first target is the true one, the others are noise: the sum over all inputs of
    -log σ(x·y₀) - Σ log σ(-x·yₜ).
    """
    signed = x @ y.T
    signed[:, 0] *= -1.0
    return float(np.logaddexp(0.0, signed).sum())


def gradients(x: Doubles, y: Doubles) -> tuple[Doubles, Doubles]:
    """Give the gradients of `loss` with respect to X and Y."""
    labels = np.zeros(len(y))
    labels[0] = 1.0
    # σ(s) = exp(-log(1 + exp(-s))), which no score overflows.
    errors = np.exp(-np.logaddexp(0.0, -(x @ y.T))) - labels
    return errors @ y, errors.T @ x


def train_window(
    inputs: Doubles, outputs: Doubles, window: ReferenceWindow, eta: float, *, cbow: bool
) -> tuple[float, int]:
    """Take one step of gradient descent on a window; give its loss before it, and its pairs.

    CBOW adds the whole gradient of the mean to every context word, as word2vec.c does; the true
    gradient of a context word is that divided by the number of contexts.

    Parameters
    ----------
    inputs, outputs : float64, (V, D)
        Changed in place.
    """
    contexts = np.array(window.contexts)
    targets = [window.centre, *(word for word in window.noise if word != window.centre)]
    x, y = inputs[contexts], outputs[targets]
    if cbow:
        x = x.mean(axis=0, keepdims=True)
    before = loss(x, y)
    of_x, of_y = gradients(x, y)
    # Unbuffered: a word that occurs twice is changed twice.
    np.add.at(inputs, contexts, np.broadcast_to(-eta * of_x, (len(contexts), x.shape[1])))
    np.add.at(outputs, targets, -eta * of_y)
    return before, len(x)

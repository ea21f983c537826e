"""Skip-gram and CBOW with negative sampling, slowly and obviously, in float64.

What `kernel` computes, written straight from the definitions: the kernel is tested against this on
the same draws, and this against finite differences of the loss. Random numbers are drawn with
Python's integers. Nothing here is compiled, and nothing is shared with the kernel but the two
tables that it draws from.

    V vocabulary · D dimensions · K noise words · T targets · m inputs
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    """Return the windows of an epoch: subsampling first, then windows over the words that are left.

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
    """Return the binary cross-entropy of inputs X (m, D) with targets Y (T, D), in nats.

    The first target is the true one, the others are noise: the sum over all inputs of
    -log σ(x·y₀) - Σ log σ(-x·yₜ).
    """
    signed = x @ y.T
    signed[:, 0] *= -1.0
    return float(np.logaddexp(0.0, signed).sum())


def gradients(x: Doubles, y: Doubles) -> tuple[Doubles, Doubles]:
    """Return the gradients of `loss` with respect to X and Y."""
    wrong = errors(x, y)
    return wrong @ y, wrong.T @ x


def errors(x: Doubles, y: Doubles) -> Doubles:
    """Return σ(X Yᵀ) minus the labels: the derivative of `loss` by the scores."""
    labels = np.zeros(len(y))
    labels[0] = 1.0
    # σ(s) = exp(-log(1 + exp(-s))), which no score overflows.
    return np.asarray(np.exp(-np.logaddexp(0.0, -(x @ y.T))) - labels)


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
    targets = targets_of(window)
    x, y = inputs_of(inputs, window, cbow=cbow), outputs[targets]
    before = loss(x, y)
    of_x, of_y = gradients(x, y)
    # Unbuffered: a word that occurs twice is changed twice.
    np.add.at(inputs, list(window.contexts), -eta * of_x)
    np.add.at(outputs, targets, -eta * of_y)
    return before, len(x)


def targets_of(window: ReferenceWindow) -> list[int]:
    """Return the centre and the noise words that are not the centre."""
    return [window.centre, *(word for word in window.noise if word != window.centre)]


def inputs_of(inputs: Doubles, window: ReferenceWindow, *, cbow: bool) -> Doubles:
    """Return the rows of the context words, or their mean as the only row, (m, D)."""
    x = inputs[list(window.contexts)]
    return x.mean(axis=0, keepdims=True) if cbow else x


def train_blocks(
    inputs: Doubles,
    outputs: Doubles,
    stretch: Iterable[ReferenceWindow],
    eta: Callable[[int], float],
    *,
    start: int,
    block: int,
    cbow: bool,
) -> tuple[float, int]:
    """Train a stretch as the deterministic kernel does; give the loss and the pairs.

    The stretch is cut into blocks of positions, from `start`. The scores of a block, and CBOW's
    means, come from the tables after the block before the last. Its windows then change the tables
    in order, by the errors that belong to those scores.

    Parameters
    ----------
    inputs, outputs : float64, (V, D)
        Changed in place.
    eta : callable
        The step size by position; that of a block's first one is used.
    """
    total, pairs = 0.0, 0
    waiting: list[tuple[int, list[tuple[ReferenceWindow, Doubles, Doubles]]]] = []

    def change(before: float) -> None:
        while waiting and waiting[0][0] < before:
            number, scored = waiting.pop(0)
            step = -eta(start + number * block)
            for window, x, wrong in scored:
                targets = targets_of(window)
                now = x if cbow else inputs_of(inputs, window, cbow=False)
                of_x, of_y = wrong @ outputs[targets], wrong.T @ now
                np.add.at(inputs, list(window.contexts), step * of_x)
                np.add.at(outputs, targets, step * of_y)

    for number, windows_ in itertools.groupby(stretch, lambda w: (w.position - start) // block):
        change(before=number - 1)
        scored = []
        for window in windows_:
            x, y = inputs_of(inputs, window, cbow=cbow), outputs[targets_of(window)]
            scored.append((window, x, errors(x, y)))
            total += loss(x, y)
            pairs += len(x)
        waiting.append((number, scored))
    change(before=math.inf)
    return total, pairs

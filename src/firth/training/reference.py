"""Skip-gram and CBOW, negative sampling and hierarchical softmax, slowly and obviously, in float64.

The lists and the kernel are tested against this on the same draws, and this against finite
differences of the loss. Everything is written straight from the definitions, and nothing is shared
with the compiled code but the two tables that it draws from. Random numbers are NumPy's unsigned
64-bit integers, which wrap.

    V vocabulary · D dimensions · K noise words · T targets · m inputs
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.training.lists.windows import WindowList

Doubles = NDArray[np.float64]
Path = tuple[tuple[int, float], ...]  # inner nodes from a leaf up, each with its label

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_LOW = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True)
class ReferenceWindow:
    """A window: where its centre stands in the corpus, its input bags, and its labelled targets.

    A bag's vector is its weight times the sum of its rows. Each of these rows changes by the bag's
    gain times the change of the vector.
    """

    position: int
    bags: tuple[tuple[int, ...], ...]
    weights: tuple[float, ...]
    gains: tuple[float, ...]
    targets: tuple[int, ...]
    labels: tuple[float, ...]


# ---------------------------------------------------------------------------- draws


def mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Hash 64 bits to 64 bits (SplitMix64)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def streams(key: NDArray[np.uint64], numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return the draw of each number, from 0, of a key: a position's stream, or one of its draws.

    Parameters
    ----------
    key : uint64, (1,)
        The epoch's key, or the stream of a position.
    numbers : int64, (n,)
        The positions, or the numbers of the draws.
    """
    return mix(key + (numbers.astype(np.uint64) + np.uint64(1)) * _GAMMA)


def noise_words(
    stream: NDArray[np.uint64], negative: int, alias: NDArray[np.uint64]
) -> tuple[int, ...]:
    """Return the noise words of the position that has this stream, (1,)."""
    drawn = streams(stream, np.arange(negative))
    columns = ((drawn >> np.uint64(32)) * np.uint64(len(alias))) >> np.uint64(32)
    entries = alias[columns.astype(np.int64)]
    is_own = (drawn & _LOW) <= (entries >> np.uint64(32))
    return tuple(np.where(is_own, columns, entries & _LOW).astype(np.int64).tolist())


def huffman_paths(counts: Sequence[int]) -> list[Path]:
    """Return each word's path: what was joined with what, until one tree was left (Huffman 1952).

    The two lightest trees are joined again and again. Of equal ones, a word is lighter than a tree
    that was joined, and what is older is lighter. All words of the heavier tree are to the right of
    the new node, whose label for them is 1.
    """
    trees = [(count, word, [word]) for word, count in enumerate(counts)]
    paths: list[list[tuple[int, float]]] = [[] for _ in counts]
    for node in range(len(counts) - 1):
        light, heavy = sorted(trees)[:2]
        for label, (_, _, words) in enumerate((light, heavy)):
            for word in words:
                paths[word].append((node, float(label)))
        trees = [tree for tree in trees if tree not in (light, heavy)]
        trees.append((light[0] + heavy[0], len(counts) + node, light[2] + heavy[2]))
    return [tuple(path) for path in paths]


# ---------------------------------------------------------------------------- windows


def windows(
    units: Sequence[Sequence[int]],
    key: np.uint64,
    keep: NDArray[np.uint32],
    alias: NDArray[np.uint64],
    *,
    window: int,
    negative: int,
    shrink: bool,
    cbow: bool,
    divided: bool = False,
    paths: Sequence[Path] | None = None,
    documents: Sequence[Sequence[int]] | None = None,
) -> Iterator[ReferenceWindow]:
    """Yield the windows of an epoch: subsampling first, then windows over the words that are left.

    Parameters
    ----------
    units : sequence of sequences of token ids
        The corpus. Windows do not cross units.
    key : uint64
        The epoch's key.
    keep, alias : uint32 (V,), uint64 (V,)
        See `sampling.keep_thresholds` and `sampling.alias_table`.
    window, negative, shrink, cbow, divided
        As in `TrainConfig`, of whose `cbow_gradient` divided is "mean"; with a window of 0, only
        documents are inputs.
    paths : sequence of paths, optional
        Each word's path in a tree, which is then the target instead of the word and noise words.
    documents : sequence of sequences of int, optional
        The rows of each unit's documents, where these are more inputs of its windows.
    """
    position = 0
    for number, unit in enumerate(units):
        own = list(documents[number]) if documents is not None else []
        stream = streams(np.array([key]), position + np.arange(len(unit)))
        kept = [i for i, word in enumerate(unit) if stream[i] >> np.uint64(32) <= keep[word]]
        low = (stream & _LOW) * np.uint64(window) >> np.uint64(32)
        for place, i in enumerate(kept):
            reach = 1 + int(low[i]) if shrink else window
            near = kept[max(0, place - reach) : place] + kept[place + 1 : place + reach + 1]
            if near or own:
                inputs = [unit[j] for j in near] + own
                noise = () if paths else noise_words(stream[i : i + 1], negative, alias)
                made = window_of(
                    position + i, unit[i], tuple(inputs), noise, cbow=cbow, divided=divided
                )
                yield on_path(made, paths[unit[i]]) if paths else made
        position += len(unit)


def kept_tokens(
    tokens: Sequence[int], key: np.uint64, keep: NDArray[np.uint32]
) -> list[tuple[int, int]]:
    """Return (position, word) of each token of a corpus that subsampling keeps."""
    stream = streams(np.array([key]), np.arange(len(tokens)))
    return [(i, word) for i, word in enumerate(tokens) if stream[i] >> np.uint64(32) <= keep[word]]


def window_of(
    position: int,
    centre: int,
    contexts: tuple[int, ...],
    noise: tuple[int, ...],
    *,
    cbow: bool,
    divided: bool = False,
) -> ReferenceWindow:
    """Return a window of skip-gram, or of CBOW: what its bags are, and its targets with labels.

    CBOW's only bag is the mean of the contexts. If `divided`, each of them gets its change divided
    by their number, which is the true gradient (Irsoy et al. 2020, arXiv:2012.15332); else its
    whole change, as in word2vec.c. A noise word that is the centre is left out. A document's row is
    one more context: Le and Mikolov 2014, arXiv:1405.4053, call skip-gram's with it PV-DBOW, and
    CBOW's with it PV-DM.
    """
    bags = (contexts,) if cbow else tuple((word,) for word in contexts)
    others = tuple(word for word in noise if word != centre)
    weights = tuple(1.0 / len(bag) for bag in bags)
    return ReferenceWindow(
        position=position,
        bags=bags,
        weights=weights,
        gains=weights if divided else (1.0,) * len(bags),
        targets=(centre, *others),
        labels=(1.0, *(0.0 for _ in others)),
    )


def on_path(window: ReferenceWindow, path: Path) -> ReferenceWindow:
    """Return a window whose targets are the nodes of a path, walked one by one."""
    nodes, labels = zip(*path, strict=True)
    return dataclasses.replace(window, targets=nodes, labels=labels)


def window_in(listed: WindowList, w: int, stride: int = 1) -> ReferenceWindow:
    """Return window w of a list."""
    m, t = int(listed.m[w]), int(listed.t[w])
    rows = (listed.inputs[w] // stride).tolist()
    if listed.is_mean is None:
        bags = tuple((row,) for row in rows[:m])
        weights = gains = (1.0,) * m
    else:
        bags, weights, gains = (tuple(rows[:m]),), (1.0 / m,), (float(listed.gains[w]),)
    return ReferenceWindow(
        position=int(listed.positions[w]),
        bags=bags,
        weights=weights,
        gains=gains,
        targets=tuple((listed.targets[w, :t] // stride).tolist()),
        labels=tuple(listed.labels[w, :t].tolist()),
    )


# ---------------------------------------------------------------------------- training


def loss(x: Doubles, y: Doubles, labels: Doubles) -> float:
    """Return the binary cross-entropy of inputs X (m, D) with labelled targets Y (T, D), in nats.

    It is -log σ(x·y) for a target labelled 1 and -log σ(-x·y) for one labelled 0, summed over all
    inputs and targets.
    """
    return float(np.logaddexp(0.0, (x @ y.T) * (1.0 - 2.0 * labels)).sum())


def gradients(x: Doubles, y: Doubles, labels: Doubles) -> tuple[Doubles, Doubles]:
    """Return the gradients of `loss` with respect to X and Y."""
    # σ(s) = exp(-log(1 + exp(-s))), which no score overflows.
    wrong = np.exp(-np.logaddexp(0.0, -(x @ y.T))) - labels
    return wrong @ y, wrong.T @ x


def bfloat16_errors(x: Doubles, y: Doubles, labels: Doubles) -> tuple[float, Doubles, Doubles]:
    """Return bounds of the errors of `loss` and `gradients` where factors are rounded to bfloat16.

    Rounding changes a factor by at most u = 2**-8 of its value. So a score errs by at most
    (2 u + u²) |X| |Y|ᵀ, and so does its loss. What is wrong with a score errs by a quarter of that,
    the steepest slope of σ, and is itself rounded when it is multiplied.
    """
    u = 2.0**-8
    of_scores = (2 * u + u * u) * (np.abs(x) @ np.abs(y).T)
    wrong = np.abs(np.exp(-np.logaddexp(0.0, -(x @ y.T))) - labels)
    error = of_scores / 4 + u * (wrong + of_scores / 4)
    product = error * (1 + u) + wrong * u
    return of_scores.sum(), product @ np.abs(y), product.T @ np.abs(x)


def train_window(
    inputs: Doubles, outputs: Doubles, window: ReferenceWindow, eta: float
) -> tuple[float, int]:
    """Take one step of gradient descent on a window; return its loss before it, and its pairs.

    Parameters
    ----------
    inputs, outputs : float64, (rows, D)
        Changed in place.
    """
    x, y, labels = vectors_of(inputs, outputs, window)
    before = loss(x, y, labels)
    of_x, of_y = gradients(x, y, labels)
    # Unbuffered: a row that occurs twice is changed twice.
    for bag, gain, gradient in zip(window.bags, window.gains, of_x, strict=True):
        np.add.at(inputs, list(bag), -eta * gain * gradient)
    np.add.at(outputs, list(window.targets), -eta * of_y)
    return before, len(window.bags)


class WordsInReach:
    """The vectors of words that are composed of several rows, while windows reach them.

    The vector of a word is the sum of its n rows, divided by the square root of n. It is composed
    when the first token of the word comes within reach of a centre, and trained while windows reach
    it. When the last token leaves, each row gets its change, divided by the same. This happens too,
    and the vector is composed anew, once it is `longest_stay` tokens old, when a token of the word
    comes, or one stands a multiple of `longest_stay` before the token that comes.

    Parameters
    ----------
    inputs : float64, (rows, D)
        Changed in place.
    parts : for each word, its rows of the input table.
    kept : sequence of words
        All tokens that subsampling keeps, in order.
    """

    def __init__(
        self,
        inputs: Doubles,
        parts: Sequence[Sequence[int]],
        kept: Sequence[int],
        *,
        reach: int,
        longest_stay: int,
    ) -> None:
        self._inputs, self._parts, self._kept = inputs, parts, kept
        self.reach, self._longest_stay = reach, longest_stay
        self.now, self._entry = np.zeros((2, len(parts), inputs.shape[1]))
        self._tokens, self._since = [0] * len(parts), [0] * len(parts)

    def advance(self, i: int) -> None:
        """Make token i the centre: one token leaves its reach, and one enters it."""
        count, gone, come = len(self._kept), i - self.reach - 1, i + self.reach
        if 0 <= gone < count:
            self._tokens[self._kept[gone]] -= 1
            if self._tokens[self._kept[gone]] == 0:
                self._move_out(self._kept[gone])
        if come < count:
            if self._tokens[self._kept[come]] == 0:
                self._move_in(self._kept[come], come)
            self._refresh(self._kept[come], come)
            self._tokens[self._kept[come]] += 1
        if 0 <= i < count:
            for j in range(come - self._longest_stay, max(0, gone + 1) - 1, -self._longest_stay):
                if j < count:
                    self._refresh(self._kept[j], come)

    def _refresh(self, word: int, i: int) -> None:
        if i - self._since[word] >= self._longest_stay:
            self._move_out(word)
            self._move_in(word, i)

    def _move_in(self, word: int, i: int) -> None:
        rows = list(self._parts[word])
        self.now[word] = self._entry[word] = self._inputs[rows].sum(axis=0) / len(rows) ** 0.5
        self._since[word] = i

    def _move_out(self, word: int) -> None:
        rows = list(self._parts[word])
        np.add.at(self._inputs, rows, (self.now[word] - self._entry[word]) / len(rows) ** 0.5)


def train_composed(
    words: WordsInReach,
    outputs: Doubles,
    windows: Sequence[ReferenceWindow],
    *,
    positions: Sequence[int],
    step_size: Callable[[int], float],
) -> tuple[float, int]:
    """Train windows whose bags name words that are composed; return their loss and pairs.

    Parameters
    ----------
    words : WordsInReach
        New; changed, and its inputs too.
    outputs : float64, (rows, D)
        Changed in place.
    positions : sequence of int
        Where each token that is kept stands in the corpus.
    """
    at = {window.position: window for window in windows}
    loss, pairs, reach = 0.0, 0, words.reach
    for i in range(-reach, len(positions) + reach + 1):
        words.advance(i)
        window = at.get(positions[i]) if 0 <= i < len(positions) else None
        if window is not None:
            some = train_window(words.now, outputs, window, step_size(window.position))
            loss, pairs = loss + some[0], pairs + some[1]
    return loss, pairs


def vectors_of(
    inputs: Doubles, outputs: Doubles, window: ReferenceWindow
) -> tuple[Doubles, Doubles, Doubles]:
    """Return the vectors of a window's bags (m, D) and targets (T, D), and the labels (T,)."""
    bags = zip(window.bags, window.weights, strict=True)
    x = np.array([weight * inputs[list(bag)].sum(axis=0) for bag, weight in bags])
    return x, outputs[list(window.targets)], np.array(window.labels)

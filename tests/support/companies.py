"""Vectors of which the company of each word is known."""

import numpy as np
import pytest

import firth
from firth.training.sampling import keep_thresholds, noise_distribution
from firth.vectors import Vectors

V, K = 12, 7
WORDS = [f"w{number}" for number in range(V)]


def perfect(sample=0.0, exponent=0.75):
    """Make vectors for which the loss is least, for a random table of pairs.

    Returns them, and the table p(w | c). The score of a pair is where the derivative of the
    expected loss is 0: the near word pulls with its share, and each noise word that is not the near
    word pushes.
    """
    rng = np.random.default_rng(4)
    counts = rng.integers(50, 4000, size=V)
    share = counts * (keep_thresholds(counts, sample) + 1.0) / 2**32
    share /= share.sum()
    # Random, and such that the words near all words together have the shares of the text.
    pairs = rng.gamma(0.7, size=(V, V)) + 0.01
    for _ in range(500):
        pairs *= share / pairs.sum(axis=0)
        pairs *= (share / pairs.sum(axis=1))[:, np.newaxis]
    near = pairs / pairs.sum(axis=1, keepdims=True)
    pulls, pushes = near, (1 - near) * K * noise_distribution(counts, exponent)
    scores = np.log(pulls / pushes)
    options = {"negative": K, "noise_exponent": exponent, "sample": sample}
    vectors = Vectors(
        WORDS,
        scores.astype(np.float32),
        output_vectors=np.eye(V, dtype=np.float32),
        counts=counts,
        config={"options": options},
    )
    return vectors, near, share


def assert_same(found, expected):
    """Check that two answers are the same but for rounding."""
    assert [companion.word for companion in found] == [companion.word for companion in expected]
    for part in ("score", "probability"):
        numbers = [[getattr(companion, part) for companion in each] for each in (found, expected)]
        np.testing.assert_allclose(*numbers, rtol=1e-6, atol=1e-6)


def planted_units():
    """Make pairs of words that stand side by side, each with its own two companions."""
    rng = np.random.default_rng(2)
    heads = rng.integers(20, size=30_000)
    sides = rng.integers(2, size=30_000)
    return [
        [f"{'abcdefghijklmnopqrst'[h]}head", f"side{'abcdefghijklmnopqrst'[h]}{'xy'[s]}"]
        for h, s in zip(heads.tolist(), sides.tolist(), strict=True)
    ]


def planted(**options):
    """Train on such pairs."""
    return firth.train(
        planted_units(), dim=40, window=1, epochs=8, sample=0, lr=0.05, threads=1,
        progress=False, **options,
    )  # fmt: skip


def assert_planted(vectors, *, numbers=False):
    """Check that company is what was planted, and by `numbers` how likely it is."""
    right = 0
    for letter in "abcdefghijklmnopqrst":
        found = vectors.company(f"{letter}head", top=2)
        right += {word for word, *_ in found} == {f"side{letter}x", f"side{letter}y"}
        shared = vectors.shared_company(f"side{letter}x", f"side{letter}y", top=1)
        right += shared[0].word == f"{letter}head"
        if numbers:
            # It is near in half of the pairs, and one word in 80 of the text.
            for _, score, probability in found:
                assert probability == pytest.approx(0.5, abs=0.12)
                assert score == pytest.approx(np.log(0.5 * 80), abs=0.3)
    assert right == 40

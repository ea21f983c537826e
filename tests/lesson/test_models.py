"""The lesson's models: training brings nouns of a topic together."""

import itertools
import re

import numpy as np
import pytest

from firth.errors import ConfigError
from firth.lesson import lesson_groups, neighbours_of_own_topic, train_lesson


def silhouette(points, labels):
    """Return the mean of (b - a) / max(a, b): a is the distance within, b to the next group."""
    distances = np.linalg.norm(points[:, None] - points, axis=2)
    widths = []
    for row, own in zip(distances, labels, strict=True):
        within = row[labels == own].sum() / ((labels == own).sum() - 1)
        beside = min(row[labels == other].mean() for other in set(labels) - {own})
        widths.append((beside - within) / max(beside, within))
    return float(np.mean(widths))


def topics_apart(vectors, language):
    groups = lesson_groups(language).values()
    labels = np.repeat(range(len(groups)), [len(members) for members in groups])
    return silhouette(vectors[[noun for members in groups for noun in members]], labels)


def test_the_silhouette_is_that_of_its_definition():
    points = np.array([[0.0, 0], [0, 1], [9, 0], [9, 1]])
    near, far = 1.0, (9 + np.hypot(9, 1)) / 2
    assert silhouette(points, np.array([0, 0, 1, 1])) == pytest.approx(1 - near / far)
    assert silhouette(points, np.array([0, 1, 0, 1])) < 0


QUICK = [("skipgram", "en", 1), ("cbow", "zh", 1)]
SLOW = [
    pytest.param(*case, marks=pytest.mark.slow)
    for case in itertools.product(["skipgram", "cbow"], ["en", "zh"], [1, 2, 3])
    if case not in QUICK
]


@pytest.mark.parametrize(("model", "language", "seed"), QUICK + SLOW)
def test_topics_come_to_stand_apart(model, language, seed):
    found = train_lesson(model, language=language, seed=seed)
    assert found.vectors.dim == 2
    assert topics_apart(found.vectors, language) > 0.75
    assert neighbours_of_own_topic(found.vectors, language) > 0.95
    assert found.losses[0] == pytest.approx(np.log(2), abs=0.01)
    assert found.losses[-1] < 0.4


def test_without_training_topics_do_not_stand_apart():
    found = train_lesson("skipgram", epochs=1)
    assert topics_apart(found.vectors, "en") < 0.3
    assert neighbours_of_own_topic(found.vectors) < 0.6


def test_the_same_seed_gives_the_same_lesson():
    first, again, other = (train_lesson("cbow", epochs=3, seed=seed) for seed in (5, 5, 6))
    assert first.losses == again.losses
    assert (first.vectors.input_vectors == again.vectors.input_vectors).all()
    assert first.losses != other.losses
    # Output vectors begin at zero, so the first step leaves input vectors where they begin.
    begun, elsewhere = (train_lesson("cbow", epochs=1, seed=seed).vectors for seed in (5, 6))
    assert (begun.input_vectors != elsewhere.input_vectors).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: train_lesson("glove"), "model must be skipgram or cbow, got 'glove'"),
        (lambda: train_lesson("cbow", epochs=0), "epochs must be at least 1, got 0"),
    ],
)
def test_bad_options_are_told(call, message):
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        call()

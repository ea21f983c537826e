"""The lesson's models, trained in two dimensions, and a measure of what they learn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from firth.checks import one_of
from firth.lesson.texts import Language, lesson_groups, lesson_sentences

if TYPE_CHECKING:
    from firth.vectors import Vectors

LessonModel = Literal["skipgram", "cbow"]
# Each model with its title.
MODELS: Mapping[LessonModel, str] = MappingProxyType({"skipgram": "Skip-gram", "cbow": "CBOW"})

WINDOW = 4
NEGATIVE = 5
EPOCHS = 300
# The text is so small that one batch holds all windows, and Adam can take large steps.
_BATCH_SIZE = 1_000
_LR = 0.05
_LOG_EVERY = 50


@dataclass(frozen=True)
class TrainedLesson:
    """One model of the lesson, trained.

    Parameters
    ----------
    vectors : Vectors
        In two dimensions.
    losses : list of float
        The mean loss of each epoch, in nats for each scored word.
    """

    vectors: Vectors
    losses: list[float]


@contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch use one thread.

    Tables of some dozen rows are too little work for more: threads would wait for each other
    nearly all of the time, and where other programs run, some milliseconds in each call.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def train_lesson(
    model: LessonModel,
    *,
    language: Language = "en",
    epochs: int = EPOCHS,
    seed: int = 1,
    log: Callable[[str], None] | None = None,
) -> TrainedLesson:
    """Train one of the lesson's models on its text, with two tables of two dimensions.

    Parameters
    ----------
    model : {"skipgram", "cbow"}
    language : {"en", "zh"}
        The language of the text.
    epochs : int
        Passes over the text.
    seed : int
        The seed of all random numbers.
    log : callable, optional
        Takes a line with the loss, every 50 epochs.

    Raises
    ------
    ConfigError
        If the model or the language is unknown, or `epochs` or `seed` out of range.
    MissingExtraError
        If PyTorch is not installed.
    """
    from firth.torch import (
        CBOW,
        NegativeSampling,
        NoiseSampler,
        PaddedVocabulary,
        SkipGram,
        WindowDataset,
        Word2Vec,
        fit,
        seed_everything,
    )

    one_of("model", model, choices=tuple(MODELS))
    sentences = lesson_sentences(language)
    vocabulary = PaddedVocabulary.from_sentences(sentences)
    seed_everything(seed)
    projection = SkipGram() if model == "skipgram" else CBOW()
    module = Word2Vec(len(vocabulary), 2, projection, NegativeSampling())
    with one_thread():
        found = fit(
            module,
            WindowDataset(map(vocabulary.ids, sentences), WINDOW),
            noise=NoiseSampler(vocabulary.counts),
            negative=NEGATIVE,
            epochs=epochs,
            batch_size=_BATCH_SIZE,
            lr=_LR,
            seed=seed,
            # There is too little work for another device.
            device="cpu",
            every=_LOG_EVERY,
            report=lambda epoch: log(str(epoch)) if log else None,
        )
    return TrainedLesson(module.vectors(vocabulary), found.losses)


def neighbours_of_own_topic(vectors: Vectors, language: Language = "en") -> float:
    """Return the share of a noun's five nearest nouns that are of its topic; by chance, 5 in 17."""
    groups = lesson_groups(language)
    nouns = [noun for members in groups.values() for noun in members]
    topics = np.repeat(np.arange(len(groups)), [len(members) for members in groups.values()])
    points = vectors[nouns]
    distances = np.linalg.norm(points[:, np.newaxis] - points, axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = distances.argsort(axis=1, kind="stable")[:, :5]
    return float((topics[nearest] == topics[:, np.newaxis]).mean())

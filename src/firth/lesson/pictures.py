"""The lesson's pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from firth.lesson.models import MODELS, NEGATIVE, WINDOW, LessonModel, TrainedLesson
from firth.lesson.texts import Language, lesson_groups, lesson_sentences, lesson_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from firth.torch import PaddedVocabulary

PICTURES = ("window", "noise", *MODELS, "losses")


def draw_lesson(
    trained: Mapping[LessonModel, TrainedLesson], language: Language = "en", seed: int = 1
) -> dict[str, Figure]:
    """Draw the lesson's pictures.

    Parameters
    ----------
    trained : mapping of model names to TrainedLesson
    language : {"en", "zh"}
        The language of the text and of the labels.
    seed : int
        The seed of the noise words in the picture of a window.

    Returns
    -------
    dict of str to Figure
        `window`, a window with noise words; `noise`, how often words occur and are drawn; a map of
        the nouns for each model, by its name; and `losses`.

    Raises
    ------
    MissingExtraError
        If PyTorch or Matplotlib is not installed.
    FirthError
        If no font has the letters of the text.
    """
    from firth.plotting import loss_curve, noise_distribution, scatter, window_diagram
    from firth.torch import PaddedVocabulary

    groups, sentences = lesson_groups(language), lesson_sentences(language)
    vocabulary = PaddedVocabulary.from_sentences(sentences)
    # The window around the second noun.
    sentence = sentences[0]
    place = sentence.index(next(iter(groups.values()))[1])
    counts, names = vocabulary.counts[1:], vocabulary.words[1:]
    maps: dict[str, Figure] = {
        model: scatter(found.vectors, groups, title=MODELS[model])
        for model, found in trained.items()
    }
    pictures: dict[str, Figure] = {
        "window": window_diagram(
            sentence, place, window=WINDOW, noise=_noise_for(sentence, place, vocabulary, seed)
        ),
        "noise": noise_distribution(counts, counts**0.75, words=names),
        **maps,
        "losses": loss_curve({MODELS[model]: found.losses for model, found in trained.items()}),
    }
    for picture in pictures.values():
        _translate(picture, lesson_text(language)["labels"])
    return pictures


def _noise_for(
    sentence: list[str], place: int, vocabulary: PaddedVocabulary, seed: int
) -> list[str]:
    """Draw noise words for the window around a place of a sentence."""
    import torch

    from firth.torch import NoiseSampler, WindowDataset

    centre, contexts = WindowDataset([vocabulary.ids(sentence)], WINDOW)[place]
    sampler = NoiseSampler(vocabulary.counts, generator=torch.Generator().manual_seed(seed))
    drawn = sampler.draw(torch.tensor([centre]), contexts.unsqueeze(0), NEGATIVE)
    return [str(vocabulary.words[number]) for number in drawn[0].tolist()]


def _translate(picture: Figure, labels: Mapping[str, str]) -> None:
    from matplotlib.text import Text

    from firth.plotting.picture import write

    for text in picture.findobj(Text):
        assert isinstance(text, Text)
        if text.get_text() in labels:
            write(text, labels[text.get_text()])

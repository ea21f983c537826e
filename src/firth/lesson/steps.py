"""Windows of the lesson's text, and what steps of training change in them, by PyTorch.

m inputs of a window · T targets: the centre and K noise words · D = 2
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from firth.lesson.models import (
    MODELS,
    NEGATIVE,
    WINDOW,
    LessonModel,
    one_thread,
    train_lesson,
)
from firth.lesson.texts import Language, lesson_groups, lesson_sentences

if TYPE_CHECKING:
    import torch

    from firth.torch import PaddedVocabulary, Word2Vec

# How long a model has been trained before the steps that are shown.
EPOCHS = (0, 10, 300)
# The usual step size, and larger ones, which show more.
STEP_SIZES = (0.025, 0.25, 1.0)
# Steps on the same window, one after the other.
REPEATS = 3
# The first sentence of each topic, in the lesson's order.
_SENTENCES = (0, 24, 48)
_DIGITS = 4
Json = dict[str, object]


def lesson_steps(
    language: Language = "en",
    *,
    epochs: Sequence[int] = EPOCHS,
    seed: int = 1,
    say: Callable[[str], None] | None = None,
) -> Json:
    """Return windows, and the steps on each, by model, training before and step size.

    All numbers are those of `firth.torch`: a step is one of `torch.optim.SGD` on the loss
    `NegativeSampling` of one window. It begins with the vectors that were trained before, so
    windows do not depend on each other.

    Parameters
    ----------
    language : {"en", "zh"}
        The language of the text.
    epochs : sequence of int
        For how long each model has been trained before; 0 is untrained.
    seed : int
        The seed of all random numbers.
    say : callable, optional
        Takes a line before each part of the work.

    Returns
    -------
    dict
        For JSON. `states` has for each model, training and window the state before; and for each
        step size the states after 1, 2 and 3 steps. A state has rows `x` (m, D) and `y` (T, D),
        probabilities `p` (m, T), errors `g` (m, T), which are labels minus probabilities, and the
        `loss` in nats.

    Raises
    ------
    ConfigError
        If the language is unknown.
    MissingExtraError
        If PyTorch is not installed.
    """
    if say:
        say("loading PyTorch")
    import torch

    from firth.torch import NoiseSampler, PaddedVocabulary, WindowDataset

    texts = lesson_sentences(language)
    vocabulary = PaddedVocabulary.from_sentences(texts)
    sampler = NoiseSampler(vocabulary.counts, generator=torch.Generator().manual_seed(seed))
    sentences = [texts[number] for number in _SENTENCES]
    windows: list[Json] = []
    batches = []
    for number, sentence in enumerate(sentences):
        dataset = WindowDataset([vocabulary.ids(sentence)], WINDOW)
        for place in range(len(sentence)):
            centre, contexts = dataset[place]
            batch = torch.tensor([centre]), contexts.unsqueeze(0)
            noise = sampler.draw(*batch, NEGATIVE)
            batches.append((*batch, noise))
            windows.append(
                {
                    "sentence": number,
                    "place": place,
                    "contexts": _context_places(place, len(sentence)),
                    "noise": [str(vocabulary.words[each]) for each in noise[0].tolist()],
                }
            )
    states: dict[str, list[list[Json]]] = {model: [] for model in MODELS}
    parts = [(model, n) for model in MODELS for n in epochs]
    with one_thread():
        for part, (model, n) in enumerate(parts, 1):
            if say:
                trains = f"training for {n} epochs, then " if n else ""
                work = f"{trains}steps on {len(batches)} windows"
                say(f"{MODELS[model]}: {work} ({part} of {len(parts)})")
            trained = _model(model, language, vocabulary, n, seed)
            states[model].append([_steps(trained, batch) for batch in batches])
    return {
        "language": language,
        "sentences": sentences,
        "window": WINDOW,
        # The window around the second noun.
        "first": sentences[0].index(next(iter(lesson_groups(language).values()))[1]),
        "windows": windows,
        "epochs": list(epochs),
        "lrs": list(STEP_SIZES),
        "models": list(MODELS),
        "states": states,
    }


def _context_places(place: int, length: int) -> list[int]:
    """Return where the context words stand in a sentence.

    Examples
    --------
    >>> _context_places(1, 4)
    [0, 2, 3]
    """
    places = range(max(0, place - WINDOW), min(length, place + WINDOW + 1))
    return [each for each in places if each != place]


def _model(
    model: LessonModel, language: Language, vocabulary: PaddedVocabulary, epochs: int, seed: int
) -> Word2Vec:
    """Return a model of the lesson that was trained for some epochs."""
    import torch

    from firth.torch import CBOW, NegativeSampling, SkipGram, Word2Vec, seed_everything
    from firth.torch.tables import rows_of

    seed_everything(seed)
    projection = SkipGram() if model == "skipgram" else CBOW()
    module = Word2Vec(len(vocabulary), 2, projection, NegativeSampling(reduction="sum"))
    if epochs:
        vectors = train_lesson(model, language=language, epochs=epochs, seed=seed).vectors
        assert vectors.output_vectors is not None
        with torch.no_grad():
            for table, trained in (
                (module.inputs, vectors.input_vectors),
                (module.outputs, vectors.output_vectors),
            ):
                rows_of(table)[vocabulary.reserved :] = torch.from_numpy(trained.copy())
    return module


Batch = tuple["torch.Tensor", "torch.Tensor", "torch.Tensor"]


def _steps(module: Word2Vec, batch: Batch) -> Json:
    """Return the state of a window before, and after steps of each size."""
    import torch

    after = []
    for lr in STEP_SIZES:
        stepped = copy.deepcopy(module)
        optimizer = torch.optim.SGD(stepped.parameters(), lr=lr)
        states = []
        for _ in range(REPEATS):
            optimizer.zero_grad()
            stepped(*batch).backward()
            optimizer.step()
            states.append(_state(stepped, batch))
        after.append(states)
    return {"before": _state(module, batch), "after": after}


def _state(module: Word2Vec, batch: Batch) -> Json:
    """Return the vectors, probabilities, errors and the loss of a window."""
    import torch

    from firth.torch import NegativeSampling

    assert isinstance(module.loss, NegativeSampling)
    centre, contexts, noise = batch
    with torch.no_grad():
        x, _ = module.project(contexts)
        scores = module.loss.scores(x, module.outputs, centre, noise)
        p = torch.cat([scores.positive.unsqueeze(2), scores.negative], dim=2)[0].sigmoid()
        labels = torch.zeros_like(p)
        labels[:, 0] = 1.0
        y = module.outputs(torch.cat([centre.unsqueeze(1), noise], dim=1))[0]
        loss = float(module(*batch))
    return {
        "x": _rounded(x[0]),
        "y": _rounded(y),
        "p": _rounded(p),
        "g": _rounded(labels - p),
        "loss": round(loss, _DIGITS),
    }


def _rounded(matrix: torch.Tensor) -> list[list[float]]:
    # Adding 0 makes -0.0 a 0.0.
    return [[round(number, _DIGITS) + 0.0 for number in row] for row in matrix.tolist()]

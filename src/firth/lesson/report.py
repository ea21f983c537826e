"""The whole lesson in one call: both models, a report and the pictures."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from firth.errors import MissingExtraError
from firth.io.atomic import check_usable_folder
from firth.lesson.models import (
    EPOCHS,
    MODELS,
    NEGATIVE,
    WINDOW,
    LessonModel,
    TrainedLesson,
    neighbours_of_own_topic,
    train_lesson,
)
from firth.lesson.pictures import PICTURES, draw_lesson
from firth.lesson.texts import Language, lesson_groups, lesson_sentences, lesson_text


def run_lesson(
    folder: Path,
    *,
    say: Callable[[str], None],
    language: Language = "en",
    epochs: int = EPOCHS,
    seed: int = 1,
) -> list[Path]:
    """Train both models, report what they learned, and draw the pictures.

    The report and the pictures are in the language of the text, except for the lines with losses.

    Parameters
    ----------
    folder : Path
        Where the pictures go; pictures of the same names are replaced.
    say : callable
        Takes each line of the report.
    language, epochs, seed
        As in `train_lesson`.

    Returns
    -------
    list of Path
        The pictures that `draw_lesson` lists.

    Raises
    ------
    ConfigError
        If an option is unknown or out of range.
    MissingExtraError
        If PyTorch or Matplotlib is not installed.
    FirthError
        If the folder cannot be written, or no font has the letters of the text.
    """
    # Whatever would make drawing fail is checked before the training.
    check_usable_folder(folder)
    _check_extras()
    from firth.plotting import check_picture, save

    for name in PICTURES:
        check_picture(folder / f"{name}.png")
    sentences, report = lesson_sentences(language), lesson_text(language)["report"]
    say(
        report["text"].format(
            sentences=len(sentences),
            words=sum(map(len, sentences)),
            different=len(set().union(*sentences)),
            topics=report["comma"].join(lesson_groups(language)),
        )
    )
    trained: dict[LessonModel, TrainedLesson] = {}
    for model, title in MODELS.items():
        say("")
        say(report["model"].format(model=title, window=WINDOW, negative=NEGATIVE))
        trained[model] = train_lesson(model, language=language, epochs=epochs, seed=seed, log=say)
        share = neighbours_of_own_topic(trained[model].vectors, language)
        say(report["found"].format(share=share))
    say("")
    say(report["pictures"])
    written = []
    for name, picture in draw_lesson(trained, language, seed).items():
        written.append(folder / f"{name}.png")
        save(picture, written[-1])
        say(f"  {written[-1]}")
    return written


def _check_extras() -> None:
    """Raise if PyTorch or Matplotlib is not installed, or both, with the command to install all."""
    extras = {"matplotlib": "plot", "torch": "torch"}
    missing = [package for package in extras if find_spec(package) is None]
    if missing:
        # "or", since the message goes on with "is not installed".
        raise MissingExtraError(" or ".join(missing), ",".join(extras[name] for name in missing))

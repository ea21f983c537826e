"""The lesson as a page: one window of a sentence, one step of training at a time."""

from __future__ import annotations

import os
from collections.abc import Callable

from firth.io.pages import check_page, write_page
from firth.lesson.steps import lesson_steps
from firth.lesson.texts import Language
from firth.recordings.pages import build_page


def write_lesson_page(
    path: str | os.PathLike[str],
    *,
    language: Language = "en",
    seed: int = 1,
    overwrite: bool = False,
    say: Callable[[str], None] | None = None,
) -> None:
    """Write the lesson as one HTML file, which works in a browser without a network.

    Parameters
    ----------
    path : path
        A new file that ends in .html, or an older lesson.
    language : {"en", "zh"}
        The language of the text; the page itself has both.
    seed : int
        The seed of all random numbers.
    overwrite : bool
        Whether to replace a file that holds something else.
    say : callable, optional
        Takes lines that tell what is done: with PyTorch, this takes some seconds.

    Raises
    ------
    ConfigError
        If the language is unknown.
    MissingExtraError
        If PyTorch is not installed.
    FirthError
        If the file cannot be written, or holds something else.
    """
    # The recording of a run is a page too, which cannot be had again so easily.
    check_page(path, overwrite=overwrite, name="lesson")
    steps = lesson_steps(language, seed=seed, say=say)
    page = build_page("lesson", steps, title="Firth: a lesson")
    write_page(path, page, overwrite=overwrite, name="lesson")

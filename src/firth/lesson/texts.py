"""The lesson's texts, one TOML file for each language."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any, Literal

from firth.checks import one_of
from firth.corpus.tokenizers import textbook

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@functools.cache
def lesson_text(language: str) -> dict[str, Any]:
    """Return the file of a language: its topics, the report's sentences, and the pictures' labels.

    Raises
    ------
    ConfigError
        If there is no lesson in that language.
    """
    one_of("language", language, choices=LANGUAGES)
    file = resources.files("firth.lesson") / f"{language}.toml"
    return tomllib.loads(file.read_text("utf-8"))


def lesson_groups(language: Language = "en") -> dict[str, tuple[str, ...]]:
    """Return the nouns of each topic.

    Raises
    ------
    ConfigError
        If there is no lesson in that language.

    Examples
    --------
    >>> lesson_groups()["fruit"]
    ('apple', 'pear', 'plum', 'cherry', 'peach', 'grape')
    """
    topics = lesson_text(language)["topics"]
    return {name: tuple(topic["nouns"]) for name, topic in topics.items()}


def lesson_sentences(language: Language = "en") -> list[list[str]]:
    """Return the lesson's 72 sentences, cut into words by the tokenizer `textbook`.

    Raises
    ------
    ConfigError
        If there is no lesson in that language.

    Examples
    --------
    >>> lesson_sentences()[0]
    ['the', 'cat', 'and', 'the', 'dog', 'sleep', 'in', 'the', 'barn', '.']
    >>> lesson_sentences("zh")[0]
    ['猫', '和', '狗', '都', '睡', '在', '谷仓', '里']
    """
    topics = lesson_text(language)["topics"].values()
    return [textbook(sentence) for topic in topics for sentence in fill_frames(**topic)]


def fill_frames(nouns: Sequence[str], frames: Sequence[str]) -> Iterator[str]:
    """Fill each frame with as many pairs as there are nouns. No two frames have a pair in common.

    Examples
    --------
    >>> list(fill_frames(["tea", "milk", "rum"], ["{a} or {b}?"]))
    ['tea or milk?', 'milk or rum?', 'rum or tea?']
    """
    for step, frame in enumerate(frames, start=1):
        for place, noun in enumerate(nouns):
            yield frame.format(a=noun, b=nouns[(place + step) % len(nouns)])

"""Files of analogies, in the layouts of published sets.

=========== ======================================================================
Google, CA8 `: name` begins a section, four words are a question
MSR         `a b c NAME d`: the answer last, the section before it; the two published
            files side by side (`paste -d' ' word_relationship.questions ....answers`)
            have it too. Or four words a line, without sections
BATS        a folder with a file for each section; `word answer/answer/...` a line, and
            each two lines make a question
=========== ======================================================================
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from firth.errors import FormatError, counted, reraise
from firth.evaluation.files import numbered_lines
from firth.io.paths import to_path

_Lines = list[tuple[int, str]]


class Question(NamedTuple):
    """The question "`a` is to `b` as `c` is to ?", with the answer `d`, or one of `others`."""

    a: str
    b: str
    c: str
    d: str
    others: tuple[str, ...] = ()


def read_analogies(path: str | os.PathLike[str]) -> dict[str, list[Question]]:
    """Read questions by section: a file of Google's, MSR's or BATS's layout, or a folder of BATS.

    `//` begins a comment.

    Raises
    ------
    FormatError
        If a file cannot be read, a line does not have the layout of the first, or there are no
        questions.
    """
    target = to_path("analogies", path)
    # The system may refuse to look at a path, such as a name that is too long.
    with reraise(FormatError, f"read {target}"):
        if not target.is_dir():
            return _read_file(target)
        files = sorted(target.rglob("*.txt"))
    if not files:
        raise FormatError(f"{path}: holds no questions: no file in this folder ends in .txt")
    sections: dict[str, list[Question]] = {}
    for file in files:
        for name, questions in _read_file(file).items():
            sections.setdefault(name, []).extend(questions)
    return sections


def _read_file(path: Path) -> dict[str, list[Question]]:
    lines = list(numbered_lines(path, comment="//"))
    sections: dict[str, list[Question]] = {}
    if lines:
        first = lines[0][1]
        layout = ":" if first.startswith(":") else len(first.split())
        if layout not in _LAYOUTS:
            raise FormatError(
                f"{path}: line {lines[0][0]}: expected ': section', a question of four words, "
                "'a b c section d', or 'word answer/answer', got "
                f"{counted(len(first.split()), 'word')}"
            )
        sections = _LAYOUTS[layout](lines, path)
    if not any(sections.values()):
        raise FormatError(f"{path}: holds no questions")
    return sections


def _read_google(lines: _Lines, path: Path) -> dict[str, list[Question]]:
    sections: dict[str, list[Question]] = {}
    for number, line in lines:
        if line.startswith(":"):
            questions = sections.setdefault(line[1:].strip(), [])
        else:
            questions.append(_question(line, number, path))
    return sections


def _read_plain(lines: _Lines, path: Path) -> dict[str, list[Question]]:
    return {path.stem: [_question(line, number, path) for number, line in lines]}


def _read_msr(lines: _Lines, path: Path) -> dict[str, list[Question]]:
    sections: dict[str, list[Question]] = {}
    for number, line in lines:
        a, b, c, name, d = _words(line, 5, number, path)
        sections.setdefault(name, []).append(Question(a, b, c, d))
    return sections


def _read_bats(lines: _Lines, path: Path) -> dict[str, list[Question]]:
    pairs = [_words(line, 2, number, path) for number, line in lines]
    answers = [tuple(filter(None, found.split("/"))) for _, found in pairs]
    if (empty := next((i for i, each in enumerate(answers) if not each), None)) is not None:
        raise FormatError(f"{path}: line {lines[empty][0]}: no answer beside {pairs[empty][0]!r}")
    return {
        path.stem: [
            Question(a, answers[i][0], c, answers[j][0], answers[j][1:])
            for i, (a, _) in enumerate(pairs)
            for j, (c, _) in enumerate(pairs)
            if i != j
        ]
    }


def _question(line: str, number: int, path: Path) -> Question:
    a, b, c, d = _words(line, 4, number, path)
    return Question(a, b, c, d)


def _words(line: str, count: int, number: int, path: Path) -> list[str]:
    words = line.split()
    if len(words) != count:
        spelled = {2: "two", 4: "four", 5: "five"}[count]
        raise FormatError(f"{path}: line {number}: expected {spelled} words, got {len(words)}")
    return words


_Reader = Callable[[_Lines, Path], dict[str, list[Question]]]
# By how the first line begins, or how many words it has.
_LAYOUTS: Mapping[str | int, _Reader] = {
    ":": _read_google,
    4: _read_plain,
    5: _read_msr,
    2: _read_bats,
}

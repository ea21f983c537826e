"""The verb `shell`: one question after another, such as `king - man + woman`."""

from __future__ import annotations

import bisect
import re
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from firth.checks import whole_number
from firth.cli.app import tell, verb
from firth.cli.options import Top, VectorsPath
from firth.cli.report import print_neighbours
from firth.cli.words import input_lines, load_vectors, token
from firth.errors import (
    ConfigError,
    FirthError,
    MissingExtraError,
    VocabularyError,
    counted,
    one_line,
)

if TYPE_CHECKING:
    from firth.vectors import Vectors

# Signs stand between white space: words have hyphens.
_SIGN = re.compile(r"(?:^|\s)([-+])(?:\s|$)")
_WEIGHT = re.compile(r"(\d+(?:\.\d+)?)\s*\*\s*(.+)")
_ADVICE = "a sum is written like king - man + 0.5 * woman, with spaces around + and -"
# Words that are offered for a beginning.
_OFFERED = 50


@verb(epilog="Example: firth shell vectors")
def shell(path: VectorsPath, top: Top = 10) -> None:
    """Ask one question after another: a word, or a sum such as king - man + woman.

    Questions come from a prompt, with completion and history, or a line each from standard input.
    """
    whole_number("top", top, least=1)
    vectors = load_vectors(path)
    is_prompt = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    lines = _prompt(vectors) if is_prompt else input_lines()
    if is_prompt:
        tell(
            f"{counted(len(vectors), 'word')}; ask a word, or a sum such as king - man + woman; "
            "Ctrl-D ends"
        )
    for line in lines:
        if not line.strip():
            continue
        try:
            query = parse_question(vectors, line)
            print_neighbours(vectors.similar(query, top=top), False, query=repr(line.strip()))
        except VocabularyError as error:
            tell(f"{error}; {_ADVICE}" if _lacks_spaces(line) else str(error))
        except FirthError as error:
            tell(_message(error, line))


def _lacks_spaces(line: str) -> bool:
    """Return whether a line is several words without a sign, or has a sign without spaces."""
    if len(line.split()) > 1 and not _SIGN.search(line):
        return True
    # Words have hyphens, but do not begin with one.
    return re.search(r"(?<=\S)[+*]|[+*](?=\S)|(?<!\S)-(?=\S)", line) is not None


def _message(error: FirthError, line: str) -> str:
    """Return an error as a line that was asked needs it: a sum is named as it was written."""
    from firth.vectors.questions.directions import NoDirectionError

    if not isinstance(error, NoDirectionError):
        return str(error)
    return str(NoDirectionError(one_line(repr(line.strip())), error.advice))


def parse_question(vectors: Vectors, line: str) -> Any:  # noqa: ANN401
    """Return what `Vectors.similar` is asked by a line: a word, or words and their weights.

    Raises
    ------
    ConfigError
        If a sign or a weight stands without a word.
    VocabularyError
        If several words are no word of the vectors.

    Examples
    --------
    >>> from firth.vectors import Vectors
    >>> vectors = Vectors(["king", "man", "woman", "x-ray"], [[1.0], [1.0], [1.0], [1.0]])
    >>> parse_question(vectors, "king - man + 0.5 * woman")
    {'king': 1.0, 'man': -1.0, 'woman': 0.5}
    >>> parse_question(vectors, "x-ray")
    'x-ray'
    """
    line = line.strip()
    parts = _SIGN.split(line)
    if line in vectors or (len(parts) == 1 and not _WEIGHT.fullmatch(line)):
        return _word_of(vectors, line)
    # Before the first sign there may be a word, which is added.
    signed = list(zip(parts[1::2], parts[2::2], strict=True))
    if parts[0].strip():
        signed.insert(0, ("+", parts[0]))
    weights: dict[str | int, float] = {}
    for sign, term in signed:
        weighted = _WEIGHT.fullmatch(term.strip())
        weight, word = (float(weighted[1]), weighted[2]) if weighted else (1.0, term.strip())
        if not word:
            raise ConfigError(f"there is no word after {sign!r} in {line!r}")
        found = _word_of(vectors, word)
        weights[found] = weights.get(found, 0.0) + (weight if sign == "+" else -weight)
    return weights


def _word_of(vectors: Vectors, text: str) -> str | int:
    """Return a word; several words have no vector, although n-grams would compose one."""
    if re.search(r"\s", text) and text not in vectors.index:
        raise VocabularyError(
            f"{one_line(repr(text))} is not among the {counted(len(vectors), 'word')}"
        )
    return token(vectors, text)


def offered(ordered: Sequence[str], text: str) -> tuple[str, list[str]]:
    """Return the beginning of a word at the end of a text, and words that begin so.

    Parameters
    ----------
    ordered : sequence of str
        All words, sorted.
    text : str
        What stands before the cursor.

    Examples
    --------
    >>> offered(["king", "kingdom", "man"], "man - ki")
    ('ki', ['king', 'kingdom'])
    """
    start = re.split(r"\s", text)[-1]
    first = bisect.bisect_left(ordered, start)
    near = ordered[first : first + _OFFERED]
    return start, [word for word in near if word.startswith(start)] if start else []


def _prompt(vectors: Vectors) -> Iterator[str]:
    """Yield the lines that are typed at a prompt, until Ctrl-D. Ctrl-C drops a line."""
    try:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.completion import Completer, Completion
        from prompt_toolkit.history import FileHistory
    except ImportError as error:
        raise MissingExtraError("prompt_toolkit", "shell") from error
    from firth.io.cache import cache_folder

    ordered = sorted(str(word) for word in vectors.words)

    class Words(Completer):  # type: ignore[misc, unused-ignore]
        def get_completions(self, document: Any, event: object) -> Iterator[Completion]:  # noqa: ANN401
            start, words = offered(ordered, document.text_before_cursor)
            yield from (Completion(word, start_position=-len(start)) for word in words)

    history = FileHistory(str(cache_folder() / "shell-history"))
    session: PromptSession[str] = PromptSession("> ", completer=Words(), history=history)
    while True:
        try:
            line = session.prompt()
        except EOFError:
            return
        except KeyboardInterrupt:
            continue
        yield line

"""A demonstration without a download: word vectors from the documentation of Python itself.

Source files are read as text. They are neither imported nor run.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firth.io.shell import shell_command
from firth.pipeline import train
from firth.rescue import save_or_rescue

if TYPE_CHECKING:
    from firth.vectors import Neighbour, Vectors

_SKIPPED_FOLDERS = frozenset(
    {"__pycache__", "dist-packages", "site-packages", "idlelib", "lib2to3", "test", "tests"}
)

# All string literals and comments, so that quotes inside of one do not begin another. Only
# triple-quoted strings have a group. Takes a tenth of the time of `ast.parse`: docs/decisions.md.
_LITERAL = re.compile(
    r'''
    """ (.*?) """ (?<! \\""")
    | \'\'\' (.*?) \'\'\' (?<! \\\'\'\')
    | " (?: [^"\\\n] | \\. )* "
    | ' (?: [^'\\\n] | \\. )* '
    | \# [^\n]*
    ''',
    re.DOTALL | re.VERBOSE,
)
_DOCSTRING_PREFIXES = frozenset({"", "r", "R", "u", "U"})

_PARAGRAPH_BREAK = re.compile(r"\n\s*\n")
_SPHINX_ROLE = re.compile(r":[a-z:]+:(?=`)")
_WORD = re.compile(r"[a-z]+(?:['_][a-z]+)*")
_LEAST_WORDS = 5
_LEAST_LETTERS = 0.8

# A small corpus needs more and larger steps than word2vec's defaults.
_OPTIONS: dict[str, Any] = {"dim": 100, "epochs": 10, "lr": 0.05, "min_count": 10, "sample": 3e-4}

_TERMS = ("directory", "socket", "month", "mouse", "integer", "password", "exception", "header")
_TERMS_SHOWN = 6
_ANALOGIES = (("min", "max", "minimum"), ("read", "reading", "write"))


def documentation_units(
    words: int = 1_200_000, folders: Sequence[Path] | None = None
) -> Iterator[list[str]]:
    """Read the prose of docstrings and of Python's help topics, paragraph by paragraph.

    A docstring is a triple-quoted string at the beginning of a line. Left out are paragraphs with
    few letters (code, formulas, tables), the text after a doctest's prompt, repeated paragraphs,
    folders of tests, and files that cannot be read.

    Parameters
    ----------
    words : int
        Stop after the paragraph that reaches this many words.
    folders : sequence of paths, optional
        Where to look, in this order; by default in the standard library and then the installed
        packages of the running Python.

    Yields
    ------
    list of str
        A paragraph's words in lower case. Identifiers are words too.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "tea.py").write_text("'''Pour water on the leaves.'''")
    ...     list(documentation_units(folders=[Path(folder)]))
    [['pour', 'water', 'on', 'the', 'leaves']]
    """
    seen: set[str] = set()
    read = 0
    for text in _texts(documentation_folders() if folders is None else folders):
        for paragraph in _PARAGRAPH_BREAK.split(text):
            unit = _prose(paragraph)
            key = " ".join(unit)
            if not unit or key in seen:
                continue
            if read >= words:
                return
            seen.add(key)
            read += len(unit)
            yield unit


def documentation_folders() -> list[Path]:
    """Return the folders of the standard library and of the installed packages."""
    paths = sysconfig.get_paths()
    # Compiled packages may have a folder of their own.
    return [Path(paths["stdlib"]), *map(Path, sorted({paths["purelib"], paths["platlib"]}))]


def run_demo(
    folder: Path,
    *,
    say: Callable[[str], None],
    progress: bool | None = None,
    words: int = 1_200_000,
) -> None:
    """Train on the documentation of this Python, save the vectors, and report what they know.

    Parameters
    ----------
    folder : Path
        Where to save the vectors.
    say : callable
        Takes each line of the report.
    progress : bool, optional
        Whether to show progress bars on standard error; by default if that is a terminal.
    words : int
        Where `documentation_units` stops.

    Raises
    ------
    CorpusError
        If this Python has no documentation.
    FirthError
        If the folder cannot be written.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    say(f"Reading the documentation of Python {version} in")
    for place in documentation_folders():
        say(f"  {place}")
    began = time.perf_counter()
    units = list(documentation_units(words))
    count = sum(map(len, units))
    say(f"{count:,} words in {len(units):,} paragraphs, in {time.perf_counter() - began:.1f} s.")
    vectors = _train(units, say, progress, folder)
    _show_neighbours_and_analogies(vectors, say)
    say("")
    say(f"The vectors are in {folder}. Look further:")
    named = shell_command([str(folder)])
    say(f"  firth similar {named} WORD")
    say(f"  firth analogy {named} A B C")


def _train(
    units: list[list[str]], say: Callable[[str], None], progress: bool | None, folder: Path
) -> Vectors:
    began = time.perf_counter()
    vectors = train(units, progress=progress, **_OPTIONS)
    # Saved before the report, which may fail.
    save_or_rescue(vectors, folder)
    # A clock may stand still.
    seconds = max(time.perf_counter() - began, 1e-6)
    trained = _OPTIONS["epochs"] * sum(map(len, units))
    losses: Any = vectors.config["losses"]
    say(
        f"Trained {len(vectors):,} words, {_OPTIONS['epochs']} epochs, in {seconds:.1f} s "
        f"({trained / seconds / 1e6:.1f} million words/s, reading and compiling included); "
        f"loss {losses[-1]:.3f}."
    )
    return vectors


def _show_neighbours_and_analogies(vectors: Vectors, say: Callable[[str], None]) -> None:
    say("")
    say("Nearest words:")
    for term in [term for term in _TERMS if term in vectors][:_TERMS_SHOWN]:
        say(f"  {term:<10} {_list(vectors.similar(term, top=5))}")
    say("")
    say("Analogies:")
    for a, b, c in _ANALOGIES:
        if all(word in vectors for word in (a, b, c)):
            found = vectors.analogy(positive=[b, c], negative=[a], top=3)
            say(f"  {a} is to {b} as {c} is to: {_list(found)}")


def _list(neighbours: list[Neighbour]) -> str:
    return ", ".join(f"{word} {score:.2f}" for word, score in neighbours)


def _texts(folders: Sequence[Path]) -> Iterator[str]:
    for folder in folders:
        for file in _source_files(folder):
            try:
                source = file.read_text("utf-8", errors="replace")
            except OSError:
                continue
            is_topics = file.parts[-2:] == ("pydoc_data", "topics.py")
            yield from _help_topics(source) if is_topics else _docstrings(source)


def _source_files(folder: Path) -> Iterator[Path]:
    for place, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(set(subfolders) - _SKIPPED_FOLDERS)
        yield from (Path(place, name) for name in sorted(names) if name.endswith(".py"))


def _docstrings(source: str) -> Iterator[str]:
    for literal in _LITERAL.finditer(source):
        if literal.lastindex:
            line = source.rfind("\n", 0, literal.start()) + 1
            if source[line : literal.start()].strip() in _DOCSTRING_PREFIXES:
                yield literal[literal.lastindex]


def _help_topics(source: str) -> Iterator[str]:
    """Return the strings of the file of help topics, which are joined from many literals."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _prose(paragraph: str) -> list[str]:
    """Return the words of a paragraph, or none if it is too short or has too few letters."""
    text = _SPHINX_ROLE.sub("", paragraph.partition(">>>")[0]).lower()
    found = _WORD.findall(text)
    characters = len("".join(text.split()))
    is_prose = len(found) >= _LEAST_WORDS and sum(map(len, found)) > _LEAST_LETTERS * characters
    return found if is_prose else []

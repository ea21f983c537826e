"""A first look that needs no download: vectors from the documentation of this machine's Python.

Source files are read as text; nothing is imported or run.
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

from firth.pipeline import train
from firth.rescue import save_or_rescue

if TYPE_CHECKING:
    from firth.vectors import Neighbour, Vectors

_SKIPPED_FOLDERS = frozenset(
    {"__pycache__", "dist-packages", "site-packages", "idlelib", "lib2to3", "test", "tests"}
)

# All string literals and comments, so that a quote inside one does not open another; only the
# triple-quoted ones have a group. A tenth of the time of `ast.parse`: docs/decisions.md.
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

# Small corpora want more and larger steps than word2vec's defaults.
_OPTIONS: dict[str, Any] = {"dim": 100, "epochs": 10, "lr": 0.05, "min_count": 10, "sample": 3e-4}

_TERMS = ("directory", "socket", "month", "mouse", "integer", "password", "exception", "header")
_TERMS_SHOWN = 6
_ANALOGIES = (("min", "max", "minimum"), ("read", "reading", "write"))


def documentation_units(
    words: int = 1_200_000, folders: Sequence[Path] | None = None
) -> Iterator[list[str]]:
    """Read the prose of docstrings and of Python's help topics, paragraph by paragraph.

    A docstring is a triple-quoted string that begins its line. What is mostly not letters (code,
    formulas, tables), what follows a doctest's prompt, and paragraphs that were there before are
    left out, and so are folders of tests and files that cannot be read.

    Parameters
    ----------
    words : int
        Stop after the paragraph with which this many words are reached.
    folders : sequence of paths, optional
        Where to look, in this order; by default in the standard library and then the installed
        packages of the Python that runs.

    Yields
    ------
    list of str
        A paragraph's words in lower case; identifiers are words too.

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
    # Where packages go that are compiled and that are not is the same folder, or two.
    return [Path(paths["stdlib"]), *map(Path, sorted({paths["purelib"], paths["platlib"]}))]


def run_demo(
    folder: Path,
    *,
    say: Callable[[str], None],
    progress: bool | None = None,
    words: int = 1_200_000,
) -> Path:
    """Train on the machine's own documentation, save the vectors, and tell what they know.

    Parameters
    ----------
    folder : Path
        Where to save the vectors.
    say : callable
        Takes each line of the report.
    progress : bool, optional
        Whether to show progress bars on standard error; by default if that is a terminal.
    words : int
        How many words to read, if there are so many.

    Returns
    -------
    Path
        `folder`.

    Raises
    ------
    CorpusError
        If this Python carries no documentation.
    FirthError
        If the folder cannot be written.
    """
    say(f"Reading the documentation that Python {_python_version()} carries in")
    for place in documentation_folders():
        say(f"  {place}")
    began = time.perf_counter()
    units = list(documentation_units(words))
    count = sum(map(len, units))
    say(f"{count:,} words in {len(units):,} paragraphs, in {time.perf_counter() - began:.1f} s.")
    vectors = _train(units, say, progress, folder)
    _show_neighbours(vectors, say)
    _show_analogies(vectors, say)
    say("")
    say(f"The vectors lie in {folder}. Look further:")
    say(f"  firth similar {folder} WORD")
    say(f"  firth analogy {folder} A B C")
    return folder


def _python_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _train(
    units: list[list[str]], say: Callable[[str], None], progress: bool | None, folder: Path
) -> Vectors:
    began = time.perf_counter()
    vectors = train(units, progress=progress, **_OPTIONS)
    # Before anything is told, which may fail.
    save_or_rescue(vectors, folder)
    seconds = time.perf_counter() - began
    trained = _OPTIONS["epochs"] * sum(map(len, units))
    losses: Any = vectors.config["losses"]
    say(
        f"Trained {len(vectors):,} words, {_OPTIONS['epochs']} epochs, in {seconds:.1f} s "
        f"({trained / seconds / 1e6:.1f} million words/s, reading and compiling included); "
        f"loss {losses[-1]:.3f}."
    )
    return vectors


def _show_neighbours(vectors: Vectors, say: Callable[[str], None]) -> None:
    say("")
    say("Nearest words:")
    for term in [term for term in _TERMS if term in vectors][:_TERMS_SHOWN]:
        say(f"  {term:<10} {_listed(vectors.similar(term, top=5))}")


def _show_analogies(vectors: Vectors, say: Callable[[str], None]) -> None:
    say("")
    say("Analogies:")
    for a, b, c in _ANALOGIES:
        if all(word in vectors for word in (a, b, c)):
            found = vectors.analogy(positive=[b, c], negative=[a], top=3)
            say(f"  {a} is to {b} as {c} is to: {_listed(found)}")


def _listed(neighbours: list[Neighbour]) -> str:
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
    """Return every text of the file; unlike docstrings, these are pieced together from many."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _prose(paragraph: str) -> list[str]:
    """Return the words of a paragraph, none if it is too short or holds too few letters."""
    text = _SPHINX_ROLE.sub("", paragraph.partition(">>>")[0]).lower()
    found = _WORD.findall(text)
    inked = len("".join(text.split()))
    is_prose = len(found) >= _LEAST_WORDS and sum(map(len, found)) > _LEAST_LETTERS * inked
    return found if is_prose else []

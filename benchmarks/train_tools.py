"""The tools that `train_speed.py` compares: their commands and their reports of speed."""

from __future__ import annotations

import functools
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

TRAINERS = Path(__file__).parent / "trainers"

Report = dict[str, float]


@dataclass(frozen=True)
class Settings:
    """The settings of all tools; if `lr` is None, each tool uses its default."""

    model: str
    dim: int
    window: int
    negative: int
    sample: float
    min_count: int
    epochs: int
    threads: int
    lr: float | None
    subwords: str  # the shortest and longest n-grams, such as 3-6, or "none"


@dataclass(frozen=True)
class Tool:
    """A tool: its command, and its report of speed.

    Parameters
    ----------
    command : callable
        Takes the program, the text, the path for the vectors, and the settings.
    report : callable
        Takes the output of a run and the settings; returns at least `words_per_second`.
    timing : str
        The source of the words/s, for the reader of the results.
    probe : tuple of str
        Arguments for the program to print its introduction.
    introduction : str
        A pattern of that introduction, with the version as a group if there is one.
    missing : str
        The advice if the program is missing.
    suffix : str
        The suffix of its file of vectors.
    has_subwords : bool
        Whether it can compose words of n-grams.
    """

    command: Callable[[str, Path, Path, Settings], list[str]]
    report: Callable[[str, Settings], Report]
    timing: str
    probe: tuple[str, ...]
    introduction: str
    missing: str
    suffix: str = ".bin"
    has_subwords: bool = False


@dataclass(frozen=True)
class Program:
    """A program, and its version."""

    path: str
    version: str


def find_program(tool: Tool, path: str | None) -> Program:
    """Find a tool's program, and check that it is the right one.

    Raises
    ------
    LookupError
        If there is none, or its introduction is unexpected. The message, which is stored with the
        results, does not contain paths of this machine.
    """
    name = Path(path).name if path else "its program"
    found = path and shutil.which(path)
    if not found:
        raise LookupError(f"{name} was not found; {tool.missing}")
    probe = subprocess.run(
        [found, *tool.probe], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    introduction = re.search(tool.introduction, probe.stdout + probe.stderr)
    if introduction is None:
        raise LookupError(f"{name} will not do; {tool.missing}")
    told = introduction.groups()
    digest = hashlib.sha256(Path(found).read_bytes()).hexdigest()
    return Program(found, told[0] if told else f"sha256 {digest[:16]}")


def trainer_command(
    trainer: str, program: str, text: Path, output: Path, settings: Settings
) -> list[str]:
    """Return the command for one of our own programs."""
    return [
        program,
        str(TRAINERS / trainer),
        str(text),
        str(output),
        json.dumps(asdict(settings)),
    ]


def fasttext_command(program: str, text: Path, output: Path, settings: Settings) -> list[str]:
    """Return the command for fastText, which trains the same model, or one of the same n-grams."""
    least, most = (0, 0) if settings.subwords == "none" else settings.subwords.split("-")
    options = {
        "-input": text,
        "-output": output.with_suffix(""),
        "-minn": least,
        "-maxn": most,
        "-dim": settings.dim,
        "-ws": settings.window,
        "-neg": settings.negative,
        "-t": settings.sample,
        "-minCount": settings.min_count,
        "-epoch": settings.epochs,
        "-thread": settings.threads,
        "-lr": settings.lr,
    }
    return [program, settings.model, *flags(options)]


def word2vec_command(program: str, text: Path, output: Path, settings: Settings) -> list[str]:
    """Return the command for the original word2vec."""
    options = {
        "-train": text,
        "-output": output,
        "-binary": 1,
        "-hs": 0,
        "-cbow": int(settings.model == "cbow"),
        "-size": settings.dim,
        "-window": settings.window,
        "-negative": settings.negative,
        "-sample": settings.sample,
        "-min-count": settings.min_count,
        "-iter": settings.epochs,
        "-threads": settings.threads,
        "-alpha": settings.lr,
    }
    return [program, *flags(options)]


def flags(options: Mapping[str, object]) -> list[str]:
    """Return options as arguments, without those that are None."""
    given = ((name, value) for name, value in options.items() if value is not None)
    return [str(part) for option in given for part in option]


def reported_speed(output: str, settings: Settings) -> Report:
    """Read the report on the last line of one of our own programs."""
    report = json.loads(output.splitlines()[-1])
    return {"words_per_second": report["words"] / report["train_seconds"], **report}


def printed_speed(pattern: str, unit: int, output: str, settings: Settings) -> Report:
    """Return the last speed of one thread in a tool's output, in `unit` words/s."""
    speeds = re.findall(pattern, output)
    if not speeds:
        raise RuntimeError(f"no speed like {pattern!r} in what was printed: {output[-500:]!r}")
    return {"words_per_second": float(speeds[-1]) * unit * settings.threads}


TOOLS = {
    "firth": Tool(
        command=functools.partial(trainer_command, "firth_trainer.py"),
        report=reported_speed,
        timing="words of the vocabulary over the time of the training loop",
        probe=("-c", "import firth; print('firth', firth.__version__)"),
        introduction=r"firth (\S+)",
        missing=f"install Firth for {sys.executable}",
        # Keeps all tables, and so the read-out.
        suffix="",
        has_subwords=True,
    ),
    "gensim": Tool(
        command=functools.partial(trainer_command, "gensim_trainer.py"),
        report=reported_speed,
        timing="words of the vocabulary over the time of Word2Vec.train",
        probe=("-c", "import gensim; print('gensim', gensim.__version__)"),
        introduction=r"gensim (\S+)",
        missing="give a Python that has gensim with --gensim-python",
    ),
    "fasttext": Tool(
        command=fasttext_command,
        report=functools.partial(printed_speed, r"words/sec/thread:\s*(\d+)", 1),
        timing="words/sec/thread as fastText prints it last, times the threads",
        probe=("skipgram",),
        introduction="-minn",
        missing="give fastText's command-line program with --fasttext",
        suffix=".vec",
        has_subwords=True,
    ),
    "word2vec": Tool(
        command=word2vec_command,
        report=functools.partial(printed_speed, r"Words/thread/sec:\s*([\d.]+)k", 1000),
        timing="Words/thread/sec as word2vec prints it last (of processor time), times the threads",
        probe=(),
        # The oldest builds have no -iter: they would ignore it, and train one epoch.
        introduction=r"toolkit (v \S+)[\s\S]*-iter",
        missing="give a build of word2vec that knows -iter with --word2vec",
    ),
}

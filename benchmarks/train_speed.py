"""The speed and quality of Firth, gensim, fastText and word2vec.

Each run is a separate process, measured from the text to the saved vectors. The tools take turns,
so other load on the machine affects all of them. Results are medians.

    python benchmarks/train_speed.py text.txt.zst --analogies questions-words.txt
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import math
import os
import re
import shlex
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from apart import run_in_thread
from firth.corpus.sources import TextFile, read_text, regroup
from train_tools import TOOLS, Program, Report, Settings, find_program

RESULTS = Path(__file__).parent / "results"
# The tool that others are compared with: the first of these that was measured.
BASELINES = ("gensim", "fasttext")
RESTRICT = 30_000
WARM_UP_LINES = 100
# word2vec cuts lines after 1,000 words and fastText after 1,024, both silently.
LINE_LIMIT = 1000
# Between two looks at how far the processors are apart.
SECONDS_BETWEEN = 2


def main() -> None:
    """Measure, print a table, write the results."""
    arguments = parse_arguments()
    settings = Settings(
        **{field.name: getattr(arguments, field.name) for field in dataclasses.fields(Settings)}
    )
    programs, skipped = find_programs(arguments)
    with tempfile.TemporaryDirectory(prefix="firth-") as folder:
        text = Path(folder) / "text.txt"
        words = itertools.islice(read_words(arguments.text), arguments.words)
        word_count = write_lines(words, text, arguments.words_per_line)
        limit = arguments.line_limit
        runs = measure(programs, text, settings, arguments.rounds, limit)
        figures = {
            tool: summary([run for run in runs[tool] if is_near(run, limit)])
            | quality(vectors_path(text, tool), arguments.analogies, arguments.similarity)
            for tool in runs
        }
    add_ratios(figures)
    print_table(figures)
    report = {
        "command": command_line(arguments),
        "machine": describe_machine(),
        "text": {"name": arguments.text.name, "words": word_count},
        "settings": dataclasses.asdict(settings),
        "tools": {
            tool: {
                "version": programs[tool].version,
                "timing": TOOLS[tool].timing,
                "figures": figures[tool],
                "runs": runs[tool],
            }
            for tool in runs
        },
        "skipped": skipped,
    }
    write_report(report, arguments.output or results_path(settings))


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path, help="plain, .gz, .bz2, .xz or .zst")
    parser.add_argument("--model", choices=("skipgram", "cbow"), default="skipgram")
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--window", type=int, default=5)
    parser.add_argument("--negative", type=int, default=5)
    parser.add_argument("--sample", type=float, default=1e-3)
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--lr", type=float, help="default: each tool's own")
    parser.add_argument("--subwords", default="none", help="n-grams, such as 3-6")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each tool")
    parser.add_argument(
        "--line-limit",
        type=float,
        help="wait until a cache line takes at most so many ns from one processor to the other, "
        "and repeat runs after which it takes more",
    )
    parser.add_argument("--words", type=int, help="use only this many words of the text")
    parser.add_argument("--words-per-line", type=line_length, default=LINE_LIMIT)
    parser.add_argument("--tools", type=tool_names, default=list(TOOLS), help="names, with commas")
    parser.add_argument("--gensim-python", default=sys.executable, help="a Python with gensim")
    parser.add_argument("--fasttext", default="fasttext", help="fastText's program")
    parser.add_argument("--word2vec", help="a word2vec program")
    parser.add_argument("--analogies", type=Path, help="questions in Google's format")
    parser.add_argument("--similarity", type=Path, help="word pairs, their score last")
    parser.add_argument("--output", type=Path, help="default: results/train_speed_MODEL_DIM.json")
    return parser.parse_args()


def tool_names(names: str) -> list[str]:
    """Split names of tools, and refuse unknown ones."""
    tools = names.split(",")
    if unknown := set(tools) - set(TOOLS):
        raise argparse.ArgumentTypeError(
            f"known are {', '.join(TOOLS)}, got {', '.join(sorted(unknown))}"
        )
    return tools


def line_length(words: str) -> int:
    """Parse a number of words per line that no tool would cut."""
    if not 1 <= int(words) <= LINE_LIMIT:
        raise argparse.ArgumentTypeError(f"must be from 1 to {LINE_LIMIT}, got {words}")
    return int(words)


def find_programs(arguments: argparse.Namespace) -> tuple[dict[str, Program], dict[str, str]]:
    """Find the programs of the tools; report skipped ones, with the reason."""
    paths = {
        "firth": sys.executable,
        "gensim": arguments.gensim_python,
        "fasttext": arguments.fasttext,
        "word2vec": arguments.word2vec,
    }
    programs, skipped = {}, {}
    for name in arguments.tools:
        try:
            if arguments.subwords != "none" and not TOOLS[name].has_subwords:
                raise LookupError(f"{name} has no subwords")
            programs[name] = find_program(TOOLS[name], paths[name])
        except LookupError as error:
            skipped[name] = str(error)
            print(f"{name} is skipped: {error}", file=sys.stderr)
    return programs, skipped


def read_words(source: Path) -> Iterator[str]:
    """Yield the words of a text, decompressed, one by one."""
    blocks = read_text([TextFile(source)], "strict", lambda done, total: None)
    for piece in regroup(blocks, " \n"):
        yield from piece.split()


def write_lines(words: Iterable[str], target: Path, words_per_line: int) -> int:
    """Write lines of a fixed length, which all tools read the same; return the number of words."""
    words, count = iter(words), 0
    with target.open("w", encoding="utf-8") as file:
        while line := list(itertools.islice(words, words_per_line)):
            file.write(" ".join(line) + "\n")
            count += len(line)
    return count


def measure(
    programs: Mapping[str, Program],
    text: Path,
    settings: Settings,
    rounds: int,
    limit: float | None,
) -> dict[str, list[Report]]:
    """Run all tools in turn, `rounds` times, after a short round that is not counted.

    The short round fills Firth's cache of compiled code, for which a user waits once, and detects
    a tool that fails before hours are spent on the others.
    """
    sample = text.with_name("sample.txt")
    with text.open(encoding="utf-8") as lines, sample.open("w", encoding="utf-8") as file:
        file.writelines(itertools.islice(lines, WARM_UP_LINES))
    for tool, program in programs.items():
        train(tool, program, sample, settings, None)
    runs: dict[str, list[Report]] = {tool: [] for tool in programs}
    for number in range(1, rounds + 1):
        for tool, program in programs.items():
            is_done = False
            while not is_done:
                run = train(tool, program, text, settings, limit)
                runs[tool].append(run)
                is_done = is_near(run, limit)
                print(
                    f"round {number} of {rounds}, {tool}: {run['seconds']:.1f} s, "
                    f"{run['words_per_second']:,.0f} words/s, "
                    f"a line in {' and '.join(f'{each:.0f}' for each in run['line_ns'])} ns",
                    file=sys.stderr,
                )
    return runs


def is_near(run: Report, limit: float | None) -> bool:
    """Return whether the processors were near each other before a run and after it."""
    return limit is None or max(run["line_ns"]) <= limit


def train(
    tool: str, program: Program, text: Path, settings: Settings, limit: float | None
) -> Report:
    """Run a tool once, when the processors are near each other.

    Two threads are as fast as two processors are near each other, which a virtual machine may
    change: `line_ns` has the time from one to the other before the run and after it.
    """
    command = TOOLS[tool].command(program.path, text, vectors_path(text, tool), settings)
    while (before := line_time()) > (limit or math.inf):
        time.sleep(SECONDS_BETWEEN)
    run = run_in_thread(command)
    return {
        "line_ns": [before, line_time()],
        "seconds": run.seconds,
        "peak_bytes": run.peak_bytes,
        **TOOLS[tool].report(run.output, settings),
    }


def line_time() -> float:
    """Return what line_time.py gives for the first two processors; 0 if there are no two."""
    printed = run_in_thread([sys.executable, str(Path(__file__).with_name("line_time.py"))]).output
    found = re.search(r": (\d+) ns", printed)
    return float(found[1]) if found else 0.0


def vectors_path(text: Path, tool: str) -> Path:
    """Return the path of a tool's vectors, beside the text."""
    return text.with_name(f"{tool}{TOOLS[tool].suffix}")


def summary(runs: list[Report]) -> Report:
    """Return the medians of a tool's runs, and the range of its speed."""
    speeds = [run["words_per_second"] for run in runs]
    return {
        "words_per_second": statistics.median(speeds),
        "words_per_second_min": min(speeds),
        "words_per_second_max": max(speeds),
        "seconds": statistics.median(run["seconds"] for run in runs),
        "peak_megabytes": statistics.median(run["peak_bytes"] for run in runs) / 1e6,
    }


def quality(vectors: Path, analogies: Path | None, similarity: Path | None) -> Report:
    """Evaluate vectors: correct analogies in percent, and Spearman's correlation x 100."""
    if analogies is None and similarity is None:
        return {}
    # Imported late: this process must be small while it starts the tools (see apart.py).
    from firth.evaluation import evaluate
    from firth.vectors import load

    found = evaluate(
        load(vectors),
        analogies=[analogies] if analogies else [],
        similarity=[similarity] if similarity else [],
        restrict=RESTRICT,
    )
    scores = {
        "analogies": [result.accuracy for result in found.analogies],
        "similarity": [result.spearman for result in found.similarity],
    }
    return {
        name: 100 * values[0] for name, values in scores.items() if values and values[0] is not None
    }


def add_ratios(figures: Mapping[str, Report]) -> None:
    """Add the ratio of each tool's speed to the baseline's, if both were measured."""
    if name := baseline_of(figures):
        baseline = figures[name]
        for figure in figures.values():
            speed = figure["words_per_second"] / baseline["words_per_second"]
            figure[f"training_over_{name}"] = speed
            figure[f"whole_over_{name}"] = baseline["seconds"] / figure["seconds"]


def baseline_of(figures: Mapping[str, Report]) -> str | None:
    """Return the tool that the others are compared with, if one was measured."""
    return next((name for name in BASELINES if name in figures), None)


def print_table(figures: Mapping[str, Report]) -> None:
    """Print one line for each tool, with a dash for what was not measured."""
    baseline = baseline_of(figures)
    columns = (
        ("words/s", "words_per_second", ",.0f"),
        ("min", "words_per_second_min", ",.0f"),
        ("max", "words_per_second_max", ",.0f"),
        (f"x {baseline}", f"training_over_{baseline}", ".2f"),
        ("whole s", "seconds", ".1f"),
        (f"x {baseline}", f"whole_over_{baseline}", ".2f"),
        ("peak MB", "peak_megabytes", ",.0f"),
        ("analogies", "analogies", ".1f"),
        ("similarity", "similarity", ".1f"),
    )
    print(f"{'tool':<10}" + "".join(f"{title:>11}" for title, _, _ in columns))
    for tool, figure in figures.items():
        cells = (format(figure[key], form) if key in figure else "-" for _, key, form in columns)
        print(f"{tool:<10}" + "".join(f"{cell:>11}" for cell in cells))


def command_line(arguments: argparse.Namespace) -> str:
    """Return the command with all options, and with the names of files only."""
    words = ["python", "benchmarks/train_speed.py", arguments.text.name]
    for name, value in vars(arguments).items():
        if name not in ("text", "output") and value is not None:
            shown = ",".join(value) if isinstance(value, list) else Path(str(value)).name
            words += [f"--{name.replace('_', '-')}", shown]
    return shlex.join(words)


def describe_machine() -> dict[str, str | int | None]:
    """Describe the machine; called after the runs, as `quality` explains."""
    import machine

    return machine.describe()


def results_path(settings: Settings) -> Path:
    """Return the path for the results of these settings."""
    subwords = "" if settings.subwords == "none" else "_subwords"
    return RESULTS / f"train_speed_{settings.model}_{settings.dim}{subwords}.json"


def write_report(report: Mapping[str, object], target: Path) -> None:
    """Write the results as JSON."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

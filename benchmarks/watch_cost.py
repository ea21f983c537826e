"""What watching costs training: the same run without it, filmed, and filmed with a page open.

python benchmarks/watch_cost.py TEXT [--rounds 5] [--dim 100] [--epochs 2] [--threads 2]

The three take turns, and the order turns round from one round to the next. Told are words a second,
and two figures that other programs on the machine disturb less: the processor's time of the process
for a word, and the share of that time that went into frames and into answers to the page, by the
clocks of their threads.
The page is asked as a browser asks it, every one and a half seconds, by another
process.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import firth
import machine
from firth.callbacks import Callback, RunEnd, Watch
from firth.recordings.frames import Figures
from firth.watching import WatchPage

RESULT = Path(__file__).parent / "results" / "watch_cost.json"
WAYS = ("without", "filmed", "page")
# What the page does: all new frames, with the neighbours of three words.
CLIENT = """
import json, sys, time, urllib.request
url, run, after = sys.argv[1], 0, -1
while True:
    path = f"{url}/frames?run={run}&after={after}&words=1,2,3"
    told = json.load(urllib.request.urlopen(path))
    if told["run"] != run:
        run, after = told["run"], -1
    elif told.get("frames"):
        after = told["frames"][-1]["number"]
    time.sleep(1.5)
"""


class Clock(Callback):
    """Keeps how long training took, and the processor's time of it."""

    def on_start(self, start: firth.callbacks.RunStart) -> None:
        """Begin."""
        self.work = -time.process_time()

    def on_end(self, end: RunEnd) -> None:
        """Keep the figures."""
        self.work += time.process_time()
        self.words, self.seconds = end.words, end.seconds


class Timed(Watch):
    """Keeps the processor's time that frames took."""

    spent = 0.0

    def _take(self, figures: Figures) -> None:
        began = time.thread_time()
        super()._take(figures)
        self.spent += time.thread_time() - began


def main() -> None:
    """Let the ways take turns, print a table, keep every run."""
    options = parse()
    # Compiles, and reads the text once.
    corpus = firth.read_corpus(options.text)
    train(corpus, options, "without", epochs=1)
    rounds = []
    for number in range(options.rounds):
        order = WAYS if number % 2 == 0 else WAYS[::-1]
        found = {way: train(corpus, options, way, epochs=options.epochs) for way in order}
        rounds.append(found)
        print(json.dumps(found), flush=True)
    results = {
        "machine": machine.describe(),
        "command": sys.argv,
        "tokens": corpus.tokens.size,
        "rounds": rounds,
        "median": {
            way: {
                name: statistics.median(each[way][name] for each in rounds)
                for name in rounds[0][way]
            }
            for way in WAYS
        },
        "cost": {way: cost(rounds, way) for way in WAYS[1:]},
    }
    options.output.write_text(json.dumps(results, indent=1) + "\n")
    for way in WAYS:
        told = results["median"][way]
        print(f"{way:>8}  {told['words_per_second']:12,.0f} words/s  {told['frames']:.0f} frames")
    for way, told in results["cost"].items():
        print(
            f"{way:>8}  {told['share']:.1%} of the processor's time; a word took "
            f"{told['work']:+.1%} work, {told['time']:+.1%} time (medians of the rounds)"
        )


def cost(rounds: list[dict[str, dict[str, float]]], way: str) -> dict[str, float]:
    """Return how much more work and time a word took than without watching, by median."""
    return {
        "share": statistics.median(each[way]["share"] for each in rounds),
        "work": statistics.median(
            each[way]["work_per_word"] / each["without"]["work_per_word"] - 1 for each in rounds
        ),
        "time": statistics.median(
            each["without"]["words_per_second"] / each[way]["words_per_second"] - 1
            for each in rounds
        ),
    }


def train(
    corpus: firth.Corpus, options: argparse.Namespace, way: str, *, epochs: int
) -> dict[str, float]:
    """Train once in one of the ways."""
    clock, watch = Clock(), Timed()
    callbacks = [clock] if way == "without" else [clock, watch]
    with page(watch) if way == "page" else nothing() as server:
        firth.train(
            corpus,
            dim=options.dim,
            epochs=epochs,
            threads=options.threads,
            subwords=options.subwords,
            callbacks=callbacks,
            progress=False,
        )
        answering = 0.0 if server is None else time.clock_gettime(server)
    frames = 0 if watch.film is None else watch.film.taken
    return {
        "words_per_second": clock.words / clock.seconds,
        "work_per_word": clock.work / clock.words,
        "share": (watch.spent + answering) / clock.work,
        "frames": frames,
    }


@contextmanager
def page(watch: Watch) -> Iterator[int | None]:
    """Serve a page, and ask it from another process; yield the clock of what answers."""
    server = WatchPage(watch)
    client = subprocess.Popen([sys.executable, "-c", CLIENT, server.url])
    try:
        yield time.pthread_getcpuclockid(server._thread.ident)
    finally:
        client.terminate()
        client.wait()
        server.close()


@contextmanager
def nothing() -> Iterator[int | None]:
    """Serve nothing."""
    yield None


def parse() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--subwords", default="none")
    parser.add_argument("--output", type=Path, default=RESULT)
    return parser.parse_args()


if __name__ == "__main__":
    main()

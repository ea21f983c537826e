"""A fuzzer for all that reads files: a program that the tests run, and people too.

    python tests/fuzzing READER [--first SEED] [--count N] [--show]

Each seed makes one damaged file out of small valid ones, always the same. A child process reads
them one after the other. A reader may give a valid result, or raise the error that it documents,
in one short line. Anything else is told with the seed that repeats it: another exception, a
warning, a crash, a hang, or memory beyond a small multiple of the file's size.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import mmap
import os
import re
import resource
import signal
import struct
import sys
import tempfile
import time
import traceback
import tracemalloc
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

from damage import damaged
from readers import MULTIPLE, ROOM, Reader
from readers import READERS as OF_VECTORS
from texts import READERS as OF_TEXTS
from vocabularies import READERS as OF_VOCABULARIES

READERS = OF_VECTORS | OF_TEXTS | OF_VOCABULARIES

SECONDS_PER_FILE = 5
LONGEST_MESSAGE = 1_000
MOST_FAILURES = 20
_TOOK = "took"
_JOINERS = re.compile("[\u200c\u200d]")
_DETAILS = re.compile(r"'.*'|\".*\"|/\S*/|[0-9][0-9,.e+-]*")

Record = dict[str, Any]


def fuzz(name: str, first: int, count: int, scratch: Path) -> Record:
    """Have a child do the work; one that dies is followed by another."""
    at_work = mmap.mmap(-1, 8)  # the child's seed
    (scratch / "report").touch()
    failures: list[Record] = []
    outcomes: Counter[str] = Counter()
    seed, end = first, first + count
    while seed < end and len(failures) < MOST_FAILURES:
        at_work[:] = struct.pack("<q", -1)
        died = _run_child(name, scratch, (seed, end), at_work)
        for record in map(json.loads, (scratch / "report").read_text().splitlines()):
            if "fault" in record:
                failures.append(record)
            else:
                outcomes.update(record)
        if not died:
            break
        (seed,) = struct.unpack("<q", at_work[:])
        failures.append({"seed": seed, "fault": f"the process was {died}"})
        if seed < 0:  # in the preparations: it would be so again
            break
        seed += 1
    return {"failures": failures, "outcomes": outcomes}


def _run_child(name: str, scratch: Path, seeds: tuple[int, int], at_work: mmap.mmap) -> str:
    """Return how the child ended, if not well."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _work(name, scratch, range(*seeds), at_work)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return f"killed by {signal.Signals(os.WTERMSIG(status)).name}"
    return f"ended with status {os.waitstatus_to_exitcode(status)}" if status else ""


def _work(name: str, scratch: Path, seeds: range, at_work: mmap.mmap) -> None:
    """Read the damaged files of these seeds; write down each failure, and at last the outcomes."""
    warnings.simplefilter("error")
    reader = READERS[name](scratch)
    for original in reader.originals:
        for seed in range(100, 100 + reader.choices):
            _put(reader.target, original)
            reader.check(reader.read(seed), seed)  # what is whole must be read
    tracemalloc.start()
    _limit_memory()
    outcomes: Counter[str] = Counter()
    failures = 0
    with (scratch / "report").open("w", buffering=1) as report:
        for seed in seeds:
            at_work[:] = struct.pack("<q", seed)
            data = damaged(reader.originals, reader.damages, seed)
            _put(reader.target, data)
            outcome, fault = _read_once(reader, seed, len(data))
            if fault.startswith(_TOOK):
                # Python's table of names grows by megabytes at a time, whatever is read just then.
                outcome, fault = _read_once(reader, seed, len(data))
            outcomes[outcome] += 1
            if fault:
                report.write(json.dumps({"seed": seed, "fault": fault}) + "\n")
                failures += 1
                if failures == MOST_FAILURES:
                    break
        report.write(json.dumps(outcomes) + "\n")


def _put(path: Path, data: bytes) -> None:
    # A new file: the old one may still be mapped by what was read from it.
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def _read_once(reader: Reader, seed: int, size: int) -> tuple[str, str]:
    """Return what came of it, without details, and what is wrong about that."""
    # By processor time, and not through Python: the signal ends a loop in native code too.
    signal.setitimer(signal.ITIMER_PROF, SECONDS_PER_FILE)
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    outcome, fault, found = "read", "", None
    try:
        found = reader.read(seed)
    except reader.errors as error:
        message = str(error)
        outcome = _DETAILS.sub("_", message)[:80]
        # Joiners belong to words and are not escaped.
        if not _JOINERS.sub("", message).isprintable():
            fault = f"the message is not one line: {message[:300]!r}"
        elif len(message) > LONGEST_MESSAGE:
            fault = f"the message has {len(message):,} characters: {message[:200]!r}"
    except BaseException as error:
        outcome = type(error).__name__
        fault = _described(error)
    used = tracemalloc.get_traced_memory()[1] - before
    if outcome == "read":
        try:
            reader.check(found, seed)
        except BaseException as error:
            fault = f"what was read is not valid: {_described(error)}"
    signal.setitimer(signal.ITIMER_PROF, 0)
    if used > reader.constant(seed) + MULTIPLE * size:
        fault = fault or f"{_TOOK} {used:,} bytes for a file of {size:,}"
    return outcome, fault


def _described(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__}: {str(error)[:300]!r}, raised in {places}"


def _limit_memory() -> None:
    """Bound what native code may take, which Python does not see."""
    with contextlib.suppress(OSError):  # Only Linux tells what there is, and holds to a limit.
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * mmap.PAGESIZE + ROOM
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


def main() -> None:
    """Read the arguments, fuzz, and write a report as JSON."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("reader", choices=READERS)
    parser.add_argument("--first", type=int, default=0, help="the first seed (default: 0)")
    parser.add_argument("--count", type=int, default=1, help="how many seeds (default: 1)")
    parser.add_argument("--show", action="store_true", help="write the damaged file and end")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.show:
            reader = READERS[options.reader](Path(folder))
            sys.stdout.buffer.write(damaged(reader.originals, reader.damages, options.first))
            return
        began = time.perf_counter()
        report = fuzz(options.reader, options.first, options.count, Path(folder))
    report["seconds"] = round(time.perf_counter() - began, 1)
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    sys.exit(1 if report["failures"] else 0)


if __name__ == "__main__":
    main()

"""Convert vectors between formats, and watch the memory.

python benchmarks/convert_memory.py [--words 200000] [--dim 300] [--to FORMAT,...] [--output FILE]

Random vectors are written as word2vec's binary format, converted to each format, and from it to
word2vec's binary format again, each in a process of its own; the last file has to be the first,
byte by byte. finalfusion keeps vectors of length one, so there only the words and the rounded
numbers have to come back. Firth does not write gensim's files: gensim itself makes them (`gensim`
has to be installed). `fasttext-ngrams` is a model with a row of n-grams for every word, which is
converted to Firth's folder and back; it has to be the same file again.

For each process: seconds, the peak of its resident memory, and the peak of what the system cannot
take back, which is without the pages of mapped files. Needs Linux, and the extra `arrow` for
Parquet and Arrow.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import machine

RESULTS = Path(__file__).parent / "results" / "convert_memory.json"
SUFFIXES = {
    "firth": "",
    "word2vec-text": ".txt",
    "npz": ".npz",
    "parquet": ".parquet",
    "arrow": ".arrow",
    "static-embedding": "",
    "fasttext": ".bin",
    "finalfusion": ".fifu",
    "gensim": ".kv",
    "fasttext-ngrams": "",
}
ROWS_AT_ONCE = 1 << 14
SECONDS_BETWEEN_LOOKS = 0.02


def main() -> None:
    """Convert there and back, print the figures, write the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--words", type=int, default=200_000)
    parser.add_argument("--dim", type=int, default=300)
    parser.add_argument("--to", default=",".join(SUFFIXES))
    parser.add_argument("--folder", type=Path, help="where to write the files")
    parser.add_argument("--output", type=Path, default=RESULTS)
    asked = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        start = Path(folder, "start.bin")
        write_vectors(start, asked.words, asked.dim)
        for name in asked.to.split(","):
            other, again = Path(folder, f"other{SUFFIXES[name]}"), Path(folder, "again.bin")
            if name == "fasttext-ngrams":
                models = Path(folder, "model.bin"), Path(folder, "model-again.bin")
                write_fasttext(models[0], asked.words, asked.dim)
                results[name] = there_and_back(models[0], other, models[1], "firth", "fasttext")
            else:
                to = None if name == "gensim" else name
                if to is None:
                    write_gensim(start, other)
                results[name] = there_and_back(start, other, again, to, "word2vec-binary")
            print_figures(name, results[name])
            remove(folder, start)
    report = {
        "command": f"python benchmarks/convert_memory.py --words {asked.words} --dim {asked.dim} "
        f"--to {asked.to}",
        "machine": machine.describe(),
        "matrix_megabytes": round(asked.words * asked.dim * 4 / 1e6, 1),
        "results": results,
    }
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def there_and_back(
    start: Path, other: Path, again: Path, to: str | None, back: str
) -> dict[str, dict[str, float]]:
    """Convert to another format, unless that is None, and back; compare, and return figures."""
    figures = {}
    if to is not None:
        figures["written"] = convert(start, other, "--to", to, "--overwrite")
    figures["read"] = convert(other, again, "--to", back, "--overwrite")
    is_same = filecmp.cmp(start, again, shallow=False)
    if to == "finalfusion":
        is_same = start.stat().st_size == again.stat().st_size and are_near(start, again)
    if not is_same:
        sys.exit(f"{other.name}: the vectors did not come back as they were")
    return figures


def are_near(one: Path, other: Path) -> bool:
    """Return whether two files of vectors have the same words, and numbers but for rounding."""
    import firth

    first, second = firth.load(one), firth.load(other)
    return first.words == second.words and np.allclose(first, second, rtol=1e-5, atol=1e-6)


def remove(folder: str, kept: Path) -> None:
    """Remove all files but one."""
    for path in Path(folder).iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path != kept:
            path.unlink()


def write_gensim(source: Path, destination: Path) -> None:
    """Write vectors as gensim saves them, in a process of its own."""
    code = (
        "import sys; from gensim.models import KeyedVectors; "
        "KeyedVectors.load_word2vec_format(sys.argv[1], binary=True).save(sys.argv[2])"
    )
    subprocess.run([sys.executable, "-c", code, source, destination], check=True)


def write_fasttext(path: Path, words: int, dim: int) -> None:
    """Write a random model of fastText with as many rows of n-grams as words, without Firth."""
    random = np.random.default_rng(2)
    # The settings of `fasttext skipgram` with its defaults, but for the number of buckets.
    numbers = (793712314, 12, dim, 5, 5, 1, 5, 1, 2, 2, words, 3, 6, 100)
    with path.open("wb") as file:
        file.write(struct.pack("<14i d", *numbers, 1e-4))
        file.write(struct.pack("<3i 2q", words, words, 0, words, -1))
        for number in range(words):
            file.write(b"word_%d\0" % number + struct.pack("<q b", 1, 0))
        for rows in (2 * words, words):
            file.write(struct.pack("<b 2q", 0, rows, dim))
            for first in range(0, rows, ROWS_AT_ONCE):
                count = min(ROWS_AT_ONCE, rows - first)
                file.write(random.normal(size=(count, dim)).astype("<f4").data)


def write_vectors(path: Path, words: int, dim: int) -> None:
    """Write random vectors in word2vec's binary format, without Firth."""
    random = np.random.default_rng(1)
    with path.open("wb") as file:
        file.write(f"{words} {dim}\n".encode())
        for first in range(0, words, ROWS_AT_ONCE):
            rows = random.normal(size=(min(ROWS_AT_ONCE, words - first), dim)).astype("<f4")
            for number, row in enumerate(rows, first):
                file.write(b"word_%d %b\n" % (number, row.tobytes()))


def convert(source: Path, destination: Path, *options: str) -> dict[str, float]:
    """Run `firth convert`; return its seconds and the peaks of its memory in megabytes."""
    arguments = [sys.executable, "-m", "firth", "convert", source, destination, *options]
    began, peaks = time.monotonic(), {"RssAnon": 0, "VmHWM": 0}
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        for name, size in memory_of(process.pid).items():
            peaks[name] = max(peaks.get(name, 0), size)
        time.sleep(SECONDS_BETWEEN_LOOKS)
    if process.returncode:
        sys.exit(f"firth convert ended with {process.returncode}")
    return {
        "seconds": round(time.monotonic() - began, 1),
        "peak_megabytes": round(peaks["VmHWM"] / 1e3, 1),
        "peak_without_files_megabytes": round(peaks["RssAnon"] / 1e3, 1),
    }


def memory_of(process: int) -> dict[str, int]:
    """Return the memory of a process in kilobytes: its own, and the most that was resident."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    return {name: int(fields[name].split()[0]) for name in ("RssAnon", "VmHWM") if name in fields}


def print_figures(name: str, figures: dict[str, dict[str, float]]) -> None:
    """Print the peaks of one format."""
    for way, figure in figures.items():
        print(
            f"{name:>17} {way:>8} {figure['seconds']:>7.1f} s {figure['peak_megabytes']:>8.0f} MB, "
            f"{figure['peak_without_files_megabytes']:>6.0f} MB without files",
            flush=True,
        )


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()

"""Queries per second and latency of `firth serve`, beside gensim behind the same framework.

python benchmarks/serve_speed.py [--gensim-python PYTHON] [--words 100000] [--dim 100] [--rounds 3]

Needs wrk, which asks for the neighbours of random words on this machine's loopback.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import numpy as np

import machine
from firth import Vectors

HERE = Path(__file__).parent
RESULT = HERE / "results" / "serve_speed.json"
PEER = HERE / "trainers" / "gensim_server.py"
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}
# wrk's program: another word each time.
ASK = """
math.randomseed(1)
request = function()
    return wrk.format("GET", "/similar?top=10&word=w" .. math.random(0, %d))
end
"""


def main() -> None:
    """Let the services take turns, print a table, keep every run."""
    options = parse()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed; it makes the requests (apt-get install wrk)")
    matrix = np.random.default_rng(1).normal(size=(options.words, options.dim)).astype(np.float32)
    results: dict[str, object] = {
        "machine": machine.describe(),
        "versions": {
            name: metadata.version(name) for name in ("fastapi", "uvicorn", "starlette", "h11")
        },
        "command": machine.command(),
        # Of other programs, which take their share of the processors.
        "load_average_before": os.getloadavg()[0],
        "options": {
            name: getattr(options, name)
            for name in ("words", "dim", "workers", "connections", "seconds", "rounds")
        },
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.save(folder / "matrix.npy", matrix)
        Vectors([f"w{row}" for row in range(options.words)], matrix).save(folder / "vectors")
        (folder / "ask.lua").write_text(ASK % (options.words - 1))
        rounds = [measure(folder, options) for _ in range(options.rounds)]
    results["rounds"] = rounds
    results["median"] = {
        tool: {
            name: statistics.median(each[tool][name] for each in rounds) for name in rounds[0][tool]
        }
        for tool in rounds[0]
    }
    options.output.write_text(json.dumps(results, indent=1) + "\n")
    for tool, figures in results["median"].items():
        print(f"{tool:>8}", *(f"{name} {value:,.1f}" for name, value in figures.items()))


def measure(folder: Path, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Measure each service once."""
    workers = str(options.workers)
    port = free_port()
    firth = [
        sys.executable, "-m", "firth", "serve", f"bench={folder / 'vectors'}",
        "--port", str(port), "--workers", workers,
    ]  # fmt: skip
    found = {}
    with service(firth, port):
        found["firth"] = load(folder, port, options)
    if options.gensim_python:
        port = free_port()
        peer = [options.gensim_python, PEER, folder / "matrix.npy", str(port), workers]
        with service(peer, port):
            found["gensim"] = load(folder, port, options)
    return found


@contextlib.contextmanager
def service(
    command: list[str | Path], port: int, path: str = "/similar?word=w0"
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a service until the block ends; all its workers have answered when it begins."""
    # Firth gives each worker its share of the processors; here the peer gets the same.
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        command, env={**os.environ, **threads}, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        latest = time.monotonic() + 120
        answered = 0
        while answered < 20:
            if process.poll() is not None or time.monotonic() > latest:
                sys.exit(f"{command} does not answer")
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}").close()
                answered += 1
                continue
            time.sleep(0.1)
        # The second worker starts later than the first.
        time.sleep(5)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def load(folder: Path, port: int, options: argparse.Namespace) -> dict[str, float]:
    """Make requests for some seconds; return how many were answered, and how late."""
    command = [
        "wrk", "--threads", "1", "--connections", str(options.connections), "--duration",
        f"{options.seconds}s", "--latency", "--script", folder / "ask.lua",
        f"http://127.0.0.1:{port}",
    ]  # fmt: skip
    # Memory and caches are warm after some requests.
    subprocess.run(
        [*command[:5], "--duration", "2s", *command[7:]], check=True, capture_output=True
    )
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        sys.exit(f"some requests failed:\n{told}")
    speed = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert speed is not None
    found = {"queries_per_second": float(speed[1])}
    for share in (50, 99):
        time_ = re.search(rf"\s{share}%\s+([\d.]+)(us|ms|s)", told)
        assert time_ is not None
        found[f"p{share}_ms"] = float(time_[1]) * UNITS[time_[2]]
    return found


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def parse() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=100_000)
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--gensim-python", help="a Python that has gensim, FastAPI and uvicorn")
    parser.add_argument("--output", type=Path, default=RESULT)
    return parser.parse_args()


if __name__ == "__main__":
    main()

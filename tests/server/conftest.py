"""A service of small vectors, in this process and in one of its own."""

import contextlib
import importlib.util
import os
import re
import signal
import sys

import numpy as np
import pytest

from firth.vectors import Vectors
from processes import begin_python

NEEDED = ("fastapi", "uvicorn", "prometheus_client", "httpx2")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
if MISSING:
    collect_ignore_glob = ["test_*.py"]

WORDS = ["king", "queen", "man", "woman", "tea", "coffee", "<b>x</b>"]
MATRIX = np.array(
    [[5, 1, 0], [5, -1, 0], [1, 1, 0], [1, -1, 0], [0, 0, 1], [0, 0.1, 1], [-1, 0, 0.5]],
    dtype=np.float32,
)


@pytest.fixture
def paths(tmp_path):
    """Two sets: words, and items whose words are integers."""
    config = {"corpus": {"tokenizer": "words", "lowercase": False, "normalization": "NFC"}}
    Vectors(WORDS, MATRIX, config=config).save(tmp_path / "en")
    Vectors([17, 4, 99], MATRIX[:3]).save(tmp_path / "items")
    return {"en": tmp_path / "en", "items": tmp_path / "items"}


@pytest.fixture
def make_client(paths):
    """Make a client of an application with some options."""
    from fastapi.testclient import TestClient

    from firth.server import ServerOptions, VectorSets, create_app

    def make(*, routers=(), headers=None, **options):
        app = create_app(VectorSets(paths), ServerOptions(**options), routers=routers)
        return TestClient(
            app,
            base_url="http://localhost:8000",
            headers=headers,
            raise_server_exceptions=False,
        )

    return make


@pytest.fixture
def client(make_client):
    return make_client()


@pytest.fixture
def serve(paths, tmp_path):
    """Run the command in a process of its own; return it and its URL when it answers."""
    with contextlib.ExitStack() as stack:

        def begin(*arguments, sets=None):
            sets = sets or [f"{name}={path}" for name, path in paths.items()]
            process = begin_python(
                "-m", "firth", "serve", *sets, "--port", "0", *arguments, cwd=tmp_path
            )
            stack.callback(end, process)
            process.warned = []
            while (line := process.stderr.readline()).startswith("firth: warning: "):
                process.warned.append(line)
            found = re.search(r" at (http://\S+);", line)
            assert found, line
            return process, found[1]

        yield begin


def end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM if sys.platform != "win32" else signal.CTRL_BREAK_EVENT)
        try:
            process.wait(20)
        except Exception:
            process.kill()
            process.wait()
    for stream in (process.stdout, process.stderr):
        stream.close()
    assert process.pid != os.getpid()

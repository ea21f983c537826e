"""Where the system starts no more threads, that is told: at the start, and to who asks."""

import asyncio
import os
import sys

import anyio
import pytest

from firth.server.batching import Batcher, Question
from firth.vectors import load
from processes import run_python

# The words of Python.
MESSAGE = "can't start new thread"
TOLD = "the system starts no more threads for this process; raise the limit of processes"

# Python imports it before all others, also in processes that it starts.
WITHOUT_THREADS = f"""
import threading

def refuse(thread):
    raise RuntimeError({MESSAGE!r})

threading.Thread.start = refuse
"""


@pytest.fixture
def without_threads(monkeypatch):
    """Have no thread started for what a request asks."""

    async def refuse(*arguments, **options):
        raise RuntimeError(MESSAGE)

    monkeypatch.setattr(anyio.to_thread, "run_sync", refuse)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(
    "verb", [["serve"], ["serve", "--workers", "2"], ["explore", "--no-browser"]], ids=" ".join
)
def test_a_service_that_cannot_start_says_so_in_one_line(paths, tmp_path, verb):
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_THREADS)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = run_python(
        "-m", "firth", *verb, "--port", "0", str(paths["en"]), env=environment, timeout=60
    )
    assert done.returncode == 1
    advice = ", or give fewer --workers" if "serve" in verb else ""
    assert done.stderr == f"firth: {TOLD} (ulimit -u, or that of a container){advice}\n"


def test_a_request_without_a_thread_is_told_and_the_service_goes_on(client, without_threads):
    for _ in range(2):
        answer = client.get("/similarity?a=king&b=queen")
        assert answer.status_code == 503
        assert answer.json()["error"]["type"] == "out_of_threads"
        assert answer.json()["error"]["message"].startswith(TOLD)


def test_who_waits_together_is_told_together(paths, without_threads):
    """Nobody waits for ever."""

    async def ask():
        batcher = Batcher(load(paths["en"]))
        asked = [batcher.ask(Question(word)) for word in ("king", "queen")]
        return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 10)

    assert [str(error) for error in asyncio.run(ask())] == [MESSAGE] * 2

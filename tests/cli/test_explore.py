"""The explorer by its command: how it ends."""

import os
import re
import signal
import time
import urllib.request

import pytest

from processes import begin_python

pytest.importorskip("uvicorn")

PROGRAM = """
import signal, sys
signal.signal(signal.SIGHUP, {handler})
from firth.__main__ import main
main()
"""


@pytest.fixture
def explore(folder):
    """Begin `firth explore`, and wait until it answers."""
    begun = []

    def explore(handler):
        program = PROGRAM.format(handler=handler)
        arguments = ["explore", "vectors", "--port", "0", "--no-browser"]
        process = begin_python("-c", program, *arguments, cwd=folder)
        begun.append(process)
        found = re.search(r"exploring vectors .* at (http://\S+);", process.stderr.readline())
        return process, found[1]

    yield explore
    for process in begun:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


pytestmark = pytest.mark.skipif(os.name != "posix", reason="no SIGHUP there")


def test_it_ends_with_its_terminal(explore):
    process, _ = explore("signal.SIG_DFL")
    process.send_signal(signal.SIGHUP)
    assert process.wait(60) == 0
    assert process.stderr.read() == "firth: ended\n"


def test_what_ignores_its_terminal_goes_on(explore):
    process, url = explore("signal.SIG_IGN")
    process.send_signal(signal.SIGHUP)
    for _ in range(10):
        urllib.request.urlopen(f"{url}/health").close()
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert process.stderr.read() == "firth: ended\n"

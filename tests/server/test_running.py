"""The service as a process: signals, ports, slow clients, hostile bytes, reloads."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from firth import Vectors
from firth.cli.serve import named_paths
from processes import run_python

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


def get(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        return json.load(answer)


def address(url):
    parts = urllib.parse.urlsplit(url)
    return parts.hostname, parts.port


def half_a_request(url):
    """Send the head and a part of the body of a request; return the connection and the rest."""
    body = json.dumps({"queries": ["king"], "top": 1}).encode()
    connection = socket.create_connection(address(url), timeout=30)
    connection.sendall(
        b"POST /similar HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body) + body[:5]
    )
    return connection, body[5:]


def answer_on(connection):
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer.status, json.loads(answer.read())


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm_lets_requests_finish(serve, workers):
    process, url = serve("--workers", workers)
    assert get(f"{url}/similar?word=king&top=1")["answers"][0]["word"] == "queen"
    connection, rest = half_a_request(url)
    # Its worker has taken the connection when it has answered another one after it.
    for _ in range(20):
        get(f"{url}/health")
    process.send_signal(signal.SIGTERM)
    refused = False
    for _ in range(600):
        try:
            socket.create_connection(address(url), timeout=1).close()
        except OSError:
            refused = True
            break
        time.sleep(0.05)
    assert refused
    assert process.poll() is None
    connection.sendall(rest)
    status, answer = answer_on(connection)
    assert (status, answer["answers"][0][0]["word"]) == (200, "queen")
    connection.close()
    assert process.wait(30) == 0
    assert process.stderr.read() == "firth: ended\n"


def test_ctrl_c_ends_it_too(serve):
    process, _ = serve()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
@pytest.mark.parametrize("when", ["before", "as"])
def test_a_signal_before_it_answers_ends_it_quietly(paths, when, name):
    done = run_python("-c", EARLY, paths["en"], when, name, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == ("began\n" if when == "as" else "") + "ended\n"


EARLY = """
import signal, sys
from pathlib import Path
import uvicorn
from firth.server import ServerOptions, running
path, when, name = sys.argv[1:]
number = getattr(signal, name)
begin = uvicorn.Server.startup

async def begin_with_signal(server, sockets=None):
    signal.raise_signal(number)
    await begin(server, sockets)

if when == "before":
    uvicorn.Server.startup = begin_with_signal

def ready(sets):
    print("began", flush=True)
    signal.raise_signal(number)

options = ServerOptions(port=0)
# Under nohup and in the background, signals are ignored.
signal.signal(number, signal.SIG_DFL)
paths = {"en": Path(path)}
running.run_here(paths, options, running.bind(options), ready, with_terminal=True)
print("ended")
"""


def test_a_second_ctrl_c_ends_an_application_that_does_not_begin(paths):
    done = run_python("-c", HANGING, paths["en"], timeout=60)
    assert done.stdout == "interrupted\n"


HANGING = """
import asyncio, contextlib, signal, sys
from pathlib import Path
from firth.server import ServerOptions, create_app, running

@contextlib.asynccontextmanager
async def hang(app):
    loop = asyncio.get_running_loop()
    for seconds in (0.1, 0.2):
        loop.call_later(seconds, signal.raise_signal, signal.SIGINT)
    await asyncio.Event().wait()
    yield

def create(sets, options):
    app = create_app(sets, options)
    app.router.lifespan_context = hang
    return app

options = ServerOptions(port=0)
paths = {"en": Path(sys.argv[1])}
try:
    running.run_here(paths, options, running.bind(options), print, create=create)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_a_port_in_use_is_one_line(serve, paths, tmp_path):
    _, url = serve()
    port = str(address(url)[1])
    for workers in ("1", "2"):
        done = run_python(
            "-m", "firth", "serve", paths["en"], "--port", port, "--workers", workers, cwd=tmp_path
        )
        assert done.returncode == 1
        assert done.stderr == (
            f"firth: cannot listen on 127.0.0.1:{port}: it is in use; end what uses it, or give "
            "another --port, or --port 0 for a free one\n"
        )
    assert get(f"{url}/health")["status"] == "ok"


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["no-such"], "there are no vectors at no-such; give NAME=VECTORS or VECTORS"),
        (["a=bad.txt"], "bad.txt: "),
        (["a=bad.txt", "a=bad.txt"], "two sets are named 'a'"),
        (["bad.txt", "--host", "no.such.host.invalid"], "cannot listen on no.such.host.invalid"),
        (["bad.txt", "--token-file", "empty"], "the token is empty"),
        (["bad.txt", "--token-file", "none"], "cannot read none: No such file"),
    ],
)
def test_what_cannot_be_served_is_one_line(tmp_path, workers, arguments, part):
    (tmp_path / "bad.txt").write_text("no vectors")
    (tmp_path / "empty").write_text("\n")
    done = run_python(
        "-m", "firth", "serve", *arguments, "--port", "0", "--workers", workers, cwd=tmp_path
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert part in done.stderr


def test_sets_have_the_names_of_folders_and_of_files_without_suffixes(tmp_path):
    (tmp_path / "wiki-0.05").mkdir()
    (tmp_path / "vectors.bin").touch()
    paths = [tmp_path / "wiki-0.05", tmp_path / "vectors.bin"]
    found = named_paths([*map(str, paths), f"other={paths[0]}"])
    assert found == {"wiki-0.05": paths[0], "vectors": paths[1], "other": paths[0]}


def test_listening_to_others_without_a_token_is_warned_of(serve, tmp_path):
    (tmp_path / "token").write_text("secret\n")
    process, _ = serve("--host", "0.0.0.0")
    assert process.warned == [
        "firth: warning: whoever reaches 0.0.0.0 may ask; give --token-file FILE\n"
    ]
    assert serve("--host", "0.0.0.0", "--token-file", "token")[0].warned == serve()[0].warned == []


def test_sighup_has_all_workers_read_anew(serve, paths):
    process, url = serve("--workers", "2")
    wrong = []
    is_over = threading.Event()

    def ask():
        while not is_over.is_set():
            try:
                words = [each["word"] for each in get(f"{url}/similar?word=king&top=1")["answers"]]
                if words not in (["queen"], ["prince"]):
                    wrong.append(words)
            except Exception as error:
                wrong.append(error)

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    matrix = np.array([[1, 0], [1, 0.1], [0, 1]], dtype=np.float32)
    Vectors(["king", "prince", "tea"], matrix).save(paths["en"])
    process.send_signal(signal.SIGHUP)
    latest, after = time.monotonic() + 60, 0
    while after < 50 and time.monotonic() < latest:
        found = get(f"{url}/similar?word=king&top=1")["answers"][0]["word"]
        after = after + 1 if found == "prince" else 0
    is_over.set()
    for asker in askers:
        asker.join()
    assert after == 50
    assert wrong == []


def is_running(pid):
    """Whether a process runs; one that ended may stay listed until its parent asks for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children_of(pid):
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                # Other programs may have any bytes in their names and arguments.
                text = (folder / "stat").read_bytes()
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if int(text.rpartition(b")")[2].split()[1]) == pid and b"spawn_main" in command:
                found.append(int(folder.name))
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_a_worker_that_dies_is_replaced(serve):
    process, url = serve("--workers", "2")
    latest = time.monotonic() + 60
    while len(children_of(process.pid)) < 2 and time.monotonic() < latest:
        time.sleep(0.05)
    before = children_of(process.pid)
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    while time.monotonic() < latest:
        now = children_of(process.pid)
        if len(now) == 2 and before[0] not in now:
            break
        time.sleep(0.05)
    assert before[0] not in now
    assert len(now) == 2
    assert get(f"{url}/health")["status"] == "ok"
    assert "a worker ended with -9; another begins" in process.stderr.readline()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_workers_end_with_the_process_that_started_them(serve):
    process, _ = serve("--workers", "2")
    latest = time.monotonic() + 60
    while len(children_of(process.pid)) < 2 and time.monotonic() < latest:
        time.sleep(0.05)
    workers = children_of(process.pid)
    process.kill()
    process.wait()
    while any(map(is_running, workers)) and time.monotonic() < latest:
        time.sleep(0.05)
    assert not any(map(is_running, workers))


def test_figures_of_all_workers_are_summed_up(serve):
    _, url = serve("--workers", "2")
    for _ in range(40):
        get(f"{url}/similar?word=king")
    for _ in range(5):
        with urllib.request.urlopen(f"{url}/metrics") as answer:
            text = answer.read().decode()
        found = re.search(r'firth_requests_total\{.*route="/similar".*\} (.*)', text)
        assert float(found[1]) == 40


@pytest.fixture
def url(serve):
    return serve("--max-body", "1")[1]


def test_slow_clients_hold_nobody_up(url):
    slow = [half_a_request(url)[0] for _ in range(100)]
    mute = [socket.create_connection(address(url)) for _ in range(100)]
    assert get(f"{url}/similar?word=king&top=1")["answers"][0]["word"] == "queen"
    for connection in slow + mute:
        connection.close()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET /similar?word=" + b"x" * 1_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nA: " + b"x" * 1_000_000 + b"\r\n\r\n", 400),
        (b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"GET /similar?word=king HTTP/1.0\r\n\r\n", 403),
        (b"GET /similar?word=%ff%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"POST /similar HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n"
         b"Content-Type: application/json\r\n\r\n" + b"x" * 3_000_000, 413),
        (b"POST /similar HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400),
    ],
    ids=range(8),
)  # fmt: skip
def test_hostile_bytes_get_an_error_in_json(url, sent, status):
    connection = socket.create_connection(address(url), timeout=30)
    # It may answer and close before the end.
    with contextlib.suppress(OSError):
        connection.sendall(sent)
    try:
        found, answer = answer_on(connection)
    except ConnectionResetError:
        assert len(sent) > 100_000
    else:
        assert found == status
        assert set(answer["error"]) == {"message", "type"}
    connection.close()
    assert get(f"{url}/health")["status"] == "ok"


def test_head_and_body_of_a_request_must_come_in_time(paths):
    done = run_python("-c", HASTY, paths["en"])
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["b''", "408"]


HASTY = """
import os, socket, sys, threading, signal
from pathlib import Path
from firth.server import ServerOptions, connections, running
connections.Connection.head_seconds = 0.2
options = ServerOptions(port=0, body_seconds=0.2)
listener = running.bind(options)
host, port = listener.getsockname()

def ask():
    try:
        slow = socket.create_connection((host, port), timeout=30)
        slow.sendall(b"GET /hea")
        print(slow.recv(100))
        slow = socket.create_connection((host, port), timeout=30)
        slow.sendall(b"POST /similar HTTP/1.1\\r\\nHost: localhost\\r\\n")
        slow.sendall(b"Content-Length: 9\\r\\n\\r\\n{")
        print(slow.recv(100).split()[1].decode(), flush=True)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)

begin = lambda sets: threading.Thread(target=ask).start()
running.run_here({"en": Path(sys.argv[1])}, options, listener, begin)
"""


def test_clients_that_do_not_take_their_answer_are_cut_off(tmp_path):
    words = [f"w{row}" for row in range(100)]
    random = np.random.default_rng(1)
    # An answer of 20 MB is more than the system holds for a client.
    Vectors(words, random.normal(size=(100, 10_000)).astype(np.float32)).save(tmp_path / "wide")
    done = run_python("-c", IDLE, tmp_path / "wide")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["cut", "whole"]


IDLE = """
import json, os, signal, socket, sys, threading, time
from pathlib import Path
from firth.server import ServerOptions, connections, running
connections.Connection.answer_seconds = 0.5
options = ServerOptions(port=0)
listener = running.bind(options)
body = json.dumps({"words": [f"w{row}" for row in range(100)]}).encode()
head = b"POST /vectors HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Type: application/json\\r\\n"
request = head + b"Connection: close\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body

def answer(pause):
    client = socket.create_connection(listener.getsockname(), timeout=60)
    with client:
        client.sendall(request)
        taken = client.recv(1)
        time.sleep(pause)
        try:
            while part := client.recv(1 << 20):
                taken += part
                time.sleep(0.05)
        except ConnectionResetError:
            pass
    whole, _, content = taken.partition(b"\\r\\n\\r\\n")
    size = next(int(line.split()[1]) for line in whole.split(b"\\r\\n") if b"length" in line)
    print("whole" if len(content) == size > 15_000_000 else "cut", flush=True)

def ask():
    try:
        answer(pause=5)
        # It reads slowly, and all the time.
        answer(pause=0)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)

begin = lambda sets: threading.Thread(target=ask).start()
running.run_here({"wide": Path(sys.argv[1])}, options, listener, begin)
"""

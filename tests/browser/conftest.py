"""The explorer in Chromium: vectors trained on some megabytes, services, pages that are watched."""

import contextlib
import importlib.util
import json
import os
import re
import signal
import urllib.request
from pathlib import Path

import filelock
import numpy as np
import pytest

from chromium import chromium_path
from processes import begin_python

MISSING = [
    name
    for name in ("playwright", "axe_playwright_python", "fastapi", "rjieba")
    if importlib.util.find_spec(name) is None
]
if MISSING or chromium_path() is None:
    collect_ignore_glob = ["test_*.py"]

DATA = Path(__file__).parents[3] / "shared" / "data"
ENGLISH_BYTES, CHINESE_BYTES = 8_000_000, 2_000_000


def text_of(name, size, folder):
    """Write the first bytes of a text of the data, cut at a space or line."""
    from firth.io.compression import open_decompressed

    with open_decompressed(DATA / name) as (file, _):
        held = file.read(size)
    path = folder / name.removesuffix(".zst")
    path.write_bytes(held[: max(held.rfind(b" "), held.rfind(b"\n"))])
    return path


def made_once(factory, name, make):
    """Return a folder that one process of a run makes, while the others wait for it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        folder = factory.mktemp(name)
        make(folder)
        return folder
    # The folder of each process stands in the one of the run.
    folder = factory.getbasetemp().parent / name
    with filelock.FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            begun = factory.mktemp(name)
            make(begun)
            begun.rename(folder)
    return folder


def train_all(folder):
    """Train English vectors on two halves, with replicas of the first, and Chinese ones."""
    import firth

    options = {"dim": 50, "epochs": 2, "progress": False, "seed": 1}
    english = text_of("enwiki_a.txt.zst", ENGLISH_BYTES, folder)
    held = english.read_text("utf-8")
    half = held.index(" ", len(held) // 2)
    for name, part in (("first", held[:half]), ("second", held[half:])):
        text = folder / f"{name}.txt"
        text.write_text(part, "utf-8")
        vectors = firth.train(text, **options)
        vectors.save(folder / name)
        if name == "first":
            for number, replica in enumerate(firth.replicate(vectors, text, runs=2), 1):
                replica.save(folder / "first.replicas" / str(number))
    chinese = text_of("zh_modern.txt.zst", CHINESE_BYTES, folder)
    firth.train(chinese, tokenizer="chinese", **options).save(folder / "zh")


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Return the folder of the vectors of texts, trained once in a run."""
    if not DATA.is_dir():
        pytest.skip(f"the texts are not at {DATA}")
    return made_once(tmp_path_factory, "trained", train_all)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory, serve):
    """Serve vectors whose words are markup."""
    from firth.vectors import Vectors

    path = tmp_path_factory.mktemp("hostile") / "<b>set"
    matrix = np.random.default_rng(1).normal(size=(40, 8)).astype(np.float32)
    words = [
        "<img/src=x/onerror=document.title='run'>",
        "<script>document.title='run'</script>",
        "&lt;",
        "=1+1",
    ]
    Vectors([*words, *(f"w{row}" for row in range(36))], matrix).save(path)
    return serve(path)


@pytest.fixture(scope="session")
def alone(tmp_path_factory, serve):
    """Serve vectors of one word."""
    from firth.vectors import Vectors

    path = tmp_path_factory.mktemp("alone") / "vectors"
    Vectors(["only"], np.ones((1, 4), np.float32)).save(path)
    return serve(path)


@pytest.fixture(scope="session")
def serve():
    """Return what begins the command, and returns its address."""
    with contextlib.ExitStack() as stack:
        begun = {}

        def begin(*arguments, **environment):
            key = tuple(map(str, arguments))
            if key not in begun:
                process = begin_python(
                    "-m", "firth", "explore", *key, "--port", "0", "--no-browser",
                    env={**os.environ, **environment},
                )  # fmt: skip
                stack.callback(end, process)
                line = process.stderr.readline()
                found = re.search(r" at (http://127\.0\.0\.1:\d+);", line)
                assert found, line + process.stderr.read()
                begun[key] = found[1]
            return begun[key]

        yield begin


def end(process):
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=60)


@pytest.fixture(scope="session")
def english(trained, serve):
    return serve(trained / "first", "--corpus", trained / "first.txt")


@pytest.fixture(scope="session")
def both(trained, serve):
    return serve(trained / "first", trained / "second")


@pytest.fixture(scope="session")
def chinese(trained, serve):
    return serve(trained / "zh")


@pytest.fixture(scope="session")
def few(trained, tmp_path_factory, serve):
    """Serve a hundred Chinese words; return the address and where they are.

    For so few words, UMAP takes less time than compiling it.
    """
    from firth.vectors import Vectors, load

    vectors, path = load(trained / "zh"), tmp_path_factory.mktemp("few") / "few"
    Vectors(vectors.words[:100], vectors.input_vectors[:100]).save(path)
    return serve(path, NUMBA_DISABLE_JIT="1"), path


@pytest.fixture(scope="session")
def pair(tmp_path_factory, serve):
    """Serve two small sets, each with a word of its own, and lines of a text."""
    from firth.vectors import Vectors

    folder = tmp_path_factory.mktemp("pair")
    for seed, name in enumerate(("one", "two")):
        matrix = np.random.default_rng(seed).normal(size=(60, 8)).astype(np.float32)
        words = [*(f"w{row}" for row in range(59)), f"only-{name}"]
        Vectors(words, matrix, counts=np.arange(60, 0, -1)).save(folder / name)
    (folder / "text.txt").write_text("w3 stands beside w4 here\n" * 3, "utf-8")
    return serve(folder / "one", folder / "two", "--corpus", folder / "text.txt")


@pytest.fixture
def visit(browser):
    """Return what opens a page; in the end none has an error or has asked another machine.

    `expected` is part of an error that a page may have, `script` what runs before its own;
    `prepare` gets the page before it is opened. Motion is not wanted, unless a test is of it: each
    flight of a map is many frames, which a processor without a GPU paints slowly.
    """
    problems, contexts = [], []

    def note(kind, told):
        problems.append(f"{kind}: {told}")

    def begin(url, path="", *, ready="all", expected="none", script="", prepare=None, **options):
        settings = {
            "viewport": {"width": 1280, "height": 800}, "locale": "en-US",
            "reduced_motion": "reduce", **options,
        }  # fmt: skip
        context = browser.new_context(**settings, accept_downloads=True)
        if url.startswith("http"):
            context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
        context.add_init_script(script)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)

        def hear(message):
            if message.type == "error" and expected not in message.text:
                note("console", message.text)

        page.on("console", hear)
        page.on("pageerror", lambda error: note("error", error))
        page.on(
            "request",
            lambda r: None if r.url.startswith((url, "blob:", "data:")) else note("asked", r.url),
        )
        if prepare:
            prepare(page)
        page.goto(url + path)
        if ready:
            page.wait_for_selector(f"body[data-ready={ready}]")
        return page

    yield begin
    for context in contexts:
        context.close()
    assert problems == []


def asked(url, route, body=None):
    """Ask the service itself."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(
        f"{url}/{route}", None if body is None else json.dumps(body).encode(), headers
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


@pytest.fixture(scope="session")
def ask():
    return asked

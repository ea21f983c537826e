"""Films of a few words, and a browser if there is one."""

import contextlib
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from film_case import NASTY, figures_at
from firth.recordings.frames import Film

if importlib.util.find_spec("fastapi") is None or importlib.util.find_spec("uvicorn") is None:
    collect_ignore = ["test_service.py"]


@pytest.fixture
def make_film():
    """Make a film of a cloud of words that turns a little from frame to frame."""

    def make(words=tuple(NASTY), frames=5, dim=6, **options):
        random = np.random.default_rng(1)
        rows = random.normal(size=(len(words), dim)).astype(np.float32)
        facts = {"model": "skipgram", "dim": dim, "window": 5, "negative": 5, "epochs": 5}
        facts |= {"vocabulary": len(words), "tokens": 1000}
        film = Film(list(words), facts, 5000, **options)
        for second in range(frames):
            film.add(
                rows + 0.05 * random.normal(size=rows.shape).astype(np.float32), figures_at(second)
            )
        return film

    return make


@pytest.fixture
def open_page(browser, tmp_path):
    """Open a page, given as HTML or as a URL; at the end, nothing may have failed in it.

    `answer` answers its requests in place of a server; `script` runs before its own.
    """
    with contextlib.ExitStack() as stack:
        failures = []

        def begin(page, answer=None, script="", **options):
            context = browser.new_context(
                **{"reduced_motion": "reduce", "locale": "en-US", **options}
            )
            stack.callback(context.close)
            context.add_init_script(script)
            if answer is not None:
                context.route("**", answer)
            tab = context.new_page()
            tab.on("pageerror", lambda error: failures.append(str(error)))
            tab.on(
                "console", lambda line: failures.append(line.text) if line.type == "error" else None
            )
            tab.asked = []
            tab.on("request", lambda request: tab.asked.append(request.url))
            if not page.startswith("http"):
                path = Path(tmp_path, "page.html")
                path.write_text(page, "utf-8")
                page = path.as_uri()
            tab.goto(page)
            return tab

        yield begin
        assert failures == []

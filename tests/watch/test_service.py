"""The page of a run over HTTP: what it answers, and whom."""

import json
import threading
import time
import urllib.error
import urllib.request

import pytest

from firth.callbacks import Watch
from firth.errors import ConfigError, FirthError
from firth.watching import WatchPage


@pytest.fixture
def served(make_film):
    """Serve a film; return the callback, the page, and a function that asks it."""
    watch = Watch()
    page = WatchPage(watch)

    def ask(path, method="GET", **headers):
        request = urllib.request.Request(page.url + path, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers

    yield watch, page, ask
    page.close()


def test_what_is_no_callback_is_refused():
    with pytest.raises(ConfigError, match=r"watch must be a firth\.callbacks\.Watch, got 5"):
        WatchPage(5)


def test_frames_come_once_and_those_that_are_kept_are_named(served, make_film):
    watch, _, ask = served
    assert json.loads(ask("/frames")[1]) == {"run": 0}
    film = watch.film = make_film(frames=4, most=8)
    assert json.loads(ask("/frames")[1]) == {"run": film.run}
    told = json.loads(ask(f"/frames?run={film.run}&words=0,5,99")[1])
    assert [each["number"] for each in told["frames"]] == told["kept"] == [0, 1, 2, 3]
    assert told["frames"][0]["asked"] == [0, 5]
    told = json.loads(ask(f"/frames?run={film.run}&after=2")[1])
    assert [each["number"] for each in told["frames"]] == [3]
    near = json.loads(ask(f"/neighbours?run={film.run}&word=2")[1])["frames"]
    assert [number for number, _ in near] == [0, 1, 2, 3]


def test_the_page_and_the_recording_are_pages(served, make_film):
    watch, _, ask = served
    assert ask("/recording.html")[0] == 404
    # It is described nowhere.
    told = json.loads(ask("/nothing")[1])["error"]["message"]
    assert told == "there is nothing at /nothing"
    assert ask("/")[0] == 200
    watch.film = make_film()
    for path in ("/", "/recording.html"):
        status, text, headers = ask(path)
        assert status == 200
        assert text.startswith("<!doctype html>")
        assert "<img" not in text
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_other_names_and_pages_are_refused(served, headers):
    _, page, ask = served
    for path in ("/", "/frames", "/recording.html"):
        assert ask(path, **headers)[0] == 403
    assert not page.is_watched()


@pytest.mark.parametrize("query", ["words=x", "words=1;2", f"words={'1,' * 40}1", "after=x"])
def test_a_malformed_question_is_told_in_one_line(served, query):
    status, text, _ = served[2](f"/frames?{query}")
    assert status == 422
    assert "message" in json.loads(text)["error"]


def test_somebody_watches_until_the_page_is_closed(served, monkeypatch):
    _, page, ask = served
    assert not page.is_watched()
    page.wait()
    ask("/frames")
    assert page.is_watched()
    monkeypatch.setattr("firth.watching._LEAVING_SECONDS", 0.0)
    assert ask("/leave", method="POST")[0] == 204
    assert not page.is_watched()


def test_a_port_in_use_is_one_line(served):
    port = int(served[1].url.rpartition(":")[2])
    with pytest.raises(FirthError, match=r"it is in use; .* another --watch-port"):
        WatchPage(Watch(), port)


def test_only_this_machine_is_served(served):
    assert served[1].url.startswith("http://127.0.0.1:")


def test_a_page_that_is_closed_leaves_no_thread():
    before = set(threading.enumerate())
    page = WatchPage(Watch())
    page.close()
    for _ in range(100):
        if set(threading.enumerate()) <= before:
            return
        time.sleep(0.05)
    raise AssertionError(threading.enumerate())

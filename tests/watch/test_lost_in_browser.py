"""The page of a run whose server is slow, fails, ends, or serves another run."""

import re
from urllib.parse import urlsplit

import pytest

from firth.callbacks import Watch

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("uvicorn", reason="the extra serve is not installed")
pytest.importorskip("fastapi", reason="the extra serve is not installed")

WORDS = [f"w{row}" for row in range(30)]
# Pauses of seconds are short here.
HASTE = """
const wait = setTimeout;
window.setTimeout = (then, pause, ...given) => wait(then, Math.min(pause, 200), ...given);
"""


@pytest.fixture
def serve():
    """Return what serves a film, at a port or a free one."""
    from firth.watching import WatchPage

    served = []

    def begin(film, port=0):
        watch = Watch()
        watch.film = film
        served.append(WatchPage(watch, port))
        return served[-1]

    yield begin
    for each in served:
        each.close()


@pytest.fixture
def visit(browser):
    """Return what opens a page; in the end none has failed, but for what it asked in vain."""
    contexts, failures = [], []

    def begin(url, locale="en-US"):
        context = browser.new_context(locale=locale, reduced_motion="reduce")
        contexts.append(context)
        context.add_init_script(HASTE)
        page = context.new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(url)
        return page

    yield begin
    for each in contexts:
        each.close()
    assert failures == []


def told(page, text):
    page.wait_for_selector(f"#status:has-text({text!r})")


def chosen(page):
    return page.locator(".word strong").all_text_contents()


def lists(page, count):
    page.wait_for_selector(f":nth-match(.word li:first-child, {count})")


@pytest.mark.parametrize(
    ("locale", "lost"),
    [("en-US", "no connection: the command has ended"), ("zh-CN", "没有连接：命令已结束")],
)
def test_a_lost_run_is_told_and_another_at_its_place_is_shown(
    visit, serve, make_film, locale, lost
):
    first = serve(make_film(WORDS))
    page = visit(first.url, locale)
    lists(page, 1)
    page.fill("#word", "w2")
    page.press("#word", "Enter")
    lists(page, 2)
    page.fill("#word", "w1")
    page.click("#theme")
    theme = page.get_attribute("html", "data-theme")
    first.close()
    told(page, lost)
    # What was there stays, and nothing can be saved.
    assert page.locator(".word li").count() > 0
    assert not page.is_visible("#save")
    # Another command at the same address has other words: its first run is no other's first.
    served = serve(make_film([*WORDS[:9], *"abc"]), urlsplit(first.url).port)
    assert served.url == first.url
    page.wait_for_selector("#words option[value=a]", state="attached")
    lists(page, 1)
    assert chosen(page) == ["w2"]
    assert page.input_value("#word") == "w1"
    assert page.get_attribute("html", "data-theme") == theme


def test_neighbours_that_were_asked_in_vain_come_later(visit, serve, make_film):
    page = visit(serve(make_film(WORDS)).url)
    lists(page, 1)
    asked = re.compile("/neighbours")
    page.route(asked, lambda route: route.fulfill(status=500, body="no"))
    page.fill("#word", "w2")
    page.press("#word", "Enter")
    told(page, "the server of this page fails")
    page.wait_for_selector(".word:has-text('w2') p:has-text('when the connection is back')")
    page.unroute(asked)
    page.wait_for_selector(".word:has-text('w2') li")
    told(page, "training")


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"status": 503, "body": "no"}, "fails"),
        ({"status": 200, "body": '{"run": 1,'}, "fails"),
        (None, "no connection"),
    ],
)
def test_frames_that_fail_are_told_and_come_later(visit, serve, make_film, answer, text):
    film = make_film(WORDS)
    page = visit(serve(film).url)
    told(page, "training")
    asked = re.compile(r"/frames\?")
    page.route(asked, lambda route: route.fulfill(**answer) if answer else route.abort())
    told(page, text)
    # A run that has ended meanwhile is told to have when that is known.
    film.reason = "done"
    page.unroute(asked)
    told(page, "done")


def test_a_late_answer_is_told_to_be_waited_for(visit, serve, make_film):
    page = visit(serve(make_film(WORDS)).url)
    told(page, "training")
    held = []
    page.route(re.compile(r"/frames\?"), lambda route: held.append(route))
    told(page, "waiting for an answer")
    held[0].continue_()
    told(page, "training")


def test_a_recording_that_cannot_be_saved_is_no_file(visit, serve, make_film):
    page = visit(serve(make_film(WORDS)).url)
    page.wait_for_selector("#save:visible")
    files = []
    page.on("download", lambda download: files.append(download))
    asked = re.compile(r"/recording\.html")
    page.route(asked, lambda route: route.fulfill(status=500, body="no"))
    page.route(re.compile(r"/frames\?"), lambda route: None)
    page.click("#save")
    told(page, "the server of this page fails")
    assert files == []
    page.unroute(asked)
    with page.expect_download() as download:
        page.click("#save")
    assert download.value.suggested_filename == "firth-run.html"


def test_a_page_that_waits_for_its_run_tells_that_it_is_lost(visit, serve):
    served = serve(None)
    page = visit(served.url)
    page.wait_for_selector("#waiting:has-text('being read')")
    served.close()
    page.wait_for_selector("#waiting:has-text('no connection')")


def test_a_word_that_is_chosen_before_training_is_shown_then(visit, serve, make_film):
    served = serve(None)
    page = visit(served.url)
    page.wait_for_selector("#waiting:has-text('being read')")
    for word in ("absent", "W7"):
        page.fill("#word", word)
        page.press("#word", "Enter")
        assert f"{word} is shown as soon as training begins" in page.locator("#told").inner_text()
    served.close()
    serve(make_film(WORDS), urlsplit(served.url).port)
    page.wait_for_selector(".word")
    assert page.locator(".word").count() == 1
    assert "w7" in page.locator(".word").first.inner_text().split()


def test_a_neighbour_that_has_the_focus_keeps_it_while_the_run_goes_on(visit, serve, make_film):
    film = make_film(WORDS)
    page = visit(serve(film).url)
    lists(page, 1)
    page.locator(".word li button").nth(1).focus()
    name = page.evaluate("document.activeElement.textContent")
    with page.expect_response(re.compile(r"/frames\?")):
        pass
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.textContent") == name

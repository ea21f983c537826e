"""A service that is slow or fails: what is waited for, what went wrong, and how it goes on."""

import itertools
import re
from pathlib import Path

import pytest

import firth
from pages import heading, saved, search, until, wait_for_view

WIDE = {"viewport": {"width": 1440, "height": 800}}
# Each with the address of a view that asks for it, and where its failure is told.
QUESTIONS = {
    "sets": ("", "#content .problem"),
    "words": ("", "#content .problem"),
    "counts": ("", "#content .problem"),
    "points": ("", "#content .problem"),
    "clusters": ("", "#content .hint"),
    "legend": ("", "#content .hint"),
    "word": ("#word=w3", "#content .problem"),
    "moved/word": ("#word=w3", "#content .hint"),
    "lines": ("#word=w3", "#content .hint"),
    "moved": ("#moved=1", "#content .problem"),
    "equation": ("#equation=w1+%2B+w2", "#content .problem"),
}
# Answers that are no answers, and what is told of them in Chinese.
FAILURES = {
    "fails": ({"status": 500, "json": {"error": {"type": "internal_error"}}}, "它的日志"),
    "without words": ({"status": 502, "body": "<html>"}, "服务出错"),
    "truncated": ({"status": 200, "body": '{"a": [1,'}, "不完整"),
}  # fmt: skip


def asking(route):
    """Return what finds the requests of a route."""
    return re.compile(rf"/explorer/{route}\?")


class Held:
    """Holds the requests of a route until they are let go, in any order."""

    def __init__(self, page, route):
        self.page, self.routes, self.is_open = page, [], False
        page.route(asking(route), self.take)

    def take(self, route):
        if self.is_open:
            route.continue_()
        else:
            self.routes.append(route)

    def wait_for(self, count):
        while len(self.routes) < count:
            self.page.wait_for_timeout(50)

    def release(self):
        self.is_open = True
        for each in self.routes:
            each.continue_()


def waiting(page):
    page.wait_for_selector("#waited:visible")
    return page.locator("#waited").inner_text()


@pytest.mark.parametrize("route", QUESTIONS)
def test_a_slow_answer_is_waited_for_and_shown(visit, pair, route):
    path = QUESTIONS[route][0]
    held = []
    page = visit(pair, path, ready=None, prepare=lambda page: held.append(Held(page, route)))
    (held,) = held
    held.wait_for(1)
    if route == "lines":
        page.wait_for_selector("#content .hint:has-text('Looking for lines…')")
    elif route in ("clusters", "legend"):
        page.wait_for_selector("#content .hint:has-text('They are being computed…')")
    else:
        page.wait_for_selector("#waited:visible, #loading:visible")
    # What is typed meanwhile stays.
    page.fill("#query", "w")
    held.release()
    page.wait_for_selector("body[data-ready=all]")
    page.wait_for_selector("#waited", state="hidden")
    page.wait_for_selector("#loading", state="hidden")
    page.wait_for_selector("#content h1:not(.problem)")
    assert page.input_value("#query") == "w"
    if route == "lines":
        page.wait_for_selector("#content .lines mark")
    if route == "clusters":
        page.wait_for_selector("#content .legend button")


@pytest.mark.parametrize("route", ["points", "words"])
def test_the_map_keeps_its_own_words_while_another_set_is_waited_for(visit, pair, route):
    page = visit(pair)
    in_view = "[...document.querySelectorAll('#in-view button')].map((each) => each.innerText)"
    until(page, f"{in_view}.length > 5")
    held = Held(page, route)
    page.click("[data-set=two]")
    held.wait_for(1)
    # The words in view are listed anew when the map rests.
    page.click("#zoom [data-zoom=in]")
    page.wait_for_timeout(600)
    words = page.evaluate(in_view)
    assert words
    assert all(re.fullmatch(r"w\d+|only-one", word) for word in words)
    _, table = saved(page, lambda: page.click("[data-save=csv]"))
    rows = [line.split(",")[0] for line in table.decode().splitlines()[1:]]
    assert all(re.fullmatch(r"w\d+|only-one", word) for word in rows)
    assert bool(rows) == (route == "points")
    held.release()
    page.wait_for_selector("body[data-ready=all]")
    until(page, "document.querySelector('#content h1').innerText === 'two'")


@pytest.mark.parametrize(
    ("route", "failure"), [*zip(QUESTIONS, itertools.cycle(FAILURES), strict=False)]
)
def test_a_failure_is_told_in_the_language_of_the_page_and_may_be_tried_again(
    visit, pair, route, failure
):
    path, place = QUESTIONS[route]
    answer, told = FAILURES[failure]
    page = visit(
        pair, path, ready=None, expected="Failed to load resource", locale="zh-CN",
        prepare=lambda page: page.route(asking(route), lambda each: each.fulfill(**answer)),
    )  # fmt: skip
    page.wait_for_selector(f"{place}:has-text('{told}')")
    page.wait_for_selector("#waited", state="hidden")
    page.fill("#query", "w")
    page.press("#query", "Escape")
    page.unroute(asking(route))
    page.click("#content button:has-text('重试')")
    page.wait_for_selector("body[data-ready=all]")
    until(page, "!document.querySelector('#content').innerText.includes('重试')")
    page.wait_for_selector("#content h1:not(.problem)")
    assert page.input_value("#query") == "w"


def test_a_busy_service_is_asked_again(visit, pair):
    page = visit(pair, expected="503")
    asked = []

    def answer(route):
        asked.append(route)
        if len(asked) < 3:
            route.fulfill(status=503, body="Service Unavailable")
        else:
            route.continue_()

    page.route(asking("word"), answer)
    search(page, "w3")
    assert waiting(page) == "Waiting for “w3”…"
    wait_for_view(page, "word")
    assert heading(page) == "w3"
    assert len(asked) == 3
    # One that does not become free says so.
    page.clock.install()
    page.route(asking("equation"), lambda each: each.fulfill(status=503, body="no"))
    search(page, "w1 + w2")
    for _ in range(8):
        page.clock.run_for(1_000)
        page.wait_for_timeout(50)
    page.wait_for_selector("#content .problem:has-text('too much to do')")


def test_the_last_question_is_answered_whatever_order_answers_have(visit, pair):
    page = visit(pair)
    held = Held(page, "word")
    for count, word in enumerate(("w3", "w4"), 1):
        search(page, word)
        held.wait_for(count)
    assert waiting(page) == "Waiting for “w4”…"
    # What is there is seen to be that of before.
    assert page.get_attribute("#content", "aria-busy") == "true"
    first, second = held.routes
    second.continue_()
    wait_for_view(page, "word")
    assert heading(page) == "w4"
    first.continue_()
    search(page, "w5")
    held.wait_for(3)
    assert heading(page) == "w4"
    held.routes[2].continue_()
    until(page, "document.querySelector('#content h1').innerText === 'w5'")


def test_the_last_set_is_shown_whatever_order_answers_have(visit, pair):
    page = visit(pair)
    held = Held(page, "words")
    page.click("[data-set=two]")
    held.wait_for(1)
    page.click("[data-set=one]")
    until(page, "document.querySelector('#content h1').innerText === 'one'")
    held.release()
    page.click("#maps", force=True)
    page.wait_for_timeout(500)
    assert heading(page) == "one"
    assert page.get_attribute("[data-set=one]", "aria-pressed") == "true"
    page.type("#query", "only")
    assert page.locator("#completions li").all_inner_texts() == ["only-one"]


def test_what_is_asked_before_the_words_are_there_is_answered_then(visit, pair):
    held = []
    page = visit(pair, ready=None, prepare=lambda page: held.append(Held(page, "words")))
    (held,) = held
    held.wait_for(1)
    # It is read by the words of the set: signs without spaces stand between words.
    search(page, "w3+w4")
    held.release()
    wait_for_view(page, "equation")
    page.wait_for_selector("#query")
    assert page.input_value("#query") == "w3+w4"


def test_the_second_map_waits_fails_and_comes(visit, pair):
    page = visit(pair, expected="500", **WIDE)
    held = Held(page, "words")
    page.click("#maps")
    held.wait_for(1)
    assert page.locator("#second .loading").is_visible()
    held.routes[0].fulfill(status=500)
    page.wait_for_selector("#second .failure:has-text('The service failed')")
    assert not page.locator("#second .loading").is_visible()
    held.is_open = True
    page.click("#second .failure button")
    until(page, "document.querySelector('#second .name').textContent === 'two'")
    assert not page.locator("#second .failure").is_visible()


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_a_umap_that_fails_is_told_by_its_kind(visit, pair, locale):
    page = visit(pair, locale=locale)
    told = {"stage": "failed", "done": 0, "total": 0, "message": "went away", "kind": "ended"}
    page.route(asking("umap"), lambda each: each.fulfill(json=told))
    page.click("[data-layout=umap]")
    expected = "went away" if locale == "en-US" else "计算中途停止了"
    page.wait_for_selector(f"#status:has-text('{expected}')")
    assert page.get_attribute("[data-layout=pca]", "aria-pressed") == "true"


def test_a_umap_goes_on_after_the_service_was_lost(visit, pair):
    page = visit(pair, expected="ERR_CONNECTION_REFUSED")
    progress = {"stage": "layout", "done": 1, "total": 9, "message": None, "kind": None}
    asked = []

    def answer(route):
        if route.request.method == "POST":
            asked.append(route)
            route.fulfill(json=progress)
        else:
            route.abort("connectionrefused")

    page.route(asking("umap"), answer)
    page.click("[data-layout=umap]")
    page.wait_for_selector("#status:has-text('does not answer')")
    # It is begun anew when the service is back.
    until(page, "document.getElementById('status').textContent.includes('epoch')")
    while len(asked) < 2:
        page.wait_for_timeout(50)


def test_a_connection_that_breaks_again_and_again_is_not_asked_in_haste(visit, pair):
    page = visit(pair, expected="ERR_CONNECTION_REFUSED")
    page.evaluate(
        """() => {
          const wait = setTimeout;
          window.pauses = [];
          window.setTimeout = (then, pause) => {
            pauses.push(pause);
            return wait(then, pause / 20);
          };
        }"""
    )
    page.route(asking("word"), lambda each: each.abort("connectionrefused"))
    search(page, "w3")
    until(page, "pauses.includes(12000)")
    assert waiting(page) == "Waiting for “w3”…"
    assert page.input_value("#query") == "w3"
    page.unroute(asking("word"))
    wait_for_view(page, "word")


def test_other_vectors_begin_anew_with_what_was_typed(visit, pair, ask):
    page = visit(pair, expected="ERR_CONNECTION_REFUSED")
    sets = ask(pair, "explorer/sets")
    sets["sets"][0]["fingerprint"] = "other"
    page.route(asking("sets"), lambda each: each.fulfill(json=sets), times=1)
    page.route(asking("moved"), lambda each: each.abort("connectionrefused"), times=1)
    page.click("#content .action")
    page.fill("#query", "w1 + half a wo")
    page.wait_for_event("load")
    page.wait_for_selector("body[data-ready=all]")
    assert page.input_value("#query") == "w1 + half a wo"


def test_parts_that_cancel_are_told_to_have_no_neighbours(visit, pair):
    page = visit(pair, "#equation=w1+-+w1", expected="422")
    assert "their sum is zero" in page.locator("#content").inner_text()
    assert page.locator("#content ol.scores").count() == 0


def test_each_error_of_the_service_has_a_text_in_chinese(visit, pair):
    package = Path(firth.__file__).parent
    source = "".join(
        path.read_text("utf-8")
        for folder in ("explorer", "server")
        for path in (package / folder).glob("*.py")
    )
    kinds = set(re.findall(r"ServiceError\(\s*\d+, \"(\w+)\"", source))
    kinds |= set(re.findall(r"return \(?\d+, \"(\w+)\"", source))
    kinds |= set(re.findall(r"[45]\d\d,\s+\"(\w+)\",\s+f?\"", source))
    kinds |= set(re.findall(r"Progress\([^)]*kind=(?:message and )?\"(\w+)\"", source))
    kinds |= {"invalid_request", "no_map"}
    assert {"unknown_word", "too_large", "ended", "not_kept", "wrong_token"} <= kinds
    page = visit(pair, locale="zh-CN")
    told = page.evaluate(
        """async (kinds) => {
          const { telling } = await import("/page/i18n.js");
          return kinds.map((kind) => telling({ kind, status: 422, message: "English" }));
        }""",
        sorted(kinds),
    )
    assert {
        kind: text for kind, text in zip(sorted(kinds), told, strict=True) if "English" in text
    } == {}

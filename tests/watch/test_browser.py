"""The pages in Chromium, by Playwright."""

import contextlib
import copy
import itertools
import re
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from contrast import contrast
from film_case import NASTY, figures_at
from firth.callbacks import Watch
from firth.recordings import build_page, pack_film, pages
from firth.recordings.frames import EpochFigures

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


# Notes what is written on canvases: the text, its box, and the canvas.
SPY = """
window.written = [];
for (const kind of ["fillText", "lineTo"]) {
  const draw = CanvasRenderingContext2D.prototype[kind];
  CanvasRenderingContext2D.prototype[kind] = function (...given) {
    const { id } = this.canvas;
    if (kind === "lineTo") written.push({ id, kind, x: given[0], y: given[1] });
    else {
      const [text, x, y] = given, size = parseFloat(this.font.match(/([\\d.]+)px/)[1]);
      written.push({ id, kind, text, x, y, size, width: this.measureText(text).width });
    }
    return draw.apply(this, given);
  };
}
"""


def written(page, canvas, kind, act=lambda: None):
    """Return what is written on a canvas in its next drawing."""
    page.evaluate("written.length = 0")
    act()
    until(page, f"written.some((each) => each.id === {canvas!r} && each.kind === {kind!r})")
    page.wait_for_timeout(300)
    noted = page.evaluate("written")
    return [each for each in noted if (each["id"], each["kind"]) == (canvas, kind)]


@pytest.fixture
def recording(make_film):
    film = make_film(frames=30)
    film.add_epoch(EpochFigures(1, 1000, 2.2, 2.4))
    film.reason = "done"
    return build_page("watch", pack_film(film), title="<b>x</b>")


def until(page, condition):
    """Wait for a condition; Playwright's own way needs what the page forbids."""
    for _ in range(600):
        # When a run begins, a live page loads itself again.
        with contextlib.suppress(api.Error):
            if page.evaluate(f"() => Boolean({condition})"):
                return
        page.wait_for_timeout(50)
    raise AssertionError(condition)


def shown(page):
    return page.input_value("#time")


def test_words_are_text_and_nothing_is_loaded(open_page, recording):
    page = open_page(recording)
    page.evaluate("window.hits = 0; window.hit = () => { hits += 1; }; 0")
    for word in NASTY[:5]:
        page.fill("#word", word)
        page.press("#word", "Enter")
    names = page.locator(".word strong").all_text_contents()
    assert set(NASTY[:5]) <= set(names)
    assert page.locator("#chosen img, #chosen script, #chosen b b").count() == 0
    page.fill("#word", "<i>no</i>")
    page.press("#word", "Enter")
    assert page.locator("#told").text_content() == "<i>no</i> is not on the map"
    assert page.evaluate("hits") == 0
    assert len(page.asked) == 1


def test_it_plays_pauses_and_is_scrubbed(open_page, recording):
    page = open_page(recording, reduced_motion="no-preference")
    until(page, "document.getElementById('time').value > 3")
    page.click("#play")
    at = shown(page)
    page.wait_for_timeout(300)
    assert shown(page) == at
    page.keyboard.press("Home")
    until(page, "document.getElementById('time').value == 0")
    page.fill("#time", "12")
    until(page, "document.getElementById('now').textContent.includes('12 s')")
    assert page.get_attribute("#play", "aria-label") == "Play"


def test_the_keyboard_does_all_of_it(open_page, recording):
    page = open_page(recording)
    page.keyboard.press("End")
    until(page, "document.getElementById('time').value == 29")
    page.keyboard.press("ArrowLeft")
    until(page, "document.getElementById('time').value == 28")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "word"
    page.keyboard.type(NASTY[2])
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") != "word"
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    until(page, "document.getElementById('time').value > 0")


def test_neighbours_are_those_of_the_frame(open_page, make_film):
    film = make_film(words=["a", "b", "c", "d"], frames=2, dim=3)
    page = open_page(build_page("watch", pack_film(film), title="x"))
    page.keyboard.press("End")
    page.fill("#word", "c")
    page.press("#word", "Enter")
    until(page, "document.querySelector('.word strong').textContent == 'c'")
    unit = film.frames()[-1].unit.astype(float)
    order = sorted((0, 1, 3), key=lambda row: -float(unit[2] @ unit[row]))
    first = page.locator(".word").first
    assert first.locator("li button").all_text_contents() == ["abcd"[row] for row in order]
    assert (
        first.locator("li span").first.text_content() == f"{max(0.0, unit[2] @ unit[order[0]]):.2f}"
    )
    first.locator("li button").first.click()
    until(page, "document.querySelectorAll('.word').length >= 2")


def test_the_modules_run_as_modules_too(open_page, make_film):
    """One script has all names in one scope; modules have those that they import."""
    page = build_page("watch", pack_film(make_film(frames=3)), title="x")
    folder = Path(pages.__file__).parent / "page"
    inline = page[page.rindex("<script>") : page.rindex("</script>")]
    split = page.replace(inline, '<script type="module" src="/watch/main.js">')
    split = re.sub(r"<meta http-equiv[^>]*>", "", split)
    assert split.count("<script") == page.count("<script")

    def answer(route):
        path = urlsplit(route.request.url).path
        if path == "/":
            route.fulfill(body=split, content_type="text/html")
        else:
            route.fulfill(path=folder / path.lstrip("/"), content_type="text/javascript")

    tab = open_page("http://firth.test/", answer=answer)
    until(tab, "document.querySelectorAll('.word li').length > 0")
    assert len(tab.asked) == 1 + len([*folder.glob("*.js"), *(folder / "watch").glob("*.js")])
    # Each is used: a click, a key, a curve, and the language.
    tab.keyboard.press("End")
    tab.locator("#losses").click(position={"x": 60, "y": 20})
    tab.locator("#map").click(position={"x": 100, "y": 100})
    tab.mouse.wheel(0, -100)
    tab.click(".word button")
    tab.click("#language")
    assert tab.title() == "Firth 的一次训练"


def test_a_click_on_the_map_chooses_a_word(open_page, make_film):
    page = open_page(build_page("watch", pack_film(make_film(words=["only", "other"])), title="x"))
    until(page, "placed.length == 2")
    page.click(".word button")
    until(page, "document.querySelectorAll('.word').length == 0 || state.chosen.length < 2")
    x, y, row = page.evaluate("placed[0]")
    page.evaluate("state.chosen = []")
    page.locator("#map").click(position={"x": x, "y": y})
    assert page.evaluate("state.chosen") == [row]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_language_and_theme(open_page, recording, scheme):
    page = open_page(recording, color_scheme=scheme, locale="zh-CN")
    assert page.title() == "Firth 的一次训练"
    assert page.get_attribute("html", "data-theme") == scheme
    page.click("#language")
    assert page.title() == "A run of Firth"
    page.click("#theme")
    assert page.get_attribute("html", "data-theme") != scheme


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dots_are_seen_in_each_hue(open_page, recording, scheme):
    page = open_page(recording, color_scheme=scheme)
    # As a canvas paints them, beside its background.
    painted = page.evaluate(
        """() => {
          const context = document.createElement("canvas").getContext("2d");
          return [null, ...dotColours()].map((each) => {
            context.fillStyle = colour("panel");
            context.fillRect(0, 0, 1, 1);
            if (each) context.fillStyle = each;
            context.fillRect(0, 0, 1, 1);
            const parts = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
            return "#" + parts.map((part) => part.toString(16).padStart(2, "0")).join("");
          });
        }"""
    )
    background, *dots = painted
    assert len(set(dots)) == 36
    assert min(contrast(dot, background) for dot in dots) >= 3


@pytest.mark.parametrize(
    ("locale", "told"),
    [("en-US", "Too few frames for a curve."), ("zh-CN", "帧太少，画不出曲线。")],
)
def test_an_empty_curve_of_a_recording_says_why(open_page, make_film, locale, told):
    page = open_page(
        build_page("watch", pack_film(make_film(frames=1)), title="x"), locale=locale, script=SPY
    )
    texts = written(page, "losses", "fillText", lambda: page.click("#theme"))
    assert {each["text"] for each in texts} == {told}


def test_a_value_that_stays_is_a_line_in_the_middle(open_page, make_film):
    film = pack_film(make_film(frames=4))
    for frame in film["frames"]:
        frame["loss"] = 1.5
    page = open_page(build_page("watch", film, title="x"), script=SPY)
    noted = written(page, "losses", "fillText", lambda: page.click("#theme"))
    assert {(each["text"], each["y"]) for each in noted} == {("1.50", (8 + 92 - 6) / 2)}


def test_held_out_losses_have_a_legend_only_where_there_are_some(open_page, make_film, recording):
    assert open_page(recording).locator("#legend").is_visible()
    plain = build_page("watch", pack_film(make_film()), title="x")
    assert not open_page(plain).locator("#legend").is_visible()


def test_the_way_of_a_word_leads_through_the_places_where_it_was_seen(open_page, make_film):
    words = [f"w{row}" for row in range(40)]
    page = open_page(
        build_page("watch", pack_film(make_film(words, frames=6)), title="x"), script=SPY
    )
    page.evaluate("state.chosen = [3]")
    seen = []
    for key in ("Home", *["ArrowRight"] * 5):
        lines = written(page, "map", "lineTo", lambda key=key: page.keyboard.press(key))
        place = page.evaluate("placed.find((each) => each[2] === 3).slice(0, 2)")
        drawn = [(each["x"], each["y"]) for each in lines]
        # The way ends where the word is now, and came through its places before.
        for x, y in seen[1:]:
            assert min(abs(x - a) + abs(y - b) for a, b in drawn) < 0.01
        seen.append(place)
    assert len({tuple(place) for place in seen}) == 6


def test_labels_are_whole_and_cover_no_other(open_page, make_film):
    words = [f"word{row}" for row in range(400)]
    page = open_page(
        build_page("watch", pack_film(make_film(words, frames=2)), title="x"), script=SPY
    )
    page.evaluate("state.chosen = []")
    # Words lie at each edge of a map that is zoomed.
    for _ in range(2):
        page.keyboard.press("+")
    page.wait_for_timeout(300)
    labels = written(page, "map", "fillText", lambda: page.keyboard.press("End"))
    boxes = {}
    for each in labels:
        half = each["size"] * 0.6
        box = (each["x"], each["y"] - half, each["x"] + each["width"], each["y"] + half)
        boxes[each["text"]] = box
    size = page.locator("#map").bounding_box()
    assert len(boxes) > 30
    for left, top, right, bottom in boxes.values():
        assert left >= 0
        assert top >= 0
        assert right <= size["width"]
        assert bottom <= size["height"]
    assert not any(covers(a, b) for a, b in itertools.combinations(boxes.values(), 2))


def covers(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_nothing_is_wider_than_the_screen(open_page, recording, width):
    page = open_page(recording, viewport={"width": width, "height": 800})
    until(page, "placed.length > 0")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_live_page_follows_the_run_and_outlives_it(open_page, make_film):
    pytest.importorskip("uvicorn", reason="the extra serve is not installed")
    pytest.importorskip("fastapi", reason="the extra serve is not installed")
    import numpy as np

    from firth.watching import WatchPage

    watch = Watch()
    served = WatchPage(watch)
    try:
        page = open_page(served.url)
        assert "being read" in page.text_content("#waiting")
        assert page.text_content("#status") == "reading the text"
        assert page.text_content("#rate") == "–"
        film = watch.film = make_film(frames=3)
        until(page, "state.frames.length == 3")
        film.add(np.random.default_rng(5).normal(size=(6, 6)).astype(np.float32), figures_at(3))
        until(page, "state.frames.length == 4")
        assert page.text_content("#status") == "training"
        page.fill("#word", NASTY[3])
        page.press("#word", "Enter")
        until(page, "document.querySelector('.word li') !== null")
        film.reason = "done"
        until(page, "document.getElementById('status').textContent == 'done'")
        assert page.is_visible("#save")
        with urllib.request.urlopen(f"{served.url}/recording.html") as answer:
            assert re.search(rb'"reason":"done"', answer.read())
    finally:
        served.close()


def test_the_lesson_goes_step_by_step(open_page, lesson):
    page = open_page(build_page("lesson", lesson, title="x"))
    number, states = lesson["first"], lesson["states"]["skipgram"][1]
    before, after = states[number]["before"], states[number]["after"][2]
    assert page.locator(".box.context").count() == len(before["x"])
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert page.locator("#table td").first.text_content() == f"{before['p'][0][0]:.3f}"
    page.click("#next")
    assert page.locator("#table td").first.text_content() == f"+{before['g'][0][0]:.3f}"
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.locator("#table td").first.text_content().startswith(f"{after[0]['p'][0][0]:.3f}")
    page.click("#again")
    line = page.text_content("#lossline")
    assert f"{after[0]['loss']:.3f} → {after[1]['loss']:.3f}" in line
    page.click("#following")
    assert f"window {number + 2} of" in page.text_content("#which")
    page.get_by_role("button", name="CBOW").click()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.locator("#table td").count() == 6
    assert len(page.asked) == 1


SMALL = """[...document.querySelectorAll("button, select, input, a.button")]
  .filter((each) => each.getClientRects().length)
  .map((each) => [each.id || each.textContent, each.getBoundingClientRect()])
  .filter(([, { width, height }]) => Math.min(width, height) < 44).map(([name]) => name)"""
PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_a_phone_shows_the_table_of_the_lesson_whole(open_page, lesson, locale):
    page = open_page(build_page("lesson", lesson, title="x"), locale=locale, **PHONE)
    for model in ("Skip-gram", "CBOW"):
        page.get_by_role("button", name=model).click()
        for _ in range(6):
            assert page.evaluate(
                "[document.querySelector('.scroll'), document.documentElement]"
                ".map((each) => each.scrollWidth - each.clientWidth)"
            ) == [0, 0]
            page.keyboard.press("ArrowRight")
        # What the numbers below others are is told once.
        assert page.locator("#sizes").is_visible()
    assert page.evaluate(SMALL) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_in_the_lesson_and_in_a_recording(open_page, lesson, recording, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    faults, strong = [], copy.deepcopy(lesson)
    # The strongest colours that cells have.
    for window in itertools.chain.from_iterable(strong["states"]["skipgram"]):
        for each in (window["before"], *itertools.chain.from_iterable(window["after"])):
            each["p"] = [[1.0] * len(row) for row in each["p"]]
    for name, content, keys in (
        ("lesson", build_page("lesson", strong, title="x"), ["ArrowRight"] * 5),
        ("recording", recording, ["End"]),
    ):
        page = open_page(content, color_scheme=scheme)
        for key in keys:
            page.keyboard.press(key)
            page.wait_for_timeout(100)
            found = axe.Axe().run(page).response["violations"]
            faults += [(name, each["id"], each["nodes"][0]["html"][:200]) for each in found]
    assert faults == []


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_a_finger_can_press_all_of_a_recording(open_page, recording, locale):
    page = open_page(recording, locale=locale, **PHONE)
    until(page, "document.querySelector('.word li') !== null")
    assert page.evaluate(SMALL) == []
    # The title and its buttons are one line, and what is told of the run is below.
    tops = [page.locator(f"#{name}").bounding_box()["y"] for name in ("language", "theme", "model")]
    assert tops[0] == tops[1] < tops[2]


def test_the_lesson_keeps_the_focus_of_keys(open_page, lesson):
    page = open_page(build_page("lesson", lesson, title="x"))
    held = "document.activeElement.textContent"
    page.get_by_role("button", name="CBOW").focus()
    page.keyboard.press("Enter")
    assert page.evaluate(held) == "CBOW"
    # The last step has no next one: the focus goes on to what there is.
    page.focus("#next")
    for _ in range(5):
        page.keyboard.press("Enter")
    assert page.evaluate(held) == "Same step again"


def test_names_of_vectors_cover_no_other_and_no_mark(open_page, lesson):
    """Where there is room: here, some vectors are nearly at one place."""
    page = open_page(build_page("lesson", lesson, title="x"), script=SPY)
    boxes = page.evaluate(
        """() => {
          written.length = 0;
          const context = document.createElement("canvas").getContext("2d");
          const at = [[100, 100], [104, 102], [110, 98], [390, 100], [200, 4], [100, 103]];
          const names = at.map(([x, y], k) => ({ word: `name${k}`, x, y, isCentre: k === 0 }));
          drawNames(context, names, 400, 200);
          return written.map(({ x, y, width }) => [x, y - 8, x + width, y + 8]);
        }"""
    )
    assert len(boxes) >= 5
    assert not any(covers(a, b) for a, b in itertools.combinations(boxes, 2))
    assert all(a >= 0 and b >= 0 and c <= 400 and d <= 200 for a, b, c, d in boxes)
    # Those alone at their places cover no mark either; one at the edge has its name to the left.
    assert boxes[3][2] < 390


@pytest.fixture(scope="module")
def lesson():
    pytest.importorskip("torch", reason="PyTorch is not installed")
    from firth.lesson import lesson_steps

    return lesson_steps("en", epochs=(0, 2))

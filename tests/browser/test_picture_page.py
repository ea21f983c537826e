"""A picture as one HTML file, opened from the disk."""

import re

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.figure import Figure

from firth.plotting import loss_curve, save
from firth.vectors import Vectors

CURVES = {"CBOW": [0.75, 0.5, 0.25], "skip-gram": [0.7, 0.6, 0.5]}


@pytest.fixture(scope="module")
def picture_page(tmp_path_factory):
    path = tmp_path_factory.mktemp("picture") / "curves.html"
    save(loss_curve(CURVES, title="Two runs"), path)
    return path.as_uri()


@pytest.fixture(scope="module")
def map_page(tmp_path_factory):
    path = tmp_path_factory.mktemp("map") / "map.html"
    Vectors(["tea", "milk", "king"], np.eye(3) + 1).map().save(path)
    return path.as_uri()


@pytest.fixture
def page(visit, picture_page):
    return visit(picture_page, ready=None)


def seen(page):
    """Return the part of the drawing that is seen: left, top, width, height."""
    return [float(each) for each in page.get_attribute("main svg", "viewBox").split()]


def place_of(page, number):
    """Return where a mark is on the screen."""
    return page.evaluate(
        """number => {
            const at = new DOMPoint(...marks[number].slice(0, 2));
            const { x, y } = at.matrixTransform(svg.getScreenCTM());
            return [x, y];
        }""",
        number,
    )


def told(page):
    """Return the text beside a mark, which must be seen."""
    assert page.locator(".tip").is_visible()
    return page.locator(".tip").inner_text()


def test_what_the_mouse_points_at_is_told(page):
    page.mouse.move(*place_of(page, 1))
    assert told(page) == "CBOW, epoch 2: 0.5000"
    page.mouse.move(3, 3)
    assert page.locator(".tip").is_hidden()


def test_the_list_finds_and_shows_a_value(page):
    assert page.locator("li:visible").count() == 6
    page.fill("input", "SKIP")
    assert page.locator("li:visible").count() == 3
    page.locator("li:visible button").nth(2).click()
    assert told(page) == "skip-gram, epoch 3: 0.5000"
    x, y = place_of(page, 5)
    ring = page.locator(".ring").bounding_box()
    assert ring["x"] + ring["width"] / 2 == pytest.approx(x, abs=2)
    assert ring["y"] + ring["height"] / 2 == pytest.approx(y, abs=2)


def test_it_zooms_about_the_mouse_and_by_keys_and_a_drag_moves_it(page):
    whole = seen(page)
    x, y = place_of(page, 1)
    page.mouse.move(x, y)
    page.mouse.wheel(0, -400)
    zoomed = seen(page)
    assert zoomed[2] == pytest.approx(whole[2] / 2.718, rel=0.01)
    assert place_of(page, 1) == pytest.approx([x, y], abs=2)
    page.mouse.down()
    page.mouse.move(x + 90, y + 40, steps=3)
    page.mouse.up()
    assert place_of(page, 1) == pytest.approx([x + 90, y + 40], abs=2)
    page.focus("main > div")
    page.keyboard.press("ArrowLeft")
    assert seen(page)[0] < zoomed[0]
    page.keyboard.press("0")
    assert seen(page) == whole
    page.keyboard.press("-")
    assert seen(page) == whole


def test_a_value_that_is_chosen_out_of_sight_comes_into_the_middle(page):
    page.focus("main > div")
    for _ in range(8):
        page.keyboard.press("+")
    page.locator("li button").first.click()
    box = page.locator("main").bounding_box()
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    assert place_of(page, 0) == pytest.approx(middle, abs=2)


def test_a_tap_shows_a_value_until_the_next(visit, picture_page):
    page = visit(picture_page, ready=None, has_touch=True, viewport={"width": 390, "height": 844})
    page.touchscreen.tap(*place_of(page, 1))
    assert told(page) == "CBOW, epoch 2: 0.5000"
    assert page.locator("li button[aria-pressed=true]").inner_text() == "CBOW, epoch 2: 0.5000"
    page.touchscreen.tap(4, 4)
    assert page.locator(".tip").is_hidden()


def test_keys_of_the_browser_are_left_to_it(visit, page, map_page):
    for each, target in ((page, "main > div"), (visit(map_page, ready=None), "canvas")):
        each.focus(target)
        left = each.evaluate(
            """target => ["ctrlKey", "metaKey", "altKey"].flatMap((held) =>
                ["+", "-", "0", "ArrowLeft"].map((key) => {
                    const options = { key, [held]: true, cancelable: true };
                    const press = new KeyboardEvent("keydown", options);
                    return document.querySelector(target).dispatchEvent(press);
                }))""",
            target,
        )
        assert left == [True] * 12


def test_how_many_are_found_is_told(page):
    status = page.locator("[role=status]")
    page.fill("input", "cbow ")
    assert page.locator("li:visible").count() == 3
    assert status.inner_text() == "3 found"
    page.fill("input", "dog")
    assert page.locator("li:visible").count() == 0
    assert status.inner_text() == "Nothing found"
    page.fill("input", "")
    assert page.locator("li:visible").count() == 6
    assert status.inner_text() == ""


def test_zoom_ends_and_leads_back_to_all_of_it(page):
    whole = seen(page)
    page.focus("main > div")
    page.keyboard.press("ArrowLeft")
    page.evaluate("zoom(1e9)")
    assert seen(page)[2] == pytest.approx(whole[2] / 1000)
    page.keyboard.press("Escape")
    page.evaluate("zoom(1e-9)")
    assert seen(page) == whole


def test_the_ring_has_the_size_of_a_window_that_changes(page):
    page.locator("li button").first.click()
    page.set_viewport_size({"width": 700, "height": 500})
    page.wait_for_function("Math.abs(ring.getAttribute('r') * svg.getScreenCTM().a - 8) < 0.1")


def test_what_is_chosen_is_seen_in_forced_colours(visit, picture_page):
    page = visit(picture_page, ready=None, forced_colors="active")
    page.locator("li button").nth(1).click()
    style = "getComputedStyle(document.querySelector('[aria-pressed={}]')).outlineStyle"
    assert page.evaluate(style.format("true")) == "solid"
    assert page.evaluate(style.format("false")) == "none"


def test_a_picture_without_marks_has_no_list(visit, tmp_path):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow([[0, 1], [2, 3]])
    axes.set_title("Four")
    save(figure, tmp_path / "picture.html")
    page = visit((tmp_path / "picture.html").as_uri(), ready=None)
    assert page.locator("aside p").first.inner_text() == "Drag and scroll to move and zoom."
    assert page.locator("input").is_hidden()
    assert page.title() == "Four"


def test_it_is_in_the_language_of_the_reader(visit, picture_page):
    page = visit(picture_page, ready=None, locale="zh-CN")
    assert page.get_attribute("html", "lang") == "zh"
    assert re.search("[\u4e00-\u9fff]", page.locator("aside > p").first.inner_text())
    assert page.title() == page.locator("h1").inner_text() == "Two runs"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_no_fault(visit, picture_page, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    viewport = {"width": width, "height": 800}
    page = visit(picture_page, ready=None, color_scheme=scheme, viewport=viewport)
    found = Axe().run(page).response["violations"]
    assert [each["id"] for each in found] == []

"""A picture as one HTML file, opened from the disk."""

import re

import pytest

pytest.importorskip("matplotlib")

from firth.plotting import loss_curve, save

CURVES = {"CBOW": [0.75, 0.5, 0.25], "skip-gram": [0.7, 0.6, 0.5]}


@pytest.fixture(scope="module")
def picture_page(tmp_path_factory):
    path = tmp_path_factory.mktemp("picture") / "curves.html"
    save(loss_curve(CURVES, title="Two runs"), path)
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


def test_what_the_mouse_points_at_is_told(page):
    page.mouse.move(*place_of(page, 1))
    assert page.locator(".tip").inner_text() == "CBOW, epoch 2: 0.5000"
    page.mouse.move(3, 3)
    assert page.locator(".tip").is_hidden()


def test_the_list_finds_and_shows_a_value(page):
    assert page.locator("li:visible").count() == 6
    page.fill("input", "SKIP")
    assert page.locator("li:visible").count() == 3
    page.locator("li:visible button").nth(2).click()
    assert page.locator(".tip").inner_text() == "skip-gram, epoch 3: 0.5000"
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


def test_it_is_in_the_language_of_the_reader(visit, picture_page):
    page = visit(picture_page, ready=None, locale="zh-CN")
    assert page.get_attribute("html", "lang") == "zh"
    assert re.search("[\u4e00-\u9fff]", page.locator("aside > p").inner_text())
    assert page.title() == page.locator("h1").inner_text() == "Two runs"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_no_fault(visit, picture_page, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    viewport = {"width": width, "height": 800}
    page = visit(picture_page, ready=None, color_scheme=scheme, viewport=viewport)
    found = Axe().run(page).response["violations"]
    assert [each["id"] for each in found] == []

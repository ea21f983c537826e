"""A map as one HTML file, opened from the disk."""

import re

import numpy as np
import pytest

from firth.vectors import Vectors

# Notes where each label is drawn.
SPY = """
window.labels = [];
const draw = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, left, top) {
    labels.push([text, left, left + this.measureText(text).width, top]);
    return draw.call(this, text, left, top);
};
"""


@pytest.fixture(scope="module")
def map_page(tmp_path_factory):
    """Write a map of words that lie on a circle, so that some are near each side."""
    angles = np.linspace(0.0, 2.0 * np.pi, 60, endpoint=False)
    words = [f"somewhat-long-word-{row}" for row in range(60)]
    # More than a screen is wide.
    words[0], words[1] = "x" * 300, "😀" * 100
    path = tmp_path_factory.mktemp("map") / "map.html"
    matrix = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    vectors = Vectors(words, matrix, counts=np.arange(60, 0, -1))
    vectors.map(title="a circle").save(path)
    return path.as_uri()


@pytest.fixture
def page(visit, map_page):
    """Open it on a phone; it is there when the map was fitted into its window."""
    page = visit(map_page, ready=None, script=SPY, viewport={"width": 390, "height": 844})
    page.wait_for_function("fitted !== 1 && view.scale === fitted")
    return page


def test_labels_are_whole_on_a_narrow_screen(page):
    # A frame after the next, it is drawn.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    labels, width = page.evaluate("[labels, document.querySelector('canvas').clientWidth]")
    assert len(labels) > 10
    assert all(left >= 0 and right <= width for _, left, right, _ in labels)
    # Of a longer word, the beginning.
    names = {text for text, *_ in labels}
    assert any(re.fullmatch("x{20,39}…", name) for name in names)
    assert any(re.fullmatch("😀{5,39}…", name) for name in names)


def test_a_word_that_is_found_shows_its_neighbours(page):
    page.fill("input", "somewhat-long-word-7")
    page.press("input", "Enter")
    near = page.locator("ol button span:first-child").all_inner_texts()
    assert set(near[:2]) == {"somewhat-long-word-6", "somewhat-long-word-8"}
    page.locator("ol button").first.click()
    assert page.locator("h2").inner_text() in near[:2]
    # It is the same word in capitals, as a phone begins it.
    page.fill("input", "Somewhat-long-word-7 ")
    page.press("input", "Enter")
    assert page.locator("h2").inner_text() == "somewhat-long-word-7"


def test_zoom_has_ends_and_leads_back(page):
    whole = page.evaluate("view.scale")
    page.evaluate("zoom(1e300); zoom(1e300)")
    assert page.evaluate("view.scale") == pytest.approx(1e4 * whole)
    page.evaluate("zoom(1e-300); zoom(1e-300)")
    assert page.evaluate("view.scale") == pytest.approx(0.1 * whole)
    page.focus("canvas")
    page.keyboard.press("0")
    assert page.evaluate("view.scale") == whole
    assert page.evaluate("Number.isFinite(view.x + view.y)")


@pytest.mark.parametrize(("row", "told"), [(59, "1 time in"), (58, "2 times in")])
def test_a_word_that_is_found_shows_its_count(page, row, told):
    page.fill("input", f"somewhat-long-word-{row}")
    page.press("input", "Enter")
    assert told in page.locator("body").inner_text()


def test_a_word_that_is_not_there_is_told_and_0_shows_all(page):
    page.fill("input", "somewhat-long-word-7")
    page.press("input", "Enter")
    assert page.locator("ol button").count() > 2
    page.fill("input", "<i>none</i>")
    page.press("input", "Enter")
    # Nothing of the other word stays.
    assert page.locator("h2").inner_text() == "<i>none</i>"
    assert "not on the map" in page.locator("p").inner_text()
    assert page.locator("ol button").count() == 0
    picture = "document.querySelector('canvas').toDataURL()"
    page.focus("canvas")
    page.keyboard.press("0")
    whole = page.evaluate(picture)
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(picture) != whole
    page.keyboard.press("0")
    assert page.evaluate(picture) == whole


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_on_the_page_of_a_map(visit, map_page, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(map_page, ready=None, color_scheme=scheme)
    faults = [Axe().run(page).response["violations"]]
    page.fill("input", "somewhat-long-word-30")
    page.press("input", "Enter")
    assert page.locator("h2").inner_text() == "somewhat-long-word-30"
    faults.append(Axe().run(page).response["violations"])
    assert [[each["id"] for each in found] for found in faults] == [[], []]

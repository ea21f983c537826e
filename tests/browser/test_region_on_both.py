"""Two maps: the lasso and the region by keys on either, and what is saved of both."""

import csv
import io
import urllib.request
import xml.etree.ElementTree as ET
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from pages import numbers, region_size, saved, settled, until, wait_for_view

WIDE = {"viewport": {"width": 1440, "height": 800}}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def sets(both, ask):
    """Return words and points of both sets; those of the second turned to match the first."""
    found = {}
    for name in ("first", "second"):
        with urllib.request.urlopen(f"{both}/explorer/points?set={name}", timeout=60) as answer:
            points = np.frombuffer(answer.read(), "<f4").reshape(-1, 2).astype(float)
        words = ask(both, f"explorer/words?set={name}")
        found[name] = {word: points[row] for row, word in enumerate(words)}
    shared = [word for word in found["second"] if word in found["first"]][:10_000]
    own, other = (np.array([found[name][word] for word in shared]) for name in ("second", "first"))
    U, _, Vt = np.linalg.svd((own - own.mean(axis=0)).T @ (other - other.mean(axis=0)))
    found["second"] = {word: place @ U @ Vt for word, place in found["second"].items()}
    return found


@pytest.fixture
def page(visit, both):
    page = visit(both, "#maps=2", **WIDE)
    page.wait_for_selector("#second .name:has-text('second')")
    settled(page)
    return page


def polygon_of(page):
    held = parse_qs(urlsplit(page.url).fragment)
    return np.array(numbers(held["region"][0])).reshape(-1, 2), held.get("on", [None])[0]


def within_box(places, polygon):
    """Return the words between opposite corners of a rectangle."""
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    return {word for word, at in places.items() if (at > low).all() and (at < high).all()}


def table_of(page, action):
    _, content = saved(page, action)
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def place_in(row, of=""):
    return float(row[f"x{of}"]), float(row[f"y{of}"])


def test_a_lasso_on_the_second_map_selects_words_on_both(page, sets, visit, both):
    box = page.locator("#second").bounding_box()
    page.click("#lasso")
    corners = [(box["x"] + dx, y) for dx, y in ((180, 300), (330, 300), (330, 450), (180, 450))]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=1)
    page.mouse.up()
    wait_for_view(page, "region")
    # It has done its work: a drag moves the map again.
    assert page.get_attribute("#lasso", "aria-pressed") == "false"
    polygon, on = polygon_of(page)
    assert on == "second"
    expected = within_box(sets["second"], polygon)
    lacking = expected - set(sets["first"])
    assert len(expected) > 100
    assert lacking
    assert region_size(page) == pytest.approx(len(expected), rel=0.01)
    told = page.locator("#content .lacking").inner_text()
    assert "not in first" in told
    # All of them are in the table, with their places on both maps.
    rows = table_of(page, lambda: page.click("#content .action >> nth=0"))
    assert len(rows) == region_size(page)
    words = {row["word"] for row in rows}
    assert len(words ^ expected) <= 0.01 * len(expected)
    for row in rows[:: len(rows) // 20]:
        assert place_in(row, " (second)") == pytest.approx(sets["second"][row["word"]], abs=1e-3)
        if row["word"] in sets["first"]:
            assert place_in(row) == pytest.approx(sets["first"][row["word"]], abs=1e-3)
        else:
            assert row["x"] == row["rank"] == ""
    # They are highlighted on both maps, and drawn around on the second alone.
    assert page.evaluate("document.querySelectorAll('.trail[points=\"\"]').length") == 2
    _, svg = saved(page, lambda: page.click("[data-save=svg]"))
    first, second = ET.fromstring(svg).findall(f"{SVG}svg")
    bold = [
        {each.text for each in part.iter(f"{SVG}text") if each.get("font-weight") == "650"}
        for part in (first, second)
    ]
    assert all(len(found) > 2 and found <= words for found in bold)
    edges = [len(list(part.iter(f"{SVG}line"))) for part in (first, second)]
    assert edges[0] == 0 < edges[1]
    # A link restores it, also where there is room for one map alone.
    size = region_size(page)
    for width in (1440, 1000):
        path = urlsplit(page.url)._replace(scheme="", netloc="").geturl()
        again = visit(both, path, viewport={"width": width, "height": 800})
        wait_for_view(again, "region")
        assert region_size(again) == size
    # In an equation, those that the first set has are subtracted.
    again.click("#content .action >> nth=2")
    again.keyboard.type("king")
    again.keyboard.press("Enter")
    wait_for_view(again, "equation")
    assert f"mean of {len(words & set(sets['first'])):,} words" in again.locator("h1").inner_text()


def test_keys_draw_a_region_on_the_second_map(page, sets):
    page.focus("#second .points")
    page.keyboard.press("l")
    assert page.locator("#second .cross").is_visible()
    assert not page.locator("#stage .cross").is_visible()
    page.keyboard.press("Enter")
    for key in ("Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    assert len(page.get_attribute("#second .trail", "points").split()) == 10
    assert page.get_attribute("#trail", "points") == ""
    page.keyboard.press("Enter")
    wait_for_view(page, "region")
    polygon, on = polygon_of(page)
    assert on == "second"
    expected = within_box(sets["second"], polygon)
    assert len(expected) > 20
    assert region_size(page) == pytest.approx(len(expected), abs=2)
    assert page.get_attribute("#lasso", "aria-pressed") == "false"
    # Shift and the mouse draw on the first map, and the region is that of the first again.
    page.keyboard.down("Shift")
    page.mouse.move(600, 350)
    page.mouse.down()
    page.mouse.move(700, 350, steps=2)
    page.mouse.move(700, 450, steps=2)
    page.mouse.up()
    page.keyboard.up("Shift")
    until(page, "!location.hash.includes('&on=')")
    assert polygon_of(page)[1] is None


def test_pictures_and_tables_have_both_maps(page, sets):
    from PIL import Image

    _, png = saved(page, lambda: page.click("[data-save=png]"))
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    panel = page.locator("#panel").bounding_box()
    covered = panel["x"] + panel["width"]
    # The line between the maps belongs to neither.
    shown = 1440 - covered - 1
    assert picture.shape == (800, shown, 3)
    # Points and labels are on both halves, and a name is at the bottom of each.
    blank = picture[2, 2]
    painted = np.abs(picture - blank).max(axis=2) > 20
    middle = int(page.locator("#stage").bounding_box()["width"] - covered)
    for half in (painted[:, : middle - 2], painted[:, middle + 3 :]):
        assert half[:700].sum() > 5_000
        assert half[760:, 15:80].sum() > 50
    # The view of the page is as it was.
    _, svg = saved(page, lambda: page.click("[data-save=svg]"))
    root = ET.fromstring(svg)
    assert [float(part) for part in root.get("viewBox").split()] == [0, 0, shown, 800]
    names = [each.text for each in root.findall(f"{SVG}text")]
    assert names == ["first", "second"]
    parts = root.findall(f"{SVG}svg")
    assert [float(part.get("x")) for part in parts] == [0, middle]
    for name, part in zip(names, parts, strict=True):
        assert len(list(part.iter(f"{SVG}circle"))) > 5_000
        texts = {each.text for each in part.iter(f"{SVG}text")}
        assert len(texts) > 20
        assert texts <= set(sets[name])
    rows = table_of(page, lambda: page.click("[data-save=csv]"))
    names = {row["word"] for row in rows}
    assert names & (set(sets["second"]) - set(sets["first"]))
    for row in rows[:50]:
        assert place_in(row) == pytest.approx(sets["first"][row["word"]], abs=1e-3)
        if row["word"] in sets["second"]:
            place = sets["second"][row["word"]]
            assert place_in(row, " (second)") == pytest.approx(place, abs=1e-3)
    # Of a word, neighbours have their places too.
    page.evaluate("location.hash = 'maps=2&word=king'")
    wait_for_view(page, "word")
    rows = table_of(page, lambda: page.click("[data-save=csv]"))
    assert rows[0]["kind"] == "neighbour"
    assert place_in(rows[0]) == pytest.approx(sets["first"][rows[0]["word"]], abs=1e-3)


def test_points_are_turned_to_lie_as_others_do(visit, hostile):
    page = visit(hostile)
    random = np.random.default_rng(3)
    points = random.normal(size=(40, 2)) * (2, 1)
    for flip in (1, -1):
        angle = 2.2
        rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        others = (points * (1, flip)) @ rotation
        found, alone = page.evaluate(
            """async ({ points, others }) => {
              const { turned } = await import("/page/turning.js");
              const [a, b] = [points, others].map((each) => Float32Array.from(each.flat()));
              const pairs = points.slice(0, 30).map((_, row) => [row, row]);
              return [[...turned(a, b, pairs)], turned(a, b, [[1, 1]]) === a];
            }""",
            {"points": points.tolist(), "others": others.tolist()},
        )
        assert np.array(found).reshape(-1, 2) == pytest.approx(others, abs=1e-5)
        # One word in common says nothing.
        assert alone

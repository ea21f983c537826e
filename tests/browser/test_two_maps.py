"""The maps of two sets beside each other, with the words of both linked."""

import itertools
import urllib.request

import numpy as np
import pytest

from pages import heading, numbers, region_size, settled, until, wait_for_view

WIDE = {"viewport": {"width": 1440, "height": 800}}
PICTURE = "document.querySelector('{} .points').toDataURL()"
# Pixels of marked labels: those in the ink that only they have.
MARKED = """async () => {
  const { colour } = await import("/page/colours.js"), ink = colour("accent-ink");
  const parts = [1, 3, 5].map((at) => parseInt(ink.slice(at, at + 2), 16));
  const canvas = document.querySelector("#second .labels");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] > 250 && parts.every((part, i) => Math.abs(data[at + i] - part) < 3)) found++;
  }
  return found;
}"""


def points_of(url, name):
    with urllib.request.urlopen(f"{url}/explorer/points?set={name}", timeout=60) as answer:
        return np.frombuffer(answer.read(), "<f4").reshape(-1, 2).astype(float)


def lonely_words(url, ask, most=3):
    """Return words of both sets that have no others near them on either map."""
    places = []
    for name in ("first", "second"):
        points, words = points_of(url, name), ask(url, f"explorer/words?set={name}")
        places.append((points, {word: row for row, word in enumerate(words)}))

    def is_lonely(word):
        near = [np.hypot(*(points - points[rows[word]]).T) for points, rows in places]
        return all(np.partition(distance, 1)[1] > 0.02 for distance in near)

    def reach(word):
        return max(np.abs(points[rows[word]]).max() for points, rows in places)

    shared = [word for word in places[0][1] if word in places[1][1]]
    # From the edge inwards: the distances from one word to all are many numbers.
    outer = sorted((word for word in shared if reach(word) < 0.9), key=reach, reverse=True)
    found = list(itertools.islice(filter(is_lonely, outer), most))
    assert len(found) == most
    return found


def pixel_of(page, url, ask, word):
    """Return where a word is on the first map."""
    x, y, scale = numbers(settled(page))
    row = ask(url, "explorer/words?set=first").index(word)
    across, up = scale * points_of(url, "first")[row] + (x, y)
    box = page.locator("#points").bounding_box()
    half = box["height"] / 2
    return box["width"] / 2 + half * across, half - half * up


def picture(page, place):
    return page.evaluate(PICTURE.format(place))


def open_both(visit, both, path="#maps=2", **options):
    page = visit(both, path, **{**WIDE, **options})
    page.wait_for_selector("#second .name:has-text('second')")
    settled(page)
    return page


def test_a_button_shows_both_maps_and_a_link_restores_them(visit, both):
    page = visit(both, **WIDE)
    assert not page.locator("#second").is_visible()
    page.click("#maps")
    page.wait_for_selector("#second .name:has-text('second')")
    assert page.get_attribute("#maps", "aria-pressed") == "true"
    until(page, "location.hash.includes('maps=2')")
    first, second = (page.locator(place).bounding_box() for place in ("#stage", "#second"))
    assert first["x"] + first["width"] == second["x"]
    assert second["x"] + second["width"] == 1440
    # Beside the panel, both have the same room.
    panel = page.locator("#panel").bounding_box()
    free = first["width"] - panel["x"] - panel["width"]
    assert abs(free - second["width"]) <= 1
    settled(page)
    assert len(set(picture(page, "#second"))) > 20
    page.click("[data-set=second]")
    page.wait_for_selector("#second .name:has-text('first')")
    page.wait_for_selector("#stage .name:has-text('second')")
    page.click("#maps")
    page.wait_for_selector("#second", state="hidden")
    assert page.locator("#stage").bounding_box()["width"] == 1440
    until(page, "!location.hash.includes('maps')")


def test_the_word_under_the_mouse_is_named_on_the_other_map(visit, both, ask):
    page = open_both(visit, both)
    for word in lonely_words(both, ask):
        page.mouse.move(*pixel_of(page, both, ask, word))
        until(page, f"document.getElementById('tip').textContent === {word!r}")
        assert page.locator("#second .tip").inner_text() == word
        assert page.locator("#tip").is_visible()
        # From there it leads back.
        ring = page.locator("#second .ring").bounding_box()
        own = page.locator("#ring").bounding_box()
        page.mouse.move(ring["x"] + 7, ring["y"] + 7)
        until(page, f"document.querySelector('#second .tip').textContent === {word!r}")
        assert page.locator("#second .tip").is_visible()
        assert page.locator("#tip").inner_text() == word
        assert page.locator("#ring").bounding_box() == own
    page.mouse.move(200, 400)
    until(page, "[...document.querySelectorAll('.tip')].every((tip) => tip.hidden)")


def test_a_word_chosen_on_the_second_map_is_shown_and_marked_on_both(visit, both, ask):
    page = open_both(visit, both)
    assert page.evaluate(MARKED) == 0
    (word,) = lonely_words(both, ask, 1)
    page.mouse.move(*pixel_of(page, both, ask, word))
    page.wait_for_selector("#second .ring")
    ring = page.locator("#second .ring").bounding_box()
    page.mouse.click(ring["x"] + 7, ring["y"] + 7)
    wait_for_view(page, "word")
    assert heading(page) == word
    settled(page)
    assert page.evaluate(MARKED) > 50
    # A cluster of the first set is highlighted on the second map too.
    page.keyboard.press("Escape")
    wait_for_view(page, "home")
    settled(page)
    plain = picture(page, "#second")
    page.locator(".legend button").first.click()
    wait_for_view(page, "region")
    assert region_size(page) > 100
    until(page, f"{PICTURE.format('#second')} !== {plain!r}")


def test_each_map_is_moved_on_its_own(visit, both):
    page = open_both(visit, both)
    view, first, second = settled(page), picture(page, "#stage"), picture(page, "#second")
    box = page.locator("#second").bounding_box()
    page.mouse.move(box["x"] + 250, 400)
    for act in (
        lambda: page.mouse.wheel(0, -300),
        lambda: page.click("#second [data-zoom=out]"),
        lambda: page.locator("#second .points").press("ArrowLeft"),
        lambda: page.click("#second [data-zoom=fit]"),
    ):
        act()
        until(page, f"{PICTURE.format('#second')} !== {second!r}")
        settled(page)
        second = picture(page, "#second")
    assert settled(page) == view
    assert picture(page, "#stage") == first
    page.click("#in")
    assert settled(page, view) != view
    assert picture(page, "#second") == second


def test_both_maps_are_seen_in_the_middle_of_their_rooms(visit, both):
    """Where there is hardly room, too: the panel is wider than a part of the second map."""
    page = visit(both, "#maps=2", viewport={"width": 1210, "height": 700})
    page.wait_for_selector("#second .name:has-text('second')")
    settled(page)
    middles = page.evaluate(
        """() => ["#stage", "#second"].map((place) => {
          const canvas = document.querySelector(`${place} .points`), { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          const pixels = new Uint32Array(data.buffer);
          let painted = 0, x = 0, y = 0;
          pixels.forEach((pixel, at) => {
            if (pixel !== pixels[0]) { painted++; x += at % width; y += Math.floor(at / width); }
          });
          return [x / painted, y / painted, width];
        })"""
    )
    panel = page.locator("#panel").bounding_box()
    for (x, y, width), covered in zip(middles, (panel["x"] + panel["width"], 0), strict=True):
        assert x == pytest.approx((covered + width) / 2, abs=60)
        assert y == pytest.approx(380, abs=60)


def test_without_room_there_are_tabs_alone(visit, both):
    page = open_both(visit, both)
    page.set_viewport_size({"width": 1000, "height": 800})
    page.wait_for_selector("#second", state="hidden")
    assert not page.locator("#maps").is_visible()
    assert page.locator("[data-set=second]").is_visible()
    assert page.locator("#points").bounding_box()["width"] == 1000
    page.set_viewport_size({"width": 1440, "height": 800})
    page.wait_for_selector("#second", state="visible")


def test_words_have_the_colours_of_the_clusters_of_the_first_set(visit, hostile):
    page = visit(hostile)
    found = page.evaluate(
        """async () => {
          const { Twin } = await import("/page/twin.js");
          const { WordSet } = await import("/page/data.js");
          const twin = Object.create(Twin.prototype);
          const withWords = (list, labels) => Object.assign(new WordSet({}), { list, labels });
          twin.app = { set: withWords(["a", "b"], [3, 1]) };
          twin.set = withWords(["b", "x", "a"]);
          return [...twin.clusters()];
        }"""
    )
    # A word that the first set lacks has the colour after the ten of clusters.
    assert found == [1, 10, 3]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_with_two_maps(visit, both, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = open_both(visit, both, color_scheme=scheme)
    found = Axe().run(page).response["violations"]
    assert [(f["id"], f["nodes"][0]["html"][:200]) for f in found] == []

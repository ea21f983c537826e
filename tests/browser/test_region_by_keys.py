"""A region without a mouse: arrow keys move a cross, and two of its places are corners."""

import re
import urllib.request
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from pages import numbers, region_size, settled, until, wait_for_view

HEARD = "document.getElementById('heard').textContent"


def cross_of(page):
    box = page.locator("#stage .cross").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def points_on_page(page, url, view):
    with urllib.request.urlopen(f"{url}/explorer/points", timeout=60) as answer:
        points = np.frombuffer(answer.read(), "<f4").reshape(-1, 2).astype(float)
    x, y, scale = numbers(view)
    return np.stack(
        [640 + 400 * (scale * points[:, 0] + x), 400 - 400 * (scale * points[:, 1] + y)], 1
    )


def test_two_corners_make_a_region_of_the_words_between_them(visit, english):
    page = visit(english)
    view = settled(page)
    page.focus("#points")
    page.keyboard.press("l")
    assert "Enter sets one corner" in page.locator("#status").inner_text()
    assert page.get_attribute("#lasso", "aria-pressed") == "true"
    begun = cross_of(page)
    for key, step in (("ArrowLeft", (-20, 0)), ("Shift+ArrowUp", (0, -100))):
        page.keyboard.press(key)
        begun = (begun[0] + step[0], begun[1] + step[1])
        assert cross_of(page) == pytest.approx(begun, abs=1)
    page.keyboard.press("Enter")
    for key in ("Shift+ArrowRight", "ArrowRight", "Shift+ArrowDown", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    ended = cross_of(page)
    assert ended == pytest.approx((begun[0] + 120, begun[1] + 140), abs=1)
    # The rectangle is seen, and how many words are in it is told.
    assert len(page.get_attribute("#trail", "points").split()) == 10
    told = int(re.match(r"([\d,]+) words", page.evaluate(HEARD))[1].replace(",", ""))
    page.keyboard.press("Enter")
    wait_for_view(page, "region")
    pixels = points_on_page(page, english, view)
    inside = ((pixels > begun) & (pixels < ended)).all(axis=1).sum()
    # The address has four digits of each corner and of the view.
    assert told == pytest.approx(inside, rel=0.01)
    assert region_size(page) == pytest.approx(inside, rel=0.01)
    assert region_size(page) > 50
    region = parse_qs(urlsplit(page.url).fragment)["region"][0]
    assert region.count(",") == 7
    assert not page.locator("#stage .cross").is_visible()
    assert not page.locator("#status").is_visible()
    assert page.get_attribute("#trail", "points") == ""
    assert page.get_attribute("#lasso", "aria-pressed") == "false"
    # The map did not move meanwhile, and the arrows move it again.
    assert settled(page) == view
    page.keyboard.press("ArrowLeft")
    assert settled(page, view) != view


def test_the_word_at_the_cross_is_told_and_escape_gives_up(visit, english, ask):
    page = visit(english, locale="zh-CN")
    view, words = settled(page), ask(english, "explorer/words")
    # A press of the button by a key begins in the map.
    page.focus("#lasso")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "points"
    assert "方向键移动十字" in page.locator("#status").inner_text()
    pixels = points_on_page(page, english, view)
    for key in ("ArrowUp", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
        distance = np.hypot(*(pixels - cross_of(page)).T)
        row = distance.argmin()
        assert distance[row] < 30
        assert page.evaluate(HEARD) == f"在 {words[row]} 处"
        assert page.locator("#tip").inner_text() == words[row]
    for _ in range(8):
        page.keyboard.press("Shift+ArrowUp")
    assert page.evaluate(HEARD) == "这里没有词"
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    assert not page.locator("#stage .cross").is_visible()
    assert page.get_attribute("#trail", "points") == ""
    assert page.get_attribute("body", "data-view") == "home"
    # So does leaving the map.
    page.keyboard.press("l")
    page.keyboard.press("Tab")
    until(page, "document.querySelector('#stage .cross').hidden")
    assert page.get_attribute("#lasso", "aria-pressed") == "false"
    assert settled(page) == view


def test_a_press_by_the_mouse_begins_no_cross(visit, english):
    page = visit(english)
    page.click("#lasso")
    assert page.get_attribute("#lasso", "aria-pressed") == "true"
    assert not page.locator("#stage .cross").is_visible()


@pytest.mark.parametrize(
    ("locale", "expected"), [("en-US", "L draws a region"), ("zh-CN", "L 圈出")]
)
def test_the_keys_are_told(visit, hostile, locale, expected):
    page = visit(hostile, locale=locale)
    assert expected in page.locator("#content .keys").inner_text()
    assert expected in page.get_attribute("#points", "aria-label")

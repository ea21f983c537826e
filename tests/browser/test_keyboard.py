"""The page by keys alone: the order of its controls, where the focus is seen, and where it goes."""

import pytest

from pages import PHONE, search, wait_for_view

# What has the focus: its name, and whether that is seen.
FOCUSED = """() => {
  const each = document.activeElement, style = getComputedStyle(each);
  const marked = each.id === "query" ? getComputedStyle(each.form) : style;
  const { width, height, top, left } = each.getBoundingClientRect();
  return {
    name: each.getAttribute("aria-label") ?? each.textContent.trim(),
    place: each.closest("#search, #tools, #stage, #zoom, #second, #panel")?.id ?? each.tagName,
    isSeen: width > 0 && height > 0
      && top > -1 && left > -1 && left < innerWidth && top < innerHeight
      && (style.outlineStyle !== "none" || marked.boxShadow !== "none"),
  };
}"""


def walked(page, key="Tab", most=150):
    """Return what has the focus, from the first control to the last."""
    found = []
    for _ in range(most):
        page.keyboard.press(key)
        held = page.evaluate(FOCUSED)
        if held["place"] == "BODY":
            return found
        found.append(held)
    raise AssertionError("the walk does not end")


def places(found):
    """Return the places in their order, each once."""
    return list(dict.fromkeys(each["place"] for each in found))


def test_controls_come_in_the_order_in_which_they_are_read(visit, pair):
    page = visit(pair, "#maps=2", viewport={"width": 1440, "height": 800})
    there = walked(page)
    assert places(there) == ["A", "search", "tools", "stage", "zoom", "second", "panel"]
    assert [each for each in there if not each["isSeen"]] == []
    names = [each["name"] for each in there if each["place"] in ("tools", "zoom")]
    layout = ["Both maps", "PCA", "UMAP", "Cluster", "Frequency"]
    saving = ["Link", "PNG", "SVG", "CSV", "中文", "Light or dark"]
    zoom = ["Lasso: draw around words", "Zoom in", "Zoom out", "Show all words"]
    assert names == [*layout, *saving, *zoom]
    # The tabs of the sets are the head of the panel.
    panel = [each["name"] for each in there if each["place"] == "panel"]
    assert panel[:2] == ["one", "two"]
    # Each word with a label on the map is in the list, and the way back is the same.
    listed = set(panel)
    assert set(page.locator("#in-view button").all_inner_texts()) <= listed
    assert page.locator("#in-view button").count() > 20
    page.evaluate("[...document.querySelectorAll('#panel button')].at(-1).focus()")
    back = there[-2::-1]
    assert walked(page, "Shift+Tab")[: len(back)] == back


def test_the_link_at_the_begin_leads_to_the_words(visit, pair):
    page = visit(pair)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["place"] == "panel"


def test_escape_closes_what_is_open_before_it_leads_back(visit, pair):
    page = visit(pair, **PHONE)
    search(page, "w3")
    wait_for_view(page, "word")
    page.focus("#more")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["place"] == "tools"
    assert page.locator("#options").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#options").is_visible()
    assert page.evaluate("document.activeElement.id") == "more"
    assert page.locator("#content h1").inner_text() == "w3"
    page.click("#lasso")
    page.keyboard.press("Escape")
    assert page.get_attribute("#lasso", "aria-pressed") == "false"
    assert not page.locator("#status").is_visible()
    assert page.locator("#content h1").inner_text() == "w3"
    page.keyboard.press("Escape")
    wait_for_view(page, "home")


@pytest.mark.parametrize("key", ["Escape", "Tab"])
def test_the_search_box_is_left_by_keys(visit, pair, key):
    page = visit(pair)
    page.keyboard.press("/")
    page.keyboard.type("w")
    assert page.locator("#completions").is_visible()
    page.keyboard.press(key)
    page.keyboard.press(key)
    assert page.evaluate("document.activeElement.id") != "query"
    assert page.input_value("#query") == "w"

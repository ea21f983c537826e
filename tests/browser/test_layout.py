"""The page at each width, in each language: nothing is cut off, too wide, or too small."""

import numpy as np
import pytest

from pages import until, wait_for_view

LONG = "english-wikipedia-2015-skipgram-100-dimensions"
WIDTHS = {360: 640, 640: 400, 768: 1024, 1024: 768, 1200: 800, 1280: 800, 1920: 1080}
LOCALES = ["en-US", "zh-CN"]

# What is wrong with the boxes of a page. Text that an ellipsis ends is not wrong where a title
# tells the whole.
FAULTS = """() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push(["the page is too wide"]);
  for (const each of document.querySelectorAll("body *")) {
    const isHidden = getComputedStyle(each).visibility === "hidden";
    if (!each.getClientRects().length || isHidden || each.closest("svg, .unseen, .skip")) continue;
    const { left, right, width, height } = each.getBoundingClientRect();
    const name = `${each.tagName} ${each.id} ${each.className} ${each.textContent.slice(0, 30)}`;
    const isOut = left < -1 || right > innerWidth + 1;
    if (width > 2 && height > 2 && isOut) found.push(["beyond the edge", name]);
    const isLeaf = each.children.length === 0 && each.textContent.trim();
    const isCut = each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 1;
    if (isLeaf && isCut && !each.closest("[title]")) found.push(["cut off", name]);
    const isSmall = each.matches("button, a, input") && Math.min(width, height) < 44;
    if (innerWidth <= 860 && isSmall) found.push(["small", name, width, height]);
  }
  return found;
}"""
# The tops of the groups of buttons in the toolbar that are seen, and where the toolbar begins.
TOOLBAR = """() => {
  const groups = [...document.querySelectorAll("#tools .segmented")]
    .map((each) => each.getBoundingClientRect()).filter(({ width }) => width);
  return [[...new Set(groups.map(({ top }) => top))], Math.min(...groups.map(({ left }) => left))];
}"""
NAMES = """[...document.querySelectorAll("#options .segmented")]
  .filter((each) => each.offsetWidth)
  .map((each) => getComputedStyle(each, "::before").content)"""
# Whether the background of a button is its own where the reader has chosen the colours.
OWN = """["pca", "umap"].map((name) => document.querySelector(`[data-layout=${name}]`))
  .map((each) => getComputedStyle(each).forcedColorAdjust)"""


@pytest.fixture(scope="module")
def long_names(tmp_path_factory, serve):
    """Serve two small sets whose names begin alike, and are longer than the room for them."""
    from firth.vectors import Vectors

    folder = tmp_path_factory.mktemp("long")
    paths = []
    for seed, name in enumerate(("first-half", "second-half")):
        matrix = np.random.default_rng(seed).normal(size=(60, 8)).astype(np.float32)
        paths.append(folder / f"{LONG}-{name}")
        Vectors([f"w{row}" for row in range(60)], matrix, counts=np.arange(60, 0, -1)).save(
            paths[-1]
        )
    return serve(*paths)


def at_width(width, locale, **options):
    return {"viewport": {"width": width, "height": WIDTHS[width]}, "locale": locale, **options}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_off_or_too_small(visit, long_names, width, locale):
    page = visit(long_names, **at_width(width, locale))
    faults = {}
    for view, path in (("home", ""), ("word", "word=w3"), ("moved", "moved=1")):
        page.evaluate(f"location.hash = {path!r}")
        wait_for_view(page, view)
        until(page, "document.getElementById('waited').hidden")
        if found := page.evaluate(FAULTS):
            faults[view] = found
    if page.locator("#more").is_visible():
        page.click("#more")
        if found := page.evaluate(FAULTS):
            faults["options"] = found
    assert faults == {}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("width", [width for width in WIDTHS if width >= 1024])
def test_the_toolbar_is_one_line_beside_the_panel(visit, long_names, width, locale):
    page = visit(long_names, **at_width(width, locale))
    tops, left = page.evaluate(TOOLBAR)
    assert len(tops) == 1
    search = page.locator("#search").bounding_box()
    assert left >= search["x"] + search["width"]


@pytest.mark.parametrize("width", [360, 1280])
def test_tabs_of_long_names_differ_and_tell_the_whole(visit, long_names, width):
    page = visit(long_names, **at_width(width, "en-US"))
    tabs = page.locator("#sets button")
    assert tabs.all_inner_texts() == ["…first-half", "…second-half"]
    assert [each.get_attribute("title") for each in tabs.all()] == [
        f"{LONG}-first-half",
        f"{LONG}-second-half",
    ]
    tabs.nth(1).click()
    until(page, f"document.querySelector('#content h1').innerText === '{LONG}-second-half'")


def test_short_names_stay_and_long_ones_differ_at_any_place(visit, long_names):
    page = visit(long_names)
    brief = """async (names) => (await import("/page/names.js")).briefNames(names)"""
    for names, expected in (
        (["first", "second"], ["first", "second"]),
        (["only-one-set-with-a-long-name"], ["only-one…long-name"]),
        (["a" * 30 + "x" + "b" * 30, "a" * 30 + "y" + "b" * 30], None),
        (["wiki-2015-" + "z" * 20, "wiki-2015-"], ["wiki-201…zzzzzzzzz", "wiki-2015-"]),
    ):
        assert page.evaluate(brief, names) == (expected or names)


@pytest.mark.parametrize("width", [360, 768])
def test_options_are_named_and_closed_by_a_press_elsewhere(visit, long_names, width):
    page = visit(long_names, **at_width(width, "en-US", has_touch=True))
    page.click("#more")
    assert page.evaluate(NAMES) == [
        f'"{each}"' for each in ("Layout", "Colour", "Share and save", "Language and theme")
    ]
    box = page.locator("#options").bounding_box()
    assert box["y"] + box["height"] <= WIDTHS[width]
    page.mouse.click(14, 120)
    assert not page.locator("#options").is_visible()
    assert page.get_attribute("#more", "aria-expanded") == "false"


def test_what_is_chosen_is_seen_in_the_colours_of_the_reader(visit, long_names):
    page = visit(long_names, forced_colors="active")
    assert page.evaluate(OWN) == ["none", "auto"]


def test_paper_has_all_of_the_panel_and_no_buttons_of_the_map(visit, long_names):
    page = visit(long_names, "#word=w3")
    wait_for_view(page, "word")
    page.emulate_media(media="print")
    last = page.locator("#content ol.scores li").last.bounding_box()
    assert page.evaluate("document.documentElement.scrollHeight") >= last["y"] + last["height"]
    assert page.evaluate("getComputedStyle(document.body).overflowY") == "visible"
    for each in ("#search", "#tools", "#zoom", "#sets"):
        assert not page.locator(each).is_visible()
    assert page.locator("#points").is_visible()

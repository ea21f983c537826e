"""Colours of points have a contrast of 3 to what is behind them, as WCAG asks of graphics."""

import pytest

from contrast import contrast

# The most opaque points, and dots of the legend.
PAINTED, LEGEND = 0.8, 1.0


# Notes the theme before the first module runs, which is before the first paint.
NOTE = """
window.begun = [];
new MutationObserver(() => {
  if (document.body && !begun.length) begun.push(document.documentElement.dataset.theme ?? null);
}).observe(document, { childList: true, subtree: true });
"""


@pytest.fixture(params=["light", "dark"])
def colours(request, visit, hostile):
    """Return what the page has for a theme of the machine."""
    page = visit(hostile, color_scheme=request.param)
    return page.evaluate(
        """async () => {
          const { clusterColours, colour, ramp } = await import("/page/colours.js");
          const { look } = await import("/page/points.js");
          return {
            clusters: clusterColours(), ramp: ramp(), map: colour("map"), card: colour("card"),
            opacity: look(100, 800).opacity,
          };
        }"""
    )


def test_clusters_are_seen_on_the_map_and_in_the_legend(colours):
    assert len(set(colours["clusters"])) == 11
    assert colours["opacity"] == PAINTED
    faint = {
        (each, background, opacity): contrast(each, colours[background], opacity)
        for each in colours["clusters"]
        for background, opacity in (("map", PAINTED), ("card", LEGEND))
    }
    assert {key: value for key, value in faint.items() if value < 3} == {}


def test_all_frequencies_are_seen_on_the_map(colours):
    assert len(colours["ramp"]) == 64
    faint = {each: contrast(each, colours["map"], PAINTED) for each in colours["ramp"]}
    assert {key: value for key, value in faint.items() if value < 3} == {}


def test_the_legend_follows_the_theme(visit, few):
    page = visit(few[0], color_scheme="light")
    dot = "getComputedStyle(document.querySelector('.legend .dot')).backgroundColor"
    light = page.evaluate(dot)
    page.click("#theme")
    dark = page.evaluate(dot)
    assert light != dark
    assert "rgba(0, 0, 0, 0)" not in (light, dark)


def test_a_chosen_theme_is_that_of_the_machine_and_is_kept(visit, hostile):
    """A theme has the same colours however it came about, and it is there at once."""
    read = """async () => {
      const { clusterColours, colour, isDark } = await import("/page/colours.js");
      const seen = getComputedStyle(document.querySelector("#panel")).backgroundColor;
      return [isDark(), colour("map"), seen, ...clusterColours()];
    }"""
    dark = visit(hostile, color_scheme="dark").evaluate(read)
    page = visit(hostile, color_scheme="light", script=NOTE)
    assert page.evaluate("begun") == [None]
    light = page.evaluate(read)
    assert (light[0], dark[0]) == (False, True)
    assert all(a != b for a, b in zip(light, dark, strict=True))
    page.click("#theme")
    assert page.evaluate(read) == dark
    page.reload()
    page.wait_for_selector("body[data-ready=all]")
    assert page.evaluate("begun") == ["dark"]
    assert page.evaluate(read) == dark
    page.click("#theme")
    assert page.evaluate(read) == light

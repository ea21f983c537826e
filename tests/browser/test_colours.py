"""Colours of points have a contrast of 3 to what is behind them, as WCAG asks of graphics."""

import pytest

from contrast import contrast

# The most opaque points, and dots of the legend.
PAINTED, LEGEND = 0.8, 1.0


@pytest.fixture(params=["light", "dark", "chosen dark"])
def colours(request, visit, hostile):
    """Return what the page has for a theme: of the machine, or chosen on the page."""
    page = visit(hostile, color_scheme="dark" if request.param == "dark" else "light")
    if request.param == "chosen dark":
        page.click("#theme")
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

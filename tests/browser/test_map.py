"""The map itself: where points are, what a hand on it does, and how it is painted."""

import csv
import io
import urllib.request
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from pages import PHONE, fingers_on, heading, lasso, numbers, saved, settled, until, wait_for_view

WIDTH, HEIGHT = 1280, 800
# Corners of a polygon that crosses itself nowhere.
CORNERS = [(560, 230), (980, 250), (1010, 600), (760, 470), (580, 610)]


def points_of(url):
    with urllib.request.urlopen(f"{url}/explorer/points", timeout=60) as answer:
        return np.frombuffer(answer.read(), "<f4").reshape(-1, 2).astype(float)


def pixels_of(points, view, width=WIDTH, height=HEIGHT):
    """Return where points are on the page."""
    x, y, scale = numbers(view)
    half = height / 2
    across, up = scale * points[:, 0] + x, scale * points[:, 1] + y
    return np.stack([width / 2 + half * across, half - half * up], axis=1)


def place_at(view, px, py, width=WIDTH, height=HEIGHT):
    """Return what place of the map is at a pixel."""
    x, y, scale = numbers(view)
    half = height / 2
    return np.array([((px - width / 2) / half - x) / scale, ((half - py) / half - y) / scale])


def is_within(polygon, places):
    """Return which places are within a polygon, by the angles under which they see its edges."""
    inside = np.zeros(len(places))
    for a, b in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        first, second = a - places, b - places
        cross = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
        inside += np.arctan2(cross, (first * second).sum(axis=1))
    return np.abs(inside) > np.pi


def region_of(page):
    asked = parse_qs(urlsplit(page.url).fragment)["region"][0]
    return np.array([float(part) for part in asked.split(",")]).reshape(-1, 2)


def run(page, body, **given):
    """Run the body of a function of modules of the page."""
    return page.evaluate(f"async (given) => {{ {body} }}", given)


@pytest.fixture
def modules(visit, hostile):
    """Return a page of which only the modules are used."""
    return visit(hostile)


def test_the_word_nearest_to_the_mouse_is_named_and_chosen(visit, english, ask):
    page = visit(english)
    view, words = settled(page), ask(english, "explorer/words")
    pixels = pixels_of(points_of(english), view)
    random = np.random.default_rng(1)
    asked, far = [], None
    while len(asked) < 8 or far is None:
        at = random.uniform([440, 110], [1150, 760]).round()
        distance = np.hypot(*(pixels - at).T)
        first, second = np.argsort(distance)[:2]
        if distance[first] > 30:
            far = far or tuple(at)
        elif distance[first] < 11 and distance[second] > distance[first] + 0.5:
            asked.append((*at, words[first]))
    for x, y, word in asked:
        page.mouse.move(x, y)
        until(page, f"document.getElementById('tip').textContent === {word!r}")
        assert page.locator("#tip").is_visible()
    page.mouse.move(*far)
    until(page, "document.getElementById('tip').hidden")
    page.mouse.click(*far)
    assert settled(page) == view
    x, y, word = asked[0]
    page.mouse.click(x, y)
    wait_for_view(page, "word")
    assert heading(page) == word


def test_a_marked_word_whose_place_is_taken_has_its_label_on_the_other_side(modules):
    found = run(
        modules,
        """
        const { chooseLabels } = await import("/page/labels.js");
        const points = Float32Array.from([0, 0, -0.02, 0.01, 0.04, 0, -0.98, 0.01]);
        return chooseLabels({
            points, list: ["marked", "neighbour", "usual", "edge"], marked: [0, 1],
            width: 800, height: 800, view: { x: 0, y: 0, scale: 1 }, weight: () => 1,
            measure: (word, size) => word.length * size * 0.6,
        }).map(({ word, x, anchor }) => [word, Math.round(x), anchor]);
        """,
    )
    # A word that is not marked has no label where others are, and one at the edge begins within.
    # Labels leave room for their points, of 6.5 pixels here.
    assert found == [["marked", 414, "start"], ["neighbour", 379, "end"], ["edge", 17, "start"]]


def test_labels_are_not_below_cards_and_long_words_are_cut(modules):
    found = run(
        modules,
        """
        const { chooseLabels } = await import("/page/labels.js");
        const choose = (covered) => chooseLabels({
            points: Float32Array.from([0, 0, -0.5, 0.5]),
            list: ["below", "字".repeat(60)], marked: [],
            width: 800, height: 800, view: { x: 0, y: 0, scale: 1 }, weight: () => 1,
            measure: (word, size) => [...word].length * 5, covered,
        }).map(({ text }) => text);
        return [choose([]), choose([[380, 390, 60, 40]])];
        """,
    )
    long = "字" * 39 + "…"
    assert found == [["below", long], [long]]


def test_names_of_steps_do_not_cover_each_other(modules):
    found = run(
        modules,
        """
        const { Labels } = await import("/page/labels.js");
        const canvas = document.createElement("canvas"), labels = new Labels(canvas);
        const there = { from: [0, 0], to: [400, 200], label: "- man" };
        const back = { from: [400, 200], to: [0, 0], label: "+ woman" };
        labels.lines = [there, back, { from: [0, 0], to: [1, 1] }];
        return labels.placeSteps(labels.context, (x, y) => [x, y]);
        """,
    )
    (first, second) = found
    assert (first["x"], first["y"]) == (200, 100)
    apart = abs(first["x"] - second["x"]) > first["half"] + second["half"]
    assert apart or abs(first["y"] - second["y"]) > 22
    # Both stand on their arrows.
    assert second["x"] == pytest.approx(2 * second["y"])


def test_names_of_steps_do_not_cover_each_other_on_short_arrows(modules):
    placed = run(
        modules,
        """
        const { Labels } = await import("/page/labels.js");
        const canvas = document.createElement("canvas"), labels = new Labels(canvas);
        const [a, b, c] = [[100, 100], [130, 104], [104, 110]];
        const ways = [[a, b], [b, c], [c, a], [a, b]];
        labels.lines = ways.map(([from, to], i) => ({ from, to, label: `+ word ${i}` }));
        return labels.placeSteps(labels.context, (x, y) => [x, y]);
        """,
    )
    assert len(placed) == 4
    for i, one in enumerate(placed):
        for other in placed[:i]:
            apart = abs(one["x"] - other["x"]) > one["half"] + other["half"]
            assert apart or abs(one["y"] - other["y"]) > 22
        # None is far from its arrow.
        assert abs(one["y"] - 105) < 100


def test_a_lasso_takes_exactly_the_points_within_it(visit, english, ask):
    page = visit(english)
    view, words = settled(page), ask(english, "explorer/words")
    size = lasso(page)
    polygon = region_of(page)
    expected = np.flatnonzero(is_within(polygon, points_of(english)))
    _, table = saved(page, lambda: page.click("#content .action >> nth=0"))
    rows = [row["word"] for row in csv.DictReader(io.StringIO(table.decode("utf-8-sig")))]
    assert rows == [words[row] for row in expected]
    assert len(rows) == size
    # It is what was drawn, and the map stayed where it was.
    assert settled(page) == view
    drawn = pixels_of(polygon, view)
    assert drawn.min(axis=0) == pytest.approx([490, 200], abs=12)
    assert drawn.max(axis=0) == pytest.approx([1010, 640], abs=12)


def test_shift_draws_a_lasso(visit, english):
    page = visit(english)
    view = settled(page)
    page.keyboard.down("Shift")
    page.mouse.move(*CORNERS[0])
    page.mouse.down()
    for corner in CORNERS[1:]:
        page.mouse.move(*corner, steps=4)
    # It is seen while it is drawn.
    assert len(page.get_attribute("#trail", "points").split()) > 20
    page.mouse.up()
    page.keyboard.up("Shift")
    wait_for_view(page, "region")
    assert page.get_attribute("#trail", "points") == ""
    assert settled(page) == view
    reach = np.abs(pixels_of(region_of(page), view)[:, np.newaxis] - CORNERS).max(axis=2)
    assert (reach.min(axis=0) < 40).all()


def test_the_wheel_and_the_buttons_zoom_about_what_stays(visit, english):
    page = visit(english)
    view = settled(page)
    for cursor, act in (
        ((930, 260), lambda: page.mouse.wheel(0, -300)),
        ((500, 620), lambda: page.mouse.wheel(0, 200)),
        ((WIDTH / 2, HEIGHT / 2), lambda: page.click("#in")),
    ):
        page.mouse.move(*cursor)
        act()
        after = settled(page, view)
        moved = place_at(after, *cursor) - place_at(view, *cursor)
        assert np.abs(moved).max() * numbers(after)[2] * HEIGHT / 2 < 1
        assert abs(np.log(numbers(after)[2] / numbers(view)[2])) > 0.25
        view = after


def test_a_drag_moves_the_map_with_the_hand_even_over_the_panel(visit, english):
    page = visit(english)
    view = settled(page)
    page.mouse.move(800, 300)
    page.mouse.down()
    page.mouse.move(700, 350, steps=4)
    page.mouse.move(200, 500, steps=4)
    page.mouse.up()
    after = settled(page, view)
    assert place_at(after, 200, 500) == pytest.approx(place_at(view, 800, 300), abs=0.002)
    # A drag chooses no word, and the hand is off.
    page.mouse.move(900, 300)
    assert settled(page) == after
    assert page.get_attribute("body", "data-view") == "home"


def test_two_fingers_zoom_about_their_middle_and_one_taps(visit, english):
    page = visit(english, **PHONE)
    before = settled(page)
    touch = fingers_on(page)
    touch("touchStart", (150, 250))
    touch("touchStart", (150, 250), (230, 250))
    for step in range(1, 6):
        touch("touchMove", (150 - 10 * step, 250 + 4 * step), (230 + 10 * step, 250 + 4 * step))
    touch("touchEnd", (100, 270))
    touch("touchEnd")
    after = settled(page, before)
    assert numbers(after)[2] / numbers(before)[2] == pytest.approx(180 / 80, rel=0.05)
    middle = place_at(after, 190, 270, 390, 844)
    assert middle == pytest.approx(place_at(before, 190, 250, 390, 844), abs=0.02)
    assert page.get_attribute("body", "data-view") == "home"
    # Beside a point, within reach of a finger.
    pixels = pixels_of(points_of(english), after, 390, 844)
    x, y = next(at for at in pixels if 40 < at[0] < 300 and 120 < at[1] < 440)
    page.touchscreen.tap(x + 1, y)
    wait_for_view(page, "word")


def test_keys_move_by_steps_and_zoom_about_the_middle(visit, english):
    page = visit(english)
    page.focus("#points")
    x, y, scale = first = numbers(settled(page))
    step, close = 80 / (HEIGHT / 2), {"abs": 2e-3}
    for key, expected in (
        ("ArrowLeft", [x + step, y, scale]),
        ("ArrowUp", [x + step, y - step, scale]),
        ("ArrowRight", [x, y - step, scale]),
        ("ArrowDown", [x, y, scale]),
        ("+", [1.4 * x, 1.4 * y, 1.4 * scale]),
        ("-", [x, y, scale]),
        ("+", [1.4 * x, 1.4 * y, 1.4 * scale]),
        ("0", first),
    ):
        before = settled(page)
        page.keyboard.press(key)
        assert numbers(settled(page, before)) == pytest.approx(expected, **close), key
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "query"


def saved_picture(page, at, *, left=0, bottom=HEIGHT):
    """Save what is seen; return its width, its points, and the share of them that is painted."""
    from PIL import Image

    size = page.viewport_size.values()
    pixels = pixels_of(at, settled(page), *size).round().astype(int) - [left, 0]
    _, png = saved(page, lambda: page.click("[data-save=png]"))
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    height, width, _ = picture.shape
    assert height == bottom
    inside = pixels[((pixels > 2) & (pixels < [width - 3, height - 3])).all(axis=1)]
    near = [np.abs(picture[y - 1 : y + 2, x - 1 : x + 2] - picture[2, 2]).max() for x, y in inside]
    _, svg = saved(page, lambda: page.click("[data-save=svg]"))
    assert f'viewBox="0 0 {width} {height}"' in svg.decode("utf-8")[:400]
    return width, len(inside), np.mean(np.array(near) > 20)


def test_a_saved_picture_has_the_points_beside_the_panel(visit, english):
    page = visit(english)
    panel = page.locator("#panel").bounding_box()
    left = int(panel["x"] + panel["width"])
    width, points, painted = saved_picture(page, points_of(english), left=left)
    assert width == WIDTH - left
    assert points > 5_000
    # Labels cover a few.
    assert painted > 0.97


def test_a_picture_saved_on_a_phone_ends_at_the_panel(visit, english):
    page = visit(english, viewport={"width": 390, "height": 844})
    top = round(page.locator("#panel").bounding_box()["y"])
    page.click("#more")
    width, points, painted = saved_picture(page, points_of(english), bottom=top)
    assert width == 390
    assert points > 5_000
    assert painted > 0.9


def test_nearest_points_and_points_within_are_those_of_a_search_of_all(modules):
    random = np.random.default_rng(2)
    points = np.concatenate([random.normal(0, 0.5, (3_000, 2)), [[9, 9], [-30, 0.5], [9, 9]]])
    points = points.astype(np.float32).astype(float)
    asked = [*random.normal(0, 0.7, (60, 2)), [9.01, 9], [-29, 0.5], [5, 5]]
    polygon = np.array([[-1, -1], [0.2, -0.3], [1.5, -1.2], [10, 10], [-0.5, 0.7], [-0.2, 0]])
    found = run(
        modules,
        """const { Grid } = await import("/page/picking.js");
        const grid = new Grid(Float32Array.from(given.points.flat()));
        const nearest = given.asked.map(([x, y]) => grid.nearest(x, y, 0.1));
        return [nearest, grid.within(given.polygon.flat()), grid.nearest(-29, 0.5, 2),
          grid.within([0, 0, 1, 1])];""",
        points=points.tolist(),
        asked=np.array(asked).tolist(),
        polygon=polygon.tolist(),
    )
    nearest, within, outlier, line = found
    for at, row in zip(asked, nearest, strict=True):
        distance = np.hypot(*(points - at).T)
        assert row == (distance.argmin() if distance.min() < 0.1 else -1)
    assert nearest[-3:] == [3_000, -1, -1]
    assert within == np.flatnonzero(is_within(polygon, points)).tolist()
    assert 3_000 in within
    assert outlier == 3_001
    assert line == []


def test_points_are_painted_where_they_are_and_the_frequent_ones_on_top(modules):
    scene = """const { Painter, pixelOf } = await import("/page/points.js");
        const canvas = document.createElement("canvas"), painter = new Painter(canvas);
        const { ratio } = given, context = canvas.getContext("2d");
        const paint = (points, more = {}) => {
          painter.resize(200, 100, ratio);
          painter.paint({
            points: Float32Array.from(points), codes: Uint8Array.from(points, (_, i) => i),
            palette: Int32Array.from(["#ff0000", "#00ff00", "#0000ff"], pixelOf),
            view: { x: 0, y: 0, scale: 1, width: 200, height: 100 }, most: Infinity,
            background: pixelOf("#ffffff"), accent: pixelOf("#000000"),
            selected: new Uint32Array(0), ...more });
          return given.at.map(([x, y]) =>
            [...context.getImageData(x * ratio, y * ratio, 1, 1).data].slice(0, 3));
        };"""
    white = [255, 255, 255]
    at = [(100, 50), (150, 25), (60, 75), (5, 5), (199, 50)]
    points = [0, 0, 1, 0.5, -0.8, -0.5]
    for ratio in (1, 2):
        given = {"at": at, "ratio": ratio}
        middle, right, left, corner, edge = run(
            modules, f"{scene} return paint({points});", **given
        )
        # One of the colours is full, the others let the background through by what is left of them.
        assert middle[0] > 253 > 128 > middle[1] == middle[2]
        assert right[1] > 253 > 128 > right[0]
        assert left[2] > 253 > 128 > left[0]
        assert corner == edge == white
        # At one place, the first word is above; beyond an edge, a part of a disc is seen.
        covered, *_ = run(modules, f"{scene} return paint([0, 0, 0, 0, 0, 0]);", **given)
        assert covered[0] > covered[1] > covered[2]
        assert run(modules, f"{scene} return paint([2.03, 0]);", **given)[4] != white
        assert run(modules, f"{scene} return paint([2.4, 0, NaN, 0]);", **given)[4] == white
        fewer = run(modules, f"{scene} return paint({points}, {{ most: 1 }});", **given)
        assert fewer[1:] == [white] * 4
        assert fewer[0] == middle
        chosen = f"{scene} return paint({points}, {{ selected: Uint32Array.of(1) }});"
        dimmed, marked, *_ = run(modules, chosen, **given)
        assert marked == [0, 0, 0]
        assert dimmed[1] > middle[1]


def test_colours_of_frequency_are_spread_over_the_ramp(modules):
    codes = run(
        modules,
        """const { PointMap } = await import("/page/map.js");
        const canvas = document.createElement("canvas");
        document.createElement("div").append(canvas);
        const heard = { onView() {}, onHover() {}, onPick() {} };
        const map = new PointMap(canvas, canvas, heard);
        await map.draw(new Float32Array(20000), undefined);
        map.restyle(true);
        return [...map.codes];""",
    )
    counts = np.bincount(np.array(codes) * 10 // 64, minlength=10)
    assert codes == sorted(codes, reverse=True)
    # Most words are rare; no tenth of the colours has half of them.
    assert (counts > 0).all()
    assert counts.max() < 0.5 * len(codes)


# Notes where words are written on the map.
SPY = """
window.labelled = new Map();
const pen = CanvasRenderingContext2D.prototype, draw = pen.fillText, clear = pen.clearRect;
pen.clearRect = function (...given) {
  if (this.canvas.id === "labels") labelled.clear();
  return clear.apply(this, given);
};
pen.fillText = function (text, x, y) {
  if (this.canvas.id === "labels") labelled.set(text, [x, y, x + this.measureText(text).width]);
  return draw.call(this, text, x, y);
};
"""


def test_labels_come_where_a_card_goes(visit, english):
    page = visit(english, "#view=0,0,2", script=SPY, **PHONE)
    settled(page)
    page.wait_for_timeout(500)
    panel = page.locator("#panel").bounding_box()
    before = page.evaluate("Object.fromEntries(labelled)")
    assert len(before) > 10
    assert all(y < panel["y"] for _, y, _ in before.values())
    page.click("#grip")
    until(page, f"[...labelled.values()].some(([, y]) => y > {panel['y']} + 20)")
    # The options that open cover some.
    page.click("#more")
    until(page, "document.getElementById('options').getBoundingClientRect().width > 0")
    page.wait_for_timeout(800)
    cards = page.evaluate(
        """[...document.querySelectorAll("#options .card")]
          .map((each) => each.getBoundingClientRect()).filter(({ width }) => width)
          .map(({ left, right, top, bottom }) => [left, top, right, bottom])"""
    )
    assert len(cards) >= 4
    for x, y, end in page.evaluate("[...labelled.values()]"):
        assert not any(x < c[2] and end > c[0] and c[1] < y < c[3] for c in cards)


def test_the_rarest_are_left_out_while_the_map_moves_and_are_there_at_rest(modules):
    counts = run(
        modules,
        """const { PointMap } = await import("/page/map.js");
        const stage = document.createElement("div"), canvas = document.createElement("canvas");
        stage.style.cssText = "width: 600px; height: 600px";
        stage.append(canvas);
        document.body.append(stage);
        const heard = { onView() {}, onHover() {}, onPick() {}, onLasso() {} };
        const map = new PointMap(canvas, canvas, heard), most = [];
        map.resize();
        const paint = map.painter.paint.bind(map.painter);
        map.painter.paint = (scene) => { most.push(Math.min(scene.most, 50000)); paint(scene); };
        await map.draw(new Float32Array(100000), undefined);
        const frame = () => new Promise(requestAnimationFrame);
        await frame();
        // A machine that takes a millisecond for a point.
        map.pace = 1;
        for (let i = 0; i < 3; i++) {
          map.view.pan(1, 0);
          await frame();
          await frame();
          map.pace = 1;
        }
        await new Promise((resolve) => setTimeout(resolve, 1000));
        return most;""",
    )
    assert counts[-1] == 50_000
    assert min(counts) == 20_000
    assert counts[-2] == 20_000


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_flight_takes_time_unless_motion_is_not_wanted(visit, hostile, motion):
    page = visit(hostile, reduced_motion=motion)
    scales = run(
        page,
        """const { View } = await import("/page/view.js");
        const view = new View(() => {});
        view.resize(800, 600);
        view.fly({ x: 1, y: -1, scale: 4 });
        const begun = view.scale;
        await new Promise((resolve) => setTimeout(resolve, 1500));
        return [begun, view.scale, view.x, view.y];""",
    )
    assert scales == [4 if motion == "reduce" else 1, 4, 1, -1]

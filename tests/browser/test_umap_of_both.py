"""UMAP on two maps: PCA at once, UMAP from the background with progress for each."""

import csv
import io
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from pages import heading, saved, settled, until, view_of, wait_for_view

WIDE = {"viewport": {"width": 1440, "height": 800}}
# Notes all that the status says.
NOTE = """
window.told = [];
addEventListener("DOMContentLoaded", () => {
  const status = document.getElementById("status");
  new MutationObserver(() => told.push(status.textContent)).observe(status, { childList: true });
});
"""
PLACES = """async () => {
  const [first, second] = ["#stage", "#second"].map((place) => document.querySelector(place));
  return [first, second].map((each) => each.querySelector(".name").textContent);
}"""


NAMES = ("old", "new")


@pytest.fixture(scope="module")
def pair(tmp_path_factory, serve):
    """Serve two sets of 300 words, in spaces of their own; one word of each is its own."""
    from firth.vectors import Vectors

    folder = tmp_path_factory.mktemp("pair")
    random = np.random.default_rng(1)
    matrix = np.eye(3, 8)[np.arange(300) % 3] + 0.2 * random.normal(size=(300, 8))
    rotation, _ = np.linalg.qr(random.normal(size=(8, 8)))
    for name, rows in zip(NAMES, (matrix, matrix @ rotation), strict=True):
        words = [*(f"w{row}" for row in range(299)), name]
        Vectors(words, rows.astype(np.float32)).save(folder / name)
    return serve(folder / "old", folder / "new"), folder


def keep_maps(folder):
    """Write what UMAP makes: nearly the same, but turned and mirrored."""
    from firth.explorer.map_file import KeptMap
    from firth.vectors import load

    random = np.random.default_rng(2)
    points = random.normal(size=(300, 2)) * (2, 1)
    for name, turn in (("old", np.eye(2)), ("new", [[0.6, 0.8], [0.8, -0.6]])):
        own = points @ turn + 0.05 * random.normal(size=(300, 2))
        KeptMap(folder / name, load(folder / name)).write(own.astype(np.float32), "UMAP")


class Progress:
    """Answers for the service how far UMAP is, since UMAP itself is compiled for a minute."""

    def __init__(self):
        self.asked = []
        self.stages = dict.fromkeys(NAMES, "none")

    def __call__(self, route):
        (name,) = parse_qs(urlsplit(route.request.url).query)["set"]
        self.asked.append((route.request.method, name))
        stage = self.stages[name]
        if route.request.method == "POST" and stage == "none":
            stage = self.stages[name] = "neighbours"
        told = {"stage": stage, "done": 7, "total": 200, "message": None}
        route.fulfill(json=told)


def test_both_maps_get_their_umap_and_a_link_restores_it(visit, pair):
    url, folder = pair
    page = visit(url, "#maps=2&word=w1", script=NOTE, **WIDE)
    progress = Progress()
    page.route("**/explorer/umap?*", progress)
    before = settled(page)
    page.click("[data-layout=umap]")
    # PCA stays meanwhile, and both are begun.
    until(page, "told.some((each) => each.split('\\n').length === 2)")
    assert {("POST", name) for name in NAMES} <= set(progress.asked)
    assert page.evaluate(PLACES) == list(NAMES)
    assert page.get_attribute("[data-layout=pca]", "aria-pressed") == "true"
    assert page.locator("[data-layout=umap][aria-busy]").count() == 1
    progress.stages["new"] = "layout"
    both = "old · UMAP: finding neighbours…\\nnew · UMAP: epoch 7 of 200"
    until(page, f"document.getElementById('status').textContent === '{both}'")
    # The first is there: its map has it, and the second is still that of PCA.
    keep_maps(folder)
    progress.stages["old"] = "done"
    page.wait_for_selector("[data-layout=umap][aria-pressed=true]")
    until(page, "document.querySelector('#second .name').textContent === 'new · PCA'")
    assert page.evaluate(PLACES) == ["old", "new · PCA"]
    progress.stages["new"] = "done"
    until(page, "document.querySelector('#second .name').textContent === 'new'")
    until(page, "document.getElementById('status').textContent.endsWith('UMAP is ready.')")
    assert page.locator("[data-layout=umap][aria-busy]").count() == 0
    assert heading(page) == "w1"
    # Both fly to where the word is now.
    settled(page, before)

    # A link of a layout that is not there shows the word with PCA, until it is.
    path = urlsplit(page.url)._replace(scheme="", netloc="").geturl()
    waiting, late = Progress(), visit(url, ready=None, **WIDE)
    late.route("**/explorer/umap?*", waiting)
    # Not the page that is there, at another place.
    late.goto("about:blank")
    late.goto(url + path)
    late.wait_for_selector("body[data-ready=all]")
    assert heading(late) == "w1"
    assert late.evaluate(PLACES) == ["old · PCA", "new · PCA"]
    assert late.locator("#content .columns ol").count() == 2
    waiting.stages = dict.fromkeys(NAMES, "done")
    for place, name in (("#stage", "old"), ("#second", "new")):
        until(late, f"document.querySelector('{place} .name').textContent === '{name}'")

    # Now they are kept: a link has them at once, and the second lies as the first.
    again = visit(url, path, **WIDE)
    assert again.evaluate(PLACES) == list(NAMES)
    assert view_of(again) == view_of(page)
    again.click("#content .back")
    wait_for_view(again, "home")
    again.click("#fit")
    settled(again)
    _, table = saved(again, lambda: again.click("[data-save=csv]"))
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    columns = ("x", "y", "x (new)", "y (new)")
    places = np.array(
        [[float(row[axis]) for axis in columns] for row in rows if row["x"] and row["x (new)"]]
    )
    assert len(places) > 250
    own, other = (part - part.mean(axis=0) for part in (places[:, 2:], places[:, :2]))
    # No rotation and no mirror brings them nearer: the polar factor of the product is the identity.
    U, s, Vt = np.linalg.svd(own.T @ other)
    assert U @ Vt == pytest.approx(np.eye(2), abs=1e-3)
    assert s[0] > 0

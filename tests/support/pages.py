"""What the tests of pages share: waiting, reading, and what a hand does."""

import re
from pathlib import Path

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def view_of(page):
    found = re.search(r"view=([^&]+)", page.url)
    return found and found[1]


def wait_for_view(page, name):
    page.wait_for_selector(f"body[data-view={name}]")


def until(page, expression):
    """Wait until an expression is true; Playwright's own way to wait needs `unsafe-eval`."""
    for _ in range(600):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {expression}")


def heading(page):
    return page.locator("#content h1").inner_text()


def listed(page, place="#content ol.scores"):
    return page.locator(place).first.locator("button.word").all_inner_texts()


# The view comes into the address 400 ms after labels were drawn, which is 120 ms after the last
# step of a move. What is asked for later comes later: when these timers and frames are over, those
# of all moves before are, too. A flight takes 600 ms more, of unknown frames: then the address must
# have stayed as it was.
REST = """() => new Promise((resolve) => {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const rest = (before) => {
    const end = () => {
      if (isStill || location.href === before) resolve(location.href);
      else rest(location.href);
    };
    const frames = () => requestAnimationFrame(() => requestAnimationFrame(late));
    const late = () => setTimeout(end, 420);
    setTimeout(frames, isStill ? 140 : 740);
  };
  rest(location.href);
})"""


def settled(page, moved_from=None):
    """Wait until the view of the map is in the address, has moved, and stays; return it."""
    for _ in range(60):
        now = page.evaluate(REST)
        if now == page.url and "view=" in now and view_of(page) != moved_from:
            return view_of(page)
    raise AssertionError(f"the view of {page.url} is not settled, or still {moved_from}")


def search(page, text):
    page.fill("#query", text)
    page.press("#query", "Enter")


def saved(page, action):
    with page.expect_download() as download:
        action()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def fingers_on(page):
    """Return what touches a page: a kind of event, and where the fingers are."""
    session = page.context.new_cdp_session(page)

    def touch(kind, *points):
        places = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    return touch


def lasso(page):
    """Draw around the middle of the map; return the number of words that the panel tells."""
    page.click("#lasso")
    corners = [(500, 200), (1000, 220), (1010, 600), (700, 640), (490, 500), (502, 204)]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=6)
        page.wait_for_timeout(60)
    page.mouse.up()
    wait_for_view(page, "region")
    return region_size(page)


def region_size(page):
    told = page.locator("#content .told").inner_text()
    return int(re.match(r"([\d,]+) words?", told)[1].replace(",", ""))


def numbers(view):
    """Return x, y and scale of a view in an address."""
    return [float(part) for part in view.replace("%2C", ",").split(",")]

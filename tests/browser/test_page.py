"""What a reader does on the page, on vectors of real texts."""

import csv
import io
import itertools
import xml.etree.ElementTree as ET
from importlib.util import find_spec
from urllib.parse import quote, urlsplit

import pytest

from pages import (
    PHONE,
    fingers_on,
    heading,
    lasso,
    listed,
    numbers,
    region_size,
    saved,
    search,
    settled,
    until,
    view_of,
    wait_for_view,
)

HOSTILE = "<img/src=x/onerror=document.title='run'>"


NOT_ON_THE_MAP = "By cosine in all dimensions, not on the map"


def test_a_word_is_typed_completed_and_shown_and_its_link_restores_it(visit, english, ask):
    page = visit(english, reduced_motion="no-preference")
    assert "words, 50 dimensions" in page.locator("#content .told").inner_text()
    before = settled(page)
    page.type("#query", "kin")
    completions = page.locator("#completions li").all_inner_texts()
    assert "king" in completions
    assert all("kin" in each for each in completions)
    for _ in range(completions.index("king") + 1):
        page.press("#query", "ArrowDown")
    active = page.get_attribute("#query", "aria-activedescendant")
    assert page.locator(f"#{active}").inner_text() == "king"
    page.press("#query", "Enter")
    wait_for_view(page, "word")
    assert heading(page) == "king"
    expected = [each["word"] for each in ask(english, "similar?word=king&top=20")["answers"]]
    assert listed(page) == expected
    company = ask(english, "company?word=king&top=20")["answers"]
    assert listed(page, "#content section:has-text('Company') ol") == [e["word"] for e in company]
    assert settled(page, before) != before

    again = visit(english, urlsplit(page.url)._replace(scheme="", netloc="").geturl())
    assert heading(again) == "king"
    assert listed(again) == expected
    assert settled(again) == view_of(page)

    # A neighbour is a link to its own page, and Back leads to what was before.
    page.locator("#content ol.scores button.word").first.click()
    until(page, f"document.querySelector('#content h1').innerText === '{expected[0]}'")
    page.go_back()
    until(page, "document.querySelector('#content h1').innerText === 'king'")


def test_the_overview_shows_all_words_again(visit, english):
    page = visit(english, reduced_motion="no-preference")
    page.focus("#points")
    page.keyboard.press("0")
    everything = settled(page)
    search(page, "king")
    wait_for_view(page, "word")
    near = settled(page, everything)
    page.click("#content .back")
    wait_for_view(page, "home")
    assert settled(page, near) == everything
    # Back leads to the word, and the view that it had.
    page.go_back()
    wait_for_view(page, "word")
    assert settled(page, everything) == near
    page.keyboard.press("Escape")
    wait_for_view(page, "home")
    assert settled(page, near) == everything
    # A view of one's own stays when something else changes.
    page.focus("#points")
    page.keyboard.press("+")
    closer = settled(page, everything)
    page.click("#language")
    page.wait_for_selector("html[lang=zh-CN]")
    assert settled(page) == closer


def test_intervals_of_replicas_and_lines_in_context_are_shown(visit, english):
    page = visit(english, "#word=king")
    assert page.locator("#content .range").count() == 20
    assert page.locator("#content .kept").first.inner_text().endswith("%")
    assert "2 replicas" in page.locator("#content").inner_text()
    page.wait_for_selector("#content .lines mark")
    assert set(page.locator("#content .lines mark").all_inner_texts()) == {"king"}


def test_an_unknown_word_is_composed_or_told(visit, english, hostile):
    page = visit(english)
    search(page, "kingg")
    wait_for_view(page, "word")
    assert "n-grams" in page.locator("#content .told").inner_text()
    assert "king" in listed(page)
    # These vectors have no n-grams.
    page = visit(hostile, expected="404")
    search(page, "w33x")
    page.wait_for_selector("#content .problem")
    assert "w33x" in page.locator("#content .problem").inner_text()
    near = page.locator("#content .chips button.word").all_inner_texts()
    assert near == ["w33"]
    page.click("#language")
    page.wait_for_selector("#content .problem:has-text('没有“w33x”')")
    page.click("#content .back")
    wait_for_view(page, "home")
    # In an equation, the word alone is replaced.
    search(page, "w5 + w33x")
    page.wait_for_selector("#content .problem:has-text('w33x')")
    page.locator("#content .chips button.word:has-text('w33')").click()
    until(page, "document.querySelector('#content h1').innerText === 'w5 + w33'")


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en-US", ("1 word, 4 dimensions", "There are no other words.", "shows lines of the text")),
        ("zh-CN", ("1 个词，4 维", "没有其他的词。", "会显示文本中的句子")),
    ],
)
def test_a_single_word_is_told_to_be_alone(visit, alone, locale, told):
    page = visit(alone, locale=locale)
    assert told[0] in page.locator("#content .told").inner_text()
    search(page, "only")
    wait_for_view(page, "word")
    content = page.locator("#content").inner_text()
    assert all(part in content for part in told[1:])


def test_an_equation_has_its_answers_and_a_path(visit, english, ask):
    page = visit(english)
    search(page, "king - man + woman")
    wait_for_view(page, "equation")
    assert heading(page) == "king − man + woman"
    expected = ask(english, "analogy?positive=king&positive=woman&negative=man&top=10")
    assert listed(page) == [each["word"] for each in expected["answers"]]
    name, svg = saved(page, lambda: page.click("[data-save=svg]"))
    root = ET.fromstring(svg)
    arrows = [e for e in root.iter() if e.get("stroke-width") == "2.5"]
    assert len(arrows) == 2
    assert len([e for e in root.iter() if e.tag.endswith("polygon")]) == 2
    texts = [e.text for e in root.iter() if e.tag.endswith("text")]
    assert texts[-2:] == ["− man", "+ woman"]
    assert name.endswith(".svg")


@pytest.mark.parametrize("given", ["King - MAN + woman", "King-Man+Woman", "KING − Man + woman −"])
def test_an_equation_in_capitals_is_of_the_words_that_are_known(visit, english, ask, given):
    page = visit(english)
    search(page, given)
    wait_for_view(page, "equation")
    assert heading(page) == "king − man + woman"
    expected = ask(english, "analogy?positive=king&positive=woman&negative=man&top=10")
    assert listed(page) == [each["word"] for each in expected["answers"]]
    assert page.locator("#content .hint").all_inner_texts() == [NOT_ON_THE_MAP]


@pytest.mark.parametrize("given", ["king - ", "king + -", "King -  − "])
def test_signs_without_a_word_after_them_are_left_out(visit, english, given):
    page = visit(english)
    search(page, given)
    wait_for_view(page, "word")
    assert heading(page) == "king"


def test_composed_terms_of_an_equation_are_told(visit, english):
    page = visit(english)
    search(page, "king - mann'ish")
    wait_for_view(page, "equation")
    assert page.locator("#content .hint").first.inner_text().endswith("of words: mann'ish.")


@pytest.mark.parametrize(
    ("link", "view"),
    [("layout=foo&colour=bar&lang=xx&maps=7", "home"), ("equation=%2B", "equation")],
)
def test_a_link_of_unknown_values_shows_what_can_be_shown(visit, english, link, view):
    page = visit(english, f"#{link}", expected="404")
    wait_for_view(page, view)
    assert page.locator("[data-layout=pca][aria-pressed=true]").count() == 1
    assert page.locator("[data-colour=cluster][aria-pressed=true]").count() == 1
    problem = page.locator("#content .problem").all_inner_texts()
    assert problem == ([] if view == "home" else ["“+” is not in these vectors."])
    until(page, "!location.hash.includes('foo')")


def test_chinese_words_are_calculated_with_on_a_chinese_page(visit, chinese, ask):
    page = visit(chinese, locale="zh-CN")
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert "维" in page.locator("#content .told").inner_text()
    words = ask(chinese, "explorer/words")
    a, b, c = [word for word in words if len(word) == 2][:3]
    search(page, f"{a} - {b} + {c}")
    wait_for_view(page, "equation")
    tight = listed(page)
    search(page, f"{a}-{b}+{c}")
    until(page, "decodeURIComponent(location.hash).includes('-')")
    assert listed(page) == tight
    assert len(tight) == 10
    page.click("#language")
    until(page, "document.documentElement.lang === 'en'")
    page.wait_for_selector("#content h2:has-text('Nearest words')")
    assert "lang=en" in page.url
    page.click("#language")
    until(page, "document.documentElement.lang === 'zh-CN'")


def test_the_map_is_moved_by_mouse_wheel_and_keys(visit, english):
    page = visit(english)
    views = [settled(page)]
    in_view = [page.locator("#in-view button").all_inner_texts()]
    page.mouse.move(800, 400)
    page.mouse.down()
    page.mouse.move(900, 450, steps=5)
    page.mouse.up()
    views.append(settled(page, views[-1]))
    page.mouse.wheel(0, -600)
    views.append(settled(page, views[-1]))
    page.focus("#points")
    for key in ("ArrowLeft", "+", "-", "0"):
        page.keyboard.press(key)
        views.append(settled(page, views[-1]))
        in_view.append(page.locator("#in-view button").all_inner_texts())
    assert all(a != b for a, b in itertools.pairwise(views))
    scales = [numbers(view)[2] for view in views]
    assert scales[0] == scales[1] < scales[2]
    assert scales[4] > scales[5]
    assert views[-1] == views[0]
    # What is on the map is in the list too.
    assert in_view[0] != in_view[1]
    assert len(in_view[0]) > 20


def test_a_region_is_read_saved_subtracted_and_linked(visit, english, ask):
    page = visit(english)
    size = lasso(page)
    assert size > 100
    name, content = saved(page, lambda: page.click("#content .action >> nth=0"))
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == size
    words = ask(english, "explorer/words")
    assert all(words[int(row["rank"]) - 1] == row["word"] for row in rows)
    assert name.endswith(".csv")
    page.click("#content .action >> nth=1")
    until(page, "navigator.clipboard.readText().then(text => text.length > 0)")
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied == [row["word"] for row in rows]

    again = visit(english, urlsplit(page.url)._replace(scheme="", netloc="").geturl())
    assert region_size(again) == size

    assert page.get_attribute("#lasso", "aria-pressed") == "false"
    page.click("#content .action >> nth=2")
    page.keyboard.type("king")
    page.keyboard.press("Enter")
    wait_for_view(page, "equation")
    assert f"mean of {size:,} words" in heading(page)
    terms = [{"words": ["king"], "weight": 1}, {"words": copied, "weight": -1}]
    expected = ask(english, "explorer/equation", {"terms": terms})["answers"]
    assert listed(page) == [each["word"] for each in expected]


def test_a_cluster_is_listed_and_colours_change(visit, english):
    page = visit(english)
    plain = page.locator("#stage").screenshot()
    page.click("[data-colour=frequency]")
    until(page, "location.hash.includes('colour=frequency')")
    assert page.get_attribute("[data-colour=frequency]", "aria-pressed") == "true"
    page.wait_for_timeout(500)
    assert page.locator("#stage").screenshot() != plain
    # What the colours mean is said, in colours of the theme.
    assert page.locator("#content .ends").inner_text().split() == ["rare", "frequent"]
    ramp = "getComputedStyle(document.querySelector('#content .ramp')).backgroundImage"
    before = page.evaluate(ramp)
    page.click("#theme")
    assert page.evaluate(ramp) != before
    page.click("#theme")
    page.click("[data-colour=cluster]")
    size = page.locator(".legend .number").first.inner_text()
    page.locator(".legend button").first.click()
    wait_for_view(page, "region")
    assert f"{region_size(page):,}" == size


def test_keys_go_on_where_a_word_was_chosen(visit, english):
    page = visit(english, "#word=king")
    neighbour = page.locator("#content ol.scores button.word").first
    name = neighbour.inner_text()
    neighbour.focus()
    page.keyboard.press("Enter")
    until(page, f"document.querySelector('#content h1').innerText === '{name}'")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.actions') !== null")
    # Who stays in the search box hears what is shown.
    search(page, "music")
    until(page, "document.getElementById('heard').textContent === 'music'")
    assert page.evaluate("document.activeElement.id") == "query"


def test_pictures_and_tables_are_saved(visit, english):
    page = visit(english, "#word=king")
    name, png = saved(page, lambda: page.click("[data-save=png]"))
    assert (name, png[:8]) == ("king.png", b"\x89PNG\r\n\x1a\n")
    assert len(png) > 20_000
    _, svg = saved(page, lambda: page.click("[data-save=svg]"))
    root = ET.fromstring(svg)
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "king" in texts
    assert len(list(root.iter("{http://www.w3.org/2000/svg}circle"))) > 500
    _, table = saved(page, lambda: page.click("[data-save=csv]"))
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert {row["kind"] for row in rows} == {"neighbour", "company"}
    assert rows[0]["word"] == listed(page)[0]
    assert float(rows[0]["low"]) < float(rows[0]["score"]) < float(rows[0]["high"])
    page.click("#link")
    until(page, "!document.getElementById('status').hidden")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


# To import UMAP here would compile much of it.
@pytest.mark.skipif(find_spec("umap") is None, reason="umap-learn is not installed")
def test_umap_comes_from_the_background_and_is_kept(visit, few, ask):
    url, path = few
    page = visit(url)
    page.click("[data-layout=umap]")
    page.wait_for_selector("#status:has-text('UMAP')")
    page.wait_for_selector("[data-layout=umap][aria-pressed=true]", timeout=600_000)
    assert path.with_name("few.map").is_file()
    again = visit(url, "#layout=umap", ready="all")
    again.wait_for_selector("[data-layout=umap][aria-pressed=true]")
    assert ask(url, "explorer/umap")["stage"] == "done"


def test_two_sets_show_what_moved(visit, both, ask):
    page = visit(both)
    page.click("#content .action")
    wait_for_view(page, "moved")
    expected = [each["word"] for each in ask(both, "explorer/moved?top=50")["words"]]
    assert listed(page) == expected
    page.locator("#content ol.scores button.word").first.click()
    wait_for_view(page, "word")
    columns = page.locator("#content .columns ol")
    assert columns.count() == 2
    for i, name in enumerate(("first", "second")):
        answers = ask(both, f"similar?set={name}&word={quote(expected[0])}&top=10")["answers"]
        assert columns.nth(i).locator("button").all_inner_texts() == [e["word"] for e in answers]
    _, table = saved(page, lambda: page.click("[data-save=csv]"))
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    in_second = [row["word"] for row in rows if row["kind"] == "neighbour (second)"]
    assert in_second == columns.nth(1).locator("button").all_inner_texts()
    page.click("[data-set=second]")
    page.wait_for_selector("[data-set=second][aria-pressed=true]")
    assert "set=second" in page.url


def test_a_phone_has_a_sheet_and_fingers(visit, english):
    page = visit(english, **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    before = settled(page)
    touch = fingers_on(page)
    touch("touchStart", (150, 300))
    for step in range(1, 6):
        touch("touchMove", (150 + 12 * step, 300))
    touch("touchEnd")
    moved = settled(page, before)
    touch("touchStart", (150, 250), (200, 250))
    for step in range(1, 6):
        touch("touchMove", (150 - 10 * step, 250), (200 + 10 * step, 250))
    touch("touchEnd")
    scales = [numbers(view)[2] for view in (moved, settled(page, moved))]
    assert scales[1] > 1.5 * scales[0]
    height = page.locator("#panel").bounding_box()["height"]
    page.click("#grip")
    page.wait_for_timeout(500)
    assert page.locator("#panel").bounding_box()["height"] < height / 2
    assert not page.locator("[data-layout=umap]").is_visible()
    page.click("#more")
    assert page.locator("[data-layout=umap]").is_visible()


def test_a_page_that_becomes_a_phone_keeps_its_map(visit, english):
    page = visit(english, "#word=king")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(800)
    assert page.locator("#points").bounding_box()["width"] == 390
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert heading(page) == "king"


def test_words_are_never_markup(visit, hostile):
    url = hostile
    page = visit(url)
    search(page, HOSTILE)
    wait_for_view(page, "word")
    assert heading(page) == HOSTILE
    search(page, "w3 + &lt;")
    wait_for_view(page, "equation")
    page.type("#query", " + <")
    page.wait_for_selector("#completions li")
    _, table = saved(page, lambda: page.click("[data-save=csv]"))
    assert b"\n=1+1" not in table
    _, svg = saved(page, lambda: page.click("[data-save=svg]"))
    ET.fromstring(svg)
    assert page.locator("img, #content script, #completions script").count() == 0
    assert "run" not in page.title()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(visit, english, both, scheme):
    from axe_playwright_python.sync_playwright import Axe

    faults = []
    for url, path in (
        (english, ""),
        (english, "#word=king"),
        (english, "#cluster=1"),
        (both, "#moved=1"),
    ):
        page = visit(url, path, color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        faults += [(path, f["id"], f["impact"], f["nodes"][0]["html"][:200]) for f in found]
    page.set_viewport_size({"width": 390, "height": 844})
    page.click("#more")
    found = Axe().run(page).response["violations"]
    faults += [("phone", f["id"], f["impact"], f["nodes"][0]["html"][:200]) for f in found]
    assert faults == []

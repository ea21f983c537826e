"""Unusual words and vectors, and a service that is lost: each page says what there is."""

import os
import re
import signal

import numpy as np
import pytest

from pages import heading, search, until, wait_for_view
from processes import begin_python

WORDS = [
    "مرحبا",
    "שלום עולם",
    "😀",
    "\u202elive",
    "<b>bold</b>",
    "Donaudampfschifffahrt" * 12,
    "zero",
]
NEAR = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write sets that have little in common: strange words, one direction, two words."""
    from firth.vectors import Vectors

    folder = tmp_path_factory.mktemp("unusual")
    matrix = np.random.default_rng(1).normal(size=(len(WORDS) + NEAR, 8)).astype(np.float32)
    # All in one cluster, whose words are then listed beside each other.
    matrix[: len(WORDS) - 1] = [9, *[0.1] * 7]
    matrix[len(WORDS) - 1] = 0
    Vectors([*WORDS, *(f"w{row}" for row in range(NEAR))], matrix).save(folder / "strange")
    Vectors([f"z{row}" for row in range(30)], np.ones((30, 8), np.float32)).save(folder / "same")
    Vectors(["left", "right"], np.eye(2, 3, dtype=np.float32)).save(folder / "two")
    return folder


def test_sets_without_a_common_word_are_shown_each(visit, folder, serve):
    url = serve(folder / "strange", folder / "same")
    options = {"viewport": {"width": 1440, "height": 800}, "expected": "422"}
    page = visit(url, "#maps=2&word=w3", **options)
    # The word is known, and what cannot be told of it is told.
    assert heading(page) == "w3"
    assert "have no word in common" in page.locator("#content").inner_text()
    assert page.locator("#content ol.scores button.word").count() == 20
    page.evaluate("location.hash = 'moved=1'")
    page.wait_for_selector("#content .problem:has-text('no word in common')")
    page.click("#language")
    page.wait_for_selector("#content .problem:has-text('没有共同的词')")
    page.evaluate("location.hash = 'word=zero&lang=en'")
    page.wait_for_selector("#content h1:has-text('zero')")
    assert "it has no direction" in page.locator("#content").inner_text()
    # Of vectors that are all the same, there is one cluster.
    page.click("#clear")
    wait_for_view(page, "home")
    page.click("[data-set=same]")
    page.wait_for_selector("[data-set=same][aria-pressed=true]")
    until(page, "document.querySelector('#content h1').innerText === 'same'")
    page.wait_for_selector(".legend .number")
    assert page.locator(".legend .number").all_inner_texts() == ["30"]


def test_words_from_right_to_left_turn_nothing_beside_them(visit, folder, serve):
    url = serve(folder / "strange", folder / "two")
    page = visit(url, expected="422")
    first = page.evaluate(
        """() => {
          const place = [...document.querySelectorAll(".legend .typical")]
            .find((each) => /[\\u0590-\\u06ff]/.test(each.textContent));
          const text = place.firstChild, whole = text.data, words = whole.split(", ");
          let from = 0;
          const lefts = words.map((word) => {
            const range = document.createRange();
            range.setStart(text, from);
            range.setEnd(text, from + word.length);
            from += word.length + 2;
            return range.getBoundingClientRect().left;
          });
          return [words.length, lefts];
        }"""
    )
    assert first[0] == 3
    # They stand from left to right in their order, whatever way each is written.
    assert first[1] == sorted(first[1])
    # Long words and markup are text that stays within the panel.
    for word in WORDS:
        search(page, word)
        wait_for_view(page, "word")
        until(page, f"document.querySelector('#content h1').textContent === {word!r}")
        box = page.locator("#content h1").bounding_box()
        assert box["x"] + box["width"] <= 384
        assert page.evaluate(
            "document.getElementById('content').scrollWidth"
            " <= document.getElementById('content').clientWidth"
        )
    # Sets of other dimensions are not compared, and a set of two words begins with both.
    assert "other numbers of dimensions" in page.locator("#content").inner_text()
    page.click("#clear")
    wait_for_view(page, "home")
    page.click("[data-set=two]")
    page.wait_for_selector("[data-set=two][aria-pressed=true]")
    until(page, "document.querySelector('#content h1').innerText === 'two'")
    chips = page.locator("#content section:has-text('Try') .chips button")
    assert chips.all_inner_texts() == ["left", "right"]


def begin(folder, port):
    """Begin a service; return it and its address."""
    process = begin_python(
        "-m", "firth", "explore", folder / "two", "--port", str(port), "--no-browser"
    )
    return process, re.search(r" at (http://127\.0\.0\.1:(\d+));", process.stderr.readline())


def test_a_lost_service_is_told_and_taken_up_again(visit, folder):
    process, found = begin(folder, 0)
    try:
        page = visit(found[1], expected="ERR_CONNECTION_REFUSED")
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
        search(page, "left")
        page.wait_for_selector("#status:has-text('The service does not answer')")
        # What was there stays, and the line too.
        page.wait_for_timeout(2_000)
        assert heading(page) == "two"
        assert page.locator("#status").is_visible()
        process, _ = begin(folder, found[2])
        page.wait_for_selector("#status:has-text('The service is back')")
        until(page, "document.querySelector('#content h1').innerText === 'left'")
        assert page.locator("#content button.word").all_inner_texts() == ["right"]
    finally:
        process.kill()
        process.communicate(timeout=60)

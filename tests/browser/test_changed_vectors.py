"""Vectors that the service reads anew while a page shows those of before."""

import json
import time
import urllib.request

import numpy as np

from firth.vectors import Vectors


def save(path, words):
    matrix = np.random.default_rng(1).normal(size=(40, 8)).astype(np.float32)
    Vectors([*words, *(f"w{row}" for row in range(40 - len(words)))], matrix).save(path)


def vectors_at(url):
    with urllib.request.urlopen(f"{url}/explorer/sets") as answer:
        return json.load(answer)["vectors"]


def test_the_page_begins_anew_with_other_vectors(visit, serve, tmp_path):
    save(tmp_path / "set", ["before"])
    url = serve(tmp_path / "set")
    page = visit(url, expected="409")
    before = vectors_at(url)
    save(tmp_path / "set", ["one", "two", "after"])
    latest = time.monotonic() + 60
    while vectors_at(url) == before and time.monotonic() < latest:
        time.sleep(0.1)
    with page.expect_navigation():
        page.fill("#query", "w3")
        page.keyboard.press("Enter")
    page.wait_for_selector("body[data-ready=all]")
    # What was asked for is there, of the new vectors.
    assert page.locator("h1").inner_text() == "w3"
    page.fill("#query", "af")
    assert page.locator("#completions li").all_inner_texts() == ["after"]
    page.fill("#query", "bef")
    assert page.locator("#completions li").all_inner_texts() == []

"""Pages in one file: nothing in them runs but their own scripts, and no other file is replaced."""

import base64
import hashlib
import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from film_case import NASTY
from firth.errors import FirthError
from firth.io.contents import kind_of
from firth.recordings import build_page, pack_film, pages, write_page


class Tags(HTMLParser):
    """Collects tags, and what the script blocks hold."""

    def __init__(self):
        super().__init__()
        self.is_script = False
        self.tags, self.scripts, self.attributes = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, *each) for each in attributes]
        if tag == "script":
            self.scripts.append("")

        self.is_script = tag == "script"

    def handle_endtag(self, tag):
        self.is_script = False

    def handle_data(self, data):
        if self.is_script:
            self.scripts[-1] += data


def read(page):
    tags = Tags()
    tags.feed(page)
    return tags


@pytest.mark.parametrize("name", ["watch", "lesson"])
def test_words_are_never_markup(name):
    plain, nasty = (
        read(build_page(name, {"words": words}, title=words[0])) for words in (["a"] * 6, NASTY)
    )
    assert nasty.tags == plain.tags
    assert json.loads(nasty.scripts[0]) == {"words": NASTY}
    assert plain.scripts[1:] == nasty.scripts[1:]


@pytest.mark.parametrize("name", ["watch", "lesson"])
def test_a_page_loads_nothing_and_runs_only_its_own_script(name):
    page = build_page(name, {}, title="x")
    tags = read(page)
    addresses = [value for _, key, value in tags.attributes if key in ("src", "href")]
    assert [value for value in addresses if value not in ("data:,", "recording.html")] == []
    assert not re.search(r"@import|url\(", page)
    assert [key for _, key, _ in tags.attributes if key.startswith("on")] == []
    policy = next(value for _, key, value in tags.attributes if key == "content")
    digest = base64.b64encode(hashlib.sha256(tags.scripts[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("name", ["watch", "lesson"])
def test_modules_become_one_script_in_which_no_name_is_taken_twice(name):
    script = pages.bundle(f"{name}/main.js")
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    # What a module imports stands before it, once.
    own = {path.name: path.read_text("utf-8").split("*/")[0] for path in modules_of(name)}
    assert [script.count(opening) for opening in own.values()] == [1] * len(own)
    places = [script.index(own[part]) for part in ("texts.js", "base.js", "main.js")]
    assert places == sorted(places)
    declared = re.findall(r"^(?:async )?(?:function|class)\*? (\w+)", script, re.MULTILINE)
    for names in re.findall(r"^(?:const|let) (.*)", script, re.MULTILINE):
        # Several in a line: each begins the line or follows a comma, outside of brackets.
        flat = re.sub(r"\([^()]*\)|\{[^{}]*\}|\[[^][]*\]", "", names)
        declared += re.findall(r"(?:^|, )([\w$]+)(?: =|,|;)", flat)
    assert len(declared) > 15
    assert [each for each, times in Counter(declared).items() if times > 1] == []


def modules_of(name):
    folder = Path(pages.__file__).parent / "page"
    return [*folder.glob("*.js"), *(folder / name).glob("*.js")]


@pytest.mark.parametrize(
    "line", ['import * as base from "./base.js";', "export default 1;", "export { a };"]
)
def test_another_form_of_import_or_export_is_refused(monkeypatch, line):
    main = f'import {{ a }} from "../a.js";\n{line}\n'
    parts = {"p/main.js": main, "a.js": "export const a = 1;\n"}
    monkeypatch.setattr(pages, "_part", parts.__getitem__)
    with pytest.raises(FirthError, match=re.escape(line)):
        pages.bundle("p/main.js")
    parts["p/main.js"] = parts["p/main.js"].replace(line, "f(a);")
    assert pages.bundle("p/main.js") == '"use strict";\nconst a = 1;\n\nf(a);\n'


def test_every_text_is_there_in_both_languages():
    page = build_page("watch", {}, title="x") + build_page("lesson", {}, title="x")
    english, chinese = (
        set(re.findall(r"^    (\w+): |, (\w+): ", part, re.MULTILINE))
        for part in re.search(r"en: \{(.*?)\n  \},\n  zh: \{(.*?)\n  \},", page, re.DOTALL).groups()
    )
    assert english == chinese
    used = set(re.findall(r'data-(?:text|label|hint)="(\w+)"', page))
    names = {name for pair in english for name in pair}
    assert used
    assert used <= names


def test_a_surrogate_in_a_word_does_no_harm(tmp_path):
    write_page(tmp_path / "p.html", build_page("watch", {"words": ["\ud800"]}, title="x"))
    assert "\\ud800" in (tmp_path / "p.html").read_text("utf-8")


def test_a_page_replaces_only_pages(tmp_path, make_film):
    path = tmp_path / "run.html"
    page = build_page("watch", pack_film(make_film()), title="x")
    write_page(path, page)
    assert kind_of(path) == "page"
    write_page(path, page)
    path.write_text("<p>mine</p>")
    with pytest.raises(FirthError, match="no page of Firth"):
        write_page(path, page)
    assert path.read_text() == "<p>mine</p>"
    write_page(path, page, overwrite=True)
    assert path.read_text("utf-8") == page


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(FirthError, match=r"ends in \.html"):
        write_page(tmp_path / "run.txt", "")

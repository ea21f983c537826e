"""The site's pages fetch nothing from other hosts: what `scripts/check_site.py` refuses."""

import re
from pathlib import Path

import pytest

from processes import output_of, run_python

PROGRAM = Path(__file__).parents[1] / "scripts" / "check_site.py"
PAGE = """<html><head><link rel="stylesheet" href="style.css"><link rel="canonical" href="https://x.org">
<style>p { background: url(paper.png) }</style></head>
<body><a href="https://arxiv.org/abs/1604.04661">a paper</a><img src="map.png">
<script src="search.js"></script><p class="note">fetch("https://example.org") is only text</p>%s"""


@pytest.fixture
def check(tmp_path):
    """Check a site with a file, or something on its page; returns a line for each problem."""

    def run(name, text):
        files = {"index.html": "", "style.css": "p { color: red }", name: text}
        files["index.html"] = PAGE % files["index.html"]
        for file, content in files.items():
            (tmp_path / file).write_text(content, "utf-8")
        done = run_python(PROGRAM, tmp_path)
        assert done.returncode == bool(done.stderr)
        return done.stderr.splitlines()

    return run


def test_links_and_files_of_the_site_are_fine(check):
    assert check("search.js", '// see https://lunrjs.com\nfetch("index.json")') == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("index.html", '<script src="https://unpkg.com/iframe-worker/shim"></script>'),
        (
            "index.html",
            '<link rel="stylesheet" href="https://fonts.googleapis.com/css?family=Roboto">',
        ),
        ("index.html", '<link rel="preconnect" href="//fonts.gstatic.com">'),
        ("index.html", '<img src="//example.org/a.png">'),
        ("index.html", '<img srcset="a.png 1x, https://example.org/b.png 2x">'),
        ("index.html", "<style>@import 'https://example.org/a.css';</style>"),
        ("index.html", '<p style="background: url(https://example.org/a.png)">'),
        ("index.html", '<script>import("https://example.org/a.js")</script>'),
        ("index.html", '<svg><image href="https://example.org/a.png"></svg>'),
        ("index.html", '<pre class="mermaid">a --> b</pre>'),
        ("index.html", '<div data-md-component="source"></div>'),
        ("a.css", "@font-face { src: url('https://example.org/a.woff2') }"),
        ("a.css", '@import "//example.org/a.css";'),
        ("a.js", 'importScripts("https://example.org/a.js")'),
    ],
)
def test_what_is_fetched_is_told(check, name, text):
    (line,) = check(name, text)
    assert line.startswith(f"{name} fetches from another host: ")


def test_a_folder_without_pages_is_no_site(tmp_path):
    done = run_python(PROGRAM, tmp_path)
    assert done.returncode == 1
    assert "no index.html" in done.stderr


def test_every_verb_is_in_the_command_reference():
    page = (PROGRAM.parents[1] / "docs/api/cli.md").read_text("utf-8")
    told = output_of("-m", "firth", "--help")
    verbs = re.findall(r"^  (\w+) ", told.partition("Commands:")[2], re.MULTILINE)
    assert re.findall(r"^<!-- help of firth (\w+) -->$", page, re.MULTILINE) == verbs


@pytest.mark.parametrize("module", ["firth.callbacks", "firth.plotting", "firth.torch"])
def test_examples_of_modules_stand_in_a_section_that_the_reference_shows_as_code(module):
    document = pytest.importorskip(module, exc_type=ImportError).__doc__
    assert ">>>" not in document.partition("\nExamples\n--------\n")[0]

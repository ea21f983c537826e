"""README tells things in order, names what is there, and says where noise words differ."""

import re
from pathlib import Path

from firth.vectors.formats.registry import FORMATS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_python_is_told_before_the_command_line_and_the_figures():
    headings = re.findall("^## (.*)$", README, re.MULTILINE)
    order = [headings.index(name) for name in ("In Python", "On the command line", "Figures")]
    assert order == sorted(order)


def test_the_sections_that_are_linked_are_there():
    headings = {
        re.sub("[^a-z -]", "", name.lower()).replace(" ", "-")
        for name in re.findall("^## (.*)$", README, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= headings


def test_shared_noise_words_are_told_with_their_source():
    (section,) = re.findall("^## How it works\n(.*?)^## ", README, re.DOTALL | re.MULTILINE)
    assert "share one draw of noise words" in section
    assert "1604.04661" in section


def test_formats_are_counted():
    names = {12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen"}
    read = names[sum(each.reads for each in FORMATS)]
    written = names[sum(each.writes for each in FORMATS)]
    assert f"reads [{read} formats](docs/formats.md) and writes {written}," in README

"""The programs of README run in sequence, and what it links to is there."""

import re
from pathlib import Path

import pytest

import firth

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
TEXTS = (
    "the king and the queen drink tea in the city of france",
    "a man and a woman drink coffee for breakfast in france",
    "the man has cereal for lunch and the woman plays a violin",
    "the queen is a woman and the king is a man of the city",
)


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A small text and evaluation files under the names that README uses."""
    monkeypatch.chdir(tmp_path)
    text = "\n".join(TEXTS * 50)
    train = firth.train
    Path("text.txt").write_text(text)
    Path("questions-words.txt").write_text(": family\nman king woman queen\n")
    Path("wordsim353.tsv").write_text("king queen 8\ntea coffee 7\nman violin 1\n")

    def train_text(source, **options):
        return train("text.txt" if source == "enwiki_a.txt.zst" else source, **options)

    monkeypatch.setattr(firth, "train", train_text)


def test_every_program_runs(files):
    assert len(PROGRAMS) == README.count("```python") >= 2
    namespace = {"__name__": "readme"}
    for program in PROGRAMS:
        exec(compile(program, "README.md", "exec"), namespace)
    assert namespace["vectors"].dim == 100
    assert namespace["items"].similar(17, top=1)[0].word in (4, 99, 23)


def test_python_is_told_before_the_command_line_and_the_figures():
    headings = re.findall("^## (.*)$", README, re.MULTILINE)
    order = [headings.index(name) for name in ("In Python", "On the command line", "Figures")]
    assert order == sorted(order)


def test_what_is_linked_is_there():
    # By path, or by an address of the repository, which works on a package page too.
    linked = re.findall(r"\]\((?:https://[^)]+/blob/[^/)]+/)?([^)#:]+)(?:#[^)]*)?\)", README)
    assert len(linked) > 5
    for target in linked:
        assert (ROOT / target).is_file(), target
    headings = {
        re.sub("[^a-z -]", "", name.lower()).replace(" ", "-")
        for name in re.findall("^## (.*)$", README, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= headings
    for name in set(re.findall(r"`((?:docs|src|benchmarks|scripts)/[\w/.-]+)`", README)):
        assert (ROOT / name).exists(), name


def test_shared_noise_words_are_told_with_their_source():
    (section,) = re.findall("^## How it works\n(.*?)^## ", README, re.DOTALL | re.MULTILINE)
    assert "share one draw of noise words" in section
    assert "1604.04661" in section

"""The verb `firth plot`, run as a user runs it."""

import os
import subprocess
import sys

import numpy as np
import pytest

from firth.vectors import Vectors

WORDS = ["king", "queen", "man", "woman", ",", "1,000", "tea", "7"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with vectors of eight words."""
    folder = tmp_path_factory.mktemp("plot")
    matrix = np.random.default_rng(1).normal(size=(len(WORDS), 5)).astype(np.float32)
    Vectors(WORDS, matrix).save(folder / "vectors")
    Vectors([1, 2, 3], np.eye(3, dtype=np.float32)).save(folder / "items")
    Vectors(["a", "b"], np.array([[1.0], [2.0]], dtype=np.float32)).save(folder / "flat")
    return folder


def run(*arguments, at):
    return subprocess.run(
        [sys.executable, "-m", "firth", "plot", *arguments],
        cwd=at, capture_output=True, text=True, encoding="utf-8", check=False,
        env={**os.environ, "COLUMNS": "100"},
    )  # fmt: skip


def names_in(path):
    """The texts of an SVG picture; Matplotlib writes each as a comment above its letters."""
    return {
        line.strip()[5:-4]
        for line in path.read_text("utf-8").splitlines()
        if line.strip().startswith("<!-- ")
    }


def test_words_are_drawn(folder, tmp_path):
    output = tmp_path / "new" / "map.svg"
    given = ["--words", "king, queen,,man", "--words", "tea", "--title", "Royal"]
    done = run("vectors", "-o", str(output), *given, at=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{output}: 4 words\n"
    names = names_in(output)
    assert {"king", "queen", "man", "tea", "Royal"} <= names
    assert "woman" not in names


def test_a_comma_may_be_a_word_or_in_one(folder, tmp_path):
    output = tmp_path / "map.svg"
    given = ["--words", ",", "--words", "1,000", "--words", "7,tea", "--method", "tsne"]
    assert run("vectors", "-o", str(output), *given, at=folder).stdout.endswith(": 4 words\n")
    names = names_in(output)
    assert {",", "1,000", "7", "tea"} <= names
    assert any(name.startswith("t-SNE of 5 dimensions") for name in names)


def test_content_words_are_drawn_if_none_are_named(folder, tmp_path):
    output = tmp_path / "map.svg"
    assert run("vectors", "-o", str(output), at=folder).stdout == f"{output}: 8 words\n"
    assert set(WORDS) <= names_in(output)
    # Without the comma and the numbers, and without the words that are frequent by their rank.
    assert run("vectors", "-o", str(output), "--top", "3", at=folder).returncode == 0
    assert names_in(output) & set(WORDS) == {"man", "woman", "tea"}


def test_analogies_are_drawn_with_their_words(folder, tmp_path):
    output = tmp_path / "map.svg"
    royal = ["--analogy", "man,king,woman，queen"]
    done = run("vectors", "-o", str(output), *royal, at=folder)
    assert (done.returncode, done.stdout) == (0, f"{output}: 4 words\n")
    assert names_in(output) & set(WORDS) == {"king", "queen", "man", "woman"}
    done = run("vectors", "-o", str(output), "--words", "tea,king", *royal, at=folder)
    assert done.stdout == f"{output}: 5 words\n"


def test_full_width_commas_are_commas(folder, tmp_path):
    output = tmp_path / "map.svg"
    done = run("vectors", "-o", str(output), "--words", "king，tea、man", at=folder)
    assert done.stdout == f"{output}: 3 words\n"


def test_integers_are_found_by_their_digits(folder, tmp_path):
    done = run("items", "-o", str(tmp_path / "map.png"), "--words", "1,3", at=folder)
    assert done.stdout.endswith(": 2 words\n")
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["vectors", "-o", "x.png", "--words", "king,kign"], ["'kign'", "near: king"]),
        (["vectors", "-o", "x.png", "--words", ",,"], ["no words given"]),
        (["vectors", "-o", "x.png", "--words", "kign"], ["'kign'", "near: king"]),
        (["vectors", "-o", "x.png", "--words", "king tea"], ["'king tea'", "separated by ','"]),
        (["vectors", "-o", "x.png", "--analogy", "man,king,woman"], ["four different words", "('"]),
        (["vectors", "-o", "x.png", "--analogy", "man,king,man,king"], ["four different words"]),
        (["vectors", "-o", "x.png", "--analogy", "man,kign,woman,queen"], ["'kign'", "near: king"]),
        (["vectors", "-o", "x.png", "--words", "king"], ["at least 2 words, got 1"]),
        (["vectors", "-o", "x.png", "--top", "1"], ["top must be at least 2, got 1"]),
        (["vectors", "-o", "x.png", "--words", "tea,tea"], ["must differ, got tea"]),
        (["flat", "-o", "x.png"], ["at least 2 dimensions, got 1"]),
        # What cannot be written is told before anything is read.
        (["absent", "-o", "x.jpg"], ["a picture ends in .png, .svg or .pdf, got 'x.jpg'"]),
        (["absent", "-o", "vectors/config.json/x.png"], ["cannot write"]),
        (["absent", "-o", "x.png"], ["no such file: absent"]),
    ],
)
def test_bad_input_is_told_in_one_line(folder, arguments, parts):
    done = run(*arguments, at=folder)
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("firth: ")
    assert done.stderr.count("\n") == 1
    for part in parts:
        assert part in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["flat", "items", "vectors"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["vectors"],
        ["vectors", "-o", "x.png", "--words", "king,tea", "--top", "3"],
        ["vectors", "-o", "x.png", "--top", "few"],
        ["vectors", "-o", "x.png", "--method", "isomap"],
    ],
)
def test_wrong_usage_exits_2(folder, arguments):
    done = run(*arguments, at=folder)
    assert done.returncode == 2
    assert not (folder / "x.png").exists()


def test_help_shows_an_example(folder):
    assert "Example: firth plot vectors --output map.png" in run("--help", at=folder).stdout

"""The verb `plot`."""

import functools

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


@pytest.fixture
def plot(call):
    """Run the verb in this process."""
    return functools.partial(call, "plot")


def names_in(path):
    """The texts of an SVG picture; Matplotlib writes each as a comment above its letters."""
    return {
        line.strip()[5:-4]
        for line in path.read_text("utf-8").splitlines()
        if line.strip().startswith("<!-- ")
    }


def test_words_are_drawn(folder, plot, tmp_path):
    output = tmp_path / "new" / "map.svg"
    given = ["--words", "king, queen,,man", "--words", "tea", "--title", "Royal"]
    done = plot("vectors", "-o", str(output), *given, at=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{output}: 4 words\n"
    names = names_in(output)
    assert {"king", "queen", "man", "tea", "Royal"} <= names
    assert "woman" not in names


def test_a_comma_may_be_a_word_or_in_one(folder, plot, tmp_path):
    output = tmp_path / "map.svg"
    given = ["--words", ",", "--words", "1,000", "--words", "7,tea", "--method", "tsne"]
    assert plot("vectors", "-o", str(output), *given, at=folder).stdout.endswith(": 4 words\n")
    names = names_in(output)
    assert {",", "1,000", "7", "tea"} <= names
    assert any(name.startswith("t-SNE of 5 dimensions") for name in names)


def test_content_words_are_drawn_if_none_are_named(folder, plot, tmp_path):
    output = tmp_path / "map.svg"
    assert plot("vectors", "-o", str(output), at=folder).stdout == f"{output}: 8 words\n"
    assert set(WORDS) <= names_in(output)
    # Without the comma and the numbers, and without the words that are frequent by their rank.
    assert plot("vectors", "-o", str(output), "--top", "3", at=folder).returncode == 0
    assert names_in(output) & set(WORDS) == {"man", "woman", "tea"}


def test_analogies_are_drawn_with_their_words(folder, plot, tmp_path):
    output = tmp_path / "map.svg"
    royal = ["--analogy", "man,king,woman，queen"]
    done = plot("vectors", "-o", str(output), *royal, at=folder)
    assert (done.returncode, done.stdout) == (0, f"{output}: 4 words\n")
    assert names_in(output) & set(WORDS) == {"king", "queen", "man", "woman"}
    done = plot("vectors", "-o", str(output), "--words", "tea,king", *royal, at=folder)
    assert done.stdout == f"{output}: 5 words\n"


def test_full_width_commas_are_commas(folder, plot, tmp_path):
    output = tmp_path / "map.svg"
    done = plot("vectors", "-o", str(output), "--words", "king，tea、man", at=folder)
    assert done.stdout == f"{output}: 3 words\n"


def test_integers_are_found_by_their_digits(folder, plot, tmp_path):
    done = plot("items", "-o", str(tmp_path / "map.png"), "--words", "1,3", at=folder)
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
def test_bad_input_is_told_in_one_line(folder, fails, arguments, parts):
    message = fails("plot", *arguments, at=folder)
    assert all(part in message for part in parts)
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
def test_wrong_usage_exits_2(folder, plot, arguments):
    done = plot(*arguments, at=folder)
    assert done.returncode == 2
    assert not (folder / "x.png").exists()

"""The verb `plot`."""

import json
import re

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="pictures need matplotlib (extra plot)")

from firth.vectors import Vectors, load

WORDS = ["king", "queen", "man", "woman", ",", "1,000", "tea", "7"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with vectors of eight words."""
    folder = tmp_path_factory.mktemp("plot")
    matrix = np.random.default_rng(1).normal(size=(len(WORDS), 5)).astype(np.float32)
    Vectors(WORDS, matrix).save(folder / "vectors")
    Vectors([1, 2, 3], np.eye(3, dtype=np.float32)).save(folder / "items")
    return folder


def names_in(path):
    """The texts of an SVG picture; Matplotlib writes each as a comment above its letters."""
    return {
        line.strip()[5:-4]
        for line in path.read_text("utf-8").splitlines()
        if line.strip().startswith("<!-- ")
    }


def content_of(path):
    """The data of a page."""
    (data,) = re.findall(
        r'<script type="application/json" id="data">(.*?)</script>', path.read_text("utf-8")
    )
    return json.loads(data)


@pytest.fixture
def draw(call, folder, tmp_path):
    """Draw a map of the words; return the number of those drawn, and all texts of the picture."""

    def draw(*arguments):
        output = tmp_path / "new" / "map.svg"
        done = call("plot", "vectors", "-o", str(output), *arguments, at=folder)
        assert (done.returncode, done.stderr) == (0, "")
        count = done.stdout.removeprefix(f"{output}: ").removesuffix(" words\n")
        return int(count), names_in(output)

    return draw


def test_words_are_drawn(draw):
    # Full-width commas are commas too.
    count, names = draw("--words", "king, queen，,man、", "--words", "tea", "--title", "Royal")
    assert count == 4
    assert {"king", "queen", "man", "tea", "Royal"} <= names
    assert "woman" not in names


def test_a_comma_may_be_a_word_or_in_one(draw):
    given = ["--words", ",", "--words", "1,000", "--words", "7,tea", "--method", "tsne"]
    count, names = draw(*given)
    assert count == 4
    assert {",", "1,000", "7", "tea"} <= names
    assert any(name.startswith("t-SNE of 5 dimensions") for name in names)


def test_content_words_are_drawn_if_none_are_named(draw):
    count, names = draw()
    assert count == 8
    assert set(WORDS) <= names
    # Without the comma and the numbers, and without the words that are frequent by their rank.
    assert draw("--top", "3")[1] & set(WORDS) == {"man", "woman", "tea"}


def test_analogies_are_drawn_with_their_words(draw):
    royal = ["--analogy", "man,king,woman，queen"]
    count, names = draw(*royal)
    assert count == 4
    assert names & set(WORDS) == {"king", "queen", "man", "woman"}
    assert draw("--words", "tea,king", *royal)[0] == 5


def test_integers_are_found_by_their_digits(folder, call, tmp_path):
    done = call("plot", "items", "-o", str(tmp_path / "map.png"), "--words", "1,3", at=folder)
    assert done.stdout.endswith(": 2 words\n")
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


def test_a_page_is_written(folder, call, tmp_path):
    output = tmp_path / "map.html"
    given = ["plot", "vectors", "-o", str(output), "--words", "king,tea,man"]
    assert call(*given, at=folder).stdout == f"{output}: 3 words\n"
    assert output.read_text("utf-8").startswith("<!doctype html>")
    assert call(*given, at=folder).returncode == 0


def test_a_page_of_a_map_has_the_arrows_of_analogies(folder, call, tmp_path):
    output = tmp_path / "map.html"
    given = ["--words", "tea,king", "--analogy", "man,king,woman,queen"]
    done = call("plot", "vectors", "-o", str(output), *given, at=folder)
    assert done.stdout == f"{output}: 5 words\n"
    content = content_of(output)
    named = [[content["words"][row] for row in pair] for pair in content["arrows"]]
    assert named == [["man", "king"], ["woman", "queen"]]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--around", "king", "--top", "2"], "king: "),
        (["{}/wiki-0.1", "--moves", "king"], "king (wiki-0.1)"),
        (["{}/wiki-0.1", "--losses"], "wiki-0.1, epoch 2: 1.2500"),
    ],
)
def test_the_other_pictures_are_pages_too(folder, call, tmp_path, given, told):
    vectors = load(folder / "vectors")
    vectors.config.update(losses=[1.5, 1.25], held_out_losses=[1.75, 1.5])
    # Folders that were renamed: what follows the last point is no suffix.
    for name in ("wiki-0.05", "wiki-0.1"):
        vectors.save(tmp_path / "saved")
        (tmp_path / "saved").rename(tmp_path / name)
    output = tmp_path / "page.html"
    given = [each.format(tmp_path) for each in given]
    done = call("plot", str(tmp_path / "wiki-0.05"), *given, "-o", str(output), at=folder)
    assert done.returncode == 0, done.stderr
    marks = [label for *_, label in content_of(output)["marks"]]
    assert any(label.startswith(told) for label in marks)
    if "--losses" in given:
        assert done.stdout == f"{output}: 4 curves\n"
        assert marks[2:4] == [
            "wiki-0.05, held out, epoch 1: 1.7500",
            "wiki-0.05, held out, epoch 2: 1.5000",
        ]


def test_neighbours_are_drawn_around_words(draw):
    count, names = draw("--around", "king", "--top", "2")
    assert count == 3
    assert "king" in names


def test_the_way_of_a_word_through_two_sets_is_drawn(folder, call, tmp_path):
    output = tmp_path / "way.svg"
    call("convert", "vectors", str(tmp_path / "later"), at=folder)
    given = ["vectors", str(tmp_path / "later"), "--moves", "king", "-o", str(output)]
    assert call("plot", *given, at=folder).returncode == 0
    assert {"king (vectors)", "king (later)"} <= set(
        re.findall(r"<!-- (.*?) -->", output.read_text())
    )


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["vectors", "-o", "x.png", "--words", "king,kign"], ["'kign'", "near: king"]),
        (["vectors", "-o", "x.png", "--words", ",,"], ["no words given"]),
        (["vectors", "-o", "x.png", "--words", "king tea"], ["'king tea'", "separated by ','"]),
        (["vectors", "-o", "x.png", "--analogy", "man,king,woman"], ["four different words", "('"]),
        (["vectors", "-o", "x.png", "--analogy", "man,king,man,king"], ["four different words"]),
        (["vectors", "-o", "x.png", "--analogy", "man,kign,woman,queen"], ["'kign'", "near: king"]),
        (["vectors", "-o", "x.png", "--top", "1"], ["top must be at least 2, got 1"]),
        (["vectors", "-o", "x.png", "--moves", "king"], ["at least two sets, got 1"]),
        (["vectors", "-o", "x.png", "--moves", ""], ["at least two sets, got 1"]),
        (["vectors", "-o", "x.png", "--around", "kign"], ["'kign'", "near: king"]),
        # What cannot be written is told before anything is read.
        (["absent", "-o", "x.jpg"], ["a picture ends in .png, .svg, .pdf or .html, got 'x.jpg'"]),
        (["vectors", "-o", "x.png", "--losses"], ["vectors does not know the losses"]),
        (["vectors", "-o", "x.html", "--analogy", "man,king,man,king"], ["four different words"]),
        (["absent", "-o", "vectors/config.json/x.html", "--losses"], ["cannot write"]),
        (["absent", "-o", "vectors/config.json/x.png"], ["cannot write"]),
        (["absent", "-o", "x.png"], ["no such file: absent"]),
    ],
)
def test_bad_input_is_told_in_one_line(folder, fails, arguments, parts):
    message = fails("plot", *arguments, at=folder)
    assert all(part in message for part in parts)
    assert sorted(path.name for path in folder.iterdir()) == ["items", "vectors"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["vectors"],
        ["vectors", "-o", "x.png", "--words", "king,tea", "--top", "3"],
        ["vectors", "-o", "x.png", "--top", "few"],
        ["vectors", "-o", "x.png", "--method", "isomap"],
        ["vectors", "vectors", "-o", "x.png"],
        ["vectors", "-o", "x.png", "--around", "king", "--words", "king,tea"],
        ["vectors", "-o", "x.png", "--moves", "king", "--top", "3"],
        ["vectors", "-o", "x.html", "--around", "king", "--losses"],
        ["vectors", "-o", "x.png", "--losses", "--top", "3"],
    ],
)
def test_wrong_usage_exits_2(folder, call, arguments):
    done = call("plot", *arguments, at=folder)
    assert done.returncode == 2
    assert not (folder / "x.png").exists()

"""The few vectors of a long file that answer one question are those of the whole file."""

import gzip
import os
from collections import Counter

import numpy as np
import pytest

from firth.errors import ConfigError
from firth.io import row_file
from firth.vectors import Vectors, load, partial_loading
from firth.vectors.formats import binary_blocks, lazy_words, word2vec_text
from firth.vectors.partial_loading import Nearest, load_first, load_near

RANDOM = np.random.default_rng(8)
WORDS = [f"w{row}" for row in range(2_000)]
MATRIX = RANDOM.normal(size=(2_000, 5)).astype(np.float32)
# Words without a direction, and words with the same one.
MATRIX[3] = 0
MATRIX[[30, 900, 1_500]] = MATRIX[8] * 2


@pytest.fixture(autouse=True)
def small_limits(monkeypatch):
    """Count short files as long, read them in several blocks, and look far for words."""
    monkeypatch.setattr(partial_loading, "LEAST_BYTES", 1)
    monkeypatch.setattr(partial_loading, "_FREQUENT", (20, 100))
    monkeypatch.setattr(binary_blocks, "_FIRST_BYTES", 500)
    monkeypatch.setattr(binary_blocks, "BLOCK_BYTES", 2_000)
    monkeypatch.setattr(word2vec_text, "BLOCK_BYTES", 3_000)
    monkeypatch.setattr(lazy_words, "LEAST_BYTES", 1)
    monkeypatch.setattr(row_file, "_BLOCK_BYTES", 3_000)


FILES = ["vectors.bin", "vectors.txt", "vectors.txt.gz"]


@pytest.fixture(params=FILES)
def path(request, tmp_path):
    """Each kind of file that is read by rows."""
    return saved(tmp_path / request.param)


@pytest.fixture(params=[*FILES, "vectors"])
def searched(request, tmp_path):
    """These, and a folder: all in which neighbours are looked for while they are read."""
    return saved(tmp_path / request.param)


def saved(path):
    """Write the vectors, compressed if the name says so."""
    plain = path.with_suffix("") if path.suffix == ".gz" else path
    Vectors(WORDS, MATRIX, counts=range(2_000, 0, -1)).save(plain)
    if path != plain:
        path.write_bytes(gzip.compress(plain.read_bytes()))
    return path


@pytest.mark.parametrize("word", ["w0", "w8", "w30", "w1999"])
@pytest.mark.parametrize("top", [1, 3, 50])
def test_neighbours_are_those_of_the_whole_file(searched, word, top):
    part = load_near(searched, {word: 1}, top)
    assert top < len(part) < len(WORDS) / 3
    found, expected = part.similar(word, top), load(searched).similar(word, top)
    assert [near.word for near in found] == [near.word for near in expected]
    np.testing.assert_allclose([n.score for n in found], [n.score for n in expected], atol=1e-6)


@pytest.mark.parametrize(("a", "b", "c"), [("w1", "w2", "w3"), ("w1", "w1", "w1900")])
def test_so_are_the_answers_to_an_analogy(searched, a, b, c):
    asked = Counter([b, c])
    asked.subtract([a])
    found = load_near(searched, asked, 7).analogy([b, c], [a], 7)
    expected = load(searched).analogy([b, c], [a], 7)
    assert [near.word for near in found] == [near.word for near in expected]


@pytest.mark.parametrize("name", ["vectors.bin", "vectors"])
def test_words_with_accents_are_found_in_both_spellings(tmp_path, name):
    path = tmp_path / name
    Vectors(["tea", "cafe\N{COMBINING ACUTE ACCENT}", "milk"], MATRIX[:3]).save(path)
    assert load_near(path, {"caf\N{LATIN SMALL LETTER E WITH ACUTE}": 1}, 1) is not None


@pytest.mark.parametrize("word", ["unknown", "w3"])
def test_all_is_loaded_for_a_word_without_a_vector_or_a_direction(searched, word):
    assert load_near(searched, {word: 1}, 2) is None


@pytest.mark.parametrize("row", [[np.nan] * 5, [np.inf] + [0] * 4, [1e30] * 5, [1e-30] * 5])
@pytest.mark.parametrize("place", [0, 1, 1_999])
@pytest.mark.parametrize("file", ["vectors.bin", "vectors/model.safetensors"])
def test_all_is_loaded_if_a_row_is_not_as_others(tmp_path, file, row, place):
    path = tmp_path / file.partition("/")[0]
    Vectors(WORDS, MATRIX).save(path)
    old, new = MATRIX[place].astype("<f4").tobytes(), np.array(row, "<f4").tobytes()
    replace(tmp_path / file, old, new)
    assert load_near(path, {"w0": 1}, 2) is None
    assert load_first(path, 2) is None


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("vectors.bin", b"w1999 ", b"w1000 "),
        ("vectors/vocabulary.json", b'"w1999"', b'"w1000"'),
    ],
)
def test_all_is_loaded_if_a_word_stands_twice(tmp_path, file, old, new):
    path = tmp_path / file.partition("/")[0]
    Vectors(WORDS, MATRIX).save(path)
    replace(tmp_path / file, old, new)
    assert load_near(path, {"w0": 1}, 2) is None
    assert load_first(path, 2) is None


def replace(path, old, new):
    """Replace some bytes of a file."""
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))


def test_all_is_loaded_of_short_files_and_of_other_formats(tmp_path, monkeypatch):
    vectors = Vectors(WORDS, MATRIX)
    vectors.save(tmp_path / "vectors.npz")
    assert load_near(tmp_path / "vectors.npz", {"w0": 1}, 2) is None
    monkeypatch.setattr(partial_loading, "LEAST_BYTES", 1 << 20)
    for name in ("vectors.bin", "vectors"):
        vectors.save(tmp_path / name)
        assert load_near(tmp_path / name, {"w0": 1}, 2) is None


@pytest.mark.parametrize("dtype", ["float16", "int8"])
def test_all_is_loaded_of_a_folder_of_narrower_numbers(tmp_path, dtype):
    Vectors(WORDS, MATRIX).save(tmp_path / "vectors", dtype=dtype)
    assert load_near(tmp_path / "vectors", {"w0": 1}, 2) is None


@pytest.mark.parametrize("size", [100, 5_000, -30])
@pytest.mark.parametrize(
    "file", ["vectors.bin", "vectors/model.safetensors", "vectors/vocabulary.json"]
)
def test_all_is_loaded_of_a_damaged_file(tmp_path, file, size):
    path = tmp_path / file.partition("/")[0]
    Vectors(WORDS, MATRIX).save(path)
    (tmp_path / file).write_bytes((tmp_path / file).read_bytes()[:size])
    assert load_near(path, {"w0": 1}, 2) is None
    assert load_first(path, 2) is None


@pytest.mark.parametrize("lost", ["model.safetensors", "vocabulary.json"])
@pytest.mark.parametrize(
    "how",
    ["missing", "a link to nothing", "a folder", "a pipe"][: 4 if hasattr(os, "mkfifo") else 3],
)
def test_all_is_loaded_of_a_folder_without_one_of_its_files(tmp_path, lost, how):
    Vectors(WORDS, MATRIX).save(tmp_path / "vectors")
    (tmp_path / "vectors" / lost).unlink()
    if how == "a link to nothing":
        (tmp_path / "vectors" / lost).symlink_to(tmp_path / "nothing")
    elif how == "a folder":
        (tmp_path / "vectors" / lost).mkdir()
    elif how == "a pipe":
        os.mkfifo(tmp_path / "vectors" / lost)
    assert load_near(tmp_path / "vectors", {"w0": 1}, 2) is None


@pytest.mark.parametrize("closed", ["model.safetensors", "vocabulary.json"])
def test_all_is_loaded_of_a_folder_that_may_not_be_read(tmp_path, take_permission, closed):
    Vectors(WORDS, MATRIX).save(tmp_path / "vectors")
    take_permission(tmp_path / "vectors" / closed)
    assert load_near(tmp_path / "vectors", {"w0": 1}, 2) is None


def test_the_first_vectors_and_how_many_there_are(path):
    found, words = load_first(path, 3)
    assert words == len(WORDS)
    assert list(found) == WORDS[:3]
    np.testing.assert_allclose(found.input_vectors, MATRIX[:3], rtol=1e-6)


def test_top_is_checked(path):
    with pytest.raises(ConfigError, match="top must be at least 1, got 0"):
        load_near(path, {"w0": 1}, 0)


def test_few_rows_are_kept_while_a_file_is_read():
    nearest = Nearest(MATRIX[0] / np.linalg.norm(MATRIX[0]), 4, ["w1700"])
    chosen = []
    for start in range(0, len(WORDS), 100):
        block = slice(start, start + 100)
        chosen += [start + place for place in nearest(WORDS[block], MATRIX[block])]
    lengths = np.maximum(np.linalg.norm(MATRIX, axis=1), 1e-9)
    best = np.argsort(-(MATRIX @ MATRIX[0]) / lengths)[:4]
    assert set(best.tolist()) | {1_700} <= set(chosen)
    assert len(chosen) < 60
    assert nearest.checks.are_passed()

"""Folders of Qdrant's local mode: read without it, and without running what is pickled in them."""

import os
import pickle
import sqlite3

import numpy as np
import pytest

from firth.errors import FirthError, FormatError, MissingExtraError
from firth.vectors import Vectors, check_destination, convert, load
from firth.vectors.formats import qdrant
from qdrant_files import TABLE, point, points, write_folder

MATRIX = np.array([[1, 2, 0.1], [-2, 3e-9, 0]], np.float32)
WORDS = ["tea", "茶 x"]


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "v", points(WORDS, MATRIX, [9, 3]))


def storage_of(folder):
    return folder / "collection" / "words" / "storage.sqlite"


@pytest.mark.parametrize("protocol", [4, 5])
def test_words_vectors_and_counts_are_read(protocol, tmp_path):
    folder = write_folder(tmp_path / "v", points(WORDS, MATRIX, [9, 3], protocol))
    vectors = load(folder)
    assert list(vectors) == WORDS
    np.testing.assert_array_equal(vectors, MATRIX)
    assert vectors.counts.tolist() == [9, 3]
    assert sorted(file.name for file in folder.iterdir()) == ["collection", "meta.json"]
    assert load(folder, limit=1).words == ("tea",)
    assert load(folder, words=["茶 x"]).words == ("茶 x",)


def test_what_others_have_in_a_payload_does_not_matter(tmp_path):
    encoded = [
        point(row, {"name": vector}, word=word, other=[1, {"a": None}])
        for row, (word, vector) in enumerate(zip([7, "8"], MATRIX.tolist(), strict=True))
    ]
    vectors = load(write_folder(tmp_path / "v", encoded, names=["another"]))
    assert vectors.words == (7, "8")
    assert vectors.counts is None
    np.testing.assert_array_equal(vectors, MATRIX)


def test_many_points_come_in_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(qdrant, "_BLOCK_POINTS", 4)
    matrix = np.random.default_rng(1).normal(size=(9, 2)).astype(np.float32)
    folder = write_folder(tmp_path / "v", points(list("abcdefghi"), matrix))
    np.testing.assert_array_equal(load(folder), matrix)
    convert(folder, tmp_path / "again")
    np.testing.assert_array_equal(load(tmp_path / "again"), matrix)


class Attack:
    def __reduce__(self):
        return os.mkdir, ("ran",)


def test_nothing_in_a_point_is_run(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for content in (Attack(), {"word": Attack()}):
        write_folder(folder, [pickle.dumps(content)])
        with pytest.raises(FormatError, match=r"names (posix|nt)\.mkdir, which vectors of Qdrant"):
            load(folder)
    write_folder(folder, [point(0, [1.0], word=Attack())])
    with pytest.raises(FormatError, match="not read, since a pickle can run any code"):
        load(folder)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("encoded", "fault"),
    [
        ([], "has no points"),
        ([point(0, [1.0], name="tea")], "payload must have one under the name 'word'"),
        ([point(0, [1.0], word=["tea"])], "payload must have one under the name 'word'"),
        ([point(0, [], word="tea")], "must have one vector, a list of numbers"),
        ([point(0, ["1"], word="tea")], "must have one vector, a list of numbers"),
        ([point(0, {"a": [1.0], "b": [2.0]}, word="tea")], "must have one vector"),
        ([point(0, [1.0], word="a"), point(1, [1.0, 2.0], word="b")], "'b' has 2 numbers"),
        ([point(0, [1e39], word="tea")], "not finite|infinite|finite"),
        ([point(0, [10**400], word="tea")], "too large"),
        ([point(0, [1.0], word="a"), point(1, [1.0], word="a")], "'a'"),
        ([pickle.dumps({"payload": {}})], "no payload"),
        ([b"\x80\x04."], "damaged"),
        (["text"], "a point is no pickle"),
    ],
)
def test_points_that_are_no_words_are_refused(encoded, fault, tmp_path):
    with pytest.raises(FormatError, match=fault) as caught:
        load(write_folder(tmp_path / "v", encoded))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("meta", "fault"),
    [
        ('{"collections": {}}', "has 0 collections"),
        ('{"collections": {"a": {}, "b": {}}}', r"has 2 collections \('a', 'b'\)"),
        ('{"collections": {"../words": {}}}', "is no name of a folder"),
        ('{"collections": {"..": {}}}', "is no name of a folder"),
        ('{"collections": {"absent": {}}}', "no such file"),
        ('{"collections": 3}', "has no collections"),
        ("{}", "has no collections"),
    ],
)
def test_collections_that_are_not_one_are_told(meta, fault, folder):
    (folder / "meta.json").write_text(meta)
    with pytest.raises(FormatError, match=fault):
        load(folder)


@pytest.mark.parametrize(
    "table",
    [
        "CREATE VIEW points AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT i AS id, zeroblob(1000000) AS point FROM n",
        "CREATE TABLE points (id TEXT PRIMARY KEY, raw, point AS (zeroblob(1000000000)))",
        "CREATE TABLE others (id TEXT PRIMARY KEY, point BLOB)",
    ],
)
def test_a_database_that_is_a_program_is_refused(table, tmp_path):
    with pytest.raises(FormatError, match="no table of points"):
        load(write_folder(tmp_path / "v", [], table=table))


def test_a_database_that_is_cut_short_anywhere(folder):
    whole = storage_of(folder).read_bytes()
    for size in (*range(0, len(whole), 97), 4096, 8192, len(whole) - 1):
        storage_of(folder).write_bytes(whole[:size])
        with pytest.raises(FormatError, match=r"damaged|no collection of Qdrant"):
            load(folder)


def test_reading_leaves_nothing_and_changes_nothing(folder):
    before = storage_of(folder).read_bytes()
    load(folder)
    assert [file.name for file in storage_of(folder).parent.iterdir()] == ["storage.sqlite"]
    assert storage_of(folder).read_bytes() == before


def test_more_than_two_gigabytes_are_read(folder):
    # Pages that no table has.
    os.truncate(storage_of(folder), 1 << 31)
    assert list(load(folder)) == WORDS


@pytest.mark.parametrize("ending", ["-journal", "-wal"])
def test_a_database_with_half_of_a_change_is_refused(ending, folder):
    journal = storage_of(folder).with_name(f"storage.sqlite{ending}")
    journal.touch()
    assert list(load(folder)) == WORDS
    journal.write_bytes(b"pages")
    with pytest.raises(FormatError, match=rf"not finished \(storage\.sqlite{ending}\); open the"):
        load(folder)


@pytest.mark.parametrize("names", [["mine"], ["words", "mine"]])
def test_collections_of_others_are_not_replaced(names, tmp_path, monkeypatch):
    monkeypatch.setattr(qdrant, "check_package", lambda: None)
    folder = write_folder(tmp_path / "v", points(WORDS, MATRIX), names=names)
    with pytest.raises(FirthError, match="the folder there does not hold vectors that Firth wrote"):
        check_destination(folder, format="qdrant")
    check_destination(folder, format="qdrant", overwrite=True)


def test_what_was_written_is_replaced(folder, monkeypatch):
    monkeypatch.setattr(qdrant, "check_package", lambda: None)
    check_destination(folder, format="qdrant")
    (folder / "collection" / "other").mkdir()
    with pytest.raises(FirthError, match="does not hold vectors"):
        check_destination(folder, format="qdrant")
    (folder / "meta.json").write_text("[]")
    with pytest.raises(FirthError, match="does not hold vectors"):
        check_destination(folder, format="qdrant")


def test_writing_needs_the_package_and_tells_so_before_it_reads(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"firth\[qdrant\]"):
        convert(tmp_path / "absent", tmp_path / "v", format="qdrant")
    with pytest.raises(MissingExtraError, match=r"firth\[qdrant\]"):
        Vectors(WORDS, MATRIX).save(tmp_path / "v", format="qdrant")
    assert not list(tmp_path.iterdir())


def test_it_is_not_for_the_hub():
    with pytest.raises(FirthError, match="local mode: the hub takes a folder of files only"):
        Vectors(WORDS, MATRIX).save("hf://user/name", format="qdrant")


@pytest.fixture
def client():
    """Return what makes a client, which is closed at the end."""
    qdrant_client = pytest.importorskip("qdrant_client", reason="qdrant-client is not installed")
    made = []

    def open_folder(path):
        made.append(qdrant_client.QdrantClient(path=str(path)))
        return made[-1]

    yield open_folder
    for each in made:
        each.close()


def test_the_client_finds_the_neighbours_of_what_is_written(client, tmp_path):
    matrix = np.random.default_rng(2).normal(size=(300, 8)).astype(np.float32)
    words = [f"w{row}" for row in range(299)] + ["茶"]
    vectors = Vectors(words, matrix, counts=np.arange(300)[::-1])
    vectors.save(tmp_path / "v", format="qdrant")
    assert sorted(file.name for file in (tmp_path / "v").iterdir()) == ["collection", "meta.json"]
    opened = client(tmp_path / "v")
    assert opened.count("words").count == 300
    found = opened.query_points("words", query=matrix[299].tolist(), limit=4).points[1:]
    expected = vectors.similar("茶", top=3)
    assert [each.payload["word"] for each in found] == [word for word, _ in expected]
    np.testing.assert_allclose([each.score for each in found], [s for _, s in expected], rtol=1e-5)
    assert found[0].payload["count"] == 299 - found[0].id
    # Written again, in the place of the old one.
    opened.close()
    Vectors([1, 2], MATRIX).save(tmp_path / "v", format="qdrant")
    again = load(tmp_path / "v")
    assert again.words == (1, 2)
    np.testing.assert_array_equal(again, MATRIX)


def test_what_the_client_wrote_is_read(client, tmp_path):
    from qdrant_client import models

    opened = client(tmp_path / "v")
    shape = models.VectorParams(size=3, distance=models.Distance.DOT)
    opened.create_collection("mine", vectors_config=shape)
    opened.upsert(
        "mine",
        [
            models.PointStruct(id=row, vector=vector, payload={"word": word, "more": {"a": [1]}})
            for row, (word, vector) in enumerate(zip(WORDS, MATRIX.tolist(), strict=True))
        ],
    )
    opened.close()
    vectors = load(tmp_path / "v")
    assert list(vectors) == WORDS
    np.testing.assert_array_equal(vectors, MATRIX)


def test_the_table_is_the_one_that_is_checked():
    database = sqlite3.connect(":memory:")
    database.execute(TABLE)
    assert database.execute("SELECT sql FROM sqlite_master").fetchone() == (qdrant._SCHEMA,)
    database.close()

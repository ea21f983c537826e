"""Scripts for PostgreSQL with pgvector, read back by the rules of COPY."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import FirthError, FormatError
from firth.vectors import Vectors, load

MATRIX = np.array([[1, 0.1], [-2, 3e-9]], np.float32)
# What COPY makes of a backslash and a character: PostgreSQL's manual, "File Formats".
ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def unescaped(field):
    """Return a field as COPY reads it."""
    return re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[1]), field, flags=re.DOTALL)


def rows_of(script):
    """Return the columns and the rows of a script."""
    head, _, rest = script.partition(" FROM stdin;\n")
    columns = head.rpartition("(")[2].rstrip(")").split(", ")
    lines = rest.split("\n")
    end = lines.index("\\.")
    assert lines[end + 1 :] == ["", "COMMIT;", ""]
    return columns, [[unescaped(field) for field in line.split("\t")] for line in lines[:end]]


def test_a_script_is_written(tmp_path):
    path = tmp_path / 'my "words".sql'
    Vectors(["tea", "new\tyork\\"], MATRIX, counts=[7, 3]).save(path)
    assert path.read_text() == (
        "-- Words and vectors for PostgreSQL with pgvector: psql --file this\n\n"
        "\\set ON_ERROR_STOP on\n"
        "SET client_encoding = 'UTF8';\nBEGIN;\nCREATE EXTENSION IF NOT EXISTS vector;\n"
        'CREATE TABLE "my ""words""" (\n    id integer PRIMARY KEY,\n'
        "    word text NOT NULL UNIQUE,\n    count bigint,\n    vector vector(2) NOT NULL\n);\n\n"
        'COPY "my ""words""" (id, word, count, vector) FROM stdin;\n'
        "0\ttea\t7\t[1,0.100000001]\n1\tnew\\tyork\\\\\t3\t[-2,3.00000003e-09]\n\\.\n\nCOMMIT;\n"
    )


def test_integers_and_float16(tmp_path):
    Vectors([5, -6], MATRIX).save(tmp_path / "v.sql", dtype="float16")
    script = (tmp_path / "v.sql").read_text()
    assert "word bigint NOT NULL" in script
    assert "vector halfvec(2)" in script
    assert rows_of(script) == (["id", "word", "vector"], [
        ["0", "5", "[1,0.0999755859]"], ["1", "-6", "[-2,0]"],
    ])  # fmt: skip


def test_names_that_postgresql_would_cut_are_refused(tmp_path):
    Vectors(["tea", "milk"], MATRIX).save(tmp_path / f"{'é' * 31}x.sql")
    with pytest.raises(FormatError, match="would have 64 bytes, of which PostgreSQL keeps 63"):
        Vectors(["tea", "milk"], MATRIX).save(tmp_path / f"{'é' * 32}.sql")
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("word", ["a\0", "\ud800", "x" * 501])
def test_what_postgresql_cannot_hold_is_refused(word, tmp_path):
    with pytest.raises(FormatError, match="PostgreSQL cannot hold the word"):
        Vectors([word], MATRIX[:1]).save(tmp_path / "v.sql")
    with pytest.raises(FormatError, match="pgvector holds 16,000 dimensions, not 16,001"):
        Vectors(["a"], np.ones((1, 16_001))).save(tmp_path / "v.sql")
    assert not list(tmp_path.iterdir())


def test_scripts_are_not_read_and_others_not_replaced(tmp_path):
    for _ in range(2):
        Vectors(["a", "b"], MATRIX).save(tmp_path / "v.sql")
    with pytest.raises(
        FormatError, match="writes a script for PostgreSQL's pgvector, but does not read"
    ):
        load(tmp_path / "v.sql")
    with pytest.raises(FormatError, match="but does not read it"):
        load(tmp_path / "v.sql", format="pgvector")
    (tmp_path / "v.sql").write_text("DROP TABLE words;")
    with pytest.raises(FirthError, match="does not hold vectors"):
        Vectors(["a", "b"], MATRIX).save(tmp_path / "v.sql")


@pytest.mark.parametrize("name", ["word2vec-text", "word2vec-binary", "fasttext", "npz"])
def test_a_script_is_not_replaced_by_another_format(name, tmp_path):
    vectors = Vectors(["a", "b"], MATRIX)
    vectors.save(tmp_path / "v.sql")
    script = (tmp_path / "v.sql").read_bytes()
    with pytest.raises(FirthError, match=r"does not hold vectors .*--overwrite"):
        vectors.save(tmp_path / "v.sql", format=name)
    assert (tmp_path / "v.sql").read_bytes() == script
    vectors.save(tmp_path / "v.sql", format=name, overwrite=True)
    assert load(tmp_path / "v.sql").words == ("a", "b")


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_words_and_numbers_come_back(data, tmp_path_factory):
    texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
    words = data.draw(st.lists(texts, min_size=1, max_size=9, unique=True))
    floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
    row = st.lists(floats, min_size=2, max_size=2)
    numbers = np.array([data.draw(row) for _ in words], np.float32)
    path = tmp_path_factory.mktemp("v") / "v.sql"
    Vectors(words, numbers).save(path)
    _, rows = rows_of(path.read_bytes().decode())
    assert [fields[1] for fields in rows] == words
    found = [fields[2].strip("[]").split(",") for fields in rows]
    np.testing.assert_array_equal(np.array(found, np.float32), numbers)

"""Tables of floret: vectors of whatever words are named."""

import gzip
import json

import numpy as np
import pytest

import firth
from firth.errors import ConfigError, FormatError
from firth.vectors import convert, load

ROWS = np.random.default_rng(9).normal(size=(50, 3)).astype(np.float32)
HEADER = "50 3 3 6 2 2166136261 < >\n"
LINES = [f"{row} {' '.join(map(repr, map(float, numbers)))} \n" for row, numbers in enumerate(ROWS)]
# The rows of `tea`, as floret 0.10.5 returns them.
TEA = [15, 14, 0, 2, 46, 1, 15, 14, 10, 22, 24, 23, 27, 46]


@pytest.fixture
def table(tmp_path):
    """Write a table, and return where it is."""
    path = tmp_path / "v.floret"
    path.write_text(HEADER + "".join(LINES))
    return path


def test_words_have_the_mean_of_their_rows(table):
    vectors = load(table, words=["milk", "tea", "milk", "茶 x"])
    assert vectors.words == ("milk", "tea", "茶 x")
    np.testing.assert_allclose(vectors["tea"], ROWS[TEA].mean(axis=0), rtol=1e-6)
    assert vectors.similar("tea", top=1)[0].word in ("milk", "茶 x")
    assert load(table, words=["tea", "milk"], limit=1).words == ("tea",)
    assert load(table, words="tea").words == ("tea",)


def test_other_words_are_composed_in_the_same_way(table):
    vectors, other = load(table, words=["milk"]), load(table, words=["tea"])
    np.testing.assert_array_equal(vectors["tea"], other["tea"])
    # Also where a word's own row is added to those of its n-grams.
    np.testing.assert_allclose(other.raw.trained("tea", 0), other["tea"], rtol=1e-6)


def test_forms_of_letters_are_those_of_the_caller(table):
    composed, apart = "\u00e9", "e\u0301"
    vectors = load(table, words=[apart])
    assert vectors.words == (apart,)
    assert not np.allclose(vectors[apart], load(table, words=[composed])[composed])


def test_a_folder_keeps_the_table(table, tmp_path):
    vectors = load(table, words=["milk", "tea"])
    vectors.save(tmp_path / "kept")
    kept = load(tmp_path / "kept")
    assert kept.words == vectors.words
    for word in ("tea", "kettle", "\u00e9", "e\u0301"):
        np.testing.assert_array_equal(kept[word], vectors[word])
    np.testing.assert_allclose(kept.read_out("plain")["tea"], vectors["tea"], rtol=1e-6)


def test_a_list_of_words_converts_it(table, tmp_path):
    (tmp_path / "words").write_bytes("\ufefftea\r\n\nnew york\ntea\n7\n".encode())
    done = convert(table, tmp_path / "v", words=tmp_path / "words")
    assert (done.words, done.dim, done.missing) == (3, 3, ())
    assert load(tmp_path / "v").words == ("tea", "new york", "7")


@pytest.mark.parametrize("name", ["v.floret", "v.txt", "v", "v.floret.gz"])
def test_a_table_is_known_by_its_first_line(table, name, tmp_path):
    content = table.read_bytes()
    if name.endswith(".gz"):
        content = gzip.compress(content)
    (tmp_path / "other").mkdir()
    path = tmp_path / "other" / name
    path.write_bytes(content)
    assert load(path, words=["tea"]).dim == 3
    with pytest.raises(FormatError, match=r"no list of words; .* words=\[.*firth convert"):
        load(path)


def test_a_table_is_written_as_it_was_read(table, tmp_path):
    vectors = load(table, words=["milk", "tea"])
    vectors.save(tmp_path / "again.floret")
    lines = (tmp_path / "again.floret").read_text("utf-8").splitlines()
    assert lines[0] == HEADER.strip()
    assert len(lines) == 1 + len(ROWS)
    for word in ("tea", "kettle", "\u00e9"):
        again = load(tmp_path / "again.floret", words=[word])
        np.testing.assert_array_equal(again[word], vectors[word])
    # A folder keeps it too, and such a file is replaced.
    vectors.save(tmp_path / "kept")
    convert(tmp_path / "kept", tmp_path / "again.floret")
    assert (tmp_path / "again.floret").read_text("utf-8").splitlines() == lines


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda vectors: firth.Vectors(["tea"], ROWS[:1]), "come from a table of floret"),
        (lambda vectors: vectors.read_out("plain,components=1"), "no longer those"),
    ],
)
def test_other_vectors_are_not_written_as_a_table(change, fault, table, tmp_path):
    vectors = change(load(table, words=["milk", "tea", "kettle", "king"]))
    with pytest.raises(FormatError, match=fault):
        vectors.save(tmp_path / "new.floret")
    assert not (tmp_path / "new.floret").exists()


def test_an_aligned_table_is_written_as_it_was_turned(table, tmp_path):
    words = ["milk", "tea", "kettle", "king"]
    vectors = load(table, words=words)
    turned = firth.align(vectors, onto=firth.Vectors(words, np.asarray(vectors)[:, ::-1]))
    turned.save(tmp_path / "turned.floret")
    again = load(tmp_path / "turned.floret", words=[*words, "other"])
    assert not np.allclose(again["tea"], vectors["tea"])
    for word in (*words, "other"):
        np.testing.assert_allclose(again[word], turned[word], rtol=1e-5, atol=1e-7)


def test_marks_that_no_line_can_hold_are_refused(table, tmp_path):
    table.write_text((HEADER + "".join(LINES)).replace(" < ", " [\u00a0< "))
    vectors = load(table, words=["tea"], format="floret")
    with pytest.raises(FormatError, match="marks of words"):
        vectors.save(tmp_path / "new.floret")


def test_words_must_be_text(table):
    assert load(table, words=[5, "tea"]).words == ("tea",)
    with pytest.raises(ConfigError, match="must be text, got integers"):
        load(table, words=[5])


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (HEADER + "".join(LINES[:-1]), "promises 50|do not fit"),
        (HEADER + "".join([*LINES, LINES[0]]), "more follows"),
        (HEADER + "".join([LINES[0], LINES[2], LINES[1], *LINES[3:]]), "line 3: expected row 1"),
        (HEADER + "".join(LINES).replace(" -", " x", 1), "line 2|line 3"),
        (HEADER.replace("50", "900000000") + "".join(LINES), "do not fit"),
        (HEADER.replace("3 3 6", "3 0 0") + "".join(LINES), "without n-grams"),
        (HEADER.replace("3 3 6", "3 6 3") + "".join(LINES), "without n-grams"),
        (HEADER.replace("3 3 6", "3 3 600") + "".join(LINES), "at most 100|from 1 to 100"),
        (HEADER.replace("50 3", "0 3") + "".join(LINES), "promises 0 rows"),
        (HEADER.replace("50 3", "50 0") + "".join(LINES), "rows of 0 numbers"),
        (HEADER.replace("2166136261", "9966136261") + "".join(LINES), "seed of floret"),
        ("50 3\n" + "".join(LINES), "not that of a table of floret"),
        ("", "empty"),
    ],
)
def test_damaged_tables_are_refused(content, fault, tmp_path):
    (tmp_path / "v").write_text(content)
    with pytest.raises(FormatError, match=fault) as caught:
        load(tmp_path / "v", words=["tea"], format="floret")
    assert "\n" not in str(caught.value)


def test_marks_that_are_not_utf8_are_refused(table):
    table.write_bytes(table.read_bytes().replace(b"<", b"\xff", 1))
    with pytest.raises(FormatError, match=r"cannot read .*utf-8"):
        load(table, words=["tea"])


def test_models_of_floret_are_named(tmp_path):
    numbers = [793712314, 12, 4, 5, 1, 1, 5, 1, 2, 1, 50, 3, 6, 2, 2, 100]
    content = np.array(numbers, "<i4").tobytes() + np.float64(1e-4).tobytes() + bytes(40)
    (tmp_path / "v.bin").write_bytes(content)
    with pytest.raises(FormatError, match=r"binary model of floret, .*\(\.floret\).*\(\.vec\)"):
        load(tmp_path / "v.bin")


def test_fasttext_is_not_written(table, tmp_path):
    with pytest.raises(FormatError, match="hashes n-grams otherwise than floret"):
        load(table, words=["tea"]).save(tmp_path / "v.bin", format="fasttext")


def test_training_goes_on_from_whole_words_only(table):
    start, units = load(table, words=["tea", "milk"]), [["tea", "milk"] * 9] * 9
    options = {"epochs": 1, "sample": 0, "threads": 1}
    with pytest.warns(UserWarning, match="hashed as floret does, which is not trained"):
        assert firth.train(units, start=start, **options).dim == 3
    with pytest.raises(ConfigError, match="hashed as floret does, which is not trained"):
        firth.train(units, start=start, subwords=(3, 6), buckets=50, **options)


def test_spacy_has_the_same_vectors(table, tmp_path):
    spacy = pytest.importorskip("spacy", reason="spacy is not installed")
    words = ["tea", "naïve", "茶", "a", "internationalization", "\u00e9", "e\u0301", "<tea>"]
    vocab = spacy.vocab.Vocab()
    vocab.vectors = spacy.vectors.Vectors(
        strings=vocab.strings, data=ROWS, mode="floret", minn=3, maxn=6, hash_count=2,
        hash_seed=2166136261, bow="<", eow=">",
    )  # fmt: skip
    for word in words:
        vocab.strings.add(word)
    vocab.to_disk(tmp_path / "vocab")
    for path in (table, tmp_path / "vocab"):
        vectors = load(path, words=words)
        for word in words:
            np.testing.assert_allclose(vectors[word], vocab.vectors[word], rtol=1e-5, atol=1e-7)
    with pytest.raises(FormatError, match="no list of words"):
        load(tmp_path / "vocab")
    config = json.loads((tmp_path / "vocab" / "vectors.cfg").read_text())
    for changes, fault in [
        ({"minn": 1}, "spaCy cuts n-grams of 1 character otherwise"),
        ({"minn": "3"}, "should have whole numbers"),
        ({"maxn": 2}, "without n-grams"),
        ({"hash_count": 9}, "hashes of floret"),
        ({"bow": 1}, "a mark of floret"),
    ]:
        (tmp_path / "vocab" / "vectors.cfg").write_text(json.dumps(config | changes))
        with pytest.raises(FormatError, match=fault):
            load(tmp_path / "vocab", words=words)


def test_spacy_reads_a_table_that_was_written(table, tmp_path):
    spacy = pytest.importorskip("spacy", reason="spacy is not installed")
    from spacy.training.initialize import convert_vectors

    load(table, words=["milk"]).save(tmp_path / "again.floret")
    nlp = spacy.blank("en")
    convert_vectors(
        nlp, tmp_path / "again.floret", truncate=0, prune=-1, name="again", mode="floret"
    )
    for word in ("tea", "internationalization", "茶"):
        expected = load(table, words=[word])[word]
        np.testing.assert_allclose(nlp.vocab.get_vector(word), expected, rtol=1e-5, atol=1e-7)

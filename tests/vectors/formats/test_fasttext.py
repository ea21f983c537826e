"""fastText's binary models; `tests/subwords/test_fasttext.py` has vectors that fastText printed."""

import gzip
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fasttext_files import fasttext_bin
from firth.cli.fasttext_verbs import print_ngrams
from firth.errors import FirthError, FirthWarning, FormatError
from firth.subwords import Subwords, hashed_ngrams
from firth.subwords.cutting import byte_ngrams
from firth.vectors import RawTables, Vectors, load
from firth.vectors.search import unit_rows

WORDS = ["</s>", "tea", "茶", "I", "cafe\u0301"]
TABLE = np.random.default_rng(5).normal(size=(5 + 60, 4)).astype(np.float32)
WHOLE = fasttext_bin(WORDS, TABLE)


@pytest.fixture
def put(tmp_path):
    """Write a model, and return its path."""

    def write(content, name="v.bin"):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


@pytest.mark.parametrize("name", ["toy-model", "crime-and-punishment"])
def test_agrees_with_the_text_file(name, shared_data):
    folder = shared_data / "vectors"
    binary, text = (load(folder / f"{name}.{suffix}") for suffix in ("bin", "vec"))
    assert binary.words == text.words
    # The text has five digits.
    np.testing.assert_allclose(binary, text, rtol=5e-5, atol=5e-6)


@pytest.mark.parametrize("version", [11, 12])
@pytest.mark.parametrize("name", ["v.bin", "v.ftz", "v"])
def test_words_counts_output_and_settings(version, name, put):
    content = fasttext_bin(WORDS, TABLE, -TABLE[:5], version=version, loss=3)
    loaded = load(put(content, name))
    assert list(loaded) == WORDS
    assert loaded.counts.tolist() == [5, 4, 3, 2, 1]
    np.testing.assert_array_equal(loaded.output_vectors, -TABLE[:5])
    told = loaded.config["fasttext"]
    assert (told["version"], told["model"], told["loss"]) == (version, "skipgram", "softmax")


def test_vectors_are_means_of_the_word_and_its_ngrams(put, tmp_path):
    path = put(WHOLE)
    loaded, hashed = load(path), hashed_ngrams(3, 6, 60)
    np.testing.assert_array_equal(loaded["</s>"], TABLE[0])
    np.testing.assert_array_equal(loaded.raw.input, TABLE)
    for row, word in [(1, "tea"), (2, "茶"), (3, "I")]:
        rows = [row, *np.add(5, hashed.rows_of(word))]
        np.testing.assert_allclose(loaded[word], TABLE[rows].mean(axis=0), rtol=1e-5)
    expected = TABLE[np.add(5, hashed.rows_of("teapot"))].mean(axis=0)
    np.testing.assert_allclose(loaded["teapot"], expected, rtol=1e-5)
    assert loaded.get("") is None
    loaded.save(tmp_path / "folder")
    again = load(tmp_path / "folder")
    for word in (*WORDS, "teapot", "e\u0301e\u0301"):
        np.testing.assert_array_equal(again[word], loaded[word])
    np.testing.assert_allclose(again.read_out("plain"), loaded, rtol=1e-5)


def test_words_are_cut_as_they_are_and_not_in_composed_form(put):
    loaded = load(put(fasttext_bin(WORDS, TABLE, minn=1, maxn=1)))
    rows = [4, *(5 + row for c in "cafe\u0301" for row in hashed_ngrams(1, 1, 60).rows_of(c))]
    # The accent alone is not normalized, and it is a character of its own.
    assert len(rows) == 6
    np.testing.assert_allclose(loaded["cafe\u0301"], TABLE[rows].mean(axis=0), rtol=1e-5)


@pytest.mark.parametrize(
    ("settings", "version", "buckets"),
    [
        ({"maxn": 0}, 12, 60),
        ({"minn": 5, "maxn": 4}, 12, 60),
        ({"minn": 0, "maxn": 0, "wordNgrams": 2}, 12, 60),
        ({"model": 3}, 11, 60),
        ({}, 12, 0),
    ],
)
def test_models_without_ngrams_of_characters_are_of_whole_words(settings, version, buckets, put):
    content = fasttext_bin(WORDS, TABLE[: 5 + buckets], version=version, **settings)
    loaded = load(put(content))
    np.testing.assert_array_equal(loaded, TABLE[:5])
    assert loaded.raw is None
    assert loaded.get("teapot") is None


def test_labels_are_left_out_and_their_vectors_too(put):
    content = fasttext_bin(WORDS, TABLE, TABLE[:2], labels=["__label__a", "__label__b"], model=3)
    loaded = load(put(content))
    assert list(loaded) == WORDS
    assert loaded.output_vectors is None


def test_the_rows_of_a_tree_are_not_those_of_words(put):
    assert load(put(fasttext_bin(WORDS, TABLE, loss=1))).output_vectors is None


@pytest.mark.parametrize("model", [1, 2, 3])
def test_models_from_before_2017_are_read(model, put, tmp_path):
    early = load(put(fasttext_bin(WORDS, TABLE, -TABLE[:5], version=0, model=model)))
    later = load(put(fasttext_bin(WORDS, TABLE, -TABLE[:5], version=11, model=model)))
    assert list(early) == WORDS
    np.testing.assert_array_equal(early, later)
    np.testing.assert_array_equal(early.counts, later.counts)
    assert (early.raw is None) == (later.raw is None) == (model == 3)
    assert early.config["fasttext"]["version"] == 0
    # Written, it is of today's version.
    early.save(tmp_path / "again.bin", format="fasttext")
    assert load(tmp_path / "again.bin").config["fasttext"]["version"] == 12


def test_gensim_reads_a_model_from_before_2017_the_same(shared_data):
    gensim = pytest.importorskip("gensim", reason="gensim is not installed")
    path = shared_data / "vectors" / "cp852_fasttext.bin"
    theirs = gensim.models.fasttext.load_facebook_vectors(str(path), encoding="cp852")
    ascii_words = [word for word in theirs.index_to_key if word.isascii()]
    ours = load(path, words=ascii_words)
    assert len(ours.words) == len(ascii_words) > 50
    for word in [*ascii_words, "nepodle", "jenjen"]:
        np.testing.assert_allclose(ours[word], theirs[word], rtol=1e-5, atol=1e-8)


def test_words_that_are_not_utf8_are_cut_as_bytes(shared_data, put):
    path = shared_data / "vectors" / "cp852_fasttext.bin"
    with pytest.raises(FormatError, match=r"word number 2 is not UTF-8; .*'replace'"):
        load(path)
    # The second and the fourteenth word differ in the byte that is replaced.
    assert load(path, limit=9, words=["ji", "jen"]).words == ("ji", "jen")
    told = "number 14 is 'kter\ufffd', like number 2; in both, bytes"
    with pytest.raises(FormatError, match=told):
        load(path, encoding_errors="replace")
    loaded = load(path, encoding_errors="replace", limit=9)
    assert loaded.words[:3] == ("ji", "kter\ufffd", "jen")
    # Each byte here starts a character, in fastText's eyes.
    ngrams = [b"<k", b"<kt", b"<kte", b"kt", b"kte", b"kter", b"te", b"ter", b"ter\xec", b"er",
              b"er\xec", b"er\xec>", b"r\xec", b"r\xec>", b"\xec>"]  # fmt: skip
    table = loaded.raw.input
    everything = load(
        path, encoding_errors="replace", words=["ji", "kter\ufffd"], limit=9
    ).raw.input
    assert everything.shape == (2 + 1000, 2)
    rows = [9 + _hash(ngram) % 1000 for ngram in ngrams]
    np.testing.assert_allclose(loaded["kter\ufffd"], table[[1, *rows]].mean(axis=0), rtol=1e-5)


def _hash(ngram):
    value = 2166136261
    for byte in ngram:
        value = (value ^ (byte | 0xFFFFFF00 if byte > 127 else byte)) * 16777619 % (1 << 32)
    return value


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (fasttext_bin(WORDS, TABLE, flags=(1, 0)), "compressed .*quantize, .ftz.*does not read"),
        (fasttext_bin(WORDS, TABLE, pruned=3), "compressed .*quantize, .ftz"),
        (fasttext_bin(WORDS, TABLE, flags=(0, 1)), "only the second of its tables"),
        (fasttext_bin(WORDS, TABLE, flags=(7, 0)), "the kind of its first table is 7"),
        (fasttext_bin(WORDS, TABLE, version=13), "version 13 of its format; Firth reads 11 and 12"),
        (WHOLE[:4] + bytes(4) + WHOLE[8:], "version 0 of its format; Firth reads 11 and 12"),
        (fasttext_bin(WORDS, TABLE, dim=0), "damaged: 0 dimensions"),
        (fasttext_bin(WORDS, TABLE, dim=5), "should have 5 columns, not 65 rows of 4"),
        (fasttext_bin(WORDS, TABLE, bucket=59), "65 rows for 5 words and 59 buckets"),
        (fasttext_bin(WORDS, TABLE, bucket=-1), "-1 buckets"),
        (fasttext_bin(WORDS, TABLE, model=4), "no model 4"),
        (fasttext_bin(WORDS, TABLE, loss=0), "with loss 0"),
        (fasttext_bin(WORDS, TABLE, maxn=101), "at most 100, got 101"),
        (fasttext_bin(["a", "a"], TABLE[:2]), "number 2 is 'a', like number 1"),
        (fasttext_bin(["a", "b"], TABLE[:2], counts=[1, -1]), "word number 2 has kind 0"),
        (fasttext_bin([], TABLE[:0]), "0 words and 0 labels are not"),
        (fasttext_bin([b"a" * 5_000_000], TABLE[:1]), "word number 1 of 1 does not end"),
        (fasttext_bin(["a"], np.array([[np.nan]])), "NaN or infinity"),
        (WHOLE + b"\0", "more follows at byte"),
    ],
)
def test_models_that_are_compressed_or_damaged(content, fault, put, assert_refused):
    assert_refused(put(content), fault)


def test_files_cut_short_anywhere(put, assert_refused):
    for size in range(4, len(WHOLE), 7):
        assert_refused(put(WHOLE[:size]), "cut short")


def test_what_a_damaged_file_promises_takes_no_memory(put, assert_refused):
    place = WHOLE.index(struct.pack("<2q", 65, 4))
    for rows in (1 << 40, 1 << 62):
        promise = struct.pack("<2q", rows, 4)
        assert_refused(put(WHOLE[:place] + promise + WHOLE[place + 16 :]), "cut short in the rows")
    sizes = WHOLE.index(struct.pack("<3i", 5, 5, 0))
    promise = struct.pack("<3i", (1 << 31) - 1, (1 << 31) - 1, 0)
    assert_refused(put(WHOLE[:sizes] + promise + WHOLE[sizes + 12 :]), "damaged|cut short")


def test_a_word_with_more_ngrams_than_memory_is_told(put, assert_refused):
    # 16 million n-grams would need gigabytes, and minutes: each word has them again.
    content = fasttext_bin(["a" * 160_000], np.ones((3, 2)), minn=1, maxn=100)
    assert_refused(put(content), "a word of 160,000 characters may have more than 1,048,576 n")


def test_compressed_files_and_parts(put):
    path = put(gzip.compress(WHOLE), "v.bin.gz")
    np.testing.assert_array_equal(load(path), load(put(WHOLE)))
    some = load(path, words=["I", "cafe\u0301"])
    assert list(some) == ["I", "cafe\u0301"]
    np.testing.assert_array_equal(some.raw.input, TABLE[[3, 4, *range(5, 65)]])
    np.testing.assert_array_equal(some["teapot"], load(put(WHOLE))["teapot"])


def test_the_name_tells_which_binary_format_is_meant(put, tmp_path):
    with pytest.raises(FormatError, match="line 1 must be words and dimensions"):
        load(put(WHOLE), format="word2vec-binary")
    Vectors(["tea"], np.ones((1, 2))).save(tmp_path / "w.bin")
    with pytest.raises(FormatError, match=r"is no model of fastText|cut short in its settings"):
        load(tmp_path / "w.bin", format="fasttext")
    (tmp_path / "w.txt").write_text("tea 1 2 3\n" * 20)
    with pytest.raises(FormatError, match=r"w\.txt: is no model of fastText$"):
        load(tmp_path / "w.txt", format="fasttext")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_words_and_numbers_come_back(data, tmp_path_factory):
    texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"))
    words = data.draw(st.lists(texts, min_size=1, max_size=9, unique=True))
    row = st.lists(st.floats(-(2.0**100), 2.0**100, width=32), min_size=2, max_size=2)
    numbers = np.array([data.draw(row) for _ in words], np.float32)
    path = tmp_path_factory.mktemp("v") / "v.bin"
    path.write_bytes(fasttext_bin(words, numbers))
    loaded = load(path)
    assert list(loaded) == words
    np.testing.assert_array_equal(loaded.input_vectors, numbers)


def hashed(exponent=1.0, words=WORDS, **more):
    """Return vectors with hashed n-grams, and tables to compose them of."""
    subwords = Subwords(3, 6, buckets=60, exponent=exponent, **more)
    table = TABLE[: len(words) + 60]
    output = TABLE[: len(words)] + 1
    return Vectors.from_tables(words, RawTables(table, subwords), output_vectors=output, **FROM)


FROM = {
    "counts": np.array([9, 7, 5, 3, 1]),
    "config": {"options": {"window": 4, "sample": 0.01, "model": "cbow"}},
    "readout": "plain",
}


@pytest.mark.parametrize("sample", [10**400, float("nan"), "0.01", [0.01], None])
@pytest.mark.parametrize("name", ["options", "gensim", "fasttext"])
def test_what_is_no_sample_is_not_written(name, sample, tmp_path):
    config = {name: {"sample": sample, "t": sample}}
    Vectors(WORDS, np.ones((5, 2)), config=config).save(tmp_path / "v.bin", format="fasttext")
    assert load(tmp_path / "v.bin").config["fasttext"]["t"] == 1e-4


# So long that words are composed some at a time.
LONG = np.random.default_rng(9).normal(size=(50, 1 << 14)).astype(np.float32)


def test_words_that_are_not_utf8_have_their_own_vectors_among_many(put):
    words = [b"word%d" % number for number in range(40)]
    words[33] = b"caf\xe9"
    loaded = load(put(fasttext_bin(words, LONG)), encoding_errors="replace")
    for row, word in [(32, b"word32"), (33, b"caf\xe9"), (39, b"word39")]:
        ngrams = byte_ngrams(word, 3, 6)
        rows = [row, *(40 + _hash(ngram) % 10 for ngram in ngrams)]
        expected = LONG[rows].mean(axis=0)
        np.testing.assert_allclose(loaded.input_vectors[row], expected, rtol=1e-4, atol=1e-5)


def test_the_vectors_of_many_words_are_written_as_means(tmp_path):
    words = [f"word{number}" for number in range(40)]
    subwords = Subwords(3, 6, buckets=10, exponent=0.5)
    vectors = Vectors.from_tables(words, RawTables(LONG, subwords), readout="plain")
    vectors.save(tmp_path / "v.bin", format="fasttext")
    np.testing.assert_allclose(load(tmp_path / "v.bin"), vectors, rtol=1e-3, atol=1e-4)


def fasttext_loader(path):
    """Return a function from words to vectors."""
    package = pytest.importorskip("fasttext", reason="fasttext-community is not installed")
    model = package.load_model(str(path))
    rows = model.get_input_matrix()

    def vector(word):
        mean = rows[model.get_subwords(word)[1]].mean(axis=0)
        # fasttext-community scales to length one, fastText does not.
        given = model.get_word_vector(word)
        np.testing.assert_allclose(
            given * np.linalg.norm(mean), mean * np.linalg.norm(given), atol=1e-5
        )
        return mean

    return lambda words: np.array([vector(word) for word in words])


def firth_loader(path):
    """Return a function from words to vectors."""
    return load(path).__getitem__


LOADERS = pytest.mark.parametrize("loader", [firth_loader, fasttext_loader])
OTHERS = ["teas", "茶館", "cafes", "tea</s>"]


def test_ngrams_are_printed_as_fasttext_has_them(tmp_path, capsys):
    package = pytest.importorskip("fasttext", reason="fasttext-community is not installed")
    hashed(normalization="none").save(tmp_path / "v.bin", format="fasttext")
    model, vectors = package.load_model(str(tmp_path / "v.bin")), load(tmp_path / "v.bin")
    for word in [*WORDS, *OTHERS]:
        print_ngrams(vectors, word)
        printed = [line.split(" ") for line in capsys.readouterr().out.splitlines()]
        names, rows = model.get_subwords(word)
        assert [name for name, *_ in printed] == names
        numbers = [np.array(row[:-1], float) for _, *row in printed]
        np.testing.assert_allclose(numbers, model.get_input_matrix()[rows], rtol=1e-4)


@LOADERS
def test_a_model_with_means_is_written_as_it_is(loader, tmp_path):
    vectors = hashed(normalization="none")
    vectors.save(tmp_path / "v.bin", format="fasttext")
    found = loader(tmp_path / "v.bin")([*WORDS, *OTHERS])
    np.testing.assert_allclose(found, vectors[[*WORDS, *OTHERS]], rtol=1e-5, atol=1e-6)
    loaded = load(tmp_path / "v.bin")
    np.testing.assert_array_equal(loaded.raw.input, TABLE)
    np.testing.assert_array_equal(loaded.output_vectors, vectors.output_vectors)
    assert loaded.counts.tolist() == [9, 7, 5, 3, 1]
    told = loaded.config["fasttext"]
    assert [told[name] for name in ("ws", "t", "model", "epoch")] == [4, 0.01, "cbow", 5]
    loaded.save(tmp_path / "again.bin", format="fasttext")
    assert (tmp_path / "v.bin").read_bytes() == (tmp_path / "again.bin").read_bytes()


@LOADERS
@pytest.mark.parametrize("readout", ["plain", "subword", "plain,unit=yes", "components=1"])
@pytest.mark.parametrize("exponent", [0.5, 1.0])
def test_any_readout_is_written(loader, readout, exponent, tmp_path):
    vectors = hashed(exponent).read_out(readout)
    is_linear = exponent == 1 and (vectors.raw.space is None or vectors.raw.space.axes is None)
    if is_linear:
        vectors.save(tmp_path / "v.bin", format="fasttext")
    else:
        with pytest.warns(FirthWarning, match="Firth's directions, but not lengths"):
            vectors.save(tmp_path / "v.bin", format="fasttext")
    ask = loader(tmp_path / "v.bin")
    np.testing.assert_allclose(ask(WORDS), vectors[WORDS], rtol=1e-4, atol=1e-5)
    found, expected = ask(OTHERS), vectors[OTHERS]
    if not is_linear:
        found, expected = unit_rows(found), unit_rows(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@LOADERS
@pytest.mark.parametrize("counts", [None, [0, 3]])
def test_whole_words_are_written_without_ngrams(loader, counts, tmp_path):
    vectors = Vectors(["new york", 7], TABLE[:2], counts=counts)
    vectors.save(tmp_path / "v.bin", format="fasttext")
    np.testing.assert_array_equal(loader(tmp_path / "v.bin")(["new york", "7"]), TABLE[:2])
    loaded = load(tmp_path / "v.bin")
    assert loaded.raw is None
    assert loaded.output_vectors is None
    assert (loaded.counts is None) == (counts is None)


def test_words_that_were_cut_as_bytes_keep_their_vectors(put, tmp_path):
    latin = load(put(fasttext_bin([b"caf\xe9", "tea"], TABLE[:62])), encoding_errors="replace")
    latin.save(tmp_path / "a.bin", format="fasttext")
    np.testing.assert_allclose(load(tmp_path / "a.bin"), latin, rtol=1e-4, atol=1e-5)


def test_what_fasttext_cannot_hold_is_refused(tables, tmp_path):
    own = Vectors.from_tables(tables.words, tables.raw, readout="plain")
    with pytest.raises(FormatError, match="these have rows of their own; train with buckets"):
        own.save(tmp_path / "v.bin", format="fasttext")
    with pytest.raises(FormatError, match=r"fastText's models cannot hold the word 'a\\x00b'"):
        Vectors(["a\0b"], TABLE[:1]).save(tmp_path / "v.bin", format="fasttext")
    assert not list(tmp_path.iterdir())
    (tmp_path / "v.bin").write_bytes(WHOLE)
    hashed().save(tmp_path / "v.bin", format="fasttext")
    (tmp_path / "v.bin").write_bytes(b"anything")
    with pytest.raises(FirthError, match="does not hold vectors"):
        hashed().save(tmp_path / "v.bin", format="fasttext")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_words_and_numbers_are_written(data, tmp_path_factory):
    text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
    words = data.draw(st.lists(text, min_size=1, max_size=9, unique=True))
    floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
    numbers = np.array(data.draw(st.lists(floats, min_size=2, max_size=2)), np.float32)
    path = tmp_path_factory.mktemp("v") / "v.bin"
    vectors = Vectors(words, np.outer(np.ones(len(words), np.float32), numbers))
    vectors.save(path, format="fasttext")
    assert list(load(path)) == words
    np.testing.assert_array_equal(load(path), vectors)

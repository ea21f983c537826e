"""Tests that every format passes."""

import pkgutil
from importlib.util import find_spec

import numpy as np
import pytest

from firth.errors import ConfigError, FirthError, FormatError, VocabularyError
from firth.io import compression
from firth.vectors import Vectors, load

WORDS = ["the", "naïve", "北京", "a\u00a0b", "\ufeff", "😀", "7", "x" * 1000]


def all_kinds_of_float32(shape):
    """Return random bits, so that every exponent occurs, and extremes, without NaN and infinity."""
    rng = np.random.default_rng(3)
    numbers = rng.integers(0, 1 << 32, size=shape, dtype=np.uint32).view(np.float32)
    numbers[~np.isfinite(numbers)] = 0.1
    info = np.finfo(np.float32)
    numbers[0, :6] = [info.max, info.min, info.tiny, info.smallest_subnormal, -0.0, 1 + info.eps]
    return numbers


TARGETS = ["vectors", "vectors.v2/", "vectors.bin", "vectors.txt", "vectors.VEC", "vectors.npz"]
TARGETS += [
    pytest.param(name, marks=pytest.mark.skipif(find_spec("pyarrow") is None, reason="pyarrow"))
    for name in ("vectors.parquet", "vectors.arrow")
]


@pytest.fixture(params=TARGETS)
def target(request, tmp_path):
    return f"{tmp_path}/{request.param}"


@pytest.fixture
def vectors():
    return Vectors(WORDS, all_kinds_of_float32((len(WORDS), 33)))


def test_words_and_every_bit_of_the_numbers_come_back(vectors, target):
    vectors.save(target)
    loaded = load(target)
    assert list(loaded) == WORDS
    assert loaded.input_vectors.dtype == np.float32
    bits = (each.input_vectors.view(np.uint32) for each in (loaded, vectors))
    np.testing.assert_array_equal(*bits)


def test_many_words_of_one_dimension(target):
    numbers = np.random.default_rng(4).normal(size=(30_001, 1)).astype(np.float32)
    Vectors([f"w{i}" for i in range(30_001)], numbers).save(target)
    np.testing.assert_array_equal(load(target).input_vectors, numbers)


def test_padded_rows_are_written_without_the_padding(target):
    padded = all_kinds_of_float32((len(WORDS), 16))
    Vectors(WORDS, padded[:, :7]).save(target)
    np.testing.assert_array_equal(load(target).input_vectors, padded[:, :7])


def test_saving_again_replaces(vectors, target):
    Vectors(["old", "older"], np.ones((2, 2))).save(target)
    vectors.save(target)
    assert list(load(target)) == WORDS


def test_missing_file(target):
    with pytest.raises(FormatError, match=r"^no such file: .*vectors"):
        load(target.rstrip("/"))


def test_a_missing_folder_is_told_with_a_format_too(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^no such folder: .*absent"):
        load(tmp_path / "absent", format="firth")


def test_a_folder_around_vectors_tells_where_they_are(vectors, tmp_path):
    (tmp_path / "model" / "empty").mkdir(parents=True)
    with pytest.raises(FormatError, match="is not a folder of vectors: it has no"):
        load(tmp_path / "model")
    vectors.save(tmp_path / "model" / "vectors")
    told = "model is not a folder of vectors; the folder .*model.vectors in it is one$"
    with pytest.raises(FormatError, match=told):
        load(tmp_path / "model")


@pytest.mark.parametrize("name", TARGETS)
def test_unwritable_place(vectors, name, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FirthError, match="cannot write"):
        vectors.save(f"{tmp_path}/file/{name}")


@pytest.fixture(params=["vectors.bin", "vectors.txt", "vectors.vec"])
def word2vec_file(request, tmp_path):
    return tmp_path / request.param


def replace_bytes(path, *pairs):
    content = path.read_bytes()
    for old, new in pairs:
        content = content.replace(old, new)
    path.write_bytes(content)


@pytest.mark.parametrize("word", ["", "new york", "tab\there", "line\nend", "\r", "\v", "\ud800"])
def test_word2vec_formats_refuse_words_they_cannot_hold(word, word2vec_file):
    with pytest.raises(FormatError, match="cannot hold the word") as caught:
        Vectors(["the", word], np.ones((2, 3))).save(word2vec_file)
    assert repr(word) in str(caught.value)
    assert not word2vec_file.exists()


def test_word2vec_formats_write_integers_as_text(word2vec_file):
    Vectors([30, 10], np.ones((2, 3))).save(word2vec_file)
    assert load(word2vec_file).words == ("30", "10")
    with pytest.raises(FormatError, match="would be read back the same"):
        Vectors([7, "7"], np.ones((2, 3))).save(word2vec_file)


def test_word2vec_formats_have_no_counts(word2vec_file):
    Vectors(["a"], np.ones((1, 3)), counts=np.array([9]), config={"dim": 3}).save(word2vec_file)
    loaded = load(word2vec_file)
    assert (loaded.counts, loaded.output_vectors, loaded.config) == (None, None, {})


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        (b"1000000000000 1000000000\n", "do not fit into the"),
        (b"999999999999999999999999 999999999999999999999999\n", "do not fit into the"),
        (b"3 1000\n", "do not fit into the"),
        (b"1000 2\n", "do not fit into the"),
        (b"0 2\n", "both must be at least 1"),
        (b"2 0\n", "both must be at least 1"),
        (b"-2 2\n", "both must be at least 1"),
        (b"2 -2\n", "both must be at least 1"),
    ],
)
def test_word2vec_header_that_cannot_be_true(header, fault, word2vec_file, assert_refused):
    Vectors(["one", "two"], np.ones((2, 2))).save(word2vec_file)
    replace_bytes(word2vec_file, (b"2 2\n", header))
    assert_refused(word2vec_file, f"line 1\\b.*{fault}")


def test_word2vec_file_cut_short_anywhere(word2vec_file, assert_refused):
    Vectors(["one", "two", "three"], np.full((3, 2), 0.12345)).save(word2vec_file)
    whole = word2vec_file.read_bytes()
    # Missing last digits of a number, or a missing last newline, cannot be detected.
    last_number = 2 + len(b"0.123450004")
    for length in range(len(whole) - (1 if word2vec_file.suffix == ".bin" else last_number)):
        word2vec_file.write_bytes(whole[:length])
        assert_refused(word2vec_file)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"3 2\n", b"2 2\n", "promises 2 words, but more follows"),
        (b"two", b"one", "number 2 is 'one', like number 1"),
    ],
)
def test_word2vec_file_that_contradicts_itself(old, new, fault, word2vec_file, assert_refused):
    Vectors(["one", "two", "three"], np.ones((3, 2))).save(word2vec_file)
    replace_bytes(word2vec_file, (old, new))
    assert_refused(word2vec_file, fault)


def test_word2vec_file_with_words_that_are_not_utf8(word2vec_file):
    Vectors(["one", "tqo"], np.ones((2, 2))).save(word2vec_file)
    replace_bytes(word2vec_file, (b"q", b"\xff"))
    with pytest.raises(FormatError, match="not UTF-8"):
        load(word2vec_file)
    assert load(word2vec_file, encoding_errors="replace").words == ("one", "t\ufffdo")


def test_word2vec_file_with_words_that_are_the_same_once_bytes_are_replaced(word2vec_file):
    Vectors(["tqo", "tzo"], np.ones((2, 2))).save(word2vec_file)
    replace_bytes(word2vec_file, (b"q", b"\xff"), (b"z", b"\xfe"))
    told = r"number 2 is 't\ufffdo', like number 1; in both, .* were replaced .*iconv"
    with pytest.raises(FormatError, match=told):
        load(word2vec_file, encoding_errors="replace")


def test_encoding_errors_is_one_of_two(word2vec_file):
    with pytest.raises(ConfigError, match="must be strict or replace, got 'ignore'"):
        load(word2vec_file, encoding_errors="ignore")


@pytest.mark.parametrize("limit", [1, 3, np.int64(8), 9, 10**30])
def test_only_the_first_words(vectors, target, limit):
    vectors.save(target)
    loaded = load(target, limit=limit)
    assert list(loaded) == WORDS[:limit]
    np.testing.assert_array_equal(loaded.input_vectors, vectors.input_vectors[:limit])


@pytest.mark.parametrize("names", [["\ufeff", "the", "no"], ("北京",), {"naïve"}, "naïve"])
def test_only_the_words_that_are_named(vectors, target, names):
    vectors.save(target)
    wanted = [names] if isinstance(names, str) else list(names)
    loaded = load(target, words=names)
    assert load(target, words=iter(wanted)).words == loaded.words
    assert list(loaded) == [word for word in WORDS if word in wanted]
    for word in loaded:
        np.testing.assert_array_equal(loaded[word], vectors[word])


def test_words_are_named_with_accents_composed_or_not(vectors, target):
    vectors.save(target)
    assert load(target, words="nai\u0308ve").words == ("naïve",)


def test_words_of_the_first_ones_only(vectors, target):
    vectors.save(target)
    assert load(target, limit=3, words=["the", "7"]).words == ("the",)
    with pytest.raises(
        VocabularyError, match=r"none of the words to read among its first 3 words$"
    ):
        load(target, limit=3, words=["7"])
    with pytest.raises(VocabularyError, match=r"vectors\S* has none of the words to read$"):
        load(target, words=["no", 12])


def test_the_folder_keeps_counts_and_output_vectors_of_what_is_read(vectors, tmp_path):
    whole = Vectors(
        [*WORDS[:-1], 30],
        vectors.input_vectors,
        counts=np.arange(8),
        output_vectors=vectors.input_vectors[::-1],
        config={"dim": 33},
    )
    whole.save(tmp_path / "v")
    assert load(tmp_path / "v", words=np.int64(30)).words == (30,)
    some = load(tmp_path / "v", words=["北京", np.int64(30)])
    assert some.words == ("北京", 30)
    assert some.counts.tolist() == [2, 7]
    assert some.config == {"dim": 33}
    np.testing.assert_array_equal(some.output_vectors, vectors.input_vectors[[5, 0]])


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"limit": 0}, "limit must be at least 1, got 0"),
        ({"limit": 1.5}, "limit must be a whole number"),
        ({"words": []}, "words must name at least one word"),
        ({"words": [None]}, "a word is text or an integer, got NoneType"),
        ({"words": 2.5}, "a word is text or an integer, got float 2.5"),
    ],
)
def test_selections_without_words_are_refused(options, fault, tmp_path):
    with pytest.raises(ConfigError, match=fault):
        load(tmp_path / "none", **options)


def test_the_file_is_not_checked_after_the_limit(word2vec_file):
    Vectors(["one", "two", "three"], np.ones((3, 2))).save(word2vec_file)
    word2vec_file.write_bytes(word2vec_file.read_bytes()[:-7].replace(b"3 2", b"9 2"))
    assert load(word2vec_file, limit=2).words == ("one", "two")


@pytest.fixture(params=["gzip", "bz2", "lzma", "zstd"])
def compress(request):
    if request.param == "zstd":
        return pkgutil.resolve_name(f"{compression._ZSTD}:compress")
    return pkgutil.resolve_name(f"{request.param}:compress")


@pytest.mark.parametrize("name", ["{}.gz", "{}.ZST", "{}", "vectors.w2v"])
def test_compressed_files_are_known_by_their_first_bytes(compress, name, vectors, word2vec_file):
    vectors.save(word2vec_file)
    path = word2vec_file.with_name(name.format(word2vec_file.name))
    path.write_bytes(compress(word2vec_file.read_bytes()))
    loaded = load(path)
    assert list(loaded) == WORDS
    np.testing.assert_array_equal(loaded.input_vectors, vectors.input_vectors)
    assert list(load(path, limit=2)) == WORDS[:2]
    assert list(load(path, words=["😀"])) == ["😀"]


def test_compressed_text_without_header(compress, tmp_path):
    (tmp_path / "v.txt.gz").write_bytes(compress(b"\xef\xbb\xbfa 1 2\nb 3 4\n"))
    assert load(tmp_path / "v.txt.gz").words == ("a", "b")


def test_damaged_compressed_files(compress, vectors, word2vec_file):
    vectors.save(word2vec_file)
    whole = compress(word2vec_file.read_bytes())
    for damaged in (whole[:-9], whole[:30]):
        word2vec_file.write_bytes(damaged)
        with pytest.raises(FormatError, match=rf"^cannot decompress .*{word2vec_file.name} \("):
            load(word2vec_file)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b"1000000000000 1000000000", "line 1 have more than 262,144 numbers"),
        (b"1000000000000 200000", "cut short|expected a word and 200,000 numbers"),
        (b"1000000000000 2", "cut short"),
    ],
)
def test_a_compressed_file_whose_header_lies(compress, header, message, word2vec_file):
    word2vec_file.write_bytes(compress(header + b"\na 1 2\nb 3 4\n"))
    with pytest.raises(FormatError, match=message):
        load(word2vec_file)


def test_a_file_that_only_seems_compressed_by_its_name(vectors, word2vec_file):
    vectors.save(word2vec_file)
    word2vec_file.rename(f"{word2vec_file}.gz")
    assert list(load(f"{word2vec_file}.gz")) == WORDS

"""Files that gensim's face reads: other encodings, words that stand twice, damage, fastText's."""

import gzip
import time
import zipfile

import numpy as np
import pytest

import firth
from firth.compat.gensim import (
    Doc2Vec,
    FastText,
    FastTextKeyedVectors,
    KeyedVectors,
    LineSentence,
    NotSupported,
    PathLineSentences,
    Phrases,
    TaggedLineDocument,
    Text8Corpus,
    Word2Vec,
    load_facebook_model,
    load_facebook_vectors,
    save_facebook_model,
)
from firth.compat.gensim.utils import save_as_line_sentence
from firth.errors import FormatError

SENTENCES = [["tea", "milk", "tea"]] * 40 + [["tea", "sugar", "milk"]] * 20
SMALL = {"vector_size": 8, "workers": 1, "sample": 0, "epochs": 2}
load = KeyedVectors.load_word2vec_format

ZEROS = bytes(4)


def written(path, content):
    path.write_bytes(content)
    return path


@pytest.fixture(params=["text", "binary"])
def latin(request, tmp_path):
    """A file with words in Latin-1, and how to read it."""
    words = [word.encode("latin-1") for word in ("thé", "lait", "café")]
    if request.param == "text":
        lines = [b"3 1", *(word + b" 1" for word in words), b""]
        return written(tmp_path / "file", b"\n".join(lines)), {}
    rows = b"".join(word + b" " + ZEROS for word in words)
    return written(tmp_path / "file", b"3 1\n" + rows), {"binary": True}


def test_words_have_the_encoding_that_is_named(latin):
    path, how = latin
    for encoding in ("latin-1", "cp1252", "ISO-8859-15"):
        assert load(path, encoding=encoding, **how).index_to_key == ["thé", "lait", "café"]
    assert load(path, encoding="latin-1", limit=1, **how).index_to_key == ["thé"]
    assert load(path, unicode_errors="ignore", **how).index_to_key == ["th", "lait", "caf"]
    assert load(path, unicode_errors="replace", **how).index_to_key[0] == "th\ufffd"
    with pytest.raises(UnicodeDecodeError, match=r"in word number 1 of .*give another encoding"):
        load(path, **how)
    with pytest.raises(UnicodeDecodeError, match="'gbk' codec"):
        load(path, encoding="gbk", **how)
    with pytest.raises(LookupError, match="unknown encoding: nonsense"):
        load(path, encoding="nonsense", **how)
    with pytest.raises(NotSupported, match="encoding='utf-16' is not supported: ASCII char"):
        load(path, encoding="utf-16", **how)


def test_a_chinese_encoding_is_read(tmp_path):
    path = written(tmp_path / "file", b"2 1\n" + "茶 1\n牛奶 2\n".encode("gbk"))
    assert load(path, encoding="gbk").index_to_key == ["茶", "牛奶"]


def test_other_files_are_utf8(tmp_path):
    for ask in (
        lambda: load_facebook_vectors("f", encoding="latin-1"),
        lambda: KeyedVectors(2).evaluate_word_pairs("f", encoding="latin-1"),
    ):
        with pytest.raises(NotSupported, match="encoding='latin-1' is not supported here"):
            ask()


def test_words_of_fasttext_that_are_not_utf8_are_escaped(tmp_path):
    model = FastText(SENTENCES, **SMALL, bucket=50)
    save_facebook_model(model, tmp_path / "right.bin")
    whole, tea = (tmp_path / "right.bin").read_bytes(), model.wv.index_to_key[0]
    broken = whole.replace(f"{tea}\0".encode(), f"{tea[:-1]}".encode() + b"\xf3\0", 1)
    (tmp_path / "model.bin").write_bytes(broken)
    word = f"{tea[:-1]}\\xf3"
    with pytest.warns(firth.FirthWarning, match=r"bytes of 1 word are not UTF-8, and are escaped"):
        found = load_facebook_model(tmp_path / "model.bin")
    assert found.wv.index_to_key == [word, *model.wv.index_to_key[1:]]
    # It was cut as bytes, and its own row makes up for that.
    save_facebook_model(found, tmp_path / "again.bin")
    again = load_facebook_vectors(tmp_path / "again.bin")
    assert again.index_to_key == found.wv.index_to_key
    np.testing.assert_allclose(again[word], found.wv[word], atol=1e-6)


@pytest.mark.parametrize("limit", [None, 0, 4])
def test_of_a_word_that_stands_twice_the_first_is_taken(tmp_path, limit):
    path = written(tmp_path / "file", b"4 2\ntea 1 2\nmilk 3 4\ntea 5 6\njam 7 8\n")
    with pytest.warns(firth.FirthWarning, match="1 word stood in the file before"):
        found = load(path, limit=limit)
    assert found.index_to_key == ["tea", "milk", "jam"]
    assert found.vectors.tolist() == [[1, 2], [3, 4], [7, 8]]
    # Two words become one where their bytes cannot be told apart.
    path = written(tmp_path / "other", b"2 1\nt\xe9 1\nt\xe8 2\n")
    with pytest.warns(firth.FirthWarning, match="1 word stood in the file before"):
        assert load(path, unicode_errors="ignore").vectors.tolist() == [[1]]


# Files, and what gensim raises for them.
DAMAGED = {
    "short text": (b"3 2\na 1 2\n", {}, EOFError),
    "few words": (b"3 1\na 1.00000000\nb 2.00000000\n", {}, EOFError),
    "short binary": (b"1 2\na " + ZEROS, {"binary": True}, EOFError),
    "cut binary": (b"2 1\na " + ZEROS + b"bbbbbbb " + ZEROS[:2], {"binary": True}, EOFError),
    "no number": (b"2 2\na 1 2\nb x 4\n", {}, ValueError),
    "more numbers": (b"2 2\na 1 2\nb 3 4 5\n", {}, ValueError),
    "empty": (b"", {}, ValueError),
    "no header": (b"abc", {"binary": True}, ValueError),
}


@pytest.mark.parametrize(("content", "how", "kind"), DAMAGED.values(), ids=DAMAGED)
def test_damage_is_an_error_of_gensims_kind(tmp_path, content, how, kind):
    path = written(tmp_path / "file", content)
    with pytest.raises(kind) as raised:
        load(path, **how)
    assert isinstance(raised.value, firth.FormatError)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        (RuntimeError, lambda: Word2Vec([["a"]], min_count=5)),
        (RuntimeError, lambda: Word2Vec([])),
        (RuntimeError, lambda: Word2Vec([[]], min_count=1)),
        (RuntimeError, lambda: Word2Vec().build_vocab_from_freq({"a": 1})),
        (RuntimeError, lambda: Word2Vec().predict_output_word(["a"])),
        (TypeError, lambda: Word2Vec(42)),
        (TypeError, lambda: Word2Vec(corpus_file="absent")),
        (FileNotFoundError, lambda: Word2Vec(corpus_file="absent")),
        (ValueError, lambda: Word2Vec(SENTENCES, **SMALL).train(SENTENCES, epochs=0)),
        (ValueError, lambda: Word2Vec(SENTENCES, hs=0, negative=0)),
        (ValueError, lambda: Phrases([["a"]], threshold=-1)),
        (FileNotFoundError, lambda: list(LineSentence("absent"))),
        (FileNotFoundError, lambda: list(Text8Corpus("absent"))),
        (FileNotFoundError, lambda: PathLineSentences("absent")),
        (FileNotFoundError, lambda: load("absent")),
        (FileNotFoundError, lambda: KeyedVectors.load("absent")),
        (FileNotFoundError, lambda: load_facebook_model("absent")),
    ],
)
def test_errors_are_what_programs_for_gensim_catch(kind, make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind, match=r"."):
        make()


def test_sentences_of_other_encodings_are_refused_as_gensim_does(tmp_path):
    path = written(tmp_path / "text", "thé lait\n".encode("latin-1"))
    for reader in (LineSentence, Text8Corpus, PathLineSentences):
        with pytest.raises(UnicodeDecodeError):
            list(reader(path))
    assert PathLineSentences(str(tmp_path)).input_files == [str(path)]


@pytest.mark.parametrize("options", [{}, {"sg": 1, "window": 3, "epochs": 1}, {"sample": 0.5}])
def test_a_model_goes_to_fasttexts_format_and_back(options, tmp_path):
    model = FastText(SENTENCES, min_n=2, max_n=4, bucket=50, **{**SMALL, **options})
    save_facebook_model(model, tmp_path / "model.bin")
    again = load_facebook_model(tmp_path / "model.bin")
    names = ("sg", "window", "epochs", "sample", "min_n", "max_n", "bucket", "negative", "hs")
    assert [again.options[name] for name in names] == pytest.approx(
        [model.options[name] for name in names]
    )
    more = [["coffee", "milk"]] * 9
    again.build_vocab(more, update=True)
    again.train(more, total_examples=9, epochs=1)
    assert "coffee" in again.wv.key_to_index
    found = load_facebook_vectors(tmp_path / "model.bin")
    assert isinstance(found, FastTextKeyedVectors)
    for word in ("tea", "teas"):
        # fastText takes means of the rows, and Firth sums over a root.
        np.testing.assert_allclose(
            found.get_vector(word, norm=True), model.wv.get_vector(word, norm=True), atol=1e-5
        )
    with pytest.raises(NotSupported, match="lr_update_rate and word_ngrams"):
        save_facebook_model(model, tmp_path / "model.bin", word_ngrams=2)


def test_vectors_with_ngrams_stay_vectors_with_ngrams(tmp_path):
    model = FastText(SENTENCES, bucket=50, **SMALL)
    model.wv.save(tmp_path / "vectors.kv")
    found = KeyedVectors.load(tmp_path / "vectors.kv")
    assert type(found) is FastTextKeyedVectors
    assert (found.min_n, found.max_n, found.bucket) == (3, 6, 50)
    expected = np.mean([found.get_vector(word, norm=True) for word in ("teas", "milk")], axis=0)
    np.testing.assert_allclose(found.get_sentence_vector(["teas", "milk"]), expected, atol=1e-6)
    Word2Vec(SENTENCES, **SMALL).wv.save(tmp_path / "others")
    assert type(KeyedVectors.load(tmp_path / "others")) is KeyedVectors


def test_lengths_of_ngrams_are_gensims():
    for options, expected in (({"min_n": 0, "max_n": 3}, (1, 3)), ({"min_n": 4, "max_n": 3}, None)):
        model = FastText(SENTENCES, bucket=50, **SMALL, **options)
        found = (model.wv.min_n, model.wv.max_n)
        assert found == (expected or (0, 0))
        assert ("teas" in model.wv) is (expected is not None)


def test_a_compressed_file_does_not_hold_the_time(tmp_path, monkeypatch):
    """It has no room for a time after 2106, and the same vectors give the same bytes."""
    vectors = KeyedVectors(2)
    vectors.add_vectors(["tea", "milk"], np.eye(2, dtype=np.float32))
    path = tmp_path / "vectors.txt.gz"
    contents = []
    for now in (0.0, 1.7e9, 4.4e9):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        vectors.save_word2vec_format(path)
        contents.append(path.read_bytes())
    assert gzip.decompress(contents[0]).split()[2:] == [b"tea", b"1", b"0", b"milk", b"0", b"1"]
    assert len(set(contents)) == 1


@pytest.mark.parametrize("kind", [LineSentence, PathLineSentences, Text8Corpus, TaggedLineDocument])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("tea and milk\n".encode("utf-16"), "is UTF-16 text, not UTF-8"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a pointer of Git LFS"),
    ],
)
def test_files_that_are_no_texts_are_named(kind, content, told, tmp_path):
    (tmp_path / "text").write_bytes(content)
    with pytest.raises(FormatError, match=told):
        list(kind(str(tmp_path / "text")))


def test_a_text_in_a_zip_archive_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "text8.zip", "w") as archive:
        archive.writestr("text8", "tea with milk")
    assert list(Text8Corpus(tmp_path / "text8.zip")) == [["tea", "with", "milk"]]


TEXT = "years of work\n"


def keyed():
    """Return two words with vectors."""
    vectors = KeyedVectors(3)
    vectors.add_vectors(["tea", "milk"], np.eye(2, 3))
    vectors.set_vecattr("tea", "count", 9)
    vectors.set_vecattr("milk", "count", 4)
    return vectors


@pytest.mark.parametrize(
    "write",
    [
        lambda path: keyed().save(path),
        lambda path: keyed().save_word2vec_format(path),
        lambda path: keyed().save_word2vec_format(path, binary=True),
        lambda path: keyed().save_word2vec_format(path, write_header=False),
        lambda path: keyed().save_word2vec_format(path.with_name("v.txt"), path),
        lambda path: save_facebook_model(FastText(SENTENCES, **SMALL, bucket=50), path),
        lambda path: Phrases(SENTENCES).save(path),
        lambda path: Phrases(SENTENCES).freeze().save(path),
    ],
)
def test_a_file_that_holds_something_else_is_not_replaced(tmp_path, write):
    path = tmp_path / "corpus"
    path.write_text(TEXT)
    with pytest.raises(firth.FirthError, match=r"cannot write .*corpus: ") as refused:
        write(path)
    # gensim's functions have no such argument.
    assert "overwrite" not in str(refused.value)
    assert path.read_text() == TEXT
    # An empty one is, as `tempfile` makes it, and then what was written.
    path.write_bytes(b"")
    write(path)
    write(path)


@pytest.mark.parametrize("text", ["12 45\n12 77\n", "tea 5 0.3\nmilk 2 0.1\n"])
def test_tables_of_other_numbers_are_not_replaced(tmp_path, text):
    (tmp_path / "table").write_text(text)
    with pytest.raises(firth.FirthError, match="does not hold vectors"):
        keyed().save_word2vec_format(tmp_path / "table")
    assert (tmp_path / "table").read_text() == text


def test_long_rows_without_a_header_are_replaced(tmp_path):
    rng = np.random.default_rng(1)
    wide = KeyedVectors(900)
    for _ in range(20):
        wide.add_vectors(["tea"], rng.normal(size=(1, 900)).astype(np.float32), replace=True)
        wide.save_word2vec_format(tmp_path / "wide", write_header=False)


def test_compressed_vectors_are_replaced_and_other_files_are_not(tmp_path):
    path = tmp_path / "v.txt.gz"
    for _ in range(2):
        keyed().save_word2vec_format(path)
    path.write_bytes(gzip.compress(TEXT.encode()))
    with pytest.raises(firth.FirthError, match="does not hold vectors; remove it, or choose"):
        keyed().save_word2vec_format(path)
    assert gzip.decompress(path.read_bytes()).decode() == TEXT


def test_rows_are_not_added_to_a_picture_or_a_log(tmp_path):
    for begin in (b"\x89PNG\r\n\x1a\n", b'{"event": "start"}\n'):
        (tmp_path / "other").write_bytes(begin)
        with pytest.raises(firth.FirthError, match="does not hold vectors"):
            keyed().save_word2vec_format(tmp_path / "other", append=True, write_header=False)
        assert (tmp_path / "other").read_bytes() == begin


def test_parts_are_written_again(tmp_path):
    for _ in range(2):
        keyed().save_word2vec_format(tmp_path / "v.txt", total_vec=99)
    keyed().save_word2vec_format(tmp_path / "v.txt", append=True, write_header=False)


def test_sentences_are_written_to_the_file_they_come_from(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("tea milk\ncup\n" * 9)
    save_as_line_sentence((words[:1] for words in LineSentence(path)), path)
    assert path.read_text() == "tea\ncup\n" * 9


@pytest.mark.parametrize("read", [LineSentence, Text8Corpus, TaggedLineDocument])
def test_a_text_that_is_not_utf8_is_told_with_its_place(tmp_path, read):
    path = tmp_path / "text.txt"
    path.write_bytes("tea milk\ncafé\n".encode("latin-1"))
    with pytest.raises(UnicodeDecodeError, match=r"0xe9.*, in .*text\.txt; convert it: iconv"):
        list(read(path))


@pytest.mark.parametrize("model", [Word2Vec, Doc2Vec])
@pytest.mark.parametrize("given", [7, b"text.txt"])
def test_what_is_no_corpus_file_is_told(model, given):
    with pytest.raises(TypeError, match=r"corpus_file must be a path, got "):
        model(corpus_file=given, min_count=1)

import copy
import pickle

import numpy as np
import pytest

from firth.corpus.vocabulary import Vocabulary, check_counts_destination
from firth.errors import ConfigError, CorpusError, FirthError, FormatError, VocabularyError
from processes import output_of


def test_ids_are_places():
    vocabulary = Vocabulary(["b", "a"], [3, 1])
    assert vocabulary.words == ("b", "a")
    assert [vocabulary.id_of(word) for word in vocabulary] == [0, 1]
    assert len(vocabulary) == 2
    assert "a" in vocabulary
    assert "c" not in vocabulary
    assert repr(vocabulary) == "<Vocabulary of 2 words>"


def test_integers_are_words_too():
    vocabulary = Vocabulary([70, -5], [3, 1])
    assert vocabulary.id_of(-5) == 1
    assert "70" not in vocabulary


def test_several_words_are_found():
    ids = Vocabulary(["b", "a", 7], [3, 1, 1]).find(iter(["a", "c", "7", "b", 7]))
    assert ids.tolist() == [1, -1, -1, 0, 2]
    assert ids.dtype == np.int32


def test_accents_may_be_composed_or_not():
    vocabulary = Vocabulary(["e\u0301", "tea", "\xfc"], [3, 2, 1])
    assert [vocabulary.id_of(word) for word in ("e\u0301", "\xe9", "u\u0308")] == [0, 0, 2]
    assert "\xe9" in vocabulary
    assert vocabulary.find(["\xe9", "u\u0308", "o\u0308", "tea"]).tolist() == [0, 2, -1, 1]


def test_unknown_word_is_named():
    with pytest.raises(VocabularyError, match="'tea' is not in the vocabulary"):
        Vocabulary(["a"], [1]).id_of("tea")
    with pytest.raises(ConfigError, match="a word is text or an integer, got bytes b'a'; decode"):
        Vocabulary(["a"], [1]).id_of(b"a")


def test_counts_can_not_be_changed():
    given = np.array([3, 1])
    vocabulary = Vocabulary(["b", "a"], given)
    given[0] = 0
    assert vocabulary.counts.tolist() == [3, 1]
    assert vocabulary.counts.dtype == np.int64
    with pytest.raises(ValueError, match="read-only"):
        vocabulary.counts[0] = 0


@pytest.mark.parametrize(
    ("words", "counts", "message"),
    [
        (["a", "b"], [1], "got 2 words and counts of int64"),
        (["a", "a"], [1, 1], "must differ, got 'a' twice"),
        (["a", "b", "c", "b"], [1] * 4, "must differ, got 'b' twice"),
        (["a"], [[1]], r"counts of int64 \(1, 1\)"),
        (["a", "b"], [[1], [1, 2]], "one count for each word"),
        (["a"], [-1], "a whole number from 0"),
        (["a"], [1.5], r"got 1 word and counts of float64 \(1,\)"),
        (["a"], ["1"], "a whole number"),
        (["a"], [2**63], "a whole number from 0"),
        (["a"], [2**64], "a whole number from 0"),
        (["a"], np.array([2**63], np.uint64), "a whole number from 0"),
    ],
)
def test_words_and_counts_must_fit(words, counts, message):
    with pytest.raises(CorpusError, match=message):
        Vocabulary(words, counts)


def test_no_words_have_no_counts():
    assert Vocabulary([], []).counts.tolist() == []


@pytest.mark.parametrize(
    "duplicate",
    [
        copy.copy,
        copy.deepcopy,
        *(
            lambda vocabulary, protocol=protocol: pickle.loads(pickle.dumps(vocabulary, protocol))
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
        ),
    ],
)
def test_copies_keep_every_promise(duplicate):
    vocabulary = duplicate(Vocabulary(["b", 7], [3, 1]))
    assert vocabulary.words == ("b", 7)
    assert vocabulary.counts.tolist() == [3, 1]
    assert vocabulary.id_of(7) == 1
    with pytest.raises(ValueError, match="read-only"):
        vocabulary.counts[0] = 0


def test_a_pickle_holds_words_and_counts_alone():
    words = [f"w{place}" for place in range(1000)]
    whole = len(pickle.dumps(Vocabulary(words, range(1000))))
    assert whole < len(pickle.dumps((words, np.arange(1000)))) + 200


def test_import_leaves_numba_alone():
    program = (
        "import sys, firth.corpus.vocabulary, firth.corpus; firth.corpus.Vocabulary;"
        "sys.exit('numba' in sys.modules)"
    )
    output_of("-c", program)


def test_words_and_counts_are_written_and_read(tmp_path):
    most = 2**63 - 1
    vocabulary = Vocabulary(["tea", "caf\xe9", "no\xa0break"], [most, 3, 0])
    vocabulary.save(tmp_path / "counts.txt")
    assert (tmp_path / "counts.txt").read_bytes().startswith(b"tea %d\ncaf\xc3\xa9 3\n" % most)
    found = Vocabulary.load(tmp_path / "counts.txt")
    assert (found.words, found.counts.tolist()) == (vocabulary.words, [most, 3, 0])
    vocabulary.save(tmp_path / "counts.txt")
    (tmp_path / "counts.txt").write_bytes(b"\xef\xbb\xbftea\t9\r\nmilk  3")
    assert Vocabulary.load(tmp_path / "counts.txt").words == ("tea", "milk")
    # U+FEFF marks the encoding at the beginning of a file alone.
    (tmp_path / "counts.txt").write_bytes("tea 9\n\ufeffmilk 3\n".encode())
    assert Vocabulary.load(tmp_path / "counts.txt").words == ("tea", "\ufeffmilk")


def test_a_file_that_holds_no_counts_is_not_replaced(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("years of work\n")
    with pytest.raises(FirthError, match=r"does not hold words with numbers; .* overwrite=True"):
        Vocabulary(["tea"], [9]).save(path)
    assert path.read_text() == "years of work\n"
    Vocabulary(["tea"], [9]).save(path, overwrite=True)
    assert path.read_text() == "tea 9\n"


def test_a_destination_is_looked_at_before_there_are_counts(tmp_path):
    (tmp_path / "empty.txt").touch()
    for name in ("new.txt", "empty.txt"):
        check_counts_destination(tmp_path / name)
    with pytest.raises(FirthError, match=r"^cannot write "):
        check_counts_destination(tmp_path / "empty.txt" / "counts.txt")
    assert [file.name for file in tmp_path.iterdir()] == ["empty.txt"]
    Vocabulary(["tea"], [9]).save(tmp_path / "empty.txt")
    assert len(Vocabulary.load(tmp_path / "empty.txt")) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"tea 9\nmilk\n", "line 2: expected a word and a count, got 'milk'$"),
        (b"tea 9\ncaf\xc3\xa9 x\r\n", "line 2: expected a word and a count, got 'caf\xe9 x'$"),
        (b"tea -3\n", r"line 1: the count of 'tea' must be from 0 to 2\*\*63 - 1, got -3"),
        (b"tea 9223372036854775808\n", "line 1: the count of 'tea' must be from 0 to"),
        (b"tea nine\n", "line 1: expected a word and a count"),
        (b"tea 9 8\n", "line 1: expected a word and a count"),
        (b"t\xe9 9\n", "line 1: the word 't\ufffd' is not UTF-8"),
        (b"tea 9\n\nmilk 3\n", "line 2: expected a word and a count"),
        ("tea 9\n".encode("utf-16"), "counts.txt is UTF-16 text"),
        (b"tea 9\ntea 8\n", "counts.txt: the words of a vocabulary must differ"),
    ],
)
def test_damaged_counts_are_told(tmp_path, content, told):
    (tmp_path / "counts.txt").write_bytes(content)
    with pytest.raises(FormatError, match=told):
        Vocabulary.load(tmp_path / "counts.txt")


@pytest.mark.parametrize("word", [7, "new york", "", "line\n"])
def test_words_that_a_line_cannot_hold_are_not_written(tmp_path, word):
    with pytest.raises(ConfigError, match="a line has a word without white space and its count"):
        Vocabulary(["tea", word], [2, 1]).save(tmp_path / "counts.txt")
    assert not (tmp_path / "counts.txt").exists()


def test_half_a_character_is_refused_before_anything_is_written(tmp_path):
    (tmp_path / "v").write_text("tea 3\n")
    told = r"cannot write .*v: the word 'b\\udcff' holds a lone surrogate, .*; replace it, or leave"
    with pytest.raises(ConfigError, match=told):
        Vocabulary(["a", "b\udcff"], [3, 1]).save(tmp_path / "v")
    assert (tmp_path / "v").read_text() == "tea 3\n"
    assert len(list(tmp_path.iterdir())) == 1

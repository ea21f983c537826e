import os
import re
from collections import Counter
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.corpus import first_pass, read_corpus, second_pass, sources
from firth.corpus.finding import find_text
from firth.corpus.tokenizers import words
from firth.errors import ConfigError, CorpusError
from firth.normalization import normalize
from firth.vectors import Vectors
from processes import run_python

WORD = re.compile(r"\b\w+\b|[,.!?]")

NOTHING = r"nothing to train on|give more text|with other words"


def lower(words):
    return [word.lower() for word in words]


def reference(units, min_count=1, max_vocab=None):
    """The slow and obvious way: words by count, ties by first appearance, then their ids."""
    counts = Counter(word for unit in units for word in unit)
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    kept = [(word, count) for word, count in ordered if count >= min_count][:max_vocab]
    ids = {word: place for place, (word, _) in enumerate(kept)}
    encoded = [[ids[word] for word in unit if word in ids] for unit in units]
    return kept, [unit for unit in encoded if unit]


@pytest.fixture(scope="session")
def result(counts_of, units_of):
    """Return words with counts, and units, as `reference` does."""
    return lambda corpus: (counts_of(corpus), units_of(corpus))


def is_trainable(expected):
    kept, units = expected
    return len(kept) > 1 and any(len(unit) > 1 for unit in units)


# `words` has tests of its own: here the same function is given the lines.
TOKENIZERS = {
    "whitespace": ({}, str.split),
    "whitespace, lower": ({"lowercase": True}, lambda line: lower(line.split())),
    "textbook": ({"tokenizer": "textbook"}, lambda line: lower(WORD.findall(line))),
    "words": ({"tokenizer": "words"}, words),
    "words by line": ({"tokenizer": words}, words),
    "callable, lower": ({"tokenizer": str.split, "lowercase": True}, lambda x: x.lower().split()),
}
nasty_text = st.text(
    st.sampled_from(
        "ab,.!é漢ΣσİßΑ😀 \n\r\t\x0b\x1c\x85\xa0\u2003\u2028\u3000\u200b\ufeff_"
        "e1'\u0301\u0327\u0308\u200d\u200c\u200f\xad\u202f\u2000がか\u3099한\u1112\u1161ｱﾞ"
        "\u0958\u093c\u0e33️ℹ\U0001f1e6ﬁ²\xa8"
    )
    | st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    max_size=80,
)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(
    texts=st.lists(nasty_text, min_size=1, max_size=3),
    tokenizer=st.sampled_from(sorted(TOKENIZERS)),
    form=st.sampled_from(["NFC", "NFC", "NFKC", "none"]),
    block=st.integers(1, 9),
    min_count=st.integers(1, 3),
    max_vocab=st.none() | st.integers(2, 6),
)
def test_every_text_is_read_as_the_slow_way_does(
    result, tmp_path_factory, texts, tokenizer, form, block, min_count, max_vocab
):
    options, split = TOKENIZERS[tokenizer]
    folder = tmp_path_factory.mktemp("texts")
    paths = [folder / str(place) for place in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_bytes(text.encode())
    texts = [normalize(text.removeprefix("\ufeff"), form) for text in texts]
    lines = [line for text in texts for line in re.split("\r\n|\r|\n", text)]
    units = [[normalize(word, form) for word in split(line)] for line in lines]
    expected = reference(units, min_count, max_vocab)
    options = {**options, "normalization": form}
    with (
        mock.patch.object(sources, "BLOCK_BYTES", block),
        mock.patch.object(first_pass, "BATCH", block),
        mock.patch.object(second_pass, "BATCH", block),
    ):
        if not is_trainable(expected):
            with pytest.raises(CorpusError, match=NOTHING):
                read_corpus(paths, min_count=min_count, max_vocab=max_vocab, **options)
            return
        corpus = read_corpus(paths, min_count=min_count, max_vocab=max_vocab, **options)
    assert result(corpus) == expected
    assert corpus.words_read == sum(map(len, units))
    assert corpus.units_read == sum(bool(line.strip()) for line in lines)


@settings(deadline=None, derandomize=True)
@given(
    units=st.one_of(
        st.lists(st.lists(token, max_size=6), max_size=6)
        for token in (
            st.integers(-3, 3) | st.sampled_from([2**63 - 1, -(2**63)]),
            st.sampled_from(["a", "b c", "\n", "", "\0"]),
        )
    ),
    min_count=st.integers(1, 3),
)
def test_token_lists_are_read_as_the_slow_way_does(result, units, min_count):
    expected = reference(units, min_count)
    for source in (units, iter(units), tuple(units), [tuple(unit) for unit in units]):
        if is_trainable(expected):
            corpus = read_corpus(source, min_count=min_count)
            assert result(corpus) == expected
            assert corpus.units_read == sum(bool(unit) for unit in units)
        else:
            with pytest.raises(CorpusError, match=NOTHING):
                read_corpus(source, min_count=min_count)


def test_numpy_arrays_give_integer_words(result):
    walks = np.random.default_rng(1).integers(0, 50, (200, 30), dtype=np.uint16)
    corpus = read_corpus(walks)
    assert result(corpus) == reference(walks.tolist(), min_count=5)
    assert {type(word) for word in corpus.vocabulary} == {int}


def test_arrays_of_the_result():
    corpus = read_corpus([["a", "b", "a"]], min_count=1)
    assert corpus.tokens.ids.dtype == np.int32
    assert corpus.tokens.offsets.dtype == np.int64
    assert corpus.vocabulary.counts.tolist() == [2, 1]


def test_standard_input(give_input, result):
    give_input(b"b a a\nb a")
    corpus = read_corpus("-", min_count=1)
    assert result(corpus) == ([("a", 3), ("b", 2)], [[1, 0, 0], [1, 0]])


def test_very_many_integers_are_counted():
    # They are read in batches of 65,536.
    units = [np.arange(60_000), np.arange(30_000), np.arange(65_536), np.array([7, 60_001])]
    corpus = read_corpus(units, min_count=1)
    assert len(corpus.vocabulary) == 65_536
    assert sorted(corpus.vocabulary.words) == list(range(65_536))
    assert corpus.vocabulary.counts[[0, -1]].tolist() == [4, 1]
    assert corpus.vocabulary.words[0] == 7
    ids = np.array(corpus.vocabulary.words)[corpus.tokens.ids]
    np.testing.assert_array_equal(ids, np.concatenate(units))
    assert np.diff(corpus.tokens.offsets).tolist() == [60_000, 30_000, 65_536, 2]


def test_more_words_than_int32_can_number_are_refused(monkeypatch):
    monkeypatch.setattr(first_pass, "_MAX_WORDS", 2)
    with pytest.raises(CorpusError, match="3 distinct words are too many for int32 ids"):
        read_corpus([["a", "b"], ["c"]])


@pytest.mark.parametrize("split", [None, str.split], ids=["compiled", "python"])
@pytest.mark.parametrize("text", ["", " \n\r\n\u3000\n", "\ufeff"])
def test_no_words(write, text, split):
    with pytest.raises(CorpusError, match="holds no words: nothing to train on"):
        read_corpus(write(text), tokenizer=split or "whitespace")


@pytest.mark.parametrize(
    ("text", "min_count", "message"),
    [
        ("a b a c a", 4, r"^no word occurs 4 times or more: .* of 5 words to .* occurs 3 times"),
        ("a b a c a", 2, r"^only 'a' occurs 2 times or more: .* lower min_count \(--min-count\)$"),
        ("a a a a a", 2, "the text has no other word; give one with other words"),
        ("tea\ncoffee\n" * 100_000, 5, "no line or token list has two words"),
    ],
    ids=["no word", "one word", "one distinct word", "no pair"],
)
def test_too_few_words_are_left(write, text, min_count, message):
    with pytest.raises(CorpusError, match=message):
        read_corpus(write(text), min_count=min_count)


def test_damage_far_into_a_text_is_found(write):
    path = write(b"some words\n" * 100_000 + b"\xe9t\xe9")
    with pytest.raises(CorpusError, match=r"text.txt: invalid UTF-8 at byte 1100000;"):
        read_corpus(path)
    corpus = read_corpus(path, encoding_errors="replace", min_count=1)
    assert corpus.vocabulary.words == ("some", "words", "\ufffdt\ufffd")


def test_a_line_of_ten_million_words_is_one_unit(write):
    corpus = read_corpus(write("one two three four " * 2_500_000))
    assert len(corpus.tokens) == 1
    assert corpus.tokens.ids.tolist() == [0, 1, 2, 3] * 2_500_000


def test_a_chunk_longer_than_a_block(write):
    long = "x," * 400_000
    corpus = read_corpus(write(f"a {long} b {long}"), tokenizer="words", min_count=1)
    assert corpus.words_read == 1_600_002
    assert corpus.tokens.unit(0)[:3].tolist() == [2, 0, 1]
    assert corpus.tokens.size == corpus.words_read


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("NFC", {"café": 3, "ｔ": 1}),
        ("NFKC", {"café": 3, "t": 1}),
        ("none", {"café": 1, "cafe\u0301": 2, "ｔ": 1}),
    ],
)
@pytest.mark.parametrize("tokenizer", ["whitespace", "words", str.split])
def test_text_is_normalized(write, tokenizer, form, expected):
    path = write("cafe\u0301 café\ncafe\u0301 ｔ\n")
    corpus = read_corpus(path, tokenizer=tokenizer, min_count=1, normalization=form)
    counts = corpus.vocabulary.counts.tolist()
    assert dict(zip(corpus.vocabulary.words, counts, strict=True)) == expected


def test_held_out_text_is_normalized_and_token_lists_are_not(write):
    held = write("café cafe\u0301", "held.txt")
    corpus = read_corpus(write("cafe\u0301 café tea"), min_count=1, holdout=held)
    assert corpus.held_out == 2
    corpus = read_corpus([["cafe\u0301", "café"]], min_count=1)
    assert corpus.vocabulary.words == ("cafe\u0301", "café")


def test_lone_surrogates_are_told():
    with pytest.raises(CorpusError, match=r"the word '\\udc80' holds a lone surrogate"):
        read_corpus([["a", "\udc80"]], min_count=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_count": 0}, "min_count must be at least 1, got 0"),
        ({"max_vocab": 1}, "max_vocab must be at least 2, got 1"),
        ({"min_count": "5"}, "min_count must be a whole number, got '5'"),
        ({"min_count": float("nan")}, "min_count must be a whole number, got nan"),
        ({"min_count": 10**30}, "min_count must be at most 9,223,372,036,854,775,807, got 1,000"),
        ({"max_vocab": 2.5}, "max_vocab must be a whole number, got 2.5"),
        ({"seed": True}, "seed must be a whole number, got True"),
        ({"encoding_errors": "ignore"}, "encoding_errors must be strict or replace, got 'ignore'"),
        ({"normalization": "nfc"}, "normalization must be NFC or NFKC or none, got 'nfc'"),
        ({"tokenizer": "words"}, "^tokenizer is for text, and the source holds token lists"),
        ({"normalization": "none"}, "^normalization is for text, and"),
        ({"lowercase": True, "tokenizer": "words"}, "^tokenizer and lowercase are for text, and"),
        ({"encoding_errors": "replace"}, "^encoding_errors is for text, and"),
        ({"lowercase": "no"}, "lowercase must be True or False, got 'no'"),
        ({"start": {"a": 1}}, r"start must be a Vocabulary, got {'a': 1}"),
        ({"start": Vectors(["a"], np.eye(1))}, r"start must be .* \(firth.train takes Vectors\)"),
    ],
)
def test_options_out_of_range(options, message):
    with pytest.raises(ConfigError, match=message):
        read_corpus([["a", "b"]], **options)


def test_progress_is_reported(write):
    path = write("a b " * 200_000)
    calls = []
    read_corpus(path, on_progress=lambda *call: calls.append(call))
    assert len(calls) == -(-path.stat().st_size // sources.BLOCK_BYTES)
    assert calls[-1] == (800_000, 800_000)


def test_nothing_is_left_in_the_cache_folder(write, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(cache))
    corpus = read_corpus(write("a b a b"), min_count=1)
    assert list(cache.iterdir()) == []
    assert corpus.tokens.size == 4


def test_without_compilation_the_result_is_the_same(write):
    path = write("To be, or not\r\n\r\nto BE é\u3000漢字 ünïcödé_and_more\nünïcödé_and_more\n")
    program = (
        "import sys; from firth.corpus import read_corpus\n"
        "corpus = read_corpus(sys.argv[1], tokenizer='textbook', min_count=1)\n"
        "print(corpus.vocabulary.words, corpus.tokens.ids.tolist(), corpus.tokens.offsets.tolist())"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = run_python("-X", "utf8", "-W", "error", "-c", program, path, env=environment)
    assert done.stderr == ""
    assert done.stdout.strip() == (
        "('to', 'be', 'ünïcödé_and_more', ',', 'or', 'not', 'é', '漢字') "
        "[0, 1, 3, 4, 5, 0, 1, 6, 7, 2, 2] [0, 5, 10, 11]"
    )


def test_a_slice_of_modern_chinese(shared_data, write):
    pytest.importorskip("rjieba")
    files = find_text(shared_data / "zh_modern.txt.zst")
    first_block = next(sources.read_text(files, "strict"))
    lines = first_block.splitlines()[:2000]
    corpus = read_corpus(write("\n".join(lines)), tokenizer="chinese")
    assert corpus.units_read == 2000
    assert {"皇帝", "我们", "不能"} <= set(corpus.vocabulary)
    assert not {"，", "。", " "} & set(corpus.vocabulary)

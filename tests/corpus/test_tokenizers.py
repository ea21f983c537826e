import sys

import pytest

from firth.corpus.tokenizers import get_tokenizer
from firth.errors import ConfigError, CorpusError, MissingExtraError


def split(line, tokenizer, *, lowercase=False):
    return get_tokenizer(tokenizer, lowercase=lowercase).split(line)


def test_whitespace_keeps_everything_else():
    assert split(" Don't\tPANIC!\u3000\x85now ", "whitespace") == ["Don't", "PANIC!", "now"]


def test_words():
    line = "Naïve snake_case, 3.14 — it's ΟΔΟΣ?!"
    expected = ["naïve", "snake_case", ",", "3", ".", "14", "it", "s", "οδος", "?", "!"]
    assert split(line, "words") == expected


@pytest.mark.parametrize(
    ("tokenizer", "by_chunk"), [("whitespace", True), ("words", True), (str.split, False)]
)
def test_lowercase_applies_to_each(tokenizer, by_chunk):
    chosen = get_tokenizer(tokenizer, lowercase=True)
    assert chosen.split("Tea ÉTÉ") == ["tea", "été"]
    assert chosen.by_chunk is by_chunk
    assert not chosen.keeps_chunks


def test_unknown_name_lists_the_names():
    with pytest.raises(ConfigError, match=r"one of whitespace, words, chinese, or .* got 'spacy'"):
        get_tokenizer("spacy", lowercase=False)


@pytest.mark.parametrize(
    ("tokenizer", "message"),
    [
        (str.strip, "must give a list of words for a line, got str"),
        (len, "must give a list of words for a line, got int"),
        (lambda line: [1], "must give words as str, got int: 1"),
    ],
)
@pytest.mark.parametrize("lowercase", [False, True])
def test_callables_that_give_no_words(tokenizer, message, lowercase):
    with pytest.raises(CorpusError, match=message):
        split("a b", tokenizer, lowercase=lowercase)


def test_chinese_without_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "rjieba", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'firth\[chinese\]'"):
        get_tokenizer("chinese", lowercase=False)


class TestChinese:
    @pytest.fixture(autouse=True)
    def _rjieba(self):
        pytest.importorskip("rjieba")

    def test_segments_and_drops_punctuation(self):
        assert split("我爱北京天安门，今天！", "chinese") == ["我", "爱", "北京", "天安门", "今天"]

    def test_keeps_latin_words_and_digits(self):
        line = "我有iPhone15和3.14元 (C++, AT&T) don't"
        expected = ["我", "有", "iPhone15", "和", "3.14", "元", "C++", "AT&T", "don", "t"]
        assert split(line, "chinese") == expected

    def test_keeps_words_of_other_scripts_whole(self):
        line = "在café里说Привет、テスト和한국어１２３"
        expected = ["在", "café", "里", "说", "Привет", "テスト", "和", "한국어１２３"]
        assert split(line, "chinese") == expected

    def test_lowercase(self):
        assert split("用Python写Été", "chinese", lowercase=True) == ["用", "python", "写", "été"]

    def test_long_ascii_runs_do_not_stall_the_search(self):
        # A search that starts anew at each letter of the run would take minutes here.
        assert split("x" * 300_000, "chinese") == ["x" * 300_000]

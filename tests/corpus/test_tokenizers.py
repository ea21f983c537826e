import re
import sys
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.corpus.tokenizers import get_tokenizer, textbook, words
from firth.errors import ConfigError, CorpusError, MissingExtraError


def split(line, tokenizer, *, lowercase=False):
    return get_tokenizer(tokenizer, lowercase=lowercase).split(line)


def test_whitespace_keeps_everything_else():
    assert split(" Don't\tPANIC!\u3000\x85now ", "whitespace") == ["Don't", "PANIC!", "now"]


def test_textbook():
    line = "Naïve snake_case, 3.14 — it's ΟΔΟΣ?!"
    expected = ["naïve", "snake_case", ",", "3", ".", "14", "it", "s", "οδος", "?", "!"]
    assert split(line, "textbook") == expected
    assert textbook(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    {
        "Naïve snake_case — ΟΔΟΣ?!": "naïve snake_case οδος ? !",
        "Isn't it 3,000 or 3.14?": "isn't it 3,000 or 3.14 ?",
        "It’s 10:30 in the U.S.A.": "it’s 10 30 in the u.s.a .",
        "'quoted' dogs' e-mail...": "quoted dogs e mail . . .",
        "a.b@c.org http://x.org/a_b?q=1": "a.b c.org http x.org a_b ? q 1",
        "C++, C# & .NET: 50% _ __init__ №5": "c , c . net 50 __init__ 5",
        "cafe\u0301 x\u030c": "café x\u030c",
        "नमस्ते दुनिया। किताबें": "नमस्ते दुनिया । किताबें",
        "বাংলা தமிழ் తెలుగు ಕನ್ನಡ മലയാളം": "বাংলা தமிழ் తెలుగు ಕನ್ನಡ മലയാളം",
        "صباح الخير، كيف حالك؟ مُحَمَّدٌ می\u200cخواهم": "صباح الخير ، كيف حالك ؟ مُحَمَّدٌ می\u200cخواهم",
        "שָׁלוֹם צה\"ל ג'ירפה": "שָׁלוֹם צה\"ל ג'ירפה",
        "한국어 말. \u1112\u1161\u11ab": "한국어 말 . 한",
        "カタカナとかな。ユーザー": "カタカナ と か な 。 ユーザー",
        "漢字，中文！": "漢 字 ， 中 文 ！",
        "สวัสดี": "ส วั ส ดี",
        "\u200fשלום\u200f \u202babc\u202c \ufeffa\xad \u0301b": "שלום abc a b",
        "👩\u200d👩\u200d👧x 👍🏽 🇩🇪🇫🇷 ok!": "x ok !",
        "a\u202f000\xa0b\u2028c\u3000d": "a 000 b c d",
    }.items(),
)
def test_words(line, expected):
    assert split(line, "words") == expected.split(" ")
    assert words(line) == expected.split(" ")


@settings(deadline=None, derandomize=True)
@given(
    st.text(
        st.sampled_from(
            "aB1'.,_\"é漢かカアーקन\u094dำ한 \xa0\u202f\u2028\t\u200d\u200c\u200b\u200e\xad"
        )
        | st.sampled_from("\u0301\u0327\u093c\ufe0f\U0001f1e6\U0001f44d\U0001f3fdℹ")
        | st.characters(exclude_categories=["Cs"]),
        max_size=30,
    )
)
def test_words_are_the_same_chunk_by_chunk(line):
    found = words(line)
    assert found == [word for chunk in line.split() for word in words(chunk)]
    assert all(word and not re.search(r"\s", word) for word in found)
    chosen = get_tokenizer("words", lowercase=False, normalization="none")
    assert _letters("".join(chosen.split(line))) == _letters(line)


def _letters(text):
    """Letters and numbers, whatever their case; small sigmas differ by what follows."""
    return [character for character in text.lower().upper() if character.isalnum()]


def test_a_run_of_flags_is_cut_in_time():
    # Where pairs are counted from the start of the run at every boundary, this takes hours.
    assert words("a" + "\U0001f1e6" * 300_000 + "b") == ["a", "b"]


def test_lower_case_is_normalized_again():
    # The dot of the small i comes apart from it, and belongs behind the cedilla.
    assert split("I\u0307\u0327", "words") == ["i\u0327\u0307"]
    assert split("İ\u0327", "whitespace", lowercase=True) == ["i\u0327\u0307"]
    assert get_tokenizer(str.split, lowercase=True).split("İ\u0327") == ["i\u0327\u0307"]
    chosen = get_tokenizer("words", lowercase=False, normalization="none")
    assert chosen.split("İ\u0327") == ["i\u0307\u0327"]


@pytest.mark.parametrize("lowercase", [False, True])
def test_the_words_of_a_callable_are_plain_strings(lowercase):
    found = split("Tea caf\xe9", lambda line: np.array(line.split()), lowercase=lowercase)
    assert found == (["tea", "caf\xe9"] if lowercase else ["Tea", "caf\xe9"])
    assert set(map(type, found)) == {str}


def test_the_words_of_a_callable_are_normalized():
    def apart(line):
        return [unicodedata.normalize("NFD", word) for word in line.split()]

    assert get_tokenizer(apart, lowercase=False).split("café") == ["café"]
    chosen = get_tokenizer(apart, lowercase=False, normalization="none")
    assert chosen.split("café") == ["cafe\u0301"]


@pytest.mark.parametrize(
    ("tokenizer", "by_chunk"),
    [("whitespace", True), ("words", True), ("textbook", True), (str.split, False)],
)
def test_lowercase_applies_to_each(tokenizer, by_chunk):
    chosen = get_tokenizer(tokenizer, lowercase=True)
    assert chosen.split("Tea ÉTÉ") == ["tea", "été"]
    assert chosen.by_chunk is by_chunk
    assert not chosen.keeps_chunks


def test_unknown_name_lists_the_names():
    with pytest.raises(
        ConfigError, match=r"one of whitespace, words, textbook, chinese, or .* got 'spacy'"
    ):
        get_tokenizer("spacy", lowercase=False)


@pytest.mark.parametrize("tokenizer", [None, ["words"], "Words"])
def test_what_is_neither_a_name_nor_callable_is_refused(tokenizer):
    with pytest.raises(ConfigError, match=r"tokenizer must be one of whitespace, .* or a callable"):
        get_tokenizer(tokenizer, lowercase=False)


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


def _raises(line):
    raise KeyError(line)


def _raises_later(line):
    yield line
    raise KeyError(line)


@pytest.mark.parametrize("tokenizer", [_raises, _raises_later])
def test_what_a_callable_raises_says_that_it_was_the_callable(tokenizer):
    with pytest.raises(KeyError) as raised:
        get_tokenizer(tokenizer, lowercase=False).split("tea")
    assert raised.value.__notes__ == [
        "the function that was given as tokenizer raised this for 'tea'"
    ]


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
        expected = ["我", "有", "iPhone15", "和", "3.14", "元", "C++", "AT&T", "don't"]
        assert split(line, "chinese") == expected

    def test_keeps_words_of_other_scripts_whole(self):
        line = "在café里说Привет、テスト和한국어１２３"
        expected = ["在", "café", "里", "说", "Привет", "テスト", "和", "한국어１２３"]
        assert split(line, "chinese") == expected

    def test_foreign_words_keep_their_marks(self):
        line = "说नमस्ते，和cafe\u0301、L'été ‘abc’中 สวัสดี שָׁלוֹם x\u030c是3,000.50元，葛\U000e0100"
        expected = "说 नमस्ते 和 cafe\u0301 L'été abc 中 สวัสดี שָׁלוֹם x\u030c 是 3,000.50 元 葛"
        assert split(line, "chinese") == expected.split()

    def test_han_and_ascii_go_to_jieba_together(self):
        assert split("穿T恤", "chinese") == ["穿", "T恤"]

    def test_lowercase(self):
        assert split("用Python写Été", "chinese", lowercase=True) == ["用", "python", "写", "été"]

    def test_long_ascii_runs_do_not_stall_the_search(self):
        # A search that starts anew at each letter of the run would take minutes here.
        assert split("x" * 300_000, "chinese") == ["x" * 300_000]
        assert split("x'" * 100_000, "chinese") == ["'".join("x" * 100_000)]
        assert split("é" * 100_000 + "\u0301" * 100_000, "chinese") == [
            "é" * 100_000 + "\u0301" * 100_000
        ]

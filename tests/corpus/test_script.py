"""What a text is spelled with, which defaults follow from."""

import pytest

from firth.corpus import Vocabulary, read_corpus
from firth.corpus.script import find_script


@pytest.mark.parametrize(
    ("words", "script"),
    [
        (["the", "tea's", "naïve"], "letters"),
        (["чай", "λόγος", "שלום", "شاي"], "letters"),
        # More marks than letters.
        (["ที่นี้", "हिन्दी"], "letters"),
        (["e\u0301e\u0301\u0302\u0303"], "letters"),
        (["中文", "茶叶", "，", "TV"], "characters"),
        (["お茶", "ラーメン", "々"], "characters"),
        (["한국어", "차"], "characters"),
        (["\U00020000\U00020001"], "characters"),
        (["12", "407", "3.5"], "signs"),
        (["a1207", "b3391"], "signs"),
        ([3, 5], "signs"),
    ],
)
def test_the_script_of_words(words, script):
    assert find_script(Vocabulary(words, [1] * len(words))) == script


def test_frequent_words_count_more():
    assert find_script(Vocabulary(["茶", "tea"], [10, 2])) == "characters"
    assert find_script(Vocabulary(["tea", "茶"], [10, 2])) == "letters"
    assert find_script(Vocabulary(["7", "tea"], [10, 2])) == "signs"


def test_a_text_has_a_script_and_token_lists_have_none(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("tea and milk\n" * 3, encoding="utf-8")
    assert read_corpus(text, min_count=1).script == "letters"
    text.write_text("茶 和 牛奶\n" * 3, encoding="utf-8")
    assert read_corpus(text, min_count=1).script == "characters"
    assert read_corpus([["tea", "milk"]], min_count=1).script is None
    assert read_corpus([[1, 2]], min_count=1).script is None

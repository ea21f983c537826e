"""The lesson's texts have the same structure in each language."""

import re
from collections import Counter

import pytest

from firth.errors import ConfigError
from firth.lesson.texts import LANGUAGES, lesson_groups, lesson_sentences, lesson_text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_noun_stands_in_sentences_of_its_own_topic_and_as_often_as_the_others(language):
    groups, sentences = lesson_groups(language), lesson_sentences(language)
    nouns = {noun for members in groups.values() for noun in members}
    assert len(nouns) == 18
    assert len(sentences) == 72
    assert len({" ".join(sentence) for sentence in sentences}) == 72
    topics = [
        {name for name, members in groups.items() if set(members) & set(sentence)}
        for sentence in sentences
    ]
    assert Counter(len(found) for found in topics) == {1: 72}
    counts = Counter(word for sentence in sentences for word in sentence if word in nouns)
    assert set(counts.values()) == {8}


def test_both_languages_have_as_many_nouns_and_frames_and_the_same_gaps():
    english, chinese = (lesson_text(language) for language in LANGUAGES)
    for part in ("nouns", "frames"):
        sizes = [
            [len(topic[part]) for topic in text["topics"].values()] for text in (english, chinese)
        ]
        assert sizes[0] == sizes[1]
    gaps = [
        {name: set(re.findall("{.*?}", told)) for name, told in text["report"].items()}
        for text in (english, chinese)
    ]
    assert gaps[0] == gaps[1]


def test_a_language_without_a_lesson_is_told():
    with pytest.raises(ConfigError, match=r"^language must be en or zh, got 'tlh'$"):
        lesson_sentences("tlh")

"""Ids from 1, padding and special tokens."""

import numpy as np
import pytest

from firth.corpus import Vocabulary
from firth.corpus.tokenizers import words
from firth.errors import ConfigError, CorpusError
from firth.torch import PaddedVocabulary

SENTENCES = [["b", "a", "c"], ["a", "d", "c", "a"], ["e"]]


def test_ids_go_by_count_and_then_by_first_appearance():
    vocabulary = PaddedVocabulary.from_sentences(SENTENCES)
    assert vocabulary.words == ("<pad>", "a", "c", "b", "d", "e")
    assert vocabulary.counts.tolist() == [0, 3, 2, 1, 1, 1]
    assert len(vocabulary) == 6
    assert vocabulary.ids(["e", "?", "a"]) == [5, 0, 1]
    assert "a" in vocabulary
    assert "?" not in vocabulary


def test_special_tokens_come_first_and_are_not_counted():
    sentences = [["<sos>", *sentence, "<eos>"] for sentence in SENTENCES]
    vocabulary = PaddedVocabulary.from_sentences(sentences, special_tokens=True)
    special = ("<pad>", "<unk>", "<sos>", "<eos>", "<mask>", "<sep>")
    assert vocabulary.words == (*special, "a", "c", "b", "d", "e")
    assert vocabulary.counts.tolist() == [0] * 6 + [3, 2, 1, 1, 1]
    assert vocabulary.ids(["<sos>", "a", "unseen", "<pad>"]) == [2, 6, 1, 0]


def test_rare_words_stay_unknown():
    vocabulary = PaddedVocabulary.from_sentences(SENTENCES, min_count=2)
    assert vocabulary.words == ("<pad>", "a", "c")
    assert vocabulary.id("b") == 0


def test_takes_over_a_vocabulary():
    vocabulary = PaddedVocabulary.from_vocabulary(Vocabulary([17, 4], [5, 3]))
    assert vocabulary.words == ("<pad>", 17, 4)
    assert vocabulary.id(4) == 2
    assert vocabulary.counts.dtype == np.int64
    assert not vocabulary.counts.flags.writeable


def test_reads_text_by_the_words_tokenizer():
    vocabulary = PaddedVocabulary.from_sentences([words("Tea, tea and R2D2!")])
    assert vocabulary.words == ("<pad>", "tea", ",", "and", "r2d2", "!")


@pytest.mark.parametrize(
    ("sentences", "options", "message"),
    [
        ([], {}, "at least one word, got none"),
        ([[], []], {}, "at least one word, got none"),
        (["tea and milk"], {}, "sentence 0 must be a list of words, got a str"),
        ([["a", "b", "a"]], {"min_count": 3}, "no word occurs 3 times or more.* 2 times"),
        ([["<pad>"]], {}, "none may be <pad>; got '<pad>' twice"),
    ],
)
def test_a_corpus_without_words_is_refused(sentences, options, message):
    with pytest.raises(CorpusError, match=message):
        PaddedVocabulary.from_sentences(sentences, **options)


def test_other_bad_input():
    with pytest.raises(ConfigError, match="min_count must be at least 1, got 0"):
        PaddedVocabulary.from_sentences(SENTENCES, min_count=0)
    with pytest.raises(CorpusError, match="2 words and counts of shape"):
        PaddedVocabulary(["a", "b"], [1])
    with pytest.raises(CorpusError, match="got 'a' twice"):
        PaddedVocabulary(["a", "a"], [1, 1])
    for counts in ([1.5, 1], [-1, 1], ["1", "1"], [[1], [1, 2]], 2):
        with pytest.raises(ConfigError, match="counts must be "):
            PaddedVocabulary(["a", "b"], counts)
    with pytest.raises(ConfigError, match="min_count must be a whole number"):
        PaddedVocabulary.from_sentences(SENTENCES, min_count=1.5)

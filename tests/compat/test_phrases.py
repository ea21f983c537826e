"""gensim's Phrases on Firth, without gensim."""

import pytest

from firth.compat.gensim import (
    ENGLISH_CONNECTOR_WORDS,
    FrozenPhrases,
    NotSupported,
    Phraser,
    Phrases,
    Word2Vec,
)
from firth.errors import FormatError

SENTENCES = [
    *[["new", "york"], ["prince", "of", "wales"]] * 20,
    ["new", "tea"], ["wales", "has", "tea"], ["new", "york", "has", "a", "prince", "of", "wales"],
]  # fmt: skip


@pytest.fixture
def phrases():
    return Phrases(SENTENCES, min_count=2, threshold=0.1, connector_words=ENGLISH_CONNECTOR_WORDS)


def test_pairs_are_joined_with_the_words_between(phrases):
    assert phrases[SENTENCES[-1]] == ["new_york", "has", "a", "prince_of_wales"]
    assert phrases.export_phrases().keys() >= {"new_york", "prince_of_wales"}
    # Of the counts of both words and the pair, and the number of different words and pairs.
    expected = (21 - 2) / (22 * 21) * len(phrases.vocab)
    assert phrases.export_phrases()["new_york"] == pytest.approx(expected)


def test_sentences_are_joined_each_time_and_train(phrases):
    joined = phrases[SENTENCES]
    assert list(joined) == list(joined)
    assert len(joined) == len(SENTENCES)
    model = Word2Vec(joined, vector_size=4, min_count=1, workers=1, epochs=1)
    assert "prince_of_wales" in model.wv


def test_frozen_phrases_join_alike_and_learn_no_more(phrases):
    frozen = phrases.freeze()
    assert isinstance(frozen, Phraser)
    assert frozen.phrasegrams == phrases.export_phrases() == FrozenPhrases(frozen).phrasegrams
    before = [frozen[sentence] for sentence in SENTENCES]
    phrases.add_vocab([["green", "cup"]] * 10)
    assert phrases[["green", "cup"]] == ["green_cup"]
    assert frozen[["green", "cup"]] == ["green", "cup"]
    assert [frozen[sentence] for sentence in SENTENCES] == before


@pytest.mark.parametrize("freeze", [False, True])
def test_what_is_saved_is_loaded(phrases, freeze, tmp_path):
    model = phrases.freeze() if freeze else phrases
    model.save(tmp_path / "phrases")
    found = type(model).load(tmp_path / "phrases")
    assert vars(found) == vars(model)
    other = Phrases if freeze else FrozenPhrases
    with pytest.raises(FormatError, match=f"holds no {other.__name__} that firth.compat.gensim"):
        other.load(tmp_path / "phrases")


def test_a_function_is_not_saved(tmp_path):
    def scoring(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):
        return bigram_count

    phrases = Phrases(SENTENCES, scoring=scoring)
    assert phrases.export_phrases()["new_york"] == 21
    with pytest.raises(NotSupported, match="a model with a function as scoring cannot be saved"):
        phrases.save(tmp_path / "phrases")
    assert not (tmp_path / "phrases").exists()


def test_they_show_how_much_they_hold():
    phrases = Phrases([["new", "york"]] * 9, min_count=1, threshold=0.1)
    assert str(phrases).startswith("Phrases<3 vocab, min_count=1, threshold=0.1, max_vocab")
    assert str(phrases.freeze()) == "FrozenPhrases<1 phrases, min_count=1, threshold=0.1>"

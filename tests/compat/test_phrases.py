"""gensim's Phrases on Firth, without gensim."""

import math
import pickle
import sys
import types

import pytest

from firth.compat.gensim import (
    ENGLISH_CONNECTOR_WORDS,
    FrozenPhrases,
    NotSupported,
    Phraser,
    Phrases,
    Word2Vec,
)
from firth.compat.gensim.phrases import npmi_scorer, original_scorer
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
    # As in gensim, a file tells its class itself.
    other = Phrases if freeze else FrozenPhrases
    assert type(other.load(tmp_path / "phrases")) is type(model)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"min_count": 0}, "min_count must be above 0, got 0"),
        ({"threshold": 0}, "threshold must be above 0 with scoring='default', got 0"),
        ({"threshold": 1.5, "scoring": "npmi"}, "threshold must be from -1 to 1 with"),
        ({"threshold": -1.5, "scoring": "npmi"}, "threshold must be from -1 to 1 with"),
        ({"scoring": "best"}, "scoring must be default, npmi or a function, got 'best'"),
        ({"scoring": 3}, "scoring must be default, npmi or a function, got 3"),
        ({"scoring": lambda worda_count: 1}, "lacks parameters: wordb_count, bigram_count"),
    ],
)
def test_options_out_of_range(options, fault):
    with pytest.raises(ValueError, match=fault):
        Phrases(SENTENCES, **options)


def test_pairs_that_are_surely_together_score_one():
    phrases = Phrases([["new", "york"]] * 9 + [["tea"]] * 9, 5, 0.5, scoring="npmi")
    assert phrases.export_phrases() == {"new_york": pytest.approx(1.0)}
    assert phrases[["new", "york", "tea"]] == ["new_york", "tea"]
    assert npmi_scorer(10, 10, 4, 1000, 5, 50_000) == -math.inf
    # All that there is.
    assert npmi_scorer(10, 10, 10, 1000, 5, 10) == 1.0


def test_rare_words_are_forgotten_where_there_are_too_many():
    sentences = [["new", "york"]] * 3 + [[f"w{number}"] for number in range(20)]
    phrases = Phrases(sentences, min_count=1, threshold=0.1, max_vocab_size=10)
    assert phrases.vocab.keys() >= {"new", "york", "new_york"}
    assert len(phrases.vocab) <= 10
    # As in gensim, what occurs once is forgotten when there is no room for the second time.
    for number in range(2):
        phrases.add_vocab([[f"v{number}-{each}"] for each in range(9)])
    assert phrases.vocab == {"new": 3, "york": 3, "new_york": 3}
    assert (phrases.corpus_word_count, phrases.min_reduce) == (44, 3)


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


@pytest.fixture
def pickled(tmp_path, monkeypatch):
    """Write what gensim 4 pickles, without gensim; return the path."""
    module = types.ModuleType("gensim.models.phrases")
    for name in ("Phrases", "FrozenPhrases", "Phraser"):
        setattr(module, name, type(name, (), {"__module__": module.__name__}))
    module.original_scorer = types.FunctionType(original_scorer.__code__, {}, "original_scorer")
    module.original_scorer.__module__ = module.__name__
    module.original_scorer.__qualname__ = "original_scorer"
    for name in ("gensim", "gensim.models"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def write(kind="Phrases", **changes):
        whole = {
            "min_count": 1, "threshold": 0.1, "delimiter": "_", "max_vocab_size": 100,
            "connector_words": frozenset({"of"}), "scoring": module.original_scorer,
            "vocab": {"new": 9, "york": 8, "new_york": 7}, "corpus_word_count": 17,
            "min_reduce": 1, "lifecycle_events": [{"event": "saving", "ignore": []}],
        }  # fmt: skip
        thing = getattr(module, kind)()
        vars(thing).update(whole | changes)
        path = tmp_path / "phrases.pkl"
        path.write_bytes(pickle.dumps(thing, protocol=4))
        return path

    return write


def test_pickles_of_gensim_are_read_without_running_them(pickled):
    for kind in (Phrases, FrozenPhrases):
        found = kind.load(pickled())
        assert isinstance(found, Phrases)
        assert found.vocab == {"new": 9, "york": 8, "new_york": 7}
        assert (found.min_count, found.threshold, found.delimiter) == (1, 0.1, "_")
        assert (found.corpus_word_count, found.max_vocab_size) == (17, 100)
        assert found.connector_words == {"of"}
        assert found[["new", "york", "of"]] == ["new_york", "of"]
    frozen = Phrases.load(pickled("FrozenPhrases", phrasegrams={"new_york": 0.5}))
    assert isinstance(frozen, FrozenPhrases)
    assert frozen[["new", "york"]] == ["new_york"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"scoring": print}, "the pickle names builtins.print, .*save it with gensim 4, or learn"),
        ({"kind": "Phraser"}, r"the pickle names gensim.models.phrases.Phraser"),
        ({"vocab": None}, "damaged phrases: vocab is missing, or of another type"),
        ({"vocab": {7: 7}}, "damaged phrases: a phrase is no text"),
        ({"vocab": {"new": "9"}}, "damaged phrases: a count or score is no number"),
        ({"scoring": None}, "damaged phrases: scoring is missing"),
        ({"connector_words": [7]}, "damaged phrases: a connector word is no text"),
    ],
)
def test_other_pickles_are_refused(pickled, changes, told):
    with pytest.raises(FormatError, match=told):
        Phrases.load(pickled(**changes))


def test_what_is_no_phrases_is_told(tmp_path):
    for content in (b"\x80\x04N.", b'{"kind": "other"}'):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(FormatError, match="holds no phrases of"):
            Phrases.load(tmp_path / "file")

"""The phrase model: joining token lists, saving, loading, the way from training to queries."""

import json
import pickle
import re
import warnings
from collections import Counter
from itertools import chain

import numpy as np
import pytest

import firth
from firth.errors import ConfigError, CorpusError, FirthError, FormatError
from firth.io.contents import kind_of
from firth.phrases import Phrase, Phrases

PHRASES = Phrases(
    [
        [Phrase(("new", "york"), 9, 250.0), Phrase(("bank", "of", "the", "west"), 5, 99.5)],
        [Phrase(("new_york", "city"), 5, 300.0)],
    ],
    connectors=["of", "the"],
    learned={"scoring": "word2phrase", "threshold": 90.0, "min_count": 5},
    reading={"tokenizer": "whitespace", "lowercase": True, "normalization": "NFC"},
)
UNITS = [
    ["new", "york", "city", "has", "tea"],
    ["tea", "in", "new", "york"],
    ["york", "new", "tea"],
] * 40


@pytest.mark.parametrize(
    ("tokens", "joined"),
    [
        ([], []),
        (["new"], ["new"]),
        (["of", "new", "york", "of"], ["of", "new_york", "of"]),
        (["new", "new", "york", "city", "york"], ["new", "new_york_city", "york"]),
        (["bank", "of", "the", "west"], ["bank_of_the_west"]),
        (["bank", "of", "the", "of", "west"], ["bank", "of", "the", "of", "west"]),
        (["bank", "of", "west"], ["bank", "of", "west"]),
        (["new", "of", "the"], ["new", "of", "the"]),
        ([["new"], ["york"], []], [["new"], ["york"], []]),
        ((("new", "york"), ["tea"]), [["new_york"], ["tea"]]),
        (np.array(["new", "york"]), ["new_york"]),
        (iter(["new", "york"]), ["new_york"]),
        ([iter(["new", "york"])], [["new_york"]]),
    ],
)
def test_phrases_are_joined_from_left_to_right(tokens, joined):
    assert PHRASES.join(tokens) == joined


@pytest.mark.parametrize(
    ("words", "joined"),
    [
        (["new_york_city", "bank_of_the_west"], ["new_york_city", "bank_of_the_west"]),
        (["new_york"], ["new_york", "city", "bank", "of", "the", "west"]),
        ([], ["new", "york", "city", "bank", "of", "the", "west"]),
    ],
)
def test_phrases_that_are_not_among_the_words_stay_apart(words, joined):
    text = ["new", "york", "city", "bank", "of", "the", "west"]
    assert PHRASES.join(text, among=words) == joined
    assert PHRASES.join([["tea"], text], among=words) == [["tea"], joined]


@pytest.mark.parametrize("min_count", [1, 60, 90])
def test_new_text_is_joined_as_that_of_training_was(min_count):
    """Phrases that occur less often stay apart in training, whatever they consist of."""
    units = [*UNITS, *[["bank", "of", "the", "west"]] * 55]
    vectors = firth.train(
        units, phrases=PHRASES, min_count=min_count, dim=4, epochs=1, sample=0, threads=1
    )
    joined = chain.from_iterable(vectors.phrases.join(units, among=vectors))
    counted = Counter(word for word in joined if word in vectors)
    assert counted == dict(zip(vectors.words, vectors.counts.tolist(), strict=True))


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ("new york", "join takes a list of words, or several lists, got 'new york'; split"),
        (7, "join takes a list of words, or several lists, got 7; split"),
        ([1, 2], "phrases join words, got int 1"),
        ([["tea"], [1]], "phrases join words, got int 1"),
        (["tea", ["new", "york"]], "phrases join words, got list ['new', 'york']"),
    ],
)
def test_what_holds_no_words_is_refused(tokens, message):
    with pytest.raises(CorpusError, match=f"^{re.escape(message)}"):
        PHRASES.join(tokens)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("new",),
        ("new", ""),
        ("of", "new"),
        ("new", "of"),
        ("a", "b", "c"),
        ("a", *["of"] * 3, "b"),
    ],
)
def test_what_is_no_pair_of_words_is_no_phrase(words):
    with pytest.raises(ConfigError, match="a phrase is two words with up to 2 connectors"):
        Phrases([[Phrase(words, 1, 1.0)]], connectors=["of"])


@pytest.mark.parametrize(
    ("make", "error", "told"),
    [
        (lambda: Phrases(UNITS), ConfigError, "learn_phrases.* finds phrases; got 'new'"),
        (lambda: Phrases(UNITS, min_count=1), ConfigError, "finds phrases; got min_count"),
        (lambda: PHRASES[["new", "york"]], TypeError, r"joins phrases by join\(words\)"),
        (lambda: list(PHRASES), TypeError, r"joins phrases by join\(words\)"),
    ],
)
def test_what_gensim_does_with_its_phrases_is_told(make, error, told):
    with pytest.raises(error, match=told):
        make()


def test_a_pass_holds_a_phrase_once():
    pair, other = Phrase(("new", "york"), 9, 250.0), Phrase(("new", "york"), 8, 1.0)
    with pytest.raises(ConfigError, match=r"^pass 2 holds \('new', 'york'\) twice$"):
        Phrases([[pair], [pair, other]])
    assert len(Phrases([[pair], [other]])) == 2


def test_saved_phrases_without_a_part_are_told(tmp_path):
    path = tmp_path / "phrases.json"
    for name in ("passes", "connectors", "delimiter", "learned", "reading"):
        content = PHRASES.to_dict()
        del content[name]
        path.write_text(json.dumps(content))
        with pytest.raises(FormatError, match=f"damaged phrases: {name} is missing$"):
            Phrases.load(path)


def test_saved_phrases_are_loaded(tmp_path):
    path = tmp_path / "phrases.json"
    PHRASES.save(path)
    PHRASES.save(path)
    loaded = Phrases.load(path)
    assert loaded == PHRASES == pickle.loads(pickle.dumps(PHRASES))
    assert repr(loaded) == "Phrases(3 phrases, 2 passes)"
    assert loaded.facts()["found"] == [2, 1]
    assert [loaded.text_of(each) for each in loaded.best(2)] == ["new_york_city", "new_york"]
    assert kind_of(path) == "phrases"
    # A folder of texts with phrases in it is refused, as one with vectors is.
    (tmp_path / "text.txt").write_text("tea milk\n" * 20)
    with pytest.raises(CorpusError, match=r"phrases.json holds phrases, not text"):
        firth.read_corpus(tmp_path)


def test_an_empty_file_is_replaced(tmp_path):
    (tmp_path / "p.json").touch()
    PHRASES.save(tmp_path / "p.json")
    assert Phrases.load(tmp_path / "p.json") == PHRASES


def test_phrases_of_token_lists_fit_a_text():
    Phrases(PHRASES.passes, PHRASES.connectors).check_reading(PHRASES.reading)


def test_a_text_is_spelled_as_it_was_read():
    as_it_is = Phrases([], reading={**PHRASES.reading, "lowercase": False})
    assert (PHRASES.spell("New York"), as_it_is.spell("New York")) == ("new_york", "New_York")


def test_no_other_file_is_replaced(tmp_path):
    path = tmp_path / "text.json"
    path.write_text("tea")
    with pytest.raises(FirthError, match=r"^cannot write .*: the file there does not hold phrases"):
        PHRASES.save(path)
    assert path.read_text() == "tea"
    PHRASES.save(path, overwrite=True)
    assert Phrases.load(path) == PHRASES
    with pytest.raises(ConfigError, match="the path of phrases must be a path, got ''"):
        PHRASES.save("")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "vectors"}, "does not hold phrases; make some with: firth phrases"),
        ({"passes": 3}, "damaged phrases: passes must be a list, got 3$"),
        ({"passes": [3]}, "damaged phrases: a pass must be a list of phrases, got 3$"),
        (
            {"passes": [[7]]},
            "damaged phrases: expected a list of words, a count and a score, got 7$",
        ),
        ({"passes": [[["new york", 1, 1.0]]]}, "damaged phrases: expected a list of words, got 'n"),
        ({"passes": [[[["new"], 1, 1.0]]]}, "damaged phrases: a phrase is two words"),
        ({"passes": [[[["a", "b"], -1, 1.0]]]}, "damaged phrases: a count must be at least 0"),
        ({"passes": [[[["a", "b"], 1, "x"]]]}, "damaged phrases: a score must be a number"),
        ({"passes": [[[["a", "b"], 1]]]}, "damaged phrases: expected a list of words, a count and"),
        (
            {"passes": [[[["a", "b"], 1, 1.0]] * 2]},
            r"damaged phrases: pass 1 holds \('a', 'b'\) twi",
        ),
        ({"connectors": ["of", 1]}, "damaged phrases: expected a list of words"),
        ({"connectors": None}, "damaged phrases: connectors must be a list, got None"),
        ({"delimiter": " "}, "damaged phrases: delimiter must be a text without white space"),
        ({"delimiter": 1}, "damaged phrases: delimiter must be a text, got 1$"),
        ({"learned": 1}, "damaged phrases: learned must be an object, got 1$"),
        ({"reading": "x"}, "damaged phrases: reading must be an object, got 'x'$"),
    ],
)
def test_damaged_phrases_are_told_in_one_line(tmp_path, change, message):
    path = tmp_path / "phrases.json"
    path.write_text(json.dumps({**PHRASES.to_dict(), **change}))
    with pytest.raises(FormatError, match=message) as caught:
        Phrases.load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("given", ["0.5", "2"])
def test_what_names_no_file_of_phrases_is_told(given):
    expected = "no such file: .*; phrases must be a whole number of passes, Phrases, or a file"
    with pytest.raises(FileNotFoundError, match=expected):
        firth.train(UNITS, phrases=given)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(FormatError, match="no such file: "):
        Phrases.load(tmp_path / "none.json")
    # A folder of vectors that know none.
    firth.Vectors(["a", "b"], np.eye(2)).save(tmp_path / "vectors")
    with pytest.raises(FormatError, match=r"no such file: .*phrases.json"):
        firth.train(UNITS, phrases=tmp_path / "vectors")


@pytest.fixture(scope="module")
def trained():
    return firth.train(UNITS, phrases=PHRASES, dim=4, epochs=1, sample=0, threads=1)


def test_vectors_know_the_phrases_they_were_trained_with(trained, tmp_path):
    assert trained.config["corpus"]["phrases"] == PHRASES.facts()
    trained.save(tmp_path / "vectors")
    for vectors in (
        trained,
        firth.load(tmp_path / "vectors"),
        firth.load(tmp_path / "vectors", limit=7),
        pickle.loads(pickle.dumps(trained)),
    ):
        assert vectors.phrases == PHRASES
        # The text was lower-cased, so queries with several words are.
        for query in ("new york", "New York", " new\tYORK "):
            assert query in vectors
            assert np.array_equal(vectors[query], vectors["new_york"])
            assert vectors.index[query] == vectors.index["new_york"]
        assert vectors.similar("new york city") == vectors.similar("new_york_city")
        assert vectors.get("tea new") is None
        assert "York" not in vectors
        with pytest.raises(firth.VocabularyError, match="'new jersey' is not among the"):
            vectors["new jersey"]
        with pytest.raises(AttributeError, match="phrases of Vectors cannot be changed"):
            vectors.phrases = None
    # The folder may be replaced, and give its phrases to another run.
    trained.save(tmp_path / "vectors")
    again = firth.train(UNITS, phrases=tmp_path / "vectors", dim=4, epochs=1, sample=0, threads=1)
    assert np.array_equal(again.input_vectors, trained.input_vectors)


def test_several_words_are_composed_of_the_ngrams_of_a_phrase():
    options = {"dim": 4, "epochs": 1, "sample": 0, "threads": 1, "subwords": (3, 5)}
    vectors = firth.train(UNITS, phrases=PHRASES, **options)
    for text, word in (("New Yorkers", "new_yorkers"), ("new york", "new_york")):
        assert np.array_equal(vectors[text], vectors[word])
        assert np.array_equal(vectors.get(text), vectors.get(word))
    for text, word in (("new york", "new_york"), ("new yorkers", "new_yorkers")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", firth.FirthWarning)
            assert vectors.company(text) == vectors.company(word)


def test_a_word_with_a_space_is_found_before_a_phrase():
    vectors = firth.Vectors(["new york", "new_york", "caf\u00e9_noir"], np.eye(3), phrases=PHRASES)
    assert vectors["new york"].tolist() == [1, 0, 0]
    # Accents may be composed or not.
    assert vectors["cafe\u0301 noir"].tolist() == [0, 0, 1]


def test_vectors_without_phrases_look_words_up_as_they_are(tmp_path, trained):
    trained.save(tmp_path / "vectors.bin")
    vectors = firth.load(tmp_path / "vectors.bin")
    assert vectors.phrases is None
    assert "new_york" in vectors
    assert "new york" not in vectors


def test_training_goes_on_with_the_phrases_of_the_start(trained):
    options = {"epochs": 1, "sample": 0, "threads": 1, "start": trained}
    assert firth.train(UNITS, **options).words == trained.words
    apart = firth.train(UNITS, phrases=0, **options)
    assert apart.phrases is None
    assert "york" in apart
    corpus = firth.read_corpus(UNITS, phrases=PHRASES)
    assert firth.train(corpus, **options).phrases == PHRASES
    with pytest.raises(ConfigError, match="the corpus has been read: phrases would change nothing"):
        firth.train(corpus, phrases=2)


def test_a_checkpoint_holds_the_phrases(tmp_path):
    options = {"phrases": PHRASES, "dim": 4, "sample": 0, "threads": 1}
    options["checkpoint"] = tmp_path / "run"
    first = firth.train(UNITS, epochs=2, **options)
    resumed = firth.train(UNITS, epochs=2, resume=True, **options)
    assert np.array_equal(first.input_vectors, resumed.input_vectors)
    assert resumed.phrases == PHRASES
    newest = sorted(path for path in (tmp_path / "run").iterdir() if path.is_dir())[-1]
    assert firth.load(newest).phrases == PHRASES
    # Other phrases give another text, which is another run.
    with pytest.raises(ConfigError, match=r"text was .*, is now "):
        firth.train(UNITS, epochs=2, resume=True, **{**options, "phrases": 0})

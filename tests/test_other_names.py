"""The hints for names that other tools use."""

import inspect
import re
from functools import partial

import numpy as np
import pytest

import firth
from firth import other_names
from firth.errors import ConfigError
from firth.other_names import advice

UNITS = [["a", "b", "c"], ["b", "a"]] * 20
TRAIN = list(inspect.signature(firth.train).parameters)
VECTORS = firth.Vectors(["tea", "milk"], np.eye(2), counts=[2, 1])
FUNCTIONS = [
    firth.train,
    firth.read_corpus,
    firth.learn_phrases,
    firth.load,
    firth.tune,
    firth.evaluate,
    VECTORS.similar,
]
KNOWN = {name for function in FUNCTIONS for name in inspect.signature(function).parameters}


def test_each_option_of_another_tool_leads_to_one_of_ours_or_says_why_there_is_none():
    for name, there in other_names.OPTIONS.items():
        assert name == name.lower()
        for ours in there:
            assert ours in KNOWN or ours.startswith("Firth"), name
            assert ours != name


@pytest.mark.parametrize("name", ["vector_size", "size", "vectorSize"])
def test_the_name_of_another_tool_is_known_in_any_case(name):
    assert advice(name, TRAIN) == "Firth calls it dim"


def test_what_is_no_option_here_is_not_advised():
    assert advice("vector_size", ["top", "json"]) is None
    assert advice("topn", ["top", "json"]) == "Firth calls it top"


def test_of_several_names_the_one_that_is_here_is_told():
    told = {
        "Firth calls it restrict": ["analogies", "restrict"],
        "Firth calls it limit": ["path", "limit"],
        "Firth takes the first n words of a file: firth.load(path, limit=n)": ["query", "top"],
    }
    for there, known in told.items():
        assert advice("restrict_vocab", known) == there


@pytest.mark.parametrize(
    "names",
    [
        # Those of the constructor of gensim's Word2Vec that have another name here, or none.
        "sentences corpus_file vector_size alpha min_alpha max_vocab_size workers sg hs "
        "ns_exponent cbow_mean hashfxn trim_rule sorted_vocab batch_words compute_loss "
        "max_final_vocab size iter null_word",
        # Those of fastText.
        "input lr lrUpdateRate ws epoch minCount minCountLabel minn maxn neg wordNgrams "
        "bucket thread t label verbose pretrainedVectors",
        # Those of word2vec.c.
        "train size sample hs negative threads iter min-count alpha cbow",
    ],
    ids=["gensim", "fasttext", "word2vec"],
)
def test_the_options_of_other_tools_are_known(names):
    for name in names.replace("-", "_").split():
        assert name in TRAIN or advice(name, TRAIN).startswith("Firth"), name


@pytest.mark.parametrize(
    ("call", "option", "told"),
    [
        (partial(firth.train, UNITS), "vector_size", "Firth calls it dim"),
        (partial(firth.train, UNITS), "windw", "the nearest is window"),
        (partial(firth.train, UNITS), "sg", "Firth has model, 'skipgram' or"),
        (partial(firth.train, UNITS), "hs", "Firth has loss: hs=1 is loss='hs', hs=0 is"),
        (partial(firth.train, UNITS), "minCount", "Firth calls it min_count"),
        (partial(firth.train, UNITS), "minn", "Firth has subwords: minn=3, maxn=6 is subwords=(3"),
        (partial(firth.train, UNITS), "maxn", "Firth has subwords: minn=3, maxn=6 is subwords=(3"),
        (partial(firth.train, UNITS), "min_n", "Firth has subwords: "),
        (partial(firth.train, UNITS), "bucket", "Firth calls it buckets"),
        (partial(firth.train, UNITS), "wordNgrams", "Firth has phrases, which joins neighb"),
        (partial(firth.train, UNITS), "cbow_mean", "Firth's CBOW always takes the mean of the"),
        (partial(firth.train, UNITS), "dm", "Firth has documents: dm=1 is model='cbow', doc"),
        (partial(firth.train, UNITS), "dbow_words", "Firth has documents: "),
        (partial(firth.train, UNITS), "lowercased", "the nearest is lowercase"),
        (partial(firth.train, UNITS), "xyzzy", "there are source, model, cbow_gradient, loss, "),
        (firth.train, "sentences", "Firth calls it source"),
        (firth.TrainConfig, "vector_size", "Firth calls it dim"),
        (partial(firth.read_corpus, UNITS), "max_vocab_size", "Firth calls it max"),
        (partial(VECTORS.similar, "tea"), "topn", "Firth calls it top"),
        (partial(firth.learn_phrases, UNITS), "connector_words", "Firth calls it connectors"),
        (partial(firth.train, UNITS), "window_size", "Firth calls it window"),
        (partial(firth.train, UNITS), "tags", "Firth has firth.read_corpus(lists).with_documents"),
        (partial(firth.train, UNITS), "ngrams", "Firth has subwords"),
        (VECTORS.similar, "positive", "Firth adds and subtracts words"),
        (partial(VECTORS.similar, "tea"), "colour", "there are query, top"),
        (partial(VECTORS.analogy, "tea"), "topn", "Firth calls it top"),
        (partial(VECTORS.similar, "tea"), "uncertain", "Firth has firth.neighbour_intervals(vect"),
        (partial(VECTORS.similar, "tea"), "replicas", "Firth has firth.neighbour_intervals(vecto"),
        (VECTORS.to_torch, "pad", "the nearest is padding"),
        (VECTORS.build_index, "colour", "there are path, numbers, recall"),
        (partial(VECTORS.save, "v"), "binary", "Firth detects the format by"),
        (partial(firth.load, "v"), "binary", "Firth detects the format by"),
        (partial(firth.load, "v"), "unicode_errors", "Firth calls it encoding_err"),
        (partial(firth.load, "v"), "datatype", "Firth holds vectors as float32"),
        (partial(firth.evaluate, VECTORS), "restrict_vocab", "Firth calls it restr"),
        (partial(firth.evaluate, VECTORS), "case_insensitive", "Firth calls it fold"),
        (partial(firth.evaluate, VECTORS), "dummy4unknown", "Firth has unknown='zero', which"),
    ],
)
def test_a_keyword_that_does_not_exist_is_answered(call, option, told):
    with pytest.raises(ConfigError) as caught:
        call(**{option: 10})
    assert str(caught.value).startswith(f"there is no option '{option}'; {told}")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("align", "Firth calls it firth.align(vectors, onto)"),
        ("evaluate", "Firth calls it firth.evaluate(vectors, analogies=path, similarity=path)"),
        ("neighbour_intervals", "Firth has firth.neighbour_intervals(vectors, query, replicas)"),
    ],
)
def test_a_function_that_is_no_method_is_named(name, told):
    assert callable(getattr(firth, name))
    with pytest.raises(AttributeError, match=re.escape(told)):
        getattr(VECTORS, name)


@pytest.mark.parametrize(
    ("owner", "name", "told"),
    [
        (VECTORS, "wv", "Firth calls it vectors"),
        (VECTORS, "most_similar", "Firth calls it similar(word, top=10)"),
        (VECTORS, "key_to_index", "Firth calls it index"),
        (VECTORS, "index_to_key", "Firth calls it words"),
        (VECTORS, "vectors", "Firth calls it input_vectors"),
        (VECTORS, "vector_size", "Firth calls it dim"),
        (VECTORS, "doesnt_match", "Firth calls it odd_one_out"),
        (VECTORS, "get_subwords", "Firth calls it raw.subwords.ngrams_of(word)"),
        (VECTORS, "get_subword_id", "Firth calls it raw.subwords.rows_of(word)"),
        (VECTORS, "vectors_ngrams", "Firth calls it raw.input"),
        (firth, "Doc2Vec", "Firth calls it firth.train(source, documents='joint')"),
        (firth, "Word2Vec", "Firth calls it firth.train"),
        (firth, "convert", "Firth calls it firth.load(source).save(destination)"),
        (firth, "Phraser", "Firth calls it firth.learn_phrases"),
        (firth, "KeyedVectors", "Firth calls it firth.Vectors"),
        (firth, "plotting", "Firth has it as a module: import firth.plotting"),
    ],
)
def test_a_name_of_another_package_or_module_is_answered(owner, name, told, monkeypatch):
    # A module that other tests imported is an attribute.
    monkeypatch.delattr(firth, name, raising=False)
    with pytest.raises(AttributeError) as caught:
        getattr(owner, name)
    whose = "module 'firth'" if owner is firth else "'Vectors' object"
    assert str(caught.value).startswith(f"{whose} has no attribute '{name}'; {told}")
    assert not hasattr(owner, name)


@pytest.mark.parametrize("name", ["_repr_png_", "__array_interface__", "_rows_", "colour"])
def test_other_attributes_are_just_missing(name):
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'$"):
        getattr(VECTORS, name)


def test_what_is_told_of_subwords_hs_and_documents_is_taken():
    told = {name: there[0] for name, there in other_names.OPTIONS.items()}
    for name, options in {
        "minn": {"subwords": (3, 6)},
        "maxn": {"subwords": "none"},
        "bucket": {"buckets": 9, "subwords": (3, 6)},
        "hs": {"loss": "hs"},
        "cbow_mean": {"model": "cbow", "cbow_gradient": "mean"},
        "dm": {"model": "cbow", "documents": "joint", "subwords": "none"},
        "dbow_words": {"model": "skipgram", "documents": "alone", "subwords": "none"},
    }.items():
        firth.TrainConfig(**options)
        for option in options.keys() - {"model", "subwords"} or ["subwords"]:
            assert option in told[name]
    trained = firth.train(UNITS, subwords=(1, 2), buckets=9, dim=2, epochs=1, min_count=1, sample=0)
    assert trained.raw.subwords.ngrams_of("a") == ["<a", "a", "a>"]
    assert len(trained.raw.subwords.rows_of("a")) == 3
    assert len(trained.raw.input) == len(trained) + len(trained.raw.subwords)


def test_each_name_that_is_told_is_there():
    for name, (ours, *_) in {**other_names.VECTORS, **other_names.MODULE}.items():
        if ours.startswith("Firth"):
            continue
        assert not hasattr(type(VECTORS), name)
        # The first word, without what is called or looked up.
        first = ours.replace("1 - ", "").replace("'word in ", "")
        path = "".join(
            letter if letter.isidentifier() or letter == "." else " " for letter in first
        )
        owner, _, attribute = path.split()[0].rstrip(".").partition(".")
        if owner == "firth":
            assert attribute in firth.__all__, ours
        elif owner != "vectors":
            assert hasattr(type(VECTORS), owner) or hasattr(VECTORS, owner), ours

"""What is said of the names that other tools have for an option."""

import inspect

import pytest

import firth
from firth.training.options import ELSEWHERE, advice

OPTIONS = list(inspect.signature(firth.train).parameters)


def test_each_name_leads_to_an_option_or_says_why_there_is_none():
    for name, there in ELSEWHERE.items():
        assert name == name.lower()
        assert name not in OPTIONS
        assert there in [*OPTIONS, "top"] or there.startswith("Firth"), name


@pytest.mark.parametrize("name", ["vector_size", "size", "vectorSize"])
def test_the_name_of_another_tool_is_known_in_any_case(name):
    assert advice(name, OPTIONS) == "Firth calls it dim"


def test_what_is_no_option_here_is_not_advised():
    assert advice("vector_size", ["top", "json"]) is None
    assert advice("topn", ["top", "json"]) == "Firth calls it top"


@pytest.mark.parametrize(
    "names",
    [
        # Those of the constructor of gensim's Word2Vec that have another name here, or none.
        "sentences corpus_file vector_size alpha min_alpha max_vocab_size workers sg hs "
        "ns_exponent cbow_mean hashfxn trim_rule sorted_vocab batch_words compute_loss "
        "max_final_vocab size iter",
        # Those of fastText.
        "input ws epoch minCount minn maxn neg wordNgrams loss bucket thread t verbose "
        "pretrainedVectors",
        # Those of word2vec.c.
        "train size sample hs negative threads iter min-count alpha cbow",
    ],
    ids=["gensim", "fasttext", "word2vec"],
)
def test_the_options_of_other_tools_are_known(names):
    for name in names.replace("-", "_").split():
        assert name in OPTIONS or advice(name, OPTIONS).startswith("Firth"), name

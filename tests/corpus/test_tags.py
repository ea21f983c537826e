"""Tags: names of documents, for the lines or token lists of a source."""

import copy
import pickle

import numpy as np
import pytest

from firth.corpus import read_corpus
from firth.errors import ConfigError, CorpusError

UNITS = [["tea", "milk"], [], ["rare"], ["milk", "tea"], ["tea", "tea", "milk"]]
TAGS = [["hot", 3], ["blank"], ["cold", "hot"], [], [np.int64(3), np.str_("last"), "last"]]


def tagged(tags=TAGS, units=UNITS):
    return read_corpus(units, min_count=2).with_documents(tags)


def documents_of(corpus):
    """Return the tags of each unit."""
    documents = corpus.tokens.documents
    pairs = zip(documents.offsets[:-1], documents.offsets[1:], strict=True)
    return [[corpus.document_tags[row] for row in documents.rows[a:b]] for a, b in pairs]


def test_units_have_the_tags_of_their_lines():
    corpus = tagged()
    assert documents_of(corpus) == [["hot", 3], [], [3, "last"]]
    assert corpus.document_tags == ("hot", 3, "last")
    assert [type(tag) for tag in corpus.document_tags] == [str, int, str]
    # Those of lines without a word that is kept have no document: "blank" and "cold".
    assert corpus.tags_left_out == 2
    assert (corpus.tokens.documents.count, corpus.tokens.documents.most) == (3, 2)
    assert corpus.names_of_documents() == ("hot", 3, "last")
    assert read_corpus(UNITS, min_count=2).names_of_documents() == [0, 3, 4]


def test_tags_are_those_of_the_lines_of_a_file(tmp_path):
    (tmp_path / "text.txt").write_text("\n".join(" ".join(unit) for unit in UNITS))
    corpus = read_corpus(tmp_path / "text.txt", min_count=2).with_documents(iter(TAGS))
    assert documents_of(corpus) == documents_of(tagged())
    np.testing.assert_array_equal(corpus.tokens.ids, tagged().tokens.ids)


def test_tags_take_the_place_of_others():
    other = tagged().with_documents([["a"]] * 5)
    assert documents_of(other) == [["a"]] * 3
    assert other.tags_left_out == 0


def test_copies_have_the_documents():
    corpus = tagged()
    for again in (copy.deepcopy(corpus), pickle.loads(pickle.dumps(corpus))):
        assert documents_of(again) == documents_of(corpus)


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ("abcde", "tags must be a list of tags for each line or token list, got 'abcde'"),
        (None, "tags must be a list of tags for each line or token list, got None"),
        ({"a": ["b"]}, "tags must be a list of tags for each line or token list, got"),
        (
            [["a"]] * 3,
            "must be 5 lists of tags, one for each line or token list, blank ones too; got 3",
        ),
        ([["a"]] * 6, "blank ones too; got 6"),
        (["a"] * 5, "document 0: tags must be a list, got 'a'"),
        ([["a"], ["a"], 7, [], []], "document 2: tags must be a list, got 7"),
        ([["a"], {"a"}, [], [], []], "document 1: tags must be a list, got {'a'}"),
        ([["a"], [1.5], [], [], []], "document 1: a tag must be str or int, got float: 1.5"),
        ([["a"], [True], [], [], []], "document 1: a tag must be str or int, got bool: True"),
        ([["a"], [None], [], [], []], "document 1: a tag must be str or int, got NoneType"),
        ([["a"], [b"a"], [], [], []], "document 1: a tag must be str or int, got bytes"),
        ([["a\ud800"], [], [], [], []], r"document 0: the tag 'a\ud800' holds a lone surrogate"),
        ([[], ["a"], ["b"], [], []], "no line or token list with a word of the vocabulary has a"),
    ],
)
def test_tags_that_do_not_fit(tags, told):
    with pytest.raises(CorpusError) as caught:
        tagged(tags)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_held_out_text_has_no_documents():
    corpus = read_corpus([["tea", "milk"]] * 40, holdout=0.5)
    with pytest.raises(ConfigError, match="documents have no held-out text: read the corpus with"):
        corpus.with_documents([["a"]] * 40)

"""Texts in memory: columns of tables and data sets, and other iterables of strings."""

import numpy as np
import pytest

import firth
from firth.errors import ConfigError, CorpusError

TEXTS = ["The tea and the milk\nwith sugar", "bread and butter", "", "tea\r\nnow"] * 20


class Column:
    """A column that can be read again, and knows its length."""

    def __init__(self, texts):
        self.texts = texts

    def __iter__(self):
        return iter(self.texts)

    def __len__(self):
        return len(self.texts)


def of_package(name, make):
    def column():
        return make(pytest.importorskip(name, reason=f"{name} is not installed"))

    return pytest.param(column, id=name)


COLUMNS = [
    pytest.param(lambda: Column(TEXTS), id="class"),
    pytest.param(lambda: np.array(TEXTS), id="numpy"),
    of_package("pandas", lambda pd: pd.DataFrame({"text": TEXTS})["text"]),
    of_package("polars", lambda pl: pl.DataFrame({"text": TEXTS})["text"]),
    of_package("pyarrow", lambda pa: pa.table({"text": TEXTS})["text"]),
    of_package("datasets", lambda ds: ds.Dataset.from_dict({"text": TEXTS})["text"]),
    pytest.param(
        lambda: (
            pytest.importorskip("datasets", reason="datasets is not installed")
            .Dataset.from_dict({"text": TEXTS})
            .to_iterable_dataset()["text"]
        ),
        id="streamed",
    ),
]


def units_of(corpus):
    words, tokens = corpus.vocabulary.words, corpus.tokens
    return [[words[token] for token in tokens.unit(number)] for number in range(len(tokens))]


@pytest.mark.parametrize("make", COLUMNS)
@pytest.mark.parametrize("options", [{}, {"tokenizer": "words"}, {"tokenizer": str.split}])
def test_a_text_of_a_column_is_a_line(make, options, tmp_path):
    file = tmp_path / "text.txt"
    file.write_text("\n".join(" ".join(text.split()) for text in TEXTS) + "\n")
    column = make()
    expected = firth.read_corpus(file, **options)
    for _ in range(2):
        found = firth.read_corpus(column, **options)
        assert units_of(found) == units_of(expected)
        assert found.script == expected.script == "letters"
        assert found.numbers_of_units().tolist() == expected.numbers_of_units().tolist()


@pytest.mark.parametrize("make", COLUMNS)
def test_a_column_trains_twice_alike(make):
    column = make()
    first, second = (firth.train(column, dim=4, threads=1, epochs=1) for _ in range(2))
    assert np.array_equal(first.input_vectors, second.input_vectors)
    assert first.config["corpus"]["source"] == "texts"


def test_iterators_of_texts_are_read_once_and_wholly():
    found = firth.read_corpus(text for text in TEXTS)
    assert units_of(found) == units_of(firth.read_corpus(Column(TEXTS)))
    told = []
    firth.read_corpus(Column(TEXTS), on_progress=lambda done, total: told.append((done, total)))
    assert told == [(80, 80)]
    spent = iter(TEXTS)
    firth.read_corpus(spent)
    with pytest.raises(CorpusError, match="the corpus holds no words: nothing to train on"):
        firth.read_corpus(spent)


def test_progress_is_what_is_done_of_all():
    told = []
    firth.read_corpus(Column(["a b"] * 1_500), on_progress=lambda *call: told.append(call))
    assert told == [(1_024, 1_500), (1_500, 1_500)]


def test_token_lists_of_iterators_lose_none():
    units = [["tea", "milk"]] * 5 + [["a", "b"]] * 5
    assert units_of(firth.read_corpus(unit for unit in units)) == units
    assert units_of(firth.read_corpus(Column(units))) == units
    several = firth.train((u for u in units * 50), dim=4, workers=2, threads=1, epochs=1)
    assert several.counts.tolist() == [250] * 4


def test_texts_are_held_out():
    corpus = firth.read_corpus(Column(TEXTS), holdout=Column(["tea and milk"]))
    assert corpus.held_out == 3


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["a b", None], "text 1 is missing, got None: leave out such rows, as series.dropna"),
        ([float("nan"), "a b"], "text 0 is missing, got nan"),
        (["a b", 5], "text 1 must be a str, as those before it, got int"),
        (["a b", 2.5], "text 1 must be a str, as those before it, got float"),
        (["a b", type("NAType", (), {})()], "text 1 is missing"),
        (["a b"] * 1_500 + [None], "text 1500 is missing"),
        (["a b", ["c"]], "text 1 must be a str, as those before it, got list"),
        (["a \0 b"], "text 0 holds NUL or half a surrogate pair, .* encoding_errors='replace'"),
        ([__file__], "the first of the texts, .*, is the name of a file: .* in a list"),
    ],
)
def test_what_is_no_text_is_told(texts, message):
    with pytest.raises(CorpusError, match=message):
        firth.read_corpus(Column(texts))


def test_invalid_characters_are_replaced_if_that_is_wanted():
    texts = Column(["a\0 b\ud800"] * 5)
    found = firth.read_corpus(texts, encoding_errors="replace")
    assert found.vocabulary.words == ("a\ufffd", "b\ufffd")
    with pytest.raises(ConfigError, match="encoding_errors is for text, and the source holds tok"):
        firth.read_corpus(Column([["a"]] * 5), encoding_errors="replace")


def test_a_table_is_told_to_give_a_column():
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    with pytest.raises(CorpusError, match=r"got a table \(Dataset\); give a column, such as tabl"):
        firth.read_corpus(datasets.Dataset.from_dict({"text": TEXTS}))


class Table:
    """As those of pandas, Polars and Arrow."""

    columns = ("text", "number")


@pytest.mark.parametrize("options", [{}, {"tokenizer": "words"}, {"lowercase": True}])
def test_a_table_is_told_so_whatever_the_options_of_text(options):
    with pytest.raises(CorpusError, match=r"got a table \(Table\); give a column, such as table"):
        firth.read_corpus(Table(), **options)


def test_documents_of_spacy_are_units():
    nlp = pytest.importorskip("spacy", reason="spacy is not installed").blank("en")
    found = firth.read_corpus(nlp.pipe(["Tea,  please.", "Bread\nplease."] * 20))
    assert units_of(found)[:2] == [["Tea", ",", "please", "."], ["Bread", "please", "."]]
    sentences = [nlp("Tea, please.")[:2], nlp("Bread")] * 20
    assert units_of(firth.read_corpus(sentences))[:2] == [["Tea", ","], ["Bread"]]


def test_several_workers_get_their_parts_of_a_column():
    found = firth.train((text for text in TEXTS), dim=4, workers=2, threads=1, epochs=1)
    assert found.words == firth.read_corpus(Column(TEXTS)).vocabulary.words

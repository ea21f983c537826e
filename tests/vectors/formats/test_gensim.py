"""gensim's files, as gensim writes them; those that would do harm are in `test_pickles`."""

import codecs

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import FormatError
from firth.subwords import hashed_ngrams
from firth.vectors import Vectors, load
from gensim_pickles import dumped, fasttext_vectors, key_vectors, made, model

WORDS = ["tea", "茶", "cafe\u0301", "new york", ""]
MATRIX = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)
COUNTS = np.array([9, 7, 7, 2, 1])


@pytest.fixture
def put(tmp_path):
    """Write a pickle, and return its path."""

    def write(instance, name="v.kv", protocol=4):
        (tmp_path / name).write_bytes(dumped(instance, protocol))
        return tmp_path / name

    return write


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("name", ["v.kv", "v.model", "v.bin", "v"])
def test_words_vectors_and_counts_come_whatever_protocol_and_name(protocol, name, put):
    loaded = load(put(key_vectors(WORDS, MATRIX, COUNTS), name, protocol))
    assert list(loaded) == WORDS
    np.testing.assert_array_equal(loaded.input_vectors, MATRIX)
    np.testing.assert_array_equal(loaded.counts, COUNTS)


@pytest.mark.parametrize("dtype", ["<f2", ">f4", "<f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_numbers_of_other_types_and_orders(dtype, order, put):
    matrix = np.asarray(MATRIX.astype(np.float16), dtype, order=order)
    np.testing.assert_array_equal(load(put(key_vectors(WORDS, matrix))), matrix)


@pytest.mark.parametrize("dtype", ["<f2", ">f4", "<f8"])
def test_arrays_beside_the_pickle_are_mapped(dtype, put):
    path = put(key_vectors(WORDS, None, COUNTS))
    matrix = MATRIX.astype(np.float16).astype(dtype)
    np.save(path.with_name("v.kv.vectors.npy"), matrix)
    loaded = load(path)
    np.testing.assert_array_equal(loaded, matrix)
    path.with_name("v.kv.vectors.npy").unlink()
    with pytest.raises(FormatError, match=r"^no such file: .*v\.kv\.vectors\.npy$"):
        load(path)


def test_arrays_that_python_2_wrote_are_mapped_without_a_warning(put):
    path = put(key_vectors(WORDS, None))
    beside = path.with_name("v.kv.vectors.npy")
    np.save(beside, MATRIX)
    rows, D = MATRIX.shape
    old, new = f"({rows}, {D}), }}  ", f"({rows}L, {D}L), }}"
    content = beside.read_bytes()
    assert old.encode() in content
    beside.write_bytes(content.replace(old.encode(), new.encode()))
    np.testing.assert_array_equal(load(path), MATRIX)


def test_a_mapped_array_is_not_read_into_memory(put):
    path = put(key_vectors(WORDS, None))
    np.save(path.with_name("v.kv.vectors.npy"), MATRIX)
    base = load(path).input_vectors
    while isinstance(base, np.ndarray) and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap)


def test_the_output_vectors_and_options_of_a_model(put):
    wv = key_vectors(WORDS, None, COUNTS)
    path = put(model("Word2Vec", wv, syn1neg=-MATRIX, negative=5, alpha=0.025), "my.model")
    np.save(path.with_name("my.model.wv.vectors.npy"), MATRIX)
    loaded = load(path)
    np.testing.assert_array_equal(loaded, MATRIX)
    np.testing.assert_array_equal(loaded.output_vectors, -MATRIX)
    options = {"class": "Word2Vec", "window": 5, "negative": 5, "alpha": 0.025, "seed": 1}
    assert loaded.config == {"gensim": options}


def test_output_vectors_may_lie_beside_too_or_have_rows_of_other_things(put):
    wv = key_vectors(WORDS, MATRIX)
    path = put(model("Word2Vec", wv, **{"__numpys": ["syn1neg"]}), "my.model")
    np.save(path.with_name("my.model.syn1neg.npy"), -MATRIX)
    np.testing.assert_array_equal(load(path).output_vectors, -MATRIX)
    # With dm_concat they are wider than the words' vectors.
    assert load(put(model("Doc2Vec", wv, syn1neg=np.ones((5, 9))))).output_vectors is None


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        ([0, 1, 2], None),
        ([3, 4, 90], None),
        ([2, 1, 0], (2, 1, 0)),
        (["a", "b", 7], ("a", "b", 7)),
    ],
)
def test_documents_have_numbers_or_tags(tags, kept, put):
    dv = key_vectors(tags, -MATRIX[:3])
    loaded = load(put(model("Doc2Vec", key_vectors(WORDS, MATRIX), dv=dv)))
    assert list(loaded.documents) == tags
    np.testing.assert_array_equal(loaded.documents, -MATRIX[:3])
    assert loaded.document_table.tags == kept


def test_words_of_a_fasttext_are_composed_by_their_mean(put, tmp_path):
    ngrams = np.random.default_rng(2).normal(size=(70, 3)).astype(np.float32)
    loaded = load(put(model("FastText", fasttext_vectors(WORDS, MATRIX, ngrams)), "f.model"))
    hashed = hashed_ngrams(3, 6, 70)
    # gensim cuts words as they are, Firth in composed form.
    rows = {word: hashed.rows_of(word) for word in ("tea", "茶", "new york", "teapot")}
    for place, word in enumerate(WORDS):
        if word in rows:
            parts = np.concatenate([MATRIX[place : place + 1], ngrams[rows[word]]])
            np.testing.assert_allclose(loaded[word], parts.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(loaded["teapot"], ngrams[rows["teapot"]].mean(axis=0), rtol=1e-5)
    loaded.save(tmp_path / "folder")
    again = load(tmp_path / "folder")
    for word in (*WORDS, "teapot", "teapo\u0301t"):
        np.testing.assert_array_equal(again[word], loaded[word])


def test_words_in_decomposed_form_are_cut_as_they_are(put):
    ngrams = np.random.default_rng(2).normal(size=(70, 3)).astype(np.float32)
    loaded = load(put(fasttext_vectors(["tea"], MATRIX[:1], ngrams, (1, 1))))
    vectors = [loaded["e\u0301"], loaded["\u00e9"]]
    assert loaded.raw.subwords.ngrams_of("e\u0301") == ["e", "\u0301"]
    assert not np.allclose(*vectors)


@pytest.mark.parametrize("lengths", [(3, 0), (5, 4)])
def test_a_fasttext_without_ngrams_is_of_whole_words(lengths, put):
    loaded = load(put(fasttext_vectors(WORDS, MATRIX, np.ones((7, 3)), lengths)))
    np.testing.assert_array_equal(loaded, MATRIX)
    assert loaded.raw is None


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"compatible_hash": False}, "hashed as gensim did before 3.7"),
        ({"bucket": 8}, "7 for 8 buckets"),
        ({"bucket": "8"}, "'bucket' should be a whole number"),
        ({"max_n": 900}, "lengths of subwords must be at most 100"),
        ({"index_to_key": [1, 2, 3, 4, 5]}, "subwords need words of text"),
        ({"index_to_key": WORDS[:4]}, "5 rows for 4 words"),
        ({"vectors_ngrams": np.ones((7, 4))}, r"shape \(rows, 3\)"),
    ],
)
def test_a_fasttext_that_contradicts_itself(more, fault, put, assert_refused):
    assert_refused(put(fasttext_vectors(WORDS, MATRIX, np.ones((7, 3)), **more)), fault)


def test_vectors_of_gensim_3(put):
    vocab = {word: made("Vocab", index=row, count=9 - row) for row, word in enumerate(WORDS)}
    old = made("Word2VecKeyedVectors", index2word=WORDS, vocab=vocab, vectors=MATRIX)
    loaded = load(put(old, protocol=2))
    assert list(loaded) == WORDS
    assert loaded.counts.tolist() == [9, 8, 7, 6, 5]
    np.testing.assert_array_equal(loaded, MATRIX)


@pytest.mark.parametrize("count", [{}, {"count": -1}, {"count": 1 << 63}, {"count": 1.5}])
def test_vectors_of_gensim_3_without_counts(count, put):
    vocab = {word: made("Vocab", index=row, count=3) for row, word in enumerate(WORDS)}
    vocab["tea"] = made("Vocab", index=0, **count)
    loaded = load(put(made("KeyedVectors", index2word=WORDS, vocab=vocab, vectors=MATRIX)))
    assert loaded.counts is None
    np.testing.assert_array_equal(loaded, MATRIX)


@pytest.mark.parametrize(
    ("instance", "fault"),
    [
        ({"tea": [1.0]}, "is a pickle, but not of a model or vectors of gensim: it holds a dict"),
        (made("Vocab"), r"it holds gensim\.models\.keyedvectors\.Vocab"),
        (MATRIX, r"it holds numpy\._?core\.\w+\._"),
        (made("Word2Vec"), "the model has no vectors 'wv'"),
        (made("Word2Vec", wv=made("Vocab")), "the model has no vectors 'wv'"),
        (made("KeyedVectors"), "expected a list of words"),
        (made("KeyedVectors", index_to_key=["a"]), "the pickle has no array 'vectors'"),
        (
            made("KeyedVectors", index_to_key=[None, 1.5]),
            "words must be text or integers, not NoneType, float",
        ),
        (key_vectors(WORDS, MATRIX[:4]), "has 4 rows for 5 words"),
        (key_vectors(["a", "a"], MATRIX[:2]), "number 2 is 'a', like number 1"),
        (key_vectors(WORDS, MATRIX, COUNTS[:4]), "expected 5 counts, one for each word"),
        (key_vectors(WORDS, MATRIX, [0.5] * 5), "expected 5 counts, one for each word"),
        (key_vectors(WORDS, MATRIX[0]), "'vectors' should hold floats"),
        (key_vectors(WORDS, MATRIX.astype(int)), "'vectors' should hold floats"),
        (key_vectors(WORDS, "tea"), "'vectors' should be an array of numbers"),
        (key_vectors(["a"], np.array([[np.nan]])), "NaN or infinity"),
        (key_vectors(["a"], np.array([["b"]])), "'vectors' should be an array of numbers"),
        (key_vectors(["a"], np.array([(1, 2.0)], "i4,f4")), "should be an array of numbers"),
        (key_vectors(["a"], np.array([[None]])), "'vectors' should be an array of numbers"),
        (model("Doc2Vec", key_vectors(WORDS, MATRIX), dv=3), "the model has no vectors 'dv'"),
    ],
)
def test_what_is_no_model_of_gensim(instance, fault, put, assert_refused):
    for protocol in (2, 4, 5):
        assert_refused(put(instance, protocol=protocol), fault)


class Reduced:
    """Pickled as a call, and what becomes the state of its result."""

    def __init__(self, function, arguments, *state):
        self.reduced = function, arguments, *state

    def __reduce__(self):
        return self.reduced


REBUILT, ARGUMENTS, STATE = np.ones((1, 2), np.float32).__reduce__()
OF_BUFFER = MATRIX.__reduce_ex__(5)[0]


def array(*, dtype=STATE[2], data=STATE[4]):
    """Return an array of shape (1, 2) as pickles describe it, of parts that may be wrong."""
    return Reduced(REBUILT, ARGUMENTS, (1, (1, 2), dtype, False, data))


def dtype(*state):
    """Return the type float32 as pickles describe it."""
    return Reduced(np.dtype, ("f4", False, True), *state)


def encoded(*arguments):
    """Return bytes as pickles of protocol 2 describe them."""
    return Reduced(codecs.encode, arguments)


@pytest.mark.parametrize(
    "matrix",
    [
        array(dtype=dtype((3, "!"))),
        array(dtype=dtype((3, 7))),
        array(data=encoded("12345678")),
        array(data=encoded("12345678", "latin2")),
        array(data=encoded("1234567\u8336", "latin1")),
        array(data=encoded(b"12345678", "latin1")),
        Reduced(OF_BUFFER, (b"12345678", np.dtype("f4"), (1, 2))),
    ],
)
def test_arrays_that_are_described_wrongly(matrix, put, assert_refused):
    path = put(key_vectors(["tea"], matrix), protocol=2)
    assert_refused(path, "'vectors' should be an array of numbers")


@pytest.mark.parametrize("state", [(), ((3,),), ({},)])
def test_a_type_whose_order_is_not_told_is_that_of_this_machine(state, put):
    loaded = load(put(key_vectors(["tea"], array(dtype=dtype(*state)))))
    np.testing.assert_array_equal(loaded, [[1, 1]])


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_output_vectors_of_no_word_do_no_harm(protocol, put):
    empty = np.empty((0, 3), np.float32)
    whole = model("Word2Vec", key_vectors(WORDS, MATRIX), syn1neg=empty)
    loaded = load(put(whole, protocol=protocol))
    assert loaded.output_vectors is None


def header(text):
    """Return the start of a file `.npy` with this header."""
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "damaged"),
        (header(b"{'descr': 'x\x1b[2J', 'fortran_order': False, 'shape': (5, 3)}\n"), "damaged"),
        (b"\x93NUMPY\x01\x00", "damaged"),
        (b"PK\x03\x04" + bytes(40), "damaged|expected an array"),
        ("short", "damaged"),
        (np.array([[None]] * 5), "damaged"),
        (np.array([["a"]] * 5), "expected an array of numbers"),
        (MATRIX[0], "'vectors' should hold floats"),
    ],
)
def test_a_damaged_array_beside_the_pickle(content, fault, put):
    path = put(key_vectors(WORDS, None))
    beside = path.with_name("v.kv.vectors.npy")
    if isinstance(content, np.ndarray):
        np.save(beside, content, allow_pickle=True)
    else:
        np.save(beside, MATRIX)
        beside.write_bytes(beside.read_bytes()[:-5] if content == "short" else content)
    with pytest.raises(FormatError, match=fault) as caught:
        load(path)
    assert str(caught.value).isprintable()


def test_the_first_words_and_the_named_ones(put):
    path = put(key_vectors(WORDS, MATRIX, COUNTS))
    assert list(load(path, limit=2)) == WORDS[:2]
    some = load(path, words=["new york", "caf\u00e9"])
    assert list(some) == ["cafe\u0301", "new york"]
    assert some.counts.tolist() == [7, 2]
    with pytest.raises(FormatError, match="has 5 words, but input_vectors of length 4"):
        load(put(key_vectors(WORDS, MATRIX[:4])), limit=2)


def test_gensims_files_are_not_written(tmp_path):
    with pytest.raises(FormatError, match=r"reads gensim.s files, but does not write that"):
        Vectors(["tea"], np.ones((1, 2))).save(tmp_path / "v.kv")
    assert not list(tmp_path.iterdir())


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_words_and_numbers_come_back(data, tmp_path_factory):
    words = data.draw(st.lists(st.text(), min_size=1, max_size=9, unique=True))
    row = st.lists(
        st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=2, max_size=2
    )
    numbers = np.array([data.draw(row) for _ in words], np.float32)
    protocol = data.draw(st.sampled_from([2, 4, 5]))
    path = tmp_path_factory.mktemp("v") / "v.kv"
    try:
        path.write_bytes(dumped(key_vectors(words, numbers), protocol))
    except UnicodeEncodeError:
        return
    loaded = load(path)
    assert list(loaded) == words
    np.testing.assert_array_equal(loaded.input_vectors, numbers)

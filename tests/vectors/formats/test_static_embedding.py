"""Folders of static embeddings; the real model2vec is asked where it is installed."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from firth.errors import FirthError, FormatError
from firth.vectors import Vectors, load

MATRIX = np.random.default_rng(9).normal(size=(4, 3)).astype(np.float32)
# Words without white space.
PLAIN = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
    lambda word: word.split() == [word]
)
VOCAB = {"[UNK]": 0, "茶": 2, "tea": 1, "##s": 3}


def make(folder, tensors, **tokenizer):
    """Write a folder, and return it."""
    folder.mkdir(exist_ok=True)
    save_file(tensors, folder / "model.safetensors")
    content = json.dumps(tokenizer, ensure_ascii=False).encode("utf-8", "surrogatepass")
    (folder / "tokenizer.json").write_bytes(content)
    return folder


@pytest.fixture
def put(tmp_path):
    def write(tensors=None, **tokenizer):
        model = {"model": {"vocab": VOCAB}}
        return make(tmp_path / "v", tensors or {"embeddings": MATRIX}, **{**model, **tokenizer})

    return write


@pytest.mark.parametrize("name", ["embeddings", "embedding.weight"])
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.float64])
def test_tokens_come_in_the_order_of_their_ids(name, dtype, put):
    matrix = MATRIX.astype(dtype)
    loaded = load(put({name: matrix}))
    assert list(loaded) == ["[UNK]", "tea", "茶", "##s"]
    np.testing.assert_array_equal(loaded, matrix.astype(np.float32))


def test_rows_are_multiplied_with_their_weights(put):
    weights = np.array([1, 2, 0.5, -1], np.float32)
    loaded = load(put({"embeddings": MATRIX, "weights": weights}))
    np.testing.assert_array_equal(loaded, MATRIX * weights[:, None])


def test_a_unigram_model_lists_its_tokens(put):
    vocab = [["<s>", 0.0], ["▁tea", -1.5], ["茶", -2], ["s", -3]]
    assert list(load(put(model={"vocab": vocab}))) == ["<s>", "▁tea", "茶", "s"]


def test_added_tokens_have_rows_too_and_rows_may_have_no_token(put):
    added = [{"id": 3, "content": "[MASK]"}, {"id": 0, "content": "a"}]
    path = put(model={"vocab": {"a": 0, "b": 1}}, added_tokens=added)
    loaded = load(path)
    assert list(loaded) == ["a", "b", "[MASK]"]
    np.testing.assert_array_equal(loaded, MATRIX[[0, 1, 3]])
    assert list(load(path, limit=2)) == ["a", "b"]
    assert list(load(path, words=["[MASK]"])) == ["[MASK]"]


@pytest.mark.parametrize(
    ("tokenizer", "fault"),
    [
        ({"model": None}, "expected the tokens of a model"),
        ({"model": {"vocab": ["a", "b"]}}, "expected the tokens of a model"),
        ({"model": {"vocab": [[]]}}, "expected the tokens of a model"),
        ({"model": {"vocab": {}}}, "there are no tokens"),
        ({"model": {"vocab": {"a": "0"}}}, r"expected a token and its id, got \('a', '0'\)"),
        ({"model": {"vocab": [[3, 0.5]]}}, r"expected a token and its id, got \(3, 0\)"),
        ({"model": {"vocab": {"a": 4}}}, "'a' has the id 4, but the table has 4 rows"),
        ({"model": {"vocab": {"a": -1}}}, "'a' has the id -1, but the table has 4 rows"),
        ({"model": {"vocab": {"a": 1, "b": 1}}}, "the tokens 'a' and 'b' have one id, 1"),
        ({"added_tokens": [{"id": 3, "content": "tea"}]}, "have one id, 3"),
        ({"added_tokens": {"id": 3}}, "a list of objects under 'added_tokens'"),
        ({"added_tokens": [{"id": 4}]}, r"got \(None, 4\)"),
        ({"model": {"vocab": [["a", 0], ["a", 0]]}}, "number 2 is 'a', like number 1"),
    ],
)
def test_tokens_that_are_damaged(tokenizer, fault, put, assert_refused):
    assert_refused(put(**tokenizer), fault)


@pytest.mark.parametrize(
    ("tensors", "fault"),
    [
        ({"bert.weight": MATRIX}, r"no tensor 'embeddings', only \['bert.weight'\]"),
        ({"embeddings": MATRIX.astype(np.int16)}, r"not I16 \[4, 3\]"),
        ({"embeddings": MATRIX[0]}, r"not F32 \[3\]"),
        ({"embeddings": MATRIX, "mapping": np.arange(4)}, "several tokens share a row"),
        (
            {"embeddings": MATRIX, "weights": np.ones(3)},
            "'weights' should hold a float for each row",
        ),
        ({"embeddings": MATRIX, "weights": np.arange(4)}, "'weights' should hold a float"),
        ({"embeddings": MATRIX * np.inf}, "NaN or infinity"),
    ],
)
def test_tables_of_other_kinds(tensors, fault, put, assert_refused):
    assert_refused(put(tensors), fault)


@pytest.mark.parametrize("kind", ["BF16", "F16", "BOOL", "I8", "F8_E5M2"])
def test_weights_of_types_that_numpy_may_lack(kind, put, assert_refused):
    path = put({"embeddings": MATRIX, "weights": np.ones(4, np.float16)})
    file = path / "model.safetensors"
    size = {"BF16": 2, "F16": 2}.get(kind, 1)
    told = {
        "embeddings": {"dtype": "F32", "shape": [4, 3], "data_offsets": [0, 48]},
        "weights": {"dtype": kind, "shape": [4], "data_offsets": [48, 48 + 4 * size]},
    }
    header = json.dumps(told).encode()
    rows = MATRIX.astype("<f4").tobytes() + np.ones(4, "<f2").tobytes()[: 4 * size]
    file.write_bytes(len(header).to_bytes(8, "little") + header + rows)
    if kind == "F16":
        np.testing.assert_array_equal(load(path), MATRIX)
    else:
        assert_refused(path, f"'weights' should hold a float for each row.*not {kind}")


def test_damaged_files(put, assert_refused):
    path = put()
    whole = (path / "model.safetensors").read_bytes()
    (path / "model.safetensors").write_bytes(whole[:-3])
    assert_refused(path, "model.safetensors: damaged")
    (path / "model.safetensors").write_bytes(whole)
    (path / "tokenizer.json").write_text("{")
    assert_refused(path, "tokenizer.json: not valid JSON")


WORDS = ["tea", "茶", "new_york", "3,000", "."]
ROWS = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)


def save(folder, words=WORDS, rows=ROWS, **options):
    """Write a folder with Firth, and return it."""
    Vectors(words, rows, config={"epochs": 5}).save(folder, format="static-embedding", **options)
    return folder


def test_what_is_written_is_read_again(tmp_path):
    loaded = load(save(tmp_path / "v"))
    assert list(loaded) == WORDS
    assert loaded.config == {"epochs": 5}
    np.testing.assert_array_equal(loaded, ROWS)


@pytest.mark.parametrize("word", ["[UNK]", "[UNK]_"])
def test_the_token_for_unknown_words_is_no_word(word, tmp_path):
    words = ["[UNK]", word] if word != "[UNK]" else [word]
    loaded = load(save(tmp_path / "v", words, ROWS[: len(words)]))
    assert list(loaded) == words


def test_words_that_are_zero_stay(tmp_path):
    loaded = load(save(tmp_path / "v", ["tea", "a"], np.zeros((2, 3), np.float32)))
    assert list(loaded) == ["tea", "a"]


@pytest.mark.parametrize(
    ("words", "is_lower", "is_cut"),
    [
        (["tea", "don't", "u.s", "."], True, True),
        (["tea", "Tea"], False, True),
        (["tea", "u.s."], True, False),
        (["tea", "'s"], True, False),
        (["e\u0301"], False, True),
        (["\U000e0fff"], False, True),
    ],
)
def test_texts_are_changed_only_as_all_words_allow(words, is_lower, is_cut, tmp_path):
    folder = save(tmp_path / "v", words, ROWS[: len(words)])
    content = json.loads((folder / "tokenizer.json").read_text())
    assert (content["normalizer"] is not None) == is_lower
    assert (content["pre_tokenizer"]["type"] == "Sequence") == is_cut


@pytest.mark.parametrize("word", ["new york", "", "a\xa0b", "\u3000", "a\n", "\ud800"])
def test_words_that_a_tokenizer_would_cut_are_refused(word, tmp_path):
    with pytest.raises(FormatError, match=r"a tokenizer\.json that cuts .* cannot hold"):
        save(tmp_path / "v", ["tea", word], ROWS[:2])
    with pytest.raises(FormatError, match="read back the same"):
        save(tmp_path / "v", ["1", 1], ROWS[:2])
    assert not list(tmp_path.iterdir())


def test_only_folders_of_model2vec_are_replaced(put, tmp_path):
    save(tmp_path / "ours")
    save(tmp_path / "ours", ["tea"], ROWS[:1])
    assert list(load(tmp_path / "ours")) == ["tea"]
    # Without a config it may be anything.
    path = put()
    with pytest.raises(FirthError, match="the folder there does not hold vectors"):
        save(path)
    (path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(FirthError, match="the folder there does not hold vectors"):
        save(path)
    save(path, overwrite=True)
    assert list(load(path, format="static-embedding")) == WORDS
    (path / "vocab.txt").write_text("tea")
    with pytest.raises(FirthError, match=r"holds other files \('vocab.txt'\)"):
        save(path, overwrite=True)
    with pytest.raises(FirthError, match="holds other files"):
        Vectors(["tea"], np.ones((1, 2))).save(path, overwrite=True)


def model2vec_loader(folder):
    """Return a function from texts to vectors."""
    model2vec = pytest.importorskip("model2vec", reason="model2vec is not installed")
    return model2vec.StaticModel.from_pretrained(folder).encode


def transformers_loader(folder):
    """Return a function from texts to vectors."""
    reason = "sentence-transformers is not installed"
    package = pytest.importorskip("sentence_transformers", reason=reason)
    return package.SentenceTransformer(str(folder), device="cpu").encode


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("loader", [model2vec_loader, transformers_loader])
def test_the_real_libraries_have_the_same_vectors(loader, tmp_path):
    words = [*WORDS, "unk", "u.s", "naïve", "ы", "a\0b", "ß"]
    rows = np.random.default_rng(2).normal(size=(len(words), 6)).astype(np.float32)
    encode = loader(save(tmp_path / "v", words, rows))
    np.testing.assert_allclose(encode(words), rows, atol=1e-6)
    # A text has the mean of its words.
    text = encode(["Tea, nai\u0308ve  (茶)?"])[0]
    known = rows[[0, words.index("naïve"), 1]].mean(axis=0)
    cosine = text @ known / np.linalg.norm(text) / np.linalg.norm(known)
    assert cosine == pytest.approx(1, abs=1e-6)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_real_model2vec_finds_any_words(data, tmp_path_factory):
    pytest.importorskip("model2vec", reason="model2vec is not installed")
    words = data.draw(st.lists(PLAIN, min_size=1, max_size=9, unique=True))
    rows = np.random.default_rng(3).normal(size=(len(words), 2)).astype(np.float32)
    encode = model2vec_loader(save(tmp_path_factory.mktemp("v") / "v", words, rows))
    np.testing.assert_array_equal(encode(words), rows)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_plain_words_and_numbers_are_written(data, tmp_path_factory):
    words = data.draw(st.lists(PLAIN, min_size=1, max_size=9, unique=True))
    floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
    row = st.lists(floats, min_size=2, max_size=2)
    rows = np.array([data.draw(row) for _ in words], np.float32)
    loaded = load(save(tmp_path_factory.mktemp("v") / "v", words, rows))
    assert list(loaded) == words
    np.testing.assert_array_equal(loaded.input_vectors, rows)


@pytest.mark.filterwarnings("ignore")
def test_folders_of_the_real_model2vec(tmp_path):
    model2vec = pytest.importorskip("model2vec", reason="model2vec is not installed")
    from tokenizers import Tokenizer
    from tokenizers.models import Unigram, WordPiece

    models = [
        WordPiece(VOCAB, unk_token="[UNK]"),
        Unigram([(token, 0.0) for token in sorted(VOCAB, key=VOCAB.get)], unk_id=0),
    ]
    for model in models:
        made = model2vec.StaticModel(vectors=MATRIX, tokenizer=Tokenizer(model))
        made.save_pretrained(tmp_path / "v")
        loaded = load(tmp_path / "v")
        assert list(loaded) == ["[UNK]", "tea", "茶", "##s"]
        np.testing.assert_array_equal(loaded, MATRIX)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_words_and_numbers_come_back(data, tmp_path_factory):
    words = data.draw(st.lists(st.text(), min_size=1, max_size=9, unique=True))
    floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
    row = st.lists(floats, min_size=2, max_size=2)
    numbers = np.array([data.draw(row) for _ in words], np.float32)
    vocab = {word: number for number, word in enumerate(words)}
    folder = tmp_path_factory.mktemp("v") / "v"
    loaded = load(make(folder, {"embeddings": numbers}, model={"vocab": vocab}))
    assert list(loaded) == words
    np.testing.assert_array_equal(loaded.input_vectors, numbers)

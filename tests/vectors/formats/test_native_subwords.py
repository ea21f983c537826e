"""The folder of vectors with n-grams: trained tables, another read-out, checkpoints, damage."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from firth.errors import FirthError
from firth.vectors import Vectors, load
from firth.vectors.formats import native

RECIPES = ["plain", "plain,components=1", "subword", "subword,unit=yes"]


def vectors_of(tables, recipe="subword"):
    counts = np.arange(len(tables.words), 0, -1)
    return Vectors.from_tables(
        tables.words,
        tables.raw,
        output_vectors=tables.output,
        counts=counts,
        config={"seed": 1},
        readout=recipe,
    )


@pytest.fixture
def folder(tables, tmp_path):
    vectors_of(tables).save(tmp_path / "v")
    return tmp_path / "v"


@pytest.fixture
def checkpoint(tables, tmp_path):
    """A folder as a checkpoint has it, with the tables by name and no vectors."""
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    native.write_words(tables.words, None, {}, folder)
    native.write_subwords(tables.raw.subwords, folder)
    native.write_tensors(
        {"input": tables.raw.input, "output": tables.output}, folder / "model.safetensors"
    )
    return folder


@pytest.mark.parametrize("recipe", RECIPES)
def test_everything_comes_back(tables, tmp_path, recipe):
    vectors = vectors_of(tables, recipe)
    vectors.save(tmp_path / "v")
    loaded = load(tmp_path / "v")
    for name in ("input_vectors", "output_vectors", "counts"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(vectors, name))
    assert loaded.config == vectors.config
    assert loaded.config["readout"]["components"] == vectors.config["readout"]["components"]
    assert loaded.raw.subwords == tables.raw.subwords
    np.testing.assert_array_equal(loaded["kingship"], vectors["kingship"])
    for other in RECIPES:
        expected = vectors.read_out(other).input_vectors
        np.testing.assert_array_equal(loaded.read_out(other).input_vectors, expected)


def test_whole_words_keep_their_table_if_it_was_read_out(tmp_path):
    plain = Vectors(["a", "b", "c"], np.random.default_rng(0).normal(size=(3, 2)))
    plain.read_out("components=1").save(tmp_path / "v")
    assert sorted(load_file(tmp_path / "v" / "model.safetensors")) == [
        "embeddings", "input", "readout_linear",
    ]  # fmt: skip
    assert not (tmp_path / "v" / "subwords.json").exists()
    again = load(tmp_path / "v").read_out("plain")
    np.testing.assert_array_equal(again.input_vectors, plain.input_vectors)


@pytest.mark.parametrize(
    ("options", "words"),
    [({"limit": 3}, ["I", "tea", "teas"]), ({"words": ["kings", "tea"]}, ["tea", "kings"])],
)
def test_some_words_and_all_ngrams(tables, folder, checkpoint, options, words):
    whole = load(folder)
    some = load(folder, **options)
    assert list(some) == words
    np.testing.assert_array_equal(some.input_vectors, whole[words])
    np.testing.assert_array_equal(some["kingship"], whole["kingship"])
    np.testing.assert_allclose(
        some.read_out("plain")[words], whole.read_out("plain")[words], atol=1e-6
    )
    some = load(checkpoint, **options)
    np.testing.assert_allclose(some.input_vectors, vectors_of(tables, "plain")[words], atol=1e-6)


def test_a_checkpoint_is_composed_as_it_was_trained(tables, checkpoint):
    loaded = load(checkpoint)
    np.testing.assert_array_equal(loaded.input_vectors, vectors_of(tables, "plain").input_vectors)
    np.testing.assert_array_equal(loaded.output_vectors, tables.output)
    assert loaded.config["readout"]["name"] == "plain"
    expected = vectors_of(tables, "subword")["kingship"]
    np.testing.assert_array_equal(loaded.read_out("subword")["kingship"], expected)


def test_the_folder_can_be_replaced(tables, folder):
    vectors_of(tables, "plain").save(folder)
    assert load(folder).config["readout"]["name"] == "plain"
    Vectors(["a"], np.ones((1, 1))).save(folder)
    assert not (folder / "subwords.json").exists()
    (folder / "other.json").write_text("{}")
    with pytest.raises(FirthError, match=r"holds other files \('other.json'\)"):
        vectors_of(tables).save(folder)


def test_a_missing_file_of_ngrams(folder, assert_refused):
    (folder / "subwords.json").unlink()
    assert_refused(folder, "'input' has .* rows for 29 words and no subwords.json")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"[]", "subwords.json: expected a JSON object, got list"),
        (b"{", "subwords.json: not valid JSON"),
        (b'{"least": 3}', "subwords.json: subwords must have the keys"),
        (b'{"least": 6, "most": 3, "buckets": null, "ngrams": []}', "from a short length"),
        (b'{"least": 3, "most": 6, "buckets": null, "ngrams": ["abc"]}', "29 words and 1 n-gram"),
        (b'{"least": 3, "most": 6, "buckets": 2000000, "ngrams": []}', "and 2,000,000 n-grams"),
    ],
)
def test_a_damaged_file_of_ngrams(folder, checkpoint, content, fault, assert_refused):
    for damaged in (folder, checkpoint):
        (damaged / "subwords.json").write_bytes(content)
        assert_refused(damaged, fault)


@pytest.mark.parametrize(
    ("name", "change", "fault"),
    [
        ("input", lambda table: None, "holds no tensor 'input', but there is subwords.json"),
        ("input", lambda table: table[:, :2], r"must hold floats of shape \(rows, 6\)"),
        ("input", lambda table: table * np.nan, "the word 'I' has NaN or infinity"),
        ("input", lambda table: table[1:], "'input' has .* rows for 29 words and"),
        ("readout_linear", lambda table: table[:2], r"'linear' of the readout .* \(6, 6\)"),
        ("readout_linear", lambda table: table.ravel(), "should be F32 .* of two dimensions"),
    ],
)
def test_damaged_tables(folder, name, change, fault, assert_refused):
    tensors = load_file(folder / "model.safetensors")
    changed = change(tensors.pop(name))
    if changed is not None:
        tensors[name] = np.ascontiguousarray(changed)
    save_file(tensors, folder / "model.safetensors")
    assert_refused(folder, fault)


def test_the_ngrams_that_other_programs_see(tables, folder):
    saved = json.loads((folder / "subwords.json").read_text("utf-8"))
    assert (saved["least"], saved["most"], saved["buckets"]) == (3, 5, None)
    assert saved["ngrams"] == list(tables.raw.subwords.ngrams)

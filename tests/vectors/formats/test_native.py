"""The folder of vectors: everything comes back, and damage is reported."""

import json
import os

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from firth.errors import FirthError, FormatError
from firth.io import mapping
from firth.vectors import Vectors, load
from firth.vectors.formats import lazy_words

WORDS = ["", "new york", "line\nend", "\ud800", "7", 7, -1, 10**30, "北京", "\x00"]
MATRIX = np.arange(20, dtype=np.float32).reshape(10, 2)
COUNTS = np.arange(10)[::-1] * 10**15
FILES = ["model.safetensors", "vocabulary.json", "config.json"]
CONFIG = {"model": "skipgram", "dim": 2, "nested": {"schedule": [0.025, None, True]}}


@pytest.fixture(params=["read", "mapped"])
def folder(tmp_path, request, monkeypatch):
    if request.param == "mapped":
        monkeypatch.setattr(mapping, "LEAST_BYTES", 0)
        monkeypatch.setattr(lazy_words, "LEAST_BYTES", 0)
    vectors = Vectors(WORDS, MATRIX, counts=COUNTS, output_vectors=-MATRIX, config=CONFIG)
    vectors.save(tmp_path / "vectors")
    return tmp_path / "vectors"


def test_everything_comes_back(folder):
    loaded = load(folder)
    assert list(loaded) == WORDS
    assert [type(word) for word in loaded] == [type(word) for word in WORDS]
    np.testing.assert_array_equal(loaded.input_vectors, MATRIX)
    np.testing.assert_array_equal(loaded.output_vectors, -MATRIX)
    np.testing.assert_array_equal(loaded.counts, COUNTS)
    assert loaded.config == CONFIG


def test_optional_parts_may_be_missing(tmp_path):
    Vectors(["a"], np.ones((1, 1))).save(tmp_path / "v")
    loaded = load(tmp_path / "v")
    assert (loaded.counts, loaded.output_vectors, loaded.config) == (None, None, {})


def test_the_layout_that_other_programs_see(tmp_path):
    more = {"counts": COUNTS[:2], "output_vectors": MATRIX[2:4]}
    Vectors(["茶", "a"], MATRIX[:2], **more).save(tmp_path / "v")
    assert sorted(path.name for path in (tmp_path / "v").iterdir()) == sorted(FILES)
    tensors = load_file(tmp_path / "v" / "model.safetensors")
    np.testing.assert_array_equal(tensors["embeddings"], MATRIX[:2])
    np.testing.assert_array_equal(tensors["output"], MATRIX[2:4])
    text = (tmp_path / "v" / "vocabulary.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"words": ["茶", "a"], "counts": COUNTS[:2].tolist()}
    assert "茶" in text


def test_a_folder_with_other_files_is_not_replaced(folder):
    (folder / "thesis.tex").write_text("years of work")
    with pytest.raises(FirthError, match=r"holds other files \('thesis.tex'\)"):
        Vectors(["a"], np.ones((1, 1))).save(folder)
    assert (folder / "thesis.tex").read_text() == "years of work"
    assert list(load(folder)) == WORDS


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file(folder, name, assert_refused):
    (folder / name).unlink()
    assert_refused(folder, f"not a folder of vectors: it has no {name}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
@pytest.mark.parametrize("name", [*FILES, "subwords.json", "phrases.json", "documents.safetensors"])
def test_a_name_that_is_no_file(folder, name, assert_refused):
    path = folder / name
    path.unlink(missing_ok=True)
    path.symlink_to("nowhere")
    assert_refused(folder, f"^no such file: .*{name}$")
    path.unlink()
    path.mkdir()
    assert_refused(folder, f"cannot read .*{name}: it is a folder")
    path.rmdir()
    os.mkfifo(path)
    assert_refused(folder, f"cannot read .*{name}: not a regular file")


def test_a_folder_of_such_folders_names_the_last(folder, tmp_path):
    for name in ("checkpoint-1", "checkpoint-2"):
        load(folder).save(tmp_path / "run" / name)
    with pytest.raises(
        FormatError,
        match=r"run is not a folder of vectors; the folder .*run.checkpoint-2 in it is one$",
    ):
        load(tmp_path / "run")


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_anywhere(folder, name, assert_refused):
    whole = (folder / name).read_bytes()
    for length in range(len(whole)):
        (folder / name).write_bytes(whole[:length])
        assert_refused(folder, name)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\xff", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[]", "expected a JSON object, got list"),
        (b"{}", "expected a list under 'words'"),
        (b'{"words": "abcdefghij"}', "expected a list under 'words'"),
        (b'{"words": ["a"]}', "10 rows for 1 word"),
        (b'{"words": [1, 2, 3, 4, 5, 6, 7, 8, 9, 1.5]}', "must be str or int, got float"),
        (b'{"words": [1, 2, 3, 4, 5, 6, 7, 8, 9, [10]]}', "must be str or int, got list"),
        (b'{"words": [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]}', "number 10 is 1, like number 1"),
        (b'{"words": [], "counts": 7}', "expected a list of whole numbers under 'counts'"),
        (b'{"words": [], "counts": [1.5]}', "expected a list of whole numbers under 'counts'"),
        (b'{"words": [], "counts": [true]}', "expected a list of whole numbers under 'counts'"),
        (b'{"words": [], "counts": [99999999999999999999]}', "exceeds 64 bits"),
        (b'{"words": [1,2,3,4,5,6,7,8,9,0], "counts": [1]}', "counts must be 10 whole numbers"),
    ],
)
def test_a_damaged_vocabulary(folder, content, fault, assert_refused):
    (folder / "vocabulary.json").write_bytes(content)
    assert_refused(folder, fault)


@pytest.mark.parametrize("number", ["1e999", "-1e400", "NaN", "Infinity"])
def test_a_config_with_numbers_that_could_not_be_written_again(folder, number):
    (folder / "config.json").write_text(f'{{"lr": {number}}}')
    with pytest.raises(FormatError, match=r"config.json: not valid JSON: "):
        load(folder)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_a_config_that_could_not_be_read_again_is_not_written(tmp_path, value):
    fault = "Object .* not JSON serializable" if type(value) is object else "Out of range"
    with pytest.raises(FormatError, match=f"config.json cannot hold the config: {fault}"):
        Vectors(["a"], np.ones((1, 1)), config={"losses": [value]}).save(tmp_path / "v")
    assert not (tmp_path / "v").exists()


@pytest.mark.parametrize("name", ["\u2028\n\x1c", "x" * 100_000])
def test_names_of_tensors_do_not_spoil_the_message(folder, name):
    save_file({name: MATRIX}, folder / "model.safetensors")
    model = (folder / "model.safetensors").read_bytes()
    for content in (model, model.replace(b"[0,80]", b"[4,80]")):
        (folder / "model.safetensors").write_bytes(content)
        with pytest.raises(FormatError, match=r"model.safetensors: (holds no|damaged)") as caught:
            load(folder)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 1000


def test_long_words_do_not_spoil_the_message(folder, assert_refused):
    words = ["\n" * 100_000, "\n" * 100_000, *WORDS[2:]]
    (folder / "vocabulary.json").write_text(json.dumps({"words": words}))
    assert_refused(folder, "number 2 is .* like number 1")


@pytest.mark.parametrize(
    ("tensors", "fault"),
    [
        ({"weights": MATRIX}, r"holds no tensor 'embeddings', only \['weights'\]"),
        ({"embeddings": MATRIX.astype(np.float64)}, r"should be F32 .*, not F64 \[10, 2\]"),
        ({"embeddings": MATRIX.ravel()}, r"should be F32 .* of two dimensions, not F32 \[20\]"),
        ({"embeddings": MATRIX, "output": MATRIX.astype(np.int16)}, "'output' should be F32"),
        ({"embeddings": MATRIX.astype(np.int8)}, "is I8, but 'embeddings_scale' has no F32"),
        (
            {"embeddings": MATRIX.astype(np.int8), "embeddings_scale": MATRIX[:3, 0]},
            "is I8, but 'embeddings_scale' has no F32",
        ),
        ({"embeddings": MATRIX, "output": MATRIX[:3]}, "output_vectors has 3 rows for 10 words"),
        ({"embeddings": MATRIX[:3]}, "3 rows for 10 words"),
        ({"embeddings": MATRIX * np.float32(np.nan)}, "word number 1, '', has NaN"),
    ],
)
def test_a_damaged_model(folder, tensors, fault, assert_refused):
    save_file(tensors, folder / "model.safetensors")
    assert_refused(folder, fault)


@pytest.mark.parametrize("name", FILES)
def test_a_file_without_permission_is_named(name, tmp_path, take_permission):
    Vectors(["a"], np.ones((1, 2))).save(tmp_path / "v")
    take_permission(tmp_path / "v" / name)
    with pytest.raises(FormatError, match=rf"^cannot read .*{name}: Permission denied$"):
        load(tmp_path / "v")

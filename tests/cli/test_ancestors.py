"""The flags of word2vec and fastText mean what they mean there."""

import json

import numpy as np
import pytest

import firth
from firth.cli.ancestors import translate_fasttext, translate_word2vec
from firth.errors import ConfigError

TEXT = "the cat sat on the mat\nthe dog sat on the log\n" * 200


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def options_of(command):
    """Return the options of a command of Firth as pairs."""
    names = command[2:]
    return dict(zip(names[::2], names[1::2], strict=True))


def test_defaults_are_those_of_word2vec():
    (command,) = translate_word2vec(["-train", "a", "-output", "a.txt"])
    assert command[:2] == ["train", "a"]
    assert options_of(command) == {
        "--output": "a.txt", "--model": "cbow", "--dim": "100", "--window": "5",
        "--sample": "1e-3", "--negative": "5", "--epochs": "5", "--min-count": "5",
        "--lr": "0.05", "--loss": "ns", "--subwords": "none", "--readout": "plain",
    }  # fmt: skip


def test_skip_gram_has_its_own_step_size_and_a_tree_no_noise():
    given = ["-train", "a", "-output", "a.vec", "-cbow", "0", "-hs", "1", "-negative", "0"]
    found = options_of(translate_word2vec(given)[0])
    assert (found["--model"], found["--lr"], found["--loss"]) == ("skipgram", "0.025", "hs")
    assert "--negative" not in found


def test_defaults_are_those_of_fasttext():
    train, *convert = translate_fasttext("skipgram", ["-input", "a", "-output", "b"])
    assert convert == [["convert", "b", "b.bin", "--to", "fasttext"], ["convert", "b", "b.vec"]]
    assert options_of(train) == {
        "--output": "b", "--model": "skipgram", "--negative": "5", "--lr": "0.05",
        "--dim": "100", "--window": "5", "--epochs": "5", "--min-count": "5",
        "--buckets": "2000000", "--sample": "1e-4", "--seed": "0", "--loss": "ns",
        "--subwords": "3-6", "--readout": "plain",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (["-train", "a"], "firth word2vec needs -output"),
        (["-train"], "-train of word2vec needs a value"),
        (["-size", "5", "-dim", "5"], "there is no flag -dim in word2vec; there are .*-size"),
        (["-output", "a.bin"], "-output a.bin must end in .txt or .vec with -binary 0"),
        (["-output", "a.txt", "-binary", "1"], "-output a.txt must end in .bin with -binary 1"),
        (["-output", "a.txt", "-hs", "1"], "give -negative 0"),
        (["-output", "a.txt", "-classes", "9"], "-classes 9: Firth has no such option; cluster"),
    ],
)
def test_what_word2vec_cannot_be_asked_here(given, fault):
    if "-output" in given:
        given = ["-train", "a", *given]
    with pytest.raises(ConfigError, match=fault):
        translate_word2vec(given)


@pytest.mark.parametrize(
    ("model", "given", "fault"),
    [
        ("supervised", [], "trains skipgram or cbow, got supervised"),
        ("cbow", ["-loss", "softmax"], "-loss must be ns or hs, got softmax"),
        ("cbow", ["-wordNgrams", "2"], "-wordNgrams 2: Firth has no such option"),
    ],
)
def test_what_fasttext_cannot_be_asked_here(model, given, fault):
    with pytest.raises(ConfigError, match=fault):
        translate_fasttext(model, ["-input", "a", "-output", "b", *given])


def test_word2vec_trains_as_firth_does(tmp_path, call):
    (tmp_path / "text.txt").write_text(TEXT)
    flags = [
        "-train",
        "text.txt",
        "-output",
        "v.bin",
        "-binary",
        "1",
        "-size",
        "7",
        "-threads",
        "1",
    ]
    done = call("word2vec", *flags, at=tmp_path)
    told = next(line for line in done.stderr.splitlines() if "this is: firth train" in line)
    again = told.partition("firth train ")[2].replace("v.bin", "w.bin").split()
    call("train", *again, at=tmp_path)
    assert (tmp_path / "v.bin").read_bytes() == (tmp_path / "w.bin").read_bytes()
    assert firth.load(tmp_path / "v.bin").dim == 7


def test_fasttext_writes_a_model_and_vectors(tmp_path, call):
    (tmp_path / "text.txt").write_text(TEXT)
    flags = ["-input", "text.txt", "-output", "v", "-dim", "6", "-epoch", "1", "-bucket", "50"]
    call("fasttext", "skipgram", *flags, at=tmp_path)
    folder, binary, text = (firth.load(tmp_path / name) for name in ("v", "v.bin", "v.vec"))
    assert folder.dim == 6
    for word in folder.words:
        # fastText takes means of the rows, and Firth sums over a root, in the same direction.
        assert cosine(binary[word], folder[word]) == pytest.approx(1, abs=1e-5)
        np.testing.assert_allclose(text[word], folder[word], atol=1e-6)
    assert binary.get("unheard-of") is not None
    found = json.loads(call("info", "v", "--json", at=tmp_path).stdout)
    assert found["ngrams"] == 50


def test_errors_are_one_line(tmp_path, fails):
    assert "needs -output" in fails("word2vec", "-train", "a", at=tmp_path)

"""The flags of word2vec and fastText mean what they mean there."""

import io
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


def test_rare_values_mean_what_they_mean_there():
    word2vec = translate_word2vec(
        ["-train", "a", "-output", "a.bin", "-binary", "2", "-cbow", "2", "-min-count", "0"]
    )[0]
    found = options_of(word2vec)
    assert (found["--model"], found["--min-count"]) == ("cbow", "1")
    common = ["-input", "a", "-output", "b", "-minCount", "0", "-saveOutput", "0"]
    for given, subwords in (
        (["-minn", "0", "-maxn", "3"], "1-3"),
        (["-minn", "4", "-maxn", "3"], "none"),
        (["-minn", "0", "-maxn", "0"], "none"),
        (["-pretrainedVectors", "c.vec"], "3-6"),
    ):
        found = options_of(translate_fasttext("cbow", [*common, *given])[0])
        assert (found["--subwords"], found["--min-count"]) == (subwords, "1")
        assert ("--buckets" in found) is (subwords != "none")
    assert found["--start"] == "c.vec"


def test_defaults_are_those_of_fasttext():
    train, *convert = translate_fasttext("skipgram", ["-input", "a", "-output", "b"])
    assert convert == [["convert", "b", "b.bin", "--to", "fasttext"], ["convert", "b", "b.vec"]]
    assert options_of(train) == {
        "--output": "b", "--model": "skipgram", "--negative": "5", "--lr": "0.05",
        "--dim": "100", "--window": "5", "--epochs": "5", "--min-count": "5",
        "--buckets": "2000000", "--sample": "1e-4", "--seed": "0", "--loss": "ns",
        "--noise-exponent": "0.5", "--subwords": "3-6", "--readout": "plain",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (["-train", "a"], "firth word2vec needs -output"),
        (["-train"], "-train of word2vec needs a value"),
        (
            ["-train", "a", "-size", "5", "-dim", "5"],
            "there is no flag -dim in word2vec; there are .*-size",
        ),
        (["-output", "a.bin"], "-output a.bin must end in .txt or .vec with -binary 0"),
        (["-output", "a.txt", "-binary", "1"], "-output a.txt must end in .bin with -binary 1"),
        (["-output", "a.txt", "-hs", "1"], "give -negative 0"),
        (["-output", "a.txt", "-negative", "0"], "-negative 0 without -hs 1 trains nothing"),
        (["-output", "a.txt", "-size", "5", "-size", "6"], "-size is given twice"),
        (["-read-vocab", "v"], "firth word2vec needs -output"),
        (["-output", "a.txt", "-read-vocab", "v", "-save-vocab", "w"], "what -read-vocab reads"),
        (["-output", "a.txt", "-save-vocab", "v", "-train", "-"], "reads the text twice"),
        (["-output", "a.txt", "-classes", "few"], "-classes must be a whole number, got few"),
    ],
)
def test_what_word2vec_cannot_be_asked_here(given, fault):
    if "-train" not in given:
        given = ["-train", "a", *given]
    with pytest.raises(ConfigError, match=fault):
        translate_word2vec(given)


@pytest.mark.parametrize(
    ("model", "given", "fault"),
    [
        ("cbow", ["-saveOutput"], "-saveOutput 1: Firth has no such option; the folder"),
        ("cbow", ["-saveOutput", "-dim", "5"], "-saveOutput 1: Firth has no such option"),
        ("cbow", ["-dim", "5", "-dim", "6"], "-dim is given twice, with 5 and 6"),
        ("cbow", ["-maxn", "many"], "-maxn must be a whole number, got many"),
        ("cbow", ["-loss", "softmax"], "-loss must be ns or hs, got softmax"),
        ("cbow", ["-wordNgrams", "2"], "-wordNgrams 2: Firth has no such option"),
        ("cbow", ["-autotune-validation", "f"], "-autotune-validation f: .* firth tune searches"),
        ("cbow", ["-cutoff", "9"], "-cutoff 9: .* firth convert --dtype writes"),
        ("cbow", ["-qnorm", "-retrain"], "-qnorm 1: .* firth convert --dtype writes"),
        ("cbow", ["-foo", "9"], "no flag -foo in fasttext; there are -bucket, -dim, -epoch, "),
    ],
)
def test_what_fasttext_cannot_be_asked_here(model, given, fault):
    with pytest.raises(ConfigError, match=fault):
        translate_fasttext(model, ["-input", "a", "-output", "b", *given])


def test_flags_of_fasttexts_usage_text_may_have_its_defaults():
    given = "-autotune-metric f1 -autotune-predictions 1 -autotune-duration 300 -cutoff 0 -dsub 2"
    plain = ["-input", "a", "-output", "b"]
    assert translate_fasttext("cbow", [*plain, *given.split()]) == translate_fasttext("cbow", plain)


def test_help_names_the_flags(call, tmp_path):
    for verb, flags in (("word2vec", "-train -iter -classes"), ("fasttext", "-input -minn -ws")):
        told = " ".join(call(verb, "--help", at=tmp_path).stdout.replace("-\n", "-").split())
        assert all(flag in told for flag in flags.split())


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


def train_command(**flags):
    given = {"-train": "text.txt", "-size": "6", "-threads": "1", **flags}
    return ["word2vec", *(word for pair in given.items() for word in pair)]


def test_counts_are_saved_and_read(tmp_path, call):
    (tmp_path / "text.txt").write_text(TEXT + "rare")
    call(*train_command(**{"-output": "plain.txt"}), at=tmp_path)
    saving = train_command(**{"-output": "saving.txt", "-save-vocab": "counts"})
    assert call(*saving, at=tmp_path).returncode == 0
    counts = (tmp_path / "counts").read_text()
    assert counts.splitlines()[:2] == ["the 800", "sat 400"]
    assert "rare" not in counts
    # word2vec's own files begin with the ends of lines, and may have rare words.
    (tmp_path / "counts").write_text(f"</s> 400\n{counts}rare 1\n")
    reading = train_command(**{"-output": "reading.txt", "-read-vocab": "counts"})
    assert call(*reading, at=tmp_path).returncode == 0
    plain, *others = (
        (tmp_path / f"{name}.txt").read_bytes() for name in ("plain", "saving", "reading")
    )
    assert others == [plain, plain]
    (tmp_path / "counts").unlink()
    call(*train_command(**{"-save-vocab": "counts"}), at=tmp_path)
    assert (tmp_path / "counts").read_text() == counts


def test_classes_of_words_are_written_beside_vectors(tmp_path, call):
    (tmp_path / "text.txt").write_text(TEXT)
    flags = {"-output": "classes.txt", "-classes": "3", "-binary": "1"}
    for _ in range(2):
        done = call(*train_command(**flags), at=tmp_path)
        assert done.returncode == 0, done.stderr
    vectors = firth.load(tmp_path / "classes.txt.vec")
    lines = [line.split() for line in (tmp_path / "classes.txt").read_text().splitlines()]
    assert [word for word, _ in lines] == list(vectors.words)
    sizes = np.bincount([int(number) for _, number in lines])
    assert len(sizes) == 3
    assert sizes.tolist() == sorted(sizes, reverse=True)


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


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("asked") / "model.bin"
    corpus = [line.split() for line in TEXT.splitlines()]
    options = {"dim": 6, "epochs": 1, "subwords": (2, 3), "buckets": 50, "readout": "plain"}
    with pytest.warns(firth.FirthWarning):
        vectors = firth.train(
            corpus, sample=0, noise_exponent=0.5, threads=1, progress=False, **options
        )
    vectors.save(path, format="fasttext")
    return path


def asked(call, monkeypatch, stdin, *arguments):
    monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    done = call("fasttext", *arguments, at=".")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_vectors_of_words_and_lines_are_printed_as_fasttext_does(model, call, monkeypatch):
    vectors = firth.load(model)
    found = asked(call, monkeypatch, "cat dogs\n\nmat\n", "print-word-vectors", str(model))
    rows = [line.split(" ") for line in found.splitlines()]
    # Numbers of five digits, with a space after each.
    assert [[row[0], row[-1]] for row in rows] == [["cat", ""], ["dogs", ""], ["mat", ""]]
    np.testing.assert_allclose(
        [np.array(row[1:-1], float) for row in rows], vectors[["cat", "dogs", "mat"]], rtol=1e-4
    )
    found = asked(call, monkeypatch, "the cat\n\n", "print-sentence-vectors", str(model))
    rows = [np.array(line.split(), float) for line in found.splitlines()]
    units = [vectors[word] / np.linalg.norm(vectors[word]) for word in ("the", "cat")]
    np.testing.assert_allclose(rows, [np.mean(units, axis=0), np.zeros(6)], rtol=1e-4, atol=1e-9)


def test_questions_are_answered_as_fasttext_does(model, call, monkeypatch):
    vectors = firth.load(model)
    prompt = "Query word? "
    near = [f"{word} {score:g}\n" for word, score in vectors.similar("cats", top=2)]
    assert asked(call, monkeypatch, "cats\n", "nn", str(model), "2") == (
        f"{prompt}{near[0]}{near[1]}{prompt}"
    )
    assert asked(call, monkeypatch, "cat", "nn", str(model)).count("\n") == len(vectors) - 1
    prompt = "Query triplet (A - B + C)? "
    word, score = vectors.analogy(["cat", "log"], ["mat"], top=1)[0]
    found = asked(call, monkeypatch, "cat mat log\ncat", "analogies", str(model), "1")
    assert found == f"{prompt}{word} {score:g}\n{prompt}"


def test_rows_of_ngrams_are_printed(model, call, monkeypatch):
    raw = firth.load(model).raw
    for word, own in (("cat", [firth.load(model).index["cat"]]), ("cab", [])):
        found = asked(call, monkeypatch, "", "print-ngrams", str(model), word)
        names = [word] * len(own) + [f"<{word[0]}", f"<{word[:2]}", word[:2], word[:3]]
        names += [word[1:], f"{word[1:]}>", f"{word[2]}>"]
        assert [line.split(" ")[0] for line in found.splitlines()] == names
        rows = raw.input[own + [raw.words + row for row in raw.subwords.rows_of(word)]]
        printed = [np.array(line.split()[1:], float) for line in found.splitlines()]
        np.testing.assert_allclose(printed, rows, rtol=1e-4, atol=1e-9)


def test_rows_of_ngrams_of_other_models_are_printed(tmp_path, call, monkeypatch):
    corpus = [line.split() for line in TEXT.splitlines()]
    options = {"dim": 6, "epochs": 1, "sample": 0, "threads": 1, "progress": False}
    for subwords, first in (((2, 3), ["cat", "at"]), ("none", ["cat"])):
        path = str(tmp_path / f"{subwords}")
        with pytest.warns(firth.FirthWarning):
            firth.train(corpus, subwords=subwords, **options).save(path)
        found = asked(call, monkeypatch, "", "print-ngrams", path, "cat").splitlines()
        assert [line.split(" ")[0] for line in found][:2] == first


def test_a_model_is_dumped(model, call, monkeypatch, tmp_path, fails):
    vectors = firth.load(model)
    found = {
        what: asked(call, monkeypatch, "", "dump", str(model), what).splitlines()
        for what in ("args", "dict", "input", "output")
    }
    # The order and the names of fastText's `Args::dump`.
    assert found["args"] == [
        "dim 6", "ws 5", "epoch 1", "minCount 5", "neg 5", "wordNgrams 1", "loss ns", "model sg",
        "bucket 50", "minn 2", "maxn 3", "lrUpdateRate 100", "t 0",
    ]  # fmt: skip
    assert found["dict"][:2] == [str(len(vectors)), "the 800 word"]
    assert found["input"][0] == f"{len(vectors) + 50} 6"
    for what, table in (("input", vectors.raw.input), ("output", vectors.output_vectors)):
        rows = [np.array(line.split(" "), float) for line in found[what][1:]]
        np.testing.assert_allclose(rows, table, rtol=1e-5)
    vectors.save(tmp_path / "v.txt")
    told = fails("fasttext", "dump", "v.txt", "args", at=tmp_path)
    assert "needs a model of words in fastText's format (.bin), not another one" in told


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (["supervised"], "no verb supervised: Firth trains word vectors only"),
        (["predict-prob", "m.bin", "-"], "no verb predict-prob: Firth trains word vectors only"),
        (["quantize", "-output", "m"], "no verb quantize: firth convert --dtype"),
        (["dump", "m.bin", "words"], "needs a model and one of args, dict, input, output; got m"),
        (["dump", "m.bin"], "needs a model and one of args, dict, input, output; got m.bin"),
        (["print-ngrams", "m.bin"], "fasttext print-ngrams needs a model and a word; got m.bin"),
        (["print-ngrams", "m.bin", "a", "b"], "print-ngrams needs a model and a word; got m.bin"),
        (["skipgramm"], "no verb skipgramm: there are skipgram, cbow, print-word-vectors"),
        (["nn"], "fasttext nn needs a model, and the number of answers if it is not 10; got not"),
        (["nn", "m.bin", "few"], "fasttext nn needs a model, and the number"),
        (["print-word-vectors", "m.bin", "5"], "fasttext print-word-vectors needs a model; got m"),
        (["nn", "absent.bin"], "no such file: absent.bin"),
        (["skipgram"], "firth fasttext needs -input and -output"),
    ],
    ids=str,
)
def test_verbs_of_fasttext_that_cannot_be_asked_here(given, fault, tmp_path, fails):
    assert fault in fails("fasttext", *given, at=tmp_path)


def test_errors_are_one_line(tmp_path, fails):
    assert "needs -output" in fails("word2vec", "-train", "a", at=tmp_path)


@pytest.mark.parametrize(
    "flags",
    [
        ["word2vec", "-train", "text.txt", "-output", "w.vec", "-classes", "2"],
        ["fasttext", "skipgram", "-input", "text.txt", "-output", "w"],
    ],
)
def test_nothing_comes_after_a_training_that_was_interrupted(call, tmp_path, monkeypatch, flags):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    (tmp_path / "text.txt").write_text(TEXT)
    monkeypatch.setattr("firth.pipeline.train", interrupt)
    done = call(*flags, at=tmp_path)
    assert done.returncode == 130
    assert done.stderr.count("this is: firth ") == 1
    assert done.stderr.endswith("firth: interrupted\n")

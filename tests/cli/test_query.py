"""The verbs that read vectors."""

import json
import os
import re
from importlib.util import find_spec

import numpy as np
import pytest

import firth
from firth.subwords import make_subwords
from firth.vectors import RawTables, Vectors
from processes import output_of


def test_words_are_printed_on_one_line_and_escaped(tmp_path, call, fails):
    words = ["tea", "\x1b[31mmilk\u2028and", "\u0645\u06cc\u200c\u062e", "\x9b2J\u202e"]
    matrix = np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32)
    firth.Vectors(words, matrix).save(tmp_path / "vectors")
    done = call("similar", "vectors", "tea", at=tmp_path)
    lines = done.stdout.removesuffix("\n").split("\n")
    assert sorted(line.split("  ")[1] for line in lines) == sorted(
        [r"\x1b[31mmilk\u2028and", words[2], r"\x9b2J\u202e"]
    )
    told = call("info", "vectors", at=tmp_path).stdout
    assert "\u2028" not in told
    assert "\u202e" not in told
    report = json.loads(call("similar", "vectors", "tea", "--json", at=tmp_path).stdout)
    assert {neighbour["word"] for neighbour in report} == set(words[1:])
    assert r"'\x9b2J' is not among" in fails("similar", "vectors", "\x9b2J", at=tmp_path)


def test_similar(folder, call):
    done = call("similar", "vectors", "cat", "--top", "3", at=folder)
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    score, word = lines[0].split()
    nearest = firth.load(folder / "vectors").similar("cat", top=1)[0]
    assert (word, float(score)) == (nearest.word, pytest.approx(nearest.score, abs=1e-4))
    as_json = json.loads(call("similar", "vectors", "cat", "--json", at=folder).stdout)
    assert as_json[0]["word"] == word
    assert len(as_json) == 8


@pytest.mark.parametrize(
    "asked",
    [
        ["similar", "cat", "--top", "3"],
        ["analogy", "the", "cat", "dog", "--top", "3"],
        ["info"],
    ],
)
def test_a_long_file_is_not_kept_and_answers_the_same(folder, call, monkeypatch, asked, tmp_path):
    firth.load(folder / "vectors").save(tmp_path / "vectors.bin")
    verb, *more = asked
    whole = call(verb, "vectors.bin", *more, at=tmp_path).stdout
    monkeypatch.setattr("firth.vectors.partial_loading.LEAST_BYTES", 1)
    for module in ("query", "words"):
        monkeypatch.setattr(f"firth.cli.{module}.load_vectors", pytest.fail)
    assert call(verb, "vectors.bin", *more, at=tmp_path).stdout == whole


def test_a_long_file_is_told_about_as_a_short_one(folder, fails, monkeypatch, tmp_path):
    firth.load(folder / "vectors").save(tmp_path / "vectors.bin")
    asked = ["similar", "vectors.bin", "caat"]
    whole = fails(*asked, at=tmp_path)
    monkeypatch.setattr("firth.vectors.partial_loading.LEAST_BYTES", 1)
    assert fails(*asked, at=tmp_path) == whole


@pytest.mark.skipif(find_spec("usearch") is None, reason="usearch")
def test_an_index_beside_the_vectors_answers(folder, call, fails):
    asked = ["similar", "vectors", "cat", "--top", "3"]
    assert "vectors.index is no index" in fails(*asked, "--approximate", at=folder)
    done = call("index", "vectors", "--numbers", "f32", at=folder)
    assert re.fullmatch(
        r"vectors\.index: \d+ words, \d+\.\d kB; finds \d\.\d{3} of the ten nearest words\n",
        done.stdout,
    )
    exact = call(*asked, at=folder).stdout
    assert call(*asked, "--approximate", at=folder).stdout == exact
    analogy = ["analogy", "vectors", "the", "cat", "dog", "--approximate"]
    assert call(*analogy, at=folder).returncode == 0
    restricted = call(*asked, "--approximate", "--restrict", "3", at=folder)
    assert restricted.returncode == 2
    assert "give it without --restrict" in " ".join(restricted.stderr.split())
    multiplied = call(*analogy, "--method", "mul", at=folder)
    assert multiplied.returncode == 2
    assert "give it without --method mul" in " ".join(multiplied.stderr.split())
    document = call("similar", "vectors", "--document", "1", "--approximate", at=folder)
    assert document.returncode == 2


def test_documents_similar_to_a_document(folder, call, fails):
    options = ["--documents", "joint", "--dim", "8", "--epochs", "1", "--sample", "0"]
    done = call("train", "text.txt", "--output", "with", *options, at=folder)
    assert "trains 2,100 documents too, in about" in done.stderr
    lines = call("similar", "with", "--document", "12", "--top", "3", at=folder).stdout.splitlines()
    nearest = firth.load(folder / "with").documents.similar(12, top=1)[0]
    assert len(lines) == 3
    assert lines[0].split() == [f"{nearest.score:.4f}", str(nearest.word)]
    report = json.loads(call("info", "with", "--json", at=folder).stdout)
    assert report["documents"] == 2_100
    message = fails("similar", "with", "--document", "9999", at=folder)
    assert message.endswith(
        "document '9999' has no vector; 2,100 documents have one, from 0 to 2099"
    )
    assert "have no documents" in fails("similar", "vectors", "--document", "1", at=folder)
    for wrong in ([], ["cat", "--document", "1"]):
        assert call("similar", "with", *wrong, at=folder).returncode == 2


def test_an_output_that_keeps_no_documents_is_refused_before_training(tmp_path, fails):
    told = "cannot write documents to v.bin, since word2vec binary has none; give a folder"
    train = ("train", "absent.txt", "--output", "v.bin", "--documents", "joint")
    assert told in fails(*train, at=tmp_path)


def test_documents_are_asked_for_by_their_tags(tmp_path, call):
    units = [["tea", "milk"] * 9, ["salt", "rye"] * 9, ["milk", "tea"] * 9]
    corpus = firth.read_corpus(units, min_count=1).with_documents([["hot"], ["dry", 5], ["hot"]])
    options = {"dim": 4, "epochs": 2, "sample": 0, "threads": 1}
    firth.train(corpus, documents="joint", **options).save(tmp_path / "v")
    for tag, others in (("hot", {"dry", "5"}), ("5", {"dry", "hot"})):
        done = call("similar", "v", "--document", tag, at=tmp_path)
        assert {line.split()[1] for line in done.stdout.splitlines()} == others


def test_a_query_without_an_answer_is_told(tmp_path, call, fails):
    vectors = np.array([[0, 0], [1, 2], [2, 1]], np.float32)
    firth.Vectors(["null", "tea", "milk"], vectors).save(tmp_path / "v")
    for query, told in (
        (["similar", "v", "null"], "the vector of 'null' is zero"),
        (["analogy", "v", "tea", "tea", "null"], "the sum 'tea' + 'null' - 'tea' is zero"),
    ):
        for option in ([], ["--json"]):
            assert f"{told}, so it has no direction" in fails(*query, *option, at=tmp_path)
    for json_option, printed in (([], ""), (["--json"], "[]\n")):
        done = call("similar", "v", "tea", "--exclude", "milk", *json_option, at=tmp_path)
        assert (done.returncode, done.stdout) == (0, printed)
        assert done.stderr.startswith("firth: nothing is left to answer 'tea': all that may answer")


@pytest.mark.parametrize("verb", [["similar", "v.vec", "a"], ["info", "v.vec"]])
@pytest.mark.parametrize("text", ["5 2\na 1 0\nb 2 1\n", "2 2\na 1 0\nb 2\n"])
def test_files_that_are_cut_short_are_told(tmp_path, run, verb, text):
    (tmp_path / "v.vec").write_text(text)
    done = run(*verb, at=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"firth: v\.vec: .+\n", done.stderr)


def test_a_word_may_begin_with_a_hyphen(tmp_path, call):
    firth.Vectors(["-x", "tea"], np.eye(2) + 0.1).save(tmp_path / "v.vec")
    done = call("similar", "v.vec", "-x", at=tmp_path)
    assert "for a word, write -- before it: -- -x" in done.stderr
    assert call("similar", "v.vec", "--", "-x", at=tmp_path).stdout.endswith("  tea\n")
    done = call("info", "v.vec", "-x", at=tmp_path)
    told = "Error: there is no option -x; for a file or folder, write ./ before it: ./-x"
    assert done.stderr.splitlines()[-1] == told


def test_analogy_is_a_to_b_as_c(folder, call):
    done = call("analogy", "vectors", "cat", "mat", "dog", "--top", "2", "--json", at=folder)
    expected = firth.load(folder / "vectors").analogy(
        positive=["mat", "dog"], negative=["cat"], top=2
    )
    assert [near["word"] for near in json.loads(done.stdout)] == [near.word for near in expected]


def test_answers_can_be_chosen(folder, call):
    vectors = firth.load(folder / "vectors")

    def words(*arguments):
        done = call(*arguments, "--json", at=folder)
        assert done.returncode == 0, done.stderr
        return [near["word"] for near in json.loads(done.stdout)]

    def expected(neighbours):
        return [near.word for near in neighbours]

    left_out = ["--exclude", "dog,the", "--exclude", "mat"]
    assert words("similar", "vectors", "cat", *left_out) == expected(
        vectors.similar("cat", exclude=["dog", "the", "mat"])
    )
    assert words("similar", "vectors", "cat", "--restrict", "3") == expected(
        vectors.similar("cat", restrict=3)
    )
    some = ["--restrict", "dog,mat", "--restrict", "log"]
    assert words("similar", "vectors", "cat", *some) == expected(
        vectors.similar("cat", restrict=["dog", "mat", "log"])
    )
    question = ["analogy", "vectors", "cat", "mat", "dog", "--method", "mul", "--exclude", "the"]
    assert words(*question) == expected(
        vectors.analogy(["mat", "dog"], ["cat"], method="mul", exclude="the")
    )


def test_company(folder, call, fails):
    vectors = firth.load(folder / "vectors")
    lines = call("company", "vectors", "cat", "--top", "3", at=folder).stdout.splitlines()
    found = vectors.company("cat", top=3)
    assert [line.split()[2] for line in lines] == [companion.word for companion in found]
    score, probability, _ = lines[0].split()
    assert float(score) == pytest.approx(found[0].score, abs=1e-4)
    assert float(probability) == pytest.approx(found[0].probability, abs=1e-6)
    done = call("company", "vectors", "cat", "dog", "--exclude", "the", "--json", at=folder)
    shared = vectors.shared_company("cat", "dog", exclude="the")
    assert [near["word"] for near in json.loads(done.stdout)] == [near.word for near in shared]
    assert call("convert", "vectors", "c.bin", at=folder).returncode == 0
    assert "needs output vectors" in fails("company", "c.bin", "cat", at=folder)
    assert "near: cat" in fails("company", "vectors", "cta", at=folder)


def test_integers_are_found_by_their_digits(tmp_path, call):
    firth.train([[7, 8, 9, 7]] * 20, dim=4, sample=0).save(tmp_path / "items")
    done = call("similar", "items", "7", at=tmp_path)
    assert {line.split()[1] for line in done.stdout.splitlines()} == {"8", "9"}


def test_evaluate(folder, call):
    (folder / "questions.txt").write_text(": animals\ncat mat dog log\ncat mat dog unicorn\n")
    (folder / "pairs.tsv").write_text("cat\tdog\t9\ncat\ton\t1\nthe\tmat\t3\ncat\tlion\t7\n")
    given = ["--analogies", "questions.txt", "--similarity", "pairs.tsv"]
    done = call("evaluate", "vectors", *given, at=folder)
    assert "animals" in done.stdout
    assert "of 1 right, 1 skipped" in done.stdout
    assert "3 pairs, 1 missing" in done.stdout
    done = call("evaluate", "vectors", *given, "--unknown", "zero", at=folder)
    assert "of 2 right, 0 skipped, 1 with unknown words" in done.stdout
    assert "4 pairs, 0 missing, 1 with unknown words" in done.stdout
    done = call("evaluate", "vectors", *given, "--method", "mul", at=folder)
    assert "questions.txt (most frequent 30,000 words, method mul)\n" in done.stdout
    report = json.loads(call("evaluate", "vectors", *given, "--json", at=folder).stdout)
    assert report["analogies"][0]["total"]["answered"] == 1
    assert report["similarity"][0]["missing"] == 1
    low, high = report["similarity"][0]["interval"]
    assert -1 <= low <= report["similarity"][0]["spearman"] <= high <= 1
    section = report["analogies"][0]["sections"][0]
    assert section["interval"] == [section["accuracy"]] * 2  # Of a single question.
    assert re.search(r"^ +\d+\.\d \(\d+\.\d to \d+\.\d\)  animals: ", done.stdout, re.MULTILINE)


def test_evaluate_tells_how_sure_the_position_of_outliers_is(folder, call):
    (folder / "groups.txt").write_text("cat\ndog\nsat\n\nmat\n")
    given = ["evaluate", "vectors", "--outliers", "groups.txt"]
    (found,) = json.loads(call(*given, "--json", at=folder).stdout)["outliers"]
    assert found["position_interval"] == [found["position"]] * 2  # Of a single outlier.
    position = f"{100 * found['position']:.1f}"
    assert (
        f"mean position {position} ({position} to {position}): 1" in call(*given, at=folder).stdout
    )


def test_evaluate_compares_the_first_vectors_with_each_other(folder, call):
    rng = np.random.default_rng(1)
    words = [f"w{k}" for k in range(60)]
    matrix = rng.normal(size=(60, 3))
    noise = rng.normal(size=(60, 3))
    for name, rows in (("good", matrix), ("again", matrix * 2), ("poor", matrix + 3 * noise)):
        Vectors(words, rows).save(folder / name)
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    pairs = rng.integers(0, 60, (150, 2))
    (folder / "w.tsv").write_text(
        "".join(f"w{a}\tw{b}\t{unit[a] @ unit[b]}\n" for a, b in pairs.tolist())
    )
    given = ["good", "again", "poor", "--similarity", "w.tsv"]
    printed = call("evaluate", *given, at=folder).stdout
    same, poor = printed.split("== good minus ")[1:]
    assert same.startswith("again")
    assert "may be chance" in same
    assert poor.startswith("poor")
    assert "is more than chance" in poor
    found = json.loads(call("evaluate", *given, "--json", at=folder).stdout)
    assert found["vectors"] == "good"
    assert [other["vectors"] for other in found["others"]] == ["again", "poor"]
    (comparison,) = found["others"][1]["comparisons"]
    assert comparison["first"] == pytest.approx(1.0)
    assert comparison["low"] > 0
    assert comparison["is_noise"] is False


def test_info_and_convert(folder, call):
    done = call("convert", "vectors", "e.txt", at=folder)
    assert done.stdout == "e.txt: 9 words, 8 dimensions\n"
    report = json.loads(call("info", "e.txt", "--json", at=folder).stdout)
    assert (report["words"], report["dimensions"]) == (9, 8)
    shown = call("info", "vectors", at=folder).stdout
    assert "words: 9\n" in shown
    assert '"model": "skipgram"' in shown


def test_info_of_the_machine_tells_the_variant_of_the_kernel(folder, run):
    # A processor that has less than this one, so that what is told is known.
    limits = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "+avx,+avx2,-fma"}
    done = run("info", "--machine", "--json", at=folder, **limits)
    report = json.loads(done.stdout)
    assert report["processor"]
    assert report["logical_cores"] == os.cpu_count()
    del report["processor"], report["logical_cores"]
    assert report == {
        "features": ["avx2"],
        "numbers_in_a_vector": 8,
        "vector_registers": 16,
        "targets_in_a_tile": 6,
        "products": "float32",
        "arithmetic": "float32, multiply, then add, 8 partial sums of a score",
        "deterministic_arithmetic": "float32, multiply, then add, 8 partial sums of a score",
    }
    limits["NUMBA_CPU_FEATURES"] = "+avx512f,+fma"
    lines = run("info", "--machine", at=folder, **limits).stdout.splitlines()
    assert lines[2:] == [
        'features: ["fma", "avx512f"]',
        "numbers_in_a_vector: 16",
        "vector_registers: 32",
        "targets_in_a_tile: 8",
        'products: "float32"',
        'arithmetic: "float32, fused multiply-add, 16 partial sums of a score"',
        'deterministic_arithmetic: "float32, fused multiply-add, 8 partial sums of a score"',
    ]


def test_only_info_of_the_machine_takes_numba(folder):
    program = (
        "import sys; from firth.cli import app\n"
        "try: app()\nexcept SystemExit: print('numba' in sys.modules)"
    )
    for arguments, expected in ((["vectors"], "False"), (["--machine"], "True")):
        printed = output_of("-c", program, "info", *arguments, cwd=folder)
        assert printed.splitlines()[-1] == expected


def test_info_of_counts_whose_sum_exceeds_64_bits(tmp_path, call):
    vectors = firth.Vectors(["tea", "milk"], np.eye(2), counts=np.array([2**63 - 1, 5]))
    vectors.save(tmp_path / "vectors")
    assert f"count: {2**63 + 4}\n" in call("info", "vectors", at=tmp_path).stdout


def test_the_words_of_a_list_are_converted(folder, call, fails):
    (folder / "list.txt").write_text("unheard of\n", "utf-8")
    assert "none of the words" in fails(
        "convert", "vectors", "few", "--words", "list.txt", at=folder
    )
    table = "2 3 3 6 2 2166136261 < >\n0 1 2 3\n1 4 5 6\n"
    (folder / "v.floret").write_text(table)
    assert "--words FILE" in fails("similar", "v.floret", "tea", at=folder)
    done = call("convert", "v.floret", "few", "--words", "list.txt", at=folder)
    assert done.stdout == "few: 1 word, 3 dimensions\n"
    # A table of floret has rows of n-grams, and no words.
    done = call("convert", "few", "again.floret", at=folder)
    assert done.stdout == "again.floret: 2 rows, 3 dimensions\n"


def test_vectors_are_not_converted_in_place(folder, fails):
    message = fails("convert", "vectors", "./vectors", "--overwrite", at=folder)
    assert message == "cannot write vectors: it is what is to be read"


def test_words_that_are_not_utf8_can_be_converted(tmp_path, call, fails):
    (tmp_path / "latin.txt").write_bytes(b"2 2\ncaf\xe9 1 2\ntea 3 4\n")
    assert "firth convert --encoding-errors replace" in fails(
        "convert", "latin.txt", "a", at=tmp_path
    )
    done = call("convert", "latin.txt", "a", "--encoding-errors", "replace", at=tmp_path)
    assert done.returncode == 0, done.stderr
    assert list(firth.load(tmp_path / "a")) == ["caf\ufffd", "tea"]


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["similar", "vectors", "cta"], ["'cta'", "near: cat"]),
        (["similar", "vectors", "cat", "--top", "0"], ["top must be at least 1, got 0"]),
        (["analogy", "vectors", "the", "cat", "dog", "--top", "-1"], ["top must be at least 1"]),
        (["evaluate", "vectors", "--analogies", "four.txt", "--restrict", "0"], ["restrict must"]),
        (["similar", "vectors", "cat", "--restrict", "0"], ["restrict must be at least 1, got 0"]),
        (["similar", "vectors", "cat", "--exclude", "dgo"], ["'dgo' is not among", "near: dog"]),
        (["evaluate", "vectors", "--analogies", "text.txt"], ["text.txt", "line 1"]),
        (["evaluate", "vectors", "--similarity", "absent"], ["absent"]),
        (["convert", "vectors", "text.txt/x.bin"], ["cannot write text.txt/x.bin"]),
        (["info", "text.txt"], ["text.txt"]),
    ],
)
def test_bad_input_is_told_in_one_line(folder, fails, arguments, parts):
    (folder / "four.txt").write_text(": animals\ncat mat dog log\n")
    message = fails(*arguments, at=folder)
    assert all(part in message for part in parts)


def test_vectors_are_read_out_anew(folder, call, fails):
    done = call("convert", "vectors", "removed", "--readout", "components=1", at=folder)
    assert done.returncode == 0, done.stderr
    info = json.loads(call("info", "removed", "--json", at=folder).stdout)
    assert info["config"]["readout"]["components"] == 1
    assert call("convert", "removed", "back", "--readout", "plain", at=folder).returncode == 0
    plain = firth.load(folder / "vectors").input_vectors
    np.testing.assert_array_equal(firth.load(folder / "back").input_vectors, plain)
    for recipe, fault in (("best", "readout must be auto, plain"), ("subword", "needs n-grams")):
        assert fault in fails("convert", "vectors", "other", "--readout", recipe, at=folder)


def test_a_composed_vector_is_told_in_a_line(tmp_path, run):
    words = ["tea", "teas", "kings", "king"]
    subwords = make_subwords((3, 4), words, np.ones(4, np.int64), None)
    table = np.random.default_rng(0).normal(size=(4 + len(subwords), 3)).astype(np.float32)
    firth.Vectors.from_tables(words, RawTables(table, subwords), readout="plain").save(
        tmp_path / "v"
    )
    done = run("similar", "v", "kingdom", "--top", "2", at=tmp_path)
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == (
        "firth: warning: 'kingdom' is not among the 4 words; its vector is composed of its "
        "n-grams\n"
    )
    told = run("info", "v", at=tmp_path).stdout
    assert f"ngrams: {len(subwords)}\n" in told
    assert '"readout": {"name": "plain"' in told


def test_evaluate_tells_what_is_missing_of_associations(folder, tmp_path, call):
    sets = tmp_path / "sets.txt"
    asked = ["evaluate", str(folder / "vectors"), "--associations", str(sets)]
    sets.write_text(": a\ncat\n: b\nmat unknown\n: c\nsat\n: d\non\n")
    (line,) = call(*asked, at=tmp_path).stdout.splitlines()[1:]
    assert re.fullmatch(r" +-?\d.*  a and c, against b and d: p = [\d.]+, 1 word missing", line)
    sets.write_text(": a\ncat\n: b\nunknown other\n: c\nsat\n: d\non\n")
    (line,) = call(*asked, at=tmp_path).stdout.splitlines()[1:]
    assert line.endswith(
        "b and d: 2 words missing: undefined, as one of the four groups has no word with a vector"
    )


def test_evaluate_says_why_there_is_no_score(folder, tmp_path, run):
    (tmp_path / "pairs.tsv").write_text("cat\tmat\t1\nmat\tcat\t1\ncat\tdog\t1\n")
    (tmp_path / "questions.txt").write_text(": s\ncat mat dog other\n")
    vectors = str(folder / "vectors")
    given = ["--similarity", "pairs.tsv", "--analogies", "questions.txt"]
    done = run("evaluate", vectors, vectors, *given, at=tmp_path)
    (warning,) = done.stderr.splitlines()
    assert "warning: pairs.tsv: 1 pair stood there before, in this or the other order" in warning
    asked, pairs = (
        "no question has all its words among the candidates", "all scores of the file are the same",
    )  # fmt: skip
    printed = done.stdout.splitlines()
    assert printed[2] == f"      -  s: 0 of 0 right, 1 skipped: undefined, as {asked}"
    assert printed[3] == f"      -  total: 0 of 0 right, 1 skipped: undefined, as {asked}"
    assert printed[5].endswith(f"100: 3 pairs, 0 missing: undefined, as {pairs}")
    assert printed[-2:] == [
        f"      -  questions.txt: not compared, as {asked}",
        f"      -  pairs.tsv: not compared, as {pairs}",
    ]


def test_evaluate_measures_categories_and_draws(folder, tmp_path, call, fails):
    pytest.importorskip("sklearn", reason="clusters need scikit-learn (extra sklearn)")
    pytest.importorskip("matplotlib", reason="--plot needs matplotlib (extra plot)")
    firth.load(folder / "vectors").save(tmp_path / "one")
    firth.load(folder / "vectors").save(tmp_path / "two.txt")
    (tmp_path / "groups.txt").write_text(": animals\ncat dog\n: things\nmat log unknown\n")
    command = ["evaluate", "one", "two.txt", "--categories", "groups.txt", "--plot", "bars.svg"]
    done = call(*command, at=tmp_path)
    lines = done.stdout.splitlines()
    assert lines[:2] == ["== one", "groups.txt"]
    assert lines[2].endswith("purity of 2 clusters: 4 words, 1 missing (coverage 80.0)")
    assert (tmp_path / "bars.svg").read_text().startswith("<?xml")
    told = json.loads(call(*command, "--json", at=tmp_path).stdout)
    assert told["categories"][0]["coverage"] == 0.8
    (tmp_path / "bars.svg").write_text("mine")
    assert "the file there is no .svg picture" in fails(*command, at=tmp_path)
    assert (tmp_path / "bars.svg").read_text() == "mine"

"""The command, run as a user runs it."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

import firth

TEXT = "the cat sat on the mat .\nthe dog sat on the log .\nthe cat and the dog sat\n" * 700


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a text, and vectors trained on it."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "text.txt").write_text(TEXT)
    done = run("train", "text.txt", "--output", "vectors", "--dim", "8", "--sample", "0", at=folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return folder


def run(*arguments, at, stdin=None, **environment):
    return subprocess.run(
        [sys.executable, "-m", "firth", *arguments],
        cwd=at, input=stdin, capture_output=True, text=True, encoding="utf-8", check=False,
        env={**os.environ, "COLUMNS": "100", **environment},
    )  # fmt: skip


# What is printed is written at once, or only as the program ends.
BUFFERING = pytest.mark.parametrize("unbuffered", ["1", ""])


def run_in_shell(command, folder, unbuffered):
    return subprocess.run(
        command, shell=True, cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )  # fmt: skip


def assert_fails(done, *parts):
    """Exit code 1, and one line on standard error, without a traceback."""
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("firth: ")
    assert done.stderr.count("\n") == 1
    for part in parts:
        assert part in done.stderr


def test_train_tells_what_it_made(folder):
    done = run("train", "text.txt", "--output", "a.vec", "--dim", "8", "--sample", "0", at=folder)
    assert done.stdout.startswith("a.vec: 9 words, 8 dimensions, loss ")
    assert len(firth.load(folder / "a.vec")) == 9


def test_a_command_leaves_its_objects_to_the_end_of_the_process(folder):
    # On exit, what is registered first is called last.
    program = (
        "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count() > 0));"
        "from firth.cli import main; main()"
    )
    command = [sys.executable, "-c", program, "similar", "vectors", "cat"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("\nTrue\n")


def test_train_reads_standard_input_and_reports_json(folder):
    done = run(
        "train", "-", "--output", "b.bin", "--dim", "4", "--quiet", "--json", at=folder, stdin=TEXT
    )
    report = json.loads(done.stdout)
    assert report["words"] == 9
    assert report["config"]["options"]["dim"] == 4
    assert len(report["config"]["losses"]) == 5


def test_train_hands_every_option_on(folder):
    options = {
        "model": "cbow", "dim": 6, "window": 3, "negative": 2, "epochs": 2, "min-count": 2,
        "max-vocab": 5, "sample": 0.5, "noise-exponent": 0.5, "lr": 0.03, "min-lr": 0.001,
        "threads": 1, "seed": 4, "tokenizer": "words", "patience": 2, "on-divergence": "halve",
        "holdout": 0.2, "checkpoint": "c-checkpoints", "normalization": "NFKC",
    }  # fmt: skip
    given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    done = run(
        "train", "text.txt", "--output", "c.bin", *given, "--no-shrink-windows", "--deterministic",
        "--json", at=folder,
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert report["words"] == 5
    assert report["config"]["corpus"]["tokenizer"] == "words"
    assert report["config"]["corpus"]["normalization"] == "NFKC"
    assert report["config"]["corpus"]["words_held_out"] > 0
    assert len(list((folder / "c-checkpoints").glob("checkpoint-*"))) == 2
    for name in ("tokenizer", "holdout", "checkpoint", "normalization"):
        del options[name]
    expected = {name.replace("-", "_"): value for name, value in options.items()}
    switches = {"shrink_windows": False, "deterministic": True}
    assert report["config"]["options"] == {**expected, **switches}


def test_words_are_printed_on_one_line_and_escaped(tmp_path):
    words = ["tea", "\x1b[31mmilk\u2028and", "\u0645\u06cc\u200c\u062e", "\x9b2J\u202e"]
    matrix = np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32)
    firth.Vectors(words, matrix).save(tmp_path / "vectors")
    done = run("similar", "vectors", "tea", at=tmp_path)
    lines = done.stdout.removesuffix("\n").split("\n")
    assert sorted(line.split("  ")[1] for line in lines) == sorted(
        [r"\x1b[31mmilk\u2028and", words[2], r"\x9b2J\u202e"]
    )
    told = run("info", "vectors", at=tmp_path).stdout
    assert "\u2028" not in told
    assert "\u202e" not in told
    report = json.loads(run("similar", "vectors", "tea", "--json", at=tmp_path).stdout)
    assert {neighbour["word"] for neighbour in report} == set(words[1:])
    assert_fails(run("similar", "vectors", "\x9b2J", at=tmp_path), r"'\x9b2J' is not among")


def test_quiet_says_nothing(folder):
    done = run("train", "text.txt", "--output", "d.bin", "-q", at=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_similar(folder):
    done = run("similar", "vectors", "cat", "--top", "3", at=folder)
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    score, word = lines[0].split()
    nearest = firth.load(folder / "vectors").similar("cat", top=1)[0]
    assert (word, float(score)) == (nearest.word, pytest.approx(nearest.score, abs=1e-4))
    as_json = json.loads(run("similar", "vectors", "cat", "--json", at=folder).stdout)
    assert as_json[0]["word"] == word
    assert len(as_json) == 8


def test_a_query_without_an_answer_is_told(tmp_path):
    vectors = np.array([[0, 0], [1, 2], [2, 1]], np.float32)
    firth.Vectors(["null", "tea", "milk"], vectors).save(tmp_path / "v")
    reason = "its vector is zero, or those of all other words are"
    for query, told in (
        (["similar", "v", "null"], "'null'"),
        (["analogy", "v", "tea", "tea", "null"], "'tea' - 'tea' + 'null'"),
    ):
        for json_option, printed in (([], ""), (["--json"], "[]\n")):
            done = run(*query, *json_option, at=tmp_path)
            assert (done.returncode, done.stdout) == (0, printed)
            assert done.stderr == f"firth: nothing is near {told}: {reason}\n"


def test_analogy_is_a_to_b_as_c(folder):
    done = run("analogy", "vectors", "cat", "mat", "dog", "--top", "2", "--json", at=folder)
    expected = firth.load(folder / "vectors").analogy(
        positive=["mat", "dog"], negative=["cat"], top=2
    )
    assert [near["word"] for near in json.loads(done.stdout)] == [near.word for near in expected]


def test_integers_are_found_by_their_digits(tmp_path):
    firth.train([[7, 8, 9, 7]] * 20, dim=4, sample=0).save(tmp_path / "items")
    done = run("similar", "items", "7", at=tmp_path)
    assert {line.split()[1] for line in done.stdout.splitlines()} == {"8", "9"}


def test_evaluate(folder):
    (folder / "questions.txt").write_text(": animals\ncat mat dog log\ncat mat dog unicorn\n")
    (folder / "pairs.tsv").write_text("cat\tdog\t9\ncat\ton\t1\nthe\tmat\t3\ncat\tlion\t7\n")
    given = ["--analogies", "questions.txt", "--similarity", "pairs.tsv"]
    done = run("evaluate", "vectors", *given, at=folder)
    assert "animals" in done.stdout
    assert "of 1 right, 1 skipped" in done.stdout
    assert "3 pairs, 1 missing" in done.stdout
    report = json.loads(run("evaluate", "vectors", *given, "--json", at=folder).stdout)
    assert report["analogies"][0]["total"]["answered"] == 1
    assert report["similarity"][0]["missing"] == 1


def test_info_and_convert(folder):
    done = run("convert", "vectors", "e.txt", at=folder)
    assert done.stdout == "e.txt: 9 words, 8 dimensions\n"
    report = json.loads(run("info", "e.txt", "--json", at=folder).stdout)
    assert (report["words"], report["dimensions"]) == (9, 8)
    shown = run("info", "vectors", at=folder).stdout
    assert "words: 9\n" in shown
    assert '"model": "skipgram"' in shown


def test_info_of_counts_whose_sum_exceeds_64_bits(tmp_path):
    vectors = firth.Vectors(["tea", "milk"], np.eye(2), counts=np.array([2**63 - 1, 5]))
    vectors.save(tmp_path / "vectors")
    assert f"count: {2**63 + 4}\n" in run("info", "vectors", at=tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["train", "absent.txt", "--output", "x"], ["absent.txt"]),
        (["train", "text.txt", "--output", "x.foo"], ["no format has the suffix '.foo'"]),
        (["train", "text.txt", "--output", "x", "--dim", "0"], ["dim must be at least 1, got 0"]),
        (["train", "text.txt", "--output", "x", "--min-count", "50000"], ["min_count"]),
        (["similar", "vectors", "cta"], ["'cta'", "near: cat"]),
        (["similar", "absent", "cat"], ["no such file: absent"]),
        (["evaluate", "vectors", "--analogies", "text.txt"], ["text.txt", "line 1"]),
        (["evaluate", "vectors", "--similarity", "absent"], ["absent"]),
        (["convert", "vectors", "text.txt/x.bin"], ["cannot write text.txt/x.bin"]),
        (["info", "text.txt"], ["text.txt"]),
    ],
)
def test_bad_input_is_told_in_one_line(folder, arguments, parts):
    assert_fails(run(*arguments, at=folder), *parts)
    assert not (folder / "x").exists()


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "no words"),
        (b"a b\xff c\n", "byte 3"),
        (b"a b \x00 c\n", "NUL"),
        (b"a\nb\n" * 50, "nothing to train on"),
        (b"a a a a a a\n" * 50, "only 'a' occurs"),
    ],
    ids=["empty", "not UTF-8", "NUL", "one word a line", "one word"],
)
def test_bad_text_is_told_in_one_line(tmp_path, content, part):
    (tmp_path / "bad.txt").write_bytes(content)
    assert_fails(run("train", "bad.txt", "--output", "x", at=tmp_path), "firth: ", part)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.txt"]


def test_the_output_is_checked_before_training(folder):
    # The corpus is missing too: what cannot be written is told first.
    (folder / "taken").write_text("a file")
    done = run("train", "absent.txt", "--output", "taken", at=folder)
    assert_fails(done, "cannot write taken: a file of that name is in the way")
    assert (folder / "taken").read_text() == "a file"


@pytest.mark.parametrize("inputs", [["own.txt"], ["text.txt", "./own.txt"], ["*.txt"]])
def test_a_text_is_not_replaced_by_its_vectors(folder, inputs):
    (folder / "own.txt").write_text(TEXT)
    done = run("train", *inputs, "--output", "own.txt", at=folder)
    assert_fails(done, "cannot write own.txt: it is one of the texts to read; name another output")
    assert (folder / "own.txt").read_text() == TEXT
    (folder / "own.txt").unlink()


def test_what_is_no_file_of_vectors_is_replaced_if_asked(folder):
    (folder / "notes.txt").write_text("years of work")
    for verb in (
        ["convert", "vectors", "notes.txt"],
        ["train", "text.txt", "--output", "notes.txt", "--dim", "4"],
    ):
        (folder / "notes.txt").write_text("years of work")
        done = run(*verb, at=folder)
        assert_fails(
            done, "cannot write notes.txt: the file there does not hold vectors", "--overw"
        )
        assert (folder / "notes.txt").read_text() == "years of work"
        done = run(*verb, "--overwrite", at=folder)
        assert done.returncode == 0, done.stderr
        assert len(firth.load(folder / "notes.txt")) == 9
    (folder / "notes.txt").unlink()


def test_vectors_are_not_converted_in_place(folder):
    done = run("convert", "vectors", "./vectors", "--overwrite", at=folder)
    assert_fails(done, "cannot write vectors: it is what is to be read")


def test_a_text_is_not_replaced_even_if_asked(folder):
    (folder / "own.txt").write_text(TEXT)
    for name, arguments in (
        ("input", ["own.txt"]),
        ("input", ["-"]),
        ("held out", ["text.txt", "--holdout", "own.txt"]),
        ("frozen", ["text.txt", "--frozen", "own.txt"]),
    ):
        with (folder / "own.txt").open() as text:
            done = subprocess.run(
                [sys.executable, "-m", "firth", "train", *arguments, "--output", "own.txt",
                 "--overwrite"],
                cwd=folder, stdin=text, capture_output=True, text=True, check=False,
            )  # fmt: skip
        assert_fails(done, "cannot write own.txt: it ")
        assert (folder / "own.txt").read_text() == TEXT, name
    (folder / "own.txt").unlink()


def test_words_that_are_not_utf8_can_be_converted(tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"2 2\ncaf\xe9 1 2\ntea 3 4\n")
    assert_fails(
        run("convert", "latin.txt", "a", at=tmp_path), "firth convert --encoding-errors replace"
    )
    done = run("convert", "latin.txt", "a", "--encoding-errors", "replace", at=tmp_path)
    assert done.returncode == 0, done.stderr
    assert list(firth.load(tmp_path / "a")) == ["caf\ufffd", "tea"]


@pytest.mark.parametrize(
    "arguments",
    [[], ["train"], ["train", "text.txt"], ["unknown"], ["evaluate", "vectors"],
     ["train", "text.txt", "--output", "x", "--model", "glove"],
     ["similar", "vectors", "cat", "--top", "many"]],
)  # fmt: skip
def test_wrong_usage_exits_2(folder, arguments):
    done = run(*arguments, at=folder)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "verb", ["train", "similar", "analogy", "evaluate", "info", "convert", "demo"]
)
def test_every_verb_has_help_with_an_example(folder, verb):
    done = run(verb, "--help", at=folder)
    assert done.returncode == 0
    assert f"Example: firth {verb}" in done.stdout


def test_ctrl_c_is_told_in_one_line(tmp_path):
    (tmp_path / "text.txt").write_text(TEXT * 100)
    arguments = ["train", "text.txt", "--output", "x", "--epochs", "1000", "--dim", "200"]
    process = subprocess.Popen(
        [sys.executable, "-m", "firth", *arguments],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=4)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    told, *before = reversed(errors.splitlines())
    assert (process.returncode, output, told) == (130, "", "firth: interrupted")
    # Only what was told before it.
    assert all(line.endswith("is kept before its end without --checkpoint") for line in before)
    assert [path.name for path in tmp_path.iterdir()] == ["text.txt"]


def test_closed_standard_input_is_told(tmp_path):
    command = f'"{sys.executable}" -m firth train - --output x <&-'
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert_fails(done, "standard input is closed")


@BUFFERING
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")  # noqa: PTH110
def test_output_that_cannot_be_written_is_told(folder, unbuffered):
    command = f'"{sys.executable}" -m firth info vectors > /dev/full'
    done = run_in_shell(command, folder, unbuffered)
    assert_fails(done, "cannot write to standard output: No space left on device")


def test_a_cache_that_cannot_be_written_is_told_in_one_line(folder):
    done = run("train", "text.txt", "--output", "x", at=folder, FIRTH_CACHE_DIR="/dev/null/x")
    assert_fails(done, "FIRTH_CACHE_DIR")


def test_a_failed_run_makes_no_folder(tmp_path):
    assert_fails(run("train", "absent.txt", "--output", "new/deep/v.bin", at=tmp_path), "absent")
    assert list(tmp_path.iterdir()) == []


@BUFFERING
def test_a_closed_pipe_is_no_error_of_ours(folder, unbuffered):
    done = run_in_shell(f'"{sys.executable}" -m firth info vectors | true', folder, unbuffered)
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr

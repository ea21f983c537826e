"""The verb `train`: options, results, long runs with checkpoints and interrupts."""

import json
import os
import re
import signal
import time
from pathlib import Path

import numpy as np
import pytest

import firth
from processes import begin_python, run_python

OPTIONS = ["--dim", "16", "--threads", "1", "--sample", "0"]


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """A folder with a text of 300,000 words."""
    folder = tmp_path_factory.mktemp("runs")
    ids = np.random.default_rng(0).zipf(1.3, size=(15_000, 20)) % 500
    (folder / "empty.txt").touch()
    (folder / "line.txt").write_text("w1 w7\n")
    (folder / "text.txt").write_text("\n".join(" ".join(f"w{k}" for k in row) for row in ids))
    return folder


def start(*arguments, at):
    command = ["-m", "firth", "train", "text.txt", *OPTIONS, *arguments]
    return begin_python(*command, cwd=at, env={**os.environ, "COLUMNS": "100"})


@pytest.fixture
def train(call):
    """Train in this process, and return exit code, output and errors."""

    def train(*arguments, at):
        done = call("train", "text.txt", *OPTIONS, *arguments, at=at)
        return done.returncode, done.stdout, done.stderr

    return train


def wait_for_a_checkpoint(folder):
    for _ in range(6_000):
        if any(folder.glob("checkpoint-*")):
            return
        time.sleep(0.01)
    raise AssertionError("no checkpoint came")


def test_tells_what_it_made(folder, run):
    done = run("train", "text.txt", "--output", "a.vec", "--dim", "8", "--sample", "0", at=folder)
    assert done.stdout.startswith("a.vec: 9 words, 8 dimensions, loss ")
    # What was chosen to fit the text.
    assert re.fullmatch(r"firth: [\d,]+ words of text: epochs .* to override\)\n", done.stderr)
    assert len(firth.load(folder / "a.vec")) == 9


def test_reads_standard_input_and_reports_json(folder, run):
    text = (folder / "text.txt").read_text()
    options = ["--output", "b.bin", "--dim", "4", "--epochs", "5", "--quiet", "--json"]
    done = run("train", "-", *options, at=folder, stdin=text)
    report = json.loads(done.stdout)
    assert report["words"] == 9
    assert report["config"]["options"]["dim"] == 4
    assert len(report["config"]["losses"]) == 5


def test_hands_every_option_on(folder, call):
    options = {
        "model": "cbow", "cbow-gradient": "mean", "loss": "ns", "dim": 6, "window": 3,
        "negative": 2, "epochs": 2, "min-count": 2, "max-vocab": 5, "sample": 0.5,
        "noise-exponent": 0.5, "lr": 0.03, "min-lr": 0.001, "threads": 1, "workers": 1, "seed": 4,
        "tokenizer": "words", "patience": 2, "on-divergence": "halve", "holdout": 0.2,
        "checkpoint": "c-checkpoints", "normalization": "NFKC", "subwords": "2-3", "buckets": 7,
    }  # fmt: skip
    given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    done = call(
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
    expected |= {"subwords": [2, 3], "windows": None, "documents": "none"}
    switches = {"shrink_windows": False, "deterministic": True}
    assert report["config"]["options"] == {**expected, **switches}


def test_trains_a_model_for_each_window_and_combines_them(folder, call, fails):
    given = ["train", "text.txt", "--output", "both", "--dim", "4", "--epochs", "2"]
    done = call(*given, "--windows", "3,1", at=folder)
    assert done.returncode == 0, done.stderr
    assert re.search(r", loss \d\.\d+ and loss \d\.\d+\n$", done.stdout)
    told = [line for line in done.stderr.splitlines() if " model " in line]
    assert told == [
        f"firth: model {number} of 2: window {window}; windows 3,1 will be combined to 4 dimensions"
        for number, window in [(1, 3), (2, 1)]
    ]
    assert firth.load(folder / "both").config["options"]["windows"] == [3, 1]
    message = fails(*given, "--windows", "3,1", "--window", "5", at=folder)
    assert message.startswith("window must be left out with windows=3,1 (--windows)")


def test_a_tree_takes_no_options_of_noise(folder, call, fails):
    given = ["train", "text.txt", "--loss", "hs", "--dim", "4"]
    done = call(*given, "--output", "tree", at=folder)
    assert done.returncode == 0, done.stderr
    vectors = firth.load(folder / "tree")
    assert vectors.output_vectors is None
    options = vectors.config["options"]
    assert (options["loss"], options["negative"], options["noise_exponent"]) == ("hs", None, None)
    # The default too, since it was given.
    assert fails(*given, "--negative", "5", "--output", "tree2", at=folder) == (
        "negative must be left out with loss='hs' (--loss hs), which draws no noise words, got 5"
    )


def test_the_output_is_checked_before_training(folder, fails):
    # The corpus is missing too: what cannot be written is told first.
    (folder / "taken").write_text("a file")
    message = fails("train", "absent.txt", "--output", "taken", at=folder)
    assert message.startswith("cannot write taken: a file of that name is in the way")
    assert (folder / "taken").read_text() == "a file"


@pytest.mark.parametrize("inputs", [["own.txt"], ["text.txt", "./own.txt"], ["*.txt"]])
def test_a_text_is_not_replaced_by_its_vectors(folder, fails, inputs):
    (folder / "own.txt").write_text("tea milk\n")
    message = fails("train", *inputs, "--output", "own.txt", at=folder)
    assert message == "cannot write own.txt: it is one of the texts to read; name another output"
    assert (folder / "own.txt").read_text() == "tea milk\n"
    (folder / "own.txt").unlink()


def test_what_is_no_file_of_vectors_is_replaced_if_asked(folder, call, fails):
    for verb in (
        ["convert", "vectors", "notes.txt"],
        ["train", "text.txt", "--output", "notes.txt", "--dim", "4"],
    ):
        (folder / "notes.txt").write_text("years of work")
        message = fails(*verb, at=folder)
        assert message.startswith("cannot write notes.txt: the file there does not hold vectors")
        assert "--overwrite" in message
        assert (folder / "notes.txt").read_text() == "years of work"
        done = call(*verb, "--overwrite", at=folder)
        assert done.returncode == 0, done.stderr
        assert len(firth.load(folder / "notes.txt")) == 9
    (folder / "notes.txt").unlink()


def test_a_text_is_not_replaced_even_if_asked(folder):
    text = "tea milk\n" * 100
    (folder / "own.txt").write_text(text)
    for name, arguments in (
        ("input", ["own.txt"]),
        ("input", ["-"]),
        ("held out", ["text.txt", "--holdout", "own.txt"]),
        ("frozen", ["text.txt", "--frozen", "own.txt"]),
    ):
        with (folder / "own.txt").open() as file:
            command = ["train", *arguments, "--output", "own.txt", "--overwrite"]
            done = run_python("-m", "firth", *command, cwd=folder, stdin=file)
        assert done.returncode == 1
        assert done.stderr.startswith("firth: cannot write own.txt: it ")
        assert (folder / "own.txt").read_text() == text, name
    (folder / "own.txt").unlink()


def test_a_cache_that_cannot_be_written_is_told_in_one_line(folder, fails, monkeypatch):
    monkeypatch.setenv("FIRTH_CACHE_DIR", "/dev/null/x")
    assert "FIRTH_CACHE_DIR" in fails("train", "text.txt", "--output", "x", at=folder)


def test_a_failed_run_makes_no_folder(tmp_path, fails):
    assert "absent" in fails("train", "absent.txt", "--output", "new/deep/v.bin", at=tmp_path)
    assert list(tmp_path.iterdir()) == []


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
def test_bad_text_is_told_in_one_line(tmp_path, fails, content, part):
    (tmp_path / "bad.txt").write_bytes(content)
    assert part in fails("train", "bad.txt", "--output", "x", at=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.txt"]


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_says_how_to_go_on_and_goes_on(long, train, number, code):
    name = f"interrupted-{code}"
    run_options = ["--output", name, "--epochs", "40", "--checkpoint", f"{name}-c"]
    run_options += ["--checkpoint-every", "0.05s"]
    run = start(*run_options, at=long)
    wait_for_a_checkpoint(long / f"{name}-c")
    run.send_signal(number)
    output, errors = run.communicate()
    assert run.returncode == code
    assert output == ""
    assert errors.startswith("firth: interrupted in epoch ")
    assert "--resume" in errors
    assert errors.count("\n") == 1
    assert not (long / name).exists()
    # Not by mistake, and not with other options.
    refused = train(*run_options, at=long)
    assert refused[0] == 1
    assert "holds the checkpoints of a run; continue it by" in refused[2]
    refused = train(*run_options, "--resume", "--window", "4", at=long)
    assert refused[0] == 1
    assert "another run: window was 5, is now 4" in refused[2]
    code, _, errors = train(*run_options, "--resume", at=long)
    assert code == 0
    assert errors.startswith(f"firth: continues from {long}/{name}-c/checkpoint-")
    assert " % trained, epoch " in errors


def test_resuming_begins_where_there_is_no_checkpoint_yet(long, train):
    run_options = ["--output", "new", "--epochs", "1", "--checkpoint", "new-c", "--resume"]
    code, _, errors = train(*run_options, at=long)
    assert (code, errors) == (0, "firth: no checkpoint in new-c yet: starts from the beginning\n")
    assert train(*run_options, "-q", at=long) == (0, "", "")
    _, _, errors = train(*run_options, at=long)
    last = long / "new-c" / "checkpoint-000001"
    assert errors == f"firth: nothing is left to train: {last} is of the finished run\n"


def test_vectors_that_will_not_fit_on_the_disk_are_told_before_training(long, train, small_disk):
    # 500 words: 0.8 MB in a file, twice as much in a folder, which keeps both tables.
    options = ["--dim", "400", "--epochs", "1", "--subwords", "none", "--quiet"]
    code, _, errors = train("--output", str(small_disk / "v"), *options, at=long)
    assert code == 1
    assert errors.startswith(f"firth: the vectors need about 1.6 MB in {small_disk / 'v'}, and ")
    assert "--output" in errors
    assert list(small_disk.iterdir()) == []
    assert train("--output", str(small_disk / "v.bin"), *options, at=long) == (0, "", "")


def test_two_runs_do_not_share_a_folder_of_checkpoints(long, train):
    run_options = ["--epochs", "40", "--checkpoint", "one-c", "--resume"]
    first = start("--output", "one", *run_options, at=long)
    wait_for_a_checkpoint(long / "one-c")
    code, _, errors = train("--output", "two", *run_options, at=long)
    first.kill()
    first.communicate()
    assert code == 1
    assert "another run is using" in errors
    assert errors.count("\n") == 1


def test_the_last_line_tells_of_the_epoch_whose_vectors_were_written(long, train):
    code, output, errors = train(
        "--output", "best", "--epochs", "30", "--holdout", "0.1", "--patience", "1",
        "--lr", "0.1", "--min-lr", "0.1", at=long,
    )  # fmt: skip
    assert code == 0, errors
    config = firth.load(long / "best").config
    losses = config["held_out_losses"]
    best = losses.index(min(losses))
    assert config["epoch"] == best + 1 < len(losses) < 30
    assert output.endswith(
        f"loss {config['losses'][best]:.4f}, held-out loss {losses[best]:.4f}, "
        f"of epoch {best + 1}, the best of {len(losses)}\n"
    )


def test_goes_on_from_vectors_with_frozen_words_and_a_log(long, train):
    assert train("--output", "first", "--epochs", "1", at=long)[0] == 0
    (long / "frozen.txt").write_bytes(b"\xef\xbb\xbfw1\r\n\n w7 ")
    more = ["--start", "first", "--frozen", "frozen.txt", "--log", "log/run.jsonl"]
    code, output, errors = train("--output", "second", "--epochs", "1", *more, at=long)
    assert (code, errors) == (0, "")
    first, second = firth.load(long / "first"), firth.load(long / "second")
    assert np.array_equal(first[["w1", "w7"]], second[["w1", "w7"]])
    assert not np.array_equal(first["w2"], second["w2"])
    events = [json.loads(line) for line in (long / "log/run.jsonl").read_text().splitlines()]
    assert [events[0]["event"], events[-1]["event"]] == ["start", "end"]
    assert f"loss {events[-1]['losses'][-1]:.4f}" in output


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--resume"], "resume needs a folder of checkpoints"),
        (["--patience", "2"], "patience needs a held-out text"),
        (["--on-divergence", "halve"], "give a folder for them (--checkpoint)"),
        (["--checkpoint", "x", "--checkpoint-every", "10x"], "30s, 10m, 1.5h"),
        (["--checkpoint", "x", "--keep-checkpoints", "0"], "must be at least 1, got 0"),
        (["--checkpoint", "text.txt"], "text.txt is not a folder"),
        (["--holdout", "nosuch.txt"], "holdout: cannot read nosuch.txt"),
        (["--holdout", "5%"], "--holdout must be a share such as 0.01, or a text, got '5%'"),
        (["--start", "nosuch"], "no such file: nosuch"),
        (["--frozen", "nosuch"], "no such file: nosuch"),
        (["--frozen", "line.txt"], "'w1 w7' is not in the vocabulary; give words one by one: in a"),
        (["--frozen", ""], "frozen must be a path, got ''"),
        (["--frozen", os.devnull], "not a regular file"),
        (["--frozen", "empty.txt"], "empty.txt: expected a word in each line, found none"),
        (["--checkpoint-every", "10s"], "checkpoint_every needs a folder of checkpoints"),
        (["--keep-checkpoints", "3"], "keep_checkpoints needs a folder of checkpoints"),
        (["--checkpoint", ""], "checkpoint must be a path, got ''"),
        (["--start", ""], "start must be Vectors or a path, got ''"),
        (["--checkpoint", "bad"], "--output and --checkpoint must differ"),
        (["--output", "bad.foo"], "no format has the suffix '.foo'"),
        (["--min-count", "50000"], "min_count"),
        (["--log", "text.txt"], "text.txt"),
        (["--log", "text.txt/log"], "text.txt/log: "),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(long, fails, arguments, part):
    message = fails("train", "text.txt", *OPTIONS, "--output", "bad", *arguments, at=long)
    assert part in message
    assert not (long / "bad").exists()


def test_the_recipe_of_reading_out(tmp_path, call, fails):
    (tmp_path / "text.txt").write_text("tea milk sugar bread butter jam\n" * 50)
    command = ["train", "text.txt", "--output", "v", "--dim", "4", "--quiet", "--readout"]
    assert call(*command, "components=1,output=0.5", at=tmp_path).returncode == 0
    loaded = firth.load(tmp_path / "v")
    assert loaded.config["readout"]["output"] == 0.5
    assert loaded.read_out("plain").config["readout"]["name"] == "plain"
    assert "components must be less than the 4" in fails(*command, "components=4", at=tmp_path)


def test_the_folder_of_a_model_without_a_checkpoint_is_named(tmp_path, call):
    (tmp_path / "text.txt").write_text("tea milk sugar bread butter jam\n" * 50)
    run = ["train", "text.txt", "--output", "v", "--dim", "4", "--sample", "0", "--epochs", "1"]
    done = call(*run, "--windows", "3,2", "--checkpoint", "c", "--resume", at=tmp_path)
    for window in (3, 2):
        told = f"firth: no checkpoint in {Path('c', f'window-{window}')} yet: starts from the begin"
        assert told in done.stderr

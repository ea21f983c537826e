"""Long runs from the command line: checkpoints, interrupts, going on, what is told on the way."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import firth

OPTIONS = ["--dim", "16", "--threads", "1", "--sample", "0"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a text of 300,000 words."""
    folder = tmp_path_factory.mktemp("runs")
    ids = np.random.default_rng(0).zipf(1.3, size=(15_000, 20)) % 500
    (folder / "empty.txt").touch()
    (folder / "text.txt").write_text("\n".join(" ".join(f"w{k}" for k in row) for row in ids))
    return folder


def start(*arguments, at):
    return subprocess.Popen(
        [sys.executable, "-m", "firth", "train", "text.txt", *OPTIONS, *arguments],
        cwd=at, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "COLUMNS": "100"},
    )  # fmt: skip


def train(*arguments, at):
    run = start(*arguments, at=at)
    output, errors = run.communicate()
    return run.returncode, output, errors


def wait_for_a_checkpoint(folder):
    for _ in range(6_000):
        if any(folder.glob("checkpoint-*")):
            return
        time.sleep(0.01)
    raise AssertionError("no checkpoint came")


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_says_how_to_go_on_and_goes_on(folder, number, code):
    name = f"interrupted-{code}"
    run_options = ["--output", name, "--epochs", "40", "--checkpoint", f"{name}-c"]
    run_options += ["--checkpoint-every", "0.05s"]
    run = start(*run_options, at=folder)
    wait_for_a_checkpoint(folder / f"{name}-c")
    run.send_signal(number)
    output, errors = run.communicate()
    assert run.returncode == code
    assert output == ""
    assert errors.startswith("firth: interrupted in epoch ")
    assert "--resume" in errors
    assert errors.count("\n") == 1
    assert not (folder / name).exists()
    # Not by mistake, and not with other options.
    refused = train(*run_options, at=folder)
    assert refused[0] == 1
    assert "holds the checkpoints of a run; go on with it by" in refused[2]
    refused = train(*run_options, "--resume", "--window", "4", at=folder)
    assert refused[0] == 1
    assert "another run: window was 5, is now 4" in refused[2]
    code, _, errors = train(*run_options, "--resume", at=folder)
    assert code == 0
    assert errors.startswith(f"firth: continues from {folder}/{name}-c/checkpoint-")
    assert " % trained, epoch " in errors


def test_resuming_begins_where_there_is_no_checkpoint_yet(folder):
    run_options = ["--output", "new", "--epochs", "1", "--checkpoint", "new-c", "--resume"]
    code, _, errors = train(*run_options, at=folder)
    assert (code, errors) == (0, "firth: no checkpoint in new-c yet: starts from the beginning\n")
    assert train(*run_options, "--quiet", at=folder) == (0, "", "")
    _, _, errors = train(*run_options, at=folder)
    last = folder / "new-c" / "checkpoint-000001"
    assert errors == f"firth: nothing is left to train: {last} is of the finished run\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mounts a small file system")
def test_vectors_that_will_not_fit_on_the_disk_are_told_before_training(folder, tmp_path):
    if os.system(f"mount -t tmpfs -o size=1m tmpfs {tmp_path} 2>/dev/null") != 0:
        pytest.skip("mounting is not allowed here")
    # 500 words: 0.8 MB in a file, twice as much in a folder, which keeps both tables.
    options = ["--dim", "400", "--epochs", "1", "--quiet"]
    try:
        code, _, errors = train("--output", str(tmp_path / "v"), *options, at=folder)
        assert code == 1
        assert errors.startswith(f"firth: the vectors need about 1.6 MB in {tmp_path / 'v'}, and ")
        assert "--output" in errors
        assert list(tmp_path.iterdir()) == []
        assert train("--output", str(tmp_path / "v.bin"), *options, at=folder) == (0, "", "")
    finally:
        os.system(f"umount {tmp_path}")


def test_two_runs_do_not_share_a_folder_of_checkpoints(folder):
    run_options = ["--epochs", "40", "--checkpoint", "one-c", "--resume"]
    first = start("--output", "one", *run_options, at=folder)
    wait_for_a_checkpoint(folder / "one-c")
    code, _, errors = train("--output", "two", *run_options, at=folder)
    first.kill()
    first.communicate()
    assert code == 1
    assert "another run is using" in errors
    assert errors.count("\n") == 1


def test_the_last_line_tells_of_the_epoch_whose_vectors_were_written(folder):
    code, output, errors = train(
        "--output", "best", "--epochs", "30", "--holdout", "0.1", "--patience", "1",
        "--lr", "0.1", "--min-lr", "0.1", at=folder,
    )  # fmt: skip
    assert code == 0, errors
    config = firth.load(folder / "best").config
    losses = config["held_out_losses"]
    best = losses.index(min(losses))
    assert config["epoch"] == best + 1 < len(losses) < 30
    assert output.endswith(
        f"loss {config['losses'][best]:.4f}, held-out loss {losses[best]:.4f}, "
        f"of epoch {best + 1}, the best of {len(losses)}\n"
    )


def test_goes_on_from_vectors_with_frozen_words_and_a_log(folder):
    assert train("--output", "first", "--epochs", "1", at=folder)[0] == 0
    (folder / "frozen.txt").write_text("w1\nw7\n")
    more = ["--start", "first", "--frozen", "frozen.txt", "--log", "log/run.jsonl"]
    code, output, errors = train("--output", "second", "--epochs", "1", *more, at=folder)
    assert (code, errors) == (0, "")
    first, second = firth.load(folder / "first"), firth.load(folder / "second")
    assert np.array_equal(first[["w1", "w7"]], second[["w1", "w7"]])
    assert not np.array_equal(first["w2"], second["w2"])
    events = [json.loads(line) for line in (folder / "log/run.jsonl").read_text().splitlines()]
    assert [events[0]["event"], events[-1]["event"]] == ["start", "end"]
    assert f"loss {events[-1]['losses'][-1]:.4f}" in output


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--resume"], "resume needs a folder of checkpoints"),
        (["--patience", "2"], "patience needs a held-out text"),
        (["--patience", "0", "--holdout", "0.1"], "patience must be at least 1, got 0"),
        (["--on-divergence", "halve"], "give a folder for them (--checkpoint)"),
        (["--checkpoint", "x", "--checkpoint-every", "10x"], "30s, 10m, 1.5h"),
        (["--checkpoint", "x", "--keep-checkpoints", "0"], "must be at least 1, got 0"),
        (["--checkpoint", "text.txt"], "text.txt is no folder"),
        (["--holdout", "1"], "holdout must be a share from 0 to below 1"),
        (["--holdout", "nosuch.txt"], "holdout: cannot read nosuch.txt"),
        (["--holdout", "5%"], "--holdout must be a share such as 0.01, or a text, got '5%'"),
        (["--start", "nosuch"], "no such file: nosuch"),
        (["--frozen", "nosuch"], "cannot read the words in 'nosuch'"),
        (["--frozen", ""], "frozen must be a path, got ''"),
        (["--frozen", os.devnull], "not a regular file"),
        (["--frozen", "empty.txt"], "there are no words in empty.txt"),
        (["--checkpoint-every", "10s"], "checkpoint_every needs a folder of checkpoints"),
        (["--keep-checkpoints", "3"], "keep_checkpoints needs a folder of checkpoints"),
        (["--checkpoint", ""], "checkpoint must be a path, got ''"),
        (["--start", ""], "start must be Vectors or a path, got ''"),
        (["--checkpoint", "bad"], "--output and --checkpoint must differ"),
        (["--log", "text.txt"], "text.txt"),
        (["--log", "text.txt/log"], "text.txt/log: "),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(folder, arguments, part):
    code, output, errors = train("--output", "bad", *arguments, at=folder)
    assert code == 1
    assert output == ""
    assert errors.startswith("firth: ")
    assert errors.count("\n") == 1
    assert part in errors
    assert not (folder / "bad").exists()

"""The verb tune."""

import json
import shlex

import pytest

import firth

pytest.importorskip("optuna", reason="the search needs Optuna (extra tune)")


@pytest.fixture
def text(folder, tmp_path):
    (tmp_path / "text.txt").write_bytes((folder / "text.txt").read_bytes())
    (tmp_path / "pairs.txt").write_text("cat dog 9\nthe mat 3\nsat log 1\n")
    return tmp_path


COMMON = ("--threads", "1", "--sample", "0", "--epochs", "1", "--trials", "3")


def test_trials_are_printed_and_logged_and_the_command_trains(text, call):
    pytest.importorskip("matplotlib", reason="--plot needs matplotlib (extra plot)")
    searched = (
        "--search",
        "dim=4..9",
        "--search",
        "subwords=none，3-6",
        "--search",
        "noise-exponent",
    )
    done = call(
        "tune", "text.txt", "--similarity", "pairs.txt", *searched, *COMMON,
        "--log", "log.jsonl", "--plot", "curve.png", at=text,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    heading, *trials, summary = done.stdout.splitlines()[:5]
    assert heading.split() == ["trial", "score", "best", "seconds", "options"]
    assert [line.split()[0] for line in trials] == ["0", "1", "2"]
    assert trials[0].endswith("the defaults")
    assert summary.startswith("best of 3 trials (trials): trial ")
    lines = [json.loads(line) for line in (text / "log.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["trial", "trial", "trial", "tuned"]
    assert lines[1]["options"].keys() == {"dim", "subwords", "noise_exponent"}
    assert 4 <= lines[1]["options"]["dim"] <= 9
    assert (text / "curve.png").read_bytes()[1:4] == b"PNG"
    command = done.stdout.splitlines()[-1]
    assert lines[-1]["command"] == command
    program, *arguments = shlex.split(command)
    assert program == "firth"
    assert call(*arguments, at=text).returncode == 0
    options = firth.load(text / "vectors").config["options"]
    best = lines[lines[-1]["best"]]["options"]
    expected = {"epochs": 1, "sample": 0.0, **best, "subwords": options["subwords"]}
    assert {name: options[name] for name in expected} == expected


def test_as_json(text, call):
    logged = '{"event": "trial", "number": 0}\n'
    (text / "log.jsonl").write_text(logged)
    done = call(
        "tune", "text.txt", "--search", "dim=4..9", "--json", *COMMON, "--log", "log.jsonl", at=text
    )
    assert (text / "log.jsonl").read_text().startswith(f'{logged}{{"event": "trial"')
    found = json.loads(done.stdout)
    assert found["by_loss"]
    assert found["command"].startswith("firth train text.txt --output vectors ")
    assert len(found["trials"]) == len(found["curve"]) == 3


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--search", "lr,window"], "window changes what is predicted, so the held-out losses"),
        (["--search", "dim=9..4"], "the search of dim takes a range"),
        (["--search", "dim=5"], "the search of dim takes a range"),
        (["--search", "dim", "--dim", "5"], "dim is given as 5: fix it or search it, not both"),
        (["--budget", "never"], "budget must be a time above 0"),
        (["--similarity", "no.txt"], "no.txt"),
        (["--plot", "curve.jpg"], "a picture ends in .png, .svg, .pdf or .html"),
        (["--log", "text.txt"], "is not a log of a run"),
    ],
)
def test_bad_input_is_told_in_a_line(text, fails, arguments, fault):
    if "--plot" in arguments:
        pytest.importorskip("matplotlib", reason="--plot needs matplotlib (extra plot)")
    before = (text / "text.txt").read_bytes()
    assert fault in fails("tune", "text.txt", *arguments, at=text)
    assert (text / "text.txt").read_bytes() == before


def test_a_set_or_a_share(text, call):
    done = call("tune", "text.txt", "--similarity", "pairs.txt", "--holdout", "0.1", at=text)
    assert done.returncode == 2
    assert "give evaluation sets or --holdout, not both" in done.stderr


def test_that_trials_saw_a_part_is_told_only_of_a_sample(text, call):
    searched = ("--search", "dim=4..9", "--holdout", "0.1")
    done = call("tune", "text.txt", *searched, *COMMON, at=text)
    assert (done.returncode, done.stderr) == (0, "")
    done = call("tune", "text.txt", *searched, *COMMON, "--words", "5000", at=text)
    assert "of 14,000 words: a larger text usually needs" in done.stderr

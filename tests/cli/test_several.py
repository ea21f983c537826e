"""The verbs that take vectors of several models."""

import json
import re

import numpy as np
import pytest

import firth
from firth.cli import several


def test_combine(folder, call, fails):
    done = call("combine", "vectors", "vectors", "--dim", "6", "--output", "both", at=folder)
    assert done.stdout == "both: 9 words, 6 dimensions\n"
    assert firth.load(folder / "both").config["readout"]["dims"] == [8, 8]
    for arguments, fault in (
        (["vectors", "--output", "one"], "needs at least two Vectors, got 1"),
        (["vectors", "both", "--output", "both"], "cannot write both: it is what is to be read"),
        (["vectors", "both", "--output", "c", "--dim", "15"], "dim must be at most 14, got 15"),
    ):
        assert fault in fails("combine", *arguments, at=folder)


@pytest.fixture
def models(tmp_path):
    """Vectors of five models; in one of them a word has moved."""
    rng = np.random.default_rng(0)
    words, table = [f"w{number}" for number in range(400)], rng.normal(size=(400, 8))
    for name in ("old", "new", "half-1", "half-2"):
        matrix = table + rng.normal(size=(400, 8)) / 8
        matrix[7] *= -1 if name == "new" else 1
        turn = np.linalg.qr(rng.normal(size=(8, 8)))[0]
        firth.Vectors(words, matrix @ turn).save(tmp_path / name)
    return tmp_path


def test_the_help_of_align_tells_which_stays_as_it_is(call, tmp_path):
    told = " ".join(call("align", "--help", at=tmp_path).stdout.split())
    assert "VECTORS change, ONTO stays fixed" in told


def test_align(models, call, fails):
    done = call("align", "old", "new", "--output", "turned", "--anchors", "300", at=models)
    assert done.stdout.startswith(
        "turned: 400 words, turned onto new; mean cosine of 300 anchors 0.9"
    )
    turned, new = firth.load(models / "turned"), firth.load(models / "new")
    assert turned["w9"] @ new["w9"] > 0.9 * np.linalg.norm(turned["w9"]) * np.linalg.norm(new["w9"])
    for output in ("old", "new"):
        message = fails("align", "old", "new", "--output", output, at=models)
        assert message == f"cannot write {output}: it is what is to be read"
    assert "anchors must be at least 1" in fails(
        "align", "old", "new", "--output", "x", "--anchors", "0", at=models
    )


def test_drift(models, call, fails):
    arguments = ["drift", "old", "new", "half-1", "half-2"]
    lines = call(*arguments, "--top", "3", at=models).stdout.splitlines()
    old, new, *halves = (firth.load(models / name) for name in arguments[1:])
    expected = firth.drift(old, new, shuffled=[tuple(halves)])
    assert [line.split()[-1] for line in lines] == [moved.word for moved in expected[:3]]
    assert lines[0].split()[-1] == "w7"
    assert float(lines[0].split()[0]) == pytest.approx(expected[0].distance, abs=1e-4)
    report = json.loads(call(*arguments, "--json", at=models).stdout)
    assert len(report) == 20
    assert report[0] == expected[0]._asdict()
    assert call(*arguments[:-1], at=models).returncode == 2
    assert "top must be at least 1" in fails(*arguments, "--top", "0", at=models)


def test_replicas_give_intervals(tmp_path, call, fails):
    (tmp_path / "text.txt").write_text("the cat sat on the mat\nthe dog sat on the log\n" * 60)
    options = ["--dim", "8", "--epochs", "2", "--sample", "0"]
    assert call("train", "text.txt", "--output", "v", *options, at=tmp_path).returncode == 0
    asked = ["similar", "v", "cat", "--top", "2", "--uncertain"]
    told = (
        "v.replicas holds no replicas; train some: firth replicate v TEXT, or in Python firth.repl"
    )
    assert told in fails(*asked, at=tmp_path)
    for option, value in (("runs", "1"), ("epochs", "0")):
        # Before anything is read.
        refused = fails("replicate", "absent", "absent.txt", f"--{option}", value, at=tmp_path)
        assert f"{option} must be at least {int(value) + 1}, got {value}" in refused
    done = call("replicate", "v", "text.txt", "--runs", "3", at=tmp_path)
    assert done.stdout == "v.replicas: 3 replicas\n"
    assert "trains 3 models on samples of the text" in done.stderr
    lines = call(*asked, at=tmp_path).stdout.splitlines()
    pattern = r"-?\d\.\d{4}  -?\d\.\d{4} to -?\d\.\d{4}  +\d+%  \w+"
    assert [bool(re.fullmatch(pattern, line)) for line in lines] == [True, True]
    found = json.loads(call(*asked, "--json", at=tmp_path).stdout)
    assert set(found[0]) == {"word", "score", "low", "high", "kept"}
    assert call("replicate", "v", "text.txt", "--runs", "2", at=tmp_path).returncode == 0
    (tmp_path / "v.replicas" / "notes.txt").write_text("mine")
    told = "it holds more than replicas ('notes.txt'); move it to another place"
    assert told in fails("replicate", "v", "text.txt", at=tmp_path)
    assert (tmp_path / "v.replicas" / "notes.txt").read_text() == "mine"
    (tmp_path / "v.replicas" / "notes.txt").unlink()
    (tmp_path / "other.txt").write_text("tea milk\n" * 60)
    assert "give the text that" in fails("replicate", "v", "other.txt", at=tmp_path)
    assert call(*asked, at=tmp_path).returncode == 0


@pytest.mark.parametrize(("trained", "before"), [(1, False), (2, False), (2, True)])
def test_ctrl_c_keeps_the_replicas_that_are_trained(tmp_path, monkeypatch, capsys, trained, before):
    vectors = firth.Vectors(["tea", "milk"], np.eye(2))
    vectors.save(tmp_path / "v")
    place = tmp_path / "v.replicas"
    if before:
        for number in "123":
            vectors.save(place / number)

    def train(*_, **__):
        yield from [vectors] * trained
        raise KeyboardInterrupt

    monkeypatch.setattr("firth.replicas.replicate", train)
    if trained < 2 or before:
        with pytest.raises(KeyboardInterrupt):
            several.replicate(tmp_path / "v", ["text.txt"], runs=5)
        assert place.exists() == before
        assert not before or sorted(path.name for path in place.iterdir()) == ["1", "2", "3"]
        return
    several.replicate(tmp_path / "v", ["text.txt"], runs=5)
    told = capsys.readouterr()
    assert "interrupted; 2 replicas of 5 are kept" in told.err
    assert told.out == f"{place}: 2 replicas\n"
    assert sorted(path.name for path in place.iterdir()) == ["1", "2"]

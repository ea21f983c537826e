"""A model for each of several windows, combined."""

import numpy as np
import pytest

import firth
from firth.errors import ConfigError

OPTIONS = {"dim": 6, "epochs": 2, "sample": 0, "deterministic": True, "min_count": 1}
TEXT = "the cat sat on the mat and the dog lay on the log\nthe cats and dogs ran to the mats\n" * 40


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return path


class Record(firth.Callback):
    def __init__(self, stop=None):
        self.windows, self.stop = [], stop

    def on_start(self, start):
        self.windows.append((start.config.window, start.checkpoint and start.checkpoint.parent))

    def on_epoch(self, epoch):
        if (self.windows[-1][0], epoch.epoch) == self.stop:
            raise KeyboardInterrupt


@pytest.mark.parametrize("subwords", ["none", (3, 4)])
def test_windows_are_what_training_each_and_combining_gives(text, subwords):
    options = {**OPTIONS, "subwords": subwords}
    seen = Record()
    both = firth.train(text, **options, windows=(4, 1), callbacks=[seen])
    assert seen.windows == [(4, None), (1, None)]
    parts = [firth.train(text, **options, window=window) for window in (4, 1)]
    expected = firth.combine(parts, dim=6)
    assert both.words == expected.words
    assert np.array_equal(both.input_vectors, expected.input_vectors)
    assert np.array_equal(both.counts, expected.counts)
    assert [part["losses"] for part in both.config["combined"]] == [
        part.config["losses"] for part in parts
    ]
    assert both.config["readout"]["name"] == "combined"


@pytest.mark.parametrize("start", ["tea", 0])
def test_lists_of_words_and_of_integers_have_windows(start):
    words = [start, "milk", "sugar"] if start else [0, 1, 2]
    units = [words, words[::-1]] * 50
    vectors = firth.train(units, **OPTIONS, preset="best")
    assert sorted(vectors.words, key=str) == sorted(words, key=str)
    options = [part["options"] for part in vectors.config["combined"]]
    assert [(each["window"], each["subwords"], each["negative"]) for each in options] == [
        (5, "none", 10),
        (2, "none", 10),
    ]


def test_a_run_of_windows_resumes_where_it_was(text, tmp_path):
    options = {**OPTIONS, "windows": (4, 1), "checkpoint": tmp_path / "c", "phrases": 1}
    whole = firth.train(text, **{**options, "checkpoint": tmp_path / "whole"})
    with pytest.raises(KeyboardInterrupt):
        firth.train(text, **options, callbacks=[Record(stop=(1, 1))])
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == ["window-1", "window-4"]
    with pytest.raises(ConfigError, match="window-4 holds the checkpoints of a run"):
        firth.train(text, **options)
    seen = Record()
    resumed = firth.train(text, **options, resume=True, callbacks=[seen])
    assert seen.windows == [(n, tmp_path / "c" / f"window-{n}") for n in (4, 1)]
    assert np.array_equal(resumed.input_vectors, whole.input_vectors)
    assert resumed.phrases == whole.phrases is not None
    with pytest.raises(ConfigError, match="a run of the windows 4,1: give windows=4,1 "):
        firth.train(text, **{**options, "windows": (4, 2)}, resume=True)


@pytest.mark.parametrize("given", ["start", "frozen"])
def test_windows_have_no_vectors_to_start_from(text, given):
    vectors = firth.Vectors(["the", "cat"], np.eye(2, 6))
    value = vectors if given == "start" else ["the"]
    with pytest.raises(ConfigError, match=r"for one model.*: give window \(--window\) instead"):
        firth.train(text, dim=6, windows=(4, 1), **{given: value})


def test_windows_have_the_patience_of_each_model(text):
    options = {**OPTIONS, "epochs": 3, "patience": 1, "holdout": 0.2}
    vectors = firth.train(text, **options, windows=(2, 1))
    for part in vectors.config["combined"]:
        assert len(part["held_out_losses"]) == len(part["losses"]) <= 3
    with pytest.raises(ConfigError, match="patience needs a held-out text"):
        firth.train(text, windows=(2, 1), patience=1)


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        (
            {},
            {"windows": (4, 1)},
            r"c holds the checkpoints of a run of one model: give window \(--window\), or leave",
        ),
        (
            {},
            {"preset": "best"},
            r"give window \(--window\), or leave windows \(--windows\) or preset='best' out, or",
        ),
        (
            {"windows": (4, 1)},
            {},
            r"c holds the checkpoints of a run of the windows 4,1: give windows=4,1 \(--win",
        ),
        ({"windows": (4, 1)}, {"windows": (4, 2)}, "a run of the windows 4,1: give windows=4,1 "),
    ],
)
def test_checkpoints_of_other_models_are_not_passed_over(text, tmp_path, first, then, told, resume):
    """A run that is to go on does not begin anew beside them."""
    options = {**OPTIONS, "dim": 2, "epochs": 1, "checkpoint": tmp_path / "c"}
    firth.train(text, **options, **first)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ConfigError, match=told):
        firth.train(text, **options, **then, resume=resume)
    assert sorted(tmp_path.rglob("*")) == before
    assert len(firth.train(text, **options, **first, resume=True)) > 0


@pytest.mark.parametrize("then", [{}, {"windows": (3, 2)}])
def test_windows_are_told_where_the_run_stopped_in_its_first_model(text, tmp_path, then):
    options = {**OPTIONS, "checkpoint": tmp_path / "c", "dim": 2}
    with pytest.raises(KeyboardInterrupt):
        firth.train(text, **options, windows=(4, 1), callbacks=[Record(stop=(4, 1))])
    with pytest.raises(ConfigError, match=r"a run of the windows 4,1: give windows=4,1 "):
        firth.train(text, **options, **then, resume=True)
    [kept] = (tmp_path / "c").iterdir()
    for state in kept.glob("checkpoint-*/state.json"):
        state.write_bytes(b"{}")
    with pytest.raises(ConfigError, match=r"holds the checkpoints in window-4: give windows \("):
        firth.train(text, **options, **then, resume=True)
    assert len(firth.train(text, **{**options, "checkpoint": tmp_path / "new"}, windows="4,1")) > 0

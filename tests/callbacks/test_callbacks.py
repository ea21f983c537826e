"""Callbacks are called in order, also after errors, and record what they get."""

import dataclasses
import functools
import json
import os
import re
import signal
import sys
import threading
import types
import warnings
from pathlib import Path

import numpy as np
import pytest

import firth
from firth.callbacks import (
    Callback,
    EpochEnd,
    Evaluate,
    JsonLines,
    MLflow,
    Progress,
    RunEnd,
    RunStart,
    TensorBoard,
    Trackio,
    WandB,
)
from firth.corpus import Vocabulary
from firth.training import Checkpoints, train_corpus
from firth.training.engines.hogwild import HogwildEngine
from firth.training.estimate import Estimate

UNITS = [["tea", "milk"], ["tea", "sugar"], ["bread", "butter"]] * 400
OPTIONS = {"dim": 10, "epochs": 3, "sample": 0, "threads": 1, "min_count": 1}
WORDS = 2400


def make_start(*, words=0, checkpoint=None, matrix=None):
    matrix = np.eye(3, dtype=np.float32) if matrix is None else matrix
    return RunStart(
        config=firth.TrainConfig(dim=3),
        vocabulary=Vocabulary(["tea", "milk", "bread"], np.array([3, 2, 1])),
        tokens=600,
        held_out=0,
        epoch=1,
        words=words,
        checkpoint=checkpoint,
        estimate=Estimate(memory=1000, disk=0, vectors=0),
        input_vectors=lambda: matrix,
    )


def make_progress(seconds, *, loss=2.0):
    return Progress(
        epoch=1, epochs=2, words=100, total=1200, seconds=seconds, lr=0.02, pairs=90, loss=loss
    )


def make_epoch(epoch=1, *, epochs=2, loss=1.5, held_out_loss=None):
    so_far = {"epoch": epoch, "epochs": epochs, "words": 600 * epoch, "seconds": 60.0 * epoch}
    return EpochEnd(**so_far, lr=0.01, loss=loss, held_out_loss=held_out_loss, is_best=True)


def make_end(reason="done"):
    times = {"words": 600, "seconds": 60.0, "seconds_paused": 0.0}
    return RunEnd(reason=reason, losses=(1.5,), held_out_losses=(), **times)


def lines(path):
    return [json.loads(line, parse_constant=pytest.fail) for line in path.read_text().splitlines()]


class Recorder(Callback):
    """Keeps all records."""

    def __init__(self):
        self.told = []

    def note(self, record):
        self.told.append(record)

    on_start = on_progress = on_epoch = on_end = note


class Faulty(Callback):
    """Raises at one event of the second epoch."""

    def __init__(self, event):
        def fail(record):
            if record.epoch == 2:
                raise ArithmeticError(event)

        setattr(self, event, fail)


# ------------------------------------------------------------------------ the protocol


def test_events_come_in_order_fit_each_other_and_are_frozen():
    recorder = Recorder()
    vectors = firth.train(UNITS, **OPTIONS, callbacks=[recorder])
    start, *between, end = recorder.told
    assert isinstance(start, RunStart)
    assert (start.tokens, start.words, start.epoch, start.checkpoint) == (WORDS, 0, 1, None)
    assert isinstance(end, RunEnd)
    assert (end.reason, end.words) == ("done", 3 * WORDS)
    assert end.losses == tuple(vectors.config["losses"])
    for record in recorder.told:
        with pytest.raises(dataclasses.FrozenInstanceError):
            record.words = 3
    # An epoch ends after all of its progress and before the progress of the next.
    assert [each.epoch for each in between] == sorted(each.epoch for each in between)
    for epoch in (1, 2, 3):
        *progress, last = (each for each in between if each.epoch == epoch)
        assert progress
        assert all(isinstance(each, Progress) for each in progress)
        assert isinstance(last, EpochEnd)
        assert progress[-1].words == last.words == epoch * WORDS
        assert progress[-1].loss == last.loss == end.losses[epoch - 1]
    assert progress[-1].total == 3 * WORDS
    assert progress[-1].lr == pytest.approx(vectors.config["options"]["min_lr"])
    assert progress[-1].seconds_left == 0
    seconds = [each.seconds for each in [*between, end]]
    assert seconds == sorted(seconds)


@pytest.mark.parametrize("event", ["on_progress", "on_epoch"])
def test_an_exception_stops_after_a_checkpoint_and_a_resumed_run_goes_on(event, tmp_path):
    before, after = JsonLines(tmp_path / "run.jsonl", every=0.001), Recorder()
    options = {**OPTIONS, "checkpoint": tmp_path / "checkpoints"}
    with pytest.raises(ArithmeticError, match=event):
        firth.train(UNITS, **options, callbacks=[before, Faulty(event), after])
    # Callbacks before and after it get the end.
    assert lines(before.path)[-1]["reason"] == after.told[-1].reason == "error"
    words = after.told[-1].words
    assert WORDS < words <= 2 * WORDS

    again = Recorder()
    log = JsonLines(before.path, every=0.001)
    resumed = firth.train(UNITS, **options, resume=True, callbacks=[log, again])
    assert again.told[0].words == words
    assert again.told[0].checkpoint.parent == tmp_path / "checkpoints"
    assert again.told[-1].reason == "done"
    # One worker is repeatable: the vectors are those of an undisturbed run.
    undisturbed = firth.train(UNITS, **OPTIONS)
    np.testing.assert_array_equal(resumed.input_vectors, undisturbed.input_vectors)
    # The file holds both runs, and the second continues the count of words.
    told = lines(before.path)
    assert [each["words"] for each in told if each["event"] == "start"] == [0, words]
    assert [each["reason"] for each in told if each["event"] == "end"] == ["error", "done"]


def test_callbacks_run_in_the_thread_of_the_caller():
    class Where(Recorder):
        def note(self, record):
            super().note(threading.current_thread())

        on_start = on_progress = on_epoch = on_end = note

    where = Where()
    firth.train(UNITS, **{**OPTIONS, "threads": 2}, callbacks=[where])
    assert {*where.told} == {threading.current_thread()}


class Counting(HogwildEngine):
    """Waits before the second stretch; sets an event when the first epoch is trained."""

    trained = 0

    def train(self, worker, stretch):
        if stretch.start > 0:
            self.go_on.wait(10.0)
        result = super().train(worker, stretch)
        type(self).trained += stretch.stop - stretch.start
        if stretch.stop == WORDS:
            self.all_trained.set()
        return result


@pytest.fixture
def counting():
    """A new engine that counts from zero."""
    events = {"go_on": threading.Event(), "all_trained": threading.Event()}
    return type("Fresh", (Counting,), events)


def train_with(engine, callback, **named):
    config = firth.TrainConfig(**{**OPTIONS, "epochs": 1})
    corpus = firth.read_corpus(UNITS, min_count=1)
    return train_corpus(corpus, config, engine=engine, callbacks=[callback], **named)


def test_the_speed_is_right_after_a_slow_callback(counting, monkeypatch):
    """The next progress has its own time, or covers all words trained during the callback."""
    now = [0.0]
    monkeypatch.setattr(
        "firth.training.reports.time", types.SimpleNamespace(perf_counter=lambda: now[0])
    )

    class Busy(Recorder):
        def on_progress(self, progress):
            super().on_progress(progress)
            counting.go_on.set()
            counting.all_trained.wait(10.0)
            now[0] = 100.0

    busy = Busy()
    train_with(counting, busy)
    second = busy.told[2]
    assert isinstance(second, Progress)
    assert second.words == WORDS or second.seconds < 100.0


def test_an_interrupt_stops_the_workers_also_while_a_callback_is_busy(counting, tmp_path):
    class Busy(Callback):
        def on_progress(self, progress):
            if not counting.go_on.is_set():
                signal.raise_signal(signal.SIGINT)
                counting.go_on.set()
                # Without an interrupt, the workers would finish much sooner.
                counting.all_trained.wait(1.0)

    with pytest.raises(firth.Interrupted):
        train_with(counting, Busy(), checkpoints=Checkpoints(tmp_path / "checkpoints"))
    assert counting.trained < WORDS


# ------------------------------------------------------------------------ JSON lines


def test_lines_hold_the_fields_of_the_records(tmp_path):
    log = JsonLines(tmp_path / "new" / "run.jsonl")
    log.on_start(make_start(words=50, checkpoint=Path("folder", "checkpoint-000001")))
    log.on_progress(make_progress(2.0))
    log.on_epoch(make_epoch(held_out_loss=1.75))
    log.on_end(make_end("patience"))
    start, progress, epoch, end = lines(log.path)
    assert start["config"]["dim"] == 3
    assert (start["vocabulary"], start["tokens"], start["words"]) == (3, 600, 50)
    assert start["estimate"]["memory"] == 1000
    assert start["checkpoint"] == str(Path("folder", "checkpoint-000001"))
    assert (progress["words"], progress["loss"], progress["lr"]) == (100, 2.0, 0.02)
    assert (progress["words_per_second"], progress["seconds_left"]) == (50.0, 22.0)
    assert (epoch["epoch"], epoch["loss"], epoch["held_out_loss"]) == (1, 1.5, 1.75)
    assert (end["reason"], end["losses"]) == ("patience", [1.5])
    for line in (start, progress, epoch, end):
        assert next(iter(line)) == "event"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])


def test_progress_comes_at_most_every_so_often(tmp_path):
    log = JsonLines(tmp_path / "run.jsonl", every="30s")
    log.on_start(make_start())
    for seconds in (0.5, 1.0, 30.0, 30.5, 59.0, 60.4, 200.0, 201.0):
        log.on_progress(make_progress(seconds))
    # Another run starts at 0.
    log.on_start(make_start())
    log.on_progress(make_progress(0.25))
    told = [line["seconds"] for line in lines(log.path) if line["event"] == "progress"]
    assert told == [0.5, 30.5, 200.0, 0.25]


def test_what_is_not_finite_is_null(tmp_path):
    log = JsonLines(tmp_path / "run.jsonl")
    log.on_progress(make_progress(0.0, loss=float("nan")))
    log.on_epoch(make_epoch(loss=float("inf"), held_out_loss=np.float32("-inf")))
    progress, epoch = lines(log.path)
    assert (progress["loss"], progress["seconds_left"]) == (None, None)
    assert (epoch["loss"], epoch["held_out_loss"]) == (None, None)


def test_a_torn_line_stays_apart(tmp_path):
    path = tmp_path / "run.jsonl"
    JsonLines(path).on_epoch(make_epoch())
    whole = path.read_text()
    path.write_text(whole + whole[:20])
    JsonLines(path).on_end(make_end())
    first, torn, last = path.read_text().splitlines()
    assert torn == whole[:20]
    assert [json.loads(line)["event"] for line in (first, last)] == ["epoch", "end"]


def test_an_unwritable_file_is_told_at_once(tmp_path):
    with pytest.raises(firth.FirthError, match=r"cannot write .*: Is a directory"):
        JsonLines(tmp_path)
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "run.jsonl", tmp_path / "file" / "missing" / "run.jsonl"):
        told = r"^cannot write .*run\.jsonl: .*file is not a folder; give another path$"
        with pytest.raises(firth.FirthError, match=told):
            JsonLines(path)


def test_a_file_of_something_else_is_left_alone(tmp_path):
    text = tmp_path / "corpus.txt"
    for content in ("tea and toast\n", "\n", " {", '{"a": 1}\n', '{"event": "push"}\n', "{}\n"):
        text.write_text(content)
        with pytest.raises(firth.ConfigError, match=r"^.*corpus\.txt is not a log of a run: .*$"):
            JsonLines(text)
        assert text.read_text() == content
    text.write_text("")
    JsonLines(text).on_end(make_end())
    assert len(lines(text)) == 1


def test_a_log_stays_where_it_was_begun(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    log = JsonLines("run.jsonl")
    monkeypatch.chdir("elsewhere")
    log.on_end(make_end())
    assert log.path == tmp_path / "run.jsonl"
    assert len(lines(tmp_path / "run.jsonl")) == 1


needs_full_device = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")


@needs_full_device
def test_a_full_disk_is_told_once_and_loses_no_vectors():
    log = JsonLines("/dev/full")
    reason = "cannot write /dev/full: No space left on device"
    with pytest.warns(firth.FirthWarning, match=f"^{reason}; the run continues$"):
        log.on_progress(make_progress(1.0))
    with warnings.catch_warnings(action="error"):
        log.on_epoch(make_epoch())
        log.on_end(make_end())


@needs_full_device
def test_a_full_disk_stops_a_run_that_has_nothing_to_lose():
    with (
        pytest.warns(firth.FirthWarning) as told,
        pytest.raises(firth.FirthError, match=r"^cannot write /dev/full: No space left"),
    ):
        firth.train(UNITS, **OPTIONS, callbacks=[JsonLines("/dev/full")])
    # The run did not begin, so it cannot go on.
    assert not any("the run continues" in str(warning.message) for warning in told)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_takes_lines_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(firth.FirthError, match=r"^cannot write .*pipe: "):
        JsonLines(tmp_path / "pipe")
    with open(tmp_path / "pipe", "rb", opener=lambda path, _: os.open(path, os.O_RDWR)) as pipe:
        JsonLines(tmp_path / "pipe").on_epoch(make_epoch())
        assert json.loads(pipe.readline())["event"] == "epoch"


@pytest.mark.skipif(os.name != "posix", reason="needs limits of files")
def test_a_disk_that_fills_leaves_whole_lines(tmp_path):
    import resource

    log = JsonLines(tmp_path / "run.jsonl")
    log.on_epoch(make_epoch())
    size = log.path.stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        # Half of the next line fits.
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + size // 2, before[1]))
        with pytest.warns(firth.FirthWarning, match="File too large"):
            log.on_epoch(make_epoch())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert log.path.stat().st_size == size
    log.on_end(make_end())
    assert [line["event"] for line in lines(log.path)] == ["epoch", "end"]


# ------------------------------------------------------------------------ evaluation


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "pairs.txt"
    path.write_text("tea milk 9\ntea sugar 8\nbread butter 7\ntea bread 1\nmilk butter 2\n")
    return path


def test_the_last_epoch_has_the_figures_of_the_final_vectors(pairs, tmp_path):
    analogies = tmp_path / "analogies.txt"
    analogies.write_text(": drinks\ntea milk bread butter\ntea sugar bread butter\n")
    told = []
    evaluate = Evaluate(analogies=analogies, similarity=[pairs], restrict=5, report=told.append)
    vectors = firth.train(UNITS, **OPTIONS, callbacks=[evaluate])
    assert [point.epoch for point in evaluate.results] == [1, 2, 3]
    assert [point.words for point in evaluate.results] == [WORDS, 2 * WORDS, 3 * WORDS]
    expected = firth.evaluate(vectors, analogies=analogies, similarity=[pairs], restrict=5)
    assert evaluate.results[-1].evaluation == expected
    assert expected.similarity[0].answered == 5
    assert expected.analogies[0].total.answered == 2
    assert evaluate.results[0].evaluation != expected
    assert told == evaluate.results


def test_files_are_read_when_it_is_made(pairs, tmp_path):
    evaluate = Evaluate(similarity=pairs)
    pairs.unlink()
    firth.train(UNITS, **OPTIONS, callbacks=[evaluate])
    assert len(evaluate.results) == 3
    with pytest.raises(firth.FormatError, match="no such file"):
        Evaluate(similarity=pairs)
    (tmp_path / "bad.txt").write_text(": one\nthree words only\n")
    with pytest.raises(firth.FormatError, match="line 2: expected four words, got 3"):
        Evaluate(analogies=tmp_path / "bad.txt")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"similarity": ()}, "there is nothing to evaluate"),
        ({"restrict": 0}, "restrict must be at least 1, got 0"),
        ({"every": "0 epochs"}, "every must be a time .* got '0 epochs'"),
        ({"every": 0}, "every must be a time"),
    ],
)
def test_wrong_options_are_told_at_once(options, message, pairs):
    with pytest.raises(firth.ConfigError, match=message):
        Evaluate(**{"similarity": pairs, **options})


@pytest.fixture
def clock(monkeypatch):
    """A replacement for the module `time`, whose `now` the test sets."""
    clock = types.SimpleNamespace(now=1000.0, monotonic=lambda: clock.now)
    monkeypatch.setattr("firth.callbacks.evaluate.time", clock)
    return clock


def test_a_time_measures_every_so_often_and_at_the_end(pairs, clock):
    # Each evaluation takes 100 seconds.
    def spend(point):
        clock.now += 100.0

    def tell(*moments):
        for moment in moments:
            clock.now = max(clock.now, began + moment)
            evaluate.on_progress(make_progress(clock.now - began))

    evaluate = Evaluate(similarity=pairs, every="1m", report=spend)
    began = clock.now
    evaluate.on_start(make_start())
    # Progress during an evaluation arrives after it, and triggers no other.
    tell(1.0, 59.0, 61.0, 62.0, 120.0, 161.0, 220.0, 221.0, 500.0)
    assert [point.seconds for point in evaluate.results] == [61.0, 221.0, 500.0]
    evaluate.on_epoch(make_epoch(1))
    assert len(evaluate.results) == 3
    evaluate.on_epoch(make_epoch(2))
    evaluate.on_end(make_end())
    assert [point.epoch for point in evaluate.results] == [1, 1, 1, 2]
    # A resumed run counts its time from the start, and adds to the results.
    began = clock.now
    evaluate.on_start(make_start())
    tell(59.0, 60.0)
    assert [point.seconds for point in evaluate.results][4:] == [60.0]


@pytest.mark.parametrize(
    ("every", "measured"), [("epoch", [1, 2, 3, 4, 5]), ("2 epochs", [2, 4, 5]), ("9epochs", [5])]
)
def test_every_so_many_epochs_and_the_last_are_measured(every, measured, pairs):
    evaluate = Evaluate(similarity=pairs, every=every)
    evaluate.on_start(make_start())
    for epoch in range(1, 6):
        evaluate.on_progress(make_progress(1e9))
        evaluate.on_epoch(make_epoch(epoch, epochs=5))
    assert [point.epoch for point in evaluate.results] == measured


def test_vectors_that_diverge_are_left_to_the_run(pairs, clock):
    evaluate = Evaluate(similarity=pairs, every=1)
    matrix = np.eye(3, dtype=np.float32)
    evaluate.on_start(make_start(matrix=matrix))
    matrix[1, 1] = np.nan
    clock.now += 1.0
    evaluate.on_progress(make_progress(2.0))
    assert evaluate.results == []
    matrix[1, 1] = 1.0
    clock.now += 1.0
    evaluate.on_progress(make_progress(4.0))
    assert len(evaluate.results) == 1


def test_results_go_to_a_log(pairs, tmp_path):
    log = JsonLines(tmp_path / "run.jsonl")
    evaluate = Evaluate(similarity=pairs, report=log.report)
    firth.train(UNITS, **OPTIONS, callbacks=[log, evaluate])
    told = [line for line in lines(log.path) if line["event"] == "evaluation"]
    assert [line["epoch"] for line in told] == [1, 2, 3]
    spearman = evaluate.results[-1].evaluation.similarity[0].spearman
    assert told[-1]["similarity"][0]["spearman"] == spearman


# ------------------------------------------------------------------------ trackers of others


class Stand:
    """A replacement for a package or one of its objects, which records each call."""

    def __init__(self, name, calls, **attributes):
        self._name, self._calls = name, calls
        self.__dict__.update(attributes)

    def __getattr__(self, name):
        def call(*arguments, **named):
            self._calls.append((f"{self._name}.{name}", arguments, named))
            return self.__dict__.get(f"{name}_gives")

        return call


@pytest.fixture
def calls():
    return []


@pytest.fixture
def stand_ins(monkeypatch, calls):
    """Replace all packages by stand-ins."""
    params = types.SimpleNamespace(data=types.SimpleNamespace(params={"dim": "3"}))
    run = Stand("run", calls, config=Stand("config", calls))
    packages = {
        "tensorboardX": Stand("tensorboardX", calls, SummaryWriter_gives=Stand("writer", calls)),
        "wandb": Stand("wandb", calls, run=None, init_gives=run),
        "trackio": Stand("trackio", calls, init_gives=run),
        "mlflow": Stand("mlflow", calls, start_run_gives=params, active_run_gives=None),
    }
    for name, package in packages.items():
        monkeypatch.setitem(sys.modules, name, package)
    return packages


def tell_all(tracker, *, reason="done", checkpoint=None, words=0):
    tracker.on_start(make_start(words=words, checkpoint=checkpoint))
    tracker.on_progress(make_progress(4.0))
    tracker.on_progress(make_progress(5.0))
    tracker.on_epoch(make_epoch(held_out_loss=1.75))
    tracker.on_end(make_end(reason))


PROGRESS = {"loss": 2.0, "lr": 0.02, "words_per_second": 25.0}
EPOCH = {"loss": 1.5, "held_out_loss": 1.75, "lr": 0.01}


@pytest.mark.parametrize(
    ("checkpoint", "purge"), [(None, None), (Path("checkpoints", "checkpoint-000001"), 51)]
)
def test_tensorboard(stand_ins, calls, checkpoint, purge, tmp_path):
    tell_all(TensorBoard(tmp_path / "board"), checkpoint=checkpoint, words=50)
    named = {"purge_step": purge}
    assert calls[0] == ("tensorboardX.SummaryWriter", (str(tmp_path / "board"),), named)
    assert calls[1][0] == "writer.add_text"
    assert "    dim = 3\n" in calls[1][1][1]
    scalars = [arguments for name, arguments, _ in calls if name == "writer.add_scalar"]
    expected = [(name, value, 100) for name, value in PROGRESS.items()]
    assert scalars == [*expected, *((name, value, 600) for name, value in EPOCH.items())]
    assert calls[-1][0] == "writer.close"


@pytest.mark.parametrize(("reason", "code"), [("done", 0), ("patience", 0), ("interrupted", 1)])
def test_wandb(stand_ins, calls, reason, code):
    tell_all(WandB(project="p", config={"corpus": "c"}), reason=reason)
    assert calls[0][0] == "wandb.init"
    assert calls[0][2]["project"] == "p"
    assert (calls[0][2]["config"]["corpus"], calls[0][2]["config"]["dim"]) == ("c", 3)
    assert calls[1] == ("run.define_metric", ("words",), {})
    assert ("run.define_metric", ("held_out_loss",), {"step_metric": "words"}) in calls
    assert [arguments for name, arguments, _ in calls if name == "run.log"] == [
        ({**PROGRESS, "words": 100},),
        ({**EPOCH, "words": 600},),
    ]
    assert calls[-1] == ("run.finish", (), {"exit_code": code})


def test_trackio(stand_ins, calls):
    tell_all(Trackio("p", name="first"))
    assert calls[0][0] == "trackio.init"
    assert (calls[0][2]["project"], calls[0][2]["name"]) == ("p", "first")
    assert calls[0][2]["config"]["dim"] == 3
    assert calls[1:] == [
        ("run.log", (PROGRESS,), {"step": 100}),
        ("run.log", (EPOCH,), {"step": 600}),
        ("trackio.finish", (), {}),
    ]


@pytest.mark.parametrize(
    ("reason", "status"), [("done", "FINISHED"), ("interrupted", "KILLED"), ("error", "FAILED")]
)
def test_mlflow(stand_ins, calls, reason, status):
    tell_all(MLflow(run_name="first"), reason=reason)
    assert calls[0] == ("mlflow.start_run", (), {"run_name": "first"})
    # Options that the run has already are not sent again: MLflow would refuse a change.
    assert calls[1][0] == "mlflow.log_params"
    assert calls[1][1][0]["window"] == 5
    assert "dim" not in calls[1][1][0]
    assert calls[2:] == [
        ("mlflow.log_metrics", (PROGRESS,), {"step": 100}),
        ("mlflow.log_metrics", (EPOCH,), {"step": 600}),
        ("mlflow.end_run", (status,), {}),
    ]


@pytest.mark.parametrize(
    ("tracker", "expected", "others"),
    [
        (WandB, {"run.log", "config.update"}, {"wandb.init", "run.finish"}),
        (MLflow, {"mlflow.log_metrics"}, {"mlflow.start_run", "mlflow.end_run"}),
    ],
)
def test_an_active_run_stays_active(stand_ins, calls, tracker, expected, others):
    stand_ins["wandb"].run = stand_ins["wandb"].init_gives
    stand_ins["mlflow"].active_run_gives = stand_ins["mlflow"].start_run_gives
    tell_all(tracker())
    names = {name for name, _, _ in calls}
    assert expected <= names
    assert not names & others


MAKERS = {
    "tensorboardX": lambda folder: TensorBoard(folder / "board"),
    "wandb": lambda folder: WandB(),
    "trackio": lambda folder: Trackio("p"),
    "mlflow": lambda folder: MLflow(),
}


@pytest.mark.parametrize("package", MAKERS)
def test_evaluations_are_figures(package, stand_ins, calls, pairs, tmp_path):
    tracker = MAKERS[package](tmp_path)
    evaluate = Evaluate(similarity=pairs, report=tracker.report)
    firth.train(UNITS, **OPTIONS, callbacks=[tracker, evaluate])
    assert sum("similarity/pairs" in repr(arguments) for _, arguments, _ in calls) == 3


def test_files_of_the_same_name_have_figures_of_their_own(tmp_path):
    scores = {"a": "tea milk 3\ntea bread 1\nbread butter 2\n", "b": "tea milk 1\ntea bread 3\n"}
    paths = [tmp_path / folder / "pairs.txt" for folder in (*scores, "c", "d")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(scores.get(path.parent.name, "bread butter 1\ntea milk 2\n"), "utf-8")
    # It has no score, but keeps its number.
    paths[2].write_text("cup saucer 1\n", "utf-8")
    evaluate = Evaluate(similarity=paths)
    firth.train(UNITS, **OPTIONS, callbacks=[evaluate])
    point = evaluate.results[-1]
    names = ["similarity/pairs", "similarity/pairs-2", "similarity/pairs-3", "similarity/pairs-4"]
    results = point.evaluation.similarity
    expected = {name: each.spearman for name, each in zip(names, results, strict=True)}
    assert expected.pop("similarity/pairs-3") is None
    assert point.figures() == expected


@pytest.mark.parametrize("package", MAKERS)
def test_a_missing_package_is_told_with_what_to_do(package, monkeypatch, tmp_path):
    message = f"^{package} is not installed; run: pip install {package}$"
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(firth.MissingExtraError, match=message):
        MAKERS[package](tmp_path)
    # A folder of that name can be imported, but is not the package.
    monkeypatch.delitem(sys.modules, package)
    (tmp_path / package).mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "meta_path", [sys.meta_path[-1]])
    with pytest.raises(firth.MissingExtraError, match=message):
        MAKERS[package](tmp_path)


@pytest.mark.parametrize("package", MAKERS)
def test_a_package_that_needs_what_is_missing_says_so_itself(package, monkeypatch, tmp_path):
    (tmp_path / f"{package}.py").write_text("import there_is_no_such_package")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delitem(sys.modules, package, raising=False)
    with pytest.raises(ModuleNotFoundError, match="there_is_no_such_package"):
        MAKERS[package](tmp_path)


def test_a_failure_during_the_run_is_a_warning(stand_ins, tmp_path):
    def fail(*arguments, **named):
        raise ConnectionError("no\x1b[2J server\nat all")

    stand_ins["mlflow"].log_metrics = stand_ins["mlflow"].end_run = fail
    recorder = Recorder()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        firth.train(UNITS, **OPTIONS, callbacks=[MLflow(), recorder])
    assert recorder.told[-1].reason == "done"
    told = [str(each.message) for each in caught if "MLflow" in str(each.message)]
    # Progress, three epochs, and the end.
    assert told == 5 * [r"MLflow failed; the run continues: ConnectionError: no\x1b[2J server"]
    assert {(each.category, each.filename) for each in caught} == {(firth.FirthWarning, __file__)}
    # At the start it is an error.
    stand_ins["mlflow"].start_run = fail
    with pytest.raises(ConnectionError):
        firth.train(UNITS, **OPTIONS, callbacks=[MLflow()])


@pytest.mark.parametrize(
    ("package", "failing", "ended"),
    [
        ("tensorboardX", "SummaryWriter_gives.add_text", ("writer.close", (), {})),
        ("wandb", "init_gives.define_metric", ("run.finish", (), {"exit_code": 1})),
        ("mlflow", "log_params", ("mlflow.end_run", ("FAILED",), {})),
    ],
)
def test_a_run_that_refuses_its_options_is_ended(
    package, failing, ended, stand_ins, calls, tmp_path
):
    """The next one would take it for its own, which is active."""

    def fail(*arguments, **named):
        raise ConnectionError("no server")

    *owner, name = failing.split(".")
    setattr(functools.reduce(getattr, owner, stand_ins[package]), name, fail)
    with pytest.raises(ConnectionError):
        firth.train(UNITS, **OPTIONS, callbacks=[MAKERS[package](tmp_path)])
    assert calls[-1] == ended


def test_a_run_that_never_began_is_not_ended(stand_ins, calls):
    MLflow().on_end(make_end("error"))
    assert calls == []


def test_an_unwritable_folder_is_told_at_once(stand_ins, tmp_path):
    (tmp_path / "file").touch()
    told = r"^cannot write to .*file: .*file is not a folder; give another path$"
    with pytest.raises(firth.FirthError, match=told):
        TensorBoard(tmp_path / "file")


# ------------------------------------------------------------------------ the documentation


PAGE = Path(__file__).parents[2] / "docs" / "callbacks.md"
# A program, and the package that the line before it says to install.
PROGRAM = re.compile(r"(?ms)(?:`pip install (\w+)`[^\n]*\n\n)?^```python\n(.*?)^```$")


@pytest.mark.parametrize("installed", [True, False])
def test_the_programs_of_the_documentation_run(tmp_path, monkeypatch, stand_ins, capsys, installed):
    """All programs of the page, or those without a tracker, run in one session."""
    monkeypatch.chdir(tmp_path)
    page = PAGE.read_text("utf-8")
    programs = PROGRAM.findall(page)
    assert {package for package, _ in programs} == {"", *MAKERS}
    for package in () if installed else MAKERS:
        monkeypatch.setitem(sys.modules, package, None)
    namespace = {"__name__": "page"}
    for package, program in programs:
        if installed or not package:
            exec(compile(program, PAGE, "exec"), namespace)
    (shown,) = re.findall(r"(?ms)^```text\n(.*?)^```$", page)
    assert re.sub(r"\d\.\d+", "0", capsys.readouterr().out) == re.sub(r"\d\.\d+", "0", shown)

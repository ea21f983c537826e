"""Runs that are stopped between their pieces: no text is skipped, none trained twice."""

import dataclasses
import signal
import threading
import time

import numpy as np
import pytest

import firth
from firth.corpus import read_corpus
from firth.errors import ConfigError
from firth.training import Callback, Checkpoints, TrainConfig, schedule, train_corpus
from firth.training.engines.hogwild import HogwildEngine

CONFIG = TrainConfig(dim=8, epochs=3, threads=1, sample=0, min_count=1)


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch):
    monkeypatch.setattr(schedule, "STRETCH", 512)


@pytest.fixture(scope="module")
def corpus():
    ids = np.random.default_rng(0).integers(40, size=(600, 10))
    return read_corpus([[f"w{k}" for k in row] for row in ids], holdout=0.1)


def bytes_of(result):
    return result.input_vectors.tobytes() + result.output_vectors.tobytes(), result.losses


def interrupt():
    signal.raise_signal(signal.SIGTERM)


class At(Callback):
    """Interrupts the run at one of its events."""

    def __init__(self, event):
        self.event = event

    def on_start(self, start):
        if self.event == "start":
            interrupt()

    def on_epoch(self, epoch):
        if self.event == "epoch" and epoch.epoch == 2:
            interrupt()


class InterruptedWhileMeasuring(HogwildEngine):
    """Interrupts while the held-out text is measured after the first epoch."""

    done = False

    def train(self, worker, stretch):
        result = super().train(worker, stretch)
        if stretch.lr == 0.0 and stretch.stop > stretch.start and not type(self).done:
            type(self).done = True
            signal.pthread_kill(threading.main_thread().ident, signal.SIGTERM)
        return result


@pytest.mark.parametrize("event", ["start", "measuring", "epoch"])
def test_an_interrupt_between_pieces_skips_nothing(corpus, tmp_path, event):
    alone = train_corpus(corpus, CONFIG)

    class Engine(InterruptedWhileMeasuring):
        done = event != "measuring"

    with pytest.raises(firth.Interrupted), Checkpoints(tmp_path / "c") as checkpoints:
        train_corpus(corpus, CONFIG, engine=Engine, callbacks=[At(event)], checkpoints=checkpoints)
    Engine.done = True
    with Checkpoints(tmp_path / "c", resume=True) as checkpoints:
        resumed = train_corpus(corpus, CONFIG, engine=Engine, checkpoints=checkpoints)
    assert bytes_of(resumed) == bytes_of(alone)


@pytest.mark.parametrize("every", [1e-9, 0.01])
def test_checkpoints_that_are_always_due_skip_nothing(corpus, tmp_path, every):
    class Slow(Callback):
        def on_epoch(self, epoch):
            time.sleep(0.02)

    with Checkpoints(tmp_path / "c", every=every) as checkpoints:
        result = train_corpus(corpus, CONFIG, callbacks=[Slow()], checkpoints=checkpoints)
    assert bytes_of(result) == bytes_of(train_corpus(corpus, CONFIG))


class DivergesOnce(HogwildEngine):
    """Gives a loss that is no number, once, in the second epoch."""

    left = 1

    def train(self, worker, stretch):
        loss, pairs = super().train(worker, stretch)
        if stretch.epoch == 1 and stretch.start > 0 and type(self).left:
            type(self).left -= 1
            return float("nan"), pairs
        return loss, pairs


@pytest.mark.parametrize("then", ["goes on", "is interrupted"])
def test_going_back_trains_the_whole_epoch_again_with_half_the_step_size(corpus, tmp_path, then):
    config = dataclasses.replace(CONFIG, on_divergence="halve")
    seen = []

    class Engine(DivergesOnce):
        def train(self, worker, stretch):
            if stretch.lr > 0:
                seen.append((stretch.epoch, stretch.start, stretch.lr))
            return super().train(worker, stretch)

    def run(resume, callbacks=()):
        with Checkpoints(tmp_path / "c", resume=resume) as checkpoints:
            return train_corpus(
                corpus, config, engine=Engine, callbacks=callbacks, checkpoints=checkpoints
            )

    def run_interrupted():
        with pytest.raises(firth.Interrupted):
            run(resume=False, callbacks=[At("epoch")])
        return run(resume=True)

    with pytest.warns(firth.FirthWarning, match=r"went back to .*, and lr is now 0\.0125"):
        result = run_interrupted() if then == "is interrupted" else run(resume=False)
    assert result.lr_scale == 0.5
    starts = [start for epoch, start, _ in seen if epoch == 1]
    whole = list(range(0, corpus.tokens.size - corpus.held_out, 512))
    # What was begun before it diverged, and then all of it.
    assert starts[-len(whole) :] == whole
    expected = 0.5 * (0.025 - 2 / 3 * (0.025 - 1e-4))
    assert [lr for epoch, _, lr in seen if epoch == 2] == pytest.approx([expected] * len(whole))


def test_patience_survives_going_back(corpus, tmp_path):
    """The best vectors of before are still the best."""
    config = dataclasses.replace(CONFIG, on_divergence="halve", patience=3)

    engine = type("Engine", (DivergesOnce,), {})
    with (
        pytest.warns(firth.FirthWarning, match="went back"),
        Checkpoints(tmp_path / "c") as checkpoints,
    ):
        result = train_corpus(corpus, config, engine=engine, checkpoints=checkpoints)
    assert result.epoch == int(np.argmin(result.held_out_losses)) + 1


@pytest.mark.parametrize("wrong", [3, None, print, [print], [3], [Callback], Callback()])
def test_what_is_no_list_of_callbacks_is_told(wrong):
    with pytest.raises(ConfigError, match=r"callbacks must be a list of instances of firth\.Call"):
        firth.train([["a", "b"]] * 20, dim=4, callbacks=wrong)

"""The callback that films a run."""

import threading

import numpy as np
import pytest

import firth
from firth.callbacks import Callback, Progress, RunEnd, Watch
from firth.errors import ConfigError, FirthError
from firth.recordings.frames import SCALE
from firth.recordings.pages import build_page
from firth.vectors.search import unit_rows

UNITS = [["teapot", "milk", "cup"], ["teacup", "sugar", "cup"], ["bread", "butter", "knife"]] * 400
OPTIONS = {"dim": 12, "epochs": 4, "sample": 0, "threads": 1, "min_count": 1}


def train(*callbacks, units=UNITS, **options):
    return firth.train(units, callbacks=callbacks, **{**OPTIONS, **options})


def test_a_film_begins_before_training_and_ends_with_the_vectors_of_the_run():
    watch = Watch()
    vectors = train(watch)
    film, frames = watch.film, watch.film.frames()
    assert frames[0].figures.words == 0
    assert frames[-1].figures.words == film.total
    assert (frames[-1].figures.left, frames[-1].figures.epoch) == (0.0, 4)
    expected = unit_rows(vectors[list(film.words)])
    np.testing.assert_allclose(frames[-1].unit, expected, atol=1e-3)
    assert film.reason == "done"
    assert [each.loss for each in film.epochs()] == pytest.approx(vectors.config["losses"])


def test_words_that_are_composed_of_ngrams_are_filmed_so():
    watch = Watch()
    vectors = train(watch, subwords="3-4", readout="plain")
    words = list(watch.film.words)
    np.testing.assert_allclose(watch.film.frames()[-1].unit, unit_rows(vectors[words]), atol=1e-3)


def test_some_rows_are_those_of_the_whole_table():
    class Compare(Callback):
        def on_start(self, start):
            self.start = start

        def on_epoch(self, epoch):
            rows = np.array([5, 0, 0, 3])
            np.testing.assert_array_equal(
                self.start.input_vectors(rows), self.start.input_vectors()[rows]
            )

    train(Compare())
    train(Compare(), subwords="3-4")
    train(Compare(), engine="hogwild", documents="joint")


def test_watching_changes_no_vector():
    plain, watched = train(), train(Watch(every=0.01))
    np.testing.assert_array_equal(plain.input_vectors, watched.input_vectors)


def test_frames_are_taken_in_the_thread_of_the_caller_and_copy_only_the_words_of_the_map():
    taken = []

    class Spy(Watch):
        def on_start(self, start):
            read = start.input_vectors

            def count(rows=None):
                taken.append((threading.current_thread(), len(rows)))
                return read(rows)

            object.__setattr__(start, "input_vectors", count)
            super().on_start(start)

    train(Spy(words=3))
    assert len(taken) >= 2
    assert set(taken) == {(threading.current_thread(), 3)}


class Clockwork:
    """Feeds a callback with progress, as if training went on for long."""

    def __init__(self, watch, monkeypatch, work=0.0):
        self.now = 0.0
        self.watch, self.start = watch, None

        class Keep(Callback):
            def on_start(keep, start):
                self.start = start

        train(Keep(), epochs=1)
        rows = np.random.default_rng(0).normal(size=(len(self.start.vocabulary.words), 12))

        def read(which):
            self.now += work
            return rows[which].astype(np.float32)

        object.__setattr__(self.start, "input_vectors", read)
        monkeypatch.setattr("firth.callbacks.watch.time.perf_counter", lambda: self.now)
        monkeypatch.setattr("firth.callbacks.watch.time.thread_time", lambda: self.now)
        watch.on_start(self.start)

    def run(self, seconds, step=0.1):
        for k in range(1, int(seconds / step)):
            done = Progress(
                epoch=1,
                epochs=1,
                words=k,
                total=10**6,
                seconds=k * step,
                lr=0.05,
                pairs=k,
                loss=2.0,
            )
            self.watch.on_progress(done)
        return self.watch.film.frames()


def test_the_pace_is_steady_and_halves_when_frames_are_dropped(monkeypatch):
    clockwork = Clockwork(Watch(every=1.0), monkeypatch)
    seconds = [frame.figures.seconds for frame in clockwork.run(100)]
    assert np.diff(seconds[1:]) == pytest.approx(1.0)
    frames = clockwork.run(2000)
    assert len(frames) <= 120


def test_watching_takes_a_hundredth_of_the_time(monkeypatch):
    clockwork = Clockwork(Watch(every=0.1), monkeypatch, work=0.05)
    frames = clockwork.run(200)
    assert 0.05 * len(frames) <= 0.0101 * 200 + 2 * 0.05
    assert len(frames) > 20


def test_the_loss_is_that_since_the_last_frame(monkeypatch):
    watch = Watch(every=1.0)
    Clockwork(watch, monkeypatch)
    for second, (pairs, loss) in enumerate([(10, 3.0), (20, 2.0)], start=1):
        done = {"epoch": 1, "epochs": 1, "words": 100 * second**2, "total": 1000, "lr": 0.05}
        watch.on_progress(Progress(seconds=10.0 * second, pairs=pairs, loss=loss, **done))
    last = watch.film.frames()[-1].figures
    # (20 * 2.0 - 10 * 3.0) / 10, and (400 - 100) / 10.
    assert (last.loss, last.speed) == (1.0, 30.0)


def test_vectors_that_are_not_finite_are_no_frame(monkeypatch):
    watch = Watch()
    clockwork = Clockwork(watch, monkeypatch)
    before = watch.film.taken
    rows = np.full((len(watch.film.words), 12), np.nan, np.float32)
    object.__setattr__(clockwork.start, "input_vectors", lambda which: rows)
    clockwork.run(10)
    assert watch.film.taken == before


def test_each_model_of_several_has_a_film_of_its_own():
    films = []

    class Keep(Callback):
        def on_end(self, end: RunEnd):
            films.append(watch.film)

    watch = Watch()
    train(Keep(), watch, windows=(2, 3), readout="plain")
    assert len({film.run for film in films}) == 2


def test_a_run_that_is_stopped_has_a_film():
    class Stop(Callback):
        def on_epoch(self, epoch):
            raise ZeroDivisionError

    watch = Watch()
    with pytest.raises(ZeroDivisionError):
        train(Stop(), watch)
    assert watch.film.reason == "error"
    assert "<!doctype html>" in watch.page()


def test_items_are_words_as_text():
    watch = Watch()
    train(watch, units=[[17, 4, 99], [4, 23, 17]] * 400)
    assert sorted(watch.film.words) == ["17", "23", "4", "99"]
    assert np.abs(watch.film.frames()[-1].points).max() <= 2 * SCALE


def test_a_recording_replaces_recordings_alone(tmp_path):
    watch, path = Watch(), tmp_path / "run.html"
    train(watch)
    for _ in range(2):
        watch.export(path)
    path.write_text(build_page("lesson", {}, title="A lesson"))
    with pytest.raises(FirthError, match="no recording that Firth wrote"):
        watch.export(path)
    watch.export(path, overwrite=True)
    assert '"reason":"done"' in path.read_text()


def test_nothing_can_be_shown_before_a_run(tmp_path):
    with pytest.raises(FirthError, match="no run has begun"):
        Watch().export(tmp_path / "run.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong", [{"words": 1}, {"words": 10_001}, {"every": 0}, {"every": "soon"}]
)
def test_arguments_out_of_range_are_refused(wrong):
    with pytest.raises(ConfigError):
        Watch(**wrong)

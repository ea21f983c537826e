"""Work that is shared out among threads, and what becomes of exceptions in them."""

import threading

import pytest

from firth.training.engines.base import Stretch
from firth.training.engines.threads import run_in_thread, train_in_threads

STRETCHES = [Stretch(0, start, start + 10, 0.1, 0.0) for start in range(0, 2_000, 10)]


class Engine:
    """Notes what it is given, and by which worker; raises at one stretch."""

    def __init__(self, workers, fault=None):
        self.workers, self.fault = workers, fault
        self.trained, self.busy, self.lock = [], set(), threading.Lock()

    def train(self, worker, stretch):
        with self.lock:
            assert worker not in self.busy
            self.busy.add(worker)
            self.trained.append(stretch)
        if stretch is self.fault:
            raise ZeroDivisionError("in a worker")
        with self.lock:
            self.busy.remove(worker)
        return float(stretch.start), 1


def threads_left(before):
    return [thread for thread in threading.enumerate() if thread not in before]


def test_work_apart_is_done_in_another_thread():
    done = []
    run_in_thread(lambda: done.append(threading.current_thread()))
    assert done
    assert done != [threading.current_thread()]


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit, KeyboardInterrupt])
def test_what_work_apart_raises_is_raised(error):
    def fail():
        raise error("apart")

    with pytest.raises(error, match="apart"):
        run_in_thread(fail)


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_every_stretch_is_trained_and_given_once(workers):
    engine = Engine(workers)
    given = list(train_in_threads(engine, iter(STRETCHES)))
    assert sorted((each.stretch for each in given), key=lambda each: each.start) == STRETCHES
    assert all((each.loss, each.pairs) == (each.stretch.start, 1) for each in given)
    assert sorted(engine.trained, key=lambda each: each.start) == STRETCHES


def test_one_worker_keeps_the_order():
    engine = Engine(1)
    given = list(train_in_threads(engine, iter(STRETCHES)))
    assert [each.stretch for each in given] == engine.trained == STRETCHES


@pytest.mark.parametrize("workers", [1, 3])
def test_workers_stop_when_nobody_listens(workers):
    before, handed_out, enough = threading.enumerate(), [], 1_000_000

    def stretches():
        for _ in range(enough):
            handed_out.append(STRETCHES[0])
            yield STRETCHES[0]

    engine = Engine(workers)
    listening = train_in_threads(engine, stretches())
    next(listening)
    listening.close()
    assert threads_left(before) == []
    # Each finishes what it was handed.
    assert len(engine.trained) == len(handed_out) < enough


@pytest.mark.parametrize("workers", [1, 3])
def test_what_a_worker_raises_is_raised(workers):
    before, engine = threading.enumerate(), Engine(workers, fault=STRETCHES[50])
    with pytest.raises(ZeroDivisionError, match="in a worker"):
        list(train_in_threads(engine, iter(STRETCHES)))
    assert threads_left(before) == []


def test_what_the_stretches_raise_is_raised():
    def stretches():
        yield from STRETCHES[:3]
        raise ZeroDivisionError("in the stretches")

    with pytest.raises(ZeroDivisionError, match="in the stretches"):
        list(train_in_threads(Engine(2), stretches()))

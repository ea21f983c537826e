"""Signals that are held back, and those that are left alone."""

import os
import signal
import threading

import pytest

from firth.training.signals import Interrupts

HELD_BACK = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture(autouse=True)
def handlers():
    """Return each signal a handler of its own, and afterwards what it had."""

    def make():
        return lambda number, frame: None

    before = {number: signal.signal(number, make()) for number in HELD_BACK}
    yield {number: signal.getsignal(number) for number in HELD_BACK}
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", HELD_BACK)
def test_the_first_is_noted_and_handlers_come_back(number, handlers):
    with Interrupts() as interrupts:
        assert interrupts.received is None
        signal.raise_signal(number)
        assert interrupts.received is number
    assert {each: signal.getsignal(each) for each in HELD_BACK} == handlers


@pytest.mark.parametrize("number", HELD_BACK)
def test_a_second_raises_unless_it_comes_with_the_first(number):
    clock = Clock()
    with Interrupts(clock) as interrupts:
        signal.raise_signal(signal.SIGINT)
        for seconds in (0.0, 0.25, 0.24):
            clock.now += seconds
            signal.raise_signal(number)
        assert interrupts.received is signal.SIGINT
        clock.now += 0.01
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)


@pytest.mark.parametrize("number", HELD_BACK)
def test_one_that_is_ignored_stays_ignored(number):
    signal.signal(number, signal.SIG_IGN)
    with Interrupts() as interrupts:
        assert signal.getsignal(number) is signal.SIG_IGN
        signal.raise_signal(number)
        assert interrupts.received is None
    assert signal.getsignal(number) is signal.SIG_IGN


@pytest.mark.skipif(os.name != "posix", reason="calls the C library")
def test_a_handler_of_c_is_left_alone():
    import ctypes

    library = ctypes.CDLL(None)
    library.signal.restype = ctypes.c_void_p
    library.signal.argtypes = [ctypes.c_int, ctypes.c_void_p]
    called = []
    handler = ctypes.CFUNCTYPE(None, ctypes.c_int)(called.append)
    address = ctypes.cast(handler, ctypes.c_void_p)
    getsignal = signal.getsignal
    before = library.signal(signal.SIGTERM, address)
    # What Python itself says of a handler that was there before it began.
    signal.getsignal = lambda number: None if number == signal.SIGTERM else getsignal(number)
    try:
        with Interrupts() as interrupts:
            signal.raise_signal(signal.SIGTERM)
            assert interrupts.received is None
        assert called == [signal.SIGTERM]
    finally:
        signal.getsignal = getsignal
        library.signal(signal.SIGTERM, before)


def test_in_another_thread_it_changes_nothing(handlers):
    found = []

    def enter():
        with Interrupts():
            found.append({each: signal.getsignal(each) for each in HELD_BACK})

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert found == [handlers]

"""The course of a run: every position once, and a step size that falls in a straight line."""

import pytest

from firth.training.config import TrainConfig
from firth.training.schedule import Schedule, stretch_length

SCHEDULE = Schedule(first=0.5, last=0.1, epochs=4, size=1_000, length=300)


def test_the_step_size_falls_linearly_over_all_epochs():
    assert [SCHEDULE.step_size(epoch) for epoch in range(5)] == pytest.approx(
        [0.5, 0.4, 0.3, 0.2, 0.1]
    )
    for stretch in SCHEDULE.stretches(epoch=2, start=0):
        assert stretch.lr + stretch.slope * 500 == pytest.approx(0.25)
    halved = SCHEDULE.scaled(0.5)
    assert (halved.step_size(0), halved.step_size(4)) == pytest.approx((0.25, 0.05))


@pytest.mark.parametrize("start", [0, 299, 300, 999, 1_000])
def test_stretches_hold_every_position_once(start):
    found = list(SCHEDULE.stretches(epoch=1, start=start))
    positions = [p for stretch in found for p in range(stretch.start, stretch.stop)]
    assert positions == list(range(start, 1_000))
    assert all(stretch.epoch == 1 and stretch.stop - stretch.start <= 300 for stretch in found)


def test_every_worker_gets_several_stretches_of_a_short_corpus():
    config = TrainConfig(threads=2)
    lengths = [stretch_length(config, size) for size in (0, 1, 16, 17, 10**9)]
    assert lengths == [1, 1, 1, 2, 65_536]

import pytest

from firth.cluster.plan import block_length, hot_rows, shortest_step, steps_of
from firth.training import TrainConfig


@pytest.mark.parametrize("epochs", [1, 5, 100])
@pytest.mark.parametrize("size", [1, 500, 100_000, 17_000_000, 10**9])
@pytest.mark.parametrize("workers", [1, 8])
def test_a_run_has_as_many_steps_as_it_can_use(epochs, size, workers):
    config = TrainConfig(epochs=epochs, workers=workers, threads=1)
    length = block_length(config, size)
    assert 1 <= length <= size
    # No block more than asked for, such as a short one at the end.
    assert -(-size // length) <= -(-64 // epochs)
    steps = steps_of(config, size, length)
    whole = steps * size / length * epochs
    assert whole <= 1.6 * max(10_000, epochs * -(-64 // epochs))
    if steps > 1:
        assert length / steps / workers > shortest_step(config) / 2


def test_a_part_of_a_block_has_its_share_of_the_steps():
    config = TrainConfig(workers=2, threads=1)
    length = block_length(config, 10**8)
    assert steps_of(config, 10**8, length // 2) == pytest.approx(
        steps_of(config, 10**8, length) / 2, abs=1
    )


def test_the_shortest_block_has_a_step():
    assert steps_of(TrainConfig(workers=2, threads=1), 10**9, 1) == 1


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 128),
        ({"window": 10}, 70),
        ({"negative": 15}, 69),
        ({"window": 10, "negative": 15}, 38),
        ({"lr": 0.025}, 256),
        ({"model": "cbow"}, 224),
        ({"loss": "hs"}, 224),
        ({"window": 100, "negative": 100}, 16),
        ({"lr": 0.001}, 1_024),
    ],
)
def test_steps_are_closer_the_further_rows_go_for_each_word(options, expected):
    config = TrainConfig(workers=8, threads=1, **{"lr": 0.05, **options})
    assert shortest_step(config) == expected
    # A short corpus has steps of this length.
    steps = steps_of(config, 100_000, 100_000)
    assert 100_000 / 8 / steps == pytest.approx(expected, rel=0.1)


def test_where_steps_are_closer_fewer_rows_are_brought_together():
    config = TrainConfig(workers=8, threads=1, lr=0.05)
    rows = [hot_rows(config, size) for size in (100_000, 10_000_000, 17_000_000, 10**9)]
    assert rows == [64, pytest.approx(156, abs=1), 256, 256]

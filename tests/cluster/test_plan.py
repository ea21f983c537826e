import pytest

from firth.cluster.plan import block_length, steps_of
from firth.training import TrainConfig


@pytest.mark.parametrize("epochs", [1, 5, 100])
@pytest.mark.parametrize("size", [1, 500, 100_000, 17_000_000, 10**9])
@pytest.mark.parametrize("workers", [1, 8])
def test_a_run_has_as_many_steps_as_it_can_use(epochs, size, workers):
    config = TrainConfig(epochs=epochs, workers=workers, threads=1)
    length = block_length(config, size)
    assert 1 <= length <= size
    steps = steps_of(config, size, length)
    whole = steps * size / length * epochs
    assert whole <= 1.6 * max(10_000, epochs * -(-64 // epochs))
    if steps > 1:
        assert length / steps / workers > 500


def test_a_part_of_a_block_has_its_share_of_the_steps():
    config = TrainConfig(workers=2, threads=1)
    length = block_length(config, 10**8)
    assert steps_of(config, 10**8, length // 2) == pytest.approx(
        steps_of(config, 10**8, length) / 2, abs=1
    )

"""Noise words: their distribution, and that they are never words of their window."""

import types

import numpy as np
import pytest
import torch
from scipy import stats

from firth.errors import ConfigError
from firth.torch import NoiseSampler, noise

COUNTS = [0, 1000, 300, 0, 100, 30, 30, 7, 1]


def sampler(exponent=0.75, counts=COUNTS):
    return NoiseSampler(counts, exponent=exponent, generator=torch.Generator().manual_seed(5))


def fits(drawn, expected):
    """Return whether ids come with these probabilities, by chi-square."""
    seen = np.bincount(drawn.flatten().numpy(), minlength=len(expected))
    possible = expected > 0
    return (
        not seen[~possible].any()
        and stats.chisquare(seen[possible], expected[possible] * seen.sum()).pvalue > 1e-3
    )


@pytest.mark.parametrize("exponent", [0.0, 0.75, 1.0, -0.5])
def test_follows_the_counts_to_a_power(exponent):
    # Only id 8 is left out, as the centre of all windows.
    centre = torch.full((1000,), 8)
    drawn = sampler(exponent).draw(centre, torch.zeros(1000, 1, dtype=torch.int64), 1000)
    weights = np.array([count**exponent if count else 0.0 for count in COUNTS])
    weights[8] = 0.0
    assert drawn.shape == (1000, 1000)
    assert fits(drawn, weights / weights.sum())
    slightly_wrong = weights * (1 + 0.1 * (np.arange(9) == 4))
    assert not fits(drawn, slightly_wrong / slightly_wrong.sum())


def test_what_a_window_leaves_keeps_its_proportions():
    centre = torch.full((2000,), 2)
    contexts = torch.tensor([[5, 1, 0, 5]]).expand(2000, 4)
    weights = np.array(COUNTS, float) ** 0.75
    weights[[1, 2, 5]] = 0.0
    assert fits(sampler().draw(centre, contexts, 100), weights / weights.sum())


def test_never_draws_a_word_of_the_window():
    # A million draws, for windows over a vocabulary so small that chance would hit in most.
    generator = torch.Generator().manual_seed(6)
    centre = torch.randint(1, 13, (10_000,), generator=generator)
    contexts = torch.randint(0, 13, (10_000, 6), generator=generator)
    drawn = sampler(counts=[0, *range(1, 13)]).draw(centre, contexts, 100)
    own = torch.cat([centre.unsqueeze(1), contexts], dim=1)
    assert drawn.numel() == 1_000_000
    assert not (drawn.unsqueeze(2) == own.unsqueeze(1)).any()
    assert drawn.min() >= 1
    assert drawn.max() == 12


def test_leaves_out_a_word_that_is_nearly_all_there_is():
    drawn = sampler(1.0, [0, 10**15, 1, 1]).draw(torch.tensor([1]), torch.tensor([[0]]), 1000)
    assert set(drawn[0].tolist()) == {2, 3}


def test_the_same_state_draws_the_same():
    centre, contexts = torch.tensor([1, 2]), torch.tensor([[4], [5]])
    torch.manual_seed(3)
    first = NoiseSampler(COUNTS).draw(centre, contexts, 50)
    second = NoiseSampler(COUNTS).draw(centre, contexts, 50)
    torch.manual_seed(3)
    assert torch.equal(NoiseSampler(COUNTS).draw(centre, contexts, 50), first)
    assert not torch.equal(first, second)


def test_each_worker_of_a_loader_draws_its_own(monkeypatch):
    window = torch.tensor([1]), torch.tensor([[2]])

    def drawn_by(worker_seed):
        # A worker begins with a copy of the sampler.
        info = types.SimpleNamespace(seed=worker_seed)
        monkeypatch.setattr(noise, "get_worker_info", lambda: info)
        copied = sampler()
        return [tuple(copied.draw(*window, 30)[0].tolist()) for _ in range(2)]

    found = drawn_by(100) + drawn_by(101)
    assert len(set(found)) == 4
    assert drawn_by(100) + drawn_by(101) == found


def test_bad_input():
    centre = torch.tensor([1])
    with pytest.raises(ConfigError, match=r"no noise word is left.*can be drawn .2.;"):
        NoiseSampler([0, 5, 5, 0]).draw(centre, torch.tensor([[2]]), 1)
    with pytest.raises(ConfigError, match="negative must be at least 1, got 0"):
        sampler().draw(centre, torch.tensor([[2]]), 0)
    with pytest.raises(ConfigError, match=r"ids from 1 to 9, but counts .* from 0 to 8"):
        sampler().draw(centre, torch.tensor([[9]]), 1)
    with pytest.raises(ConfigError, match=r"negative must be a whole number, got 2\.5"):
        sampler().draw(centre, torch.tensor([[2]]), 2.5)
    for contexts in (torch.tensor([[2], [3]]), torch.tensor([2]), torch.tensor(2)):
        with pytest.raises(ConfigError, match=r"shapes .*got centre \(1,\), contexts"):
            sampler().draw(centre, contexts, 1)
    with pytest.raises(ConfigError, match=r"contexts must hold ids .*, got torch\.float32"):
        sampler().draw(centre, torch.tensor([[2.0]]), 1)
    with pytest.raises(ConfigError, match="centre must be a tensor of ids, got a list"):
        sampler().draw([1], torch.tensor([[2]]), 1)
    for counts in ([], [0, 0], [1, -1], [[1, 2]], [1.5, 2.5], ["1", "2"], "12"):
        with pytest.raises(ConfigError, match="counts must be "):
            NoiseSampler(counts)
    for exponent in (float("nan"), "x", None):
        with pytest.raises(ConfigError, match="exponent must be a finite number"):
            NoiseSampler(COUNTS, exponent=exponent)

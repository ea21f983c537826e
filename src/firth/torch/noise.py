"""Noise words, drawn for a whole batch at once. No window gets one of its own words.

B windows of a batch · C context places · K noise words
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor
from torch.utils.data import get_worker_info

from firth.checks import is_finite, whole_number
from firth.errors import ConfigError, counted
from firth.torch.batches import check_tensors
from firth.torch.checks import whole_counts
from firth.training.sampling import noise_distribution

# Probabilities as whole numbers, so that leaving some out is exact. A float64 between 0 and 1 has
# this many bits.
_WHOLE = 2.0**52


class NoiseSampler:
    """Draws ids in proportion to count ** exponent (Mikolov et al. 2013, arXiv:1310.4546, 2.2).

    Parameters
    ----------
    counts : array_like of int, (size,)
        The count of every id. An id of count 0, as padding has, is never drawn.
    exponent : float
        0 draws all words alike, 1 as often as they occur.
    generator : torch.Generator, optional
        Source of the random numbers, on the CPU; by default PyTorch's own. Each worker of a
        `DataLoader` seeds its copy from this generator's seed and from the worker's.

    Attributes
    ----------
    probabilities : float64 tensor, (size,)
        The probability of each id as a noise word, before a window's own words are left out.

    Raises
    ------
    ConfigError
        If `counts` are not whole numbers with some above 0, or `exponent` is not finite.

    Examples
    --------
    >>> sampler = NoiseSampler([0, 16, 1])
    >>> sampler.probabilities
    tensor([0.0000, 0.8889, 0.1111], dtype=torch.float64)
    >>> sampler.draw(torch.tensor([1]), torch.tensor([[1, 0]]), negative=3)
    tensor([[2, 2, 2]])
    """

    def __init__(
        self,
        counts: ArrayLike,
        *,
        exponent: float = 0.75,
        generator: torch.Generator | None = None,
    ) -> None:
        given = whole_counts(counts)
        if not given.any():
            raise ConfigError(
                "counts must be a list of whole numbers with some above 0, got "
                f"{counted(len(given), 'zero')}"
            )
        if not is_finite(exponent):
            raise ConfigError(f"exponent must be a finite number, got {exponent!r}")
        drawable = np.flatnonzero(given)
        probabilities = np.zeros(len(given))
        probabilities[drawable] = noise_distribution(given[drawable], exponent)
        self.probabilities = torch.from_numpy(probabilities)
        weights = torch.round(self.probabilities * _WHOLE).to(torch.int64)
        weights[drawable] = weights[drawable].clamp(min=1)
        self._weights, self._ends = weights, weights.cumsum(0)
        self._words = len(drawable)
        self._generator = generator
        self._worker_seed: int | None = None

    def draw(self, centre: Tensor, contexts: Tensor, negative: int) -> Tensor:
        """Draw noise words for windows; a word may be drawn twice, as in word2vec.

        Each is drawn from the words that are not in its window, in proportion to their weights: a
        whole number below the sum of these weights, shifted past each word that is left out.

        Parameters
        ----------
        centre, contexts : int64, (B,) and (B, C)
            The windows, padded with 0.
        negative : int
            K.

        Returns
        -------
        int64, (B, K)
            On the device of `centre`.

        Raises
        ------
        ConfigError
            If `negative` is below 1, the tensors hold no ids or do not fit each other, an id is out
            of range, or a window holds all the words.
        """
        negative = whole_number("negative", negative, least=1)
        check_tensors(centre=centre, contexts=contexts)
        own = torch.cat([centre.unsqueeze(1), contexts], dim=1).cpu()
        if not 0 <= int(own.min()) <= int(own.max()) < len(self._weights):
            raise ConfigError(
                f"windows hold ids from {int(own.min())} to {int(own.max())}, "
                f"but counts were given for ids from 0 to {len(self._weights) - 1}"
            )
        own = own.sort(dim=1).values  # (B, C + 1)
        weights = self._weights[own]
        weights[:, 1:] *= own[:, 1:] != own[:, :-1]
        left_out = weights.cumsum(1)
        left = self._ends[-1] - left_out[:, -1:]  # (B, 1)
        if bool((left <= 0).any()):
            raise ConfigError(
                "no noise word is left: a window holds all words that can be drawn "
                f"({self._words:,}); give more words or a smaller window"
            )
        # Where each word to leave out begins once the ones before it are taken out.
        begins = self._ends[own] - self._weights[own] - (left_out - weights)
        uniform = torch.rand((len(own), negative), dtype=torch.float64, generator=self._source())
        drawn = torch.minimum((uniform * left).to(torch.int64), left - 1)
        passed = drawn.unsqueeze(2) >= begins.unsqueeze(1)  # (B, K, C + 1)
        places = drawn + (passed * weights.unsqueeze(1)).sum(dim=2)
        return torch.searchsorted(self._ends, places, right=True).to(centre.device)

    def _source(self) -> torch.Generator | None:
        """Return the generator; each worker of a `DataLoader` seeds its copy at the first use."""
        worker = get_worker_info()
        # All workers begin with the same copy of the generator.
        if self._generator is not None and worker is not None and worker.seed != self._worker_seed:
            self._worker_seed = worker.seed
            self._generator.manual_seed((self._generator.initial_seed() + worker.seed) % 2**63)
        return self._generator

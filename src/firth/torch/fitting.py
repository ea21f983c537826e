"""Fitting a model to windows: epochs, batches, an optimizer, a device, a seed."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, IterableDataset
from tqdm import tqdm

from firth.checks import is_finite, whole_number
from firth.errors import ConfigError
from firth.torch.data import Collate, Item, WindowBatch, WindowDataset
from firth.torch.noise import NoiseSampler

MakeOptimizer = Callable[..., torch.optim.Optimizer]


@dataclass(frozen=True)
class FitResult:
    """What a fit leaves beside the model.

    Parameters
    ----------
    losses : list of float
        The mean loss of each epoch, in the model's own terms.
    seconds : float
        How long it took.
    device : str
        Where it ran.
    """

    losses: list[float]
    seconds: float
    device: str


def fit(
    model: nn.Module,
    dataset: Dataset[Item],
    *,
    noise: NoiseSampler | None = None,
    negative: int = 5,
    epochs: int,
    batch_size: int = 64,
    optimizer: MakeOptimizer = torch.optim.Adam,
    lr: float = 0.01,
    seed: int = 1,
    device: str | torch.device | None = None,
    every: int = 0,
    log: Callable[[str], None] | None = None,
    on_epoch: Callable[[int, float], None] | None = None,
    progress: bool = False,
) -> FitResult:
    """Fit a model to the windows of a data set.

    Parameters
    ----------
    model : nn.Module
        Called with centre (B,) and contexts (B, C), and noise (B, K) too unless its `uses_noise`
        is False; gives the loss. It is trained in place, and stays on the device.
    dataset : WindowDataset, WindowStream or other Dataset
        Gives windows. They are shuffled in each epoch, unless it is an `IterableDataset`.
    noise : NoiseSampler, optional
        Where noise words come from; by default the counts of a `WindowDataset`, to the power 0.75.
        One with a generator of its own goes on from where that stands, whatever `seed` says.
    negative : int
        K.
    epochs, batch_size : int
        How often to go through the windows, and how many to take at a time.
    optimizer : callable
        A class of `torch.optim`, or what else takes parameters and `lr`. For a model made with
        ``sparse=True``, give one that takes sparse gradients, such as `torch.optim.SparseAdam`.
    lr : float
        The optimizer's step size.
    seed : int
        Start of all random numbers but those of a generator of its own in `noise`: a model in the
        same state, and such a generator in the same state, are fitted to the same losses. Give it
        to `seed_everything` too before the model is made.
    device : str or torch.device, optional
        "cpu", "cuda", "cuda:1", "mps"; by default the first of CUDA, MPS, CPU that is there.
    every : int
        Tell the loss to `log` after every so many epochs, and after the last; 0 for never.
    log : callable, optional
        Takes a line, such as ``Epoch [50/2000]  Loss 0.6931``: `print` will do.
    on_epoch : callable, optional
        Called after each epoch with its number, from 1, and its loss.
    progress : bool
        Whether to show a progress bar on standard error.

    Returns
    -------
    FitResult
        The mean loss of each epoch is the mean of its batches' losses, weighted by their windows.

    Raises
    ------
    ConfigError
        If an option is out of range, the device is not there, the optimizer does not take the
        model's gradients, sparse or dense, or the loss is no longer finite.

    Examples
    --------
    >>> from firth.torch import CBOWNS
    >>> dataset = WindowDataset([[1, 2, 3, 4], [4, 3, 5, 1]], window=1)
    >>> seed_everything(1)
    >>> lines = []
    >>> found = fit(
    ...     CBOWNS(6, 2), dataset, negative=2, epochs=100, device="cpu", every=50, log=lines.append
    ... )
    >>> found.losses[-1] < found.losses[0]
    True
    >>> [line[:14] for line in lines]
    ['Epoch [50/100]', 'Epoch [100/100']
    """
    _check(epochs=epochs, batch_size=batch_size, lr=lr, every=every, log=log)
    chosen = choose_device(device)
    collate = _collate(model, dataset, noise, negative)
    seed_everything(seed)
    model.to(chosen)
    model.train()
    descend = _Descent(model, optimizer(model.parameters(), lr=lr), chosen)
    losses: list[float] = []
    began = time.perf_counter()
    for epoch in tqdm(range(1, epochs + 1), desc="fitting", unit="epoch", disable=not progress):
        loss = descend.through(_batches(dataset, batch_size, collate))
        if not math.isfinite(loss):
            raise ConfigError(
                f"the loss is no longer finite in epoch {epoch}; lr is too large, got {lr:g}"
            )
        losses.append(loss)
        if log is not None and every and (epoch % every == 0 or epoch == epochs):
            log(f"Epoch [{epoch}/{epochs}]  Loss {loss:.4f}")
        if on_epoch is not None:
            on_epoch(epoch, loss)
    return FitResult(losses, time.perf_counter() - began, str(chosen))


def choose_device(name: str | torch.device | None = None) -> torch.device:
    """Return a device by name, or as it is, or the first of CUDA, MPS and CPU that is there.

    Raises
    ------
    ConfigError
        If there is no device of that name.

    Examples
    --------
    >>> choose_device("cpu")
    device(type='cpu')
    >>> choose_device("abacus")
    Traceback (most recent call last):
    firth.errors.ConfigError: device 'abacus' is not there; give one of ...
    """
    there = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    there += ["mps"] if torch.backends.mps.is_available() else []
    there += ["cpu"]
    if name is None:
        return torch.device(there[0].partition(":")[0])
    name = str(name)
    if name not in there and not (name == "cuda" and torch.cuda.device_count()):
        raise ConfigError(f"device {name!r} is not there; give one of {', '.join(there)}")
    return torch.device(name)


def seed_everything(seed: int) -> None:
    """Seed Python, NumPy and PyTorch, CUDA included, and keep cuDNN to what can be repeated.

    Raises
    ------
    ConfigError
        If the seed is not a whole number from 0 to 2**32 - 1, which is what NumPy takes.
    """
    if isinstance(seed, bool) or not isinstance(seed, Integral) or not 0 <= seed < 2**32:
        raise ConfigError(f"seed must be a whole number from 0 to 2**32 - 1, got {seed!r}")
    seed = int(seed)
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 (what others draw from is meant)
    torch.manual_seed(seed)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


class _Descent:
    """Takes a step of an optimizer for each batch."""

    def __init__(
        self, model: nn.Module, optimizer: torch.optim.Optimizer, device: torch.device
    ) -> None:
        self._model, self._optimizer, self._device = model, optimizer, device
        self._uses_noise = _uses_noise(model)

    def through(self, batches: Iterable[WindowBatch]) -> float:
        """Take the steps of an epoch, and give its mean loss."""
        total, windows = 0.0, 0
        for batch in batches:
            total += self._step(batch) * len(batch.centre)
            windows += len(batch.centre)
        if windows == 0:
            raise ConfigError("the data set gave no windows: nothing to fit")
        return total / windows

    def _step(self, batch: WindowBatch) -> float:
        given = batch if self._uses_noise else batch[:2]
        self._optimizer.zero_grad()
        loss: Tensor = self._model(*(ids.to(self._device) for ids in given))
        loss.backward()  # type: ignore[no-untyped-call]
        try:
            self._optimizer.step()
        except RuntimeError as error:
            hint = _gradient_hint(error)
            if hint is None:
                raise
            raise ConfigError(f"{type(self._optimizer).__name__} {hint}") from error
        return loss.item()


def _gradient_hint(error: RuntimeError) -> str | None:
    """Say what to do where an optimizer takes no sparse gradients, or no others."""
    if "sparse gradients" in str(error):
        return (
            "does not take the sparse gradients of a model made with sparse=True; give fit "
            "optimizer=torch.optim.SparseAdam or optimizer=torch.optim.SGD, or leave sparse out"
        )
    if "dense gradients" in str(error):
        return (
            "takes sparse gradients only; make the model with sparse=True, or give fit "
            "optimizer=torch.optim.Adam"
        )
    return None


def _batches(dataset: Dataset[Item], batch_size: int, collate: Collate) -> Iterator[WindowBatch]:
    """Return an epoch's batches; the last may be smaller."""
    if isinstance(dataset, WindowDataset):
        # All windows of a batch are looked up at once: many times faster than one by one.
        order = torch.randperm(len(dataset)).numpy()
        for start in range(0, len(order), batch_size):
            yield collate.batch(*dataset.windows(order[start : start + batch_size]))
        return
    shuffle = not isinstance(dataset, IterableDataset)
    yield from DataLoader(dataset, batch_size, shuffle=shuffle, collate_fn=collate)


def _collate(
    model: nn.Module, dataset: Dataset[Item], noise: NoiseSampler | None, negative: int
) -> Collate:
    if not _uses_noise(model):
        return Collate(None, negative=0)
    negative = whole_number("negative", negative, least=1)
    if noise is None:
        if not isinstance(dataset, WindowDataset):
            raise ConfigError("noise must be a NoiseSampler where no WindowDataset has the counts")
        noise = NoiseSampler(dataset.counts(0))
    return Collate(noise, negative)


def _uses_noise(model: nn.Module) -> bool:
    return bool(getattr(model, "uses_noise", True))


def _check(*, epochs: int, batch_size: int, lr: float, every: int, log: Any) -> None:  # noqa: ANN401
    for name, value, least in (
        ("epochs", epochs, 1), ("batch_size", batch_size, 1), ("every", every, 0)
    ):  # fmt: skip
        whole_number(name, value, least=least)
    if not is_finite(lr) or lr <= 0:
        raise ConfigError(f"lr must be a finite number above 0, got {lr!r}")
    if every and log is None:
        raise ConfigError("every needs log, which takes a line: log=print, say")

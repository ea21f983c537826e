"""Fitting a model to windows: epochs, batches, an optimizer, a device, a seed."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, IterableDataset

from firth.checks import is_finite, whole_number
from firth.errors import ConfigError
from firth.torch.data import Collate, Item, WindowBatch, WindowDataset
from firth.torch.noise import NoiseSampler

MakeOptimizer = Callable[..., torch.optim.Optimizer]


class FitResult(NamedTuple):
    """What `fit` returns; the model itself is trained in place."""

    losses: list[float]  # the mean loss of each epoch, in the model's own terms
    seconds: float
    device: str


class EpochReport(NamedTuple):
    """What `fit` reports of an epoch. As text it is a line.

    Examples
    --------
    >>> print(EpochReport(50, 2000, 0.69314))
    Epoch [50/2000]  Loss 0.6931
    """

    epoch: int  # from 1
    epochs: int  # of the whole fit
    loss: float  # the mean loss of the epoch

    def __str__(self) -> str:
        """Return the line."""
        return f"Epoch [{self.epoch}/{self.epochs}]  Loss {self.loss:.4f}"


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
    every: int = 1,
    report: Callable[[EpochReport], object] | None = None,
) -> FitResult:
    """Train a model on the windows of a data set.

    Parameters
    ----------
    model : nn.Module
        Called with centre (B,) and contexts (B, C), and noise (B, K) too unless its `uses_noise`
        is False; returns the loss. It is trained in place, and stays on the device.
    dataset : WindowDataset, WindowStream or other Dataset
        Holds windows. They are shuffled in each epoch, unless it is an `IterableDataset`.
    noise : NoiseSampler, optional
        Draws the noise words; by default from the counts of a `WindowDataset`, to the power 0.75.
        A generator of its own is not seeded by `seed`.
    negative : int
        K.
    epochs, batch_size : int
        How often to go through the windows, and how many to take at a time.
    optimizer : callable
        A class of `torch.optim`, or another callable that takes parameters and `lr`. A model made
        with ``sparse=True`` needs one that takes sparse gradients, such as `torch.optim.SGD`.
    lr : float
        The optimizer's step size.
    seed : int
        Seed of all random numbers but those of a generator of its own in `noise`. The same model,
        seed and generator state lead to the same losses. Call `seed_everything` before you make the
        model, so that it starts the same too.
    device : str or torch.device, optional
        "cpu", "cuda", "cuda:1", "mps"; by default the first of CUDA, MPS, CPU that is there.
    every : int
        Report every so many epochs.
    report : callable, optional
        Called with an `EpochReport` every `every` epochs, and after the last. `print` will do.

    Returns
    -------
    FitResult
        The loss of an epoch is the mean of its batches' losses, weighted by their windows.

    Raises
    ------
    ConfigError
        If an option is out of range, the device is not there, the optimizer does not take the
        model's gradients, sparse or dense, or the loss is no longer finite.

    Examples
    --------
    >>> from firth.torch import CBOW, NegativeSampling, Word2Vec
    >>> dataset = WindowDataset([[1, 2, 3, 4], [4, 3, 5, 1]], window=1)
    >>> seed_everything(1)
    >>> model = Word2Vec(6, 2, CBOW(), NegativeSampling())
    >>> result = fit(model, dataset, negative=2, epochs=100, device="cpu", every=50, report=print)
    Epoch [50/100]  Loss 0.6...
    Epoch [100/100]  Loss 0.3...
    >>> result.losses[-1] < result.losses[0]
    True
    """
    for name, value in (("epochs", epochs), ("batch_size", batch_size), ("every", every)):
        whole_number(name, value, least=1)
    if not is_finite(lr) or lr <= 0:
        raise ConfigError(f"lr must be a finite number above 0, got {lr!r}")
    if every > 1 and report is None:
        raise ConfigError(f"every needs report, such as report=print; got every={every} alone")
    chosen = choose_device(device)
    collate = _collate(model, dataset, noise, negative)
    seed_everything(seed)
    model.to(chosen)
    model.train()
    steps = optimizer(model.parameters(), lr=lr)
    losses: list[float] = []
    began = time.perf_counter()
    for epoch in range(1, epochs + 1):
        loss = _train_epoch(model, steps, chosen, _batches(dataset, batch_size, collate))
        if not math.isfinite(loss):
            raise ConfigError(
                f"the loss is no longer finite in epoch {epoch}; lr is too large, got {lr:g}"
            )
        losses.append(loss)
        if report is not None and (epoch % every == 0 or epoch == epochs):
            report(EpochReport(epoch, epochs, loss))
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
    """Seed Python, NumPy and PyTorch, CUDA included, and keep cuDNN to repeatable algorithms.

    Raises
    ------
    ConfigError
        If the seed is not a whole number from 0 to 2**32 - 1, which is what NumPy takes.
    """
    seed = whole_number("seed", seed, least=0, most=2**32 - 1)
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 (other code draws from NumPy's global generator)
    torch.manual_seed(seed)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


def _train_epoch(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    device: torch.device,
    batches: Iterable[WindowBatch],
) -> float:
    """Take a step for each batch, and return the mean loss of a window."""
    total, windows = 0.0, 0
    for batch in batches:
        given = batch if _uses_noise(model) else batch[:2]
        optimizer.zero_grad()
        loss: Tensor = model(*(ids.to(device) for ids in given))
        loss.backward()  # type: ignore[no-untyped-call]
        _step(optimizer)
        total += loss.item() * len(batch.centre)
        windows += len(batch.centre)
    if windows == 0:
        raise ConfigError("the data set has no windows: nothing to fit")
    return total / windows


def _step(optimizer: torch.optim.Optimizer) -> None:
    """Take a step; raise with advice if the optimizer takes no sparse gradients, or no others."""
    try:
        optimizer.step()
    except RuntimeError as error:
        if "sparse gradients" in str(error):
            advice = (
                "does not take the sparse gradients of a model made with sparse=True; give fit "
                "optimizer=torch.optim.SparseAdam or optimizer=torch.optim.SGD, or leave sparse out"
            )
        elif "dense gradients" in str(error):
            advice = (
                "takes sparse gradients only; make the model with sparse=True, or give fit "
                "optimizer=torch.optim.Adam"
            )
        else:
            raise
        raise ConfigError(f"{type(optimizer).__name__} {advice}") from error


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
    """Return what makes batches of windows, with noise words if the model uses them."""
    if not _uses_noise(model):
        return Collate(None, negative=0)
    negative = whole_number("negative", negative, least=1)
    if noise is None:
        if not isinstance(dataset, WindowDataset):
            raise ConfigError(
                "noise must be a NoiseSampler for a data set other than WindowDataset, got None"
            )
        noise = NoiseSampler(dataset.counts(0))
    return Collate(noise, negative)


def _uses_noise(model: nn.Module) -> bool:
    return bool(getattr(model, "uses_noise", True))

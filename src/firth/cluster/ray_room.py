"""The room that a Ray cluster has for workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from firth.errors import ConfigError, counted


def check_room(ray: Any, processors: int, gpus: int) -> None:  # noqa: ANN401
    """Raise ConfigError if the cluster has fewer processors or GPUs than the workers need."""
    resources = ray.cluster_resources()
    for what, key, needed, less in (
        ("processor", "CPU", processors, ", fewer threads (--threads)"),
        ("GPU", "GPU", gpus, ", another engine (--engine hogwild)"),
    ):
        found = int(resources.get(key, 0))
        if found < needed:
            raise ConfigError(
                f"the cluster has {counted(found, what)}, and the workers need {needed}: give "
                f"fewer workers (--workers){less}, or add machines"
            )


def share_of_worker(nodes: Sequence[float], workers: int, threads: int) -> float:
    """Return the most processors, up to its threads, that each worker can have in one node.

    Parameters
    ----------
    nodes : sequence of float
        The processors of each node.

    Examples
    --------
    >>> share_of_worker([16.0, 16.0, 16.0], workers=4, threads=16)
    8.0
    """
    # Ray counts in ten-thousandths.
    thousandths = [int(processors * 1000) for processors in nodes]
    shares = {whole // part for whole in thousandths for part in range(1, workers + 1)}
    for share in sorted({min(threads * 1000, share) for share in shares}, reverse=True):
        if share > 0 and sum(whole // share for whole in thousandths) >= workers:
            return share / 1000
    return 0.0

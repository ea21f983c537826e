"""Opening the team that a call asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from firth.checks import shown
from firth.cluster.local_team import LocalTeam
from firth.cluster.ray_team import RayTeam
from firth.cluster.team import Team
from firth.cluster.torchrun import TORCHRUN, TorchrunTeam, rank_here
from firth.errors import ConfigError
from firth.training.config import TrainConfig
from firth.training.engines.registry import DEFAULT


def check_cluster(config: TrainConfig, cluster: object, engine: str) -> None:
    """Raise ConfigError if options do not fit a cluster."""
    if cluster is not None and not (isinstance(cluster, str) and cluster):
        raise ConfigError(
            "cluster must be 'auto', the address of a Ray cluster, or 'torchrun', got "
            f"{shown(cluster)}"
        )
    if cluster == TORCHRUN and rank_here() > 0:
        raise ConfigError(
            "with cluster='torchrun' only the process of rank 0 trains; in the others call "
            "firth.cluster.torchrun.serve()"
        )
    if is_wanted(config, cluster) and engine != DEFAULT:
        raise ConfigError(
            f"engine={engine!r} (--engine) trains with one worker: give engine={DEFAULT!r}, or no "
            "workers (--workers) and no cluster (--cluster)"
        )


def is_wanted(config: TrainConfig, cluster: object) -> bool:
    """Return whether a call asks for a team."""
    return cluster is not None or config.workers > 1


@contextmanager
def open_team(config: TrainConfig, cluster: str | None) -> Iterator[Team | None]:
    """Make the team of a call, or none if one worker is enough; end it afterwards."""
    if not is_wanted(config, cluster):
        yield None
        return
    team: Team
    if cluster is None:
        team = LocalTeam(config.workers)
    elif cluster == TORCHRUN:
        team = TorchrunTeam(config.workers)
    else:
        team = RayTeam(cluster, config.workers, config.used_threads)
    try:
        yield team
    finally:
        team.close()

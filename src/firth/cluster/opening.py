"""Opening the team that a call asks for.

Most calls ask for none, so what teams need is imported when one is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from firth.checks import shown
from firth.errors import ConfigError
from firth.training.config import TrainConfig
from firth.training.engines.registry import team_engine_named

if TYPE_CHECKING:
    from firth.cluster.team import Team

TORCHRUN = "torchrun"


def check_cluster(config: TrainConfig, cluster: object, engine: str) -> None:
    """Raise ConfigError if options do not fit a cluster."""
    if cluster is not None and not (isinstance(cluster, str) and cluster):
        raise ConfigError(
            "cluster must be 'auto', the address of a Ray cluster, or 'torchrun', got "
            f"{shown(cluster)}"
        )
    if cluster == TORCHRUN:
        from firth.cluster.torchrun import check_leads

        check_leads()
    team_engine_named(engine).check_options(config)


def is_wanted(config: TrainConfig, cluster: object) -> bool:
    """Return whether a call asks for a team."""
    return cluster is not None or config.workers > 1


@contextmanager
def open_team(config: TrainConfig, cluster: str | None, engine: str) -> Iterator[Team | None]:
    """Make the team of a call, or none if one worker is enough; end it afterwards."""
    if not is_wanted(config, cluster):
        yield None
        return
    team = _make_team(config, cluster, engine)
    try:
        yield team
    finally:
        team.close()


def _make_team(config: TrainConfig, cluster: str | None, engine: str) -> Team:
    if cluster is None:
        from firth.cluster.local_team import LocalTeam

        return LocalTeam(config.workers, engine)
    if cluster == TORCHRUN:
        from firth.cluster.torchrun import TorchrunTeam

        return TorchrunTeam(config.workers, engine)
    from firth.cluster.ray_team import RayTeam

    return RayTeam(cluster, config.workers, config.used_threads, engine)

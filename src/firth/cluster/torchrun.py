"""A team of processes that `torchrun` started.

The process of rank 0 leads the run. The others call `serve`, and do what it tells them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from firth.cluster.group import GroupBroken, TorchGroup, import_distributed
from firth.cluster.member import Member
from firth.cluster.team import check_alike
from firth.errors import ConfigError, FirthError
from firth.training.engines.base import WorkersLost

TORCHRUN = "torchrun"
# A member may wait long for the leader, which reads a text.
_FOR_THE_LEADER = 24 * 3600.0


def rank_here() -> int:
    """Return the rank that `torchrun` gave this process.

    Raises
    ------
    ConfigError
        If `torchrun` did not start it.
    """
    if "RANK" not in os.environ or "WORLD_SIZE" not in os.environ:
        raise ConfigError(
            "cluster='torchrun' (--cluster torchrun) needs torchrun: "
            "torchrun --nproc-per-node 4 -m firth train ... --cluster torchrun --workers 4"
        )
    return int(os.environ["RANK"])

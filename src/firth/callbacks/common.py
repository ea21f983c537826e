"""What several callbacks need."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from firth.training.callbacks import RunStart
from firth.training.checkpoints.folder import parse_duration

# Seconds from one report of progress to the next.
EVERY = 10.0


class Pace:
    """Tells when it is time again, by the seconds that records hold."""

    def __init__(self, every: float | str) -> None:
        self._every = parse_duration("every", every)
        self._next = -math.inf

    def begin(self) -> None:
        """Have the next record be in time, whatever its seconds."""
        self._next = -math.inf

    def is_due(self, seconds: float) -> bool:
        """Tell whether it is time; if so, count from here."""
        if seconds < self._next:
            return False
        self._next = seconds + self._every
        return True


def plan_of(start: RunStart) -> dict[str, Any]:
    """Return what a run sets out to do, without its words."""
    return {
        "config": dataclasses.asdict(start.config),
        "vocabulary": len(start.vocabulary.words),
        "tokens": start.tokens,
        "held_out": start.held_out,
        "epoch": start.epoch,
        "words": start.words,
        "checkpoint": start.checkpoint,
        "estimate": dataclasses.asdict(start.estimate),
    }

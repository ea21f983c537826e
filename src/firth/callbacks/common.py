"""The pace of reports, and the record of a run's start."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from firth.checks import parse_duration
from firth.training.callbacks import RunStart

# Seconds between reports of progress.
EVERY = 10.0


class Pace:
    """A timer that reads the seconds of a run's records."""

    def __init__(self, every: float | str) -> None:
        self._every = parse_duration("every", every)
        self._next = -math.inf

    def begin(self) -> None:
        """Make the next record due, whatever its seconds."""
        self._next = -math.inf

    def is_due(self, seconds: float) -> bool:
        """Return whether a record is due; if so, the next is due one interval later."""
        if seconds < self._next:
            return False
        self._next = seconds + self._every
        return True


def start_record(start: RunStart) -> dict[str, Any]:
    """Return the record of a run's start, with the size of the vocabulary in place of its words."""
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

"""What gensim's objects note of what was done with them."""

from __future__ import annotations

import copy
import logging
import platform
import sys
from datetime import datetime
from typing import Any

import firth

logger = logging.getLogger(__name__)


class Lifecycle:
    """Keeps the events that a program notes; Firth adds none, and files have none."""

    @property
    def lifecycle_events(self) -> list[dict[str, Any]]:
        """The events that were noted, the first first."""
        events: list[dict[str, Any]] = vars(self).setdefault("_lifecycle_events", [])
        return events

    def add_lifecycle_event(
        self,
        event_name: str,
        log_level: int = logging.INFO,
        **event: Any,  # noqa: ANN401
    ) -> None:
        """Note an event, with the time and the versions, and log it; not with `log_level=False`."""
        noted = {
            **copy.deepcopy(event),
            "datetime": datetime.now().isoformat(),
            "firth": firth.__version__,
            "python": sys.version,
            "platform": platform.platform(),
            "event": event_name,
        }
        if log_level:
            logger.log(log_level, "%s lifecycle event %s", type(self).__name__, noted)
        self.lifecycle_events.append(noted)

"""What the service knows right now, for the page, `/metrics` and the API: latest values, counters, health."""
from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from config.site import Site
from twin.alarms.state import NO_ALARMS, Alarms
from twin.estimate.health.assess import Assessed
from twin.events import Reading, Rejected, Snapshot
from twin.forecast.show import Told


@dataclass
class Hub:
    """Written by the service loop only, read by anyone in the same event loop."""

    site: Site
    snapshot: Snapshot | None = None
    readings: dict[tuple[str, int], Reading] = field(default_factory=dict)  # (cls, row) -> newest
    counters: Counter[str] = field(default_factory=Counter)  # e.g. received, stored, late, duplicate, rejected_<reason>
    rejected: deque[Rejected] = field(default_factory=lambda: deque(maxlen=100))
    health: dict[str, Any] = field(default_factory=dict)  # part name -> {"ok": bool, "detail": str, ...}
    gauges: dict[str, float] = field(default_factory=dict)  # name with unit -> value, e.g. queue_length, lag_seconds
    alarms: Alarms = NO_ALARMS  # as they stand
    forecast: Told | None = None  # the newest
    assess: Callable[[], tuple[Assessed, ...]] = tuple  # what could be told of each fault now, worked out when asked
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def publish(self, snapshot: Snapshot) -> None:
        """Make a snapshot the latest and wake every waiting reader."""
        async with self.changed:
            self.snapshot = snapshot
            self.changed.notify_all()

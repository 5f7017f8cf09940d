"""The twin's estimates on MQTT, one flat message an asset: `.../twin` for the plant, the what-if root for everything else."""
from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from config.site import Site
from twin.events import ACTUAL, Effect, Emit, Snapshot
from twin.sinks.base import AHEAD, LIVE
from twin.sinks.task import TaskSink
from twin.wire.estimates import encode_twin

FEW = 16  # assets of a class that is published of what lies ahead, a message each a moment: the rest is in the stores
Publish = Callable[[str, bytes], Awaitable[None]]
Period = Mapping[str, float]  # seconds of event time between two messages of a class


class MqttTwin(TaskSink):
    """`publish(topic, payload)` sends QoS 0, not retained. While it is busy or away only the newest of a scenario waits: one snapshot of the plant,
    all that were put together of a forecast or what-if."""

    name = "mqtt_twin"

    def __init__(self, site: Site, publish: Publish, every_s: float = 1.0, by_class: Period | None = None):
        super().__init__()
        self.site, self.publish, self.every_s, self.by_class = site, publish, every_s, dict(by_class or {})
        self.counters: Counter[str] = Counter(published=0, skipped=0, failed=0)
        self._waiting: dict[str, list[Snapshot]] = {}
        self._last: dict[tuple[str, str], int] = {}
        self._idle.set()

    def put(self, effects: Sequence[Effect], lane: str = LIVE) -> None:
        """Live snapshots and what lies ahead: history that is filled in is no news."""
        if lane not in (LIVE, AHEAD):
            return
        series: dict[str, list[Snapshot]] = {}
        for snapshot in (e.snapshot for e in effects if isinstance(e, Emit)):
            series.setdefault(snapshot.scenario, []).append(snapshot)
        for scenario, found in series.items():
            newest = found[-1:] if scenario == ACTUAL else found
            self.counters["skipped"] += len(found) - len(newest) + len(self._waiting.get(scenario, ()))
            self._waiting[scenario] = newest
            self._woken()

    def health(self) -> dict[str, Any]:
        return {"ok": not self._trouble, "detail": self._trouble or "publishing", **self.counters}

    async def close(self) -> None:
        """What waits is old by now and is not sent."""
        await self._end()

    async def _run(self) -> None:
        while not self._closing:
            await self._work.wait()
            self._work.clear()
            while self._waiting and not self._closing:
                await self._send(self._next())
            self._idle.set()

    def _next(self) -> Snapshot:
        """The plant before anything that may be; a series in order."""
        scenario = ACTUAL if ACTUAL in self._waiting else next(iter(self._waiting))
        series = self._waiting[scenario]
        snapshot = series.pop(0)
        if not series:
            del self._waiting[scenario]
        return snapshot

    async def _send(self, snapshot: Snapshot) -> None:
        try:
            for topic, payload in encode_twin(self.site, snapshot, self._due(snapshot)):
                if self._closing:
                    return
                await self.publish(topic, payload)
                self.counters["published"] += 1
            self._trouble = ""
        except Exception as err:  # noqa: BLE001 whatever the client raises: it reconnects by itself, the next snapshot tries again
            self.counters["failed"] += 1
            self._trouble = f"{type(err).__name__}: {err}"

    def _due(self, snapshot: Snapshot) -> tuple[str, ...]:
        """Classes whose period has passed since their last message of the plant, classes of few assets of any other scenario; time that went back starts anew."""
        if snapshot.scenario != ACTUAL:
            return tuple(c for c, v in snapshot.values.items() if len(v) <= FEW)
        due = tuple(c for c in snapshot.values if self._passed(c, snapshot))
        self._last.update({(snapshot.scenario, c): snapshot.ts_ms for c in due})
        return due

    def _passed(self, cls: str, snapshot: Snapshot) -> bool:
        last = self._last.get((snapshot.scenario, cls))
        period_ms = 1000.0 * self.by_class.get(cls, self.every_s)
        return last is None or not 0 <= snapshot.ts_ms - last < period_ms

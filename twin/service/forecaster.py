"""The forecast that is always on: each minute of event time, in parts of some milliseconds between the steps of the fold. Each ten minutes the
moment is kept, for futures that begin there.

A worker of its own would cost as much memory as the twin; the parts cost a fraction of a percent of a core. A forecast that is not done
when the next is due is finished first, and after each there is a rest, so that a plant faster than real time does not starve its twin.
"""
from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from twin.engine import Twin
from twin.engine.ahead import present
from twin.events import Effect, Emit, Moment, Snapshot
from twin.forecast.ahead import Forecast, ahead
from twin.forecast.memory import Memory, recent, remembered
from twin.forecast.outlook import Outlook
from twin.forecast.quantities import columns, shown, width
from twin.forecast.scores import Scores, came, said, unscored
from twin.forecast.show import shown as finished
from twin.forecast.show import snapshots
from twin.service.hub import Hub
from twin.sinks.moments import EVERY_MS
from twin.whatif.ground import Ground
from twin.whatif.moments import packed

MINUTE_MS = 60_000
PAUSE_S = 0.004  # after each part: who waits for the event loop comes first
REST = 20.0  # times as long as a forecast took passes before the next: at most 5 % of a core


@dataclass
class Forecaster:
    """`twin` is the fold's value as it stands; `put` hands effects to the sinks."""

    ground: Ground
    twin: Callable[[], Twin]
    hub: Hub
    put: Callable[[Sequence[Effect]], None]
    outlook: Callable[[], Outlook] = Outlook
    pause_s: float = PAUSE_S
    scores: Scores = field(init=False)
    _memory: Memory = field(default_factory=Memory)
    _minute: int = -1
    _kept: int = -1  # tenth minute of the last moment
    _free_s: float = 0.0  # monotonic time from which the next may begin

    def __post_init__(self) -> None:
        self._columns = columns(self.ground)
        self.scores = unscored(width(self._columns))

    async def run(self) -> None:
        """For ever, woken by each snapshot."""
        seen: Snapshot | None = None
        while True:
            async with self.hub.changed:
                await self.hub.changed.wait_for(lambda: self.hub.snapshot is not seen)  # noqa: B023 read at each wake-up
            seen = self.hub.snapshot
            if seen is not None and seen.ts_ms // MINUTE_MS != self._minute:
                self._minute = seen.ts_ms // MINUTE_MS
                await self.minute()

    async def minute(self) -> None:
        """What a new minute of event time brings: what came true, and a forecast where there was rest enough."""
        twin = self.twin()
        now = twin.snapshot
        if now is None or twin.inputs is None:
            return
        self._memory = remembered(self._memory, now.ts_ms, twin.inputs.gpu_power.sum(-1))
        start = present(self.ground, twin)
        if now.ts_ms // EVERY_MS != self._kept:
            self._kept = now.ts_ms // EVERY_MS
            self.put([Moment(now.ts_ms, packed(self.ground, start))])
        self.scores = came(self.scores, now.ts_ms, shown(self._columns, now.values))
        if time.monotonic() < self._free_s:
            return
        work = ahead(self.ground, start, now, self.outlook(), recent(self._memory, now.ts_ms))
        made, spent = await self._worked(work)
        self._free_s = time.monotonic() + REST * spent
        self.hub.gauges["forecast_cpu_seconds"] = spent
        self.tell(made)

    async def _worked(self, work: Generator[None, None, Forecast]) -> tuple[Forecast, float]:
        """The forecast, and the CPU seconds it took."""
        spent = 0.0
        while True:
            begun = time.thread_time()
            try:
                next(work)
            except StopIteration as done:
                return done.value, spent + time.thread_time() - begun
            spent += time.thread_time() - begun
            await asyncio.sleep(self.pause_s)

    def tell(self, made: Forecast) -> None:
        told = finished(made, self.scores)
        self.scores = said(self.scores, made)
        self.hub.forecast = told
        self.hub.counters["forecasts"] += 1
        effects: list[Any] = [Emit(s) for s in snapshots(self.ground, told)]
        self.put([*effects, *told.scores])

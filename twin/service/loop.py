"""The service: one fold over one queue. Messages and ticks go in, effects come out and are handed to the sinks.

A message is acknowledged to its broker after everything it caused has been handed over and the log has it.
The fold runs in slices short enough that the page and the sinks get their turn.
"""
from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from config.site import Site
from twin.alarms.state import NO_ALARMS, Alarms
from twin.events import Answer, DeadLetter, Effect, Emit, Event, Reading, Record, Rejected, Tick
from twin.service.clock import Clock
from twin.service.fold import Decode, Unroll, events, last_tick, stale
from twin.service.hub import Hub
from twin.sinks.base import Sink
from twin.sources.inbox import Inbox, Message

log = structlog.get_logger("service")

TICK_S = 0.25
SLICE_S = 0.02  # longest time the fold keeps the event loop, a step aside
BATCH = 512
ASK_S = 10.0  # longest wait for the answer to a command
DRAIN_S = 2.0  # longest time spent on the queue when stopping

class Keeper(Protocol):
    """The event log, as the loop sees it."""

    def append(self, message: Message) -> None: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...


class Letters(Protocol):
    def write(self, rejected: Rejected, payload: bytes = b"") -> None: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...


@dataclass
class Service:
    """Everything the loop needs; the twin is a value that it replaces."""

    site: Site
    twin: Any
    unroll: Unroll
    decode: Decode
    hub: Hub
    inbox: Inbox
    clock: Clock
    sinks: Sequence[Sink] = ()
    log: Keeper | None = None
    letters: Letters | None = None
    answer: Callable[[Answer], Awaitable[None]] | None = None
    counts: Callable[[Any], Mapping[str, int]] = lambda twin: {}  # what the twin itself has counted
    alarms: Callable[[Any], Alarms] = lambda twin: NO_ALARMS
    aside: Callable[[Message], bool] = lambda message: False  # takes what is no matter of the fold, and says so
    tick_s: float = TICK_S
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _newest_ms: int = -1  # newest event time of a reading
    _effects: list[Effect] = field(default_factory=list)
    _asked: dict[str, asyncio.Future[Answer]] = field(default_factory=dict)  # commands of this process by id

    async def run(self) -> None:
        """Until `stop`; then drains the queue, flushes and closes."""
        due = time.monotonic()
        for sink in self.sinks:
            await sink.open()
        try:
            while not self._stop.is_set():
                await self._turn(await self.inbox.take(BATCH, max(0.0, due - time.monotonic())))
                if time.monotonic() >= due:
                    await self._tick()
                    due = time.monotonic() + self.tick_s
                await asyncio.sleep(0)
        finally:
            await self._finish()

    def stop(self) -> None:
        self._stop.set()

    async def ask(self, id: str, topic: str, payload: bytes) -> Answer:
        """Put a command into the queue as if a broker had brought it (so that it is in the log) and wait for its answer.

        Raises TimeoutError when the fold is too far behind to answer within ASK_S.
        """
        answered = self._asked[id] = asyncio.get_running_loop().create_future()
        try:
            self.inbox.put(Message(self.clock.now_ms(), topic, payload))
            return await asyncio.wait_for(answered, ASK_S)
        finally:
            del self._asked[id]

    async def _turn(self, messages: list[Message]) -> None:
        """Handle a batch in slices; acknowledge each slice when its effects are handed over."""
        done = 0
        while done < len(messages):
            until = time.monotonic() + SLICE_S
            start = done
            while done < len(messages) and (done == start or time.monotonic() < until):
                await self._message(messages[done])
                done += 1
            await self._hand_over(messages[start:done])
            if done < len(messages):
                await asyncio.sleep(0)

    async def _tick(self) -> None:
        await self._step(Tick(self.clock.now_ms()))
        await self._hand_over(())
        dict.update(self.hub.counters, self.counts(self.twin))
        gauges = self.hub.gauges
        gauges["queue_length"] = len(self.inbox)
        if self.hub.snapshot is not None:
            gauges["lag_seconds"] = (self.clock.now_ms() - self.hub.snapshot.ts_ms) / 1000.0
        for sink in self.sinks:
            self.hub.health[sink.name] = sink.health()

    async def _message(self, message: Message) -> None:
        counters = self.hub.counters
        if self.aside(message):
            return
        counters["received"] += 1
        if self.log is not None:
            self.log.append(message)
        if stale(message):
            counters["retained_ignored"] += 1
            return
        for event in events(self.decode, message):
            if isinstance(event, Reading):
                self.clock.follow(event.ts_ms)
                self._newest_ms = max(self._newest_ms, event.ts_ms)
            await self._step(event, message.payload)

    async def _step(self, event: Event, payload: bytes = b"") -> None:
        """Fold one event; one that is worth many steps lets the rest of the service have its turn between them."""
        until, start = time.monotonic() + SLICE_S, time.perf_counter()
        for after, effects in self.unroll(self.site, self.twin, event):
            self.twin = after
            self._gather(effects, payload, time.perf_counter() - start)
            if effects and time.monotonic() > until:
                await self._hand_over(())
                await asyncio.sleep(0)
                until = time.monotonic() + SLICE_S
            start = time.perf_counter()

    def _gather(self, effects: Iterable[Effect], payload: bytes, spent: float) -> None:
        for effect in effects:
            if isinstance(effect, DeadLetter):
                self._bury(effect.rejected, payload)
            else:
                self._effects.append(effect)
                if isinstance(effect, Emit):
                    self._time_step(spent)

    def _time_step(self, spent_s: float) -> None:
        gauges = self.hub.gauges
        gauges["step_seconds"] = spent_s
        gauges["step_seconds_max"] = max(spent_s, gauges.get("step_seconds_max", 0.0))

    async def _hand_over(self, messages: Sequence[Message]) -> None:
        effects, self._effects = self._effects, []
        self.hub.alarms = self.alarms(self.twin)
        if effects:
            for sink in self.sinks:
                sink.put(effects)
            await self._show(effects)
        if self.log is not None:
            self.log.flush()
        acknowledge(messages)

    async def _show(self, effects: Iterable[Effect]) -> None:
        """The hub's share of the effects: newest readings, the last snapshot, answers."""
        hub, newest = self.hub, None
        for effect in effects:
            if isinstance(effect, Record):
                reading = effect.reading
                hub.readings[(reading.cls, reading.row)] = reading
                hub.counters["recorded"] += 1
            elif isinstance(effect, Emit):
                newest = effect.snapshot
                hub.counters["snapshots"] += 1
            elif isinstance(effect, Answer):
                await self._answer(effect)
        if newest is not None:
            await hub.publish(newest)

    async def _answer(self, effect: Answer) -> None:
        waiting = self._asked.get(effect.command.id)
        if waiting is not None and not waiting.done():
            waiting.set_result(effect)
        if self.answer is not None:
            await self.answer(effect)

    def _bury(self, rejected: Rejected, payload: bytes) -> None:
        self.hub.counters[f"rejected_{rejected.reason}"] += 1
        self.hub.rejected.append(rejected)
        if self.letters is not None:
            self.letters.write(rejected, payload)

    async def _finish(self) -> None:
        """Drain, release what waits behind the watermark, flush and close; close also when the fold has failed."""
        try:
            until = time.monotonic() + DRAIN_S
            while len(self.inbox) and time.monotonic() < until:
                await self._turn(await self.inbox.take(BATCH, 0.0))
            if self._newest_ms >= 0:
                await self._step(last_tick(self.site, self._newest_ms))
            await self._hand_over(())
            dict.update(self.hub.counters, self.counts(self.twin))
        finally:
            await asyncio.gather(*(sink.close() for sink in self.sinks))
            for part in (self.log, self.letters):
                if part is not None:
                    part.close()


def acknowledge(messages: Sequence[Message]) -> None:
    """Tell each connection which of its messages are done, in order."""
    receipt, mids = None, []
    for message in messages:
        if message.receipt is not receipt and mids:
            receipt.acknowledge(mids)  # type: ignore[union-attr] mids are filled only with a receipt
            mids = []
        receipt = message.receipt
        if receipt is not None:
            mids.append(message.mid)
    if receipt is not None:
        receipt.acknowledge(mids)

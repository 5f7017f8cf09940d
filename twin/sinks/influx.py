"""InfluxDB of any version: effects -> lines -> bodies on disk -> server. What was put is safe from the moment it is on disk.

Two threads, so that neither waits for the other: one encodes and spools, one owns the blocking client. The event loop
only appends to a queue. A server that is away costs disk, not memory; a line it refuses costs that line.
"""
from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from config.site import Site
from twin.events import Effect, Forget
from twin.sinks.base import LIVE
from twin.sinks.delivery.batch import Batcher
from twin.sinks.delivery.courier import Courier
from twin.sinks.delivery.endpoint import Away, Endpoint, Target, connect
from twin.sinks.delivery.forget import forget
from twin.sinks.delivery.outcome import Kind, Outcome
from twin.sinks.delivery.spool import Spool
from twin.wire.rows import Lanes, change_lines, encode, items

_IDLE_S = 0.2  # longest sleep of a thread: the batch's age is looked at this often
_CLOSE_S, _GRACE_S = 2.0, 1.0  # longest waits on closing: for the disk, then twice for the server
QUEUE_MAX = 20_000  # slices waiting for the intake; more only when the disk takes nothing, and then they are counted


class InfluxSink:
    """`target` where to, `folder` for spool and dead letters, `gpus` whether single GPUs are written."""

    name = "influxdb"

    def __init__(self, site: Site, target: Target, folder: Path, *, gpus: bool = True, clock: Callable[[], float] = time.monotonic,
                 jitter: Callable[[], float] = random.random, batcher: Batcher | None = None):
        self.site, self.target, self.gpus, self.clock = site, target, gpus, clock
        self.dead = folder / "dead.jsonl"
        self._spool = Spool(folder / "spool")
        self.courier = Courier(self._spool, self._write, self.dead, clock, jitter)
        self._batcher, self._lanes = batcher if batcher is not None else Batcher(), Lanes(site)
        self._queue: deque[tuple[str, Sequence[Effect] | None]] = deque()  # None: the lane ends
        self._wake, self._stored = threading.Condition(), threading.Condition()
        self._taken = self._safe = self._put = self._waiting = self._dropped = 0
        self._stopping = self._sending_ends = False
        self._fault = ""
        self._endpoint: Endpoint | None = None
        self._threads = [threading.Thread(target=self._guard, args=(run,), name=f"influx-{run.__name__}", daemon=True)
                         for run in (self._intake, self._send)]

    async def open(self) -> None:
        for thread in self._threads:
            thread.start()

    def put(self, effects: Sequence[Effect], lane: str = LIVE) -> None:
        self._enqueue(lane, effects)

    def finish(self, lane: str) -> None:
        self._enqueue(lane, None)

    def _enqueue(self, lane: str, effects: Sequence[Effect] | None) -> None:
        with self._wake:
            if len(self._queue) >= QUEUE_MAX:
                self._dropped += 1
                return
            self._queue.append((lane, effects))
            self._put += 1
            self._wake.notify_all()

    async def flush(self) -> None:
        """Returns when everything put so far is on disk or delivered."""
        await asyncio.to_thread(self._await_stored, self._put)

    async def drain(self, within_s: float) -> bool:
        """Wait until the server has everything that was put; False when it has not in time."""
        await self.flush()
        return await asyncio.to_thread(self._await_sent, within_s)

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def health(self) -> dict[str, Any]:
        """Counters since the start; `ok` is false while the server is away or a thread has failed."""
        courier = self.courier
        detail = self._fault or courier.trouble or (f"InfluxDB {self._endpoint.version}" if self._endpoint else "no write yet")
        return {"ok": not (self._fault or courier.trouble), "detail": detail, **courier.counters, "queued": len(self._queue),
                "spooled": len(self._spool), "spooled_bytes": self._spool.bytes, "lost": self._spool.lost + self._dropped,
                "late": self._lanes.late, "latency_seconds": round(courier.latency_s, 6)}

    # the intake thread

    def _intake(self) -> None:
        while not (self._stopping and not self._queue):
            self._sleep_until_work()
            self._take()
            self._keep(self._batcher.due(self.clock()))
            if self._waiting:
                self._keep(self._batcher.rest())
            if not self._batcher:
                self._safe = self._taken
            self._tell()
        self._lines(encode(self.site, (), self._lanes.finish_all()))
        self._keep(self._batcher.rest())

    def _sleep_until_work(self) -> None:
        with self._wake:
            if not self._queue and not self._stopping:
                self._wake.wait(_IDLE_S)

    def _take(self) -> None:
        while self._queue:
            lane, effects = self._queue.popleft()
            found = items(effects or ())
            windows = self._lanes.finish(lane) if effects is None else self._lanes.add(lane, found)
            for name in dict.fromkeys(e.scenario for e in effects or () if isinstance(e, Forget)):
                self._keep(self._batcher.rest())
                self._keep(forget(self.site.id, name))
            self._lines([*encode(self.site, found, windows, self.gpus), *change_lines(self.site, effects or ())])
            self._taken += 1

    def _lines(self, lines: list[bytes]) -> None:
        for body in self._batcher.add(lines, self.clock()):
            self._keep(body)

    def _keep(self, body: bytes) -> None:
        if body and self._spooled(body):
            self._shake()

    def _spooled(self, body: bytes) -> bool:
        """Put a body on disk, waiting for a full or broken disk as long as we run."""
        while True:
            try:
                self._spool.append(body)
                self._fault = ""
                return True
            except OSError as err:
                self._fault = f"{self._spool.folder}: {err}"
                self._tell()
                if self._stopping:
                    self._dropped += 1
                    return False
            with self._wake:
                self._wake.wait(_IDLE_S)

    # the sending thread

    def _send(self) -> None:
        while not self._sending_ends:
            wait = self.courier.wait_s()
            if wait == 0.0:
                self.courier.attempt()
                self._tell()
            else:
                with self._wake:
                    self._wake.wait(_IDLE_S if wait is None else min(wait, _IDLE_S))

    def _write(self, body: bytes) -> Outcome:
        try:
            self._endpoint = self._endpoint or connect(self.target)
        except Away as err:
            return Outcome(Kind.AGAIN, str(err))
        outcome = self._endpoint.write(body)
        if outcome.kind is Kind.AGAIN:
            self._endpoint.close()
            self._endpoint = None  # it may come back as another version, or without its bucket
        return outcome

    def _guard(self, run: Callable[[], None]) -> None:
        """A thread that ends by a fault says so in `health` and on stderr; waiting callers do not hang."""
        try:
            run()
        except BaseException as err:
            self._fault = f"{run.__name__} stopped: {type(err).__name__}: {err}"
            raise
        finally:
            self._tell()

    # waiting

    def _tell(self) -> None:
        with self._stored:
            self._stored.notify_all()

    def _await_stored(self, count: int) -> None:
        with self._stored:
            self._waiting += 1
            self._stored.wait_for(lambda: self._safe >= count or not self._threads[0].is_alive())
            self._waiting -= 1

    def _await_sent(self, within_s: float) -> bool:
        with self._stored:
            return self._stored.wait_for(lambda: not len(self._spool), within_s)

    def _close(self) -> None:
        """Everything to disk; then the server gets a moment, unless it is away."""
        self._stopping = True
        self._shake()
        intake, sender = self._threads
        if intake.ident is not None:
            intake.join(_CLOSE_S)
        with self._stored:
            self._stored.wait_for(lambda: self.courier.trouble or not len(self._spool) or not sender.is_alive(), _GRACE_S)
        self._sending_ends = True
        self._shake()
        if sender.ident is not None:
            sender.join(_GRACE_S)
        if not any(t.is_alive() for t in self._threads):
            self._spool.close()
            if self._endpoint:
                self._endpoint.close()

    def _shake(self) -> None:
        with self._wake:
            self._wake.notify_all()

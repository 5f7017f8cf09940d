"""Alarms on MQTT: a retained message for each that is not normal, taken away when it is over, whoever restarts in between."""
from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from config.site import Site
from twin.events import AlarmChange, Effect
from twin.sinks.base import LIVE
from twin.sinks.task import TaskSink
from twin.wire.alarms import encode_alarm

Publish = Callable[[str, bytes, int, bool], Awaitable[None]]  # topic, payload, QoS, retain
RETRY_S, CLOSE_S = 1.0, 2.0


class MqttAlarms(TaskSink):
    """`publish` sends; `connections` counts the broker's connections, for a new one may be a broker that has forgotten.

    `kept` is a file with the topics that a broker may still hold: after a restart, those without an alarm are taken away.
    """

    name = "mqtt_alarms"

    def __init__(self, site: Site, publish: Publish, connections: Callable[[], int], kept: Path | None = None, retry_s: float = RETRY_S):
        super().__init__()
        self.site, self.publish, self.connections, self.kept, self.retry_s = site, publish, connections, kept, retry_s
        self.counters: Counter[str] = Counter(published=0, failed=0)
        self._wanted: dict[str, bytes] = dict.fromkeys(_read(kept), b"")  # topic -> payload the broker should hold, empty: none
        self._dirty: set[str] = set(self._wanted)
        self._connection = 0

    def put(self, effects: Sequence[Effect], lane: str = LIVE) -> None:
        """Live changes only; of one alarm the newest counts."""
        changed = dict(encode_alarm(self.site, e.alarm) for e in effects if isinstance(e, AlarmChange)) if lane == LIVE else {}
        if changed:
            self._wanted |= changed
            self._dirty |= changed.keys()
            self._woken()

    def health(self) -> dict[str, Any]:
        held = sum(bool(payload) for payload in self._wanted.values())
        return {"ok": not self._trouble, "detail": self._trouble or f"{held} alarms", "held": held, "waiting": len(self._dirty), **self.counters}

    async def close(self) -> None:
        """What the broker could not be told is in the file, and told after the next start."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.flush(), CLOSE_S)
        await self._end()

    async def _run(self) -> None:
        while not self._closing:
            await self._wait()
            if self.connections() != self._connection:
                self._connection = self.connections()
                self._dirty |= self._wanted.keys()
            await self._send()
            self._idle.set()

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._work.wait(), self.retry_s)
        except TimeoutError:
            return
        self._work.clear()

    async def _send(self) -> None:
        self._keep()
        for topic in sorted(self._dirty):
            payload = self._wanted[topic]
            try:
                await self.publish(topic, payload, 1, True)
            except Exception as err:  # noqa: BLE001 whatever the client raises: it reconnects by itself, and this goes out then
                self.counters["failed"] += 1
                self._trouble = f"{type(err).__name__}: {err}"
                return
            self.counters["published"] += 1
            self._sent(topic, payload)
        self._trouble = ""
        self._keep()

    def _sent(self, topic: str, payload: bytes) -> None:
        if self._wanted[topic] != payload:
            return  # it changed meanwhile and goes again
        self._dirty.discard(topic)
        if not payload:
            del self._wanted[topic]

    def _keep(self) -> None:
        """Write the topics before they are sent and after they are gone, so that none is ever forgotten."""
        if self.kept is None or sorted(self._wanted) == _read(self.kept):
            return
        try:
            new = self.kept.with_name(self.kept.name + ".new")
            new.write_text(json.dumps(sorted(self._wanted)))
            new.replace(self.kept)
        except OSError as err:
            self._trouble = f"{self.kept}: {err}"


def _read(kept: Path | None) -> list[str]:
    """Topics of the file; none when there is no file or it is torn."""
    try:
        return [str(topic) for topic in json.loads(kept.read_text())] if kept is not None and kept.exists() else []
    except (OSError, ValueError):
        return []

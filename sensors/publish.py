"""Publishers: frames of a run to the broker, a gateway a hall, at the speed of event time that is asked for."""
from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from config.site import SITE_LEVEL, Site
from sensors.encode import Frame
from sensors.gateway import Broker, Gateway, Message
from sensors.station import Station
from twin.spare import spare
from twin.wire.messages import encode_meta, encode_status

CLOSE_S = 3.0  # longest time to send what waits at the end


@dataclass
class Report:
    """What a run did."""

    site: str
    messages: int = 0
    dropped: int = 0
    waiting: int = 0
    reconnections: int = 0
    seconds: float = 0.0
    event_seconds: float = 0.0
    skipped_steps: int = 0
    trouble: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.messages / self.seconds if self.seconds > 0 else 0.0

    def as_dict(self) -> dict[str, object]:
        return {**vars(self), "messages_per_s": round(self.rate, 1), "seconds": round(self.seconds, 3)}


@dataclass
class Fleet:
    """The gateways of a site; a message goes through the one of its hall."""

    site: Site
    gateways: dict[str, Gateway]

    @classmethod
    def of(cls, site: Site, broker: Broker, now_ms: int, with_meta: bool = True, mark: str = "") -> Fleet:
        halls = [*(h.id for h in site.model.halls), SITE_LEVEL]
        return cls(site, {h: _gateway(site, h, broker, now_ms, with_meta, mark) for h in halls})

    def put(self, frame: Frame) -> None:
        topic, payload = frame
        self.gateways[topic.split("/", 3)[2]].put(topic, payload)

    def waiting(self) -> int:
        """Messages not yet confirmed by the broker."""
        return sum(len(g.waiting) + g.under_way for g in self.gateways.values())

    def report(self, report: Report) -> Report:
        many = self.gateways.values()
        report.messages, report.dropped = sum(g.sent for g in many), sum(g.dropped for g in many)
        report.waiting = self.waiting()
        report.reconnections = sum(max(g.connections - 1, 0) for g in many)
        report.trouble = [f"{g.name}: {g.trouble}" for g in many if g.trouble]
        return report


def _gateway(site: Site, hall: str, broker: Broker, now_ms: int, with_meta: bool, mark: str) -> Gateway:
    name = f"gw-{hall}"
    topic, online = encode_status(site, hall, name, True, now_ms)
    _, offline = encode_status(site, hall, name, False, now_ms)
    meta: tuple[Message, ...] = ()
    if with_meta:
        assets = [a for rows in site.assets.values() for a in rows if a.hall == hall]
        meta = tuple((*encode_meta(site, a), True) for a in assets)
    return Gateway(f"{site.id}-{name}{mark}", broker, (topic, online, True), (topic, offline, True), meta)


@dataclass(frozen=True)
class Pace:
    """Event time against the wall: `speed` event seconds a second, samples every `step_s`, from `start_ms`; `for_s` wall seconds."""

    start_ms: int
    speed: float = 1.0
    step_s: float = 1.0
    for_s: float | None = None


async def run(fleet: Fleet, produce: Callable[[asyncio.Event, Report], object], stop: asyncio.Event, report: Report) -> Report:
    """Gateways beside one producer until it ends or `stop` is set; then what waits is sent, within `CLOSE_S`."""
    began = time.monotonic()
    links = [asyncio.create_task(g.run()) for g in fleet.gateways.values()]
    try:
        await produce(stop, report)
    finally:
        for gateway in fleet.gateways.values():
            gateway.close()
        _, late = await asyncio.wait(links, timeout=CLOSE_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*links, return_exceptions=True)
    report.seconds = time.monotonic() - began
    return fleet.report(report)


def live(station: Station, fleet: Fleet, pace: Pace) -> Callable[[asyncio.Event, Report], object]:
    """Producer of a simulated run. When the machine is slow, event time is kept and samples are left out, counted."""
    async def produce(stop: asyncio.Event, report: Report) -> None:
        began, done, ready = time.monotonic(), 0, False
        while not stop.is_set():
            elapsed = time.monotonic() - began
            if pace.for_s is not None and elapsed >= pace.for_s:
                return
            due = int(elapsed * pace.speed / pace.step_s)
            if due <= done:
                await rest(stop, (done + 1) * pace.step_s / pace.speed - elapsed)
                continue
            dt = (due - done) * pace.step_s
            report.skipped_steps += due - done - 1
            station.truth.step(dt)
            done, report.event_seconds = due, due * pace.step_s
            for frame in station.frames(dt):
                fleet.put(frame)
            await asyncio.sleep(0)
            if not ready:
                ready = True
                spare()
    return produce


async def rest(stop: asyncio.Event, seconds: float) -> None:
    """Wait, or less when the run is stopped."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), max(seconds, 0.001))


def with_signals(stop: asyncio.Event) -> None:
    """The first interrupt ends the run in order, the second at once."""
    loop = asyncio.get_running_loop()

    def end() -> None:
        if stop.is_set():
            os._exit(130)
        stop.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, end)

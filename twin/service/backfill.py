"""Fill the past: a twin at a coarse step follows old messages, and its rows go to the stores on a lane of their own."""
from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from config.site import Site
from twin.engine import listen, start
from twin.events import DeadLetter, Effect, Emit
from twin.service.fold import replay
from twin.sinks.base import Sink
from twin.sources.inbox import Message
from twin.spare import spare
from twin.wire.native import Decoded, codec
from twin.wire.reasons import Limits

LANE = "history"
STEPS_A_FLUSH = 20  # steps kept in memory at most


def coarse(site: Site, step_s: float) -> Site:
    """The site at a coarse step; the lateness of a step keeps messages of one moment together."""
    return replace(site, model=site.model.model_copy(update={"step_s": step_s, "lateness_s": step_s}))


def effects(site: Site, frames: Iterable[tuple[str, bytes]], end_ms: int, hours: float) -> Iterator[Effect]:
    """Everything the twin of an already coarse site makes of the frames of the `hours` before `end_ms`."""
    wire, step_ms = codec(site), round(site.model.step_s * 1000)
    limits = Limits(past_ms=round(hours * 3_600_000) + step_ms, future_ms=step_ms)

    def decode(topic: str, payload: bytes, received_ms: int) -> Decoded:
        return wire.decode(topic, payload, received_ms, limits)

    yield from replay(site, start(site, watched=False), listen, decode, (Message(end_ms, topic, payload) for topic, payload in frames))


async def fill(found: Iterable[Effect], sinks: Sequence[Sink], end_ms: int, hours: float, tell: Callable[[float], None]) -> int:
    """Hand the effects over, step by step; hours done go to `tell`. Returns how many messages could not be used."""
    rejected, batch, steps = 0, [], 0
    kept: asyncio.Future[None] | None = None  # the stores write one batch while the twin makes the next
    for effect in found:
        if isinstance(effect, DeadLetter):
            rejected += 1
            continue
        batch.append(effect)
        if isinstance(effect, Emit):
            _put(sinks, batch)
            batch, steps = [], steps + 1
            if steps == STEPS_A_FLUSH:
                spare()
            if steps % STEPS_A_FLUSH == 0:
                if kept is not None:
                    await kept
                kept = asyncio.ensure_future(_flush(sinks))
                await asyncio.sleep(0)
                tell(hours - (end_ms - effect.snapshot.ts_ms) / 3_600_000)
    if kept is not None:
        await kept
    _put(sinks, batch)
    for sink in sinks:
        sink.finish(LANE)
    await _flush(sinks)
    tell(hours)
    return rejected


def _put(sinks: Sequence[Sink], batch: list[Effect]) -> None:
    for sink in sinks:
        sink.put(batch, LANE)


async def _flush(sinks: Sequence[Sink]) -> None:
    for sink in sinks:
        await sink.flush()

"""The stream: encoded once for all, beats when silent, a slow reader loses frames and nothing else."""
from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from config.load import load_site
from tests.unit.test_api_frame import TS, blank
from twin.api import live
from twin.api.live import WAITING_FRAMES, Live
from twin.service.hub import Hub


@pytest.fixture
def hub() -> Hub:
    site = load_site("valence")
    return Hub(site, blank(site))


def later(hub: Hub, seconds: int):
    return replace(hub.snapshot, ts_ms=TS + 1000 * seconds)


def ts_of(message: bytes) -> int:
    return json.loads(message.removeprefix(b"data: "))["ts"]


async def settle(times: int = 50) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


async def test_the_first_frame_comes_at_once_and_the_next_with_the_next_snapshot(hub: Hub) -> None:
    stream = Live(hub, lambda: TS, period_s=0, beat_s=30).stream("h1")
    assert ts_of(await anext(stream)) == TS
    await hub.publish(later(hub, 1))
    assert ts_of(await anext(stream)) == TS + 1000
    await stream.aclose()


async def test_one_encoding_serves_every_reader(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    real = live.encode
    monkeypatch.setattr(live, "encode", lambda *a: made.append(1) or real(*a))
    fan = Live(hub, lambda: TS, period_s=0, beat_s=30)
    streams = [fan.stream("h1") for _ in range(5)]
    for stream in streams:
        await anext(stream)
    made.clear()
    await hub.publish(later(hub, 1))
    assert {await anext(s) for s in streams}.__len__() == 1
    assert len(made) == 1
    for stream in streams:
        await stream.aclose()


async def test_a_slow_reader_keeps_the_newest_frames_only(hub: Hub) -> None:
    fan = Live(hub, lambda: TS, period_s=0, beat_s=30)
    stream = fan.stream("h1")
    await anext(stream)
    for second in range(1, 20):
        await hub.publish(later(hub, second))
        await settle()
    seen = [ts_of(await anext(stream)) for _ in range(WAITING_FRAMES)]
    assert seen == [TS + 1000 * s for s in range(20 - WAITING_FRAMES, 20)]
    await stream.aclose()


async def test_silence_is_told_by_a_beat(hub: Hub) -> None:
    stream = Live(hub, lambda: 42, beat_s=0.01).stream("h1")
    await anext(stream)
    assert await anext(stream) == b"event: beat\ndata: 42\n\n"
    await stream.aclose()


async def test_nothing_works_when_nobody_reads(hub: Hub) -> None:
    fan = Live(hub, lambda: TS, beat_s=30)
    stream = fan.stream("h1")
    await anext(stream)
    assert fan.readers == 1 and fan._task is not None
    await stream.aclose()
    assert fan.readers == 0 and fan._task is None


async def test_closing_ends_every_stream(hub: Hub) -> None:
    fan = Live(hub, lambda: TS, beat_s=30)
    stream = fan.stream("h1")
    await anext(stream)
    fan.close()
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_a_frame_that_cannot_be_made_breaks_the_stream_loudly(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Live(hub, lambda: TS, period_s=0, beat_s=0.01).stream("h1")
    await anext(stream)

    def broken(*_: object) -> bytes:
        raise ZeroDivisionError
    monkeypatch.setattr(live, "encode", broken)
    await hub.publish(later(hub, 1))
    with pytest.raises(ZeroDivisionError):
        await anext(stream)

"""The twin on MQTT: newest snapshot first, at its own rate, whatever the broker does."""
from __future__ import annotations

import asyncio
import json

import numpy as np
import pytest

from config.classes import CLASSES
from config.load import load_site
from config.site import Site
from twin.events import ACTUAL, Emit, Snapshot
from twin.sinks.base import Sink
from twin.sinks.mqtt_twin import MqttTwin

T0 = 1_712_000_000_000


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site("valence")


def emit(ts_ms: int, scenario: str = ACTUAL) -> Emit:
    values = {c: np.full((1, len(CLASSES[c].columns)), 50.0) for c in ("site", "loop", "tank")}
    nothing = {c: np.full((1, len(CLASSES[c].measured)), np.nan) for c in values}
    quality = {c: np.zeros(v.shape, np.uint8) for c, v in nothing.items()}
    return Emit(Snapshot(ts_ms, scenario, values, {}, nothing, quality, np.empty((0, 0)), np.empty((0, 0))))


class Broker:
    """Keeps what is published; `fail` makes the next publications raise; `gate` holds them back."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int]] = []
        self.fail = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def publish(self, topic: str, payload: bytes) -> None:
        await self.gate.wait()
        if self.fail:
            self.fail -= 1
            raise ConnectionError("gone")
        self.seen.append((topic.split("/")[3], json.loads(payload)["ts"]))


async def test_it_is_a_sink_and_publishes_what_was_put(site: Site) -> None:
    broker = Broker()
    sink = MqttTwin(site, broker.publish)
    assert isinstance(sink, Sink)
    await sink.open()
    sink.put([emit(T0)])
    await sink.flush()
    assert sorted(broker.seen) == [("loop", T0), ("site", T0), ("tank", T0)]
    await sink.close()


async def test_a_class_has_its_own_rate_in_event_time(site: Site) -> None:
    broker = Broker()
    sink = MqttTwin(site, broker.publish, every_s=1.0, by_class={"tank": 5.0})
    await sink.open()
    for n in range(11):
        sink.put([emit(T0 + 500 * n)])
        await sink.flush()
    assert [ts - T0 for cls, ts in broker.seen if cls == "loop"] == [0, 1000, 2000, 3000, 4000, 5000]
    assert [ts - T0 for cls, ts in broker.seen if cls == "tank"] == [0, 5000]
    await sink.close()


async def test_a_slow_broker_gets_the_newest_and_the_rest_is_counted(site: Site) -> None:
    broker = Broker()
    sink = MqttTwin(site, broker.publish)
    broker.gate.clear()
    await sink.open()
    for n in range(5):
        sink.put([emit(T0 + 1000 * n)])
    broker.gate.set()
    await sink.flush()
    assert {ts for _, ts in broker.seen} == {T0 + 4000}
    assert sink.health()["skipped"] == 4
    await sink.close()


async def test_a_broker_that_is_gone_is_told_and_tried_again(site: Site) -> None:
    broker = Broker()
    sink = MqttTwin(site, broker.publish)
    await sink.open()
    broker.fail = 1
    sink.put([emit(T0)])
    await sink.flush()
    assert not sink.health()["ok"] and "gone" in sink.health()["detail"]
    sink.put([emit(T0 + 1000)])
    await sink.flush()
    assert sink.health()["ok"] and {ts for _, ts in broker.seen} == {T0 + 1000}
    await sink.close()


async def test_filled_in_history_is_not_published(site: Site) -> None:
    broker = Broker()
    sink = MqttTwin(site, broker.publish)
    await sink.open()
    sink.put([emit(T0)], lane="past")
    await sink.flush()
    assert broker.seen == []
    await sink.close()

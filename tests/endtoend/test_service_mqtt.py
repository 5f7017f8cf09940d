"""The MQTT source against real mosquitto: nothing lost, acknowledged late, held back by a full inbox."""
from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import aiomqtt

from config.settings import Mqtt
from tests import servers
from twin.service.loop import acknowledge
from twin.service.tasks import end
from twin.sources.inbox import Inbox, Message
from twin.sources.mqtt import MqttSource

PATIENCE_S = 20.0  # a loaded machine


def address(port: int, client_id: str) -> Mqtt:
    return Mqtt(url=f"mqtt://127.0.0.1:{port}", client_id=client_id)


@asynccontextmanager
async def source(port: int, inbox: Inbox, client_id: str, topics=("dc/#",)):
    """A running source that is subscribed."""
    mqtt = MqttSource(address(port, client_id), topics, inbox, lambda: 7, jitter=lambda: 0.0)
    task = asyncio.create_task(mqtt.run())
    try:
        await asyncio.wait_for(mqtt.ready.wait(), PATIENCE_S)
        yield mqtt
    finally:
        assert await end(task, within_s=PATIENCE_S)


async def publish(port: int, count: int, topic="dc/t", first=0, retain=False) -> None:
    async with aiomqtt.Client("127.0.0.1", port, max_inflight_messages=1000) as client:
        client.pending_calls_threshold = count + 1
        await asyncio.gather(*(client.publish(topic, str(n), 1, retain) for n in range(first, first + count)))


async def collect(inbox: Inbox, count: int) -> list[Message]:
    found: list[Message] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(found) < count:
            batch = await inbox.take(100, 1.0)
            found += batch
            acknowledge(batch)
    return found


async def test_messages_arrive_in_order_with_time_and_topic(mosquitto: servers.Broker):
    inbox = Inbox()
    async with source(mosquitto.port, inbox, "order", ["dc/order"]):
        await publish(mosquitto.port, 2500, "dc/order")
        found = await collect(inbox, 2500)
    assert [int(m.payload) for m in found] == list(range(2500))
    assert {(m.topic, m.received_ms, m.retained) for m in found} == {("dc/order", 7, False)}


async def test_what_was_not_acknowledged_comes_again(mosquitto: servers.Broker):
    inbox = Inbox()
    async with source(mosquitto.port, inbox, "again", ["dc/again"]) as mqtt:
        await publish(mosquitto.port, 10, "dc/again")
        first: list[Message] = []
        while len(first) < 10:
            first += await inbox.take(10 - len(first), 1.0)
        acknowledge(first[:6])
        await mqtt.publish("elsewhere", b"", 1)  # answered in order: behind the acknowledgements
    inbox = Inbox()
    async with source(mosquitto.port, inbox, "again", ["dc/again"]):
        assert [int(m.payload) for m in await collect(inbox, 4)] == [6, 7, 8, 9]


async def test_messages_published_while_away_are_waiting(mosquitto: servers.Broker):
    async with source(mosquitto.port, Inbox(), "away", ["dc/away"]):
        pass
    await publish(mosquitto.port, 1500, "dc/away")
    inbox = Inbox()
    async with source(mosquitto.port, inbox, "away", ["dc/away"]):
        assert [int(m.payload) for m in await collect(inbox, 1500)] == list(range(1500))


async def test_a_full_inbox_holds_the_sender_back_and_loses_nothing(mosquitto: servers.Broker):
    inbox = Inbox(limit=50)
    longest = 0
    async with source(mosquitto.port, inbox, "full", ["dc/full"]):
        await publish(mosquitto.port, 3000, "dc/full")
        found: list[Message] = []
        async with asyncio.timeout(PATIENCE_S):
            while len(found) < 3000:
                longest = max(longest, len(inbox))
                batch = await inbox.take(10, 1.0)
                found += batch
                acknowledge(batch)
                await asyncio.sleep(0)
    assert [int(m.payload) for m in found] == list(range(3000))
    assert longest <= 51


async def test_a_backlog_beyond_the_inbox_does_not_keep_a_source_from_subscribing(mosquitto: servers.Broker):
    async with source(mosquitto.port, Inbox(), "backlog", ["dc/backlog"]):
        pass
    await publish(mosquitto.port, 500, "dc/backlog")
    inbox = Inbox(limit=5)
    async with source(mosquitto.port, inbox, "backlog", ["dc/backlog"]):  # ready though nobody takes
        assert [int(m.payload) for m in await collect(inbox, 500)] == list(range(500))


async def test_no_connection_is_begun_with_a_full_inbox(mosquitto: servers.Broker):
    inbox = Inbox(limit=2)
    for _ in range(2):
        inbox.put(Message(0, "dc/full", b""))
    mqtt = MqttSource(address(mosquitto.port, "patient"), ["dc/none"], inbox, lambda: 7)
    task = asyncio.create_task(mqtt.run())
    await asyncio.wait([task], timeout=0.3)
    assert not mqtt.connections
    await inbox.take(2, 0.0)
    await asyncio.wait_for(mqtt.ready.wait(), PATIENCE_S)
    assert await end(task, within_s=PATIENCE_S)


async def test_retained_messages_are_marked(mosquitto: servers.Broker):
    await publish(mosquitto.port, 1, "dc/retained", retain=True)
    inbox = Inbox()
    async with source(mosquitto.port, inbox, "retained", ["dc/retained"]):
        assert [m.retained for m in await collect(inbox, 1)] == [True]

"""The broker goes away and comes back; addresses are wrong; ports are taken."""
from __future__ import annotations

import asyncio
import socket

import pytest

from config.settings import Mqtt
from tests import servers
from tests.endtoend.test_service_mqtt import PATIENCE_S, address, collect, publish, source
from twin.sources.broker import PortTaken, require_free, start_broker
from twin.sources.inbox import Inbox
from twin.sources.mqtt import LONGEST_DELAY_S, MqttSource, backoff_s


async def test_a_restart_of_the_broker_loses_nothing(tmp_path):
    inbox, reports = Inbox(), []
    with servers.mosquitto(tmp_path) as broker:
        async with source(broker.port, inbox, "restart") as mqtt:
            mqtt.report = lambda ok, detail: reports.append(ok)
            await publish(broker.port, 50)
            assert len(await collect(inbox, 50)) == 50
            broker.process.terminate()
            await asyncio.to_thread(broker.process.wait)
            while not reports:
                await asyncio.sleep(0.01)
            with servers.mosquitto(tmp_path, broker.port):
                await publish(broker.port, 50, first=50)
                found: list[int] = []
                while 99 not in found:
                    found += [int(m.payload) for m in await collect(inbox, 1)]
                assert [n for n in found if n >= 50] == list(range(50, 100))  # a lost acknowledgement brings an old one again
                await asyncio.wait_for(mqtt.ready.wait(), PATIENCE_S)
                assert mqtt.connections == 2
    assert reports[0] is False and reports[-1] is True


async def test_acknowledgements_of_a_dead_connection_are_forgotten(tmp_path):
    inbox = Inbox()
    with servers.mosquitto(tmp_path) as broker:
        async with source(broker.port, inbox, "dead"):
            await publish(broker.port, 1)
            async with asyncio.timeout(PATIENCE_S):
                (message,) = await inbox.take(1, PATIENCE_S)
        assert message.receipt.alive is False
        message.receipt.acknowledge([message.mid])


async def test_no_broker_is_reported_and_tried_again():
    reports = []
    mqtt = MqttSource(address(servers.free_port(), "none"), ["dc/#"], Inbox(), lambda: 0, lambda ok, detail: reports.append(detail),
                      jitter=lambda: -1.0)  # a jitter of -1 makes the delay zero
    task = asyncio.create_task(mqtt.run())
    async with asyncio.timeout(PATIENCE_S):
        while len(reports) < 3:
            await asyncio.sleep(0.005)
    task.cancel()
    assert all("refused" in r for r in reports)


def test_delays_double_up_to_the_longest_and_never_below_half():
    assert [backoff_s(n, 1.0) for n in range(4)] == [0.5, 1.0, 2.0, 4.0]
    assert backoff_s(1000, 1.0) == LONGEST_DELAY_S
    assert backoff_s(1000, 0.0) == LONGEST_DELAY_S / 2


def test_a_password_never_shows_in_a_log():
    mqtt = MqttSource(Mqtt(url="mqtt://me:secret@plant"), [], Inbox(), lambda: 0)
    assert mqtt.address == "mqtt://plant:1883"


def test_a_taken_port_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for attempt in (lambda: require_free(port, "page"), lambda: start_broker(port)):
            with pytest.raises(PortTaken, match=str(port)):
                attempt()


async def test_the_embedded_broker_carries_messages():
    port = start_broker()
    inbox = Inbox()
    async with source(port, inbox, "embedded"):
        await publish(port, 500)
        assert [int(m.payload) for m in await collect(inbox, 500)] == list(range(500))

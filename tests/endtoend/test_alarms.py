"""Alarms through real doors: a retained topic on mosquitto, commands on a terminal against a served page."""
from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import aiomqtt
import pytest
from click.testing import CliRunner

from tests import servers
from tests.alarms import Stage, finding
from tests.browser import console_feeder as feeder
from tests.browser.conftest import Served
from tests.endtoend.test_service_mqtt import PATIENCE_S, source
from tests.messages import site
from twin.cli.main import cli
from twin.sinks.mqtt_alarms import MqttAlarms
from twin.sources.inbox import Inbox
from twin.wire.alarms import decode_alarm

TRIP = "h1:cdu:cdu-07:pump_trip"


async def retained(port: int) -> dict[str, bytes]:
    """What a subscriber who comes now is told of alarms; a marker of its own tells when all has come."""
    found: dict[str, bytes] = {}
    async with asyncio.timeout(PATIENCE_S), aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe([("dc/valence/+/alarm/+/state", 1), ("marker", 1)])
        await client.publish("marker", b"", 1)
        async for message in client.messages:
            if message.topic.value == "marker":
                return found
            found[message.topic.value] = bytes(message.payload)
    raise AssertionError("the broker went away")


async def test_a_broker_holds_an_alarm_until_it_is_over(mosquitto: servers.Broker) -> None:
    async with source(mosquitto.port, Inbox(), "alarms") as mqtt:
        sink = MqttAlarms(site(), mqtt.publish, lambda: mqtt.connections)
        await sink.open()
        stage = Stage().see(finding("pump_trip", "cdu", 6, 100.0)).ask("ack", TRIP)
        sink.put(stage.changes)
        await sink.flush()
        (held,) = (await retained(mosquitto.port)).values()
        assert (decode_alarm(held).id, decode_alarm(held).state, decode_alarm(held).priority) == (TRIP, "acknowledged", "high")
        sink.put(stage.see(seconds=60).changes)
        await sink.flush()
        assert await retained(mosquitto.port) == {}
        await sink.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    page = Served("valence", alive=False)
    for _ in range(2):
        feeder.find(page.hub, page.now_ms, *feeder.faults())
        page.now_ms += 6_000
    yield page
    page.stop()


def boucle(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["alarms", *words])
    return done.exit_code, done.output


def test_the_terminal_lists_and_acts(served: Served) -> None:
    url = ("--url", served.url.rstrip("/"))
    code, text = boucle(*url)
    assert code == 0 and "pump_trip" in text and "(stands for 8 more)" in text
    assert [a["priority"] for a in json.loads(boucle("--json", *url)[1])["alarms"]] == ["high", "medium", "low"]
    assert boucle("ack", TRIP, "--author", "ann", *url) == (0, f"{TRIP}: acknowledged\n")
    assert boucle("shelve", TRIP, "--author", "ann", "--minutes", "5", *url) == (0, f"{TRIP}: shelved\n")


def test_the_terminal_says_what_is_wrong(served: Served) -> None:
    url = ("--url", served.url.rstrip("/"))
    assert boucle("ack", TRIP, *url)[0] == 2 and boucle("open", TRIP, "--author", "ann", *url)[0] == 2
    code, text = boucle("ack", "nothing", "--author", "ann", *url)
    assert code == 1 and "'nothing' is not known" in text
    code, text = boucle("--url", f"http://127.0.0.1:{servers.free_port()}")
    assert code == 1 and "refused" in text

"""The real servers of the other tests do what those tests take for granted."""
from __future__ import annotations

import asyncio
import json
import urllib.parse
import urllib.request
from pathlib import Path

import aiomqtt
import pytest
from influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from playwright.async_api import async_playwright

from tests import servers

DEADLINE_S = 120  # only for what would never come
AT_ONCE = 10  # the client warns above


def connect(broker: servers.Broker, name: str, *, clean: bool = True) -> aiomqtt.Client:
    v311 = aiomqtt.ProtocolVersion.V311
    return aiomqtt.Client(broker.host, broker.port, identifier=name, protocol=v311, clean_session=clean, max_inflight_messages=500)


async def send(broker: servers.Broker, topic: str, count: int) -> None:
    async with connect(broker, "sender") as client:
        for start in range(0, count, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, count))
            await asyncio.gather(*(client.publish(topic, str(n).encode(), qos=1, timeout=DEADLINE_S) for n in numbers))


async def collect(client: aiomqtt.Client, count: int) -> set[int]:
    """Distinct numbers received: QoS 1 may repeat, and must not lose."""
    seen: set[int] = set()
    async with asyncio.timeout(DEADLINE_S):
        async for message in client.messages:
            seen.add(int(bytes(message.payload)))
            if len(seen) == count:
                break
    return seen


async def subscribe_once(broker: servers.Broker, topic: str) -> None:
    """Leave a session behind that the broker must keep messages for."""
    async with connect(broker, "absent", clean=False) as client:
        await client.subscribe(topic, qos=1)


async def come_back(broker: servers.Broker, count: int) -> set[int]:
    async with connect(broker, "absent", clean=False) as client:
        return await collect(client, count)


@pytest.mark.parametrize("name", ["mosquitto", "nats"])
async def test_broker_delivers_at_least_once(name: str, request: pytest.FixtureRequest) -> None:
    broker = request.getfixturevalue(name)
    async with connect(broker, "receiver") as client:
        await client.subscribe("dc/test/#", qos=1)
        sending = asyncio.create_task(send(broker, "dc/test/one", 200))
        assert await collect(client, 200) == set(range(200))
        await sending


async def test_mosquitto_keeps_what_its_own_limits_would_drop(mosquitto: servers.Broker) -> None:
    """Without the tuned limits 1,000 messages at most wait for an absent subscriber."""
    await subscribe_once(mosquitto, "dc/absent")
    await send(mosquitto, "dc/absent", 3000)
    assert await come_back(mosquitto, 3000) == set(range(3000))


async def test_mosquitto_session_outlives_a_restart(tmp_path: Path) -> None:
    with servers.mosquitto(tmp_path) as broker:
        await subscribe_once(broker, "dc/absent")
        await send(broker, "dc/absent", 300)
    with servers.mosquitto(tmp_path, broker.port) as broker:
        assert await come_back(broker, 300) == set(range(300))


def test_influxdb_2_writes_and_reads_with_its_client(influx2: servers.Influx) -> None:
    with InfluxDBClient(influx2.url, influx2.token, org=influx2.org) as client:
        client.write_api(SYNCHRONOUS).write(influx2.bucket, record=b"servers,id=a value=21.5 1700000000000000000")
        flux = f'from(bucket: "{influx2.bucket}") |> range(start: 0) |> filter(fn: (r) => r._measurement == "servers")'
        rows = [row for table in client.query_api().query(flux) for row in table.records]
    assert [(row["id"], row.get_value(), row.get_time().timestamp()) for row in rows] == [("a", 21.5, 1.7e9)]


def influxql(database: servers.Influx, query: str) -> list[list[object]]:
    parameters = urllib.parse.urlencode({"db": database.bucket, "q": query, "epoch": "ns"})
    request = urllib.request.Request(f"{database.url}/query?{parameters}")
    if database.token:
        request.add_header("Authorization", f"Token {database.token}")
    with urllib.request.urlopen(request, timeout=30) as reply:
        return list(json.load(reply)["results"][0]["series"][0]["values"])


@pytest.mark.parametrize("name", ["influx1", "influx2"])
def test_influxdb_answers_the_first_interface(name: str, request: pytest.FixtureRequest) -> None:
    database = request.getfixturevalue(name)
    write = urllib.request.Request(f"{database.url}/write?db={database.bucket}", b"first,id=b value=3 1700000001000000000")
    if database.token:
        write.add_header("Authorization", f"Token {database.token}")
    with urllib.request.urlopen(write, timeout=30) as reply:
        assert reply.status == 204
    assert influxql(database, "SELECT id, value FROM first") == [[1700000001000000000, "b", 3]]


async def test_chromium_runs_a_page(chromium: str) -> None:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page()
        await page.set_content("<title>loop</title><script>document.title += 'ed'</script>")
        assert await page.title() == "looped"
        await browser.close()


def test_a_server_that_ends_says_why(tmp_path: Path) -> None:
    argv = ["sh", "-c", "echo no such loop; exit 1"]
    with pytest.raises(RuntimeError, match="no such loop"), servers.running(argv, tmp_path, lambda: False):
        pass


def test_a_missing_server_is_a_skip_here_and_a_failure_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_NATS", "/nowhere/nats-server")
    monkeypatch.setenv("CI", "")
    with pytest.raises(pytest.skip.Exception, match="nats is not installed"):
        servers.require("nats")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="nats is not installed"):
        servers.require("nats")

"""Publishers against a real broker: every message arrives, also when the broker comes late or goes away; an interrupt ends cleanly."""
from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import aiomqtt
import pytest

from sensors.gateway import Broker, Gateway
from tests import servers


def gateway(port: int) -> Gateway:
    return Gateway("g", Broker("127.0.0.1", port), ("s", b"on", True), ("s", b"off", True), meta=(("m", b"meta", True),))


async def collect(port: int, wanted: set[bytes]) -> dict[str, list[bytes]]:
    """Messages by topic until every payload of `wanted` was seen."""
    seen: dict[str, list[bytes]] = {}
    left = set(wanted)
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe("#", qos=1)
        async for message in client.messages:
            seen.setdefault(str(message.topic), []).append(bytes(message.payload))
            left.discard(bytes(message.payload))
            if not left:
                return seen
    return seen


async def test_a_broker_that_comes_late_gets_everything(tmp_path: Path):
    servers.require("mosquitto")
    port = servers.free_port()
    sender = gateway(port)
    task = asyncio.create_task(sender.run())
    for n in range(1000):
        sender.put(f"t/{n % 7}", str(n).encode())
    while not sender.trouble:
        await asyncio.sleep(0)
    with servers.mosquitto(tmp_path, port):
        reader = asyncio.create_task(collect(port, {b"off"}))
        while sender.sent < 1001:
            await asyncio.sleep(0)
        sender.close()
        await asyncio.wait_for(task, 20)
        seen = await asyncio.wait_for(reader, 20)
    assert sender.dropped == 0 and not sender.waiting
    assert seen["s"][-1] == b"off" and seen["m"] == [b"meta"]


async def test_a_broker_that_restarts_loses_nothing(tmp_path: Path):
    """What was not confirmed is sent again: at least once, in the end all."""
    servers.require("mosquitto")
    port = servers.free_port()
    sender = gateway(port)
    with servers.mosquitto(tmp_path, port):
        task = asyncio.create_task(sender.run())
        sender.put("t", b"first")
        while sender.sent < 2:
            await asyncio.sleep(0)
    for n in range(300):
        sender.put("t", f"gap {n}".encode())
    with servers.mosquitto(tmp_path, port):
        reader = asyncio.create_task(collect(port, {b"off"}))
        while sender.sent < 302:
            await asyncio.sleep(0)
        sender.close()
        await asyncio.wait_for(task, 20)
        await asyncio.wait_for(reader, 20)
    assert sender.connections == 2 and sender.dropped == 0


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text("t,T\n" + "".join(f"{n},{20 + n / 10}\n" for n in range(50)))
    (tmp_path / "map.yaml").write_text(
        "site: frontier\nsource: made up\nfiles:\n  a.csv:\n    time: t\n    columns:\n"
        "      T: {asset: loop/fws, quantity: supply_c, unit: degC}\n")
    return tmp_path


def command(broker: servers.Broker, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "sensors", "--broker", f"mqtt://{broker.host}:{broker.port}", "--json", *arguments]


async def test_recorded_telemetry_arrives_as_written(mosquitto: servers.Broker, recording: Path):
    online = asyncio.Event()
    seen: list[dict] = []

    async def read() -> None:
        async with aiomqtt.Client(mosquitto.host, mosquitto.port) as client:
            await client.subscribe("dc/frontier/e102/loop/fws/tele", qos=1)
            online.set()
            async for message in client.messages:
                seen.append(json.loads(message.payload))
                if len(seen) == 50:
                    return

    reader = asyncio.create_task(read())
    await online.wait()
    argv = command(mosquitto, "--recorded", str(recording / "map.yaml"), "--data", str(recording), "--speed", "1000", "--start", "1000")
    process = await asyncio.create_subprocess_exec(*argv, cwd=servers.ROOT, stdout=subprocess.PIPE)
    out, _ = await process.communicate()
    await asyncio.wait_for(reader, 30)
    assert [m["supply_c"] for m in seen] == pytest.approx([20 + n / 10 for n in range(50)])
    assert [m["ts"] for m in seen] == [1000 + 1000 * n for n in range(50)]
    assert [m["seq"] for m in seen] == list(range(50))
    report = json.loads(out)
    assert report["waiting"] == report["dropped"] == 0


async def test_an_interrupt_ends_a_live_run_with_its_report(mosquitto: servers.Broker):
    argv = command(mosquitto, "--site", "frontier", "--no-gpus")
    async with aiomqtt.Client(mosquitto.host, mosquitto.port) as client:
        await client.subscribe("dc/frontier/+/cdu/+/tele", qos=1)
        process = await asyncio.create_subprocess_exec(*argv, cwd=servers.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        await asyncio.wait_for(anext(aiter(client.messages)), 60)
        process.send_signal(signal.SIGINT)
        out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0 and err == b""
    assert json.loads(out)["messages"] > 0

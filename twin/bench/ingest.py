"""Wide messages a second from a broker to the stores: source, decoding, fold, snapshots and local store on one core.

Twice: as many messages an event second as the target asks for (every instrument many times a second), and every
instrument once a second, where a snapshot of the whole site follows each hundred or so messages.
"""
from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from config.load import load_site
from config.settings import load_settings
from config.site import Site
from twin.bench import _machine
from twin.bench._telemetry import wide
from twin.service.assemble import Assembly, assemble
from twin.service.clock import ManualClock
from twin.service.tasks import end
from twin.sources.broker import free_port
from twin.wire.frames import pack
from twin.wire.reasons import Limits

START_MS = 1_790_000_000_000
TARGET_PER_S = 5_000
MESSAGES = 30_000
SILENCE_S = 30.0  # without a message: something is lost
MOSQUITTO = ("allow_anonymous true", "max_inflight_messages 1000", "max_queued_messages 1000000", "max_queued_bytes 0", "set_tcp_nodelay true")


def run(site: str = "valence") -> dict[str, float | int | str]:
    """Everything is in the broker's queue before the clock runs, so that no sender is measured."""
    loaded = load_site(site)
    assets = sum(1 for _ in wide(loaded, START_MS, 1))
    with tempfile.TemporaryDirectory(prefix="boucle-bench-") as name, ExitStack() as stack:
        port, broker = _broker(Path(name), stack)
        pinned = _pin()
        dense = _once(loaded, port, Path(name), "dense", round(1000 * assets / TARGET_PER_S))
        calm = _once(loaded, port, Path(name), "calm", 1000)
    return {"broker": broker, "one_core": pinned, **dense, **{f"at_1_hz_{k}": v for k, v in calm.items()}}


def _once(site: Site, port: int, folder: Path, name: str, period_ms: int) -> dict[str, float | int]:
    frames, count = folder / name, 0
    with frames.open("wb") as out:
        rounds = -(-MESSAGES // sum(1 for _ in wide(site, START_MS, 1)))
        for topic, payload in wide(site, START_MS, rounds, max(1, period_ms)):
            out.write(pack(topic, payload))
            count += 1
    return asyncio.run(_measure(site, port, folder, name, count))


def _broker(folder: Path, stack: ExitStack) -> tuple[int, str]:
    binary = _machine.find("mosquitto")
    if binary is None:
        from twin.sources.broker import start_broker

        return start_broker(), "embedded (rumqttd)"
    port = free_port()
    (folder / "mosquitto.conf").write_text("\n".join([f"listener {port} 127.0.0.1", *MOSQUITTO, ""]))
    stack.enter_context(_machine.server([binary, "-c", str(folder / "mosquitto.conf")], folder, lambda: _machine.listens(port)))
    return port, "mosquitto"


def _pin() -> str:
    """Keep this process on one core; broker and sender, started before and after, may use the others."""
    if not hasattr(os, "sched_setaffinity"):
        return "no (not possible here)"
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f"yes (core {core})"


async def _measure(site: Site, port: int, folder: Path, name: str, count: int) -> dict[str, float | int]:
    settings = load_settings(mqtt={"url": f"mqtt://127.0.0.1:{port}", "client_id": f"bench-{name}"}, store={"path": folder / f"{name}.sqlite"})
    assembly = assemble(site, settings, ManualClock(START_MS), limits=Limits(past_ms=10**9, future_ms=10**9))
    source = asyncio.create_task(assembly.source.run())
    await assembly.source.ready.wait()
    await end(source)  # the session stays: the broker keeps what is sent meanwhile
    await asyncio.to_thread(subprocess.run, [sys.executable, "-m", "twin.bench._sender", str(port), str(folder / name)], check=True)
    return await _drain(assembly, count)


async def _drain(assembly: Assembly, count: int) -> dict[str, float | int]:
    """From the connection to the last message recorded and stored."""
    wall, cpu = time.perf_counter(), time.process_time()
    source, service = (asyncio.create_task(w) for w in (assembly.source.run(), assembly.service.run()))
    counters = assembly.hub.counters
    seen, since = -1, time.monotonic()
    while counters["received"] < count and not service.done():
        await asyncio.sleep(0.02)
        if counters["received"] != seen:
            seen, since = counters["received"], time.monotonic()
        elif time.monotonic() - since > SILENCE_S:
            raise RuntimeError(f"{seen} of {count} messages arrived")
    received = time.perf_counter() - wall
    assembly.service.stop()
    await service
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    await end(source)
    return {"messages": count, "messages_per_s": round(count / received), "messages_per_cpu_s": round(count / cpu),
            "cpu_us_per_message": round(cpu / count * 1e6, 1), "seconds_until_stored": round(wall, 2), "recorded": counters["recorded"],
            "snapshots": counters["snapshots"], "late": counters["late"]}

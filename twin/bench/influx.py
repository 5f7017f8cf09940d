"""Lines a second into a real InfluxDB through the sink: encoded, spooled to disk, sent, acknowledged by the server."""
from __future__ import annotations

import asyncio
import os
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.load import load_site
from config.site import Site
from twin.bench import _machine
from twin.bench._telemetry import wide
from twin.events import Effect, Record
from twin.sinks.delivery.endpoint import Target
from twin.sinks.influx import InfluxSink
from twin.sources.broker import free_port
from twin.wire.native import codec

START_MS = 1_790_000_000_000
LINES = 100_000
SLICE = 500  # effects handed over at once
CONFIGURATION = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
[monitor]
  store-enabled = false
"""


def run(site: str = "valence") -> dict[str, float | int | str]:
    """Into the server that BOUCLE_BENCH_INFLUX names (bucket `boucle_bench`), else a fresh 1.x of this machine."""
    loaded = load_site(site)
    with tempfile.TemporaryDirectory(prefix="boucle-bench-") as folder, _server(Path(folder)) as url:
        if url is None:
            return {"skipped": "no influxd on this machine (Debian package influxdb), and BOUCLE_BENCH_INFLUX names none"}
        return asyncio.run(_measure(loaded, url, Path(folder) / "sink"))


@contextmanager
def _server(folder: Path) -> Iterator[str | None]:
    named, binary = os.environ.get("BOUCLE_BENCH_INFLUX"), _machine.find("influxd")
    if named or binary is None:
        yield named
        return
    port = free_port()
    (folder / "influxdb.conf").write_text(CONFIGURATION.format(port=port, rpc=free_port(), folder=folder))
    url = f"http://127.0.0.1:{port}"
    with _machine.server([binary, "run", "-config", str(folder / "influxdb.conf")], folder, lambda: _answers(url)):
        yield url


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/ping", timeout=1):
            return True
    except OSError:
        return False


def _effects(site: Site) -> list[Effect]:
    wire, found = codec(site), []
    rounds = -(-LINES // sum(1 for _ in wide(site, START_MS, 1)))
    for topic, payload in wide(site, START_MS, rounds):
        event = wire.decode(topic, payload, START_MS + rounds * 1000).event
        if event is not None:
            found.append(Record(event))
    return found


async def _measure(site: Site, url: str, folder: Path) -> dict[str, float | int | str]:
    """From the first effect put to the last line the server has acknowledged."""
    effects = await asyncio.to_thread(_effects, site)
    sink = InfluxSink(site, Target(url, "boucle_bench"), folder)
    await sink.open()
    wall, cpu = time.perf_counter(), time.process_time()
    for n in range(0, len(effects), SLICE):
        sink.put(effects[n : n + SLICE])
    delivered = await sink.drain(300.0)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    health = sink.health()
    await sink.close()
    fields = sum(len(e.reading.values) + 1 for e in effects)
    return {"server": health["detail"], "delivered": str(delivered), "lines": health["written"], "lines_per_s": round(health["written"] / wall),
            "fields_per_s": round(fields / wall), "cpu_us_per_line": round(cpu / len(effects) * 1e6, 1), "refused": health["dead"]}

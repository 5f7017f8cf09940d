"""A measured morning of Frontier over a real broker, followed by the twin, into both real InfluxDBs: nothing lost, nothing invented.

Expected values come from the CSV files themselves, converted here by hand.
"""
from __future__ import annotations

import asyncio
import csv
import json
import os
import sys
import urllib.parse
import urllib.request
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from influxdb_client import InfluxDBClient

from config.load import load_site
from config.settings import load_settings
from tests import servers
from twin.service.assemble import assemble
from twin.service.clock import ManualClock
from twin.sinks.delivery.endpoint import Target
from twin.sinks.influx import InfluxSink
from twin.wire.reasons import Limits

START_MS = 1_712_462_400_000  # 2024-04-07T04:00Z, midnight at Oak Ridge
FOLDER = "frontier_2024-04-07"
FAST = Limits(future_ms=86_400_000, past_ms=86_400_000)  # the clock follows what was processed; at this speed the queue before it is hours long
LATENESS_S = 1800.0
HOURS = float(os.environ.get("MORNING_HOURS", "3"))  # the record holds 12


def rows(name: str) -> list[dict[str, str]]:
    with (servers.reference(FOLDER) / name).open() as file:
        return list(csv.DictReader(file))


def shorten(folder: Path) -> Path:
    """The first HOURS of every file, as a folder of its own."""
    folder.mkdir()
    for name in ("cdu_heat_15s_first12h.csv", "plant_10min_first12h.csv", "staging_first12h.csv"):
        head, *lines = (servers.reference(FOLDER) / name).read_text().splitlines()
        kept = [line for line in lines if float(line.split(",", 1)[0]) <= 3600 * HOURS]
        (folder / name).write_text("\n".join([head, *kept]) + "\n")
    return folder


def expected() -> dict[tuple[str, str], dict[int, float]]:
    """(id, field) -> epoch ms -> value, for columns of every file."""
    heat, plant = rows("cdu_heat_15s_first12h.csv"), rows("plant_10min_first12h.csv")
    out = {("fws", "supply_c"): ("HTWS AVG [degF]", lambda f: (f - 32) / 1.8), ("fws", "flow_lpm"): ("HTW Flow [gpm]", lambda g: g * 3.785411784),
           ("tower", "return_c"): ("CTWR AVG [degF]", lambda f: (f - 32) / 1.8), ("fws", "dp_kpa"): ("DPT-01A [psi]", lambda p: p * 6.894757293)}
    found = {key: {START_MS + int(float(r["time_s"]) * 1000): of(float(r[column])) for r in plant} for key, (column, of) in out.items()}
    for n in (1, 14, 25):
        found[f"cdu-{n:02}", "heat_kw"] = {START_MS + int(float(r["time"]) * 1000): float(r[f"power[{n}]"]) / 1000 for r in heat}
    end = START_MS + int(3_600_000 * HOURS)
    return {key: {at: value for at, value in series.items() if at <= end} for key, series in found.items()}


async def publish(port: int, folder: Path) -> int:
    """Publish the morning; how many messages the broker has confirmed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sensors", "--recorded", "frontier", "--data", str(folder),
        "--broker", f"mqtt://127.0.0.1:{port}", "--speed", "600", "--start", str(START_MS), "--json",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    out, error = await process.communicate()
    assert process.returncode == 0, error.decode()[-2000:]
    report = json.loads(out)
    assert report["dropped"] == report["waiting"] == 0
    return report["messages"]


async def until(true, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.1)


def delivered(sink) -> bool:
    health = sink.health()
    return not health.get("queued") and not health.get("spooled")


async def follow(broker: servers.Broker, one: servers.Influx, two: servers.Influx, folder: Path) -> dict[str, int]:
    """Run the service on the morning until everything published is stored; its counters."""
    site, clock = load_site("frontier"), ManualClock(START_MS)
    site = replace(site, model=site.model.model_copy(update={"lateness_s": LATENESS_S}))
    settings = load_settings(mqtt={"url": f"mqtt://127.0.0.1:{broker.port}"}, store={"path": folder / "frontier.sqlite"},
                             influx={"url": two.url, "token": two.token, "org": two.org, "bucket": two.bucket, "gpus": False})
    parts = assemble(site, settings, clock, limits=FAST)
    v1 = InfluxSink(site, Target(one.url, one.bucket, "", ""), folder / "v1", gpus=False)
    v1.name = "influx1"
    parts.service.sinks = (*parts.service.sinks, v1)
    async with asyncio.TaskGroup() as group:
        source, service = group.create_task(parts.source.run()), group.create_task(parts.service.run())
        await until(lambda: parts.hub.health.get("broker", {}).get("ok"), 30)
        unheard = sum(map(len, site.assets.values()))  # the assets' meta messages
        published = await publish(broker.port, shorten(folder / "morning")) - unheard
        await until(lambda: parts.hub.counters["received"] >= published, 100 * HOURS)
        seen = -1  # gateways' status messages are among them: the last readings may still come
        while seen != parts.hub.counters["received"]:
            seen = parts.hub.counters["received"]
            await asyncio.sleep(2.0)
        clock.follow(clock.ts_ms + int(4000 * LATENESS_S))
        await until(lambda: parts.service.twin.waiting is None, 100 * HOURS)
        await until(lambda: all(delivered(sink) for sink in parts.service.sinks), 100 * HOURS)
        parts.service.stop()
        await service
        source.cancel()
    return dict(parts.hub.counters)


def read_two(two: servers.Influx, id_: str, field: str) -> dict[int, float]:
    query = f'''from(bucket: "{two.bucket}") |> range(start: 2024-04-06T00:00:00Z, stop: 2024-04-09T00:00:00Z)
      |> filter(fn: (r) => r.site == "frontier" and r.id == "{id_}" and r.src == "sensor" and r._field == "{field}")
      |> filter(fn: (r) => r._measurement == "cdu" or r._measurement == "loop" or r._measurement == "tower")'''
    with InfluxDBClient(two.url, two.token, org=two.org) as client:
        return {round(r.get_time().timestamp() * 1000): r.get_value() for t in client.query_api().query(query) for r in t.records}


def read_one(one: servers.Influx, id_: str, field: str) -> dict[int, float]:
    cls = {"f": "loop", "t": "tower", "c": "cdu"}[id_[0]]
    text = f"SELECT \"{field}\" FROM \"{cls}\" WHERE site='frontier' AND id='{id_}' AND src='sensor'"
    with urllib.request.urlopen(f"{one.url}/query?" + urllib.parse.urlencode({"db": one.bucket, "q": text, "epoch": "ms"})) as answer:
        (result,) = json.load(answer)["results"]
    return {int(at): value for at, value in result["series"][0]["values"] if value is not None}


@pytest.mark.timeout(300 * HOURS)
async def test_the_measured_morning_is_in_both_databases(mosquitto: servers.Broker, influx1: servers.Influx, influx2: servers.Influx,
                                                         tmp_path: Path):
    servers.reference(FOLDER)
    counters = await follow(mosquitto, influx1, influx2, tmp_path)
    assert counters.get("late", 0) == 0 and counters.get("duplicate", 0) == 0
    assert not [name for name in counters if name.startswith("rejected")]
    for (id_, field), wanted in expected().items():
        for read, database in ((read_one, influx1), (read_two, influx2)):
            got = read(database, id_, field)
            assert sorted(got) == sorted(wanted), f"{id_} {field}: {len(got)} of {len(wanted)} stored"
            np.testing.assert_allclose([got[t] for t in sorted(got)], [wanted[t] for t in sorted(wanted)], rtol=1e-5, atol=1e-3)

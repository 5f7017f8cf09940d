"""A stand-in for the service: a hub whose values move plausibly and are a pure function of event time.

Run as a script it serves the page for a person to look at: `python tests/browser/console_feeder.py 8099 [site]`.
"""
from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import uvicorn

sys.path.insert(0, str(Path(__file__).parents[2]))

from config.classes import CLASSES
from config.load import load_site
from config.site import Site
from twin.alarms import Refused, Request, command, update
from twin.alarms.places import Places
from twin.console.app import create_app
from twin.estimate.findings import Finding, Place
from twin.events import ACTUAL, BELIEVED, GOOD, STALE, SUSPECT, Answer, Reading, Rejected, Score, Snapshot
from twin.forecast.quantities import Column
from twin.forecast.show import FORECAST, Told
from twin.service.asker import Asker
from twin.service.hub import Hub
from twin.whatif.ground import ground
from twin.whatif.start import designed
from twin.wire.native import decode

SUSPECT_CDU, STALE_RACK = 4, 100  # rows
T0_MS = 1_790_000_000_000


def plant(site: Site, ts_ms: int) -> dict[str, dict[str, np.ndarray]]:
    """Boundary-unit columns by class at a moment; each a scalar or shape (rows,)."""
    t = ts_ms / 1000
    n, m = site.count("rack"), site.count("cdu")
    i, j, halls = np.arange(n), np.arange(m), max(1, site.count("loop"))
    load = 0.70 + 0.06 * np.sin(t / 40) + 0.08 * np.sin(t / 13_000)
    rack_kw = 132 * load * (1 + 0.06 * np.sin(i * 1.7) + 0.02 * np.sin(t / 7 + i))
    it = rack_kw.sum()
    outdoor = 14 + 6 * np.sin(t / 13_750)
    supply, tcs = 38 + 0.2 * np.sin(t / 60), 41.0 + 0.3 * np.sin(j * 2.1) + 0.1 * np.sin(t / 31)
    liquid = 0.87 * rack_kw
    cdu_kw = liquid.sum() / m * (1 + 0.05 * np.sin(j))
    flow = 16_200 + 90 * np.sin(t / 25)
    ret = supply + liquid.sum() / halls / (flow / 60 * 4.18)
    sold, hp = 0.42 * it, 0.22 * it
    after_dh, rack_in = ret - (sold - hp) / halls / (flow / 60 * 4.18), tcs[np.minimum(i * m // n, m - 1)]
    after_hp = after_dh - 0.75 * hp / halls / (flow / 60 * 4.18)
    hottest = rack_in + 30 * load + 6 * np.sin(i * 1.7) + 3 * np.sin(i * 0.31) + 0.4 * np.sin(t / 5 + i)
    cooling, losses = 0.034 * it, 0.041 * it
    return {
        "rack": {"supply_c": rack_in, "return_c": rack_in + liquid / (95 / 60 * 3.9), "flow_lpm": 95 + i * 0.05, "power_kw": rack_kw,
                 "leak_on": 0, "liquid_kw": liquid, "air_kw": 0.13 * rack_kw, "gpu_max_c": hottest, "gpu_mean_c": hottest - 4,
                 "gpu_margin_k": 87 - hottest},
        "cdu": {"tcs_supply_c": tcs, "tcs_return_c": tcs + 10.2, "tcs_flow_lpm": 1_000 + j, "fws_supply_c": supply,
                "fws_return_c": ret + 0.2 * np.sin(j), "fws_flow_lpm": flow / m, "dp_kpa": 148, "speed_pct": 71 + 2 * np.sin(t / 11 + j),
                "valve_pct": 58, "level_pct": 82, "power_kw": 18.5, "heat_kw": cdu_kw, "approach_k": tcs - supply},
        "loop": {"supply_c": supply, "return_c": ret, "flow_lpm": flow, "dp_kpa": 182, "pressure_kpa": 310, "air_c": 26.4,
                 "heat_kw": liquid.sum() / halls},
        "pump": {"speed_pct": 76 + 2 * np.sin(t / 25), "running_count": 3, "power_kw": 118 + np.sin(t / 9)},
        "tank": {"top_c": supply + 1.8, "bottom_c": supply + 0.1, "level_pct": 88, "charge_pct": 64},
        "cooler": {"in_c": after_hp, "out_c": supply + 0.1, "fan_pct": 34 + 3 * np.sin(t / 17), "running_count": 5, "power_kw": 88,
                   "heat_kw": (liquid.sum() - sold + hp * 0.25) / halls, "approach_k": supply - outdoor},
        "tower": {"supply_c": 24, "return_c": 31, "flow_lpm": 9_000, "fan_pct": 45, "speed_pct": 70, "running_count": 3, "power_kw": 210,
                  "heat_kw": liquid.sum() / halls, "approach_k": 4, "water_lph": 9_000},
        "heatpump": {"source_in_c": after_dh, "source_out_c": after_hp, "load_pct": 71, "power_kw": 0.25 * hp / halls, "heat_kw": hp / halls,
                     "cop_ratio": 4.1},
        "district": {"in_c": ret, "out_c": after_dh, "dh_supply_c": 61.5, "dh_return_c": 40.5, "dh_flow_lpm": 3_700, "valve_pct": 66,
                     "heat_kw": (sold - hp) / halls, "approach_k": 2.4},
        "feed": {"power_kw": (it + cooling + losses) / max(1, site.count("feed")), "voltage_v": 20_000 + 30 * np.sin(t / 3),
                 "frequency_hz": 50 + 0.01 * np.sin(t / 4), "closed_on": 1, "loss_kw": losses / 2},
        "ups": {"power_in_kw": it / 2 + losses / 2, "power_out_kw": it / 2, "charge_pct": 99.5, "load_pct": 61, "loss_kw": losses / 2},
        "genset": {"power_kw": 0, "running_count": 0, "level_pct": 93},
        "weather": {"dry_bulb_c": outdoor, "wet_bulb_c": outdoor - 3.2, "humidity_pct": 68},
        "site": {"it_kw": it, "facility_kw": it + cooling + losses, "cooling_kw": cooling, "loss_kw": losses, "sold_kw": sold,
                 "rejected_kw": it - sold, "stored_kw": 0, "pue_ratio": 1 + (cooling + losses) / it,
                 "erf_ratio": sold / (it + cooling + losses), "gpu_max_c": hottest.max(), "gpu_margin_k": 87 - hottest.max(), "audit_ratio": 1e-12},
    }


def table(site: Site, cls: str, columns: dict[str, np.ndarray]) -> np.ndarray:
    """Columns of a class as SI, shape (rows, columns); what the plant above does not tell is not known."""
    asset_class, rows = CLASSES[cls], site.count(cls)
    filled = [np.broadcast_to(np.asarray(columns.get(c, np.nan), float), (rows,)) for c in asset_class.columns]
    return np.stack(filled, axis=1) * asset_class.factors()


def snapshot(site: Site, ts_ms: int) -> Snapshot:
    """The state a twin would hold, with one sensor that it does not believe and one rack that went silent."""
    values = {cls: table(site, cls, cols) for cls, cols in plant(site, ts_ms).items() if site.count(cls)}
    width = {cls: len(CLASSES[cls].measured) for cls in values}
    residual = {cls: 0.002 * v[:, : width[cls]] * np.sin(ts_ms / 3000 + np.arange(width[cls])) for cls, v in values.items()}
    quality = {cls: np.full((len(v), width[cls]), BELIEVED, np.uint8) for cls, v in values.items()}
    quality["cdu"][min(SUSPECT_CDU, site.count("cdu") - 1), 0] = SUSPECT
    quality["rack"][min(STALE_RACK, site.count("rack") - 1)] = STALE
    hottest = values["rack"][:, CLASSES["rack"].column("gpu_max_c")]
    spread = np.abs(np.sin(np.arange(site.gpus_per_rack) * 2.3)) * 9
    gpu_c = hottest[:, None] - spread + spread.min()
    return Snapshot(ts_ms, ACTUAL, values, {c: 0.004 * np.abs(v) for c, v in values.items()}, residual, quality, gpu_c, 9.5 * gpu_c + 300)


def feed(hub: Hub, state: Snapshot) -> None:
    """Readings that agree with a state to within its residual, except the suspect one."""
    for cls, values in state.values.items():
        n = len(CLASSES[cls].measured)
        for row in range(len(values)) if n else ():
            seen = values[row, :n] + state.residual[cls][row]
            if cls == "cdu" and row == SUSPECT_CDU:
                seen = seen + np.where(np.arange(n) == 0, 7.5, 0)
            if cls == "rack" and row == STALE_RACK and ("rack", row) in hub.readings:
                continue
            hub.readings[(cls, row)] = Reading(state.ts_ms, cls, row, hub.counters["received"], GOOD, seen)
            hub.counters["received"] += 1
    hub.counters["stored"] = hub.counters["received"]


def forecast(site: Site, made_ms: int) -> Told:
    """What would be foretold: the plant's own course, with a band that widens."""
    keys = [("site", "it_kw"), ("loop", "supply_c"), ("loop", "return_c"), ("site", "sold_kw")]
    ends = np.cumsum([site.count(cls) for cls, _ in keys])
    columns = tuple(Column(cls, name, slice(int(e) - site.count(cls), int(e))) for (cls, name), e in zip(keys, ends, strict=True))
    times = made_ms + 60_000 * np.arange(1, 241)
    values = np.array([np.concatenate([table(site, c.cls, plant(site, int(t))[c.cls])[:, CLASSES[c.cls].column(c.name)] for c in columns]) for t in times])
    std = 0.01 * np.abs(values) * np.sqrt(np.arange(1, 241) / 60.0)[:, None]
    scores = tuple(Score(made_ms, FORECAST, c.key, h, 0.31, 0.88, 1.0, 1.5, 200.0) for c in columns for h in (900.0, 3600.0))
    return Told(made_ms, times, columns, values, std, "as now", scores)


def make_hub(site: Site, ts_ms: int = T0_MS) -> Hub:
    """A hub with a first state and some bad input behind it."""
    hub = Hub(site)
    state = snapshot(site, ts_ms)
    feed(hub, state)
    hub.snapshot, hub.forecast = state, forecast(site, ts_ms)
    hub.counters.update({"late": 3, "duplicate": 12, "rejected_out_of_range": 7, "rejected_not_json": 2})
    hub.rejected.append(Rejected(ts_ms, "out_of_range", "dc/valence/h1/cdu/cdu-05/tele", "tcs_supply_c", "311.9 is above 110 degC"))
    hub.rejected.append(Rejected(ts_ms, "not_json", "dc/valence/h1/rack/r017/tele", "", "truncated at byte 41"))
    hub.health.update({"broker": {"ok": True, "detail": "connected"}, "store": {"ok": True, "detail": "3 ms a batch"}})
    return hub


def history(site: Site) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """A reader with the interface of the local store's, over the same pure function of time."""
    def read(path: str, cls: str, hall: str, id: str, field: str, src: str, scenario: str, start_ms: int, end_ms: int, max_points: int):
        times = np.linspace(start_ms, end_ms, min(max_points, 240)).astype(np.int64)
        name = field.removesuffix("_std")
        row = site.at[(hall, cls, id)]
        values = np.array([float(np.broadcast_to(plant(site, int(t))[cls][name], (site.count(cls),))[row]) for t in times])
        if src == "sensor":
            measured = name in CLASSES[cls].measured
            return (times, values * (1 + 0.003 * np.sin(times / 7_000))) if measured else (times[:0], values[:0])
        return times, 0.004 * np.abs(values) if field.endswith("_std") else values
    return read


def faults() -> tuple[Finding, ...]:
    """What an operator may meet on a bad night: one of each priority, one that the sensors cannot tell apart, one that stands for others."""
    nan = float("nan")
    trip = Finding("pump_trip", Place("cdu", 6), T0_MS, 1.0, 0.0, 40.0, 95.0, "h1/cdu/cdu-07: both pumps stopped, racks r049 to r056 lose their flow")
    hot = [Finding("gpu_margin", Place("rack", row), T0_MS, 1.2, nan, 0.0, 0.0, f"h1/rack/r{row + 1:03d}: hottest GPU 1.2 K above its throttling temperature")
           for row in range(48, 56)]
    fouled = Finding("fouling", Place("cdu", 2), T0_MS, 0.18, 0.03, 12.0, 5400.0, "h1/cdu/cdu-03: exchanger passes 18 % less heat than when clean",
                     (("fouling", Place("cdu", 2)), ("flow_gain", Place("cdu", 2, "fws_flow_lpm"))))
    fan = Finding("fan_failure", Place("cooler", 0), T0_MS, 1.0, 0.1, 15.0, 1500.0, "h1/cooler/coolers: one of six fans stands still")
    return trip, *hot, fouled, fan


def find(hub: Hub, ts_ms: int, *found: Finding) -> None:
    """One step of the alarms of a hub."""
    hub.alarms, _ = update(hub.alarms, found, ts_ms, Places(hub.site))


def desk(hub: Hub) -> Callable[..., Awaitable[Answer]]:
    """Answers commands about alarms as the fold does, without the queue."""
    async def ask(id: str, topic: str, payload: bytes) -> Answer:
        c = decode(hub.site, topic, payload, json.loads(payload)["ts"])
        arguments = dict(c.arguments)
        request = Request(c.name.removeprefix("alarm."), arguments.pop("alarm"), c.author, **arguments)
        try:
            hub.alarms, _ = command(hub.alarms, request, hub.snapshot.ts_ms)
        except Refused as problem:
            return Answer(c, False, {"error": str(problem)})
        left = hub.alarms.alarms.get(request.id)
        return Answer(c, True, {"alarm": request.id, "state": left.state if left else "normal"})
    return ask


def asker(site: Site) -> Asker:
    """Answers what-ifs from the plant at rest, in a process of its own as in the service."""
    return Asker(site, lambda: designed(ground(site)))


async def run(hub: Hub, period_s: float, alive: Callable[[], bool], clock_ms: Callable[[], int]) -> None:
    """Publish a new state every period while `alive()`."""
    while True:
        if alive():
            state = snapshot(hub.site, clock_ms())
            feed(hub, state)
            await hub.publish(state)
        await asyncio.sleep(period_s)


async def serve(port: int, site_name: str) -> None:
    site = load_site(site_name)
    hub = make_hub(site, int(time.time() * 1000))
    find(hub, int(time.time() * 1000) - 6_000, *faults())
    find(hub, int(time.time() * 1000), *faults())
    app = create_app(hub, ":fake:", clock_ms=lambda: int(time.time() * 1000), history=history(site), ask=desk(hub), asker=asker(site))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=1))
    await asyncio.gather(server.serve(), run(hub, 1.0, lambda: True, lambda: int(time.time() * 1000)))


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "valence"))

"""A steady, consistent plant as readings: what channels call healthy, without the hidden plant. SI throughout."""
from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from config.classes import CLASSES
from config.load import load_site
from twin.engine.model import compile_site
from twin.estimate import heats
from twin.estimate.health import monitor
from twin.estimate.health.monitor import Health, Rooms
from twin.physics import hydraulics
from twin.physics.exchange import counterflow
from twin.physics.water import VOLUMETRIC

Array = np.ndarray
Values = dict[str, Array]
STEP_S = 20.0
NOISE = {"c": 0.03, "lpm": 3e-3, "kpa": 2e-3, "pct": 1e-3, "kw": 3e-3, "v": 5e-4, "hz": 2e-5, "count": 0.0, "on": 0.0}
RELATIVE = ("lpm", "kpa", "kw", "v", "hz")
LOAD = 0.6


@cache
def rooms() -> Rooms:
    return compile_site(load_site("valence")).health


def put(values: Values, cls: str, **columns: float | Array) -> None:
    for name, value in columns.items():
        values[cls][:, CLASSES[cls].column(name)] = value


@cache
def _steady() -> tuple[Values, Array]:
    f = rooms().facts
    values = {c: np.full((n, len(CLASSES[c].measured)), np.nan) for c, n in f.rows.items() if n and CLASSES[c].measured}
    racks, cdus = f.rows["rack"], f.rows["cdu"]
    flow = f.p.cdus.rated_tcs
    power = f.rack_idle + LOAD * (f.rack_full - f.rack_idle)
    each = np.bincount(f.p.wiring.rack_cdu)
    heat = np.bincount(f.p.wiring.rack_cdu, heats.liquid(power, f.rack_idle, f.rack_full, f.d.air))
    rise = heat / (VOLUMETRIC * flow)
    fws = 0.7 * f.p.cdus.rated_fws
    arrive = 42.0 + rise - heat / counterflow(f.p.cdus.ua * 0.85, VOLUMETRIC * flow, VOLUMETRIC * fws)
    put(values, "cdu", tcs_supply_c=42.0, tcs_return_c=42.0 + rise, tcs_flow_lpm=flow, fws_supply_c=arrive.mean(),
        fws_return_c=arrive.mean() + heat / (VOLUMETRIC * fws), fws_flow_lpm=fws, dp_kpa=f.m.cdu_dp, valve_pct=0.8, level_pct=0.7, heat_kw=heat)
    own = (hydraulics.SHUTOFF - 1.0) * f.m.cdu_head / (f.m.cdu_flow * f.m.cdu_needed) ** 2
    speed = np.sqrt((f.m.cdu_dp + (f.m.cdu_inside + own) * flow**2) / (hydraulics.SHUTOFF * f.m.cdu_head)) * 0.8
    put(values, "cdu", speed_pct=speed, power_kw=hydraulics.pump_power(speed, flow, f.m.cdu_needed, f.m.cdu_flow, f.m.cdu_power))
    per_rack = (flow / each)[f.p.wiring.rack_cdu]
    put(values, "rack", supply_c=42.0, return_c=42.0 + heats.liquid(power, f.rack_idle, f.rack_full, f.d.air) / (VOLUMETRIC * per_rack), flow_lpm=per_rack, power_kw=power, leak_on=0.0)
    put(values, "pump", speed_pct=0.9, running_count=3.0, power_kw=60e3)
    out = 0.5 * (power.sum() + 2e5)
    put(values, "feed", power_kw=1.05 * out, voltage_v=20e3, frequency_hz=50.0, closed_on=1.0)
    put(values, "ups", power_in_kw=1.03 * out, power_out_kw=out, charge_pct=1.0 - 1e-3, load_pct=out / f.supply.ups_rating)
    put(values, "genset", power_kw=0.0, running_count=0.0, level_pct=0.95)
    gpu = np.empty((racks, 2, f.gpus))
    gpu[:, 1] = (f.d.gpu_idle + LOAD * (f.d.gpu_max - f.d.gpu_idle))[:, None]
    gpu[:, 0] = 42.0 + gpu[:, 1] * 0.04
    assert cdus
    return values, gpu


Change = Callable[[Values, Array, float], None]  # writes onto readings and GPUs at so many seconds since the change began


def readings(rng: np.random.Generator, change: Change | None, since: float) -> tuple[Values, Array]:
    """One step's readings with their noise, the change made before the instruments add theirs."""
    steady, gpu = _steady()
    values, gpu = {c: v.copy() for c, v in steady.items()}, gpu.copy()
    if change:
        change(values, gpu, since)
    for cls, v in values.items():
        units = [n.rsplit("_", 1)[1] for n in CLASSES[cls].measured]
        scale = np.array([NOISE[u] for u in units]) * np.where([u in RELATIVE for u in units], np.abs(v), 1.0)
        v += scale * rng.standard_normal(v.shape)
    gpu[:, 0] += 0.3 * rng.standard_normal(gpu[:, 0].shape)
    return values, gpu


def advance(h: Health, start_s: float, seconds: float, change: Change | None = None, seed: int = 0, after: Change | None = None) -> tuple[Health, float]:
    """Health after `seconds` more; `after` distorts what instruments show, noise and all. Also the time reached."""
    rng, r = np.random.default_rng([seed, int(start_s)]), rooms()
    last = {c: v for c, v in h.now.items()}
    for k in range(round(seconds / STEP_S)):
        since = (k + 1) * STEP_S
        values, gpu = readings(rng, change, since)
        if after:
            after(values, gpu, since)
        fresh = {c: np.isfinite(v) for c, v in values.items()}
        last = {c: np.where(fresh[c], v, last[c]) for c, v in values.items()}
        h = monitor.step(r, h, round(1000 * (start_s + since)), STEP_S, last, fresh, gpu, np.ones(len(gpu), dtype=bool))
    return h, start_s + seconds


@cache
def acquainted() -> tuple[Health, float]:
    """A monitor that has seen four and a half healthy hours."""
    return advance(monitor.begin(rooms()), 1_000_000.0, 4.5 * 3600.0)

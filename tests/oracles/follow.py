"""Inputs of the next step from what the sensors last said; the designed plant fills what no sensor reports."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from config.classes import CLASSES
from tests.oracles.loads import follow_loads
from twin.engine.latest import Latest
from twin.engine.model import Model
from twin.estimate.instruments import or_zero
from twin.estimate.slow import Slow
from twin.plant.design import SINK_LIFT
from twin.plant.district import supply_temperature
from twin.plant.types import Inputs

Array = np.ndarray


def _column(latest: Latest, cls: str, name: str) -> Array:
    return latest.values[cls][:, CLASSES[cls].column(name)]


def _or(seen: Array, fallback: Array) -> Array:
    return np.where(np.isfinite(seen), seen, fallback)


def _per_loop(model: Model, latest: Latest, cls: str, name: str, fallback: Array) -> Array:
    """A column of a class with one asset a loop, on the loop axis."""
    if not model.rows[cls]:
        return fallback
    seen = np.full(fallback.shape, np.nan)
    seen[model.loop_of[cls]] = _column(latest, cls, name)
    return _or(seen, fallback)


def inputs(model: Model, latest: Latest, designed: Inputs, before: Inputs, loads: bool, slow: Slow) -> Inputs:
    """Followed inputs, same shapes as `designed`. Unless `loads`, no rack and no GPU said anything new, and their powers are those of `before`."""
    u = _boundaries(model, latest, _flows(model, latest, designed, slow))
    if loads:
        return follow_loads(model, latest, u, slow)
    return replace(u, gpu_power=before.gpu_power, other_power=before.other_power, air_power=before.air_power)


def _flows(model: Model, latest: Latest, u: Inputs, slow: Slow) -> Inputs:
    w = model.parameters.wiring
    main = np.full(len(model.design.fws_supply), np.nan)
    main[model.loop_of["loop"]] = _column(latest, "loop", "flow_lpm")
    designed = w.cdus_to_loops(u.fws_flow) + u.air_flow
    scale = _or(main, designed) / np.maximum(designed, 1e-9)
    fws = _or(_column(latest, "cdu", "fws_flow_lpm"), u.fws_flow * scale[w.cdu_loop])
    cdus = w.cdus_to_loops(fws)
    air = np.where(u.air_flow > 0, np.clip(_or(main - cdus, u.air_flow), 0.0, 3.0 * u.air_flow), 0.0)
    return replace(u, rack_flow=_rack_flow(model, latest, u, slow), fws_flow=np.maximum(fws, 0.0), air_flow=air,
                   cdu_pump=_or(_column(latest, "cdu", "power_kw"), u.cdu_pump),
                   loop_pump=_per_loop(model, latest, "pump", "power_kw", u.loop_pump))


def _rack_flow(model: Model, latest: Latest, u: Inputs, slow: Slow) -> Array:
    """Flow [R] m3/s: a rack's meter less what it was found to add; without one, its share of its CDU's."""
    shares, cdu = slow.shares, model.parameters.wiring.rack_cdu
    meter = _column(latest, "rack", "flow_lpm")
    total = _column(latest, "cdu", "tcs_flow_lpm")[cdu]
    part = total * slow.even_share * np.exp(shares.open)
    return np.maximum(_or(meter * np.exp(or_zero(shares.open - shares.meter)), _or(part, u.rack_flow)), 0.0)


def _boundaries(model: Model, latest: Latest, u: Inputs) -> Inputs:
    def of(cls: str, name: str, fallback: Array) -> Array:
        return _per_loop(model, latest, cls, name, fallback)

    weather = latest.values["weather"]
    dry = _or(weather[:1, 0], u.dry_bulb) if len(weather) else u.dry_bulb
    wet = _or(weather[:1, 1], u.wet_bulb) if len(weather) else u.wet_bulb
    return replace(
        u,
        dry_bulb=np.broadcast_to(dry, u.dry_bulb.shape),
        wet_bulb=np.broadcast_to(wet, u.wet_bulb.shape),
        heatpump_load=of("heatpump", "load_pct", u.heatpump_load),
        sink_out=supply_temperature(model.design, np.broadcast_to(dry, u.dry_bulb.shape)) + SINK_LIFT,
        dh_return=of("district", "dh_return_c", u.dh_return),
        dh_flow=of("district", "dh_flow_lpm", u.dh_flow),
        cooler_fan=of("cooler", "fan_pct", u.cooler_fan),
        cooler_on=_share(model, latest, "cooler", u.cooler_on),
        tower_fan=of("tower", "fan_pct", u.tower_fan),
        tower_cells=_share(model, latest, "tower", u.tower_cells),
        tower_flow=of("tower", "flow_lpm", u.tower_flow),
    )


def _share(model: Model, latest: Latest, cls: str, fallback: Array) -> Array:
    if not model.rows[cls]:
        return fallback
    seen = np.full(fallback.shape, np.nan)
    seen[model.loop_of[cls]] = _column(latest, cls, "running_count") / np.maximum(model.units[cls], 1.0)
    return np.clip(_or(seen, fallback), 0.0, 1.0)

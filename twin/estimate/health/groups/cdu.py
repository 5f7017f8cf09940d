"""Channels of a CDU: its sensors against each other, against its racks, and its parameters against their datasheet."""
from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from config.classes import CLASSES
from twin.estimate.health.facts import Facts
from twin.estimate.health.scene import Channel, Group, Scene, Values, lawful
from twin.estimate.residuals.base import Columns, log_ratio, moved
from twin.physics import hydraulics

Array = np.ndarray
RANGEABILITY = 30.0  # of valve and exchanger together (IEC 60534-2-4: valves alone have 30 .. 50)
UNHEARD_K = 5.0  # spread of the racks' returns: what a rack without its sensor may hide
SLOW_K = 0.02

CHANNELS = (
    Channel("supply", "K", 0.12, 0.03, 0.025, "supply sensor against the racks' supply sensors"),
    Channel("return", "K", 0.12, 0.035, 0.03, "return sensor against the racks' mixed return"),
    Channel("flow", "1", 0.012, 0.003, 0.0025, "flow meter against the sum of the racks' meters"),
    Channel("admittance", "1", 0.06, 0.005, 0.004, "flow over the root of the pressure difference"),
    Channel("pump", "1", 0.10, 0.006, 0.005, "head at this speed and flow against the pump curve"),
    Channel("power", "1", 0.10, 0.01, 0.012, "pump power against speed and flow"),
    Channel("heat", "1", 0.03, 0.012, 0.010, "heat meter against flow and temperatures"),
    Channel("load", "1", 0.05, 0.02, 0.012, "heat into coolant against the racks' power"),
    Channel("balance", "1", 0.04, 0.016, 0.012, "coolant heat against facility heat"),
    Channel("arrive", "K", 0.10, 0.03, 0.025, "facility supply sensor against those of the other units"),
    Channel("valve", "1", 0.30, 0.03, 0.05, "facility flow against the valve's characteristic"),
    Channel("ua", "1", 0.12, 0.02, 0.007, "exchanger conductance against films at these flows"),
    Channel("level", "1", 0.30, 0.003, 0.006, "coolant level"),
)
LAWS = {"flow": "cdu.flow", "admittance": "cdu.admittance", "power": "cdu.pump_power", "heat": "cdu.heat_meter", "load": "cdu.power", "balance": "cdu.balance",
        "ua": "cdu.ua"}
SENSORS = tuple(("cdu", c) for c in CLASSES["cdu"].measured)


def _mean(racks: Array, index: Array, count: int) -> Array:
    """Mean of what is known, [R] -> [C], NaN where nothing is."""
    known = np.isfinite(racks)
    total = np.bincount(index, np.where(known, racks, 0.0), count)
    number = np.bincount(index, known, count)
    return np.divide(total, number, out=np.full(count, np.nan), where=number > 0)


def group_median(values: Array, index: Array, count: int) -> Array:
    """Median of each group, NaN where nothing is known; groups are contiguous and mostly of one size."""
    size = len(values) // max(count, 1)
    if size * count == len(values) and np.array_equal(index[::size] if size else index, np.arange(count)):
        rows = values.reshape(count, size)
        return np.median(rows, axis=1) if np.isfinite(rows).all() else _nanmedian(rows)
    return np.array([_nanmedian(values[None, index == i])[0] for i in range(count)])


def _nanmedian(rows: Array) -> Array:
    known = np.isfinite(rows).any(axis=1)
    out = np.full(len(rows), np.nan)
    out[known] = np.nanmedian(rows[known], axis=1)
    return out


def context(scene: Scene) -> Mapping[str, Array]:
    f = scene.facts
    w, count = f.p.wiring, f.rows["cdu"]
    flow, back = scene.of("rack", "flow_lpm"), scene.of("rack", "return_c")
    racks = np.bincount(w.rack_cdu, minlength=count)
    mean_flow = _mean(flow, w.rack_cdu, count)
    even = np.where(np.isfinite(mean_flow), mean_flow, 1.0)[w.rack_cdu]
    weight = np.where(np.isfinite(flow), flow, even)  # racks without a meter pass what the others pass on average
    arrive = scene.of("cdu", "fws_supply_c")
    loops = len(f.d.fws_supply)
    peers = group_median(arrive - scene.off("cdu", "arrive"), w.cdu_loop, loops)[w.cdu_loop]
    through = log_ratio(scene.of("cdu", "fws_flow_lpm"), valve_conductance(f, scene.of("cdu", "valve_pct")))
    return {
        "rack_supply": group_median(scene.of("rack", "supply_c"), w.rack_cdu, count),
        "rack_return": _mean(weight * back, w.rack_cdu, count) / _mean(np.where(np.isfinite(back), weight, np.nan), w.rack_cdu, count),
        "unheard": np.bincount(w.rack_cdu, ~np.isfinite(back), count) / racks,
        "rack_flow": mean_flow * racks,
        "rack_power": moved(f.of, "rack", "cdu", scene.of("rack", "power_kw")),
        "arrive": peers,
        "valves": group_median(through - scene.off("cdu", "valve"), w.cdu_loop, loops)[w.cdu_loop],
        "rate_supply": scene.rate_of("cdu", "tcs_supply_c"),
        "rate_return": scene.rate_of("cdu", "tcs_return_c"),
        "rate_arrive": scene.rate_of("cdu", "fws_supply_c"),
        "rate_fws": scene.rate_of("cdu", "fws_return_c"),
        "rate_valve": scene.rate_of("cdu", "valve_pct"),
        "rate_speed": scene.rate_of("cdu", "speed_pct"),
    }


def seen(scene: Scene) -> Values:
    return {s: scene.of(*s) for s in SENSORS}


def valve_conductance(f: Facts, position: Array) -> Array:
    """Facility side of a CDU [m3/(s Pa^0.5)] at a valve position, not at its seat."""
    return hydraulics.conductance(f.m.branch + f.m.valve) * RANGEABILITY ** (position - 1.0)


def pump_residual(f: Facts, v: Columns) -> Array:
    """Half the log of the head that the pumps make over that of their curve: zero as designed, below with fewer or worn pumps."""
    return 0.5 * lawful(f, "cdu.head", v)


def values(f: Facts, c: Mapping[str, Array], s: Values) -> Mapping[str, Array]:
    v = {f"cdu.{name}": s["cdu", name] for name in CLASSES["cdu"].measured} | {"rack.flow_lpm": c["rack_flow"], "rack.power_kw": c["rack_power"]}
    laws = {name: lawful(f, law, v) for name, law in LAWS.items()}
    return laws | {
        "supply": s["cdu", "tcs_supply_c"] - c["rack_supply"],
        "return": s["cdu", "tcs_return_c"] - c["rack_return"],
        "pump": pump_residual(f, v),
        "arrive": s["cdu", "fws_supply_c"] - c["arrive"],
        "valve": log_ratio(s["cdu", "fws_flow_lpm"], valve_conductance(f, s["cdu", "valve_pct"])) - c["valves"],
        "level": s["cdu", "level_pct"] + 0.0 * s["cdu", "tcs_flow_lpm"],
    }


def _differences(s: Values) -> tuple[Array, Array, Array]:
    """Coolant rise, facility rise, the narrower end of the exchanger [K], none below what thermometers resolve."""
    back, supply, arrive, leave = (s["cdu", c] for c in ("tcs_return_c", "tcs_supply_c", "fws_supply_c", "fws_return_c"))
    ends = np.minimum(np.maximum(back - leave, 0.3), np.maximum(supply - arrive, 0.3))
    return np.maximum(back - supply, 0.3), np.maximum(leave - arrive, 0.3), ends


def doubts(f: Facts, c: Mapping[str, Array], s: Values) -> Mapping[str, Array]:
    """Noise of a sample, and what a change under way does to readings that lag behind each other."""
    rise, fall, ends = _differences(s)
    moving = 10.0 * (c["rate_supply"] + c["rate_return"])
    moving_out = 10.0 * (c["rate_arrive"] + c["rate_fws"])
    turn, noise = 4.0 * c["rate_speed"], np.full(rise.shape, 0.006)
    return {
        "supply": 0.03 + 15.0 * c["rate_supply"],
        "return": 0.04 + 25.0 * c["rate_return"] + UNHEARD_K * c["unheard"],
        "flow": noise,
        "admittance": noise,
        "pump": noise + turn,
        "power": noise + 3.0 * turn,
        "heat": 0.01 + (SLOW_K + moving) / rise,
        "load": 0.01 + (SLOW_K + 12.0 * moving) / rise,
        "balance": 0.01 + (SLOW_K + moving) / rise + (SLOW_K + moving_out) / fall,
        "arrive": 0.03 + 15.0 * c["rate_arrive"],
        "valve": 0.01 + 10.0 * c["rate_valve"],
        "ua": 0.01 + (0.5 * SLOW_K + moving + moving_out) / ends,
        "level": 0.001 + 0.0 * noise,
    }


def levers(s: Values) -> Mapping[str, Array]:
    """The smaller difference that each ratio divides by, inverted."""
    rise, fall, ends = _differences(s)
    return {"heat": 1.0 / rise, "load": 1.0 / rise, "balance": 1.0 / fall, "ua": 1.0 / ends}


GROUP = Group("cdu", SENSORS, CHANNELS, context, seen, values, doubts, levers)

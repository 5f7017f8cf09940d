"""Channels of a rack: its sensors against its neighbours on the same CDU, its heat against its power."""
from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.estimate.health.facts import Facts
from twin.estimate.health.groups.cdu import group_median
from twin.estimate.health.plates import LEAST_RISE
from twin.estimate.health.scene import Channel, Group, Scene, Values, lawful
from twin.estimate.residuals.base import log_ratio
from twin.physics.plate import plate_conductance

Array = np.ndarray
SENSORS = tuple(("rack", c) for c in ("supply_c", "return_c", "flow_lpm", "power_kw"))
MOST = 0.8  # share of a rack's GPUs that must report
CHANNELS = (
    Channel("supply", "K", 0.25, 0.05, 0.04, "supply sensor against the neighbours' of the same CDU"),
    Channel("flow", "1", 0.05, 0.006, 0.005, "share of the CDU's flow against the neighbours'"),
    Channel("heat", "1", 0.08, 0.02, 0.015, "heat into coolant against electric power"),
    Channel("plate", "1", 0.12, 0.03, 0.025, "cold plates of the whole rack: rise over coolant per watt"),
    Channel("gpus", "1", 0.06, 0.08, 0.03, "power meter against the sum of the GPUs"),
)


def _plates(scene: Scene) -> Array:
    """Median over the rack of die rise over coolant per watt, over what plates have at this flow; NaN where nothing tells [R]."""
    p = scene.facts.p.leaves
    inlet, flow = scene.of("cdu", "tcs_supply_c")[scene.facts.p.wiring.rack_cdu], np.nan_to_num(scene.of("rack", "flow_lpm"))
    rise, power = scene.gpu[:, 0] - inlet[:, None], scene.gpu[:, 1]
    good = (rise > LEAST_RISE) & (power > 20.0)
    each = np.where(good, rise / np.where(good, power, 1.0), np.nan)
    film = plate_conductance(flow / scene.facts.gpus, p.volumetric, p.plate_rated, p.plate_base, p.plate_flow, p.plate_exponent)
    out = np.full(len(flow), np.nan)
    some = good.any(axis=1)
    if some.any():
        out[some] = np.nanmedian(each[some], axis=1)
    return log_ratio(out, 1.0 / p.die_plate + 1.0 / np.maximum(film, 1e-3))


def _whole(power: Array) -> Array:
    """Power of all GPUs of each rack [R] W where most of them report, the silent ones at the mean of the others; NaN elsewhere."""
    known = np.isfinite(power)
    share = known.mean(axis=1)
    return np.divide(np.where(known, power, 0.0).sum(axis=1), share, out=np.full(len(power), np.nan), where=share > MOST)


def context(scene: Scene) -> Mapping[str, Array]:
    f = scene.facts
    cdu, count = f.p.wiring.rack_cdu, f.rows["cdu"]
    gpu = _whole(scene.gpu[:, 1, :])
    load = np.clip((gpu / f.gpus - f.d.gpu_idle) / (f.d.gpu_max - f.d.gpu_idle), 0.0, 1.2)
    rest = (f.d.other + f.d.air) * (f.rack_idle - f.gpus * f.d.gpu_idle) / (f.d.other + f.d.air)
    return {
        "supply": group_median(scene.of("rack", "supply_c") - scene.off("rack", "supply"), cdu, count)[cdu],
        "flow": group_median(scene.of("rack", "flow_lpm") * np.exp(-scene.off("rack", "flow")), cdu, count)[cdu],
        "gpus": gpu + rest + (f.d.other + f.d.air - rest) * load,
        "plate": _plates(scene),
        "rate_supply": scene.rate_of("rack", "supply_c"),
        "rate_return": scene.rate_of("rack", "return_c"),
        "rate_power": scene.rate_of("rack", "power_kw"),
    }


def seen(scene: Scene) -> Values:
    return {s: scene.of(*s) for s in SENSORS}


def values(f: Facts, c: Mapping[str, Array], s: Values) -> Mapping[str, Array]:
    flow, v = s["rack", "flow_lpm"], {f"{cls}.{column}": x for (cls, column), x in s.items()}
    return {
        "supply": s["rack", "supply_c"] - c["supply"],
        "flow": log_ratio(flow, c["flow"]),
        "heat": lawful(f, "rack.heat", v),
        "plate": c["plate"] + 0.0 * flow,
        "gpus": log_ratio(s["rack", "power_kw"], c["gpus"]),
    }


def doubts(f: Facts, c: Mapping[str, Array], s: Values) -> Mapping[str, Array]:
    rise = np.maximum(s["rack", "return_c"] - s["rack", "supply_c"], 0.5)
    power = np.maximum(s["rack", "power_kw"], 1e3)
    return {
        "supply": 0.06 + 10.0 * c["rate_supply"],
        "flow": np.full(rise.shape, 0.01),
        "heat": 0.02 + (0.06 + 60.0 * (c["rate_supply"] + c["rate_return"])) / rise,
        "plate": 0.02 + 30.0 * c["rate_power"] / power,
        "gpus": 0.02 + 30.0 * c["rate_power"] / power,
    }


def levers(s: Values) -> Mapping[str, Array]:
    return {"heat": 1.0 / np.maximum(s["rack", "return_c"] - s["rack", "supply_c"], 0.5)}


GROUP = Group("rack", SENSORS, CHANNELS, context, seen, values, doubts, levers)

"""Channels of a power feed and its UPS."""
from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.estimate.health.facts import Facts
from twin.estimate.health.scene import Channel, Group, Scene, Values
from twin.estimate.residuals.base import log_ratio
from twin.physics.machines import transformer_losses, ups_losses

Array = np.ndarray
SENSORS = (("feed", "power_kw"), ("feed", "voltage_v"), ("feed", "frequency_hz"), ("ups", "power_in_kw"), ("ups", "power_out_kw"), ("ups", "load_pct"))
HEARD = 0.8  # share of a class that must be heard for its sum
FULL = 0.97  # charge above which a battery takes no more than its float current
CHANNELS = (
    Channel("feed", "1", 0.02, 0.006, 0.005, "feed meter against the UPS and what hangs before it"),
    Channel("ups", "1", 0.007, 0.002, 0.0015, "UPS input over output against its losses"),
    Channel("load", "1", 0.006, 0.003, 0.003, "UPS load against its output meter"),
    Channel("share", "1", 0.04, 0.006, 0.006, "UPS output against its share of the site's consumers"),
    Channel("voltage", "1", 0.02, 0.01, 0.01, "voltage against the other feeds"),
    Channel("frequency", "Hz", 0.05, 0.02, 0.02, "frequency against the other feeds"),
)


def _total(scene: Scene, cls: str, column: str) -> float:
    """Sum over a class, the few that say nothing at the mean of the others; NaN where too many say nothing."""
    rows = scene.of(cls, column) if scene.facts.rows[cls] else np.zeros(0)
    known = np.isfinite(rows)
    if known.sum() < HEARD * len(rows):
        return float("nan")
    return float(rows[known].mean() * len(rows)) if len(rows) else 0.0


def _middle(values: Array, live: Array) -> float:
    known = values[live & np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def context(scene: Scene) -> Mapping[str, Array]:
    """What the feeds carry together; a dead feed's consumers are on the others."""
    f = scene.facts
    live = (scene.of("feed", "closed_on") > 0.5).astype(float)
    carried = np.divide(live, live.sum(), out=np.zeros_like(live), where=live.any())
    behind = sum(_total(scene, cls, "power_kw") for cls in ("rack", "cdu", "pump")) + f.supply.base
    before = sum(_total(scene, cls, "power_kw") for cls in ("cooler", "tower", "heatpump"))
    return {
        "behind": behind * carried, "before": before * carried, "live": live,
        "charge": scene.of("ups", "charge_pct"),
        "voltage": np.full(len(live), _middle(scene.of("feed", "voltage_v"), live > 0)),
        "frequency": np.full(len(live), _middle(scene.of("feed", "frequency_hz"), live > 0)),
        "rate": np.abs(np.nan_to_num(scene.rate_of("ups", "power_out_kw"))),
    }


def seen(scene: Scene) -> Values:
    return {s: scene.of(*s) for s in SENSORS}


def values(f: Facts, c: Mapping[str, Array], s: Values) -> Mapping[str, Array]:
    p, live = f.supply, c["live"] > 0
    out, into = s["ups", "power_out_kw"], s["ups", "power_in_kw"]
    a, b, k = p.ups_loss
    taken = out + ups_losses(out, p.ups_rating, a, b, k)
    bus = into + c["before"]

    def alive(x: Array) -> Array:
        return np.where(live, x, np.nan)

    return {
        "feed": alive(log_ratio(s["feed", "power_kw"], bus + transformer_losses(bus, p.transformer_rating, p.no_load, p.at_rating))),
        "ups": alive(np.where(c["charge"] > FULL, log_ratio(into, taken), np.nan)),
        "load": s["ups", "load_pct"] - out / p.ups_rating,
        "share": alive(log_ratio(out, c["behind"])),
        "voltage": alive(log_ratio(s["feed", "voltage_v"], c["voltage"])),
        "frequency": alive(s["feed", "frequency_hz"] - c["frequency"]),
    }


def doubts(f: Facts, c: Mapping[str, Array], s: Values) -> Mapping[str, Array]:
    moving = 10.0 * c["rate"] / np.maximum(s["ups", "power_out_kw"], 1e3)
    quiet = np.zeros(len(moving))
    return {"feed": 0.006 + moving, "ups": 0.004 + moving, "load": 0.002 + 0.3 * moving, "share": 0.006 + moving, "voltage": 0.003 + quiet,
            "frequency": 0.005 + quiet}


GROUP = Group("feed", SENSORS, CHANNELS, context, seen, values, doubts)

"""Heat of the dry coolers at this fan speed and air against their rating."""
from __future__ import annotations

import numpy as np

from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio
from twin.physics.exchange import counterflow
from twin.physics.machines import air_side_ua, draught
from twin.physics.water import VOLUMETRIC, capacity_flow

TURNING = 0.01  # least fan speed at which the duty is told by the fans: below, water passes the coolers by


def _lawful(f: Facts, v: Columns, factor: float) -> Array:
    c, loop = f.p.core, f.loop_of["cooler"]
    fan = np.where(v["cooler.fan_pct"] > TURNING, v["cooler.fan_pct"], np.nan)
    air = draught(fan)
    g = counterflow(air_side_ua(air, factor * c.cooler_ua[loop]), capacity_flow(v["loop.flow_lpm"]), c.cooler_air[loop] * air)
    return g * (v["cooler.in_c"] - v["weather.dry_bulb_c"])


def law(f: Facts, v: Columns) -> Array:
    return log_ratio(VOLUMETRIC * v["loop.flow_lpm"] * (v["cooler.in_c"] - v["cooler.out_c"]), _lawful(f, v, 1.0))


def of_ua(f: Facts, v: Columns) -> Array:
    """A clean coil's heat is bound by its air as well, so it follows its UA less than in proportion."""
    return 100.0 * log_ratio(_lawful(f, v, 1.01), _lawful(f, v, 1.0))


CHANNEL = Channel(
    "cooler.ua", "cooler", "heat of the dry coolers against fans and air",
    ("cooler.in_c", "cooler.out_c", "cooler.fan_pct", "loop.flow_lpm", "weather.dry_bulb_c"), law, {"ua": of_ua}, lag_s=30.0, model=0.06)

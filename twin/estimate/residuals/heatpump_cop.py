"""COP of the heat pump against its temperatures and load."""
from __future__ import annotations

import numpy as np

from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio
from twin.physics.heat_pump import each_load, part_load_factor
from twin.physics.machines import lorenz_cop
from twin.plant.design import SINK_LIFT


def law(f: Facts, v: Columns) -> Array:
    c, loop = f.p.core, f.loop_of["heatpump"]
    each = each_load(v["heatpump.load_pct"], c.heatpump_units[loop], c.heatpump_min_load[loop])
    lawful = lorenz_cop(v["heatpump.source_out_c"], v["district.dh_supply_c"] + SINK_LIFT, c.heatpump_efficiency[loop])
    lawful = lawful * np.maximum(part_load_factor(each), 0.1)
    return log_ratio(np.where(v["heatpump.power_kw"] > 1e4, v["heatpump.heat_kw"], np.nan), v["heatpump.power_kw"] * lawful)


CHANNEL = Channel(
    "heatpump.cop", "heatpump", "COP against temperatures and load",
    ("heatpump.heat_kw", "heatpump.power_kw", "heatpump.source_out_c", "heatpump.load_pct", "district.dh_supply_c"), law,
    {"cop": 1.0, "heat_meter": 1.0}, lag_s=10.0, model=0.03)

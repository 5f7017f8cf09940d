"""Source heat of the heat pump against the load it reports."""
from __future__ import annotations

import numpy as np

from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio


def law(f: Facts, v: Columns) -> Array:
    rated = f.p.core.heatpump_source[f.loop_of["heatpump"]]
    source = np.where(v["heatpump.power_kw"] > 1e4, v["heatpump.heat_kw"] - v["heatpump.power_kw"], np.nan)
    return log_ratio(source, v["heatpump.load_pct"] * rated)


CHANNEL = Channel("heatpump.capacity", "heatpump", "source heat against reported load", ("heatpump.heat_kw", "heatpump.power_kw", "heatpump.load_pct"), law,
                  {"capacity": 1.0, "heat_meter": 1.3}, lag_s=10.0, model=0.02)

"""Heat pump: heat less power against the source water it cooled."""
from __future__ import annotations

import numpy as np

from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio
from twin.physics.water import VOLUMETRIC


def law(f: Facts, v: Columns) -> Array:
    source = np.where(v["heatpump.power_kw"] > 1e4, v["heatpump.heat_kw"] - v["heatpump.power_kw"], np.nan)
    return log_ratio(source, VOLUMETRIC * v["loop.flow_lpm"] * (v["heatpump.source_in_c"] - v["heatpump.source_out_c"]))


CHANNEL = Channel(
    "heatpump.balance", "heatpump", "heat less power against the source water",
    ("heatpump.heat_kw", "heatpump.power_kw", "heatpump.source_in_c", "heatpump.source_out_c", "loop.flow_lpm"), law,
    {"heat_meter": 1.3, "loop_meter": -1.0, "pair": lambda f, v: -1.0 / (v["heatpump.source_in_c"] - v["heatpump.source_out_c"])}, lag_s=20.0, model=0.01, instrumental=True)

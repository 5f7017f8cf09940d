"""Conductance of the district exchanger against its datasheet."""
from __future__ import annotations

import numpy as np

from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_mean, log_ratio
from twin.physics.water import capacity_flow


def law(f: Facts, v: Columns) -> Array:
    heat = v["district.heat_kw"]
    leaving = v["district.dh_return_c"] + heat / np.maximum(capacity_flow(v["district.dh_flow_lpm"]), 1.0)
    mean = log_mean(v["district.in_c"] - leaving, v["district.out_c"] - v["district.dh_return_c"])
    return log_ratio(np.where(heat > 2e4, heat / mean, np.nan), f.p.core.district_ua[f.loop_of["district"]])


CHANNEL = Channel(
    "district.ua", "district", "conductance of the district exchanger against its datasheet",
    ("district.heat_kw", "district.in_c", "district.out_c", "district.dh_return_c", "district.dh_flow_lpm"), law, {"ua": 1.0, "heat_meter": 1.0},
    lag_s=20.0, model=0.05)

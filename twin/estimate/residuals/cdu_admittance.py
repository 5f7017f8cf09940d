"""Flow through the racks of a CDU against the root of the pressure difference across them."""
from __future__ import annotations

import numpy as np

from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio

WARMTH = 0.0018  # 1/K: friction ~ viscosity ** 0.2 (Blasius 1913), which falls 0.9 % .. 1.8 % a kelvin around 40 degC


def law(f: Facts, v: Columns) -> Array:
    warm = 1.0 + WARMTH * (v["cdu.tcs_supply_c"] - f.d.tcs_supply)
    return log_ratio(v["cdu.tcs_flow_lpm"], f.p.wiring.racks_to_cdus(f.m.rack) * warm * np.sqrt(np.maximum(v["cdu.dp_kpa"], 0.0)))


CHANNEL = Channel(
    "cdu.admittance", "cdu", "coolant flow over the root of the pressure difference",
    ("cdu.tcs_flow_lpm", "cdu.dp_kpa", "cdu.tcs_supply_c"), law, {"racks_open": 1.0, "tcs_meter": 1.0}, lag_s=2.0, model=0.01)

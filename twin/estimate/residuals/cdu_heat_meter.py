"""The unit's heat meter against its flow meter and temperatures."""
from __future__ import annotations

from twin.estimate import heats
from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio


def law(f: Facts, v: Columns) -> Array:
    return log_ratio(v["cdu.heat_kw"], heats.coolant(f.p, v))


CHANNEL = Channel(
    "cdu.heat_meter", "cdu", "heat meter against flow and temperatures",
    ("cdu.heat_kw", "cdu.tcs_flow_lpm", "cdu.tcs_return_c", "cdu.tcs_supply_c"), law,
    {"heat_meter": 1.0, "tcs_meter": -1.0, "tcs_pair": lambda f, v: -1.0 / (v["cdu.tcs_return_c"] - v["cdu.tcs_supply_c"])}, model=0.002, instrumental=True)

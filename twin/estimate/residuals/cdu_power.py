"""Heat into the coolant against the electric power of the racks."""
from __future__ import annotations

from twin.estimate import heats
from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio


def law(f: Facts, v: Columns) -> Array:
    return log_ratio(heats.coolant(f.p, v), heats.electric(f, v))


CHANNEL = Channel(
    "cdu.power", "cdu", "coolant heat against the racks' power",
    ("cdu.tcs_flow_lpm", "cdu.tcs_return_c", "cdu.tcs_supply_c", "rack.power_kw"), law,
    {"tcs_meter": 1.0, "electric": -1.0, "tcs_pair": lambda f, v: 1.0 / (v["cdu.tcs_return_c"] - v["cdu.tcs_supply_c"])}, lag_s=45.0, model=0.005, instrumental=True)

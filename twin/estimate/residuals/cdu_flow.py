"""The unit's coolant meter against the sum of its racks' meters."""
from __future__ import annotations

from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio


def law(f: Facts, v: Columns) -> Array:
    return log_ratio(v["cdu.tcs_flow_lpm"], v["rack.flow_lpm"])


CHANNEL = Channel(
    "cdu.flow", "cdu", "coolant meter against the racks' meters", ("cdu.tcs_flow_lpm", "rack.flow_lpm"), law, {"tcs_meter": 1.0},
    lag_s=2.0, model=0.012, instrumental=True)  # an unmetered rack may take 3 % more or less than its neighbours

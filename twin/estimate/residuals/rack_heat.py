"""Heat a rack gives its coolant against its electric power."""
from __future__ import annotations

from twin.estimate import heats
from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio


def law(f: Facts, v: Columns) -> Array:
    taken = f.p.leaves.volumetric * v["rack.flow_lpm"] * (v["rack.return_c"] - v["rack.supply_c"])
    return log_ratio(taken, heats.liquid(v["rack.power_kw"], *heats.drawn(f), f.d.air))


CHANNEL = Channel(
    "rack.heat", "rack", "heat into coolant against electric power", ("rack.flow_lpm", "rack.return_c", "rack.supply_c", "rack.power_kw"), law,
    {"flow_meter": 1.0, "pair": lambda f, v: 1.0 / (v["rack.return_c"] - v["rack.supply_c"])}, lag_s=30.0, model=0.01, instrumental=True)

"""Heat a rack gives its coolant against its electric power."""
from __future__ import annotations

from config.equipment import IDLE_REST
from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio


def law(f: Facts, v: Columns) -> Array:
    d, rest = f.d, f.d.other + f.d.air
    gpus = f.p.leaves.plate_factor.shape[-1]
    idle, full = gpus * d.gpu_idle + rest * IDLE_REST, gpus * d.gpu_max + rest
    air = d.air * (IDLE_REST + (1.0 - IDLE_REST) * (v["rack.power_kw"] - idle) / (full - idle))
    return log_ratio(f.p.leaves.volumetric * v["rack.flow_lpm"] * (v["rack.return_c"] - v["rack.supply_c"]), v["rack.power_kw"] - air)


CHANNEL = Channel(
    "rack.heat", "rack", "heat into coolant against electric power", ("rack.flow_lpm", "rack.return_c", "rack.supply_c", "rack.power_kw"), law,
    {"flow_meter": 1.0, "pair": lambda f, v: 1.0 / (v["rack.return_c"] - v["rack.supply_c"])}, lag_s=30.0, model=0.01, instrumental=True)

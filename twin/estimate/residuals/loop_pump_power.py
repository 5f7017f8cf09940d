"""Electric power of the facility pumps against their law at this speed and flow."""
from __future__ import annotations

import numpy as np

from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio
from twin.physics import hydraulics

COILS = 0.3  # of the rated power of the fan coils' fans, metered with the pumps: two thirds of their speed, cubed (assumption)


def law(f: Facts, v: Columns) -> Array:
    m, n = f.m, v["pump.running_count"]
    shaft = hydraulics.pump_power(v["pump.speed_pct"], v["loop.flow_lpm"], np.maximum(n, 1.0), m.loop_flow, m.loop_power) + COILS * f.d.air_fan[f.loop_of["pump"]]
    return log_ratio(v["pump.power_kw"], np.where(n > 0.5, shaft, np.nan))


CHANNEL = Channel("loop.pump_power", "loop", "power of the facility pumps against speed and flow",
                  ("pump.power_kw", "pump.speed_pct", "loop.flow_lpm", "pump.running_count"), law, {"pump_power": 1.0}, lag_s=4.0, model=0.05)

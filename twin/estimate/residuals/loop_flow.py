"""The loop's flow meter against the CDUs' meters and the fan coils."""
from __future__ import annotations

import numpy as np

from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio

COIL_SPEED = 0.6  # share of the fan coils' rated flow in common operation (assumption)


def law(f: Facts, v: Columns) -> Array:
    coils = COIL_SPEED * f.m.air[f.loop_of["loop"]] * np.sqrt(np.maximum(v["loop.dp_kpa"], 0.0))
    return log_ratio(v["loop.flow_lpm"], v["cdu.fws_flow_lpm"] + coils)


CHANNEL = Channel("loop.flow", "loop", "loop flow meter against the CDUs' meters", ("loop.flow_lpm", "cdu.fws_flow_lpm", "loop.dp_kpa"), law,
                  {"flow_meter": 1.0}, lag_s=4.0, model=0.04)

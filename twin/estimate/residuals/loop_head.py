"""Head of the facility pumps at this speed and flow against their curve and the mains."""
from __future__ import annotations

import numpy as np

from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio
from twin.physics import hydraulics


def law(f: Facts, v: Columns) -> Array:
    m, n = f.m, v["pump.running_count"]
    own = (hydraulics.SHUTOFF - 1.0) * m.loop_head / np.square(m.loop_flow * np.maximum(n, 1.0))
    made = np.where(n > 0.5, hydraulics.SHUTOFF * m.loop_head * v["pump.speed_pct"] ** 2, np.nan)
    return log_ratio(v["loop.dp_kpa"] + (m.main + own) * v["loop.flow_lpm"] ** 2, made)


CHANNEL = Channel("loop.head", "loop", "head of the facility pumps against their curve",
                  ("loop.dp_kpa", "loop.flow_lpm", "pump.speed_pct", "pump.running_count"), law, {"head": 1.0}, lag_s=4.0, model=0.03)

"""The district heat meter against the facility water that passes the exchanger."""
from __future__ import annotations

import numpy as np

from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio
from twin.physics.water import VOLUMETRIC


def law(f: Facts, v: Columns) -> Array:
    heat = v["district.heat_kw"]
    return log_ratio(np.where(heat > 2e4, heat, np.nan), VOLUMETRIC * v["loop.flow_lpm"] * (v["district.in_c"] - v["district.out_c"]))


CHANNEL = Channel(
    "district.balance", "district", "district heat meter against facility water", ("district.heat_kw", "loop.flow_lpm", "district.in_c", "district.out_c"),
    law, {"heat_meter": 1.0, "loop_meter": -1.0, "pair": lambda f, v: -1.0 / (v["district.in_c"] - v["district.out_c"])}, lag_s=20.0, model=0.01, instrumental=True)

"""A rack's flow meter against an even share of its CDU's."""
from __future__ import annotations

import numpy as np

from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio


def law(f: Facts, v: Columns) -> Array:
    rated = f.p.leaves.rated_flow
    return log_ratio(v["rack.flow_lpm"], v["cdu.tcs_flow_lpm"] * rated / np.maximum(f.p.wiring.racks_to_cdus(rated), 1e-12)[f.p.wiring.rack_cdu])


CHANNEL = Channel("rack.flow", "rack", "share of the CDU's flow against an even one", ("rack.flow_lpm", "cdu.tcs_flow_lpm"), law, {"open": 1.0},
                  lag_s=2.0, model=0.003)

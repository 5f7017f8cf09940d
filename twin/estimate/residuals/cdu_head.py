"""Head of a CDU's pumps at this speed and flow against their curve and the unit's own resistance."""
from __future__ import annotations

from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio
from twin.physics import hydraulics


def _own(f: Facts) -> Array:
    """Falling part of the pump curve [C] Pa s2/m6."""
    return (hydraulics.SHUTOFF - 1.0) * f.m.cdu_head / (f.m.cdu_flow * f.m.cdu_needed) ** 2


def law(f: Facts, v: Columns) -> Array:
    q2 = v["cdu.tcs_flow_lpm"] ** 2
    return log_ratio(v["cdu.dp_kpa"] + (f.m.cdu_inside + _own(f)) * q2, hydraulics.SHUTOFF * f.m.cdu_head * v["cdu.speed_pct"] ** 2)


def inside(f: Facts, v: Columns) -> Array:
    """A clogged filter takes head as a worn pump lacks it."""
    q2 = v["cdu.tcs_flow_lpm"] ** 2
    return -f.m.cdu_inside * q2 / (v["cdu.dp_kpa"] + (f.m.cdu_inside + _own(f)) * q2)


CHANNEL = Channel(
    "cdu.head", "cdu", "pump head at this speed and flow against the curve",
    ("cdu.dp_kpa", "cdu.tcs_flow_lpm", "cdu.speed_pct"), law, {"head": 1.0, "filter": inside}, lag_s=4.0, model=0.02)

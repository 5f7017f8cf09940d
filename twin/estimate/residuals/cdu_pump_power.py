"""Electric power of a CDU's pumps against their law at this speed and flow."""
from __future__ import annotations

from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio
from twin.physics import hydraulics


def law(f: Facts, v: Columns) -> Array:
    m = f.m
    return log_ratio(v["cdu.power_kw"], hydraulics.pump_power(v["cdu.speed_pct"], v["cdu.tcs_flow_lpm"], m.cdu_needed, m.cdu_flow, m.cdu_power))


CHANNEL = Channel(
    "cdu.pump_power", "cdu", "pump power against speed and flow",
    ("cdu.power_kw", "cdu.speed_pct", "cdu.tcs_flow_lpm"), law, {"pump_power": 1.0}, lag_s=4.0, model=0.03)

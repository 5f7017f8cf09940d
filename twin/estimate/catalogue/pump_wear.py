"""Worn impellers of the facility pumps: the same speed makes less head."""
from __future__ import annotations

from twin.estimate.catalogue.entry import ANY, Entry
from twin.estimate.catalogue.limits import creep

ENTRY = Entry(
    "pump_wear", "Facility pump wear", "pump", "share", 0.03,
    "{place}: make {size} less than their curve at this speed, flow and number; worn impellers.",
    needs=("loop flow", "pressure difference", "pump speed and number"),
    blind="the pumps stand",
    group="hall", signature={"pump": -1.0}, pace=ANY, share=True, consequence=creep,
    reads=("loop.flow_lpm", "loop.dp_kpa", "pump.speed_pct", "pump.running_count"),
    most=0.4,
)

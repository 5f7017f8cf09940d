"""Worn impellers: the same speed makes less head. Without a pressure sensor between them, the filter looks the same."""
from __future__ import annotations

from twin.estimate.catalogue.entry import CREEP, Entry
from twin.estimate.catalogue.limits import creep

ENTRY = Entry(
    "cdu_pump_wear", "CDU pump wear", "cdu", "share", 0.03,
    "{place}: its pumps make {size} less than their curve at this speed and flow; wear, or a loading filter.",
    needs=("coolant flow", "pressure difference", "pump speed"),
    blind="always together with the filter: no pressure is measured between pump and filter",
    group="cdu", signature={"pump": -1.0}, pace=CREEP, share=True, consequence=creep,
    reads=("cdu.tcs_flow_lpm", "cdu.dp_kpa", "cdu.speed_pct"),
    most=0.4,
)

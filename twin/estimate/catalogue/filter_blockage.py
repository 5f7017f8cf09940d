"""A loading filter: the pumps must turn faster for the same flow and pressure at the racks."""
from __future__ import annotations

from twin.estimate.catalogue.entry import CREEP, Entry
from twin.estimate.catalogue.limits import creep

ENTRY = Entry(
    "filter_blockage", "CDU filter loading", "cdu", "share", 0.03,
    "{place}: its coolant loop inside the unit resists {size} more than its pumps account for; filter loading, or pump wear.",
    needs=("coolant flow", "pressure difference", "pump speed"),
    blind="always together with the pumps: no pressure is measured between pump and filter",
    group="cdu", signature={"pump": -1.0}, pace=CREEP, share=True, consequence=creep,
    reads=("cdu.tcs_flow_lpm", "cdu.dp_kpa", "cdu.speed_pct"),
    most=0.4,
)

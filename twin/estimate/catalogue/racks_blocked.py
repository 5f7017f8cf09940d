"""The racks of a CDU together pass less coolant at the same pressure; where racks have meters the rack is named instead."""
from __future__ import annotations

from twin.estimate.catalogue.entry import ANY, Entry

ENTRY = Entry(
    "racks_blocked", "Racks of a CDU pass less coolant", "cdu", "share", 0.02,
    "{place}: its racks together pass {size} less coolant at the same pressure; a closed valve or a blocked rack.",
    needs=("coolant flow", "pressure difference"),
    blind="no flow meter or no pressure difference",
    group="cdu", signature={"admittance": -1.0}, pace=ANY, share=True,
    reads=("cdu.tcs_flow_lpm", "cdu.dp_kpa"),
    most=0.7,
)

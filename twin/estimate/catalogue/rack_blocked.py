"""A hose, valve or strainer of one rack: its share of the flow falls, its heat balance still closes."""
from __future__ import annotations

from twin.estimate.catalogue.entry import ANY, Entry

ENTRY = Entry(
    "rack_blocked", "Rack passes less coolant", "rack", "share", 0.08,
    "{place}: passes {size} less coolant than its neighbours at the same pressure; a hose, valve or strainer.",
    needs=("rack flow", "neighbours on the same CDU"),
    blind="no rack flow meters, or fewer than three racks on the CDU",
    group="rack", signature={"flow": -1.0}, pace=ANY, share=True, explains=("rack",), mirrors=("racks_blocked",),
    reads=("rack.flow_lpm",),
    most=0.7,
)

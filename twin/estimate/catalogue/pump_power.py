"""More power for the same water: bearings, motors or drives."""
from __future__ import annotations

from twin.estimate.catalogue.entry import ANY, Entry

ENTRY = Entry(
    "pump_power", "Facility pumps draw more power", "pump", "share of power", 0.08,
    "{place}: draw {size} more than at this speed and flow; bearings, motor or drive.",
    needs=("pump power", "speed", "loop flow"),
    blind="the pumps stand",
    group="hall", signature={"pump_power": 1.0}, pace=ANY, share=False,
    reads=("pump.power_kw", "pump.speed_pct", "loop.flow_lpm"),
    most=0.4,
)

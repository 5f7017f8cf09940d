"""Too little refrigerant: the COP falls at the same temperatures and load."""
from __future__ import annotations

from twin.estimate.catalogue.entry import ANY, Entry
from twin.estimate.catalogue.limits import creep

ENTRY = Entry(
    "refrigerant_loss", "Heat pump short of refrigerant", "heatpump", "share", 0.08,
    "{place}: makes {size} less heat per kilowatt than at these temperatures and load; check the charge.",
    needs=("heat meter", "power", "source outlet", "network supply", "load"),
    blind="the heat pump stands",
    group="hall", signature={"cop": -1.0}, pace=ANY, share=True, consequence=creep,
    reads=("heatpump.heat_kw", "heatpump.power_kw", "heatpump.source_out_c", "heatpump.load_pct", "district.dh_supply_c"),
    most=0.7,
)

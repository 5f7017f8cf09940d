"""A compressor or circuit out: the load signal asks for more than is lifted, COP as before."""
from __future__ import annotations

from twin.estimate.catalogue.entry import ANY, Entry

ENTRY = Entry(
    "heatpump_capacity", "Heat pump lost capacity", "heatpump", "share", 0.1,
    "{place}: lifts {size} less heat than its load signal says; a compressor or circuit is out.",
    needs=("heat meter", "power", "load"),
    blind="the heat pump stands",
    group="hall", signature={"capacity": -1.0}, pace=ANY, share=True,
    reads=("heatpump.heat_kw", "heatpump.power_kw", "heatpump.load_pct"),
    most=0.7,
)

"""A UPS passes its load by: its losses are gone, and so is the battery behind the load."""
from __future__ import annotations

from twin.estimate.catalogue.entry import ANY, Entry

ENTRY = Entry(
    "ups_bypass", "UPS on bypass", "ups", "of its losses", 0.5,
    "{place}: input and output are equal, its losses are gone; it is on bypass and the load has no battery behind it.",
    needs=("input power", "output power", "battery charge"),
    blind="the battery is charging",
    group="feed", signature={"ups": -0.04}, pace=ANY,
    reads=("ups.power_in_kw", "ups.power_out_kw", "ups.charge_pct"),
)

"""Losses of a UPS grow: input over output rises while the battery rests."""
from __future__ import annotations

from twin.estimate.catalogue.entry import ANY, Entry

ENTRY = Entry(
    "ups_losses", "UPS losses above their curve", "ups", "share", 0.2,
    "{place}: loses {size} more than its datasheet at this load; filters, fans or a module on bypass of its economy mode.",
    needs=("input power", "output power", "battery charge"),
    blind="the battery is charging",
    group="feed", signature={"ups": 0.04}, pace=ANY, share=False,
    reads=("ups.power_in_kw", "ups.power_out_kw", "ups.charge_pct"),
    most=1.0,
)

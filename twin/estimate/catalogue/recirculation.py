"""The coils breathe their own warm air: the duty falls at once while fan power is as it should be."""
from __future__ import annotations

from twin.estimate.catalogue.entry import STEP, Entry

ENTRY = Entry(
    "recirculation", "Hot air recirculates at the dry coolers", "cooler", "share", 0.1,
    "{place}: give off {size} less heat since a moment ago with fans in order; their own warm air comes back, look at wind and screens.",
    needs=("both water temperatures", "loop flow", "fan speed", "dry bulb"),
    blind="the fans stand: water passes the coolers by",
    group="hall", signature={"cooler": -1.0}, pace=STEP, share=True,
    reads=("cooler.in_c", "cooler.out_c", "loop.flow_lpm", "cooler.fan_pct", "weather.dry_bulb_c"),
    most=0.7,
)

"""Fans that stand: less power at the same speed signal, and less heat."""
from __future__ import annotations

from twin.estimate.catalogue.entry import ANY, Entry
from twin.estimate.catalogue.limits import loop_water

ENTRY = Entry(
    "fan_failure", "Dry-cooler fans failed", "cooler", "share", 0.06,
    "{place}: {size} of the fans draw no power at this speed; look for a tripped drive.",
    needs=("fan power", "fan speed", "both water temperatures"),
    blind="the fans stand; below 12 % of speed their power tells nothing, and warm air coming back looks the same",
    group="hall", signature={"cooler_power": -1.0, "cooler": -0.7}, pace=ANY, share=True, consequence=loop_water,
    reads=("cooler.power_kw", "cooler.fan_pct"),
    most=0.7,
)

"""Dust and pollen on the coils: less heat at the same fan speed, air and water."""
from __future__ import annotations

from twin.estimate.catalogue.entry import CREEP, Entry
from twin.estimate.catalogue.limits import creep

ENTRY = Entry(
    "cooler_fouling", "Dry-cooler fouling", "cooler", "share", 0.1,
    "{place}: give off {size} less heat at this fan speed and air than they used to, growing over hours; clean the coils.",
    needs=("both water temperatures", "loop flow", "fan speed", "dry bulb"),
    blind="the fans turn slowly: the air leaves as warm as the water comes, so the coil is not what bounds the heat",
    group="hall", signature={"cooler": -1.0}, pace=CREEP, share=True, consequence=creep,
    reads=("cooler.in_c", "cooler.out_c", "loop.flow_lpm", "cooler.fan_pct", "weather.dry_bulb_c"),
    most=0.7, through=("cooler.ua", "ua"),
)

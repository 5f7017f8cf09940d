"""A reading stands still while what it measures does not."""
from __future__ import annotations

from twin.estimate.catalogue.entry import Entry

ENTRY = Entry(
    "sensor_stuck", "Sensor stuck", "", "samples", 0.0,
    "{place}, {column}: has not changed for {size} while it used to; replaced by the estimate.",
    needs=("its own course",),
    blind="a value at its bound or at zero stands with its machine",
    sensor=True,
)

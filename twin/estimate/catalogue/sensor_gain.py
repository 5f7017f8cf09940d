"""A meter errs in proportion to what it measures."""
from __future__ import annotations

from twin.estimate.catalogue.entry import Entry

ENTRY = Entry(
    "sensor_gain", "Sensor gain", "", "column", 0.0,
    "{place}, {column}: reads {size} off in proportion; replaced by the estimate.",
    needs=("a second reading of the same water, flow or power: by a neighbour, a balance or a curve",),
    blind="nothing else tells what this sensor should show; a gain and an offset look alike while the value stays",
    sensor=True,
)

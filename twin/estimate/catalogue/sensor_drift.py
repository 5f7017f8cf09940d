"""A reading leaves the truth slowly."""
from __future__ import annotations

from twin.estimate.catalogue.entry import Entry

ENTRY = Entry(
    "sensor_drift", "Sensor drift", "", "column", 0.0,
    "{place}, {column}: has drifted by {size}; replaced by the estimate, recalibrate it.",
    needs=("a second reading of the same water, flow or power: by a neighbour, a balance or a curve",),
    blind="nothing else tells what this sensor should show",
    sensor=True,
)

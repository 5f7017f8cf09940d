"""A reading is off by a constant."""
from __future__ import annotations

from twin.estimate.catalogue.entry import Entry

ENTRY = Entry(
    "sensor_bias", "Sensor offset", "", "column", 0.0,
    "{place}, {column}: reads {size} off what its neighbours and balances say; replaced by the estimate.",
    needs=("a second reading of the same water, flow or power: by a neighbour, a balance or a curve",),
    blind="nothing else tells what this sensor should show",
    sensor=True,
)

"""Two sensors of an asset are wired to each other's name."""
from __future__ import annotations

from twin.estimate.catalogue.entry import Entry

ENTRY = Entry(
    "sensor_swapped", "Two sensors swapped", "", "", 0.0,
    "{place}, {column}: stands under the name of another sensor of this asset, and that one under its.",
    needs=("a second reading of the same water, flow or power: by a neighbour, a balance or a curve",),
    blind="nothing else tells what this sensor should show, or both show the same",
    sensor=True,
)

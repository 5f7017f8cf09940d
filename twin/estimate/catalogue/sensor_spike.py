"""Single samples jump and come back."""
from __future__ import annotations

from twin.estimate.catalogue.entry import Entry

ENTRY = Entry(
    "sensor_spike", "Sensor spikes", "", "spikes in the last hour", 0.0,
    "{place}, {column}: single samples jump and come back, {size}; each is left out.",
    needs=("its own course",),
    blind="powers, flows and speeds: jobs and controllers jump as well",
    sensor=True,
)

"""The noise of a reading has grown."""
from __future__ import annotations

from twin.estimate.catalogue.entry import Entry

ENTRY = Entry(
    "sensor_noise", "Sensor noise", "", "column", 0.0,
    "{place}, {column}: its noise has grown to {size}; replaced by the estimate.",
    needs=("its own course", "others of its kind"),
    blind="powers, flows and speeds: the process itself is as restless",
    sensor=True,
)

"""Messages of an asset come without one of its values."""
from __future__ import annotations

from twin.estimate.catalogue.entry import Entry

ENTRY = Entry(
    "sensor_dropout", "Sensor drops out", "", "share", 0.0,
    "{place}, {column}: {size} of its messages come without this value.",
    needs=("the other columns of its messages",),
    blind="the whole asset is silent: its gateway is",
    sensor=True,
)

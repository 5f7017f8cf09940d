"""A number arrives in another unit: degrees Fahrenheit taken for Celsius, psi taken for kPa."""
from __future__ import annotations

from twin.estimate.catalogue.entry import Entry

ENTRY = Entry(
    "sensor_unit", "Wrong unit", "", "", 0.0,
    "{place}, {column}: its numbers are in another unit (degF for degC, psi for kPa); replaced by the estimate.",
    needs=("a second reading of the same water, flow or power: by a neighbour, a balance or a curve",),
    blind="nothing else tells what this sensor should show",
    sensor=True,
)

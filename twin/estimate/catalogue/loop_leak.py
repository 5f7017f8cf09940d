"""Water leaves the facility loop: the static pressure falls; one sensor cannot tell itself from the loop."""
from __future__ import annotations

from twin.estimate.catalogue.entry import ANY, Entry
from twin.estimate.catalogue.limits import loop_water

ENTRY = Entry(
    "loop_leak", "Facility loop loses water", "loop", "Pa", 20000.0,
    "{place}: its static pressure has fallen by {size} beyond what temperature explains; look for water.",
    needs=("static pressure",),
    blind="no second pressure sensor: the sensor itself may be at fault",
    group="hall", signature={"pressure": -1.0}, pace=ANY, share=False, consequence=loop_water,
    reads=("loop.pressure_kpa",),
)

"""A facility pump stops: fewer run while the drives are already fast, where no controller takes one off."""
from __future__ import annotations

import numpy as np

from twin.estimate.catalogue.entry import STEP, Entry, Mark
from twin.estimate.catalogue.limits import loop_water
from twin.estimate.findings import Place
from twin.estimate.health.view import View

FAST = 0.70  # relative speed above which no stage is taken off: two pumps at 0.7 do what three did at 0.47


def rule(view: View) -> list[Mark]:
    """Pump groups that lost a pump in this step, and those that have not got it back."""
    now, before = view.latest("pump", "running_count"), view.before("pump", "running_count")
    speed = view.before("pump", "speed_pct")
    known = {p.row: t.last.size for (name, p), t in view.tracks.items() if name == "pump_trip"}
    marks = []
    for r in range(len(now)):
        lost = known.get(r, 0.0) - (now[r] - before[r]) if r in known else (before[r] - now[r] if speed[r] > FAST else 0.0)
        if np.isfinite(lost) and lost > 0.5:
            marks.append(Mark(Place("pump", r), float(lost), 30.0))
    return marks


ENTRY = Entry(
    "pump_trip", "Facility pump trip", "pump", "pumps", 1.0,
    "{place}: {size} stopped while running fast; the others take over as far as they can.",
    needs=("number of pumps running", "pump speed"),
    blind="the pump that failed was not needed",
    pace=STEP, rule=rule, instant=True, persist=1, explains=("cdu", "rack", "loop", "pump"), consequence=loop_water,
    reads=("pump.running_count", "pump.speed_pct"),
)

"""Coolant is lost from a rack: its detector wets, the reservoir of its CDU falls."""
from __future__ import annotations

import numpy as np

from twin.estimate.catalogue.entry import Entry, Mark
from twin.estimate.catalogue.limits import reservoir
from twin.estimate.findings import Place
from twin.estimate.health.tracks import BELIEVE
from twin.estimate.health.view import View

FALLEN = 2.0  # standard deviations of level: a wet detector alone is an alarm by itself, with the level it is a leak with a place


def rule(view: View) -> list[Mark]:
    """Racks whose detector is wet while the level of their CDU falls; the level alone is a channel with its own signature."""
    away, std = view.channel("cdu", "level")
    falling = -away / np.where(std > 0, std, np.inf)
    cdu = view.facts.p.wiring.rack_cdu
    wet = np.flatnonzero((view.latest("rack", "leak_on") > 0.5) & (falling[cdu] > FALLEN))
    return [Mark(Place("rack", int(r)), float(-away[cdu[r]]), float(BELIEVE + falling[cdu[r]] ** 2), float(std[cdu[r]])) for r in wet]


ENTRY = Entry(
    "leak", "Coolant leak", "cdu", "share of the reservoir", 0.008,
    "{place}: coolant is leaking; find it and close the rack's valves.",
    needs=("CDU level", "leak detectors"),
    blind="neither a level sensor nor a detector; thermal swell hides less than about 1 % of level",
    group="cdu", signature={"level": -1.0}, rule=rule, instant=True, persist=2, consequence=reservoir,
    reads=("rack.leak_on",),
)

"""A CDU's valve does not move although its supply temperature asks for it."""
from __future__ import annotations

import numpy as np

from twin.estimate.catalogue.entry import Entry, Mark
from twin.estimate.findings import Place
from twin.estimate.health.view import View

STILL_S = 600.0
ERROR_K = 0.7  # the integral part of any controller moves a valve by more than its dead band within minutes of this
DOUBT_K = 0.12
TRAVEL = (0.04, 0.97)  # beyond, the valve is at its end and does what it can


def rule(view: View) -> list[Mark]:
    """CDUs with a still valve in mid-travel and a supply off its set point."""
    wrong = view.away["cdu"].now[:, view.channels["cdu"].index("supply")]  # what the racks' sensors hold against this one
    error = view.column("cdu", "tcs_supply_c") - wrong - view.facts.d.tcs_supply
    position = view.column("cdu", "valve_pct")
    still = (view.watch.still > STILL_S) & (position > TRAVEL[0]) & (position < TRAVEL[1])
    rows = np.flatnonzero(still & (np.abs(error) > ERROR_K))
    return [Mark(Place("cdu", int(r)), float(position[r]), float(0.5 * (error[r] / DOUBT_K) ** 2), 0.01) for r in rows]


ENTRY = Entry(
    "valve_stuck", "CDU valve stuck", "cdu", "share", 0.0,
    "{place}: its facility valve stands at {size} of its stroke although the supply temperature is off its set point.",
    needs=("valve position", "supply temperature"),
    blind="the load is steady: nothing asks the valve to move",
    rule=rule, persist=3, explains=("cdu",),
    reads=("cdu.valve_pct", "cdu.tcs_supply_c"),
)

"""A CDU's controller hunts: its valve goes back and forth in small moves without end."""
from __future__ import annotations

import numpy as np

from twin.estimate.catalogue.entry import Entry, Mark
from twin.estimate.catalogue.valve_stiction import least
from twin.estimate.findings import Place
from twin.estimate.health.view import View
from twin.estimate.health.watch import MOTION_S

REVERSALS = 0.42  # a minute, beyond the dead band; a calm loop answers a change of load with two or three in all
AVERAGED_MIN = MOTION_S / 60.0


def rule(view: View) -> list[Mark]:
    """CDUs whose valve reverses too often."""
    w = view.watch
    rate = w.turns / AVERAGED_MIN
    small = w.jumps < least(view) ** 2 * np.maximum(w.moves, 1e-9)
    known = np.isin(np.arange(len(rate)), [p.row for name, p in view.tracks if name == "hunting"])
    rows = np.flatnonzero((rate > np.where(known, 0.6, 1.0) * REVERSALS) & small)
    return [Mark(Place("cdu", int(r)), float(rate[r]), float(w.turns[r]), float(rate[r] / np.sqrt(w.turns[r]))) for r in rows]


ENTRY = Entry(
    "hunting", "CDU controller hunts", "cdu", "reversals a minute", REVERSALS,
    "{place}: its facility valve reverses {size} without end; its controller is tuned too sharply.",
    needs=("valve position",),
    blind="samples are farther apart than its swings",
    rule=rule, persist=8, explains=("cdu",),
    reads=("cdu.valve_pct",),
)

"""Air in a rack: its flow falls and comes back in turns."""
from __future__ import annotations

import numpy as np

from twin.estimate.catalogue.entry import Entry, Mark
from twin.estimate.findings import Place
from twin.estimate.health.groups.cdu import group_median
from twin.estimate.health.view import View

LEAST = 0.03  # swing within a minute over the mean
OVER_NEIGHBOURS = 4.0


def rule(view: View) -> list[Mark]:
    """Racks whose flow swings more than their neighbours' and has fallen on the whole."""
    f = view.facts
    cdu, flow = f.p.wiring.rack_cdu, view.column("rack", "flow_lpm")
    swing = np.exp(0.5 * view.of_watch(view.watch.ripple, "rack", "flow_lpm")) / np.maximum(np.nan_to_num(flow), 1e-6)
    usual = group_median(swing, cdu, f.rows["cdu"])[cdu]
    away, std = view.channel("rack", "flow")
    rows = np.flatnonzero((swing > np.maximum(LEAST, OVER_NEIGHBOURS * usual)) & (away < -2.0 * std))
    return [Mark(Place("rack", int(r)), float(swing[r]), float(30.0 + (away[r] / std[r]) ** 2), float(0.3 * swing[r])) for r in rows]


ENTRY = Entry(
    "air_lock", "Air in a rack", "rack", "share", LEAST,
    "{place}: its flow swings by {size} within a minute and has fallen; vent it.",
    needs=("rack flow", "neighbours on the same CDU"),
    blind="no rack flow meters, or samples a minute apart",
    rule=rule, persist=4, explains=("rack",), mirrors=("racks_blocked",),
    reads=("rack.flow_lpm",),
)

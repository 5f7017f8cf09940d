"""A CDU's valve sticks and jumps: few moves, each large."""
from __future__ import annotations

import numpy as np

from twin.estimate.catalogue.entry import Entry, Mark
from twin.estimate.findings import Place
from twin.estimate.health.view import View

JUMP = 0.015  # root mean square move; a positioner in order follows within 1 % (IEC 60534-8 practice, dead band below 0.6 %)
SEVERAL = 3.0


def rule(view: View) -> list[Mark]:
    """CDUs whose valve moves in jumps."""
    moves = view.watch.moves
    size = np.sqrt(np.divide(view.watch.jumps, moves, out=np.zeros_like(moves), where=moves > 0))
    rows = np.flatnonzero((size > JUMP) & (moves > SEVERAL))
    return [Mark(Place("cdu", int(r)), float(size[r]), float(moves[r] * (size[r] / JUMP) ** 2 * 5.0), float(size[r] / np.sqrt(moves[r]))) for r in rows]


ENTRY = Entry(
    "valve_stiction", "CDU valve sticks", "cdu", "share", 0.015,
    "{place}: its facility valve moves in jumps of {size} of its stroke; its stem sticks.",
    needs=("valve position",),
    blind="samples are farther apart than its moves",
    rule=rule, persist=5, explains=("cdu",),
)

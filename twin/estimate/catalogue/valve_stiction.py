"""A CDU's valve sticks and jumps: few moves, each large."""
from __future__ import annotations

import numpy as np

from twin.estimate.catalogue.entry import Entry, Mark
from twin.estimate.findings import Place
from twin.estimate.health.view import View
from twin.estimate.health.watch import deadband

JUMP = 0.015  # root mean square move; a positioner in order follows within 1 % (IEC 60534-8 practice, dead band below 0.6 %)
SEVERAL = 3.0
ABOVE = 2.5  # times the dead band: moves of a valve in order are spread from one of them to two


def least(view: View) -> np.ndarray:
    """Root mean square move [C] beyond which a valve jumps; of a noisy feedback only larger moves are seen at all."""
    return np.maximum(JUMP, ABOVE * deadband(view.watch, view.flat))


def rule(view: View) -> list[Mark]:
    """CDUs whose valve moves in jumps."""
    moves, jump = view.watch.moves, least(view)
    size = np.sqrt(np.divide(view.watch.jumps, moves, out=np.zeros_like(moves), where=moves > 0))
    rows = np.flatnonzero((size > jump) & (moves > SEVERAL))
    return [Mark(Place("cdu", int(r)), float(size[r]), float(moves[r] * (size[r] / jump[r]) ** 2 * 5.0), float(size[r] / np.sqrt(moves[r]))) for r in rows]


ENTRY = Entry(
    "valve_stiction", "CDU valve sticks", "cdu", "share", 0.015,
    "{place}: its facility valve moves in jumps of {size} of its stroke; its stem sticks.",
    needs=("valve position",),
    blind="samples are farther apart than its moves",
    rule=rule, persist=5, explains=("cdu",),
    reads=("cdu.valve_pct",),
)

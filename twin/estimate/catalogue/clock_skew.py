"""The clock of an asset's messages is wrong: their stamps come later or sooner than those of most assets, which share whatever delays the way."""
from __future__ import annotations

import numpy as np

from twin.estimate.catalogue.entry import Entry, Mark
from twin.estimate.findings import Place
from twin.estimate.health.view import View
from twin.estimate.health.watch import APART_S

SEVERAL = 10.0  # messages in a row: a gateway that catches up after a break sends older and older ones no more than once
LEAST = 3  # assets heard: of two that differ either may be wrong
FEW = 0.25  # of the assets heard: more that stand out together share a way or a gateway, and no clock is accused
AHEAD_S = 7.0  # a stamp more than 5 s ahead of its arrival is refused, which tells by itself: who is in time while others are later than this is not ahead
SCATTER = 0.5  # of the common delay: what lags with the others lags unevenly


def rule(view: View) -> list[Mark]:
    """Assets whose delay stands out from the median: positive sizes are clocks behind, negative ones ahead. What was in time has no delay."""
    delay = dict.fromkeys(view.prompt, 0.0) | {spot: late.lag_s for spot, late in view.late.items()}
    if not view.late or len(delay) < LEAST:
        return []
    common = float(np.median(list(delay.values())))
    away = {spot: s - common for spot, s in delay.items() if _apart(s, common)}
    if len(away) > max(1.0, FEW * len(delay)):
        return []
    usual = float(np.median([late.count for late in view.late.values()]))  # what is in time stands out as often as the others are late
    count = {spot: view.late[spot].count if spot in view.late else usual for spot in away}
    return [Mark(Place(*spot), s, 2.0 * count[spot], 1.0) for spot, s in away.items() if count[spot] >= SEVERAL]


def _apart(delay_s: float, common_s: float) -> bool:
    """Whether a delay is not the common one."""
    if delay_s == 0.0 < common_s:
        return APART_S <= common_s <= AHEAD_S
    return abs(delay_s - common_s) >= APART_S + SCATTER * abs(common_s)


ENTRY = Entry(
    "clock_skew", "Clock behind or ahead", "", "s", 0.0,
    "{place}: its clock is {size} of the others; its messages cannot be placed in time, set its clock.",
    needs=("time stamps, those of most other assets",),
    blind="it is wrong by less than the watermark waits, fewer than three assets are heard, or more than a quarter of them stand out together; most assets a few seconds late look like the others ahead",
    rule=rule, persist=2,
)

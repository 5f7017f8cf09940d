"""The clock of an asset's messages is behind: they all come too late to be used, while others are on time."""
from __future__ import annotations

from twin.estimate.catalogue.entry import Entry, Mark
from twin.estimate.findings import Place
from twin.estimate.health.view import View

SEVERAL = 10.0  # late messages in a row: a gateway that catches up after a break sends older and older ones no more than once


def rule(view: View) -> list[Mark]:
    """Assets all of whose messages are late."""
    return [Mark(Place(cls, row), late.lag_s, 2.0 * late.count, 1.0) for (cls, row), late in view.late.items() if late.count >= SEVERAL]


ENTRY = Entry(
    "clock_skew", "Clock behind", "", "s", 0.0,
    "{place}: its clock is {size} behind; its messages come too late to be used, set its clock.",
    needs=("time stamps",),
    blind="the clock is ahead: the watermark follows it and the others seem late",
    rule=rule, persist=2,
)

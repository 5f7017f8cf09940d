"""A leak detector is wet. It latches: what has dried has still leaked, and somebody has to look."""
from __future__ import annotations

from collections.abc import Iterator

from twin.alarms.limits._look import NOW_S, Look, worst
from twin.alarms.rules import WET
from twin.estimate.findings import Finding, Place

FAULT = "leak_detected"
RULE = WET
CONSEQUENCE = False


def find(look: Look) -> Iterator[Finding]:
    """Racks whose detector says so, whether the twin believes it or not."""
    if "rack" not in look.snapshot.values:
        return
    wet = look.column("rack", "leak_on")
    for row in worst(wet > 0.5, wet):
        yield look.say(FAULT, Place("rack", row), NOW_S, "leak detector is wet")

"""How urgent, how patient, how many: the figures of the alarm philosophy.

Priority is the time an operator has: M. Hollifield and E. Habibi, Alarm Management: A Comprehensive Guide, 2nd ed. (ISA, 2011), classes
of maximum time to respond (under 3 min, under 30 min, longer). Where that leads is watched, not forced: ANSI/ISA-18.2-2016 clause 16
and EEMUA 191 (3rd ed., 2013) expect about 5 % high, 15 % medium and 80 % low of what is announced, and call ten new alarms in
ten minutes a flood.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HIGH, MEDIUM, LOW = 1, 2, 3
PRIORITIES = {HIGH: "high", MEDIUM: "medium", LOW: "low"}
GUIDANCE = {HIGH: 0.05, MEDIUM: 0.15, LOW: 0.80}  # share of the announced alarms
_WITHIN_S = {HIGH: 180.0, MEDIUM: 1800.0}

FLOOD_N, FLOOD_MS = 10, 600_000  # so many new ones in so long; high ones have as many again
SHELF_MAX_MS = 12 * 3_600_000  # a shift at most: what is set aside longer is forgotten
MOST = 2000  # alarms kept; beyond, those that returned longest ago go first

Figures = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Rule:
    """Delays in ms of event time a condition must hold before it counts, and be gone; `latching` ones wait for a reset."""

    on_ms: int = 0
    off_ms: int = 60_000
    latching: bool = False


DEFAULT, WET = Rule(), Rule(on_ms=0, off_ms=60_000, latching=True)  # a finding has persisted already; water that dried has still leaked


def priority(consequence_s: float) -> int:
    """HIGH, MEDIUM or LOW by the seconds until a limit is reached."""
    return next((p for p, within in _WITHIN_S.items() if consequence_s < within), LOW)


def rule(fault: str, own: Mapping[str, Rule]) -> Rule:
    """The rule of a fault: its own, else that of anything wet, else the default."""
    return own.get(fault) or (WET if "leak" in fault else DEFAULT)

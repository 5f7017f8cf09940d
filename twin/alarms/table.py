"""The life cycle as data: states and transitions of ANSI/ISA-18.2-2016 (IEC 62682:2022), clause 5.3, letters A to I.

What is not in the table is not allowed. An alarm leaves SHELVED, SUPPRESSED and OUT_OF_SERVICE for NORMAL; if its
condition still holds, RAISE follows at once, so that it is announced again.
"""
from __future__ import annotations

from collections.abc import Mapping

NORMAL = "normal"  # A
UNACKNOWLEDGED = "unacknowledged"  # B
ACKNOWLEDGED = "acknowledged"  # C
RETURNED = "returned"  # D: back to normal, not acknowledged
LATCHED_UNACKNOWLEDGED = "latched_unacknowledged"  # E: condition gone, neither acknowledged nor reset
LATCHED = "latched"  # F: condition gone, acknowledged, not reset
SHELVED = "shelved"  # G: set aside by an operator, with an end
SUPPRESSED = "suppressed"  # H: by design, another alarm stands for it
OUT_OF_SERVICE = "out_of_service"  # I: taken out for maintenance, no end

STATES = (NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED, LATCHED_UNACKNOWLEDGED, LATCHED, SHELVED, SUPPRESSED, OUT_OF_SERVICE)
ANNOUNCED = (UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED, LATCHED_UNACKNOWLEDGED, LATCHED)
WAITING = (UNACKNOWLEDGED, RETURNED, LATCHED_UNACKNOWLEDGED)  # for an operator to acknowledge

RAISE, CLEAR, LATCH, ESCALATE = "raise", "clear", "latch", "escalate"  # of the condition; LATCH is CLEAR of one that latches
SUPPRESS, RELEASE = "suppress", "release"  # of the design
ACK, RESET, SHELVE, UNSHELVE, REMOVE, RESTORE = "ack", "reset", "shelve", "unshelve", "remove", "restore"  # of an operator

SIGNALS = (RAISE, CLEAR, LATCH, ESCALATE, SUPPRESS, RELEASE, ACK, RESET, SHELVE, UNSHELVE, REMOVE, RESTORE)
VERBS = (ACK, RESET, SHELVE, UNSHELVE, REMOVE, RESTORE)

TABLE: Mapping[str, Mapping[str, str]] = {
    NORMAL: {RAISE: UNACKNOWLEDGED, LATCH: LATCHED_UNACKNOWLEDGED, SUPPRESS: SUPPRESSED},
    UNACKNOWLEDGED: {CLEAR: RETURNED, LATCH: LATCHED_UNACKNOWLEDGED, ACK: ACKNOWLEDGED, ESCALATE: UNACKNOWLEDGED,
                     SUPPRESS: SUPPRESSED, SHELVE: SHELVED, REMOVE: OUT_OF_SERVICE},
    ACKNOWLEDGED: {CLEAR: NORMAL, LATCH: LATCHED, ESCALATE: UNACKNOWLEDGED, SUPPRESS: SUPPRESSED, SHELVE: SHELVED, REMOVE: OUT_OF_SERVICE},
    RETURNED: {RAISE: UNACKNOWLEDGED, ACK: NORMAL, SHELVE: SHELVED, REMOVE: OUT_OF_SERVICE},
    LATCHED_UNACKNOWLEDGED: {RAISE: UNACKNOWLEDGED, ACK: LATCHED, RESET: RETURNED, SHELVE: SHELVED, REMOVE: OUT_OF_SERVICE},
    LATCHED: {RAISE: UNACKNOWLEDGED, RESET: NORMAL, SHELVE: SHELVED, REMOVE: OUT_OF_SERVICE},
    SHELVED: {RAISE: SHELVED, CLEAR: SHELVED, LATCH: SHELVED, ESCALATE: SHELVED, UNSHELVE: NORMAL, REMOVE: OUT_OF_SERVICE},
    SUPPRESSED: {RAISE: SUPPRESSED, CLEAR: NORMAL, LATCH: LATCHED_UNACKNOWLEDGED, ESCALATE: SUPPRESSED, RELEASE: NORMAL,
                 SHELVE: SHELVED, REMOVE: OUT_OF_SERVICE},
    OUT_OF_SERVICE: {RAISE: OUT_OF_SERVICE, CLEAR: OUT_OF_SERVICE, LATCH: OUT_OF_SERVICE, ESCALATE: OUT_OF_SERVICE, RESTORE: NORMAL},
}


def allowed(state: str) -> tuple[str, ...]:
    """What an operator can do to an alarm in a state."""
    return tuple(verb for verb in VERBS if verb in TABLE[state])

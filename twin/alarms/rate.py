"""How many alarms may be announced: what is more than a person can take in is held back behind one alarm."""
from __future__ import annotations

from twin.alarms.rules import FLOOD_MS, FLOOD_N, HIGH

FLOOD = "alarm_flood"
FLOOD_ID = f"site:site:totals:{FLOOD}"


def budget(recent: tuple[int, ...], now_ms: int) -> tuple[int, ...]:
    """The announcements that still count."""
    return tuple(t for t in recent if now_ms - t < FLOOD_MS)


def admit(recent: tuple[int, ...], priority: int) -> bool:
    """Whether one more may be announced."""
    return len(recent) < (2 * FLOOD_N if priority == HIGH else FLOOD_N)

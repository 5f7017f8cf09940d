"""A gateway is offline: its last will arrived, or it said so."""
from __future__ import annotations

from collections.abc import Iterator

from twin.alarms.limits._look import MOST, Look
from twin.alarms.places import GATEWAY
from twin.alarms.rules import Rule
from twin.estimate.findings import Finding, Place

FAULT = "gateway_offline"
RULE = Rule(on_ms=10_000, off_ms=10_000)  # a reconnection takes seconds
CONSEQUENCE = False
_BLIND_S = 1200.0  # nothing is wrong with the plant, but nobody would see it


def find(look: Look) -> Iterator[Finding]:
    """Gateways that are not online; the twin knows them as `hall/name`."""
    for name in sorted(name for name, online in look.gateways.items() if not online)[:MOST]:
        yield look.say(FAULT, Place(GATEWAY, -1, name), _BLIND_S, "offline, its readings are missing")

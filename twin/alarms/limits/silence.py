"""Assets that have gone silent: every column they ever reported is stale."""
from __future__ import annotations

from collections.abc import Iterator

from twin.alarms.limits._look import NEVER_S, Look, worst
from twin.alarms.rules import Rule
from twin.estimate.findings import Finding, Place
from twin.events import STALE, UNSEEN

FAULT = "silent"
RULE = Rule(on_ms=30_000, off_ms=10_000)  # on top of the half minute after which a column is stale
CONSEQUENCE = True


def find(look: Look) -> Iterator[Finding]:
    """Assets that have reported before and report nothing now; the twin goes on with its own estimate, less and less sure."""
    for cls, quality in look.snapshot.quality.items():
        if not (quality == STALE).any():
            continue
        seen = quality != UNSEEN
        gone = seen.any(axis=1) & ((quality == STALE) | ~seen).all(axis=1)
        for row in worst(gone, seen.sum(axis=1)):
            yield look.say(FAULT, Place(cls, row), NEVER_S, "no reading any more, the twin's estimate stands in")

"""A GPU is at its throttling temperature: work is being lost now."""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.alarms.limits._look import NOW_S, Look, worst
from twin.alarms.rules import Rule
from twin.estimate.findings import Finding, Place

FAULT = "gpu_margin"
RULE = Rule(on_ms=5_000, off_ms=60_000)
CONSEQUENCE = True
_BACK_K = 1.0  # margin at which it is over


def find(look: Look) -> Iterator[Finding]:
    """Racks whose hottest GPU is above its limit by more than the twin's own doubt (one standard deviation)."""
    if "rack" not in look.snapshot.values:
        return
    margin, std = look.column("rack", "gpu_margin_k"), np.nan_to_num(look.column("rack", "gpu_margin_k", "std"))
    held = look.active(FAULT, "rack", len(margin))
    bad = np.where(held, margin < _BACK_K, margin + std < 0.0)
    for row in worst(bad, -margin):
        text = f"hottest GPU {-margin[row]:.1f} K above its throttling temperature" if margin[row] < 0 else f"GPU margin {margin[row]:.1f} K"
        yield look.say(FAULT, Place("rack", row), NOW_S, text, float(-margin[row]))

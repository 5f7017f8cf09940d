"""What a forecast remembers of the load: its level over the last minutes, and how the site's went a day ago."""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.forecast.ahead import HORIZON_S, PIECE_S, Recent

Array = np.ndarray
LEVEL_S = 600.0  # mean over so long: jobs write checkpoints and wait for one another within it
DAY_MS, SLOT_MS = 86_400_000, round(1000 * PIECE_S)
SMOOTH = 2  # slots either side of one that join its mean: yesterday's noise is not today's
YESTERDAY = 0.7  # share of yesterday's change that is expected again (assumption; scores correct it)


@dataclass(frozen=True, slots=True)
class Memory:
    """`minutes`: (ts_ms, [R] W) of the last minutes; `slots`: (slot, W, count) of the site, a day and the horizon back at most."""

    minutes: tuple[tuple[int, Array], ...] = ()
    slots: tuple[tuple[int, float, int], ...] = ()


def remembered(m: Memory, ts_ms: int, racks: Array) -> Memory:
    """With the power [R] W of each rack's GPUs at a moment."""
    minutes = (*(x for x in m.minutes if ts_ms - 1000 * LEVEL_S < x[0] < ts_ms), (ts_ms, racks))
    slot, total = ts_ms // SLOT_MS, float(racks.sum())
    slots = m.slots
    if slots and slots[-1][0] == slot:
        _, mean, n = slots[-1]
        slots = (*slots[:-1], (slot, mean + (total - mean) / (n + 1), n + 1))
    else:
        slots = (*(s for s in slots if (slot - s[0]) * SLOT_MS <= DAY_MS + (SMOOTH + 1) * SLOT_MS), (slot, total, 1))
    return replace(m, minutes=minutes, slots=slots)


def recent(m: Memory, ts_ms: int) -> Recent | None:
    """What a forecast made at `ts_ms` starts from; None before anything is remembered."""
    if not m.minutes:
        return None
    level = np.mean([x for _, x in m.minutes], axis=0)
    middles = ts_ms - DAY_MS + np.arange(0.0, HORIZON_S, PIECE_S) * 1000 + SLOT_MS // 2
    now, then = _yesterday(m, np.array([float(ts_ms - DAY_MS)])), _yesterday(m, middles)
    change = YESTERDAY * (then - now) / max(float(level.sum()), 1.0)
    return Recent(level, np.nan_to_num(change))


def _yesterday(m: Memory, ts_ms: Array) -> Array:
    """[n] W of the site a day ago, smoothed; NaN where it was not seen."""
    known = {slot: mean for slot, mean, _ in m.slots}
    smooth = {s: np.mean([known[s + i] for i in range(-SMOOTH, SMOOTH + 1)]) for s in known if all(s + i in known for i in range(-SMOOTH, SMOOTH + 1))}
    if not smooth:
        return np.full(len(ts_ms), np.nan)
    at = np.array(sorted(smooth), dtype=float)
    inside = (ts_ms >= at[0] * SLOT_MS) & (ts_ms <= (at[-1] + 1) * SLOT_MS)
    return np.where(inside, np.interp(ts_ms, (at + 0.5) * SLOT_MS, [smooth[int(s)] for s in at]), np.nan)

"""Futures as snapshots: the very values that the live twin shows, under another scenario tag, so that one dashboard overlays them."""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from config.classes import CLASSES
from twin.events import UNSEEN, Snapshot
from twin.whatif.ground import Ground
from twin.whatif.record import Trajectory
from twin.whatif.series import thin

Array = np.ndarray
WHATIF, WITHOUT = "whatif", "whatif-without"  # the scenario tags: two names, however many questions are asked


def snapshots(g: Ground, t: Trajectory, start_ms: int, scenario: str = WHATIF) -> Iterator[Snapshot]:
    """The records that are sent, in time order; what a future does not know is NaN."""
    counts = {c: g.site.count(c) for c in CLASSES if g.site.count(c)}
    shape = g.p.leaves.plate_factor.shape
    for i in thin(len(t.seconds)):
        values = {c: _values(t, c, n, int(i)) for c, n in counts.items()}
        measured = {c: np.full((n, len(CLASSES[c].measured)), np.nan) for c, n in counts.items()}
        quality = {c: np.full(v.shape, UNSEEN, dtype=np.uint8) for c, v in measured.items()}
        unknown = np.full(shape, np.nan)
        yield Snapshot(start_ms + round(float(t.seconds[i]) * 1000), scenario, values, {c: np.full(v.shape, np.nan) for c, v in values.items()}, measured,
                       quality, unknown, unknown)


def _values(t: Trajectory, cls: str, rows: int, i: int) -> Array:
    out = np.full((rows, len(CLASSES[cls].columns)), np.nan)
    for k, name in enumerate(CLASSES[cls].columns):
        column = t.values.get(f"{cls}.{name}")
        if column is not None:
            out[:, k] = column[i]
    return out

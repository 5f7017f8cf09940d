"""Futures as snapshots: the very values that the live twin shows, under another scenario tag, so that one dashboard overlays them."""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from config.classes import CLASSES
from twin.events import UNSEEN, Snapshot
from twin.whatif.answer import Answer
from twin.whatif.ground import Ground
from twin.whatif.record import Trajectory
from twin.whatif.series import thin

Array = np.ndarray
WHATIF, WITHOUT = "whatif", "whatif-without"  # the scenario tags of a question that asks for no name of its own
KEPT = ("a", "b", "c")  # names that may be asked for: `whatif-a`; however many questions are asked, there are five names
CLASSES_SHOWN = ("site", "loop", "cdu", "ups", "feed")  # racks are too many for a series each second or two
POINTS = 121


def shown(g: Ground, a: Answer, name: str | None = None) -> list[Snapshot]:
    """The futures of an answer for stores and brokers: with and without it, or with it alone under a name of its own."""
    futures = ((a.future, f"{WHATIF}-{name}"),) if name else ((a.future, WHATIF), (a.base, WITHOUT))
    return [_lean(s) for t, scenario in futures for s in snapshots(g, t, a.start_ms, scenario, POINTS)]


def _lean(s: Snapshot) -> Snapshot:
    """Without what a future does not know."""
    none = np.empty((0, 0))
    return Snapshot(s.ts_ms, s.scenario, {c: s.values[c] for c in CLASSES_SHOWN if c in s.values}, {}, {}, {}, none, none)


def snapshots(g: Ground, t: Trajectory, start_ms: int, scenario: str = WHATIF, points: int = 241) -> Iterator[Snapshot]:
    """The records that are sent, in time order; what a future does not know is NaN."""
    counts = {c: g.site.count(c) for c in CLASSES if g.site.count(c)}
    shape = g.p.leaves.plate_factor.shape
    for i in thin(len(t.seconds), points):
        values = {c: _values(t, c, n, int(i)) for c, n in counts.items()}
        measured = {c: np.full((n, len(CLASSES[c].measured)), np.nan) for c, n in counts.items()}
        quality = {c: np.full(v.shape, UNSEEN, dtype=np.uint8) for c, v in measured.items()}
        unknown = np.full(shape, np.nan)
        yield Snapshot(start_ms + round(float(t.seconds[i]) * 1000), scenario, values, {c: np.full(v.shape, np.nan) for c, v in values.items()}, measured,
                       quality, unknown, unknown)


def _values(t: Trajectory, cls: str, rows: int, i: int) -> Array:
    """Values [rows, columns] of a record; halls that a question adds stand behind the site's own, which alone are shown."""
    out = np.full((rows, len(CLASSES[cls].columns)), np.nan)
    for k, name in enumerate(CLASSES[cls].columns):
        column = t.values.get(f"{cls}.{name}")
        if column is not None:
            out[:, k] = np.ravel(column[i])[:rows]
    return out

"""What the referee reads off the twin: its findings and its normalised innovations. Nothing else of its inside is looked at."""
from __future__ import annotations

from typing import Any

import numpy as np

from config.classes import CLASSES
from twin.estimate.findings import Finding, Place
from twin.events import SUSPECT

UNNAMED = "sensor_suspect"  # a reading that is not believed, no fault named


def findings(twin: Any) -> tuple[Finding, ...]:
    """Faults the twin holds present: its own findings, else every sensor it does not believe."""
    own = getattr(twin, "findings", None)
    return _suspects(twin) if own is None else own


def _suspects(twin: Any) -> tuple[Finding, ...]:
    snapshot = twin.snapshot
    return tuple(_suspect(snapshot.ts_ms, Place(cls, int(row), CLASSES[cls].columns[column]))
                 for cls, quality in snapshot.quality.items() for row, column in np.argwhere(quality == SUSPECT))


def _suspect(ts_ms: int, place: Place) -> Finding:
    nan = float("nan")
    return Finding(UNNAMED, place, ts_ms, nan, nan, nan, float("inf"), "reading not believed", ((UNNAMED, place),))


def normalised(twin: Any) -> np.ndarray:
    """Squared innovations over their variance of this step, any shape, NaN where nothing was assimilated; empty where not told."""
    told = getattr(twin, "nis", None)
    return np.empty(0) if told is None else np.concatenate([np.ravel(v) for v in told.values()] or [np.empty(0)])

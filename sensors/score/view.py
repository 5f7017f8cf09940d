"""What the referee reads off the twin: its findings, its normalised innovations, the alarms it announces. Nothing else of its inside is looked at."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from config.classes import CLASSES
from twin.alarms.table import RAISE, UNACKNOWLEDGED
from twin.estimate.findings import Finding, Place
from twin.events import SUSPECT, Alarm, AlarmChange, Effect

UNNAMED = "sensor_suspect"  # a reading that is not believed, no fault named


def findings(twin: Any) -> tuple[Finding, ...]:
    """Faults the twin holds present: its own findings, else every sensor it does not believe."""
    health = getattr(twin, "health", None)
    return _suspects(twin) if health is None else health.findings


def _suspects(twin: Any) -> tuple[Finding, ...]:
    snapshot = twin.snapshot
    return tuple(_suspect(snapshot.ts_ms, Place(cls, int(row), CLASSES[cls].columns[column]))
                 for cls, quality in snapshot.quality.items() for row, column in np.argwhere(quality == SUSPECT))


def _suspect(ts_ms: int, place: Place) -> Finding:
    nan = float("nan")
    return Finding(UNNAMED, place, ts_ms, nan, nan, nan, float("inf"), "reading not believed", ((UNNAMED, place),))


def normalised(twin: Any) -> Mapping[str, np.ndarray]:
    """Squared innovations over their variance of the last step by block of the filter, NaN where nothing was assimilated."""
    return getattr(twin, "nis", None) or {}


def announced(effects: Iterable[Effect]) -> list[Alarm]:
    """Alarms that an operator was newly told of."""
    return [e.alarm for e in effects if isinstance(e, AlarmChange) and e.change == RAISE and e.alarm.state == UNACKNOWLEDGED]

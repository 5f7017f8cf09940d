"""What the referee reads off the twin: its findings, what it could find, its normalised innovations, the alarms it announces. Nothing else of its inside is looked at."""
from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from config.classes import CLASSES
from config.quantities import QUANTITIES
from sensors.score.plan import Plan
from sensors.score.watch import Watch
from twin.alarms.table import RAISE, UNACKNOWLEDGED
from twin.estimate.catalogue import CATALOGUE
from twin.estimate.findings import Finding, Place
from twin.estimate.health.assess import tells
from twin.events import SUSPECT, Alarm, AlarmChange, Effect

NEVER_LESS = 1e300  # any size that is told at all: the measures of truth and catalogue differ
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


def detectable(twin: Any, watch: Watch, plan: Plan) -> bool:
    """Whether the twin says that the sensors it hears can tell the fault that is about to begin, at its place and in the size that it will reach."""
    where, fault = watch.where, plan.fault
    place = Place(where.cls, where.row, where.columns[0] if where.columns else "", where.part)
    reached = abs(fault.size) * (_factor(where.columns) if fault.kind in ("sensor_bias", "sensor_drift") else 1.0)
    if fault.kind == "sensor_drift":
        reached *= plan.hours - fault.start_s / 3600.0
    for name in set(watch.names) & set(CATALOGUE):
        least = tells(twin.model.health, twin.health, name, place)
        sized = CATALOGUE[name].share and not CATALOGUE[name].sensor or fault.kind in ("sensor_bias", "sensor_drift")
        if math.isnan(least) or least <= (reached if sized else NEVER_LESS):
            return True
    return False


def _factor(columns: tuple[str, ...]) -> float:
    return float(QUANTITIES[columns[0]].factor)


def normalised(twin: Any) -> Mapping[str, np.ndarray]:
    """Squared innovations over their variance of the last step by block of the filter, NaN where nothing was assimilated."""
    return getattr(twin, "nis", None) or {}


def announced(effects: Iterable[Effect]) -> list[Alarm]:
    """Alarms that an operator was newly told of."""
    return [e.alarm for e in effects if isinstance(e, AlarmChange) and e.change == RAISE and e.alarm.state == UNACKNOWLEDGED]
